/* SPDX-License-Identifier: GPL-2.0-or-later */

/* The cause and the remedy first, then the steps from the underlay up. */

#include "cli/doctor_print.h"

#include <string.h>

#include "cli/reply.h"

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

void print_doctor(json_object *tunnels, bool colour, text_t *out)
{
	for (size_t i = 0; i < reply_length(tunnels); i++)
	{
		text_add(out, i ? "\n" : "");
		print_one(reply_at(tunnels, i), colour, out);
	}
}
