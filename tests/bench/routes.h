/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The synthetic table that the feeder announces, the raw writer writes and the
 * watcher asks for: the same for the same number, mostly /24 (IPv6: /48), none
 * within another, none in a private range. Prefixes that stand together in
 * sets share their attributes; the sets are not in the order of addresses, as
 * in a real feed.
 */

#ifndef CYGNET_TESTS_BENCH_ROUTES_H
#define CYGNET_TESTS_BENCH_ROUTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** prefixes of one attribute set */
#define ROUTES_TOGETHER 5
/** most of each family */
#define ROUTES_MAX 2000000u

typedef struct route_t
{
	uint8_t bytes[16];
	uint8_t len;
} route_t;

/** count of them, in the order of the feed; NULL: too many. The caller frees */
route_t *routes_make(bool ipv6, uint32_t count);
/** a well mixed number of n, always the same */
uint32_t routes_mix(uint32_t n);
/** an address within, not its first */
void route_host(const route_t *route, bool ipv6, uint8_t *out);
/** monotonic microseconds, the same for all programs of the machine */
uint64_t routes_now(void);

#endif
