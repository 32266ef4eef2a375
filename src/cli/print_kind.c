/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Few are a line each. Of many, those with the same trouble are put together
 * from four on: what they are, their names as far as the line goes, and the
 * reason once.
 */

#include "cli/print_kind.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** of a kind, in lines of their own */
#define FEW 8
/** so many that are wrong in the same way share a line */
#define SHARE 4

#define PLAIN "\033[0m"

/** columns of a word of UTF-8 */
static unsigned columns(const char *s, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
	{
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	}
	return n;
}

void print_words(const char *words, const char *colour, unsigned indent,
				 const print_style_t *style, text_t *out)
{
	unsigned at = 0;

	text_add(out, style->colour ? colour : "");
	while (*words)
	{
		size_t space = strspn(words, " "),
			   len = space + strcspn(words + space, " ");
		unsigned width = columns(words, len);

		if (style->width && at > indent && at + width > style->width)
		{
			text_printf(out, "\n%*s", (int)indent, "");
			words += space;
			len -= space;
			width -= (unsigned)space;
			at = indent;
		}
		text_add_len(out, words, len);
		at += width;
		words += len;
	}
	text_add(out, style->colour && *colour ? PLAIN : "");
	text_char(out, '\n');
}

void print_words_of(const char *colour, unsigned indent,
					const print_style_t *style, text_t *out, const char *fmt,
					...)
{
	text_t text;
	va_list args;

	text_init(&text);
	va_start(args, fmt);
	text_vprintf(&text, fmt, args);
	va_end(args);
	print_words(text_str(&text), colour, indent, style, out);
	text_deinit(&text);
}

const char *print_unchanged(json_object *list, char buf[static REPLY_SPAN_MAX])
{
	json_object *last = NULL;

	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i), *since = reply_get(o, "since");

		if (since &&
			(!last || json_object_get_double(since) <
						  json_object_get_double(reply_get(last, "since"))))
		{
			last = o;
		}
	}
	return reply_span(last, "since", buf);
}

static void put_why(const print_kind_t *kind, json_object *o, bool shared,
					const char *colour, const print_style_t *style, text_t *out)
{
	text_t why;

	text_init(&why);
	kind->why(o, shared, &why);
	if (why.len)
	{
		print_words_of(colour, 4, style, out, "    %s", text_str(&why));
	}
	text_deinit(&why);
}

/** the table's lines, each with its colour, and why below it */
static void put_rows(const print_kind_t *kind, json_object *data,
					 json_object *shown, const print_style_t *style,
					 text_t *out)
{
	size_t row = 0;
	text_t lines;
	table_t table;

	table_init(&table, kind->heads);
	for (size_t i = 0; i < reply_length(shown); i++)
	{
		kind->row(data, reply_at(shown, i), &table);
	}
	text_init(&lines);
	table_print(&table, &lines);
	for (const char *s = text_str(&lines); *s; row++)
	{
		size_t len = strcspn(s, "\n");
		json_object *o = row ? reply_at(shown, row - 1) : NULL;
		const char *colour = o ? kind->wrong(data, o) : NULL;

		text_add(out, colour && style->colour ? colour : "");
		text_add_len(out, s, len);
		text_add(out, colour && style->colour ? PLAIN "\n" : "\n");
		if (colour)
		{
			put_why(kind, o, false, colour, style, out);
		}
		s += len + 1;
	}
	text_deinit(&lines);
	table_deinit(&table);
}

/** names, and how many more where the screen ends */
static void put_names(json_object *list, unsigned width, text_t *line)
{
	size_t n = reply_length(list);

	for (size_t i = 0; i < n; i++)
	{
		const char *name = reply_str(reply_at(list, i), "name");
		char tail[32] = "";

		if (i + 1 < n)
		{
			snprintf(tail, sizeof(tail), " and %zu more", n - i - 1);
		}
		if (i && width &&
			columns(text_str(line), line->len) + 2 +
					columns(name, strlen(name)) + strlen(tail) >
				width)
		{
			text_printf(line, " and %zu more", n - i);
			return;
		}
		text_printf(line, "%s%s", i ? ", " : "", name);
	}
}

/** those that are wrong in the same way */
static void put_shared(const print_kind_t *kind, json_object *data,
					   json_object *list, const print_style_t *style,
					   text_t *out)
{
	json_object *first = reply_at(list, 0);
	const char *colour = kind->wrong(data, first);
	char buf[REPLY_SPAN_MAX];
	const char *last = print_unchanged(list, buf);
	text_t line;

	text_init(&line);
	text_printf(&line, "%zu ", reply_length(list));
	kind->are(first, &line);
	if (strcmp(last, "-") != 0)
	{
		text_printf(&line, ", the last for %s", last);
	}
	text_add(&line, ": ");
	put_names(list, style->width, &line);
	print_words(text_str(&line), colour, 4, style, out);
	put_why(kind, first, true, colour, style, out);
	text_deinit(&line);
}

typedef struct sorted_t
{
	/** those with a line of their own */
	json_object *shown;
	/** arrays of those that share one */
	json_object *shared;
	json_object *well;
} sorted_t;

/** what those that share a line have in common; NULL: it shares none */
static char *common(const print_kind_t *kind, json_object *o)
{
	text_t text;

	text_init(&text);
	kind->are(o, &text);
	if (!text.len)
	{
		text_deinit(&text);
		return NULL;
	}
	text_char(&text, '\n');
	kind->why(o, true, &text);
	return text_take(&text);
}

/** those of the same key as number i; NULL: too few, or they were put already */
static json_object *alike(json_object *list, char *const *keys, size_t i,
						  bool *put)
{
	json_object *array = json_object_new_array();

	*put = false;
	for (size_t k = 0; k < reply_length(list); k++)
	{
		if (keys[k] && strcmp(keys[k], keys[i]) == 0)
		{
			*put |= k < i;
			json_object_array_add(array, json_object_get(reply_at(list, k)));
		}
	}
	if (reply_length(array) < SHARE)
	{
		*put = false;
	}
	else if (!*put)
	{
		return array;
	}
	json_object_put(array);
	return NULL;
}

static void sort_one(json_object *list, char *const *keys, size_t i,
					 sorted_t *out)
{
	bool put;
	json_object *array = keys[i] ? alike(list, keys, i, &put) : NULL;

	if (array)
	{
		json_object_array_add(out->shared, array);
	}
	else if (!keys[i] || !put)
	{
		json_object_array_add(out->shown, json_object_get(reply_at(list, i)));
	}
}

static void sort(const print_kind_t *kind, json_object *data, json_object *list,
				 sorted_t *out)
{
	size_t n = reply_length(list);
	char **keys = mem_array(n + 1, sizeof(*keys));

	for (size_t i = 0; i < n; i++)
	{
		json_object *o = reply_at(list, i);

		keys[i] = n > FEW && kind->wrong(data, o) ? common(kind, o) : NULL;
	}
	for (size_t i = 0; i < n; i++)
	{
		json_object *o = reply_at(list, i);

		if (n > FEW && !kind->wrong(data, o))
		{
			json_object_array_add(out->well, json_object_get(o));
		}
		else
		{
			sort_one(list, keys, i, out);
		}
	}
	for (size_t i = 0; i < n; i++)
	{
		free(keys[i]);
	}
	free(keys);
}

static void put_rest(const print_kind_t *kind, const sorted_t *sorted,
					 const print_style_t *style, text_t *out)
{
	bool all = !reply_length(sorted->shown) && !reply_length(sorted->shared);
	text_t rest;

	text_init(&rest);
	kind->rest(reply_length(sorted->well), all, sorted->well, &rest);
	print_words(text_str(&rest), "", 0, style, out);
	text_deinit(&rest);
}

void print_kind(const print_kind_t *kind, json_object *data, const char *key,
				const print_style_t *style, text_t *out)
{
	json_object *list = reply_get(data, key);
	sorted_t sorted = {.shown = json_object_new_array(),
					   .shared = json_object_new_array(),
					   .well = json_object_new_array()};

	sort(kind, data, list, &sorted);
	if (reply_length(sorted.shown))
	{
		put_rows(kind, data, sorted.shown, style, out);
	}
	for (size_t i = 0; i < reply_length(sorted.shared); i++)
	{
		put_shared(kind, data, reply_at(sorted.shared, i), style, out);
	}
	if (reply_length(sorted.well))
	{
		put_rest(kind, &sorted, style, out);
	}
	if (reply_length(list))
	{
		text_char(out, '\n');
	}
	json_object_put(sorted.shown);
	json_object_put(sorted.shared);
	json_object_put(sorted.well);
}
