/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `routes`: a walk through the table that stops after each part and goes on
 * behind the last prefix, whatever has changed meanwhile.
 */

#include "control/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/rbuf.h"
#include "bgp/attr.h"
#include "control/json.h"

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

static void as_path(json_object *obj, const bgp_attrs_t *attrs)
{
	rbuf_t r = rbuf_make(attrs->as_path.data, attrs->as_path.len);
	json_object *array = put_array(obj, "as_path");
	uint8_t type, count;

	while (rbuf_u8(&r, &type) && rbuf_u8(&r, &count))
	{
		/* a set (RFC 4271) is an array in the array */
		json_object *to = array;
		uint32_t asn;

		if (type == 1)
		{
			to = json_object_new_array();
			json_object_array_add(array, to);
		}
		while (count-- && rbuf_u32(&r, &asn))
		{
			json_object_array_add(to, json_object_new_uint64(asn));
		}
	}
}

static void path(json_object *array, const view_state_t *state,
				 const bgp_path_t *p, bool best)
{
	static const char *const origins[] = {"igp", "egp", "incomplete"};
	json_object *obj = put_item(array);
	const bgp_attrs_t *a = p->attrs;

	put_str(obj, "neighbor", p->peer ? bgp_peer_name(p->peer) : NULL);
	put_str(obj, "tunnel", p->peer ? tunnel_of(state, p->peer) : NULL);
	put_str(obj, "use", best ? "best" : "backup");
	put_num(obj, "weight", p->weight);
	if (!a)
	{
		return;
	}
	put_addr(obj, "next_hop", bgp_next_hop_addr(state->bgp, p->next_hop));
	as_path(obj, a);
	put_str(obj, "origin", origins[a->origin % 3]);
	if (a->has & BGP_HAS_LOCAL_PREF)
	{
		put_num(obj, "local_pref", a->local_pref);
	}
	if (a->has & BGP_HAS_MED)
	{
		put_num(obj, "med", a->med);
	}
}

/** the ways that the kernel's group has now, by tunnel and not by number */
static void kernel(json_object *obj, const view_state_t *state,
				   const bgp_route_t *route)
{
	uint32_t members[FIB_SET_MAX];
	uint32_t group =
		route->tag && state->fib ? fib_tag_group(state->fib, route->tag) : 0;
	json_object *o, *via;
	size_t n;

	if (!group)
	{
		put_str(obj, "kernel", NULL);
		return;
	}
	o = put_object(obj, "kernel");
	put_num(o, "group", group);
	via = put_array(o, "via");
	n = fib_group_members(state->fib, group, members, countof(members));
	for (size_t i = 0; i < n; i++)
	{
		for (size_t t = 0; t < state->n_tunnels; t++)
		{
			const view_tunnel_t *tunnel = &state->tunnels[t];

			for (unsigned k = 0; k < tunnel->n_members; k++)
			{
				if (tunnel->members[k] == members[i])
				{
					json_object_array_add(via,
										  json_object_new_string(tunnel->link));
				}
			}
		}
	}
}

static void route_add(json_object *part, const view_state_t *state,
					  const bgp_route_t *route)
{
	json_object *obj = put_item(part);
	char text[PREFIX_STR_MAX];
	json_object *paths;

	put_str(obj, "prefix", prefix_format(&route->prefix, text));
	put_str(obj, "reason", bgp_step_name(route->step));
	kernel(obj, state, route);
	paths = put_array(obj, "paths");
	for (unsigned i = 0; i < route->n_best; i++)
	{
		path(paths, state, &route->best[i], true);
	}
	for (unsigned i = 0; i < route->n_backup; i++)
	{
		path(paths, state, &route->backup[i], false);
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

/** the next route that is to be shown; false: the end */
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
		bool found = c->within.len == addr_bits(&c->within.addr)
						 ? bgp_route_lookup(state->bgp, &c->within.addr, &route)
						 : bgp_route_get(state->bgp, &c->within, &route);

		if (found)
		{
			route_add(part, state, &route);
		}
		return false;
	}
	for (unsigned i = 0; i < PART_MAX; i++)
	{
		if (!step(c, state, &route))
		{
			return false;
		}
		route_add(part, state, &route);
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
