/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The network and the far side behind the core's seams. Bytes between the two
 * ends of a connection wait for the next step: nothing is answered within a
 * call.
 */

#include "unit/gateway/world_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgp/policy.h"
#include "text_source.h"
#include "unit/unit.h"

#define STEP (10 * USEC_PER_MSEC)

/* -- network ------------------------------------------------------------------------ */

static unsigned tunnel_of(const bgp_peer_t *peer)
{
	/* "t1" is 0, "n5" is 4 */
	return (unsigned)(bgp_peer_name(peer)[1] - '1');
}

static void net_listen(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	world_t *w = net;

	w->ends[tunnel_of(peer)] = *end;
	w->listening[tunnel_of(peer)] = addr_is_set(&end->local) ? peer : NULL;
}

static void net_unlisten(void *net, bgp_peer_t *peer)
{
	world_t *w = net;

	w->listening[tunnel_of(peer)] = NULL;
	w->dialling[tunnel_of(peer)] = NULL;
}

static void net_rebind(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	world_t *w = net;

	w->ends[tunnel_of(peer)] = *end;
}

static void net_dial(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	world_t *w = net;

	w->ends[tunnel_of(peer)] = *end;
	w->dialling[tunnel_of(peer)] = peer;
}

static void net_dial_cancel(void *net, bgp_peer_t *peer)
{
	world_t *w = net;

	w->dialling[tunnel_of(peer)] = NULL;
}

static void net_output(void *net, bgp_conn_t *conn)
{
}

static world_conn_t *conn_of(world_t *w, const bgp_conn_t *conn)
{
	for (unsigned i = 0; i < WORLD_CONNS_MAX; i++)
	{
		world_conn_t *c = &w->conns[i];

		if (c->used && (c->near == conn || c->far == conn))
		{
			return c;
		}
	}
	return NULL;
}

static void net_close(void *net, bgp_conn_t *conn)
{
	world_conn_t *c = conn_of(net, conn);

	ck_assert_ptr_nonnull(c);
	c->near_closing = true;
}

static void end_conn(world_t *w, world_conn_t *c)
{
	bgp_conn_t *near = c->near, *far = c->far;

	c->used = false;
	if (near)
	{
		bgp_conn_closed(core_bgp(w->core), near, "closed", w->now);
	}
	if (far)
	{
		bgp_conn_closed(w->far[c->tunnel].bgp, far, "closed", w->now);
	}
}

static void net_drop_all(void *net)
{
	world_t *w = net;

	for (unsigned i = 0; i < WORLD_CONNS_MAX; i++)
	{
		if (w->conns[i].used)
		{
			end_conn(w, &w->conns[i]);
		}
	}
}

static const net_ops_t net_ops = {
	.listen = net_listen,
	.unlisten = net_unlisten,
	.rebind = net_rebind,
	.dial = net_dial,
	.dial_cancel = net_dial_cancel,
	.output = net_output,
	.close = net_close,
	.drop_all = net_drop_all,
};

static world_conn_t *conn_new(world_t *w, unsigned tunnel)
{
	for (unsigned i = 0; i < WORLD_CONNS_MAX; i++)
	{
		if (!w->conns[i].used)
		{
			w->conns[i] = (world_conn_t){.used = true, .tunnel = tunnel};
			return &w->conns[i];
		}
	}
	ck_abort_msg("out of connections");
	return NULL;
}

static void connect_ends(world_t *w, unsigned i, bool near_dials)
{
	bgp_peer_t *near = near_dials ? w->dialling[i] : w->listening[i];
	world_far_t *far = &w->far[i];
	world_conn_t *c;
	addr_t a, b;

	addr_parse("169.254.0.2", &a);
	addr_parse("169.254.0.1", &b);
	if (near_dials)
	{
		w->dialling[i] = NULL;
	}
	else
	{
		far->dialling = false;
	}
	if (!near)
	{
		bgp_connect_failed(far->bgp, far->peer, "refused", w->now);
		return;
	}
	c = conn_new(w, i);
	c->near = near_dials ? bgp_connected(core_bgp(w->core), near, &a, w->now)
						 : bgp_accepted(core_bgp(w->core), near, &a, w->now);
	c->far = near_dials ? bgp_accepted(far->bgp, far->peer, &b, w->now)
						: bgp_connected(far->bgp, far->peer, &b, w->now);
	if (!c->near || !c->far)
	{
		end_conn(w, c);
	}
}

static bool pump(world_t *w, bgp_t *from, bgp_conn_t *out, bgp_t *to,
				 bgp_conn_t *in)
{
	static uint8_t buf[131072];
	size_t len = bgp_output(from, out, buf, sizeof(buf), w->now);

	for (size_t at = 0; at < len; at += 4096)
	{
		bgp_input(to, in, buf + at, len - at < 4096 ? len - at : 4096, w->now);
	}
	return len > 0;
}

/** the sockets of tunnel i are bound to a link that is there and works */
static bool bound(const world_t *w, unsigned i)
{
	const kernel_link_t *link = i < w->n ? world_link(w, i) : NULL;

	return i >= w->n ||
		   (link && link->up && link->index == w->ends[i].link_index);
}

static bool conn_step(world_t *w, world_conn_t *c)
{
	bgp_t *near = core_bgp(w->core), *far = w->far[c->tunnel].bgp;
	bool moved;

	if (w->cut[c->tunnel] || !bound(w, c->tunnel))
	{
		/* closing ends locally; nothing passes */
		return false;
	}
	moved = pump(w, near, c->near, far, c->far);
	moved |= pump(w, far, c->far, near, c->near);
	if (!moved && (c->near_closing || c->far_closing))
	{
		end_conn(w, c);
		return true;
	}
	return moved;
}

static bool net_step(world_t *w)
{
	bool moved = false;

	for (unsigned i = 0; i < WORLD_PEERS_MAX; i++)
	{
		if (w->cut[i] || !w->far[i].bgp)
		{
			continue;
		}
		if (w->dialling[i])
		{
			connect_ends(w, i, true);
			moved = true;
		}
		if (w->far[i].dialling && core_bgp(w->core))
		{
			connect_ends(w, i, false);
			moved = true;
		}
	}
	for (unsigned i = 0; i < WORLD_CONNS_MAX; i++)
	{
		if (w->conns[i].used)
		{
			moved |= conn_step(w, &w->conns[i]);
		}
	}
	return moved;
}

/* -- the far side --------------------------------------------------------------------- */

static void far_connect(void *user, bgp_peer_t *peer)
{
	world_far_t *far = user;

	far->dialling = true;
}

static void far_cancel(void *user, bgp_peer_t *peer)
{
	world_far_t *far = user;

	far->dialling = false;
}

static void far_close(void *user, bgp_conn_t *conn)
{
	world_far_t *far = user;
	world_conn_t *c = conn_of(far->world, conn);

	if (c)
	{
		c->far_closing = true;
	}
}

static void far_output(void *user, bgp_conn_t *conn)
{
}

static void far_state(void *user, bgp_peer_t *peer, bgp_state_t from,
					  bgp_state_t to, const char *reason)
{
}

static void far_work(void *user)
{
}

static const bgp_sink_t far_sink = {
	.connect = far_connect,
	.connect_cancel = far_cancel,
	.close = far_close,
	.output = far_output,
	.state = far_state,
	.work = far_work,
};

static bgp_policy_t *all_policy;

static void far_create(world_t *w, unsigned i, uint32_t asn,
					   const addr_t *next_hop)
{
	bgp_config_t config = {.asn = asn, .router_id = 100 + i, .multipath = 4};
	world_far_t *far = &w->far[i];
	bgp_peer_config_t peer = {
		.name = "gateway",
		.remote_as = 65530,
		.families = BGP_IPV4,
		.hold_time = 9,
		.connect_retry = 5,
		.weight = 1,
		/* the gateway dials, so that it is seen to */
		.passive = true,
	};

	if (!all_policy)
	{
		all_policy = bgp_policy_create("all");
		bgp_policy_rule(all_policy, "all", BGP_POLICY_ACCEPT);
	}
	far->world = w;
	far->bgp = bgp_create(&config, w->timers, &far_sink, far, i);
	peer.import_policy = all_policy;
	peer.export_policy = all_policy;
	peer.address = addr_v4(0xa9fe0002u + (i << 8));
	peer.next_hop4 = *next_hop;
	far->peer = bgp_peer_add(far->bgp, &peer);
	bgp_peer_start(far->bgp, far->peer, w->now);
}

void world_beside(world_t *w, unsigned i, uint32_t asn, const char *next_hop)
{
	addr_t addr;

	ck_assert(addr_parse(next_hop, &addr));
	far_create(w, i, asn, &addr);
}

/* -- driving ---------------------------------------------------------------------------- */

char *world_config(unsigned n, const char *more, const char *extra)
{
	char *text = str_copy("connections {\n"), *next;

	for (unsigned i = 1; i <= n; i++)
	{
		next = str_format("%s t%u {\n remote_addrs = 203.0.113.%u\n"
						  " if_id_in = %u\n if_id_out = %u\n mobike = no\n }\n",
						  text, i, i, i, i);
		free(text);
		text = next;
	}
	next =
		str_format("%s}\ncygnet {\n asn = 65530\n router_id = 10.255.0.1\n"
				   " advertise = 192.168.0.0/24\n %s\n bundles {\n b {\n %s\n"
				   " tunnels {\n",
				   text, more ? more : "", extra ? extra : "");
	free(text);
	text = next;
	for (unsigned i = 1; i <= n; i++)
	{
		next = str_format("%s t%u {\n address = 169.254.%u.2/30\n neighbor {\n"
						  " address = 169.254.%u.1\n remote_as = 65531\n"
						  " hold_time = 9\n }\n }\n",
						  text, i, i - 1, i - 1);
		free(text);
		text = next;
	}
	next = str_format("%s}\n}\n}\n}\n", text);
	free(text);
	return next;
}

core_seams_t world_extra;

core_seams_t world_seams(world_t *w)
{
	core_seams_t seams = world_host_seams(w);

	seams.net_ops = &net_ops;
	seams.net = w;
	seams.datagram_ops = world_extra.datagram_ops;
	seams.datagrams = world_extra.datagrams;
	seams.event = world_extra.event;
	seams.keeper = world_extra.keeper;
	seams.initiate = world_extra.initiate;
	seams.renew = world_extra.renew;
	seams.reauthenticate = world_extra.reauthenticate;
	seams.rekey = world_extra.rekey;
	seams.settle = world_extra.settle;
	seams.sha1 = world_extra.sha1;
	seams.user = world_extra.user;
	seams.keep_guard = world_extra.keep_guard;
	seams.resilient_problem = world_extra.resilient_problem;
	seams.keeper = world_extra.keeper;
	return seams;
}

world_t *world_create(unsigned n)
{
	world_t *w = world_host_create();
	core_seams_t seams;

	w->n = n;
	for (unsigned i = 0; i < n; i++)
	{
		addr_t next_hop = addr_v4(0xa9fe0001u + (i << 8));

		far_create(w, i, 65531, &next_hop);
	}
	seams = world_seams(w);
	w->core = core_create(&seams, NULL, 1, w->now);
	return w;
}

void world_restart(world_t *w)
{
	core_seams_t seams = world_seams(w);

	core_destroy(w->core, w->now);
	w->n_events = 0;
	w->dumps = 0;
	w->table_wanted = false;
	memset(w->listening, 0, sizeof(w->listening));
	memset(w->dialling, 0, sizeof(w->dialling));
	w->core = core_create(&seams, NULL, 2, w->now);
}

void world_kill(world_t *w)
{
	for (unsigned i = 0; i < WORLD_CONNS_MAX; i++)
	{
		world_conn_t *c = &w->conns[i];
		bgp_conn_t *far = c->far;

		if (c->used && far)
		{
			c->far = NULL;
			bgp_conn_closed(w->far[c->tunnel].bgp, far, "reset by peer",
							w->now);
		}
	}
	world_restart(w);
}

void world_destroy(world_t *w)
{
	core_destroy(w->core, w->now);
	for (unsigned i = 0; i < WORLD_PEERS_MAX; i++)
	{
		if (w->far[i].bgp)
		{
			bgp_destroy(w->far[i].bgp);
		}
	}
	bgp_policy_destroy(all_policy);
	all_policy = NULL;
	world_host_destroy(w);
}

bool world_load(world_t *w, const char *text, char **error)
{
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config;

	ck_assert_ptr_nonnull(source);
	config = config_load(source, &report);
	source->destroy(source);
	if (error)
	{
		*error = report.errors.count ? str_copy(report.errors.list[0]) : NULL;
	}
	config_report_deinit(&report);
	if (!config)
	{
		return false;
	}
	if (w->edit)
	{
		w->edit(config);
	}
	core_configure(w->core, config, w->now);
	return true;
}

void world_load_edited(world_t *w, void (*edit)(config_t *config))
{
	char *text = world_config(w->n, NULL, NULL), *error;

	w->edit = edit;
	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static void turn(world_t *w)
{
	bool more = true;

	/* bounded: a loop of events would be a bug of its own */
	for (unsigned i = 0; more; i++)
	{
		/* no assertion: Check writes each that holds into a file */
		if (i == 999)
		{
			ck_abort_msg("a turn does not come to its end");
		}
		world_kernel_step(w);
		core_apply(w->core, w->now);
		more = timers_run(w->timers, w->now) > 0;
		core_apply(w->core, w->now);
		more |= net_step(w);
		more |= core_work(w->core, w->now);
		for (unsigned k = 0; k < WORLD_PEERS_MAX; k++)
		{
			more |= w->far[k].bgp && bgp_work(w->far[k].bgp, 64, w->now);
		}
		core_apply(w->core, w->now);
		more |=
			w->n_events > 0 || (w->dumps && !w->no_dumps) || w->table_wanted;
	}
}

void world_run(world_t *w, usec_t span)
{
	usec_t end = w->now + span;

	turn(w);
	while (w->now < end)
	{
		w->now += STEP;
		turn(w);
	}
}

void world_fact(world_t *w, unsigned i, fact_kind_t kind, uint32_t sa,
				uint32_t successor)
{
	fact_t fact = {.kind = kind, .sa = sa, .successor = successor};

	snprintf(fact.name, sizeof(fact.name), "t%u", i + 1);
	fact.if_id_in = fact.if_id_out = i + 1;
	fact.n_remote = 1;
	fact.remote[0] = addr_v4(0xcb007101u + i);
	fact.info.spi_in = 0xc0000000 + sa;
	fact.info.spi_out = 0xd0000000 + sa;
	fact.info.encr = 20;
	fact.info.key_bits = 256;
	fact.info.remote = fact.remote[0];
	core_fact(w->core, &fact, w->now);
}

void world_up(world_t *w)
{
	for (unsigned i = 0; i < w->n; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 100 + i, 0);
	}
	world_run(w, 2 * USEC_PER_SEC);
	for (unsigned i = 0; i < w->n; i++)
	{
		ck_assert_int_eq(world_session(w, i), BGP_ESTABLISHED);
	}
}

bgp_state_t world_session(const world_t *w, unsigned i)
{
	bgp_peer_info_t info;

	bgp_peer_info(w->far[i].peer, &info);
	return info.state;
}

void world_announce(world_t *w, unsigned i, const char *text, bool announce)
{
	static const bgp_local_t local = {.source = BGP_SOURCE_ADVERTISE};
	prefix_t prefix;

	ck_assert(prefix_parse(text, &prefix));
	if (announce)
	{
		bgp_originate(w->far[i].bgp, &prefix, &local, w->now);
	}
	else
	{
		bgp_unoriginate(w->far[i].bgp, &prefix, w->now);
	}
}

unsigned world_ways(const world_t *w, const char *text, bool *there)
{
	const kernel_route_t *route;
	const kernel_group_t *group;
	unsigned ways = 0;
	prefix_t prefix;

	ck_assert(prefix_parse(text, &prefix));
	route = fake_kernel_route(w->kernel, &prefix, 254, METRIC);
	*there = route != NULL;
	group = route ? fake_kernel_group(w->kernel, route->nexthop) : NULL;
	for (unsigned i = 0; group && i < group->count; i++)
	{
		const kernel_nexthop_t *nh =
			fake_kernel_nexthop(w->kernel, group->members[i].id);

		for (unsigned k = 0; nh && k < w->n; k++)
		{
			const kernel_link_t *link = world_link(w, k);

			if (link && nh->link == link->index && !nh->blackhole &&
				fake_kernel_uses(group, i))
			{
				ways |= 1u << k;
			}
		}
	}
	return ways;
}

uint32_t world_told(const world_t *w, unsigned i, const char *text)
{
	bgp_route_t route;
	prefix_t prefix;

	ck_assert(prefix_parse(text, &prefix));
	if (!bgp_route_get(w->far[i].bgp, &prefix, &route) || !route.n_best ||
		!route.best[0].peer)
	{
		return UINT32_MAX;
	}
	return route.best[0].attrs->has & BGP_HAS_MED ? route.best[0].attrs->med
												  : 0;
}

const char *world_hops(const world_t *w, const char *text)
{
	static char out[256];
	const kernel_route_t *route;
	const kernel_group_t *group;
	prefix_t prefix;
	size_t len = 0;

	ck_assert(prefix_parse(text, &prefix));
	route = fake_kernel_route(w->kernel, &prefix, 254, METRIC);
	group = route ? fake_kernel_group(w->kernel, route->nexthop) : NULL;
	out[0] = '\0';
	for (unsigned i = 0; group && i < group->count; i++)
	{
		const kernel_nexthop_t *nh =
			fake_kernel_nexthop(w->kernel, group->members[i].id);
		char a[ADDR_STR_MAX] = "";

		if (nh && !nh->blackhole && fake_kernel_uses(group, i))
		{
			len += (size_t)snprintf(
				out + len, sizeof(out) - len, "%s%u%s%s", len ? " " : "",
				nh->link, addr_is_set(&nh->gateway) ? "/" : "",
				addr_is_set(&nh->gateway) ? addr_format(&nh->gateway, a) : "");
		}
	}
	return out;
}

bool world_problem(world_t *w, const char *words)
{
	view_state_t view = {0};

	core_view_problems(w->core, &view, w->now);
	for (size_t i = 0; i < view.n_problems; i++)
	{
		if (strstr(view.problems[i], words))
		{
			return true;
		}
	}
	return false;
}
