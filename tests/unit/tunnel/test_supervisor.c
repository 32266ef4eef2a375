/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The supervisor with scripted time: when it asks, how the waits grow, and
 * that it never ends.
 */

#include "unit/tunnel/suites.h"

#include "tunnel/supervisor.h"

static timers_t *timers;
static supervisor_t *s;
static usec_t now;
static unsigned asked;

static void ask(void *user)
{
	asked++;
}

static void setup(void)
{
	now = 1000 * USEC_PER_SEC;
	asked = 0;
	timers = timers_create();
	s = supervisor_create(timers, ask, NULL, 7);
}

static void teardown(void)
{
	supervisor_destroy(s);
	timers_destroy(timers);
}

static usec_t next(void)
{
	supervisor_info_t info;

	supervisor_info(s, &info);
	return info.next;
}

static unsigned tries(void)
{
	supervisor_info_t info;

	supervisor_info(s, &info);
	return info.tries;
}

/** runs the one timer when it is due */
static void run_next(void)
{
	unsigned before = asked;

	ck_assert_uint_ne(next(), USEC_NEVER);
	now = next();
	timers_run(timers, now);
	ck_assert_uint_eq(asked, before + 1);
}

START_TEST(waits_double_and_are_jittered)
{
	usec_t wait = SUPERVISOR_WAIT_MIN;
	unsigned whole = 0;

	supervisor_update(s, true, false, now);
	for (unsigned i = 0; i < 200; i++)
	{
		usec_t left = next() - now;

		ck_assert_uint_le(left, wait);
		ck_assert_uint_ge(left, wait - wait / 4);
		whole += left == wait;
		run_next();
		/* told again and again: the wait goes on */
		supervisor_update(s, true, false, now);
		wait = wait * 2 > SUPERVISOR_WAIT_MAX ? SUPERVISOR_WAIT_MAX : wait * 2;
	}
	ck_assert_uint_lt(whole, 20);
	ck_assert_uint_eq(tries(), 200);
}
END_TEST

START_TEST(nothing_is_asked_unless_wanted)
{
	supervisor_update(s, false, false, now);
	ck_assert_uint_eq(next(), USEC_NEVER);
	supervisor_update(s, true, true, now);
	ck_assert_uint_eq(next(), USEC_NEVER);
	supervisor_update(s, true, false, now);
	ck_assert_uint_ne(next(), USEC_NEVER);
	supervisor_update(s, false, false, now);
	ck_assert_uint_eq(next(), USEC_NEVER);
	ck_assert_uint_eq(asked, 0);
}
END_TEST

START_TEST(an_sa_ends_the_wait)
{
	supervisor_update(s, true, false, now);
	run_next();
	supervisor_update(s, true, true, now);
	ck_assert_uint_eq(next(), USEC_NEVER);
}
END_TEST

START_TEST(a_flapping_sa_does_not_end_the_growing)
{
	supervisor_update(s, true, false, now);
	for (unsigned i = 0; i < 5; i++)
	{
		run_next();
		supervisor_update(s, true, true, now);
		now += SUPERVISOR_STABLE - 1;
		supervisor_update(s, true, true, now);
		supervisor_update(s, true, false, now);
		ck_assert_uint_eq(tries(), i + 1);
	}
	ck_assert_uint_ge(next() - now, SUPERVISOR_WAIT_MIN * 32 * 3 / 4);
	supervisor_update(s, true, true, now);
	now += SUPERVISOR_STABLE;
	supervisor_update(s, true, false, now);
	ck_assert_uint_eq(tries(), 0);
	ck_assert_uint_le(next() - now, SUPERVISOR_WAIT_MIN);
}
END_TEST

START_TEST(the_longest_wait_is_set)
{
	usec_t max = 3 * USEC_PER_SEC;

	supervisor_update(s, true, false, now);
	for (unsigned i = 0; i < 10; i++)
	{
		run_next();
	}
	ck_assert_uint_gt(next() - now, 40 * USEC_PER_SEC);
	/* also of a wait that has begun */
	supervisor_set_max(s, max, now);
	ck_assert_uint_le(next() - now, max);
	for (unsigned i = 0; i < 10; i++)
	{
		run_next();
		ck_assert_uint_le(next() - now, max);
		ck_assert_uint_ge(next() - now, max - max / 4);
	}
	/* a longer one is for the waits to come */
	supervisor_set_max(s, 2 * SUPERVISOR_WAIT_MAX, now);
	ck_assert_uint_le(next() - now, max);
	run_next();
	ck_assert_uint_gt(next() - now, SUPERVISOR_WAIT_MAX);
	/* none runs that did not */
	supervisor_update(s, true, true, now);
	supervisor_set_max(s, max, now);
	ck_assert_uint_eq(next(), USEC_NEVER);
}
END_TEST

START_TEST(loaded_anew_begins_anew)
{
	supervisor_update(s, true, false, now);
	for (unsigned i = 0; i < 10; i++)
	{
		run_next();
	}
	supervisor_update(s, false, false, now);
	supervisor_update(s, true, false, now);
	ck_assert_uint_le(next() - now, SUPERVISOR_WAIT_MIN);
}
END_TEST

Suite *supervisor_suite(void)
{
	const struct
	{
		const char *name;
		const TTest *test;
	} tests[] = {
		{"growing", waits_double_and_are_jittered},
		{"wanted", nothing_is_asked_unless_wanted},
		{"up", an_sa_ends_the_wait},
		{"flapping", a_flapping_sa_does_not_end_the_growing},
		{"longest", the_longest_wait_is_set},
		{"loaded anew", loaded_anew_begins_anew},
	};
	Suite *suite = suite_create("supervisor");

	for (size_t i = 0; i < countof(tests); i++)
	{
		TCase *tcase = tcase_create(tests[i].name);

		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_add_test(tcase, tests[i].test);
		suite_add_tcase(suite, tcase);
	}
	return suite;
}
