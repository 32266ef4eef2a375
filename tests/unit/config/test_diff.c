/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is told of a change of one place, and that each sort of value comes out
 * as it may be written; secrets never do.
 */

#include "suites.h"

#include "base/text.h"
#include "config/diff.h"
#include "text_source.h"

#include <string.h>

static const char base_text[] =
	"connections {\n t {\n if_id_in = 3\n if_id_out = 3\n"
	"  remote_addrs = 203.0.113.1\n mobike = no\n }\n }\n"
	"cygnet {\n asn = 1\n router_id = 1.1.1.1\n"
	" advertise = 10.9.9.0/24\n"
	" bundles {\n b {\n protect = 10.0.0.0/8\n tunnels {\n"
	"  t {\n address = 10.9.0.2/30\n bfd = yes\n"
	"   bfd_auth = keyed-sha1\n bfd_password = hidden1\n"
	"   neighbor {\n address = 10.9.0.1\n remote_as = 2\n"
	"    password = hidden2\n }\n }\n"
	" }\n }\n }\n"
	" redistribute {\n lan {\n from = connected\n }\n"
	"  more {\n from = 186\n }\n }\n"
	" policies {\n p {\n one {\n match {\n as = 5\n }\n"
	"  set {\n med = 5\n }\n verdict = accept\n }\n two {\n }\n }\n }\n"
	"}";

static const struct
{
	const char *from;
	const char *to;
	/** each "PATH OPTION: FROM > TO" and ';' */
	const char *told;
} rows[] = {
	{"asn = 1", "asn = 1", ""},
	{"asn = 1", "asn = 7", "cygnet asn: 1 > 7;"},
	{"1.1.1.1", "1.1.1.2", "cygnet router_id: 1.1.1.1 > 1.1.1.2;"},
	{"asn = 1", "asn = 1\n table = 100", "cygnet table: main > 100;"},
	{"asn = 1", "asn = 1\n inside = eth1, eth2",
	 "cygnet inside:  > eth1, eth2;"},
	{"asn = 1", "asn = 1\n leak_guard = no", "cygnet leak_guard: yes > no;"},
	{"asn = 1", "asn = 1\n keep_on_stop = all",
	 "cygnet keep_on_stop: guard > all;"},
	{" advertise = 10.9.9.0/24", " advertise = 10.9.9.0/24, 10.9.8.0/24",
	 "cygnet advertise: 10.9.9.0/24 > 10.9.9.0/24, 10.9.8.0/24;"},
	{"protect = 10.0.0.0/8", "protect = none",
	 "cygnet.bundles.b protect: 10.0.0.0/8 > none;"},
	{"10.9.0.2/30", "10.9.0.2/29, fd00::2/64",
	 "cygnet.bundles.b.tunnels.t address: 10.9.0.2/30 > 10.9.0.2/29, "
	 "fd00::2/64;"
	 "cygnet.bundles.b.tunnels.t.neighbor ipv6: no > yes;"},
	{"hidden1", "hidden9",
	 "cygnet.bundles.b.tunnels.t bfd_password: a secret > another secret;"},
	{"    password = hidden2\n", "",
	 "cygnet.bundles.b.tunnels.t.neighbor password: a secret > (none);"},
	{"remote_as = 2", "remote_as = 2\n role = peer",
	 "cygnet.bundles.b.tunnels.t.neighbor role: none > peer;"},
	{"remote_as = 2", "remote_as = 2\n import = p",
	 "cygnet.bundles.b.tunnels.t.neighbor import: (none) > p;"},
	{"  t {\n address", "  u {\n connection = t\n address",
	 "cygnet.bundles.b.tunnels.t: comes or goes > (none);"
	 "cygnet.bundles.b.tunnels.t.neighbor: comes or goes > (none);"
	 "cygnet.bundles.b.tunnels.u: (none) > comes or goes;"
	 "cygnet.bundles.b.tunnels.u.neighbor: (none) > comes or goes;"},
	{"from = connected", "from = static",
	 "cygnet.redistribute.lan from: connected > 3, 4;"},
	{"as = 5", "as = 6", "cygnet.policies.p.one.match as: 5 > 6;"},
	{"  set {\n med = 5\n }", "  set {\n local_pref = 5\n }",
	 "cygnet.policies.p.one.set med: 5 > (none);"
	 "cygnet.policies.p.one.set local_pref: (none) > 5;"},
	{"two {\n }", "two {\n except {\n as = 9\n }\n }",
	 "cygnet.policies.p.two.except as: (none) > 9;"},
	{"p {\n one {", "p {\n zero {\n }\n one {",
	 "cygnet.policies.p.zero: (none) > comes or goes;"},
	{"lan {\n from = connected\n }\n  more {\n from = 186\n }",
	 "more {\n from = 186\n }\n  lan {\n from = connected\n }",
	 "cygnet (order): lan, more > more, lan;"},
	{"if_id_in = 3\n if_id_out = 3", "if_id_in = 4\n if_id_out = 4",
	 "connections.t if_id: 3 > 4;"},
};

static config_t *load(const char *text)
{
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config;

	ck_assert_ptr_nonnull(source);
	config = config_load(source, &report);
	source->destroy(source);
	config_report_deinit(&report);
	return config;
}

static void add(void *user, const config_change_t *change)
{
	const char *from = !change->from    ? "(none)"
					   : change->option ? change->from
										: "comes or goes";
	const char *to = !change->to      ? "(none)"
					 : change->option ? change->to
									  : "comes or goes";

	text_printf(user, "%s%s%s: %s > %s;", change->path,
				change->option ? " " : "", change->option ? change->option : "",
				from, to);
}

static char *told(const config_t *old, const config_t *new)
{
	text_t out = {.len = 0};

	config_diff(old, new, add, &out);
	return text_take(&out);
}

START_TEST(test_changes)
{
	const char *at = strstr(base_text, rows[_i].from);
	config_t *old = load(base_text), *new;
	char *text, *words;

	ck_assert_ptr_nonnull(old);
	ck_assert_ptr_nonnull(at);
	text = str_format("%.*s%s%s", (int)(at - base_text), base_text, rows[_i].to,
					  at + strlen(rows[_i].from));
	new = load(text);
	ck_assert_ptr_nonnull(new);
	words = told(old, new);
	ck_assert_str_eq(words, rows[_i].told);
	ck_assert_ptr_null(strstr(words, "hidden"));
	free(words);
	words = told(new, new);
	ck_assert_str_eq(words, "");
	free(words);
	free(text);
	config_destroy(old);
	config_destroy(new);
}
END_TEST

/* all comes, all goes */
START_TEST(test_whole)
{
	config_t *config = load(base_text), *none = load("connections {\n}\n");
	char *words = told(NULL, config), *back = told(config, none);

	ck_assert_msg(strstr(words,
						 "cygnet: (none) > comes or goes;cygnet.bundles.b: "
						 "(none) > comes or goes;") == words,
				  "%s", words);
	ck_assert_ptr_nonnull(
		strstr(words, "cygnet.policies.p.two: (none) > comes or goes;"));
	ck_assert_msg(strstr(back, "cygnet: comes or goes > (none);") == back, "%s",
				  back);
	free(words);
	free(back);
	config_destroy(config);
	config_destroy(none);
}
END_TEST

Suite *diff_suite(void)
{
	Suite *s = suite_create("diff");

	unit_add_loop(s, "changes", test_changes, countof(rows));
	unit_add(s, "whole", test_whole);
	return s;
}
