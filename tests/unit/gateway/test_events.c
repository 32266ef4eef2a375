/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The rings at their limits, what is kept and read back, and files that nobody
 * of ours wrote.
 */

#include "unit/gateway/suites.h"

#include "gateway/events.h"

#include <stdio.h>
#include <string.h>

static events_t *events;
static const view_event_t *list[EVENTS_MAX];
static bool lost;
static events_lost_t missed;

static void setup(void)
{
	events = events_create();
}

static void teardown(void)
{
	events_destroy(events);
}

static void add(const char *name, unsigned at)
{
	char why[32];

	snprintf(why, sizeof(why), "why %u", at);
	events_add(events, at, VIEW_EVENT_TUNNEL, name, "down", "forwarding", why);
}

/** all from a number on */
static size_t since(uint64_t seq)
{
	size_t n = 0;

	missed = (events_lost_t){0};
	while (n < countof(list) && (list[n] = events_take(events, &seq, &missed)))
	{
		n++;
	}
	ck_assert_uint_eq(seq, n < countof(list) ? events_next(events)
											 : list[n - 1]->seq + 1);
	lost = missed.count || missed.more;
	return n;
}

START_TEST(test_watch)
{
	ck_assert_uint_eq(events_next(events), 1);
	ck_assert_uint_eq(since(1), 0);
	ck_assert(!lost);
	add("a", 10);
	add("b", 11);
	ck_assert_uint_eq(since(1), 2);
	ck_assert_uint_eq(list[0]->seq, 1);
	ck_assert_str_eq(list[1]->name, "b");
	ck_assert_uint_eq(since(2), 1);
	ck_assert_uint_eq(since(3), 0);
	ck_assert(!lost);
	/* of another count: what there is, and that nobody knows what was missed */
	ck_assert_uint_eq(since(4), 2);
	ck_assert(missed.more && !missed.count);
	ck_assert_uint_eq(since(UINT64_MAX), 2);
	/* before the first */
	ck_assert_uint_eq(since(0), 2);
	ck_assert(!lost);
}
END_TEST

START_TEST(test_watch_limit)
{
	for (unsigned i = 1; i <= EVENTS_MAX; i++)
	{
		add("a", i);
	}
	ck_assert_uint_eq(since(1), EVENTS_MAX);
	ck_assert(!lost);
	add("a", 0);
	ck_assert_uint_eq(since(1), EVENTS_MAX);
	ck_assert_uint_eq(missed.count, 1);
	ck_assert_uint_eq(list[0]->seq, 2);
	ck_assert_uint_eq(list[EVENTS_MAX - 1]->seq, EVENTS_MAX + 1);
	ck_assert_uint_eq(since(2), EVENTS_MAX);
	ck_assert(!lost);
}
END_TEST

/* one that flaps wipes out nobody else's */
START_TEST(test_history)
{
	add("quiet", 1);
	for (unsigned i = 0; i < 2000; i++)
	{
		add("flaps", 100 + i);
	}
	events_add(events, 5000, VIEW_EVENT_NEIGHBOR, "quiet", "Established",
			   "Idle", "hold timer");
	ck_assert_uint_eq(events_of(events, "quiet", list), 2);
	ck_assert_str_eq(list[0]->why, "why 1");
	ck_assert_int_eq(list[1]->kind, VIEW_EVENT_NEIGHBOR);
	ck_assert_uint_eq(events_of(events, "flaps", list), EVENTS_OF_NAME);
	ck_assert_uint_eq(list[0]->wall, 2100 - EVENTS_OF_NAME);
	ck_assert_uint_eq(list[EVENTS_OF_NAME - 1]->wall, 2099);
	ck_assert_uint_eq(events_of(events, "nobody", list), 0);
}
END_TEST

START_TEST(test_names_limit)
{
	char name[16];

	for (unsigned i = 0; i <= EVENTS_NAMES_MAX; i++)
	{
		snprintf(name, sizeof(name), "t%u", i);
		add(name, i);
		/* it had something lately */
		add("t0", i);
	}
	ck_assert_uint_gt(events_of(events, "t0", list), 0);
	ck_assert_uint_eq(events_of(events, "t1", list), 0);
	ck_assert_uint_eq(events_of(events, name, list), 1);
}
END_TEST

START_TEST(test_words)
{
	char text[400];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	events_add(events, 1, VIEW_EVENT_TUNNEL, text, text, text, text);
	events_add(events, 2, VIEW_EVENT_TUNNEL, "a", "b\tc\n", "d\033[2J",
			   "e\x7f");
	ck_assert_uint_eq(since(1), 2);
	ck_assert_uint_eq(strlen(list[0]->why), sizeof(list[0]->why) - 1);
	ck_assert_uint_eq(strlen(list[0]->name), sizeof(list[0]->name) - 1);
	ck_assert_str_eq(list[1]->from, "b?c?");
	ck_assert_str_eq(list[1]->to, "d?[2J");
	ck_assert_str_eq(list[1]->why, "e?");
}
END_TEST

START_TEST(test_kept)
{
	text_t one = {0}, two = {0};

	for (unsigned i = 0; i < 40; i++)
	{
		add(i % 3 ? "a" : "b", i);
	}
	events_add(events, 7, VIEW_EVENT_NEIGHBOR, "a", "Idle", "Established", "");
	events_save(events, 0, &one);
	events_destroy(events);
	events = events_create();
	events_load(events, text_str(&one));
	events_save(events, 0, &two);
	ck_assert_str_eq(text_str(&one), text_str(&two));
	/* numbers go on, and what was kept is told, with what was not */
	ck_assert_uint_eq(events_next(events), 42);
	ck_assert_uint_eq(since(42), 0);
	ck_assert(!lost);
	/* 26 of a, of which 16 are kept; 14 of b, and one of the neighbour a */
	ck_assert_uint_eq(since(1), 31);
	ck_assert_uint_eq(missed.count, 10);
	ck_assert(!missed.more);
	ck_assert_str_eq(list[0]->name, "b");
	ck_assert_uint_eq(since(40), 2);
	ck_assert(!lost);
	add("a", 99);
	ck_assert_uint_eq(since(42), 1);
	ck_assert_uint_eq(events_of(events, "a", list), EVENTS_OF_NAME + 1);
	text_deinit(&one);
	text_deinit(&two);
}
END_TEST

/* a gateway that did not end in order: its last numbers are nobody else's */
START_TEST(test_not_in_order)
{
	text_t text = {0};

	add("a", 1);
	add("a", 2);
	events_save(events, EVENTS_RESERVE, &text);
	add("a", 3);
	events_destroy(events);
	events = events_create();
	events_load(events, text_str(&text));
	ck_assert_uint_eq(events_next(events), 3 + EVENTS_RESERVE);
	/* who has seen the third */
	ck_assert_uint_eq(since(4), 0);
	ck_assert(missed.more && !missed.count);
	ck_assert_uint_eq(since(1), 2);
	ck_assert(missed.more && !missed.count);
	add("b", 4);
	ck_assert_uint_eq(since(4), 1);
	ck_assert_uint_eq(list[0]->seq, 3 + EVENTS_RESERVE);
	ck_assert(missed.more && !missed.count);
	ck_assert_uint_eq(since(3 + EVENTS_RESERVE), 1);
	ck_assert(!lost);
	/* the ring has gone round since */
	for (unsigned i = 0; i < EVENTS_MAX; i++)
	{
		add("c", i);
	}
	ck_assert_uint_eq(since(1), EVENTS_MAX);
	ck_assert_uint_eq(missed.count, 3 + EVENTS_RESERVE);
	text_deinit(&text);
}
END_TEST

static const struct
{
	const char *line;
	uint64_t next;
} nexts[] = {
	{"next\t3\n", 3},     {"next\t4\n", 4},
	{"next\t131\n", 131}, {"next\t132\n", 3},
	{"next\t2\n", 3},     {"next\t\n", 3},
	{"next\tx\n", 3},     {"next\t18446744073709551615\n", 3},
	{"next\t4 \n", 3},    {"nextt4\n", 3},
};

START_TEST(test_next)
{
	events_load(events, "1\t8\ttunnel\ta\tb\tc\td\n2\t8\ttunnel\ta\tb\tc\td\n");
	events_load(events, nexts[_i].line);
	ck_assert_uint_eq(events_next(events), nexts[_i].next);
}
END_TEST

static const char *const junk[] = {
	"",
	"\n\n\n",
	"hello\n",
	"1\t2\ttunnel\ta\tb\tc\n",
	"1\t2\ttunnel\ta\tb\tc\td\te\n",
	"x\t2\ttunnel\ta\tb\tc\td\n",
	"1\t-2\ttunnel\ta\tb\tc\td\n",
	"1\t2\ttable\ta\tb\tc\td\n",
	"1\t2\ttunnel\t\tb\tc\td\n",
	"0\t2\ttunnel\ta\tb\tc\td\n",
	"18446744073709551615\t2\ttunnel\ta\tb\tc\td\n",
	"99999999999999999999999\t2\ttunnel\ta\tb\tc\td\n",
};

START_TEST(test_junk)
{
	char *text = str_format("%s7\t8\ttunnel\ta\tb\tc\td", junk[_i]);

	events_load(events, junk[_i]);
	ck_assert_uint_eq(events_of(events, "a", list), 0);
	ck_assert_uint_eq(events_next(events), 1);
	/* a good line after it is taken, without its end too */
	events_load(events, text);
	ck_assert_uint_eq(events_of(events, "a", list), 1);
	ck_assert_uint_eq(list[0]->wall, 8);
	ck_assert_uint_eq(events_next(events), 8);
	/* and in order alone */
	events_load(events, text);
	ck_assert_uint_eq(events_of(events, "a", list), 1);
	free(text);
}
END_TEST

Suite *events_suite(void)
{
	Suite *suite = suite_create("events");
	TCase *tcase = tcase_create("events");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_watch);
	tcase_add_test(tcase, test_watch_limit);
	tcase_add_test(tcase, test_history);
	tcase_add_test(tcase, test_names_limit);
	tcase_add_test(tcase, test_words);
	tcase_add_test(tcase, test_kept);
	tcase_add_test(tcase, test_not_in_order);
	tcase_add_loop_test(tcase, test_next, 0, countof(nexts));
	tcase_add_loop_test(tcase, test_junk, 0, countof(junk));
	suite_add_tcase(suite, tcase);
	return suite;
}
