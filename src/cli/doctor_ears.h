/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What comes in while doctor_look.c asks its questions, at the links of tunnels
 * with a session that is not up: packets of the neighbour's for us, so that the
 * way back is known to work; TCP of BGP between other addresses; and answers to
 * echoes that come by another link.
 */

#ifndef CYGNET_CLI_DOCTOR_EARS_H
#define CYGNET_CLI_DOCTOR_EARS_H

#include "cli/doctor_judge.h"

typedef struct doctor_ears_t doctor_ears_t;

/** tunnels are borrowed until it is closed */
doctor_ears_t *doctor_ears_open(doctor_tunnel_t *tunnels, size_t n);
/** puts into the tunnels what was heard, and frees */
void doctor_ears_close(doctor_ears_t *ears);

#endif
