/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The outbound half of a tunnel's SAs, and the policy to it: missed, asked for, and there again. And
 * SAs of one child that stand side by side.
 */

#include "unit/gateway/suites.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit/gateway/world.h"

#define SEC USEC_PER_SEC

static world_t *w;
static unsigned rekeys;
static char asked[64];

static void rekey(void *user, const char *connection, const char *child)
{
	rekeys++;
	snprintf(asked, sizeof(asked), "%s/%s", connection, child);
}

static unsigned ways(void)
{
	bool there;

	return world_ways(w, "10.0.0.0/8", &there);
}

/** two tunnels with SAs 100 and 101, and a route over both */
static void begin(void)
{
	char *text = world_config(2, NULL, NULL), *error;

	rekeys = 0;
	memset(&world_extra, 0, sizeof(world_extra));
	world_extra.rekey = rekey;
	w = world_create(2);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, SEC);
	world_up(w);
	world_announce(w, 0, "10.0.0.0/8", true);
	world_announce(w, 1, "10.0.0.0/8", true);
	world_run(w, 3 * SEC);
	ck_assert_uint_eq(ways(), 3);
}

static void end(void)
{
	memset(&world_extra, 0, sizeof(world_extra));
	world_destroy(w);
}

static void lose(uint32_t sa)
{
	w->lost[w->n_lost++] = 0xd0000000 + sa;
}

static void up(unsigned tunnel, uint32_t sa, const char *child)
{
	fact_t fact = {.kind = FACT_CHILD_UP, .sa = sa};

	snprintf(fact.name, sizeof(fact.name), "t%u", tunnel + 1);
	snprintf(fact.child, sizeof(fact.child), "%s", child);
	fact.info.spi_out = 0xd0000000 + sa;
	fact.info.remote = addr_v4(0xcb007101u + tunnel);
	core_fact(w->core, &fact, w->now);
}

START_TEST(lost_it_leaves_and_a_rekey_is_asked_for)
{
	begin();
	ck_assert_uint_eq(w->sa_dumps, 1);
	lose(100);
	/* a look a second, and a second of grace */
	world_run(w, 2 * SEC + SEC / 10);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(rekeys, 1);
	ck_assert_str_eq(asked, "t1/");
	ck_assert(world_problem(w, "tunnel t1: the kernel has no outbound SA"));
	/* the session stays: only routes depend on it */
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	/* what charon makes of it: a new pair */
	world_fact(w, 0, FACT_CHILD_UP, 110, 0);
	world_fact(w, 0, FACT_CHILD_REKEYED, 100, 110);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, SEC + SEC / 10);
	ck_assert_uint_eq(ways(), 3);
	ck_assert(!world_problem(w, "outbound SA"));
	world_run(w, 120 * SEC);
	ck_assert_uint_eq(rekeys, 1);
	end();
}
END_TEST

START_TEST(it_is_asked_for_until_it_is_there)
{
	begin();
	lose(100);
	world_run(w, 62 * SEC);
	/* at once, after 10 seconds, 20, 40, then each minute */
	ck_assert_uint_eq(rekeys, 3);
	world_run(w, 180 * SEC);
	ck_assert_uint_ge(rekeys, 5);
	ck_assert_uint_le(rekeys, 7);
	/* and looks that dump grow apart */
	ck_assert_uint_lt(w->sa_dumps, 40);
	/* it comes back without a word from charon */
	w->n_lost = 0;
	world_run(w, 9 * SEC);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(a_moment_is_no_loss)
{
	begin();
	lose(100);
	/* one look falls into it */
	world_run(w, SEC);
	ck_assert_uint_eq(w->sa_dumps, 2);
	w->n_lost = 0;
	world_run(w, 5 * SEC);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(rekeys, 0);
	end();
}
END_TEST

/* the peer's rekey on 5.9.8: the new one's outbound half comes with its DELETE,
 * or not at all */
START_TEST(one_of_a_child_is_enough)
{
	begin();
	world_fact(w, 0, FACT_CHILD_UP, 110, 0);
	world_fact(w, 0, FACT_CHILD_REKEYED, 100, 110);
	lose(110);
	world_run(w, 30 * SEC);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(rekeys, 0);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 3 * SEC);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(rekeys, 1);
	end();
}
END_TEST

START_TEST(another_child_is_not)
{
	begin();
	up(0, 110, "four");
	up(0, 111, "six");
	lose(111);
	world_run(w, 3 * SEC);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_str_eq(asked, "t1/six");
	end();
}
END_TEST

START_TEST(no_sa_is_down_and_not_mute)
{
	begin();
	lose(100);
	world_run(w, 3 * SEC);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, SEC);
	ck_assert(!world_problem(w, "outbound SA"));
	world_fact(w, 0, FACT_CHILD_UP, 120, 0);
	world_run(w, SEC / 2);
	ck_assert_uint_eq(ways(), 3);
	world_run(w, 10 * SEC);
	ck_assert_uint_eq(rekeys, 1);
	end();
}
END_TEST

/* one with a mark is not found by its SPI alone, and what cannot be asked is
 * no news */
START_TEST(doubt_is_no_loss)
{
	begin();
	lose(100);
	if (_i)
	{
		w->sa_dump_error = -EPERM;
	}
	else
	{
		w->sas[w->n_sas++] = (kernel_sa_t){
			.spi = 0xd0000064,
			.dst = addr_v4(0xcb007101u),
			.proto = 50,
			.if_id = 1,
			.keyed = true,
		};
	}
	world_run(w, 10 * SEC);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_gt(w->sa_dumps, 1);
	if (!_i)
	{
		/* that SPI, but another peer's */
		w->sas[w->n_sas - 1].dst = addr_v4(0xcb007102u);
		world_run(w, 3 * SEC);
		ck_assert_uint_eq(ways(), 2);
	}
	end();
}
END_TEST

START_TEST(side_by_side_is_told)
{
	begin();
	up(0, 110, "net");
	up(0, 111, "net");
	up(0, 112, "other");
	world_run(w, 55 * SEC);
	/* the SA of no child's name is the first one of all */
	ck_assert(!world_problem(w, "side by side"));
	world_run(w, 10 * SEC);
	ck_assert(world_problem(w, "tunnel t1: 2 CHILD_SAs of child net"));
	ck_assert(world_problem(w, "--child-id 110"));
	world_fact(w, 0, FACT_CHILD_DOWN, 110, 0);
	ck_assert(!world_problem(w, "side by side"));
	/* a rekey of it is not one of these */
	up(0, 120, "net");
	world_run(w, 55 * SEC);
	ck_assert(!world_problem(w, "side by side"));
	end();
}
END_TEST

/** how many the doctor is told of */
static unsigned duplicates(uint32_t *oldest)
{
	view_doctor_t facts[8];

	core_view_doctor(w->core, facts, w->now);
	*oldest = facts[0].oldest;
	return facts[0].duplicates;
}

START_TEST(doctor_knows_a_rekey)
{
	uint32_t oldest;

	begin();
	up(0, 110, "net");
	world_run(w, 20 * SEC);
	ck_assert_uint_eq(duplicates(&oldest), 0);
	/* the peer takes its time to delete the old one */
	world_fact(w, 0, FACT_CHILD_REKEYED, 110, 111);
	up(0, 111, "net");
	world_run(w, 50 * SEC);
	ck_assert_uint_eq(duplicates(&oldest), 0);
	/* it has forgotten to */
	world_run(w, 15 * SEC);
	ck_assert_uint_eq(duplicates(&oldest), 2);
	ck_assert_uint_eq(oldest, 110);
	world_fact(w, 0, FACT_CHILD_DOWN, 110, 0);
	ck_assert_uint_eq(duplicates(&oldest), 0);
	/* nobody has rekeyed anything */
	up(0, 112, "net");
	world_run(w, 10 * SEC);
	ck_assert_uint_eq(duplicates(&oldest), 0);
	world_run(w, 10 * SEC);
	ck_assert_uint_eq(duplicates(&oldest), 2);
	ck_assert_uint_eq(oldest, 111);
	end();
}
END_TEST

START_TEST(doctor_knows_an_sa_of_before)
{
	fact_t fact = {.kind = FACT_CONNECTION_LOADED,
				   .name = "t1",
				   .if_id_in = 77,
				   .if_id_out = 77};
	view_doctor_t facts[8];

	begin();
	core_view_doctor(w->core, facts, w->now);
	ck_assert(!facts[0].sa_differs);
	core_fact(w->core, &fact, w->now);
	core_view_doctor(w->core, facts, w->now);
	ck_assert(facts[0].sa_differs && !facts[1].sa_differs);
	ck_assert_uint_eq(facts[0].sa_if_id, 1);
	/* it is about to go */
	world_fact(w, 0, FACT_CHILD_REKEYED, 100, 110);
	core_view_doctor(w->core, facts, w->now);
	ck_assert(!facts[0].sa_differs);
	end();
}
END_TEST

/* a packet without an SA has made the kernel ask for it, with its SPI */
START_TEST(a_request_for_it_is_none)
{
	begin();
	w->sas[w->n_sas++] = (kernel_sa_t){
		.spi = 0xd0000064,
		.dst = addr_v4(0xcb007101u),
		.proto = 50,
		.if_id = 1,
	};
	world_run(w, 2 * SEC + SEC / 10);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(rekeys, 1);
	end();
}
END_TEST

static void policy(uint32_t if_id, uint8_t dir)
{
	w->sps[w->n_sps++] = (kernel_sp_t){
		.index = w->n_sps + 1,
		.dir = dir,
		.if_id = if_id,
	};
}

START_TEST(a_policy_is_missed_once_seen)
{
	begin();
	/* charon may be told to install none */
	world_run(w, 25 * SEC);
	ck_assert_uint_eq(ways(), 3);
	policy(1, 1);
	policy(1, 0);
	policy(2, 1);
	world_run(w, 15 * SEC);
	w->sps[0].dir = 0;
	world_run(w, 12 * SEC);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(rekeys, 1);
	ck_assert(world_problem(w, "tunnel t1: the kernel has no outbound policy"));
	w->sps[0].dir = 1;
	world_run(w, 9 * SEC);
	ck_assert_uint_eq(ways(), 3);
	/* with the SA its policies go */
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	w->sps[0].dir = 0;
	world_fact(w, 0, FACT_CHILD_UP, 120, 0);
	world_run(w, 30 * SEC);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(rekeys, 1);
	end();
}
END_TEST

START_TEST(late_is_told)
{
	kernel_sa_t *sa;
	fact_t fact = {.kind = FACT_CHILD_UP, .name = "t1", .sa = 100};

	begin();
	fact.info.spi_in = 0xc0000064;
	fact.info.local = addr_v4(0xc0000201u);
	core_fact(w->core, &fact, w->now);
	sa = &w->sas[w->n_sas++];
	*sa = (kernel_sa_t){.spi = 0xc0000064, .window = 32, .late = 10};
	ck_assert(!world_problem(w, "replay window"));
	sa->late = 11;
	ck_assert(world_problem(w, "tunnel t1: 11 packets that others had"));
	/* a good one is no fault of ours, nor is none at all */
	sa->window = 1024;
	ck_assert(!world_problem(w, "replay window"));
	sa->window = 0;
	ck_assert(!world_problem(w, "replay window"));
	end();
}
END_TEST

Suite *outbound_suite(void)
{
	Suite *s = suite_create("outbound");

	unit_add(s, "lost", lost_it_leaves_and_a_rekey_is_asked_for);
	unit_add(s, "again", it_is_asked_for_until_it_is_there);
	unit_add(s, "moment", a_moment_is_no_loss);
	unit_add(s, "one is enough", one_of_a_child_is_enough);
	unit_add(s, "another child", another_child_is_not);
	unit_add(s, "no SA", no_sa_is_down_and_not_mute);
	unit_add(s, "request", a_request_for_it_is_none);
	unit_add(s, "policy", a_policy_is_missed_once_seen);
	unit_add(s, "late", late_is_told);
	unit_add(s, "side by side", side_by_side_is_told);
	unit_add(s, "doctor knows a rekey", doctor_knows_a_rekey);
	unit_add(s, "doctor knows an SA of before", doctor_knows_an_sa_of_before);
	unit_add_loop(s, "doubt", doubt_is_no_loss, 2);
	return s;
}
