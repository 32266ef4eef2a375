/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Routes as next-hop groups: turns chosen paths into kernel operations
 * (DESIGN: one next hop object per device, gateway and family; one group per
 * distinct pair of equal-cost set and backup set; routes carry a group's id).
 * When a member stops forwarding, only the groups that hold it are replaced,
 * so that the cost does not depend on the number of routes. Pure: operations
 * are queued here and taken by the gateway.
 *
 * What the kernel does not allow (tried, see DESIGN.md section 4) is held
 * here: groups are never replaced by plain next hops, IPv4 and IPv6 do not
 * mix, IPv6 routes are sharded over groups of at most FIB_SHARD6 routes, no
 * next hop is deleted while a route uses it, a group without a usable member
 * becomes a blackhole group at once (fib_dead tells, and the owner has the
 * routes decided anew in slices).
 */

#ifndef CYGNET_PLAN_FIB_H
#define CYGNET_PLAN_FIB_H

#include "kernel/object.h"

/** routes of one IPv6 group: replacing is linear in them */
#define FIB_SHARD6 16384
/** members of one set */
#define FIB_SET_MAX 16
/** buckets of a resilient group: with sixteen equal members 64 for each */
#define FIB_BUCKETS 1024

typedef struct fib_t fib_t;

typedef struct fib_config_t
{
	uint32_t table;
	uint32_t metric;
	/** the kernel has resilient groups, which IPv6 routes by one member with a
	 * backup then use: see fib_gone.c */
	bool standby;
} fib_config_t;

/** how flows are spread over a set with this member in it. A set with any such
 * member is a resilient group; the first says how long */
typedef struct fib_spread_t
{
	/** the same for all that stand by each other, and never 0; 0: flows are
	 * spread by a hash over the members as they are (a plain group) */
	uint32_t bundle;
	/** share, for when the member comes to a set of its bundle */
	uint16_t weight;
	/** seconds, see kernel_buckets_t */
	uint16_t idle_timer;
	uint16_t unbalanced_timer;
} fib_spread_t;

/** a way out, named by its owner: a tunnel's device, or a gateway on a link */
typedef struct fib_member_t
{
	/** kernel index; 0: the link is not there, the member is not usable */
	uint32_t link;
	/** unset: the device alone */
	addr_t gateway;
	bool usable;
	/** not usable now, but it would be in the place of nothing: a standby. The
	 * first such is used where no other member of both sets is */
	bool spare;
	fib_spread_t spread;
} fib_member_t;

/** one path of a set: member number and share */
typedef struct fib_path_t
{
	/** of fib_member_add, never 0 */
	uint32_t member;
	/** 1 to 256 */
	uint16_t weight;
} fib_path_t;

fib_t *fib_create(const fib_config_t *config);
void fib_destroy(fib_t *fib);

/** a new member, not usable until set; its number, below 65536; 0: all are
 * taken */
uint32_t fib_member_add(fib_t *fib);
/** new state; queues next hop and group operations ahead of all others */
void fib_member_set(fib_t *fib, uint32_t member, const fib_member_t *state);
const fib_member_t *fib_member(const fib_t *fib, uint32_t member);
/** next hops that the kernel refused are tried once more: what was in their way
 * may be gone. For the owner's audit, and when a link comes up; each try of one
 * that is refused again costs some messages */
void fib_retry(fib_t *fib);
/** no route names it any more, or routes that do count it as not usable */
void fib_member_remove(fib_t *fib, uint32_t member);
/** the kernel dropped what stood on this link (link down, or deleted): its
 * next hops, and what groups lost by it, are absent and made anew when
 * usable (no notification tells, DESIGN.md section 4) */
void fib_link_lost(fib_t *fib, uint32_t link);

/** somebody else deleted (gone) or changed the next hop or group of this id: it
 * is written again, and what the kernel took along with it. false: it is none
 * of ours, or known to be gone */
bool fib_touched(fib_t *fib, uint32_t id, bool gone);

/** a dump of next hops and groups begins, shows those of ours one by one, and
 * has ended: what should be there and was not shown is lost as by fib_touched.
 * How many */
void fib_dump_begin(fib_t *fib);
void fib_dump_seen(fib_t *fib, uint32_t id);
unsigned fib_dump_end(fib_t *fib);

/** a group that routes use was dropped by the kernel as a whole, and its
 * routes with it, or is of the wrong sort by now: they have to be written again.
 * The owner walks its table in
 * slices, offering each prefix anew with its tag and paths (fib_route writes
 * again where the tag's group was lost), and then says so */
bool fib_rescan_wanted(const fib_t *fib);
void fib_rescan_done(fib_t *fib);

/**
 * The chosen paths of a prefix: best set, and the set used when no best is
 * usable. n_best 0: no route. `tag` is what the last call for this prefix
 * returned (0 at first); the new tag is returned and kept by the caller.
 * Queues what has to be written.
 */
uint32_t fib_route(fib_t *fib, const prefix_t *prefix, uint32_t tag,
				   const fib_path_t *best, unsigned n_best,
				   const fib_path_t *backup, unsigned n_backup);
/** the prefix's route is written again as it is: after it failed, or somebody
 * changed or deleted it */
void fib_route_again(fib_t *fib, const prefix_t *prefix, uint32_t tag);
/** id of the tag's group in the kernel; 0: no route */
uint32_t fib_tag_group(const fib_t *fib, uint32_t tag);

/** a group that routes use has no usable member (it is a blackhole group
 * now). The owner then makes the paths of dead members ineligible, so that the
 * decision finds others or takes the routes away, in slices */
bool fib_dead(const fib_t *fib);

/** next operations, urgent ones (next hops, groups) first, then routes, then
 * deletions of what no route uses; at most max. Returns how many; 0: nothing
 * waits */
size_t fib_take(fib_t *fib, kernel_op_t *ops, size_t max);
/** the urgent ones alone: these may overtake routes that were taken and are not
 * written yet */
size_t fib_take_urgent(fib_t *fib, kernel_op_t *ops, size_t max);
bool fib_urgent_waiting(const fib_t *fib);
/** the last taking ended, before max, at a group that takes the kernel long to
 * replace (one of IPv6, with many routes) and that nobody is in a hurry for */
bool fib_paused(const fib_t *fib);
size_t fib_waiting(const fib_t *fib);
/** an operation failed in the kernel with -errno. A next hop is not used until
 * its member changes, or fib_retry; a group is written again, its routes too (rescan);
 * for a route nothing is done: the owner's audit calls fib_route_again. Groups
 * that should be there are written with `replaces` set (their own id): a
 * kernel that has lost one answers ENOENT */
void fib_failed(fib_t *fib, const kernel_op_t *op, int error);

/** what a dump after the start shows of ours: adopted where equal to what is
 * wanted, else replaced or, after fib_adopt_end, removed */
void fib_seen_nexthop(fib_t *fib, const kernel_nexthop_t *nexthop);
void fib_seen_group(fib_t *fib, const kernel_group_t *group);
void fib_seen_route(fib_t *fib, const kernel_route_t *route);
/** a route that was seen and is not wanted yet was deleted by somebody: written
 * again, if its group is there; false: it was not seen */
bool fib_seen_gone(fib_t *fib, const kernel_route_t *route);
/** the same after that write failed; nothing if it was not seen, or is wanted by
 * now */
void fib_seen_again(fib_t *fib, const prefix_t *prefix);
/** or it is not tried again, and written when it is wanted */
void fib_seen_forget(fib_t *fib, const prefix_t *prefix);
/** the neighbours have told their tables (or the time is over): what was seen
 * and is not wanted by now is removed */
void fib_adopt_end(fib_t *fib);

/** queues the removal of every group and next hop; the kernel takes the routes
 * along. For the orderly end: only fib_take and fib_destroy come after */
void fib_remove_all(fib_t *fib);

typedef struct fib_stats_t
{
	uint32_t members;
	uint32_t groups;
	uint32_t routes[2];
	uint64_t route_writes;
	uint64_t group_writes;
} fib_stats_t;

void fib_stats(const fib_t *fib, fib_stats_t *stats);
/** members of a group (by its id) now in use, for views: numbers of members; at
 * most max */
size_t fib_group_members(const fib_t *fib, uint32_t group, uint32_t *members,
						 size_t max);

#endif
