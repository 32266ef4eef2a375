/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Resilient groups. The kernel deals out the buckets of a new group in the
 * order of its members. Routes whose set becomes smaller or larger move to
 * another group, and all flows would be shuffled. So a new group is made of all
 * members of its bundles that have a next hop, in the order of their numbers as
 * in every set, and in the next message loses those that its set does not have:
 * in all groups of a bundle a member that is used has the same buckets.
 */

#include "plan/fib_private.h"

bool fib_key_resilient(const fib_t *fib, const fib_key_t *key)
{
	for (size_t i = FIB_KEY_HEAD; i < key->len; i += 2)
	{
		if (fib->ways[key->v[i]]->state.spread.bundle)
		{
			return true;
		}
	}
	return false;
}

kernel_buckets_t fib_group_buckets(const fib_group_t *group)
{
	if (group->standby)
	{
		return (kernel_buckets_t){.count = FIB_BUCKETS_STANDBY};
	}
	for (unsigned i = 0; group->resilient && i < group->n_uses; i++)
	{
		const fib_spread_t *spread = &group->uses[i].way->state.spread;

		if (spread->bundle)
		{
			return (kernel_buckets_t){
				.count = FIB_BUCKETS,
				.idle_timer = spread->idle_timer,
				.unbalanced_timer = spread->unbalanced_timer,
			};
		}
	}
	return (kernel_buckets_t){.count = group->resilient ? FIB_BUCKETS : 0};
}

/** the number of the member whose next hop it is; 0: nobody's */
static uint32_t number_of(const fib_t *fib, uint32_t id)
{
	const fib_object_t *object = fib_object(fib, id);
	const fib_hop_t *hop =
		object ? container_of(object, fib_hop_t, object) : NULL;

	return hop && hop->way ? hop->way->number : 0;
}

static void layout_add(const fib_t *fib, kernel_group_t *out, uint32_t id,
					   uint16_t weight)
{
	uint32_t number = number_of(fib, id);
	unsigned at = out->count++;

	while (at > 0 && number_of(fib, out->members[at - 1].id) > number)
	{
		out->members[at] = out->members[at - 1];
		at--;
	}
	out->members[at] = (kernel_group_member_t){.id = id, .weight = weight};
}

static bool has_member(const kernel_group_t *group, uint32_t id)
{
	for (unsigned i = 0; i < group->count; i++)
	{
		if (group->members[i].id == id)
		{
			return true;
		}
	}
	return false;
}

/** a member of the group's sets is of this bundle */
static bool has_bundle(const fib_group_t *group, uint32_t bundle)
{
	for (unsigned i = 0; i < group->n_uses; i++)
	{
		if (group->uses[i].way->state.spread.bundle == bundle)
		{
			return true;
		}
	}
	return false;
}

/** the member's next hop, if it stands in the kernel and the group should have
 * been made with it */
static const fib_hop_t *missing(const fib_group_t *group, const fib_way_t *way,
								const kernel_group_t *wanted)
{
	const fib_hop_t *hop = way ? way->hops[fib_index(group->family)] : NULL;
	kernel_nexthop_t content;

	/* the link of a removed one may have gone with its next hop already */
	if (!hop || way->removed || !way->state.spread.bundle ||
		!has_bundle(group, way->state.spread.bundle) ||
		has_member(wanted, hop->object.id))
	{
		return NULL;
	}
	content = fib_way_content(way, group->family);
	return fib_hop_is(hop, &content) ? hop : NULL;
}

bool fib_group_layout(const fib_t *fib, const fib_group_t *group,
					  const kernel_group_t *wanted, kernel_group_t *out)
{
	if (group->there || !wanted->buckets.count)
	{
		return false;
	}
	*out = (kernel_group_t){.id = wanted->id, .buckets = wanted->buckets};
	for (unsigned i = 0; i < wanted->count; i++)
	{
		const kernel_group_member_t *m = &wanted->members[i];

		if (!number_of(fib, m->id))
		{
			/* a blackhole, which the kernel has in a group alone */
			return false;
		}
		layout_add(fib, out, m->id, m->weight);
	}
	for (uint32_t i = 1; i < fib->ways_size && out->count < FIB_SET_MAX; i++)
	{
		const fib_way_t *way = fib->ways[i];
		const fib_hop_t *hop = missing(group, way, wanted);

		if (hop)
		{
			layout_add(fib, out, hop->object.id, way->state.spread.weight);
		}
	}
	return out->count > wanted->count;
}
