/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * UPDATE (RFC 4271 section 4.3): the frame around withdrawn routes,
 * attributes and NLRI. Reading gives checked runs of prefixes that are walked
 * without a copy. The order of checks is RFC 7606's: what keeps us from
 * finding the prefixes ends the session, all else costs at most the routes.
 */

#include "bgp/attr_codec.h"

#include <string.h>

static bool frame_fault(bgp_fault_t *fault, uint8_t subcode, const char *what)
{
	return bgp_fault_set(fault, BGP_FAULT_SESSION_RESET, BGP_ERR_UPDATE,
						 subcode, what, NULL, 0);
}

static bool has_seen(const bgp_attr_decoder_t *d, uint8_t type)
{
	return d->seen[type / 32] & 1u << type % 32;
}

static void require(bgp_attr_decoder_t *d, uint8_t type)
{
	if (!has_seen(d, type))
	{
		bgp_attr_fault(d, BGP_FAULT_TREAT_AS_WITHDRAW,
					   BGP_UPDATE_MISSING_WELL_KNOWN, type, "attribute missing",
					   rbuf_make(&type, 1));
	}
}

/** what must be there with routes (RFC 4271 section 5, RFC 7606 3 d) */
static void check_mandatory(bgp_attr_decoder_t *d)
{
	bgp_update_t *u = d->update;

	if (!rbuf_left(&u->announced.bytes) && !rbuf_left(&u->mp_announced.bytes))
	{
		return;
	}
	require(d, BGP_ATTR_ORIGIN);
	require(d, BGP_ATTR_AS_PATH);
	if (rbuf_left(&u->announced.bytes))
	{
		require(d, BGP_ATTR_NEXT_HOP);
	}
	if (d->codec->ibgp)
	{
		require(d, BGP_ATTR_LOCAL_PREF);
	}
}

/** attributes of other types than this */
static bool has_others(const bgp_attr_decoder_t *d, uint8_t type)
{
	uint32_t others = 0;
	unsigned i;

	for (i = 0; i < countof(d->seen); i++)
	{
		others |=
			i == type / 32u ? d->seen[i] & ~(1u << type % 32) : d->seen[i];
	}
	return others != 0;
}

/** an UPDATE with attributes other than MP_UNREACH, but without a route that
 * could be read: a fault in it may have hidden routes (RFC 7606 section 5.2).
 * So may one in a list cut short before there was any */
static bool check_hidden(bgp_attr_decoder_t *d)
{
	bgp_fault_t *fault = d->fault;

	if (fault->verdict != BGP_FAULT_TREAT_AS_WITHDRAW || d->plain_nlri ||
		d->mp_nlri ||
		(fault->attr == BGP_ATTR_MP_UNREACH &&
		 !has_others(d, BGP_ATTR_MP_UNREACH)))
	{
		return true;
	}
	fault->verdict = BGP_FAULT_SESSION_RESET;
	return false;
}

/** RFC 4724 section 2 */
static family_t end_of_rib(const bgp_attr_decoder_t *d, bool empty)
{
	const bgp_update_t *u = d->update;

	if (empty)
	{
		return FAMILY_IPV4;
	}
	if (has_others(d, BGP_ATTR_MP_UNREACH) || rbuf_left(&u->announced.bytes) ||
		rbuf_left(&u->withdrawn.bytes) || rbuf_left(&u->mp_withdrawn.bytes))
	{
		return FAMILY_NONE;
	}
	return u->mp_withdrawn.family;
}

/** splits the body in three; the runs of prefixes are checked */
static bool decode_frame(rbuf_t r, bgp_update_t *update, rbuf_t *attrs,
						 bgp_fault_t *fault)
{
	rbuf_t withdrawn;
	uint16_t len;

	if (!rbuf_u16(&r, &len) || !rbuf_sub(&r, len, &withdrawn))
	{
		return frame_fault(fault, BGP_UPDATE_MALFORMED_LIST,
						   "withdrawn routes longer than the message");
	}
	if (!rbuf_u16(&r, &len) || !rbuf_sub(&r, len, attrs))
	{
		return frame_fault(fault, BGP_UPDATE_MALFORMED_LIST,
						   "attributes longer than the message");
	}
	if (!bgp_nlri_check(withdrawn, FAMILY_IPV4) ||
		!bgp_nlri_check(r, FAMILY_IPV4))
	{
		return frame_fault(fault, BGP_UPDATE_BAD_NETWORK, "malformed prefix");
	}
	update->withdrawn = (bgp_nlri_t){withdrawn, FAMILY_IPV4};
	update->announced = (bgp_nlri_t){r, FAMILY_IPV4};
	return true;
}

bool bgp_decode_update(rbuf_t r, const bgp_codec_t *codec, bgp_update_t *update,
					   bgp_fault_t *fault)
{
	bgp_attr_decoder_t d;
	bgp_attr_set_t *set = update->attrs;
	bool empty = rbuf_left(&r) == 4;
	rbuf_t attrs;

	memset(fault, 0, sizeof(*fault));
	memset(update, 0, sizeof(*update));
	update->attrs = set;
	update->mp_announced.bytes = rbuf_make(NULL, 0);
	update->mp_withdrawn.bytes = rbuf_make(NULL, 0);
	bgp_attr_set_clear(set);
	if (!decode_frame(r, update, &attrs, fault))
	{
		return false;
	}
	/* all but the room for unknown ones */
	memset(&d, 0, offsetof(bgp_attr_decoder_t, unknown));
	d.codec = codec;
	d.update = update;
	d.fault = fault;
	d.plain_nlri = rbuf_left(&update->announced.bytes) != 0;
	d.as_path2 = rbuf_make(NULL, 0);
	d.as4_path = rbuf_make(NULL, 0);
	if (!bgp_decode_attrs(&d, attrs))
	{
		return false;
	}
	check_mandatory(&d);
	if (!check_hidden(&d))
	{
		return false;
	}
	if (fault->verdict == BGP_FAULT_NONE)
	{
		update->end_of_rib = end_of_rib(&d, empty);
	}
	return true;
}

bool bgp_nlri_next(bgp_nlri_t *nlri, prefix_t *out)
{
	uint8_t len;
	unsigned bytes;

	if (!rbuf_u8(&nlri->bytes, &len))
	{
		return false;
	}
	memset(out, 0, sizeof(*out));
	bytes = (len + 7u) / 8;
	if (bytes > sizeof(out->addr.b) ||
		!rbuf_bytes(&nlri->bytes, out->addr.b, bytes))
	{
		return false;
	}
	out->addr.family = (uint8_t)nlri->family;
	out->len = len;
	/* trailing bits are of no meaning (RFC 4271 section 4.3) */
	if (len % 8)
	{
		out->addr.b[bytes - 1] &= (uint8_t)(0xff << (8 - len % 8));
	}
	return true;
}
