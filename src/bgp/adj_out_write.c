/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * UPDATEs from the adj-RIB-out. Withdrawals go first: a prefix stands in one
 * bucket only, so their order says nothing wrong, and room at the peer is
 * made before it is taken. Then the buckets, oldest first, each UPDATE as full
 * as it gets; and when nothing of a family waits any more, its End-of-RIB
 * (RFC 4724 section 2).
 */

#include "bgp/adj_out_impl.h"

bool bgp_rib_out_waiting(const bgp_rib_t *rib, const bgp_rib_peer_t *peer)
{
	const bgp_rib_out_t *out = peer->out;

	if (!out)
	{
		return false;
	}
	for (int f = 0; f < 2; f++)
	{
		if (out->fam[f].waiting || (out->fam[f].eor && !out->fam[f].dump))
		{
			return true;
		}
	}
	return false;
}

bool bgp_rib_out_busy(const bgp_rib_t *rib, const bgp_rib_peer_t *peer)
{
	const bgp_rib_out_t *out = peer->out;

	return out && (rib->exports[0].count || rib->exports[1].count ||
				   out->fam[0].dump || out->fam[1].dump || out->fam[0].resend ||
				   out->fam[1].resend);
}

bool bgp_rib_out_ended(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
					   family_t family)
{
	return peer->out && !peer->out->fam[family_index((uint8_t)family)].eor;
}

/** one UPDATE of the bucket's first entries; the bucket may be gone then.
 * false: not even one prefix fits beside these attributes */
static bool write_bucket(bgp_rib_t *rib, bgp_rib_out_t *out, bucket_t *bucket,
						 wbuf_t *w)
{
	bgp_update_writer_t u;
	uint32_t handle = bucket->first, next;
	int f = bucket->f;
	unsigned count;
	bool begun;

	begun = bucket->attrs
				? bgp_update_begin(&u, w, &out->codec, family_of(f),
								   bgp_attr_get(rib->attrs, bucket->attrs))
				: bgp_withdraw_begin(&u, w, &out->codec, family_of(f));
	if (!begun)
	{
		return false;
	}
	while (handle)
	{
		const entry_t *entry = entry_at(out, f, handle);
		prefix_t prefix = entry_prefix(f, entry);

		if (!bgp_update_add(&u, &prefix))
		{
			break;
		}
		handle = entry->next;
	}
	count = u.count;
	bgp_update_end(&u);
	/* only now: the writer borrows the attributes, the entries hold them */
	handle = bucket->first;
	for (unsigned i = 0; i < count; i++, handle = next)
	{
		next = entry_at(out, f, handle)->next;
		entry_sent(rib, out, f, handle);
	}
	return count > 0;
}

/** the attributes leave no room in a message of the peer's: what it cannot be
 * told it must not have in an older form either */
static void give_up(bgp_rib_t *rib, bgp_rib_out_t *out, bucket_t *bucket)
{
	uint32_t handle = bucket->first, next, last = bucket->last;
	int f = bucket->f;

	do
	{
		next = entry_at(out, f, handle)->next;
		entry_want(rib, out, f, handle, 0);
	} while (handle != last && (handle = next));
}

static bucket_t *next_bucket(bgp_rib_out_t *out)
{
	for (int f = 0; f < 2; f++)
	{
		if (out->fam[f].withdraws.first)
		{
			return &out->fam[f].withdraws;
		}
	}
	return list_empty(&out->order) ? NULL
								   : list_first(&out->order, bucket_t, link);
}

static unsigned write_end_of_rib(bgp_rib_out_t *out, wbuf_t *w)
{
	unsigned count = 0;

	for (int f = 0; f < 2; f++)
	{
		if (out->fam[f].eor && !out->fam[f].dump && !out->fam[f].waiting &&
			wbuf_room(w) >= out->codec.message_max)
		{
			bgp_encode_end_of_rib(w, family_of(f));
			out->fam[f].eor = false;
			count++;
		}
	}
	return count;
}

unsigned bgp_rib_out_write(bgp_rib_t *rib, bgp_rib_peer_t *peer, wbuf_t *w)
{
	bgp_rib_out_t *out = peer->out;
	unsigned count = 0;
	bucket_t *bucket;

	if (!out)
	{
		return 0;
	}
	while (wbuf_room(w) >= out->codec.message_max &&
		   (bucket = next_bucket(out)))
	{
		if (write_bucket(rib, out, bucket, w))
		{
			count++;
		}
		else
		{
			give_up(rib, out, bucket);
		}
	}
	return count + write_end_of_rib(out, w);
}

bool bgp_rib_advertised_next(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
							 family_t family, const prefix_t *after,
							 prefix_t *prefix, const bgp_attrs_t **attrs)
{
	const bgp_rib_out_t *out = peer->out;
	int f = family_index((uint8_t)family);
	uint32_t handle;
	prefix_t at;

	if (!out)
	{
		return false;
	}
	if (after)
	{
		at = *after;
		after = &at;
	}
	*attrs = NULL;
	for (unsigned i = 0; i < VIEW_STEPS; i++)
	{
		handle = trie_next(out->fam[f].trie, after, prefix);
		if (!handle)
		{
			return false;
		}
		if (entry_at(out, f, handle)->sent)
		{
			*attrs = bgp_attr_get(rib->attrs, entry_at(out, f, handle)->sent);
			break;
		}
		at = *prefix;
		after = &at;
	}
	return true;
}
