/* SPDX-License-Identifier: GPL-2.0-or-later */

/* BGP's messages as the feeder sends them (RFC 4271, RFC 4760). Tables become
 * packets once, before anything is timed. */

#include "feeder.h"

#include <stdlib.h>
#include <string.h>

#define WITHDRAWN 700u

static void put(bytes_t *b, const void *data, size_t len)
{
	if (b->len + len > b->room)
	{
		b->room = 2 * (b->len + len) + 64;
		b->at = realloc(b->at, b->room);
	}
	memcpy(b->at + b->len, data, len);
	b->len += len;
}

void put_u8(bytes_t *b, unsigned value)
{
	uint8_t byte = (uint8_t)value;

	put(b, &byte, 1);
}

static void put_u16(bytes_t *b, unsigned value)
{
	put_u8(b, value >> 8);
	put_u8(b, value & 0xff);
}

static void put_u32(bytes_t *b, uint32_t value)
{
	put_u16(b, value >> 16);
	put_u16(b, value & 0xffff);
}

/** the length of what stands behind `at`, into the two octets before */
static void patch_u16(bytes_t *b, size_t at, size_t length)
{
	b->at[at - 2] = (uint8_t)(length >> 8);
	b->at[at - 1] = (uint8_t)length;
}

size_t packet_begin(bytes_t *b, unsigned type)
{
	size_t start = b->len;
	uint8_t marker[16];

	memset(marker, 0xff, sizeof(marker));
	put(b, marker, sizeof(marker));
	put_u16(b, 0);
	put_u8(b, type);
	return start;
}

void packet_end(bytes_t *b, size_t start)
{
	patch_u16(b, start + 18, b->len - start);
}

static void put_route(bytes_t *b, const route_t *route)
{
	put_u8(b, route->len);
	put(b, route->bytes, (size_t)(route->len + 7) / 8);
}

void packet_open(bytes_t *b, const neighbour_t *n)
{
	size_t start = packet_begin(b, OPEN);

	put_u8(b, 4);
	put_u16(b, n->asn > 65535 ? 23456 : n->asn);
	put_u16(b, HOLD_TIME);
	put(b, &n->local.sin_addr, 4);
	put_u8(b, n->routes[1] ? 20 : 14);
	put_u8(b, 2);
	put_u8(b, n->routes[1] ? 18 : 12);
	for (unsigned afi = 1; afi <= (n->routes[1] ? 2u : 1u); afi++)
	{
		put_u8(b, 1);
		put_u8(b, 4);
		put_u16(b, afi);
		put_u16(b, 1);
	}
	put_u8(b, 65);
	put_u8(b, 4);
	put_u32(b, n->asn);
	packet_end(b, start);
}

static void put_path(bytes_t *b, const neighbour_t *n, uint32_t set)
{
	/* two to six ASes, and a path of the set's own */
	unsigned hops = 2 + routes_mix(set) % 5;

	put_u8(b, 0x40);
	put_u8(b, 1);
	put_u8(b, 1);
	put_u8(b, 0);
	put_u8(b, 0x40);
	put_u8(b, 2);
	put_u8(b, 2 + 4 * hops);
	put_u8(b, 2);
	put_u8(b, hops);
	put_u32(b, n->asn);
	put_u32(b, 100000 + set);
	for (unsigned i = 2; i < hops; i++)
	{
		put_u32(b, 3000 + routes_mix(set + i) % 60000);
	}
}

static void put_set(bytes_t *b, const neighbour_t *n, bool ipv6, uint32_t set,
					const route_t *routes, uint32_t count)
{
	size_t start = packet_begin(b, UPDATE), attrs, mp;

	put_u16(b, 0);
	put_u16(b, 0);
	attrs = b->len;
	put_path(b, n, set);
	if (ipv6)
	{
		put_u8(b, 0x90);
		put_u8(b, 14);
		put_u16(b, 0);
		mp = b->len;
		put_u16(b, 2);
		put_u8(b, 1);
		put_u8(b, 16);
		put(b, &n->hop6, 16);
		put_u8(b, 0);
		for (uint32_t i = 0; i < count; i++)
		{
			put_route(b, &routes[i]);
		}
		patch_u16(b, mp, b->len - mp);
		patch_u16(b, attrs, b->len - attrs);
	}
	else
	{
		put_u8(b, 0x40);
		put_u8(b, 3);
		put_u8(b, 4);
		put(b, &n->local.sin_addr, 4);
		patch_u16(b, attrs, b->len - attrs);
		for (uint32_t i = 0; i < count; i++)
		{
			put_route(b, &routes[i]);
		}
	}
	packet_end(b, start);
}

void packet_withdrawal(bytes_t *b, bool ipv6, const route_t *routes,
					   uint32_t count)
{
	size_t start = packet_begin(b, UPDATE), at;

	if (ipv6)
	{
		put_u16(b, 0);
		put_u16(b, 0);
		at = b->len;
		put_u8(b, 0x90);
		put_u8(b, 15);
		put_u16(b, 0);
		put_u16(b, 2);
		put_u8(b, 1);
		for (uint32_t i = 0; i < count; i++)
		{
			put_route(b, &routes[i]);
		}
		patch_u16(b, at + 4, b->len - at - 4);
		patch_u16(b, at, b->len - at);
	}
	else
	{
		put_u16(b, 0);
		at = b->len;
		for (uint32_t i = 0; i < count; i++)
		{
			put_route(b, &routes[i]);
		}
		patch_u16(b, at, b->len - at);
		put_u16(b, 0);
	}
	packet_end(b, start);
}

void packets_prepare(neighbour_t *n, uint32_t part, uint32_t parts)
{
	for (unsigned ipv6 = 0; ipv6 < 2; ipv6++)
	{
		uint32_t count = n->routes[ipv6], most = WITHDRAWN / (1 + ipv6);
		uint32_t first = (uint32_t)((uint64_t)count * part / parts);
		uint32_t end = (uint32_t)((uint64_t)count * (part + 1) / parts);
		route_t *routes = routes_make(ipv6, count);

		for (uint32_t i = first; i < end; i += ROUTES_TOGETHER)
		{
			put_set(&n->table, n, ipv6, i / ROUTES_TOGETHER, &routes[i],
					end - i < ROUTES_TOGETHER ? end - i : ROUTES_TOGETHER);
		}
		for (uint32_t i = first; i < end; i += most)
		{
			packet_withdrawal(&n->none, ipv6, &routes[i],
							  end - i < most ? end - i : most);
		}
		free(routes);
	}
}
