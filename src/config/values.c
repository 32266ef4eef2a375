/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The shared grammars. They are strict: a value that is not wholly understood
 * is refused, as half of a prefix list is worse than none.
 */

#include "config/values.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool config_parse_number(const char *s, uint64_t min, uint64_t max,
						 uint64_t *out)
{
	uint64_t value = 0;
	size_t i;

	for (i = 0; isdigit((unsigned char)s[i]); i++)
	{
		if (i == 19) /* more cannot fit for certain */
		{
			return false;
		}
		value = value * 10 + (uint64_t)(s[i] - '0');
	}
	if (!i || s[i] || value < min || value > max)
	{
		return false;
	}
	*out = value;
	return true;
}

bool config_parse_bool(const char *s, bool *out)
{
	static const char *const yes[] = {"yes", "true", "enabled", "1"};
	static const char *const no[] = {"no", "false", "disabled", "0"};

	for (size_t i = 0; i < countof(yes); i++)
	{
		if (!strcasecmp(s, yes[i]))
		{
			*out = true;
			return true;
		}
		if (!strcasecmp(s, no[i]))
		{
			*out = false;
			return true;
		}
	}
	return false;
}

/** two numbers of 16 bits with a sign between them */
static bool parse_pair(const char *s, char sign, uint32_t *out)
{
	char left[8];
	const char *middle = strchr(s, sign);
	uint64_t high, low;

	if (!middle || (size_t)(middle - s) >= sizeof(left))
	{
		return false;
	}
	memcpy(left, s, (size_t)(middle - s));
	left[middle - s] = '\0';
	if (!config_parse_number(left, 0, UINT16_MAX, &high) ||
		!config_parse_number(middle + 1, 0, UINT16_MAX, &low))
	{
		return false;
	}
	*out = (uint32_t)(high << 16 | low);
	return true;
}

bool config_parse_asn(const char *s, uint32_t *out)
{
	uint64_t value;

	if (config_parse_number(s, 1, UINT32_MAX, &value))
	{
		*out = (uint32_t)value;
		return true;
	}
	return parse_pair(s, '.', out) && *out;
}

bool config_parse_interval(const char *s, config_interval_t *out)
{
	char low[CONFIG_ITEM_MAX];
	const char *dots = strstr(s, "..");
	uint64_t first = 0, last = UINT32_MAX;
	size_t len = dots ? (size_t)(dots - s) : strlen(s);

	if (len >= sizeof(low))
	{
		return false;
	}
	memcpy(low, s, len);
	low[len] = '\0';
	if (dots && !len && !dots[2])
	{
		return false;
	}
	if ((!dots || len) && !config_parse_number(low, 0, UINT32_MAX, &first))
	{
		return false;
	}
	if (dots && dots[2] && !config_parse_number(dots + 2, 0, UINT32_MAX, &last))
	{
		return false;
	}
	last = dots ? last : first;
	*out = (config_interval_t){.low = (uint32_t)first, .high = (uint32_t)last};
	return first <= last;
}

bool config_parse_network(const char *s, prefix_t *out)
{
	addr_t addr;

	if (addr_parse(s, &addr))
	{
		*out = prefix_make(&addr, addr_bits(&addr));
		return true;
	}
	return prefix_parse(s, out);
}

static bool parse_name(const char *s, const char *const *names, size_t count,
					   size_t *place)
{
	for (*place = 0; *place < count; ++*place)
	{
		if (!strcasecmp(s, names[*place]))
		{
			return true;
		}
	}
	return false;
}

bool config_parse_origin(const char *s, uint8_t *out)
{
	/* by their values in RFC 4271 section 4.3 */
	static const char *const names[] = {"igp", "egp", "incomplete"};
	size_t place;

	if (!parse_name(s, names, countof(names), &place))
	{
		return false;
	}
	*out = (uint8_t)place;
	return true;
}

bool config_parse_source(const char *s, config_route_source_t *out)
{
	static const char *const names[] = {
		[CONFIG_SOURCE_NEIGHBOR] = "neighbor",
		[CONFIG_SOURCE_ADVERTISE] = "advertise",
		[CONFIG_SOURCE_CONNECTED] = "connected",
		[CONFIG_SOURCE_STATIC] = "static",
		[CONFIG_SOURCE_OTHER] = "other",
		[CONFIG_SOURCE_AGGREGATE] = "aggregate",
		[CONFIG_SOURCE_ROUTES] = "routes",
	};
	size_t place;

	if (!parse_name(s, names, countof(names), &place))
	{
		return false;
	}
	*out = (config_route_source_t)place;
	return true;
}

bool config_parse_protocol(const char *s, uint8_t *out)
{
	/* rtm_protocol's names, as iproute2 has them */
	static const struct
	{
		const char *name;
		uint8_t value;
	} known[] = {
		{"redirect", 1},
		{"kernel", CONFIG_PROTOCOL_KERNEL},
		{"boot", CONFIG_PROTOCOL_BOOT},
		{"static", CONFIG_PROTOCOL_STATIC},
		{"gated", 8},
		{"ra", 9},
		{"mrt", 10},
		{"zebra", 11},
		{"bird", 12},
		{"dnrouted", 13},
		{"xorp", 14},
		{"ntk", 15},
		{"dhcp", 16},
		{"mrouted", 17},
		{"keepalived", 18},
		{"babel", 42},
		{"ovn", 84},
		{"openr", 99},
		{"cygnet", CONFIG_PROTOCOL_OWN},
		{"bgp", 186},
		{"isis", 187},
		{"ospf", 188},
		{"rip", 189},
		{"eigrp", 192},
	};
	uint64_t number;

	for (size_t i = 0; i < countof(known); i++)
	{
		if (!strcasecmp(s, known[i].name))
		{
			*out = known[i].value;
			return true;
		}
	}
	if (!config_parse_number(s, 0, UINT8_MAX, &number))
	{
		return false;
	}
	*out = (uint8_t)number;
	return true;
}

bool config_parse_family(const char *s, family_t *out)
{
	if (!strcasecmp(s, "ipv4"))
	{
		*out = FAMILY_IPV4;
		return true;
	}
	if (!strcasecmp(s, "ipv6"))
	{
		*out = FAMILY_IPV6;
		return true;
	}
	return false;
}

/** the next word of s into word; returns what follows, NULL: no word */
static const char *next_word(const char *s, char *word, size_t size)
{
	size_t len;

	s += strspn(s, " \t");
	len = strcspn(s, " \t");
	if (!len || len >= size)
	{
		return NULL;
	}
	memcpy(word, s, len);
	word[len] = '\0';
	return s + len;
}

bool config_parse_range(const char *s, config_range_t *out)
{
	char word[CONFIG_ITEM_MAX];
	config_range_t range = {.le = 0};
	bool ge = false, le = false;
	uint64_t len;
	unsigned bits;

	s = next_word(s, word, sizeof(word));
	if (!s || !prefix_parse(word, &range.prefix))
	{
		return false;
	}
	bits = addr_bits(&range.prefix.addr);
	range.ge = range.le = range.prefix.len;
	while (s[strspn(s, " \t")])
	{
		bool *seen;

		s = next_word(s, word, sizeof(word));
		if (!s)
		{
			return false;
		}
		seen = !strcmp(word, "ge") ? &ge : !strcmp(word, "le") ? &le : NULL;
		s = next_word(s, word, sizeof(word));
		if (!seen || *seen || !s ||
			!config_parse_number(word, range.prefix.len, bits, &len))
		{
			return false;
		}
		*seen = true;
		*(seen == &ge ? &range.ge : &range.le) = (uint8_t)len;
	}
	if (ge && !le)
	{
		range.le = (uint8_t)bits;
	}
	if (range.ge > range.le)
	{
		return false;
	}
	*out = range;
	return true;
}

bool config_next_item(const char **rest, char item[static CONFIG_ITEM_MAX])
{
	const char *s = *rest;
	size_t len, next;

	if (!s)
	{
		return false;
	}
	next = strcspn(s, ",");
	*rest = s[next] ? s + next + 1 : NULL;
	len = next;
	while (len && isspace((unsigned char)s[0]))
	{
		s++;
		len--;
	}
	while (len && isspace((unsigned char)s[len - 1]))
	{
		len--;
	}
	if (len >= CONFIG_ITEM_MAX)
	{
		len = CONFIG_ITEM_MAX - 1;
	}
	memcpy(item, s, len);
	item[len] = '\0';
	return true;
}
