/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Log lines: which pass, how they are cut and cleaned.
 */

#include "unit/base/suites.h"

#include "base/log.h"

#include <string.h>
#include <unistd.h>

static char got[2048];
static int got_level;
static unsigned got_count;

static void take(void *user, log_level_t level, const char *line)
{
	ck_assert_ptr_eq(user, &got_level);
	got_level = (int)level;
	got_count++;
	snprintf(got, sizeof(got), "%s", line);
}

static void setup(void)
{
	got[0] = '\0';
	got_count = 0;
	log_set(take, &got_level, LOGL_DEBUG);
}

static void teardown(void)
{
	log_set(NULL, NULL, LOGL_WARN);
}

START_TEST(test_levels)
{
	for (int max = LOGL_ERROR; max <= LOGL_DEBUG; max++)
	{
		log_set(take, &got_level, (log_level_t)max);
		for (int level = LOGL_ERROR; level <= LOGL_DEBUG; level++)
		{
			got_count = 0;
			log_line((log_level_t)level, "line %d", level);
			ck_assert_uint_eq(got_count, level <= max);
			ck_assert(level > max || got_level == level);
		}
	}
}
END_TEST

START_TEST(test_names)
{
	log_error("%s", "e");
	ck_assert_int_eq(got_level, LOGL_ERROR);
	log_warn("%s", "w");
	ck_assert_int_eq(got_level, LOGL_WARN);
	log_notice("%s", "n");
	ck_assert_int_eq(got_level, LOGL_NOTICE);
	log_info("%s", "i");
	ck_assert_int_eq(got_level, LOGL_INFO);
	log_debug("%s", "d");
	ck_assert_int_eq(got_level, LOGL_DEBUG);
	ck_assert_str_eq(got, "d");
}
END_TEST

START_TEST(test_length)
{
	char *text = mem_alloc(3000);

	for (size_t len = 1000; len < 1100; len++)
	{
		memset(text, 'x', len);
		text[len] = '\0';
		log_info("%s", text);
		ck_assert_uint_eq(strlen(got), len <= 1023 ? len : 1023);
		ck_assert_int_eq(strcmp(&got[strlen(got) - 3], "...") == 0, len > 1023);
	}
	log_info("%s", "");
	ck_assert_str_eq(got, "");
	free(text);
}
END_TEST

START_TEST(test_cut_between_characters)
{
	/* U+20AC in three bytes, moved along by one */
	for (int pad = 0; pad < 3; pad++)
	{
		char *text = mem_alloc(1300);
		size_t len;

		memset(text, 'x', (size_t)pad);
		for (unsigned i = 0; i < 400; i++)
		{
			strcpy(&text[(size_t)pad + i * 3], "\xe2\x82\xac");
		}
		log_info("%s", text);
		len = strlen(got);
		ck_assert_uint_le(len, 1023);
		ck_assert_uint_ge(len, 1021);
		ck_assert_str_eq(&got[len - 3], "...");
		ck_assert_uint_eq((len - 3 - (size_t)pad) % 3, 0);
		free(text);
	}
}
END_TEST

START_TEST(test_control_characters)
{
	log_info("a\nb\rc\td\x1b[2Je\x7f"
			 "f");
	ck_assert_str_eq(got, "a?b?c?d?[2Je?f");
	for (int c = 1; c < 0x20; c++)
	{
		log_info("%c", c);
		ck_assert_str_eq(got, "?");
	}
	/* C1: U+009B is a terminal's CSI too; U+00A0 and after are letters */
	log_info("\xc2\x80 \xc2\x9b \xc2\x9f \xc2\xa0 \xc3\xa4 \xc2");
	ck_assert_str_eq(got, "?? ?? ?? \xc2\xa0 \xc3\xa4 \xc2");
}
END_TEST

static unsigned tapped;
static log_level_t tapped_level;

static void tap(void *user, log_level_t level, const char *line)
{
	ck_assert_ptr_eq(user, &tapped);
	ck_assert_str_eq(line, "a?b");
	tapped_level = level;
	tapped++;
}

/* it hears what the first reader hears, and more up to its own level */
START_TEST(test_tap)
{
	for (int max = LOGL_ERROR; max <= LOGL_DEBUG; max++)
	{
		for (int also = LOGL_ERROR; also <= LOGL_DEBUG; also++)
		{
			log_set(take, &got_level, (log_level_t)max);
			log_tap(tap, &tapped, (log_level_t)also);
			for (int level = LOGL_ERROR; level <= LOGL_DEBUG; level++)
			{
				got_count = tapped = 0;
				log_line((log_level_t)level, "a\nb");
				ck_assert_uint_eq(got_count, level <= max);
				ck_assert_uint_eq(tapped, level <= max || level <= also);
				ck_assert(!tapped || (int)tapped_level == level);
			}
		}
	}
	log_tap(NULL, NULL, LOGL_DEBUG);
	tapped = got_count = 0;
	log_error("a\nb");
	ck_assert_uint_eq(tapped, 0);
	ck_assert_uint_eq(got_count, 1);
}
END_TEST

START_TEST(test_level_names)
{
	log_level_t level = LOGL_DEBUG;

	for (int i = LOGL_ERROR; i <= LOGL_DEBUG; i++)
	{
		ck_assert(log_level_parse(log_level_name((log_level_t)i), &level));
		ck_assert_int_eq((int)level, i);
	}
	ck_assert(log_level_parse("WARN", &level));
	ck_assert_int_eq((int)level, LOGL_WARN);
	ck_assert(!log_level_parse("", &level));
	ck_assert(!log_level_parse("warning", &level));
	ck_assert_int_eq((int)level, LOGL_WARN);
}
END_TEST

START_TEST(test_stderr)
{
	FILE *file = tmpfile();
	char text[256] = "";

	ck_assert_ptr_nonnull(file);
	fflush(stderr);
	ck_assert_int_ge(dup2(fileno(file), STDERR_FILENO), 0);
	log_set(NULL, NULL, LOGL_DEBUG);
	log_error("one");
	log_warn("two");
	log_notice("three");
	fflush(stderr);
	rewind(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	ck_assert_str_eq(text, "cygnet: one\ncygnet: two\n");
	fclose(file);
}
END_TEST

Suite *log_suite(void)
{
	Suite *suite = suite_create("log");
	TCase *tcase = tcase_create("log");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_levels);
	tcase_add_test(tcase, test_names);
	tcase_add_test(tcase, test_length);
	tcase_add_test(tcase, test_cut_between_characters);
	tcase_add_test(tcase, test_control_characters);
	tcase_add_test(tcase, test_tap);
	tcase_add_test(tcase, test_level_names);
	tcase_add_test(tcase, test_stderr);
	suite_add_tcase(suite, tcase);
	return suite;
}
