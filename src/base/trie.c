/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Path-compressed binary trie.
 *
 * A node stands for its prefix; each of its two children has a longer one that
 * begins with it and goes on with the bit 0 or 1. A node without an entry
 * ("glue") stands only where two children part, so there are always fewer glue
 * nodes than entries: n prefixes take at most 2n - 1 nodes. 100,000 of IPv4 at
 * random, /16 to /24, take 38.9 bytes each, the spare room of the array
 * included.
 *
 * Nodes are 16 bytes and the key, in one array; handle 0 is no node. Keys are
 * words in host order, so that the first differing bit is one exclusive or and
 * one count of leading zeros a word. The array grows by a quarter: the C
 * library moves an array of this size by remapping its pages, not by copying.
 * Removed nodes are chained through child[0] and used again.
 */

#include "base/trie.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 4

typedef struct node_t
{
	/** handles, 0 for none */
	uint32_t child[2];
	/** the caller's; 0 for a moment after trie_insert */
	uint32_t value;
	uint8_t len;
	/** has an entry, is not glue */
	bool entered;
	uint32_t key[];
} node_t;

/** a prefix as the nodes hold it */
typedef struct bits_t
{
	uint32_t word[WORDS_MAX];
	unsigned len;
} bits_t;

struct trie_t
{
	unsigned char *nodes;
	/** bytes of a node */
	size_t stride;
	unsigned words;
	family_t family;
	uint32_t root;
	/** chain of removed nodes */
	uint32_t spare;
	/** nodes ever used, the first (handle 0) included */
	uint32_t used;
	uint32_t room;
	size_t count;
};

_Static_assert(sizeof(node_t) == 16, "a node of IPv4 is to take 20 bytes");

static node_t *node_at(const trie_t *trie, uint32_t handle)
{
	return (node_t *)(void *)(trie->nodes + handle * trie->stride);
}

trie_t *trie_create(family_t family)
{
	trie_t *trie = mem_alloc(sizeof(*trie));

	trie->family = family;
	trie->words = family == FAMILY_IPV4 ? 1 : WORDS_MAX;
	trie->stride = sizeof(node_t) + trie->words * sizeof(uint32_t);
	trie->used = 1;
	return trie;
}

void trie_destroy(trie_t *trie)
{
	if (trie)
	{
		free(trie->nodes);
		free(trie);
	}
}

/** false for a prefix of another family; host bits are cleared */
static bool to_bits(const trie_t *trie, const prefix_t *p, bits_t *out)
{
	prefix_t q;

	if (p->addr.family != trie->family)
	{
		return false;
	}
	q = prefix_make(&p->addr, p->len);
	for (size_t i = 0; i < WORDS_MAX; i++)
	{
		const uint8_t *b = &q.addr.b[i * 4];

		out->word[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
					   (uint32_t)b[2] << 8 | b[3];
	}
	out->len = q.len;
	return true;
}

static void to_prefix(const trie_t *trie, const node_t *node, prefix_t *out)
{
	prefix_t p = {.addr.family = (uint8_t)trie->family, .len = node->len};

	for (size_t i = 0; i < trie->words; i++)
	{
		p.addr.b[i * 4] = (uint8_t)(node->key[i] >> 24);
		p.addr.b[i * 4 + 1] = (uint8_t)(node->key[i] >> 16);
		p.addr.b[i * 4 + 2] = (uint8_t)(node->key[i] >> 8);
		p.addr.b[i * 4 + 3] = (uint8_t)node->key[i];
	}
	*out = p;
}

static unsigned bit_at(const uint32_t *key, unsigned i)
{
	return key[i / 32] >> (31 - i % 32) & 1;
}

/** length of the common beginning, at most both lengths */
static unsigned common(const trie_t *trie, const node_t *node, const bits_t *b)
{
	unsigned max = node->len < b->len ? node->len : b->len;

	for (unsigned i = 0; i < trie->words; i++)
	{
		uint32_t differ = node->key[i] ^ b->word[i];

		if (differ)
		{
			unsigned n = i * 32 + (unsigned)__builtin_clz(differ);

			return n < max ? n : max;
		}
	}
	return max;
}

/** node is b or contains it */
static bool covers(const trie_t *trie, const node_t *node, const bits_t *b)
{
	return node->len <= b->len && common(trie, node, b) == node->len;
}

/** makes sure that `count` nodes can be taken without moving any */
static void reserve(trie_t *trie, uint32_t count)
{
	uint32_t room;

	if ((uint64_t)trie->used + count <= trie->room)
	{
		return;
	}
	room = trie->room < 64 ? 64 : trie->room + trie->room / 4;
	if (room < trie->room)
	{ /* handles are used up: two thousand million prefixes */
		abort();
	}
	trie->nodes = mem_resize(trie->nodes, room, trie->stride);
	trie->room = room;
}

static uint32_t take_node(trie_t *trie, const bits_t *b, unsigned len)
{
	uint32_t handle = trie->spare;
	node_t *node;
	bits_t cut = *b;

	if (handle)
	{
		trie->spare = node_at(trie, handle)->child[0];
	}
	else
	{
		handle = trie->used++;
	}
	for (unsigned i = 0; i < trie->words; i++)
	{
		unsigned keep = len > i * 32 ? len - i * 32 : 0;

		if (keep < 32)
		{
			cut.word[i] &= ~(UINT32_MAX >> keep);
		}
	}
	node = node_at(trie, handle);
	*node = (node_t){.len = (uint8_t)len};
	memcpy(node->key, cut.word, trie->words * sizeof(uint32_t));
	return handle;
}

static void give_back(trie_t *trie, uint32_t handle)
{
	node_t *node = node_at(trie, handle);

	node->child[0] = trie->spare;
	trie->spare = handle;
}

static uint32_t *enter(trie_t *trie, uint32_t handle)
{
	node_t *node = node_at(trie, handle);

	if (!node->entered)
	{
		node->entered = true;
		node->value = 0;
		trie->count++;
	}
	return &node->value;
}

uint32_t *trie_insert(trie_t *trie, const prefix_t *p)
{
	uint32_t *slot = &trie->root;
	uint32_t old, new, glue;
	unsigned len = 0;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return NULL;
	}
	reserve(trie, 2);
	while (*slot)
	{
		node_t *node = node_at(trie, *slot);

		len = common(trie, node, &b);
		if (len < node->len)
		{
			break;
		}
		if (len == b.len)
		{
			return enter(trie, *slot);
		}
		slot = &node->child[bit_at(b.word, len)];
	}
	old = *slot;
	new = take_node(trie, &b, b.len);
	if (!old)
	{
		*slot = new;
	}
	else if (len == b.len)
	{ /* the new prefix contains the old node's */
		node_at(trie, new)->child[bit_at(node_at(trie, old)->key, len)] = old;
		*slot = new;
	}
	else
	{
		glue = take_node(trie, &b, len);
		node_at(trie, glue)->child[bit_at(b.word, len)] = new;
		node_at(trie, glue)->child[!bit_at(b.word, len)] = old;
		*slot = glue;
	}
	return enter(trie, new);
}

uint32_t trie_get(const trie_t *trie, const prefix_t *p)
{
	uint32_t at = trie->root;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return 0;
	}
	while (at)
	{
		const node_t *node = node_at(trie, at);

		if (!covers(trie, node, &b))
		{
			return 0;
		}
		if (node->len == b.len)
		{
			return node->entered ? node->value : 0;
		}
		at = node->child[bit_at(b.word, node->len)];
	}
	return 0;
}

/** drops a node that has neither an entry nor two children */
static void prune(trie_t *trie, uint32_t *slot)
{
	uint32_t handle = *slot;
	node_t *node = node_at(trie, handle);

	if (!node->entered && !(node->child[0] && node->child[1]))
	{
		*slot = node->child[0] ? node->child[0] : node->child[1];
		give_back(trie, handle);
	}
}

uint32_t trie_remove(trie_t *trie, const prefix_t *p)
{
	uint32_t *parent = NULL;
	uint32_t *slot = &trie->root;
	node_t *node;
	uint32_t value;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return 0;
	}
	for (;;)
	{
		if (!*slot)
		{
			return 0;
		}
		node = node_at(trie, *slot);
		if (!covers(trie, node, &b))
		{
			return 0;
		}
		if (node->len == b.len)
		{
			break;
		}
		parent = slot;
		slot = &node->child[bit_at(b.word, node->len)];
	}
	if (!node->entered)
	{
		return 0;
	}
	value = node->value;
	node->entered = false;
	trie->count--;
	prune(trie, slot);
	if (parent && !*slot)
	{ /* a leaf went: its parent may be glue with one child now */
		prune(trie, parent);
	}
	return value;
}

uint32_t trie_match(const trie_t *trie, const prefix_t *p, prefix_t *found)
{
	uint32_t at = trie->root;
	const node_t *best = NULL;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return 0;
	}
	while (at)
	{
		const node_t *node = node_at(trie, at);

		if (!covers(trie, node, &b))
		{
			break;
		}
		if (node->entered && node->value)
		{
			best = node;
		}
		if (node->len == b.len)
		{
			break;
		}
		at = node->child[bit_at(b.word, node->len)];
	}
	if (!best)
	{
		return 0;
	}
	if (found)
	{
		to_prefix(trie, best, found);
	}
	return best->value;
}

/** the subtree whose first node comes next after b in order */
static uint32_t subtree_after(const trie_t *trie, const bits_t *b)
{
	uint32_t at = trie->root;
	uint32_t after = 0;

	while (at)
	{
		const node_t *node = node_at(trie, at);
		unsigned len = common(trie, node, b);

		if (len < node->len)
		{
			/* b contains the node, or they part at a bit */
			bool later = len == b->len || bit_at(node->key, len);

			return later ? at : after;
		}
		if (len == b->len)
		{
			if (node->child[0])
			{
				return node->child[0];
			}
			return node->child[1] ? node->child[1] : after;
		}
		if (bit_at(b->word, len) == 0 && node->child[1])
		{
			after = node->child[1];
		}
		at = node->child[bit_at(b->word, len)];
	}
	return after;
}

uint32_t trie_next(const trie_t *trie, const prefix_t *after, prefix_t *found)
{
	uint32_t at = trie->root;
	const node_t *node;
	bits_t b;

	if (after)
	{
		if (!to_bits(trie, after, &b))
		{
			return 0;
		}
		at = subtree_after(trie, &b);
	}
	while (at)
	{
		node = node_at(trie, at);
		if (node->entered && node->value)
		{
			if (found)
			{
				to_prefix(trie, node, found);
			}
			return node->value;
		}
		if (node->child[0])
		{
			at = node->child[0];
		}
		else
		{ /* entered but not set yet; glue has both children */
			memcpy(b.word, node->key, trie->words * sizeof(uint32_t));
			b.len = node->len;
			at = subtree_after(trie, &b);
		}
	}
	return 0;
}

size_t trie_count(const trie_t *trie)
{
	return trie->count;
}

size_t trie_memory(const trie_t *trie)
{
	return sizeof(*trie) + trie->room * trie->stride;
}
