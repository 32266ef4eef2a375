/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Prefixes as sorted intervals without overlap, as an nftables interval set
 * wants them: the kernel refuses elements that overlap.
 */

#ifndef CYGNET_FIREWALL_INTERVALS_H
#define CYGNET_FIREWALL_INTERVALS_H

#include "firewall/model.h"

typedef struct fw_interval_t
{
	/** network order, addr_size bytes */
	uint8_t first[16];
	/** the one after the last; end_open: there is none, it ends with the
	 * address space */
	uint8_t end[16];
	bool end_open;
} fw_interval_t;

/** of one family, merged where they touch; the list is the caller's to free,
 * NULL with *count 0 */
fw_interval_t *fw_intervals(const fw_prefixes_t *prefixes, family_t family,
							size_t *count);

#endif
