/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `firewall`: one line on the table, then a line a counter.
 */

#include "cli/print.h"

#include <string.h>

#include "cli/reply.h"

/** what a counter counts, by its kind */
static const char *meaning(const char *kind)
{
	static const char *const words[][2] = {
		{"leak-guard", "would have left outside the tunnels"},
		{"port-guard", "BGP or BFD of no neighbour"},
		{"ike-init", "requests for IKE_SAs over the rate"},
		{"allow-in", "begun by the far side, not in allow_in"},
		{"allow-out", "begun from here, not in allow_out"},
		{"netmap", "flows that were translated"},
		{"unmapped", "would have crossed untranslated"},
	};

	for (size_t i = 0; i < countof(words); i++)
	{
		if (strcmp(kind, words[i][0]) == 0)
		{
			return words[i][1];
		}
	}
	return "";
}

void print_firewall(json_object *data, const print_style_t *style, text_t *out)
{
	static const char *const heads[] = {"COUNTER", "OF",      "PACKETS",
										"BYTES",   "MEANING", NULL};
	json_object *counters = reply_get(data, "counters");
	const char *state = reply_str(data, "state");
	table_t t;

	text_printf(out, "table %s: %s\n", reply_str(data, "table"),
				strcmp(state, "old") == 0
					? "the one before a change that was refused; see status"
					: state);
	table_init(&t, heads);
	for (size_t i = 0; i < reply_length(counters); i++)
	{
		json_object *o = reply_at(counters, i);
		const char *kind = reply_str(o, "kind");

		table_cell(&t, "%s", kind);
		table_cell(&t, "%s", reply_get(o, "of") ? reply_str(o, "of") : "");
		table_cell(&t, "%s", reply_str(o, "packets"));
		table_cell(&t, "%s", reply_str(o, "bytes"));
		table_cell(&t, "%s%s", reply_bool(o, "drops") ? "dropped: " : "",
				   meaning(kind));
	}
	if (reply_length(counters))
	{
		table_fit(&t, style->width, out);
	}
	table_deinit(&t);
}
