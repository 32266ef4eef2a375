/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Values in the rules of policies: one row a type, whether it is a list, and
 * what looks at one element. The values stay text; whoever compiles the rules
 * reads them by the same parsers.
 */

#include "config/option_impl.h"

#include "base/path_regex.h"
#include "config/report.h"
#include "config/values.h"

#include <string.h>

static char *check_range(const char *item)
{
	char first[CONFIG_ITEM_MAX];
	config_range_t range;
	prefix_t prefix;

	if (config_parse_range(item, &range))
	{
		return NULL;
	}
	strcpy(first, item);
	first[strcspn(first, " \t")] = '\0';
	if (!prefix_parse(first, &prefix))
	{
		return option_wrong_prefix(first);
	}
	return option_wrong(item, "a prefix with lengths (10.0.0.0/8 ge 16 le 24)");
}

static char *check_family(const char *value)
{
	family_t family;

	return config_parse_family(value, &family)
			   ? NULL
			   : option_wrong(value, "ipv4 or ipv6");
}

static char *check_yes(const char *value)
{
	bool yes;

	return config_parse_bool(value, &yes) && yes
			   ? NULL
			   : option_wrong(value, "yes (leave it out otherwise)");
}

static char *check_source(const char *item)
{
	config_route_source_t source;

	return config_parse_source(item, &source)
			   ? NULL
			   : option_wrong(item, "neighbor, advertise, connected, static, "
									"other or aggregate");
}

static char *check_origin(const char *item)
{
	uint8_t origin;

	return config_parse_origin(item, &origin)
			   ? NULL
			   : option_wrong(item, "igp, egp or incomplete");
}

/** whether there is one of that name is seen when all are read */
static char *check_neighbor(const char *item)
{
	return *item && !item[strcspn(item, " \t")]
			   ? NULL
			   : option_wrong(item, "a neighbour's name");
}

static char *check_asn(const char *item)
{
	uint32_t asn;

	return option_parse_asn(item, &asn);
}

static char *check_as_path(const char *value)
{
	char quote[REPORT_QUOTE_MAX];
	char why[128];
	path_regex_t *regex;

	if (!*value)
	{
		return str_copy("is empty; ^$ is the empty path");
	}
	regex = path_regex_create(value, why, sizeof(why));
	if (regex)
	{
		path_regex_destroy(regex);
		return NULL;
	}
	return str_format("%s is not an expression for AS paths (_65530_, "
					  "^65530( 65531)*$): %s",
					  report_quote(value, quote), why);
}

static char *check_interval(const char *item)
{
	config_interval_t interval;

	return config_parse_interval(item, &interval)
			   ? NULL
			   : option_wrong(item, "a number or a range (5, 3..5, ..5, 3..)");
}

static char *check_network(const char *item)
{
	prefix_t network;

	return config_parse_network(item, &network) ? NULL
												: option_wrong_prefix(item);
}

static char *check_address(const char *value)
{
	addr_t addr;

	return addr_parse(value, &addr) && !addr_is_unspecified(&addr) &&
				   !addr_is_multicast(&addr) && !addr_is_loopback(&addr)
			   ? NULL
			   : option_wrong(value, "the address of a router");
}

static char *check_pattern(config_community_t kind, const char *item,
						   const char *wanted)
{
	config_pattern_t pattern[CONFIG_PATTERNS_MAX];

	return config_parse_pattern(kind, item, pattern)
			   ? NULL
			   : option_wrong(item, wanted);
}

static char *check_standard_pattern(const char *item)
{
	return check_pattern(CONFIG_COMMUNITY, item,
						 "a community (65530:120, 65530:*, no-export)");
}

static char *check_ext_pattern(const char *item)
{
	return check_pattern(CONFIG_EXT_COMMUNITY, item,
						 "an extended community (rt:65530:120, rt:*, "
						 "soo:192.0.2.1:5, bandwidth:*, 0x and 16 digits)");
}

static char *check_large_pattern(const char *item)
{
	return check_pattern(CONFIG_LARGE_COMMUNITY, item,
						 "a large community (65530:1:2, 65530:*:*)");
}

static char *check_community(config_community_t kind, const char *item,
							 const char *wanted)
{
	uint8_t community[CONFIG_COMMUNITY_MAX];

	return config_parse_community(kind, item, community)
			   ? NULL
			   : option_wrong(item, wanted);
}

static char *check_standard_community(const char *item)
{
	return check_community(CONFIG_COMMUNITY, item,
						   "a community (65530:120, no-export)");
}

static char *check_ext_community(const char *item)
{
	return check_community(CONFIG_EXT_COMMUNITY, item,
						   "an extended community (rt:65530:120, "
						   "soo:192.0.2.1:5, bandwidth:65530:1Gbit, 0x and 16 "
						   "digits)");
}

static char *check_large_community(const char *item)
{
	return check_community(CONFIG_LARGE_COMMUNITY, item,
						   "a large community (65530:1:2)");
}

static const struct
{
	config_type_t type;
	bool list;
	char *(*check)(const char *item);
} raws[] = {
	{CONFIG_RAW_RANGES, true, check_range},
	{CONFIG_RAW_FAMILY, false, check_family},
	{CONFIG_RAW_YES, false, check_yes},
	{CONFIG_RAW_SOURCES, true, check_source},
	{CONFIG_RAW_ORIGINS, true, check_origin},
	{CONFIG_RAW_ORIGIN, false, check_origin},
	{CONFIG_RAW_NEIGHBORS, true, check_neighbor},
	{CONFIG_RAW_ASNS, true, check_asn},
	{CONFIG_RAW_ASN, false, check_asn},
	{CONFIG_RAW_AS_PATH, false, check_as_path},
	{CONFIG_RAW_INTERVALS, true, check_interval},
	{CONFIG_RAW_NETWORKS, true, check_network},
	{CONFIG_RAW_ADDRESS, false, check_address},
	{CONFIG_RAW_PATTERNS, true, check_standard_pattern},
	{CONFIG_RAW_EXT_PATTERNS, true, check_ext_pattern},
	{CONFIG_RAW_LARGE_PATTERNS, true, check_large_pattern},
	{CONFIG_RAW_COMMUNITIES, true, check_standard_community},
	{CONFIG_RAW_EXT_COMMUNITIES, true, check_ext_community},
	{CONFIG_RAW_LARGE_COMMUNITIES, true, check_large_community},
};

static char *check_items(const char *value, char *(*check)(const char *item))
{
	char item[CONFIG_ITEM_MAX];
	const char *rest = value;
	char *errors = NULL, *error;

	while (config_next_item(&rest, item))
	{
		error = check(item);
		errors = error ? option_join(errors, error) : errors;
	}
	return errors;
}

char *option_check_raw(const config_option_t *option, const char *value)
{
	uint64_t number;

	for (size_t i = 0; i < countof(raws); i++)
	{
		if (raws[i].type == option->type)
		{
			return raws[i].list ? check_items(value, raws[i].check)
								: raws[i].check(value);
		}
	}
	return option_parse_number(option, value, &number);
}
