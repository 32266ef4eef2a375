/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * OPEN: what both sides can do when they can not do the same, what is left out
 * after a refusal, and what addresses of our own mean for next hops. Which
 * OPENs are refused is in the suite of NOTIFICATIONs.
 */

#include "unit/bgp/suites.h"

#include "bgp/attr.h"
#include "unit/bgp/wire.h"

#include <string.h>

/** an OPEN but for its parameters: 65002, hold time 90, 10.0.0.2 */
#define OPEN_HEAD "04 fdea 005a 0a000002 "

static bgp_peer_info_t info(const wire_t *w)
{
	bgp_peer_info_t i;

	bgp_peer_info(w->speaker[0].peer, &i);
	return i;
}

static void originate(wire_t *w, const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	bgp_originate(w->speaker[0].bgp, &p,
				  &(bgp_local_t){.source = BGP_SOURCE_ADVERTISE}, w->now);
	wire_run(w);
}

/* -- what both have -------------------------------------------------------- */

typedef struct mismatch_t
{
	const char *open;
	unsigned families;
	bool as4, refresh, enhanced, extended, restart;
} mismatch_t;

static const mismatch_t mismatches[] = {
	/* knows no capabilities: RFC 4271 alone */
	{OPEN_HEAD "00", BGP_IPV4, false, false, false, false, false},
	/* without MP-BGP */
	{OPEN_HEAD "08 0206 4104 0000fdea", BGP_IPV4, true, false, false, false,
	 false},
	/* without four-octet AS */
	{OPEN_HEAD "10 020e 0104 0001 0001 0104 0002 0001 0200",
	 BGP_IPV4 | BGP_IPV6, false, true, false, false, false},
	/* IPv6 alone, and a family that we lack */
	{OPEN_HEAD "10 020e 0104 0002 0001 0104 4004 0047 0600", BGP_IPV6, false,
	 false, false, true, false},
	/* enhanced refresh without refresh is none */
	{OPEN_HEAD "0a 0208 0104 0001 0001 4600", BGP_IPV4, false, false, false,
	 false, false},
	{OPEN_HEAD "0c 020a 0104 0001 0001 4600 0200", BGP_IPV4, false, true, true,
	 false, false},
	/* the old code of refresh (Cisco's, 128) is passed over, as are others */
	{OPEN_HEAD "0e 020c 0104 0001 0001 8000 4700 7f00", BGP_IPV4, false, false,
	 false, false, false},
	/* a parameter for each, and one of them empty */
	{OPEN_HEAD "12 0200 0202 0200 0206 4104 0000fdea 0202 0600", BGP_IPV4, true,
	 true, false, true, false},
	/* the same capability twice */
	{OPEN_HEAD "14 0212 0104 0001 0001 0104 0001 0001 0200 0200 4600", BGP_IPV4,
	 false, true, true, false, false},
	/* graceful restart for End-of-RIB alone */
	{OPEN_HEAD "06 0204 4002 0000", BGP_IPV4, false, false, false, false, true},
	/* lengths of two octets (RFC 9072) */
	{OPEN_HEAD "ff ff 0009 02 0006 4104 0000fdea", BGP_IPV4, true, false, false,
	 false, false},
};

START_TEST(test_mismatch)
{
	const mismatch_t *m = &mismatches[_i];
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish_by(w, m->open);
	bgp_peer_info_t i = info(w);
	unsigned asked = 0;
	rbuf_t body;

	ck_assert_uint_eq(i.families, m->families);
	ck_assert_int_eq(i.as4, m->as4);
	ck_assert_int_eq(i.route_refresh, m->refresh);
	ck_assert_int_eq(i.enhanced_refresh, m->enhanced);
	ck_assert_int_eq(i.extended_message, m->extended);
	ck_assert_int_eq(i.graceful_restart, m->restart);
	ck_assert_uint_eq(i.remote_role, BGP_ROLE_NONE);
	/* never asked for what it does not know */
	bgp_peer_refresh(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	wire_run(w);
	while (raw_take(c, &body) == BGP_ROUTE_REFRESH)
	{
		asked++;
	}
	ck_assert_uint_eq(asked, !m->refresh ? 0 : m->families == BGP_IPV4 ? 1 : 2);
	wire_destroy(w);
}
END_TEST

/** an AS of four octets and a peer of two (RFC 6793 section 4.2) */
START_TEST(test_two_octets)
{
	wire_t *w = wire_create_raw(4200000000u, 65002);
	wire_conn_t *c;
	bgp_route_t route;
	prefix_t p;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	raw_expect(c, BGP_OPEN,
			   "04 5ba0 005a 0a000001 1e 02 1c 0104 0001 00 01 0104 0002 00 01"
			   "0200 0600 4002 0000 4104 fa56ea00 4600");
	raw_message(c, BGP_OPEN, OPEN_HEAD "00");
	raw_message(c, BGP_KEEPALIVE, "");
	raw_drain(c);
	originate(w, "10.1.0.0/16");
	raw_expect(c, BGP_UPDATE,
			   "0000 001b 400101 00 400204 0201 5ba0 400304 c0000201"
			   "c01106 0201 fa56ea00 10 0a01");
	/* 65002, then 4200000001 behind AS_TRANS */
	raw_message(c, BGP_UPDATE,
				"0000 0021 400101 00 400206 0202 fdea 5ba0 400304 c0000202"
				"c0110a 0202 0000fdea fa56ea01 08 0b");
	ck_assert(prefix_parse("11.0.0.0/8", &p));
	ck_assert(bgp_route_get(w->speaker[0].bgp, &p, &route));
	ck_assert_uint_eq(bgp_as_path_count(route.best[0].attrs, 4200000001u), 1);
	ck_assert_uint_eq(bgp_as_path_count(route.best[0].attrs, 23456), 0);
	wire_destroy(w);
}
END_TEST

/* -- what is left out ------------------------------------------------------ */

#define OURS(len, caps) "04 fde9 005a 0a000001 " len " 02 " caps
#define WHOLE                                                                  \
	OURS("1e", "1c 0104 0001 0001 0104 0002 0001 0200 0600 4002 0000"          \
			   "4104 0000fde9 4600")

static const struct
{
	const char *notification;
	const char *next;
} refusals[] = {
	/* it knows of no capabilities (RFC 5492 section 3) */
	{"02 04 02", "04 fde9 005a 0a000001 00"},
	{"02 04", "04 fde9 005a 0a000001 00"},
	/* one, or some */
	{"02 07 0600", OURS("1c", "1a 0104 0001 0001 0104 0002 0001 0200 4002 0000"
							  "4104 0000fde9 4600")},
	{"02 07 4104 0000fde9 4600",
	 OURS("16", "14 0104 0001 0001 0104 0002 0001 0200 0600 4002 0000")},
	{"02 07 4002 0000", OURS("1a", "18 0104 0001 0001 0104 0002 0001 0200 0600"
								   "4104 0000fde9 4600")},
	/* a family, and the last */
	{"02 07 0104 0002 0001", OURS("18", "16 0104 0001 0001 0200 0600 4002 0000"
										"4104 0000fde9 4600")},
	{"02 07 0104 0001 0001 0104 0002 0001",
	 OURS("12", "10 0200 0600 4002 0000 4104 0000fde9 4600")},
	/* those that it misses are not ours to leave out; so are none, and what
	 * can not be read */
	{"02 07 0901 03", WHOLE},
	{"02 07 0104 0019 0041", WHOLE},
	{"02 07", WHOLE},
	{"02 07 41", WHOLE},
	{"02 07 4104", WHOLE},
	/* another error */
	{"02 02 0600", WHOLE},
	{"06 05 0600", WHOLE},
};

static wire_conn_t *next_attempt(wire_t *w)
{
	/* the wait in Idle is a few seconds at most, by now */
	wire_advance(w, 5 * USEC_PER_SEC);
	return raw_answer(w);
}

START_TEST(test_refused)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	raw_expect(c, BGP_OPEN, WHOLE);
	raw_message(c, BGP_NOTIFICATION, refusals[_i].notification);
	ck_assert(c->closed);
	c = next_attempt(w);
	raw_expect(c, BGP_OPEN, refusals[_i].next);
	/* and it stays out */
	wire_cut(c);
	wire_advance(w, 10 * USEC_PER_SEC);
	raw_expect(raw_answer(w), BGP_OPEN, refusals[_i].next);
	/* until an operator says so */
	bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, BGP_CEASE_RESET, NULL,
				  w->now);
	wire_run(w);
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	raw_expect(raw_answer(w), BGP_OPEN, WHOLE);
	wire_destroy(w);
}
END_TEST

/** one after the other, then there is a session of what is left; the peer's
 * own words do not count for what we have not said */
START_TEST(test_refused_more)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_in_opensent(w);

	raw_message(c, BGP_NOTIFICATION, "02 07 4104 0000fde9");
	c = next_attempt(w);
	raw_message(c, BGP_NOTIFICATION, "02 07 0104 0002 0001");
	c = next_attempt(w);
	raw_expect(c, BGP_OPEN,
			   OURS("12", "10 0104 0001 0001 0200 0600 4002 0000 4600"));
	raw_open(c, 65002, 90, 0x0a000002);
	raw_message(c, BGP_KEEPALIVE, "");
	raw_drain(c);
	ck_assert_uint_eq(info(w).families, BGP_IPV4);
	ck_assert(!info(w).as4);
	originate(w, "10.1.0.0/16");
	raw_expect(c, BGP_UPDATE,
			   "0000 0012 400101 00 400204 0201 fde9 400304 c0000201 10 0a01");
	/* a session that lasted: the peer may be another by now */
	wire_advance(w, 60 * USEC_PER_SEC);
	wire_cut(c);
	raw_expect(next_attempt(w), BGP_OPEN, WHOLE);
	wire_destroy(w);
}
END_TEST

/** what is refused on one connection was said on the other, and holds there
 * if that is the one that stays */
START_TEST(test_refused_beside)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_in_opensent(w), *other = raw_dial(w);

	ck_assert_ptr_nonnull(other);
	raw_expect(other, BGP_OPEN, WHOLE);
	raw_message(other, BGP_NOTIFICATION, "02 07 4104 0000fde9 0600");
	ck_assert(other->closed);
	raw_open(c, 65002, 90, 0x0a000002);
	raw_message(c, BGP_KEEPALIVE, "");
	raw_drain(c);
	ck_assert(info(w).as4);
	originate(w, "10.1.0.0/16");
	raw_expect(c, BGP_UPDATE,
			   "0000 0014 400101 00 400206 0201 0000fde9 400304 c0000201"
			   "10 0a01");
	wire_destroy(w);
}
END_TEST

/** RFC 8654 section 4: who was not told of them must not send them */
START_TEST(test_refused_extended)
{
	static const uint8_t long_update[19] = {
		255, 255, 255, 255, 255, 255, 255,  255,  255,       255,
		255, 255, 255, 255, 255, 255, 0x10, 0x01, BGP_UPDATE};
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_in_opensent(w);

	raw_message(c, BGP_NOTIFICATION, "02 07 0600");
	c = next_attempt(w);
	raw_open(c, 65002, 90, 0x0a000002);
	raw_message(c, BGP_KEEPALIVE, "");
	raw_drain(c);
	ck_assert_int_eq(info(w).state, BGP_ESTABLISHED);
	raw_send(c, long_update, sizeof(long_update));
	raw_expect_end(c, "01 02 1001");
	wire_destroy(w);
}
END_TEST

/** refusals in a session are none of OPEN */
START_TEST(test_refused_late)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);

	raw_message(c, BGP_NOTIFICATION, "02 04");
	raw_expect(next_attempt(w), BGP_OPEN, WHOLE);
	wire_destroy(w);
}
END_TEST

/* -- addresses ------------------------------------------------------------- */

#define LL1 "fe80 0000 0000 0000 0000 0000 0000 0001"
#define LL2 "fe80 0000 0000 0000 0000 0000 0000 0002"
#define G1  "fd00 0000 0000 0000 0000 0000 0000 0001"

/** a neighbour on the link: our link-local address stands for us, alone or
 * beside a global one (RFC 2545 section 3); IPv4 goes with it (RFC 8950) */
START_TEST(test_link_local)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;
	bgp_route_t route;
	prefix_t p;

	ck_assert(addr_parse("fe80::2", &config.address));
	ck_assert(addr_parse("fe80::1", &w->speaker[0].address));
	if (!_i)
	{
		config.next_hop6 = addr_none;
	}
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	c = raw_establish_by(w, OPEN_HEAD "1e 021c 0104 0001 0001 0104 0002 0001"
									  "4104 0000fdea 0506 0001 0001 0002 0600");
	ck_assert(info(w).extended_next_hop);
	originate(w, "2001:db8::/32");
	if (_i)
	{
		raw_expect(c, BGP_UPDATE,
				   "0000 003b 900e002a 0002 01 20" G1 LL1 "00 20 20010db8"
				   "400101 00 400206 0201 0000fde9");
	}
	else
	{
		raw_expect(c, BGP_UPDATE,
				   "0000 002b 900e001a 0002 01 10" LL1 "00 20 20010db8"
				   "400101 00 400206 0201 0000fde9");
	}
	originate(w, "10.1.0.0/16");
	raw_expect(c, BGP_UPDATE,
			   _i ? "0000 0039 900e0028 0001 01 20" G1 LL1 "00 10 0a01"
					"400101 00 400206 0201 0000fde9"
				  : "0000 0029 900e0018 0001 01 10" LL1 "00 10 0a01"
					"400101 00 400206 0201 0000fde9");
	/* and so for the peer */
	raw_message(c, BGP_UPDATE,
				"0000 0028 400101 00 400206 0201 0000fdea"
				"800e18 0002 01 10" LL2 "00 10 3fff");
	ck_assert(prefix_parse("3fff::/16", &p));
	ck_assert(bgp_route_get(w->speaker[0].bgp, &p, &route));
	ck_assert_uint_eq(route.n_best, 1);
	ck_assert(addr_is_link_local(
		bgp_next_hop_addr(w->speaker[0].bgp, route.best[0].next_hop)));
	/* our own is not one */
	raw_message(c, BGP_UPDATE,
				"0000 0028 400101 00 400206 0201 0000fdea"
				"800e18 0002 01 10" LL1 "00 10 3fff");
	ck_assert(!bgp_route_get(w->speaker[0].bgp, &p, &route) || !route.n_best);
	wire_destroy(w);
}
END_TEST

/** an IPv6 session of global addresses has no link-local one; over IPv4, IPv6
 * goes with the configured address */
START_TEST(test_global)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;

	if (_i)
	{
		ck_assert(addr_parse("fd00::2", &config.address));
		ck_assert(addr_parse("fd00::1", &w->speaker[0].address));
		config.next_hop6 = addr_none;
	}
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	c = raw_establish(w);
	originate(w, "2001:db8::/32");
	raw_expect(c, BGP_UPDATE,
			   "0000 002b 900e001a 0002 01 10" G1 "00 20 20010db8"
			   "400101 00 400206 0201 0000fde9");
	/* IPv4 over IPv6 wants RFC 8950, which this peer lacks, or an address */
	originate(w, "10.1.0.0/16");
	if (_i)
	{
		ck_assert_uint_eq(c->got_len, 0);
	}
	else
	{
		raw_expect(c, BGP_UPDATE,
				   "0000 0014 400101 00 400206 0201 0000fde9 400304 c0000201"
				   "10 0a01");
	}
	wire_destroy(w);
}
END_TEST

Suite *open_suite(void)
{
	Suite *suite = suite_create("open");

	unit_add_loop(suite, "mismatch", test_mismatch, countof(mismatches));
	unit_add(suite, "two octets", test_two_octets);
	unit_add_loop(suite, "refused", test_refused, countof(refusals));
	unit_add(suite, "refused more", test_refused_more);
	unit_add(suite, "refused late", test_refused_late);
	unit_add(suite, "refused beside", test_refused_beside);
	unit_add(suite, "refused extended messages", test_refused_extended);
	unit_add_loop(suite, "link local", test_link_local, 2);
	unit_add_loop(suite, "global", test_global, 2);
	return suite;
}
