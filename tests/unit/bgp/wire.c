/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Wires in memory. Nothing happens within a call of a speaker: its wishes are
 * noted and done by wire_run, as a gateway's loop would.
 */

#include "unit/bgp/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/unit.h"

const bgp_local_t wire_own = {.source = BGP_SOURCE_ADVERTISE};

/* -- the sink -------------------------------------------------------------- */

static void sink_connect(void *user, bgp_peer_t *peer)
{
	wire_speaker_t *s = user;

	ck_assert(!s->dial_wanted);
	s->dial_wanted = true;
	s->dials++;
}

static void sink_cancel(void *user, bgp_peer_t *peer)
{
	wire_speaker_t *s = user;

	ck_assert(s->dial_wanted);
	s->dial_wanted = false;
}

static void sink_close(void *user, bgp_conn_t *conn)
{
	wire_conn_t *c = bgp_conn_user(conn);

	ck_assert(!c->closing);
	c->closing = true;
}

static void sink_output(void *user, bgp_conn_t *conn)
{
	wire_conn_t *c = bgp_conn_user(conn);

	/* at the time of its OPEN the conn is not ours yet */
	if (c)
	{
		c->want_output = true;
	}
}

static void sink_state(void *user, bgp_peer_t *peer, bgp_state_t from,
					   bgp_state_t to, const char *reason)
{
	wire_speaker_t *s = user;

	ck_assert(from != to);
	if (s->state_count < 256)
	{
		s->states[s->state_count++] = to;
	}
	snprintf(s->reason, sizeof(s->reason), "%s", reason);
}

static void sink_work(void *user)
{
}

static const bgp_sink_t sink = {
	.connect = sink_connect,
	.connect_cancel = sink_cancel,
	.close = sink_close,
	.output = sink_output,
	.state = sink_state,
	.work = sink_work,
};

/* -- making ---------------------------------------------------------------- */

bgp_peer_config_t wire_config(const wire_t *w, unsigned side, uint32_t asn)
{
	bgp_peer_config_t config = {
		.name = side ? "left" : "right",
		.address = w->speaker[!side].address,
		.remote_as = asn,
		.families = BGP_IPV4 | BGP_IPV6,
		.hold_time = 90,
		.connect_retry = 10,
		.weight = 1,
		.import_policy = w->accept_all,
		.export_policy = w->accept_all,
	};

	ck_assert(addr_parse(side ? "fd00::2" : "fd00::1", &config.next_hop6));
	return config;
}

static void make_speaker_of(wire_t *w, unsigned side,
							const bgp_config_t *config, uint32_t remote_as)
{
	wire_speaker_t *s = &w->speaker[side];
	bgp_peer_config_t peer;

	s->wire = w;
	s->bgp = bgp_create(config, w->timers, &sink, s, 7 + side);
	peer = wire_config(w, side, remote_as);
	s->peer = bgp_peer_add(s->bgp, &peer);
}

static void make_speaker(wire_t *w, unsigned side, uint32_t asn,
						 uint32_t remote_as)
{
	const bgp_config_t config = {
		.asn = asn,
		.router_id = 0x0a000001 + side,
		.multipath = 4,
	};

	make_speaker_of(w, side, &config, remote_as);
}

static wire_t *make(void)
{
	wire_t *w = mem_alloc(sizeof(*w));

	w->now = 1000 * USEC_PER_SEC;
	w->timers = timers_create();
	w->auto_dial = true;
	w->chunk = 32768;
	w->accept_all = bgp_policy_create("all");
	bgp_policy_rule(w->accept_all, "all", BGP_POLICY_ACCEPT);
	w->speaker[0].address = addr_v4(0xc0000201);
	w->speaker[1].address = addr_v4(0xc0000202);
	return w;
}

wire_t *wire_create(uint32_t asn0, uint32_t asn1)
{
	wire_t *w = make();

	make_speaker(w, 0, asn0, asn1);
	make_speaker(w, 1, asn1, asn0);
	return w;
}

wire_t *wire_create_raw(uint32_t asn, uint32_t raw_asn)
{
	wire_t *w = make();

	w->auto_dial = false;
	make_speaker(w, 0, asn, raw_asn);
	return w;
}

wire_t *wire_create_restarter(bool notification_restart)
{
	wire_t *w = make();
	const bgp_config_t config = {
		.asn = 65001,
		.router_id = 0x0a000001,
		.multipath = 4,
		.restart_time = 120,
		.notification_restart = notification_restart,
	};

	w->auto_dial = false;
	make_speaker_of(w, 0, &config, 65002);
	return w;
}

void wire_destroy(wire_t *w)
{
	unsigned i;

	for (i = 0; i < 2; i++)
	{
		if (w->speaker[i].bgp)
		{
			bgp_destroy(w->speaker[i].bgp);
		}
	}
	bgp_policy_destroy(w->accept_all);
	ck_assert_uint_eq(timers_next(w->timers), USEC_NEVER);
	timers_destroy(w->timers);
	free(w);
}

/* -- connections ----------------------------------------------------------- */

static wire_conn_t *new_end(wire_t *w, wire_speaker_t *owner)
{
	unsigned i;

	for (i = 0; i < WIRE_CONNS; i++)
	{
		wire_conn_t *c = &w->conns[i];

		if (!c->used)
		{
			memset(c, 0, offsetof(wire_conn_t, got));
			c->got_len = 0;
			c->closed = false;
			c->wire = w;
			c->owner = owner;
			c->used = true;
			return c;
		}
	}
	ck_abort_msg("too many connections");
	return NULL;
}

static void own(wire_conn_t *c, bgp_conn_t *conn)
{
	c->conn = conn;
	/* its OPEN waits already */
	c->want_output = true;
	bgp_conn_set_user(conn, c);
}

static void join(wire_conn_t *a, wire_conn_t *b)
{
	a->other = b;
	b->other = a;
}

/** this end is gone; the speaker is told */
static void end_closed(wire_conn_t *c, const char *why)
{
	if (!c->owner)
	{
		c->closed = true;
		c->other = NULL;
		return;
	}
	bgp_conn_closed(c->owner->bgp, c->conn, why, c->wire->now);
	c->used = false;
}

void wire_cut(wire_conn_t *c)
{
	wire_conn_t *other = c->other;

	c->other = NULL;
	end_closed(c, "cut");
	if (other)
	{
		other->other = NULL;
		end_closed(other, "cut");
	}
}

void wire_dial(wire_t *w, unsigned side)
{
	wire_speaker_t *from = &w->speaker[side], *to = &w->speaker[!side];
	wire_conn_t *a, *b;
	bgp_conn_t *conn, *accepted;

	ck_assert(from->dial_wanted);
	from->dial_wanted = false;
	conn = bgp_connected(from->bgp, from->peer, &from->address, w->now);
	ck_assert_ptr_nonnull(conn);
	a = new_end(w, from);
	own(a, conn);
	accepted = bgp_accepted(to->bgp, to->peer, &to->address, w->now);
	if (!accepted)
	{
		wire_cut(a);
		return;
	}
	b = new_end(w, to);
	own(b, accepted);
	join(a, b);
}

wire_conn_t *wire_end(wire_t *w, unsigned side)
{
	unsigned i;

	for (i = 0; i < WIRE_CONNS; i++)
	{
		if (w->conns[i].used && w->conns[i].owner == &w->speaker[side] &&
			!w->conns[i].closing)
		{
			return &w->conns[i];
		}
	}
	return NULL;
}

static void deliver(wire_conn_t *to, const uint8_t *data, size_t len)
{
	size_t n;

	if (!to)
	{
		return;
	}
	if (!to->owner)
	{
		ck_assert_uint_le(len, sizeof(to->got) - to->got_len);
		memcpy(to->got + to->got_len, data, len);
		to->got_len += len;
		return;
	}
	for (; len; data += n, len -= n)
	{
		n = len < to->wire->chunk ? len : to->wire->chunk;
		bgp_input(to->owner->bgp, to->conn, data, n, to->wire->now);
	}
}

static void flush(wire_conn_t *c)
{
	static uint8_t buf[3 * 65535];
	size_t n;

	c->want_output = false;
	while ((n = bgp_output(c->owner->bgp, c->conn, buf, sizeof(buf),
						   c->wire->now)) > 0)
	{
		deliver(c->other, buf, n);
	}
}

static bool run_conn(wire_conn_t *c)
{
	wire_conn_t *other;

	if (!c->used || !c->owner || (!c->want_output && !c->closing))
	{
		return false;
	}
	if (!c->wire->blocked)
	{
		flush(c);
	}
	else if (!c->closing)
	{
		return false;
	}
	if (c->closing)
	{
		other = c->other;
		c->other = NULL;
		end_closed(c, "closed here");
		if (other)
		{
			other->other = NULL;
			end_closed(other, "closed by peer");
		}
	}
	return true;
}

void wire_run(wire_t *w)
{
	bool busy = true;
	unsigned i;

	while (busy)
	{
		busy = false;
		for (i = 0; i < 2; i++)
		{
			if (w->speaker[i].dial_wanted && w->auto_dial)
			{
				wire_dial(w, i);
				busy = true;
			}
			if (w->speaker[i].bgp)
			{
				while (bgp_work(w->speaker[i].bgp, 100, w->now))
				{
				}
			}
		}
		for (i = 0; i < WIRE_CONNS; i++)
		{
			busy |= run_conn(&w->conns[i]);
		}
	}
}

void wire_advance(wire_t *w, usec_t span)
{
	usec_t end = w->now + span;

	wire_run(w);
	while (timers_next(w->timers) <= end)
	{
		if (timers_next(w->timers) > w->now)
		{
			w->now = timers_next(w->timers);
		}
		timers_run(w->timers, w->now);
		wire_run(w);
	}
	w->now = end;
}

bgp_state_t wire_state(const wire_t *w, unsigned side)
{
	bgp_peer_info_t info;

	bgp_peer_info(w->speaker[side].peer, &info);
	return info.state;
}

void wire_establish(wire_t *w)
{
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	bgp_peer_start(w->speaker[1].bgp, w->speaker[1].peer, w->now);
	wire_advance(w, 30 * USEC_PER_SEC);
	ck_assert_str_eq(bgp_state_name(wire_state(w, 0)), "Established");
	ck_assert_str_eq(bgp_state_name(wire_state(w, 1)), "Established");
}

/* -- the raw peer ---------------------------------------------------------- */

wire_conn_t *raw_answer(wire_t *w)
{
	wire_speaker_t *s = &w->speaker[0];
	wire_conn_t *a, *b;
	bgp_conn_t *conn;

	ck_assert(s->dial_wanted);
	s->dial_wanted = false;
	conn = bgp_connected(s->bgp, s->peer, &s->address, w->now);
	ck_assert_ptr_nonnull(conn);
	a = new_end(w, s);
	b = new_end(w, NULL);
	own(a, conn);
	join(a, b);
	wire_run(w);
	return b;
}

wire_conn_t *raw_dial(wire_t *w)
{
	wire_speaker_t *s = &w->speaker[0];
	bgp_conn_t *conn = bgp_accepted(s->bgp, s->peer, &s->address, w->now);
	wire_conn_t *a, *b;

	if (!conn)
	{
		return NULL;
	}
	a = new_end(w, s);
	b = new_end(w, NULL);
	own(a, conn);
	join(a, b);
	wire_run(w);
	return b;
}

void raw_send(wire_conn_t *c, const void *data, size_t len)
{
	deliver(c->other, data, len);
	wire_run(c->wire);
}

size_t unhex(const char *hex, uint8_t *out, size_t room)
{
	size_t n = 0;
	unsigned byte;

	for (; *hex; hex++)
	{
		if (*hex == ' ')
		{
			continue;
		}
		ck_assert_int_eq(sscanf(hex, "%2x", &byte), 1);
		ck_assert_uint_lt(n, room);
		out[n++] = (uint8_t)byte;
		hex++;
	}
	return n;
}

static size_t build(uint8_t *out, size_t room, uint8_t type, const char *hex)
{
	size_t n = unhex(hex, out + 19, room - 19) + 19;

	memset(out, 0xff, 16);
	out[16] = (uint8_t)(n >> 8);
	out[17] = (uint8_t)n;
	out[18] = type;
	return n;
}

void raw_message(wire_conn_t *c, uint8_t type, const char *hex)
{
	static uint8_t buf[70000];

	raw_send(c, buf, build(buf, sizeof(buf), type, hex));
}

void raw_open(wire_conn_t *c, uint32_t asn, uint16_t hold, uint32_t id)
{
	uint8_t buf[300];
	wbuf_t w = wbuf_make(buf, sizeof(buf));
	bgp_open_t open = {
		.asn = asn,
		.hold_time = hold,
		.router_id = id,
		.caps = {.mp = true,
				 .families = BGP_IPV4 | BGP_IPV6,
				 .as4 = true,
				 .as4_asn = asn,
				 .route_refresh = true,
				 .role = 255},
	};

	bgp_encode_open(&w, &open);
	raw_send(c, buf, wbuf_len(&w));
}

uint8_t raw_take(wire_conn_t *c, rbuf_t *body)
{
	static uint8_t message[65535];
	size_t len;

	if (c->got_len < 19)
	{
		return 0;
	}
	len = (size_t)c->got[16] << 8 | c->got[17];
	ck_assert_uint_ge(len, 19);
	ck_assert_uint_le(len, c->got_len);
	memcpy(message, c->got, len);
	memmove(c->got, c->got + len, c->got_len - len);
	c->got_len -= len;
	*body = rbuf_make(message + 19, len - 19);
	return message[18];
}

static void to_hex(rbuf_t r, char *out, size_t room)
{
	uint8_t byte;

	out[0] = '\0';
	while (room > 3 && rbuf_u8(&r, &byte))
	{
		snprintf(out, room, "%02x", byte);
		out += 2;
		room -= 2;
	}
}

void raw_expect(wire_conn_t *c, uint8_t type, const char *hex)
{
	static char got[8192], want[8192];
	static uint8_t bytes[4096];
	rbuf_t body = {0};
	uint8_t seen = raw_take(c, &body);

	ck_assert_uint_ne(seen, 0);
	to_hex(body, got, sizeof(got));
	ck_assert_msg(seen == type, "type %u with %s, not %u", seen, got, type);
	to_hex(rbuf_make(bytes, unhex(hex, bytes, sizeof(bytes))), want,
		   sizeof(want));
	ck_assert_str_eq(got, want);
}

void raw_expect_end(wire_conn_t *c, const char *hex)
{
	raw_expect(c, BGP_NOTIFICATION, hex);
	ck_assert_uint_eq(c->got_len, 0);
	ck_assert(c->closed);
}

void raw_drain(wire_conn_t *c)
{
	c->got_len = 0;
}

wire_conn_t *raw_in_opensent(wire_t *w)
{
	wire_conn_t *c;
	rbuf_t body;

	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	c = raw_answer(w);
	ck_assert_uint_eq(raw_take(c, &body), BGP_OPEN);
	return c;
}

static void confirm(wire_conn_t *c)
{
	raw_message(c, BGP_KEEPALIVE, "");
	ck_assert_int_eq(wire_state(c->wire, 0), BGP_ESTABLISHED);
	raw_drain(c);
}

wire_conn_t *raw_establish(wire_t *w)
{
	wire_conn_t *c = raw_in_opensent(w);

	raw_open(c, bgp_peer_config(w->speaker[0].peer)->remote_as, 90, 0x0a000002);
	confirm(c);
	return c;
}

wire_conn_t *raw_establish_by(wire_t *w, const char *open)
{
	wire_conn_t *c = raw_in_opensent(w);

	raw_message(c, BGP_OPEN, open);
	confirm(c);
	return c;
}
