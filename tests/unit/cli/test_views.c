/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every view of a state that never changes, as JSON and as text, against
 * tests/golden/views/NAME.json and NAME.txt. With CYGNET_GOLDEN=write they are
 * written instead: what changes on the screen is then seen in review.
 */

#include "unit/cli/suites.h"

#include "cli/doctor_print.h"
#include "cli/health.h"
#include "cli/print.h"
#include "cli/reply.h"
#include "gateway/policy_test.h"
#include "unit/cli/fake_doctor.h"
#include "unit/cli/fake_many.h"
#include "unit/cli/fake_state.h"

#include <string.h>

#define GOLDEN CYGNET_SRCDIR "/tests/golden/views/"

typedef struct row_t
{
	const char *name;
	/** data owned by the caller */
	json_object *(*view)(void);
	/** one of these */
	printer_t print;
	void (*head)(table_t *table);
	void (*rows)(json_object *data, table_t *table);
	/** its JSON is that of another row */
	bool text_only;
} row_t;

static json_object *all_of(control_list_t list)
{
	json_object *all = json_object_new_array();

	while (list.next(list.cursor, all))
	{
	}
	list.destroy(list.cursor);
	return all;
}

static json_object *status(void)
{
	return view_status(fake_state(NULL));
}

static json_object *status_empty(void)
{
	return view_status(fake_state_empty());
}

static json_object *tunnels(void)
{
	return view_tunnels(fake_state(NULL));
}

static json_object *tunnel_watched(void)
{
	return view_tunnel(fake_state(NULL), "ali-1");
}

static json_object *tunnel_failed(void)
{
	return view_tunnel(fake_state(NULL), "ali-2");
}

static json_object *tunnel_down(void)
{
	return view_tunnel(fake_state(NULL), "ali-3");
}

/** the one in health, forwarding and not used */
static json_object *tunnel_unused(view_unused_t by)
{
	view_state_t state = *fake_state(NULL);
	view_tunnel_t t = state.tunnels[0];

	t.active = false;
	t.unused = by;
	t.unused_until = state.now + 75 * USEC_PER_SEC;
	t.has_supervisor = false;
	state.tunnels = &t;
	state.n_tunnels = 1;
	return view_tunnel(&state, "ali-1");
}

/** drained for long, and its probe was never answered */
static json_object *tunnel_withdrawn(void)
{
	view_state_t state = *fake_state(NULL);
	view_tunnel_t t = state.tunnels[1];

	t.withdrawn = true;
	t.withdraw_at = USEC_NEVER;
	t.probe = (probe_info_t){.running = true, .lost = 3, .seen = 3, .sent = 3};
	state.tunnels = &t;
	state.n_tunnels = 1;
	return view_tunnel(&state, "ali-2");
}

static json_object *tunnel_min_links(void)
{
	return tunnel_unused(VIEW_UNUSED_MIN_LINKS);
}

static json_object *tunnel_preempt(void)
{
	return tunnel_unused(VIEW_UNUSED_PREEMPT_DELAY);
}

static json_object *tunnel_standby(void)
{
	return tunnel_unused(VIEW_UNUSED_STANDBY);
}

static json_object *firewall(void)
{
	return view_firewall(fake_state(NULL));
}

static json_object *firewall_old(void)
{
	view_state_t state = *fake_state(NULL);

	state.firewall = VIEW_FIREWALL_OLD;
	state.n_counters = 0;
	return view_firewall(&state);
}

static json_object *neighbors(void)
{
	return view_neighbors(fake_state(NULL));
}

static json_object *neighbor_ali1(void)
{
	return view_neighbor(fake_state(NULL), "ali-1");
}

static json_object *neighbor_ali2(void)
{
	return view_neighbor(fake_state(NULL), "ali-2");
}

static json_object *neighbor_ali3(void)
{
	return view_neighbor(fake_state(NULL), "ali-3");
}

static json_object *neighbor_core(void)
{
	return view_neighbor(fake_state(NULL), "core");
}

static json_object *routes(void)
{
	return all_of(view_routes(fake_state, NULL, NULL, false));
}

static prefix_t prefix(const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return p;
}

static json_object *route(void)
{
	prefix_t p = prefix("10.1.0.0/16");

	return all_of(view_routes(fake_state, NULL, &p, false));
}

static json_object *route_rejected(void)
{
	prefix_t p = prefix("0.0.0.0/0");

	return all_of(view_routes(fake_state, NULL, &p, false));
}

static json_object *route_static(void)
{
	prefix_t p = prefix("10.9.0.0/16");

	return all_of(view_routes(fake_state, NULL, &p, false));
}

static json_object *received(void)
{
	return all_of(view_neighbor_routes(fake_state, NULL, "ali-1", VIEW_RECEIVED,
									   NULL, false));
}

static json_object *received_one(void)
{
	prefix_t p = prefix("10.1.0.0/16");

	return all_of(view_neighbor_routes(fake_state, NULL, "ali-1", VIEW_RECEIVED,
									   &p, false));
}

static json_object *accepted(void)
{
	return all_of(view_neighbor_routes(fake_state, NULL, "ali-1", VIEW_ACCEPTED,
									   NULL, false));
}

static json_object *advertised(void)
{
	return all_of(view_neighbor_routes(fake_state, NULL, "ali-1",
									   VIEW_ADVERTISED, NULL, false));
}

static json_object *policy_list(void)
{
	return view_policies(fake_state(NULL));
}

static json_object *policy(void)
{
	return view_policy(fake_state(NULL), "cloud-in");
}

static json_object *test_of(const char *text)
{
	json_object *args = json_tokener_parse(text), *data;
	char *error;

	data = policy_test(fake_state(NULL)->config, args, NULL, &error);
	json_object_put(args);
	return data;
}

static json_object *policy_accepts(void)
{
	return test_of("{\"policy\":\"cloud-in\",\"prefix\":\"10.1.0.0/16\","
				   "\"neighbor\":\"core\",\"as_path\":\"65531 {1 2}\","
				   "\"community\":\"65530:120, no-export\"}");
}

static json_object *policy_rejects(void)
{
	return test_of("{\"policy\":\"cloud-in\",\"prefix\":\"0.0.0.0/0\"}");
}

static json_object *policy_no_rule(void)
{
	return test_of("{\"policy\":\"cloud-in\",\"prefix\":\"10.1.0.0/16\","
				   "\"source\":\"advertise\"}");
}

static json_object *metrics(void)
{
	return all_of(view_metrics(fake_state(NULL), fake_state, NULL));
}

static const view_state_t *fetch_empty(void *user)
{
	return fake_state_empty();
}

static json_object *metrics_empty(void)
{
	return all_of(view_metrics(fake_state_empty(), fetch_empty, NULL));
}

/** as they come from a watch: what was missed among them */
static json_object *watch(void)
{
	static const view_event_t event = {41,
									   1795000000123456,
									   VIEW_EVENT_BUNDLE,
									   "alibaba",
									   "up",
									   "down",
									   "none of its tunnels forwards"};
	json_object *array = json_object_new_array();

	view_lost(array, 40, &(const uint64_t){39});
	view_event(array, &event);
	view_lost(array, 50, NULL);
	return array;
}

static json_object *log_lines(void)
{
	static const view_line_t lines[] = {
		{7, 1795000000123456, LOGL_ERROR,
		 "neighbor ali-1: \302\233m hold timer"},
		{8, 1795000000124000, LOGL_NOTICE, "tunnel ali-1: forwarding"},
		{9, 1795000000999999, LOGL_DEBUG, ""},
	};
	json_object *array = json_object_new_array();

	view_lost(array, 6, &(const uint64_t){1});
	for (size_t i = 0; i < countof(lines); i++)
	{
		view_line(array, &lines[i]);
	}
	return array;
}

static json_object *history(void)
{
	static const view_event_t events[] = {
		{1, 0, VIEW_EVENT_TUNNEL, "ali-1", "waiting", "down",
		 "no CHILD_SA is installed"},
		/* 29 February 2024, 23:59:59.999 */
		{2, 1709251199999999, VIEW_EVENT_TUNNEL, "ali-1", "down", "forwarding",
		 "it works"},
		{40, 1795000000123456, VIEW_EVENT_NEIGHBOR, "ali-1", "Established",
		 "Idle", "received Cease/Administrative Reset (6/4): \"new cables\""},
	};
	const view_event_t *list[] = {&events[0], &events[1], &events[2]};

	return view_events(list, countof(list));
}

/** as the gateway's tests see it made */
static json_object *diff(void)
{
	return json_tokener_parse(
		"{\"warnings\":[\"cygnet.asn: is somebody's\"],\"sections\":[{\"path\":"
		"\"cygnet.bundles.b.tunnels.t1\",\"change\":\"changed\",\"options\":[{"
		"\"option\":\"weight\",\"from\":\"1\",\"to\":\"5\"},{\"option\":"
		"\"bfd_password\",\"from\":null,\"to\":\"a secret\"}]},{\"path\":"
		"\"cygnet.bundles.b.tunnels.t2\",\"change\":\"removed\",\"options\":[]"
		"},{\"path\":\"cygnet.aggregates.a\",\"change\":\"added\","
		"\"options\":[]}],\"effects\":[{\"kind\":\"tunnel\",\"name\":\"t1\","
		"\"what\":\"change\",\"words\":\"tunnel t1: its settings change in "
		"place\"},{\"kind\":\"tunnel\",\"name\":\"t2\",\"what\":\"remove\","
		"\"words\":\"tunnel t2: it goes, and its routes with it\"}]}");
}

static json_object *diff_none(void)
{
	return json_tokener_parse(
		"{\"warnings\":[],\"sections\":[],\"effects\":[]}");
}

static json_object *reload(void)
{
	json_object *data = diff();

	json_object_object_add(data, "confirm", json_object_new_double(60));
	return data;
}

/** two answers two seconds apart: a link that was made anew counts from 0, and
 * one tunnel was not there before */
static void print_traffic(json_object *data, const print_style_t *style,
						  text_t *out)
{
	static const char before[] =
		"[{\"name\":\"ali-1\",\"traffic\":{\"received\":{\"bytes\":390000},"
		"\"sent\":{\"bytes\":8643209}}},"
		"{\"name\":\"ali-2\",\"traffic\":{\"received\":{\"bytes\":639999},"
		"\"sent\":{\"bytes\":9999999999}}}]";
	json_object *was = json_tokener_parse(before);

	print_top(was, data, 2 * USEC_PER_SEC, 0, out);
	text_char(out, '\n');
	print_top(was, data, 2 * USEC_PER_SEC, 4, out);
	json_object_put(was);
}

static void print_openmetrics(json_object *data, const print_style_t *style,
							  text_t *out)
{
	print_metrics(data, true, out);
}

static void print_text_metrics(json_object *data, const print_style_t *style,
							   text_t *out)
{
	print_metrics(data, false, out);
}

static void print_health(json_object *data, const print_style_t *style,
						 text_t *out)
{
	text_printf(out, "exit status %d\n", health_judge(data, out));
}

static void print_plain_doctor(json_object *data, const print_style_t *style,
							   text_t *out)
{
	print_doctor(data, false, out);
}

static void print_whole_doctor(json_object *data, const print_style_t *style,
							   text_t *out)
{
	print_doctor_all(data, 0, false, out);
}

static void print_doctor_problems(json_object *data, const print_style_t *style,
								  text_t *out)
{
	print_doctor_all(data, 2, false, out);
}

/** without the steps */
static void print_causes(json_object *data, const print_style_t *style,
						 text_t *out)
{
	for (size_t i = 0; i < reply_length(data); i++)
	{
		json_object *o = reply_at(data, i);

		text_printf(out, "%s\n  %s\n  %s\n", reply_str(o, "fault"),
					reply_str(o, "cause"), reply_str(o, "remedy"));
	}
}

static void print_plain_status(json_object *data, const print_style_t *style,
							   text_t *out)
{
	print_status(data, &(const print_style_t){.width = 0}, out);
}

static unsigned columns(const char *s, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
	{
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	}
	return n;
}

static void check_widths(const char *text)
{
	for (const char *s = text; *s; s += strcspn(s, "\n") + 1)
	{
		size_t len = strcspn(s, "\n");

		ck_assert_msg(columns(s, len) <= 80, "%.*s", (int)len, s);
	}
}

/** as on a terminal of 80 columns; \033 shows as \ in the golden file */
static void print_screen(json_object *data, const print_style_t *style,
						 text_t *out)
{
	text_t text = {0}, plain = {0};

	print_status(data, &(const print_style_t){.width = 80}, &plain);
	check_widths(text_str(&plain));
	print_status(data, &(const print_style_t){.colour = true, .width = 80},
				 &text);
	for (const char *s = text_str(&text); *s; s++)
	{
		text_char(out, *s == '\033' ? '\\' : *s);
	}
	text_deinit(&text);
	text_deinit(&plain);
}

static const print_style_t narrow = {.width = 80};

/** one view on a terminal of 80 columns */
#define NARROW(view)                                                           \
	static void narrow_##view(json_object *data, const print_style_t *style,   \
							  text_t *out)                                     \
	{                                                                          \
		print_##view(data, &narrow, out);                                      \
		check_widths(text_str(out));                                           \
	}

NARROW(tunnels)
NARROW(tunnel)
NARROW(neighbors)
NARROW(neighbor)
NARROW(route)
NARROW(events)

/** the same of one that is a table */
#define NARROW_TABLE(view)                                                     \
	static void narrow_##view(json_object *data, const print_style_t *style,   \
							  text_t *out)                                     \
	{                                                                          \
		table_t table;                                                         \
                                                                               \
		print_##view##_head(&table);                                           \
		print_##view##_part(data, &table);                                     \
		table_fit(&table, narrow.width, out);                                  \
		table_deinit(&table);                                                  \
		check_widths(text_str(out));                                           \
	}

NARROW_TABLE(routes)
NARROW_TABLE(received)

static json_object *status_many(void)
{
	return fake_many(FAKE_MANY_TWO);
}

static json_object *status_many_well(void)
{
	return fake_many(FAKE_MANY_WELL);
}

static json_object *status_many_down(void)
{
	return fake_many(FAKE_MANY_DOWN);
}

static const row_t rows[] = {
	{"status", status, print_plain_status, NULL, NULL, false},
	{"status-empty", status_empty, print_plain_status, NULL, NULL, false},
	{"status-screen", status, print_screen, NULL, NULL, true},
	{"status-many", status_many, print_screen, NULL, NULL, true},
	{"status-many-plain", status_many, print_plain_status, NULL, NULL, true},
	{"status-many-well", status_many_well, print_screen, NULL, NULL, true},
	{"status-many-down", status_many_down, print_screen, NULL, NULL, true},
	{"status-many-down-plain", status_many_down, print_plain_status, NULL, NULL,
	 true},
	{"check-health", status, print_health, NULL, NULL, true},
	{"check-health-empty", status_empty, print_health, NULL, NULL, true},
	{"diff", diff, print_diff, NULL, NULL, false},
	{"diff-none", diff_none, print_diff, NULL, NULL, false},
	{"reload", reload, print_reload, NULL, NULL, false},
	{"doctor", fake_doctor, print_plain_doctor, NULL, NULL, false},
	{"doctor-all", fake_doctor, print_whole_doctor, NULL, NULL, true},
	{"doctor-many", fake_doctor_many, print_whole_doctor, NULL, NULL, true},
	{"doctor-well", fake_doctor_well, print_whole_doctor, NULL, NULL, true},
	{"doctor-problems", fake_doctor_well, print_doctor_problems, NULL, NULL,
	 true},
	{"doctor-causes", fake_doctor_causes, print_causes, NULL, NULL, true},
	{"firewall", firewall, print_firewall, NULL, NULL, false},
	{"firewall-old", firewall_old, print_firewall, NULL, NULL, false},
	{"history", history, print_events, NULL, NULL, false},
	{"watch", watch, print_events, NULL, NULL, false},
	{"log", log_lines, print_log, NULL, NULL, false},
	{"metrics", metrics, print_openmetrics, NULL, NULL, false},
	{"metrics-text", metrics, print_text_metrics, NULL, NULL, true},
	{"metrics-empty", metrics_empty, print_openmetrics, NULL, NULL, false},
	{"top", tunnels, print_traffic, NULL, NULL, true},
	{"tunnels", tunnels, print_tunnels, NULL, NULL, false},
	{"tunnel-watched", tunnel_watched, print_tunnel, NULL, NULL, false},
	{"tunnel-failed", tunnel_failed, print_tunnel, NULL, NULL, false},
	{"tunnel-down", tunnel_down, print_tunnel, NULL, NULL, false},
	{"tunnel-withdrawn", tunnel_withdrawn, print_tunnel, NULL, NULL, false},
	{"tunnel-min-links", tunnel_min_links, print_tunnel, NULL, NULL, false},
	{"tunnel-preempt", tunnel_preempt, print_tunnel, NULL, NULL, false},
	{"tunnel-standby", tunnel_standby, print_tunnel, NULL, NULL, false},
	{"neighbors", neighbors, print_neighbors, NULL, NULL, false},
	{"neighbor-established", neighbor_ali1, print_neighbor, NULL, NULL, false},
	{"neighbor-held", neighbor_ali2, print_neighbor, NULL, NULL, false},
	{"neighbor-shutdown", neighbor_ali3, print_neighbor, NULL, NULL, false},
	{"neighbor-internal", neighbor_core, print_neighbor, NULL, NULL, false},
	{"routes", routes, NULL, print_routes_head, print_routes_part, false},
	{"route", route, print_route, NULL, NULL, false},
	{"route-rejected", route_rejected, print_route, NULL, NULL, false},
	{"route-static", route_static, print_route, NULL, NULL, false},
	{"received", received, NULL, print_received_head, print_received_part,
	 false},
	{"received-one", received_one, print_announcement, NULL, NULL, false},
	{"accepted", accepted, NULL, print_received_head, print_received_part,
	 false},
	{"advertised", advertised, NULL, print_advertised_head,
	 print_advertised_part, false},
	{"tunnels-screen", tunnels, narrow_tunnels, NULL, NULL, true},
	{"tunnel-screen", tunnel_watched, narrow_tunnel, NULL, NULL, true},
	{"neighbors-screen", neighbors, narrow_neighbors, NULL, NULL, true},
	{"neighbor-screen", neighbor_ali1, narrow_neighbor, NULL, NULL, true},
	{"routes-screen", routes, narrow_routes, NULL, NULL, true},
	{"route-screen", route, narrow_route, NULL, NULL, true},
	{"received-screen", received, narrow_received, NULL, NULL, true},
	{"history-screen", history, narrow_events, NULL, NULL, true},
	{"policy-list", policy_list, print_policies, NULL, NULL, false},
	{"policy", policy, print_policy, NULL, NULL, false},
	{"policy-test-accept", policy_accepts, print_policy_test, NULL, NULL,
	 false},
	{"policy-test-reject", policy_rejects, print_policy_test, NULL, NULL,
	 false},
	{"policy-test-no-rule", policy_no_rule, print_policy_test, NULL, NULL,
	 false},
};

static char *read_file(const char *name)
{
	FILE *f = fopen(name, "re");
	text_t text = {0};
	char buf[4096];
	size_t n;

	ck_assert_msg(f != NULL, "cannot read %s", name);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
	{
		text_add_len(&text, buf, n);
	}
	fclose(f);
	return text_take(&text);
}

static void compare(const char *name, const char *ending, const char *seen)
{
	char *file = str_format("%s%s.%s", GOLDEN, name, ending), *wanted;
	const char *s = seen, *w;

	if (getenv("CYGNET_GOLDEN") && !strcmp(getenv("CYGNET_GOLDEN"), "write"))
	{
		FILE *f = fopen(file, "we");

		ck_assert(f != NULL);
		fputs(seen, f);
		fclose(f);
	}
	wanted = read_file(file);
	w = wanted;
	while (*s || *w)
	{
		int n = (int)strcspn(s, "\n"), m = (int)strcspn(w, "\n");

		ck_assert_msg(n == m && !strncmp(s, w, (size_t)n),
					  "%s\n  seen   %.*s\n  wanted %.*s", file, n, s, m, w);
		s += n + (s[n] == '\n');
		w += m + (w[m] == '\n');
	}
	free(wanted);
	free(file);
}

START_TEST(test_view)
{
	const row_t *row = &rows[_i];
	json_object *data = row->view();
	text_t out = {0};
	table_t table;

	ck_assert_ptr_nonnull(data);
	reply_json(data, &out);
	text_char(&out, '\n');
	ck_assert_ptr_null(strstr(text_str(&out), "never shown"));
	if (!row->text_only)
	{
		compare(row->name, "json", text_str(&out));
	}
	text_clear(&out);
	reply_clean(data);
	if (row->print)
	{
		row->print(data, &(const print_style_t){.width = 0}, &out);
	}
	else
	{
		row->head(&table);
		row->rows(data, &table);
		table_print(&table, &out);
		table_deinit(&table);
	}
	compare(row->name, "txt", text_str(&out));
	for (const char *s = text_str(&out); *s; s++)
	{
		ck_assert((*s == '\n' || (unsigned char)*s >= 0x20) && *s != 0x7f);
	}
	text_deinit(&out);
	json_object_put(data);
	fake_state_free();
}
END_TEST

START_TEST(test_nobody)
{
	ck_assert_ptr_null(view_neighbor(fake_state(NULL), "ali-9"));
	ck_assert_ptr_null(view_neighbor(fake_state_empty(), "ali-1"));
	ck_assert_ptr_null(view_tunnel(fake_state(NULL), "ali-9"));
	ck_assert_ptr_null(view_tunnel(fake_state_empty(), "ali-1"));
	fake_state_free();
}
END_TEST

Suite *views_suite(void)
{
	Suite *suite = suite_create("views");
	TCase *tcase = tcase_create("views");

	tcase_add_loop_test(tcase, test_view, 0, countof(rows));
	tcase_add_test(tcase, test_nobody);
	suite_add_tcase(suite, tcase);
	return suite;
}
