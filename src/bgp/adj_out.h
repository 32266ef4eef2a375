/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Adj-RIB-out: what peers are to be told and what they were told, kept once
 * for each group of peers that are told the same. A prefix takes memory here
 * only if it is exported. What waits stands in buckets by attributes, so that
 * UPDATEs are filled; a prefix that changes back and forth before it is
 * written costs nothing. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_ADJ_OUT_H
#define CYGNET_BGP_ADJ_OUT_H

#include "base/list.h"
#include "bgp/rib.h"

#define OUT_LAG_MAX (1024u * 1024)

/** all of them, in the table */
typedef struct outs_t
{
	/** group_t.link */
	list_t groups;
	unsigned count;
	/** of groups that nobody is in: taken apart in slices */
	list_t dying;
	/** a member's export changed */
	bool regroup;
	/** bytes that a member may be behind before it goes on alone:
	 * OUT_LAG_MAX; tests set less */
	size_t lag_max;
	/** messages were made since this was last looked at: others have them to
	 * write */
	bool made;
	/** the last answer of bgp_rib_advertised_next */
	bgp_attrs_t view;
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
