/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The queue's suite, built with ThreadSanitizer. */

#include "unit/gateway/suites.h"

int main(void)
{
	static const unit_suite_t suites[] = {queue_suite};

	return unit_run("queue under tsan", suites, countof(suites));
}
