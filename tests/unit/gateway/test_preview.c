/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a reload would touch: told before, and then the reload touches just
 * that.
 */

#include "unit/gateway/suites.h"

#include "base/text.h"
#include "text_source.h"
#include "unit/gateway/world.h"

#include <string.h>

/** a change of the first place where `from` stands, NULL: none; or of the number
 * of tunnels */
static const struct
{
	const char *from;
	const char *to;
	unsigned n;
	/** all lines, with ';' */
	const char *told;
	/** sessions that end: bit i for tunnel i */
	unsigned end;
} rows[] = {
	{NULL, NULL, 2, "", 0},
	{"192.168.0.0/24", "192.168.9.0/24", 2, "", 0},
	{" t1 {\n address", " t1 {\n weight = 5\n address", 2,
	 "tunnel t1: its settings change in place;", 0},
	{"hold_time = 9", "hold_time = 12", 2,
	 "tunnel t1: its settings change in place;"
	 "neighbor t1: its session is reset;",
	 1},
	{"hold_time = 9", "hold_time = 9\n password = key", 2,
	 "tunnel t1: its settings change in place;"
	 "neighbor t1: its session is reset;",
	 1},
	{" t1 {\n address", " t1 {\n interface_name = other\n address", 2,
	 "tunnel t1: it is made anew, as its connection or link changes;", 1},
	{"neighbor {\n address = 169.254.0.1\n remote_as = 65531\n hold_time = 9\n "
	 "}",
	 "", 2,
	 "tunnel t1: its settings change in place;"
	 "neighbor t1: its session and routes go;",
	 1},
	{NULL, NULL, 1, "tunnel t2: it goes, and its routes with it;", 2},
	{NULL, NULL, 3, "tunnel t3: it comes;", 0},
	{"asn = 65530", "asn = 65529", 2,
	 "all sessions are reset and all routes learned anew: asn, router_id, "
	 "multipath, table, metric, graceful restart or link_bandwidth changes;",
	 3},
};

static char *changed(unsigned row)
{
	char *text = world_config(rows[row].n, NULL, NULL), *out;
	const char *from = rows[row].from, *at = from ? strstr(text, from) : NULL;

	ck_assert(!from || at);
	if (!at)
	{
		return text;
	}
	out = str_format("%.*s%s%s", (int)(at - text), text, rows[row].to,
					 at + strlen(from));
	free(text);
	return out;
}

static char *told(world_t *w, const char *text)
{
	config_source_t *source = text_source_create(text);
	config_strings_t lines = {.count = 0};
	config_report_t report;
	config_t *config;
	text_t out;

	ck_assert_ptr_nonnull(source);
	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s",
				  report.errors.count ? report.errors.list[0] : "");
	config_report_deinit(&report);
	core_configure_test(w->core, config, &lines);
	config_destroy(config);
	text_init(&out);
	for (size_t i = 0; i < lines.count; i++)
	{
		text_printf(&out, "%s;", lines.list[i]);
		free(lines.list[i]);
	}
	free(lines.list);
	text_add(&out, "");
	return text_take(&out);
}

static uint32_t sessions(const world_t *w, unsigned i)
{
	bgp_peer_info_t info;

	bgp_peer_info(w->far[i].peer, &info);
	return info.state == BGP_ESTABLISHED ? info.established : UINT32_MAX;
}

static void load(world_t *w, const char *text)
{
	char *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(error);
	world_run(w, 2 * USEC_PER_SEC);
}

START_TEST(test_told_and_done)
{
	char *text = world_config(2, NULL, NULL), *lines;
	world_t *w = world_create(2);
	uint32_t before[2];
	unsigned end = 0;

	load(w, text);
	free(text);
	world_up(w);
	before[0] = sessions(w, 0);
	before[1] = sessions(w, 1);
	text = changed((unsigned)_i);
	lines = told(w, text);
	ck_assert_str_eq(lines, rows[_i].told);
	free(lines);
	/* asking does nothing */
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(sessions(w, 0), before[0]);
	ck_assert_uint_eq(sessions(w, 1), before[1]);
	load(w, text);
	free(text);
	/* a far side whose link has gone finds out by its hold time */
	world_run(w, 12 * USEC_PER_SEC);
	for (unsigned i = 0; i < 2; i++)
	{
		end |= sessions(w, i) != before[i] ? 1u << i : 0;
	}
	ck_assert_uint_eq(end, rows[_i].end);
	world_destroy(w);
}
END_TEST

Suite *preview_suite(void)
{
	Suite *s = suite_create("preview");

	unit_add_loop(s, "told and done", test_told_and_done, countof(rows));
	return s;
}
