/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Communities of each kind as text, one row a form. */

#include "unit/base/suites.h"

#include "base/community.h"

static void check_ext(const char *hex, const char *want)
{
	char buf[COMMUNITY_STR_MAX];
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
	{
		unsigned byte;

		ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
	ck_assert_str_eq(ext_community_format(bytes, buf), want);
}

START_TEST(test_standard)
{
	char buf[COMMUNITY_STR_MAX];
	uint32_t value;

	ck_assert_str_eq(community_format(0, buf), "0:0");
	ck_assert_str_eq(community_format(0xfffa0078, buf), "65530:120");
	ck_assert_str_eq(community_format(0xffffff01, buf), "no-export");
	ck_assert_str_eq(community_format(0xffff029a, buf), "blackhole");
	ck_assert_str_eq(community_format(0xffffffff, buf), "65535:65535");
	ck_assert(community_known("No-Export", &value));
	ck_assert_uint_eq(value, 0xffffff01);
	ck_assert(!community_known("no-exports", &value));
	ck_assert(!community_known("", &value));
}
END_TEST

START_TEST(test_extended)
{
	check_ext("0002fffa00000078", "rt:65530:120");
	check_ext("0003fffaffffffff", "soo:65530:4294967295");
	check_ext("0102c00002010007", "rt:192.0.2.1:7");
	check_ext("0103c0000201ffff", "soo:192.0.2.1:65535");
	check_ext("0202000200010007", "rt:131073:7");
	/* also a two-octet AS could be meant */
	check_ext("0202000000010007", "rt:1L:7");
	/* 1 Gbit/s */
	check_ext("4004fffa4cee6b28", "bandwidth:65530:125000000");
	check_ext("0004fffa4cee6b28", "bandwidth:65530:125000000");
	/* not a number, infinite, negative */
	check_ext("4004fffa7fc00000", "0x4004fffa7fc00000");
	check_ext("4004fffa7f800000", "0x4004fffa7f800000");
	check_ext("4004fffaccee6b28", "0x4004fffaccee6b28");
	/* other types and subtypes, also the same ones non-transitive */
	check_ext("0000000000000000", "0x0000000000000000");
	check_ext("4002fffa00000078", "0x4002fffa00000078");
	check_ext("030c000000000008", "0x030c000000000008");
	check_ext("ffffffffffffffff", "0xffffffffffffffff");
}
END_TEST

START_TEST(test_large)
{
	static const uint8_t low[12] = {0};
	static const uint8_t high[12] = {0xff, 0xff, 0xff, 0xff, 0,    0,
									 0,    1,    0xff, 0xff, 0xff, 0xff};
	char buf[COMMUNITY_STR_MAX];

	ck_assert_str_eq(large_community_format(low, buf), "0:0:0");
	ck_assert_str_eq(large_community_format(high, buf),
					 "4294967295:1:4294967295");
}
END_TEST

Suite *community_suite(void)
{
	Suite *suite = suite_create("community");
	TCase *tcase = tcase_create("community");

	tcase_add_test(tcase, test_standard);
	tcase_add_test(tcase, test_extended);
	tcase_add_test(tcase, test_large);
	suite_add_tcase(suite, tcase);
	return suite;
}
