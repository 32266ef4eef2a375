/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The events and the log's lines between the core, the file and the commands. The file is written
 * some seconds after a change, and once for all that came in between: never
 * while a failover is under way.
 */

#include "gateway/gateway_private.h"

#include <string.h>

#include "base/log.h"
#include "gateway/state.h"

#define SAVE_AFTER (3 * USEC_PER_SEC)

static void save(gateway_t *g, uint64_t reserve)
{
	text_t text;
	int error;

	text_init(&text);
	events_save(g->events, reserve, &text);
	error = state_history_save(g->state_dir, text_str(&text));
	text_deinit(&text);
	if (error && !g->events_told)
	{
		g->events_told = true;
		log_warn("histories cannot be kept in %s: %s", g->state_dir,
				 strerror(-error));
	}
}

static void save_due(cyg_timer_t *timer, void *user, usec_t now)
{
	save(user, EVENTS_RESERVE);
}

void gateway_events_open(gateway_t *g)
{
	char *text = state_history_load(g->state_dir);

	g->events = events_create();
	timer_init(&g->events_timer, save_due, g);
	if (text)
	{
		events_load(g->events, text);
	}
	free(text);
}

void gateway_events_close(gateway_t *g)
{
	timer_stop(g->timers, &g->events_timer);
	if (events_next(g->events) > 1)
	{
		/* the next number is certain now */
		save(g, 0);
	}
	events_destroy(g->events);
}

void gateway_event(void *keeper, view_event_kind_t kind, const char *name,
				   const char *from, const char *to, const char *why)
{
	gateway_t *g = keeper;

	events_add(g->events, loop_wall(), kind, name, from, to, why);
	if (!timer_running(&g->events_timer))
	{
		timer_start(g->timers, &g->events_timer, g->now + SAVE_AFTER);
	}
}

/* -- lines of the log -------------------------------------------------------- */

static _Thread_local bool own_thread;

void gateway_lines_own(void)
{
	own_thread = true;
}

static void keep_line(void *user, log_level_t level, const char *line)
{
	gateway_t *g = user;

	lines_add(g->lines, loop_wall(), level, line);
	if (!own_thread)
	{
		queue_wake(g->queue);
	}
}

void gateway_lines_open(gateway_t *g)
{
	g->lines = lines_create();
	/* what charon's log is too small for, too */
	log_tap(keep_line, g, LOGL_INFO);
}

void gateway_lines_close(gateway_t *g)
{
	log_tap(NULL, NULL, LOGL_ERROR);
	lines_destroy(g->lines);
}

bool gateway_follow_wake(gateway_t *g)
{
	uint64_t event = events_next(g->events), line = lines_next(g->lines);

	if (!g->control || (event == g->followed_event && line == g->followed_line))
	{
		return false;
	}
	g->followed_event = event;
	g->followed_line = line;
	control_server_wake(g->control);
	return true;
}
