/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The daemon's families as text: OpenMetrics 1.0, or the older format of
 * Prometheus (text 0.0.4), which has no info, no stateset and no units, and
 * names a counter's family with its "_total".
 */

#include "cli/print.h"

#include <string.h>

#include "cli/reply.h"

typedef struct family_t
{
	const char *name;
	const char *type;
	/** what the names of samples end in */
	const char *ending;
	bool open;
} family_t;

static bool is(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/** quote: a label's value; else a HELP line, where the older format leaves
 * quotation marks alone */
static void escape(const char *s, bool quote, text_t *out)
{
	for (; *s; s++)
	{
		if (*s == '\n')
		{
			text_add(out, "\\n");
			continue;
		}
		if (*s == '\\' || (quote && *s == '"'))
		{
			text_char(out, '\\');
		}
		text_char(out, *s);
	}
}

static family_t family_of(json_object *o, bool open)
{
	family_t f = {.name = reply_str(o, "name"),
				  .type = reply_str(o, "type"),
				  .ending = "",
				  .open = open};

	f.ending = is(f.type, "counter") ? "_total"
			   : is(f.type, "info")  ? "_info"
									 : "";
	return f;
}

static void head(const family_t *f, json_object *o, text_t *out)
{
	/* what the older format calls the family is what its samples are called */
	const char *ending = f->open ? "" : f->ending;
	bool gauge = !f->open && (is(f->type, "info") || is(f->type, "stateset"));

	text_printf(out, "# TYPE %s%s %s\n", f->name, ending,
				gauge ? "gauge" : f->type);
	if (f->open && reply_get(o, "unit"))
	{
		text_printf(out, "# UNIT %s %s\n", f->name, reply_str(o, "unit"));
	}
	text_printf(out, "# HELP %s%s ", f->name, ending);
	escape(reply_str(o, "help"), f->open, out);
	text_char(out, '\n');
}

static void labels(json_object *o, text_t *out)
{
	char before = '{';

	if (!o)
	{
		return;
	}
	json_object_object_foreach(o, key, value)
	{
		text_printf(out, "%c%s=\"", before, key);
		escape(value ? json_object_get_string(value) : "", true, out);
		text_char(out, '"');
		before = ',';
	}
	if (before == ',')
	{
		text_char(out, '}');
	}
}

static void sample(const family_t *f, json_object *o, text_t *out)
{
	json_object *suffix = reply_get(o, "suffix"),
				*value = reply_get(o, "value");

	text_printf(out, "%s%s%s%s", f->name, f->ending, suffix ? "_" : "",
				suffix ? json_object_get_string(suffix) : "");
	labels(reply_get(o, "labels"), out);
	text_printf(out, " %s\n", value ? json_object_get_string(value) : "NaN");
}

void print_metrics(json_object *families, bool open, text_t *out)
{
	for (size_t i = 0; i < reply_length(families); i++)
	{
		json_object *o = reply_at(families, i);
		json_object *samples = reply_get(o, "samples");
		family_t f = family_of(o, open);

		head(&f, o, out);
		for (size_t k = 0; k < reply_length(samples); k++)
		{
			sample(&f, reply_at(samples, k), out);
		}
	}
	text_add(out, open ? "# EOF\n" : "");
}
