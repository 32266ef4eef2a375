/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Growing text, around the sizes at which it grows.
 */

#include "unit/base/suites.h"

#include "base/text.h"

#include <string.h>

START_TEST(test_empty)
{
	text_t t = {0};
	char *taken;

	ck_assert_str_eq(text_str(&t), "");
	text_clear(&t);
	text_truncate(&t, 0);
	text_pad(&t, 0);
	taken = text_take(&t);
	ck_assert_str_eq(taken, "");
	free(taken);
	text_deinit(&t);
	text_init(&t);
	text_add(&t, "");
	text_add_len(&t, NULL, 0);
	text_printf(&t, "%s", "");
	ck_assert_str_eq(text_str(&t), "");
	ck_assert_uint_eq(t.len, 0);
	text_deinit(&t);
}
END_TEST

START_TEST(test_parts)
{
	text_t t = {0};

	text_add(&t, "status");
	text_char(&t, ':');
	text_pad(&t, 10);
	text_add_len(&t, "upward", 2);
	text_printf(&t, " %d of %s", 3, "3");
	ck_assert_str_eq(text_str(&t), "status:   up 3 of 3");
	ck_assert_uint_eq(t.len, strlen(t.s));
	text_pad(&t, 4);
	ck_assert_str_eq(text_str(&t), "status:   up 3 of 3");
	text_truncate(&t, 100);
	text_truncate(&t, 6);
	ck_assert_str_eq(text_str(&t), "status");
	text_clear(&t);
	ck_assert_str_eq(text_str(&t), "");
	text_add(&t, "again");
	ck_assert_str_eq(text_str(&t), "again");
	text_deinit(&t);
	ck_assert_str_eq(text_str(&t), "");
}
END_TEST

START_TEST(test_growth)
{
	char part[300];

	memset(part, 'x', sizeof(part));
	for (size_t first = 0; first < 130; first++)
	{
		for (size_t second = 60; second < 70; second++)
		{
			text_t t = {0};

			text_add_len(&t, part, first);
			text_printf(&t, "%.*s", (int)second, part);
			text_char(&t, '.');
			ck_assert_uint_eq(t.len, first + second + 1);
			ck_assert_uint_eq(strlen(t.s), t.len);
			ck_assert_uint_gt(t.room, t.len);
			text_deinit(&t);
		}
	}
}
END_TEST

START_TEST(test_take)
{
	text_t t = {0};
	char *taken;

	text_add(&t, "mine");
	taken = text_take(&t);
	ck_assert_str_eq(text_str(&t), "");
	text_add(&t, "other");
	ck_assert_str_eq(taken, "mine");
	free(taken);
	text_deinit(&t);
}
END_TEST

Suite *text_suite(void)
{
	Suite *suite = suite_create("text");

	unit_add(suite, "empty", test_empty);
	unit_add(suite, "parts", test_parts);
	unit_add(suite, "growth", test_growth);
	unit_add(suite, "take", test_take);
	return suite;
}
