/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The decision: one row for each tie-break step, and the same result in
 * whatever order the paths come.
 */

#include "unit/bgp/suites.h"

#include "bgp/decide.h"

/* a row says what differs from BASE by setting it again */
#pragma GCC diagnostic ignored "-Woverride-init"

/** a path that is equal to any other of these in each step but the last */
#define BASE                                                                   \
	.ebgp = true, .router_id = 10, .metric = 5, .key.local_pref = 100,         \
	.key.as_path_hops = 2, .key.neighbor_as = 65531, .key.med = 50,            \
	.key.clusters = 1, .key.origin = BGP_ORIGIN_EGP

typedef struct row_t
{
	const char *name;
	bgp_step_t step;
	/** steps after it say the opposite, so that their order is seen too */
	bgp_cand_t better;
	bgp_cand_t worse;
	bgp_decide_opts_t opts;
	/** how many of the two are chosen with room for 16 */
	unsigned chosen;
} row_t;

static row_t rows[] = {
	{.name = "local origin wins before LOCAL_PREF",
	 .step = BGP_STEP_LOCAL_ORIGIN,
	 .better = {BASE, .local = true, .key.local_pref = 1},
	 .worse = {BASE, .key.local_pref = 500},
	 .chosen = 1},
	{.name = "higher LOCAL_PREF wins before AS path length",
	 .step = BGP_STEP_LOCAL_PREF,
	 .better = {BASE, .key.local_pref = 101, .key.as_path_hops = 9},
	 .worse = {BASE, .key.local_pref = 100, .key.as_path_hops = 1},
	 .chosen = 1},
	{.name = "shorter AS path wins before ORIGIN",
	 .step = BGP_STEP_AS_PATH,
	 .better = {BASE, .key.as_path_hops = 1, .key.origin = 2},
	 .worse = {BASE, .key.as_path_hops = 2, .key.origin = 0},
	 .chosen = 1},
	{.name = "lower ORIGIN wins before MED",
	 .step = BGP_STEP_ORIGIN,
	 .better = {BASE, .key.origin = BGP_ORIGIN_IGP, .key.med = 99},
	 .worse = {BASE, .key.origin = BGP_ORIGIN_EGP, .key.med = 1},
	 .chosen = 1},
	{.name = "lower MED of the same AS wins before eBGP",
	 .step = BGP_STEP_MED,
	 .better = {BASE, .key.med = 1, .ebgp = false},
	 .worse = {BASE, .key.med = 2},
	 .chosen = 1},
	{.name = "no MED is the lowest",
	 .step = BGP_STEP_MED,
	 .better = {BASE, .key.med = 0, .router_id = 99},
	 .worse = {BASE, .key.med = 1},
	 .chosen = 1},
	{.name = "MED of another AS is not compared",
	 .step = BGP_STEP_ROUTER_ID,
	 .better = {BASE, .key.med = 60, .key.neighbor_as = 1, .router_id = 9},
	 .worse = {BASE, .key.med = 1},
	 .opts = {.multipath_relax = true},
	 .chosen = 2},
	{.name = "unless it always is",
	 .step = BGP_STEP_MED,
	 .better = {BASE, .key.med = 1},
	 .worse = {BASE, .key.med = 60, .key.neighbor_as = 1, .router_id = 9},
	 .opts = {.always_compare_med = true, .multipath_relax = true},
	 .chosen = 1},
	{.name = "eBGP wins before the metric",
	 .step = BGP_STEP_EBGP,
	 .better = {BASE, .metric = 9},
	 .worse = {BASE, .ebgp = false, .metric = 1},
	 .chosen = 1},
	{.name = "lower metric wins before the router id",
	 .step = BGP_STEP_IGP_METRIC,
	 .better = {BASE, .metric = 4, .router_id = 99},
	 .worse = {BASE, .metric = 5},
	 .chosen = 1},
	{.name = "lower router id is first of the equal",
	 .step = BGP_STEP_ROUTER_ID,
	 .better = {BASE, .router_id = 9, .key.clusters = 5},
	 .worse = {BASE},
	 .chosen = 2},
	{.name = "shorter cluster list is first of the equal",
	 .step = BGP_STEP_CLUSTER_LIST,
	 .better = {BASE, .key.clusters = 0, .address = {.family = 4, .b = {9}}},
	 .worse = {BASE, .address = {.family = 4, .b = {1}}},
	 .chosen = 2},
	{.name = "lower address is first of the equal",
	 .step = BGP_STEP_ADDRESS,
	 .better = {BASE, .address = {.family = 4, .b = {1}}, .peer = 7},
	 .worse = {BASE, .address = {.family = 4, .b = {2}}, .peer = 3},
	 .chosen = 2},
	{.name = "another neighbouring AS does not share",
	 .step = BGP_STEP_ROUTER_ID,
	 .better = {BASE, .router_id = 9},
	 .worse = {BASE, .key.neighbor_as = 1},
	 .chosen = 1},
	{.name = "unless relaxed",
	 .step = BGP_STEP_ROUTER_ID,
	 .better = {BASE, .router_id = 9},
	 .worse = {BASE, .key.neighbor_as = 1},
	 .opts = {.multipath_relax = true},
	 .chosen = 2},
};

START_TEST(test_step)
{
	row_t *row = &rows[_i];
	bgp_cand_t both[2];
	bgp_step_t step;

	row->opts.multipath = 16;
	row->better.path = 1;
	row->worse.path = 2;
	ck_assert_msg(
		bgp_decide_compare(&row->opts, &row->better, &row->worse, &step) < 0,
		"%s", row->name);
	ck_assert_msg(step == row->step, "%s: %s", row->name, bgp_step_name(step));
	ck_assert_msg(
		bgp_decide_compare(&row->opts, &row->worse, &row->better, &step) > 0,
		"%s, turned", row->name);
	ck_assert_msg(step == row->step, "%s: %s", row->name, bgp_step_name(step));
	for (unsigned turned = 0; turned < 2; turned++)
	{
		both[turned] = row->better;
		both[!turned] = row->worse;
		ck_assert_msg(bgp_decide(&row->opts, both, 2) == row->chosen, "%s",
					  row->name);
		ck_assert_msg(both[0].path == 1, "%s", row->name);
	}
}
END_TEST

/** the textbook's case: with MED in a pairwise order, A beats B, B beats C
 * and C beats A, and the winner would be who came last */
START_TEST(test_med_circle)
{
	static const uint8_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
										 {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	bgp_decide_opts_t opts = {.multipath = 1};
	bgp_cand_t abc[3] = {
		{BASE, .path = 1, .key.neighbor_as = 1, .key.med = 10, .metric = 1},
		{BASE, .path = 2, .key.neighbor_as = 2, .key.med = 0, .metric = 2},
		{BASE, .path = 3, .key.neighbor_as = 1, .key.med = 5, .metric = 3},
	};
	bgp_cand_t shuffled[3];
	bgp_step_t step;

	ck_assert_int_lt(bgp_decide_compare(&opts, &abc[0], &abc[1], &step), 0);
	ck_assert_int_lt(bgp_decide_compare(&opts, &abc[1], &abc[2], &step), 0);
	ck_assert_int_lt(bgp_decide_compare(&opts, &abc[2], &abc[0], &step), 0);
	for (unsigned i = 0; i < 3; i++)
	{
		shuffled[i] = abc[orders[_i][i]];
	}
	ck_assert_uint_eq(bgp_decide(&opts, shuffled, 3), 1);
	ck_assert_uint_eq(shuffled[0].path, 2);
}
END_TEST

/** two AS, each with a path that loses by MED: both losers stay out */
START_TEST(test_med_groups)
{
	bgp_decide_opts_t opts = {.multipath = 16, .multipath_relax = true};
	bgp_cand_t c[5] = {
		{BASE, .path = 1, .router_id = 1, .key.neighbor_as = 1, .key.med = 10},
		{BASE, .path = 2, .router_id = 2, .key.neighbor_as = 1, .key.med = 12},
		{BASE, .path = 3, .router_id = 3, .key.neighbor_as = 2, .key.med = 11},
		{BASE, .path = 4, .router_id = 4, .key.neighbor_as = 2, .key.med = 13},
		{BASE, .path = 5, .router_id = 5, .key.neighbor_as = 2, .key.med = 11},
	};

	ck_assert_uint_eq(bgp_decide(&opts, c, 5), 3);
	ck_assert_uint_eq(c[0].path, 1);
	ck_assert_uint_eq(c[1].path, 3);
	ck_assert_uint_eq(c[2].path, 5);
}
END_TEST

START_TEST(test_limit)
{
	bgp_cand_t c[17];
	bgp_decide_opts_t opts = {.multipath = 16};

	for (unsigned count = 1; count <= 17; count++)
	{
		/* the last to come is the first by its router id */
		for (unsigned i = 0; i < count; i++)
		{
			c[i] = (bgp_cand_t){BASE, .path = 100 - i};
			c[i].router_id = 100 - i;
		}
		ck_assert_uint_eq(bgp_decide(&opts, c, count), count > 16 ? 16 : count);
		for (unsigned i = 0; i < count; i++)
		{
			ck_assert_uint_eq(c[i].path, 100 - count + 1 + i);
		}
	}
	ck_assert_uint_eq(bgp_decide(&opts, c, 0), 0);
	opts.multipath = 1;
	ck_assert_uint_eq(bgp_decide(&opts, c, 17), 1);
}
END_TEST

/** an unrelated path that goes and comes leaves the others' order alone */
START_TEST(test_stable)
{
	bgp_cand_t c[6], without[5];
	bgp_decide_opts_t opts = {.multipath = 4};

	for (unsigned i = 0; i < 6; i++)
	{
		c[i] = (bgp_cand_t){BASE, .path = i};
		c[i].router_id = i;
	}
	for (unsigned gone = 0; gone < 6; gone++)
	{
		unsigned n = 0, last = 0;

		for (unsigned i = 0; i < 6; i++)
		{
			if (i != gone)
			{
				without[n++] = c[i];
			}
		}
		ck_assert_uint_eq(bgp_decide(&opts, without, n), 4);
		for (unsigned i = 0; i < 4; i++)
		{
			ck_assert(i == 0 || without[i].path > last);
			ck_assert_uint_ne(without[i].path, gone);
			last = without[i].path;
		}
	}
}
END_TEST

static void draw(prng_t *rng, bgp_cand_t *c, unsigned i)
{
	*c = (bgp_cand_t){
		.path = i + 1,
		.peer = (uint16_t)i,
		.ebgp = prng_below(rng, 3) > 0,
		.local = prng_below(rng, 60) == 0,
		.router_id = (uint32_t)prng_below(rng, 4),
		.metric = (uint32_t)prng_below(rng, 3),
		.key.local_pref = 100 + (uint32_t)prng_below(rng, 4) / 3,
		.key.as_path_hops = (uint16_t)(1 + prng_below(rng, 4) / 3),
		.key.origin = (uint8_t)(prng_below(rng, 4) / 3),
		.key.neighbor_as = 1 + (uint32_t)prng_below(rng, 3),
		.key.med = (uint32_t)prng_below(rng, 3),
		.key.clusters = (uint16_t)prng_below(rng, 2),
	};
}

static void shuffle(prng_t *rng, bgp_cand_t *c, size_t count)
{
	for (size_t i = count - 1; i > 0; i--)
	{
		size_t j = prng_below(rng, i + 1);
		bgp_cand_t t = c[i];

		c[i] = c[j];
		c[j] = t;
	}
}

/** the chosen, the backups, and their order, of 10,000 sets */
static void any_order(uint64_t seed)
{
	bgp_cand_t c[12], shuffled[12];
	bgp_decide_opts_t opts;
	unsigned best, backup;
	size_t count;
	prng_t rng;

	prng_seed(&rng, seed);
	count = 1 + prng_below(&rng, 12);
	opts = (bgp_decide_opts_t){
		.multipath = 1 + (unsigned)prng_below(&rng, 6),
		.multipath_relax = prng_below(&rng, 2),
		.always_compare_med = prng_below(&rng, 4) == 0,
	};
	for (unsigned i = 0; i < count; i++)
	{
		draw(&rng, &c[i], i);
		shuffled[i] = c[i];
	}
	best = bgp_decide(&opts, c, count);
	backup = bgp_decide(&opts, c + best, count - best);
	for (unsigned turn = 0; turn < 5; turn++)
	{
		unsigned again;

		shuffle(&rng, shuffled, count);
		again = bgp_decide(&opts, shuffled, count);
		ck_assert_msg(best == again, "seed %llu: %u and %u",
					  (unsigned long long)seed, best, again);
		again = bgp_decide(&opts, shuffled + best, count - best);
		ck_assert_msg(backup == again, "seed %llu: %u and %u backups",
					  (unsigned long long)seed, backup, again);
		for (unsigned i = 0; i < best + backup; i++)
		{
			ck_assert_msg(c[i].path == shuffled[i].path, "seed %llu, place %u",
						  (unsigned long long)seed, i);
		}
	}
}

START_TEST(test_any_order)
{
	for (uint64_t set = 0; set < 10000; set++)
	{
		any_order(20260101 + set);
	}
}
END_TEST

START_TEST(test_names)
{
	for (unsigned i = BGP_STEP_ONLY; i <= BGP_STEP_ADDRESS; i++)
	{
		ck_assert_str_ne(bgp_step_name(i), "unknown");
		for (unsigned j = BGP_STEP_ONLY; j < i; j++)
		{
			ck_assert_str_ne(bgp_step_name(i), bgp_step_name(j));
		}
	}
}
END_TEST

Suite *decide_suite(void)
{
	Suite *suite = suite_create("decide");

	for (size_t i = 0; i < countof(rows); i++)
	{
		TCase *tcase = tcase_create(rows[i].name);

		tcase_add_loop_test(tcase, test_step, (int)i, (int)i + 1);
		suite_add_tcase(suite, tcase);
	}
	unit_add_loop(suite, "MED circle", test_med_circle, 6);
	unit_add(suite, "MED groups", test_med_groups);
	unit_add(suite, "limit", test_limit);
	unit_add(suite, "stable", test_stable);
	unit_add(suite, "any order", test_any_order);
	unit_add(suite, "names", test_names);
	return suite;
}
