/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Attributes from the wire, led by bgp_attr_table. The list is walked
 * once: each attribute gets a reader of its own bytes, its row checks flags
 * and length, and its function puts the value into the set. The strongest
 * verdict of all faults wins (RFC 7606 section 3 h), so reading goes on after
 * a fault that does not end the session.
 */

#include "bgp/attr_codec.h"

#include <stdlib.h>
#include <string.h>

/* -- the rows: reading ----------------------------------------------------- */

/** exactly one 32-bit number */
static bool only_u32(rbuf_t v, uint32_t *out)
{
	return rbuf_u32(&v, out) && !rbuf_left(&v);
}

/** a list of entries of one size, at least one */
static uint8_t list_decode(bgp_attr_decoder_t *d, bgp_blob_id_t id, rbuf_t v,
						   size_t size)
{
	size_t len = rbuf_left(&v);

	if (!len || len % size ||
		!bgp_attr_set_blob(d->update->attrs, id, v.p, len))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	return 0;
}

uint8_t bgp_origin_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	uint8_t origin;

	if (!rbuf_u8(&v, &origin) || rbuf_left(&v))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	if (origin > BGP_ORIGIN_INCOMPLETE)
	{
		return BGP_UPDATE_BAD_ORIGIN;
	}
	d->update->attrs->a.origin = origin;
	return 0;
}

uint8_t bgp_next_hop_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	uint32_t word;
	addr_t next_hop;

	/* without plain NLRI it says nothing (RFC 4760 section 3) */
	if (!d->plain_nlri)
	{
		return 0;
	}
	if (!only_u32(v, &word))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	next_hop = addr_v4(word);
	if (!bgp_next_hop_is_host(&next_hop))
	{
		return BGP_UPDATE_BAD_NEXT_HOP;
	}
	d->update->attrs->a.next_hop = next_hop;
	return 0;
}

uint8_t bgp_med_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	bgp_attrs_t *a = &d->update->attrs->a;

	if (!only_u32(v, &a->med))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	a->has |= BGP_HAS_MED;
	return 0;
}

uint8_t bgp_local_pref_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	bgp_attrs_t *a = &d->update->attrs->a;

	if (!only_u32(v, &a->local_pref))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	a->has |= BGP_HAS_LOCAL_PREF;
	return 0;
}

uint8_t bgp_atomic_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	if (rbuf_left(&v))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	d->update->attrs->a.has |= BGP_HAS_ATOMIC;
	return 0;
}

uint8_t bgp_aggregator_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	bgp_attrs_t *a = &d->update->attrs->a;
	uint32_t asn, id;
	uint16_t asn2 = 0;

	if (d->codec->as4 ? !rbuf_u32(&v, &asn) : !rbuf_u16(&v, &asn2))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	if (!only_u32(v, &id))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	if (!d->codec->as4)
	{
		asn = asn2;
	}
	/* RFC 7607 section 2 */
	if (!asn)
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	a->aggregator_as = asn;
	a->aggregator_id = id;
	a->has |= BGP_HAS_AGGREGATOR;
	return 0;
}

uint8_t bgp_communities_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	return list_decode(d, BGP_BLOB_COMMUNITIES, v, 4);
}

uint8_t bgp_originator_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	bgp_attrs_t *a = &d->update->attrs->a;

	if (!only_u32(v, &a->originator_id))
	{
		return BGP_UPDATE_BAD_LENGTH;
	}
	a->has |= BGP_HAS_ORIGINATOR;
	return 0;
}

uint8_t bgp_cluster_list_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	return list_decode(d, BGP_BLOB_CLUSTER_LIST, v, 4);
}

uint8_t bgp_ext_communities_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	return list_decode(d, BGP_BLOB_EXT_COMMUNITIES, v, 8);
}

uint8_t bgp_as4_aggregator_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	uint32_t asn, id;

	if (!rbuf_u32(&v, &asn) || !only_u32(v, &id) || !asn)
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	d->as4_aggregator_as = asn;
	d->as4_aggregator_id = id;
	return 0;
}

uint8_t bgp_large_communities_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	return list_decode(d, BGP_BLOB_LARGE_COMMUNITIES, v, 12);
}

uint8_t bgp_otc_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	bgp_attrs_t *a = &d->update->attrs->a;

	if (!only_u32(v, &a->otc))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	a->has |= BGP_HAS_OTC;
	return 0;
}

/* -- reading a list -------------------------------------------------------- */

static const char *words_of(uint8_t subcode)
{
	switch (subcode)
	{
		case BGP_UPDATE_BAD_FLAGS:
			return "attribute flags wrong";
		case BGP_UPDATE_BAD_LENGTH:
			return "attribute length wrong";
		case BGP_UPDATE_BAD_ORIGIN:
			return "undefined origin";
		case BGP_UPDATE_BAD_NEXT_HOP:
			return "next hop is no host's address";
		case BGP_UPDATE_BAD_AS_PATH:
			return "malformed path";
		case BGP_UPDATE_BAD_NETWORK:
			return "malformed prefix";
		case BGP_UPDATE_UNKNOWN_WELL_KNOWN:
			return "unknown well-known attribute";
		default:
			return "malformed attribute";
	}
}

void bgp_attr_fault(bgp_attr_decoder_t *d, bgp_fault_verdict_t verdict,
					uint8_t subcode, uint8_t type, const char *what,
					rbuf_t data)
{
	bgp_fault_verdict_t before = d->fault->verdict;

	bgp_fault_set(d->fault, verdict, BGP_ERR_UPDATE, subcode, what, data.p,
				  rbuf_left(&data));
	if (d->fault->verdict != before)
	{
		d->fault->attr = type;
	}
}

/** a fault with the attribute whole as its data (RFC 4271 section 6.3) */
static void attr_fault(bgp_attr_decoder_t *d, bgp_fault_verdict_t verdict,
					   uint8_t subcode, uint8_t type, rbuf_t whole)
{
	if (verdict == BGP_FAULT_ATTRIBUTE_DISCARD)
	{
		d->update->discarded++;
	}
	bgp_attr_fault(d, verdict, subcode, type, words_of(subcode), whole);
}

/** keeps it for passing on, in order of type (RFC 4271 section 5) */
static void keep_unknown(bgp_attr_decoder_t *d, uint8_t flags, uint8_t type,
						 rbuf_t value)
{
	unsigned i = d->unknown_count;

	if (i == BGP_UNKNOWN_MAX)
	{
		d->update->discarded++;
		return;
	}
	for (; i && d->unknown[i - 1].type > type; i--)
	{
		d->unknown[i] = d->unknown[i - 1];
	}
	d->unknown[i].type = type;
	d->unknown[i].flags = flags;
	d->unknown[i].value = value;
	d->unknown_count++;
}

static void decode_unknown(bgp_attr_decoder_t *d, uint8_t flags, uint8_t type,
						   rbuf_t value, rbuf_t whole)
{
	if (!(flags & BGP_FLAG_OPTIONAL))
	{
		attr_fault(d, BGP_FAULT_SESSION_RESET, BGP_UPDATE_UNKNOWN_WELL_KNOWN,
				   type, whole);
	}
	else if (flags & BGP_FLAG_TRANSITIVE)
	{
		keep_unknown(d, flags, type, value);
	}
}

/** what an attribute costs that is there twice or flagged wrongly (RFC 7606
 * sections 3 g and 3 c); false: it is not read */
static bool check_head(bgp_attr_decoder_t *d, const bgp_attr_desc_t *desc,
					   uint8_t flags, uint8_t type, rbuf_t whole)
{
	const uint8_t kind = BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE;
	/* prefixes are in it */
	bool nlri = desc && desc->malformed == BGP_FAULT_SESSION_RESET;

	if (d->seen[type / 32] & 1u << type % 32)
	{
		/* the first counts */
		attr_fault(d,
				   nlri ? BGP_FAULT_SESSION_RESET : BGP_FAULT_ATTRIBUTE_DISCARD,
				   BGP_UPDATE_MALFORMED_LIST, type, whole);
		return false;
	}
	d->seen[type / 32] |= 1u << type % 32;
	if (desc && (flags & kind) != desc->flags)
	{
		/* whatever the attribute; what is to be withdrawn must be read */
		attr_fault(d, BGP_FAULT_TREAT_AS_WITHDRAW, BGP_UPDATE_BAD_FLAGS, type,
				   whole);
		return nlri;
	}
	return true;
}

static void decode_one(bgp_attr_decoder_t *d, uint8_t flags, uint8_t type,
					   rbuf_t value, rbuf_t whole)
{
	const bgp_attr_desc_t *desc = bgp_attr_desc(type);
	uint8_t subcode;

	if (!check_head(d, desc, flags, type, whole))
	{
		return;
	}
	if (!desc)
	{
		decode_unknown(d, flags, type, value, whole);
		return;
	}
	if (desc->internal && !d->codec->ibgp)
	{
		d->update->discarded++;
		return;
	}
	if (!rbuf_left(&value) && !desc->may_be_empty)
	{
		attr_fault(d, desc->malformed, BGP_UPDATE_BAD_LENGTH, type, whole);
		return;
	}
	subcode = desc->decode(d, value);
	if (subcode)
	{
		/* with a next hop that is none, even MP_REACH's prefixes are known */
		attr_fault(d,
				   subcode == BGP_UPDATE_BAD_NEXT_HOP
					   ? BGP_FAULT_TREAT_AS_WITHDRAW
					   : desc->malformed,
				   subcode, type, whole);
	}
}

bool bgp_attr_next(rbuf_t *r, uint8_t *flags, uint8_t *type, rbuf_t *value,
				   rbuf_t *whole)
{
	rbuf_t look = *r;
	uint16_t len;
	uint8_t len8;
	size_t before = rbuf_left(r);

	if (!rbuf_u8(r, flags) || !rbuf_u8(r, type))
	{
		return false;
	}
	if (*flags & BGP_FLAG_EXTENDED)
	{
		if (!rbuf_u16(r, &len))
		{
			return false;
		}
	}
	else
	{
		if (!rbuf_u8(r, &len8))
		{
			return false;
		}
		len = len8;
	}
	return rbuf_sub(r, len, value) &&
		   rbuf_sub(&look, before - rbuf_left(r), whole);
}

/** one blob of all that are unknown, as attr.h has it */
static void store_unknown(bgp_attr_decoder_t *d)
{
	size_t size = 0;
	uint8_t *mem;
	unsigned i;
	wbuf_t w;

	if (!d->unknown_count)
	{
		return;
	}
	for (i = 0; i < d->unknown_count; i++)
	{
		size += 4 + rbuf_left(&d->unknown[i].value);
	}
	mem = mem_array(size, 1);
	w = wbuf_make(mem, size);
	for (i = 0; i < d->unknown_count; i++)
	{
		rbuf_t *value = &d->unknown[i].value;

		wbuf_u8(&w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE | BGP_FLAG_PARTIAL |
						BGP_FLAG_EXTENDED);
		wbuf_u8(&w, d->unknown[i].type);
		wbuf_u16(&w, (uint16_t)rbuf_left(value));
		wbuf_bytes(&w, value->p, rbuf_left(value));
	}
	if (!bgp_attr_set_blob(d->update->attrs, BGP_BLOB_UNKNOWN, mem,
						   wbuf_len(&w)))
	{
		d->update->discarded += d->unknown_count;
	}
	free(mem);
}

/** of AGGREGATOR and AS4_AGGREGATOR together: AS_TRANS in the one is told by
 * the other; any other AS means that an old speaker has aggregated anew, and
 * both AS4 attributes are ignored (RFC 6793 section 4.2.3) */
static void merge_as4(bgp_attr_decoder_t *d)
{
	bgp_attrs_t *a = &d->update->attrs->a;

	if (d->codec->as4)
	{
		return;
	}
	if (a->has & BGP_HAS_AGGREGATOR && d->as4_aggregator_as)
	{
		if (a->aggregator_as == BGP_AS_TRANS)
		{
			a->aggregator_as = d->as4_aggregator_as;
			a->aggregator_id = d->as4_aggregator_id;
		}
		else
		{
			d->as4_path = rbuf_make(NULL, 0);
		}
	}
	bgp_as_path_merge(d);
}

bool bgp_decode_attrs(bgp_attr_decoder_t *d, rbuf_t r)
{
	uint8_t flags, type;
	rbuf_t value, whole;

	while (rbuf_left(&r))
	{
		rbuf_t rest = r;

		if (!bgp_attr_next(&r, &flags, &type, &value, &whole))
		{
			/* RFC 7606 section 4: the total length is trusted. What it is
			 * is not known: as type 0, which nothing is, it was seen */
			d->seen[0] |= 1;
			attr_fault(d, BGP_FAULT_TREAT_AS_WITHDRAW,
					   BGP_UPDATE_MALFORMED_LIST, 0, rest);
			break;
		}
		decode_one(d, flags, type, value, whole);
		if (d->fault->verdict == BGP_FAULT_SESSION_RESET)
		{
			return false;
		}
	}
	merge_as4(d);
	store_unknown(d);
	return true;
}
