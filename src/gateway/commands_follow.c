/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who follows has a number in the ring of events or of lines, and the names that
 * he wants to hear of: a bundle stands for its tunnels, a tunnel for its link
 * and its neighbours. Nothing is queued for anybody.
 */

#include "gateway/commands_follow.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "gateway/gateway_private.h"

/** of a part */
#define SLICE 32
/** names that somebody may give */
#define GIVEN_MAX 64

typedef struct follower_t
{
	gateway_t *gateway;
	/** the next one's */
	uint64_t since;
	/** of lines */
	log_level_t level;
	/** goes on at the end of what there is */
	bool follow;
	/** owned; none: all are wanted */
	char **names;
	size_t n_names;
} follower_t;

static void destroy(void *cursor)
{
	follower_t *f = cursor;

	for (size_t i = 0; i < f->n_names; i++)
	{
		free(f->names[i]);
	}
	free(f->names);
	free(f);
}

/* -- names ------------------------------------------------------------------- */

static bool is_named(const follower_t *f, const char *name)
{
	for (size_t i = 0; i < f->n_names; i++)
	{
		if (strcmp(f->names[i], name) == 0)
		{
			return true;
		}
	}
	return !f->n_names;
}

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '-' || c == '_';
}

/** the line has the name as a word of its own: ali-1 is not in cyg-ali-10 */
static bool has_word(const char *line, const char *name)
{
	size_t len = strlen(name);

	for (const char *s = line; (s = strstr(s, name)); s++)
	{
		if ((s == line || !in_word(s[-1])) && !in_word(s[len]))
		{
			return true;
		}
	}
	return false;
}

static bool is_told_of(const follower_t *f, const char *line)
{
	for (size_t i = 0; i < f->n_names; i++)
	{
		if (has_word(line, f->names[i]))
		{
			return true;
		}
	}
	return !f->n_names;
}

static void add_name(follower_t *f, const char *name)
{
	if (*name && (!f->n_names || !is_named(f, name)))
	{
		f->names = mem_resize(f->names, f->n_names + 1, sizeof(*f->names));
		f->names[f->n_names++] = str_copy(name);
	}
}

/** and all that belongs to it; false: nothing has this name */
static bool add_known(follower_t *f, const view_state_t *state,
					  const char *name)
{
	const view_event_t *events[EVENTS_OF_NAMES];
	bool known = view_neighbor_find(state, name) ||
				 events_of(f->gateway->events, name, events);

	add_name(f, name);
	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];

		if (strcmp(t->config->name, name) != 0 &&
			strcmp(t->bundle->name, name) != 0)
		{
			continue;
		}
		known = true;
		add_name(f, t->config->name);
		add_name(f, t->link);
		for (size_t k = 0; k < state->n_neighbors; k++)
		{
			if (state->neighbors[k].tunnel == t->config)
			{
				add_name(f, state->neighbors[k].config->name);
			}
		}
	}
	return known;
}

/** of the arguments; false: error set */
static bool take_names(follower_t *f, json_object *args, control_reply_t *reply)
{
	json_object *list;

	if (!json_object_object_get_ex(args, "names", &list))
	{
		return true;
	}
	if (!json_object_is_type(list, json_type_array) ||
		json_object_array_length(list) > GIVEN_MAX)
	{
		reply->error = str_format("\"names\" has to be an array of at most %u "
								  "names",
								  GIVEN_MAX);
		return false;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++)
	{
		json_object *o = json_object_array_get_idx(list, i);
		const char *name = json_object_is_type(o, json_type_string)
							   ? json_object_get_string(o)
							   : "";

		if (!add_known(f, gateway_view(f->gateway), name))
		{
			reply->error = str_format(
				"there is no bundle, tunnel or neighbor '%.64s': `cygnetctl "
				"status` has their names",
				name);
			return false;
		}
	}
	return true;
}

/* -- the lists ------------------------------------------------------------------ */

static bool watch_next(void *cursor, json_object *part)
{
	follower_t *f = cursor;

	/* an empty part says that there is no more: what is not wanted is no end */
	for (unsigned n = 0; n < SLICE;)
	{
		events_lost_t lost = {0};
		const view_event_t *e =
			events_take(f->gateway->events, &f->since, &lost);

		if (lost.count || lost.more)
		{
			view_lost(part, (e ? e->seq : f->since) - 1,
					  lost.more ? NULL : &lost.count);
		}
		if (!e)
		{
			break;
		}
		if (is_named(f, e->name))
		{
			view_event(part, e);
			n++;
		}
	}
	return true;
}

/** the next line that is wanted */
static bool line_next(follower_t *f, view_line_t *line, uint64_t *lost)
{
	while (lines_take(f->gateway->lines, &f->since, line, lost))
	{
		if (line->level <= f->level && is_told_of(f, line->text))
		{
			return true;
		}
	}
	return false;
}

static bool log_next(void *cursor, json_object *part)
{
	follower_t *f = cursor;
	view_line_t line;
	bool found = true;

	for (unsigned i = 0; found && i < SLICE; i++)
	{
		uint64_t lost = 0;

		found = line_next(f, &line, &lost);
		if (lost)
		{
			view_lost(part, (found ? line.seq : f->since) - 1, &lost);
		}
		if (found)
		{
			view_line(part, &line);
		}
	}
	return found || f->follow;
}

/** from the last so many that are wanted on */
static void go_back(follower_t *f, uint64_t last)
{
	uint64_t at[LINES_MAX], lost = 0, end;
	view_line_t line;
	size_t n = 0;

	f->since = 1;
	while (n < LINES_MAX && line_next(f, &line, &lost))
	{
		at[n++] = line.seq;
	}
	end = f->since;
	f->since = !last || !n ? end : at[last < n ? n - last : 0];
}

/* -- the commands ---------------------------------------------------------------- */

/** a number of the arguments, left alone if it is not there; false: it is none,
 * error set */
static bool take_number(json_object *args, const char *name, uint64_t *out,
						control_reply_t *reply)
{
	json_object *value;

	if (!json_object_object_get_ex(args, name, &value))
	{
		return true;
	}
	if (!json_object_is_type(value, json_type_int) ||
		json_object_get_int64(value) < 0)
	{
		reply->error = str_format("\"%s\" has to be a number", name);
		return false;
	}
	*out = json_object_get_uint64(value);
	return true;
}

static bool take_level(json_object *args, log_level_t *level,
					   control_reply_t *reply)
{
	json_object *value;

	if (!json_object_object_get_ex(args, "level", &value))
	{
		return true;
	}
	if (!json_object_is_type(value, json_type_string) ||
		!log_level_parse(json_object_get_string(value), level))
	{
		reply->error = str_copy("the level has to be error, warn, notice, info "
								"or debug");
		return false;
	}
	return true;
}

static follower_t *follower_create(gateway_t *g)
{
	follower_t *f = mem_alloc(sizeof(*f));

	f->gateway = g;
	f->level = LOGL_DEBUG;
	return f;
}

/** adopts f */
static void answer(follower_t *f, bool good,
				   bool (*next)(void *cursor, json_object *part),
				   control_reply_t *reply)
{
	if (!good)
	{
		destroy(f);
		return;
	}
	reply->list = (control_list_t){
		.next = next, .destroy = destroy, .cursor = f, .follow = f->follow};
	reply->data = json_object_new_object();
}

void command_watch(void *user, json_object *args, control_reply_t *reply)
{
	follower_t *f = follower_create(user);

	f->follow = true;
	/* without a number: from now on */
	f->since = events_next(f->gateway->events);
	answer(f,
		   take_number(args, "since", &f->since, reply) &&
			   take_names(f, args, reply),
		   watch_next, reply);
}

void command_log(void *user, json_object *args, control_reply_t *reply)
{
	follower_t *f = follower_create(user);
	uint64_t last = LINES_MAX;
	json_object *value;
	bool good = take_number(args, "last", &last, reply) &&
				take_level(args, &f->level, reply) &&
				take_names(f, args, reply);

	f->follow = json_object_object_get_ex(args, "follow", &value) &&
				json_object_get_boolean(value);
	if (good)
	{
		go_back(f, last);
	}
	answer(f, good, log_next, reply);
}
