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

#endif
