/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The shared grammars: right values, each limit and one beyond, and what is
 * almost right.
 */

#include "suites.h"

#include "config/values.h"

#include <string.h>

START_TEST(test_number)
{
	static const char *const wrong[] = {
		"",    " 5", "5 ", "+5", "-5",
		"0x5", "5a", "4",  "11", "18446744073709551616",
		"5.0",
	};
	uint64_t n = 99;

	for (size_t i = 0; i < countof(wrong); i++)
	{
		ck_assert_msg(!config_parse_number(wrong[i], 5, 10, &n), "'%s'",
					  wrong[i]);
	}
	ck_assert_uint_eq(n, 99);
	ck_assert(config_parse_number("5", 5, 10, &n) && n == 5);
	ck_assert(config_parse_number("10", 5, 10, &n) && n == 10);
	ck_assert(config_parse_number("007", 5, 10, &n) && n == 7);
	ck_assert(config_parse_number("4294967295", 0, UINT32_MAX, &n));
	ck_assert_uint_eq(n, UINT32_MAX);
	ck_assert(!config_parse_number("4294967296", 0, UINT32_MAX, &n));
}
END_TEST

START_TEST(test_bool)
{
	static const char *const yes[] = {"yes", "true", "enabled", "1", "YES"};
	static const char *const no[] = {"no", "false", "disabled", "0", "No"};
	static const char *const wrong[] = {"",  "on",   "off", "y",
										"2", "yes ", "yess"};
	bool b = false;

	for (size_t i = 0; i < countof(yes); i++)
	{
		ck_assert(config_parse_bool(yes[i], &b) && b);
		ck_assert(config_parse_bool(no[i], &b) && !b);
	}
	for (size_t i = 0; i < countof(wrong); i++)
	{
		ck_assert(!config_parse_bool(wrong[i], &b));
	}
}
END_TEST

START_TEST(test_asn)
{
	static const struct
	{
		const char *text;
		uint32_t asn;
	} right[] = {
		{"1", 1},
		{"65530", 65530},
		{"4294967295", UINT32_MAX},
		{"0.1", 1},
		{"1.0", 65536},
		{"1.10", 65546},
		{"65535.65535", UINT32_MAX},
	};
	static const char *const wrong[] = {
		"",   "0",  "0.0",   "4294967296", "1.65536", "65536.1",
		"1.", ".1", "1.1.1", "AS1",        "-1",      "1 ",
	};
	uint32_t asn = 0;

	for (size_t i = 0; i < countof(right); i++)
	{
		ck_assert(config_parse_asn(right[i].text, &asn));
		ck_assert_uint_eq(asn, right[i].asn);
	}
	for (size_t i = 0; i < countof(wrong); i++)
	{
		ck_assert_msg(!config_parse_asn(wrong[i], &asn), "'%s'", wrong[i]);
	}
}
END_TEST

START_TEST(test_interval)
{
	static const struct
	{
		const char *text;
		uint32_t low, high;
	} right[] = {
		{"5", 5, 5},
		{"0", 0, 0},
		{"4294967295", UINT32_MAX, UINT32_MAX},
		{"3..5", 3, 5},
		{"3..3", 3, 3},
		{"..5", 0, 5},
		{"3..", 3, UINT32_MAX},
		{"0..4294967295", 0, UINT32_MAX},
	};
	static const char *const wrong[] = {
		"",     "..",   "5..3", "3...5", "3.5",        "-1",          "3 ..",
		"3..x", "x..3", "..-1", ".5",    "4294967296", "..4294967296"};
	config_interval_t interval;

	for (size_t i = 0; i < countof(right); i++)
	{
		ck_assert_msg(config_parse_interval(right[i].text, &interval), "%s",
					  right[i].text);
		ck_assert_uint_eq(interval.low, right[i].low);
		ck_assert_uint_eq(interval.high, right[i].high);
	}
	for (size_t i = 0; i < countof(wrong); i++)
	{
		ck_assert_msg(!config_parse_interval(wrong[i], &interval), "'%s'",
					  wrong[i]);
	}
}
END_TEST

START_TEST(test_network)
{
	prefix_t network;

	ck_assert(config_parse_network("10.0.0.0/8", &network));
	ck_assert_uint_eq(network.len, 8);
	ck_assert(config_parse_network("10.0.0.1", &network));
	ck_assert_uint_eq(network.len, 32);
	ck_assert(config_parse_network("2001:db8::1", &network));
	ck_assert_uint_eq(network.len, 128);
	ck_assert(!config_parse_network("10.0.0.1/8", &network));
	ck_assert(!config_parse_network("", &network));
	ck_assert(!config_parse_network("10", &network));
}
END_TEST

START_TEST(test_words)
{
	config_route_source_t source;
	uint8_t origin;

	ck_assert(config_parse_origin("igp", &origin) && origin == 0);
	ck_assert(config_parse_origin("EGP", &origin) && origin == 1);
	ck_assert(config_parse_origin("incomplete", &origin) && origin == 2);
	ck_assert(!config_parse_origin("bgp", &origin));
	ck_assert(!config_parse_origin("", &origin));
	ck_assert(config_parse_source("neighbor", &source));
	ck_assert_int_eq(source, CONFIG_SOURCE_NEIGHBOR);
	ck_assert(config_parse_source("Aggregate", &source));
	ck_assert_int_eq(source, CONFIG_SOURCE_AGGREGATE);
	ck_assert(config_parse_source("static", &source));
	ck_assert_int_eq(source, CONFIG_SOURCE_STATIC);
	ck_assert(!config_parse_source("kernel", &source));
	ck_assert(!config_parse_source("", &source));
}
END_TEST

START_TEST(test_range)
{
	static const struct
	{
		const char *text;
		uint8_t len, ge, le;
	} right[] = {
		{"10.0.0.0/8", 8, 8, 8},
		{"10.0.0.0/8 ge 8", 8, 8, 32},
		{"10.0.0.0/8 ge 16", 8, 16, 32},
		{"10.0.0.0/8 le 24", 8, 8, 24},
		{"10.0.0.0/8  ge\t16 le 24", 8, 16, 24},
		{"10.0.0.0/8 le 24 ge 24", 8, 24, 24},
		{"0.0.0.0/0 le 32", 0, 0, 32},
		{"2001:db8::/32 ge 48", 32, 48, 128},
		{"2001:db8::/32 le 128", 32, 32, 128},
	};
	static const char *const wrong[] = {
		"",
		"10.0.0.0",
		"10.0.0.1/8",
		"10.0.0.0/8 ge",
		"10.0.0.0/8 16",
		"10.0.0.0/8 ge 7",
		"10.0.0.0/8 le 7",
		"10.0.0.0/8 le 33",
		"10.0.0.0/8 ge 24 le 16",
		"10.0.0.0/8 ge 16 ge 16",
		"10.0.0.0/8 ge 16 le 24 x",
		"10.0.0.0/8 gt 16",
		"2001:db8::/32 le 129",
	};
	config_range_t range;

	for (size_t i = 0; i < countof(right); i++)
	{
		ck_assert_msg(config_parse_range(right[i].text, &range), "'%s'",
					  right[i].text);
		ck_assert_uint_eq(range.prefix.len, right[i].len);
		ck_assert_uint_eq(range.ge, right[i].ge);
		ck_assert_uint_eq(range.le, right[i].le);
	}
	for (size_t i = 0; i < countof(wrong); i++)
	{
		ck_assert_msg(!config_parse_range(wrong[i], &range), "'%s'", wrong[i]);
	}
}
END_TEST

START_TEST(test_family)
{
	family_t family = FAMILY_NONE;

	ck_assert(config_parse_family("ipv4", &family) && family == FAMILY_IPV4);
	ck_assert(config_parse_family("IPv6", &family) && family == FAMILY_IPV6);
	ck_assert(!config_parse_family("ipv", &family));
	ck_assert(!config_parse_family("", &family));
}
END_TEST

START_TEST(test_protocol)
{
	static const struct
	{
		const char *text;
		uint8_t protocol;
	} right[] = {
		{"static", 4},  {"boot", 3},  {"OSPF", 188},   {"zebra", 11},
		{"eigrp", 192}, {"0", 0},     {"255", 255},    {"42", 42},
		{"babel", 42},  {"bgp", 186}, {"cygnet", 110},
	};
	static const char *const wrong[] = {"",   "256",   "-1",  "opsf",
										"1a", "ospf ", "0x1", "connected"};
	uint8_t protocol = 0;

	for (size_t i = 0; i < countof(right); i++)
	{
		ck_assert_msg(config_parse_protocol(right[i].text, &protocol), "%s",
					  right[i].text);
		ck_assert_uint_eq(protocol, right[i].protocol);
	}
	for (size_t i = 0; i < countof(wrong); i++)
	{
		ck_assert_msg(!config_parse_protocol(wrong[i], &protocol), "'%s'",
					  wrong[i]);
	}
}
END_TEST

START_TEST(test_items)
{
	const char *rest = " a b ,c,, d\t";
	const char *const wanted[] = {"a b", "c", "", "d"};
	char item[CONFIG_ITEM_MAX];
	char *text;

	for (size_t i = 0; i < countof(wanted); i++)
	{
		ck_assert(config_next_item(&rest, item));
		ck_assert_str_eq(item, wanted[i]);
	}
	ck_assert(!config_next_item(&rest, item));
	rest = NULL;
	ck_assert(!config_next_item(&rest, item));

	/* the longest, and one more */
	text = str_format("%127s,%128s", "", "");
	memset(text, 'x', 127);
	memset(text + 128, 'y', 128);
	rest = text;
	ck_assert(config_next_item(&rest, item) && strlen(item) == 127);
	ck_assert(config_next_item(&rest, item) && strlen(item) == 127);
	ck_assert(!config_next_item(&rest, item));
	free(text);
}
END_TEST

Suite *values_suite(void)
{
	Suite *s = suite_create("values");

	unit_add(s, "number", test_number);
	unit_add(s, "bool", test_bool);
	unit_add(s, "asn", test_asn);
	unit_add(s, "interval", test_interval);
	unit_add(s, "network", test_network);
	unit_add(s, "words", test_words);
	unit_add(s, "range", test_range);
	unit_add(s, "family", test_family);
	unit_add(s, "protocol", test_protocol);
	unit_add(s, "items", test_items);
	return s;
}
