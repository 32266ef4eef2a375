/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * UPDATEs from the adj-RIB-out. A member writes the messages that wait for it,
 * or, if it is not in step, what it meets in the logs; once it is in step and
 * has written all, it makes the next message for all.
 *
 * Withdrawals go first: a prefix stands in one bucket only, so their order says
 * nothing wrong, and room at the peer is made before it is taken. Then the
 * buckets, oldest first, each UPDATE as full as it gets; and when nothing of a
 * family waits any more, its End-of-RIB (RFC 4724 section 2).
 */

#include "bgp/adj_out_impl.h"

#include <stdlib.h>
#include <string.h>

/** entries that say nothing to a member, passed while it writes */
#define SKIP_MAX 4096u
/** messages made in one call, also those that are for others only */
#define MESSAGES_MAX 1024u
/** buckets that are looked at for one that the member may take */
#define LOOK_MAX 64u

/* -- messages -------------------------------------------------------------- */

void message_release(group_t *g, message_t *message)
{
	if (!--message->refs)
	{
		list_remove(&message->link);
		free(message);
	}
}

static bool is_for(uint16_t except, uint16_t only, uint16_t index)
{
	return index != except && (only == NOBODY || only == index);
}

message_t *message_after(const member_t *m, const message_t *message)
{
	const list_t *end = &m->group->messages;

	for (list_t *at = message->link.next; at != end; at = at->next)
	{
		message_t *next = container_of(at, message_t, link);

		if (!m->in_step && next->seq > m->since)
		{
			break;
		}
		if (is_for(next->except, next->only, m->index))
		{
			return next;
		}
	}
	return NULL;
}

static message_t *message_create(group_t *g, const wbuf_t *w, family_t hop,
								 size_t hop_at)
{
	message_t *message = mem_alloc(sizeof(*message) + wbuf_len(w));

	message->seq = g->seq + 1;
	message->hop = hop;
	message->hop_at = hop_at;
	message->len = wbuf_len(w);
	memcpy(message->bytes, w->start, message->len);
	list_append(&g->messages, &message->link);
	return message;
}

/** gives the message to all members whom it is for and who can keep up */
static void hand_out(const outs_t *outs, group_t *g, const wbuf_t *w,
					 const bgp_update_writer_t *u, uint16_t except,
					 uint16_t only)
{
	const bgp_attrs_t *attrs = u->withdraw ? NULL : u->attrs;
	family_t hop = attrs && addr_is_unspecified(&attrs->next_hop)
					   ? (family_t)attrs->next_hop.family
					   : FAMILY_NONE;
	message_t *message = NULL;

	list_each(&g->members, m, member_t, link)
	{
		member_settle(m);
		if (!m->in_step || !is_for(except, only, m->index))
		{
			continue;
		}
		if (m->lag + wbuf_len(w) > outs->lag_max)
		{
			member_detach(m);
			continue;
		}
		if (!message)
		{
			message = message_create(g, w, hop, u->hop_at);
			message->except = except;
			message->only = only;
		}
		message->refs++;
		m->lag += message->len;
		if (!m->next)
		{
			m->next = message;
			g->behind++;
		}
	}
}

/** the member's next hop goes where the message leaves room for it */
static void put(const member_t *m, const message_t *message, wbuf_t *w)
{
	rbuf_t rest = rbuf_make(message->bytes, message->len), head;
	const bgp_rib_peer_t *peer = m->peer;
	bool six = message->hop == FAMILY_IPV6;

	if (message->hop != FAMILY_NONE && rbuf_sub(&rest, message->hop_at, &head))
	{
		bool ll = six && addr_is_set(&peer->next_hop6_ll);

		wbuf_bytes(w, head.p, message->hop_at);
		wbuf_bytes(w, six ? peer->next_hop6.b : peer->next_hop4.b,
				   six ? 16 : 4);
		wbuf_bytes(w, peer->next_hop6_ll.b, ll ? 16 : 0);
		rbuf_skip(&rest, (six ? 16u : 4u) + (ll ? 16u : 0u));
	}
	wbuf_bytes(w, rest.p, rbuf_left(&rest));
}

/** what waits for the member */
static unsigned write_messages(member_t *m, wbuf_t *w)
{
	unsigned count = 0;
	message_t *message;

	while ((message = m->next) && message->len <= wbuf_room(w))
	{
		put(m, message, w);
		count++;
		m->lag -= message->len;
		m->next = message_after(m, message);
		message_release(m->group, message);
		m->group->behind -= !m->next;
	}
	return count;
}

/* -- what is to be told, for all ------------------------------------------- */

/** the member is to have it, or would hold up nobody by it */
static bool may_take(const bgp_rib_t *rib, const member_t *m, const bucket_t *b)
{
	return is_for(b->except, b->only, m->index) ||
		   (b->swaps && b->except == m->index) ||
		   (b->only != NOBODY && !member_in_step(rib, m->group, b->only)) ||
		   !m->group->behind;
}

static bucket_t *next_bucket(const bgp_rib_t *rib, const member_t *m)
{
	for (unsigned i = 0; i < countof(m->group->order); i++)
	{
		unsigned looked = 0;

		list_each(&m->group->order[i], bucket, bucket_t, link)
		{
			if (may_take(rib, m, bucket))
			{
				return bucket;
			}
			if (++looked == LOOK_MAX)
			{
				break;
			}
		}
	}
	return NULL;
}

/** the bucket's first entries, as many as fit; returns how many */
static unsigned pack(const group_t *g, const bucket_t *bucket,
					 bgp_update_writer_t *u, unsigned most)
{
	uint32_t handle = bucket->first;

	while (handle && u->count < most)
	{
		const entry_t *entry = entry_at(g, bucket->f, handle);
		prefix_t prefix = entry_prefix(bucket->f, entry);

		if (!bgp_update_add(u, &prefix))
		{
			break;
		}
		handle = entry->next;
	}
	most = u->count;
	bgp_update_end(u);
	return most;
}

/** one UPDATE of the bucket's first entries; the bucket may be gone then.
 * false: not even one prefix fits beside these attributes */
static bool tell(bgp_rib_t *rib, group_t *g, bucket_t *bucket)
{
	static uint8_t buf[BGP_MESSAGE_EXTENDED_MAX];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	family_t family = family_of(bucket->f);
	int f = bucket->f;
	bgp_update_writer_t u;
	uint32_t handle, next;
	unsigned count;

	if (!(bucket->attrs
			  ? bgp_update_begin(&u, &w, &g->codec, family,
								 bgp_attr_get(rib->attrs, bucket->attrs))
			  : bgp_withdraw_begin(&u, &w, &g->codec, family)))
	{
		return false;
	}
	count = pack(g, bucket, &u, UINT32_MAX);
	if (!count)
	{
		return false;
	}
	hand_out(&rib->outs, g, &w, &u, bucket->except, bucket->only);
	w = wbuf_make(buf, sizeof(buf));
	if (bucket->swaps && bucket->except != NOBODY &&
		bgp_withdraw_begin(&u, &w, &g->codec, family))
	{
		pack(g, bucket, &u, count);
		hand_out(&rib->outs, g, &w, &u, NOBODY, bucket->except);
	}
	rib->outs.made = true;
	g->seq++;
	/* only now: the writer borrows the attributes, the entries hold them */
	handle = bucket->first;
	for (unsigned i = 0; i < count; i++, handle = next)
	{
		next = entry_at(g, f, handle)->next;
		entry_commit(rib, g, f, handle);
	}
	group_count(g, f);
	return true;
}

/** the attributes leave no room in a message of the peers': what they cannot
 * be told they must not have in an older form either */
static void give_up_on(bgp_rib_t *rib, group_t *g, const bucket_t *bucket)
{
	uint32_t handle = bucket->first, next, last = bucket->last;
	int f = bucket->f;

	do
	{
		next = entry_at(g, f, handle)->next;
		entry_want(rib, g, f, handle, 0, NOBODY);
	} while (handle != last && (handle = next));
}

static void tell_or_give_up(bgp_rib_t *rib, group_t *g, bucket_t *bucket)
{
	if (!tell(rib, g, bucket))
	{
		give_up_on(rib, g, bucket);
	}
}

/* -- what a member meets that is not in step ------------------------------- */

typedef enum need_t
{
	NEED_NOTHING,
	NEED_WITHDRAW,
	NEED_ANNOUNCE,
	/** it waits: it is told to all now, and met again at the log's end */
	NEED_TELL,
} need_t;

static need_t need_of(const member_t *m, int f, uint32_t handle)
{
	const entry_t *entry = entry_at(m->group, f, handle);

	if (entry->flags & ENTRY_WAITS)
	{
		return NEED_TELL;
	}
	if (entry->sent && entry->source != m->index)
	{
		return NEED_ANNOUNCE;
	}
	return member_heard(m, f, handle) ? NEED_WITHDRAW : NEED_NOTHING;
}

/** the place in the log where it is to go on, NULL: it is at the end, or has
 * to wait */
static uint32_t *walk_at(member_t *m, int *f)
{
	if (m->in_step || m->left || m->from || m->next)
	{
		return NULL;
	}
	for (*f = 0; *f < 2; (*f)++)
	{
		/* what is yet to be found in the table is not gone */
		if (m->fam[*f].at[LOG_GONE] && !m->group->fam[*f].dump)
		{
			return &m->fam[*f].at[LOG_GONE];
		}
		if (m->fam[*f].at[LOG_TOLD])
		{
			return &m->fam[*f].at[LOG_TOLD];
		}
	}
	return NULL;
}

unsigned walk_skip(member_t *m, unsigned budget)
{
	uint32_t *at;
	int f;

	while (budget && (at = walk_at(m, &f)) &&
		   need_of(m, f, *at) == NEED_NOTHING)
	{
		*at = entry_at(m->group, f, *at)->log_next;
		budget--;
	}
	return budget;
}

bool walk_idles(const member_t *m)
{
	/* it is not written through */
	member_t *walker = (member_t *)(uintptr_t)m;
	int f;
	const uint32_t *at = walk_at(walker, &f);

	return at && need_of(m, f, *at) == NEED_NOTHING;
}

/** it hears of the entry where it is, and goes on */
static void walk_on(bgp_rib_t *rib, member_t *m, int f, uint32_t *at,
					need_t need)
{
	uint32_t handle = *at;
	bool heard = member_heard(m, f, handle);

	*at = entry_at(m->group, f, handle)->log_next;
	m->peer->advertised[f] += (need == NEED_ANNOUNCE && !heard);
	m->peer->advertised[f] -= (need == NEED_WITHDRAW);
	member_hear(m, f, handle, need == NEED_ANNOUNCE);
	if (need == NEED_WITHDRAW)
	{
		entry_settle(m->group, f, handle);
	}
}

/** one UPDATE of what comes next in the log and is alike; how many */
static unsigned walk_pack(bgp_rib_t *rib, member_t *m, int f, uint32_t *at,
						  need_t need, wbuf_t *w)
{
	const group_t *g = m->group;
	uint32_t told = entry_at(g, f, *at)->sent;
	bgp_update_writer_t u;
	bgp_attrs_t attrs;
	bool begun;

	if (need == NEED_ANNOUNCE)
	{
		attrs = export_hop(m->peer, bgp_attr_get(rib->attrs, told));
		begun = bgp_update_begin(&u, w, &g->codec, family_of(f), &attrs);
	}
	else
	{
		begun = bgp_withdraw_begin(&u, w, &g->codec, family_of(f));
	}
	while (begun && *at && need_of(m, f, *at) == need &&
		   (need == NEED_WITHDRAW || entry_at(g, f, *at)->sent == told))
	{
		prefix_t prefix = entry_prefix(f, entry_at(g, f, *at));

		if (!bgp_update_add(&u, &prefix))
		{
			break;
		}
		walk_on(rib, m, f, at, need);
	}
	if (!begun || !u.count)
	{
		/* cannot be: it was told to others */
		*at = entry_at(g, f, *at)->log_next;
	}
	if (begun)
	{
		bgp_update_end(&u);
	}
	return begun && u.count;
}

/** goes on in the logs as far as one UPDATE; false: it is at their end, or
 * passed much that says nothing */
static bool walk_write(bgp_rib_t *rib, member_t *m, wbuf_t *w, unsigned *count)
{
	uint32_t *at;
	int f;

	walk_skip(m, SKIP_MAX);
	at = walk_at(m, &f);
	switch (at ? need_of(m, f, *at) : NEED_NOTHING)
	{
		case NEED_NOTHING:
			return false;
		case NEED_WITHDRAW:
			*count += walk_pack(rib, m, f, at, NEED_WITHDRAW, w);
			break;
		case NEED_ANNOUNCE:
			*count += walk_pack(rib, m, f, at, NEED_ANNOUNCE, w);
			break;
		case NEED_TELL:
			tell_or_give_up(rib, m->group, bucket_of(m->group, f, *at));
			break;
	}
	return true;
}

/* -- a member writes ------------------------------------------------------- */

/** what is begun is done, so that the table is told */
static bool end_of_rib_due(const bgp_rib_t *rib, const member_t *m, int f)
{
	const group_t *g = m->group;

	return m->fam[f].eor && m->in_step && !g->fam[f].dump && !m->next &&
		   (!g->fam[f].waiting ||
			(g->buckets.count <= LOOK_MAX && !next_bucket(rib, m)));
}

bool bgp_rib_out_waiting(const bgp_rib_t *rib, const bgp_rib_peer_t *peer)
{
	member_t *m = peer->out;
	int f;

	if (!m)
	{
		return false;
	}
	member_settle(m);
	if (m->next || (m->from && m->from->next) || walk_at(m, &f))
	{
		return true;
	}
	return m->in_step && (next_bucket(rib, m) || end_of_rib_due(rib, m, 0) ||
						  end_of_rib_due(rib, m, 1));
}

bool bgp_rib_out_idle(const bgp_rib_t *rib)
{
	list_each(&rib->outs.groups, g, group_t, link)
	{
		if (g->behind || g->eors || !list_empty(&g->walks) ||
			!list_empty(&g->order[0]) || !list_empty(&g->order[1]))
		{
			return false;
		}
	}
	return true;
}

bool bgp_rib_out_busy(const bgp_rib_t *rib, const bgp_rib_peer_t *peer)
{
	const member_t *m = peer->out;

	return m && (rib->exports[0].count || rib->exports[1].count ||
				 m->group->fam[0].dump || m->group->fam[1].dump ||
				 m->fam[0].resend || m->fam[1].resend || m->from || m->changed);
}

bool bgp_rib_out_ended(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
					   family_t family)
{
	return peer->out && !peer->out->fam[family_index((uint8_t)family)].eor;
}

bool bgp_rib_out_made(bgp_rib_t *rib)
{
	bool made = rib->outs.made;

	rib->outs.made = false;
	return made;
}

static unsigned write_end_of_rib(const bgp_rib_t *rib, member_t *m, wbuf_t *w)
{
	unsigned count = 0;

	for (int f = 0; f < 2; f++)
	{
		if (end_of_rib_due(rib, m, f) &&
			wbuf_room(w) >= m->group->codec.message_max)
		{
			bgp_encode_end_of_rib(w, family_of(f));
			m->fam[f].eor = false;
			m->group->eors--;
			count++;
		}
	}
	return count;
}

unsigned bgp_rib_out_write(bgp_rib_t *rib, bgp_rib_peer_t *peer, wbuf_t *w)
{
	member_t *m = peer->out;
	unsigned count = 0;
	bucket_t *bucket;

	if (!m)
	{
		return 0;
	}
	if (m->from && m->from->next)
	{
		count += write_messages(m->from, w);
		member_moved(rib, m);
	}
	count += write_messages(m, w);
	for (unsigned i = 0; i < MESSAGES_MAX && !m->next &&
						 wbuf_room(w) >= m->group->codec.message_max;
		 i++)
	{
		if (walk_write(rib, m, w, &count))
		{
			continue;
		}
		member_settle(m);
		bucket = m->in_step ? next_bucket(rib, m) : NULL;
		if (!bucket)
		{
			break;
		}
		tell_or_give_up(rib, m->group, bucket);
		count += write_messages(m, w);
	}
	return count + write_end_of_rib(rib, m, w);
}

bool bgp_rib_advertised_next(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
							 family_t family, const prefix_t *after,
							 prefix_t *prefix, const bgp_attrs_t **attrs)
{
	const member_t *m = peer->out;
	int f = family_index((uint8_t)family);
	uint32_t handle;
	prefix_t at;

	if (!m)
	{
		return false;
	}
	m = m->from ? m->from : m;
	if (after)
	{
		at = *after;
		after = &at;
	}
	*attrs = NULL;
	for (unsigned i = 0; i < VIEW_STEPS; i++)
	{
		handle = trie_next(m->group->fam[f].trie, after, prefix);
		if (!handle)
		{
			return false;
		}
		if (entry_at(m->group, f, handle)->sent && member_heard(m, f, handle))
		{
			rib->outs.view = export_hop(
				peer,
				bgp_attr_get(rib->attrs, entry_at(m->group, f, handle)->sent));
			*attrs = &rib->outs.view;
			break;
		}
		at = *prefix;
		after = &at;
	}
	return true;
}
