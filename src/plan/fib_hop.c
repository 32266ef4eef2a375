/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Members and their next hops, one object for each family whose routes use
 * them, made when a group first needs it and kept as long as the member.
 *
 * On link loss the kernel takes next hops, members of groups, and whole groups
 * with their routes, and tells nothing (DESIGN.md section 4). A group lost so
 * is made anew under its id, because writes to it may be under way, but it is
 * no longer found by its key: its prefixes, when they are offered again, go to
 * a new group and are written.
 */

#include "plan/fib_private.h"

#include <stdlib.h>
#include <string.h>

fib_object_t *fib_object(const fib_t *fib, uint32_t id)
{
	uint32_t hash = hash_bytes(&id, sizeof(id), 0);

	for (hash_node_t *n = hash_find(&fib->by_id, hash); n;
		 n = hash_find_next(n))
	{
		fib_object_t *object = container_of(n, fib_object_t, node);

		if (object->id == id)
		{
			return object;
		}
	}
	return NULL;
}

void fib_object_add(fib_t *fib, fib_object_t *object, uint32_t id)
{
	object->id = id;
	hash_insert(&fib->by_id, &object->node, hash_bytes(&id, sizeof(id), 0));
}

/** an id that nothing has, nothing that waits for its deletion either */
uint32_t fib_id_alloc(fib_t *fib)
{
	uint32_t id;

	do
	{
		id = fib->next_id;
		fib->next_id = id == KERNEL_NH_LAST ? KERNEL_NH_FIRST : id + 1;
	} while (fib_object(fib, id));
	return id;
}

/* -- next hops ------------------------------------------------------------- */

fib_hop_t *fib_hop_create(fib_t *fib, uint32_t id, family_t family)
{
	fib_hop_t *hop = mem_alloc(sizeof(*hop));

	fib_object_add(fib, &hop->object, id);
	hop->family = family;
	list_init(&hop->place);
	list_init(&hop->gone);
	return hop;
}

void fib_hop_free(fib_t *fib, fib_hop_t *hop)
{
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		if (fib->black[f] == hop)
		{
			fib->black[f] = NULL;
		}
	}
	list_remove(&hop->place);
	list_remove(&hop->gone);
	hash_remove(&fib->by_id, &hop->object.node);
	free(hop);
}

void fib_hop_die(fib_t *fib, fib_hop_t *hop)
{
	list_remove(&hop->place);
	list_remove(&hop->gone);
	hop->dirty = false;
	hop->way = NULL;
	list_append(&fib->hops_dying, &hop->place);
}

kernel_nexthop_t fib_way_content(const fib_way_t *way, family_t family)
{
	return (kernel_nexthop_t){
		.family = family,
		.link = way->state.link,
		.gateway = way->state.gateway,
	};
}

bool fib_hop_is(const fib_hop_t *hop, const kernel_nexthop_t *want)
{
	return hop->there && hop->have.link == want->link &&
		   addr_equal(&hop->have.gateway, &want->gateway) &&
		   hop->have.blackhole == want->blackhole;
}

/** the hop will be used: sees to it that it is written if it has to be */
static void hop_want(fib_t *fib, fib_hop_t *hop, const kernel_nexthop_t *want)
{
	if (fib_hop_is(hop, want))
	{
		return;
	}
	if (!hop->dirty)
	{
		list_remove(&hop->place);
		list_append(&fib->hops_dirty, &hop->place);
		hop->dirty = true;
	}
}

static fib_hop_t *hop_get(fib_t *fib, const kernel_nexthop_t *want)
{
	fib_hop_t *hop = fib_adopt_hop(fib, want);

	return hop ? hop : fib_hop_create(fib, fib_id_alloc(fib), want->family);
}

fib_hop_t *fib_way_hop(fib_t *fib, fib_way_t *way, family_t family)
{
	kernel_nexthop_t want = fib_way_content(way, family);
	fib_hop_t **hop = &way->hops[fib_index(family)];

	if (!*hop)
	{
		*hop = hop_get(fib, &want);
		(*hop)->way = way;
	}
	hop_want(fib, *hop, &want);
	return *hop;
}

fib_hop_t *fib_black_hop(fib_t *fib, family_t family)
{
	kernel_nexthop_t want = {.family = family, .blackhole = true};
	fib_hop_t **hop = &fib->black[fib_index(family)];

	if (!*hop)
	{
		*hop = hop_get(fib, &want);
		(*hop)->blackhole = true;
	}
	if (!(*hop)->dirty)
	{
		/* it may have been about to go */
		list_remove(&(*hop)->place);
	}
	hop_want(fib, *hop, &want);
	return *hop;
}

/** if its owner wants it to be used */
static bool way_works(const fib_way_t *way, family_t family)
{
	const fib_hop_t *hop = way->hops[fib_index(family)];

	/* the kernel lets no IPv6 route use an IPv4 gateway */
	return !way->removed && way->state.link &&
		   !(family == FAMILY_IPV6 &&
			 way->state.gateway.family == FAMILY_IPV4) &&
		   !(hop && hop->broken);
}

bool fib_way_usable(const fib_way_t *way, family_t family)
{
	return way->state.usable && way_works(way, family);
}

bool fib_way_spare(const fib_way_t *way, family_t family)
{
	return way->state.spare && way_works(way, family);
}

/** after some next hops were marked absent: what the kernel took out of the
 * groups with them */
static void groups_shrink(fib_t *fib)
{
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		fib_group_t *group = fib->groups[i];
		unsigned left = 0, had = group ? group->have_count : 0;

		for (unsigned j = 0; j < had; j++)
		{
			fib_object_t *object = fib_object(fib, group->have[j].id);

			if (object && !object->is_group &&
				container_of(object, fib_hop_t, object)->there)
			{
				group->have[left++] = group->have[j];
			}
		}
		if (left == had)
		{
			continue;
		}
		group->have_count = left;
		if (!left)
		{
			fib_group_lost(fib, group);
			continue;
		}
		group->force = true;
		fib_group_touch(fib, group, true);
	}
}

static void hop_lost(fib_hop_t *hop, uint32_t link)
{
	if (hop && hop->there && !hop->blackhole && hop->have.link == link)
	{
		hop->there = false;
	}
}

void fib_link_lost(fib_t *fib, uint32_t link)
{
	for (uint32_t i = 1; i < fib->ways_size; i++)
	{
		for (unsigned f = 0; fib->ways[i] && f < FIB_FAMILIES; f++)
		{
			hop_lost(fib->ways[i]->hops[f], link);
		}
	}
	list_each(&fib->hops_orphan, hop, fib_hop_t, place)
	{
		hop_lost(hop, link);
	}
	list_each(&fib->hops_dying, dying, fib_hop_t, place)
	{
		hop_lost(dying, link);
	}
	fib->strikes = 0;
	groups_shrink(fib);
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		fib_group_t *group = fib->groups[i];

		if (group && link && group->sole == link)
		{
			fib_group_lost(fib, group);
		}
		else if (group && group->given_up)
		{
			fib_group_touch(fib, group, true);
		}
	}
}

/** the groups that hold it write it, and themselves, again */
static void hop_users(fib_t *fib, uint32_t id)
{
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		fib_group_t *group = fib->groups[i];

		for (unsigned j = 0; group && j < group->have_count; j++)
		{
			if (group->have[j].id == id)
			{
				group->force = true;
				fib_group_touch(fib, group, true);
				break;
			}
		}
	}
}

static bool hop_touched(fib_t *fib, fib_hop_t *hop, bool gone)
{
	if (!hop->there)
	{
		return false;
	}
	if (gone)
	{
		hop->there = false;
		groups_shrink(fib);
	}
	else
	{
		/* what it is now is nothing that is wanted */
		hop->have.link = 0;
		hop->have.blackhole = false;
		hop_users(fib, hop->object.id);
	}
	return true;
}

bool fib_touched(fib_t *fib, uint32_t id, bool gone)
{
	fib_object_t *object = fib_object(fib, id);
	fib_group_t *group;

	if (!object)
	{
		return false;
	}
	fib->strikes = 0;
	if (!object->is_group)
	{
		return hop_touched(fib, container_of(object, fib_hop_t, object), gone);
	}
	group = container_of(object, fib_group_t, object);
	if (!group->there)
	{
		return false;
	}
	if (gone)
	{
		fib_group_lost(fib, group);
		return true;
	}
	group->force = true;
	fib_group_touch(fib, group, true);
	return true;
}

void fib_dump_begin(fib_t *fib)
{
	hash_node_t *node = NULL;

	while ((node = hash_next(&fib->by_id, node)))
	{
		fib_object_t *object = container_of(node, fib_object_t, node);

		object->doubt = object->is_group
							? container_of(object, fib_group_t, object)->there
							: container_of(object, fib_hop_t, object)->there;
	}
}

void fib_dump_seen(fib_t *fib, uint32_t id)
{
	fib_object_t *object = fib_object(fib, id);

	if (object)
	{
		object->doubt = false;
	}
}

static fib_object_t *next_doubt(const fib_t *fib)
{
	hash_node_t *node = NULL;

	while ((node = hash_next(&fib->by_id, node)))
	{
		fib_object_t *object = container_of(node, fib_object_t, node);

		if (object->doubt)
		{
			return object;
		}
	}
	return NULL;
}

unsigned fib_dump_end(fib_t *fib)
{
	fib_object_t *object;
	unsigned n = 0;

	/* from the beginning each time: a loss may bring a blackhole in */
	while ((object = next_doubt(fib)))
	{
		object->doubt = false;
		n += fib_touched(fib, object->id, true);
	}
	return n;
}

/* -- members --------------------------------------------------------------- */

uint32_t fib_member_add(fib_t *fib)
{
	fib_way_t *way;
	uint32_t number = 1;

	while (number < fib->ways_size && fib->ways[number])
	{
		number++;
	}
	if (number == FIB_MEMBERS_MAX)
	{
		return 0;
	}
	way = mem_alloc(sizeof(*way));
	if (number >= fib->ways_size)
	{
		uint32_t size = fib->ways_size ? fib->ways_size * 2 : 16;

		fib->ways = mem_resize(fib->ways, size, sizeof(fib_way_t *));
		memset(&fib->ways[fib->ways_size], 0,
			   (size - fib->ways_size) * sizeof(fib_way_t *));
		fib->ways_size = size;
	}
	fib->ways[number] = way;
	fib->n_ways++;
	way->number = number;
	list_init(&way->uses);
	return number;
}

static fib_way_t *find_way(const fib_t *fib, uint32_t member)
{
	fib_way_t *way = member < fib->ways_size ? fib->ways[member] : NULL;

	return way && !way->removed ? way : NULL;
}

const fib_member_t *fib_member(const fib_t *fib, uint32_t member)
{
	const fib_way_t *way = find_way(fib, member);

	return way ? &way->state : NULL;
}

static bool way_broken(const fib_way_t *way)
{
	return (way->hops[0] && way->hops[0]->broken) ||
		   (way->hops[1] && way->hops[1]->broken);
}

static void way_mend(fib_way_t *way)
{
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		if (way->hops[f])
		{
			way->hops[f]->broken = false;
		}
	}
}

static void way_changed(fib_t *fib, fib_way_t *way, bool urgent)
{
	fib->strikes = 0;
	list_each(&way->uses, use, fib_use_t, in_way)
	{
		fib_group_touch(fib, use->group, urgent);
	}
}

static bool same_spread(const fib_spread_t *a, const fib_spread_t *b)
{
	return a->bundle == b->bundle && a->weight == b->weight &&
		   a->idle_timer == b->idle_timer &&
		   a->unbalanced_timer == b->unbalanced_timer;
}

static bool same_member(const fib_member_t *a, const fib_member_t *b)
{
	return a->link == b->link && a->usable == b->usable &&
		   a->spare == b->spare && addr_equal(&a->gateway, &b->gateway) &&
		   same_spread(&a->spread, &b->spread);
}

void fib_member_set(fib_t *fib, uint32_t member, const fib_member_t *state)
{
	fib_way_t *way = find_way(fib, member);
	bool was =
		way && (way->state.usable || way->state.spare) && way->state.link;

	if (!way || same_member(&way->state, state))
	{
		return;
	}
	way->state = *state;
	list_each(&way->uses, use, fib_use_t, in_way)
	{
		fib_group_respread(fib, use->group);
	}
	way_mend(way);
	if (was)
	{
		fib_hop_gone(fib, way);
	}
	way_changed(fib, way, was && !(state->usable && state->link));
}

void fib_retry(fib_t *fib)
{
	for (uint32_t i = 1; i < fib->ways_size; i++)
	{
		fib_way_t *way = fib->ways[i];

		if (way && way_broken(way))
		{
			way_mend(way);
			way_changed(fib, way, false);
		}
	}
}

void fib_member_remove(fib_t *fib, uint32_t member)
{
	fib_way_t *way = find_way(fib, member);

	if (!way)
	{
		return;
	}
	way->removed = true;
	if (list_empty(&way->uses))
	{
		fib_way_free(fib, way);
		return;
	}
	fib_hop_gone(fib, way);
	way_changed(fib, way, true);
}
