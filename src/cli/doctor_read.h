/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The daemon's half of the findings, out of its reply to `doctor`.
 */

#ifndef CYGNET_CLI_DOCTOR_READ_H
#define CYGNET_CLI_DOCTOR_READ_H

#include <json-c/json.h>

#include "cli/doctor_judge.h"

/** one of the reply's tunnels */
void doctor_read_tunnel(json_object *tunnel, doctor_tunnel_t *out);
/** how often a session was lost by its hold time in the last quarter of an hour;
 * events: of its history; now: seconds since 1970 */
unsigned doctor_read_flaps(json_object *events, uint64_t now);

/** looks in other tunnels of their bundles what sessions lack */
void doctor_read_compare(doctor_tunnel_t *tunnels, size_t n);
/** the firewall has dropped anything yet */
bool doctor_read_dropped(json_object *firewall);
/** what it dropped between two replies to `firewall`; NULL: not known */
void doctor_read_drops(json_object *before, json_object *after,
					   doctor_tunnel_t *tunnels, size_t n, doctor_host_t *host);

#endif
