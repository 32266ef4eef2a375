/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Expressions over AS paths: where borders are, and what is refused, at its
 * limits.
 */

#include "unit/base/suites.h"

#include "base/path_regex.h"

#include <string.h>

static const struct
{
	const char *expression;
	const char *path;
	bool holds;
} rows[] = {
	{"_65531_", "65531", true},
	{"_65531_", "1 65531 2", true},
	{"_65531_", "165531", false},
	{"_65531_", "1 {65531 2}", true},
	{"_65531_", "1 {2 65531}", true},
	{"^65531_", "65531 2", true},
	{"^65531_", "1 65531", false},
	{"_65531$", "1 65531", true},
	{"^$", "", true},
	{"^$", "1", false},
	{"^[0-9]+$", "65531", true},
	{"^[0-9]+$", "65531 1", false},
	{"^(1_){2}3$", "1 1 3", true},
	{"_(64512|64513)_", "1 64513 2", true},
	/* no border: in brackets, after a backslash */
	{"[_1]", "2 1", true},
	{"[_]", "2 3", false},
	{"[]_]", "2 3", false},
	{"[^]_0-9]", "23", false},
	{"[^]_0-9]", "2 3", true},
	{"[[:digit:]_]_", "2 3", true},
	{"\\_", "1 2", false},
};

START_TEST(test_matches)
{
	regex_t regex;
	char error[64];

	ck_assert_msg(
		path_regex_compile(&regex, rows[_i].expression, error, sizeof(error)),
		"%s: %s", rows[_i].expression, error);
	ck_assert_msg((regexec(&regex, rows[_i].path, 0, NULL, 0) == 0) ==
					  rows[_i].holds,
				  "%s over '%s'", rows[_i].expression, rows[_i].path);
	regfree(&regex);
}
END_TEST

static const struct
{
	const char *expression;
	const char *words;
} wrong[] = {
	{"(65531", "Unmatched"},
	{"[0-9", "Unmatched"},
	{"[[:digit:", "Unmatched"},
	{"[[:digits:]]", "Invalid"},
	{"(1)\\1", "back references"},
	{"1{32768}", "too often"},
	{"((1{100}){100}){100}", "too often"},
	{"(1{65537}", "too often"},
	{"1{99999999999999999999999999}", "too often"},
	{"1)|(2", "Unmatched"},
	{"1{1,", "Unmatched"},
	{"(_|1){10}*", "borders"},
	{"((_|1)*){10}", "borders"},
	{"1\\", "Trailing"},
};

START_TEST(test_wrong)
{
	char error[64] = "";
	regex_t regex;

	ck_assert_msg(
		!path_regex_compile(&regex, wrong[_i].expression, error, sizeof(error)),
		"%s", wrong[_i].expression);
	ck_assert_msg(strstr(error, wrong[_i].words) != NULL, "%s: %s",
				  wrong[_i].expression, error);
	ck_assert(!path_regex_compile(&regex, wrong[_i].expression, NULL, 0));
}
END_TEST

START_TEST(test_limits)
{
	char text[PATH_REGEX_MAX + 2];
	char error[64];
	regex_t regex;

	memset(text, '1', sizeof(text));
	text[PATH_REGEX_MAX] = '\0';
	ck_assert(path_regex_compile(&regex, text, error, sizeof(error)));
	regfree(&regex);
	text[PATH_REGEX_MAX] = '1';
	text[PATH_REGEX_MAX + 1] = '\0';
	ck_assert(!path_regex_compile(&regex, text, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "too long"));
	ck_assert(path_regex_compile(&regex, "((1 ){32}){32}", NULL, 0));
	regfree(&regex);
	ck_assert(!path_regex_compile(&regex, "((1 ){32}){33}", NULL, 0));
	/* 64 times, in all, with a range */
	ck_assert(path_regex_compile(&regex, "([0-9]*){1,64}", NULL, 0));
	regfree(&regex);
	ck_assert(!path_regex_compile(&regex, "([0-9]*){1,65}", NULL, 0));
	ck_assert(path_regex_compile(&regex, "((1 ){8}){,8}", NULL, 0));
	regfree(&regex);
	ck_assert(!path_regex_compile(&regex, "((1 ){8}){,9}", NULL, 0));
	ck_assert(!path_regex_compile(&regex, "((1 ){,9}){8}", NULL, 0));
	/* 16 borders: 46 side by side took the C library for ever */
	memset(text, '_', PATH_REGEX_BORDERS + 1);
	text[PATH_REGEX_BORDERS] = '\0';
	ck_assert(path_regex_compile(&regex, text, NULL, 0));
	regfree(&regex);
	text[PATH_REGEX_BORDERS] = '_';
	text[PATH_REGEX_BORDERS + 1] = '\0';
	ck_assert(!path_regex_compile(&regex, text, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "borders"));
	ck_assert(path_regex_compile(&regex, "((_1){4}){4}", NULL, 0));
	regfree(&regex);
	ck_assert(!path_regex_compile(&regex, "((_1){5}){4}", NULL, 0));
	/* 4 of them starred */
	ck_assert(path_regex_compile(&regex, "(_|1)*(_|1)*(_1(_|1))+", error,
								 sizeof(error)));
	regfree(&regex);
	ck_assert(!path_regex_compile(&regex, "(_|1)*(_|1)*_*(_1(_|1))+", NULL, 0));
	/* groups in groups */
	ck_assert(path_regex_compile(
		&regex,
		"((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))",
		NULL, 0));
	regfree(&regex);
	ck_assert(!path_regex_compile(
		&regex,
		"(((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))",
		NULL, 0));
}
END_TEST

Suite *path_regex_suite(void)
{
	Suite *s = suite_create("path_regex");

	unit_add_loop(s, "matches", test_matches, countof(rows));
	unit_add_loop(s, "wrong", test_wrong, countof(wrong));
	unit_add(s, "limits", test_limits);
	return s;
}
