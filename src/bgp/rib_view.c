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

bool route_fill(const bgp_rib_t *rib, int f, const net_t *net, bgp_route_t *out)
{
	bgp_cand_t *c;
	size_t count = rib_gather(rib, f, net, &c);

	out->prefix = net_prefix(f, net);
	out->tag = net->tag;
	out->n_best = bgp_decide(&rib->opts, c, count);
	out->n_backup =
		bgp_decide(&rib->opts, c + out->n_best, count - out->n_best);
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
	return out->n_best > 0;
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
	prefix_t found, at;
	uint32_t handle;

	while ((handle = trie_next(rib->trie[f], after, &found)))
	{
		if (route_fill(rib, f, pool_at(&rib->nets[f], handle), out))
		{
			return true;
		}
		at = found;
		after = &at;
	}
	return false;
}

bool bgp_rib_received_next(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						   family_t family, const prefix_t *after,
						   prefix_t *prefix, const bgp_attrs_t **received,
						   const bgp_attrs_t **accepted)
{
	int f = family_index((uint8_t)family);
	prefix_t at;
	uint32_t handle;

	if (after)
	{
		at = *after;
		after = &at;
	}
	while ((handle = trie_next(rib->trie[f], after, prefix)))
	{
		const net_t *net = pool_at(&rib->nets[f], handle);
		const path_t *path;

		for (uint32_t h = net->paths; h; h = path->next)
		{
			path = path_at(rib, h);
			if (path->peer == peer->index && path_is_live(rib, path, f))
			{
				*received = bgp_attr_get(rib->attrs, path->received);
				*accepted = path->accepted
								? bgp_attr_get(rib->attrs, path->accepted)
								: NULL;
				return true;
			}
		}
		at = *prefix;
		after = &at;
	}
	return false;
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
				fifo_memory(&rib->changes[f]) + fifo_memory(&rib->exports[f]);
	}
	for (uint32_t i = 0; i < rib->n_slots; i++)
	{
		size += rib->slots[i].list_size * sizeof(net_ref_t);
	}
	return size;
}
