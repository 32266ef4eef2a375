/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A tunnel's state: the complete table of states and facts, the orders in
 * which charon tells of its SAs, and random sequences beside a model.
 */

#include "unit/tunnel/suites.h"

#include "tunnel/tunnel.h"

#include <string.h>

#define W TUNNEL_WAITING
#define D TUNNEL_DOWN
#define X TUNNEL_DEAD
#define R TUNNEL_DRAINED
#define F TUNNEL_FORWARDING

#define FACTS (TUNNEL_FACT_UNDRAIN + 1)

static bool step(tunnel_t *tunnel, tunnel_fact_kind_t kind, uint32_t a,
				 uint32_t b)
{
	tunnel_fact_t fact = {.kind = kind, .sa = a, .successor = b};
	tunnel_state_t before = tunnel_state(tunnel);
	bool changed;

	fact.info.encr = (uint16_t)a;
	if (kind == TUNNEL_FACT_DETECTOR_FAILED || kind == TUNNEL_FACT_DETECTOR_OK)
	{
		fact.detector = a;
	}
	changed = tunnel_step(tunnel, &fact, 77);
	ck_assert_int_eq(changed, tunnel_state(tunnel) != before);
	ck_assert_ptr_nonnull(tunnel_reason(tunnel));
	return changed;
}

static void up(tunnel_t *tunnel, uint32_t sa)
{
	step(tunnel, TUNNEL_FACT_SA_UP, sa, 0);
}

static void down(tunnel_t *tunnel, uint32_t sa)
{
	step(tunnel, TUNNEL_FACT_SA_DOWN, sa, 0);
}

static void rekeyed(tunnel_t *tunnel, uint32_t old, uint32_t successor)
{
	step(tunnel, TUNNEL_FACT_SA_REKEYED, old, successor);
}

/** a tunnel in a state: loaded, link there, SA 1, detector 1 failed, drained,
 * as far as the state has it */
static tunnel_t *in_state(tunnel_kind_t kind, tunnel_state_t state)
{
	tunnel_t *tunnel = tunnel_create(kind, 1);

	if (state == W)
	{
		ck_assert_int_eq(tunnel_state(tunnel), W);
		return tunnel;
	}
	step(tunnel, TUNNEL_FACT_LOADED, 0, 0);
	step(tunnel, TUNNEL_FACT_LINK_UP, 0, 0);
	if (state == D && kind == TUNNEL_LINK)
	{
		step(tunnel, TUNNEL_FACT_LINK_DOWN, 0, 0);
	}
	if (state != D)
	{
		up(tunnel, 1);
	}
	if (state == X)
	{
		step(tunnel, TUNNEL_FACT_DETECTOR_FAILED, 1, 0);
	}
	if (state == R)
	{
		step(tunnel, TUNNEL_FACT_DRAIN, 0, 0);
	}
	ck_assert_int_eq(tunnel_state(tunnel), state);
	return tunnel;
}

/* by fact, then by state before: waiting, down, dead, drained, forwarding.
 * Facts are about SA 1, its successor 2, and detector 1 */
static const tunnel_state_t next_ipsec[FACTS][5] = {
	[TUNNEL_FACT_LOADED] = {W, D, X, R, F},
	[TUNNEL_FACT_UNLOADED] = {W, W, X, R, F},
	[TUNNEL_FACT_SA_UP] = {W, F, X, R, F},
	[TUNNEL_FACT_SA_DOWN] = {W, D, D, D, D},
	[TUNNEL_FACT_SA_REKEYED] = {W, F, X, R, F},
	[TUNNEL_FACT_SA_RESET] = {W, D, D, D, D},
	[TUNNEL_FACT_LINK_UP] = {W, D, X, R, F},
	[TUNNEL_FACT_LINK_DOWN] = {W, W, W, W, W},
	[TUNNEL_FACT_DETECTOR_FAILED] = {W, D, X, X, X},
	[TUNNEL_FACT_DETECTOR_OK] = {W, D, F, R, F},
	[TUNNEL_FACT_OUTBOUND_LOST] = {W, D, X, X, X},
	[TUNNEL_FACT_OUTBOUND_OK] = {W, D, X, R, F},
	[TUNNEL_FACT_DRAIN] = {W, D, X, R, R},
	[TUNNEL_FACT_UNDRAIN] = {W, D, X, F, F},
};

static const tunnel_state_t next_link[FACTS][5] = {
	[TUNNEL_FACT_LOADED] = {W, D, X, R, F},
	[TUNNEL_FACT_UNLOADED] = {W, D, X, R, F},
	[TUNNEL_FACT_SA_UP] = {W, D, X, R, F},
	[TUNNEL_FACT_SA_DOWN] = {W, D, X, R, F},
	[TUNNEL_FACT_SA_REKEYED] = {W, D, X, R, F},
	[TUNNEL_FACT_SA_RESET] = {W, D, X, R, F},
	[TUNNEL_FACT_LINK_UP] = {F, F, X, R, F},
	[TUNNEL_FACT_LINK_DOWN] = {D, D, D, D, D},
	[TUNNEL_FACT_DETECTOR_FAILED] = {W, D, X, X, X},
	[TUNNEL_FACT_DETECTOR_OK] = {W, D, F, R, F},
	/* whatever SAs there are, none is of it */
	[TUNNEL_FACT_OUTBOUND_LOST] = {W, D, X, R, F},
	[TUNNEL_FACT_OUTBOUND_OK] = {W, D, X, R, F},
	[TUNNEL_FACT_DRAIN] = {W, D, X, R, R},
	[TUNNEL_FACT_UNDRAIN] = {W, D, X, F, F},
};

START_TEST(test_table)
{
	tunnel_fact_kind_t fact = (tunnel_fact_kind_t)_i;

	for (unsigned k = 0; k < 2; k++)
	{
		tunnel_kind_t kind = k ? TUNNEL_LINK : TUNNEL_IPSEC;

		for (tunnel_state_t s = W; s <= F; s++)
		{
			tunnel_t *tunnel = in_state(kind, s);
			tunnel_state_t want = k ? next_link[fact][s] : next_ipsec[fact][s];

			step(tunnel, fact, 1, 2);
			ck_assert_msg(tunnel_state(tunnel) == want,
						  "kind %u, fact %u: %s -> %s, wanted %s", k,
						  (unsigned)fact, tunnel_state_name(s),
						  tunnel_state_name(tunnel_state(tunnel)),
						  tunnel_state_name(want));
			ck_assert_int_eq(tunnel_forwarding(tunnel), want == F);
			ck_assert_uint_eq(tunnel_since(tunnel),
							  s == W && want == W ? 1 : 77);
			tunnel_destroy(tunnel);
		}
	}
}
END_TEST

/* what is missing is told in the order in which it must come */
START_TEST(test_waiting)
{
	tunnel_t *tunnel = tunnel_create(TUNNEL_IPSEC, 5);

	ck_assert_uint_eq(tunnel_since(tunnel), 5);
	ck_assert_str_eq(tunnel_reason(tunnel), "the connection is not loaded");
	step(tunnel, TUNNEL_FACT_LOADED, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), W);
	ck_assert_str_eq(tunnel_reason(tunnel), "the link is not there");
	up(tunnel, 1);
	ck_assert_int_eq(tunnel_state(tunnel), W);
	ck_assert(tunnel_has_sa(tunnel));
	step(tunnel, TUNNEL_FACT_LINK_UP, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), F);
	/* the connection goes, its SA stays: nothing is lost */
	step(tunnel, TUNNEL_FACT_UNLOADED, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), F);
	down(tunnel, 1);
	ck_assert_int_eq(tunnel_state(tunnel), W);
	ck_assert_uint_eq(tunnel_ups(tunnel), 1);
	ck_assert_uint_eq(tunnel_downs(tunnel), 1);
	tunnel_destroy(tunnel);

	tunnel = tunnel_create(TUNNEL_LINK, 5);
	ck_assert(!tunnel_has_sa(tunnel));
	step(tunnel, TUNNEL_FACT_LINK_UP, 0, 0);
	ck_assert(tunnel_has_sa(tunnel));
	ck_assert_uint_eq(tunnel_sa_count(tunnel), 0);
	ck_assert_ptr_null(tunnel_sa_info(tunnel));
	tunnel_destroy(tunnel);
	tunnel_destroy(NULL);
}
END_TEST

/* each detector is its own; a tunnel that lost its SA and has it again is
 * still dead while a detector says so; drained comes after dead */
START_TEST(test_detectors)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);

	step(tunnel, TUNNEL_FACT_DETECTOR_FAILED, 0, 0);
	step(tunnel, TUNNEL_FACT_DETECTOR_FAILED, 7, 0);
	step(tunnel, TUNNEL_FACT_DETECTOR_OK, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), X);
	ck_assert(tunnel_has_sa(tunnel));
	down(tunnel, 1);
	up(tunnel, 2);
	ck_assert_int_eq(tunnel_state(tunnel), X);
	step(tunnel, TUNNEL_FACT_DRAIN, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), X);
	step(tunnel, TUNNEL_FACT_DETECTOR_OK, 7, 0);
	ck_assert_int_eq(tunnel_state(tunnel), R);
	step(tunnel, TUNNEL_FACT_UNDRAIN, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), F);
	/* there is no detector 8 */
	step(tunnel, TUNNEL_FACT_DETECTOR_FAILED, 8, 0);
	step(tunnel, TUNNEL_FACT_DETECTOR_FAILED, 32, 0);
	ck_assert_int_eq(tunnel_state(tunnel), F);
	tunnel_destroy(tunnel);
}
END_TEST

/* nothing can be sent; it ends with the last SA, or with its own end */
START_TEST(test_outbound)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);

	step(tunnel, TUNNEL_FACT_OUTBOUND_LOST, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), X);
	ck_assert_str_eq(tunnel_reason(tunnel),
					 "the kernel has no outbound SA or policy");
	ck_assert(tunnel_has_sa(tunnel));
	step(tunnel, TUNNEL_FACT_DETECTOR_FAILED, 1, 0);
	up(tunnel, 2);
	down(tunnel, 1);
	step(tunnel, TUNNEL_FACT_DETECTOR_OK, 1, 0);
	ck_assert_int_eq(tunnel_state(tunnel), X);
	step(tunnel, TUNNEL_FACT_OUTBOUND_OK, 0, 0);
	ck_assert_int_eq(tunnel_state(tunnel), F);
	step(tunnel, TUNNEL_FACT_OUTBOUND_LOST, 0, 0);
	down(tunnel, 2);
	ck_assert_int_eq(tunnel_state(tunnel), D);
	up(tunnel, 3);
	ck_assert_int_eq(tunnel_state(tunnel), F);
	tunnel_destroy(tunnel);
}
END_TEST

#define END                                                                    \
	{                                                                          \
		-1, 0, 0                                                               \
	}
#define UP(a)                                                                  \
	{                                                                          \
		TUNNEL_FACT_SA_UP, a, 0                                                \
	}
#define DOWN(a)                                                                \
	{                                                                          \
		TUNNEL_FACT_SA_DOWN, a, 0                                              \
	}
#define REKEYED(a, b)                                                          \
	{                                                                          \
		TUNNEL_FACT_SA_REKEYED, a, b                                           \
	}

/* facts after SA 1 is up; the tunnel forwards after each, and at the end the
 * SAs in `left` count */
static const struct
{
	const char *name;
	struct
	{
		int kind;
		uint32_t a, b;
	} facts[12];
	uint32_t left[3];
} kept[] = {
	{"rekey, initiator", {UP(2), REKEYED(1, 2), DOWN(1), END}, {2}},
	{"rekey, initiator, told late", {UP(2), DOWN(1), REKEYED(1, 2), END}, {2}},
	{"rekey, responder, 5.9.8: both at creation",
	 {REKEYED(1, 2), UP(2), DOWN(1), END},
	 {2}},
	{"rekey, responder, 5.9.8: known by its rekey alone",
	 {REKEYED(1, 2), DOWN(1), END},
	 {2}},
	{"rekey, responder, 6.0: at the peer's delete",
	 {UP(2), REKEYED(1, 2), DOWN(1), END},
	 {2}},
	{"rekey, the peer never deletes", {UP(2), REKEYED(1, 2), END}, {1, 2}},
	{"twenty rekeys end on the last",
	 {REKEYED(1, 2), DOWN(1), REKEYED(2, 3), DOWN(2), UP(4), DOWN(3),
	  REKEYED(3, 4), REKEYED(4, 5), DOWN(4), END},
	 {5}},
	{"collision, ours wins",
	 {UP(2), UP(3), REKEYED(1, 2), REKEYED(1, 3), DOWN(3), DOWN(1), END},
	 {2}},
	{"collision, theirs wins",
	 {REKEYED(1, 2), UP(2), REKEYED(1, 3), UP(3), DOWN(1), DOWN(2), END},
	 {3}},
	{"collision, the loser is named after its end",
	 {UP(2), UP(3), DOWN(3), REKEYED(1, 2), REKEYED(1, 3), DOWN(1), END},
	 {2}},
	{"failed rekey: the successor goes, the old stays",
	 {REKEYED(1, 2), DOWN(2), END},
	 {1}},
	{"IKE rekey tells nothing", {END}, {1}},
	{"MOBIKE: the same SA anew", {UP(1), UP(1), END}, {1}},
	{"reauthentication, make before break", {UP(2), DOWN(1), END}, {2}},
	{"two at once of a crossed initiation", {UP(2), DOWN(2), END}, {1}},
	{"INITIAL_CONTACT: the duplicate goes", {UP(2), DOWN(1), END}, {2}},
	{"a down of nobody", {DOWN(9), DOWN(0), END}, {1}},
	{"a rekey of nobody into nobody", {REKEYED(1, 0), REKEYED(1, 1), END}, {1}},
	{"a down told twice", {UP(2), DOWN(2), DOWN(2), END}, {1}},
};

START_TEST(test_kept)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);
	unsigned left = 0;

	for (unsigned i = 0; kept[_i].facts[i].kind >= 0; i++)
	{
		step(tunnel, (tunnel_fact_kind_t)kept[_i].facts[i].kind,
			 kept[_i].facts[i].a, kept[_i].facts[i].b);
		ck_assert_msg(tunnel_forwarding(tunnel), "%s: lost at fact %u",
					  kept[_i].name, i);
	}
	ck_assert_uint_eq(tunnel_downs(tunnel), 0);
	while (left < 3 && kept[_i].left[left])
	{
		left++;
	}
	ck_assert_msg(tunnel_sa_count(tunnel) == left, "%s: %u count, not %u",
				  kept[_i].name, tunnel_sa_count(tunnel), left);
	/* and they are the ones named: with them the tunnel goes */
	for (unsigned i = 0; i < left; i++)
	{
		ck_assert_msg(tunnel_forwarding(tunnel), "%s", kept[_i].name);
		down(tunnel, kept[_i].left[i]);
	}
	ck_assert_msg(tunnel_state(tunnel) == D, "%s: not down", kept[_i].name);
	tunnel_destroy(tunnel);
}
END_TEST

/* the ways to lose it: the last SA goes without a successor */
static const struct
{
	const char *name;
	struct
	{
		int kind;
		uint32_t a, b;
	} facts[6];
	/** lost at this fact, up again at that (0: never) */
	unsigned lost, again;
} lost[] = {
	{"DPD timeout, no more", {DOWN(1), END}, 1, 0},
	{"delete by either side", {DOWN(1), DOWN(1), END}, 1, 0},
	{"reauthentication, break before make", {DOWN(1), UP(2), END}, 1, 2},
	{"DPD timeout with restart", {DOWN(1), UP(2), END}, 1, 2},
	{"delete after a rekey",
	 {UP(2), REKEYED(1, 2), DOWN(1), DOWN(2), END},
	 4,
	 0},
	{"charon restarted", {{TUNNEL_FACT_SA_RESET, 0, 0}, UP(1), END}, 1, 2},
	{"old and the collision's loser go, and the winner",
	 {REKEYED(1, 2), DOWN(1), DOWN(2), REKEYED(1, 2), END},
	 3,
	 0},
};

START_TEST(test_lost)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);

	for (unsigned i = 0; lost[_i].facts[i].kind >= 0; i++)
	{
		bool want = i + 1 < lost[_i].lost ||
					(lost[_i].again && i + 1 >= lost[_i].again);

		step(tunnel, (tunnel_fact_kind_t)lost[_i].facts[i].kind,
			 lost[_i].facts[i].a, lost[_i].facts[i].b);
		ck_assert_msg(tunnel_forwarding(tunnel) == want, "%s: at fact %u",
					  lost[_i].name, i);
		ck_assert_msg(tunnel_has_sa(tunnel) == want, "%s", lost[_i].name);
	}
	ck_assert_uint_eq(tunnel_downs(tunnel), 1);
	ck_assert_uint_eq(tunnel_ups(tunnel), lost[_i].again ? 2 : 1);
	tunnel_destroy(tunnel);
}
END_TEST

START_TEST(test_limit)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);
	uint32_t id = 1;

	while (tunnel_sa_count(tunnel) < TUNNEL_SAS_MAX)
	{
		up(tunnel, ++id);
	}
	ck_assert_uint_eq(id, TUNNEL_SAS_MAX);
	up(tunnel, ++id);
	ck_assert_uint_eq(tunnel_sa_count(tunnel), TUNNEL_SAS_MAX);
	/* the oldest is forgotten, the newest counts */
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, id);
	down(tunnel, 1);
	ck_assert_uint_eq(tunnel_sa_count(tunnel), TUNNEL_SAS_MAX);
	/* all 33 are rekeyed twice over: the set does not run empty */
	for (unsigned i = 0; i < 66; i++)
	{
		up(tunnel, ++id);
		rekeyed(tunnel, id - 33, id);
		down(tunnel, id - 33);
		ck_assert(tunnel_forwarding(tunnel));
	}
	ck_assert_uint_ge(tunnel_sa_count(tunnel), TUNNEL_SAS_MAX - 1);
	step(tunnel, TUNNEL_FACT_SA_RESET, 0, 0);
	ck_assert_uint_eq(tunnel_sa_count(tunnel), 0);
	tunnel_destroy(tunnel);
}
END_TEST

START_TEST(test_info)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);

	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 1);
	/* a successor known by its rekey has its predecessor's data… */
	rekeyed(tunnel, 1, 2);
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 1);
	down(tunnel, 1);
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 1);
	/* … until its own come */
	up(tunnel, 2);
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 2);
	/* of one without data the newest with some is told */
	rekeyed(tunnel, 8, 9);
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 2);
	down(tunnel, 2);
	ck_assert_ptr_nonnull(tunnel_sa_info(tunnel));
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 0);
	up(tunnel, 10);
	ck_assert_uint_eq(tunnel_sa_info(tunnel)->encr, 10);
	down(tunnel, 10);
	down(tunnel, 9);
	ck_assert_ptr_null(tunnel_sa_info(tunnel));
	tunnel_destroy(tunnel);
}
END_TEST

/* -- random lives of SAs, told in the orders that charon may tell them ------ */

#define LIVES 12

typedef struct world_t
{
	tunnel_t *tunnel;
	prng_t rng;
	uint32_t next_id;
	/** SAs that are really there; told of or about to be in this step */
	uint32_t live[LIVES];
	unsigned n_live;
} world_t;

static void tell(world_t *w, tunnel_fact_kind_t kind, uint32_t a, uint32_t b)
{
	step(w->tunnel, kind, a, b);
	if (prng_below(&w->rng, 8) == 0)
	{
		/* told twice */
		step(w->tunnel, kind, a, b);
	}
}

static void die(world_t *w, unsigned at)
{
	uint32_t id = w->live[at];

	w->live[at] = w->live[--w->n_live];
	tell(w, TUNNEL_FACT_SA_DOWN, id, 0);
}

static void rekey(world_t *w, unsigned at)
{
	uint32_t old = w->live[at], new = w->next_id++, loser = w->next_id++;
	unsigned order = (unsigned)prng_below(&w->rng, 5);

	switch (order)
	{
		case 0:
			tell(w, TUNNEL_FACT_SA_UP, new, 0);
			tell(w, TUNNEL_FACT_SA_REKEYED, old, new);
			break;
		case 1:
			tell(w, TUNNEL_FACT_SA_REKEYED, old, new);
			tell(w, TUNNEL_FACT_SA_UP, new, 0);
			break;
		case 2:
			tell(w, TUNNEL_FACT_SA_REKEYED, old, new);
			break;
		case 3:
			tell(w, TUNNEL_FACT_SA_UP, loser, 0);
			tell(w, TUNNEL_FACT_SA_UP, new, 0);
			tell(w, TUNNEL_FACT_SA_DOWN, loser, 0);
			tell(w, TUNNEL_FACT_SA_REKEYED, old, new);
			tell(w, TUNNEL_FACT_SA_REKEYED, old, loser);
			break;
		default:
			tell(w, TUNNEL_FACT_SA_UP, new, 0);
			break;
	}
	w->live[at] = new;
	tell(w, TUNNEL_FACT_SA_DOWN, old, 0);
	if (order == 4)
	{
		tell(w, TUNNEL_FACT_SA_REKEYED, old, new);
	}
}

START_TEST(test_random)
{
	world_t w = {.tunnel = in_state(TUNNEL_IPSEC, D), .next_id = 1};
	unsigned with = 0, without = 0;

	prng_seed(&w.rng, (uint64_t)_i);
	for (unsigned n = 0; n < 2000; n++)
	{
		uint64_t r = prng_below(&w.rng, 100);
		uint32_t downs = tunnel_downs(w.tunnel);
		unsigned had = w.n_live;

		if (r < 25 && w.n_live < LIVES)
		{
			w.live[w.n_live++] = w.next_id;
			tell(&w, TUNNEL_FACT_SA_UP, w.next_id++, 0);
		}
		else if (r < 60 && w.n_live)
		{
			die(&w, (unsigned)prng_below(&w.rng, w.n_live));
		}
		else if (r < 98 && w.n_live)
		{
			rekey(&w, (unsigned)prng_below(&w.rng, w.n_live));
		}
		else if (r >= 98)
		{
			w.n_live = 0;
			w.next_id = 1;
			tell(&w, TUNNEL_FACT_SA_RESET, 0, 0);
		}
		ck_assert_uint_eq(tunnel_sa_count(w.tunnel), w.n_live);
		ck_assert_int_eq(tunnel_has_sa(w.tunnel), w.n_live > 0);
		ck_assert_int_eq(tunnel_forwarding(w.tunnel), w.n_live > 0);
		/* it went down only if the last SA did, not in between */
		ck_assert_uint_eq(tunnel_downs(w.tunnel) - downs,
						  had > 0 && w.n_live == 0);
		w.n_live ? with++ : without++;
	}
	ck_assert_uint_gt(with, 100);
	ck_assert_uint_gt(without, 100);
	tunnel_destroy(w.tunnel);
}
END_TEST

START_TEST(test_rekeys)
{
	tunnel_t *tunnel = in_state(TUNNEL_IPSEC, F);

	ck_assert_uint_eq(tunnel_rekeys(tunnel), 0);
	up(tunnel, 2);
	rekeyed(tunnel, 1, 2);
	/* told twice is told once */
	rekeyed(tunnel, 1, 2);
	ck_assert_uint_eq(tunnel_rekeys(tunnel), 1);
	down(tunnel, 1);
	rekeyed(tunnel, 2, 3);
	up(tunnel, 3);
	down(tunnel, 2);
	ck_assert_uint_eq(tunnel_rekeys(tunnel), 2);
	/* a reauthentication is none, nor what names itself or one that is gone */
	up(tunnel, 4);
	rekeyed(tunnel, 4, 4);
	rekeyed(tunnel, 4, 2);
	ck_assert_uint_eq(tunnel_rekeys(tunnel), 2);
	tunnel_destroy(tunnel);
}
END_TEST

Suite *tunnel_suite(void)
{
	Suite *suite = suite_create("tunnel");

	unit_add_loop(suite, "table", test_table, FACTS);
	unit_add(suite, "waiting", test_waiting);
	unit_add(suite, "detectors", test_detectors);
	unit_add(suite, "outbound", test_outbound);
	unit_add_loop(suite, "kept", test_kept, countof(kept));
	unit_add_loop(suite, "lost", test_lost, countof(lost));
	unit_add(suite, "rekeys", test_rekeys);
	unit_add(suite, "limit", test_limit);
	unit_add(suite, "info", test_info);
	unit_add_loop(suite, "random", test_random, 20);
	return suite;
}
