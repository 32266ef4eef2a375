/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Chosen paths become FIB routes. Each call of core_routes_work is one slice:
 * some table work, some changes, one batch to the kernel (core_batch.c).
 */

#include "gateway/core_kernel.h"
#include "gateway/core_nexthops.h"
#include "gateway/core_origins.h"
#include "gateway/core_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** prefixes decided in a slice */
#define SLICE_WORK 256
/** changed prefixes taken in a slice */
#define SLICE_CHANGES 128
/** writes for the removal of routes whose pin goes: they are few, but may stand
 * behind others */
#define COVERING_BATCHES 16
/** most of a member's share in a group */
#define SHARE_MAX 256

/** routes that the kernel refused, kept for another try */
#define AGAIN_MAX 4096
/** what waits for the batch that is being written: no more is taken */
#define WAITING_MAX ((size_t)2 * CORE_BATCH)

struct core_routes_t
{
	prefix_t again[AGAIN_MAX];
	unsigned n_again;
	bool again_more;
	/** walk of the table for routes that the kernel dropped */
	bool rescanning;
	/** the walk writes each route again as it is: some are missing */
	bool rescan_rewrite;
	/** the walk offers every prefix to the FIB: the members of some have
	 * changed. Wanted: the next walk does */
	bool rescan_offer;
	bool reoffer_wanted;
	family_t rescan_family;
	prefix_t rescan_at;
};

void core_routes_init(core_t *core)
{
	core->routes = mem_alloc(sizeof(*core->routes));
}

void core_routes_drop(core_t *core)
{
	core_routes_t *routes = core->routes;

	routes->n_again = 0;
	routes->rescanning = routes->rescan_rewrite = false;
	routes->rescan_offer = routes->reoffer_wanted = false;
}

void core_routes_free(core_t *core)
{
	free(core->routes);
}

void core_members_free(core_t *core, core_members_t *members)
{
	for (unsigned i = 0; core->fib && i < members->count; i++)
	{
		fib_member_remove(core->fib, members->list[i].id);
	}
	free(members->list);
	members->list = NULL;
	members->count = 0;
}

const core_member_t *core_member_find(const core_members_t *members,
									  const addr_t *gateway)
{
	for (unsigned i = 0; i < members->count; i++)
	{
		if (addr_equal(&members->list[i].gateway, gateway))
		{
			return &members->list[i];
		}
	}
	return NULL;
}

const core_member_t *core_member_add(core_t *core, core_members_t *members,
									 const addr_t *gateway, unsigned max)
{
	uint32_t id = members->count < max ? fib_member_add(core->fib) : 0;
	core_member_t *m;

	if (!id)
	{
		return NULL;
	}
	members->list =
		mem_resize(members->list, members->count + 1, sizeof(*members->list));
	m = &members->list[members->count++];
	m->gateway = *gateway;
	m->id = id;
	return m;
}

void core_member_drop(core_t *core, core_members_t *members,
					  const addr_t *gateway)
{
	for (unsigned i = 0; i < members->count; i++)
	{
		if (addr_equal(&members->list[i].gateway, gateway))
		{
			if (core->fib)
			{
				fib_member_remove(core->fib, members->list[i].id);
			}
			members->list[i] = members->list[--members->count];
			return;
		}
	}
}

fib_spread_t core_tunnel_spread(const core_t *core, const core_tunnel_t *tunnel)
{
	const config_bundle_t *bundle = tunnel->bundle;
	uint32_t number = 1;

	if (!bundle->resilient || core->seams.resilient_problem)
	{
		return (fib_spread_t){0};
	}
	while (number < core->config->n_bundles &&
		   bundle != &core->config->bundles[number - 1])
	{
		number++;
	}
	return (fib_spread_t){
		.bundle = number,
		.weight = tunnel->config->weight,
		.idle_timer = bundle->resilient_idle_timer,
		.unbalanced_timer = bundle->resilient_unbalanced_timer,
	};
}

/** the address stands in one of the tunnel's networks */
static bool in_tunnel(const core_tunnel_t *tunnel, const addr_t *addr)
{
	if (core_is_scoped(addr))
	{
		return true;
	}
	for (size_t i = 0; i < tunnel->config->n_addresses; i++)
	{
		prefix_t net = ifaddr_prefix(&tunnel->config->addresses[i]);

		if (prefix_contains_addr(&net, addr))
		{
			return true;
		}
	}
	return false;
}

/** the gateway for a path over an interface with neighbours on it; an IPv4
 * route may use an IPv6 gateway, but not the reverse */
static bool tunnel_gateway(const core_t *core, const core_neighbor_t *n,
						   family_t family, const bgp_path_t *path, addr_t *out)
{
	const addr_t *hop = bgp_next_hop_addr(core->bgp, path->next_hop);
	const addr_t *address = &n->config->address;

	if (family == FAMILY_IPV6 && path->attrs &&
		addr_is_set(&path->attrs->next_hop_ll))
	{
		*out = path->attrs->next_hop_ll;
		return true;
	}
	if (hop && in_tunnel(n->tunnel, hop) &&
		(family == FAMILY_IPV4 || hop->family == FAMILY_IPV6))
	{
		*out = *hop;
		return true;
	}
	*out = *address;
	return family == FAMILY_IPV4 || address->family == FAMILY_IPV6;
}

uint32_t core_path_device(core_t *core, const core_neighbor_t *n,
						  family_t family, const bgp_path_t *path)
{
	addr_t gateway = addr_none;

	if (n->tunnel->gateways && !tunnel_gateway(core, n, family, path, &gateway))
	{
		return 0;
	}
	return core_tunnel_member(core, n->tunnel, &gateway);
}

/** the FIB members that a path leaves by, at most max */
static unsigned path_members(core_t *core, family_t family,
							 const bgp_path_t *path, fib_path_t *out,
							 unsigned max)
{
	core_neighbor_t *n = path->peer ? bgp_peer_user(path->peer) : NULL;

	if (!n || !max)
	{
		return 0;
	}
	if (core_neighbor_resolves(n))
	{
		return core_nexthop_members(core, n, family, path, out, max);
	}
	out[0].member = core_path_device(core, n, family, path);
	out[0].weight = path->weight;
	return out[0].member != 0;
}

/** paths that lead to the same member are one with the sum of their shares */
static unsigned merge(fib_path_t *out, unsigned count, const fib_path_t *more,
					  unsigned n)
{
	for (unsigned k = 0; k < n; k++)
	{
		unsigned i = 0;

		while (i < count && out[i].member != more[k].member)
		{
			i++;
		}
		if (i < count)
		{
			uint32_t sum = (uint32_t)out[i].weight + more[k].weight;

			out[i].weight = sum > UINT16_MAX ? UINT16_MAX : (uint16_t)sum;
		}
		else if (count < FIB_SET_MAX)
		{
			out[count++] = more[k];
		}
	}
	return count;
}

/** shares in the kernel's range, in proportion */
static void scale(fib_path_t *paths, unsigned n)
{
	uint32_t most = SHARE_MAX;

	for (unsigned i = 0; i < n; i++)
	{
		most = paths[i].weight > most ? paths[i].weight : most;
	}
	for (unsigned i = 0; i < n && most > SHARE_MAX; i++)
	{
		uint32_t share = (uint32_t)paths[i].weight * SHARE_MAX / most;

		paths[i].weight = share ? (uint16_t)share : 1;
	}
}

static unsigned to_fib(core_t *core, family_t family, const bgp_path_t *paths,
					   unsigned n, fib_path_t *out)
{
	unsigned count = 0;

	for (unsigned i = 0; i < n; i++)
	{
		fib_path_t more[FIB_SET_MAX];
		unsigned got = path_members(core, family, &paths[i], more, FIB_SET_MAX);

		count = merge(out, count, more, got);
	}
	scale(out, count);
	return count;
}

/** a route that must not go into the kernel, and why it is said in status */
static bool refused(core_t *core, const prefix_t *prefix, uint32_t tag)
{
	const addr_t *peer = core_swallowed(core, prefix);

	if (peer)
	{
		char p[PREFIX_STR_MAX], a[ADDR_STR_MAX];

		snprintf(core->swallow_words, sizeof(core->swallow_words),
				 "route %s is not used: it covers the peer's outer address %s, "
				 "which has no route on the underlay to be pinned to",
				 prefix_format(prefix, p), addr_format(peer, a));
		return true;
	}
	if (core->charon_routes && !tag)
	{
		fib_stats_t stats;

		fib_stats(core->fib, &stats);
		if (stats.routes[0] + stats.routes[1] >= CORE_ROUTES_GUARDED)
		{
			core->refused_guarded = true;
			return true;
		}
	}
	return false;
}

static void offer(core_t *core, const bgp_route_t *route)
{
	family_t family = route->prefix.addr.family;
	fib_path_t best[BGP_PATHS_MAX], backup[BGP_PATHS_MAX];
	unsigned n_best = 0, n_backup = 0;
	uint32_t tag;

	if (!route->n_best || refused(core, &route->prefix, route->tag))
	{
		/* it goes */
	}
	else if (route->best[0].peer ||
			 !core_static_paths(core, &route->prefix, best, &n_best, backup,
								&n_backup))
	{
		n_best = to_fib(core, family, route->best, route->n_best, best);
		n_backup = to_fib(core, family, route->backup, route->n_backup, backup);
	}
	tag = fib_route(core->fib, &route->prefix, route->tag, best, n_best, backup,
					n_backup);
	if (tag != route->tag)
	{
		bgp_set_tag(core->bgp, &route->prefix, tag);
	}
}

void core_route_offer(core_t *core, const prefix_t *prefix)
{
	bgp_route_t route;

	if (core->bgp && core->fib && core_kernel_ready(core) &&
		bgp_route_get(core->bgp, prefix, &route))
	{
		offer(core, &route);
	}
}

static void walk_start(core_t *core)
{
	core->routes->rescanning = true;
	core->routes->rescan_offer = core->routes->reoffer_wanted;
	core->routes->reoffer_wanted = false;
	core->routes->rescan_family = FAMILY_IPV4;
	core->routes->rescan_at.addr = addr_none;
}

void core_routes_rewrite(core_t *core)
{
	core->routes->rescan_rewrite = true;
	walk_start(core);
}

void core_routes_reoffer(core_t *core)
{
	/* a walk that is under way may have passed it */
	core->routes->reoffer_wanted = true;
}

static void walk_route(core_t *core, const bgp_route_t *route)
{
	if (route->tag && core->routes->rescan_rewrite)
	{
		fib_route_again(core->fib, &route->prefix, route->tag);
	}
	if (core->routes->rescan_offer ||
		(route->tag && !core->routes->rescan_rewrite))
	{
		offer(core, route);
	}
	if (core->routes->rescan_offer)
	{
		core_nexthops_within(core, &route->prefix);
	}
}

/** one slice of the walk for routes that are missing in the kernel */
static bool rescan(core_t *core)
{
	bgp_route_t route;
	unsigned n = 0;

	if (!core->routes->rescanning)
	{
		if (!fib_rescan_wanted(core->fib) && !core->routes->reoffer_wanted)
		{
			return false;
		}
		walk_start(core);
	}
	while (n++ < SLICE_CHANGES)
	{
		const prefix_t *after = addr_is_set(&core->routes->rescan_at.addr)
									? &core->routes->rescan_at
									: NULL;

		if (bgp_route_next(core->bgp, core->routes->rescan_family, after,
						   &route))
		{
			core->routes->rescan_at = route.prefix;
			if (route.n_best)
			{
				walk_route(core, &route);
			}
		}
		else if (core->routes->rescan_family == FAMILY_IPV4)
		{
			core->routes->rescan_family = FAMILY_IPV6;
			core->routes->rescan_at.addr = addr_none;
		}
		else
		{
			core->routes->rescanning = false;
			if (!core->routes->rescan_rewrite)
			{
				fib_rescan_done(core->fib);
			}
			core->routes->rescan_rewrite = false;
			break;
		}
	}
	return true;
}

void core_route_failed(core_t *core, const prefix_t *prefix)
{
	if (core->routes->n_again < AGAIN_MAX)
	{
		core->routes->again[core->routes->n_again++] = *prefix;
	}
	else
	{
		core->routes->again_more = true;
		/* nobody has announced it yet: the walk does not come by it */
		fib_seen_forget(core->fib, prefix);
	}
}

void core_routes_again(core_t *core)
{
	unsigned n = core->routes->n_again;

	if (!core->fib || !core->bgp || core->stopping)
	{
		return;
	}
	core->routes->n_again = 0;
	for (unsigned i = 0; i < n; i++)
	{
		bgp_route_t route;

		if (bgp_route_get(core->bgp, &core->routes->again[i], &route) &&
			route.tag)
		{
			fib_route_again(core->fib, &route.prefix, route.tag);
		}
		else
		{
			fib_seen_again(core->fib, &core->routes->again[i]);
		}
	}
	if (core->routes->again_more)
	{
		core->routes->again_more = false;
		core_routes_rewrite(core);
	}
}

static void reoffer_covering(core_t *core, const addr_t *outer, bool allow)
{
	for (unsigned len = 0; len <= addr_bits(outer); len++)
	{
		prefix_t prefix = prefix_make(outer, len);
		bgp_route_t route;

		if (bgp_route_get(core->bgp, &prefix, &route) && route.n_best &&
			refused(core, &prefix, route.tag) != allow)
		{
			offer(core, &route);
		}
	}
}

void core_routes_covering(core_t *core, bool allow)
{
	if (!core->bgp || !core_kernel_ready(core))
	{
		return;
	}
	core->swallow_words[0] = '\0';
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const core_tunnel_t *tunnel = core->tunnels[i];

		for (unsigned k = 0; k < tunnel->n_outer; k++)
		{
			reoffer_covering(core, &tunnel->outer[k], allow);
		}
	}
	if (!allow)
	{
		core_fib_through(core, COVERING_BATCHES);
	}
}

bool core_routes_work(core_t *core, usec_t now)
{
	bool more = bgp_work(core->bgp, SLICE_WORK, now);
	bool held, room, settled = core_fib_settle(core, false);
	bgp_route_t route;

	if (!core_kernel_ready(core))
	{
		/* what stands in the kernel of an earlier run is not known yet, or the
		 * FIB is not told yet */
		core_kernel_adopt(core);
		return more || core_kernel_known(core);
	}
	more = core_nexthops_work(core, now) || more;
	more = core_redistribute_work(core, now) || more;
	held = core_initial_holds(core, now);
	room = settled || fib_waiting(core->fib) < WAITING_MAX;
	more = (!held && room && rescan(core)) || more;
	for (unsigned i = 0; i < SLICE_CHANGES && !held && room; i++)
	{
		if (!bgp_next_change(core->bgp, &route))
		{
			break;
		}
		offer(core, &route);
		core_nexthops_within(core, &route.prefix);
		core_aggregates_changed(core, &route.prefix);
		more = true;
	}
	if (fib_waiting(core->fib) >= CORE_BATCH || !more)
	{
		core_fib_write(core, CORE_BATCH);
	}
	if (!core_fib_settle(core, false))
	{
		/* its end wakes us for the rest */
		return more || fib_urgent_waiting(core->fib);
	}
	more |= fib_waiting(core->fib) > 0;
	if (!more && !held)
	{
		core_restart_worked(core);
		more = fib_waiting(core->fib) > 0;
	}
	return more;
}

bool core_route_heal(core_t *core, const kernel_route_t *route)
{
	bgp_route_t held;

	if (!core->bgp || !core->fib || core->stopping)
	{
		return false;
	}
	if (!bgp_route_get(core->bgp, &route->dst, &held) || !held.tag)
	{
		return fib_seen_gone(core->fib, route);
	}
	fib_route_again(core->fib, &route->dst, held.tag);
	return true;
}
