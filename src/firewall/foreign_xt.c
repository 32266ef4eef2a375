/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What iptables-nft writes where nftables has no expression of its own: matches
 * and targets of x_tables, with their structures as the kernel has them.
 */

#include "firewall/foreign_impl.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_multiport.h>
#include <linux/netfilter/xt_state.h>
#include <linux/netfilter/xt_tcpudp.h>

#include <string.h>

static uint32_t state_bit(const fw_run_t *run)
{
	return run->packet->established ? XT_CONNTRACK_STATE_BIT(IP_CT_ESTABLISHED)
									: XT_CONNTRACK_STATE_BIT(IP_CT_NEW);
}

/** its state alone; struct xt_conntrack_mtinfo3 begins as the second does */
static fw_holds_t is_conntrack(const fw_run_t *run, uint32_t rev,
							   const void *info, uint32_t len)
{
	struct xt_conntrack_mtinfo2 two;

	if (rev < 2 || len < sizeof(two))
	{
		return FW_MAYBE;
	}
	memcpy(&two, info, sizeof(two));
	if (two.match_flags & ~(XT_CONNTRACK_STATE | XT_CONNTRACK_STATE_ALIAS) ||
		!(two.match_flags & XT_CONNTRACK_STATE))
	{
		return FW_MAYBE;
	}
	return fw_holds(!(two.state_mask & state_bit(run)) !=
					!(two.invert_flags & XT_CONNTRACK_STATE));
}

static fw_holds_t is_state(const fw_run_t *run, uint32_t rev, const void *info,
						   uint32_t len)
{
	struct xt_state_info state;

	if (len < sizeof(state))
	{
		return FW_MAYBE;
	}
	memcpy(&state, info, sizeof(state));
	return fw_holds(state.statemask & state_bit(run));
}

static fw_holds_t is_comment(const fw_run_t *run, uint32_t rev,
							 const void *info, uint32_t len)
{
	return FW_YES;
}

/** within the two, both included */
static fw_holds_t port_is(uint16_t port, uint16_t first, uint16_t last,
						  bool not )
{
	if (first == 0 && last == UINT16_MAX)
	{
		return fw_holds(!not );
	}
	return !port ? FW_MAYBE : fw_holds((port >= first && port <= last) != not );
}

static fw_holds_t both(fw_holds_t a, fw_holds_t b)
{
	return a == FW_NO || b == FW_NO ? FW_NO : a == FW_YES ? b : FW_MAYBE;
}

static fw_holds_t is_udp(const fw_run_t *run, uint32_t rev, const void *info,
						 uint32_t len)
{
	const fw_packet_t *p = run->packet;
	struct xt_udp udp;

	if (len < sizeof(udp))
	{
		return FW_MAYBE;
	}
	memcpy(&udp, info, sizeof(udp));
	return both(port_is(p->sport, udp.spts[0], udp.spts[1],
						udp.invflags & XT_UDP_INV_SRCPT),
				port_is(p->dport, udp.dpts[0], udp.dpts[1],
						udp.invflags & XT_UDP_INV_DSTPT));
}

/** with flags, only whether the ports speak against it */
static fw_holds_t is_tcp(const fw_run_t *run, uint32_t rev, const void *info,
						 uint32_t len)
{
	const fw_packet_t *p = run->packet;
	struct xt_tcp tcp;
	fw_holds_t holds;

	if (len < sizeof(tcp))
	{
		return FW_MAYBE;
	}
	memcpy(&tcp, info, sizeof(tcp));
	holds = both(port_is(p->sport, tcp.spts[0], tcp.spts[1],
						 tcp.invflags & XT_TCP_INV_SRCPT),
				 port_is(p->dport, tcp.dpts[0], tcp.dpts[1],
						 tcp.invflags & XT_TCP_INV_DSTPT));
	return tcp.flg_mask || tcp.option ? both(holds, FW_MAYBE) : holds;
}

static fw_holds_t multiport_is(const struct xt_multiport_v1 *m, uint16_t port)
{
	bool in = false;

	for (unsigned i = 0; i < m->count && i < XT_MULTI_PORTS; i++)
	{
		if (m->pflags[i] && i + 1 < XT_MULTI_PORTS)
		{
			in |= port >= m->ports[i] && port <= m->ports[i + 1];
			i++;
		}
		else
		{
			in |= port == m->ports[i];
		}
	}
	return port ? fw_holds(in != m->invert) : FW_MAYBE;
}

static fw_holds_t is_multiport(const fw_run_t *run, uint32_t rev,
							   const void *info, uint32_t len)
{
	struct xt_multiport_v1 m;

	if (rev != 1 || len < sizeof(m))
	{
		return FW_MAYBE;
	}
	memcpy(&m, info, sizeof(m));
	switch (m.flags)
	{
		case XT_MULTIPORT_SOURCE:
			return multiport_is(&m, run->packet->sport);
		case XT_MULTIPORT_DESTINATION:
			return multiport_is(&m, run->packet->dport);
		default:
			return FW_MAYBE;
	}
}

fw_holds_t fw_run_match(fw_run_t *run, const struct nftnl_expr *expr)
{
	static const struct
	{
		const char *name;
		fw_holds_t (*is)(const fw_run_t *run, uint32_t rev, const void *info,
						 uint32_t len);
	} table[] = {
		{"comment", is_comment},
		{"conntrack", is_conntrack},
		{"multiport", is_multiport},
		{"state", is_state},
		{"tcp", is_tcp},
		{"udp", is_udp},
	};
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_MT_NAME);
	uint32_t len = 0;
	const void *info = nftnl_expr_get(expr, NFTNL_EXPR_MT_INFO, &len);

	for (size_t i = 0; name && info && i < countof(table); i++)
	{
		if (strcmp(name, table[i].name) == 0)
		{
			return table[i].is(run, nftnl_expr_get_u32(expr, NFTNL_EXPR_MT_REV),
							   info, len);
		}
	}
	return FW_MAYBE;
}

fw_holds_t fw_run_target(fw_run_t *run, const struct nftnl_expr *expr)
{
	static const struct
	{
		const char *name;
		unsigned fates;
	} table[] = {
		{"MASQUERADE", FW_FATE_REWRITE},
		{"SNAT", FW_FATE_REWRITE},
		{"REJECT", FW_FATE_DROP},
		{"DNAT", FW_FATE_ACCEPT},
		{"REDIRECT", FW_FATE_ACCEPT},
		{"LOG", 0},
		{"NFLOG", 0},
		{"MARK", 0},
		{"CONNMARK", 0},
		{"TCPMSS", 0},
		{"CT", 0},
		{"CHECKSUM", 0},
		{"CLASSIFY", 0},
		{"DSCP", 0},
		{"TOS", 0},
		{"TTL", 0},
		{"HL", 0},
		{"SET", 0},
		{"NOTRACK", 0},
	};
	const char *name = nftnl_expr_get_str(expr, NFTNL_EXPR_TG_NAME);

	for (size_t i = 0; name && i < countof(table); i++)
	{
		if (strcmp(name, table[i].name) == 0)
		{
			run->fates = table[i].fates;
			return FW_YES;
		}
	}
	run->fates = FW_FATE_ANY;
	return FW_MAYBE;
}
