/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The cause and the remedy first, then the steps from the underlay up. Of all
 * tunnels, those in health are counted, and many with one fault are told once.
 */

#include "cli/doctor_print.h"

#include <string.h>

#include "cli/reply.h"

/** of a fault, told in full each */
#define FEW 3

static void put(json_object *obj, const char *key, const char *value)
{
	json_object_object_add(
		obj, key, value && *value ? json_object_new_string(value) : NULL);
}

void doctor_json_add(json_object *array, const doctor_tunnel_t *tunnel,
					 const doctor_verdict_t *verdict)
{
	json_object *obj = json_object_new_object();
	json_object *steps = json_object_new_array();
	static const char *const words[] = {
		[DOCTOR_MARK_OK] = "healthy",
		[DOCTOR_MARK_FAULT] = "fault",
		[DOCTOR_MARK_UNKNOWN] = "unknown",
	};

	put(obj, "name", tunnel->name);
	put(obj, "verdict", words[verdict->mark]);
	put(obj, "fault", verdict->id);
	put(obj, "cause", text_str(&verdict->cause));
	put(obj, "remedy", text_str(&verdict->remedy));
	for (doctor_step_t i = 0; i < DOCTOR_STEPS; i++)
	{
		json_object *step = json_object_new_object();

		put(step, "step", doctor_step_name(i));
		put(step, "mark", doctor_mark_name(verdict->steps[i]));
		put(step, "fault", verdict->faults[i]);
		json_object_array_add(steps, step);
	}
	json_object_object_add(obj, "steps", steps);
	json_object_array_add(array, obj);
}

static void print_step(json_object *step, bool colour, text_t *out)
{
	static const struct
	{
		const char *mark;
		const char *colour;
		const char *sign;
	} marks[] = {
		{"ok", "\033[32m", "ok"},
		{"fault", "\033[31m", "FAULT"},
		{"unknown", "\033[33m", "?"},
	};
	const char *mark = reply_str(step, "mark");
	size_t start;

	for (size_t i = 0; i < countof(marks); i++)
	{
		if (strcmp(mark, marks[i].mark) != 0)
		{
			continue;
		}
		text_add(out, "  ");
		text_add(out, colour ? marks[i].colour : "");
		start = out->len;
		text_add(out, marks[i].sign);
		text_pad(out, start + 7);
		text_add(out, colour ? "\033[0m" : "");
		text_add(out, reply_str(step, "step"));
		if (reply_get(step, "fault"))
		{
			text_printf(out, ": %s", reply_str(step, "fault"));
		}
		text_char(out, '\n');
	}
}

static void print_one(json_object *o, bool colour, text_t *out)
{
	const char *verdict = reply_str(o, "verdict");
	json_object *steps = reply_get(o, "steps");
	bool good = strcmp(verdict, "healthy") == 0;

	text_printf(out, "tunnel %s: %s%s%s\n", reply_str(o, "name"),
				!colour ? ""
				: good  ? "\033[32m"
						: "\033[31m",
				good                            ? "healthy"
				: strcmp(verdict, "fault") == 0 ? reply_str(o, "fault")
												: "not all could be looked at",
				colour ? "\033[0m" : "");
	if (reply_get(o, "cause"))
	{
		text_printf(out, "  Cause:  %s\n  Remedy: %s\n", reply_str(o, "cause"),
					reply_str(o, "remedy"));
	}
	for (size_t i = 0; i < reply_length(steps); i++)
	{
		print_step(reply_at(steps, i), colour, out);
	}
}

static bool is_of(json_object *o, const char *verdict, const char *fault)
{
	return strcmp(reply_str(o, "verdict"), verdict) == 0 &&
		   (!fault || strcmp(reply_str(o, "fault"), fault) == 0);
}

static size_t count_of(json_object *tunnels, const char *verdict,
					   const char *fault)
{
	size_t n = 0;

	for (size_t i = 0; i < reply_length(tunnels); i++)
	{
		n += is_of(reply_at(tunnels, i), verdict, fault);
	}
	return n;
}

/** the names of those with the same fault, but for the first */
static void print_same(json_object *tunnels, const char *fault, text_t *out)
{
	const char *between = "  The same fault: ";
	size_t seen = 0;

	for (size_t i = 0; i < reply_length(tunnels); i++)
	{
		json_object *o = reply_at(tunnels, i);

		if (is_of(o, "fault", fault) && seen++)
		{
			text_printf(out, "%s%s", between, reply_str(o, "name"));
			between = ", ";
		}
	}
	text_char(out, '\n');
}

/** what is wrong with number i, unless it was told with another one */
static void print_wrong(json_object *tunnels, size_t i, bool colour,
						text_t *out)
{
	json_object *o = reply_at(tunnels, i);
	const char *fault = reply_get(o, "fault") ? reply_str(o, "fault") : NULL;
	bool many = fault && count_of(tunnels, "fault", fault) > FEW;

	for (size_t k = 0; many && k < i; k++)
	{
		if (is_of(reply_at(tunnels, k), "fault", fault))
		{
			return;
		}
	}
	print_one(o, colour, out);
	if (many)
	{
		print_same(tunnels, fault, out);
	}
	text_char(out, '\n');
}

static void print_end(json_object *tunnels, unsigned problems, text_t *out)
{
	size_t n = reply_length(tunnels), well = count_of(tunnels, "healthy", NULL),
		   faults = count_of(tunnels, "fault", NULL), rest = n - well - faults;

	if (well == n)
	{
		text_printf(out, "%s %zu tunnel%s", n == 1 ? "The" : "All", n,
					n == 1 ? " is healthy" : "s are healthy");
		if (problems)
		{
			text_printf(out,
						", but `cygnetctl status` has %u problem%s of the "
						"gateway",
						problems, problems == 1 ? "" : "s");
		}
		text_add(out, ".\n");
		return;
	}
	text_printf(out, "%zu of %zu tunnel%s %s a fault", faults, n,
				n == 1 ? "" : "s", faults == 1 ? "has" : "have");
	if (rest)
	{
		text_printf(out, ", not all could be looked at of %zu", rest);
	}
	if (well)
	{
		text_printf(out, ", %zu %s healthy", well, well == 1 ? "is" : "are");
	}
	text_add(out, rest ? "; root sees more, in the gateway's network "
						 "namespace.\n"
					   : ".\n");
}

void print_doctor(json_object *tunnels, bool colour, text_t *out)
{
	for (size_t i = 0; i < reply_length(tunnels); i++)
	{
		text_add(out, i ? "\n" : "");
		print_one(reply_at(tunnels, i), colour, out);
	}
}

void print_doctor_all(json_object *tunnels, unsigned problems, bool colour,
					  text_t *out)
{
	for (size_t i = 0; i < reply_length(tunnels); i++)
	{
		if (!is_of(reply_at(tunnels, i), "healthy", NULL))
		{
			print_wrong(tunnels, i, colour, out);
		}
	}
	print_end(tunnels, problems, out);
}
