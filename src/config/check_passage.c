/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * netmap and allow lists: each address has one meaning on either side, the far
 * side is told of what it can reach, and members of a bundle agree.
 */

#include "config/check.h"

#include "config/option.h"

/** prefixes are one within the other or apart */
static bool overlap(const prefix_t *a, const prefix_t *b)
{
	return prefix_contains(a, b) || prefix_contains(b, a);
}

static void check_pairs(config_load_t *load, const char *path,
						const config_netmaps_t *maps, size_t i)
{
	const config_netmap_t *a = &maps->list[i];
	char x[PREFIX_STR_MAX], y[PREFIX_STR_MAX];

	for (size_t j = 0; j < maps->count; j++)
	{
		const config_netmap_t *b = &maps->list[j];

		if (overlap(&a->inside, &b->mapped))
		{
			report_error(load->report, path, "netmap",
						 "%s is here, and overlaps %s, by which a network is "
						 "known there: map to a network that neither side uses",
						 prefix_format(&a->inside, x),
						 prefix_format(&b->mapped, y));
		}
		if (j < i && overlap(&a->inside, &b->inside))
		{
			report_error(load->report, path, "netmap",
						 "%s overlaps %s: an address has one other",
						 prefix_format(&a->inside, x),
						 prefix_format(&b->inside, y));
		}
		if (j < i && overlap(&a->mapped, &b->mapped))
		{
			report_error(load->report, path, "netmap",
						 "two networks are mapped to %s and %s, which overlap: "
						 "answers could not be told apart",
						 prefix_format(&a->mapped, x),
						 prefix_format(&b->mapped, y));
		}
	}
}

static void check_address(config_load_t *load, const char *path,
						  const config_netmap_t *pair, const addr_t *addr,
						  const char *tunnel)
{
	const prefix_t *const both[] = {&pair->inside, &pair->mapped};
	char net[PREFIX_STR_MAX], text[ADDR_STR_MAX];

	for (size_t i = 0; i < countof(both); i++)
	{
		if (prefix_contains_addr(both[i], addr))
		{
			report_error(load->report, path, "netmap",
						 "%s holds %s of tunnel '%s': BGP, BFD and probes "
						 "would be translated; give the tunnel another network",
						 prefix_format(both[i], net), addr_format(addr, text),
						 tunnel);
		}
	}
}

static void check_inner(config_load_t *load, const char *path,
						const config_bundle_t *bundle,
						const config_netmap_t *pair)
{
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = &bundle->tunnels[i];

		for (size_t k = 0; k < tunnel->n_addresses; k++)
		{
			check_address(load, path, pair, &tunnel->addresses[k].addr,
						  tunnel->name);
		}
		for (size_t k = 0; k < tunnel->n_neighbors; k++)
		{
			check_address(load, path, pair, &tunnel->neighbors[k].address,
						  tunnel->name);
		}
	}
}

/** it is within something that the neighbours are told of */
static bool announced(const config_t *config, const prefix_t *prefix)
{
	for (size_t i = 0; i < config->advertise.count; i++)
	{
		if (prefix_contains(&config->advertise.list[i], prefix))
		{
			return true;
		}
	}
	for (size_t i = 0; i < config->n_aggregates; i++)
	{
		if (prefix_contains(&config->aggregates[i].prefix, prefix))
		{
			return true;
		}
	}
	return false;
}

static bool has_neighbor(const config_bundle_t *bundle)
{
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		if (bundle->tunnels[i].n_neighbors)
		{
			return true;
		}
	}
	return false;
}

static void check_announced(config_load_t *load, const char *path,
							const config_bundle_t *bundle,
							const config_netmap_t *pair)
{
	const config_t *config = load->config;
	char text[PREFIX_STR_MAX];

	if (!has_neighbor(bundle))
	{
		return;
	}
	/* what is redistributed is known at run time only */
	if (!announced(config, &pair->mapped) && !config->n_redistribute)
	{
		report_warning(load->report, path, "netmap",
					   "the far side is not told of %s: write it in "
					   "cygnet.advertise",
					   prefix_format(&pair->mapped, text));
	}
	/* others may know it by its own addresses */
	if (announced(config, &pair->inside) && config->n_bundles == 1 &&
		!config->n_neighbors && !bundle->export_policy)
	{
		report_warning(load->report, path, "netmap",
					   "the far side is told of %s as well, which it cannot "
					   "reach by that: take it out of cygnet.advertise",
					   prefix_format(&pair->inside, text));
	}
}

/** flows may change the member: what one lets through, the others should */
static void check_lists(config_load_t *load, const config_bundle_t *bundle)
{
	static const char *const keys[] = {"allow_in", "allow_out"};
	char path[CONFIG_PATH_MAX];

	for (size_t k = 0; k < countof(keys); k++)
	{
		const config_option_t *option =
			config_schema_option(CONFIG_IN_TUNNEL, keys[k]);

		for (size_t i = 1; i < bundle->n_tunnels; i++)
		{
			if (!option_equal(option, &bundle->tunnels[0], &bundle->tunnels[i]))
			{
				report_warning(
					load->report,
					path_tunnel(path, bundle, &bundle->tunnels[i]), keys[k],
					"is not that of tunnel '%s': what passes depends on the "
					"tunnel that a flow comes to",
					bundle->tunnels[0].name);
			}
		}
	}
}

void check_passages(config_load_t *load)
{
	for (size_t b = 0; b < load->config->n_bundles; b++)
	{
		const config_bundle_t *bundle = &load->config->bundles[b];
		char path[CONFIG_PATH_MAX];

		path_bundle(path, bundle);
		for (size_t i = 0; i < bundle->netmap.count; i++)
		{
			check_pairs(load, path, &bundle->netmap, i);
			check_inner(load, path, bundle, &bundle->netmap.list[i]);
			check_announced(load, path, bundle, &bundle->netmap.list[i]);
		}
		if (bundle->mode == CONFIG_ACTIVE_ACTIVE)
		{
			check_lists(load, bundle);
		}
	}
}
