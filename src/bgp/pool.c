/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Chunks with room stand in a list and the first of it is filled, so that
 * the others can empty. One empty chunk is kept, or a table that goes up and
 * down at a chunk's border would allocate each time.
 *
 * Large chunks are pages of their own: a table that was withdrawn is then back
 * with the system chunk by chunk, whatever stands beside it in the heap, and
 * no one call has all of it to give back.
 */

#include "bgp/pool.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/** bytes from which on a chunk has pages of its own */
#define MAPPED_FROM 32768u

void pool_init(pool_t *pool, uint32_t item_size, uint32_t chunk_bytes)
{
	uint32_t shift = 0;

	while (((size_t)item_size << (shift + 1)) <= chunk_bytes)
	{
		shift++;
	}
	*pool = (pool_t){.item_size = item_size, .shift = shift};
}

static size_t chunk_size(const pool_t *pool)
{
	return sizeof(pool_chunk_t) + ((size_t)pool->item_size << pool->shift);
}

/** not zeroed at once: memory that no item uses stays untouched */
static pool_chunk_t *chunk_new(const pool_t *pool)
{
	size_t size = chunk_size(pool);
	pool_chunk_t *chunk;

	if (size < MAPPED_FROM)
	{
		chunk = mem_resize(NULL, 1, size);
		memset(chunk, 0, sizeof(*chunk));
		return chunk;
	}
	chunk = mmap(NULL, size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (chunk == MAP_FAILED)
	{
		/* as of all memory that is not there */
		abort();
	}
	return chunk;
}

static void chunk_free(const pool_t *pool, pool_chunk_t *chunk)
{
	size_t size = chunk_size(pool);

	if (chunk && size >= MAPPED_FROM)
	{
		munmap(chunk, size);
		return;
	}
	free(chunk);
}

void pool_deinit(pool_t *pool)
{
	for (uint32_t i = 0; i < pool->n_chunks; i++)
	{
		chunk_free(pool, pool->chunks[i]);
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
	pool->chunks[number] = chunk_new(pool);
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
	chunk_free(pool, chunk);
	pool->chunks[number] = NULL;
	pool->used_chunks--;
	while (pool->n_chunks && !pool->chunks[pool->n_chunks - 1])
	{
		pool->n_chunks--;
	}
}

size_t pool_memory(const pool_t *pool)
{
	return chunk_size(pool) * pool->used_chunks +
		   pool->n_chunks * sizeof(*pool->chunks);
}
