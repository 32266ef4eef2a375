/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Rekeys CHILD_SAs for the gateway, in charon's threads.
 */

#ifndef CYGNET_REKEYER_H
#define CYGNET_REKEYER_H

/**
 * Rekey the newest installed CHILD_SA of a child of a connection, in a job of
 * charon's. Returns at once; may be called from any thread.
 *
 * @param connection	connection, copied; without such a CHILD_SA, nothing is
 *						done
 * @param child			name of the child, copied
 */
void cygnet_rekeyer_queue(const char *connection, const char *child);

/**
 * The same in the calling thread, one of charon's.
 *
 * @param connection	connection
 * @param child			name of the child
 */
void cygnet_rekeyer_run(const char *connection, const char *child);

#endif
