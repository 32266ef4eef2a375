/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Verdicts as JSON and as text.
 */

#ifndef CYGNET_CLI_DOCTOR_PRINT_H
#define CYGNET_CLI_DOCTOR_PRINT_H

#include <json-c/json.h>

#include "cli/doctor_judge.h"

/** adds one verdict to an array */
void doctor_json_add(json_object *array, const doctor_tunnel_t *tunnel,
					 const doctor_verdict_t *verdict);
/** the array, each in full; colour: ANSI sequences for a terminal */
void print_doctor(json_object *tunnels, bool colour, text_t *out);
/** what is wrong with any, and one sentence on all; problems: of the gateway, as
 * many as the status has */
void print_doctor_all(json_object *tunnels, unsigned problems, bool colour,
					  text_t *out);

#endif
