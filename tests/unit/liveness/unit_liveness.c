/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/liveness/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		bfd_suite,
		bfd_packet_suite,
		probe_suite,
	};

	return unit_run("liveness", suites, countof(suites));
}
