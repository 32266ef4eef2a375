/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What keeps IKE from making a tunnel's SA, as charon tells it: the kinds that
 * need different remedies.
 */

#ifndef CYGNET_TUNNEL_IKE_FAULT_H
#define CYGNET_TUNNEL_IKE_FAULT_H

#include "base/base.h"

typedef enum ike_fault_t
{
	IKE_FAULT_NONE,
	/** words that stand for themselves */
	IKE_FAULT_OTHER,
	/** the peer's name has no address */
	IKE_FAULT_RESOLVE,
	/** nothing came back to the first message */
	IKE_FAULT_NO_ANSWER,
	/** it did to the first, by UDP 500, and not to what followed */
	IKE_FAULT_AUTH_NO_ANSWER,
	/** an IKE_SA that worked is not answered any more */
	IKE_FAULT_STOPPED,
	IKE_FAULT_PROPOSAL_IKE,
	IKE_FAULT_PROPOSAL_CHILD,
	IKE_FAULT_SELECTORS,
	/** the peer refuses us; it does not tell why (RFC 7296, 2.21.2) */
	IKE_FAULT_REFUSED,
	/** we refuse the peer */
	IKE_FAULT_PEER_AUTH,
	/** and know why */
	IKE_FAULT_PSK,
	IKE_FAULT_NO_SECRET,
	IKE_FAULT_IDENTITY,
	/** outside of its time: the peer's, and ours */
	IKE_FAULT_CERT_TIME,
	IKE_FAULT_OWN_CERT_TIME,
	IKE_FAULT_CERT_TRUST,
	IKE_FAULT_KERNEL,
	IKE_FAULT_NO_CHILD,
	IKE_FAULT_UNIQUE,
	IKE_FAULT_COUNT,
} ike_fault_t;

/** "psk"; "none" */
const char *ike_fault_name(ike_fault_t fault);
/** it only says that something failed of which another one tells more */
bool ike_fault_is_vague(ike_fault_t fault);

#endif
