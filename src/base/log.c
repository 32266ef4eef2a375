/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Log lines. Text from a peer (a shutdown communication, a capability's name)
 * ends here, so what could steer a terminal or forge a second line is taken
 * out of every line: ASCII control characters, and the C1 set as UTF-8.
 */

#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/** of tap.max: there is none */
#define TAP_NONE -1

static struct
{
	log_fn_t fn;
	void *user;
	log_level_t max;
} sink;

static struct
{
	/** protects fn and user, and is held while it is called */
	pthread_mutex_t mutex;
	log_fn_t fn;
	void *user;
	atomic_int max;
} tap = {.mutex = PTHREAD_MUTEX_INITIALIZER, .max = TAP_NONE};

static const char *const level_names[] = {
	[LOGL_ERROR] = "error", [LOGL_WARN] = "warn",   [LOGL_NOTICE] = "notice",
	[LOGL_INFO] = "info",   [LOGL_DEBUG] = "debug",
};

const char *log_level_name(log_level_t level)
{
	return level < countof(level_names) ? level_names[level] : "?";
}

bool log_level_parse(const char *name, log_level_t *level)
{
	for (unsigned i = 0; i < countof(level_names); i++)
	{
		if (strcasecmp(name, level_names[i]) == 0)
		{
			*level = (log_level_t)i;
			return true;
		}
	}
	return false;
}

void log_set(log_fn_t fn, void *user, log_level_t max)
{
	sink.fn = fn;
	sink.user = user;
	sink.max = max;
}

void log_tap(log_fn_t fn, void *user, log_level_t max)
{
	pthread_mutex_lock(&tap.mutex);
	tap.fn = fn;
	tap.user = user;
	atomic_store(&tap.max, fn ? (int)max : TAP_NONE);
	pthread_mutex_unlock(&tap.mutex);
}

static void to_tap(log_level_t level, const char *line)
{
	pthread_mutex_lock(&tap.mutex);
	if (tap.fn)
	{
		tap.fn(tap.user, level, line);
	}
	pthread_mutex_unlock(&tap.mutex);
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/** puts "..." at the end, and no half of a UTF-8 character before it */
static void mark_cut(char line[static LOG_LINE_MAX + 1])
{
	size_t at = LOG_LINE_MAX - 3;

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
	bool shown = level <= (sink.fn ? sink.max : LOGL_WARN);
	int tapped = atomic_load(&tap.max);
	char line[LOG_LINE_MAX + 1];
	va_list args;
	int len;

	if (!shown && (int)level > tapped)
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
	else if (len > LOG_LINE_MAX)
	{
		mark_cut(line);
	}
	clean(line);
	if (tapped != TAP_NONE)
	{
		to_tap(level, line);
	}
	if (shown && sink.fn)
	{
		sink.fn(sink.user, level, line);
	}
	else if (shown)
	{
		fprintf(stderr, "cygnet: %s\n", line);
	}
}
