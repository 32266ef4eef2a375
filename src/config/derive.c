/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What depends on more than one option: names of links and neighbours,
 * families, inherited policies, the default of `protect`, and the if_ids of
 * connections.
 */

#include "config/check.h"

#include <stdlib.h>
#include <string.h>

/** a fixed if_id as strongSwan reads it (any base), 0: none */
static uint32_t fixed_if_id(const char *text)
{
	unsigned long long value;
	char *end;

	if (!text || text[0] < '0' || text[0] > '9')
	{
		return 0;
	}
	value = strtoull(text, &end, 0);
	/* the two highest stand for %unique-dir and %unique */
	return *end || value > UINT32_MAX - 2 ? 0 : (uint32_t)value;
}

/** the connection's, if both directions agree */
static uint32_t connection_if_id(const config_connection_t *connection)
{
	uint32_t in = connection ? fixed_if_id(connection->if_id_in) : 0;

	return in && in == fixed_if_id(connection->if_id_out) ? in : 0;
}

static void inherit(char **policy, const char *of)
{
	if (!*policy)
	{
		*policy = str_copy(of);
	}
}

/** a profile's keepalive is no longer meant when a shorter hold time is
 * written: a third of that then */
static void derive_keepalive(const config_load_t *load, config_scope_t scope,
							 config_neighbor_t *neighbor)
{
	if (neighbor->hold_time && neighbor->keepalive >= neighbor->hold_time &&
		!load_was_written(load, neighbor, scope, "keepalive"))
	{
		neighbor->keepalive = 0;
	}
}

/** `ipv4` and `ipv6` where nothing is written: what there are addresses for */
static void derive_families(const config_load_t *load, config_scope_t scope,
							const config_tunnel_t *tunnel,
							config_neighbor_t *neighbor)
{
	family_t own = neighbor->address.family;

	if (!load_was_written(load, neighbor, scope, "ipv4"))
	{
		neighbor->ipv4 = tunnel ? tunnel_address(tunnel, FAMILY_IPV4) != NULL
								: own == FAMILY_IPV4;
	}
	if (!load_was_written(load, neighbor, scope, "ipv6"))
	{
		neighbor->ipv6 =
			own == FAMILY_IPV6 ||
			(tunnel && tunnel_address(tunnel, FAMILY_IPV6) != NULL);
	}
}

static void derive_neighbor(const config_load_t *load,
							const config_bundle_t *bundle,
							const config_tunnel_t *tunnel,
							config_neighbor_t *neighbor)
{
	bool second = !strcmp(neighbor->name, "neighbor6");

	free(neighbor->name);
	neighbor->name = str_format("%s%s", tunnel->name, second ? "/6" : "");
	inherit(&neighbor->import_policy, tunnel->import_policy);
	inherit(&neighbor->export_policy, tunnel->export_policy);
	inherit(&neighbor->import_policy, bundle->import_policy);
	inherit(&neighbor->export_policy, bundle->export_policy);
	derive_families(load, CONFIG_IN_NEIGHBOR, tunnel, neighbor);
	derive_keepalive(load, CONFIG_IN_NEIGHBOR, neighbor);
}

static void derive_tunnel(const config_load_t *load,
						  const config_bundle_t *bundle,
						  config_tunnel_t *tunnel)
{
	if (!tunnel->interface && !tunnel->connection)
	{
		tunnel->connection = str_copy(tunnel->name);
	}
	if (tunnel->interface && !tunnel->link)
	{
		tunnel->link = str_copy(tunnel->interface);
	}
	if (!tunnel->link)
	{
		tunnel->link = str_format("cyg-%s", tunnel->name);
	}
	if (tunnel->connection)
	{
		tunnel->if_id =
			connection_if_id(connection_find(load->config, tunnel->connection));
	}
	if (!addr_is_set(&tunnel->bfd_address) && tunnel->n_neighbors)
	{
		tunnel->bfd_address = tunnel->neighbors[0].address;
	}
	for (size_t i = 0; i < tunnel->n_neighbors; i++)
	{
		derive_neighbor(load, bundle, tunnel, &tunnel->neighbors[i]);
	}
}

/** appends what of prefix is in none of the holes */
static void add_without(config_prefixes_t *out, const prefix_t *prefix,
						const config_prefixes_t *holes)
{
	bool touched = false;
	prefix_t half;

	for (size_t i = 0; i < holes->count; i++)
	{
		if (prefix_contains(&holes->list[i], prefix))
		{
			return;
		}
		touched |= prefix_contains(prefix, &holes->list[i]);
	}
	if (!touched)
	{
		out->list = mem_resize(out->list, out->count + 1, sizeof(*out->list));
		out->list[out->count++] = *prefix;
		return;
	}
	half = prefix_make(&prefix->addr, prefix->len + 1u);
	add_without(out, &half, holes);
	half.addr.b[prefix->len / 8] |= (uint8_t)(0x80 >> prefix->len % 8);
	add_without(out, &half, holes);
}

/** the peers' outer addresses too: the guard must not drop IKE itself */
static config_prefixes_t protect_holes(const config_t *config)
{
	config_prefixes_t holes = {.count = config->advertise.count};
	addr_t addr;

	holes.list = mem_array(holes.count + 1, sizeof(*holes.list));
	for (size_t i = 0; i < holes.count; i++)
	{
		holes.list[i] = config->advertise.list[i];
	}
	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_strings_t *remote = &config->connections[i].remote_addrs;

		for (size_t j = 0; j < remote->count; j++)
		{
			if (addr_parse(remote->list[j], &addr))
			{
				holes.list = mem_resize(holes.list, holes.count + 1,
										sizeof(*holes.list));
				holes.list[holes.count++] =
					prefix_make(&addr, addr_bits(&addr));
			}
		}
	}
	return holes;
}

/** the same for all bundles that say nothing of their own */
static config_prefixes_t default_protect(const config_t *config)
{
	static const char *const ranges[] = {"10.0.0.0/8", "172.16.0.0/12",
										 "192.168.0.0/16", "fc00::/7"};
	config_prefixes_t holes = protect_holes(config);
	config_prefixes_t protect = {.count = 0};
	prefix_t range;

	for (size_t i = 0; i < countof(ranges); i++)
	{
		if (prefix_parse(ranges[i], &range))
		{
			add_without(&protect, &range, &holes);
		}
	}
	free(holes.list);
	return protect;
}

void derive_all(config_load_t *load)
{
	config_t *config = load->config;
	config_prefixes_t protect = default_protect(config);

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		config_bundle_t *bundle = &config->bundles[i];

		if (bundle->protect_default && protect.count)
		{
			bundle->protect.list =
				mem_copy(protect.list, protect.count * sizeof(*protect.list));
			bundle->protect.count = protect.count;
		}
		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			derive_tunnel(load, bundle, &bundle->tunnels[j]);
		}
	}
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		derive_families(load, CONFIG_IN_PEER, NULL, &config->neighbors[i]);
	}
	free(protect.list);
}
