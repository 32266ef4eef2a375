/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Which path is better, and at which step (RFC 4271 section 9.1.2.2). The
 * set of equal paths is a reading of the same comparison: those that nothing
 * before BGP_STEP_ROUTER_ID tells from the best. Inside src/bgp only.
 */

#ifndef CYGNET_BGP_DECIDE_H
#define CYGNET_BGP_DECIDE_H

#include "bgp/attr_pool.h"

/** a path that may be chosen */
typedef struct bgp_cand_t
{
	bgp_attr_key_t key;
	/** the caller's */
	uint32_t path;
	/** of the next hop */
	uint32_t metric;
	/** ORIGINATOR_ID if present, else the peer's identifier */
	uint32_t router_id;
	/** the peer's number: the last word where even addresses are equal */
	uint16_t peer;
	/** 0: a peer's; else our own, the higher the better */
	uint8_t local;
	bool ebgp;
	addr_t address;
} bgp_cand_t;

typedef struct bgp_decide_opts_t
{
	/** paths chosen at most */
	unsigned multipath;
	/** equal also over neighbours of different AS */
	bool multipath_relax;
	bool always_compare_med;
} bgp_decide_opts_t;

/** below 0: a is better; never 0 for two peers. step is set */
int bgp_decide_compare(const bgp_decide_opts_t *opts, const bgp_cand_t *a,
					   const bgp_cand_t *b, bgp_step_t *step);
/** moves the chosen to the front, best first, and returns how many; the order
 * that the paths came in makes no difference */
unsigned bgp_decide(const bgp_decide_opts_t *opts, bgp_cand_t *cands,
					size_t count);

#endif
