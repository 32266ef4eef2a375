/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Graceful restart against a raw peer. As its helper: what is kept, until
 * when, and what is not taken for a restart. Our own: what OPEN says of it,
 * whom we wait for, and how a session is ended so that routes stay.
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

/* -- NOTIFICATIONs (RFC 8538) ----------------------------------------------- */

#define GR_N "40"

static wire_conn_t *begin_n(wire_t *w)
{
	wire_conn_t *c = raw_establish_by(w, OPEN_GR(GR_N, "80", "80"));

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	ck_assert(has_route(w, "10.0.0.0/8"));
	return c;
}

static const struct
{
	const char *notification;
	bool kept;
} ends_n[] = {
	/* from the peer */
	{"06 04", true},
	{"06 06", true},
	{"04 00", true},
	{"03 01", true},
	{"06 09 06 02", false},
	{"06 09", false},
	/* ours: hold timer, a fault, an operator, the limit */
	{NULL, true},
	{NULL, true},
	{NULL, false},
	{NULL, false},
};

static void end_n(wire_t *w, wire_conn_t *c, int how)
{
	bgp_peer_config_t config = wire_config(w, 0, 65002);

	switch (how)
	{
		case 6:
			wire_advance(w, 90 * USEC_PER_SEC);
			break;
		case 7:
			raw_message(c, BGP_UPDATE, "ffff 0000");
			break;
		case 8:
			bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer,
						  BGP_CEASE_SHUTDOWN, NULL, w->now);
			break;
		case 9:
			config.max_prefix = 1;
			bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config,
							   w->now);
			break;
		default:
			raw_message(c, BGP_NOTIFICATION, ends_n[how].notification);
			break;
	}
	wire_run(w);
	ck_assert(c->closed);
}

/** both said N: routes outlive all ends but those that are to end them */
START_TEST(test_notification)
{
	wire_t *w = wire_create_restarter(true);
	wire_conn_t *c = begin_n(w);
	bgp_peer_info_t info;

	bgp_peer_info(w->speaker[0].peer, &info);
	ck_assert(info.notification_restart);
	ck_assert_uint_eq(info.restart_time, 60);
	end_n(w, c, _i);
	ck_assert_int_eq(has_route(w, "10.0.0.0/8"), ends_n[_i].kept);
	ck_assert_int_eq(restarting(w), ends_n[_i].kept);
	/* not for ever */
	wire_advance(w, 60 * USEC_PER_SEC);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/** only one of both said N, or none of them */
START_TEST(test_notification_one)
{
	wire_t *w = wire_create_restarter(_i == 1);
	wire_conn_t *c = raw_establish_by(w, _i == 2 ? OPEN_GR(GR_N, "80", "80")
												 : OPEN_GR("00", "80", "80"));
	bgp_peer_info_t info;

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	bgp_peer_info(w->speaker[0].peer, &info);
	ck_assert(!info.notification_restart);
	raw_message(c, BGP_NOTIFICATION, "06 04");
	ck_assert(!has_route(w, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/* -- our own --------------------------------------------------------------- */

/** our OPEN: hold time of 90, capabilities of both families, then GR as given
 * with its length */
#define OUR_OPEN(len, inner, gr)                                               \
	"04 fde9 005a 0a000001 " len " 02 " inner                                  \
	" 0104 0001 0001 0104 0002 0001 0200 0600 " gr " 4104 0000fde9 4600"

/** starts, or waits for the next attempt, and takes our OPEN */
static wire_conn_t *expect_open(wire_t *w, const char *open)
{
	wire_conn_t *c;

	if (wire_state(w, 0) == BGP_IDLE && !w->speaker[0].dials)
	{
		bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	}
	else
	{
		wire_advance(w, 1 * USEC_PER_SEC);
	}
	c = raw_answer(w);
	raw_expect(c, BGP_OPEN, open);
	return c;
}

static void confirm(wire_conn_t *c, const char *open)
{
	raw_message(c, BGP_OPEN, open);
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(c->wire, 0), BGP_ESTABLISHED);
}

/** flags and families of OPEN: cold, after a restart, and later */
START_TEST(test_open)
{
	wire_t *w = wire_create_restarter(_i);
	bgp_t *bgp = w->speaker[0].bgp;
	wire_conn_t *c;

	/* cold: nothing was forwarded before */
	c = expect_open(w,
					_i ? OUR_OPEN("26", "24", "400a 4078 000101 00 000201 00")
					   : OUR_OPEN("26", "24", "400a 0078 000101 00 000201 00"));
	confirm(c, OPEN_GR("00", "80", "80"));
	wire_cut(c);
	/* a session lost is no restart, and costs no forwarding */
	expect_open(w, _i ? OUR_OPEN("26", "24", "400a 4078 000101 80 000201 80")
					  : OUR_OPEN("26", "24", "400a 0078 000101 80 000201 80"));
	wire_destroy(w);

	w = wire_create_restarter(_i);
	bgp = w->speaker[0].bgp;
	bgp_restarting(bgp, BGP_IPV4, w->now + 30 * USEC_PER_SEC);
	ck_assert(bgp_deferring(bgp));
	/* Restart State; of the families one was forwarded */
	c = expect_open(w,
					_i ? OUR_OPEN("26", "24", "400a c078 000101 80 000201 00")
					   : OUR_OPEN("26", "24", "400a 8078 000101 80 000201 00"));
	raw_message(c, BGP_NOTIFICATION, "06 05");
	wire_advance(w, 30 * USEC_PER_SEC);
	ck_assert(!bgp_deferring(bgp));
	c = raw_answer(w);
	raw_expect(c, BGP_OPEN,
			   _i ? OUR_OPEN("26", "24", "400a 4078 000101 80 000201 00")
				  : OUR_OPEN("26", "24", "400a 0078 000101 80 000201 00"));
	wire_destroy(w);
}
END_TEST

/** not with this neighbour: no capability, no help, no waiting */
START_TEST(test_not_wanted)
{
	wire_t *w = wire_create_restarter(true);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	bgp_t *bgp = w->speaker[0].bgp;
	wire_conn_t *c;

	bgp_restarting(bgp, BGP_IPV4, w->now + 30 * USEC_PER_SEC);
	config.no_graceful_restart = true;
	bgp_peer_configure(bgp, w->speaker[0].peer, &config, w->now);
	ck_assert(!bgp_deferring(bgp));
	c = expect_open(w, OUR_OPEN("1a", "18", ""));
	confirm(c, OPEN_GR(GR_N, "80", "80"));
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	bgp_conn_closed(bgp, c->other->conn, "cut", w->now);
	c->other->used = false;
	wire_run(w);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

static const char v4_eor[] = "0000 0000";
static const char v6_eor[] = "0000 0006 800f03 0002 01";

/** held back until the peer has told all, family by family */
START_TEST(test_deferred)
{
	wire_t *w = wire_create_restarter(false);
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_route_t route;
	wire_conn_t *c;
	prefix_t own;

	ck_assert(prefix_parse("192.168.0.0/24", &own));
	bgp_restarting(bgp, BGP_IPV4 | BGP_IPV6, w->now + 300 * USEC_PER_SEC);
	bgp_originate(bgp, &own, &(bgp_local_t){.source = BGP_SOURCE_ADVERTISE},
				  w->now);
	c = raw_establish_by(w, OPEN_GR("00", "80", "80"));
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	ck_assert(!bgp_next_change(bgp, &route));
	ck_assert_uint_eq(c->got_len, 0);
	/* of IPv4 all is told, of IPv6 not */
	raw_message(c, BGP_UPDATE, v4_eor);
	ck_assert(bgp_deferring(bgp));
	ck_assert(bgp_next_change(bgp, &route));
	wire_run(w);
	raw_expect(c, BGP_UPDATE,
			   "0000 0014 400101 00 400206 0201 0000fde9 400304 c0000201"
			   "18 c0a800");
	raw_expect(c, BGP_UPDATE, v4_eor);
	ck_assert_uint_eq(c->got_len, 0);
	raw_message(c, BGP_UPDATE, v6_eor);
	ck_assert(!bgp_deferring(bgp));
	raw_expect(c, BGP_UPDATE, v6_eor);
	wire_destroy(w);
}
END_TEST

/** what else lets go: it has no graceful restart, restarts itself, has one
 * family only, is stopped, removed, held by a limit, waited for no more, or
 * does not come in time */
START_TEST(test_deferred_no_more)
{
	wire_t *w = wire_create_restarter(false);
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_peer_t *peer = w->speaker[0].peer;
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;

	bgp_restarting(bgp, BGP_IPV4 | BGP_IPV6, w->now + 30 * USEC_PER_SEC);
	switch (_i)
	{
		case 0:
			raw_establish(w);
			break;
		case 1:
			raw_establish_by(w, OPEN_GR("80", "80", "80"));
			break;
		case 2:
			c = raw_establish_by(w, "04 fdea 005a 0a000002 10 020e 0104 0001"
									"0001 4006 003c 0001 01 80");
			ck_assert(bgp_deferring(bgp));
			raw_message(c, BGP_UPDATE, v4_eor);
			break;
		case 3:
			bgp_peer_start(bgp, peer, w->now);
			bgp_peer_stop(bgp, peer, BGP_CEASE_SHUTDOWN, NULL, w->now);
			break;
		case 4:
			bgp_peer_remove(bgp, peer, w->now);
			break;
		case 5:
			config.max_prefix = 1;
			bgp_peer_configure(bgp, peer, &config, w->now);
			c = raw_establish_by(w, OPEN_GR("00", "80", "80"));
			ck_assert(bgp_deferring(bgp));
			raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
			break;
		case 6:
			/* the gateway knows better; what was forwarded was */
			bgp_restarting(bgp, 0, w->now);
			expect_open(w,
						OUR_OPEN("26", "24", "400a 0078 000101 80 000201 80"));
			break;
		default:
			/* nobody came */
			wire_advance(w, 30 * USEC_PER_SEC - 1);
			ck_assert(bgp_deferring(bgp));
			wire_advance(w, 1);
			break;
	}
	ck_assert(!bgp_deferring(bgp));
	wire_destroy(w);
}
END_TEST

/** all peers are waited for, those that come later too */
START_TEST(test_deferred_two)
{
	wire_t *w = wire_create_restarter(false);
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	bgp_peer_t *second;
	wire_conn_t *c;

	bgp_restarting(bgp, BGP_IPV4 | BGP_IPV6, w->now + 30 * USEC_PER_SEC);
	config.name = "second";
	second = bgp_peer_add(bgp, &config);
	c = raw_establish_by(w, OPEN_GR("00", "80", "80"));
	raw_message(c, BGP_UPDATE, v4_eor);
	raw_message(c, BGP_UPDATE, v6_eor);
	ck_assert(bgp_deferring(bgp));
	bgp_peer_remove(bgp, second, w->now);
	ck_assert(!bgp_deferring(bgp));
	/* it is over: who comes now is not waited for */
	bgp_peer_add(bgp, &config);
	ck_assert(!bgp_deferring(bgp));
	wire_destroy(w);
}
END_TEST

/** ended so that the peer keeps our routes; ours of it stay, too */
START_TEST(test_away)
{
	wire_t *w = wire_create_restarter(_i == 1);
	wire_conn_t *c = raw_establish_by(w, _i == 1   ? OPEN_GR(GR_N, "80", "80")
										 : _i == 0 ? OPEN_GR("00", "80", "80")
												   : "04 fdea 005a 0a000002 08"
													 "0206 4104 0000fdea");
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_peer_t *peer = w->speaker[0].peer;

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	raw_drain(c);
	bgp_peer_stop_for_restart(bgp, peer, w->now);
	wire_run(w);
	ck_assert(c->closed);
	if (_i)
	{
		raw_expect(c, BGP_NOTIFICATION, _i == 1 ? "06 04" : "06 06");
	}
	ck_assert_uint_eq(c->got_len, 0);
	wire_advance(w, 3600 * USEC_PER_SEC);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert_int_eq(has_route(w, "10.0.0.0/8"), _i != 2);
	/* we did not go after all */
	bgp_peer_start(bgp, peer, w->now);
	ck_assert_int_eq(has_route(w, "10.0.0.0/8"), _i != 2);
	wire_advance(w, 360 * USEC_PER_SEC);
	ck_assert(!has_route(w, "10.0.0.0/8"));
	wire_destroy(w);
}
END_TEST

/** without a restart time of ours there is nothing to come back to; a stop
 * after it is a stop */
START_TEST(test_away_not)
{
	wire_t *w =
		_i ? wire_create_restarter(false) : wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish_by(w, OPEN_GR("00", "80", "80"));
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_peer_t *peer = w->speaker[0].peer;

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	bgp_peer_stop_for_restart(bgp, peer, w->now);
	wire_run(w);
	if (_i)
	{
		ck_assert(has_route(w, "10.0.0.0/8"));
		bgp_peer_stop(bgp, peer, BGP_CEASE_CONFIG_CHANGE, NULL, w->now);
		wire_run(w);
	}
	else
	{
		raw_expect_end(c, "06 06");
	}
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
	unit_add_loop(suite, "notification", test_notification, countof(ends_n));
	unit_add_loop(suite, "notification one", test_notification_one, 3);
	unit_add_loop(suite, "open", test_open, 2);
	unit_add(suite, "not wanted", test_not_wanted);
	unit_add(suite, "deferred", test_deferred);
	unit_add_loop(suite, "deferred no more", test_deferred_no_more, 8);
	unit_add(suite, "deferred two", test_deferred_two);
	unit_add_loop(suite, "away", test_away, 3);
	unit_add_loop(suite, "away not", test_away_not, 2);
	return suite;
}
