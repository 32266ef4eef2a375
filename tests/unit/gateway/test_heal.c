/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Somebody's hand in the kernel: what he took is put back, the log says what
 * and whose doing it was, and he who does not stop gets no storm for it.
 */

#include "unit/gateway/suites.h"

#include "base/log.h"
#include "base/text.h"
#include "unit/gateway/world.h"

#include <string.h>

#define MSEC USEC_PER_MSEC

static text_t lines;

static void keep_line(void *user, log_level_t level, const char *line)
{
	if (level >= LOGL_DEBUG)
	{
		return;
	}
	text_add(&lines, line);
	text_char(&lines, '\n');
}

/** lines of the log with these words since the last forget */
static unsigned said(const char *words)
{
	unsigned n = 0;

	for (const char *at = strstr(text_str(&lines), words); at;
		 at = strstr(at + 1, words))
	{
		n++;
	}
	return n;
}

static world_t *up(unsigned n, const char *more)
{
	world_t *w = world_create(n);
	char *text = world_config(n, more, NULL), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
	world_up(w);
	for (unsigned i = 0; i < n; i++)
	{
		world_announce(w, i, "10.0.0.0/24", true);
	}
	world_run(w, USEC_PER_SEC);
	text_init(&lines);
	log_set(keep_line, NULL, LOGL_DEBUG);
	return w;
}

static void down(world_t *w)
{
	text_deinit(&lines);
	log_set(NULL, NULL, LOGL_ERROR);
	world_destroy(w);
}

static void touch(world_t *w, bool deleted, bool lost)
{
	fw_change_t change = {.deleted = deleted, .lost = lost};

	if (!lost)
	{
		change.pid = 4711;
		strcpy(change.process, "nft");
	}
	w->fw_gone |= deleted;
	core_firewall_changed(w->core, &change, w->now);
}

START_TEST(test_table_deleted)
{
	world_t *w = up(1, NULL);

	touch(w, true, false);
	world_run(w, 10 * MSEC);
	ck_assert(!w->fw_gone);
	ck_assert_uint_eq(
		said("nft (pid 4711) deleted table inet cygnet: written anew"), 1);
	ck_assert(!world_problem(w, "keeps changing"));
	down(w);
}
END_TEST

START_TEST(test_table_changed)
{
	world_t *w = up(1, NULL);
	unsigned applies = w->fw_applies;

	/* as with an element taken out of a set: handle and rules are the same */
	touch(w, false, false);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->fw_applies, applies + 1);
	ck_assert_uint_eq(said("nft (pid 4711) changed table inet cygnet"), 1);
	down(w);
}
END_TEST

START_TEST(test_table_lost)
{
	world_t *w = up(1, NULL);
	unsigned applies = w->fw_applies;

	/* overruns by what others do: it is looked at, and is well */
	for (unsigned i = 0; i < 5; i++)
	{
		touch(w, false, true);
	}
	world_run(w, 900 * MSEC);
	ck_assert_uint_eq(w->fw_applies, applies);
	w->fw_gone = true;
	touch(w, false, true);
	world_run(w, 900 * MSEC);
	ck_assert(!w->fw_gone);
	ck_assert_uint_eq(w->fw_applies, applies + 1);
	ck_assert_uint_eq(said("somebody changed table inet cygnet"), 1);
	down(w);
}
END_TEST

START_TEST(test_table_fight)
{
	world_t *w = up(1, NULL);
	unsigned applies = w->fw_applies;

	/* deleted again as soon as it is there, for a minute */
	for (unsigned i = 0; i < 6000; i++)
	{
		if (!w->fw_gone)
		{
			touch(w, true, false);
		}
		world_run(w, 10 * MSEC);
	}
	/* at 0, 0.1, 0.3, 0.7 … 12.7 s, then every 10 s */
	ck_assert_uint_ge(w->fw_applies - applies, 10);
	ck_assert_uint_le(w->fw_applies - applies, 14);
	ck_assert_uint_le(said("table inet cygnet"), 14);
	ck_assert(world_problem(w, "somebody keeps changing table inet cygnet, nft "
							   "(pid 4711) was the last"));
	ck_assert(world_problem(w, "no sooner than 10.0 s"));
	/* he stops: it is written once more, and then all is well and forgotten */
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert(!w->fw_gone);
	world_run(w, 31 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "keeps changing"));
	touch(w, true, false);
	world_run(w, 10 * MSEC);
	ck_assert(!w->fw_gone);
	down(w);
}
END_TEST

START_TEST(test_table_written_meanwhile)
{
	world_t *w = up(1, NULL);
	unsigned applies;
	char *text, *error;

	for (unsigned i = 0; i < 8; i++)
	{
		touch(w, true, false);
		world_run(w, 2 * USEC_PER_SEC);
	}
	w->fw_gone = false;
	touch(w, true, false);
	/* a reload that changes the table does not wait, and ends the wait */
	text = world_config(1, "mss_clamp = no", NULL);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, 10 * MSEC);
	ck_assert(!w->fw_gone);
	applies = w->fw_applies;
	world_run(w, 9 * USEC_PER_SEC);
	ck_assert_uint_eq(w->fw_applies, applies);
	down(w);
}
END_TEST

START_TEST(test_table_at_the_end)
{
	world_t *w = up(1, "keep_on_stop = none");
	unsigned applies;

	touch(w, true, false);
	world_run(w, 10 * MSEC);
	touch(w, true, false);
	core_stop_peers(w->core, w->now);
	core_stop(w->core, w->now);
	applies = w->fw_applies;
	touch(w, true, false);
	world_run(w, 20 * USEC_PER_SEC);
	ck_assert_uint_eq(w->fw_applies, applies);
	down(w);
}
END_TEST

Suite *heal_suite(void)
{
	Suite *s = suite_create("heal");

	unit_add(s, "table deleted", test_table_deleted);
	unit_add(s, "table changed", test_table_changed);
	unit_add(s, "table lost", test_table_lost);
	unit_add(s, "table fight", test_table_fight);
	unit_add(s, "table written meanwhile", test_table_written_meanwhile);
	unit_add(s, "table at the end", test_table_at_the_end);
	return s;
}
