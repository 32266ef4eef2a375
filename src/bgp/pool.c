/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Chunks with room stand in a list and the first of it is filled, so that
 * the others can empty. One empty chunk is kept, or a table that goes up and
 * down at a chunk's border would allocate each time.
 */

#include "bgp/pool.h"

#include <stdlib.h>
#include <string.h>

void pool_init(pool_t *pool, uint32_t item_size, uint32_t chunk_bytes)
{
	uint32_t shift = 0;

	while (((size_t)item_size << (shift + 1)) <= chunk_bytes)
	{
		shift++;
	}
	*pool = (pool_t){.item_size = item_size, .shift = shift};
}

void pool_deinit(pool_t *pool)
{
	for (uint32_t i = 0; i < pool->n_chunks; i++)
	{
		free(pool->chunks[i]);
	}
	free(pool->chunks);
	*pool = (pool_t){0};
}

static uint8_t *slot(const pool_t *pool, pool_chunk_t *chunk, uint32_t i)
{
	return chunk->items + (size_t)i * pool->item_size;
}

static void link_partial(pool_t *pool, uint32_t number)
{
	pool_chunk_t *chunk = pool->chunks[number];

	chunk->prev = 0;
	chunk->next = pool->partial;
	if (chunk->next)
	{
		pool->chunks[chunk->next - 1]->prev = number + 1;
	}
	pool->partial = number + 1;
}

static void unlink_partial(pool_t *pool, uint32_t number)
{
	pool_chunk_t *chunk = pool->chunks[number];

	if (chunk->prev)
	{
		pool->chunks[chunk->prev - 1]->next = chunk->next;
	}
	else
	{
		pool->partial = chunk->next;
	}
	if (chunk->next)
	{
		pool->chunks[chunk->next - 1]->prev = chunk->prev;
	}
}

static void chunk_add(pool_t *pool)
{
	uint32_t number = 0;

	while (number < pool->n_chunks && pool->chunks[number])
	{
		number++;
	}
	if (number == pool->n_chunks)
	{
		if ((number & (number - 1)) == 0)
		{
			pool->chunks = mem_resize(pool->chunks, number ? number * 2 : 1,
									  sizeof(*pool->chunks));
		}
		pool->n_chunks++;
	}
	/* not zeroed at once: memory that no item uses stays untouched */
	pool->chunks[number] = mem_resize(
		NULL, 1,
		sizeof(pool_chunk_t) + ((size_t)pool->item_size << pool->shift));
	memset(pool->chunks[number], 0, sizeof(pool_chunk_t));
	pool->used_chunks++;
	link_partial(pool, number);
}

uint32_t pool_alloc(pool_t *pool)
{
	pool_chunk_t *chunk;
	uint32_t number, i;

	if (!pool->partial)
	{
		chunk_add(pool);
	}
	number = pool->partial - 1;
	chunk = pool->chunks[number];
	if (pool->spare == number + 1)
	{
		pool->spare = 0;
	}
	if (chunk->free)
	{
		i = chunk->free - 1;
		memcpy(&chunk->free, slot(pool, chunk, i), sizeof(chunk->free));
	}
	else
	{
		i = chunk->fresh++;
	}
	chunk->live++;
	pool->live++;
	memset(slot(pool, chunk, i), 0, pool->item_size);
	if (chunk->live == 1u << pool->shift)
	{
		unlink_partial(pool, number);
	}
	return (number << pool->shift) + i + 1;
}

void pool_free(pool_t *pool, uint32_t handle)
{
	uint32_t number = (handle - 1) >> pool->shift;
	uint32_t i = (handle - 1) & ((1u << pool->shift) - 1);
	pool_chunk_t *chunk = pool->chunks[number];
	uint8_t *item = slot(pool, chunk, i);

	memset(item, 0, pool->item_size);
	memcpy(item, &chunk->free, sizeof(chunk->free));
	chunk->free = i + 1;
	if (chunk->live == 1u << pool->shift)
	{
		link_partial(pool, number);
	}
	chunk->live--;
	pool->live--;
	if (chunk->live)
	{
		return;
	}
	if (!pool->spare)
	{
		pool->spare = number + 1;
		return;
	}
	unlink_partial(pool, number);
	free(chunk);
	pool->chunks[number] = NULL;
	pool->used_chunks--;
	while (pool->n_chunks && !pool->chunks[pool->n_chunks - 1])
	{
		pool->n_chunks--;
	}
}

size_t pool_memory(const pool_t *pool)
{
	return (sizeof(pool_chunk_t) + ((size_t)pool->item_size << pool->shift)) *
			   pool->used_chunks +
		   pool->n_chunks * sizeof(*pool->chunks);
}
