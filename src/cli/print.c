/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each view is built as one text and then written, so that a reply that is
 * odd in its middle leaves no half of a table behind.
 */

#include "cli/print.h"

#include <string.h>

#include "cli/reply.h"

/** where the values of "key  value" lines begin */
#define VALUE_COLUMN 20

void print_key(text_t *out, const char *name)
{
	size_t start = out->len;

	text_printf(out, "  %s", name);
	text_pad(out, start + VALUE_COLUMN);
}

void print_line(text_t *out, const char *name, const char *fmt, ...)
{
	va_list args;

	print_key(out, name);
	va_start(args, fmt);
	text_vprintf(out, fmt, args);
	va_end(args);
	text_char(out, '\n');
}

static void liveness_bfd(json_object *bfd, text_t *out)
{
	text_printf(out, "BFD %s",
				reply_bool(bfd, "running") ? reply_str(bfd, "state") : "-");
}

static void liveness_probe(json_object *probe, text_t *out)
{
	char buf[REPLY_SPAN_MAX];

	if (!reply_bool(probe, "running"))
	{
		text_add(out, "probe -");
	}
	else if (reply_bool(probe, "failed"))
	{
		text_printf(out, "probe lost %s/%s", reply_str(probe, "lost"),
					reply_str(probe, "window"));
	}
	else if (!reply_bool(probe, "answered"))
	{
		text_add(out, "probe unanswered");
	}
	else
	{
		text_printf(out, "probe %s", reply_ms(probe, "rtt", buf));
	}
}

void print_liveness(table_t *t, json_object *o)
{
	json_object *bfd = reply_get(o, "bfd"), *probe = reply_get(o, "probe");
	text_t text;

	text_init(&text);
	if (bfd)
	{
		liveness_bfd(bfd, &text);
	}
	text_add(&text, bfd && probe ? ", " : "");
	if (probe)
	{
		liveness_probe(probe, &text);
	}
	table_cell(t, "%s", text_str(&text));
	text_deinit(&text);
}

const char *print_unused(json_object *o)
{
	const char *by = reply_str(reply_get(o, "unused"), "by");

	return strcmp(by, "min_links") == 0       ? " (min_links)"
		   : strcmp(by, "preempt_delay") == 0 ? " (preempt_delay)"
		   : strcmp(by, "standby") == 0       ? " (standby)"
											  : "";
}

void print_tunnels(json_object *data, const print_style_t *style, text_t *out)
{
	static const char *const heads[] = {"TUNNEL", "BUNDLE",   "STATE",  "FOR",
										"LINK",   "IF_ID",    "MTU",    "PEER",
										"PINNED", "LIVENESS", "REASON", NULL};
	table_t t;
	char buf[REPLY_SPAN_MAX];

	table_init(&t, heads);
	for (size_t i = 0; i < reply_length(data); i++)
	{
		json_object *o = reply_at(data, i);
		json_object *sa = reply_get(o, "sa");
		bool link = !reply_get(o, "connection");

		table_cell(&t, "%s", reply_str(o, "name"));
		table_cell(&t, "%s", reply_str(o, "bundle"));
		table_cell(&t, "%s%s", reply_str(o, "state"), print_unused(o));
		table_cell(&t, "%s", reply_span(o, "since", buf));
		table_cell(&t, "%s", reply_str(o, "link"));
		table_cell(&t, "%s", link ? "-" : reply_str(o, "if_id"));
		table_cell(&t, "%s", reply_str(o, "mtu"));
		table_cell(&t, "%s%s", sa ? reply_str(sa, "remote") : "-",
				   sa && reply_bool(sa, "nat_t") ? " (NAT-T)" : "");
		table_cell(&t, "%s",
				   link                      ? "-"
				   : reply_bool(o, "pinned") ? "yes"
											 : "no");
		print_liveness(&t, o);
		table_cell(&t, "%s", reply_str(o, "reason"));
	}
	table_fit(&t, style->width, out);
	table_deinit(&t);
}

static void counts(table_t *t, json_object *obj, const char *key)
{
	json_object *o = reply_get(obj, key);

	table_cell(t, "%llu/%llu", (unsigned long long)reply_num(o, "ipv4"),
			   (unsigned long long)reply_num(o, "ipv6"));
}

void print_neighbors(json_object *data, const print_style_t *style, text_t *out)
{
	static const char *const heads[] = {
		"NEIGHBOR", "TUNNEL",   "ADDRESS",    "AS",         "STATE", "FOR",
		"RECEIVED", "ACCEPTED", "ADVERTISED", "LAST ERROR", NULL};
	table_t t;
	char buf[REPLY_SPAN_MAX];

	table_init(&t, heads);
	for (size_t i = 0; i < reply_length(data); i++)
	{
		json_object *o = reply_at(data, i);
		json_object *held = reply_get(o, "held");

		table_cell(&t, "%s", reply_str(o, "name"));
		table_cell(&t, "%s", reply_str(o, "tunnel"));
		table_cell(&t, "%s", reply_str(o, "address"));
		table_cell(&t, "%s", reply_str(o, "remote_as"));
		table_cell(&t, "%s%s", reply_str(o, "state"),
				   !held                          ? ""
				   : reply_bool(held, "shutdown") ? " (shut down)"
												  : " (held)");
		table_cell(&t, "%s", reply_span(o, "since", buf));
		counts(&t, o, "received");
		counts(&t, o, "accepted");
		counts(&t, o, "advertised");
		/* what keeps it from a connection now comes before how the last
		 * session ended */
		table_cell(&t, "%s",
				   reply_str(o, reply_get(o, "connect_error") ? "connect_error"
															  : "last_error"));
	}
	table_fit(&t, style->width, out);
	table_deinit(&t);
}
