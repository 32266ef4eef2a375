/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes to messages and back.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <linux/rtnetlink.h>
#include <string.h>

static kernel_route_t route(const char *dst)
{
	kernel_route_t r;

	memset(&r, 0, sizeof(r));
	r.dst = P(dst);
	r.table = 254;
	r.metric = 20;
	r.protocol = KERNEL_PROTO;
	return r;
}

static void round_trip(const kernel_route_t *r)
{
	message_t m, n;
	kernel_event_t event;
	struct nlmsghdr *nlh =
		kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, r);

	ck_assert_ptr_nonnull(nlh);
	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_ROUTE && event.ours && !event.gone);
	ck_assert_mem_eq(&event.route, r, sizeof(*r));
	message_no_room(nlh, kernel_route_encode(n.data, room, ROUTE_NEW, r));
}

START_TEST(round_trips)
{
	kernel_route_t r = route("10.1.2.0/24");

	r.nexthop = KERNEL_NH_FIRST + 5;
	round_trip(&r);
	r.dst = P("0.0.0.0/0");
	round_trip(&r);
	r.dst = P("::/0");
	r.table = KERNEL_PIN_TABLE;
	round_trip(&r);
	r.dst = P("2001:db8::/32");
	r.metric = 0;
	round_trip(&r);
	r = route("198.51.100.7/32");
	r.metric = 0;
	r.link = 3;
	round_trip(&r);
	r.gateway = A("192.0.2.1");
	round_trip(&r);
	r.source = A("192.0.2.9");
	round_trip(&r);
	r.gateway = A("fe80::1");
	round_trip(&r);
	r = route("2001:db8::7/128");
	r.link = 3;
	r.gateway = A("fe80::1");
	round_trip(&r);
	r = route("10.0.0.0/8");
	r.type = KERNEL_UNREACHABLE;
	round_trip(&r);
	r.type = KERNEL_BLACKHOLE;
	round_trip(&r);
}
END_TEST

START_TEST(refused)
{
	kernel_route_t r = route("10.0.0.0/8");
	message_t m;

	r.table = 0;
	ck_assert_ptr_null(
		kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r));
	r.table = 254;
	r.dst.len = 33;
	ck_assert_ptr_null(
		kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r));
	r.dst.addr = addr_none;
	r.dst.len = 0;
	ck_assert_ptr_null(
		kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r));
}
END_TEST

static uint32_t attr_u32(const struct nlmsghdr *nlh, uint16_t type)
{
	const struct nlattr *attr;

	message_each(attr, nlh, sizeof(struct rtmsg))
	{
		if (mnl_attr_get_type(attr) == type)
		{
			return mnl_attr_get_u32(attr);
		}
	}
	return 0;
}

START_TEST(verbs)
{
	static const struct
	{
		route_verb_t verb;
		uint16_t type;
		uint16_t flags;
	} cases[] = {
		{ROUTE_NEW, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL},
		{ROUTE_APPEND, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND},
		{ROUTE_REPLACE, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE},
		{ROUTE_DELETE, RTM_DELROUTE, 0},
	};
	message_t m;

	for (size_t i = 0; i < countof(cases); i++)
	{
		kernel_route_t r = route("2001:db8::/32");
		const struct nlmsghdr *nlh;
		const struct rtmsg *rtm;

		/* whatever the caller says, it is ours */
		r.protocol = 4;
		r.metric = 0;
		r.nexthop = KERNEL_NH_FIRST;
		nlh = kernel_route_encode(m.data, sizeof(m.data), cases[i].verb, &r);
		ck_assert_uint_eq(nlh->nlmsg_type, cases[i].type);
		ck_assert_uint_eq(nlh->nlmsg_flags, NLM_F_REQUEST | cases[i].flags);
		rtm = mnl_nlmsg_get_payload(nlh);
		ck_assert_uint_eq(rtm->rtm_protocol, KERNEL_PROTO);
		/* a deletion without a metric takes any */
		ck_assert_uint_eq(attr_u32(nlh, RTA_PRIORITY), 1024);
		ck_assert_uint_eq(attr_u32(nlh, RTA_NH_ID), KERNEL_NH_FIRST);
	}
}
END_TEST

START_TEST(not_entries)
{
	kernel_route_t r = route("10.0.0.0/8");
	message_t m;
	struct nlmsghdr *nlh;
	struct rtmsg *rtm;
	kernel_event_t event;

	nlh = kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r);
	rtm = mnl_nlmsg_get_payload(nlh);
	ck_assert(kernel_decode(nlh, &event));
	rtm->rtm_flags |= RTM_F_CLONED;
	ck_assert(!kernel_decode(nlh, &event));
	rtm->rtm_flags = 0;
	rtm->rtm_tos = 4;
	ck_assert(!kernel_decode(nlh, &event));
	rtm->rtm_tos = 0;
	rtm->rtm_src_len = 8;
	ck_assert(!kernel_decode(nlh, &event));
	rtm->rtm_src_len = 0;
	rtm->rtm_type = RTN_LOCAL;
	ck_assert(!kernel_decode(nlh, &event));
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_family = AF_BRIDGE;
	ck_assert(!kernel_decode(nlh, &event));
	rtm->rtm_family = AF_INET;
	rtm->rtm_dst_len = 33;
	ck_assert(!kernel_decode(nlh, &event));
	rtm->rtm_dst_len = 8;
	rtm->rtm_protocol = 4;
	nlh->nlmsg_flags = NLM_F_REPLACE | NLM_F_CREATE;
	ck_assert(kernel_decode(nlh, &event));
	ck_assert(!event.ours && event.replaced);
	nlh->nlmsg_type = RTM_DELROUTE;
	ck_assert(kernel_decode(nlh, &event));
	ck_assert(event.gone && !event.replaced);
}
END_TEST

START_TEST(broken)
{
	static const uint16_t with_id[] = {RTA_DST, RTA_TABLE, RTA_PRIORITY,
									   RTA_NH_ID};
	static const uint16_t with_way[] = {RTA_DST, RTA_TABLE,   RTA_PRIORITY,
										RTA_OIF, RTA_GATEWAY, RTA_PREFSRC};
	static const uint16_t with_via[] = {RTA_VIA};
	kernel_route_t r = route("2001:db8::/32");
	message_t m;

	r.nexthop = KERNEL_NH_FIRST;
	message_torture(kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r),
					sizeof(struct rtmsg), with_id, countof(with_id));
	r = route("10.0.0.0/8");
	r.link = 3;
	r.gateway = A("192.0.2.1");
	r.source = A("192.0.2.9");
	message_torture(kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r),
					sizeof(struct rtmsg), with_way, countof(with_way));
	r.gateway = A("2001:db8::1");
	message_torture(kernel_route_encode(m.data, sizeof(m.data), ROUTE_NEW, &r),
					sizeof(struct rtmsg), with_via, countof(with_via));
}
END_TEST

/* a foreign route with two hops of its own; hop_len: of the first */
static bool decode_multipath(uint16_t hop_len, kernel_event_t *event)
{
	message_t m;
	nlw_t w = message_start(&m, RTM_NEWROUTE, AF_INET, sizeof(struct rtmsg));
	struct rtmsg *rtm = mnl_nlmsg_get_payload(w.nlh);
	struct
	{
		struct rtnexthop hop;
		struct nlattr attr;
		uint8_t gateway[4];
	} hops[2];
	addr_t gateway = A("192.0.2.7");

	memset(hops, 0, sizeof(hops));
	for (size_t i = 0; i < 2; i++)
	{
		hops[i].hop.rtnh_len = sizeof(hops[0]);
		hops[i].hop.rtnh_ifindex = 5 + (int)i;
		hops[i].attr.nla_type = RTA_GATEWAY;
		hops[i].attr.nla_len = sizeof(struct nlattr) + 4;
		memcpy(hops[i].gateway, gateway.b, 4);
	}
	hops[0].hop.rtnh_len = hop_len;
	rtm->rtm_type = RTN_UNICAST;
	rtm->rtm_table = 254;
	nlw_bytes(&w, RTA_MULTIPATH, hops, sizeof(hops));
	return message_decode(w.nlh, w.nlh->nlmsg_len, event);
}

START_TEST(multipath)
{
	addr_t gateway = A("192.0.2.7");
	kernel_event_t event;

	ck_assert(decode_multipath(16, &event));
	ck_assert_uint_eq(event.route.link, 5);
	ck_assert_uint_eq(event.route.table, 254);
	ck_assert_uint_eq(event.route.dst.len, 0);
	ck_assert(addr_equal(&event.route.gateway, &gateway));
	ck_assert(decode_multipath(8, &event));
	ck_assert(!addr_is_set(&event.route.gateway));
	ck_assert(!decode_multipath(0, &event));
	ck_assert(!decode_multipath(7, &event));
	ck_assert(!decode_multipath(33, &event));
	ck_assert(!decode_multipath(UINT16_MAX, &event));
	for (uint16_t len = 8; len <= 32; len++)
	{
		decode_multipath(len, &event);
	}
}
END_TEST

START_TEST(copy_of_nexthop_dropped)
{
	message_t m;
	nlw_t w = message_start(&m, RTM_NEWROUTE, AF_INET, sizeof(struct rtmsg));
	struct rtmsg *rtm = mnl_nlmsg_get_payload(w.nlh);
	kernel_event_t event;
	kernel_route_t r;
	addr_t gateway = A("192.0.2.7");

	rtm->rtm_type = RTN_UNICAST;
	nlw_u32(&w, RTA_NH_ID, 7);
	nlw_u32(&w, RTA_OIF, 3);
	nlw_addr(&w, RTA_GATEWAY, &gateway);
	ck_assert(kernel_decode(w.nlh, &event));
	ck_assert_uint_eq(event.route.nexthop, 7);
	ck_assert_uint_eq(event.route.link, 0);
	ck_assert(!addr_is_set(&event.route.gateway));
	/* but a lookup wants it */
	ck_assert(kernel_route_decode(w.nlh, &r));
	ck_assert_uint_eq(r.link, 3);
	ck_assert(addr_equal(&r.gateway, &gateway));
}
END_TEST

Suite *route_codec_suite(void)
{
	Suite *s = suite_create("route");

	unit_add(s, "round_trips", round_trips);
	unit_add(s, "refused", refused);
	unit_add(s, "verbs", verbs);
	unit_add(s, "not_entries", not_entries);
	unit_add(s, "broken", broken);
	unit_add(s, "multipath", multipath);
	unit_add(s, "copy_of_nexthop_dropped", copy_of_nexthop_dropped);
	return s;
}
