/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * cygnetctl watch and log: events and lines of the log, as they happen.
 */

#ifndef CYGNET_CLI_WATCH_H
#define CYGNET_CLI_WATCH_H

#include "cli/show.h"

/** until it is interrupted; returns the exit code */
int watch_run(const options_t *options, char **argv);
/** the past, and with --follow as watch */
int log_run(const options_t *options, char **argv);

#endif
