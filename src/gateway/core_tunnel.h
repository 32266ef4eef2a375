/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A tunnel in the core: core_tunnels.c has its states, the other members belong to
 * those files that are named at them.
 */

#ifndef CYGNET_GATEWAY_CORE_TUNNEL_H
#define CYGNET_GATEWAY_CORE_TUNNEL_H

#include "base/timer.h"
#include "gateway/core_member.h"
#include "gateway/core_private.h"
#include "plan/fib.h"
#include "tunnel/ike_fault.h"
#include "tunnel/supervisor.h"
#include "tunnel/tunnel.h"

/** outer addresses of one connection */
#define CORE_OUTER_MAX (FACT_ADDRS_MAX + 1)

/** a CHILD_SA that charon told of */
typedef struct core_sa_t
{
	uint32_t id;
	/** its child in the connection */
	char child[CONFIG_NAME_MAX + 1];
	usec_t since;
	/** a rekey has put another one in its place, to be deleted then */
	bool replaced;
	usec_t replaced_at;
	/** as it was made, whatever its connection says by now */
	uint32_t if_id_in;
	uint32_t if_id_out;
	tunnel_sa_info_t info;
} core_sa_t;

/** what charon told of a connection, kept whether configured or not, so that
 * a reload that adds its tunnel finds it up */
struct core_connection_t
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
};

/** what is known of the outbound half of a tunnel's SAs */
typedef struct core_outbound_t
{
	/** it has SAs to look for, and not before this moment */
	bool watched;
	usec_t due;
	/** charon's last word while it was lost */
	usec_t heard;
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

/** the detectors of a tunnel, see core_liveness.c */
typedef struct core_liveness_t core_liveness_t;

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
/** bytes of its link as things are */
uint16_t core_tunnel_mtu(const core_t *core, const core_tunnel_t *tunnel);

/* core_drain.c */
/** by its name; NULL: none */
core_tunnel_t *core_tunnel_find(const core_t *core, const char *name);

/* core_peers.c */
/** the address is one of the tunnel's configured ones; tunnel NULL: false */
bool core_tunnel_owns(const core_tunnel_t *tunnel, const addr_t *addr);

#endif
