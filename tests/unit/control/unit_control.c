/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/control/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {server_suite};

	return unit_run("control", suites, countof(suites));
}
