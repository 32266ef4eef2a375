/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A line an event, or a line of the log: they come one by one, so columns have
 * fixed widths. */

#include "cli/print.h"

#include "cli/fold.h"
#include "cli/reply.h"

/** true: it is not one but says how many were missed */
static bool print_lost(json_object *o, text_t *out)
{
	bool missed = json_object_is_type(o, json_type_object) &&
				  json_object_object_get_ex(o, "lost", NULL);

	if (missed && reply_get(o, "lost"))
	{
		text_printf(out, "lost %s: forgotten before they were read\n",
					reply_str(o, "lost"));
	}
	else if (missed)
	{
		text_add(out, "lost some: from before a restart that was not in "
					  "order, or of another count\n");
	}
	return missed;
}

void print_events(json_object *events, const print_style_t *style, text_t *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < reply_length(events); i++)
	{
		json_object *o = reply_at(events, i);

		if (print_lost(o, out))
		{
			continue;
		}
		text_printf(
			out, "%6s  %s  %-8s %s: %s to %s: %s\n", reply_str(o, "seq"),
			reply_str(o, "time"), reply_str(o, "kind"), reply_str(o, "name"),
			reply_str(o, "from"), reply_str(o, "to"), reply_str(o, "why"));
	}
	fold(out, start, style->width);
}

void print_log(json_object *lines, const print_style_t *style, text_t *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < reply_length(lines); i++)
	{
		json_object *o = reply_at(lines, i);

		if (!print_lost(o, out))
		{
			text_printf(out, "%s  %-6s %s\n", reply_str(o, "time"),
						reply_str(o, "level"), reply_str(o, "line"));
		}
	}
	fold(out, start, style->width);
}
