/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * From the speaker's table to the kernel's routes: core_routes.c and core_batch.c, with what makes
 * them wait: the first writing for the neighbours (core_initial.c), routes of an earlier
 * run for theirs (core_restart.c).
 */

#ifndef CYGNET_GATEWAY_CORE_ROUTES_H
#define CYGNET_GATEWAY_CORE_ROUTES_H

#include "gateway/core_neighbor.h"

/** operations of one write to the kernel, see DESIGN.md section 4 */
#define CORE_BATCH 512

/** routes when charon installs routes or follows ours */
#define CORE_ROUTES_GUARDED 1000

/* core_routes.c */
void core_routes_init(core_t *core);
/** the tables are dropped: nothing is to be walked or tried again */
void core_routes_drop(core_t *core);
void core_routes_free(core_t *core);
/** the FIB member of a path over a tunnel, where the device stands for any next
 * hop; 0: it cannot be used */
uint32_t core_path_device(core_t *core, const core_neighbor_t *n,
						  family_t family, const bgp_path_t *path);
/** offers all prefixes to the FIB again, in slices: members of some changed */
void core_routes_reoffer(core_t *core);
bool core_routes_work(core_t *core, usec_t now);
/** has the FIB take the prefix as it stands in the table, if it does */
void core_route_offer(core_t *core, const prefix_t *prefix);
/** a route of ours that is not in the kernel though it should be: tried again at
 * the next audit */
void core_route_failed(core_t *core, const prefix_t *prefix);
/** writes all routes again, in slices: a dump showed fewer than there are */
void core_routes_rewrite(core_t *core);
/**
 * Looks anew at the routes that cover an outer address, as the pins have
 * changed: allow false takes out, and writes so at once, those that must not
 * be used any more; allow true (the pins are in force) brings in those that may.
 */
void core_routes_covering(core_t *core, bool allow);
/** offers refused routes to the kernel once more */
void core_routes_again(core_t *core);
/** a route of ours was taken out by somebody else; true: it is wanted, and
 * written again */
bool core_route_heal(core_t *core, const kernel_route_t *route);

/* core_batch.c */
void core_batch_init(core_t *core);
void core_batch_free(core_t *core);
/** takes at most max operations and has them written; how many. Large batches of
 * routes are written beside us, and meanwhile next hops and groups alone are taken
 */
size_t core_fib_write(core_t *core, size_t max);
/** the batch that is written beside us has come back, if there is one; with wait
 * it is waited for. false: not yet */
bool core_fib_settle(core_t *core, bool wait);
/** at most so many batches, all of which are in the kernel then */
void core_fib_through(core_t *core, unsigned batches);
/** writes what is urgent at once */
void core_fib_urgent(core_t *core);
/** writes all that waits */
void core_fib_drain(core_t *core);

/* core_initial.c */
void core_initial_init(core_t *core);
void core_initial_free(core_t *core);
/** nothing waits any more */
void core_initial_end(core_t *core);
/** a session was established */
void core_initial_opened(core_t *core);
/** chosen routes are not to be written yet */
bool core_initial_holds(core_t *core, usec_t now);

/* core_restart.c */
void core_restart_init(core_t *core);
/** the tables are dropped */
void core_restart_drop(core_t *core);
void core_restart_free(core_t *core);
/** the kernel's old routes wait for the neighbours' tables, then for the work
 * on these to be done */
bool core_restart_adopting(const core_t *core);
/** there are such routes of this family */
void core_restart_keeps(core_t *core, family_t family);
bool core_restart_keeps_any(const core_t *core);
/** sessions may start: the speaker knows what is kept of an earlier run */
bool core_restart_ready(core_t *core, usec_t now);
/** tables are there: from now on it is looked at whether all is told */
void core_restart_watch(core_t *core, usec_t now);
/** nothing waits to be worked on, nor to be written */
void core_restart_worked(core_t *core);

#endif
