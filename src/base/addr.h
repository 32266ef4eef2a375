/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * IP addresses, prefixes and their text. Values without pointers; unused
 * bytes are zero, so that memcmp-equality is equality.
 */

#ifndef CYGNET_ADDR_H
#define CYGNET_ADDR_H

#include "base/base.h"

/** as in the kernel and in BGP's AFI order: our own small numbers */
typedef enum family_t
{
	FAMILY_NONE = 0,
	FAMILY_IPV4 = 4,
	FAMILY_IPV6 = 6,
} family_t;

typedef struct addr_t
{
	/** family_t */
	uint8_t family;
	/** network order; IPv4 uses the first four */
	uint8_t b[16];
} addr_t;

typedef struct prefix_t
{
	addr_t addr;
	/** length in bits, 0 to 32 or 128; bits after it are zero in addr */
	uint8_t len;
} prefix_t;

/** an address on a link with its prefix length: host bits kept */
typedef struct ifaddr_t
{
	addr_t addr;
	uint8_t len;
} ifaddr_t;

#define ADDR_STR_MAX   46
#define PREFIX_STR_MAX 50

extern const addr_t addr_none;

addr_t addr_v4(uint32_t host_order);
addr_t addr_v6(const uint8_t bytes[16]);
/** 32 or 128; 0 for none */
unsigned addr_bits(const addr_t *a);
/** 4 or 16; 0 for none */
unsigned addr_size(const addr_t *a);
uint32_t addr_to_v4(const addr_t *a);
bool addr_is_set(const addr_t *a);
bool addr_is_unspecified(const addr_t *a);
bool addr_is_link_local(const addr_t *a);
bool addr_is_multicast(const addr_t *a);
bool addr_is_loopback(const addr_t *a);
bool addr_equal(const addr_t *a, const addr_t *b);
/** family first, then bytes */
int addr_cmp(const addr_t *a, const addr_t *b);

/** text; false on anything that is not one whole address */
bool addr_parse(const char *s, addr_t *out);
bool prefix_parse(const char *s, prefix_t *out); /* host bits refused */
bool ifaddr_parse(const char *s, ifaddr_t *out); /* host bits kept */
/** writes at most the named size, always terminated; returns buf */
const char *addr_format(const addr_t *a, char buf[static ADDR_STR_MAX]);
const char *prefix_format(const prefix_t *p, char buf[static PREFIX_STR_MAX]);

/** clears host bits; len is cut to the family's width */
prefix_t prefix_make(const addr_t *a, unsigned len);
prefix_t ifaddr_prefix(const ifaddr_t *a);
bool prefix_equal(const prefix_t *a, const prefix_t *b);
/** family, then address, then shorter first */
int prefix_cmp(const prefix_t *a, const prefix_t *b);
bool prefix_contains_addr(const prefix_t *p, const addr_t *a);
/** p contains q, or is it */
bool prefix_contains(const prefix_t *p, const prefix_t *q);

#endif
