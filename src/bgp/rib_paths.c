/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * All paths of a prefix for a person to look at: those chosen, those that
 * others beat and at which step, and those that cannot be chosen and why.
 */

#include "bgp/rib_impl.h"

#include <string.h>

/** why the path cannot be chosen; it is live and not ours */
static bgp_use_t unused_why(const bgp_rib_t *rib, const path_t *path)
{
	const bgp_rib_peer_t *peer = rib->slots[path->peer].peer;

	if (!path->accepted)
	{
		return BGP_USE_REJECTED;
	}
	return peer && !peer->dead && peer->eligible ? BGP_USE_NEXT_HOP
												 : BGP_USE_PEER;
}

static void fill(const bgp_rib_t *rib, int f, const path_t *path,
				 bgp_path_view_t *out)
{
	*out = (bgp_path_view_t){
		.attrs = bgp_attr_get(rib->attrs,
							  path->accepted ? path->accepted : path->received),
		.source = path_source(path),
		.weight = 1,
	};
	if (!path_is_local(path))
	{
		const slot_t *slot = &rib->slots[path->peer];

		out->peer =
			rib->resolve ? rib->resolve(rib->resolve_user, path->peer) : NULL;
		out->stale = path->epoch != slot->epoch[f];
		out->weight = out->attrs->weight                 ? out->attrs->weight
					  : slot->peer && slot->peer->weight ? slot->peer->weight
														 : 1;
	}
}

/** the step at which the best won. MED is no order: a path that lost by it to
 * another of its AS may be better than the best, taken alone */
static bgp_step_t lost_at(const bgp_rib_t *rib, const bgp_cand_t *best,
						  const bgp_cand_t *c)
{
	bgp_step_t step;

	return bgp_decide_compare(&rib->opts, best, c, &step) < 0 ? step
															  : BGP_STEP_MED;
}

/** candidates in the order of the decision, and how many are chosen and are
 * the backup */
static size_t rank(const bgp_rib_t *rib, int f, const net_t *net,
				   bgp_cand_t **c, size_t *n_best, size_t *n_backup)
{
	size_t count = rib_gather(rib, f, net, c), at;

	*n_best = count ? bgp_decide(&rib->opts, *c, count) : 0;
	*n_backup = count > *n_best
					? bgp_decide(&rib->opts, *c + *n_best, count - *n_best)
					: 0;
	at = *n_best + *n_backup;
	while (at < count)
	{
		at += bgp_decide(&rib->opts, *c + at, count - at);
	}
	return count;
}

size_t bgp_rib_paths(const bgp_rib_t *rib, const prefix_t *prefix, size_t skip,
					 bgp_path_view_t *out, size_t room)
{
	int f = family_index(prefix->addr.family);
	uint32_t handle = trie_get(rib->trie[f], prefix);
	size_t count, n_best, n_backup, n = 0;
	const net_t *net;
	bgp_cand_t *c, ignored;

	if (!handle)
	{
		return 0;
	}
	net = pool_at(&rib->nets[f], handle);
	count = rank(rib, f, net, &c, &n_best, &n_backup);
	for (size_t i = skip; i < count && n < room; i++)
	{
		fill(rib, f, path_at(rib, c[i].path), &out[n]);
		out[n].use = i == 0                  ? BGP_USE_BEST
					 : i < n_best            ? BGP_USE_EQUAL
					 : i < n_best + n_backup ? BGP_USE_BACKUP
											 : BGP_USE_WORSE;
		out[n].step = i ? lost_at(rib, &c[0], &c[i]) : BGP_STEP_ONLY;
		n++;
	}
	skip = skip > count ? skip - count : 0;
	for (uint32_t h = net->paths; h && n < room; h = path_at(rib, h)->next)
	{
		const path_t *path = path_at(rib, h);

		if (path_is_local(path) || !path_is_live(rib, path, f) ||
			path_cand(rib, path, f, &ignored))
		{
			continue;
		}
		if (skip)
		{
			skip--;
			continue;
		}
		fill(rib, f, path, &out[n]);
		out[n].use = unused_why(rib, path);
		n++;
	}
	return n;
}

bool bgp_rib_prefix_next(const bgp_rib_t *rib, family_t family,
						 const prefix_t *after, prefix_t *prefix)
{
	prefix_t at;

	if (after)
	{
		at = *after;
		after = &at;
	}
	return trie_next(rib->trie[family_index((uint8_t)family)], after, prefix) !=
		   0;
}

bool bgp_rib_received_get(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						  const prefix_t *prefix, const bgp_attrs_t **received,
						  const bgp_attrs_t **accepted)
{
	int f = family_index(prefix->addr.family);
	uint32_t handle = trie_get(rib->trie[f], prefix);
	const net_t *net = handle ? pool_at(&rib->nets[f], handle) : NULL;
	const path_t *path;

	for (uint32_t h = net ? net->paths : 0; h; h = path->next)
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
	return false;
}
