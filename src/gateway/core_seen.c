/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What an earlier run has left in the kernel, as the first dumps show it, until
 * a FIB is there to be told. There may be a full table of it: routes are kept
 * as routes, an operation being seven times as large.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_routes.h"

#include <stdlib.h>

#include "base/log.h"

/** next hops, groups and routes of an earlier run */
struct core_seen_t
{
	kernel_ops_list_t hops;
	kernel_route_t *routes;
	size_t n_routes;
	size_t room;
};

core_seen_t *core_seen_create(void)
{
	core_seen_t *seen = mem_alloc(sizeof(*seen));

	kernel_ops_list_init(&seen->hops);
	return seen;
}

void core_seen_destroy(core_seen_t *seen)
{
	kernel_ops_list_deinit(&seen->hops);
	free(seen->routes);
	free(seen);
}

bool core_seen_any(const core_seen_t *seen)
{
	return seen->hops.count || seen->n_routes;
}

void core_seen_forget(core_seen_t *seen, kernel_what_t what)
{
	if (what == KERNEL_WHAT_ROUTE)
	{
		seen->n_routes = 0;
	}
	else if (what == KERNEL_WHAT_NEXTHOP)
	{
		seen->hops.count = 0;
	}
}

void core_seen_add(core_seen_t *seen, const kernel_event_t *event)
{
	if (event->what == KERNEL_WHAT_ROUTE)
	{
		if (seen->n_routes == seen->room)
		{
			seen->room = seen->room ? seen->room * 2 : 64;
			seen->routes =
				mem_resize(seen->routes, seen->room, sizeof(*seen->routes));
		}
		seen->routes[seen->n_routes++] = event->route;
	}
	else if (event->what == KERNEL_WHAT_GROUP)
	{
		kernel_ops_list_add(&seen->hops, KERNEL_GROUP_SET)->group =
			event->group;
	}
	else
	{
		kernel_ops_list_add(&seen->hops, KERNEL_NEXTHOP_SET)->nexthop =
			event->nexthop;
	}
}

static void seen_route(core_t *core, const kernel_route_t *route)
{
	fib_seen_route(core->fib, route);
	if (route->table == core->config->table && route->nexthop)
	{
		core_restart_keeps(core, route->dst.addr.family);
	}
}

void core_kernel_adopt(core_t *core)
{
	core_seen_t *seen = core->seen_fib;
	const kernel_ops_list_t *hops = &seen->hops;

	if (!core->fib || !core_kernel_ready(core) || !core_seen_any(seen))
	{
		return;
	}
	/* next hops come before their groups, and these before their routes */
	for (size_t i = 0; i < hops->count; i++)
	{
		if (hops->ops[i].kind == KERNEL_NEXTHOP_SET)
		{
			fib_seen_nexthop(core->fib, &hops->ops[i].nexthop);
		}
	}
	for (size_t i = 0; i < hops->count; i++)
	{
		if (hops->ops[i].kind == KERNEL_GROUP_SET)
		{
			fib_seen_group(core->fib, &hops->ops[i].group);
		}
	}
	for (size_t i = 0; i < seen->n_routes; i++)
	{
		seen_route(core, &seen->routes[i]);
	}
	log_info("found %zu next hops, groups and routes of an earlier run",
			 hops->count + seen->n_routes);
	core_seen_destroy(seen);
	core->seen_fib = core_seen_create();
}
