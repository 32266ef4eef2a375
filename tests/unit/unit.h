/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Frame of the unit tests: one program for each module of src/, one Check
 * suite for each source file of the module.
 *
 *     int main(void)
 *     {
 *         static const unit_suite_t suites[] = {addr_suite, hash_suite};
 *
 *         return unit_run("base", suites, countof(suites));
 *     }
 *
 * The last line of output is `unit base: N passed, N failed`. Every test runs
 * in a process of its own, so that a crash fails that test alone, and with
 * --enable-sanitizers a leak does too. CK_FORK=no, CK_RUN_SUITE, CK_RUN_CASE
 * and CK_VERBOSITY are Check's own variables. Tests include this file, not
 * check.h.
 */

#ifndef CYGNET_UNIT_H
#define CYGNET_UNIT_H

#include "base/base.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/** of a test, until only one in so many is told */
#define UNIT_MARKS 4096

/** Check tells its runner of each assertion that holds, so that it can say which
 * was the last before a crash. That is a message, and dearer than most of what is
 * asserted: of a test with millions, it is told of some. */
static inline void unit_mark(const char *file, int line)
{
	static unsigned marks;

	if (marks++ < UNIT_MARKS || marks % UNIT_MARKS == 0)
	{
		_mark_point(file, line);
	}
}
#define _mark_point unit_mark

typedef Suite *(*unit_suite_t)(void);

static inline int unit_run(const char *module, const unit_suite_t *suites,
						   size_t count)
{
	SRunner *runner = srunner_create(NULL);
	int ran, failed;

	for (size_t i = 0; i < count; i++)
	{
		srunner_add_suite(runner, suites[i]());
	}
	srunner_run_all(runner, CK_ENV);
	ran = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("unit %s: %d passed, %d failed\n", module, ran - failed, failed);
	/* a program whose tests were all filtered away has shown nothing */
	return ran && !failed ? EXIT_SUCCESS : EXIT_FAILURE;
}

/** a case of one test, the usual way to fill a suite */
static inline void unit_add(Suite *suite, const char *name, const TTest *test)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, 240);
	tcase_add_test(tcase, test);
	suite_add_tcase(suite, tcase);
}

/** the same with one run for each i in [0, count), in the test's _i */
static inline void unit_add_loop(Suite *suite, const char *name,
								 const TTest *test, size_t count)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, 240);
	tcase_add_loop_test(tcase, test, 0, (int)count);
	suite_add_tcase(suite, tcase);
}

#endif
