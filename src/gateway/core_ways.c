/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The way to a next hop (RFC 4271 section 9.1.2.1), the first that holds: on a
 * link of ours; by a route of ours, one recursion deep, whose FIB members its
 * routes then inherit, so that a tunnel's failure moves them as it moves that
 * route; by the kernel's table without what is ours. Of the last two the longer
 * prefix wins, at equal length the kernel's. A route whose own next hop is the
 * one in question, or needs a recursion itself, is passed over for a shorter
 * one: a route must not take its own ground away.
 */

#include "gateway/core_nexthops.h"

#include "base/hash.h"

/** metrics of what is not on a link are above those that are */
#define METRIC_OFF_LINK 1u

/** a tunnel's link is up with its tunnel */
static bool link_up(const core_t *core, uint32_t index)
{
	const core_tunnel_t *tunnel = core_tunnel_on(core, index);
	const kernel_link_t *link =
		index ? kernel_state_link(&core->seen, index) : NULL;

	return link && link->up && link->lower_up &&
		   (!tunnel || tunnel_forwarding(tunnel->tunnel));
}

/** false: it is an address of our own, which nothing can be sent to */
static bool by_link(const core_t *core, const addr_t *addr, core_way_t *way)
{
	unsigned longest = 0;

	for (size_t i = 0; i < core->seen.n_addrs; i++)
	{
		const kernel_addr_t *a = &core->seen.addrs[i];
		prefix_t net = ifaddr_prefix(&a->ifaddr);

		if (addr_equal(&a->ifaddr.addr, addr))
		{
			way->kind = CORE_WAY_NONE;
			return false;
		}
		if ((prefix_contains_addr(&net, addr) || addr_equal(&a->peer, addr)) &&
			net.len >= longest && link_up(core, a->link))
		{
			longest = net.len;
			*way = (core_way_t){.kind = CORE_WAY_LINK, .link = a->link};
			way->gateway = *addr;
		}
	}
	return true;
}

bool core_path_direct(const core_t *core, const bgp_path_t *path,
					  const addr_t *without)
{
	const core_neighbor_t *n = path->peer ? bgp_peer_user(path->peer) : NULL;
	const addr_t *addr = bgp_next_hop_addr(core->bgp, path->next_hop);
	const core_way_t *way;

	if (!n || !core_neighbor_resolves(n))
	{
		return n != NULL;
	}
	way = addr && !addr_equal(addr, without) ? core_nexthop_way(core, addr)
											 : NULL;
	return way && way->kind == CORE_WAY_LINK;
}

/** as little as tells one set of members from another */
static uint32_t sum_up(uint32_t sum, const bgp_path_t *path)
{
	uint32_t what[3] = {path->next_hop, path->weight,
						bgp_peer_index(path->peer)};

	return hash_bytes(what, sizeof(what), sum);
}

static bool take_route(const core_t *core, const bgp_route_t *route,
					   const addr_t *addr, core_way_t *way)
{
	uint32_t sum = 1;
	bool found = false;

	for (unsigned i = 0; i < route->n_best; i++)
	{
		if (core_path_direct(core, &route->best[i], addr))
		{
			sum = sum_up(sum, &route->best[i]);
			found = true;
		}
	}
	if (found)
	{
		*way = (core_way_t){
			.kind = CORE_WAY_ROUTE,
			.via = route->prefix,
			.sum = sum,
			.metric = METRIC_OFF_LINK + core->config->metric,
		};
	}
	return found;
}

static bool by_route(const core_t *core, const addr_t *addr, core_way_t *way)
{
	bgp_route_t route;
	bool have = bgp_route_lookup(core->bgp, addr, &route);
	unsigned len = have ? route.prefix.len : 0;

	for (;;)
	{
		if (have && route.n_best && !route.best[0].peer)
		{
			/* ours from elsewhere: the kernel knows the way */
			return false;
		}
		if (have && take_route(core, &route, addr, way))
		{
			return true;
		}
		if (!len)
		{
			return false;
		}
		prefix_t shorter = prefix_make(addr, --len);

		have = bgp_route_get(core->bgp, &shorter, &route);
	}
}

/** len: of the prefix that matched */
static bool by_kernel(core_t *core, const addr_t *addr, core_way_t *way,
					  unsigned *len)
{
	kernel_route_t route;

	if (!core->seams.kernel ||
		core->seams.kernel_ops->route_get(core->seams.kernel, addr, &route) ||
		route.type != KERNEL_UNICAST || route.protocol == KERNEL_PROTO ||
		!link_up(core, route.link))
	{
		return false;
	}
	*way = (core_way_t){
		.kind = CORE_WAY_LINK,
		.link = route.link,
		.gateway = addr_is_set(&route.gateway) ? route.gateway : *addr,
		.metric = route.metric < UINT32_MAX ? METRIC_OFF_LINK + route.metric
											: UINT32_MAX,
	};
	*len = route.dst.len;
	return true;
}

core_way_t core_way_look(core_t *core, const addr_t *addr)
{
	core_way_t way = {.kind = CORE_WAY_NONE}, kernel;
	unsigned len;

	if (core_is_scoped(addr))
	{
		/* on the link of whoever named it */
		way.kind = CORE_WAY_LINK;
		return way;
	}
	if (!by_link(core, addr, &way) || way.kind != CORE_WAY_NONE)
	{
		return way;
	}
	by_route(core, addr, &way);
	if (by_kernel(core, addr, &kernel, &len) &&
		(way.kind == CORE_WAY_NONE || len >= way.via.len))
	{
		way = kernel;
	}
	return way;
}
