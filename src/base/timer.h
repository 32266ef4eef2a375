/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Timers in a heap. A timer_t is embedded in its owner, which must stop it
 * before it is freed. Nothing here reads a clock.
 */

#ifndef CYGNET_TIMER_H
#define CYGNET_TIMER_H

#include "base/base.h"

typedef struct timers_t timers_t;
typedef struct cyg_timer_t cyg_timer_t;

/** runs once at or after its time; may start it, or any other, again */
typedef void (*timer_fn_t)(cyg_timer_t *timer, void *user, usec_t now);

struct cyg_timer_t
{
	timer_fn_t fn;
	/** borrowed, given back to fn */
	void *user;
	/** moment of running, USEC_NEVER when stopped */
	usec_t at;
	/** place in the heap, SIZE_MAX when not in it */
	size_t index;
};

timers_t *timers_create(void);
/** stops every timer; the timers themselves are their owners' */
void timers_destroy(timers_t *timers);
void timer_init(cyg_timer_t *timer, timer_fn_t fn, void *user);
/** (re)starts; at may be in the past */
void timer_start(timers_t *timers, cyg_timer_t *timer, usec_t at);
void timer_stop(timers_t *timers, cyg_timer_t *timer);
bool timer_running(const cyg_timer_t *timer);
/** the earliest moment, or USEC_NEVER */
usec_t timers_next(const timers_t *timers);
/** runs what is due, earliest first (equal: in order of start); returns how
 * many ran. A timer that is started anew for a moment <= now waits for the
 * next call, so that this one ends. */
unsigned timers_run(timers_t *timers, usec_t now);

#endif
