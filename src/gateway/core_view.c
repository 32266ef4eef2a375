/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The state as the views of src/control want to see it. Nothing is kept here
 * but memory to hand out.
 */

#include "gateway/core_drain.h"
#include "gateway/core_kernel.h"
#include "gateway/core_liveness.h"
#include "gateway/core_neighbor.h"
#include "gateway/core_origins.h"

#include <stdlib.h>
#include <string.h>

_Static_assert(VIEW_MEMBERS_MAX >= 2 * CORE_GATEWAYS_MAX,
			   "of neighbours and of static routes");

/** reasons for which IPsec drops packets: Linux 6.18 has 31 */
#define XFRM_MAX 48
/** the links' counters are read anew after this long */
#define TRAFFIC (100 * USEC_PER_MSEC)

struct core_views_t
{
	view_tunnel_t *tunnels;
	view_neighbor_t *neighbors;
	fw_counter_t *counters;
	kernel_counter_t xfrm[XFRM_MAX];
	usec_t traffic_at;
};

void core_view_init(core_t *core)
{
	core->views = mem_alloc(sizeof(*core->views));
}

void core_view_free(core_t *core)
{
	core_problems_free(core);
	free(core->views->tunnels);
	free(core->views->neighbors);
	free(core->views->counters);
	free(core->views);
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

static view_unused_t unused(const core_tunnel_t *tunnel)
{
	if (tunnel->active || !tunnel_forwarding(tunnel->tunnel))
	{
		return VIEW_UNUSED_NOT;
	}
	/* one that is usable has a bundle in which one is active */
	return !tunnel->usable                    ? VIEW_UNUSED_MIN_LINKS
		   : tunnel->takes_over != USEC_NEVER ? VIEW_UNUSED_PREEMPT_DELAY
											  : VIEW_UNUSED_STANDBY;
}

static void add_members(view_tunnel_t *out, const core_members_t *members)
{
	for (unsigned i = 0; i < members->count; i++)
	{
		out->members[out->n_members++] = members->list[i].id;
	}
}

static void view_tunnel_fill(const core_t *core, const core_tunnel_t *tunnel,
							 view_tunnel_t *out)
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
		.stats = tunnel->stats,
		.if_id = tunnel->if_id,
		.active = tunnel->active,
		.pinned = pinned(core, tunnel),
		.alert = tunnel->connection ? tunnel->connection->alert : "",
		.alert_at = tunnel->connection ? tunnel->connection->alert_at : 0,
		.unused_until = tunnel->takes_over,
		.detector_problem = core_liveness_problem(tunnel),
		.drained_at = core_drained_at(core, c->name),
		.withdrawn = tunnel->withdrawn,
		.withdraw_at = tunnel->drain_timer.at,
		.reauth = core_reauth_phase(tunnel),
		.reauth_at = tunnel->connection ? tunnel->connection->reauth_at : 0,
	};
	out->unused = unused(tunnel);
	out->has_bfd = core_liveness_bfd(tunnel, &out->bfd);
	out->has_probe = core_liveness_probe(tunnel, &out->probe);
	out->has_supervisor = core_liveness_supervisor(tunnel, &out->supervisor);
	add_members(out, &tunnel->members);
	add_members(out, &tunnel->static_members);
}

static const char *policy_name(const bgp_policy_t *policy)
{
	return policy ? bgp_policy_name(policy) : NULL;
}

static void view_neighbor_add(const core_t *core, const core_neighbor_t *n,
							  view_state_t *view, view_neighbor_t *out)
{
	const core_shutdown_t *shutdown = core_shutdown_of(core, n->config->name);

	*out = (view_neighbor_t){
		.config = n->config,
		.peer = n->peer,
		.tunnel = n->tunnel ? n->tunnel->config : NULL,
		.local = n->end.local,
		.link = n->end.link,
		.ttl = n->end.ttl,
		.ttl_min = n->end.ttl_min,
		.import_policy = policy_name(n->import_policy),
		.export_policy = policy_name(n->export_policy),
		.shutdown = shutdown != NULL,
		.shutdown_text = shutdown ? shutdown->text : "",
		.shutdown_at = shutdown ? shutdown->at : 0,
		.problem = n->problem,
	};
	view->n_neighbors++;
}

/** tunnel by tunnel, then those beside tunnels */
static void view_neighbors_fill(core_t *core, view_state_t *view)
{
	view_neighbor_t *out = core->views->neighbors =
		mem_resize(core->views->neighbors, core->n_neighbors + 1,
				   sizeof(*core->views->neighbors));

	view->neighbors = out;
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		for (unsigned k = 0; k < countof(core->tunnels[i]->neighbors); k++)
		{
			if (core->tunnels[i]->neighbors[k])
			{
				view_neighbor_add(core, core->tunnels[i]->neighbors[k], view,
								  out++);
			}
		}
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		if (!core->neighbors[i]->tunnel)
		{
			view_neighbor_add(core, core->neighbors[i], view, out++);
		}
	}
}

static void view_counters(core_t *core, view_state_t *view)
{
	size_t max = fw_model_counters(&core->firewall);
	int n;

	view->firewall = !core->seams.firewall || !core_firewall_stands(core)
						 ? VIEW_FIREWALL_ABSENT
					 : core->firewall_error ? VIEW_FIREWALL_OLD
											: VIEW_FIREWALL_CURRENT;

	if (!core->seams.firewall || !core_firewall_stands(core) || !max)
	{
		return;
	}
	core->views->counters =
		mem_resize(core->views->counters, max, sizeof(*core->views->counters));
	n = core->seams.fw_ops->counters(core->seams.firewall,
									 core->views->counters, max);
	view->counters = core->views->counters;
	view->n_counters = n > 0 ? (size_t)n : 0;
}

typedef struct traffic_t
{
	core_t *core;
	/** the link after the one found last: they mostly come in our order */
	size_t at;
} traffic_t;

/** index of a link; 0: we know none of this name */
static uint32_t link_by_name(traffic_t *traffic, const char *name)
{
	const kernel_state_t *seen = &traffic->core->seen;

	for (size_t i = 0; i < seen->n_links; i++)
	{
		size_t at = (traffic->at + i) % seen->n_links;

		if (strcmp(seen->links[at].name, name) == 0)
		{
			traffic->at = at + 1;
			return seen->links[at].index;
		}
	}
	return 0;
}

static void take_stats(void *user, const char *name,
					   const kernel_link_stats_t *stats)
{
	traffic_t *traffic = user;
	core_t *core = traffic->core;
	uint32_t link = link_by_name(traffic, name);

	for (size_t i = 0; link && i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->link == link)
		{
			core->tunnels[i]->stats = *stats;
		}
	}
}

void core_view_traffic(core_t *core, usec_t now)
{
	const kernel_ops_t *ops = core->seams.kernel_ops;
	traffic_t traffic = {.core = core};

	if (!core->seams.kernel || !ops->links_stats ||
		(core->views->traffic_at && now < core->views->traffic_at + TRAFFIC))
	{
		return;
	}
	core->views->traffic_at = now;
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core->tunnels[i]->stats = (kernel_link_stats_t){0};
	}
	ops->links_stats(core->seams.kernel, take_stats, &traffic);
}

static void view_xfrm(core_t *core, view_state_t *view)
{
	const kernel_ops_t *ops = core->seams.kernel_ops;
	int n = 0;

	if (core->seams.kernel && ops->xfrm_stat)
	{
		n = ops->xfrm_stat(core->seams.kernel, core->views->xfrm, XFRM_MAX);
	}
	view->xfrm = core->views->xfrm;
	view->n_xfrm = n > 0 ? (size_t)n : 0;
}

void core_view(core_t *core, view_state_t *view, usec_t now)
{
	core->views->tunnels =
		mem_resize(core->views->tunnels, core->n_tunnels ? core->n_tunnels : 1,
				   sizeof(*core->views->tunnels));
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		view_tunnel_fill(core, core->tunnels[i], &core->views->tunnels[i]);
	}
	view_neighbors_fill(core, view);
	view->now = now;
	view->started = core->started;
	view->config = core->config;
	view->tunnels = core->views->tunnels;
	view->n_tunnels = core->n_tunnels;
	view->bgp = core->bgp;
	view->n_statics = core_statics_count(core, &view->n_statics_used);
	view->fib = core->fib;
}

void core_view_problems(core_t *core, view_state_t *view, usec_t now)
{
	core_problems_collect(core, now);
	view->problems = (const char *const *)core->problems;
	view->n_problems = core->n_problems;
	view_counters(core, view);
	view_xfrm(core, view);
}
