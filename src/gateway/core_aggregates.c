/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Aggregates. The speaker announces them while something within them is
 * chosen; traffic to what is within and has no route of its own ends at an
 * unreachable route of ours, of the worst metric, so that it cannot go back by
 * a default route and round in circles (RFC 4632 section 5.1).
 */

#include "gateway/core_origins.h"

#include <stdlib.h>

static bool same_list(const config_t *a, const config_t *b)
{
	bool same = a->n_aggregates == b->n_aggregates;

	for (size_t i = 0; same && i < a->n_aggregates; i++)
	{
		same =
			prefix_equal(&a->aggregates[i].prefix, &b->aggregates[i].prefix) &&
			a->aggregates[i].summary_only == b->aggregates[i].summary_only;
	}
	return same;
}

void core_aggregates_configure(core_t *core, const config_t *old, usec_t now)
{
	const config_t *config = core->config;
	size_t n = config->n_aggregates;
	bgp_aggregate_t *list;

	core->aggregates =
		mem_resize(core->aggregates, n ? n : 1, sizeof(*core->aggregates));
	core->n_aggregates = 0;
	if (!core->bgp || (old ? same_list(old, config) : !n))
	{
		return;
	}
	list = mem_array(n ? n : 1, sizeof(*list));
	for (size_t i = 0; i < n; i++)
	{
		list[i] = (bgp_aggregate_t){
			.prefix = config->aggregates[i].prefix,
			.summary_only = config->aggregates[i].summary_only,
		};
	}
	bgp_aggregates_set(core->bgp, list, n, now);
	free(list);
}

void core_aggregates_changed(core_t *core, const prefix_t *prefix)
{
	for (size_t i = 0; i < core->config->n_aggregates; i++)
	{
		core->plan_dirty |=
			prefix_equal(&core->config->aggregates[i].prefix, prefix);
	}
}

size_t core_aggregates_active(const core_t *core, prefix_t *out)
{
	size_t n = 0;

	for (size_t i = 0; core->bgp && i < core->config->n_aggregates; i++)
	{
		const prefix_t *prefix = &core->config->aggregates[i].prefix;
		bgp_route_t route;

		if (bgp_route_get(core->bgp, prefix, &route) && route.n_best &&
			route.best[0].source == BGP_SOURCE_AGGREGATE)
		{
			out[n++] = *prefix;
		}
	}
	return n;
}
