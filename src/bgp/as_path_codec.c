/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * AS_PATH and AS4_PATH on the wire. Inside, a path is always of four-octet
 * ASNs; a peer that speaks two octets gets AS_TRANS in their place and the
 * true path in AS4_PATH, and ours is put together again from what such a
 * peer sends (RFC 6793 sections 4.2.2 and 4.2.3).
 */

#include "bgp/attr_codec.h"

#include <stdlib.h>

enum
{
	SEGMENT_SET = 1,
	SEGMENT_SEQUENCE = 2,
	SEGMENT_CONFED_SEQUENCE = 3,
	SEGMENT_CONFED_SET = 4,
};

#define SEGMENT_MAX 255u

/** the next segment's head; as is a reader of its ASNs */
static bool next_segment(rbuf_t *r, size_t asn_size, uint8_t *type,
						 uint8_t *count, rbuf_t *as)
{
	return rbuf_u8(r, type) && rbuf_u8(r, count) &&
		   rbuf_sub(r, *count * asn_size, as);
}

static bool next_asn(rbuf_t *as, size_t asn_size, uint32_t *asn)
{
	uint16_t asn2;

	if (asn_size == 4)
	{
		return rbuf_u32(as, asn);
	}
	if (!rbuf_u16(as, &asn2))
	{
		return false;
	}
	*asn = asn2;
	return true;
}

/** RFC 7606 section 7.2; AS 0: RFC 7607; confederations stay among their own
 * members (RFC 5065 section 5), of which we are none */
static bool path_valid(rbuf_t r, size_t asn_size, bool confed)
{
	uint8_t type, count;
	uint32_t asn;
	rbuf_t as;

	while (rbuf_left(&r))
	{
		if (!next_segment(&r, asn_size, &type, &count, &as) || !count ||
			type < SEGMENT_SET || type > SEGMENT_CONFED_SET ||
			(!confed && type > SEGMENT_SEQUENCE))
		{
			return false;
		}
		while (next_asn(&as, asn_size, &asn))
		{
			if (!asn)
			{
				return false;
			}
		}
	}
	return true;
}

uint8_t bgp_as_path_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	size_t asn_size = d->codec->as4 ? 4 : 2;

	if (!path_valid(v, asn_size, false))
	{
		return BGP_UPDATE_BAD_AS_PATH;
	}
	if (!d->codec->as4)
	{
		d->as_path2 = v;
		return 0;
	}
	return bgp_attr_set_blob(d->update->attrs, BGP_BLOB_AS_PATH, v.p,
							 rbuf_left(&v))
			   ? 0
			   : BGP_UPDATE_BAD_AS_PATH;
}

uint8_t bgp_as4_path_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	/* confederation segments in it are passed over, not an error (RFC 6793
	 * section 6) */
	if (!path_valid(v, 4, true))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	if (!d->codec->as4)
	{
		d->as4_path = v;
	}
	return 0;
}

/* -- merging --------------------------------------------------------------- */

/** hops as RFC 4271 section 9.1.2.2 a counts them */
static unsigned count_hops(rbuf_t r, size_t asn_size)
{
	unsigned hops = 0;
	uint8_t type, count;
	rbuf_t as;

	while (next_segment(&r, asn_size, &type, &count, &as))
	{
		if (type <= SEGMENT_SEQUENCE)
		{
			hops += type == SEGMENT_SET ? 1 : count;
		}
	}
	return hops;
}

/** a path being written, so that sequences that meet become one */
typedef struct joiner_t
{
	wbuf_t w;
	/** offset of the last segment, and its count; 0: no sequence is open */
	size_t segment;
	unsigned count;
} joiner_t;

static void join_segment(joiner_t *j, uint8_t type, unsigned count, rbuf_t as,
						 size_t asn_size)
{
	uint32_t asn;

	if (type == SEGMENT_SEQUENCE && j->count && j->count + count <= SEGMENT_MAX)
	{
		j->count += count;
		wbuf_patch_u8(&j->w, j->segment + 1, (uint8_t)j->count);
	}
	else
	{
		j->segment = wbuf_len(&j->w);
		j->count = type == SEGMENT_SEQUENCE ? count : 0;
		wbuf_u8(&j->w, type);
		wbuf_u8(&j->w, (uint8_t)count);
	}
	while (count-- && next_asn(&as, asn_size, &asn))
	{
		wbuf_u32(&j->w, asn);
	}
}

/** the leading hops of a path */
static void join_path(joiner_t *j, rbuf_t r, size_t asn_size, unsigned hops)
{
	uint8_t type, count;
	rbuf_t as;

	while (hops && next_segment(&r, asn_size, &type, &count, &as))
	{
		if (type == SEGMENT_SET)
		{
			join_segment(j, type, count, as, asn_size);
			hops--;
		}
		else if (type == SEGMENT_SEQUENCE)
		{
			unsigned n = count < hops ? count : hops;

			join_segment(j, type, n, as, asn_size);
			hops -= n;
		}
	}
}

void bgp_as_path_merge(bgp_attr_decoder_t *d)
{
	unsigned hops = count_hops(d->as_path2, 2);
	unsigned hops4 = count_hops(d->as4_path, 4);
	size_t size = rbuf_left(&d->as_path2) * 2 + rbuf_left(&d->as4_path);
	joiner_t j = {0};
	uint8_t *mem;

	if (!rbuf_left(&d->as_path2))
	{
		return;
	}
	mem = mem_array(size, 1);
	j.w = wbuf_make(mem, size);
	/* a longer AS4_PATH is not of this path */
	if (!hops4 || hops4 > hops)
	{
		join_path(&j, d->as_path2, 2, hops);
	}
	else
	{
		join_path(&j, d->as_path2, 2, hops - hops4);
		join_path(&j, d->as4_path, 4, hops4);
	}
	if (!bgp_attr_set_blob(d->update->attrs, BGP_BLOB_AS_PATH, mem,
						   wbuf_len(&j.w)))
	{
		bgp_attr_fault(d, BGP_FAULT_TREAT_AS_WITHDRAW, BGP_UPDATE_BAD_AS_PATH,
					   BGP_ATTR_AS_PATH, "path too long", rbuf_make(NULL, 0));
	}
	free(mem);
}

/* -- writing --------------------------------------------------------------- */

static rbuf_t path_of(const bgp_attrs_t *a)
{
	return rbuf_make(a->as_path.data, a->as_path.len);
}

/** the length with two-octet ASNs; large: one needs four */
static size_t length2(rbuf_t r, bool *large)
{
	size_t len = 0;
	uint8_t type, count;
	uint32_t asn;
	rbuf_t as;

	*large = false;
	while (next_segment(&r, 4, &type, &count, &as))
	{
		len += 2 + 2 * (size_t)count;
		while (rbuf_u32(&as, &asn))
		{
			*large |= asn > UINT16_MAX;
		}
	}
	return len;
}

void bgp_as_path_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c)
{
	rbuf_t r = path_of(a), as;
	uint8_t type, count;
	uint32_t asn;
	bool large;

	if (c->as4)
	{
		bgp_encode_attr_head(w, BGP_FLAG_TRANSITIVE, BGP_ATTR_AS_PATH,
							 rbuf_left(&r));
		wbuf_bytes(w, r.p, rbuf_left(&r));
		return;
	}
	bgp_encode_attr_head(w, BGP_FLAG_TRANSITIVE, BGP_ATTR_AS_PATH,
						 length2(r, &large));
	while (next_segment(&r, 4, &type, &count, &as))
	{
		wbuf_u8(w, type);
		wbuf_u8(w, count);
		while (rbuf_u32(&as, &asn))
		{
			wbuf_u16(w,
					 asn > UINT16_MAX ? (uint16_t)BGP_AS_TRANS : (uint16_t)asn);
		}
	}
}

void bgp_as4_path_encode(wbuf_t *w, const bgp_attrs_t *a, const bgp_codec_t *c)
{
	rbuf_t r = path_of(a);
	bool large;

	if (c->as4)
	{
		return;
	}
	length2(r, &large);
	if (large)
	{
		bgp_encode_attr_head(w, BGP_FLAG_OPTIONAL | BGP_FLAG_TRANSITIVE,
							 BGP_ATTR_AS4_PATH, rbuf_left(&r));
		wbuf_bytes(w, r.p, rbuf_left(&r));
	}
}
