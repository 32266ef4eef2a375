/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The supervisor of one connection: as long as it is wanted and has no SA it
 * asks for an initiation, at times that grow further apart and are jittered,
 * for ever: also after an error answer, after which charon does not try again.
 * It asks only; who initiates leaves alone what is under way already.
 */

#ifndef CYGNET_TUNNEL_SUPERVISOR_H
#define CYGNET_TUNNEL_SUPERVISOR_H

#include "base/base.h"
#include "base/timer.h"

/** first wait after a loss, or after the connection was loaded: charon's own
 * start, close and DPD actions have the first word */
#define SUPERVISOR_WAIT_MIN (500 * USEC_PER_MSEC)
/** waits double up to this one, if no other is set */
#define SUPERVISOR_WAIT_MAX (60 * USEC_PER_SEC)
/** an SA that stood this long ends the growing: only tries in vain, and SAs
 * that end as soon as they are made, are spaced out */
#define SUPERVISOR_STABLE (5 * USEC_PER_SEC)

typedef struct supervisor_t supervisor_t;

/** initiate the connection; from within the timer */
typedef void (*supervisor_fn_t)(void *user);

/** timers is borrowed; nothing is asked for before supervisor_update */
supervisor_t *supervisor_create(timers_t *timers, supervisor_fn_t fn,
								void *user, uint64_t seed);
void supervisor_destroy(supervisor_t *supervisor);
/** waits double up to max, at least SUPERVISOR_WAIT_MIN; one that is longer
 * begins anew */
void supervisor_set_max(supervisor_t *supervisor, usec_t max, usec_t now);
/** how things are: wanted: loaded, and ours to initiate; up: an SA counts.
 * Call it as often as you like */
void supervisor_update(supervisor_t *supervisor, bool wanted, bool up,
					   usec_t now);

typedef struct supervisor_info_t
{
	/** moment of the next try, USEC_NEVER: none is due */
	usec_t next;
	/** since an SA was last stable */
	uint32_t tries;
} supervisor_info_t;

void supervisor_info(const supervisor_t *supervisor, supervisor_info_t *info);

#endif
