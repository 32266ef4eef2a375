/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rules of others: whatever they are, packets come to an end in them, in bounded
 * time and within what was listed. libnftnl, which trusts the kernel, is not what
 * is tried here: the input says which of its objects are made, with what in them,
 * and they are handed over as the kernel's messages.
 */

#include "fuzz/fuzz.h"

#include "base/rbuf.h"
#include "firewall/foreign.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include <libnftnl/chain.h>
#include <libnftnl/common.h>
#include <libnftnl/expr.h>
#include <libnftnl/rule.h>
#include <libnftnl/set.h>

#define HITS_MAX    4
#define MESSAGE_MAX 65536
#define DATA_MAX    64
#define EXPRS_MAX   12

/** where the objects come from, and go */
typedef struct input_t
{
	rbuf_t r;
	fw_foreign_t *f;
	uint32_t family;
	char message[MESSAGE_MAX];
} input_t;

/** 0 where the input has ended */
static uint8_t byte(input_t *in)
{
	uint8_t b = 0;

	rbuf_u8(&in->r, &b);
	return b;
}

/** one of few names, so that they meet */
static const char *name(input_t *in)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "", "gg"};

	return names[byte(in) % 8];
}

static uint32_t number(input_t *in)
{
	uint8_t b = byte(in);

	return b == 0xff ? (uint32_t)byte(in) << 24 | byte(in) : b;
}

/** verdicts are small numbers on both sides of 0 */
static uint32_t verdict(input_t *in)
{
	return (uint32_t)((int32_t)(byte(in) % 12) - 6);
}

/** libnftnl loses the name of a chain that no verdict goes to */
static bool goes(uint32_t code)
{
	return (int32_t)code == NFT_JUMP || (int32_t)code == NFT_GOTO;
}

static uint32_t data(input_t *in, uint8_t out[static DATA_MAX])
{
	uint32_t len = byte(in) % (DATA_MAX + 1);

	for (uint32_t i = 0; i < len; i++)
	{
		out[i] = byte(in);
	}
	return len;
}

static struct nlmsghdr *begin(input_t *in, uint16_t type)
{
	return nftnl_nlmsg_build_hdr(in->message, type, (uint16_t)in->family, 0, 0);
}

static void make_chain(input_t *in)
{
	struct nftnl_chain *c = nftnl_chain_alloc();
	struct nlmsghdr *nlh = begin(in, NFT_MSG_NEWCHAIN);
	uint8_t how = byte(in);

	nftnl_chain_set_str(c, NFTNL_CHAIN_TABLE, "t");
	nftnl_chain_set_str(c, NFTNL_CHAIN_NAME, name(in));
	if (how & 1)
	{
		nftnl_chain_set_u32(c, NFTNL_CHAIN_HOOKNUM, byte(in) % 6);
		nftnl_chain_set_s32(c, NFTNL_CHAIN_PRIO, (int8_t)byte(in) * 4);
		nftnl_chain_set_str(c, NFTNL_CHAIN_TYPE, how & 2 ? "nat" : "filter");
		nftnl_chain_set_u32(c, NFTNL_CHAIN_POLICY, how & 4 ? NF_DROP : 1);
	}
	nftnl_chain_nlmsg_build_payload(nlh, c);
	fw_foreign_add(in->f, nlh);
	nftnl_chain_free(c);
}

/** numbers into the first attributes, and data into two of them */
static void fill(input_t *in, struct nftnl_expr *e, unsigned numbers,
				 uint16_t first, uint16_t second)
{
	uint8_t bytes[DATA_MAX];
	uint32_t len;

	for (uint16_t i = 0; i < numbers; i++)
	{
		nftnl_expr_set_u32(e, (uint16_t)(NFTNL_EXPR_BASE + i), number(in));
	}
	if (first)
	{
		len = data(in, bytes);
		nftnl_expr_set(e, first, bytes, len);
	}
	if (second)
	{
		len = data(in, bytes);
		nftnl_expr_set(e, second, bytes, len);
	}
}

/** what x_tables has is a name, a revision and a structure */
static void fill_xt(input_t *in, struct nftnl_expr *e, bool match)
{
	static const char *const names[] = {"conntrack", "multiport", "state",
										"tcp",       "udp",       "comment",
										"LOG",       "MASQUERADE"};
	uint32_t len = byte(in);
	uint8_t *info = calloc(1, len + 1);

	for (uint32_t i = 0; i < len; i++)
	{
		info[i] = byte(in);
	}
	nftnl_expr_set_str(e, match ? NFTNL_EXPR_MT_NAME : NFTNL_EXPR_TG_NAME,
					   names[byte(in) % 8]);
	nftnl_expr_set_u32(e, match ? NFTNL_EXPR_MT_REV : NFTNL_EXPR_TG_REV,
					   byte(in) % 4);
	/* adopted */
	nftnl_expr_set(e, match ? NFTNL_EXPR_MT_INFO : NFTNL_EXPR_TG_INFO, info,
				   len);
}

static void fill_immediate(input_t *in, struct nftnl_expr *e)
{
	uint8_t bytes[DATA_MAX];
	uint32_t len, code;

	if (byte(in) & 1)
	{
		nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, NFT_REG_VERDICT);
		code = verdict(in);
		nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_VERDICT, code);
		if (goes(code))
		{
			nftnl_expr_set_str(e, NFTNL_EXPR_IMM_CHAIN, name(in));
		}
		return;
	}
	nftnl_expr_set_u32(e, NFTNL_EXPR_IMM_DREG, number(in));
	len = data(in, bytes);
	nftnl_expr_set(e, NFTNL_EXPR_IMM_DATA, bytes, len);
}

static void fill_lookup(input_t *in, struct nftnl_expr *e)
{
	uint8_t how = byte(in);

	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_SREG, number(in));
	nftnl_expr_set_str(e, NFTNL_EXPR_LOOKUP_SET, name(in));
	nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_FLAGS, how & 1);
	if (how & 2)
	{
		nftnl_expr_set_u32(e, NFTNL_EXPR_LOOKUP_DREG,
						   how & 4 ? NFT_REG_VERDICT : number(in));
	}
}

static void fill_bitwise(input_t *in, struct nftnl_expr *e)
{
	uint8_t bytes[DATA_MAX];
	uint32_t len = data(in, bytes);

	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_SREG, number(in));
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_DREG, number(in));
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_OP, byte(in) % 3);
	nftnl_expr_set_u32(e, NFTNL_EXPR_BITWISE_LEN,
					   byte(in) & 1 ? len : number(in));
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_MASK, bytes, len);
	nftnl_expr_set(e, NFTNL_EXPR_BITWISE_XOR, bytes, len);
}

static struct nftnl_expr *make_expr(input_t *in)
{
	static const char *const names[] = {
		"meta",   "payload",   "cmp",     "immediate", "lookup", "bitwise",
		"range",  "byteorder", "ct",      "match",     "target", "masq",
		"nat",    "reject",    "counter", "limit",     "objref", "fib",
		"numgen", "queue",     "redir",   "log",       "quota",  "rt"};
	unsigned which = byte(in) % countof(names);
	struct nftnl_expr *e = nftnl_expr_alloc(names[which]);

	switch (which)
	{
		case 0:
			fill(in, e, 2, 0, 0);
			break;
		case 1:
			fill(in, e, 4, 0, 0);
			break;
		case 2:
			fill(in, e, 2, NFTNL_EXPR_CMP_DATA, 0);
			break;
		case 3:
			fill_immediate(in, e);
			break;
		case 4:
			fill_lookup(in, e);
			break;
		case 5:
			fill_bitwise(in, e);
			break;
		case 6:
			fill(in, e, 2, NFTNL_EXPR_RANGE_FROM_DATA,
				 NFTNL_EXPR_RANGE_TO_DATA);
			break;
		case 7:
			fill(in, e, 5, 0, 0);
			break;
		case 8:
			fill(in, e, 2, 0, 0);
			break;
		case 9:
		case 10:
			fill_xt(in, e, which == 9);
			break;
		case 12:
			fill(in, e, 1, 0, 0);
			break;
		default:
			break;
	}
	return e;
}

static void make_rule(input_t *in)
{
	struct nftnl_rule *r = nftnl_rule_alloc();
	struct nlmsghdr *nlh = begin(in, NFT_MSG_NEWRULE);
	unsigned n = byte(in) % EXPRS_MAX;

	nftnl_rule_set_str(r, NFTNL_RULE_TABLE, "t");
	nftnl_rule_set_str(r, NFTNL_RULE_CHAIN, name(in));
	for (unsigned i = 0; i < n; i++)
	{
		nftnl_rule_add_expr(r, make_expr(in));
	}
	nftnl_rule_nlmsg_build_payload(nlh, r);
	fw_foreign_add(in->f, nlh);
	nftnl_rule_free(r);
}

/** one a message: libnftnl numbers more of them, as the kernel does not */
static void make_element(input_t *in, const char *set)
{
	struct nftnl_set *s = nftnl_set_alloc();
	struct nftnl_set_elem *e = nftnl_set_elem_alloc();
	uint8_t how = byte(in), bytes[DATA_MAX];
	uint32_t len = data(in, bytes), code;

	nftnl_set_set_str(s, NFTNL_SET_TABLE, "t");
	nftnl_set_set_str(s, NFTNL_SET_NAME, set);
	nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_FLAGS, how & 3);
	nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY, bytes, len);
	if (how & 4)
	{
		len = data(in, bytes);
		nftnl_set_elem_set(e, NFTNL_SET_ELEM_KEY_END, bytes, len);
	}
	if (how & 8)
	{
		code = verdict(in);
		nftnl_set_elem_set_u32(e, NFTNL_SET_ELEM_VERDICT, code);
		if (goes(code))
		{
			nftnl_set_elem_set_str(e, NFTNL_SET_ELEM_CHAIN, name(in));
		}
	}
	nftnl_set_elem_add(s, e);
	nftnl_set_elems_nlmsg_build_payload(begin(in, NFT_MSG_NEWSETELEM), s);
	fw_foreign_add(in->f, (const void *)in->message);
	nftnl_set_free(s);
}

static void make_set(input_t *in)
{
	struct nftnl_set *s = nftnl_set_alloc();
	unsigned n = byte(in) % 8;
	const char *called = name(in);
	uint8_t fields[4];

	nftnl_set_set_str(s, NFTNL_SET_TABLE, "t");
	nftnl_set_set_str(s, NFTNL_SET_NAME, called);
	nftnl_set_set_u32(s, NFTNL_SET_FAMILY, in->family);
	nftnl_set_set_u32(s, NFTNL_SET_FLAGS, number(in));
	nftnl_set_set_u32(s, NFTNL_SET_KEY_LEN, number(in));
	if (byte(in) & 1)
	{
		for (size_t i = 0; i < sizeof(fields); i++)
		{
			fields[i] = byte(in);
		}
		nftnl_set_set_data(s, NFTNL_SET_DESC_CONCAT, fields, sizeof(fields));
	}
	nftnl_set_nlmsg_build_payload(begin(in, NFT_MSG_NEWSET), s);
	fw_foreign_add(in->f, (const void *)in->message);
	nftnl_set_free(s);
	for (unsigned i = 0; i < n; i++)
	{
		make_element(in, called);
	}
}

static void make(input_t *in)
{
	static const uint32_t families[] = {NFPROTO_INET, NFPROTO_IPV4,
										NFPROTO_IPV6, NFPROTO_ARP};
	uint8_t what = byte(in);

	in->family = families[what >> 6];
	switch (what % 3)
	{
		case 0:
			make_chain(in);
			break;
		case 1:
			make_rule(in);
			break;
		default:
			make_set(in);
			break;
	}
}

static void check_hits(const fw_foreign_t *f, const fw_packet_t *p)
{
	fw_hit_t hits[HITS_MAX];
	size_t n = fw_foreign_judge(f, p, hits, HITS_MAX);

	fuzz_check(n <= HITS_MAX);
	for (size_t i = 0; i < n; i++)
	{
		fuzz_check(hits[i].table && hits[i].chain && hits[i].family);
	}
}

static void check_packets(const fw_foreign_t *f)
{
	fw_packet_t p = {.way = FW_WAY_IN, .family = FAMILY_IPV4, .in = "wan0"};

	addr_parse("203.0.113.1", &p.src);
	p.protocol = 17;
	p.dport = 500;
	check_hits(f, &p);
	p = (fw_packet_t){.way = FW_WAY_THROUGH,
					  .family = FAMILY_IPV6,
					  .in = "lan0",
					  .in_index = 2,
					  .out = "cyg-a",
					  .out_index = 3};
	check_hits(f, &p);
	p.way = FW_WAY_OUT;
	p.established = true;
	p.protocol = 6;
	p.sport = 179;
	check_hits(f, &p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input_t *in = malloc(sizeof(*in));

	in->r = rbuf_make(data, size);
	in->f = fw_foreign_create();
	while (rbuf_left(&in->r))
	{
		make(in);
	}
	check_packets(in->f);
	fw_foreign_destroy(in->f);
	free(in);
	return 0;
}
