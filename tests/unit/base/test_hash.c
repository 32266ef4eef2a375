/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The hash beside another implementation's values (CPython 3.11 with
 * PYTHONHASHSEED=0 hashes bytes by SipHash-1-3 with a key of zeros), and the
 * table beside a plain array.
 */

#include "unit/base/suites.h"

#include "base/hash.h"

#include <string.h>

START_TEST(test_vectors)
{
	uint8_t bytes[64];

	for (size_t i = 0; i < sizeof(bytes); i++)
	{
		bytes[i] = (uint8_t)i;
	}
	ck_assert_uint_eq(hash_bytes("a", 1, 0), 0xb89b1813);
	ck_assert_uint_eq(hash_bytes("1234567", 7, 0), 0x94fdae81);
	ck_assert_uint_eq(hash_bytes("12345678", 8, 0), 0x30560a87);
	ck_assert_uint_eq(hash_bytes("123456789", 9, 0), 0x07965fcf);
	ck_assert_uint_eq(hash_bytes(bytes, sizeof(bytes), 0), 0xbbc870c6);
}
END_TEST

START_TEST(test_bytes)
{
	char text[] = "_the same bytes";

	ck_assert_uint_eq(hash_bytes(NULL, 0, 5), hash_bytes("", 0, 5));
	ck_assert_uint_eq(hash_bytes(text + 1, 14, 5),
					  hash_bytes("the same bytes", 14, 5));
	ck_assert_uint_ne(hash_bytes("ab", 2, 5), hash_bytes("ab", 2, 6));
	ck_assert_uint_ne(hash_bytes("ab", 2, 5), hash_bytes("ab", 3, 5));
	ck_assert_uint_ne(hash_bytes("ab", 2, 5), hash_bytes("ba", 2, 5));
}
END_TEST

START_TEST(test_spread)
{
	unsigned counts[256] = {0};

	for (uint32_t i = 0; i < 256 * 256; i++)
	{
		counts[hash_bytes(&i, sizeof(i), 1) & 255]++;
	}
	for (size_t i = 0; i < countof(counts); i++)
	{ /* 256 wanted, 16 is one standard deviation */
		ck_assert_uint_ge(counts[i], 256 - 5 * 16);
		ck_assert_uint_le(counts[i], 256 + 5 * 16);
	}
}
END_TEST

typedef struct item_t
{
	int before;
	hash_node_t node;
	uint32_t key;
	bool in;
	bool seen;
} item_t;

/** few different hashes, so that chains with several keys are common */
static uint32_t hash_of(uint32_t key)
{
	return hash_bytes(&key, sizeof(key), 0) & 0xf00000ff;
}

static item_t *find(const hash_t *h, uint32_t key)
{
	hash_node_t *node;

	for (node = hash_find(h, hash_of(key)); node; node = hash_find_next(node))
	{
		item_t *item = container_of(node, item_t, node);

		ck_assert_uint_eq(node->hash, hash_of(key));
		if (item->key == key)
		{
			return item;
		}
	}
	return NULL;
}

#define ITEMS 2000

static size_t see_all(const hash_t *h)
{
	size_t count = 0;

	for (hash_node_t *node = hash_next(h, NULL); node;
		 node = hash_next(h, node))
	{
		item_t *item = container_of(node, item_t, node);

		ck_assert(!item->seen);
		ck_assert(item->in);
		item->seen = true;
		count++;
	}
	return count;
}

START_TEST(test_table)
{
	item_t *items = mem_array(ITEMS, sizeof(*items));
	size_t count = 0;
	prng_t rng;
	hash_t h;

	prng_seed(&rng, 1);
	hash_init(&h);
	ck_assert_ptr_null(hash_next(&h, NULL));
	for (uint32_t i = 0; i < ITEMS; i++)
	{
		items[i].key = i;
	}
	for (unsigned n = 0; n < 20 * ITEMS; n++)
	{
		item_t *item = &items[prng_below(&rng, ITEMS)];

		if (item->in)
		{
			hash_remove(&h, &item->node);
			/* one that is not there */
			hash_remove(&h, &item->node);
			count--;
		}
		else
		{
			hash_insert(&h, &item->node, hash_of(item->key));
			count++;
		}
		item->in = !item->in;
		item = &items[prng_below(&rng, ITEMS)];
		ck_assert_ptr_eq(find(&h, item->key), item->in ? item : NULL);
		ck_assert_uint_eq(h.count, count);
	}
	ck_assert_uint_ge(count, ITEMS / 4);
	ck_assert_uint_eq(see_all(&h), count);
	hash_deinit(&h);
	ck_assert_uint_eq(h.count, 0);
	free(items);
}
END_TEST

START_TEST(test_grows)
{
	item_t *items = mem_array(ITEMS, sizeof(*items));
	hash_t h;

	hash_init(&h);
	for (uint32_t i = 0; i < ITEMS; i++)
	{
		items[i].key = i;
		hash_insert(&h, &items[i].node, hash_bytes(&i, sizeof(i), 0));
		ck_assert_uint_ge(h.size, h.count);
		ck_assert_uint_eq(h.size & (h.size - 1), 0);
	}
	ck_assert_uint_le(h.size, 2 * ITEMS);
	hash_deinit(&h);
	free(items);
}
END_TEST

Suite *hash_suite(void)
{
	Suite *suite = suite_create("hash");

	unit_add(suite, "vectors", test_vectors);
	unit_add(suite, "bytes", test_bytes);
	unit_add(suite, "spread", test_spread);
	unit_add(suite, "table", test_table);
	unit_add(suite, "grows", test_grows);
	return suite;
}
