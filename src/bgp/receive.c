/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The peer's messages in a session, and what the session means to the tables.
 * An UPDATE is decoded once into runs of prefixes; its attributes are interned
 * once; then each prefix goes to the tables. What may not be used (import.c) is
 * withdrawn.
 */

#include "bgp/import.h"
#include "bgp/speaker.h"

#include <string.h>

/* -- the session and the tables -------------------------------------------- */

/** what stands for us as next hop, if our configuration names none */
static addr_t own_next_hop(const addr_t *configured, const addr_t *local,
						   family_t family)
{
	if (addr_is_set(configured))
	{
		return *configured;
	}
	return local->family == family ? *local : addr_none;
}

/** RFC 2545 section 3: our link-local address goes beside a global one, if
 * the neighbour is on the link. Without a global one it stands alone */
static addr_t own_link_local(const bgp_peer_config_t *config,
							 const addr_t *local)
{
	if (addr_is_set(&config->next_hop6_ll))
	{
		return config->next_hop6_ll;
	}
	return addr_is_link_local(local) && addr_is_set(&config->next_hop6)
			   ? *local
			   : addr_none;
}

void bgp_session_up(bgp_machine_t *m, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	const bgp_peer_config_t *config = &peer->config;
	const bgp_agreed_t *agreed = &m->agreed;
	bgp_rib_peer_t *rib = &peer->rib;

	rib->local_as = bgp_peer_local_as(peer);
	rib->remote_as = config->remote_as;
	rib->ibgp = rib->local_as == rib->remote_as;
	rib->dead = false;
	rib->families = agreed->families;
	rib->as4 = agreed->as4;
	rib->name = config->name;
	rib->extended_next_hop = agreed->extended_next_hop;
	rib->message_max =
		agreed->extended_message ? BGP_MESSAGE_EXTENDED_MAX : BGP_MESSAGE_MAX;
	rib->router_id = agreed->router_id;
	rib->address = config->address;
	rib->next_hop4 =
		own_next_hop(&config->next_hop4, &m->conn->local, FAMILY_IPV4);
	rib->next_hop6 =
		own_next_hop(&config->next_hop6, &m->conn->local, FAMILY_IPV6);
	rib->next_hop6_ll = own_link_local(config, &m->conn->local);
	bgp_peer_apply(peer);

	peer->codec = (bgp_codec_t){
		.as4 = agreed->as4,
		.ibgp = rib->ibgp,
		.families = agreed->families,
		.extended_next_hop = agreed->extended_next_hop,
		.local_as = rib->local_as,
		.remote_as = rib->remote_as,
		.message_max = rib->message_max,
	};
	peer->up_since = now;
	peer->tries = 0;
	peer->eor = 0;
	bgp_refresh_reset(peer);
	peer->away = false;
	peer->established++;
	timer_stop(peer->bgp->timers, &peer->idle_hold);
	bgp_rib_peer_up(peer->bgp->rib, rib);
	bgp_restart_back(m, now);
}

void bgp_session_down(bgp_machine_t *m, bgp_event_t event, usec_t now)
{
	bgp_peer_t *peer = m->peer;

	if (now - peer->up_since >= BGP_STABLE)
	{
		peer->failures = 0;
		bgp_open_forget(peer);
	}
	peer->up_since = 0;
	bgp_refresh_reset(peer);
	if (bgp_restart_survives(m, event))
	{
		bgp_restart_begin(m, now);
	}
	else
	{
		peer->stale = 0;
		timer_stop(peer->bgp->timers, &peer->restart);
		bgp_rib_peer_down(peer->bgp->rib, &peer->rib);
	}
	peer->bgp->sink.work(peer->bgp->user);
}

/* -- UPDATE ---------------------------------------------------------------- */

/** how many prefixes those were */
static unsigned withdraw_all(bgp_peer_t *peer, bgp_nlri_t nlri)
{
	unsigned count = 0;
	prefix_t prefix;

	while (bgp_nlri_next(&nlri, &prefix))
	{
		bgp_rib_withdraw(peer->bgp->rib, &peer->rib, &prefix);
		count++;
	}
	return count;
}

static void count_fault(bgp_peer_t *peer, const bgp_fault_t *fault, usec_t now)
{
	if (fault->verdict == BGP_FAULT_NONE)
	{
		return;
	}
	if (fault->verdict == BGP_FAULT_TREAT_AS_WITHDRAW)
	{
		peer->treated_as_withdraw++;
	}
	bgp_fault_record(peer, fault, now);
}

static bgp_drop_t check(const bgp_machine_t *m, bgp_attrs_t *attrs, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	const bgp_import_self_t self = {
		.asn = peer->bgp->config.asn,
		.router_id = peer->bgp->config.router_id,
		.address = m->conn->local,
	};
	bgp_fault_t fault;
	bgp_drop_t drop = bgp_import_check(&peer->rib, &self, attrs, &fault);

	count_fault(peer, &fault, now);
	return drop;
}

/** the routes of one run, all with the attributes in the set. false: the
 * session is over */
static bool announce_all(bgp_machine_t *m, bgp_nlri_t nlri, bgp_attrs_t *attrs,
						 usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_rib_t *rib = peer->bgp->rib;
	bgp_rib_verdict_t verdict;
	bool goes_on = true;
	bgp_drop_t drop;
	prefix_t prefix;
	uint32_t id;

	if (!rbuf_left(&nlri.bytes))
	{
		return true;
	}
	drop = check(m, attrs, now);
	if (drop)
	{
		peer->dropped[drop] += withdraw_all(peer, nlri);
		return true;
	}
	id = bgp_attr_intern(bgp_rib_attrs(rib), attrs);
	while (goes_on && bgp_nlri_next(&nlri, &prefix))
	{
		if (bgp_prefix_is_martian(&prefix))
		{
			peer->dropped[BGP_DROP_MARTIAN]++;
			continue;
		}
		verdict = bgp_rib_announce(rib, &peer->rib, &prefix, id);
		goes_on = bgp_limit_verdict(m, nlri.family, verdict, now);
		peer->dropped[BGP_DROP_LIMIT] += !goes_on;
	}
	bgp_attr_release(bgp_rib_attrs(rib), id);
	return goes_on;
}

static void process_update(bgp_machine_t *m, bgp_update_t *update,
						   const bgp_fault_t *fault, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_attrs_t *attrs = &update->attrs->a;

	peer->discarded_attributes += update->discarded;
	count_fault(peer, fault, now);
	if (update->end_of_rib != FAMILY_NONE)
	{
		peer->eor |= bgp_family_bit(update->end_of_rib);
		bgp_restart_heard(peer, update->end_of_rib);
		return;
	}
	withdraw_all(peer, update->withdrawn);
	withdraw_all(peer, update->mp_withdrawn);
	if (fault->verdict >= BGP_FAULT_TREAT_AS_WITHDRAW)
	{
		peer->dropped[BGP_DROP_MALFORMED] +=
			withdraw_all(peer, update->announced) +
			withdraw_all(peer, update->mp_announced);
		return;
	}
	if (!announce_all(m, update->announced, attrs, now))
	{
		return;
	}
	attrs->next_hop = update->mp_next_hop;
	attrs->next_hop_ll = update->mp_next_hop_ll;
	announce_all(m, update->mp_announced, attrs, now);
}

/** plain IPv4 routes too count only if IPv4 was agreed on */
static void receive_update(bgp_machine_t *m, rbuf_t body, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_update_t update;
	bgp_fault_t fault;

	peer->updates_in++;
	update.attrs = &peer->bgp->set;
	if (!bgp_decode_update(body, &peer->codec, &update, &fault))
	{
		bgp_machine_fault(m, BGP_EV_UPDATE_ERROR, &fault, now);
		return;
	}
	bgp_machine_event(m, BGP_EV_UPDATE, NULL, now);
	if (!(peer->codec.families & BGP_IPV4))
	{
		update.announced.bytes = rbuf_make(NULL, 0);
		update.withdrawn.bytes = rbuf_make(NULL, 0);
	}
	process_update(m, &update, &fault, now);
}

/* -- the others ------------------------------------------------------------ */

static void receive_notification(bgp_machine_t *m, rbuf_t body, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	uint8_t code, subcode;
	rbuf_t data;

	if (!bgp_decode_notification(body, &code, &subcode, &data))
	{
		return;
	}
	if (code == BGP_ERR_CEASE && subcode == BGP_CEASE_COLLISION &&
		m->state != BGP_ESTABLISHED)
	{
		/* no error: the peer has another connection, maybe not seen yet */
		peer->collided = true;
		bgp_machine_event(m, BGP_EV_NOTIFICATION, bgp_error_name(code, subcode),
						  now);
		peer->collided = false;
		return;
	}
	bgp_notice_received(peer, code, subcode, data, now);
	peer->notice.hard =
		code == BGP_ERR_CEASE && subcode == BGP_CEASE_HARD_RESET;
	if (code == BGP_ERR_OPEN && m->state < BGP_ESTABLISHED)
	{
		bgp_open_refused(peer, subcode, data);
	}
	bgp_machine_event(m,
					  code == BGP_ERR_OPEN && subcode == BGP_OPEN_BAD_VERSION
						  ? BGP_EV_NOTIFICATION_VERSION
						  : BGP_EV_NOTIFICATION,
					  peer->last_error, now);
}

static void receive_refresh(bgp_machine_t *m, rbuf_t body, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_fault_t fault;
	family_t family;
	uint8_t subtype;

	if (!bgp_decode_refresh(body, &family, &subtype, &fault))
	{
		bgp_machine_fault(m, BGP_EV_HEADER_ERROR, &fault, now);
		return;
	}
	bgp_machine_event(m, BGP_EV_REFRESH, NULL, now);
	if (peer->codec.families & bgp_family_bit(family))
	{
		bgp_refresh_receive(m, family, subtype, now);
	}
}

void bgp_receive(bgp_machine_t *m, bgp_type_t type, rbuf_t body, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	uint8_t number = (uint8_t)type;

	/* the data of an unexpected message's NOTIFICATION (RFC 6608) */
	bgp_notice_set(&peer->notice, 0, 0, &number, 1);
	switch (type)
	{
		case BGP_OPEN:
			if (m->state == BGP_OPENSENT)
			{
				bgp_open_receive(m, body, now);
				return;
			}
			bgp_machine_event(m, BGP_EV_OPEN, NULL, now);
			return;
		case BGP_UPDATE:
			if (m->state == BGP_ESTABLISHED)
			{
				receive_update(m, body, now);
				return;
			}
			bgp_machine_event(m, BGP_EV_UPDATE, NULL, now);
			return;
		case BGP_NOTIFICATION:
			receive_notification(m, body, now);
			return;
		case BGP_KEEPALIVE:
			bgp_machine_event(m, BGP_EV_KEEPALIVE, NULL, now);
			return;
		case BGP_ROUTE_REFRESH:
			if (m->state == BGP_ESTABLISHED)
			{
				receive_refresh(m, body, now);
				return;
			}
			bgp_machine_event(m, BGP_EV_REFRESH, NULL, now);
			return;
	}
}
