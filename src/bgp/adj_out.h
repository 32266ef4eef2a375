/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Adj-RIB-out: for each peer what it is to be told and what it was told.
 * A prefix takes memory here only if it is exported. What waits stands in
 * buckets by attributes, so that UPDATEs are filled; a prefix that changes
 * back and forth before it is written costs nothing.
 *
 * What goes out is worked out once for each class of peers whose export is
 * the same; the peers of a class differ only in the split horizon. Inside
 * src/bgp only.
 */

#ifndef CYGNET_BGP_ADJ_OUT_H
#define CYGNET_BGP_ADJ_OUT_H

#include "base/list.h"
#include "bgp/rib.h"

typedef struct bgp_rib_out_t bgp_rib_out_t;

/** all of them, in the table */
typedef struct outs_t
{
	bgp_rib_out_t **out;
	unsigned count;
	/** of peers that are gone: taken apart in slices */
	list_t dying;
	/** numbers of classes given out */
	uint32_t last_class;
} outs_t;

void outs_init(outs_t *outs);
/** all peers are gone */
void outs_deinit(bgp_rib_t *rib);
/** begins with the whole table */
void out_add(bgp_rib_t *rib, bgp_rib_peer_t *peer);
void out_remove(bgp_rib_t *rib, bgp_rib_peer_t *peer);
/** the peer's export changed: works it out anew for the whole table */
void out_again(bgp_rib_t *rib, bgp_rib_peer_t *peer);
/** tells the peer once more what it was told */
void out_resend(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family);
/** at most budget prefixes, returns what is left of it */
unsigned outs_work(bgp_rib_t *rib, unsigned budget);
bool outs_busy(const bgp_rib_t *rib);
size_t outs_memory(const bgp_rib_t *rib);

#endif
