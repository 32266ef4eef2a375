/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is announced as ours: `advertise`, `redistribute`, `aggregates`.
 */

#include "config/check.h"

#include <stdio.h>
#include <string.h>

/** a network that somebody can be told of */
static bool routable(const prefix_t *prefix)
{
	return !prefix->len || !(addr_is_multicast(&prefix->addr) ||
							 addr_is_loopback(&prefix->addr) ||
							 (prefix->addr.family == FAMILY_IPV6 &&
							  addr_is_link_local(&prefix->addr)));
}

static void check_advertise(config_load_t *load)
{
	const config_prefixes_t *prefixes = &load->config->advertise;
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < prefixes->count; i++)
	{
		const prefix_t *prefix = &prefixes->list[i];

		prefix_format(prefix, text);
		if (!routable(prefix))
		{
			report_error(load->report, "cygnet", "advertise",
						 "%s is not a network that can be routed to", text);
			continue;
		}
		for (size_t j = 0; j < i; j++)
		{
			if (prefix_equal(prefix, &prefixes->list[j]))
			{
				report_warning(load->report, "cygnet", "advertise",
							   "%s is there twice", text);
				break;
			}
		}
		if (prefix->len) /* a site may be the way to everywhere */
		{
			check_covering(
				load, prefix, "cygnet", "advertise",
				"the far side would send its IKE into its own tunnel");
		}
	}
}

static void check_redistribute(config_load_t *load,
							   const config_redistribute_t *section)
{
	char path[CONFIG_PATH_MAX];

	snprintf(path, sizeof(path), "cygnet.redistribute.%s", section->name);
	if (!load_was_written(load, section, CONFIG_IN_REDISTRIBUTE, "from"))
	{
		report_error(load->report, path, "from",
					 "is required: connected, static, or a routing protocol's "
					 "name or number");
	}
	check_policy_name(load, path, "policy", section->policy);
}

static void check_aggregate(config_load_t *load, size_t index)
{
	const config_aggregate_t *aggregate = &load->config->aggregates[index];
	const prefix_t *prefix = &aggregate->prefix;
	char path[CONFIG_PATH_MAX];
	char text[PREFIX_STR_MAX];

	snprintf(path, sizeof(path), "cygnet.aggregates.%s", aggregate->name);
	if (!load_was_written(load, aggregate, CONFIG_IN_AGGREGATE, "prefix"))
	{
		report_error(load->report, path, "prefix",
					 "is required: the prefix that is announced");
	}
	if (!addr_is_set(&prefix->addr))
	{
		return;
	}
	prefix_format(prefix, text);
	if (!routable(prefix))
	{
		report_error(load->report, path, "prefix",
					 "%s is not a network that can be routed to", text);
	}
	else if (prefix->len == addr_bits(&prefix->addr))
	{
		report_error(load->report, path, "prefix",
					 "%s is one address, nothing is within it: 'advertise' it "
					 "if it is to be announced",
					 text);
	}
	else if (prefix->len)
	{
		check_covering(load, prefix, path, "prefix",
					   "the far side would send its IKE into its own tunnel");
	}
	for (size_t i = 0; i < index; i++)
	{
		if (prefix_equal(prefix, &load->config->aggregates[i].prefix))
		{
			report_error(load->report, path, "prefix",
						 "%s is that of aggregate '%s': one of the two goes",
						 text, load->config->aggregates[i].name);
			break;
		}
	}
}

void check_origins(config_load_t *load)
{
	check_advertise(load);
	for (size_t i = 0; i < load->config->n_redistribute; i++)
	{
		check_redistribute(load, &load->config->redistribute[i]);
	}
	for (size_t i = 0; i < load->config->n_aggregates; i++)
	{
		check_aggregate(load, i);
	}
}
