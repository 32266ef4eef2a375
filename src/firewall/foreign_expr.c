/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Expressions of nftables, run as the kernel does. What is not known here makes
 * the registers unknown, and the rule's match with them.
 */

#include "firewall/foreign_impl.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter_ipv4.h>
#include <net/ethernet.h>

#include <string.h>

static void load_number(fw_run_t *run, uint32_t reg, uint32_t value,
						size_t size)
{
	uint8_t one = (uint8_t)value;
	uint16_t two = (uint16_t)value;

	fw_run_load(run, reg,
				size == 1   ? (const void *)&one
				: size == 2 ? (const void *)&two
							: (const void *)&value,
				NULL, size);
}

/** a link, by name or number. Where a packet has none yet, the kernel has no
 * name and number 0 */
static void load_link(fw_run_t *run, uint32_t reg, bool incoming, bool name)
{
	const fw_packet_t *p = run->packet;
	bool none = incoming
					? p->way == FW_WAY_OUT
					: p->way == FW_WAY_IN || run->hook == NF_INET_PRE_ROUTING;
	const char *link = incoming ? p->in : p->out;
	uint32_t index = incoming ? p->in_index : p->out_index;

	/* older kernels do not tell it there */
	if (incoming && run->hook == NF_INET_POST_ROUTING && !none)
	{
		fw_run_load(run, reg, NULL, NULL, name ? FW_LINK_NAME_MAX : 4);
	}
	else if (name)
	{
		fw_run_load(run, reg, none || link[0] ? link : NULL, NULL,
					FW_LINK_NAME_MAX);
	}
	else
	{
		fw_run_load(run, reg, none || index ? &index : NULL, NULL, 4);
	}
}

static fw_holds_t run_meta(fw_run_t *run, const struct nftnl_expr *e)
{
	const fw_packet_t *p = run->packet;
	uint32_t reg = nftnl_expr_get_u32(e, NFTNL_EXPR_META_DREG);

	if (!nftnl_expr_is_set(e, NFTNL_EXPR_META_DREG))
	{
		/* a mark, or the like, is set */
		return FW_YES;
	}
	fw_run_load(run, reg, NULL, NULL, FW_LINK_NAME_MAX);
	switch (nftnl_expr_get_u32(e, NFTNL_EXPR_META_KEY))
	{
		case NFT_META_NFPROTO:
			load_number(run, reg,
						p->family == FAMILY_IPV4 ? NFPROTO_IPV4 : NFPROTO_IPV6,
						1);
			break;
		case NFT_META_PROTOCOL:
			load_number(run, reg,
						htons(p->family == FAMILY_IPV4 ? ETH_P_IP : ETH_P_IPV6),
						2);
			break;
		case NFT_META_L4PROTO:
			if (p->protocol)
			{
				load_number(run, reg, p->protocol, 1);
			}
			break;
		case NFT_META_PKTTYPE:
			/* of one to itself the kernel says so, too */
			load_number(run, reg, PACKET_HOST, 1);
			break;
		case NFT_META_IIF:
			load_link(run, reg, true, false);
			break;
		case NFT_META_IIFNAME:
			load_link(run, reg, true, true);
			break;
		case NFT_META_OIF:
			load_link(run, reg, false, false);
			break;
		case NFT_META_OIFNAME:
			load_link(run, reg, false, true);
			break;
		default:
			break;
	}
	return FW_YES;
}

static fw_holds_t run_payload(fw_run_t *run, const struct nftnl_expr *e)
{
	uint32_t reg = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_DREG);
	uint32_t base = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_BASE);
	size_t at = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_OFFSET);
	size_t len = nftnl_expr_get_u32(e, NFTNL_EXPR_PAYLOAD_LEN);
	bool network = base == NFT_PAYLOAD_NETWORK_HEADER;
	size_t size = network ? sizeof(run->network) : sizeof(run->transport);
	const uint8_t *from = network ? run->network : run->transport;
	const uint8_t *known = network ? run->network_known : run->transport_known;

	if (!nftnl_expr_is_set(e, NFTNL_EXPR_PAYLOAD_DREG))
	{
		/* something is written into the packet */
		return FW_YES;
	}
	if ((network || base == NFT_PAYLOAD_TRANSPORT_HEADER) && at <= size &&
		len <= size - at)
	{
		fw_run_load(run, reg, from + at, known + at, len);
	}
	else
	{
		fw_run_load(run, reg, NULL, NULL, len < FW_KEY_MAX ? len : FW_KEY_MAX);
	}
	return FW_YES;
}

/** its state, and that it is not translated */
static fw_holds_t run_ct(fw_run_t *run, const struct nftnl_expr *e)
{
	const uint32_t none = 0, nat = IPS_SRC_NAT | IPS_DST_NAT;
	uint32_t reg = nftnl_expr_get_u32(e, NFTNL_EXPR_CT_DREG);
	uint32_t key = nftnl_expr_get_u32(e, NFTNL_EXPR_CT_KEY);
	uint32_t state = run->packet->established
						 ? NF_CT_STATE_BIT(IP_CT_ESTABLISHED)
						 : NF_CT_STATE_BIT(IP_CT_NEW);

	if (!nftnl_expr_is_set(e, NFTNL_EXPR_CT_DREG))
	{
		return FW_YES;
	}
	fw_run_load(run, reg, NULL, NULL, 16);
	if (run->priority <= NF_IP_PRI_CONNTRACK)
	{
		return FW_YES;
	}
	if (key == NFT_CT_STATE)
	{
		load_number(run, reg, state, 4);
	}
	if (key == NFT_CT_STATUS)
	{
		fw_run_load(run, reg, &none, &nat, 4);
	}
	return FW_YES;
}

static fw_holds_t run_cmp(fw_run_t *run, const struct nftnl_expr *e)
{
	uint32_t op = nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_OP), len = 0;
	const void *data = nftnl_expr_get(e, NFTNL_EXPR_CMP_DATA, &len);
	const uint8_t *value, *known;
	int order;

	if (!data || !fw_run_get(run, nftnl_expr_get_u32(e, NFTNL_EXPR_CMP_SREG),
							 len, &value, &known))
	{
		return FW_MAYBE;
	}
	if (op == NFT_CMP_EQ || op == NFT_CMP_NEQ)
	{
		fw_holds_t same = fw_run_equal(value, known, data, len);

		return op == NFT_CMP_EQ ? same : fw_holds_not(same);
	}
	order = memcmp(value, data, len);
	if (!fw_known(known, len))
	{
		return FW_MAYBE;
	}
	switch (op)
	{
		case NFT_CMP_LT:
			return fw_holds(order < 0);
		case NFT_CMP_LTE:
			return fw_holds(order <= 0);
		case NFT_CMP_GT:
			return fw_holds(order > 0);
		case NFT_CMP_GTE:
			return fw_holds(order >= 0);
		default:
			return FW_MAYBE;
	}
}

static fw_holds_t run_range(fw_run_t *run, const struct nftnl_expr *e)
{
	uint32_t len = 0, len_to = 0;
	const void *from = nftnl_expr_get(e, NFTNL_EXPR_RANGE_FROM_DATA, &len);
	const void *to = nftnl_expr_get(e, NFTNL_EXPR_RANGE_TO_DATA, &len_to);
	const uint8_t *value, *known;
	bool within;

	if (!from || !to || len != len_to ||
		!fw_run_get(run, nftnl_expr_get_u32(e, NFTNL_EXPR_RANGE_SREG), len,
					&value, &known) ||
		!fw_known(known, len))
	{
		return FW_MAYBE;
	}
	within = memcmp(value, from, len) >= 0 && memcmp(value, to, len) <= 0;
	return fw_holds(
		within == (nftnl_expr_get_u32(e, NFTNL_EXPR_RANGE_OP) == NFT_RANGE_EQ));
}

/** shifts are not known here */
static fw_holds_t run_bitwise(fw_run_t *run, const struct nftnl_expr *e)
{
	uint32_t len = nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_LEN), n = 0, m = 0;
	uint32_t reg = nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_DREG);
	const uint8_t *mask = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_MASK, &n);
	const uint8_t *flip = nftnl_expr_get(e, NFTNL_EXPR_BITWISE_XOR, &m);
	const uint8_t *value, *known;
	uint8_t out[FW_KEY_MAX], out_known[FW_KEY_MAX];

	if (len > FW_KEY_MAX)
	{
		return FW_MAYBE;
	}
	if (nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_OP) != NFT_BITWISE_BOOL ||
		!mask || !flip || n < len || m < len ||
		!fw_run_get(run, nftnl_expr_get_u32(e, NFTNL_EXPR_BITWISE_SREG), len,
					&value, &known))
	{
		fw_run_load(run, reg, NULL, NULL, len);
		return FW_YES;
	}
	for (uint32_t i = 0; i < len; i++)
	{
		out[i] = (value[i] & mask[i]) ^ flip[i];
		out_known[i] = (uint8_t)(known[i] | ~mask[i]);
	}
	fw_run_load(run, reg, out, out_known, len);
	return FW_YES;
}

/** between the host's order and the network's: on a host of the latter it is
 * nothing, else both directions are one */
static fw_holds_t run_byteorder(fw_run_t *run, const struct nftnl_expr *e)
{
	uint32_t len = nftnl_expr_get_u32(e, NFTNL_EXPR_BYTEORDER_LEN);
	uint32_t size = nftnl_expr_get_u32(e, NFTNL_EXPR_BYTEORDER_SIZE);
	uint32_t reg = nftnl_expr_get_u32(e, NFTNL_EXPR_BYTEORDER_DREG);
	const uint8_t *value, *known;
	uint8_t out[FW_KEY_MAX], out_known[FW_KEY_MAX];

	if (len > FW_KEY_MAX || !size || len % size ||
		!fw_run_get(run, nftnl_expr_get_u32(e, NFTNL_EXPR_BYTEORDER_SREG), len,
					&value, &known))
	{
		fw_run_load(run, reg, NULL, NULL, len < FW_KEY_MAX ? len : FW_KEY_MAX);
		return FW_YES;
	}
	for (uint32_t i = 0; i < len; i++)
	{
		uint32_t from =
			htons(1) == 1 ? i : i / size * size + (size - 1 - i % size);

		out[i] = value[from];
		out_known[i] = known[from];
	}
	fw_run_load(run, reg, out, out_known, len);
	return FW_YES;
}

static fw_holds_t run_immediate(fw_run_t *run, const struct nftnl_expr *e)
{
	uint32_t reg = nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_DREG), len = 0;
	const void *data;

	if (reg == NFT_REG_VERDICT)
	{
		run->fates =
			fw_run_verdict(run, nftnl_expr_get_u32(e, NFTNL_EXPR_IMM_VERDICT),
						   nftnl_expr_get_str(e, NFTNL_EXPR_IMM_CHAIN));
		return FW_YES;
	}
	data = nftnl_expr_get(e, NFTNL_EXPR_IMM_DATA, &len);
	fw_run_load(run, reg, len <= FW_KEY_MAX ? data : NULL, NULL,
				len <= FW_KEY_MAX ? len : FW_KEY_MAX);
	return FW_YES;
}

static fw_holds_t run_drop(fw_run_t *run, const struct nftnl_expr *e)
{
	run->fates = FW_FATE_DROP;
	return FW_YES;
}

static fw_holds_t run_masquerade(fw_run_t *run, const struct nftnl_expr *e)
{
	run->fates = FW_FATE_REWRITE;
	return FW_YES;
}

static fw_holds_t run_redirect(fw_run_t *run, const struct nftnl_expr *e)
{
	run->fates = FW_FATE_ACCEPT;
	return FW_YES;
}

static fw_holds_t run_nat(fw_run_t *run, const struct nftnl_expr *e)
{
	return nftnl_expr_get_u32(e, NFTNL_EXPR_NAT_TYPE) == NFT_NAT_SNAT
			   ? run_masquerade(run, e)
			   : run_redirect(run, e);
}

/** whoever it is handed to decides */
static fw_holds_t run_given_away(fw_run_t *run, const struct nftnl_expr *e)
{
	run->fates = FW_FATE_ANY;
	return FW_YES;
}

static fw_holds_t run_object(fw_run_t *run, const struct nftnl_expr *e)
{
	return nftnl_expr_get_u32(e, NFTNL_EXPR_OBJREF_IMM_TYPE) ==
				   NFT_OBJECT_COUNTER
			   ? FW_YES
			   : FW_MAYBE;
}

/** it does something, but neither matches nor decides */
static fw_holds_t run_nothing(fw_run_t *run, const struct nftnl_expr *e)
{
	return FW_YES;
}

static fw_holds_t run_unknown(fw_run_t *run, const struct nftnl_expr *e)
{
	fw_run_load(run, NFT_REG_1, NULL, NULL, FW_REGISTERS - 16);
	return FW_MAYBE;
}

fw_holds_t fw_run_expr(fw_run_t *run, const struct nftnl_expr *expr)
{
	/* the most frequent first */
	static const struct
	{
		const char *name;
		fw_holds_t (*run)(fw_run_t *run, const struct nftnl_expr *e);
	} table[] = {
		{"payload", run_payload},
		{"cmp", run_cmp},
		{"meta", run_meta},
		{"immediate", run_immediate},
		{"counter", run_nothing},
		{"match", fw_run_match},
		{"lookup", fw_run_lookup},
		{"bitwise", run_bitwise},
		{"ct", run_ct},
		{"range", run_range},
		{"target", fw_run_target},
		{"byteorder", run_byteorder},
		{"log", run_nothing},
		{"reject", run_drop},
		{"masq", run_masquerade},
		{"nat", run_nat},
		{"redir", run_redirect},
		{"objref", run_object},
		{"notrack", run_nothing},
		{"last", run_nothing},
		{"flow_offload", run_nothing},
		{"dup", run_nothing},
		{"tproxy", run_nothing},
		{"fwd", run_given_away},
		{"queue", run_given_away},
		{"synproxy", run_given_away},
	};
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_NAME);

	for (size_t i = 0; i < countof(table); i++)
	{
		if (name && strcmp(name, table[i].name) == 0)
		{
			return table[i].run(run, expr);
		}
	}
	return run_unknown(run, expr);
}
