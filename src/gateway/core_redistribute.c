/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Redistribution: what core_sources.c keeps becomes origins of ours. Several
 * routes may lead to one prefix: `advertise` goes before all, then connected,
 * static, others, and by the smaller metric; the first that its entry's policy
 * accepts is announced, with the metric as MED. A default route goes out only
 * by a policy that says so.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_neighbor.h"
#include "gateway/core_redistribute.h"

#include <stdlib.h>

/* RTPROT_* of linux/rtnetlink.h */
#define PROTO_BOOT   3
#define PROTO_STATIC 4

/** prefixes decided in a slice, and looked over in a sweep's */
#define SLICE_DECIDE 64
#define SLICE_SWEEP  512

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

/** what the entry's policy makes of it, in attrs; false: it is not announced */
static bool run_policy(const core_t *core, const bgp_policy_t *policy,
					   const prefix_t *prefix, bgp_local_t *local,
					   bgp_attr_set_t *attrs)
{
	bgp_policy_input_t input = {
		.prefix = *prefix,
		.source = local->source,
		.local_as = core->config->asn,
	};

	if (!policy)
	{
		return prefix->len > 0;
	}
	bgp_attr_set_clear(attrs);
	attrs->a.origin = BGP_ORIGIN_INCOMPLETE;
	attrs->a.has = BGP_HAS_MED;
	attrs->a.med = local->med;
	local->attrs = &attrs->a;
	return bgp_policy_apply(policy, &input, attrs, NULL, NULL) ==
		   BGP_POLICY_ACCEPT;
}

/** the first entry that takes it says how */
static bool accepted(const core_t *core, const source_prefix_t *p,
					 const source_route_t *route, bgp_local_t *out,
					 bgp_attr_set_t *attrs)
{
	const config_t *config = core->config;

	if (route->link && !core_sources_link_up(core, route->link))
	{
		return false;
	}
	for (size_t i = 0; i < config->n_redistribute; i++)
	{
		*out = (bgp_local_t){
			.source = source_of(route),
			.med = route->metric,
			.has_med = true,
		};
		if (entry_has(&config->redistribute[i], route) &&
			run_policy(core, core->redistribute->policies[i], &p->prefix, out,
					   attrs))
		{
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

/** the best of the routes that were not looked at so far; NULL: none is left */
static source_route_t *next_best(const source_prefix_t *p,
								 const source_route_t *after)
{
	source_route_t *best = NULL;
	bool passed = !after;

	list_each(&p->routes, route, source_route_t, in_prefix)
	{
		/* equal ones go in the order of the list */
		bool later = !after || goes_before(after, route) ||
					 (passed && !goes_before(route, after));

		passed |= route == after;
		if (route != after && later && (!best || goes_before(route, best)))
		{
			best = route;
		}
	}
	return best;
}

static void decide(core_t *core, source_prefix_t *p, usec_t now)
{
	core_redistribute_t *r = core->redistribute;
	/* or a static route of a tunnel's, which is originated by itself */
	bool advertised = core_is_advertised(core, &p->prefix) ||
					  core_static_has(core, &p->prefix);
	const source_route_t *route = advertised ? NULL : next_best(p, NULL);
	bgp_attr_set_t attrs;
	bgp_local_t local;

	list_remove(&p->dirty);
	bgp_attr_set_init(&attrs);
	while (route && !accepted(core, p, route, &local, &attrs))
	{
		route = next_best(p, route);
	}
	if (route)
	{
		bgp_originate(core->bgp, &p->prefix, &local, now);
	}
	else if (p->told && !core_is_advertised(core, &p->prefix) &&
			 !core_static_originates(core, &p->prefix))
	{
		bgp_unoriginate(core->bgp, &p->prefix, now);
	}
	p->told = route != NULL;
	bgp_attr_set_deinit(&attrs);
	if (list_empty(&p->routes))
	{
		core_source_free(r, p);
	}
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
		core_sources_links(core);
	}
	for (unsigned i = 0; i < SLICE_SWEEP && r->sweep; i++)
	{
		if (list_empty(&r->all))
		{
			r->sweep = 0;
			break;
		}
		core_sources_sweep(r);
		r->sweep--;
	}
	for (unsigned i = 0; i < SLICE_DECIDE && !list_empty(&r->dirty); i++)
	{
		decide(core, list_first(&r->dirty, source_prefix_t, dirty), now);
	}
	return r->sweep || !list_empty(&r->dirty);
}

bool core_redistribute_settled(const core_t *core)
{
	const core_redistribute_t *r = core->redistribute;

	for (size_t i = 0; r && i < r->n_tables; i++)
	{
		if (!r->tables[i].valid_from)
		{
			return false;
		}
	}
	return !r || (!r->links_dirty && !r->sweep && list_empty(&r->dirty));
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
		core_source_free(r, p);
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
		if (p->told && !core_is_advertised(core, &p->prefix) &&
			!core_static_originates(core, &p->prefix))
		{
			bgp_unoriginate(core->bgp, &p->prefix, now);
		}
	}
}

static void table_add(core_redistribute_t *r, const core_redistribute_t *old,
					  uint32_t table, uint8_t protocol)
{
	const source_table_t *had =
		old ? core_source_table(old, table, protocol) : NULL;

	if (core_source_table(r, table, protocol))
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
	timer_init(&r->timer, core_sources_due, core);
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
		core_source_touch(r, p);
	}
	r->links_dirty = true;
	core_kernel_dump(core);
}
