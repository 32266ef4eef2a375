/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl diff`, `reload`, `confirm` and `rollback`; all return the exit
 * code.
 */

#ifndef CYGNET_CLI_RELOAD_H
#define CYGNET_CLI_RELOAD_H

#include "cli/show.h"

/** 0: nothing would change, 1: something would, 2: it could not be found out */
int diff_run(const options_t *options, char **argv);
int reload_run(const options_t *options, char **argv);
int confirm_run(const options_t *options, char **argv);
int rollback_run(const options_t *options, char **argv);

#endif
