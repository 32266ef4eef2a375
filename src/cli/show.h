/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Asking the daemon and showing its answer, as text or as JSON. All return
 * the exit code.
 */

#ifndef CYGNET_CLI_SHOW_H
#define CYGNET_CLI_SHOW_H

#include <json-c/json.h>

#include "cli/print.h"

/** what the options before and behind the command say */
typedef struct options_t
{
	const char *socket;
	bool json;
	bool longer;
	/** say how it is used, and do nothing */
	bool help;
	/** those of `policy test` by name, NULL: none; owned by main */
	json_object *set;
	/** of `metrics`: answer HTTP on standard input; Prometheus' older format */
	bool http;
	bool text;
	/** of `top`: one screen, plain */
	bool once;
	/** of `reload`: seconds, 0: it needs no confirmation */
	unsigned confirm;
	/** of `watch`: an event's number, NULL: from now on */
	const char *since;
	/** of `log`: NULL: all levels */
	const char *level;
	/** how many lines of the past, NULL: as many as a screen has */
	const char *lines;
	bool follow;
	/** a configuration to test instead of the one in force, NULL: none */
	const char *file;
} options_t;

/** of standard output: a terminal's columns, and colour unless NO_COLOR is set */
print_style_t show_style(void);
/** args with one member; value NULL: none */
json_object *show_args(const char *key, const char *value);
/** puts a line for the user on standard error; error is adopted. Returns 1 */
int show_error(char *error);
/** data as JSON, or by the printer; data is made fit for a terminal */
void show_text(json_object *data, bool json, printer_t printer, text_t *out);
/** one object or array; args are adopted */
int show(const options_t *options, const char *command, json_object *args,
		 printer_t printer);
/** what a command has done, in the daemon's words */
int show_done(const options_t *options, const char *command, json_object *args);

/** how a list that comes in parts is shown as text: in a table, or each part
 * for itself */
typedef struct show_list_t
{
	void (*head)(table_t *table);
	void (*rows)(json_object *part, table_t *table);
	/** NULL: the table */
	printer_t print;
	/** what to say of a list without any; NULL: the head alone */
	const char *none;
} show_list_t;

/** a list; as JSON it is written while it comes, as one array */
int show_list(const options_t *options, const char *command, json_object *args,
			  const show_list_t *list);

#endif
