/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What cygnetctl sees for itself: does the peer's IKE answer, do the neighbours
 * answer echoes (of the link's MTU, too) and TCP, what do links and IPsec count
 * meanwhile, and what comes in. All tunnels are asked at once, and it takes some
 * seconds at most.
 * Without the rights, or in another network namespace than the gateway's, what
 * cannot be seen stays untried.
 */

#ifndef CYGNET_CLI_DOCTOR_LOOK_H
#define CYGNET_CLI_DOCTOR_LOOK_H

#include "cli/doctor_judge.h"

/** least: it takes so long at least, for somebody else's counters */
void doctor_look(doctor_tunnel_t *tunnels, size_t n, usec_t least,
				 doctor_host_t *host);

#endif
