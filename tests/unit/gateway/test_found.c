/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the simulation (tests/sim) has found, each in the fewest steps.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <string.h>

static void load(world_t *w, const char *bundle)
{
	char *text = world_config(w->n, NULL, bundle), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static unsigned ways(const world_t *w, const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

static void without_neighbors(config_t *config)
{
	for (size_t i = 0; i < config->bundles[0].n_tunnels; i++)
	{
		config->bundles[0].tunnels[i].n_neighbors = 0;
	}
}

START_TEST(test_static_routes_of_before_are_swept)
{
	fake_counts_t *counts;
	world_t *w = world_create(2);
	bool there;

	w->edit = without_neighbors;
	load(w, "routes = 10.1.0.0/16, 10.2.0.0/16");
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 100 + i, 0);
	}
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.1.0.0/16"), 3);
	world_kill(w);
	load(w, "routes = 10.1.0.0/16");
	/* the SAs of before may still work: kept until there are new ones */
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.1.0.0/16"), 3);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 200 + i, 0);
	}
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.1.0.0/16"), 3);
	world_ways(w, "10.2.0.0/16", &there);
	ck_assert(!there);
	counts = fake_kernel_counts(w->kernel);
	ck_assert_uint_eq(counts->groups, 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_static_routes_that_do_not_come)
{
	world_t *w = world_create(2);
	bool there;

	w->edit = without_neighbors;
	load(w, "routes = 10.1.0.0/16");
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, USEC_PER_SEC);
	world_kill(w);
	load(w, "routes = 10.1.0.0/16");
	world_run(w, 25 * USEC_PER_SEC);
	world_ways(w, "10.1.0.0/16", &there);
	ck_assert(there);
	world_run(w, 10 * USEC_PER_SEC);
	world_ways(w, "10.1.0.0/16", &there);
	ck_assert(!there);
	world_destroy(w);
}
END_TEST

Suite *found_suite(void)
{
	Suite *s = suite_create("found");

	unit_add(s, "static routes of before are swept",
			 test_static_routes_of_before_are_swept);
	unit_add(s, "static routes that do not come",
			 test_static_routes_that_do_not_come);
	return s;
}
