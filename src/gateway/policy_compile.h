/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A policy of the configuration's as one of the speaker's. The values were
 * checked when the configuration was loaded; here they only change shape.
 */

#ifndef CYGNET_GATEWAY_POLICY_COMPILE_H
#define CYGNET_GATEWAY_POLICY_COMPILE_H

#include "bgp/policy.h"
#include "config/config.h"
#include "config/values.h"

/** of a loaded configuration; adopted by the caller */
bgp_policy_t *policy_compile(const config_policy_t *section);
/** what the configuration calls so, as the speaker has it */
bgp_source_t policy_source(config_route_source_t source);

#endif
