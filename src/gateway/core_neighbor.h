/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A neighbour in the core: core_peers.c has it run, core_policy.c makes its policies,
 * core_operator.c does what a person says to it.
 */

#ifndef CYGNET_GATEWAY_CORE_NEIGHBOR_H
#define CYGNET_GATEWAY_CORE_NEIGHBOR_H

#include "bgp/policy.h"
#include "gateway/core_tunnel.h"

/** addresses of ours on the link of a session; unset: none */
typedef struct core_beside_t
{
	addr_t four;
	addr_t six;
	/** for a link-local neighbour */
	addr_t link_local;
} core_beside_t;

struct core_neighbor_t
{
	const config_neighbor_t *config;
	/** NULL: beside tunnels */
	core_tunnel_t *tunnel;
	bgp_peer_t *peer;
	/** the session is meant to run, and with these ends */
	bool running;
	net_endpoint_t end;
	core_beside_t beside;
	bgp_policy_t *import_policy;
	bgp_policy_t *export_policy;
	/** beside tunnels: ways by next hop; else the tunnel's */
	core_members_t members;
	/** it was established and is not any more: its paths wait for the purge */
	bool lost;
	/** as nothing came, or was taken, for too long */
	bool timed_out;
	/** the tunnel had an SA, and no detector said no, when last looked at */
	bool was_alive;
	/** words on its sockets, "": all is well */
	char problem[128];
};

/** a person shut the neighbour of this name down; by name, as a reload may make
 * the neighbour anew */
struct core_shutdown_t
{
	char *name;
	/** "": none */
	char *text;
	usec_t at;
};

/* core_peers.c */
/** another configuration of the neighbour, and its tunnel's (NULL: it has none),
 * would end its session */
bool core_neighbor_would_end(const core_t *core, const core_neighbor_t *n,
							 const config_neighbor_t *config,
							 const config_tunnel_t *tunnel);
/** it would have it asked for its routes anew, if it does not end it */
bool core_neighbor_would_refresh(const core_t *core, const core_neighbor_t *n,
								 const config_neighbor_t *config,
								 const config_tunnel_t *tunnel);
core_neighbor_t *core_neighbor_create(core_t *core, core_tunnel_t *tunnel,
									  const config_neighbor_t *config,
									  usec_t now);
void core_neighbor_destroy(core_t *core, core_neighbor_t *neighbor, usec_t now);
/** takes a changed configuration (policies anew in any case) */
void core_neighbor_configure(core_t *core, core_neighbor_t *neighbor,
							 const config_neighbor_t *config, usec_t now);
/** its next hops have to be reachable; else the tunnel's device stands for any */
bool core_neighbor_resolves(const core_neighbor_t *n);
/** starts and stops sessions by the tunnels' states and addresses */
void core_peers_update(core_t *core, usec_t now);
/** FIB members of the neighbours beside tunnels */
void core_neighbors_members(core_t *core);
void core_neighbor_member_update(core_t *core, const core_neighbor_t *n,
								 const core_member_t *member);
/** the FIB member for a next hop, made if absent; 0: no room */
uint32_t core_neighbor_member(core_t *core, core_neighbor_t *n,
							  const addr_t *next_hop);
/** bgp_sink_t with the core as user */
extern const bgp_sink_t core_bgp_sink;

/* core_operator.c */
/** NULL: nobody shut it down; valid until the next command */
const core_shutdown_t *core_shutdown_of(const core_t *core, const char *name);
void core_shutdowns_free(core_t *core);

/* core_policy.c */
/** a policy of the configuration's by name, adopted by the caller; name NULL, or
 * none of that name: NULL */
bgp_policy_t *core_policy_named(const config_t *config, const char *name);
/** the policy in force of a neighbour: the named one, or the default that what
 * is the site's and the bundle's limits make; adopted by the caller */
bgp_policy_t *core_policy_import(const config_t *config,
								 const config_bundle_t *bundle,
								 const config_neighbor_t *neighbor);
bgp_policy_t *core_policy_export(const config_t *config,
								 const config_bundle_t *bundle,
								 const config_neighbor_t *neighbor);

#endif
