/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * libstrongswan for a program outside charon: settings_source_create needs it
 * started. In charon it is, and these must not be called.
 */

#ifndef CYGNET_CONFIG_SETTINGS_LIBRARY_H
#define CYGNET_CONFIG_SETTINGS_LIBRARY_H

#include <stdbool.h>

/** reads no strongswan.conf; false: it does not start */
bool settings_library_init(void);
void settings_library_deinit(void);

#endif
