/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the FIB is told, and what it tells: changed prefixes, its tags, next
 * hops.
 */

#include "bgp/rib_impl.h"

/** changes whose memory is fetched together, and how many paths of each */
#define CHANGES_AHEAD 16u
#define PATHS_AHEAD   2u

static unsigned change_rank(int f, const net_t *net)
{
	uint32_t block = (uint32_t)net->addr[0] << 16 |
					 (uint32_t)net->addr[1] << 8 | net->addr[2];

	/* the kernel's table of IPv6 is another */
	return f ? 0 : (unsigned)__builtin_ctz(block | 1u << (CHANGE_RANKS - 1));
}

void queue_change(bgp_rib_t *rib, net_ref_t ref, net_t *net)
{
	int f = ref_family(ref);
	changes_t *changes = &rib->changes[f];

	if (!(net->flags & NET_CHANGED))
	{
		net->flags |= NET_CHANGED;
		if (!changes->count++)
		{
			changes->at = 0;
			changes->left = 0;
		}
		fifo_push(&changes->rank[change_rank(f, net)], ref);
	}
	queue_export(rib, ref, net);
}

/** a change's net, its paths and their attributes are each found by the one
 * before, and none is in the processor's cache: those of some changes are
 * fetched together */
static void changes_ahead(const bgp_rib_t *rib, const fifo_t *fifo)
{
	const path_t *paths[CHANGES_AHEAD];
	size_t waiting, n;
	const net_ref_t *refs = fifo_peek(fifo, &waiting);

	n = waiting < CHANGES_AHEAD ? waiting : CHANGES_AHEAD;
	for (size_t i = 0; i < n; i++)
	{
		__builtin_prefetch(net_at(rib, refs[i]));
	}
	for (size_t i = 0; i < n; i++)
	{
		uint32_t first = net_at(rib, refs[i])->paths;

		paths[i] = first ? path_at(rib, first) : NULL;
		__builtin_prefetch(paths[i]);
	}
	for (unsigned depth = 0; depth < PATHS_AHEAD; depth++)
	{
		for (size_t i = 0; i < n; i++)
		{
			const path_t *path = paths[i];

			if (path)
			{
				bgp_attr_fetch(rib->attrs, path->accepted);
				paths[i] = path->next ? path_at(rib, path->next) : NULL;
				__builtin_prefetch(paths[i]);
			}
		}
	}
}

static net_ref_t changes_pop(const bgp_rib_t *rib, changes_t *changes)
{
	if (!changes->count)
	{
		return 0;
	}
	while (!changes->left)
	{
		changes->at = (changes->at ? changes->at : CHANGE_RANKS) - 1;
		changes->left = changes->rank[changes->at].count;
	}
	if (changes->left % CHANGES_AHEAD == 0)
	{
		changes_ahead(rib, &changes->rank[changes->at]);
	}
	changes->left--;
	changes->count--;
	return fifo_pop(&changes->rank[changes->at]);
}

void changes_deinit(bgp_rib_t *rib, int f)
{
	for (unsigned i = 0; i < CHANGE_RANKS; i++)
	{
		fifo_deinit(&rib->changes[f].rank[i]);
	}
}

size_t changes_memory(const bgp_rib_t *rib, int f)
{
	size_t size = 0;

	for (unsigned i = 0; i < CHANGE_RANKS; i++)
	{
		size += fifo_memory(&rib->changes[f].rank[i]);
	}
	return size;
}

/** the families take turns; 0: none waits */
static net_ref_t next_changed(bgp_rib_t *rib)
{
	net_ref_t ref = 0;

	for (int i = 0; i < 2 && !ref; i++)
	{
		int f = rib->changes_turn;

		rib->changes_turn = !f;
		if (!is_deferred(rib, f))
		{
			ref = changes_pop(rib, &rib->changes[f]);
		}
	}
	return ref;
}

bool bgp_rib_next_change(bgp_rib_t *rib, bgp_route_t *out)
{
	net_ref_t ref = next_changed(rib);
	net_t *net;
	int f = ref_family(ref);

	if (!ref)
	{
		return false;
	}
	/* what is told is what holds now; its mark keeps it from being queued
	 * and dropped meanwhile */
	net_visit(rib, ref);
	net = net_at(rib, ref);
	net->flags &= (uint8_t)~NET_CHANGED;
	route_decided(rib, f, net, out);
	rib->taken = ref;
	net_drop_if_unused(rib, ref);
	return true;
}

static bool is_net_of(const bgp_rib_t *rib, net_ref_t ref, int f,
					  const prefix_t *prefix)
{
	prefix_t p;

	if (!ref || ref_family(ref) != f || !net_exists(rib, ref))
	{
		return false;
	}
	p = net_prefix(f, net_at(rib, ref));
	return prefix_equal(&p, prefix);
}

void bgp_rib_set_tag(bgp_rib_t *rib, const prefix_t *prefix, uint32_t tag)
{
	int f = family_index(prefix->addr.family);
	net_ref_t ref = rib->taken;

	/* mostly it answers the change that was taken last */
	if (!is_net_of(rib, ref, f, prefix))
	{
		/* taking the change may have dropped the net, which says tag 0 */
		if (!tag && !trie_get(rib->trie[f], prefix))
		{
			return;
		}
		ref = net_enter(rib, f, prefix);
	}
	net_at(rib, ref)->tag = tag;
	net_drop_if_unused(rib, ref);
}

size_t bgp_rib_changes_waiting(const bgp_rib_t *rib)
{
	size_t count = 0;

	for (int f = 0; f < 2; f++)
	{
		count += is_deferred(rib, f) ? 0 : rib->changes[f].count;
	}
	return count;
}

void bgp_rib_defer(bgp_rib_t *rib, unsigned families)
{
	rib->deferred = families;
}

const addr_t *bgp_rib_next_hop_addr(const bgp_rib_t *rib, uint32_t id)
{
	const bgp_nexthop_t *hop = bgp_nexthop_get(rib->hops, id);

	return hop ? &hop->addr : &addr_none;
}

void bgp_rib_next_hop_set(bgp_rib_t *rib, const addr_t *next_hop,
						  bool reachable, uint32_t igp_metric)
{
	if (bgp_nexthop_set(rib->hops, next_hop, reachable, igp_metric))
	{
		hops_changed(rib);
	}
}

void hops_changed(bgp_rib_t *rib)
{
	for (uint32_t i = 0; i < rib->n_slots; i++)
	{
		slot_t *slot = &rib->slots[i];

		if (slot->paths && slot->peer && slot->peer->config->resolve_next_hop)
		{
			slot_look_at(rib, slot);
		}
	}
}

void bgp_rib_set_watch(bgp_rib_t *rib, bgp_rib_watch_t fn, void *user)
{
	rib->watch = fn;
	rib->watch_user = user;
}
