/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Items of one size in chunks, named by 32-bit handles (never 0). Growing
 * copies nothing, so there is no pause at a million items, and a chunk that
 * empties is given back. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_POOL_H
#define CYGNET_BGP_POOL_H

#include "base/base.h"

typedef struct pool_chunk_t
{
	uint32_t live;
	/** first free slot + 1, linked through the slots; 0: none */
	uint32_t free;
	/** slots from here on were never used */
	uint32_t fresh;
	/** chunks with room, numbers + 1 */
	uint32_t prev, next;
	uint32_t pad;
	uint8_t items[];
} pool_chunk_t;

typedef struct pool_t
{
	pool_chunk_t **chunks;
	uint32_t n_chunks;
	uint32_t item_size;
	/** 1 << shift items a chunk */
	uint32_t shift;
	/** first chunk with room, number + 1 */
	uint32_t partial;
	/** an empty chunk that is kept, number + 1 */
	uint32_t spare;
	uint32_t live;
	uint32_t used_chunks;
} pool_t;

/** item_size: a multiple of 4; chunks of about chunk_bytes, one item at
 * least */
void pool_init(pool_t *pool, uint32_t item_size, uint32_t chunk_bytes);
void pool_deinit(pool_t *pool);
/** zeroed */
uint32_t pool_alloc(pool_t *pool);
void pool_free(pool_t *pool, uint32_t handle);
size_t pool_memory(const pool_t *pool);

/** handles in use are at most this */
static inline uint32_t pool_limit(const pool_t *pool)
{
	return pool->n_chunks << pool->shift;
}

static inline void *pool_at(const pool_t *pool, uint32_t handle)
{
	uint32_t i = handle - 1;

	return pool->chunks[i >> pool->shift]->items +
		   (size_t)(i & ((1u << pool->shift) - 1)) * pool->item_size;
}

/** for walks over all handles: NULL where nothing ever was; a free slot is
 * zero but for its first four bytes */
static inline void *pool_peek(const pool_t *pool, uint32_t handle)
{
	uint32_t i = handle - 1;

	if (i >> pool->shift >= pool->n_chunks || !pool->chunks[i >> pool->shift] ||
		(i & ((1u << pool->shift) - 1)) >=
			pool->chunks[i >> pool->shift]->fresh)
	{
		return NULL;
	}
	return pool_at(pool, handle);
}

#endif
