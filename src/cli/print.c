/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Each view is built as one text and then written, so that a reply that is
 * odd in its middle leaves no half of a table behind.
 */

#include "cli/print.h"

#include <stdio.h>
#include <string.h>

static json_object *get(json_object *obj, const char *key)
{
	json_object *value = NULL;

	json_object_object_get_ex(obj, key, &value);
	return value;
}

static const char *str(json_object *obj, const char *key)
{
	json_object *value = get(obj, key);

	return value ? json_object_get_string(value) : "-";
}

static uint64_t num(json_object *obj, const char *key)
{
	return json_object_get_uint64(get(obj, key));
}

static size_t length(json_object *array)
{
	return json_object_is_type(array, json_type_array)
			   ? json_object_array_length(array)
			   : 0;
}

/** "3d04h", "2h05m", "5m09s", "7s" */
static const char *span(json_object *obj, const char *key, char buf[static 32])
{
	json_object *value = get(obj, key);
	unsigned long s = value ? (unsigned long)json_object_get_double(value) : 0;

	if (!value)
	{
		return "-";
	}
	if (s >= 86400)
	{
		snprintf(buf, 32, "%lud%02luh", s / 86400, s % 86400 / 3600);
	}
	else if (s >= 3600)
	{
		snprintf(buf, 32, "%luh%02lum", s / 3600, s % 3600 / 60);
	}
	else if (s >= 60)
	{
		snprintf(buf, 32, "%lum%02lus", s / 60, s % 60);
	}
	else
	{
		snprintf(buf, 32, "%lus", s);
	}
	return buf;
}

void print_tunnels(json_object *data, text_t *out)
{
	static const char *const heads[] = {"TUNNEL", "BUNDLE", "STATE", "FOR",
										"LINK",   "IF_ID",  "MTU",   "PEER",
										"PINNED", "REASON", NULL};
	table_t t;
	char buf[32];

	table_init(&t, heads);
	for (size_t i = 0; i < length(data); i++)
	{
		json_object *o = json_object_array_get_idx(data, i);
		json_object *sa = get(o, "sa");
		bool link = !get(o, "connection");

		table_cell(&t, "%s", str(o, "name"));
		table_cell(&t, "%s", str(o, "bundle"));
		table_cell(&t, "%s%s", str(o, "state"),
				   strcmp(str(o, "state"), "forwarding") == 0 &&
						   !json_object_get_boolean(get(o, "active"))
					   ? " (standby)"
					   : "");
		table_cell(&t, "%s", span(o, "since", buf));
		table_cell(&t, "%s", str(o, "link"));
		table_cell(&t, "%s", link ? "-" : str(o, "if_id"));
		table_cell(&t, "%s", str(o, "mtu"));
		table_cell(&t, "%s%s", sa ? str(sa, "remote") : "-",
				   sa && json_object_get_boolean(get(sa, "nat_t")) ? " (NAT-T)"
																   : "");
		table_cell(&t, "%s",
				   link                                        ? "-"
				   : json_object_get_boolean(get(o, "pinned")) ? "yes"
															   : "no");
		table_cell(&t, "%s", str(o, "reason"));
	}
	table_print(&t, out);
	table_deinit(&t);
}

static void counts(table_t *t, json_object *obj, const char *key)
{
	json_object *o = get(obj, key);

	table_cell(t, "%llu/%llu", (unsigned long long)num(o, "ipv4"),
			   (unsigned long long)num(o, "ipv6"));
}

void print_neighbors(json_object *data, text_t *out)
{
	static const char *const heads[] = {
		"NEIGHBOR", "TUNNEL",   "ADDRESS",    "AS",         "STATE", "FOR",
		"RECEIVED", "ACCEPTED", "ADVERTISED", "LAST ERROR", NULL};
	table_t t;
	char buf[32];

	table_init(&t, heads);
	for (size_t i = 0; i < length(data); i++)
	{
		json_object *o = json_object_array_get_idx(data, i);

		table_cell(&t, "%s", str(o, "name"));
		table_cell(&t, "%s", str(o, "tunnel"));
		table_cell(&t, "%s", str(o, "address"));
		table_cell(&t, "%s", str(o, "remote_as"));
		table_cell(&t, "%s", str(o, "state"));
		table_cell(&t, "%s", span(o, "since", buf));
		counts(&t, o, "received");
		counts(&t, o, "accepted");
		counts(&t, o, "advertised");
		table_cell(&t, "%s", str(o, "last_error"));
	}
	table_print(&t, out);
	table_deinit(&t);
}

/** "key: value" lines, what is nested indented */
static void print_object(json_object *obj, unsigned depth, text_t *out)
{
	json_object_object_foreach(obj, key, value)
	{
		text_printf(out, "%*s%s:", (int)depth * 2, "", key);
		if (json_object_is_type(value, json_type_object))
		{
			text_char(out, '\n');
			print_object(value, depth + 1, out);
			continue;
		}
		text_printf(out, " %s\n", value ? json_object_get_string(value) : "-");
	}
}

void print_neighbor(json_object *data, text_t *out)
{
	print_object(data, 0, out);
}

void print_routes_head(table_t *table)
{
	static const char *const heads[] = {"PREFIX",   "USE",    "NEIGHBOR",
										"NEXT HOP", "PREF",   "MED",
										"AS PATH",  "KERNEL", NULL};

	table_init(table, heads);
}

static void path_as(json_object *path, table_t *table)
{
	json_object *array = get(path, "as_path");
	text_t text;

	text_init(&text);
	for (size_t i = 0; i < length(array); i++)
	{
		text_printf(
			&text, "%s%s", i ? " " : "",
			json_object_get_string(json_object_array_get_idx(array, i)));
	}
	table_cell(table, "%s", text_str(&text));
	text_deinit(&text);
}

static void kernel_via(json_object *kernel, table_t *table)
{
	json_object *via = kernel ? get(kernel, "via") : NULL;
	text_t text;

	text_init(&text);
	for (size_t i = 0; i < length(via); i++)
	{
		text_printf(&text, "%s%s", i ? " " : "",
					json_object_get_string(json_object_array_get_idx(via, i)));
	}
	if (kernel && !length(via))
	{
		text_add(&text, "blackhole");
	}
	table_cell(table, "%s", text_str(&text));
	text_deinit(&text);
}

void print_routes_part(json_object *part, table_t *table)
{
	for (size_t i = 0; i < length(part); i++)
	{
		json_object *route = json_object_array_get_idx(part, i);
		json_object *paths = get(route, "paths");

		for (size_t k = 0; k < length(paths); k++)
		{
			json_object *p = json_object_array_get_idx(paths, k);
			bool local = !get(p, "neighbor");

			/* one prefix, several lines */
			table_cell(table, "%s", k ? " " : str(route, "prefix"));
			table_cell(table, "%s", str(p, "use"));
			table_cell(table, "%s", local ? "(ours)" : str(p, "neighbor"));
			table_cell(table, "%s", str(p, "next_hop"));
			table_cell(table, "%s", str(p, "local_pref"));
			table_cell(table, "%s", str(p, "med"));
			path_as(p, table);
			if (k)
			{
				table_cell(table, " ");
			}
			else
			{
				kernel_via(get(route, "kernel"), table);
			}
		}
	}
}

static void problems(json_object *data, bool colour, text_t *out)
{
	json_object *list = get(data, "problems");

	for (size_t i = 0; i < length(list); i++)
	{
		text_printf(out, "%s! %s%s\n", colour ? "\033[31m" : "",
					json_object_get_string(json_object_array_get_idx(list, i)),
					colour ? "\033[0m" : "");
	}
}

static void bundles(json_object *data, text_t *out)
{
	static const char *const heads[] = {"BUNDLE",     "MODE",   "PROFILE",
										"FORWARDING", "ACTIVE", "LEAKS STOPPED",
										NULL};
	json_object *list = get(data, "bundles");
	table_t t;

	if (!length(list))
	{
		return;
	}
	table_init(&t, heads);
	for (size_t i = 0; i < length(list); i++)
	{
		json_object *o = json_object_array_get_idx(list, i);
		json_object *guard = get(o, "leak_guard");

		table_cell(&t, "%s", str(o, "name"));
		table_cell(&t, "%s", str(o, "mode"));
		table_cell(&t, "%s", str(o, "profile"));
		table_cell(&t, "%s of %s", str(o, "forwarding"), str(o, "tunnels"));
		table_cell(&t, "%s", str(o, "active"));
		table_cell(&t, "%s",
				   guard ? str(guard, "dropped_packets") : "no guard");
	}
	table_print(&t, out);
	table_deinit(&t);
	text_char(out, '\n');
}

void print_status(json_object *data, bool colour, text_t *out)
{
	json_object *routes = get(data, "routes");
	char buf[32];

	text_printf(out, "cygnet %s in charon %s, up %s", str(data, "version"),
				str(data, "charon"), span(data, "uptime", buf));
	if (json_object_get_boolean(get(data, "configured")))
	{
		text_printf(out, ", AS %s, router id %s", str(data, "asn"),
					str(data, "router_id"));
	}
	else
	{
		text_add(out, ", not configured: write a `cygnet` section, see "
					  "cygnet.conf(5)");
	}
	text_add(out, "\n");
	problems(data, colour, out);
	text_char(out, '\n');
	bundles(data, out);
	if (length(get(data, "tunnels")))
	{
		print_tunnels(get(data, "tunnels"), out);
		text_char(out, '\n');
	}
	if (length(get(data, "neighbors")))
	{
		print_neighbors(get(data, "neighbors"), out);
		text_char(out, '\n');
	}
	text_printf(out,
				"routes: %s IPv4 and %s IPv6 known, %s and %s in the kernel by "
				"%s next-hop groups",
				str(routes, "ipv4"), str(routes, "ipv6"),
				str(routes, "kernel_ipv4"), str(routes, "kernel_ipv6"),
				str(routes, "groups"));
	if (num(routes, "waiting"))
	{
		text_printf(out, ", %s waiting", str(routes, "waiting"));
	}
	text_char(out, '\n');
}
