/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What strongswan.conf does to the tunnels, in words. The checks of the
 * connections are in tests/golden/config/ike.conf.
 */

#include "suites.h"

#include "base/text.h"
#include "config/config.h"
#include "text_source.h"

#include <string.h>

#define ROUTES "install_routes = no\n process_route = no\n"
#define GOOD   ROUTES "make_before_break = yes\n replay_window = 1024\n"

/** a connection, and if it has a bundle its tunnel; `more` is for the
 * connection, `child` for its child */
typedef struct row_t
{
	const char *name;
	const char *more;
	const char *child;
	/** the whole head of its bundle; NULL: no tunnel uses it */
	const char *bundle;
} row_t;

static const row_t swanctl[] = {
	{"one", "reauth_time = 1h", "", "a {\n tunnels {"},
	{"old", "version = 1\n reauth_time = 1h", "", "b {\n tunnels {"},
	{"off", "reauth_time = 0s", "", "c {\n tunnels {"},
	{"unused", "reauth_time = 1h", "", NULL},
	/* Cygnet drains it to the other one first */
	{"paired", "reauth_time = 1h", "",
	 "d {\n tunnels {\n line {\n interface = eth1\n }\n"},
	{NULL, NULL, NULL, NULL},
};

static const row_t windows[] = {
	{"one", "", "", "a {\n tunnels {"},
	{"two", "", "replay_window = 1024", "b {\n tunnels {"},
	{NULL, NULL, NULL, NULL},
};

static const row_t own_windows[] = {
	{"two", "", "replay_window = 1024", "b {\n tunnels {"},
	{"three", "", "replay_window = 0", "c {\n tunnels {"},
	{"unused", "", "", NULL},
	{NULL, NULL, NULL, NULL},
};

static const row_t none[] = {
	{"one", "reauth_time = 1h", "", NULL},
	{NULL, NULL, NULL, NULL},
};

static char *make_text(const row_t *rows)
{
	text_t text;

	text_init(&text);
	text_add(&text, "connections {\n");
	for (unsigned i = 0; rows[i].name; i++)
	{
		text_printf(&text,
					"%s {\n if_id_in = %u\n if_id_out = %u\n mobike = no\n"
					" dpd_delay = 10s\n %s\n children { net {\n"
					" local_ts = 0.0.0.0/0\n remote_ts = 0.0.0.0/0\n %s\n"
					"} } }\n",
					rows[i].name, i + 1, i + 1, rows[i].more, rows[i].child);
	}
	text_add(&text, "}\n");
	for (unsigned i = 0; rows[i].name; i++)
	{
		if (rows[i].bundle)
		{
			text_printf(&text,
						"cygnet { bundles { %s\n %s {\n"
						" address = 169.254.%u.2/30\n } } } } }\n",
						rows[i].bundle, rows[i].name, i + 8);
		}
	}
	return text_take(&text);
}

/** what is told of a strongswan.conf beside the connections above */
static char *told_of(const row_t *rows, const char *strongswan)
{
	char *text = make_text(rows);
	config_source_t *source = text_source_create(text);
	config_source_t *charon = text_source_create(strongswan);
	config_report_t report;
	config_t *config;
	size_t before;
	char *told;

	ck_assert(source && charon);
	free(text);
	config = config_load(source, &report);
	ck_assert_msg(config, "%s", report.errors.count ? *report.errors.list : "");
	before = report.warnings.count;
	config_check_strongswan(config, source, charon, &report);
	ck_assert_uint_eq(report.errors.count, 0);
	told = str_copy("");
	for (size_t i = before; i < report.warnings.count; i++)
	{
		char *more = str_format("%s%.*s;", told,
								(int)strcspn(report.warnings.list[i], " "),
								report.warnings.list[i]);

		free(told);
		told = more;
	}
	config_report_deinit(&report);
	config_destroy(config);
	source->destroy(source);
	charon->destroy(charon);
	return told;
}

static void tells(const row_t *rows, const char *strongswan, const char *wanted)
{
	char *told = told_of(rows, strongswan);

	ck_assert_str_eq(told, wanted);
	free(told);
}

START_TEST(test_charon)
{
	tells(swanctl, "",
		  "charon.install_routes:;charon.process_route:;"
		  "connections.one.reauth_time:;charon.replay_window:;");
	tells(swanctl, "charon {\n " GOOD "}", "");
	tells(swanctl, "charon {\n " GOOD " delete_rekeyed_delay = 0\n }",
		  "charon.delete_rekeyed_delay:;");
	tells(swanctl, "charon {\n " GOOD " delete_rekeyed_delay = 1\n }", "");
	/* the more special section wins */
	tells(swanctl,
		  "charon-systemd {\n process_route = yes\n }\n charon {\n " GOOD "}",
		  "charon.process_route:;");
	tells(swanctl,
		  "charon {\n process_route = yes\n install_routes = yes\n }\n "
		  "charon-systemd {\n " GOOD "}",
		  "");
	tells(none, "", "");
}
END_TEST

START_TEST(test_replay_window)
{
	tells(windows, "charon {\n " ROUTES "}", "charon.replay_window:;");
	tells(windows, "charon {\n " ROUTES " replay_window = 1023\n }",
		  "charon.replay_window:;");
	tells(windows, "charon {\n " ROUTES " replay_window = 1024\n }", "");
	tells(windows, "charon {\n " ROUTES " replay_window = 0\n }", "");
	tells(own_windows, "charon {\n " ROUTES "}", "");
}
END_TEST

Suite *check_ike_suite(void)
{
	Suite *s = suite_create("check_ike");

	unit_add(s, "charon", test_charon);
	unit_add(s, "replay window", test_replay_window);
	return s;
}
