/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A route on its way in, between the wire and the decision: checks of what a
 * peer may announce (bgp_import_check, before the tables), then import policy
 * and what comes after it (import_attrs of rib_impl.h). Inside src/bgp only.
 */

#ifndef CYGNET_BGP_IMPORT_H
#define CYGNET_BGP_IMPORT_H

#include "bgp/message.h"
#include "bgp/rib.h"

/** GRACEFUL_SHUTDOWN (RFC 8326 section 5) */
#define BGP_GRACEFUL_SHUTDOWN 0xffff0000u

/** what a peer's routes are held against beside its configuration */
typedef struct bgp_import_self_t
{
	/** of the speaker; a peer's local_as is in bgp_rib_peer_t */
	uint32_t asn;
	uint32_t router_id;
	/** our end of the connection */
	addr_t address;
} bgp_import_self_t;

/**
 * The attributes of routes of the peer's, its next hop among them, may be
 * used: BGP_DROP_NONE. Else the routes are to be withdrawn; if that is the
 * peer's fault, the fault says why, else (they came round to us) its verdict is
 * BGP_FAULT_NONE. Adds OTC where RFC 9234 wants it.
 */
bgp_drop_t bgp_import_check(const bgp_rib_peer_t *peer,
							const bgp_import_self_t *self, bgp_attrs_t *attrs,
							bgp_fault_t *fault);
/** no destination of packets (RFC 4271 section 6.3): ignored, not an error */
bool bgp_prefix_is_martian(const prefix_t *p);

/** its configuration; all zero if it has none */
const bgp_peer_config_t *bgp_rib_peer_options(const bgp_rib_peer_t *peer);

#endif
