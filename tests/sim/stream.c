/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * TCP: bytes come in order, whatever the wire does to packets; while either
 * direction is broken they stand still and are tried again at growing times.
 * A side whose process dies or closes says so after its last bytes, and what
 * comes to it then is answered by a reset.
 */

#include "sim.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_MAX  (256 * 1024)
#define PIECE      8192
#define BACKOFF    (200 * MSEC)
#define BACKOFF_MX (8 * SEC)
#define SYN_MAX    6

static sim_tunnel_t *tunnel_of(const sim_node_t *node, const bgp_peer_t *peer)
{
	/* "t1" */
	unsigned long number = strtoul(bgp_peer_name(peer) + 1, NULL, 10);

	if (!number || number > node->sim->n_tunnels)
	{
		abort();
	}
	return &node->sim->tunnels[number - 1];
}

static sim_end_t *end_of(const sim_node_t *node, const bgp_peer_t *peer)
{
	sim_tunnel_t *t = tunnel_of(node, peer);

	return &t->end[node_side(node, t)];
}

static bgp_t *bgp_of(const sim_conn_t *c, unsigned side)
{
	return core_bgp(c->tunnel->end[side].node->core);
}

static sim_conn_t *conn_of(sim_t *sim, const bgp_conn_t *conn)
{
	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		sim_conn_t *c = &sim->conns[i];

		if (c->used && (c->conn[0] == conn || c->conn[1] == conn))
		{
			return c;
		}
	}
	abort();
}

/* -- moving bytes ---------------------------------------------------------------- */

static void conn_free(sim_conn_t *c)
{
	for (unsigned s = 0; s < 2; s++)
	{
		timer_stop(c->sim->timers, &c->timer[s]);
		free(c->bytes[s]);
		c->bytes[s] = NULL;
	}
	c->used = false;
}

static void conn_check(sim_conn_t *c)
{
	if (c->used && !c->conn[0] && !c->conn[1])
	{
		conn_free(c);
	}
}

/** the side's speaker is told that it is over */
static void conn_end(sim_conn_t *c, unsigned side, const char *why)
{
	bgp_conn_t *conn = c->conn[side];

	if (conn)
	{
		sim_note(c->sim, 77 + side);
		c->conn[side] = NULL;
		bgp_conn_closed(bgp_of(c, side), conn, why, c->sim->now);
		c->tunnel->end[side].node->poked = true;
	}
}

static void move_later(sim_conn_t *c, unsigned from)
{
	usec_t in = c->tunnel->latency;

	if (timer_running(&c->timer[from]))
	{
		return;
	}
	if (sim_random(c->sim, 1000) < c->tunnel->loss)
	{
		in += BACKOFF;
	}
	timer_start(c->sim->timers, &c->timer[from], c->sim->now + in);
}

/** one piece at most, as the reader may close in the middle */
static void deliver(sim_conn_t *c, unsigned from)
{
	size_t n = c->len[from] < PIECE ? c->len[from] : PIECE;
	unsigned to = !from;

	if (n && c->conn[to] && !c->closing[to])
	{
		sim_note(c->sim, n);
		bgp_input(bgp_of(c, to), c->conn[to], c->bytes[from], n, c->sim->now);
		c->tunnel->end[to].node->poked = true;
	}
	c->len[from] -= n;
	if (c->len[from])
	{
		memmove(c->bytes[from], c->bytes[from] + n, c->len[from]);
	}
	if (n && !c->conn[to] && c->conn[from])
	{
		conn_end(c, from, "connection reset by peer");
	}
	else if (c->len[from])
	{
		move_later(c, from);
	}
	else if (c->fin[from])
	{
		conn_end(c, to, "the peer closed the connection");
	}
}

static void moved(cyg_timer_t *timer, void *user, usec_t now)
{
	sim_conn_t *c = user;
	unsigned from = timer == &c->timer[1];

	if (!wire_both(c->tunnel))
	{
		usec_t *backoff = &c->backoff[from];

		*backoff = *backoff ? *backoff * 2 : BACKOFF;
		*backoff = *backoff > BACKOFF_MX ? BACKOFF_MX : *backoff;
		timer_start(c->sim->timers, timer, now + *backoff);
		return;
	}
	c->backoff[from] = 0;
	deliver(c, from);
	conn_check(c);
}

/** what its speaker has said, into the queue; true: there was something */
static bool take_output(sim_conn_t *c, unsigned side)
{
	static uint8_t buf[131072];
	size_t len;

	if (!c->conn[side] || !c->output[side] || c->len[side] > QUEUE_MAX)
	{
		return false;
	}
	len = bgp_output(bgp_of(c, side), c->conn[side], buf, sizeof(buf),
					 c->sim->now);
	c->output[side] = len > 0;
	if (!len)
	{
		return false;
	}
	c->bytes[side] = mem_resize(c->bytes[side], c->len[side] + len, 1);
	memcpy(c->bytes[side] + c->len[side], buf, len);
	c->len[side] += len;
	move_later(c, side);
	return true;
}

static void fin(sim_conn_t *c, unsigned side)
{
	c->fin[side] = true;
	move_later(c, side);
}

bool stream_turn(sim_node_t *node)
{
	sim_t *sim = node->sim;
	bool more = false;

	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		sim_conn_t *c = &sim->conns[i];
		unsigned side;

		if (!c->used || !node_has(node, c->tunnel))
		{
			continue;
		}
		side = node_side(node, c->tunnel);
		if (!c->conn[side])
		{
			continue;
		}
		more |= take_output(c, side);
		if (c->closing[side])
		{
			fin(c, side);
			conn_end(c, side, "closed");
			conn_check(c);
			more = true;
		}
	}
	return more;
}

/* -- connecting ------------------------------------------------------------------ */

static sim_conn_t *conn_new(sim_t *sim, sim_tunnel_t *t)
{
	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		sim_conn_t *c = &sim->conns[i];

		if (!c->used)
		{
			*c = (sim_conn_t){
				.sim = sim,
				.used = true,
				.serial = ++sim->serial,
				.tunnel = t,
				.output = {true, true},
			};
			timer_init(&c->timer[0], moved, c);
			timer_init(&c->timer[1], moved, c);
			return c;
		}
	}
	sim_fail(sim, "more than %d connections", SIM_CONNS);
	return NULL;
}

static void connect_ends(sim_tunnel_t *t, unsigned side)
{
	bgp_peer_t *peer = t->end[side].dialling;
	sim_node_t *near = t->end[side].node, *far = t->end[!side].node;
	addr_t here = wire_inner(t, side), there = wire_inner(t, !side);
	sim_t *sim = t->sim;
	sim_conn_t *c;

	t->end[side].dialling = NULL;
	near->poked = far->poked = true;
	c = far->core && t->end[!side].listening ? conn_new(sim, t) : NULL;
	sim_trace(sim, "t%u: connection from n%u %s", t->number + 1, near->number,
			  c ? "made" : "refused");
	if (!c)
	{
		bgp_connect_failed(core_bgp(near->core), peer, "connection refused",
						   sim->now);
		return;
	}
	c->conn[side] = bgp_connected(core_bgp(near->core), peer, &here, sim->now);
	c->conn[!side] = bgp_accepted(core_bgp(far->core), t->end[!side].listening,
								  &there, sim->now);
	for (unsigned s = 0; s < 2; s++)
	{
		if (!c->conn[s])
		{
			fin(c, s);
		}
	}
	conn_check(c);
}

static void dialled(cyg_timer_t *timer, void *user, usec_t now)
{
	sim_tunnel_t *t = user;
	unsigned side = timer == &t->end[1].dial_timer;
	sim_end_t *end = &t->end[side];

	if (!end->dialling || !end->node->core)
	{
		return;
	}
	if (wire_both(t) && sim_random(t->sim, 1000) >= t->loss)
	{
		connect_ends(t, side);
		return;
	}
	if (end->dial_tries++ == SYN_MAX)
	{
		bgp_peer_t *peer = end->dialling;

		end->dialling = NULL;
		end->node->poked = true;
		bgp_connect_failed(core_bgp(end->node->core), peer, "timed out", now);
		return;
	}
	/* as Linux sends SYNs again */
	timer_start(t->sim->timers, timer, now + (SEC << (end->dial_tries - 1)));
}

/* -- the core's seam --------------------------------------------------------------- */

static void net_listen(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	end_of(net, peer)->listening = addr_is_set(&end->local) ? peer : NULL;
}

static void net_dial_cancel(void *net, bgp_peer_t *peer)
{
	sim_node_t *node = net;
	sim_end_t *end = end_of(node, peer);

	end->dialling = NULL;
	timer_stop(node->sim->timers, &end->dial_timer);
}

static void net_unlisten(void *net, bgp_peer_t *peer)
{
	end_of(net, peer)->listening = NULL;
	net_dial_cancel(net, peer);
}

/** a stream is its tunnel's, whatever the link's index */
static void net_rebind(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
}

static void net_dial(void *net, bgp_peer_t *peer, const net_endpoint_t *ends)
{
	sim_node_t *node = net;
	sim_end_t *end = end_of(node, peer);

	end->dialling = peer;
	end->dial_tries = 0;
	timer_start(node->sim->timers, &end->dial_timer,
				node->sim->now + 2 * tunnel_of(node, peer)->latency);
}

static void net_output(void *net, bgp_conn_t *conn)
{
	sim_node_t *node = net;

	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		sim_conn_t *c = &node->sim->conns[i];

		if (c->used && (c->conn[0] == conn || c->conn[1] == conn))
		{
			c->output[c->conn[1] == conn] = true;
		}
	}
}

static void net_close(void *net, bgp_conn_t *conn)
{
	sim_node_t *node = net;
	sim_conn_t *c = conn_of(node->sim, conn);

	c->closing[c->conn[1] == conn] = true;
	c->output[c->conn[1] == conn] = true;
	node->poked = true;
}

static void net_drop_all(void *net)
{
	sim_node_t *node = net;

	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		sim_conn_t *c = &node->sim->conns[i];
		unsigned side;

		if (!c->used || !node_has(node, c->tunnel))
		{
			continue;
		}
		side = node_side(node, c->tunnel);
		if (c->conn[side])
		{
			while (!node->dying && take_output(c, side))
			{
			}
			fin(c, side);
			conn_end(c, side, "closed");
			conn_check(c);
		}
	}
}

const net_ops_t stream_ops = {
	.listen = net_listen,
	.unlisten = net_unlisten,
	.rebind = net_rebind,
	.dial = net_dial,
	.dial_cancel = net_dial_cancel,
	.output = net_output,
	.close = net_close,
	.drop_all = net_drop_all,
};

void stream_init(sim_t *sim)
{
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		for (unsigned s = 0; s < 2; s++)
		{
			timer_init(&sim->tunnels[i].end[s].dial_timer, dialled,
					   &sim->tunnels[i]);
		}
	}
}

void stream_forget(sim_node_t *node)
{
	sim_t *sim = node->sim;

	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		sim_tunnel_t *t = &sim->tunnels[i];

		if (node_has(node, t))
		{
			sim_end_t *end = &t->end[node_side(node, t)];

			end->listening = end->dialling = NULL;
			timer_stop(sim->timers, &end->dial_timer);
		}
	}
}

unsigned stream_count(const sim_tunnel_t *t)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		const sim_conn_t *c = &t->sim->conns[i];

		n += c->used && c->tunnel == t && c->conn[0] && c->conn[1] &&
			 !c->closing[0] && !c->closing[1];
	}
	return n;
}

void stream_free(sim_t *sim)
{
	for (unsigned i = 0; i < SIM_CONNS; i++)
	{
		if (sim->conns[i].used)
		{
			conn_free(&sim->conns[i]);
		}
	}
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		for (unsigned s = 0; s < 2; s++)
		{
			timer_stop(sim->timers, &sim->tunnels[i].end[s].dial_timer);
		}
	}
}
