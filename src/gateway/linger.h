/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * TCP connections that are over for us and may still have something for the
 * other side: closed only when it has had the time to read it.
 */

#ifndef CYGNET_GATEWAY_LINGER_H
#define CYGNET_GATEWAY_LINGER_H

#include "gateway/loop.h"

#include "base/timer.h"

/** so many at once; one more is closed at once */
#define LINGERS_MAX 64
/** until the other side has to be done */
#define LINGER_TIME (2 * USEC_PER_SEC)

typedef struct lingers_t lingers_t;

/** loop and timers are borrowed */
lingers_t *lingers_create(loop_t *loop, timers_t *timers);
/** closes all at once */
void lingers_destroy(lingers_t *lingers);
/** takes over a non-blocking, connected socket that the loop does not watch */
void lingers_add(lingers_t *lingers, int fd, usec_t now);
size_t lingers_count(const lingers_t *lingers);

#endif
