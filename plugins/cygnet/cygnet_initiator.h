/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Initiates and reauthenticates connections for the gateway, in charon's
 * threads.
 */

#ifndef CYGNET_INITIATOR_H
#define CYGNET_INITIATOR_H

#include <daemon.h>

/**
 * Initiate the connection of the name in a job of charon's, unless charon is
 * about it already: an IKE_SA of it is being made, or has a CHILD_SA or makes
 * one; for one that the peer may have begun it waits, a second at most. Returns
 * at once; may be called from any thread.
 *
 * @param name		connection, copied; unknown ones are ignored
 */
void cygnet_initiator_queue(const char *name);

/**
 * The same in the calling thread, one of charon's, without waiting.
 *
 * @param name		connection
 */
void cygnet_initiator_run(const char *name);

/**
 * Initiate the connection of the name anew in a job of charon's: its IKE_SAs are
 * from an address that this host has not any more, and wait in vain for answers
 * to what they sent from it. They are dropped, and INITIAL_CONTACT tells the peer.
 * Left alone are those that MOBIKE moves, and those whose address is configured:
 * they have no other. Returns at once; may be called from any thread.
 *
 * @param name		connection, copied; unknown ones are ignored
 */
void cygnet_initiator_queue_renew(const char *name);

/**
 * The same in the calling thread, one of charon's.
 *
 * @param name		connection
 */
void cygnet_initiator_renew(const char *name);

/**
 * Seconds until charon reauthenticates an IKE_SA by another one, which loses
 * packets of a tunnel in use: IKEv1 does so without a gap.
 *
 * @param ike_sa	IKE_SA, checked out or in a hook
 * @return			at least 1, or 0: it does not, or not that way
 */
uint32_t cygnet_initiator_reauth_in(ike_sa_t *ike_sa);

/**
 * Reauthenticate the connection of the name in a job of charon's, as charon
 * itself would at its time. Returns at once; may be called from any thread.
 *
 * @param name		connection, copied; one without a CHILD_SA is ignored
 */
void cygnet_initiator_queue_reauth(const char *name);

/**
 * The same in the calling thread, one of charon's.
 *
 * @param name		connection
 */
void cygnet_initiator_reauth(const char *name);

#endif
