/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Takes everything of ours out of the kernel, found by our marks alone, while
 * no gateway runs: `cygnetctl flush`. Nothing that is not ours is touched. What
 * was before us in sysctls is not known any more, and stays as it is.
 */

#ifndef CYGNET_GATEWAY_FLUSH_H
#define CYGNET_GATEWAY_FLUSH_H

#include "base/base.h"

typedef struct flush_count_t
{
	unsigned links;
	unsigned rules;
	unsigned nexthops;
	unsigned routes;
	/** the firewall's table was there */
	bool table;
	/** the kernel refused so many removals, told in the log */
	unsigned failed;
} flush_count_t;

/** 0, or -errno with the words in the log; out is filled as far as it went */
int flush_kernel(flush_count_t *out);

#endif
