/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A simulation: gateways, each the real core on the fakes of the unit tests,
 * and between them what they never see here: charon, its CHILD_SAs, the
 * underlay, TCP. One number decides all: the same seed gives the same trace.
 *
 * event.c  time, the trace and its hash
 * node.c   a gateway: host, configuration, life and death of its process
 * sas.c    SAs as both ends have them
 * charon.c the IKE daemons: exchanges over the wire
 * xfrm.c   SAs in a kernel, for its core
 * plain.c  tunnels that are links of somebody else's
 * site.c   the LAN and its routes; the underlay's gateway
 * wire.c   what passes the underlay and the tunnels; datagrams of detectors
 * stream.c TCP through the tunnels
 * chaos.c  what happens to them
 * check.c  what must hold
 * quiet.c  and what the kernels hold when nothing happens
 */

#ifndef CYGNET_SIM_H
#define CYGNET_SIM_H

#include "unit/gateway/world.h"

#define SIM_NODES   3
#define SIM_TUNNELS 6
/** a node's prefixes: first those that it may advertise, then what others' route,
 * its LAN and an aggregate of all make it announce */
#define SIM_ADVERTISED 4
#define SIM_STATIC     4
#define SIM_CONNECTED  5
#define SIM_AGGREGATE  6
#define SIM_PREFIXES   7
#define SIM_SAS        48
#define SIM_IKES       24
#define SIM_EXCHANGES  32
#define SIM_CONNS      64
#define SIM_SOCKETS    64

#define MSEC USEC_PER_MSEC
#define SEC  USEC_PER_SEC

typedef struct sim_t sim_t;
typedef struct sim_node_t sim_node_t;
typedef struct sim_tunnel_t sim_tunnel_t;

/** a CHILD_SA as the two ends have it */
typedef struct sim_sa_t
{
	bool used;
	/** what its SPIs are to charon: its place may be another's by and by */
	uint64_t serial;
	/** the IKE_SA that it is of, as each side has it */
	uint32_t ike[2];
	/** from where to where, see sim_end_t */
	unsigned address[2];
	/** charon's number of it, 0: that charon does not know it (any more) */
	uint32_t id[2];
	/** halves in the kernel; order: of the outbound half's installation */
	bool in[2];
	bool out[2];
	uint64_t order[2];
	/** by whom it is being rekeyed, or has been; deleted */
	bool rekeyed[2];
	bool deleting[2];
	/** its successor */
	uint64_t next;
} sim_sa_t;

typedef struct sim_ike_t
{
	bool used;
	uint32_t number;
	unsigned address[2];
	bool there[2];
	/** it deletes it */
	bool deleting[2];
} sim_ike_t;

typedef enum sim_x_t
{
	/** IKE_SA_INIT and IKE_AUTH in one */
	X_INIT,
	X_CHILD,
	X_REKEY,
	X_REKEY_IKE,
	X_DELETE_CHILD,
	X_DELETE_IKE,
	X_DPD,
} sim_x_t;

typedef enum sim_answer_t
{
	ANSWER_NONE,
	ANSWER_OK,
	ANSWER_ERROR,
} sim_answer_t;

/** an exchange that `side` started */
typedef struct sim_exchange_t
{
	bool used;
	uint64_t serial;
	sim_tunnel_t *tunnel;
	sim_x_t kind;
	unsigned side;
	uint32_t ike;
	/** serials of SAs, 0: none */
	uint64_t old;
	uint64_t new;
	bool initial_contact;
	/** reauthentication: the IKE_SA that goes when this one is there, 0: none;
	 * or a new one is made when this one is gone */
	uint32_t reauth;
	bool again;
	/** what the IKE_SA is rekeyed to */
	uint32_t successor;
	unsigned tries;
	unsigned epoch[2];
	sim_answer_t answer;
	cyg_timer_t timer;
} sim_exchange_t;

/** one end of a tunnel */
typedef struct sim_end_t
{
	sim_node_t *node;
	bgp_peer_t *listening;
	bgp_peer_t *dialling;
	unsigned dial_tries;
	cyg_timer_t dial_timer;
	/** what charon has: swanctl --load-all was run */
	bool loaded;
	/** its outer address is the so-manieth; the far one's as its configuration
	 * has it */
	unsigned address;
	unsigned remote;
	/** numbers of CHILD_SAs that its core was told are up, 0: free */
	uint32_t up[SIM_SAS];
	/* a person's words to this gateway */
	bool drained;
	/** it may be drained for a reauthentication till then, where others carry
	 * as far as the gateway can know */
	usec_t reauth_until;
	/** when it was drained for one at the latest */
	usec_t reauth_at;
	bool shutdown;
	/** left out of the configuration */
	bool absent;
	/** since when packets from this end do (not) come out at the other */
	usec_t works_since;
	usec_t broken_since;
	/** it worked long enough for the detectors to have been up */
	bool watched;
	/** its first SA came, after there was none */
	usec_t fresh_since;
	/** both directions, both daemons, session if any: fit for use since */
	usec_t fit_since;
	/** its core has an SA, or its link, since */
	usec_t stands_since;
	/** and flows have gone through it since */
	bool carried;
	cyg_timer_t dpd;
} sim_end_t;

struct sim_tunnel_t
{
	sim_t *sim;
	unsigned number;
	sim_end_t end[2];
	/* the wire */
	bool cut[2];
	bool esp_cut[2];
	unsigned loss;
	usec_t latency;
	usec_t jitter;
	/** an existing link, and no IPsec; without its carrier */
	bool plain;
	bool point_to_point;
	bool dark;
	/* the configuration of both ends */
	bool bgp;
	bool bfd;
	bool probe;
	/** it has addresses of IPv6, too; of IPv6 alone */
	bool six;
	bool only_six;
	unsigned bfd_interval;
	/** NULL: none */
	const char *bfd_auth;
	unsigned weight;
	/** fit for use without the shortest break since: none in a step, and none
	 * that was over before one */
	usec_t steady_since;
	sim_sa_t sas[SIM_SAS];
	sim_ike_t ikes[SIM_IKES];
	sim_exchange_t exchanges[SIM_EXCHANGES];
};

/** what a bundle says, at both its ends */
typedef struct sim_bundle_t
{
	bool standby;
	unsigned min_links;
	unsigned preempt_delay;
	bool statics;
	bool reset;
	bool resilient;
	bool unreachable;
	bool default_guard;
	/** static routes are of both families */
	bool six;
	/** some of its tunnels are existing links */
	bool lines;
} sim_bundle_t;

struct sim_node_t
{
	sim_t *sim;
	unsigned number;
	world_t *host;
	core_t *core;
	/** of its charon */
	unsigned epoch;
	usec_t started;
	uint32_t next_sa;
	/** something waits for its loop */
	bool poked;
	/** its process is dying: nothing is said any more */
	bool dying;
	bool stopping;
	/** its loop is slow: table work in single slices */
	bool slow;
	/** prefixes that it announces, as bits; edition of the other options */
	unsigned advertised;
	unsigned edition;
	bool redistributes;
	bool aggregates;
	bool summary_only;
	/** what is announced was last another thing */
	usec_t advertised_at;
	/** its kernel was tampered with: till when that may show */
	usec_t grace;
	/** its kernel has refused routes at some time: then what they had goes before
	 * they do */
	bool refused;
	unsigned refusals;
	/** in its kernel, as last seen */
	unsigned groups;
	unsigned routes;
	/** a firewall has stood */
	bool guarded;
	usec_t unguarded_since;
	/** flow by flow: since when it goes astray, 0: it does not; the tunnels that
	 * it went through */
	usec_t astray[SIM_NODES][SIM_PREFIXES][2];
	unsigned went[SIM_NODES][SIM_PREFIXES][2];
	/** a pin leads to where the underlay's gateway is not, since */
	usec_t mispinned_since;
	/** bundle by bundle, by the far node: dead ends are (not) as when_down says,
	 * since */
	usec_t misled_since[SIM_NODES];
};

/** a TCP connection through a tunnel; side by side */
typedef struct sim_conn_t
{
	sim_t *sim;
	bool used;
	uint64_t serial;
	sim_tunnel_t *tunnel;
	/** NULL: that side has closed, or is dead */
	bgp_conn_t *conn[2];
	bool output[2];
	bool closing[2];
	/** bytes on their way from the side, then the end of them */
	uint8_t *bytes[2];
	size_t len[2];
	bool fin[2];
	bool fin_told[2];
	usec_t backoff[2];
	cyg_timer_t timer[2];
} sim_conn_t;

struct datagram_t
{
	bool used;
	uint64_t serial;
	sim_node_t *node;
	sim_tunnel_t *tunnel;
	unsigned side;
	datagram_kind_t kind;
	datagram_fn_t fn;
	void *user;
};

struct sim_t
{
	uint64_t seed;
	prng_t rng;
	usec_t now;
	/** the world's own events */
	timers_t *timers;
	bool verbose;
	uint64_t hash;
	uint64_t events;
	uint64_t serial;
	uint32_t next_ike;
	uint64_t order;
	unsigned n_nodes;
	unsigned n_tunnels;
	sim_node_t nodes[SIM_NODES];
	sim_tunnel_t tunnels[SIM_TUNNELS];
	/** by spoke: nodes 1 and 2 */
	sim_bundle_t bundles[SIM_NODES];
	unsigned restart_time;
	bool keep_all;
	sim_conn_t conns[SIM_CONNS];
	datagram_t sockets[SIM_SOCKETS];
	/** flows were last looked at */
	usec_t looked;
	/** the longest that healing took */
	usec_t healed_in;
	size_t memory;
	/** words on what did not hold, "" */
	char failure[320];
};

/* event.c */

typedef void (*sim_fn_t)(sim_t *sim, void *user, uint64_t a, uint64_t b);

/** calls once, in `in` from now */
void sim_at(sim_t *sim, usec_t in, sim_fn_t fn, void *user, uint64_t a,
			uint64_t b);
/** the same; user is adopted, by fn when it is called */
void sim_give(sim_t *sim, usec_t in, sim_fn_t fn, void *user, uint64_t a,
			  uint64_t b);
/** into the hash, and with -v to stdout */
void sim_trace(sim_t *sim, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/** cheap: into the hash alone */
void sim_note(sim_t *sim, uint64_t what);
/** something does not hold: the first words stay */
void sim_fail(sim_t *sim, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
unsigned sim_random(sim_t *sim, unsigned bound);
/** true in `percent` of a hundred */
bool sim_chance(sim_t *sim, unsigned percent);
/** all events that were asked for and not yet called are forgotten */
void sim_events_free(sim_t *sim);

/* node.c */

void node_create(sim_t *sim, unsigned number);
void node_destroy(sim_node_t *node);
/** its process starts, and reads the configuration */
void node_start(sim_node_t *node);
/** SIGKILL */
void node_kill(sim_node_t *node);
/** an orderly stop begins, and ends half a second later */
void node_stop(sim_node_t *node);
void node_finish(sim_node_t *node);
void node_reload(sim_node_t *node);
/** all that its loop would do now */
void node_turn(sim_node_t *node);
/** the tunnel's end at a node; the tunnel must be its */
unsigned node_side(const sim_node_t *node, const sim_tunnel_t *tunnel);
bool node_has(const sim_node_t *node, const sim_tunnel_t *tunnel);
/** prefix i of a node's own, six: of IPv6 */
const prefix_t *node_prefix(unsigned number, unsigned i, bool six);
bool node_announces(const sim_node_t *node, unsigned i);
/** its session through the tunnel */
bgp_state_t node_session(const sim_node_t *node, const sim_tunnel_t *tunnel);
/** the spoke's number names the bundle */
const sim_bundle_t *tunnel_bundle(const sim_tunnel_t *tunnel);

/* wire.c */

/** latency of a packet from the side, 0: it is lost. esp: of IPsec */
usec_t wire_send(sim_tunnel_t *tunnel, unsigned side, bool esp);
/** a packet from the side would come out of the other end's link now, but for
 * losses */
bool wire_works(const sim_tunnel_t *tunnel, unsigned side);
bool wire_both(const sim_tunnel_t *tunnel);
/** the side's address on the link, that neighbours and detectors use */
addr_t wire_inner(const sim_tunnel_t *tunnel, unsigned side);
/** it stands there, and the link is up */
bool wire_end(const sim_tunnel_t *tunnel, unsigned side);
/** of a link by name or address */
sim_tunnel_t *wire_tunnel(sim_t *sim, const char *link);
extern const datagram_ops_t wire_datagrams;
/** the process is dead: its sockets are closed */
void wire_forget(sim_node_t *node);

/* stream.c */

extern const net_ops_t stream_ops;
void stream_init(sim_t *sim);
/** what the node's speaker has said; true: something moved */
bool stream_turn(sim_node_t *node);
/** its process is dead: the kernel closes its sockets */
void stream_forget(sim_node_t *node);
/** connections of the tunnel with two living ends */
unsigned stream_count(const sim_tunnel_t *tunnel);
void stream_free(sim_t *sim);

/* charon.c */

void charon_init(sim_tunnel_t *tunnel);
/** it deletes its IKE_SAs on its way out, and waits for no answer */
void charon_goodbye(sim_node_t *node);
/** the node's charon is dead; its kernel's SAs stay or go */
void charon_forget(sim_node_t *node, bool kernel_too);
/** swanctl --load-all of one connection */
void charon_load(sim_tunnel_t *tunnel, unsigned side, bool start);
/** as the plugin's initiator does */
void charon_initiate(sim_tunnel_t *tunnel, unsigned side);
/** a CHILD_SA beside what is there */
void charon_duplicate(sim_tunnel_t *tunnel, unsigned side);
void charon_rekey(sim_tunnel_t *tunnel, unsigned side);
/** of the IKE_SA: nothing is told of it */
void charon_rekey_ike(sim_tunnel_t *tunnel, unsigned side);
/** both sides at once */
void charon_collide(sim_tunnel_t *tunnel);
void charon_reauth(sim_tunnel_t *tunnel, unsigned side, bool make_first);
void charon_terminate(sim_tunnel_t *tunnel, unsigned side, bool ike);
/** the outer address of the other end has changed (MOBIKE) */
void charon_roam(sim_tunnel_t *tunnel, unsigned side);
/** CHILD_SAs that the side's core was told of; a link is as good as one */
unsigned charon_count(const sim_tunnel_t *tunnel, unsigned side);
/* for the core's seam: */
void charon_asked(void *user, const char *connection);
void charon_asked_rekey(void *user, const char *connection, const char *child);
void charon_asked_reauth(void *user, const char *connection);
/** the side's so-manieth address on the underlay */
addr_t charon_outer(const sim_tunnel_t *tunnel, unsigned side, unsigned number);
/** the side has another address on the underlay, and no MOBIKE: its SAs end */
void charon_move(sim_tunnel_t *tunnel, unsigned side);
/** the SA is between addresses that the ends have now */
bool charon_reaches(const sim_tunnel_t *tunnel, const unsigned address[2]);

/* xfrm.c */

/** the node's SAs as its core sees them */
void xfrm_seams(sim_node_t *node, core_seams_t *seams);

/* chaos.c */

/** one thing happens */
void chaos_step(sim_t *sim);
/** all that was done is undone */
void chaos_heal(sim_t *sim);

/* check.c */

void check_step(sim_t *sim);
/** each way is used that should be; words on what is missing, NULL: all is as
 * it should be */
const char *check_converged(sim_t *sim);
/** the tunnels that should carry a prefix of the far node's then, as bits */
unsigned check_wanted(const sim_node_t *node, const sim_node_t *far,
					  unsigned prefix, bool six);
/** nothing but detection stands between it and its use */
bool check_fit(const sim_tunnel_t *tunnel);
/** the side's core has no SA of the tunnel: what watches it begins anew */
void check_bare(sim_tunnel_t *tunnel, unsigned side);
/** the node's configuration was changed: nobody is fit by it yet */
void check_disturbed(sim_node_t *node);
/** somebody was at the tunnel's link, which may be healed before it is seen */
void check_tampered(sim_tunnel_t *tunnel);

/* quiet.c */

/** nothing but that, in the kernels */
void check_quiet(sim_t *sim);

/* sim.c */
/** time goes on, until then or the first failure */
void sim_run(sim_t *sim, usec_t span);

#endif
