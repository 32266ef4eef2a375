/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Values of options as text: the small grammars that several options share,
 * and that whoever compiles a policy's raw values needs again. All parsers
 * take one whole value and return false on anything else.
 */

#ifndef CYGNET_CONFIG_VALUES_H
#define CYGNET_CONFIG_VALUES_H

#include "base/addr.h"

/** room for one element of a list, its terminator included */
#define CONFIG_ITEM_MAX 128

/** a prefix and the lengths that match within it; exact: ge = le = its own */
typedef struct config_range_t
{
	prefix_t prefix;
	uint8_t ge;
	uint8_t le;
} config_range_t;

typedef struct config_interval_t
{
	uint32_t low;
	uint32_t high;
} config_interval_t;

/** where a route comes from */
typedef enum config_route_source_t
{
	CONFIG_SOURCE_NEIGHBOR,
	CONFIG_SOURCE_ADVERTISE,
	CONFIG_SOURCE_CONNECTED,
	CONFIG_SOURCE_STATIC,
	CONFIG_SOURCE_OTHER,
	CONFIG_SOURCE_AGGREGATE,
	/** `routes` of a tunnel or bundle */
	CONFIG_SOURCE_ROUTES,
} config_route_source_t;

typedef enum config_community_t
{
	/** RFC 1997, RFC 4360, RFC 8092 */
	CONFIG_COMMUNITY,
	CONFIG_EXT_COMMUNITY,
	CONFIG_LARGE_COMMUNITY,
} config_community_t;

/** bytes of the largest kind */
#define CONFIG_COMMUNITY_MAX 12
/** that one text stands for */
#define CONFIG_PATTERNS_MAX 3

/** as on the wire; only bits of mask count */
typedef struct config_pattern_t
{
	uint8_t value[CONFIG_COMMUNITY_MAX];
	uint8_t mask[CONFIG_COMMUNITY_MAX];
} config_pattern_t;

/** rtm_protocol of those that are not like the others */
enum
{
	CONFIG_PROTOCOL_KERNEL = 2,
	CONFIG_PROTOCOL_BOOT = 3,
	CONFIG_PROTOCOL_STATIC = 4,
	/** of the routes that we install */
	CONFIG_PROTOCOL_OWN = 110,
};

/** decimal digits alone, within [min, max] */
bool config_parse_number(const char *s, uint64_t min, uint64_t max,
						 uint64_t *out);
/** yes, true, enabled, 1 and their opposites, as strongSwan takes them */
bool config_parse_bool(const char *s, bool *out);
/** "65530", or "1.10" (RFC 5396 asdot); every number but 0 */
bool config_parse_asn(const char *s, uint32_t *out);
/** "5", "3..5", "..5", "3.." */
bool config_parse_interval(const char *s, config_interval_t *out);
/** a prefix, or an address as one of its own */
bool config_parse_network(const char *s, prefix_t *out);
/** "igp", "egp", "incomplete": the value of the attribute ORIGIN */
bool config_parse_origin(const char *s, uint8_t *out);
bool config_parse_source(const char *s, config_route_source_t *out);
/** bytes of a community of the kind */
size_t config_community_size(config_community_t kind);
/**
 * A community of the kind, or what some have in common: 65530:120, 65530:*, a
 * well-known name; rt:65530:120, soo:192.0.2.1:*, rt:*, bandwidth:65530:1Gbit,
 * bandwidth:*, 0x and 16 digits; 65530:1:2, 65530:*:*; * for all. Returns how
 * many patterns stand for it, 0: it is none
 */
size_t config_parse_pattern(config_community_t kind, const char *s,
							config_pattern_t out[static CONFIG_PATTERNS_MAX]);
/** one without wildcards, as on the wire */
bool config_parse_community(config_community_t kind, const char *s,
							uint8_t out[static CONFIG_COMMUNITY_MAX]);
/** "10.0.0.0/8", "10.0.0.0/8 le 24", "10.0.0.0/8 ge 16 le 24" */
bool config_parse_range(const char *s, config_range_t *out);
/** "ospf", "42": a number of rtm_protocol, by its name in iproute2 or as it is */
bool config_parse_protocol(const char *s, uint8_t *out);
bool config_parse_family(const char *s, family_t *out);

/**
 * The elements of a comma-separated list, one by one: *rest starts as the
 * value and is moved. An element is trimmed and copied into item; one that
 * does not fit is cut, and no parser takes it then. false: no more. Empty
 * elements are given as "".
 */
bool config_next_item(const char **rest, char item[static CONFIG_ITEM_MAX]);

#endif
