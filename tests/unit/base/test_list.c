/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The intrusive list.
 */

#include "unit/base/suites.h"

#include "base/list.h"

#include <string.h>

typedef struct item_t
{
	char name;
	list_t link;
} item_t;

static list_t head;
static item_t items[4];

static void setup(void)
{
	list_init(&head);
	for (size_t i = 0; i < countof(items); i++)
	{
		items[i].name = (char)('a' + i);
		list_init(&items[i].link);
		list_append(&head, &items[i].link);
	}
}

static void assert_list(const char *want)
{
	char got[8] = "";

	list_each(&head, item, item_t, link)
	{
		strncat(got, &item->name, 1);
	}
	ck_assert_str_eq(got, want);
}

START_TEST(test_order)
{
	assert_list("abcd");
	ck_assert_ptr_eq(list_first(&head, item_t, link), &items[0]);
	list_remove(&items[1].link);
	assert_list("acd");
	list_remove(&items[0].link);
	list_remove(&items[3].link);
	assert_list("c");
	list_append(&head, &items[0].link);
	assert_list("ca");
}
END_TEST

START_TEST(test_linked)
{
	ck_assert(!list_empty(&head));
	for (size_t i = 0; i < countof(items); i++)
	{
		ck_assert(list_linked(&items[i].link));
		list_remove(&items[i].link);
		ck_assert(!list_linked(&items[i].link));
		/* twice does no harm */
		list_remove(&items[i].link);
	}
	ck_assert(list_empty(&head));
	assert_list("");
}
END_TEST

START_TEST(test_remove_in_walk)
{
	size_t count = 0;

	list_each_safe(&head, item, item_t, link)
	{
		if (item->name != 'c')
		{
			list_remove(&item->link);
		}
		count++;
	}
	ck_assert_uint_eq(count, countof(items));
	assert_list("c");
}
END_TEST

Suite *list_suite(void)
{
	Suite *suite = suite_create("list");
	TCase *tcase = tcase_create("list");

	tcase_add_checked_fixture(tcase, setup, NULL);
	tcase_add_test(tcase, test_order);
	tcase_add_test(tcase, test_linked);
	tcase_add_test(tcase, test_remove_in_walk);
	suite_add_tcase(suite, tcase);
	return suite;
}
