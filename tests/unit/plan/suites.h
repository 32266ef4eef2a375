/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module plan, one for each of its source files; the
 * files of the FIB are one machine, and have one suite a subject.
 */

#ifndef CYGNET_UNIT_PLAN_SUITES_H
#define CYGNET_UNIT_PLAN_SUITES_H

#include "unit/unit.h"

Suite *desired_suite(void);
Suite *fib_suite(void);
Suite *fib_gone_suite(void);
Suite *fib_hand_suite(void);
Suite *fib_random_suite(void);
Suite *fib_spread_suite(void);
Suite *guard_suite(void);
Suite *inputs_suite(void);
Suite *passage_suite(void);

#endif
