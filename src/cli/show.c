/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A list of a million routes is not held as JSON: each part is written when it
 * comes. As text it is, as columns are as wide as their widest cell.
 */

#include "cli/show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/fold.h"
#include "cli/reply.h"

/** of a terminal that does not say, and at least */
#define COLUMNS     80
#define COLUMNS_MIN 40

print_style_t show_style(void)
{
	const char *plain = getenv("NO_COLOR");
	struct winsize size;

	if (!isatty(STDOUT_FILENO))
	{
		return (print_style_t){.width = 0};
	}
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || size.ws_col < COLUMNS_MIN)
	{
		size.ws_col = COLUMNS;
	}
	return (print_style_t){.colour = !plain || !*plain, .width = size.ws_col};
}

json_object *show_args(const char *key, const char *value)
{
	json_object *args = json_object_new_object();

	if (value)
	{
		json_object_object_add(args, key, json_object_new_string(value));
	}
	return args;
}

int show_error(char *error)
{
	text_t out;

	text_init(&out);
	reply_clean_text(error, strlen(error), true, &out);
	fprintf(stderr, "cygnetctl: %s\n", text_str(&out));
	text_deinit(&out);
	free(error);
	return 1;
}

void show_text(json_object *data, bool json, printer_t printer, text_t *out)
{
	const print_style_t style = show_style();

	if (json)
	{
		reply_json(data, out);
		text_char(out, '\n');
	}
	else
	{
		reply_clean(data);
		printer(data, &style, out);
	}
}

int show(const options_t *options, const char *command, json_object *args,
		 printer_t printer)
{
	json_object *data;
	char *error;
	text_t out;

	if (!call(options->socket, command, args, NULL, NULL, &data, &error))
	{
		return show_error(error);
	}
	text_init(&out);
	show_text(data, options->json, printer, &out);
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	json_object_put(data);
	return 0;
}

static void print_done(json_object *data, const print_style_t *style,
					   text_t *out)
{
	text_printf(out, "%s\n", reply_str(data, "done"));
	fold(out, 0, style->width);
}

int show_done(const options_t *options, const char *command, json_object *args)
{
	return show(options, command, args, print_done);
}

typedef struct taken_t
{
	const show_list_t *list;
	print_style_t style;
	table_t table;
	/** elements so far */
	size_t count;
} taken_t;

static void take_text(void *user, json_object *part)
{
	taken_t *taken = user;
	text_t out;

	taken->count += reply_length(part);
	reply_clean(part);
	if (!taken->list->print)
	{
		taken->list->rows(part, &taken->table);
		return;
	}
	text_init(&out);
	taken->list->print(part, &taken->style, &out);
	fputs(text_str(&out), stdout);
	text_deinit(&out);
}

static void take_json(void *user, json_object *part)
{
	taken_t *taken = user;

	for (size_t i = 0; i < reply_length(part); i++)
	{
		text_t out;

		text_init(&out);
		reply_json(reply_at(part, i), &out);
		printf("%s%s", taken->count++ ? ",\n" : "", text_str(&out));
		text_deinit(&out);
	}
}

static void put_table(const taken_t *taken)
{
	text_t out;

	text_init(&out);
	if (!taken->count && taken->list->none)
	{
		text_printf(&out, "%s\n", taken->list->none);
	}
	else if (!taken->list->print)
	{
		table_fit(&taken->table, taken->style.width, &out);
	}
	fputs(text_str(&out), stdout);
	text_deinit(&out);
}

int show_list(const options_t *options, const char *command, json_object *args,
			  const show_list_t *list)
{
	taken_t taken = {.list = list, .style = show_style()};
	json_object *data;
	char *error;
	bool good;

	if (list->head)
	{
		list->head(&taken.table);
	}
	if (options->json)
	{
		fputs("[\n", stdout);
	}
	good = call(options->socket, command, args,
				options->json ? take_json : take_text, &taken, &data, &error);
	if (good && options->json)
	{
		/* without it the array has no end: a list cut short is no JSON */
		fputs("\n]\n", stdout);
	}
	else if (good)
	{
		put_table(&taken);
	}
	table_deinit(&taken.table);
	if (!good)
	{
		return show_error(error);
	}
	json_object_put(data);
	return 0;
}
