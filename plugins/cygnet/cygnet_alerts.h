/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Why a connection does not come up: charon's alerts, and those of its lines
 * that say more than these, as facts of kind FACT_ALERT. Called under the bus'
 * locks: copies and posts, nothing else.
 */

#ifndef CYGNET_ALERTS_H
#define CYGNET_ALERTS_H

#include <daemon.h>

#include "cygnet_facts.h"

typedef struct cygnet_alerts_t cygnet_alerts_t;

struct cygnet_alerts_t
{
	/**
	 * Reads charon's lines, before they are formatted.
	 */
	logger_t logger;

	/**
	 * Tell of an alert, if it is one of those that a tunnel is to tell of.
	 *
	 * @param ike_sa	IKE_SA or NULL
	 * @param alert		alert
	 * @param args		its arguments, for this call alone
	 */
	void (*tell)(cygnet_alerts_t *this, ike_sa_t *ike_sa, alert_t alert,
				 va_list args);

	/**
	 * Destroy a cygnet_alerts_t.
	 */
	void (*destroy)(cygnet_alerts_t *this);
};

/**
 * Create a cygnet_alerts_t.
 *
 * @param facts			where facts go, borrowed
 */
cygnet_alerts_t *cygnet_alerts_create(cygnet_facts_t *facts);

#endif
