/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl doctor`: what is wrong with each tunnel, and what to do about it.
 */

#ifndef CYGNET_CLI_DOCTOR_H
#define CYGNET_CLI_DOCTOR_H

#include "cli/show.h"

/** 0: healthy, 1: a fault was found, 2: it could not be told */
int doctor_run(const options_t *options, char **argv);

#endif
