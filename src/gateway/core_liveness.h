/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Whether something comes through a tunnel: core_liveness.c has its detectors and
 * its supervisor, core_silence.c has charon asked after a silence.
 */

#ifndef CYGNET_GATEWAY_CORE_LIVENESS_H
#define CYGNET_GATEWAY_CORE_LIVENESS_H

#include "gateway/core_tunnel.h"
#include "liveness/bfd.h"
#include "liveness/probe.h"

/* core_liveness.c */
/** starts, stops and configures the tunnel's detectors and its supervisor as
 * things are */
void core_liveness_update(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_liveness_destroy(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** words on what keeps a detector from running, "" if nothing does */
const char *core_liveness_problem(const core_tunnel_t *tunnel);
/** what they have to tell; false: it does not run now */
bool core_liveness_bfd(const core_tunnel_t *tunnel, bfd_info_t *out);
bool core_liveness_probe(const core_tunnel_t *tunnel, probe_info_t *out);
bool core_liveness_supervisor(const core_tunnel_t *tunnel,
							  supervisor_info_t *out);

/* core_silence.c */
/** told at each look, whether it is new or not */
void core_silence_detector(core_tunnel_t *tunnel, unsigned detector,
						   bool failed);
/** nothing was heard, or taken, for too long */
bool core_silence_ended_session(const bgp_peer_info_t *info);
/** after the tunnel's state and its sessions' */
void core_silence_update(core_tunnel_t *tunnel, usec_t now);

#endif
