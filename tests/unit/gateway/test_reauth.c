/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reauthentications that break: the tunnel is drained before, charon is asked
 * in time, and it is used again with the new SA; one of a bundle at a time.
 */

#include "unit/gateway/suites.h"

#include "bgp/attr.h"
#include "unit/gateway/world.h"

#include <string.h>

/** turns of drain_time = 4 and 2 s to settle, and 3 s ahead of charon */
#define TURN 6

static world_t *w;
static unsigned asked[WORLD_TUNNELS_MAX];
static usec_t asked_at[WORLD_TUNNELS_MAX];

static void reauthenticate(void *user, const char *connection)
{
	asked[connection[1] - '1']++;
	asked_at[connection[1] - '1'] = w->now;
}

static void initiate(void *user, const char *connection)
{
}

static void load(const char *more, const char *extra)
{
	char *text = world_config(w->n, more, extra), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static void begin(unsigned n, const char *extra)
{
	memset(asked, 0, sizeof(asked));
	world_extra = (core_seams_t){
		.initiate = initiate,
		.reauthenticate = reauthenticate,
	};
	w = world_create(n);
	load(NULL, extra);
	world_up(w);
	for (unsigned i = 0; i < n; i++)
	{
		world_announce(w, i, "10.1.0.0/16", true);
	}
	world_run(w, 3 * USEC_PER_SEC);
}

static void end(void)
{
	world_destroy(w);
	world_extra = (core_seams_t){0};
}

static void up(unsigned i, uint32_t sa, uint32_t reauth)
{
	fact_t fact = {
		.kind = FACT_CHILD_UP,
		.sa = sa,
		.if_id_in = i + 1,
		.if_id_out = i + 1,
		.reauth = reauth,
	};

	snprintf(fact.name, sizeof(fact.name), "t%u", i + 1);
	fact.info.remote = addr_v4(0xcb007101u + i);
	core_fact(w->core, &fact, w->now);
	world_run(w, 100 * USEC_PER_MSEC);
}

static void down(unsigned i, uint32_t sa)
{
	world_fact(w, i, FACT_CHILD_DOWN, sa, 0);
	world_run(w, 100 * USEC_PER_MSEC);
}

/** two tunnels, of which charon reauthenticates the first in 40 s */
static void begin_due(void)
{
	begin(2, "drain_time = 4");
	up(0, 200, 40);
	down(0, 100);
}

static unsigned ways(void)
{
	bool there;

	return world_ways(w, "10.1.0.0/16", &there);
}

static const view_tunnel_t *seen(unsigned i)
{
	static view_state_t view;

	core_view(w->core, &view, w->now);
	return &view.tunnels[i];
}

static void run(unsigned seconds)
{
	world_run(w, seconds * USEC_PER_SEC);
}

/** our prefix at the far side: 0 as ever, 1 with GRACEFUL_SHUTDOWN, 2 not */
static unsigned told(unsigned i)
{
	bgp_route_t route;
	prefix_t prefix;

	prefix_parse("192.168.0.0/24", &prefix);
	if (!bgp_route_get(w->far[i].bgp, &prefix, &route))
	{
		return 2;
	}
	return bgp_has_community(route.best[0].attrs, 0xffff0000) ? 1 : 0;
}

START_TEST(drained_asked_and_used_again)
{
	usec_t at;

	begin(2, "drain_time = 4");
	ck_assert_ptr_null(seen(0)->reauth);
	/* a rekey tells of it again, a second off */
	up(0, 200, 100);
	at = w->now;
	world_fact(w, 0, FACT_CHILD_REKEYED, 100, 200);
	down(0, 100);
	run(10);
	up(0, 200, 91);
	ck_assert_str_eq(seen(0)->reauth, "due");
	/* both might be due: 2 turns, 2 s in between, and 3 s before */
	run(100 - 2 * TURN - 2 - 3 - 12);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(told(0), 0);
	run(2);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(told(0), 1);
	ck_assert_uint_eq(told(1), 0);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	ck_assert_uint_eq(seen(0)->drained_at, 0);
	ck_assert_uint_eq(asked[0], 0);
	run(4);
	ck_assert_uint_eq(told(0), 2);
	ck_assert_uint_eq(asked[0], 0);
	run(2);
	ck_assert_uint_eq(asked[0], 1);
	ck_assert_uint_lt(asked_at[0], at + (100 - TURN) * USEC_PER_SEC);
	ck_assert_str_eq(seen(0)->reauth, "asked");
	/* charon is put off by a rekey: the new SA is taken for what is waited for
	 * only if the old one is gone */
	up(0, 201, 7);
	ck_assert_uint_eq(ways(), 2);
	down(0, 201);
	down(0, 200);
	ck_assert_uint_eq(ways(), 2);
	up(0, 202, 100);
	ck_assert_uint_eq(ways(), 3);
	run(1);
	ck_assert_uint_eq(told(0), 0);
	ck_assert_str_eq(seen(0)->reauth, "due");
	/* and so on */
	run(100 - TURN - 5);
	ck_assert_uint_eq(asked[0], 2);
	ck_assert_uint_eq(asked[1], 0);
	end();
}
END_TEST

START_TEST(one_at_a_time)
{
	usec_t begun;

	begin(3, "drain_time = 4");
	begun = w->now;
	for (unsigned i = 0; i < 3; i++)
	{
		up(i, 200 + i, 100);
		down(i, 100 + i);
	}
	/* three turns, 2 s in between, and 3 s before: each is drained alone */
	run(100 - 3 * TURN - 4 - 3 - 2);
	ck_assert_uint_eq(ways(), 7);
	for (unsigned i = 0; i < 3; i++)
	{
		run(2);
		ck_assert_int_eq(__builtin_popcount(ways()), 2);
		run(TURN);
		for (unsigned k = 0; k < 3; k++)
		{
			if (asked[k] == 1)
			{
				ck_assert(asked_at[k] < begun + 97 * USEC_PER_SEC);
				down(k, 200 + k);
				up(k, 300 + k, 1000);
				asked[k]++;
			}
		}
		ck_assert_uint_eq(asked[0] + asked[1] + asked[2], 2 * (i + 1));
	}
	run(2);
	ck_assert_uint_eq(ways(), 7);
	end();
}
END_TEST

START_TEST(the_last_one_is_left_to_charon)
{
	begin(1, "drain_time = 4");
	up(0, 200, 40);
	down(0, 100);
	run(60);
	ck_assert_uint_eq(asked[0], 0);
	ck_assert_uint_eq(told(0), 0);
	ck_assert_ptr_null(seen(0)->reauth);
	end();
	/* as one of two whose other has no session */
	begin(2, "drain_time = 4");
	world_announce(w, 1, "10.1.0.0/16", false);
	w->cut[1] = true;
	run(20);
	up(0, 200, 40);
	down(0, 100);
	run(60);
	ck_assert_uint_eq(asked[0], 0);
	ck_assert_uint_eq(told(0), 0);
	end();
	/* or as the bundle asks for two */
	begin(2, "drain_time = 4\n min_links = 2");
	up(0, 200, 40);
	down(0, 100);
	run(60);
	ck_assert_uint_eq(asked[0], 0);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(the_other_is_drained_at_its_far_end)
{
	const char *words;

	begin(2, "drain_time = 4");
	/* the session stands, and there are no routes by it */
	world_announce(w, 1, "10.1.0.0/16", false);
	run(1);
	ck_assert_uint_eq(ways(), 1);
	ck_assert(core_reauth(w->core, "t1", &words, w->now));
	run(1);
	ck_assert_uint_eq(ways(), 1);
	ck_assert_uint_eq(asked[0], 1);
	/* the other way round it has nothing to lose, and is drained as ever */
	up(0, 300, 0);
	down(0, 100);
	ck_assert(core_reauth(w->core, "t2", &words, w->now));
	run(1);
	ck_assert_uint_eq(asked[1], 0);
	end();
}
END_TEST

START_TEST(it_waits_for_the_other)
{
	begin(2, "drain_time = 4");
	down(1, 101);
	up(0, 200, 100);
	down(0, 100);
	run(90);
	ck_assert_uint_eq(ways(), 1);
	ck_assert_uint_eq(told(0), 0);
	/* the other one comes late: there is time for what there is time for */
	up(1, 201, 0);
	run(4);
	ck_assert_uint_eq(ways(), 2);
	end();
}
END_TEST

START_TEST(used_again_when_the_other_dies)
{
	begin_due();
	run(28);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	core_apply(w->core, w->now);
	/* in the same turn */
	ck_assert_uint_eq(ways(), 1);
	run(60);
	ck_assert_uint_eq(ways(), 1);
	ck_assert_uint_eq(asked[0], 0);
	ck_assert_uint_eq(told(0), 0);
	end();
}
END_TEST

START_TEST(used_again_when_the_other_has_no_routes)
{
	begin_due();
	run(28);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	/* drained at its far end meanwhile */
	world_announce(w, 1, "10.1.0.0/16", false);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 1);
	run(60);
	ck_assert_uint_eq(ways(), 1);
	ck_assert_uint_eq(asked[0], 0);
	end();
}
END_TEST

START_TEST(used_again_when_too_few_are_left)
{
	begin(3, "drain_time = 4\nmin_links = 2");
	up(0, 200, 40);
	down(0, 100);
	for (unsigned i = 0;
		 !seen(0)->reauth || strcmp(seen(0)->reauth, "draining") != 0; i++)
	{
		ck_assert_uint_lt(i, 40);
		run(1);
	}
	ck_assert_uint_eq(ways(), 6);
	/* one of the two that the bundle cannot be without */
	ck_assert(core_drain(w->core, "t2", w->now));
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 5);
	end();
}
END_TEST

START_TEST(charon_does_not)
{
	begin_due();
	run(35);
	ck_assert_uint_eq(asked[0], 1);
	ck_assert_uint_eq(ways(), 2);
	run(60);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(asked[0], 1);
	ck_assert_uint_eq(told(0), 0);
	end();
}
END_TEST

START_TEST(the_sa_ends_while_it_is_drained)
{
	begin_due();
	run(28);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	down(0, 200);
	up(0, 300, 1000);
	ck_assert_uint_eq(ways(), 3);
	run(30);
	ck_assert_uint_eq(asked[0], 0);
	end();
}
END_TEST

START_TEST(a_short_life_is_not_spent_on_draining)
{
	begin(2, "drain_time = 60");
	up(0, 200, 20);
	down(0, 100);
	run(8);
	ck_assert_uint_eq(ways(), 3);
	run(3);
	ck_assert_uint_eq(ways(), 2);
	end();
}
END_TEST

START_TEST(persons_drains_are_theirs)
{
	begin(2, "drain_time = 4");
	core_drain(w->core, "t1", w->now);
	up(0, 200, 40);
	down(0, 100);
	run(60);
	/* nothing to lose: charon does it */
	ck_assert_uint_eq(asked[0], 0);
	ck_assert_uint_eq(ways(), 2);
	core_undrain(w->core, "t1", w->now);
	run(1);
	ck_assert_uint_eq(ways(), 3);
	/* one that comes in between stays */
	up(0, 201, 40);
	down(0, 200);
	run(28);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	core_drain(w->core, "t1", w->now);
	run(8);
	ck_assert_uint_eq(asked[0], 1);
	down(0, 201);
	up(0, 202, 40);
	run(5);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_ne(seen(0)->drained_at, 0);
	core_undrain(w->core, "t1", w->now);
	/* a person who wants it now gets it now */
	run(23);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	core_undrain(w->core, "t1", w->now);
	run(1);
	ck_assert_uint_eq(ways(), 3);
	run(20);
	ck_assert_uint_eq(asked[0], 1);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(by_a_persons_word)
{
	const char *words;

	begin(2, "drain_time = 4");
	ck_assert(!core_reauth(w->core, "t9", &words, w->now));
	ck_assert(core_reauth(w->core, "t1", &words, w->now));
	ck_assert_ptr_nonnull(strstr(words, "drained, then"));
	ck_assert(core_reauth(w->core, "t1", &words, w->now));
	ck_assert_ptr_nonnull(strstr(words, "already"));
	run(TURN - 1);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(asked[0], 0);
	/* the other would be the last: at once, and undrained */
	ck_assert(core_reauth(w->core, "t2", &words, w->now));
	ck_assert_ptr_nonnull(strstr(words, "no other"));
	ck_assert_uint_eq(asked[1], 1);
	run(2);
	ck_assert_uint_eq(asked[0], 1);
	down(0, 100);
	ck_assert(core_reauth(w->core, "t1", &words, w->now));
	ck_assert_ptr_nonnull(strstr(words, "no SA"));
	up(0, 200, 0);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_ptr_null(seen(0)->reauth);
	end();
}
END_TEST

START_TEST(reload_and_stop)
{
	begin(2, "drain_time = 4");
	up(0, 200, 60);
	down(0, 100);
	/* a tunnel that a reload makes anew knows it still */
	load("table = 100", "drain_time = 5");
	ck_assert_str_eq(seen(0)->reauth, "due");
	run(55);
	ck_assert_uint_eq(asked[0], 1);
	down(0, 200);
	up(0, 201, 40);
	run(24);
	ck_assert_str_eq(seen(0)->reauth, "draining");
	core_stop_peers(w->core, w->now);
	run(60);
	ck_assert_uint_eq(asked[0], 1);
	end();
}
END_TEST

Suite *reauth_suite(void)
{
	Suite *s = suite_create("reauth");

	unit_add(s, "drained", drained_asked_and_used_again);
	unit_add(s, "one", one_at_a_time);
	unit_add(s, "last", the_last_one_is_left_to_charon);
	unit_add(s, "far drain", the_other_is_drained_at_its_far_end);
	unit_add(s, "waits", it_waits_for_the_other);
	unit_add(s, "dies", used_again_when_the_other_dies);
	unit_add(s, "no routes", used_again_when_the_other_has_no_routes);
	unit_add(s, "too few", used_again_when_too_few_are_left);
	unit_add(s, "does not", charon_does_not);
	unit_add(s, "ends", the_sa_ends_while_it_is_drained);
	unit_add(s, "short", a_short_life_is_not_spent_on_draining);
	unit_add(s, "persons", persons_drains_are_theirs);
	unit_add(s, "word", by_a_persons_word);
	unit_add(s, "reload", reload_and_stop);
	return s;
}
