/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What an earlier run has left in the kernel, as the first dumps show it, until
 * a FIB is there to be told. There may be a full table of it: routes are kept
 * as routes, an operation being seven times as large, and the FIB is told of a
 * block of them at a time. Nothing is written meanwhile.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_routes.h"

#include <stdlib.h>

#include "base/list.h"
#include "base/log.h"

/** routes of a block: told of in well under a millisecond */
#define BLOCK 1024

typedef struct block_t
{
	list_t place;
	size_t count;
	kernel_route_t routes[BLOCK];
} block_t;

/** next hops, groups and routes of an earlier run */
struct core_seen_t
{
	kernel_ops_list_t hops;
	list_t blocks;
	/** that the FIB was told of */
	size_t told;
};

core_seen_t *core_seen_create(void)
{
	core_seen_t *seen = mem_alloc(sizeof(*seen));

	kernel_ops_list_init(&seen->hops);
	list_init(&seen->blocks);
	return seen;
}

static void forget_routes(core_seen_t *seen)
{
	list_each_safe(&seen->blocks, block, block_t, place)
	{
		list_remove(&block->place);
		free(block);
	}
}

void core_seen_destroy(core_seen_t *seen)
{
	kernel_ops_list_deinit(&seen->hops);
	forget_routes(seen);
	free(seen);
}

bool core_seen_any(const core_seen_t *seen)
{
	return seen->hops.count || !list_empty(&seen->blocks);
}

void core_seen_forget(core_seen_t *seen, kernel_what_t what)
{
	if (what == KERNEL_WHAT_ROUTE)
	{
		forget_routes(seen);
	}
	else if (what == KERNEL_WHAT_NEXTHOP)
	{
		seen->hops.count = 0;
	}
}

static void add_route(core_seen_t *seen, const kernel_route_t *route)
{
	block_t *block = container_of(seen->blocks.prev, block_t, place);

	if (list_empty(&seen->blocks) || block->count == BLOCK)
	{
		block = mem_alloc(sizeof(*block));
		list_append(&seen->blocks, &block->place);
	}
	block->routes[block->count++] = *route;
}

void core_seen_add(core_seen_t *seen, const kernel_event_t *event)
{
	if (event->what == KERNEL_WHAT_ROUTE)
	{
		add_route(seen, &event->route);
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

/** next hops come before their groups, and these before their routes */
static void adopt_hops(core_t *core)
{
	kernel_ops_list_t *hops = &core->seen_fib->hops;

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
	core->seen_fib->told += hops->count;
	kernel_ops_list_deinit(hops);
}

static void adopt_block(core_t *core)
{
	core_seen_t *seen = core->seen_fib;
	block_t *block = list_first(&seen->blocks, block_t, place);

	for (size_t i = 0; i < block->count; i++)
	{
		seen_route(core, &block->routes[i]);
	}
	seen->told += block->count;
	list_remove(&block->place);
	free(block);
}

bool core_kernel_adopt(core_t *core)
{
	core_seen_t *seen = core->seen_fib;

	if (!core->fib || !core_kernel_known(core) || !core_seen_any(seen))
	{
		return false;
	}
	if (seen->hops.count)
	{
		adopt_hops(core);
	}
	if (!list_empty(&seen->blocks))
	{
		adopt_block(core);
	}
	if (!list_empty(&seen->blocks))
	{
		return true;
	}
	log_info("found %zu next hops, groups and routes of an earlier run",
			 seen->told);
	seen->told = 0;
	return false;
}

void core_kernel_adopt_all(core_t *core)
{
	while (core_kernel_adopt(core))
	{
	}
}
