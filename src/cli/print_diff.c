/* SPDX-License-Identifier: GPL-2.0-or-later */

/* What is different in the sections, and then what comes of it. */

#include "cli/print.h"

#include <string.h>

#include "cli/fold.h"
#include "cli/reply.h"

static void print_warnings(json_object *data, text_t *out)
{
	json_object *list = reply_get(data, "warnings");

	for (size_t i = 0; i < reply_length(list); i++)
	{
		text_printf(out, "warning: %s\n",
					json_object_get_string(reply_at(list, i)));
	}
}

static const char *or_none(json_object *o, const char *key)
{
	json_object *value = reply_get(o, key);
	const char *text = value ? json_object_get_string(value) : NULL;

	return text && *text ? text : "(none)";
}

static void print_section(json_object *section, text_t *out)
{
	json_object *options = reply_get(section, "options");
	const char *change = reply_str(section, "change");

	text_printf(out, "%s%s\n",
				strcmp(change, "added") == 0     ? "+ "
				: strcmp(change, "removed") == 0 ? "- "
												 : "  ",
				reply_str(section, "path"));
	for (size_t i = 0; i < reply_length(options); i++)
	{
		json_object *o = reply_at(options, i);

		text_printf(out, "      %s: %s -> %s\n", reply_str(o, "option"),
					or_none(o, "from"), or_none(o, "to"));
	}
}

static void print_effects(json_object *data, const char *before, text_t *out)
{
	json_object *list = reply_get(data, "effects");

	for (size_t i = 0; i < reply_length(list); i++)
	{
		text_printf(out, "%s%s\n", before,
					reply_str(reply_at(list, i), "words"));
	}
}

void print_diff(json_object *data, const print_style_t *style, text_t *out)
{
	size_t start = out->len;
	json_object *sections = reply_get(data, "sections");
	size_t effects = reply_length(reply_get(data, "effects"));

	print_warnings(data, out);
	for (size_t i = 0; i < reply_length(sections); i++)
	{
		print_section(reply_at(sections, i), out);
	}
	if (effects)
	{
		text_add(out, "by a reload:\n");
		print_effects(data, "  ", out);
	}
	else
	{
		text_add(out, reply_length(sections)
						  ? "a reload touches no tunnel and no session\n"
						  : "nothing would change\n");
	}
	fold(out, start, style->width);
}

void print_reload(json_object *data, const print_style_t *style, text_t *out)
{
	size_t start = out->len;
	char buf[REPLY_SPAN_MAX];

	print_warnings(data, out);
	print_effects(data, "", out);
	text_add(out, "the configuration is taken\n");
	if (reply_get(data, "confirm"))
	{
		text_printf(out,
					"`cygnetctl confirm` within %s, or the one before comes "
					"back\n",
					reply_span(data, "confirm", buf));
	}
	fold(out, start, style->width);
}
