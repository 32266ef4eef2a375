/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which members of a bundle carry traffic. Active-standby uses exactly one:
 * of equal priorities the first as configured, so that a bundle without
 * priorities does not share its load by accident.
 */

#include "tunnel/bundle.h"

unsigned bundle_select(bundle_mode_t mode, bundle_member_t *members,
					   size_t count)
{
	bundle_member_t *first = NULL;
	unsigned active = 0;

	for (size_t i = 0; i < count; i++)
	{
		bundle_member_t *m = &members[i];

		m->active = mode == BUNDLE_ACTIVE_ACTIVE && m->forwarding;
		active += m->active;
		if (m->forwarding && (!first || m->priority < first->priority))
		{
			first = m;
		}
	}
	if (mode == BUNDLE_ACTIVE_STANDBY && first)
	{
		first->active = true;
		active = 1;
	}
	return active;
}
