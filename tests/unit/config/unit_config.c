/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs the suites of the module config.
 */

#include "suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		check_host_suite, check_ike_suite, config_suite, derive_suite,
		diff_suite,       golden_suite,    load_suite,   option_suite,
		report_suite,     schema_suite,    values_suite, values_community_suite,
	};

	return unit_run("config", suites, countof(suites));
}
