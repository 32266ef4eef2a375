/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Counters: a link's from a message whole and broken, and IPsec's from text.
 */

#include "unit/kernel/message.h"
#include "unit/kernel/suites.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

/** an answer with the counters 1, 2, 3… of size bytes */
static struct nlmsghdr *answer(message_t *m, size_t size)
{
	uint64_t values[sizeof(struct rtnl_link_stats64) / 8 + 1];
	nlw_t w = message_start(m, RTM_NEWSTATS, 0, sizeof(struct if_stats_msg));

	for (size_t i = 0; i < countof(values); i++)
	{
		values[i] = i + 1;
	}
	nlw_bytes(&w, IFLA_STATS_LINK_64, values, size);
	return nlw_done(&w);
}

/** decodes a copy of its own length */
static bool decode(const struct nlmsghdr *nlh, size_t len,
				   kernel_link_stats_t *out)
{
	struct nlmsghdr *copy = mem_alloc(len);
	bool good;

	memcpy(copy, nlh, len);
	copy->nlmsg_len = (uint32_t)len;
	good = kernel_stats_decode(copy, out);
	free(copy);
	return good;
}

START_TEST(ask)
{
	message_t m;
	struct nlmsghdr *nlh = kernel_stats_encode_get(m.data, sizeof(m.data), 7);
	const struct if_stats_msg *ifsm = mnl_nlmsg_get_payload(nlh);

	ck_assert_uint_eq(nlh->nlmsg_type, RTM_GETSTATS);
	ck_assert_uint_eq(ifsm->ifindex, 7);
	ck_assert_uint_eq(ifsm->filter_mask, 1u << (IFLA_STATS_LINK_64 - 1));
	message_no_room(nlh, kernel_stats_encode_get(m.data, room, 7));
}
END_TEST

START_TEST(hear)
{
	/* Linux 4.7 had no rx_nohandler, 6.x has rx_otherhost_dropped behind it */
	static const size_t sizes[] = {8 * 8, 23 * 8, 25 * 8};
	kernel_link_stats_t stats;
	message_t m;

	for (size_t i = 0; i < countof(sizes); i++)
	{
		struct nlmsghdr *nlh = answer(&m, sizes[i]);

		ck_assert(decode(nlh, nlh->nlmsg_len, &stats));
		ck_assert_uint_eq(stats.rx_packets, 1);
		ck_assert_uint_eq(stats.tx_packets, 2);
		ck_assert_uint_eq(stats.rx_bytes, 3);
		ck_assert_uint_eq(stats.tx_bytes, 4);
		ck_assert_uint_eq(stats.rx_errors, 5);
		ck_assert_uint_eq(stats.tx_errors, 6);
		ck_assert_uint_eq(stats.rx_dropped, 7);
		ck_assert_uint_eq(stats.tx_dropped, 8);
	}
}
END_TEST

START_TEST(broken)
{
	kernel_link_stats_t stats;
	message_t m;
	struct nlmsghdr *nlh = answer(&m, 8 * 8);

	for (size_t len = sizeof(*nlh); len < nlh->nlmsg_len; len++)
	{
		ck_assert(!decode(nlh, len, &stats));
	}
	ck_assert(!decode(answer(&m, 8 * 8 - 1), nlh->nlmsg_len, &stats));
	nlh = answer(&m, 0);
	ck_assert(!decode(nlh, nlh->nlmsg_len, &stats));
	nlh = answer(&m, 8 * 8);
	nlh->nlmsg_type = RTM_NEWLINK;
	ck_assert(!decode(nlh, nlh->nlmsg_len, &stats));
}
END_TEST

START_TEST(xfrm)
{
	static const char text[] = "XfrmInError             \t0\n"
							   "XfrmInNoStates          \t4711\n"
							   "no number\n"
							   "\n"
							   "   3\n"
							   "ANameThatIsMuchTooLongForAnyCounter 1\n"
							   "XfrmOutStateExpired 18446744073709551615\n"
							   "XfrmHalf 12x\n"
							   "XfrmLast 5";
	static const kernel_counter_t wanted[] = {
		{"XfrmInError", 0},
		{"XfrmInNoStates", 4711},
		{"XfrmOutStateExpired", UINT64_MAX},
		{"XfrmLast", 5},
	};
	kernel_counter_t out[8];

	ck_assert_uint_eq(kernel_xfrm_stat_parse(text, out, countof(out)),
					  countof(wanted));
	for (size_t i = 0; i < countof(wanted); i++)
	{
		ck_assert_str_eq(out[i].name, wanted[i].name);
		ck_assert_uint_eq(out[i].value, wanted[i].value);
	}
	ck_assert_uint_eq(kernel_xfrm_stat_parse(text, out, 2), 2);
	ck_assert_uint_eq(kernel_xfrm_stat_parse(text, out, 0), 0);
	ck_assert_uint_eq(kernel_xfrm_stat_parse("", out, 8), 0);
}
END_TEST

Suite *stats_suite(void)
{
	Suite *s = suite_create("stats");

	unit_add(s, "ask", ask);
	unit_add(s, "hear", hear);
	unit_add(s, "broken", broken);
	unit_add(s, "xfrm", xfrm);
	return s;
}
