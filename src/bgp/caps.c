/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Capabilities (RFC 5492): what a speaker can do, as TLVs in OPEN. Those that
 * we do not know are passed over. One of a wrong length is malformed, and the
 * OPEN with it: guessing at what a peer can do ends in a session that fails
 * later and for no visible reason.
 */

#include "bgp/wire.h"

/** IANA's "Capability Codes" */
enum
{
	CAP_MULTIPROTOCOL = 1,
	CAP_ROUTE_REFRESH = 2,
	CAP_EXTENDED_NEXT_HOP = 5,
	CAP_EXTENDED_MESSAGE = 6,
	CAP_ROLE = 9,
	CAP_GRACEFUL_RESTART = 64,
	CAP_AS4 = 65,
	CAP_ENHANCED_REFRESH = 70,
};

#define GR_RESTART_STATE 0x8000u
#define GR_NOTIFICATION  0x4000u
#define GR_TIME_MASK     0x0fffu
#define GR_FORWARDING    0x80u

/** RFC 4760 section 8 */
static bool decode_multiprotocol(rbuf_t *r, bgp_caps_t *caps)
{
	uint16_t afi;
	uint8_t reserved, safi;

	if (!rbuf_u16(r, &afi) || !rbuf_u8(r, &reserved) || !rbuf_u8(r, &safi))
	{
		return false;
	}
	caps->mp = true;
	caps->families |= bgp_family_bit(bgp_family_of(afi, safi));
	return true;
}

/** RFC 8950 section 4: triples of AFI, SAFI (two octets here), next hop AFI */
static bool decode_extended_next_hop(rbuf_t *r, bgp_caps_t *caps)
{
	uint16_t afi, safi, next_hop_afi;

	while (rbuf_left(r))
	{
		if (!rbuf_u16(r, &afi) || !rbuf_u16(r, &safi) ||
			!rbuf_u16(r, &next_hop_afi))
		{
			return false;
		}
		if (bgp_family_of(afi, safi) == FAMILY_IPV4 &&
			next_hop_afi == BGP_AFI_IPV6)
		{
			caps->extended_next_hop = true;
		}
	}
	return true;
}

/** RFC 4724 section 3; of several the last counts */
static bool decode_graceful_restart(rbuf_t *r, bgp_caps_t *caps)
{
	uint16_t flags, afi;
	uint8_t safi, family_flags;
	unsigned bit;

	if (!rbuf_u16(r, &flags))
	{
		return false;
	}
	caps->graceful_restart = true;
	caps->restart_state = flags & GR_RESTART_STATE;
	caps->notification_gr = flags & GR_NOTIFICATION;
	caps->restart_time = flags & GR_TIME_MASK;
	caps->restart_families = 0;
	caps->forwarding_families = 0;
	while (rbuf_left(r))
	{
		if (!rbuf_u16(r, &afi) || !rbuf_u8(r, &safi) ||
			!rbuf_u8(r, &family_flags))
		{
			return false;
		}
		bit = bgp_family_bit(bgp_family_of(afi, safi));
		caps->restart_families |= bit;
		if (family_flags & GR_FORWARDING)
		{
			caps->forwarding_families |= bit;
		}
	}
	return true;
}

/** RFC 9234 section 4.2 */
static bool decode_role(rbuf_t *r, bgp_caps_t *caps)
{
	uint8_t role;

	if (!rbuf_u8(r, &role))
	{
		return false;
	}
	if (caps->role != 255 && caps->role != role)
	{
		caps->role_conflict = true;
	}
	caps->role = role;
	return true;
}

static bool decode_cap(uint8_t code, rbuf_t *r, bgp_caps_t *caps)
{
	switch (code)
	{
		case CAP_MULTIPROTOCOL:
			return decode_multiprotocol(r, caps);
		case CAP_ROUTE_REFRESH:
			caps->route_refresh = true;
			return true;
		case CAP_EXTENDED_NEXT_HOP:
			return decode_extended_next_hop(r, caps);
		case CAP_EXTENDED_MESSAGE:
			caps->extended_message = true;
			return true;
		case CAP_ROLE:
			return decode_role(r, caps);
		case CAP_GRACEFUL_RESTART:
			return decode_graceful_restart(r, caps);
		case CAP_AS4:
			caps->as4 = true;
			return rbuf_u32(r, &caps->as4_asn);
		case CAP_ENHANCED_REFRESH:
			caps->enhanced_refresh = true;
			return true;
		default:
			return rbuf_skip(r, rbuf_left(r));
	}
}

bool bgp_decode_caps(rbuf_t r, bgp_caps_t *caps, bgp_fault_t *fault)
{
	uint8_t code, len;
	rbuf_t value;

	while (rbuf_left(&r))
	{
		if (!rbuf_u8(&r, &code) || !rbuf_u8(&r, &len) ||
			!rbuf_sub(&r, len, &value))
		{
			return bgp_fault_set(fault, BGP_FAULT_SESSION_RESET, BGP_ERR_OPEN,
								 0, "capabilities cut short", NULL, 0);
		}
		if (!decode_cap(code, &value, caps) || rbuf_left(&value))
		{
			return bgp_fault_set(fault, BGP_FAULT_SESSION_RESET, BGP_ERR_OPEN,
								 0, "capability of a wrong length", &code, 1);
		}
	}
	return true;
}

void bgp_caps_leave_out(bgp_caps_t *caps, const bgp_caps_t *refused)
{
	unsigned left = caps->families & ~refused->families;

	if (left)
	{
		caps->families = left;
	}
	else if (caps->families & BGP_IPV4)
	{
		caps->families = 0;
		caps->mp = false;
	}
	caps->route_refresh &= !refused->route_refresh;
	caps->enhanced_refresh &= !refused->enhanced_refresh;
	caps->extended_message &= !refused->extended_message;
	caps->extended_next_hop &= !refused->extended_next_hop;
	caps->as4 &= !refused->as4;
	caps->graceful_restart &= !refused->graceful_restart;
	caps->notification_gr &= caps->graceful_restart;
	caps->role = refused->role == 255 ? caps->role : 255;
	caps->restart_families &= caps->families;
	caps->forwarding_families &= caps->families;
}

/* -- writing --------------------------------------------------------------- */

static void encode_graceful_restart(wbuf_t *w, const bgp_caps_t *caps)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};
	unsigned flags = caps->restart_time & GR_TIME_MASK, bit;
	size_t len, i;

	flags |= caps->restart_state ? GR_RESTART_STATE : 0;
	flags |= caps->notification_gr ? GR_NOTIFICATION : 0;
	wbuf_u8(w, CAP_GRACEFUL_RESTART);
	len = wbuf_reserve(w, 1);
	wbuf_u16(w, (uint16_t)flags);
	for (i = 0; i < countof(families); i++)
	{
		bit = bgp_family_bit(families[i]);
		if (caps->restart_families & bit)
		{
			wbuf_u16(w, bgp_family_afi(families[i]));
			wbuf_u8(w, BGP_SAFI_UNICAST);
			wbuf_u8(w, caps->forwarding_families & bit ? GR_FORWARDING : 0);
		}
	}
	wbuf_patch_u8(w, len, (uint8_t)(wbuf_len(w) - len - 1));
}

static void encode_multiprotocol(wbuf_t *w, family_t family)
{
	wbuf_u8(w, CAP_MULTIPROTOCOL);
	wbuf_u8(w, 4);
	wbuf_u16(w, bgp_family_afi(family));
	wbuf_u8(w, 0);
	wbuf_u8(w, BGP_SAFI_UNICAST);
}

static void encode_empty(wbuf_t *w, uint8_t code, bool wanted)
{
	if (wanted)
	{
		wbuf_u8(w, code);
		wbuf_u8(w, 0);
	}
}

void bgp_encode_caps(wbuf_t *w, const bgp_caps_t *caps)
{
	if (caps->mp && caps->families & BGP_IPV4)
	{
		encode_multiprotocol(w, FAMILY_IPV4);
	}
	if (caps->mp && caps->families & BGP_IPV6)
	{
		encode_multiprotocol(w, FAMILY_IPV6);
	}
	encode_empty(w, CAP_ROUTE_REFRESH, caps->route_refresh);
	if (caps->extended_next_hop)
	{
		wbuf_u8(w, CAP_EXTENDED_NEXT_HOP);
		wbuf_u8(w, 6);
		wbuf_u16(w, BGP_AFI_IPV4);
		wbuf_u16(w, BGP_SAFI_UNICAST);
		wbuf_u16(w, BGP_AFI_IPV6);
	}
	encode_empty(w, CAP_EXTENDED_MESSAGE, caps->extended_message);
	if (caps->role != 255)
	{
		wbuf_u8(w, CAP_ROLE);
		wbuf_u8(w, 1);
		wbuf_u8(w, caps->role);
	}
	if (caps->graceful_restart)
	{
		encode_graceful_restart(w, caps);
	}
	if (caps->as4)
	{
		wbuf_u8(w, CAP_AS4);
		wbuf_u8(w, 4);
		wbuf_u32(w, caps->as4_asn);
	}
	encode_empty(w, CAP_ENHANCED_REFRESH, caps->enhanced_refresh);
}

unsigned bgp_caps_bits(const bgp_caps_t *caps)
{
	unsigned bits = caps->mp ? caps->families : BGP_IPV4;

	bits |= caps->as4 ? BGP_CAP_AS4 : 0;
	bits |= caps->route_refresh ? BGP_CAP_REFRESH : 0;
	bits |= caps->enhanced_refresh ? BGP_CAP_ENHANCED_REFRESH : 0;
	bits |= caps->extended_message ? BGP_CAP_EXTENDED_MESSAGE : 0;
	bits |= caps->extended_next_hop ? BGP_CAP_EXTENDED_NEXT_HOP : 0;
	bits |= caps->graceful_restart ? BGP_CAP_RESTART : 0;
	bits |= caps->notification_gr ? BGP_CAP_NOTIFICATION_RESTART : 0;
	bits |= caps->role != 255 ? BGP_CAP_ROLE : 0;
	return bits;
}
