/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Packets that have to leave in time whatever the gateway's thread does. One
 * call of the kernel's can take longer than a BFD peer waits: IPv4's table of
 * routes is resized within the one request that makes it too full (seen with
 * 300,000 routes: 0.3 s). So the last packet of each session is kept here, and
 * a thread of its own sends it again when the next one is late, for BEAT_MAX at
 * most: a gateway that hangs is not alive.
 */

#ifndef CYGNET_GATEWAY_BEAT_H
#define CYGNET_GATEWAY_BEAT_H

#include "base/base.h"

/** after the last packet of the gateway's own */
#define BEAT_MAX (2 * USEC_PER_SEC)
/** how much later than it should be one is late */
#define BEAT_SLACK (4 * USEC_PER_MSEC)
/** bytes of a packet */
#define BEAT_PACKET_MAX 64

typedef struct beats_t beats_t;
/** one session's */
typedef struct beat_t beat_t;

beats_t *beats_create(void);
/** the beats are stopped by then */
void beats_destroy(beats_t *beats);
/** begins the thread; false: there is none, and nothing is repeated */
bool beats_start(beats_t *beats);

/** fd is borrowed, and used until beat_stop has returned */
beat_t *beat_create(beats_t *beats, int fd);
void beat_stop(beats_t *beats, beat_t *beat);
/** this was sent now (copied); after `again` without a later one it is sent
 * once more, and so on. USEC_NEVER: not any more */
void beat_set(beats_t *beats, beat_t *beat, const uint8_t *data, size_t len,
			  usec_t again, usec_t now);

/** one look of the thread's, for tests, whose time is their own: sends what is
 * late; the moment of the next look, USEC_NEVER: none */
usec_t beats_run(beats_t *beats, usec_t now);

#endif
