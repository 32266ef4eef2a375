/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A load goes on after an error, so that a person who mends a file sees all
 * of it at once. What is quoted from the file is short and without what could
 * be another option's value: in strongSwan's syntax a value runs to the end
 * of the line, so that one forgotten line break puts a password into it.
 */

#include "config/report.h"

#include "base/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void report_init(config_report_t *report)
{
	*report = (config_report_t){.errors = {.count = 0}};
}

void config_report_deinit(config_report_t *report)
{
	strings_deinit(&report->errors);
	strings_deinit(&report->warnings);
}

static void __attribute__((format(printf, 4, 0)))
add(config_strings_t *strings, const char *path, const char *key,
	const char *fmt, va_list args)
{
	text_t line = {.len = 0};

	if (strings->count > REPORT_MAX)
	{
		return;
	}
	if (strings->count == REPORT_MAX)
	{
		strings_add(strings, "there are more, not shown");
		return;
	}
	text_add(&line, path);
	if (key)
	{
		text_printf(&line, "%s%s", *path ? "." : "", key);
	}
	text_add(&line, ": ");
	text_vprintf(&line, fmt, args);
	strings_adopt(strings, text_take(&line));
}

void report_error(config_report_t *report, const char *path, const char *key,
				  const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(&report->errors, path, key, fmt, args);
	va_end(args);
}

void report_warning(config_report_t *report, const char *path, const char *key,
					const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	add(&report->warnings, path, key, fmt, args);
	va_end(args);
}

const char *report_quote(const char *value, char buf[static REPORT_QUOTE_MAX])
{
	size_t len = strcspn(value, "={");
	size_t room = REPORT_QUOTE_MAX - sizeof("'...'");
	const char *password = strcasestr(value, "password");
	bool cut = value[len] != '\0';
	char *p = buf;

	if (password && (size_t)(password - value) < len)
	{
		len = (size_t)(password - value) + 1;
		cut = true;
	}
	/* the word before "=" is the name of the second option */
	while (cut && len && isspace((unsigned char)value[len - 1]))
	{
		len--;
	}
	while (cut && len && !isspace((unsigned char)value[len - 1]))
	{
		len--;
	}
	while (cut && len && isspace((unsigned char)value[len - 1]))
	{
		len--;
	}
	if (len > room)
	{
		len = room;
		cut = true;
	}
	*p++ = '\'';
	for (size_t i = 0; i < len; i++)
	{
		unsigned char c = (unsigned char)value[i];

		*p++ = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	strcpy(p, cut ? "...'" : "'");
	return buf;
}

void strings_adopt(config_strings_t *strings, char *s)
{
	strings->list =
		mem_resize(strings->list, strings->count + 1, sizeof(*strings->list));
	strings->list[strings->count++] = s;
}

void strings_add(config_strings_t *strings, const char *s)
{
	strings_adopt(strings, str_copy(s));
}

void strings_deinit(config_strings_t *strings)
{
	for (size_t i = 0; i < strings->count; i++)
	{
		free(strings->list[i]);
	}
	free(strings->list);
	*strings = (config_strings_t){.count = 0};
}

bool strings_equal(const config_strings_t *a, const config_strings_t *b)
{
	if (a->count != b->count)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		if (strcmp(a->list[i], b->list[i]) != 0)
		{
			return false;
		}
	}
	return true;
}
