/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Columns as wide as their widest cell, and cells that are empty. */

#include "unit/cli/suites.h"

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

Suite *table_suite(void)
{
	Suite *suite = suite_create("table");
	TCase *tcase = tcase_create("table");

	tcase_add_test(tcase, test_columns);
	tcase_add_test(tcase, test_rest);
	suite_add_tcase(suite, tcase);
	return suite;
}
