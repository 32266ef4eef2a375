/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The header and the small messages: OPEN (RFC 4271 section 4.2, RFC 9072),
 * NOTIFICATION (4.5), KEEPALIVE (4.4) and ROUTE-REFRESH (RFC 2918, RFC 7313).
 * Checks follow section 6 in its order, as the first error found decides the
 * code. UPDATE has a file of its own, and so have capabilities.
 */

#include "bgp/wire.h"

#include <string.h>

/** optional parameter that holds capabilities (RFC 5492 section 4) */
#define PARAM_CAPABILITIES 2
/** its type says that lengths are of two octets (RFC 9072 section 2) */
#define PARAM_EXTENDED 255

bool bgp_fault_set(bgp_fault_t *fault, bgp_fault_verdict_t verdict,
				   uint8_t code, uint8_t subcode, const char *what,
				   const void *data, size_t len)
{
	if (fault->verdict >= verdict)
	{
		return false;
	}
	memset(fault, 0, sizeof(*fault));
	fault->verdict = verdict;
	fault->code = code;
	fault->subcode = subcode;
	fault->what = what;
	if (len > sizeof(fault->data))
	{
		len = sizeof(fault->data);
	}
	if (len)
	{
		memcpy(fault->data, data, len);
	}
	fault->data_len = (uint8_t)len;
	return false;
}

/** a fault of the header or of OPEN: they always end the session */
static bool reset(bgp_fault_t *fault, uint8_t code, uint8_t subcode,
				  const char *what, const void *data, size_t len)
{
	return bgp_fault_set(fault, BGP_FAULT_SESSION_RESET, code, subcode, what,
						 data, len);
}

/** bounds of a message's length by its type (section 6.1, RFC 8654) */
static bool length_fits(uint16_t len, uint16_t max, uint8_t type)
{
	switch (type)
	{
		case BGP_OPEN:
			return len >= 29 && len <= BGP_MESSAGE_MAX;
		case BGP_UPDATE:
			return len >= 23 && len <= max;
		case BGP_NOTIFICATION:
			return len >= 21 && len <= max;
		case BGP_KEEPALIVE:
			return len == BGP_HEADER_LEN;
		case BGP_ROUTE_REFRESH:
			return len >= 23 && len <= max;
		default:
			return len >= BGP_HEADER_LEN && len <= max;
	}
}

bool bgp_decode_header(rbuf_t r, uint16_t max, uint16_t *len, bgp_type_t *type,
					   bgp_fault_t *fault)
{
	uint8_t marker[16], number, wire_len[2];
	rbuf_t copy;
	size_t i;

	memset(fault, 0, sizeof(*fault));
	if (!rbuf_bytes(&r, marker, sizeof(marker)))
	{
		return reset(fault, BGP_ERR_HEADER, BGP_HEADER_BAD_LENGTH,
					 "message header cut short", NULL, 0);
	}
	for (i = 0; i < sizeof(marker); i++)
	{
		if (marker[i] != 0xff)
		{
			return reset(fault, BGP_ERR_HEADER, BGP_HEADER_NOT_SYNCHRONIZED,
						 "marker is not all ones", NULL, 0);
		}
	}
	copy = r;
	if (!rbuf_u16(&r, len) || !rbuf_u8(&r, &number) ||
		!rbuf_bytes(&copy, wire_len, sizeof(wire_len)))
	{
		return reset(fault, BGP_ERR_HEADER, BGP_HEADER_BAD_LENGTH,
					 "message header cut short", NULL, 0);
	}
	/* out of bounds for any type: the type is not to be trusted either */
	if (*len < BGP_HEADER_LEN || *len > max)
	{
		return reset(fault, BGP_ERR_HEADER, BGP_HEADER_BAD_LENGTH,
					 "message length out of bounds", wire_len,
					 sizeof(wire_len));
	}
	if (number < BGP_OPEN || number > BGP_ROUTE_REFRESH)
	{
		return reset(fault, BGP_ERR_HEADER, BGP_HEADER_BAD_TYPE,
					 "message of unknown type", &number, 1);
	}
	if (!length_fits(*len, max, number))
	{
		return reset(fault, BGP_ERR_HEADER, BGP_HEADER_BAD_LENGTH,
					 "message length wrong for its type", wire_len,
					 sizeof(wire_len));
	}
	*type = (bgp_type_t)number;
	return true;
}

/* -- OPEN ------------------------------------------------------------------ */

static bool malformed_params(bgp_fault_t *fault)
{
	/* recognized but malformed: Unspecific (section 6.2) */
	return reset(fault, BGP_ERR_OPEN, 0, "optional parameters malformed", NULL,
				 0);
}

/** the optional parameters; r begins behind the one-octet length */
static bool decode_params(rbuf_t r, uint8_t short_len, bgp_caps_t *caps,
						  bgp_fault_t *fault)
{
	bool extended = false;
	uint8_t type, len8;
	uint16_t len;
	rbuf_t look = r, value;

	if (short_len && rbuf_u8(&look, &type) && type == PARAM_EXTENDED)
	{
		extended = true;
		r = look;
		if (!rbuf_u16(&r, &len) || len != rbuf_left(&r))
		{
			return malformed_params(fault);
		}
	}
	else if (rbuf_left(&r) != short_len)
	{
		return malformed_params(fault);
	}
	while (rbuf_left(&r))
	{
		if (!rbuf_u8(&r, &type))
		{
			return malformed_params(fault);
		}
		if (extended ? !rbuf_u16(&r, &len) : !rbuf_u8(&r, &len8))
		{
			return malformed_params(fault);
		}
		if (!extended)
		{
			len = len8;
		}
		if (!rbuf_sub(&r, len, &value))
		{
			return malformed_params(fault);
		}
		if (type != PARAM_CAPABILITIES)
		{
			return reset(fault, BGP_ERR_OPEN, BGP_OPEN_BAD_PARAMETER,
						 "optional parameter not supported", &type, 1);
		}
		if (!bgp_decode_caps(value, caps, fault))
		{
			return false;
		}
	}
	return true;
}

bool bgp_decode_open(rbuf_t r, bgp_open_t *open, bgp_fault_t *fault)
{
	static const uint8_t our_version[] = {0, BGP_VERSION};
	uint8_t version, params;

	memset(fault, 0, sizeof(*fault));
	memset(open, 0, sizeof(*open));
	open->caps.role = 255;
	if (!rbuf_u8(&r, &version) || !rbuf_u16(&r, &open->my_as) ||
		!rbuf_u16(&r, &open->hold_time) || !rbuf_u32(&r, &open->router_id) ||
		!rbuf_u8(&r, &params))
	{
		return reset(fault, BGP_ERR_OPEN, 0, "OPEN cut short", NULL, 0);
	}
	if (version != BGP_VERSION)
	{
		return reset(fault, BGP_ERR_OPEN, BGP_OPEN_BAD_VERSION,
					 "version not supported", our_version, sizeof(our_version));
	}
	if (!decode_params(r, params, &open->caps, fault))
	{
		return false;
	}
	open->asn = open->caps.as4 ? open->caps.as4_asn : open->my_as;
	/* AS 0: RFC 7607 section 2 */
	if (!open->my_as || !open->asn)
	{
		return reset(fault, BGP_ERR_OPEN, BGP_OPEN_BAD_PEER_AS, "AS 0 in OPEN",
					 NULL, 0);
	}
	if (!open->router_id)
	{
		return reset(fault, BGP_ERR_OPEN, BGP_OPEN_BAD_ID,
					 "BGP identifier is 0", NULL, 0);
	}
	if (open->hold_time == 1 || open->hold_time == 2)
	{
		return reset(fault, BGP_ERR_OPEN, BGP_OPEN_BAD_HOLD_TIME,
					 "hold time under 3 seconds", NULL, 0);
	}
	return true;
}

size_t bgp_message_begin(wbuf_t *w, bgp_type_t type)
{
	static const uint8_t marker[16] = {255, 255, 255, 255, 255, 255, 255, 255,
									   255, 255, 255, 255, 255, 255, 255, 255};
	size_t start = wbuf_len(w);

	wbuf_bytes(w, marker, sizeof(marker));
	wbuf_u16(w, 0);
	wbuf_u8(w, (uint8_t)type);
	return start;
}

void bgp_message_end(wbuf_t *w, size_t start)
{
	wbuf_patch_u16(w, start + 16, (uint16_t)(wbuf_len(w) - start));
}

void bgp_encode_open(wbuf_t *w, const bgp_open_t *open)
{
	size_t start = bgp_message_begin(w, BGP_OPEN);
	size_t params, param;

	wbuf_u8(w, BGP_VERSION);
	wbuf_u16(w, open->asn > UINT16_MAX ? (uint16_t)BGP_AS_TRANS
									   : (uint16_t)open->asn);
	wbuf_u16(w, open->hold_time);
	wbuf_u32(w, open->router_id);
	params = wbuf_reserve(w, 1);
	wbuf_u8(w, PARAM_CAPABILITIES);
	param = wbuf_reserve(w, 1);
	/* all that we have stays far under 253 octets */
	bgp_encode_caps(w, &open->caps);
	wbuf_patch_u8(w, param, (uint8_t)(wbuf_len(w) - param - 1));
	if (wbuf_len(w) == param + 1)
	{
		wbuf_truncate(w, params + 1);
	}
	wbuf_patch_u8(w, params, (uint8_t)(wbuf_len(w) - params - 1));
	bgp_message_end(w, start);
}

/* -- the others ------------------------------------------------------------ */

void bgp_encode_keepalive(wbuf_t *w)
{
	bgp_message_end(w, bgp_message_begin(w, BGP_KEEPALIVE));
}

bool bgp_decode_notification(rbuf_t r, uint8_t *code, uint8_t *subcode,
							 rbuf_t *data)
{
	if (!rbuf_u8(&r, code) || !rbuf_u8(&r, subcode))
	{
		return false;
	}
	*data = r;
	return true;
}

void bgp_encode_notification(wbuf_t *w, uint8_t code, uint8_t subcode,
							 const void *data, size_t len)
{
	size_t start = bgp_message_begin(w, BGP_NOTIFICATION);

	wbuf_u8(w, code);
	wbuf_u8(w, subcode);
	wbuf_bytes(w, data, len);
	bgp_message_end(w, start);
}

bool bgp_decode_refresh(rbuf_t r, family_t *family, uint8_t *subtype,
						bgp_fault_t *fault)
{
	rbuf_t body = r;
	uint16_t afi;
	uint8_t safi;

	memset(fault, 0, sizeof(*fault));
	if (!rbuf_u16(&r, &afi) || !rbuf_u8(&r, subtype) || !rbuf_u8(&r, &safi))
	{
		return reset(fault, BGP_ERR_HEADER, BGP_HEADER_BAD_LENGTH,
					 "ROUTE-REFRESH cut short", NULL, 0);
	}
	/* RFC 7313 section 5; with subtype 0 an ORF may follow (RFC 5291), which
	 * we never negotiate: passed over */
	if ((*subtype == 1 || *subtype == 2) && rbuf_left(&r))
	{
		uint8_t copy[64];
		size_t len = rbuf_left(&body);
		wbuf_t w = wbuf_make(copy, sizeof(copy));
		size_t start = bgp_message_begin(&w, BGP_ROUTE_REFRESH);

		/* the data is the message whole */
		wbuf_patch_u16(&w, start + 16, (uint16_t)(len + BGP_HEADER_LEN));
		len = len < wbuf_room(&w) ? len : wbuf_room(&w);
		wbuf_bytes(&w, body.p, len);
		return reset(fault, BGP_ERR_REFRESH, BGP_REFRESH_BAD_LENGTH,
					 "ROUTE-REFRESH too long for its subtype", copy,
					 wbuf_len(&w));
	}
	*family = bgp_family_of(afi, safi);
	return true;
}

void bgp_encode_refresh(wbuf_t *w, family_t family, uint8_t subtype)
{
	size_t start = bgp_message_begin(w, BGP_ROUTE_REFRESH);

	wbuf_u16(w, bgp_family_afi(family));
	wbuf_u8(w, subtype);
	wbuf_u8(w, BGP_SAFI_UNICAST);
	bgp_message_end(w, start);
}
