/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Initiates connections for the gateway's supervisor, in charon's threads.
 */

#ifndef CYGNET_INITIATOR_H
#define CYGNET_INITIATOR_H

/**
 * Initiate the connection of the name in a job of charon's, unless charon is
 * about it already: an IKE_SA of it is being made, or has a CHILD_SA or makes
 * one. Returns at once; may be called from any thread.
 *
 * @param name		connection, copied; unknown ones are ignored
 */
void cygnet_initiator_queue(const char *name);

/**
 * The same in the calling thread, one of charon's.
 *
 * @param name		connection
 */
void cygnet_initiator_run(const char *name);

#endif
