/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Communities from text to the bytes of the wire, with wildcards: what is
 * written by base/community.h is read here. A part that is "*" leaves its bits
 * out of the mask.
 */

#include "config/values.h"

#include "base/community.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/** RFC 6793: stands for a number that does not fit 16 bits */
#define AS_TRANS 23456

/** bytes a second, more than any link has: 10^15 */
#define BANDWIDTH_MAX 1000000000000000u

/** the types of extended communities (RFC 7153) */
enum
{
	TWO_OCTET_AS = 0x00,
	IPV4_ADDRESS = 0x01,
	FOUR_OCTET_AS = 0x02,
	NON_TRANSITIVE = 0x40,
	/** subtype (draft-ietf-idr-link-bandwidth) */
	LINK_BANDWIDTH = 0x04,
};

size_t config_community_size(config_community_t kind)
{
	switch (kind)
	{
		case CONFIG_COMMUNITY:
			return 4;
		case CONFIG_EXT_COMMUNITY:
			return 8;
		case CONFIG_LARGE_COMMUNITY:
			break;
	}
	return CONFIG_COMMUNITY_MAX;
}

/** what stands between colons */
typedef struct parts_t
{
	char text[CONFIG_ITEM_MAX];
	const char *part[3];
	/** more than 3: too many */
	size_t count;
} parts_t;

static void split(parts_t *parts, const char *s)
{
	char *colon = parts->text;
	size_t len = strlen(s);

	parts->count = 0;
	if (len >= sizeof(parts->text))
	{
		return;
	}
	memcpy(parts->text, s, len + 1);
	for (char *at = colon; colon; at = colon ? colon + 1 : NULL)
	{
		colon = strchr(at, ':');
		if (colon)
		{
			*colon = '\0';
		}
		if (parts->count < countof(parts->part))
		{
			parts->part[parts->count] = at;
		}
		parts->count++;
	}
}

static void put(config_pattern_t *out, size_t at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++)
	{
		out->value[at + i] = (uint8_t)(value >> 8 * (size - 1 - i));
		out->mask[at + i] = 0xff;
	}
}

static bool any(const char *s)
{
	return !strcmp(s, "*");
}

/** a number that fits the bytes, or "*", which leaves them out */
static bool put_part(config_pattern_t *out, size_t at, size_t size,
					 const char *s)
{
	uint64_t value;

	if (any(s))
	{
		return true;
	}
	if (!config_parse_number(s, 0, UINT64_MAX >> (64 - 8 * size), &value))
	{
		return false;
	}
	put(out, at, size, value);
	return true;
}

/** parts of one size each, as many as there have to be */
static bool put_parts(config_pattern_t *out, const parts_t *parts, size_t count,
					  size_t size)
{
	if (parts->count != count)
	{
		return false;
	}
	for (size_t i = 0; i < count; i++)
	{
		if (!put_part(out, i * size, size, parts->part[i]))
		{
			return false;
		}
	}
	return true;
}

static bool put_hex(config_pattern_t *out, const char *s)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t value = 0;

	for (size_t i = 0; i < 16; i++)
	{
		int c = tolower((unsigned char)s[i]);
		const char *digit = c ? strchr(digits, c) : NULL;

		if (!digit)
		{
			return false;
		}
		value = value << 4 | (uint64_t)(digit - digits);
	}
	put(out, 0, 8, value);
	return !s[16];
}

/** "rt:65530:120", "rt:192.0.2.1:7", "rt:4200000000:7" and, for a number under
 * 65536 in four octets, "rt:65530L:7" (RFC 4360, RFC 5668) */
static bool put_target(config_pattern_t *out, uint8_t subtype, const char *who,
					   const char *number)
{
	char digits[CONFIG_ITEM_MAX];
	size_t len = strlen(who);
	bool wide = len && toupper((unsigned char)who[len - 1]) == 'L';
	uint64_t asn;
	addr_t addr;

	put(out, 1, 1, subtype);
	if (addr_parse(who, &addr) && addr.family == FAMILY_IPV4)
	{
		put(out, 0, 1, IPV4_ADDRESS);
		put(out, 2, 4, addr_to_v4(&addr));
		return put_part(out, 6, 2, number);
	}
	memcpy(digits, who, len - wide);
	digits[len - wide] = '\0';
	if (!config_parse_number(digits, 0, UINT32_MAX, &asn))
	{
		return false;
	}
	if (wide || asn > UINT16_MAX)
	{
		put(out, 0, 1, FOUR_OCTET_AS);
		put(out, 2, 4, asn);
		return put_part(out, 6, 2, number);
	}
	put(out, 0, 1, TWO_OCTET_AS);
	put(out, 2, 2, asn);
	return put_part(out, 4, 4, number);
}

/** bytes a second: "125000000", or as bits "1Gbit" */
static bool parse_rate(const char *s, float *out)
{
	static const struct
	{
		const char *name;
		uint64_t bits;
	} units[] = {{"kbit", 1000}, {"Mbit", 1000000}, {"Gbit", 1000000000}};
	char digits[CONFIG_ITEM_MAX];
	size_t len = strspn(s, "0123456789");
	uint64_t value;

	memcpy(digits, s, len);
	digits[len] = '\0';
	if (!config_parse_number(digits, 0, BANDWIDTH_MAX, &value))
	{
		return false;
	}
	*out = (float)value;
	if (!s[len])
	{
		return true;
	}
	for (size_t i = 0; i < countof(units); i++)
	{
		if (!strcasecmp(s + len, units[i].name))
		{
			*out = (float)value * (float)units[i].bits / 8;
			return *out <= (float)BANDWIDTH_MAX;
		}
	}
	return false;
}

static bool put_bandwidth(config_pattern_t *out, const parts_t *parts)
{
	uint64_t asn;
	uint32_t bits;
	float rate;

	put(out, 0, 1, NON_TRANSITIVE | TWO_OCTET_AS);
	put(out, 1, 1, LINK_BANDWIDTH);
	if (parts->count == 2)
	{
		/* transitive or not */
		out->mask[0] = (uint8_t)~NON_TRANSITIVE;
		return any(parts->part[1]);
	}
	if (parts->count != 3 ||
		!config_parse_number(parts->part[1], 0, UINT32_MAX, &asn))
	{
		return false;
	}
	put(out, 2, 2, asn > UINT16_MAX ? AS_TRANS : asn);
	if (any(parts->part[2]))
	{
		out->mask[0] = (uint8_t)~NON_TRANSITIVE;
		return true;
	}
	if (!parse_rate(parts->part[2], &rate))
	{
		return false;
	}
	_Static_assert(sizeof(rate) == sizeof(bits), "IEEE 754, single");
	memcpy(&bits, &rate, sizeof(bits));
	put(out, 4, 4, bits);
	return true;
}

static size_t parse_ext(const char *s, const parts_t *parts,
						config_pattern_t out[static CONFIG_PATTERNS_MAX])
{
	uint8_t subtype = 0;

	if (!strncasecmp(s, "0x", 2))
	{
		return put_hex(&out[0], s + 2);
	}
	if (!parts->count)
	{
		return 0;
	}
	if (!strcasecmp(parts->part[0], "bandwidth"))
	{
		return put_bandwidth(&out[0], parts);
	}
	subtype = !strcasecmp(parts->part[0], "rt")    ? 2
			  : !strcasecmp(parts->part[0], "soo") ? 3
												   : 0;
	if (!subtype || parts->count < 2)
	{
		return 0;
	}
	if (parts->count == 3)
	{
		return put_target(&out[0], subtype, parts->part[1], parts->part[2]);
	}
	/* "rt:*": each type that has the subtype */
	for (uint8_t type = TWO_OCTET_AS; type <= FOUR_OCTET_AS; type++)
	{
		put(&out[type], 0, 1, type);
		put(&out[type], 1, 1, subtype);
	}
	return parts->count == 2 && any(parts->part[1]) ? FOUR_OCTET_AS + 1 : 0;
}

size_t config_parse_pattern(config_community_t kind, const char *s,
							config_pattern_t out[static CONFIG_PATTERNS_MAX])
{
	uint32_t known;
	parts_t parts;

	memset(out, 0, CONFIG_PATTERNS_MAX * sizeof(*out));
	split(&parts, s);
	if (any(s))
	{
		return 1;
	}
	switch (kind)
	{
		case CONFIG_COMMUNITY:
			if (community_known(s, &known))
			{
				put(&out[0], 0, 4, known);
				return 1;
			}
			return put_parts(&out[0], &parts, 2, 2);
		case CONFIG_EXT_COMMUNITY:
			return parse_ext(s, &parts, out);
		case CONFIG_LARGE_COMMUNITY:
			return put_parts(&out[0], &parts, 3, 4);
	}
	return 0;
}

bool config_parse_community(config_community_t kind, const char *s,
							uint8_t out[static CONFIG_COMMUNITY_MAX])
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];

	if (config_parse_pattern(kind, s, pattern) != 1)
	{
		return false;
	}
	for (size_t i = 0; i < config_community_size(kind); i++)
	{
		if (pattern[0].mask[i] != 0xff)
		{
			return false;
		}
	}
	memcpy(out, pattern[0].value, CONFIG_COMMUNITY_MAX);
	return true;
}
