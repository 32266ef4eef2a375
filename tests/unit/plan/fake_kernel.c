/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The fake kernel: objects by id, routes by destination, table and metric, in
 * two hash tables. What depends on what is found by looking at all objects,
 * but for the number of routes of an object, which is kept.
 */

#include "unit/plan/fake_kernel.h"

#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FAKE_LINKS 4096

typedef struct object_t
{
	hash_node_t node;
	bool is_group;
	kernel_nexthop_t nexthop;
	kernel_group_t group;
	/** 0 IPv4, 1 IPv6 */
	unsigned routes[2];
} object_t;

typedef struct fake_route_t
{
	hash_node_t node;
	kernel_route_t route;
} fake_route_t;

struct fake_kernel_t
{
	hash_t objects;
	hash_t routes;
	bool down[FAKE_LINKS];
	bool makes_groups;
	fake_counts_t counts;
};

fake_kernel_t *fake_kernel_create(void)
{
	fake_kernel_t *kernel = mem_alloc(sizeof(*kernel));

	hash_init(&kernel->objects);
	hash_init(&kernel->routes);
	return kernel;
}

void fake_kernel_makes_groups(fake_kernel_t *kernel, bool makes)
{
	kernel->makes_groups = makes;
}

static void free_all(hash_t *h, size_t offset)
{
	for (uint32_t i = 0; i < h->size; i++)
	{
		while (h->buckets[i])
		{
			hash_node_t *node = h->buckets[i];

			h->buckets[i] = node->next;
			free((char *)node - offset);
		}
	}
	hash_deinit(h);
}

void fake_kernel_destroy(fake_kernel_t *kernel)
{
	free_all(&kernel->objects, offsetof(object_t, node));
	free_all(&kernel->routes, offsetof(fake_route_t, node));
	free(kernel);
}

fake_counts_t *fake_kernel_counts(fake_kernel_t *kernel)
{
	return &kernel->counts;
}

static void wrong(fake_kernel_t *kernel, const char *what)
{
	if (!kernel->counts.wrongs++)
	{
		kernel->counts.wrong = what;
	}
}

static object_t *find(const fake_kernel_t *kernel, uint32_t id)
{
	hash_node_t *n =
		hash_find(&kernel->objects, hash_bytes(&id, sizeof(id), 0));

	for (; n; n = hash_find_next(n))
	{
		object_t *object = container_of(n, object_t, node);

		if (object->nexthop.id == id)
		{
			return object;
		}
	}
	return NULL;
}

static object_t *make(fake_kernel_t *kernel, uint32_t id, bool is_group)
{
	object_t *object = mem_alloc(sizeof(*object));

	object->is_group = is_group;
	object->nexthop.id = id;
	object->group.id = id;
	hash_insert(&kernel->objects, &object->node,
				hash_bytes(&id, sizeof(id), 0));
	*(is_group ? &kernel->counts.groups : &kernel->counts.nexthops) += 1;
	return object;
}

const kernel_nexthop_t *fake_kernel_nexthop(const fake_kernel_t *kernel,
											uint32_t id)
{
	const object_t *object = find(kernel, id);

	return object && !object->is_group ? &object->nexthop : NULL;
}

const kernel_group_t *fake_kernel_group(const fake_kernel_t *kernel,
										uint32_t id)
{
	const object_t *object = find(kernel, id);

	return object && object->is_group ? &object->group : NULL;
}

bool fake_kernel_uses(const kernel_group_t *group, unsigned member)
{
	unsigned total = 0, upto = 0, bound[2];

	for (unsigned i = 0; i < group->count; i++)
	{
		total += group->members[i].weight;
		upto += i <= member ? group->members[i].weight : 0;
	}
	/* as nh_res_group_rebalance rounds */
	bound[0] = upto - group->members[member].weight;
	bound[1] = upto;
	for (unsigned i = 0; i < 2; i++)
	{
		bound[i] = (bound[i] * group->buckets.count + total / 2) / total;
	}
	return !group->buckets.count || bound[1] > bound[0];
}

/* -- routes ---------------------------------------------------------------- */

static uint32_t route_metric(const prefix_t *dst, uint32_t metric)
{
	return !metric && dst->addr.family == FAMILY_IPV6 ? 1024 : metric;
}

static uint32_t route_hash(const prefix_t *dst)
{
	return hash_bytes(dst, sizeof(*dst), 1);
}

static fake_route_t *find_route(const fake_kernel_t *kernel,
								const prefix_t *dst, uint32_t table,
								uint32_t metric)
{
	hash_node_t *n = hash_find(&kernel->routes, route_hash(dst));

	for (; n; n = hash_find_next(n))
	{
		fake_route_t *r = container_of(n, fake_route_t, node);

		if (prefix_equal(&r->route.dst, dst) && r->route.table == table &&
			r->route.metric == route_metric(dst, metric))
		{
			return r;
		}
	}
	return NULL;
}

const kernel_route_t *fake_kernel_route(const fake_kernel_t *kernel,
										const prefix_t *dst, uint32_t table,
										uint32_t metric)
{
	const fake_route_t *r = find_route(kernel, dst, table, metric);

	return r ? &r->route : NULL;
}

static void count_route(fake_kernel_t *kernel, const kernel_route_t *route,
						int by)
{
	object_t *object = route->nexthop ? find(kernel, route->nexthop) : NULL;

	if (object)
	{
		object->routes[route->dst.addr.family == FAMILY_IPV6] += (unsigned)by;
	}
	kernel->counts.routes += (unsigned)by;
}

static void remove_route(fake_kernel_t *kernel, fake_route_t *r)
{
	count_route(kernel, &r->route, -1);
	hash_remove(&kernel->routes, &r->node);
	free(r);
}

static bool has_v4(const fake_kernel_t *kernel, const object_t *object)
{
	if (!object->is_group)
	{
		return object->nexthop.family == FAMILY_IPV4;
	}
	for (unsigned i = 0; i < object->group.count; i++)
	{
		if (has_v4(kernel, find(kernel, object->group.members[i].id)))
		{
			return true;
		}
	}
	return false;
}

static int route_set(fake_kernel_t *kernel, const kernel_op_t *op)
{
	const kernel_route_t *route = &op->route;
	fake_route_t *r =
		find_route(kernel, &route->dst, route->table, route->metric);

	if (route->nexthop)
	{
		object_t *object = find(kernel, route->nexthop);

		if (!object ||
			(route->dst.addr.family == FAMILY_IPV6 && has_v4(kernel, object)))
		{
			return -EINVAL;
		}
	}
	if (r)
	{
		if (!op->replaces)
		{
			kernel->counts.gaps++;
		}
		else if (op->replaces != r->route.nexthop)
		{
			wrong(kernel, "a route is replaced that is not as said");
		}
		count_route(kernel, &r->route, -1);
	}
	else
	{
		r = mem_alloc(sizeof(*r));
		hash_insert(&kernel->routes, &r->node, route_hash(&route->dst));
	}
	r->route = *route;
	r->route.metric = route_metric(&route->dst, route->metric);
	r->route.protocol = KERNEL_PROTO;
	count_route(kernel, route, 1);
	return 0;
}

static int route_del(fake_kernel_t *kernel, const kernel_route_t *route)
{
	fake_route_t *r =
		find_route(kernel, &route->dst, route->table, route->metric);

	if (!r)
	{
		return 0;
	}
	if (route->nexthop && route->nexthop != r->route.nexthop)
	{
		wrong(kernel, "a route is deleted that is not as said");
		return 0;
	}
	remove_route(kernel, r);
	return 0;
}

/* -- next hops and groups --------------------------------------------------- */

static bool is_member(const object_t *group, uint32_t id)
{
	for (unsigned i = 0; i < group->group.count; i++)
	{
		if (group->group.members[i].id == id)
		{
			return true;
		}
	}
	return false;
}

static int nexthop_set(fake_kernel_t *kernel, const kernel_nexthop_t *want)
{
	object_t *object = find(kernel, want->id);
	kernel_nexthop_t now = *want;

	if (want->id < KERNEL_NH_FIRST || want->id > KERNEL_NH_LAST ||
		(object && object->is_group))
	{
		return -EINVAL;
	}
	if (addr_is_set(&now.gateway))
	{
		now.family = (family_t)now.gateway.family;
	}
	if (!now.blackhole && (!now.link || now.link >= FAKE_LINKS))
	{
		return -ENODEV;
	}
	if (!now.blackhole && kernel->down[now.link])
	{
		return -ENETDOWN;
	}
	if (!object)
	{
		object = make(kernel, want->id, false);
	}
	for (hash_node_t *n = NULL; (n = hash_next(&kernel->objects, n));)
	{
		object_t *group = container_of(n, object_t, node);

		if (group->is_group && is_member(group, want->id) &&
			((now.blackhole && group->group.count > 1) ||
			 (now.family == FAMILY_IPV4 && group->routes[1])))
		{
			return -EINVAL;
		}
		if (group->is_group && is_member(group, want->id))
		{
			kernel->counts.walked6 += group->routes[1];
		}
	}
	object->nexthop = now;
	return 0;
}

static bool group_valid(const fake_kernel_t *kernel, const kernel_group_t *want,
						bool v6)
{
	for (unsigned i = 0; i < want->count; i++)
	{
		const kernel_group_member_t *m = &want->members[i];
		const object_t *hop = find(kernel, m->id);

		if (!hop || hop->is_group || !m->weight || m->weight > 256 ||
			(hop->nexthop.blackhole && want->count > 1) ||
			(v6 && has_v4(kernel, hop)))
		{
			return false;
		}
		for (unsigned j = 0; j < i; j++)
		{
			if (want->members[j].id == m->id)
			{
				return false;
			}
		}
	}
	return want->count > 0 && want->count <= KERNEL_GROUP_MAX;
}

static int group_set(fake_kernel_t *kernel, const kernel_op_t *op)
{
	const kernel_group_t *want = &op->group;
	object_t *object = find(kernel, want->id);

	if (want->id < KERNEL_NH_FIRST || want->id > KERNEL_NH_LAST ||
		(object && !object->is_group) ||
		!group_valid(kernel, want, object && object->routes[1]))
	{
		return -EINVAL;
	}
	if (op->replaces && !object && !kernel->makes_groups)
	{
		return -ENOENT;
	}
	if (object && object->group.buckets.count != want->buckets.count)
	{
		return -EINVAL;
	}
	if (object && object->routes[1] > kernel->counts.replaced6)
	{
		kernel->counts.replaced6 = object->routes[1];
	}
	kernel->counts.walked6 += object ? object->routes[1] : 0;
	if (!object)
	{
		object = make(kernel, want->id, true);
	}
	object->group = *want;
	return 0;
}

static void delete_routes_of(fake_kernel_t *kernel, uint32_t id)
{
	for (uint32_t i = 0; i < kernel->routes.size; i++)
	{
		hash_node_t *n = kernel->routes.buckets[i], *next;

		for (; n; n = next)
		{
			fake_route_t *r = container_of(n, fake_route_t, node);

			next = n->next;
			if (r->route.nexthop == id)
			{
				remove_route(kernel, r);
			}
		}
	}
}

static void delete_object(fake_kernel_t *kernel, object_t *object)
{
	uint32_t id = object->nexthop.id;

	if (object->routes[0] || object->routes[1])
	{
		delete_routes_of(kernel, id);
	}
	hash_remove(&kernel->objects, &object->node);
	*(object->is_group ? &kernel->counts.groups : &kernel->counts.nexthops) -=
		1;
	free(object);
}

/** takes a next hop out of one group that has it; false: none has */
static bool shrink_one(fake_kernel_t *kernel, uint32_t id)
{
	for (hash_node_t *n = NULL; (n = hash_next(&kernel->objects, n));)
	{
		object_t *object = container_of(n, object_t, node);
		kernel_group_t *group = &object->group;
		unsigned left = 0;

		if (!object->is_group || !is_member(object, id))
		{
			continue;
		}
		for (unsigned i = 0; i < group->count; i++)
		{
			if (group->members[i].id != id)
			{
				group->members[left++] = group->members[i];
			}
		}
		group->count = left;
		if (!left)
		{
			delete_object(kernel, object);
		}
		return true;
	}
	return false;
}

/** a group with routes would go with the next hop */
static bool is_sole(const fake_kernel_t *kernel, uint32_t id)
{
	for (hash_node_t *n = NULL; (n = hash_next(&kernel->objects, n));)
	{
		const object_t *object = container_of(n, object_t, node);

		if (object->is_group && object->group.count == 1 &&
			object->group.members[0].id == id &&
			(object->routes[0] || object->routes[1]))
		{
			return true;
		}
	}
	return false;
}

static int nexthop_del(fake_kernel_t *kernel, uint32_t id)
{
	object_t *object = find(kernel, id);

	if (!object)
	{
		return 0;
	}
	if (object->routes[0] || object->routes[1])
	{
		wrong(kernel, "a next hop is deleted that routes use");
	}
	if (is_sole(kernel, id))
	{
		wrong(kernel, "a next hop is deleted that is all that a group has");
	}
	while (!object->is_group && shrink_one(kernel, id))
	{
	}
	delete_object(kernel, object);
	return 0;
}

void fake_kernel_forget(fake_kernel_t *kernel, uint32_t id)
{
	object_t *object = find(kernel, id);

	while (object && !object->is_group && shrink_one(kernel, id))
	{
	}
	if (object)
	{
		delete_object(kernel, object);
	}
}

static object_t *hop_on_link(fake_kernel_t *kernel, uint32_t link)
{
	for (hash_node_t *n = NULL; (n = hash_next(&kernel->objects, n));)
	{
		object_t *object = container_of(n, object_t, node);

		if (!object->is_group && !object->nexthop.blackhole &&
			object->nexthop.link == link)
		{
			return object;
		}
	}
	return NULL;
}

void fake_kernel_link(fake_kernel_t *kernel, uint32_t link, bool up)
{
	object_t *object;

	kernel->down[link] = !up;
	while (!up && (object = hop_on_link(kernel, link)))
	{
		while (shrink_one(kernel, object->nexthop.id))
		{
		}
		delete_object(kernel, object);
	}
}

bool fake_kernel_link_up(const fake_kernel_t *kernel, uint32_t link)
{
	return !kernel->down[link];
}

/* -- in and out ------------------------------------------------------------- */

static int apply(fake_kernel_t *kernel, const kernel_op_t *op)
{
	switch ((int)op->kind)
	{
		case KERNEL_NEXTHOP_SET:
			kernel->counts.nexthop_sets++;
			return nexthop_set(kernel, &op->nexthop);
		case KERNEL_NEXTHOP_DEL:
			kernel->counts.nexthop_dels++;
			return nexthop_del(kernel, op->nexthop.id);
		case KERNEL_GROUP_SET:
			kernel->counts.group_sets++;
			return group_set(kernel, op);
		case KERNEL_ROUTE_SET:
			kernel->counts.route_sets++;
			return route_set(kernel, op);
		case KERNEL_ROUTE_DEL:
			kernel->counts.route_dels++;
			return route_del(kernel, &op->route);
		default:
			return 0;
	}
}

int fake_kernel_apply(fake_kernel_t *kernel, const kernel_op_t *op)
{
	int error = apply(kernel, op);

	kernel->counts.messages++;
	kernel->counts.failed += error != 0;
	return error;
}

unsigned fake_kernel_write(void *kernel, const kernel_op_t *ops, size_t n,
						   int *errors)
{
	unsigned failed = 0;

	for (size_t i = 0; i < n; i++)
	{
		errors[i] = fake_kernel_apply(kernel, &ops[i]);
		failed += errors[i] != 0;
	}
	return failed;
}

void fake_kernel_dump(const fake_kernel_t *kernel,
					  void (*nexthop)(void *user, const kernel_nexthop_t *),
					  void (*group)(void *user, const kernel_group_t *),
					  void (*route)(void *user, const kernel_route_t *),
					  void *user)
{
	for (unsigned groups = 0; groups < 2; groups++)
	{
		for (hash_node_t *n = NULL; (n = hash_next(&kernel->objects, n));)
		{
			const object_t *object = container_of(n, object_t, node);

			if (!groups && !object->is_group && nexthop)
			{
				nexthop(user, &object->nexthop);
			}
			if (groups && object->is_group && group)
			{
				group(user, &object->group);
			}
		}
	}
	for (hash_node_t *n = NULL; (n = hash_next(&kernel->routes, n)) && route;)
	{
		route(user, &container_of(n, fake_route_t, node)->route);
	}
}
