/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Paths at their limits: ASNs around 65535 to peers of two octets, sequences
 * around 255, paths as long as the longest message.
 */

#include "unit/bgp/suites.h"

#include "bgp/attr_codec.h"
#include "unit/bgp/wire.h"

#include <string.h>

static const prefix_t net = {.addr = {.family = FAMILY_IPV4, .b = {10}},
							 .len = 8};

static bgp_codec_t codec_of(bool as4)
{
	return (bgp_codec_t){
		.as4 = as4,
		.families = BGP_IPV4,
		.local_as = 65001,
		.remote_as = 65002,
		.message_max = BGP_MESSAGE_EXTENDED_MAX,
	};
}

/** attributes written and read by the same codec, into `out` */
static void through(const bgp_codec_t *codec, const bgp_attrs_t *in,
					bgp_attr_set_t *out)
{
	static uint8_t body[70000];
	wbuf_t w = wbuf_make(body, sizeof(body));
	bgp_update_t update = {.attrs = out};
	bgp_fault_t fault;

	wbuf_u32(&w, 0);
	bgp_encode_attrs(&w, codec, in, false);
	wbuf_patch_u16(&w, 2, (uint16_t)(wbuf_len(&w) - 4));
	wbuf_u16(&w, 0x080a);
	ck_assert(!w.overflow);
	ck_assert(bgp_decode_update(rbuf_make(body, wbuf_len(&w)), codec, &update,
								&fault));
	ck_assert_msg(fault.verdict == BGP_FAULT_NONE, "%s", fault.what);
}

static void make(bgp_attr_set_t *set, const char *path)
{
	uint8_t bytes[2048];

	bgp_attr_set_init(set);
	set->a.next_hop = addr_v4(0xc0000202);
	ck_assert(bgp_attr_set_blob(set, BGP_BLOB_AS_PATH, bytes,
								unhex(path, bytes, sizeof(bytes))));
}

/** what the other side makes of a path is what it was, by either codec */
START_TEST(test_round_trip)
{
	static const char *const paths[] = {
		"",
		"0201 0000ffff",
		"0201 00010000",
		"0201 ffffffff",
		"0201 00005ba0",
		/* AS_TRANS as a true one, among others of four octets */
		"0203 00005ba0 00010000 00005ba0",
		"0204 0000ffff 00010000 00000001 ffffffff",
		"0201 00010000 0102 0000ffff 00010000 0201 00000007",
		"0102 00010000 00010001",
	};
	const bgp_codec_t codec = codec_of(_i);

	for (unsigned i = 0; i < countof(paths); i++)
	{
		bgp_attr_set_t in, out;

		make(&in, paths[i]);
		bgp_attr_set_init(&out);
		in.a.has = BGP_HAS_AGGREGATOR;
		in.a.aggregator_as = i % 2 ? 65535 : 65536;
		in.a.aggregator_id = 9;
		through(&codec, &in.a, &out);
		ck_assert_uint_eq(out.a.as_path.len, in.a.as_path.len);
		ck_assert(
			!in.a.as_path.len ||
			!memcmp(out.a.as_path.data, in.a.as_path.data, in.a.as_path.len));
		ck_assert_uint_eq(out.a.aggregator_as, in.a.aggregator_as);
		ck_assert_uint_eq(out.a.aggregator_id, 9);
		ck_assert_uint_eq(out.a.unknown.len, 0);
		bgp_attr_set_deinit(&in);
		bgp_attr_set_deinit(&out);
	}
}
END_TEST

/** AS4_PATH goes out only if there is something that two octets cannot say
 * (RFC 6793 section 4.2.2) */
START_TEST(test_as4_needed)
{
	const bgp_codec_t codec = codec_of(false);

	for (unsigned large = 0; large < 2; large++)
	{
		uint8_t out[64];
		wbuf_t w = wbuf_make(out, sizeof(out));
		bgp_attr_set_t set;

		make(&set, large ? "0201 00010000" : "0201 0000ffff");
		bgp_as4_path_encode(&w, &set.a, &codec);
		ck_assert_uint_eq(wbuf_len(&w), large ? 9 : 0);
		set.a.has = BGP_HAS_AGGREGATOR;
		set.a.aggregator_as = large ? 65536 : 65535;
		bgp_as4_aggregator_encode(&w, &set.a, &codec);
		ck_assert_uint_eq(wbuf_len(&w), large ? 9 + 11 : 0);
		bgp_attr_set_deinit(&set);
	}
}
END_TEST

/** hops around a full sequence, by either codec and with large ASNs and
 * without */
START_TEST(test_segments)
{
	static const unsigned hops[] = {1, 254, 255, 256, 300, 509, 510, 511, 3000};
	const bgp_codec_t codec = codec_of(_i & 1);
	uint32_t asn = _i & 2 ? 4200000000u : 65002;

	for (unsigned i = 0; i < countof(hops); i++)
	{
		bgp_attr_set_t in, out;

		make(&in, "");
		bgp_attr_set_init(&out);
		ck_assert(bgp_attr_set_prepend(&in, asn, hops[i]));
		ck_assert_uint_eq(in.a.as_path.len,
						  4 * hops[i] + 2 * ((hops[i] + 254) / 255));
		through(&codec, &in.a, &out);
		ck_assert_uint_eq(out.a.as_path_hops, hops[i]);
		ck_assert_uint_eq(bgp_as_path_count(&out.a, asn), hops[i]);
		bgp_attr_set_deinit(&in);
		bgp_attr_set_deinit(&out);
	}
}
END_TEST

/** 300 hops from one speaker to another */
START_TEST(test_300_hops)
{
	wire_t *w = wire_create(65001, 4200000001u);
	bgp_policy_t *longer = bgp_policy_create("longer");
	bgp_peer_config_t config = wire_config(w, 0, 4200000001u);
	const bgp_local_t local = {.source = BGP_SOURCE_ADVERTISE};
	bgp_route_t route;

	bgp_policy_rule(longer, "longer", BGP_POLICY_ACCEPT);
	bgp_policy_set_prepend(longer, 4200000002u, 299);
	config.export_policy = longer;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	bgp_originate(w->speaker[0].bgp, &net, &local, w->now);
	wire_establish(w);
	ck_assert(bgp_route_get(w->speaker[1].bgp, &net, &route));
	ck_assert_uint_eq(route.best[0].attrs->as_path_hops, 300);
	ck_assert_uint_eq(route.best[0].attrs->neighbor_as, 65001);
	ck_assert_uint_eq(route.best[0].attrs->as_path.len, 300 * 4 + 2 * 2);
	wire_destroy(w);
	bgp_policy_destroy(longer);
}
END_TEST

/** an UPDATE of the greatest length, filled by its path */
static size_t longest(uint8_t *out, size_t asn_size)
{
	size_t path = BGP_MESSAGE_EXTENDED_MAX - 19 - 4 - 4 - 7 - 4 - 2;
	wbuf_t w = wbuf_make(out, BGP_MESSAGE_EXTENDED_MAX);
	bool first = true;

	/* a sequence and an AS more or less leave up to a whole head over */
	path -= path % (2 + 255 * asn_size);
	wbuf_reserve(&w, 19);
	wbuf_u16(&w, 0);
	wbuf_u16(&w, (uint16_t)(4 + 7 + 4 + path));
	wbuf_u32(&w, 0x40010100);
	wbuf_u32(&w, 0x400304c0);
	wbuf_u8(&w, 0);
	wbuf_u16(&w, 0x0202);
	wbuf_u16(&w, 0x5002);
	wbuf_u16(&w, (uint16_t)path);
	for (; path; path -= 2 + 255 * asn_size)
	{
		wbuf_u16(&w, 0x02ff);
		for (unsigned i = 0; i < 255; i++, first = false)
		{
			uint32_t asn = first ? 65002 : 1 + i;

			if (asn_size == 4)
			{
				wbuf_u32(&w, asn);
			}
			else
			{
				wbuf_u16(&w, (uint16_t)asn);
			}
		}
	}
	wbuf_u16(&w, 0x080a);
	/* other prefixes fill it to the last octet, or the one before */
	while (wbuf_room(&w) >= 2)
	{
		wbuf_u16(&w, 0x080b);
	}
	if (wbuf_room(&w))
	{
		wbuf_u8(&w, 0);
	}
	ck_assert(!w.overflow);
	ck_assert_uint_eq(wbuf_len(&w), BGP_MESSAGE_EXTENDED_MAX);
	memset(out, 0xff, 18);
	out[18] = BGP_UPDATE;
	return wbuf_len(&w);
}

START_TEST(test_longest)
{
	static uint8_t message[BGP_MESSAGE_EXTENDED_MAX];
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c;
	bgp_peer_info_t info;
	bgp_route_t route;
	rbuf_t body;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	/* extended messages; ASNs of four octets, or not */
	raw_message(c, BGP_OPEN,
				_i ? "04 fdea 005a 0a000002 0a 0208 0104 00010001 0600"
				   : "04 fdea 005a 0a000002 10 020e 0104 00010001 0600"
					 "4104 0000fdea");
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	while (raw_take(c, &body))
	{
	}
	raw_message(c, BGP_UPDATE,
				_i ? "0000 0012 400101 00 400204 0201 fdea 400304 c0000202 080a"
				   : "0000 0014 400101 00 400206 0201 0000fdea"
					 "400304 c0000202 080a");
	raw_send(c, message, longest(message, _i ? 2 : 4));
	bgp_peer_info(w->speaker[0].peer, &info);
	ck_assert_int_eq(info.state, BGP_ESTABLISHED);
	if (_i)
	{
		/* twice as long inside, it is more than a path may be */
		ck_assert_uint_eq(info.treated_as_withdraw, 1);
		ck_assert_str_eq(info.last_error, "routes treated as withdrawn: "
										  "AS_PATH: path too long");
		ck_assert_uint_eq(info.received[0], 0);
	}
	else
	{
		ck_assert_str_eq(info.last_error, "");
		ck_assert(bgp_route_get(w->speaker[0].bgp, &net, &route));
		ck_assert_uint_eq(route.best[0].attrs->as_path_hops, 64 * 255);
	}
	wire_destroy(w);
}
END_TEST

Suite *as_path_codec_suite(void)
{
	Suite *suite = suite_create("as_path_codec");

	unit_add_loop(suite, "round trip", test_round_trip, 2);
	unit_add(suite, "AS4 needed", test_as4_needed);
	unit_add_loop(suite, "segments", test_segments, 4);
	unit_add(suite, "300 hops", test_300_hops);
	unit_add_loop(suite, "longest", test_longest, 2);
	return suite;
}
