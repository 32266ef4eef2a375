/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A cursor goes through the address space; how long each prefix is, is decided
 * by a hash of its number. Sets are then taken by a stride that visits each
 * once. */

#include "routes.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

uint64_t routes_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

uint32_t routes_mix(uint32_t n)
{
	n ^= n >> 16;
	n *= 0x7feb352du;
	n ^= n >> 15;
	n *= 0x846ca68bu;
	return n ^ n >> 16;
}

/** behind what is not to be announced: in units of /24 */
static uint32_t allowed(uint32_t at)
{
	static const uint32_t not_these[][2] = {
		{0x0a0000, 0x0b0000}, /* 10/8 */
		{0x640000, 0x650000}, /* 100/8, for 100.64/10 */
		{0x7f0000, 0x800000}, /* 127/8 */
		{0xa90000, 0xaa0000}, /* 169/8, for the tunnels */
		{0xac0000, 0xad0000}, /* 172/8 */
		{0xc00000, 0xc10000}, /* 192/8 */
		{0xc60000, 0xc70000}, /* 198/8 */
		{0xcb0000, 0xcc0000}, /* 203/8 */
	};

	for (size_t i = 0; i < sizeof(not_these) / sizeof(not_these[0]); i++)
	{
		if (at >= not_these[i][0] && at < not_these[i][1])
		{
			at = not_these[i][1];
		}
	}
	return at;
}

/** the n-th prefix from *at on, which is in units of the longest */
static route_t next_route(bool ipv6, uint32_t n, uint32_t *at)
{
	/* of sixteen: ten of the longest, then shorter */
	static const uint8_t shorter[16] = {0, 0, 0, 0, 0, 0, 0, 0,
										0, 0, 1, 1, 2, 2, 3, 4};
	uint8_t by = shorter[routes_mix(n) % 16];
	uint32_t size = 1u << by, first = (*at + size - 1) & ~(size - 1);
	route_t route = {.len = (uint8_t)((ipv6 ? 48 : 24) - by)};

	if (ipv6)
	{
		/* 2a00::/16 */
		route.bytes[0] = 0x2a;
		for (unsigned i = 0; i < 4; i++)
		{
			route.bytes[2 + i] = (uint8_t)(first >> (24 - 8 * i));
		}
	}
	else
	{
		first = allowed(first);
		route.bytes[0] = (uint8_t)(first >> 16);
		route.bytes[1] = (uint8_t)(first >> 8);
		route.bytes[2] = (uint8_t)first;
	}
	*at = first + size;
	return route;
}

static uint32_t divisor(uint32_t a, uint32_t b)
{
	while (b)
	{
		uint32_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

route_t *routes_make(bool ipv6, uint32_t count)
{
	uint32_t at = 0x010000, sets = count / ROUTES_TOGETHER, stride, n = 0;
	route_t *sorted, *out;

	if (count > ROUTES_MAX)
	{
		return NULL;
	}
	sorted = calloc(count + 1, sizeof(*sorted));
	out = calloc(count + 1, sizeof(*out));
	for (uint32_t i = 0; i < count; i++)
	{
		sorted[i] = next_route(ipv6, i, &at);
	}
	stride = sets * 5 / 8 + 1;
	while (sets && divisor(stride, sets) != 1)
	{
		stride++;
	}
	for (uint32_t i = 0; i < sets; i++)
	{
		uint32_t set = (uint32_t)((uint64_t)i * stride % sets);

		memcpy(&out[n], &sorted[set * ROUTES_TOGETHER],
			   ROUTES_TOGETHER * sizeof(*out));
		n += ROUTES_TOGETHER;
	}
	memcpy(&out[n], &sorted[n], (count - n) * sizeof(*out));
	free(sorted);
	return out;
}

void route_host(const route_t *route, bool ipv6, uint8_t *out)
{
	memcpy(out, route->bytes, 16);
	out[ipv6 ? 15 : 3] = 9;
}
