/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Sessions: two speakers on a wire, and one against a raw peer whose bytes
 * are written down here.
 */

#include "unit/bgp/suites.h"

#include "unit/bgp/wire.h"

#include <string.h>

static prefix_t prefix(const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return p;
}

static bgp_peer_info_t info(const wire_t *w, unsigned side)
{
	bgp_peer_info_t i;

	bgp_peer_info(w->speaker[side].peer, &i);
	return i;
}

static bool has_route(const wire_t *w, unsigned side, const char *text)
{
	prefix_t p = prefix(text);
	bgp_route_t route;

	return bgp_route_get(w->speaker[side].bgp, &p, &route) && route.n_best;
}

/* -- two speakers ---------------------------------------------------------- */

START_TEST(test_establish)
{
	/* whole, and byte by byte */
	size_t chunk = _i ? 1 : 32768;
	wire_t *w = wire_create(65001, 4200000000u);
	bgp_peer_info_t i;

	w->chunk = chunk;
	wire_establish(w);
	i = info(w, 0);
	ck_assert_uint_eq(i.router_id, 0x0a000002);
	ck_assert_uint_eq(i.hold_time, 90);
	ck_assert_uint_eq(i.keepalive, 30);
	ck_assert_uint_eq(i.families, BGP_IPV4 | BGP_IPV6);
	ck_assert(i.as4 && i.route_refresh && i.enhanced_refresh);
	ck_assert(i.extended_message && i.graceful_restart);
	ck_assert_uint_eq(i.established, 1);
	ck_assert_uint_eq(i.eor, BGP_IPV4 | BGP_IPV6);
	wire_destroy(w);
}
END_TEST

START_TEST(test_routes)
{
	wire_t *w = wire_create(65001, 65002);
	prefix_t p4 = prefix("10.1.0.0/16"), p6 = prefix("2001:db8:1::/48");
	bgp_route_t route;

	w->chunk = _i ? 7 : 32768;
	bgp_originate(w->speaker[0].bgp, &p4, &wire_own, w->now);
	wire_establish(w);
	bgp_originate(w->speaker[0].bgp, &p6, &wire_own, w->now);
	wire_run(w);
	ck_assert(bgp_route_get(w->speaker[1].bgp, &p4, &route));
	ck_assert_uint_eq(route.n_best, 1);
	ck_assert_ptr_eq(route.best[0].peer, w->speaker[1].peer);
	ck_assert_uint_eq(route.best[0].attrs->neighbor_as, 65001);
	ck_assert(
		addr_equal(&route.best[0].attrs->next_hop, &w->speaker[0].address));
	ck_assert(bgp_route_get(w->speaker[1].bgp, &p6, &route));
	ck_assert_uint_eq(route.best[0].attrs->next_hop.b[15], 1);
	ck_assert_uint_eq(info(w, 1).received[0], 1);
	ck_assert_uint_eq(info(w, 1).received[1], 1);
	ck_assert_uint_eq(info(w, 0).advertised[0], 1);

	bgp_unoriginate(w->speaker[0].bgp, &p4, w->now);
	bgp_unoriginate(w->speaker[0].bgp, &p6, w->now);
	wire_run(w);
	ck_assert(!has_route(w, 1, "10.1.0.0/16"));
	ck_assert(!has_route(w, 1, "2001:db8:1::/48"));
	wire_destroy(w);
}
END_TEST

START_TEST(test_lost_and_back)
{
	wire_t *w = wire_create(65001, 65002);
	prefix_t p = prefix("10.1.0.0/16");

	bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	wire_establish(w);
	ck_assert(has_route(w, 1, "10.1.0.0/16"));
	w->auto_dial = false;
	wire_cut(wire_end(w, 0));
	wire_run(w);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert_str_eq(w->speaker[0].reason, "cut");
	ck_assert_str_eq(info(w, 0).last_error, "connection lost: cut");
	ck_assert_str_eq(info(w, 0).connect_error, "");
	ck_assert(!has_route(w, 1, "10.1.0.0/16"));
	w->auto_dial = true;
	wire_advance(w, 15 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert(has_route(w, 1, "10.1.0.0/16"));
	ck_assert_uint_eq(info(w, 0).established, 2);
	wire_destroy(w);
}
END_TEST

/** keepalives keep it up for long, and without them it ends */
START_TEST(test_hold_two)
{
	wire_t *w = wire_create(65001, 65002);

	wire_establish(w);
	wire_advance(w, 3600 * USEC_PER_SEC);
	ck_assert_uint_eq(info(w, 0).established, 1);
	ck_assert_uint_gt(info(w, 0).messages_in, 100);
	w->auto_dial = false;
	w->blocked = true;
	wire_advance(w, 91 * USEC_PER_SEC);
	ck_assert_int_ne(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

START_TEST(test_stop)
{
	wire_t *w = wire_create(65001, 65002);

	wire_establish(w);
	bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, BGP_CEASE_SHUTDOWN,
				  "moving to rack 7\n", w->now);
	wire_run(w);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert_str_eq(info(w, 1).last_error,
					 "received Cease/Administrative Shutdown (6/2): "
					 "\"moving to rack 7?\"");
	ck_assert_uint_eq(info(w, 1).last_code, 6);
	ck_assert_uint_eq(info(w, 1).last_subcode, 2);
	ck_assert(!info(w, 1).last_sent);
	/* the other tries and is refused, ours stays */
	wire_advance(w, 300 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	wire_advance(w, 20 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/* -- against a raw peer ---------------------------------------------------- */

START_TEST(test_open_bytes)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	/* version, AS, hold, id, parameters; capabilities: MP for both families,
	 * refresh, extended message, GR without families, AS4, enhanced refresh */
	raw_expect(c, BGP_OPEN,
			   "04 fde9 005a 0a000001 1e 02 1c 0104 0001 00 01 0104 0002 00 01"
			   "0200 0600 4002 0000 4104 0000fde9 4600");
	raw_open(c, 65002, 30, 0x0a000002);
	raw_expect(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_OPENCONFIRM);
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(info(w, 0).hold_time, 30);
	/* both Ends-of-RIB */
	raw_expect(c, BGP_UPDATE, "0000 0000");
	raw_expect(c, BGP_UPDATE, "0000 0006 800f03 0002 01");
	wire_destroy(w);
}
END_TEST

START_TEST(test_hold_expires)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	rbuf_t body;

	wire_advance(w, 89 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	/* ours came each 22.5 to 30 seconds */
	ck_assert_uint_ge(c->got_len, 2 * 19);
	while (raw_take(c, &body))
	{
	}
	wire_advance(w, 1 * USEC_PER_SEC);
	raw_expect_end(c, "04 00");
	ck_assert_str_eq(info(w, 0).last_error, "sent Hold Timer Expired (4/0)");
	wire_destroy(w);
}
END_TEST

/* -- timers and ends ------------------------------------------------------- */

START_TEST(test_open_hold)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_in_opensent(w);

	/* four minutes for the OPEN */
	wire_advance(w, 239 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_OPENSENT);
	wire_advance(w, 1 * USEC_PER_SEC);
	raw_expect_end(c, "04 00");
	wire_destroy(w);
}
END_TEST

/** a hold time of 0: no KEEPALIVE but the first, and no end */
START_TEST(test_no_hold)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_in_opensent(w);

	raw_open(c, 65002, 0, 0x0a000002);
	raw_expect(c, BGP_KEEPALIVE, "");
	raw_message(c, BGP_KEEPALIVE, "");
	raw_expect(c, BGP_UPDATE, "0000 0000");
	raw_expect(c, BGP_UPDATE, "0000 0006 800f03 0002 01");
	wire_advance(w, 86400 * USEC_PER_SEC);
	ck_assert_uint_eq(c->got_len, 0);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** a peer that takes no bytes is given up (RFC 9687) */
START_TEST(test_send_hold)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	unsigned i;

	w->blocked = true;
	for (i = 0; i < 520; i++)
	{
		wire_advance(w, 1 * USEC_PER_SEC);
		if (wire_state(w, 0) != BGP_ESTABLISHED)
		{
			break;
		}
		raw_message(c, BGP_KEEPALIVE, "");
	}
	/* 8 minutes from the first KEEPALIVE that was not taken */
	ck_assert_uint_ge(i, 480);
	ck_assert_uint_le(i, 511);
	ck_assert_uint_eq(info(w, 0).last_code, BGP_ERR_SEND_HOLD);
	wire_destroy(w);
}
END_TEST

/* -- collisions ------------------------------------------------------------ */

/** both directions at once; raw's identifier is higher or lower, its own
 * connection's OPEN is read first or last */
START_TEST(test_collision)
{
	bool higher = _i & 1, own_first = _i & 2;
	uint32_t id = higher ? 0x0a000002 : 0x09000002;
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *ours = raw_in_opensent(w), *theirs = raw_dial(w);
	wire_conn_t *stays = higher ? theirs : ours;
	wire_conn_t *goes = higher ? ours : theirs;
	rbuf_t body;

	ck_assert_ptr_nonnull(theirs);
	ck_assert_uint_eq(raw_take(theirs, &body), BGP_OPEN);
	raw_open(own_first ? theirs : ours, 65002, 90, id);
	raw_expect_end(goes, "06 07");
	/* a raw peer that has not read it yet says OPEN there too: nobody hears */
	if (!stays->got_len)
	{
		raw_open(stays, 65002, 90, id);
	}
	raw_expect(stays, BGP_KEEPALIVE, "");
	raw_message(stays, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(info(w, 0).established, 1);
	ck_assert_str_eq(info(w, 0).last_error, "");
	/* and it lasts */
	raw_message(stays, BGP_KEEPALIVE, "");
	wire_advance(w, 80 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(w->speaker[0].dials, 1);
	wire_destroy(w);
}
END_TEST

/** equal identifiers: the AS decides (RFC 6286) */
START_TEST(test_collision_as)
{
	uint32_t asn = _i ? 65002 : 64999;
	wire_t *w = wire_create_raw(65001, asn);
	wire_conn_t *ours = raw_in_opensent(w), *theirs = raw_dial(w);
	rbuf_t body;

	ck_assert_uint_eq(raw_take(theirs, &body), BGP_OPEN);
	raw_open(ours, asn, 90, 0x0a000001);
	raw_expect_end(asn > 65001 ? ours : theirs, "06 07");
	wire_destroy(w);
}
END_TEST

/** a connection beside an established session is refused once it says OPEN */
START_TEST(test_collision_established)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w), *second = raw_dial(w);
	rbuf_t body;

	ck_assert_ptr_nonnull(second);
	ck_assert_uint_eq(raw_take(second, &body), BGP_OPEN);
	raw_open(second, 65002, 90, 0x0a000002);
	raw_expect_end(second, "06 07");
	ck_assert(!c->closed);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** the peer's connection comes while we dial: dialling ends with its OPEN */
START_TEST(test_incoming_while_dialling)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c;
	rbuf_t body;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_dial(w);
	ck_assert_uint_eq(raw_take(c, &body), BGP_OPEN);
	ck_assert(w->speaker[0].dial_wanted);
	raw_open(c, 65002, 90, 0x0a000002);
	ck_assert(!w->speaker[0].dial_wanted);
	raw_expect(c, BGP_KEEPALIVE, "");
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	/* a third connection of the peer's takes the place of a second */
	ck_assert_ptr_nonnull(raw_dial(w));
	c = raw_dial(w);
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** every seed and both orders of dialling end in one session */
START_TEST(test_collision_two)
{
	wire_t *w = wire_create(_i & 1 ? 65002 : 65001, _i & 1 ? 65001 : 65002);

	w->auto_dial = false;
	w->chunk = _i & 4 ? 5 : 32768;
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	bgp_peer_start(w->speaker[1].bgp, w->speaker[1].peer, w->now);
	wire_dial(w, _i & 2 ? 1 : 0);
	wire_dial(w, _i & 2 ? 0 : 1);
	wire_run(w);
	w->auto_dial = true;
	wire_advance(w, 3 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_int_eq(wire_state(w, 1), BGP_ESTABLISHED);
	ck_assert_uint_eq(info(w, 0).established, 1);
	ck_assert_uint_eq(info(w, 1).established, 1);
	wire_destroy(w);
}
END_TEST

/* -- connecting ------------------------------------------------------------ */

START_TEST(test_passive)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;
	rbuf_t body;

	config.passive = true;
	ck_assert(!bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer,
								  &config, w->now));
	ck_assert_ptr_null(raw_dial(w));
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	ck_assert_int_eq(wire_state(w, 0), BGP_ACTIVE);
	wire_advance(w, 3600 * USEC_PER_SEC);
	ck_assert_uint_eq(w->speaker[0].dials, 0);
	c = raw_dial(w);
	ck_assert_uint_eq(raw_take(c, &body), BGP_OPEN);
	raw_open(c, 65002, 90, 0x0a000002);
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_cut(c);
	wire_advance(w, 3600 * USEC_PER_SEC);
	ck_assert_uint_eq(w->speaker[0].dials, 0);
	ck_assert_int_eq(wire_state(w, 0), BGP_ACTIVE);
	wire_destroy(w);
}
END_TEST

/** why the last session ended is still told when no connection comes about,
 * and that apart from it */
START_TEST(test_connect_error)
{
	static const char words[] = "received Cease/Connection Rejected (6/5): "
								"bytes 0a 0b";
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	wire_conn_t *c = raw_establish(w);
	usec_t ended = w->now;

	raw_message(c, BGP_NOTIFICATION, "06 05 0a0b");
	wire_advance(w, 2 * USEC_PER_SEC);
	ck_assert(s->dial_wanted);
	s->dial_wanted = false;
	bgp_connect_failed(s->bgp, s->peer, "Connection refused", w->now);
	ck_assert_str_eq(info(w, 0).connect_error,
					 "connecting failed: Connection refused");
	ck_assert_uint_eq(info(w, 0).connect_error_at, w->now);
	ck_assert_str_eq(info(w, 0).last_error, words);
	ck_assert_uint_eq(info(w, 0).last_error_at, ended);
	/* a connection that stands has no error, one without a session has */
	wire_advance(w, 10 * USEC_PER_SEC);
	c = raw_in_opensent(w);
	ck_assert_str_eq(info(w, 0).connect_error, "");
	ck_assert_uint_eq(info(w, 0).connect_error_at, 0);
	wire_cut(c);
	wire_run(w);
	ck_assert_str_eq(info(w, 0).connect_error,
					 "connection lost before a session: cut");
	ck_assert_str_eq(info(w, 0).last_error, words);
	/* nobody tries any more */
	bgp_peer_stop(s->bgp, s->peer, BGP_CEASE_SHUTDOWN, NULL, w->now);
	ck_assert_str_eq(info(w, 0).connect_error, "");
	ck_assert_str_eq(info(w, 0).last_error, words);
	wire_destroy(w);
}
END_TEST

/** a reset by a person: the new connection comes when the NOTIFICATION has had
 * time to be read */
START_TEST(test_start_waits_for_end)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	wire_conn_t *c = raw_establish(w);
	unsigned dials = s->dials;

	bgp_peer_stop(s->bgp, s->peer, BGP_CEASE_RESET, NULL, w->now);
	bgp_peer_start(s->bgp, s->peer, w->now);
	ck_assert_uint_eq(s->dials, dials);
	ck_assert_uint_eq(info(w, 0).idle_until, w->now + USEC_PER_SEC);
	ck_assert_str_eq(info(w, 0).held_by, "the end of the connection before");
	wire_run(w);
	raw_expect_end(c, "06 04");
	wire_advance(w, USEC_PER_SEC - 1);
	ck_assert_uint_eq(s->dials, dials);
	wire_advance(w, 1);
	ck_assert_uint_eq(s->dials, dials + 1);
	ck_assert_str_eq(info(w, 0).held_by, "");
	/* with nothing to wait for, a start is at once */
	bgp_peer_stop(s->bgp, s->peer, BGP_CEASE_RESET, NULL, w->now);
	bgp_peer_start(s->bgp, s->peer, w->now);
	ck_assert_uint_eq(s->dials, dials + 2);
	wire_destroy(w);
}
END_TEST

START_TEST(test_retry)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	usec_t before, wait = USEC_PER_SEC, max = 10 * USEC_PER_SEC;
	unsigned i;

	bgp_peer_start(s->bgp, s->peer, w->now);
	for (i = 1; i <= 20; i++)
	{
		ck_assert_uint_eq(s->dials, i);
		s->dial_wanted = false;
		bgp_connect_failed(s->bgp, s->peer, "Connection refused", w->now);
		ck_assert_int_eq(wire_state(w, 0), BGP_ACTIVE);
		ck_assert_str_eq(info(w, 0).connect_error,
						 "connecting failed: Connection refused");
		ck_assert_uint_eq(info(w, 0).connect_error_at, w->now);
		ck_assert_str_eq(info(w, 0).last_error, "");
		/* 75 to 100 percent of 1, 2, 4, 8, and then always 10 seconds */
		before = timers_next(w->timers) - w->now;
		ck_assert_uint_ge(before, wait / 4 * 3);
		ck_assert_uint_le(before, wait);
		wire_advance(w, wait);
		wait = 2 * wait < max ? 2 * wait : max;
	}
	/* the tunnel is up: no waiting */
	s->dial_wanted = false;
	bgp_connect_failed(s->bgp, s->peer, "No route to host", w->now);
	bgp_peer_start(s->bgp, s->peer, w->now);
	ck_assert(s->dial_wanted);
	/* and it begins with the short waits again */
	s->dial_wanted = false;
	bgp_connect_failed(s->bgp, s->peer, "Connection refused", w->now);
	ck_assert_uint_le(timers_next(w->timers) - w->now, USEC_PER_SEC);
	wire_advance(w, USEC_PER_SEC);
	ck_assert(s->dial_wanted);
	/* dialling that hangs is begun anew */
	i = s->dials;
	wire_advance(w, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(s->dials, i + 1);
	wire_destroy(w);
}
END_TEST

/** a peer that fails at once is tried less and less often, but always again */
START_TEST(test_backoff)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	usec_t wait, most, last = 0;
	char words[40];
	unsigned i;

	bgp_peer_start(s->bgp, s->peer, w->now);
	for (i = 0; i < 12; i++)
	{
		raw_message(raw_answer(w), BGP_NOTIFICATION, "06 05");
		ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
		wait = timers_next(w->timers) - w->now;
		ck_assert_uint_eq(info(w, 0).idle_until, w->now + wait);
		snprintf(words, sizeof(words), "%u failures in a row", i + 1);
		ck_assert_str_eq(info(w, 0).held_by, words);
		/* nor may the peer come meanwhile */
		ck_assert_ptr_null(raw_dial(w));
		most = i == 0  ? 200 * USEC_PER_MSEC
			   : i < 8 ? (1u << (i - 1)) * USEC_PER_SEC
					   : 120 * USEC_PER_SEC;
		ck_assert_uint_le(wait, most);
		ck_assert_uint_ge(wait, most * 3 / 4);
		ck_assert(i > 7 || wait > last);
		last = wait;
		wire_advance(w, wait);
		ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
	}
	wire_destroy(w);
}
END_TEST

/** waits end the failures' row: a session of 60 seconds, or an operator */
START_TEST(test_backoff_over)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	wire_conn_t *c;
	unsigned i;

	bgp_peer_start(s->bgp, s->peer, w->now);
	for (i = 0; i < 7; i++)
	{
		raw_message(raw_answer(w), BGP_NOTIFICATION, "06 05");
		wire_advance(w, timers_next(w->timers) - w->now);
	}
	if (_i == 2)
	{
		/* in the wait itself */
		raw_message(raw_answer(w), BGP_NOTIFICATION, "06 05");
		bgp_peer_start(s->bgp, s->peer, w->now);
		ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
		c = raw_answer(w);
	}
	else
	{
		c = raw_answer(w);
		raw_open(c, 65002, 90, 0x0a000002);
		raw_message(c, BGP_KEEPALIVE, "");
		ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
		wire_advance(w, 60 * USEC_PER_SEC - !_i);
	}
	raw_message(c, BGP_NOTIFICATION, "06 05");
	ck_assert_uint_gt(info(w, 0).idle_until, w->now);
	if (_i)
	{
		ck_assert_uint_le(info(w, 0).idle_until, w->now + 200 * USEC_PER_MSEC);
	}
	else
	{
		ck_assert_uint_ge(info(w, 0).idle_until, w->now + 48 * USEC_PER_SEC);
	}
	wire_destroy(w);
}
END_TEST

/** who starts it in the first short wait does not cut that: the peer may still
 * forget our routes, and drop us */
START_TEST(test_start_in_first_wait)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];

	bgp_peer_start(s->bgp, s->peer, w->now);
	raw_message(raw_answer(w), BGP_NOTIFICATION, "06 0a");
	bgp_peer_start(s->bgp, s->peer, w->now);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	wire_advance(w, 150 * USEC_PER_MSEC - 1);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	wire_advance(w, 50 * USEC_PER_MSEC + 1);
	ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
	wire_destroy(w);
}
END_TEST

/** the peer's connections fail while we dial: they wait, our dialling goes on */
START_TEST(test_incoming_backoff)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	wire_conn_t *c;
	unsigned i;

	bgp_peer_start(s->bgp, s->peer, w->now);
	for (i = 0; i < 3; i++)
	{
		usec_t most = i ? i * USEC_PER_SEC : 200 * USEC_PER_MSEC;

		c = raw_dial(w);
		ck_assert_ptr_nonnull(c);
		if (_i)
		{
			raw_message(c, BGP_OPEN, "04 fdeb 005a 0a000002 00");
		}
		else
		{
			wire_cut(c);
		}
		ck_assert(s->dial_wanted);
		ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
		ck_assert_ptr_null(raw_dial(w));
		/* 75 to 100 percent of 0.2, 1 and 2 seconds */
		wire_advance(w, most * 3 / 4 - 1);
		ck_assert_ptr_null(raw_dial(w));
		wire_advance(w, most / 4 + 1);
	}
	/* what comes of our own dialling is not held up */
	c = raw_dial(w);
	wire_cut(c);
	ck_assert_ptr_null(raw_dial(w));
	c = raw_answer(w);
	raw_open(c, 65002, 90, 0x0a000002);
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** passive stays passive when a connection of the peer's breaks early */
START_TEST(test_passive_broken)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;

	config.passive = true;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_dial(w);
	ck_assert_int_eq(wire_state(w, 0), BGP_OPENSENT);
	wire_cut(c);
	ck_assert_int_eq(wire_state(w, 0), BGP_ACTIVE);
	/* the next are to wait */
	ck_assert_ptr_null(raw_dial(w));
	wire_advance(w, 1 * USEC_PER_SEC);
	wire_cut(raw_dial(w));
	wire_advance(w, 3600 * USEC_PER_SEC);
	ck_assert_uint_eq(w->speaker[0].dials, 0);
	ck_assert_int_eq(wire_state(w, 0), BGP_ACTIVE);
	wire_destroy(w);
}
END_TEST

/** the peer keeps its own connection, which we have not seen yet */
START_TEST(test_collision_elsewhere)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_in_opensent(w);

	raw_message(c, BGP_NOTIFICATION, "06 07");
	ck_assert(c->closed);
	ck_assert_int_eq(wire_state(w, 0), BGP_ACTIVE);
	ck_assert_str_eq(info(w, 0).last_error, "");
	c = raw_dial(w);
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(wire_state(w, 0), BGP_OPENSENT);
	wire_destroy(w);
}
END_TEST

Suite *session_suite(void)
{
	Suite *suite = suite_create("session");

	unit_add_loop(suite, "establish", test_establish, 2);
	unit_add_loop(suite, "routes", test_routes, 2);
	unit_add(suite, "lost and back", test_lost_and_back);
	unit_add(suite, "hold of two", test_hold_two);
	unit_add(suite, "stop", test_stop);
	unit_add(suite, "open bytes", test_open_bytes);
	unit_add(suite, "hold expires", test_hold_expires);
	unit_add(suite, "open hold", test_open_hold);
	unit_add(suite, "no hold", test_no_hold);
	unit_add(suite, "send hold", test_send_hold);
	unit_add_loop(suite, "collision", test_collision, 4);
	unit_add_loop(suite, "collision as", test_collision_as, 2);
	unit_add(suite, "collision established", test_collision_established);
	unit_add(suite, "incoming while dialling", test_incoming_while_dialling);
	unit_add_loop(suite, "collision two", test_collision_two, 8);
	unit_add(suite, "passive", test_passive);
	unit_add(suite, "passive broken", test_passive_broken);
	unit_add(suite, "collision elsewhere", test_collision_elsewhere);
	unit_add(suite, "connect_error", test_connect_error);
	unit_add(suite, "start waits for end", test_start_waits_for_end);
	unit_add(suite, "retry", test_retry);
	unit_add(suite, "backoff", test_backoff);
	unit_add(suite, "start in first wait", test_start_in_first_wait);
	unit_add_loop(suite, "backoff over", test_backoff_over, 3);
	unit_add_loop(suite, "incoming backoff", test_incoming_backoff, 2);
	return suite;
}
