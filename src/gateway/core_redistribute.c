/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Redistribution: networks on links and routes of others in the kernel's
 * tables become origins of ours.
 *
 * What is wanted is dumped by table and protocol and then followed by
 * notifications. Dumps come again where the kernel takes routes away without a
 * word: links that go down, addresses that go, and notifications that were
 * lost. What a dump did not show again is swept out. Several routes may lead to
 * one prefix: `advertise` goes before all, then connected, static, others, and
 * by the smaller metric; the first that its entry's policy accepts is
 * announced, with the metric as MED.
 *
 * Nothing is announced that would hurt whoever takes it: loopback, link-local
 * and multicast, the tunnels' inside networks, and a default route only by a
 * policy that says so.
 */

#include "gateway/core_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/* RTPROT_* of linux/rtnetlink.h */
#define PROTO_KERNEL 2
#define PROTO_BOOT   3
#define PROTO_STATIC 4

/** prefixes decided in a slice, and looked over in a sweep's */
#define SLICE_DECIDE 64
#define SLICE_SWEEP  512
/** dumps for changes of links and addresses, and after a failed one */
#define DUMP_DELAY USEC_PER_SEC

/** somebody's route */
typedef struct source_route_t
{
	list_t in_prefix;
	/** not from the table: a network on a link */
	bool connected;
	uint8_t protocol;
	uint32_t table;
	uint32_t metric;
	uint32_t link;
	addr_t gateway;
	/** last seen */
	uint32_t seen;
} source_route_t;

typedef struct source_prefix_t
{
	hash_node_t node;
	prefix_t prefix;
	list_t routes;
	/** in `all` */
	list_t place;
	/** in `dirty` */
	list_t dirty;
	/** originated by us, and how */
	bool told;
	bgp_local_t local;
} source_prefix_t;

/** what is dumped in one go */
typedef struct source_table_t
{
	uint32_t table;
	uint8_t protocol;
	bool wanted;
	/** what was seen before is not there any more; 0: never dumped */
	uint32_t valid_from;
} source_table_t;

struct core_redistribute_t
{
	/** of the configuration's entries, by their place; NULL: all is taken */
	bgp_policy_t **policies;
	size_t n_policies;
	source_table_t *tables;
	size_t n_tables;
	/** being dumped; NULL: none */
	source_table_t *dumping;
	uint32_t dump_began;
	hash_t by_prefix;
	list_t all;
	list_t dirty;
	size_t n_prefixes;
	size_t n_routes;
	bool full;
	/** counts dumps and looks at the links */
	uint32_t moment;
	/** of the last look at the links */
	uint32_t connected_from;
	bool links_dirty;
	/** prefixes that the sweep still has to look over */
	size_t sweep;
	cyg_timer_t timer;
};

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

static void touch(core_redistribute_t *r, source_prefix_t *p)
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

static void prefix_free(core_redistribute_t *r, source_prefix_t *p)
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
	touch(r, p);
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
			touch(r, p);
		}
	}
}

/* -- what the kernel tells ---------------------------------------------------- */

static source_table_t *table_of(const core_redistribute_t *r, uint32_t table,
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
	if (!table_of(r, from->table, from->protocol))
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

static void dumps_due(cyg_timer_t *timer, void *user, usec_t now)
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

static bool link_up(const core_t *core, uint32_t index)
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

static void look_at_links(core_t *core)
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
		touch(r, p);
	}
	sweep_start(r);
}

/* -- decision ------------------------------------------------------------------- */

static bgp_source_t source_of(const source_route_t *route)
{
	if (route->connected)
	{
		return BGP_SOURCE_CONNECTED;
	}
	return route->protocol == PROTO_BOOT || route->protocol == PROTO_STATIC
			   ? BGP_SOURCE_STATIC
			   : BGP_SOURCE_OTHER;
}

static bool entry_has(const config_redistribute_t *entry,
					  const source_route_t *route)
{
	if (route->connected)
	{
		return entry->connected;
	}
	for (size_t i = 0; i < entry->n_protocols; i++)
	{
		if (entry->protocols[i] == route->protocol &&
			entry->table == route->table)
		{
			return true;
		}
	}
	return false;
}

/** what the entry's policy makes of it; false: it is not announced */
static bool run_policy(const core_t *core, const bgp_policy_t *policy,
					   const prefix_t *prefix, bgp_local_t *local)
{
	bgp_policy_input_t input = {
		.prefix = *prefix,
		.source = local->source,
		.local_as = core->config->asn,
	};
	bgp_attr_set_t set;
	bool accepted;

	if (!policy)
	{
		return prefix->len > 0;
	}
	bgp_attr_set_init(&set);
	set.a.origin = BGP_ORIGIN_INCOMPLETE;
	set.a.has = BGP_HAS_MED;
	set.a.med = local->med;
	accepted =
		bgp_policy_apply(policy, &input, &set, NULL, NULL) == BGP_POLICY_ACCEPT;
	local->has_med = set.a.has & BGP_HAS_MED;
	local->med = set.a.med;
	bgp_attr_set_deinit(&set);
	return accepted;
}

static bool accepted(const core_t *core, const source_prefix_t *p,
					 const source_route_t *route, bgp_local_t *out)
{
	const config_t *config = core->config;

	if (route->link && !link_up(core, route->link))
	{
		return false;
	}
	for (size_t i = 0; i < config->n_redistribute; i++)
	{
		bgp_local_t local = {
			.source = source_of(route),
			.med = route->metric,
			.has_med = true,
		};

		if (entry_has(&config->redistribute[i], route) &&
			run_policy(core, core->redistribute->policies[i], &p->prefix,
					   &local))
		{
			*out = local;
			return true;
		}
	}
	return false;
}

/** a goes before b */
static bool goes_before(const source_route_t *a, const source_route_t *b)
{
	bgp_source_t of_a = source_of(a), of_b = source_of(b);

	return of_a < of_b || (of_a == of_b && a->metric < b->metric);
}

static bool choose(const core_t *core, const source_prefix_t *p,
				   bgp_local_t *out)
{
	const source_route_t *best = NULL;
	bgp_local_t local;

	list_each(&p->routes, route, source_route_t, in_prefix)
	{
		if ((!best || goes_before(route, best)) &&
			accepted(core, p, route, &local))
		{
			best = route;
			*out = local;
		}
	}
	return best != NULL;
}

static bool local_equal(const bgp_local_t *a, const bgp_local_t *b)
{
	return a->source == b->source && a->med == b->med &&
		   a->has_med == b->has_med;
}

static void decide(core_t *core, source_prefix_t *p, usec_t now)
{
	core_redistribute_t *r = core->redistribute;
	bool advertised = core_is_advertised(core, &p->prefix);
	bgp_local_t local;
	bool wanted = !advertised && choose(core, p, &local);

	list_remove(&p->dirty);
	if (wanted && !(p->told && local_equal(&p->local, &local)))
	{
		p->local = local;
		bgp_originate(core->bgp, &p->prefix, &local, now);
	}
	else if (!wanted && p->told && !advertised)
	{
		bgp_unoriginate(core->bgp, &p->prefix, now);
	}
	p->told = wanted;
	if (list_empty(&p->routes))
	{
		prefix_free(r, p);
	}
}

static void sweep(core_redistribute_t *r)
{
	source_prefix_t *p = list_first(&r->all, source_prefix_t, place);

	list_each_safe(&p->routes, route, source_route_t, in_prefix)
	{
		const source_table_t *table =
			table_of(r, route->table, route->protocol);

		if (route->connected ? route->seen < r->connected_from
							 : !table || route->seen < table->valid_from)
		{
			route_free(r, route);
			touch(r, p);
		}
	}
	list_remove(&p->place);
	list_append(&r->all, &p->place);
}

bool core_redistribute_work(core_t *core, usec_t now)
{
	core_redistribute_t *r = core->redistribute;

	if (!r)
	{
		return false;
	}
	if (r->links_dirty)
	{
		look_at_links(core);
	}
	for (unsigned i = 0; i < SLICE_SWEEP && r->sweep; i++)
	{
		if (list_empty(&r->all))
		{
			r->sweep = 0;
			break;
		}
		sweep(r);
		r->sweep--;
	}
	for (unsigned i = 0; i < SLICE_DECIDE && !list_empty(&r->dirty); i++)
	{
		decide(core, list_first(&r->dirty, source_prefix_t, dirty), now);
	}
	return r->sweep || !list_empty(&r->dirty);
}

/* -- configuration -------------------------------------------------------------- */

static void policies_free(core_redistribute_t *r)
{
	for (size_t i = 0; i < r->n_policies; i++)
	{
		bgp_policy_destroy(r->policies[i]);
	}
	free(r->policies);
	r->policies = NULL;
	r->n_policies = 0;
}

void core_redistribute_free(core_t *core)
{
	core_redistribute_t *r = core->redistribute;

	if (!r)
	{
		return;
	}
	timer_stop(core->seams.timers, &r->timer);
	list_each_safe(&r->all, p, source_prefix_t, place)
	{
		prefix_free(r, p);
	}
	hash_deinit(&r->by_prefix);
	policies_free(r);
	free(r->tables);
	free(r);
	core->redistribute = NULL;
}

static void withdraw_all(core_t *core, usec_t now)
{
	list_each(&core->redistribute->all, p, source_prefix_t, place)
	{
		if (p->told && !core_is_advertised(core, &p->prefix))
		{
			bgp_unoriginate(core->bgp, &p->prefix, now);
		}
	}
}

static void table_add(core_redistribute_t *r, const core_redistribute_t *old,
					  uint32_t table, uint8_t protocol)
{
	const source_table_t *had = old ? table_of(old, table, protocol) : NULL;

	if (table_of(r, table, protocol))
	{
		return;
	}
	r->tables = mem_resize(r->tables, r->n_tables + 1, sizeof(*r->tables));
	r->tables[r->n_tables++] = (source_table_t){
		.table = table,
		.protocol = protocol,
		.wanted = !had || had->wanted || had == old->dumping,
		.valid_from = had ? had->valid_from : 0,
	};
}

static core_redistribute_t *create(core_t *core)
{
	core_redistribute_t *r = mem_alloc(sizeof(*r));

	hash_init(&r->by_prefix);
	list_init(&r->all);
	list_init(&r->dirty);
	timer_init(&r->timer, dumps_due, core);
	return r;
}

void core_redistribute_configure(core_t *core, bool tables_stayed, usec_t now)
{
	const config_t *config = core->config;
	core_redistribute_t *r = core->redistribute, old;

	if (!config->n_redistribute || !core->bgp)
	{
		if (r && core->bgp && tables_stayed)
		{
			withdraw_all(core, now);
		}
		core_redistribute_free(core);
		return;
	}
	if (!r)
	{
		r = core->redistribute = create(core);
	}
	old = *r;
	policies_free(r);
	r->tables = NULL;
	r->n_tables = 0;
	r->dumping = NULL;
	r->policies = mem_array(config->n_redistribute, sizeof(*r->policies));
	r->n_policies = config->n_redistribute;
	for (size_t i = 0; i < config->n_redistribute; i++)
	{
		const config_redistribute_t *entry = &config->redistribute[i];

		r->policies[i] = core_policy_named(config, entry->policy);
		for (size_t k = 0; k < entry->n_protocols; k++)
		{
			table_add(r, &old, entry->table, entry->protocols[k]);
		}
	}
	free(old.tables);
	list_each(&r->all, p, source_prefix_t, place)
	{
		/* `advertise` may have taken it, or given it up */
		p->told =
			p->told && tables_stayed && !core_is_advertised(core, &p->prefix);
		touch(r, p);
	}
	r->links_dirty = true;
	core_kernel_dump(core);
}
