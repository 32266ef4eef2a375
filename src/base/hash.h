/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Intrusive hash table with chaining, growing by itself. The hash of a node
 * is computed by its owner (hash_bytes) and kept in the node.
 */

#ifndef CYGNET_HASH_H
#define CYGNET_HASH_H

#include "base/base.h"

typedef struct hash_node_t
{
	struct hash_node_t *next;
	uint32_t hash;
} hash_node_t;

typedef struct hash_t
{
	hash_node_t **buckets;
	/** a power of two */
	uint32_t size;
	uint32_t count;
} hash_t;

void hash_init(hash_t *h);
/** frees the buckets; the nodes are their owners' */
void hash_deinit(hash_t *h);
/** the same bytes and seed give the same value on every machine */
uint32_t hash_bytes(const void *data, size_t len, uint32_t seed);
void hash_insert(hash_t *h, hash_node_t *node, uint32_t hash);
void hash_remove(hash_t *h, hash_node_t *node);
/** first node with this hash, and then the next with the same; compare keys
 * yourself */
hash_node_t *hash_find(const hash_t *h, uint32_t hash);
hash_node_t *hash_find_next(const hash_node_t *node);
/** all nodes in no particular order: start with NULL; the table must not
 * change meanwhile */
hash_node_t *hash_next(const hash_t *h, const hash_node_t *node);

#endif
