/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A bundle: which of its tunnels carry traffic, from their states. Pure.
 */

#ifndef CYGNET_TUNNEL_BUNDLE_H
#define CYGNET_TUNNEL_BUNDLE_H

#include "tunnel/tunnel.h"

typedef enum bundle_mode_t
{
	BUNDLE_ACTIVE_ACTIVE,
	BUNDLE_ACTIVE_STANDBY,
} bundle_mode_t;

typedef struct bundle_rules_t
{
	bundle_mode_t mode;
	/** with fewer that forward, none carries traffic: too little is worse than
	 * another way. 0 and 1: any will do */
	unsigned min_links;
	/** active-standby: a better member has to forward this long before it
	 * takes over from one that works */
	usec_t preempt_delay;
} bundle_rules_t;

typedef struct bundle_member_t
{
	bool forwarding;
	/** moment since when it forwards */
	usec_t since;
	/** active-standby: the smallest that forwards is used */
	uint8_t priority;
	/** in: carried traffic so far; out: carries traffic */
	bool active;
	/** out: moment at which it takes over from one that works; USEC_NEVER: not
	 * by time alone */
	usec_t takes_over;
} bundle_member_t;

/** sets `active` of each member; returns how many are. *again: the moment at
 * which time alone will change the choice, USEC_NEVER: none */
unsigned bundle_select(const bundle_rules_t *rules, bundle_member_t *members,
					   size_t count, usec_t now, usec_t *again);

#endif
