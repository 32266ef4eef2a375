/* SPDX-License-Identifier: GPL-2.0-or-later */

/* cygnetctl: arguments, and which command goes where. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/check.h"
#include "cli/print.h"
#include "base/suggest.h"
#include "control/protocol.h"
#include "cygnet_config.h"

typedef struct options_t
{
	const char *socket;
	bool json;
	bool longer;
} options_t;

typedef struct command_t
{
	const char *name;
	/** what may stand after it, for --help */
	const char *args;
	const char *help;
	/** arguments that it needs and takes */
	int min, max;
	int (*run)(const options_t *options, char **argv);
} command_t;

static int fail(char *error)
{
	fprintf(stderr, "cygnetctl: %s\n", error);
	free(error);
	return 1;
}

static void print_json(json_object *data)
{
	puts(json_object_to_json_string_ext(
		data, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
}

static json_object *argument(const char *key, const char *value)
{
	json_object *args = json_object_new_object();

	if (value)
	{
		json_object_object_add(args, key, json_object_new_string(value));
	}
	return args;
}

/** asks and shows: as JSON, or by the printer */
static int show(const options_t *options, const char *command,
				json_object *args, void (*printer)(json_object *, text_t *))
{
	json_object *data;
	text_t out;
	char *error;

	if (!call(options->socket, command, args, NULL, NULL, &data, &error))
	{
		return fail(error);
	}
	if (options->json)
	{
		print_json(data);
	}
	else
	{
		text_init(&out);
		printer(data, &out);
		fputs(text_str(&out), stdout);
		text_deinit(&out);
	}
	json_object_put(data);
	return 0;
}

static void status_printer(json_object *data, text_t *out)
{
	print_status(data, isatty(STDOUT_FILENO) && !getenv("NO_COLOR"), out);
}

static int run_status(const options_t *options, char **argv)
{
	return show(options, "status", NULL, status_printer);
}

static int run_tunnels(const options_t *options, char **argv)
{
	return show(options, "tunnels", NULL, print_tunnels);
}

static int run_neighbors(const options_t *options, char **argv)
{
	return show(options, "neighbors", NULL, print_neighbors);
}

static int run_neighbor(const options_t *options, char **argv)
{
	return show(options, "neighbor", argument("name", argv[0]), print_neighbor);
}

static void routes_table(void *user, json_object *part)
{
	print_routes_part(part, user);
}

static void routes_array(void *user, json_object *part)
{
	for (size_t i = 0; i < json_object_array_length(part); i++)
	{
		json_object_array_add(
			user, json_object_get(json_object_array_get_idx(part, i)));
	}
}

static int run_routes(const options_t *options, char **argv)
{
	json_object *args = argument("prefix", argv[0]), *data, *all;
	table_t table;
	text_t out;
	char *error;
	bool good;

	json_object_object_add(args, "longer",
						   json_object_new_boolean(options->longer));
	print_routes_head(&table);
	all = json_object_new_array();
	good = call(options->socket, "routes", args,
				options->json ? routes_array : routes_table,
				options->json ? (void *)all : &table, &data, &error);
	if (good && options->json)
	{
		print_json(all);
	}
	else if (good)
	{
		text_init(&out);
		table_print(&table, &out);
		fputs(text_str(&out), stdout);
		text_deinit(&out);
	}
	json_object_put(all);
	table_deinit(&table);
	if (!good)
	{
		return fail(error);
	}
	json_object_put(data);
	return 0;
}

static void reload_printer(json_object *data, text_t *out)
{
	json_object *list;

	json_object_object_get_ex(data, "warnings", &list);
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
	{
		text_printf(out, "warning: %s\n",
					json_object_get_string(json_object_array_get_idx(list, i)));
	}
	text_add(out, "the configuration is taken\n");
}

static int run_reload(const options_t *options, char **argv)
{
	return show(options, "reload", NULL, reload_printer);
}

static int run_check(const options_t *options, char **argv)
{
	return check_run(argv[0], options->json);
}

static const command_t commands[] = {
	{"status", "", "the whole on one screen, with what is wrong", 0, 0,
	 run_status},
	{"tunnels", "", "state, link, MTU and peer of each tunnel", 0, 0,
	 run_tunnels},
	{"neighbors", "", "BGP sessions with their counts", 0, 0, run_neighbors},
	{"neighbor", "NAME", "one BGP session in full", 1, 1, run_neighbor},
	{"routes", "[PREFIX|ADDRESS] [--longer]",
	 "routes, their paths, and what the kernel uses", 0, 1, run_routes},
	{"check", "[FILE]", "say what is wrong with a configuration, offline", 0, 1,
	 run_check},
	{"reload", "", "take the configuration anew; what is unchanged goes on", 0,
	 0, run_reload},
};

static void usage(FILE *out)
{
	fputs("Usage: cygnetctl [OPTION…] COMMAND [ARGUMENT…]\n"
		  "Watch and steer the Cygnet gateway in charon.\n\n",
		  out);
	for (size_t i = 0; i < countof(commands); i++)
	{
		char left[64];

		snprintf(left, sizeof(left), "%s %s", commands[i].name,
				 commands[i].args);
		fprintf(out, "  %-38s %s\n", left, commands[i].help);
	}
	fputs("\n"
		  "  -j, --json           the answer as JSON\n"
		  "  -l, --longer         with routes PREFIX: more specific ones, too\n"
		  "  -s, --socket=PATH    control socket (" CONTROL_SOCKET ", or\n"
		  "                       the environment's CYGNET_SOCKET)\n"
		  "  -h, --help           this text\n"
		  "  -V, --version        the version\n"
		  "\nSee cygnetctl(8), cygnet.conf(5) and cygnet(8).\n",
		  out);
}

static int unknown(const char *name)
{
	suggest_t near;

	suggest_init(&near, name);
	for (size_t i = 0; i < countof(commands); i++)
	{
		suggest_offer(&near, commands[i].name);
	}
	fprintf(stderr, "cygnetctl: unknown command '%s'%s%s%s; see --help\n", name,
			near.best ? ", did you mean '" : "", near.best ? near.best : "",
			near.best ? "'?" : "");
	return 2;
}

static int dispatch(const options_t *options, int argc, char **argv)
{
	for (size_t i = 0; i < countof(commands); i++)
	{
		const command_t *c = &commands[i];

		if (strcmp(c->name, argv[0]) == 0)
		{
			if (argc - 1 < c->min || argc - 1 > c->max)
			{
				fprintf(stderr, "usage: cygnetctl %s %s\n", c->name, c->args);
				return 2;
			}
			return c->run(options, argv + 1);
		}
	}
	return unknown(argv[0]);
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{"json", no_argument, NULL, 'j'},
		{"longer", no_argument, NULL, 'l'},
		{"socket", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0},
	};
	const char *env = getenv("CYGNET_SOCKET");
	options_t options = {.socket = env ? env : CONTROL_SOCKET};
	int c;

	while ((c = getopt_long(argc, argv, "jls:hV", longs, NULL)) != -1)
	{
		switch (c)
		{
			case 'j':
				options.json = true;
				break;
			case 'l':
				options.longer = true;
				break;
			case 's':
				options.socket = optarg;
				break;
			case 'h':
				usage(stdout);
				return 0;
			case 'V':
				puts("cygnetctl " PACKAGE_VERSION);
				return 0;
			default:
				return 2;
		}
	}
	if (optind == argc)
	{
		usage(stderr);
		return 2;
	}
	return dispatch(&options, argc - optind, argv + optind);
}
