/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes and the queue. There is no record of a route here: the caller's tag
 * says which group the prefix was last given, and a prefix has an entry in the
 * queue only while its route waits to be written. Tags and entries are counted
 * by group, so that a group is deleted when the last operation that took a
 * route off it has been taken, and not before. fib_private.h says what the
 * other files do.
 */

#include "plan/fib_private.h"

#include <stdlib.h>
#include <string.h>

#define QUEUE_MIN 64

fib_t *fib_create(const fib_config_t *config)
{
	fib_t *fib = mem_alloc(sizeof(*fib));

	fib->config = *config;
	fib->next_id = KERNEL_NH_FIRST;
	fib->groups_free = 1;
	hash_init(&fib->by_id);
	hash_init(&fib->keys);
	list_init(&fib->hops_dirty);
	list_init(&fib->hops_dying);
	list_init(&fib->hops_gone);
	list_init(&fib->hops_orphan);
	list_init(&fib->groups_urgent);
	list_init(&fib->groups_dirty);
	list_init(&fib->groups_dying);
	return fib;
}

/** all objects by their ids, after what names them */
static void free_hops(fib_t *fib)
{
	hash_node_t *node;

	while ((node = hash_next(&fib->by_id, NULL)))
	{
		fib_object_t *object = container_of(node, fib_object_t, node);

		fib_hop_free(fib, container_of(object, fib_hop_t, object));
	}
}

void fib_destroy(fib_t *fib)
{
	if (!fib)
	{
		return;
	}
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		if (fib->groups[i])
		{
			fib_group_free(fib, fib->groups[i]);
		}
	}
	free_hops(fib);
	for (uint32_t i = 1; i < fib->ways_size; i++)
	{
		free(fib->ways[i]);
	}
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		trie_destroy(fib->seen[f]);
		trie_destroy(fib->failed[f]);
	}
	hash_deinit(&fib->by_id);
	hash_deinit(&fib->keys);
	free(fib->strays);
	free(fib->queue.ring);
	free(fib->groups);
	free(fib->ways);
	free(fib);
}

/* -- the queue ------------------------------------------------------------- */

static void queue_grow(fib_queue_t *q)
{
	size_t size = q->size ? q->size * 2 : QUEUE_MIN;
	size_t wrapped = q->head + q->count > q->size ? q->head : 0;

	q->ring = mem_resize(q->ring, size, sizeof(*q->ring));
	/* full: what stood before the head comes after the old end */
	memcpy(&q->ring[q->size], q->ring, wrapped * sizeof(*q->ring));
	q->size = size;
}

static void queue_put(fib_t *fib, const prefix_t *prefix, fib_group_t *from,
					  fib_group_t *to)
{
	fib_queue_t *q = &fib->queue;

	if (q->count == q->size)
	{
		queue_grow(q);
	}
	q->ring[(q->head + q->count++) & (q->size - 1)] = (fib_entry_t){
		.prefix = *prefix,
		.from = from ? from->number : 0,
		.to = to ? to->number : 0,
	};
	if (from)
	{
		from->leaving++;
	}
	if (to)
	{
		to->arriving++;
	}
}

static fib_entry_t queue_get(fib_queue_t *q)
{
	fib_entry_t entry = q->ring[q->head];

	q->head = (q->head + 1) & (q->size - 1);
	q->count--;
	if (!q->count)
	{
		/* a full table's burst is given back */
		free(q->ring);
		*q = (fib_queue_t){0};
	}
	return entry;
}

/* -- routes ---------------------------------------------------------------- */

static fib_group_t *group_of(const fib_t *fib, uint32_t tag)
{
	return tag && tag < fib->groups_size ? fib->groups[tag] : NULL;
}

/** takes the prefix off the group */
static void untag(fib_t *fib, fib_group_t *group)
{
	if (group)
	{
		fib_group_tag(fib, group, -1);
		fib_group_check(fib, group);
	}
}

uint32_t fib_route(fib_t *fib, const prefix_t *prefix, uint32_t tag,
				   const fib_path_t *best, unsigned n_best,
				   const fib_path_t *backup, unsigned n_backup)
{
	family_t family = (family_t)prefix->addr.family;
	uint32_t *routes = &fib->routes[fib_index(family)];
	fib_group_t *from = group_of(fib, tag), *to;
	fib_key_t key;

	if (!n_best)
	{
		if (from)
		{
			queue_put(fib, prefix, from, NULL);
			untag(fib, from);
			(*routes)--;
		}
		return 0;
	}
	if (!from)
	{
		from = group_of(fib, fib_adopt_route(fib, prefix));
		(*routes)++;
	}
	fib_key_make(fib, &key, family, best, n_best, backup, n_backup);
	if (from && fib_group_has_key(from, &key))
	{
		return from->number;
	}
	to = fib_group_intern(fib, &key, from);
	if (to == from)
	{
		/* seen with just these members */
		return to->number;
	}
	queue_put(fib, prefix, from, to);
	fib_group_tag(fib, to, 1);
	fib_group_check(fib, to);
	untag(fib, from);
	return to->number;
}

void fib_route_again(fib_t *fib, const prefix_t *prefix, uint32_t tag)
{
	fib_group_t *group = group_of(fib, tag);

	if (group)
	{
		fib_write_again(fib, prefix, group);
	}
}

void fib_write_again(fib_t *fib, const prefix_t *prefix, fib_group_t *group)
{
	queue_put(fib, prefix, NULL, group);
}

uint32_t fib_tag_group(const fib_t *fib, uint32_t tag)
{
	const fib_group_t *group = group_of(fib, tag);

	return group ? group->object.id : 0;
}

bool fib_dead(const fib_t *fib)
{
	return fib->dead_tags > 0;
}

/* a loss in the middle of a walk asks for another whole one, so two walks
 * follow the last loss, unless nothing is left to do after the first. More
 * would be for prefixes that the owner does not have: they cannot be helped */
bool fib_rescan_wanted(const fib_t *fib)
{
	return fib->lost_tags > 0 && fib->rescans > 0;
}

void fib_rescan_done(fib_t *fib)
{
	if (fib->rescans)
	{
		fib->rescans--;
	}
}

/* -- taking ---------------------------------------------------------------- */

/** where the route is in the kernel: with `from`, unless what should have
 * brought it there failed */
static uint32_t where(fib_t *fib, const prefix_t *prefix,
					  const fib_group_t *from)
{
	unsigned f = fib_index((family_t)prefix->addr.family);
	uint32_t id = fib->failed[f] ? trie_remove(fib->failed[f], prefix) : 0;

	if (fib->failed[f] && !trie_count(fib->failed[f]))
	{
		trie_destroy(fib->failed[f]);
		fib->failed[f] = NULL;
	}
	return id ? id : from ? from->object.id : 0;
}

/** the operation left the route where it was */
void fib_route_failed(fib_t *fib, const kernel_op_t *op)
{
	unsigned f = fib_index((family_t)op->route.dst.addr.family);
	uint32_t id =
		op->kind == KERNEL_ROUTE_DEL ? op->route.nexthop : op->replaces;

	if (!id || op->route.table != fib->config.table)
	{
		return;
	}
	if (!fib->failed[f])
	{
		fib->failed[f] = trie_create((family_t)op->route.dst.addr.family);
	}
	*trie_insert(fib->failed[f], &op->route.dst) = id;
}

/** the next entry takes a route to where this batch took one from. Moves in a
 * batch are written as all the new, then without all the old: were it the same
 * route, nothing would be left */
static bool crosses(const fib_t *fib)
{
	const fib_queue_t *q = &fib->queue;
	const fib_group_t *to = group_of(fib, q->ring[q->head].to);

	return to && to->moved == fib->taking;
}

static void mark_moved(fib_t *fib, fib_group_t *from, uint32_t now)
{
	fib_object_t *object;

	if (from && from->object.id == now)
	{
		from->moved = fib->taking;
		return;
	}
	object = fib_object(fib, now);
	if (object && object->is_group)
	{
		container_of(object, fib_group_t, object)->moved = fib->taking;
	}
}

static void put_route(fib_t *fib, kernel_op_t *op, const fib_entry_t *entry)
{
	fib_group_t *from = group_of(fib, entry->from);
	fib_group_t *to = group_of(fib, entry->to);
	uint32_t now = where(fib, &entry->prefix, from);

	op->kind = to ? KERNEL_ROUTE_SET : KERNEL_ROUTE_DEL;
	op->replaces = to ? now : 0;
	op->route = (kernel_route_t){
		.dst = entry->prefix,
		.table = fib->config.table,
		.metric = fib->config.metric,
		.type = KERNEL_UNICAST,
		.nexthop = to ? to->object.id : now,
		.protocol = KERNEL_PROTO,
	};
	fib->route_writes++;
	if (now)
	{
		mark_moved(fib, from, now);
	}
	if (from)
	{
		from->leaving--;
		fib_group_check(fib, from);
	}
	if (to)
	{
		to->arriving--;
		fib_group_check(fib, to);
	}
}

size_t fib_take(fib_t *fib, kernel_op_t *ops, size_t max)
{
	size_t n = fib_take_urgent(fib, ops, max);

	fib->taking++;
	if (fib->paused)
	{
		return n;
	}
	while (n < max && fib->queue.count)
	{
		fib_entry_t entry;

		if (crosses(fib))
		{
			return n;
		}
		entry = queue_get(&fib->queue);

		put_route(fib, &ops[n++], &entry);
	}
	if (n < max)
	{
		n += fib_take_seen(fib, &ops[n], max - n);
	}
	if (n < max)
	{
		n += fib_take_dying(fib, &ops[n], max - n);
	}
	return n;
}

bool fib_urgent_waiting(const fib_t *fib)
{
	return !list_empty(&fib->groups_urgent) || !list_empty(&fib->hops_dirty) ||
		   !list_empty(&fib->groups_dirty);
}

bool fib_paused(const fib_t *fib)
{
	return fib->paused;
}

size_t fib_waiting(const fib_t *fib)
{
	size_t n = fib->queue.count + fib->n_dying + fib_seen_waiting(fib);

	n += fib_urgent_waiting(fib);
	n += !list_empty(&fib->hops_dying) && !fib->n_orphans;
	n += !list_empty(&fib->hops_orphan) && !fib->n_orphans && !fib->adopting;
	return n;
}

static void forget_routes(fib_t *fib)
{
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		trie_destroy(fib->seen[f]);
		trie_destroy(fib->failed[f]);
		fib->seen[f] = fib->failed[f] = NULL;
		fib->routes[f] = 0;
	}
	free(fib->queue.ring);
	fib->queue = (fib_queue_t){0};
	free(fib->strays);
	fib->strays = NULL;
	fib->n_strays = 0;
}

void fib_remove_all(fib_t *fib)
{
	fib->adopting = false;
	forget_routes(fib);
	for (uint32_t i = 1; i < fib->groups_size; i++)
	{
		fib_group_t *group = fib->groups[i];

		if (group)
		{
			fib_group_tag(fib, group, -(int)group->tags);
			group->arriving = group->leaving = 0;
			fib_group_check(fib, group);
		}
	}
	/* their next hops go after the groups */
	for (uint32_t i = 1; i < fib->ways_size; i++)
	{
		fib_member_remove(fib, i);
	}
	list_each_safe(&fib->hops_gone, gone, fib_hop_t, gone)
	{
		list_remove(&gone->gone);
	}
	list_each_safe(&fib->hops_dirty, hop, fib_hop_t, place)
	{
		list_remove(&hop->place);
		hop->dirty = false;
	}
}

/* -- views ----------------------------------------------------------------- */

void fib_stats(const fib_t *fib, fib_stats_t *stats)
{
	*stats = (fib_stats_t){
		.members = fib->n_ways,
		.groups = fib->n_groups[0] + fib->n_groups[1],
		.routes = {fib->routes[0], fib->routes[1]},
		.route_writes = fib->route_writes,
		.group_writes = fib->group_writes,
	};
}

size_t fib_group_members(const fib_t *fib, uint32_t group, uint32_t *members,
						 size_t max)
{
	fib_object_t *object = fib_object(fib, group);
	fib_group_t *g;
	size_t n = 0;

	if (!object || !object->is_group)
	{
		return 0;
	}
	g = container_of(object, fib_group_t, object);
	for (unsigned i = 0; i < g->have_count && n < max; i++)
	{
		fib_object_t *hop = fib_object(fib, g->have[i].id);
		fib_way_t *way = hop && !hop->is_group
							 ? container_of(hop, fib_hop_t, object)->way
							 : NULL;

		if (way && !fib_group_idle(g, i))
		{
			members[n++] = way->number;
		}
	}
	return n;
}
