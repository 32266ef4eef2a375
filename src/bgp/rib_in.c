/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes in: a peer's announcements, past its limits and the import policy,
 * and our own prefixes.
 */

#include "bgp/rib_impl.h"

/** the peer's path; *link is its place, *i its number in the chain */
static path_t *path_find(bgp_rib_t *rib, net_t *net, uint16_t peer,
						 uint32_t **link, unsigned *i)
{
	*i = 0;
	for (*link = &net->paths; **link; *link = &path_at(rib, **link)->next)
	{
		path_t *path = path_at(rib, **link);

		if (path->peer == peer)
		{
			return path;
		}
		(*i)++;
	}
	return NULL;
}

/** a new path at the end of the chain */
static path_t *path_add(bgp_rib_t *rib, net_t *net, uint16_t peer)
{
	uint32_t *link = &net->paths;
	path_t *path;

	while (*link)
	{
		link = &path_at(rib, *link)->next;
	}
	*link = pool_alloc(&rib->paths);
	path = path_at(rib, *link);
	path->peer = peer & PEER_MASK;
	return path;
}

/** what the peer says now in the place of what it said, if anything */
static void path_set(bgp_rib_t *rib, path_t *path, const prefix_t *prefix,
					 uint32_t received)
{
	uint32_t before = path->received;

	bgp_attr_hold(rib->attrs, received);
	path->received = received;
	path_accept(rib, path,
				import_attrs(rib, &rib->slots[path->peer], prefix, received));
	if (before)
	{
		bgp_attr_release(rib->attrs, before);
	}
}

/** what the peer is told of, once until it is well below the mark again */
static bgp_rib_verdict_t warn(bgp_rib_peer_t *peer, int f)
{
	uint64_t now = (uint64_t)peer->received[f] * 100;
	uint64_t mark = (uint64_t)peer->max_prefix * peer->config->max_prefix_warn;

	if (now < mark - mark / 4)
	{
		peer->warned[f] = BGP_RIB_ENTERED;
	}
	if (peer->max_prefix && peer->received[f] > peer->max_prefix &&
		peer->warned[f] != BGP_RIB_WARN_OVER)
	{
		peer->warned[f] = BGP_RIB_WARN_OVER;
		return BGP_RIB_WARN_OVER;
	}
	if (mark && now >= mark && peer->warned[f] == BGP_RIB_ENTERED)
	{
		peer->warned[f] = BGP_RIB_WARN;
		return BGP_RIB_WARN;
	}
	return BGP_RIB_ENTERED;
}

/** whether a path may come in the place of `old` (NULL: none that lives) */
static bgp_rib_verdict_t check_limits(const bgp_rib_t *rib,
									  const bgp_rib_peer_t *peer, int f,
									  const path_t *old, uint32_t attrs_id)
{
	uint64_t max = peer->config->max_memory;

	if (!old && peer->max_prefix && peer->received[f] >= peer->max_prefix &&
		!peer->config->max_prefix_warn_only)
	{
		return BGP_RIB_MAX_PREFIX;
	}
	if (max)
	{
		path_t path = {.received = attrs_id};
		uint64_t now = peer->memory[0] + peer->memory[1] +
					   path_cost(rib, f, &path) -
					   (old ? path_cost(rib, f, old) : 0);

		return now > max ? BGP_RIB_MAX_MEMORY : BGP_RIB_ENTERED;
	}
	return BGP_RIB_ENTERED;
}

bgp_rib_verdict_t bgp_rib_announce(bgp_rib_t *rib, bgp_rib_peer_t *peer,
								   const prefix_t *prefix, uint32_t attrs_id)
{
	int f = family_index(prefix->addr.family);
	slot_t *slot = slot_of(rib, peer);
	bgp_rib_verdict_t verdict;
	net_ref_t ref;
	uint32_t *link;
	bool chosen, live;
	path_t *path;
	unsigned i;
	net_t *net;

	if (slot->peer != peer || peer->dead)
	{
		return BGP_RIB_ENTERED;
	}
	ref = net_enter(rib, f, prefix);
	net = net_at(rib, ref);
	path = path_find(rib, net, peer->index, &link, &i);
	chosen = path && i < (unsigned)net->n_best + net->n_backup;
	live = path && path_is_live(rib, path, f);
	if (live && path->received == attrs_id && !slot->repolicy)
	{
		count_path(rib, slot, f, path, -1);
		path->epoch = slot->epoch[f];
		count_path(rib, slot, f, path, 1);
		peer->rejected += !path->accepted;
		return BGP_RIB_ENTERED;
	}
	verdict = check_limits(rib, peer, f, live ? path : NULL, attrs_id);
	if (verdict != BGP_RIB_ENTERED)
	{
		net_drop_if_unused(rib, ref);
		return verdict;
	}
	if (live)
	{
		count_path(rib, slot, f, path, -1);
	}
	if (!path)
	{
		path = path_add(rib, net, peer->index);
		slot->paths++;
		slot_list_add(rib, slot, ref);
	}
	path_set(rib, path, prefix, attrs_id);
	path->epoch = slot->epoch[f];
	count_path(rib, slot, f, path, 1);
	peer->rejected += !path->accepted;
	net_decide(rib, ref, net, chosen);
	return live ? BGP_RIB_ENTERED : warn(peer, f);
}

static void withdraw(bgp_rib_t *rib, int f, const prefix_t *prefix,
					 uint16_t peer)
{
	uint32_t handle = trie_get(rib->trie[f], prefix);
	net_ref_t ref = net_ref(f, handle);
	uint32_t *link;
	path_t *path;
	net_t *net;
	unsigned i;
	bool chosen;

	if (!handle)
	{
		return;
	}
	net = net_at(rib, ref);
	path = path_find(rib, net, peer, &link, &i);
	if (!path)
	{
		return;
	}
	if (!path_is_local(path) && path_is_live(rib, path, f))
	{
		count_path(rib, &rib->slots[peer], f, path, -1);
	}
	chosen = path_unlink(rib, f, net, link, i);
	net_decide(rib, ref, net, chosen);
	net_drop_if_unused(rib, ref);
}

void bgp_rib_withdraw(bgp_rib_t *rib, bgp_rib_peer_t *peer,
					  const prefix_t *prefix)
{
	withdraw(rib, family_index(prefix->addr.family), prefix, peer->index);
}

void local_enter(bgp_rib_t *rib, const prefix_t *prefix, uint16_t number,
				 const bgp_attrs_t *attrs, bgp_source_t source)
{
	int f = family_index(prefix->addr.family);
	net_ref_t ref = net_enter(rib, f, prefix);
	net_t *net = net_at(rib, ref);
	uint32_t id = bgp_attr_intern(rib->attrs, attrs);
	uint32_t *link;
	unsigned i;
	path_t *path = path_find(rib, net, number, &link, &i);
	bool chosen = path && i < (unsigned)net->n_best + net->n_backup;

	if (path && path->accepted == id && path->source == source)
	{
		bgp_attr_release(rib->attrs, id);
		return;
	}
	if (path)
	{
		bgp_attr_release(rib->attrs, path->received);
		bgp_attr_release(rib->attrs, path->accepted);
	}
	else
	{
		path = path_add(rib, net, number);
	}
	bgp_attr_hold(rib->attrs, id);
	path->received = id;
	path->accepted = id;
	path->source = (uint16_t)source;
	net_decide(rib, ref, net, chosen);
}

void local_remove(bgp_rib_t *rib, const prefix_t *prefix, uint16_t number)
{
	withdraw(rib, family_index(prefix->addr.family), prefix, number);
}

void bgp_rib_originate(bgp_rib_t *rib, const prefix_t *prefix,
					   const bgp_local_t *local)
{
	bgp_attrs_t attrs = {
		.origin = local->source == BGP_SOURCE_ADVERTISE ? BGP_ORIGIN_IGP
														: BGP_ORIGIN_INCOMPLETE,
		.has = local->has_med ? BGP_HAS_MED : 0,
		.med = local->has_med ? local->med : 0,
	};

	if (local->attrs)
	{
		attrs = *local->attrs;
		attrs.as_path = (bgp_blob_t){.len = 0};
		attrs.as_path_hops = 0;
		attrs.neighbor_as = 0;
		attrs.next_hop = addr_none;
		attrs.next_hop_ll = addr_none;
	}
	local_enter(rib, prefix, PEER_LOCAL, &attrs, local->source);
}

void bgp_rib_unoriginate(bgp_rib_t *rib, const prefix_t *prefix)
{
	local_remove(rib, prefix, PEER_LOCAL);
}
