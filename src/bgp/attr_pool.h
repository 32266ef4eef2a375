/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the tables see of the pool of attr.h beside its public calls.
 */

#ifndef CYGNET_BGP_ATTR_POOL_H
#define CYGNET_BGP_ATTR_POOL_H

#include "base/rbuf.h"
#include "bgp/attr.h"
#include "bgp/nexthop.h"

/** what the decision reads of a set */
typedef struct bgp_attr_key_t
{
	/** number in the pool's next hops, 0: none */
	uint32_t next_hop;
	uint32_t neighbor_as;
	/** defaults are filled in */
	uint32_t local_pref;
	uint32_t med;
	/** 0: absent */
	uint32_t originator_id;
	uint16_t as_path_hops;
	/** length of the cluster list */
	uint16_t clusters;
	uint8_t origin;
} bgp_attr_key_t;

/** has the processor fetch the set while we go on; 0: nothing to fetch */
void bgp_attr_fetch(const bgp_attr_pool_t *pool, uint32_t id);
void bgp_attr_key(const bgp_attr_pool_t *pool, uint32_t id,
				  bgp_attr_key_t *key);
/** number of its next hop, 0: none */
uint32_t bgp_attr_next_hop(const bgp_attr_pool_t *pool, uint32_t id);
/** bytes of the set alone, as packed */
size_t bgp_attr_size(const bgp_attr_pool_t *pool, uint32_t id);
/** borrowed: the pool's own */
bgp_nexthops_t *bgp_attr_pool_hops(const bgp_attr_pool_t *pool);

#endif
