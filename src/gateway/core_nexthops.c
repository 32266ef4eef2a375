/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The next hops that the speaker has paths of, of neighbours beside tunnels and
 * of tunnels with next_hop = strict, each with the way that core_ways.c finds.
 *
 * What changes is noted by address (core_nexthops_within: a route came or
 * went; core_nexthops_all: links and addresses) and looked at in slices. A next
 * hop that has just changed is left alone for a moment, so that one that flaps
 * costs little. Where only link or gateway change, the FIB's member does, and
 * no route is written; where the set of members changes, the tables are walked
 * in slices and offered anew.
 */

#include "gateway/core_nexthops.h"
#include "gateway/core_routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "base/trie.h"

/** next hops looked at in a slice: some system calls each */
#define SLICE_HOPS 16
/** a next hop that changed is not looked at again before */
#define HOLD (100 * USEC_PER_MSEC)
/** so many are looked at in each audit */
#define AUDIT_MAX 256

typedef struct core_nexthop_t
{
	addr_t addr;
	core_way_t way;
	/** the speaker knows */
	bool told;
	/** to be freed when its turn comes */
	bool unused;
	/** in `unreachable` */
	bool counted;
	usec_t held_until;
	/** in `dirty` or `held` */
	list_t place;
} core_nexthop_t;

struct core_nexthops_t
{
	/** values are places in list, from 1 on */
	trie_t *by_addr[2];
	core_nexthop_t **list;
	uint32_t size;
	uint32_t count;
	uint32_t unreachable;
	list_t dirty;
	list_t held;
	cyg_timer_t timer;
};

static unsigned index_of(const addr_t *addr)
{
	return addr->family == FAMILY_IPV6;
}

static prefix_t host(const addr_t *addr)
{
	return prefix_make(addr, addr_bits(addr));
}

static core_nexthop_t *find(const core_t *core, const addr_t *addr)
{
	const core_nexthops_t *hops = core->nexthops;
	const trie_t *trie = hops->by_addr[index_of(addr)];
	prefix_t prefix = host(addr);
	uint32_t number = trie ? trie_get(trie, &prefix) : 0;

	return number ? hops->list[number - 1] : NULL;
}

/* -- keeping them ------------------------------------------------------------- */

static void touch(core_t *core, core_nexthop_t *hop)
{
	if (!list_linked(&hop->place))
	{
		list_append(&core->nexthops->dirty, &hop->place);
	}
}

static core_nexthop_t *create(core_t *core, const addr_t *addr)
{
	core_nexthops_t *hops = core->nexthops;
	trie_t **trie = &hops->by_addr[index_of(addr)];
	core_nexthop_t *hop = mem_alloc(sizeof(*hop));
	prefix_t prefix = host(addr);
	uint32_t i = 0;

	hop->addr = *addr;
	list_init(&hop->place);
	while (i < hops->size && hops->list[i])
	{
		i++;
	}
	if (i == hops->size)
	{
		hops->size = hops->size ? 2 * hops->size : 16;
		hops->list = mem_resize(hops->list, hops->size, sizeof(*hops->list));
		memset(&hops->list[i], 0, (hops->size - i) * sizeof(*hops->list));
	}
	hops->list[i] = hop;
	hops->count++;
	if (!*trie)
	{
		*trie = trie_create((family_t)addr->family);
	}
	*trie_insert(*trie, &prefix) = i + 1;
	return hop;
}

static void destroy(core_t *core, core_nexthop_t *hop)
{
	core_nexthops_t *hops = core->nexthops;
	prefix_t prefix = host(&hop->addr);
	uint32_t number = trie_remove(hops->by_addr[index_of(&hop->addr)], &prefix);

	hops->list[number - 1] = NULL;
	hops->count--;
	hops->unreachable -= hop->counted;
	list_remove(&hop->place);
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		core_member_drop(core, &core->neighbors[i]->members, &hop->addr);
	}
	free(hop);
}

void core_nexthops_used(core_t *core, const addr_t *addr, bool used)
{
	core_nexthop_t *hop = find(core, addr);

	if (used)
	{
		hop = hop ? hop : create(core, addr);
		/* the speaker has forgotten what it was told of an earlier one */
		hop->told = false;
		touch(core, hop);
	}
	else if (hop)
	{
		hop->unused = true;
		touch(core, hop);
	}
	if (hop)
	{
		hop->unused = !used;
	}
}

void core_nexthops_within(core_t *core, const prefix_t *prefix)
{
	core_nexthops_t *hops = core->nexthops;
	const trie_t *trie = hops->by_addr[index_of(&prefix->addr)];
	uint32_t number = trie ? trie_get(trie, prefix) : 0;
	prefix_t at = *prefix;

	if (number)
	{
		touch(core, hops->list[number - 1]);
	}
	while (trie && (number = trie_next(trie, &at, &at)) != 0 &&
		   prefix_contains(prefix, &at))
	{
		touch(core, hops->list[number - 1]);
	}
}

void core_nexthops_all(core_t *core)
{
	core_nexthops_t *hops = core->nexthops;

	for (uint32_t i = 0; i < hops->size; i++)
	{
		if (hops->list[i])
		{
			touch(core, hops->list[i]);
		}
	}
}

void core_nexthops_audit(core_t *core)
{
	if (core->nexthops->count <= AUDIT_MAX)
	{
		core_nexthops_all(core);
	}
}

static bool same_members(const core_t *core, const core_way_t *a,
						 const core_way_t *b)
{
	if (a->kind != b->kind)
	{
		return false;
	}
	switch (a->kind)
	{
		case CORE_WAY_NONE:
			return true;
		case CORE_WAY_ROUTE:
			return prefix_equal(&a->via, &b->via) && a->sum == b->sum;
		case CORE_WAY_LINK:
			break;
	}
	/* a tunnel has members of its own */
	return (a->link == b->link && addr_equal(&a->gateway, &b->gateway)) ||
		   (!core_tunnel_on(core, a->link) && !core_tunnel_on(core, b->link));
}

static void members_update(core_t *core, const addr_t *addr)
{
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		core_neighbor_t *n = core->neighbors[i];
		const core_member_t *m = core_member_find(&n->members, addr);

		if (m)
		{
			core_neighbor_member_update(core, n, m);
		}
	}
}

/** looks anew, and tells whom it concerns */
static void resolve(core_t *core, core_nexthop_t *hop, usec_t now)
{
	core_way_t old = hop->way, new = core_way_look(core, &hop->addr);
	bool had = old.kind != CORE_WAY_NONE, has = new.kind != CORE_WAY_NONE;
	bool told = hop->told;
	char a[ADDR_STR_MAX];

	hop->way = new;
	hop->told = true;
	if (told && had == has &&
		old.metric == new.metric &&same_members(core, &old, &new) &&
		old.link == new.link &&addr_equal(&old.gateway, &new.gateway))
	{
		return;
	}
	hop->held_until = told ? now + HOLD : 0;
	core->nexthops->unreachable += !has;
	core->nexthops->unreachable -= hop->counted;
	hop->counted = !has;
	if (told && had != has)
	{
		log_info("next hop %s %s", addr_format(&hop->addr, a),
				 has ? "is reachable" : "cannot be reached");
	}
	members_update(core, &hop->addr);
	if (told && !same_members(core, &old, &new))
	{
		core_routes_reoffer(core);
	}
	if (!told || had != has || old.metric != new.metric)
	{
		bgp_next_hop_set(core->bgp, &hop->addr, has, new.metric);
	}
}

static void held_over(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;

	list_each_safe(&core->nexthops->held, hop, core_nexthop_t, place)
	{
		list_remove(&hop->place);
		touch(core, hop);
	}
}

bool core_nexthops_work(core_t *core, usec_t now)
{
	core_nexthops_t *hops = core->nexthops;

	for (unsigned i = 0; i < SLICE_HOPS && !list_empty(&hops->dirty); i++)
	{
		core_nexthop_t *hop = list_first(&hops->dirty, core_nexthop_t, place);

		list_remove(&hop->place);
		if (hop->unused)
		{
			destroy(core, hop);
		}
		else if (hop->held_until > now)
		{
			list_append(&hops->held, &hop->place);
			if (!timer_running(&hops->timer))
			{
				timer_start(core->seams.timers, &hops->timer, hop->held_until);
			}
		}
		else
		{
			resolve(core, hop, now);
		}
	}
	return !list_empty(&hops->dirty);
}

void core_nexthops_init(core_t *core)
{
	core->nexthops = mem_alloc(sizeof(*core->nexthops));
	list_init(&core->nexthops->dirty);
	list_init(&core->nexthops->held);
	timer_init(&core->nexthops->timer, held_over, core);
}

void core_nexthops_drop(core_t *core)
{
	core_nexthops_t *hops = core->nexthops;

	timer_stop(core->seams.timers, &hops->timer);
	for (uint32_t i = 0; i < hops->size; i++)
	{
		if (hops->list[i])
		{
			destroy(core, hops->list[i]);
		}
	}
	free(hops->list);
	hops->list = NULL;
	hops->size = 0;
	for (unsigned f = 0; f < 2; f++)
	{
		if (hops->by_addr[f])
		{
			trie_destroy(hops->by_addr[f]);
			hops->by_addr[f] = NULL;
		}
	}
}

void core_nexthops_free(core_t *core)
{
	core_nexthops_drop(core);
	free(core->nexthops);
}

/* -- using them ------------------------------------------------------------- */

const core_way_t *core_nexthop_way(const core_t *core, const addr_t *addr)
{
	const core_nexthop_t *hop = find(core, addr);

	return hop ? &hop->way : NULL;
}

/** the one member of a way by a link; 0: none */
static uint32_t link_member(core_t *core, core_neighbor_t *n,
							const addr_t *addr, const core_way_t *way)
{
	uint32_t link = way->link ? way->link : n->end.link_index;
	core_tunnel_t *tunnel = core_tunnel_on(core, link);
	const addr_t *gateway = way->link ? &way->gateway : addr;

	if (tunnel)
	{
		return core_tunnel_member(core, tunnel,
								  tunnel->gateways ? gateway : &addr_none);
	}
	return core_neighbor_member(core, n, addr);
}

static const core_way_t *way_of(core_t *core, const core_neighbor_t *n,
								const bgp_path_t *path, const addr_t **addr)
{
	core_nexthop_t *hop;

	*addr = bgp_next_hop_addr(core->bgp, path->next_hop);
	if (!*addr)
	{
		*addr = &n->config->address;
	}
	hop = find(core, *addr);
	if (!hop)
	{
		/* the speaker's word on it is still to come */
		hop = create(core, *addr);
		hop->way = core_way_look(core, *addr);
		touch(core, hop);
	}
	return &hop->way;
}

/** shares of a path among those of the route that it leaves by */
static uint16_t share(uint16_t a, uint16_t b)
{
	uint32_t product = (uint32_t)a * b;

	return product > UINT16_MAX ? UINT16_MAX : (uint16_t)product;
}

static unsigned route_members(core_t *core, const addr_t *addr,
							  const prefix_t *via, family_t family,
							  uint16_t weight, fib_path_t *out, unsigned max)
{
	bgp_route_t route;
	unsigned count = 0;

	if (!bgp_route_get(core->bgp, via, &route))
	{
		return 0;
	}
	for (unsigned i = 0; i < route.n_best && count < max; i++)
	{
		const bgp_path_t *path = &route.best[i];
		core_neighbor_t *n = path->peer ? bgp_peer_user(path->peer) : NULL;
		uint32_t member = 0;

		if (!n || !core_path_direct(core, path, addr))
		{
			continue;
		}
		if (core_neighbor_resolves(n))
		{
			const addr_t *next;
			const core_way_t *way = way_of(core, n, path, &next);

			member = link_member(core, n, next, way);
		}
		else
		{
			member = core_path_device(core, n, family, path);
		}
		if (member)
		{
			out[count++] = (fib_path_t){
				.member = member,
				.weight = share(weight, path->weight),
			};
		}
	}
	return count;
}

unsigned core_nexthop_members(core_t *core, core_neighbor_t *n, family_t family,
							  const bgp_path_t *path, fib_path_t *out,
							  unsigned max)
{
	const addr_t *addr;
	const core_way_t *way = way_of(core, n, path, &addr);
	core_way_t copy = *way;
	uint32_t member;

	switch (copy.kind)
	{
		case CORE_WAY_NONE:
			break;
		case CORE_WAY_ROUTE:
			return route_members(core, addr, &copy.via, family, path->weight,
								 out, max);
		case CORE_WAY_LINK:
			member = link_member(core, n, addr, &copy);
			if (member && max)
			{
				out[0] = (fib_path_t){
					.member = member,
					.weight = path->weight,
				};
				return 1;
			}
			break;
	}
	return 0;
}

/* -- showing them ----------------------------------------------------------- */

unsigned core_nexthops_lost(const core_t *core, const core_neighbor_t *n,
							unsigned *budget, core_hop_lost_t *out,
							unsigned max)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};
	unsigned count = 0;

	for (size_t f = 0; core->nexthops->unreachable && f < countof(families);
		 f++)
	{
		const bgp_attrs_t *received, *accepted;
		const prefix_t *after = NULL;
		prefix_t prefix;

		while (*budget &&
			   bgp_received_next(core->bgp, n->peer, families[f], after,
								 &prefix, &received, &accepted))
		{
			const core_nexthop_t *hop =
				accepted && addr_is_set(&accepted->next_hop)
					? find(core, &accepted->next_hop)
					: NULL;
			unsigned i = 0;

			--*budget;
			after = &prefix;
			if (!hop || hop->way.kind != CORE_WAY_NONE)
			{
				continue;
			}
			while (i < count && !addr_equal(&out[i].addr, &hop->addr))
			{
				i++;
			}
			if (i == count && count < max)
			{
				out[count++] = (core_hop_lost_t){.addr = hop->addr};
			}
			if (i < count)
			{
				out[i].routes++;
			}
		}
	}
	return count;
}
