/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * All suites of plugins/cygnet.
 */

#include "suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		child_suite,  reader_suite,   facts_suite,   initiator_suite,
		late_suite,   listener_suite, log_suite,     peers_suite,
		plugin_suite, rekeyer_suite,  settler_suite,
	};

	return unit_run("plugin", suites, sizeof(suites) / sizeof(suites[0]));
}
