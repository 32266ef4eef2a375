/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * src/kernel against a real kernel. Each test runs in a network namespace of
 * its own that goes with its process; without the right to make one all are
 * skipped. What needs XFRM interfaces is skipped where the kernel has none:
 * tests/lab/run starts the same program in a guest that has them.
 * Somebody else's routes and links are made with ip(8).
 */

#include "kernel/kernel.h"
#include "unit/unit.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS_MAX 4096

static kernel_t *kernel;
static const kernel_ops_t *const k = &kernel_rtnetlink_ops;
static kernel_event_t *events;
static size_t n_events;
static unsigned n_lost;
static unsigned n_dumped;
static int dump_error;

static void on_event(void *user, const kernel_event_t *event)
{
	if (n_events < EVENTS_MAX)
	{
		events[n_events] = *event;
	}
	n_events++;
}

static void on_dumped(void *user, kernel_what_t what, int error)
{
	n_dumped++;
	dump_error = error;
}

static void on_lost(void *user)
{
	n_lost++;
}

static const kernel_sink_t sink = {
	.event = on_event,
	.dumped = on_dumped,
	.lost = on_lost,
};

static void sh(const char *command)
{
	ck_assert_msg(!system(command), "%s", command);
}

static bool holds(const char *command)
{
	return !system(command);
}

/** of a sort, notified or dumped */
static unsigned events_of(kernel_what_t what, bool dump)
{
	unsigned n = 0;

	for (size_t i = 0; i < n_events && i < EVENTS_MAX; i++)
	{
		n += events[i].what == what && events[i].dump == dump;
	}
	return n;
}

/** the first of a sort, notified or dumped */
static const kernel_event_t *first(kernel_what_t what, bool dump)
{
	for (size_t i = 0; i < n_events && i < EVENTS_MAX; i++)
	{
		if (events[i].what == what && events[i].dump == dump)
		{
			return &events[i];
		}
	}
	ck_abort_msg("no such event");
	return NULL;
}

static void drain(void)
{
	while (kernel_read(kernel, 1000))
	{
	}
}

static void setup(void)
{
	int error;

	ck_assert_int_eq(unshare(CLONE_NEWNET), 0);
	events = mem_array(EVENTS_MAX, sizeof(*events));
	n_events = n_lost = n_dumped = 0;
	/* no link-local addresses of the kernel's, which come when they will */
	sh("echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode;"
	   "ip link set lo up; ip link add v0 type veth peer name v1;"
	   "ip link set v0 up; ip link set v1 up;"
	   "ip addr add 192.0.2.1/24 dev v0;"
	   "ip -6 addr add 2001:db8::1/64 dev v0 nodad");
	kernel = kernel_open(&sink, NULL, &error);
	ck_assert_ptr_nonnull(kernel);
}

static void teardown(void)
{
	kernel_close(kernel);
	free(events);
}

static uint32_t link_index(const char *name)
{
	char path[64];
	unsigned index = 0;
	FILE *f;

	/* /sys shows the namespace that it was mounted in */
	snprintf(path, sizeof(path), "ip -o link show dev %s | cut -d: -f1", name);
	f = popen(path, "r");
	ck_assert_int_eq(fscanf(f, "%u", &index), 1);
	pclose(f);
	return index;
}

static addr_t A(const char *text)
{
	addr_t a;

	ck_assert(addr_parse(text, &a));
	return a;
}

static prefix_t P(const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return p;
}

static unsigned one(const kernel_op_t *op, int *error)
{
	return k->write(kernel, op, 1, error);
}

static void must(const kernel_op_t *op)
{
	char line[KERNEL_OP_STR_MAX];
	int error;

	one(op, &error);
	ck_assert_msg(!error, "%s: %s", kernel_op_format(op, line),
				  strerror(-error));
}

static kernel_op_t nexthop_op(unsigned n, const char *gateway)
{
	kernel_op_t op = {.kind = KERNEL_NEXTHOP_SET};

	op.nexthop.id = KERNEL_NH_FIRST + n;
	op.nexthop.link = link_index("v0");
	op.nexthop.gateway = A(gateway);
	op.nexthop.family = op.nexthop.gateway.family;
	return op;
}

static kernel_op_t group_op(unsigned n, unsigned a, unsigned b)
{
	kernel_op_t op = {.kind = KERNEL_GROUP_SET};

	op.group.id = KERNEL_NH_FIRST + n;
	op.group.count = b ? 2 : 1;
	op.group.members[0] = (kernel_group_member_t){KERNEL_NH_FIRST + a, 1};
	op.group.members[1] = (kernel_group_member_t){KERNEL_NH_FIRST + b, 3};
	return op;
}

static kernel_op_t route_op(const char *dst, unsigned n, uint32_t metric)
{
	kernel_op_t op = {.kind = KERNEL_ROUTE_SET};

	op.route.dst = P(dst);
	op.route.table = 254;
	op.route.metric = metric;
	op.route.nexthop = KERNEL_NH_FIRST + n;
	return op;
}

/* next hops 1 and 2, groups 11 (both) and 12 (the second); 21 to 32 in IPv6 */
static void make_groups(void)
{
	kernel_op_t ops[] = {
		nexthop_op(1, "192.0.2.2"),
		nexthop_op(2, "192.0.2.3"),
		group_op(11, 1, 2),
		group_op(12, 2, 0),
		nexthop_op(21, "2001:db8::2"),
		nexthop_op(22, "2001:db8::3"),
		group_op(31, 21, 22),
		group_op(32, 22, 0),
	};
	int errors[countof(ops)];

	ck_assert_uint_eq(k->write(kernel, ops, countof(ops), errors), 0);
}

/** two families through one test body */
typedef struct family_case_t
{
	const char *ip;
	const char *dst;
	const char *foreign;
	unsigned both;
	unsigned second;
} family_case_t;

static const family_case_t families[] = {
	{"ip", "10.1.0.0/24", "via 192.0.2.9", 11, 12},
	{"ip -6", "2001:db8:1::/48", "via 2001:db8::9", 31, 32},
};

static bool routes_are(const family_case_t *f, const char *what, unsigned n)
{
	char command[256];

	snprintf(command, sizeof(command),
			 "test \"$(%s -o route show %s %s | wc -l)\" = %u", f->ip, f->dst,
			 what, n);
	return holds(command);
}

/* a group that the kernel dropped is not made anew unasked: its routes are gone,
 * and ENOENT tells */
START_TEST(group_dropped)
{
	kernel_op_t op = group_op(11, 1, 0), del = {.kind = KERNEL_NEXTHOP_DEL};
	int error = 0;

	make_groups();
	op.replaces = op.group.id;
	must(&op);
	del.nexthop.id = op.group.id;
	must(&del);
	ck_assert_uint_eq(k->write(kernel, &op, 1, &error), 1);
	ck_assert_int_eq(error, -ENOENT);
	op.replaces = 0;
	must(&op);
}
END_TEST

static bool buckets_are(unsigned n, unsigned want)
{
	char command[160];

	snprintf(command, sizeof(command),
			 "test \"$(ip nexthop bucket show id %u | grep -c 'nhid %u ')\" "
			 "= %u",
			 KERNEL_NH_FIRST + 11, KERNEL_NH_FIRST + n, want);
	return holds(command);
}

/* a bucket stays with its member, all move at once from one that goes, and the
 * kernel changes neither the sort of a group nor its size */
START_TEST(resilient_group)
{
	kernel_op_t op = group_op(11, 1, 2);
	int error = 0;

	ck_assert_int_eq(kernel_probe_resilient(kernel), 0);
	make_groups();
	op.group.buckets = (kernel_buckets_t){64, 10, 60};
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
	op.kind = KERNEL_NEXTHOP_DEL;
	must(&op);
	op.kind = KERNEL_GROUP_SET;
	drain();
	n_events = 0;
	must(&op);
	/* one to three */
	ck_assert(buckets_are(1, 16) && buckets_are(2, 48));
	op.replaces = op.group.id;
	op.group.members[0] = op.group.members[1];
	op.group.count = 1;
	must(&op);
	ck_assert(buckets_are(1, 0) && buckets_are(2, 64));
	op.group.buckets.count = 128;
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
	op.group.buckets = (kernel_buckets_t){64, 1, 3600};
	must(&op);
	drain();
	/* the group is told, its buckets are not */
	ck_assert_uint_eq(n_events, 3);
	ck_assert_mem_eq(&events[2].group.buckets, &op.group.buckets,
					 sizeof(op.group.buckets));
}
END_TEST

START_TEST(route_new_change_delete)
{
	const family_case_t *f = &families[_i];
	kernel_op_t op;

	make_groups();
	op = route_op(f->dst, f->both, 20);
	must(&op);
	ck_assert(routes_are(f, "proto 110 metric 20", 1));
	/* set again as new: stale, removed and made anew */
	must(&op);
	ck_assert(routes_are(f, "", 1));
	/* changed to another group */
	op = route_op(f->dst, f->second, 20);
	op.replaces = KERNEL_NH_FIRST + f->both;
	must(&op);
	ck_assert(routes_are(f, "", 1));
	ck_assert(holds(f->ip[2] ? "ip -6 route show 2001:db8:1::/48 | grep -q "
							   "'nhid 1124073504 '"
							 : "ip route show 10.1.0.0/24 | grep -q "
							   "'nhid 1124073484 '"));
	/* again, and again with the old one long gone */
	must(&op);
	must(&op);
	ck_assert(routes_are(f, "", 1));
	op.replaces = op.route.nexthop;
	must(&op);
	ck_assert(routes_are(f, "", 1));
	op.kind = KERNEL_ROUTE_DEL;
	must(&op);
	ck_assert(routes_are(f, "", 0));
	must(&op);
}
END_TEST

START_TEST(route_foreign_untouched)
{
	const family_case_t *f = &families[_i];
	char command[256];
	kernel_op_t op;
	int error;

	make_groups();
	snprintf(command, sizeof(command),
			 "%s route add %s %s proto static metric 20", f->ip, f->dst,
			 f->foreign);
	sh(command);
	op = route_op(f->dst, f->both, 20);
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EEXIST);
	ck_assert(routes_are(f, "proto static", 1));
	ck_assert(routes_are(f, "", 1));
	/* we think that ours is there: it comes beside, and goes */
	op.replaces = KERNEL_NH_FIRST + f->second;
	must(&op);
	ck_assert(routes_are(f, "proto static", 1));
	ck_assert(routes_are(f, "proto 110", 1));
	op.kind = KERNEL_ROUTE_DEL;
	op.route.nexthop = 0;
	must(&op);
	must(&op);
	ck_assert(routes_are(f, "proto static", 1));
	ck_assert(routes_are(f, "", 1));
	/* our default metric is not any metric */
	op = route_op(f->dst, f->both, 0);
	must(&op);
	op.kind = KERNEL_ROUTE_DEL;
	must(&op);
	ck_assert(routes_are(f, "proto static", 1));
}
END_TEST

START_TEST(route_to_missing_group)
{
	const family_case_t *f = &families[_i];
	kernel_op_t op;
	int error;

	make_groups();
	op = route_op(f->dst, f->both, 20);
	must(&op);
	/* a change that fails leaves the old route */
	op = route_op(f->dst, 77, 20);
	op.replaces = KERNEL_NH_FIRST + f->both;
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_lt(error, 0);
	ck_assert(routes_are(f, "proto 110", 1));
}
END_TEST

/** in this thread, or in the other: write_begin and write_end */
static unsigned write_by(bool other, const kernel_op_t *ops, size_t n,
						 int *errors)
{
	unsigned failed;

	if (!other)
	{
		return k->write(kernel, ops, n, errors);
	}
	ck_assert(k->write_begin(kernel, ops, n, errors));
	ck_assert(!k->write_begin(kernel, ops, n, errors));
	ck_assert(k->write_end(kernel, true, &failed));
	return failed;
}

START_TEST(batch_errors_by_place)
{
	enum
	{
		N = 1500
	};
	kernel_op_t *ops = mem_array(N, sizeof(*ops));
	int *errors = mem_array(N, sizeof(*errors));

	make_groups();
	for (unsigned i = 0; i < N; i++)
	{
		addr_t a = addr_v4(0x0a000000u + (i << 8));

		ops[i].kind = KERNEL_ROUTE_SET;
		ops[i].route.dst = prefix_make(&a, 24);
		ops[i].route.table = 254;
		ops[i].route.metric = 20;
		ops[i].route.nexthop = KERNEL_NH_FIRST + (i % 7 ? 11 : 77);
	}
	ck_assert_uint_eq(write_by(_i, ops, N, errors), (N + 6) / 7);
	for (unsigned i = 0; i < N; i++)
	{
		ck_assert_int_eq(errors[i] != 0, i % 7 == 0);
	}
	/* every one fails: as many errors as can be in one batch */
	for (unsigned i = 0; i < N; i++)
	{
		ops[i].route.nexthop = KERNEL_NH_FIRST + 77;
		ops[i].route.metric = 21;
	}
	ck_assert_uint_eq(write_by(_i, ops, N, errors), N);
	for (unsigned i = 0; i < N; i++)
	{
		ck_assert_int_ne(errors[i], 0);
		ck_assert_int_ne(errors[i], -ENOBUFS);
	}
	ck_assert(!_i || !k->write_begin(kernel, ops, 63, errors));
	/* none of our own routes is told back, the next hops are */
	drain();
	ck_assert_uint_eq(n_lost, 0);
	ck_assert_uint_gt(n_events, 0);
	for (size_t i = 0; i < n_events; i++)
	{
		ck_assert(events[i].what != KERNEL_WHAT_ROUTE || !events[i].ours);
		if (events[i].what == KERNEL_WHAT_GROUP)
		{
			ck_assert(events[i].own && events[i].ours && !events[i].dump);
		}
	}
	free(ops);
	free(errors);
}
END_TEST

static void is_v0(void *user, const char *name,
				  const kernel_link_stats_t *stats)
{
	if (strcmp(name, "v0") == 0)
	{
		*(kernel_link_stats_t *)user = *stats;
	}
}

START_TEST(counters)
{
	kernel_link_stats_t before = {0}, after = {0};

	ck_assert_int_eq(k->links_stats(kernel, is_v0, &before), 0);
	sh("ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev v0;"
	   "ping -c 3 -i 0.01 -s 100 -W 1 192.0.2.2 >/dev/null; true");
	ck_assert_int_eq(k->links_stats(kernel, is_v0, &after), 0);
	ck_assert_uint_ge(after.tx_packets, before.tx_packets + 3);
	ck_assert_uint_ge(after.tx_bytes, before.tx_bytes + 3 * 100);
}
END_TEST

static void dump(kernel_what_t what)
{
	n_events = n_dumped = 0;
	ck_assert_int_eq(k->dump(kernel, what), 0);
	ck_assert_int_eq(k->dump(kernel, what), -EBUSY);
	/* in small slices: it must come to its end all the same */
	for (unsigned i = 0; !n_dumped && i < 100000; i++)
	{
		kernel_read(kernel, 1);
	}
	ck_assert_uint_eq(n_dumped, 1);
	ck_assert_int_eq(dump_error, 0);
}

static unsigned count(kernel_what_t what, bool ours)
{
	unsigned n = 0;

	for (size_t i = 0; i < n_events && i < EVENTS_MAX; i++)
	{
		n += events[i].dump && events[i].what == what &&
			 (!ours || events[i].ours);
	}
	return n;
}

START_TEST(dumps)
{
	kernel_op_t ops[] = {
		route_op("10.1.0.0/24", 11, 20),
		route_op("10.2.0.0/24", 12, 20),
		route_op("2001:db8:1::/48", 31, 20),
	};
	int errors[countof(ops)];

	make_groups();
	ops[1].route.table = 1000;
	sh("ip route add 10.9.0.0/24 via 192.0.2.9; ip rule add to 10.7.7.7 "
	   "lookup 99 priority 77; ip nexthop add id 5 via 192.0.2.77 dev v0");
	ck_assert_uint_eq(k->write(kernel, ops, countof(ops), errors), 0);
	drain();

	dump(KERNEL_WHAT_ROUTE);
	ck_assert_uint_eq(count(KERNEL_WHAT_ROUTE, true), 3);
	ck_assert_uint_eq(events_of(KERNEL_WHAT_ROUTE, true), 3);
	for (size_t i = 0; i < countof(ops); i++)
	{
		ops[i].route.protocol = KERNEL_PROTO;
		unsigned found = 0;

		for (size_t j = 0; j < n_events; j++)
		{
			found +=
				!memcmp(&events[j].route, &ops[i].route, sizeof(ops[i].route));
		}
		ck_assert_uint_eq(found, 1);
	}
	dump(KERNEL_WHAT_GROUP);
	ck_assert_uint_eq(count(KERNEL_WHAT_GROUP, true), 4);
	ck_assert_uint_eq(events_of(KERNEL_WHAT_NEXTHOP, true), 0);
	ck_assert_uint_eq(first(KERNEL_WHAT_GROUP, true)->group.count, 2);
	ck_assert_uint_eq(first(KERNEL_WHAT_GROUP, true)->group.members[1].weight,
					  3);
	dump(KERNEL_WHAT_NEXTHOP);
	ck_assert_uint_eq(count(KERNEL_WHAT_NEXTHOP, true), 4);
	ck_assert_uint_eq(count(KERNEL_WHAT_NEXTHOP, false), 5);
	ck_assert_uint_eq(count(KERNEL_WHAT_GROUP, true), 4);
	dump(KERNEL_WHAT_LINK);
	ck_assert_uint_ge(n_events, 3);
	ck_assert_uint_eq(count(KERNEL_WHAT_LINK, true), 0);
	dump(KERNEL_WHAT_ADDR);
	ck_assert_uint_ge(count(KERNEL_WHAT_ADDR, false), 4);
	ck_assert_uint_eq(count(KERNEL_WHAT_ADDR, true), 0);
	dump(KERNEL_WHAT_RULE);
	ck_assert_uint_ge(n_events, 6);
}
END_TEST

START_TEST(notifications)
{
	bool replaced = false, gone = false;
	uint32_t v1 = link_index("v1");

	drain();
	n_events = 0;
	sh("ip route add 10.9.0.0/24 via 192.0.2.9 metric 20;"
	   "ip route replace 10.9.0.0/24 via 192.0.2.10 metric 20;"
	   "ip link set v1 down; ip addr del 192.0.2.1/24 dev v0;"
	   "ip rule add to 10.7.7.7 lookup 99 priority 77");
	drain();
	ck_assert_uint_gt(n_events, 4);
	for (size_t i = 0; i < n_events; i++)
	{
		const kernel_event_t *e = &events[i];

		ck_assert(!e->own && !e->dump && !e->ours);
		replaced |= e->what == KERNEL_WHAT_ROUTE && e->replaced;
		gone |= e->what == KERNEL_WHAT_LINK && e->link.index == v1 &&
				!e->link.up && !strcmp(e->link.name, "v1");
	}
	ck_assert(replaced);
	ck_assert(gone);
}
END_TEST

START_TEST(notifications_lost)
{
	int fds[2], small = 4096;

	drain();
	kernel_fds(kernel, fds);
	ck_assert_int_eq(
		setsockopt(fds[0], SOL_SOCKET, SO_RCVBUF, &small, sizeof(small)), 0);
	sh("for i in 0 1 2 3 4 5 6 7 8 9; do"
	   "  for j in 0 1 2 3 4; do echo link set v1 alias $i$j; done;"
	   "done | ip -b -");
	drain();
	ck_assert_uint_ge(n_lost, 1);
	/* and it goes on */
	n_events = 0;
	sh("ip link set v1 alias x");
	drain();
	ck_assert_str_eq(first(KERNEL_WHAT_LINK, false)->link.alias, "x");
}
END_TEST

static void pin(const char *dst, const char *gateway)
{
	kernel_op_t ops[2];
	int errors[2];

	memset(ops, 0, sizeof(ops));
	ops[0].kind = KERNEL_ROUTE_SET;
	ops[0].route.dst = P(dst);
	ops[0].route.table = KERNEL_PIN_TABLE;
	ops[0].route.link = link_index("v0");
	ops[0].route.gateway = A(gateway);
	ops[1].kind = KERNEL_RULE_ADD;
	ops[1].rule.dst = ops[0].route.dst;
	ops[1].rule.table = KERNEL_PIN_TABLE;
	ops[1].rule.priority = KERNEL_PIN_PRIORITY;
	ck_assert_uint_eq(k->write(kernel, ops, 2, errors), 0);
}

START_TEST(underlay_way)
{
	static const struct
	{
		const char *ip, *all, *peer, *host, *gw1, *gw2, *cover;
		unsigned ours;
	} cases[] = {
		{"ip", "default", "198.51.100.7", "198.51.100.7/32", "192.0.2.5",
		 "192.0.2.6", "198.51.100.0/24", 11},
		{"ip -6", "default", "2001:db8:99::7", "2001:db8:99::7/128",
		 "2001:db8::5", "2001:db8::6", "2001:db8:99::/64", 31},
	};
	addr_t peer = A(cases[_i].peer), gateway = A(cases[_i].gw1);
	const kernel_event_t *e;
	kernel_route_t way;
	char command[256];
	kernel_op_t op;

	make_groups();
	/* v1 stands for the tunnel: next hops of ours are on another link */
	ck_assert_int_eq(k->route_get(kernel, &peer, &way), -ENETUNREACH);
	snprintf(command, sizeof(command),
			 "ip link add u0 type veth peer name u1; ip link set u0 up;"
			 "ip link set u1 up; ip -6 addr add 2001:db8:5::1/64 dev u0 nodad;"
			 "ip addr add 203.0.113.1/24 dev u0;"
			 "%s route add %s via %s dev v0 proto dhcp metric 100",
			 cases[_i].ip, cases[_i].all, cases[_i].gw1);
	sh(command);
	ck_assert_int_eq(k->route_get(kernel, &peer, &way), 0);
	ck_assert(addr_equal(&way.gateway, &gateway));
	ck_assert_uint_eq(way.link, link_index("v0"));
	ck_assert_uint_eq(way.dst.len, 0);
	ck_assert_uint_eq(way.protocol, 16);
	ck_assert(addr_is_set(&way.source));
	/* with a pin, and another gateway below it */
	drain();
	n_events = 0;
	pin(cases[_i].host, cases[_i].gw1);
	drain();
	/* what is pinned is told back: it has no next hop id */
	e = first(KERNEL_WHAT_ROUTE, false);
	ck_assert(e->own && e->ours);
	ck_assert_uint_eq(e->route.table, KERNEL_PIN_TABLE);
	ck_assert(first(KERNEL_WHAT_RULE, false)->own);
	pin(cases[_i].host, cases[_i].gw1);
	snprintf(command, sizeof(command),
			 "%s route replace %s via %s dev v0 proto dhcp metric 100",
			 cases[_i].ip, cases[_i].all, cases[_i].gw2);
	sh(command);
	gateway = A(cases[_i].gw2);
	ck_assert_int_eq(k->route_get(kernel, &peer, &way), 0);
	ck_assert(addr_equal(&way.gateway, &gateway));
	/* the pin is what others see, and follows in one step */
	snprintf(command, sizeof(command), "%s route get %s | grep -q 'via %s '",
			 cases[_i].ip, cases[_i].peer, cases[_i].gw1);
	ck_assert(holds(command));
	pin(cases[_i].host, cases[_i].gw2);
	snprintf(command, sizeof(command), "%s route get %s | grep -q 'via %s '",
			 cases[_i].ip, cases[_i].peer, cases[_i].gw2);
	ck_assert(holds(command));
	/* routes of ours that cover the peer, by another link */
	op = nexthop_op(40, _i ? "2001:db8:5::2" : "203.0.113.2");
	op.nexthop.link = link_index("u0");
	must(&op);
	op = group_op(41, 40, 0);
	must(&op);
	op = route_op(cases[_i].cover, 41, 20);
	must(&op);
	op = route_op(_i ? "::/0" : "0.0.0.0/0", 41, 20);
	must(&op);
	ck_assert_int_eq(k->route_get(kernel, &peer, &way), 0);
	ck_assert(addr_equal(&way.gateway, &gateway));
	ck_assert_uint_eq(way.link, link_index("v0"));
}
END_TEST

/** the kernel tells of its own link-local addresses at any time */
static const kernel_event_t *first_of_addr(const char *text)
{
	addr_t addr = A(text);

	for (unsigned i = 0; i < n_events; i++)
	{
		if (events[i].what == KERNEL_WHAT_ADDR &&
			addr_equal(&events[i].addr.ifaddr.addr, &addr))
		{
			return &events[i];
		}
	}
	ck_abort_msg("no event of %s", text);
	return NULL;
}

START_TEST(addresses)
{
	kernel_op_t op = {.kind = KERNEL_ADDR_ADD};
	const kernel_event_t *e;

	drain();
	n_events = 0;
	op.addr.link = link_index("v1");
	op.addr.ifaddr = (ifaddr_t){A("169.254.10.2"), 30};
	must(&op);
	must(&op);
	op.addr.ifaddr = (ifaddr_t){A("fe80::cafe"), 64};
	must(&op);
	must(&op);
	ck_assert(holds("ip addr show v1 | grep -q 169.254.10.2/30"));
	ck_assert(holds("! ip -6 addr show v1 | grep -q 'cafe.*tentative'"));
	drain();
	ck_assert_uint_ge(n_events, 2);
	e = first_of_addr("169.254.10.2");
	ck_assert(!e->gone && e->ours);
	ck_assert_uint_eq(e->addr.ifaddr.len, 30);
	op.kind = KERNEL_ADDR_DEL;
	must(&op);
	must(&op);
	ck_assert(holds("! ip -6 addr show v1 | grep -q cafe"));
	op.addr.ifaddr = (ifaddr_t){A("169.254.10.2"), 30};
	op.addr.peer = A("169.254.10.1");
	op.kind = KERNEL_ADDR_DEL;
	op.addr.peer = addr_none;
	must(&op);
	ck_assert(holds("! ip addr show v1 | grep -q 169.254"));
}
END_TEST

START_TEST(rules)
{
	kernel_op_t op = {.kind = KERNEL_RULE_ADD};

	op.rule.dst = P("198.51.100.7/32");
	op.rule.table = KERNEL_PIN_TABLE;
	op.rule.priority = KERNEL_PIN_PRIORITY;
	must(&op);
	must(&op);
	/* the same of somebody else's stays */
	sh("ip rule add to 198.51.100.7 lookup 1129906177 priority 4300 "
	   "uidrange 0-4294967293");
	drain();
	op.kind = KERNEL_RULE_DEL;
	must(&op);
	must(&op);
	ck_assert(holds("test $(ip rule | grep -c 198.51.100.7) = 1"));
}
END_TEST

START_TEST(sysctls)
{
	kernel_op_t op = {.kind = KERNEL_SYSCTL_SET};
	char value[24];
	int error;

	strcpy(op.sysctl.path, "net/ipv4/fib_multipath_hash_policy");
	ck_assert_int_eq(k->sysctl_get(kernel, op.sysctl.path, value), 0);
	ck_assert_str_eq(value, "0");
	strcpy(op.sysctl.value, "1");
	must(&op);
	ck_assert_int_eq(k->sysctl_get(kernel, op.sysctl.path, value), 0);
	ck_assert_str_eq(value, "1");
	strcpy(op.sysctl.path, "net/../kernel/hostname");
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
	strcpy(op.sysctl.path, "kernel/hostname");
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
	strcpy(op.sysctl.path, "net/ipv4/conf/none/rp_filter");
	ck_assert_int_eq(k->sysctl_get(kernel, op.sysctl.path, value), -ENOENT);
}
END_TEST

START_TEST(foreign_refused)
{
	kernel_op_t op = {.kind = KERNEL_LINK_DEL};
	int error;

	op.link.index = link_index("v1");
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
	op.kind = KERNEL_NEXTHOP_DEL;
	op.nexthop.id = 5;
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
	op = nexthop_op(1, "192.0.2.2");
	op.nexthop.id = KERNEL_NH_LAST + 1;
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EINVAL);
}
END_TEST

static bool kernel_has_xfrm(void)
{
	bool has = holds("ip link add probe0 type xfrm if_id 99 2>/dev/null");

	if (has)
	{
		sh("ip link del probe0");
	}
	return has;
}

START_TEST(probe_xfrm)
{
	int expected = kernel_has_xfrm() ? 0 : -EOPNOTSUPP;

	ck_assert_int_eq(kernel_probe_xfrm(kernel), expected);
	ck_assert(holds("test $(ip -o link | wc -l) = 3"));
}
END_TEST

static kernel_op_t link_op(const char *name, uint32_t if_id)
{
	kernel_op_t op = {.kind = KERNEL_LINK_ADD};

	op.link.kind = KERNEL_LINK_XFRM;
	op.link.if_id = if_id;
	op.link.mtu = 1400;
	op.link.up = true;
	snprintf(op.link.name, sizeof(op.link.name), "%s", name);
	snprintf(op.link.alias, sizeof(op.link.alias), "cygnet b/%s", name);
	return op;
}

START_TEST(xfrm_links)
{
	kernel_op_t op = link_op("cyg-a", 7);
	const kernel_link_t *last = NULL;
	int error;

	if (!kernel_has_xfrm())
	{
		ck_assert_uint_eq(one(&op, &error), 1);
		ck_assert_int_eq(error, -EOPNOTSUPP);
		return;
	}
	drain();
	n_events = 0;
	must(&op);
	ck_assert(
		holds("ip -d link show cyg-a | tr -d '\\n' | "
			  "grep 'UP.*mtu 1400.*xfrm if_id 0x7.*alias cygnet b/cyg-a'"));
	drain();
	for (size_t i = 0; i < n_events; i++)
	{
		if (events[i].what == KERNEL_WHAT_LINK)
		{
			last = &events[i].link;
		}
	}
	ck_assert_ptr_nonnull(last);
	ck_assert(kernel_link_is_ours(last) && last->up && last->lower_up);
	ck_assert_uint_eq(last->if_id, 7);
	ck_assert_uint_eq(last->mtu, 1400);
	ck_assert_str_eq(last->name, "cyg-a");
	/* the name, or the if_id, is somebody else's: not marked as ours */
	sh("ip link add cyg-b type xfrm if_id 8");
	op = link_op("cyg-b", 9);
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EEXIST);
	op = link_op("cyg-c", 8);
	ck_assert_uint_eq(one(&op, &error), 1);
	ck_assert_int_eq(error, -EEXIST);
	ck_assert(holds("! ip link show cyg-b | grep -q cygnet"));
	op = (kernel_op_t){.kind = KERNEL_LINK_DEL};
	op.link = *last;
	must(&op);
	must(&op);
	ck_assert(holds("! ip link show cyg-a 2>/dev/null"));
}
END_TEST

START_TEST(xfrm_nexthop)
{
	kernel_op_t op = link_op("cyg-a", 7);

	if (!kernel_has_xfrm())
	{
		return;
	}
	must(&op);
	op = (kernel_op_t){.kind = KERNEL_NEXTHOP_SET};
	op.nexthop.id = KERNEL_NH_FIRST + 1;
	op.nexthop.family = FAMILY_IPV4;
	op.nexthop.link = link_index("cyg-a");
	must(&op);
	op.nexthop.id = KERNEL_NH_FIRST + 2;
	op.nexthop.family = FAMILY_IPV6;
	must(&op);
	op = group_op(11, 1, 0);
	must(&op);
	op = group_op(12, 2, 0);
	must(&op);
	op = route_op("10.0.0.0/8", 11, 20);
	must(&op);
	op = route_op("2001:db8:1::/48", 12, 20);
	must(&op);
	ck_assert(holds("ip route get 10.1.1.1 | grep -q 'dev cyg-a'"));
	ck_assert(holds("ip -6 route get 2001:db8:1::1 | grep -q 'dev cyg-a'"));
}
END_TEST

static Suite *native_suite(void)
{
	const struct
	{
		const char *name;
		const TTest *test;
		int count;
	} tests[] = {
		{"group_dropped", group_dropped, 1},
		{"resilient_group", resilient_group, 1},
		{"route_new_change_delete", route_new_change_delete, 2},
		{"route_foreign_untouched", route_foreign_untouched, 2},
		{"route_to_missing_group", route_to_missing_group, 2},
		{"batch_errors_by_place", batch_errors_by_place, 2},
		{"counters", counters, 1},
		{"dumps", dumps, 1},
		{"notifications", notifications, 1},
		{"notifications_lost", notifications_lost, 1},
		{"underlay_way", underlay_way, 2},
		{"addresses", addresses, 1},
		{"rules", rules, 1},
		{"sysctls", sysctls, 1},
		{"foreign_refused", foreign_refused, 1},
		{"probe_xfrm", probe_xfrm, 1},
		{"xfrm_links", xfrm_links, 1},
		{"xfrm_nexthop", xfrm_nexthop, 1},
	};
	Suite *suite = suite_create("native");

	for (size_t i = 0; i < countof(tests); i++)
	{
		TCase *tcase = tcase_create(tests[i].name);

		tcase_set_timeout(tcase, 120);
		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].count);
		suite_add_tcase(suite, tcase);
	}
	return suite;
}

int main(void)
{
	static const unit_suite_t suites[] = {native_suite};
	pid_t child;
	int status;

	/* tried in a child, this process stays where it is */
	child = fork();
	if (!child)
	{
		_exit(unshare(CLONE_NEWNET) ? 1 : 0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
	{
		printf("no right to make a network namespace: skipped\n");
		return 77;
	}
	return unit_run("kernel native", suites, countof(suites));
}
