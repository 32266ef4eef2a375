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
/** "65530:120", or the name of a well-known one ("no-export") */
bool config_parse_community(const char *s, uint32_t *out);
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
