/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Asks the kernel for the rules of others, and holds what is known of tunnels
 * against them: for `check` from a configuration, for `doctor` from the
 * gateway's reply. Of this network namespace, and as root only.
 */

#ifndef CYGNET_CLI_FOREIGN_LOOK_H
#define CYGNET_CLI_FOREIGN_LOOK_H

#include <json-c/json.h>

#include "cli/doctor_judge.h"
#include "config/config.h"

/** a warning for each chain and what it does to tunnels; false: it could not be
 * looked, for want of rights */
bool foreign_check(const config_t *config, const config_host_t *host,
				   config_report_t *report);
/** what is done to each tunnel, into it; site: of the gateway's reply */
void foreign_doctor(doctor_tunnel_t *tunnels, size_t n, json_object *site);

#endif
