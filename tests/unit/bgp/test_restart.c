/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Graceful restart as its helper, against a raw peer: what is kept, until
 * when, and what is not taken for a restart.
 */

#include "unit/bgp/suites.h"

#include "unit/bgp/wire.h"

#include <string.h>

#define ATTRS "400101 00 400206 0201 0000fdea 400304 c0000202 "

/* OPEN of 65002 with both families, AS4, and graceful restart in 60 seconds */
#define OPEN_GR(flags, f4, f6)                                                 \
	"04 fdea 005a 0a000002 20 021e 0104 0001 0001 0104 0002 0001"              \
	"4104 0000fdea 400a " flags "3c 0001 01 " f4 " 0002 01 " f6

static bool has_route(const wire_t *w, const char *text)
{
	bgp_route_t route;
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return bgp_route_get(w->speaker[0].bgp, &p, &route) && route.n_best;
}

static bool restarting(const wire_t *w)
{
	bgp_peer_info_t info;

	bgp_peer_info(w->speaker[0].peer, &info);
	return info.restarting;
}

static void open_again(wire_conn_t *c, const char *open)
{
	rbuf_t body;

	raw_message(c, BGP_OPEN, open);
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(c->wire, 0), BGP_ESTABLISHED);
	while (raw_take(c, &body))
	{
	}
}

/** a session that has told 10/8, 11/8 and 2001::/16 */
static wire_conn_t *begin(wire_t *w)
{
	wire_conn_t *c;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	open_again(c, OPEN_GR("00", "80", "80"));
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	raw_message(c, BGP_UPDATE,
				"0000 0028 400101 00 400206 0201 0000fdea 800e18 0002 01 10"
				"20010db8000000000000000000000002 00 10 2001");
	ck_assert(has_route(w, "10.0.0.0/8"));
	ck_assert(has_route(w, "2001::/16"));
	return c;
}

START_TEST(test_kept)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = begin(w);

	ck_assert(!restarting(w));
	wire_cut(c);
	wire_run(w);
	ck_assert(restarting(w));
	ck_assert(has_route(w, "10.0.0.0/8"));
	ck_assert(has_route(w, "2001::/16"));
	wire_advance(w, 20 * USEC_PER_SEC);
	c = raw_answer(w);
	open_again(c, OPEN_GR("80", "80", "80"));
	ck_assert(!restarting(w));
	ck_assert(has_route(w, "10.0.0.0/8"));
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0b");
	ck_assert(has_route(w, "10.0.0.0/8"));
	/* End-of-RIB: what was not told again is gone, of this family */
	raw_message(c, BGP_UPDATE, "0000 0000");
	ck_assert(!has_route(w, "10.0.0.0/8"));
	ck_assert(has_route(w, "11.0.0.0/8"));
	ck_assert(has_route(w, "2001::/16"));
	raw_message(c, BGP_UPDATE, "0000 0006 800f03 0002 01");
	ck_assert(!has_route(w, "2001::/16"));
	wire_destroy(w);
}
END_TEST

START_TEST(test_not_back)
{
	wire_t *w = wire_create_raw(65001, 65002);

	wire_cut(begin(w));
	wire_advance(w, 59 * USEC_PER_SEC);
	ck_assert(has_route(w, "10.0.0.0/8"));
	wire_advance(w, 1 * USEC_PER_SEC);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	ck_assert(!has_route(w, "2001::/16"));
	wire_destroy(w);
}
END_TEST

/** back without its forwarding state, in one family or at all */
START_TEST(test_forwarding_lost)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = begin(w);

	wire_cut(c);
	wire_advance(w, 2 * USEC_PER_SEC);
	c = raw_answer(w);
	if (_i)
	{
		raw_open(c, 65002, 90, 0x0a000002);
		raw_message(c, BGP_KEEPALIVE, "");
	}
	else
	{
		open_again(c, OPEN_GR("80", "80", "00"));
	}
	ck_assert_int_eq(has_route(w, "10.0.0.0/8"), !_i);
	ck_assert(!has_route(w, "2001::/16"));
	wire_destroy(w);
}
END_TEST

/** back, but it never ends its table */
START_TEST(test_no_end)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = begin(w);
	unsigned i;

	wire_cut(c);
	wire_advance(w, 2 * USEC_PER_SEC);
	c = raw_answer(w);
	open_again(c, OPEN_GR("80", "80", "80"));
	for (i = 0; i < 359; i++)
	{
		raw_message(c, BGP_KEEPALIVE, "");
		wire_advance(w, 1 * USEC_PER_SEC);
	}
	ck_assert(has_route(w, "10.0.0.0/8"));
	wire_advance(w, 1 * USEC_PER_SEC);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** a second restart before the first is over: told once is not kept twice */
START_TEST(test_twice)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = begin(w);

	wire_cut(c);
	wire_advance(w, 2 * USEC_PER_SEC);
	c = raw_answer(w);
	open_again(c, OPEN_GR("80", "80", "80"));
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0b");
	wire_cut(c);
	wire_run(w);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	ck_assert(has_route(w, "11.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/** hold timer, NOTIFICATION and an operator's stop are no restart */
START_TEST(test_no_restart)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = begin(w);

	switch (_i)
	{
		case 0:
			wire_advance(w, 90 * USEC_PER_SEC);
			break;
		case 1:
			raw_message(c, BGP_NOTIFICATION, "06 04");
			break;
		case 2:
			raw_message(c, BGP_UPDATE, "ffff 0000");
			break;
		case 3:
			bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, 2, NULL,
						  w->now);
			wire_run(w);
			break;
		default:
			/* stopped while it is awaited */
			wire_cut(c);
			wire_run(w);
			ck_assert(has_route(w, "10.0.0.0/8"));
			bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, 2, NULL,
						  w->now);
			wire_run(w);
			break;
	}
	ck_assert(!has_route(w, "10.0.0.0/8"));
	ck_assert(!has_route(w, "2001::/16"));
	ck_assert(!restarting(w));
	wire_destroy(w);
}
END_TEST

/** it dials again before the old connection is seen to be dead */
START_TEST(test_new_connection)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *old = begin(w), *c = raw_dial(w);
	rbuf_t body;

	ck_assert_ptr_nonnull(c);
	/* to connect says nothing */
	ck_assert(!old->closed);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	if (_i)
	{
		/* a peer that does not say that it restarted is believed later */
		wire_advance(w, 10 * USEC_PER_SEC);
	}
	raw_message(c, BGP_OPEN,
				_i ? OPEN_GR("00", "80", "80") : OPEN_GR("80", "80", "80"));
	/* without a word on the old one */
	ck_assert(old->closed);
	ck_assert_uint_eq(raw_take(old, &body), 0);
	ck_assert_int_eq(wire_state(w, 0), BGP_OPENCONFIRM);
	ck_assert(has_route(w, "10.0.0.0/8"));
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	raw_message(c, BGP_UPDATE, "0000 0000");
	ck_assert(!has_route(w, "10.0.0.0/8"));
	ck_assert(has_route(w, "2001::/16"));
	wire_destroy(w);
}
END_TEST

/** a second OPEN right after the first is of a collision, not of a restart */
START_TEST(test_new_collision)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *old = begin(w), *c = raw_dial(w);
	rbuf_t body;

	wire_advance(w, 10 * USEC_PER_SEC - 1);
	ck_assert_uint_eq(raw_take(c, &body), BGP_OPEN);
	raw_message(c, BGP_OPEN, OPEN_GR("00", "80", "80"));
	raw_expect_end(c, "06 07");
	ck_assert(!old->closed);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	wire_destroy(w);
}
END_TEST

/** a restart time of 0 is none */
START_TEST(test_no_time)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	open_again(c, "04 fdea 005a 0a000002 16 0214 0104 0001 0001 4104 0000fdea"
				  "4006 0000 0001 01 80");
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	ck_assert(has_route(w, "10.0.0.0/8"));
	bgp_conn_closed(w->speaker[0].bgp, c->other->conn, "cut", w->now);
	c->other->used = false;
	while (bgp_work(w->speaker[0].bgp, 100, w->now))
	{
	}
	ck_assert(!has_route(w, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/** without families in its capability a peer asks for nothing */
START_TEST(test_helper_peer)
{
	wire_t *w = wire_create(65001, 65002);
	prefix_t p;

	ck_assert(prefix_parse("10.0.0.0/8", &p));
	bgp_originate(w->speaker[1].bgp, &p, &wire_own, w->now);
	wire_establish(w);
	ck_assert(has_route(w, "10.0.0.0/8"));
	w->auto_dial = false;
	wire_cut(wire_end(w, 0));
	wire_run(w);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

Suite *restart_suite(void)
{
	Suite *suite = suite_create("restart");

	unit_add(suite, "kept", test_kept);
	unit_add(suite, "not back", test_not_back);
	unit_add_loop(suite, "forwarding lost", test_forwarding_lost, 2);
	unit_add(suite, "no end", test_no_end);
	unit_add(suite, "twice", test_twice);
	unit_add_loop(suite, "no restart", test_no_restart, 5);
	unit_add_loop(suite, "new connection", test_new_connection, 2);
	unit_add(suite, "new collision", test_new_collision);
	unit_add(suite, "no time", test_no_time);
	unit_add(suite, "helper peer", test_helper_peer);
	return suite;
}
