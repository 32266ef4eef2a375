/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Packets that are repeated while the gateway is held up: when, how often, and
 * when not any more. Time is the tests' own, but in the last, where the thread
 * runs.
 */

#include "gateway/beat.h"
#include "gateway/loop.h"
#include "unit/gateway/suites.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS USEC_PER_MSEC

static int ends[2];
static beats_t *beats;
static beat_t *beat;

static void setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	beats = beats_create();
	beat = beat_create(beats, ends[0]);
}

static void teardown(void)
{
	beat_stop(beats, beat);
	beats_destroy(beats);
	close(ends[0]);
	close(ends[1]);
}

/** the one packet that has come, as text; "": none */
static const char *came(void)
{
	static char text[BEAT_PACKET_MAX + 1];
	ssize_t n = recv(ends[1], text, BEAT_PACKET_MAX, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	ck_assert_int_lt(recv(ends[1], (char[1]){0}, 1, MSG_DONTWAIT), 0);
	return text;
}

static void say(const char *text, usec_t again, usec_t now)
{
	beat_set(beats, beat, (const uint8_t *)text, strlen(text), again, now);
}

START_TEST(late_is_repeated)
{
	usec_t now = 1000 * MS;

	setup();
	ck_assert_uint_eq(beats_run(beats, now), USEC_NEVER);
	say("one", 50 * MS, now);
	ck_assert_uint_eq(beats_run(beats, now + 50 * MS),
					  now + 50 * MS + BEAT_SLACK);
	ck_assert_str_eq(came(), "");
	now += 50 * MS + BEAT_SLACK;
	ck_assert_uint_eq(beats_run(beats, now), now + 50 * MS);
	ck_assert_str_eq(came(), "one");
	ck_assert_uint_eq(beats_run(beats, now + 50 * MS - 1), now + 50 * MS);
	ck_assert_str_eq(came(), "");
	beats_run(beats, now + 50 * MS);
	ck_assert_str_eq(came(), "one");
	/* however late the thread itself is, it is one packet */
	beats_run(beats, now + 500 * MS);
	ck_assert_str_eq(came(), "one");
	teardown();
}
END_TEST

START_TEST(in_time_is_not)
{
	usec_t now = 1000 * MS;

	setup();
	for (unsigned i = 0; i < 20; i++)
	{
		say("one", 50 * MS, now);
		now += 50 * MS;
		ck_assert_uint_eq(beats_run(beats, now), now + BEAT_SLACK);
		ck_assert_str_eq(came(), "");
	}
	/* a newer one takes its place */
	say("two", 20 * MS, now);
	beats_run(beats, now + 20 * MS + BEAT_SLACK);
	ck_assert_str_eq(came(), "two");
	/* and the last is that there is to be none */
	say("three", USEC_NEVER, now);
	ck_assert_uint_eq(beats_run(beats, now + 1000 * MS), USEC_NEVER);
	ck_assert_str_eq(came(), "");
	teardown();
}
END_TEST

/* a gateway that hangs is not alive */
START_TEST(not_for_ever)
{
	usec_t start = 1000 * MS, next;
	unsigned n = 0;

	setup();
	say("one", 300 * MS, start);
	for (next = beats_run(beats, start); next != USEC_NEVER;
		 next = beats_run(beats, next))
	{
		ck_assert_uint_lt(next, start + BEAT_MAX);
		n++;
	}
	ck_assert_uint_eq(n, 6);
	/* one that takes longer than that is none of ours */
	say("two", BEAT_MAX, start);
	next = beats_run(beats, start);
	ck_assert_uint_eq(next, USEC_NEVER);
	teardown();
}
END_TEST

START_TEST(too_long_is_none)
{
	static const uint8_t data[BEAT_PACKET_MAX + 1];

	setup();
	beat_set(beats, beat, data, BEAT_PACKET_MAX, 10 * MS, 0);
	ck_assert_uint_ne(beats_run(beats, 0), USEC_NEVER);
	beat_set(beats, beat, data, sizeof(data), 10 * MS, 0);
	ck_assert_uint_eq(beats_run(beats, 0), USEC_NEVER);
	teardown();
}
END_TEST

/** a packet comes; it is said again after a while, as a thread that was not let
 * run for longer than BEAT_MAX finds nothing to send any more */
static bool comes(beat_t *whose, const char *text)
{
	struct pollfd fd = {.fd = ends[1], .events = POLLIN};

	for (unsigned i = 0; i < 30; i++)
	{
		if (poll(&fd, 1, 1000) == 1)
		{
			return true;
		}
		beat_set(beats, whose, (const uint8_t *)text, strlen(text), 10 * MS,
				 loop_now());
	}
	return false;
}

START_TEST(thread_sends)
{
	char text[5] = "";
	beat_t *other;

	setup();
	ck_assert(beats_start(beats));
	other = beat_create(beats, ends[0]);
	say("one", 10 * MS, loop_now());
	for (unsigned i = 0; i < 3; i++)
	{
		ck_assert(comes(beat, "one"));
		ck_assert_int_eq(recv(ends[1], text, sizeof(text), 0), 3);
		ck_assert_str_eq(text, "one");
	}
	/* an earlier one wakes it */
	say("slow", 1900 * MS, loop_now());
	beat_set(beats, other, (const uint8_t *)"fast", 4, 10 * MS, loop_now());
	while (strcmp(text, "fast") != 0)
	{
		ck_assert(comes(other, "fast"));
		ck_assert_int_gt(recv(ends[1], text, sizeof(text) - 1, 0), 0);
	}
	beat_stop(beats, other);
	teardown();
}
END_TEST

Suite *beat_suite(void)
{
	Suite *suite = suite_create("beat");

	unit_add(suite, "late_is_repeated", late_is_repeated);
	unit_add(suite, "in_time_is_not", in_time_is_not);
	unit_add(suite, "not_for_ever", not_for_ever);
	unit_add(suite, "too_long_is_none", too_long_is_none);
	unit_add(suite, "thread_sends", thread_sends);
	return suite;
}
