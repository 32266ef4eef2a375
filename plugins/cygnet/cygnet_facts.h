/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The way out of charon: facts go to the gateway's queue here. The gateway
 * starts after the listener is registered and stops before it is freed, so
 * facts before and after it are dropped (what was up before it started is
 * told by cygnet_child_post_all).
 */

#ifndef CYGNET_FACTS_H
#define CYGNET_FACTS_H

#include <library.h>

#include "gateway/gateway.h"

typedef struct cygnet_facts_t cygnet_facts_t;

struct cygnet_facts_t
{
	/**
	 * Prepare a fact: everything zero, so that facts compare by memcmp.
	 *
	 * @param fact		fact to fill
	 * @param kind		kind of fact
	 * @param name		connection's name, copied
	 * @return			FALSE if no tunnel can have that name (too long)
	 */
	bool (*init)(cygnet_facts_t *this, fact_t *fact, fact_kind_t kind,
				 const char *name);

	/**
	 * Give a fact to the gateway; never blocks, may be called under any lock.
	 *
	 * @param fact		fact, copied
	 */
	void (*post)(cygnet_facts_t *this, const fact_t *fact);

	/**
	 * Tell the gateway that charon stops, and wait a moment until it has told
	 * its peers: SAs end after that. May be called under the bus mutex.
	 */
	void (*shutdown)(cygnet_facts_t *this);

	/**
	 * Set the gateway that takes the facts.
	 *
	 * @param gateway	gateway, borrowed; NULL before it is destroyed
	 */
	void (*set_gateway)(cygnet_facts_t *this, gateway_t *gateway);

	/**
	 * Destroy a cygnet_facts_t.
	 */
	void (*destroy)(cygnet_facts_t *this);
};

/**
 * Create a cygnet_facts_t without a gateway.
 */
cygnet_facts_t *cygnet_facts_create(void);

#endif
