/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Hash table with chaining.
 *
 * The hash is SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast
 * short-input PRF", 2012), written from the paper, cut to its low 32 bits,
 * with the seed as the key's first half and zeros as the second. A peer chooses
 * many of the keys (path attributes), so a hash whose collisions can be
 * computed without the seed would let it slow us down.
 */

#include "base/hash.h"

#include <stdlib.h>

#define HASH_SIZE_MIN 16

void hash_init(hash_t *h)
{
	*h = (hash_t){
		.buckets = mem_array(HASH_SIZE_MIN, sizeof(hash_node_t *)),
		.size = HASH_SIZE_MIN,
	};
}

void hash_deinit(hash_t *h)
{
	free(h->buckets);
	*h = (hash_t){0};
}

static uint64_t rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32);
	v[2] += v[1];
	v[0] += v[3];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

/** len <= 8 bytes, least significant first on every machine */
static uint64_t load(const uint8_t *p, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
	{
		v |= (uint64_t)p[i] << (8 * i);
	}
	return v;
}

uint32_t hash_bytes(const void *data, size_t len, uint32_t seed)
{
	const uint8_t *p = data;
	uint64_t v[4] = {
		0x736f6d6570736575 ^ seed,
		0x646f72616e646f6d,
		0x6c7967656e657261 ^ seed,
		0x7465646279746573,
	};
	uint64_t m;
	size_t i;

	for (i = 0; len - i >= 8; i += 8)
	{
		m = load(&p[i], 8);
		v[3] ^= m;
		sip_round(v);
		v[0] ^= m;
	}
	m = (uint64_t)len << 56;
	if (i < len)
	{
		m |= load(&p[i], len - i);
	}
	v[3] ^= m;
	sip_round(v);
	v[0] ^= m;
	v[2] ^= 0xff;
	sip_round(v);
	sip_round(v);
	sip_round(v);
	return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

static hash_node_t **bucket(const hash_t *h, uint32_t hash)
{
	return &h->buckets[hash & (h->size - 1)];
}

static void grow(hash_t *h)
{
	hash_t bigger = {
		.buckets = mem_array((size_t)h->size * 2, sizeof(hash_node_t *)),
		.size = h->size * 2,
		.count = h->count,
	};

	for (uint32_t i = 0; i < h->size; i++)
	{
		hash_node_t *node = h->buckets[i];

		while (node)
		{
			hash_node_t *next = node->next;
			hash_node_t **place = bucket(&bigger, node->hash);

			node->next = *place;
			*place = node;
			node = next;
		}
	}
	free(h->buckets);
	*h = bigger;
}

void hash_insert(hash_t *h, hash_node_t *node, uint32_t hash)
{
	hash_node_t **place;

	if (h->count >= h->size && h->size <= UINT32_MAX / 4)
	{
		grow(h);
	}
	place = bucket(h, hash);
	node->hash = hash;
	node->next = *place;
	*place = node;
	h->count++;
}

void hash_remove(hash_t *h, hash_node_t *node)
{
	hash_node_t **place = bucket(h, node->hash);

	while (*place)
	{
		if (*place == node)
		{
			*place = node->next;
			node->next = NULL;
			h->count--;
			return;
		}
		place = &(*place)->next;
	}
}

static hash_node_t *find_in_chain(hash_node_t *node, uint32_t hash)
{
	while (node && node->hash != hash)
	{
		node = node->next;
	}
	return node;
}

hash_node_t *hash_find(const hash_t *h, uint32_t hash)
{
	return find_in_chain(*bucket(h, hash), hash);
}

hash_node_t *hash_find_next(const hash_node_t *node)
{
	return find_in_chain(node->next, node->hash);
}

hash_node_t *hash_next(const hash_t *h, const hash_node_t *node)
{
	uint32_t i = 0;

	if (node)
	{
		if (node->next)
		{
			return node->next;
		}
		i = (node->hash & (h->size - 1)) + 1;
	}
	for (; i < h->size; i++)
	{
		if (h->buckets[i])
		{
			return h->buckets[i];
		}
	}
	return NULL;
}
