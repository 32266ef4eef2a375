/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What strongswan.conf does to the tunnels, in words. The checks of the
 * connections are in tests/golden/config/ike.conf.
 */

#include "suites.h"

#include "config/config.h"
#include "text_source.h"

#include <string.h>

#define CONNECTION(name, id, more, child)                                      \
	name " {\n remote_addrs = 198.51.100." id "\n if_id_in = " id "\n"         \
		 " if_id_out = " id "\n mobike = no\n dpd_delay = 10s\n" more          \
		 " children { net {\n local_ts = 0.0.0.0/0\n"                          \
		 " remote_ts = 0.0.0.0/0\n" child " } }\n }\n"

static const char swanctl[] = "connections {\n" CONNECTION(
	"one", "1", "reauth_time = 1h\n", "")
	CONNECTION("old", "2", "version = 1\n reauth_time = 1h\n", "")
		CONNECTION("off", "3", "reauth_time = 0s\n", "replay_window = 0\n")
			CONNECTION(
				"unused", "4", "reauth_time = 1h\n",
				"") "}\n"
					"cygnet { bundles {\n"
					" b { tunnels {\n one {\n address = 10.9.1.2/30\n }\n"
					"  old {\n address = 10.9.2.2/30\n }\n"
					"  line {\n interface = eth1\n address = 10.9.4.2/30\n }\n"
					"  absent {\n address = 10.9.5.2/30\n }\n } }\n"
					" a {\n profile = aws\n"
					"  tunnels {\n off {\n address = 169.254.9.2/30\n }\n"
					"  two {\n connection = unused-2\n address = "
					"169.254.8.2/30\n } } }\n"
					" } }\n";

#define GOOD                                                                   \
	"install_routes = no\n process_route = no\n make_before_break = yes\n"

/** what is told of a strongswan.conf beside the connections above */
static char *told_of(const char *connections, const char *strongswan)
{
	config_source_t *source = text_source_create(connections);
	config_source_t *charon = text_source_create(strongswan);
	config_report_t report;
	config_t *config;
	size_t before;
	char *told;

	ck_assert(source && charon);
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

static void tells(const char *connections, const char *strongswan,
				  const char *wanted)
{
	char *told = told_of(connections, strongswan);

	ck_assert_str_eq(told, wanted);
	free(told);
}

START_TEST(test_charon)
{
	tells(swanctl, "",
		  "charon.install_routes:;charon.process_route:;"
		  "connections.one.reauth_time:;");
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
	tells("connections { a {\n reauth_time = 1h\n } }", "", "");
}
END_TEST

static const char aws[] =
	"connections {\n" CONNECTION("one", "1", "", "") CONNECTION(
		"two", "2", "",
		"replay_window = 1024\n") "}\n"
								  "cygnet { bundles {\n a {\n profile = aws\n "
								  "tunnels {\n"
								  " one {\n address = 169.254.9.2/30\n }\n"
								  " two {\n address = 169.254.8.2/30\n } } } } "
								  "}\n";

START_TEST(test_replay_window)
{
	tells(aws, "charon {\n " GOOD "}",
		  "connections.one.children.net.replay_window:;");
	tells(aws, "charon {\n " GOOD " replay_window = 1023\n }",
		  "connections.one.children.net.replay_window:;");
	tells(aws, "charon {\n " GOOD " replay_window = 1024\n }", "");
	tells(aws, "charon {\n " GOOD " replay_window = 0\n }", "");
}
END_TEST

Suite *check_ike_suite(void)
{
	Suite *s = suite_create("check_ike");

	unit_add(s, "charon", test_charon);
	unit_add(s, "replay window", test_replay_window);
	return s;
}
