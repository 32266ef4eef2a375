/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Life of the core and its configuration. A reload goes through the old and
 * the new configuration side by side: what has the same identity is kept and
 * only pointed at its new section, what is new is made, what is left over is
 * removed. The old configuration is freed last, when nothing borrows from it.
 */

#include "gateway/core_drain.h"
#include "gateway/core_kernel.h"
#include "gateway/core_liveness.h"
#include "gateway/core_nexthops.h"
#include "gateway/core_origins.h"
#include "gateway/core_routes.h"
#include "gateway/core_sas.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

/** the underlay and the kernel's state are looked at anew this often */
#define AUDIT (10 * USEC_PER_SEC)

/** What is as it was planned stays so until there is news of something. All of
 * it is looked at nevertheless at each so many audits, which with many tunnels
 * is dear. */
#define AUDITS_WHOLE 6

static void fib_open(core_t *core)
{
	fib_config_t config = {
		.table = core->config->table,
		.metric = core->config->metric,
		.standby = !core->seams.resilient_problem,
	};

	core->fib = fib_create(&config);
}

static void speaker_open(core_t *core)
{
	bgp_config_t config = {
		.asn = core->config->asn,
		.router_id = core->config->router_id,
		.multipath = core->config->multipath,
		.restart_time = core->config->graceful_restart,
		.notification_restart = core->config->graceful_restart_notification,
		.link_bandwidth = core->config->link_bandwidth,
	};

	core->bgp = bgp_create(&config, core->seams.timers, &core_bgp_sink, core,
						   core->seed);
}

void core_event(const core_t *core, view_event_kind_t kind, const char *name,
				const char *from, const char *to, const char *why)
{
	if (core->seams.event)
	{
		core->seams.event(core->seams.keeper, kind, name, from, to, why);
	}
}

/** looks at what no notification tells: the way to the peers, sysctls; and at
 * what one may have been lost of */
static void audit(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;

	core->underlay_dirty = true;
	core->tunnels_dirty = true;
	if (core->unmet || ++core->audits % AUDITS_WHOLE == 0)
	{
		core->plan_dirty = true;
		core->pins_dirty = true;
	}
	if (core->fib)
	{
		fib_retry(core->fib);
	}
	core_routes_again(core);
	core_nexthops_audit(core);
	core_redistribute_audit(core, now);
	core_firewall_audit(core, now);
	core_outbound_audit(core);
	core_heal_flush(core);
	core_kernel_audit(core);
	/* detectors that could not be started are tried again */
	core->peers_dirty = true;
	timer_start(core->seams.timers, timer, now + AUDIT);
}

static void bundle_due(cyg_timer_t *timer, void *user, usec_t now)
{
	core_t *core = user;

	core->tunnels_dirty = true;
}

core_t *core_create(const core_seams_t *seams, const char *charon_routes,
					uint64_t seed, usec_t now)
{
	core_t *core = mem_alloc(sizeof(*core));

	core->seams = *seams;
	core->charon_routes = charon_routes;
	core->seed = seed;
	core->discriminator = (uint32_t)seed;
	core->started = now;
	kernel_state_init(&core->seen);
	kernel_state_init(&core->saved);
	core_drains_init(core);
	core_view_init(core);
	core_nexthops_init(core);
	core_routes_init(core);
	core_batch_init(core);
	core_restart_init(core);
	core_initial_init(core);
	core_firewall_init(core);
	core_heal_init(core, now);
	core_outbound_init(core);
	timer_init(&core->audit_timer, audit, core);
	timer_init(&core->bundle_timer, bundle_due, core);
	core_kernel_start(core, now);
	timer_start(seams->timers, &core->audit_timer, now + AUDIT);
	return core;
}

static void neighbors_drop(core_t *core, usec_t now)
{
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		core_neighbor_destroy(core, core->neighbors[i], now);
	}
	free(core->neighbors);
	core->neighbors = NULL;
	core->n_neighbors = 0;
}

/** all that stands on the speaker and the FIB, for values that they are
 * created with */
static void tables_drop(core_t *core, usec_t now)
{
	neighbors_drop(core, now);
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_members_free(core, &core->tunnels[i]->members);
		core_members_free(core, &core->tunnels[i]->static_members);
		core->tunnels[i]->ineligible = false;
	}
	core_restart_drop(core);
	core_initial_end(core);
	core_routes_drop(core);
	if (core->fib)
	{
		core_kernel_adopt_all(core);
		fib_remove_all(core->fib);
		core_fib_drain(core);
		fib_destroy(core->fib);
		core->fib = NULL;
	}
	if (core->bgp)
	{
		core->seams.net_ops->drop_all(core->seams.net);
		bgp_destroy(core->bgp);
		core->bgp = NULL;
	}
	core_nexthops_drop(core);
}

void core_destroy(core_t *core, usec_t now)
{
	neighbors_drop(core, now);
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_tunnel_destroy(core, core->tunnels[i], now);
	}
	free(core->tunnels);
	for (size_t i = 0; i < core->n_connections; i++)
	{
		free(core->connections[i]);
	}
	free(core->connections);
	if (core->bgp)
	{
		core->seams.net_ops->drop_all(core->seams.net);
		bgp_destroy(core->bgp);
	}
	core_nexthops_free(core);
	core_redistribute_free(core);
	if (core->fib)
	{
		fib_destroy(core->fib);
	}
	core_restart_free(core);
	core_initial_free(core);
	core_routes_free(core);
	core_batch_free(core);
	timer_stop(core->seams.timers, &core->audit_timer);
	timer_stop(core->seams.timers, &core->bundle_timer);
	core_kernel_free(core);
	kernel_state_deinit(&core->seen);
	kernel_state_deinit(&core->saved);
	core_firewall_deinit(core);
	core_heal_deinit(core);
	core_outbound_free(core);
	config_destroy(core->config);
	free(core->config_refused);
	free(core->underlays);
	free(core->aggregates);
	core_shutdowns_free(core);
	free(core->told);
	core_drains_free(core);
	core_sweep_free(core);
	core_statics_free(core);
	core_view_free(core);
	free(core);
}

bool core_str_equal(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/** the same link of the same connection: runtime state carries over */
bool core_same_tunnel(const config_tunnel_t *a, const config_tunnel_t *b)
{
	return strcmp(a->name, b->name) == 0 &&
		   core_str_equal(a->connection, b->connection) &&
		   core_str_equal(a->interface, b->interface) &&
		   strcmp(a->link, b->link) == 0;
}

static core_tunnel_t *take_tunnel(core_tunnel_t **old, size_t n,
								  const config_tunnel_t *config)
{
	for (size_t i = 0; i < n; i++)
	{
		if (old[i] && core_same_tunnel(old[i]->config, config))
		{
			core_tunnel_t *found = old[i];

			old[i] = NULL;
			return found;
		}
	}
	return NULL;
}

static void configure_tunnels(core_t *core, core_tunnel_t **old, size_t n_old,
							  usec_t now)
{
	const config_t *config = core->config;
	size_t n = 0;

	for (size_t b = 0; b < config->n_bundles; b++)
	{
		n += config->bundles[b].n_tunnels;
	}
	core->tunnels = mem_array(n ? n : 1, sizeof(*core->tunnels));
	core->n_tunnels = 0;
	for (size_t b = 0; b < config->n_bundles; b++)
	{
		const config_bundle_t *bundle = &config->bundles[b];

		for (size_t t = 0; t < bundle->n_tunnels; t++)
		{
			const config_tunnel_t *section = &bundle->tunnels[t];
			core_tunnel_t *tunnel = take_tunnel(old, n_old, section);

			if (tunnel)
			{
				tunnel->bundle = bundle;
				tunnel->config = section;
				memset(tunnel->neighbors, 0, sizeof(tunnel->neighbors));
			}
			else
			{
				tunnel = core_tunnel_create(core, bundle, section, now);
			}
			core->tunnels[core->n_tunnels++] = tunnel;
		}
	}
}

static bool same_neighbor(const core_neighbor_t *n, const core_tunnel_t *tunnel,
						  const config_neighbor_t *config)
{
	return n->tunnel == tunnel && strcmp(n->config->name, config->name) == 0 &&
		   addr_equal(&n->config->address, &config->address);
}

/** the new configuration has it */
static bool neighbor_stays(const core_t *core, const core_neighbor_t *n)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const config_tunnel_t *tunnel = core->tunnels[i]->config;

		for (unsigned k = 0; k < tunnel->n_neighbors && k < 2; k++)
		{
			if (same_neighbor(n, core->tunnels[i], &tunnel->neighbors[k]))
			{
				return true;
			}
		}
	}
	for (size_t i = 0; i < core->config->n_neighbors; i++)
	{
		if (same_neighbor(n, NULL, &core->config->neighbors[i]))
		{
			return true;
		}
	}
	return false;
}

/** those that do not stay go first: their names may be others' now */
static void drop_neighbors(core_t *core, core_neighbor_t **old, size_t n_old,
						   usec_t now)
{
	core->neighbors = NULL;
	core->n_neighbors = 0;
	for (size_t i = 0; i < n_old; i++)
	{
		if (!neighbor_stays(core, old[i]))
		{
			core_neighbor_destroy(core, old[i], now);
			old[i] = NULL;
		}
	}
}

static core_neighbor_t *take_neighbor(core_neighbor_t **old, size_t n,
									  const core_tunnel_t *tunnel,
									  const config_neighbor_t *config)
{
	for (size_t i = 0; i < n; i++)
	{
		if (old[i] && same_neighbor(old[i], tunnel, config))
		{
			core_neighbor_t *found = old[i];

			old[i] = NULL;
			return found;
		}
	}
	return NULL;
}

static void configure_neighbor(core_t *core, core_neighbor_t **old,
							   size_t n_old, core_tunnel_t *tunnel,
							   unsigned place, const config_neighbor_t *section,
							   usec_t now)
{
	core_neighbor_t *n = take_neighbor(old, n_old, tunnel, section);

	if (n)
	{
		core_neighbor_configure(core, n, section, now);
	}
	else
	{
		n = core_neighbor_create(core, tunnel, section, now);
	}
	if (n)
	{
		core->neighbors[core->n_neighbors++] = n;
		if (tunnel)
		{
			tunnel->neighbors[place] = n;
		}
	}
}

static void configure_neighbors(core_t *core, core_neighbor_t **old,
								size_t n_old, usec_t now)
{
	const config_t *config = core->config;
	size_t room = config->n_neighbors + 2 * core->n_tunnels;

	core->neighbors = mem_array(room ? room : 1, sizeof(*core->neighbors));
	core->n_neighbors = 0;
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];

		for (unsigned k = 0; k < tunnel->config->n_neighbors && k < 2; k++)
		{
			configure_neighbor(core, old, n_old, tunnel, k,
							   &tunnel->config->neighbors[k], now);
		}
	}
	for (size_t i = 0; i < config->n_neighbors; i++)
	{
		configure_neighbor(core, old, n_old, NULL, 0, &config->neighbors[i],
						   now);
	}
}

static bool prefixes_have(const config_prefixes_t *list, const prefix_t *p)
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

bool core_is_advertised(const core_t *core, const prefix_t *prefix)
{
	return prefixes_have(&core->config->advertise, prefix);
}

static void configure_advertise(core_t *core, const config_t *old, usec_t now)
{
	const config_prefixes_t *new = &core->config->advertise;
	const bgp_local_t local = {.source = BGP_SOURCE_ADVERTISE};

	for (size_t i = 0; old && i < old->advertise.count; i++)
	{
		if (!prefixes_have(new, &old->advertise.list[i]))
		{
			bgp_unoriginate(core->bgp, &old->advertise.list[i], now);
		}
	}
	for (size_t i = 0; i < new->count; i++)
	{
		bgp_originate(core->bgp, &new->list[i], &local, now);
	}
}

/** values that the speaker or the FIB are made with */
bool core_tables_stay(const config_t *old, const config_t *new)
{
	return old && old->asn == new->asn && old->router_id == new->router_id &&
		   old->multipath == new->multipath &&
		   old->graceful_restart == new->graceful_restart &&
		   old->graceful_restart_notification ==
			   new->graceful_restart_notification &&
		   old->link_bandwidth == new->link_bandwidth &&
		   old->table == new->table && old->metric == new->metric;
}

config_t *core_exchange(core_t *core, config_t *config, usec_t now)
{
	config_t *old_config = core->config;
	core_tunnel_t **old_tunnels = core->tunnels;
	core_neighbor_t **old_neighbors;
	size_t n_old_tunnels = core->n_tunnels, n_old_neighbors;
	bool stay = core_tables_stay(old_config, config) && core->bgp;

	if (!stay)
	{
		tables_drop(core, now);
	}
	old_neighbors = core->neighbors;
	n_old_neighbors = core->n_neighbors;
	core->config = config;
	core_config_refused(core, NULL);
	if (!core->bgp && config->present)
	{
		fib_open(core);
		speaker_open(core);
	}
	configure_tunnels(core, old_tunnels, n_old_tunnels, now);
	drop_neighbors(core, old_neighbors, n_old_neighbors, now);
	if (core->bgp)
	{
		configure_neighbors(core, old_neighbors, n_old_neighbors, now);
		configure_advertise(core, stay ? old_config : NULL, now);
	}
	core_statics_configure(core, stay, now);
	core_redistribute_configure(core, stay, now);
	core_aggregates_configure(core, stay ? old_config : NULL, now);
	for (size_t i = 0; i < n_old_tunnels; i++)
	{
		if (old_tunnels[i])
		{
			core_tunnel_destroy(core, old_tunnels[i], now);
		}
	}
	free(old_neighbors);
	free(old_tunnels);
	core_tunnels_refresh(core);
	core_restart_watch(core, now);
	core_kernel_adopt(core);
	core->tunnels_dirty = true;
	core->underlay_dirty = true;
	core->plan_dirty = true;
	core->pins_dirty = true;
	log_notice("configuration taken: %zu bundles, %zu tunnels, %zu "
			   "neighbours",
			   config->n_bundles, core->n_tunnels, core->n_neighbors);
	return old_config;
}

void core_configure(core_t *core, config_t *config, usec_t now)
{
	config_destroy(core_exchange(core, config, now));
}

void core_config_refused(core_t *core, const char *why)
{
	free(core->config_refused);
	core->config_refused = str_copy(why);
}

const config_t *core_config(const core_t *core)
{
	return core->config;
}

bgp_t *core_bgp(core_t *core)
{
	return core->bgp;
}

void core_apply(core_t *core, usec_t now)
{
	if (core->stopping)
	{
		return;
	}
	core_reauth_check(core, now);
	if (core->tunnels_dirty)
	{
		core_tunnels_update(core, now);
	}
	core_fib_urgent(core);
	if (core->underlay_dirty || core->plan_dirty)
	{
		core_kernel_apply(core, now);
	}
	if (core->peers_dirty)
	{
		core_peers_update(core, now);
		for (size_t i = 0; i < core->n_tunnels; i++)
		{
			core_liveness_update(core, core->tunnels[i], now);
		}
	}
}

bool core_work(core_t *core, usec_t now)
{
	/* at the end the kernel keeps what it has, until core_stop decides */
	return core->bgp && !core->stopping && core_routes_work(core, now);
}

void core_stop_peers(core_t *core, usec_t now)
{
	bool keep;

	if (core->stopping)
	{
		return;
	}
	core->stopping = true;
	core_fib_settle(core, true);
	keep = core->config && core->config->keep_on_stop == CONFIG_KEEP_ALL &&
		   core->config->graceful_restart;
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		core_neighbor_t *n = core->neighbors[i];

		core->seams.net_ops->unlisten(core->seams.net, n->peer);
		if (keep)
		{
			bgp_peer_stop_for_restart(core->bgp, n->peer, now);
		}
		else
		{
			bgp_peer_stop(core->bgp, n->peer, 2, NULL, now);
		}
	}
	/* A far side that waits for us to come back does not mind that BFD falls
	 * silent, or says so; but it may hear that before the session's end, which
	 * it then takes for a failure. So with what is kept nothing is said. */
	for (size_t i = 0; !keep && i < core->n_tunnels; i++)
	{
		core_liveness_update(core, core->tunnels[i], now);
	}
}

void core_stop(core_t *core, usec_t now)
{
	core_kernel_remove(core, core->config ? core->config->keep_on_stop
										  : CONFIG_KEEP_GUARD);
}
