/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * MP_REACH_NLRI and MP_UNREACH_NLRI (RFC 4760), with next hops of one or two
 * IPv6 addresses (RFC 2545 section 3, RFC 8950). A family that was not
 * negotiated is passed over.
 */

#include "bgp/attr_codec.h"

#include <string.h>

bool bgp_nlri_check(rbuf_t r, family_t family)
{
	unsigned bits = family == FAMILY_IPV6 ? 128 : 32;
	uint8_t len;

	while (rbuf_u8(&r, &len))
	{
		if (len > bits || !rbuf_skip(&r, (len + 7u) / 8))
		{
			return false;
		}
	}
	return true;
}

bool bgp_next_hop_is_host(const addr_t *a)
{
	if (addr_is_unspecified(a) || addr_is_loopback(a) || addr_is_multicast(a))
	{
		return false;
	}
	/* "this network", and the class kept for later */
	return a->family != FAMILY_IPV4 || (a->b[0] && a->b[0] < 0xf0);
}

static bool read_v6(rbuf_t *r, addr_t *out)
{
	uint8_t bytes[16];

	if (!rbuf_bytes(r, bytes, sizeof(bytes)))
	{
		return false;
	}
	*out = addr_v6(bytes);
	return true;
}

/** one global address, one with a link-local beside it, or IPv4 */
static bool read_next_hop(rbuf_t r, family_t family, const bgp_codec_t *codec,
						  bgp_update_t *update)
{
	size_t len = rbuf_left(&r);
	uint32_t word;

	if (family == FAMILY_IPV4 && len == 4)
	{
		if (!rbuf_u32(&r, &word))
		{
			return false;
		}
		update->mp_next_hop = addr_v4(word);
		return true;
	}
	if (family == FAMILY_IPV4 && !codec->extended_next_hop)
	{
		return false;
	}
	if ((len != 16 && len != 32) || !read_v6(&r, &update->mp_next_hop))
	{
		return false;
	}
	if (len == 32)
	{
		addr_t second;

		if (!read_v6(&r, &second))
		{
			return false;
		}
		if (addr_is_link_local(&second))
		{
			update->mp_next_hop_ll = second;
			/* a peer without a global address leaves it open */
			if (addr_is_unspecified(&update->mp_next_hop))
			{
				update->mp_next_hop = second;
			}
		}
	}
	return true;
}

uint8_t bgp_mp_reach_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	bgp_update_t *update = d->update;
	rbuf_t next_hop;
	uint8_t safi, len, reserved;
	family_t family;
	uint16_t afi;

	if (!rbuf_u16(&v, &afi) || !rbuf_u8(&v, &safi) || !rbuf_u8(&v, &len) ||
		!rbuf_sub(&v, len, &next_hop) || !rbuf_u8(&v, &reserved))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	d->mp_nlri = rbuf_left(&v) != 0;
	family = bgp_family_of(afi, safi);
	if (!(d->codec->families & bgp_family_bit(family)))
	{
		return 0;
	}
	if (!read_next_hop(next_hop, family, d->codec, update) ||
		!bgp_nlri_check(v, family))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	update->mp_announced = (bgp_nlri_t){.bytes = v, .family = family};
	return bgp_next_hop_is_host(&update->mp_next_hop) ? 0
													  : BGP_UPDATE_BAD_NEXT_HOP;
}

uint8_t bgp_mp_unreach_decode(bgp_attr_decoder_t *d, rbuf_t v)
{
	family_t family;
	uint16_t afi;
	uint8_t safi;

	if (!rbuf_u16(&v, &afi) || !rbuf_u8(&v, &safi))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	family = bgp_family_of(afi, safi);
	if (!(d->codec->families & bgp_family_bit(family)))
	{
		return 0;
	}
	if (!bgp_nlri_check(v, family))
	{
		return BGP_UPDATE_OPTIONAL_ATTR;
	}
	d->update->mp_withdrawn = (bgp_nlri_t){.bytes = v, .family = family};
	return 0;
}
