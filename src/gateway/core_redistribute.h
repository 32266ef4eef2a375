/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What core_sources.c and core_redistribute.c share: the routes of others that
 * are followed. The former keeps them by what the kernel tells, the latter
 * decides what of them is announced.
 */

#ifndef CYGNET_GATEWAY_CORE_REDISTRIBUTE_H
#define CYGNET_GATEWAY_CORE_REDISTRIBUTE_H

#include "base/hash.h"
#include "base/list.h"
#include "bgp/policy.h"
#include "gateway/core_origins.h"

/** somebody's route */
typedef struct source_route_t
{
	list_t in_prefix;
	/** not from the table: a network on a link */
	bool connected;
	uint8_t protocol;
	uint32_t table;
	uint32_t metric;
	uint32_t link;
	addr_t gateway;
	/** last seen */
	uint32_t seen;
} source_route_t;

typedef struct source_prefix_t
{
	hash_node_t node;
	prefix_t prefix;
	list_t routes;
	/** in `all` */
	list_t place;
	/** in `dirty` */
	list_t dirty;
	/** originated by us */
	bool told;
} source_prefix_t;

/** what is dumped in one go */
typedef struct source_table_t
{
	uint32_t table;
	uint8_t protocol;
	bool wanted;
	/** what was seen before is not there any more; 0: never dumped */
	uint32_t valid_from;
} source_table_t;

struct core_redistribute_t
{
	/** of the configuration's entries, by their place; NULL: all is taken */
	bgp_policy_t **policies;
	size_t n_policies;
	source_table_t *tables;
	size_t n_tables;
	/** being dumped; NULL: none */
	source_table_t *dumping;
	uint32_t dump_began;
	hash_t by_prefix;
	list_t all;
	list_t dirty;
	size_t n_prefixes;
	size_t n_routes;
	bool full;
	/** counts dumps and looks at the links */
	uint32_t moment;
	/** of the last look at the links */
	uint32_t connected_from;
	bool links_dirty;
	/** prefixes that the sweep still has to look over */
	size_t sweep;
	cyg_timer_t timer;
};

void core_source_free(core_redistribute_t *r, source_prefix_t *p);
/** it is to be decided anew */
void core_source_touch(core_redistribute_t *r, source_prefix_t *p);
/** NULL: not followed */
source_table_t *core_source_table(const core_redistribute_t *r, uint32_t table,
								  uint8_t protocol);
bool core_sources_link_up(const core_t *core, uint32_t index);
/** takes the networks on links as they are, and has all decided anew */
void core_sources_links(core_t *core);
/** the next prefix of `all` loses what was not seen again */
void core_sources_sweep(core_redistribute_t *r);
/** of `timer`: dumps are due; user is the core */
void core_sources_due(cyg_timer_t *timer, void *user, usec_t now);

#endif
