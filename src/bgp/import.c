/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes in, before the decision. What may not be used is withdrawn rather
 * than ignored: an older route under the same prefix has ended by it.
 *
 * A route that has come round to us (RFC 4271 section 9.1.2, RFC 4456 section
 * 8) is no fault of the peer's, which two tunnels to one router show all day:
 * it is counted, but is no error. All else is counted and shown as RFC 7606's
 * treat-as-withdraw, too.
 */

#include "bgp/import.h"

#include "bgp/rib_impl.h"
#include "bgp/wire.h"

const bgp_peer_config_t *bgp_rib_peer_options(const bgp_rib_peer_t *peer)
{
	static const bgp_peer_config_t none;

	return peer->config ? peer->config : &none;
}

bool bgp_prefix_is_martian(const prefix_t *p)
{
	if (p->addr.family == FAMILY_IPV4)
	{
		return p->len >= 4 &&
			   (p->addr.b[0] >> 4 == 0xe ||
				(p->len >= 8 && (p->addr.b[0] == 127 || p->addr.b[0] == 0)));
	}
	return p->len >= 8 &&
		   (addr_is_multicast(&p->addr) || addr_is_link_local(&p->addr) ||
			(p->len == 128 &&
			 (addr_is_loopback(&p->addr) || addr_is_unspecified(&p->addr))));
}

/* -- checks ---------------------------------------------------------------- */

static bool in_cluster_list(const bgp_attrs_t *a, uint32_t id)
{
	rbuf_t r = rbuf_make(a->cluster_list.data, a->cluster_list.len);
	uint32_t entry;

	while (rbuf_u32(&r, &entry))
	{
		if (entry == id)
		{
			return true;
		}
	}
	return false;
}

/** it has come back to us: by AS (RFC 4271 section 9.1.2), or reflected
 * (RFC 4456 section 8) */
static bgp_drop_t check_loop(const bgp_rib_peer_t *peer,
							 const bgp_import_self_t *self,
							 const bgp_attrs_t *a)
{
	unsigned count = bgp_as_path_count(a, self->asn);

	if (peer->local_as != self->asn)
	{
		count += bgp_as_path_count(a, peer->local_as);
	}
	if (count > bgp_rib_peer_options(peer)->allowas_in)
	{
		return BGP_DROP_AS_LOOP;
	}
	if (a->has & BGP_HAS_ORIGINATOR && a->originator_id == self->router_id)
	{
		return BGP_DROP_ORIGINATOR;
	}
	return in_cluster_list(a, self->router_id) ? BGP_DROP_CLUSTER
											   : BGP_DROP_NONE;
}

static bool is_ours(const bgp_rib_peer_t *peer, const bgp_import_self_t *self,
					const addr_t *a)
{
	return addr_is_set(a) &&
		   (addr_equal(a, &self->address) || addr_equal(a, &peer->next_hop4) ||
			addr_equal(a, &peer->next_hop6) ||
			addr_equal(a, &peer->next_hop6_ll));
}

static unsigned count_communities(const bgp_attrs_t *a)
{
	return a->communities.len / 4u + a->ext_communities.len / 8u +
		   a->large_communities.len / 12u;
}

static bgp_drop_t refuse(bgp_fault_t *fault, bgp_drop_t drop, uint8_t subcode,
						 uint8_t attr, const char *what, const void *data,
						 size_t len)
{
	bgp_fault_set(fault, BGP_FAULT_TREAT_AS_WITHDRAW, BGP_ERR_UPDATE, subcode,
				  what, data, len);
	fault->attr = attr;
	return drop;
}

/** RFC 9234 section 5: a route that has been sent down or sideways comes up,
 * or sideways again */
static bool is_leak(const bgp_rib_peer_t *peer, const bgp_attrs_t *a)
{
	switch (bgp_rib_peer_options(peer)->role)
	{
		case BGP_ROLE_PROVIDER:
		case BGP_ROLE_RS_SERVER:
			return true;
		case BGP_ROLE_PEER:
			return a->otc != peer->remote_as;
		case BGP_ROLE_NONE:
		case BGP_ROLE_CUSTOMER:
		case BGP_ROLE_RS_CLIENT:
			break;
	}
	return false;
}

/** if it is no leak, OTC is there if the peer is to have set it */
static bgp_drop_t check_otc(const bgp_rib_peer_t *peer, bgp_attrs_t *a,
							bgp_fault_t *fault)
{
	bgp_role_t role = bgp_rib_peer_options(peer)->role;

	if (peer->ibgp)
	{
		return BGP_DROP_NONE;
	}
	if (a->has & BGP_HAS_OTC)
	{
		uint8_t data[4];
		wbuf_t w = wbuf_make(data, sizeof(data));

		wbuf_u32(&w, a->otc);
		return is_leak(peer, a) ? refuse(fault, BGP_DROP_LEAK, 0, BGP_ATTR_OTC,
										 "route leak", data, sizeof(data))
								: BGP_DROP_NONE;
	}
	if (role == BGP_ROLE_CUSTOMER || role == BGP_ROLE_PEER ||
		role == BGP_ROLE_RS_CLIENT)
	{
		a->otc = peer->remote_as;
		a->has |= BGP_HAS_OTC;
	}
	return BGP_DROP_NONE;
}

/** bounds on what one route may cost (0: none) */
static bgp_drop_t check_limits(const bgp_peer_config_t *config,
							   const bgp_attrs_t *a, bgp_fault_t *fault)
{
	if (config->max_as_path && a->as_path_hops > config->max_as_path)
	{
		return refuse(fault, BGP_DROP_LIMIT, 0, BGP_ATTR_AS_PATH,
					  "longer than max_as_path", a->as_path.data,
					  a->as_path.len);
	}
	if (config->max_communities &&
		count_communities(a) > config->max_communities)
	{
		return refuse(fault, BGP_DROP_LIMIT, 0, 0,
					  "more communities than max_communities", NULL, 0);
	}
	return BGP_DROP_NONE;
}

bgp_drop_t bgp_import_check(const bgp_rib_peer_t *peer,
							const bgp_import_self_t *self, bgp_attrs_t *a,
							bgp_fault_t *fault)
{
	const bgp_peer_config_t *config = bgp_rib_peer_options(peer);
	bgp_drop_t drop;

	*fault = (bgp_fault_t){0};
	/* the peer stands first in a path of its own (RFC 4271 section 6.3) */
	if (!peer->ibgp && !config->any_first_as &&
		a->neighbor_as != peer->remote_as)
	{
		return refuse(fault, BGP_DROP_FIRST_AS, BGP_UPDATE_BAD_AS_PATH,
					  BGP_ATTR_AS_PATH, "first AS is not the peer's",
					  a->as_path.data, a->as_path.len);
	}
	drop = check_loop(peer, self, a);
	if (drop)
	{
		return drop;
	}
	/* RFC 9774 section 3; sets of confederations are malformed anyway */
	if (!config->as_sets && bgp_as_path_has_set(a))
	{
		return refuse(fault, BGP_DROP_AS_SET, BGP_UPDATE_BAD_AS_PATH,
					  BGP_ATTR_AS_PATH, "AS_SET in it", a->as_path.data,
					  a->as_path.len);
	}
	if (is_ours(peer, self, &a->next_hop) ||
		is_ours(peer, self, &a->next_hop_ll))
	{
		bool mp = a->next_hop.family == FAMILY_IPV6;

		return refuse(fault, BGP_DROP_NEXT_HOP, BGP_UPDATE_BAD_NEXT_HOP,
					  mp ? BGP_ATTR_MP_REACH : BGP_ATTR_NEXT_HOP,
					  "next hop is our own address", a->next_hop.b,
					  mp ? 16 : 4);
	}
	drop = check_limits(config, a, fault);
	return drop ? drop : check_otc(peer, a, fault);
}

/* -- policy ---------------------------------------------------------------- */

/** false: rejected; else *a is what came out, in rib->scratch if changed */
static bool apply_policy(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						 const prefix_t *prefix, const bgp_attrs_t **a,
						 const char **rule)
{
	bgp_policy_input_t input = {
		.prefix = *prefix,
		.neighbor = peer->name,
		.neighbor_as = peer->remote_as,
		.ibgp = peer->ibgp,
		.source = BGP_SOURCE_PEER,
		.local_as = peer->local_as,
	};
	bgp_policy_result_t result;
	bgp_verdict_t verdict;

	*rule = NULL;
	if (!peer->import_policy)
	{
		/* RFC 8212 */
		return peer->ibgp;
	}
	verdict =
		bgp_policy_run(peer->import_policy, &input, *a, &rib->scratch, &result);
	*rule = result.rule;
	if (verdict == BGP_POLICY_ACCEPT && result.changed)
	{
		*a = &rib->scratch.a;
	}
	return verdict == BGP_POLICY_ACCEPT;
}

const char *bgp_rib_import_rule(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
								const prefix_t *prefix,
								const bgp_attrs_t *received)
{
	const char *rule;

	apply_policy(rib, peer, prefix, &received, &rule);
	return rule;
}

/** the last choice (RFC 8326 section 4): by our word, or by the peer's unless
 * our policy took the community away */
static bool shuts_down(const bgp_rib_peer_t *peer, const bgp_attrs_t *a)
{
	return bgp_rib_peer_options(peer)->graceful_shutdown ||
		   (!peer->ibgp && a->communities.len &&
			bgp_has_community(a, BGP_GRACEFUL_SHUTDOWN));
}

uint32_t import_attrs(bgp_rib_t *rib, const slot_t *slot,
					  const prefix_t *prefix, uint32_t received)
{
	const bgp_rib_peer_t *peer = slot->peer;
	const bgp_attrs_t *in = bgp_attr_get(rib->attrs, received), *a = in;
	const char *rule;

	if (!apply_policy(rib, peer, prefix, &a, &rule))
	{
		return 0;
	}
	if (shuts_down(peer, a))
	{
		bgp_attr_set_load(&rib->scratch, a);
		rib->scratch.a.local_pref = 0;
		rib->scratch.a.has |= BGP_HAS_LOCAL_PREF;
		a = &rib->scratch.a;
	}
	if (a != in)
	{
		return bgp_attr_intern(rib->attrs, a);
	}
	bgp_attr_hold(rib->attrs, received);
	return received;
}
