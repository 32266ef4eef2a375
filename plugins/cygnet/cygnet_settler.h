/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Settles what IKE has open with a peer that can be reached again: keeps the
 * requests that are sent again and again, and sends them once more.
 */

#ifndef CYGNET_SETTLER_H
#define CYGNET_SETTLER_H

#include <library.h>
#include <networking/packet.h>
#include <sa/ike_sa.h>

typedef struct cygnet_settler_t cygnet_settler_t;

struct cygnet_settler_t
{
	/**
	 * An IKE_SA has sent its request again; called in hooks.
	 *
	 * @param ike_sa	the IKE_SA
	 * @param packet	the request, cloned
	 */
	void (*keep)(cygnet_settler_t *this, ike_sa_t *ike_sa, packet_t *packet);

	/**
	 * An IKE_SA has no such request any more; called in hooks.
	 *
	 * @param ike_sa	the IKE_SA
	 */
	void (*drop)(cygnet_settler_t *this, ike_sa_t *ike_sa);

	/**
	 * Send the open requests of a connection's IKE_SAs again, and queue jobs
	 * that rekey them. Not in a hook.
	 *
	 * @param name		the connection's name
	 * @param waited	TRUE if IKE_SAs that the peer has begun, and that it
	 *					has not rekeyed meanwhile, are ours to rekey
	 */
	void (*run)(cygnet_settler_t *this, const char *name, bool waited);

	/**
	 * Queue a job that does so. Can be called in any thread, does not wait.
	 *
	 * @param name		the connection's name, cloned
	 */
	void (*queue)(cygnet_settler_t *this, const char *name);

	/**
	 * Destroy it; no job of it may be left.
	 */
	void (*destroy)(cygnet_settler_t *this);
};

/**
 * Create a settler.
 */
cygnet_settler_t *cygnet_settler_create(void);

#endif
