/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * UPDATEs: the frame, prefixes, End-of-RIB, multiprotocol attributes, and
 * writing until a message is full.
 */

#include "unit/bgp/suites.h"

#include "bgp/wire.h"
#include "unit/bgp/wire.h"

#include <string.h>

static bgp_attr_set_t set;
static bgp_update_t update;
static bgp_fault_t fault;
static bgp_codec_t codec;

static void setup(void)
{
	bgp_attr_set_init(&set);
	codec = (bgp_codec_t){
		.as4 = true,
		.families = BGP_IPV4 | BGP_IPV6,
		.local_as = 65001,
		.remote_as = 65002,
		.message_max = 4096,
	};
}

static void teardown(void)
{
	bgp_attr_set_deinit(&set);
}

static bool decode(const char *hex)
{
	static uint8_t buf[4096];

	update.attrs = &set;
	return bgp_decode_update(rbuf_make(buf, unhex(hex, buf, sizeof(buf))),
							 &codec, &update, &fault);
}

/** an UPDATE of these attributes alone */
static bool decode_attrs(const char *hex)
{
	static uint8_t buf[4096];
	size_t n = unhex(hex, buf + 4, sizeof(buf) - 4);

	memset(buf, 0, 4);
	buf[3] = (uint8_t)n;
	update.attrs = &set;
	return bgp_decode_update(rbuf_make(buf, n + 4), &codec, &update, &fault);
}

static void expect_prefixes(bgp_nlri_t nlri, const char *list)
{
	char got[512] = "", text[PREFIX_STR_MAX];
	prefix_t p;

	while (bgp_nlri_next(&nlri, &p))
	{
		strcat(got, prefix_format(&p, text));
		strcat(got, " ");
	}
	ck_assert_str_eq(got, list);
}

#define ATTRS "400101 00 400206 0201 0000fdea "
#define HOP   "400304 c0000202 "

/* -- frame and prefixes ---------------------------------------------------- */

START_TEST(test_prefixes)
{
	ck_assert(decode("0006 08 0b 18 c0a807 0014" ATTRS HOP
					 "00 08 0a 09 0bff 18 c0a801 20 01020304"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
	expect_prefixes(update.withdrawn, "11.0.0.0/8 192.168.7.0/24 ");
	/* bits after the length are of no meaning */
	expect_prefixes(
		update.announced,
		"0.0.0.0/0 10.0.0.0/8 11.128.0.0/9 192.168.1.0/24 1.2.3.4/32 ");
	ck_assert_int_eq(update.end_of_rib, FAMILY_NONE);
}
END_TEST

START_TEST(test_frame_errors)
{
	static const struct
	{
		const char *hex;
		uint8_t subcode;
	} cases[] = {
		{"", 1},
		{"00", 1},
		{"0000", 1},
		{"0000 00", 1},
		{"0001 0000", 1},
		{"0003 0000", 1},
		{"0000 0001", 1},
		{"0000 0015" ATTRS HOP, 1},
		/* prefixes cut short, and longer than an address */
		{"0001 08 0000", 10},
		{"0005 21 0a000000 0000", 10},
		{"0000 0014" ATTRS HOP "08", 10},
		{"0000 0014" ATTRS HOP "20 010203", 10},
		{"0000 0014" ATTRS HOP "21 0102030405", 10},
		{"0000 0014" ATTRS HOP "ff", 10},
	};

	ck_assert(!decode(cases[_i].hex));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_SESSION_RESET);
	ck_assert_uint_eq(fault.code, BGP_ERR_UPDATE);
	ck_assert_uint_eq(fault.subcode, cases[_i].subcode);
}
END_TEST

/** no truncation of a whole UPDATE is read as one without a fault, but where
 * a prefix ends */
START_TEST(test_truncated)
{
	static uint8_t buf[256];
	size_t len = unhex("0002 08 0b 0028" ATTRS HOP
					   "800f06 0002 01 10 2001 c00808 0001000100010002"
					   "08 0a 18 c0a801",
					   buf, sizeof(buf));
	size_t i;

	for (i = 0; i <= len; i++)
	{
		bool whole = i == len || i == len - 4 || i == len - 6;

		update.attrs = &set;
		ck_assert_int_eq(
			bgp_decode_update(rbuf_make(buf, i), &codec, &update, &fault),
			whole);
	}
}
END_TEST

START_TEST(test_end_of_rib)
{
	ck_assert(decode("0000 0000"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_IPV4);
	ck_assert(decode("0000 0006 800f03 0002 01"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_IPV6);
	ck_assert(decode("0000 0007 900f0003 0001 01"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_IPV4);
	/* not one: with a prefix, with attributes, of a family not ours */
	ck_assert(decode("0002 08 0b 0000"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_NONE);
	ck_assert(decode("0000 0009 800f06 0002 01 10 2001"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_NONE);
	ck_assert(decode("0000 000a 400101 00 800f03 0002 01"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_NONE);
	ck_assert(decode("0000 0006 800f03 0002 02"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_NONE);
	codec.families = BGP_IPV4;
	ck_assert(decode("0000 0006 800f03 0002 01"));
	ck_assert_int_eq(update.end_of_rib, FAMILY_NONE);
}
END_TEST

/** faults where no route can be seen end the session (RFC 7606 5.2) */
START_TEST(test_hidden)
{
	ck_assert(!decode("0000 0003 400100"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_SESSION_RESET);
	ck_assert_uint_eq(fault.subcode, BGP_UPDATE_BAD_LENGTH);
	/* withdrawn routes beside it do not help */
	ck_assert(!decode("0002 08 0b 0003 400100"));
	/* what is only discarded does no harm */
	ck_assert(decode("0002 08 0b 0004 400601 00"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_ATTRIBUTE_DISCARD);
	/* nor do attributes without routes that are in order */
	ck_assert(decode("0000 0004 400101 00"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
}
END_TEST

/* -- multiprotocol --------------------------------------------------------- */

#define GLOBAL "20010db8000000000000000000000002"
#define LOCAL  "fe800000000000000000000000000002"

START_TEST(test_mp)
{
	char text[ADDR_STR_MAX];

	ck_assert(decode_attrs(ATTRS "800e1a 0002 01 10" GLOBAL "00 20 20010db8"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
	expect_prefixes(update.mp_announced, "2001:db8::/32 ");
	ck_assert_str_eq(addr_format(&update.mp_next_hop, text), "2001:db8::2");
	ck_assert(!addr_is_set(&update.mp_next_hop_ll));
	/* with a link-local one beside it */
	ck_assert(
		decode_attrs(ATTRS "800e2a 0002 01 20" GLOBAL LOCAL "00 20 20010db8"));
	ck_assert_str_eq(addr_format(&update.mp_next_hop, text), "2001:db8::2");
	ck_assert_str_eq(addr_format(&update.mp_next_hop_ll, text), "fe80::2");
	/* alone, behind an open one */
	ck_assert(decode_attrs(
		ATTRS "800e2a 0002 01 20 00000000000000000000000000000000" LOCAL
			  "00 20 20010db8"));
	ck_assert_str_eq(addr_format(&update.mp_next_hop, text), "fe80::2");
	/* IPv4 within it, and a mapped next hop of IPv6 routes */
	ck_assert(decode_attrs(ATTRS "800e0b 0001 01 04 c0000202"
								 "00 08 0a"));
	expect_prefixes(update.mp_announced, "10.0.0.0/8 ");
	ck_assert(decode_attrs(ATTRS
						   "800e17 0002 01 10 00000000000000000000ffffc0000202"
						   "00 08 20"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
	ck_assert_str_eq(addr_format(&update.mp_next_hop, text),
					 "::ffff:192.0.2.2");
	/* and withdrawn ones */
	ck_assert(decode_attrs("800f06 0002 01 10 2001"));
	expect_prefixes(update.mp_withdrawn, "2001::/16 ");
}
END_TEST

START_TEST(test_mp_next_hops)
{
	/* lengths that are none of an address: the session ends */
	ck_assert(!decode_attrs(ATTRS
							"800e19 0002 01 0f 20010db80000000000000000000000"
							"00 20 20010db8"));
	ck_assert_uint_eq(fault.subcode, BGP_UPDATE_OPTIONAL_ATTR);
	ck_assert(!decode_attrs(ATTRS "800e09 0002 01 00 00 20 20010db8"));
	ck_assert(!decode_attrs(ATTRS "800e0d 0002 01 04 c0000202 00 18 20010d"));
	/* IPv6 under IPv4 routes: if agreed on (RFC 8950) */
	ck_assert(!decode_attrs(ATTRS "800e17 0001 01 10" GLOBAL "00 08 0a"));
	codec.extended_next_hop = true;
	ck_assert(decode_attrs(ATTRS "800e17 0001 01 10" GLOBAL "00 08 0a"));
	expect_prefixes(update.mp_announced, "10.0.0.0/8 ");
	/* no host's address costs the routes alone */
	ck_assert(decode_attrs(ATTRS
						   "800e17 0002 01 10 00000000000000000000000000000001"
						   "00 08 20"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_TREAT_AS_WITHDRAW);
	expect_prefixes(update.mp_announced, "2000::/8 ");
	ck_assert(decode_attrs(ATTRS
						   "800e17 0002 01 10 ff020000000000000000000000000001"
						   "00 08 20"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_TREAT_AS_WITHDRAW);
}
END_TEST

/** the same addresses are no host's in NEXT_HOP and in MP_REACH */
START_TEST(test_mp_next_hop_v4)
{
	static const char *const cases[] = {
		"800e0b 0001 01 04 00000001 00 08 0a",
		"800e0b 0001 01 04 7f000001 00 08 0a",
		"800e0b 0001 01 04 e0000001 00 08 0a",
		"800e0b 0001 01 04 f0000001 00 08 0a",
	};
	char hex[256];

	snprintf(hex, sizeof(hex), "%s%s", ATTRS, cases[_i]);
	ck_assert(decode_attrs(hex));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_TREAT_AS_WITHDRAW);
	ck_assert_uint_eq(fault.subcode, BGP_UPDATE_BAD_NEXT_HOP);
	ck_assert_uint_eq(fault.attr, BGP_ATTR_MP_REACH);
	expect_prefixes(update.mp_announced, "10.0.0.0/8 ");
}
END_TEST

START_TEST(test_mp_mandatory)
{
	/* NEXT_HOP is not asked for, and not looked at (RFC 4760 section 3) */
	ck_assert(
		decode_attrs(ATTRS "400301 00 800e17 0002 01 10" GLOBAL "00 08 20"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
	ck_assert(decode_attrs("400206 0201 0000fdea 800e17 0002 01 10" GLOBAL
						   "00 08 20"));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_TREAT_AS_WITHDRAW);
	ck_assert_uint_eq(fault.attr, BGP_ATTR_ORIGIN);
	/* a family that was not agreed on: nothing of it is taken */
	codec.families = BGP_IPV4;
	ck_assert(decode_attrs(ATTRS "800e17 0002 01 10" GLOBAL "00 08 20"));
	expect_prefixes(update.mp_announced, "");
}
END_TEST

/* -- writing --------------------------------------------------------------- */

static uint8_t out[70000];
static wbuf_t w;

static void make_set(const char *next_hop)
{
	bgp_attr_set_clear(&set);
	ck_assert(bgp_attr_set_prepend(&set, 65002, 1));
	ck_assert(addr_parse(next_hop, &set.a.next_hop));
	w = wbuf_make(out, sizeof(out));
}

static prefix_t prefix(const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return p;
}

static void expect_out(const char *hex)
{
	static uint8_t want[4096];
	size_t len = unhex(hex, want, sizeof(want));

	ck_assert_uint_eq(wbuf_len(&w), len);
	ck_assert_int_eq(memcmp(out, want, len), 0);
}

#define MARKER "ffffffffffffffffffffffffffffffff"

START_TEST(test_write_plain)
{
	bgp_update_writer_t u;
	prefix_t a = prefix("10.0.0.0/8"), b = prefix("0.0.0.0/0");

	make_set("192.0.2.2");
	ck_assert(bgp_update_begin(&u, &w, &codec, FAMILY_IPV4, &set.a));
	ck_assert(bgp_update_add(&u, &a));
	ck_assert(bgp_update_add(&u, &b));
	bgp_update_end(&u);
	expect_out(MARKER "002e 02 0000 0014" ATTRS HOP "08 0a 00");

	w = wbuf_make(out, sizeof(out));
	ck_assert(bgp_withdraw_begin(&u, &w, &codec, FAMILY_IPV4));
	ck_assert(bgp_update_add(&u, &a));
	bgp_update_end(&u);
	expect_out(MARKER "0019 02 0002 08 0a 0000");
}
END_TEST

START_TEST(test_write_mp)
{
	bgp_update_writer_t u;
	prefix_t a = prefix("2001:db8::/32");

	make_set("2001:db8::2");
	ck_assert(bgp_update_begin(&u, &w, &codec, FAMILY_IPV6, &set.a));
	ck_assert(bgp_update_add(&u, &a));
	bgp_update_end(&u);
	/* MP_REACH first (RFC 7606 section 5.1) */
	expect_out(MARKER "0042 02 0000 002b 900e001a 0002 01 10" GLOBAL
					  "00 20 20010db8" ATTRS);

	make_set("2001:db8::2");
	ck_assert(addr_parse("fe80::2", &set.a.next_hop_ll));
	ck_assert(bgp_update_begin(&u, &w, &codec, FAMILY_IPV6, &set.a));
	ck_assert(bgp_update_add(&u, &a));
	bgp_update_end(&u);
	expect_out(MARKER "0052 02 0000 003b 900e002a 0002 01 20" GLOBAL LOCAL
					  "00 20 20010db8" ATTRS);

	w = wbuf_make(out, sizeof(out));
	ck_assert(bgp_withdraw_begin(&u, &w, &codec, FAMILY_IPV6));
	ck_assert(bgp_update_add(&u, &a));
	bgp_update_end(&u);
	expect_out(MARKER "0023 02 0000 000c 900f0008 0002 01 20 20010db8");
}
END_TEST

START_TEST(test_write_end_of_rib)
{
	w = wbuf_make(out, sizeof(out));
	bgp_encode_end_of_rib(&w, FAMILY_IPV4);
	expect_out(MARKER "0017 02 0000 0000");
	w = wbuf_make(out, sizeof(out));
	bgp_encode_end_of_rib(&w, FAMILY_IPV6);
	expect_out(MARKER "001d 02 0000 0006 800f03 0002 01");
}
END_TEST

START_TEST(test_write_nothing)
{
	bgp_update_writer_t u;

	/* no prefix: the message is taken back */
	make_set("192.0.2.2");
	wbuf_u8(&w, 7);
	ck_assert(bgp_update_begin(&u, &w, &codec, FAMILY_IPV4, &set.a));
	bgp_update_end(&u);
	ck_assert_uint_eq(wbuf_len(&w), 1);
	/* without a next hop, or with one that the peer does not take */
	set.a.next_hop = addr_none;
	ck_assert(!bgp_update_begin(&u, &w, &codec, FAMILY_IPV4, &set.a));
	ck_assert(addr_parse("2001:db8::2", &set.a.next_hop));
	ck_assert(!bgp_update_begin(&u, &w, &codec, FAMILY_IPV4, &set.a));
	codec.extended_next_hop = true;
	ck_assert(bgp_update_begin(&u, &w, &codec, FAMILY_IPV4, &set.a));
	bgp_update_end(&u);
	ck_assert_uint_eq(wbuf_len(&w), 1);
}
END_TEST

/** every room from 0 on: a message is whole, fits, and reads back; kind by
 * family and withdrawal */
START_TEST(test_write_room)
{
	family_t family = _i & 1 ? FAMILY_IPV6 : FAMILY_IPV4;
	bool withdraw = _i & 2;
	prefix_t p = prefix(_i & 1 ? "2001:db8:1::/48" : "10.1.2.0/24");
	bgp_update_writer_t u;
	size_t room;

	make_set(_i & 1 ? "2001:db8::2" : "192.0.2.2");
	for (room = 0; room < 200; room++)
	{
		unsigned n = 0;
		bgp_type_t type;
		uint16_t len;
		rbuf_t body;

		w = wbuf_make(out, room);
		if (!(withdraw ? bgp_withdraw_begin(&u, &w, &codec, family)
					   : bgp_update_begin(&u, &w, &codec, family, &set.a)))
		{
			ck_assert_uint_eq(wbuf_len(&w), 0);
			ck_assert(!w.overflow);
			continue;
		}
		while (bgp_update_add(&u, &p))
		{
			n++;
		}
		bgp_update_end(&u);
		ck_assert(!w.overflow);
		ck_assert_uint_le(wbuf_len(&w), room);
		ck_assert(n || !wbuf_len(&w));
		if (n)
		{
			bgp_attr_set_t read;

			/* full: one more would not have fitted */
			ck_assert_uint_gt(wbuf_len(&w) + p.len / 8u + 1, room);
			body = rbuf_make(out, wbuf_len(&w));
			ck_assert(bgp_decode_header(body, 4096, &len, &type, &fault));
			ck_assert_uint_eq(len, wbuf_len(&w));
			ck_assert(rbuf_skip(&body, 19));
			bgp_attr_set_init(&read);
			update.attrs = &read;
			ck_assert(bgp_decode_update(body, &codec, &update, &fault));
			ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
			bgp_attr_set_deinit(&read);
		}
	}
}
END_TEST

START_TEST(test_write_max)
{
	bgp_update_writer_t u;
	prefix_t p = prefix("10.1.2.3/32");
	uint16_t max = _i ? 65535 : 4096;

	codec.message_max = max;
	make_set("192.0.2.2");
	ck_assert(bgp_update_begin(&u, &w, &codec, FAMILY_IPV4, &set.a));
	while (bgp_update_add(&u, &p))
	{
	}
	bgp_update_end(&u);
	ck_assert_uint_le(wbuf_len(&w), max);
	ck_assert_uint_gt(wbuf_len(&w) + 5, max);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, n);
	suite_add_tcase(suite, tcase);
}

Suite *update_suite(void)
{
	Suite *suite = suite_create("update");

	add(suite, "prefixes", test_prefixes, 1);
	add(suite, "frame errors", test_frame_errors, 14);
	add(suite, "truncated", test_truncated, 1);
	add(suite, "end of rib", test_end_of_rib, 1);
	add(suite, "hidden", test_hidden, 1);
	add(suite, "mp", test_mp, 1);
	add(suite, "mp next hops", test_mp_next_hops, 1);
	add(suite, "mp next hop v4", test_mp_next_hop_v4, 4);
	add(suite, "mp mandatory", test_mp_mandatory, 1);
	add(suite, "write plain", test_write_plain, 1);
	add(suite, "write mp", test_write_mp, 1);
	add(suite, "write end of rib", test_write_end_of_rib, 1);
	add(suite, "write nothing", test_write_nothing, 1);
	add(suite, "write room", test_write_room, 4);
	add(suite, "write max", test_write_max, 2);
	return suite;
}
