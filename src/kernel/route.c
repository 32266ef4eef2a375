/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes: RTM_NEWROUTE and RTM_DELROUTE, always of KERNEL_PROTO, so that a
 * deletion never meets somebody else's.
 *
 * The kernel's NLM_F_REPLACE does not look at the protocol: it replaces the
 * first route of that prefix, table and metric (in IPv6, of that sort), and
 * that may be somebody else's. So a new route is ROUTE_NEW (NLM_F_EXCL), and
 * a change is ROUTE_APPEND of the new and ROUTE_DELETE of the old, by
 * protocol and next hop id, as netlink.c does it: no gap, since either is a
 * way out while both are there. ROUTE_REPLACE is for the pin table, which is
 * ours as a whole.
 *
 * Metric 0 is the family's default: none in IPv4, 1024 in IPv6. It is spelt
 * out in IPv6, for a deletion without a metric would take any.
 */

#include "kernel/codec.h"

#include <linux/rtnetlink.h>
#include <string.h>

#define METRIC_DEFAULT_6 1024u

static uint16_t verb_flags(route_verb_t verb)
{
	switch (verb)
	{
		case ROUTE_NEW:
			return NLM_F_CREATE | NLM_F_EXCL;
		case ROUTE_APPEND:
			return NLM_F_CREATE | NLM_F_APPEND;
		case ROUTE_REPLACE:
			return NLM_F_CREATE | NLM_F_REPLACE;
		case ROUTE_DELETE:
			break;
	}
	return 0;
}

static uint8_t type_number(kernel_route_type_t type)
{
	switch (type)
	{
		case KERNEL_UNICAST:
			return RTN_UNICAST;
		case KERNEL_UNREACHABLE:
			return RTN_UNREACHABLE;
		case KERNEL_BLACKHOLE:
			return RTN_BLACKHOLE;
	}
	return RTN_UNSPEC;
}

static void put_gateway(nlw_t *w, const kernel_route_t *route)
{
	struct
	{
		uint16_t family;
		uint8_t addr[16];
	} via;

	if (route->gateway.family == route->dst.addr.family)
	{
		nlw_addr(w, RTA_GATEWAY, &route->gateway);
		return;
	}
	via.family = nl_af(route->gateway.family);
	memcpy(via.addr, route->gateway.b, sizeof(via.addr));
	nlw_bytes(w, RTA_VIA, &via,
			  sizeof(via.family) + addr_size(&route->gateway));
}

/* the way itself; a deletion is narrowed by it */
static void put_way(nlw_t *w, struct rtmsg *rtm, const kernel_route_t *route)
{
	if (route->nexthop)
	{
		nlw_u32(w, RTA_NH_ID, route->nexthop);
		return;
	}
	if (route->link)
	{
		nlw_u32(w, RTA_OIF, route->link);
	}
	if (addr_is_set(&route->gateway))
	{
		put_gateway(w, route);
		/* a gateway outside of every connected prefix is common at hosting
		 * providers; the kernel itself named this one with its link */
		if (route->link && route->dst.addr.family == FAMILY_IPV4)
		{
			rtm->rtm_flags |= RTNH_F_ONLINK;
		}
	}
	else if (route->dst.addr.family == FAMILY_IPV4)
	{
		rtm->rtm_scope = RT_SCOPE_LINK;
	}
	if (addr_is_set(&route->source))
	{
		nlw_addr(w, RTA_PREFSRC, &route->source);
	}
}

struct nlmsghdr *kernel_route_encode(void *buf, size_t size, route_verb_t verb,
									 const kernel_route_t *route)
{
	bool delete = verb == ROUTE_DELETE;
	nlw_t w = nlw_make(buf, size, delete ? RTM_DELROUTE : RTM_NEWROUTE,
					   verb_flags(verb));
	struct rtmsg spare, *rtm;
	uint32_t metric = route->metric;

	if (!addr_is_set(&route->dst.addr) ||
		route->dst.len > addr_bits(&route->dst.addr) || !route->table)
	{
		return NULL;
	}
	rtm = nlw_header(&w, &spare, sizeof(spare));
	rtm->rtm_family = nl_af(route->dst.addr.family);
	rtm->rtm_dst_len = route->dst.len;
	rtm->rtm_table =
		route->table < 256 ? (uint8_t)route->table : RT_TABLE_COMPAT;
	rtm->rtm_protocol = KERNEL_PROTO;
	rtm->rtm_scope = delete ? RT_SCOPE_NOWHERE : RT_SCOPE_UNIVERSE;
	rtm->rtm_type = delete ? RTN_UNSPEC : type_number(route->type);
	nlw_addr(&w, RTA_DST, &route->dst.addr);
	nlw_u32(&w, RTA_TABLE, route->table);
	if (!metric && route->dst.addr.family == FAMILY_IPV6)
	{
		metric = METRIC_DEFAULT_6;
	}
	if (metric)
	{
		nlw_u32(&w, RTA_PRIORITY, metric);
	}
	if (delete)
	{
		if (route->nexthop)
		{
			nlw_u32(&w, RTA_NH_ID, route->nexthop);
		}
	}
	else if (route->type == KERNEL_UNICAST)
	{
		put_way(&w, rtm, route);
	}
	return nlw_done(&w);
}

struct nlmsghdr *kernel_route_encode_get(void *buf, size_t size,
										 const addr_t *dst, uint32_t out_link,
										 bool match)
{
	nlw_t w = nlw_make(buf, size, RTM_GETROUTE, 0);
	struct rtmsg spare, *rtm;

	if (!addr_is_set(dst))
	{
		return NULL;
	}
	rtm = nlw_header(&w, &spare, sizeof(spare));
	rtm->rtm_family = nl_af(dst->family);
	rtm->rtm_dst_len = (uint8_t)addr_bits(dst);
	rtm->rtm_flags = match ? RTM_F_FIB_MATCH : 0;
	nlw_addr(&w, RTA_DST, dst);
	nlw_u32(&w, RTA_UID, KERNEL_RULE_NOBODY);
	if (out_link)
	{
		nlw_u32(&w, RTA_OIF, out_link);
	}
	return nlw_done(&w);
}

struct nlmsghdr *kernel_route_encode_dump(void *buf, size_t size,
										  family_t family, uint8_t protocol,
										  uint32_t table)
{
	nlw_t w = nlw_make(buf, size, RTM_GETROUTE, NLM_F_DUMP);
	struct rtmsg spare, *rtm;

	rtm = nlw_header(&w, &spare, sizeof(spare));
	rtm->rtm_family = nl_af(family);
	rtm->rtm_protocol = protocol;
	if (table)
	{
		nlw_u32(&w, RTA_TABLE, table);
	}
	return nlw_done(&w);
}

enum
{
	R_DST,
	R_TABLE,
	R_PRIORITY,
	R_NH_ID,
	R_OIF,
	R_GATEWAY,
	R_VIA,
	R_PREFSRC,
	R_MULTIPATH,
	R_COUNT,
};

static const nl_want_t route_want[R_COUNT] = {
	[R_DST] = {RTA_DST, 4, 16},
	[R_TABLE] = {RTA_TABLE, 4, 4},
	[R_PRIORITY] = {RTA_PRIORITY, 4, 4},
	[R_NH_ID] = {RTA_NH_ID, 4, 4},
	[R_OIF] = {RTA_OIF, 4, 4},
	[R_GATEWAY] = {RTA_GATEWAY, 4, 16},
	[R_VIA] = {RTA_VIA, 6, 18},
	[R_PREFSRC] = {RTA_PREFSRC, 4, 16},
	[R_MULTIPATH] = {RTA_MULTIPATH, sizeof(struct rtnexthop), UINT16_MAX},
};

bool kernel_route_is_entry(const struct nlmsghdr *nlh)
{
	const struct rtmsg *rtm = nl_header(nlh, sizeof(*rtm));

	return rtm && !rtm->rtm_tos && !rtm->rtm_src_len &&
		   !(rtm->rtm_flags & RTM_F_CLONED);
}

static bool decode_type(unsigned type, kernel_route_type_t *out)
{
	switch (type)
	{
		case RTN_UNICAST:
			*out = KERNEL_UNICAST;
			return true;
		case RTN_UNREACHABLE:
		case RTN_PROHIBIT:
			*out = KERNEL_UNREACHABLE;
			return true;
		case RTN_BLACKHOLE:
			*out = KERNEL_BLACKHOLE;
			return true;
		default:
			return false;
	}
}

static bool decode_via(const struct nlattr *attr, addr_t *out)
{
	uint16_t af;
	family_t family;

	memcpy(&af, mnl_attr_get_payload(attr), sizeof(af));
	if (!nl_family(af, &family))
	{
		return false;
	}
	*out = addr_none;
	out->family = (uint8_t)family;
	if (mnl_attr_get_payload_len(attr) != sizeof(af) + addr_size(out))
	{
		*out = addr_none;
		return false;
	}
	memcpy(out->b, &((const uint8_t *)mnl_attr_get_payload(attr))[sizeof(af)],
		   addr_size(out));
	return true;
}

static const nl_want_t hop_want[] = {
	{RTA_GATEWAY, 4, 16},
	{RTA_VIA, 6, 18},
};

static bool decode_gateway(const struct nlattr *gateway,
						   const struct nlattr *via, family_t family,
						   addr_t *out)
{
	return via ? decode_via(via, out) : nl_addr(gateway, family, out);
}

/* somebody else's next hops without objects: the first stands for all */
static bool decode_first_hop(const struct nlattr *multipath, family_t family,
							 kernel_route_t *out)
{
	const struct nlattr *found[countof(hop_want)];
	const uint8_t *hops = mnl_attr_get_payload(multipath);
	struct rtnexthop hop;
	struct
	{
		struct nlattr head;
		uint8_t data[256];
	} nest;

	memcpy(&hop, hops, sizeof(hop));
	if (hop.rtnh_len < sizeof(hop) ||
		hop.rtnh_len > mnl_attr_get_payload_len(multipath) ||
		hop.rtnh_len - sizeof(hop) > sizeof(nest.data))
	{
		return false;
	}
	out->link = (uint32_t)hop.rtnh_ifindex;
	/* its attributes stand after it as if nested in it */
	nest.head.nla_type = RTA_MULTIPATH;
	nest.head.nla_len =
		(uint16_t)(sizeof(nest.head) + hop.rtnh_len - sizeof(hop));
	memcpy(nest.data, &hops[sizeof(hop)], hop.rtnh_len - sizeof(hop));
	return nl_attrs_nested(&nest.head, hop_want, countof(hop_want), found) &&
		   decode_gateway(found[0], found[1], family, &out->gateway);
}

static bool decode_way(const struct nlattr **found, family_t family,
					   kernel_route_t *out)
{
	out->nexthop = nl_u32(found[R_NH_ID]);
	if (found[R_MULTIPATH])
	{
		return decode_first_hop(found[R_MULTIPATH], family, out);
	}
	out->link = nl_u32(found[R_OIF]);
	return decode_gateway(found[R_GATEWAY], found[R_VIA], family,
						  &out->gateway);
}

bool kernel_route_decode(const struct nlmsghdr *nlh, kernel_route_t *out)
{
	const struct rtmsg *rtm = nl_header(nlh, sizeof(*rtm));
	const struct nlattr *found[R_COUNT];
	family_t family;
	addr_t dst;

	memset(out, 0, sizeof(*out));
	if (!rtm || !nl_family(rtm->rtm_family, &family) ||
		!decode_type(rtm->rtm_type, &out->type) ||
		!nl_attrs(nlh, sizeof(*rtm), route_want, R_COUNT, found) ||
		!nl_addr(found[R_DST], family, &dst) ||
		!nl_addr(found[R_PREFSRC], family, &out->source) ||
		!decode_way(found, family, out))
	{
		return false;
	}
	if (!addr_is_set(&dst))
	{
		dst.family = (uint8_t)family;
		if (rtm->rtm_dst_len)
		{
			return false;
		}
	}
	if (rtm->rtm_dst_len > addr_bits(&dst))
	{
		return false;
	}
	out->dst = prefix_make(&dst, rtm->rtm_dst_len);
	out->table = found[R_TABLE] ? nl_u32(found[R_TABLE]) : rtm->rtm_table;
	out->metric = nl_u32(found[R_PRIORITY]);
	if (family == FAMILY_IPV6 && out->metric == METRIC_DEFAULT_6)
	{
		out->metric = 0;
	}
	out->protocol = rtm->rtm_protocol;
	return true;
}
