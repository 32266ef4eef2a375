/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl metrics`: for monitoring systems, as text or as the answer to an
 * HTTP request on standard input.
 */

#ifndef CYGNET_CLI_METRICS_H
#define CYGNET_CLI_METRICS_H

#include "cli/show.h"

int metrics_run(const options_t *options, char **argv);

#endif
