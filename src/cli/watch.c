/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The daemon is asked a few times a second for what came since the last answer:
 * nobody who watches is a connection that it has to feed, and who comes back
 * after a restart of either goes on by the number.
 */

#include "cli/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/call.h"
#include "cli/print.h"
#include "cli/reply.h"

#define EACH_NSEC 250000000

static void print_json(json_object *events, text_t *out)
{
	for (size_t i = 0; i < reply_length(events); i++)
	{
		text_add(out,
				 json_object_to_json_string_ext(
					 reply_at(events, i),
					 JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		text_char(out, '\n');
	}
}

/** false: standard output is gone */
static bool tell(const options_t *options, json_object *data)
{
	json_object *events = reply_get(data, "events");
	text_t out;
	bool good;

	text_init(&out);
	if (reply_bool(data, "lost"))
	{
		fputs("cygnetctl: older events than these are forgotten\n", stderr);
	}
	reply_clean(data);
	if (options->json)
	{
		print_json(events, &out);
	}
	else
	{
		print_events(events, &out);
	}
	fputs(text_str(&out), stdout);
	good = fflush(stdout) == 0;
	text_deinit(&out);
	return good;
}

static json_object *args_of(bool numbered, uint64_t next)
{
	json_object *args = json_object_new_object();

	if (numbered)
	{
		json_object_object_add(args, "since", json_object_new_uint64(next));
	}
	return args;
}

int watch_run(const options_t *options, char **argv)
{
	const struct timespec pause = {.tv_nsec = EACH_NSEC};
	bool numbered = argv[0] != NULL, good = true;
	uint64_t next = 0;
	char *end;

	if (argv[0])
	{
		next = strtoull(argv[0], &end, 10);
		if (argv[0][0] < '0' || argv[0][0] > '9' || *end)
		{
			fputs("usage: cygnetctl watch [NUMBER]\n", stderr);
			return 2;
		}
	}
	while (good)
	{
		json_object *data;
		char *error;

		if (!call(options->socket, "events", args_of(numbered, next), NULL,
				  NULL, &data, &error))
		{
			return show_error(error);
		}
		good = tell(options, data);
		numbered = true;
		next = reply_num(data, "next");
		/* more may wait */
		if (!reply_length(reply_get(data, "events")))
		{
			nanosleep(&pause, NULL);
		}
		json_object_put(data);
	}
	return 1;
}
