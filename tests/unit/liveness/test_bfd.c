/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BFD sessions: the state machine as the table of RFC 5880 section 6.8.6, and
 * two ends on a line for what takes time.
 */

#include "unit/liveness/suites.h"

#include "pair.h"

#include <string.h>

/** a session in the state, and what it becomes on hearing each other state */
static const struct
{
	bfd_state_t state;
	bfd_state_t heard[4];
} table[] = {
	/*          AdminDown       Down            Init            Up */
	{BFD_ADMIN_DOWN,
	 {BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN}},
	{BFD_DOWN, {BFD_DOWN, BFD_INIT, BFD_UP, BFD_DOWN}},
	{BFD_INIT, {BFD_DOWN, BFD_INIT, BFD_UP, BFD_UP}},
	{BFD_UP, {BFD_DOWN, BFD_DOWN, BFD_UP, BFD_UP}},
};

static void hear(pair_t *pair, bfd_state_t state)
{
	bfd_config_t config = pair_config(100);
	uint8_t data[BFD_PACKET_MAX];
	bfd_packet_t p = {
		.state = state,
		.multiplier = 3,
		.my = 77,
		.your = 101,
		.desired_tx = 100000,
		.required_rx = 100000,
	};

	bfd_input(pair->end[0].bfd, data, bfd_packet_encode(&p, &config, data),
			  pair->now);
}

static pair_t *in_state(bfd_state_t state)
{
	bfd_config_t config = pair_config(100);
	pair_t *pair = pair_create(&config, &config);

	pair->end[0].cut = true;
	if (state != BFD_ADMIN_DOWN)
	{
		bfd_start(pair->end[0].bfd, pair->now);
	}
	if (state == BFD_INIT)
	{
		hear(pair, BFD_DOWN);
	}
	if (state == BFD_UP)
	{
		hear(pair, BFD_INIT);
	}
	ck_assert_int_eq(pair_state(pair, 0), state);
	return pair;
}

START_TEST(states_and_what_is_heard)
{
	bfd_state_t heard = (bfd_state_t)(_i % 4);
	pair_t *pair = in_state(table[_i / 4].state);
	bool was_up = table[_i / 4].state == BFD_UP;

	hear(pair, heard);
	ck_assert_int_eq(pair_state(pair, 0), table[_i / 4].heard[heard]);
	ck_assert(bfd_failed(pair->end[0].bfd) == (was_up && heard == BFD_DOWN));
	if (was_up && heard <= BFD_DOWN)
	{
		ck_assert_int_eq(pair->end[0].last.diag, BFD_DIAG_NEIGHBOR_DOWN);
	}
	pair_destroy(pair);
}
END_TEST

START_TEST(silence_in_each_state)
{
	pair_t *pair = in_state((bfd_state_t)_i);

	pair_run(pair, 10 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), _i ? BFD_DOWN : BFD_ADMIN_DOWN);
	ck_assert(bfd_failed(pair->end[0].bfd) == (_i == BFD_UP));
	if (_i > BFD_DOWN)
	{
		ck_assert_int_eq(pair->end[0].last.diag, BFD_DIAG_TIME_EXPIRED);
		/* section 6.8.1: the peer's number is forgotten */
		ck_assert_uint_eq(pair->end[0].last.your, 0);
	}
	pair_destroy(pair);
}
END_TEST

START_TEST(comes_up_and_speeds_up)
{
	bfd_config_t a = pair_config(50), b = pair_config(200);
	pair_t *pair = pair_create(&a, &b);
	bfd_info_t info;

	bfd_start(pair->end[0].bfd, pair->now);
	pair_run(pair, 3 * USEC_PER_SEC);
	/* alone: slow (section 6.8.3), jittered to three quarters */
	ck_assert_uint_ge(pair->end[0].gap_min, 750 * USEC_PER_MSEC);
	ck_assert_uint_le(pair->end[0].gap_max, 1000 * USEC_PER_MSEC);
	ck_assert_uint_eq(pair->end[0].last.desired_tx, 1000000);
	bfd_start(pair->end[1].bfd, pair->now);
	pair_run(pair, 3 * USEC_PER_SEC);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_int_eq(info.state, BFD_UP);
	ck_assert_int_eq(info.remote_state, BFD_UP);
	ck_assert_uint_eq(info.remote_discriminator, 102);
	ck_assert_uint_eq(info.ups, 1);
	/* the slower of what one wants to send and the other to receive */
	ck_assert_uint_eq(info.tx, 200 * USEC_PER_MSEC);
	ck_assert_uint_eq(info.detection, 600 * USEC_PER_MSEC);
	ck_assert_uint_eq(pair->end[0].last.desired_tx, 50000);
	pair_measure(pair);
	pair_run(pair, 10 * USEC_PER_SEC);
	ck_assert_uint_ge(pair->end[0].gap_min, 150 * USEC_PER_MSEC);
	ck_assert_uint_le(pair->end[0].gap_max, 200 * USEC_PER_MSEC);
	/* the jitter is there, so that many sessions do not beat as one */
	ck_assert_uint_gt(pair->end[0].gap_max - pair->end[0].gap_min,
					  10 * USEC_PER_MSEC);
	pair_destroy(pair);
}
END_TEST

START_TEST(silence_is_found_in_time)
{
	bfd_config_t config = pair_config(50);
	pair_t *pair = pair_up(&config, &config);
	usec_t lost = pair->now;

	pair->end[1].cut = true;
	pair_run(pair, 149 * USEC_PER_MSEC - 50 * USEC_PER_MSEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	while (pair_state(pair, 0) == BFD_UP)
	{
		pair_run(pair, USEC_PER_MSEC);
	}
	/* three intervals after the last that came */
	ck_assert_uint_le(pair->now - lost,
					  150 * USEC_PER_MSEC + PAIR_DELAY + USEC_PER_MSEC);
	ck_assert(bfd_failed(pair->end[0].bfd));
	/* the other end hears of it at once */
	pair_run(pair, 2 * PAIR_DELAY);
	ck_assert_int_eq(pair_state(pair, 1), BFD_DOWN);
	ck_assert_int_eq(pair->end[1].last.diag, BFD_DIAG_NEIGHBOR_DOWN);
	/* and it comes back by itself */
	pair->end[1].cut = false;
	pair_run(pair, 3 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	ck_assert(!bfd_failed(pair->end[0].bfd));
	pair_destroy(pair);
}
END_TEST

START_TEST(never_up_is_no_failure)
{
	bfd_config_t config = pair_config(50);
	pair_t *pair = pair_create(&config, &config);

	bfd_start(pair->end[0].bfd, pair->now);
	pair_run(pair, 60 * USEC_PER_SEC);
	ck_assert(!bfd_failed(pair->end[0].bfd));
	pair_destroy(pair);
}
END_TEST

START_TEST(operator_takes_it_down)
{
	bfd_config_t config = pair_config(50);
	pair_t *pair = pair_up(&config, &config);

	bfd_stop(pair->end[1].bfd, pair->now);
	ck_assert_int_eq(pair->end[1].last.state, BFD_ADMIN_DOWN);
	ck_assert_int_eq(pair->end[1].last.diag, BFD_DIAG_ADMIN_DOWN);
	pair_measure(pair);
	pair_run(pair, 5 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_DOWN);
	ck_assert_uint_eq(pair->end[1].sent, 0);
	/* RFC 5882 section 3.2: nobody failed */
	ck_assert(!bfd_failed(pair->end[0].bfd));
	ck_assert(!bfd_failed(pair->end[1].bfd));
	bfd_start(pair->end[1].bfd, pair->now);
	pair_run(pair, 3 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	pair_destroy(pair);
}
END_TEST

START_TEST(presumed_to_have_failed)
{
	bfd_config_t config = pair_config(50);
	pair_t *pair = pair_create(&config, &config);
	pair_end_t *end = &pair->end[0];

	/* it does not run: nothing to presume */
	bfd_presume_failed(end->bfd);
	ck_assert(!bfd_failed(end->bfd));
	bfd_start(end->bfd, pair->now);
	bfd_presume_failed(end->bfd);
	pair_run(pair, 10 * USEC_PER_SEC);
	ck_assert(bfd_failed(end->bfd));
	/* the peer is there, and its operator ends it: told, though Down remains */
	bfd_start(pair->end[1].bfd, pair->now);
	end->n_states = 0;
	bfd_stop(pair->end[1].bfd, pair->now);
	pair_run(pair, PAIR_DELAY);
	ck_assert(!bfd_failed(end->bfd));
	ck_assert_uint_ge(end->n_states, 1);
	ck_assert_int_eq(end->states[end->n_states - 1], BFD_DOWN);
	bfd_presume_failed(end->bfd);
	bfd_start(pair->end[1].bfd, pair->now);
	pair_run(pair, 3 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	ck_assert(!bfd_failed(end->bfd));
	/* and it is Up: nothing to presume */
	bfd_presume_failed(end->bfd);
	ck_assert(!bfd_failed(end->bfd));
	pair_destroy(pair);
}
END_TEST

START_TEST(new_times_without_a_flap)
{
	static const unsigned to[] = {100, 400, 50, 1500, 300};
	bfd_config_t config = pair_config(200);
	pair_t *pair = pair_up(&config, &config);
	unsigned before = pair->end[0].n_states;
	bfd_info_t info;

	for (size_t i = 0; i < countof(to); i++)
	{
		config = pair_config(to[i]);
		bfd_configure(pair->end[0].bfd, &config, pair->now);
		pair_run(pair, 10 * USEC_PER_SEC);
		bfd_info(pair->end[0].bfd, &info);
		ck_assert_uint_eq(info.tx, (to[i] > 200 ? to[i] : 200) * USEC_PER_MSEC);
		bfd_info(pair->end[1].bfd, &info);
		ck_assert_uint_eq(info.detection,
						  3 * (to[i] > 200 ? to[i] : 200) * USEC_PER_MSEC);
		ck_assert(!pair->end[0].last.poll);
	}
	ck_assert_uint_eq(pair->end[0].n_states, before);
	ck_assert_int_eq(pair_state(pair, 1), BFD_UP);
	pair_destroy(pair);
}
END_TEST

START_TEST(slower_waits_for_the_peers_word)
{
	bfd_config_t config = pair_config(100);
	pair_t *pair = pair_up(&config, &config);
	bfd_info_t info;

	/* the peer's answers are lost: it may still count on the old interval */
	pair->end[1].cut = true;
	config.tx = 1000 * USEC_PER_MSEC;
	bfd_configure(pair->end[0].bfd, &config, pair->now);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_uint_eq(info.tx, 100 * USEC_PER_MSEC);
	pair_run(pair, 100 * USEC_PER_MSEC);
	ck_assert(pair->end[0].last.poll);
	pair->end[1].cut = false;
	pair_run(pair, 300 * USEC_PER_MSEC);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_int_eq(info.state, BFD_UP);
	ck_assert_uint_eq(info.tx, 1000 * USEC_PER_MSEC);
	pair_destroy(pair);
}
END_TEST

START_TEST(peer_that_wants_none_gets_none)
{
	pair_t *pair = in_state(BFD_UP);
	bfd_config_t config = pair_config(100);
	uint8_t data[BFD_PACKET_MAX];
	bfd_packet_t p = {
		.state = BFD_UP,
		.multiplier = 255,
		.my = 77,
		.your = 101,
		.desired_tx = 1000000,
	};
	size_t len = bfd_packet_encode(&p, &config, data);

	bfd_input(pair->end[0].bfd, data, len, pair->now);
	pair_measure(pair);
	pair_run(pair, 100 * USEC_PER_SEC);
	ck_assert_uint_eq(pair->end[0].sent, 0);
	/* but a poll is answered */
	data[1] |= 0x20;
	bfd_input(pair->end[0].bfd, data, len, pair->now);
	ck_assert_uint_eq(pair->end[0].sent, 1);
	ck_assert(pair->end[0].last.final && !pair->end[0].last.poll);
	pair_destroy(pair);
}
END_TEST

START_TEST(peer_in_demand_mode_is_left_in_peace)
{
	pair_t *pair = in_state(BFD_UP);
	bfd_config_t config = pair_config(100);
	uint8_t data[BFD_PACKET_MAX];
	bfd_packet_t p = {
		.state = BFD_UP,
		.multiplier = 255,
		.my = 77,
		.your = 101,
		.desired_tx = 1000000,
		.required_rx = 100000,
		.final = true,
	};
	size_t len = bfd_packet_encode(&p, &config, data);

	data[1] |= 0x02;
	bfd_input(pair->end[0].bfd, data, len, pair->now);
	pair_measure(pair);
	pair_run(pair, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(pair->end[0].sent, 0);
	pair_destroy(pair);
}
END_TEST

START_TEST(others_packets_are_dropped)
{
	bfd_config_t config = pair_config(100);
	pair_t *pair = in_state(BFD_UP);
	uint8_t data[BFD_PACKET_MAX];
	bfd_packet_t p = {.state = BFD_DOWN, .multiplier = 3, .my = 77, .your = 9};
	size_t len = bfd_packet_encode(&p, &config, data);
	bfd_info_t info;

	bfd_input(pair->end[0].bfd, data, len, pair->now);
	bfd_input(pair->end[0].bfd, data, len - 1, pair->now);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_int_eq(info.state, BFD_UP);
	ck_assert_uint_eq(info.dropped, 2);
	pair_destroy(pair);
}
END_TEST

static bfd_config_t keyed(bfd_auth_t auth)
{
	bfd_config_t config = pair_config(100);

	config.auth = auth;
	config.key_id = 1;
	memcpy(config.key, "swan", 4);
	return config;
}

START_TEST(authentication_of_both_kinds)
{
	bfd_config_t config =
		keyed(_i ? BFD_AUTH_METICULOUS_SHA1 : BFD_AUTH_KEYED_SHA1);
	pair_t *pair = pair_up(&config, &config);
	uint8_t old[BFD_PACKET_MAX];
	bfd_info_t info;

	memcpy(old, pair->end[1].data, sizeof(old));
	pair_run(pair, 10 * USEC_PER_SEC);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_uint_eq(info.unauthentic, 0);
	ck_assert_uint_eq(pair->end[0].again, _i ? USEC_NEVER : info.tx);
	/* an old one, played again */
	bfd_input(pair->end[0].bfd, old, sizeof(old), pair->now);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_uint_eq(info.unauthentic, 1);
	ck_assert_int_eq(info.state, BFD_UP);
	/* the last one: the meticulous kind takes none twice */
	memcpy(old, pair->end[1].data, sizeof(old));
	pair_run(pair, 2 * PAIR_DELAY);
	bfd_info(pair->end[0].bfd, &info);
	if (memcmp(old, pair->end[1].data, sizeof(old)) == 0)
	{
		uint64_t before = info.unauthentic;

		bfd_input(pair->end[0].bfd, old, sizeof(old), pair->now);
		bfd_info(pair->end[0].bfd, &info);
		ck_assert_uint_eq(info.unauthentic, before + (_i ? 1 : 0));
	}
	pair_destroy(pair);
}
END_TEST

/** two ends that do not agree on it never come up */
static void never_up(const bfd_config_t *a, const bfd_config_t *b)
{
	pair_t *pair = pair_create(a, b);
	bfd_info_t info;

	bfd_start(pair->end[0].bfd, pair->now);
	bfd_start(pair->end[1].bfd, pair->now);
	pair_run(pair, 10 * USEC_PER_SEC);
	for (unsigned i = 0; i < 2; i++)
	{
		bfd_info(pair->end[i].bfd, &info);
		ck_assert_int_eq(info.state, BFD_DOWN);
		ck_assert_uint_ge(info.unauthentic, 9);
		ck_assert_uint_eq(info.packets_in, 0);
	}
	pair_destroy(pair);
}

START_TEST(authentication_that_differs)
{
	bfd_config_t a = keyed(BFD_AUTH_KEYED_SHA1), b = a;

	b.key[0] ^= 1;
	never_up(&a, &b);
	b = a;
	b.key_id = 2;
	never_up(&a, &b);
	b = a;
	b.auth = BFD_AUTH_METICULOUS_SHA1;
	never_up(&a, &b);
	b = pair_config(100);
	never_up(&a, &b);
}
END_TEST

START_TEST(peer_that_starts_anew_is_believed_later)
{
	bfd_config_t config = keyed(BFD_AUTH_METICULOUS_SHA1);
	pair_t *pair = pair_up(&config, &config);
	bfd_info_t info;

	/* another sequence: refused until the old one is forgotten */
	pair_replace(pair, 1, &config);
	bfd_start(pair->end[1].bfd, pair->now);
	pair_run(pair, 500 * USEC_PER_MSEC);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_int_eq(info.state, BFD_DOWN);
	ck_assert_uint_ge(info.unauthentic, 1);
	pair_run(pair, 5 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	pair_destroy(pair);
}
END_TEST

/* one that begins anew within the detection time, and goes on with its numbers, is
 * believed at once */
START_TEST(goes_on_with_its_numbers)
{
	bfd_config_t config =
		keyed(_i ? BFD_AUTH_METICULOUS_SHA1 : BFD_AUTH_KEYED_SHA1);
	pair_t *pair = pair_up(&config, &config);
	bfd_info_t info;
	uint32_t next;

	/* what it says last is lost */
	pair->end[1].cut = true;
	bfd_stop(pair->end[1].bfd, pair->now);
	pair->end[1].cut = false;
	next = bfd_sequence(pair->end[1].bfd);
	ck_assert_uint_eq(next, pair->end[1].last.sequence + 1);
	pair_replace(pair, 1, &config);
	bfd_set_sequence(pair->end[1].bfd, next);
	bfd_start(pair->end[1].bfd, pair->now);
	ck_assert_uint_eq(pair->end[1].last.sequence, next);
	pair_run(pair, 100 * USEC_PER_MSEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	ck_assert_int_eq(pair_state(pair, 1), BFD_UP);
	bfd_info(pair->end[0].bfd, &info);
	ck_assert_uint_eq(info.unauthentic, 0);
	pair_destroy(pair);
}
END_TEST

START_TEST(new_key_begins_anew)
{
	bfd_config_t config = keyed(BFD_AUTH_KEYED_SHA1);
	pair_t *pair = pair_up(&config, &config);

	config.key[0] ^= 1;
	bfd_configure(pair->end[0].bfd, &config, pair->now);
	bfd_configure(pair->end[1].bfd, &config, pair->now);
	ck_assert_int_eq(pair_state(pair, 0), BFD_DOWN);
	ck_assert(!bfd_failed(pair->end[0].bfd));
	pair_run(pair, 5 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	pair_destroy(pair);
}
END_TEST

START_TEST(one_lost_packet_is_borne)
{
	bfd_config_t config = pair_config(50);
	pair_t *pair = pair_up(&config, &config);

	for (unsigned i = 0; i < 50; i++)
	{
		/* two of three */
		pair->end[0].cut = i % 3;
		pair_run(pair, 37 * USEC_PER_MSEC);
		pair->end[0].cut = false;
		pair_run(pair, 51 * USEC_PER_MSEC);
	}
	ck_assert_int_eq(pair_state(pair, 1), BFD_UP);
	pair_destroy(pair);
}
END_TEST

Suite *bfd_suite(void)
{
	Suite *s = suite_create("bfd");

	unit_add_loop(s, "states", states_and_what_is_heard, 16);
	unit_add_loop(s, "silence", silence_in_each_state, 4);
	unit_add(s, "coming up", comes_up_and_speeds_up);
	unit_add(s, "detection", silence_is_found_in_time);
	unit_add(s, "never up", never_up_is_no_failure);
	unit_add(s, "operator", operator_takes_it_down);
	unit_add(s, "presumed", presumed_to_have_failed);
	unit_add(s, "new times", new_times_without_a_flap);
	unit_add(s, "poll", slower_waits_for_the_peers_word);
	unit_add(s, "no rx", peer_that_wants_none_gets_none);
	unit_add(s, "demand", peer_in_demand_mode_is_left_in_peace);
	unit_add(s, "others", others_packets_are_dropped);
	unit_add_loop(s, "authentication", authentication_of_both_kinds, 2);
	unit_add(s, "disagreement", authentication_that_differs);
	unit_add(s, "new sequence", peer_that_starts_anew_is_believed_later);
	unit_add_loop(s, "goes_on", goes_on_with_its_numbers, 2);
	unit_add(s, "new key", new_key_begins_anew);
	unit_add(s, "loss", one_lost_packet_is_borne);
	return s;
}
