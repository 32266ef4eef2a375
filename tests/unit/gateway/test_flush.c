/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A flush takes what has our mark, and no more; and the guard's file.
 */

#include "unit/gateway/suites.h"

#include "gateway/flush_list.h"
#include "gateway/state.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static flush_list_t list;

static void take(kernel_event_t e, bool ours)
{
	e.dump = true;
	e.ours = ours;
	flush_list_take(&list, &e);
}

START_TEST(test_marks)
{
	static const kernel_what_t kinds[] = {
		KERNEL_WHAT_LINK,  KERNEL_WHAT_ADDR,  KERNEL_WHAT_NEXTHOP,
		KERNEL_WHAT_GROUP, KERNEL_WHAT_ROUTE, KERNEL_WHAT_RULE};
	size_t total = 0;

	flush_list_init(&list);
	for (size_t i = 0; i < countof(kinds); i++)
	{
		kernel_event_t e = {.what = kinds[i], .dump = true, .ours = true};

		/* somebody else's; a notification, not of the dump; gone by now */
		take(e, false);
		e.dump = false;
		flush_list_take(&list, &e);
		e.dump = e.gone = true;
		flush_list_take(&list, &e);
	}
	for (unsigned i = 0; i < FLUSH_STEPS; i++)
	{
		total += list.steps[i].count;
	}
	ck_assert_uint_eq(total, 0);
	ck_assert_uint_eq(list.count.routes, 0);
	flush_list_deinit(&list);
}
END_TEST

START_TEST(test_order)
{
	kernel_event_t route = {.what = KERNEL_WHAT_ROUTE};
	kernel_event_t hop = {.what = KERNEL_WHAT_NEXTHOP};
	kernel_event_t group = {.what = KERNEL_WHAT_GROUP};
	kernel_event_t link = {.what = KERNEL_WHAT_LINK};
	kernel_event_t rule = {.what = KERNEL_WHAT_RULE};

	flush_list_init(&list);
	strcpy(link.link.name, "cyg-a");
	link.link.index = 9;
	take(link, true);
	rule.rule.priority = KERNEL_PIN_PRIORITY;
	take(rule, true);
	route.route.table = KERNEL_PIN_TABLE;
	take(route, true);
	/* the kernel takes it along with its group */
	route.route.nexthop = KERNEL_NH_FIRST;
	take(route, true);
	hop.nexthop.id = KERNEL_NH_FIRST + 1;
	take(hop, true);
	group.group.id = KERNEL_NH_FIRST;
	take(group, true);
	/* addresses go with their links */
	take((kernel_event_t){.what = KERNEL_WHAT_ADDR}, true);
	for (unsigned i = 0; i < FLUSH_STEPS; i++)
	{
		ck_assert_uint_eq(list.steps[i].count, 1);
	}
	ck_assert_int_eq(list.steps[FLUSH_GROUPS].ops[0].kind, KERNEL_NEXTHOP_DEL);
	ck_assert_uint_eq(list.steps[FLUSH_GROUPS].ops[0].nexthop.id,
					  KERNEL_NH_FIRST);
	ck_assert_uint_eq(list.steps[FLUSH_NEXTHOPS].ops[0].nexthop.id,
					  KERNEL_NH_FIRST + 1);
	ck_assert_int_eq(list.steps[FLUSH_ROUTES].ops[0].kind, KERNEL_ROUTE_DEL);
	ck_assert_int_eq(list.steps[FLUSH_RULES].ops[0].kind, KERNEL_RULE_DEL);
	ck_assert_int_eq(list.steps[FLUSH_LINKS].ops[0].kind, KERNEL_LINK_DEL);
	ck_assert_uint_eq(list.steps[FLUSH_LINKS].ops[0].link.index, 9);
	ck_assert_uint_eq(list.count.routes, 2);
	ck_assert_uint_eq(list.count.nexthops, 2);
	ck_assert_uint_eq(list.count.links, 1);
	ck_assert_uint_eq(list.count.rules, 1);
	flush_list_deinit(&list);
}
END_TEST

static char *read_all(const char *path)
{
	static char buf[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	if (!f)
	{
		return NULL;
	}
	n = fread(buf, 1, sizeof(buf) - 1, f);
	buf[n] = '\0';
	fclose(f);
	return buf;
}

START_TEST(test_state)
{
	char top[] = "/tmp/unit-state-XXXXXX";
	char *dir, *path, *new;
	struct stat st;

	ck_assert_ptr_nonnull(mkdtemp(top));
	dir = str_format("%s/cygnet", top);
	path = state_guard_path(dir);
	new = str_format("%s.new", path);
	/* nothing to take away is well */
	ck_assert_int_eq(state_guard_save(dir, NULL), 0);
	ck_assert_int_eq(state_guard_save(dir, "one\n"), 0);
	ck_assert_str_eq(read_all(path), "one\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
	ck_assert_int_eq(stat(dir, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0700);
	/* a link that somebody laid in the way is not followed */
	ck_assert_int_eq(symlink("/dev/full", new), 0);
	ck_assert_int_eq(state_guard_save(dir, "two\n"), 0);
	ck_assert_str_eq(read_all(path), "two\n");
	ck_assert_int_ne(access(new, F_OK), 0);
	ck_assert_int_eq(state_guard_save(dir, NULL), 0);
	ck_assert_ptr_null(read_all(path));
	ck_assert_int_eq(rmdir(dir), 0);
	ck_assert_int_eq(rmdir(top), 0);
	/* no place for it: nothing is made */
	ck_assert_int_lt(state_guard_save(dir, "three\n"), 0);
	free(new);
	free(path);
	free(dir);
}
END_TEST

Suite *flush_suite(void)
{
	Suite *s = suite_create("flush");

	unit_add(s, "marks", test_marks);
	unit_add(s, "order", test_order);
	unit_add(s, "state", test_state);
	return s;
}
