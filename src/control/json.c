/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * json-c's calls in the short, and the one spelling of a value in all views: an
 * absent address is null, a span is seconds with milliseconds.
 */

#include "control/json.h"

#include <stdio.h>

void put_str(json_object *obj, const char *key, const char *value)
{
	json_object_object_add(obj, key,
						   value ? json_object_new_string(value) : NULL);
}

void put_num(json_object *obj, const char *key, uint64_t value)
{
	json_object_object_add(obj, key, json_object_new_uint64(value));
}

void put_bool(json_object *obj, const char *key, bool value)
{
	json_object_object_add(obj, key, json_object_new_boolean(value));
}

void put_addr(json_object *obj, const char *key, const addr_t *value)
{
	char buf[ADDR_STR_MAX];

	put_str(obj, key,
			value && addr_is_set(value) ? addr_format(value, buf) : NULL);
}

static json_object *seconds(usec_t span)
{
	usec_t ms = span / USEC_PER_MSEC;
	char text[32];

	snprintf(text, sizeof(text), "%llu.%03llu", (unsigned long long)(ms / 1000),
			 (unsigned long long)(ms % 1000));
	return json_object_new_double_s((double)ms / 1000, text);
}

void put_since(json_object *obj, const char *key, usec_t now, usec_t moment)
{
	json_object_object_add(
		obj, key, moment && moment <= now ? seconds(now - moment) : NULL);
}

void put_until(json_object *obj, const char *key, usec_t now, usec_t moment)
{
	json_object_object_add(
		obj, key,
		moment != USEC_NEVER ? seconds(moment > now ? moment - now : 0) : NULL);
}

void put_span(json_object *obj, const char *key, usec_t span)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%06llu",
			 (unsigned long long)(span / USEC_PER_SEC),
			 (unsigned long long)(span % USEC_PER_SEC));
	json_object_object_add(
		obj, key,
		span ? json_object_new_double_s((double)span / USEC_PER_SEC, text)
			 : NULL);
}

json_object *put_object(json_object *obj, const char *key)
{
	json_object *value = json_object_new_object();

	json_object_object_add(obj, key, value);
	return value;
}

json_object *put_array(json_object *obj, const char *key)
{
	json_object *value = json_object_new_array();

	json_object_object_add(obj, key, value);
	return value;
}

json_object *put_item(json_object *array)
{
	json_object *value = json_object_new_object();

	json_object_array_add(array, value);
	return value;
}
