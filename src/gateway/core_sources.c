/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Networks on links and routes of others, kept for redistribution. What is
 * wanted is dumped by table and protocol and then followed by notifications.
 * Dumps come again where the kernel takes routes away without a word: links
 * that go down, addresses that go, and notifications that were lost. What a
 * dump did not show again is swept out, in slices.
 *
 * Nothing is kept whose announcement would hurt whoever takes it: loopback,
 * link-local and multicast, and the tunnels' inside networks.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_redistribute.h"

#include <stdlib.h>

/** RTPROT_KERNEL of linux/rtnetlink.h */
#define PROTO_KERNEL 2
/** dumps for changes of links and addresses, and after a failed one */
#define DUMP_DELAY USEC_PER_SEC

static bool is_origin(const prefix_t *p)
{
	/* 0.0.0.0/0 contains all of these, and is a default route */
	return !p->len ||
		   !(addr_is_loopback(&p->addr) || addr_is_link_local(&p->addr) ||
			 addr_is_multicast(&p->addr));
}

/* -- routes ------------------------------------------------------------------- */

static uint32_t hash_of(const prefix_t *p)
{
	return hash_bytes(p, sizeof(*p), 1);
}

static source_prefix_t *prefix_find(const core_redistribute_t *r,
									const prefix_t *prefix)
{
	for (hash_node_t *node = hash_find(&r->by_prefix, hash_of(prefix)); node;
		 node = hash_find_next(node))
	{
		source_prefix_t *p = container_of(node, source_prefix_t, node);

		if (prefix_equal(&p->prefix, prefix))
		{
			return p;
		}
	}
	return NULL;
}

static source_prefix_t *prefix_get(core_redistribute_t *r,
								   const prefix_t *prefix)
{
	source_prefix_t *p = prefix_find(r, prefix);

	if (!p)
	{
		p = mem_alloc(sizeof(*p));
		p->prefix = *prefix;
		list_init(&p->routes);
		list_init(&p->dirty);
		list_append(&r->all, &p->place);
		hash_insert(&r->by_prefix, &p->node, hash_of(prefix));
		r->n_prefixes++;
	}
	return p;
}

void core_source_touch(core_redistribute_t *r, source_prefix_t *p)
{
	if (!list_linked(&p->dirty))
	{
		list_append(&r->dirty, &p->dirty);
	}
}

static void route_free(core_redistribute_t *r, source_route_t *route)
{
	list_remove(&route->in_prefix);
	free(route);
	r->n_routes--;
}

void core_source_free(core_redistribute_t *r, source_prefix_t *p)
{
	list_each_safe(&p->routes, route, source_route_t, in_prefix)
	{
		route_free(r, route);
	}
	list_remove(&p->place);
	list_remove(&p->dirty);
	hash_remove(&r->by_prefix, &p->node);
	r->n_prefixes--;
	free(p);
}

static bool same_route(const source_route_t *a, const source_route_t *b)
{
	return a->connected == b->connected && a->protocol == b->protocol &&
		   a->table == b->table && a->metric == b->metric &&
		   a->link == b->link && addr_equal(&a->gateway, &b->gateway);
}

static void route_add(core_redistribute_t *r, const prefix_t *prefix,
					  const source_route_t *what)
{
	source_prefix_t *p = prefix_find(r, prefix);
	source_route_t *route;

	if (p)
	{
		list_each(&p->routes, it, source_route_t, in_prefix)
		{
			if (same_route(it, what))
			{
				it->seen = what->seen;
				return;
			}
		}
	}
	if (r->n_routes == CORE_REDISTRIBUTE_MAX)
	{
		r->full = true;
		return;
	}
	p = prefix_get(r, prefix);
	route = mem_copy(what, sizeof(*what));
	list_append(&p->routes, &route->in_prefix);
	r->n_routes++;
	core_source_touch(r, p);
}

/** other: all in the route's place but the route itself */
static void route_remove(core_redistribute_t *r, const prefix_t *prefix,
						 const source_route_t *what, bool other)
{
	source_prefix_t *p = prefix_find(r, prefix);

	if (!p)
	{
		return;
	}
	list_each_safe(&p->routes, it, source_route_t, in_prefix)
	{
		if (other ? !it->connected && it->table == what->table &&
						it->metric == what->metric && !same_route(it, what)
				  : same_route(it, what))
		{
			route_free(r, it);
			core_source_touch(r, p);
		}
	}
}

/* -- what the kernel tells ---------------------------------------------------- */

source_table_t *core_source_table(const core_redistribute_t *r, uint32_t table,
								  uint8_t protocol)
{
	for (size_t i = 0; i < r->n_tables; i++)
	{
		if (r->tables[i].table == table && r->tables[i].protocol == protocol)
		{
			return &r->tables[i];
		}
	}
	return NULL;
}

void core_redistribute_route(core_t *core, const kernel_event_t *event)
{
	core_redistribute_t *r = core->redistribute;
	const kernel_route_t *from = &event->route;
	source_route_t route = {
		.protocol = from->protocol,
		.table = from->table,
		.metric = from->metric,
		.link = from->link,
		.gateway = from->gateway,
	};

	if (!r || !is_origin(&from->dst))
	{
		return;
	}
	route.seen = r->moment;
	if (event->replaced)
	{
		route_remove(r, &from->dst, &route, true);
	}
	if (!core_source_table(r, from->table, from->protocol))
	{
		return;
	}
	if (event->gone)
	{
		route_remove(r, &from->dst, &route, false);
	}
	else
	{
		route_add(r, &from->dst, &route);
	}
}

static void sweep_start(core_redistribute_t *r)
{
	r->sweep = r->n_prefixes;
}

bool core_redistribute_dump(core_t *core, uint32_t *table, uint8_t *protocol)
{
	core_redistribute_t *r = core->redistribute;

	for (size_t i = 0; r && i < r->n_tables; i++)
	{
		if (r->tables[i].wanted)
		{
			r->dumping = &r->tables[i];
			r->dumping->wanted = false;
			r->dump_began = ++r->moment;
			*table = r->dumping->table;
			*protocol = r->dumping->protocol;
			return true;
		}
	}
	return false;
}

void core_redistribute_dumped(core_t *core, int error, usec_t now)
{
	core_redistribute_t *r = core->redistribute;

	if (!r || !r->dumping)
	{
		/* configured anew meanwhile */
		return;
	}
	if (error)
	{
		/* not at once: what disturbed it may go on */
		timer_start(core->seams.timers, &r->timer, now + DUMP_DELAY);
	}
	else
	{
		r->dumping->valid_from = r->dump_began;
		sweep_start(r);
	}
	r->dumping = NULL;
}

static void want_dumps(core_redistribute_t *r)
{
	for (size_t i = 0; i < r->n_tables; i++)
	{
		r->tables[i].wanted = true;
	}
}

void core_sources_due(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;

	want_dumps(core->redistribute);
	core_kernel_dump(core);
}

void core_redistribute_links(core_t *core, usec_t now)
{
	core_redistribute_t *r = core->redistribute;

	if (r)
	{
		r->links_dirty = true;
		if (r->n_tables && !timer_running(&r->timer))
		{
			timer_start(core->seams.timers, &r->timer, now + DUMP_DELAY);
		}
	}
}

void core_redistribute_lost(core_t *core)
{
	if (core->redistribute)
	{
		want_dumps(core->redistribute);
	}
}

void core_redistribute_audit(core_t *core, usec_t now)
{
	core_redistribute_t *r = core->redistribute;

	core_kernel_dump(core);
	/* those that found no room have not been kept: they are asked for again */
	if (r && r->full && r->n_routes < CORE_REDISTRIBUTE_MAX)
	{
		r->full = false;
		core_redistribute_links(core, now);
	}
}

bool core_redistribute_full(const core_t *core)
{
	return core->redistribute && core->redistribute->full;
}

/* -- networks on links ----------------------------------------------------- */

bool core_sources_link_up(const core_t *core, uint32_t index)
{
	const kernel_link_t *link = kernel_state_link(&core->seen, index);

	return link && link->up && link->lower_up;
}

static bool wants_connected(const core_t *core)
{
	for (size_t i = 0; i < core->config->n_redistribute; i++)
	{
		if (core->config->redistribute[i].connected)
		{
			return true;
		}
	}
	return false;
}

void core_sources_links(core_t *core)
{
	core_redistribute_t *r = core->redistribute;
	bool wanted = wants_connected(core);

	r->links_dirty = false;
	r->connected_from = ++r->moment;
	for (size_t i = 0; wanted && i < core->seen.n_addrs; i++)
	{
		const kernel_addr_t *a = &core->seen.addrs[i];
		const kernel_link_t *link = kernel_state_link(&core->seen, a->link);
		prefix_t net = addr_is_set(&a->peer)
						   ? prefix_make(&a->peer, a->ifaddr.len)
						   : ifaddr_prefix(&a->ifaddr);
		source_route_t route = {
			.connected = true,
			.protocol = PROTO_KERNEL,
			.link = a->link,
			.seen = r->moment,
		};

		/* the tunnels' inside networks are nobody's business but ours */
		if (link && !kernel_link_is_ours(link) &&
			!core_tunnel_on(core, a->link) && net.len && is_origin(&net))
		{
			route_add(r, &net, &route);
		}
	}
	/* links that came or went count for all routes */
	list_each(&r->all, p, source_prefix_t, place)
	{
		core_source_touch(r, p);
	}
	sweep_start(r);
}

void core_sources_sweep(core_redistribute_t *r)
{
	source_prefix_t *p = list_first(&r->all, source_prefix_t, place);

	list_each_safe(&p->routes, route, source_route_t, in_prefix)
	{
		const source_table_t *table =
			core_source_table(r, route->table, route->protocol);

		if (route->connected ? route->seen < r->connected_from
							 : !table || route->seen < table->valid_from)
		{
			route_free(r, route);
			core_source_touch(r, p);
		}
	}
	list_remove(&p->place);
	list_append(&r->all, &p->place);
}
