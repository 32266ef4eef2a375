/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/bgp/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		/* wire and sessions */
		ahead_suite,
		as_path_codec_suite,
		attr_codec_suite,
		bgp_suite,
		error_suite,
		fsm_suite,
		limit_suite,
		message_suite,
		notification_suite,
		open_suite,
		receive_suite,
		restart_suite,
		rfc7606_suite,
		session_suite,
		update_suite,

		/* attributes, tables, policy */
		adj_out_suite,
		adj_out_member_suite,
		aggregate_suite,
		attr_suite,
		attr_pool_suite,
		decide_suite,
		export_suite,
		import_suite,
		nexthop_suite,
		policy_suite,
		pool_suite,
		rib_suite,
		rib_limits_suite,
		rib_model_suite,
		rib_step_suite,
		weigh_suite,
	};

	return unit_run("bgp", suites, countof(suites));
}
