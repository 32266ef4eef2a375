/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The cipher and the encapsulation decide the link's MTU, the outer addresses
 * what is pinned to the underlay. A CHILD_SA keeps its addresses to itself,
 * but they are its IKE_SA's, which is updated before its children are.
 */

#include "cygnet_child.h"
#include "cygnet_compat.h"
#include "cygnet_initiator.h"

/**
 * Copy an address; ours stays unset for what is no IP address
 */
void cygnet_child_copy_host(host_t *host, addr_t *addr)
{
	chunk_t bytes = host->get_address(host);

	if (bytes.len == 4)
	{
		addr->family = FAMILY_IPV4;
	}
	else if (bytes.len == 16)
	{
		addr->family = FAMILY_IPV6;
	}
	else
	{
		return;
	}
	memcpy(addr->b, bytes.ptr, bytes.len);
}

/**
 * Copy what was negotiated
 */
static void copy_info(ike_sa_t *ike_sa, child_sa_t *child_sa,
					  tunnel_sa_info_t *info)
{
	proposal_t *proposal = child_sa->get_proposal(child_sa);
	uint16_t alg, key_size;

	if (proposal)
	{
		if (proposal->get_algorithm(proposal, ENCRYPTION_ALGORITHM, &alg,
									&key_size))
		{
			info->encr = alg;
			info->key_bits = key_size;
		}
		if (proposal->get_algorithm(proposal, INTEGRITY_ALGORITHM, &alg, NULL))
		{
			info->integ = alg;
		}
	}
	info->spi_in = ntohl(child_sa->get_spi(child_sa, TRUE));
	info->spi_out = ntohl(child_sa->get_spi(child_sa, FALSE));
	info->encap = child_sa->has_encap(child_sa);
	cygnet_child_copy_host(ike_sa->get_my_host(ike_sa), &info->local);
	cygnet_child_copy_host(ike_sa->get_other_host(ike_sa), &info->remote);
}

/*
 * Described in header
 */
bool cygnet_child_counts(child_sa_state_t state)
{
	switch (state)
	{
		case CHILD_INSTALLED:
		case CHILD_UPDATING:
		case CHILD_REKEYING:
		case CHILD_REKEYED:
			return TRUE;
		case CHILD_CREATED:
		case CHILD_ROUTED:
		case CHILD_INSTALLING:
		case CHILD_RETRYING:
		case CHILD_DELETING:
		case CHILD_DELETED:
		case CHILD_DESTROYING:
			break;
	}
	return FALSE;
}

/*
 * Described in header
 */
void cygnet_child_post(cygnet_facts_t *facts, fact_kind_t kind,
					   ike_sa_t *ike_sa, child_sa_t *child_sa,
					   uint32_t successor)
{
	fact_t fact;

	if (!facts->init(facts, &fact, kind, ike_sa->get_name(ike_sa)))
	{
		return;
	}
	fact.sa = child_sa->get_unique_id(child_sa);
	fact.successor = successor;
	if (kind == FACT_CHILD_UP || kind == FACT_CHILD_CHANGED)
	{
		strncpy(fact.child, child_sa->get_name(child_sa),
				sizeof(fact.child) - 1);
		fact.if_id_in = child_sa->get_if_id(child_sa, TRUE);
		fact.if_id_out = child_sa->get_if_id(child_sa, FALSE);
		fact.reauth = cygnet_initiator_reauth_in(ike_sa);
		copy_info(ike_sa, child_sa, &fact.info);
	}
	facts->post(facts, &fact);
}

/*
 * Described in header
 */
void cygnet_child_post_ike(cygnet_facts_t *facts, fact_kind_t kind,
						   ike_sa_t *ike_sa)
{
	enumerator_t *enumerator;
	child_sa_t *child_sa;

	enumerator = ike_sa->create_child_sa_enumerator(ike_sa);
	while (enumerator->enumerate(enumerator, &child_sa))
	{
		if (cygnet_child_counts(child_sa->get_state(child_sa)) &&
			!cygnet_compat_per_cpu(child_sa))
		{
			cygnet_child_post(facts, kind, ike_sa, child_sa, 0);
		}
	}
	enumerator->destroy(enumerator);
}

/*
 * Described in header
 */
void cygnet_child_post_all(cygnet_facts_t *facts)
{
	enumerator_t *enumerator;
	ike_sa_t *ike_sa;

	enumerator =
		charon->ike_sa_manager->create_enumerator(charon->ike_sa_manager, TRUE);
	while (enumerator->enumerate(enumerator, &ike_sa))
	{
		if (ike_sa->get_state(ike_sa) != IKE_DELETING)
		{
			cygnet_child_post_ike(facts, FACT_CHILD_UP, ike_sa);
		}
	}
	enumerator->destroy(enumerator);
}
