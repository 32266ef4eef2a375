/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the parts of a load share: the source, the report, and which options
 * were written and not filled in.
 */

#ifndef CYGNET_CONFIG_LOAD_H
#define CYGNET_CONFIG_LOAD_H

#include "config/report.h"
#include "config/schema.h"

#define CONFIG_PATH_MAX 512

typedef struct config_load_t
{
	const config_source_t *source;
	config_report_t *report;
	config_t *config;
	/** of the bundle that was last entered, NULL: none */
	const char *profile;
	/** options written in the file: the struct, and the row */
	struct config_written_t
	{
		const void *object;
		const config_option_t *option;
	} * written;
	size_t n_written;
} config_load_t;

/** the option stands in the file, rightly or not */
bool load_was_written(const config_load_t *load, const void *object,
					  config_scope_t scope, const char *key);

/* derives what depends on more than one option; after the walk, before the
 * checks */
void derive_all(config_load_t *load);

#endif
