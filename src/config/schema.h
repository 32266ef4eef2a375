/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The one table of options: what sections there are, what stands in them, of
 * what type and range, with what default, and one line of text. The loader,
 * the errors, cygnet.conf(5) and the completion all read it; a new option is
 * one row here and one member of config.h.
 */

#ifndef CYGNET_CONFIG_SCHEMA_H
#define CYGNET_CONFIG_SCHEMA_H

#include "config/config.h"

/** the kinds of sections */
typedef enum config_scope_t
{
	CONFIG_IN_ROOT,
	CONFIG_IN_BUNDLE,
	CONFIG_IN_TUNNEL,
	/** neighbor { } and neighbor6 { } of a tunnel */
	CONFIG_IN_NEIGHBOR,
	/** neighbors { NAME { } } beside the bundles */
	CONFIG_IN_PEER,
	CONFIG_IN_REDISTRIBUTE,
	CONFIG_IN_AGGREGATE,
	CONFIG_IN_POLICY,
	CONFIG_IN_RULE,
	CONFIG_IN_MATCH,
	CONFIG_IN_EXCEPT,
	CONFIG_IN_SET,
} config_scope_t;

typedef enum config_shape_t
{
	/** NAME { CHILD { } … }: named elements of an array */
	CONFIG_SHAPE_LIST,
	/** NAME { }: one element of an array, its name is not the user's */
	CONFIG_SHAPE_ONE,
	/** NAME { }: a part of its parent */
	CONFIG_SHAPE_PART,
} config_shape_t;

typedef struct config_section_t
{
	config_scope_t parent;
	config_scope_t scope;
	config_shape_t shape;
	const char *name;
	/** what stands for a child's name in the manual, NULL but for lists */
	const char *placeholder;
	/** in the parent: the array, its count */
	size_t list;
	size_t count;
	/** most elements */
	size_t max;
	/** of an element, and its name in it */
	size_t size;
	size_t name_at;
	const char *text;
} config_section_t;

typedef enum config_type_t
{
	CONFIG_BOOL,      /* bool */
	CONFIG_NUMBER,    /* unsigned of `size` bytes, within min and max */
	CONFIG_CHOICE,    /* enum, by its place in names */
	CONFIG_ASN,       /* uint32_t */
	CONFIG_ROUTER_ID, /* uint32_t, written as an IPv4 address */
	CONFIG_TABLE,     /* uint32_t, or "main" */
	CONFIG_ADDRESS,   /* addr_t */
	CONFIG_IFADDRS,   /* ifaddr_t array, its count at count_at */
	CONFIG_PREFIX,    /* prefix_t */
	CONFIG_PREFIXES,  /* config_prefixes_t */
	CONFIG_PROTECT,   /* config_prefixes_t and a flag at count_at */
	CONFIG_LINKS,     /* config_strings_t: names of links */
	CONFIG_LINK,      /* char *: one of these */
	CONFIG_WORD,      /* char *: one name */
	CONFIG_ONE_OF,    /* char *: one of names */
	CONFIG_SECRET,    /* char *: never shown */
	CONFIG_NETMAP,    /* config_netmaps_t */
	CONFIG_ALLOW,     /* config_allows_t */
	CONFIG_PROTOCOLS, /* those of a config_redistribute_t, and `connected` */
	/* checked here, kept raw in a rule's keys and values */
	CONFIG_RAW_RANGES,
	CONFIG_RAW_FAMILY,
	CONFIG_RAW_YES,
	CONFIG_RAW_SOURCES,
	CONFIG_RAW_ORIGINS,
	CONFIG_RAW_ORIGIN,
	CONFIG_RAW_NEIGHBORS,
	CONFIG_RAW_ASNS,
	CONFIG_RAW_ASN,
	CONFIG_RAW_AS_PATH,
	CONFIG_RAW_INTERVALS,
	CONFIG_RAW_NETWORKS,
	CONFIG_RAW_ADDRESS,
	CONFIG_RAW_PATTERNS,
	CONFIG_RAW_EXT_PATTERNS,
	CONFIG_RAW_LARGE_PATTERNS,
	CONFIG_RAW_COMMUNITIES,
	CONFIG_RAW_EXT_COMMUNITIES,
	CONFIG_RAW_LARGE_COMMUNITIES,
	CONFIG_RAW_NUMBER,
} config_type_t;

typedef struct config_option_t
{
	/** bits 1 << config_scope_t */
	unsigned scopes;
	const char *key;
	config_type_t type;
	/** where in the section's struct, and how large */
	size_t at;
	size_t size;
	size_t count_at;
	/** of numbers, and of the length of secrets */
	uint64_t min;
	uint64_t max;
	/** zero may be written too, though it is below min */
	bool or_zero;
	/** of choices, NULL at the end */
	const char *const *names;
	/** as it would be written; NULL: none, or derived as the text says */
	const char *fallback;
	const char *text;
} config_option_t;

const config_section_t *config_schema_sections(size_t *count);
const config_option_t *config_schema_options(size_t *count);
/** the option of a section by its key; NULL: none */
const config_option_t *config_schema_option(config_scope_t scope,
											const char *key);
/** the section below a section by its name; NULL: none */
const config_section_t *config_schema_section(config_scope_t parent,
											  const char *name);
/** the nearest known option or section name below scope; NULL: none is near */
const char *config_schema_suggest(config_scope_t scope, const char *word);
/** "BOOL", "1 to 255": what may be written, for people; the caller's */
char *config_schema_values(const config_option_t *option);

#endif
