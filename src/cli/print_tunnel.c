/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `tunnel NAME` on one screen: whether it is used and why not, then IPsec,
 * then what watches it, then what goes over it. A line that would say nothing
 * is left out.
 */

#include "cli/print.h"

#include <string.h>

#include "cli/fold.h"
#include "cli/reply.h"

static void print_state(json_object *o, text_t *out)
{
	char buf[REPLY_SPAN_MAX];

	print_line(out, "state", "%s for %s: %s; came up %s time%s, was lost %s",
			   reply_str(o, "state"), reply_span(o, "since", buf),
			   reply_str(o, "reason"), reply_str(o, "ups"),
			   reply_num(o, "ups") == 1 ? "" : "s", reply_str(o, "downs"));
}

static void print_used(json_object *o, text_t *out)
{
	json_object *unused = reply_get(o, "unused");
	const char *by = reply_str(unused, "by");
	char buf[REPLY_SPAN_MAX];

	print_key(out, "in use");
	if (reply_bool(o, "active"))
	{
		text_printf(out, "yes, weight %s%s\n", reply_str(o, "weight"),
					reply_get(o, "resilient")
						? "; its flows stay with it (resilient)"
						: "");
	}
	else if (strcmp(by, "min_links") == 0)
	{
		text_add(out, "no: fewer tunnels of its bundle forward than min_links "
					  "asks for\n");
	}
	else if (strcmp(by, "preempt_delay") == 0)
	{
		text_printf(out, "no: it takes over in %s (preempt_delay)\n",
					reply_span(unused, "remaining", buf));
	}
	else if (strcmp(by, "standby") == 0)
	{
		text_printf(out, "no: it stands by, priority %s\n",
					reply_str(o, "priority"));
	}
	else
	{
		text_add(out, "no\n");
	}
}

static void print_drain(json_object *o, text_t *out)
{
	json_object *drain = reply_get(o, "drain");
	char buf[REPLY_SPAN_MAX];

	if (!drain)
	{
		return;
	}
	print_key(out, "drained");
	text_printf(out, "since %s", reply_span(drain, "since", buf));
	if (reply_bool(drain, "withdrawn"))
	{
		text_add(out, ", its neighbors are told of no route");
	}
	else if (reply_get(drain, "withdrawn_in"))
	{
		text_printf(out,
					", its neighbors are asked to go elsewhere, and are told "
					"of no route in %s",
					reply_span(drain, "withdrawn_in", buf));
	}
	text_printf(out, "; until `cygnetctl undrain %s`\n", reply_str(o, "name"));
}

static void print_reauth(json_object *o, text_t *out)
{
	json_object *reauth = reply_get(o, "reauth");
	const char *state = reply_str(reauth, "state");
	char buf[REPLY_SPAN_MAX];

	if (!reauth)
	{
		return;
	}
	print_key(out, "reauth");
	if (strcmp(state, "due") == 0)
	{
		text_printf(out,
					"due in %s; drained before if another tunnel can carry\n",
					reply_span(reauth, "in", buf));
	}
	else if (strcmp(state, "draining") == 0)
	{
		text_add(out, "drained, to be reauthenticated without loss\n");
	}
	else
	{
		text_add(out, "charon is asked; used again with the new SA\n");
	}
}

static void print_link(json_object *o, text_t *out)
{
	print_key(out, "link");
	text_add(out, reply_str(o, "link"));
	if (!reply_num(o, "link_index"))
	{
		text_add(out, ", which is not there");
	}
	if (reply_get(o, "connection"))
	{
		text_printf(out, ", if_id %s", reply_str(o, "if_id"));
	}
	text_printf(out, ", MTU %s\n", reply_str(o, "mtu"));
	if (reply_length(reply_get(o, "addresses")))
	{
		print_key(out, "addresses");
		reply_join(reply_get(o, "addresses"), ", ", out);
		text_char(out, '\n');
	}
}

static void print_ipsec(json_object *o, text_t *out)
{
	json_object *sa = reply_get(o, "sa");
	char buf[REPLY_SPAN_MAX];

	if (!reply_get(o, "connection"))
	{
		return;
	}
	print_line(out, "connection", "%s%s", reply_str(o, "connection"),
			   sa ? "" : ", no CHILD_SA");
	if (sa)
	{
		const char *count = reply_str(sa, "count");

		print_line(out, "peer", "%s, from %s%s, %s", reply_str(sa, "remote"),
				   reply_str(sa, "local"),
				   reply_bool(sa, "nat_t") ? ", in UDP (NAT-T)" : "",
				   reply_bool(o, "pinned") ? "pinned to the underlay"
										   : "not pinned to the underlay");
		print_line(out, "cipher", "%s, SPIs %s in, %s out, %s CHILD_SA%s",
				   reply_str(sa, "cipher"), reply_str(sa, "spi_in"),
				   reply_str(sa, "spi_out"), count,
				   strcmp(count, "1") == 0 ? "" : "s");
	}
	if (reply_get(o, "alert"))
	{
		print_line(out, "charon said", "%s ago: %s",
				   reply_span(o, "alert_since", buf), reply_str(o, "alert"));
	}
}

static void print_supervisor(json_object *o, text_t *out)
{
	json_object *s = reply_get(o, "supervisor");
	char buf[REPLY_SPAN_MAX];

	if (!reply_get(o, "connection"))
	{
		return;
	}
	print_key(out, "supervisor");
	if (!s)
	{
		text_add(out, "none: nobody of ours initiates the connection\n");
		return;
	}
	if (!reply_num(s, "tries") && !reply_get(s, "next"))
	{
		text_add(out, "stands by\n");
		return;
	}
	text_printf(out, "initiated %s time%s since an SA last lasted",
				reply_str(s, "tries"), reply_num(s, "tries") == 1 ? "" : "s");
	if (reply_get(s, "next"))
	{
		text_printf(out, ", again in %s", reply_span(s, "next", buf));
	}
	text_char(out, '\n');
}

static void print_bfd(json_object *o, text_t *out)
{
	json_object *bfd = reply_get(o, "bfd");
	char one[REPLY_SPAN_MAX], two[REPLY_SPAN_MAX];

	if (!bfd)
	{
		return;
	}
	print_key(out, "BFD");
	text_printf(out, "with %s%s%s", reply_str(bfd, "address"),
				reply_bool(bfd, "strict") ? ", strict" : "",
				reply_bool(bfd, "authenticated") ? ", authenticated" : "");
	if (!reply_bool(bfd, "running"))
	{
		text_add(out, ": does not run\n");
		return;
	}
	text_printf(out, ": %s for %s, the far side %s; up %s time%s\n",
				reply_str(bfd, "state"), reply_span(bfd, "since", one),
				reply_str(bfd, "remote_state"), reply_str(bfd, "ups"),
				reply_num(bfd, "ups") == 1 ? "" : "s");
	print_line(out, "  diagnostics", "ours \"%s\", the far side's \"%s\"",
			   reply_str(bfd, "diagnostic"),
			   reply_str(bfd, "remote_diagnostic"));
	print_line(out, "  times", "a packet each %s, failed after %s of silence",
			   reply_ms(bfd, "interval", one),
			   reply_ms(bfd, "detection_time", two));
	print_line(out, "  packets",
			   "received %s, sent %s, dropped %s, not authentic %s",
			   reply_str(bfd, "received"), reply_str(bfd, "sent"),
			   reply_str(bfd, "dropped"), reply_str(bfd, "unauthentic"));
}

static void print_probe(json_object *o, text_t *out)
{
	json_object *probe = reply_get(o, "probe");
	char one[REPLY_SPAN_MAX], two[REPLY_SPAN_MAX], three[REPLY_SPAN_MAX];

	if (!probe)
	{
		return;
	}
	print_key(out, "probe");
	text_printf(out, "of %s: ", reply_str(probe, "address"));
	if (!reply_bool(probe, "running"))
	{
		text_add(out, "does not run\n");
		return;
	}
	text_printf(out, "%s",
				reply_bool(probe, "failed")     ? "failed"
				: reply_bool(probe, "answered") ? "answered"
												: "never answered");
	if (reply_get(probe, "since"))
	{
		text_printf(out, " for %s", reply_span(probe, "since", one));
	}
	text_printf(out, "; lost %s of the last %s\n", reply_str(probe, "lost"),
				reply_str(probe, "window"));
	print_line(out, "  round trip", "%s, jitter %s, the last %s",
			   reply_ms(probe, "rtt", one), reply_ms(probe, "jitter", two),
			   reply_ms(probe, "rtt_last", three));
	print_line(out, "  packets", "received %s, sent %s",
			   reply_str(probe, "received"), reply_str(probe, "sent"));
}

static void print_neighbor_table(json_object *list, text_t *out)
{
	static const char *const heads[] = {"  NEIGHBOR", "ADDRESS", "STATE", "FOR",
										NULL};
	char buf[REPLY_SPAN_MAX];
	table_t t;

	if (!reply_length(list))
	{
		return;
	}
	table_init(&t, heads);
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *n = reply_at(list, i);

		table_cell(&t, "  %s", reply_str(n, "name"));
		table_cell(&t, "%s", reply_str(n, "address"));
		table_cell(&t, "%s", reply_str(n, "state"));
		table_cell(&t, "%s", reply_span(n, "since", buf));
	}
	text_char(out, '\n');
	table_print(&t, out);
	table_deinit(&t);
}

static void print_statics(json_object *list, text_t *out)
{
	static const char *const heads[] = {"  STATIC ROUTE", "GOES THIS WAY",
										NULL};
	table_t t;

	if (!reply_length(list))
	{
		return;
	}
	table_init(&t, heads);
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *r = reply_at(list, i);

		table_cell(&t, "  %s", reply_str(r, "prefix"));
		table_cell(&t, "%s", reply_bool(r, "used") ? "yes" : "no");
	}
	text_char(out, '\n');
	table_print(&t, out);
	table_deinit(&t);
}

void print_tunnel(json_object *o, const print_style_t *style, text_t *out)
{
	size_t start = out->len;

	text_printf(out, "tunnel %s of bundle %s\n", reply_str(o, "name"),
				reply_str(o, "bundle"));
	print_state(o, out);
	print_used(o, out);
	print_drain(o, out);
	print_reauth(o, out);
	print_link(o, out);
	print_ipsec(o, out);
	print_supervisor(o, out);
	print_bfd(o, out);
	print_probe(o, out);
	if (reply_get(o, "detector_problem"))
	{
		print_line(out, "not watched", "%s", reply_str(o, "detector_problem"));
	}
	print_neighbor_table(reply_get(o, "neighbors"), out);
	print_statics(reply_get(o, "static_routes"), out);
	fold(out, start, style->width);
}
