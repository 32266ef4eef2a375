/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Graceful restart of our own (RFC 4724 section 4.1): what the kernel and the
 * far sides keep while we are away and until the neighbours have told theirs.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <string.h>

static const char *options;

static void load(world_t *w)
{
	char *text = world_config(w->n, options, NULL), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
}

/** two tunnels with a route that both have and one of each */
static world_t *up(const char *more)
{
	world_t *w = world_create(2);

	options = more;
	load(w);
	world_run(w, USEC_PER_SEC);
	world_up(w);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_announce(w, 0, "10.0.1.0/24", true);
	world_announce(w, 1, "10.0.2.0/24", true);
	world_run(w, USEC_PER_SEC);
	return w;
}

static void sa(world_t *w, unsigned i)
{
	world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, i, FACT_CHILD_UP, 100 + i, 0);
}

static unsigned ways(const world_t *w, const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

static bool there(const world_t *w, const char *prefix)
{
	bool is;

	world_ways(w, prefix, &is);
	return is;
}

/** far side i has our prefix */
static bool has_ours(const world_t *w, unsigned i)
{
	return world_told(w, i, "192.168.0.0/24") != UINT32_MAX;
}

/** runs in steps, all holding that both far sides and the kernel keep all */
static void run_kept(world_t *w, usec_t span)
{
	usec_t end = w->now + span;

	while (w->now < end)
	{
		world_run(w, 10 * USEC_PER_MSEC);
		ck_assert(has_ours(w, 0));
		ck_assert(has_ours(w, 1));
		ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
		ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 1);
	}
}

START_TEST(test_killed_and_back)
{
	world_t *w = up(NULL);
	fake_counts_t *counts = fake_kernel_counts(w->kernel);
	unsigned sets = counts->route_sets, dels = counts->route_dels;

	world_kill(w);
	run_kept(w, USEC_PER_SEC);
	/* one route ended meanwhile */
	world_announce(w, 1, "10.0.2.0/24", false);
	load(w);
	run_kept(w, USEC_PER_SEC);
	sa(w, 0);
	sa(w, 1);
	run_kept(w, 60 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	/* nothing was written anew, and only what ended was removed */
	ck_assert(!there(w, "10.0.2.0/24"));
	ck_assert_uint_eq(counts->route_sets, sets);
	ck_assert_uint_eq(counts->route_dels, dels + 1);
	ck_assert_uint_eq(counts->wrongs, 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_redistributed_too)
{
	world_t *w = up("redistribute {\n s {\n from = static, bird\n }\n }\n");

	world_foreign(w, "10.50.0.0/16", 4, 254, 0, WORLD_EXTERNAL, NULL, true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(world_told(w, 0, "10.50.0.0/16"), 0);
	world_kill(w);
	/* the first dump fails, and is asked for again a second later */
	w->table_errors = 1;
	load(w);
	sa(w, 0);
	sa(w, 1);
	for (unsigned i = 0; i < 3000; i++)
	{
		world_run(w, 10 * USEC_PER_MSEC);
		ck_assert_uint_eq(world_told(w, 0, "10.50.0.0/16"), 0);
	}
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

/** restarts with what tunnel 0 has told changed, and the other one silent */
static world_t *up_without_second(const char *more)
{
	world_t *w = up(more);

	world_kill(w);
	world_announce(w, 0, "10.0.1.0/24", false);
	world_announce(w, 0, "10.0.7.0/24", true);
	w->cut[1] = true;
	load(w);
	return w;
}

/** nothing was chosen anew */
static void held_back(const world_t *w)
{
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert(!there(w, "10.0.7.0/24"));
}

/** what the first has told counts, and what only the other one could tell stays */
static void released(const world_t *w)
{
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_uint_eq(ways(w, "10.0.7.0/24"), 1);
	ck_assert_uint_eq(ways(w, "10.0.2.0/24"), 2);
}

START_TEST(test_waits_for_all)
{
	/* the tunnel stands, and the far BGP says nothing */
	world_t *w = up_without_second(NULL);

	sa(w, 0);
	sa(w, 1);
	/* 10 s, and the 3 s in which it would have sent a KEEPALIVE */
	world_run(w, 12 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	held_back(w);
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 1);
	world_run(w, 4 * USEC_PER_SEC);
	released(w);
	ck_assert(there(w, "10.0.1.0/24"));
	/* the time that we asked for is over */
	world_run(w, 102 * USEC_PER_SEC);
	ck_assert(there(w, "10.0.2.0/24"));
	world_run(w, 8 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert(!there(w, "10.0.1.0/24"));
	ck_assert(!there(w, "10.0.2.0/24"));
	ck_assert_uint_eq(ways(w, "10.0.7.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_refused)
{
	world_t *w = up_without_second(NULL);

	/* its BGP does not run */
	w->cut[1] = false;
	bgp_peer_stop(w->far[1].bgp, w->far[1].peer, 2, NULL, w->now);
	sa(w, 0);
	sa(w, 1);
	world_run(w, 9 * USEC_PER_SEC);
	held_back(w);
	world_run(w, 2 * USEC_PER_SEC);
	released(w);
	world_destroy(w);
}
END_TEST

START_TEST(test_waits_as_long_as_others_took)
{
	world_t *w = up_without_second(NULL);

	/* the second has no SA at all, and the first is late itself */
	world_run(w, 6 * USEC_PER_SEC);
	sa(w, 0);
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	held_back(w);
	world_run(w, 8 * USEC_PER_SEC);
	released(w);
	world_destroy(w);
}
END_TEST

START_TEST(test_nobody_is_heard)
{
	world_t *w = up_without_second(NULL);

	/* there is nothing to choose from */
	w->cut[0] = true;
	sa(w, 0);
	sa(w, 1);
	world_run(w, 100 * USEC_PER_SEC);
	held_back(w);
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 1);
	w->cut[0] = false;
	world_run(w, 15 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

START_TEST(test_last_table_ends_the_wait)
{
	world_t *w = up(NULL);

	world_kill(w);
	world_announce(w, 0, "10.0.1.0/24", false);
	w->cut[1] = true;
	load(w);
	sa(w, 0);
	sa(w, 1);
	world_run(w, 20 * USEC_PER_SEC);
	ck_assert(there(w, "10.0.1.0/24"));
	w->cut[1] = false;
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	ck_assert(!there(w, "10.0.1.0/24"));
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(ways(w, "10.0.2.0/24"), 2);
	world_destroy(w);
}
END_TEST

START_TEST(test_absent_tunnel)
{
	world_t *w = up(NULL);

	world_kill(w);
	load(w);
	sa(w, 0);
	world_run(w, 8 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	/* it has no SA: its neighbour is not waited for much longer */
	world_run(w, 4 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	/* what it alone told goes by the SAs of before, if they work */
	world_run(w, 16 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.2.0/24"), 2);
	world_run(w, 4 * USEC_PER_SEC);
	ck_assert(!there(w, "10.0.2.0/24"));
	sa(w, 1);
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_without_graceful_restart)
{
	world_t *w = up("graceful_restart = 0");

	world_kill(w);
	/* the far side was not asked to keep anything */
	world_run(w, 10 * USEC_PER_MSEC);
	ck_assert(!has_ours(w, 0));
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_announce(w, 0, "10.0.7.0/24", true);
	load(w);
	sa(w, 0);
	world_run(w, 40 * USEC_PER_SEC);
	/* what is told is used at once, what is not stays a while */
	ck_assert_uint_eq(ways(w, "10.0.7.0/24"), 1);
	ck_assert(there(w, "10.0.2.0/24"));
	world_run(w, 145 * USEC_PER_SEC);
	ck_assert(!there(w, "10.0.2.0/24"));
	world_destroy(w);
}
END_TEST

START_TEST(test_nothing_kept)
{
	world_t *w = world_create(2);

	options = NULL;
	world_announce(w, 0, "10.0.0.0/24", true);
	load(w);
	sa(w, 0);
	/* a first start: the second tunnel's table is not waited for */
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_stop_that_keeps)
{
	world_t *w = up("keep_on_stop = all");

	core_stop_peers(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	core_stop(w->core, w->now);
	world_restart(w);
	run_kept(w, USEC_PER_SEC);
	load(w);
	sa(w, 0);
	sa(w, 1);
	run_kept(w, 40 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

START_TEST(test_stop_that_does_not)
{
	world_t *w = up(NULL);

	core_stop_peers(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert(!has_ours(w, 0));
	ck_assert(!has_ours(w, 1));
	world_destroy(w);
}
END_TEST

START_TEST(test_kernel_says_nothing)
{
	world_t *w = up(NULL);

	world_kill(w);
	w->no_dumps = true;
	load(w);
	sa(w, 0);
	sa(w, 1);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_ptr_null(w->listening[0]);
	ck_assert_ptr_null(w->dialling[0]);
	w->no_dumps = false;
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

Suite *restart_suite(void)
{
	Suite *s = suite_create("restart");

	unit_add(s, "killed and back", test_killed_and_back);
	unit_add(s, "redistributed, too", test_redistributed_too);
	unit_add(s, "waits for all", test_waits_for_all);
	unit_add(s, "refused", test_refused);
	unit_add(s, "waits as long as others took",
			 test_waits_as_long_as_others_took);
	unit_add(s, "nobody is heard", test_nobody_is_heard);
	unit_add(s, "last table ends the wait", test_last_table_ends_the_wait);
	unit_add(s, "absent tunnel", test_absent_tunnel);
	unit_add(s, "without graceful restart", test_without_graceful_restart);
	unit_add(s, "nothing kept", test_nothing_kept);
	unit_add(s, "stop that keeps", test_stop_that_keeps);
	unit_add(s, "stop that does not", test_stop_that_does_not);
	unit_add(s, "kernel says nothing", test_kernel_says_nothing);
	return s;
}
