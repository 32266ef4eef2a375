/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/gateway/suites.h"

#include "base/log.h"

/** the tests look at states; CYGNET_TEST_LOG shows the lines, too */
static void log_line_fn(void *user, log_level_t level, const char *line)
{
	if (getenv("CYGNET_TEST_LOG"))
	{
		fprintf(stderr, "%s\n", line);
	}
}

int main(void)
{
	static const unit_suite_t suites[] = {
		aggregates_suite,   beat_suite,     commands_suite,
		core_policy_suite,  confirm_suite,  core_suite,
		events_suite,       flush_suite,    found_suite,
		heal_suite,         hold_suite,     idle_suite,
		batch_suite,        initial_suite,  lines_suite,
		linger_suite,       liveness_suite, nexthops_suite,
		pains_suite,        peers_suite,    policy_compile_suite,
		policy_test_suite,  preview_suite,  problems_suite,
		queue_suite,        outbound_suite, reauth_suite,
		redistribute_suite, reload_suite,   resilient_suite,
		restart_suite,      silence_suite,  supervised_suite,
		sweep_suite,
	};

	log_set(log_line_fn, NULL, LOGL_DEBUG);
	return unit_run("gateway", suites, countof(suites));
}
