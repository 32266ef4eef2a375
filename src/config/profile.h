/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What is known of the clouds: defaults that differ there, and settings that
 * they refuse. Only what their own documentation says.
 */

#ifndef CYGNET_CONFIG_PROFILE_H
#define CYGNET_CONFIG_PROFILE_H

#include "config/load.h"

/** the name as the table has it; NULL: no such profile */
const char *profile_known(const char *name);
/** an option's default in the profile; NULL: the table's own. profile may be
 * NULL */
const char *profile_default(const char *profile, config_scope_t scope,
							const char *key);
/** errors and warnings about a bundle's cloud: of its profile, or that it should
 * have one */
void profile_check(config_load_t *load, const config_bundle_t *bundle);
/** warnings about the connection of one of its tunnels; path: the connection's
 */
void profile_check_connection(config_load_t *load,
							  const config_bundle_t *bundle, const char *path);

/** for the manual: the i-th default; false: no more */
bool profile_default_row(size_t i, const char **profile, const char **key,
						 const char **value);

#endif
