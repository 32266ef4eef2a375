/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A lost member of IPv6 groups costs one message, and the kernel walks no
 * route; what comes in between is told to nobody wrongly.
 */

#include "unit/plan/suites.h"

#include "unit/plan/fib_bench.h"

#define SHARDS 3

/** full groups of 0 and 1, and one of 1 and 2; counts are for what comes */
static fake_counts_t *full(bench_t *b)
{
	fake_counts_t *counts;
	prefix_t other = nth(FAMILY_IPV6, FIB_SHARD6 * SHARDS);

	start(b, 3);
	counts = fake_kernel_counts(b->kernel);
	fill(b, FAMILY_IPV6, FIB_SHARD6 * SHARDS, "01", "");
	route(b, &other, 0, "12", "");
	drain(b);
	ck_assert_uint_eq(counts->groups, SHARDS + 1);
	counts->messages = counts->walked6 = 0;
	return counts;
}

static const kernel_group_t *group_of(const bench_t *b, uint32_t i)
{
	return fake_kernel_group(b->kernel, fib_tag_group(b->fib, b->tags[i]));
}

START_TEST(test_lost)
{
	bench_t b;
	fake_counts_t *counts = full(&b);
	kernel_op_t ops[BATCH];
	uint32_t members[2];

	set(&b, 0, false);
	ck_assert_uint_eq(fib_take(b.fib, ops, BATCH), 1);
	ck_assert_int_eq(ops[0].kind, KERNEL_NEXTHOP_DEL);
	ck_assert_int_eq(fake_kernel_apply(b.kernel, &ops[0]), 0);
	drain(&b);
	ck_assert_uint_eq(counts->messages, 1);
	ck_assert_uint_eq(counts->walked6, 0);
	ck_assert_uint_eq(group_of(&b, 0)->count, 1);
	ck_assert_uint_eq(
		fib_group_members(b.fib, fib_tag_group(b.fib, b.tags[0]), members, 2),
		1);
	ck_assert_uint_eq(members[0], b.member[1]);
	stop(&b);
}
END_TEST

/* it comes back: each group is written, a batch each, and other writes wait for
 * one at most */
START_TEST(test_back)
{
	bench_t b;
	fake_counts_t *counts = full(&b);

	set(&b, 0, false);
	drain(&b);
	set(&b, 0, true);
	for (unsigned i = 0; i < SHARDS; i++)
	{
		counts->walked6 = 0;
		ck_assert_uint_eq(batch(&b, BATCH), i ? 1 : 2);
		ck_assert_uint_eq(counts->walked6, FIB_SHARD6);
		ck_assert_int_eq(fib_paused(b.fib), i + 1 < SHARDS);
		/* lost ones are not behind these */
		ck_assert(i + 1 == SHARDS || fib_urgent_waiting(b.fib));
	}
	drain(&b);
	/* the other group was never in it */
	ck_assert_uint_eq(counts->messages, 1 + 1 + SHARDS);
	ck_assert_uint_eq(group_of(&b, 0)->count, 2);
	stop(&b);
}
END_TEST

/* the last member: nothing is saved by haste, so each batch has one group that is
 * walked, whether or not there was a blackhole already */
START_TEST(test_last)
{
	bench_t b;
	fake_counts_t *counts = full(&b);
	unsigned batches = 0;

	set(&b, 0, false);
	drain(&b);
	if (_i)
	{
		set(&b, 1, false);
		drain(&b);
		set(&b, 1, true);
		drain(&b);
	}
	set(&b, 1, false);
	do
	{
		counts->walked6 = 0;
		batches += batch(&b, BATCH) > 0;
		ck_assert_uint_le(counts->walked6, FIB_SHARD6 + 1);
	} while (fib_waiting(b.fib));
	ck_assert_uint_eq(batches, SHARDS);
	for (uint32_t i = 0; i < FIB_SHARD6 * SHARDS; i += FIB_SHARD6)
	{
		const kernel_group_t *group = group_of(&b, i);

		ck_assert_uint_eq(group->count, 1);
		ck_assert(
			fake_kernel_nexthop(b.kernel, group->members[0].id)->blackhole);
	}
	ck_assert_uint_eq(counts->wrongs, 0);
	stop(&b);
}
END_TEST

/* groups that hold nothing else are written first */
START_TEST(test_sole)
{
	bench_t b;
	fake_counts_t *counts = full(&b);
	kernel_op_t ops[BATCH];
	prefix_t alone = nth(FAMILY_IPV6, 1u << 24),
			 backed = nth(FAMILY_IPV6, 2u << 24);
	size_t n;

	route(&b, &alone, 0, "0", "");
	route(&b, &backed, 0, "0", "2");
	drain(&b);
	counts->messages = counts->walked6 = 0;
	set(&b, 0, false);
	/* the blackhole, both groups, and the deletion; however little is taken */
	if (_i)
	{
		n = fib_take(b.fib, ops, BATCH);
		ck_assert_uint_eq(n, 4);
		ck_assert_int_eq(ops[3].kind, KERNEL_NEXTHOP_DEL);
		fake_kernel_write(b.kernel, ops, n, (int[BATCH]){0});
	}
	while (!_i && batch(&b, 1))
	{
	}
	drain(&b);
	ck_assert_uint_eq(counts->messages, 4);
	ck_assert_uint_eq(counts->walked6, 2);
	ck_assert_uint_eq(counts->wrongs, 0);
	ck_assert_uint_eq(counts->routes, FIB_SHARD6 * SHARDS + 3);
	stop(&b);
}
END_TEST

/* back before anything was written */
START_TEST(test_flap)
{
	bench_t b;
	fake_counts_t *counts = full(&b);

	set(&b, 0, false);
	set(&b, 0, true);
	drain(&b);
	ck_assert_uint_eq(counts->messages, 0);
	stop(&b);
}
END_TEST

/* the second goes while the first is being brought back */
START_TEST(test_second)
{
	bench_t b;
	fake_counts_t *counts = full(&b);

	set(&b, 0, false);
	drain(&b);
	set(&b, 0, true);
	ck_assert_uint_eq(batch(&b, BATCH), 2);
	set(&b, 1, false);
	drain(&b);
	ck_assert_uint_eq(group_of(&b, 0)->count, 1);
	ck_assert_uint_eq(group_of(&b, 0)->members[0].id,
					  group_of(&b, FIB_SHARD6 * SHARDS - 1)->members[0].id);
	ck_assert_uint_eq(counts->wrongs, 0);
	set(&b, 1, true);
	drain(&b);
	ck_assert_uint_eq(group_of(&b, 0)->count, 2);
	/* now both at once: nothing is left */
	set(&b, 0, false);
	set(&b, 1, false);
	drain(&b);
	ck_assert(fib_dead(b.fib));
	ck_assert_uint_eq(counts->routes, FIB_SHARD6 * SHARDS + 1);
	stop(&b);
}
END_TEST

/* the kernel refuses the deletion: all is written as ever */
START_TEST(test_refused)
{
	bench_t b;
	fake_counts_t *counts = full(&b);
	kernel_op_t ops[BATCH];

	set(&b, 0, false);
	ck_assert_uint_eq(fib_take(b.fib, ops, BATCH), 1);
	fib_failed(b.fib, &ops[0], -ENOBUFS);
	drain(&b);
	ck_assert_uint_eq(counts->messages, SHARDS);
	ck_assert_uint_eq(group_of(&b, 0)->count, 1);
	stop(&b);
}
END_TEST

/* its link went, too, and comes back; then the member is removed */
START_TEST(test_link)
{
	bench_t b;
	fake_counts_t *counts = full(&b);

	set(&b, 0, false);
	drain(&b);
	fake_kernel_link(b.kernel, 1, false);
	fib_link_lost(b.fib, 1);
	fake_kernel_link(b.kernel, 1, true);
	set(&b, 0, true);
	drain(&b);
	ck_assert_uint_eq(group_of(&b, 0)->count, 2);
	fib_member_remove(b.fib, b.member[0]);
	counts->messages = 0;
	drain(&b);
	ck_assert_uint_eq(counts->messages, 1);
	fill(&b, FAMILY_IPV6, FIB_SHARD6 * SHARDS, "1", "");
	drain(&b);
	ck_assert_uint_eq(counts->wrongs, 0);
	ck_assert_uint_eq(group_of(&b, 0)->count, 1);
	stop(&b);
}
END_TEST

/* what somebody else did is not known yet: no deletion that might take more */
START_TEST(test_doubt)
{
	bench_t b;
	fake_counts_t *counts = full(&b);

	ck_assert(fib_touched(b.fib, fib_tag_group(b.fib, b.tags[0]), false));
	set(&b, 0, false);
	drain(&b);
	ck_assert_uint_eq(counts->nexthop_dels, 0);
	ck_assert_uint_eq(counts->messages, SHARDS);
	stop(&b);
}
END_TEST

/* IPv4 is as cheap without */
START_TEST(test_other_family)
{
	bench_t b;

	start(&b, 3);
	fill(&b, FAMILY_IPV4, 10, "01", "");
	fill(&b, FAMILY_IPV4, 5, "012", "");
	drain(&b);
	set(&b, 0, false);
	drain(&b);
	ck_assert_uint_eq(fake_kernel_counts(b.kernel)->nexthop_dels, 0);
	stop(&b);
}
END_TEST

/* -- one that stands by ------------------------------------------------------ */

static fake_counts_t *standby(bench_t *b, const char *best, const char *backup)
{
	fib_config_t config = {.table = TABLE, .standby = true};
	fake_counts_t *counts;
	fib_member_t spare = {.link = 2, .spare = true};

	start(b, 3);
	fib_destroy(b->fib);
	b->fib = fib_create(&config);
	for (unsigned i = 0; i < 3; i++)
	{
		fib_member_t state = {.link = i + 1, .usable = true};

		b->member[i] = fib_member_add(b->fib);
		fib_member_set(b->fib, b->member[i],
					   i == 1 && !*backup ? &spare : &state);
	}
	counts = fake_kernel_counts(b->kernel);
	fill(b, FAMILY_IPV6, FIB_SHARD6 * SHARDS, best, backup);
	drain(b);
	ck_assert_uint_eq(counts->groups, SHARDS);
	counts->messages = counts->walked6 = 0;
	return counts;
}

/** the member that packets go by */
static uint32_t link_of(const bench_t *b, uint32_t i)
{
	const kernel_group_t *group = group_of(b, i);
	uint32_t link = 0;

	for (unsigned k = 0; k < group->count; k++)
	{
		if (fake_kernel_uses(group, k))
		{
			ck_assert_uint_eq(link, 0);
			link = fake_kernel_nexthop(b->kernel, group->members[k].id)->link;
		}
	}
	return link;
}

/* a backup by the decision, and a bundle's standby: one message, and no packet
 * by it before */
START_TEST(test_standby)
{
	bench_t b;
	fake_counts_t *counts = standby(&b, _i ? "01" : "0", _i ? "" : "1");
	uint32_t members[2], id = fib_tag_group(b.fib, b.tags[0]);

	for (unsigned k = 0; k < 2; k++)
	{
		counts->messages = counts->walked6 = 0;
		ck_assert_uint_eq(group_of(&b, 0)->count, 2);
		ck_assert_uint_eq(link_of(&b, 0), 1);
		/* in use is one */
		ck_assert_uint_eq(fib_group_members(b.fib, id, members, 2), 1);
		ck_assert_uint_eq(members[0], b.member[0]);
		set(&b, 0, false);
		ck_assert(!fib_dead(b.fib));
		drain(&b);
		ck_assert_uint_eq(counts->messages, 1);
		ck_assert_uint_eq(counts->walked6, 0);
		ck_assert_uint_eq(link_of(&b, FIB_SHARD6 * SHARDS - 1), 2);
		ck_assert_uint_eq(fib_group_members(b.fib, id, members, 2), 1);
		ck_assert_uint_eq(members[0], b.member[1]);
		set(&b, 0, true);
		drain(&b);
	}
	/* the one that stands by is lost */
	counts->messages = 0;
	fib_member_set(b.fib, b.member[1], &(fib_member_t){.link = 2});
	drain(&b);
	ck_assert_uint_eq(counts->messages, 1);
	ck_assert_uint_eq(link_of(&b, 0), 1);
	stop(&b);
}
END_TEST

/* two backups: nothing waits for the second to come in */
START_TEST(test_standby_more)
{
	bench_t b;
	kernel_op_t ops[BATCH];
	fake_counts_t *counts = standby(&b, "0", "12");

	set(&b, 0, false);
	ck_assert_uint_eq(batch(&b, 1), 1);
	ck_assert_uint_eq(counts->walked6, 0);
	ck_assert_uint_eq(link_of(&b, 0), 2);
	/* a shard a batch */
	ck_assert_uint_le(batch(&b, BATCH), 2);
	ck_assert(fib_paused(b.fib));
	drain(&b);
	ck_assert_uint_eq(group_of(&b, 0)->count, 2);
	ck_assert(fake_kernel_uses(group_of(&b, 0), 0));
	ck_assert(fake_kernel_uses(group_of(&b, 0), 1));
	ck_assert_uint_eq(fib_take(b.fib, ops, BATCH), 0);
	stop(&b);
}
END_TEST

static void see_nexthop(void *user, const kernel_nexthop_t *nexthop)
{
	fib_seen_nexthop(user, nexthop);
}

static void see_group(void *user, const kernel_group_t *group)
{
	fib_seen_group(user, group);
}

static void see_route(void *user, const kernel_route_t *route)
{
	fib_seen_route(user, route);
}

/* after a crash: what stands is what is wanted */
START_TEST(test_standby_adopted)
{
	bench_t b;
	fake_counts_t *counts = standby(&b, "0", "1");

	fib_destroy(b.fib);
	b.fib = fib_create(&(fib_config_t){.table = TABLE, .standby = true});
	for (unsigned i = 0; i < 3; i++)
	{
		fib_member_t state = {.link = i + 1, .usable = true};

		b.member[i] = fib_member_add(b.fib);
		fib_member_set(b.fib, b.member[i], &state);
	}
	fake_kernel_dump(b.kernel, see_nexthop, see_group, see_route, b.fib);
	memset(b.tags, 0, FIB_SHARD6 * SHARDS * sizeof(*b.tags));
	fill(&b, FAMILY_IPV6, FIB_SHARD6 * SHARDS, "0", "1");
	fib_adopt_end(b.fib);
	counts->messages = 0;
	drain(&b);
	ck_assert_uint_eq(counts->messages, 0);
	set(&b, 0, false);
	drain(&b);
	ck_assert_uint_eq(counts->messages, 1);
	ck_assert_uint_eq(link_of(&b, 0), 2);
	stop(&b);
}
END_TEST

Suite *fib_gone_suite(void)
{
	Suite *suite = suite_create("fib, lost members");

	unit_add(suite, "lost", test_lost);
	unit_add(suite, "back", test_back);
	unit_add_loop(suite, "last", test_last, 2);
	unit_add_loop(suite, "sole", test_sole, 2);
	unit_add(suite, "flap", test_flap);
	unit_add(suite, "second", test_second);
	unit_add(suite, "refused", test_refused);
	unit_add(suite, "link", test_link);
	unit_add(suite, "doubt", test_doubt);
	unit_add(suite, "other family", test_other_family);
	unit_add_loop(suite, "standby", test_standby, 2);
	unit_add(suite, "standby, two more", test_standby_more);
	unit_add(suite, "standby, adopted", test_standby_adopted);
	return suite;
}
