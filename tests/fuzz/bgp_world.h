/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A speaker with peers whose bytes, connections and clock are the input's: what
 * fuzz_bgp_open, fuzz_bgp_update and fuzz_bgp_session share. Its sink checks
 * what must hold whatever comes in: one conn is closed once, one session a
 * peer at most, and output is whole messages in their order that our own codec
 * reads without a fault. world_check walks the tables beside their counters.
 */

#ifndef CYGNET_FUZZ_BGP_WORLD_H
#define CYGNET_FUZZ_BGP_WORLD_H

#include "fuzz/fuzz.h"

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/speaker.h"

#define WORLD_PEERS 3
#define WORLD_CONNS 8
#define WORLD_HOPS  64

#define WORLD_AS   65001
#define WORLD_ID   0x0a000001u
#define WORLD_HOLD 90

/** prefixes in order, without doubles */
typedef struct prefix_set_t
{
	prefix_t *list;
	size_t count;
	size_t room;
} prefix_set_t;

void prefix_set_add(prefix_set_t *set, const prefix_t *p);
void prefix_set_remove(prefix_set_t *set, const prefix_t *p);
bool prefix_set_has(const prefix_set_t *set, const prefix_t *p);

typedef struct world_peer_t
{
	/** NULL: not there, or removed */
	bgp_peer_t *peer;
	bgp_peer_config_t config;
	bool dialling;
	/** behaves, and must never be harmed by what others do */
	bool witness;
	/** what our UPDATEs of this session have told it */
	prefix_set_t told;
} world_peer_t;

typedef struct world_conn_t
{
	/** NULL: free */
	bgp_conn_t *conn;
	unsigned peer;
	/** the speaker has asked for its end */
	bool closing;
	/** what it was given, in order */
	bool opened;
	bool notified;
} world_conn_t;

typedef struct world_t
{
	usec_t now;
	timers_t *timers;
	bgp_t *bgp;
	bgp_policy_t *all;
	bgp_policy_t *some;
	world_peer_t peers[WORLD_PEERS];
	world_conn_t conns[WORLD_CONNS];
	/** not known by its pointer yet */
	world_conn_t *arriving;
	usec_t fed;
	/** what the kernel would hold by the changes alone */
	prefix_set_t fib;
	/** next hops that are to be resolved; unset: free */
	addr_t hops[WORLD_HOPS];
	/** attribute sets of an empty speaker */
	size_t attrs;
} world_t;

/** a speaker of WORLD_AS with no peers; restarting: families that the kernel
 * still forwards */
void world_begin(world_t *w, unsigned restarting);
/** a policy with matches and changes of many kinds */
bgp_policy_t *world_policy(void);
/** NULL: not one of ours, or removed */
world_peer_t *world_peer_of(world_t *w, const bgp_peer_t *peer);
/** removes the peers, and checks that nothing is left of them */
void world_end(world_t *w);

/** peer n as a test would configure it, started: 0 eBGP over IPv4 with a limit
 * and a maze of policies, 1 iBGP over IPv6, 2 eBGP with nothing special */
void world_peer_add(world_t *w, unsigned n);
/** peer n gets other options, by the argument's bits and the body's octets */
void world_configure(world_t *w, unsigned n, uint8_t arg, rbuf_t body);
/** a next hop that is asked for can be reached, or not; at a cost */
void world_next_hop(world_t *w, unsigned n, uint8_t how);
/** the dialling comes to its end; NULL: nobody dials, no room, or failed */
world_conn_t *world_connected(world_t *w, unsigned n, bool succeeds);
/** the peer dials; NULL: no room, or refused */
world_conn_t *world_accepted(world_t *w, unsigned n);
/** an OPEN of the peer's that is in order; cut down by those who want less */
bgp_open_t world_open(const world_t *w, unsigned n);
/** OPEN and KEEPALIVE; the session stands afterwards */
world_conn_t *world_establish(world_t *w, unsigned n, const bgp_open_t *open);

/** the n-th conn that still listens, NULL: none */
world_conn_t *world_conn(world_t *w, unsigned n);
/** the peer's session, NULL: none */
world_conn_t *world_session(world_t *w, unsigned n);
/** bytes from a conn's peer; NULL and closing ones are passed over */
void world_input(world_t *w, world_conn_t *c, const void *data, size_t len);
/** a message around the body; in two parts if split is not 0 */
void world_message(world_t *w, world_conn_t *c, uint8_t type, rbuf_t body,
				   unsigned split);
/** the connection breaks */
void world_broken(world_t *w, world_conn_t *c, const char *why);

/** a prefix of our own, by one of the sources and with a MED or without */
void world_originate(world_t *w, const prefix_t *p, unsigned how);

/** the whole list, from three octets each: length, and the first of an address */
void world_aggregates(world_t *w, rbuf_t body);

/** time passes; witnesses send their KEEPALIVEs */
void world_pass(world_t *w, usec_t span);
/** reads all that waits for the conn */
void world_drain(world_t *w, world_conn_t *c);
/** sliced work, changes, conns that are to be closed, witnesses' output; with
 * all, everybody's output */
void world_settle(world_t *w, bool all);
/** counters equal walks; the changes taken make the table; what was told is
 * what the views say was (of peers whose output has all been read) */
void world_check(world_t *w);

#endif
