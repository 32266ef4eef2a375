/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is wrong now, in words with the remedy, and the state as the views of
 * src/control want to see it. Nothing is kept here but memory to hand out.
 */

#include "gateway/core_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static void problems_clear(core_t *core)
{
	for (size_t i = 0; i < core->n_problems; i++)
	{
		free(core->problems[i]);
	}
	core->n_problems = 0;
}

void core_view_free(core_t *core)
{
	problems_clear(core);
	free(core->problems);
	free(core->view_tunnels);
	free(core->view_peers);
	free(core->counters);
}

static void problem(core_t *core, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void problem(core_t *core, const char *fmt, ...)
{
	text_t text;
	va_list args;

	text_init(&text);
	va_start(args, fmt);
	text_vprintf(&text, fmt, args);
	va_end(args);
	if (core->n_problems == core->problems_room)
	{
		core->problems_room = core->problems_room ? 2 * core->problems_room : 8;
		core->problems = mem_resize(core->problems, core->problems_room,
									sizeof(*core->problems));
	}
	core->problems[core->n_problems++] = text_take(&text);
}

static bool needs_xfrm(const core_t *core)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->config->connection)
		{
			return true;
		}
	}
	return false;
}

static void seam_problems(core_t *core)
{
	if (core->seams.kernel_problem)
	{
		problem(core, "%s", core->seams.kernel_problem);
	}
	if (core->seams.xfrm_problem && needs_xfrm(core))
	{
		problem(core, "%s", core->seams.xfrm_problem);
	}
	if (core->seams.firewall_problem)
	{
		problem(core, "%s", core->seams.firewall_problem);
	}
	if (core->firewall_error)
	{
		problem(core,
				"table inet %s could not be written: %s (the leak guard "
				"and MSS clamp are not in force)",
				FW_TABLE, strerror(-core->firewall_error));
	}
}

static void route_problems(core_t *core)
{
	if (core->charon_routes)
	{
		problem(core, "%s%s", core->charon_routes,
				core->refused_guarded ? "; routes beyond 1000 are not installed"
									  : "");
	}
	if (core->swallow_words[0])
	{
		problem(core, "%s", core->swallow_words);
	}
	if (core->conflict_words[0])
	{
		problem(core, "%s", core->conflict_words);
	}
}

static void forwarding_problem(core_t *core, const char *path)
{
	char value[24];

	if (core->seams.kernel_ops->sysctl_get(core->seams.kernel, path, value) ==
			0 &&
		strcmp(value, "0") == 0)
	{
		problem(core,
				"%s is 0: this host forwards nothing; set it to 1, or "
				"cygnet.forwarding = set",
				path);
	}
}

static void tunnel_problems(core_t *core, const core_tunnel_t *tunnel)
{
	const core_connection_t *c = tunnel->connection;
	const char *name = tunnel->config->name;

	if (tunnel->config->interface)
	{
		if (!tunnel->link)
		{
			problem(core, "tunnel %s: there is no link %s", name,
					tunnel->config->interface);
		}
		return;
	}
	if (c && c->if_id_unique)
	{
		problem(core,
				"tunnel %s: connection %s has if_id %%unique, which changes at "
				"each restart and reauthentication: give it a fixed if_id_in "
				"and if_id_out",
				name, c->name);
	}
	else if (!tunnel->if_id)
	{
		problem(core,
				"tunnel %s: connection %s has no if_id_in and if_id_out: give "
				"it the same fixed number for both",
				name, c ? c->name : "?");
	}
	else if (c && c->loaded && c->if_id_in != c->if_id_out)
	{
		problem(core,
				"tunnel %s: connection %s has if_id_in %u and if_id_out %u: "
				"they must be the same",
				name, c->name, c->if_id_in, c->if_id_out);
	}
	if (tunnel_state(tunnel->tunnel) != TUNNEL_FORWARDING && c && c->alert[0])
	{
		problem(core, "tunnel %s: %s", name, c->alert);
	}
}

static void problems_collect(core_t *core)
{
	problems_clear(core);
	if (core->config_refused)
	{
		problem(core, "%s", core->config_refused);
	}
	seam_problems(core);
	route_problems(core);
	if (core->config && core->config->present && core->seams.kernel &&
		core->config->forwarding == CONFIG_CHECK)
	{
		forwarding_problem(core, "net/ipv4/ip_forward");
		forwarding_problem(core, "net/ipv6/conf/all/forwarding");
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		tunnel_problems(core, core->tunnels[i]);
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		if (core->neighbors[i]->problem[0])
		{
			problem(core, "neighbor %s: %s", core->neighbors[i]->config->name,
					core->neighbors[i]->problem);
		}
	}
}

static bool pinned(const core_t *core, const core_tunnel_t *tunnel)
{
	for (unsigned i = 0; i < tunnel->n_outer; i++)
	{
		const plan_underlay_t *u = core_underlay(core, &tunnel->outer[i]);

		if (!u || !u->found)
		{
			return false;
		}
	}
	return tunnel->n_outer > 0 && core->config->pin_underlay;
}

static void view_tunnel(const core_t *core, const core_tunnel_t *tunnel,
						const bgp_peer_t **peers, view_tunnel_t *out)
{
	const config_tunnel_t *c = tunnel->config;
	const kernel_link_t *link =
		tunnel->link ? kernel_state_link(&core->seen, tunnel->link) : NULL;

	*out = (view_tunnel_t){
		.bundle = tunnel->bundle,
		.config = c,
		.tunnel = tunnel->tunnel,
		.link = c->interface ? c->interface : c->link,
		.link_index = tunnel->link,
		.mtu = link ? link->mtu : tunnel->mtu,
		.if_id = tunnel->if_id,
		.active = tunnel->active,
		.pinned = pinned(core, tunnel),
		.alert = tunnel->connection ? tunnel->connection->alert : "",
		.alert_at = tunnel->connection ? tunnel->connection->alert_at : 0,
		.peers = peers,
		.n_members = tunnel->members.count,
	};
	for (unsigned i = 0; i < tunnel->members.count; i++)
	{
		out->members[i] = tunnel->members.list[i].id;
	}
	for (unsigned i = 0; i < 2; i++)
	{
		peers[i] = tunnel->neighbors[i] ? tunnel->neighbors[i]->peer : NULL;
	}
}

static void view_counters(core_t *core, view_state_t *view)
{
	size_t max = core->firewall.n_guards;
	int n;

	if (!core->seams.firewall || !core->firewall_applied || !max)
	{
		return;
	}
	core->counters = mem_resize(core->counters, max, sizeof(*core->counters));
	n = core->seams.fw_ops->counters(core->seams.firewall, core->counters, max);
	view->counters = core->counters;
	view->n_counters = n > 0 ? (size_t)n : 0;
}

void core_view(core_t *core, view_state_t *view, usec_t now)
{
	const bgp_peer_t **peers;
	size_t beside = 0;

	problems_collect(core);
	core->view_tunnels =
		mem_resize(core->view_tunnels, core->n_tunnels ? core->n_tunnels : 1,
				   sizeof(*core->view_tunnels));
	core->view_peers = mem_resize(core->view_peers,
								  2 * core->n_tunnels + core->n_neighbors + 1,
								  sizeof(*core->view_peers));
	peers = core->view_peers;
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		view_tunnel(core, core->tunnels[i], peers, &core->view_tunnels[i]);
		peers += 2;
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		if (!core->neighbors[i]->tunnel)
		{
			peers[beside++] = core->neighbors[i]->peer;
		}
	}
	view->now = now;
	view->started = core->started;
	view->config = core->config;
	view->tunnels = core->view_tunnels;
	view->n_tunnels = core->n_tunnels;
	view->neighbors = peers;
	view->bgp = core->bgp;
	view->fib = core->fib;
	view->problems = (const char *const *)core->problems;
	view->n_problems = core->n_problems;
	view_counters(core, view);
}
