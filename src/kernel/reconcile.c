/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The order of the operations is part of the result: links go before others
 * come (an if_id is free only then), settings of a link come after it,
 * addresses are removed before they are added (IPv6 has an address once,
 * whatever its length), a pin's route stands before its rule points at it,
 * and goes after it.
 *
 * A link is ours by kind and alias. One with the right name, kind and if_id
 * and without any alias is adopted: it may have been made by us and not yet
 * marked when the process ended.
 */

#include "kernel/reconcile.h"

#include <string.h>

typedef struct work_t
{
	const kernel_state_t *desired;
	const kernel_state_t *seen;
	kernel_ops_list_t *ops;
	kernel_conflict_t *conflicts;
	size_t n_conflicts;
	size_t max;
} work_t;

/** what becomes of a seen link */
typedef enum fate_t
{
	/** not ours, not wanted */
	FATE_LEAVE,
	/** ours (or to be), wanted as it is but for its settings */
	FATE_KEEP,
	/** ours, and not wanted, or not with that if_id */
	FATE_REMOVE,
	/** in the way of a wanted one */
	FATE_CONFLICT,
} fate_t;

static const kernel_link_t *wanted(const kernel_state_t *desired,
								   const char *name)
{
	const kernel_link_t *l = kernel_state_find_link(desired, name);

	/* others than XFRM are not ours to make */
	return l && l->kind == KERNEL_LINK_XFRM ? l : NULL;
}

static fate_t link_fate(const kernel_state_t *desired,
						const kernel_link_t *seen)
{
	const kernel_link_t *want = wanted(desired, seen->name);
	bool ours = kernel_link_is_ours(seen);

	if (!want)
	{
		return ours ? FATE_REMOVE : FATE_LEAVE;
	}
	if (seen->kind == KERNEL_LINK_XFRM && seen->if_id == want->if_id &&
		(ours || !seen->alias[0]))
	{
		return FATE_KEEP;
	}
	return ours ? FATE_REMOVE : FATE_CONFLICT;
}

static void conflict(work_t *w, const kernel_link_t *desired,
					 const kernel_link_t *seen)
{
	if (w->n_conflicts < w->max)
	{
		w->conflicts[w->n_conflicts] =
			(kernel_conflict_t){.desired = desired, .seen = seen};
	}
	w->n_conflicts++;
}

static void remove_links(work_t *w)
{
	for (size_t i = 0; i < w->seen->n_links; i++)
	{
		const kernel_link_t *seen = &w->seen->links[i];

		if (link_fate(w->desired, seen) == FATE_REMOVE)
		{
			kernel_ops_list_add(w->ops, KERNEL_LINK_DEL)->link = *seen;
		}
	}
}

/* a link that stays has our if_id, under another name */
static const kernel_link_t *if_id_taken(const work_t *w,
										const kernel_link_t *want)
{
	for (size_t i = 0; i < w->seen->n_links; i++)
	{
		const kernel_link_t *seen = &w->seen->links[i];

		if (seen->kind == KERNEL_LINK_XFRM && seen->if_id == want->if_id &&
			link_fate(w->desired, seen) != FATE_REMOVE)
		{
			return seen;
		}
	}
	return NULL;
}

static bool link_differs(const kernel_link_t *want, const kernel_link_t *seen)
{
	return (want->mtu && want->mtu != seen->mtu) || (want->up && !seen->up) ||
		   (want->alias[0] && strcmp(want->alias, seen->alias));
}

static void make_link(work_t *w, const kernel_link_t *want)
{
	const kernel_link_t *seen = kernel_state_find_link(w->seen, want->name);
	fate_t fate = seen ? link_fate(w->desired, seen) : FATE_REMOVE;
	kernel_op_t *op;

	if (fate == FATE_KEEP)
	{
		if (link_differs(want, seen))
		{
			op = kernel_ops_list_add(w->ops, KERNEL_LINK_SET);
			op->link = *want;
			op->link.index = seen->index;
		}
		return;
	}
	if (fate == FATE_REMOVE)
	{
		seen = if_id_taken(w, want);
		if (!seen)
		{
			op = kernel_ops_list_add(w->ops, KERNEL_LINK_ADD);
			op->link = *want;
			op->link.index = 0;
			return;
		}
	}
	conflict(w, want, seen);
}

/* addresses are ours to keep on this link */
static bool keeps_addrs(const work_t *w, uint32_t index)
{
	const kernel_link_t *seen = kernel_state_link(w->seen, index);

	return seen && link_fate(w->desired, seen) == FATE_KEEP;
}

static bool has_addr(const kernel_state_t *state, const kernel_addr_t *addr)
{
	for (size_t i = 0; i < state->n_addrs; i++)
	{
		if (kernel_addr_same(&state->addrs[i], addr))
		{
			return true;
		}
	}
	return false;
}

static void set_addrs(work_t *w)
{
	for (size_t i = 0; i < w->seen->n_addrs; i++)
	{
		const kernel_addr_t *seen = &w->seen->addrs[i];

		/* a link-local without our mark is the kernel's */
		if (keeps_addrs(w, seen->link) && !has_addr(w->desired, seen) &&
			(seen->protocol == KERNEL_PROTO ||
			 seen->ifaddr.addr.family == FAMILY_IPV4 ||
			 !addr_is_link_local(&seen->ifaddr.addr)))
		{
			kernel_ops_list_add(w->ops, KERNEL_ADDR_DEL)->addr = *seen;
		}
	}
	for (size_t i = 0; i < w->desired->n_addrs; i++)
	{
		const kernel_addr_t *want = &w->desired->addrs[i];

		if (keeps_addrs(w, want->link) && !has_addr(w->seen, want))
		{
			kernel_ops_list_add(w->ops, KERNEL_ADDR_ADD)->addr = *want;
		}
	}
}

static const kernel_route_t *find_route(const kernel_state_t *state,
										const kernel_route_t *route)
{
	for (size_t i = 0; i < state->n_routes; i++)
	{
		if (kernel_route_same_place(&state->routes[i], route) &&
			state->routes[i].protocol == KERNEL_PROTO)
		{
			return &state->routes[i];
		}
	}
	return NULL;
}

static void set_routes(work_t *w)
{
	for (size_t i = 0; i < w->desired->n_routes; i++)
	{
		const kernel_route_t *want = &w->desired->routes[i];
		const kernel_route_t *seen = find_route(w->seen, want);
		kernel_op_t *op;

		if (!seen || !kernel_route_same_way(seen, want))
		{
			op = kernel_ops_list_add(w->ops, KERNEL_ROUTE_SET);
			op->route = *want;
			op->route.protocol = KERNEL_PROTO;
			op->replaces = seen ? seen->nexthop : 0;
		}
	}
}

static void remove_routes(work_t *w)
{
	for (size_t i = 0; i < w->seen->n_routes; i++)
	{
		const kernel_route_t *seen = &w->seen->routes[i];

		if (seen->protocol == KERNEL_PROTO && !find_route(w->desired, seen))
		{
			kernel_ops_list_add(w->ops, KERNEL_ROUTE_DEL)->route = *seen;
		}
	}
}

static bool has_rule(const kernel_state_t *state, const kernel_rule_t *rule)
{
	for (size_t i = 0; i < state->n_rules; i++)
	{
		if (kernel_rule_same(&state->rules[i], rule) &&
			state->rules[i].protocol == KERNEL_PROTO)
		{
			return true;
		}
	}
	return false;
}

static void set_rules(work_t *w)
{
	for (size_t i = 0; i < w->desired->n_rules; i++)
	{
		const kernel_rule_t *want = &w->desired->rules[i];

		if (!has_rule(w->seen, want))
		{
			kernel_op_t *op = kernel_ops_list_add(w->ops, KERNEL_RULE_ADD);

			op->rule = *want;
			op->rule.protocol = KERNEL_PROTO;
		}
	}
	for (size_t i = 0; i < w->seen->n_rules; i++)
	{
		const kernel_rule_t *seen = &w->seen->rules[i];

		if (seen->protocol == KERNEL_PROTO && !has_rule(w->desired, seen))
		{
			kernel_ops_list_add(w->ops, KERNEL_RULE_DEL)->rule = *seen;
		}
	}
}

/* net/ipv4/conf/NAME/… is there only while the link is: then in a later pass */
static bool sysctl_waits(const work_t *w, const char *path)
{
	static const char *const heads[] = {"net/ipv4/conf/", "net/ipv6/conf/"};

	for (size_t i = 0; i < countof(heads); i++)
	{
		size_t len = strlen(heads[i]);
		char name[KERNEL_LINK_NAME_MAX] = "";
		size_t n;

		if (strncmp(path, heads[i], len))
		{
			continue;
		}
		n = strcspn(&path[len], "/");
		if (n >= sizeof(name))
		{
			return true;
		}
		memcpy(name, &path[len], n);
		return strcmp(name, "all") && strcmp(name, "default") &&
			   !kernel_state_find_link(w->seen, name);
	}
	return false;
}

static void set_sysctls(work_t *w)
{
	for (size_t i = 0; i < w->desired->n_sysctls; i++)
	{
		const kernel_sysctl_t *want = &w->desired->sysctls[i];
		bool is_so = false;

		for (size_t j = 0; j < w->seen->n_sysctls && !is_so; j++)
		{
			is_so = !strcmp(w->seen->sysctls[j].path, want->path) &&
					!strcmp(w->seen->sysctls[j].value, want->value);
		}
		if (!is_so && !sysctl_waits(w, want->path))
		{
			kernel_ops_list_add(w->ops, KERNEL_SYSCTL_SET)->sysctl = *want;
		}
	}
}

size_t kernel_reconcile(const kernel_state_t *desired,
						const kernel_state_t *seen, kernel_ops_list_t *ops,
						kernel_conflict_t *conflicts, size_t max)
{
	work_t w = {
		.desired = desired,
		.seen = seen,
		.ops = ops,
		.conflicts = conflicts,
		.max = max,
	};

	remove_links(&w);
	for (size_t i = 0; i < desired->n_links; i++)
	{
		if (desired->links[i].kind == KERNEL_LINK_XFRM)
		{
			make_link(&w, &desired->links[i]);
		}
	}
	set_sysctls(&w);
	set_addrs(&w);
	set_routes(&w);
	set_rules(&w);
	remove_routes(&w);
	return w.n_conflicts;
}
