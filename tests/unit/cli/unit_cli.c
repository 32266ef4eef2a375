/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/cli/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		doctor_suite, foreign_suite, host_suite, http_suite,
		reply_suite,  table_suite,   views_suite};

	return unit_run("cli", suites, countof(suites));
}
