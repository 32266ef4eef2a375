/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Reading ahead: which prefixes are found in the bytes. What it does with them
 * cannot be seen, and must not be: the tables are const.
 */

#include "unit/bgp/suites.h"

#include "bgp/message.h"
#include "bgp/rib.h"
#include "bgp/speaker.h"

#include <stdlib.h>
#include <string.h>

#define MESSAGES 5

static const bgp_codec_t codec = {
	.as4 = true,
	.families = BGP_IPV4 | BGP_IPV6,
	.local_as = 65001,
	.remote_as = 65002,
	.message_max = BGP_MESSAGE_MAX,
};

/** messages one behind the other, as from a socket */
typedef struct bytes_t
{
	uint8_t data[8192];
	size_t len;
	/** of message i: where it ends, and prefixes up to there */
	size_t end[MESSAGES];
	size_t prefixes[MESSAGES];
	size_t count;
} bytes_t;

static prefix_t number(family_t family, uint32_t i)
{
	addr_t a = addr_v4(0x0a000000u + (i << 8));

	if (family == FAMILY_IPV6)
	{
		a.family = FAMILY_IPV6;
	}
	return prefix_make(&a, 24);
}

static void ended(bytes_t *b, const wbuf_t *w, size_t prefixes)
{
	size_t before = b->count ? b->prefixes[b->count - 1] : 0;

	b->len += wbuf_len(w);
	b->end[b->count] = b->len;
	b->prefixes[b->count++] = before + prefixes;
}

static void put_update(bytes_t *b, family_t family, uint32_t n, bool withdrawn)
{
	wbuf_t w = wbuf_make(b->data + b->len, sizeof(b->data) - b->len);
	bgp_update_writer_t u;
	bgp_attrs_t attrs = {
		.next_hop = number(family, 1).addr,
		.origin = BGP_ORIGIN_IGP,
	};

	ck_assert(withdrawn ? bgp_withdraw_begin(&u, &w, &codec, family)
						: bgp_update_begin(&u, &w, &codec, family, &attrs));
	for (uint32_t i = 0; i < n; i++)
	{
		prefix_t p = number(family, i);

		ck_assert(bgp_update_add(&u, &p));
	}
	bgp_update_end(&u);
	ended(b, &w, n);
}

/** each place where prefixes stand, more and fewer than are looked for
 * together, and a message of another type between */
static bytes_t *make_bytes(void)
{
	bytes_t *b = mem_alloc(sizeof(*b));
	wbuf_t w;

	put_update(b, FAMILY_IPV4, 3, false);
	put_update(b, FAMILY_IPV6, 70, false);
	w = wbuf_make(b->data + b->len, sizeof(b->data) - b->len);
	bgp_encode_keepalive(&w);
	ended(b, &w, 0);
	put_update(b, FAMILY_IPV4, 40, true);
	put_update(b, FAMILY_IPV6, 2, true);
	return b;
}

/** in memory of just this size, for what watches memory */
static size_t look(const bgp_rib_t *rib, const uint8_t *data, size_t len)
{
	uint8_t *copy = mem_copy(data, len);
	size_t seen = bgp_read_ahead(rib, rbuf_make(copy, len));

	free(copy);
	return seen;
}

START_TEST(test_cut)
{
	bgp_config_t config = {.asn = 65001, .multipath = 1};
	bgp_rib_t *rib = bgp_rib_create(&config, 1);
	bytes_t *b = make_bytes();

	ck_assert_uint_eq(b->prefixes[MESSAGES - 1], 115);
	for (size_t len = 1; len <= b->len; len++)
	{
		size_t whole = 0;

		for (size_t i = 0; i < b->count && b->end[i] <= len; i++)
		{
			whole = b->prefixes[i];
		}
		ck_assert_uint_eq(look(rib, b->data, len), whole);
	}
	free(b);
	bgp_rib_destroy(rib);
}
END_TEST

/** each byte is another: whatever is said, nothing is read that is not there */
START_TEST(test_wrong)
{
	static const uint8_t wrong[] = {0, 1, 0x7f, 0x80, 0xff};
	bgp_config_t config = {.asn = 65001, .multipath = 1};
	bgp_rib_t *rib = bgp_rib_create(&config, 1);
	bytes_t *b = make_bytes();
	unsigned others = 0;

	for (size_t i = 0; i < b->len; i++)
	{
		uint8_t was = b->data[i];

		for (size_t k = 0; k < countof(wrong) + 2; k++)
		{
			size_t seen;

			b->data[i] = k < countof(wrong)    ? wrong[k]
						 : k == countof(wrong) ? (uint8_t)(was + 1)
											   : (uint8_t)(was - 1);
			seen = look(rib, b->data, b->len);
			ck_assert_uint_le(seen, b->len);
			others += seen != b->prefixes[MESSAGES - 1];
		}
		b->data[i] = was;
	}
	ck_assert_uint_gt(others, 0);
	free(b);
	bgp_rib_destroy(rib);
}
END_TEST

/** a table that is large enough to be looked at ahead is told of as any */
START_TEST(test_large)
{
	bgp_config_t config = {.asn = 65001, .multipath = 1};
	bgp_rib_t *rib = bgp_rib_create(&config, 1);
	bgp_local_t local = {.source = BGP_SOURCE_ADVERTISE};
	bytes_t *b = make_bytes();
	bgp_route_t route;
	uint32_t changes = 0;

	for (uint32_t i = 0; i < 8192; i++)
	{
		prefix_t p = number(FAMILY_IPV4, i);

		bgp_rib_originate(rib, &p, &local);
	}
	ck_assert_uint_eq(look(rib, b->data, b->len), 115);
	while (bgp_rib_next_change(rib, &route))
	{
		ck_assert_uint_eq(route.n_best, 1);
		changes++;
	}
	ck_assert_uint_eq(changes, 8192);
	ck_assert_uint_eq(look(rib, b->data, b->len), 115);
	free(b);
	bgp_rib_destroy(rib);
}
END_TEST

Suite *ahead_suite(void)
{
	Suite *suite = suite_create("ahead");

	unit_add(suite, "cut", test_cut);
	unit_add(suite, "wrong", test_wrong);
	unit_add(suite, "large", test_large);
	return suite;
}
