/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Messages: where they belong, how values are quoted in them, how many.
 */

#include "suites.h"

#include "config/report.h"

#include <string.h>

START_TEST(test_paths)
{
	config_report_t report;

	report_init(&report);
	report_error(&report, "cygnet", "asn", "is %d", 0);
	report_warning(&report, "cygnet.bundles", NULL, "are odd");
	ck_assert_uint_eq(report.errors.count, 1);
	ck_assert_str_eq(report.errors.list[0], "cygnet.asn: is 0");
	ck_assert_uint_eq(report.warnings.count, 1);
	ck_assert_str_eq(report.warnings.list[0], "cygnet.bundles: are odd");
	config_report_deinit(&report);
	ck_assert_uint_eq(report.errors.count, 0);
	ck_assert_ptr_null(report.warnings.list);
}
END_TEST

START_TEST(test_limit)
{
	config_report_t report;

	report_init(&report);
	for (size_t i = 0; i < REPORT_MAX + 10; i++)
	{
		report_error(&report, "cygnet", NULL, "error %zu", i);
	}
	ck_assert_uint_eq(report.errors.count, REPORT_MAX + 1);
	ck_assert_str_eq(report.errors.list[REPORT_MAX - 1], "cygnet: error 199");
	ck_assert_str_eq(report.errors.list[REPORT_MAX],
					 "there are more, not shown");
	config_report_deinit(&report);
}
END_TEST

static const struct
{
	const char *value;
	const char *quoted;
} quotes[] = {
	{"", "''"},
	{"one", "'one'"},
	{"a, b", "'a, b'"},
	{"tab\there\x1b[1m\x7f", "'tab?here?[1m?'"},
	{"10.0.0.1 password = x", "'10.0.0.1...'"},
	{"10.0.0.1 key = x", "'10.0.0.1...'"},
	{"10.0.0.1 password x", "'10.0.0.1...'"},
	{"Password x", "'...'"},
	{"a { b", "'...'"},
	{"x a { b", "'x...'"},
	{"= x", "'...'"},
	{"12345678901234567890123456789012345678901234567890123456789",
	 "'1234567890123456789012345678901234567890123456789012345678...'"},
	{"1234567890123456789012345678901234567890123456789012345678",
	 "'1234567890123456789012345678901234567890123456789012345678'"},
};

START_TEST(test_quote)
{
	char buf[REPORT_QUOTE_MAX + 1];

	memset(buf, '#', sizeof(buf));
	ck_assert_str_eq(report_quote(quotes[_i].value, buf), quotes[_i].quoted);
	ck_assert_int_eq(buf[REPORT_QUOTE_MAX], '#');
}
END_TEST

START_TEST(test_strings)
{
	config_strings_t a = {.count = 0}, b = {.count = 0};

	ck_assert(strings_equal(&a, &b));
	strings_add(&a, "x");
	ck_assert(!strings_equal(&a, &b));
	strings_adopt(&b, str_copy("y"));
	ck_assert(!strings_equal(&a, &b));
	strings_deinit(&b);
	strings_add(&b, "x");
	ck_assert(strings_equal(&a, &b));
	strings_deinit(&a);
	strings_deinit(&b);
}
END_TEST

Suite *report_suite(void)
{
	Suite *s = suite_create("report");

	unit_add(s, "paths", test_paths);
	unit_add(s, "limit", test_limit);
	unit_add_loop(s, "quote", test_quote, countof(quotes));
	unit_add(s, "strings", test_strings);
	return s;
}
