/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Expressions over AS paths, as people know them from routers: POSIX extended
 * ones over "65531 64512 {1 2}", where _ stands for a border: the begin, the
 * end, a space, a brace. Not of POSIX: collating symbols, and a * + ? or {n}
 * with nothing before it. Here so that what a configuration is checked by is
 * what runs.
 *
 * Both costs are bounded, whatever the expression: making one by
 * PATH_REGEX_STEPS, matching by that times the length of the text.
 */

#ifndef CYGNET_PATH_REGEX_H
#define CYGNET_PATH_REGEX_H

#include "base/base.h"

/** bytes of an expression */
#define PATH_REGEX_MAX 255
/** steps of an expression with its {n,m} written out: about one for each
 * character, bracket expression and operator */
#define PATH_REGEX_STEPS 512
/** groups within groups */
#define PATH_REGEX_DEPTH 32

typedef struct path_regex_t path_regex_t;

/** the expression (copied), to be destroyed; NULL: it is none, or goes beyond
 * a limit, and error (may be NULL if size is 0) says why in words */
path_regex_t *path_regex_create(const char *expression, char *error,
								size_t size);

/** does some part of the text match? */
bool path_regex_match(const path_regex_t *regex, const char *text);

/** NULL does nothing */
void path_regex_destroy(path_regex_t *regex);

#endif
