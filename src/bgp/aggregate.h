/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Aggregates (RFC 4271 section 9.2.2.2): prefixes of our own that are there
 * while something within them is chosen. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_AGGREGATE_H
#define CYGNET_BGP_AGGREGATE_H

#include "base/trie.h"
#include "bgp/decide.h"
#include "bgp/fifo.h"
#include "bgp/rib.h"

/** what a net adds to the aggregates that cover it: 0 nothing, else one of so
 * many kinds of routes (ORIGIN, and whether it has an AS path) */
#define CONTRIBUTIONS 6u

typedef struct aggregate_t aggregate_t;

/** all of them, in the table */
typedef struct aggregates_t
{
	/** by number - 1 */
	aggregate_t *list;
	uint32_t size;
	/** numbers by prefix; NULL before the first */
	trie_t *trie[2];
	/** those with summary_only, by family */
	uint32_t summaries[2];
	/** numbers of those that may have to change, and of those whose nets are
	 * being gone through */
	fifo_t dirty;
	fifo_t walks;
} aggregates_t;

void aggregates_deinit(bgp_rib_t *rib);
/** of a route that is chosen as the best */
uint8_t aggregate_contribution(const bgp_cand_t *best, bgp_source_t source);
/** what the net contributes changed */
void aggregates_note(bgp_rib_t *rib, int f, const prefix_t *prefix,
					 uint8_t before, uint8_t after);
/** an aggregate goes out in the prefix's place */
bool aggregates_suppress(const bgp_rib_t *rib, int f, const prefix_t *prefix);
/** at most budget prefixes, returns what is left of it */
unsigned aggregates_work(bgp_rib_t *rib, unsigned budget);
bool aggregates_busy(const bgp_rib_t *rib);
size_t aggregates_memory(const bgp_rib_t *rib);

#endif
