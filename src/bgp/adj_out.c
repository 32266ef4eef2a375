/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An entry knows what the peer has (sent) and is to have (want). While they
 * differ it stands in the bucket of what it is to have; the bucket of 0 is
 * that of withdrawals. So a peer is told the last word of each prefix and no
 * more, whatever happened since it was last written to.
 *
 * A net that changed is looked at once, for all peers: what goes out is
 * worked out by class and compared with each peer's entry.
 */

#include "bgp/adj_out_impl.h"

#include <stdlib.h>
#include <string.h>

#define ENTRY_CHUNK_BYTES 16384
/** classes whose result is kept while a net is looked at */
#define MEMO_MAX 16

/* -- entries and buckets --------------------------------------------------- */

entry_t *entry_at(const bgp_rib_out_t *out, int f, uint32_t handle)
{
	return pool_at(&out->fam[f].entries, handle);
}

prefix_t entry_prefix(int f, const entry_t *entry)
{
	prefix_t p = {.len = entry->len};

	p.addr.family = (uint8_t)family_of(f);
	memcpy(p.addr.b, entry->addr, f ? 16 : 4);
	return p;
}

static uint32_t bucket_hash(uint32_t attrs, int f)
{
	return (attrs ^ (uint32_t)f << 31) * 2654435761u;
}

static bucket_t *bucket_find(bgp_rib_out_t *out, int f, uint32_t attrs)
{
	hash_node_t *node;

	if (!attrs)
	{
		return &out->fam[f].withdraws;
	}
	for (node = hash_find(&out->buckets, bucket_hash(attrs, f)); node;
		 node = hash_find_next(node))
	{
		bucket_t *bucket = container_of(node, bucket_t, node);

		if (bucket->attrs == attrs && bucket->f == f)
		{
			return bucket;
		}
	}
	return NULL;
}

static void entry_queue(bgp_rib_out_t *out, int f, uint32_t handle)
{
	entry_t *entry = entry_at(out, f, handle);
	bucket_t *bucket = bucket_find(out, f, entry->want);

	if (!bucket)
	{
		bucket = mem_alloc(sizeof(*bucket));
		bucket->attrs = entry->want;
		bucket->f = f;
		hash_insert(&out->buckets, &bucket->node, bucket_hash(entry->want, f));
		list_append(&out->order, &bucket->link);
	}
	entry->flags |= ENTRY_WAITS;
	entry->next = 0;
	entry->prev = bucket->last;
	if (bucket->last)
	{
		entry_at(out, f, bucket->last)->next = handle;
	}
	else
	{
		bucket->first = handle;
	}
	bucket->last = handle;
	out->fam[f].waiting++;
}

void entry_unqueue(bgp_rib_out_t *out, int f, uint32_t handle)
{
	entry_t *entry = entry_at(out, f, handle);
	bucket_t *bucket;

	if (!(entry->flags & ENTRY_WAITS))
	{
		return;
	}
	bucket = bucket_find(out, f, entry->want);
	if (entry->prev)
	{
		entry_at(out, f, entry->prev)->next = entry->next;
	}
	else
	{
		bucket->first = entry->next;
	}
	if (entry->next)
	{
		entry_at(out, f, entry->next)->prev = entry->prev;
	}
	else
	{
		bucket->last = entry->prev;
	}
	entry->flags &= (uint8_t)~ENTRY_WAITS;
	out->fam[f].waiting--;
	if (bucket->attrs && !bucket->first)
	{
		hash_remove(&out->buckets, &bucket->node);
		list_remove(&bucket->link);
		free(bucket);
	}
}

static void release(bgp_rib_t *rib, uint32_t attrs)
{
	if (attrs)
	{
		bgp_attr_release(rib->attrs, attrs);
	}
}

static void entry_free(bgp_rib_t *rib, bgp_rib_out_t *out, int f,
					   uint32_t handle)
{
	entry_t *entry = entry_at(out, f, handle);
	prefix_t prefix = entry_prefix(f, entry);

	release(rib, entry->sent);
	release(rib, entry->want);
	trie_remove(out->fam[f].trie, &prefix);
	pool_free(&out->fam[f].entries, handle);
}

void entry_want(bgp_rib_t *rib, bgp_rib_out_t *out, int f, uint32_t handle,
				uint32_t want)
{
	entry_t *entry = entry_at(out, f, handle);

	if (entry->want == want)
	{
		release(rib, want);
		return;
	}
	entry_unqueue(out, f, handle);
	release(rib, entry->want);
	entry->want = want;
	if (want != entry->sent || (want && entry->flags & ENTRY_AGAIN))
	{
		entry_queue(out, f, handle);
	}
	else if (!want)
	{
		entry_free(rib, out, f, handle);
	}
}

void entry_sent(bgp_rib_t *rib, bgp_rib_out_t *out, int f, uint32_t handle)
{
	entry_t *entry = entry_at(out, f, handle);

	entry_unqueue(out, f, handle);
	out->peer->advertised[f] += (entry->want != 0);
	out->peer->advertised[f] -= (entry->sent != 0);
	if (!entry->want)
	{
		entry_free(rib, out, f, handle);
		return;
	}
	if (entry->sent != entry->want)
	{
		release(rib, entry->sent);
		entry->sent = entry->want;
		bgp_attr_hold(rib->attrs, entry->sent);
	}
	entry->flags &= (uint8_t)~ENTRY_AGAIN;
}

/** takes over the hold on want */
static void out_set(bgp_rib_t *rib, bgp_rib_out_t *out, int f,
					const prefix_t *prefix, uint32_t want)
{
	uint32_t handle = trie_get(out->fam[f].trie, prefix);
	entry_t *entry;

	if (!handle)
	{
		if (!want)
		{
			return;
		}
		handle = pool_alloc(&out->fam[f].entries);
		entry = entry_at(out, f, handle);
		entry->flags = ENTRY_USED;
		entry->len = prefix->len;
		memcpy(entry->addr, prefix->addr.b, f ? 16 : 4);
		*trie_insert(out->fam[f].trie, prefix) = handle;
	}
	entry_want(rib, out, f, handle, want);
}

/* -- peers ----------------------------------------------------------------- */

void outs_init(outs_t *outs)
{
	*outs = (outs_t){0};
	list_init(&outs->dying);
}

static uint32_t class_of(outs_t *outs, const bgp_rib_out_t *mine)
{
	for (unsigned i = 0; i < outs->count; i++)
	{
		const bgp_rib_out_t *out = outs->out[i];

		if (out != mine && export_is_same(out->peer, mine->peer))
		{
			return out->class;
		}
	}
	return ++outs->last_class;
}

static bool has_family(const bgp_rib_peer_t *peer, int f)
{
	return (peer->families & (f ? BGP_IPV6 : BGP_IPV4)) != 0;
}

void out_add(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	outs_t *outs = &rib->outs;
	bgp_rib_out_t *out;

	if (!peer->families)
	{
		return;
	}
	out = mem_alloc(sizeof(*out));
	out->peer = peer;
	peer->out = out;
	out->codec = (bgp_codec_t){
		.as4 = peer->as4,
		.ibgp = peer->ibgp,
		.families = peer->families,
		.extended_next_hop = peer->extended_next_hop,
		.local_as = peer->local_as,
		.remote_as = peer->remote_as,
		.message_max = peer->message_max,
	};
	hash_init(&out->buckets);
	list_init(&out->order);
	list_init(&out->dying);
	for (int f = 0; f < 2; f++)
	{
		out->fam[f].trie = trie_create(family_of(f));
		pool_init(&out->fam[f].entries, sizeof(entry_t) + (f ? 16 : 4),
				  ENTRY_CHUNK_BYTES);
		out->fam[f].withdraws.f = f;
		out->fam[f].dump = out->fam[f].eor = has_family(peer, f);
		out->fam[f].dump_at = 1;
		peer->advertised[f] = 0;
	}
	outs->out = mem_resize(outs->out, outs->count + 1, sizeof(bgp_rib_out_t *));
	outs->out[outs->count++] = out;
	out->class = class_of(outs, out);
}

void out_remove(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	outs_t *outs = &rib->outs;
	bgp_rib_out_t *out = peer->out;

	if (!out)
	{
		return;
	}
	for (unsigned i = 0; i < outs->count; i++)
	{
		if (outs->out[i] == out)
		{
			outs->out[i] = outs->out[--outs->count];
			break;
		}
	}
	peer->out = NULL;
	peer->advertised[0] = peer->advertised[1] = 0;
	out->peer = NULL;
	out->fam[0].resend = out->fam[1].resend = false;
	list_append(&outs->dying, &out->dying);
}

void out_again(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	bgp_rib_out_t *out = peer->out;

	if (!out)
	{
		return;
	}
	out->class = class_of(&rib->outs, out);
	for (int f = 0; f < 2; f++)
	{
		out->fam[f].dump = has_family(peer, f);
		out->fam[f].dump_at = 1;
	}
}

void out_resend(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family)
{
	bgp_rib_out_t *out = peer->out;
	int f = family_index((uint8_t)family);

	if (!out || !has_family(peer, f))
	{
		return;
	}
	out->fam[f].resend = true;
	out->fam[f].resend_at = 1;
}

/* -- sliced work ----------------------------------------------------------- */

/** what the classes are told of the net that is being looked at */
typedef struct memo_t
{
	uint32_t class[MEMO_MAX];
	uint32_t attrs[MEMO_MAX];
	unsigned count;
} memo_t;

static uint32_t export_memo(bgp_rib_t *rib, memo_t *memo,
							const bgp_rib_out_t *out, int f, const net_t *net)
{
	uint32_t attrs;

	for (unsigned i = 0; i < memo->count; i++)
	{
		if (memo->class[i] == out->class)
		{
			attrs = memo->attrs[i];
			if (attrs)
			{
				bgp_attr_hold(rib->attrs, attrs);
			}
			return attrs;
		}
	}
	attrs = export_attrs(rib, out->peer, f, net);
	if (memo->count < MEMO_MAX)
	{
		memo->class[memo->count] = out->class;
		memo->attrs[memo->count++] = attrs;
		if (attrs)
		{
			bgp_attr_hold(rib->attrs, attrs);
		}
	}
	return attrs;
}

/** one peer, or all */
static void export_net(bgp_rib_t *rib, net_ref_t ref, bgp_rib_out_t *only)
{
	int f = ref_family(ref);
	net_t *net = net_at(rib, ref);
	prefix_t prefix = net_prefix(f, net);
	uint16_t source = net->n_best ? path_at(rib, net->paths)->peer : 0;
	bool told = net->n_best && !aggregates_suppress(rib, f, &prefix);
	memo_t memo;

	memo.count = 0;
	for (unsigned i = 0; i < (only ? 1 : rib->outs.count); i++)
	{
		bgp_rib_out_t *out = only ? only : rib->outs.out[i];
		uint32_t want = 0;

		if (!has_family(out->peer, f))
		{
			continue;
		}
		if (told && source != out->peer->index)
		{
			want = export_memo(rib, &memo, out, f, net);
		}
		out_set(rib, out, f, &prefix, want);
	}
	for (unsigned i = 0; i < memo.count; i++)
	{
		release(rib, memo.attrs[i]);
	}
}

static unsigned exports_work(bgp_rib_t *rib, int f, unsigned budget)
{
	net_ref_t ref;

	while (budget && !is_deferred(rib, f) && (ref = fifo_pop(&rib->exports[f])))
	{
		/* its mark keeps it from being queued and dropped meanwhile */
		net_visit(rib, ref);
		export_net(rib, ref, NULL);
		net_at(rib, ref)->flags &= (uint8_t)~NET_EXPORT;
		net_drop_if_unused(rib, ref);
		budget -= budget > rib->outs.count ? rib->outs.count + 1 : budget;
	}
	return budget;
}

static unsigned dump_work(bgp_rib_t *rib, bgp_rib_out_t *out, int f,
						  unsigned budget)
{
	while (out->fam[f].dump && budget && !is_deferred(rib, f))
	{
		net_ref_t ref = net_ref(f, out->fam[f].dump_at);

		if (out->fam[f].dump_at > pool_limit(&rib->nets[f]))
		{
			out->fam[f].dump = false;
			break;
		}
		out->fam[f].dump_at++;
		budget--;
		if (net_exists(rib, ref))
		{
			net_visit(rib, ref);
		}
		/* if that changed it, it stands in the queue for all peers */
		if (net_exists(rib, ref) && !(net_at(rib, ref)->flags & NET_EXPORT))
		{
			export_net(rib, ref, out);
		}
	}
	return budget;
}

static unsigned resend_work(bgp_rib_out_t *out, int f, unsigned budget)
{
	while (out->fam[f].resend && budget)
	{
		uint32_t handle = out->fam[f].resend_at;
		entry_t *entry;

		if (handle > pool_limit(&out->fam[f].entries))
		{
			out->fam[f].resend = false;
			break;
		}
		out->fam[f].resend_at++;
		budget--;
		entry = pool_peek(&out->fam[f].entries, handle);
		if (!entry || !(entry->flags & ENTRY_USED) || !entry->want)
		{
			continue;
		}
		entry->flags |= ENTRY_AGAIN;
		if (!(entry->flags & ENTRY_WAITS))
		{
			entry_queue(out, f, handle);
		}
	}
	return budget;
}

static void out_free(bgp_rib_out_t *out)
{
	list_each_safe(&out->order, bucket, bucket_t, link)
	{
		hash_remove(&out->buckets, &bucket->node);
		free(bucket);
	}
	hash_deinit(&out->buckets);
	for (int f = 0; f < 2; f++)
	{
		trie_destroy(out->fam[f].trie);
		pool_deinit(&out->fam[f].entries);
	}
	list_remove(&out->dying);
	free(out);
}

/** lets go of what the entries hold, counting as a resend does */
static unsigned reap_work(bgp_rib_t *rib, unsigned budget)
{
	while (!list_empty(&rib->outs.dying) && budget)
	{
		bgp_rib_out_t *out = list_first(&rib->outs.dying, bgp_rib_out_t, dying);

		for (int f = 0; f < 2; f++)
		{
			pool_t *pool = &out->fam[f].entries;

			if (!out->fam[f].resend)
			{
				out->fam[f].resend = true;
				out->fam[f].resend_at = 1;
			}
			for (; budget && out->fam[f].resend_at <= pool_limit(pool);
				 budget--)
			{
				entry_t *entry = pool_peek(pool, out->fam[f].resend_at++);

				if (entry && entry->flags & ENTRY_USED)
				{
					release(rib, entry->sent);
					release(rib, entry->want);
				}
			}
			if (out->fam[f].resend_at <= pool_limit(pool))
			{
				return 0;
			}
		}
		out_free(out);
	}
	return budget;
}

unsigned outs_work(bgp_rib_t *rib, unsigned budget)
{
	for (int f = 0; f < 2; f++)
	{
		budget = exports_work(rib, f, budget);
	}
	for (unsigned i = 0; i < rib->outs.count && budget; i++)
	{
		for (int f = 0; f < 2; f++)
		{
			budget = dump_work(rib, rib->outs.out[i], f, budget);
			budget = resend_work(rib->outs.out[i], f, budget);
		}
	}
	return reap_work(rib, budget);
}

bool outs_busy(const bgp_rib_t *rib)
{
	if (!list_empty(&rib->outs.dying))
	{
		return true;
	}
	for (int f = 0; f < 2; f++)
	{
		if (rib->exports[f].count && !is_deferred(rib, f))
		{
			return true;
		}
		for (unsigned i = 0; i < rib->outs.count; i++)
		{
			const bgp_rib_out_t *out = rib->outs.out[i];

			if ((out->fam[f].dump && !is_deferred(rib, f)) ||
				out->fam[f].resend)
			{
				return true;
			}
		}
	}
	return false;
}

void outs_deinit(bgp_rib_t *rib)
{
	while (rib->outs.count)
	{
		out_remove(rib, rib->outs.out[0]->peer);
	}
	while (!list_empty(&rib->outs.dying))
	{
		reap_work(rib, UINT32_MAX);
	}
	free(rib->outs.out);
	rib->outs.out = NULL;
}

static size_t out_memory(const bgp_rib_out_t *out)
{
	size_t size = sizeof(*out) + out->buckets.count * sizeof(bucket_t) +
				  out->buckets.size * sizeof(*out->buckets.buckets);

	for (int f = 0; f < 2; f++)
	{
		size +=
			trie_memory(out->fam[f].trie) + pool_memory(&out->fam[f].entries);
	}
	return size;
}

size_t outs_memory(const bgp_rib_t *rib)
{
	size_t size = rib->outs.count * sizeof(*rib->outs.out);

	for (unsigned i = 0; i < rib->outs.count; i++)
	{
		size += out_memory(rib->outs.out[i]);
	}
	list_each(&rib->outs.dying, out, bgp_rib_out_t, dying)
	{
		size += out_memory(out);
	}
	return size;
}
