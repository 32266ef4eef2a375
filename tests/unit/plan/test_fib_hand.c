/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Somebody's hand in the FIB's next hops and groups, told and not told.
 */

#include "unit/plan/suites.h"

#include "unit/plan/fib_bench.h"

static uint32_t some_id;

static void note_hop(void *user, const kernel_nexthop_t *hop)
{
	some_id = hop->blackhole ? some_id : hop->id;
}

static void note_group(void *user, const kernel_group_t *group)
{
	some_id = group->id;
}

/** as the kernel, asked by somebody else */
static void delete_id(bench_t *b, uint32_t id)
{
	kernel_op_t op = {.kind = KERNEL_NEXTHOP_DEL, .nexthop.id = id};
	fake_counts_t *counts = fake_kernel_counts(b->kernel);

	ck_assert_int_eq(fake_kernel_apply(b->kernel, &op), 0);
	/* it is not us who ask */
	counts->wrongs = 0;
}

/* somebody deletes a next hop, or a group: what went with it is written again;
 * what is none of ours, or gone by our own doing, is nothing */
START_TEST(test_touched)
{
	bench_t b;
	fake_counts_t *counts;
	bool group = _i == 1;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 100, "0", "1");
	drain(&b);
	fake_kernel_dump(b.kernel, note_hop, group ? note_group : NULL, NULL, NULL);
	delete_id(&b, some_id);
	ck_assert_uint_eq(counts->routes, 0);
	ck_assert(!fib_touched(b.fib, 1, true));
	ck_assert(fib_touched(b.fib, some_id, true));
	ck_assert(!fib_touched(b.fib, some_id, true));
	ck_assert(fib_rescan_wanted(b.fib));
	drain(&b);
	fill(&b, FAMILY_IPV4, 100, "0", "1");
	fib_rescan_done(b.fib);
	drain(&b);
	ck_assert_uint_eq(counts->routes, 100);
	stop(&b);
}
END_TEST

/* a changed one is written as it was, and its routes are not touched */
START_TEST(test_changed)
{
	bench_t b;
	fake_counts_t *counts;
	kernel_op_t op = {.kind = KERNEL_NEXTHOP_SET};
	unsigned routes;

	start(&b, 2);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 100, "0", "");
	drain(&b);
	fake_kernel_dump(b.kernel, note_hop, NULL, NULL, NULL);
	op.nexthop = *fake_kernel_nexthop(b.kernel, some_id);
	op.nexthop.link = 2;
	ck_assert_int_eq(fake_kernel_apply(b.kernel, &op), 0);
	routes = counts->route_sets;
	ck_assert(fib_touched(b.fib, some_id, false));
	drain(&b);
	ck_assert_uint_eq(fake_kernel_nexthop(b.kernel, some_id)->link, 1);
	ck_assert_uint_eq(counts->route_sets, routes);
	ck_assert_uint_eq(counts->routes, 100);
	stop(&b);
}
END_TEST

static fib_t *dumped_fib;

static void show_hop(void *user, const kernel_nexthop_t *hop)
{
	fib_dump_seen(dumped_fib, hop->id);
}

static void show_group(void *user, const kernel_group_t *group)
{
	fib_dump_seen(dumped_fib, group->id);
}

/* a dump: all is there; one is missing; what is written meanwhile is not */
START_TEST(test_dump)
{
	bench_t b;
	fake_counts_t *counts;

	start(&b, 3);
	counts = fake_kernel_counts(b.kernel);
	fill(&b, FAMILY_IPV4, 100, "01", "2");
	drain(&b);
	dumped_fib = b.fib;
	fib_dump_begin(b.fib);
	fake_kernel_dump(b.kernel, show_hop, show_group, NULL, NULL);
	ck_assert_uint_eq(fib_dump_end(b.fib), 0);
	ck_assert_uint_eq(fib_waiting(b.fib), 0);
	fib_dump_begin(b.fib);
	set(&b, 0, false);
	set(&b, 1, false);
	drain(&b);
	/* the group and the third next hop have been written since it began */
	fake_kernel_dump(b.kernel, show_hop, NULL, NULL, NULL);
	ck_assert_uint_eq(fib_dump_end(b.fib), 0);
	fake_kernel_dump(b.kernel, NULL, note_group, NULL, NULL);
	delete_id(&b, some_id);
	fib_dump_begin(b.fib);
	fake_kernel_dump(b.kernel, show_hop, show_group, NULL, NULL);
	ck_assert_uint_eq(fib_dump_end(b.fib), 1);
	drain(&b);
	fill(&b, FAMILY_IPV4, 100, "01", "2");
	fib_rescan_done(b.fib);
	drain(&b);
	ck_assert_uint_eq(counts->routes, 100);
	stop(&b);
}
END_TEST

Suite *fib_hand_suite(void)
{
	Suite *suite = suite_create("fib, others' hands");

	unit_add_loop(suite, "touched", test_touched, 2);
	unit_add(suite, "changed", test_changed);
	unit_add(suite, "dump", test_dump);
	return suite;
}
