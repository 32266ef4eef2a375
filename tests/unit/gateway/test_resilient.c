/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The option `resilient` of a bundle, from the configuration to the kernel's
 * groups, and what becomes of it where the kernel has none.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <string.h>

#define PREFIX "10.0.0.0/24"

static void load(world_t *w, const char *extra)
{
	char *text = world_config(w->n, NULL, extra), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static world_t *up(unsigned n, const char *extra)
{
	world_t *w = world_create(n);

	load(w, extra);
	world_up(w);
	for (unsigned i = 0; i < n; i++)
	{
		world_announce(w, i, PREFIX, true);
	}
	world_run(w, USEC_PER_SEC);
	return w;
}

/** the group that the prefix has, in the kernel */
static const kernel_group_t *group_of(const world_t *w, const char *text)
{
	const kernel_route_t *route;
	prefix_t prefix;

	ck_assert(prefix_parse(text, &prefix));
	route = fake_kernel_route(w->kernel, &prefix, 254, 20);
	ck_assert_ptr_nonnull(route);
	ck_assert_ptr_nonnull(fake_kernel_group(w->kernel, route->nexthop));
	return fake_kernel_group(w->kernel, route->nexthop);
}

static unsigned ways(const world_t *w, const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

START_TEST(option_reaches_the_group)
{
	world_t *w = up(3, "resilient = yes\nresilient_idle_timer = 5\n"
					   "resilient_unbalanced_timer = 120\n"
					   "routes = 10.9.0.0/16");
	static const char *const prefixes[] = {PREFIX, "10.9.0.0/16"};

	for (unsigned i = 0; i < countof(prefixes); i++)
	{
		const kernel_group_t *group = group_of(w, prefixes[i]);

		ck_assert_uint_eq(group->count, 3);
		ck_assert_uint_eq(group->buckets.count, FIB_BUCKETS);
		ck_assert_uint_eq(group->buckets.idle_timer, 5);
		ck_assert_uint_eq(group->buckets.unbalanced_timer, 120);
	}
	world_destroy(w);
}
END_TEST

/* a lost SA: the same group without it, and with it when it is back */
START_TEST(loss_and_return)
{
	world_t *w = up(3, "resilient = yes");
	uint32_t id = group_of(w, PREFIX)->id;

	ck_assert_uint_eq(group_of(w, PREFIX)->buckets.idle_timer, 10);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(group_of(w, PREFIX)->id, id);
	ck_assert_uint_eq(ways(w, PREFIX), 5);
	world_fact(w, 1, FACT_CHILD_UP, 301, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(group_of(w, PREFIX)->id, id);
	ck_assert_uint_eq(ways(w, PREFIX), 7);
	world_destroy(w);
}
END_TEST

START_TEST(reload_changes_it)
{
	world_t *w = up(2, NULL);
	fake_counts_t *counts = fake_kernel_counts(w->kernel);
	unsigned groups = counts->groups, gaps = counts->gaps;

	ck_assert_uint_eq(group_of(w, PREFIX)->buckets.count, 0);
	load(w, "resilient = yes");
	ck_assert_uint_eq(group_of(w, PREFIX)->buckets.count, FIB_BUCKETS);
	ck_assert_uint_eq(ways(w, PREFIX), 3);
	load(w, "resilient = yes\nresilient_idle_timer = 1");
	ck_assert_uint_eq(group_of(w, PREFIX)->buckets.idle_timer, 1);
	load(w, NULL);
	ck_assert_uint_eq(group_of(w, PREFIX)->buckets.count, 0);
	ck_assert_uint_eq(ways(w, PREFIX), 3);
	ck_assert_uint_eq(counts->groups, groups);
	ck_assert_uint_eq(counts->gaps, gaps);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

START_TEST(kernel_without)
{
	world_t *w;

	world_extra.resilient_problem = "this kernel has none";
	w = up(2, "resilient = yes");
	ck_assert_uint_eq(group_of(w, PREFIX)->buckets.count, 0);
	ck_assert_uint_eq(ways(w, PREFIX), 3);
	ck_assert(world_problem(w, "bundle b: resilient = yes has no effect: this "
							   "kernel has none"));
	load(w, NULL);
	ck_assert(!world_problem(w, "resilient"));
	world_destroy(w);
	world_extra = (core_seams_t){0};
}
END_TEST

Suite *resilient_suite(void)
{
	Suite *suite = suite_create("resilient");

	unit_add(suite, "option_reaches_the_group", option_reaches_the_group);
	unit_add(suite, "loss_and_return", loss_and_return);
	unit_add(suite, "reload_changes_it", reload_changes_it);
	unit_add(suite, "kernel_without", kernel_without);
	return suite;
}
