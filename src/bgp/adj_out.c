/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Peers that are told the same are members of a group, which keeps what they
 * are told once and packs it once (an update group). Members differ in two
 * things that are cheap to keep apart: a next hop of our own is put into a
 * copy of the packed message, and no member is told its own routes.
 *
 * An entry knows what was told (sent) and what is to be (want), each with the
 * peer whose route it is (source). While they differ it stands in the bucket
 * of what it is to be; so a prefix's last word is told and no more, whatever
 * happened since. A member that writes takes from the oldest bucket what fills
 * an UPDATE. All members in step get a reference to it, and the entries in it
 * are told ("committed") from then on.
 *
 * Committed entries stand in a log in the order of their last telling, each
 * once. A member that is not in step walks it by itself from where it is to
 * the end, and is in step then. So goes one that comes later, or asks for all
 * anew (it begins at the log's beginning), and one that writes slowly: having
 * OUT_LAG_MAX bytes of messages to write, it gets no more of them, and goes on in
 * the log behind the last that it has. What changed often meanwhile it hears
 * once. While somebody walks, withdrawn entries stay in a second log if he
 * has heard of them.
 *
 * So that nobody hears of a withdrawal who never heard of the prefix, each
 * that walks has a bit an entry; but of what was told before it lost step,
 * the entry tells.
 */

#include "bgp/adj_out_impl.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY_CHUNK_BYTES 16384

/* -- entries --------------------------------------------------------------- */

entry_t *entry_at(const group_t *g, int f, uint32_t handle)
{
	return pool_at(&g->fam[f].entries, handle);
}

prefix_t entry_prefix(int f, const entry_t *entry)
{
	prefix_t p = {.len = entry->len};

	p.addr.family = (uint8_t)family_of(f);
	memcpy(p.addr.b, entry->addr, f ? 16 : 4);
	return p;
}

uint32_t entry_enter(group_t *g, int f, const prefix_t *prefix)
{
	uint32_t handle = trie_get(g->fam[f].trie, prefix);
	entry_t *entry;

	if (!handle)
	{
		handle = pool_alloc(&g->fam[f].entries);
		entry = entry_at(g, f, handle);
		entry->flags = ENTRY_USED;
		entry->source = entry->want_source = NOBODY;
		entry->len = prefix->len;
		memcpy(entry->addr, prefix->addr.b, f ? 16 : 4);
		*trie_insert(g->fam[f].trie, prefix) = handle;
	}
	return handle;
}

static void table_init(group_t *g, int f)
{
	g->fam[f].trie = trie_create(family_of(f));
	pool_init(&g->fam[f].entries, sizeof(entry_t) + (f ? 16 : 4),
			  ENTRY_CHUNK_BYTES);
}

static void table_free(group_t *g, int f)
{
	trie_destroy(g->fam[f].trie);
	pool_deinit(&g->fam[f].entries);
}

static void release(bgp_rib_t *rib, uint32_t attrs)
{
	if (attrs)
	{
		bgp_attr_release(rib->attrs, attrs);
	}
}

/* -- the logs -------------------------------------------------------------- */

static log_t *log_of(group_t *g, int f, const entry_t *entry)
{
	return &g->fam[f].log[entry->sent ? LOG_TOLD : LOG_GONE];
}

void log_append(group_t *g, int f, uint32_t handle)
{
	entry_t *entry = entry_at(g, f, handle);
	log_t *log = log_of(g, f, entry);
	int which = entry->sent ? LOG_TOLD : LOG_GONE;

	entry->flags |= ENTRY_LOGGED;
	entry->log_next = 0;
	entry->log_prev = log->last;
	if (log->last)
	{
		entry_at(g, f, log->last)->log_next = handle;
	}
	else
	{
		log->first = handle;
	}
	log->last = handle;
	list_each(&g->walks, m, member_t, walk)
	{
		if (!m->fam[f].at[which])
		{
			m->fam[f].at[which] = handle;
		}
	}
}

void log_remove(group_t *g, int f, uint32_t handle)
{
	entry_t *entry = entry_at(g, f, handle);
	log_t *log = log_of(g, f, entry);
	int which = entry->sent ? LOG_TOLD : LOG_GONE;

	if (!(entry->flags & ENTRY_LOGGED))
	{
		return;
	}
	entry->flags &= (uint8_t)~ENTRY_LOGGED;
	list_each(&g->walks, m, member_t, walk)
	{
		if (m->fam[f].at[which] == handle)
		{
			m->fam[f].at[which] = entry->log_next;
		}
	}
	if (entry->log_prev)
	{
		entry_at(g, f, entry->log_prev)->log_next = entry->log_next;
	}
	else
	{
		log->first = entry->log_next;
	}
	if (entry->log_next)
	{
		entry_at(g, f, entry->log_next)->log_prev = entry->log_prev;
	}
	else
	{
		log->last = entry->log_prev;
	}
}

/* -- buckets --------------------------------------------------------------- */

/** the key of the entry's bucket */
static bucket_t bucket_key(int f, const entry_t *entry)
{
	bucket_t key = {
		.attrs = entry->want,
		.except = entry->want_source,
		.only = NOBODY,
		.f = f,
	};

	/* told already, but for the one whose it was, and is it no more */
	key.swaps =
		entry->want && entry->sent && entry->source != entry->want_source;
	if (key.swaps && entry->want == entry->sent)
	{
		key.only = entry->source;
	}
	return key;
}

static uint32_t bucket_hash(const bucket_t *key)
{
	uint32_t words[3] = {
		key->attrs,
		(uint32_t)key->except << 16 | key->only,
		(uint32_t)key->f << 1 | key->swaps,
	};

	return hash_bytes(words, sizeof(words), 0);
}

static bucket_t *bucket_find(const group_t *g, const bucket_t *key)
{
	hash_node_t *node;

	for (node = hash_find(&g->buckets, bucket_hash(key)); node;
		 node = hash_find_next(node))
	{
		bucket_t *b = container_of(node, bucket_t, node);

		if (b->attrs == key->attrs && b->except == key->except &&
			b->only == key->only && b->f == key->f && b->swaps == key->swaps)
		{
			return b;
		}
	}
	return NULL;
}

bucket_t *bucket_of(const group_t *g, int f, uint32_t handle)
{
	bucket_t key = bucket_key(f, entry_at(g, f, handle));

	return bucket_find(g, &key);
}

static void entry_queue(group_t *g, int f, uint32_t handle)
{
	entry_t *entry = entry_at(g, f, handle);
	bucket_t key = bucket_key(f, entry);
	bucket_t *bucket = bucket_find(g, &key);

	if (!bucket)
	{
		bucket = mem_copy(&key, sizeof(key));
		hash_insert(&g->buckets, &bucket->node, bucket_hash(&key));
		list_append(&g->order[key.attrs && !key.swaps], &bucket->link);
	}
	entry->flags |= ENTRY_WAITS;
	entry->next = 0;
	entry->prev = bucket->last;
	if (bucket->last)
	{
		entry_at(g, f, bucket->last)->next = handle;
	}
	else
	{
		bucket->first = handle;
	}
	bucket->last = handle;
	g->fam[f].waiting++;
}

static void entry_unqueue(group_t *g, int f, uint32_t handle)
{
	entry_t *entry = entry_at(g, f, handle);
	bucket_t *bucket;

	if (!(entry->flags & ENTRY_WAITS))
	{
		return;
	}
	bucket = bucket_of(g, f, handle);
	if (entry->prev)
	{
		entry_at(g, f, entry->prev)->next = entry->next;
	}
	else
	{
		bucket->first = entry->next;
	}
	if (entry->next)
	{
		entry_at(g, f, entry->next)->prev = entry->prev;
	}
	else
	{
		bucket->last = entry->prev;
	}
	entry->flags &= (uint8_t)~ENTRY_WAITS;
	g->fam[f].waiting--;
	if (!bucket->first)
	{
		hash_remove(&g->buckets, &bucket->node);
		list_remove(&bucket->link);
		free(bucket);
	}
}

/* -- what is told ---------------------------------------------------------- */

static void own_add(group_t *g, int f, uint16_t source, int by)
{
	uint32_t n = g->fam[f].n_own;

	if (source == NOBODY)
	{
		return;
	}
	if (source >= n)
	{
		g->fam[f].n_own = source + 16u;
		g->fam[f].own =
			mem_resize(g->fam[f].own, g->fam[f].n_own, sizeof(uint32_t));
		memset(g->fam[f].own + n, 0, (g->fam[f].n_own - n) * sizeof(uint32_t));
	}
	g->fam[f].own[source] += (uint32_t)by;
}

static bool anybody_heard(const group_t *g, int f, uint32_t handle)
{
	list_each(&g->walks, m, member_t, walk)
	{
		if (member_heard(m, f, handle))
		{
			return true;
		}
	}
	return false;
}

void entry_settle(group_t *g, int f, uint32_t handle)
{
	entry_t *entry = entry_at(g, f, handle);
	prefix_t prefix = entry_prefix(f, entry);

	if (entry->sent || anybody_heard(g, f, handle))
	{
		return;
	}
	log_remove(g, f, handle);
	if (!entry->want)
	{
		trie_remove(g->fam[f].trie, &prefix);
		pool_free(&g->fam[f].entries, handle);
		if (!g->fam[f].entries.live)
		{
			/* tries do not shrink */
			table_free(g, f);
			table_init(g, f);
		}
	}
}

void entry_commit(bgp_rib_t *rib, group_t *g, int f, uint32_t handle)
{
	entry_t *entry = entry_at(g, f, handle);

	/* what the entry says of those that were in step is overwritten now */
	list_each(&g->walks, m, member_t, walk)
	{
		member_hear(m, f, handle, member_heard(m, f, handle));
	}
	entry_unqueue(g, f, handle);
	log_remove(g, f, handle);
	g->fam[f].told += (entry->want != 0);
	g->fam[f].told -= (entry->sent != 0);
	own_add(g, f, entry->source, entry->sent ? -1 : 0);
	own_add(g, f, entry->want_source, entry->want ? 1 : 0);
	if (entry->want)
	{
		bgp_attr_hold(rib->attrs, entry->want);
	}
	release(rib, entry->sent);
	entry->sent = entry->want;
	entry->source = entry->want_source;
	entry->seq_low = (uint32_t)g->seq;
	entry->seq_high = (uint16_t)(g->seq >> 32);
	log_append(g, f, handle);
	entry_settle(g, f, handle);
}

/** nobody was told, or is to be told that it is gone */
static bool is_silent(const group_t *g, const entry_t *entry)
{
	return !entry->want && list_empty(&g->walks) && g->count == 1 &&
		   list_first(&g->members, member_t, link)->index == entry->source;
}

void entry_want(bgp_rib_t *rib, group_t *g, int f, uint32_t handle,
				uint32_t want, uint16_t source)
{
	entry_t *entry = entry_at(g, f, handle);

	source = want ? source : entry->source;
	if (entry->want == want && entry->want_source == source)
	{
		release(rib, want);
		return;
	}
	entry_unqueue(g, f, handle);
	release(rib, entry->want);
	entry->want = want;
	entry->want_source = source;
	if (want == entry->sent && source == entry->source)
	{
		entry_settle(g, f, handle);
	}
	else if (is_silent(g, entry))
	{
		entry_commit(rib, g, f, handle);
		group_count(g, f);
	}
	else
	{
		entry_queue(g, f, handle);
	}
}

/* -- groups ---------------------------------------------------------------- */

group_t *group_create(outs_t *outs, const bgp_rib_peer_t *like)
{
	group_t *g = mem_alloc(sizeof(*g));

	g->codec = (bgp_codec_t){
		.as4 = like->as4,
		.ibgp = like->ibgp,
		.families = like->families,
		.extended_next_hop = like->extended_next_hop,
		.local_as = like->local_as,
		.remote_as = like->remote_as,
		.message_max = like->message_max,
	};
	hash_init(&g->buckets);
	list_init(&g->members);
	list_init(&g->walks);
	list_init(&g->order[0]);
	list_init(&g->order[1]);
	list_init(&g->messages);
	table_init(g, 0);
	table_init(g, 1);
	list_append(&outs->groups, &g->link);
	outs->count++;
	return g;
}

void group_free(group_t *g)
{
	for (unsigned i = 0; i < countof(g->order); i++)
	{
		list_each_safe(&g->order[i], bucket, bucket_t, link)
		{
			free(bucket);
		}
	}
	hash_deinit(&g->buckets);
	for (int f = 0; f < 2; f++)
	{
		table_free(g, f);
		free(g->fam[f].own);
	}
	list_remove(&g->link);
	free(g);
}

size_t group_memory(const group_t *g)
{
	size_t size = sizeof(*g) + g->buckets.count * sizeof(bucket_t) +
				  g->buckets.size * sizeof(*g->buckets.buckets);

	for (int f = 0; f < 2; f++)
	{
		size += trie_memory(g->fam[f].trie) + pool_memory(&g->fam[f].entries) +
				g->fam[f].n_own * sizeof(uint32_t);
	}
	list_each(&g->messages, message, message_t, link)
	{
		size += sizeof(*message) + message->len;
	}
	list_each(&g->members, m, member_t, link)
	{
		size += sizeof(*m) + m->fam[0].heard_size + m->fam[1].heard_size;
	}
	return size;
}
