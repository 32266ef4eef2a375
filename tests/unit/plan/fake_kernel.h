/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A kernel of next hops, groups and routes in memory, with the real one's
 * rules (DESIGN.md section 4): a group stays a group of its sort and number of
 * buckets, a blackhole stands in a
 * group alone, IPv6 routes take no IPv4 next hop, a next hop needs its link up,
 * deleting a next hop deletes its routes and takes it out of its groups (one
 * that has no other goes, with its routes), and a link that goes down takes next
 * hops, groups and routes with it and tells nobody. It counts messages, and
 * notes what the real one would do but we must never ask for.
 */

#ifndef CYGNET_UNIT_PLAN_FAKE_KERNEL_H
#define CYGNET_UNIT_PLAN_FAKE_KERNEL_H

#include "kernel/object.h"

typedef struct fake_kernel_t fake_kernel_t;

fake_kernel_t *fake_kernel_create(void);
void fake_kernel_destroy(fake_kernel_t *kernel);
/** a group that is replaced and not there is made, as by a writer that does not
 * look at op.replaces; else ENOENT */
void fake_kernel_makes_groups(fake_kernel_t *kernel, bool makes);
/** 0 or -errno; operations on other objects are counted and succeed */
int fake_kernel_apply(fake_kernel_t *kernel, const kernel_op_t *op);
/** as kernel_ops_t.write */
unsigned fake_kernel_write(void *kernel, const kernel_op_t *ops, size_t n,
						   int *errors);
/** somebody deletes a next hop or a group: groups shrink or go with it, routes go,
 * and it is no wrong of ours */
void fake_kernel_forget(fake_kernel_t *kernel, uint32_t id);
/** all links are up at first */
void fake_kernel_link(fake_kernel_t *kernel, uint32_t link, bool up);
bool fake_kernel_link_up(const fake_kernel_t *kernel, uint32_t link);

/* what is there; NULL: nothing */
const kernel_route_t *fake_kernel_route(const fake_kernel_t *kernel,
										const prefix_t *dst, uint32_t table,
										uint32_t metric);
const kernel_nexthop_t *fake_kernel_nexthop(const fake_kernel_t *kernel,
											uint32_t id);
const kernel_group_t *fake_kernel_group(const fake_kernel_t *kernel,
										uint32_t id);
/** packets go by this member: of a resilient group, one that has buckets when
 * they were dealt out */
bool fake_kernel_uses(const kernel_group_t *group, unsigned member);
/** a dump in the kernel's order of kinds; any of the three may be NULL */
void fake_kernel_dump(const fake_kernel_t *kernel,
					  void (*nexthop)(void *user, const kernel_nexthop_t *),
					  void (*group)(void *user, const kernel_group_t *),
					  void (*route)(void *user, const kernel_route_t *),
					  void *user);

typedef struct fake_counts_t
{
	unsigned messages;
	unsigned failed;
	unsigned nexthop_sets;
	unsigned group_sets;
	unsigned nexthop_dels;
	unsigned route_sets;
	unsigned route_dels;
	/** what is there */
	unsigned nexthops;
	unsigned groups;
	unsigned routes;
	/** routes most on one IPv6 group when it was replaced */
	unsigned replaced6;
	/** IPv6 routes that replacing groups and their next hops made it walk */
	unsigned walked6;
	/** replaced a route without naming what it replaces: a gap */
	unsigned gaps;
	/** things that must not be asked for; the first in words */
	unsigned wrongs;
	const char *wrong;
} fake_counts_t;

fake_counts_t *fake_kernel_counts(fake_kernel_t *kernel);

#endif
