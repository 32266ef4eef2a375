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

/** options that say how far away it is */
static void check_distance(config_load_t *load, const char *path,
						   const config_neighbor_t *neighbor)
{
	if (neighbor->ttl_security && neighbor->multihop)
	{
		report_error(load->report, path, "ttl_security",
					 "excludes multihop: %u alone lets the neighbour be that "
					 "many hops away",
					 neighbor->ttl_security);
	}
	if (neighbor->multihop == 1)
	{
		report_warning(load->report, path, "multihop",
					   "1 reaches no farther than the link");
	}
}

/** options that mean something between two ASes only */
static void check_internal(config_load_t *load, config_scope_t scope,
						   const char *path, const config_neighbor_t *neighbor)
{
	static const char *const external[] = {"as_override", "remove_private_as",
										   "enforce_first_as"};
	uint32_t own = neighbor->local_as ? neighbor->local_as : load->config->asn;

	if (neighbor->role_strict && !neighbor->role)
	{
		report_error(load->report, path, "role_strict",
					 "asks the neighbour for a role without one of ours: write "
					 "role = customer if it is our provider");
	}
	if (!own || neighbor->remote_as != own)
	{
		return;
	}
	if (neighbor->role)
	{
		report_error(load->report, path, "role",
					 "is between two ASes (RFC 9234), but the neighbour is in "
					 "ours: leave it out");
	}
	for (size_t i = 0; i < countof(external); i++)
	{
		if (load_was_written(load, neighbor, scope, external[i]))
		{
			report_warning(load->report, path, external[i],
						   "has no effect on a neighbour of our own AS");
		}
	}
}

static void check_limits(config_load_t *load, config_scope_t scope,
						 const char *path, const config_neighbor_t *neighbor)
{
	if (!neighbor->max_prefix &&
		(load_was_written(load, neighbor, scope, "max_prefix_warn") ||
		 load_was_written(load, neighbor, scope, "max_prefix_action")))
	{
		report_warning(load->report, path, "max_prefix",
					   "is 0, no limit: what is to happen there has no effect");
	}
	if (neighbor->max_prefix_action == CONFIG_LIMIT_WARN &&
		neighbor->max_prefix_restart && !neighbor->max_memory)
	{
		report_warning(load->report, path, "max_prefix_restart",
					   "has no effect with max_prefix_action = warn, which "
					   "ends no session");
	}
}

static void check_common(config_load_t *load, config_scope_t scope,
						 const char *path, const config_neighbor_t *neighbor)
{
	check_timers(load, path, neighbor);
	check_distance(load, path, neighbor);
	check_internal(load, scope, path, neighbor);
	check_limits(load, scope, path, neighbor);
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

static bool link_local(const addr_t *address)
{
	return address->family == FAMILY_IPV6 && addr_is_link_local(address);
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

/** the far end's link-local address: ours has to be known too, and the kernel
 * makes one for links that are not IPsec's alone */
static void check_link_local(config_load_t *load, const char *path,
							 const config_tunnel_t *tunnel,
							 const config_neighbor_t *neighbor)
{
	char text[ADDR_STR_MAX];

	addr_format(&neighbor->address, text);
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		const addr_t *own = &tunnel->addresses[i].addr;

		if (addr_equal(own, &neighbor->address))
		{
			report_error(load->report, path, "address",
						 "%s is our own end of the tunnel", text);
			return;
		}
		if (link_local(own))
		{
			return;
		}
	}
	if (tunnel->connection)
	{
		report_error(load->report, path, "address",
					 "%s is link-local, but the tunnel has no such address: "
					 "add one to the tunnel's 'address', as fe80::2/64",
					 text);
	}
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

	if (link_local(&neighbor->address))
	{
		check_link_local(load, path, tunnel, neighbor);
		return;
	}
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
		if (!neighbor->multihop && neighbor->ttl_security < 2)
		{
			report_error(load->report, path, "address",
						 "%s is not in the tunnel's network (%s/%u); a "
						 "neighbour behind the far end needs multihop or "
						 "ttl_security = 2 or more",
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
	if (neighbor->ipv4 && !tunnel_address(tunnel, FAMILY_IPV4) &&
		neighbor->address.family == FAMILY_IPV6)
	{
		report_warning(load->report, path, "ipv4",
					   "the tunnel has no IPv4 address: the neighbour has to "
					   "take IPv6 next hops (RFC 8950)");
	}
	if (neighbor->ipv6 && !tunnel_address(tunnel, FAMILY_IPV6) &&
		neighbor->address.family == FAMILY_IPV4)
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

			if (on_link(tunnel, &peer->address) && !link_local(&peer->address))
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
	if (link_local(&peer->address) && !peer->interface)
	{
		report_error(load->report, path, "address",
					 "%s is link-local: say the link by interface = ...", text);
	}
	if (peer->interface && !strcmp(peer->interface, "lo"))
	{
		report_error(load->report, path, "interface",
					 "'lo' leads nowhere else");
	}
	check_beside(load, path, peer);
}

/** link-local addresses are told apart by their links */
static bool same_place(const config_neighbor_t *a, const config_neighbor_t *b)
{
	return addr_is_set(&a->address) && addr_equal(&a->address, &b->address) &&
		   !(link_local(&a->address) && a->interface && b->interface &&
			 strcmp(a->interface, b->interface) != 0);
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
		if (same_place(peer, &config->neighbors[i]))
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
