/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * OPEN: what we offer, whether the peer's is acceptable (RFC 4271 section
 * 6.2), what both can do, and which of two connections stays when both have
 * got this far (section 6.8).
 */

#include "bgp/speaker.h"

#include <inttypes.h>
#include <stdio.h>
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

/** RFC 4724 section 3: the families over which we keep our forwarding when
 * we restart, and whether we just did. A session lost without a restart of
 * ours has cost no forwarding */
static void announce_restart(const bgp_peer_t *peer, bgp_caps_t *caps)
{
	const bgp_t *bgp = peer->bgp;

	if (peer->config.no_graceful_restart)
	{
		return;
	}
	/* without families: we await and send End-of-RIB, and help */
	caps->graceful_restart = true;
	if (bgp->config.restart_time)
	{
		caps->restart_time = bgp->config.restart_time;
		caps->notification_gr = bgp->config.notification_restart;
		caps->restart_state = bgp_deferring(bgp);
		caps->restart_families = caps->families;
		caps->forwarding_families =
			caps->families & (peer->established ? ~0u : bgp->preserved);
	}
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
		/* only where IPv6 next hops are at home */
		.extended_next_hop = peer->config.address.family == FAMILY_IPV6,
		/* between ASes alone (RFC 9234 section 4) */
		.role = peer->config.role && !is_ibgp(peer)
					? (uint8_t)(peer->config.role - 1)
					: 255,
	};
	announce_restart(peer, &open->caps);
	if (peer->refused_all)
	{
		open->caps = (bgp_caps_t){.role = 255};
	}
	else
	{
		bgp_caps_leave_out(&open->caps, &peer->refused);
	}
}

/* -- what the peer makes of it --------------------------------------------- */

void bgp_open_forget(bgp_peer_t *peer)
{
	peer->refused = (bgp_caps_t){.role = 255};
	peer->refused_all = false;
}

void bgp_open_refused(bgp_peer_t *peer, uint8_t subcode, rbuf_t data)
{
	bgp_fault_t fault = {.verdict = BGP_FAULT_NONE};

	if (subcode == BGP_OPEN_BAD_PARAMETER)
	{
		/* it knows of no capabilities (RFC 5492 section 3) */
		peer->refused_all = true;
	}
	else if (subcode == BGP_OPEN_BAD_CAPABILITY)
	{
		/* those that it names; by RFC 5492 section 5 it misses them, then
		 * they are not in our OPEN and there is nothing to leave out */
		bgp_decode_caps(data, &peer->refused, &fault);
	}
}

static bool refuse(bgp_fault_t *fault, uint8_t subcode, const char *what,
				   const void *data, size_t len)
{
	memset(fault, 0, sizeof(*fault));
	return bgp_fault_set(fault, BGP_FAULT_SESSION_RESET, BGP_ERR_OPEN, subcode,
						 what, data, len);
}

bgp_role_t bgp_role_of(uint8_t number)
{
	return number < BGP_ROLE_PEER ? (bgp_role_t)(number + 1) : BGP_ROLE_NONE;
}

/** RFC 9234 section 4.2, table 2; 255: not told */
static bool roles_fit(const bgp_peer_t *peer, const bgp_caps_t *caps)
{
	static const uint8_t counterpart[] = {
		[BGP_ROLE_PROVIDER] = BGP_ROLE_CUSTOMER,
		[BGP_ROLE_RS_SERVER] = BGP_ROLE_RS_CLIENT,
		[BGP_ROLE_RS_CLIENT] = BGP_ROLE_RS_SERVER,
		[BGP_ROLE_CUSTOMER] = BGP_ROLE_PROVIDER,
		[BGP_ROLE_PEER] = BGP_ROLE_PEER,
	};
	bgp_role_t ours = peer->config.role;

	if (is_ibgp(peer))
	{
		return true;
	}
	if (caps->role_conflict)
	{
		return false;
	}
	if (ours == BGP_ROLE_NONE)
	{
		return true;
	}
	return caps->role == 255 ? !peer->config.role_strict
							 : caps->role + 1 == counterpart[ours];
}

static void describe_roles(bgp_peer_t *peer, const bgp_caps_t *caps)
{
	const char *theirs = bgp_role_name(bgp_role_of(caps->role));

	if (caps->role_conflict)
	{
		theirs = "more than one";
	}
	else if (caps->role >= BGP_ROLE_PEER && caps->role != 255)
	{
		theirs = "unknown";
	}
	snprintf(peer->words, sizeof(peer->words), "its role is %s, ours is %s",
			 theirs, bgp_role_name(peer->config.role));
}

static bool acceptable(bgp_peer_t *peer, const bgp_open_t *open,
					   unsigned families, bgp_fault_t *fault)
{
	uint8_t wanted[64];
	wbuf_t w = wbuf_make(wanted, sizeof(wanted));

	if (open->asn != peer->config.remote_as)
	{
		snprintf(peer->words, sizeof(peer->words),
				 "AS %" PRIu32 ", not %" PRIu32, open->asn,
				 peer->config.remote_as);
		return refuse(fault, BGP_OPEN_BAD_PEER_AS, peer->words, NULL, 0);
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
	if (!roles_fit(peer, &open->caps))
	{
		describe_roles(peer, &open->caps);
		return refuse(fault, BGP_OPEN_ROLE_MISMATCH, peer->words, NULL, 0);
	}
	return true;
}

/** what both have said on this connection; ours may have been left out */
static void agree(const bgp_peer_t *peer, const bgp_open_t *open,
				  const bgp_caps_t *ours, unsigned families,
				  bgp_agreed_t *agreed)
{
	const bgp_peer_config_t *config = &peer->config;
	const bgp_caps_t *theirs = &open->caps;
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
		.as4 = ours->as4 && theirs->as4,
		.route_refresh = ours->route_refresh && theirs->route_refresh,
		.extended_message = ours->extended_message && theirs->extended_message,
		.extended_next_hop =
			ours->extended_next_hop && theirs->extended_next_hop,
		.graceful_restart = ours->graceful_restart && theirs->graceful_restart,
		.caps = *theirs,
	};
	agreed->enhanced_refresh = agreed->route_refresh &&
							   ours->enhanced_refresh &&
							   theirs->enhanced_refresh;
	agreed->notification_restart = agreed->graceful_restart &&
								   ours->notification_gr &&
								   theirs->notification_gr;
}

/** without MP-BGP it is IPv4 (RFC 4760 section 8) */
static unsigned offered(const bgp_caps_t *caps)
{
	return caps->mp ? caps->families : BGP_IPV4;
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

/** a peer with graceful restart says OPEN beside its session: it has restarted
 * before we saw the old connection end (RFC 4724 section 4.2). Awaited until
 * its OPEN, so that to connect alone ends no session; and a session that has
 * just begun is taken for the other side of a collision */
static bool has_restarted(const bgp_machine_t *session, const bgp_open_t *open,
						  usec_t now)
{
	return bgp_restart_expected(session) &&
		   (open->caps.restart_state ||
			now - session->peer->up_since >= BGP_COLLISION_SPAN);
}

/** true: m may go on. The loser gets Cease, Connection Collision Resolution.
 * The other counts from OpenSent on, as its peer is known by its address and
 * has now told its identifier: were its OPEN awaited first, each side could
 * be established on a connection that the other has just given up */
static bool resolve_collision(bgp_machine_t *m, const bgp_open_t *open,
							  usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_machine_t *other = peer->main == m ? peer->extra : peer->main;
	bool m_stays;

	if (other->state == BGP_IDLE)
	{
		return true;
	}
	if (other->state == BGP_ESTABLISHED && has_restarted(other, open, now))
	{
		bgp_machine_event(other, BGP_EV_TCP_FAILS, "the peer has restarted",
						  now);
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
		m_stays = m->conn->incoming == incoming_stays(peer, open->router_id);
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
	families = offered(&open.caps) & offered(&m->said) & peer->config.families;
	if (!acceptable(peer, &open, families, &fault))
	{
		bgp_machine_fault(m, BGP_EV_OPEN_ERROR, &fault, now);
		return;
	}
	if (!resolve_collision(m, &open, now))
	{
		return;
	}
	agree(peer, &open, &m->said, families, &m->agreed);
	bgp_machine_event(m, BGP_EV_OPEN, NULL, now);
}
