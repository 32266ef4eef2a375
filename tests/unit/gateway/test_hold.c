/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A peer that makes before it breaks: the tunnel is left for others meanwhile,
 * where there are others.
 */

#include "unit/gateway/suites.h"

#include <stdlib.h>

#include "unit/gateway/world.h"

#define SEC USEC_PER_SEC

static world_t *w;

/** two tunnels, a route over both, and one over the first alone */
static void begin(void)
{
	char *text = world_config(2, NULL, NULL), *error;

	w = world_create(2);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, SEC);
	world_up(w);
	world_announce(w, 0, "10.0.0.0/8", true);
	world_announce(w, 1, "10.0.0.0/8", true);
	world_announce(w, 0, "10.1.0.0/16", true);
	world_run(w, 3 * SEC);
}

static unsigned ways(const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

static uint32_t downs(void)
{
	view_state_t view;

	core_view(w->core, &view, w->now);
	return tunnel_downs(view.tunnels[0].tunnel);
}

START_TEST(left_until_the_old_one_goes)
{
	begin();
	ck_assert_uint_eq(ways("10.0.0.0/8"), 3);
	world_fact(w, 0, FACT_CHILD_COMING, 0, 0);
	core_apply(w->core, w->now);
	/* in the same turn, and only where there is another way */
	ck_assert_uint_eq(ways("10.0.0.0/8"), 2);
	ck_assert_uint_eq(ways("10.1.0.0/16"), 1);
	world_fact(w, 0, FACT_CHILD_UP, 110, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 2);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 3);
	ck_assert_uint_eq(downs(), 0);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

/** while the peer asks twice more for an answer that is lost */
START_TEST(left_for_a_while_at_most)
{
	begin();
	world_fact(w, 0, FACT_CHILD_COMING, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 110, 0);
	world_run(w, 12 * SEC - SEC / 20);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 2);
	world_run(w, SEC / 10);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(the_last_one_is_not_left)
{
	begin();
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	core_apply(w->core, w->now);
	world_fact(w, 0, FACT_CHILD_COMING, 0, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 1);
	/* the one that comes up has nothing to be left */
	world_fact(w, 1, FACT_CHILD_COMING, 0, 0);
	world_fact(w, 1, FACT_CHILD_UP, 111, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 2);
	/* and one is used when both are left */
	world_fact(w, 1, FACT_CHILD_COMING, 0, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_ne(ways("10.0.0.0/8"), 0);
	world_run(w, 13 * SEC);
	ck_assert_uint_eq(ways("10.0.0.0/8"), 3);
	world_destroy(w);
}
END_TEST

Suite *hold_suite(void)
{
	Suite *s = suite_create("hold");

	unit_add(s, "until", left_until_the_old_one_goes);
	unit_add(s, "at most", left_for_a_while_at_most);
	unit_add(s, "last", the_last_one_is_not_left);
	return s;
}
