/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Words of peers come through here: a shutdown communication, or a name of a
 * connection, may hold what a terminal takes for commands. C0 controls and DEL
 * are one byte; C1 controls are two in UTF-8 (c2 80 to c2 9f), and some
 * terminals obey them as well.
 */

#include "cli/reply.h"

#include <stdio.h>
#include <string.h>

json_object *reply_get(json_object *obj, const char *key)
{
	json_object *value = NULL;

	if (json_object_is_type(obj, json_type_object))
	{
		json_object_object_get_ex(obj, key, &value);
	}
	return value;
}

const char *reply_str(json_object *obj, const char *key)
{
	json_object *value = reply_get(obj, key);

	return value ? json_object_get_string(value) : "-";
}

uint64_t reply_num(json_object *obj, const char *key)
{
	return json_object_get_uint64(reply_get(obj, key));
}

bool reply_bool(json_object *obj, const char *key)
{
	return json_object_get_boolean(reply_get(obj, key));
}

size_t reply_length(json_object *array)
{
	return json_object_is_type(array, json_type_array)
			   ? json_object_array_length(array)
			   : 0;
}

json_object *reply_at(json_object *array, size_t i)
{
	return i < reply_length(array) ? json_object_array_get_idx(array, i) : NULL;
}

void reply_join(json_object *array, const char *between, text_t *out)
{
	for (size_t i = 0; i < reply_length(array); i++)
	{
		text_add(out, i ? between : "");
		text_add(out, json_object_get_string(reply_at(array, i)));
	}
	if (!reply_length(array))
	{
		text_add(out, "-");
	}
}

const char *reply_span(json_object *obj, const char *key,
					   char buf[static REPLY_SPAN_MAX])
{
	json_object *value = reply_get(obj, key);
	unsigned long s = value ? (unsigned long)json_object_get_double(value) : 0;

	if (!value)
	{
		return "-";
	}
	if (s >= 86400)
	{
		snprintf(buf, REPLY_SPAN_MAX, "%lud%02luh", s / 86400,
				 s % 86400 / 3600);
	}
	else if (s >= 3600)
	{
		snprintf(buf, REPLY_SPAN_MAX, "%luh%02lum", s / 3600, s % 3600 / 60);
	}
	else if (s >= 60)
	{
		snprintf(buf, REPLY_SPAN_MAX, "%lum%02lus", s / 60, s % 60);
	}
	else
	{
		snprintf(buf, REPLY_SPAN_MAX, "%lus", s);
	}
	return buf;
}

const char *reply_ms(json_object *obj, const char *key,
					 char buf[static REPLY_SPAN_MAX])
{
	json_object *value = reply_get(obj, key);
	double ms = json_object_get_double(value) * 1000;

	if (!value)
	{
		return "-";
	}
	/* what is configured is whole, what is measured seldom is */
	snprintf(buf, REPLY_SPAN_MAX, "%.*f ms",
			 ms >= 100 || ms - (double)(uint64_t)ms < 0.001 ? 0
			 : ms >= 10                                     ? 1
															: 2,
			 ms);
	return buf;
}

/** the control character that s begins with as a number, 0: none; *len is
 * what it takes */
static unsigned control(const char *s, size_t left, size_t *len)
{
	unsigned char c = (unsigned char)s[0];

	*len = 1;
	if (c < 0x20 || c == 0x7f)
	{
		return c ? c : 0x100;
	}
	if (c == 0xc2 && left > 1 && (unsigned char)s[1] >= 0x80 &&
		(unsigned char)s[1] < 0xa0)
	{
		*len = 2;
		return (unsigned char)s[1];
	}
	return 0;
}

bool reply_clean_text(const char *s, size_t len, bool lines, text_t *out)
{
	bool dirty = false;
	size_t step;

	for (size_t i = 0; i < len; i += step)
	{
		unsigned c = control(s + i, len - i, &step);

		if (!c || (lines && c == '\n'))
		{
			text_add_len(out, s + i, step);
			continue;
		}
		dirty = true;
		text_printf(out, "\\x%02x", c & 0xff);
	}
	return dirty;
}

static void clean_string(json_object *obj)
{
	const char *s = json_object_get_string(obj);
	size_t len = (size_t)json_object_get_string_len(obj);
	text_t out;

	text_init(&out);
	if (reply_clean_text(s, len, false, &out))
	{
		json_object_set_string_len(obj, text_str(&out), (int)out.len);
	}
	text_deinit(&out);
}

void reply_clean(json_object *obj)
{
	if (json_object_is_type(obj, json_type_string))
	{
		clean_string(obj);
	}
	else if (json_object_is_type(obj, json_type_array))
	{
		for (size_t i = 0; i < json_object_array_length(obj); i++)
		{
			reply_clean(json_object_array_get_idx(obj, i));
		}
	}
	else if (json_object_is_type(obj, json_type_object))
	{
		json_object_object_foreach(obj, key, value)
		{
			(void)key;
			reply_clean(value);
		}
	}
}

void reply_json(json_object *obj, text_t *out)
{
	const char *s = json_object_to_json_string_ext(
		obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	size_t len = strlen(s), step;

	for (size_t i = 0; i < len; i += step)
	{
		unsigned c = control(s + i, len - i, &step);

		/* json-c escapes C0 itself: what is left of it is its own layout. The
		 * others can stand within strings alone */
		if (c >= 0x7f && c < 0x100)
		{
			text_printf(out, "\\u%04x", c);
		}
		else
		{
			text_add_len(out, s + i, step);
		}
	}
}
