/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Groups and their keys.
 *
 * A group holds its two sets as uses, which stand in the lists of their
 * members too, so that a member that fails finds its groups. What a group
 * should hold in the kernel is computed when its turn to be written comes:
 * the usable of the best set, else of the backup set, else one that stands by,
 * else the family's blackhole (a group of one: the kernel does not let a group become a plain
 * next hop). However many members change in between, it is written once, and
 * not at all if nothing came of it.
 */

#include "plan/fib_private.h"

#include <stdlib.h>
#include <string.h>

/* -- keys ------------------------------------------------------------------ */

static void key_set(const fib_t *fib, fib_key_t *key, size_t count_at,
					const fib_path_t *paths, unsigned n)
{
	uint16_t *set = &key->v[key->len];
	unsigned count = 0;

	n = n > FIB_SET_MAX ? FIB_SET_MAX : n;
	for (unsigned i = 0; i < n; i++)
	{
		uint32_t member = paths[i].member;
		uint16_t weight = paths[i].weight;
		unsigned at = count;

		if (member >= fib->ways_size || !fib->ways[member])
		{
			continue;
		}
		weight = weight > 256 ? 256 : weight ? weight : 1;
		while (at > 0 && set[2 * (at - 1)] >= member)
		{
			at--;
		}
		if (at < count && set[2 * at] == member)
		{
			/* two neighbours by one tunnel: the share is the tunnel's */
			set[2 * at + 1] =
				set[2 * at + 1] > weight ? set[2 * at + 1] : weight;
			continue;
		}
		memmove(&set[2 * (at + 1)], &set[2 * at],
				(count - at) * 2 * sizeof(set[0]));
		set[2 * at] = (uint16_t)member;
		set[2 * at + 1] = weight;
		count++;
	}
	key->v[count_at] = (uint16_t)count;
	key->len += (size_t)2 * count;
}

void fib_key_make(const fib_t *fib, fib_key_t *key, family_t family,
				  const fib_path_t *best, unsigned n_best,
				  const fib_path_t *backup, unsigned n_backup)
{
	key->v[0] = (uint16_t)family;
	key->len = FIB_KEY_HEAD;
	key_set(fib, key, 1, best, n_best);
	key_set(fib, key, 2, backup, n_backup);
	key->v[3] = fib_key_resilient(fib, key);
}

bool fib_group_has_key(const fib_group_t *group, const fib_key_t *key)
{
	return group->keyed && group->key_len == key->len &&
		   memcmp(group->key, key->v, key->len * sizeof(key->v[0])) == 0;
}

/* -- groups ---------------------------------------------------------------- */

/** the counts of prefixes in dead and lost groups follow the group's */
static void recount(fib_t *fib, fib_group_t *group, uint32_t tags, bool dead,
					bool lost)
{
	fib->dead_tags -= group->dead ? group->tags : 0;
	fib->lost_tags -= group->lost ? group->tags : 0;
	group->tags = tags;
	group->dead = dead;
	group->lost = lost;
	fib->dead_tags += group->dead ? group->tags : 0;
	fib->lost_tags += group->lost ? group->tags : 0;
}

void fib_group_tag(fib_t *fib, fib_group_t *group, int by)
{
	recount(fib, group, group->tags + (uint32_t)by, group->dead, group->lost);
}

static fib_group_t *group_create(fib_t *fib, uint32_t id)
{
	fib_group_t *group = mem_alloc(sizeof(*group));
	uint32_t number = fib->groups_free;

	while (number < fib->groups_size && fib->groups[number])
	{
		number++;
	}
	if (number >= fib->groups_size)
	{
		uint32_t size = fib->groups_size ? fib->groups_size * 2 : 16;

		fib->groups = mem_resize(fib->groups, size, sizeof(*fib->groups));
		memset(&fib->groups[fib->groups_size], 0,
			   (size - fib->groups_size) * sizeof(*fib->groups));
		fib->groups_size = size;
	}
	fib->groups_free = number + 1;
	fib->groups[number] = group;
	group->number = number;
	fib_object_add(fib, &group->object, id);
	group->object.is_group = true;
	list_init(&group->dirty);
	list_init(&group->dying);
	return group;
}

fib_group_t *fib_group_orphan(fib_t *fib, uint32_t id)
{
	fib->n_orphans++;
	return group_create(fib, id);
}

bool fib_group_is_orphan(const fib_group_t *group)
{
	return !group->key;
}

static void group_unkey(fib_t *fib, fib_group_t *group)
{
	if (group->keyed)
	{
		hash_remove(&fib->keys, &group->by_key);
		group->keyed = false;
	}
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		if (fib->last[f] == group)
		{
			fib->last[f] = NULL;
		}
	}
}

void fib_way_free(fib_t *fib, fib_way_t *way)
{
	for (unsigned f = 0; f < FIB_FAMILIES; f++)
	{
		if (way->hops[f])
		{
			fib_hop_die(fib, way->hops[f]);
		}
	}
	fib->ways[way->number] = NULL;
	fib->n_ways--;
	free(way);
}

void fib_group_free(fib_t *fib, fib_group_t *group)
{
	unsigned f = fib_index(group->family);

	group_unkey(fib, group);
	for (unsigned i = 0; i < group->n_uses; i++)
	{
		fib_way_t *way = group->uses[i].way;

		list_remove(&group->uses[i].in_way);
		if (way->removed && list_empty(&way->uses))
		{
			fib_way_free(fib, way);
		}
	}
	if (fib_group_is_orphan(group))
	{
		fib->n_orphans--;
	}
	else if (--fib->n_groups[f] == 0 && fib->black[f])
	{
		fib_hop_die(fib, fib->black[f]);
	}
	list_remove(&group->dirty);
	if (list_linked(&group->dying))
	{
		list_remove(&group->dying);
		fib->n_dying--;
	}
	hash_remove(&fib->by_id, &group->object.node);
	fib->groups[group->number] = NULL;
	if (group->number < fib->groups_free)
	{
		fib->groups_free = group->number;
	}
	free(group->uses);
	free(group->key);
	free(group);
}

void fib_group_check(fib_t *fib, fib_group_t *group)
{
	/* an orphan may find users until the adoption ends */
	bool dying = fib_group_unused(group) &&
				 !(fib_group_is_orphan(group) && fib->adopting);

	if (dying && !list_linked(&group->dying))
	{
		list_append(&fib->groups_dying, &group->dying);
		fib->n_dying++;
	}
	else if (!dying && list_linked(&group->dying))
	{
		list_remove(&group->dying);
		fib->n_dying--;
		/* changes of its members were left unwritten */
		fib_group_touch(fib, group, false);
	}
}

static unsigned wanted_of(fib_t *fib, fib_group_t *group, bool backup,
						  const fib_way_t *without,
						  kernel_group_member_t out[static FIB_SET_MAX])
{
	unsigned n = 0;

	for (unsigned i = 0; i < group->n_uses; i++)
	{
		fib_use_t *use = &group->uses[i];

		if (use->backup == backup && use->way != without &&
			fib_way_usable(use->way, group->family))
		{
			out[n++] = (kernel_group_member_t){
				.id = fib_way_hop(fib, use->way, group->family)->object.id,
				.weight = use->weight,
			};
		}
	}
	return n;
}

/** one that stands by: best members come before backup ones */
static unsigned wanted_spare(fib_t *fib, fib_group_t *group,
							 const fib_way_t *without,
							 kernel_group_member_t out[static FIB_SET_MAX])
{
	for (unsigned i = 0; i < group->n_uses; i++)
	{
		fib_use_t *use = &group->uses[i];

		if (use->way != without && fib_way_spare(use->way, group->family))
		{
			out[0] = (kernel_group_member_t){
				.id = fib_way_hop(fib, use->way, group->family)->object.id,
				.weight = 1,
			};
			return 1;
		}
	}
	return 0;
}

/** what is used, were one of them gone */
static unsigned choose(fib_t *fib, fib_group_t *group, const fib_way_t *without,
					   kernel_group_member_t out[static FIB_SET_MAX])
{
	unsigned n = wanted_of(fib, group, false, without, out);

	if (!n)
	{
		n = wanted_of(fib, group, true, without, out);
	}
	return n ? n : wanted_spare(fib, group, without, out);
}

/** the first of what is used when `only` is gone */
static bool next_choice(fib_t *fib, fib_group_t *group, uint32_t only,
						kernel_group_member_t *out)
{
	kernel_group_member_t next[FIB_SET_MAX];
	const fib_hop_t *hop =
		container_of(fib_object(fib, only), fib_hop_t, object);

	if (!choose(fib, group, hop->way, next))
	{
		return false;
	}
	*out = next[0];
	return true;
}

static unsigned add_standby(fib_t *fib, fib_group_t *group,
							kernel_group_member_t members[static FIB_SET_MAX])
{
	bool found = next_choice(fib, group, members[0].id, &members[1]);

	members[0].weight = found ? FIB_SHARE_MAX : 1;
	members[1].weight = 1;
	return 1 + found;
}

/** it is to have one that stands by: for life, so its sets say so, if they do */
static bool stands_by(fib_t *fib, fib_group_t *group)
{
	kernel_group_member_t now[FIB_SET_MAX], next;

	if (!fib->config.standby || group->family != FAMILY_IPV6 ||
		group->resilient)
	{
		return false;
	}
	if (group->n_uses > 1 && group->uses[1].backup)
	{
		return true;
	}
	return choose(fib, group, NULL, now) == 1 &&
		   next_choice(fib, group, now[0].id, &next);
}

void fib_group_wanted(fib_t *fib, fib_group_t *group, kernel_group_t *out)
{
	unsigned n = choose(fib, group, NULL, out->members);

	if (n == 1 && group->standby)
	{
		n = add_standby(fib, group, out->members);
	}
	if (!n)
	{
		out->members[n++] = (kernel_group_member_t){
			.id = fib_black_hop(fib, group->family)->object.id,
			.weight = 1,
		};
	}
	out->id = group->object.id;
	out->count = n;
	out->buckets = fib_group_buckets(group);
}

static void group_use(fib_t *fib, fib_group_t *group, const uint16_t *path,
					  bool backup)
{
	fib_use_t *use = &group->uses[group->n_uses++];

	use->group = group;
	use->way = fib->ways[path[0]];
	use->weight = path[1];
	use->backup = backup;
	list_append(&use->way->uses, &use->in_way);
}

/** gives the group its sets */
static void group_set_key(fib_t *fib, fib_group_t *group, const fib_key_t *key,
						  uint32_t hash)
{
	unsigned n_best = key->v[1], n = n_best + key->v[2];

	group->family = (family_t)key->v[0];
	group->resilient = key->v[3];
	group->key = mem_copy(key->v, key->len * sizeof(key->v[0]));
	group->key_len = key->len;
	group->uses = mem_array(n ? n : 1, sizeof(*group->uses));
	for (unsigned i = 0; i < n; i++)
	{
		group_use(fib, group, &key->v[FIB_KEY_HEAD + 2 * i], i >= n_best);
	}
	group->standby = stands_by(fib, group);
	group->keyed = true;
	hash_insert(&fib->keys, &group->by_key, hash);
	fib->n_groups[fib_index(group->family)]++;
}

static bool group_is_dead(const fib_group_t *group)
{
	for (unsigned i = 0; i < group->n_uses; i++)
	{
		if (fib_way_usable(group->uses[i].way, group->family) ||
			fib_way_spare(group->uses[i].way, group->family))
		{
			return false;
		}
	}
	return true;
}

/** something of the group changed: it is looked at before the next routes */
void fib_group_touch(fib_t *fib, fib_group_t *group, bool urgent)
{
	kernel_group_t wanted;

	if (fib_group_is_orphan(group))
	{
		return;
	}
	if (group->given_up)
	{
		/* routes written to it have failed meanwhile */
		group->given_up = false;
		fib_group_lost(fib, group);
	}
	recount(fib, group, group->tags, group_is_dead(group), group->lost);
	/* names its next hops, so that they are written before it */
	fib_group_wanted(fib, group, &wanted);
	/* with no member left, haste saves no packet, and the kernel walks its
	 * routes: others are not to wait for that */
	urgent = urgent && !(group->dead && group->family == FAMILY_IPV6);
	group->tries = 0;
	list_remove(&group->dirty);
	list_append(urgent ? &fib->groups_urgent : &fib->groups_dirty,
				&group->dirty);
}

bool fib_group_is(const fib_group_t *group, const kernel_group_t *want)
{
	unsigned n = want->count;

	if (!group->there || group->have_count != n ||
		!kernel_buckets_equal(&group->have_buckets, &want->buckets))
	{
		return false;
	}
	for (unsigned i = 0; i < n; i++)
	{
		const kernel_group_member_t *m = &want->members[i];
		unsigned j = 0;

		/* one alone has all */
		while (j < n && (group->have[j].id != m->id ||
						 (n > 1 && group->have[j].weight != m->weight)))
		{
			j++;
		}
		if (j == n)
		{
			return false;
		}
	}
	return true;
}

/** what the key's group would hold, without making it */
static void key_wanted(fib_t *fib, const fib_key_t *key, kernel_group_t *out)
{
	fib_use_t uses[2 * FIB_SET_MAX];
	unsigned n_best = key->v[1], n = n_best + key->v[2];
	fib_group_t model = {
		.family = (family_t)key->v[0],
		.resilient = key->v[3],
		.uses = uses,
	};

	for (unsigned i = 0; i < n; i++)
	{
		uses[model.n_uses++] = (fib_use_t){
			.way = fib->ways[key->v[FIB_KEY_HEAD + 2 * i]],
			.weight = key->v[FIB_KEY_HEAD + 2 * i + 1],
			.backup = i >= n_best,
		};
	}
	model.standby = stands_by(fib, &model);
	fib_group_wanted(fib, &model, out);
}

/** an orphan with just these members */
static fib_group_t *find_orphan(fib_t *fib, const kernel_group_t *want)
{
	for (uint32_t i = 1; i < fib->groups_size && fib->n_orphans; i++)
	{
		fib_group_t *group = fib->groups[i];

		if (group && fib_group_is_orphan(group) && fib_group_is(group, want))
		{
			return group;
		}
	}
	return NULL;
}

static bool is_full(const fib_group_t *group)
{
	return group->family == FAMILY_IPV6 &&
		   group->tags + group->leaving >= FIB_SHARD6;
}

static fib_group_t *find_group(fib_t *fib, const fib_key_t *key, uint32_t hash)
{
	for (hash_node_t *n = hash_find(&fib->keys, hash); n; n = hash_find_next(n))
	{
		fib_group_t *group = container_of(n, fib_group_t, by_key);

		if (fib_group_has_key(group, key) && !is_full(group))
		{
			return group;
		}
	}
	return NULL;
}

fib_group_t *fib_group_intern(fib_t *fib, const fib_key_t *key,
							  fib_group_t *from)
{
	unsigned f = fib_index((family_t)key->v[0]);
	kernel_group_t want = {0};
	fib_group_t *group = fib->last[f];
	uint32_t hash;

	if (group && fib_group_has_key(group, key) && !is_full(group))
	{
		return group;
	}
	hash = hash_bytes(key->v, key->len * sizeof(key->v[0]), 0);
	group = NULL;
	if (fib->n_orphans)
	{
		key_wanted(fib, key, &want);
	}
	if (want.count && from && fib_group_is_orphan(from) &&
		fib_group_is(from, &want))
	{
		group = from;
	}
	if (!group)
	{
		group = find_group(fib, key, hash);
	}
	if (!group && want.count)
	{
		group = find_orphan(fib, &want);
	}
	if (!group)
	{
		group = group_create(fib, fib_id_alloc(fib));
		fib->n_orphans++;
	}
	if (fib_group_is_orphan(group))
	{
		fib->n_orphans--;
		group_set_key(fib, group, key, hash);
		fib_group_touch(fib, group, false);
	}
	fib->last[f] = group;
	return group;
}

/** the kernel has dropped the group with its routes */
void fib_group_lost(fib_t *fib, fib_group_t *group)
{
	group->there = false;
	group->have_count = 0;
	group->sole = 0;
	if (fib_group_is_orphan(group))
	{
		return;
	}
	group_unkey(fib, group);
	recount(fib, group, group->tags, group->dead, true);
	fib->rescans = 2;
	fib_group_touch(fib, group, true);
}

void fib_group_respread(fib_t *fib, fib_group_t *group)
{
	fib_key_t key = {.len = group->key_len};

	memcpy(key.v, group->key, key.len * sizeof(key.v[0]));
	if (group->keyed && fib_key_resilient(fib, &key) != group->resilient)
	{
		/* another group takes its place, route by route */
		group_unkey(fib, group);
		recount(fib, group, group->tags, group->dead, true);
		fib->rescans = 2;
	}
}
