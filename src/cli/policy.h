/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl policy`: what policies there are, and what one does to a route.
 */

#ifndef CYGNET_CLI_POLICY_H
#define CYGNET_CLI_POLICY_H

#include "cli/show.h"

/** argv: list, show NAME or test NAME PREFIX, ended by NULL; the exit code */
int policy_run(const options_t *options, char **argv);

#endif
