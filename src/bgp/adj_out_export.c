/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What may go out, and how it looks then.
 *
 * To eBGP the next hop is always our own: that a third party's would be on
 * the peer's own network (RFC 4271 section 5.1.3) is nothing that the tables
 * know, and on a tunnel it never is.
 */

#include "bgp/adj_out_impl.h"

#include <stdlib.h>
#include <string.h>

/** RFC 1997 */
#define NO_EXPORT           0xffffff01u
#define NO_ADVERTISE        0xffffff02u
#define NO_EXPORT_SUBCONFED 0xffffff03u

bool export_is_same(const bgp_rib_peer_t *a, const bgp_rib_peer_t *b)
{
	return a->ibgp == b->ibgp && a->local_as == b->local_as &&
		   a->next_hop_self == b->next_hop_self &&
		   a->extended_next_hop == b->extended_next_hop &&
		   a->export_policy == b->export_policy &&
		   addr_equal(&a->next_hop4, &b->next_hop4) &&
		   addr_equal(&a->next_hop6, &b->next_hop6) &&
		   addr_equal(&a->next_hop6_ll, &b->next_hop6_ll);
}

/** false: we have none that the family can go with */
static bool next_hop_self(const bgp_rib_peer_t *peer, int f, bgp_attrs_t *a)
{
	a->next_hop_ll = addr_none;
	if (f == 0 && addr_is_set(&peer->next_hop4))
	{
		a->next_hop = peer->next_hop4;
		return true;
	}
	if (!addr_is_set(&peer->next_hop6) || (f == 0 && !peer->extended_next_hop))
	{
		return false;
	}
	a->next_hop = peer->next_hop6;
	a->next_hop_ll = peer->next_hop6_ll;
	return true;
}

static bool next_hop_fits(const bgp_rib_peer_t *peer, int f,
						  const bgp_attrs_t *a)
{
	return family_index(a->next_hop.family) == f
			   ? addr_is_set(&a->next_hop)
			   : f == 0 && peer->extended_next_hop;
}

static bool communities_allow(const bgp_rib_peer_t *peer, const bgp_attrs_t *a)
{
	if (!a->communities.len)
	{
		return true;
	}
	return !bgp_has_community(a, NO_ADVERTISE) &&
		   (peer->ibgp || (!bgp_has_community(a, NO_EXPORT) &&
						   !bgp_has_community(a, NO_EXPORT_SUBCONFED)));
}

/** RFC 4360 section 6: those stay in the AS; what our own policy adds later
 * goes out as it says */
static void drop_non_transitive(bgp_attr_set_t *set, const bgp_attrs_t *in)
{
	uint8_t *kept = mem_copy(in->ext_communities.data, in->ext_communities.len);
	size_t len = 0;

	for (size_t i = 0; i < in->ext_communities.len; i += 8)
	{
		if (!(in->ext_communities.data[i] & 0x40))
		{
			memcpy(kept + len, in->ext_communities.data + i, 8);
			len += 8;
		}
	}
	bgp_attr_set_load(set, in);
	bgp_attr_set_blob(set, BGP_BLOB_EXT_COMMUNITIES, kept, len);
	free(kept);
}

/** what eBGP sees; false: nothing */
static bool shape_ebgp(const bgp_rib_peer_t *peer, int f, bgp_attr_set_t *set,
					   bool own_med, bool own_next_hop)
{
	/* RFC 4271 sections 5.1.4 and 5.1.5, RFC 4456 section 8 */
	set->a.has &= (uint8_t) ~(BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR |
							  (own_med ? 0 : BGP_HAS_MED));
	bgp_attr_set_blob(set, BGP_BLOB_CLUSTER_LIST, NULL, 0);
	return bgp_attr_set_prepend(set, peer->local_as, 1) &&
		   ((own_next_hop && next_hop_fits(peer, f, &set->a)) ||
			next_hop_self(peer, f, &set->a));
}

static bool shape_ibgp(const bgp_rib_peer_t *peer, int f, bgp_attr_set_t *set,
					   bool local, bool own_next_hop)
{
	if (!(set->a.has & BGP_HAS_LOCAL_PREF))
	{
		set->a.has |= BGP_HAS_LOCAL_PREF;
		set->a.local_pref = BGP_LOCAL_PREF_DEFAULT;
	}
	if (((local || peer->next_hop_self) && !own_next_hop) ||
		!next_hop_fits(peer, f, &set->a))
	{
		return next_hop_self(peer, f, &set->a);
	}
	return true;
}

/** runs the export policy; what comes out is in rib->scratch */
static bool apply_policy(bgp_rib_t *rib, const bgp_rib_peer_t *peer,
						 const prefix_t *prefix, const path_t *path,
						 const bgp_attrs_t *in, bgp_policy_result_t *result)
{
	const bgp_rib_peer_t *source =
		path_is_local(path) ? NULL : rib->slots[path->peer].peer;
	bgp_policy_input_t input = {
		.prefix = *prefix,
		.neighbor = source ? source->name : NULL,
		.neighbor_as = source ? source->remote_as : 0,
		.ibgp = source && source->ibgp,
		.source = path_source(path),
		.local_as = peer->local_as,
	};

	if (!peer->export_policy)
	{
		/* RFC 8212 */
		if (!peer->ibgp)
		{
			return false;
		}
	}
	else if (bgp_policy_run(peer->export_policy, &input, in, &rib->scratch,
							result) != BGP_POLICY_ACCEPT)
	{
		return false;
	}
	if (!result->changed)
	{
		bgp_attr_set_load(&rib->scratch, in);
	}
	return true;
}

uint32_t export_attrs(bgp_rib_t *rib, const bgp_rib_peer_t *peer, int f,
					  const net_t *net)
{
	const bgp_rib_peer_t *source;
	const bgp_attrs_t *in;
	const path_t *path;
	prefix_t prefix;
	bgp_policy_result_t result = {.changed = false};
	bool local;

	if (!net->n_best)
	{
		return 0;
	}
	path = path_at(rib, net->paths);
	local = path_is_local(path);
	source = local ? NULL : rib->slots[path->peer].peer;
	in = bgp_attr_get(rib->attrs, path->accepted);
	/* RFC 4271 section 9.2: what iBGP said goes to eBGP alone */
	if ((!local && (!source || (source->ibgp && peer->ibgp))) ||
		!communities_allow(peer, in))
	{
		return 0;
	}
	prefix = net_prefix(f, net);
	if (!peer->ibgp && !local && in->ext_communities.len)
	{
		drop_non_transitive(&rib->scratch, in);
		in = &rib->scratch.a;
	}
	if (!apply_policy(rib, peer, &prefix, path, in, &result) ||
		!(peer->ibgp
			  ? shape_ibgp(peer, f, &rib->scratch, local, result.next_hop_set)
			  : shape_ebgp(peer, f, &rib->scratch, local || result.med_set,
						   result.next_hop_set)))
	{
		return 0;
	}
	return bgp_attr_intern(rib->attrs, &rib->scratch.a);
}
