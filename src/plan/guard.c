/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The firewall's model. The leak guard of a bundle holds configured prefixes,
 * never learned ones: a withdrawn route does not lose its guard. What it must
 * never stop is excepted: what the site advertises and is connected to, and
 * the peers' own outer addresses.
 *
 * The networks within the tunnels are held by a second guard of the bundle: a
 * link's route to them goes with the link. There, what is advertised is
 * no exception, nor is what is connected if it only covers them, as
 * 169.254.0.0/16 on a LAN does.
 */

#include "plan/desired.h"

#include <stdlib.h>
#include <string.h>

#include "plan/firewall_parts.h"
#include "tunnel/mtu.h"

static const char *link_of(const config_tunnel_t *config)
{
	return config->interface ? config->interface : config->link;
}

static void clamp(const plan_tunnel_t *tunnel, fw_model_t *out)
{
	fw_clamp_t *c;

	if (!tunnel->mtu)
	{
		return;
	}
	c = fw_model_add_clamp(out, link_of(tunnel->config));
	c->mss4 = tunnel_mss(tunnel->mtu, FAMILY_IPV4);
	c->mss6 = tunnel_mss(tunnel->mtu, FAMILY_IPV6);
}

static bool has(const fw_prefixes_t *list, const prefix_t *p)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (prefix_equal(&list->list[i], p))
		{
			return true;
		}
	}
	return false;
}

static bool within(const fw_prefixes_t *list, const prefix_t *p)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (prefix_contains(&list->list[i], p))
		{
			return true;
		}
	}
	return false;
}

/** adds it unless it is there */
static void add_once(fw_prefixes_t *list, const prefix_t *p)
{
	if (!has(list, p))
	{
		fw_prefixes_add(list, p);
	}
}

static bool is_member(const plan_input_t *in, uint32_t link)
{
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		if (in->tunnels[i].link == link)
		{
			return true;
		}
	}
	return false;
}

/** what is connected, and the peers: the same for all bundles */
static void excepts(const plan_input_t *in, fw_prefixes_t *out)
{
	for (size_t i = 0; i < in->n_addrs; i++)
	{
		if (!is_member(in, in->addrs[i].link))
		{
			prefix_t net = ifaddr_prefix(&in->addrs[i].ifaddr);

			add_once(out, &net);
		}
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		for (size_t k = 0; k < in->tunnels[i].n_outer; k++)
		{
			const addr_t *peer = &in->tunnels[i].outer[k];
			prefix_t host = prefix_make(peer, addr_bits(peer));

			add_once(out, &host);
		}
	}
}

/** of this side, though it is another name that is advertised */
static void own_networks(const config_t *config, fw_prefixes_t *out)
{
	for (size_t i = 0; i < config->n_bundles; i++)
	{
		const config_netmaps_t *maps = &config->bundles[i].netmap;

		for (size_t k = 0; k < maps->count; k++)
		{
			add_once(out, &maps->list[k].inside);
		}
	}
}

static bool is_listed(const fw_links_t *links, const char *name)
{
	for (size_t i = 0; i < links->count; i++)
	{
		if (strcmp(links->list[i], name) == 0)
		{
			return true;
		}
	}
	return false;
}

static bool has_link(const char *name, const config_strings_t *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (strcmp(list->list[i], name) == 0)
		{
			return true;
		}
	}
	return false;
}

static void add_link(fw_links_t *links, const char *name)
{
	if (!is_listed(links, name))
	{
		fw_links_add(links, name);
	}
}

static void add_links(fw_links_t *links, const config_strings_t *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		add_link(links, list->list[i]);
	}
}

/** no peer can be reached now: which link is the underlay is not known */
static bool no_underlay(const plan_input_t *in)
{
	for (size_t i = 0; i < in->n_underlays; i++)
	{
		if (in->underlays[i].found)
		{
			return false;
		}
	}
	return in->n_underlays > 0;
}

/** is it a link of the bundle's? The private ranges may leave by any bundle */
static bool carries(const plan_tunnel_t *tunnel, const config_bundle_t *bundle)
{
	return tunnel->bundle == bundle || bundle->protect_default;
}

static bool is_carrier(const plan_input_t *in, const config_bundle_t *bundle,
					   const char *link)
{
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		if (carries(&in->tunnels[i], bundle) &&
			strcmp(link_of(in->tunnels[i].config), link) == 0)
		{
			return true;
		}
	}
	return false;
}

/** with `inside`: members, inside and exits are allowed; without: all but the
 * links that the peers are reached by. Until one of those is known (a start
 * before the underlay is up) it might be any, so only members and exits are */
static void guard_links(const plan_input_t *in, const config_bundle_t *bundle,
						fw_guard_t *guard)
{
	guard->links_denied = in->config->inside.count == 0 && !no_underlay(in);
	if (guard->links_denied)
	{
		for (size_t i = 0; i < in->n_underlays; i++)
		{
			const plan_underlay_t *u = &in->underlays[i];

			/* most have the same link; one tunnel may lead through another */
			if (u->found && !is_listed(&guard->links, u->link_name) &&
				!has_link(u->link_name, &bundle->exits) &&
				!is_carrier(in, bundle, u->link_name))
			{
				fw_links_add(&guard->links, u->link_name);
			}
		}
		return;
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		if (carries(&in->tunnels[i], bundle))
		{
			add_link(&guard->links, link_of(in->tunnels[i].config));
		}
	}
	add_links(&guard->links, &in->config->inside);
	add_links(&guard->links, &bundle->exits);
}

static void guard(const plan_input_t *in, const config_bundle_t *bundle,
				  const fw_prefixes_t *beside, fw_model_t *out)
{
	const config_prefixes_t *advertise = &in->config->advertise;
	fw_guard_t *g = fw_model_add_guard(out, bundle->name);
	size_t own;

	for (size_t i = 0; i < bundle->protect.count; i++)
	{
		fw_prefixes_add(&g->protect, &bundle->protect.list[i]);
	}
	for (size_t i = 0; i < advertise->count; i++)
	{
		add_once(&g->except, &advertise->list[i]);
	}
	own = g->except.count;
	for (size_t i = 0; i < beside->count; i++)
	{
		bool there = false;

		for (size_t k = 0; k < own && !there; k++)
		{
			there = prefix_equal(&g->except.list[k], &beside->list[i]);
		}
		if (!there)
		{
			fw_prefixes_add(&g->except, &beside->list[i]);
		}
	}
	own_networks(in->config, &g->except);
	guard_links(in, bundle, g);
}

/** fe80::/64 is */
static bool on_every_link(const addr_t *addr)
{
	return addr->family == FAMILY_IPV6 && addr_is_link_local(addr);
}

/** the networks of the bundle's tunnels, and neighbours beside these */
static void add_networks(const config_bundle_t *bundle, fw_prefixes_t *out)
{
	for (size_t i = 0; i < bundle->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = &bundle->tunnels[i];

		for (size_t k = 0; k < tunnel->n_addresses; k++)
		{
			prefix_t net = ifaddr_prefix(&tunnel->addresses[k]);

			if (!on_every_link(&net.addr))
			{
				add_once(out, &net);
			}
		}
		for (size_t k = 0; k < tunnel->n_neighbors; k++)
		{
			const addr_t *peer = &tunnel->neighbors[k].address;
			prefix_t host = prefix_make(peer, addr_bits(peer));

			if (!on_every_link(peer) && !within(out, &host))
			{
				fw_prefixes_add(out, &host);
			}
		}
	}
}

static void guard_networks(const plan_input_t *in,
						   const config_bundle_t *bundle,
						   const fw_prefixes_t *beside, fw_model_t *out)
{
	fw_prefixes_t all = {0};
	fw_guard_t *g;

	add_networks(bundle, &all);
	if (!all.count)
	{
		return;
	}
	g = fw_model_add_guard(out, bundle->name);
	g->protect = all;
	for (size_t i = 0; i < beside->count; i++)
	{
		if (within(&g->protect, &beside->list[i]))
		{
			fw_prefixes_add(&g->except, &beside->list[i]);
		}
	}
	guard_links(in, bundle, g);
}

void plan_firewall(const plan_input_t *in, fw_model_t *out)
{
	fw_prefixes_t beside = {0};

	if (!in->config->present)
	{
		return;
	}
	excepts(in, &beside);
	for (size_t i = 0; in->config->mss_clamp && i < in->n_tunnels; i++)
	{
		clamp(&in->tunnels[i], out);
	}
	for (size_t i = 0; in->config->leak_guard && i < in->config->n_bundles; i++)
	{
		if (in->config->bundles[i].protect.count)
		{
			guard(in, &in->config->bundles[i], &beside, out);
			guard_networks(in, &in->config->bundles[i], &beside, out);
		}
	}
	free(beside.list);
	plan_inputs(in, out);
	plan_passages(in, out);
}
