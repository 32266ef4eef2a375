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

typedef struct bundle_member_t
{
	bool forwarding;
	/** active-standby: the smallest that forwards is used */
	uint8_t priority;
	/** out: carries traffic */
	bool active;
} bundle_member_t;

/** sets `active` of each member; returns how many are */
unsigned bundle_select(bundle_mode_t mode, bundle_member_t *members,
					   size_t count);

#endif
