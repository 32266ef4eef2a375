/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Columns as wide as their widest cell, and cells that are empty. */

#include "unit/cli/suites.h"

#include "cli/fold.h"
#include "cli/table.h"

START_TEST(test_columns)
{
	static const char *const heads[] = {"A", "LONG", NULL};
	text_t out = {0};
	table_t t;

	table_init(&t, heads);
	table_cell(&t, "%s", "wider");
	table_cell(&t, "%d", 1);
	table_cell(&t, "%s", "");
	table_cell(&t, "%s", "longer than its head");
	table_print(&t, &out);
	ck_assert_str_eq(text_str(&out), "A      LONG\n"
									 "wider  1\n"
									 "-      longer than its head\n");
	text_deinit(&out);
	table_deinit(&t);
}
END_TEST

START_TEST(test_rest)
{
	static const char *const heads[] = {"A", "B", NULL};
	text_t out = {0};
	table_t t;

	/* a row cut short is a line all the same */
	table_init(&t, heads);
	table_cell(&t, "x");
	table_print(&t, &out);
	ck_assert_str_eq(text_str(&out), "A  B\nx\n");
	text_deinit(&out);
	table_deinit(&t);
}
END_TEST

/** three columns on a screen that has room for two, and a last one that is
 * longer than a line */
START_TEST(test_fit)
{
	static const char *const heads[] = {"NAME", "STATE", "WHY", NULL};
	text_t out = {0};
	table_t t;

	table_init(&t, heads);
	table_cell(&t, "one");
	table_cell(&t, "down");
	table_cell(&t, "nobody answers, and nobody will");
	table_cell(&t, "two");
	table_cell(&t, "up");
	table_cell(&t, "%s", "");
	table_fit(&t, 24, &out);
	ck_assert_str_eq(text_str(&out), "NAME  STATE\n"
									 "    WHY\n"
									 "one   down\n"
									 "    nobody answers, and\n"
									 "        nobody will\n"
									 "two   up\n");
	text_clear(&out);
	/* as wide as it is, and one column less */
	table_fit(&t, 44, &out);
	ck_assert_str_eq(text_str(&out),
					 "NAME  STATE  WHY\n"
					 "one   down   nobody answers, and nobody will\n"
					 "two   up     -\n");
	text_clear(&out);
	table_fit(&t, 43, &out);
	ck_assert_str_eq(text_str(&out), "NAME  STATE\n"
									 "    WHY\n"
									 "one   down\n"
									 "    nobody answers, and nobody will\n"
									 "two   up\n");
	text_deinit(&out);
	table_deinit(&t);
}
END_TEST

static const struct
{
	const char *text;
	unsigned width;
	const char *folded;
} folds[] = {
	{"", 10, ""},
	{"\n\n", 10, "\n\n"},
	{"ten colum\n", 9, "ten colum\n"},
	{"ten colums\n", 9, "ten\n    colums\n"},
	{"ten colums", 9, "ten\n    colums"},
	{"ten colums", 0, "ten colums"},
	{"a word_that_is_too_long\n", 9, "a\n    word_that_is_too_long\n"},
	{"  key    value that is long\n", 20,
	 "  key    value that\n"
	 "         is long\n"},
	/* no second column where it would leave less than half of the line */
	{"  a key of ten  value\n", 20, "  a key of ten\n      value\n"},
	/* columns, not bytes */
	{"\302\247\302\247\302\247 \302\247\302\247\n", 6,
	 "\302\247\302\247\302\247 \302\247\302\247\n"},
	/* nothing is left of spaces at the end */
	{"ten colums          \n", 10, "ten colums\n"},
	{"one\nten colums\ntwo\n", 9, "one\nten\n    colums\ntwo\n"},
};

START_TEST(test_fold)
{
	text_t out = {0};

	text_add(&out, "before ");
	text_add(&out, folds[_i].text);
	fold(&out, 7, folds[_i].width);
	ck_assert_str_eq(text_str(&out) + 7, folds[_i].folded);
	text_deinit(&out);
}
END_TEST

Suite *table_suite(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = tcase_create("table");

	tcase_add_test(tcase, test_columns);
	tcase_add_test(tcase, test_rest);
	tcase_add_test(tcase, test_fit);
	tcase_add_loop_test(tcase, test_fold, 0, countof(folds));
	suite_add_tcase(suite, tcase);
	return suite;
}
