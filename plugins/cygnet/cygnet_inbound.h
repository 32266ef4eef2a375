/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Keeps the inbound SA of a CHILD_SA that has a successor in another IKE_SA for
 * a moment, as charon does with those that are rekeyed: what the peer has sent
 * by it may still be on its way when the DELETE of its IKE_SA is read.
 */

#ifndef CYGNET_INBOUND_H
#define CYGNET_INBOUND_H

#include <library.h>
#include <networking/host.h>

typedef struct cygnet_inbound_t cygnet_inbound_t;

struct cygnet_inbound_t
{
	/**
	 * An SA is to last longer than its CHILD_SA; called in hooks, before the
	 * CHILD_SA is destroyed. Does not wait.
	 *
	 * @param dst		our end, cloned
	 * @param spi		inbound SPI, in network order
	 */
	void (*keep)(cygnet_inbound_t *this, host_t *dst, uint32_t spi);

	/**
	 * See SAs go from now on: charon->kernel is there, and no thread of
	 * charon's runs yet. One object at a time can.
	 */
	void (*start)(cygnet_inbound_t *this);

	/**
	 * Remove what is still kept, and leave charon to itself. None of its
	 * threads runs any more.
	 */
	void (*stop)(cygnet_inbound_t *this);

	/**
	 * Destroy it, stopped.
	 */
	void (*destroy)(cygnet_inbound_t *this);
};

/**
 * Create one that keeps nothing.
 */
cygnet_inbound_t *cygnet_inbound_create(void);

#endif
