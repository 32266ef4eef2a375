/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Finds and reads the configuration: the `cygnet` section of swanctl.conf.
 */

#ifndef CYGNET_READER_H
#define CYGNET_READER_H

#include <library.h>

#include "config/config.h"

/**
 * Path of the file: `charon.plugins.cygnet.config`, or else swanctl.conf in
 * the folder that SWANCTL_DIR names, or else in swanctl's own.
 *
 * @return			path, allocated
 */
char *cygnet_reader_path(void);

/**
 * Read it, with libstrongswan's parser so that includes and references work.
 * For the gateway's thread: waits for nothing of charon's. The parsed tree is
 * gone when this returns, as it holds the section `secrets`.
 *
 * @param user		not used
 * @param file		another one, NULL: that of cygnet_reader_path()
 * @param report	initialised and filled; safe to be shown to a client
 * @return			NULL if there is any error
 */
config_t *cygnet_reader_load(void *user, const char *file,
							 config_report_t *report);

#endif
