/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What became of tunnels and neighbours: the last events of all, by number, for
 * whoever watches; and the last ones of each name, for its history, which goes
 * to a file as text and comes back from it. No clock, no file in here.
 */

#ifndef CYGNET_GATEWAY_EVENTS_H
#define CYGNET_GATEWAY_EVENTS_H

#include "base/text.h"
#include "control/view.h"

/** of all */
#define EVENTS_MAX 512
/** of one name, and names: beyond, who had nothing for longest is forgotten */
#define EVENTS_OF_NAME   16
#define EVENTS_NAMES_MAX 2048
/** of a name: as a tunnel and as a neighbour */
#define EVENTS_OF_NAMES (VIEW_EVENT_KINDS * EVENTS_OF_NAME)

typedef struct events_t events_t;

events_t *events_create(void);
void events_destroy(events_t *events);
/** copied, cut where too long, control characters become '?'; wall: of
 * view_event_t */
void events_add(events_t *events, uint64_t wall, view_event_kind_t kind,
				const char *name, const char *from, const char *to,
				const char *why);
/** the number that the next one will have */
uint64_t events_next(const events_t *events);
/** what somebody who goes on from a number has missed */
typedef struct events_lost_t
{
	uint64_t count;
	/** and others, nobody knows how many: those of the last moment of a gateway
	 * that did not end in order, or his number is of another count */
	bool more;
} events_lost_t;
/** the first event from a number on, borrowed until the next add, and *since is
 * behind it; NULL: there is none yet. lost grows by what is forgotten of those
 * that were before it */
const view_event_t *events_take(const events_t *events, uint64_t *since,
								events_lost_t *lost);
/** those of a name, a tunnel's and a neighbour's, oldest first, borrowed until
 * the next add; 0: none is known of the name */
size_t events_of(const events_t *events, const char *name,
				 const view_event_t *out[static EVENTS_OF_NAMES]);
/** of one that goes on: numbers that may be used before the next save, so that
 * who reads this takes none of them again */
#define EVENTS_RESERVE 128
/** all histories, a line an event; reserve: EVENTS_RESERVE, 0 at the end */
void events_save(const events_t *events, uint64_t reserve, text_t *out);
/** into one that is new; lines that are none are passed over */
void events_load(events_t *events, const char *text);

#endif
