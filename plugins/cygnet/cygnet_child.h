/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Facts about CHILD_SAs, copied out of charon's objects.
 */

#ifndef CYGNET_CHILD_H
#define CYGNET_CHILD_H

#include <daemon.h>

#include "cygnet_facts.h"

/**
 * Tell whether a CHILD_SA in this state has been told as up and not as down.
 *
 * @param state			state of the CHILD_SA
 * @return				TRUE if it counts
 */
bool cygnet_child_counts(child_sa_state_t state);

/**
 * Copy an address of charon's.
 *
 * @param host			address
 * @param addr			where to, unset for what is no IP address
 */
void cygnet_child_copy_host(host_t *host, addr_t *addr);

/**
 * Post one fact about a CHILD_SA. Only reads the given objects: for use under
 * the bus mutex, or while the IKE_SA is checked out.
 *
 * @param facts			where to post
 * @param kind			CHILD_UP, CHILD_DOWN, CHILD_CHANGED or CHILD_REKEYED
 * @param ike_sa		IKE_SA of the CHILD_SA
 * @param child_sa		the CHILD_SA
 * @param successor		unique ID of the one that replaces it, or 0
 */
void cygnet_child_post(cygnet_facts_t *facts, fact_kind_t kind,
					   ike_sa_t *ike_sa, child_sa_t *child_sa,
					   uint32_t successor);

/**
 * Post one kind of fact for each CHILD_SA of an IKE_SA that counts.
 *
 * @param facts			where to post
 * @param kind			CHILD_UP or CHILD_DOWN
 * @param ike_sa		IKE_SA, checked out
 */
void cygnet_child_post_ike(cygnet_facts_t *facts, fact_kind_t kind,
						   ike_sa_t *ike_sa);

/**
 * Post CHILD_UP for all that counts. Checks out one IKE_SA after the other,
 * so it waits for other threads: for a job, never for a hook. What changes
 * meanwhile is told by the hooks, in the right order, as an IKE_SA's state
 * changes only while it is checked out.
 *
 * @param facts			where to post
 */
void cygnet_child_post_all(cygnet_facts_t *facts);

#endif
