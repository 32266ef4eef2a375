/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Facts on their way from charon's threads to the gateway's. Posting takes a
 * mutex that is held for a copy alone, and wakes the reader by an eventfd.
 */

#ifndef CYGNET_GATEWAY_QUEUE_H
#define CYGNET_GATEWAY_QUEUE_H

#include "gateway/gateway.h"

typedef struct queue_t queue_t;

/** NULL: no eventfd could be had (errno) */
queue_t *queue_create(void);
void queue_destroy(queue_t *queue);
/** readable when something waits */
int queue_fd(const queue_t *queue);
/** any thread; false: GATEWAY_QUEUE_MAX wait already, the fact is dropped */
bool queue_post(queue_t *queue, const fact_t *fact);
/** any thread: wakes the reader without a fact */
void queue_wake(queue_t *queue);
/** takes the oldest; false: none */
bool queue_take(queue_t *queue, fact_t *out);
/** makes the descriptor quiet; call before the queue_takes */
void queue_clear(queue_t *queue);

#endif
