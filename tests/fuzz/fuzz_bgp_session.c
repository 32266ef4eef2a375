/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A speaker whose peer is the input: it dials, sends whatever bytes, closes,
 * and time passes. A second peer stands in an established session throughout
 * and must never be harmed. What the speaker writes is always whole messages;
 * in the end nothing is left behind.
 */

#include "fuzz/fuzz.h"

#include "bgp/bgp.h"
#include "bgp/message.h"
#include "bgp/policy.h"

#include <string.h>

#define CONNS_MAX 8

typedef struct end_t
{
	bgp_conn_t *conn;
	bool closing;
} end_t;

typedef struct world_t
{
	usec_t now;
	timers_t *timers;
	bgp_t *bgp;
	bgp_peer_t *peer;
	bgp_peer_t *witness;
	bgp_conn_t *witness_conn;
	usec_t witness_fed;
	bgp_policy_t *all;
	bool dialling;
	end_t ends[CONNS_MAX];
} world_t;

static uint8_t out[65535];

static void on_connect(void *user, bgp_peer_t *peer)
{
	world_t *w = user;

	if (peer == w->peer)
	{
		fuzz_check(!w->dialling);
		w->dialling = true;
	}
}

static void on_cancel(void *user, bgp_peer_t *peer)
{
	world_t *w = user;

	if (peer == w->peer)
	{
		fuzz_check(w->dialling);
		w->dialling = false;
	}
}

static void on_close(void *user, bgp_conn_t *conn)
{
	world_t *w = user;
	unsigned i;

	fuzz_check(conn != w->witness_conn);
	for (i = 0; i < CONNS_MAX && w->ends[i].conn != conn; i++)
	{
	}
	fuzz_check(i < CONNS_MAX && !w->ends[i].closing);
	w->ends[i].closing = true;
}

static void on_output(void *user, bgp_conn_t *conn)
{
}

static void on_state(void *user, bgp_peer_t *peer, bgp_state_t from,
					 bgp_state_t to, const char *reason)
{
	world_t *w = user;

	fuzz_check(from != to && reason);
	fuzz_check(peer != w->witness || from != BGP_ESTABLISHED);
}

static void on_work(void *user)
{
}

/** all that a conn gives: whole messages */
static void drain(world_t *w, bgp_conn_t *conn)
{
	bgp_fault_t fault;
	bgp_type_t type;
	uint16_t len;
	size_t n;
	rbuf_t r;

	while ((n = bgp_output(w->bgp, conn, out, sizeof(out), w->now)) > 0)
	{
		for (r = rbuf_make(out, n); rbuf_left(&r);)
		{
			fuzz_check(bgp_decode_header(r, BGP_MESSAGE_EXTENDED_MAX, &len,
										 &type, &fault));
			fuzz_check(rbuf_skip(&r, len));
		}
	}
}

static void close_end(world_t *w, end_t *e, const char *why)
{
	bgp_conn_t *conn = e->conn;

	/* sink.close is not called for a closed one: keep the entry until then */
	bgp_conn_closed(w->bgp, conn, why, w->now);
	e->conn = NULL;
	e->closing = false;
}

static void settle(world_t *w)
{
	bgp_route_t route;
	unsigned i;

	while (bgp_work(w->bgp, 50, w->now))
	{
	}
	while (bgp_next_change(w->bgp, &route))
	{
		fuzz_check(route.n_best <= 4);
	}
	drain(w, w->witness_conn);
	for (i = 0; i < CONNS_MAX; i++)
	{
		if (w->ends[i].conn && w->ends[i].closing)
		{
			drain(w, w->ends[i].conn);
			close_end(w, &w->ends[i], "closed");
		}
	}
}

static end_t *free_end(world_t *w)
{
	unsigned i;

	for (i = 0; i < CONNS_MAX; i++)
	{
		if (!w->ends[i].conn)
		{
			return &w->ends[i];
		}
	}
	return NULL;
}

static end_t *nth_end(world_t *w, unsigned n)
{
	unsigned i;

	for (i = 0; i < CONNS_MAX; i++)
	{
		end_t *e = &w->ends[(n + i) % CONNS_MAX];

		if (e->conn && !e->closing)
		{
			return e;
		}
	}
	return NULL;
}

static void input(world_t *w, end_t *e, const void *data, size_t len)
{
	if (e && !e->closing)
	{
		bgp_input(w->bgp, e->conn, data, len, w->now);
	}
}

static void send_open(world_t *w, bgp_conn_t *conn, uint32_t asn, uint32_t id,
					  uint16_t hold, uint8_t how)
{
	uint8_t buf[400];
	wbuf_t b = wbuf_make(buf, sizeof(buf));
	bgp_open_t open = {
		.asn = asn,
		.hold_time = hold,
		.router_id = id,
		.caps = {.mp = true,
				 .families = BGP_IPV4 | BGP_IPV6,
				 .as4 = !(how & 1),
				 .as4_asn = asn,
				 .route_refresh = true,
				 .enhanced_refresh = how & 2,
				 .extended_message = how & 4,
				 .graceful_restart = how & 8,
				 .restart_time = how & 8 ? 60 : 0,
				 .restart_families = how & 8 ? BGP_IPV4 | BGP_IPV6 : 0,
				 .forwarding_families = how & 16 ? BGP_IPV4 : 0,
				 .role = 255},
	};

	bgp_encode_open(&b, &open);
	bgp_encode_keepalive(&b);
	bgp_input(w->bgp, conn, buf, wbuf_len(&b), w->now);
}

static void advance(world_t *w, usec_t span)
{
	usec_t end = w->now + span;

	while (w->now < end)
	{
		/* the witness is a peer that behaves */
		w->now =
			end - w->now > 20 * USEC_PER_SEC ? w->now + 20 * USEC_PER_SEC : end;
		if (w->now - w->witness_fed > 20 * USEC_PER_SEC)
		{
			uint8_t buf[19];
			wbuf_t b = wbuf_make(buf, sizeof(buf));

			bgp_encode_keepalive(&b);
			bgp_input(w->bgp, w->witness_conn, buf, 19, w->now);
			w->witness_fed = w->now;
		}
		timers_run(w->timers, w->now);
		settle(w);
	}
}

static void send_message(world_t *w, end_t *e, uint8_t type, rbuf_t body)
{
	uint8_t buf[19 + 255];
	wbuf_t b = wbuf_make(buf, sizeof(buf));
	unsigned i;

	for (i = 0; i < 16; i++)
	{
		wbuf_u8(&b, 0xff);
	}
	wbuf_u16(&b, (uint16_t)(19 + rbuf_left(&body)));
	wbuf_u8(&b, type);
	wbuf_bytes(&b, body.p, rbuf_left(&body));
	input(w, e, buf, wbuf_len(&b));
}

static void step(world_t *w, uint8_t op, uint8_t arg, rbuf_t *r)
{
	addr_t local = addr_v4(0xc0000201), route = addr_v4(0x0a000000);
	prefix_t prefix = prefix_make(&route, arg % 33);
	end_t *e = nth_end(w, op >> 5);
	rbuf_t body;

	switch (op % 14)
	{
		case 0: /* bytes as they are */
			if (rbuf_sub(r, arg, &body))
			{
				input(w, e, body.p, rbuf_left(&body));
			}
			break;
		case 1: /* a message of some type */
		case 2:
			if (rbuf_sub(r, arg, &body))
			{
				send_message(w, e, op % 14 == 1 ? BGP_UPDATE : op >> 4, body);
			}
			break;
		case 3:
			advance(w, arg * USEC_PER_SEC);
			break;
		case 4: /* an OPEN that is in order, and a KEEPALIVE */
			if (e)
			{
				send_open(w, e->conn, 65002, arg & 32 ? 0x0a000009 : 0x01000001,
						  90, arg);
			}
			break;
		case 5: /* our dialling succeeds, or not */
			if (w->dialling && (e = free_end(w)) != NULL && arg & 1)
			{
				w->dialling = false;
				e->conn = bgp_connected(w->bgp, w->peer, &local, w->now);
				fuzz_check(e->conn);
			}
			else if (w->dialling)
			{
				w->dialling = false;
				bgp_connect_failed(w->bgp, w->peer, "refused", w->now);
			}
			break;
		case 6: /* the peer dials */
			if ((e = free_end(w)) != NULL)
			{
				e->conn = bgp_accepted(w->bgp, w->peer, &local, w->now);
			}
			break;
		case 7:
			if (e)
			{
				close_end(w, e, "reset by peer");
			}
			break;
		case 8:
			bgp_peer_start(w->bgp, w->peer, w->now);
			break;
		case 9:
			bgp_peer_stop(w->bgp, w->peer, arg, arg & 1 ? "text" : NULL,
						  w->now);
			break;
		case 10:
			bgp_peer_refresh(w->bgp, w->peer, w->now);
			break;
		case 11:
			bgp_peer_set_eligible(w->bgp, w->peer, arg & 1);
			break;
		case 12:
			if (arg & 64)
			{
				bgp_local_t local = {
					.source = (bgp_source_t)(BGP_SOURCE_ADVERTISE + arg % 4),
					.has_med = arg & 16,
					.med = arg,
				};

				bgp_originate(w->bgp, &prefix, &local, w->now);
			}
			else
			{
				bgp_unoriginate(w->bgp, &prefix, w->now);
			}
			break;
		default:
			if (e)
			{
				drain(w, e->conn);
			}
			break;
	}
	settle(w);
}

static bgp_peer_t *add_peer(world_t *w, const char *name, uint32_t asn,
							uint32_t address)
{
	bgp_peer_config_t config = {
		.name = name,
		.address = addr_v4(address),
		.remote_as = asn,
		.families = BGP_IPV4 | BGP_IPV6,
		.hold_time = 90,
		.connect_retry = 5,
		.weight = 1,
		.import_policy = w->all,
		.export_policy = w->all,
		.max_prefix = 40,
		.max_prefix_restart = 10,
	};

	fuzz_check(addr_parse("2001:db8::1", &config.next_hop6));
	return bgp_peer_add(w->bgp, &config);
}

static void make_world(world_t *w)
{
	static const bgp_sink_t sink = {on_connect, on_cancel, on_close,
									on_output,  on_state,  on_work};
	bgp_config_t config = {
		.asn = 65001,
		.router_id = 0x0a000001,
		.multipath = 4,
	};
	addr_t local = addr_v4(0xc0000205);

	memset(w, 0, sizeof(*w));
	w->now = USEC_PER_SEC;
	w->timers = timers_create();
	w->all = bgp_policy_create("all");
	bgp_policy_rule(w->all, "all", BGP_POLICY_ACCEPT);
	w->bgp = bgp_create(&config, w->timers, &sink, w, 1);
	w->witness = add_peer(w, "witness", 65003, 0xc0000206);
	bgp_peer_start(w->bgp, w->witness, w->now);
	w->witness_conn = bgp_connected(w->bgp, w->witness, &local, w->now);
	w->witness_fed = w->now;
	send_open(w, w->witness_conn, 65003, 0x0a000003, 90, 0);
	w->peer = add_peer(w, "peer", 65002, 0xc0000202);
	bgp_peer_start(w->bgp, w->peer, w->now);
	settle(w);
}

static void end_world(world_t *w)
{
	bgp_peer_info_t info;
	unsigned i;

	bgp_peer_info(w->witness, &info);
	fuzz_check(info.state == BGP_ESTABLISHED && info.established == 1);
	bgp_peer_remove(w->bgp, w->peer, w->now);
	settle(w);
	for (i = 0; i < CONNS_MAX; i++)
	{
		fuzz_check(!w->ends[i].conn || !w->ends[i].closing);
	}
	/* nothing of the removed peer is left */
	fuzz_check(bgp_peer_next(w->bgp, w->witness) == NULL);
	bgp_destroy(w->bgp);
	bgp_policy_destroy(w->all);
	fuzz_check(timers_next(w->timers) == USEC_NEVER);
	timers_destroy(w->timers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rbuf_t r = rbuf_make(data, size);
	unsigned steps = 0;
	uint8_t op, arg;
	world_t w;

	make_world(&w);
	while (steps++ < 200 && rbuf_u8(&r, &op) && rbuf_u8(&r, &arg))
	{
		step(&w, op, arg, &r);
	}
	end_world(&w);
	return 0;
}
