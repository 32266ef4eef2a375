/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The gateway's state as JSON, for the control socket. Views only read: they
 * see the public state headers, as const, through view_state_t, which the
 * gateway fills for the call. Field names and their meaning are listed in
 * cygnetctl(8).
 */

#ifndef CYGNET_CONTROL_VIEW_H
#define CYGNET_CONTROL_VIEW_H

#include "base/log.h"
#include "bgp/bgp.h"
#include "config/config.h"
#include "control/server.h"
#include "firewall/firewall.h"
#include "kernel/object.h"
#include "liveness/bfd.h"
#include "liveness/probe.h"
#include "plan/fib.h"
#include "tunnel/ike_fault.h"
#include "tunnel/supervisor.h"
#include "tunnel/tunnel.h"

/** ways out of one tunnel: by the gateways of what is learned, and by those of
 * static routes */
#define VIEW_MEMBERS_MAX 128

/** what keeps a tunnel that forwards from carrying traffic */
typedef enum view_unused_t
{
	/** nothing, or it does not forward */
	VIEW_UNUSED_NOT,
	/** too few of its bundle forward */
	VIEW_UNUSED_MIN_LINKS,
	/** it is to take over, when it has forwarded for long enough */
	VIEW_UNUSED_PREEMPT_DELAY,
	/** another one is preferred, or does as well and is in use */
	VIEW_UNUSED_STANDBY,
} view_unused_t;

typedef struct view_tunnel_t
{
	const config_bundle_t *bundle;
	const config_tunnel_t *config;
	const tunnel_t *tunnel;
	/** kernel link: name, index (0: not there), MTU in force */
	const char *link;
	uint32_t link_index;
	uint32_t mtu;
	uint32_t if_id;
	/** its link's counters when last looked at; zeros: it is not there */
	kernel_link_stats_t stats;
	/** carries traffic now (bundle's choice) */
	bool active;
	view_unused_t unused;
	/** PREEMPT_DELAY: moment when it takes over */
	usec_t unused_until;
	/** what watches it and runs now */
	bool has_bfd;
	bfd_info_t bfd;
	bool has_probe;
	probe_info_t probe;
	/** why one that is configured cannot run, "" if nothing is wrong */
	const char *detector_problem;
	/** somebody of ours initiates its connection */
	bool has_supervisor;
	supervisor_info_t supervisor;
	/** a person took it out of use; 0: nobody did */
	usec_t drained_at;
	/** its neighbours are told of no route, or will be (USEC_NEVER: not by time
	 * alone) */
	bool withdrawn;
	usec_t withdraw_at;
	/** "due", "draining" or "asked"; NULL: none is near */
	const char *reauth;
	/** charon's own moment */
	usec_t reauth_at;
	/** its peer's outer address is kept on the underlay */
	bool pinned;
	/** last words from charon, "" if none */
	const char *alert;
	usec_t alert_at;
	/** its numbers in the FIB, for telling routes' ways */
	uint32_t members[VIEW_MEMBERS_MAX];
	unsigned n_members;
} view_tunnel_t;

typedef struct view_neighbor_t
{
	const config_neighbor_t *config;
	const bgp_peer_t *peer;
	/** the tunnel at whose end it is; NULL: beside tunnels */
	const config_tunnel_t *tunnel;
	/** our end and its link; unset and "": not known now */
	addr_t local;
	const char *link;
	/** of what we send; what comes in has at least ttl_min (0: any) */
	uint8_t ttl;
	uint8_t ttl_min;
	/** names of the policies in force, NULL: none */
	const char *import_policy;
	const char *export_policy;
	/** a person shut it down, when and with what words ("": none) */
	bool shutdown;
	const char *shutdown_text;
	usec_t shutdown_at;
	/** words on its sockets, "": all is well */
	const char *problem;
} view_neighbor_t;

typedef enum view_event_kind_t
{
	VIEW_EVENT_TUNNEL,
	VIEW_EVENT_NEIGHBOR,
	VIEW_EVENT_BUNDLE,
	/** a configuration taken, confirmed, undone, refused */
	VIEW_EVENT_CONFIG,
	/** what somebody else did to what is ours in the kernel, and what became
	 * of it */
	VIEW_EVENT_KERNEL,
	VIEW_EVENT_FIREWALL,
	VIEW_EVENT_KINDS,
} view_event_kind_t;

/** "tunnel", "neighbor", … */
const char *view_event_kind(view_event_kind_t kind);

/** something has come to another state */
typedef struct view_event_t
{
	/** counted from 1, over restarts too */
	uint64_t seq;
	/** microseconds since 1970 */
	uint64_t wall;
	view_event_kind_t kind;
	char name[CONFIG_NAME_MAX + 1];
	char from[16];
	char to[16];
	char why[160];
} view_event_t;

/** array */
json_object *view_events(const view_event_t *const *events, size_t n);
/* at the end of an array */
void view_event(json_object *array, const view_event_t *event);
/** what somebody who reads slowly has missed: so many up to a number, NULL:
 * nobody knows how many */
void view_lost(json_object *array, uint64_t seq, const uint64_t *count);

/** a line of the gateway's log */
typedef struct view_line_t
{
	uint64_t seq;
	/** microseconds since 1970 */
	uint64_t wall;
	log_level_t level;
	char text[LOG_LINE_MAX + 1];
} view_line_t;

/** at the end of an array */
void view_line(json_object *array, const view_line_t *line);

/** turns of the loop by length: <1, <2, <5, <10, <20, <50, <100, >=100 ms */
#define VIEW_TURN_BUCKETS 8

/** our table of nftables */
typedef enum view_firewall_t
{
	VIEW_FIREWALL_ABSENT,
	VIEW_FIREWALL_CURRENT,
	/** that of before a change that the kernel has refused */
	VIEW_FIREWALL_OLD,
} view_firewall_t;

typedef struct view_state_t
{
	usec_t now;
	/** wall clock at `now`, microseconds since 1970, for timestamps */
	uint64_t wall;
	usec_t started;
	const char *version;
	const char *charon_version;
	/** NULL: no valid configuration yet */
	const config_t *config;
	const view_tunnel_t *tunnels;
	size_t n_tunnels;
	/** tunnel by tunnel, then those beside tunnels */
	const view_neighbor_t *neighbors;
	size_t n_neighbors;
	/** NULL before the first configuration */
	bgp_t *bgp;
	const fib_t *fib;
	/** static routes over tunnels, and how many of them are used */
	size_t n_statics;
	size_t n_statics_used;
	/** what is wrong now, a line each with the remedy */
	const char *const *problems;
	size_t n_problems;
	view_firewall_t firewall;
	const fw_counter_t *counters;
	size_t n_counters;
	/** packets that IPsec has dropped, by reason */
	const kernel_counter_t *xfrm;
	size_t n_xfrm;
	const uint64_t *turns;
	usec_t turns_sum;
	usec_t turn_max;
	/** the same of the thread's own processor time in turns, without what was
	 * spent in writing to the kernel; and that, in all and the longest call */
	const uint64_t *own;
	usec_t own_max;
	usec_t kernel_total;
	usec_t kernel_max;
	/** the configuration has to be confirmed by then, or the one before comes
	 * back; 0: it has not */
	usec_t confirm_until;
} view_state_t;

/** the way to a peer's outer address, but for our own routes and pins */
typedef struct view_way_t
{
	addr_t peer;
	bool found;
	/** "": not known */
	char link[KERNEL_LINK_NAME_MAX];
	addr_t gateway;
	addr_t source;
	/** the link is a tunnel's: nothing of ours */
	bool inside;
} view_way_t;

#define VIEW_WAYS_MAX 8

/** what `doctor` goes by beside the views of a tunnel and its neighbours */
typedef struct view_doctor_t
{
	/** of its connection; without one, all of these are 0 */
	bool loaded;
	bool if_id_unique;
	uint32_t if_id_in;
	uint32_t if_id_out;
	ike_fault_t fault;
	/** CHILD_SAs of one child that have stood side by side for too long for
	 * a rekey, and the oldest of them; 0: none */
	unsigned duplicates;
	uint32_t oldest;
	/** the kernel lacks the outbound SA, or else its policy */
	bool outbound_lost;
	bool policy_gone;
	/** our end of the SA is no address of this host any more */
	bool stranded;
	/** the link as it is; up without carrier is not lower_up */
	bool link_up;
	bool link_lower_up;
	/** of an XFRM link */
	uint32_t link_if_id;
	/** an SA has this one instead of the tunnel's */
	bool sa_differs;
	uint32_t sa_if_id;
	/** a configured address is not on the link; unset: all are */
	addr_t missing;
	/** there is a link in the way of ours; "": none */
	const char *conflict;
	/** links of this kind cannot be made here; NULL: they can */
	const char *xfrm_problem;
	view_way_t ways[VIEW_WAYS_MAX];
	unsigned n_ways;
} view_doctor_t;

/** object: `doctor`'s findings on tunnels; doctor has as many as state has */
json_object *view_doctor(const view_state_t *state,
						 const view_doctor_t *doctor);

json_object *view_status(const view_state_t *state);
json_object *view_firewall(const view_state_t *state);
/** array */
json_object *view_tunnels(const view_state_t *state);
/** one in full; NULL: no such tunnel */
json_object *view_tunnel(const view_state_t *state, const char *name);
/** the tunnel has this one of the FIB's members */
bool view_tunnel_has(const view_tunnel_t *tunnel, uint32_t member);
/** array */
json_object *view_neighbors(const view_state_t *state);
/** one in full; NULL: no such neighbour */
json_object *view_neighbor(const view_state_t *state, const char *name);
/** NULL: there is none of this name */
const view_neighbor_t *view_neighbor_find(const view_state_t *state,
										  const char *name);

/** array: those of the configuration, and those made where there is none */
json_object *view_policies(const view_state_t *state);
/** one of the configuration with its rules; NULL: there is none of the name */
json_object *view_policy(const view_state_t *state, const char *name);

/** members that the kernel sends by, FIB_SET_MAX at most; *group 0: the route
 * is not in the kernel */
size_t view_route_members(const view_state_t *state, const bgp_route_t *route,
						  uint32_t members[static FIB_SET_MAX],
						  uint32_t *group);

/** routes, in slices: fetch is called for each slice and gives the state of
 * that moment. prefix NULL: all; longer: also more specific ones */
typedef const view_state_t *(*view_fetch_t)(void *user);
control_list_t view_routes(view_fetch_t fetch, void *user,
						   const prefix_t *prefix, bool longer);

/** families of metrics, each with name, type, unit, help and samples. state:
 * with problems and counters, for what is told at once; the rest in slices */
control_list_t view_metrics(const view_state_t *state, view_fetch_t fetch,
							void *user);

/** what goes over a session */
typedef enum view_table_t
{
	/** as it came, with what import policy did to it */
	VIEW_RECEIVED,
	/** as import policy left it */
	VIEW_ACCEPTED,
	VIEW_ADVERTISED,
} view_table_t;

/** routes of a neighbour, in slices as of view_routes; prefix NULL: all;
 * longer: more specific ones too. name is copied; without such a neighbour
 * the list is empty */
control_list_t view_neighbor_routes(view_fetch_t fetch, void *user,
									const char *name, view_table_t table,
									const prefix_t *prefix, bool longer);

#endif
