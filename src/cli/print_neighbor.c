/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `neighbor NAME` on one screen: what a network engineer looks for first
 * stands first, in his words. A line that would say nothing is left out.
 */

#include "cli/print.h"

#include <string.h>

#include "cli/fold.h"
#include "cli/reply.h"

static void print_state(json_object *o, text_t *out)
{
	json_object *held = reply_get(o, "held");
	char buf[REPLY_SPAN_MAX];

	print_line(out, "state", "%s%s%s, sessions so far %s",
			   reply_str(o, "state"), reply_get(o, "since") ? " for " : "",
			   reply_get(o, "since") ? reply_span(o, "since", buf) : "",
			   reply_str(o, "established"));
	if (held)
	{
		const char *text =
			reply_get(held, "text") ? reply_str(held, "text") : NULL;

		print_key(out, "held");
		text_printf(out, "by %s", reply_str(held, "by"));
		if (reply_get(held, "since"))
		{
			text_printf(out, " since %s", reply_span(held, "since", buf));
		}
		if (text)
		{
			text_printf(out, ": \"%s\"", text);
		}
		if (reply_get(held, "remaining"))
		{
			text_printf(out, ", for another %s\n",
						reply_span(held, "remaining", buf));
		}
		else
		{
			text_printf(out, ", until `cygnetctl neighbor %s start`\n",
						reply_str(o, "name"));
		}
	}
	if (reply_bool(reply_get(o, "graceful_restart"), "restarting"))
	{
		print_line(out, "restart",
				   "the neighbor restarts, its routes stay in use");
	}
}

static void print_ends(json_object *o, text_t *out)
{
	json_object *role = reply_get(o, "role");

	print_line(out, "our end", "%s, AS %s%s%s", reply_str(o, "local_address"),
			   reply_str(o, "local_as"), reply_get(o, "link") ? ", link " : "",
			   reply_get(o, "link") ? reply_str(o, "link") : "");
	print_line(out, "its end", "%s, AS %s (%s), router id %s",
			   reply_str(o, "address"), reply_str(o, "remote_as"),
			   reply_bool(o, "internal") ? "iBGP" : "eBGP",
			   reply_str(o, "router_id"));
	print_key(out, "transport");
	text_printf(out, "%s, TTL %s",
				reply_bool(o, "passive") ? "waits for the neighbor"
										 : "dials and listens",
				reply_str(o, "ttl"));
	if (reply_num(o, "ttl_minimum"))
	{
		text_printf(out, ", takes TTL %s and more (GTSM)",
					reply_str(o, "ttl_minimum"));
	}
	text_printf(out, ", %s\n",
				reply_bool(o, "md5") ? "TCP MD5" : "no password");
	if (reply_get(o, "socket_problem"))
	{
		print_line(out, "socket", "%s", reply_str(o, "socket_problem"));
	}
	if (reply_get(role, "ours") || reply_get(role, "neighbors"))
	{
		print_line(out, "roles", "ours %s, the neighbor's %s%s",
				   reply_str(role, "ours"), reply_str(role, "neighbors"),
				   reply_bool(role, "strict") ? ", strict" : "");
	}
}

static void print_timers(json_object *o, text_t *out)
{
	json_object *c = reply_get(o, "configured");

	print_key(out, "timers");
	if (reply_get(o, "router_id"))
	{
		text_printf(out, "hold %s s, keepalive %s s; ",
					reply_str(o, "hold_time"), reply_str(o, "keepalive"));
	}
	text_printf(
		out, "configured: hold %s s, keepalive %s%s, connect retry %s s\n",
		reply_str(c, "hold_time"),
		reply_num(c, "keepalive") ? reply_str(c, "keepalive") : "a third",
		reply_num(c, "keepalive") ? " s" : "", reply_str(c, "connect_retry"));
}

static void print_capabilities(json_object *o, text_t *out)
{
	static const struct
	{
		const char *key;
		const char *words;
	} known[] = {
		{"ipv4", "IPv4 unicast"},
		{"ipv6", "IPv6 unicast"},
		{"four_octet_as", "four-octet AS"},
		{"route_refresh", "route refresh"},
		{"enhanced_route_refresh", "enhanced refresh"},
		{"extended_message", "extended messages"},
		{"extended_next_hop", "IPv6 next hops for IPv4"},
		{"graceful_restart", "graceful restart"},
		{"notification_restart", "restart on NOTIFICATION"},
		{"role", "role"},
	};
	static const char *const heads[] = {"  CAPABILITY", "OFFERED", "NEIGHBOR",
										"IN USE", NULL};
	json_object *ours = reply_get(o, "offered");
	json_object *theirs = reply_get(o, "announced");
	json_object *both = reply_get(o, "capabilities");
	bool open = reply_get(o, "router_id") != NULL;
	table_t t;

	table_init(&t, heads);
	for (size_t i = 0; i < countof(known); i++)
	{
		const char *k = known[i].key;

		table_cell(&t, "  %s", known[i].words);
		table_cell(&t, "%s", reply_bool(ours, k) ? "yes" : "no");
		table_cell(&t, "%s",
				   !open                   ? "?"
				   : reply_bool(theirs, k) ? "yes"
										   : "no");
		table_cell(&t, "%s", !open ? "-" : reply_bool(both, k) ? "yes" : "no");
	}
	text_char(out, '\n');
	table_print(&t, out);
	table_deinit(&t);
	text_char(out, '\n');
}

/** "80 %", "no limit" */
static void used(table_t *t, json_object *limits, const char *family)
{
	json_object *percent =
		reply_get(reply_get(limits, "max_prefix_used"), family);

	if (percent)
	{
		table_cell(t, "%s %%", json_object_get_string(percent));
	}
	else
	{
		table_cell(t, "no limit");
	}
}

static void print_prefixes(json_object *o, text_t *out)
{
	static const char *const heads[] = {"  FAMILY",   "RECEIVED", "ACCEPTED",
										"ADVERTISED", "OF LIMIT", "END-OF-RIB",
										NULL};
	static const struct
	{
		const char *key;
		const char *words;
	} families[] = {{"ipv4", "IPv4"}, {"ipv6", "IPv6"}};
	json_object *limits = reply_get(o, "limits");
	table_t t;

	table_init(&t, heads);
	for (size_t i = 0; i < countof(families); i++)
	{
		const char *f = families[i].key;

		table_cell(&t, "  %s", families[i].words);
		table_cell(&t, "%s", reply_str(reply_get(o, "received"), f));
		table_cell(&t, "%s", reply_str(reply_get(o, "accepted"), f));
		table_cell(&t, "%s", reply_str(reply_get(o, "advertised"), f));
		used(&t, limits, f);
		table_cell(&t, "%s",
				   reply_bool(reply_get(o, "end_of_rib"), f) ? "came"
															 : "not yet");
	}
	table_print(&t, out);
	table_deinit(&t);
	text_char(out, '\n');
}

static void print_limits(json_object *o, text_t *out)
{
	json_object *l = reply_get(o, "limits");

	if (reply_num(l, "max_prefix"))
	{
		print_key(out, "max_prefix");
		text_printf(out, "%s: %s", reply_str(l, "max_prefix"),
					strcmp(reply_str(l, "max_prefix_action"), "warn") == 0
						? "warns only"
						: "stops the session");
		if (reply_num(l, "max_prefix_warn"))
		{
			text_printf(out, ", warns at %s %%",
						reply_str(l, "max_prefix_warn"));
		}
		if (reply_num(l, "max_prefix_restart"))
		{
			text_printf(out, ", tries again after %s s",
						reply_str(l, "max_prefix_restart"));
		}
		text_char(out, '\n');
	}
	print_key(out, "memory");
	text_printf(out, "%llu KiB",
				(unsigned long long)reply_num(l, "memory") / 1024);
	if (reply_num(l, "max_memory"))
	{
		text_printf(out, " of %llu (%s %%)",
					(unsigned long long)reply_num(l, "max_memory") / 1024,
					reply_str(l, "max_memory_used"));
	}
	text_char(out, '\n');
	if (reply_num(l, "max_as_path") || reply_num(l, "max_communities"))
	{
		print_line(out, "of one route", "AS path %s, communities %s at most",
				   reply_num(l, "max_as_path") ? reply_str(l, "max_as_path")
											   : "any length",
				   reply_num(l, "max_communities")
					   ? reply_str(l, "max_communities")
					   : "any number");
	}
}

static void print_in_force(json_object *o, text_t *out)
{
	json_object *p = reply_get(o, "policies");
	const char *without =
		reply_bool(o, "internal") ? "none: everything" : "none: nothing";
	const char *private = reply_str(p, "private_as");

	print_line(out, "import policy", "%s",
			   reply_get(p, "import") ? reply_str(p, "import") : without);
	print_line(out, "export policy", "%s",
			   reply_get(p, "export") ? reply_str(p, "export") : without);
	if (reply_num(p, "allowas_in"))
	{
		print_line(out, "allowas_in", "%s", reply_str(p, "allowas_in"));
	}
	if (!reply_bool(p, "reject_as_sets"))
	{
		print_line(out, "reject_as_sets", "no");
	}
	if (reply_bool(p, "as_override"))
	{
		print_line(out, "as_override", "yes");
	}
	if (strcmp(private, "remove") == 0 || strcmp(private, "replace") == 0)
	{
		print_line(out, "private AS", "%s", private);
	}
	if (reply_bool(p, "graceful_shutdown"))
	{
		print_line(out, "maintenance",
				   "GRACEFUL_SHUTDOWN goes out, LOCAL_PREF is 0");
	}
}

static void print_error(json_object *o, const char *name, const char *since,
						const char *error, text_t *out)
{
	char buf[REPLY_SPAN_MAX];

	if (!reply_get(o, since))
	{
		print_line(out, name, "%s", reply_str(o, error));
		return;
	}
	print_line(out, name, "%s ago: %s", reply_span(o, since, buf),
			   reply_str(o, error));
}

/** reasons that there were, as the speaker names them */
static void print_dropped(json_object *o, text_t *out)
{
	const char *comma = "";

	print_key(out, "routes dropped");
	json_object_object_foreach(reply_get(o, "dropped"), name, count)
	{
		if (json_object_get_int64(count))
		{
			text_printf(out, "%s%s %s", comma, name,
						json_object_get_string(count));
			comma = ", ";
		}
	}
	text_printf(out, "%s\n", *comma ? "" : "none");
}

static void print_errors(json_object *o, text_t *out)
{
	json_object *m = reply_get(o, "messages");

	print_line(out, "messages", "received %s (UPDATE %s), sent %s (UPDATE %s)",
			   reply_str(m, "received"), reply_str(m, "updates_received"),
			   reply_str(m, "sent"), reply_str(m, "updates_sent"));
	print_line(out, "faulty UPDATEs",
			   "treated as withdrawn %s, attributes discarded %s (RFC 7606)",
			   reply_str(o, "treated_as_withdraw"),
			   reply_str(o, "discarded_attributes"));
	print_dropped(o, out);
	if (!reply_get(o, "last_error"))
	{
		print_line(out, "last error", "none");
	}
	else
	{
		print_error(o, "last error", "last_error_since", "last_error", out);
	}
	if (reply_get(o, "connect_error"))
	{
		print_error(o, "no connection", "connect_error_since", "connect_error",
					out);
	}
}

static void print_restart(json_object *o, text_t *out)
{
	json_object *r = reply_get(o, "graceful_restart");

	if (reply_bool(reply_get(o, "capabilities"), "graceful_restart"))
	{
		print_line(out, "graceful restart", "the neighbor asks for %s s%s",
				   reply_str(r, "restart_time"),
				   reply_bool(r, "notification")
					   ? ", survives NOTIFICATIONs (N bit, RFC 8538)"
					   : "");
	}
}

void print_neighbor(json_object *o, const print_style_t *style, text_t *out)
{
	size_t start = out->len;

	text_printf(out, "neighbor %s", reply_str(o, "name"));
	if (reply_get(o, "tunnel"))
	{
		text_printf(out, " at the end of tunnel %s", reply_str(o, "tunnel"));
	}
	text_char(out, '\n');
	print_state(o, out);
	print_ends(o, out);
	print_timers(o, out);
	print_restart(o, out);
	print_capabilities(o, out);
	print_prefixes(o, out);
	print_limits(o, out);
	print_in_force(o, out);
	print_errors(o, out);
	fold(out, start, style->width);
}
