/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The core's inside, shared by core*.c alone: its state here, and a header a room
 * for what the others are asked for (core_tunnel.h, core_sas.h, core_drain.h,
 * core_liveness.h, core_neighbor.h, core_member.h, core_nexthops.h, core_routes.h,
 * core_origins.h, core_kernel.h). Who does what:
 * core.c          life, configuration and its differences
 * core_statics.c  static routes over tunnels
 * core_sweep.c    SAs and policies that a charon which died has left
 * core_tunnels.c  charon's facts, tunnel and bundle states, FIB members
 * core_outbound.c the outbound half of each tunnel's SAs
 * core_drain.c    tunnels that are taken out of use
 * core_reauth.c   and are so before they are reauthenticated
 * core_hold.c     and while a peer reauthenticates
 * core_silence.c  IKE after a silence of the way
 * core_liveness.c BFD, probes and the supervisor of each tunnel
 * core_peers.c    neighbours: when they run, on which addresses
 * core_nexthops.c next hops that are not a tunnel's far end
 * core_ways.c     how a next hop is reached
 * core_routes.c   chosen paths to FIB members, FIB operations to the kernel
 * core_initial.c  the first writing waits for the neighbours
 * core_restart.c  routes of an earlier run, until the neighbours have told theirs
 * core_aggregates.c  aggregates, and where traffic within them ends
 * core_sources.c  networks on links and routes of others
 * core_redistribute.c  what of these becomes our own origin
 * core_kernel.c   the mirror, reconcile
 * core_seen.c     what an earlier run has left, until the FIB is told
 * core_heal.c     somebody's hand in what is ours
 * core_firewall.c the firewall's table, and who works against it
 * core_underlay.c the ways to the peers
 * core_policy.c   policies for the speaker
 * core_operator.c what a person says to a neighbour
 * core_problems.c what is wrong now, for status
 * core_view.c     the state for the views
 */

#ifndef CYGNET_GATEWAY_CORE_PRIVATE_H
#define CYGNET_GATEWAY_CORE_PRIVATE_H

#include "gateway/core.h"
#include "kernel/reconcile.h"
#include "plan/desired.h"
#include "plan/fib.h"

/** see core_tunnel.h and core_neighbor.h */
typedef struct core_connection_t core_connection_t;
typedef struct core_tunnel_t core_tunnel_t;
typedef struct core_neighbor_t core_neighbor_t;
typedef struct core_shutdown_t core_shutdown_t;
typedef struct core_redistribute_t core_redistribute_t;
/** each the inside of the file that has its definition */
typedef struct core_told_t core_told_t;
typedef struct core_dumps_t core_dumps_t;
typedef struct core_seen_t core_seen_t;
typedef struct core_sweep_t core_sweep_t;
typedef struct core_looks_t core_looks_t;
typedef struct core_drains_t core_drains_t;
typedef struct core_nexthops_t core_nexthops_t;
typedef struct core_routes_t core_routes_t;
typedef struct core_batch_t core_batch_t;
typedef struct core_initial_t core_initial_t;
typedef struct core_restart_t core_restart_t;
typedef struct core_table_t core_table_t;
typedef struct core_heal_t core_heal_t;
typedef struct core_views_t core_views_t;
/** a static route over tunnels, see core_statics.c */
typedef struct core_static_t core_static_t;

struct core_t
{
	core_seams_t seams;
	const char *charon_routes;
	uint64_t seed;
	/** detectors made so far, and BFD's last discriminator */
	uint64_t detectors;
	uint32_t discriminator;
	usec_t started;
	config_t *config;
	char *config_refused;
	core_connection_t **connections;
	size_t n_connections;
	core_tunnel_t **tunnels;
	size_t n_tunnels;
	core_neighbor_t **neighbors;
	size_t n_neighbors;
	/** by prefix */
	core_static_t *statics;
	size_t n_statics;
	core_shutdown_t *shutdowns;
	size_t n_shutdowns;
	/** what who watches was told of bundles */
	core_told_t *told;
	size_t n_told;
	bgp_t *bgp;
	fib_t *fib;
	/** mirror of the kernel's small objects */
	kernel_state_t seen;
	/** those that are announced, with room for all that are configured */
	prefix_t *aggregates;
	size_t n_aggregates;
	/** NULL: nothing is redistributed */
	core_redistribute_t *redistribute;
	plan_underlay_t *underlays;
	size_t n_underlays;
	fw_model_t firewall;
	bool firewall_applied;
	int firewall_error;
	/** sysctls as they were before us, for the way back */
	kernel_state_t saved;
	/** what has to be done by core_apply */
	bool tunnels_dirty;
	bool plan_dirty;
	bool underlay_dirty;
	bool peers_dirty;
	/** the last plan was not what was there already */
	bool unmet;
	unsigned audits;
	cyg_timer_t audit_timer;
	/** a bundle's choice changes by time alone */
	cyg_timer_t bundle_timer;
	/** the pins, or what is to be pinned, may have changed */
	bool pins_dirty;
	/** a route that is refused for want of a pin, for status; "": none */
	char swallow_words[192];
	/** a link that we cannot make, for status; "": none */
	char conflict_words[160];
	bool refused_guarded;
	bool stopping;
	char **problems;
	size_t n_problems;
	size_t problems_room;
	/** what one file alone sees */
	core_dumps_t *dumps;
	core_seen_t *seen_fib;
	core_sweep_t *sweep;
	core_looks_t *looks;
	core_drains_t *drains;
	core_nexthops_t *nexthops;
	core_routes_t *routes;
	core_batch_t *batch;
	core_initial_t *initial;
	core_restart_t *restart;
	core_table_t *table;
	core_heal_t *heal;
	core_views_t *views;
};

/** means something together with a link only: IPv6's link-local. IPv4's is as
 * good as any inside a tunnel */
static inline bool core_is_scoped(const addr_t *addr)
{
	return addr->family == FAMILY_IPV6 && addr_is_link_local(addr);
}

/* core.c */
/** `advertise` names it */
bool core_is_advertised(const core_t *core, const prefix_t *prefix);
bool core_str_equal(const char *a, const char *b); /* NULL equals NULL */

/** tells who watches */
void core_event(const core_t *core, view_event_kind_t kind, const char *name,
				const char *from, const char *to, const char *why);
/** the tunnel goes on under the other configuration */
bool core_same_tunnel(const config_tunnel_t *a, const config_tunnel_t *b);
/** speaker and tables do; old NULL: there are none */
bool core_tables_stay(const config_t *old, const config_t *new);

/* core_problems.c */
/** fills the core's problems */
void core_problems_collect(core_t *core, usec_t now);
void core_problems_free(core_t *core);

/* core_view.c */
void core_view_init(core_t *core);
void core_view_free(core_t *core);

#endif
