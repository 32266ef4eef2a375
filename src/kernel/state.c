/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The small objects in arrays, looked through from end to end: there are as
 * many as links and pins. A seen state is kept by events, in which rules and
 * routes that are not ours, and routes with a next hop id (plan/fib.h's), are
 * passed over, since there may be very many.
 */

#include "kernel/reconcile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* arrays hold a power of two of elements, so their count alone tells when they
 * are full */
static void *grown(void *array, size_t count, size_t size)
{
	if (count && (count & (count - 1)))
	{
		return array;
	}
	return mem_resize(array, count ? count * 2 : 1, size);
}

void kernel_state_init(kernel_state_t *state)
{
	memset(state, 0, sizeof(*state));
}

void kernel_state_deinit(kernel_state_t *state)
{
	free(state->links);
	free(state->addrs);
	free(state->rules);
	free(state->routes);
	free(state->sysctls);
	kernel_state_init(state);
}

void kernel_state_add_link(kernel_state_t *state, const kernel_link_t *l)
{
	state->links = grown(state->links, state->n_links, sizeof(*l));
	state->links[state->n_links++] = *l;
}

void kernel_state_add_addr(kernel_state_t *state, const kernel_addr_t *a)
{
	state->addrs = grown(state->addrs, state->n_addrs, sizeof(*a));
	state->addrs[state->n_addrs++] = *a;
}

void kernel_state_add_rule(kernel_state_t *state, const kernel_rule_t *r)
{
	state->rules = grown(state->rules, state->n_rules, sizeof(*r));
	state->rules[state->n_rules++] = *r;
}

void kernel_state_add_route(kernel_state_t *state, const kernel_route_t *r)
{
	state->routes = grown(state->routes, state->n_routes, sizeof(*r));
	state->routes[state->n_routes++] = *r;
}

void kernel_state_add_sysctl(kernel_state_t *state, const char *path,
							 const char *value)
{
	kernel_sysctl_t *s;

	state->sysctls = grown(state->sysctls, state->n_sysctls, sizeof(*s));
	s = &state->sysctls[state->n_sysctls++];
	memset(s, 0, sizeof(*s));
	snprintf(s->path, sizeof(s->path), "%s", path);
	snprintf(s->value, sizeof(s->value), "%s", value);
}

bool kernel_addr_same(const kernel_addr_t *a, const kernel_addr_t *b)
{
	return a->link == b->link && a->ifaddr.len == b->ifaddr.len &&
		   addr_equal(&a->ifaddr.addr, &b->ifaddr.addr) &&
		   addr_equal(&a->peer, &b->peer);
}

bool kernel_rule_same(const kernel_rule_t *a, const kernel_rule_t *b)
{
	return a->priority == b->priority && a->table == b->table &&
		   prefix_equal(&a->dst, &b->dst);
}

static uint32_t metric(const kernel_route_t *r)
{
	return r->metric == 1024 && r->dst.addr.family == FAMILY_IPV6 ? 0
																  : r->metric;
}

bool kernel_route_same_place(const kernel_route_t *a, const kernel_route_t *b)
{
	return a->table == b->table && metric(a) == metric(b) &&
		   prefix_equal(&a->dst, &b->dst);
}

bool kernel_route_same_way(const kernel_route_t *a, const kernel_route_t *b)
{
	/* the kernel may show a link for what goes nowhere (lo in IPv6) */
	return a->type == b->type &&
		   (a->type != KERNEL_UNICAST ||
			(a->nexthop == b->nexthop && a->link == b->link &&
			 addr_equal(&a->gateway, &b->gateway) &&
			 addr_equal(&a->source, &b->source)));
}

bool kernel_state_link_event(kernel_state_t *state, const kernel_link_t *l,
							 bool gone)
{
	for (size_t i = 0; i < state->n_links; i++)
	{
		kernel_link_t *seen = &state->links[i];

		if (seen->index != l->index)
		{
			continue;
		}
		if (gone)
		{
			*seen = state->links[--state->n_links];
			/* what stood on it went with it, not always with a word */
			for (size_t j = state->n_addrs; j-- > 0;)
			{
				if (state->addrs[j].link == l->index)
				{
					state->addrs[j] = state->addrs[--state->n_addrs];
				}
			}
			return true;
		}
		if (!memcmp(seen, l, sizeof(*l)))
		{
			return false;
		}
		*seen = *l;
		return true;
	}
	if (!gone)
	{
		kernel_state_add_link(state, l);
	}
	return !gone;
}

bool kernel_state_addr_event(kernel_state_t *state, const kernel_addr_t *a,
							 bool gone)
{
	for (size_t n = 0; n < state->n_addrs; n++)
	{
		size_t i = (state->next_addr + n) % state->n_addrs;

		if (kernel_addr_same(&state->addrs[i], a))
		{
			state->next_addr = i + !gone;
			if (gone)
			{
				/* in order: of equals, the first is chosen */
				state->n_addrs--;
				memmove(&state->addrs[i], &state->addrs[i + 1],
						(state->n_addrs - i) * sizeof(*state->addrs));
			}
			else
			{
				state->addrs[i].protocol = a->protocol;
			}
			return gone;
		}
	}
	if (!gone)
	{
		kernel_state_add_addr(state, a);
	}
	return !gone;
}

bool kernel_state_rule_event(kernel_state_t *state, const kernel_rule_t *r,
							 bool gone)
{
	if (r->protocol != KERNEL_PROTO)
	{
		return false;
	}
	for (size_t i = 0; i < state->n_rules; i++)
	{
		if (kernel_rule_same(&state->rules[i], r))
		{
			if (gone)
			{
				state->rules[i] = state->rules[--state->n_rules];
			}
			return gone;
		}
	}
	if (!gone)
	{
		kernel_state_add_rule(state, r);
	}
	return !gone;
}

bool kernel_state_route_event(kernel_state_t *state, const kernel_route_t *r,
							  bool gone)
{
	if (r->protocol != KERNEL_PROTO || r->nexthop)
	{
		return false;
	}
	for (size_t i = 0; i < state->n_routes; i++)
	{
		kernel_route_t *seen = &state->routes[i];

		if (!kernel_route_same_place(seen, r))
		{
			continue;
		}
		if (gone)
		{
			*seen = state->routes[--state->n_routes];
			return true;
		}
		if (kernel_route_same_way(seen, r))
		{
			return false;
		}
		*seen = *r;
		return true;
	}
	if (!gone)
	{
		kernel_state_add_route(state, r);
	}
	return !gone;
}

bool kernel_state_forget_routes(kernel_state_t *state, uint32_t link)
{
	bool some = false;

	for (size_t i = state->n_routes; link && i-- > 0;)
	{
		if (state->routes[i].link == link &&
			state->routes[i].type == KERNEL_UNICAST)
		{
			state->routes[i] = state->routes[--state->n_routes];
			some = true;
		}
	}
	return some;
}

const kernel_link_t *kernel_state_find_link(const kernel_state_t *state,
											const char *name)
{
	for (size_t i = 0; i < state->n_links; i++)
	{
		if (!strcmp(state->links[i].name, name))
		{
			return &state->links[i];
		}
	}
	return NULL;
}

const kernel_link_t *kernel_state_link(const kernel_state_t *state,
									   uint32_t index)
{
	for (size_t i = 0; index && i < state->n_links; i++)
	{
		if (state->links[i].index == index)
		{
			return &state->links[i];
		}
	}
	return NULL;
}

const kernel_link_t *kernel_state_missing_link(const kernel_state_t *state,
											   const kernel_state_t *dump)
{
	for (size_t i = 0; i < state->n_links; i++)
	{
		if (!kernel_state_link(dump, state->links[i].index))
		{
			return &state->links[i];
		}
	}
	return NULL;
}

const kernel_addr_t *kernel_state_missing_addr(const kernel_state_t *state,
											   const kernel_state_t *dump)
{
	for (size_t i = 0; i < state->n_addrs; i++)
	{
		size_t n = 0;

		/* most stand in the same order */
		while (n < dump->n_addrs &&
			   !kernel_addr_same(&state->addrs[i],
								 &dump->addrs[(i + n) % dump->n_addrs]))
		{
			n++;
		}
		if (n == dump->n_addrs)
		{
			return &state->addrs[i];
		}
	}
	return NULL;
}

const kernel_rule_t *kernel_state_missing_rule(const kernel_state_t *state,
											   const kernel_state_t *dump)
{
	for (size_t i = 0; i < state->n_rules; i++)
	{
		size_t j = 0;

		while (j < dump->n_rules &&
			   !kernel_rule_same(&state->rules[i], &dump->rules[j]))
		{
			j++;
		}
		if (j == dump->n_rules)
		{
			return &state->rules[i];
		}
	}
	return NULL;
}

const kernel_route_t *kernel_state_missing_route(const kernel_state_t *state,
												 const kernel_state_t *dump)
{
	for (size_t i = 0; i < state->n_routes; i++)
	{
		size_t j = 0;

		while (j < dump->n_routes &&
			   !kernel_route_same_place(&state->routes[i], &dump->routes[j]))
		{
			j++;
		}
		if (j == dump->n_routes)
		{
			return &state->routes[i];
		}
	}
	return NULL;
}

void kernel_ops_list_init(kernel_ops_list_t *list)
{
	memset(list, 0, sizeof(*list));
}

void kernel_ops_list_deinit(kernel_ops_list_t *list)
{
	free(list->ops);
	kernel_ops_list_init(list);
}

kernel_op_t *kernel_ops_list_add(kernel_ops_list_t *list, kernel_op_kind_t kind)
{
	kernel_op_t *op;

	if (list->count == list->size)
	{
		list->size = list->size ? list->size * 2 : 16;
		list->ops = mem_resize(list->ops, list->size, sizeof(*op));
	}
	op = &list->ops[list->count++];
	memset(op, 0, sizeof(*op));
	op->kind = kind;
	return op;
}
