/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A peer that reauthenticates by making before breaking asks for a second
 * IKE_SA. charon then has its CHILD_SA in the kernel before the peer has had
 * the answer, and the kernel sends by the newest one at once: all that leaves
 * until the peer has installed its half is lost there (some 20 ms each time,
 * measured in an emulated guest). So the tunnel is left for others from the
 * moment that the peer has authenticated itself: its ways are spare ones, for
 * routes that have no other. It ends as the peer deletes what it has replaced.
 *
 * A rekey needs none of this: who answers sends by the new SA after the peer's
 * DELETE of the old one only.
 */

#include "gateway/core_sas.h"

#include "base/log.h"

/** the peer does not delete the old one: both ends may have initiated. It asks
 * again for an answer that was lost or is slow, charon after 4 and after 11 s */
#define HOLD_MAX (12 * USEC_PER_SEC)

static void release(core_tunnel_t *tunnel)
{
	tunnel->held = false;
	timer_stop(tunnel->core->seams.timers, &tunnel->hold_timer);
	tunnel->core->tunnels_dirty = true;
}

static void due(cyg_timer_t *timer, void *user, usec_t now)
{
	release(user);
}

void core_hold_create(core_tunnel_t *tunnel)
{
	timer_init(&tunnel->hold_timer, due, tunnel);
}

void core_hold_destroy(core_tunnel_t *tunnel)
{
	timer_stop(tunnel->core->seams.timers, &tunnel->hold_timer);
}

void core_hold_fact(core_tunnel_t *tunnel, fact_kind_t kind, usec_t now)
{
	if (kind == FACT_CHILD_COMING && tunnel_has_sa(tunnel->tunnel))
	{
		log_debug("tunnel %s: the peer makes another SA: it is left for "
				  "others",
				  tunnel->config->name);
		tunnel->held = true;
		timer_start(tunnel->core->seams.timers, &tunnel->hold_timer,
					now + HOLD_MAX);
		tunnel->core->tunnels_dirty = true;
	}
	else if (kind == FACT_CHILD_DOWN && tunnel->held)
	{
		release(tunnel);
	}
}
