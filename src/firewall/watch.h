/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What others do to nftables, out of its notifications, without a system call.
 * A transaction is told object by object, and ended by a message that names
 * the process.
 */

#ifndef CYGNET_FIREWALL_WATCH_H
#define CYGNET_FIREWALL_WATCH_H

#include "firewall/firewall.h"

struct nlmsghdr;

typedef struct fw_watch_t
{
	/** port of our own writer, whose transactions are passed over */
	uint32_t own;
	/** of the transaction that is being told */
	bool touched;
	bool deleted;
} fw_watch_t;

/** takes what stands in len bytes, never reading past them, and calls changed
 * for each transaction that has touched our table. How many messages */
unsigned fw_watch_read(fw_watch_t *watch, const void *data, size_t len,
					   fw_changed_t changed, void *user);
/** notifications were lost: tells so, and forgets what was told by half */
void fw_watch_lost(fw_watch_t *watch, fw_changed_t changed, void *user);

#endif
