/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The nftables table `inet cygnet`, replaced as a whole in one transaction
 * (libnftnl over a netlink socket of its own): it holds either the old or the
 * new rules, never none and never a mix. Other tables are not touched.
 */

#ifndef CYGNET_FIREWALL_H
#define CYGNET_FIREWALL_H

#include "firewall/model.h"

#define FW_TABLE "cygnet"

typedef struct firewall_t firewall_t;

typedef struct fw_counter_t
{
	/** "guard-BUNDLE" */
	char name[FW_NAME_MAX + 8];
	uint64_t packets;
	uint64_t bytes;
} fw_counter_t;

/** the seam: tests give a fake */
typedef struct fw_ops_t
{
	/** one transaction; 0 or -errno, then nothing has changed. Counters of
	 * guards that stay keep their values */
	int (*apply)(void *firewall, const fw_model_t *model);
	/** removes the table; 0 also when there is none */
	int (*remove)(void *firewall);
	/** values of the named counters, at most max; count or -errno */
	int (*counters)(void *firewall, fw_counter_t *out, size_t max);
	/** the kernel's table is as last applied (its handle and generation): false
	 * if somebody deleted or changed it. 0/1 or -errno */
	int (*intact)(void *firewall);
} fw_ops_t;

/** NULL with *error -errno and a line in the log with the remedy */
firewall_t *firewall_open(int *error);
void firewall_close(firewall_t *firewall);
extern const fw_ops_t firewall_nftables_ops;

#endif
