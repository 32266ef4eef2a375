/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The first writing: it waits until those that are up have told all, within
 * limits, and never where something forwards.
 */

#include "unit/gateway/suites.h"

#include <stdio.h>
#include <stdlib.h>

#include "unit/gateway/world.h"

#define MSEC USEC_PER_MSEC
#define MANY 1100u

static world_t *w;

static void begin(const char *more)
{
	char *text = world_config(2, more, NULL), *error;

	w = world_create(2);
	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	world_run(w, USEC_PER_SEC);
}

/** far side i announces `count` from number `first` on */
static void announce(unsigned i, unsigned first, unsigned count)
{
	char text[32];

	for (unsigned k = first; k < first + count; k++)
	{
		snprintf(text, sizeof(text), "20.%u.%u.0/24", k / 256, k % 256);
		world_announce(w, i, text, true);
	}
}

/** the session of far side i comes up, and it tells nothing for `span` */
static void silent_for(unsigned i, usec_t span)
{
	bgp_peer_config_t nobody = {
		.name = "nobody", .remote_as = 65000, .families = BGP_IPV4};

	/* it restarts, and waits for one that does not come */
	nobody.address = addr_v4(0xcb007101u);
	ck_assert(bgp_peer_add(w->far[i].bgp, &nobody));
	bgp_restarting(w->far[i].bgp, BGP_IPV4, w->now + span);
}

static void up(unsigned i)
{
	world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, i, FACT_CHILD_UP, 100 + i, 0);
}

static unsigned sets(void)
{
	return fake_kernel_counts(w->kernel)->route_sets;
}

static unsigned ways(const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

START_TEST(a_prefix_is_written_once)
{
	begin(NULL);
	announce(0, 0, MANY);
	announce(1, 0, MANY);
	silent_for(1, 700 * MSEC);
	up(0);
	up(1);
	world_run(w, 600 * MSEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	ck_assert_uint_eq(sets(), 0);
	/* at once when the second's End-of-RIB is there */
	world_run(w, 200 * MSEC);
	ck_assert_uint_eq(sets(), MANY);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 3);
	ck_assert_uint_eq(ways("20.4.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(without_it_twice)
{
	begin("initial_hold = 0\n");
	announce(0, 0, MANY);
	announce(1, 0, MANY);
	silent_for(1, 700 * MSEC);
	up(0);
	up(1);
	world_run(w, 600 * MSEC);
	ck_assert_uint_eq(sets(), MANY);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 1);
	world_run(w, 200 * MSEC);
	ck_assert_uint_eq(sets(), 2 * MANY);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(nobody_talks_for_a_second)
{
	begin(NULL);
	announce(0, 0, MANY);
	silent_for(1, 60 * USEC_PER_SEC);
	up(0);
	up(1);
	world_run(w, 900 * MSEC);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	ck_assert_uint_eq(sets(), 0);
	world_run(w, 300 * MSEC);
	ck_assert_uint_eq(sets(), MANY);
	world_destroy(w);
}
END_TEST

START_TEST(few_wait_for_a_moment_only)
{
	begin(NULL);
	announce(0, 0, 3);
	silent_for(1, 60 * USEC_PER_SEC);
	up(0);
	up(1);
	world_run(w, 50 * MSEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	ck_assert_uint_eq(sets(), 0);
	world_run(w, 120 * MSEC);
	ck_assert_uint_eq(sets(), 3);
	world_destroy(w);
}
END_TEST

START_TEST(at_most_the_time)
{
	begin("initial_hold = 2\n");
	announce(0, 0, MANY);
	silent_for(1, 60 * USEC_PER_SEC);
	up(0);
	up(1);
	/* somebody always has something to tell */
	for (unsigned i = 0; i < 19; i++)
	{
		world_run(w, 100 * MSEC);
		announce(0, MANY + i, 1);
		ck_assert_uint_eq(sets(), 0);
	}
	world_run(w, 300 * MSEC);
	ck_assert_uint_eq(sets(), MANY + 19);
	world_destroy(w);
}
END_TEST

START_TEST(nothing_that_forwards_waits)
{
	begin(NULL);
	announce(0, 0, MANY);
	announce(1, 0, MANY);
	silent_for(1, 60 * USEC_PER_SEC);
	up(0);
	world_run(w, 200 * MSEC);
	ck_assert_uint_eq(sets(), MANY);
	/* the second opens, and tells nothing for long */
	up(1);
	world_run(w, 50 * MSEC);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	announce(0, MANY, 7);
	world_run(w, 20 * MSEC);
	ck_assert_uint_eq(sets(), MANY + 7);
	/* all is lost, and comes again: that is a first writing, too */
	world_announce(w, 0, "20.0.0.0/24", false);
	world_run(w, 20 * MSEC);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 0);
	world_destroy(w);
}
END_TEST

START_TEST(all_tell_at_once)
{
	begin(NULL);
	announce(0, 0, MANY);
	announce(1, 0, MANY);
	up(0);
	up(1);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(sets(), MANY);
	ck_assert_uint_eq(ways("20.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

Suite *initial_suite(void)
{
	Suite *s = suite_create("initial");
	TCase *tc = tcase_create("initial");

	tcase_add_test(tc, a_prefix_is_written_once);
	tcase_add_test(tc, without_it_twice);
	tcase_add_test(tc, nobody_talks_for_a_second);
	tcase_add_test(tc, few_wait_for_a_moment_only);
	tcase_add_test(tc, at_most_the_time);
	tcase_add_test(tc, nothing_that_forwards_waits);
	tcase_add_test(tc, all_tell_at_once);
	suite_add_tcase(s, tc);
	return s;
}
