/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Expressions of nftables, one function each, and the rules made of them:
 *
 *   meta nfproto ipv4 iifname "cyg-a" tcp flags & (syn|rst) == syn
 *       tcp option maxseg size > N tcp option maxseg size set N
 *   meta nfproto ipv4 ip daddr @protect4-0 ip daddr != @except4-0
 *       oifname != @links-0 counter name "guard-a" drop
 */

#include "firewall/rules.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <libnftnl/expr.h>

#include "firewall/firewall.h"

/** a second register beside NFT_REG_1 is never needed: each match is done with
 * before the next loads */
#define REG NFT_REG_1

#define TCP_FLAGS_OFFSET 13
#define TCP_SYN          0x02
#define TCP_RST          0x04
#define TCPOPT_MSS       2

static void meta(struct nftnl_rule *r, uint32_t key)
{
	struct nftnl_expr *e = nftnl_expr_alloc("meta");

	nftnl_expr_set_u32(e, NFTNL_EXPR_META_KEY, key);
	nftnl_expr_set_u32(e, NFTNL_EXPR_META_DREG, REG);
	nftnl_rule_add_expr(r, e);
}

static void payload(struct nftnl_rule *r, uint32_t base, uint32_t offset,
					uint32_t len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("payload");

	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_BASE, base);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_DREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET, offset);
	nftnl_expr_set_u32(e, NFTNL_EXPR_PAYLOAD_LEN, len);
	nftnl_rule_add_expr(r, e);
}

static void compare(struct nftnl_rule *r, uint32_t op, const void *data,
					uint32_t len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("cmp");

	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_SREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_CMP_OP, op);
	nftnl_expr_set(e, NFTNL_EXPR_CMP_DATA, data, len);
	nftnl_rule_add_expr(r, e);
}

static void lookup(struct nftnl_rule *r, const char *set, uint32_t id,
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

static void bits(struct nftnl_rule *r, uint8_t mask)
{
	struct nftnl_expr *e = nftnl_expr_alloc("bitwise");
	uint8_t zero = 0;

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, REG);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN, 1);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, &mask, 1);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, &zero, 1);
	nftnl_rule_add_expr(r, e);
}

/** the TCP option maxseg's value: read into the register, or written from */
static void maxseg(struct nftnl_rule *r, bool set)
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

static void immediate(struct nftnl_rule *r, const void *data, uint32_t len)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, REG);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, data, len);
	nftnl_rule_add_expr(r, e);
}

static void count(struct nftnl_rule *r, const char *name)
{
	struct nftnl_expr *e = nftnl_expr_alloc("objref");

	nftnl_expr_set_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE, NFT_OBJECT_COUNTER);
	nftnl_expr_set_str(e, NFTNL_EXPR_OBJREF_IMM_NAME, name);
	nftnl_rule_add_expr(r, e);
}

static void drop(struct nftnl_rule *r)
{
	struct nftnl_expr *e = nftnl_expr_alloc("immediate");

	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, NF_DROP);
	nftnl_rule_add_expr(r, e);
}

static void family_is(struct nftnl_rule *r, family_t family)
{
	uint8_t proto = family == FAMILY_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6;

	meta(r, NFT_META_NFPROTO);
	compare(r, NFT_CMP_EQ, &proto, 1);
}

static void destination(struct nftnl_rule *r, family_t family)
{
	/* daddr in struct iphdr and struct ipv6hdr */
	if (family == FAMILY_IPV4)
	{
		payload(r, NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
	}
	else
	{
		payload(r, NFT_PAYLOAD_NETWORK_HEADER, 24, 16);
	}
}

static struct nftnl_rule *rule(const char *chain)
{
	struct nftnl_rule *r = nftnl_rule_alloc();

	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, FW_TABLE);
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, chain);
	nftnl_rule_set_u32(r, NFTNL_RULE_FAMILY, NFPROTO_INET);
	return r;
}

void fw_rule_sets(fw_rule_sets_t *sets, unsigned guard)
{
	sets->id = guard * 8 + 1;
	for (unsigned i = 0; i < 2; i++)
	{
		snprintf(sets->protect[i], sizeof(sets->protect[i]), "protect%u-%u",
				 i ? 6u : 4u, guard);
		snprintf(sets->except[i], sizeof(sets->except[i]), "except%u-%u",
				 i ? 6u : 4u, guard);
	}
	snprintf(sets->links, sizeof(sets->links), "links-%u", guard);
}

struct nftnl_rule *fw_rule_clamp(const char *chain, const fw_clamp_t *clamp,
								 bool incoming, family_t family)
{
	struct nftnl_rule *r = rule(chain);
	uint8_t tcp = IPPROTO_TCP, syn = TCP_SYN;
	uint16_t mss = htons(family == FAMILY_IPV4 ? clamp->mss4 : clamp->mss6);

	family_is(r, family);
	meta(r, incoming ? NFT_META_IIFNAME : NFT_META_OIFNAME);
	compare(r, NFT_CMP_EQ, clamp->link, FW_LINK_NAME_MAX);
	meta(r, NFT_META_L4PROTO);
	compare(r, NFT_CMP_EQ, &tcp, 1);
	payload(r, NFT_PAYLOAD_TRANSPORT_HEADER, TCP_FLAGS_OFFSET, 1);
	bits(r, TCP_SYN | TCP_RST);
	compare(r, NFT_CMP_EQ, &syn, 1);
	maxseg(r, false);
	compare(r, NFT_CMP_GT, &mss, 2);
	immediate(r, &mss, 2);
	maxseg(r, true);
	return r;
}

struct nftnl_rule *fw_rule_guard(const char *chain, const fw_guard_t *guard,
								 unsigned n, family_t family)
{
	struct nftnl_rule *r = rule(chain);
	unsigned six = family == FAMILY_IPV6;
	char name[FW_NAME_MAX + 8];
	fw_rule_sets_t sets;

	fw_rule_sets(&sets, n);
	snprintf(name, sizeof(name), "guard-%s", guard->name);
	family_is(r, family);
	destination(r, family);
	lookup(r, sets.protect[six], sets.id + six, false);
	destination(r, family);
	lookup(r, sets.except[six], sets.id + 2 + six, true);
	meta(r, NFT_META_OIFNAME);
	lookup(r, sets.links, sets.id + 4, !guard->links_denied);
	count(r, name);
	drop(r);
	return r;
}
