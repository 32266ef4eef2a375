/* SPDX-License-Identifier: GPL-2.0-or-later */

/* cygnetctl: arguments, and which command goes where. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/check.h"
#include "cli/doctor.h"
#include "cli/flush.h"
#include "cli/health.h"
#include "cli/metrics.h"
#include "cli/options.h"
#include "cli/policy.h"
#include "cli/print.h"
#include "cli/reload.h"
#include "cli/reply.h"
#include "cli/show.h"
#include "cli/top.h"
#include "cli/watch.h"
#include "base/suggest.h"
#include "control/protocol.h"
#include "cygnet_config.h"

/** any number of arguments */
#define ANY 1000
/** columns of a form in --help; a longer one has what it does below it */
#define FORM 22

typedef struct command_t
{
	const char *name;
	/** what may stand after it, for --help */
	const char *args;
	const char *help;
	/** arguments that it needs and takes */
	int min, max;
	int (*run)(const options_t *options, char **argv);
	/** arguments that say something, for its own --help */
	const char *example;
} command_t;

static int unknown(const char *what, const suggest_t *near, const char *word)
{
	fprintf(stderr, "cygnetctl: %s '%s'%s%s%s; see --help\n", what, word,
			near->best ? ", did you mean '" : "", near->best ? near->best : "",
			near->best ? "'?" : "");
	return 2;
}

static int run_status(const options_t *options, char **argv)
{
	return show(options, "status", NULL, print_status);
}

static int run_firewall(const options_t *options, char **argv)
{
	return show(options, "firewall", NULL, print_firewall);
}

static int run_tunnels(const options_t *options, char **argv)
{
	return show(options, "tunnels", NULL, print_tunnels);
}

static int run_tunnel(const options_t *options, char **argv)
{
	return show(options, "tunnel", show_args("name", argv[0]), print_tunnel);
}

static int run_neighbors(const options_t *options, char **argv)
{
	return show(options, "neighbors", NULL, print_neighbors);
}

/** what can be said to or asked of one neighbour */
static const struct
{
	const char *name;
	const char *command;
	/** a text may follow */
	bool text;
	/** routes of the session, a prefix may follow */
	bool table;
} verbs[] = {
	{"received", "neighbor-routes", false, true},
	{"accepted", "neighbor-routes", false, true},
	{"advertised", "neighbor-routes", false, true},
	{"refresh", "neighbor-refresh", false, false},
	{"reset", "neighbor-reset", true, false},
	{"shutdown", "neighbor-shutdown", true, false},
	{"start", "neighbor-start", false, false},
};

/** the rest of the command line is one text */
static char *rest_of(char **argv)
{
	text_t text;

	text_init(&text);
	for (size_t i = 0; argv[i]; i++)
	{
		text_printf(&text, "%s%s", i ? " " : "", argv[i]);
	}
	return text_take(&text);
}

static int say(const options_t *options, const char *command, char **argv)
{
	json_object *args = show_args("name", argv[0]);
	char *text = argv[2] ? rest_of(argv + 2) : NULL;

	if (text)
	{
		json_object_object_add(args, "text", json_object_new_string(text));
	}
	free(text);
	return show_done(options, command, args);
}

static int run_table(const options_t *options, char **argv)
{
	static const show_list_t received = {.head = print_received_head,
										 .rows = print_received_part};
	static const show_list_t advertised = {.head = print_advertised_head,
										   .rows = print_advertised_part};
	static const show_list_t one = {
		.print = print_announcement,
		.none = "there is no such route: with --longer, "
				"what is within the prefix"};
	json_object *args = show_args("name", argv[0]);
	bool sent = strcmp(argv[1], "advertised") == 0;

	json_object_object_add(args, "table", json_object_new_string(argv[1]));
	if (argv[2])
	{
		json_object_object_add(args, "prefix", json_object_new_string(argv[2]));
	}
	json_object_object_add(args, "longer",
						   json_object_new_boolean(options->longer));
	return show_list(options, "neighbor-routes", args,
					 argv[2] && !options->longer ? &one
					 : sent                      ? &advertised
												 : &received);
}

static int run_neighbor(const options_t *options, char **argv)
{
	suggest_t near;

	if (!argv[1])
	{
		return show(options, "neighbor", show_args("name", argv[0]),
					print_neighbor);
	}
	suggest_init(&near, argv[1]);
	for (size_t i = 0; i < countof(verbs); i++)
	{
		if (strcmp(verbs[i].name, argv[1]) != 0)
		{
			suggest_offer(&near, verbs[i].name);
			continue;
		}
		if (argv[2] && ((!verbs[i].text && !verbs[i].table) ||
						(verbs[i].table && argv[3])))
		{
			fprintf(stderr, "usage: cygnetctl neighbor NAME %s%s\n",
					verbs[i].name, verbs[i].table ? " [PREFIX]" : "");
			return 2;
		}
		return verbs[i].table ? run_table(options, argv)
							  : say(options, verbs[i].command, argv);
	}
	return unknown("neighbor NAME: unknown word", &near, argv[1]);
}

static int run_routes(const options_t *options, char **argv)
{
	static const show_list_t many = {.head = print_routes_head,
									 .rows = print_routes_part};
	static const show_list_t one = {
		.print = print_route,
		.none = "there is no such route: with --longer, "
				"what is within the prefix"};
	json_object *args = show_args("prefix", argv[0]);

	json_object_object_add(args, "longer",
						   json_object_new_boolean(options->longer));
	return show_list(options, "routes", args,
					 argv[0] && !options->longer ? &one : &many);
}

static int run_history(const options_t *options, char **argv)
{
	return show(options, "history", show_args("name", argv[0]), print_events);
}

/** a fault of ours is unknown, never critical */
static int run_health(const options_t *options, char **argv)
{
	json_object *data = NULL;
	char *error = NULL;
	health_t health;
	text_t out;

	text_init(&out);
	if (argv[0])
	{
		health = health_unknown("usage: cygnetctl check-health", &out);
	}
	else if (options->json)
	{
		health = health_unknown("check-health is one line and no JSON: see "
								"`cygnetctl status --json`",
								&out);
	}
	else if (call(options->socket, "status", NULL, NULL, NULL, &data, &error))
	{
		reply_clean(data);
		health = health_judge(data, &out);
	}
	else
	{
		health = health_unknown(error, &out);
	}
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	json_object_put(data);
	free(error);
	return (int)health;
}

static int run_drain(const options_t *options, char **argv)
{
	return show_done(options, "drain", show_args("name", argv[0]));
}

static int run_undrain(const options_t *options, char **argv)
{
	return show_done(options, "undrain", show_args("name", argv[0]));
}

static int run_reauth(const options_t *options, char **argv)
{
	return show_done(options, "reauth", show_args("name", argv[0]));
}

static int run_check(const options_t *options, char **argv)
{
	return check_run(argv[0], options->json);
}

static const command_t commands[] = {
	{"status", "", "the whole on one screen, with what is wrong", 0, 0,
	 run_status, ""},
	{"tunnels", "", "state, link, MTU and peer of each tunnel", 0, 0,
	 run_tunnels, "--json"},
	{"tunnel", "NAME", "one tunnel in full, and what watches it", 1, 1,
	 run_tunnel, "ali-1"},
	{"neighbors", "", "BGP sessions with their counts", 0, 0, run_neighbors,
	 ""},
	{"neighbor", "NAME", "one BGP session in full", 1, ANY, run_neighbor,
	 "ali-1"},
	{"neighbor", "NAME received|accepted|advertised [PREFIX]",
	 "routes of the session with their attributes", 1, ANY, run_neighbor,
	 "ali-1 received 10.0.0.0/8 --longer"},
	{"neighbor", "NAME refresh", "ask for its routes anew, or run policy anew",
	 1, ANY, run_neighbor, "ali-1 refresh"},
	{"neighbor", "NAME reset [TEXT]", "end the session and connect anew", 1,
	 ANY, run_neighbor, "ali-1 reset new cables"},
	{"neighbor", "NAME shutdown [TEXT]", "end the session until `start`", 1,
	 ANY, run_neighbor, "ali-1 shutdown back at 14:00"},
	{"neighbor", "NAME start", "end a shutdown, a stop by a limit, or a wait",
	 1, ANY, run_neighbor, "ali-1 start"},
	{"routes", "[PREFIX|ADDRESS] [--longer]",
	 "routes, their paths, and what the kernel uses", 0, 1, run_routes,
	 "10.0.0.0/24"},
	{"firewall", "", "what the firewall has dropped and translated", 0, 0,
	 run_firewall, ""},
	{"doctor", "[TUNNEL]",
	 "what is wrong with tunnels, and what to do about it", 0, 1, doctor_run,
	 "ali-1"},
	{"history", "NAME", "the last changes of a tunnel and its session, and why",
	 1, 1, run_history, "ali-1"},
	{"top", "[--once]", "what tunnels carry, each second, until q", 0, 0,
	 top_run, "--once"},
	{"watch", "[--since=NUMBER] [NAME...]",
	 "changes as they happen, from an event's number on", 0, ANY, watch_run,
	 "--json --since=1 ali-1"},
	{"log", "[-n N] [--follow] [--level=LEVEL] [NAME...]",
	 "the last lines of the gateway's own log", 0, ANY, log_run,
	 "--follow --level=warn ali-1"},
	{"metrics", "[--text | --http]",
	 "everything that is counted, as OpenMetrics", 0, 0, metrics_run, "--text"},
	{"check-health", "", "one line and exit code for Nagios and its kind", 0,
	 ANY, run_health, ""},
	{"drain", "TUNNEL", "take a tunnel out of use without loss", 1, 1,
	 run_drain, "ali-1"},
	{"undrain", "TUNNEL", "use a drained tunnel again", 1, 1, run_undrain,
	 "ali-1"},
	{"reauth", "TUNNEL", "reauthenticate a tunnel's connection without loss", 1,
	 1, run_reauth, "ali-1"},
	{"flush", "[STATE-DIR]",
	 "take all of ours out of the kernel (charon is stopped)", 0, 1, flush_run,
	 ""},
	{"policy", "list", "policies, and who uses them", 1, ANY, policy_run,
	 "list"},
	{"policy", "show NAME", "its rules", 1, ANY, policy_run, "show cloud-in"},
	{"policy", "test NAME PREFIX [OPTION...]",
	 "what it does to a route, and by which rule", 1, ANY, policy_run,
	 "test cloud-in 10.0.0.0/24 --neighbor=ali-1"},
	{"check", "[FILE]", "say what is wrong with a configuration, offline", 0, 1,
	 run_check, "/etc/swanctl/swanctl.conf"},
	{"diff", "[FILE]", "say what a reload would do, and do nothing", 0, 1,
	 diff_run, ""},
	{"reload", "[test | --confirm=SECONDS]",
	 "take the configuration anew; what is unchanged goes on", 0, 1, reload_run,
	 "--confirm=60"},
	{"confirm", "", "keep what `reload --confirm` has taken", 0, 0, confirm_run,
	 ""},
	{"rollback", "", "go back to the configuration before it, now", 0, 0,
	 rollback_run, ""},
};

static const char general_options[] =
	"  -j, --json           the answer as JSON\n"
	"  -s, --socket=PATH    control socket (" CONTROL_SOCKET ", or\n"
	"                       the environment's CYGNET_SOCKET)\n";
static const char reload_options[] =
	"\nOptions of reload:\n"
	"      --confirm=SECONDS  the configuration before comes back unless\n"
	"                       `confirm` is said in time\n";
static const char longer_option[] =
	"  -l, --longer         with a PREFIX: more specific ones, too\n";
static const char watch_options[] =
	"\nOptions of watch:\n"
	"      --since=NUMBER   from this event on, for who was away\n";
static const char log_options[] =
	"\nOptions of log:\n"
	"  -n, --lines=N        so many of the past (20)\n"
	"      --follow         and those to come, until it is interrupted\n"
	"      --level=LEVEL    error, warn, notice, info or debug, and what is\n"
	"                       more urgent\n";
static const char metrics_options[] =
	"\nOptions of metrics:\n"
	"      --text           Prometheus' older format, for node_exporter's\n"
	"                       textfile collector\n"
	"      --http           answer an HTTP request on standard input\n";
static const char policy_options[] =
	"\nOptions of policy test, what the route is like:\n"
	"  --neighbor=NAME      of this neighbor, as it announced it if it did\n"
	"  --source=SOURCE      neighbor, or ours: advertise, connected, static,\n"
	"                       other, aggregate, routes\n"
	"  --from-as=AS  --as-path='65001 65002 {1 2}'  --next-hop=ADDRESS\n"
	"  --origin=igp|egp|incomplete  --med=N  --local-pref=N\n"
	"  --community=LIST  --ext-community=LIST  --large-community=LIST\n"
	"  -f, --file=FILE      the policies of a file, without the daemon\n";

static void put_form(const command_t *c, FILE *out)
{
	char *form = str_format("%s%s%s", c->name, *c->args ? " " : "", c->args);

	if (strlen(form) > FORM)
	{
		fprintf(out, "  %s\n%*s%s\n", form, FORM + 3, "", c->help);
	}
	else
	{
		fprintf(out, "  %-*s %s\n", FORM, form, c->help);
	}
	free(form);
}

static void usage(FILE *out)
{
	fputs("Usage: cygnetctl [OPTION...] COMMAND [ARGUMENT...]\n"
		  "Watch and steer the Cygnet gateway in charon.\n\n",
		  out);
	for (size_t i = 0; i < countof(commands); i++)
	{
		put_form(&commands[i], out);
	}
	fprintf(out,
			"\n%s%s"
			"  -h, --help           this text; with a COMMAND, on it alone\n"
			"  -V, --version        the version\n"
			"%s%s%s%s%s\nSee cygnetctl(8), cygnet.conf(5) and cygnet(8).\n",
			general_options, longer_option, watch_options, log_options,
			metrics_options, reload_options, policy_options);
}

static int unknown_command(const char *name)
{
	suggest_t near;

	suggest_init(&near, name);
	for (size_t i = 0; i < countof(commands); i++)
	{
		suggest_offer(&near, commands[i].name);
	}
	return unknown("unknown command", &near, name);
}

/** --help with a command: each of its forms */
static int help_on(const char *name)
{
	bool found = false;

	for (size_t i = 0; i < countof(commands); i++)
	{
		const command_t *c = &commands[i];

		if (strcmp(c->name, name) == 0)
		{
			printf("%sUsage: cygnetctl %s%s%s\n  %s\n  as in: cygnetctl "
				   "%s%s%s\n",
				   found ? "\n" : "", c->name, *c->args ? " " : "", c->args,
				   c->help, c->name, *c->example ? " " : "", c->example);
			found = true;
		}
	}
	if (!found)
	{
		return unknown_command(name);
	}
	printf("\n%s%s%s\nSee cygnetctl(8).\n", general_options,
		   strcmp(name, "neighbor") == 0 || strcmp(name, "routes") == 0
			   ? longer_option
			   : "",
		   strcmp(name, "policy") == 0    ? policy_options
		   : strcmp(name, "metrics") == 0 ? metrics_options
		   : strcmp(name, "reload") == 0  ? reload_options
		   : strcmp(name, "watch") == 0   ? watch_options
		   : strcmp(name, "log") == 0     ? log_options
										  : "");
	return 0;
}

/** a command with too few or too many arguments: each of its forms */
static int misused(const char *name)
{
	const char *before = "usage:";

	for (size_t i = 0; i < countof(commands); i++)
	{
		const command_t *c = &commands[i];

		if (strcmp(c->name, name) == 0)
		{
			fprintf(stderr, "%-6s cygnetctl %s%s%s\n", before, c->name,
					*c->args ? " " : "", c->args);
			before = "";
		}
	}
	fprintf(stderr, "see cygnetctl %s --help\n", name);
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
				return misused(c->name);
			}
			return c->run(options, argv + 1);
		}
	}
	return unknown_command(argv[0]);
}

int main(int argc, char **argv)
{
	options_t options = {.socket = NULL};
	int code;

	if (!options_read(&options, argc, argv, &code))
	{
		return code;
	}
	if (optind < argc && strcmp(argv[optind], "help") == 0)
	{
		options.help = true;
		optind++;
	}
	if (options.help && optind < argc)
	{
		code = help_on(argv[optind]);
	}
	else if (options.help)
	{
		usage(stdout);
		code = 0;
	}
	else if (optind == argc)
	{
		usage(stderr);
		code = 2;
	}
	else
	{
		code = options_fit(&options, argv[optind])
				   ? dispatch(&options, argc - optind, argv + optind)
				   : 2;
	}
	json_object_put(options.set);
	return code;
}
