/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What goes over one session: `received` as it came, `accepted` as import
 * policy left it, `advertised` as it was sent. A walk in parts, each of which
 * looks at a bounded number of prefixes, also where few of them are the
 * neighbour's; it goes on behind the last one whatever has changed meanwhile.
 */

#include "control/view.h"

#include <stdlib.h>
#include <string.h>

#include "control/view_attrs.h"

/** routes, and prefixes looked at, of one part */
#define PART_MAX 128
#define LOOK_MAX 4096

typedef struct cursor_t
{
	view_fetch_t fetch;
	void *user;
	char *name;
	view_table_t table;
	/** within this prefix alone, and all that is in it */
	bool bounded;
	bool longer;
	prefix_t within;
	family_t family;
	/** the last one looked at, if started in this family */
	prefix_t at;
	bool started;
} cursor_t;

/** what import policy did with it */
static void policy(json_object *obj, const view_state_t *state,
				   const view_neighbor_t *n, const prefix_t *prefix,
				   const bgp_attrs_t *received, const bgp_attrs_t *accepted)
{
	put_bool(obj, "accepted", accepted != NULL);
	put_str(obj, "policy", n->import_policy);
	put_str(obj, "rule",
			n->import_policy
				? bgp_import_rule(state->bgp, n->peer, prefix, received)
				: NULL);
}

static json_object *item(json_object *part, const prefix_t *prefix)
{
	json_object *obj = put_item(part);
	char text[PREFIX_STR_MAX];

	put_str(obj, "prefix", prefix_format(prefix, text));
	return obj;
}

/** adds the prefix if the neighbour has announced it */
static bool add_received(const cursor_t *c, const view_state_t *state,
						 const view_neighbor_t *n, const prefix_t *prefix,
						 json_object *part)
{
	const bgp_attrs_t *received, *accepted;
	json_object *obj;

	if (!bgp_received_get(state->bgp, n->peer, prefix, &received, &accepted) ||
		(c->table == VIEW_ACCEPTED && !accepted))
	{
		return false;
	}
	obj = item(part, prefix);
	policy(obj, state, n, prefix, received, accepted);
	if (c->table == VIEW_ACCEPTED)
	{
		view_attrs(obj, accepted);
		return true;
	}
	view_attrs(obj, received);
	if (accepted)
	{
		view_attrs_diff(obj, received, accepted);
	}
	return true;
}

/** the next prefix that may be of interest */
static bool look(const cursor_t *c, const view_state_t *state,
				 const view_neighbor_t *n, const prefix_t *after,
				 prefix_t *prefix, const bgp_attrs_t **attrs)
{
	return c->table == VIEW_ADVERTISED
			   ? bgp_advertised_next(state->bgp, n->peer, c->family, after,
									 prefix, attrs)
			   : bgp_prefix_next(state->bgp, c->family, after, prefix);
}

static bool add(const cursor_t *c, const view_state_t *state,
				const view_neighbor_t *n, const prefix_t *prefix,
				const bgp_attrs_t *attrs, json_object *part)
{
	if (c->table != VIEW_ADVERTISED)
	{
		return add_received(c, state, n, prefix, part);
	}
	view_attrs(item(part, prefix), attrs);
	return true;
}

/** the prefix just before p in order, so that a walk behind it begins with p;
 * false: p is the first of all */
static bool before(const prefix_t *p, prefix_t *out)
{
	addr_t addr = p->addr;
	unsigned i = addr_bits(&addr) / 8;

	if (p->len == 0)
	{
		return false;
	}
	*out = prefix_make(&addr, p->len - 1u);
	if (addr_equal(&out->addr, &addr))
	{
		return true;
	}
	/* its last bit is set, so that this ends */
	while (addr.b[--i]-- == 0)
	{
	}
	*out = prefix_make(&addr, addr_bits(&addr));
	return true;
}

/** where the walk goes on; false: from the first */
static bool position(const cursor_t *c, prefix_t *at)
{
	if (c->started)
	{
		*at = c->at;
		return true;
	}
	return c->bounded && before(&c->within, at);
}

/** the next prefix to look at into c->at; false: the end */
static bool step(cursor_t *c, const view_state_t *state,
				 const view_neighbor_t *n, const bgp_attrs_t **attrs)
{
	prefix_t at, found;

	while (!look(c, state, n, position(c, &at) ? &at : NULL, &found, attrs))
	{
		if (c->bounded || c->family == FAMILY_IPV6)
		{
			return false;
		}
		c->family = FAMILY_IPV6;
		c->started = false;
	}
	c->at = found;
	c->started = true;
	return !c->bounded || (c->longer ? prefix_contains(&c->within, &found)
									 : prefix_equal(&c->within, &found));
}

static bool received_next(void *cursor, json_object *part)
{
	cursor_t *c = cursor;
	const view_state_t *state = c->fetch(c->user);
	const view_neighbor_t *n = view_neighbor_find(state, c->name);
	unsigned added = 0;

	for (unsigned i = 0; n && i < LOOK_MAX && added < PART_MAX; i++)
	{
		const bgp_attrs_t *attrs = NULL;

		if (!step(c, state, n, &attrs))
		{
			return false;
		}
		if (c->table == VIEW_ADVERTISED && !attrs)
		{
			/* that was a walk of its own */
			break;
		}
		added += add(c, state, n, &c->at, attrs, part);
	}
	return n != NULL;
}

static void cursor_free(void *cursor)
{
	cursor_t *c = cursor;

	free(c->name);
	free(c);
}

control_list_t view_neighbor_routes(view_fetch_t fetch, void *user,
									const char *name, view_table_t table,
									const prefix_t *prefix, bool longer)
{
	cursor_t *c = mem_alloc(sizeof(*c));

	c->fetch = fetch;
	c->user = user;
	c->name = str_copy(name);
	c->table = table;
	c->family = FAMILY_IPV4;
	if (prefix)
	{
		c->bounded = true;
		c->longer = longer;
		c->within = *prefix;
		c->family = prefix->addr.family;
	}
	return (control_list_t){
		.next = received_next,
		.destroy = cursor_free,
		.cursor = c,
	};
}
