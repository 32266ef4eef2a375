/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What stands in the kernel: core_kernel.c has the mirror, core_seen.c what an earlier
 * run has left, core_heal.c somebody's hand in it, core_underlay.c the ways to the
 * peers, core_firewall.c the table.
 */

#ifndef CYGNET_GATEWAY_CORE_KERNEL_H
#define CYGNET_GATEWAY_CORE_KERNEL_H

#include "gateway/core_tunnel.h"
#include "plan/desired.h"

/* core_kernel.c */
void core_kernel_start(core_t *core, usec_t now);
void core_kernel_free(core_t *core);
/** asks for the next dump that is wanted, unless one runs */
void core_kernel_dump(core_t *core);

/** the dumps of what an earlier run has left are in */
bool core_kernel_known(const core_t *core);
/** routes may be written: and the FIB was told */
bool core_kernel_ready(const core_t *core);
/** asks for what no notification may have told of */
void core_kernel_audit(core_t *core);
void core_kernel_apply(core_t *core, usec_t now);
void core_kernel_remove(core_t *core, config_keep_t keep);

/* core_seen.c */
core_seen_t *core_seen_create(void);
void core_seen_destroy(core_seen_t *seen);
bool core_seen_any(const core_seen_t *seen);
/** what dumps of this kind have shown */
void core_seen_forget(core_seen_t *seen, kernel_what_t what);
/** a route, a group or a next hop */
void core_seen_add(core_seen_t *seen, const kernel_event_t *event);
/** tells a FIB that is new a slice of what dumps showed; true: there is more */
bool core_kernel_adopt(core_t *core);
/** the same to its end: what is seen is about to change, or is not to stay */
void core_kernel_adopt_all(core_t *core);

/* core_heal.c */
void core_heal_init(core_t *core, usec_t now);
void core_heal_deinit(core_t *core);
/** says what somebody else did to what is ours; before the mirror knows */
void core_heal_event(core_t *core, const kernel_event_t *event, usec_t now);
/** counts what lines were left out of the log */
void core_heal_flush(core_t *core);
/** what went with the link (old: as it was, or NULL), or with an address,
 * without a word */
void core_heal_link(core_t *core, const kernel_link_t *link,
					const kernel_link_t *old, bool gone);
void core_heal_addr(core_t *core, const kernel_event_t *event, usec_t now);
/** a sysctl that we want was seen to have this value; NULL: it is not there */
void core_heal_sysctl(core_t *core, const kernel_sysctl_t *want,
					  const char *value);

/* core_underlay.c */
/** the way to a peer as last looked up; NULL: not one of ours */
const plan_underlay_t *core_underlay(const core_t *core, const addr_t *peer);
void core_underlay_update(core_t *core);
/** our end of the tunnel's SA is no address of this host any more */
bool core_underlay_stranded(const core_t *core, const core_tunnel_t *tunnel);
/** looks at that: nothing passes such a tunnel */
void core_underlay_end(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** it is so, and the peer can be reached from another one */
bool core_underlay_elsewhere(const core_t *core, const core_tunnel_t *tunnel);
/** an outer address in the prefix that is not pinned, or NULL */
const addr_t *core_swallowed(core_t *core, const prefix_t *prefix);

/* core_firewall.c */
void core_firewall_init(core_t *core);
void core_firewall_deinit(core_t *core);
/** writes the table if it should hold something else, or nobody knows what */
void core_firewall_write(core_t *core, const plan_input_t *in);
/** no guard at the next boot */
void core_firewall_forget(core_t *core);
/** asks the kernel whether the table is as we left it */
void core_firewall_audit(core_t *core, usec_t now);
/** there is a table of ours, be it of before a write that was refused */
bool core_firewall_stands(const core_t *core);
/** words on somebody who does not let it be, "": nobody; valid until the next
 * call */
const char *core_firewall_fight(core_t *core, usec_t now);

#endif
