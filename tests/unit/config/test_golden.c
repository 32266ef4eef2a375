/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Whole files and every message that they give: tests/golden/config/NAME.conf
 * beside NAME.err, and conf/examples, which give none. Read by the tests' own
 * source, and by libstrongswan's parser where it is there. With
 * CYGNET_GOLDEN=write the .err files are written instead of compared.
 */

#include "suites.h"

#include "base/text.h"
#include "config/config.h"
#include "text_source.h"

#include <glob.h>
#include <string.h>

#define GOLDEN   CYGNET_SRCDIR "/tests/golden/config/"
#define EXAMPLES CYGNET_SRCDIR "/conf/examples/"

static glob_t golden, examples;

#ifdef HAVE_STRONGSWAN
/* libstrongswan's, whose headers change what a test sees of libc */
bool library_init(char *settings, const char *name);
void library_deinit(void);
#endif

/** all messages of a load; a refused one gives no configuration */
static char *load(const config_source_t *source)
{
	config_report_t report;
	config_t *config = config_load(source, &report);
	text_t text = {.len = 0};

	ck_assert_int_eq(config != NULL, report.errors.count == 0);
	for (size_t i = 0; i < report.errors.count; i++)
	{
		text_printf(&text, "error: %s\n", report.errors.list[i]);
	}
	for (size_t i = 0; i < report.warnings.count; i++)
	{
		text_printf(&text, "warning: %s\n", report.warnings.list[i]);
	}
	config_report_deinit(&report);
	config_destroy(config);
	text_add(&text, "");
	return text_take(&text);
}

static char *load_text(const char *file)
{
	char *text = text_source_read(file), *messages;
	config_source_t *source;

	ck_assert_msg(text != NULL, "cannot read %s", file);
	source = text_source_create(text);
	ck_assert_msg(source != NULL, "bad syntax in %s", file);
	messages = load(source);
	source->destroy(source);
	free(text);
	return messages;
}

/** what NAME.err says for NAME.conf */
static char *expected(const char *file, const char *messages)
{
	char *name = str_format("%.*s.err", (int)(strlen(file) - 5), file);
	char *text;

	if (getenv("CYGNET_GOLDEN") && !strcmp(getenv("CYGNET_GOLDEN"), "write"))
	{
		FILE *f = fopen(name, "we");

		ck_assert(f != NULL);
		fputs(messages, f);
		fclose(f);
	}
	text = text_source_read(name);
	ck_assert_msg(text != NULL, "cannot read %s", name);
	free(name);
	return text;
}

/** the first line that differs: whole files are more than Check can show */
static void same(const char *file, const char *seen, const char *wanted)
{
	while (*seen || *wanted)
	{
		int n = (int)strcspn(seen, "\n"), m = (int)strcspn(wanted, "\n");

		ck_assert_msg(n == m && !strncmp(seen, wanted, (size_t)n),
					  "%s\n  seen   %.*s\n  wanted %.*s", file, n, seen, m,
					  wanted);
		seen += n + (seen[n] == '\n');
		wanted += m + (wanted[m] == '\n');
	}
}

START_TEST(test_golden)
{
	const char *file = golden.gl_pathv[_i];
	char *messages = load_text(file);
	char *wanted = expected(file, messages);

	same(file, messages, wanted);
	free(wanted);
	free(messages);
}
END_TEST

START_TEST(test_examples)
{
	const char *file = examples.gl_pathv[_i];
	char *messages = load_text(file);

	ck_assert_msg(!*messages, "%s\ngives\n%s", file, messages);
	free(messages);
}
END_TEST

/** the examples in the manual are good too; one of policies alone is put
 * where it belongs */
START_TEST(test_manual)
{
	static const char start[] = ".Bd -literal -offset indent\n";
	char *page = text_source_read(CYGNET_SRCDIR "/man/cygnet.conf.5.in");
	unsigned count = 0;

	ck_assert_ptr_nonnull(page);
	for (char *at = page; (at = strstr(at, start)); count++)
	{
		char *end = strstr(at += strlen(start), ".Ed\n"), *messages, *text;
		bool whole = !strncmp(at, "connections", 11);
		config_source_t *source;

		ck_assert_ptr_nonnull(end);
		text = str_format("%s%.*s%s", whole ? "" : "cygnet {\n",
						  (int)(end - at), at, whole ? "" : "}\n");
		source = text_source_create(text);
		ck_assert_msg(source != NULL, "%s", text);
		messages = load(source);
		ck_assert_msg(whole ? !*messages : !strstr(messages, "error:"), "%s%s",
					  text, messages);
		source->destroy(source);
		free(messages);
		free(text);
		at = end;
	}
	ck_assert_uint_eq(count, 3);
	free(page);
}
END_TEST

START_TEST(test_there)
{
	ck_assert_uint_gt(golden.gl_pathc, 0);
	ck_assert_uint_gt(examples.gl_pathc, 0);
}
END_TEST

#ifdef HAVE_STRONGSWAN
static char *load_settings(const char *file)
{
	config_source_t *source;
	char *error, *messages;

	source = settings_source_create(file, &error);
	ck_assert_msg(source != NULL, "%s", error);
	ck_assert_ptr_null(error);
	messages = load(source);
	source->destroy(source);
	return messages;
}

static void settings_setup(void)
{
	static char none[] = ""; /* no strongswan.conf */

	ck_assert(library_init(none, "cygnet-unit"));
}

START_TEST(test_settings)
{
	bool first = (size_t)_i < golden.gl_pathc;
	const char *file = first ? golden.gl_pathv[_i]
							 : examples.gl_pathv[(size_t)_i - golden.gl_pathc];
	char *ours = load_text(file);
	char *theirs = load_settings(file);

	same(file, theirs, ours);
	free(ours);
	free(theirs);
}
END_TEST

START_TEST(test_settings_missing)
{
	char *error = NULL;

	ck_assert_ptr_null(settings_source_create(GOLDEN "none.conf", &error));
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	free(error);
}
END_TEST

START_TEST(test_settings_syntax)
{
	char *error = NULL;

	ck_assert_ptr_null(settings_source_create(GOLDEN "syntax.bad", &error));
	ck_assert_ptr_nonnull(strstr(error, "parser"));
	/* it may quote secrets: where, not what */
	ck_assert_ptr_null(strstr(error, "hunter2"));
	free(error);
}
END_TEST
#endif

Suite *golden_suite(void)
{
	Suite *s = suite_create("golden");

	glob(GOLDEN "*.conf", 0, NULL, &golden);
	glob(EXAMPLES "*.conf", 0, NULL, &examples);
	unit_add(s, "there", test_there);
	unit_add(s, "manual", test_manual);
	unit_add_loop(s, "golden", test_golden, golden.gl_pathc);
	unit_add_loop(s, "examples", test_examples, examples.gl_pathc);
#ifdef HAVE_STRONGSWAN
	{
		TCase *tcase = tcase_create("settings");

		tcase_add_checked_fixture(tcase, settings_setup, library_deinit);
		tcase_add_loop_test(tcase, test_settings, 0,
							(int)(golden.gl_pathc + examples.gl_pathc));
		tcase_add_test(tcase, test_settings_missing);
		tcase_add_test(tcase, test_settings_syntax);
		suite_add_tcase(s, tcase);
	}
#endif
	return s;
}
