/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Tunnels among each other: one name, one link, one network each. The sets
 * are small (CONFIG_TUNNELS_MAX), each pair is looked at once.
 */

#include "config/check.h"

#include <stdio.h>
#include <string.h>

/** a tunnel with where it stands */
typedef struct place_t
{
	const config_bundle_t *bundle;
	const config_tunnel_t *tunnel;
} place_t;

static bool next_place(const config_t *config, size_t *i, size_t *j,
					   place_t *place)
{
	while (*i < config->n_bundles && *j >= config->bundles[*i].n_tunnels)
	{
		(*i)++;
		*j = 0;
	}
	if (*i == config->n_bundles)
	{
		return false;
	}
	place->bundle = &config->bundles[*i];
	place->tunnel = &place->bundle->tunnels[(*j)++];
	return true;
}

static void check_link(config_load_t *load, const place_t *place)
{
	const config_tunnel_t *tunnel = place->tunnel;
	char path[CONFIG_PATH_MAX];

	path_tunnel(path, place->bundle, tunnel);
	if (tunnel->interface && tunnel->connection)
	{
		report_error(load->report, path, NULL,
					 "'interface' and 'connection' exclude each other: a "
					 "tunnel is an existing link, or IPsec");
	}
	if (tunnel->interface && strcmp(tunnel->link, tunnel->interface) != 0)
	{
		report_error(load->report, path, "interface_name",
					 "names the link of a connection; the existing link '%s' "
					 "keeps its name",
					 tunnel->interface);
	}
	if (tunnel->interface && !strcmp(tunnel->interface, "lo"))
	{
		report_error(load->report, path, "interface",
					 "'lo' leads nowhere else");
	}
	if (!tunnel->interface && strlen(tunnel->link) > CONFIG_LINK_NAME_MAX)
	{
		report_error(load->report, path, NULL,
					 "the link's name '%s' is longer than %d bytes, the "
					 "kernel's limit: give it another by interface_name = ...",
					 tunnel->link, CONFIG_LINK_NAME_MAX);
	}
	if (!tunnel->n_addresses && !tunnel->n_neighbors &&
		!load_was_written(load, tunnel, CONFIG_IN_TUNNEL, "address"))
	{
		report_warning(load->report, path, NULL,
					   "has no address and no neighbor: no routes use it");
	}
	if (tunnel->mtu && tunnel->mtu < 1280 &&
		tunnel_address(tunnel, FAMILY_IPV6))
	{
		report_error(load->report, path, "mtu",
					 "%u is too small for IPv6: the kernel drops the addresses "
					 "of a link under 1280",
					 tunnel->mtu);
	}
}

/** the network of an address of ours on the tunnel */
static bool on_tunnel(const config_tunnel_t *tunnel, const addr_t *addr)
{
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		prefix_t net = ifaddr_prefix(&tunnel->addresses[i]);

		if (prefix_contains_addr(&net, addr))
		{
			return true;
		}
	}
	/* an existing link may have addresses of its own */
	return !tunnel->n_addresses || addr_is_link_local(addr);
}

static void check_bfd(config_load_t *load, const place_t *place)
{
	const config_tunnel_t *tunnel = place->tunnel;
	char path[CONFIG_PATH_MAX], text[ADDR_STR_MAX];

	path_tunnel(path, place->bundle, tunnel);
	if (!tunnel->bfd)
	{
		return;
	}
	if (!addr_is_set(&tunnel->bfd_address))
	{
		report_error(load->report, path, "bfd",
					 "there is no neighbor to watch: write bfd_address = ...");
	}
	else if (!on_tunnel(tunnel, &tunnel->bfd_address))
	{
		report_error(load->report, path, "bfd_address",
					 "%s is in none of the tunnel's networks: BFD is spoken on "
					 "link only (RFC 5881)",
					 addr_format(&tunnel->bfd_address, text));
	}
	if (tunnel->bfd_auth != CONFIG_BFD_NONE && !tunnel->bfd_password)
	{
		report_error(load->report, path, "bfd_auth",
					 "has no key: write bfd_password = ...");
	}
	if (tunnel->bfd_password && strlen(tunnel->bfd_password) > 20)
	{
		report_error(load->report, path, "bfd_password",
					 "is longer than 20 bytes, the most that BFD takes");
	}
	if (tunnel->bfd_auth == CONFIG_BFD_NONE && tunnel->bfd_password)
	{
		report_error(load->report, path, "bfd_password",
					 "is not used: write bfd_auth = keyed-sha1 or "
					 "meticulous-sha1");
	}
	if (tunnel->bfd_interval < 50)
	{
		report_warning(load->report, path, "bfd_interval",
					   "%u ms is faster than a busy machine may keep up with: "
					   "50 or more is advised",
					   tunnel->bfd_interval);
	}
}

static void check_probe(config_load_t *load, const place_t *place)
{
	const config_tunnel_t *tunnel = place->tunnel;
	char path[CONFIG_PATH_MAX];

	path_tunnel(path, place->bundle, tunnel);
	if (tunnel->probe_fail > tunnel->probe_window)
	{
		report_error(load->report, path, "probe_fail",
					 "%u can never be lost of %u: raise probe_window",
					 tunnel->probe_fail, tunnel->probe_window);
	}
	if (addr_is_set(&tunnel->probe) && tunnel->n_addresses &&
		!tunnel_address(tunnel, tunnel->probe.family))
	{
		report_error(load->report, path, "probe",
					 "the tunnel has no address of that family to ask from");
	}
}

static void check_routes(config_load_t *load, const char *path,
						 const config_prefixes_t *routes)
{
	const config_prefixes_t *own = &load->config->advertise;
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < routes->count; i++)
	{
		check_swallowing(load, &routes->list[i], path, "routes");
		for (size_t k = 0; k < own->count; k++)
		{
			if (prefix_equal(&routes->list[i], &own->list[k]))
			{
				report_error(load->report, path, "routes",
							 "%s is the site's own: it stands in "
							 "cygnet.advertise",
							 prefix_format(&routes->list[i], text));
			}
		}
	}
}

/** neither a peer's outer address nor the site is at the tunnel's other end */
static void check_own_networks(config_load_t *load, const char *path,
							   const config_tunnel_t *tunnel)
{
	const config_prefixes_t *own = &load->config->advertise;
	char mine[ADDR_STR_MAX], text[PREFIX_STR_MAX];

	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		const ifaddr_t *address = &tunnel->addresses[i];
		prefix_t network = ifaddr_prefix(address);

		if (!address_usable(address))
		{
			continue;
		}
		check_swallowing(load, &network, path, "address");
		for (size_t k = 0; k < own->count; k++)
		{
			const prefix_t *site = &own->list[k];

			/* a tunnel's network is announced as such, or one address of it */
			if (prefix_contains(&network, site) &&
				!prefix_equal(&network, site) &&
				site->len != addr_bits(&site->addr))
			{
				report_warning(load->report, path, "address",
							   "the network of %s/%u holds %s, which "
							   "cygnet.advertise has as the site's own: give "
							   "the tunnel a network of its own, as a /30",
							   addr_format(&address->addr, mine), address->len,
							   prefix_format(site, text));
			}
		}
	}
}

static void check_gateway(config_load_t *load, const place_t *place)
{
	const config_tunnel_t *tunnel = place->tunnel;
	char path[CONFIG_PATH_MAX], text[ADDR_STR_MAX];

	path_tunnel(path, place->bundle, tunnel);
	check_routes(load, path, &tunnel->routes);
	check_own_networks(load, path, tunnel);
	if (addr_is_set(&tunnel->gateway) && !on_tunnel(tunnel, &tunnel->gateway))
	{
		report_error(load->report, path, "gateway",
					 "%s is in none of the tunnel's networks",
					 addr_format(&tunnel->gateway, text));
	}
}

/** what of the addresses needs no second tunnel */
static void check_addresses(config_load_t *load, const place_t *place)
{
	const config_tunnel_t *tunnel = place->tunnel;
	char path[CONFIG_PATH_MAX];
	char text[ADDR_STR_MAX];

	path_tunnel(path, place->bundle, tunnel);
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		const ifaddr_t *address = &tunnel->addresses[i];

		addr_format(&address->addr, text);
		if (!address_usable(address))
		{
			report_error(load->report, path, "address",
						 "%s/%u is not an address of a host", text,
						 address->len);
		}
		for (size_t j = 0; j < i; j++)
		{
			if (addr_equal(&address->addr, &tunnel->addresses[j].addr))
			{
				report_error(load->report, path, "address", "%s is there twice",
							 text);
			}
		}
	}
}

/** one address of ours on many links, as a loopback's, is no mistake */
static bool networks_collide(const ifaddr_t *a, const ifaddr_t *b)
{
	const ifaddr_t *wide = a->len < b->len ? a : b;
	const ifaddr_t *narrow = wide == a ? b : a;
	unsigned bits = addr_bits(&a->addr);
	prefix_t network;

	if (a->addr.family != b->addr.family || wide->len == bits ||
		(bits == 128 &&
		 (addr_is_link_local(&a->addr) || addr_is_link_local(&b->addr))))
	{
		return false;
	}
	network = ifaddr_prefix(wide);
	return prefix_contains_addr(&network, &narrow->addr);
}

static void check_networks(config_load_t *load, const place_t *a,
						   const place_t *b)
{
	char mine[ADDR_STR_MAX], other[ADDR_STR_MAX];
	char path[CONFIG_PATH_MAX];

	for (size_t i = 0; i < b->tunnel->n_addresses; i++)
	{
		for (size_t j = 0; j < a->tunnel->n_addresses; j++)
		{
			const ifaddr_t *x = &b->tunnel->addresses[i];
			const ifaddr_t *y = &a->tunnel->addresses[j];

			if (networks_collide(x, y))
			{
				report_error(load->report,
							 path_tunnel(path, b->bundle, b->tunnel), "address",
							 "the network of %s/%u overlaps that of tunnel "
							 "'%s' (%s/%u): each tunnel needs one of its own",
							 addr_format(&x->addr, mine), x->len,
							 a->tunnel->name, addr_format(&y->addr, other),
							 y->len);
			}
		}
	}
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/** b stands after a; every pair comes here, so a path is made for errors only
 */
static void check_pair(config_load_t *load, const place_t *a, const place_t *b)
{
	const config_tunnel_t *first = a->tunnel, *second = b->tunnel;
	char path[CONFIG_PATH_MAX];

	if (same(first->name, second->name))
	{
		report_error(load->report, path_tunnel(path, b->bundle, second), NULL,
					 "there is a tunnel of this name in bundle '%s': use "
					 "another name, and connection = %s",
					 a->bundle->name, second->name);
		return;
	}
	if (same(first->link, second->link))
	{
		report_error(load->report, path_tunnel(path, b->bundle, second), NULL,
					 "tunnel '%s' has the link '%s' as well", first->name,
					 first->link);
	}
	if (same(first->connection, second->connection))
	{
		report_error(load->report, path_tunnel(path, b->bundle, second), NULL,
					 "tunnel '%s' has the connection '%s' as well", first->name,
					 first->connection);
	}
	check_networks(load, a, b);
}

/** by its own list or one of its tunnels' */
static bool bundle_carries(const config_bundle_t *bundle,
						   const prefix_t *prefix)
{
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		if (config_tunnel_carries(bundle, &bundle->tunnels[i], prefix))
		{
			return true;
		}
	}
	return false;
}

/** a prefix of two bundles may be meant so, as a way that stands by */
static void check_standby(config_load_t *load, const char *path, size_t index,
						  const config_prefixes_t *routes)
{
	const config_bundle_t *bundles = load->config->bundles;
	char text[PREFIX_STR_MAX];

	for (size_t i = 0; i < routes->count; i++)
	{
		for (size_t k = 0; k < index; k++)
		{
			if (bundle_carries(&bundles[k], &routes->list[i]))
			{
				report_warning(load->report, path, "routes",
							   "%s is a static route of bundle '%s' as well, "
							   "which stands before: this way is used when no "
							   "tunnel of that one works; if it is to be "
							   "another network, give one of them another "
							   "prefix",
							   prefix_format(&routes->list[i], text),
							   bundles[k].name);
				break;
			}
		}
	}
}

void check_tunnels(config_load_t *load)
{
	const config_t *config = load->config;
	place_t place, before;
	size_t i = 0, j = 0, n = 0;

	for (size_t b = 0; b < config->n_bundles; b++)
	{
		char path[CONFIG_PATH_MAX];

		path_bundle(path, &config->bundles[b]);
		check_routes(load, path, &config->bundles[b].routes);
		check_standby(load, path, b, &config->bundles[b].routes);
		for (size_t t = 0; t < config->bundles[b].n_tunnels; t++)
		{
			const config_tunnel_t *tunnel = &config->bundles[b].tunnels[t];

			path_tunnel(path, &config->bundles[b], tunnel);
			check_standby(load, path, b, &tunnel->routes);
		}
	}
	while (next_place(config, &i, &j, &place))
	{
		size_t k = 0, l = 0;

		if (n++ == CONFIG_TUNNELS_MAX)
		{
			report_error(load->report, "cygnet.bundles", NULL,
						 "there are more than %d tunnels", CONFIG_TUNNELS_MAX);
			return;
		}
		check_link(load, &place);
		check_addresses(load, &place);
		check_bfd(load, &place);
		check_probe(load, &place);
		check_gateway(load, &place);
		while (next_place(config, &k, &l, &before) &&
			   before.tunnel != place.tunnel)
		{
			check_pair(load, &before, &place);
		}
	}
}
