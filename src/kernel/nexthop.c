/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Next hops and groups: RTM_NEWNEXTHOP and RTM_DELNEXTHOP. Only ids of our
 * range are ever written. Setting is creating or replacing in one message;
 * a group stays a group for life, the kernel refuses the change.
 */

#include "kernel/codec.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

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
	N_COUNT,
};

static const nl_want_t nexthop_want[N_COUNT] = {
	[N_ID] = {NHA_ID, 4, 4},
	[N_GROUP] = {NHA_GROUP, sizeof(struct nexthop_grp), UINT16_MAX},
	[N_OIF] = {NHA_OIF, 4, 4},
	[N_GATEWAY] = {NHA_GATEWAY, 4, 16},
	[N_BLACKHOLE] = {NHA_BLACKHOLE, 0, UINT16_MAX},
	[N_FDB] = {NHA_FDB, 0, UINT16_MAX},
};

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
		return decode_group(found[N_GROUP], &out->group);
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
