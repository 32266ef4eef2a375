/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Resilient groups in the FIB: what a loss and a return write, how a new group
 * is laid out, and how groups change their sort. That flows stay is seen in the
 * lab, where the kernel has the buckets.
 */

#include "unit/plan/suites.h"

#include "unit/plan/fib_bench.h"

static void set_spread(bench_t *b, unsigned i, uint32_t bundle, uint16_t idle,
					   uint16_t unbalanced)
{
	fib_member_t state = *fib_member(b->fib, b->member[i]);

	state.spread = (fib_spread_t){
		.bundle = bundle,
		.weight = (uint16_t)(i + 1),
		.idle_timer = idle,
		.unbalanced_timer = unbalanced,
	};
	fib_member_set(b->fib, b->member[i], &state);
}

/** n members of one resilient bundle */
static void start_resilient(bench_t *b, unsigned n)
{
	start(b, n);
	for (unsigned i = 0; i < n; i++)
	{
		set_spread(b, i, 7, 10, 60);
	}
}

static const kernel_group_t *group_of(const bench_t *b, uint32_t tag)
{
	const kernel_group_t *group =
		fake_kernel_group(b->kernel, fib_tag_group(b->fib, tag));

	ck_assert_ptr_nonnull(group);
	return group;
}

/** member by member: what lies between and behind them is anything */
static void ck_assert_group(const kernel_group_t *a, const kernel_group_t *b)
{
	ck_assert_uint_eq(a->id, b->id);
	ck_assert(kernel_buckets_equal(&a->buckets, &b->buckets));
	ck_assert_uint_eq(a->count, b->count);
	for (unsigned i = 0; i < a->count; i++)
	{
		ck_assert_uint_eq(a->members[i].id, b->members[i].id);
		ck_assert_uint_eq(a->members[i].weight, b->members[i].weight);
	}
}

/** all prefixes are offered anew, as often as is asked for */
static void rescan(bench_t *b, uint32_t count, const char *best,
				   const char *backup)
{
	while (fib_rescan_wanted(b->fib))
	{
		fill(b, FAMILY_IPV4, count, best, backup);
		fib_rescan_done(b->fib);
	}
	drain(b);
}

/* a loss and a return are one message each, to the same group */
START_TEST(test_in_place)
{
	bench_t b;
	fake_counts_t *counts;
	kernel_group_t before;
	unsigned messages;

	start_resilient(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 100, "012", "");
	drain(&b);
	before = *group_of(&b, b.tags[0]);
	ck_assert_uint_eq(before.buckets.count, FIB_BUCKETS);
	ck_assert_uint_eq(before.buckets.idle_timer, 10);
	ck_assert_uint_eq(before.buckets.unbalanced_timer, 60);
	messages = counts->messages;
	set(&b, 1, false);
	ck_assert(fib_urgent_waiting(b.fib));
	drain(&b);
	ck_assert_uint_eq(counts->messages, messages + 1);
	ck_assert_uint_eq(group_of(&b, b.tags[0])->id, before.id);
	ck_assert_uint_eq(group_of(&b, b.tags[0])->count, 2);
	set(&b, 1, true);
	drain(&b);
	ck_assert_uint_eq(counts->messages, messages + 2);
	ck_assert_group(group_of(&b, b.tags[0]), &before);
	/* none left: a blackhole, with the buckets that it has for life */
	for (unsigned i = 0; i < 3; i++)
	{
		set(&b, i, false);
	}
	drain(&b);
	ck_assert(fib_dead(b.fib));
	ck_assert_uint_eq(group_of(&b, b.tags[0])->count, 1);
	ck_assert_uint_eq(group_of(&b, b.tags[0])->buckets.count, FIB_BUCKETS);
	stop(&b);
}
END_TEST

/* a new group is made of the whole bundle first, in the order of the members,
 * whatever their next hops' ids, then of what its set has */
START_TEST(test_layout)
{
	bench_t b;
	kernel_op_t ops[8];
	prefix_t p = nth(FAMILY_IPV4, 1);
	size_t n;

	start_resilient(&b, 4);
	set_spread(&b, 3, 8, 10, 60);
	route(&b, &(prefix_t){.addr = addr_v4(1), .len = 32}, 0, "2", "");
	fill(&b, FAMILY_IPV4, 1, "012", "");
	route(&b, &p, 0, "3", "");
	drain(&b);
	/* its session is lost: its routes go, and those of others move */
	set(&b, 1, false);
	drain(&b);
	b.tags[0] = route(&b, &(prefix_t){0}, 0, "", "");
	p = nth(FAMILY_IPV4, 2);
	route(&b, &p, 0, "20", "");
	n = fib_take(b.fib, ops, 8);
	ck_assert_uint_eq(n, 3);
	ck_assert_int_eq(ops[0].kind, KERNEL_GROUP_SET);
	ck_assert_uint_eq(ops[0].replaces, 0);
	ck_assert_uint_eq(ops[0].group.count, 3);
	for (unsigned i = 0; i < 3; i++)
	{
		ck_assert_uint_eq(
			fake_kernel_nexthop(b.kernel, ops[0].group.members[i].id)->link,
			i + 1);
	}
	ck_assert_uint_gt(ops[0].group.members[0].id, ops[0].group.members[2].id);
	/* the absent one has its bundle's share, not one of the set */
	ck_assert_uint_eq(ops[0].group.members[0].weight, 1);
	ck_assert_uint_eq(ops[0].group.members[1].weight, 2);
	ck_assert_int_eq(ops[1].kind, KERNEL_GROUP_SET);
	ck_assert_uint_eq(ops[1].group.id, ops[0].group.id);
	ck_assert_uint_eq(ops[1].replaces, ops[0].group.id);
	ck_assert_uint_eq(ops[1].group.count, 2);
	ck_assert_uint_eq(ops[1].group.members[0].id, ops[0].group.members[0].id);
	ck_assert_uint_eq(ops[1].group.members[1].id, ops[0].group.members[2].id);
	ck_assert_int_eq(ops[2].kind, KERNEL_ROUTE_SET);
	for (size_t i = 0; i < n; i++)
	{
		ck_assert_int_eq(fake_kernel_apply(b.kernel, &ops[i]), 0);
	}
	drain(&b);
	stop(&b);
}
END_TEST

/* what is not in the kernel, or with no room for a second message, is left out;
 * a plain group has no layout */
START_TEST(test_no_layout)
{
	bench_t b;
	kernel_op_t ops[8];
	prefix_t p = nth(FAMILY_IPV4, 9);
	bool plain = _i == 0, link = _i == 1, small = _i == 2, removed = _i == 3;

	start_resilient(&b, 3);
	fill(&b, FAMILY_IPV4, 1, "012", "");
	drain(&b);
	if (plain)
	{
		for (unsigned i = 0; i < 3; i++)
		{
			set_spread(&b, i, 0, 0, 0);
		}
	}
	if (link)
	{
		fake_kernel_link(b.kernel, 2, false);
		fib_link_lost(b.fib, 2);
	}
	if (removed)
	{
		/* its link is deleted, and nobody told of that yet */
		fib_member_remove(b.fib, b.member[1]);
		fake_kernel_link(b.kernel, 2, false);
	}
	else
	{
		set(&b, 1, false);
		drain(&b);
	}
	route(&b, &p, 0, "02", "");
	if (removed)
	{
		/* the group that had it, and the new one */
		ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
		ck_assert_uint_eq(ops[0].group.count, 2);
		ck_assert_uint_ne(ops[0].replaces, 0);
	}
	ck_assert_uint_eq(fib_take(b.fib, ops, small ? 1 : 8), small ? 1 : 2);
	ck_assert_int_eq(ops[0].kind, KERNEL_GROUP_SET);
	ck_assert_uint_eq(ops[0].group.count, 2);
	ck_assert_uint_eq(ops[0].group.buckets.count, plain ? 0 : FIB_BUCKETS);
	stop(&b);
}
END_TEST

/* sixteen members, the most there are, with shares from 1 to 256 */
START_TEST(test_most)
{
	bench_t b;
	fib_path_t all[FIB_SET_MAX];
	prefix_t p = nth(FAMILY_IPV6, 1);
	const kernel_group_t *group;
	uint32_t tag;

	start_resilient(&b, FIB_SET_MAX + 1);
	for (unsigned i = 0; i < FIB_SET_MAX; i++)
	{
		all[i] = (fib_path_t){
			.member = b.member[i],
			.weight = (uint16_t)(i == 15 ? 256 : i + 1),
		};
	}
	tag = fib_route(b.fib, &p, 0, all, FIB_SET_MAX, NULL, 0);
	drain(&b);
	group = group_of(&b, tag);
	ck_assert_uint_eq(group->count, FIB_SET_MAX);
	ck_assert_uint_eq(group->members[0].weight, 1);
	ck_assert_uint_eq(group->members[14].weight, 15);
	ck_assert_uint_eq(group->members[15].weight, 256);
	/* one of them lost, in a group of fifteen: the seventeenth does not fit */
	set(&b, 0, false);
	drain(&b);
	tag = fib_route(b.fib, &p, tag, &all[1], FIB_SET_MAX - 1, NULL, 0);
	drain(&b);
	ck_assert_uint_eq(group_of(&b, tag)->count, FIB_SET_MAX - 1);
	stop(&b);
}
END_TEST

/* the option changes: other groups take over, without a gap, and nothing stays */
START_TEST(test_change)
{
	bench_t b;
	fake_counts_t *counts;
	bool to_plain = _i;
	uint32_t old;

	start(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	for (unsigned i = 0; i < 3; i++)
	{
		set_spread(&b, i, to_plain ? 7 : 0, 10, 0);
	}
	fill(&b, FAMILY_IPV4, 500, "01", "2");
	drain(&b);
	old = fib_tag_group(b.fib, b.tags[0]);
	for (unsigned i = 0; i < 3; i++)
	{
		set_spread(&b, i, to_plain ? 0 : 7, 10, 0);
	}
	ck_assert(fib_rescan_wanted(b.fib));
	/* meanwhile a member is lost: the old group follows */
	set(&b, 1, false);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_group(b.kernel, old)->count, 1);
	rescan(&b, 500, "01", "2");
	ck_assert(!fib_rescan_wanted(b.fib));
	ck_assert_ptr_null(fake_kernel_group(b.kernel, old));
	ck_assert_uint_eq(counts->groups, 1);
	ck_assert_uint_eq(counts->routes, 500);
	ck_assert_uint_eq(counts->route_sets, 1000);
	ck_assert_uint_eq(group_of(&b, b.tags[499])->buckets.count,
					  to_plain ? 0 : FIB_BUCKETS);
	stop(&b);
}
END_TEST

/* timers change in place, the bundle's number is nobody's affair */
START_TEST(test_timers)
{
	bench_t b;
	unsigned messages;
	uint32_t id;

	start_resilient(&b, 2);
	fill(&b, FAMILY_IPV4, 10, "01", "");
	drain(&b);
	id = fib_tag_group(b.fib, b.tags[0]);
	messages = fake_kernel_counts(b.kernel)->messages;
	set_spread(&b, 0, 3, 10, 60);
	set_spread(&b, 1, 3, 10, 60);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->messages, messages);
	set_spread(&b, 0, 3, 1, 0);
	set_spread(&b, 1, 3, 1, 0);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->messages, messages + 1);
	ck_assert(!fib_rescan_wanted(b.fib));
	ck_assert_uint_eq(group_of(&b, b.tags[0])->id, id);
	ck_assert_uint_eq(group_of(&b, b.tags[0])->buckets.idle_timer, 1);
	ck_assert_uint_eq(group_of(&b, b.tags[0])->buckets.unbalanced_timer, 0);
	stop(&b);
}
END_TEST

/* one that wants it is enough, also among the backups */
START_TEST(test_mixed)
{
	bench_t b;
	prefix_t p = nth(FAMILY_IPV4, 1), q = nth(FAMILY_IPV4, 2),
			 r = nth(FAMILY_IPV4, 3);
	uint32_t tags[3];

	start(&b, 3);
	set_spread(&b, 1, 1, 5, 0);
	tags[0] = route(&b, &p, 0, "01", "");
	tags[1] = route(&b, &q, 0, "02", "1");
	tags[2] = route(&b, &r, 0, "02", "");
	drain(&b);
	ck_assert_uint_eq(group_of(&b, tags[0])->buckets.count, FIB_BUCKETS);
	ck_assert_uint_eq(group_of(&b, tags[1])->buckets.count, FIB_BUCKETS);
	ck_assert_uint_eq(group_of(&b, tags[1])->buckets.idle_timer, 5);
	ck_assert_uint_eq(group_of(&b, tags[2])->buckets.count, 0);
	stop(&b);
}
END_TEST

static void seen_nexthop(void *user, const kernel_nexthop_t *nexthop)
{
	fib_seen_nexthop(user, nexthop);
}

static void seen_group(void *user, const kernel_group_t *group)
{
	fib_seen_group(user, group);
}

static void seen_route(void *user, const kernel_route_t *route)
{
	fib_seen_route(user, route);
}

/* a restart: a group of the same sort and timers is taken over, another is
 * replaced by a new one */
START_TEST(test_adopt)
{
	static const fib_spread_t spreads[] = {
		{7, 1, 10, 60},
		{7, 1, 11, 60},
		{7, 1, 10, 0},
		{0, 0, 0, 0},
	};
	const fib_spread_t *spread = &spreads[_i];
	fib_config_t config = {.table = TABLE};
	fake_counts_t *counts;
	unsigned messages;
	uint32_t old;
	bench_t b;

	start_resilient(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 20, "01", "");
	drain(&b);
	old = fib_tag_group(b.fib, b.tags[0]);
	fib_destroy(b.fib);
	b.fib = fib_create(&config);
	fake_kernel_dump(b.kernel, seen_nexthop, seen_group, seen_route, b.fib);
	for (unsigned i = 0; i < 2; i++)
	{
		fib_member_t state = {.link = i + 1, .usable = true, .spread = *spread};

		b.member[i] = fib_member_add(b.fib);
		fib_member_set(b.fib, b.member[i], &state);
	}
	messages = counts->messages;
	memset(b.tags, 0, 20 * sizeof(*b.tags));
	fill(&b, FAMILY_IPV4, 20, "01", "");
	fib_adopt_end(b.fib);
	drain(&b);
	ck_assert_int_eq(counts->messages == messages, _i == 0);
	ck_assert_int_eq(fib_tag_group(b.fib, b.tags[0]) == old, _i == 0);
	ck_assert_uint_eq(counts->groups, 1);
	ck_assert_uint_eq(counts->routes, 20);
	ck_assert_uint_eq(group_of(&b, b.tags[0])->buckets.idle_timer,
					  spread->idle_timer);
	stop(&b);
}
END_TEST

Suite *fib_spread_suite(void)
{
	Suite *suite = suite_create("fib, spread");

	unit_add(suite, "in place", test_in_place);
	unit_add(suite, "layout", test_layout);
	unit_add_loop(suite, "no layout", test_no_layout, 4);
	unit_add(suite, "most", test_most);
	unit_add_loop(suite, "change", test_change, 2);
	unit_add(suite, "timers", test_timers);
	unit_add(suite, "mixed", test_mixed);
	unit_add_loop(suite, "adopt", test_adopt, 4);
	return suite;
}
