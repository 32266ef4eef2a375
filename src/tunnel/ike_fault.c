/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Names only: what they mean to a person is cygnetctl's. */

#include "tunnel/ike_fault.h"

static const char *const names[IKE_FAULT_COUNT] = {
	[IKE_FAULT_NONE] = "none",
	[IKE_FAULT_OTHER] = "other",
	[IKE_FAULT_RESOLVE] = "resolve",
	[IKE_FAULT_NO_ANSWER] = "no-answer",
	[IKE_FAULT_AUTH_NO_ANSWER] = "auth-no-answer",
	[IKE_FAULT_STOPPED] = "stopped",
	[IKE_FAULT_PROPOSAL_IKE] = "proposal-ike",
	[IKE_FAULT_PROPOSAL_CHILD] = "proposal-child",
	[IKE_FAULT_SELECTORS] = "selectors",
	[IKE_FAULT_REFUSED] = "refused",
	[IKE_FAULT_PEER_AUTH] = "peer-auth",
	[IKE_FAULT_PSK] = "psk",
	[IKE_FAULT_NO_SECRET] = "no-secret",
	[IKE_FAULT_IDENTITY] = "identity",
	[IKE_FAULT_CERT_TIME] = "cert-time",
	[IKE_FAULT_OWN_CERT_TIME] = "own-cert-time",
	[IKE_FAULT_CERT_TRUST] = "cert-trust",
	[IKE_FAULT_KERNEL] = "kernel",
	[IKE_FAULT_NO_CHILD] = "no-child",
	[IKE_FAULT_UNIQUE] = "unique",
};

const char *ike_fault_name(ike_fault_t fault)
{
	return fault < IKE_FAULT_COUNT ? names[fault] : "other";
}

bool ike_fault_is_vague(ike_fault_t fault)
{
	return fault == IKE_FAULT_OTHER || fault == IKE_FAULT_REFUSED ||
		   fault == IKE_FAULT_PEER_AUTH || fault == IKE_FAULT_NO_CHILD;
}
