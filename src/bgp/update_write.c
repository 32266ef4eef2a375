/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Writing UPDATEs: one message at a time, filled with prefixes of the same
 * attributes until it is full. MP_REACH stands first among the attributes
 * (RFC 7606 section 5.1) but grows until the end, so that the others are
 * measured at the beginning and written at the end.
 */

#include "bgp/attr_codec.h"

#include <string.h>

/** takes back what was begun */
static bool give_up(bgp_update_writer_t *u)
{
	wbuf_truncate(u->w, u->start);
	return false;
}

static void begin(bgp_update_writer_t *u, wbuf_t *w, const bgp_codec_t *codec,
				  family_t family)
{
	size_t room = wbuf_room(w);

	memset(u, 0, sizeof(*u));
	u->w = w;
	u->codec = codec;
	u->family = family;
	u->limit =
		wbuf_len(w) + (room < codec->message_max ? room : codec->message_max);
	u->start = bgp_message_begin(w, BGP_UPDATE);
}

/** head of MP_REACH or MP_UNREACH, its length to be patched */
static void begin_mp(bgp_update_writer_t *u, uint8_t type)
{
	wbuf_u16(u->w, 0); /* no withdrawn routes of the plain kind */
	u->attrs_at = wbuf_reserve(u->w, 2);
	wbuf_u8(u->w, BGP_FLAG_OPTIONAL | BGP_FLAG_EXTENDED);
	wbuf_u8(u->w, type);
	u->mp_at = wbuf_reserve(u->w, 2);
	wbuf_u16(u->w, bgp_family_afi(u->family));
	wbuf_u8(u->w, BGP_SAFI_UNICAST);
}

/** RFC 2545 section 3; IPv4 under IPv6 routes goes mapped, as others do */
static void write_next_hop(bgp_update_writer_t *u, family_t family,
						   const bgp_attrs_t *attrs)
{
	wbuf_t *w = u->w;
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	const addr_t *a = &attrs->next_hop;

	u->hop_at = wbuf_len(w) + 1;
	if (a->family == FAMILY_IPV4)
	{
		wbuf_u8(w, family == FAMILY_IPV6 ? 16 : 4);
		if (family == FAMILY_IPV6)
		{
			wbuf_bytes(w, mapped, sizeof(mapped));
		}
		wbuf_bytes(w, a->b, 4);
	}
	else if (addr_is_set(&attrs->next_hop_ll))
	{
		wbuf_u8(w, 32);
		wbuf_bytes(w, a->b, 16);
		wbuf_bytes(w, attrs->next_hop_ll.b, 16);
	}
	else
	{
		wbuf_u8(w, 16);
		wbuf_bytes(w, a->b, 16);
	}
	wbuf_u8(w, 0); /* reserved */
}

bool bgp_update_begin(bgp_update_writer_t *u, wbuf_t *w,
					  const bgp_codec_t *codec, family_t family,
					  const bgp_attrs_t *attrs)
{
	size_t before;

	begin(u, w, codec, family);
	u->attrs = attrs;
	u->mp = family == FAMILY_IPV6 || attrs->next_hop.family == FAMILY_IPV6;
	if (!addr_is_set(&attrs->next_hop) ||
		(u->mp && family == FAMILY_IPV4 && !codec->extended_next_hop))
	{
		return give_up(u);
	}
	if (u->mp)
	{
		before = wbuf_len(w);
		bgp_encode_attrs(w, codec, attrs, true);
		if (w->overflow || wbuf_len(w) - before > u->limit - before)
		{
			return give_up(u);
		}
		u->limit -= wbuf_len(w) - before;
		wbuf_truncate(w, before);
		begin_mp(u, BGP_ATTR_MP_REACH);
		write_next_hop(u, family, attrs);
	}
	else
	{
		wbuf_u16(w, 0);
		u->attrs_at = wbuf_reserve(w, 2);
		u->hop_at = bgp_encode_attrs(w, codec, attrs, false);
		wbuf_patch_u16(w, u->attrs_at,
					   (uint16_t)(wbuf_len(w) - u->attrs_at - 2));
	}
	/* at least the default route must fit */
	if (w->overflow || wbuf_len(w) >= u->limit)
	{
		return give_up(u);
	}
	return true;
}

bool bgp_withdraw_begin(bgp_update_writer_t *u, wbuf_t *w,
						const bgp_codec_t *codec, family_t family)
{
	begin(u, w, codec, family);
	u->withdraw = true;
	u->mp = family == FAMILY_IPV6;
	if (u->mp)
	{
		begin_mp(u, BGP_ATTR_MP_UNREACH);
	}
	else
	{
		u->mp_at = wbuf_reserve(w, 2);
		/* the length of no attributes follows */
		u->limit -= u->limit < 2 ? u->limit : 2;
	}
	if (w->overflow || wbuf_len(w) >= u->limit)
	{
		return give_up(u);
	}
	return true;
}

bool bgp_update_add(bgp_update_writer_t *u, const prefix_t *prefix)
{
	size_t bytes = (prefix->len + 7u) / 8;

	if (wbuf_len(u->w) + 1 + bytes > u->limit)
	{
		return false;
	}
	wbuf_u8(u->w, prefix->len);
	wbuf_bytes(u->w, prefix->addr.b, bytes);
	u->count++;
	return true;
}

void bgp_update_end(bgp_update_writer_t *u)
{
	wbuf_t *w = u->w;

	if (!u->count)
	{
		give_up(u);
		return;
	}
	if (u->mp || u->withdraw)
	{
		wbuf_patch_u16(w, u->mp_at, (uint16_t)(wbuf_len(w) - u->mp_at - 2));
	}
	if (u->mp)
	{
		if (!u->withdraw)
		{
			bgp_encode_attrs(w, u->codec, u->attrs, true);
		}
		wbuf_patch_u16(w, u->attrs_at,
					   (uint16_t)(wbuf_len(w) - u->attrs_at - 2));
	}
	else if (u->withdraw)
	{
		wbuf_u16(w, 0);
	}
	bgp_message_end(w, u->start);
}

void bgp_encode_end_of_rib(wbuf_t *w, family_t family)
{
	size_t start = bgp_message_begin(w, BGP_UPDATE);

	wbuf_u16(w, 0);
	if (family == FAMILY_IPV4)
	{
		wbuf_u16(w, 0);
	}
	else
	{
		wbuf_u16(w, 6);
		bgp_encode_attr_head(w, BGP_FLAG_OPTIONAL, BGP_ATTR_MP_UNREACH, 3);
		wbuf_u16(w, bgp_family_afi(family));
		wbuf_u8(w, BGP_SAFI_UNICAST);
	}
	bgp_message_end(w, start);
}
