/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Attributes to the wire, in the order of bgp_attr_table: each row's function
 * writes its attribute whole, or nothing if the set lacks it or it is not for
 * such a peer.
 */

#include "bgp/attr_codec.h"

void bgp_encode_attr_head(wbuf_t *w, uint8_t flags, uint8_t type, size_t len)
{
	if (len > UINT8_MAX)
	{
		wbuf_u8(w, flags | BGP_FLAG_EXTENDED);
		wbuf_u8(w, type);
		wbuf_u16(w, (uint16_t)len);
	}
	else
	{
		wbuf_u8(w, flags);
		wbuf_u8(w, type);
		wbuf_u8(w, (uint8_t)len);
	}
}

static void u32_encode(wbuf_t *w, uint8_t flags, uint8_t type, uint32_t value)
{
	bgp_encode_attr_head(w, flags, type, 4);
	wbuf_u32(w, value);
}

static void blob_encode(wbuf_t *w, uint8_t flags, uint8_t type,
						const bgp_blob_t *blob)
{
	if (blob->len)
	{
		bgp_encode_attr_head(w, flags, type, blob->len);
		wbuf_bytes(w, blob->data, blob->len);
	}
}

void bgp_origin_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c)
{
	bgp_encode_attr_head(w, BGP_FLAG_TRANSITIVE, BGP_ATTR_ORIGIN, 1);
	wbuf_u8(w, a->origin);
}

void bgp_med_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c)
{
	if (a->has & BGP_HAS_MED)
	{
		u32_encode(w, BGP_FLAG_OPTIONAL, BGP_ATTR_MED, a->med);
	}
}

void bgp_local_pref_encode(wbuf_t *w, const bgp_attrs_t *a,
						   const bgp_codec_t *c)
{
	/* always within the AS, never out of it (RFC 4271 section 5.1.5) */
	if (c->ibgp)
	{
		u32_encode(w, BGP_FLAG_TRANSITIVE, BGP_ATTR_LOCAL_PREF,
				   a->has & BGP_HAS_LOCAL_PREF ? a->local_pref
											   : BGP_LOCAL_PREF_DEFAULT);
	}
}

void bgp_atomic_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c)
{
	if (a->has & BGP_HAS_ATOMIC)
	{
		bgp_encode_attr_head(w, BGP_FLAG_TRANSITIVE, BGP_ATTR_ATOMIC_AGGREGATE,
							 0);
	}
}

void bgp_aggregator_encode(wbuf_t *w, const bgp_attrs_t *a,
						   const bgp_codec_t *c)
{
	if (!(a->has & BGP_HAS_AGGREGATOR))
	{
		return;
	}
	bgp_encode_attr_head(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
						 BGP_ATTR_AGGREGATOR, c->as4 ? 8 : 6);
	if (c->as4)
	{
		wbuf_u32(w, a->aggregator_as);
	}
	else
	{
		wbuf_u16(w, a->aggregator_as > UINT16_MAX ? (uint16_t)BGP_AS_TRANS
												  : (uint16_t)a->aggregator_as);
	}
	wbuf_u32(w, a->aggregator_id);
}

void bgp_communities_encode(wbuf_t *w, const bgp_attrs_t *a,
							const bgp_codec_t *c)
{
	blob_encode(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
				BGP_ATTR_COMMUNITIES, &a->communities);
}

void bgp_originator_encode(wbuf_t *w, const bgp_attrs_t *a,
						   const bgp_codec_t *c)
{
	if (c->ibgp && a->has & BGP_HAS_ORIGINATOR)
	{
		u32_encode(w, BGP_FLAG_OPTIONAL, BGP_ATTR_ORIGINATOR_ID,
				   a->originator_id);
	}
}

void bgp_cluster_list_encode(wbuf_t *w, const bgp_attrs_t *a,
							 const bgp_codec_t *c)
{
	if (c->ibgp)
	{
		blob_encode(w, BGP_FLAG_OPTIONAL, BGP_ATTR_CLUSTER_LIST,
					&a->cluster_list);
	}
}

void bgp_ext_communities_encode(wbuf_t *w, const bgp_attrs_t *a,
								const bgp_codec_t *c)
{
	blob_encode(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
				BGP_ATTR_EXT_COMMUNITIES, &a->ext_communities);
}

void bgp_as4_aggregator_encode(wbuf_t *w, const bgp_attrs_t *a,
							   const bgp_codec_t *c)
{
	if (!c->as4 && a->has & BGP_HAS_AGGREGATOR && a->aggregator_as > UINT16_MAX)
	{
		bgp_encode_attr_head(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
							 BGP_ATTR_AS4_AGGREGATOR, 8);
		wbuf_u32(w, a->aggregator_as);
		wbuf_u32(w, a->aggregator_id);
	}
}

void bgp_large_communities_encode(wbuf_t *w, const bgp_attrs_t *a,
								  const bgp_codec_t *c)
{
	blob_encode(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
				BGP_ATTR_LARGE_COMMUNITIES, &a->large_communities);
}

void bgp_otc_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c)
{
	if (a->has & BGP_HAS_OTC)
	{
		u32_encode(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE, BGP_ATTR_OTC,
				   a->otc);
	}
}

size_t bgp_encode_attrs(wbuf_t *w, const bgp_codec_t *codec,
						const bgp_attrs_t *attrs, bool mp)
{
	size_t i, hop_at = 0;

	for (i = 0; i < bgp_attr_table_count; i++)
	{
		if (bgp_attr_table[i].encode)
		{
			bgp_attr_table[i].encode(w, attrs, codec);
		}
		else if (bgp_attr_table[i].type == BGP_ATTR_NEXT_HOP && !mp)
		{
			u32_encode(w, BGP_FLAG_TRANSITIVE, BGP_ATTR_NEXT_HOP,
					   addr_to_v4(&attrs->next_hop));
			hop_at = wbuf_len(w) - 4;
		}
	}
	/* kept as they go out */
	wbuf_bytes(w, attrs->unknown.data, attrs->unknown.len);
	return hop_at;
}
