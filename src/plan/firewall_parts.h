/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The parts of the firewall's model beside clamps and guards.
 */

#ifndef CYGNET_PLAN_FIREWALL_PARTS_H
#define CYGNET_PLAN_FIREWALL_PARTS_H

#include "plan/desired.h"

/** port guard, limit of IKE_SA_INIT */
void plan_inputs(const plan_input_t *in, fw_model_t *out);

#endif
