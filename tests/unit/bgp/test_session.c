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
	bgp_originate(w->speaker[0].bgp, &p4, w->now);
	wire_establish(w);
	bgp_originate(w->speaker[0].bgp, &p6, w->now);
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

	bgp_originate(w->speaker[0].bgp, &p, w->now);
	wire_establish(w);
	ck_assert(has_route(w, 1, "10.1.0.0/16"));
	w->auto_dial = false;
	wire_cut(wire_end(w, 0));
	wire_run(w);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert_str_eq(w->speaker[0].reason, "cut");
	ck_assert_str_eq(info(w, 0).last_error, "connection lost: cut");
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
	return suite;
}
