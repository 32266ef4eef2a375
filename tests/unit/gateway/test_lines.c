/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The ring of lines at its limit, and with threads that add while one reads.
 */

#include "unit/gateway/suites.h"

#include "gateway/lines.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lines_t *lines;

static void setup(void)
{
	lines = lines_create();
}

static void teardown(void)
{
	lines_destroy(lines);
}

START_TEST(test_limit)
{
	uint64_t since = 0, lost = 0;
	view_line_t line;
	char text[16];

	ck_assert(!lines_take(lines, &since, &line, &lost));
	ck_assert_uint_eq(lines_next(lines), 1);
	for (unsigned i = 1; i <= LINES_MAX; i++)
	{
		snprintf(text, sizeof(text), "line %u", i);
		lines_add(lines, i, LOGL_INFO, text);
	}
	since = 1;
	lost = 0;
	ck_assert(lines_take(lines, &since, &line, &lost));
	ck_assert_uint_eq(lost, 0);
	ck_assert_uint_eq(since, 2);
	ck_assert_str_eq(line.text, "line 1");
	lines_add(lines, 7, LOGL_WARN, "more");
	since = 1;
	ck_assert(lines_take(lines, &since, &line, &lost));
	ck_assert_uint_eq(lost, 1);
	ck_assert_uint_eq(line.seq, 2);
	ck_assert_str_eq(line.text, "line 2");
	since = LINES_MAX + 1;
	lost = 0;
	ck_assert(lines_take(lines, &since, &line, &lost));
	ck_assert_uint_eq(line.wall, 7);
	ck_assert_int_eq(line.level, LOGL_WARN);
	ck_assert(!lines_take(lines, &since, &line, &lost));
	ck_assert_uint_eq(since, LINES_MAX + 2);
	/* beyond the last */
	since = UINT64_MAX;
	ck_assert(!lines_take(lines, &since, &line, &lost));
	ck_assert_uint_eq(lost, 0);
}
END_TEST

START_TEST(test_length)
{
	uint64_t since = 1, lost = 0;
	char text[LOG_LINE_MAX + 1];
	view_line_t line;

	memset(text, 'x', LOG_LINE_MAX);
	text[LOG_LINE_MAX] = '\0';
	lines_add(lines, 1, LOGL_INFO, text);
	lines_add(lines, 1, LOGL_INFO, "");
	ck_assert(lines_take(lines, &since, &line, &lost));
	ck_assert_str_eq(line.text, text);
	ck_assert(lines_take(lines, &since, &line, &lost));
	ck_assert_str_eq(line.text, "");
}
END_TEST

#define THREADS 4
#define EACH    3000

static void take_tapped(void *user, log_level_t level, const char *line)
{
	lines_add(user, 1, level, line);
}

static void *talk(void *user)
{
	for (unsigned i = 0; i < EACH; i++)
	{
		log_notice("%u", i);
	}
	return NULL;
}

/* what passes by the tap is read whole or counted as lost, whoever logs; a tap
 * that is taken away is not called any more */
START_TEST(test_threads)
{
	uint64_t since = 1, lost = 0, seen = 0;
	pthread_t threads[THREADS];
	view_line_t line;

	log_tap(take_tapped, lines, LOGL_INFO);
	for (unsigned i = 0; i < THREADS; i++)
	{
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk, NULL), 0);
	}
	while (lines_next(lines) < 1000)
	{
		seen += lines_take(lines, &since, &line, &lost);
	}
	for (unsigned i = 0; i < THREADS; i++)
	{
		pthread_join(threads[i], NULL);
	}
	log_tap(NULL, NULL, LOGL_ERROR);
	log_notice("nobody hears this");
	while (lines_take(lines, &since, &line, &lost))
	{
		seen++;
	}
	ck_assert_uint_eq(seen + lost, THREADS * EACH);
	ck_assert_uint_eq(lines_next(lines), THREADS * EACH + 1);
}
END_TEST

Suite *lines_suite(void)
{
	Suite *suite = suite_create("lines");
	TCase *tcase = tcase_create("lines");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_limit);
	tcase_add_test(tcase, test_length);
	tcase_add_test(tcase, test_threads);
	suite_add_tcase(suite, tcase);
	return suite;
}
