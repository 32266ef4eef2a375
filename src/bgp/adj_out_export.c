/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What may go out, and how it looks then: checks, what is taken off at the
 * border of the AS, export policy, what is put on there. Paths lose and change
 * ASNs before policy, so that what policy prepends stays as it is.
 *
 * To eBGP the next hop is always our own: that a third party's would be on
 * the peer's own network (RFC 4271 section 5.1.3) is nothing that the tables
 * know, and on a tunnel it never is.
 */

#include "bgp/adj_out_impl.h"
#include "bgp/import.h"

#include <stdlib.h>
#include <string.h>

/** RFC 1997, RFC 3765 */
#define NO_EXPORT           0xffffff01u
#define NO_ADVERTISE        0xffffff02u
#define NO_EXPORT_SUBCONFED 0xffffff03u
#define NOPEER              0xffffff04u

static bool options_are_same(const bgp_rib_peer_t *a, const bgp_rib_peer_t *b)
{
	const bgp_peer_config_t *x = bgp_rib_peer_options(a);
	const bgp_peer_config_t *y = bgp_rib_peer_options(b);

	return x->role == y->role && x->as_override == y->as_override &&
		   x->private_as == y->private_as &&
		   x->graceful_shutdown == y->graceful_shutdown &&
		   (a->remote_as == b->remote_as ||
			(!x->as_override && x->private_as == BGP_PRIVATE_AS_KEEP));
}

bool export_is_same(const bgp_rib_peer_t *a, const bgp_rib_peer_t *b)
{
	return options_are_same(a, b) && a->ibgp == b->ibgp &&
		   a->local_as == b->local_as && a->next_hop_self == b->next_hop_self &&
		   a->extended_next_hop == b->extended_next_hop &&
		   a->export_policy == b->export_policy && a->families == b->families &&
		   a->as4 == b->as4 && a->message_max == b->message_max &&
		   a->next_hop4.family == b->next_hop4.family &&
		   a->next_hop6.family == b->next_hop6.family &&
		   a->next_hop6_ll.family == b->next_hop6_ll.family;
}

bgp_attrs_t export_hop(const bgp_rib_peer_t *peer, const bgp_attrs_t *attrs)
{
	bgp_attrs_t out = *attrs;

	if (addr_is_unspecified(&attrs->next_hop))
	{
		bool six = attrs->next_hop.family == FAMILY_IPV6;

		out.next_hop = six ? peer->next_hop6 : peer->next_hop4;
		out.next_hop_ll = six ? peer->next_hop6_ll : addr_none;
	}
	return out;
}

/** room for an address of the member's own, see export_hop; false: we have
 * none that the family can go with */
static bool next_hop_self(const bgp_rib_peer_t *peer, int f, bgp_attrs_t *a)
{
	a->next_hop_ll = addr_none;
	if (f == 0 && addr_is_set(&peer->next_hop4))
	{
		a->next_hop = (addr_t){.family = FAMILY_IPV4};
		return true;
	}
	if (!addr_is_set(&peer->next_hop6) || (f == 0 && !peer->extended_next_hop))
	{
		return false;
	}
	a->next_hop = (addr_t){.family = FAMILY_IPV6};
	a->next_hop_ll = (addr_t){.family = peer->next_hop6_ll.family};
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
	if (bgp_has_community(a, NO_ADVERTISE))
	{
		return false;
	}
	return peer->ibgp || (!bgp_has_community(a, NO_EXPORT) &&
						  !bgp_has_community(a, NO_EXPORT_SUBCONFED) &&
						  (bgp_rib_peer_options(peer)->role != BGP_ROLE_PEER ||
						   !bgp_has_community(a, NOPEER)));
}

/** RFC 9234 section 5: what came down or sideways goes down only */
static bool otc_allows(const bgp_rib_peer_t *peer, const bgp_attrs_t *a)
{
	bgp_role_t role = bgp_rib_peer_options(peer)->role;

	return peer->ibgp || !(a->has & BGP_HAS_OTC) ||
		   (role != BGP_ROLE_CUSTOMER && role != BGP_ROLE_PEER &&
			role != BGP_ROLE_RS_CLIENT);
}

/* -- before policy --------------------------------------------------------- */

/** RFC 4360 section 6: those stay in the AS; what our own policy adds later
 * goes out as it says */
static void drop_non_transitive(bgp_attr_set_t *set)
{
	const bgp_blob_t *blob = &set->a.ext_communities;
	uint8_t *kept = mem_copy(blob->data, blob->len);
	size_t len = 0;

	for (size_t i = 0; i < blob->len; i += 8)
	{
		if (!(blob->data[i] & 0x40))
		{
			memcpy(kept + len, blob->data + i, 8);
			len += 8;
		}
	}
	bgp_attr_set_blob(set, BGP_BLOB_EXT_COMMUNITIES, kept, len);
	free(kept);
}

/** RFC 6996 section 5 */
static bool is_private(uint32_t asn)
{
	return (asn >= 64512 && asn <= 65534) ||
		   (asn >= 4200000000u && asn <= 4294967294u);
}

/** one AS of a path as the peer is told it, 0: not. The peer's own stays, so
 * that it sees a route that comes round to it */
static uint32_t asn_told(const void *ctx, uint32_t asn)
{
	const bgp_rib_peer_t *peer = ctx;
	const bgp_peer_config_t *config = bgp_rib_peer_options(peer);

	if (asn == peer->remote_as)
	{
		return config->as_override ? peer->local_as : asn;
	}
	if (!is_private(asn) || config->private_as == BGP_PRIVATE_AS_KEEP)
	{
		return asn;
	}
	return config->private_as == BGP_PRIVATE_AS_REPLACE ? peer->local_as : 0;
}

/** what is not for other ASes is taken off; `in`, or scratch with it */
static const bgp_attrs_t *leave_as(bgp_attr_set_t *scratch,
								   const bgp_rib_peer_t *peer,
								   const bgp_attrs_t *in)
{
	const bgp_peer_config_t *config = bgp_rib_peer_options(peer);
	bool edits =
		config->as_override || config->private_as != BGP_PRIVATE_AS_KEEP;

	if (!in->ext_communities.len && !(edits && in->as_path.len))
	{
		return in;
	}
	bgp_attr_set_load(scratch, in);
	if (in->ext_communities.len)
	{
		drop_non_transitive(scratch);
	}
	if (edits)
	{
		bgp_attr_set_edit_path(scratch, asn_told, peer);
	}
	return &scratch->a;
}

/* -- after policy ---------------------------------------------------------- */

/** RFC 8326 section 4.2; within the AS, where the community is not acted on,
 * LOCAL_PREF says it */
static void shut_down(const bgp_rib_peer_t *peer, bgp_attr_set_t *set)
{
	const bgp_blob_t *blob = &set->a.communities;
	uint8_t *mem = mem_alloc(blob->len + 4u);
	wbuf_t w = wbuf_make(mem, blob->len + 4u);

	wbuf_bytes(&w, blob->data, blob->len);
	wbuf_u32(&w, BGP_GRACEFUL_SHUTDOWN);
	bgp_attr_set_blob(set, BGP_BLOB_COMMUNITIES, mem, wbuf_len(&w));
	free(mem);
	if (peer->ibgp)
	{
		set->a.local_pref = 0;
		set->a.has |= BGP_HAS_LOCAL_PREF;
	}
}

static void add_otc(const bgp_rib_peer_t *peer, bgp_attrs_t *a)
{
	bgp_role_t role = bgp_rib_peer_options(peer)->role;

	if (!(a->has & BGP_HAS_OTC) &&
		(role == BGP_ROLE_PROVIDER || role == BGP_ROLE_PEER ||
		 role == BGP_ROLE_RS_SERVER))
	{
		a->otc = peer->local_as;
		a->has |= BGP_HAS_OTC;
	}
}

/** what eBGP sees; false: nothing */
static bool shape_ebgp(const bgp_rib_peer_t *peer, int f, bgp_attr_set_t *set,
					   bool own_med, bool own_next_hop)
{
	/* RFC 4271 sections 5.1.4 and 5.1.5, RFC 4456 section 8 */
	set->a.has &= (uint8_t) ~(BGP_HAS_LOCAL_PREF | BGP_HAS_ORIGINATOR |
							  (own_med ? 0 : BGP_HAS_MED));
	bgp_attr_set_blob(set, BGP_BLOB_CLUSTER_LIST, NULL, 0);
	add_otc(peer, &set->a);
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

/** what comes out is in rib->scratch; false: nothing goes out */
static bool shape(bgp_rib_t *rib, const bgp_rib_peer_t *peer, int f,
				  const prefix_t *prefix, const path_t *path,
				  const bgp_attrs_t *in)
{
	bgp_attr_set_t *set = &rib->scratch;
	bgp_policy_result_t result = {.changed = false};
	bool local = path_is_local(path);

	if (!peer->ibgp && !local)
	{
		in = leave_as(set, peer, in);
	}
	if (!apply_policy(rib, peer, prefix, path, in, &result))
	{
		return false;
	}
	set->a.weight = 0;
	if (bgp_rib_peer_options(peer)->graceful_shutdown)
	{
		shut_down(peer, set);
	}
	return peer->ibgp ? shape_ibgp(peer, f, set, local, result.next_hop_set)
					  : shape_ebgp(peer, f, set, local || result.med_set,
								   result.next_hop_set);
}

uint32_t export_attrs(bgp_rib_t *rib, const bgp_rib_peer_t *peer, int f,
					  const net_t *net)
{
	const bgp_rib_peer_t *source;
	const bgp_attrs_t *in;
	const path_t *path;
	prefix_t prefix;

	if (!net->n_best)
	{
		return 0;
	}
	path = path_at(rib, net->paths);
	source = path_is_local(path) ? NULL : rib->slots[path->peer].peer;
	in = bgp_attr_get(rib->attrs, path->accepted);
	/* RFC 4271 section 9.2: what iBGP said goes to eBGP alone */
	if ((!path_is_local(path) && (!source || (source->ibgp && peer->ibgp))) ||
		!communities_allow(peer, in) || !otc_allows(peer, in))
	{
		return 0;
	}
	prefix = net_prefix(f, net);
	return shape(rib, peer, f, &prefix, path, in)
			   ? bgp_attr_intern(rib->attrs, &rib->scratch.a)
			   : 0;
}
