/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What is made of the SAs that charon tells of, and of those that the kernel has:
 * core_sweep.c those of a charon that died, core_outbound.c the half that we send by,
 * core_hold.c a peer's reauthentication.
 */

#ifndef CYGNET_GATEWAY_CORE_SAS_H
#define CYGNET_GATEWAY_CORE_SAS_H

#include "gateway/core_tunnel.h"

/* core_sweep.c */
/** notes what SAs an earlier charon has left; once, before any fact */
void core_sweep_start(core_t *core);
/** the tunnel has an SA, or has none: old ones are removed after a while */
void core_sweep_sa(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** the link of the if_id was ours, and has been removed */
void core_sweep_orphan(core_t *core, uint32_t if_id, usec_t now);
void core_sweep_free(core_t *core);

/* core_outbound.c */
void core_outbound_init(core_t *core);
void core_outbound_free(core_t *core);
/** looks for the policies of all tunnels */
void core_outbound_audit(core_t *core);
/** the tunnel's SAs have changed, or may have */
void core_outbound_update(core_tunnel_t *tunnel, usec_t now);

/* core_hold.c */
void core_hold_create(core_tunnel_t *tunnel);
void core_hold_destroy(core_tunnel_t *tunnel);
/** what charon told; after the tunnel's state */
void core_hold_fact(core_tunnel_t *tunnel, fact_kind_t kind, usec_t now);

#endif
