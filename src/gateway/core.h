/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The gateway without thread, clock and sockets: it owns tunnels, bundles,
 * the speaker, the FIB and the mirror of the kernel, takes facts, kernel
 * events and connection events with `now`, and acts through the seams. The
 * thread (gateway.c), the unit tests and the simulation all drive this one.
 */

#ifndef CYGNET_GATEWAY_CORE_H
#define CYGNET_GATEWAY_CORE_H

#include "control/view.h"
#include "firewall/firewall.h"
#include "gateway/datagram.h"
#include "gateway/gateway.h"
#include "gateway/net.h"
#include "kernel/kernel.h"
#include "liveness/bfd.h"

typedef struct core_t core_t;

/** the outside, borrowed. kernel or firewall NULL: it could not be opened, and
 * *_problem says why in words (borrowed) */
typedef struct core_seams_t
{
	const kernel_ops_t *kernel_ops;
	void *kernel;
	const char *kernel_problem;
	/** XFRM interfaces cannot be made here: words; NULL: they can */
	const char *xfrm_problem;
	/** the same of resilient groups: plain ones take their place */
	const char *resilient_problem;
	const fw_ops_t *fw_ops;
	void *firewall;
	const char *firewall_problem;
	const net_ops_t *net_ops;
	void *net;
	/** NULL: no detectors */
	const datagram_ops_t *datagram_ops;
	void *datagrams;
	/** keeps the leak guard's script for the next boot; text NULL: there is to
	 * be none. NULL: nobody can */
	void (*keep_guard)(void *keeper, const char *text);
	/** a tunnel or session came to another state, and why, in words. NULL: nobody
	 * wants to know */
	void (*event)(void *keeper, view_event_kind_t kind, const char *name,
				  const char *from, const char *to, const char *why);
	void *keeper;
	/** as gateway_options_t has them; NULL: nobody can */
	void (*initiate)(void *user, const char *connection);
	void (*renew)(void *user, const char *connection);
	void (*reauthenticate)(void *user, const char *connection);
	void (*rekey)(void *user, const char *connection, const char *child);
	void (*settle)(void *user, const char *connection);
	bfd_sha1_t sha1;
	void *user;
	timers_t *timers;
} core_seams_t;

core_t *core_create(const core_seams_t *seams, const char *charon_routes,
					uint64_t seed, usec_t now);
/** frees; what stands in the kernel stays (see core_stop) */
void core_destroy(core_t *core, usec_t now);

/** takes a new configuration (adopted) and touches only what changed; NULL is
 * refused by the caller */
void core_configure(core_t *core, config_t *config, usec_t now);
/** the same, and gives back the configuration before, which is the caller's now;
 * NULL: there was none */
config_t *core_exchange(core_t *core, config_t *config, usec_t now);
/** words on a configuration that was refused, kept for status; NULL: none */
void core_config_refused(core_t *core, const char *why);
const config_t *core_config(const core_t *core);

typedef enum core_effect_kind_t
{
	/** all sessions, all routes */
	CORE_EFFECT_SPEAKER,
	/** what is between its tunnels */
	CORE_EFFECT_BUNDLE,
	CORE_EFFECT_TUNNEL,
	CORE_EFFECT_NEIGHBOR,
	/** import or export of a neighbour */
	CORE_EFFECT_POLICY,
	CORE_EFFECT_FIREWALL,
	/** of a peer to the underlay */
	CORE_EFFECT_PIN,
	/** a sysctl */
	CORE_EFFECT_KERNEL,
} core_effect_kind_t;

/** "speaker", "tunnel", … */
const char *core_effect_kind(core_effect_kind_t kind);

/** something that core_configure would touch */
typedef struct core_effect_t
{
	core_effect_kind_t kind;
	char *name;
	/** "add", "remove", "change" (in place), "bounce" (a tunnel's link is made
	 * anew), "reset", "refresh" (a session), "import", "export"; of a bundle "use",
	 * "groups", "routes", "when-down", "timers"; static */
	const char *what;
	/** the whole, for people */
	char *words;
} core_effect_t;

typedef struct core_preview_t
{
	core_effect_t *list;
	size_t count;
} core_preview_t;

/** what core_configure would touch with it; nothing is done. out is zeroed by
 * the caller, and his to deinit */
void core_preview(const core_t *core, const config_t *config,
				  core_preview_t *out);
void core_preview_deinit(core_preview_t *preview);

void core_fact(core_t *core, const fact_t *fact, usec_t now);

/* from kernel_sink_t */
void core_kernel_event(core_t *core, const kernel_event_t *event, usec_t now);
void core_kernel_dumped(core_t *core, kernel_what_t what, int error,
						usec_t now);
void core_kernel_lost(core_t *core, usec_t now);

/** what somebody else did to the firewall's table */
void core_firewall_changed(core_t *core, const fw_change_t *change, usec_t now);

/** the speaker, for net.c's connection events */
bgp_t *core_bgp(core_t *core);
/** words on a neighbour's sockets for status; NULL: all is well; copied */
void core_net_problem(core_t *core, bgp_peer_t *peer, const char *words);

/* what a person says to a neighbour, by its name; false: there is none of it.
 * text (may be NULL) goes with the Cease (RFC 9003) */
/** asks for its routes anew, or runs policy anew over those held */
bool core_neighbor_refresh(core_t *core, const char *name, usec_t now);
/** ends the session, and connects anew */
bool core_neighbor_reset(core_t *core, const char *name, const char *text,
						 usec_t now);
/** ends the session for good: until core_neighbor_start */
bool core_neighbor_shutdown(core_t *core, const char *name, const char *text,
							usec_t now);
/** ends a shutdown, and any wait or stop by a limit */
bool core_neighbor_start(core_t *core, const char *name, usec_t now);

/** takes a tunnel out of use without loss, and puts it in again; idempotent.
 * false: there is no such tunnel */
bool core_drain(core_t *core, const char *name, usec_t now);
bool core_undrain(core_t *core, const char *name, usec_t now);
/** reauthenticates a tunnel's connection without loss, see core_reauth.c; what
 * comes of it in *words (static). false: there is no such tunnel */
bool core_reauth(core_t *core, const char *name, const char **words,
				 usec_t now);

/** brings changed facts to the kernel: failover first, then links, pins and
 * firewall. Call after each batch of facts and events, before core_work */
void core_apply(core_t *core, usec_t now);
/** one slice of table work, well under a millisecond of our own; true: more
 * waits */
bool core_work(core_t *core, usec_t now);

/** says goodbye to the peers (Cease, Administrative Shutdown; with keep_on_stop
 * = all, as before a restart, RFC 4724) and stands still from then on: what comes down now is charon's own doing. Idempotent */
void core_stop_peers(core_t *core, usec_t now);
/** orderly end by keep_on_stop: takes what is not kept out of the kernel */
void core_stop(core_t *core, usec_t now);

/** fills what the core knows of a view; pointers are valid until the next
 * call into the core */
void core_view(core_t *core, view_state_t *view, usec_t now);
/** reads the counters of the tunnels' links for the next views, unless that was
 * just done */
void core_view_traffic(core_t *core, usec_t now);
/** and what is wrong now, and the firewall's and IPsec's counters: this asks the
 * kernel */
void core_view_problems(core_t *core, view_state_t *view, usec_t now);
/** what `doctor` wants to know of each tunnel of the view: as many as it has.
 * Asks the kernel for ways; strings are valid until the next call into the core
 */
void core_view_doctor(core_t *core, view_doctor_t *out, usec_t now);

#endif
