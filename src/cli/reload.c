/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The file that `diff` is given is read by the daemon, which alone knows the
 * passwords that it is to be compared with, and stands by its own path there.
 */

#include "cli/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/call.h"
#include "cli/print.h"
#include "cli/reply.h"

int diff_run(const options_t *options, char **argv)
{
	json_object *args = show_args("file", NULL), *data;
	char *path = argv[0] ? realpath(argv[0], NULL) : NULL, *error;
	bool differ;
	text_t out;

	if (argv[0])
	{
		json_object_object_add(args, "file",
							   json_object_new_string(path ? path : argv[0]));
	}
	free(path);
	if (!call(options->socket, "diff", args, NULL, NULL, &data, &error))
	{
		show_error(error);
		return 2;
	}
	differ = reply_length(reply_get(data, "sections")) ||
			 reply_length(reply_get(data, "effects"));
	text_init(&out);
	show_text(data, options->json, print_diff, &out);
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	json_object_put(data);
	return differ;
}

int reload_run(const options_t *options, char **argv)
{
	json_object *args = show_args("file", NULL);

	if (argv[0] && strcmp(argv[0], "test") != 0)
	{
		fputs("usage: cygnetctl reload [test | --confirm=SECONDS]\n", stderr);
		json_object_put(args);
		return 2;
	}
	if (argv[0])
	{
		return show(options, "diff", args, print_diff);
	}
	if (options->confirm)
	{
		json_object_object_add(args, "confirm",
							   json_object_new_int64(options->confirm));
	}
	return show(options, "reload", args, print_reload);
}

int confirm_run(const options_t *options, char **argv)
{
	return show_done(options, "confirm", NULL);
}

int rollback_run(const options_t *options, char **argv)
{
	return show_done(options, "rollback", NULL);
}
