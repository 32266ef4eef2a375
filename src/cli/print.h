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

typedef struct print_style_t
{
	/** ANSI sequences for a terminal */
	bool colour;
	/** columns, 0: lines are as long as they are, for programs */
	unsigned width;
} print_style_t;

/** a view as text */
typedef void (*printer_t)(json_object *data, const print_style_t *style,
						  text_t *out);

/** of many things, those that are well are counted */
void print_status(json_object *data, const print_style_t *style, text_t *out);
void print_firewall(json_object *data, const print_style_t *style, text_t *out);
void print_tunnels(json_object *data, const print_style_t *style, text_t *out);
void print_tunnel(json_object *data, const print_style_t *style, text_t *out);
void print_neighbors(json_object *data, const print_style_t *style,
					 text_t *out);
void print_neighbor(json_object *data, const print_style_t *style, text_t *out);
void print_policies(json_object *data, const print_style_t *style, text_t *out);
/** as it would be written */
void print_policy(json_object *data, const print_style_t *style, text_t *out);
void print_policy_test(json_object *data, const print_style_t *style,
					   text_t *out);
/* routes come in parts */
/** a line a path */
void print_routes_head(table_t *table);
void print_routes_part(json_object *part, table_t *table);
/** all paths of a prefix in full */
void print_route(json_object *part, const print_style_t *style, text_t *out);
/** what goes over a session: a line a route, or in full */
void print_received_head(table_t *table);
void print_received_part(json_object *part, table_t *table);
void print_advertised_head(table_t *table);
void print_advertised_part(json_object *part, table_t *table);
void print_announcement(json_object *part, const print_style_t *style,
						text_t *out);

/** what tunnels carry, from two answers of `tunnels` and the time between them;
 * lines: of the screen, 0: as many as it takes */
void print_top(json_object *before, json_object *now, usec_t span,
			   unsigned lines, text_t *out);
/** what a reload would do, and what one has done */
void print_diff(json_object *data, const print_style_t *style, text_t *out);
void print_reload(json_object *data, const print_style_t *style, text_t *out);
/** a line an event */
void print_events(json_object *events, const print_style_t *style, text_t *out);
/** a line of the gateway's log each */
void print_log(json_object *lines, const print_style_t *style, text_t *out);
/** families of metrics; open: as OpenMetrics, else in Prometheus' own format */
void print_metrics(json_object *families, bool open, text_t *out);

/** the start of a line of a screen: "  name" and room up to its value */
void print_key(text_t *out, const char *name);
/** one whole line */
void print_line(text_t *out, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** what a tunnel's detectors say, in short */
void print_liveness(table_t *table, json_object *tunnel);
/** behind "forwarding": " (standby)", or nothing */
const char *print_unused(json_object *tunnel);
/** attributes of a route in lines, each begun with indent */
void print_attrs(json_object *attrs, const char *indent, text_t *out);
/** "65531 64512 {1 2}", "-": empty */
void print_as_path(json_object *attrs, text_t *out);
/** what a policy changed, a line each */
void print_changes(json_object *changes, const char *indent, text_t *out);

#endif
