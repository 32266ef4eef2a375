/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The kernel's small objects, from a site.
 */

#include "unit/plan/suites.h"

#include "unit/plan/site.h"

#include <string.h>

static site_t site;
static kernel_state_t out;

static void setup(void)
{
	site_init(&site);
	kernel_state_init(&out);
}

static void teardown(void)
{
	kernel_state_deinit(&out);
}

static const char *sysctl(const char *path)
{
	const char *value = NULL;

	for (size_t i = 0; i < out.n_sysctls; i++)
	{
		if (strcmp(out.sysctls[i].path, path) == 0)
		{
			/* once only */
			ck_assert_ptr_null(value);
			value = out.sysctls[i].value;
		}
	}
	return value;
}

START_TEST(test_links)
{
	plan_kernel(&site.in, &out);
	/* the leased line is not ours to make, nor to give addresses */
	ck_assert_uint_eq(out.n_links, 2);
	for (unsigned i = 0; i < 2; i++)
	{
		const kernel_link_t *l = &out.links[i];

		ck_assert_str_eq(l->name, i ? "cyg-ali-2" : "cyg-ali-1");
		ck_assert_str_eq(l->alias,
						 i ? "cygnet alibaba/ali-2" : "cygnet alibaba/ali-1");
		ck_assert_int_eq(l->kind, KERNEL_LINK_XFRM);
		ck_assert_uint_eq(l->if_id, 1 + i);
		ck_assert_uint_eq(l->mtu, 1400);
		ck_assert_uint_eq(l->index, 10 + i);
		ck_assert(l->up);
	}
	ck_assert_uint_eq(out.n_addrs, 4);
	for (unsigned i = 0; i < 4; i++)
	{
		ck_assert_uint_eq(out.addrs[i].link, 10 + i / 2);
		ck_assert(
			addr_equal(&out.addrs[i].ifaddr.addr, &site.inner[i % 2].addr));
		ck_assert_uint_eq(out.addrs[i].ifaddr.len, site.inner[i % 2].len);
	}
	ck_assert_str_eq(sysctl("net/ipv4/conf/cyg-ali-1/rp_filter"), "2");
	ck_assert_str_eq(sysctl("net/ipv4/conf/cyg-ali-2/rp_filter"), "2");
	ck_assert_ptr_null(sysctl("net/ipv4/conf/eth7.100/rp_filter"));
	ck_assert_uint_eq(out.n_sysctls, 2);
}
END_TEST

/* what stands on a link waits for it; without an if_id there is none */
START_TEST(test_link_not_there)
{
	site.tunnels[0].link = 0;
	site.tunnels[1].if_id = 0;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_links, 1);
	ck_assert_uint_eq(out.links[0].index, 0);
	ck_assert_uint_eq(out.links[0].if_id, 1);
	ck_assert_uint_eq(out.n_addrs, 0);
	ck_assert_uint_eq(out.n_sysctls, 0);
}
END_TEST

/* the longest names fit */
START_TEST(test_long_names)
{
	static char bundle[CONFIG_NAME_MAX + 1], tunnel[CONFIG_NAME_MAX + 1];
	static char link[CONFIG_LINK_NAME_MAX + 1];
	char alias[KERNEL_ALIAS_MAX + 32], path[128];

	memset(bundle, 'b', CONFIG_NAME_MAX);
	memset(tunnel, 't', CONFIG_NAME_MAX);
	memset(link, 'l', CONFIG_LINK_NAME_MAX);
	site.bundles[0].name = bundle;
	site.tunnel_configs[0].name = tunnel;
	site.tunnel_configs[0].link = link;
	plan_kernel(&site.in, &out);
	ck_assert_str_eq(out.links[0].name, link);
	snprintf(alias, sizeof(alias), "cygnet %s/%s", bundle, tunnel);
	alias[KERNEL_ALIAS_MAX - 1] = '\0';
	ck_assert_str_eq(out.links[0].alias, alias);
	snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter", link);
	ck_assert_str_eq(sysctl(path), "2");
}
END_TEST

START_TEST(test_pins)
{
	/* one peer of two tunnels is one pin; one without a way is none */
	site.underlays[2] = site.underlays[1];
	site.underlays[2].found = false;
	site.underlays[2].peer = addr_v4(0xcb007103);
	site.underlays[1].peer = site.underlays[0].peer;
	site.in.n_underlays = 3;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_rules, 1);
	ck_assert_uint_eq(out.n_routes, 1);
	ck_assert_uint_eq(out.rules[0].priority, KERNEL_PIN_PRIORITY);
	ck_assert_uint_eq(out.rules[0].table, KERNEL_PIN_TABLE);
	ck_assert_uint_eq(out.rules[0].protocol, KERNEL_PROTO);
	ck_assert(addr_equal(&out.rules[0].dst.addr, &site.outer[0]));
	ck_assert_uint_eq(out.rules[0].dst.len, 32);
	ck_assert_uint_eq(out.routes[0].table, KERNEL_PIN_TABLE);
	ck_assert(prefix_equal(&out.routes[0].dst, &out.rules[0].dst));
	ck_assert_uint_eq(out.routes[0].link, 2);
	ck_assert(addr_equal(&out.routes[0].gateway, &site.underlays[0].gateway));
	ck_assert(addr_equal(&out.routes[0].source, &site.underlays[0].source));
	ck_assert_int_eq(out.routes[0].type, KERNEL_UNICAST);
	ck_assert_uint_eq(out.routes[0].nexthop, 0);
	ck_assert_uint_eq(out.routes[0].protocol, KERNEL_PROTO);
}
END_TEST

START_TEST(test_pin_ipv6)
{
	ck_assert(addr_parse("2001:db8::1", &site.underlays[0].peer));
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_rules, 2);
	ck_assert_uint_eq(out.rules[0].dst.len, 128);
}
END_TEST

START_TEST(test_no_pins)
{
	site.config.pin_underlay = false;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_rules, 0);
	ck_assert_uint_eq(out.n_routes, 0);
}
END_TEST

/* by bits: unreachable wanted, a member forwards */
START_TEST(test_when_down)
{
	site.config.pin_underlay = false;
	site.bundles[0].when_down =
		_i & 1 ? CONFIG_DOWN_UNREACHABLE : CONFIG_DOWN_WITHDRAW;
	for (unsigned i = 0; i < 3; i++)
	{
		site.tunnels[i].forwarding = _i & 2 && i == 2;
	}
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_routes, _i == 1 ? 2 : 0);
	for (size_t i = 0; i < out.n_routes; i++)
	{
		ck_assert(prefix_equal(&out.routes[i].dst, &site.protect[i]));
		ck_assert_int_eq(out.routes[i].type, KERNEL_UNREACHABLE);
		ck_assert_uint_eq(out.routes[i].metric, 4294967295);
		ck_assert_uint_eq(out.routes[i].table, 254);
		ck_assert_uint_eq(out.routes[i].protocol, KERNEL_PROTO);
	}
}
END_TEST

/* another bundle's members do not help, and what both protect comes once */
START_TEST(test_when_both_down)
{
	site.config.pin_underlay = false;
	site.config.n_bundles = 2;
	site.bundles[0].when_down = CONFIG_DOWN_UNREACHABLE;
	site.bundles[1].when_down = CONFIG_DOWN_UNREACHABLE;
	site.bundles[1].protect = site.bundles[0].protect;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_routes, 2);
	for (unsigned i = 0; i < 3; i++)
	{
		site.tunnels[i].forwarding = false;
	}
	kernel_state_deinit(&out);
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_routes, 2);
}
END_TEST

/* one of them is protected, too */
START_TEST(test_aggregates)
{
	prefix_t aggregates[2] = {site_prefix("172.31.0.0/16"), site.protect[0]};

	site.config.pin_underlay = false;
	site.bundles[0].when_down = CONFIG_DOWN_UNREACHABLE;
	for (unsigned i = 0; i < 3; i++)
	{
		site.tunnels[i].forwarding = _i == 0;
	}
	site.in.aggregates = aggregates;
	site.in.n_aggregates = 2;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_routes, _i == 0 ? 2 : 3);
	for (size_t i = 0; i < 2; i++)
	{
		const kernel_route_t *r = &out.routes[_i == 0 ? i : 2 * (1 - i)];

		ck_assert(prefix_equal(&r->dst, &aggregates[i]));
		ck_assert_int_eq(r->type, KERNEL_UNREACHABLE);
		ck_assert_uint_eq(r->metric, UINT32_MAX);
	}
}
END_TEST

START_TEST(test_sysctls)
{
	static const struct
	{
		const char *path, *value;
	} want[] = {
		{"net/ipv4/fib_multipath_hash_policy", "1"},
		{"net/ipv6/fib_multipath_hash_policy", "1"},
		{"net/ipv4/nexthop_compat_mode", "0"},
		{"net/ipv4/ip_forward", "1"},
		{"net/ipv6/conf/all/forwarding", "1"},
	};
	config_care_t care = (config_care_t)_i;

	site.in.n_tunnels = 0;
	site.config.multipath_hash = care;
	site.config.nexthop_compat = care;
	site.config.forwarding = care;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_sysctls, care == CONFIG_SET ? countof(want) : 0);
	for (size_t i = 0; care == CONFIG_SET && i < countof(want); i++)
	{
		ck_assert_ptr_nonnull(sysctl(want[i].path));
		ck_assert_str_eq(sysctl(want[i].path), want[i].value);
	}
}
END_TEST

START_TEST(test_absent)
{
	site.config.present = false;
	site.config.forwarding = CONFIG_SET;
	plan_kernel(&site.in, &out);
	ck_assert_uint_eq(out.n_links + out.n_addrs + out.n_rules + out.n_routes +
						  out.n_sysctls,
					  0);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *desired_suite(void)
{
	Suite *suite = suite_create("desired");

	add(suite, "links", test_links, 1);
	add(suite, "link not there", test_link_not_there, 1);
	add(suite, "long names", test_long_names, 1);
	add(suite, "pins", test_pins, 1);
	add(suite, "pin of IPv6", test_pin_ipv6, 1);
	add(suite, "no pins", test_no_pins, 1);
	add(suite, "when down", test_when_down, 4);
	add(suite, "when both are down", test_when_both_down, 1);
	add(suite, "aggregates", test_aggregates, 2);
	add(suite, "sysctls", test_sysctls, 3);
	add(suite, "absent", test_absent, 1);
	return suite;
}
