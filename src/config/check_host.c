/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What of the machine's kernel is in the way of a configuration: switches, and
 * parts that it was built without. All are warnings: who looks may be on
 * another machine, and a module can still be installed.
 */

#include "config/check.h"

#include <stdio.h>
#include <string.h>

/** whose faults these are */
#define HOST "this machine"

#define KERNEL(major, minor) ((unsigned)(major) << 16 | (unsigned)(minor))

/** what a configuration asks of the kernel */
typedef struct needs_t
{
	bool connection;
	bool ipv4;
	bool ipv6;
	bool md5;
	bool resilient;
	bool netmap;
} needs_t;

static void need_prefixes(needs_t *needs, const config_prefixes_t *prefixes)
{
	for (size_t i = 0; i < prefixes->count; i++)
	{
		bool ipv4 = prefixes->list[i].addr.family == FAMILY_IPV4;

		needs->ipv4 |= ipv4;
		needs->ipv6 |= !ipv4;
	}
}

static void need_neighbor(needs_t *needs, const config_neighbor_t *neighbor)
{
	needs->ipv4 |= neighbor->ipv4;
	needs->ipv6 |= neighbor->ipv6;
	needs->md5 |= neighbor->password != NULL;
}

static void need_tunnel(needs_t *needs, const config_tunnel_t *tunnel)
{
	needs->connection |= tunnel->connection != NULL;
	need_prefixes(needs, &tunnel->routes);
	for (size_t i = 0; i < tunnel->n_neighbors; i++)
	{
		need_neighbor(needs, &tunnel->neighbors[i]);
	}
}

static needs_t needs_of(const config_t *config)
{
	needs_t needs = {.connection = false};

	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		need_neighbor(&needs, &config->neighbors[i]);
	}
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		needs.resilient |= bundle->resilient;
		needs.netmap |= bundle->netmap.count != 0;
		need_prefixes(&needs, &bundle->routes);
		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			need_tunnel(&needs, &bundle->tunnels[j]);
		}
	}
	return needs;
}

static void check_forwarding(const config_host_t *host, const char *path,
							 config_report_t *report)
{
	if (host->sysctl(host->user, path) == 0)
	{
		report_warning(report, HOST, NULL,
					   "%s is 0, it forwards nothing: set it to 1, or "
					   "cygnet.forwarding = set",
					   path);
	}
}

/** tunnels' own links get 2 from us; an existing link keeps what it has. Of
 * the link's and that of `all` the larger counts */
static void check_return(const config_host_t *host,
						 const config_bundle_t *bundle, config_report_t *report)
{
	long all = host->sysctl(host->user, "net/ipv4/conf/all/rp_filter");

	for (size_t i = 0; i < bundle->n_tunnels && bundle->n_tunnels > 1; i++)
	{
		const char *link = bundle->tunnels[i].interface;
		char path[64];
		long own;

		if (!link)
		{
			continue;
		}
		snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter", link);
		own = host->sysctl(host->user, path);
		if (own >= 0 && (all > own ? all : own) == 1)
		{
			report_warning(
				report, HOST, NULL,
				"rp_filter of %s is strict: what the far side of tunnel '%s' "
				"sends by it while another is in use here is dropped; set %s "
				"to 2",
				link, bundle->tunnels[i].name, path);
		}
	}
}

static void check_feature(const config_host_t *host, bool needed,
						  const char *option, const char *module,
						  const char *what, config_report_t *report)
{
	if (needed &&
		host->feature(host->user, option, module) == CONFIG_FEATURE_ABSENT)
	{
		report_warning(report, HOST, NULL, "its kernel has no %s (%s): %s",
					   option, module ? module : "built in", what);
	}
}

static void check_version(const config_host_t *host, bool needed,
						  unsigned version, const char *what,
						  config_report_t *report)
{
	if (needed && host->kernel && host->kernel < version)
	{
		report_warning(report, HOST, NULL,
					   "its kernel is %u.%u: %s since %u.%u",
					   host->kernel >> 16, host->kernel & 0xffff, what,
					   version >> 16, version & 0xffff);
	}
}

static void check_kernel(const config_host_t *host, const config_t *config,
						 const needs_t *needs, config_report_t *report)
{
	bool firewall = config->leak_guard || config->mss_clamp ||
					config->port_guard != CONFIG_PORTS_OPEN ||
					config->ike_init_rate;

	check_version(host, true, KERNEL(5, 3), "there are next hop objects",
				  report);
	check_version(host, needs->resilient, KERNEL(5, 13),
				  "there are resilient groups", report);
	check_feature(host, needs->connection, "CONFIG_XFRM_INTERFACE",
				  "xfrm_interface", "IPsec tunnels get no link", report);
	check_feature(host, needs->connection, "CONFIG_INET_ESP", "esp4",
				  "no IPsec over IPv4", report);
	check_feature(host, needs->connection, "CONFIG_XFRM_USER", "xfrm_user",
				  "charon cannot install an SA", report);
	check_feature(host, true, "CONFIG_IP_ROUTE_MULTIPATH", NULL,
				  "of several tunnels one is used", report);
	check_feature(host, config->pin_underlay && needs->connection,
				  "CONFIG_IP_MULTIPLE_TABLES", NULL,
				  "pin_underlay has no effect", report);
	check_feature(host, needs->md5, "CONFIG_TCP_MD5SIG", NULL,
				  "sessions with a password do not come up", report);
	check_feature(host, firewall, "CONFIG_NF_TABLES", "nf_tables",
				  "there is no leak guard, port guard or MSS clamp", report);
	check_feature(host, needs->netmap, "CONFIG_NFT_NAT", "nft_nat",
				  "netmap translates nothing, and no part of the table is "
				  "loaded",
				  report);
	check_feature(host, config->ike_init_rate != 0, "CONFIG_NFT_LIMIT",
				  "nft_limit", "ike_init_rate has no effect", report);
}

/** the link is a tunnel's, with addresses of its */
static bool is_member(const config_t *config, const char *link)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		for (size_t j = 0; j < config->bundles[i].n_tunnels; j++)
		{
			if (!strcmp(config->bundles[i].tunnels[j].link, link))
			{
				return true;
			}
		}
	}
	return false;
}

static void check_inner(const config_host_address_t *own, const prefix_t *net,
						const config_tunnel_t *tunnel, config_report_t *report)
{
	char ours[ADDR_STR_MAX], text[ADDR_STR_MAX];

	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		const ifaddr_t *address = &tunnel->addresses[i];
		prefix_t inner = ifaddr_prefix(address);

		/* a single address may be the link's, lent */
		if (inner.len != addr_bits(&inner.addr) &&
			(prefix_contains(net, &inner) || prefix_contains(&inner, net)))
		{
			report_warning(report, HOST, NULL,
						   "%s has %s/%u, in whose network, or around it, is "
						   "that of tunnel '%s' (%s/%u): what is for one goes "
						   "to the other; give the tunnel another",
						   own->link, addr_format(&own->address.addr, ours),
						   own->address.len, tunnel->name,
						   addr_format(&address->addr, text), address->len);
		}
	}
}

static void check_led_away(const config_host_address_t *own,
						   const prefix_t *net, const config_prefixes_t *routes,
						   const char *whose, config_report_t *report)
{
	char ours[ADDR_STR_MAX], text[PREFIX_STR_MAX];

	for (size_t i = 0; i < routes->count; i++)
	{
		if (prefix_contains(net, &routes->list[i]))
		{
			report_warning(report, HOST, NULL,
						   "%s has %s/%u, a network that holds the static "
						   "route %s of '%s': hosts here or there are not "
						   "reached; where both sites use it, netmap gives "
						   "them other addresses",
						   own->link, addr_format(&own->address.addr, ours),
						   own->address.len,
						   prefix_format(&routes->list[i], text), whose);
		}
	}
}

/** the machine's own networks are not in tunnels */
static void check_address(const config_t *config,
						  const config_host_address_t *own,
						  config_report_t *report)
{
	const addr_t *addr = &own->address.addr;
	prefix_t net = ifaddr_prefix(&own->address);

	if (addr_is_loopback(addr) || !net.len || net.len == addr_bits(addr) ||
		(addr->family == FAMILY_IPV6 && addr_is_link_local(addr)) ||
		is_member(config, own->link))
	{
		return;
	}
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &config->bundles[i];

		check_led_away(own, &net, &bundle->routes, bundle->name, report);
		for (size_t j = 0; j < bundle->n_tunnels; j++)
		{
			const config_tunnel_t *tunnel = &bundle->tunnels[j];

			check_led_away(own, &net, &tunnel->routes, tunnel->name, report);
			check_inner(own, &net, tunnel, report);
		}
	}
}

void config_check_host(const config_t *config, const config_host_t *host,
					   config_report_t *report)
{
	needs_t needs = needs_of(config);

	if (!config->present)
	{
		return;
	}
	if (config->forwarding == CONFIG_CHECK && needs.ipv4)
	{
		check_forwarding(host, "net/ipv4/ip_forward", report);
	}
	if (config->forwarding == CONFIG_CHECK && needs.ipv6)
	{
		check_forwarding(host, "net/ipv6/conf/all/forwarding", report);
	}
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		check_return(host, &config->bundles[i], report);
	}
	for (size_t i = 0; i < host->n_addresses; i++)
	{
		check_address(config, &host->addresses[i], report);
	}
	check_kernel(host, config, &needs, report);
}
