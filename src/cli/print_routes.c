/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes: many as a table, a line each; one in full, with all its paths or all
 * its attributes.
 */

#include "cli/print.h"

#include <string.h>

#include "cli/fold.h"
#include "cli/reply.h"

void print_as_path(json_object *attrs, text_t *out)
{
	json_object *path = reply_get(attrs, "as_path");

	for (size_t i = 0; i < reply_length(path); i++)
	{
		json_object *hop = reply_at(path, i);

		text_add(out, i ? " " : "");
		if (json_object_is_type(hop, json_type_array))
		{
			text_char(out, '{');
			reply_join(hop, " ", out);
			text_char(out, '}');
		}
		else
		{
			text_add(out, json_object_get_string(hop));
		}
	}
	text_add(out, reply_length(path) ? "" : "-");
}

static void communities(json_object *attrs, const char *between, text_t *out)
{
	static const char *const keys[] = {"communities", "ext_communities",
									   "large_communities"};
	bool any = false;

	for (size_t i = 0; i < countof(keys); i++)
	{
		if (reply_get(attrs, keys[i]))
		{
			text_add(out, any ? between : "");
			reply_join(reply_get(attrs, keys[i]), " ", out);
			any = true;
		}
	}
	text_add(out, any ? "" : "-");
}

static void cell_text(table_t *table, json_object *obj,
					  void (*fill)(json_object *, text_t *))
{
	text_t text;

	text_init(&text);
	fill(obj, &text);
	table_cell(table, "%s", text_str(&text));
	text_deinit(&text);
}

static void communities_cell(json_object *attrs, text_t *out)
{
	communities(attrs, " ", out);
}

static void kernel_via(json_object *kernel, text_t *out)
{
	json_object *via = reply_get(kernel, "via");

	if (kernel && !reply_length(via))
	{
		text_add(out, "blackhole");
	}
	else
	{
		reply_join(via, " ", out);
	}
}

/** who a path is from; our own: by its source */
static const char *from(json_object *path)
{
	return reply_get(path, "neighbor") ? reply_str(path, "neighbor")
		   : reply_get(path, "source") ? reply_str(path, "source")
									   : "ours";
}

/* -- many ------------------------------------------------------------------ */

void print_routes_head(table_t *table)
{
	static const char *const heads[] = {"PREFIX",   "USE",    "NEIGHBOR",
										"NEXT HOP", "PREF",   "MED",
										"AS PATH",  "KERNEL", NULL};

	table_init(table, heads);
}

void print_routes_part(json_object *part, table_t *table)
{
	for (size_t i = 0; i < reply_length(part); i++)
	{
		json_object *route = reply_at(part, i);
		json_object *paths = reply_get(route, "paths");

		for (size_t k = 0; k < reply_length(paths); k++)
		{
			json_object *p = reply_at(paths, k);
			bool local = !reply_get(p, "neighbor");

			/* one prefix, several lines */
			table_cell(table, "%s", k ? " " : reply_str(route, "prefix"));
			table_cell(table, "%s", reply_str(p, "use"));
			table_cell(table, local ? "(%s)" : "%s", from(p));
			table_cell(table, "%s", reply_str(p, "next_hop"));
			table_cell(table, "%s", reply_str(p, "local_pref"));
			table_cell(table, "%s", reply_str(p, "med"));
			cell_text(table, p, print_as_path);
			if (k)
			{
				table_cell(table, " ");
			}
			else
			{
				cell_text(table, reply_get(route, "kernel"), kernel_via);
			}
		}
	}
}

static void announcement(json_object *o, table_t *table)
{
	table_cell(table, "%s", reply_str(o, "next_hop"));
	table_cell(table, "%s", reply_str(o, "local_pref"));
	table_cell(table, "%s", reply_str(o, "med"));
	table_cell(table, "%s", reply_str(o, "origin"));
	cell_text(table, o, print_as_path);
	cell_text(table, o, communities_cell);
}

void print_received_head(table_t *table)
{
	static const char *const heads[] = {"PREFIX",  "POLICY",      "NEXT HOP",
										"PREF",    "MED",         "ORIGIN",
										"AS PATH", "COMMUNITIES", NULL};

	table_init(table, heads);
}

void print_received_part(json_object *part, table_t *table)
{
	for (size_t i = 0; i < reply_length(part); i++)
	{
		json_object *o = reply_at(part, i);

		table_cell(table, "%s", reply_str(o, "prefix"));
		table_cell(table, "%s%s%s",
				   !reply_bool(o, "accepted") ? "rejected"
				   : reply_get(o, "changes")  ? "changed"
											  : "accepted",
				   reply_get(o, "rule") ? " by " : "",
				   reply_get(o, "rule") ? reply_str(o, "rule") : "");
		announcement(o, table);
	}
}

void print_advertised_head(table_t *table)
{
	static const char *const heads[] = {"PREFIX",      "NEXT HOP", "PREF",
										"MED",         "ORIGIN",   "AS PATH",
										"COMMUNITIES", NULL};

	table_init(table, heads);
}

void print_advertised_part(json_object *part, table_t *table)
{
	for (size_t i = 0; i < reply_length(part); i++)
	{
		json_object *o = reply_at(part, i);

		table_cell(table, "%s", reply_str(o, "prefix"));
		announcement(o, table);
	}
}

/* -- one in full ----------------------------------------------------------- */

static void scalar(json_object *attrs, const char *key, const char *words,
				   text_t *out)
{
	if (reply_get(attrs, key))
	{
		text_printf(out, ", %s %s", words, reply_str(attrs, key));
	}
}

static void lists(json_object *attrs, const char *indent, text_t *out)
{
	static const struct
	{
		const char *key;
		const char *words;
	} known[] = {
		{"communities", "communities"},
		{"ext_communities", "extended communities"},
		{"large_communities", "large communities"},
		{"cluster_list", "cluster list"},
	};
	json_object *unknown = reply_get(attrs, "unknown");

	for (size_t i = 0; i < countof(known); i++)
	{
		if (reply_get(attrs, known[i].key))
		{
			text_printf(out, "%s%s ", indent, known[i].words);
			reply_join(reply_get(attrs, known[i].key), " ", out);
			text_char(out, '\n');
		}
	}
	for (size_t i = 0; i < reply_length(unknown); i++)
	{
		json_object *o = reply_at(unknown, i);

		text_printf(out, "%sunknown attribute %s of %s byte%s: %s\n", indent,
					reply_str(o, "type"), reply_str(o, "length"),
					reply_num(o, "length") == 1 ? "" : "s",
					reply_str(o, "bytes"));
	}
}

void print_attrs(json_object *attrs, const char *indent, text_t *out)
{
	json_object *aggregator = reply_get(attrs, "aggregator");

	text_printf(out, "%snext hop %s", indent, reply_str(attrs, "next_hop"));
	scalar(attrs, "next_hop_link_local", "link-local", out);
	text_add(out, ", AS path ");
	print_as_path(attrs, out);
	scalar(attrs, "origin", "origin", out);
	scalar(attrs, "local_pref", "LOCAL_PREF", out);
	scalar(attrs, "med", "MED", out);
	scalar(attrs, "weight", "weight", out);
	text_char(out, '\n');
	lists(attrs, indent, out);
	if (reply_get(attrs, "only_to_customer"))
	{
		text_printf(out, "%sonly to customers, by AS %s (RFC 9234)\n", indent,
					reply_str(attrs, "only_to_customer"));
	}
	if (aggregator)
	{
		text_printf(out, "%saggregated by AS %s, %s%s\n", indent,
					reply_str(aggregator, "as"), reply_str(aggregator, "id"),
					reply_bool(attrs, "atomic_aggregate") ? ", atomic" : "");
	}
	if (reply_get(attrs, "originator_id"))
	{
		text_printf(out, "%soriginator %s\n", indent,
					reply_str(attrs, "originator_id"));
	}
}

static void value(json_object *v, text_t *out)
{
	if (!v)
	{
		text_add(out, "none");
	}
	else if (json_object_is_type(v, json_type_array))
	{
		reply_join(v, " ", out);
	}
	else
	{
		text_add(out, json_object_get_string(v));
	}
}

void print_changes(json_object *changes, const char *indent, text_t *out)
{
	if (!changes)
	{
		return;
	}
	json_object_object_foreach(changes, key, change)
	{
		text_printf(out, "%s%s: ", indent, key);
		value(reply_get(change, "before"), out);
		text_add(out, " -> ");
		value(reply_get(change, "after"), out);
		text_char(out, '\n');
	}
}

/** of a static route */
static void ways(json_object *list, text_t *out)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *way = reply_at(list, i);

		text_printf(out, "    over tunnel %s, weight %s: %s\n",
					reply_str(way, "tunnel"), reply_str(way, "weight"),
					reply_bool(way, "used") ? "in use" : "not in use");
	}
}

static bool usable(json_object *paths)
{
	return strcmp(reply_str(reply_at(paths, 0), "use"), "best") == 0;
}

void print_route(json_object *part, const print_style_t *style, text_t *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < reply_length(part); i++)
	{
		json_object *route = reply_at(part, i);
		json_object *paths = reply_get(route, "paths");

		text_printf(out, "%s, kernel ", reply_str(route, "prefix"));
		kernel_via(reply_get(route, "kernel"), out);
		text_printf(out, "\n  %s%s\n",
					usable(paths) ? "decided by: "
								  : "none of its paths can be used",
					usable(paths) ? reply_str(route, "reason") : "");
		for (size_t k = 0; k < reply_length(paths); k++)
		{
			json_object *p = reply_at(paths, k);

			text_printf(out, "  %s: %s%s", reply_str(p, "use"),
						reply_get(p, "neighbor") ? "neighbor " : "our own, ",
						from(p));
			if (reply_get(p, "why"))
			{
				text_printf(out, ": %s", reply_str(p, "why"));
			}
			text_add(out, reply_bool(p, "stale")
							  ? " (stale: kept over a restart or refresh)\n"
							  : "\n");
			ways(reply_get(p, "ways"), out);
			print_attrs(p, "    ", out);
		}
	}
	fold(out, start, style->width);
}

void print_announcement(json_object *part, const print_style_t *style,
						text_t *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < reply_length(part); i++)
	{
		json_object *o = reply_at(part, i);

		text_printf(out, "%s\n", reply_str(o, "prefix"));
		print_attrs(o, "  ", out);
		if (json_object_object_get_ex(o, "accepted", NULL))
		{
			text_printf(out, "  %s by import policy %s, %s%s\n",
						reply_bool(o, "accepted") ? "accepted" : "rejected",
						reply_get(o, "policy") ? reply_str(o, "policy")
											   : "(none)",
						reply_get(o, "rule") ? "rule " : "no rule decided",
						reply_get(o, "rule") ? reply_str(o, "rule") : "");
		}
		if (reply_get(o, "changes"))
		{
			text_add(out, "  changed:\n");
			print_changes(reply_get(o, "changes"), "    ", out);
		}
	}
	fold(out, start, style->width);
}
