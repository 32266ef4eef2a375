/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Links: RTM_NEWLINK and RTM_DELLINK. The kernel takes an alias only when it
 * sets a link, not when it creates one, so a new link is made, and then set by
 * its name: alias first and up after it (the order of do_setlink), so that
 * a link of ours that is up has its mark.
 *
 * IFLA_XFRM_LINK is left out: it is the device that outgoing packets are bound
 * to and whose MTU is taken over; without it the underlay's routes decide.
 */

#include "kernel/codec.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

/* <net/if.h> lacks it, and <linux/if.h> does not stand beside it */
#define LINK_LOWER_UP (1u << 16)

static void put_xfrm(nlw_t *w, uint32_t if_id)
{
	struct nlattr *info, *data;

	info = nlw_nest(w, IFLA_LINKINFO);
	nlw_str(w, IFLA_INFO_KIND, "xfrm");
	data = nlw_nest(w, IFLA_INFO_DATA);
	nlw_u32(w, IFLA_XFRM_IF_ID, if_id);
	nlw_nest_end(w, data);
	nlw_nest_end(w, info);
}

static struct nlmsghdr *encode_add(void *buf, size_t size,
								   const kernel_link_t *link)
{
	nlw_t w = nlw_make(buf, size, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct ifinfomsg spare;

	if (link->kind != KERNEL_LINK_XFRM || !link->if_id || !link->name[0])
	{
		return NULL;
	}
	nlw_header(&w, &spare, sizeof(spare));
	nlw_str(&w, IFLA_IFNAME, link->name);
	if (link->mtu)
	{
		nlw_u32(&w, IFLA_MTU, link->mtu);
	}
	put_xfrm(&w, link->if_id);
	return nlw_done(&w);
}

static struct nlmsghdr *encode_set(void *buf, size_t size,
								   const kernel_link_t *link)
{
	nlw_t w = nlw_make(buf, size, RTM_NEWLINK, 0);
	struct ifinfomsg spare, *ifi;

	if (!link->index && !link->name[0])
	{
		return NULL;
	}
	ifi = nlw_header(&w, &spare, sizeof(spare));
	ifi->ifi_index = (int)link->index;
	if (link->up)
	{
		ifi->ifi_flags = IFF_UP;
		ifi->ifi_change = IFF_UP;
	}
	if (!link->index)
	{
		nlw_str(&w, IFLA_IFNAME, link->name);
	}
	if (link->mtu)
	{
		nlw_u32(&w, IFLA_MTU, link->mtu);
	}
	if (link->alias[0])
	{
		nlw_str(&w, IFLA_IFALIAS, link->alias);
	}
	return nlw_done(&w);
}

static struct nlmsghdr *encode_del(void *buf, size_t size,
								   const kernel_link_t *link)
{
	nlw_t w = nlw_make(buf, size, RTM_DELLINK, 0);
	struct ifinfomsg spare, *ifi;

	if (!link->index || !kernel_link_is_ours(link))
	{
		return NULL;
	}
	ifi = nlw_header(&w, &spare, sizeof(spare));
	ifi->ifi_index = (int)link->index;
	return nlw_done(&w);
}

struct nlmsghdr *kernel_link_encode(void *buf, size_t size,
									kernel_op_kind_t kind,
									const kernel_link_t *link)
{
	if (kind == KERNEL_LINK_ADD)
	{
		return encode_add(buf, size, link);
	}
	if (kind == KERNEL_LINK_SET)
	{
		return encode_set(buf, size, link);
	}
	return kind == KERNEL_LINK_DEL ? encode_del(buf, size, link) : NULL;
}

/* two mistakes, each of which alone keeps a kernel that knows the kind from
 * making the link: no if_id (checked since 5.16), and an MTU below the least
 * of any device (checked since 4.10). No name: one that is taken would be
 * complained of before the kind */
struct nlmsghdr *kernel_link_encode_probe(void *buf, size_t size)
{
	nlw_t w = nlw_make(buf, size, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL);
	struct ifinfomsg spare;

	nlw_header(&w, &spare, sizeof(spare));
	nlw_u32(&w, IFLA_MTU, 1);
	put_xfrm(&w, 0);
	return nlw_done(&w);
}

enum
{
	L_NAME,
	L_MTU,
	L_ALIAS,
	L_INFO,
	L_COUNT,
};

static const nl_want_t link_want[L_COUNT] = {
	[L_NAME] = {IFLA_IFNAME, 1, KERNEL_LINK_NAME_MAX},
	[L_MTU] = {IFLA_MTU, 4, 4},
	[L_ALIAS] = {IFLA_IFALIAS, 0, UINT16_MAX},
	[L_INFO] = {IFLA_LINKINFO, 0, UINT16_MAX},
};

static const nl_want_t info_want[] = {
	{IFLA_INFO_KIND, 1, 64},
	{IFLA_INFO_DATA, 0, UINT16_MAX},
};

static const nl_want_t xfrm_want[] = {
	{IFLA_XFRM_IF_ID, 4, 4},
};

static bool decode_info(const struct nlattr *info, kernel_link_t *out)
{
	const struct nlattr *found[countof(info_want)];
	const struct nlattr *xfrm[countof(xfrm_want)];
	char kind[16];

	if (!info)
	{
		return true;
	}
	if (!nl_attrs_nested(info, info_want, countof(info_want), found))
	{
		return false;
	}
	nl_str(found[0], kind, sizeof(kind));
	if (strcmp(kind, "xfrm"))
	{
		return true;
	}
	out->kind = KERNEL_LINK_XFRM;
	if (!found[1])
	{
		return true;
	}
	if (!nl_attrs_nested(found[1], xfrm_want, countof(xfrm_want), xfrm))
	{
		return false;
	}
	out->if_id = nl_u32(xfrm[0]);
	return true;
}

bool kernel_link_decode(const struct nlmsghdr *nlh, kernel_link_t *out)
{
	const struct ifinfomsg *ifi = nl_header(nlh, sizeof(*ifi));
	const struct nlattr *found[L_COUNT];

	memset(out, 0, sizeof(*out));
	/* AF_BRIDGE tells of ports: its RTM_DELLINK is no deletion of the link */
	if (!ifi || ifi->ifi_family != AF_UNSPEC ||
		!nl_attrs(nlh, sizeof(*ifi), link_want, L_COUNT, found) ||
		!decode_info(found[L_INFO], out))
	{
		return false;
	}
	out->index = (uint32_t)ifi->ifi_index;
	out->up = ifi->ifi_flags & IFF_UP;
	out->lower_up = ifi->ifi_flags & LINK_LOWER_UP;
	out->mtu = nl_u32(found[L_MTU]);
	nl_str(found[L_NAME], out->name, sizeof(out->name));
	nl_str(found[L_ALIAS], out->alias, sizeof(out->alias));
	return true;
}
