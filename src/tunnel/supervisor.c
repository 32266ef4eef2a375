/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One timer: it runs while the connection is wanted and down.
 */

#include "tunnel/supervisor.h"

#include <stdlib.h>

struct supervisor_t
{
	timers_t *timers;
	cyg_timer_t timer;
	supervisor_fn_t fn;
	void *user;
	prng_t rng;
	usec_t max;
	/** since when an SA counts, 0: none does */
	usec_t up_since;
	uint32_t tries;
};

/** 75 to 100 percent of the wait: gateways that lost the same far side do not
 * come back to it all at once */
static void wait_for(supervisor_t *s, usec_t now)
{
	usec_t wait = SUPERVISOR_WAIT_MIN;

	for (uint32_t i = 0; i < s->tries && wait < s->max; i++)
	{
		wait *= 2;
	}
	if (wait > s->max)
	{
		wait = s->max;
	}
	timer_start(s->timers, &s->timer,
				now + wait - prng_below(&s->rng, wait / 4 + 1));
}

static void due(cyg_timer_t *timer, void *user, usec_t now)
{
	supervisor_t *s = user;

	if (s->tries < UINT32_MAX)
	{
		s->tries++;
	}
	wait_for(s, now);
	s->fn(s->user);
}

supervisor_t *supervisor_create(timers_t *timers, supervisor_fn_t fn,
								void *user, uint64_t seed)
{
	supervisor_t *s = mem_alloc(sizeof(*s));

	s->timers = timers;
	s->fn = fn;
	s->user = user;
	s->max = SUPERVISOR_WAIT_MAX;
	prng_seed(&s->rng, seed);
	timer_init(&s->timer, due, s);
	return s;
}

void supervisor_destroy(supervisor_t *supervisor)
{
	if (supervisor)
	{
		timer_stop(supervisor->timers, &supervisor->timer);
		free(supervisor);
	}
}

void supervisor_set_max(supervisor_t *supervisor, usec_t max, usec_t now)
{
	supervisor_t *s = supervisor;

	s->max = max;
	if (timer_running(&s->timer) && s->timer.at > now + max)
	{
		wait_for(s, now);
	}
}

void supervisor_update(supervisor_t *supervisor, bool wanted, bool up,
					   usec_t now)
{
	supervisor_t *s = supervisor;

	if (up)
	{
		s->up_since = s->up_since ? s->up_since : now;
		timer_stop(s->timers, &s->timer);
		return;
	}
	if (s->up_since && now - s->up_since >= SUPERVISOR_STABLE)
	{
		s->tries = 0;
	}
	s->up_since = 0;
	if (!wanted)
	{
		s->tries = 0;
		timer_stop(s->timers, &s->timer);
	}
	else if (!timer_running(&s->timer))
	{
		wait_for(s, now);
	}
}

void supervisor_info(const supervisor_t *supervisor, supervisor_info_t *info)
{
	info->next = supervisor->timer.at;
	info->tries = supervisor->tries;
}
