/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Rules to messages and back.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

static const char *const dsts[] = {"198.51.100.7/32", "0.0.0.0/0",
								   "2001:db8::7/128", "::/0"};

static kernel_rule_t rule(const char *dst)
{
	kernel_rule_t r;

	memset(&r, 0, sizeof(r));
	r.dst = P(dst);
	r.table = KERNEL_PIN_TABLE;
	r.priority = KERNEL_PIN_PRIORITY;
	r.protocol = KERNEL_PROTO;
	return r;
}

START_TEST(round_trips)
{
	kernel_rule_t r = rule(dsts[_i]);
	message_t m, n;
	struct nlmsghdr *nlh =
		kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_ADD, &r);
	kernel_event_t event;

	ck_assert(message_decode(nlh, nlh->nlmsg_len, &event));
	ck_assert(event.what == KERNEL_WHAT_RULE && event.ours && !event.gone);
	ck_assert_mem_eq(&event.rule, &r, sizeof(r));
	message_no_room(nlh, kernel_rule_encode(n.data, room, KERNEL_RULE_ADD, &r));
	nlh = kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_DEL, &r);
	ck_assert(kernel_decode(nlh, &event) && event.gone);
}
END_TEST

START_TEST(refused)
{
	kernel_rule_t r = rule(dsts[0]);
	message_t m;

	r.table = 0;
	ck_assert_ptr_null(
		kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_ADD, &r));
	r = rule(dsts[0]);
	r.priority = 0;
	ck_assert_ptr_null(
		kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_ADD, &r));
	r = rule(dsts[0]);
	r.dst.len = 33;
	ck_assert_ptr_null(
		kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_ADD, &r));
}
END_TEST

/* the one user of route_get is outside of the range */
START_TEST(spares_nobody)
{
	kernel_rule_t r = rule(dsts[0]);
	message_t m;
	const struct nlmsghdr *nlh =
		kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_ADD, &r);
	const struct fib_rule_uid_range *users = NULL;
	const struct nlattr *attr;

	message_each(attr, nlh, sizeof(struct fib_rule_hdr))
	{
		if (mnl_attr_get_type(attr) == FRA_UID_RANGE)
		{
			users = mnl_attr_get_payload(attr);
		}
	}
	ck_assert_ptr_nonnull(users);
	ck_assert_uint_eq(users->start, 0);
	ck_assert_uint_eq(users->end, KERNEL_RULE_NOBODY - 1);
}
END_TEST

START_TEST(broken)
{
	static const uint16_t strict[] = {FRA_TABLE, FRA_PRIORITY, FRA_PROTOCOL,
									  FRA_DST};
	kernel_rule_t r = rule(dsts[_i]);
	message_t m;

	if (r.dst.len)
	{
		message_torture(
			kernel_rule_encode(m.data, sizeof(m.data), KERNEL_RULE_ADD, &r),
			sizeof(struct fib_rule_hdr), strict, countof(strict));
	}
}
END_TEST

START_TEST(other_families)
{
	message_t m;
	nlw_t w = message_start(&m, RTM_NEWRULE, 128, sizeof(struct fib_rule_hdr));
	struct fib_rule_hdr *frh = mnl_nlmsg_get_payload(w.nlh);
	kernel_event_t event;

	ck_assert(!kernel_decode(w.nlh, &event));
	frh->family = AF_INET;
	frh->table = 77;
	ck_assert(kernel_decode(w.nlh, &event));
	ck_assert(!event.ours);
	ck_assert_uint_eq(event.rule.table, 77);
	/* a length without the address */
	frh->dst_len = 8;
	ck_assert(!kernel_decode(w.nlh, &event));
}
END_TEST

Suite *rule_codec_suite(void)
{
	Suite *s = suite_create("rule");

	unit_add_loop(s, "round_trips", round_trips, countof(dsts));
	unit_add(s, "refused", refused);
	unit_add(s, "spares_nobody", spares_nobody);
	unit_add_loop(s, "broken", broken, countof(dsts));
	unit_add(s, "other_families", other_families);
	return s;
}
