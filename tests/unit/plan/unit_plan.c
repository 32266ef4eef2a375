/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/plan/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		desired_suite,  fib_suite,        fib_gone_suite,
		fib_hand_suite, fib_random_suite, fib_spread_suite,
		guard_suite,    inputs_suite,     passage_suite,
	};

	return unit_run("plan", suites, countof(suites));
}
