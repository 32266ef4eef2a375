/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Next hops that are not a tunnel's far end: core_nexthops.c keeps them,
 * core_ways.c looks how they are reached.
 */

#ifndef CYGNET_GATEWAY_CORE_NEXTHOPS_H
#define CYGNET_GATEWAY_CORE_NEXTHOPS_H

#include "gateway/core_neighbor.h"

typedef enum core_way_kind_t
{
	CORE_WAY_NONE,
	/** on a link, or by a gateway on it that the kernel names */
	CORE_WAY_LINK,
	/** by a route of ours, whose members it has */
	CORE_WAY_ROUTE,
} core_way_kind_t;

/** how a next hop is reached */
typedef struct core_way_t
{
	core_way_kind_t kind;
	/** LINK; 0: the link of the neighbour who named it (link-local) */
	uint32_t link;
	addr_t gateway;
	/** ROUTE: which, and its members in short */
	prefix_t via;
	uint32_t sum;
	uint32_t metric;
} core_way_t;

/** a next hop that cannot be reached, and how many routes have it */
typedef struct core_hop_lost_t
{
	addr_t addr;
	unsigned routes;
} core_hop_lost_t;

/* core_nexthops.c */
void core_nexthops_init(core_t *core);
/** forgets all */
void core_nexthops_drop(core_t *core);
void core_nexthops_free(core_t *core);
/** the speaker's word that paths have this next hop, or none has any more */
void core_nexthops_used(core_t *core, const addr_t *addr, bool used);
/** a route to this prefix came, changed or went, ours or somebody else's */
void core_nexthops_within(core_t *core, const prefix_t *prefix);
/** links or addresses changed */
void core_nexthops_all(core_t *core);
/** looks at what no notification tells, if they are not too many */
void core_nexthops_audit(core_t *core);
/** one slice; true: more waits */
bool core_nexthops_work(core_t *core, usec_t now);
/** as last looked at; NULL: not one that is kept */
const core_way_t *core_nexthop_way(const core_t *core, const addr_t *addr);
/** the FIB members that a path leaves by, at most max */
unsigned core_nexthop_members(core_t *core, core_neighbor_t *n, family_t family,
							  const bgp_path_t *path, fib_path_t *out,
							  unsigned max);
/** next hops of the neighbour's routes that cannot be reached, at most max.
 * Looks at no more than *budget routes, and takes those off it */
unsigned core_nexthops_lost(const core_t *core, const core_neighbor_t *n,
							unsigned *budget, core_hop_lost_t *out,
							unsigned max);

/* core_ways.c */
/** the way as things are */
core_way_t core_way_look(core_t *core, const addr_t *addr);
/** the path's way out needs no recursion, and is not by the next hop without */
bool core_path_direct(const core_t *core, const bgp_path_t *path,
					  const addr_t *without);

#endif
