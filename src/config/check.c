/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Checks of the root and the bundles, and what the other checks share.
 */

#include "config/check.h"

#include "config/profile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

const char *path_bundle(char buf[static CONFIG_PATH_MAX],
						const config_bundle_t *bundle)
{
	snprintf(buf, CONFIG_PATH_MAX, "cygnet.bundles.%s", bundle->name);
	return buf;
}

const char *path_tunnel(char buf[static CONFIG_PATH_MAX],
						const config_bundle_t *bundle,
						const config_tunnel_t *tunnel)
{
	snprintf(buf, CONFIG_PATH_MAX, "cygnet.bundles.%s.tunnels.%s", bundle->name,
			 tunnel->name);
	return buf;
}

const char *path_neighbor(char buf[static CONFIG_PATH_MAX],
						  const config_bundle_t *bundle,
						  const config_tunnel_t *tunnel,
						  const config_neighbor_t *neighbor)
{
	if (!tunnel)
	{
		snprintf(buf, CONFIG_PATH_MAX, "cygnet.neighbors.%s", neighbor->name);
		return buf;
	}
	snprintf(buf, CONFIG_PATH_MAX, "cygnet.bundles.%s.tunnels.%s.neighbor%s",
			 bundle->name, tunnel->name,
			 strchr(neighbor->name, '/') ? "6" : "");
	return buf;
}

bool address_usable(const ifaddr_t *address)
{
	prefix_t network = ifaddr_prefix(address);
	uint32_t host, mask;

	if (addr_is_unspecified(&address->addr) ||
		addr_is_multicast(&address->addr) || addr_is_loopback(&address->addr))
	{
		return false;
	}
	if (address->addr.family != FAMILY_IPV4 || address->len > 30)
	{
		return true; /* RFC 3021: both of a /31 are hosts */
	}
	mask = address->len ? UINT32_MAX >> address->len : UINT32_MAX;
	host = addr_to_v4(&address->addr) & mask;
	return !addr_equal(&network.addr, &address->addr) && host != mask;
}

const ifaddr_t *tunnel_address(const config_tunnel_t *tunnel, family_t family)
{
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		if (tunnel->addresses[i].addr.family == family)
		{
			return &tunnel->addresses[i];
		}
	}
	return NULL;
}

const config_connection_t *connection_find(const config_t *config,
										   const char *name)
{
	for (size_t i = 0; i < config->n_connections; i++)
	{
		if (!strcmp(config->connections[i].name, name))
		{
			return &config->connections[i];
		}
	}
	return NULL;
}

/** the address in remote_addrs that lies in the prefix, from the i-th of the
 * connection on; NULL: none */
static const char *next_covered(const config_connection_t *connection,
								const prefix_t *prefix, size_t *i)
{
	addr_t addr;

	while (*i < connection->remote_addrs.count)
	{
		const char *remote = connection->remote_addrs.list[(*i)++];

		if (addr_parse(remote, &addr) && prefix_contains_addr(prefix, &addr))
		{
			return remote;
		}
	}
	return NULL;
}

void check_covering(config_load_t *load, const prefix_t *prefix,
					const char *path, const char *key, const char *what)
{
	const config_t *config = load->config;
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_connection_t *connection = &config->connections[i];
		const char *remote;
		size_t j = 0;

		while ((remote = next_covered(connection, prefix, &j)))
		{
			report_error(load->report, path, key,
						 "%s covers %s, the peer's outer address in "
						 "connections.%s: %s",
						 prefix_format(prefix, text), remote, connection->name,
						 what);
		}
	}
}

void check_swallowing(config_load_t *load, const prefix_t *prefix,
					  const char *path, const char *key)
{
	const config_t *config = load->config;
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < config->n_connections && !config->pin_underlay; i++)
	{
		const config_connection_t *connection = &config->connections[i];
		const char *remote;
		size_t j = 0;

		while ((remote = next_covered(connection, prefix, &j)))
		{
			report_warning(load->report, path, key,
						   "%s covers %s, the peer's outer address in "
						   "connections.%s, and pin_underlay is off: without a "
						   "route of your own to it, IKE goes into the tunnel",
						   prefix_format(prefix, text), remote,
						   connection->name);
		}
	}
}

/** the first address that could be the router id, for the error's remedy */
static const ifaddr_t *any_ipv4(const config_t *config)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		for (size_t j = 0; j < config->bundles[i].n_tunnels; j++)
		{
			const ifaddr_t *address =
				tunnel_address(&config->bundles[i].tunnels[j], FAMILY_IPV4);

			if (address)
			{
				return address;
			}
		}
	}
	return NULL;
}

static bool has_neighbor(const config_t *config)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		for (size_t j = 0; j < config->bundles[i].n_tunnels; j++)
		{
			if (config->bundles[i].tunnels[j].n_neighbors)
			{
				return true;
			}
		}
	}
	return config->n_neighbors != 0;
}

static void check_root(config_load_t *load)
{
	const config_t *config = load->config;
	char text[ADDR_STR_MAX];

	if (!config->n_bundles && !config->n_neighbors &&
		!load->report->errors.count)
	{
		report_warning(load->report, "cygnet", NULL,
					   "there is no bundle and no neighbour: nothing to do");
	}
	if (!has_neighbor(config))
	{
		return;
	}
	if (!load_was_written(load, config, CONFIG_IN_ROOT, "asn"))
	{
		report_error(load->report, "cygnet", "asn",
					 "is required with BGP neighbours: the site's own AS "
					 "number, for example a private one (64512 to 65534)");
	}
	else if ((config->asn >= 64496 && config->asn <= 64511) ||
			 (config->asn >= 65536 && config->asn <= 65551))
	{
		report_warning(load->report, "cygnet", "asn",
					   "%" PRIu32 " is for documentation (RFC 5398); private "
					   "ones are 64512 to 65534",
					   config->asn);
	}
	if (!load_was_written(load, config, CONFIG_IN_ROOT, "router_id"))
	{
		const ifaddr_t *address = any_ipv4(config);

		report_error(load->report, "cygnet", "router_id",
					 "is required with BGP neighbours: an IPv4 address of this "
					 "gateway that does not change%s%s",
					 address ? ", for example " : "",
					 address ? addr_format(&address->addr, text) : "");
	}
	if (!config->advertise.count && !config->n_redistribute &&
		!config->n_aggregates &&
		!load_was_written(load, config, CONFIG_IN_ROOT, "advertise"))
	{
		report_warning(load->report, "cygnet", "advertise",
					   "is empty: the neighbours are told of no prefix of this "
					   "site");
	}
}

static void check_protect(config_load_t *load, const char *path,
						  const config_bundle_t *bundle)
{
	for (size_t i = 0; i < bundle->protect.count && !bundle->protect_default;
		 i++)
	{
		check_covering(load, &bundle->protect.list[i], path, "protect",
					   "the leak guard would drop the IKE to it");
	}
}

static void check_bundle(config_load_t *load, const config_bundle_t *bundle)
{
	const config_t *config = load->config;
	char path[CONFIG_PATH_MAX];

	path_bundle(path, bundle);
	if (!bundle->n_tunnels)
	{
		report_error(load->report, path, NULL,
					 "has no tunnel: write tunnels { NAME { ... } }");
	}
	if (bundle->mode == CONFIG_ACTIVE_ACTIVE &&
		bundle->n_tunnels > config->multipath)
	{
		report_warning(load->report, path, NULL,
					   "has %zu tunnels, but cygnet.multipath uses %u at once",
					   bundle->n_tunnels, config->multipath);
	}
	check_protect(load, path, bundle);
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = &bundle->tunnels[i];

		if (bundle->mode == CONFIG_ACTIVE_ACTIVE && tunnel->priority)
		{
			path_tunnel(path, bundle, tunnel);
			report_warning(load->report, path, "priority",
						   "has no effect in an active-active bundle");
		}
	}
	profile_check(load, bundle);
}

void check_all(config_load_t *load)
{
	check_origins(load);
	check_root(load);
	check_tunnels(load);
	check_passages(load);
	check_neighbors(load);
	for (size_t i = 0; i < load->config->n_bundles; i++)
	{
		check_bundle(load, &load->config->bundles[i]);
	}
	check_policies(load);
	check_connections(load);
}
