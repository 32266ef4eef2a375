/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl check`: reads a configuration as the daemon would, without the
 * daemon and without root, and says all that is wrong with it.
 */

#ifndef CYGNET_CLI_CHECK_H
#define CYGNET_CLI_CHECK_H

#include <stdbool.h>

#include "config/config.h"

/** file NULL: where swanctl has it. The exit code: 0 good, 1 refused, 2 it
 * could not be read */
int check_run(const char *file, bool json);
/** the configuration of a file, the caller's to destroy; NULL: what is wrong
 * with it was said on standard error */
config_t *check_load(const char *file);

#endif
