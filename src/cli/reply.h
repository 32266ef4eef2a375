/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Looking into the daemon's replies. What is not there is not an error: it
 * shows as "-", 0 or no, so that client and daemon may differ in age.
 */

#ifndef CYGNET_CLI_REPLY_H
#define CYGNET_CLI_REPLY_H

#include <json-c/json.h>

#include "base/text.h"

/** borrowed; NULL: not there, or null */
json_object *reply_get(json_object *obj, const char *key);
/** "-": not there, or null; borrowed */
const char *reply_str(json_object *obj, const char *key);
uint64_t reply_num(json_object *obj, const char *key);
bool reply_bool(json_object *obj, const char *key);
/** elements, 0 if it is no array */
size_t reply_length(json_object *array);
json_object *reply_at(json_object *array, size_t i);
/** the strings of an array with spaces between; "-": none */
void reply_join(json_object *array, const char *between, text_t *out);

/** room for a span */
#define REPLY_SPAN_MAX 32
/** seconds as "3d04h", "2h05m", "5m09s" or "7s"; "-": not there */
const char *reply_span(json_object *obj, const char *key,
					   char buf[static REPLY_SPAN_MAX]);

/** a short span of seconds as "12.3 ms"; "-": not there */
const char *reply_ms(json_object *obj, const char *key,
					 char buf[static REPLY_SPAN_MAX]);

/** adds s without what a terminal obeys; lines: newlines stay. true: it was
 * not clean */
bool reply_clean_text(const char *s, size_t len, bool lines, text_t *out);
/** makes all strings in it fit for a terminal, in place: what peers say goes
 * through them. Control characters become \xNN */
void reply_clean(json_object *obj);
/** the object as JSON, of the same meaning, fit for a terminal too */
void reply_json(json_object *obj, text_t *out);

#endif
