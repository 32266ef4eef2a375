/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the files of the tables share: rib.c (nets and paths, decision,
 * queue of changes), rib_in.c (routes in), rib_work.c (sliced work),
 * aggregate.c, rib_view.c (reading), adj_out.c (what
 * peers are told).
 *
 * A net is a prefix with a chain of paths: first the chosen, best first, then
 * the backup, then the others. A path belongs to a peer and carries the epoch
 * in which it was heard. Each peer has, by family, the epoch of now and the
 * oldest that counts; so losing a peer, or the end of a refresh, is one
 * assignment, and what it left behind is found dead wherever it is met, also
 * after the peer is back. The purge only takes the memory.
 *
 * What needs looking at in slices is found in two ways. A peer with few paths
 * has a list of their nets, so that its flapping costs what it has. For one
 * with many, the list would cost 4 bytes a path and find most nets anyhow:
 * then one sweep goes over all nets in the order of memory, for all such
 * peers at once, until each net has been seen since the last event.
 */

#ifndef CYGNET_BGP_RIB_IMPL_H
#define CYGNET_BGP_RIB_IMPL_H

#include "base/trie.h"
#include "bgp/adj_out.h"
#include "bgp/aggregate.h"
#include "bgp/attr_pool.h"
#include "bgp/decide.h"
#include "bgp/fifo.h"
#include "bgp/policy.h"
#include "bgp/pool.h"
#include "bgp/rib.h"

/** the peer numbers of our own paths, from PEER_LOCAL on; they have no epoch,
 * but a source */
#define PEER_LOCAL     0x7ffeu
#define PEER_AGGREGATE 0x7fffu
#define PEER_MASK      0x7fffu
/** what a path costs beside its attributes when nobody shares its net: the
 * path, the net and two nodes of the trie, its place in queues and lists, and a
 * next hop of its own */
#define PATH_COST_IPV4 192u
#define PATH_COST_IPV6 240u
/** prefixes that a view looks at for one answer; a list of so many is searched
 * whole */
#define VIEW_STEPS 1024u
/** by how many bits a /24 stands at the start of a block: 0 to 7, or more */
#define CHANGE_RANKS 8u
/** the same for the next route: whoever walks takes some hundred at once */
#define NEXT_STEPS 128u
/** paths of a peer up to which their nets are listed, give or take half */
#define LISTED_MAX 16384u

enum
{
	NET_USED = 0x01,
	/** stands in the queue of changes */
	NET_CHANGED = 0x02,
	/** stands in the queue of exports */
	NET_EXPORT = 0x04,
	/** what it contributes to aggregates, as its best path was chosen last */
	NET_CONTRIBUTES = 0x38,
	NET_CONTRIBUTES_SHIFT = 3,
};

/** 16 bytes with an IPv4 address, 28 with IPv6 */
typedef struct net_t
{
	/** chain, 0: none */
	uint32_t paths;
	uint32_t tag;
	uint8_t len;
	uint8_t flags;
	uint8_t n_best;
	uint8_t n_backup;
	uint8_t addr[];
} net_t;

typedef struct path_t
{
	uint32_t next;
	/** attributes as they came, and after import policy (0: rejected) */
	uint32_t received;
	uint32_t accepted;
	uint16_t peer : 15;
	/** counted as a user of its next hop, which is to be resolved */
	uint16_t resolves : 1;
	union
	{
		uint16_t epoch;
		/** bgp_source_t, of our own */
		uint16_t source;
	};
} path_t;

_Static_assert(sizeof(net_t) == 12, "a net of IPv4 is to take 16 bytes");
_Static_assert(sizeof(path_t) == 16, "a path is to take 16 bytes");

/** a net's handle, and its family in the highest bit */
typedef uint32_t net_ref_t;
#define NET_REF_IPV6 0x80000000u

/** what the tables keep of a peer number; outlives the peer */
typedef struct slot_t
{
	/** NULL: nobody has this number now */
	bgp_rib_peer_t *peer;
	uint16_t epoch[2];
	uint16_t oldest[2];
	/** paths of this epoch, and those of them accepted */
	uint32_t heard[2];
	uint32_t heard_accepted[2];
	uint64_t heard_memory[2];
	/** paths in the pool, dead ones too */
	uint32_t paths;
	/** epochs begun since everything dead was purged */
	uint32_t epochs_begun;
	/** nets that have a path of it (and some that had), unless overflown */
	net_ref_t *list;
	uint32_t list_len;
	uint32_t list_size;
	bool list_overflown;
	/** the list is being gone through */
	bool list_job;
	uint32_t list_at;
	/** what is to be done to its paths when they are looked at */
	bool repolicy;
	bool reweigh;
	/** as of the last peer_changed */
	bool eligible;
	uint8_t weight;
	const bgp_policy_t *import_policy;
	const bgp_policy_t *export_policy;
} slot_t;

/** Changed nets of a family, each once. The kernel's table of IPv4 is a trie
 * whose nodes grow as they fill, and a node that grows late has to split what
 * stands below it. So those at the starts of the largest blocks are told first:
 * a full table then costs the kernel a quarter less than in the order in which
 * it was heard. A rank's turn ends with those that waited when it began */
typedef struct changes_t
{
	fifo_t rank[CHANGE_RANKS];
	/** whose turn it is, and how many of them are left */
	unsigned at;
	size_t left;
	size_t count;
} changes_t;

typedef struct sweep_t
{
	bool on;
	/** next handle to be looked at, and how often it was wrapped */
	uint32_t at;
	uint32_t round;
	/** over when this is reached */
	uint32_t until_at;
	uint32_t until_round;
} sweep_t;

struct bgp_rib_t
{
	bgp_config_t config;
	bgp_decide_opts_t opts;
	bgp_attr_pool_t *attrs;
	bgp_nexthops_t *hops;
	/* by family: [0] IPv4, [1] IPv6 */
	trie_t *trie[2];
	pool_t nets[2];
	/** nets with a chosen path */
	size_t routes[2];
	sweep_t sweep[2];
	pool_t paths;
	slot_t *slots;
	uint32_t n_slots;
	/** LISTED_MAX; tests set less */
	uint32_t listed_max;
	/** list jobs under way */
	uint32_t list_jobs;
	/** families held back by bgp_rib_defer */
	unsigned deferred;
	changes_t changes[2];
	/** the family whose change is taken next */
	int changes_turn;
	/** the net whose change was taken last, 0: none; may be gone */
	net_ref_t taken;
	fifo_t exports[2];
	bgp_attr_set_t scratch;
	/** of the net that was decided last, in the order of the decision */
	bgp_cand_t *cands;
	size_t n_cands;
	size_t cands_size;
	bgp_rib_resolve_t resolve;
	void *resolve_user;
	bgp_rib_watch_t watch;
	void *watch_user;
	/** a next hop could not be used, so many are */
	bool hops_refused;
	aggregates_t aggregates;
	/** who is announced to, and what is left of who was */
	outs_t outs;
};

static inline int family_index(uint8_t family)
{
	return family == FAMILY_IPV6;
}

static inline family_t family_of(int f)
{
	return f ? FAMILY_IPV6 : FAMILY_IPV4;
}

static inline bool is_deferred(const bgp_rib_t *rib, int f)
{
	return (rib->deferred & (f ? BGP_IPV6 : BGP_IPV4)) != 0;
}

static inline int ref_family(net_ref_t ref)
{
	return (ref & NET_REF_IPV6) != 0;
}

static inline net_ref_t net_ref(int f, uint32_t handle)
{
	return handle | (f ? NET_REF_IPV6 : 0);
}

static inline net_t *net_at(const bgp_rib_t *rib, net_ref_t ref)
{
	return pool_at(&rib->nets[ref_family(ref)], ref & ~NET_REF_IPV6);
}

/** the net is there, and its place not free */
static inline bool net_exists(const bgp_rib_t *rib, net_ref_t ref)
{
	const net_t *net =
		pool_peek(&rib->nets[ref_family(ref)], ref & ~NET_REF_IPV6);

	return net && net->flags & NET_USED;
}

static inline path_t *path_at(const bgp_rib_t *rib, uint32_t handle)
{
	return pool_at(&rib->paths, handle);
}

static inline bool path_is_local(const path_t *path)
{
	return path->peer >= PEER_LOCAL;
}

static inline bgp_source_t path_source(const path_t *path)
{
	return path_is_local(path) ? (bgp_source_t)path->source : BGP_SOURCE_PEER;
}

static inline uint8_t net_contribution(const net_t *net)
{
	return (net->flags & NET_CONTRIBUTES) >> NET_CONTRIBUTES_SHIFT;
}

prefix_t net_prefix(int f, const net_t *net);
/** heard in an epoch that counts; our own always */
bool path_is_live(const bgp_rib_t *rib, const path_t *path, int f);
/** fills *c; false: it must not be chosen */
bool path_cand(const bgp_rib_t *rib, const path_t *path, int f, bgp_cand_t *c);
/** all paths that may be chosen, in memory of the table's own */
size_t rib_gather(const bgp_rib_t *rib, int f, const net_t *net,
				  bgp_cand_t **cands);
/** takes dead paths, applies what changed of peers, decides. The net may be
 * gone afterwards */
void net_visit(bgp_rib_t *rib, net_ref_t ref);
/** a path of our own, new or in the place of the one before */
void local_enter(bgp_rib_t *rib, const prefix_t *prefix, uint16_t number,
				 const bgp_attrs_t *attrs, bgp_source_t source);
void local_remove(bgp_rib_t *rib, const prefix_t *prefix, uint16_t number);
/** peers may have to be told */
void queue_export(bgp_rib_t *rib, net_ref_t ref, net_t *net);
/** the FIB has to be told, once */
void queue_change(bgp_rib_t *rib, net_ref_t ref, net_t *net);
void changes_deinit(bgp_rib_t *rib, int f);
size_t changes_memory(const bgp_rib_t *rib, int f);
/** changed: a chosen path was taken out, or is another in the same place */
void net_decide(bgp_rib_t *rib, net_ref_t ref, net_t *net, bool changed);
/** takes the path at *link, number i of the chain; true: it was chosen, and
 * the net is to be decided */
bool path_unlink(bgp_rib_t *rib, int f, net_t *net, uint32_t *link, unsigned i);
/** has it accepted as these attributes, 0: rejected; takes over the hold */
void path_accept(bgp_rib_t *rib, path_t *path, uint32_t accepted);
/** it is to be a user of a next hop and is not, or the other way round */
bool path_resolve_due(const bgp_rib_t *rib, const path_t *path);
/** some of the paths that wait for their next hops may be eligible now */
void hops_changed(bgp_rib_t *rib);
/** bytes of a path as max_memory counts */
uint64_t path_cost(const bgp_rib_t *rib, int f, const path_t *path);
/** the counters of a live path that comes (1) or goes (-1) */
void count_path(const bgp_rib_t *rib, slot_t *slot, int f, const path_t *path,
				int by);
/** frees it if nothing needs it */
void net_drop_if_unused(bgp_rib_t *rib, net_ref_t ref);
/** number of the attributes after import policy, held; 0: rejected */
uint32_t import_attrs(bgp_rib_t *rib, const slot_t *slot,
					  const prefix_t *prefix, uint32_t received);
/** the table as it is now, dead and unreachable paths left out; step by step
 * what the decision says. false: nothing is chosen */
bool route_fill(const bgp_rib_t *rib, int f, const net_t *net,
				bgp_route_t *out);
/** the same of the net that was decided just now */
void route_decided(const bgp_rib_t *rib, int f, const net_t *net,
				   bgp_route_t *out);
/** the net of the prefix, made if absent */
net_ref_t net_enter(bgp_rib_t *rib, int f, const prefix_t *prefix);
/** the peer number's slot; valid until the next new number */
slot_t *slot_of(bgp_rib_t *rib, const bgp_rib_peer_t *peer);
/** has to look at all paths of the peer */
void slot_look_at(bgp_rib_t *rib, slot_t *slot);
void slot_list_add(bgp_rib_t *rib, slot_t *slot, net_ref_t ref);
void sweep_start(bgp_rib_t *rib);

#endif
