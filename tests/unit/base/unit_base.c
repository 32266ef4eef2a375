/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/base/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		timer_suite,
		trie_suite,
	};

	return unit_run("base", suites, countof(suites));
}
