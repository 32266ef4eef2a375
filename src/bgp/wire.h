/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What the codec's files share: address families on the wire, and faults.
 * Inside src/bgp only.
 */

#ifndef CYGNET_BGP_WIRE_H
#define CYGNET_BGP_WIRE_H

#include "bgp/message.h"

/** address family numbers, and the one subsequent that we speak */
enum
{
	BGP_AFI_IPV4 = 1,
	BGP_AFI_IPV6 = 2,
	BGP_SAFI_UNICAST = 1,
};

/** FAMILY_NONE: not one of ours */
static inline family_t bgp_family_of(uint16_t afi, uint16_t safi)
{
	if (safi == BGP_SAFI_UNICAST)
	{
		if (afi == BGP_AFI_IPV4)
		{
			return FAMILY_IPV4;
		}
		if (afi == BGP_AFI_IPV6)
		{
			return FAMILY_IPV6;
		}
	}
	return FAMILY_NONE;
}

static inline uint16_t bgp_family_afi(family_t family)
{
	return family == FAMILY_IPV6 ? BGP_AFI_IPV6 : BGP_AFI_IPV4;
}

/** BGP_IPV4, BGP_IPV6 or 0 */
static inline unsigned bgp_family_bit(family_t family)
{
	return family == FAMILY_IPV4   ? BGP_IPV4
		   : family == FAMILY_IPV6 ? BGP_IPV6
								   : 0;
}

/** sets the fault unless a stronger one is there (RFC 7606 section 3 h);
 * data is copied as far as there is room. Returns false */
bool bgp_fault_set(bgp_fault_t *fault, bgp_fault_verdict_t verdict,
				   uint8_t code, uint8_t subcode, const char *what,
				   const void *data, size_t len);

/** capabilities, the value of an optional parameter 2 (RFC 5492) */
bool bgp_decode_caps(rbuf_t r, bgp_caps_t *caps, bgp_fault_t *fault);
void bgp_encode_caps(wbuf_t *w, const bgp_caps_t *caps);
/** what is in both is taken out of caps. The last family stays, IPv4 without
 * MP-BGP if that can be */
void bgp_caps_leave_out(bgp_caps_t *caps, const bgp_caps_t *refused);

/** begins a message with marker, type and a length to be patched; returns its
 * offset */
size_t bgp_message_begin(wbuf_t *w, bgp_type_t type);
/** patches the length */
void bgp_message_end(wbuf_t *w, size_t start);

#endif
