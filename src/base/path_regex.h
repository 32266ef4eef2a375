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
/** product of all {n}, and with a {n,m} among them: what may be nothing, as
 * ([0-9]*){1,200}, costs the C library the third power of it, a second and
 * 50 MB here */
#define PATH_REGEX_REPEATS 1024
#define PATH_REGEX_RANGES  64
/** borders (^ and $ too), as often as they are repeated; and those under a *
 * or + */
#define PATH_REGEX_BORDERS 16
#define PATH_REGEX_STARRED 4

/** for regexec(), without places of matches; free it with regfree(). false:
 * not an expression, or one that could take too long; error (may be NULL if
 * size is 0) says why in words, and out is nothing */
bool path_regex_compile(regex_t *out, const char *expression, char *error,
						size_t size);

#endif
