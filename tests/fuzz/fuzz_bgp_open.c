/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * OPEN: the first octet says how we are configured, the rest is a body. What
 * is read is written and read again as the same; the two forms of the optional
 * parameters (RFC 4271 section 4.2, RFC 9072) and any split of capabilities
 * over them mean the same; and a session that gets it either agrees on no more
 * than both sides have, or refuses with OPEN Message Error.
 */

#include "fuzz/bgp_world.h"

#include <string.h>

#define FIXED 9

static void check_same(const bgp_open_t *a, const bgp_open_t *b)
{
	const bgp_caps_t *c = &a->caps, *d = &b->caps;

	fuzz_check(a->asn == b->asn && a->router_id == b->router_id);
	fuzz_check(a->hold_time == b->hold_time);
	fuzz_check(c->mp == d->mp && c->families == d->families);
	fuzz_check(c->route_refresh == d->route_refresh);
	fuzz_check(c->enhanced_refresh == d->enhanced_refresh);
	fuzz_check(c->extended_message == d->extended_message);
	fuzz_check(c->as4 == d->as4 && c->as4_asn == d->as4_asn);
	fuzz_check(c->graceful_restart == d->graceful_restart);
	fuzz_check(c->restart_state == d->restart_state);
	fuzz_check(c->notification_gr == d->notification_gr);
	fuzz_check(c->restart_time == d->restart_time);
	fuzz_check(c->restart_families == d->restart_families);
	fuzz_check(c->forwarding_families == d->forwarding_families);
	fuzz_check(c->extended_next_hop == d->extended_next_hop);
	fuzz_check(c->role == d->role);
}

/** what we keep of it, by way of our own writer */
static void check_written(const bgp_open_t *open)
{
	uint8_t buf[600];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	bgp_open_t in = *open, again;
	bgp_fault_t fault;
	rbuf_t r;

	/* only families of ours are told: MP-BGP for none is not */
	in.caps.mp = in.caps.families != 0;
	bgp_encode_open(&w, &in);
	fuzz_check(!w.overflow);
	r = rbuf_make(buf, wbuf_len(&w));
	fuzz_check(rbuf_skip(&r, BGP_HEADER_LEN));
	fuzz_check(bgp_decode_open(r, &again, &fault));
	check_same(&in, &again);
}

/** the capabilities of an OPEN that is in order, a reader each */
static size_t split_caps(rbuf_t r, rbuf_t *caps, size_t max)
{
	uint8_t total, type, len;
	rbuf_t params, value;
	bool extended;
	size_t n = 0;
	uint16_t len2;

	fuzz_check(rbuf_skip(&r, FIXED) && rbuf_u8(&r, &total));
	extended = total && r.p[0] == 255;
	params = r;
	if (extended)
	{
		fuzz_check(rbuf_skip(&params, 3));
	}
	while (rbuf_left(&params))
	{
		fuzz_check(rbuf_u8(&params, &type) && type == 2);
		if (extended)
		{
			fuzz_check(rbuf_u16(&params, &len2));
		}
		else
		{
			fuzz_check(rbuf_u8(&params, &len));
			len2 = len;
		}
		fuzz_check(rbuf_sub(&params, len2, &value));
		while (rbuf_left(&value))
		{
			rbuf_t look = value;

			fuzz_check(rbuf_skip(&look, 1) && rbuf_u8(&look, &len));
			fuzz_check(rbuf_sub(&value, len + 2u, &look));
			if (n == max)
			{
				return 0;
			}
			caps[n++] = look;
		}
	}
	return n;
}

/** the same capabilities in another form: each in a parameter of its own or all
 * in one, with lengths of one octet or two */
static bool write_form(wbuf_t *w, rbuf_t body, const rbuf_t *caps, size_t n,
					   bool each, bool extended)
{
	size_t total, param = 0;

	wbuf_bytes(w, body.p, FIXED);
	total = wbuf_reserve(w, 1);
	if (extended)
	{
		wbuf_patch_u8(w, total, 255);
		wbuf_u8(w, 255);
		total = wbuf_reserve(w, 2);
	}
	for (size_t i = 0; i < n; i++)
	{
		if (!i || each)
		{
			wbuf_u8(w, 2);
			param = wbuf_reserve(w, extended ? 2 : 1);
		}
		wbuf_bytes(w, caps[i].p, rbuf_left(&caps[i]));
		if (i + 1 == n || each)
		{
			if (extended)
			{
				wbuf_patch_u16(w, param, (uint16_t)(wbuf_len(w) - param - 2));
			}
			else if (wbuf_len(w) - param - 1 > 255)
			{
				return false;
			}
			else
			{
				wbuf_patch_u8(w, param, (uint8_t)(wbuf_len(w) - param - 1));
			}
		}
	}
	if (extended)
	{
		wbuf_patch_u16(w, total, (uint16_t)(wbuf_len(w) - total - 2));
	}
	else if (wbuf_len(w) - total - 1 > 254)
	{
		return false;
	}
	else
	{
		wbuf_patch_u8(w, total, (uint8_t)(wbuf_len(w) - total - 1));
	}
	return !w->overflow;
}

static void check_forms(rbuf_t body, const bgp_open_t *open)
{
	static uint8_t buf[2 * BGP_MESSAGE_MAX];
	static rbuf_t caps[1024];
	size_t n = split_caps(body, caps, countof(caps));
	bgp_open_t again;
	bgp_fault_t fault;

	for (unsigned form = 0; n && form < 4; form++)
	{
		wbuf_t w = wbuf_make(buf, sizeof(buf));

		if (write_form(&w, body, caps, n, form & 1, form & 2))
		{
			fuzz_check(
				bgp_decode_open(rbuf_make(buf, wbuf_len(&w)), &again, &fault));
			check_same(open, &again);
		}
	}
}

/** what a session makes of it */
static void check_session(uint8_t how, rbuf_t body, const bgp_open_t *open)
{
	unsigned n = how & 1;
	bgp_peer_info_t info;
	world_conn_t *c;
	bgp_peer_t *peer;
	world_t w;

	world_begin(&w, 0);
	world_peer_add(&w, n);
	peer = w.peers[n].peer;
	w.peers[n].config.families = how & 2 ? BGP_IPV4 : BGP_IPV4 | BGP_IPV6;
	w.peers[n].config.hold_time = how & 4 ? 0 : WORLD_HOLD;
	/* mostly the AS that is expected */
	if (open && !n && how & 8 && open->asn && open->asn != WORLD_AS)
	{
		w.peers[n].config.remote_as = open->asn;
	}
	bgp_peer_configure(w.bgp, peer, &w.peers[n].config, w.now);
	bgp_peer_start(w.bgp, peer, w.now);
	c = world_connected(&w, n, true);
	c = c ? c : world_accepted(&w, n);
	fuzz_check(c);
	world_message(&w, c, BGP_OPEN, body, 0);
	bgp_peer_info(peer, &info);
	world_drain(&w, c);
	fuzz_check(c->notified == c->closing && c->opened);
	fuzz_check(open || c->notified);
	if (!c->closing)
	{
		fuzz_check(info.state == BGP_OPENCONFIRM);
		fuzz_check(info.router_id == open->router_id);
		fuzz_check(info.hold_time <= open->hold_time &&
				   info.hold_time <= w.peers[n].config.hold_time);
		fuzz_check(info.keepalive <= info.hold_time / 3);
		fuzz_check(info.families &&
				   !(info.families & ~w.peers[n].config.families));
		fuzz_check(open->caps.mp ? !(info.families & ~open->caps.families)
								 : info.families == BGP_IPV4);
		fuzz_check(open->asn == w.peers[n].config.remote_as);
		fuzz_check(!info.as4 || open->caps.as4);
		fuzz_check(!info.extended_message || open->caps.extended_message);
		world_message(&w, c, BGP_KEEPALIVE, rbuf_make(NULL, 0), 0);
		world_settle(&w, true);
		fuzz_check(world_session(&w, n) == c);
	}
	else
	{
		fuzz_check(info.last_code == BGP_ERR_OPEN && info.last_sent);
	}
	world_settle(&w, true);
	world_end(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rbuf_t r = rbuf_make(data, size);
	bgp_fault_t fault;
	bgp_open_t open;
	uint8_t how;
	bool ok;

	/* shorter or longer ones do not come this far: the header says so */
	if (!rbuf_u8(&r, &how) || rbuf_left(&r) < FIXED + 1 ||
		rbuf_left(&r) > BGP_MESSAGE_MAX - BGP_HEADER_LEN)
	{
		return 0;
	}
	ok = bgp_decode_open(r, &open, &fault);
	if (ok)
	{
		check_written(&open);
		check_forms(r, &open);
	}
	else
	{
		fuzz_check(fault.verdict == BGP_FAULT_SESSION_RESET);
		fuzz_check(fault.code == BGP_ERR_OPEN && fault.what);
	}
	check_session(how, r, ok ? &open : NULL);
	return 0;
}
