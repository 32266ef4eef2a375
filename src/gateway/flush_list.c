/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes by a next hop are counted alone: the kernel takes them along with
 * their group, a million in one call.
 */

#include "gateway/flush_list.h"

#include <string.h>

void flush_list_init(flush_list_t *list)
{
	memset(list, 0, sizeof(*list));
	for (unsigned i = 0; i < FLUSH_STEPS; i++)
	{
		kernel_ops_list_init(&list->steps[i]);
	}
}

void flush_list_deinit(flush_list_t *list)
{
	for (unsigned i = 0; i < FLUSH_STEPS; i++)
	{
		kernel_ops_list_deinit(&list->steps[i]);
	}
}

static kernel_op_t *add(flush_list_t *list, flush_step_t step,
						kernel_op_kind_t kind, unsigned *count)
{
	++*count;
	return kernel_ops_list_add(&list->steps[step], kind);
}

static void take_route(flush_list_t *list, const kernel_route_t *route)
{
	if (route->nexthop)
	{
		list->count.routes++;
		return;
	}
	add(list, FLUSH_ROUTES, KERNEL_ROUTE_DEL, &list->count.routes)->route =
		*route;
}

void flush_list_take(flush_list_t *list, const kernel_event_t *event)
{
	flush_count_t *count = &list->count;

	if (!event->dump || event->gone || !event->ours)
	{
		return;
	}
	switch (event->what)
	{
		case KERNEL_WHAT_LINK:
			add(list, FLUSH_LINKS, KERNEL_LINK_DEL, &count->links)->link =
				event->link;
			break;
		case KERNEL_WHAT_RULE:
			add(list, FLUSH_RULES, KERNEL_RULE_DEL, &count->rules)->rule =
				event->rule;
			break;
		case KERNEL_WHAT_NEXTHOP:
			add(list, FLUSH_NEXTHOPS, KERNEL_NEXTHOP_DEL, &count->nexthops)
				->nexthop.id = event->nexthop.id;
			break;
		case KERNEL_WHAT_GROUP:
			add(list, FLUSH_GROUPS, KERNEL_NEXTHOP_DEL, &count->nexthops)
				->nexthop.id = event->group.id;
			break;
		case KERNEL_WHAT_ROUTE:
			take_route(list, &event->route);
			break;
		case KERNEL_WHAT_ADDR:
		case KERNEL_WHAT_TABLE:
			break;
	}
}
