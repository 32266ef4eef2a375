/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The ways to the peers' outer addresses on the underlay, as the kernel would
 * choose them without our own routes: what pins and the leak guard go by. They
 * are looked up anew after each change that may concern them, and at the audit.
 */

#include "gateway/core_kernel.h"

#include <stdlib.h>
#include <string.h>

const plan_underlay_t *core_underlay(const core_t *core, const addr_t *peer)
{
	for (size_t i = 0; i < core->n_underlays; i++)
	{
		if (addr_equal(&core->underlays[i].peer, peer))
		{
			return &core->underlays[i];
		}
	}
	return NULL;
}

static bool underlay_equal(const plan_underlay_t *a, const plan_underlay_t *b)
{
	return a->found == b->found && a->link == b->link &&
		   addr_equal(&a->gateway, &b->gateway) &&
		   addr_equal(&a->source, &b->source) &&
		   strcmp(a->link_name, b->link_name) == 0;
}

/** the way to one peer now; the old one stays while there is none */
static plan_underlay_t underlay_resolve(core_t *core, const addr_t *peer)
{
	const plan_underlay_t *old = core_underlay(core, peer);
	plan_underlay_t u = {.peer = *peer};
	const kernel_link_t *link;
	kernel_route_t route;
	int error;

	error = core->seams.kernel_ops->route_get(core->seams.kernel, peer, &route);
	if (error)
	{
		return old ? *old : u;
	}
	link = kernel_state_link(&core->seen, route.link);
	u.found = link != NULL;
	u.link = route.link;
	u.gateway = route.gateway;
	u.source = route.source;
	if (link)
	{
		memcpy(u.link_name, link->name, sizeof(u.link_name));
	}
	return u;
}

void core_underlay_update(core_t *core)
{
	plan_underlay_t *list = NULL;
	size_t n = 0;
	bool changed = false;

	core->underlay_dirty = false;
	for (size_t t = 0; t < core->n_tunnels; t++)
	{
		const core_tunnel_t *tunnel = core->tunnels[t];

		for (unsigned i = 0; i < tunnel->n_outer; i++)
		{
			const plan_underlay_t *old = core_underlay(core, &tunnel->outer[i]);

			list = mem_resize(list, n + 1, sizeof(*list));
			list[n] = underlay_resolve(core, &tunnel->outer[i]);
			changed |= !old || !underlay_equal(old, &list[n]);
			n++;
		}
	}
	changed |= n != core->n_underlays;
	free(core->underlays);
	core->underlays = list;
	core->n_underlays = n;
	if (changed)
	{
		core->plan_dirty = true;
		core->pins_dirty = true;
		/* supervisors go by the ways */
		core->peers_dirty = true;
	}
}

static bool has_addr(const core_t *core, const addr_t *addr)
{
	for (size_t i = 0; i < core->seen.n_addrs; i++)
	{
		if (addr_equal(&core->seen.addrs[i].ifaddr.addr, addr))
		{
			return true;
		}
	}
	return false;
}

bool core_underlay_stranded(const core_t *core, const core_tunnel_t *tunnel)
{
	const tunnel_sa_info_t *info = tunnel_sa_info(tunnel->tunnel);

	/* one that never was on a link here is somebody's own arrangement */
	return info && addr_is_set(&tunnel->stood) &&
		   addr_equal(&info->local, &tunnel->stood) &&
		   !has_addr(core, &info->local);
}

void core_underlay_end(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	const tunnel_sa_info_t *info = tunnel_sa_info(tunnel->tunnel);

	if (info && addr_is_set(&info->local) && has_addr(core, &info->local))
	{
		tunnel->stood = info->local;
	}
	core_tunnel_detector(core, tunnel, CORE_DETECTOR_END,
						 core_underlay_stranded(core, tunnel), now);
}

bool core_underlay_elsewhere(const core_t *core, const core_tunnel_t *tunnel)
{
	const plan_underlay_t *u;

	if (!core_underlay_stranded(core, tunnel))
	{
		return false;
	}
	u = core_underlay(core, &tunnel_sa_info(tunnel->tunnel)->remote);
	return u && u->found && addr_is_set(&u->source) &&
		   has_addr(core, &u->source);
}

const addr_t *core_swallowed(core_t *core, const prefix_t *prefix)
{
	for (size_t t = 0; t < core->n_tunnels; t++)
	{
		const core_tunnel_t *tunnel = core->tunnels[t];

		for (unsigned i = 0; i < tunnel->n_outer; i++)
		{
			const plan_underlay_t *u = core_underlay(core, &tunnel->outer[i]);

			if (prefix_contains_addr(prefix, &tunnel->outer[i]) &&
				!(core->config->pin_underlay && u && u->found))
			{
				return &tunnel->outer[i];
			}
		}
	}
	return NULL;
}
