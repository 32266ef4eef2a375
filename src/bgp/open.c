/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * OPEN: what we offer, whether the peer's is acceptable (RFC 4271 section
 * 6.2), what both can do, and which of two connections stays when both have
 * got this far (section 6.8).
 */

#include "bgp/speaker.h"

#include <string.h>

uint32_t bgp_peer_local_as(const bgp_peer_t *peer)
{
	return peer->config.local_as ? peer->config.local_as
								 : peer->bgp->config.asn;
}

static bool is_ibgp(const bgp_peer_t *peer)
{
	return bgp_peer_local_as(peer) == peer->config.remote_as;
}

void bgp_open_build(const bgp_peer_t *peer, bgp_open_t *open)
{
	memset(open, 0, sizeof(*open));
	open->asn = bgp_peer_local_as(peer);
	open->hold_time = peer->config.hold_time;
	open->router_id = peer->bgp->config.router_id;
	open->caps = (bgp_caps_t){
		.families = peer->config.families,
		.mp = true,
		.route_refresh = true,
		.enhanced_refresh = true,
		.extended_message = true,
		.as4 = true,
		.as4_asn = open->asn,
		/* without families: we await and send End-of-RIB, and keep no
		 * forwarding over a restart of our own (RFC 4724 section 3) */
		.graceful_restart = true,
		.restart_time = peer->bgp->config.restart_time,
		/* only where IPv6 next hops are at home */
		.extended_next_hop = peer->config.address.family == FAMILY_IPV6,
		.role = 255,
	};
}

static bool refuse(bgp_fault_t *fault, uint8_t subcode, const char *what,
				   const void *data, size_t len)
{
	memset(fault, 0, sizeof(*fault));
	return bgp_fault_set(fault, BGP_FAULT_SESSION_RESET, BGP_ERR_OPEN, subcode,
						 what, data, len);
}

static bool acceptable(const bgp_peer_t *peer, const bgp_open_t *open,
					   unsigned families, bgp_fault_t *fault)
{
	uint8_t wanted[64];
	wbuf_t w = wbuf_make(wanted, sizeof(wanted));

	if (open->asn != peer->config.remote_as)
	{
		return refuse(fault, BGP_OPEN_BAD_PEER_AS,
					  "AS is not the configured one", NULL, 0);
	}
	/* unique within an AS (RFC 6286 section 2.2) */
	if (is_ibgp(peer) && open->router_id == peer->bgp->config.router_id)
	{
		return refuse(fault, BGP_OPEN_BAD_ID, "BGP identifier is our own", NULL,
					  0);
	}
	if (!families)
	{
		/* the data lists what we miss (RFC 5492 section 5) */
		bgp_encode_caps(&w, &(bgp_caps_t){.mp = true,
										  .families = peer->config.families,
										  .role = 255});
		return refuse(fault, BGP_OPEN_BAD_CAPABILITY,
					  "no address family in common", wanted, wbuf_len(&w));
	}
	return true;
}

static void agree(const bgp_peer_t *peer, const bgp_open_t *open,
				  unsigned families, bgp_agreed_t *agreed)
{
	const bgp_peer_config_t *config = &peer->config;
	uint16_t hold = config->hold_time < open->hold_time ? config->hold_time
														: open->hold_time;
	uint16_t third = hold / 3;

	*agreed = (bgp_agreed_t){
		.router_id = open->router_id,
		.hold_time = hold,
		.keepalive = config->keepalive && config->keepalive < third
						 ? config->keepalive
						 : third,
		.families = families,
		.as4 = open->caps.as4,
		.route_refresh = open->caps.route_refresh,
		.enhanced_refresh =
			open->caps.route_refresh && open->caps.enhanced_refresh,
		.extended_message = open->caps.extended_message,
		.extended_next_hop = open->caps.extended_next_hop &&
							 config->address.family == FAMILY_IPV6,
		.graceful_restart = open->caps.graceful_restart,
		.caps = open->caps,
	};
}

/** which connection stays: that of the speaker of the higher identifier, or
 * of the higher AS if they are equal (RFC 6286 section 2.3) */
static bool incoming_stays(const bgp_peer_t *peer, uint32_t peer_id)
{
	uint32_t our_id = peer->bgp->config.router_id;

	if (our_id != peer_id)
	{
		return our_id < peer_id;
	}
	return bgp_peer_local_as(peer) < peer->config.remote_as;
}

/** true: m may go on. The loser gets Cease, Connection Collision Resolution.
 * The other counts from OpenSent on, as its peer is known by its address and
 * has now told its identifier: were its OPEN awaited first, each side could
 * be established on a connection that the other has just given up */
static bool resolve_collision(bgp_machine_t *m, uint32_t peer_id, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_machine_t *other = peer->main == m ? peer->extra : peer->main;
	bool m_stays;

	if (other->state == BGP_IDLE)
	{
		return true;
	}
	if (other->state == BGP_ESTABLISHED)
	{
		m_stays = false;
	}
	else if (other->state < BGP_OPENSENT ||
			 m->conn->incoming == other->conn->incoming)
	{
		/* dialling is needless now; of two of the peer's, the newer counts */
		m_stays = true;
	}
	else
	{
		m_stays = m->conn->incoming == incoming_stays(peer, peer_id);
	}
	bgp_machine_event(m_stays ? other : m, BGP_EV_COLLISION_DUMP, NULL, now);
	return m_stays;
}

void bgp_open_receive(bgp_machine_t *m, rbuf_t body, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_fault_t fault;
	bgp_open_t open;
	unsigned families;

	if (!bgp_decode_open(body, &open, &fault))
	{
		bgp_machine_fault(m, BGP_EV_OPEN_ERROR, &fault, now);
		return;
	}
	/* without MP-BGP it is IPv4 (RFC 4760 section 8) */
	families = open.caps.mp ? open.caps.families : BGP_IPV4;
	families &= peer->config.families;
	if (!acceptable(peer, &open, families, &fault))
	{
		bgp_machine_fault(m, BGP_EV_OPEN_ERROR, &fault, now);
		return;
	}
	if (!resolve_collision(m, open.router_id, now))
	{
		return;
	}
	agree(peer, &open, families, &m->agreed);
	bgp_machine_event(m, BGP_EV_OPEN, NULL, now);
}
