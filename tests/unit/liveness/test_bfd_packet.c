/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BFD Control packets: what RFC 5880 section 6.8.6 takes and drops before a
 * session is looked for, byte by byte.
 */

#include "unit/liveness/suites.h"

#include "pair.h"

#include <string.h>

/** Down, no diagnostic, from 0x11223344 to nobody */
static const uint8_t plain[24] = {
	0x20, 0x40, 3, 24,   0x11, 0x22, 0x33, 0x44, 0,    0,
	0,    0,    0, 0x0f, 0x42, 0x40, 0,    0x04, 0x93, 0xe0,
};

START_TEST(plain_is_read)
{
	bfd_packet_t p;

	ck_assert(bfd_packet_decode(plain, sizeof(plain), &p));
	ck_assert_int_eq(p.state, BFD_DOWN);
	ck_assert_int_eq(p.diag, BFD_DIAG_NONE);
	ck_assert_uint_eq(p.multiplier, 3);
	ck_assert_uint_eq(p.my, 0x11223344);
	ck_assert_uint_eq(p.your, 0);
	ck_assert_uint_eq(p.desired_tx, 1000000);
	ck_assert_uint_eq(p.required_rx, 300000);
	ck_assert(!p.poll && !p.final && !p.authentic && !p.demand);
}
END_TEST

START_TEST(flags_are_read)
{
	uint8_t data[24];
	bfd_packet_t p;

	memcpy(data, plain, sizeof(data));
	data[0] = 0x20 | 7;
	data[1] = 0x3a;
	ck_assert(bfd_packet_decode(data, sizeof(data), &p));
	ck_assert_int_eq(p.state, BFD_ADMIN_DOWN);
	ck_assert_int_eq(p.diag, BFD_DIAG_ADMIN_DOWN);
	ck_assert(p.poll && p.final && p.control_independent && p.demand);
}
END_TEST

START_TEST(each_truncation_is_dropped)
{
	bfd_packet_t p;

	ck_assert(!bfd_packet_decode(plain, (size_t)_i, &p));
	ck_assert_uint_eq(bfd_packet_your(plain, (size_t)_i), 0);
}
END_TEST

/** a byte of `plain` in whose place another makes the packet bad */
static const struct
{
	const char *what;
	size_t at;
	uint8_t value;
} bad[] = {
	{"version 0", 0, 0x00},
	{"version 2", 0, 0x40},
	{"multipoint", 1, 0x41},
	{"no multiplier", 2, 0},
	{"length under the header", 3, 23},
	{"length 0", 3, 0},
	{"length over the datagram", 3, 25},
	{"authentication without a section", 1, 0x44},
	{"Init without your discriminator", 1, 0x80},
	{"Up without your discriminator", 1, 0xc0},
};

START_TEST(bad_is_dropped)
{
	uint8_t data[24];
	bfd_packet_t p;

	memcpy(data, plain, sizeof(data));
	data[bad[_i].at] = bad[_i].value;
	ck_assert_msg(!bfd_packet_decode(data, sizeof(data), &p), "%s",
				  bad[_i].what);
}
END_TEST

START_TEST(no_discriminator_is_dropped)
{
	uint8_t data[24];
	bfd_packet_t p;

	memcpy(data, plain, sizeof(data));
	memset(&data[4], 0, 4);
	ck_assert(!bfd_packet_decode(data, sizeof(data), &p));
}
END_TEST

START_TEST(bytes_after_it_are_ignored)
{
	uint8_t data[40] = {0};
	bfd_packet_t p;

	memcpy(data, plain, sizeof(plain));
	ck_assert(bfd_packet_decode(data, sizeof(data), &p));
}
END_TEST

static size_t keyed(uint8_t data[BFD_PACKET_MAX], bfd_config_t *config)
{
	bfd_packet_t p = {
		.state = BFD_UP,
		.multiplier = 3,
		.my = 1,
		.your = 2,
		.sequence = 0xfffffffe,
	};

	*config = pair_config(100);
	config->auth = BFD_AUTH_KEYED_SHA1;
	config->key_id = 9;
	memcpy(config->key, "secret", 6);
	return bfd_packet_encode(&p, config, data);
}

START_TEST(keyed_comes_back)
{
	uint8_t data[BFD_PACKET_MAX];
	bfd_config_t config;
	bfd_packet_t p;
	size_t len = keyed(data, &config);

	ck_assert_uint_eq(len, 52);
	ck_assert_uint_eq(data[3], 52);
	ck_assert_uint_eq(data[24], 4);
	ck_assert_uint_eq(data[25], 28);
	ck_assert(bfd_packet_decode(data, len, &p));
	ck_assert(p.authentic);
	ck_assert_uint_eq(p.auth_type, BFD_AUTH_KEYED_SHA1);
	ck_assert_uint_eq(p.key_id, 9);
	ck_assert_uint_eq(p.sequence, 0xfffffffe);
	ck_assert_uint_eq(bfd_packet_your(data, len), 2);
	ck_assert(bfd_packet_verify(data, &config));
	config.key[0] ^= 1;
	ck_assert(!bfd_packet_verify(data, &config));
}
END_TEST

START_TEST(each_byte_of_a_keyed_packet_counts)
{
	uint8_t data[BFD_PACKET_MAX];
	bfd_config_t config;

	keyed(data, &config);
	data[_i] ^= 0x01;
	ck_assert(!bfd_packet_verify(data, &config));
}
END_TEST

START_TEST(section_of_a_wrong_length_is_dropped)
{
	uint8_t data[BFD_PACKET_MAX + 1] = {0};
	bfd_config_t config;
	bfd_packet_t p;
	size_t len = keyed(data, &config);

	data[25] = 27;
	ck_assert(!bfd_packet_decode(data, len, &p));
	data[25] = 29;
	ck_assert(!bfd_packet_decode(data, len, &p));
	data[3] = 53;
	ck_assert(!bfd_packet_decode(data, len + 1, &p));
	data[25] = 28;
	data[3] = 51;
	ck_assert(!bfd_packet_decode(data, len, &p));
	data[25] = 1;
	data[3] = 52;
	ck_assert(!bfd_packet_decode(data, len, &p));
}
END_TEST

START_TEST(other_authentication_is_named)
{
	uint8_t data[33] = {0};
	bfd_packet_t p;

	memcpy(data, plain, sizeof(plain));
	data[1] |= 0x04;
	data[3] = 33;
	data[24] = 1;
	data[25] = 9;
	ck_assert(bfd_packet_decode(data, sizeof(data), &p));
	ck_assert_uint_eq(p.auth_type, 1);
}
END_TEST

Suite *bfd_packet_suite(void)
{
	Suite *s = suite_create("bfd_packet");

	unit_add(s, "plain", plain_is_read);
	unit_add(s, "flags", flags_are_read);
	unit_add_loop(s, "truncation", each_truncation_is_dropped, sizeof(plain));
	unit_add_loop(s, "bad", bad_is_dropped, countof(bad));
	unit_add(s, "discriminator", no_discriminator_is_dropped);
	unit_add(s, "trailing", bytes_after_it_are_ignored);
	unit_add(s, "keyed", keyed_comes_back);
	unit_add_loop(s, "keyed bytes", each_byte_of_a_keyed_packet_counts, 52);
	unit_add(s, "section", section_of_a_wrong_length_is_dropped);
	unit_add(s, "other kinds", other_authentication_is_named);
	return s;
}
