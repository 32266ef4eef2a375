/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes told again (RFC 2918), with their begin and end marked (RFC 7313).
 *
 * Neither mark may come before the End-of-RIB of the first telling (RFC 7313
 * section 4): a peer that asks so early is answered after ours, and its own
 * marks are passed over until its End-of-RIB has come, if it sends one.
 */

#include "bgp/speaker.h"

static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

static void queue(bgp_machine_t *m, family_t family, uint8_t subtype,
				  usec_t now)
{
	wbuf_t w = bgp_conn_queue(m->conn, BGP_HEADER_LEN + 4);

	bgp_encode_refresh(&w, family, subtype);
	bgp_conn_queued(m->conn, &w, now);
}

/* -- the peer's routes ----------------------------------------------------- */

void bgp_refresh_ask(bgp_machine_t *m, usec_t now)
{
	size_t i;

	for (i = 0; i < countof(families); i++)
	{
		if (m->agreed.families & bgp_family_bit(families[i]))
		{
			queue(m, families[i], 0, now);
		}
	}
}

/** what was not told again is gone */
static void end(bgp_peer_t *peer, unsigned which)
{
	size_t i;

	which &= peer->refreshing;
	for (i = 0; i < countof(families); i++)
	{
		if (which & bgp_family_bit(families[i]))
		{
			bgp_rib_stale_end(peer->bgp->rib, &peer->rib, families[i]);
		}
	}
	peer->refreshing &= ~which;
	if (!peer->refreshing)
	{
		timer_stop(peer->bgp->timers, &peer->refresh);
	}
}

static void refresh_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_peer_t *peer = user;

	end(peer, peer->refreshing);
	peer->bgp->sink.work(peer->bgp->user);
}

void bgp_refresh_init(bgp_peer_t *peer)
{
	timer_init(&peer->refresh, refresh_expires, peer);
}

void bgp_refresh_reset(bgp_peer_t *peer)
{
	peer->asked = 0;
	peer->eorr = 0;
	peer->refreshing = 0;
	timer_stop(peer->bgp->timers, &peer->refresh);
}

/* -- ours ------------------------------------------------------------------ */

/** tells the family anew */
static void answer(bgp_machine_t *m, family_t family, usec_t now)
{
	bgp_peer_t *peer = m->peer;

	if (m->agreed.enhanced_refresh)
	{
		queue(m, family, 1, now);
		peer->eorr |= bgp_family_bit(family);
		peer->bgp->refreshed = true;
	}
	bgp_rib_peer_resend(peer->bgp->rib, &peer->rib, family);
	peer->bgp->sink.work(peer->bgp->user);
}

void bgp_refresh_receive(bgp_machine_t *m, family_t family, uint8_t subtype,
						 usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_rib_t *rib = peer->bgp->rib;
	unsigned bit = bgp_family_bit(family);

	if (subtype == 0 && m->agreed.enhanced_refresh &&
		!bgp_rib_out_ended(rib, &peer->rib, family))
	{
		peer->asked |= bit;
	}
	else if (subtype == 0)
	{
		answer(m, family, now);
	}
	else if (m->agreed.graceful_restart && !(peer->eor & bit))
	{
		return;
	}
	else if (subtype == 1)
	{
		bgp_rib_stale_begin(rib, &peer->rib, family);
		peer->refreshing |= bit;
		timer_start(peer->bgp->timers, &peer->refresh, now + BGP_STALE_MAX);
	}
	else if (subtype == 2)
	{
		end(peer, bit);
	}
	/* RFC 7313 section 5: others are ignored */
}

/** a refresh has ended once the tables have told all */
static void put_ends(bgp_peer_t *peer, wbuf_t *w)
{
	size_t i;

	for (i = 0; i < countof(families); i++)
	{
		if (peer->eorr & bgp_family_bit(families[i]) && wbuf_room(w) >= 23)
		{
			bgp_encode_refresh(w, families[i], 2);
			peer->eorr &= ~bgp_family_bit(families[i]);
			peer->messages_out++;
		}
	}
}

void bgp_refresh_output(bgp_machine_t *m, wbuf_t *w, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	const bgp_rib_t *rib = peer->bgp->rib;
	size_t i;

	if (peer->eorr && !bgp_rib_out_waiting(rib, &peer->rib) &&
		!bgp_rib_out_busy(rib, &peer->rib))
	{
		put_ends(peer, w);
	}
	for (i = 0; peer->asked && i < countof(families); i++)
	{
		if (peer->asked & bgp_family_bit(families[i]) &&
			bgp_rib_out_ended(rib, &peer->rib, families[i]))
		{
			peer->asked &= ~bgp_family_bit(families[i]);
			answer(m, families[i], now);
		}
	}
}
