/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Runs a packet through each chain that the kernel would call, as the kernel's
 * own interpreter does, but with all that can become of it: a rule of which it
 * is not known whether it matches leaves both open. Each base chain is asked for
 * itself, as an accept of one does not bind another.
 */

#include "firewall/foreign_impl.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_ipv4.h>

#include <netinet/ip.h>
#include <string.h>

/** NFT_JUMP_STACK_SIZE */
#define DEPTH_MAX 16
/** rules a chain that the kernel calls, before it is given up */
#define STEPS_MAX 100000
#define TCP_FLAGS 13
#define TCP_SYN   0x02

/** size bytes at the register of that number: four of 16 bytes, and over the
 * same memory sixteen of 4 */
static bool place(uint32_t reg, size_t size, size_t *at)
{
	if (reg >= NFT_REG_1 && reg <= NFT_REG_4)
	{
		*at = (size_t)reg * 16;
	}
	else if (reg >= NFT_REG32_00 && reg <= NFT_REG32_15)
	{
		*at = 16 + (size_t)(reg - NFT_REG32_00) * 4;
	}
	else
	{
		return false;
	}
	return size <= FW_REGISTERS - *at;
}

bool fw_run_load(fw_run_t *run, uint32_t reg, const void *value,
				 const void *known, size_t len)
{
	/* the kernel clears the rest of the last word */
	size_t at, whole = (len + 3) & ~(size_t)3;

	if (!place(reg, whole, &at))
	{
		return false;
	}
	memset(run->reg + at, 0, whole);
	memset(run->known + at, value ? 0xff : 0, whole);
	if (value)
	{
		memcpy(run->reg + at, value, len);
	}
	if (value && known)
	{
		memcpy(run->known + at, known, len);
	}
	return true;
}

bool fw_run_get(const fw_run_t *run, uint32_t reg, size_t len,
				const uint8_t **value, const uint8_t **known)
{
	size_t at;

	if (!place(reg, len, &at))
	{
		return false;
	}
	*value = run->reg + at;
	*known = run->known + at;
	return true;
}

bool fw_known(const uint8_t *known, size_t len)
{
	bool all = true;

	for (size_t i = 0; i < len; i++)
	{
		all &= known[i] == 0xff;
	}
	return all;
}

fw_holds_t fw_run_equal(const uint8_t *value, const uint8_t *known,
						const void *data, size_t len)
{
	const uint8_t *other = data;

	for (size_t i = 0; i < len; i++)
	{
		if ((value[i] ^ other[i]) & known[i])
		{
			return FW_NO;
		}
	}
	return fw_known(known, len) ? FW_YES : FW_MAYBE;
}

static void put(uint8_t *bytes, uint8_t *known, const void *value, size_t len)
{
	memcpy(bytes, value, len);
	memset(known, 0xff, len);
}

static void put_address(uint8_t *bytes, uint8_t *known, const addr_t *a)
{
	if (addr_is_set(a))
	{
		put(bytes, known, a->b, addr_size(a));
	}
}

static void put_port(uint8_t *bytes, uint8_t *known, uint16_t port)
{
	uint16_t wire = htons(port);

	if (port)
	{
		put(bytes, known, &wire, sizeof(wire));
	}
}

static void make_network(fw_run_t *run)
{
	const fw_packet_t *p = run->packet;
	uint8_t *h = run->network, *k = run->network_known;
	bool four = p->family == FAMILY_IPV4;

	/* version, and IPv4's header without options */
	h[0] = four ? 0x45 : 0x60;
	k[0] = four ? 0xff : 0xf0;
	if (four)
	{
		/* no fragment; DF is not known */
		k[6] = 0xbf;
		k[7] = 0xff;
	}
	if (p->protocol)
	{
		put(h + (four ? 9 : 6), k + (four ? 9 : 6), &p->protocol, 1);
	}
	put_address(h + (four ? 12 : 8), k + (four ? 12 : 8), &p->src);
	put_address(h + (four ? 16 : 24), k + (four ? 16 : 24), &p->dst);
}

static void make_transport(fw_run_t *run)
{
	const fw_packet_t *p = run->packet;

	put_port(run->transport, run->transport_known, p->sport);
	put_port(run->transport + 2, run->transport_known + 2, p->dport);
	if (p->protocol == IPPROTO_TCP && !p->established)
	{
		run->transport[TCP_FLAGS] = TCP_SYN;
		run->transport_known[TCP_FLAGS] = 0xff;
	}
}

static unsigned run_chain(fw_run_t *run, const fw_chain_t *c);

/** to a chain and back, or (goto) no more back */
static unsigned jump(fw_run_t *run, const char *name, bool back)
{
	const fw_chain_t *c =
		fw_foreign_chain(run->f, run->family, run->table, name);
	unsigned fates = FW_FATE_ANY;

	if (c && run->depth < DEPTH_MAX)
	{
		run->depth++;
		fates = run_chain(run, c);
		run->depth--;
		if (fates & FW_FATE_RETURN && back)
		{
			fates = (fates & ~(unsigned)FW_FATE_RETURN) | FW_FATE_NEXT;
		}
	}
	return fates;
}

unsigned fw_run_verdict(fw_run_t *run, uint32_t code, const char *chain)
{
	switch ((int32_t)code)
	{
		case NF_ACCEPT:
			return FW_FATE_ACCEPT;
		case NF_DROP:
			return FW_FATE_DROP;
		case NFT_CONTINUE:
			return FW_FATE_NEXT;
		case NFT_RETURN:
			return FW_FATE_RETURN;
		case NFT_JUMP:
			return jump(run, chain, true);
		case NFT_GOTO:
			return jump(run, chain, false);
		default:
			/* what a program in user space says */
			return FW_FATE_ANY;
	}
}

typedef struct rule_t
{
	fw_run_t *run;
	bool maybe;
	bool no;
} rule_t;

/** negative: the rest is not run */
static int run_expr(struct nftnl_expr *expr, void *user)
{
	rule_t *rule = user;
	fw_holds_t holds = fw_run_expr(rule->run, expr);

	rule->no = holds == FW_NO;
	rule->maybe |= holds == FW_MAYBE;
	return rule->no || rule->run->fates ? -1 : 0;
}

static unsigned run_rule(fw_run_t *run, struct nftnl_rule *r)
{
	rule_t rule = {.run = run};
	unsigned fates;

	run->fates = 0;
	fw_run_load(run, NFT_REG_1, NULL, NULL, FW_REGISTERS - 16);
	nftnl_expr_foreach(r, run_expr, &rule);
	fates = run->fates;
	run->fates = 0;
	if (rule.no || !fates)
	{
		return FW_FATE_NEXT;
	}
	return rule.maybe ? fates | FW_FATE_NEXT : fates;
}

static unsigned run_chain(fw_run_t *run, const fw_chain_t *c)
{
	unsigned fates = 0;

	for (size_t i = 0; i < c->count; i++)
	{
		unsigned one;

		if (++run->steps > STEPS_MAX)
		{
			return FW_FATE_ANY;
		}
		one = run_rule(run, c->rules[i]);
		fates |= one & ~(unsigned)FW_FATE_NEXT;
		if (!(one & FW_FATE_NEXT))
		{
			return fates;
		}
	}
	return c->partial ? FW_FATE_ANY : fates | FW_FATE_RETURN;
}

/** the hooks that a packet on that way passes */
static bool passes(fw_way_t way, uint32_t hook)
{
	switch (hook)
	{
		case NF_INET_PRE_ROUTING:
			return way != FW_WAY_OUT;
		case NF_INET_LOCAL_IN:
			return way == FW_WAY_IN;
		case NF_INET_FORWARD:
			return way == FW_WAY_THROUGH;
		case NF_INET_LOCAL_OUT:
			return way == FW_WAY_OUT;
		case NF_INET_POST_ROUTING:
			return way != FW_WAY_IN;
		default:
			return false;
	}
}

/** chains of NAT see what begins a flow only */
static bool is_called(struct nftnl_chain *c, const fw_packet_t *p)
{
	uint32_t family = nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY);
	const char *type = nftnl_chain_get_str(c, NFTNL_CHAIN_TYPE);

	return nftnl_chain_is_set(c, NFTNL_CHAIN_HOOKNUM) &&
		   (family == NFPROTO_INET ||
			(family == NFPROTO_IPV4) == (p->family == FAMILY_IPV4)) &&
		   passes(p->way, nftnl_chain_get_u32(c, NFTNL_CHAIN_HOOKNUM)) &&
		   !(p->established && type && strcmp(type, "nat") == 0);
}

static unsigned fates_of(const fw_foreign_t *f, const fw_chain_t *c,
						 const fw_packet_t *packet)
{
	fw_run_t run = {
		.f = f,
		.packet = packet,
		.family = nftnl_chain_get_u32(c->chain, NFTNL_CHAIN_FAMILY),
		.table = nftnl_chain_get_str(c->chain, NFTNL_CHAIN_TABLE),
		.hook = nftnl_chain_get_u32(c->chain, NFTNL_CHAIN_HOOKNUM),
		.priority = nftnl_chain_get_s32(c->chain, NFTNL_CHAIN_PRIO),
	};
	bool drops = nftnl_chain_is_set(c->chain, NFTNL_CHAIN_POLICY) &&
				 nftnl_chain_get_u32(c->chain, NFTNL_CHAIN_POLICY) == NF_DROP;
	unsigned fates;

	make_network(&run);
	make_transport(&run);
	fates = run_chain(&run, c);
	if (fates & FW_FATE_RETURN)
	{
		fates &= ~(unsigned)FW_FATE_RETURN;
		fates |= drops ? FW_FATE_DROP : FW_FATE_ACCEPT;
	}
	return fates;
}

static const char *family_name(uint32_t family)
{
	return family == NFPROTO_INET   ? "inet"
		   : family == NFPROTO_IPV4 ? "ip"
									: "ip6";
}

size_t fw_foreign_judge(const fw_foreign_t *f, const fw_packet_t *packet,
						fw_hit_t *hits, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_chains && n < max; i++)
	{
		struct nftnl_chain *c = f->chains[i]->chain;
		unsigned fates =
			is_called(c, packet) ? fates_of(f, f->chains[i], packet) : 0;

		if (fates == FW_FATE_DROP || fates == FW_FATE_REWRITE)
		{
			hits[n++] = (fw_hit_t){
				.rewrites = fates == FW_FATE_REWRITE,
				.family =
					family_name(nftnl_chain_get_u32(c, NFTNL_CHAIN_FAMILY)),
				.table = nftnl_chain_get_str(c, NFTNL_CHAIN_TABLE),
				.chain = nftnl_chain_get_str(c, NFTNL_CHAIN_NAME),
			};
		}
	}
	return n;
}
