/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BGP neighbours: reachable from an address of ours, not ourselves, with
 * timers that hold, and with a next hop for each family.
 */

#include "config/check.h"

#include <stdio.h>
#include <string.h>

static void check_timers(config_load_t *load, const char *path,
						 const config_neighbor_t *neighbor)
{
	if (neighbor->hold_time && neighbor->keepalive >= neighbor->hold_time)
	{
		report_error(load->report, path, "keepalive",
					 "%u is not less than the hold time of %u: a third of it "
					 "is usual",
					 neighbor->keepalive, neighbor->hold_time);
	}
	if (!neighbor->hold_time && neighbor->keepalive)
	{
		report_error(load->report, path, "keepalive",
					 "there are none with hold_time = 0 (RFC 4271)");
	}
	if (!neighbor->hold_time)
	{
		report_warning(load->report, path, "hold_time",
					   "0 never finds that the neighbour is gone");
	}
}

/** address and remote_as, in every section of a neighbour */
static bool check_required(config_load_t *load, config_scope_t scope,
						   const char *path, const config_neighbor_t *neighbor)
{
	if (!load_was_written(load, neighbor, scope, "remote_as"))
	{
		report_error(load->report, path, "remote_as",
					 "is required: the neighbour's AS number");
	}
	if (!load_was_written(load, neighbor, scope, "address"))
	{
		report_error(load->report, path, "address",
					 "is required: the neighbour's address");
	}
	return addr_is_set(&neighbor->address);
}

static void check_common(config_load_t *load, config_scope_t scope,
						 const char *path, const config_neighbor_t *neighbor)
{
	check_timers(load, path, neighbor);
	if (neighbor->local_as && neighbor->local_as == load->config->asn)
	{
		report_warning(load->report, path, "local_as",
					   "is the site's own number anyway");
	}
	if (!neighbor->ipv4 && !neighbor->ipv6 &&
		(load_was_written(load, neighbor, scope, "ipv4") ||
		 load_was_written(load, neighbor, scope, "ipv6")))
	{
		report_warning(load->report, path, NULL,
					   "exchanges no family of routes");
	}
}

/** on the network of an address of ours */
static bool on_link(const config_tunnel_t *tunnel, const addr_t *address)
{
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		prefix_t network = ifaddr_prefix(&tunnel->addresses[i]);

		if (prefix_contains_addr(&network, address))
		{
			return true;
		}
	}
	return false;
}

static void check_reach(config_load_t *load, const char *path,
						const config_tunnel_t *tunnel,
						const config_neighbor_t *neighbor)
{
	family_t family = neighbor->address.family;
	const ifaddr_t *own = tunnel_address(tunnel, family);
	char text[ADDR_STR_MAX], ours[ADDR_STR_MAX];
	ifaddr_t host = {.addr = neighbor->address};
	const char *ip = family == FAMILY_IPV4 ? "IPv4" : "IPv6";

	addr_format(&neighbor->address, text);
	if (!own)
	{
		/* a wrong address is told of where it stands */
		if (tunnel->n_addresses ||
			!load_was_written(load, tunnel, CONFIG_IN_TUNNEL, "address"))
		{
			report_error(load->report, path, "address",
						 "%s is %s, but the tunnel has no %s address: add one "
						 "to the tunnel's 'address'",
						 text, ip, ip);
		}
		return;
	}
	host.len = own->len;
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		if (addr_equal(&tunnel->addresses[i].addr, &neighbor->address))
		{
			report_error(load->report, path, "address",
						 "%s is our own end of the tunnel", text);
			return;
		}
	}
	if (!on_link(tunnel, &neighbor->address))
	{
		if (!neighbor->multihop)
		{
			report_error(load->report, path, "address",
						 "%s is not in the tunnel's network (%s/%u); a "
						 "neighbour behind the far end needs multihop = 2 or "
						 "more",
						 text, addr_format(&own->addr, ours), own->len);
		}
	}
	else if (!address_usable(&host))
	{
		report_error(load->report, path, "address",
					 "%s is not an address of a host", text);
	}
}

static void check_families(config_load_t *load, const char *path,
						   const config_tunnel_t *tunnel,
						   const config_neighbor_t *neighbor)
{
	if (neighbor->ipv4 && !tunnel_address(tunnel, FAMILY_IPV4))
	{
		report_error(load->report, path, "ipv4",
					 "the tunnel has no IPv4 address to be the next hop of "
					 "what we announce");
	}
	if (neighbor->ipv6 && !tunnel_address(tunnel, FAMILY_IPV6))
	{
		report_error(load->report, path, "ipv6",
					 "the tunnel has no IPv6 address to be the next hop of "
					 "what we announce");
	}
}

static void check_tunnel_neighbor(config_load_t *load,
								  const config_bundle_t *bundle,
								  const config_tunnel_t *tunnel,
								  const config_neighbor_t *neighbor)
{
	bool second = strchr(neighbor->name, '/') != NULL;
	char path[CONFIG_PATH_MAX];

	path_neighbor(path, bundle, tunnel, neighbor);
	if (check_required(load, CONFIG_IN_NEIGHBOR, path, neighbor))
	{
		if (second && neighbor->address.family != FAMILY_IPV6)
		{
			report_error(load->report, path, "address",
						 "is for a session over IPv6; write 'neighbor' for "
						 "IPv4");
		}
		check_reach(load, path, tunnel, neighbor);
		check_families(load, path, tunnel, neighbor);
	}
	check_common(load, CONFIG_IN_NEIGHBOR, path, neighbor);
	if (neighbor->multihop == 1)
	{
		report_warning(load->report, path, "multihop",
					   "1 reaches no farther than the link");
	}
}

static void check_tunnel(config_load_t *load, const config_bundle_t *bundle,
						 const config_tunnel_t *tunnel)
{
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < tunnel->n_neighbors; i++)
	{
		check_tunnel_neighbor(load, bundle, tunnel, &tunnel->neighbors[i]);
	}
	if (tunnel->n_neighbors == 2 &&
		tunnel->neighbors[0].address.family == FAMILY_IPV6 &&
		tunnel->neighbors[1].address.family == FAMILY_IPV6)
	{
		report_error(load->report, path_tunnel(path, bundle, tunnel), NULL,
					 "both neighbours are reached over IPv6: one session "
					 "carries both families");
	}
}

/** a neighbour beside tunnels is in no tunnel's network */
static void check_beside(config_load_t *load, const char *path,
						 const config_neighbor_t *peer)
{
	const config_t *config = load->config;
	char text[ADDR_STR_MAX];

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		for (size_t j = 0; j < config->bundles[i].n_tunnels; j++)
		{
			const config_tunnel_t *tunnel = &config->bundles[i].tunnels[j];

			if (on_link(tunnel, &peer->address) &&
				!(peer->address.family == FAMILY_IPV6 &&
				  addr_is_link_local(&peer->address)))
			{
				report_error(load->report, path, "address",
							 "%s is in the network of tunnel '%s': write it as "
							 "that tunnel's neighbor",
							 addr_format(&peer->address, text), tunnel->name);
			}
		}
	}
}

static void check_peer_address(config_load_t *load, const char *path,
							   const config_neighbor_t *peer)
{
	ifaddr_t host = {.addr = peer->address,
					 .len = (uint8_t)addr_bits(&peer->address)};
	const addr_t *local = &peer->local_address;
	char text[ADDR_STR_MAX];

	addr_format(&peer->address, text);
	if (!address_usable(&host))
	{
		report_error(load->report, path, "address",
					 "%s is not an address of a host", text);
	}
	if (addr_is_set(local) && local->family != peer->address.family)
	{
		report_error(load->report, path, "local_address",
					 "is of another family than %s", text);
	}
	else if (addr_is_set(local) && addr_equal(local, &peer->address))
	{
		report_error(load->report, path, "address", "%s is our own end", text);
	}
	if (peer->ipv4 && peer->address.family != FAMILY_IPV4)
	{
		report_error(load->report, path, "ipv4",
					 "there is no IPv4 address of ours to be the next hop in a "
					 "session over IPv6");
	}
	if (peer->ipv6 && peer->address.family != FAMILY_IPV6)
	{
		report_error(load->report, path, "ipv6",
					 "there is no IPv6 address of ours to be the next hop in a "
					 "session over IPv4");
	}
	check_beside(load, path, peer);
}

static void check_peer(config_load_t *load, size_t index)
{
	const config_t *config = load->config;
	const config_neighbor_t *peer = &config->neighbors[index];
	char path[CONFIG_PATH_MAX];
	char text[ADDR_STR_MAX];

	path_neighbor(path, NULL, NULL, peer);
	if (check_required(load, CONFIG_IN_PEER, path, peer))
	{
		check_peer_address(load, path, peer);
	}
	check_common(load, CONFIG_IN_PEER, path, peer);
	if (config_find_tunnel(config, peer->name, NULL))
	{
		report_error(load->report, path, NULL,
					 "there is a tunnel of this name, which is its neighbour's "
					 "name too: use another");
	}
	for (size_t i = 0; i < index; i++)
	{
		if (addr_is_set(&peer->address) &&
			addr_equal(&peer->address, &config->neighbors[i].address))
		{
			report_error(
				load->report, path, "address", "%s is that of neighbour '%s'",
				addr_format(&peer->address, text), config->neighbors[i].name);
		}
	}
}

void check_neighbors(config_load_t *load)
{
	const config_t *config = load->config;

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		for (size_t j = 0; j < config->bundles[i].n_tunnels; j++)
		{
			check_tunnel(load, &config->bundles[i],
						 &config->bundles[i].tunnels[j]);
		}
	}
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		check_peer(load, i);
	}
}
