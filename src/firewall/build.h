/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * From the model to nftables' netlink messages, without a system call.
 */

#ifndef CYGNET_FIREWALL_BUILD_H
#define CYGNET_FIREWALL_BUILD_H

#include "firewall/firewall.h"

/** a batch of messages in memory that grows; zeroed is empty */
typedef struct fw_batch_t
{
	char *data;
	size_t len;
	size_t room;
	uint32_t seq;
	/** values to start counters with, by name */
	const fw_counter_t *old;
	size_t n_old;
	/** rules in it, to tell later whether somebody took one away */
	unsigned rules;
} fw_batch_t;

void fw_batch_deinit(fw_batch_t *batch);

/** the whole transaction: the table is made if absent, deleted, and made anew
 * with what the model says. counters: values to start its own with, by name */
void fw_build(fw_batch_t *batch, const fw_model_t *model,
			  const fw_counter_t *counters, size_t n_counters);
/** the transaction that takes the table away */
void fw_build_remove(fw_batch_t *batch);

#endif
