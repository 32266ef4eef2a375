/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BGP messages: the first octet says how it is read (what was negotiated),
 * the second is the type, the rest the body. An UPDATE that is in order is
 * written and read again: the same attributes and the same prefixes.
 */

#include "fuzz/fuzz.h"

#include "bgp/message.h"

#include <string.h>

static uint8_t out[2 * 65535];

static bool blob_equal(const bgp_blob_t *a, const bgp_blob_t *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static void check_equal(const bgp_attrs_t *a, const bgp_attrs_t *b, bool ibgp)
{
	fuzz_check(a->origin == b->origin);
	/* LOCAL_PREF is always told within the AS */
	fuzz_check((a->has | (ibgp ? BGP_HAS_LOCAL_PREF : 0)) == b->has);
	fuzz_check(a->med == b->med && a->otc == b->otc);
	fuzz_check(a->aggregator_as == b->aggregator_as);
	fuzz_check(a->aggregator_id == b->aggregator_id);
	fuzz_check(a->originator_id == b->originator_id);
	fuzz_check(a->as_path_hops == b->as_path_hops);
	fuzz_check(blob_equal(&a->as_path, &b->as_path));
	fuzz_check(blob_equal(&a->communities, &b->communities));
	fuzz_check(blob_equal(&a->ext_communities, &b->ext_communities));
	fuzz_check(blob_equal(&a->large_communities, &b->large_communities));
	fuzz_check(blob_equal(&a->cluster_list, &b->cluster_list));
	fuzz_check(blob_equal(&a->unknown, &b->unknown));
}

static unsigned check_prefixes(bgp_nlri_t nlri)
{
	unsigned n = 0;
	prefix_t p, canonical;

	while (bgp_nlri_next(&nlri, &p))
	{
		canonical = prefix_make(&p.addr, p.len);
		fuzz_check(prefix_equal(&p, &canonical));
		n++;
	}
	fuzz_check(rbuf_left(&nlri.bytes) == 0);
	return n;
}

/** one message of the run is written, and read as what it was */
static void write_again(const bgp_codec_t *codec, bgp_nlri_t nlri,
						const bgp_attrs_t *attrs)
{
	bgp_nlri_t walk = nlri, again;
	wbuf_t w = wbuf_make(out, sizeof(out));
	bgp_update_writer_t u;
	bgp_update_t update;
	bgp_attr_set_t set;
	bgp_fault_t fault;
	bgp_type_t type;
	unsigned n = 0;
	uint16_t len;
	prefix_t p, q;
	rbuf_t r;

	if (!bgp_update_begin(&u, &w, codec, nlri.family, attrs))
	{
		fuzz_check(wbuf_len(&w) == 0);
		return;
	}
	while (bgp_nlri_next(&walk, &p) && bgp_update_add(&u, &p))
	{
		n++;
	}
	bgp_update_end(&u);
	fuzz_check(!w.overflow && wbuf_len(&w) <= codec->message_max);
	if (!n)
	{
		fuzz_check(wbuf_len(&w) == 0);
		return;
	}
	r = rbuf_make(out, wbuf_len(&w));
	fuzz_check(bgp_decode_header(r, codec->message_max, &len, &type, &fault));
	fuzz_check(len == wbuf_len(&w) && type == BGP_UPDATE);
	fuzz_check(rbuf_skip(&r, BGP_HEADER_LEN));
	bgp_attr_set_init(&set);
	update.attrs = &set;
	fuzz_check(bgp_decode_update(r, codec, &update, &fault));
	fuzz_check(fault.verdict == BGP_FAULT_NONE && !update.discarded);
	check_equal(attrs, &set.a, codec->ibgp);
	again = rbuf_left(&update.announced.bytes) ? update.announced
											   : update.mp_announced;
	while (n-- && bgp_nlri_next(&again, &q) && bgp_nlri_next(&nlri, &p))
	{
		fuzz_check(prefix_equal(&p, &q));
	}
	fuzz_check(n == (unsigned)-1 && !rbuf_left(&again.bytes));
	bgp_attr_set_deinit(&set);
}

/** the same of prefixes that are taken back */
static void withdraw_again(const bgp_codec_t *codec, bgp_nlri_t nlri)
{
	wbuf_t w = wbuf_make(out, sizeof(out));
	bgp_nlri_t walk = nlri, again;
	bgp_update_writer_t u;
	bgp_update_t update;
	bgp_attr_set_t set;
	bgp_fault_t fault;
	unsigned n = 0;
	prefix_t p, q;
	rbuf_t r;

	if (!rbuf_left(&nlri.bytes) ||
		!bgp_withdraw_begin(&u, &w, codec, nlri.family))
	{
		return;
	}
	while (bgp_nlri_next(&walk, &p) && bgp_update_add(&u, &p))
	{
		n++;
	}
	bgp_update_end(&u);
	fuzz_check(n && !w.overflow && wbuf_len(&w) <= codec->message_max);
	r = rbuf_make(out, wbuf_len(&w));
	fuzz_check(rbuf_skip(&r, BGP_HEADER_LEN));
	bgp_attr_set_init(&set);
	update.attrs = &set;
	fuzz_check(bgp_decode_update(r, codec, &update, &fault));
	fuzz_check(fault.verdict == BGP_FAULT_NONE && !update.end_of_rib);
	again = rbuf_left(&update.withdrawn.bytes) ? update.withdrawn
											   : update.mp_withdrawn;
	while (n-- && bgp_nlri_next(&again, &q) && bgp_nlri_next(&nlri, &p))
	{
		fuzz_check(prefix_equal(&p, &q));
	}
	fuzz_check(n == (unsigned)-1 && !rbuf_left(&again.bytes));
	bgp_attr_set_deinit(&set);
}

static void check_update(rbuf_t r, const bgp_codec_t *codec)
{
	bgp_update_t update;
	bgp_attr_set_t set;
	bgp_fault_t fault;
	bool ok;

	bgp_attr_set_init(&set);
	update.attrs = &set;
	ok = bgp_decode_update(r, codec, &update, &fault);
	fuzz_check(ok == (fault.verdict < BGP_FAULT_AFI_DISABLE));
	fuzz_check(ok || (fault.code == BGP_ERR_UPDATE && fault.what));
	if (ok)
	{
		check_prefixes(update.withdrawn);
		check_prefixes(update.announced);
		check_prefixes(update.mp_withdrawn);
		check_prefixes(update.mp_announced);
		withdraw_again(codec, update.withdrawn);
		withdraw_again(codec, update.mp_withdrawn);
	}
	if (fault.verdict == BGP_FAULT_NONE)
	{
		write_again(codec, update.announced, &set.a);
		set.a.next_hop = update.mp_next_hop;
		set.a.next_hop_ll = update.mp_next_hop_ll;
		if (rbuf_left(&update.mp_announced.bytes))
		{
			write_again(codec, update.mp_announced, &set.a);
		}
	}
	bgp_attr_set_deinit(&set);
}

static void check_open(rbuf_t r)
{
	wbuf_t w = wbuf_make(out, sizeof(out));
	bgp_open_t open, again;
	bgp_fault_t fault;

	if (!bgp_decode_open(r, &open, &fault))
	{
		fuzz_check(fault.verdict == BGP_FAULT_SESSION_RESET);
		return;
	}
	/* what we keep of it is written and read as the same */
	bgp_encode_open(&w, &open);
	fuzz_check(!w.overflow);
	r = rbuf_make(out, wbuf_len(&w));
	fuzz_check(rbuf_skip(&r, BGP_HEADER_LEN));
	fuzz_check(bgp_decode_open(r, &again, &fault));
	fuzz_check(open.asn == again.asn && open.router_id == again.router_id);
	fuzz_check(open.caps.families == again.caps.families);
	fuzz_check(open.caps.role == again.caps.role);
	fuzz_check(open.caps.restart_time == again.caps.restart_time);
}

/** a whole message whose body is this again */
static void check_written(const wbuf_t *w, rbuf_t body)
{
	fuzz_check(!w->overflow);
	fuzz_check(wbuf_len(w) == BGP_HEADER_LEN + rbuf_left(&body));
	fuzz_check(!memcmp(out + BGP_HEADER_LEN, body.p, rbuf_left(&body)));
}

static void check_other(rbuf_t r, uint8_t type)
{
	wbuf_t w = wbuf_make(out, sizeof(out));
	uint8_t code, subcode;
	bgp_fault_t fault;
	bgp_type_t seen;
	family_t family;
	uint16_t len;
	rbuf_t data;

	if (type == BGP_NOTIFICATION)
	{
		if (bgp_decode_notification(r, &code, &subcode, &data))
		{
			fuzz_check(bgp_error_name(code, subcode) != NULL);
			bgp_encode_notification(&w, code, subcode, data.p,
									rbuf_left(&data));
			check_written(&w, r);
		}
	}
	else if (type == BGP_ROUTE_REFRESH)
	{
		if (bgp_decode_refresh(r, &family, &subcode, &fault) &&
			family != FAMILY_NONE && rbuf_left(&r) == 4)
		{
			bgp_encode_refresh(&w, family, subcode);
			check_written(&w, r);
		}
	}
	else if (rbuf_left(&r) >= BGP_HEADER_LEN &&
			 bgp_decode_header(r, BGP_MESSAGE_MAX, &len, &seen, &fault))
	{
		fuzz_check(len >= BGP_HEADER_LEN && len <= BGP_MESSAGE_MAX);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rbuf_t r = rbuf_make(data, size);
	bgp_codec_t codec;
	uint8_t how, type;

	if (!rbuf_u8(&r, &how) || !rbuf_u8(&r, &type))
	{
		return 0;
	}
	codec = (bgp_codec_t){
		.as4 = how & 1,
		.ibgp = how & 2,
		.extended_next_hop = how & 4,
		.families = how & 8 ? BGP_IPV4 : BGP_IPV4 | BGP_IPV6,
		.local_as = 65001,
		.remote_as = how & 2 ? 65001 : 65002,
		.message_max = how & 16 ? BGP_MESSAGE_EXTENDED_MAX : BGP_MESSAGE_MAX,
	};
	if (type == BGP_UPDATE)
	{
		check_update(r, &codec);
	}
	else if (type == BGP_OPEN)
	{
		check_open(r);
	}
	else
	{
		check_other(r, type);
	}
	return 0;
}
