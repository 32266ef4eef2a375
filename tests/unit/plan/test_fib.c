/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The FIB against the fake kernel, case by case: how many messages a change
 * costs, what comes first, what a restart writes.
 */

#include "unit/plan/suites.h"

#include "unit/plan/fib_bench.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* -- failover ---------------------------------------------------------------- */

static const struct
{
	const char *best, *backup;
} failovers[] = {{"012", ""}, {"0", "1"}, {"0", ""}, {"01", "0"}};

/** messages for the loss and the return of member 0 */
static unsigned failover(family_t family, uint32_t count, const char *best,
						 const char *backup)
{
	bench_t b;
	fake_counts_t *counts;
	unsigned messages;

	start(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, family, count, best, backup);
	drain(&b);
	ck_assert_uint_eq(counts->route_sets, count);
	messages = counts->messages;
	set(&b, 0, false);
	ck_assert(fib_urgent_waiting(b.fib));
	ck_assert_int_eq(fib_dead(b.fib), !strcmp(best, "0") && !*backup);
	drain(&b);
	set(&b, 0, true);
	drain(&b);
	ck_assert(!fib_dead(b.fib));
	ck_assert_uint_eq(counts->route_sets, count);
	ck_assert_uint_eq(counts->route_dels, 0);
	messages = counts->messages - messages;
	stop(&b);
	return messages;
}

START_TEST(test_constant)
{
	const char *best = failovers[_i].best, *backup = failovers[_i].backup;
	unsigned few = failover(FAMILY_IPV4, 1000, best, backup);

	ck_assert_uint_gt(few, 0);
	/* one for the loss, one for the return; a blackhole next hop, a next hop
	 * of the backup's may be new */
	ck_assert_uint_le(few, 3);
	ck_assert_uint_eq(failover(FAMILY_IPV4, 100000, best, backup), few);
}
END_TEST

/* a lost member's groups go first, whatever else waits */
START_TEST(test_first)
{
	bench_t b;
	kernel_op_t ops[4];
	prefix_t p = nth(FAMILY_IPV6, 1);

	start(&b, 4);
	fill(&b, FAMILY_IPV4, 100, "01", "");
	drain(&b);
	for (uint32_t i = 0; i < 50; i++)
	{
		prefix_t q = nth(FAMILY_IPV4, 1000 + i);

		route(&b, &q, 0, "23", "");
	}
	route(&b, &p, 0, "3", "");
	set(&b, 1, false);
	ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
	ck_assert_int_eq(ops[0].kind, KERNEL_GROUP_SET);
	ck_assert_uint_eq(ops[0].group.id, fib_tag_group(b.fib, b.tags[0]));
	ck_assert_uint_eq(ops[0].group.count, 1);
	ck_assert_uint_eq(ops[0].replaces, ops[0].group.id);
	fake_kernel_apply(b.kernel, &ops[0]);
	/* and then what the waiting routes need, before them */
	ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
	ck_assert_int_eq(ops[0].kind, KERNEL_NEXTHOP_SET);
	fake_kernel_apply(b.kernel, &ops[0]);
	drain(&b);
	stop(&b);
}
END_TEST

/* many changes before the writing are one write, or none */
START_TEST(test_coalesced)
{
	bench_t b;
	unsigned before;

	start(&b, 3);
	fill(&b, FAMILY_IPV4, 10, "012", "");
	drain(&b);
	before = fake_kernel_counts(b.kernel)->messages;
	for (unsigned i = 0; i < 10; i++)
	{
		set(&b, 0, i % 2);
		set(&b, 1, i % 2);
	}
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->messages, before);
	set(&b, 0, false);
	set(&b, 1, false);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->messages, before + 1);
	stop(&b);
}
END_TEST

/* the last path is lost: blackhole at once, then the routes in slices */
START_TEST(test_dead)
{
	bench_t b;
	fake_counts_t *counts;
	prefix_t p = nth(FAMILY_IPV4, 7);
	uint32_t members[4];
	uint32_t id;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 1000, "01", "");
	drain(&b);
	id = fib_tag_group(b.fib, b.tags[7]);
	ck_assert_uint_eq(fib_group_members(b.fib, id, members, 4), 2);
	ck_assert_uint_eq(fib_group_members(b.fib, id, members, 1), 1);
	ck_assert_uint_eq(fib_group_members(b.fib, 1, members, 4), 0);
	set(&b, 0, false);
	set(&b, 1, false);
	ck_assert(fib_dead(b.fib));
	ck_assert_uint_eq(batch(&b, BATCH), 2);
	ck_assert_uint_eq(fib_group_members(b.fib, id, members, 4), 0);
	ck_assert_uint_eq(fake_kernel_route(b.kernel, &p, TABLE, 0)->nexthop, id);
	ck_assert(fake_kernel_nexthop(
				  b.kernel, fake_kernel_group(b.kernel, id)->members[0].id)
				  ->blackhole);
	fill(&b, FAMILY_IPV4, 1000, "", "");
	ck_assert(!fib_dead(b.fib));
	drain(&b);
	ck_assert_uint_eq(counts->routes, 0);
	ck_assert_uint_eq(counts->groups, 0);
	/* members stay and keep their next hops, the blackhole goes */
	ck_assert_uint_eq(counts->nexthops, 2);
	stop(&b);
}
END_TEST

/* -- groups ------------------------------------------------------------------ */

START_TEST(test_shared)
{
	bench_t b;
	fib_stats_t stats;
	prefix_t p = nth(FAMILY_IPV4, 1), q = nth(FAMILY_IPV4, 2),
			 r = nth(FAMILY_IPV6, 3);
	fib_path_t doubled[3];
	uint32_t tag, other;

	start(&b, 3);
	tag = route(&b, &p, 0, "01", "2");
	/* the order does not matter, nor a member named twice */
	ck_assert_uint_eq(route(&b, &q, 0, "10", "2"), tag);
	paths(&b, "101", doubled);
	ck_assert_uint_eq(route(&b, &q, tag, "101", "22"), tag);
	/* family, backup, and weight do */
	ck_assert_uint_ne(route(&b, &r, 0, "01", "2"), tag);
	other = route(&b, &q, tag, "01", "");
	ck_assert_uint_ne(other, tag);
	doubled[0].weight = 7;
	other = fib_route(b.fib, &q, other, doubled, 3, NULL, 0);
	ck_assert_uint_ne(other, tag);
	drain(&b);
	/* the largest share counts, not the sum */
	ck_assert_uint_eq(fake_kernel_group(b.kernel, fib_tag_group(b.fib, other))
						  ->members[1]
						  .weight,
					  7);
	fib_stats(b.fib, &stats);
	ck_assert_uint_eq(stats.members, 3);
	ck_assert_uint_eq(stats.groups, 3);
	ck_assert_uint_eq(fib_tag_group(b.fib, 0), 0);
	ck_assert_uint_eq(fib_tag_group(b.fib, 99999), 0);
	stop(&b);
}
END_TEST

/* FIB_SET_MAX members, and more are cut */
START_TEST(test_set_max)
{
	bench_t b;
	fib_path_t all[FIB_SET_MAX + 4];
	prefix_t p = nth(FAMILY_IPV4, 1);
	uint32_t tag;

	start(&b, FIB_SET_MAX + 4);
	for (unsigned i = 0; i < FIB_SET_MAX + 4; i++)
	{
		all[i] = (fib_path_t){.member = b.member[i], .weight = 300};
	}
	tag = fib_route(b.fib, &p, 0, all, FIB_SET_MAX + 4, all, FIB_SET_MAX + 4);
	drain(&b);
	ck_assert_uint_eq(
		fake_kernel_group(b.kernel, fib_tag_group(b.fib, tag))->count,
		FIB_SET_MAX);
	ck_assert_uint_eq(
		fib_route(b.fib, &p, tag, all, FIB_SET_MAX, all, FIB_SET_MAX), tag);
	stop(&b);
}
END_TEST

START_TEST(test_shards)
{
	bench_t b;
	fake_counts_t *counts;
	unsigned before;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV6, FIB_SHARD6 * 3 + 1, "01", "");
	drain(&b);
	ck_assert_uint_eq(counts->groups, 4);
	ck_assert_uint_eq(counts->routes, FIB_SHARD6 * 3 + 1);
	before = counts->messages;
	set(&b, 0, false);
	drain(&b);
	ck_assert_uint_eq(counts->messages, before + 1);
	set(&b, 0, true);
	drain(&b);
	ck_assert_uint_eq(counts->messages, before + 1 + 5);
	ck_assert_uint_eq(counts->replaced6, FIB_SHARD6);
	/* offered anew, nothing moves */
	fill(&b, FAMILY_IPV6, FIB_SHARD6 * 3 + 1, "01", "");
	drain(&b);
	ck_assert_uint_eq(counts->messages, before + 1 + 5);
	stop(&b);
}
END_TEST

/* a group goes when the last operation that frees it was taken, not before,
 * and comes back whole if it is wanted before that */
START_TEST(test_deletion)
{
	bench_t b;
	fake_counts_t *counts;
	prefix_t p = nth(FAMILY_IPV4, 1);
	uint32_t tag, first;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	tag = first = route(&b, &p, 0, "0", "");
	drain(&b);
	tag = route(&b, &p, tag, "1", "");
	/* next hop, group, route; the old group after that */
	ck_assert_uint_eq(batch(&b, 3), 3);
	ck_assert_uint_eq(counts->groups, 2);
	tag = route(&b, &p, tag, "0", "");
	ck_assert_uint_eq(tag, first);
	drain(&b);
	ck_assert_uint_eq(counts->groups, 1);
	/* its member is lost while nobody uses it */
	tag = route(&b, &p, tag, "1", "");
	ck_assert_uint_eq(batch(&b, 2), 2);
	set(&b, 0, false);
	ck_assert_uint_eq(fib_take(b.fib, NULL, 0), 0);
	tag = route(&b, &p, tag, "0", "");
	ck_assert_uint_eq(tag, first);
	drain(&b);
	ck_assert(fib_dead(b.fib));
	stop(&b);
}
END_TEST

/* there and back in one queue are two batches */
START_TEST(test_there_and_back)
{
	bench_t b;
	kernel_op_t ops[8];
	prefix_t p = nth(FAMILY_IPV4, 1);
	uint32_t tag, first;

	start(&b, 2);
	tag = first = route(&b, &p, 0, "0", "");
	drain(&b);
	tag = route(&b, &p, tag, "1", "");
	ck_assert_uint_eq(batch(&b, 2), 2);
	ck_assert_uint_eq(route(&b, &p, tag, "0", ""), first);
	ck_assert_uint_eq(fib_take(b.fib, ops, 8), 1);
	ck_assert_uint_eq(ops[0].route.nexthop, fib_tag_group(b.fib, tag));
	ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
	ck_assert_uint_eq(ops[0].route.nexthop, fib_tag_group(b.fib, first));
	stop(&b);
}
END_TEST

START_TEST(test_members)
{
	bench_t b;
	fake_counts_t *counts;
	fib_member_t state = {.link = 5, .usable = true};
	prefix_t p4 = nth(FAMILY_IPV4, 1), p6 = nth(FAMILY_IPV6, 1);
	uint32_t tag4, tag6, removed;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	tag4 = route(&b, &p4, 0, "0", "1");
	tag6 = route(&b, &p6, 0, "0", "1");
	drain(&b);
	/* a gateway of IPv6 carries both families (RFC 8950), one of IPv4 not */
	ck_assert(addr_parse("fe80::9", &state.gateway));
	fib_member_set(b.fib, b.member[0], &state);
	drain(&b);
	ck_assert(addr_parse("192.0.2.9", &state.gateway));
	fib_member_set(b.fib, b.member[0], &state);
	drain(&b);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, tag4), &removed, 1), 1);
	ck_assert_uint_eq(removed, b.member[0]);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, tag6), &removed, 1), 1);
	ck_assert_uint_eq(removed, b.member[1]);
	/* a number is not given again while a route names it */
	fib_member_remove(b.fib, b.member[0]);
	ck_assert_uint_ne(fib_member_add(b.fib), b.member[0]);
	drain(&b);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, tag4), &removed, 1), 1);
	ck_assert_uint_eq(removed, b.member[1]);
	route(&b, &p4, tag4, "1", "");
	route(&b, &p6, tag6, "1", "");
	drain(&b);
	ck_assert_uint_eq(fib_member_add(b.fib), b.member[0]);
	ck_assert_uint_eq(counts->nexthops, 2);
	stop(&b);
}
END_TEST

/* -- losses ------------------------------------------------------------------ */

/* the link goes down and up again before anybody decides anew: its routes are
 * gone from the kernel though nothing changed for the owner */
START_TEST(test_flap)
{
	bench_t b;
	fake_counts_t *counts;
	fib_member_t state;
	uint32_t tag;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 1000, "0", "");
	drain(&b);
	tag = b.tags[0];
	fake_kernel_link(b.kernel, 1, false);
	fake_kernel_link(b.kernel, 1, true);
	ck_assert_uint_eq(counts->routes, 0);
	state = *fib_member(b.fib, b.member[0]);
	fib_link_lost(b.fib, 1);
	fib_member_set(b.fib, b.member[0], &state);
	ck_assert(fib_rescan_wanted(b.fib));
	drain(&b);
	ck_assert_uint_eq(counts->routes, 0);
	fill(&b, FAMILY_IPV4, 999, "0", "");
	ck_assert(fib_rescan_wanted(b.fib));
	fill(&b, FAMILY_IPV4, 1000, "0", "");
	ck_assert_uint_ne(b.tags[0], tag);
	ck_assert(!fib_rescan_wanted(b.fib));
	fib_rescan_done(b.fib);
	drain(&b);
	ck_assert_uint_eq(counts->routes, 1000);
	ck_assert_uint_eq(counts->groups, 1);
	stop(&b);
}
END_TEST

/* a detector is faster than the news of the link: the failover makes the group
 * anew that the kernel had dropped with its routes */
START_TEST(test_late_news)
{
	bench_t b;
	fake_counts_t *counts;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fake_kernel_makes_groups(b.kernel, true);
	fill(&b, FAMILY_IPV4, 10, "0", "1");
	drain(&b);
	fake_kernel_link(b.kernel, 1, false);
	set(&b, 0, false);
	drain(&b);
	ck_assert_uint_eq(counts->routes, 0);
	fib_link_lost(b.fib, 1);
	ck_assert(fib_rescan_wanted(b.fib));
	fill(&b, FAMILY_IPV4, 10, "0", "1");
	drain(&b);
	ck_assert_uint_eq(counts->routes, 10);
	/* a member that is removed before its link is nothing of the kind */
	fake_kernel_link(b.kernel, 1, true);
	set(&b, 0, true);
	drain(&b);
	fib_member_remove(b.fib, b.member[0]);
	drain(&b);
	fake_kernel_link(b.kernel, 1, false);
	fib_link_lost(b.fib, 1);
	ck_assert(!fib_rescan_wanted(b.fib));
	ck_assert_uint_eq(counts->routes, 10);
	stop(&b);
}
END_TEST

/* a link that carried a part: the group shrinks, its routes stay, and one
 * message each brings it back */
START_TEST(test_shrink)
{
	bench_t b;
	fake_counts_t *counts;
	unsigned before;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 1000, "01", "");
	drain(&b);
	fake_kernel_link(b.kernel, 1, false);
	fib_link_lost(b.fib, 1);
	set(&b, 0, false);
	ck_assert(!fib_rescan_wanted(b.fib));
	drain(&b);
	before = counts->messages;
	fake_kernel_link(b.kernel, 1, true);
	set(&b, 0, true);
	drain(&b);
	/* next hop and group */
	ck_assert_uint_eq(counts->messages, before + 2);
	ck_assert_uint_eq(counts->routes, 1000);
	ck_assert_uint_eq(counts->route_sets, 1000);
	stop(&b);
}
END_TEST

/* an owner that does not have the prefixes any more is asked twice at most */
START_TEST(test_rescan_ends)
{
	bench_t b;

	start(&b, 1);
	fill(&b, FAMILY_IPV4, 10, "0", "");
	drain(&b);
	fake_kernel_link(b.kernel, 1, false);
	fib_link_lost(b.fib, 1);
	for (unsigned i = 0; i < 2; i++)
	{
		ck_assert(fib_rescan_wanted(b.fib));
		fib_rescan_done(b.fib);
	}
	ck_assert(!fib_rescan_wanted(b.fib));
	fib_rescan_done(b.fib);
	stop(&b);
}
END_TEST

START_TEST(test_failures)
{
	bench_t b;
	kernel_op_t ops[8];
	prefix_t p = nth(FAMILY_IPV4, 1);
	uint32_t tag, members[2];

	start(&b, 2);
	tag = route(&b, &p, 0, "0", "1");
	/* the link is down, and we were not told */
	fake_kernel_link(b.kernel, 1, false);
	ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
	ck_assert_int_eq(fake_kernel_apply(b.kernel, &ops[0]), -ENETDOWN);
	fib_failed(b.fib, &ops[0], -ENETDOWN);
	drain(&b);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, tag), members, 2), 1);
	ck_assert_uint_eq(members[0], b.member[1]);
	/* told the same again it is not tried: a refusal would be for ever */
	set(&b, 0, true);
	ck_assert_uint_eq(fib_waiting(b.fib), 0);
	/* refused once more */
	fib_retry(b.fib);
	ck_assert_uint_ne(fib_take(b.fib, ops, 1), 0);
	ck_assert_int_eq(fake_kernel_apply(b.kernel, &ops[0]), -ENETDOWN);
	fib_failed(b.fib, &ops[0], -ENETDOWN);
	drain(&b);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, tag), members, 2), 1);
	ck_assert_uint_eq(members[0], b.member[1]);
	fib_retry(b.fib);
	fake_kernel_link(b.kernel, 1, true);
	drain(&b);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, tag), members, 2), 1);
	ck_assert_uint_eq(members[0], b.member[0]);
	/* a route that failed is moved later from where it is */
	tag = route(&b, &p, tag, "1", "");
	do
	{
		ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
		if (ops[0].kind != KERNEL_ROUTE_SET)
		{
			ck_assert_int_eq(fake_kernel_apply(b.kernel, &ops[0]), 0);
		}
	} while (ops[0].kind != KERNEL_ROUTE_SET);
	ck_assert_uint_ne(ops[0].replaces, 0);
	fib_failed(b.fib, &ops[0], -ENOMEM);
	ops[1] = ops[0];
	fib_route_again(b.fib, &p, tag);
	ck_assert_uint_eq(fib_take(b.fib, ops, 1), 1);
	ck_assert_int_eq(ops[0].kind, KERNEL_ROUTE_SET);
	ck_assert_uint_eq(ops[0].replaces, ops[1].replaces);
	ck_assert_uint_eq(ops[0].route.nexthop, fib_tag_group(b.fib, tag));
	fib_route_again(b.fib, &p, 0);
	stop(&b);
}
END_TEST

/* a kernel that refuses every group: we give up, and try when asked */
START_TEST(test_refused)
{
	bench_t b;
	kernel_op_t ops[8];
	unsigned writes = 0;

	start(&b, 1);
	fill(&b, FAMILY_IPV4, 3, "0", "");
	for (unsigned i = 0; i < 100; i++)
	{
		size_t n = fib_take(b.fib, ops, 8);

		for (size_t j = 0; j < n; j++)
		{
			writes++;
			if (ops[j].kind == KERNEL_GROUP_SET)
			{
				fib_failed(b.fib, &ops[j], -EINVAL);
			}
		}
		if (fib_rescan_wanted(b.fib))
		{
			fill(&b, FAMILY_IPV4, 3, "0", "");
			fib_rescan_done(b.fib);
		}
	}
	ck_assert_uint_lt(writes, 100);
	fib_link_lost(b.fib, 1);
	ck_assert(fib_urgent_waiting(b.fib));
	stop(&b);
}
END_TEST

/* -- restart ------------------------------------------------------------------ */

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

static void restart(bench_t *b, unsigned members)
{
	fake_kernel_t *kernel = b->kernel;

	fib_destroy(b->fib);
	free(b->tags);
	start(b, members);
	fake_kernel_destroy(b->kernel);
	b->kernel = kernel;
	fake_kernel_dump(kernel, seen_nexthop, seen_group, seen_route, b->fib);
}

static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

START_TEST(test_adopt_same)
{
	bench_t b;
	fake_counts_t *counts;
	unsigned before;

	start(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, families[_i], FIB_SHARD6 * 2 + 100, "012", "");
	drain(&b);
	before = counts->messages;
	restart(&b, 3);
	fill(&b, families[_i], FIB_SHARD6 * 2 + 100, "012", "");
	fib_adopt_end(b.fib);
	drain(&b);
	ck_assert_uint_eq(counts->messages, before);
	/* and it is ours now */
	set(&b, 1, false);
	drain(&b);
	ck_assert_uint_eq(counts->messages, before + 1);
	fill(&b, families[_i], FIB_SHARD6 * 2 + 100, "", "");
	drain(&b);
	ck_assert_uint_eq(counts->routes, 0);
	ck_assert_uint_eq(counts->groups, 0);
	stop(&b);
}
END_TEST

START_TEST(test_adopt_changed)
{
	bench_t b;
	fake_counts_t *counts;
	prefix_t p;

	start(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, families[_i], 100, "01", "");
	drain(&b);
	counts->route_sets = 0;
	restart(&b, 3);
	/* one half has new paths; of the other nobody tells */
	fill(&b, families[_i], 50, "02", "1");
	drain(&b);
	ck_assert_uint_eq(counts->routes, 100);
	ck_assert_uint_eq(counts->route_sets, 50);
	fib_adopt_end(b.fib);
	ck_assert_uint_ge(fib_waiting(b.fib), 50);
	/* one comes late, while the rest is being removed */
	batch(&b, 10);
	p = nth(families[_i], 99);
	route(&b, &p, 0, "1", "");
	drain(&b);
	ck_assert_uint_eq(counts->routes, 51);
	ck_assert_uint_eq(counts->groups, 2);
	ck_assert_uint_eq(counts->nexthops, 3);
	stop(&b);
}
END_TEST

/* a next hop that what was seen still has is not deleted */
START_TEST(test_adopt_member_gone)
{
	bench_t b;
	prefix_t p = nth(FAMILY_IPV4, 0);
	uint32_t tag;

	start(&b, 2);
	fill(&b, FAMILY_IPV4, 10, "01", "");
	drain(&b);
	restart(&b, 2);
	tag = route(&b, &p, 0, "0", "");
	drain(&b);
	route(&b, &p, tag, "", "");
	fib_member_remove(b.fib, b.member[0]);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->routes, 9);
	fib_adopt_end(b.fib);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->routes, 0);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->nexthops, 0);
	stop(&b);
}
END_TEST

/* the kernel drops what was seen, and the next hop comes back under its id
 * before we hear of it: what was seen is not relied on */
START_TEST(test_adopt_flap)
{
	bench_t b;
	prefix_t p = nth(FAMILY_IPV4, 0), q = nth(FAMILY_IPV4, 1);
	fib_member_t state = {.link = 5, .usable = true};

	start(&b, 2);
	fill(&b, FAMILY_IPV4, 1, "0", "");
	drain(&b);
	restart(&b, 2);
	route(&b, &q, 0, "01", "");
	drain(&b);
	fake_kernel_link(b.kernel, 1, false);
	ck_assert_ptr_null(fake_kernel_route(b.kernel, &p, TABLE, 0));
	fib_member_set(b.fib, b.member[0], &state);
	drain(&b);
	route(&b, &p, 0, "0", "");
	drain(&b);
	ck_assert_ptr_nonnull(fake_kernel_route(b.kernel, &p, TABLE, 0));
	stop(&b);
}
END_TEST

/* ours of another table, metric or shape goes; others' are not looked at */
START_TEST(test_adopt_strays)
{
	static const kernel_route_t strays[] = {
		{.table = 7, .nexthop = 1},
		{.table = TABLE, .metric = 5, .nexthop = 1},
		{.table = TABLE, .nexthop = 2},
		{.table = TABLE, .nexthop = 0, .link = 1, .metric = 9},
	};
	bench_t b;
	kernel_op_t op = {.kind = KERNEL_NEXTHOP_SET};
	kernel_route_t foreign;

	start(&b, 1);
	op.nexthop = (kernel_nexthop_t){
		.id = KERNEL_NH_FIRST + 9, .family = FAMILY_IPV4, .link = 4};
	fake_kernel_apply(b.kernel, &op);
	op.kind = KERNEL_GROUP_SET;
	op.group = (kernel_group_t){
		.id = KERNEL_NH_FIRST, .count = 1, .members = {{op.nexthop.id, 1}}};
	fake_kernel_apply(b.kernel, &op);
	for (unsigned i = 0; i < countof(strays); i++)
	{
		op.kind = KERNEL_ROUTE_SET;
		op.route = strays[i];
		op.route.dst = nth(FAMILY_IPV4, 500 + i);
		op.route.nexthop = strays[i].nexthop == 1   ? KERNEL_NH_FIRST
						   : strays[i].nexthop == 2 ? KERNEL_NH_FIRST + 9
													: 0;
		ck_assert_int_eq(fake_kernel_apply(b.kernel, &op), 0);
	}
	restart(&b, 1);
	foreign = (kernel_route_t){.dst = nth(FAMILY_IPV4, 1),
							   .table = TABLE,
							   .nexthop = KERNEL_NH_FIRST,
							   .protocol = 4};
	fib_seen_route(b.fib, &foreign);
	fib_adopt_end(b.fib);
	drain(&b);
	/* left is the one without a next hop object */
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->routes, 1);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->groups, 0);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->nexthops, 0);
	stop(&b);
}
END_TEST

/* the orderly end, in the middle of everything */
START_TEST(test_remove_all)
{
	bench_t b;
	fake_counts_t *counts;
	kernel_op_t ops[8];
	size_t n;

	start(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, families[_i], 100, "01", "");
	fill(&b, families[_i], 50, "0", "1");
	drain(&b);
	restart(&b, 3);
	fill(&b, families[_i], 70, "12", "");
	batch(&b, 20);
	set(&b, 1, false);
	set(&b, 2, false);
	counts->messages = 0;
	fib_remove_all(b.fib);
	while ((n = fib_take(b.fib, ops, countof(ops))))
	{
		for (size_t i = 0; i < n; i++)
		{
			ck_assert_int_eq(ops[i].kind, KERNEL_NEXTHOP_DEL);
			ck_assert_int_eq(fake_kernel_apply(b.kernel, &ops[i]), 0);
		}
	}
	ck_assert_uint_eq(fib_waiting(b.fib), 0);
	ck_assert_uint_eq(counts->routes, 0);
	ck_assert_uint_eq(counts->groups, 0);
	ck_assert_uint_eq(counts->nexthops, 0);
	/* groups and next hops, not routes */
	ck_assert_uint_lt(counts->messages, 12);
	stop(&b);
}
END_TEST

/* -- the hot path -------------------------------------------------------------- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* nothing is kept of a route once it is written, and the queue's memory is
 * given back: a million of them go through a queue of a few */
START_TEST(test_million)
{
	kernel_op_t ops[512];
	bench_t b;
	unsigned missed = 0;
	double t;
	size_t n = 0;
	fib_stats_t stats;

	start(&b, 3);
	t = seconds();
	for (uint32_t i = 0; i < 1000000; i++)
	{
		prefix_t p = nth(FAMILY_IPV4, i);
		uint32_t got = route(&b, &p, 0, i % 3 ? "01" : "12", "0");

		missed += !got;
		if (fib_waiting(b.fib) >= 512)
		{
			n += fib_take(b.fib, ops, 512);
		}
	}
	t = seconds() - t;
	while (fib_waiting(b.fib))
	{
		n += fib_take(b.fib, ops, 512);
	}
	printf("fib: %.0f ns a route, written\n", t * 1000);
	ck_assert_uint_eq(missed, 0);
	/* one write a prefix, three next hops, two groups */
	ck_assert_uint_eq(n, 1000000 + 3 + 2);
	fib_stats(b.fib, &stats);
	ck_assert_uint_eq(stats.routes[0], 1000000);
	ck_assert_uint_eq(stats.route_writes, 1000000);
	ck_assert_uint_eq(stats.group_writes, 2);
	ck_assert_uint_eq(stats.groups, 2);
	stop(&b);
}
END_TEST

Suite *fib_suite(void)
{
	Suite *suite = suite_create("fib");

	unit_add_loop(suite, "constant", test_constant, countof(failovers));
	unit_add(suite, "first", test_first);
	unit_add(suite, "coalesced", test_coalesced);
	unit_add(suite, "dead", test_dead);
	unit_add(suite, "shared", test_shared);
	unit_add(suite, "set max", test_set_max);
	unit_add(suite, "shards", test_shards);
	unit_add(suite, "deletion", test_deletion);
	unit_add(suite, "there and back", test_there_and_back);
	unit_add(suite, "members", test_members);
	unit_add(suite, "flap", test_flap);
	unit_add(suite, "late news", test_late_news);
	unit_add(suite, "shrink", test_shrink);
	unit_add(suite, "rescan ends", test_rescan_ends);
	unit_add(suite, "failures", test_failures);
	unit_add(suite, "refused", test_refused);
	unit_add_loop(suite, "adopt same", test_adopt_same, 2);
	unit_add_loop(suite, "adopt changed", test_adopt_changed, 2);
	unit_add(suite, "adopt, member gone", test_adopt_member_gone);
	unit_add(suite, "adopt, flap", test_adopt_flap);
	unit_add(suite, "adopt strays", test_adopt_strays);
	unit_add_loop(suite, "remove all", test_remove_all, 2);
	unit_add(suite, "million", test_million);
	return suite;
}
