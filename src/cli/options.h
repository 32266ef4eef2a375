/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The options of the command line, which may stand before and behind the
 * command.
 */

#ifndef CYGNET_CLI_OPTIONS_H
#define CYGNET_CLI_OPTIONS_H

#include "cli/show.h"

/** The words are in argv from optind on. false: exit with *code, it was said why;
 * else options->set is the caller's. */
bool options_read(options_t *options, int argc, char **argv, int *code);
/** false: one is of another command alone, which was said */
bool options_fit(const options_t *options, const char *command);

#endif
