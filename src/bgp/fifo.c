/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Blocks of 4 KiB in a chain; the last one is kept while it is the only one,
 * so that a queue that holds one thing at a time allocates once.
 */

#include "bgp/fifo.h"

#include <stdlib.h>

#define BLOCK_ITEMS 1020

struct fifo_block_t
{
	fifo_block_t *next;
	uint32_t items[BLOCK_ITEMS];
};

void fifo_push(fifo_t *fifo, uint32_t value)
{
	if (!fifo->last || fifo->in == BLOCK_ITEMS)
	{
		fifo_block_t *block = mem_alloc(sizeof(*block));

		if (fifo->last)
		{
			fifo->last->next = block;
		}
		else
		{
			fifo->first = block;
			fifo->out = 0;
		}
		fifo->last = block;
		fifo->in = 0;
	}
	fifo->last->items[fifo->in++] = value;
	fifo->count++;
}

uint32_t fifo_pop(fifo_t *fifo)
{
	uint32_t value;

	if (!fifo->count)
	{
		return 0;
	}
	if (fifo->out == BLOCK_ITEMS)
	{
		fifo_block_t *empty = fifo->first;

		fifo->first = empty->next;
		fifo->out = 0;
		free(empty);
	}
	value = fifo->first->items[fifo->out++];
	if (--fifo->count == 0)
	{
		fifo->in = 0;
		fifo->out = 0;
	}
	return value;
}

const uint32_t *fifo_peek(const fifo_t *fifo, size_t *n)
{
	const fifo_block_t *block = fifo->first;
	uint32_t out = fifo->out;

	*n = 0;
	if (!fifo->count)
	{
		return NULL;
	}
	if (out == BLOCK_ITEMS)
	{
		block = block->next;
		out = 0;
	}
	*n = (block == fifo->last ? fifo->in : BLOCK_ITEMS) - out;
	return &block->items[out];
}

void fifo_deinit(fifo_t *fifo)
{
	while (fifo->first)
	{
		fifo_block_t *next = fifo->first->next;

		free(fifo->first);
		fifo->first = next;
	}
	*fifo = (fifo_t){0};
}

size_t fifo_memory(const fifo_t *fifo)
{
	return (fifo->count / BLOCK_ITEMS + (fifo->first != NULL)) *
		   sizeof(fifo_block_t);
}
