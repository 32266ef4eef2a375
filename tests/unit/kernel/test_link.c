/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Links to messages and back.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <string.h>

static kernel_link_t link_make(void)
{
	kernel_link_t l;

	memset(&l, 0, sizeof(l));
	l.kind = KERNEL_LINK_XFRM;
	l.if_id = 7;
	l.mtu = 1400;
	l.up = true;
	/* the longest of both */
	memset(l.name, 'n', sizeof(l.name) - 1);
	memset(l.alias, 'a', sizeof(l.alias) - 1);
	memcpy(l.alias, "cygnet ", 7);
	return l;
}

START_TEST(add)
{
	kernel_link_t l = link_make();
	message_t m, n;
	struct nlmsghdr *nlh =
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_ADD, &l);
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	kernel_event_t event;

	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_LINK && !event.gone);
	ck_assert_int_eq(event.link.kind, KERNEL_LINK_XFRM);
	ck_assert_uint_eq(event.link.if_id, 7);
	ck_assert_uint_eq(event.link.mtu, 1400);
	ck_assert_str_eq(event.link.name, l.name);
	/* the mark comes before up, in a second message */
	ck_assert(!event.ours && !event.link.up && !ifi->ifi_change);
	ck_assert(nlh->nlmsg_flags & NLM_F_EXCL);
	message_no_room(nlh, kernel_link_encode(n.data, room, KERNEL_LINK_ADD, &l));
	l.if_id = 0;
	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_ADD, &l));
	l = link_make();
	l.kind = KERNEL_LINK_OTHER;
	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_ADD, &l));
	l = link_make();
	l.name[0] = '\0';
	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_ADD, &l));
}
END_TEST

START_TEST(set)
{
	kernel_link_t l = link_make();
	message_t m;
	struct nlmsghdr *nlh;
	const struct ifinfomsg *ifi;
	kernel_event_t event;

	nlh = kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_SET, &l);
	ck_assert(kernel_decode(nlh, &event));
	ck_assert(!(nlh->nlmsg_flags & NLM_F_CREATE));
	ck_assert_str_eq(event.link.name, l.name);
	ck_assert_str_eq(event.link.alias, l.alias);
	ck_assert(event.link.up);
	/* with an index a name would be a new name */
	l.index = 9;
	nlh = kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_SET, &l);
	ck_assert(kernel_decode(nlh, &event));
	ck_assert_uint_eq(event.link.index, 9);
	ck_assert_str_eq(event.link.name, "");
	/* never down */
	l.up = false;
	l.mtu = 0;
	nlh = kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_SET, &l);
	ifi = mnl_nlmsg_get_payload(nlh);
	ck_assert_uint_eq(ifi->ifi_change, 0);
	ck_assert(kernel_decode(nlh, &event));
	ck_assert_uint_eq(event.link.mtu, 0);
	l.index = 0;
	l.name[0] = '\0';
	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_SET, &l));
}
END_TEST

START_TEST(del)
{
	kernel_link_t l = link_make();
	message_t m;
	const struct nlmsghdr *nlh;

	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_DEL, &l));
	l.index = 9;
	nlh = kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_DEL, &l);
	ck_assert_uint_eq(nlh->nlmsg_type, RTM_DELLINK);
	ck_assert_int_eq(
		((const struct ifinfomsg *)mnl_nlmsg_get_payload(nlh))->ifi_index, 9);
	l.alias[0] = 'C';
	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_DEL, &l));
	l = link_make();
	l.index = 9;
	l.kind = KERNEL_LINK_OTHER;
	ck_assert_ptr_null(
		kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_DEL, &l));
}
END_TEST

START_TEST(broken)
{
	static const uint16_t strict[] = {IFLA_MTU};
	kernel_link_t l = link_make();
	message_t m;
	struct nlmsghdr *nlh;
	struct nlattr *attr;
	kernel_event_t event;

	nlh = kernel_link_encode(m.data, sizeof(m.data), KERNEL_LINK_ADD, &l);
	message_torture(nlh, sizeof(struct ifinfomsg), strict, countof(strict));
	/* a short if_id deep inside: the last attribute */
	attr = (struct nlattr *)(void *)((uint8_t *)nlh + nlh->nlmsg_len - 8);
	ck_assert_uint_eq(mnl_attr_get_type(attr), IFLA_XFRM_IF_ID);
	for (uint16_t len = 4; len < 8; len++)
	{
		attr->nla_len = len;
		ck_assert(!kernel_decode(nlh, &event));
	}
	/* past the end of its nest: not seen, and not read */
	attr->nla_len = 12;
	ck_assert(kernel_decode(nlh, &event));
	ck_assert_uint_eq(event.link.if_id, 0);
}
END_TEST

START_TEST(foreign)
{
	message_t m;
	nlw_t w =
		message_start(&m, RTM_DELLINK, AF_BRIDGE, sizeof(struct ifinfomsg));
	struct ifinfomsg *ifi = mnl_nlmsg_get_payload(w.nlh);
	char alias[256];
	kernel_event_t event;

	/* a port that left its bridge is no link that went */
	ck_assert(!kernel_decode(w.nlh, &event));
	ifi->ifi_family = AF_UNSPEC;
	ifi->ifi_flags = IFF_UP | 1u << 16;
	memset(alias, 'x', sizeof(alias) - 1);
	alias[255] = '\0';
	nlw_str(&w, IFLA_IFNAME, "eth0");
	nlw_str(&w, IFLA_IFALIAS, alias);
	ck_assert(kernel_decode(w.nlh, &event));
	ck_assert(event.gone && !event.ours && event.link.up &&
			  event.link.lower_up);
	ck_assert_int_eq(event.link.kind, KERNEL_LINK_OTHER);
	ck_assert_uint_eq(strlen(event.link.alias), KERNEL_ALIAS_MAX - 1);
	/* a name of 16 without its end */
	w = message_start(&m, RTM_NEWLINK, AF_UNSPEC, sizeof(struct ifinfomsg));
	nlw_bytes(&w, IFLA_IFNAME, alias, 16);
	ck_assert(kernel_decode(w.nlh, &event));
	ck_assert_uint_eq(strlen(event.link.name), 15);
	w = message_start(&m, RTM_NEWLINK, AF_UNSPEC, sizeof(struct ifinfomsg));
	nlw_bytes(&w, IFLA_IFNAME, alias, 17);
	ck_assert(!kernel_decode(w.nlh, &event));
}
END_TEST

START_TEST(probe)
{
	message_t m;
	struct nlmsghdr *nlh = kernel_link_encode_probe(m.data, sizeof(m.data));
	kernel_event_t event;

	ck_assert(kernel_decode(nlh, &event));
	ck_assert_int_eq(event.link.kind, KERNEL_LINK_XFRM);
	/* both mistakes are in it */
	ck_assert_uint_eq(event.link.if_id, 0);
	ck_assert_uint_eq(event.link.mtu, 1);
}
END_TEST

Suite *link_codec_suite(void)
{
	Suite *s = suite_create("link");

	unit_add(s, "add", add);
	unit_add(s, "set", set);
	unit_add(s, "del", del);
	unit_add(s, "broken", broken);
	unit_add(s, "foreign", foreign);
	unit_add(s, "probe", probe);
	return s;
}
