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

#define POLICY "policies {\n p {\n r {\n verdict = accept\n }\n }\n }"
#define T1     " t1 {\n address = 169.254.0.2/30"

/** a change of the first place where `from` stands, NULL: none; or of the number
 * of tunnels */
static const struct
{
	const char *from;
	const char *to;
	unsigned n;
	/** all effects, with ';' */
	const char *told;
	/** sessions that end: bit i for tunnel i */
	unsigned end;
} rows[] = {
	{NULL, NULL, 2, "", 0},
	{"192.168.0.0/24", "192.168.9.0/24", 2,
	 "policy t1 import;policy t2 import;firewall b change;", 0},
	{T1, T1 "\n weight = 5", 2, "tunnel t1 change;", 0},
	{T1, T1 "\n mtu = 1300", 2, "tunnel t1 change;firewall cyg-t1 change;", 0},
	{T1, " t1 {\n address = 169.254.0.2/29", 2,
	 "tunnel t1 change;policy t1 import;policy t2 import;firewall b change;",
	 0},
	{"hold_time = 9", "hold_time = 12", 2, "neighbor t1 reset;", 1},
	{"hold_time = 9", "hold_time = 9\n password = key", 2, "neighbor t1 reset;",
	 1},
	{"hold_time = 9", "hold_time = 9\n ttl_security = 1", 2,
	 "neighbor t1 reset;", 1},
	{"hold_time = 9", "hold_time = 9\n max_as_path = 30", 2,
	 "neighbor t1 refresh;", 0},
	{"hold_time = 9", "hold_time = 9\n max_prefix = 30", 2,
	 "neighbor t1 change;", 0},
	{T1, " t1 {\n interface_name = other\n address = 169.254.0.2/30", 2,
	 "tunnel t1 bounce;firewall cyg-t1 remove;firewall other add;firewall "
	 "port-guard change;",
	 1},
	{"neighbor {\n address = 169.254.0.1\n remote_as = 65531\n hold_time = 9\n "
	 "}",
	 "", 2, "tunnel t1 change;neighbor t1 remove;firewall port-guard change;",
	 1},
	{NULL, NULL, 1,
	 "tunnel t2 remove;policy t1 import;firewall b change;firewall cyg-t2 "
	 "remove;firewall port-guard change;pin 203.0.113.2 remove;",
	 2},
	{NULL, NULL, 3,
	 "policy t1 import;policy t2 import;tunnel t3 add;firewall b "
	 "change;firewall cyg-t3 add;firewall port-guard change;"
	 "pin 203.0.113.3 add;",
	 0},
	{"asn = 65530", "asn = 65529", 2, "speaker all reset;", 3},
	{" address = 169.254.0.1", " export = p\n address = 169.254.0.1", 2,
	 "neighbor t1 change;policy t1 export;", 0},
	{"asn = 65530", "asn = 65530\n forwarding = set", 2,
	 "kernel net/ipv4/ip_forward add;kernel net/ipv6/conf/all/forwarding add;",
	 0},
	{"asn = 65530", "asn = 65530\n pin_underlay = no", 2,
	 "pin 203.0.113.1 remove;pin 203.0.113.2 remove;", 0},
	{"asn = 65530", "asn = 65530\n leak_guard = no", 2, "firewall b remove;",
	 0},
	{"asn = 65530", "asn = 65530\n port_guard = no", 2,
	 "firewall port-guard remove;", 0},
	{"asn = 65530", "asn = 65530\n port_guard = strict", 2,
	 "firewall port-guard change;", 0},
	{"asn = 65530", "asn = 65530\n ike_init_rate = 9", 2,
	 "firewall ike-init add;", 0},
	{" tunnels {", " netmap = 10.9.0.0/24 to 10.8.0.0/24\n tunnels {", 2,
	 "policy t1 import;policy t2 import;firewall b change;firewall netmap-b "
	 "add;",
	 0},
	{" tunnels {", " min_links = 2\n tunnels {", 2, "bundle b use;", 0},
	{" tunnels {", " mode = active-standby\n tunnels {", 2, "bundle b use;", 0},
	{" tunnels {", " preempt_delay = 9\n tunnels {", 2, "bundle b timers;", 0},
	{" tunnels {", " drain_time = 9\n tunnels {", 2, "bundle b timers;", 0},
	{" tunnels {", " resilient = yes\n tunnels {", 2, "bundle b groups;", 0},
	{" tunnels {", " when_down = unreachable\n tunnels {", 2,
	 "bundle b when-down;", 0},
	{" tunnels {", " routes = 10.99.0.0/16\n tunnels {", 2, "bundle b routes;",
	 0},
	{" address = 169.254.0.2/30", " address = 169.254.0.2/30\n allow_in = none",
	 2, "tunnel t1 change;firewall allow-in-t1 add;", 0},
	{"asn = 65530", "asn = 65530\n mss_clamp = no", 2,
	 "firewall cyg-t1 remove;firewall cyg-t2 remove;", 0},
};

static char *changed(unsigned row)
{
	char *text = world_config(rows[row].n, POLICY, NULL), *out;
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
	core_preview_t preview = {.count = 0};
	config_report_t report;
	config_t *config;
	text_t out;

	ck_assert_ptr_nonnull(source);
	config = config_load(source, &report);
	source->destroy(source);
	ck_assert_msg(config != NULL, "%s",
				  report.errors.count ? report.errors.list[0] : "");
	config_report_deinit(&report);
	core_preview(w->core, config, &preview);
	config_destroy(config);
	text_init(&out);
	for (size_t i = 0; i < preview.count; i++)
	{
		const core_effect_t *e = &preview.list[i];

		text_printf(&out, "%s %s %s;", core_effect_kind(e->kind), e->name,
					e->what);
	}
	core_preview_deinit(&preview);
	return text_take(&out);
}

/** sessions that ended, by the events that who watches is told of */
static unsigned ended;

static void on_event(void *keeper, view_event_kind_t kind, const char *name,
					 const char *from, const char *to, const char *why)
{
	if (kind == VIEW_EVENT_NEIGHBOR && strcmp(from, "Established") == 0)
	{
		ended |= 1u << (name[1] - '1');
	}
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

/** messages with routes that t1's neighbour sent us */
static uint64_t heard(const world_t *w)
{
	const bgp_peer_t *peer = bgp_peer_find(core_bgp(w->core), "t1");
	bgp_peer_info_t info;

	if (!peer)
	{
		return 0;
	}
	bgp_peer_info(peer, &info);
	return info.updates_in;
}

static size_t sysctls(const world_t *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->state.n_sysctls; i++)
	{
		n += strstr(w->state.sysctls[i].path, "forward") != NULL;
	}
	return n;
}

/** what is there of what a reload might touch */
typedef struct there_t
{
	uint64_t heard;
	unsigned applies;
	size_t rules;
	size_t sysctls;
} there_t;

static there_t look(const world_t *w)
{
	return (there_t){
		.heard = heard(w),
		.applies = w->fw_applies,
		.rules = w->state.n_rules,
		.sysctls = sysctls(w),
	};
}

static bool says(const char *lines, const char *word)
{
	return strstr(lines, word) != NULL;
}

START_TEST(test_told_and_done)
{
	char *text = world_config(2, POLICY, NULL), *lines;
	there_t before, after;
	world_t *w;

	world_extra = (core_seams_t){.event = on_event};
	w = world_create(2);
	load(w, text);
	free(text);
	world_up(w);
	world_announce(w, 0, "10.1.0.0/16", true);
	world_run(w, USEC_PER_SEC);
	text = changed((unsigned)_i);
	lines = told(w, text);
	ck_assert_str_eq(lines, rows[_i].told);
	/* asking does nothing */
	before = look(w);
	ended = 0;
	world_run(w, USEC_PER_SEC);
	after = look(w);
	ck_assert_uint_eq(after.heard, before.heard);
	ck_assert_uint_eq(after.applies, before.applies);
	ck_assert_uint_eq(ended, 0);
	load(w, text);
	free(text);
	world_run(w, USEC_PER_SEC);
	after = look(w);
	ck_assert_uint_eq(ended, rows[_i].end);
	ck_assert(ended || says(lines, "refresh") == (after.heard > before.heard));
	ck_assert(says(lines, "firewall") == (after.applies != before.applies));
	ck_assert(says(lines, "pin ") == (after.rules != before.rules));
	ck_assert(says(lines, "kernel ") == (after.sysctls != before.sysctls));
	free(lines);
	world_destroy(w);
	world_extra = (core_seams_t){.event = NULL};
}
END_TEST

Suite *preview_suite(void)
{
	Suite *s = suite_create("preview");

	unit_add_loop(s, "told and done", test_told_and_done, countof(rows));
	return s;
}
