/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Has charon remove an SA of a CHILD_SA that was replaced late: packets may still
 * be on their way to it, from the peer or in the kernel.
 */

#ifndef CYGNET_LATE_H
#define CYGNET_LATE_H

#include <library.h>
#include <networking/host.h>

typedef struct cygnet_late_t cygnet_late_t;

struct cygnet_late_t
{
	/**
	 * An SA is to last longer than charon thinks; called in hooks, before
	 * charon removes it. Does not wait.
	 *
	 * @param dst		its end, cloned
	 * @param spi		its SPI, in network order
	 * @param inbound	TRUE: for charon.delete_rekeyed_delay; FALSE: for a
	 *					second, as nothing new takes it
	 */
	void (*keep)(cygnet_late_t *this, host_t *dst, uint32_t spi, bool inbound);

	/**
	 * See SAs go from now on: charon->kernel is there, and no thread of
	 * charon's runs yet. One object at a time can.
	 */
	void (*start)(cygnet_late_t *this);

	/**
	 * Remove what is still kept, and leave charon to itself. None of its
	 * threads runs any more.
	 */
	void (*stop)(cygnet_late_t *this);

	/**
	 * Destroy it, stopped.
	 */
	void (*destroy)(cygnet_late_t *this);
};

/**
 * Create one that keeps nothing.
 */
cygnet_late_t *cygnet_late_create(void);

#endif
