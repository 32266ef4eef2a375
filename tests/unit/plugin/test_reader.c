/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which file is read, and what of a failure reaches a client.
 */

#include "cygnet_reader.h"

#include "base/log.h"
#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

#include <sys/stat.h>
#include <unistd.h>

static char file[64];
static char logged[1024];
static config_report_t report;

static void on_log(void *user, log_level_t level, const char *line)
{
	snprintf(logged, sizeof(logged), "%s", line);
}

static void setup(void)
{
	int fd;

	fake_charon_init();
	fake_gateway_reset();
	unsetenv("SWANCTL_DIR");
	strcpy(file, "/tmp/cygnet-test-XXXXXX");
	fd = mkstemp(file);
	ck_assert_int_ge(fd, 0);
	close(fd);
	logged[0] = '\0';
	log_set(on_log, NULL, LOGL_DEBUG);
	/* not initialised by the caller */
	memset(&report, 0xff, sizeof(report));
}

static void teardown(void)
{
	log_set(NULL, NULL, LOGL_WARN);
	unlink(file);
	fake_charon_deinit();
}

static void set_config(char *path)
{
	lib->settings->set_str(lib->settings, "charon.plugins.cygnet.config", path);
}

static void check_path(const char *expected)
{
	char *path = cygnet_reader_path();

	ck_assert_str_eq(path, expected);
	free(path);
}

START_TEST(test_path)
{
	check_path(SWANCTLDIR "/swanctl.conf");
	setenv("SWANCTL_DIR", "", 1);
	check_path(SWANCTLDIR "/swanctl.conf");
	setenv("SWANCTL_DIR", "/run/site", 1);
	check_path("/run/site/swanctl.conf");
	set_config("");
	check_path("/run/site/swanctl.conf");
	set_config("/etc/other.conf");
	check_path("/etc/other.conf");
}
END_TEST

START_TEST(test_loads)
{
	config_t *config;

	set_config(file);
	config = cygnet_reader_load(NULL, NULL, &report);
	ck_assert_ptr_nonnull(config);
	ck_assert_str_eq(fake_gateway.file, file);
	ck_assert(fake_gateway.source_was_there);
	/* it holds secrets */
	ck_assert_int_eq(fake_gateway.sources, 0);
	ck_assert_uint_eq(report.errors.count, 0);
	config_destroy(config);
}
END_TEST

START_TEST(test_bad_configuration)
{
	set_config(file);
	fake_gateway.bad_config = true;
	ck_assert_ptr_null(cygnet_reader_load(NULL, NULL, &report));
	ck_assert_int_eq(fake_gateway.sources, 0);
	config_report_deinit(&report);
}
END_TEST

START_TEST(test_parse_error_stays_in_the_log)
{
	set_config(file);
	fake_gateway.parse_error = "line 4: unexpected [hunter2]";
	ck_assert_ptr_null(cygnet_reader_load(NULL, NULL, &report));
	ck_assert_uint_eq(report.errors.count, 1);
	ck_assert_uint_eq(report.warnings.count, 0);
	ck_assert_ptr_null(strstr(report.errors.list[0], "hunter2"));
	ck_assert_ptr_null(strstr(report.errors.list[0], "line 4"));
	ck_assert_ptr_nonnull(strstr(report.errors.list[0], file));
	ck_assert_ptr_nonnull(strstr(logged, "line 4"));
	config_report_deinit(&report);
}
END_TEST

START_TEST(test_no_file)
{
	set_config("/nonexistent/swanctl.conf");
	ck_assert_ptr_null(cygnet_reader_load(NULL, NULL, &report));
	ck_assert_uint_eq(report.errors.count, 1);
	ck_assert_str_eq(
		report.errors.list[0],
		"/nonexistent/swanctl.conf: cannot be read: No such file or directory");
	ck_assert_str_eq(fake_gateway.file, "");
	config_report_deinit(&report);
}
END_TEST

START_TEST(test_pipe)
{
	char *why =
		str_format("%s: is no file but a pipe or a device: charon reads "
				   "it, so put it into a file first",
				   file);

	ck_assert_int_eq(unlink(file), 0);
	ck_assert_int_eq(mkfifo(file, 0600), 0);
	/* it would wait for ever for somebody who writes */
	ck_assert_ptr_null(cygnet_reader_load(NULL, file, &report));
	ck_assert_uint_eq(report.errors.count, 1);
	ck_assert_str_eq(report.errors.list[0], why);
	ck_assert_str_eq(fake_gateway.file, "");
	config_report_deinit(&report);
	free(why);
}
END_TEST

START_TEST(test_folder)
{
	ck_assert_ptr_null(cygnet_reader_load(NULL, "/tmp", &report));
	ck_assert_uint_eq(report.errors.count, 1);
	ck_assert_str_eq(report.errors.list[0],
					 "/tmp: is a folder: name the file in it");
	config_report_deinit(&report);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test);
	suite_add_tcase(suite, tcase);
}

Suite *reader_suite(void)
{
	Suite *suite = suite_create("reader");

	add(suite, "path", test_path);
	add(suite, "loads", test_loads);
	add(suite, "bad configuration", test_bad_configuration);
	add(suite, "parse error", test_parse_error_stays_in_the_log);
	add(suite, "no file", test_no_file);
	add(suite, "pipe", test_pipe);
	add(suite, "folder", test_folder);
	return suite;
}
