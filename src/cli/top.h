/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl top`: what tunnels carry, each second, until q is pressed.
 */

#ifndef CYGNET_CLI_TOP_H
#define CYGNET_CLI_TOP_H

#include "cli/show.h"

/** once, or where standard output is no terminal: one screen as plain text */
int top_run(const options_t *options, char **argv);

#endif
