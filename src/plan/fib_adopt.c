/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a dump found of ours at the start. Seen groups are groups without a key
 * (orphans), whose tags are the seen routes; seen routes stand in a trie that
 * lives only for this. A prefix that comes with tag 0 takes the number from
 * the trie as its tag, so all that follows is as for any change: the same
 * group means no write, another one a replacement. An orphan gets a key when
 * a prefix wants just its members. At the end the trie's rest is deleted, a
 * slice at each taking.
 */

#include "plan/fib_private.h"

#include <stdlib.h>

#define METRIC_DEFAULT_6 1024u

static bool id_is_ours(uint32_t id)
{
	return id >= KERNEL_NH_FIRST && id <= KERNEL_NH_LAST;
}

void fib_seen_nexthop(fib_t *fib, const kernel_nexthop_t *nexthop)
{
	fib_hop_t *hop;

	if (!id_is_ours(nexthop->id) || fib_object(fib, nexthop->id))
	{
		return;
	}
	/* an IPv6 gateway's next hop is IPv6 to the kernel, also if it carries
	 * IPv4 routes (RFC 8950): those will tell */
	hop = fib_hop_create(
		fib, nexthop->id,
		nexthop->gateway.family == FAMILY_IPV6 ? FAMILY_NONE : nexthop->family);
	hop->blackhole = nexthop->blackhole;
	hop->there = true;
	hop->written = true;
	hop->have = *nexthop;
	list_append(&fib->hops_orphan, &hop->place);
	fib->adopting = true;
}

static bool can_be(const fib_hop_t *hop, const kernel_nexthop_t *want)
{
	const kernel_nexthop_t *have = &hop->have;

	return hop->there && have->blackhole == want->blackhole &&
		   have->link == want->link &&
		   addr_equal(&have->gateway, &want->gateway) &&
		   (hop->family == want->family || hop->family == FAMILY_NONE);
}

fib_hop_t *fib_adopt_hop(fib_t *fib, const kernel_nexthop_t *want)
{
	list_each(&fib->hops_orphan, hop, fib_hop_t, place)
	{
		if (can_be(hop, want))
		{
			list_remove(&hop->place);
			hop->family = want->family;
			hop->have.family = want->family;
			return hop;
		}
	}
	return NULL;
}

void fib_seen_group(fib_t *fib, const kernel_group_t *seen)
{
	fib_group_t *group;

	if (!id_is_ours(seen->id) || fib_object(fib, seen->id))
	{
		return;
	}
	group = fib_group_orphan(fib, seen->id);
	group->there = true;
	group->written = true;
	if (seen->count <= FIB_SET_MAX)
	{
		for (unsigned i = 0; i < seen->count; i++)
		{
			group->have[group->have_count++] = seen->members[i];
		}
		group->have_buckets = seen->buckets;
	}
	fib->adopting = true;
}

static uint32_t metric_of(family_t family, uint32_t metric)
{
	return !metric && family == FAMILY_IPV6 ? METRIC_DEFAULT_6 : metric;
}

/** the group of a seen route; one that we do not know stands in a group that
 * the kernel does not have */
static fib_group_t *seen_group(fib_t *fib, uint32_t id)
{
	fib_object_t *object = fib_object(fib, id);

	if (!object)
	{
		return fib_group_orphan(fib, id);
	}
	return object->is_group ? container_of(object, fib_group_t, object) : NULL;
}

/** a route of the family uses the group */
static void tell_family(fib_t *fib, fib_group_t *group, family_t family)
{
	if (group->family != FAMILY_NONE)
	{
		return;
	}
	group->family = family;
	for (unsigned i = 0; i < group->have_count; i++)
	{
		fib_object_t *object = fib_object(fib, group->have[i].id);

		if (object && !object->is_group)
		{
			container_of(object, fib_hop_t, object)->family = family;
		}
	}
}

static void stray(fib_t *fib, const kernel_route_t *route, fib_group_t *group)
{
	fib->strays =
		mem_resize(fib->strays, fib->n_strays + 1, sizeof(*fib->strays));
	fib->strays[fib->n_strays++] = (fib_stray_t){
		.route = *route,
		.group = group ? group->number : 0,
	};
	if (group)
	{
		group->leaving++;
	}
}

void fib_seen_route(fib_t *fib, const kernel_route_t *route)
{
	family_t family = (family_t)route->dst.addr.family;
	unsigned f = fib_index(family);
	fib_group_t *group;
	uint32_t *place;

	if (route->protocol != KERNEL_PROTO || !id_is_ours(route->nexthop))
	{
		/* pins and unreachable routes are not kept here */
		return;
	}
	fib->adopting = true;
	group = seen_group(fib, route->nexthop);
	if (group)
	{
		tell_family(fib, group, family);
	}
	if (!group || route->table != fib->config.table ||
		metric_of(family, route->metric) !=
			metric_of(family, fib->config.metric))
	{
		stray(fib, route, group);
		return;
	}
	if (!fib->seen[f])
	{
		fib->seen[f] = trie_create(family);
	}
	place = trie_insert(fib->seen[f], &route->dst);
	if (*place)
	{
		stray(fib, route, group);
		return;
	}
	*place = group->number;
	fib_group_tag(fib, group, 1);
}

/** what a route was seen with that is not wanted yet; NULL: it was not seen */
static fib_group_t *group_seen(const fib_t *fib, const prefix_t *prefix)
{
	trie_t *seen = fib->seen[fib_index((family_t)prefix->addr.family)];
	uint32_t number = seen ? trie_get(seen, prefix) : 0;

	return number ? fib->groups[number] : NULL;
}

bool fib_seen_gone(fib_t *fib, const kernel_route_t *route)
{
	fib_group_t *group = group_seen(fib, &route->dst);

	if (!group || group->object.id != route->nexthop)
	{
		return false;
	}
	fib_seen_again(fib, &route->dst);
	return true;
}

void fib_seen_again(fib_t *fib, const prefix_t *prefix)
{
	fib_group_t *group = group_seen(fib, prefix);

	if (group && group->have_count)
	{
		fib_write_again(fib, prefix, group);
	}
	else
	{
		fib_seen_forget(fib, prefix);
	}
}

void fib_seen_forget(fib_t *fib, const prefix_t *prefix)
{
	fib_group_t *group = group_seen(fib, prefix);

	if (group)
	{
		fib_adopt_route(fib, prefix);
		fib_group_tag(fib, group, -1);
		fib_group_check(fib, group);
	}
}

/** the tries end with their last prefix */
static void trim(fib_t *fib, unsigned f)
{
	if (!trie_count(fib->seen[f]))
	{
		trie_destroy(fib->seen[f]);
		fib->seen[f] = NULL;
	}
}

uint32_t fib_adopt_route(fib_t *fib, const prefix_t *prefix)
{
	unsigned f = fib_index((family_t)prefix->addr.family);
	uint32_t number;

	if (!fib->seen[f])
	{
		return 0;
	}
	number = trie_remove(fib->seen[f], prefix);
	if (number)
	{
		trim(fib, f);
	}
	return number;
}

void fib_adopt_end(fib_t *fib)
{
	fib->adopting = false;
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		if (fib->groups[i])
		{
			fib_group_check(fib, fib->groups[i]);
		}
	}
}

static void put_del(fib_t *fib, kernel_op_t *op, const prefix_t *prefix,
					uint32_t id)
{
	op->kind = KERNEL_ROUTE_DEL;
	op->replaces = 0;
	op->route = (kernel_route_t){
		.dst = *prefix,
		.table = fib->config.table,
		.metric = fib->config.metric,
		.nexthop = id,
		.protocol = KERNEL_PROTO,
	};
	fib->route_writes++;
}

static size_t take_strays(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n = 0;

	while (n < max && fib->n_strays)
	{
		fib_stray_t *s = &fib->strays[--fib->n_strays];

		put_del(fib, &ops[n], &s->route.dst, s->route.nexthop);
		ops[n].route.table = s->route.table;
		ops[n].route.metric = s->route.metric;
		n++;
		if (s->group)
		{
			fib_group_t *group = fib->groups[s->group];

			group->leaving--;
			fib_group_check(fib, group);
		}
	}
	if (!fib->n_strays)
	{
		free(fib->strays);
		fib->strays = NULL;
	}
	return n;
}

size_t fib_take_seen(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n = 0;

	if (fib->adopting)
	{
		return 0;
	}
	n += take_strays(fib, ops, max);
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		while (n < max && fib->seen[f])
		{
			prefix_t prefix;
			uint32_t number = trie_next(fib->seen[f], NULL, &prefix);
			fib_group_t *group = fib->groups[number];

			trie_remove(fib->seen[f], &prefix);
			trim(fib, f);
			put_del(fib, &ops[n++], &prefix, group->object.id);
			fib_group_tag(fib, group, -1);
			fib_group_check(fib, group);
		}
	}
	return n;
}

size_t fib_seen_waiting(const fib_t *fib)
{
	size_t n = fib->n_strays;

	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		n += fib->seen[f] ? trie_count(fib->seen[f]) : 0;
	}
	return fib->adopting ? 0 : n;
}
