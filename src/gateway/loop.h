/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Descriptors and the clock: the only place that reads one. Watchers are
 * embedded in their owners.
 */

#ifndef CYGNET_GATEWAY_LOOP_H
#define CYGNET_GATEWAY_LOOP_H

#include "base/base.h"

typedef struct loop_t loop_t;
typedef struct loop_watch_t loop_watch_t;

typedef void (*loop_fn_t)(void *user, bool readable, bool writable, usec_t now);

struct loop_watch_t
{
	int fd;
	loop_fn_t fn;
	void *user;
	bool in;
	bool out;
};

/** NULL: no descriptor could be had (errno) */
loop_t *loop_create(void);
void loop_destroy(loop_t *loop);
/** monotonic now, never 0 */
usec_t loop_now(void);
/** processor time of the calling thread */
usec_t loop_cpu(void);
/** wall clock, microseconds since 1970 */
uint64_t loop_wall(void);
/** starts watching; 0 or -errno */
int loop_add(loop_t *loop, loop_watch_t *watch, int fd, loop_fn_t fn,
			 void *user, bool in, bool out);
/** the same, for what others are interrupted for; only to be read from */
int loop_add_urgent(loop_t *loop, loop_watch_t *watch, int fd, loop_fn_t fn,
					void *user);
/** one of the urgent is ready: a cheap question, for between two slices */
bool loop_urgent_ready(const loop_t *loop);
void loop_change(loop_t *loop, loop_watch_t *watch, bool in, bool out);
/** before the descriptor is closed; safe from any callback */
void loop_remove(loop_t *loop, loop_watch_t *watch);
/** waits until something is ready or the moment `until` has come (a past one:
 * does not wait); serves nothing */
void loop_wait(loop_t *loop, usec_t until);
/** calls the watchers that were ready */
void loop_serve(loop_t *loop, usec_t now);

#endif
