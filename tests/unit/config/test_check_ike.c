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

static const row_t versions[] = {
	{"one", "version = 2", "replay_window = 1024", "a {\n tunnels {"},
	{"two", "version = 1", "replay_window = 1024", "b {\n tunnels {"},
	{NULL, NULL, NULL, NULL},
};

/** one message, the whole of it; NULL: none. More is for charon's section */
static void says(const char *more, const char *wanted)
{
	char *text = make_text(versions), *charon;
	const char *told;
	config_source_t *source = text_source_create(text);
	config_source_t *strongswan;
	config_report_t report;
	config_t *config;
	size_t before;

	charon = str_format("charon {\n " GOOD "%s\n }", more);
	strongswan = text_source_create(charon);
	ck_assert(source && strongswan);
	config = config_load(source, &report);
	ck_assert_ptr_nonnull(config);
	before = report.warnings.count;
	config_check_strongswan(config, source, strongswan, &report);
	told = report.warnings.count > before ? report.warnings.list[before] : "";
	ck_assert_str_eq(told, wanted ? wanted : "");
	ck_assert_uint_eq(report.warnings.count - before, wanted ? 1 : 0);
	config_report_deinit(&report);
	config_destroy(config);
	source->destroy(source);
	strongswan->destroy(strongswan);
	free(charon);
	free(text);
}

START_TEST(test_loaded)
{
	static const char off[] = "charon.plugins.cygnet.load: is off: charon does "
							  "not load Cygnet; write load = yes";
	static const char absent[] =
		"charon.plugins.cygnet.load: is not there, and with load_modular "
		"charon loads nothing else: install strongswan.d/charon/cygnet.conf, "
		"or write load = yes";

	says("plugins { cygnet {\n load = no\n } }", off);
	says("plugins { cygnet {\n load = 0\n } }", off);
	says("load_modular = yes\n plugins { cygnet {\n load = no\n } }", off);
	says("load_modular = yes\n plugins { vici {\n load = yes\n } }", absent);
	says("load_modular = yes\n plugins { cygnet {\n load = yes\n } }", NULL);
	says("load_modular = yes\n plugins { cygnet {\n load = 7\n } }", NULL);
	says("load_modular = no", NULL);
	says("load_modular = yes\n }\n charon-systemd { plugins { cygnet {\n "
		 "load = yes\n } }",
		 NULL);
}
END_TEST

START_TEST(test_silence)
{
	static const char soon[] =
		"charon.retransmit_tries: and the times with it give an IKE_SA up %s "
		"seconds after a lost packet, with all of its tunnel's SAs: leave them "
		"out, and find silence by bfd or probe, which keep the SAs";
	static const char late[] =
		"charon.retransmit_tries: and the times with it hold on to a dead far "
		"side's IKE_SA for more than 600 seconds, and until then no other is "
		"initiated; leave them out";
	char *text;

	/* 4 * (1 + 1.8 + 3.24) is 24.2 */
	says("retransmit_tries = 2", NULL);
	text = str_format(soon, "11.2");
	says("retransmit_tries = 1", text);
	free(text);
	text = str_format(soon, "19.9");
	says("retransmit_tries = 0\n retransmit_timeout = 19.9", text);
	free(text);
	says("retransmit_tries = 0\n retransmit_timeout = 20", NULL);
	says("retransmit_tries = 29\n retransmit_base = 1\n "
		 "retransmit_timeout = 20",
		 NULL);
	says("retransmit_tries = 30\n retransmit_base = 1\n "
		 "retransmit_timeout = 20",
		 late);
	says("retransmit_tries = 30\n retransmit_base = 1\n "
		 "retransmit_timeout = 20\n retransmit_limit = 5",
		 NULL);
	says("retransmit_tries = 4000000000", late);
}
END_TEST

START_TEST(test_room)
{
	says("threads = 7",
		 "charon.threads: is 7, of which 4 do nothing but wait: rekeyings of "
		 "several tunnels keep each other waiting; leave it at 16");
	says("threads = 8", NULL);
	says("ikesa_limit = 3",
		 "charon.ikesa_limit: is 3 for 2 tunnels: what far sides that were "
		 "restarted initiate is refused while their old IKE_SAs are there; "
		 "write 4 or more");
	says("ikesa_limit = 4", NULL);
	says("ikesa_limit = 0", NULL);
}
END_TEST

START_TEST(test_together)
{
	says("initiator_only = yes",
		 "charon.initiator_only: is on: a far side that was restarted, or that "
		 "alone may initiate, gets no answer; leave it out");
	says("initiator_only = no", NULL);
	says("plugins { kernel-netlink {\n process_rules = yes\n } }",
		 "charon.plugins.kernel-netlink.process_rules: is on: at each rule of "
		 "pin_underlay charon looks for a new way for every IKE_SA; leave it "
		 "out");
	says("plugins { kernel-netlink {\n process_rules = no\n } }", NULL);
	says("port = 4711", NULL); /* there is no ike_init_rate */
	says("delete_rekeyed = yes",
		 "connections.two.version: is 1, and charon.delete_rekeyed is on: what "
		 "is under way when an SA is replaced is dropped; leave that out");
	says("delete_rekeyed = no", NULL);
	tells(none,
		  "charon {\n initiator_only = yes\n threads = 1\n "
		  "retransmit_tries = 0\n ikesa_limit = 1\n }",
		  "");
}
END_TEST

Suite *check_ike_suite(void)
{
	Suite *s = suite_create("check_ike");

	unit_add(s, "charon", test_charon);
	unit_add(s, "replay window", test_replay_window);
	unit_add(s, "loaded", test_loaded);
	unit_add(s, "silence", test_silence);
	unit_add(s, "room", test_room);
	unit_add(s, "together", test_together);
	return s;
}
