/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The program of the module's unit tests.
 */

#include "unit/base/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {
		addr_suite, base_suite,    community_suite,  hash_suite,
		list_suite, log_suite,     path_regex_suite, rbuf_suite,
		text_suite, suggest_suite, timer_suite,      trie_suite,
		wbuf_suite,
	};

	return unit_run("base", suites, countof(suites));
}
