/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The link's MTU: AWS's published table, what Linux's own ESP gives (case 27 of
 * the lab looks again), and an independent count of the bytes of an ESP packet,
 * which must fit at the MTU and not at one more.
 */

#include "unit/tunnel/suites.h"

#include "tunnel/mtu.h"

enum
{
	TDES = 3,
	NUL = 11,
	CBC = 12,
	CTR = 13,
	CCM8 = 14,
	CCM16 = 16,
	GCM8 = 18,
	GCM12 = 19,
	GCM16 = 20,
	GMAC = 21,
	CAMELLIA = 23,
	CHACHA = 28,
	MD5 = 1,
	SHA1 = 2,
	XCBC = 5,
	CMAC = 8,
	SHA256 = 12,
	SHA384 = 13,
	SHA512 = 14,
};

static tunnel_sa_info_t info(unsigned encr, unsigned integ, bool encap, bool v6)
{
	tunnel_sa_info_t sa = {
		.encr = (uint16_t)encr, .integ = (uint16_t)integ, .encap = encap};

	ck_assert(addr_parse(v6 ? "2001:db8::1" : "203.0.113.1", &sa.remote));
	return sa;
}

/* AWS's figures are the exact bound for an underlay of 1500 in each case */
static const struct
{
	unsigned encr, integ;
	bool encap;
	uint16_t mtu, mss;
} aws[] = {
	{GCM16, 0, false, 1446, 1406},    {GCM16, 0, true, 1438, 1398},
	{CBC, SHA1, false, 1438, 1398},   {CBC, SHA1, true, 1422, 1382},
	{CBC, SHA256, false, 1438, 1398}, {CBC, SHA256, true, 1422, 1382},
	{CBC, SHA384, false, 1422, 1382}, {CBC, SHA384, true, 1422, 1382},
	{CBC, SHA512, false, 1422, 1382}, {CBC, SHA512, true, 1406, 1366},
};

START_TEST(test_aws)
{
	tunnel_sa_info_t sa =
		info(aws[_i].encr, aws[_i].integ, aws[_i].encap, false);
	uint16_t mtu = tunnel_mtu(&sa, 1500);

	ck_assert_uint_eq(mtu, aws[_i].mtu);
	ck_assert_uint_eq(tunnel_mss(mtu, FAMILY_IPV4), aws[_i].mss);
	ck_assert_uint_eq(tunnel_mss(mtu, FAMILY_IPV6), aws[_i].mss - 20);
}
END_TEST

/* seen with Linux 6.1 over 1500: by IPv4, with NAT traversal, by IPv6, with both;
 * one byte more was refused */
static const struct
{
	unsigned encr, integ;
	uint16_t mtu[4];
} linux_esp[] = {
	{GCM16, 0, {1446, 1438, 1426, 1418}},
	{GCM12, 0, {1450, 1442, 1430, 1422}},
	{GCM8, 0, {1454, 1446, 1434, 1426}},
	{CHACHA, 0, {1446, 1438, 1426, 1418}},
	{CCM16, 0, {1446, 1438, 1426, 1418}},
	{CCM8, 0, {1454, 1446, 1434, 1426}},
	{GMAC, 0, {1446, 1438, 1426, 1418}},
	{CBC, MD5, {1438, 1422, 1422, 1406}},
	{CBC, SHA1, {1438, 1422, 1422, 1406}},
	{CBC, XCBC, {1438, 1422, 1422, 1406}},
	{CBC, CMAC, {1438, 1422, 1422, 1406}},
	{CBC, SHA256, {1438, 1422, 1406, 1406}},
	{CBC, SHA384, {1422, 1422, 1406, 1390}},
	{CBC, SHA512, {1422, 1406, 1390, 1390}},
	{CTR, SHA256, {1446, 1438, 1426, 1418}},
	{TDES, SHA1, {1446, 1438, 1430, 1422}},
	{CAMELLIA, SHA512, {1422, 1406, 1390, 1390}},
	{NUL, SHA256, {1454, 1446, 1434, 1426}},
};

START_TEST(test_linux)
{
	for (unsigned k = 0; k < 4; k++)
	{
		tunnel_sa_info_t sa =
			info(linux_esp[_i].encr, linux_esp[_i].integ, k & 1, k & 2);

		ck_assert_uint_eq(tunnel_mtu(&sa, 1500), linux_esp[_i].mtu[k]);
	}
}
END_TEST

static const struct
{
	unsigned encr, integ, iv, block, icv;
} suites[] = {
	{TDES, SHA1, 8, 8, 12},
	{NUL, SHA1, 0, 1, 12},
	{NUL, SHA256, 0, 1, 16},
	{CBC, SHA1, 16, 16, 12},
	{CBC, SHA256, 16, 16, 16},
	{CBC, SHA384, 16, 16, 24},
	{CBC, SHA512, 16, 16, 32},
	{CBC, XCBC, 16, 16, 12},
	{CBC, CMAC, 16, 16, 12},
	{CTR, SHA1, 8, 1, 12},
	{GCM8, 0, 8, 1, 8},
	{GCM12, 0, 8, 1, 12},
	{GCM16, 0, 8, 1, 16},
	{CAMELLIA, SHA256, 16, 16, 16},
	{CAMELLIA, SHA1, 16, 16, 12},
	{CHACHA, 0, 8, 1, 16},
	{CCM8, 0, 8, 1, 8},
	{15, 0, 8, 1, 12},
	{CCM16, 0, 8, 1, 16},
	{GMAC, 0, 8, 1, 16},
	{24, SHA256, 8, 1, 16},
	{25, 0, 8, 1, 8},
	{26, 0, 8, 1, 12},
	{27, 0, 8, 1, 16},
	{CBC, MD5, 16, 16, 12},
};

/** bytes on the wire for an inner packet, padded byte by byte */
static unsigned wire(unsigned inner, unsigned block, unsigned fixed)
{
	unsigned payload = inner + 2;

	while (payload % block || payload % 4)
	{
		payload++;
	}
	return payload + fixed;
}

START_TEST(test_exact)
{
	for (unsigned v6 = 0; v6 < 2; v6++)
	{
		for (unsigned encap = 0; encap < 2; encap++)
		{
			tunnel_sa_info_t sa =
				info(suites[_i].encr, suites[_i].integ, encap, v6);
			unsigned fixed = (v6 ? 40u : 20u) + (encap ? 8u : 0u) + 8 +
							 suites[_i].iv + suites[_i].icv;

			for (unsigned under = 1400; under <= 1532; under++)
			{
				unsigned mtu = tunnel_mtu(&sa, under);

				ck_assert_uint_ge(mtu, 1280);
				ck_assert_msg(wire(mtu, suites[_i].block, fixed) <= under,
							  "%u does not fit %u", mtu, under);
				ck_assert_msg(wire(mtu + 1, suites[_i].block, fixed) > under,
							  "%u would fit %u", mtu + 1, under);
			}
		}
	}
}
END_TEST

START_TEST(test_limits)
{
	tunnel_sa_info_t sa = info(GCM16, 0, false, false);

	/* 1280 + trailer 2, padded to 1284, + 52 */
	ck_assert_uint_eq(tunnel_mtu(&sa, 1336), 1282);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1335), 1280);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1332), 1280);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1280), 1280);
	ck_assert_uint_eq(tunnel_mtu(&sa, 0), 1280);
	ck_assert_uint_eq(tunnel_mtu(&sa, 9000), 8946);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1000000), 65535);
	ck_assert_uint_eq(tunnel_mss(1280, FAMILY_IPV6), 1220);
	ck_assert_uint_eq(tunnel_mss(40, FAMILY_IPV4), 0);
	ck_assert_uint_eq(tunnel_mss(0, FAMILY_IPV6), 0);
}
END_TEST

START_TEST(test_unknown)
{
	tunnel_sa_info_t sa = info(1000, SHA1, false, false);

	ck_assert_uint_eq(tunnel_mtu(&sa, 1500), TUNNEL_MTU_DEFAULT);
	sa = info(CBC, 1000, false, false);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1500), TUNNEL_MTU_DEFAULT);
	sa = info(CBC, 0, false, false);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1500), TUNNEL_MTU_DEFAULT);
	sa = info(0, 0, false, false);
	ck_assert_uint_eq(tunnel_mtu(&sa, 1500), TUNNEL_MTU_DEFAULT);
	sa = info(GCM16, 0, false, false);
	sa.remote = addr_none;
	ck_assert_uint_eq(tunnel_mtu(&sa, 1500), TUNNEL_MTU_DEFAULT);
}
END_TEST

/* the default promises to fit each cipher with NAT-T over 1500 of IPv4; the
 * heaviest over IPv6 has room for 1386 */
START_TEST(test_default)
{
	for (unsigned v6 = 0; v6 < 2; v6++)
	{
		tunnel_sa_info_t sa = info(suites[_i].encr, suites[_i].integ, true, v6);

		ck_assert_uint_ge(tunnel_mtu(&sa, 1500),
						  v6 ? 1386 : TUNNEL_MTU_DEFAULT);
	}
}
END_TEST

Suite *mtu_suite(void)
{
	Suite *suite = suite_create("mtu");

	unit_add_loop(suite, "aws", test_aws, countof(aws));
	unit_add_loop(suite, "linux", test_linux, countof(linux_esp));
	unit_add_loop(suite, "exact", test_exact, countof(suites));
	unit_add(suite, "limits", test_limits);
	unit_add(suite, "unknown", test_unknown);
	unit_add_loop(suite, "default", test_default, countof(suites));
	return suite;
}
