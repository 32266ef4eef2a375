/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * datagram_ops_t on real sockets, non-blocking and served by the loop.
 */

#ifndef CYGNET_GATEWAY_DATAGRAMS_H
#define CYGNET_GATEWAY_DATAGRAMS_H

#include "gateway/datagram.h"
#include "gateway/loop.h"

typedef struct datagrams_t datagrams_t;

extern const datagram_ops_t datagrams_ops;

/** loop is borrowed */
datagrams_t *datagrams_create(loop_t *loop);
/** after all are closed */
void datagrams_destroy(datagrams_t *datagrams);

#endif
