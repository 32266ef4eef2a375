/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Queue of 32-bit numbers in blocks that are freed as they empty: at a full
 * table's load it holds a million for a moment, and nothing afterwards.
 * Whoever queues keeps a mark on the thing itself, so that nothing stands in
 * it twice. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_FIFO_H
#define CYGNET_BGP_FIFO_H

#include "base/base.h"

typedef struct fifo_block_t fifo_block_t;

/** all zero: empty */
typedef struct fifo_t
{
	fifo_block_t *first;
	fifo_block_t *last;
	/** next to be taken of the first block, next to be filled of the last */
	uint32_t out;
	uint32_t in;
	size_t count;
} fifo_t;

void fifo_push(fifo_t *fifo, uint32_t value);
/** 0: empty */
uint32_t fifo_pop(fifo_t *fifo);
/** the oldest that lie together, without taking them; *n: how many */
const uint32_t *fifo_peek(const fifo_t *fifo, size_t *n);
void fifo_deinit(fifo_t *fifo);
size_t fifo_memory(const fifo_t *fifo);

#endif
