/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * RFC 7606 as a peer meets it: one row a case, sent into a session in which
 * the same routes stand already. What becomes of the session, of the routes
 * that were there, of the attribute and of the counters is looked at for each.
 *
 * The peer has announced 10.0.0.0/8, 11.0.0.0/8 and 2001:db8::/32 with ORIGIN
 * IGP; the UPDATEs below announce some of them with INCOMPLETE, so that a
 * route that was taken is told from one that stayed.
 */

#include "unit/bgp/suites.h"

#include "bgp/attr_codec.h"
#include "unit/bgp/wire.h"

#include <string.h>

/** who sends it: a peer of another AS, of ours, of another with two octets */
typedef enum from_t
{
	EBGP,
	IBGP,
	TWO,
} from_t;

typedef enum verdict_t
{
	/** routes taken, nothing said */
	TAKEN,
	/** routes taken without the attribute */
	DISCARD,
	/** routes announced are gone, the session stands */
	WITHDRAW,
	/** the session ends with this NOTIFICATION */
	RESET,
} verdict_t;

typedef struct case_t
{
	from_t from;
	/** path attributes, and prefixes in the NLRI field */
	const char *attrs;
	const char *nlri;
	verdict_t verdict;
	/** DISCARD, WITHDRAW: how the last error goes on; RESET: the body */
	const char *says;
} case_t;

/* the mandatory ones in order, and the prefixes */
#define O      "400101 02 "
#define PATH   "400206 0201 0000fdea "
#define PATH_I "400200 "
#define PATH_T "400204 0201 fdea "
#define HOP    "400304 c0000202 "
#define PREF   "400504 00000064 "
#define E      O PATH HOP
#define I      O PATH_I HOP PREF
#define T      O PATH_T HOP
#define TEN    "08 0a"
#define HOP6   "10 20010db8000000000000000000000002 "
#define NET6   "20 20010db8 "

static const case_t cases[] = {
	{EBGP, E, TEN, TAKEN, ""},
	{IBGP, I, TEN, TAKEN, ""},
	{TWO, T, TEN, TAKEN, ""},

	/* 3 a, d: mandatory ones missing */
	{EBGP, PATH HOP, TEN, WITHDRAW, "ORIGIN: attribute missing: bytes 01"},
	{EBGP, O HOP, TEN, WITHDRAW, "AS_PATH: attribute missing: bytes 02"},
	{EBGP, O PATH, TEN, WITHDRAW, "NEXT_HOP: attribute missing: bytes 03"},
	{IBGP, PATH_I HOP, TEN, WITHDRAW, "ORIGIN: attribute missing: bytes 01"},
	{IBGP, O HOP, TEN, WITHDRAW, "AS_PATH: attribute missing: bytes 02"},
	{IBGP, O PATH_I HOP, TEN, WITHDRAW,
	 "LOCAL_PREF: attribute missing: bytes 05"},
	{IBGP, O PATH_I "800e1a 0002 01" HOP6 "00" NET6, "", WITHDRAW,
	 "LOCAL_PREF: attribute missing: bytes 05"},

	/* 3 c: flags, each of the two bits */
	{EBGP, "c00101 02" PATH HOP, TEN, WITHDRAW,
	 "ORIGIN: attribute flags wrong: bytes c0 01 01 02"},
	{EBGP, "000101 02" PATH HOP, TEN, WITHDRAW,
	 "ORIGIN: attribute flags wrong: bytes 00 01 01 02"},
	{EBGP, E "c00404 00000001", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute flags wrong: bytes c0 04 04 00 00 00 01"},
	{EBGP, E "000404 00000001", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute flags wrong: bytes 00 04 04 00 00 00 01"},
	{EBGP, E "800804 fdea0001", TEN, WITHDRAW,
	 "COMMUNITIES: attribute flags wrong: bytes 80 08 04 fd ea 00 01"},
	{EBGP, E "c00600", TEN, WITHDRAW,
	 "ATOMIC_AGGREGATE: attribute flags wrong: bytes c0 06 00"},
	/* Partial and Extended Length are not looked at */
	{EBGP, "6001 01 02" PATH HOP, TEN, TAKEN, ""},
	{EBGP, "5001 0001 02" PATH HOP, TEN, TAKEN, ""},
	{EBGP, E "a00404 00000001", TEN, TAKEN, ""},
	/* what holds prefixes is read in spite of its flags */
	{EBGP, O PATH "c00e1a 0002 01" HOP6 "00" NET6, "", WITHDRAW,
	 "MP_REACH_NLRI: attribute flags wrong: bytes c0 0e 1a 00 02 01 10 20 01 "
	 "0d b8 00 00 00 00 00 00 00 00 00 00 00 02 00 20 20 01 0d b8"},
	{EBGP, "c00f08 0002 01" NET6, "", WITHDRAW,
	 "MP_UNREACH_NLRI: attribute flags wrong: bytes c0 0f 08 00 02 01 20 20 01 "
	 "0d b8"},

	/* 3 f: unknown and well-known */
	{EBGP, E "40c801 07", TEN, RESET, "03 02 40c80107"},
	{EBGP, E "00c801 07", TEN, RESET, "03 02 00c80107"},
	{EBGP, E "c0c800", TEN, TAKEN, ""},
	{EBGP, E "80c801 07", TEN, TAKEN, ""},

	/* 3 g: twice */
	{EBGP, E "400101 00", TEN, DISCARD,
	 "ORIGIN: malformed attribute: bytes 40 01 01 00"},
	{EBGP, E "800404 00000001 800404 00000002", TEN, DISCARD,
	 "MULTI_EXIT_DISC: malformed attribute: bytes 80 04 04 00 00 00 02"},
	{EBGP, E "c0c80107 c0c80108", TEN, DISCARD,
	 "unknown: malformed attribute: bytes c0 c8 01 08"},
	/* also if the second would have been malformed */
	{EBGP, E "400101 09", TEN, DISCARD,
	 "ORIGIN: malformed attribute: bytes 40 01 01 09"},
	{EBGP, E "800f03 000201 800f03 000201", TEN, RESET, "03 01 800f03 000201"},
	{EBGP, O PATH "800e1a 0002 01" HOP6 "00" NET6 "800e05 0002 01 00 00", "",
	 RESET, "03 01 800e05 0002010000"},

	/* 3 h: the strongest of many, in either order */
	{EBGP, E "40060100 800400", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 00"},
	{EBGP, E "800400 40060100", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 00"},
	{EBGP, E "800400 40c80107", TEN, RESET, "03 02 40c80107"},
	{EBGP, E "40c80107 800400", TEN, RESET, "03 02 40c80107"},

	/* 4: a length over the end, and not even a head; the rest is trusted */
	{EBGP, E "800405 00000001", TEN, WITHDRAW,
	 "malformed attribute: bytes 80 04 05 00 00 00 01"},
	{EBGP, E "80", TEN, WITHDRAW, "malformed attribute: bytes 80"},
	{EBGP, E "8004", TEN, WITHDRAW, "malformed attribute: bytes 80 04"},
	{EBGP, E "900400", TEN, WITHDRAW, "malformed attribute: bytes 90 04 00"},
	/* and of length 0, where that is none */
	{EBGP, E "c0c800 c00800", TEN, WITHDRAW,
	 "COMMUNITIES: attribute length wrong: bytes c0 08 00"},

	/* 5.2: a fault, and no route to be seen that it could be about */
	{EBGP, "400100", "", RESET, "03 05 400100"},
	{EBGP, "400103", "", RESET, "03 01 400103"},
	{EBGP, O PATH "800400", "", RESET, "03 05 800400"},
	{EBGP, O PATH "800e15 0002 01" HOP6 "00 800400", "", RESET, "03 05 800400"},
	{EBGP, "c00f08 0002 01" NET6 "80", "", RESET,
	 "03 04 c00f08 00020120 20010db8"},
	{EBGP, "c00f08 0002 01" NET6 O, "", RESET,
	 "03 04 c00f08 00020120 20010db8"},
	/* nothing is hidden by what is only discarded */
	{EBGP, O PATH "40060100", "", DISCARD,
	 "ATOMIC_AGGREGATE: attribute length wrong: bytes 40 06 01 00"},

	/* 5.3: prefixes of a length that there is not, or cut short */
	{EBGP, E, "21 0a00000000", RESET, "03 0a"},
	{EBGP, E, "ff", RESET, "03 0a"},
	{EBGP, E, "08", RESET, "03 0a"},
	{EBGP, E, "08 0a 20 010203", RESET, "03 0a"},

	/* 7.1 ORIGIN */
	{EBGP, "400100" PATH HOP, TEN, WITHDRAW,
	 "ORIGIN: attribute length wrong: bytes 40 01 00"},
	{EBGP, "400102 0202" PATH HOP, TEN, WITHDRAW,
	 "ORIGIN: attribute length wrong: bytes 40 01 02 02 02"},
	{EBGP, "400101 03" PATH HOP, TEN, WITHDRAW,
	 "ORIGIN: undefined origin: bytes 40 01 01 03"},
	{EBGP, "400101 ff" PATH HOP, TEN, WITHDRAW,
	 "ORIGIN: undefined origin: bytes 40 01 01 ff"},

	/* 7.2 AS_PATH: type, count, ends; AS 0 (RFC 7607), confederations */
	{EBGP, O HOP "400200", TEN, WITHDRAW,
	 "AS_PATH: first AS is not the peer's"},
	{EBGP, O HOP "400201 02", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 01 02"},
	{EBGP, O HOP "400202 0200", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 02 02 00"},
	{EBGP, O HOP "400205 0201 0000fd", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 05 02 01 00 00 fd"},
	{EBGP, O HOP "400207 0201 0000fdea 00", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 07 02 01 00 00 fd ea 00"},
	{EBGP, O HOP "400206 0202 0000fdea", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 06 02 02 00 00 fd ea"},
	{EBGP, O HOP "400206 0001 0000fdea", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 06 00 01 00 00 fd ea"},
	{EBGP, O HOP "400206 0501 0000fdea", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 06 05 01 00 00 fd ea"},
	{EBGP, O HOP "400206 0301 0000fdea", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 06 03 01 00 00 fd ea"},
	{EBGP, O HOP "400206 0401 0000fdea", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 06 04 01 00 00 fd ea"},
	{EBGP, O HOP "40020a 0202 0000fdea 00000000", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 0a 02 02 00 00 fd ea 00 00 00 00"},
	{EBGP, O HOP "400206 0201 0000fdeb", TEN, WITHDRAW,
	 "AS_PATH: first AS is not the peer's: bytes 02 01 00 00 fd eb"},
	/* sets, in AS4_PATH too (RFC 9774 section 3) */
	{EBGP, O HOP "40020c 0201 0000fdea 0101 00000001", TEN, WITHDRAW,
	 "AS_PATH: AS_SET in it: bytes 02 01 00 00 fd ea 01 01 00 00 00 01"},
	{TWO, O HOP "400206 0202 fdea 5ba0 c01106 0101 00010000", TEN, WITHDRAW,
	 "AS_PATH: AS_SET in it: bytes 02 01 00 00 fd ea 01 01 00 01 00 00"},
	{TWO, O HOP "400206 0201 0000fdea", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 06 02 01 00 00 fd ea"},
	{TWO, O HOP "400203 0201 fd", TEN, WITHDRAW,
	 "AS_PATH: malformed path: bytes 40 02 03 02 01 fd"},

	/* 7.3 NEXT_HOP, and what is no host's */
	{EBGP, O PATH "400300", TEN, WITHDRAW,
	 "NEXT_HOP: attribute length wrong: bytes 40 03 00"},
	{EBGP, O PATH "400303 c00002", TEN, WITHDRAW,
	 "NEXT_HOP: attribute length wrong: bytes 40 03 03 c0 00 02"},
	{EBGP, O PATH "400305 c000020202", TEN, WITHDRAW,
	 "NEXT_HOP: attribute length wrong: bytes 40 03 05 c0 00 02 02 02"},
	{EBGP, O PATH "400304 00000000", TEN, WITHDRAW,
	 "NEXT_HOP: next hop is no host's address: bytes 40 03 04 00 00 00 00"},
	{EBGP, O PATH "400304 7f000001", TEN, WITHDRAW,
	 "NEXT_HOP: next hop is no host's address: bytes 40 03 04 7f 00 00 01"},
	{EBGP, O PATH "400304 e0000001", TEN, WITHDRAW,
	 "NEXT_HOP: next hop is no host's address: bytes 40 03 04 e0 00 00 01"},
	{EBGP, O PATH "400304 ffffffff", TEN, WITHDRAW,
	 "NEXT_HOP: next hop is no host's address: bytes 40 03 04 ff ff ff ff"},

	/* 7.4 MULTI_EXIT_DISC */
	{EBGP, E "800400", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 00"},
	{EBGP, E "800403 000001", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 03 00 00 01"},
	{EBGP, E "800405 0000000100", TEN, WITHDRAW,
	 "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 05 00 00 00 01 00"},

	/* 7.5 LOCAL_PREF: from outside it is discarded unread */
	{IBGP, O PATH_I HOP "400500", TEN, WITHDRAW,
	 "LOCAL_PREF: attribute length wrong: bytes 40 05 00"},
	{IBGP, O PATH_I HOP "400503 000001", TEN, WITHDRAW,
	 "LOCAL_PREF: attribute length wrong: bytes 40 05 03 00 00 01"},
	{IBGP, O PATH_I HOP "400505 0000000100", TEN, WITHDRAW,
	 "LOCAL_PREF: attribute length wrong: bytes 40 05 05 00 00 00 01 00"},
	{EBGP, E "400504 00000001", TEN, DISCARD, NULL},
	{EBGP, E "400503 000001", TEN, DISCARD, NULL},

	/* 7.6 ATOMIC_AGGREGATE */
	{EBGP, E "40060100", TEN, DISCARD,
	 "ATOMIC_AGGREGATE: attribute length wrong: bytes 40 06 01 00"},

	/* 7.7 AGGREGATOR: 8 octets, 6 with two-octet ASNs */
	{EBGP, E "c00700", TEN, DISCARD,
	 "AGGREGATOR: attribute length wrong: bytes c0 07 00"},
	{EBGP, E "c00707 0000fdea 0a0000", TEN, DISCARD,
	 "AGGREGATOR: attribute length wrong: bytes c0 07 07 00 00 fd ea 0a 00 00"},
	{EBGP, E "c00709 0000fdea 0a000001 00", TEN, DISCARD,
	 "AGGREGATOR: attribute length wrong: bytes c0 07 09 00 00 fd ea 0a 00 00 "
	 "01 00"},
	{EBGP, E "c00706 fdea 0a000001", TEN, DISCARD,
	 "AGGREGATOR: attribute length wrong: bytes c0 07 06 fd ea 0a 00 00 01"},
	{TWO, T "c00708 0000fdea 0a000001", TEN, DISCARD,
	 "AGGREGATOR: attribute length wrong: bytes c0 07 08 00 00 fd ea 0a 00 00 "
	 "01"},
	{TWO, T "c00705 fdea 0a0000", TEN, DISCARD,
	 "AGGREGATOR: attribute length wrong: bytes c0 07 05 fd ea 0a 00 00"},
	{EBGP, E "c00708 00000000 0a000001", TEN, DISCARD,
	 "AGGREGATOR: malformed attribute: bytes c0 07 08 00 00 00 00 0a 00 00 01"},

	/* 7.8 COMMUNITIES */
	{EBGP, E "c00800", TEN, WITHDRAW,
	 "COMMUNITIES: attribute length wrong: bytes c0 08 00"},
	{EBGP, E "c00803 fdea00", TEN, WITHDRAW,
	 "COMMUNITIES: malformed attribute: bytes c0 08 03 fd ea 00"},
	{EBGP, E "c00805 fdea000100", TEN, WITHDRAW,
	 "COMMUNITIES: malformed attribute: bytes c0 08 05 fd ea 00 01 00"},

	/* 7.9 ORIGINATOR_ID */
	{IBGP, I "800900", TEN, WITHDRAW,
	 "ORIGINATOR_ID: attribute length wrong: bytes 80 09 00"},
	{IBGP, I "800903 0a0000", TEN, WITHDRAW,
	 "ORIGINATOR_ID: attribute length wrong: bytes 80 09 03 0a 00 00"},
	{IBGP, I "800905 0a00000200", TEN, WITHDRAW,
	 "ORIGINATOR_ID: attribute length wrong: bytes 80 09 05 0a 00 00 02 00"},
	{EBGP, E "800904 0a000002", TEN, DISCARD, NULL},
	{EBGP, E "800903 0a0000", TEN, DISCARD, NULL},

	/* 7.10 CLUSTER_LIST */
	{IBGP, I "800a00", TEN, WITHDRAW,
	 "CLUSTER_LIST: attribute length wrong: bytes 80 0a 00"},
	{IBGP, I "800a03 0a0000", TEN, WITHDRAW,
	 "CLUSTER_LIST: malformed attribute: bytes 80 0a 03 0a 00 00"},
	{IBGP, I "800a05 0a00000200", TEN, WITHDRAW,
	 "CLUSTER_LIST: malformed attribute: bytes 80 0a 05 0a 00 00 02 00"},
	{EBGP, E "800a04 0a000002", TEN, DISCARD, NULL},
	{EBGP, E "800a03 0a0000", TEN, DISCARD, NULL},

	/* 7.11 MP_REACH_NLRI: each field cut, lengths of next hops */
	{EBGP, E "800e00", TEN, RESET, "03 05 800e00"},
	{EBGP, E "800e01 00", TEN, RESET, "03 09 800e01 00"},
	{EBGP, E "800e02 0002", TEN, RESET, "03 09 800e02 0002"},
	{EBGP, E "800e03 0002 01", TEN, RESET, "03 09 800e03 000201"},
	{EBGP, E "800e04 0002 01 10", TEN, RESET, "03 09 800e04 00020110"},
	{EBGP, E "800e04 0002 01 00", TEN, RESET, "03 09 800e04 00020100"},
	{EBGP, E "800e05 0002 01 00 00", TEN, RESET, "03 09 800e05 0002010000"},
	{EBGP, E "800e09 0002 01 04 c0000202 00", TEN, RESET,
	 "03 09 800e09 0002 01 04 c0000202 00"},
	{EBGP, E "800e14 0002 01 0f 20010db80000000000000000000000 00", TEN, RESET,
	 "03 09 800e14 0002 01 0f 20010db80000000000000000000000 00"},
	{EBGP, E "800e16 0002 01 11 20010db800000000000000000000000200 00", TEN,
	 RESET, "03 09 800e16 0002 01 11 20010db800000000000000000000000200 00"},
	{EBGP, E "800e14 0002 01" HOP6, TEN, RESET, "03 09 800e14 0002 01" HOP6},
	/* IPv6 under IPv4 routes was not agreed on (RFC 8950) */
	{EBGP, E "800e17 0001 01" HOP6 "00 080c", TEN, RESET,
	 "03 09 800e17 0001 01" HOP6 "00 080c"},
	{EBGP, O PATH "800e16 0002 01" HOP6 "00 81", "", RESET,
	 "03 09 800e16 0002 01" HOP6 "00 81"},
	{EBGP, O PATH "800e19 0002 01" HOP6 "00 20 20010d", "", RESET,
	 "03 09 800e19 0002 01" HOP6 "00 20 20010d"},
	{EBGP, O PATH "800e1a 0002 01" HOP6 "00" NET6, "", TAKEN, ""},
	/* no host's address: the routes are known */
	{EBGP, O PATH "800e1a 0002 01 10 00000000000000000000000000000001 00" NET6,
	 "", WITHDRAW,
	 "MP_REACH_NLRI: next hop is no host's address: bytes 80 0e 1a 00 02 01 10 "
	 "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 20 20 01 0d b8"},
	/* and if there are none, what is to be withdrawn is not known */
	{EBGP, O PATH "800e15 0002 01 10 00000000000000000000000000000001 00", "",
	 RESET, "03 08 800e15 0002 01 10 00000000000000000000000000000001 00"},
	/* a fault of another attribute is theirs as well */
	{EBGP, O PATH "800e1a 0002 01" HOP6 "00" NET6 "800400", "", WITHDRAW,
	 "MULTI_EXIT_DISC: attribute length wrong: bytes 80 04 00"},
	/* families and subsequent ones that were not agreed on are passed over */
	{EBGP, E "800e06 0019 46 00 00 ff", TEN, TAKEN, ""},
	{EBGP, E "800e1a 0002 02" HOP6 "00" NET6, TEN, TAKEN, ""},
	{EBGP, E "800e03 0019 46", TEN, RESET, "03 09 800e03 001946"},

	/* 7.12 MP_UNREACH_NLRI */
	{EBGP, "800f00", "", RESET, "03 05 800f00"},
	{EBGP, "800f01 00", "", RESET, "03 09 800f01 00"},
	{EBGP, "800f02 0002", "", RESET, "03 09 800f02 0002"},
	{EBGP, "800f04 0002 01 81", "", RESET, "03 09 800f04 00020181"},
	{EBGP, "800f07 0002 01 20 20010d", "", RESET,
	 "03 09 800f07 00020120 20010d"},
	{EBGP, "800f04 0019 46 ff", "", TAKEN, ""},

	/* 7.14 EXTENDED COMMUNITIES */
	{EBGP, E "c01000", TEN, WITHDRAW,
	 "EXTENDED_COMMUNITIES: attribute length wrong: bytes c0 10 00"},
	{EBGP, E "c01007 0002fdea000000", TEN, WITHDRAW,
	 "EXTENDED_COMMUNITIES: malformed attribute: bytes c0 10 07 00 02 fd ea 00 "
	 "00 00"},
	{EBGP, E "c01009 0002fdea0000000100", TEN, WITHDRAW,
	 "EXTENDED_COMMUNITIES: malformed attribute: bytes c0 10 09 00 02 fd ea 00 "
	 "00 00 01 00"},
	/* types that nobody knows are no error */
	{EBGP, E "c01008 ff02fdea00000001", TEN, TAKEN, ""},

	/* RFC 6793 section 6: AS4_PATH, AS4_AGGREGATOR */
	{TWO, T "c01100", TEN, DISCARD,
	 "AS4_PATH: attribute length wrong: bytes c0 11 00"},
	{TWO, T "c01105 0201 000100", TEN, DISCARD,
	 "AS4_PATH: malformed attribute: bytes c0 11 05 02 01 00 01 00"},
	{TWO, T "c01107 0201 00010000 00", TEN, DISCARD,
	 "AS4_PATH: malformed attribute: bytes c0 11 07 02 01 00 01 00 00 00"},
	{TWO, T "c01102 0200", TEN, DISCARD,
	 "AS4_PATH: malformed attribute: bytes c0 11 02 02 00"},
	{TWO, T "c01106 0501 00010000", TEN, DISCARD,
	 "AS4_PATH: malformed attribute: bytes c0 11 06 05 01 00 01 00 00"},
	{TWO, T "c01106 0201 00000000", TEN, DISCARD,
	 "AS4_PATH: malformed attribute: bytes c0 11 06 02 01 00 00 00 00"},
	{TWO, T "801106 0201 00010000", TEN, WITHDRAW,
	 "AS4_PATH: attribute flags wrong: bytes 80 11 06 02 01 00 01 00 00"},
	{TWO, T "c01200", TEN, DISCARD,
	 "AS4_AGGREGATOR: attribute length wrong: bytes c0 12 00"},
	{TWO, T "c01207 00010000 0a0000", TEN, DISCARD,
	 "AS4_AGGREGATOR: malformed attribute: bytes c0 12 07 00 01 00 00 0a 00 "
	 "00"},
	{TWO, T "c01209 00010000 0a000001 00", TEN, DISCARD,
	 "AS4_AGGREGATOR: malformed attribute: bytes c0 12 09 00 01 00 00 0a 00 00 "
	 "01 00"},
	{TWO, T "c01208 00000000 0a000001", TEN, DISCARD,
	 "AS4_AGGREGATOR: malformed attribute: bytes c0 12 08 00 00 00 00 0a 00 00 "
	 "01"},
	/* from a peer of four octets they are ignored */
	{EBGP, E "c01106 0201 00010000 c01208 00010000 0a000001", TEN, TAKEN, ""},

	/* RFC 8092 section 5: LARGE_COMMUNITIES */
	{EBGP, E "c02000", TEN, WITHDRAW,
	 "LARGE_COMMUNITIES: attribute length wrong: bytes c0 20 00"},
	{EBGP, E "c0200b 0000fdea 00000001 000000", TEN, WITHDRAW,
	 "LARGE_COMMUNITIES: malformed attribute: bytes c0 20 0b 00 00 fd ea 00 00 "
	 "00 01 00 00 00"},
	{EBGP, E "c0200d 0000fdea 00000001 00000002 00", TEN, WITHDRAW,
	 "LARGE_COMMUNITIES: malformed attribute: bytes c0 20 0d 00 00 fd ea 00 00 "
	 "00 01 00 00 00 02 00"},
	{EBGP, E "c02018 0000fdea 00000001 00000002 0000fdea 00000001 00000002",
	 TEN, TAKEN, ""},

	/* RFC 9234 section 5: ONLY_TO_CUSTOMER */
	{EBGP, E "c02300", TEN, WITHDRAW,
	 "ONLY_TO_CUSTOMER: attribute length wrong: bytes c0 23 00"},
	{EBGP, E "c02303 0000fd", TEN, WITHDRAW,
	 "ONLY_TO_CUSTOMER: malformed attribute: bytes c0 23 03 00 00 fd"},
	{EBGP, E "c02305 0000fdea00", TEN, WITHDRAW,
	 "ONLY_TO_CUSTOMER: malformed attribute: bytes c0 23 05 00 00 fd ea 00"},
	{EBGP, E "802304 0000fdea", TEN, WITHDRAW,
	 "ONLY_TO_CUSTOMER: attribute flags wrong: bytes 80 23 04 00 00 fd ea"},
	{EBGP, E "c02304 0000fdea", TEN, TAKEN, ""},
};

/* -- in a session ---------------------------------------------------------- */

static wire_t *wire;
static wire_conn_t *conn;

static bgp_peer_info_t info(void)
{
	bgp_peer_info_t i;

	bgp_peer_info(wire->speaker[0].peer, &i);
	return i;
}

/** ORIGIN of the route that stands, -1: none does */
static int origin(const char *text)
{
	bgp_route_t route;
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return bgp_route_get(wire->speaker[0].bgp, &p, &route) && route.n_best
			   ? route.best[0].attrs->origin
			   : -1;
}

static void start(from_t from)
{
	wire = wire_create_raw(65001, from == IBGP ? 65001 : 65002);
	if (from != TWO)
	{
		conn = raw_establish(wire);
	}
	else
	{
		rbuf_t body;

		bgp_peer_start(wire->speaker[0].bgp, wire->speaker[0].peer, wire->now);
		conn = raw_answer(wire);
		raw_message(conn, BGP_OPEN,
					"04 fdea 005a 0a000002 10 020e 0104 00010001 0104 00020001"
					"0200");
		raw_message(conn, BGP_KEEPALIVE, "");
		ck_assert_int_eq(wire_state(wire, 0), BGP_ESTABLISHED);
		while (raw_take(conn, &body))
		{
		}
	}
}

static void send_update(const char *withdrawn, const char *attrs,
						const char *nlri)
{
	static char hex[65536];
	uint8_t scratch[8192];

	snprintf(hex, sizeof(hex), "%04zx %s %04zx %s %s",
			 unhex(withdrawn, scratch, sizeof(scratch)), withdrawn,
			 unhex(attrs, scratch, sizeof(scratch)), attrs, nlri);
	raw_message(conn, BGP_UPDATE, hex);
}

/** the routes of before */
static void announce_before(from_t from)
{
	static const char *const paths[] = {PATH, PATH_I PREF, PATH_T};
	char attrs[256];

	snprintf(attrs, sizeof(attrs), "400101 00 %s %s", paths[from], HOP);
	send_update("", attrs, "08 0a 08 0b");
	snprintf(attrs, sizeof(attrs), "400101 00 %s 800e1a 0002 01 %s 00 %s",
			 paths[from], HOP6, NET6);
	send_update("", attrs, "");
	ck_assert_int_eq(origin("10.0.0.0/8"), BGP_ORIGIN_IGP);
	ck_assert_int_eq(origin("11.0.0.0/8"), BGP_ORIGIN_IGP);
	ck_assert_int_eq(origin("2001:db8::/32"), BGP_ORIGIN_IGP);
	ck_assert_str_eq(info().last_error, "");
}

/** what the case announces or withdraws, by what is in it */
static void expect_routes(const case_t *c, int after)
{
	bool six = strstr(c->attrs, NET6) && !strstr(c->attrs, "0002 02");

	ck_assert_int_eq(origin("10.0.0.0/8"), *c->nlri ? after : BGP_ORIGIN_IGP);
	ck_assert_int_eq(origin("2001:db8::/32"), six ? after : BGP_ORIGIN_IGP);
	ck_assert_int_eq(origin("11.0.0.0/8"), BGP_ORIGIN_IGP);
	ck_assert_int_eq(wire_state(wire, 0), BGP_ESTABLISHED);
}

static void expect_error(const char *head, const char *rest)
{
	char want[600];

	snprintf(want, sizeof(want), "%s: %s", head, rest);
	ck_assert_str_eq(info().last_error, want);
}

/** the attribute under test has left nothing */
static void expect_bare(void)
{
	prefix_t p = {.addr = {.family = FAMILY_IPV4, .b = {10}}, .len = 8};
	const bgp_attrs_t *a;
	bgp_route_t route;

	ck_assert(bgp_route_get(wire->speaker[0].bgp, &p, &route));
	a = route.best[0].attrs;
	ck_assert_uint_eq(a->has & ~(unsigned)BGP_HAS_MED, 0);
	ck_assert(!(a->has & BGP_HAS_MED) || a->med == 1);
	ck_assert_uint_eq(a->cluster_list.len, 0);
	ck_assert_uint_eq(bgp_as_path_count(a, 65002), 1);
	ck_assert_uint_eq(a->as_path_hops, 1);
}

START_TEST(test_case)
{
	const case_t *c = &cases[_i];

	start(c->from);
	announce_before(c->from);
	send_update("", c->attrs, c->nlri);
	switch (c->verdict)
	{
		case TAKEN:
			expect_routes(c, BGP_ORIGIN_INCOMPLETE);
			ck_assert_str_eq(info().last_error, "");
			ck_assert_uint_eq(info().treated_as_withdraw, 0);
			ck_assert_uint_eq(info().discarded_attributes, 0);
			break;
		case DISCARD:
			expect_routes(c, BGP_ORIGIN_INCOMPLETE);
			ck_assert_uint_eq(info().treated_as_withdraw, 0);
			ck_assert_uint_eq(info().discarded_attributes, 1);
			if (c->says)
			{
				expect_error("attribute discarded", c->says);
			}
			if (*c->nlri)
			{
				expect_bare();
			}
			break;
		case WITHDRAW:
			expect_routes(c, -1);
			ck_assert_uint_eq(info().treated_as_withdraw, 1);
			expect_error("routes treated as withdrawn", c->says);
			break;
		case RESET:
			raw_expect_end(conn, c->says);
			ck_assert_int_eq(origin("10.0.0.0/8"), -1);
			ck_assert_int_eq(origin("11.0.0.0/8"), -1);
			ck_assert_int_eq(origin("2001:db8::/32"), -1);
			break;
	}
	wire_destroy(wire);
}
END_TEST

/** lengths of the frame's fields: section 3 b and RFC 4271 section 6.3 */
START_TEST(test_frame)
{
	static const struct
	{
		const char *body;
		const char *notification;
	} frames[] = {
		{"00", "01 02 0014"},
		{"0000 00", "01 02 0016"},
		{"0001 0000", "03 01"},
		{"0003 0000", "03 01"},
		{"ffff 0000", "03 01"},
		{"0000 0001", "03 01"},
		{"0000 0015" E, "03 01"},
		{"0000 ffff" E, "03 01"},
		{"0002 08 0a 0001", "03 01"},
		/* withdrawn routes of a length that there is not, or cut short */
		{"0001 08 0000", "03 0a"},
		{"0005 21 0a000000 0000", "03 0a"},
		{"0001 ff 0000", "03 0a"},
	};

	for (unsigned i = 0; i < countof(frames); i++)
	{
		start(EBGP);
		announce_before(EBGP);
		raw_message(conn, BGP_UPDATE, frames[i].body);
		raw_expect_end(conn, frames[i].notification);
		ck_assert_int_eq(origin("10.0.0.0/8"), -1);
		wire_destroy(wire);
	}
}
END_TEST

/** one UPDATE with routes in all four places, and a fault: all that it names
 * goes, and nothing else (section 2) */
START_TEST(test_everywhere)
{
	start(EBGP);
	announce_before(EBGP);
	send_update("", "400101 00" PATH HOP, "08 0c");
	send_update("", "400101 00" PATH "800e1a 0002 01" HOP6 "00 20 20010db9",
				"");
	send_update("08 0b",
				"800e1a 0002 01" HOP6 "00" NET6 "800f08 0002 01 20 20010db9" E
				"800400",
				TEN);
	ck_assert_int_eq(origin("10.0.0.0/8"), -1);
	ck_assert_int_eq(origin("11.0.0.0/8"), -1);
	ck_assert_int_eq(origin("2001:db8::/32"), -1);
	ck_assert_int_eq(origin("2001:db9::/32"), -1);
	ck_assert_int_eq(origin("12.0.0.0/8"), BGP_ORIGIN_IGP);
	ck_assert_uint_eq(info().treated_as_withdraw, 1);
	ck_assert_uint_eq(info().received[0], 1);
	ck_assert_uint_eq(info().received[1], 0);
	/* and comes back with the next one that is in order */
	send_update("", E, TEN);
	ck_assert_int_eq(origin("10.0.0.0/8"), BGP_ORIGIN_INCOMPLETE);
	wire_destroy(wire);
}
END_TEST

/* -- by the table ---------------------------------------------------------- */

/** the verdict on one attribute, of this head and value, beside a valid rest */
static bgp_fault_verdict_t verdict_on(uint8_t flags, uint8_t type,
									  const uint8_t *value, uint8_t len)
{
	static const char *const rest[] = {[BGP_ATTR_ORIGIN] = O,
									   [BGP_ATTR_AS_PATH] = PATH_I,
									   [BGP_ATTR_NEXT_HOP] = HOP,
									   [BGP_ATTR_LOCAL_PREF] = PREF};
	bgp_codec_t codec = {.as4 = true,
						 .ibgp = true,
						 .families = BGP_IPV4 | BGP_IPV6,
						 .local_as = 65001,
						 .remote_as = 65001,
						 .message_max = 4096};
	bgp_update_t update;
	bgp_attr_set_t set;
	bgp_fault_t fault;
	uint8_t body[600] = {0};
	size_t n = 4;

	for (unsigned i = 1; i < countof(rest); i++)
	{
		n += i == type || !rest[i] ? 0 : unhex(rest[i], body + n, 100);
	}
	body[n++] = flags;
	body[n++] = type;
	body[n++] = len;
	memcpy(body + n, value, len);
	n += len;
	body[2] = (uint8_t)((n - 4) >> 8);
	body[3] = (uint8_t)(n - 4);
	body[n++] = 8;
	body[n++] = 10;
	bgp_attr_set_init(&set);
	update.attrs = &set;
	bgp_decode_update(rbuf_make(body, n), &codec, &update, &fault);
	bgp_attr_set_deinit(&set);
	return fault.verdict;
}

/** what the row says is what happens: a length of 0 where it may not be, and
 * every other length that is none; flags as they must not be */
START_TEST(test_rows)
{
	const bgp_attr_desc_t *desc = &bgp_attr_table[_i];
	/* a value that is wrong in every attribute that is not of one size */
	uint8_t value[255];
	unsigned malformed = 0;

	memset(value, 0xff, sizeof(value));
	for (unsigned len = 0; len < sizeof(value); len++)
	{
		bgp_fault_verdict_t v =
			verdict_on(desc->flags, desc->type, value, (uint8_t)len);

		ck_assert_msg(v == BGP_FAULT_NONE || v == desc->malformed,
					  "%s of %u: %d", desc->name, len, v);
		ck_assert(len || (v == BGP_FAULT_NONE) == desc->may_be_empty);
		malformed += v != BGP_FAULT_NONE;
	}
	/* at the least, three of four lengths are none */
	ck_assert_uint_ge(malformed, desc->type == BGP_ATTR_MP_REACH ||
										 desc->type == BGP_ATTR_MP_UNREACH
									 ? 3
									 : 191);
	/* as an MP attribute it is of a family that is not ours */
	value[3] = value[4] = 0;
	for (unsigned bit = 0x40; bit <= 0x80; bit <<= 1)
	{
		ck_assert_int_eq(
			verdict_on((uint8_t)(desc->flags ^ bit), desc->type, value, 5),
			BGP_FAULT_TREAT_AS_WITHDRAW);
	}
}
END_TEST

Suite *rfc7606_suite(void)
{
	Suite *suite = suite_create("rfc7606");

	unit_add_loop(suite, "case", test_case, countof(cases));
	unit_add(suite, "frame", test_frame);
	unit_add(suite, "everywhere", test_everywhere);
	unit_add_loop(suite, "rows", test_rows, bgp_attr_table_count);
	return suite;
}
