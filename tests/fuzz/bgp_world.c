/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The world: a speaker, its clock, and the far ends of its connections. Every
 * input is copied into memory of its own length, so that a read past it is
 * seen.
 */

#include "fuzz/bgp_world.h"

#include "base/log.h"
#include "bgp/attr_pool.h"

#include <string.h>

/* -- the sink ---------------------------------------------------------------- */

world_peer_t *world_peer_of(world_t *w, const bgp_peer_t *peer)
{
	for (unsigned i = 0; i < WORLD_PEERS; i++)
	{
		if (w->peers[i].peer == peer)
		{
			return &w->peers[i];
		}
	}
	return NULL;
}

static world_conn_t *conn_of(world_t *w, bgp_conn_t *conn)
{
	for (unsigned i = 0; i < WORLD_CONNS; i++)
	{
		if (w->conns[i].conn == conn)
		{
			return &w->conns[i];
		}
	}
	fuzz_check(w->arriving && !w->arriving->conn);
	w->arriving->conn = conn;
	return w->arriving;
}

static void on_connect(void *user, bgp_peer_t *peer)
{
	world_peer_t *p = world_peer_of(user, peer);

	fuzz_check(p && !p->dialling);
	p->dialling = true;
}

static void on_cancel(void *user, bgp_peer_t *peer)
{
	world_peer_t *p = world_peer_of(user, peer);

	fuzz_check(p && p->dialling);
	p->dialling = false;
}

static void on_close(void *user, bgp_conn_t *conn)
{
	world_t *w = user;
	world_conn_t *c = conn_of(w, conn);

	fuzz_check(!c->closing && !w->peers[c->peer].witness);
	c->closing = true;
}

static void on_output(void *user, bgp_conn_t *conn)
{
	(void)conn_of(user, conn);
}

static void on_state(void *user, bgp_peer_t *peer, bgp_state_t from,
					 bgp_state_t to, const char *reason)
{
	world_peer_t *p = world_peer_of(user, peer);

	fuzz_check(from != to && reason);
	if (p)
	{
		fuzz_check(!p->witness || from != BGP_ESTABLISHED);
		if (from == BGP_ESTABLISHED)
		{
			p->told.count = 0;
		}
	}
}

static addr_t *find_hop(world_t *w, const addr_t *addr)
{
	for (unsigned i = 0; i < WORLD_HOPS; i++)
	{
		if (addr_equal(&w->hops[i], addr))
		{
			return &w->hops[i];
		}
	}
	return NULL;
}

/** asked for once, and once no more */
static void on_next_hop(void *user, const addr_t *addr, bool used)
{
	world_t *w = user;
	addr_t *known = find_hop(w, addr);

	fuzz_check(addr_is_set(addr));
	if (used)
	{
		fuzz_check(!known);
		known = find_hop(w, &addr_none);
		/* there may be more than are kept here */
		if (known)
		{
			*known = *addr;
		}
	}
	else if (known)
	{
		*known = addr_none;
	}
}

/** made, and not shown */
static void on_log(void *user, log_level_t level, const char *line)
{
	fuzz_check(line[0]);
}

static void on_work(void *user)
{
}

/* -- connections ------------------------------------------------------------- */

static world_conn_t *free_conn(world_t *w, unsigned n)
{
	for (unsigned i = 0; i < WORLD_CONNS; i++)
	{
		if (!w->conns[i].conn)
		{
			w->conns[i] = (world_conn_t){.peer = n};
			return &w->conns[i];
		}
	}
	return NULL;
}

static addr_t local_of(const world_peer_t *p)
{
	addr_t a = addr_v4(0xc0000201);

	if (p->config.address.family == FAMILY_IPV6)
	{
		fuzz_check(addr_parse("2001:db8:ffff::1", &a));
	}
	return a;
}

/** NULL: the speaker does not want it; else it has the slot */
static world_conn_t *arrived(world_t *w, world_conn_t *c, bgp_conn_t *conn)
{
	w->arriving = NULL;
	if (!conn)
	{
		fuzz_check(!c->conn);
		return NULL;
	}
	fuzz_check(!c->conn || c->conn == conn);
	c->conn = conn;
	return c;
}

world_conn_t *world_connected(world_t *w, unsigned n, bool succeeds)
{
	world_peer_t *p = &w->peers[n];
	world_conn_t *c = free_conn(w, n);
	addr_t local = local_of(p);

	if (!p->peer || !p->dialling)
	{
		return NULL;
	}
	p->dialling = false;
	if (!succeeds || !c)
	{
		bgp_connect_failed(w->bgp, p->peer, "refused", w->now);
		return NULL;
	}
	w->arriving = c;
	return arrived(w, c, bgp_connected(w->bgp, p->peer, &local, w->now));
}

world_conn_t *world_accepted(world_t *w, unsigned n)
{
	world_peer_t *p = &w->peers[n];
	world_conn_t *c = free_conn(w, n);
	addr_t local = local_of(p);

	if (!p->peer || !c)
	{
		return NULL;
	}
	w->arriving = c;
	return arrived(w, c, bgp_accepted(w->bgp, p->peer, &local, w->now));
}

void world_broken(world_t *w, world_conn_t *c, const char *why)
{
	bgp_conn_t *conn = c->conn;

	bgp_conn_closed(w->bgp, conn, why, w->now);
	c->conn = NULL;
}

world_conn_t *world_conn(world_t *w, unsigned n)
{
	for (unsigned i = 0; i < WORLD_CONNS; i++)
	{
		world_conn_t *c = &w->conns[(n + i) % WORLD_CONNS];

		if (c->conn && !c->closing && !w->peers[c->peer].witness)
		{
			return c;
		}
	}
	return NULL;
}

world_conn_t *world_session(world_t *w, unsigned n)
{
	bgp_machine_t *m =
		w->peers[n].peer ? bgp_peer_session(w->peers[n].peer) : NULL;

	return m ? conn_of(w, m->conn) : NULL;
}

void world_input(world_t *w, world_conn_t *c, const void *data, size_t len)
{
	uint8_t *exact;

	if (c && c->conn && !c->closing && len)
	{
		exact = mem_copy(data, len);
		bgp_input(w->bgp, c->conn, exact, len, w->now);
		free(exact);
	}
}

void world_message(world_t *w, world_conn_t *c, uint8_t type, rbuf_t body,
				   unsigned split)
{
	size_t len = BGP_HEADER_LEN + rbuf_left(&body);
	uint8_t *message = mem_alloc(len);
	wbuf_t b = wbuf_make(message, len);
	size_t start = bgp_message_begin(&b, (bgp_type_t)type);

	if (rbuf_left(&body))
	{
		wbuf_bytes(&b, body.p, rbuf_left(&body));
	}
	bgp_message_end(&b, start);
	if (split && split < len)
	{
		world_input(w, c, message, split);
		world_input(w, c, message + split, len - split);
	}
	else
	{
		world_input(w, c, message, len);
	}
	free(message);
}

bgp_open_t world_open(const world_t *w, unsigned n)
{
	uint32_t asn = w->peers[n].config.remote_as;

	return (bgp_open_t){
		.asn = asn,
		.hold_time = WORLD_HOLD,
		.router_id = 0x0a000002 + n,
		.caps = {.mp = true,
				 .families = BGP_IPV4 | BGP_IPV6,
				 .as4 = true,
				 .as4_asn = asn,
				 .route_refresh = true,
				 .enhanced_refresh = true,
				 .extended_message = true,
				 .extended_next_hop = true,
				 .graceful_restart = true,
				 .restart_time = 60,
				 .restart_families = BGP_IPV4 | BGP_IPV6,
				 .forwarding_families = BGP_IPV4,
				 .notification_gr = n == 0,
				 .role = n == 0 ? 0 : 255},
	};
}

world_conn_t *world_establish(world_t *w, unsigned n, const bgp_open_t *open)
{
	world_conn_t *c = world_connected(w, n, true);
	uint8_t buf[400];
	wbuf_t b = wbuf_make(buf, sizeof(buf));

	if (!c)
	{
		c = world_accepted(w, n);
	}
	bgp_encode_open(&b, open);
	bgp_encode_keepalive(&b);
	world_input(w, c, buf, wbuf_len(&b));
	return c;
}

/* -- time and work ----------------------------------------------------------- */

static void feed_witnesses(world_t *w)
{
	world_conn_t *c;

	for (unsigned i = 0; i < WORLD_PEERS; i++)
	{
		c = w->peers[i].witness ? world_session(w, i) : NULL;
		if (c)
		{
			world_message(w, c, BGP_KEEPALIVE, rbuf_make(NULL, 0), 0);
		}
	}
	w->fed = w->now;
}

void world_pass(world_t *w, usec_t span)
{
	const usec_t pace = WORLD_HOLD / 4 * USEC_PER_SEC;
	usec_t end = w->now + span;

	while (w->now < end)
	{
		w->now = end - w->now > pace ? w->now + pace : end;
		if (w->now - w->fed >= pace)
		{
			feed_witnesses(w);
		}
		timers_run(w->timers, w->now);
		world_settle(w, false);
	}
}

static void take_changes(world_t *w)
{
	bgp_route_t route;

	while (bgp_next_change(w->bgp, &route))
	{
		fuzz_check(route.n_best <= BGP_PATHS_MAX);
		if (route.n_best)
		{
			prefix_set_add(&w->fib, &route.prefix);
		}
		else
		{
			prefix_set_remove(&w->fib, &route.prefix);
		}
	}
}

static void check_machines(world_t *w)
{
	for (unsigned i = 0; i < WORLD_PEERS; i++)
	{
		bgp_peer_t *peer = w->peers[i].peer;

		fuzz_check(!peer || peer->machines[0].state != BGP_ESTABLISHED ||
				   peer->machines[1].state != BGP_ESTABLISHED);
		fuzz_check(!w->peers[i].witness || !peer ||
				   peer->state == BGP_ESTABLISHED);
	}
}

void world_settle(world_t *w, bool all)
{
	/* what is read may make work, and work something to be read */
	for (unsigned round = 0; round < (all ? 2u : 1u); round++)
	{
		while (bgp_work(w->bgp, 50, w->now))
		{
		}
		take_changes(w);
		for (unsigned i = 0; i < WORLD_CONNS; i++)
		{
			world_conn_t *c = &w->conns[i];

			if (c->conn && (all || c->closing || w->peers[c->peer].witness))
			{
				world_drain(w, c);
			}
			if (c->conn && c->closing)
			{
				world_broken(w, c, "closed");
			}
		}
	}
	check_machines(w);
}

/* -- beginning and end ------------------------------------------------------- */

void world_begin(world_t *w, unsigned restarting)
{
	static const bgp_sink_t sink = {
		.connect = on_connect,
		.connect_cancel = on_cancel,
		.close = on_close,
		.output = on_output,
		.state = on_state,
		.work = on_work,
		.next_hop = on_next_hop,
	};
	bgp_config_t config = {
		.asn = WORLD_AS,
		.router_id = WORLD_ID,
		.multipath = 4,
		.restart_time = 120,
		.notification_restart = true,
		.link_bandwidth = true,
	};

	memset(w, 0, sizeof(*w));
	log_set(on_log, NULL, LOGL_DEBUG);
	w->now = USEC_PER_SEC;
	w->fed = w->now;
	w->timers = timers_create();
	w->all = bgp_policy_create("all");
	bgp_policy_rule(w->all, "all", BGP_POLICY_ACCEPT);
	w->some = world_policy();
	w->bgp = bgp_create(&config, w->timers, &sink, w, 1);
	if (restarting)
	{
		bgp_restarting(w->bgp, restarting, w->now + 60 * USEC_PER_SEC);
	}
	w->attrs = bgp_attr_pool_count(bgp_rib_attrs(w->bgp->rib));
}

void world_end(world_t *w)
{
	/* the end of what a restart holds back */
	if (bgp_deferring(w->bgp))
	{
		world_pass(w, 61 * USEC_PER_SEC);
	}
	fuzz_check(!bgp_deferring(w->bgp));
	for (unsigned i = 0; i < WORLD_PEERS; i++)
	{
		bgp_peer_t *peer = w->peers[i].peer;

		if (peer)
		{
			w->peers[i].witness = false;
			bgp_peer_remove(w->bgp, peer, w->now);
			w->peers[i].peer = NULL;
		}
	}
	world_settle(w, true);
	for (unsigned i = 0; i < WORLD_CONNS; i++)
	{
		/* a removed peer leaves no conn that was not told to close */
		fuzz_check(!w->conns[i].conn);
	}
	fuzz_check(!bgp_peer_next(w->bgp, NULL));
	bgp_aggregates_set(w->bgp, NULL, 0, w->now);
	world_settle(w, true);
	for (size_t i = w->fib.count; i > 0; i--)
	{
		bgp_unoriginate(w->bgp, &w->fib.list[i - 1], w->now);
	}
	world_settle(w, true);
	fuzz_check(!w->fib.count);
	fuzz_check(!bgp_changes_waiting(w->bgp));
	for (unsigned i = 0; i < WORLD_HOPS; i++)
	{
		fuzz_check(!addr_is_set(&w->hops[i]));
	}
	fuzz_check(bgp_attr_pool_count(bgp_rib_attrs(w->bgp->rib)) == w->attrs);
	bgp_destroy(w->bgp);
	bgp_policy_destroy(w->all);
	bgp_policy_destroy(w->some);
	fuzz_check(timers_next(w->timers) == USEC_NEVER);
	timers_destroy(w->timers);
	free(w->fib.list);
	for (unsigned i = 0; i < WORLD_PEERS; i++)
	{
		free(w->peers[i].told.list);
	}
}
