/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The chunked pool and the queue of numbers, beside plain arrays.
 */

#include "unit/bgp/suites.h"

#include "bgp/fifo.h"
#include "bgp/pool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ITEMS 500

START_TEST(test_pool_random)
{
	static uint32_t handles[ITEMS], marks[ITEMS];
	pool_t pool;
	prng_t rng;

	prng_seed(&rng, 5);
	pool_init(&pool, 12, 128);
	for (unsigned step = 0; step < 20000; step++)
	{
		unsigned i = (unsigned)prng_below(&rng, ITEMS);
		uint32_t *item;

		if (handles[i])
		{
			item = pool_at(&pool, handles[i]);
			ck_assert_uint_eq(item[2], marks[i]);
			ck_assert_ptr_eq(pool_peek(&pool, handles[i]), item);
			pool_free(&pool, handles[i]);
			item = pool_peek(&pool, handles[i]);
			ck_assert(!item || item[2] == 0);
			handles[i] = 0;
			continue;
		}
		handles[i] = pool_alloc(&pool);
		ck_assert_uint_ne(handles[i], 0);
		ck_assert_uint_le(handles[i], pool_limit(&pool));
		item = pool_at(&pool, handles[i]);
		ck_assert(!item[0] && !item[1] && !item[2]);
		marks[i] = step + 1;
		item[2] = marks[i];
	}
	pool_deinit(&pool);
}
END_TEST

/** eight items a chunk: what empties is given back, but for one that is kept */
START_TEST(test_pool_gives_back)
{
	uint32_t handles[64];
	pool_t pool;

	pool_init(&pool, 16, 128);
	ck_assert_ptr_null(pool_peek(&pool, 1));
	for (unsigned round = 0; round < 3; round++)
	{
		for (unsigned i = 0; i < 64; i++)
		{
			handles[i] = pool_alloc(&pool);
		}
		ck_assert_uint_eq(pool.used_chunks, 8);
		ck_assert_uint_eq(pool_limit(&pool), 64);
		for (unsigned i = 0; i < 64; i++)
		{
			pool_free(&pool, handles[i]);
		}
		ck_assert_uint_eq(pool.used_chunks, 1);
		ck_assert_uint_eq(pool.live, 0);
	}
	/* the one that is kept is kept again after use */
	handles[0] = pool_alloc(&pool);
	ck_assert_uint_eq(pool.spare, 0);
	pool_free(&pool, handles[0]);
	ck_assert_uint_eq(pool.used_chunks, 1);
	ck_assert_uint_ne(pool.spare, 0);
	pool_deinit(&pool);
}
END_TEST

/** KiB of the process's memory that are there */
static long resident(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	long all, there;

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(fscanf(file, "%ld %ld", &all, &there), 2);
	fclose(file);
	return there * (sysconf(_SC_PAGESIZE) / 1024);
}

/** large chunks are back with the system though others stand beside them */
START_TEST(test_pool_pages)
{
	static uint32_t handles[1 << 18];
	void *beside[64];
	unsigned wrong = 0;
	pool_t pool;
	long full;

	pool_init(&pool, 64, 65536);
	for (unsigned i = 0; i < countof(handles); i++)
	{
		handles[i] = pool_alloc(&pool);
		*(uint32_t *)pool_at(&pool, handles[i]) = i;
		if (i % (countof(handles) / countof(beside)) == 0)
		{
			beside[i / (countof(handles) / countof(beside))] = mem_alloc(2000);
		}
	}
	full = resident();
	for (unsigned i = 0; i < countof(handles); i++)
	{
		wrong += *(uint32_t *)pool_at(&pool, handles[i]) != i;
		pool_free(&pool, handles[i]);
	}
	ck_assert_uint_eq(wrong, 0);
	/* of 16 MiB */
	ck_assert_int_ge(full - resident(), 12 * 1024);
	for (unsigned i = 0; i < countof(beside); i++)
	{
		free(beside[i]);
	}
	pool_deinit(&pool);
}
END_TEST

START_TEST(test_pool_large_items)
{
	pool_t pool;
	uint32_t a, b;

	/* larger than a chunk is to be: one a chunk */
	pool_init(&pool, 400, 128);
	a = pool_alloc(&pool);
	b = pool_alloc(&pool);
	memset(pool_at(&pool, a), 1, 400);
	memset(pool_at(&pool, b), 2, 400);
	ck_assert_uint_eq(*(uint8_t *)pool_at(&pool, a), 1);
	ck_assert_uint_eq(pool.used_chunks, 2);
	pool_free(&pool, a);
	ck_assert_uint_eq(pool_alloc(&pool), a);
	pool_deinit(&pool);
}
END_TEST

START_TEST(test_fifo)
{
	uint32_t in = 1, out = 1;
	fifo_t fifo = {0};
	size_t none = 1;
	prng_t rng;
	size_t full;

	prng_seed(&rng, 6);
	ck_assert_uint_eq(fifo_pop(&fifo), 0);
	ck_assert_ptr_null(fifo_peek(&fifo, &none));
	ck_assert_uint_eq(none, 0);
	for (unsigned round = 0; round < 200; round++)
	{
		for (uint64_t n = prng_below(&rng, 3000); n; n--)
		{
			fifo_push(&fifo, in++);
		}
		for (uint64_t n = prng_below(&rng, 3500); n && out < in; n--)
		{
			size_t ahead;
			const uint32_t *next = fifo_peek(&fifo, &ahead);

			ck_assert(ahead > 0 && ahead <= fifo.count);
			ck_assert_uint_eq(next[0], out);
			ck_assert_uint_eq(next[ahead - 1], out + ahead - 1);
			ck_assert_uint_eq(fifo_pop(&fifo), out++);
		}
		ck_assert_uint_eq(fifo.count, in - out);
	}
	for (unsigned i = 0; i < 10000; i++)
	{
		fifo_push(&fifo, in++);
	}
	full = fifo_memory(&fifo);
	while (out < in)
	{
		ck_assert_uint_eq(fifo_pop(&fifo), out++);
	}
	ck_assert_uint_eq(fifo_pop(&fifo), 0);
	ck_assert_uint_lt(fifo_memory(&fifo), full / 8);
	fifo_push(&fifo, 7);
	ck_assert_uint_eq(fifo_pop(&fifo), 7);
	fifo_deinit(&fifo);
}
END_TEST

Suite *pool_suite(void)
{
	Suite *suite = suite_create("pool");

	unit_add(suite, "random", test_pool_random);
	unit_add(suite, "gives back", test_pool_gives_back);
	unit_add(suite, "pages", test_pool_pages);
	unit_add(suite, "large items", test_pool_large_items);
	unit_add(suite, "fifo", test_fifo);
	return suite;
}
