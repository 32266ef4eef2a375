/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/kernel/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		addr_codec_suite,    codec_suite,     link_codec_suite,
		nexthop_codec_suite, object_suite,    route_codec_suite,
		rule_codec_suite,    reconcile_suite, state_suite,
		stats_suite,         xfrm_suite,      who_suite,
		courier_suite,
	};

	return unit_run("kernel", suites, countof(suites));
}
