/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The BGP speaker (RFC 4271), sans I/O: it sees bytes, "connection up",
 * "connection lost" and `now`, and says what it wants through bgp_sink_t.
 * No socket, no clock, no kernel. This is its one public header.
 *
 * One thread owns a bgp_t. Work on large tables is sliced: what cannot be
 * bounded by the bytes that came in is queued and done by bgp_work().
 *
 * How data flows: conn bytes -> message codec -> session (FSM) -> adj-rib-in
 * -> import policy -> decision -> changed prefixes (bgp_next_change, for the
 * FIB) and, for each peer, -> export policy -> adj-rib-out -> bgp_output.
 */

#ifndef CYGNET_BGP_H
#define CYGNET_BGP_H

#include "base/addr.h"
#include "base/base.h"
#include "base/timer.h"

#define BGP_PORT 179
/** equal paths of one prefix that are used at once, and backups beside them */
#define BGP_PATHS_MAX 16
/** peers of one speaker */
#define BGP_PEERS_MAX 4096

typedef struct bgp_t bgp_t;
/** a configured neighbour */
typedef struct bgp_peer_t bgp_peer_t;
/** one TCP connection of a neighbour; two for a moment at a collision */
typedef struct bgp_conn_t bgp_conn_t;
/** interned path attributes, see bgp/attr.h */
typedef struct bgp_attrs_t bgp_attrs_t;
/** a compiled policy, see bgp/policy.h */
typedef struct bgp_policy_t bgp_policy_t;

/** RFC 4271 section 8.2.2 */
typedef enum bgp_state_t
{
	BGP_IDLE,
	BGP_CONNECT,
	BGP_ACTIVE,
	BGP_OPENSENT,
	BGP_OPENCONFIRM,
	BGP_ESTABLISHED,
} bgp_state_t;

/** "Idle", "Established", … */
const char *bgp_state_name(bgp_state_t state);

/** families as a bit set */
#define BGP_IPV4 0x01u
#define BGP_IPV6 0x02u

typedef struct bgp_config_t
{
	/** our AS, 1 to 4294967295 */
	uint32_t asn;
	/** BGP identifier, host order, not 0 */
	uint32_t router_id;
	/** equal paths used at once, 1 to BGP_PATHS_MAX */
	unsigned multipath;
	/** multipath over neighbours of different AS (as-path multipath-relax) */
	bool multipath_relax;
	/** always-compare-med */
	bool always_compare_med;
	/** seconds that we may be away in a restart of ours, 1 to 4095 (RFC 4724);
	 * 0: we keep nothing over one, and only help peers over theirs */
	uint16_t restart_time;
	/** with restart_time: NOTIFICATIONs but Hard Resets, and hold timers that
	 * expire, are survived as restarts are, if the peer says so too (RFC 8538).
	 * Where a hold timer expires as packets are lost, as on a tunnel, routes
	 * then lead there for as long as restart times say */
	bool notification_restart;
	/** share equal paths by their link bandwidth communities, if all have one
	 * (draft-ietf-idr-link-bandwidth) */
	bool link_bandwidth;
} bgp_config_t;

/** our part towards the neighbour; none is announced nor asked for, or the
 * value of RFC 9234 section 4.1 and 1 */
typedef enum bgp_role_t
{
	BGP_ROLE_NONE,
	BGP_ROLE_PROVIDER,
	BGP_ROLE_RS_SERVER,
	BGP_ROLE_RS_CLIENT,
	BGP_ROLE_CUSTOMER,
	BGP_ROLE_PEER,
} bgp_role_t;

/** "none", "provider", "rs-server", … */
const char *bgp_role_name(bgp_role_t role);

/** what becomes of private ASNs (RFC 6996) in paths told to an eBGP peer */
typedef enum bgp_private_as_t
{
	BGP_PRIVATE_AS_KEEP,
	/** taken out, wherever they stand; the peer's own stays (RFC 4271 9.1.2) */
	BGP_PRIVATE_AS_REMOVE,
	/** ours in their place, so that the path keeps its length */
	BGP_PRIVATE_AS_REPLACE,
} bgp_private_as_t;

/** a neighbour's configuration; strings and policies are borrowed until the
 * peer is removed or configured anew */
typedef struct bgp_peer_config_t
{
	/** unique among the peers, for logs and views */
	const char *name;
	addr_t address;
	uint32_t remote_as;
	/** 0: the speaker's own */
	uint32_t local_as;
	/** next hops that we announce, by family; unset: our end of the TCP
	 * connection if it is of the family, else none and nothing is sent */
	addr_t next_hop4;
	addr_t next_hop6;
	/** link-local beside next_hop6 (RFC 2545 section 3), or unset */
	addr_t next_hop6_ll;
	/** BGP_IPV4 | BGP_IPV6 */
	unsigned families;
	/** seconds; 0 or 3 to 65535 */
	uint16_t hold_time;
	/** seconds; 0: a third of the negotiated hold time */
	uint16_t keepalive;
	/** seconds between attempts to connect, 1 to 3600; the first few are not
	 * that far apart */
	uint16_t connect_retry;
	/** never dial, wait for the peer */
	bool passive;
	/** next hop of what we pass on to iBGP is ourselves */
	bool next_hop_self;
	/** shares of traffic among equal paths, 1 to 255 */
	uint8_t weight;
	/** NULL: eBGP takes and sends nothing (RFC 8212), iBGP everything */
	const bgp_policy_t *import_policy;
	const bgp_policy_t *export_policy;
	/** prefixes per family; 0: no limit */
	uint32_t max_prefix;
	/** percent of max_prefix at which a warning is due, 1 to 100; 0: none */
	uint8_t max_prefix_warn;
	/** going over max_prefix only warns; what is over it is taken too */
	bool max_prefix_warn_only;
	/** seconds until a session stopped by max_prefix or max_memory may return,
	 * 0: never */
	uint16_t max_prefix_restart;
	/** bytes that its paths and their attributes may take; 0: no limit. Ends
	 * the session with Cease, Out of Resources */
	uint64_t max_memory;
	/** hops of an AS path and communities of a route (all kinds together); a
	 * route with more is treated as withdrawn. 0: no limit */
	uint16_t max_as_path;
	uint16_t max_communities;
	/** BGP_ROLE_NONE: no role (RFC 9234); strict: a peer without one is refused */
	bgp_role_t role;
	bool role_strict;
	/** our AS may stand this often in what the peer announces, 0 to 10 */
	uint8_t allowas_in;
	/** the peer's AS in paths told to it becomes ours */
	bool as_override;
	bgp_private_as_t private_as;
	/** an eBGP peer's paths need not begin with its AS (a route server's;
	 * RFC 4271 section 6.3) */
	bool any_first_as;
	/** sets in its paths are taken (RFC 9774 wants such routes withdrawn) */
	bool as_sets;
	/** graceful restart is neither announced nor helped with */
	bool no_graceful_restart;
	/** maintenance (RFC 8326): what we announce carries GRACEFUL_SHUTDOWN, and
	 * what the peer announces gets LOCAL_PREF 0 */
	bool graceful_shutdown;
	/** next hops of its paths must be reachable by bgp_next_hop_set, and are
	 * not until told so. Else, as on a tunnel, any next hop will do */
	bool resolve_next_hop;
} bgp_peer_config_t;

/** what the speaker asks for and tells; called from within bgp_* calls */
typedef struct bgp_sink_t
{
	/** dial the peer: answer with bgp_connected or bgp_connect_failed, later
	 * and not from within */
	void (*connect)(void *user, bgp_peer_t *peer);
	/** stop dialling; no answer wanted any more */
	void (*connect_cancel)(void *user, bgp_peer_t *peer);
	/** send what bgp_output still gives, then close; the conn is gone for
	 * good after the next bgp_conn_closed */
	void (*close)(void *user, bgp_conn_t *conn);
	/** bgp_output has bytes */
	void (*output)(void *user, bgp_conn_t *conn);
	/** reason is words for a person, borrowed */
	void (*state)(void *user, bgp_peer_t *peer, bgp_state_t from,
				  bgp_state_t to, const char *reason);
	/** bgp_next_change or bgp_work has something to do */
	void (*work)(void *user);
	/** an address is the next hop of a path of a peer with resolve_next_hop for
	 * the first time (used): answer with bgp_next_hop_set, later and not from
	 * within. Or of none any more: what was said of it is forgotten. May be
	 * NULL */
	void (*next_hop)(void *user, const addr_t *addr, bool used);
} bgp_sink_t;

/** timers is borrowed and must outlive the speaker; config is copied */
bgp_t *bgp_create(const bgp_config_t *config, timers_t *timers,
				  const bgp_sink_t *sink, void *user, uint64_t seed);
/** closes nothing on the wire: stop the peers first */
void bgp_destroy(bgp_t *bgp);
/**
 * We are back from a restart and the kernel forwards by the routes of before
 * (RFC 4724 section 4.1): OPENs say so (Restart State, Forwarding State of
 * `families`), and neither bgp_next_change nor peers get a route of a family
 * before every peer with graceful restart has sent its End-of-RIB, or `until`
 * (Selection_Deferral_Timer). Call before the first bgp_peer_start, or later
 * with no families: then nobody is waited for any more.
 */
void bgp_restarting(bgp_t *bgp, unsigned families, usec_t until);
/** routes of a family are still held back by bgp_restarting */
bool bgp_deferring(const bgp_t *bgp);

/* -- peers --------------------------------------------------------------- */

/** copied; NULL if a peer of this name is there already */
bgp_peer_t *bgp_peer_add(bgp_t *bgp, const bgp_peer_config_t *config);
/** stops (Cease, Peer De-configured), forgets its paths in slices, frees; the
 * pointer is dead, its conns too after their bgp_conn_closed */
void bgp_peer_remove(bgp_t *bgp, bgp_peer_t *peer, usec_t now);
/** takes a new configuration. What needs a new session (AS, families, times)
 * resets it, what does not (policies, weight, limits) is applied in place.
 * true if the session is reset */
bool bgp_peer_configure(bgp_t *bgp, bgp_peer_t *peer,
						const bgp_peer_config_t *config, usec_t now);
/** that would reset a session which is under way */
bool bgp_peer_would_reset(const bgp_peer_t *peer,
						  const bgp_peer_config_t *config);
/** a session that goes on would be used to ask for all routes anew */
bool bgp_peer_would_refresh(const bgp_peer_t *peer,
							const bgp_peer_config_t *config);
/** ManualStart; the tunnel is up: connect now, whatever retry timer runs; after
 * a second if a connection of before has not come to its end */
void bgp_peer_start(bgp_t *bgp, bgp_peer_t *peer, usec_t now);
/** ManualStop: Cease with the subcode of RFC 4486 and the text of RFC 9003
 * (NULL: none) */
void bgp_peer_stop(bgp_t *bgp, bgp_peer_t *peer, uint8_t subcode,
				   const char *text, usec_t now);
/** the paths stay but are not chosen while false: its tunnel does not
 * forward. Re-decided in slices */
void bgp_peer_set_eligible(bgp_t *bgp, bgp_peer_t *peer, bool eligible);
/** ends for a restart of ours after which routes shall still be there: no
 * NOTIFICATION for a peer with graceful restart, or Cease without Hard Reset
 * if both know RFC 8538; else as bgp_peer_stop with `Other Configuration
 * Change` */
void bgp_peer_stop_for_restart(bgp_t *bgp, bgp_peer_t *peer, usec_t now);
/** asks the peer for its routes anew (RFC 2918), or applies policy anew to
 * what is held */
void bgp_peer_refresh(bgp_t *bgp, bgp_peer_t *peer, usec_t now);
void bgp_peer_set_user(bgp_peer_t *peer, void *user);
void *bgp_peer_user(const bgp_peer_t *peer);
const char *bgp_peer_name(const bgp_peer_t *peer);
const bgp_peer_config_t *bgp_peer_config(const bgp_peer_t *peer);
/** small number, unique while the peer lives, below BGP_PEERS_MAX */
uint16_t bgp_peer_index(const bgp_peer_t *peer);
bgp_peer_t *bgp_peer_by_index(const bgp_t *bgp, uint16_t index);
bgp_peer_t *bgp_peer_find(const bgp_t *bgp, const char *name);
/** all peers: start with NULL */
bgp_peer_t *bgp_peer_next(const bgp_t *bgp, const bgp_peer_t *peer);

/** capabilities as bits, beside the families' own */
enum
{
	BGP_CAP_AS4 = 0x04,
	BGP_CAP_REFRESH = 0x08,
	BGP_CAP_ENHANCED_REFRESH = 0x10,
	BGP_CAP_EXTENDED_MESSAGE = 0x20,
	BGP_CAP_EXTENDED_NEXT_HOP = 0x40,
	BGP_CAP_RESTART = 0x80,
	BGP_CAP_NOTIFICATION_RESTART = 0x100,
	BGP_CAP_ROLE = 0x200,
};

/** why a route that a peer announced is not used */
typedef enum bgp_drop_t
{
	BGP_DROP_NONE,
	/** our AS is in its path (RFC 4271 section 9.1.2) */
	BGP_DROP_AS_LOOP,
	/** reflected back to us (RFC 4456 section 8) */
	BGP_DROP_ORIGINATOR,
	BGP_DROP_CLUSTER,
	BGP_DROP_FIRST_AS,
	BGP_DROP_AS_SET,
	/** our own address */
	BGP_DROP_NEXT_HOP,
	/** of a role (RFC 9234 section 5) */
	BGP_DROP_LEAK,
	/** no destination of packets */
	BGP_DROP_MARTIAN,
	/** max_as_path, max_communities, and the one that went over max_prefix or
	 * max_memory */
	BGP_DROP_LIMIT,
	/** in an UPDATE treated as withdraw as its attributes are faulty */
	BGP_DROP_MALFORMED,
	BGP_DROP_POLICY,
	BGP_DROP_COUNT,
} bgp_drop_t;

/** "as_loop", "originator", … */
const char *bgp_drop_name(bgp_drop_t drop);

typedef struct bgp_peer_info_t
{
	bgp_state_t state;
	/** moment of the last change of state, 0: never */
	usec_t since;
	/** BGP identifier and negotiated values, 0 unless OPEN was exchanged */
	uint32_t router_id;
	uint16_t hold_time;
	uint16_t keepalive;
	unsigned families;
	bool as4;
	bool route_refresh;
	bool enhanced_refresh;
	bool extended_message;
	bool graceful_restart;
	/** the session is lost, but its routes stay in use while the peer restarts
	 * with its forwarding alive (RFC 4724 section 4.2) */
	bool restarting;
	/** prefixes held, chosen, and announced, by family (0: IPv4, 1: IPv6) */
	uint32_t received[2];
	uint32_t accepted[2];
	uint32_t advertised[2];
	/** End-of-RIB has come, by family bit */
	unsigned eor;
	uint64_t messages_in, messages_out;
	uint64_t updates_in, updates_out;
	/** times that the session reached Established */
	uint32_t established;
	/** last NOTIFICATION, 0: none */
	uint8_t last_code, last_subcode;
	/** true: we sent it */
	bool last_sent;
	/** last error of a session in words with the offending bytes, "" if none;
	 * borrowed */
	const char *last_error;
	/** UPDATEs treated as withdraw, attributes discarded (RFC 7606) */
	uint64_t treated_as_withdraw;
	uint64_t discarded_attributes;
	/** announcements of a prefix not used, by reason; one said again counts
	 * again */
	uint64_t dropped[BGP_DROP_COUNT];
	/** moment of last_error, 0: none */
	usec_t last_error_at;
	/** why there is no connection, "" if there is one, or none is tried;
	 * borrowed */
	const char *connect_error;
	/** moment of connect_error, 0: none */
	usec_t connect_error_at;
	/** what the peer announced, BGP_ROLE_NONE: no role */
	bgp_role_t remote_role;
	/** RFC 8538: NOTIFICATIONs too are survived */
	bool notification_restart;
	/** RFC 8950, IPv4 prefixes by IPv6 next hops */
	bool extended_next_hop;
	/** seconds that the peer asks for over a restart of its own */
	uint16_t restart_time;
	/** waits in Idle after failures until this moment, 0: no wait;
	 * USEC_NEVER: until a person starts it */
	usec_t idle_until;
	/** why it is stopped or waits: a limit, an operator's word; "" if none */
	const char *held_by;
	/** bytes of its paths and attributes as max_memory counts them */
	uint64_t memory;
	/** BGP_IPV4, BGP_IPV6 and BGP_CAP_* that our next OPEN offers (without what
	 * the peer refused), and that the peer's had: 0 before it came */
	unsigned offered;
	unsigned announced;
} bgp_peer_info_t;

void bgp_peer_info(const bgp_peer_t *peer, bgp_peer_info_t *info);

/* -- connections ---------------------------------------------------------- */

/** the dialling has led to a connection, whose own end is local; NULL: it is
 * not wanted any more, close it */
bgp_conn_t *bgp_connected(bgp_t *bgp, bgp_peer_t *peer, const addr_t *local,
						  usec_t now);
/** the dialling ended without a connection; why is words, borrowed */
void bgp_connect_failed(bgp_t *bgp, bgp_peer_t *peer, const char *why,
						usec_t now);
/** an incoming connection of the peer; NULL: refused, close it */
bgp_conn_t *bgp_accepted(bgp_t *bgp, bgp_peer_t *peer, const addr_t *local,
						 usec_t now);
void bgp_conn_set_user(bgp_conn_t *conn, void *user);
void *bgp_conn_user(const bgp_conn_t *conn);
bgp_peer_t *bgp_conn_peer(const bgp_conn_t *conn);
/** bytes of the peer's. Do not call after sink.close. Bounded work: a few
 * microseconds a prefix in it; give 32 KiB at most at a time */
void bgp_input(bgp_t *bgp, bgp_conn_t *conn, const uint8_t *data, size_t len,
			   usec_t now);
/** fills buf with whole messages that wait, returns their length (0: none).
 * Give room for one of the largest, 65535 bytes, or get 0 */
size_t bgp_output(bgp_t *bgp, bgp_conn_t *conn, uint8_t *buf, size_t room,
				  usec_t now);
/** the connection is closed, by whomever; frees the conn. Always called once
 * for each conn */
void bgp_conn_closed(bgp_t *bgp, bgp_conn_t *conn, const char *why, usec_t now);

/* -- routes ---------------------------------------------------------------- */

/** where a route comes from */
typedef enum bgp_source_t
{
	BGP_SOURCE_PEER,
	/** `advertise` */
	BGP_SOURCE_ADVERTISE,
	/** redistributed from the kernel: networks on links, routes that a person
	 * wrote, routes of another daemon's */
	BGP_SOURCE_CONNECTED,
	BGP_SOURCE_STATIC,
	BGP_SOURCE_OTHER,
	BGP_SOURCE_AGGREGATE,
	/** static routes over tunnels (`routes`): of use here, too */
	BGP_SOURCE_ROUTES,
} bgp_source_t;

/** "neighbor", "advertise", "connected", … */
const char *bgp_source_name(bgp_source_t source);

/** one path of a prefix, as chosen */
typedef struct bgp_path_t
{
	/** NULL: our own (bgp_originate) */
	bgp_peer_t *peer;
	/** after import policy; borrowed until the next call that changes the
	 * table */
	const bgp_attrs_t *attrs;
	/** number of the next hop address, see bgp_next_hop_addr */
	uint32_t next_hop;
	/** share among the equal, 1 to 65535 */
	uint16_t weight;
	/** BGP_SOURCE_PEER, or where our own comes from */
	bgp_source_t source;
} bgp_path_t;

/** the tie-break step that told the best from the next, RFC 4271 9.1.2.2 */
typedef enum bgp_step_t
{
	BGP_STEP_ONLY,
	BGP_STEP_LOCAL_ORIGIN,
	BGP_STEP_LOCAL_PREF,
	BGP_STEP_AS_PATH,
	BGP_STEP_ORIGIN,
	BGP_STEP_MED,
	BGP_STEP_EBGP,
	BGP_STEP_IGP_METRIC,
	/** from here on paths are equal for multipath */
	BGP_STEP_ROUTER_ID,
	BGP_STEP_CLUSTER_LIST,
	BGP_STEP_ADDRESS,
} bgp_step_t;

const char *bgp_step_name(bgp_step_t step);

/** a prefix with its chosen paths: best[0] is the best, best[1…] are equal to
 * it, backup[] is the equal-cost set that would be used without them. Local
 * origin: n_best is 1 and best[0].peer NULL */
typedef struct bgp_route_t
{
	prefix_t prefix;
	unsigned n_best;
	unsigned n_backup;
	bgp_path_t best[BGP_PATHS_MAX];
	bgp_path_t backup[BGP_PATHS_MAX];
	bgp_step_t step;
	/** the FIB's word on this prefix (which group is in the kernel), 0 at
	 * first; lives with the prefix and survives withdrawal until the change
	 * is taken with it being 0 */
	uint32_t tag;
} bgp_route_t;

/** what a prefix of our own goes out with */
typedef struct bgp_local_t
{
	/** BGP_SOURCE_ADVERTISE goes with ORIGIN IGP, what is redistributed with
	 * INCOMPLETE */
	bgp_source_t source;
	uint32_t med;
	bool has_med;
	/** in place of ORIGIN and MED, what a policy made of it; NULL: none did.
	 * AS_PATH and next hop in it are not looked at */
	const bgp_attrs_t *attrs;
} bgp_local_t;

/** our own prefix: originated until withdrawn. One local path a prefix: a
 * second call replaces it, and changes nothing if it says the same. local is
 * copied */
void bgp_originate(bgp_t *bgp, const prefix_t *prefix, const bgp_local_t *local,
				   usec_t now);
void bgp_unoriginate(bgp_t *bgp, const prefix_t *prefix, usec_t now);

/** announces prefix as long as something within it is chosen, with
 * ATOMIC_AGGREGATE and AGGREGATOR (RFC 4271 section 9.2.2.2, no AS_SET:
 * RFC 9774) */
typedef struct bgp_aggregate_t
{
	prefix_t prefix;
	/** what is within is not announced beside it */
	bool summary_only;
} bgp_aggregate_t;

/** the whole list; copied. Worked in in slices */
void bgp_aggregates_set(bgp_t *bgp, const bgp_aggregate_t *list, size_t count,
						usec_t now);

/** takes the next prefix whose chosen paths changed (n_best 0: none left); a
 * prefix that changed many times comes once. Answer with bgp_set_tag before
 * the next call if the tag changes. false: none waits */
bool bgp_next_change(bgp_t *bgp, bgp_route_t *out);
void bgp_set_tag(bgp_t *bgp, const prefix_t *prefix, uint32_t tag);
size_t bgp_changes_waiting(const bgp_t *bgp);
/** sliced work (purges, policy anew, exports); at most `budget` prefixes.
 * true: more waits */
bool bgp_work(bgp_t *bgp, unsigned budget, usec_t now);

/** next hops as numbers, never 0; a number lives as long as a path has it */
const addr_t *bgp_next_hop_addr(const bgp_t *bgp, uint32_t next_hop);
/** whether the address can be reached and at what cost, for the paths of peers
 * with resolve_next_hop (RFC 4271 section 9.1.2.1); ignored if none has it (see
 * bgp_sink_t.next_hop). Re-decided in slices */
void bgp_next_hop_set(bgp_t *bgp, const addr_t *next_hop, bool reachable,
					  uint32_t igp_metric);

/* -- views ------------------------------------------------------------------ */

/** the prefix's route as it stands; false: not in the table */
bool bgp_route_get(const bgp_t *bgp, const prefix_t *prefix, bgp_route_t *out);
/** the longest match for an address */
bool bgp_route_lookup(const bgp_t *bgp, const addr_t *addr, bgp_route_t *out);
/** the next after `after` (NULL: the first) in prefix order. Of no path: many
 * prefixes were looked at without a find, go on after out->prefix */
bool bgp_route_next(const bgp_t *bgp, family_t family, const prefix_t *after,
					bgp_route_t *out);
/** what becomes of a path */
typedef enum bgp_use_t
{
	BGP_USE_BEST,
	/** used beside the best */
	BGP_USE_EQUAL,
	/** used when all of these are lost */
	BGP_USE_BACKUP,
	/** others are better */
	BGP_USE_WORSE,
	/* those that cannot be chosen: */
	/** the next hop is not reachable */
	BGP_USE_NEXT_HOP,
	/** the tunnel does not forward, or the session was just lost */
	BGP_USE_PEER,
	/** by import policy */
	BGP_USE_REJECTED,
} bgp_use_t;

typedef struct bgp_path_view_t
{
	/** NULL: our own */
	bgp_peer_t *peer;
	/** after import policy, or as they came if it rejected them; borrowed as of
	 * bgp_path_t, of BGP_PATHS_VIEW paths at a time */
	const bgp_attrs_t *attrs;
	bgp_source_t source;
	bgp_use_t use;
	/** the step at which the best won over it; not of the last three */
	bgp_step_t step;
	uint16_t weight;
	/** kept from before a restart of the peer's, or not heard again yet in a
	 * refresh */
	bool stale;
} bgp_path_view_t;

#define BGP_PATHS_VIEW 32

/** all paths of the prefix, the best first, from the skip-th on: fills at most
 * room (up to BGP_PATHS_VIEW) and returns how many; 0: no more */
size_t bgp_paths(const bgp_t *bgp, const prefix_t *prefix, size_t skip,
				 bgp_path_view_t *out, size_t room);
/** the next prefix of the table, chosen paths or not */
bool bgp_prefix_next(const bgp_t *bgp, family_t family, const prefix_t *after,
					 prefix_t *prefix);
/** what the peer announced of the prefix; false: nothing. accepted as of
 * bgp_received_next */
bool bgp_received_get(const bgp_t *bgp, const bgp_peer_t *peer,
					  const prefix_t *prefix, const bgp_attrs_t **received,
					  const bgp_attrs_t **accepted);
/** the rule of the peer's import policy that decides over what it announced
 * of the prefix, borrowed; NULL: none does */
const char *bgp_import_rule(bgp_t *bgp, const bgp_peer_t *peer,
							const prefix_t *prefix,
							const bgp_attrs_t *received);
/** what a peer announced to us; accepted NULL if policy took it away. The
 * next after `after`. received NULL: many prefixes were looked at without a
 * find, go on after *prefix, in another slice perhaps */
bool bgp_received_next(const bgp_t *bgp, const bgp_peer_t *peer,
					   family_t family, const prefix_t *after, prefix_t *prefix,
					   const bgp_attrs_t **received,
					   const bgp_attrs_t **accepted);
/** what we announce to a peer, attributes as sent in *attrs (valid until the
 * next call). *attrs NULL: as received of bgp_received_next */
bool bgp_advertised_next(bgp_t *bgp, const bgp_peer_t *peer, family_t family,
						 const prefix_t *after, prefix_t *prefix,
						 const bgp_attrs_t **attrs);
size_t bgp_route_count(const bgp_t *bgp, family_t family);
/** bytes held by tables and attributes */
size_t bgp_memory(const bgp_t *bgp);

#endif
