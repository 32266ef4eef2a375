/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the table `inet cygnet` should hold, as data. We only ever drop, clamp
 * and, where it is asked for, translate: an accept of ours cannot overrule
 * another table's drop.
 */

#ifndef CYGNET_FIREWALL_MODEL_H
#define CYGNET_FIREWALL_MODEL_H

#include "base/addr.h"

#define FW_LINK_NAME_MAX 16
#define FW_NAME_MAX      64

typedef struct fw_prefixes_t
{
	prefix_t *list;
	size_t count;
} fw_prefixes_t;

typedef struct fw_links_t
{
	char (*list)[FW_LINK_NAME_MAX];
	size_t count;
} fw_links_t;

/** TCP MSS of SYNs that enter or leave by the link is cut to these */
typedef struct fw_clamp_t
{
	char link[FW_LINK_NAME_MAX];
	uint16_t mss4;
	uint16_t mss6;
} fw_clamp_t;

/**
 * Leak guard of a bundle: in forward and output, packets to `protect` less
 * `except` are dropped and counted unless they leave by an allowed link. With
 * `links_denied`, `links` are the ones where they are dropped instead (the
 * underlay), and all others are allowed. The loopback is always allowed.
 */
typedef struct fw_guard_t
{
	/** bundle: names the counter "guard-NAME", which guards of one name share */
	char name[FW_NAME_MAX];
	fw_prefixes_t protect;
	fw_prefixes_t except;
	fw_links_t links;
	bool links_denied;
} fw_guard_t;

/** who may speak to us by a link */
typedef struct fw_peer_t
{
	char link[FW_LINK_NAME_MAX];
	addr_t addr;
} fw_peer_t;

typedef struct fw_peers_t
{
	fw_peer_t *list;
	size_t count;
} fw_peers_t;

/**
 * Port guard: what comes to us for BGP or BFD by one of the links is dropped
 * and counted ("port-guard") unless it is from one of the peers.
 */
typedef struct fw_ports_t
{
	/** none: no guard */
	fw_links_t links;
	fw_peers_t peers;
	/** these may by any link */
	fw_prefixes_t others;
	/** and nobody else by other links than `links` and the loopback */
	bool strict;
} fw_ports_t;

/** IKE_SA_INIT requests of others than `known`, dropped and counted
 * ("ike-init") when there are more than rate a second after a burst */
typedef struct fw_ike_t
{
	/** 0: no limit */
	uint32_t rate;
	fw_prefixes_t known;
} fw_ike_t;

/** two prefixes of one family and length */
typedef struct fw_pair_t
{
	prefix_t inside;
	prefix_t mapped;
} fw_pair_t;

/**
 * 1:1 NAT of a bundle: on the way out by one of the links `inside` becomes
 * `mapped` in the source, on the way in `mapped` becomes `inside` in the
 * destination. Connections are counted ("netmap-NAME"); what would cross the
 * links untranslated is dropped and counted ("unmapped-NAME").
 */
typedef struct fw_netmap_t
{
	char name[FW_NAME_MAX];
	fw_links_t links;
	fw_pair_t *pairs;
	size_t n_pairs;
} fw_netmap_t;

/** what an allow list lets through */
typedef struct fw_pass_t
{
	/** unset: any */
	prefix_t to;
	prefix_t from;
	/** 0: any. IPPROTO_ICMP is that of either family */
	uint8_t protocol;
	/** destination ports, 0: any */
	uint16_t port_first;
	uint16_t port_last;
} fw_pass_t;

/**
 * Allow list of a tunnel: of what is begun by the link, incoming (forwarded,
 * or to us) or outgoing (forwarded), all else is dropped and counted
 * ("allow-in-NAME", "allow-out-NAME").
 */
typedef struct fw_allow_t
{
	char name[FW_NAME_MAX];
	char link[FW_LINK_NAME_MAX];
	bool incoming;
	fw_pass_t *passes;
	size_t n_passes;
} fw_allow_t;

typedef struct fw_model_t
{
	fw_clamp_t *clamps;
	size_t n_clamps;
	fw_guard_t *guards;
	size_t n_guards;
	fw_ports_t ports;
	fw_ike_t ike;
	fw_netmap_t *netmaps;
	size_t n_netmaps;
	fw_allow_t *allows;
	size_t n_allows;
	/** whatever the lists say: BGP and BFD from `speakers`, and echo requests
	 * to our own addresses, each by its link */
	fw_peers_t speakers;
	fw_peers_t own;
} fw_model_t;

void fw_model_init(fw_model_t *model);
void fw_model_deinit(fw_model_t *model);
/* the new one is zeroed but for the name, owned by the model, and its address
 * is valid until the next add */
fw_clamp_t *fw_model_add_clamp(fw_model_t *model, const char *link);
fw_guard_t *fw_model_add_guard(fw_model_t *model, const char *name);
fw_netmap_t *fw_model_add_netmap(fw_model_t *model, const char *name);
fw_allow_t *fw_model_add_allow(fw_model_t *model, const char *name,
							   const char *link, bool incoming);
void fw_netmap_add(fw_netmap_t *netmap, const prefix_t *inside,
				   const prefix_t *mapped);
void fw_allow_add(fw_allow_t *allow, const fw_pass_t *pass);
void fw_prefixes_add(fw_prefixes_t *prefixes, const prefix_t *p);
void fw_links_add(fw_links_t *links, const char *name);
void fw_peers_add(fw_peers_t *peers, const char *link, const addr_t *addr);
/** there is a port guard */
bool fw_model_guards_ports(const fw_model_t *model);
/** counters that it has, or more */
size_t fw_model_counters(const fw_model_t *model);
bool fw_model_equal(const fw_model_t *a, const fw_model_t *b);

#endif
