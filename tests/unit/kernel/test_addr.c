/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses to messages and back.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

static const struct
{
	const char *local;
	uint8_t len;
	const char *peer;
} cases[] = {
	{"169.254.10.2", 30, NULL},  {"192.0.2.1", 32, "192.0.2.9"},
	{"2001:db8::1", 128, NULL},  {"fe80::1", 64, NULL},
	{"fe80::1", 128, "fe80::2"}, {"0.0.0.0", 0, NULL},
};

static kernel_addr_t addr_make(int i)
{
	kernel_addr_t a;

	memset(&a, 0, sizeof(a));
	a.link = 9;
	a.ifaddr.addr = A(cases[i].local);
	a.ifaddr.len = cases[i].len;
	if (cases[i].peer)
	{
		a.peer = A(cases[i].peer);
	}
	a.protocol = KERNEL_PROTO;
	return a;
}

START_TEST(round_trips)
{
	kernel_addr_t a = addr_make(_i);
	message_t m, n;
	struct nlmsghdr *nlh =
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_ADD, &a);
	kernel_event_t event;

	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_ADDR && event.ours && !event.gone);
	ck_assert_mem_eq(&event.addr, &a, sizeof(a));
	message_no_room(nlh, kernel_addr_encode(n.data, room, KERNEL_ADDR_ADD, &a));
	nlh = kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_DEL, &a);
	ck_assert(kernel_decode(nlh, &event) && event.gone);
}
END_TEST

START_TEST(refused)
{
	kernel_addr_t a = addr_make(0);
	message_t m;

	a.link = 0;
	ck_assert_ptr_null(
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_ADD, &a));
	a = addr_make(0);
	a.ifaddr.len = 33;
	ck_assert_ptr_null(
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_ADD, &a));
	a = addr_make(0);
	a.ifaddr.addr = addr_none;
	ck_assert_ptr_null(
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_ADD, &a));
	a = addr_make(0);
	a.peer = A("fe80::1");
	ck_assert_ptr_null(
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_ADD, &a));
}
END_TEST

START_TEST(broken)
{
	static const uint16_t strict[] = {IFA_LOCAL, IFA_ADDRESS, IFA_PROTO};
	kernel_addr_t a = addr_make(_i);
	message_t m;

	message_torture(
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_ADD, &a),
		sizeof(struct ifaddrmsg), strict, countof(strict));
}
END_TEST

/* IPv6 of the kernel's has IFA_ADDRESS alone */
START_TEST(address_alone)
{
	message_t m;
	nlw_t w =
		message_start(&m, RTM_NEWADDR, AF_INET6, sizeof(struct ifaddrmsg));
	struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(w.nlh);
	addr_t a = A("fe80::1");
	kernel_event_t event;

	ck_assert(!kernel_decode(w.nlh, &event));
	nlw_addr(&w, IFA_ADDRESS, &a);
	ifa->ifa_prefixlen = 64;
	ck_assert(kernel_decode(w.nlh, &event));
	ck_assert(!event.ours && addr_equal(&event.addr.ifaddr.addr, &a));
	ck_assert(!addr_is_set(&event.addr.peer));
	ifa->ifa_prefixlen = 129;
	ck_assert(!kernel_decode(w.nlh, &event));
	ifa->ifa_prefixlen = 64;
	ifa->ifa_family = AF_INET;
	ck_assert(!kernel_decode(w.nlh, &event));
}
END_TEST

Suite *addr_codec_suite(void)
{
	Suite *s = suite_create("addr");

	unit_add_loop(s, "round_trips", round_trips, countof(cases));
	unit_add(s, "refused", refused);
	unit_add_loop(s, "broken", broken, countof(cases));
	unit_add(s, "address_alone", address_alone);
	return s;
}
