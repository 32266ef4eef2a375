/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The ways into the FIB of a tunnel or a neighbour: core_routes.c keeps the
 * lists, core_tunnels.c, core_peers.c and core_statics.c what is in them.
 */

#ifndef CYGNET_GATEWAY_CORE_MEMBER_H
#define CYGNET_GATEWAY_CORE_MEMBER_H

#include "gateway/core.h"

/** distinct gateways of one tunnel, and next hops of one neighbour */
#define CORE_GATEWAYS_MAX 64
#define CORE_NEXTHOPS_MAX 4096

/** a way out of a tunnel by a gateway (unset: the device alone), or of a
 * neighbour by a next hop, wherever that leads */
typedef struct core_member_t
{
	addr_t gateway;
	/** of fib_member_add */
	uint32_t id;
} core_member_t;

typedef struct core_members_t
{
	core_member_t *list;
	unsigned count;
} core_members_t;

/** the member for a gateway; NULL: none */
const core_member_t *core_member_find(const core_members_t *members,
									  const addr_t *gateway);
/** a new one, if there are less than max; NULL: no room */
const core_member_t *core_member_add(core_t *core, core_members_t *members,
									 const addr_t *gateway, unsigned max);
void core_member_drop(core_t *core, core_members_t *members,
					  const addr_t *gateway);
void core_members_free(core_t *core, core_members_t *members);

#endif
