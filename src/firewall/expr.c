/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * libnftnl's expressions with the attributes that we use. All work in one
 * register: each match is done with before the next loads.
 */

#include "firewall/expr.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <string.h>

#include <libnftnl/expr.h>

#include "firewall/firewall.h"

#define REG NFT_REG_1

#define TCPOPT_MSS 2

/** NF_NAT_RANGE_NETMAP of <linux/netfilter/nf_nat.h>, which clashes with
 * <netinet/in.h> */
#define RANGE_NETMAP (1u << 6)

static void meta_to(struct nftnl_rule *r, uint32_t key, uint32_t reg)
{
	struct nftnl_expr *e = nftnl_expr_alloc("meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, reg);
	nftnl_rule_add_expr(r, e);
}

void fw_meta(struct nftnl_rule *r, uint32_t key)
{
	meta_to(r, key, REG);
}

static void payload_to(struct nftnl_rule *r, uint32_t base, uint32_t offset,
					   uint32_t len, uint32_t reg)
{
	struct nftnl_expr *e = nftnl_expr_alloc("payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, reg);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_rule_add_expr(r, e);
}

void fw_payload(struct nftnl_rule *r, uint32_t base, uint32_t offset,
				uint32_t len)
{
	payload_to(r, base, offset, len, REG);
}

void fw_compare(struct nftnl_rule *r, uint32_t op, const void *data,
				uint32_t len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
	nftnl_rule_add_expr(r, e);
}

void fw_lookup(struct nftnl_rule *r, const char *set, uint32_t id,
			   bool inverted)
{
	struct nftnl_expr *e = nftnl_expr_alloc("lookup");

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, REG);
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, set);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SET_ID, id);
	if (inverted)
	{
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, NFT_LOOKUP_F_INV);
	}
	nftnl_rule_add_expr(r, e);
}

void fw_mask(struct nftnl_rule *r, const void *mask, uint32_t len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("bitwise");
	static const uint8_t zero[16];

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, mask, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, zero, len);
	nftnl_rule_add_expr(r, e);
}

void fw_maxseg(struct nftnl_rule *r, bool set)
{
	struct nftnl_expr *e = nftnl_expr_alloc("exthdr");

	nftnl_expr_set_u8(e, NFTNL_EXPR_EXTHDR_TYPE, TCPOPT_MSS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OP, NFT_EXTHDR_OP_TCPOPT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_OFFSET, 2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_EXTHDR_LEN, 2);
	nftnl_expr_set_u32(e, set ? NFTNL_EXPR_EXTHDR_SREG : NFTNL_EXPR_EXTHDR_DREG,
					   REG);
	nftnl_rule_add_expr(r, e);
}

static void immediate_to(struct nftnl_rule *r, const void *data, uint32_t len,
						 uint32_t reg)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, reg);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, len);
	nftnl_rule_add_expr(r, e);
}

void fw_immediate(struct nftnl_rule *r, const void *data, uint32_t len)
{
	immediate_to(r, data, len, REG);
}

void fw_count(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc("objref");

	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_IMM_NAME, name);
	nftnl_rule_add_expr(r, e);
}

static void verdict(struct nftnl_rule *r, uint32_t what, const char *chain)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, what);
	if (chain)
	{
		nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, chain);
	}
	nftnl_rule_add_expr(r, e);
}

void fw_drop(struct nftnl_rule *r)
{
	verdict(r, NF_DROP, NULL);
}

void fw_accept(struct nftnl_rule *r)
{
	verdict(r, NF_ACCEPT, NULL);
}

void fw_return(struct nftnl_rule *r)
{
	verdict(r, (uint32_t)NFT_RETURN, NULL);
}

void fw_jump(struct nftnl_rule *r, const char *chain)
{
	verdict(r, (uint32_t)NFT_JUMP, chain);
}

void fw_family_is(struct nftnl_rule *r, family_t family)
{
	uint8_t proto = family == FAMILY_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	fw_meta(r, NFT_META_NFPROTO);
	fw_compare(r, NFT_CMP_EQ, &proto, 1);
}

static void address_to(struct nftnl_rule *r, family_t family, bool source,
					   uint32_t reg)
{
	/* saddr and daddr in struct iphdr and struct ipv6hdr */
	if (family == FAMILY_IPV4)
	{
		payload_to(r, NFT_PAYLOAD_NETWORK_HEADER, source ? 12 : 16, 4, reg);
	}
	else
	{
		payload_to(r, NFT_PAYLOAD_NETWORK_HEADER, source ? 8 : 24, 16, reg);
	}
}

void fw_address(struct nftnl_rule *r, family_t family, bool source)
{
	address_to(r, family, source, REG);
}

void fw_link_is(struct nftnl_rule *r, bool incoming, const char *link)
{
	char name[FW_LINK_NAME_MAX] = "";

	memcpy(name, link, strnlen(link, sizeof(name) - 1));
	fw_meta(r, incoming ? NFT_META_IIFNAME : NFT_META_OIFNAME);
	fw_compare(r, NFT_CMP_EQ, name, sizeof(name));
}

static void link_address(struct nftnl_rule *r, family_t family, bool source)
{
	/* a register of 16 bytes each: the name fills the first */
	meta_to(r, NFT_META_IIFNAME, REG);
	address_to(r, family, source, NFT_REG_2);
}

void fw_link_source(struct nftnl_rule *r, family_t family)
{
	link_address(r, family, true);
}

void fw_link_destination(struct nftnl_rule *r, family_t family)
{
	link_address(r, family, false);
}

void fw_prefix_is(struct nftnl_rule *r, const prefix_t *prefix, bool source)
{
	uint32_t len = addr_size(&prefix->addr);
	uint8_t mask[16] = {0};

	if (!prefix->len)
	{
		return;
	}
	for (unsigned i = 0; i < prefix->len; i++)
	{
		mask[i / 8] = (uint8_t)(mask[i / 8] | 0x80 >> i % 8);
	}
	fw_address(r, (family_t)prefix->addr.family, source);
	if (prefix->len < 8 * len)
	{
		fw_mask(r, mask, len);
	}
	fw_compare(r, NFT_CMP_EQ, prefix->addr.b, len);
}

void fw_protocol_is(struct nftnl_rule *r, uint8_t protocol)
{
	fw_meta(r, NFT_META_L4PROTO);
	fw_compare(r, NFT_CMP_EQ, &protocol, 1);
}

void fw_port_is(struct nftnl_rule *r, uint16_t first, uint16_t last)
{
	const uint16_t from = htons(first), to = htons(last);

	fw_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2);
	if (first == last)
	{
		fw_compare(r, NFT_CMP_EQ, &from, 2);
		return;
	}
	fw_compare(r, NFT_CMP_GTE, &from, 2);
	fw_compare(r, NFT_CMP_LTE, &to, 2);
}

void fw_icmp_is(struct nftnl_rule *r, family_t family, uint8_t first,
				uint8_t last)
{
	fw_protocol_is(r, family == FAMILY_IPV4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	fw_payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
	fw_compare(r, NFT_CMP_GTE, &first, 1);
	fw_compare(r, NFT_CMP_LTE, &last, 1);
}

void fw_known_flow(struct nftnl_rule *r)
{
	const uint32_t states = NF_CT_STATE_BIT(IP_CT_ESTABLISHED) |
							NF_CT_STATE_BIT(IP_CT_RELATED),
				   none = 0;
	struct nftnl_expr *e = nftnl_expr_alloc("ct");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_KEY, NFT_CT_STATE);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CT_DREG, REG);
	nftnl_rule_add_expr(r, e);
	fw_mask(r, &states, sizeof(states));
	fw_compare(r, NFT_CMP_NEQ, &none, sizeof(none));
}

void fw_translate(struct nftnl_rule *r, bool source, const prefix_t *to)
{
	struct nftnl_expr *e = nftnl_expr_alloc("nat");
	uint32_t len = addr_size(&to->addr);
	uint8_t last[16];

	memcpy(last, to->addr.b, sizeof(last));
	for (unsigned i = to->len; i < 8 * len; i++)
	{
		last[i / 8] = (uint8_t)(last[i / 8] | 0x80 >> i % 8);
	}
	immediate_to(r, to->addr.b, len, REG);
	immediate_to(r, last, len, NFT_REG_2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_TYPE,
					   source ? NFT_NAT_SNAT : NFT_NAT_DNAT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FAMILY,
					   to->addr.family == FAMILY_IPV4 ? NFPROTO_IPV4
													  : NFPROTO_IPV6);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MIN, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_REG_ADDR_MAX, NFT_REG_2);
	nftnl_expr_set_u32(e, NFTNL_EXPR_NAT_FLAGS, RANGE_NETMAP);
	nftnl_rule_add_expr(r, e);
}

void fw_over(struct nftnl_rule *r, uint64_t rate, uint32_t burst)
{
	struct nftnl_expr *e = nftnl_expr_alloc("limit");

	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_RATE, rate);
	nftnl_expr_set_u64(e, NFTNL_EXPR_LIMIT_UNIT, 1);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_BURST, burst);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_TYPE, NFT_LIMIT_PKTS);
	nftnl_expr_set_u32(e, NFTNL_EXPR_LIMIT_FLAGS, NFT_LIMIT_F_INV);
	nftnl_rule_add_expr(r, e);
}

struct nftnl_rule *fw_rule(const char *chain)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, FW_TABLE);
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, NFPROTO_INET);
	return r;
}
