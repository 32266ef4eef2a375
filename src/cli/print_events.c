/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A line an event: they come one by one, so columns have fixed widths. */

#include "cli/print.h"

#include "cli/reply.h"

void print_events(json_object *events, text_t *out)
{
	for (size_t i = 0; i < reply_length(events); i++)
	{
		json_object *o = reply_at(events, i);

		text_printf(
			out, "%6s  %s  %-8s %s: %s to %s: %s\n", reply_str(o, "seq"),
			reply_str(o, "time"), reply_str(o, "kind"), reply_str(o, "name"),
			reply_str(o, "from"), reply_str(o, "to"), reply_str(o, "why"));
	}
}
