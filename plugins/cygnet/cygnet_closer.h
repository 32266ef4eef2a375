/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Keeps charon from restarting what has been replaced already: close_action of
 * a CHILD_SA that has a successor in another IKE_SA is none. What comes by the
 * replaced one is taken for a moment more. All of it is called in hooks, and
 * does not wait; these run one after the other.
 */

#ifndef CYGNET_CLOSER_H
#define CYGNET_CLOSER_H

#include <library.h>
#include <sa/ike_sa.h>

#include "cygnet_late.h"

typedef struct cygnet_closer_t cygnet_closer_t;

struct cygnet_closer_t
{
	/**
	 * A CHILD_SA is installed.
	 *
	 * @param child_sa	the CHILD_SA, what is needed of it is copied
	 */
	void (*up)(cygnet_closer_t *this, child_sa_t *child_sa);

	/**
	 * A CHILD_SA ends; again and again, or one that was never told.
	 *
	 * @param child_sa	the CHILD_SA
	 */
	void (*down)(cygnet_closer_t *this, child_sa_t *child_sa);

	/**
	 * An IKE_SA is being deleted: its CHILD_SAs that have a successor are
	 * changed. Before down is called for them.
	 *
	 * @param ike_sa	the IKE_SA
	 */
	void (*closing)(cygnet_closer_t *this, ike_sa_t *ike_sa);

	/**
	 * Destroy a cygnet_closer_t.
	 */
	void (*destroy)(cygnet_closer_t *this);
};

/**
 * Create a cygnet_closer_t that knows of no CHILD_SA.
 *
 * @param late		has what was replaced removed late, borrowed
 */
cygnet_closer_t *cygnet_closer_create(cygnet_late_t *late);

#endif
