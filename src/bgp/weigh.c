/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A bandwidth is an IEEE single in bytes a second. Those that count are
 * positive, finite and normal, and such numbers are in the order of their
 * bits; shares are worked out from mantissa and exponent as integers, so that
 * every machine gets the same.
 */

#include "bgp/weigh.h"

#include "base/rbuf.h"

#define SHARE_MAX 65535u

#define SINGLE_NORMAL   0x00800000u
#define SINGLE_INFINITE 0x7f800000u
#define SINGLE_MANTISSA 0x007fffffu

/** the bits of the first bandwidth that counts, 0: none */
static uint32_t bandwidth(const bgp_attrs_t *a)
{
	rbuf_t r = rbuf_make(a->ext_communities.data, a->ext_communities.len);
	uint16_t type, asn;
	uint32_t bits;

	while (rbuf_u16(&r, &type) && rbuf_u16(&r, &asn) && rbuf_u32(&r, &bits))
	{
		/* two-octet AS specific, non-transitive or transitive, subtype 4 */
		if ((type == 0x4004 || type == 0x0004) && bits >= SINGLE_NORMAL &&
			bits < SINGLE_INFINITE)
		{
			return bits;
		}
	}
	return 0;
}

static uint64_t mantissa(uint32_t bits)
{
	return (bits & SINGLE_MANTISSA) | SINGLE_NORMAL;
}

static uint16_t share(uint32_t bits, uint32_t widest)
{
	uint32_t shift = (widest >> 23) - (bits >> 23);
	uint64_t part, whole;

	if (shift > 24)
	{
		return 1;
	}
	part = mantissa(bits) * SHARE_MAX;
	whole = mantissa(widest) << shift;
	part = (part + whole / 2) / whole;
	return part ? (uint16_t)part : 1;
}

void bgp_weigh(bgp_path_t *paths, unsigned count, bool link_bandwidth)
{
	uint32_t bits[BGP_PATHS_MAX], widest = 0;

	for (unsigned i = 0; i < count; i++)
	{
		if (paths[i].attrs->weight)
		{
			paths[i].weight = paths[i].attrs->weight;
			link_bandwidth = false;
		}
	}
	for (unsigned i = 0; i < count && link_bandwidth; i++)
	{
		bits[i] = bandwidth(paths[i].attrs);
		widest = bits[i] > widest ? bits[i] : widest;
		link_bandwidth = bits[i] > 0;
	}
	for (unsigned i = 0; i < count && link_bandwidth; i++)
	{
		paths[i].weight = share(bits[i], widest);
	}
}
