/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Taking operations on next hops and groups, and what becomes of those that
 * fail. Order of writing: lost members' IPv6 next hops (fib_gone.c), groups
 * whose members are all in the kernel (a failover), next hops, the other groups,
 * routes, deletions. So no route ever names an id that is not there, and no
 * deletion meets a user.
 */

#include "plan/fib_private.h"
#include "base/log.h"

#include <errno.h>
#include <string.h>

/* -- writing --------------------------------------------------------------- */

/** orphans that had it may be gone: none is adopted unwritten */
static void orphans_doubt(fib_t *fib, uint32_t id)
{
	for (uint32_t i = 1; i < fib->groups_size && fib->n_orphans; i++)
	{
		fib_group_t *group = fib->groups[i];

		for (unsigned j = 0;
			 group && fib_group_is_orphan(group) && j < group->have_count; j++)
		{
			if (group->have[j].id == id)
			{
				group->there = false;
			}
		}
	}
}

/** it was not in the kernel: groups may have lost it, or have gone with it */
static void hop_written_anew(fib_t *fib, const fib_hop_t *hop)
{
	orphans_doubt(fib, hop->object.id);
	if (!hop->way)
	{
		return;
	}
	list_each(&hop->way->uses, use, fib_use_t, in_way)
	{
		fib_group_t *group = use->group;

		if (group->family == hop->family && group->there && !group->force)
		{
			group->force = true;
			fib_group_touch(fib, group, false);
		}
	}
}

/** before the group's members change in the kernel */
static void note_sole(const fib_t *fib, fib_group_t *group)
{
	uint32_t link = 0;

	for (unsigned i = 0; i < group->have_count; i++)
	{
		fib_object_t *object = fib_object(fib, group->have[i].id);
		const fib_hop_t *hop =
			object ? container_of(object, fib_hop_t, object) : NULL;

		if (!hop || !hop->way || hop->way->removed ||
			(link && hop->have.link != link))
		{
			return;
		}
		link = hop->have.link;
	}
	group->sole = link ? link : group->sole;
}

static void note_sole_of_hop(const fib_t *fib, const fib_hop_t *hop)
{
	if (hop->way)
	{
		list_each(&hop->way->uses, use, fib_use_t, in_way)
		{
			note_sole(fib, use->group);
		}
	}
}

static size_t take_hops(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n = 0;

	while (n < max && !list_empty(&fib->hops_dirty))
	{
		fib_hop_t *hop = list_first(&fib->hops_dirty, fib_hop_t, place);
		kernel_nexthop_t want = {.family = hop->family, .blackhole = true};
		bool moved;

		list_remove(&hop->place);
		hop->dirty = false;
		if (hop->way)
		{
			want = fib_way_content(hop->way, hop->family);
		}
		want.id = hop->object.id;
		if (fib_hop_is(hop, &want) ||
			(hop->way && !fib_way_usable(hop->way, hop->family) &&
			 !fib_way_spare(hop->way, hop->family)))
		{
			continue;
		}
		moved = hop->there ? hop->have.link != want.link : !hop->detached;
		if (hop->there && moved)
		{
			note_sole_of_hop(fib, hop);
		}
		hop->have = want;
		hop->there = true;
		hop->detached = false;
		hop->object.doubt = false;
		hop->written = true;
		if (moved)
		{
			hop_written_anew(fib, hop);
		}
		ops[n].kind = KERNEL_NEXTHOP_SET;
		ops[n].replaces = 0;
		ops[n++].nexthop = want;
	}
	return n;
}

/** all of its members are in the kernel as they should be */
static bool is_ready(const fib_t *fib, const kernel_group_t *want)
{
	for (unsigned i = 0; i < want->count; i++)
	{
		fib_object_t *object = fib_object(fib, want->members[i].id);

		if (container_of(object, fib_hop_t, object)->dirty)
		{
			return false;
		}
	}
	return true;
}

static void put_group(fib_t *fib, kernel_op_t *op, fib_group_t *group,
					  const kernel_group_t *want)
{
	op->kind = KERNEL_GROUP_SET;
	op->replaces = group->there ? group->object.id : 0;
	op->group = *want;
	memcpy(group->have, want->members, want->count * sizeof(group->have[0]));
	group->have_count = want->count;
	group->have_buckets = want->buckets;
	group->there = true;
	group->object.doubt = false;
	group->written = true;
	group->force = false;
	fib->group_writes++;
}

/** max is at least 1 */
static size_t take_ready(fib_t *fib, fib_group_t *group,
						 const kernel_group_t *want, kernel_op_t *ops,
						 size_t max)
{
	kernel_group_t layout;
	size_t n = 0;

	note_sole(fib, group);
	if (max > 1 && fib_group_layout(fib, group, want, &layout))
	{
		put_group(fib, &ops[n++], group, &layout);
	}
	put_group(fib, &ops[n++], group, want);
	return n;
}

/** routes that the kernel walks when the group is replaced */
static uint32_t walked(const fib_group_t *group)
{
	return group->there && group->family == FAMILY_IPV6 ? group->tags : 0;
}

static size_t take_groups(fib_t *fib, list_t *from, kernel_op_t *ops,
						  size_t max)
{
	uint32_t walk = 0;
	size_t n = 0;

	while (n < max && !list_empty(from))
	{
		fib_group_t *group = list_first(from, fib_group_t, dirty);
		kernel_group_t want;

		if (fib_group_unused(group))
		{
			list_remove(&group->dirty);
			continue;
		}
		fib_group_wanted(fib, group, &want);
		if (!group->force && fib_group_is(group, &want))
		{
			list_remove(&group->dirty);
			continue;
		}
		if (!is_ready(fib, &want))
		{
			list_remove(&group->dirty);
			list_append(&fib->groups_dirty, &group->dirty);
			if (from == &fib->groups_dirty)
			{
				break;
			}
			continue;
		}
		walk += walked(group);
		if (n && from == &fib->groups_dirty && walk > FIB_SHARD6)
		{
			fib->paused = true;
			break;
		}
		list_remove(&group->dirty);
		n += take_ready(fib, group, &want, &ops[n], max - n);
	}
	return n;
}

size_t fib_take_group(fib_t *fib, fib_group_t *group, kernel_op_t *ops,
					  size_t max)
{
	kernel_group_t want;
	size_t n = 0;

	fib_group_wanted(fib, group, &want);
	if (fib_group_is(group, &want))
	{
		return 0;
	}
	if (!is_ready(fib, &want))
	{
		n = take_hops(fib, ops, max);
	}
	if (n < max && is_ready(fib, &want))
	{
		list_remove(&group->dirty);
		n += take_ready(fib, group, &want, &ops[n], max - n);
	}
	return n;
}

size_t fib_take_urgent(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n;

	fib->paused = false;
	n = fib_take_gone(fib, ops, max);
	n += take_groups(fib, &fib->groups_urgent, &ops[n], max - n);
	do
	{
		n += take_hops(fib, &ops[n], max - n);
		n += take_groups(fib, &fib->groups_dirty, &ops[n], max - n);
	} while (n < max && !fib->paused && !list_empty(&fib->hops_dirty));
	return n;
}

static void put_nexthop_del(kernel_op_t *op, uint32_t id)
{
	op->kind = KERNEL_NEXTHOP_DEL;
	op->replaces = 0;
	op->nexthop = (kernel_nexthop_t){.id = id};
}

size_t fib_take_dying(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n = 0;

	while (n < max && !list_empty(&fib->groups_dying))
	{
		fib_group_t *group = list_first(&fib->groups_dying, fib_group_t, dying);

		if (group->written)
		{
			put_nexthop_del(&ops[n++], group->object.id);
		}
		fib_group_free(fib, group);
	}
	if (n == max || fib->n_orphans)
	{
		/* an orphan may hold any next hop */
		return n;
	}
	if (!fib->adopting)
	{
		list_each_safe(&fib->hops_orphan, hop, fib_hop_t, place)
		{
			fib_hop_die(fib, hop);
		}
	}
	while (n < max && !list_empty(&fib->hops_dying))
	{
		fib_hop_t *hop = list_first(&fib->hops_dying, fib_hop_t, place);

		if (hop->written)
		{
			put_nexthop_del(&ops[n++], hop->object.id);
		}
		fib_hop_free(fib, hop);
	}
	return n;
}

/* -- failures -------------------------------------------------------------- */

static void hop_failed(fib_t *fib, fib_hop_t *hop)
{
	hop->there = false;
	if (hop->way)
	{
		hop->broken = true;
		list_each(&hop->way->uses, use, fib_use_t, in_way)
		{
			fib_group_touch(fib, use->group, true);
		}
	}
}

/**
 * The kernel does not have the group, or not its members: a change of a link
 * came in between, of which we shall hear. What it has now is not known, so
 * all of it is written again and its routes too.
 */
static void group_failed(fib_t *fib, fib_group_t *group,
						 const kernel_group_t *written)
{
	uint8_t tries = group->tries;

	if (tries >= FIB_TRIES ||
		fib->strikes >= FIB_STRIKES * (fib->n_groups[0] + fib->n_groups[1] + 1))
	{
		log_warn("next hop group %u is given up until a member changes",
				 group->object.id);
		group->given_up = true;
		return;
	}
	fib->strikes++;
	for (unsigned i = 0; i < written->count; i++)
	{
		fib_object_t *object = fib_object(fib, written->members[i].id);

		if (object && !object->is_group)
		{
			container_of(object, fib_hop_t, object)->there = false;
		}
	}
	fib_group_lost(fib, group);
	group->tries = (uint8_t)(tries + 1);
}

void fib_failed(fib_t *fib, const kernel_op_t *op, int error)
{
	fib_object_t *object;

	if (op->kind == KERNEL_NEXTHOP_SET)
	{
		object = fib_object(fib, op->nexthop.id);
		if (object && !object->is_group)
		{
			hop_failed(fib, container_of(object, fib_hop_t, object));
		}
	}
	else if (op->kind == KERNEL_GROUP_SET &&
			 (error == -ENOENT || error == -EINVAL))
	{
		object = fib_object(fib, op->group.id);
		if (object && object->is_group)
		{
			group_failed(fib, container_of(object, fib_group_t, object),
						 &op->group);
		}
	}
	else if (op->kind == KERNEL_NEXTHOP_DEL)
	{
		object = fib_object(fib, op->nexthop.id);
		if (object && !object->is_group)
		{
			fib_hop_stays(fib, container_of(object, fib_hop_t, object));
		}
	}
	else if (op->kind == KERNEL_ROUTE_SET || op->kind == KERNEL_ROUTE_DEL)
	{
		fib_route_failed(fib, op);
	}
}
