/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Static routes over tunnels (`routes =`), for far sides without BGP. A prefix
 * is originated while one of its tunnels can be used: so it goes before what
 * neighbours announce, and comes and goes as their routes do. Its ways are FIB
 * members of the tunnels, so that a failure moves it as it moves learned
 * routes. The first bundle in the file that has the prefix carries it, later
 * ones stand by.
 */

#include "gateway/core_origins.h"
#include "gateway/core_routes.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct core_static_t
{
	prefix_t prefix;
	/** originated: one of its tunnels can be used */
	bool alive;
};

static int compare(const void *a, const void *b)
{
	const core_static_t *x = a, *y = b;

	return prefix_cmp(&x->prefix, &y->prefix);
}

static core_static_t *find(const core_t *core, const prefix_t *prefix)
{
	core_static_t key = {.prefix = *prefix};

	return core->n_statics ? bsearch(&key, core->statics, core->n_statics,
									 sizeof(key), compare)
						   : NULL;
}

static bool carries(const core_tunnel_t *tunnel, const prefix_t *prefix)
{
	return config_tunnel_carries(tunnel->bundle, tunnel->config, prefix);
}

bool core_statics_alive(const core_t *core)
{
	for (size_t i = 0; i < core->n_statics; i++)
	{
		if (!core->statics[i].alive)
		{
			return false;
		}
	}
	return true;
}

bool core_static_has(const core_t *core, const prefix_t *prefix)
{
	return find(core, prefix) != NULL;
}

bool core_static_originates(const core_t *core, const prefix_t *prefix)
{
	const core_static_t *s = find(core, prefix);

	return s && s->alive;
}

/** what has to be told to a link that is no point-to-point one */
static bool gateway_for(const core_tunnel_t *tunnel, family_t family,
						addr_t *out)
{
	const config_tunnel_t *c = tunnel->config;

	*out = addr_none;
	if (!tunnel->gateways)
	{
		return true;
	}
	if (addr_is_set(&c->gateway))
	{
		*out = c->gateway;
	}
	for (size_t i = 0; !addr_is_set(out) && i < c->n_neighbors; i++)
	{
		const addr_t *a = &c->neighbors[i].address;

		if (a->family == family)
		{
			*out = *a;
		}
	}
	/* an IPv4 route may use an IPv6 gateway, but not the reverse */
	return addr_is_set(out) &&
		   (family == FAMILY_IPV4 || out->family == FAMILY_IPV6);
}

static uint32_t member(core_t *core, core_tunnel_t *tunnel, family_t family)
{
	const core_member_t *m;
	addr_t gateway;

	if (!gateway_for(tunnel, family, &gateway))
	{
		return 0;
	}
	m = core_member_find(&tunnel->static_members, &gateway);
	if (!m)
	{
		m = core_member_add(core, &tunnel->static_members, &gateway,
							CORE_GATEWAYS_MAX);
		if (m)
		{
			core_static_member_update(core, tunnel, m);
		}
	}
	return m ? m->id : 0;
}

void core_static_member_update(core_t *core, const core_tunnel_t *tunnel,
							   const core_member_t *m)
{
	bool works = core_tunnel_works(tunnel);
	fib_member_t state = {
		.link = tunnel->link,
		.gateway = m->gateway,
		.usable = works && tunnel->active,
		/* the active one may not have this route */
		.spare = works && !tunnel->active,
		.spread = core_tunnel_spread(core, tunnel),
	};

	fib_member_set(core->fib, m->id, &state);
}

bool core_static_paths(core_t *core, const prefix_t *prefix, fib_path_t *best,
					   unsigned *n_best, fib_path_t *backup, unsigned *n_backup)
{
	const config_bundle_t *first = NULL;

	*n_best = *n_backup = 0;
	if (!find(core, prefix))
	{
		return false;
	}
	/* tunnels stand in the order of the file */
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];
		unsigned *n = !first || tunnel->bundle == first ? n_best : n_backup;
		uint32_t id;

		if (!carries(tunnel, prefix) || *n == FIB_SET_MAX)
		{
			continue;
		}
		id = member(core, tunnel, prefix->addr.family);
		if (id)
		{
			first = first ? first : tunnel->bundle;
			(n == n_best ? best : backup)[(*n)++] = (fib_path_t){
				.member = id,
				.weight = tunnel->config->weight,
			};
		}
	}
	return true;
}

static bool usable(const core_t *core, const prefix_t *prefix)
{
	addr_t gateway;

	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const core_tunnel_t *tunnel = core->tunnels[i];

		if (tunnel->usable && carries(tunnel, prefix) &&
			gateway_for(tunnel, prefix->addr.family, &gateway))
		{
			return true;
		}
	}
	return false;
}

static void set_alive(core_t *core, core_static_t *s, bool alive, usec_t now)
{
	const bgp_local_t local = {.source = BGP_SOURCE_ROUTES};

	if (s->alive == alive)
	{
		return;
	}
	s->alive = alive;
	if (core_is_advertised(core, &s->prefix))
	{
		/* it is announced in any case, and not as a static route is */
		core_route_offer(core, &s->prefix);
	}
	else if (alive)
	{
		bgp_originate(core->bgp, &s->prefix, &local, now);
	}
	else
	{
		bgp_unoriginate(core->bgp, &s->prefix, now);
	}
}

void core_statics_update(core_t *core, usec_t now)
{
	for (size_t i = 0; core->bgp && i < core->n_statics; i++)
	{
		core_static_t *s = &core->statics[i];

		set_alive(core, s, usable(core, &s->prefix), now);
	}
}

static void add(core_t *core, const config_prefixes_t *list)
{
	for (size_t i = 0; i < list->count; i++)
	{
		core->statics = mem_resize(core->statics, core->n_statics + 1,
								   sizeof(*core->statics));
		core->statics[core->n_statics++] = (core_static_t){
			.prefix = list->list[i],
		};
	}
}

/** sorted, each once */
static void sort(core_t *core)
{
	size_t n = 0;

	if (core->n_statics)
	{
		qsort(core->statics, core->n_statics, sizeof(*core->statics), compare);
	}
	for (size_t i = 0; i < core->n_statics; i++)
	{
		if (!n || compare(&core->statics[n - 1], &core->statics[i]) != 0)
		{
			core->statics[n++] = core->statics[i];
		}
	}
	core->n_statics = n;
}

void core_statics_configure(core_t *core, bool stay, usec_t now)
{
	core_static_t *old = core->statics;
	size_t n_old = core->n_statics;

	core->statics = NULL;
	core->n_statics = 0;
	for (size_t b = 0; b < core->config->n_bundles; b++)
	{
		const config_bundle_t *bundle = &core->config->bundles[b];

		add(core, &bundle->routes);
		for (size_t t = 0; t < bundle->n_tunnels; t++)
		{
			add(core, &bundle->tunnels[t].routes);
		}
	}
	sort(core);
	for (size_t i = 0; stay && i < n_old; i++)
	{
		core_static_t *s = find(core, &old[i].prefix);

		if (s)
		{
			s->alive = old[i].alive;
			/* which tunnels carry it may be new */
			core_route_offer(core, &s->prefix);
		}
		else
		{
			set_alive(core, &old[i], false, now);
		}
	}
	free(old);
}

size_t core_statics_count(const core_t *core, size_t *used)
{
	*used = 0;
	for (size_t i = 0; i < core->n_statics; i++)
	{
		*used += core->statics[i].alive;
	}
	return core->n_statics;
}

static bool any_of(const config_prefixes_t *list, family_t family)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (list->list[i].addr.family == family)
		{
			return true;
		}
	}
	return false;
}

bool core_static_lacks_gateway(const core_tunnel_t *tunnel, family_t family)
{
	addr_t gateway;

	return !gateway_for(tunnel, family, &gateway) &&
		   (any_of(&tunnel->config->routes, family) ||
			any_of(&tunnel->bundle->routes, family));
}

void core_statics_free(core_t *core)
{
	free(core->statics);
}
