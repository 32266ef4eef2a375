/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Critical is what keeps traffic from passing: no configuration in force, or a
 * bundle of which too few tunnels forward. A tunnel or session less, and what
 * the gateway itself calls a problem, is a warning; what a person has taken out
 * of use is neither.
 */

#include "cli/health.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reply.h"

typedef struct tally_t
{
	health_t worst;
	/** what is wrong */
	text_t words;
	unsigned long long tunnels, forwarding;
	unsigned long long neighbors, established;
} tally_t;

static void wrong(tally_t *t, health_t how, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void wrong(tally_t *t, health_t how, const char *fmt, ...)
{
	va_list args;

	t->worst = how > t->worst ? how : t->worst;
	text_add(&t->words, t->words.len ? "; " : "");
	va_start(args, fmt);
	text_vprintf(&t->words, fmt, args);
	va_end(args);
}

static void bundles(tally_t *t, json_object *list)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *b = reply_at(list, i);
		uint64_t forwarding = reply_num(b, "forwarding");
		uint64_t least = reply_num(b, "min_links");

		if (reply_num(b, "tunnels") && (!forwarding || forwarding < least))
		{
			wrong(t, HEALTH_CRITICAL, "bundle %s: %s of %s tunnels forward",
				  reply_str(b, "name"), reply_str(b, "forwarding"),
				  reply_str(b, "tunnels"));
		}
	}
}

static void tunnels(tally_t *t, json_object *list)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i);

		t->tunnels++;
		t->forwarding += reply_bool(o, "forwarding");
		if (!reply_bool(o, "forwarding") && !reply_get(o, "drain"))
		{
			wrong(t, HEALTH_WARNING, "tunnel %s: %s", reply_str(o, "name"),
				  reply_str(o, "reason"));
		}
	}
}

static void neighbors(tally_t *t, json_object *list)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		json_object *o = reply_at(list, i);
		bool up = strcmp(reply_str(o, "state"), "Established") == 0;

		t->neighbors++;
		t->established += up;
		if (!up && !reply_bool(reply_get(o, "held"), "shutdown"))
		{
			wrong(t, HEALTH_WARNING, "neighbor %s: %s", reply_str(o, "name"),
				  reply_str(o, "state"));
		}
	}
}

static void problems(tally_t *t, json_object *list)
{
	for (size_t i = 0; i < reply_length(list); i++)
	{
		wrong(t, HEALTH_WARNING, "%s",
			  json_object_get_string(reply_at(list, i)));
	}
}

/** one line; a bar begins the figures */
static void finish(health_t how, const char *words, text_t *out)
{
	static const char *const names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

	text_printf(out, "CYGNET %s - ", names[how]);
	for (const char *s = words; *s && *s != '\n'; s++)
	{
		text_char(out, *s == '|' ? '/' : *s);
	}
}

health_t health_judge(json_object *status, text_t *out)
{
	tally_t t = {.worst = HEALTH_OK};
	json_object *routes = reply_get(status, "routes");
	char *words;

	if (!json_object_is_type(status, json_type_object) ||
		!reply_get(status, "tunnels"))
	{
		return health_unknown("the gateway's answer is not understood", out);
	}
	if (!reply_bool(status, "configured"))
	{
		wrong(&t, HEALTH_CRITICAL, "no valid configuration is in force");
	}
	bundles(&t, reply_get(status, "bundles"));
	tunnels(&t, reply_get(status, "tunnels"));
	neighbors(&t, reply_get(status, "neighbors"));
	problems(&t, reply_get(status, "problems"));
	words =
		str_format("%llu of %llu tunnels forward, %llu of %llu sessions are "
				   "established%s%s",
				   t.forwarding, t.tunnels, t.established, t.neighbors,
				   t.words.len ? ": " : "", text_str(&t.words));
	finish(t.worst, words, out);
	free(words);
	text_deinit(&t.words);
	text_printf(out,
				" | forwarding=%llu;;;0;%llu established=%llu;;;0;%llu "
				"routes=%llu;;;0\n",
				t.forwarding, t.tunnels, t.established, t.neighbors,
				(unsigned long long)(reply_num(routes, "ipv4") +
									 reply_num(routes, "ipv6")));
	return t.worst;
}

health_t health_unknown(const char *words, text_t *out)
{
	finish(HEALTH_UNKNOWN, words, out);
	text_char(out, '\n');
	return HEALTH_UNKNOWN;
}
