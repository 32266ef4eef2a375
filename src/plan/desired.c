/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the kernel's small objects should be. A link that is not there yet has
 * no index, so that what stands on it (addresses, its sysctl) is planned when
 * the link's own event has come: the caller plans anew after each event.
 */

#include "plan/desired.h"

#include <stdio.h>
#include <string.h>

/** of the unreachable routes: any other route is better */
#define METRIC_WORST UINT32_MAX

static void plan_link(const plan_tunnel_t *tunnel, kernel_state_t *out)
{
	kernel_link_t link = {
		.index = tunnel->link,
		.kind = KERNEL_LINK_XFRM,
		.if_id = tunnel->if_id,
		.mtu = tunnel->mtu,
		.up = true,
	};

	snprintf(link.name, sizeof(link.name), "%s", tunnel->config->link);
	snprintf(link.alias, sizeof(link.alias), "cygnet %s/%s",
			 tunnel->bundle->name, tunnel->config->name);
	kernel_state_add_link(out, &link);
}

static void plan_addresses(const plan_tunnel_t *tunnel, kernel_state_t *out)
{
	for (size_t i = 0; i < tunnel->config->n_addresses; i++)
	{
		kernel_addr_t addr = {
			.link = tunnel->link,
			.ifaddr = tunnel->config->addresses[i],
		};

		kernel_state_add_addr(out, &addr);
	}
}

/** return traffic may come by another member than the one it left by */
static void plan_rp_filter(const plan_tunnel_t *tunnel, kernel_state_t *out)
{
	char path[sizeof(((kernel_sysctl_t *)0)->path)];

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter",
			 tunnel->config->link);
	kernel_state_add_sysctl(out, path, "2");
}

static void plan_pin(const plan_underlay_t *u, kernel_state_t *out)
{
	prefix_t host = prefix_make(&u->peer, addr_bits(&u->peer));
	kernel_rule_t rule = {
		.priority = KERNEL_PIN_PRIORITY,
		.dst = host,
		.table = KERNEL_PIN_TABLE,
		.protocol = KERNEL_PROTO,
	};
	kernel_route_t route = {
		.dst = host,
		.table = KERNEL_PIN_TABLE,
		.type = KERNEL_UNICAST,
		.link = u->link,
		.gateway = u->gateway,
		.source = u->source,
		.protocol = KERNEL_PROTO,
	};

	kernel_state_add_rule(out, &rule);
	kernel_state_add_route(out, &route);
}

static bool pinned_before(const plan_input_t *in, size_t i)
{
	for (size_t k = 0; k < i; k++)
	{
		if (in->underlays[k].found &&
			addr_equal(&in->underlays[k].peer, &in->underlays[i].peer))
		{
			return true;
		}
	}
	return false;
}

static bool bundle_forwards(const plan_input_t *in,
							const config_bundle_t *bundle)
{
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		if (in->tunnels[i].bundle == bundle && in->tunnels[i].forwarding)
		{
			return true;
		}
	}
	return false;
}

/** two bundles may protect the same, or an aggregate be it */
static bool is_planned(const kernel_state_t *out, const kernel_route_t *route)
{
	for (size_t i = 0; i < out->n_routes; i++)
	{
		if (kernel_route_same_place(&out->routes[i], route))
		{
			return true;
		}
	}
	return false;
}

static void plan_dead_end(const plan_input_t *in, const prefix_t *prefix,
						  kernel_state_t *out)
{
	kernel_route_t route = {
		.dst = *prefix,
		.table = in->config->table,
		.metric = METRIC_WORST,
		.type = KERNEL_UNREACHABLE,
		.protocol = KERNEL_PROTO,
	};

	if (!is_planned(out, &route))
	{
		kernel_state_add_route(out, &route);
	}
}

static void plan_unreachable(const plan_input_t *in,
							 const config_bundle_t *bundle, kernel_state_t *out)
{
	if (bundle->when_down != CONFIG_DOWN_UNREACHABLE ||
		bundle_forwards(in, bundle))
	{
		return;
	}
	for (size_t i = 0; i < bundle->protect.count; i++)
	{
		plan_dead_end(in, &bundle->protect.list[i], out);
	}
}

static void plan_sysctls(const config_t *config, kernel_state_t *out)
{
	if (config->multipath_hash == CONFIG_SET)
	{
		kernel_state_add_sysctl(out, "net/ipv4/fib_multipath_hash_policy", "1");
		kernel_state_add_sysctl(out, "net/ipv6/fib_multipath_hash_policy", "1");
	}
	if (config->nexthop_compat == CONFIG_SET)
	{
		kernel_state_add_sysctl(out, "net/ipv4/nexthop_compat_mode", "0");
	}
	if (config->forwarding == CONFIG_SET)
	{
		kernel_state_add_sysctl(out, "net/ipv4/ip_forward", "1");
		kernel_state_add_sysctl(out, "net/ipv6/conf/all/forwarding", "1");
	}
}

void plan_kernel(const plan_input_t *in, kernel_state_t *out)
{
	if (!in->config->present)
	{
		return;
	}
	for (size_t i = 0; i < in->n_tunnels; i++)
	{
		const plan_tunnel_t *tunnel = &in->tunnels[i];

		if (tunnel->config->interface || !tunnel->if_id)
		{
			continue;
		}
		plan_link(tunnel, out);
		if (tunnel->link)
		{
			plan_addresses(tunnel, out);
			plan_rp_filter(tunnel, out);
		}
	}
	for (size_t i = 0; in->config->pin_underlay && i < in->n_underlays; i++)
	{
		if (in->underlays[i].found && !pinned_before(in, i))
		{
			plan_pin(&in->underlays[i], out);
		}
	}
	for (size_t i = 0; i < in->config->n_bundles; i++)
	{
		plan_unreachable(in, &in->config->bundles[i], out);
	}
	for (size_t i = 0; i < in->n_aggregates; i++)
	{
		plan_dead_end(in, &in->aggregates[i], out);
	}
	plan_sysctls(in->config, out);
}
