/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Expressions over AS paths: where borders are, and what is refused, at its
 * limits.
 */

#include "unit/base/suites.h"

#include "base/path_regex.h"

#include <regex.h>
#include <stdio.h>
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
	/* operators on nothing, on everything, on one another */
	{"1*", "", true},
	{"^(12|3)*$", "12312", true},
	{"^(12|3)*$", "121", false},
	{"^(1|2+|)?$", "222", true},
	{"^1{2,3}$", "1", false},
	{"^1{2,3}$", "11", true},
	{"^1{2,3}$", "111", true},
	{"^1{2,3}$", "1111", false},
	{"^1{,2}$", "", true},
	{"^1{,2}$", "111", false},
	{"^1{2,}$", "1", false},
	{"^1{2,}$", "11111", true},
	{"^21{0}3$", "23", true},
	{"^(1{2}){2}$", "1111", true},
	{"^(1{2}){2}$", "111", false},
	{"^1**+?$", "11", true},
	{"^(()|1)*$", "1", true},
	{"1|^$", "", true},
	{"^1|2$", "3 2", true},
	{"^1|2$", "2 1", false},
	{"(^|2)1", "1", true},
	{"(^|2)1", "31", false},
	{"^_$", "", true},
	{"1_2", "1{2", true},
	{"[2-4]", "3", true},
	{"[2-4]", "5", false},
	{"[2-]", "-", true},
	{"[^2-4]", "3", false},
	{"1.2", "1 2", true},
	{"1\\.2", "1 2", false},
	{"\\{1", "{1 2}", true},
	{"1}", "{1}", true},
};

START_TEST(test_matches)
{
	char error[64] = "";
	path_regex_t *regex =
		path_regex_create(rows[_i].expression, error, sizeof(error));

	ck_assert_msg(regex != NULL, "%s: %s", rows[_i].expression, error);
	ck_assert_msg(path_regex_match(regex, rows[_i].path) == rows[_i].holds,
				  "%s over '%s'", rows[_i].expression, rows[_i].path);
	path_regex_destroy(regex);
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
	{"1\\", "Trailing"},
	{"\\w", "no meaning"},
	{"1{2,1}", "Invalid"},
	{"1{}", "Invalid"},
	{"1{x}", "Unmatched"},
	{"[3-2]", "Invalid"},
	{"*1", "nothing to repeat"},
	{"(+)", "nothing to repeat"},
	{"1|?", "nothing to repeat"},
	{"{2}", "nothing to repeat"},
};

START_TEST(test_wrong)
{
	char error[64] = "";

	ck_assert_msg(
		!path_regex_create(wrong[_i].expression, error, sizeof(error)), "%s",
		wrong[_i].expression);
	ck_assert_msg(strstr(error, wrong[_i].words) != NULL, "%s: %s",
				  wrong[_i].expression, error);
	ck_assert(!path_regex_create(wrong[_i].expression, NULL, 0));
}
END_TEST

/** is it an expression? */
static bool good(const char *expression)
{
	path_regex_t *regex = path_regex_create(expression, NULL, 0);

	path_regex_destroy(regex);
	return regex != NULL;
}

START_TEST(test_limits)
{
	char text[PATH_REGEX_MAX + 2];
	char error[64];

	memset(text, '1', sizeof(text));
	text[PATH_REGEX_MAX] = '\0';
	ck_assert(good(text));
	text[PATH_REGEX_MAX] = '1';
	text[PATH_REGEX_MAX + 1] = '\0';
	ck_assert(!path_regex_create(text, error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "too long"));
	/* the end is a step */
	ck_assert(good("1{511}"));
	ck_assert(!good("1{512}"));
	ck_assert(good("(1{73}){7}"));
	ck_assert(!good("(1{64}){8}"));
	ck_assert(good("1{0,255}"));
	ck_assert(!good("1{0,256}"));
	/* a border is seven */
	ck_assert(good("_{73}"));
	ck_assert(!good("_{74}"));
	/* groups in groups */
	ck_assert(good(
		"((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))"));
	ck_assert(!path_regex_create(
		"(((((((((((((((((((((((((((((((((1)))))))))))))))))))))))))))))))))",
		error, sizeof(error)));
	ck_assert_ptr_nonnull(strstr(error, "deeply"));
}
END_TEST

/* what doubles the C library's work with each level; here a second would be
 * far too much for all of them together, and Check's limit ends the test */
START_TEST(test_nested)
{
	static const char *const forms[][2] = {
		{"(", ")+"}, {"(", ")*"}, {"(", ")?"}, {"(_|", ")*"}, {"(1*|", ")+"},
	};
	char expression[PATH_REGEX_MAX + 1];
	char path[4096];

	memset(path, '1', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	for (size_t form = 0; form < countof(forms); form++)
	{
		size_t len = 0;
		path_regex_t *regex;

		for (size_t i = 0; i < PATH_REGEX_DEPTH; i++)
		{
			len += (size_t)sprintf(expression + len, "%s", forms[form][0]);
		}
		len += (size_t)sprintf(expression + len, "1");
		for (size_t i = 0; i < PATH_REGEX_DEPTH; i++)
		{
			len += (size_t)sprintf(expression + len, "%s", forms[form][1]);
		}
		sprintf(expression + len, "3");
		regex = path_regex_create(expression, NULL, 0);
		ck_assert_ptr_nonnull(regex);
		ck_assert(!path_regex_match(regex, path));
		path[sizeof(path) - 2] = '3';
		ck_assert(path_regex_match(regex, path));
		path[sizeof(path) - 2] = '1';
		path_regex_destroy(regex);
	}
}
END_TEST

/** an expression that is one, of a few pieces */
static void random_expression(prng_t *rng, char *out, size_t depth, bool top)
{
	static const char *const atoms[] = {"1",    "2",    " ", ".",
										"[1 ]", "[^1]", "^", "$"};
	static const char *const repeats[] = {"",  "",    "",      "*",   "+",
										  "?", "{2}", "{0,2}", "{1,}"};
	size_t n = 1 + prng_below(rng, 3);

	*out = '\0';
	for (size_t i = 0; i < n; i++)
	{
		if (i && prng_below(rng, 4) == 0)
		{
			strcat(out, "|");
		}
		if (depth && prng_below(rng, 3) == 0)
		{
			strcat(out, "(");
			random_expression(rng, out + strlen(out), depth - 1, false);
			strcat(out, ")");
			strcat(out, repeats[prng_below(rng, countof(repeats))]);
			continue;
		}
		/* the C library forgets the ^ and $ of what it repeats: not in groups */
		size_t atom = prng_below(rng, countof(atoms) - (top ? 0 : 2));

		strcat(out, atoms[atom]);
		if (atom < countof(atoms) - 2)
		{
			strcat(out, repeats[prng_below(rng, countof(repeats))]);
		}
	}
}

/* the C library as the judge, where it is quick */
START_TEST(test_like_regcomp)
{
	char expression[512], path[8];
	size_t matched = 0;
	prng_t rng;

	prng_seed(&rng, (uint64_t)_i + 1);
	for (size_t i = 0; i < 1000; i++)
	{
		path_regex_t *regex;
		regex_t judge;

		random_expression(&rng, expression, 2, true);
		regex = path_regex_create(expression, NULL, 0);
		if (!regex)
		{
			ck_assert_uint_gt(strlen(expression), PATH_REGEX_MAX);
			continue;
		}
		ck_assert_int_eq(regcomp(&judge, expression, REG_EXTENDED | REG_NOSUB),
						 0);
		for (size_t p = 0; p < 20; p++)
		{
			size_t len = prng_below(&rng, sizeof(path));
			bool holds;

			for (size_t c = 0; c < len; c++)
			{
				path[c] = "12 "[prng_below(&rng, 3)];
			}
			path[len] = '\0';
			holds = path_regex_match(regex, path);
			ck_assert_msg(holds == (regexec(&judge, path, 0, NULL, 0) == 0),
						  "%s over '%s': %d", expression, path, holds);
			matched += holds;
		}
		regfree(&judge);
		path_regex_destroy(regex);
	}
	ck_assert_uint_gt(matched, 1000);
	ck_assert_uint_lt(matched, 19000);
}
END_TEST

Suite *path_regex_suite(void)
{
	Suite *s = suite_create("path_regex");

	unit_add_loop(s, "matches", test_matches, countof(rows));
	unit_add_loop(s, "wrong", test_wrong, countof(wrong));
	unit_add(s, "limits", test_limits);
	unit_add(s, "nested", test_nested);
	unit_add_loop(s, "like_regcomp", test_like_regcomp, 10);
	return s;
}
