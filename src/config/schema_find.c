/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Looking things up in the tables of schema.c, and saying their rows in words.
 */

#include "config/schema.h"

#include "base/suggest.h"
#include "base/text.h"

#include <inttypes.h>
#include <string.h>

const config_option_t *config_schema_option(config_scope_t scope,
											const char *key)
{
	const config_option_t *options;
	size_t count;

	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & 1u << scope && !strcmp(options[i].key, key))
		{
			return &options[i];
		}
	}
	return NULL;
}

const config_section_t *config_schema_section(config_scope_t parent,
											  const char *name)
{
	const config_section_t *sections;
	size_t count;

	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (sections[i].parent == parent && !strcmp(sections[i].name, name))
		{
			return &sections[i];
		}
	}
	return NULL;
}

const char *config_schema_suggest(config_scope_t scope, const char *word)
{
	const config_section_t *sections;
	const config_option_t *options;
	suggest_t suggest;
	size_t count;

	suggest_init(&suggest, word);
	options = config_schema_options(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (options[i].scopes & 1u << scope)
		{
			suggest_offer(&suggest, options[i].key);
		}
	}
	sections = config_schema_sections(&count);
	for (size_t i = 0; i < count; i++)
	{
		if (sections[i].parent == scope && *sections[i].name)
		{
			suggest_offer(&suggest, sections[i].name);
		}
	}
	return suggest.best;
}

/** "a, b or c" */
static void add_names(text_t *text, const char *const *names)
{
	for (size_t i = 0; names[i]; i++)
	{
		text_printf(text, "%s%s",
					!i             ? ""
					: names[i + 1] ? ", "
								   : " or ",
					names[i]);
	}
}

/** types of which every option takes the same; NULL: not one of these */
static const char *words_of(config_type_t type)
{
	static const char *const words[] = {
		[CONFIG_BOOL] = "yes or no",
		[CONFIG_ASN] = "AS number",
		[CONFIG_ROUTER_ID] = "IPv4 address",
		[CONFIG_TABLE] = "main, or 1 to 4294967295",
		[CONFIG_ADDRESS] = "address",
		[CONFIG_IFADDRS] = "ADDRESS/LENGTH, ...",
		[CONFIG_PREFIX] = "ADDRESS/LENGTH",
		[CONFIG_PREFIXES] = "prefixes",
		[CONFIG_PROTECT] = "default, none, or prefixes",
		[CONFIG_LINKS] = "links",
		[CONFIG_LINK] = "link",
		[CONFIG_WORD] = "name",
		[CONFIG_SECRET] = "secret",
		[CONFIG_NETMAP] = "PREFIX to PREFIX, ...",
		[CONFIG_ALLOW] = "none, or PREFIX [from PREFIX] [PROTOCOL [PORTS]], "
						 "...",
		[CONFIG_PROTOCOLS] = "protocols",
		[CONFIG_RAW_RANGES] = "PREFIX [ge N] [le N], ...",
		[CONFIG_RAW_FAMILY] = "ipv4 or ipv6",
		[CONFIG_RAW_YES] = "yes",
		[CONFIG_RAW_SOURCES] = "sources",
		[CONFIG_RAW_ORIGINS] = "igp, egp, incomplete",
		[CONFIG_RAW_ORIGIN] = "igp, egp or incomplete",
		[CONFIG_RAW_NEIGHBORS] = "neighbours",
		[CONFIG_RAW_ASNS] = "AS numbers",
		[CONFIG_RAW_ASN] = "AS number",
		[CONFIG_RAW_AS_PATH] = "expression",
		[CONFIG_RAW_INTERVALS] = "N, N..N, ..N, N..",
		[CONFIG_RAW_NETWORKS] = "prefixes",
		[CONFIG_RAW_ADDRESS] = "address",
		[CONFIG_RAW_PATTERNS] = "communities, * for any part",
		[CONFIG_RAW_EXT_PATTERNS] = "extended communities, * for any part",
		[CONFIG_RAW_LARGE_PATTERNS] = "large communities, * for any part",
		[CONFIG_RAW_COMMUNITIES] = "communities",
		[CONFIG_RAW_EXT_COMMUNITIES] = "extended communities",
		[CONFIG_RAW_LARGE_COMMUNITIES] = "large communities",
	};

	return (size_t)type < countof(words) ? words[type] : NULL;
}

char *config_schema_values(const config_option_t *option)
{
	const char *words = words_of(option->type);
	text_t text = {.len = 0};

	if (words)
	{
		text_add(&text, words);
	}
	else if (option->names)
	{
		add_names(&text, option->names);
	}
	else
	{
		text_printf(&text, "%s%" PRIu64 " to %" PRIu64,
					option->or_zero ? "0, or " : "", option->min, option->max);
	}
	return text_take(&text);
}
