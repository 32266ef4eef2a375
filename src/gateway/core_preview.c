/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a reload would touch, told before it is done: tunnels and sessions that
 * would end, policies that run anew, what the firewall and the kernel would
 * hold. It asks the same questions as core_configure does, and plans with the
 * other configuration as the next plan will.
 */

#include "gateway/core_neighbor.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tunnel/mtu.h"

static void effect(core_preview_t *out, core_effect_kind_t kind,
				   const char *name, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

static void effect(core_preview_t *out, core_effect_kind_t kind,
				   const char *name, const char *what, const char *fmt, ...)
{
	text_t text = {.len = 0};
	va_list args;

	va_start(args, fmt);
	text_vprintf(&text, fmt, args);
	va_end(args);
	out->list = mem_resize(out->list, out->count + 1, sizeof(*out->list));
	out->list[out->count++] = (core_effect_t){
		.kind = kind,
		.name = str_copy(name),
		.what = what,
		.words = text_take(&text),
	};
}

void core_preview_deinit(core_preview_t *preview)
{
	for (size_t i = 0; i < preview->count; i++)
	{
		free(preview->list[i].name);
		free(preview->list[i].words);
	}
	free(preview->list);
	*preview = (core_preview_t){.count = 0};
}

const char *core_effect_kind(core_effect_kind_t kind)
{
	static const char *const names[] = {
		[CORE_EFFECT_SPEAKER] = "speaker", [CORE_EFFECT_BUNDLE] = "bundle",
		[CORE_EFFECT_TUNNEL] = "tunnel",   [CORE_EFFECT_NEIGHBOR] = "neighbor",
		[CORE_EFFECT_POLICY] = "policy",   [CORE_EFFECT_FIREWALL] = "firewall",
		[CORE_EFFECT_PIN] = "pin",         [CORE_EFFECT_KERNEL] = "kernel",
	};

	return kind < countof(names) ? names[kind] : "?";
}

/* -- tunnels and neighbours ------------------------------------------------- */

/** the neighbour of that name, at the end of the tunnel or beside all */
static const config_neighbor_t *find_neighbor(const config_t *config,
											  const config_tunnel_t *tunnel,
											  const char *name)
{
	const config_neighbor_t *list =
		tunnel ? tunnel->neighbors : config->neighbors;
	size_t n = tunnel ? tunnel->n_neighbors : config->n_neighbors;

	for (size_t i = 0; i < n; i++)
	{
		if (strcmp(list[i].name, name) == 0)
		{
			return &list[i];
		}
	}
	return NULL;
}

static void policy_test(core_preview_t *out, const core_neighbor_t *n,
						const bgp_policy_t *old, bgp_policy_t *new,
						const char *what, const char *words)
{
	if (!bgp_policy_equal(old, new))
	{
		effect(out, CORE_EFFECT_POLICY, n->config->name, what,
			   "neighbor %s: %s", n->config->name, words);
	}
	bgp_policy_destroy(new);
}

/** a session that goes on */
static void neighbor_changes(core_preview_t *out, const core_t *core,
							 const core_neighbor_t *n, const config_t *config,
							 const config_bundle_t *bundle,
							 const config_neighbor_t *other,
							 const config_tunnel_t *section)
{
	if (core_neighbor_would_refresh(core, n, other, section))
	{
		effect(out, CORE_EFFECT_NEIGHBOR, n->config->name, "refresh",
			   "neighbor %s: it is asked for its routes anew, its session "
			   "stays",
			   n->config->name);
	}
	else if (!config_neighbor_equal(n->config, other))
	{
		effect(out, CORE_EFFECT_NEIGHBOR, n->config->name, "change",
			   "neighbor %s: its settings change, its session stays",
			   n->config->name);
	}
	policy_test(out, n, n->import_policy,
				core_policy_import(config, bundle, other), "import",
				"import policy runs anew over the routes held");
	policy_test(out, n, n->export_policy,
				core_policy_export(config, bundle, other), "export",
				"export policy runs anew, what changes by it is told");
}

static void neighbor_test(core_preview_t *out, const core_t *core,
						  const core_neighbor_t *n, const config_t *config)
{
	const char *tunnel = n->tunnel ? n->tunnel->config->name : NULL;
	const config_bundle_t *bundle = NULL;
	const config_tunnel_t *section =
		tunnel ? config_find_tunnel(config, tunnel, &bundle) : NULL;
	const config_neighbor_t *other;

	if (tunnel && (!section || !core_same_tunnel(n->tunnel->config, section)))
	{
		return; /* told with the tunnel */
	}
	other = find_neighbor(config, section, n->config->name);
	if (!other)
	{
		effect(out, CORE_EFFECT_NEIGHBOR, n->config->name, "remove",
			   "neighbor %s: its session and routes go", n->config->name);
	}
	else if (core_neighbor_would_end(core, n, other, section))
	{
		effect(out, CORE_EFFECT_NEIGHBOR, n->config->name, "reset",
			   "neighbor %s: its session is reset", n->config->name);
	}
	else
	{
		neighbor_changes(out, core, n, config, bundle, other, section);
	}
}

static bool has_neighbor(const core_t *core, const core_tunnel_t *tunnel,
						 const char *name)
{
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		if (core->neighbors[i]->tunnel == tunnel &&
			strcmp(core->neighbors[i]->config->name, name) == 0)
		{
			return true;
		}
	}
	return false;
}

static void neighbors_new(core_preview_t *out, const core_t *core,
						  const core_tunnel_t *tunnel,
						  const config_neighbor_t *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (!has_neighbor(core, tunnel, list[i].name))
		{
			effect(out, CORE_EFFECT_NEIGHBOR, list[i].name, "add",
				   "neighbor %s: it comes", list[i].name);
		}
	}
}

/** no word of its neighbours, which have their own */
static bool tunnel_alone_equal(const config_tunnel_t *a,
							   const config_tunnel_t *b)
{
	config_tunnel_t x = *a, y = *b;

	x.neighbors = y.neighbors = NULL;
	x.n_neighbors = y.n_neighbors = 0;
	return config_tunnel_equal(&x, &y);
}

static void tunnel_test(core_preview_t *out, const core_tunnel_t *tunnel,
						const config_t *config)
{
	const config_tunnel_t *c = tunnel->config;
	const config_bundle_t *bundle = NULL;
	const config_tunnel_t *other = config_find_tunnel(config, c->name, &bundle);

	if (!other)
	{
		effect(out, CORE_EFFECT_TUNNEL, c->name, "remove",
			   "tunnel %s: it goes, and its routes with it", c->name);
	}
	else if (!core_same_tunnel(c, other))
	{
		effect(out, CORE_EFFECT_TUNNEL, c->name, "bounce",
			   "tunnel %s: it is made anew, as its connection or link "
			   "changes%s",
			   c->name,
			   c->connection && core_str_equal(c->connection, other->connection)
				   ? "; its SAs stay"
				   : "");
	}
	else if (c->connection && c->if_id && other->if_id != c->if_id &&
			 !(tunnel->connection && tunnel->connection->loaded))
	{
		effect(out, CORE_EFFECT_TUNNEL, c->name, "bounce",
			   "tunnel %s: its link is made anew with if_id %u", c->name,
			   other->if_id);
	}
	else if (!tunnel_alone_equal(c, other) ||
			 strcmp(bundle->name, tunnel->bundle->name) != 0)
	{
		effect(out, CORE_EFFECT_TUNNEL, c->name, "change",
			   "tunnel %s: its settings change in place", c->name);
	}
}

static void tunnels_new(core_preview_t *out, const core_t *core,
						const config_t *config)
{
	for (size_t b = 0; b < config->n_bundles; b++)
	{
		for (size_t t = 0; t < config->bundles[b].n_tunnels; t++)
		{
			const config_tunnel_t *c = &config->bundles[b].tunnels[t];
			const core_tunnel_t *tunnel = core_tunnel_find(core, c->name);

			if (!tunnel)
			{
				effect(out, CORE_EFFECT_TUNNEL, c->name, "add",
					   "tunnel %s: it comes", c->name);
			}
			else if (core_same_tunnel(tunnel->config, c))
			{
				neighbors_new(out, core, tunnel, c->neighbors, c->n_neighbors);
			}
		}
	}
	neighbors_new(out, core, NULL, config->neighbors, config->n_neighbors);
}

/* -- bundles --------------------------------------------------------------- */

static bool same_routes(const config_prefixes_t *a, const config_prefixes_t *b)
{
	bool same = a->count == b->count;

	for (size_t i = 0; same && i < a->count; i++)
	{
		same = prefix_equal(&a->list[i], &b->list[i]);
	}
	return same;
}

/** what a bundle has that is none of its tunnels'; policies and guards are told
 * of elsewhere */
static void bundle_test(core_preview_t *out, const config_bundle_t *a,
						const config_bundle_t *b)
{
	if (a->mode != b->mode || a->min_links != b->min_links)
	{
		effect(out, CORE_EFFECT_BUNDLE, a->name, "use",
			   "bundle %s: which of its tunnels are used is decided anew, as "
			   "mode or min_links changes; SAs and sessions stay",
			   a->name);
	}
	if (a->resilient != b->resilient ||
		a->resilient_idle_timer != b->resilient_idle_timer ||
		a->resilient_unbalanced_timer != b->resilient_unbalanced_timer)
	{
		effect(out, CORE_EFFECT_BUNDLE, a->name, "groups",
			   "bundle %s: its groups of next hops are made anew, as resilient "
			   "changes; flows may move to other tunnels",
			   a->name);
	}
	if (!same_routes(&a->routes, &b->routes))
	{
		effect(out, CORE_EFFECT_BUNDLE, a->name, "routes",
			   "bundle %s: its static routes change", a->name);
	}
	if (a->when_down != b->when_down)
	{
		effect(out, CORE_EFFECT_BUNDLE, a->name, "when-down",
			   "bundle %s: when_down counts from now on, and at once if none "
			   "of its tunnels forwards",
			   a->name);
	}
	if (a->drain_time != b->drain_time || a->preempt_delay != b->preempt_delay)
	{
		effect(out, CORE_EFFECT_BUNDLE, a->name, "timers",
			   "bundle %s: drain_time or preempt_delay counts from now on; "
			   "nothing moves by that",
			   a->name);
	}
}

static void bundles_test(core_preview_t *out, const config_t *old,
						 const config_t *new)
{
	for (size_t i = 0; i < old->n_bundles; i++)
	{
		for (size_t k = 0; k < new->n_bundles; k++)
		{
			if (strcmp(old->bundles[i].name, new->bundles[k].name) == 0)
			{
				bundle_test(out, &old->bundles[i], &new->bundles[k]);
			}
		}
	}
}

/* -- the firewall and the kernel --------------------------------------------- */

/** as the tunnel will be planned under the section; tunnel NULL: a new one */
static plan_tunnel_t plan_of(const core_t *core, const core_tunnel_t *tunnel,
							 const config_bundle_t *bundle,
							 const config_tunnel_t *section)
{
	core_tunnel_t as = {.config = section};

	if (!tunnel)
	{
		return (plan_tunnel_t){
			.bundle = bundle,
			.config = section,
			.if_id = section->if_id,
			.mtu = section->mtu ? section->mtu : TUNNEL_MTU_DEFAULT,
		};
	}
	as = *tunnel;
	as.config = section;
	as.bundle = bundle;
	return (plan_tunnel_t){
		.bundle = bundle,
		.config = section,
		.link = tunnel->link,
		.if_id = tunnel->if_id,
		.mtu = core_tunnel_mtu(core, &as),
		.forwarding = tunnel_forwarding(tunnel->tunnel),
		.outer = tunnel->outer,
		.n_outer = tunnel->n_outer,
	};
}

/** the firewall's table with a configuration, as things are */
static void plan_table(const core_t *core, const config_t *config,
					   fw_model_t *out)
{
	plan_tunnel_t *list = mem_array(CONFIG_TUNNELS_MAX, sizeof(*list));
	plan_input_t in = {
		.config = config,
		.tunnels = list,
		.underlays = core->underlays,
		.n_underlays = core->n_underlays,
		.addrs = core->seen.addrs,
		.n_addrs = core->seen.n_addrs,
		.links = core->seen.links,
		.n_links = core->seen.n_links,
	};

	for (size_t b = 0; b < config->n_bundles; b++)
	{
		const config_bundle_t *bundle = &config->bundles[b];

		for (size_t t = 0;
			 t < bundle->n_tunnels && in.n_tunnels < CONFIG_TUNNELS_MAX; t++)
		{
			const config_tunnel_t *c = &bundle->tunnels[t];

			list[in.n_tunnels++] =
				plan_of(core, core_tunnel_find(core, c->name), bundle, c);
		}
	}
	plan_firewall(&in, out);
	free(list);
}

/** the guards of that name alone */
static fw_model_t guards_of(const fw_model_t *model, const char *name)
{
	fw_model_t out = {.n_guards = 0};

	for (size_t i = 0; i < model->n_guards; i++)
	{
		if (strcmp(model->guards[i].name, name) == 0)
		{
			/* a bundle's stand side by side; borrowed */
			out.guards = out.guards ? out.guards : &model->guards[i];
			out.n_guards++;
		}
	}
	return out;
}

static const fw_clamp_t *clamp_of(const fw_model_t *model, const char *link)
{
	for (size_t i = 0; i < model->n_clamps; i++)
	{
		if (strcmp(model->clamps[i].link, link) == 0)
		{
			return &model->clamps[i];
		}
	}
	return NULL;
}

static void guards_test(core_preview_t *out, const fw_model_t *old,
						const fw_model_t *new)
{
	for (size_t i = 0; i < old->n_guards; i++)
	{
		const char *name = old->guards[i].name;
		fw_model_t a = guards_of(old, name), b = guards_of(new, name);

		if (a.guards != &old->guards[i] || fw_model_equal(&a, &b))
		{
			continue;
		}
		effect(out, CORE_EFFECT_FIREWALL, name,
			   b.n_guards ? "change" : "remove",
			   "firewall: the leak guard of bundle %s %s", name,
			   b.n_guards ? "is another" : "goes");
	}
	for (size_t i = 0; i < new->n_guards; i++)
	{
		const char *name = new->guards[i].name;
		fw_model_t a = guards_of(old, name), b = guards_of(new, name);

		if (!a.n_guards && b.guards == &new->guards[i])
		{
			effect(out, CORE_EFFECT_FIREWALL, name, "add",
				   "firewall: the leak guard of bundle %s comes", name);
		}
	}
}

static void clamps_test(core_preview_t *out, const fw_model_t *old,
						const fw_model_t *new)
{
	for (size_t i = 0; i < old->n_clamps; i++)
	{
		const fw_clamp_t *a = &old->clamps[i], *b = clamp_of(new, a->link);

		if (!b)
		{
			effect(out, CORE_EFFECT_FIREWALL, a->link, "remove",
				   "firewall: the MSS is not clamped on %s any more", a->link);
		}
		else if (a->mss4 != b->mss4 || a->mss6 != b->mss6)
		{
			effect(out, CORE_EFFECT_FIREWALL, a->link, "change",
				   "firewall: the MSS on %s is clamped to %u and %u (IPv6)",
				   a->link, b->mss4, b->mss6);
		}
	}
	for (size_t i = 0; i < new->n_clamps; i++)
	{
		const fw_clamp_t *b = &new->clamps[i];

		if (!clamp_of(old, b->link))
		{
			effect(out, CORE_EFFECT_FIREWALL, b->link, "add",
				   "firewall: the MSS on %s is clamped to %u and %u (IPv6)",
				   b->link, b->mss4, b->mss6);
		}
	}
}

static void part_test(core_preview_t *out, const char *name, bool was, bool is,
					  const fw_model_t *old, const fw_model_t *new)
{
	if (!fw_model_equal(old, new))
	{
		effect(out, CORE_EFFECT_FIREWALL, name,
			   !was  ? "add"
			   : !is ? "remove"
					 : "change",
			   "firewall: %s %s", name,
			   !was  ? "comes"
			   : !is ? "goes"
					 : "is another");
	}
}

/** what guards the gateway itself; the parts are borrowed */
static void inputs_test(core_preview_t *out, const fw_model_t *old,
						const fw_model_t *new)
{
	const fw_model_t old_ports = {.ports = old->ports},
					 new_ports = {.ports = new->ports},
					 old_ike = {.ike = old->ike}, new_ike = {.ike = new->ike};

	part_test(out, FW_COUNTER_PORTS, fw_model_guards_ports(old),
			  fw_model_guards_ports(new), &old_ports, &new_ports);
	part_test(out, FW_COUNTER_IKE, old->ike.rate, new->ike.rate, &old_ike,
			  &new_ike);
}

/** the netmap of that name alone; borrowed */
static fw_model_t netmap_of(const fw_model_t *model, const char *name)
{
	fw_model_t out = {.n_netmaps = 0};

	for (size_t i = 0; i < model->n_netmaps; i++)
	{
		if (strcmp(model->netmaps[i].name, name) == 0)
		{
			out.netmaps = &model->netmaps[i];
			out.n_netmaps = 1;
		}
	}
	return out;
}

/** the list of that name alone; borrowed */
static fw_model_t allow_of(const fw_model_t *model, const fw_allow_t *like)
{
	fw_model_t out = {.n_allows = 0};

	for (size_t i = 0; i < model->n_allows; i++)
	{
		fw_allow_t *allow = &model->allows[i];

		if (allow->incoming == like->incoming &&
			strcmp(allow->name, like->name) == 0)
		{
			out.allows = allow;
			out.n_allows = 1;
		}
	}
	return out;
}

static void netmap_test(core_preview_t *out, const fw_model_t *old,
						const fw_model_t *new, const char *name)
{
	fw_model_t a = netmap_of(old, name), b = netmap_of(new, name);
	char words[FW_COUNTER_MAX];

	snprintf(words, sizeof(words), FW_COUNTER_NETMAP "%s", name);
	part_test(out, words, a.n_netmaps, b.n_netmaps, &a, &b);
}

static void allow_test(core_preview_t *out, const fw_model_t *old,
					   const fw_model_t *new, const fw_allow_t *allow)
{
	fw_model_t a = allow_of(old, allow), b = allow_of(new, allow);
	char words[FW_COUNTER_MAX];

	snprintf(words, sizeof(words), "%s%s",
			 allow->incoming ? FW_COUNTER_ALLOW_IN : FW_COUNTER_ALLOW_OUT,
			 allow->name);
	part_test(out, words, a.n_allows, b.n_allows, &a, &b);
}

/** what passes through the tunnels: those of before, then new ones */
static void passages_test(core_preview_t *out, const fw_model_t *old,
						  const fw_model_t *new)
{
	for (size_t i = 0; i < old->n_netmaps; i++)
	{
		netmap_test(out, old, new, old->netmaps[i].name);
	}
	for (size_t i = 0; i < new->n_netmaps; i++)
	{
		if (!netmap_of(old, new->netmaps[i].name).n_netmaps)
		{
			netmap_test(out, old, new, new->netmaps[i].name);
		}
	}
	for (size_t i = 0; i < old->n_allows; i++)
	{
		allow_test(out, old, new, &old->allows[i]);
	}
	for (size_t i = 0; i < new->n_allows; i++)
	{
		if (!allow_of(old, &new->allows[i]).n_allows)
		{
			allow_test(out, old, new, &new->allows[i]);
		}
	}
}

static void firewall_test(core_preview_t *out, const core_t *core,
						  const config_t *config)
{
	fw_model_t old, new;

	if (!core->seams.firewall)
	{
		return;
	}
	fw_model_init(&old);
	fw_model_init(&new);
	plan_table(core, core->config, &old);
	plan_table(core, config, &new);
	guards_test(out, &old, &new);
	clamps_test(out, &old, &new);
	inputs_test(out, &old, &new);
	passages_test(out, &old, &new);
	fw_model_deinit(&old);
	fw_model_deinit(&new);
}

/** a tunnel that stays leads to the address */
static bool leads_to(const core_t *core, const config_t *config,
					 const addr_t *peer)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const core_tunnel_t *tunnel = core->tunnels[i];

		for (size_t k = 0; k < tunnel->n_outer; k++)
		{
			if (addr_equal(&tunnel->outer[k], peer) &&
				config_find_tunnel(config, tunnel->config->name, NULL))
			{
				return true;
			}
		}
	}
	return false;
}

static void pin_new(core_preview_t *out, const addr_t *peer)
{
	char buf[ADDR_STR_MAX];

	effect(out, CORE_EFFECT_PIN, addr_format(peer, buf), "add",
		   "kernel: peer %s is pinned to the underlay", buf);
}

/** the peers of a tunnel that comes: as charon has them, else the file */
static void pins_of(core_preview_t *out, const core_t *core,
					const config_t *config, const char *connection)
{
	addr_t peer;

	for (size_t i = 0; i < core->n_connections; i++)
	{
		const core_connection_t *c = core->connections[i];

		if (c->loaded && strcmp(c->name, connection) == 0)
		{
			for (unsigned k = 0; k < c->n_remote; k++)
			{
				pin_new(out, &c->remote[k]);
			}
			return;
		}
	}
	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_connection_t *c = &config->connections[i];

		for (size_t k = 0;
			 strcmp(c->name, connection) == 0 && k < c->remote_addrs.count; k++)
		{
			if (addr_parse(c->remote_addrs.list[k], &peer))
			{
				pin_new(out, &peer);
			}
		}
	}
}

static void pins_new(core_preview_t *out, const core_t *core,
					 const config_t *config)
{
	for (size_t b = 0; b < config->n_bundles; b++)
	{
		for (size_t t = 0; t < config->bundles[b].n_tunnels; t++)
		{
			const config_tunnel_t *c = &config->bundles[b].tunnels[t];

			if (c->connection && !core_tunnel_find(core, c->name))
			{
				pins_of(out, core, config, c->connection);
			}
		}
	}
}

static void pins_test(core_preview_t *out, const core_t *core,
					  const config_t *config)
{
	bool before = core->config->pin_underlay && core->config->present;
	bool after = config->pin_underlay && config->present;

	for (size_t i = 0; i < core->n_underlays; i++)
	{
		const addr_t *peer = &core->underlays[i].peer;
		bool stays = after && leads_to(core, config, peer);
		char buf[ADDR_STR_MAX];

		if (before && !stays)
		{
			effect(out, CORE_EFFECT_PIN, addr_format(peer, buf), "remove",
				   "kernel: peer %s is not pinned to the underlay any more",
				   buf);
		}
		else if (!before && stays)
		{
			effect(out, CORE_EFFECT_PIN, addr_format(peer, buf), "add",
				   "kernel: peer %s is pinned to the underlay", buf);
		}
	}
	if (after)
	{
		pins_new(out, core, config);
	}
}

static const char *value_of(const kernel_state_t *state, const char *path)
{
	for (size_t i = 0; i < state->n_sysctls; i++)
	{
		if (strcmp(state->sysctls[i].path, path) == 0)
		{
			return state->sysctls[i].value;
		}
	}
	return NULL;
}

/** of the namespace; those of a link go with it */
static void sysctls_test(core_preview_t *out, const core_t *core,
						 const config_t *config)
{
	plan_input_t in = {.config = core->config};
	kernel_state_t old, new;

	kernel_state_init(&old);
	kernel_state_init(&new);
	plan_kernel(&in, &old);
	in.config = config;
	plan_kernel(&in, &new);
	for (size_t i = 0; i < new.n_sysctls; i++)
	{
		if (!value_of(&old, new.sysctls[i].path))
		{
			effect(out, CORE_EFFECT_KERNEL, new.sysctls[i].path, "add",
				   "kernel: %s is set to %s", new.sysctls[i].path,
				   new.sysctls[i].value);
		}
	}
	for (size_t i = 0; i < old.n_sysctls; i++)
	{
		if (!value_of(&new, old.sysctls[i].path))
		{
			effect(out, CORE_EFFECT_KERNEL, old.sysctls[i].path, "remove",
				   "kernel: %s is left to itself", old.sysctls[i].path);
		}
	}
	kernel_state_deinit(&old);
	kernel_state_deinit(&new);
}

void core_preview(const core_t *core, const config_t *config,
				  core_preview_t *out)
{
	if (core->bgp && !core_tables_stay(core->config, config))
	{
		effect(out, CORE_EFFECT_SPEAKER, "all", "reset",
			   "all sessions are reset and all routes learned anew: asn, "
			   "router_id, multipath, table, metric, graceful restart or "
			   "link_bandwidth changes");
	}
	if (core->config)
	{
		bundles_test(out, core->config, config);
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		tunnel_test(out, core->tunnels[i], config);
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		neighbor_test(out, core, core->neighbors[i], config);
	}
	tunnels_new(out, core, config);
	if (core->config)
	{
		firewall_test(out, core, config);
		pins_test(out, core, config);
		sysctls_test(out, core, config);
	}
}
