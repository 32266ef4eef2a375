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

char *config_schema_values(const config_option_t *option)
{
	text_t text = {.len = 0};

	switch (option->type)
	{
		case CONFIG_BOOL:
			text_add(&text, "yes or no");
			break;
		case CONFIG_RAW_YES:
			text_add(&text, "yes");
			break;
		case CONFIG_NUMBER:
		case CONFIG_RAW_NUMBER:
			text_printf(&text, "%s%" PRIu64 " to %" PRIu64,
						option->or_zero ? "0, or " : "", option->min,
						option->max);
			break;
		case CONFIG_CHOICE:
		case CONFIG_ONE_OF:
			add_names(&text, option->names);
			break;
		case CONFIG_ASN:
		case CONFIG_RAW_ASN:
			text_add(&text, "AS number");
			break;
		case CONFIG_ROUTER_ID:
			text_add(&text, "IPv4 address");
			break;
		case CONFIG_TABLE:
			text_add(&text, "main, or 1 to 4294967295");
			break;
		case CONFIG_ADDRESS:
			text_add(&text, "address");
			break;
		case CONFIG_IFADDRS:
			text_add(&text, "ADDRESS/LENGTH, ...");
			break;
		case CONFIG_PREFIX:
			text_add(&text, "ADDRESS/LENGTH");
			break;
		case CONFIG_PROTOCOLS:
			text_add(&text, "protocols");
			break;
		case CONFIG_PREFIXES:
			text_add(&text, "prefixes");
			break;
		case CONFIG_PROTECT:
			text_add(&text, "default, none, or prefixes");
			break;
		case CONFIG_LINKS:
			text_add(&text, "links");
			break;
		case CONFIG_LINK:
			text_add(&text, "link");
			break;
		case CONFIG_WORD:
			text_add(&text, "name");
			break;
		case CONFIG_SECRET:
			text_add(&text, "secret");
			break;
		case CONFIG_RAW_RANGES:
			text_add(&text, "PREFIX [ge N] [le N], ...");
			break;
		case CONFIG_RAW_FAMILY:
			text_add(&text, "ipv4 or ipv6");
			break;
		case CONFIG_RAW_COMMUNITY:
			text_add(&text, "community");
			break;
		case CONFIG_RAW_COMMUNITIES:
			text_add(&text, "communities");
			break;
	}
	return text_take(&text);
}
