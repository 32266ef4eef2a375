/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl watch`: events as they happen, until it is interrupted.
 */

#ifndef CYGNET_CLI_WATCH_H
#define CYGNET_CLI_WATCH_H

#include "cli/show.h"

/** argv[0]: the number of the first event, NULL: from now on */
int watch_run(const options_t *options, char **argv);

#endif
