/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `status` on one screen, however many tunnels there are: few are a line each;
 * of many, those in health are counted, and only what is wrong has its line,
 * with why below it. Many that are wrong in the same way share one.
 */

#include "cli/print.h"

#include <stdlib.h>
#include <string.h>

#include "cli/print_kind.h"
#include "cli/reply.h"

static bool is(json_object *o, const char *key, const char *value)
{
	return strcmp(reply_str(o, key), value) == 0;
}

/* -- tunnels ------------------------------------------------------------------------ */

static const char *tunnel_wrong(json_object *data, json_object *o)
{
	if (is(o, "state", "drained"))
	{
		return PRINT_YELLOW;
	}
	if (!reply_bool(o, "forwarding"))
	{
		return PRINT_RED;
	}
	return reply_get(o, "detector_problem") ? PRINT_YELLOW : NULL;
}

static void tunnel_row(json_object *data, json_object *o, table_t *t)
{
	char buf[REPLY_SPAN_MAX];

	table_cell(t, "%s", reply_str(o, "name"));
	table_cell(t, "%s", reply_str(o, "bundle"));
	table_cell(t, "%s%s", reply_str(o, "state"), print_unused(o));
	table_cell(t, "%s", reply_span(o, "since", buf));
	print_liveness(t, o);
}

static void tunnel_why(json_object *o, bool shared, text_t *out)
{
	char buf[REPLY_SPAN_MAX];

	text_add(out, reply_bool(o, "forwarding") ? reply_str(o, "detector_problem")
											  : reply_str(o, "reason"));
	if (!reply_get(o, "sa") && reply_get(o, "alert"))
	{
		text_add(out, "; charon said");
		if (!shared)
		{
			text_printf(out, " %s ago", reply_span(o, "alert_since", buf));
		}
		text_printf(out, ": %s", reply_str(o, "alert"));
	}
}

static void tunnels_are(json_object *o, text_t *out)
{
	text_printf(out, "tunnels are %s%s", reply_str(o, "state"),
				print_unused(o));
}

static void tunnel_rest(size_t n, bool all, json_object *well, text_t *out)
{
	char buf[REPLY_SPAN_MAX];
	size_t unused = 0;

	for (size_t i = 0; i < n; i++)
	{
		unused += !reply_bool(reply_at(well, i), "active");
	}
	text_printf(out, "%s%zu %s, the last to come up %s ago", all ? "all " : "",
				n,
				all      ? "tunnels forward"
				: n == 1 ? "more forwards"
						 : "more forward",
				print_unchanged(well, buf));
	if (unused)
	{
		text_printf(out, "; %zu of them stand by", unused);
	}
}

/* -- neighbours ---------------------------------------------------------------------- */

static const char *neighbor_wrong(json_object *data, json_object *o)
{
	return is(o, "state", "Established")                  ? NULL
		   : reply_bool(reply_get(o, "held"), "shutdown") ? PRINT_YELLOW
														  : PRINT_RED;
}

static uint64_t both(json_object *o, const char *key)
{
	return reply_num(reply_get(o, key), "ipv4") +
		   reply_num(reply_get(o, key), "ipv6");
}

/** behind its state */
static const char *held_words(json_object *o)
{
	json_object *held = reply_get(o, "held");

	return !held                          ? ""
		   : reply_bool(held, "shutdown") ? " (shut down)"
										  : " (held)";
}

static void neighbor_row(json_object *data, json_object *o, table_t *t)
{
	char buf[REPLY_SPAN_MAX];

	table_cell(t, "%s", reply_str(o, "name"));
	table_cell(t, "%s", reply_str(o, "address"));
	table_cell(t, "%s%s", reply_str(o, "state"), held_words(o));
	table_cell(t, "%s", reply_span(o, "since", buf));
	table_cell(t, "%llu of %llu", (unsigned long long)both(o, "accepted"),
			   (unsigned long long)both(o, "received"));
	table_cell(t, "%llu", (unsigned long long)both(o, "advertised"));
}

static void neighbor_why(json_object *o, bool shared, text_t *out)
{
	json_object *held = reply_get(o, "held");
	const char *error =
		reply_get(o, "connect_error") ? "connect_error" : "last_error";

	if (held)
	{
		text_printf(out, "held by %s", reply_str(held, "by"));
	}
	if (reply_get(o, error))
	{
		text_printf(out, "%s%s", held ? "; " : "", reply_str(o, error));
	}
}

static void neighbors_are(json_object *o, text_t *out)
{
	text_printf(out, "sessions are %s%s", reply_str(o, "state"), held_words(o));
}

static void neighbor_rest(size_t n, bool all, json_object *well, text_t *out)
{
	char buf[REPLY_SPAN_MAX];

	text_printf(out, "%s%zu %s, the last to come up %s ago", all ? "all " : "",
				n,
				all      ? "sessions are Established"
				: n == 1 ? "more is Established"
						 : "more are Established",
				print_unchanged(well, buf));
}

/* -- bundles --------------------------------------------------------------------------- */

/** counts sessions through the tunnels of a bundle */
static void sessions_of(json_object *data, const char *bundle, size_t *up,
						size_t *all)
{
	json_object *list = reply_get(data, "tunnels");

	*up = *all = 0;
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i),
					*sessions = reply_get(o, "neighbors");

		for (size_t k = 0;
			 is(o, "bundle", bundle) && k < reply_length(sessions); k++)
		{
			*all += 1;
			*up += is(reply_at(sessions, k), "state", "Established");
		}
	}
}

static const char *bundle_wrong(json_object *data, json_object *o)
{
	uint64_t forwarding = reply_num(o, "forwarding");
	size_t up, all;

	if (!forwarding || reply_bool(o, "below_min_links"))
	{
		return PRINT_RED;
	}
	sessions_of(data, reply_str(o, "name"), &up, &all);
	return forwarding < reply_num(o, "tunnels") || up < all ? PRINT_YELLOW
															: NULL;
}

static void bundle_row(json_object *data, json_object *o, table_t *t)
{
	json_object *guard = reply_get(o, "leak_guard");
	size_t up, all;
	text_t text;

	table_cell(t, "%s", reply_str(o, "name"));
	table_cell(t, "%s", reply_str(o, "mode"));
	text_init(&text);
	text_printf(&text, "%s of %s", reply_str(o, "forwarding"),
				reply_str(o, "tunnels"));
	if (reply_bool(o, "below_min_links"))
	{
		text_printf(&text, ", min_links %s", reply_str(o, "min_links"));
	}
	else if (reply_num(o, "active") != reply_num(o, "forwarding"))
	{
		text_printf(&text, ", %s in use", reply_str(o, "active"));
	}
	table_cell(t, "%s", text_str(&text));
	text_deinit(&text);
	sessions_of(data, reply_str(o, "name"), &up, &all);
	table_cell(t, "%zu of %zu", up, all);
	table_cell(t, "%s",
			   guard ? reply_str(guard, "dropped_packets") : "no guard");
}

static void bundle_why(json_object *o, bool shared, text_t *out)
{
	/* its tunnels and neighbours tell */
}

static void bundles_are(json_object *o, text_t *out)
{
	if (!reply_num(o, "forwarding"))
	{
		text_add(out, "bundles are down");
	}
}

static void bundle_rest(size_t n, bool all, json_object *well, text_t *out)
{
	uint64_t tunnels = 0, leaks = 0;

	for (size_t i = 0; i < n; i++)
	{
		json_object *o = reply_at(well, i);

		tunnels += reply_num(o, "tunnels");
		leaks += reply_num(reply_get(o, "leak_guard"), "dropped_packets");
	}
	text_printf(out, "%s%zu %s whole: %s %llu tunnel%s, %llu leak%s stopped",
				all ? "all " : "", n,
				all      ? "bundles are"
				: n == 1 ? "more is"
						 : "more are",
				n == 1 ? "its" : "their", (unsigned long long)tunnels,
				tunnels == 1 ? " forwards" : "s forward",
				(unsigned long long)leaks, leaks == 1 ? "" : "s");
}

/* -- routes ------------------------------------------------------------------------------ */

static void put_family(json_object *data, const char *name, const char *key,
					   const char *kernel_key, const print_style_t *style,
					   text_t *out)
{
	json_object *routes = reply_get(data, "routes");
	json_object *list = reply_get(data, "neighbors");
	uint64_t received = 0, accepted = 0;

	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i);

		received += reply_num(reply_get(o, "received"), key);
		accepted += reply_num(reply_get(o, "accepted"), key);
	}
	if (!received && !reply_num(routes, key) && !reply_num(routes, kernel_key))
	{
		print_words_of("", 8, style, out, "%s    none", name);
		return;
	}
	print_words_of(
		"", 8, style, out,
		"%s    %llu received, %llu accepted; %s network%s known with ours, "
		"%s in the kernel",
		name, (unsigned long long)received, (unsigned long long)accepted,
		reply_str(routes, key), reply_num(routes, key) == 1 ? "" : "s",
		reply_str(routes, kernel_key));
}

static void put_routes(json_object *data, const print_style_t *style,
					   text_t *out)
{
	json_object *routes = reply_get(data, "routes");
	uint64_t groups = reply_num(routes, "groups"),
			 waiting = reply_num(routes, "waiting");

	text_add(out, "ROUTES\n");
	put_family(data, "IPv4", "ipv4", "kernel_ipv4", style, out);
	put_family(data, "IPv6", "ipv6", "kernel_ipv6", style, out);
	if (reply_num(routes, "static"))
	{
		print_words_of("", 8, style, out, "static  %s of %s used",
					   reply_str(routes, "static_used"),
					   reply_str(routes, "static"));
	}
	if (groups)
	{
		print_words_of("", 8, style, out, "kernel  %s next-hop group%s",
					   reply_str(routes, "groups"), groups == 1 ? "" : "s");
	}
	if (waiting)
	{
		print_words_of(PRINT_YELLOW, 8, style, out,
					   "waiting %s change%s not written yet",
					   reply_str(routes, "waiting"), waiting == 1 ? "" : "s");
	}
}

/* -- the screen ------------------------------------------------------------------------------ */

static void put_head(json_object *data, const print_style_t *style, text_t *out)
{
	json_object *problems = reply_get(data, "problems");
	char buf[REPLY_SPAN_MAX];
	text_t head;

	text_init(&head);
	text_printf(&head, "cygnet %s in charon %s, up %s",
				reply_str(data, "version"), reply_str(data, "charon"),
				reply_span(data, "uptime", buf));
	if (reply_bool(data, "configured"))
	{
		text_printf(&head, ", AS %s, router id %s", reply_str(data, "asn"),
					reply_str(data, "router_id"));
	}
	else
	{
		text_add(&head, ", not configured: write a `cygnet` section, see "
						"cygnet.conf(5)");
	}
	print_words(text_str(&head), "", 2, style, out);
	text_deinit(&head);
	if (reply_get(data, "confirm"))
	{
		print_words_of(
			PRINT_YELLOW, 2, style, out,
			"a reload is to be confirmed within %s: `cygnetctl confirm`, "
			"or the configuration before comes back",
			reply_span(data, "confirm", buf));
	}
	for (size_t i = 0; i < reply_length(problems); i++)
	{
		print_words_of(PRINT_RED, 2, style, out, "! %s",
					   json_object_get_string(reply_at(problems, i)));
	}
	text_char(out, '\n');
}

void print_status(json_object *data, const print_style_t *style, text_t *out)
{
	static const char *const bundle_heads[] = {
		"BUNDLE", "MODE", "TUNNELS", "SESSIONS", "LEAKS STOPPED", NULL};
	static const char *const tunnel_heads[] = {"TUNNEL", "BUNDLE",   "STATE",
											   "FOR",    "LIVENESS", NULL};
	static const char *const neighbor_heads[] = {
		"NEIGHBOR", "ADDRESS", "STATE", "FOR", "ACCEPTED", "ADVERTISED", NULL};
	static const print_kind_t kinds[] = {
		{bundle_heads, bundle_wrong, bundle_row, bundle_why, bundles_are,
		 bundle_rest},
		{tunnel_heads, tunnel_wrong, tunnel_row, tunnel_why, tunnels_are,
		 tunnel_rest},
		{neighbor_heads, neighbor_wrong, neighbor_row, neighbor_why,
		 neighbors_are, neighbor_rest},
	};
	static const char *const keys[] = {"bundles", "tunnels", "neighbors"};

	put_head(data, style, out);
	for (size_t i = 0; i < countof(kinds); i++)
	{
		print_kind(&kinds[i], data, keys[i], style, out);
	}
	put_routes(data, style, out);
}
