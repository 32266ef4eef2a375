/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Counters, of links and of IPsec, from text whole and broken.
 */

#include "kernel/codec.h"
#include "unit/kernel/suites.h"

#include <stdio.h>
#include <string.h>

#define HEAD                                                                   \
	"Inter-|   Receive                        |  Transmit\n"                   \
	" face |bytes    packets errs drop fifo frame compressed multicast|bytes"  \
	" packets errs drop fifo colls carrier compressed\n"
#define NUMBERS " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"

typedef struct heard_t
{
	char name[KERNEL_LINK_NAME_MAX];
	kernel_link_stats_t stats;
} heard_t;

static heard_t heard[8];
static size_t n_heard;

static void hear(void *user, const char *name, const kernel_link_stats_t *stats)
{
	ck_assert_uint_lt(n_heard, countof(heard));
	snprintf(heard[n_heard].name, sizeof(heard[n_heard].name), "%s", name);
	heard[n_heard++].stats = *stats;
}

/** parses a copy of its own length */
static size_t parse(const char *text, size_t len)
{
	char *copy = mem_alloc(len + 1);

	memcpy(copy, text, len);
	n_heard = 0;
	kernel_links_parse(copy, hear, NULL);
	free(copy);
	return n_heard;
}

START_TEST(links)
{
	static const char text[] =
		HEAD "    lo:" NUMBERS "\n"
			 "cyg-aws1: 18446744073709551615 0 0 0 0 0 0 0 7 0 0 0 0 0 0 0\n"
			 "fifteen-letters:" NUMBERS "\n"
			 "sixteen-letters.:" NUMBERS "\n"
			 "  few: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"
			 " many:" NUMBERS " 17\n"
			 "minus: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
			 "word: 1 2 3 4 x 6 7 8 9 10 11 12 13 14 15 16\n"
			 ":" NUMBERS "\n"
			 "\n"
			 "none\n"
			 "last:" NUMBERS;
	const kernel_link_stats_t *s = &heard[0].stats;

	ck_assert_uint_eq(parse(text, sizeof(text) - 1), 4);
	ck_assert_str_eq(heard[0].name, "lo");
	ck_assert_uint_eq(s->rx_bytes, 1);
	ck_assert_uint_eq(s->rx_packets, 2);
	ck_assert_uint_eq(s->rx_errors, 3);
	ck_assert_uint_eq(s->rx_dropped, 4);
	ck_assert_uint_eq(s->tx_bytes, 9);
	ck_assert_uint_eq(s->tx_packets, 10);
	ck_assert_uint_eq(s->tx_errors, 11);
	ck_assert_uint_eq(s->tx_dropped, 12);
	ck_assert_str_eq(heard[1].name, "cyg-aws1");
	ck_assert_uint_eq(heard[1].stats.rx_bytes, UINT64_MAX);
	ck_assert_uint_eq(heard[1].stats.tx_bytes, 7);
	ck_assert_str_eq(heard[2].name, "fifteen-letters");
	ck_assert_str_eq(heard[3].name, "last");
}
END_TEST

/* a line that ends too early does not go on in the next */
START_TEST(cut)
{
	static const char text[] = HEAD " a:" NUMBERS "\n b:" NUMBERS "\n";
	size_t whole = strlen(HEAD " a:" NUMBERS);

	for (size_t len = 0; len < sizeof(text); len++)
	{
		/* the last number may be cut to its first digit */
		size_t want = len + 1 < whole ? 0 : len + 2 < sizeof(text) - 1 ? 1 : 2;

		ck_assert_uint_eq(parse(text, len), want);
	}
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

	unit_add(s, "links", links);
	unit_add(s, "cut", cut);
	unit_add(s, "xfrm", xfrm);
	return s;
}
