/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Short names for what the views say all the time.
 */

#ifndef CYGNET_CONTROL_JSON_H
#define CYGNET_CONTROL_JSON_H

#include <json-c/json.h>

#include "base/addr.h"

/** NULL becomes JSON's null */
void put_str(json_object *obj, const char *key, const char *value);
void put_num(json_object *obj, const char *key, uint64_t value);
void put_bool(json_object *obj, const char *key, bool value);
/** unset becomes null */
void put_addr(json_object *obj, const char *key, const addr_t *value);
/** seconds since a moment, with three digits; null if it never was */
void put_since(json_object *obj, const char *key, usec_t now, usec_t moment);
/** seconds until a moment, 0 if it is past; null if it never comes */
void put_until(json_object *obj, const char *key, usec_t now, usec_t moment);
/** a short span in seconds, with six digits; null if it is 0: not known */
void put_span(json_object *obj, const char *key, usec_t span);
/** adds and returns an empty object or array, borrowed */
json_object *put_object(json_object *obj, const char *key);
json_object *put_array(json_object *obj, const char *key);
/** the same at the end of an array */
json_object *put_item(json_object *array);

#endif
