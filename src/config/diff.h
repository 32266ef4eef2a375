/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What is different between two configurations, section by section and option
 * by option, with defaults filled in: what counts, not how it was written.
 * Led by the option table; secrets are never told.
 */

#ifndef CYGNET_CONFIG_DIFF_H
#define CYGNET_CONFIG_DIFF_H

#include "config/config.h"

/** all borrowed for the time of the call */
typedef struct config_change_t
{
	/** of the section, as in the errors */
	const char *path;
	/** NULL: the section itself came or went */
	const char *option;
	/** as written; NULL: not there. Of a section, "" where it is there */
	const char *from;
	const char *to;
} config_change_t;

typedef void (*config_change_fn_t)(void *user, const config_change_t *change);

/** in the order of the sections; old NULL: there was none */
void config_diff(const config_t *old, const config_t *new,
				 config_change_fn_t fn, void *user);

#endif
