/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Which members of a bundle carry traffic. Active-standby uses exactly one:
 * of equal priorities the one in use, else the first as configured, so that a
 * bundle without priorities does not share its load by accident.
 */

#include "tunnel/bundle.h"

/** the best of those that forward, of those in use alone if `used` */
static bundle_member_t *best_of(bundle_member_t *members, size_t count,
								bool used)
{
	bundle_member_t *best = NULL;

	for (size_t i = 0; i < count; i++)
	{
		bundle_member_t *m = &members[i];

		if (m->forwarding && (m->active || !used) &&
			(!best || m->priority < best->priority))
		{
			best = m;
		}
	}
	return best;
}

/** the one to use; *again as of bundle_select */
static bundle_member_t *choose(const bundle_rules_t *rules,
							   bundle_member_t *members, size_t count,
							   usec_t now, usec_t *again)
{
	bundle_member_t *best = best_of(members, count, false);
	bundle_member_t *used = best_of(members, count, true);

	if (!used || best->priority >= used->priority)
	{
		return used ? used : best;
	}
	if (now - best->since < rules->preempt_delay)
	{
		best->takes_over = *again = best->since + rules->preempt_delay;
		return used;
	}
	return best;
}

unsigned bundle_select(const bundle_rules_t *rules, bundle_member_t *members,
					   size_t count, usec_t now, usec_t *again)
{
	bundle_member_t *chosen = NULL;
	unsigned forwarding = 0, active = 0;

	*again = USEC_NEVER;
	for (size_t i = 0; i < count; i++)
	{
		forwarding += members[i].forwarding;
		members[i].takes_over = USEC_NEVER;
	}
	if (rules->mode == BUNDLE_ACTIVE_STANDBY)
	{
		chosen = choose(rules, members, count, now, again);
	}
	for (size_t i = 0; i < count; i++)
	{
		bundle_member_t *m = &members[i];

		m->active =
			forwarding >= rules->min_links &&
			(rules->mode == BUNDLE_ACTIVE_ACTIVE ? m->forwarding : m == chosen);
		active += m->active;
	}
	return active;
}
