/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The suites of what several threads use, built with ThreadSanitizer. */

#include "unit/gateway/suites.h"
#include "unit/kernel/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {beat_suite, lines_suite, queue_suite,
										  courier_suite};

	return unit_run("gateway under tsan", suites, countof(suites));
}
