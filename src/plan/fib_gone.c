/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A lost member of IPv6 groups. Replacing a group, or a next hop that groups
 * hold, makes the kernel walk all IPv6 routes of theirs; deleting the next hop
 * does not: it is taken out of all its groups at once, and 200,000 routes take
 * 0.1 ms instead of 60. So this is what is done when a member is lost, after
 * groups that hold nothing else were written, as those would go with it. The
 * next hop is made again, under its id, when the member is. In between
 * nothing in the kernel says anything else than what is so: a dump, or a run
 * after a crash, finds groups without the member.
 *
 * With one member in use and a backup nothing would be left in the group. So
 * the backup is in it, too, with a share so small that none of the few buckets of
 * a resilient group is its own: no packet goes by it, and all do when it is
 * alone.
 *
 * The last member has no such way. The kernel takes no blackhole beside another
 * next hop, and one on a link that drops all (a dummy's, or an XFRM interface's
 * without a policy) would be a link more for people to wonder about, in each VRF.
 * Nor does haste save a packet then: what goes by the lost member is lost as in a
 * blackhole. So those groups are replaced, and one shard in a batch, so that the
 * loss of another's member is not behind them.
 *
 * A bundle's resilient group is replaced as ever: a later one is laid out by the
 * next hops that there are, and flows are to stay where they were
 * (fib_spread.c).
 */

#include "plan/fib_private.h"

void fib_hop_gone(fib_t *fib, fib_way_t *way)
{
	fib_hop_t *hop = way->hops[fib_index(FAMILY_IPV6)];

	if (hop && hop->there && !hop->dirty && !list_linked(&hop->gone))
	{
		list_append(&fib->hops_gone, &hop->gone);
	}
}

static bool holds(const fib_group_t *group, uint32_t id)
{
	for (unsigned i = 0; group && i < group->have_count; i++)
	{
		if (group->have[i].id == id)
		{
			return true;
		}
	}
	return false;
}

static bool needed(const fib_hop_t *hop)
{
	return fib_way_usable(hop->way, hop->family) ||
		   fib_way_spare(hop->way, hop->family);
}

/** several groups are rid of it so, and none that has routes goes with it */
static bool worth(const fib_t *fib, const fib_hop_t *hop)
{
	unsigned shared = 0;

	if (!hop->there || hop->dirty || !hop->way || needed(hop))
	{
		return false;
	}
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		const fib_group_t *group = fib->groups[i];

		if (!holds(group, hop->object.id))
		{
			continue;
		}
		/* with `force` the kernel may have less than we think */
		if ((group->have_buckets.count && !group->standby) || group->force ||
			(group->have_count == 1 && fib_group_is_orphan(group)))
		{
			return false;
		}
		shared += group->have_count > 1;
	}
	return shared > 1;
}

/** a group with routes that would go with the next hop; NULL: none */
static fib_group_t *next_sole(const fib_t *fib, uint32_t id)
{
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		fib_group_t *group = fib->groups[i];

		if (holds(group, id) && group->have_count == 1 &&
			!fib_group_unused(group))
		{
			return group;
		}
	}
	return NULL;
}

/** what the kernel leaves in the groups */
static void detach(fib_t *fib, fib_hop_t *hop)
{
	hop->there = false;
	hop->detached = true;
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		fib_group_t *group = fib->groups[i];
		unsigned left = 0, had = group ? group->have_count : 0;

		for (unsigned j = 0; j < had; j++)
		{
			if (group->have[j].id != hop->object.id)
			{
				group->have[left++] = group->have[j];
			}
		}
		if (left < had)
		{
			group->have_count = left;
			group->there = left > 0;
			if (list_linked(&group->dirty))
			{
				/* whatever is to change still, nothing leads nowhere */
				list_remove(&group->dirty);
				list_append(&fib->groups_dirty, &group->dirty);
			}
		}
	}
}

size_t fib_take_gone(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n = 0;

	while (n < max && !list_empty(&fib->hops_gone))
	{
		fib_hop_t *hop = list_first(&fib->hops_gone, fib_hop_t, gone);
		fib_group_t *sole = NULL;
		bool is_worth = worth(fib, hop);

		while (is_worth && n < max &&
			   (sole = next_sole(fib, hop->object.id)) != NULL)
		{
			size_t written = fib_take_group(fib, sole, &ops[n], max - n);

			n += written;
			is_worth = written > 0;
		}
		if (n == max && is_worth)
		{
			break;
		}
		list_remove(&hop->gone);
		if (is_worth)
		{
			ops[n++] = (kernel_op_t){
				.kind = KERNEL_NEXTHOP_DEL,
				.nexthop.id = hop->object.id,
			};
			detach(fib, hop);
		}
	}
	return n;
}

bool fib_group_idle(const fib_group_t *group, unsigned member)
{
	return group->standby && group->have_count == 2 &&
		   group->have[member].weight == 1 &&
		   group->have[1 - member].weight == FIB_SHARE_MAX;
}

void fib_hop_stays(fib_t *fib, fib_hop_t *hop)
{
	if (!hop->detached || hop->there || !hop->way)
	{
		return;
	}
	hop->detached = false;
	list_each(&hop->way->uses, use, fib_use_t, in_way)
	{
		if (use->group->family == hop->family)
		{
			use->group->force = true;
			fib_group_touch(fib, use->group, true);
		}
	}
}
