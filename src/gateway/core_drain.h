/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Tunnels that are taken out of use: by a person or for a purpose (core_drain.c),
 * and before they are reauthenticated (core_reauth.c).
 */

#ifndef CYGNET_GATEWAY_CORE_DRAIN_H
#define CYGNET_GATEWAY_CORE_DRAIN_H

#include "gateway/core_tunnel.h"

/* core_drain.c */
void core_drain_create(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_drain_destroy(core_t *core, core_tunnel_t *tunnel);
/** what a drain changes in what a neighbour of the tunnel is told; after the
 * configuration's own */
void core_drain_config(const core_tunnel_t *tunnel, bgp_peer_config_t *out);
/** since when by a person; 0: it is not */
usec_t core_drained_at(const core_t *core, const char *name);
/** for a purpose of our own; it ends so only if no person wants it, too */
void core_drain_begin(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_drain_end(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** has the neighbours of tunnels know; after the groups are as they have to be */
void core_drains_tell(core_t *core, usec_t now);
void core_drains_init(core_t *core);
void core_drains_free(core_t *core);

/* core_reauth.c */
void core_reauth_create(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_reauth_destroy(core_t *core, core_tunnel_t *tunnel);
/** what charon told of the tunnel's SAs; after its state */
void core_reauth_fact(core_t *core, core_tunnel_t *tunnel, const fact_t *fact,
					  usec_t now);
/** for view_tunnel_t */
const char *core_reauth_phase(const core_tunnel_t *tunnel);
/** uses drained tunnels again where too few others are left; before the choice */
void core_reauth_check(core_t *core, usec_t now);
/** a person uses the tunnel again: charon is left to itself */
void core_reauth_leave(core_t *core, core_tunnel_t *tunnel);

#endif
