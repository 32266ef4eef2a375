/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The last lines of the gateway's own log, by number. Any thread may add and
 * read; no clock is read in here.
 */

#ifndef CYGNET_GATEWAY_LINES_H
#define CYGNET_GATEWAY_LINES_H

#include "control/view.h"

#define LINES_MAX 1024

typedef struct lines_t lines_t;

lines_t *lines_create(void);
void lines_destroy(lines_t *lines);
/** copied; wall: microseconds since 1970 */
void lines_add(lines_t *lines, uint64_t wall, log_level_t level,
			   const char *line);
/** the number that the next one will have, from 1 */
uint64_t lines_next(lines_t *lines);
/** copies the first line from a number on, and *since is behind it; false: there
 * is none yet. *lost grows by those before it that are forgotten */
bool lines_take(lines_t *lines, uint64_t *since, view_line_t *out,
				uint64_t *lost);

#endif
