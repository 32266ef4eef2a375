/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Addresses and prefixes.
 *
 * Text goes through the C library's inet_pton and inet_ntop: they refuse
 * leading zeros and short forms in IPv4 ("10.1", "010.0.0.1"), know every
 * form of RFC 4291 section 2.2, and write what RFC 5952 section 4 wants. A
 * prefix length is digits alone, without sign, space or leading zero.
 */

#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

const addr_t addr_none = {.family = FAMILY_NONE};

addr_t addr_v4(uint32_t host_order)
{
	return (addr_t){
		.family = FAMILY_IPV4,
		.b = {(uint8_t)(host_order >> 24), (uint8_t)(host_order >> 16),
			  (uint8_t)(host_order >> 8), (uint8_t)host_order},
	};
}

addr_t addr_v6(const uint8_t bytes[16])
{
	addr_t a = {.family = FAMILY_IPV6};

	memcpy(a.b, bytes, sizeof(a.b));
	return a;
}

unsigned addr_bits(const addr_t *a)
{
	return addr_size(a) * 8;
}

unsigned addr_size(const addr_t *a)
{
	switch (a->family)
	{
		case FAMILY_IPV4:
			return 4;
		case FAMILY_IPV6:
			return 16;
		default:
			return 0;
	}
}

uint32_t addr_to_v4(const addr_t *a)
{
	return (uint32_t)a->b[0] << 24 | (uint32_t)a->b[1] << 16 |
		   (uint32_t)a->b[2] << 8 | a->b[3];
}

bool addr_is_set(const addr_t *a)
{
	return a->family != FAMILY_NONE;
}

bool addr_is_unspecified(const addr_t *a)
{
	static const uint8_t zero[16];

	return addr_is_set(a) && memcmp(a->b, zero, sizeof(zero)) == 0;
}

bool addr_is_link_local(const addr_t *a)
{
	switch (a->family)
	{
		case FAMILY_IPV4: /* RFC 3927 */
			return a->b[0] == 169 && a->b[1] == 254;
		case FAMILY_IPV6: /* RFC 4291 section 2.5.6 */
			return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
		default:
			return false;
	}
}

bool addr_is_multicast(const addr_t *a)
{
	switch (a->family)
	{
		case FAMILY_IPV4:
			return (a->b[0] & 0xf0) == 0xe0;
		case FAMILY_IPV6:
			return a->b[0] == 0xff;
		default:
			return false;
	}
}

bool addr_is_loopback(const addr_t *a)
{
	static const uint8_t one[16] = {[15] = 1};

	switch (a->family)
	{
		case FAMILY_IPV4:
			return a->b[0] == 127;
		case FAMILY_IPV6:
			return memcmp(a->b, one, sizeof(one)) == 0;
		default:
			return false;
	}
}

bool addr_equal(const addr_t *a, const addr_t *b)
{
	return addr_cmp(a, b) == 0;
}

int addr_cmp(const addr_t *a, const addr_t *b)
{
	if (a->family != b->family)
	{
		return a->family < b->family ? -1 : 1;
	}
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool addr_parse(const char *s, addr_t *out)
{
	addr_t a = {0};

	if (inet_pton(AF_INET, s, a.b) == 1)
	{
		a.family = FAMILY_IPV4;
	}
	else
	{
		memset(a.b, 0, sizeof(a.b));
		if (inet_pton(AF_INET6, s, a.b) != 1)
		{
			return false;
		}
		a.family = FAMILY_IPV6;
	}
	*out = a;
	return true;
}

static bool parse_len(const char *s, unsigned max, uint8_t *out)
{
	unsigned v = 0;

	if (!*s || (s[0] == '0' && s[1]))
	{
		return false;
	}
	for (; *s; s++)
	{
		if (*s < '0' || *s > '9')
		{
			return false;
		}
		v = v * 10 + (unsigned)(*s - '0');
		if (v > max)
		{
			return false;
		}
	}
	*out = (uint8_t)v;
	return true;
}

bool ifaddr_parse(const char *s, ifaddr_t *out)
{
	const char *slash = strchr(s, '/');
	char text[ADDR_STR_MAX];
	ifaddr_t a;
	size_t len;

	if (!slash)
	{
		return false;
	}
	len = (size_t)(slash - s);
	if (len >= sizeof(text))
	{
		return false;
	}
	memcpy(text, s, len);
	text[len] = '\0';
	if (!addr_parse(text, &a.addr) ||
		!parse_len(slash + 1, addr_bits(&a.addr), &a.len))
	{
		return false;
	}
	*out = a;
	return true;
}

bool prefix_parse(const char *s, prefix_t *out)
{
	ifaddr_t a;
	prefix_t p;

	if (!ifaddr_parse(s, &a))
	{
		return false;
	}
	p = ifaddr_prefix(&a);
	if (!addr_equal(&p.addr, &a.addr))
	{
		return false;
	}
	*out = p;
	return true;
}

const char *addr_format(const addr_t *a, char buf[static ADDR_STR_MAX])
{
	switch (a->family)
	{
		case FAMILY_IPV4:
			inet_ntop(AF_INET, a->b, buf, ADDR_STR_MAX);
			break;
		case FAMILY_IPV6:
			inet_ntop(AF_INET6, a->b, buf, ADDR_STR_MAX);
			break;
		default:
			snprintf(buf, ADDR_STR_MAX, "none");
			break;
	}
	return buf;
}

const char *prefix_format(const prefix_t *p, char buf[static PREFIX_STR_MAX])
{
	char addr[ADDR_STR_MAX];

	addr_format(&p->addr, addr);
	if (addr_is_set(&p->addr))
	{
		snprintf(buf, PREFIX_STR_MAX, "%s/%u", addr, p->len);
	}
	else
	{
		snprintf(buf, PREFIX_STR_MAX, "%s", addr);
	}
	return buf;
}

prefix_t prefix_make(const addr_t *a, unsigned len)
{
	prefix_t p = {.addr = *a};
	unsigned bits = addr_bits(a), whole;

	len = len < bits ? len : bits;
	p.len = (uint8_t)len;
	whole = len / 8;
	if (whole < sizeof(p.addr.b))
	{
		p.addr.b[whole] &= (uint8_t)(0xff00 >> len % 8);
		memset(&p.addr.b[whole + 1], 0, sizeof(p.addr.b) - whole - 1);
	}
	return p;
}

prefix_t ifaddr_prefix(const ifaddr_t *a)
{
	return prefix_make(&a->addr, a->len);
}

bool prefix_equal(const prefix_t *a, const prefix_t *b)
{
	return prefix_cmp(a, b) == 0;
}

int prefix_cmp(const prefix_t *a, const prefix_t *b)
{
	int cmp = addr_cmp(&a->addr, &b->addr);

	return cmp ? cmp : (int)a->len - (int)b->len;
}

bool prefix_contains_addr(const prefix_t *p, const addr_t *a)
{
	unsigned bits = addr_bits(a), len = p->len < bits ? p->len : bits;
	unsigned whole = len / 8;

	if (!addr_is_set(a) || a->family != p->addr.family ||
		memcmp(p->addr.b, a->b, whole) != 0)
	{
		return false;
	}
	return len % 8 == 0 ||
		   ((p->addr.b[whole] ^ a->b[whole]) & (0xff00 >> len % 8) & 0xff) == 0;
}

bool prefix_contains(const prefix_t *p, const prefix_t *q)
{
	return p->len <= q->len && prefix_contains_addr(p, &q->addr);
}
