/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A transaction as it is written: each function adds messages to it.
 */

#ifndef CYGNET_FIREWALL_BATCH_H
#define CYGNET_FIREWALL_BATCH_H

#include <libnftnl/rule.h>

#include "firewall/build.h"

/** just after the host's own filter chains: what they drop is not counted as
 * ours */
#define FW_PRIORITY 10

/** its begin, its end */
void fw_batch_frame(fw_batch_t *batch, bool first);
void fw_batch_table(fw_batch_t *batch, uint16_t type, uint16_t flags);
/** a chain that the kernel calls; its policy is accept */
void fw_batch_hook(fw_batch_t *batch, const char *name, const char *type,
				   uint32_t hook, int32_t priority);
/** one that rules jump to */
void fw_batch_chain(fw_batch_t *batch, const char *name);
/** with its old value, if the batch has one */
void fw_batch_counter(fw_batch_t *batch, const char *name);
/* sets with their elements; ids are each set's own */
void fw_batch_intervals(fw_batch_t *batch, const char *name, uint32_t id,
						const fw_prefixes_t *prefixes, family_t family);
void fw_batch_links(fw_batch_t *batch, const char *name, uint32_t id,
					const fw_links_t *links, bool loopback);
/** pairs of a link and an address, of one family */
void fw_batch_peers(fw_batch_t *batch, const char *name, uint32_t id,
					const fw_peers_t *peers, family_t family);
/** adopts the rule */
void fw_batch_rule(fw_batch_t *batch, struct nftnl_rule *rule);

/* parts of the table that are there only if the model has them, a file each */
/** port guard, limit of IKE_SA_INIT */
void fw_build_input(fw_batch_t *batch, const fw_model_t *model);
/** 1:1 NAT */
void fw_build_netmap(fw_batch_t *batch, const fw_model_t *model);
/** allow lists */
void fw_build_allow(fw_batch_t *batch, const fw_model_t *model);

#endif
