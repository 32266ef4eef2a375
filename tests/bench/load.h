/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The gateway of a load: the whole core, one bundle of two tunnels with a
 * neighbour each, on a kernel that counts routes and keeps none. Sessions are
 * of bytes that were made before; a turn is as src/gateway/gateway.c has it,
 * with the kernel's time put in by a price a message.
 */

#ifndef CYGNET_BENCH_LOAD_H
#define CYGNET_BENCH_LOAD_H

#include "table.h"
#include "unit/gateway/world_impl.h"

#define LOAD_TUNNELS 2

/** bytes of a session that were made before */
typedef struct load_bytes_t
{
	uint8_t *data;
	size_t len;
	size_t room;
} load_bytes_t;

/** what turns have cost, in seconds of the processor */
typedef struct load_cost_t
{
	double input, work, other;
	/** of the longest turn, without the kernel's price */
	double longest;
	uint32_t turns;
	/** messages of routes, as rounds of src/kernel/write.c, and bytes */
	uint64_t route_messages;
	uint64_t route_bytes;
	/** making them, within work */
	double encode;
	/** of next hops and groups */
	uint64_t hop_messages;
} load_cost_t;

typedef struct load_t
{
	world_t *world;
	/** turns do all there is, and take a millisecond: the same work each time */
	bool untimed;
	bgp_peer_t *dialling[LOAD_TUNNELS];
	bgp_conn_t *conn[LOAD_TUNNELS];
	bool closing[LOAD_TUNNELS];
	const load_bytes_t *feed[LOAD_TUNNELS];
	size_t fed[LOAD_TUNNELS];
	usec_t spoken;
	/** routes that the kernel would have, and so by ways out of their group */
	uint32_t routes;
	uint32_t *by_group;
	uint32_t by_group_size;
	load_cost_t cost;
	double kernel_price;
} load_t;

double load_cpu(void);
/** resident bytes of this process */
double load_resident(void);

/** one UPDATE a set of attributes, End-of-RIB last */
void load_announce_bytes(load_bytes_t *out, const table_t *table,
						 unsigned peer);
void load_withdraw_bytes(load_bytes_t *out, const table_t *table);
void load_bytes_deinit(load_bytes_t *bytes);

/** tunnels and sessions up, nothing announced */
void load_start(load_t *load, bool untimed);
void load_stop(load_t *load);
/** the session ends as a TCP connection that is reset does */
void load_reset(load_t *load, unsigned i);
/** the tunnel's SA goes or comes */
void load_tunnel(load_t *load, unsigned i, bool up);
/** what the peer says from now on, borrowed */
void load_feed(load_t *load, unsigned i, const load_bytes_t *bytes);
/** turns until there is nothing to do and all is fed and sessions are up */
void load_settle(load_t *load);
/** one turn; true: more waits */
bool load_turn(load_t *load);
/** routes whose group has so many members in use */
uint32_t load_routes_by(const load_t *load, unsigned members);

#endif
