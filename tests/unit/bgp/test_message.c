/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The header and the small messages: valid, cut short at each length, too
 * long by one, and of length zero; capabilities likewise.
 */

#include "unit/bgp/suites.h"

#include "bgp/wire.h"
#include "unit/bgp/wire.h"

#include <string.h>

static bgp_fault_t fault;

static rbuf_t bytes(const char *hex)
{
	static uint8_t buf[1024];

	return rbuf_make(buf, unhex(hex, buf, sizeof(buf)));
}

static void expect_fault(uint8_t code, uint8_t subcode, const char *data)
{
	rbuf_t want = bytes(data);

	ck_assert_int_eq(fault.verdict, BGP_FAULT_SESSION_RESET);
	ck_assert_uint_eq(fault.code, code);
	ck_assert_uint_eq(fault.subcode, subcode);
	ck_assert_uint_eq(fault.data_len, rbuf_left(&want));
	ck_assert_int_eq(memcmp(fault.data, want.p, rbuf_left(&want)), 0);
	ck_assert_ptr_nonnull(fault.what);
}

/* -- header ---------------------------------------------------------------- */

#define MARKER "ffffffffffffffffffffffffffffffff"

static bool header(const char *hex, uint16_t max, uint16_t *len,
				   bgp_type_t *type)
{
	return bgp_decode_header(bytes(hex), max, len, type, &fault);
}

START_TEST(test_header)
{
	bgp_type_t type;
	uint16_t len;

	ck_assert(header(MARKER "001304", 4096, &len, &type));
	ck_assert_uint_eq(len, 19);
	ck_assert_int_eq(type, BGP_KEEPALIVE);
	ck_assert(header(MARKER "100002", 4096, &len, &type));
	ck_assert_uint_eq(len, 4096);
	ck_assert(header(MARKER "ffff02", 65535, &len, &type));
	/* at the least of each type */
	ck_assert(header(MARKER "001d01", 4096, &len, &type));
	ck_assert(header(MARKER "001702", 4096, &len, &type));
	ck_assert(header(MARKER "001503", 4096, &len, &type));
	ck_assert(header(MARKER "001705", 4096, &len, &type));
}
END_TEST

START_TEST(test_header_errors)
{
	static const struct
	{
		const char *hex;
		uint16_t max;
		uint8_t subcode;
		const char *data;
	} cases[] = {
		/* not synchronised: first and last octet of the marker */
		{"feffffffffffffffffffffffffffffff001304", 4096, 1, ""},
		{"ffffffffffffffffffffffffffffff00001304", 4096, 1, ""},
		/* length: 0, under, over, and beside each type's */
		{MARKER "000004", 4096, 2, "0000"},
		{MARKER "001204", 4096, 2, "0012"},
		{MARKER "100102", 4096, 2, "1001"},
		{MARKER "001404", 4096, 2, "0014"},
		{MARKER "001c01", 4096, 2, "001c"},
		{MARKER "100101", 65535, 2, "1001"},
		{MARKER "001602", 4096, 2, "0016"},
		{MARKER "001403", 4096, 2, "0014"},
		{MARKER "001605", 4096, 2, "0016"},
		/* type */
		{MARKER "001300", 4096, 3, "00"},
		{MARKER "001306", 4096, 3, "06"},
		{MARKER "0013ff", 4096, 3, "ff"},
		/* both: the length is looked at first */
		{MARKER "100106", 4096, 2, "1001"},
	};
	bgp_type_t type;
	uint16_t len;

	ck_assert(!header(cases[_i].hex, cases[_i].max, &len, &type));
	expect_fault(BGP_ERR_HEADER, cases[_i].subcode, cases[_i].data);
}
END_TEST

START_TEST(test_header_short)
{
	rbuf_t r = bytes(MARKER "001304"), cut;
	bgp_type_t type;
	uint16_t len;
	size_t i;

	for (i = 0; i < 19; i++)
	{
		rbuf_t copy = r;

		ck_assert(rbuf_sub(&copy, i, &cut));
		ck_assert(!bgp_decode_header(cut, 4096, &len, &type, &fault));
	}
}
END_TEST

/* -- OPEN ------------------------------------------------------------------ */

static bgp_open_t open;

static bool decode_open(const char *hex)
{
	return bgp_decode_open(bytes(hex), &open, &fault);
}

#define OPEN_HEAD "04 fde9 005a 0a000001 "

START_TEST(test_open)
{
	ck_assert(decode_open(OPEN_HEAD "00"));
	ck_assert_uint_eq(open.asn, 65001);
	ck_assert_uint_eq(open.hold_time, 90);
	ck_assert_uint_eq(open.router_id, 0x0a000001);
	ck_assert(!open.caps.mp && !open.caps.as4);
	ck_assert_uint_eq(open.caps.role, 255);

	/* each capability in a parameter of its own, as some send them */
	ck_assert(
		decode_open(OPEN_HEAD "10 0206 0104 0002 0001 0206 4104 fa56ea00"));
	ck_assert(open.caps.mp && open.caps.as4);
	ck_assert_uint_eq(open.caps.families, BGP_IPV6);
	ck_assert_uint_eq(open.asn, 4200000000u);
}
END_TEST

START_TEST(test_open_extended)
{
	/* RFC 9072: the parameters' length and each one's are of two octets */
	ck_assert(decode_open(OPEN_HEAD "ff ff 0009 02 0006 4104 00010000"));
	ck_assert_uint_eq(open.asn, 65536);
	/* with any other length that is not 0 too */
	ck_assert(decode_open(OPEN_HEAD "01 ff 0009 02 0006 4104 00010000"));
	ck_assert(!decode_open(OPEN_HEAD "ff ff 0008 02 0006 4104 00010000"));
	ck_assert(!decode_open(OPEN_HEAD "ff ff 000a 02 0006 4104 00010000"));
	ck_assert(!decode_open(OPEN_HEAD "ff ff 0009 02 0007 4104 00010000"));
	ck_assert(!decode_open(OPEN_HEAD "ff ff 00"));
}
END_TEST

START_TEST(test_open_errors)
{
	static const struct
	{
		const char *hex;
		uint8_t subcode;
		const char *data;
	} cases[] = {
		{"03 fde9 005a 0a000001 00", 1, "0004"},
		{"05 fde9 005a 0a000001 00", 1, "0004"},
		{"04 0000 005a 0a000001 00", 2, ""},
		{OPEN_HEAD "08 0206 4104 00000000", 2, ""},
		{"04 0000 005a 0a000001 08 0206 4104 00010000", 2, ""},
		{"04 fde9 005a 00000000 00", 3, ""},
		{"04 fde9 0001 0a000001 00", 6, ""},
		{"04 fde9 0002 0a000001 00", 6, ""},
		/* authentication, once; and a number of tomorrow */
		{OPEN_HEAD "03 01 01 00", 4, "01"},
		{OPEN_HEAD "02 09 00", 4, "09"},
		/* lengths that do not fit */
		{OPEN_HEAD "01", 0, ""},
		{OPEN_HEAD "01 02", 0, ""},
		{OPEN_HEAD "02 02 01", 0, ""},
		{OPEN_HEAD "00 02", 0, ""},
		{OPEN_HEAD "03 02 01 41", 0, ""},
		{OPEN_HEAD "04 02 02 41 01", 0, ""},
	};

	ck_assert(!decode_open(cases[_i].hex));
	expect_fault(BGP_ERR_OPEN, cases[_i].subcode, cases[_i].data);
}
END_TEST

START_TEST(test_open_short)
{
	rbuf_t r = bytes(OPEN_HEAD "08 0206 4104 00010000"), cut, copy;
	size_t i, len = rbuf_left(&r);

	for (i = 0; i < len; i++)
	{
		copy = r;
		ck_assert(rbuf_sub(&copy, i, &cut));
		ck_assert(!bgp_decode_open(cut, &open, &fault));
		ck_assert_uint_eq(fault.code, BGP_ERR_OPEN);
	}
	ck_assert(bgp_decode_open(r, &open, &fault));
}
END_TEST

START_TEST(test_hold_times)
{
	ck_assert(decode_open("04 fde9 0000 0a000001 00"));
	ck_assert(decode_open("04 fde9 0003 0a000001 00"));
	ck_assert(decode_open("04 fde9 ffff 0a000001 00"));
}
END_TEST

/* -- capabilities ---------------------------------------------------------- */

static bool caps(const char *hex, bgp_caps_t *out)
{
	memset(out, 0, sizeof(*out));
	memset(&fault, 0, sizeof(fault));
	out->role = 255;
	return bgp_decode_caps(bytes(hex), out, &fault);
}

START_TEST(test_caps_bits)
{
	bgp_caps_t c;

	/* IPv4 is meant where nothing is said */
	ck_assert(caps("", &c));
	ck_assert_uint_eq(bgp_caps_bits(&c), BGP_IPV4);
	ck_assert(caps("0104 0002 0001 0200 4104 0000fffb", &c));
	ck_assert_uint_eq(bgp_caps_bits(&c),
					  BGP_IPV6 | BGP_CAP_AS4 | BGP_CAP_REFRESH);
	ck_assert(caps("4600 0600 4002 4078 0901 00", &c));
	ck_assert_uint_eq(bgp_caps_bits(&c),
					  BGP_IPV4 | BGP_CAP_ENHANCED_REFRESH |
						  BGP_CAP_EXTENDED_MESSAGE | BGP_CAP_RESTART |
						  BGP_CAP_NOTIFICATION_RESTART | BGP_CAP_ROLE);
	ck_assert(caps("0104 0001 0001 0506 0001 0001 0002", &c));
	ck_assert_uint_eq(bgp_caps_bits(&c), BGP_IPV4 | BGP_CAP_EXTENDED_NEXT_HOP);
}
END_TEST

START_TEST(test_caps)
{
	bgp_caps_t c;

	ck_assert(caps("", &c));
	/* VPN and multicast are not ours */
	ck_assert(caps("0104 0001 0080 0104 0001 0002", &c));
	ck_assert(c.mp);
	ck_assert_uint_eq(c.families, 0);
	ck_assert(caps("0200 4600 0600", &c));
	ck_assert(c.route_refresh && c.enhanced_refresh && c.extended_message);
	ck_assert(caps("0506 0001 0001 0002", &c));
	ck_assert(c.extended_next_hop);
	ck_assert(caps("0506 0001 0080 0002", &c));
	ck_assert(!c.extended_next_hop);
	ck_assert(caps("400a c07b 0001 01 80 0002 01 00", &c));
	ck_assert(c.graceful_restart && c.restart_state && c.notification_gr);
	ck_assert_uint_eq(c.restart_time, 0x07b);
	ck_assert_uint_eq(c.restart_families, BGP_IPV4 | BGP_IPV6);
	ck_assert_uint_eq(c.forwarding_families, BGP_IPV4);
	/* of two the last counts */
	ck_assert(caps("4006 0078 0001 01 80 4002 0000", &c));
	ck_assert_uint_eq(c.restart_families, 0);
	ck_assert(caps("0901 03 0901 03", &c));
	ck_assert_uint_eq(c.role, 3);
	ck_assert(!c.role_conflict);
	ck_assert(caps("0901 03 0901 01", &c));
	ck_assert(c.role_conflict);
	/* unknown ones are passed over: FQDN, dynamic, private */
	ck_assert(caps("4903 026162 8000 fe02 0000", &c));
}
END_TEST

START_TEST(test_caps_lengths)
{
	/* zero, one less, one more of those that have a length */
	static const char *const cases[] = {
		"0100",
		"0103 0001 00",
		"0105 0001 0001 00",
		"0501 00",
		"0507 0001 0001 0002 00",
		"0201 00",
		"0601 00",
		"0900",
		"0902 0101",
		"4000",
		"4001 00",
		"4005 0000 0001 01",
		"4100",
		"4103 000000",
		"4105 0000000000",
		"4601 00",
		"02",
		"0104 0001 00",
	};
	bgp_caps_t c;

	ck_assert(!caps(cases[_i], &c));
	ck_assert_uint_eq(fault.code, BGP_ERR_OPEN);
	ck_assert_uint_eq(fault.subcode, 0);
}
END_TEST

/** what is written is read again the same */
START_TEST(test_caps_round)
{
	bgp_caps_t in = {
		.families = BGP_IPV4 | BGP_IPV6,
		.mp = true,
		.route_refresh = true,
		.enhanced_refresh = true,
		.extended_message = true,
		.as4 = true,
		.as4_asn = 4200000001u,
		.graceful_restart = true,
		.restart_state = true,
		.notification_gr = true,
		.restart_time = 4095,
		.restart_families = BGP_IPV4 | BGP_IPV6,
		.forwarding_families = BGP_IPV6,
		.extended_next_hop = true,
		.role = 4,
	};
	bgp_open_t sent = {.asn = 4200000001u, .hold_time = 3, .router_id = 1};
	uint8_t buf[512];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	rbuf_t r;

	sent.caps = in;
	bgp_encode_open(&w, &sent);
	ck_assert(!w.overflow);
	r = rbuf_make(buf, wbuf_len(&w));
	ck_assert(rbuf_skip(&r, 19));
	ck_assert(bgp_decode_open(r, &open, &fault));
	ck_assert_uint_eq(open.my_as, BGP_AS_TRANS);
	ck_assert_uint_eq(open.asn, sent.asn);
	ck_assert_int_eq(memcmp(&open.caps, &in, sizeof(in)), 0);
}
END_TEST

START_TEST(test_open_bare)
{
	bgp_open_t sent = {.asn = 65001, .hold_time = 90, .router_id = 0x0a000001};
	uint8_t buf[64], want[64];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	size_t len;

	sent.caps.role = 255;
	bgp_encode_open(&w, &sent);
	len = unhex(MARKER "001d01" OPEN_HEAD "00", want, sizeof(want));
	ck_assert_uint_eq(wbuf_len(&w), len);
	ck_assert_int_eq(memcmp(buf, want, len), 0);
}
END_TEST

/* -- the others ------------------------------------------------------------ */

START_TEST(test_notification)
{
	uint8_t code, subcode, buf[64], want[128];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	rbuf_t data;
	size_t len;

	ck_assert(!bgp_decode_notification(bytes(""), &code, &subcode, &data));
	ck_assert(!bgp_decode_notification(bytes("06"), &code, &subcode, &data));
	ck_assert(bgp_decode_notification(bytes("0602"), &code, &subcode, &data));
	ck_assert_uint_eq(rbuf_left(&data), 0);
	ck_assert(
		bgp_decode_notification(bytes("0602 0161"), &code, &subcode, &data));
	ck_assert_uint_eq(code, 6);
	ck_assert_uint_eq(subcode, 2);
	ck_assert_uint_eq(rbuf_left(&data), 2);

	bgp_encode_notification(&w, 2, 1, "\0\4", 2);
	bgp_encode_keepalive(&w);
	bgp_encode_refresh(&w, FAMILY_IPV6, 1);
	len = unhex(MARKER "0017 03 0201 0004" MARKER "0013 04" MARKER
					   "0017 05 0002 01 01",
				want, sizeof(want));
	/* the third has no room, and nothing of it stands there */
	ck_assert(w.overflow);
	ck_assert_uint_eq(len, 65);
	ck_assert_int_eq(memcmp(buf, want, 42), 0);
	w = wbuf_make(buf, sizeof(buf));
	bgp_encode_refresh(&w, FAMILY_IPV6, 1);
	ck_assert_int_eq(memcmp(buf, want + 42, 23), 0);
}
END_TEST

START_TEST(test_refresh)
{
	family_t family;
	uint8_t subtype;

	ck_assert(
		bgp_decode_refresh(bytes("0001 00 01"), &family, &subtype, &fault));
	ck_assert_int_eq(family, FAMILY_IPV4);
	ck_assert(
		bgp_decode_refresh(bytes("0002 02 01"), &family, &subtype, &fault));
	ck_assert_int_eq(family, FAMILY_IPV6);
	ck_assert_uint_eq(subtype, 2);
	ck_assert(
		bgp_decode_refresh(bytes("0019 00 46"), &family, &subtype, &fault));
	ck_assert_int_eq(family, FAMILY_NONE);
	/* an ORF behind it is passed over; behind BoRR nothing may stand */
	ck_assert(bgp_decode_refresh(bytes("0001 00 01 0140"), &family, &subtype,
								 &fault));
	ck_assert(
		!bgp_decode_refresh(bytes("0001 01 01 00"), &family, &subtype, &fault));
	expect_fault(BGP_ERR_REFRESH, 1, MARKER "0018 05 0001 01 01 00");
	ck_assert(
		!bgp_decode_refresh(bytes("0001 02 01 00"), &family, &subtype, &fault));
	expect_fault(BGP_ERR_REFRESH, 1, MARKER "0018 05 0001 02 01 00");
	ck_assert(!bgp_decode_refresh(bytes("0001 00"), &family, &subtype, &fault));
	ck_assert(!bgp_decode_refresh(bytes(""), &family, &subtype, &fault));
}
END_TEST

Suite *message_suite(void)
{
	Suite *suite = suite_create("message");

	unit_add(suite, "header", test_header);
	unit_add_loop(suite, "header errors", test_header_errors, 15);
	unit_add(suite, "header short", test_header_short);
	unit_add(suite, "open", test_open);
	unit_add(suite, "open extended", test_open_extended);
	unit_add_loop(suite, "open errors", test_open_errors, 16);
	unit_add(suite, "open short", test_open_short);
	unit_add(suite, "hold times", test_hold_times);
	unit_add(suite, "caps", test_caps);
	unit_add(suite, "caps as bits", test_caps_bits);
	unit_add_loop(suite, "caps lengths", test_caps_lengths, 18);
	unit_add(suite, "caps round", test_caps_round);
	unit_add(suite, "open bare", test_open_bare);
	unit_add(suite, "notification", test_notification);
	unit_add(suite, "refresh", test_refresh);
	return suite;
}
