/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Suggestions: distances, then what is offered for misspelt option names.
 */

#include "unit/base/suites.h"

#include "base/suggest.h"

#include <limits.h>
#include <string.h>

static const struct
{
	const char *a;
	const char *b;
	unsigned distance;
} distances[] = {
	{"", "", 0},
	{"", "abc", 3},
	{"address", "address", 0},
	{"Address", "aDDRESS", 0},
	{"adress", "address", 1},
	{"addresss", "address", 1},
	{"addrass", "address", 1},
	{"addrses", "address", 1},
	{"daderss", "address", 2},
	{"kitten", "sitting", 3},
	/* a letter is not edited twice: three, where two would do else */
	{"ca", "abc", 3},
	{"abcdef", "fedcba", 5},
};

START_TEST(test_distance)
{
	const char *a = distances[_i].a, *b = distances[_i].b;

	ck_assert_uint_eq(suggest_distance(a, b), distances[_i].distance);
	ck_assert_uint_eq(suggest_distance(b, a), distances[_i].distance);
}
END_TEST

/** written, offered; NULL: too far from all */
static const struct
{
	const char *word;
	const char *want;
} words[] = {
	{"adress", "address"},
	{"addresses", "address"},
	{"ADDRESS", "address"},
	{"remote-as", "remote_as"},
	{"remoteas", "remote_as"},
	{"reomte_as", "remote_as"},
	{"mod", "mode"},
	{"mdoe", "mode"},
	{"ans", "asn"},
	{"mtu", "mtu"},
	{"m", NULL},
	{"", NULL},
	{"zz", NULL},
	{"xyz", NULL},
	{"connection", NULL},
};

START_TEST(test_offer)
{
	static const char *const names[] = {"address", "asn",       "mode",
										"mtu",     "remote_as", "profile"};
	suggest_t s;

	suggest_init(&s, words[_i].word);
	for (size_t i = 0; i < countof(names); i++)
	{
		suggest_offer(&s, names[i]);
	}
	if (words[_i].want)
	{
		ck_assert_ptr_nonnull(s.best);
		ck_assert_str_eq(s.best, words[_i].want);
	}
	else
	{
		ck_assert_ptr_null(s.best);
	}
}
END_TEST

START_TEST(test_nearest_and_first)
{
	suggest_t s;

	suggest_init(&s, "export");
	suggest_offer(&s, "exports_");
	ck_assert_str_eq(s.best, "exports_");
	suggest_offer(&s, "import");
	ck_assert_str_eq(s.best, "exports_");
	suggest_offer(&s, "exporT");
	ck_assert_str_eq(s.best, "exporT");
	suggest_offer(&s, "export");
	ck_assert_str_eq(s.best, "exporT");
}
END_TEST

START_TEST(test_long)
{
	char word[SUGGEST_WORD_MAX + 2], name[SUGGEST_WORD_MAX + 2];
	suggest_t s;

	memset(word, 'x', sizeof(word));
	memset(name, 'x', sizeof(name));
	word[SUGGEST_WORD_MAX] = '\0';
	name[SUGGEST_WORD_MAX] = '\0';
	name[0] = 'y';
	suggest_init(&s, word);
	suggest_offer(&s, name);
	ck_assert_ptr_eq(s.best, name);
	/* one more in the one, then in the other */
	name[SUGGEST_WORD_MAX] = 'x';
	name[SUGGEST_WORD_MAX + 1] = '\0';
	ck_assert_uint_eq(suggest_distance(word, name), UINT_MAX);
	ck_assert_uint_eq(suggest_distance(name, word), UINT_MAX);
	suggest_init(&s, name);
	suggest_offer(&s, word);
	suggest_offer(&s, name);
	ck_assert_ptr_null(s.best);
}
END_TEST

Suite *suggest_suite(void)
{
	Suite *suite = suite_create("suggest");

	unit_add_loop(suite, "distance", test_distance, countof(distances));
	unit_add_loop(suite, "offer", test_offer, countof(words));
	unit_add(suite, "nearest, first", test_nearest_and_first);
	unit_add(suite, "long", test_long);
	return suite;
}
