/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the kernel holds, as plain data: links, addresses, next hops, routes,
 * rules, sysctls, and the operations that change them. The planner speaks of
 * these without a system call; src/kernel writes them by rtnetlink.
 */

#ifndef CYGNET_KERNEL_OBJECT_H
#define CYGNET_KERNEL_OBJECT_H

#include "base/addr.h"

/** rtm_protocol of our routes and next hops, named "cygnet" in
 * /etc/iproute2/rt_protos.d/cygnet.conf */
#define KERNEL_PROTO 110
/** ids of our next hops and groups: [first, last] */
#define KERNEL_NH_FIRST 0x43000000u
#define KERNEL_NH_LAST  0x43ffffffu
/** rules and table of the underlay pins */
#define KERNEL_PIN_TABLE    0x43590001u
#define KERNEL_PIN_PRIORITY 4300u

#define KERNEL_LINK_NAME_MAX 16
#define KERNEL_ALIAS_MAX     128
/** members of a next-hop group */
#define KERNEL_GROUP_MAX 64

typedef enum kernel_link_kind_t
{
	KERNEL_LINK_OTHER,
	KERNEL_LINK_XFRM,
} kernel_link_kind_t;

typedef struct kernel_link_t
{
	/** 0 in what is desired but not there yet */
	uint32_t index;
	char name[KERNEL_LINK_NAME_MAX];
	kernel_link_kind_t kind;
	/** XFRM only */
	uint32_t if_id;
	uint32_t mtu;
	/** IFF_UP, and carrier (IFF_LOWER_UP) */
	bool up;
	bool lower_up;
	/** IFF_POINTOPOINT or IFF_NOARP: no gateway is needed to send on it */
	bool point_to_point;
	/** "cygnet BUNDLE/TUNNEL" marks ours */
	char alias[KERNEL_ALIAS_MAX];
} kernel_link_t;

/** what has come and gone by a link so far */
typedef struct kernel_link_stats_t
{
	uint64_t rx_packets, tx_packets;
	uint64_t rx_bytes, tx_bytes;
	uint64_t rx_errors, tx_errors;
	uint64_t rx_dropped, tx_dropped;
} kernel_link_stats_t;

typedef void (*kernel_link_stats_fn_t)(void *user, const char *name,
									   const kernel_link_stats_t *stats);

#define KERNEL_COUNTER_NAME_MAX 32

/** a counter by the kernel's own name */
typedef struct kernel_counter_t
{
	char name[KERNEL_COUNTER_NAME_MAX];
	uint64_t value;
} kernel_counter_t;

typedef struct kernel_addr_t
{
	uint32_t link;
	ifaddr_t ifaddr;
	/** peer address of a point-to-point address, or unset */
	addr_t peer;
	/** IFA_PROTO: KERNEL_PROTO on what we add; 0 also where the kernel (before
	 * 5.18) does not tell. No part of what makes two addresses equal */
	uint8_t protocol;
} kernel_addr_t;

/** one next hop object; gateway unset: the device alone */
typedef struct kernel_nexthop_t
{
	uint32_t id;
	/** of the gateway, or without one of the routes that use it (IPv4 routes
	 * may use an IPv6 gateway; IPv6 routes need IPv6) */
	family_t family;
	uint32_t link;
	addr_t gateway;
	bool blackhole;
} kernel_nexthop_t;

typedef struct kernel_group_member_t
{
	uint32_t id;
	/** 1 to 256 */
	uint16_t weight;
} kernel_group_member_t;

/** of a resilient group: a flow keeps its bucket, and a bucket its member as
 * long as that is in the group. All 0: a plain one */
typedef struct kernel_buckets_t
{
	/** the kernel does not change it, nor what sort a group is */
	uint16_t count;
	/** seconds that a bucket has to be without packets before it moves to a
	 * member with too few */
	uint16_t idle_timer;
	/** seconds with too few after which it gets busy ones too; 0: never */
	uint16_t unbalanced_timer;
} kernel_buckets_t;

typedef struct kernel_group_t
{
	uint32_t id;
	kernel_buckets_t buckets;
	unsigned count;
	kernel_group_member_t members[KERNEL_GROUP_MAX];
} kernel_group_t;

typedef enum kernel_route_type_t
{
	KERNEL_UNICAST,
	KERNEL_UNREACHABLE,
	KERNEL_BLACKHOLE,
} kernel_route_type_t;

typedef struct kernel_route_t
{
	prefix_t dst;
	uint32_t table;
	/** 0: the family's default */
	uint32_t metric;
	kernel_route_type_t type;
	/** next hop object or group; 0: link and gateway below */
	uint32_t nexthop;
	uint32_t link;
	addr_t gateway;
	/** preferred source or unset */
	addr_t source;
	/** rtm_protocol; in what we write always KERNEL_PROTO */
	uint8_t protocol;
} kernel_route_t;

/** `ip rule`: to dst look up table */
typedef struct kernel_rule_t
{
	uint32_t priority;
	prefix_t dst;
	uint32_t table;
	uint8_t protocol;
} kernel_rule_t;

typedef struct kernel_sysctl_t
{
	/** below /proc/sys, with slashes */
	char path[96];
	char value[24];
} kernel_sysctl_t;

typedef enum kernel_op_kind_t
{
	/** EEXIST (the name or the if_id is taken) is a failure */
	KERNEL_LINK_ADD,
	/** sets alias, MTU and up of the link with this index; an empty alias, MTU
	 * 0 and up = false leave what is (a link is never set down) */
	KERNEL_LINK_SET,
	/** refused unless the link given has our kind and alias */
	KERNEL_LINK_DEL,
	KERNEL_ADDR_ADD,
	KERNEL_ADDR_DEL,
	/** creates or replaces */
	KERNEL_NEXTHOP_SET,
	/** a next hop or a group; the caller has seen to it that no route uses
	 * it any more */
	KERNEL_NEXTHOP_DEL,
	/** creates or replaces; with op.replaces (its own id) it has to be there:
	 * ENOENT tells that the kernel dropped it, and its routes with it */
	KERNEL_GROUP_SET,
	/** creates, or moves from op.replaces to route.nexthop without a gap. A
	 * route of the same prefix, table and metric that is not ours is never
	 * touched: EEXIST, a failure */
	KERNEL_ROUTE_SET,
	/** ours only; with nexthop given, only the one that uses it */
	KERNEL_ROUTE_DEL,
	KERNEL_RULE_ADD,
	KERNEL_RULE_DEL,
	KERNEL_SYSCTL_SET,
} kernel_op_kind_t;

static inline bool kernel_buckets_equal(const kernel_buckets_t *a,
										const kernel_buckets_t *b)
{
	return a->count == b->count && a->idle_timer == b->idle_timer &&
		   a->unbalanced_timer == b->unbalanced_timer;
}

const char *kernel_op_name(kernel_op_kind_t kind);

/** "cygnet BUNDLE/TUNNEL" and XFRM */
bool kernel_link_is_ours(const kernel_link_t *link);

typedef struct kernel_op_t
{
	kernel_op_kind_t kind;
	/** KERNEL_GROUP_SET: see there. KERNEL_ROUTE_SET: the next hop id that our route there has now; 0 when
	 * none is there, or it has none. Right either way, but with 0 a route of
	 * ours that is there all the same is removed before the new one comes:
	 * a gap */
	uint32_t replaces;
	union
	{
		kernel_link_t link;
		kernel_addr_t addr;
		kernel_nexthop_t nexthop;
		kernel_group_t group;
		kernel_route_t route;
		kernel_rule_t rule;
		kernel_sysctl_t sysctl;
	};
} kernel_op_t;

#define KERNEL_OP_STR_MAX 160

/** "route 10.0.0.0/24 table 254 nhid 1", for the log; returns buf */
const char *kernel_op_format(const kernel_op_t *op,
							 char buf[static KERNEL_OP_STR_MAX]);

#endif
