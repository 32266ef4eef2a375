/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Next hops and groups to messages and back.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <linux/nexthop.h>
#include <linux/rtnetlink.h>
#include <string.h>

static struct nlmsghdr *encode(message_t *m, const kernel_nexthop_t *n)
{
	return kernel_nexthop_encode(m->data, sizeof(m->data), KERNEL_NEXTHOP_SET,
								 n);
}

static void round_trip(const kernel_nexthop_t *nexthop)
{
	message_t m, n;
	struct nlmsghdr *nlh = encode(&m, nexthop);
	kernel_event_t event;

	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_NEXTHOP && event.ours && !event.gone);
	ck_assert_mem_eq(&event.nexthop, nexthop, sizeof(*nexthop));
	message_no_room(
		nlh, kernel_nexthop_encode(n.data, room, KERNEL_NEXTHOP_SET, nexthop));
}

static kernel_nexthop_t nexthop_make(void)
{
	kernel_nexthop_t n;

	memset(&n, 0, sizeof(n));
	n.id = KERNEL_NH_FIRST;
	n.family = FAMILY_IPV4;
	n.link = 9;
	return n;
}

START_TEST(round_trips)
{
	kernel_nexthop_t n = nexthop_make();

	round_trip(&n);
	n.family = FAMILY_IPV6;
	n.id = KERNEL_NH_LAST;
	round_trip(&n);
	n.gateway = A("fe80::1");
	round_trip(&n);
	n = nexthop_make();
	n.gateway = A("192.0.2.1");
	round_trip(&n);
	n = nexthop_make();
	n.link = 0;
	n.blackhole = true;
	round_trip(&n);
}
END_TEST

/* RFC 8950: the next hop has its gateway's family */
START_TEST(gateway_of_other_family)
{
	kernel_nexthop_t n = nexthop_make();
	message_t m;
	kernel_event_t event;

	n.gateway = A("fe80::1");
	ck_assert(kernel_decode(encode(&m, &n), &event));
	ck_assert_int_eq(event.nexthop.family, FAMILY_IPV6);
	ck_assert(addr_equal(&event.nexthop.gateway, &n.gateway));
}
END_TEST

START_TEST(only_our_ids)
{
	kernel_nexthop_t n = nexthop_make();
	message_t m;
	const struct nlmsghdr *nlh;

	n.id = KERNEL_NH_FIRST - 1;
	ck_assert_ptr_null(encode(&m, &n));
	n.id = KERNEL_NH_LAST + 1;
	ck_assert_ptr_null(encode(&m, &n));
	ck_assert_ptr_null(
		kernel_nexthop_encode(m.data, sizeof(m.data), KERNEL_NEXTHOP_DEL, &n));
	n.id = KERNEL_NH_LAST;
	nlh = kernel_nexthop_encode(m.data, sizeof(m.data), KERNEL_NEXTHOP_DEL, &n);
	ck_assert_uint_eq(nlh->nlmsg_type, RTM_DELNEXTHOP);
}
END_TEST

static kernel_group_t group_make(unsigned count)
{
	kernel_group_t g;

	memset(&g, 0, sizeof(g));
	g.id = KERNEL_NH_FIRST + 100;
	g.count = count;
	for (unsigned i = 0; i < count && i < KERNEL_GROUP_MAX; i++)
	{
		g.members[i].id = KERNEL_NH_FIRST + i;
		g.members[i].weight = i % 2 ? 256 : (uint16_t)(i + 1);
	}
	return g;
}

START_TEST(group_round_trip)
{
	static const unsigned counts[] = {1, 2, KERNEL_GROUP_MAX};
	kernel_group_t g = group_make(counts[_i]);
	message_t m, n;
	struct nlmsghdr *nlh = kernel_group_encode(m.data, sizeof(m.data), &g);
	kernel_event_t event;

	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_GROUP && event.ours);
	ck_assert_mem_eq(&event.group, &g, sizeof(g));
	message_no_room(nlh, kernel_group_encode(n.data, room, &g));
}
END_TEST

START_TEST(resilient_round_trip)
{
	static const kernel_buckets_t buckets[] = {
		{1, 0, 0}, {1024, 10, 0}, {UINT16_MAX, 3600, 65534}};
	kernel_group_t g = group_make(KERNEL_GROUP_MAX);
	message_t m, n;
	struct nlmsghdr *nlh;
	kernel_event_t event;

	g.buckets = buckets[_i];
	nlh = kernel_group_encode(m.data, sizeof(m.data), &g);
	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_GROUP && event.ours);
	ck_assert_mem_eq(&event.group, &g, sizeof(g));
	message_no_room(nlh, kernel_group_encode(n.data, room, &g));
}
END_TEST

/** as the kernel would say it */
static bool decode_type(uint16_t type, bool nest, bool count, uint32_t idle,
						kernel_event_t *event)
{
	struct nexthop_grp member = {.id = KERNEL_NH_FIRST + 1};
	uint16_t buckets = 8;
	struct nlattr *start;
	message_t m;
	nlw_t w = message_start(&m, RTM_NEWNEXTHOP, 0, sizeof(struct nhmsg));

	nlw_u32(&w, NHA_ID, KERNEL_NH_FIRST);
	nlw_bytes(&w, NHA_GROUP, &member, sizeof(member));
	nlw_bytes(&w, NHA_GROUP_TYPE, &type, sizeof(type));
	if (nest)
	{
		start = nlw_nest(&w, NHA_RES_GROUP);
		if (count)
		{
			nlw_bytes(&w, NHA_RES_GROUP_BUCKETS, &buckets, sizeof(buckets));
		}
		nlw_u32(&w, NHA_RES_GROUP_IDLE_TIMER, idle);
		nlw_nest_end(&w, start);
	}
	return kernel_decode(w.nlh, event);
}

START_TEST(group_types)
{
	kernel_event_t event;

	/* the kernel names the type of plain groups too */
	ck_assert(decode_type(NEXTHOP_GRP_TYPE_MPATH, false, false, 0, &event));
	ck_assert_uint_eq(event.group.buckets.count, 0);
	ck_assert(decode_type(NEXTHOP_GRP_TYPE_RES, true, true, 700, &event));
	ck_assert_uint_eq(event.group.buckets.count, 8);
	ck_assert_uint_eq(event.group.buckets.idle_timer, 7);
	/* parts of a second, and more than ours: not as ours */
	ck_assert(decode_type(NEXTHOP_GRP_TYPE_RES, true, true, 750, &event));
	ck_assert_uint_eq(event.group.buckets.idle_timer, UINT16_MAX);
	ck_assert(decode_type(NEXTHOP_GRP_TYPE_RES, true, true, 6553600, &event));
	ck_assert_uint_eq(event.group.buckets.idle_timer, UINT16_MAX);
	ck_assert(!decode_type(NEXTHOP_GRP_TYPE_RES, true, false, 700, &event));
	ck_assert(!decode_type(NEXTHOP_GRP_TYPE_RES, false, false, 0, &event));
	ck_assert(!decode_type(NEXTHOP_GRP_TYPE_RES + 1, true, true, 0, &event));
}
END_TEST

START_TEST(group_limits)
{
	kernel_group_t g = group_make(0);
	message_t m;

	ck_assert_ptr_null(kernel_group_encode(m.data, sizeof(m.data), &g));
	g = group_make(KERNEL_GROUP_MAX + 1);
	ck_assert_ptr_null(kernel_group_encode(m.data, sizeof(m.data), &g));
	g = group_make(2);
	g.members[1].weight = 0;
	ck_assert_ptr_null(kernel_group_encode(m.data, sizeof(m.data), &g));
	g.members[1].weight = 257;
	ck_assert_ptr_null(kernel_group_encode(m.data, sizeof(m.data), &g));
	g = group_make(2);
	g.id = 5;
	ck_assert_ptr_null(kernel_group_encode(m.data, sizeof(m.data), &g));
}
END_TEST

START_TEST(broken)
{
	static const uint16_t of_nexthop[] = {NHA_ID, NHA_OIF, NHA_GATEWAY};
	static const uint16_t of_group[] = {NHA_ID, NHA_GROUP};
	static const uint16_t of_resilient[] = {NHA_ID, NHA_GROUP, NHA_GROUP_TYPE};
	kernel_nexthop_t n = nexthop_make();
	kernel_group_t g = group_make(1);
	struct nlmsghdr *nlh;
	message_t m;

	n.gateway = A("192.0.2.1");
	message_torture(encode(&m, &n), sizeof(struct nhmsg), of_nexthop,
					countof(of_nexthop));
	nlh = kernel_group_encode(m.data, sizeof(m.data), &g);
	message_torture(nlh, sizeof(struct nhmsg), of_group, countof(of_group));
	g.buckets = (kernel_buckets_t){1024, 10, 60};
	nlh = kernel_group_encode(m.data, sizeof(m.data), &g);
	message_torture(nlh, sizeof(struct nhmsg), of_resilient,
					countof(of_resilient));
}
END_TEST

START_TEST(foreign)
{
	struct nexthop_grp members[KERNEL_GROUP_MAX + 1];
	message_t m;
	nlw_t w = message_start(&m, RTM_NEWNEXTHOP, 0, sizeof(struct nhmsg));
	kernel_event_t event;

	/* without an id */
	ck_assert(!kernel_decode(w.nlh, &event));
	nlw_u32(&w, NHA_ID, 5);
	/* without a family */
	ck_assert(!kernel_decode(w.nlh, &event));
	memset(members, 0, sizeof(members));
	nlw_bytes(&w, NHA_GROUP, members, sizeof(members));
	/* larger than any of ours */
	ck_assert(!kernel_decode(w.nlh, &event));
	w = message_start(&m, RTM_NEWNEXTHOP, AF_INET, sizeof(struct nhmsg));
	nlw_u32(&w, NHA_ID, 5);
	ck_assert(kernel_decode(w.nlh, &event));
	ck_assert(!event.ours);
	/* a bridge's */
	nlw_flag(&w, NHA_FDB);
	ck_assert(!kernel_decode(w.nlh, &event));
}
END_TEST

Suite *nexthop_codec_suite(void)
{
	Suite *s = suite_create("nexthop");

	unit_add(s, "round_trips", round_trips);
	unit_add(s, "gateway_of_other_family", gateway_of_other_family);
	unit_add(s, "only_our_ids", only_our_ids);
	unit_add_loop(s, "group_round_trip", group_round_trip, 3);
	unit_add_loop(s, "resilient_round_trip", resilient_round_trip, 3);
	unit_add(s, "group_types", group_types);
	unit_add(s, "group_limits", group_limits);
	unit_add(s, "broken", broken);
	unit_add(s, "foreign", foreign);
	return s;
}
