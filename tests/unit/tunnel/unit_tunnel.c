/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/tunnel/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		bundle_suite,     mtu_suite,    sequences_suite,
		supervisor_suite, tunnel_suite,
	};

	return unit_run("tunnel", suites, countof(suites));
}
