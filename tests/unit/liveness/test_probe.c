/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The probe: its bytes, what counts as an answer, and when it fails and works
 * again, with the far side answering by a script.
 */

#include "unit/liveness/suites.h"

#include "liveness/probe.h"

#include <string.h>

#define INTERVAL (200 * USEC_PER_MSEC)
#define ID       0x4711

typedef struct far_t
{
	timers_t *timers;
	probe_t *probe;
	usec_t now;
	/** the last request */
	uint8_t data[PROBE_PACKET];
	unsigned sent;
	/** changes of state, as told */
	unsigned fails, recovers;
} far_t;

static far_t far;

static void far_send(void *user, probe_t *probe, const uint8_t *data,
					 size_t len)
{
	ck_assert_uint_eq(len, PROBE_PACKET);
	memcpy(far.data, data, len);
	far.sent++;
}

static void far_state(void *user, probe_t *probe, bool failed, usec_t now)
{
	far.fails += failed;
	far.recovers += !failed;
}

static const probe_sink_t sink = {.send = far_send, .state = far_state};

static const probe_config_t usual = {
	.interval = INTERVAL,
	.fail = 3,
	.window = 3,
	.recover = 5,
};

static void begin(const probe_config_t *config, family_t family)
{
	memset(&far, 0, sizeof(far));
	far.now = 1000 * USEC_PER_SEC;
	far.timers = timers_create();
	far.probe = probe_create(config, family, ID, far.timers, &sink, NULL, 1);
	probe_start(far.probe, far.now);
}

static void end(void)
{
	probe_destroy(far.probe);
	timers_destroy(far.timers);
}

static void answer(void)
{
	uint8_t data[PROBE_PACKET];

	memcpy(data, far.data, sizeof(data));
	data[0] = data[0] == 8 ? 0 : 129;
	probe_input(far.probe, data, sizeof(data), far.now);
}

/** one interval for each character: '.' is answered after 10 ms, 'x' lost */
static void run(const char *script)
{
	for (; *script; script++)
	{
		if (*script == '.')
		{
			far.now += 10 * USEC_PER_MSEC;
			answer();
			far.now -= 10 * USEC_PER_MSEC;
		}
		far.now += INTERVAL;
		timers_run(far.timers, far.now);
	}
}

START_TEST(requests_are_whole)
{
	uint32_t sum = 0;

	begin(&usual, FAMILY_IPV4);
	ck_assert_uint_eq(far.sent, 1);
	ck_assert_uint_eq(far.data[0], 8);
	ck_assert_uint_eq(far.data[1], 0);
	ck_assert_uint_eq(far.data[4], ID >> 8);
	ck_assert_uint_eq(far.data[5], ID & 0xff);
	for (size_t i = 0; i < PROBE_PACKET; i += 2)
	{
		sum += (uint32_t)far.data[i] << 8 | far.data[i + 1];
	}
	sum = (sum & 0xffff) + (sum >> 16);
	ck_assert_uint_eq((sum & 0xffff) + (sum >> 16), 0xffff);
	end();
	begin(&usual, FAMILY_IPV6);
	ck_assert_uint_eq(far.data[0], 128);
	ck_assert_uint_eq(far.data[2] | far.data[3], 0);
	end();
}
END_TEST

START_TEST(goes_out_evenly)
{
	begin(&usual, FAMILY_IPV4);
	run("..........");
	ck_assert_uint_eq(far.sent, 11);
	probe_start(far.probe, far.now);
	ck_assert_uint_eq(far.sent, 11);
	probe_stop(far.probe);
	ck_assert_uint_eq(timers_next(far.timers), USEC_NEVER);
	end();
}
END_TEST

/** time goes on, with nothing from the far side */
static void pass(unsigned ms)
{
	far.now += ms * USEC_PER_MSEC;
	timers_run(far.timers, far.now);
}

START_TEST(last_of_a_row_is_not_waited_for)
{
	/* answers take 10 ms: 10 + 200 / 4 */
	begin(&usual, FAMILY_IPV4);
	run(".xx");
	ck_assert_uint_eq(far.sent, 4);
	pass(59);
	ck_assert_uint_eq(far.fails, 0);
	pass(1);
	ck_assert_uint_eq(far.fails, 1);
	/* requests go out at even times all the same */
	pass(139);
	ck_assert_uint_eq(far.sent, 4);
	pass(1);
	ck_assert_uint_eq(far.sent, 5);
	run(".....");
	ck_assert_uint_eq(far.sent, 10);
	ck_assert_uint_eq(far.recovers, 1);
	end();
}
END_TEST

START_TEST(last_of_a_row_is_answered)
{
	begin(&usual, FAMILY_IPV4);
	run(".xx");
	pass(59);
	answer();
	pass(141);
	ck_assert_uint_eq(far.fails, 0);
	ck_assert_uint_eq(far.sent, 5);
	/* too late, but an answer: the first of those that bring it back */
	run("xx");
	pass(150);
	ck_assert_uint_eq(far.fails, 1);
	answer();
	pass(50);
	run("...");
	ck_assert_uint_eq(far.recovers, 0);
	run(".");
	ck_assert_uint_eq(far.recovers, 1);
	end();
}
END_TEST

START_TEST(slow_answers_have_their_interval)
{
	begin(&usual, FAMILY_IPV4);
	pass(160);
	answer();
	pass(40);
	run("xx");
	pass(199);
	ck_assert_uint_eq(far.fails, 0);
	pass(1);
	ck_assert_uint_eq(far.fails, 1);
	end();
}
END_TEST

START_TEST(one_alone_has_its_interval)
{
	probe_config_t config = usual;

	config.fail = config.window = 1;
	begin(&config, FAMILY_IPV4);
	run(".");
	pass(199);
	ck_assert_uint_eq(far.fails, 0);
	pass(1);
	ck_assert_uint_eq(far.fails, 1);
	end();
	/* nor where it is not the losses in a row that count */
	config.fail = 3;
	config.window = 6;
	begin(&config, FAMILY_IPV4);
	run(".x.x");
	pass(199);
	ck_assert_uint_eq(far.fails, 0);
	pass(1);
	ck_assert_uint_eq(far.fails, 1);
	end();
}
END_TEST

static const struct
{
	const char *script;
	unsigned fail, window, recover;
	unsigned fails, recovers;
} scripts[] = {
	/* never answered: no failure */
	{"xxxxxxxxxxxxxxxx", 3, 3, 5, 0, 0},
	{".xx.xx.xx.xx", 3, 3, 5, 0, 0},
	{".xxx", 3, 3, 5, 1, 0},
	{".xx", 3, 3, 5, 0, 0},
	{".x", 1, 1, 1, 1, 0},
	{".x.", 1, 1, 1, 1, 1},
	{".xxx....", 3, 3, 5, 1, 0},
	{".xxx.....", 3, 3, 5, 1, 1},
	/* a row that breaks begins anew */
	{".xxx....x....", 3, 3, 5, 1, 0},
	{".xxx....x.....", 3, 3, 5, 1, 1},
	/* a share of the window */
	{"..........x.x", 3, 10, 5, 0, 0},
	{"..........x.x.x", 3, 10, 5, 1, 0},
	{"..........x....x....x", 3, 10, 5, 0, 0},
	/* after it came back, the old losses do not count again */
	{".xxx.....x.x", 3, 10, 5, 1, 1},
	{".xxx.....xxx.....", 3, 3, 5, 2, 2},
};

START_TEST(fails_and_recovers)
{
	probe_config_t config = {
		.interval = INTERVAL,
		.fail = scripts[_i].fail,
		.window = scripts[_i].window,
		.recover = scripts[_i].recover,
	};

	begin(&config, FAMILY_IPV4);
	run(scripts[_i].script);
	ck_assert_msg(far.fails == scripts[_i].fails &&
					  far.recovers == scripts[_i].recovers,
				  "%s: %u fails, %u recovers", scripts[_i].script, far.fails,
				  far.recovers);
	ck_assert(probe_failed(far.probe) == (far.fails > far.recovers));
	end();
}
END_TEST

START_TEST(window_of_64)
{
	probe_config_t config = {
		.interval = INTERVAL,
		.fail = 64,
		.window = 64,
		.recover = 1,
	};

	begin(&config, FAMILY_IPV6);
	run(".");
	for (unsigned i = 0; i < 63; i++)
	{
		run("x");
	}
	ck_assert_uint_eq(far.fails, 0);
	run("x");
	ck_assert_uint_eq(far.fails, 1);
	end();
}
END_TEST

/** a reply with one byte changed is none; the checksum is the kernel's */
START_TEST(others_answers_are_ignored)
{
	uint8_t data[PROBE_PACKET];
	probe_info_t info;

	begin(&usual, FAMILY_IPV4);
	memcpy(data, far.data, sizeof(data));
	data[0] = 0;
	data[_i] ^= 0x40;
	probe_input(far.probe, data, sizeof(data), far.now + 1);
	probe_info(far.probe, &info);
	ck_assert_uint_eq(info.received, _i == 2 || _i == 3);
	end();
}
END_TEST

START_TEST(short_answers_are_ignored)
{
	probe_info_t info;

	begin(&usual, FAMILY_IPV4);
	far.data[0] = 0;
	probe_input(far.probe, far.data, (size_t)_i, far.now + 1);
	probe_info(far.probe, &info);
	ck_assert_uint_eq(info.received, 0);
	end();
}
END_TEST

START_TEST(answers_count_once_and_in_time)
{
	probe_info_t info;

	begin(&usual, FAMILY_IPV4);
	far.now += INTERVAL + 1;
	answer();
	probe_info(far.probe, &info);
	ck_assert_uint_eq(info.received, 0);
	far.now -= 1;
	answer();
	answer();
	probe_info(far.probe, &info);
	ck_assert_uint_eq(info.received, 1);
	ck_assert_uint_eq(info.rtt, INTERVAL);
	end();
}
END_TEST

START_TEST(times_are_kept)
{
	probe_info_t info;

	begin(&usual, FAMILY_IPV4);
	run("....");
	far.now += 50 * USEC_PER_MSEC;
	answer();
	probe_info(far.probe, &info);
	ck_assert(info.running && info.answered && !info.failed);
	ck_assert_uint_eq(info.rtt_last, 50 * USEC_PER_MSEC);
	/* (7 * 10 + 50) / 8 ms */
	ck_assert_uint_eq(info.rtt, 15 * USEC_PER_MSEC);
	ck_assert_uint_gt(info.jitter, 10 * USEC_PER_MSEC);
	ck_assert_uint_eq(info.sent, 5);
	ck_assert_uint_eq(info.received, 5);
	ck_assert_uint_eq(info.seen, 3);
	ck_assert_uint_eq(info.lost, 0);
	end();
}
END_TEST

START_TEST(stop_forgets)
{
	begin(&usual, FAMILY_IPV4);
	run(".xxx");
	ck_assert(probe_failed(far.probe));
	probe_stop(far.probe);
	ck_assert(!probe_failed(far.probe));
	probe_start(far.probe, far.now);
	run("xxxxxxxx");
	ck_assert_uint_eq(far.fails, 1);
	end();
}
END_TEST

START_TEST(presumed_to_have_failed)
{
	begin(&usual, FAMILY_IPV4);
	probe_presume_failed(far.probe);
	run("xxxx....");
	ck_assert(probe_failed(far.probe));
	run(".");
	ck_assert(!probe_failed(far.probe));
	ck_assert_uint_eq(far.fails, 0);
	ck_assert_uint_eq(far.recovers, 1);
	probe_stop(far.probe);
	probe_presume_failed(far.probe);
	ck_assert(!probe_failed(far.probe));
	end();
}
END_TEST

START_TEST(new_times)
{
	probe_config_t config = usual;

	begin(&usual, FAMILY_IPV4);
	config.fail = config.window = 1;
	probe_configure(far.probe, &config);
	run(".x");
	ck_assert_uint_eq(far.fails, 1);
	end();
}
END_TEST

Suite *probe_suite(void)
{
	Suite *s = suite_create("probe");

	unit_add(s, "bytes", requests_are_whole);
	unit_add(s, "evenly", goes_out_evenly);
	unit_add(s, "last-of-row", last_of_a_row_is_not_waited_for);
	unit_add(s, "last-answered", last_of_a_row_is_answered);
	unit_add(s, "slow-answers", slow_answers_have_their_interval);
	unit_add(s, "one-alone", one_alone_has_its_interval);
	unit_add_loop(s, "scripts", fails_and_recovers, countof(scripts));
	unit_add(s, "widest window", window_of_64);
	unit_add_loop(s, "others", others_answers_are_ignored, PROBE_PACKET);
	unit_add_loop(s, "short", short_answers_are_ignored, PROBE_PACKET);
	unit_add(s, "once", answers_count_once_and_in_time);
	unit_add(s, "times", times_are_kept);
	unit_add(s, "stop", stop_forgets);
	unit_add(s, "presumed", presumed_to_have_failed);
	unit_add(s, "configure", new_times);
	return s;
}
