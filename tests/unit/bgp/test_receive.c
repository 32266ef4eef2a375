/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What comes in a session: routes used and not used, faults that cost routes
 * alone, refreshes; and that KEEPALIVEs go first.
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

#define ATTRS "400101 00 400206 0201 0000fdea 400304 c0000202 "

START_TEST(test_withdraw_by_fault)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	ck_assert(has_route(w, 0, "10.0.0.0/8"));
	/* an undefined ORIGIN: the route goes, the session stays */
	raw_message(c, BGP_UPDATE,
				"0000 0014 400101 09 400206 0201 0000fdea 400304 c0000202"
				"08 0a");
	ck_assert(!has_route(w, 0, "10.0.0.0/8"));
	ck_assert(has_route(w, 0, "11.0.0.0/8"));
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(info(w, 0).treated_as_withdraw, 1);
	ck_assert_str_eq(info(w, 0).last_error,
					 "routes treated as withdrawn: ORIGIN: undefined origin: "
					 "bytes 40 01 01 09");
	wire_destroy(w);
}
END_TEST

START_TEST(test_not_used)
{
	static const char *const cases[] = {
		/* our AS in the path */
		("0000 0018 400101 00 40020a 0202 0000fdea 0000fde9"
		 " 400304 c0000202 08 0a"),
		/* our own address as next hop */
		"0000 0014 400101 00 400206 0201 0000fdea 400304 c0000201 08 0a",
		/* withdrawn in plain, and as MP_UNREACH */
		"0002 08 0a 0000",
		"0000 0008 800f05 0001 01 08 0a",
	};
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	ck_assert(has_route(w, 0, "10.0.0.0/8"));
	raw_message(c, BGP_UPDATE, cases[_i]);
	ck_assert(!has_route(w, 0, "10.0.0.0/8"));
	ck_assert(has_route(w, 0, "11.0.0.0/8"));
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** what comes back to a reflected speaker (RFC 4456 section 8) */
START_TEST(test_reflected)
{
	wire_t *w = wire_create_raw(65001, 65001);
	wire_conn_t *c = raw_establish(w);

	raw_message(c, BGP_UPDATE,
				"0000 0015 400101 00 400200 400304 c0000202 400504 00000064"
				"08 0a");
	ck_assert(has_route(w, 0, "10.0.0.0/8"));
	raw_message(c, BGP_UPDATE,
				_i ? "0000 001c 400101 00 400200 400304 c0000202"
					 "400504 00000064 800904 0a000001 08 0a"
				   : "0000 0020 400101 00 400200 400304 c0000202"
					 "400504 00000064 800a08 0a000009 0a000001 08 0a");
	ck_assert(!has_route(w, 0, "10.0.0.0/8"));
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

START_TEST(test_martians)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);

	raw_message(c, BGP_UPDATE,
				"0000 0014" ATTRS
				"04 e0 08 e0 08 7f 20 7f000001 08 00 00 08 0a");
	ck_assert_uint_eq(info(w, 0).received[0], 2);
	ck_assert(has_route(w, 0, "0.0.0.0/0"));
	ck_assert(has_route(w, 0, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

START_TEST(test_refresh)
{
	wire_t *w = wire_create(65001, 65002);
	prefix_t p = prefix("10.1.0.0/16");
	uint64_t before;

	bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	wire_establish(w);
	before = info(w, 1).updates_in;
	bgp_peer_refresh(w->speaker[1].bgp, w->speaker[1].peer, w->now);
	wire_advance(w, 1 * USEC_PER_SEC);
	ck_assert_uint_gt(info(w, 1).updates_in, before);
	ck_assert(has_route(w, 1, "10.1.0.0/16"));
	ck_assert_uint_eq(info(w, 0).established, 1);
	wire_destroy(w);
}
END_TEST

/** between BoRR and EoRR what is not told again is gone (RFC 7313) */
START_TEST(test_enhanced_refresh)
{
	wire_t *w = wire_create_raw(65001, 65002);
	prefix_t p = prefix("10.1.0.0/16");
	wire_conn_t *c;
	rbuf_t body;

	bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	raw_message(c, BGP_OPEN,
				"04 fdea 005a 0a000002 0e 020c 0104 0001 0001 0200 4600 0600");
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	while (raw_take(c, &body))
	{
	}
	/* ours: BoRR, the routes, EoRR; two octets, as the peer lacks four */
	raw_message(c, BGP_ROUTE_REFRESH, "0001 00 01");
	raw_expect(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_expect(c, BGP_UPDATE,
			   "0000 0012 400101 00 400204 0201 fde9 400304 c0000201 10 0a01");
	raw_expect(c, BGP_ROUTE_REFRESH, "0001 02 01");
	/* the peer's */
	raw_message(c, BGP_UPDATE,
				"0000 0012 400101 00 400204 0201 fdea"
				"400304 c0000202 08 0b 08 0c");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_message(c, BGP_UPDATE,
				"0000 0012 400101 00 400204 0201 fdea"
				"400304 c0000202 08 0c");
	ck_assert(has_route(w, 0, "11.0.0.0/8"));
	raw_message(c, BGP_ROUTE_REFRESH, "0001 02 01");
	ck_assert(!has_route(w, 0, "11.0.0.0/8"));
	ck_assert(has_route(w, 0, "12.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

#define HEAD_ATTRS "0000 0012 400101 00 400204 0201 fdea 400304 c0000202 "

/** with graceful restart agreed on, marks before the peer's End-of-RIB say
 * nothing (RFC 7313 section 4) */
START_TEST(test_marks_too_early)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish_by(
		w, "04 fdea 005a 0a000002 12 0210 0104 0001 0001 0200 4600 0600"
		   "4002 0000");

	raw_message(c, BGP_UPDATE, HEAD_ATTRS "08 0b 08 0c");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_message(c, BGP_UPDATE, HEAD_ATTRS "08 0c");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 02 01");
	ck_assert(has_route(w, 0, "11.0.0.0/8"));
	/* begun before, ended after: nothing has begun */
	raw_message(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_message(c, BGP_UPDATE, "0000 0000");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 02 01");
	ck_assert(has_route(w, 0, "11.0.0.0/8"));
	/* now it may */
	raw_message(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_message(c, BGP_UPDATE, HEAD_ATTRS "08 0c");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 02 01");
	ck_assert(!has_route(w, 0, "11.0.0.0/8"));
	ck_assert(has_route(w, 0, "12.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/** who asks before he was told all is told that first, then all anew between
 * marks */
START_TEST(test_asked_too_early)
{
	wire_t *w = wire_create_raw(65001, 65002);
	prefix_t p = prefix("10.1.0.0/16");
	wire_conn_t *c;

	bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	c = raw_in_opensent(w);
	raw_message(c, BGP_OPEN,
				"04 fdea 005a 0a000002 0e 020c 0104 0001 0001 0200 4600 0600");
	raw_drain(c);
	w->blocked = true;
	raw_message(c, BGP_KEEPALIVE, "");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 00 01");
	w->blocked = false;
	wire_run(w);
	raw_expect(c, BGP_UPDATE,
			   "0000 0012 400101 00 400204 0201 fde9 400304 c0000201 10 0a01");
	raw_expect(c, BGP_UPDATE, "0000 0000");
	raw_expect(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_expect(c, BGP_UPDATE,
			   "0000 0012 400101 00 400204 0201 fde9 400304 c0000201 10 0a01");
	raw_expect(c, BGP_ROUTE_REFRESH, "0001 02 01");
	wire_destroy(w);
}
END_TEST

/** a refresh that is never ended: at some time, what was not told again goes
 * (RFC 7313 section 4) */
START_TEST(test_refresh_without_end)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish_by(
		w, "04 fdea 005a 0a000002 0e 020c 0104 0001 0001 0200 4600 0600");

	raw_message(c, BGP_UPDATE, HEAD_ATTRS "08 0b 08 0c");
	raw_message(c, BGP_ROUTE_REFRESH, "0001 01 01");
	raw_message(c, BGP_UPDATE, HEAD_ATTRS "08 0c");
	for (unsigned i = 0; i < 6; i++)
	{
		ck_assert(has_route(w, 0, "11.0.0.0/8"));
		wire_advance(w, 59 * USEC_PER_SEC);
		raw_message(c, BGP_KEEPALIVE, "");
	}
	wire_advance(w, 10 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert(!has_route(w, 0, "11.0.0.0/8"));
	ck_assert(has_route(w, 0, "12.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/** a KEEPALIVE goes before the table that waits */
START_TEST(test_keepalive_first)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	rbuf_t body;
	unsigned i;

	w->blocked = true;
	for (i = 0; i < 5000; i++)
	{
		addr_t a = addr_v4(0x0a000000 + (i << 8));
		prefix_t p = prefix_make(&a, 24);

		bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	}
	wire_advance(w, 31 * USEC_PER_SEC);
	w->blocked = false;
	wire_run(w);
	ck_assert_uint_eq(raw_take(c, &body), BGP_KEEPALIVE);
	ck_assert_uint_eq(raw_take(c, &body), BGP_UPDATE);
	wire_destroy(w);
}
END_TEST

/** plain routes in a session that is of IPv6 alone are passed over */
START_TEST(test_family_not_agreed)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;

	config.families = BGP_IPV6;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	c = raw_establish(w);
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	ck_assert_uint_eq(info(w, 0).received[0], 0);
	ck_assert(!has_route(w, 0, "10.0.0.0/8"));
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** a peer that does not read gets one KEEPALIVE, however many are due */
START_TEST(test_keepalive_bound)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	unsigned i;

	w->blocked = true;
	for (i = 0; i < 6; i++)
	{
		wire_advance(w, 60 * USEC_PER_SEC);
		raw_message(c, BGP_KEEPALIVE, "");
	}
	w->blocked = false;
	wire_run(w);
	ck_assert_uint_eq(c->got_len, 19);
	wire_destroy(w);
}
END_TEST

/** what is longer than 4096 octets is taken once OPEN was (RFC 8654) */
START_TEST(test_extended_message)
{
	static uint8_t message[65535];
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	size_t n, i;

	memset(message, 0xff, 16);
	memset(message + 16, 0, 7);
	message[18] = BGP_UPDATE;
	message[22] = 20;
	n = 23 + unhex(ATTRS, message + 23, 100);
	for (i = 0; n + 4 <= sizeof(message); i++, n += 4)
	{
		message[n] = 24;
		message[n + 1] = 10;
		message[n + 2] = (uint8_t)(i >> 8);
		message[n + 3] = (uint8_t)i;
	}
	message[16] = (uint8_t)(n >> 8);
	message[17] = (uint8_t)n;
	raw_send(c, message, n);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(info(w, 0).received[0], i);
	wire_destroy(w);
}
END_TEST

Suite *receive_suite(void)
{
	Suite *suite = suite_create("receive");

	unit_add(suite, "withdraw by fault", test_withdraw_by_fault);
	unit_add_loop(suite, "not used", test_not_used, 4);
	unit_add_loop(suite, "reflected", test_reflected, 2);
	unit_add(suite, "martians", test_martians);
	unit_add(suite, "refresh", test_refresh);
	unit_add(suite, "enhanced refresh", test_enhanced_refresh);
	unit_add(suite, "marks too early", test_marks_too_early);
	unit_add(suite, "asked too early", test_asked_too_early);
	unit_add(suite, "refresh without end", test_refresh_without_end);
	unit_add(suite, "keepalive first", test_keepalive_first);
	unit_add(suite, "family not agreed", test_family_not_agreed);
	unit_add(suite, "extended message", test_extended_message);
	unit_add(suite, "keepalive bound", test_keepalive_bound);
	return suite;
}
