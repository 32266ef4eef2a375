/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the object files share: the writer, errors of the kernel, odd messages.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include "kernel/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

START_TEST(writer)
{
	message_t m;
	unsigned char spare[16];
	nlw_t w = nlw_make(m.data, 15, RTM_NEWROUTE, 0);

	ck_assert_ptr_null(nlw_done(&w));
	w = nlw_make(m.data, 28, RTM_NEWROUTE, NLM_F_CREATE);
	ck_assert_ptr_ne(nlw_header(&w, spare, 12), spare);
	ck_assert_ptr_nonnull(nlw_done(&w));
	ck_assert_uint_eq(w.nlh->nlmsg_len, 28);
	ck_assert_uint_eq(w.nlh->nlmsg_flags, NLM_F_CREATE | NLM_F_REQUEST);
	nlw_u32(&w, 1, 1);
	ck_assert_ptr_null(nlw_done(&w));
	ck_assert_uint_eq(w.nlh->nlmsg_len, 28);
	/* sticky, and a spare header is handed out */
	w.size = sizeof(m.data);
	nlw_flag(&w, 1);
	ck_assert_ptr_null(nlw_done(&w));
	ck_assert_ptr_eq(nlw_header(&w, spare, 12), spare);
	ck_assert_ptr_null(nlw_nest(&w, 1));
	nlw_nest_end(&w, NULL);
}
END_TEST

START_TEST(families)
{
	family_t family;

	ck_assert(nl_family(AF_INET, &family) && family == FAMILY_IPV4);
	ck_assert(nl_family(AF_INET6, &family) && family == FAMILY_IPV6);
	ck_assert(!nl_family(AF_UNSPEC, &family));
	ck_assert(!nl_family(AF_BRIDGE, &family));
	ck_assert_uint_eq(nl_af(FAMILY_IPV4), AF_INET);
	ck_assert_uint_eq(nl_af(FAMILY_IPV6), AF_INET6);
	ck_assert_uint_eq(nl_af(FAMILY_NONE), AF_UNSPEC);
}
END_TEST

START_TEST(unknown_types)
{
	kernel_event_t event;

	for (unsigned type = 0; type < 256; type++)
	{
		message_t m;
		nlw_t w = nlw_make(m.data, sizeof(m.data), (uint16_t)type, 0);

		/* a header alone is no message of any type */
		ck_assert(!kernel_decode(w.nlh, &event));
	}
}
END_TEST

START_TEST(message_lengths)
{
	message_t m;
	nlw_t w = nlw_make(m.data, sizeof(m.data), RTM_NEWROUTE, 0);

	ck_assert(nl_message_ok(w.nlh, 16));
	ck_assert(!nl_message_ok(w.nlh, 15));
	ck_assert(!nl_message_ok(w.nlh, 0));
	ck_assert(!nl_message_ok(w.nlh, -1));
	w.nlh->nlmsg_len = 17;
	ck_assert(!nl_message_ok(w.nlh, 16));
	w.nlh->nlmsg_len = 15;
	ck_assert(!nl_message_ok(w.nlh, 16));
	w.nlh->nlmsg_len = 0x80000010u;
	ck_assert(!nl_message_ok(w.nlh, 16));
	w.nlh->nlmsg_len = UINT32_MAX;
	ck_assert(!nl_message_ok(w.nlh, 16));
}
END_TEST

static struct nlmsghdr *error_make(message_t *m, int error, const char *text,
								   size_t len)
{
	struct nlmsgerr err;
	nlw_t w = nlw_make(m->data, sizeof(m->data), NLMSG_ERROR, 0);
	unsigned char spare[sizeof(err)];

	memset(&err, 0, sizeof(err));
	err.error = error;
	memcpy(nlw_header(&w, spare, sizeof(err)), &err, sizeof(err));
	nlw_bytes(&w, NLMSGERR_ATTR_MSG, text, len);
	w.nlh->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	return w.nlh;
}

START_TEST(errors)
{
	message_t m;
	struct nlmsghdr *nlh = error_make(&m, -EEXIST, "is there", 9);
	/* the text without its padding */
	uint32_t whole = 16 + sizeof(struct nlmsgerr) + 4 + 9;
	char text[5];

	ck_assert_int_eq(nl_error(nlh), -EEXIST);
	nl_error_text(nlh, text, sizeof(text));
	ck_assert_str_eq(text, "is t");
	/* text without its end */
	nlh = error_make(&m, 0, "abcd", 4);
	ck_assert_int_eq(nl_error(nlh), 0);
	nl_error_text(nlh, text, sizeof(text));
	ck_assert_str_eq(text, "abcd");
	nlh = error_make(&m, -1, "", 0);
	nl_error_text(nlh, text, sizeof(text));
	ck_assert_str_eq(text, "");
	/* never positive, whatever came */
	nlh = error_make(&m, 17, "", 0);
	ck_assert_int_eq(nl_error(nlh), -17);
	/* short */
	nlh = error_make(&m, -EEXIST, "is there", 9);
	for (uint32_t len = 16; len < whole; len++)
	{
		nlh->nlmsg_len = len;
		nl_error_text(nlh, text, sizeof(text));
		ck_assert_str_eq(text, "");
		ck_assert_int_eq(nl_error(nlh), len < 20 ? -EPROTO : -EEXIST);
	}
	/* the end of a dump needs no number */
	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_len = 16;
	ck_assert_int_eq(nl_error(nlh), 0);
	nlh->nlmsg_len = 20;
	ck_assert_int_eq(nl_error(nlh), -EEXIST);
}
END_TEST

START_TEST(port_and_names)
{
	kernel_addr_t a = {.link = 1, .ifaddr = {A("192.0.2.1"), 24}};
	message_t m;
	struct nlmsghdr *nlh =
		kernel_addr_encode(m.data, sizeof(m.data), KERNEL_ADDR_DEL, &a);
	kernel_event_t event;

	nlh->nlmsg_pid = 4711;
	ck_assert(kernel_decode(nlh, &event));
	ck_assert_uint_eq(event.port, 4711);
	ck_assert(!event.own && !event.dump && event.gone);
}
END_TEST

Suite *codec_suite(void)
{
	Suite *s = suite_create("codec");

	unit_add(s, "writer", writer);
	unit_add(s, "families", families);
	unit_add(s, "unknown_types", unknown_types);
	unit_add(s, "message_lengths", message_lengths);
	unit_add(s, "errors", errors);
	unit_add(s, "port_and_names", port_and_names);
	return s;
}
