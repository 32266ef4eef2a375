/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the rules of others do to a packet: their tables of nftables, as the
 * kernel lists them, run on a packet of which not all is known. What they do
 * to it for sure is told; what depends on anything unknown is not.
 */

#ifndef CYGNET_FIREWALL_FOREIGN_H
#define CYGNET_FIREWALL_FOREIGN_H

#include "firewall/firewall.h"

/** more are not kept, and what would need them is not told */
#define FW_FOREIGN_RULES_MAX    100000
#define FW_FOREIGN_CHAINS_MAX   16384
#define FW_FOREIGN_ELEMENTS_MAX 262144

struct nlmsghdr;

typedef struct fw_foreign_t fw_foreign_t;

/** of whom, and where, a packet is on its way */
typedef enum fw_way_t
{
	/** to this host */
	FW_WAY_IN,
	/** from it */
	FW_WAY_OUT,
	/** forwarded */
	FW_WAY_THROUGH,
} fw_way_t;

/** a packet that begins a flow, or belongs to one that has been answered.
 * FAMILY_NONE, "" and 0 are unknown */
typedef struct fw_packet_t
{
	fw_way_t way;
	/** known always */
	family_t family;
	bool established;
	char in[FW_LINK_NAME_MAX];
	uint32_t in_index;
	char out[FW_LINK_NAME_MAX];
	uint32_t out_index;
	addr_t src;
	addr_t dst;
	uint8_t protocol;
	uint16_t sport;
	uint16_t dport;
} fw_packet_t;

/** a chain that the kernel calls, and does something to the packet. The texts
 * are the ruleset's */
typedef struct fw_hit_t
{
	/** its source is rewritten; else it is dropped */
	bool rewrites;
	/** "inet", "ip", "ip6" */
	const char *family;
	const char *table;
	const char *chain;
} fw_hit_t;

fw_foreign_t *fw_foreign_create(void);
void fw_foreign_destroy(fw_foreign_t *f);
/** an object out of the kernel's lists: tables, then chains, then rules, sets,
 * elements. Our own table's and what is not understood are passed over. The
 * message is copied */
void fw_foreign_add(fw_foreign_t *f, const struct nlmsghdr *nlh);
/** the n-th set that elements may be asked of; false: there are no more. The
 * names are the ruleset's */
bool fw_foreign_set(const fw_foreign_t *f, size_t n, uint16_t *family,
					const char **table, const char **name);
/** all of this network namespace; NULL with *error -errno */
fw_foreign_t *fw_foreign_read(int *error);

/** which chains do anything to the packet for sure; how many, at most max */
size_t fw_foreign_judge(const fw_foreign_t *f, const fw_packet_t *packet,
						fw_hit_t *hits, size_t max);

#endif
