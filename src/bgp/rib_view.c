/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reading the tables. A route is decided anew for its reader, which costs
 * little and is right also between an event and the slice that comes by.
 */

#include "bgp/rib_impl.h"
#include "bgp/weigh.h"

static void path_fill(const bgp_rib_t *rib, const bgp_cand_t *c,
					  bgp_path_t *out)
{
	const path_t *path = path_at(rib, c->path);

	*out = (bgp_path_t){
		.attrs = bgp_attr_get(rib->attrs, path->accepted),
		.next_hop = c->key.next_hop,
		.weight = 1,
		.source = path_source(path),
	};
	if (!c->local)
	{
		uint8_t weight = rib->slots[c->peer].peer->weight;

		out->peer =
			rib->resolve ? rib->resolve(rib->resolve_user, c->peer) : NULL;
		out->weight = weight ? weight : 1;
	}
}

/** the candidates in the order of the decision, whose numbers are in *out */
static void fill_from(const bgp_rib_t *rib, int f, const net_t *net,
					  const bgp_cand_t *c, size_t count, bgp_route_t *out)
{
	out->prefix = net_prefix(f, net);
	out->tag = net->tag;
	out->step = BGP_STEP_ONLY;
	if (count > 1)
	{
		/* the next is the second of the chosen or else the first backup:
		 * either way it stands behind the best */
		bgp_decide_compare(&rib->opts, &c[0], &c[1], &out->step);
	}
	for (unsigned i = 0; i < out->n_best; i++)
	{
		path_fill(rib, &c[i], &out->best[i]);
	}
	for (unsigned i = 0; i < out->n_backup; i++)
	{
		path_fill(rib, &c[out->n_best + i], &out->backup[i]);
	}
	bgp_weigh(out->best, out->n_best, rib->config.link_bandwidth);
	bgp_weigh(out->backup, out->n_backup, rib->config.link_bandwidth);
}

bool route_fill(const bgp_rib_t *rib, int f, const net_t *net, bgp_route_t *out)
{
	bgp_cand_t *c;
	size_t count = rib_gather(rib, f, net, &c);

	out->n_best = bgp_decide(&rib->opts, c, count);
	out->n_backup =
		bgp_decide(&rib->opts, c + out->n_best, count - out->n_best);
	fill_from(rib, f, net, c, count, out);
	return out->n_best > 0;
}

void route_decided(const bgp_rib_t *rib, int f, const net_t *net,
				   bgp_route_t *out)
{
	out->n_best = net->n_best;
	out->n_backup = net->n_backup;
	fill_from(rib, f, net, rib->cands, rib->n_cands, out);
}

void bgp_rib_set_resolver(bgp_rib_t *rib, bgp_rib_resolve_t fn, void *user)
{
	rib->resolve = fn;
	rib->resolve_user = user;
}

bool bgp_rib_get(const bgp_rib_t *rib, const prefix_t *p, bgp_route_t *out)
{
	int f = family_index(p->addr.family);
	uint32_t handle = trie_get(rib->trie[f], p);

	return handle && route_fill(rib, f, pool_at(&rib->nets[f], handle), out);
}

bool bgp_rib_lookup(const bgp_rib_t *rib, const addr_t *a, bgp_route_t *out)
{
	int f = family_index(a->family);
	prefix_t p = prefix_make(a, addr_bits(a)), found;
	uint32_t handle;

	while ((handle = trie_match(rib->trie[f], &p, &found)))
	{
		if (route_fill(rib, f, pool_at(&rib->nets[f], handle), out))
		{
			return true;
		}
		if (found.len == 0)
		{
			return false;
		}
		p = prefix_make(a, found.len - 1u);
	}
	return false;
}

bool bgp_rib_next(const bgp_rib_t *rib, family_t family, const prefix_t *after,
				  bgp_route_t *out)
{
	int f = family_index((uint8_t)family);
	prefix_t at;

	for (unsigned i = 0; i < NEXT_STEPS; i++)
	{
		uint32_t handle = trie_next(rib->trie[f], after, &at);

		if (!handle)
		{
			return false;
		}
		after = &at;
		if (route_fill(rib, f, pool_at(&rib->nets[f], handle), out))
		{
			break;
		}
	}
	return true;
}

/** the peer's path that lives, NULL: none */
static const path_t *path_of(const bgp_rib_t *rib, uint16_t peer, int f,
							 const net_t *net)
{
	const path_t *path;

	for (uint32_t h = net->paths; h; h = path->next)
	{
		path = path_at(rib, h);
		if (path->peer == peer && path_is_live(rib, path, f))
		{
			return path;
		}
	}
	return NULL;
}

/** the list is in no order: the first behind `after` is looked for in all of
 * it, which for a short one is less than to sort it or to keep it sorted */
static const path_t *next_in_list(const bgp_rib_t *rib, const slot_t *slot,
								  uint16_t peer, int f, const prefix_t *after,
								  prefix_t *prefix)
{
	const path_t *found = NULL;

	for (uint32_t i = 0; i < slot->list_len; i++)
	{
		net_ref_t ref = slot->list[i];
		const path_t *path;
		prefix_t p;

		if (ref_family(ref) != f || !net_exists(rib, ref))
		{
			continue;
		}
		p = net_prefix(f, net_at(rib, ref));
		if ((!after || prefix_cmp(&p, after) > 0) &&
			(!found || prefix_cmp(&p, prefix) < 0) &&
			(path = path_of(rib, peer, f, net_at(rib, ref))))
		{
			*prefix = p;
			found = path;
		}
	}
	return found;
}

/** so many steps at most; *end: there is none */
static const path_t *next_in_table(const bgp_rib_t *rib, uint16_t peer, int f,
								   const prefix_t *after, prefix_t *prefix,
								   bool *end)
{
	const path_t *path = NULL;
	prefix_t at;

	*end = false;
	for (unsigned i = 0; i < VIEW_STEPS && !path; i++)
	{
		uint32_t handle = trie_next(rib->trie[f], after, prefix);

		if (!handle)
		{
			*end = true;
			break;
		}
		path = path_of(rib, peer, f, pool_at(&rib->nets[f], handle));
		at = *prefix;
		after = &at;
	}
	return path;
}

bool bgp_rib_received_next(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						   family_t family, const prefix_t *after,
						   prefix_t *prefix, const bgp_attrs_t **received,
						   const bgp_attrs_t **accepted)
{
	int f = family_index((uint8_t)family);
	const slot_t *slot;
	const path_t *path;
	prefix_t at;
	bool end;

	if (peer->index >= rib->n_slots)
	{
		return false;
	}
	if (after)
	{
		/* it may be where the answer goes */
		at = *after;
		after = &at;
	}
	slot = &rib->slots[peer->index];
	if (!slot->list_overflown && slot->list_len <= VIEW_STEPS)
	{
		path = next_in_list(rib, slot, peer->index, f, after, prefix);
		end = !path;
	}
	else
	{
		path = next_in_table(rib, peer->index, f, after, prefix, &end);
	}
	*received = path ? bgp_attr_get(rib->attrs, path->received) : NULL;
	*accepted = path && path->accepted
					? bgp_attr_get(rib->attrs, path->accepted)
					: NULL;
	return !end;
}

size_t bgp_rib_count(const bgp_rib_t *rib, family_t family)
{
	return rib->routes[family_index((uint8_t)family)];
}

size_t bgp_rib_memory(const bgp_rib_t *rib)
{
	size_t size = sizeof(*rib) + bgp_attr_pool_memory(rib->attrs) +
				  pool_memory(&rib->paths) +
				  rib->cands_size * sizeof(bgp_cand_t) +
				  rib->n_slots * sizeof(slot_t) + aggregates_memory(rib) +
				  outs_memory(rib);

	for (int f = 0; f < 2; f++)
	{
		size += trie_memory(rib->trie[f]) + pool_memory(&rib->nets[f]) +
				changes_memory(rib, f) + fifo_memory(&rib->exports[f]);
	}
	for (uint32_t i = 0; i < rib->n_slots; i++)
	{
		size += rib->slots[i].list_size * sizeof(net_ref_t);
	}
	return size;
}
