/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The core's inside, shared by core*.c alone. Who does what:
 * core.c          life, configuration and its differences
 * core_statics.c  static routes over tunnels
 * core_sweep.c    SAs and policies that a charon which died has left
 * core_tunnels.c  charon's facts, tunnel and bundle states, FIB members
 * core_outbound.c the outbound half of each tunnel's SAs
 * core_drain.c    tunnels that are taken out of use
 * core_reauth.c   and are so before they are reauthenticated
 * core_hold.c     and while a peer reauthenticates
 * core_silence.c  IKE after a silence of the way
 * core_liveness.c BFD, probes and the supervisor of each tunnel
 * core_peers.c    neighbours: when they run, on which addresses
 * core_nexthops.c next hops that are not a tunnel's far end
 * core_ways.c     how a next hop is reached
 * core_routes.c   chosen paths to FIB members, FIB operations to the kernel
 * core_initial.c  the first writing waits for the neighbours
 * core_restart.c  routes of an earlier run, until the neighbours have told theirs
 * core_aggregates.c  aggregates, and where traffic within them ends
 * core_sources.c  networks on links and routes of others
 * core_redistribute.c  what of these becomes our own origin
 * core_kernel.c   the mirror, reconcile
 * core_seen.c     what an earlier run has left, until the FIB is told
 * core_heal.c     somebody's hand in what is ours
 * core_firewall.c the firewall's table, and who works against it
 * core_underlay.c the ways to the peers
 * core_policy.c   policies for the speaker
 * core_operator.c what a person says to a neighbour
 * core_problems.c what is wrong now, for status
 * core_view.c     the state for the views
 */

#ifndef CYGNET_GATEWAY_CORE_PRIVATE_H
#define CYGNET_GATEWAY_CORE_PRIVATE_H

#include "base/hash.h"
#include "base/list.h"
#include "base/trie.h"
#include "bgp/policy.h"
#include "gateway/core.h"
#include "kernel/reconcile.h"
#include "plan/desired.h"
#include "plan/fib.h"
#include "tunnel/supervisor.h"

/** distinct gateways of one tunnel, and next hops of one neighbour */
#define CORE_GATEWAYS_MAX 64
#define CORE_NEXTHOPS_MAX 4096
/** outer addresses of one connection */
#define CORE_OUTER_MAX (FACT_ADDRS_MAX + 1)
/** routes when charon installs routes or follows ours */
#define CORE_ROUTES_GUARDED 1000
/** operations of one write to the kernel, see DESIGN.md section 4 */
#define CORE_BATCH 512
/** reasons for which IPsec drops packets: Linux 6.18 has 31 */
#define CORE_XFRM_MAX 48
/** the links' counters are read anew after this long */
#define CORE_TRAFFIC (100 * USEC_PER_MSEC)
/** routes that the kernel refused, kept for another try */
#define CORE_AGAIN_MAX 4096
/** the underlay and the kernel's state are looked at anew this often */
#define CORE_AUDIT (10 * USEC_PER_SEC)

/** a CHILD_SA that charon told of */
typedef struct core_sa_t
{
	uint32_t id;
	/** its child in the connection */
	char child[CONFIG_NAME_MAX + 1];
	usec_t since;
	tunnel_sa_info_t info;
} core_sa_t;

/** what charon told of a connection, kept whether configured or not, so that
 * a reload that adds its tunnel finds it up */
typedef struct core_connection_t
{
	char name[CONFIG_NAME_MAX + 1];
	bool loaded;
	bool if_id_unique;
	bool mobike;
	uint32_t if_id_in;
	uint32_t if_id_out;
	addr_t remote[FACT_ADDRS_MAX];
	unsigned n_remote;
	core_sa_t sas[TUNNEL_SAS_MAX];
	unsigned n_sas;
	char alert[FACT_TEXT_MAX];
	ike_fault_t fault;
	usec_t alert_at;
	/** charon breaks it then, to reauthenticate; 0: never */
	usec_t reauth_at;
} core_connection_t;

/** a way out of a tunnel by a gateway (unset: the device alone), or of a
 * neighbour by a next hop, wherever that leads */
typedef struct core_member_t
{
	addr_t gateway;
	/** of fib_member_add */
	uint32_t id;
} core_member_t;

typedef struct core_members_t
{
	core_member_t *list;
	unsigned count;
} core_members_t;

typedef enum core_way_kind_t
{
	CORE_WAY_NONE,
	/** on a link, or by a gateway on it that the kernel names */
	CORE_WAY_LINK,
	/** by a route of ours, whose members it has */
	CORE_WAY_ROUTE,
} core_way_kind_t;

typedef enum core_initial_state_t
{
	CORE_INITIAL_NOT,
	/** a neighbour came up, and nothing is told yet */
	CORE_INITIAL_OPENED,
	CORE_INITIAL_HELD,
} core_initial_state_t;

/** the wait before the first writing */
typedef struct core_initial_t
{
	core_initial_state_t state;
	usec_t until;
	/** UPDATEs of all, and when there was a new one */
	uint64_t told;
	usec_t told_at;
	cyg_timer_t timer;
} core_initial_t;

/** how a next hop is reached */
typedef struct core_way_t
{
	core_way_kind_t kind;
	/** LINK; 0: the link of the neighbour who named it (link-local) */
	uint32_t link;
	addr_t gateway;
	/** ROUTE: which, and its members in short */
	prefix_t via;
	uint32_t sum;
	uint32_t metric;
} core_way_t;

typedef struct core_nexthop_t
{
	addr_t addr;
	core_way_t way;
	/** the speaker knows */
	bool told;
	/** to be freed when its turn comes */
	bool unused;
	/** in `unreachable` */
	bool counted;
	usec_t held_until;
	/** in `dirty` or `held` */
	list_t place;
} core_nexthop_t;

typedef struct core_nexthops_t
{
	/** values are places in list, from 1 on */
	trie_t *by_addr[2];
	core_nexthop_t **list;
	uint32_t size;
	uint32_t count;
	uint32_t unreachable;
	list_t dirty;
	list_t held;
	cyg_timer_t timer;
} core_nexthops_t;

/** a next hop that cannot be reached, and how many routes have it */
typedef struct core_hop_lost_t
{
	addr_t addr;
	unsigned routes;
} core_hop_lost_t;

/** what is known of the outbound half of a tunnel's SAs */
typedef struct core_outbound_t
{
	/** to the next look */
	cyg_timer_t timer;
	/** it is missing since, 0: it is there */
	usec_t since;
	/** so long that the tunnel is not used */
	bool lost;
	/** a policy that leads to it: judged once one was seen, as charon may be
	 * told to install none */
	bool policy_seen;
	bool policy_gone;
	/** rekeys asked for, and when the next may be */
	unsigned asked;
	usec_t ask_at;
} core_outbound_t;

/** numbers of detectors, see tunnel.h */
typedef enum core_detector_t
{
	CORE_DETECTOR_BFD,
	CORE_DETECTOR_PROBE,
	/** our end of the SA is no address of this host any more */
	CORE_DETECTOR_END,
} core_detector_t;

/** a bundle's state as who watches was told */
typedef struct core_told_t
{
	char name[CONFIG_NAME_MAX + 1];
	const char *state;
} core_told_t;

typedef struct core_tunnel_t core_tunnel_t;
/** the detectors of a tunnel, see core_liveness.c */
typedef struct core_liveness_t core_liveness_t;

/** addresses of ours on the link of a session; unset: none */
typedef struct core_beside_t
{
	addr_t four;
	addr_t six;
	/** for a link-local neighbour */
	addr_t link_local;
} core_beside_t;

typedef struct core_neighbor_t
{
	const config_neighbor_t *config;
	/** NULL: beside tunnels */
	core_tunnel_t *tunnel;
	bgp_peer_t *peer;
	/** the session is meant to run, and with these ends */
	bool running;
	net_endpoint_t end;
	core_beside_t beside;
	bgp_policy_t *import_policy;
	bgp_policy_t *export_policy;
	/** beside tunnels: ways by next hop; else the tunnel's */
	core_members_t members;
	/** it was established and is not any more: its paths wait for the purge */
	bool lost;
	/** as nothing came, or was taken, for too long */
	bool timed_out;
	/** the tunnel had an SA, and no detector said no, when last looked at */
	bool was_alive;
	/** words on its sockets, "": all is well */
	char problem[128];
} core_neighbor_t;

typedef enum core_reauth_phase_t
{
	CORE_REAUTH_IDLE,
	/** charon will do it, and we before */
	CORE_REAUTH_DUE,
	CORE_REAUTH_DRAINING,
	/** charon was told to */
	CORE_REAUTH_ASKED,
} core_reauth_phase_t;

typedef struct core_reauth_t
{
	core_reauth_phase_t phase;
	cyg_timer_t timer;
	/** DUE: the moment that it was planned for */
	usec_t at;
	/** ASKED: SAs up to this one are those of before */
	uint32_t last_sa;
} core_reauth_t;

/** nothing comes through it */
typedef struct core_silence_t
{
	/** detectors that have failed, as bits */
	unsigned failed;
	/** 0: it is not silent */
	usec_t since;
	/** last time that charon was asked, 0: never */
	usec_t asked;
} core_silence_t;

struct core_tunnel_t
{
	const config_bundle_t *bundle;
	const config_tunnel_t *config;
	tunnel_t *tunnel;
	/** what charon says of it, NULL: nothing yet; borrowed from the core */
	core_connection_t *connection;
	/** the kernel's link, 0: not there */
	uint32_t link;
	/** gateways are used: the link is no XFRM and no point-to-point one */
	bool gateways;
	/** desired: configured or computed */
	uint16_t mtu;
	uint32_t if_id;
	/** outer addresses, from charon */
	addr_t outer[CORE_OUTER_MAX];
	unsigned n_outer;
	/** our end of its SA when last seen on this host; unset: never */
	addr_t stood;
	/** chosen by the bundle */
	bool active;
	/** it forwards, and so do as many of its bundle as are asked for */
	bool usable;
	/** of bundle_member_t */
	usec_t takes_over;
	core_members_t members;
	/** its paths are left out of the decision */
	bool ineligible;
	/** ways of static routes: a lost session is nothing to them */
	core_members_t static_members;
	core_neighbor_t *neighbors[2];
	/** BFD and probe; NULL: an SA is all that is asked for */
	core_liveness_t *liveness;
	/** NULL: nothing to initiate */
	supervisor_t *supervisor;
	/** its link's counters, for views */
	kernel_link_stats_t stats;
	core_outbound_t outbound;
	/** a peer makes another SA: its ways are spare ones */
	bool held;
	cyg_timer_t hold_timer;
	core_silence_t silence;
	/** an SA counts since, 0: none does */
	usec_t sa_since;
	/** taken out of use, and its neighbours are told of nothing */
	bool drained;
	bool withdrawn;
	bool drain_untold;
	cyg_timer_t drain_timer;
	core_reauth_t reauth;
	core_t *core;
	/** state last written to the log */
	tunnel_state_t told;
};

/** a person shut the neighbour of this name down; by name, as a reload may make
 * the neighbour anew */
typedef struct core_shutdown_t
{
	char *name;
	/** "": none */
	char *text;
	usec_t at;
} core_shutdown_t;

/** a person took the tunnel of this name out of use */
typedef struct core_drain_t
{
	char *name;
	usec_t at;
} core_drain_t;

/** routes of others that are followed for redistribution */
#define CORE_REDISTRIBUTE_MAX 100000

typedef struct core_redistribute_t core_redistribute_t;
typedef struct core_stale_sp_t core_stale_sp_t;
/** a static route over tunnels, see core_statics.c */
typedef struct core_static_t core_static_t;

/** words on who did something */
#define CORE_WHO_MAX 48

/** what others do to the firewall's table */
typedef struct core_table_t
{
	/** until it is written anew */
	cyg_timer_t timer;
	/** until it is looked at, after notifications were lost */
	cyg_timer_t look;
	usec_t wait;
	/** 0: never */
	usec_t healed_at;
	/** of the fight that goes on */
	unsigned heals;
	bool deleted;
	char who[CORE_WHO_MAX];
	char words[256];
	/** the script that is kept for the next boot; NULL: none, or not known */
	char *kept;
	bool kept_known;
} core_table_t;

/** lines of the log on others' deeds */
typedef struct core_heal_t
{
	/** until sysctls are looked at, and from which one on */
	cyg_timer_t sysctls;
	size_t next;
	usec_t since;
	unsigned lines;
	/** left out */
	unsigned more;
} core_heal_t;

/** what still has to be dumped, as bits of 1 << kernel_what_t */
typedef struct core_dumps_t
{
	unsigned wanted;
	unsigned done;
	bool running;
	kernel_what_t now;
} core_dumps_t;

/** next hops, groups and routes of an earlier run */
typedef struct core_seen_t
{
	kernel_ops_list_t hops;
	kernel_route_t *routes;
	size_t n_routes;
	size_t room;
} core_seen_t;

struct core_t
{
	core_seams_t seams;
	const char *charon_routes;
	uint64_t seed;
	/** detectors made so far, and BFD's last discriminator */
	uint64_t detectors;
	uint32_t discriminator;
	usec_t started;
	config_t *config;
	char *config_refused;
	core_connection_t **connections;
	size_t n_connections;
	core_tunnel_t **tunnels;
	size_t n_tunnels;
	core_neighbor_t **neighbors;
	size_t n_neighbors;
	/** SAs and policies that were there at the start, see core_sweep.c */
	kernel_sa_t *stale;
	size_t n_stale;
	core_stale_sp_t *stale_sps;
	size_t n_stale_sps;
	cyg_timer_t sweep_timer;
	/** by prefix */
	core_static_t *statics;
	size_t n_statics;
	/** by name, as a reload may make a tunnel anew */
	core_drain_t *drained;
	size_t n_drained;
	/** the policy of a drained tunnel's neighbours, NULL: never needed */
	bgp_policy_t *tell_nothing;
	core_shutdown_t *shutdowns;
	size_t n_shutdowns;
	core_told_t *told;
	size_t n_told;
	bgp_t *bgp;
	fib_t *fib;
	/** mirror of the kernel's small objects */
	kernel_state_t seen;
	core_dumps_t dumps;
	/** what the running dump has shown: the rest of the mirror is gone */
	kernel_state_t dumped;
	/** learned routes of ours that it has shown */
	uint32_t dumped_routes;
	/** next hops, groups and routes of an earlier run, until a FIB is there to
	 * be told */
	core_seen_t seen_fib;
	core_nexthops_t nexthops;
	/** those that are announced, with room for all that are configured */
	prefix_t *aggregates;
	size_t n_aggregates;
	/** NULL: nothing is redistributed */
	core_redistribute_t *redistribute;
	kernel_op_t batch[CORE_BATCH];
	int batch_errors[CORE_BATCH];
	prefix_t again[CORE_AGAIN_MAX];
	unsigned n_again;
	bool again_more;
	plan_underlay_t *underlays;
	size_t n_underlays;
	fw_model_t firewall;
	bool firewall_applied;
	int firewall_error;
	core_table_t table;
	/** sysctls as they were before us, for the way back */
	kernel_state_t saved;
	/** those that were seen to be as we want them */
	kernel_state_t held;
	core_heal_t heal;
	/** what has to be done by core_apply */
	bool tunnels_dirty;
	bool plan_dirty;
	bool underlay_dirty;
	bool peers_dirty;
	/** the kernel's old routes wait for the neighbours' tables, then for the
	 * work on these to be done */
	bool adopting;
	bool adopt_ending;
	/** families (BGP_IPV4…) of which there are such routes */
	unsigned kept_families;
	/** the speaker knows of them, since */
	bool restart_told;
	/** it holds routes back, or did */
	bool restart_deferred;
	usec_t restart_at;
	/** the most neighbours that were heard since, and when they were */
	size_t restart_heard;
	usec_t restart_heard_at;
	usec_t adopt_until;
	cyg_timer_t adopt_timer;
	core_initial_t initial;
	cyg_timer_t audit_timer;
	/** a bundle's choice changes by time alone */
	cyg_timer_t bundle_timer;
	/** walk of the table for routes that the kernel dropped */
	bool rescanning;
	/** the walk writes each route again as it is: some are missing */
	bool rescan_rewrite;
	/** the walk offers every prefix to the FIB: the members of some have
	 * changed. Wanted: the next walk does */
	bool rescan_offer;
	bool reoffer_wanted;
	family_t rescan_family;
	prefix_t rescan_at;
	/** the pins, or what is to be pinned, may have changed */
	bool pins_dirty;
	/** a route that is refused for want of a pin, for status; "": none */
	char swallow_words[192];
	/** a link that we cannot make, for status; "": none */
	char conflict_words[160];
	bool refused_guarded;
	bool stopping;
	/** for views */
	view_tunnel_t *view_tunnels;
	view_neighbor_t *view_neighbors;
	char **problems;
	size_t n_problems;
	size_t problems_room;
	fw_counter_t *counters;
	kernel_counter_t xfrm[CORE_XFRM_MAX];
	usec_t traffic_at;
};

/** means something together with a link only: IPv6's link-local. IPv4's is as
 * good as any inside a tunnel */
static inline bool core_is_scoped(const addr_t *addr)
{
	return addr->family == FAMILY_IPV6 && addr_is_link_local(addr);
}

/* core.c */
/** `advertise` names it */
bool core_is_advertised(const core_t *core, const prefix_t *prefix);
bool core_str_equal(const char *a, const char *b); /* NULL equals NULL */

/* core_tunnels.c */
core_tunnel_t *core_tunnel_create(core_t *core, const config_bundle_t *bundle,
								  const config_tunnel_t *config, usec_t now);
void core_tunnel_destroy(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** if_ids, outer addresses and MTUs after a reload, or where ways to peers or
 * links became others */
void core_tunnels_refresh(core_t *core);
/** states, bundles and FIB members after facts or link events */
void core_tunnels_update(core_t *core, usec_t now);
/** a link of this name came, changed or went */
void core_tunnel_link(core_t *core, core_tunnel_t *tunnel,
					  const kernel_link_t *link, usec_t now);
core_connection_t *core_connection(core_t *core, const char *name, bool create);
/** its SAs lack their outbound half, or have it again */
void core_tunnel_outbound(core_t *core, core_tunnel_t *tunnel, bool lost,
						  usec_t now);
/** its bundle may use it: it forwards, or is kept for want of any that does */
bool core_tunnel_works(const core_tunnel_t *tunnel);
/** how flows are spread over it and its bundle's others */
fib_spread_t core_tunnel_spread(const core_t *core,
								const core_tunnel_t *tunnel);
/** the FIB's member by the tunnel's state */
void core_member_update(core_t *core, const core_tunnel_t *tunnel,
						const core_member_t *member);
/** the tunnel's FIB member for a gateway, made if absent; 0: no room */
uint32_t core_tunnel_member(core_t *core, core_tunnel_t *tunnel,
							const addr_t *gateway);
/** the tunnel whose link this is; NULL: none */
core_tunnel_t *core_tunnel_on(const core_t *core, uint32_t link);
/** its session is gone, and its paths are not used while the tables purge them;
 * those kept by graceful restart are */
bool core_session_lost(const core_neighbor_t *n);

/** a detector (by number) has failed, or works or is no more */
void core_tunnel_detector(core_t *core, core_tunnel_t *tunnel,
						  unsigned detector, bool failed, usec_t now);

/** drained or not, see core_drain.c */
void core_tunnel_drain(core_t *core, core_tunnel_t *tunnel, bool drained,
					   usec_t now);

/* core_sweep.c */
/** notes what SAs an earlier charon has left; once, before any fact */
void core_sweep_start(core_t *core);
/** the tunnel has an SA, or has none: old ones are removed after a while */
void core_sweep_sa(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** the link of the if_id was ours, and has been removed */
void core_sweep_orphan(core_t *core, uint32_t if_id, usec_t now);
void core_sweep_free(core_t *core);

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

/* core_drain.c */
void core_drain_create(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_drain_destroy(core_t *core, core_tunnel_t *tunnel);
/** what a drain changes in what a neighbour of the tunnel is told; after the
 * configuration's own */
void core_drain_config(const core_tunnel_t *tunnel, bgp_peer_config_t *out);
/** by its name; NULL: none */
core_tunnel_t *core_tunnel_find(const core_t *core, const char *name);
/** since when by a person; 0: it is not */
usec_t core_drained_at(const core_t *core, const char *name);
/** for a purpose of our own; it ends so only if no person wants it, too */
void core_drain_begin(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_drain_end(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** has the neighbours of tunnels know; after the groups are as they have to be */
void core_drains_tell(core_t *core, usec_t now);
void core_drains_free(core_t *core);

/* core_reauth.c */
void core_reauth_create(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_reauth_destroy(core_t *core, core_tunnel_t *tunnel);
/** what charon told of the tunnel's SAs; after its state */
void core_reauth_fact(core_t *core, core_tunnel_t *tunnel, const fact_t *fact,
					  usec_t now);
/** for view_tunnel_t */
const char *core_reauth_phase(const core_tunnel_t *tunnel);
/** uses drained tunnels again where too few others are left; before the choice */
void core_reauth_check(core_t *core, usec_t now);
/** a person uses the tunnel again: charon is left to itself */
void core_reauth_leave(core_t *core, core_tunnel_t *tunnel);

/* core_hold.c */
void core_hold_create(core_tunnel_t *tunnel);
void core_hold_destroy(core_tunnel_t *tunnel);
/** what charon told; after the tunnel's state */
void core_hold_fact(core_tunnel_t *tunnel, fact_kind_t kind, usec_t now);

/* core_silence.c */
/** told at each look, whether it is new or not */
void core_silence_detector(core_tunnel_t *tunnel, unsigned detector,
						   bool failed);
/** nothing was heard, or taken, for too long */
bool core_silence_ended_session(const bgp_peer_info_t *info);
/** after the tunnel's state and its sessions' */
void core_silence_update(core_tunnel_t *tunnel, usec_t now);

/* core_outbound.c */
void core_outbound_create(core_tunnel_t *tunnel);
void core_outbound_destroy(core_tunnel_t *tunnel);
/** looks for the policies of all tunnels */
void core_outbound_audit(core_t *core);
/** the tunnel's SAs have changed, or may have */
void core_outbound_update(core_tunnel_t *tunnel, usec_t now);

/* core_tunnels.c, for core_preview.c: bytes of its link as things are */
uint16_t core_tunnel_mtu(const core_t *core, const core_tunnel_t *tunnel);

/* core.c */
/** tells who watches */
void core_event(const core_t *core, view_event_kind_t kind, const char *name,
				const char *from, const char *to, const char *why);
/* for core_preview.c */
/** the tunnel goes on under the other configuration */
bool core_same_tunnel(const config_tunnel_t *a, const config_tunnel_t *b);
/** speaker and tables do; old NULL: there are none */
bool core_tables_stay(const config_t *old, const config_t *new);

/* core_liveness.c */
/** starts, stops and configures the tunnel's detectors and its supervisor as
 * things are */
void core_liveness_update(core_t *core, core_tunnel_t *tunnel, usec_t now);
void core_liveness_destroy(core_t *core, core_tunnel_t *tunnel, usec_t now);
/** words on what keeps a detector from running, "" if nothing does */
const char *core_liveness_problem(const core_tunnel_t *tunnel);
/** what they have to tell; false: it does not run now */
bool core_liveness_bfd(const core_tunnel_t *tunnel, bfd_info_t *out);
bool core_liveness_probe(const core_tunnel_t *tunnel, probe_info_t *out);
bool core_liveness_supervisor(const core_tunnel_t *tunnel,
							  supervisor_info_t *out);

/* core_peers.c */
/** another configuration of the neighbour, and its tunnel's (NULL: it has none),
 * would end its session */
bool core_neighbor_would_end(const core_t *core, const core_neighbor_t *n,
							 const config_neighbor_t *config,
							 const config_tunnel_t *tunnel);
/** it would have it asked for its routes anew, if it does not end it */
bool core_neighbor_would_refresh(const core_t *core, const core_neighbor_t *n,
								 const config_neighbor_t *config,
								 const config_tunnel_t *tunnel);
/** the address is one of the tunnel's configured ones; tunnel NULL: false */
bool core_tunnel_owns(const core_tunnel_t *tunnel, const addr_t *addr);
core_neighbor_t *core_neighbor_create(core_t *core, core_tunnel_t *tunnel,
									  const config_neighbor_t *config,
									  usec_t now);
void core_neighbor_destroy(core_t *core, core_neighbor_t *neighbor, usec_t now);
/** takes a changed configuration (policies anew in any case) */
void core_neighbor_configure(core_t *core, core_neighbor_t *neighbor,
							 const config_neighbor_t *config, usec_t now);
/** its next hops have to be reachable; else the tunnel's device stands for any */
bool core_neighbor_resolves(const core_neighbor_t *n);
/** starts and stops sessions by the tunnels' states and addresses */
void core_peers_update(core_t *core, usec_t now);
/** FIB members of the neighbours beside tunnels */
void core_neighbors_members(core_t *core);
void core_neighbor_member_update(core_t *core, const core_neighbor_t *n,
								 const core_member_t *member);
/** the FIB member for a next hop, made if absent; 0: no room */
uint32_t core_neighbor_member(core_t *core, core_neighbor_t *n,
							  const addr_t *next_hop);
/** bgp_sink_t with the core as user */
extern const bgp_sink_t core_bgp_sink;

/* core_operator.c */
/** NULL: nobody shut it down; valid until the next command */
const core_shutdown_t *core_shutdown_of(const core_t *core, const char *name);
void core_shutdowns_free(core_t *core);

/* core_policy.c */
/** a policy of the configuration's by name, adopted by the caller; name NULL, or
 * none of that name: NULL */
bgp_policy_t *core_policy_named(const config_t *config, const char *name);
/** the policy in force of a neighbour: the named one, or the default that what
 * is the site's and the bundle's limits make; adopted by the caller */
bgp_policy_t *core_policy_import(const config_t *config,
								 const config_bundle_t *bundle,
								 const config_neighbor_t *neighbor);
bgp_policy_t *core_policy_export(const config_t *config,
								 const config_bundle_t *bundle,
								 const config_neighbor_t *neighbor);

/* core_routes.c */
/** the member for a gateway; NULL: none */
const core_member_t *core_member_find(const core_members_t *members,
									  const addr_t *gateway);
/** a new one, if there are less than max; NULL: no room */
const core_member_t *core_member_add(core_t *core, core_members_t *members,
									 const addr_t *gateway, unsigned max);
void core_member_drop(core_t *core, core_members_t *members,
					  const addr_t *gateway);
void core_members_free(core_t *core, core_members_t *members);
/** the FIB member of a path over a tunnel, where the device stands for any next
 * hop; 0: it cannot be used */
uint32_t core_path_device(core_t *core, const core_neighbor_t *n,
						  family_t family, const bgp_path_t *path);
/** offers all prefixes to the FIB again, in slices: members of some changed */
void core_routes_reoffer(core_t *core);
/** writes what is urgent at once */
void core_fib_urgent(core_t *core);
/** writes all that waits */
void core_fib_drain(core_t *core);
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

/* core_nexthops.c */
void core_nexthops_init(core_t *core);
/** forgets all */
void core_nexthops_drop(core_t *core);
/** the speaker's word that paths have this next hop, or none has any more */
void core_nexthops_used(core_t *core, const addr_t *addr, bool used);
/** a route to this prefix came, changed or went, ours or somebody else's */
void core_nexthops_within(core_t *core, const prefix_t *prefix);
/** links or addresses changed */
void core_nexthops_all(core_t *core);
/** looks at what no notification tells, if they are not too many */
void core_nexthops_audit(core_t *core);
/** one slice; true: more waits */
bool core_nexthops_work(core_t *core, usec_t now);
/** as last looked at; NULL: not one that is kept */
const core_way_t *core_nexthop_way(const core_t *core, const addr_t *addr);
/** the FIB members that a path leaves by, at most max */
unsigned core_nexthop_members(core_t *core, core_neighbor_t *n, family_t family,
							  const bgp_path_t *path, fib_path_t *out,
							  unsigned max);
/** next hops of the neighbour's routes that cannot be reached, at most max.
 * Looks at no more than *budget routes, and takes those off it */
unsigned core_nexthops_lost(const core_t *core, const core_neighbor_t *n,
							unsigned *budget, core_hop_lost_t *out,
							unsigned max);

/* core_ways.c */
/** the way as things are */
core_way_t core_way_look(core_t *core, const addr_t *addr);
/** the path's way out needs no recursion, and is not by the next hop without */
bool core_path_direct(const core_t *core, const bgp_path_t *path,
					  const addr_t *without);

/* core_kernel.c */
void core_kernel_start(core_t *core, usec_t now);
/** asks for the next dump that is wanted, unless one runs */
void core_kernel_dump(core_t *core);

/** routes may be written: the dumps of an earlier run's are in */
bool core_kernel_ready(const core_t *core);
/** asks for what no notification may have told of */
void core_kernel_audit(core_t *core);
void core_kernel_apply(core_t *core, usec_t now);
void core_kernel_remove(core_t *core, config_keep_t keep);

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

/* core_firewall.c */
void core_firewall_init(core_t *core);
void core_firewall_deinit(core_t *core);
/** writes the table if it should hold something else, or nobody knows what */
void core_firewall_write(core_t *core, const plan_input_t *in);
/** no guard at the next boot */
void core_firewall_forget(core_t *core);
/** asks the kernel whether the table is as we left it */
void core_firewall_audit(core_t *core, usec_t now);
/** words on somebody who does not let it be, "": nobody; valid until the next
 * call */
const char *core_firewall_fight(core_t *core, usec_t now);

/* core_aggregates.c */
/** takes those of the configuration; old NULL: the speaker is new */
void core_aggregates_configure(core_t *core, const config_t *old, usec_t now);
/** the paths of a prefix changed: perhaps an aggregate came or went */
void core_aggregates_changed(core_t *core, const prefix_t *prefix);
/** those that are announced; how many */
size_t core_aggregates_active(const core_t *core, prefix_t *out);

/* core_initial.c */
void core_initial_init(core_t *core);
/** nothing waits any more */
void core_initial_end(core_t *core);
/** a session was established */
void core_initial_opened(core_t *core);
/** chosen routes are not to be written yet */
bool core_initial_holds(core_t *core, usec_t now);

/* core_restart.c */
void core_restart_init(core_t *core);
/** sessions may start: the speaker knows what is kept of an earlier run */
bool core_restart_ready(core_t *core, usec_t now);
/** tables are there: from now on it is looked at whether all is told */
void core_restart_watch(core_t *core, usec_t now);
/** nothing waits to be worked on, nor to be written */
void core_restart_worked(core_t *core);

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

/* core_seen.c */
void core_seen_init(core_seen_t *seen);
void core_seen_deinit(core_seen_t *seen);
bool core_seen_any(const core_seen_t *seen);
/** what dumps of this kind have shown */
void core_seen_forget(core_seen_t *seen, kernel_what_t what);
/** a route, a group or a next hop */
void core_seen_add(core_seen_t *seen, const kernel_event_t *event);
/** tells a FIB that is new what a dump showed */
void core_kernel_adopt(core_t *core);

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

/* core_problems.c */
/** fills the core's problems */
void core_problems_collect(core_t *core, usec_t now);
void core_problems_free(core_t *core);

/* core_view.c */
void core_view_free(core_t *core);

#endif
