/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Batches that are written beside the core: nobody waits for them but who must,
 * what is urgent overtakes them, and what fails in them is not lost.
 */

#include "unit/gateway/suites.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/gateway/world.h"

#define MSEC USEC_PER_MSEC
/** two batches and a few */
#define MANY 1100u
#define MORE 600u

static world_t *w;

static void announce(unsigned i, unsigned first, unsigned count, bool there)
{
	char text[32];

	for (unsigned k = first; k < first + count; k++)
	{
		snprintf(text, sizeof(text), "20.%u.%u.0/24", k / 256, k % 256);
		world_announce(w, i, text, there);
	}
}

/** both tunnels work, and MANY routes go by both */
static void begin(usec_t beside)
{
	char *text = world_config(2, NULL, NULL), *error;

	w = world_create(2);
	w->beside = beside;
	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	world_run(w, USEC_PER_SEC);
	announce(0, 0, MANY, true);
	announce(1, 0, MANY, true);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 100 + i, 0);
	}
}

static unsigned routes(void)
{
	return fake_kernel_counts(w->kernel)->routes;
}

static unsigned ways(const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

/* batch by batch, each taken as it comes back, and each route once */
START_TEST(comes_back)
{
	begin(50 * MSEC);
	for (unsigned i = 0; !w->beside_due && i < 200; i++)
	{
		world_run(w, 10 * MSEC);
	}
	ck_assert_uint_ne(w->beside_due, 0);
	ck_assert_uint_lt(routes(), MANY);
	world_run(w, 200 * MSEC);
	ck_assert_uint_eq(w->beside_due, 0);
	ck_assert_uint_eq(routes(), MANY);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, MANY);
	ck_assert_uint_ge(w->n_beside, MANY / 512);
	ck_assert_uint_eq(ways("20.4.0.0/24"), 3);
	announce(0, 0, MANY, false);
	announce(1, 0, MANY, false);
	world_run(w, 500 * MSEC);
	ck_assert_uint_eq(routes(), 0);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->groups, 0);
	ck_assert_uint_eq(w->n_beside_waits, 0);
	ck_assert_msg(!fake_kernel_counts(w->kernel)->wrongs, "%s",
				  fake_kernel_counts(w->kernel)->wrong);
	world_destroy(w);
}
END_TEST

/* a tunnel is left at once, however long the kernel works on routes */
START_TEST(urgent_overtakes)
{
	begin(1 * MSEC);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(routes(), MANY);
	w->beside = 60 * USEC_PER_SEC;
	announce(0, MANY, MORE, true);
	announce(1, MANY, MORE, true);
	for (unsigned i = 0; !w->beside_due && i < 200; i++)
	{
		world_run(w, 10 * MSEC);
	}
	ck_assert_uint_ne(w->beside_due, 0);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 3);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 0);
	ck_assert_uint_ne(w->beside_due, 0);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 2);
	ck_assert_uint_eq(w->n_beside_waits, 0);
	/* and what was under way comes out right */
	w->beside = w->beside_due = 1;
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(routes(), MANY + MORE);
	ck_assert_uint_eq(ways("20.6.0.0/24"), 2);
	ck_assert_msg(!fake_kernel_counts(w->kernel)->wrongs, "%s",
				  fake_kernel_counts(w->kernel)->wrong);
	world_destroy(w);
}
END_TEST

/* errors come back with the batch: the audit tries these again */
START_TEST(errors_come_back)
{
	begin(20 * MSEC);
	for (unsigned i = 0; !w->beside_due && i < 200; i++)
	{
		world_run(w, 10 * MSEC);
	}
	w->refuse_routes = 7;
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(w->refuse_routes, 0);
	ck_assert_uint_eq(routes(), MANY - 7);
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(routes(), MANY);
	world_destroy(w);
}
END_TEST

/* the orderly end waits for what is under way, and leaves nothing behind it */
START_TEST(end_waits)
{
	begin(60 * USEC_PER_SEC);
	for (unsigned i = 0; !w->beside_due && i < 200; i++)
	{
		world_run(w, 10 * MSEC);
	}
	ck_assert_uint_ne(w->beside_due, 0);
	core_stop_peers(w->core, w->now);
	ck_assert_uint_eq(w->beside_due, 0);
	ck_assert_uint_eq(w->n_beside_waits, 1);
	core_stop(w->core, w->now);
	ck_assert_uint_eq(routes(), 0);
	world_destroy(w);
}
END_TEST

/* the memory that is lent is not freed before it is back */
START_TEST(destroyed_under_way)
{
	begin(60 * USEC_PER_SEC);
	for (unsigned i = 0; !w->beside_due && i < 200; i++)
	{
		world_run(w, 10 * MSEC);
	}
	ck_assert_uint_ne(w->beside_due, 0);
	ck_assert_uint_eq(w->n_beside_waits, 0);
	world_restart(w);
	ck_assert_uint_eq(w->n_beside_waits, 1);
	ck_assert_uint_eq(w->beside_due, 0);
	world_destroy(w);
}
END_TEST

Suite *batch_suite(void)
{
	Suite *s = suite_create("batch");

	unit_add(s, "comes back", comes_back);
	unit_add(s, "urgent overtakes", urgent_overtakes);
	unit_add(s, "errors come back", errors_come_back);
	unit_add(s, "end waits", end_waits);
	unit_add(s, "destroyed under way", destroyed_under_way);
	return s;
}
