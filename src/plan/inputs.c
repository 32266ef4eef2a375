/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who may come to the gateway itself: for BGP and BFD the neighbours, each by
 * its own tunnel, and those beside tunnels, which may be behind any; for IKE whoever is written in a connection, without limit.
 */

#include "plan/firewall_parts.h"

static const char *link_of(const config_tunnel_t *config)
{
	return config->interface ? config->interface : config->link;
}

void plan_speakers(const config_tunnel_t *tunnel, fw_peers_t *out)
{
	const char *link = link_of(tunnel);
	bool bfd = addr_is_set(&tunnel->bfd_address);

	for (size_t i = 0; i < tunnel->n_neighbors; i++)
	{
		const addr_t *peer = &tunnel->neighbors[i].address;

		fw_peers_add(out, link, peer);
		bfd = bfd && !addr_equal(peer, &tunnel->bfd_address);
	}
	/* an element must not be there twice */
	if (bfd)
	{
		fw_peers_add(out, link, &tunnel->bfd_address);
	}
}

static void ports(const plan_input_t *in, fw_ports_t *out)
{
	const config_t *config = in->config;

	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		fw_links_add(&out->links, link_of(in->tunnels[i].config));
		plan_speakers(in->tunnels[i].config, &out->peers);
	}
	out->strict = config->port_guard == CONFIG_PORTS_STRICT;
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		const addr_t *peer = &config->neighbors[i].address;
		prefix_t host = prefix_make(peer, addr_bits(peer));

		fw_prefixes_add(&out->others, &host);
	}
}

/** as charon takes them: an address, or a network; what else there may be (a
 * name, a range, %any) is known when a tunnel's peer is */
static void known(const char *remote, fw_prefixes_t *out)
{
	prefix_t prefix;
	ifaddr_t network;
	addr_t addr;

	if (addr_parse(remote, &addr))
	{
		prefix = prefix_make(&addr, addr_bits(&addr));
		fw_prefixes_add(out, &prefix);
	}
	else if (ifaddr_parse(remote, &network) && network.len)
	{
		prefix = ifaddr_prefix(&network);
		fw_prefixes_add(out, &prefix);
	}
}

static void ike(const plan_input_t *in, fw_ike_t *out)
{
	const config_t *config = in->config;

	out->rate = config->ike_init_rate;
	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_strings_t *remotes = &config->connections[i].remote_addrs;

		for (size_t k = 0; k < remotes->count; k++)
		{
			known(remotes->list[k], &out->known);
		}
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		for (size_t k = 0; k < in->tunnels[i].n_outer; k++)
		{
			const addr_t *peer = &in->tunnels[i].outer[k];
			prefix_t host = prefix_make(peer, addr_bits(peer));

			fw_prefixes_add(&out->known, &host);
		}
	}
}

void plan_inputs(const plan_input_t *in, fw_model_t *out)
{
	if (in->config->port_guard != CONFIG_PORTS_OPEN)
	{
		ports(in, &out->ports);
	}
	if (in->config->ike_init_rate)
	{
		ike(in, &out->ike);
	}
}
