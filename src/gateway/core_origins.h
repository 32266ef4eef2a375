/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What is our own origin: static routes over tunnels (core_statics.c), aggregates
 * (core_aggregates.c), and networks on links and routes of others
 * (core_sources.c, core_redistribute.c).
 */

#ifndef CYGNET_GATEWAY_CORE_ORIGINS_H
#define CYGNET_GATEWAY_CORE_ORIGINS_H

#include "gateway/core_tunnel.h"

/** routes of others that are followed for redistribution */
#define CORE_REDISTRIBUTE_MAX 100000

/* core_statics.c */
/** takes `routes` from the configuration; stay: the tables are the same */
void core_statics_configure(core_t *core, bool stay, usec_t now);
/** originates what can be used, takes back what cannot */
void core_statics_update(core_t *core, usec_t now);
/** all of them are originated */
bool core_statics_alive(const core_t *core);
bool core_static_has(const core_t *core, const prefix_t *prefix);
/** it does, and one of the tunnels can be used */
bool core_static_originates(const core_t *core, const prefix_t *prefix);
/** the ways of a static prefix, FIB_SET_MAX at most; false: it is none */
bool core_static_paths(core_t *core, const prefix_t *prefix, fib_path_t *best,
					   unsigned *n_best, fib_path_t *backup,
					   unsigned *n_backup);
void core_static_member_update(core_t *core, const core_tunnel_t *tunnel,
							   const core_member_t *member);
/** how many there are, and how many of them are used */
size_t core_statics_count(const core_t *core, size_t *used);
/** the tunnel's link needs a gateway that its routes of this family have not */
bool core_static_lacks_gateway(const core_tunnel_t *tunnel, family_t family);
void core_statics_free(core_t *core);

/* core_aggregates.c */
/** takes those of the configuration; old NULL: the speaker is new */
void core_aggregates_configure(core_t *core, const config_t *old, usec_t now);
/** the paths of a prefix changed: perhaps an aggregate came or went */
void core_aggregates_changed(core_t *core, const prefix_t *prefix);
/** those that are announced; how many */
size_t core_aggregates_active(const core_t *core, prefix_t *out);

/* core_redistribute.c and core_sources.c */
/** takes the entries of the configuration; tables_stayed false: the speaker is
 * new, and nothing has been originated */
void core_redistribute_configure(core_t *core, bool tables_stayed, usec_t now);
void core_redistribute_free(core_t *core);
/** a route of somebody else's, from a dump or not */
void core_redistribute_route(core_t *core, const kernel_event_t *event);
/** links or addresses changed: the kernel may have taken routes along */
void core_redistribute_links(core_t *core, usec_t now);
/** notifications were lost */
void core_redistribute_lost(core_t *core);
void core_redistribute_audit(core_t *core, usec_t now);
/** the next dump to ask for; false: none */
bool core_redistribute_dump(core_t *core, uint32_t *table, uint8_t *protocol);
void core_redistribute_dumped(core_t *core, int error, usec_t now);
/** one slice; true: more waits */
bool core_redistribute_work(core_t *core, usec_t now);
/** what is there has been seen, and originated */
bool core_redistribute_settled(const core_t *core);
/** there were more than CORE_REDISTRIBUTE_MAX */
bool core_redistribute_full(const core_t *core);

#endif
