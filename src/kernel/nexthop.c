/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Next hops and groups: RTM_NEWNEXTHOP and RTM_DELNEXTHOP. Only ids of our
 * range are ever written. Setting is creating or replacing in one message;
 * a group stays a group for life, and of its sort (plain or resilient), with as
 * many buckets: the kernel refuses the change.
 */

#include "kernel/codec.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

/** the kernel's timers are in clock_t, 100 a second wherever we run */
#define TICKS 100u

static bool id_is_ours(uint32_t id)
{
	return id >= KERNEL_NH_FIRST && id <= KERNEL_NH_LAST;
}

static struct nlmsghdr *encode_del(void *buf, size_t size, uint32_t id)
{
	nlw_t w = nlw_make(buf, size, RTM_DELNEXTHOP, 0);
	struct nhmsg spare;

	nlw_header(&w, &spare, sizeof(spare));
	nlw_u32(&w, NHA_ID, id);
	return nlw_done(&w);
}

struct nlmsghdr *kernel_nexthop_encode(void *buf, size_t size,
									   kernel_op_kind_t kind,
									   const kernel_nexthop_t *nexthop)
{
	nlw_t w = nlw_make(buf, size, RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE);
	bool gateway = addr_is_set(&nexthop->gateway);
	struct nhmsg spare, *nh;

	if (!id_is_ours(nexthop->id))
	{
		return NULL;
	}
	if (kind == KERNEL_NEXTHOP_DEL)
	{
		return encode_del(buf, size, nexthop->id);
	}
	nh = nlw_header(&w, &spare, sizeof(spare));
	/* a gateway's family is the next hop's: RFC 8950's IPv4 routes by an IPv6
	 * gateway */
	nh->nh_family = nl_af(gateway ? nexthop->gateway.family : nexthop->family);
	nh->nh_protocol = KERNEL_PROTO;
	nlw_u32(&w, NHA_ID, nexthop->id);
	if (nexthop->blackhole)
	{
		nlw_flag(&w, NHA_BLACKHOLE);
		return nlw_done(&w);
	}
	nlw_u32(&w, NHA_OIF, nexthop->link);
	if (gateway)
	{
		nlw_addr(&w, NHA_GATEWAY, &nexthop->gateway);
	}
	return nlw_done(&w);
}

static void put_buckets(nlw_t *w, const kernel_buckets_t *buckets)
{
	uint16_t type = NEXTHOP_GRP_TYPE_RES;
	struct nlattr *nest;

	nlw_bytes(w, NHA_GROUP_TYPE, &type, sizeof(type));
	nest = nlw_nest(w, NHA_RES_GROUP);
	nlw_bytes(w, NHA_RES_GROUP_BUCKETS, &buckets->count,
			  sizeof(buckets->count));
	nlw_u32(w, NHA_RES_GROUP_IDLE_TIMER, buckets->idle_timer * TICKS);
	nlw_u32(w, NHA_RES_GROUP_UNBALANCED_TIMER,
			buckets->unbalanced_timer * TICKS);
	nlw_nest_end(w, nest);
}

struct nlmsghdr *kernel_group_encode(void *buf, size_t size,
									 const kernel_group_t *group)
{
	nlw_t w = nlw_make(buf, size, RTM_NEWNEXTHOP, NLM_F_CREATE | NLM_F_REPLACE);
	struct nexthop_grp members[KERNEL_GROUP_MAX];
	struct nhmsg spare, *nh;

	if (!id_is_ours(group->id) || !group->count ||
		group->count > KERNEL_GROUP_MAX)
	{
		return NULL;
	}
	nh = nlw_header(&w, &spare, sizeof(spare));
	nh->nh_protocol = KERNEL_PROTO;
	memset(members, 0, sizeof(members));
	for (unsigned i = 0; i < group->count; i++)
	{
		uint16_t weight = group->members[i].weight;

		if (!weight || weight > 256)
		{
			return NULL;
		}
		members[i].id = group->members[i].id;
		members[i].weight = (uint8_t)(weight - 1);
	}
	nlw_u32(&w, NHA_ID, group->id);
	nlw_bytes(&w, NHA_GROUP, members, group->count * sizeof(members[0]));
	if (group->buckets.count)
	{
		put_buckets(&w, &group->buckets);
	}
	return nlw_done(&w);
}

enum
{
	N_ID,
	N_GROUP,
	N_OIF,
	N_GATEWAY,
	N_BLACKHOLE,
	N_FDB,
	N_TYPE,
	N_BUCKETS,
	N_COUNT,
};

static const nl_want_t nexthop_want[N_COUNT] = {
	[N_ID] = {NHA_ID, 4, 4},
	[N_GROUP] = {NHA_GROUP, sizeof(struct nexthop_grp), UINT16_MAX},
	[N_OIF] = {NHA_OIF, 4, 4},
	[N_GATEWAY] = {NHA_GATEWAY, 4, 16},
	[N_BLACKHOLE] = {NHA_BLACKHOLE, 0, UINT16_MAX},
	[N_FDB] = {NHA_FDB, 0, UINT16_MAX},
	[N_TYPE] = {NHA_GROUP_TYPE, 2, 2},
	[N_BUCKETS] = {NHA_RES_GROUP, 0, UINT16_MAX},
};

enum
{
	R_BUCKETS,
	R_IDLE,
	R_UNBALANCED,
	R_COUNT,
};

static const nl_want_t buckets_want[R_COUNT] = {
	[R_BUCKETS] = {NHA_RES_GROUP_BUCKETS, 2, 2},
	[R_IDLE] = {NHA_RES_GROUP_IDLE_TIMER, 4, 4},
	[R_UNBALANCED] = {NHA_RES_GROUP_UNBALANCED_TIMER, 4, 4},
};

/** what is no number of seconds is none of ours */
static uint16_t seconds(const struct nlattr *attr)
{
	uint32_t ticks = nl_u32(attr);

	return ticks % TICKS || ticks / TICKS > UINT16_MAX
			   ? UINT16_MAX
			   : (uint16_t)(ticks / TICKS);
}

/** both absent: a plain group */
static bool decode_buckets(const struct nlattr *type, const struct nlattr *nest,
						   kernel_buckets_t *out)
{
	const struct nlattr *found[R_COUNT];
	uint16_t sort = type ? mnl_attr_get_u16(type) : NEXTHOP_GRP_TYPE_MPATH;

	if (sort == NEXTHOP_GRP_TYPE_MPATH)
	{
		return true;
	}
	if (sort != NEXTHOP_GRP_TYPE_RES || !nest ||
		!nl_attrs_nested(nest, buckets_want, R_COUNT, found) ||
		!found[R_BUCKETS])
	{
		return false;
	}
	out->count = mnl_attr_get_u16(found[R_BUCKETS]);
	out->idle_timer = seconds(found[R_IDLE]);
	out->unbalanced_timer = seconds(found[R_UNBALANCED]);
	return out->count != 0;
}

static bool decode_group(const struct nlattr *attr, kernel_group_t *out)
{
	const struct nexthop_grp *members = mnl_attr_get_payload(attr);
	size_t len = mnl_attr_get_payload_len(attr);

	/* larger ones are somebody else's */
	if (len % sizeof(*members) || len / sizeof(*members) > KERNEL_GROUP_MAX)
	{
		return false;
	}
	out->count = (unsigned)(len / sizeof(*members));
	for (unsigned i = 0; i < out->count; i++)
	{
		out->members[i].id = members[i].id;
		out->members[i].weight = (uint16_t)(members[i].weight + 1);
	}
	return true;
}

bool kernel_nexthop_decode(const struct nlmsghdr *nlh, kernel_event_t *out)
{
	const struct nhmsg *nh = nl_header(nlh, sizeof(*nh));
	const struct nlattr *found[N_COUNT];
	uint32_t id;

	if (!nh || !nl_attrs(nlh, sizeof(*nh), nexthop_want, N_COUNT, found) ||
		!found[N_ID] || found[N_FDB])
	{
		return false;
	}
	id = nl_u32(found[N_ID]);
	out->ours = id_is_ours(id);
	if (found[N_GROUP])
	{
		out->what = KERNEL_WHAT_GROUP;
		memset(&out->group, 0, sizeof(out->group));
		out->group.id = id;
		return decode_buckets(found[N_TYPE], found[N_BUCKETS],
							  &out->group.buckets) &&
			   decode_group(found[N_GROUP], &out->group);
	}
	out->what = KERNEL_WHAT_NEXTHOP;
	memset(&out->nexthop, 0, sizeof(out->nexthop));
	out->nexthop.id = id;
	out->nexthop.link = nl_u32(found[N_OIF]);
	out->nexthop.blackhole = found[N_BLACKHOLE] != NULL;
	return nl_family(nh->nh_family, &out->nexthop.family) &&
		   nl_addr(found[N_GATEWAY], out->nexthop.family,
				   &out->nexthop.gateway);
}
