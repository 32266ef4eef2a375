/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Attributes on the wire: RFC 7606 section 7, attribute by attribute, each
 * with its lengths of zero, one less and one more; what is read out of valid
 * ones; and the merging of four-octet ASNs (RFC 6793).
 */

#include "unit/bgp/suites.h"

#include "bgp/attr_codec.h"
#include "unit/bgp/wire.h"

#include <string.h>

static bgp_attr_set_t set;
static bgp_update_t update;
static bgp_fault_t fault;

static const bgp_codec_t ebgp = {
	.as4 = true,
	.families = BGP_IPV4 | BGP_IPV6,
	.local_as = 65001,
	.remote_as = 65002,
	.message_max = 4096,
};
static const bgp_codec_t ibgp = {
	.as4 = true,
	.ibgp = true,
	.families = BGP_IPV4 | BGP_IPV6,
	.local_as = 65001,
	.remote_as = 65001,
	.message_max = 4096,
};
static const bgp_codec_t two_octets = {
	.families = BGP_IPV4,
	.local_as = 65001,
	.remote_as = 65002,
	.message_max = 4096,
};

static void setup(void)
{
	bgp_attr_set_init(&set);
}

static void teardown(void)
{
	bgp_attr_set_deinit(&set);
}

#define ORIGIN   "400101 00 "
#define AS_PATH  "400206 0201 0000fdea "
#define NEXT_HOP "400304 c0000202 "
#define PREF     "400504 00000064 "

/** an UPDATE with these attributes and 10.0.0.0/8 */
static bool decode(const bgp_codec_t *codec, const char *attrs)
{
	static uint8_t body[4096];
	size_t n = unhex(attrs, body + 4, sizeof(body) - 8);

	memset(body, 0, 4);
	body[2] = (uint8_t)(n >> 8);
	body[3] = (uint8_t)n;
	body[4 + n] = 8;
	body[5 + n] = 10;
	update.attrs = &set;
	return bgp_decode_update(rbuf_make(body, n + 6), codec, &update, &fault);
}

/* -- verdicts -------------------------------------------------------------- */

enum
{
	OK = BGP_FAULT_NONE,
	DISCARD = BGP_FAULT_ATTRIBUTE_DISCARD,
	WITHDRAW = BGP_FAULT_TREAT_AS_WITHDRAW,
	RESET = BGP_FAULT_SESSION_RESET,
};

#define E &ebgp
#define I &ibgp
#define T &two_octets

static const struct
{
	const bgp_codec_t *codec;
	const char *attrs;
	int verdict;
	uint8_t subcode;
	uint8_t attr;
} cases[] = {
	{E, ORIGIN AS_PATH NEXT_HOP, OK, 0, 0},
	/* 7.1 ORIGIN */
	{E, "400100" AS_PATH NEXT_HOP, WITHDRAW, 5, 1},
	{E, "400102 0000" AS_PATH NEXT_HOP, WITHDRAW, 5, 1},
	{E, "400101 03" AS_PATH NEXT_HOP, WITHDRAW, 6, 1},
	{E, "400101 02" AS_PATH NEXT_HOP, OK, 0, 0},
	{E, AS_PATH NEXT_HOP, WITHDRAW, 3, 1},
	/* flags: each of the two bits wrong; Partial and Extended tell nothing */
	{E, "c00101 00" AS_PATH NEXT_HOP, WITHDRAW, 4, 1},
	{E, "000101 00" AS_PATH NEXT_HOP, WITHDRAW, 4, 1},
	{E, "60010100" AS_PATH NEXT_HOP, OK, 0, 0},
	{E, "5001000100" AS_PATH NEXT_HOP, OK, 0, 0},
	/* 7.2 AS_PATH */
	{E, ORIGIN NEXT_HOP, WITHDRAW, 3, 2},
	{I, ORIGIN "400200" NEXT_HOP PREF, OK, 0, 0},
	{I, ORIGIN "400200" NEXT_HOP, WITHDRAW, 3, 5},
	{E, ORIGIN "400201 02" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400202 0200" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400205 0201 0000fd" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400207 0201 0000fdea 02" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400206 0202 0000fdea" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400206 0001 0000fdea" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400206 0501 0000fdea" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400206 0301 0000fdea" NEXT_HOP, WITHDRAW, 11, 2},
	{E, ORIGIN "400206 0401 0000fdea" NEXT_HOP, WITHDRAW, 11, 2},
	/* AS 0 (RFC 7607) */
	{E, ORIGIN "40020a 0202 0000fdea 00000000" NEXT_HOP, WITHDRAW, 11, 2},
	/* 7.3 NEXT_HOP */
	{E, ORIGIN AS_PATH, WITHDRAW, 3, 3},
	{E, ORIGIN AS_PATH "400300", WITHDRAW, 5, 3},
	{E, ORIGIN AS_PATH "400303 c00002", WITHDRAW, 5, 3},
	{E, ORIGIN AS_PATH "400305 c000020200", WITHDRAW, 5, 3},
	{E, ORIGIN AS_PATH "400304 00000000", WITHDRAW, 8, 3},
	{E, ORIGIN AS_PATH "400304 7f000001", WITHDRAW, 8, 3},
	{E, ORIGIN AS_PATH "400304 e0000001", WITHDRAW, 8, 3},
	{E, ORIGIN AS_PATH "400304 ffffffff", WITHDRAW, 8, 3},
	/* 7.4 MULTI_EXIT_DISC */
	{E, ORIGIN AS_PATH NEXT_HOP "800404 00000001", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "800400", WITHDRAW, 5, 4},
	{E, ORIGIN AS_PATH NEXT_HOP "800403 000001", WITHDRAW, 5, 4},
	{E, ORIGIN AS_PATH NEXT_HOP "800405 0000000100", WITHDRAW, 5, 4},
	{E, ORIGIN AS_PATH NEXT_HOP "c00404 00000001", WITHDRAW, 4, 4},
	/* 7.5 LOCAL_PREF: of no meaning from outside, whatever is in it */
	{I, ORIGIN AS_PATH NEXT_HOP "400504 00000001", OK, 0, 0},
	{I, ORIGIN AS_PATH NEXT_HOP "400500", WITHDRAW, 5, 5},
	{I, ORIGIN AS_PATH NEXT_HOP "400503 000001", WITHDRAW, 5, 5},
	{I, ORIGIN AS_PATH NEXT_HOP "400505 0000000100", WITHDRAW, 5, 5},
	{E, ORIGIN AS_PATH NEXT_HOP "400503 000001", OK, 0, 0},
	/* 7.6 ATOMIC_AGGREGATE */
	{E, ORIGIN AS_PATH NEXT_HOP "400600", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "400601 00", DISCARD, 5, 6},
	/* 7.7 AGGREGATOR */
	{E, ORIGIN AS_PATH NEXT_HOP "c00708 0000fdea 0a000001", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "c00700", DISCARD, 5, 7},
	{E, ORIGIN AS_PATH NEXT_HOP "c00706 fdea 0a000001", DISCARD, 5, 7},
	{E, ORIGIN AS_PATH NEXT_HOP "c00709 0000fdea 0a000001 00", DISCARD, 5, 7},
	{E, ORIGIN AS_PATH NEXT_HOP "c00708 00000000 0a000001", DISCARD, 9, 7},
	{T, ORIGIN "400204 0201 fdea" NEXT_HOP "c00706 fdea 0a000001", OK, 0, 0},
	{T, ORIGIN "400204 0201 fdea" NEXT_HOP "c00708 0000fdea 0a000001", DISCARD,
	 5, 7},
	/* 7.8 COMMUNITIES */
	{E, ORIGIN AS_PATH NEXT_HOP "c00804 fdea0001", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "c00800", WITHDRAW, 5, 8},
	{E, ORIGIN AS_PATH NEXT_HOP "c00803 fdea00", WITHDRAW, 9, 8},
	{E, ORIGIN AS_PATH NEXT_HOP "c00805 fdea000100", WITHDRAW, 9, 8},
	{E, ORIGIN AS_PATH NEXT_HOP "800804 fdea0001", WITHDRAW, 4, 8},
	/* 7.9 ORIGINATOR_ID, 7.10 CLUSTER_LIST: within the AS alone */
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800904 0a000001", OK, 0, 0},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800900", WITHDRAW, 5, 9},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800903 0a0000", WITHDRAW, 5, 9},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800905 0a00000100", WITHDRAW, 5, 9},
	{E, ORIGIN AS_PATH NEXT_HOP "800903 0a0000", OK, 0, 0},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800a08 0a000001 0a000002", OK, 0, 0},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800a00", WITHDRAW, 5, 10},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800a03 0a0000", WITHDRAW, 9, 10},
	{I, ORIGIN AS_PATH NEXT_HOP PREF "800a05 0a00000100", WITHDRAW, 9, 10},
	{E, ORIGIN AS_PATH NEXT_HOP "800a03 0a0000", OK, 0, 0},
	/* 7.11, 7.12 the multiprotocol ones: the prefixes are lost with them */
	{E, ORIGIN AS_PATH NEXT_HOP "800e00", RESET, 5, 14},
	{E, ORIGIN AS_PATH NEXT_HOP "800e04 0002 01 10", RESET, 9, 14},
	{E, ORIGIN AS_PATH NEXT_HOP "800e06 0002 01 01 00 00", RESET, 9, 14},
	{E, ORIGIN AS_PATH NEXT_HOP "c00e05 0002 01 00 00", RESET, 9, 14},
	{E, ORIGIN AS_PATH NEXT_HOP "800f00", RESET, 5, 15},
	{E, ORIGIN AS_PATH NEXT_HOP "800f02 0002", RESET, 9, 15},
	{E, ORIGIN AS_PATH NEXT_HOP "800f04 0002 01 81", RESET, 9, 15},
	{E, ORIGIN AS_PATH NEXT_HOP "800f04 0002 01 08", RESET, 9, 15},
	{E, ORIGIN AS_PATH NEXT_HOP "800f05 0001 01 2100", RESET, 9, 15},
	{E, ORIGIN AS_PATH NEXT_HOP "400f03 0002 01", WITHDRAW, 4, 15},
	/* a family that is not ours is not looked into */
	{E, ORIGIN AS_PATH NEXT_HOP "800f04 0019 46 ff", OK, 0, 0},
	/* 7.14 EXTENDED COMMUNITIES */
	{E, ORIGIN AS_PATH NEXT_HOP "c01008 0002fdea00000001", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "c01000", WITHDRAW, 5, 16},
	{E, ORIGIN AS_PATH NEXT_HOP "c01007 0002fdea000000", WITHDRAW, 9, 16},
	{E, ORIGIN AS_PATH NEXT_HOP "c01009 0002fdea0000000100", WITHDRAW, 9, 16},
	/* RFC 6793 section 6: AS4_PATH, AS4_AGGREGATOR */
	{E, ORIGIN AS_PATH NEXT_HOP "c01100", DISCARD, 5, 17},
	{E, ORIGIN AS_PATH NEXT_HOP "c01105 0201 0000fd", DISCARD, 9, 17},
	{E, ORIGIN AS_PATH NEXT_HOP "c01106 0201 00000000", DISCARD, 9, 17},
	{E, ORIGIN AS_PATH NEXT_HOP "c01200", DISCARD, 5, 18},
	{E, ORIGIN AS_PATH NEXT_HOP "c01207 0000fdea0a0000", DISCARD, 9, 18},
	{E, ORIGIN AS_PATH NEXT_HOP "c01209 0000fdea0a00000100", DISCARD, 9, 18},
	/* RFC 8092 */
	{E, ORIGIN AS_PATH NEXT_HOP "c0200c 0000fdea 00000001 00000002", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "c02000", WITHDRAW, 5, 32},
	{E, ORIGIN AS_PATH NEXT_HOP "c0200b 0000fdea 00000001 000000", WITHDRAW, 9,
	 32},
	{E, ORIGIN AS_PATH NEXT_HOP "c0200d 0000fdea 00000001 00000002 00",
	 WITHDRAW, 9, 32},
	/* RFC 9234 */
	{E, ORIGIN AS_PATH NEXT_HOP "c02304 0000fdea", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "c02300", WITHDRAW, 5, 35},
	{E, ORIGIN AS_PATH NEXT_HOP "c02303 0000fd", WITHDRAW, 9, 35},
	{E, ORIGIN AS_PATH NEXT_HOP "c02305 0000fdea00", WITHDRAW, 9, 35},
	/* unknown: optional is passed on or over, well-known cannot be */
	{E, ORIGIN AS_PATH NEXT_HOP "c0c801 07", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "80c800", OK, 0, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "40c801 07", RESET, 2, 200},
	/* 3 g: twice */
	{E, ORIGIN ORIGIN AS_PATH NEXT_HOP, DISCARD, 1, 1},
	{E, ORIGIN AS_PATH NEXT_HOP "c0c80107 c0c80108", DISCARD, 1, 200},
	{E, ORIGIN AS_PATH NEXT_HOP "800f03 000201 800f03 000201", RESET, 1, 15},
	/* 3 h: the strongest wins, in either order */
	{E, ORIGIN AS_PATH NEXT_HOP "40060100 800400", WITHDRAW, 5, 4},
	{E, ORIGIN AS_PATH NEXT_HOP "800400 40060100", WITHDRAW, 5, 4},
	{E, ORIGIN AS_PATH NEXT_HOP "800400 40c80107", RESET, 2, 200},
	/* 4: the list is cut short; the total length is trusted */
	{E, ORIGIN AS_PATH NEXT_HOP "80", WITHDRAW, 1, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "8004", WITHDRAW, 1, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "900400", WITHDRAW, 1, 0},
	{E, ORIGIN AS_PATH NEXT_HOP "800404 000000", WITHDRAW, 1, 0},
};

START_TEST(test_verdict)
{
	bool ok = decode(cases[_i].codec, cases[_i].attrs);
	prefix_t prefix;

	ck_assert_msg((int)fault.verdict == cases[_i].verdict,
				  "%s: verdict %d, not %d", cases[_i].attrs, fault.verdict,
				  cases[_i].verdict);
	ck_assert_int_eq(ok, cases[_i].verdict != RESET);
	if (cases[_i].verdict != OK)
	{
		ck_assert_uint_eq(fault.code, BGP_ERR_UPDATE);
		ck_assert_uint_eq(fault.subcode, cases[_i].subcode);
		ck_assert_uint_eq(fault.attr, cases[_i].attr);
		ck_assert_ptr_nonnull(fault.what);
		if (cases[_i].subcode != BGP_UPDATE_MISSING_WELL_KNOWN &&
			cases[_i].subcode != BGP_UPDATE_BAD_AS_PATH && cases[_i].attr)
		{
			/* the data is the attribute whole */
			ck_assert_uint_ge(fault.data_len, 3);
			ck_assert_uint_eq(fault.data[1], cases[_i].attr);
		}
	}
	if (ok)
	{
		/* whatever the verdict, the prefix is there to be withdrawn */
		ck_assert(bgp_nlri_next(&update.announced, &prefix));
		ck_assert_uint_eq(prefix.len, 8);
	}
	ck_assert(update.discarded || cases[_i].verdict != DISCARD);
}
END_TEST

START_TEST(test_discarded)
{
	/* discarded means: not in the set, all else is */
	ck_assert(decode(&ebgp, ORIGIN AS_PATH NEXT_HOP
					 "400601 00 c00706 fdea 0a000001 400504 000000c8"
					 "800904 0a000001 800a04 0a000001 800404 00000007"));
	ck_assert_uint_eq(set.a.has, BGP_HAS_MED);
	ck_assert_uint_eq(set.a.cluster_list.len, 0);
	ck_assert_uint_eq(update.discarded, 5);
	ck_assert_uint_eq(set.a.med, 7);
}
END_TEST

START_TEST(test_values)
{
	ck_assert(decode(&ibgp, "400101 01 40020a 0202 0001fdea 0000fdeb" NEXT_HOP
							"800404 00000007 400504 000000c8 400600"
							"c00708 0001fdea 0a000001"
							"c00808 00020002 00010001"
							"800904 0a000009 800a04 0a00000a"
							"c01008 0002fdea00000001"
							"c0200c 0000fdea 00000001 00000002"
							"c02304 0000fdec"));
	ck_assert_uint_eq(set.a.origin, BGP_ORIGIN_EGP);
	ck_assert_uint_eq(set.a.neighbor_as, 0x1fdea);
	ck_assert_uint_eq(set.a.as_path_hops, 2);
	ck_assert_uint_eq(set.a.next_hop.b[3], 2);
	ck_assert_uint_eq(set.a.med, 7);
	ck_assert_uint_eq(set.a.local_pref, 200);
	ck_assert_uint_eq(set.a.aggregator_as, 0x1fdea);
	ck_assert_uint_eq(set.a.originator_id, 0x0a000009);
	ck_assert_uint_eq(set.a.otc, 0xfdec);
	ck_assert_uint_eq(set.a.has, 0x3f);
	ck_assert_uint_eq(set.a.communities.len, 8);
	/* sorted */
	ck_assert_uint_eq(set.a.communities.data[1], 1);
	ck_assert_uint_eq(set.a.ext_communities.len, 8);
	ck_assert_uint_eq(set.a.large_communities.len, 12);
	ck_assert_uint_eq(set.a.cluster_list.len, 4);
}
END_TEST

START_TEST(test_unknown)
{
	static const uint8_t want[] = {0xf0, 0xc8, 0, 2, 1, 2, 0xf0, 0xc9, 0, 0};

	/* in order of type, Partial set; the non-transitive one is dropped */
	ck_assert(
		decode(&ebgp, ORIGIN AS_PATH NEXT_HOP "c0c900 80ca0109 c0c802 0102"));
	ck_assert_uint_eq(set.a.unknown.len, sizeof(want));
	ck_assert_int_eq(memcmp(set.a.unknown.data, want, sizeof(want)), 0);
	/* the set is filled anew each time */
	ck_assert(decode(&ebgp, ORIGIN AS_PATH NEXT_HOP));
	ck_assert_uint_eq(set.a.unknown.len, 0);
}
END_TEST

START_TEST(test_unknown_many)
{
	char hex[4096] = ORIGIN AS_PATH NEXT_HOP;
	unsigned i;

	/* one more than is kept */
	for (i = 0; i <= BGP_UNKNOWN_MAX; i++)
	{
		snprintf(hex + strlen(hex), sizeof(hex) - strlen(hex), "c0%02x00 ",
				 100 + i);
	}
	ck_assert(decode(&ebgp, hex));
	ck_assert_uint_eq(set.a.unknown.len, 4 * BGP_UNKNOWN_MAX);
	ck_assert_uint_eq(update.discarded, 1);
}
END_TEST

/* -- four-octet ASNs ------------------------------------------------------- */

static void expect_path(const char *hex)
{
	uint8_t want[256];
	size_t len = unhex(hex, want, sizeof(want));

	ck_assert_uint_eq(set.a.as_path.len, len);
	ck_assert_int_eq(memcmp(set.a.as_path.data, want, len), 0);
}

START_TEST(test_as4_merge)
{
	/* no AS4_PATH: AS_TRANS stays */
	ck_assert(decode(&two_octets, ORIGIN "400206 0202 fdea 5ba0" NEXT_HOP));
	expect_path("0202 0000fdea 00005ba0");
	/* of the same length: all of it counts */
	ck_assert(decode(&two_octets, ORIGIN "400206 0202 fdea 5ba0" NEXT_HOP
										 "c0110a 0202 0000fdea 00010000"));
	expect_path("0202 0000fdea 00010000");
	/* shorter: the leading hops are AS_PATH's, and sequences join */
	ck_assert(decode(&two_octets, ORIGIN "400208 0203 fdea fdeb 5ba0" NEXT_HOP
										 "c0110a 0202 0000fdeb 00010000"));
	expect_path("0203 0000fdea 0000fdeb 00010000");
	/* longer: not of this path */
	ck_assert(decode(&two_octets, ORIGIN "400204 0201 fdea" NEXT_HOP
										 "c0110a 0202 0000fdeb 00010000"));
	expect_path("0201 0000fdea");
	/* a set is one hop */
	ck_assert(decode(&two_octets,
					 ORIGIN "40020a 0201 fdea 0102 5ba0 0005" NEXT_HOP
							"c0110a 0102 00010000 00000005"));
	expect_path("0201 0000fdea 0102 00010000 00000005");
	/* confederation segments in it are passed over */
	ck_assert(decode(&two_octets, ORIGIN "400206 0202 fdea 5ba0" NEXT_HOP
										 "c0110c 0301 0000ffff 0201 00010000"));
	expect_path("0202 0000fdea 00010000");
}
END_TEST

/** sequences join as far as a count of one octet goes */
START_TEST(test_as4_join)
{
	char hex[4096] = ORIGIN NEXT_HOP "500201fc ";
	unsigned i;

	for (i = 0; i < 252; i++)
	{
		/* 126 each: 252 in one */
		strcat(hex, i % 126 ? "" : "027e ");
		strcat(hex, i == 0 ? "fdea " : "fdeb ");
	}
	ck_assert(decode(&two_octets, hex));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
	ck_assert_uint_eq(set.a.as_path_hops, 252);
	ck_assert_uint_eq(set.a.as_path.data[1], 252);
	/* 128 each: 256 do not fit in one */
	strcpy(hex, ORIGIN NEXT_HOP "50020204 ");
	for (i = 0; i < 256; i++)
	{
		strcat(hex, i % 128 ? "" : "0280 ");
		strcat(hex, i == 0 ? "fdea " : "fdeb ");
	}
	ck_assert(decode(&two_octets, hex));
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
	ck_assert_uint_eq(set.a.as_path_hops, 256);
	ck_assert_uint_eq(set.a.as_path.data[1], 128);
	ck_assert_uint_eq(set.a.as_path.len, 256 * 4 + 4);
}
END_TEST

START_TEST(test_as4_aggregator)
{
	/* AGGREGATOR of AS_TRANS: AS4_AGGREGATOR knows better */
	ck_assert(decode(&two_octets, ORIGIN "400206 0202 fdea 5ba0" NEXT_HOP
										 "c00706 5ba0 0a000001"
										 "c0110a 0202 0000fdea 00010000"
										 "c01208 00010000 0a000002"));
	ck_assert_uint_eq(set.a.aggregator_as, 0x10000);
	ck_assert_uint_eq(set.a.aggregator_id, 0x0a000002);
	expect_path("0202 0000fdea 00010000");
	/* of another AS: both AS4 attributes are of an older aggregation */
	ck_assert(decode(&two_octets, ORIGIN "400206 0202 fdea 5ba0" NEXT_HOP
										 "c00706 fdeb 0a000001"
										 "c0110a 0202 0000fdea 00010000"
										 "c01208 00010000 0a000002"));
	ck_assert_uint_eq(set.a.aggregator_as, 0xfdeb);
	expect_path("0202 0000fdea 00005ba0");
	/* alone, an AGGREGATOR of two octets says nothing about the path */
	ck_assert(decode(&two_octets, ORIGIN "400206 0202 fdea 5ba0" NEXT_HOP
										 "c00706 fdeb 0a000001"
										 "c0110a 0202 0000fdea 00010000"));
	ck_assert_uint_eq(set.a.aggregator_as, 0xfdeb);
	expect_path("0202 0000fdea 00010000");
	/* from a peer of four octets both are of no meaning */
	ck_assert(decode(&ebgp, ORIGIN AS_PATH NEXT_HOP
					 "c00708 00005ba0 0a000001"
					 "c01106 0201 00010000 c01208 00010000 0a000002"));
	ck_assert_uint_eq(set.a.aggregator_as, 0x5ba0);
	expect_path("0201 0000fdea");
}
END_TEST

static void expect_encoded(const bgp_codec_t *codec, bool mp, const char *hex)
{
	uint8_t got[512], want[512];
	wbuf_t w = wbuf_make(got, sizeof(got));
	size_t len = unhex(hex, want, sizeof(want));

	bgp_encode_attrs(&w, codec, &set.a, mp);
	ck_assert(!w.overflow);
	ck_assert_uint_eq(wbuf_len(&w), len);
	ck_assert_int_eq(memcmp(got, want, len), 0);
}

START_TEST(test_encode)
{
	bgp_codec_t ibgp2 = ibgp;
	static const char all[] = "400101 00 40020a 0202 0000fdea 0001fdeb" NEXT_HOP
							  "800404 00000007 400504 000000c8 400600"
							  "c00708 0001fdea 0a000001 c00804 00010001"
							  "800904 0a000009 800a04 0a00000a"
							  "c01008 0002fdea00000001"
							  "c0200c 0000fdea 00000001 00000002"
							  "c02304 0000fdec f0c8000107";

	ibgp2.as4 = false;
	ck_assert(decode(&ibgp, all));
	expect_encoded(&ibgp, false, all);
	/* to another AS: without what is for the own one */
	expect_encoded(&ebgp, true,
				   "400101 00 40020a 0202 0000fdea 0001fdeb"
				   "800404 00000007 400600"
				   "c00708 0001fdea 0a000001 c00804 00010001"
				   "c01008 0002fdea00000001"
				   "c0200c 0000fdea 00000001 00000002"
				   "c02304 0000fdec f0c8000107");
	/* to a peer of two octets (RFC 6793 section 4.2.2) */
	expect_encoded(&ibgp2, false,
				   "400101 00 400206 0202 fdea 5ba0" NEXT_HOP
				   "800404 00000007 400504 000000c8 400600"
				   "c00706 5ba0 0a000001 c00804 00010001"
				   "800904 0a000009 800a04 0a00000a"
				   "c01008 0002fdea00000001"
				   "c0110a 0202 0000fdea 0001fdeb c01208 0001fdea 0a000001"
				   "c0200c 0000fdea 00000001 00000002"
				   "c02304 0000fdec f0c8000107");
	/* nothing that needs four: no AS4 attributes */
	ck_assert(decode(&ebgp, ORIGIN AS_PATH NEXT_HOP));
	expect_encoded(&two_octets, false, "400101 00 400204 0201 fdea" NEXT_HOP);
	/* iBGP always tells LOCAL_PREF */
	expect_encoded(&ibgp, false, ORIGIN AS_PATH NEXT_HOP "400504 00000064");
}
END_TEST

/** a path of 300 hops needs a length of two octets */
START_TEST(test_long_path)
{
	uint8_t buf[4096];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	unsigned i;
	rbuf_t r;

	bgp_attr_set_clear(&set);
	for (i = 0; i < 300; i++)
	{
		ck_assert(bgp_attr_set_prepend(&set, 65002, 1));
	}
	set.a.next_hop = addr_v4(0xc0000202);
	bgp_encode_attrs(&w, &ebgp, &set.a, false);
	ck_assert(!w.overflow);
	r = rbuf_make(buf, wbuf_len(&w));
	ck_assert(rbuf_skip(&r, 4));
	/* 300 ASNs in two segments */
	ck_assert_uint_eq(r.p[0], 0x50);
	ck_assert_uint_eq((unsigned)r.p[2] << 8 | r.p[3], 300 * 4 + 2 * 2);
}
END_TEST

START_TEST(test_table)
{
	size_t i;

	for (i = 0; i < bgp_attr_table_count; i++)
	{
		ck_assert_ptr_eq(bgp_attr_desc(bgp_attr_table[i].type),
						 &bgp_attr_table[i]);
		ck_assert_ptr_nonnull(bgp_attr_table[i].decode);
		ck_assert(!i || bgp_attr_table[i].type > bgp_attr_table[i - 1].type);
	}
	ck_assert_ptr_null(bgp_attr_desc(0));
	ck_assert_ptr_null(bgp_attr_desc(255));
	ck_assert_str_eq(bgp_attr_name(BGP_ATTR_AS_PATH), "AS_PATH");
	ck_assert_str_eq(bgp_attr_name(200), "unknown");
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, size_t n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, (int)n);
	suite_add_tcase(suite, tcase);
}

Suite *attr_codec_suite(void)
{
	Suite *suite = suite_create("attr_codec");

	add(suite, "verdict", test_verdict, countof(cases));
	add(suite, "discarded", test_discarded, 1);
	add(suite, "values", test_values, 1);
	add(suite, "unknown", test_unknown, 1);
	add(suite, "unknown many", test_unknown_many, 1);
	add(suite, "as4 merge", test_as4_merge, 1);
	add(suite, "as4 join", test_as4_join, 1);
	add(suite, "as4 aggregator", test_as4_aggregator, 1);
	add(suite, "encode", test_encode, 1);
	add(suite, "long path", test_long_path, 1);
	add(suite, "table", test_table, 1);
	return suite;
}
