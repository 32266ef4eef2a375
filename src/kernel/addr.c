/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses: RTM_NEWADDR and RTM_DELADDR. IFA_LOCAL is the address and
 * IFA_ADDRESS the prefix or the peer; IPv6 sends IFA_LOCAL only beside a peer.
 * No duplicate address detection: a tunnel has no other neighbour, and
 * a session would have to wait for a tentative address.
 */

#include "kernel/codec.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

struct nlmsghdr *kernel_addr_encode(void *buf, size_t size,
									kernel_op_kind_t kind,
									const kernel_addr_t *addr)
{
	bool add = kind == KERNEL_ADDR_ADD;
	nlw_t w = nlw_make(buf, size, add ? RTM_NEWADDR : RTM_DELADDR,
					   add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	const addr_t *local = &addr->ifaddr.addr;
	struct ifaddrmsg spare, *ifa;

	if (!addr->link || !addr_is_set(local) ||
		addr->ifaddr.len > addr_bits(local) ||
		(addr_is_set(&addr->peer) && addr->peer.family != local->family))
	{
		return NULL;
	}
	ifa = nlw_header(&w, &spare, sizeof(spare));
	ifa->ifa_family = nl_af(local->family);
	ifa->ifa_prefixlen = addr->ifaddr.len;
	ifa->ifa_index = addr->link;
	nlw_addr(&w, IFA_LOCAL, local);
	nlw_addr(&w, IFA_ADDRESS, addr_is_set(&addr->peer) ? &addr->peer : local);
	if (add)
	{
		nlw_u8(&w, IFA_PROTO, KERNEL_PROTO);
		nlw_u32(&w, IFA_FLAGS, local->family == FAMILY_IPV6 ? IFA_F_NODAD : 0);
	}
	return nlw_done(&w);
}

enum
{
	A_LOCAL,
	A_ADDRESS,
	A_PROTO,
	A_COUNT,
};

static const nl_want_t addr_want[A_COUNT] = {
	[A_LOCAL] = {IFA_LOCAL, 4, 16},
	[A_ADDRESS] = {IFA_ADDRESS, 4, 16},
	[A_PROTO] = {IFA_PROTO, 1, 1},
};

bool kernel_addr_decode(const struct nlmsghdr *nlh, kernel_addr_t *out)
{
	const struct ifaddrmsg *ifa = nl_header(nlh, sizeof(*ifa));
	const struct nlattr *found[A_COUNT];
	family_t family;
	addr_t address;

	memset(out, 0, sizeof(*out));
	if (!ifa || !nl_family(ifa->ifa_family, &family) ||
		!nl_attrs(nlh, sizeof(*ifa), addr_want, A_COUNT, found) ||
		!nl_addr(found[A_LOCAL], family, &out->ifaddr.addr) ||
		!nl_addr(found[A_ADDRESS], family, &address))
	{
		return false;
	}
	if (!addr_is_set(&out->ifaddr.addr))
	{
		out->ifaddr.addr = address;
	}
	else if (addr_is_set(&address) && !addr_equal(&address, &out->ifaddr.addr))
	{
		out->peer = address;
	}
	if (!addr_is_set(&out->ifaddr.addr) ||
		ifa->ifa_prefixlen > addr_bits(&out->ifaddr.addr))
	{
		return false;
	}
	out->ifaddr.len = ifa->ifa_prefixlen;
	out->link = ifa->ifa_index;
	if (found[A_PROTO])
	{
		out->protocol = mnl_attr_get_u8(found[A_PROTO]);
	}
	return true;
}
