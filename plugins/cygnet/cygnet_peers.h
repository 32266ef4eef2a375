/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Tells which connections charon has loaded, with their if_ids, remote
 * addresses and MOBIKE. charon raises no event when vici, or another backend,
 * loads or unloads one, so a job looks every second and posts differences.
 */

#ifndef CYGNET_PEERS_H
#define CYGNET_PEERS_H

#include <library.h>

#include "cygnet_facts.h"

typedef struct cygnet_peers_t cygnet_peers_t;

struct cygnet_peers_t
{
	/**
	 * Look once and post what changed since the last look.
	 */
	void (*poll)(cygnet_peers_t *this);

	/**
	 * Look now and then every second, in charon's threads. These are joined
	 * before charon unloads plugins, so there is no stop.
	 */
	void (*start)(cygnet_peers_t *this);

	/**
	 * Destroy a cygnet_peers_t.
	 */
	void (*destroy)(cygnet_peers_t *this);
};

/**
 * Create a cygnet_peers_t that knows of no connection.
 *
 * @param facts		where facts go, borrowed
 */
cygnet_peers_t *cygnet_peers_create(cygnet_facts_t *facts);

#endif
