/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Graceful restart as its helper (RFC 4724 section 4.2): the routes of a peer
 * whose connection broke stay in use, marked stale, while it may be restarting
 * with its forwarding alive. They go when it is not back in the time that it
 * named, when it comes back without its forwarding state, and, what it has
 * not told again, at its End-of-RIB.
 *
 * Only a broken connection is taken for a restart. A hold timer that expires
 * is not (RFC 8538 is not offered): over a tunnel it mostly means that packets
 * do not arrive, and stale routes would lead them there.
 */

#include "bgp/speaker.h"

static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

static void end_stale(bgp_peer_t *peer, unsigned which)
{
	size_t i;

	which &= peer->stale;
	for (i = 0; i < countof(families); i++)
	{
		if (which & bgp_family_bit(families[i]))
		{
			bgp_rib_stale_end(peer->bgp->rib, &peer->rib, families[i]);
		}
	}
	peer->stale &= ~which;
	if (!peer->stale)
	{
		timer_stop(peer->bgp->timers, &peer->restart);
	}
}

static void restart_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_peer_t *peer = user;

	if (peer->up_since)
	{
		end_stale(peer, peer->stale);
	}
	else
	{
		bgp_restart_give_up(peer);
	}
	peer->bgp->sink.work(peer->bgp->user);
}

void bgp_restart_init(bgp_peer_t *peer)
{
	timer_init(&peer->restart, restart_expires, peer);
}

bool bgp_restart_expected(const bgp_machine_t *m)
{
	const bgp_caps_t *caps = &m->agreed.caps;

	return m->peer->started && caps->graceful_restart && caps->restart_time &&
		   (caps->restart_families & m->agreed.families);
}

void bgp_restart_begin(bgp_machine_t *m, usec_t now)
{
	const bgp_caps_t *caps = &m->agreed.caps;
	bgp_peer_t *peer = m->peer;
	unsigned bit;
	size_t i;

	/* stale from the restart before: not kept twice */
	end_stale(peer, peer->stale);
	for (i = 0; i < countof(families); i++)
	{
		bit = bgp_family_bit(families[i]);
		bgp_rib_stale_begin(peer->bgp->rib, &peer->rib, families[i]);
		peer->stale |= bit;
		if (!(caps->restart_families & m->agreed.families & bit))
		{
			end_stale(peer, bit);
		}
	}
	timer_start(peer->bgp->timers, &peer->restart,
				now + caps->restart_time * USEC_PER_SEC);
}

void bgp_restart_back(bgp_machine_t *m, usec_t now)
{
	const bgp_caps_t *caps = &m->agreed.caps;
	bgp_peer_t *peer = m->peer;
	unsigned kept = 0;

	if (!peer->stale)
	{
		return;
	}
	/* it must have kept its forwarding state, family by family */
	if (caps->graceful_restart)
	{
		kept = caps->forwarding_families & m->agreed.families;
	}
	end_stale(peer, ~kept);
	if (peer->stale)
	{
		timer_start(peer->bgp->timers, &peer->restart, now + BGP_STALE_MAX);
	}
}

void bgp_restart_heard(bgp_peer_t *peer, family_t family)
{
	end_stale(peer, bgp_family_bit(family));
}

void bgp_restart_give_up(bgp_peer_t *peer)
{
	timer_stop(peer->bgp->timers, &peer->restart);
	if (peer->stale)
	{
		peer->stale = 0;
		bgp_rib_peer_down(peer->bgp->rib, &peer->rib);
	}
}
