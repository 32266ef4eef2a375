/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reconcile against a small fake kernel that refuses what the real one
 * refuses and fails the test when something of others is touched: single
 * cases, and random worlds from a seed.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include "kernel/reconcile.h"

#include <stdio.h>
#include <string.h>

static kernel_state_t desired, seen;
static kernel_ops_list_t ops;
static kernel_conflict_t conflicts[8];
static size_t n_conflicts;
static uint32_t next_index;

static void setup(void)
{
	kernel_state_init(&desired);
	kernel_state_init(&seen);
	kernel_ops_list_init(&ops);
	next_index = 1000;
}

static void teardown(void)
{
	kernel_state_deinit(&desired);
	kernel_state_deinit(&seen);
	kernel_ops_list_deinit(&ops);
}

static void run(void)
{
	kernel_ops_list_deinit(&ops);
	n_conflicts =
		kernel_reconcile(&desired, &seen, &ops, conflicts, countof(conflicts));
}

static kernel_link_t xfrm(const char *name, uint32_t if_id)
{
	kernel_link_t l;

	memset(&l, 0, sizeof(l));
	snprintf(l.name, sizeof(l.name), "%s", name);
	snprintf(l.alias, sizeof(l.alias), "cygnet b/%s", name);
	l.kind = KERNEL_LINK_XFRM;
	l.if_id = if_id;
	l.mtu = 1400;
	l.up = true;
	return l;
}

static kernel_addr_t addr_on(uint32_t link, const char *text, uint8_t len)
{
	kernel_addr_t a;

	memset(&a, 0, sizeof(a));
	a.link = link;
	a.ifaddr.addr = A(text);
	a.ifaddr.len = len;
	a.protocol = KERNEL_PROTO;
	return a;
}

static kernel_route_t pin_route(const char *dst, uint32_t link)
{
	kernel_route_t r;

	memset(&r, 0, sizeof(r));
	r.dst = P(dst);
	r.table = KERNEL_PIN_TABLE;
	r.link = link;
	r.protocol = KERNEL_PROTO;
	return r;
}

static kernel_rule_t pin_rule(const char *dst)
{
	kernel_rule_t r;

	memset(&r, 0, sizeof(r));
	r.dst = P(dst);
	r.table = KERNEL_PIN_TABLE;
	r.priority = KERNEL_PIN_PRIORITY;
	r.protocol = KERNEL_PROTO;
	return r;
}

/* the fake kernel */

static void link_add(kernel_link_t l)
{
	ck_assert_uint_eq(l.index, 0);
	ck_assert_ptr_null(kernel_state_find_link(&seen, l.name));
	for (size_t i = 0; i < seen.n_links; i++)
	{
		ck_assert(seen.links[i].kind != KERNEL_LINK_XFRM ||
				  seen.links[i].if_id != l.if_id);
	}
	l.index = next_index++;
	l.lower_up = true;
	kernel_state_link_event(&seen, &l, false);
}

static void link_set(kernel_link_t l)
{
	const kernel_link_t *there = kernel_state_link(&seen, l.index);

	ck_assert_ptr_nonnull(there);
	ck_assert_int_eq(there->kind, KERNEL_LINK_XFRM);
	ck_assert(!there->alias[0] || kernel_link_is_ours(there));
	l.lower_up = there->lower_up;
	l.mtu = l.mtu ? l.mtu : there->mtu;
	l.up = l.up || there->up;
	kernel_state_link_event(&seen, &l, false);
}

static void link_del(kernel_link_t l)
{
	const kernel_link_t *there = kernel_state_link(&seen, l.index);

	ck_assert_ptr_nonnull(there);
	ck_assert(kernel_link_is_ours(there));
	kernel_state_link_event(&seen, &l, true);
}

static void apply_addr(const kernel_op_t *op)
{
	const kernel_link_t *link = kernel_state_link(&seen, op->addr.link);
	bool add = op->kind == KERNEL_ADDR_ADD;

	ck_assert_ptr_nonnull(link);
	ck_assert(kernel_link_is_ours(link));
	for (size_t i = 0; add && i < seen.n_addrs; i++)
	{
		/* IPv6 has an address once, whatever its length */
		ck_assert(
			seen.addrs[i].link != op->addr.link ||
			op->addr.ifaddr.addr.family != FAMILY_IPV6 ||
			!addr_equal(&seen.addrs[i].ifaddr.addr, &op->addr.ifaddr.addr));
	}
	ck_assert(kernel_state_addr_event(&seen, &op->addr, !add));
}

static void apply_rule(const kernel_op_t *op)
{
	bool add = op->kind == KERNEL_RULE_ADD, routed = false;

	for (size_t i = 0; i < seen.n_routes; i++)
	{
		routed |= prefix_equal(&seen.routes[i].dst, &op->rule.dst) &&
				  seen.routes[i].table == op->rule.table;
	}
	/* a rule never points at a table without its route */
	ck_assert(!add || routed);
	ck_assert(kernel_state_rule_event(&seen, &op->rule, !add));
}

static void apply_route(const kernel_op_t *op)
{
	for (size_t i = 0; i < seen.n_routes; i++)
	{
		/* EEXIST, or somebody else's deleted */
		ck_assert(seen.routes[i].protocol == KERNEL_PROTO ||
				  !kernel_route_same_place(&seen.routes[i], &op->route));
	}
	ck_assert(kernel_state_route_event(&seen, &op->route,
									   op->kind == KERNEL_ROUTE_DEL));
}

static void apply_sysctl(const kernel_sysctl_t *s)
{
	for (size_t i = 0; i < seen.n_sysctls; i++)
	{
		if (!strcmp(seen.sysctls[i].path, s->path))
		{
			strcpy(seen.sysctls[i].value, s->value);
			return;
		}
	}
	kernel_state_add_sysctl(&seen, s->path, s->value);
}

static void apply(void)
{
	for (size_t i = 0; i < ops.count; i++)
	{
		const kernel_op_t *op = &ops.ops[i];

		switch (op->kind)
		{
			case KERNEL_LINK_ADD:
				link_add(op->link);
				break;
			case KERNEL_LINK_SET:
				link_set(op->link);
				break;
			case KERNEL_LINK_DEL:
				link_del(op->link);
				break;
			case KERNEL_ADDR_ADD:
			case KERNEL_ADDR_DEL:
				apply_addr(op);
				break;
			case KERNEL_RULE_ADD:
			case KERNEL_RULE_DEL:
				apply_rule(op);
				break;
			case KERNEL_ROUTE_SET:
			case KERNEL_ROUTE_DEL:
				apply_route(op);
				break;
			case KERNEL_SYSCTL_SET:
				apply_sysctl(&op->sysctl);
				break;
			case KERNEL_NEXTHOP_SET:
			case KERNEL_NEXTHOP_DEL:
			case KERNEL_GROUP_SET:
				ck_abort_msg("%s is not reconcile's", kernel_op_name(op->kind));
		}
	}
}

static void apply_and_quiet(void)
{
	run();
	apply();
	run();
	ck_assert_uint_eq(ops.count, 0);
}

/* single cases */

static void is_ops(const char *expected)
{
	char got[512] = "";

	for (size_t i = 0; i < ops.count; i++)
	{
		strcat(got, i ? ", " : "");
		strcat(got, kernel_op_name(ops.ops[i].kind));
	}
	ck_assert_str_eq(got, expected);
}

START_TEST(link_from_nothing)
{
	kernel_link_t l = xfrm("cyg-a", 7);

	kernel_state_add_link(&desired, &l);
	run();
	is_ops("link add");
	ck_assert_str_eq(ops.ops[0].link.alias, "cygnet b/cyg-a");
	apply_and_quiet();
	ck_assert_uint_eq(n_conflicts, 0);
}
END_TEST

START_TEST(link_settings)
{
	kernel_link_t l = xfrm("cyg-a", 7), there = l;

	kernel_state_add_link(&desired, &l);
	there.index = 9;
	kernel_state_add_link(&seen, &there);
	run();
	is_ops("");
	seen.links[0].mtu = 1300;
	run();
	is_ops("link set");
	ck_assert_uint_eq(ops.ops[0].link.index, 9);
	seen.links[0] = there;
	seen.links[0].up = false;
	run();
	is_ops("link set");
	seen.links[0] = there;
	strcpy(seen.links[0].alias, "cygnet x/y");
	run();
	is_ops("link set");
	apply_and_quiet();
	/* whatever MTU, and up is not ours to take away */
	desired.links[0].mtu = 0;
	desired.links[0].up = false;
	run();
	is_ops("");
}
END_TEST

START_TEST(link_adopted)
{
	kernel_link_t l = xfrm("cyg-a", 7), there = l;

	kernel_state_add_link(&desired, &l);
	there.index = 9;
	there.alias[0] = '\0';
	kernel_state_add_link(&seen, &there);
	run();
	is_ops("link set");
	ck_assert_uint_eq(n_conflicts, 0);
	apply_and_quiet();
}
END_TEST

START_TEST(link_conflicts)
{
	kernel_link_t l = xfrm("cyg-a", 7), there = l;

	kernel_state_add_link(&desired, &l);
	there.index = 9;
	/* marked by somebody else */
	strcpy(there.alias, "uplink");
	kernel_state_add_link(&seen, &there);
	run();
	is_ops("");
	ck_assert_uint_eq(n_conflicts, 1);
	ck_assert_ptr_eq(conflicts[0].desired, &desired.links[0]);
	ck_assert_ptr_eq(conflicts[0].seen, &seen.links[0]);
	/* of another kind, though it has our words */
	seen.links[0].kind = KERNEL_LINK_OTHER;
	strcpy(seen.links[0].alias, l.alias);
	run();
	is_ops("");
	ck_assert_uint_eq(n_conflicts, 1);
	/* another if_id, unmarked */
	seen.links[0] = there;
	seen.links[0].alias[0] = '\0';
	seen.links[0].if_id = 8;
	run();
	is_ops("");
	ck_assert_uint_eq(n_conflicts, 1);
	/* the if_id under another name */
	seen.links[0] = there;
	strcpy(seen.links[0].name, "ipsec0");
	run();
	is_ops("");
	ck_assert_uint_eq(n_conflicts, 1);
	/* the number is told also without room */
	n_conflicts = kernel_reconcile(&desired, &seen, &ops, NULL, 0);
	ck_assert_uint_eq(n_conflicts, 1);
}
END_TEST

START_TEST(link_made_anew)
{
	kernel_link_t l = xfrm("cyg-a", 7), m = xfrm("cyg-b", 8), there;

	/* if_ids changed places: both go before either comes */
	kernel_state_add_link(&desired, &l);
	kernel_state_add_link(&desired, &m);
	there = xfrm("cyg-a", 8);
	there.index = 9;
	kernel_state_add_link(&seen, &there);
	there = xfrm("cyg-b", 7);
	there.index = 10;
	kernel_state_add_link(&seen, &there);
	run();
	is_ops("link del, link del, link add, link add");
	apply_and_quiet();
	/* a new name for the if_id */
	strcpy(desired.links[0].name, "cyg-c");
	run();
	is_ops("link del, link add");
	apply_and_quiet();
}
END_TEST

START_TEST(link_not_wanted)
{
	kernel_link_t l = xfrm("cyg-a", 7);

	l.index = 9;
	kernel_state_add_link(&seen, &l);
	l = xfrm("ipsec0", 8);
	l.index = 10;
	l.alias[0] = '\0';
	kernel_state_add_link(&seen, &l);
	l = xfrm("cyg-veth", 0);
	l.index = 11;
	l.kind = KERNEL_LINK_OTHER;
	kernel_state_add_link(&seen, &l);
	run();
	is_ops("link del");
	ck_assert_uint_eq(ops.ops[0].link.index, 9);
}
END_TEST

START_TEST(addresses)
{
	kernel_link_t l = xfrm("cyg-a", 7), eth;
	kernel_addr_t a;

	l.index = 9;
	eth = l;
	eth.index = 3;
	eth.kind = KERNEL_LINK_OTHER;
	strcpy(eth.name, "eth0");
	kernel_state_add_link(&desired, &l);
	kernel_state_add_link(&desired, &eth);
	kernel_state_add_link(&seen, &l);
	kernel_state_add_link(&seen, &eth);
	/* wanted there, and the same with another length */
	a = addr_on(9, "2001:db8::1", 64);
	kernel_state_add_addr(&desired, &a);
	a.ifaddr.len = 127;
	kernel_state_add_addr(&seen, &a);
	/* wanted on a link that is not there yet */
	a = addr_on(0, "192.0.2.1", 30);
	kernel_state_add_addr(&desired, &a);
	/* on a link that is its owner's */
	a = addr_on(3, "192.0.2.9", 30);
	kernel_state_add_addr(&desired, &a);
	a = addr_on(3, "192.0.2.10", 30);
	kernel_state_add_addr(&seen, &a);
	/* the kernel's own link-local, and one of ours */
	a = addr_on(9, "fe80::77", 64);
	a.protocol = 0;
	kernel_state_add_addr(&seen, &a);
	run();
	is_ops("address del, address add");
	apply_and_quiet();
	a = addr_on(9, "fe80::78", 64);
	kernel_state_add_addr(&seen, &a);
	/* IPv4 link-local is what tunnels are numbered with */
	a = addr_on(9, "169.254.10.2", 30);
	a.protocol = 0;
	kernel_state_add_addr(&seen, &a);
	run();
	is_ops("address del, address del");
	apply_and_quiet();
}
END_TEST

START_TEST(addresses_wait_for_link)
{
	kernel_link_t l = xfrm("cyg-a", 7), there = xfrm("cyg-a", 8);
	kernel_addr_t a = addr_on(9, "192.0.2.1", 30);

	/* the link with this index goes in this pass */
	kernel_state_add_link(&desired, &l);
	kernel_state_add_addr(&desired, &a);
	there.index = 9;
	kernel_state_add_link(&seen, &there);
	run();
	is_ops("link del, link add");
}
END_TEST

START_TEST(pins)
{
	kernel_rule_t rule = pin_rule("198.51.100.7/32");
	kernel_route_t route = pin_route("198.51.100.7/32", 3);

	kernel_state_add_rule(&desired, &rule);
	kernel_state_add_route(&desired, &route);
	run();
	is_ops("route set, rule add");
	apply_and_quiet();
	/* the underlay changes: one step */
	desired.routes[0].gateway = A("192.0.2.1");
	run();
	is_ops("route set");
	ck_assert_uint_eq(ops.ops[0].replaces, 0);
	apply_and_quiet();
	/* the tunnel goes; somebody else's look-alikes stay */
	desired.n_rules = desired.n_routes = 0;
	rule.protocol = 4;
	rule.priority++;
	kernel_state_add_rule(&seen, &rule);
	route.protocol = 4;
	route.metric = 5;
	kernel_state_add_route(&seen, &route);
	run();
	is_ops("rule del, route del");
	apply_and_quiet();
	ck_assert_uint_eq(seen.n_rules, 1);
	ck_assert_uint_eq(seen.n_routes, 1);
}
END_TEST

START_TEST(unreachable)
{
	kernel_route_t r = pin_route("2001:db8::/32", 0);

	r.table = 254;
	r.type = KERNEL_UNREACHABLE;
	r.metric = 4294967295u;
	kernel_state_add_route(&desired, &r);
	r.link = 1;
	kernel_state_add_route(&seen, &r);
	run();
	is_ops("");
	seen.routes[0].type = KERNEL_BLACKHOLE;
	run();
	is_ops("route set");
	apply_and_quiet();
}
END_TEST

START_TEST(sysctls)
{
	kernel_link_t l = xfrm("cyg-a.1", 7);

	kernel_state_add_sysctl(&desired, "net/ipv4/ip_forward", "1");
	kernel_state_add_sysctl(&desired, "net/ipv4/conf/all/rp_filter", "2");
	kernel_state_add_sysctl(&desired, "net/ipv4/conf/cyg-a.1/rp_filter", "2");
	kernel_state_add_sysctl(&desired, "net/ipv6/conf/cyg-a.1/forwarding", "1");
	kernel_state_add_sysctl(&desired, "net/ipv6/conf/0123456789abcdef/x", "1");
	kernel_state_add_sysctl(&seen, "net/ipv4/ip_forward", "0");
	kernel_state_add_sysctl(&seen, "net/ipv4/conf/all/rp_filter", "2");
	run();
	is_ops("sysctl set");
	apply_and_quiet();
	/* with the link come its own */
	l.index = 9;
	kernel_state_add_link(&desired, &l);
	kernel_state_add_link(&seen, &l);
	run();
	is_ops("sysctl set, sysctl set");
	apply_and_quiet();
}
END_TEST

/* random worlds: few names and numbers, so that they meet */

static prng_t rng;

static bool maybe(unsigned percent)
{
	return prng_below(&rng, 100) < percent;
}

static unsigned pick(unsigned bound)
{
	return (unsigned)prng_below(&rng, bound);
}

static kernel_link_t random_link(void)
{
	char name[8];
	kernel_link_t l;

	snprintf(name, sizeof(name), "l%u", pick(6));
	l = xfrm(name, 1 + pick(6));
	l.mtu = 1300 + pick(3);
	l.up = maybe(80);
	return l;
}

static void random_desired(void)
{
	/* names and if_ids once each: the configuration sees to that */
	for (unsigned i = pick(6); i > 0; i--)
	{
		kernel_link_t l = random_link();
		bool taken = kernel_state_find_link(&desired, l.name);

		for (size_t j = 0; j < desired.n_links; j++)
		{
			taken |= desired.links[j].if_id == l.if_id;
		}
		if (!taken)
		{
			kernel_state_add_link(&desired, &l);
		}
	}
	for (unsigned i = pick(4); i > 0; i--)
	{
		char dst[32];
		kernel_route_t r;
		kernel_rule_t u;

		snprintf(dst, sizeof(dst), "198.51.100.%u/32", i);
		r = pin_route(dst, 1 + pick(3));
		u = pin_rule(dst);
		kernel_state_add_route(&desired, &r);
		kernel_state_add_rule(&desired, &u);
		if (maybe(50))
		{
			kernel_state_add_sysctl(&desired,
									maybe(50) ? "net/ipv4/conf/l1/rp_filter"
											  : "net/ipv4/ip_forward",
									maybe(50) ? "2" : "1");
			i = 1;
		}
	}
}

static void random_seen(void)
{
	for (unsigned i = pick(8); i > 0; i--)
	{
		kernel_link_t l = random_link();
		bool taken = kernel_state_find_link(&seen, l.name);

		if (maybe(30))
		{
			l.kind = KERNEL_LINK_OTHER;
			l.if_id = 0;
		}
		if (maybe(40))
		{
			strcpy(l.alias, maybe(50) ? "" : "uplink");
		}
		for (size_t j = 0; j < seen.n_links; j++)
		{
			taken |= l.if_id && seen.links[j].if_id == l.if_id;
		}
		l.index = next_index++;
		if (!taken)
		{
			kernel_state_add_link(&seen, &l);
		}
	}
	for (unsigned i = pick(8); i > 0; i--)
	{
		char dst[32];
		kernel_route_t r;
		kernel_rule_t u;

		snprintf(dst, sizeof(dst), "198.51.100.%u/32", pick(6));
		r = pin_route(dst, 1 + pick(3));
		u = pin_rule(dst);
		if (maybe(30))
		{
			/* somebody else's, beside ours: at our very place only a race
			 * puts it */
			r.protocol = u.protocol = 4;
			r.metric = 77;
			u.priority = 77;
			kernel_state_add_route(&seen, &r);
			kernel_state_add_rule(&seen, &u);
			continue;
		}
		kernel_state_route_event(&seen, &r, false);
		if (maybe(50))
		{
			kernel_state_rule_event(&seen, &u, false);
		}
	}
}

/* addresses name links by the index that they have now */
static void random_addrs(void)
{
	for (size_t i = 0; i < seen.n_links; i++)
	{
		for (unsigned n = pick(4); n > 0; n--)
		{
			kernel_addr_t a = addr_on(seen.links[i].index,
									  maybe(50) ? "fe80::1" : "192.0.2.1", 64);
			bool taken = false;

			a.ifaddr.len = maybe(50) ? 32 : 31;
			a.protocol = maybe(50) ? KERNEL_PROTO : 0;
			for (size_t j = 0; j < seen.n_addrs; j++)
			{
				taken |= seen.addrs[j].link == a.link &&
						 addr_equal(&seen.addrs[j].ifaddr.addr, &a.ifaddr.addr);
			}
			if (!taken)
			{
				kernel_state_add_addr(&seen, &a);
			}
		}
	}
}

static void desired_addrs(void)
{
	desired.n_addrs = 0;
	for (size_t i = 0; i < desired.n_links; i++)
	{
		const kernel_link_t *there =
			kernel_state_find_link(&seen, desired.links[i].name);
		kernel_addr_t a = addr_on(there ? there->index : 0, "192.0.2.1", 32);

		kernel_state_add_addr(&desired, &a);
		if (desired.links[i].if_id % 2)
		{
			a = addr_on(there ? there->index : 0, "2001:db8::1", 64);
			kernel_state_add_addr(&desired, &a);
		}
	}
}

static size_t count_foreign(void)
{
	size_t n = 0;

	for (size_t i = 0; i < seen.n_links; i++)
	{
		n += !kernel_link_is_ours(&seen.links[i]) && seen.links[i].alias[0];
	}
	for (size_t i = 0; i < seen.n_routes; i++)
	{
		n += seen.routes[i].protocol != KERNEL_PROTO;
	}
	for (size_t i = 0; i < seen.n_rules; i++)
	{
		n += seen.rules[i].protocol != KERNEL_PROTO;
	}
	return n;
}

static void all_wanted_is_there(void)
{
	size_t missing = 0;

	for (size_t i = 0; i < desired.n_links; i++)
	{
		const kernel_link_t *want = &desired.links[i];
		const kernel_link_t *l = kernel_state_find_link(&seen, want->name);

		missing += !l || !kernel_link_is_ours(l) || l->if_id != want->if_id;
	}
	ck_assert_uint_eq(missing, n_conflicts);
	for (size_t i = 0; i < desired.n_routes; i++)
	{
		ck_assert(!kernel_state_route_event(&seen, &desired.routes[i], false));
	}
	for (size_t i = 0; i < desired.n_rules; i++)
	{
		ck_assert(!kernel_state_rule_event(&seen, &desired.rules[i], false));
	}
}

START_TEST(worlds)
{
	for (unsigned i = 0; i < 500; i++)
	{
		size_t foreign, before;

		prng_seed(&rng, (uint64_t)_i * 500 + i);
		setup();
		random_desired();
		random_seen();
		random_addrs();
		desired_addrs();
		foreign = count_foreign();
		/* two passes: addresses and sysctls of links come after them */
		run();
		apply();
		desired_addrs();
		run();
		apply();
		before = n_conflicts;
		run();
		ck_assert_msg(!ops.count, "seed %u: %s", (unsigned)_i * 500 + i,
					  kernel_op_name(ops.ops[0].kind));
		ck_assert_uint_eq(n_conflicts, before);
		ck_assert_uint_eq(count_foreign(), foreign);
		all_wanted_is_there();
		teardown();
	}
	setup();
}
END_TEST

Suite *reconcile_suite(void)
{
	const struct
	{
		const char *name;
		const TTest *test;
		int count;
	} tests[] = {
		{"link_from_nothing", link_from_nothing, 1},
		{"link_settings", link_settings, 1},
		{"link_adopted", link_adopted, 1},
		{"link_conflicts", link_conflicts, 1},
		{"link_made_anew", link_made_anew, 1},
		{"link_not_wanted", link_not_wanted, 1},
		{"addresses", addresses, 1},
		{"addresses_wait_for_link", addresses_wait_for_link, 1},
		{"pins", pins, 1},
		{"unreachable", unreachable, 1},
		{"sysctls", sysctls, 1},
		{"worlds", worlds, 10},
	};
	Suite *s = suite_create("reconcile");

	for (size_t i = 0; i < countof(tests); i++)
	{
		TCase *tcase = tcase_create(tests[i].name);

		tcase_set_timeout(tcase, 60);
		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].count);
		suite_add_tcase(s, tcase);
	}
	return s;
}
