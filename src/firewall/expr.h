/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Expressions of nftables, one function each: they are added to a rule. Each
 * match ends the rule where it does not hold.
 */

#ifndef CYGNET_FIREWALL_EXPR_H
#define CYGNET_FIREWALL_EXPR_H

#include <libnftnl/rule.h>

#include "base/addr.h"

/** of our table; the caller's to free */
struct nftnl_rule *fw_rule(const char *chain);

/* into the register */
void fw_meta(struct nftnl_rule *r, uint32_t key);
void fw_payload(struct nftnl_rule *r, uint32_t base, uint32_t offset,
				uint32_t len);
void fw_mask(struct nftnl_rule *r, const void *mask, uint32_t len);
void fw_address(struct nftnl_rule *r, family_t family, bool source);
/** the incoming link's name, and the source behind it: the key of a set */
void fw_link_source(struct nftnl_rule *r, family_t family);
/** the same with the destination */
void fw_link_destination(struct nftnl_rule *r, family_t family);
void fw_immediate(struct nftnl_rule *r, const void *data, uint32_t len);
/** the TCP option maxseg's value: read, or written */
void fw_maxseg(struct nftnl_rule *r, bool set);

/* what is in the register */
void fw_compare(struct nftnl_rule *r, uint32_t op, const void *data,
				uint32_t len);
void fw_lookup(struct nftnl_rule *r, const char *set, uint32_t id,
			   bool inverted);

/* whole matches */
void fw_family_is(struct nftnl_rule *r, family_t family);
void fw_link_is(struct nftnl_rule *r, bool incoming, const char *link);
void fw_prefix_is(struct nftnl_rule *r, const prefix_t *prefix, bool source);
void fw_protocol_is(struct nftnl_rule *r, uint8_t protocol);
/** the destination port, of TCP or UDP */
void fw_port_is(struct nftnl_rule *r, uint16_t first, uint16_t last);
/** ICMP or, of IPv6, ICMPv6, of a type within these */
void fw_icmp_is(struct nftnl_rule *r, family_t family, uint8_t first,
				uint8_t last);
/** of a flow that answers have been seen of, or that belongs to one */
void fw_known_flow(struct nftnl_rule *r);
/** there are more packets a second than that, and the burst is used up */
void fw_over(struct nftnl_rule *r, uint64_t rate, uint32_t burst);

/* what becomes of the packet */
void fw_count(struct nftnl_rule *r, const char *name);
void fw_drop(struct nftnl_rule *r);
/** the hook's other chains are asked all the same */
void fw_accept(struct nftnl_rule *r);
void fw_return(struct nftnl_rule *r);
void fw_jump(struct nftnl_rule *r, const char *chain);
/** the source's (else the destination's) bits of the prefix become this one's;
 * the rest stays (NF_NAT_RANGE_NETMAP, Linux 5.8) */
void fw_translate(struct nftnl_rule *r, bool source, const prefix_t *to);

#endif
