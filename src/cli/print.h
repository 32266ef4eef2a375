/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Replies as text for people. The JSON is the daemon's: what it lacks is
 * shown as "-".
 */

#ifndef CYGNET_CLI_PRINT_H
#define CYGNET_CLI_PRINT_H

#include <json-c/json.h>

#include "base/text.h"
#include "cli/table.h"

/** colour: ANSI sequences for a terminal */
void print_status(json_object *data, bool colour, text_t *out);
void print_tunnels(json_object *data, text_t *out);
void print_neighbors(json_object *data, text_t *out);
void print_neighbor(json_object *data, text_t *out);
/** routes come in parts */
void print_routes_head(table_t *table);
void print_routes_part(json_object *part, table_t *table);

#endif
