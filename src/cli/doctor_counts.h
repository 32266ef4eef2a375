/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What this host counts, before and after doctor_look.c asks its questions.
 */

#ifndef CYGNET_CLI_DOCTOR_COUNTS_H
#define CYGNET_CLI_DOCTOR_COUNTS_H

#include "cli/doctor_judge.h"

/** the tunnel's link is here, and the one that the gateway means */
bool doctor_here(const doctor_tunnel_t *t);
/** before: what the tunnels' links count; after: what they counted since */
void doctor_counts_links(doctor_tunnel_t *tunnels, size_t n, bool after);

#define DOCTOR_XFRM_MAX 64

typedef struct doctor_xfrm_t
{
	char name[32];
	uint64_t value;
} doctor_xfrm_t;

/** what IPsec has dropped, by reason; how many there are */
size_t doctor_counts_xfrm(doctor_xfrm_t out[static DOCTOR_XFRM_MAX]);
/** what it dropped since, and what TCP tells of MD5 since boot */
void doctor_counts_host(const doctor_xfrm_t *before, size_t n,
						doctor_host_t *host);

#endif
