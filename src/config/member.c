/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The members of options apart from their text: freeing and comparing them by
 * the type in the option's row.
 */

#include "config/option.h"

#include "config/report.h"

#include <stdlib.h>
#include <string.h>

#define MEMBER(object, at)       ((void *)((char *)(object) + (at)))
#define MEMBER_CONST(object, at) ((const void *)((const char *)(object) + (at)))

static bool is_raw(const config_option_t *option)
{
	return option->type >= CONFIG_RAW_RANGES;
}

void option_clear(const config_option_t *option, void *object)
{
	void *member = MEMBER(object, option->at);

	switch ((int)option->type)
	{
		case CONFIG_IFADDRS:
			free(*(ifaddr_t **)member);
			*(ifaddr_t **)member = NULL;
			*(size_t *)MEMBER(object, option->count_at) = 0;
			break;
		case CONFIG_PREFIXES:
		case CONFIG_PROTECT:
			free(((config_prefixes_t *)member)->list);
			*(config_prefixes_t *)member = (config_prefixes_t){.count = 0};
			break;
		case CONFIG_PROTOCOLS:
			free(((config_redistribute_t *)object)->protocols);
			((config_redistribute_t *)object)->protocols = NULL;
			((config_redistribute_t *)object)->n_protocols = 0;
			break;
		case CONFIG_NETMAP:
			free(((config_netmaps_t *)member)->list);
			*(config_netmaps_t *)member = (config_netmaps_t){.count = 0};
			break;
		case CONFIG_ALLOW:
			free(((config_allows_t *)member)->list);
			*(config_allows_t *)member = (config_allows_t){.count = 0};
			break;
		case CONFIG_LINKS:
			strings_deinit(member);
			break;
		case CONFIG_LINK:
		case CONFIG_WORD:
		case CONFIG_ONE_OF:
		case CONFIG_SECRET:
			free(*(char **)member);
			*(char **)member = NULL;
			break;
	}
}

static bool ifaddrs_equal(const ifaddr_t *a, size_t na, const ifaddr_t *b,
						  size_t nb)
{
	if (na != nb)
	{
		return false;
	}
	for (size_t i = 0; i < na; i++)
	{
		if (!addr_equal(&a[i].addr, &b[i].addr) || a[i].len != b[i].len)
		{
			return false;
		}
	}
	return true;
}

static bool prefixes_equal(const config_prefixes_t *a,
						   const config_prefixes_t *b)
{
	if (a->count != b->count)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		if (!prefix_equal(&a->list[i], &b->list[i]))
		{
			return false;
		}
	}
	return true;
}

static bool netmaps_equal(const config_netmaps_t *a, const config_netmaps_t *b)
{
	if (a->count != b->count)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		if (!prefix_equal(&a->list[i].inside, &b->list[i].inside) ||
			!prefix_equal(&a->list[i].mapped, &b->list[i].mapped))
		{
			return false;
		}
	}
	return true;
}

static bool allows_equal(const config_allows_t *a, const config_allows_t *b)
{
	if (a->count != b->count || a->limited != b->limited)
	{
		return false;
	}
	for (size_t i = 0; i < a->count; i++)
	{
		const config_allow_t *x = &a->list[i], *y = &b->list[i];

		if (!prefix_equal(&x->to, &y->to) ||
			!prefix_equal(&x->from, &y->from) || x->protocol != y->protocol ||
			x->port_first != y->port_first || x->port_last != y->port_last)
		{
			return false;
		}
	}
	return true;
}

static bool protocols_equal(const config_redistribute_t *a,
							const config_redistribute_t *b)
{
	return a->connected == b->connected && a->n_protocols == b->n_protocols &&
		   (!a->n_protocols || !memcmp(a->protocols, b->protocols,
									   a->n_protocols * sizeof(*a->protocols)));
}

static bool texts_equal(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool option_equal(const config_option_t *option, const void *a, const void *b)
{
	const void *ma = MEMBER_CONST(a, option->at);
	const void *mb = MEMBER_CONST(b, option->at);
	const void *sa = MEMBER_CONST(a, option->count_at);
	const void *sb = MEMBER_CONST(b, option->count_at);

	if (is_raw(option))
	{
		return true; /* the rule's own lists hold them */
	}
	switch ((int)option->type)
	{
		case CONFIG_ADDRESS:
			return addr_equal(ma, mb);
		case CONFIG_IFADDRS:
			return ifaddrs_equal(*(ifaddr_t *const *)ma, *(const size_t *)sa,
								 *(ifaddr_t *const *)mb, *(const size_t *)sb);
		case CONFIG_PROTECT:
			return prefixes_equal(ma, mb) &&
				   *(const bool *)sa == *(const bool *)sb;
		case CONFIG_PREFIX:
			return prefix_equal(ma, mb);
		case CONFIG_PROTOCOLS:
			return protocols_equal(a, b);
		case CONFIG_PREFIXES:
			return prefixes_equal(ma, mb);
		case CONFIG_NETMAP:
			return netmaps_equal(ma, mb);
		case CONFIG_ALLOW:
			return allows_equal(ma, mb);
		case CONFIG_LINKS:
			return strings_equal(ma, mb);
		case CONFIG_LINK:
		case CONFIG_WORD:
		case CONFIG_ONE_OF:
		case CONFIG_SECRET:
			return texts_equal(*(char *const *)ma, *(char *const *)mb);
		default: /* plain values */
			return !memcmp(ma, mb, option->size);
	}
}
