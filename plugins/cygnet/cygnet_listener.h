/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Listens to charon's bus and turns its hooks into facts. Every hook copies,
 * posts and returns: they run under the bus mutex with the IKE_SA checked out.
 */

#ifndef CYGNET_LISTENER_H
#define CYGNET_LISTENER_H

#include <bus/listeners/listener.h>

#include "cygnet_alerts.h"
#include "cygnet_facts.h"
#include "cygnet_late.h"
#include "cygnet_settler.h"

typedef struct cygnet_listener_t cygnet_listener_t;

struct cygnet_listener_t
{
	/**
	 * Implements listener_t, to be added to the bus.
	 */
	listener_t listener;

	/**
	 * Destroy a cygnet_listener_t, removed from the bus before.
	 */
	void (*destroy)(cygnet_listener_t *this);
};

/**
 * Create a listener.
 *
 * @param facts		where facts go, borrowed
 * @param alerts	tells why connections do not come up, borrowed
 * @param settler	is told of requests that have no answer, borrowed
 * @param late		has what was replaced removed late, borrowed
 */
cygnet_listener_t *cygnet_listener_create(cygnet_facts_t *facts,
										  cygnet_alerts_t *alerts,
										  cygnet_settler_t *settler,
										  cygnet_late_t *late);

#endif
