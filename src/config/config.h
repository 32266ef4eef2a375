/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The typed configuration: what the `cygnet` section of swanctl.conf says,
 * with defaults filled in and checked as a whole, and what of `connections`
 * the checks need. Immutable once loaded. Every option has one row in
 * schema.c, which gives the parser, the errors, the manual page and the
 * completion.
 */

#ifndef CYGNET_CONFIG_H
#define CYGNET_CONFIG_H

#include "base/addr.h"
#include "config/source.h"

#define CONFIG_NAME_MAX    63
#define CONFIG_TUNNELS_MAX 1024
/** members of a bundle */
#define CONFIG_MEMBERS_MAX   64
#define CONFIG_LINK_NAME_MAX 15

typedef struct config_prefixes_t
{
	prefix_t *list;
	size_t count;
} config_prefixes_t;

typedef struct config_strings_t
{
	char **list;
	size_t count;
} config_strings_t;

/** 1:1 NAT: what is `inside` here is known as `mapped` on the far side. Both
 * of one family and length */
typedef struct config_netmap_t
{
	prefix_t inside;
	prefix_t mapped;
} config_netmap_t;

typedef struct config_netmaps_t
{
	config_netmap_t *list;
	size_t count;
} config_netmaps_t;

/** one element of an allow list */
typedef struct config_allow_t
{
	/** destination and source; unset: any */
	prefix_t to;
	prefix_t from;
	/** IPPROTO_*, 0: any. IPPROTO_ICMP is ICMPv6, too */
	uint8_t protocol;
	/** destination ports of TCP, UDP and SCTP; 0: any */
	uint16_t port_first;
	uint16_t port_last;
} config_allow_t;

typedef struct config_allows_t
{
	config_allow_t *list;
	size_t count;
	/** there is a list; else everything may pass */
	bool limited;
} config_allows_t;

/** set: make it so; check: only tell when it is not */
typedef enum config_care_t
{
	CONFIG_CHECK,
	CONFIG_SET,
	CONFIG_IGNORE,
} config_care_t;

/** strict: on links that are no tunnels, too */
typedef enum config_port_guard_t
{
	CONFIG_PORTS_OPEN,
	CONFIG_PORTS_GUARDED,
	CONFIG_PORTS_STRICT,
} config_port_guard_t;

typedef enum config_mode_t
{
	CONFIG_ACTIVE_ACTIVE,
	CONFIG_ACTIVE_STANDBY,
} config_mode_t;

typedef enum config_keep_t
{
	CONFIG_KEEP_GUARD,
	CONFIG_KEEP_ALL,
	CONFIG_KEEP_NONE,
} config_keep_t;

typedef enum config_when_down_t
{
	CONFIG_DOWN_WITHDRAW,
	CONFIG_DOWN_UNREACHABLE,
	/** withdraw, unless detectors alone speak against it and nothing is left */
	CONFIG_DOWN_KEEP,
} config_when_down_t;

/** what becomes of the TCP session of a lost tunnel */
typedef enum config_session_t
{
	CONFIG_SESSION_KEEP,
	CONFIG_SESSION_RESET,
} config_session_t;

/** what going over a limit does */
typedef enum config_limit_t
{
	CONFIG_LIMIT_STOP,
	CONFIG_LIMIT_WARN,
} config_limit_t;

/** our part towards a neighbour (RFC 9234) */
typedef enum config_role_t
{
	CONFIG_ROLE_NONE,
	CONFIG_ROLE_PROVIDER,
	CONFIG_ROLE_RS_SERVER,
	CONFIG_ROLE_RS_CLIENT,
	CONFIG_ROLE_CUSTOMER,
	CONFIG_ROLE_PEER,
} config_role_t;

typedef enum config_private_as_t
{
	CONFIG_PRIVATE_AS_KEEP,
	CONFIG_PRIVATE_AS_REMOVE,
	CONFIG_PRIVATE_AS_REPLACE,
} config_private_as_t;

/** on a tunnel: the device stands for any next hop, or each is resolved as
 * beside tunnels */
typedef enum config_next_hop_t
{
	CONFIG_NEXT_HOP_DEVICE,
	CONFIG_NEXT_HOP_STRICT,
} config_next_hop_t;

/** a BGP neighbour, at the end of a tunnel or of its own */
typedef struct config_neighbor_t
{
	/** the tunnel's name, with "/6" for its neighbor6, or the section's name
	 * under `neighbors`: unique among all */
	char *name;
	addr_t address;
	uint32_t remote_as;
	/** 0: cygnet.asn */
	uint32_t local_as;
	/** for neighbours beside tunnels: our end, or unset */
	addr_t local_address;
	/** seconds */
	uint16_t hold_time;
	uint16_t keepalive;
	uint16_t connect_retry;
	bool passive;
	bool ipv4;
	bool ipv6;
	bool next_hop_self;
	/** 0: single hop, the neighbour is on link; else the TTL */
	uint8_t multihop;
	uint32_t max_prefix;
	uint16_t max_prefix_restart;
	/** percent, 0: no warning */
	uint8_t max_prefix_warn;
	config_limit_t max_prefix_action;
	/** MiB, 0: no limit */
	uint32_t max_memory;
	/** hops and communities of one route, 0: no limit */
	uint16_t max_as_path;
	uint16_t max_communities;
	/** GTSM (RFC 5082): hops to the neighbour, 1 to 254; 0: off */
	uint8_t ttl_security;
	/** RFC 9234, ours towards it; CONFIG_ROLE_NONE: none */
	config_role_t role;
	bool role_strict;
	uint8_t allowas_in;
	bool as_override;
	config_private_as_t remove_private_as;
	bool enforce_first_as;
	bool reject_as_sets;
	bool graceful_restart;
	/** RFC 8326: under maintenance */
	bool graceful_shutdown;
	config_next_hop_t next_hop;
	/** for neighbours beside tunnels: the link that it is on, for link-local
	 * addresses; NULL: any */
	char *interface;
	/** for neighbours beside tunnels: share among equal paths, 1 to 255 */
	uint8_t weight;
	/** names of policies, the tunnel's, else the bundle's, filled in; NULL:
	 * none */
	char *import_policy;
	char *export_policy;
	/** TCP MD5 (RFC 2385), NULL: none. A secret: never shown */
	char *password;
} config_neighbor_t;

typedef enum config_bfd_auth_t
{
	CONFIG_BFD_NONE,
	CONFIG_BFD_KEYED_SHA1,
	CONFIG_BFD_METICULOUS_SHA1,
} config_bfd_auth_t;

typedef struct config_tunnel_t
{
	char *name;
	/** the charon connection; NULL with `interface` */
	char *connection;
	/** an existing link that we use but do not own; NULL with a connection */
	char *interface;
	/** the link's name, at most 15 bytes: that of `interface`, or the XFRM
	 * link's, "cyg-NAME" by default */
	char *link;
	/** fixed if_id as the file's connection has it, 0: not known */
	uint32_t if_id;
	ifaddr_t *addresses;
	size_t n_addresses;
	/** bytes; 0: computed */
	uint16_t mtu;
	/** 1 to 255 */
	uint8_t weight;
	/** active-standby: smaller is preferred, 0 to 255 */
	uint8_t priority;
	config_session_t on_down;
	/** BFD (RFC 5880) with the far end's address, the first neighbour's if
	 * nothing is written */
	bool bfd;
	addr_t bfd_address;
	/** milliseconds, both ways */
	uint32_t bfd_interval;
	uint8_t bfd_multiplier;
	/** a session that never came up is a failure too */
	bool bfd_strict;
	config_bfd_auth_t bfd_auth;
	uint8_t bfd_key_id;
	/** 1 to 20 bytes. A secret: never shown */
	char *bfd_password;
	/** ICMP echo to this address, unset: none */
	addr_t probe;
	/** milliseconds */
	uint32_t probe_interval;
	uint8_t probe_fail;
	uint8_t probe_window;
	uint8_t probe_recover;
	/** static routes, beside the bundle's */
	config_prefixes_t routes;
	/** their next hop on a link that is no point-to-point one; unset: the
	 * neighbour's address */
	addr_t gateway;
	/** we initiate the connection whenever it has no SA */
	bool supervise;
	/** what may be begun through the tunnel, from the far side and to it */
	config_allows_t allow_in;
	config_allows_t allow_out;
	/** seconds that its waits grow to */
	uint32_t retry_max;
	/** names of policies, NULL: the bundle's */
	char *import_policy;
	char *export_policy;
	/** `neighbor` over either family, `neighbor6` over IPv6: one or both */
	config_neighbor_t *neighbors;
	size_t n_neighbors;
} config_tunnel_t;

typedef struct config_bundle_t
{
	char *name;
	/** "alibaba", "aws", …; NULL: none */
	char *profile;
	config_mode_t mode;
	/** with fewer members that forward, none is used; 0: any number will do */
	uint8_t min_links;
	/** active-standby: seconds */
	uint16_t preempt_delay;
	/** groups of buckets, and their timers in seconds */
	bool resilient;
	uint16_t resilient_idle_timer;
	uint16_t resilient_unbalanced_timer;
	/** static routes over its tunnels */
	config_prefixes_t routes;
	/** seconds from GRACEFUL_SHUTDOWN to the withdrawal */
	uint16_t drain_time;
	config_when_down_t when_down;
	/** leak guard: destinations that may leave by members only. Default: RFC
	 * 1918 and ULA less what is advertised and the peers' outer addresses in
	 * the file, in pieces; `protect = none` is empty */
	config_prefixes_t protect;
	bool protect_default;
	/** links where protected destinations may leave too */
	config_strings_t exits;
	/** sources on the way out of its tunnels, destinations on the way in */
	config_netmaps_t netmap;
	/** a default route, or one covering a peer, is taken from BGP */
	bool accept_default;
	char *import_policy;
	char *export_policy;
	config_tunnel_t *tunnels;
	size_t n_tunnels;
} config_bundle_t;

/** routes of the kernel's that are announced */
typedef struct config_redistribute_t
{
	char *name;
	/** networks of links that are up (RTPROT_KERNEL, scope link) */
	bool connected;
	/** RTPROT_* numbers of the others, `static` being both RTPROT_BOOT and
	 * RTPROT_STATIC; never our own */
	uint8_t *protocols;
	size_t n_protocols;
	uint32_t table;
	/** seen as an import; NULL: all of it */
	char *policy;
} config_redistribute_t;

typedef struct config_aggregate_t
{
	char *name;
	prefix_t prefix;
	bool summary_only;
} config_aggregate_t;

/** one rule of a policy, in file order */
typedef struct config_rule_t
{
	char *name;
	/** raw values by key, checked; config/values.h reads them */
	config_strings_t match_keys, match_values;
	/** as match; a route that any of these holds for is left alone */
	config_strings_t except_keys, except_values;
	config_strings_t set_keys, set_values;
	/** "accept", "reject", "next" */
	char *verdict;
} config_rule_t;

typedef struct config_policy_t
{
	char *name;
	config_rule_t *rules;
	size_t n_rules;
} config_policy_t;

/** what the file says of a connection, for checks only: what runs is what
 * charon has loaded */
typedef struct config_connection_t
{
	char *name;
	/** text as written; NULL: absent */
	char *if_id_in;
	char *if_id_out;
	char *mobike;
	config_strings_t remote_addrs;
} config_connection_t;

typedef struct config_t
{
	/** the cygnet section is there; else all is empty and nothing is done */
	bool present;
	uint32_t asn;
	uint32_t router_id;
	config_prefixes_t advertise;
	/** links of the site's own side; empty: all that are not ours and not the
	 * underlay */
	config_strings_t inside;
	/** equal paths used at once, 1 to 16 */
	uint8_t multipath;
	/** of our routes */
	uint32_t table;
	uint32_t metric;
	config_keep_t keep_on_stop;
	config_care_t forwarding;
	config_care_t multipath_hash;
	config_care_t nexthop_compat;
	/** seconds, 0: peers are helped over their restarts, ours keeps nothing */
	uint16_t graceful_restart;
	/** seconds that the first writing waits for the neighbours at most */
	uint16_t initial_hold;
	/** RFC 8538: NOTIFICATIONs and hold timers too are survived */
	bool graceful_restart_notification;
	bool link_bandwidth;
	bool leak_guard;
	bool mss_clamp;
	config_port_guard_t port_guard;
	/** IKE_SA_INIT requests a second of unknown peers, 0: no limit */
	uint16_t ike_init_rate;
	bool pin_underlay;
	config_bundle_t *bundles;
	size_t n_bundles;
	/** beside tunnels */
	config_neighbor_t *neighbors;
	size_t n_neighbors;
	config_policy_t *policies;
	size_t n_policies;
	config_redistribute_t *redistribute;
	size_t n_redistribute;
	config_aggregate_t *aggregates;
	size_t n_aggregates;
	config_connection_t *connections;
	size_t n_connections;
} config_t;

/** messages of a load, each "PATH: what is wrong, what to do" */
typedef struct config_report_t
{
	config_strings_t errors;
	config_strings_t warnings;
} config_report_t;

/** NULL if there is any error: nothing is taken of a bad configuration. The
 * report (initialised by the callee) always holds all of them; free it with
 * config_report_deinit. The source is not needed afterwards */
config_t *config_load(const config_source_t *source, config_report_t *report);
/** warnings of what charon's own configuration does to the tunnels, added to
 * the report of the load: strongswan is strongswan.conf, swanctl the source
 * that the configuration was loaded from */
void config_check_strongswan(const config_t *config,
							 const config_source_t *swanctl,
							 const config_source_t *strongswan,
							 config_report_t *report);
/** what is known of a machine's kernel */
typedef enum config_feature_t
{
	CONFIG_FEATURE_UNKNOWN,
	CONFIG_FEATURE_ABSENT,
	CONFIG_FEATURE_PRESENT,
} config_feature_t;

/** an address that a link of the machine has */
typedef struct config_host_address_t
{
	char link[CONFIG_LINK_NAME_MAX + 1];
	ifaddr_t address;
} config_host_address_t;

typedef struct config_host_t
{
	void *user;
	/** by its path below /proc/sys; -1: not known */
	long (*sysctl)(void *user, const char *path);
	/** an option of the kernel's build, and the module that it makes; NULL: it
	 * makes none */
	config_feature_t (*feature)(void *user, const char *option,
								const char *module);
	/** the major version << 16 | the minor one; 0: not known */
	unsigned kernel;
	/** borrowed; none: not known */
	const config_host_address_t *addresses;
	size_t n_addresses;
} config_host_t;

/** warnings of what in the machine is in the configuration's way, added to the
 * report of the load; nothing of what is not known */
void config_check_host(const config_t *config, const config_host_t *host,
					   config_report_t *report);
void config_report_deinit(config_report_t *report);
void config_destroy(config_t *config);
/** the bundle and tunnel by name; NULL: none. bundle may be NULL */
const config_tunnel_t *config_find_tunnel(const config_t *config,
										  const char *name,
										  const config_bundle_t **bundle);
const config_policy_t *config_find_policy(const config_t *config,
										  const char *name);
/** the tunnel is a way of this static route: by its own `routes`, or by its
 * bundle's */
bool config_tunnel_carries(const config_bundle_t *bundle,
						   const config_tunnel_t *tunnel,
						   const prefix_t *prefix);
/* equality by content, for a reload that touches only what changed */
bool config_tunnel_equal(const config_tunnel_t *a, const config_tunnel_t *b);
bool config_neighbor_equal(const config_neighbor_t *a,
						   const config_neighbor_t *b);
bool config_policy_equal(const config_policy_t *a, const config_policy_t *b);

#endif
