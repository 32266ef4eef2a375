/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The difference between what should be and what is, as ordered operations.
 * Pure: the same inputs give the same operations, and applying them and
 * comparing anew gives none.
 */

#ifndef CYGNET_KERNEL_RECONCILE_H
#define CYGNET_KERNEL_RECONCILE_H

#include "kernel/object.h"

/** the small objects, desired or seen; arrays owned by the holder. Next hops,
 * groups and learned routes are kept by plan/fib.h, not here */
typedef struct kernel_state_t
{
	kernel_link_t *links;
	size_t n_links;
	kernel_addr_t *addrs;
	size_t n_addrs;
	/** where one is looked for first: dumps come in the order of before */
	size_t next_addr;
	kernel_rule_t *rules;
	size_t n_rules;
	/** of the pin table, and unreachable routes of when_down */
	kernel_route_t *routes;
	size_t n_routes;
	kernel_sysctl_t *sysctls;
	size_t n_sysctls;
} kernel_state_t;

void kernel_state_init(kernel_state_t *state);
void kernel_state_deinit(kernel_state_t *state);
void kernel_state_add_link(kernel_state_t *state, const kernel_link_t *l);
void kernel_state_add_addr(kernel_state_t *state, const kernel_addr_t *a);
void kernel_state_add_rule(kernel_state_t *state, const kernel_rule_t *r);
void kernel_state_add_route(kernel_state_t *state, const kernel_route_t *r);
void kernel_state_add_sysctl(kernel_state_t *state, const char *path,
							 const char *value);
/** keeps the mirror of what is seen: true if it changed something. Rules and
 * routes that are not ours, and routes with a next hop id, are passed over.
 * What vanished unseen (ENOBUFS) is found by kernel_state_missing_x after the
 * next dump */
bool kernel_state_link_event(kernel_state_t *state, const kernel_link_t *l,
							 bool gone);
bool kernel_state_addr_event(kernel_state_t *state, const kernel_addr_t *a,
							 bool gone);
bool kernel_state_rule_event(kernel_state_t *state, const kernel_rule_t *r,
							 bool gone);
bool kernel_state_route_event(kernel_state_t *state, const kernel_route_t *r,
							  bool gone);
/** the kernel may have dropped the routes by this link without a word: they
 * count as absent, and are written again. true: there were some */
bool kernel_state_forget_routes(kernel_state_t *state, uint32_t link);
/** the first that state has and a dump's state (filled by the events of that
 * dump) has not, NULL if there is none: gone without a word that reached us.
 * Copy it before telling state so */
const kernel_link_t *kernel_state_missing_link(const kernel_state_t *state,
											   const kernel_state_t *dump);
const kernel_addr_t *kernel_state_missing_addr(const kernel_state_t *state,
											   const kernel_state_t *dump);
const kernel_rule_t *kernel_state_missing_rule(const kernel_state_t *state,
											   const kernel_state_t *dump);
const kernel_route_t *kernel_state_missing_route(const kernel_state_t *state,
												 const kernel_state_t *dump);
const kernel_link_t *kernel_state_find_link(const kernel_state_t *state,
											const char *name);
const kernel_link_t *kernel_state_link(const kernel_state_t *state,
									   uint32_t index);

/** the same address on the same link; protocol does not count */
bool kernel_addr_same(const kernel_addr_t *a, const kernel_addr_t *b);
/** the same priority, destination and table */
bool kernel_rule_same(const kernel_rule_t *a, const kernel_rule_t *b);
/** the same prefix, table and metric: the kernel's key of a route of ours */
bool kernel_route_same_place(const kernel_route_t *a, const kernel_route_t *b);
/** to the same place, the same way */
bool kernel_route_same_way(const kernel_route_t *a, const kernel_route_t *b);

/** growing list of operations */
typedef struct kernel_ops_list_t
{
	kernel_op_t *ops;
	size_t count;
	size_t size;
} kernel_ops_list_t;

void kernel_ops_list_init(kernel_ops_list_t *list);
void kernel_ops_list_deinit(kernel_ops_list_t *list);
kernel_op_t *kernel_ops_list_add(kernel_ops_list_t *list,
								 kernel_op_kind_t kind);

/** a desired link cannot be had: one of that name is there and is not ours, or
 * has another if_id and is not ours. Borrowed names */
typedef struct kernel_conflict_t
{
	const kernel_link_t *desired;
	const kernel_link_t *seen;
} kernel_conflict_t;

/**
 * Operations that bring seen to desired. Only what is ours is ever deleted
 * or changed: links whose alias starts with "cygnet " and that are XFRM,
 * rules and routes of KERNEL_PROTO. Addresses are added to and removed from
 * our XFRM links only (never an IPv6 link-local without IFA_PROTO of ours, for
 * the kernel made that; addresses on
 * `interface =` links are their owner's). desired addrs name links that are
 * not there yet by link 0: such come in the second pass, after the link's
 * own event, as do sysctls of such links. A link of ours with the wrong if_id
 * is deleted and made anew; one with the right name, kind and if_id and no
 * alias is adopted (ours, not yet marked).
 * conflicts: at most max are written, their number is returned.
 */
size_t kernel_reconcile(const kernel_state_t *desired,
						const kernel_state_t *seen, kernel_ops_list_t *ops,
						kernel_conflict_t *conflicts, size_t max);

#endif
