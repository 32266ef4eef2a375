/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * SAs from messages, and the message that ends one.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include "kernel/xfrm.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/xfrm.h>
#include <string.h>

static struct nlmsghdr *build(message_t *m, uint16_t family)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(m->data);
	struct xfrm_mark mark = {.v = 7, .m = 0xff};
	struct xfrm_usersa_info *info;

	nlh->nlmsg_type = XFRM_MSG_NEWSA;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->family = family;
	info->id.spi = htonl(0xc1234567);
	info->id.proto = 50;
	info->replay_window = 32;
	info->stats.replay = 5;
	inet_pton(family, family == AF_INET ? "203.0.113.1" : "2001:db8::1",
			  &info->id.daddr);
	inet_pton(family, family == AF_INET ? "192.0.2.1" : "2001:db8::2",
			  &info->saddr);
	mnl_attr_put_u32(nlh, XFRMA_IF_ID, 42);
	mnl_attr_put(nlh, XFRMA_MARK, sizeof(mark), &mark);
	return nlh;
}

START_TEST(sa_is_read)
{
	message_t m;
	kernel_sa_t sa;
	char text[ADDR_STR_MAX];

	ck_assert(kernel_sa_decode(build(&m, _i ? AF_INET6 : AF_INET), &sa));
	ck_assert_uint_eq(sa.spi, 0xc1234567);
	ck_assert_uint_eq(sa.proto, 50);
	ck_assert_uint_eq(sa.if_id, 42);
	ck_assert_uint_eq(sa.mark, 7);
	ck_assert_uint_eq(sa.mark_mask, 0xff);
	ck_assert_str_eq(addr_format(&sa.dst, text),
					 _i ? "2001:db8::1" : "203.0.113.1");
	ck_assert_str_eq(addr_format(&sa.src, text),
					 _i ? "2001:db8::2" : "192.0.2.1");
}
END_TEST

START_TEST(others_are_not)
{
	message_t m;
	kernel_sa_t sa;
	struct nlmsghdr *nlh = build(&m, AF_INET);

	nlh->nlmsg_type = XFRM_MSG_NEWPOLICY;
	ck_assert(!kernel_sa_decode(nlh, &sa));
	nlh = build(&m, AF_UNIX);
	ck_assert(!kernel_sa_decode(nlh, &sa));
	nlh = build(&m, AF_INET);
	nlh->nlmsg_len =
		(uint32_t)(sizeof(*nlh) + sizeof(struct xfrm_usersa_info)) - 1;
	ck_assert(!kernel_sa_decode(nlh, &sa));
	/* whole but without attributes */
	nlh->nlmsg_len++;
	ck_assert(kernel_sa_decode(nlh, &sa));
	ck_assert_uint_eq(sa.if_id, 0);
}
END_TEST

START_TEST(attributes_of_a_wrong_length_are_ignored)
{
	message_t m;
	kernel_sa_t sa;
	struct nlmsghdr *nlh = build(&m, AF_INET);
	struct nlattr *attr =
		mnl_nlmsg_get_payload_offset(nlh, sizeof(struct xfrm_usersa_info));

	attr->nla_len -= 1;
	ck_assert(kernel_sa_decode(nlh, &sa));
	ck_assert_uint_eq(sa.if_id, 0);
	ck_assert_uint_eq(sa.mark, 7);
}
END_TEST

START_TEST(end_is_asked_for)
{
	message_t m, n;
	kernel_sa_t sa;
	struct xfrm_usersa_id id;
	const struct nlattr *attr;
	struct nlmsghdr *nlh;

	kernel_sa_decode(build(&m, AF_INET6), &sa);
	ck_assert_ptr_null(kernel_sa_encode_delete(n.data, 20, &sa));
	nlh = kernel_sa_encode_delete(n.data, sizeof(n.data), &sa);
	ck_assert_uint_eq(nlh->nlmsg_type, XFRM_MSG_DELSA);
	memcpy(&id, mnl_nlmsg_get_payload(nlh), sizeof(id));
	ck_assert_uint_eq(ntohl(id.spi), 0xc1234567);
	ck_assert_uint_eq(id.family, AF_INET6);
	ck_assert_uint_eq(id.proto, 50);
	ck_assert_mem_eq(&id.daddr, sa.dst.b, 16);
	attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(id));
	ck_assert_uint_eq(mnl_attr_get_type(attr), XFRMA_MARK);
	sa.mark = sa.mark_mask = 0;
	nlh = kernel_sa_encode_delete(n.data, sizeof(n.data), &sa);
	ck_assert_uint_eq(mnl_nlmsg_get_payload_len(nlh), sizeof(id));
}
END_TEST

/* one above 32 stands in an attribute, with its bitmap behind it */
START_TEST(window_is_read)
{
	message_t m;
	kernel_sa_t sa;
	struct nlmsghdr *nlh = build(&m, AF_INET);
	uint32_t esn[sizeof(struct xfrm_replay_state_esn) / 4 + 32] = {0};
	struct nlattr *attr;

	((struct xfrm_replay_state_esn *)esn)->replay_window = 1024;
	kernel_sa_decode(nlh, &sa);
	ck_assert_uint_eq(sa.window, 32);
	ck_assert_uint_eq(sa.late, 5);
	attr = mnl_nlmsg_get_payload_tail(nlh);
	mnl_attr_put(nlh, XFRMA_REPLAY_ESN_VAL, sizeof(esn), esn);
	kernel_sa_decode(nlh, &sa);
	ck_assert_uint_eq(sa.window, 1024);
	/* less the bitmap and a word of the fixed part */
	attr->nla_len = (uint16_t)(attr->nla_len - 33 * sizeof(uint32_t));
	kernel_sa_decode(nlh, &sa);
	ck_assert_uint_eq(sa.window, 32);
}
END_TEST

/* what an acquire leaves has no algorithm yet */
START_TEST(keyed_is_read)
{
	static const uint16_t algorithms[] = {
		XFRMA_ALG_AEAD,
		XFRMA_ALG_CRYPT,
		XFRMA_ALG_AUTH,
		XFRMA_ALG_AUTH_TRUNC,
	};
	message_t m;
	kernel_sa_t sa;
	struct nlmsghdr *nlh = build(&m, AF_INET);

	kernel_sa_decode(nlh, &sa);
	ck_assert(!sa.keyed);
	mnl_attr_put_u32(nlh, algorithms[_i], 0);
	kernel_sa_decode(nlh, &sa);
	ck_assert(sa.keyed);
}
END_TEST

START_TEST(one_is_asked_for)
{
	message_t m, n;
	kernel_sa_t sa;
	struct nlmsghdr *nlh;

	kernel_sa_decode(build(&m, AF_INET), &sa);
	ck_assert_ptr_null(kernel_sa_encode_get(n.data, 20, &sa));
	nlh = kernel_sa_encode_get(n.data, sizeof(n.data), &sa);
	ck_assert_uint_eq(nlh->nlmsg_type, XFRM_MSG_GETSA);
	/* the one, and no dump */
	ck_assert_uint_eq(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
}
END_TEST

static struct nlmsghdr *build_policy(message_t *m)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(m->data);
	struct xfrm_mark mark = {.v = 7, .m = 0xff};
	struct xfrm_userpolicy_info *info;

	nlh->nlmsg_type = XFRM_MSG_NEWPOLICY;
	info = mnl_nlmsg_put_extra_header(nlh, sizeof(*info));
	info->index = 0x129;
	info->dir = XFRM_POLICY_OUT;
	info->curlft.add_time = 0x123456789abc;
	mnl_attr_put_u32(nlh, XFRMA_IF_ID, 42);
	mnl_attr_put(nlh, XFRMA_MARK, sizeof(mark), &mark);
	return nlh;
}

START_TEST(policy_is_read)
{
	message_t m;
	kernel_sp_t sp;
	struct nlmsghdr *nlh = build_policy(&m);

	ck_assert(kernel_sp_decode(nlh, &sp));
	ck_assert_uint_eq(sp.index, 0x129);
	ck_assert_uint_eq(sp.dir, XFRM_POLICY_OUT);
	ck_assert_uint_eq(sp.added, 0x123456789abc);
	ck_assert_uint_eq(sp.if_id, 42);
	ck_assert_uint_eq(sp.mark, 7);
	ck_assert_uint_eq(sp.mark_mask, 0xff);
	nlh->nlmsg_len =
		(uint32_t)(sizeof(*nlh) + sizeof(struct xfrm_userpolicy_info)) - 1;
	ck_assert(!kernel_sp_decode(nlh, &sp));
	/* whole but without attributes */
	nlh->nlmsg_len++;
	ck_assert(kernel_sp_decode(nlh, &sp));
	ck_assert_uint_eq(sp.if_id, 0);
	ck_assert(!kernel_sp_decode(build(&m, AF_INET), &sp));
}
END_TEST

/** the attribute of a request about a policy, or NULL */
static const struct nlattr *attr_of(const struct nlmsghdr *nlh, uint16_t type)
{
	const char *end = mnl_nlmsg_get_payload_tail(nlh);
	const struct nlattr *attr;

	for (attr = mnl_nlmsg_get_payload_offset(nlh,
											 sizeof(struct xfrm_userpolicy_id));
		 mnl_attr_ok(attr, (int)(end - (const char *)attr));
		 attr = mnl_attr_next(attr))
	{
		if (mnl_attr_get_type(attr) == type)
		{
			return attr;
		}
	}
	return NULL;
}

START_TEST(policys_end_is_asked_for)
{
	kernel_sp_t sp = {.index = 0x129, .dir = XFRM_POLICY_FWD, .if_id = 42};
	const struct xfrm_userpolicy_id *id;
	struct nlmsghdr *nlh;
	message_t m;

	nlh = kernel_sp_encode_delete(m.data, sizeof(m.data), &sp);
	ck_assert_ptr_nonnull(nlh);
	ck_assert_uint_eq(nlh->nlmsg_type, XFRM_MSG_DELPOLICY);
	ck_assert_uint_eq(nlh->nlmsg_flags, NLM_F_REQUEST | NLM_F_ACK);
	id = mnl_nlmsg_get_payload(nlh);
	ck_assert_uint_eq(id->index, 0x129);
	ck_assert_uint_eq(id->dir, XFRM_POLICY_FWD);
	ck_assert_uint_eq(mnl_attr_get_u32(attr_of(nlh, XFRMA_IF_ID)), 42);
	ck_assert_ptr_null(attr_of(nlh, XFRMA_MARK));
	sp.mark = 7;
	nlh = kernel_sp_encode_delete(m.data, sizeof(m.data), &sp);
	ck_assert_ptr_nonnull(attr_of(nlh, XFRMA_MARK));
	ck_assert_ptr_null(kernel_sp_encode_delete(m.data, 64, &sp));
}
END_TEST

Suite *xfrm_suite(void)
{
	Suite *s = suite_create("xfrm");

	unit_add_loop(s, "read", sa_is_read, 2);
	unit_add(s, "others", others_are_not);
	unit_add(s, "lengths", attributes_of_a_wrong_length_are_ignored);
	unit_add(s, "end", end_is_asked_for);
	unit_add(s, "one", one_is_asked_for);
	unit_add(s, "policy", policy_is_read);
	unit_add(s, "a policy's end", policys_end_is_asked_for);
	unit_add(s, "window", window_is_read);
	unit_add_loop(s, "keyed", keyed_is_read, 4);
	return s;
}
