/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What rules of others do to a tunnel: the packets that it lives on are held
 * against them, and of what is dropped or rewritten for sure it is told by which
 * chain, and which rule mends it. Without a system call.
 */

#ifndef CYGNET_CLI_FOREIGN_H
#define CYGNET_CLI_FOREIGN_H

#include "base/text.h"
#include "firewall/foreign.h"

#define FOREIGN_PEERS_MAX    4
#define FOREIGN_SESSIONS_MAX 4

typedef enum foreign_kind_t
{
	FOREIGN_IKE_IN,
	FOREIGN_IKE_OUT,
	FOREIGN_ESP_IN,
	FOREIGN_ESP_OUT,
	FOREIGN_BGP_IN,
	FOREIGN_BGP_OUT,
	FOREIGN_BFD_IN,
	FOREIGN_BFD_OUT,
	/** into the tunnel, and the answers from it */
	FOREIGN_FORWARD_IN,
	FOREIGN_FORWARD_OUT,
	FOREIGN_REWRITE,
	FOREIGN_KINDS,
} foreign_kind_t;

/** a link of this host: "" and 0 are unknown */
typedef struct foreign_link_t
{
	char name[FW_LINK_NAME_MAX];
	uint32_t index;
} foreign_link_t;

/** from our address, by a link, to another one; unset is unknown */
typedef struct foreign_way_t
{
	foreign_link_t link;
	addr_t local;
	addr_t remote;
} foreign_way_t;

/** what a tunnel's packets are made of */
typedef struct foreign_tunnel_t
{
	/** borrowed */
	const char *name;
	foreign_link_t link;
	/** IKE and ESP, outside */
	foreign_way_t peers[FOREIGN_PEERS_MAX];
	unsigned n_peers;
	/** BGP; the link is the tunnel's */
	foreign_way_t sessions[FOREIGN_SESSIONS_MAX];
	unsigned n_sessions;
	/** remote unset: none */
	foreign_way_t bfd;
} foreign_tunnel_t;

/** a network of the site's, and the link that it is on */
typedef struct foreign_network_t
{
	prefix_t prefix;
	foreign_link_t link;
} foreign_network_t;

/** what a chain does to the same packets of one or more tunnels */
typedef struct foreign_finding_t
{
	foreign_kind_t kind;
	/** of the packets, where the rule names addresses; else none */
	family_t family;
	/** borrowed from the ruleset */
	fw_hit_t hit;
	/** the tunnels' names; addresses or links of the rule */
	text_t tunnels;
	unsigned n_tunnels;
	text_t values;
	unsigned n_values;
} foreign_finding_t;

typedef struct foreign_findings_t
{
	foreign_finding_t *list;
	size_t count;
} foreign_findings_t;

/** adds what the rules do to the tunnel's packets, to what is found of others
 * where it is the same; findings of zeros are empty */
void foreign_find(const fw_foreign_t *rules, const foreign_tunnel_t *tunnel,
				  const foreign_network_t *networks, size_t n,
				  foreign_findings_t *findings);
void foreign_findings_deinit(foreign_findings_t *findings);
/** "chain input of table inet filter drops IKE from 203.0.113.1" */
void foreign_what(const foreign_finding_t *finding, text_t *out);
/** the command that mends it: "nft insert rule …", or "iptables -I …" */
void foreign_remedy(const foreign_finding_t *finding, text_t *out);

#endif
