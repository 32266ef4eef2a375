/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Log lines. Text from a peer (a shutdown communication, a capability's name)
 * ends here, so what could steer a terminal or forge a second line is taken
 * out of every line: ASCII control characters, and the C1 set as UTF-8.
 */

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 1023

static struct
{
	log_fn_t fn;
	void *user;
	log_level_t max;
} sink;

void log_set(log_fn_t fn, void *user, log_level_t max)
{
	sink.fn = fn;
	sink.user = user;
	sink.max = max;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/** puts "..." at the end, and no half of a UTF-8 character before it */
static void mark_cut(char line[static LINE_MAX_BYTES + 1])
{
	size_t at = LINE_MAX_BYTES - 3;

	for (unsigned i = 0; i < 3 && is_continuation(line[at]); i++)
	{
		at--;
	}
	memcpy(&line[at], "...", 4);
}

static void clean(char *line)
{
	for (unsigned char *p = (unsigned char *)line; *p; p++)
	{
		if (*p < 0x20 || *p == 0x7f)
		{
			*p = '?';
		}
		else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
		{
			p[0] = '?';
			p[1] = '?';
		}
	}
}

void log_line(log_level_t level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES + 1];
	va_list args;
	int len;

	if (level > (sink.fn ? sink.max : LOGL_WARN))
	{
		return;
	}
	va_start(args, fmt);
	len = vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	if (len < 0)
	{
		snprintf(line, sizeof(line), "a log line could not be formatted");
	}
	else if (len > LINE_MAX_BYTES)
	{
		mark_cut(line);
	}
	clean(line);
	if (sink.fn)
	{
		sink.fn(sink.user, level, line);
	}
	else
	{
		fprintf(stderr, "cygnet: %s\n", line);
	}
}
