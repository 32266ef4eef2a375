/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Two peers that do whatever the input says (records, see bgp_records.h): they
 * dial, are dialled, send bytes, read or do not, close, while time passes and
 * an operator stops, starts, configures and removes them. A third stands in an
 * established session throughout and must never be harmed. What must hold
 * meanwhile is in bgp_world.c; in the end nothing is left behind.
 */

#include "fuzz/bgp_records.h"
#include "fuzz/bgp_world.h"

#define WITNESS 2

static void send_open(world_t *w, world_conn_t *c, uint8_t how)
{
	bgp_open_t open;
	uint8_t buf[400];
	wbuf_t b = wbuf_make(buf, sizeof(buf));

	if (!c)
	{
		return;
	}
	open = world_open(w, c->peer);
	open.caps.as4 = !(how & 1);
	open.caps.enhanced_refresh = how & 2;
	open.caps.extended_message = how & 4;
	open.caps.graceful_restart = how & 8;
	open.caps.forwarding_families = how & 16 ? BGP_IPV4 | BGP_IPV6 : 0;
	/* who wins a collision */
	open.router_id = how & 32 ? open.router_id : 0x01000001;
	open.caps.notification_gr = how & 64;
	open.hold_time = how & 128 ? 3 : WORLD_HOLD;
	bgp_encode_open(&b, &open);
	world_input(w, c, buf, wbuf_len(&b));
}

static void operate(world_t *w, unsigned n, const record_t *r)
{
	addr_t net = addr_v4(0x0a000000);
	prefix_t prefix = prefix_make(&net, r->arg % 33);
	world_peer_t *p = &w->peers[n];

	switch (record_op(r))
	{
		case RECORD_ORIGINATE:
			world_originate(w, &prefix, record_which(r));
			break;
		case RECORD_UNORIGINATE:
			bgp_unoriginate(w->bgp, &prefix, w->now);
			break;
		case RECORD_START:
			bgp_peer_start(w->bgp, p->peer, w->now);
			break;
		case RECORD_STOP:
			bgp_peer_stop(w->bgp, p->peer, r->arg, r->arg & 1 ? "text" : NULL,
						  w->now);
			break;
		case RECORD_AWAY:
			bgp_peer_stop_for_restart(w->bgp, p->peer, w->now);
			break;
		case RECORD_REFRESH:
			bgp_peer_refresh(w->bgp, p->peer, w->now);
			break;
		case RECORD_ELIGIBLE:
			bgp_peer_set_eligible(w->bgp, p->peer, r->arg & 1);
			break;
		case RECORD_CONFIGURE:
			world_configure(w, n, r->arg, r->body);
			break;
		case RECORD_REMOVE:
			bgp_peer_remove(w->bgp, p->peer, w->now);
			p->peer = NULL;
			if (r->arg & 1)
			{
				world_settle(w, false);
			}
			world_peer_add(w, n);
			break;
		default:
			break;
	}
}

static void step(world_t *w, const record_t *r)
{
	world_conn_t *c = world_conn(w, record_which(r));
	unsigned n = record_which(r) % WITNESS;

	switch (record_op(r))
	{
		case RECORD_BYTES:
			world_input(w, c, r->body.p, rbuf_left(&r->body));
			break;
		case RECORD_UPDATE:
			world_message(w, c, BGP_UPDATE, r->body, r->arg);
			break;
		case RECORD_MESSAGE:
			world_message(w, c, r->arg, r->body, 0);
			break;
		case RECORD_KEEPALIVE:
			world_message(w, c, BGP_KEEPALIVE, rbuf_make(NULL, 0), r->arg);
			break;
		case RECORD_TIME:
			world_pass(w, r->arg * USEC_PER_SEC);
			break;
		case RECORD_OPEN:
			send_open(w, c, r->arg);
			break;
		case RECORD_CONNECTED:
			world_connected(w, n, r->arg & 1);
			break;
		case RECORD_ACCEPTED:
			world_accepted(w, n);
			break;
		case RECORD_BROKEN:
			if (c)
			{
				world_broken(w, c, "reset by peer");
			}
			break;
		case RECORD_AGGREGATES:
			world_aggregates(w, r->body);
			break;
		case RECORD_NEXT_HOP:
			world_next_hop(w, record_which(r), r->arg);
			break;
		case RECORD_DRAIN:
			if (c)
			{
				world_drain(w, c);
			}
			break;
		default:
			operate(w, n, r);
			break;
	}
	world_settle(w, false);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	rbuf_t r = rbuf_make(data, size);
	unsigned steps = 0;
	rbuf_t first = r;
	bgp_open_t open;
	record_t record;
	world_t w;

	world_begin(&w, record_next(&first, &record) &&
							record_op(&record) == RECORD_RESTARTING
						? record.arg & (BGP_IPV4 | BGP_IPV6)
						: 0);
	world_peer_add(&w, WITNESS);
	open = world_open(&w, WITNESS);
	fuzz_check(world_establish(&w, WITNESS, &open));
	w.peers[WITNESS].witness = true;
	world_peer_add(&w, 0);
	world_peer_add(&w, 1);
	world_settle(&w, false);
	while (steps++ < 200 && record_next(&r, &record))
	{
		step(&w, &record);
	}
	world_check(&w);
	world_end(&w);
	return 0;
}
