/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The firewall's model. The leak guard of a bundle holds configured prefixes,
 * never learned ones: a withdrawn route does not lose its guard. What it must
 * never stop is excepted: what the site advertises and is connected to, and
 * the peers' own outer addresses.
 */

#include "plan/desired.h"

#include <string.h>

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

static void except(fw_prefixes_t *list, const prefix_t *p)
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

static void excepts(const plan_input_t *in, fw_prefixes_t *out)
{
	for (size_t i = 0; i < in->config->advertise.count; i++)
	{
		except(out, &in->config->advertise.list[i]);
	}
	for (size_t i = 0; i < in->n_addrs; i++)
	{
		if (!is_member(in, in->addrs[i].link))
		{
			prefix_t net = ifaddr_prefix(&in->addrs[i].ifaddr);

			except(out, &net);
		}
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		for (size_t k = 0; k < in->tunnels[i].n_outer; k++)
		{
			const addr_t *peer = &in->tunnels[i].outer[k];
			prefix_t host = prefix_make(peer, addr_bits(peer));

			except(out, &host);
		}
	}
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
	for (size_t i = 0; i < links->count; i++)
	{
		if (strcmp(links->list[i], name) == 0)
		{
			return;
		}
	}
	fw_links_add(links, name);
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

			if (u->found && !has_link(u->link_name, &bundle->exits))
			{
				add_link(&guard->links, u->link_name);
			}
		}
		return;
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		if (in->tunnels[i].bundle == bundle)
		{
			add_link(&guard->links, link_of(in->tunnels[i].config));
		}
	}
	add_links(&guard->links, &in->config->inside);
	add_links(&guard->links, &bundle->exits);
}

static void guard(const plan_input_t *in, const config_bundle_t *bundle,
				  fw_model_t *out)
{
	fw_guard_t *g = fw_model_add_guard(out, bundle->name);

	for (size_t i = 0; i < bundle->protect.count; i++)
	{
		fw_prefixes_add(&g->protect, &bundle->protect.list[i]);
	}
	excepts(in, &g->except);
	guard_links(in, bundle, g);
}

void plan_firewall(const plan_input_t *in, fw_model_t *out)
{
	if (!in->config->present)
	{
		return;
	}
	for (size_t i = 0; in->config->mss_clamp && i < in->n_tunnels; i++)
	{
		clamp(&in->tunnels[i], out);
	}
	for (size_t i = 0; in->config->leak_guard && i < in->config->n_bundles; i++)
	{
		if (in->config->bundles[i].protect.count)
		{
			guard(in, &in->config->bundles[i], out);
		}
	}
}
