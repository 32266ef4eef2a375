/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of path expressions share: path_regex_read.c (from text to
 * steps) and path_regex.c (running the steps).
 */

#ifndef CYGNET_PATH_REGEX_IMPL_H
#define CYGNET_PATH_REGEX_IMPL_H

#include "base/path_regex.h"

/** bytes of a set of characters, a bit for each */
#define PATH_REGEX_SET 32

typedef enum path_op_t
{
	OP_CHAR,
	OP_ANY,
	OP_SET,
	OP_BEGIN,
	OP_END,
	/** a border that is a character */
	OP_DELIMITER,
	/** on at x and at y */
	OP_SPLIT,
	/** on at x */
	OP_JUMP,
	OP_MATCH,
} path_op_t;

typedef struct path_step_t
{
	path_op_t op;
	union
	{
		struct
		{
			/** from this step */
			int x, y;
		};
		uint8_t character;
		uint8_t set[PATH_REGEX_SET];
	};
} path_step_t;

/** what an expression becomes, and why not, or NULL */
typedef struct path_program_t
{
	const char *why;
	size_t n;
	path_step_t steps[PATH_REGEX_STEPS];
} path_program_t;

/** reads an expression into an empty program; false: why is set */
bool path_regex_read(path_program_t *program, const char *expression);

#endif
