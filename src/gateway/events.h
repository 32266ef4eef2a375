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
/** those from a number on, oldest first, at most max; borrowed until the next
 * add. *lost: there were some before the first of them that are forgotten */
size_t events_since(const events_t *events, uint64_t since,
					const view_event_t **out, size_t max, bool *lost);
/** those of a name, a tunnel's and a neighbour's, oldest first, borrowed until
 * the next add; 0: none is known of the name */
size_t events_of(const events_t *events, const char *name,
				 const view_event_t *out[static EVENTS_OF_NAMES]);
/** all histories, a line an event */
void events_save(const events_t *events, text_t *out);
/** into one that is new; lines that are none are passed over */
void events_load(events_t *events, const char *text);

#endif
