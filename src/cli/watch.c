/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The daemon says what happens on one connection. When it goes away, as in a
 * restart, we wait for the next one, and go on by the number of the last event.
 * Lines of the log are counted anew by each daemon.
 */

#include "cli/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "cli/call.h"
#include "cli/print.h"
#include "cli/reply.h"

/** between two looks for the next daemon */
#define RETRY_NSEC 250000000
/** lines of the log, if nobody says how many */
#define LINES 20

typedef struct stream_t
{
	const options_t *options;
	printer_t print;
	print_style_t style;
	/** the number behind the last one that came */
	uint64_t next;
	/** the daemon has begun */
	bool begun;
} stream_t;

static void print_json(json_object *part, text_t *out)
{
	for (size_t i = 0; i < reply_length(part); i++)
	{
		text_add(out,
				 json_object_to_json_string_ext(
					 reply_at(part, i),
					 JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		text_char(out, '\n');
	}
}

static void take(void *user, json_object *part)
{
	stream_t *stream = user;
	size_t n = reply_length(part);
	text_t out;

	stream->begun = true;
	if (!n)
	{
		return;
	}
	stream->next = reply_num(reply_at(part, n - 1), "seq") + 1;
	text_init(&out);
	reply_clean(part);
	if (stream->options->json)
	{
		print_json(part, &out);
	}
	else
	{
		stream->print(part, &stream->style, &out);
	}
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	if (fflush(stdout))
	{
		/* nobody reads any more */
		exit(1);
	}
}

static void wait_for_daemon(const char *socket)
{
	const struct timespec pause = {.tv_nsec = RETRY_NSEC};

	fputs("cygnetctl: the gateway is gone, waiting for it\n", stderr);
	do
	{
		nanosleep(&pause, NULL);
	} while (!call_answers(socket));
}

static json_object *args_of(char **names)
{
	json_object *args = json_object_new_object();

	if (names[0])
	{
		json_object *list = json_object_new_array();

		for (size_t i = 0; names[i]; i++)
		{
			json_object_array_add(list, json_object_new_string(names[i]));
		}
		json_object_object_add(args, "names", list);
	}
	return args;
}

static void set_number(json_object *args, const char *name, uint64_t value)
{
	json_object_object_add(args, name, json_object_new_uint64(value));
}

/** a number of the command line; false: it is none */
static bool number(const char *word, const char *option, uint64_t *out)
{
	char *end;

	*out = strtoull(word, &end, 10);
	if (*word < '0' || *word > '9' || *end || *out > INT64_MAX)
	{
		fprintf(stderr, "cygnetctl: %s=%s: a number is wanted\n", option, word);
		return false;
	}
	return true;
}

/** once, args adopted; the exit code, or -1: it is gone after it had begun */
static int ask(stream_t *stream, const char *command, json_object *args)
{
	json_object *data;
	char *error;

	stream->begun = false;
	if (call(stream->options->socket, command, args, take, stream, &data,
			 &error))
	{
		json_object_put(data);
		return 0;
	}
	if (!stream->begun)
	{
		return show_error(error);
	}
	free(error);
	return -1;
}

int watch_run(const options_t *options, char **argv)
{
	stream_t stream = {
		.options = options, .print = print_events, .style = show_style()};
	uint64_t since = 0;
	int result;

	if (options->since && !number(options->since, "--since", &since))
	{
		return 2;
	}
	do
	{
		json_object *args = args_of(argv);

		if (stream.next)
		{
			set_number(args, "since", stream.next);
		}
		else if (options->since)
		{
			set_number(args, "since", since);
		}
		result = ask(&stream, "watch", args);
		if (result < 0)
		{
			wait_for_daemon(options->socket);
		}
	} while (result < 0);
	return result;
}

int log_run(const options_t *options, char **argv)
{
	stream_t stream = {
		.options = options, .print = print_log, .style = show_style()};
	uint64_t last = LINES;
	log_level_t level;
	bool again = false;
	int result;

	if (options->lines && !number(options->lines, "--lines", &last))
	{
		return 2;
	}
	if (options->level && !log_level_parse(options->level, &level))
	{
		fprintf(stderr,
				"cygnetctl: --level=%s: error, warn, notice, info and debug "
				"are possible\n",
				options->level);
		return 2;
	}
	do
	{
		json_object *args = args_of(argv);

		/* of the next daemon, all that it has said so far */
		if (!again)
		{
			set_number(args, "last", last);
		}
		if (options->level)
		{
			json_object_object_add(args, "level",
								   json_object_new_string(options->level));
		}
		json_object_object_add(args, "follow",
							   json_object_new_boolean(options->follow));
		result = ask(&stream, "log", args);
		again = true;
		if (result < 0 && options->follow)
		{
			wait_for_daemon(options->socket);
		}
	} while (result < 0 && options->follow);
	return result < 0 ? 1 : result;
}
