/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lines of ours in charon's log, by level and by the option.
 */

#include "cygnet_log.h"

#include "base/log.h"
#include "fake_charon.h"
#include "suites.h"

static void set_level(char *level)
{
	lib->settings->set_str(lib->settings, "charon.plugins.cygnet.log_level",
						   level);
}

static void all_levels(void)
{
	log_error("an error");
	log_warn("a warning");
	log_notice("a notice");
	log_info("an info");
	log_debug("a debug line with 100%%");
}

START_TEST(test_levels)
{
	fake_charon_init();
	set_level("debug");
	cygnet_log_open();
	all_levels();
	ck_assert_uint_eq(fake_n_lines, 5);
	ck_assert_str_eq(fake_lines[0].text, "cygnet: an error");
	ck_assert_int_eq(fake_lines[0].level, 0);
	ck_assert_int_eq(fake_lines[1].level, 0);
	ck_assert_int_eq(fake_lines[2].level, 0);
	ck_assert_int_eq(fake_lines[3].level, 1);
	ck_assert_int_eq(fake_lines[4].level, 1);
	ck_assert_int_eq(fake_lines[4].group, DBG_NET);
	/* a line is no format */
	ck_assert_str_eq(fake_lines[4].text, "cygnet: a debug line with 100%");
	cygnet_log_close();
	fake_charon_deinit();
}
END_TEST

START_TEST(test_option)
{
	static const struct
	{
		char *level;
		unsigned lines;
	} options[] = {
		{"error", 1}, {"warn", 2},  {"notice", 3},
		{"info", 4},  {"debug", 5}, {"Notice", 3},
	};

	ck_assert_uint_eq(countof(options), 6);
	fake_charon_init();
	set_level(options[_i].level);
	cygnet_log_open();
	all_levels();
	ck_assert_uint_eq(fake_n_lines, options[_i].lines);
	cygnet_log_close();
	fake_charon_deinit();
}
END_TEST

START_TEST(test_default_and_nonsense)
{
	fake_charon_init();
	cygnet_log_open();
	all_levels();
	ck_assert_uint_eq(fake_n_lines, 4);
	cygnet_log_close();

	fake_n_lines = 0;
	set_level("loud");
	cygnet_log_open();
	ck_assert_uint_eq(fake_n_lines, 1);
	ck_assert_ptr_nonnull(strstr(fake_lines[0].text, "loud"));
	all_levels();
	ck_assert_uint_eq(fake_n_lines, 5);
	cygnet_log_close();
	fake_charon_deinit();
}
END_TEST

START_TEST(test_close)
{
	fake_charon_init();
	cygnet_log_open();
	cygnet_log_close();
	log_error("not for charon");
	ck_assert_uint_eq(fake_n_lines, 0);
	fake_charon_deinit();
}
END_TEST

Suite *log_suite(void)
{
	Suite *suite = suite_create("log");

	unit_add(suite, "levels", test_levels);
	unit_add_loop(suite, "option", test_option, 6);
	unit_add(suite, "default and nonsense", test_default_and_nonsense);
	unit_add(suite, "close", test_close);
	return suite;
}
