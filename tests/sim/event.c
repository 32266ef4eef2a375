/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Events of the world that are called once, and the trace. Every traced line
 * and every note is hashed, so that two runs of a seed can be compared.
 */

#include "sim.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FNV_PRIME 0x100000001b3u

typedef struct event_t
{
	cyg_timer_t timer;
	sim_t *sim;
	sim_fn_t fn;
	void *user;
	uint64_t a;
	uint64_t b;
	bool adopted;
	struct event_t *next;
	struct event_t **link;
} event_t;

static event_t *events;

static void event_free(event_t *e)
{
	*e->link = e->next;
	if (e->next)
	{
		e->next->link = e->link;
	}
	free(e);
}

static void run(cyg_timer_t *timer, void *user, usec_t now)
{
	event_t *e = user;

	e->fn(e->sim, e->user, e->a, e->b);
	event_free(e);
}

static event_t *event_new(sim_t *sim, usec_t in, sim_fn_t fn, void *user,
						  uint64_t a, uint64_t b)
{
	event_t *e = mem_alloc(sizeof(*e));

	*e = (event_t){.sim = sim, .fn = fn, .user = user, .a = a, .b = b};
	e->next = events;
	e->link = &events;
	if (events)
	{
		events->link = &e->next;
	}
	events = e;
	timer_init(&e->timer, run, e);
	timer_start(sim->timers, &e->timer, sim->now + in);
	return e;
}

void sim_at(sim_t *sim, usec_t in, sim_fn_t fn, void *user, uint64_t a,
			uint64_t b)
{
	event_new(sim, in, fn, user, a, b);
}

void sim_give(sim_t *sim, usec_t in, sim_fn_t fn, void *user, uint64_t a,
			  uint64_t b)
{
	event_new(sim, in, fn, user, a, b)->adopted = true;
}

void sim_events_free(sim_t *sim)
{
	while (events)
	{
		timer_stop(sim->timers, &events->timer);
		if (events->adopted)
		{
			free(events->user);
		}
		event_free(events);
	}
}

void sim_note(sim_t *sim, uint64_t what)
{
	sim->hash = (sim->hash ^ what) * FNV_PRIME;
	sim->hash = (sim->hash ^ sim->now) * FNV_PRIME;
	sim->events++;
}

void sim_trace(sim_t *sim, const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	for (const char *c = line; *c; c++)
	{
		sim->hash = (sim->hash ^ (uint8_t)*c) * FNV_PRIME;
	}
	sim_note(sim, 0);
	if (sim->verbose)
	{
		printf("%10.6f %s\n", (double)sim->now / (double)SEC, line);
	}
}

void sim_fail(sim_t *sim, const char *fmt, ...)
{
	char line[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	sim_trace(sim, "FAILED: %s", line);
	if (!sim->failure[0])
	{
		snprintf(sim->failure, sizeof(sim->failure), "at %.3f s: %s",
				 (double)sim->now / (double)SEC, line);
	}
}

unsigned sim_random(sim_t *sim, unsigned bound)
{
	return (unsigned)prng_below(&sim->rng, bound);
}

bool sim_chance(sim_t *sim, unsigned percent)
{
	return sim_random(sim, 100) < percent;
}
