/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of the FIB share, inside src/plan only. fib.c has routes and
 * the queue, fib_hop.c members and next hops, fib_group.c groups, fib_write.c
 * the operations on both, fib_adopt.c what was found in the kernel at start.
 */

#ifndef CYGNET_PLAN_FIB_PRIVATE_H
#define CYGNET_PLAN_FIB_PRIVATE_H

#include "base/hash.h"
#include "base/list.h"
#include "base/trie.h"
#include "plan/fib.h"

/** members are numbered below it */
#define FIB_MEMBERS_MAX 65536
/** 0 IPv4, 1 IPv6 */
#define FIB_FAMILIES 2
/** family, two lengths, whether it is resilient */
#define FIB_KEY_HEAD 4
/** and two numbers a path */
#define FIB_KEY_MAX (FIB_KEY_HEAD + 4 * FIB_SET_MAX)
/** buckets of a group with one that stands by: with shares of 256 to 1 that gets
 * none of them */
#define FIB_BUCKETS_STANDBY 64
/** most of a member's share */
#define FIB_SHARE_MAX 256
/** how often a failed group is written again before a member changes */
#define FIB_TRIES 3
/** failures in all before a member changes, for each group that there is: more
 * are no race with a link, and writing anew would never end */
#define FIB_STRIKES 4

typedef struct fib_group_t fib_group_t;
typedef struct fib_way_t fib_way_t;

/** what has an id in the kernel: a next hop or a group */
typedef struct fib_object_t
{
	hash_node_t node;
	/** 0: none, and not in by_id */
	uint32_t id;
	bool is_group;
	/** there when the dump began, and not shown since */
	bool doubt;
} fib_object_t;

/** a next hop object */
typedef struct fib_hop_t
{
	fib_object_t object;
	/** of the routes that use it; none: an orphan by whose gateway it cannot
	 * be told */
	family_t family;
	/** NULL: the family's blackhole, or an orphan (seen, nobody's yet) */
	fib_way_t *way;
	bool blackhole;
	/** the kernel has it, as in `have` */
	bool there;
	/** was there at any time: it may be still, whatever we think */
	bool written;
	/** the kernel refused it: not used until its member is set again */
	bool broken;
	/** we took it out of its groups ourselves, and they know it */
	bool detached;
	kernel_nexthop_t have;
	/** in at most one of: hops_dirty, hops_orphan, hops_dying */
	list_t place;
	bool dirty;
	/** in hops_gone */
	list_t gone;
} fib_hop_t;

/** a member */
struct fib_way_t
{
	uint32_t number;
	bool removed;
	fib_member_t state;
	fib_hop_t *hops[FIB_FAMILIES];
	/** fib_use_t.in_way */
	list_t uses;
};

/** a member in a group's set */
typedef struct fib_use_t
{
	list_t in_way;
	fib_group_t *group;
	fib_way_t *way;
	uint16_t weight;
	bool backup;
} fib_use_t;

/** a pair of sets in its one spelling: sorted, without doubles */
typedef struct fib_key_t
{
	uint16_t v[FIB_KEY_MAX];
	size_t len;
} fib_key_t;

struct fib_group_t
{
	fib_object_t object;
	/** the tag of its routes */
	uint32_t number;
	family_t family;
	/** its sort in the kernel, for life */
	bool resilient;
	/** resilient, too, but all its buckets are its only member's, and what would
	 * be used without that is in it with none */
	bool standby;
	/** in fib->keys; if not: an orphan (no key), or lost */
	bool keyed;
	hash_node_t by_key;
	uint16_t *key;
	size_t key_len;
	fib_use_t *uses;
	unsigned n_uses;
	/** the kernel dropped it with its routes, or it is of the wrong sort: it
	 * lives on, without new routes, until its tags are gone */
	bool lost;
	/** no member is usable */
	bool dead;
	/** prefixes whose tag it is, queued writes to it and away from it */
	uint32_t tags;
	uint32_t arriving;
	uint32_t leaving;
	/** number of the last taking that moved a route off it */
	uint32_t moved;
	/** the kernel has it, as in `have` */
	bool there;
	bool written;
	/** the link that all of it stood on before its last change; 0: several.
	 * Had the kernel dropped the group by then, with its routes, the change
	 * made it anew without them, and the link's loss is told later */
	uint32_t sole;
	/** write it even if it is as wanted: the kernel may have less */
	bool force;
	uint8_t tries;
	/** failed too often: tried again when a member or a link changes */
	bool given_up;
	kernel_buckets_t have_buckets;
	unsigned have_count;
	kernel_group_member_t have[FIB_SET_MAX];
	/** in groups_urgent or groups_dirty */
	list_t dirty;
	/** in groups_dying */
	list_t dying;
};

/** a route that waits to be written; numbers of groups, 0: none */
typedef struct fib_entry_t
{
	prefix_t prefix;
	uint32_t from;
	uint32_t to;
} fib_entry_t;

/** ring of entries */
typedef struct fib_queue_t
{
	fib_entry_t *ring;
	/** a power of two, or 0 */
	size_t size;
	size_t head;
	size_t count;
} fib_queue_t;

typedef struct fib_stray_t
{
	kernel_route_t route;
	uint32_t group;
} fib_stray_t;

struct fib_t
{
	fib_config_t config;
	uint32_t next_id;
	/** by number; [0] unused */
	fib_way_t **ways;
	uint32_t ways_size;
	uint32_t n_ways;
	fib_group_t **groups;
	uint32_t groups_size;
	/** lowest number that may be free */
	uint32_t groups_free;
	/** fib_object_t by id, fib_group_t by key */
	hash_t by_id;
	hash_t keys;
	fib_hop_t *black[FIB_FAMILIES];
	/** keyed and lost groups of the family */
	uint32_t n_groups[FIB_FAMILIES];
	fib_group_t *last[FIB_FAMILIES];

	list_t hops_dirty;
	list_t hops_dying;
	/** of lost members: see fib_gone.c */
	list_t hops_gone;
	list_t groups_urgent;
	list_t groups_dirty;
	list_t groups_dying;
	size_t n_dying;
	fib_queue_t queue;
	/** number of the taking */
	uint32_t taking;
	/** it ended before a group that the kernel takes long for */
	bool paused;

	/** prefixes whose last operation failed: the next hop id that they have in
	 * the kernel; NULL: none */
	trie_t *failed[FIB_FAMILIES];

	/** prefixes of dead groups, and of lost ones */
	uint64_t dead_tags;
	uint64_t lost_tags;
	unsigned rescans;
	unsigned strikes;

	/** seen at the start: values are numbers of groups; NULL: none */
	trie_t *seen[FIB_FAMILIES];
	bool adopting;
	list_t hops_orphan;
	uint32_t n_orphans;
	fib_stray_t *strays;
	size_t n_strays;

	uint32_t routes[FIB_FAMILIES];
	uint64_t route_writes;
	uint64_t group_writes;
};

static inline unsigned fib_index(family_t family)
{
	return family == FAMILY_IPV6;
}

static inline bool fib_group_unused(const fib_group_t *group)
{
	return !group->tags && !group->arriving && !group->leaving;
}

/* -- fib.c ----------------------------------------------------------------- */

void fib_route_failed(fib_t *fib, const kernel_op_t *op);

/* -- fib_hop.c ------------------------------------------------------------- */

fib_object_t *fib_object(const fib_t *fib, uint32_t id);
void fib_object_add(fib_t *fib, fib_object_t *object, uint32_t id);
/** an id that nothing has, nothing that waits for its deletion either */
uint32_t fib_id_alloc(fib_t *fib);
fib_hop_t *fib_hop_create(fib_t *fib, uint32_t id, family_t family);
void fib_hop_free(fib_t *fib, fib_hop_t *hop);
/** nothing will use it: it goes when its turn comes */
void fib_hop_die(fib_t *fib, fib_hop_t *hop);
/** the kernel has it with this content */
bool fib_hop_is(const fib_hop_t *hop, const kernel_nexthop_t *want);
kernel_nexthop_t fib_way_content(const fib_way_t *way, family_t family);
bool fib_way_usable(const fib_way_t *way, family_t family);
bool fib_way_spare(const fib_way_t *way, family_t family);
/** the member's next hop, which will be written before it is used */
fib_hop_t *fib_way_hop(fib_t *fib, fib_way_t *way, family_t family);
fib_hop_t *fib_black_hop(fib_t *fib, family_t family);
void fib_way_free(fib_t *fib, fib_way_t *way);

/* -- fib_group.c ----------------------------------------------------------- */

void fib_key_make(const fib_t *fib, fib_key_t *key, family_t family,
				  const fib_path_t *best, unsigned n_best,
				  const fib_path_t *backup, unsigned n_backup);
/** the group for new routes of this key, made if absent. from: where the route
 * is now, preferred if it can be adopted; may be NULL */
fib_group_t *fib_group_intern(fib_t *fib, const fib_key_t *key,
							  fib_group_t *from);
bool fib_group_has_key(const fib_group_t *group, const fib_key_t *key);
/** a group without key and members */
fib_group_t *fib_group_orphan(fib_t *fib, uint32_t id);
bool fib_group_is_orphan(const fib_group_t *group);
/** the kernel has it with these members and buckets, whatever its id */
bool fib_group_is(const fib_group_t *group, const kernel_group_t *want);
/** what the kernel should have in it now */
void fib_group_wanted(fib_t *fib, fib_group_t *group, kernel_group_t *out);
/** its members' spread is another: it may be of the wrong sort */
void fib_group_respread(fib_t *fib, fib_group_t *group);
/** something of the group changed: it is looked at before the next routes */
void fib_group_touch(fib_t *fib, fib_group_t *group, bool urgent);
/** the kernel has dropped the group with its routes */
void fib_group_lost(fib_t *fib, fib_group_t *group);
/** changes the number of tags, by 1 or -1 */
void fib_group_tag(fib_t *fib, fib_group_t *group, int by);
/** unused by now: it goes when its turn comes */
void fib_group_check(fib_t *fib, fib_group_t *group);
void fib_group_free(fib_t *fib, fib_group_t *group);

/* -- fib_spread.c ---------------------------------------------------------- */

/** any member of the sets asks for it */
bool fib_key_resilient(const fib_t *fib, const fib_key_t *key);
/** as its first member that asks for it has them */
kernel_buckets_t fib_group_buckets(const fib_group_t *group);
/** a resilient group that the kernel does not have yet: what it should be made
 * of before it becomes `wanted`. false: nothing else than that */
bool fib_group_layout(const fib_t *fib, const fib_group_t *group,
					  const kernel_group_t *wanted, kernel_group_t *out);

/* -- fib.c ----------------------------------------------------------------- */

/** the route is queued to be written as it is */
void fib_write_again(fib_t *fib, const prefix_t *prefix, fib_group_t *group);

/* -- fib_write.c ----------------------------------------------------------- */

/** writes the group, if it is not as wanted and its members are ready, with
 * next hops before it. 0: neither */
size_t fib_take_group(fib_t *fib, fib_group_t *group, kernel_op_t *ops,
					  size_t max);
/** takes deletions */
size_t fib_take_dying(fib_t *fib, kernel_op_t *ops, size_t max);

/* -- fib_gone.c ------------------------------------------------------------ */

/** the member is usable no more: its next hop may go */
void fib_hop_gone(fib_t *fib, fib_way_t *way);
/** takes deletions of the next hops of lost members, and before them what would
 * go along */
size_t fib_take_gone(fib_t *fib, kernel_op_t *ops, size_t max);
/** a member of what the kernel has in the group, that only stands by */
bool fib_group_idle(const fib_group_t *group, unsigned member);
/** its deletion failed: what its groups hold is not known */
void fib_hop_stays(fib_t *fib, fib_hop_t *hop);

/* -- fib_adopt.c ----------------------------------------------------------- */

/** a next hop seen with this content, now the caller's; NULL: none */
fib_hop_t *fib_adopt_hop(fib_t *fib, const kernel_nexthop_t *want);
/** number of the group that the prefix was seen with, and forgets it; 0 */
uint32_t fib_adopt_route(fib_t *fib, const prefix_t *prefix);
/** takes deletions of what was seen and is not wanted */
size_t fib_take_seen(fib_t *fib, kernel_op_t *ops, size_t max);
size_t fib_seen_waiting(const fib_t *fib);

#endif
