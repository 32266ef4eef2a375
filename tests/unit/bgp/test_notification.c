/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Every NOTIFICATION that a peer can make us send, in the order of RFC 4271
 * section 6, compared with what goes over the wire from the first octet of the
 * marker to the last of the data. A row is what the peer does and what it gets.
 *
 * Many errors of section 6.3 cost routes and no session since RFC 7606; they
 * end it only where there is no route that could be withdrawn instead (section
 * 5.2), so that is how they are provoked here. Never sent: 3/3 and 3/8, which
 * have no meaning without a route; 3/7 and 2/5, which RFC 4271 deprecates; 5/0,
 * as no event of a peer's leads there. 8/0 is in the suite of sessions, as a
 * peer that reads nothing cannot be shown it.
 */

#include "unit/bgp/suites.h"

#include "unit/bgp/wire.h"

#include <string.h>

/** the body of a row is the whole message */
#define WHOLE 255
#define ONES  "ffffffffffffffffffffffffffffffff"

/* -- in which state -------------------------------------------------------- */

static wire_conn_t *opensent(wire_t *w)
{
	return raw_in_opensent(w);
}

static wire_conn_t *openconfirm(wire_t *w)
{
	wire_conn_t *c = raw_in_opensent(w);

	raw_open(c, 65002, 90, 0x0a000002);
	ck_assert_int_eq(wire_state(w, 0), BGP_OPENCONFIRM);
	raw_drain(c);
	return c;
}

static wire_conn_t *established(wire_t *w)
{
	return raw_establish(w);
}

static bgp_peer_info_t info(const wire_t *w)
{
	bgp_peer_info_t i;

	bgp_peer_info(w->speaker[0].peer, &i);
	return i;
}

/** a NOTIFICATION of this body, octet for octet, nothing else, and the end */
static void expect_whole(const wire_conn_t *c, const char *says,
						 const char *hex)
{
	uint8_t want[400];
	char got[801] = "";
	size_t len = unhex(ONES "0000 03", want, sizeof(want)), i;

	len += unhex(hex, want + len, sizeof(want) - len);
	want[16] = (uint8_t)(len >> 8);
	want[17] = (uint8_t)len;
	for (i = 0; i < c->got_len && i < 400; i++)
	{
		snprintf(got + 2 * i, 3, "%02x", c->got[i]);
	}
	ck_assert_msg(c->got_len == len && memcmp(c->got, want, len) == 0,
				  "%s: got %s, not %s", says, got, hex);
	ck_assert(c->closed);
}

/* -- a message of the peer's ----------------------------------------------- */

/** an OPEN but for its parameters: 65002, hold time 90, 10.0.0.2 */
#define OPEN_HEAD "04 fdea 005a 0a000002 "
/** mandatory attributes, 14 octets without NEXT_HOP, 21 with it */
#define ORIGIN   "400101 00 "
#define AS_PATH  "400206 0201 0000fdea "
#define NEXT_HOP "400304 c0000202 "

typedef struct row_t
{
	/** what the RFC says of it */
	const char *says;
	wire_conn_t *(*state)(wire_t *w);
	uint8_t type;
	const char *body;
	const char *notification;
	/** words that a person is shown */
	const char *words;
} row_t;

static const row_t rows[] = {
	/* 6.1, Message Header Error Handling */
	{"marker not all ones: Connection Not Synchronized", opensent, WHOLE,
	 "fffffffffffffffffffffffffffffffe 0013 04", "01 01", "marker"},
	{"the same at the marker's beginning", established, WHOLE,
	 "7fffffffffffffffffffffffffffffff 0013 04", "01 01", "marker"},
	{"Length less than 19: Bad Message Length, the Length", opensent, WHOLE,
	 ONES "0012 04", "01 02 0012", "out of bounds"},
	{"Length 0", established, WHOLE, ONES "0000 02", "01 02 0000",
	 "out of bounds"},
	{"Length greater than 4096", opensent, WHOLE, ONES "1001 01", "01 02 1001",
	 "out of bounds"},
	{"OPEN less than the minimum of 29", opensent, BGP_OPEN,
	 "04 fdea 005a 0a000002", "01 02 001c", "wrong for its type"},
	{"UPDATE less than the minimum of 23", established, BGP_UPDATE, "0000 00",
	 "01 02 0016", "wrong for its type"},
	{"KEEPALIVE not 19", established, BGP_KEEPALIVE, "00", "01 02 0014",
	 "wrong for its type"},
	{"NOTIFICATION less than the minimum of 21", established, BGP_NOTIFICATION,
	 "06", "01 02 0014", "wrong for its type"},
	{"ROUTE-REFRESH less than 23", established, BGP_ROUTE_REFRESH, "0001 00",
	 "01 02 0016", "wrong for its type"},
	{"Type not recognized: Bad Message Type, the Type", opensent, 0, "",
	 "01 03 00", "unknown type"},
	{"Type 6", established, 6, "", "01 03 06", "unknown type"},
	{"Type 255", openconfirm, WHOLE, ONES "0013 ff", "01 03 ff",
	 "unknown type"},

	/* 6.2, OPEN Message Error Handling */
	{"version not supported: the largest that is, 2 octets", opensent, BGP_OPEN,
	 "03 fdea 005a 0a000002 00", "02 01 0004", "version"},
	{"version of the future", opensent, BGP_OPEN, "05 fdea 005a 0a000002 00",
	 "02 01 0004", "version"},
	{"AS unacceptable: Bad Peer AS", opensent, BGP_OPEN,
	 "04 fdeb 005a 0a000002 00", "02 02", "AS 65003, not 65002"},
	{"AS 0 (RFC 7607)", opensent, BGP_OPEN, "04 0000 005a 0a000002 00", "02 02",
	 "AS 0"},
	{"the AS of four octets counts (RFC 6793)", opensent, BGP_OPEN,
	 OPEN_HEAD "08 0206 4104 0000fdeb", "02 02", "AS 65003, not 65002"},
	{"AS_TRANS without four octets (RFC 6793)", opensent, BGP_OPEN,
	 "04 5ba0 005a 0a000002 00", "02 02", "AS 23456, not 65002"},
	{"Identifier 0 (RFC 6286): Bad BGP Identifier", opensent, BGP_OPEN,
	 "04 fdea 005a 00000000 00", "02 03", "identifier is 0"},
	{"parameter not recognized: Unsupported Optional Parameter", opensent,
	 BGP_OPEN, OPEN_HEAD "02 0100", "02 04 01", "not supported"},
	{"recognized but malformed: Unspecific", opensent, BGP_OPEN,
	 OPEN_HEAD "01 02", "02 00", "malformed"},
	{"parameters longer than the message", opensent, BGP_OPEN,
	 OPEN_HEAD "05 0200", "02 00", "malformed"},
	{"extended parameters malformed (RFC 9072)", opensent, BGP_OPEN,
	 OPEN_HEAD "ff ff 0003 02 0000 00", "02 00", "malformed"},
	{"capability cut short (RFC 5492)", opensent, BGP_OPEN,
	 OPEN_HEAD "04 0202 4104", "02 00", "cut short"},
	{"capability of a wrong length", opensent, BGP_OPEN,
	 OPEN_HEAD "05 0203 4101 00", "02 00 41", "wrong length"},
	{"Hold Time 1: Unacceptable Hold Time", opensent, BGP_OPEN,
	 "04 fdea 0001 0a000002 00", "02 06", "hold time"},
	{"Hold Time 2", opensent, BGP_OPEN, "04 fdea 0002 0a000002 00", "02 06",
	 "hold time"},
	{"VPN alone: Unsupported Capability, those that we miss (RFC 5492)",
	 opensent, BGP_OPEN, OPEN_HEAD "08 0206 0104 0001 0080",
	 "02 07 0104 0001 0001 0104 0002 0001", "no address family"},
	{"two roles at once: Role Mismatch (RFC 9234)", opensent, BGP_OPEN,
	 OPEN_HEAD "08 0206 090100 090103", "02 0b", "more than one"},

	/* 6.3, UPDATE Message Error Handling, as RFC 7606 has left it */
	{"withdrawn routes too long: Malformed Attribute List", established,
	 BGP_UPDATE, "0005 0000 00", "03 01", NULL},
	{"attributes too long", established, BGP_UPDATE, "0000 0005 00", "03 01",
	 NULL},
	{"well-known not recognized: the attribute", established, BGP_UPDATE,
	 "0000 0004 40c801 07 08 0a", "03 02 40c801 07", NULL},
	{"flags in conflict, no route: the attribute", established, BGP_UPDATE,
	 "0000 0004 c00101 00", "03 04 c00101 00", "ORIGIN"},
	{"length in conflict, no route: the attribute", established, BGP_UPDATE,
	 "0000 0003 400100", "03 05 400100", "ORIGIN"},
	{"ORIGIN undefined, no route: the attribute", established, BGP_UPDATE,
	 "0000 0004 400101 09", "03 06 400101 09", "ORIGIN"},
	{"optional recognized and in error: the attribute", established, BGP_UPDATE,
	 "0000 0004 800e01 07", "03 09 800e01 07", "MP_REACH_NLRI"},
	{"attribute twice that holds routes: Malformed Attribute List (RFC 7606)",
	 established, BGP_UPDATE, "0000 000c 800f03 0002 01 800f03 0002 01",
	 "03 01 800f03 0002 01", NULL},
	{"network field incorrect: Invalid Network Field", established, BGP_UPDATE,
	 "0001 21 0000", "03 0a", NULL},
	{"the same among the announced", established, BGP_UPDATE,
	 "0000 0014" ORIGIN AS_PATH NEXT_HOP "21 0a000000", "03 0a", NULL},
	{"AS_PATH incorrect, no route: Malformed AS_PATH", established, BGP_UPDATE,
	 "0000 000a" ORIGIN "400203 0902 00", "03 0b 400203 0902 00", NULL},

	/* 6.6, Finite State Machine Error Handling (RFC 6608) */
	{"unexpected in OpenSent: the type", opensent, BGP_KEEPALIVE, "",
	 "05 01 04", "OpenSent"},
	{"UPDATE in OpenSent", opensent, BGP_UPDATE, "0000 0000", "05 01 02",
	 "OpenSent"},
	{"ROUTE-REFRESH in OpenSent", opensent, BGP_ROUTE_REFRESH, "0001 00 01",
	 "05 01 05", "OpenSent"},
	{"OPEN in OpenConfirm", openconfirm, BGP_OPEN, OPEN_HEAD "00", "05 02 01",
	 "OpenConfirm"},
	{"UPDATE in OpenConfirm", openconfirm, BGP_UPDATE, "0000 0000", "05 02 02",
	 "OpenConfirm"},
	{"ROUTE-REFRESH in OpenConfirm", openconfirm, BGP_ROUTE_REFRESH,
	 "0001 00 01", "05 02 05", "OpenConfirm"},
	{"OPEN in Established", established, BGP_OPEN, OPEN_HEAD "00", "05 03 01",
	 "Established"},

	/* RFC 7313 section 5: the message whole */
	{"BoRR too long: Invalid Message Length", established, BGP_ROUTE_REFRESH,
	 "0001 01 01 00", "07 01" ONES "0018 05 0001 01 01 00", "too long"},
	{"EoRR too long", established, BGP_ROUTE_REFRESH, "0002 02 01 0001",
	 "07 01" ONES "0019 05 0002 02 01 0001", "too long"},
};

START_TEST(test_message_row)
{
	const row_t *row = &rows[_i];
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = row->state(w);
	uint8_t bytes[100];

	if (row->type == WHOLE)
	{
		raw_send(c, bytes, unhex(row->body, bytes, sizeof(bytes)));
	}
	else
	{
		raw_message(c, row->type, row->body);
	}
	expect_whole(c, row->says, row->notification);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert(info(w).last_sent);
	ck_assert_uint_eq(info(w).last_error_at, w->now);
	ck_assert_ptr_eq(strstr(info(w).last_error, "sent "), info(w).last_error);
	ck_assert_msg(!row->words || strstr(info(w).last_error, row->words),
				  "%s: \"%s\" says nothing of \"%s\"", row->says,
				  info(w).last_error, row->words);
	/* the peer is tried again, after a wait */
	ck_assert_uint_eq(w->speaker[0].dials, 1);
	wire_advance(w, 1 * USEC_PER_SEC);
	ck_assert_uint_eq(w->speaker[0].dials, 2);
	wire_destroy(w);
}
END_TEST

/** errors of section 6.3 that RFC 7606 section 7 turned into the loss of the
 * routes: the NOTIFICATION that RFC 4271 had for them is not sent */
static const struct
{
	const char *says;
	const char *body;
	const char *words;
} spared[] = {
	{"3/3, AS_PATH missing", "0000 000b" ORIGIN NEXT_HOP "08 0a", "AS_PATH"},
	{"3/3, NEXT_HOP missing", "0000 000d" ORIGIN AS_PATH "08 0a", "NEXT_HOP"},
	{"3/4, flags of ORIGIN", "0000 0014 c00101 00" AS_PATH NEXT_HOP "08 0a",
	 "ORIGIN"},
	{"3/5, length of ORIGIN", "0000 0015 400102 0000" AS_PATH NEXT_HOP "08 0a",
	 "ORIGIN"},
	{"3/6, ORIGIN undefined", "0000 0014 400101 03" AS_PATH NEXT_HOP "08 0a",
	 "ORIGIN"},
	{"3/8, length of NEXT_HOP",
	 "0000 0013" ORIGIN AS_PATH "400303 c00002 08 0a", "NEXT_HOP"},
	{"3/9, length of MED",
	 "0000 0019" ORIGIN AS_PATH NEXT_HOP "800402 0000 08 0a",
	 "MULTI_EXIT_DISC"},
	{"3/11, segment of AS_PATH",
	 "0000 0014" ORIGIN "400206 0901 0000fdea" NEXT_HOP "08 0a", "AS_PATH"},
};

START_TEST(test_spared)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = established(w);
	const char *says = spared[_i].says;

	raw_message(c, BGP_UPDATE,
				"0000 0014" ORIGIN AS_PATH NEXT_HOP "08 0a 08 0b");
	ck_assert_uint_eq(info(w).received[0], 2);
	raw_message(c, BGP_UPDATE, spared[_i].body);
	ck_assert_msg(!c->closed && c->got_len == 0, "%s: the session ended", says);
	ck_assert_uint_eq(info(w).received[0], 1);
	ck_assert_uint_eq(info(w).treated_as_withdraw, 1);
	ck_assert_msg(strstr(info(w).last_error, "treated as withdrawn") &&
					  strstr(info(w).last_error, spared[_i].words),
				  "%s: %s", says, info(w).last_error);
	wire_destroy(w);
}
END_TEST

/** within an AS an identifier is unique (RFC 6286); beyond it need not be */
START_TEST(test_own_id)
{
	wire_t *w = wire_create_raw(65001, _i ? 65002 : 65001);
	wire_conn_t *c = raw_in_opensent(w);

	raw_open(c, _i ? 65002 : 65001, 90, 0x0a000001);
	if (_i)
	{
		raw_expect(c, BGP_KEEPALIVE, "");
	}
	else
	{
		expect_whole(c, "", "02 03");
	}
	wire_destroy(w);
}
END_TEST

/* -- what happens otherwise ------------------------------------------------ */

/** an OPEN of both families and graceful restart with N in 60 seconds */
#define OPEN_N                                                                 \
	OPEN_HEAD "20 021e 0104 0001 0001 0104 0002 0001 4104 0000fdea"            \
			  "400a 403c 0001 01 80 0002 01 80"

static void hold_expires(wire_t *w, wire_conn_t *c)
{
	wire_advance(w, 89 * USEC_PER_SEC);
	raw_drain(c);
	wire_advance(w, 1 * USEC_PER_SEC);
}

static void configure(wire_t *w, const bgp_peer_config_t *config)
{
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, config, w->now);
	wire_run(w);
}

static void limit(wire_t *w, wire_conn_t *c, uint32_t prefixes, uint64_t memory)
{
	bgp_peer_config_t config = wire_config(w, 0, 65002);

	config.max_prefix = prefixes;
	config.max_memory = memory;
	configure(w, &config);
	raw_message(c, BGP_UPDATE,
				"0000 0014" ORIGIN AS_PATH NEXT_HOP "08 0a 08 0b 08 0c");
}

static void too_many(wire_t *w, wire_conn_t *c)
{
	limit(w, c, 2, 0);
}

static void too_much(wire_t *w, wire_conn_t *c)
{
	limit(w, c, 0, 1);
}

static void stop(wire_t *w, uint8_t subcode, const char *text)
{
	bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, subcode, text, w->now);
	wire_run(w);
}

static void shut_down(wire_t *w, wire_conn_t *c)
{
	stop(w, 2, NULL);
}

static void shut_down_with_text(wire_t *w, wire_conn_t *c)
{
	stop(w, 2, "rack 7");
}

static void reset(wire_t *w, wire_conn_t *c)
{
	stop(w, 4, NULL);
}

static void reset_with_text(wire_t *w, wire_conn_t *c)
{
	stop(w, 4, "\xc3\xa9");
}

static void reject(wire_t *w, wire_conn_t *c)
{
	/* its text belongs to the other two (RFC 9003 section 2) */
	stop(w, 5, "no text here");
}

static void bfd_down(wire_t *w, wire_conn_t *c)
{
	stop(w, 10, NULL);
}

static void deconfigure(wire_t *w, wire_conn_t *c)
{
	bgp_peer_remove(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	w->speaker[0].peer = NULL;
	wire_run(w);
}

static void change(wire_t *w, wire_conn_t *c)
{
	bgp_peer_config_t config = wire_config(w, 0, 65002);

	config.hold_time = 30;
	configure(w, &config);
}

static void change_as(wire_t *w, wire_conn_t *c)
{
	bgp_peer_config_t config = wire_config(w, 0, 65003);

	configure(w, &config);
}

static void collide(wire_t *w, wire_conn_t *c)
{
	wire_conn_t *theirs = raw_dial(w);

	ck_assert_ptr_nonnull(theirs);
	/* its identifier is the higher: its connection stays */
	raw_open(theirs, 65002, 90, 0x0a000002);
}

static wire_conn_t *established_n(wire_t *w)
{
	return raw_establish_by(w, OPEN_N);
}

typedef struct script_t
{
	const char *says;
	wire_conn_t *(*state)(wire_t *w);
	void (*provoke)(wire_t *w, wire_conn_t *c);
	const char *notification;
} script_t;

static const script_t scripts[] = {
	/* 6.5, Hold Timer Expired Error Handling */
	{"nothing in the Hold Time", established, hold_expires, "04 00"},

	/* 6.7 and 6.8, Cease (RFC 4486, RFC 9003) */
	{"Maximum Number of Prefixes Reached: AFI, SAFI, limit", established,
	 too_many, "06 01 0001 01 00000002"},
	{"Administrative Shutdown", established, shut_down, "06 02"},
	{"the same with a text", established, shut_down_with_text,
	 "06 02 06 7261636b2037"},
	{"before there is a session", openconfirm, shut_down_with_text,
	 "06 02 06 7261636b2037"},
	{"Peer De-configured", established, deconfigure, "06 03"},
	{"Administrative Reset", established, reset, "06 04"},
	{"the same with a text", established, reset_with_text, "06 04 02 c3a9"},
	{"Connection Rejected", established, reject, "06 05"},
	{"Other Configuration Change", established, change, "06 06"},
	{"Connection Collision Resolution", opensent, collide, "06 07"},
	{"Out of Resources", established, too_much, "06 08"},
	{"BFD Down (RFC 9384)", established, bfd_down, "06 0a"},

	/* RFC 8538: Hard Reset with what it was */
	{"Maximum Number of Prefixes Reached", established_n, too_many,
	 "06 09 06 01 0001 01 00000002"},
	{"Administrative Shutdown", established_n, shut_down, "06 09 06 02"},
	{"the same with a text", established_n, shut_down_with_text,
	 "06 09 06 02 06 7261636b2037"},
	{"Peer De-configured", established_n, deconfigure, "06 09 06 03"},
	{"Administrative Reset", established_n, reset, "06 09 06 04"},
	{"Out of Resources", established_n, too_much, "06 09 06 08"},
	{"another AS is another neighbour", established_n, change_as,
	 "06 09 06 06"},
	{"other changes let routes stay", established_n, change, "06 06"},
	{"and so does the hold timer", established_n, hold_expires, "04 00"},
};

START_TEST(test_script)
{
	const script_t *script = &scripts[_i];
	wire_t *w = script->state == established_n ? wire_create_restarter(true)
											   : wire_create_raw(65001, 65002);
	wire_conn_t *c = script->state(w);

	script->provoke(w, c);
	expect_whole(c, script->says, script->notification);
	wire_destroy(w);
}
END_TEST

/** without N of both sides there are no Hard Resets (RFC 8538 section 5) */
START_TEST(test_not_hard)
{
	wire_t *w = wire_create_restarter(_i);
	wire_conn_t *c = raw_establish_by(
		w, _i ? OPEN_HEAD "0c 020a 4104 0000fdea 4002 003c" : OPEN_N);

	shut_down(w, c);
	expect_whole(c, "", "06 02");
	wire_destroy(w);
}
END_TEST

/** RFC 4271 section 6.2: roles that go together, and those that do not */
START_TEST(test_role)
{
	static const uint8_t fits[] = {3, 2, 1, 0, 4};
	bgp_role_t ours = (bgp_role_t)(_i / 7 + 1);
	unsigned theirs = (unsigned)_i % 7;
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	char open[100];
	wire_conn_t *c;

	config.role = ours;
	configure(w, &config);
	c = raw_in_opensent(w);
	if (theirs == 6)
	{
		/* none: not strict, so it may */
		raw_message(c, BGP_OPEN, OPEN_HEAD "00");
	}
	else
	{
		snprintf(open, sizeof(open), OPEN_HEAD "05 0203 0901%02x", theirs);
		raw_message(c, BGP_OPEN, open);
	}
	if (theirs == 6 || theirs == fits[_i / 7])
	{
		raw_expect(c, BGP_KEEPALIVE, "");
		ck_assert_uint_eq(info(w).remote_role, theirs == 6 ? 0 : theirs + 1);
	}
	else
	{
		expect_whole(c, "", "02 0b");
		ck_assert_ptr_nonnull(strstr(info(w).last_error, "its role is "));
	}
	wire_destroy(w);
}
END_TEST

START_TEST(test_role_strict)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c;

	config.role = BGP_ROLE_CUSTOMER;
	config.role_strict = true;
	configure(w, &config);
	c = raw_in_opensent(w);
	raw_message(c, BGP_OPEN, OPEN_HEAD "00");
	expect_whole(c, "", "02 0b");
	ck_assert_ptr_nonnull(
		strstr(info(w).last_error, "its role is none, ours is customer"));
	wire_destroy(w);
}
END_TEST

/** within an AS there are no roles */
START_TEST(test_role_ibgp)
{
	wire_t *w = wire_create_raw(65001, 65001);
	bgp_peer_config_t config = wire_config(w, 0, 65001);
	wire_conn_t *c;

	config.role = BGP_ROLE_CUSTOMER;
	config.role_strict = true;
	configure(w, &config);
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	raw_expect(c, BGP_OPEN,
			   "04 fde9 005a 0a000001 1e 02 1c 0104 0001 00 01 0104 0002 00 01"
			   "0200 0600 4002 0000 4104 0000fde9 4600");
	raw_message(c, BGP_OPEN, "04 fde9 005a 0a000002 08 0206 090100 090103");
	raw_expect(c, BGP_KEEPALIVE, "");
	wire_destroy(w);
}
END_TEST

/* -- in words -------------------------------------------------------------- */

static const struct
{
	const char *body;
	const char *words;
} received[] = {
	{"03 0b 400206", "UPDATE Message Error/Malformed AS_PATH (3/11): "
					 "bytes 40 02 06"},
	{"06 02", "Cease/Administrative Shutdown (6/2)"},
	{"06 02 00", "Cease/Administrative Shutdown (6/2): bytes 00"},
	{"06 02 03 616263", "Cease/Administrative Shutdown (6/2): \"abc\""},
	/* shorter than it says: not taken for text */
	{"06 04 04 616263", "Cease/Administrative Reset (6/4): bytes 04 61 62 63"},
	/* letters stay; controls, C1 too, and line separators do not */
	{"06 02 05 c3a920 e2 82", "Cease/Administrative Shutdown (6/2): "
							  "\"\xc3\xa9 ??\""},
	{"06 02 05 1b5b324a 0a", "Cease/Administrative Shutdown (6/2): \"?[2J?\""},
	{"06 02 06 61 7f c285 62 00",
	 "Cease/Administrative Shutdown (6/2): \"a??b?\""},
	/* RIGHT-TO-LEFT OVERRIDE and LINE SEPARATOR */
	{"06 02 06 e280ae e280a8", "Cease/Administrative Shutdown (6/2): \"\?\?\""},
	/* not the shortest form, a surrogate, beyond Unicode: not characters */
	{"06 02 02 c0af", "Cease/Administrative Shutdown (6/2): \"\?\?\""},
	{"06 02 03 e080af", "Cease/Administrative Shutdown (6/2): \"\?\?\?\""},
	{"06 02 03 eda080", "Cease/Administrative Shutdown (6/2): \"\?\?\?\""},
	{"06 02 04 f4908080", "Cease/Administrative Shutdown (6/2): \"\?\?\?\?\""},
	{"06 02 04 f09f9aa7",
	 "Cease/Administrative Shutdown (6/2): \"\xf0\x9f\x9a\xa7\""},
	{"06 09 06 02 03 616263", "Cease/Hard Reset (6/9): "
							  "Cease/Administrative Shutdown (6/2): \"abc\""},
	{"06 09 04 00", "Cease/Hard Reset (6/9): Hold Timer Expired (4/0)"},
	{"06 09 06", "Cease/Hard Reset (6/9): bytes 06"},
	{"06 09", "Cease/Hard Reset (6/9)"},
	{"06 09 06 09 06 09", "Cease/Hard Reset (6/9): bytes 06 09 06 09"},
	{"ff ee 00", "Unknown Error (255/238): bytes 00"},
};

/** a NOTIFICATION is never answered, and shown with nothing that could harm */
START_TEST(test_received)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = established(w);
	char words[400];

	wire_advance(w, 7 * USEC_PER_SEC);
	raw_message(c, BGP_NOTIFICATION, received[_i].body);
	ck_assert(c->closed);
	ck_assert_uint_eq(c->got_len, 0);
	snprintf(words, sizeof(words), "received %s", received[_i].words);
	ck_assert_str_eq(info(w).last_error, words);
	ck_assert(!info(w).last_sent);
	ck_assert_uint_eq(info(w).last_error_at, w->now);
	wire_destroy(w);
}
END_TEST

/** as long as one can be */
START_TEST(test_received_long)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = established(w);
	static uint8_t message[4096];

	memset(message, 0xff, 16);
	memset(message + 21, _i ? 0xff : 'a', sizeof(message) - 21);
	message[16] = 0x10;
	message[17] = 0;
	message[18] = BGP_NOTIFICATION;
	message[19] = BGP_ERR_CEASE;
	message[20] = BGP_CEASE_SHUTDOWN;
	message[21] = 255;
	raw_send(c, message, sizeof(message));
	ck_assert(c->closed);
	ck_assert_uint_lt(strlen(info(w).last_error), 512);
	ck_assert_ptr_nonnull(strstr(info(w).last_error, _i ? "???" : "aaa"));
	wire_destroy(w);
}
END_TEST

/** the text of a stop is cut at a character, not within it (RFC 9003) */
START_TEST(test_long_text)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = established(w);
	char text[300];
	uint8_t len;
	rbuf_t body;

	memset(text, 'a', sizeof(text));
	memcpy(text + 254, "\xc3\xa9", 3);
	stop(w, BGP_CEASE_RESET, text);
	ck_assert_uint_eq(raw_take(c, &body), BGP_NOTIFICATION);
	ck_assert(rbuf_skip(&body, 2) && rbuf_u8(&body, &len));
	ck_assert_uint_eq(len, 254);
	ck_assert_uint_eq(rbuf_left(&body), 254);
	wire_destroy(w);
}
END_TEST

Suite *notification_suite(void)
{
	Suite *suite = suite_create("notification");

	unit_add_loop(suite, "message", test_message_row, countof(rows));
	unit_add_loop(suite, "spared", test_spared, countof(spared));
	unit_add_loop(suite, "own id", test_own_id, 2);
	unit_add_loop(suite, "script", test_script, countof(scripts));
	unit_add_loop(suite, "not hard", test_not_hard, 2);
	unit_add_loop(suite, "role", test_role, 5 * 7);
	unit_add(suite, "role strict", test_role_strict);
	unit_add(suite, "role ibgp", test_role_ibgp);
	unit_add_loop(suite, "received", test_received, countof(received));
	unit_add_loop(suite, "received long", test_received_long, 2);
	unit_add(suite, "long text", test_long_text);
	return suite;
}
