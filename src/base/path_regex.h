/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Expressions over AS paths, as people know them from routers: POSIX extended
 * ones over "65531 64512 {1 2}", where _ stands for a border: the begin, the
 * end, a space, a brace. Here so that what a configuration is checked by is
 * what runs.
 */

#ifndef CYGNET_PATH_REGEX_H
#define CYGNET_PATH_REGEX_H

#include "base/base.h"

#include <regex.h>

/** bytes of an expression */
#define PATH_REGEX_MAX 255
/** bytes with borders spelt out, times all repetitions by {n,m}: each is a copy
 * of what it repeats */
#define PATH_REGEX_EXPANDED 32768
/** borders (^ and $ too), as often as they are repeated; and those under a *
 * or + */
#define PATH_REGEX_BORDERS 64
#define PATH_REGEX_STARRED 4

/** for regexec(), without places of matches; free it with regfree(). false:
 * not an expression, or one that could take too long; error (may be NULL if
 * size is 0) says why in words, and out is nothing */
bool path_regex_compile(regex_t *out, const char *expression, char *error,
						size_t size);

#endif
