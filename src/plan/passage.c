/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What passes through the tunnels, and as what: the netmap of a bundle by all
 * its members alike, the allow lists of each tunnel.
 */

#include "plan/firewall_parts.h"

static const char *link_of(const config_tunnel_t *config)
{
	return config->interface ? config->interface : config->link;
}

static void netmap(const plan_input_t *in, const config_bundle_t *bundle,
				   fw_model_t *out)
{
	fw_netmap_t *n = fw_model_add_netmap(out, bundle->name);

	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		if (in->tunnels[i].bundle == bundle)
		{
			fw_links_add(&n->links, link_of(in->tunnels[i].config));
		}
	}
	for (size_t i = 0; i < bundle->netmap.count; i++)
	{
		const config_netmap_t *pair = &bundle->netmap.list[i];

		fw_netmap_add(n, &pair->inside, &pair->mapped);
	}
}

static void allow(const config_tunnel_t *tunnel, bool incoming, fw_model_t *out)
{
	const config_allows_t *list =
		incoming ? &tunnel->allow_in : &tunnel->allow_out;
	fw_allow_t *a;

	if (!list->limited)
	{
		return;
	}
	a = fw_model_add_allow(out, tunnel->name, link_of(tunnel), incoming);
	for (size_t i = 0; i < list->count; i++)
	{
		const config_allow_t *rule = &list->list[i];

		fw_allow_add(a, &(fw_pass_t){.to = rule->to,
									 .from = rule->from,
									 .protocol = rule->protocol,
									 .port_first = rule->port_first,
									 .port_last = rule->port_last});
	}
}

/** of a tunnel whose list counts for what comes to us, too */
static void own_traffic(const config_tunnel_t *tunnel, fw_model_t *out)
{
	plan_speakers(tunnel, &out->speakers);
	for (size_t i = 0; i < tunnel->n_addresses; i++)
	{
		fw_peers_add(&out->own, link_of(tunnel), &tunnel->addresses[i].addr);
	}
}

void plan_passages(const plan_input_t *in, fw_model_t *out)
{
	const config_t *config = in->config;

	for (size_t i = 0; i < config->n_bundles; i++)
	{
		if (config->bundles[i].netmap.count)
		{
			netmap(in, &config->bundles[i], out);
		}
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = in->tunnels[i].config;

		allow(tunnel, true, out);
		allow(tunnel, false, out);
		if (tunnel->allow_in.limited)
		{
			own_traffic(tunnel, out);
		}
	}
}
