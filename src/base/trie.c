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
 *
 * The way down from the root to one of a million prefixes is some twenty nodes,
 * most of them not in the processor's cache. So a large trie keeps hints: for
 * the first bits of a prefix (its anchor), the deepest node seen that covers
 * all that begins so. A hint is only a place to begin: whatever node stands
 * there by now, if it covers the prefix then so do all on its way down. Hence
 * hints are never corrected, only checked, and an array of another size begins
 * with none: nothing is to be gone through at once.
 */

#include "base/trie.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 4
/** length of a removed node: covers nothing */
#define LEN_NONE UINT8_MAX
/** lengths of anchors, in the first word: most prefixes are longer */
#define ANCHOR_IPV4 20
#define ANCHOR_IPV6 32
/** entries from which on there are hints, at most two for each */
#define HINTS_FROM 4096u

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
	/** handles by anchor, 0: none yet; NULL: the trie is small */
	uint32_t *hints;
	/** 1 << hint_bits of them */
	unsigned hint_bits;
	unsigned anchor;
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
	trie->anchor = family == FAMILY_IPV4 ? ANCHOR_IPV4 : ANCHOR_IPV6;
	trie->stride = sizeof(node_t) + trie->words * sizeof(uint32_t);
	trie->used = 1;
	return trie;
}

void trie_destroy(trie_t *trie)
{
	if (trie)
	{
		free(trie->nodes);
		free(trie->hints);
		free(trie);
	}
}

/** the bits of word i in a prefix of this length */
static uint32_t mask(unsigned len, unsigned i)
{
	unsigned keep = len > i * 32 ? len - i * 32 : 0;

	return keep < 32 ? ~(UINT32_MAX >> keep) : UINT32_MAX;
}

/** false for a prefix of another family; host bits are cleared */
static bool to_bits(const trie_t *trie, const prefix_t *p, bits_t *out)
{
	unsigned max = trie->words * 32;

	if (p->addr.family != trie->family)
	{
		return false;
	}
	out->len = p->len < max ? p->len : max;
	for (unsigned i = 0; i < trie->words; i++)
	{
		const uint8_t *b = &p->addr.b[i * 4];

		out->word[i] = ((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
						(uint32_t)b[2] << 8 | b[3]) &
					   mask(out->len, i);
	}
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

	if (handle)
	{
		trie->spare = node_at(trie, handle)->child[0];
	}
	else
	{
		handle = trie->used++;
	}
	node = node_at(trie, handle);
	*node = (node_t){.len = (uint8_t)len};
	for (unsigned i = 0; i < trie->words; i++)
	{
		node->key[i] = b->word[i] & mask(len, i);
	}
	return handle;
}

static void give_back(trie_t *trie, uint32_t handle)
{
	node_t *node = node_at(trie, handle);

	node->child[0] = trie->spare;
	node->len = LEN_NONE;
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

/* -- hints ----------------------------------------------------------------- */

/** NULL: there is none for this prefix */
static uint32_t *hint_of(const trie_t *trie, const bits_t *b)
{
	uint32_t anchor = b->word[0] >> (32 - trie->anchor);

	if (!trie->hints || b->len < trie->anchor)
	{
		return NULL;
	}
	/* neighbours would share the few bits of a plain remainder */
	return &trie->hints[anchor * 0x9e3779b1u >> (32 - trie->hint_bits)];
}

/** a node that covers b, to go down from; 0: the root */
static uint32_t begin(const trie_t *trie, const bits_t *b, uint32_t *hint)
{
	return hint && *hint && covers(trie, node_at(trie, *hint), b) ? *hint : 0;
}

/** the way down came by a node that covers b */
static void take_hint(const trie_t *trie, uint32_t *hint, uint32_t handle)
{
	if (hint && node_at(trie, handle)->len <= trie->anchor)
	{
		*hint = handle;
	}
}

static void hints_grow(trie_t *trie)
{
	unsigned bits = trie->hints ? trie->hint_bits + 1 : 11;
	uint32_t *hints;

	if (trie->count < HINTS_FROM || trie->count >> (bits + 1) == 0)
	{
		return;
	}
	hints = mem_array((size_t)1 << bits, sizeof(*hints));
	free(trie->hints);
	trie->hints = hints;
	trie->hint_bits = bits;
}

/** an empty trie holds nothing */
static void give_all_back(trie_t *trie)
{
	free(trie->nodes);
	free(trie->hints);
	trie->nodes = NULL;
	trie->hints = NULL;
	trie->hint_bits = 0;
	trie->root = trie->spare = 0;
	trie->used = 1;
	trie->room = 0;
}

/* -- entries --------------------------------------------------------------- */

/** a new node for b in the place of *slot, which parts from it after len bits
 * (or is 0) */
static uint32_t graft(trie_t *trie, uint32_t *slot, const bits_t *b,
					  unsigned len)
{
	uint32_t old = *slot, new = take_node(trie, b, b->len), glue;

	if (!old)
	{
		*slot = new;
	}
	else if (len == b->len)
	{ /* the new prefix contains the old node's */
		node_at(trie, new)->child[bit_at(node_at(trie, old)->key, len)] = old;
		*slot = new;
	}
	else
	{
		glue = take_node(trie, b, len);
		node_at(trie, glue)->child[bit_at(b->word, len)] = new;
		node_at(trie, glue)->child[!bit_at(b->word, len)] = old;
		*slot = glue;
	}
	return new;
}

uint32_t *trie_insert(trie_t *trie, const prefix_t *p)
{
	uint32_t *slot = &trie->root, *hint, at;
	unsigned len = 0;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return NULL;
	}
	reserve(trie, 2);
	hints_grow(trie);
	hint = hint_of(trie, &b);
	at = begin(trie, &b, hint);
	at = at ? at : trie->root;
	while (at)
	{
		node_t *node = node_at(trie, at);

		len = common(trie, node, &b);
		if (len < node->len)
		{
			break;
		}
		if (len == b.len)
		{
			return enter(trie, at);
		}
		take_hint(trie, hint, at);
		slot = &node->child[bit_at(b.word, len)];
		at = *slot;
	}
	return enter(trie, graft(trie, slot, &b, len));
}

uint32_t trie_get(const trie_t *trie, const prefix_t *p)
{
	uint32_t at, *hint;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return 0;
	}
	hint = hint_of(trie, &b);
	at = begin(trie, &b, hint);
	at = at ? at : trie->root;
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
		take_hint(trie, hint, at);
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

/** where the handle of this node stands */
static uint32_t *slot_of(trie_t *trie, uint32_t handle)
{
	const node_t *node = node_at(trie, handle);
	uint32_t *slot = &trie->root;

	while (*slot != handle)
	{
		node_t *above = node_at(trie, *slot);

		slot = &above->child[bit_at(node->key, above->len)];
	}
	return slot;
}

uint32_t trie_remove(trie_t *trie, const prefix_t *p)
{
	uint32_t at, *hint, parent = 0, value;
	uint32_t *slot = NULL;
	node_t *node;
	bits_t b;

	if (!to_bits(trie, p, &b))
	{
		return 0;
	}
	hint = hint_of(trie, &b);
	at = begin(trie, &b, hint);
	at = at ? at : trie->root;
	for (;;)
	{
		if (!at || !covers(trie, node_at(trie, at), &b))
		{
			return 0;
		}
		node = node_at(trie, at);
		if (node->len == b.len)
		{
			break;
		}
		take_hint(trie, hint, at);
		parent = at;
		slot = &node->child[bit_at(b.word, node->len)];
		at = *slot;
	}
	if (!node->entered)
	{
		return 0;
	}
	value = node->value;
	node->entered = false;
	if (--trie->count == 0)
	{
		give_all_back(trie);
		return value;
	}
	slot = slot ? slot : slot_of(trie, at);
	prune(trie, slot);
	if (parent && !*slot && !node_at(trie, parent)->entered)
	{ /* a leaf went: its parent is glue with one child now */
		prune(trie, slot_of(trie, parent));
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

/* -- ahead ----------------------------------------------------------------- */

/** a prefix on its way down */
typedef struct ahead_t
{
	bits_t bits;
	/** fetched, and not looked at yet; 0: arrived */
	uint32_t at;
	/** by a hint, which may be another's */
	bool hinted;
} ahead_t;

/** it may lie on two lines */
static void fetch(const trie_t *trie, uint32_t handle)
{
	const unsigned char *node = trie->nodes + handle * trie->stride;

	__builtin_prefetch(node);
	__builtin_prefetch(node + trie->stride - 1);
}

/** to its hint, or to the root; `hint` was fetched */
static void ahead_begin(const trie_t *trie, ahead_t *a, const uint32_t *hint)
{
	a->hinted = hint && *hint;
	a->at = a->hinted ? *hint : trie->root;
	fetch(trie, a->at);
}

/** a node further; *value if it is the last */
static void ahead_step(const trie_t *trie, ahead_t *a, uint32_t *value)
{
	const node_t *node = node_at(trie, a->at);

	if (!covers(trie, node, &a->bits))
	{
		a->at = a->hinted ? trie->root : 0;
		a->hinted = false;
		return;
	}
	a->hinted = false;
	if (node->len == a->bits.len)
	{
		*value = node->entered ? node->value : 0;
		a->at = 0;
		return;
	}
	a->at = node->child[bit_at(a->bits.word, node->len)];
	if (a->at)
	{
		fetch(trie, a->at);
	}
}

void trie_warm(const trie_t *trie, const prefix_t *p, size_t n,
			   uint32_t *values)
{
	ahead_t list[TRIE_WARM_MAX];
	const uint32_t *hints[TRIE_WARM_MAX];
	bool on;

	memset(values, 0, n * sizeof(*values));
	if (!trie->hints)
	{
		return;
	}
	for (size_t i = 0; i < n; i++)
	{
		bool ours = to_bits(trie, &p[i], &list[i].bits);

		hints[i] = ours ? hint_of(trie, &list[i].bits) : NULL;
		list[i].at = ours ? trie->root : 0;
		__builtin_prefetch(hints[i]);
	}
	for (size_t i = 0; i < n; i++)
	{
		if (list[i].at)
		{
			ahead_begin(trie, &list[i], hints[i]);
		}
	}
	do
	{
		on = false;
		for (size_t i = 0; i < n; i++)
		{
			if (list[i].at)
			{
				ahead_step(trie, &list[i], &values[i]);
				on = true;
			}
		}
	} while (on);
}

size_t trie_count(const trie_t *trie)
{
	return trie->count;
}

size_t trie_memory(const trie_t *trie)
{
	return sizeof(*trie) + trie->room * trie->stride +
		   (trie->hints ? sizeof(*trie->hints) << trie->hint_bits : 0);
}
