/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The whole gateway but thread, clock and sockets in memory: the core on a
 * fake kernel, a fake firewall and a fake network, facts as charon would post
 * them, and a far speaker behind each tunnel. Time moves by world_run alone.
 */

#ifndef CYGNET_UNIT_GATEWAY_WORLD_H
#define CYGNET_UNIT_GATEWAY_WORLD_H

#include "gateway/core.h"
#include "kernel/reconcile.h"
#include "unit/plan/fake_kernel.h"

/** tunnels t1 to t4, and neighbours beside them n5 to n8: numbers 0 to 7 */
#define WORLD_TUNNELS_MAX 4
#define WORLD_PEERS_MAX   8
/** index of eth0, where the underlay and the neighbours beside tunnels are */
#define WORLD_EXTERNAL  2
#define WORLD_CONNS_MAX 32

typedef struct world_t world_t;

/** the cloud's end of a tunnel */
typedef struct world_far_t
{
	world_t *world;
	bgp_t *bgp;
	bgp_peer_t *peer;
	bool dialling;
} world_far_t;

/** both ends of a TCP connection */
typedef struct world_conn_t
{
	bool used;
	bgp_conn_t *near;
	bgp_conn_t *far;
	unsigned tunnel;
	bool near_closing;
	bool far_closing;
} world_conn_t;

typedef struct world_t
{
	usec_t now;
	timers_t *timers;
	core_t *core;
	unsigned n;
	world_far_t far[WORLD_PEERS_MAX];
	world_conn_t conns[WORLD_CONNS_MAX];
	/** what the core asked the network for */
	bgp_peer_t *listening[WORLD_PEERS_MAX];
	bgp_peer_t *dialling[WORLD_PEERS_MAX];
	net_endpoint_t ends[WORLD_PEERS_MAX];
	/** the tunnel carries nothing: connections stand still */
	bool cut[WORLD_PEERS_MAX];
	/* kernel */
	fake_kernel_t *kernel;
	kernel_state_t state;
	uint32_t next_index;
	kernel_event_t events[4096];
	unsigned n_events;
	unsigned dumps;
	/** the kernel is asked for dumps and never answers */
	bool no_dumps;
	/** at some moment a default route of ours stood without a pin */
	bool pin_gap;
	/** batches of routes are written beside the core, and in the kernel so long
	 * after they were handed over; 0: nobody does that */
	usec_t beside;
	/** when the one that is under way is; 0: none is */
	usec_t beside_due;
	const kernel_op_t *beside_ops;
	size_t beside_n;
	int *beside_errors;
	/** batches so far, and those that the core waited for */
	unsigned n_beside;
	unsigned n_beside_waits;
	/** so many routes are refused from now on */
	unsigned refuse_routes;
	/** the way to every outer address; false: there is none */
	bool underlay;
	/** its gateway; NULL: the one of always */
	const char *gateway;
	/** the source that it has; NULL: the kernel names none */
	const char *source;
	/** somebody else's routes, for lookups and dumps */
	kernel_route_t foreign[16];
	unsigned n_foreign;
	/** a dump of a table that is under way; its next so many fail */
	bool table_wanted;
	uint32_t table;
	uint8_t table_protocol;
	unsigned table_errors;
	unsigned table_dumps;
	unsigned lookups;
	/** charon's SAs, as the tests put them there */
	kernel_sa_t sas[16];
	unsigned n_sas;
	kernel_sp_t sps[16];
	unsigned n_sps;
	/** SPIs that are not found when asked for */
	uint32_t lost[16];
	unsigned n_lost;
	/** dumps of SAs so far; they fail with this from now on */
	unsigned sa_dumps;
	int sa_dump_error;
	/** how often the links' counters were asked for */
	unsigned stats_asked;
	/** operations asked for, those of next hops and routes too */
	uint64_t writes;
	/** changes a configuration on its way to the core; NULL: nobody */
	void (*edit)(config_t *config);
	/* firewall */
	fw_model_t firewall;
	unsigned fw_applies;
	bool fw_gone;
	int fw_error;
} world_t;

/** seams that a test brings itself, set before world_create: datagrams, who
 * initiates connections and rekeys, and who is told of events */
extern core_seams_t world_extra;

/** n IPsec tunnels t1… in one bundle; extra goes into the bundle, more into the
 * cygnet section. NULL: defaults */
char *world_config(unsigned n, const char *more, const char *extra);
world_t *world_create(unsigned n);
/** the host alone: kernel, firewall and timers, for a core of somebody else's */
world_t *world_host_create(void);
void world_host_destroy(world_t *w);
/** its seams, without a network */
core_seams_t world_host_seams(world_t *w);
/** events and dumps that wait are told to the core */
void world_kernel_step(world_t *w);
/** our process dies: the far sides see their connections end, and a new core
 * finds the kernel as it is */
void world_kill(world_t *w);
/** the same after an orderly stop */
void world_restart(world_t *w);
/** for another core on the same world: a restart */
core_seams_t world_seams(world_t *w);
void world_destroy(world_t *w);
/** takes the text; false: refused, words in *error (owned) */
bool world_load(world_t *w, const char *text, char **error);
/** the same, of the first tunnels and changed by edit (NULL: as it is), and a
 * second passes; an error ends the test */
void world_load_edited(world_t *w, void (*edit)(config_t *config));
/** time passes in steps of 10 ms, all that can happen happens */
void world_run(world_t *w, usec_t span);
/** a fact about tunnel i (0…) */
void world_fact(world_t *w, unsigned i, fact_kind_t kind, uint32_t sa,
				uint32_t successor);
/** loaded and an SA up on each tunnel, sessions established */
void world_up(world_t *w);
bgp_state_t world_session(const world_t *w, unsigned i);
/** a far speaker for the neighbour that the configuration calls n<i+1> */
void world_beside(world_t *w, unsigned i, uint32_t asn, const char *next_hop);
/** an address on a link of the kernel's, not ours; told as an event */
void world_addr(world_t *w, uint32_t link, const char *ifaddr, bool there);
/** somebody else's route by link or gateway, told as an event */
void world_foreign(world_t *w, const char *prefix, uint8_t protocol,
				   uint32_t table, uint32_t metric, uint32_t link,
				   const char *gateway, bool there);
/** how our own prefix goes out at far side i: its MED; UINT32_MAX: it does not */
uint32_t world_told(const world_t *w, unsigned i, const char *prefix);
/** links (kernel indexes) and gateways that a prefix leaves by, "10 2/192.0.2.1"
 * in the group's order; "": blackhole or nothing */
const char *world_hops(const world_t *w, const char *prefix);
/** the far side of tunnel i announces, or takes back */
void world_announce(world_t *w, unsigned i, const char *prefix, bool announce);
/** links that a prefix leaves by in the fake kernel: bit i for tunnel i; 0:
 * blackhole or nothing; *there tells which */
unsigned world_ways(const world_t *w, const char *prefix, bool *there);
const kernel_link_t *world_link(const world_t *w, unsigned i);
/** the link goes down or comes back */
void world_link_set(world_t *w, unsigned i, bool up);
/** the underlay's link does: the kernel drops routes by it, pins too, and tells
 * of the link alone */
void world_external_set(world_t *w, bool up);
/** DHCP names another gateway, as the kernel tells */
void world_external_gateway(world_t *w, const char *gateway);
/** it has another MTU, as the kernel tells */
void world_external_mtu(world_t *w, uint32_t mtu);
/* by hand, with the words that the kernel has for it: */
void world_link_delete(world_t *w, unsigned i);
void world_link_rename(world_t *w, const char *from, const char *to);
/** somebody else's, in w->state, is deleted */
void world_foreign_link_gone(world_t *w, const kernel_link_t *link);
/** one of ours; the kernel's addresses go with the link as well */
void world_addr_delete(world_t *w, const kernel_addr_t *addr);
void world_route_delete(world_t *w, const kernel_route_t *route);
/** next hop or group: groups shrink, routes go, and those are not told */
void world_nexthop_delete(world_t *w, uint32_t id);
void world_rule_delete(world_t *w, const kernel_rule_t *rule);
/** words of status' problems contain these */
bool world_problem(world_t *w, const char *words);

#endif
