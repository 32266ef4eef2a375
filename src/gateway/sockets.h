/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * net_ops_t on real TCP sockets: listeners, dialling, connections, all
 * non-blocking and served by the loop.
 */

#ifndef CYGNET_GATEWAY_SOCKETS_H
#define CYGNET_GATEWAY_SOCKETS_H

#include "gateway/core.h"
#include "gateway/loop.h"

typedef struct sockets_t sockets_t;

extern const net_ops_t sockets_net_ops;

/** loop and timers are borrowed */
sockets_t *sockets_create(loop_t *loop, timers_t *timers);
/** after core_destroy */
void sockets_destroy(sockets_t *sockets);
/** the core that the connections belong to, borrowed; before the first turn */
void sockets_set_core(sockets_t *sockets, core_t *core);
/** reads what has come, a piece of each connection in turn, and tells the core;
 * until this time at most, but once. Call once a turn after the loop has
 * served. true: more waits */
bool sockets_read(sockets_t *sockets, usec_t now, usec_t until);
/** writes what waits and ends what is to end; call once a turn. true: more
 * can be written at once */
bool sockets_turn(sockets_t *sockets, usec_t now);
/** connections that are open */
size_t sockets_count(const sockets_t *sockets);

#endif
