/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The tables: adj-rib-in, loc-rib, and what each peer is to be told
 * (RFC 4271 section 3.2), inside src/bgp only. Sessions put decoded routes
 * in and pull messages out; the public calls of bgp.h on routes are thin
 * covers of these. Nets and paths are pool entries named by 32-bit handles.
 */

#ifndef CYGNET_BGP_RIB_H
#define CYGNET_BGP_RIB_H

#include "base/wbuf.h"
#include "bgp/attr.h"

typedef struct bgp_rib_t bgp_rib_t;

/** what the tables need to know of a peer; filled by the session when it is
 * established, owned by the peer, read by the tables */
typedef struct bgp_rib_peer_t
{
	uint16_t index;
	/** for policies; borrowed */
	const char *name;
	/** what the peer is configured to be, for the checks and changes of its
	 * routes both ways; borrowed, follows bgp_peer_configure. NULL: as one of
	 * zeros, see import.h */
	const bgp_peer_config_t *config;
	bool ibgp;
	/** paths may be chosen */
	bool eligible;
	/** gone from Established: its paths wait for the purge, not chosen. Kept
	 * by bgp_rib_peer_up and _down */
	bool dead;
	/** BGP_IPV4 | BGP_IPV6 negotiated; 0: nothing is announced */
	unsigned families;
	bool as4;
	/** RFC 8950 negotiated: IPv4 prefixes may go with an IPv6 next hop */
	bool extended_next_hop;
	/** largest message that the peer takes, 4096 or 65535 */
	uint16_t message_max;
	uint32_t local_as;
	uint32_t remote_as;
	uint32_t router_id;
	addr_t address;
	/** as in bgp_peer_config_t, resolved */
	addr_t next_hop4, next_hop6, next_hop6_ll;
	bool next_hop_self;
	uint8_t weight;
	const bgp_policy_t *import_policy;
	const bgp_policy_t *export_policy;
	uint32_t max_prefix;
	/** counters, kept by the tables; [0] IPv4, [1] IPv6 */
	uint32_t received[2], accepted[2], advertised[2];
	/** announcements that import policy rejected */
	uint64_t rejected;
	/** bytes as max_memory counts them */
	uint64_t memory[2];
	/** the tables' own: the last warning, a bgp_rib_verdict_t */
	uint8_t warned[2];
	/** the tables' own */
	struct bgp_rib_out_t *out;
} bgp_rib_peer_t;

/** peers: array by index, borrowed, entries may be NULL */
bgp_rib_t *bgp_rib_create(const bgp_config_t *config, uint32_t seed);
void bgp_rib_destroy(bgp_rib_t *rib);
bgp_attr_pool_t *bgp_rib_attrs(bgp_rib_t *rib);

/** the peer is established (peer->families and the rest are set): from now on it is announced to, whole table
 * first, then End-of-RIB per family (RFC 4724 section 2) */
void bgp_rib_peer_up(bgp_rib_t *rib, bgp_rib_peer_t *peer);
/** the peer is lost: at once nothing of it is chosen in later decisions, and
 * its paths are purged in slices; adj-rib-out is dropped */
void bgp_rib_peer_down(bgp_rib_t *rib, bgp_rib_peer_t *peer);
/** forgets the pointer at once; what is left of its paths is purged in slices.
 * The index may be given to another peer at once */
void bgp_rib_peer_forget(bgp_rib_t *rib, bgp_rib_peer_t *peer);
/** eligibility, policies or weight changed: decide anew in slices */
void bgp_rib_peer_changed(bgp_rib_t *rib, bgp_rib_peer_t *peer);
/** the peer wants its routes anew (RFC 2918, RFC 7313) */
void bgp_rib_peer_resend(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family);
/** stale marking around an enhanced refresh or graceful restart: begin marks
 * what is held, end purges what was not heard again, in slices */
void bgp_rib_stale_begin(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family);
void bgp_rib_stale_end(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family);

/** what became of an announcement */
typedef enum bgp_rib_verdict_t
{
	BGP_RIB_ENTERED,
	/** entered; by it the family reached max_prefix_warn percent of max_prefix.
	 * Said once, and again only after the number fell by a quarter, or after
	 * bgp_rib_peer_up or _changed */
	BGP_RIB_WARN,
	/** entered although it goes over max_prefix (max_prefix_warn_only); said as
	 * seldom */
	BGP_RIB_WARN_OVER,
	/** not entered: it would go over max_prefix, or max_memory */
	BGP_RIB_MAX_PREFIX,
	BGP_RIB_MAX_MEMORY,
} bgp_rib_verdict_t;

/** The table takes its own hold on the attributes. Of a peer that is not up
 * nothing is entered.
 *
 * Memory is counted as if the peer shared nothing, neither with others nor
 * among its own prefixes: for each of its paths a fixed cost (rib_impl.h) and
 * the packed size of its attributes, those after import policy too if that
 * changed them. So the count is an upper bound of what the peer can make us
 * hold, falls by what a withdrawal gives back, and depends on nothing that
 * others do. A full table counts about 250 bytes a prefix and takes a third */
bgp_rib_verdict_t bgp_rib_announce(bgp_rib_t *rib, bgp_rib_peer_t *peer,
								   const prefix_t *prefix, uint32_t attrs_id);
void bgp_rib_withdraw(bgp_rib_t *rib, bgp_rib_peer_t *peer,
					  const prefix_t *prefix);
void bgp_rib_originate(bgp_rib_t *rib, const prefix_t *prefix,
					   const bgp_local_t *local);
void bgp_rib_unoriginate(bgp_rib_t *rib, const prefix_t *prefix);
/** as bgp_aggregates_set */
void bgp_rib_aggregates_set(bgp_rib_t *rib, const bgp_aggregate_t *list,
							size_t count);

/** holds back changes (bgp_rib_next_change) and exports, End-of-RIB too, of
 * these families (RFC 4724 section 4.1); 0 lets go: then there is work. What
 * peers were told already stands */
void bgp_rib_defer(bgp_rib_t *rib, unsigned families);

bool bgp_rib_work(bgp_rib_t *rib, unsigned budget);
/** the peer has something to be told */
bool bgp_rib_out_waiting(const bgp_rib_t *rib, const bgp_rib_peer_t *peer);
/** nobody has; a question of a few steps, which may say no without need */
bool bgp_rib_out_idle(const bgp_rib_t *rib);
/** the table, or what was sent, is being gone through in slices for the peer:
 * more may come to wait. An end of a refresh is not yet true */
bool bgp_rib_out_busy(const bgp_rib_t *rib, const bgp_rib_peer_t *peer);
/** the peer was told the family once, and that this was its end */
bool bgp_rib_out_ended(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
					   family_t family);
/** writes whole UPDATE messages (End-of-RIB too), header and all, by the
 * codec of bgp/message.h, while there is room for one of message_max;
 * returns how many */
unsigned bgp_rib_out_write(bgp_rib_t *rib, bgp_rib_peer_t *peer, wbuf_t *w);
/** since this was called last, that made messages which others have to write,
 * too */
bool bgp_rib_out_made(bgp_rib_t *rib);

/* bgp_next_change and the views of bgp.h, with the same contracts; they fill
 * bgp_path_t.peer through the resolver */
typedef bgp_peer_t *(*bgp_rib_resolve_t)(void *user, uint16_t index);
void bgp_rib_set_resolver(bgp_rib_t *rib, bgp_rib_resolve_t fn, void *user);
/** as bgp_sink_t.next_hop; not called from bgp_rib_destroy */
typedef void (*bgp_rib_watch_t)(void *user, const addr_t *addr, bool used);
void bgp_rib_set_watch(bgp_rib_t *rib, bgp_rib_watch_t fn, void *user);
bool bgp_rib_next_change(bgp_rib_t *rib, bgp_route_t *out);
void bgp_rib_set_tag(bgp_rib_t *rib, const prefix_t *prefix, uint32_t tag);
size_t bgp_rib_changes_waiting(const bgp_rib_t *rib);
const addr_t *bgp_rib_next_hop_addr(const bgp_rib_t *rib, uint32_t id);
void bgp_rib_next_hop_set(bgp_rib_t *rib, const addr_t *next_hop,
						  bool reachable, uint32_t igp_metric);
bool bgp_rib_get(const bgp_rib_t *rib, const prefix_t *p, bgp_route_t *out);
bool bgp_rib_lookup(const bgp_rib_t *rib, const addr_t *a, bgp_route_t *out);
bool bgp_rib_next(const bgp_rib_t *rib, family_t family, const prefix_t *after,
				  bgp_route_t *out);
size_t bgp_rib_paths(const bgp_rib_t *rib, const prefix_t *prefix, size_t skip,
					 bgp_path_view_t *out, size_t room);
bool bgp_rib_prefix_next(const bgp_rib_t *rib, family_t family,
						 const prefix_t *after, prefix_t *prefix);
bool bgp_rib_received_get(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						  const prefix_t *prefix, const bgp_attrs_t **received,
						  const bgp_attrs_t **accepted);
const char *bgp_rib_import_rule(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
								const prefix_t *prefix,
								const bgp_attrs_t *received);
bool bgp_rib_received_next(const bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						   family_t family, const prefix_t *after,
						   prefix_t *prefix, const bgp_attrs_t **received,
						   const bgp_attrs_t **accepted);
bool bgp_rib_advertised_next(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
							 family_t family, const prefix_t *after,
							 prefix_t *prefix, const bgp_attrs_t **attrs);
size_t bgp_rib_count(const bgp_rib_t *rib, family_t family);
size_t bgp_rib_memory(const bgp_rib_t *rib);

#endif
