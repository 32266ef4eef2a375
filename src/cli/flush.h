/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl flush`: what a gateway that does not run any more has left.
 */

#ifndef CYGNET_CLI_FLUSH_H
#define CYGNET_CLI_FLUSH_H

#include "cli/show.h"

/** argv[0]: the folder of the saved guard, NULL: the usual one */
int flush_run(const options_t *options, char **argv);

#endif
