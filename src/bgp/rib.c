/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Nets and paths, the decision, the queue of changes. See rib_impl.h for the shape.
 *
 * Everything that may change what is chosen for a prefix ends in net_decide:
 * it chooses, compares with the chain as it stood, and queues the net once if
 * they differ. The readers decide anew when asked, so that they are right
 * also while a purge has not come by yet.
 */

#include "bgp/rib_impl.h"

#include <stdlib.h>
#include <string.h>

#define NET_CHUNK_BYTES  131072
#define PATH_CHUNK_BYTES 131072

bgp_rib_t *bgp_rib_create(const bgp_config_t *config, uint32_t seed)
{
	bgp_rib_t *rib = mem_alloc(sizeof(*rib));

	rib->listed_max = LISTED_MAX;
	rib->config = *config;
	rib->opts = (bgp_decide_opts_t){
		.multipath = config->multipath < 1               ? 1
					 : config->multipath > BGP_PATHS_MAX ? BGP_PATHS_MAX
														 : config->multipath,
		.multipath_relax = config->multipath_relax,
		.always_compare_med = config->always_compare_med,
	};
	rib->attrs = bgp_attr_pool_create(seed);
	rib->hops = bgp_attr_pool_hops(rib->attrs);
	for (int f = 0; f < 2; f++)
	{
		rib->trie[f] = trie_create(family_of(f));
		pool_init(&rib->nets[f], sizeof(net_t) + (f ? 16 : 4), NET_CHUNK_BYTES);
		rib->sweep[f].at = 1;
	}
	pool_init(&rib->paths, sizeof(path_t), PATH_CHUNK_BYTES);
	bgp_attr_set_init(&rib->scratch);
	outs_init(&rib->outs);
	return rib;
}

void bgp_rib_destroy(bgp_rib_t *rib)
{
	if (!rib)
	{
		return;
	}
	outs_deinit(rib);
	aggregates_deinit(rib);
	for (int f = 0; f < 2; f++)
	{
		trie_destroy(rib->trie[f]);
		pool_deinit(&rib->nets[f]);
		changes_deinit(rib, f);
		fifo_deinit(&rib->exports[f]);
	}
	pool_deinit(&rib->paths);
	for (uint32_t i = 0; i < rib->n_slots; i++)
	{
		free(rib->slots[i].list);
	}
	free(rib->slots);
	bgp_attr_set_deinit(&rib->scratch);
	free(rib->cands);
	bgp_attr_pool_destroy(rib->attrs);
	free(rib);
}

bgp_attr_pool_t *bgp_rib_attrs(bgp_rib_t *rib)
{
	return rib->attrs;
}

slot_t *slot_of(bgp_rib_t *rib, const bgp_rib_peer_t *peer)
{
	while (peer->index >= rib->n_slots)
	{
		if ((rib->n_slots & (rib->n_slots - 1)) == 0)
		{
			rib->slots =
				mem_resize(rib->slots, rib->n_slots ? rib->n_slots * 2 : 1,
						   sizeof(*rib->slots));
		}
		rib->slots[rib->n_slots++] = (slot_t){0};
	}
	return &rib->slots[peer->index];
}

/* -- nets and paths -------------------------------------------------------- */

prefix_t net_prefix(int f, const net_t *net)
{
	prefix_t p = {.len = net->len};

	p.addr.family = (uint8_t)family_of(f);
	memcpy(p.addr.b, net->addr, f ? 16 : 4);
	return p;
}

bool path_is_live(const bgp_rib_t *rib, const path_t *path, int f)
{
	const slot_t *slot;

	if (path_is_local(path))
	{
		return true;
	}
	slot = &rib->slots[path->peer];
	return (uint16_t)(path->epoch - slot->oldest[f]) <=
		   (uint16_t)(slot->epoch[f] - slot->oldest[f]);
}

bool path_cand(const bgp_rib_t *rib, const path_t *path, int f, bgp_cand_t *c)
{
	const bgp_rib_peer_t *peer;
	const bgp_nexthop_t *hop;

	if (path_is_local(path))
	{
		/* what somebody asked for by name goes before an aggregate */
		*c = (bgp_cand_t){
			.local = path->peer == PEER_AGGREGATE ? 1 : 2,
			.peer = path->peer,
		};
		bgp_attr_key(rib->attrs, path->accepted, &c->key);
		return true;
	}
	peer = rib->slots[path->peer].peer;
	if (!path->accepted || !path_is_live(rib, path, f) || !peer || peer->dead ||
		!peer->eligible)
	{
		return false;
	}
	bgp_attr_key(rib->attrs, path->accepted, &c->key);
	c->metric = 0;
	if (peer->config->resolve_next_hop)
	{
		hop = bgp_nexthop_get(rib->hops, c->key.next_hop);
		if (!path->resolves || !hop->reachable)
		{
			return false;
		}
		c->metric = hop->metric;
	}
	c->router_id =
		c->key.originator_id ? c->key.originator_id : peer->router_id;
	c->peer = path->peer;
	c->local = 0;
	c->ebgp = !peer->ibgp;
	c->address = peer->address;
	return true;
}

static bgp_cand_t *cands_room(const bgp_rib_t *rib, size_t count)
{
	/* scratch memory: no part of what a reader sees */
	bgp_rib_t *mine = (bgp_rib_t *)rib;

	if (count > mine->cands_size)
	{
		mine->cands_size = count * 2;
		mine->cands =
			mem_resize(mine->cands, mine->cands_size, sizeof(bgp_cand_t));
	}
	return mine->cands;
}

size_t rib_gather(const bgp_rib_t *rib, int f, const net_t *net,
				  bgp_cand_t **cands)
{
	bgp_cand_t *c = cands_room(rib, 8);
	size_t count = 0;
	path_t *path;

	for (uint32_t h = net->paths; h; h = path->next)
	{
		path = path_at(rib, h);
		c = cands_room(rib, count + 1);
		if (path_cand(rib, path, f, &c[count]))
		{
			c[count++].path = h;
		}
	}
	*cands = c;
	return count;
}

/** the chain holds just the chosen, in this order */
static bool chain_is(const bgp_rib_t *rib, const net_t *net,
					 const bgp_cand_t *c, unsigned chosen)
{
	uint32_t h = net->paths;

	for (unsigned i = 0; i < chosen; i++)
	{
		if (h != c[i].path)
		{
			return false;
		}
		h = path_at(rib, h)->next;
	}
	return true;
}

/** the chosen to the front of the chain; the others keep their order */
static void chain_order(const bgp_rib_t *rib, net_t *net, const bgp_cand_t *c,
						unsigned chosen)
{
	uint32_t *link = &net->paths;
	uint32_t rest, *rest_end = &rest;

	for (uint32_t h = net->paths, next; h; h = next)
	{
		bool taken = false;

		next = path_at(rib, h)->next;
		for (unsigned i = 0; i < chosen && !taken; i++)
		{
			taken = c[i].path == h;
		}
		if (!taken)
		{
			*rest_end = h;
			rest_end = &path_at(rib, h)->next;
		}
	}
	*rest_end = 0;
	for (unsigned i = 0; i < chosen; i++)
	{
		*link = c[i].path;
		link = &path_at(rib, c[i].path)->next;
	}
	*link = rest;
}

void queue_export(bgp_rib_t *rib, net_ref_t ref, net_t *net)
{
	if (rib->outs.count && !(net->flags & NET_EXPORT))
	{
		net->flags |= NET_EXPORT;
		fifo_push(&rib->exports[ref_family(ref)], ref);
	}
}

/** best: NULL: none */
static void net_contribute(bgp_rib_t *rib, int f, net_t *net,
						   const bgp_cand_t *best)
{
	uint8_t before = net_contribution(net);
	uint8_t after = best ? aggregate_contribution(
							   best, path_source(path_at(rib, best->path)))
						 : 0;

	if (before != after)
	{
		prefix_t prefix = net_prefix(f, net);

		net->flags = (uint8_t)((net->flags & ~NET_CONTRIBUTES) |
							   after << NET_CONTRIBUTES_SHIFT);
		aggregates_note(rib, f, &prefix, before, after);
	}
}

void net_decide(bgp_rib_t *rib, net_ref_t ref, net_t *net, bool changed)
{
	int f = ref_family(ref);
	bgp_cand_t *c;
	size_t count = rib_gather(rib, f, net, &c);
	unsigned best = bgp_decide(&rib->opts, c, count);
	unsigned backup = bgp_decide(&rib->opts, c + best, count - best);

	if (net->n_best != best || net->n_backup != backup ||
		!chain_is(rib, net, c, best + backup))
	{
		changed = true;
		chain_order(rib, net, c, best + backup);
		rib->routes[f] += (best > 0);
		rib->routes[f] -= (net->n_best > 0);
		net->n_best = (uint8_t)best;
		net->n_backup = (uint8_t)backup;
	}
	rib->n_cands = count;
	net_contribute(rib, f, net, best ? &c[0] : NULL);
	if (changed)
	{
		queue_change(rib, ref, net);
	}
}

net_ref_t net_enter(bgp_rib_t *rib, int f, const prefix_t *prefix)
{
	uint32_t *place = trie_insert(rib->trie[f], prefix);

	if (!*place)
	{
		uint32_t handle = pool_alloc(&rib->nets[f]);
		net_t *net = pool_at(&rib->nets[f], handle);

		net->len = prefix->len;
		net->flags = NET_USED;
		memcpy(net->addr, prefix->addr.b, f ? 16 : 4);
		*place = handle;
	}
	return net_ref(f, *place);
}

void net_drop_if_unused(bgp_rib_t *rib, net_ref_t ref)
{
	int f = ref_family(ref);
	net_t *net = net_at(rib, ref);
	prefix_t prefix;

	if (net->paths || net->tag || net->flags != NET_USED)
	{
		return;
	}
	prefix = net_prefix(f, net);
	trie_remove(rib->trie[f], &prefix);
	pool_free(&rib->nets[f], ref & ~NET_REF_IPV6);
}

/** number of the next hop that the path needs resolved, 0: none */
static uint32_t hop_needed(const bgp_rib_t *rib, const path_t *path)
{
	const bgp_rib_peer_t *peer =
		path_is_local(path) ? NULL : rib->slots[path->peer].peer;

	return path->accepted && peer && peer->config->resolve_next_hop
			   ? bgp_attr_next_hop(rib->attrs, path->accepted)
			   : 0;
}

bool path_resolve_due(const bgp_rib_t *rib, const path_t *path)
{
	return path->resolves != (hop_needed(rib, path) != 0);
}

static bool hop_use(bgp_rib_t *rib, uint32_t hop)
{
	bool first;

	if (!bgp_nexthop_use(rib->hops, hop, &first))
	{
		rib->hops_refused = true;
		return false;
	}
	if (first && rib->watch)
	{
		rib->watch(rib->watch_user, bgp_rib_next_hop_addr(rib, hop), true);
	}
	return true;
}

static void hop_unuse(bgp_rib_t *rib, uint32_t hop)
{
	if (!bgp_nexthop_unuse(rib->hops, hop))
	{
		return;
	}
	if (rib->watch)
	{
		rib->watch(rib->watch_user, bgp_rib_next_hop_addr(rib, hop), false);
	}
	if (rib->hops_refused)
	{
		rib->hops_refused = false;
		hops_changed(rib);
	}
}

void path_accept(bgp_rib_t *rib, path_t *path, uint32_t accepted)
{
	uint32_t old = path->accepted, before, now;

	before = path->resolves ? bgp_attr_next_hop(rib->attrs, old) : 0;
	path->accepted = accepted;
	now = hop_needed(rib, path);
	if (now != before)
	{
		path->resolves = now && hop_use(rib, now);
		if (before)
		{
			hop_unuse(rib, before);
		}
	}
	if (old)
	{
		bgp_attr_release(rib->attrs, old);
	}
}

static void path_free(bgp_rib_t *rib, uint32_t handle)
{
	path_t *path = path_at(rib, handle);

	path_accept(rib, path, 0);
	bgp_attr_release(rib->attrs, path->received);
	if (!path_is_local(path))
	{
		slot_t *slot = &rib->slots[path->peer];

		if (--slot->paths == 0)
		{
			/* nothing is left to be found */
			slot->list_len = 0;
			slot->list_overflown = false;
			slot->epochs_begun = 0;
		}
	}
	pool_free(&rib->paths, handle);
}

bool path_unlink(bgp_rib_t *rib, int f, net_t *net, uint32_t *link, unsigned i)
{
	uint32_t handle = *link;

	*link = path_at(rib, handle)->next;
	path_free(rib, handle);
	if (i < net->n_best)
	{
		net->n_best--;
		rib->routes[f] -= (net->n_best == 0);
		return true;
	}
	if (i < (unsigned)net->n_best + net->n_backup)
	{
		net->n_backup--;
		return true;
	}
	return false;
}

uint64_t path_cost(const bgp_rib_t *rib, int f, const path_t *path)
{
	size_t size = f ? PATH_COST_IPV6 : PATH_COST_IPV4;

	size += bgp_attr_size(rib->attrs, path->received);
	if (path->accepted && path->accepted != path->received)
	{
		size += bgp_attr_size(rib->attrs, path->accepted);
	}
	return size;
}

void count_path(const bgp_rib_t *rib, slot_t *slot, int f, const path_t *path,
				int by)
{
	uint64_t cost = path_cost(rib, f, path) * (uint64_t)(int64_t)by;
	bool heard = path->epoch == slot->epoch[f];
	uint32_t n = (uint32_t)by;

	slot->heard[f] += heard ? n : 0;
	slot->heard_accepted[f] += heard && path->accepted ? n : 0;
	slot->heard_memory[f] += heard ? cost : 0;
	if (slot->peer)
	{
		slot->peer->received[f] += n;
		slot->peer->accepted[f] += path->accepted ? n : 0;
		slot->peer->memory[f] += cost;
	}
}

void net_visit(bgp_rib_t *rib, net_ref_t ref)
{
	net_t *net = net_at(rib, ref);
	int f = ref_family(ref);
	prefix_t prefix = net_prefix(f, net);
	uint32_t *link = &net->paths;
	unsigned i = 0;
	bool changed = false;

	while (*link)
	{
		path_t *path = path_at(rib, *link);
		slot_t *slot;
		bool chosen = i < (unsigned)net->n_best + net->n_backup;

		if (!path_is_live(rib, path, f))
		{
			changed |= path_unlink(rib, f, net, link, i);
			continue;
		}
		slot = path_is_local(path) ? NULL : &rib->slots[path->peer];
		if (slot && slot->repolicy && slot->peer)
		{
			uint32_t accepted =
				import_attrs(rib, slot, &prefix, path->received);

			count_path(rib, slot, f, path, -1);
			changed |= chosen && accepted != path->accepted;
			path_accept(rib, path, accepted);
			count_path(rib, slot, f, path, 1);
		}
		else if (slot && path_resolve_due(rib, path))
		{
			bgp_attr_hold(rib->attrs, path->accepted);
			path_accept(rib, path, path->accepted);
		}
		changed |= slot && slot->reweigh && chosen;
		link = &path->next;
		i++;
	}
	net_decide(rib, ref, net, changed);
	net_drop_if_unused(rib, ref);
}
