/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The daemon is asked for what it knows, then this host for what can be seen from
 * it, and of both a verdict is made for each tunnel. Cygnet itself is not
 * burdened with any of it.
 */

#include "cli/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/doctor_look.h"
#include "cli/doctor_print.h"
#include "cli/doctor_read.h"
#include "cli/foreign_look.h"
#include "cli/reply.h"

#define CANNOT_TELL 2
/** where the firewall drops anything, it is seen to do so for a second */
#define WHILE USEC_PER_SEC

/** the history of a session; without one, it has not flapped */
static unsigned flaps(const options_t *options, const char *name)
{
	json_object *events = NULL;
	char *error = NULL;
	unsigned count = 0;

	if (call(options->socket, "history", show_args("name", name), NULL, NULL,
			 &events, &error))
	{
		count = doctor_read_flaps(events, (uint64_t)time(NULL));
	}
	json_object_put(events);
	free(error);
	return count;
}

/** those that are asked for, at most as many as there are; *out for free */
static size_t read_tunnels(const options_t *options, json_object *list,
						   const char *only, doctor_tunnel_t **out)
{
	doctor_tunnel_t *all = *out =
		mem_array(reply_length(list) + 1, sizeof(**out));
	size_t n = 0;

	for (size_t i = 0; i < reply_length(list); i++)
	{
		doctor_read_tunnel(reply_at(list, i), &all[i]);
	}
	/* with others of its bundle, too, that are not asked for */
	doctor_read_compare(all, reply_length(list));
	for (size_t i = 0; i < reply_length(list); i++)
	{
		if (only && strcmp(all[i].name, only) != 0)
		{
			continue;
		}
		all[n] = all[i];
		for (unsigned k = 0; k < all[n].n_sessions; k++)
		{
			all[n].sessions[k].flaps = flaps(options, all[n].sessions[k].name);
		}
		n++;
	}
	return n;
}

/** what the firewall counts; NULL: it does not say */
static json_object *firewall(const options_t *options)
{
	json_object *data = NULL;
	char *error = NULL;

	call(options->socket, "firewall", NULL, NULL, NULL, &data, &error);
	free(error);
	return data;
}

static void look(const options_t *options, json_object *site,
				 doctor_tunnel_t *tunnels, size_t n, doctor_host_t *host)
{
	json_object *before = firewall(options), *after;

	doctor_look(tunnels, n, doctor_read_dropped(before) ? WHILE : 0, host);
	after = firewall(options);
	doctor_read_drops(before, after, tunnels, n, host);
	foreign_doctor(tunnels, n, site);
	json_object_put(before);
	json_object_put(after);
}

/** the exit code */
static int judge(const doctor_tunnel_t *tunnels, size_t n,
				 const doctor_host_t *host, json_object *array)
{
	bool fault = false, unknown = false;

	for (size_t i = 0; i < n; i++)
	{
		doctor_verdict_t verdict;

		doctor_judge(&tunnels[i], host, &verdict);
		fault |= verdict.mark == DOCTOR_MARK_FAULT;
		unknown |= verdict.mark == DOCTOR_MARK_UNKNOWN;
		doctor_json_add(array, &tunnels[i], &verdict);
		doctor_verdict_deinit(&verdict);
	}
	return fault ? 1 : unknown ? CANNOT_TELL : 0;
}

/** problems: of the gateway; all: not of one tunnel alone */
static void put_out(const options_t *options, json_object *array, bool all,
					unsigned problems)
{
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
	text_t out;

	text_init(&out);
	if (options->json)
	{
		reply_json(array, &out);
		text_char(&out, '\n');
	}
	else if (all)
	{
		print_doctor_all(array, problems, colour, &out);
	}
	else
	{
		print_doctor(array, colour, &out);
	}
	fputs(text_str(&out), stdout);
	text_deinit(&out);
}

static void no_tunnel(json_object *data, const char *only)
{
	if (only)
	{
		fprintf(stderr,
				"cygnetctl: there is no tunnel '%s': see `cygnetctl "
				"tunnels`\n",
				only);
	}
	else
	{
		fprintf(stderr,
				"cygnetctl: %s: see cygnet.conf(5), and `cygnetctl status` for "
				"what is wrong\n",
				reply_bool(data, "configured")
					? "no tunnel is configured"
					: "the gateway has no configuration in force");
	}
}

static int diagnose(const options_t *options, json_object *data,
					const char *only)
{
	json_object *list = reply_get(data, "tunnels"), *array;
	doctor_host_t host = {.looked = false};
	doctor_tunnel_t *tunnels;
	size_t n = read_tunnels(options, list, only, &tunnels);
	int code = CANNOT_TELL;

	if (n)
	{
		look(options, reply_get(data, "site"), tunnels, n, &host);
		array = json_object_new_array();
		code = judge(tunnels, n, &host, array);
		put_out(options, array, !only,
				(unsigned)reply_length(reply_get(data, "problems")));
		json_object_put(array);
	}
	else
	{
		no_tunnel(data, only);
	}
	free(tunnels);
	return code;
}

int doctor_run(const options_t *options, char **argv)
{
	json_object *data = NULL;
	char *error = NULL;
	int code;

	if (!call(options->socket, "doctor", NULL, NULL, NULL, &data, &error))
	{
		show_error(error);
		return CANNOT_TELL;
	}
	reply_clean(data);
	code = diagnose(options, data, argv[0]);
	json_object_put(data);
	return code;
}
