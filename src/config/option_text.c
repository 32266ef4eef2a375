/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A member back to text, as a person would write it. Secrets are only said to
 * be there: this text goes to socket clients.
 */

#include "config/option_impl.h"

#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/** RT_TABLE_MAIN */
#define TABLE_MAIN 254

#define MEMBER(object, at) ((const void *)((const char *)(object) + (at)))

static uint64_t number_at(const void *member, size_t size)
{
	switch (size)
	{
		case sizeof(uint8_t):
			return *(const uint8_t *)member;
		case sizeof(uint16_t):
			return *(const uint16_t *)member;
		case sizeof(uint32_t):
			return *(const uint32_t *)member;
		default:
			return *(const uint64_t *)member;
	}
}

static void item(text_t *out, const char *words)
{
	text_printf(out, "%s%s", out->len ? ", " : "", words);
}

static char *prefixes_text(const config_prefixes_t *list)
{
	char buf[PREFIX_STR_MAX];
	text_t out = {.len = 0};

	for (size_t i = 0; i < list->count; i++)
	{
		item(&out, prefix_format(&list->list[i], buf));
	}
	return text_take(&out);
}

static char *protect_text(const config_prefixes_t *list, bool by_default)
{
	char *prefixes = list->count ? prefixes_text(list) : str_copy("none");
	char *out;

	if (!by_default)
	{
		return prefixes;
	}
	out = str_format("default (%s)", prefixes);
	free(prefixes);
	return out;
}

static char *ifaddrs_text(const ifaddr_t *list, size_t count)
{
	char buf[ADDR_STR_MAX];
	text_t out = {.len = 0};

	for (size_t i = 0; i < count; i++)
	{
		text_printf(&out, "%s%s/%u", i ? ", " : "",
					addr_format(&list[i].addr, buf), list[i].len);
	}
	return text_take(&out);
}

static char *protocols_text(const config_redistribute_t *r)
{
	char number[8];
	text_t out = {.len = 0};

	if (r->connected)
	{
		item(&out, "connected");
	}
	for (size_t i = 0; i < r->n_protocols; i++)
	{
		snprintf(number, sizeof(number), "%u", r->protocols[i]);
		item(&out, number);
	}
	return text_take(&out);
}

static char *links_text(const config_strings_t *list)
{
	text_t out = {.len = 0};

	for (size_t i = 0; i < list->count; i++)
	{
		item(&out, list->list[i]);
	}
	return text_take(&out);
}

static char *address_text(const addr_t *addr)
{
	char buf[ADDR_STR_MAX];

	return addr_is_set(addr) ? str_copy(addr_format(addr, buf)) : NULL;
}

static char *prefix_text(const prefix_t *prefix)
{
	char buf[PREFIX_STR_MAX];

	return str_copy(prefix_format(prefix, buf));
}

static char *router_id_text(uint32_t id)
{
	addr_t addr = addr_v4(id);

	return id ? address_text(&addr) : NULL;
}

char *option_text(const config_option_t *option, const void *object)
{
	const void *member = MEMBER(object, option->at);
	const void *second = MEMBER(object, option->count_at);

	switch ((int)option->type)
	{
		case CONFIG_BOOL:
			return str_copy(*(const bool *)member ? "yes" : "no");
		case CONFIG_NUMBER:
			return str_format("%" PRIu64, number_at(member, option->size));
		case CONFIG_CHOICE:
			return str_copy(option->names[number_at(member, option->size)]);
		case CONFIG_ASN:
			return *(const uint32_t *)member
					   ? str_format("%" PRIu32, *(const uint32_t *)member)
					   : NULL;
		case CONFIG_ROUTER_ID:
			return router_id_text(*(const uint32_t *)member);
		case CONFIG_TABLE:
			return *(const uint32_t *)member == TABLE_MAIN
					   ? str_copy("main")
					   : str_format("%" PRIu32, *(const uint32_t *)member);
		case CONFIG_ADDRESS:
			return address_text(member);
		case CONFIG_IFADDRS:
			return ifaddrs_text(*(ifaddr_t *const *)member,
								*(const size_t *)second);
		case CONFIG_PREFIX:
			return prefix_text(member);
		case CONFIG_PREFIXES:
			return prefixes_text(member);
		case CONFIG_PROTECT:
			return protect_text(member, *(const bool *)second);
		case CONFIG_NETMAP:
			return option_netmap_text(member);
		case CONFIG_ALLOW:
			return option_allow_text(member);
		case CONFIG_LINKS:
			return links_text(member);
		case CONFIG_PROTOCOLS:
			return protocols_text(object);
		case CONFIG_LINK:
		case CONFIG_WORD:
		case CONFIG_ONE_OF:
			return str_copy(*(char *const *)member);
		case CONFIG_SECRET:
			return *(char *const *)member ? str_copy("a secret") : NULL;
		default: /* raw: the rule's own lists hold them */
			return NULL;
	}
}
