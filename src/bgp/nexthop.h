/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Next hops as numbers (never 0), counted: attribute sets hold them, paths
 * and the FIB name them. Those that paths use which want it resolved know
 * whether it can be reached and at what cost (RFC 4271 section 9.1.2.1): not,
 * until told so, and what was told is forgotten with the last use. Inside
 * src/bgp only.
 */

#ifndef CYGNET_BGP_NEXTHOP_H
#define CYGNET_BGP_NEXTHOP_H

#include "base/addr.h"

typedef struct bgp_nexthops_t bgp_nexthops_t;

typedef struct bgp_nexthop_t
{
	addr_t addr;
	bool reachable;
	uint32_t metric;
} bgp_nexthop_t;

/** addresses in use at once, beyond which no other can be: the outside has to
 * find a way to each. Tests set less */
#define BGP_NEXTHOPS_USED_MAX 65536u

bgp_nexthops_t *bgp_nexthops_create(uint32_t seed);
void bgp_nexthops_limit(bgp_nexthops_t *hops, uint32_t used_max);
void bgp_nexthops_destroy(bgp_nexthops_t *hops);
/** counted once more; 0 for an unset address */
uint32_t bgp_nexthop_intern(bgp_nexthops_t *hops, const addr_t *addr);
/** 0 is allowed */
void bgp_nexthop_release(bgp_nexthops_t *hops, uint32_t id);
/** borrowed until the last release; NULL for 0 */
const bgp_nexthop_t *bgp_nexthop_get(const bgp_nexthops_t *hops, uint32_t id);
/** one path more uses it; *first: it is the only one. false: so many are in
 * use that it cannot be */
bool bgp_nexthop_use(bgp_nexthops_t *hops, uint32_t id, bool *first);
/** true: it was the last */
bool bgp_nexthop_unuse(bgp_nexthops_t *hops, uint32_t id);
/** true: what was known changed. Of an address that no path uses nothing is
 * known */
bool bgp_nexthop_set(bgp_nexthops_t *hops, const addr_t *addr, bool reachable,
					 uint32_t metric);
size_t bgp_nexthops_memory(const bgp_nexthops_t *hops);

#endif
