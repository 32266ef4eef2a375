/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The core and the kernel: dumps at the start and after a loss, the mirror of
 * the small objects, and core_kernel_apply, which plans what should be,
 * compares, and writes the difference. It is run again after each event that
 * changes something, so that what needs two steps (a link, then its address)
 * takes them by itself.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_nexthops.h"
#include "gateway/core_origins.h"
#include "gateway/core_routes.h"
#include "gateway/core_sas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define WHAT(what) (1u << (what))
/** what must be known before anything is written */
#define DUMPS_SMALL                                                            \
	(WHAT(KERNEL_WHAT_LINK) | WHAT(KERNEL_WHAT_ADDR) | WHAT(KERNEL_WHAT_RULE))
/** a NEXTHOP dump tells of groups too */
#define DUMPS_ALL                                                              \
	(DUMPS_SMALL | WHAT(KERNEL_WHAT_NEXTHOP) | WHAT(KERNEL_WHAT_ROUTE))
#define CONFLICTS_MAX 16

static const kernel_what_t dump_order[] = {
	/* a route is not written while its next hop may be lost */
	KERNEL_WHAT_LINK,    KERNEL_WHAT_ADDR,  KERNEL_WHAT_RULE,
	KERNEL_WHAT_NEXTHOP, KERNEL_WHAT_ROUTE,
};

/** what still has to be dumped, as bits of 1 << kernel_what_t */
struct core_dumps_t
{
	unsigned wanted;
	unsigned done;
	/** of these, notifications were lost before */
	unsigned missed;
	bool running;
	kernel_what_t now;
	/** what the running one has shown: the rest of the mirror is gone */
	kernel_state_t shown;
	/** learned routes of ours that it has shown */
	uint32_t routes;
};

/** tables of others, when our own things are known */
static void dump_table(core_t *core)
{
	uint32_t table;
	uint8_t protocol;
	int error;

	if (!core_redistribute_dump(core, &table, &protocol))
	{
		return;
	}
	error =
		core->seams.kernel_ops->dump_table(core->seams.kernel, table, protocol);
	core->dumps->running = !error;
	core->dumps->now = KERNEL_WHAT_TABLE;
	if (error)
	{
		log_error("asking the kernel for table %u: %s", table,
				  strerror(-error));
		/* the audit asks again */
		core_redistribute_lost(core);
	}
}

/** what an earlier run has left is being read; in later dumps our own things
 * stand, too */
static bool seeing(const core_t *core)
{
	return core_restart_adopting(core) && !core_kernel_known(core);
}

void core_kernel_dump(core_t *core)
{
	core_dumps_t *d = core->dumps;

	if (d->running || !core->seams.kernel)
	{
		return;
	}
	for (size_t i = 0; i < countof(dump_order); i++)
	{
		if (d->wanted & WHAT(dump_order[i]))
		{
			int error =
				core->seams.kernel_ops->dump(core->seams.kernel, dump_order[i]);

			if (error)
			{
				log_error("asking the kernel for its state: %s",
						  strerror(-error));
				return;
			}
			d->now = dump_order[i];
			d->running = true;
			kernel_state_deinit(&core->dumps->shown);
			kernel_state_init(&core->dumps->shown);
			core->dumps->routes = 0;
			if (seeing(core))
			{
				/* one that failed half-way is shown from its beginning */
				core_seen_forget(core->seen_fib, d->now);
			}
			if (d->now == KERNEL_WHAT_NEXTHOP && core->fib)
			{
				fib_dump_begin(core->fib);
			}
			return;
		}
	}
	dump_table(core);
}

void core_kernel_start(core_t *core, usec_t now)
{
	core->dumps = mem_alloc(sizeof(*core->dumps));
	kernel_state_init(&core->dumps->shown);
	core->seen_fib = core_seen_create();
	core->dumps->wanted = DUMPS_ALL;
	core_kernel_dump(core);
	core_sweep_start(core);
}

void core_kernel_free(core_t *core)
{
	core_seen_destroy(core->seen_fib);
	kernel_state_deinit(&core->dumps->shown);
	free(core->dumps);
}

static bool have(const core_t *core, unsigned dumps)
{
	return (core->dumps->done & dumps) == dumps;
}

bool core_kernel_known(const core_t *core)
{
	return core->seams.kernel && have(core, DUMPS_ALL);
}

bool core_kernel_ready(const core_t *core)
{
	return core_kernel_known(core) &&
		   !(core->fib && core_seen_any(core->seen_fib));
}

static bool is_small_route(const kernel_route_t *route)
{
	return route->table == KERNEL_PIN_TABLE ||
		   route->type == KERNEL_UNREACHABLE;
}

/** somebody else's route stands where one of ours did: not touched, but told,
 * and tried again when it is gone */
static void taken_over(core_t *core, const kernel_route_t *route)
{
	char p[PREFIX_STR_MAX];
	bgp_route_t held;

	if (core->fib && route->table == core->config->table &&
		route->metric == core->config->metric &&
		bgp_route_get(core->bgp, &route->dst, &held) && held.tag)
	{
		log_warn("somebody put a route of his own in the place of ours to %s",
				 prefix_format(&route->dst, p));
		core_route_failed(core, &route->dst);
	}
}

static void foreign_route(core_t *core, const kernel_event_t *event)
{
	core_redistribute_route(core, event);
	if (!event->dump)
	{
		/* the underlay may have changed */
		core->underlay_dirty = true;
		core_nexthops_within(core, &event->route.dst);
	}
	if (event->replaced)
	{
		taken_over(core, &event->route);
	}
}

/** what an earlier run has left was shown, is not told to the FIB yet, and is
 * another now: shown again */
static void seen_touched(core_t *core, const kernel_event_t *event)
{
	const unsigned dumps = WHAT(KERNEL_WHAT_NEXTHOP) | WHAT(KERNEL_WHAT_ROUTE);

	if (event->ours && core_seen_any(core->seen_fib))
	{
		core->dumps->wanted |= dumps;
		core->dumps->done &= ~dumps;
		core_kernel_dump(core);
	}
}

static void route_event(core_t *core, const kernel_event_t *event)
{
	if (!event->ours)
	{
		foreign_route(core, event);
	}
	else if (is_small_route(&event->route))
	{
		core->plan_dirty |=
			kernel_state_route_event(&core->seen, &event->route, event->gone);
	}
	else if (event->dump)
	{
		core->dumps->routes++;
		if (seeing(core))
		{
			core_seen_add(core->seen_fib, event);
		}
	}
	else
	{
		seen_touched(core, event);
	}
}

static void nexthop_event(core_t *core, const kernel_event_t *event)
{
	bool group = event->what == KERNEL_WHAT_GROUP;

	if (!event->dump || !event->ours)
	{
		seen_touched(core, event);
		return;
	}
	if (core->fib)
	{
		fib_dump_seen(core->fib, group ? event->group.id : event->nexthop.id);
	}
	if (seeing(core))
	{
		core_seen_add(core->seen_fib, event);
	}
}

static core_tunnel_t *tunnel_of_link(core_t *core, const char *name)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const config_tunnel_t *c = core->tunnels[i]->config;

		if (strcmp(c->interface ? c->interface : c->link, name) == 0)
		{
			return core->tunnels[i];
		}
	}
	return NULL;
}

/** links and addresses are what the kernel judges a next hop by */
static void retry_hops(core_t *core)
{
	if (core->fib)
	{
		fib_retry(core->fib);
	}
}

static void link_event(core_t *core, const kernel_event_t *event, usec_t now)
{
	const kernel_link_t *link = &event->link;
	const kernel_link_t *old = kernel_state_link(&core->seen, link->index);
	core_tunnel_t *tunnel, *renamed = NULL;

	if (old && strcmp(old->name, link->name) != 0)
	{
		renamed = tunnel_of_link(core, old->name);
	}
	core_heal_link(core, link, old, event->gone);
	if (!kernel_state_link_event(&core->seen, link, event->gone))
	{
		return;
	}
	core->plan_dirty = true;
	core->tunnels_dirty = true;
	core->underlay_dirty = true;
	core_nexthops_all(core);
	core_redistribute_links(core, now);
	retry_hops(core);
	if (renamed)
	{
		core_tunnel_link(core, renamed, NULL, now);
	}
	tunnel = tunnel_of_link(core, link->name);
	if (tunnel)
	{
		core_tunnel_link(core, tunnel, event->gone ? NULL : link, now);
	}
}

/** a dump's objects, to find afterwards what it did not show */
static void dumped_add(core_t *core, const kernel_event_t *event)
{
	switch (event->what)
	{
		case KERNEL_WHAT_LINK:
			kernel_state_link_event(&core->dumps->shown, &event->link, false);
			break;
		case KERNEL_WHAT_ADDR:
			kernel_state_add_addr(&core->dumps->shown, &event->addr);
			break;
		case KERNEL_WHAT_RULE:
			kernel_state_rule_event(&core->dumps->shown, &event->rule, false);
			break;
		case KERNEL_WHAT_ROUTE:
			kernel_state_route_event(&core->dumps->shown, &event->route, false);
			break;
		case KERNEL_WHAT_NEXTHOP:
		case KERNEL_WHAT_GROUP:
		case KERNEL_WHAT_TABLE:
			break;
	}
}

/** something of this kind that the mirror has and the dump has not, as the
 * event that we missed */
static bool missing(const core_t *core, kernel_what_t what, kernel_event_t *out)
{
	const kernel_state_t *seen = &core->seen, *dumped = &core->dumps->shown;
	const kernel_link_t *link;
	const kernel_addr_t *addr;
	const kernel_rule_t *rule;
	const kernel_route_t *route;

	*out = (kernel_event_t){.what = what, .gone = true, .ours = true};
	switch (what)
	{
		case KERNEL_WHAT_LINK:
			link = kernel_state_missing_link(seen, dumped);
			out->link = link ? *link : out->link;
			return link != NULL;
		case KERNEL_WHAT_ADDR:
			addr = kernel_state_missing_addr(seen, dumped);
			out->addr = addr ? *addr : out->addr;
			return addr != NULL;
		case KERNEL_WHAT_RULE:
			rule = kernel_state_missing_rule(seen, dumped);
			out->rule = rule ? *rule : out->rule;
			return rule != NULL;
		case KERNEL_WHAT_ROUTE:
			route = kernel_state_missing_route(seen, dumped);
			out->route = route ? *route : out->route;
			return route != NULL;
		case KERNEL_WHAT_NEXTHOP:
		case KERNEL_WHAT_GROUP:
		case KERNEL_WHAT_TABLE:
			break;
	}
	return false;
}

/** what vanished while notifications were lost */
static void find_vanished(core_t *core, kernel_what_t what, usec_t now)
{
	kernel_event_t event;
	fib_stats_t stats;

	while (missing(core, what, &event))
	{
		core_kernel_event(core, &event, now);
	}
	if (what == KERNEL_WHAT_NEXTHOP && core->fib && fib_dump_end(core->fib))
	{
		log_warn("next hops of ours are missing in the kernel: written again");
	}
	if (what == KERNEL_WHAT_ROUTE && !core_restart_adopting(core) && core->fib)
	{
		fib_stats(core->fib, &stats);
		if (core->dumps->routes < stats.routes[0] + stats.routes[1])
		{
			log_warn("routes of ours are missing in the kernel: written again");
			core_routes_rewrite(core);
		}
	}
}

/** somebody changes what the FIB is being told of. A link that is lost takes
 * next hops along without a word */
static bool disturbs(const core_t *core, const kernel_event_t *event)
{
	const kernel_link_t *link = &event->link, *old;

	switch (event->what)
	{
		case KERNEL_WHAT_LINK:
			old = kernel_state_link(&core->seen, link->index);
			return old && old->up && old->lower_up &&
				   (event->gone || !link->up || !link->lower_up);
		case KERNEL_WHAT_NEXTHOP:
		case KERNEL_WHAT_GROUP:
			return event->ours;
		case KERNEL_WHAT_ROUTE:
			return event->ours && !is_small_route(&event->route);
		case KERNEL_WHAT_ADDR:
		case KERNEL_WHAT_RULE:
		case KERNEL_WHAT_TABLE:
			break;
	}
	return false;
}

void core_kernel_event(core_t *core, const kernel_event_t *event, usec_t now)
{
	if (event->dump)
	{
		dumped_add(core, event);
	}
	else if (disturbs(core, event))
	{
		core_kernel_adopt_all(core);
	}
	core_heal_event(core, event, now);
	switch (event->what)
	{
		case KERNEL_WHAT_LINK:
			link_event(core, event, now);
			break;
		case KERNEL_WHAT_ADDR:
			if (kernel_state_addr_event(&core->seen, &event->addr, event->gone))
			{
				core->plan_dirty = true;
				core->peers_dirty = true;
				core->underlay_dirty = true;
				core_heal_addr(core, event, now);
				core_nexthops_all(core);
				core_redistribute_links(core, now);
				retry_hops(core);
			}
			break;
		case KERNEL_WHAT_RULE:
			if (event->ours)
			{
				core->plan_dirty |= kernel_state_rule_event(
					&core->seen, &event->rule, event->gone);
			}
			break;
		case KERNEL_WHAT_ROUTE:
			route_event(core, event);
			break;
		case KERNEL_WHAT_NEXTHOP:
		case KERNEL_WHAT_GROUP:
			nexthop_event(core, event);
			break;
		case KERNEL_WHAT_TABLE:
			break;
	}
}

void core_kernel_dumped(core_t *core, kernel_what_t what, int error, usec_t now)
{
	core_dumps_t *d = core->dumps;

	d->running = false;
	if (what == KERNEL_WHAT_TABLE)
	{
		core_redistribute_dumped(core, error, now);
		core_kernel_dump(core);
		return;
	}
	if (!error)
	{
		/* one that only looked after what is known has said what is new by
		 * itself: nothing, as a rule */
		bool fresh = (d->missed | ~d->done) & WHAT(what);

		d->wanted &= ~WHAT(what);
		d->missed &= ~WHAT(what);
		d->done |= WHAT(what);
		find_vanished(core, what, now);
		core->plan_dirty |= fresh;
		core->tunnels_dirty |= fresh;
		core->underlay_dirty |= fresh;
	}
	core_kernel_adopt(core);
	core_kernel_dump(core);
}

void core_kernel_audit(core_t *core)
{
	/* few, whatever the number of routes */
	core->dumps->wanted |= DUMPS_SMALL | WHAT(KERNEL_WHAT_NEXTHOP);
	core_kernel_dump(core);
}

void core_kernel_lost(core_t *core, usec_t now)
{
	log_warn("the kernel's notifications overran: reading its state anew");
	core->dumps->wanted |= DUMPS_ALL;
	core->dumps->missed |= DUMPS_ALL;
	core_redistribute_lost(core);
	core_nexthops_all(core);
	core_kernel_dump(core);
}

/* -- plan, compare, write ----------------------------------------------------- */

/** tunnels is the caller's to free */
static void plan_input(core_t *core, plan_input_t *in, plan_tunnel_t **tunnels)
{
	plan_tunnel_t *list =
		mem_array(core->n_tunnels ? core->n_tunnels : 1, sizeof(*list));

	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const core_tunnel_t *tunnel = core->tunnels[i];

		list[i] = (plan_tunnel_t){
			.bundle = tunnel->bundle,
			.config = tunnel->config,
			.link = tunnel->link,
			.if_id = tunnel->if_id,
			.mtu = tunnel->mtu,
			.forwarding = tunnel_forwarding(tunnel->tunnel),
			.outer = tunnel->outer,
			.n_outer = tunnel->n_outer,
		};
	}
	core->n_aggregates = core_aggregates_active(core, core->aggregates);
	*tunnels = list;
	*in = (plan_input_t){
		.config = core->config,
		.tunnels = list,
		.n_tunnels = core->n_tunnels,
		.underlays = core->underlays,
		.n_underlays = core->n_underlays,
		.addrs = core->seen.addrs,
		.n_addrs = core->seen.n_addrs,
		.links = core->seen.links,
		.n_links = core->seen.n_links,
		.aggregates = core->aggregates,
		.n_aggregates = core->n_aggregates,
	};
}

static bool state_has_sysctl(const kernel_state_t *state, const char *path)
{
	for (size_t i = 0; i < state->n_sysctls; i++)
	{
		if (strcmp(state->sysctls[i].path, path) == 0)
		{
			return true;
		}
	}
	return false;
}

/** reads what is wanted into the mirror; remembers what was before us */
static void sysctls_look(core_t *core, const kernel_state_t *desired)
{
	core->seen.n_sysctls = 0;
	for (size_t i = 0; i < desired->n_sysctls; i++)
	{
		const char *path = desired->sysctls[i].path;
		char value[24];
		bool there = core->seams.kernel_ops->sysctl_get(core->seams.kernel,
														path, value) == 0;

		core_heal_sysctl(core, &desired->sysctls[i], there ? value : NULL);
		if (there)
		{
			kernel_state_add_sysctl(&core->seen, path, value);
			if (!state_has_sysctl(&core->saved, path))
			{
				kernel_state_add_sysctl(&core->saved, path, value);
			}
		}
	}
}

static void conflicts_tell(core_t *core, const kernel_conflict_t *list,
						   size_t n)
{
	const kernel_link_t *want = n ? list[0].desired : NULL;
	const kernel_link_t *seen = n ? list[0].seen : NULL;

	core->conflict_words[0] = '\0';
	if (n && strcmp(want->name, seen->name) == 0)
	{
		snprintf(core->conflict_words, sizeof(core->conflict_words),
				 "link %s is there already and is not ours: rename or delete "
				 "it, or set interface_name",
				 want->name);
	}
	else if (n)
	{
		snprintf(core->conflict_words, sizeof(core->conflict_words),
				 "link %s cannot be made: %s, which is not ours, has its "
				 "if_id %u: delete that, or give the connection another one",
				 want->name, seen->name, want->if_id);
	}
}

static void write_list(core_t *core, const kernel_ops_list_t *list)
{
	int *errors = mem_array(list->count, sizeof(*errors));

	core->seams.kernel_ops->write(core->seams.kernel, list->ops, list->count,
								  errors);
	for (size_t i = 0; i < list->count; i++)
	{
		log_debug("kernel: %s: %s", kernel_op_name(list->ops[i].kind),
				  errors[i] ? strerror(-errors[i]) : "done");
	}
	free(errors);
}

/** what an earlier run had by links that are gone now */
static void orphans(core_t *core, const kernel_ops_list_t *list, usec_t now)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (list->ops[i].kind == KERNEL_LINK_DEL && list->ops[i].link.if_id)
		{
			core_sweep_orphan(core, list->ops[i].link.if_id, now);
		}
	}
}

static void kernel_write_difference(core_t *core, const plan_input_t *in,
									usec_t now)
{
	kernel_conflict_t conflicts[CONFLICTS_MAX];
	kernel_ops_list_t ops;
	kernel_state_t desired;
	size_t n;

	kernel_state_init(&desired);
	kernel_ops_list_init(&ops);
	plan_kernel(in, &desired);
	sysctls_look(core, &desired);
	n = kernel_reconcile(&desired, &core->seen, &ops, conflicts,
						 countof(conflicts));
	conflicts_tell(core, conflicts, n);
	core->unmet = n || ops.count || core->firewall_error;
	if (ops.count)
	{
		write_list(core, &ops);
		orphans(core, &ops, now);
	}
	kernel_ops_list_deinit(&ops);
	kernel_state_deinit(&desired);
}

void core_kernel_apply(core_t *core, usec_t now)
{
	plan_tunnel_t *tunnels;
	plan_input_t in;

	if (!core->seams.kernel || !core->config || !have(core, DUMPS_SMALL))
	{
		return;
	}
	if (core->underlay_dirty)
	{
		core_underlay_update(core);
		core_tunnels_refresh(core);
	}
	if (!core->plan_dirty)
	{
		return;
	}
	core->plan_dirty = false;
	plan_input(core, &in, &tunnels);
	/* the guard comes before the links that routes will use; a route that
	 * covers a peer goes before its pin does, and comes after it */
	core_firewall_write(core, &in);
	if (core->pins_dirty)
	{
		core_routes_covering(core, false);
	}
	kernel_write_difference(core, &in, now);
	if (core->pins_dirty)
	{
		core_routes_covering(core, true);
	}
	core->pins_dirty = false;
	free(tunnels);
}

/* -- the end -------------------------------------------------------------------- */

/** an empty plan: what of ours is seen and not kept goes */
static void remove_small(core_t *core, bool links)
{
	kernel_state_t desired;
	kernel_ops_list_t ops;

	kernel_state_init(&desired);
	kernel_ops_list_init(&ops);
	for (size_t i = 0; !links && i < core->seen.n_links; i++)
	{
		kernel_state_add_link(&desired, &core->seen.links[i]);
	}
	for (size_t i = 0; !links && i < core->seen.n_addrs; i++)
	{
		kernel_state_add_addr(&desired, &core->seen.addrs[i]);
	}
	core->seen.n_sysctls = 0;
	for (size_t i = 0; i < core->saved.n_sysctls; i++)
	{
		kernel_state_add_sysctl(&desired, core->saved.sysctls[i].path,
								core->saved.sysctls[i].value);
	}
	kernel_reconcile(&desired, &core->seen, &ops, NULL, 0);
	if (ops.count)
	{
		write_list(core, &ops);
	}
	kernel_ops_list_deinit(&ops);
	kernel_state_deinit(&desired);
}

void core_kernel_remove(core_t *core, config_keep_t keep)
{
	if (!core->seams.kernel || keep == CONFIG_KEEP_ALL)
	{
		return;
	}
	if (core->fib)
	{
		core_kernel_adopt_all(core);
		fib_remove_all(core->fib);
		core_fib_drain(core);
	}
	remove_small(core, keep == CONFIG_KEEP_NONE);
	if (keep == CONFIG_KEEP_NONE && core->seams.firewall)
	{
		core_firewall_forget(core);
		core->seams.fw_ops->remove(core->seams.firewall);
	}
}
