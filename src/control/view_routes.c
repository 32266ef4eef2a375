/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `routes`: a walk through the table that stops after each part and goes on
 * behind the last prefix, whatever has changed meanwhile.
 */

#include "control/view.h"

#include <stdlib.h>
#include <string.h>

#include "control/view_attrs.h"

/** routes of one part */
#define PART_MAX 128

typedef struct cursor_t
{
	view_fetch_t fetch;
	void *user;
	bool one;
	prefix_t within;
	bool longer;
	family_t family;
	/** the last one shown; unset: start */
	prefix_t at;
} cursor_t;

static const char *tunnel_of(const view_state_t *state, const bgp_peer_t *peer)
{
	const view_neighbor_t *n = view_neighbor_find(state, bgp_peer_name(peer));

	return n && n->tunnel ? n->tunnel->name : NULL;
}

static void origin(json_object *obj, const view_state_t *state,
				   const bgp_peer_t *peer, bgp_source_t source)
{
	put_str(obj, "neighbor", peer ? bgp_peer_name(peer) : NULL);
	put_str(obj, "tunnel", peer ? tunnel_of(state, peer) : NULL);
	put_str(obj, "source", bgp_source_name(source));
}

/** the tunnels of a static route, in the order of the file */
static void ways(json_object *obj, const view_state_t *state,
				 const bgp_route_t *route)
{
	uint32_t members[FIB_SET_MAX], group;
	size_t n = view_route_members(state, route, members, &group);
	json_object *array = put_array(obj, "ways");

	for (size_t t = 0; t < state->n_tunnels; t++)
	{
		const view_tunnel_t *tunnel = &state->tunnels[t];
		bool used = false;
		json_object *o;

		if (!config_tunnel_carries(tunnel->bundle, tunnel->config,
								   &route->prefix))
		{
			continue;
		}
		for (size_t i = 0; i < n; i++)
		{
			used = used || view_tunnel_has(tunnel, members[i]);
		}
		o = put_item(array);
		put_str(o, "tunnel", tunnel->config->name);
		put_num(o, "weight", tunnel->config->weight);
		put_bool(o, "used", used);
	}
}

static void path(json_object *array, const view_state_t *state,
				 const bgp_route_t *route, const bgp_path_t *p, bool best)
{
	json_object *obj = put_item(array);

	origin(obj, state, p->peer, p->source);
	put_str(obj, "use", best ? "best" : "backup");
	put_num(obj, "weight", p->weight);
	if (p->source == BGP_SOURCE_ROUTES)
	{
		ways(obj, state, route);
	}
	if (p->attrs)
	{
		view_attrs(obj, p->attrs);
	}
}

static const char *use_name(bgp_use_t use)
{
	switch (use)
	{
		case BGP_USE_BEST:
		case BGP_USE_EQUAL:
			return "best";
		case BGP_USE_BACKUP:
			return "backup";
		case BGP_USE_WORSE:
			return "worse";
		case BGP_USE_NEXT_HOP:
		case BGP_USE_PEER:
		case BGP_USE_REJECTED:
			break;
	}
	return "not eligible";
}

/** chosen, but its tunnel does not forward: the kernel's groups are without it
 * until the tunnel is back, or the decision has come by */
static bool stands_still(const view_state_t *state, const view_neighbor_t *n)
{
	for (size_t i = 0; n && n->tunnel && i < state->n_tunnels; i++)
	{
		if (state->tunnels[i].config == n->tunnel)
		{
			return !tunnel_forwarding(state->tunnels[i].tunnel);
		}
	}
	return false;
}

static char *rejected(const view_state_t *state, const view_neighbor_t *n,
					  const prefix_t *prefix, const bgp_path_view_t *p)
{
	const char *rule;

	if (!n || !n->import_policy)
	{
		return str_copy("there is no import policy (RFC 8212)");
	}
	rule = bgp_import_rule(state->bgp, p->peer, prefix, p->attrs);
	return rule ? str_format("rejected by import policy %s, rule %s",
							 n->import_policy, rule)
				: str_format("rejected by import policy %s: no rule takes it",
							 n->import_policy);
}

/** why the path is not the best one, or not in use; NULL: it is */
static char *why(const view_state_t *state, const prefix_t *prefix,
				 const bgp_path_view_t *p)
{
	const view_neighbor_t *n =
		p->peer ? view_neighbor_find(state, bgp_peer_name(p->peer)) : NULL;
	const char *still = stands_still(state, n)
							? "the tunnel does not forward, the kernel goes by "
							  "the others"
							: NULL;
	char text[ADDR_STR_MAX];

	switch (p->use)
	{
		case BGP_USE_BEST:
			return p->source == BGP_SOURCE_ROUTES
					   ? str_copy("a static route of the configuration goes "
								  "before all that neighbors announce")
				   : still ? str_copy(still)
						   : NULL;
		case BGP_USE_EQUAL:
			return str_format("equal, behind the best by %s%s%s",
							  bgp_step_name(p->step), still ? "; " : "",
							  still ? still : "");
		case BGP_USE_BACKUP:
		case BGP_USE_WORSE:
			return str_format("loses by %s", bgp_step_name(p->step));
		case BGP_USE_NEXT_HOP:
			return str_format("next hop %s is not reachable",
							  addr_format(&p->attrs->next_hop, text));
		case BGP_USE_PEER:
			return str_copy(n && n->tunnel
								? "the tunnel does not forward, or the "
								  "session was just lost"
								: "the session was just lost");
		case BGP_USE_REJECTED:
			return rejected(state, n, prefix, p);
	}
	return NULL;
}

/** all that is known of one prefix */
static void paths_all(json_object *array, const view_state_t *state,
					  const bgp_route_t *route)
{
	const prefix_t *prefix = &route->prefix;
	bgp_path_view_t list[BGP_PATHS_VIEW];
	size_t skip = 0, n;

	while ((n = bgp_paths(state->bgp, prefix, skip, list, countof(list))) > 0)
	{
		for (size_t i = 0; i < n; i++)
		{
			json_object *obj = put_item(array);
			char *words = why(state, prefix, &list[i]);

			origin(obj, state, list[i].peer, list[i].source);
			put_str(obj, "use", use_name(list[i].use));
			put_str(obj, "why", words);
			put_bool(obj, "stale", list[i].stale);
			if (list[i].source == BGP_SOURCE_ROUTES)
			{
				ways(obj, state, route);
			}
			put_num(obj, "weight",
					skip + i < route->n_best ? route->best[skip + i].weight
											 : list[i].weight);
			view_attrs(obj, list[i].attrs);
			free(words);
		}
		skip += n;
	}
}

size_t view_route_members(const view_state_t *state, const bgp_route_t *route,
						  uint32_t members[static FIB_SET_MAX], uint32_t *group)
{
	*group =
		route->tag && state->fib ? fib_tag_group(state->fib, route->tag) : 0;
	return *group ? fib_group_members(state->fib, *group, members, FIB_SET_MAX)
				  : 0;
}

/** the ways that the kernel's group has now, by tunnel and not by number */
static void kernel(json_object *obj, const view_state_t *state,
				   const bgp_route_t *route)
{
	uint32_t members[FIB_SET_MAX], group;
	size_t n = view_route_members(state, route, members, &group);
	json_object *o, *via;

	if (!group)
	{
		put_str(obj, "kernel", NULL);
		return;
	}
	o = put_object(obj, "kernel");
	put_num(o, "group", group);
	via = put_array(o, "via");
	for (size_t i = 0; i < n; i++)
	{
		for (size_t t = 0; t < state->n_tunnels; t++)
		{
			if (view_tunnel_has(&state->tunnels[t], members[i]))
			{
				json_object_array_add(
					via, json_object_new_string(state->tunnels[t].link));
			}
		}
	}
}

/** full: all paths, also those that are not in use */
static void route_add(json_object *part, const view_state_t *state,
					  const bgp_route_t *route, bool full)
{
	json_object *obj = put_item(part);
	char text[PREFIX_STR_MAX];
	json_object *paths;

	put_str(obj, "prefix", prefix_format(&route->prefix, text));
	put_str(obj, "reason", bgp_step_name(route->step));
	kernel(obj, state, route);
	paths = put_array(obj, "paths");
	if (full)
	{
		paths_all(paths, state, route);
		return;
	}
	for (unsigned i = 0; i < route->n_best; i++)
	{
		path(paths, state, route, &route->best[i], true);
	}
	for (unsigned i = 0; i < route->n_backup; i++)
	{
		path(paths, state, route, &route->backup[i], false);
	}
}

/** the prefix itself, and then what is more specific: it follows in order */
static bool step_within(cursor_t *c, const view_state_t *state,
						bgp_route_t *route)
{
	if (!addr_is_set(&c->at.addr))
	{
		c->at = c->within;
		if (bgp_route_get(state->bgp, &c->within, route))
		{
			return true;
		}
	}
	if (!bgp_route_next(state->bgp, c->family, &c->at, route))
	{
		return false;
	}
	c->at = route->prefix;
	return prefix_contains(&c->within, &route->prefix);
}

/** the next route that is to be shown, or of no path, as bgp_route_next has it;
 * false: the end */
static bool step(cursor_t *c, const view_state_t *state, bgp_route_t *route)
{
	if (c->longer)
	{
		return step_within(c, state, route);
	}
	for (;;)
	{
		const prefix_t *after = addr_is_set(&c->at.addr) ? &c->at : NULL;

		if (bgp_route_next(state->bgp, c->family, after, route))
		{
			c->at = route->prefix;
			return true;
		}
		if (c->family == FAMILY_IPV6)
		{
			return false;
		}
		c->family = FAMILY_IPV6;
		c->at.addr = addr_none;
	}
}

/** the prefix in full, also if none of its paths can be chosen; or the route
 * that an address takes */
static void one(const cursor_t *c, const view_state_t *state, json_object *part)
{
	bool host = c->within.len == addr_bits(&c->within.addr);
	bgp_route_t route;
	bgp_path_view_t path_seen;

	if (bgp_route_get(state->bgp, &c->within, &route) ||
		(host && bgp_route_lookup(state->bgp, &c->within.addr, &route)))
	{
		route_add(part, state, &route, true);
	}
	else if (bgp_paths(state->bgp, &c->within, 0, &path_seen, 1))
	{
		route = (bgp_route_t){.prefix = c->within, .step = BGP_STEP_ONLY};
		route_add(part, state, &route, true);
	}
}

static bool routes_next(void *cursor, json_object *part)
{
	cursor_t *c = cursor;
	const view_state_t *state = c->fetch(c->user);
	bgp_route_t route;

	if (!state->bgp)
	{
		return false;
	}
	if (c->one)
	{
		one(c, state, part);
		return false;
	}
	for (unsigned i = 0; i < PART_MAX; i++)
	{
		if (!step(c, state, &route))
		{
			return false;
		}
		if (route.n_best)
		{
			route_add(part, state, &route, false);
		}
	}
	return true;
}

control_list_t view_routes(view_fetch_t fetch, void *user,
						   const prefix_t *prefix, bool longer)
{
	cursor_t *c = mem_alloc(sizeof(*c));

	c->fetch = fetch;
	c->user = user;
	c->family = FAMILY_IPV4;
	if (prefix)
	{
		c->within = *prefix;
		c->one = !longer;
		c->longer = longer;
		c->family = prefix->addr.family;
	}
	return (control_list_t){
		.next = routes_next,
		.destroy = free,
		.cursor = c,
	};
}
