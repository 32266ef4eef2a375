/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Log lines for people. The plugin bridges them into charon's log, cygnetctl
 * prints them. A line carries no control flow and no secret.
 */

#ifndef CYGNET_LOG_H
#define CYGNET_LOG_H

#include "base/base.h"

typedef enum log_level_t
{
	LOGL_ERROR,  /* something does not work until a person acts */
	LOGL_WARN,   /* something is odd, work goes on */
	LOGL_NOTICE, /* a state changed that a person watches */
	LOGL_INFO,   /* why it changed */
	LOGL_DEBUG,
} log_level_t;

/** bytes of a line */
#define LOG_LINE_MAX 1023

/** "error", "warn", … */
const char *log_level_name(log_level_t level);
/** in letters of either case; false: there is none of the name */
bool log_level_parse(const char *name, log_level_t *level);

/** line is without newline and borrowed */
typedef void (*log_fn_t)(void *user, log_level_t level, const char *line);

/** process-wide, set once before threads start; NULL is stderr from WARN up */
void log_set(log_fn_t fn, void *user, log_level_t max);

/** a second reader at any time, NULL: none any more. It gets what passes to the
 * first one, and what is up to max whatever that one takes. Calls of it come
 * from any thread, one after the other; when this returns, none of the one
 * before is under way. It must not log */
void log_tap(log_fn_t fn, void *user, log_level_t max);

/** at most LOG_LINE_MAX bytes, cut with "..."; control characters become '?' */
void log_line(log_level_t level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#define log_error(...)  log_line(LOGL_ERROR, __VA_ARGS__)
#define log_warn(...)   log_line(LOGL_WARN, __VA_ARGS__)
#define log_notice(...) log_line(LOGL_NOTICE, __VA_ARGS__)
#define log_info(...)   log_line(LOGL_INFO, __VA_ARGS__)
#define log_debug(...)  log_line(LOGL_DEBUG, __VA_ARGS__)

#endif
