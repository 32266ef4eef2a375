/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * (configuration, tunnels) -> what the kernel and the firewall should hold,
 * but for next hops and learned routes, which are plan/fib.h's. Pure.
 */

#ifndef CYGNET_PLAN_DESIRED_H
#define CYGNET_PLAN_DESIRED_H

#include "config/config.h"
#include "firewall/model.h"
#include "kernel/object.h"
#include "kernel/reconcile.h"

/** what is known of a tunnel beside its configuration */
typedef struct plan_tunnel_t
{
	const config_bundle_t *bundle;
	const config_tunnel_t *config;
	/** the link's index, 0: not there */
	uint32_t link;
	/** if_id in force (charon's, else the file's), 0: none known, no link */
	uint32_t if_id;
	/** computed or configured */
	uint16_t mtu;
	bool forwarding;
	/** outer addresses of the peer, to be pinned */
	const addr_t *outer;
	size_t n_outer;
} plan_tunnel_t;

/** the way to an outer address on the underlay, resolved by the gateway */
typedef struct plan_underlay_t
{
	addr_t peer;
	/** false: there is no route to it now; an old pin stays */
	bool found;
	uint32_t link;
	char link_name[KERNEL_LINK_NAME_MAX];
	addr_t gateway;
	addr_t source;
} plan_underlay_t;

typedef struct plan_input_t
{
	const config_t *config;
	const plan_tunnel_t *tunnels;
	size_t n_tunnels;
	const plan_underlay_t *underlays;
	size_t n_underlays;
	/** addresses seen on all links (connected prefixes are not guarded) */
	const kernel_addr_t *addrs;
	size_t n_addrs;
	const kernel_link_t *links;
	size_t n_links;
	/** aggregates that are announced: what has no route within them goes
	 * nowhere, and not back where it came from */
	const prefix_t *aggregates;
	size_t n_aggregates;
} plan_input_t;

/** links, addresses, pins (a rule and a host route each), unreachable routes
 * of when_down and of aggregates, sysctls. out is initialised by the caller and added to */
void plan_kernel(const plan_input_t *in, kernel_state_t *out);
/** MSS clamps and leak guards (DESIGN.md section 4) */
void plan_firewall(const plan_input_t *in, fw_model_t *out);

#endif
