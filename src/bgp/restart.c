/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Graceful restart (RFC 4724).
 *
 * As a peer's helper (section 4.2): the routes of a peer whose connection
 * broke stay in use, marked stale, while it may be restarting with its
 * forwarding alive. They go when it is not back in the time that it named, when
 * it comes back without its forwarding state, and, what it has not told again,
 * at its End-of-RIB.
 *
 * A NOTIFICATION or a hold timer that expires is survived only if both sides
 * said so (RFC 8538), which we do only if asked to: over a tunnel a hold timer
 * mostly expires as packets do not arrive, and stale routes lead them there.
 *
 * Our own (section 4.1): after a restart the kernel forwards by the routes of
 * before. Those of a family are held back in the tables until every peer that
 * speaks it has told all that it has, so that nothing is withdrawn or chosen
 * on half a view. Peers that have no session yet are waited for, too.
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

	return m->peer->started && m->agreed.graceful_restart &&
		   caps->restart_time && (caps->restart_families & m->agreed.families);
}

bool bgp_restart_survives(const bgp_machine_t *m, bgp_event_t event)
{
	if (m->peer->away)
	{
		return true;
	}
	return bgp_restart_expected(m) &&
		   (event == BGP_EV_TCP_FAILS ||
			(m->agreed.notification_restart && !m->peer->notice.hard));
}

void bgp_restart_begin(bgp_machine_t *m, usec_t now)
{
	const bgp_caps_t *caps = &m->agreed.caps;
	bgp_peer_t *peer = m->peer;
	unsigned kept, bit;
	size_t i;

	/* if it is we who are away, all is as it was when we come back */
	kept = peer->away ? m->agreed.families
					  : m->agreed.families & caps->restart_families;
	/* stale from the restart before: not kept twice */
	end_stale(peer, peer->stale);
	for (i = 0; i < countof(families); i++)
	{
		bit = bgp_family_bit(families[i]);
		bgp_rib_stale_begin(peer->bgp->rib, &peer->rib, families[i]);
		peer->stale |= bit;
		if (!(kept & bit))
		{
			end_stale(peer, bit);
		}
	}
	if (!peer->away)
	{
		timer_start(peer->bgp->timers, &peer->restart,
					now + caps->restart_time * USEC_PER_SEC);
	}
}

void bgp_restart_back(bgp_machine_t *m, usec_t now)
{
	const bgp_caps_t *caps = &m->agreed.caps;
	bgp_peer_t *peer = m->peer;
	unsigned kept = 0;

	/* we wait for what it has, unless it waits for ours, or says no end */
	bgp_restart_settle(peer, m->agreed.graceful_restart && !caps->restart_state
								 ? ~m->agreed.families
								 : ~0u);
	if (!peer->stale)
	{
		return;
	}
	/* it must have kept its forwarding state, family by family */
	if (m->agreed.graceful_restart)
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
	bgp_restart_settle(peer, bgp_family_bit(family));
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

/* -- our own --------------------------------------------------------------- */

/** lets go of the families that no peer is waited for any more */
static void release(bgp_t *bgp, unsigned which)
{
	which &= bgp->deferred;
	if (!which)
	{
		return;
	}
	bgp->deferred &= ~which;
	if (!bgp->deferred)
	{
		timer_stop(bgp->timers, &bgp->deferral);
	}
	bgp_rib_defer(bgp->rib, bgp->deferred);
	bgp->sink.work(bgp->user);
}

static void deferral_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_t *bgp = user;

	release(bgp, bgp->deferred);
	bgp_tell(bgp, now);
}

void bgp_deferral_init(bgp_t *bgp)
{
	timer_init(&bgp->deferral, deferral_expires, bgp);
}

void bgp_restarting(bgp_t *bgp, unsigned which, usec_t until)
{
	bgp_peer_t *peer = NULL;

	if (which)
	{
		bgp->preserved = which;
		bgp->deferred = which;
		bgp_rib_defer(bgp->rib, which);
		timer_start(bgp->timers, &bgp->deferral, until);
	}
	else
	{
		release(bgp, bgp->deferred);
	}
	while ((peer = bgp_peer_next(bgp, peer)) != NULL)
	{
		peer->awaited = peer->config.no_graceful_restart ? 0 : which;
	}
}

bool bgp_deferring(const bgp_t *bgp)
{
	return bgp->deferred;
}

void bgp_restart_settle(bgp_peer_t *peer, unsigned which)
{
	bgp_t *bgp = peer->bgp;
	bgp_peer_t *other = NULL;
	unsigned awaited = 0;

	if (!(peer->awaited & which))
	{
		return;
	}
	peer->awaited &= ~which;
	while ((other = bgp_peer_next(bgp, other)) != NULL)
	{
		awaited |= other->awaited;
	}
	release(bgp, ~awaited);
}
