/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The supervisor in the whole gateway: what it initiates, when, and what is told
 * of it.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <string.h>

static world_t *w;
static unsigned initiated[WORLD_TUNNELS_MAX];

static void initiate(void *user, const char *connection)
{
	initiated[connection[1] - '1']++;
}

static void begin(void (*edit)(config_t *config))
{
	memset(initiated, 0, sizeof(initiated));
	world_extra = (core_seams_t){.initiate = initiate};
	w = world_create(2);
	world_load_edited(w, edit);
	world_up(w);
	world_run(w, 3 * USEC_PER_SEC);
}

static void end(void)
{
	world_destroy(w);
}

/** as the views see it */
static const view_tunnel_t *seen(unsigned i)
{
	static view_state_t view;

	core_view(w->core, &view, w->now);
	return &view.tunnels[i];
}

START_TEST(supervisor_initiates_what_is_down)
{
	begin(NULL);
	ck_assert_uint_eq(initiated[0], 0);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 30 * USEC_PER_SEC);
	/* after about 0.5, 1, 2, 4, 8 s */
	ck_assert_uint_ge(initiated[0], 5);
	ck_assert_uint_le(initiated[0], 7);
	ck_assert_uint_eq(initiated[1], 0);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	initiated[0] = 0;
	world_run(w, 300 * USEC_PER_SEC);
	ck_assert_uint_eq(initiated[0], 0);
	/* not loaded: nobody's business */
	world_fact(w, 0, FACT_CHILD_DOWN, 200, 0);
	world_fact(w, 0, FACT_CONNECTION_UNLOADED, 0, 0);
	world_run(w, 100 * USEC_PER_SEC);
	ck_assert_uint_eq(initiated[0], 0);
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(initiated[0], 1);
	end();
}
END_TEST

static void without_supervisor(config_t *config)
{
	config->bundles[0].tunnels[0].supervise = false;
}

START_TEST(supervisor_can_be_off)
{
	begin(without_supervisor);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(initiated[0], 0);
	ck_assert(!seen(0)->has_supervisor && seen(1)->has_supervisor);
	ck_assert_uint_gt(initiated[1], 4);
	end();
}
END_TEST

static void with_short_waits(config_t *config)
{
	config->bundles[0].tunnels[0].retry_max = 2;
}

START_TEST(supervisor_waits_as_is_said)
{
	begin(with_short_waits);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_ge(initiated[0], 30);
	ck_assert_uint_le(initiated[1], 8);
	/* taken by a reload, too */
	world_load_edited(w, NULL);
	initiated[0] = 0;
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_le(initiated[0], 2);
	end();
}
END_TEST

START_TEST(supervisor_is_told)
{
	fact_t alert = {.kind = FACT_ALERT, .name = "t1", .text = "no proposal"};

	begin(NULL);
	ck_assert(seen(0)->has_supervisor);
	ck_assert_uint_eq(seen(0)->supervisor.next, USEC_NEVER);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 600 * USEC_PER_MSEC);
	ck_assert_uint_eq(seen(0)->supervisor.tries, 1);
	ck_assert_uint_gt(seen(0)->supervisor.next, w->now);
	core_fact(w->core, &alert, w->now);
	ck_assert(world_problem(w, "tunnel t1: no proposal"));
	ck_assert(!world_problem(w, "in vain"));
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert(world_problem(w, "tunnel t1: connection t1 was initiated 4 "
							   "times in vain: no proposal;"));
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert(!world_problem(w, "in vain"));
	end();
}
END_TEST

Suite *supervised_suite(void)
{
	Suite *s = suite_create("supervised");

	unit_add(s, "supervisor", supervisor_initiates_what_is_down);
	unit_add(s, "not supervised", supervisor_can_be_off);
	unit_add(s, "retry_max", supervisor_waits_as_is_said);
	unit_add(s, "supervisor told", supervisor_is_told);
	return s;
}
