/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The plugin: starts the gateway inside charon, gives it facts and a
 * configuration, and stops it.
 */

#ifndef CYGNET_PLUGIN_H
#define CYGNET_PLUGIN_H

#include <plugins/plugin.h>

typedef struct cygnet_plugin_t cygnet_plugin_t;

struct cygnet_plugin_t
{
	/**
	 * Implements plugin_t
	 */
	plugin_t plugin;
};

/**
 * Constructor, found by name by charon's plugin loader.
 */
plugin_t *cygnet_plugin_create(void);

#endif
