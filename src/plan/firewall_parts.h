/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The parts of the firewall's model beside clamps and guards.
 */

#ifndef CYGNET_PLAN_FIREWALL_PARTS_H
#define CYGNET_PLAN_FIREWALL_PARTS_H

#include "plan/desired.h"

/** port guard, limit of IKE_SA_INIT */
void plan_inputs(const plan_input_t *in, fw_model_t *out);
/** netmap, allow lists */
void plan_passages(const plan_input_t *in, fw_model_t *out);
/** who may speak BGP and BFD to us by the tunnel, each once */
void plan_speakers(const config_tunnel_t *tunnel, fw_peers_t *out);

#endif
