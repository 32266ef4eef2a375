/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/firewall/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {build_suite,     foreign_suite,
										  intervals_suite, model_suite,
										  script_suite,    watch_suite};

	return unit_run("firewall", suites, countof(suites));
}
