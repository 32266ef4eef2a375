/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Made of the answer about the three tunnels of fake_state.h: the one in health
 * 47 times, and the others where something is wrong.
 */

#include "unit/cli/fake_many.h"

#include "cli/reply.h"
#include "unit/cli/fake_state.h"

#define BUNDLES 25

/** what is wrong in the bundle of this number */
enum
{
	WELL,
	/** one of two is dead, and its session is held */
	HALF = 7,
	/** none of both has come up */
	NONE = 12,
};

static json_object *copy_of(json_object *array, size_t i)
{
	json_object *copy = NULL;

	json_object_deep_copy(reply_at(array, i), &copy, NULL);
	return copy;
}

static void set_name(json_object *o, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void set_name(json_object *o, const char *key, const char *fmt, ...)
{
	text_t text = {0};
	va_list args;

	va_start(args, fmt);
	text_vprintf(&text, fmt, args);
	va_end(args);
	json_object_object_add(o, key, json_object_new_string(text_str(&text)));
	text_deinit(&text);
}

static void set_number(json_object *o, const char *key, unsigned value)
{
	json_object_object_add(o, key, json_object_new_int((int)value));
}

/** how many tunnels of it forward */
static unsigned forwarding(fake_many_t state, unsigned bundle)
{
	switch (state)
	{
		case FAKE_MANY_WELL:
			return 2;
		case FAKE_MANY_TWO:
			return bundle == NONE ? 0 : bundle == HALF ? 1 : 2;
		case FAKE_MANY_DOWN:
			return bundle == 1 ? 2 : bundle == HALF ? 1 : 0;
	}
	return 0;
}

/** which of the three tunnels and sessions it is like */
static unsigned like(fake_many_t state, unsigned bundle, unsigned k)
{
	unsigned n = forwarding(state, bundle);

	return n == 0 ? 2 : k < n ? 0 : 1;
}

static void add_tunnel(json_object *status, json_object *few, fake_many_t state,
					   unsigned bundle, unsigned k)
{
	unsigned i = like(state, bundle, k);
	json_object *t = copy_of(reply_get(few, "tunnels"), i);
	json_object *n = copy_of(reply_get(few, "neighbors"), i);

	set_name(t, "name", "site-%u-%c", bundle, "ab"[k]);
	set_name(t, "bundle", "site-%u", bundle);
	set_number(t, "since", 100000 + 3600 * bundle + k);
	if (bundle == 20)
	{
		/* the last that changed */
		set_number(t, "since", 309 + k);
	}
	if (reply_get(t, "alert"))
	{
		/* to each at another time */
		set_number(t, "alert_since", 5 * bundle + k);
	}
	json_object_array_add(reply_get(status, "tunnels"), t);
	set_name(n, "name", "site-%u-%c", bundle, "ab"[k]);
	set_name(n, "tunnel", "site-%u-%c", bundle, "ab"[k]);
	set_name(n, "address", "169.254.%u.%u", bundle, 1 + 4 * k);
	json_object_array_add(reply_get(status, "neighbors"), n);
}

static void add_bundle(json_object *status, json_object *few, fake_many_t state,
					   unsigned bundle)
{
	json_object *b = copy_of(reply_get(few, "bundles"), 0);
	unsigned n = forwarding(state, bundle);

	set_name(b, "name", "site-%u", bundle);
	set_number(b, "tunnels", 2);
	set_number(b, "forwarding", n);
	set_number(b, "active", n);
	set_number(b, "min_links", 1);
	json_object_object_add(b, "below_min_links", json_object_new_boolean(!n));
	json_object_array_add(reply_get(status, "bundles"), b);
}

json_object *fake_many(fake_many_t state)
{
	bool well = state == FAKE_MANY_WELL;
	json_object *few = view_status(fake_state(NULL));
	json_object *status = NULL, *routes;

	json_object_deep_copy(few, &status, NULL);
	json_object_object_add(status, "bundles", json_object_new_array());
	json_object_object_add(status, "tunnels", json_object_new_array());
	json_object_object_add(status, "neighbors", json_object_new_array());
	json_object_object_add(status, "confirm", NULL);
	if (well)
	{
		json_object_object_add(status, "problems", json_object_new_array());
	}
	for (unsigned i = 1; i <= BUNDLES; i++)
	{
		/* numbers of those in health alone */
		unsigned bundle = well && (i == HALF || i == NONE) ? i + BUNDLES : i;

		add_bundle(status, few, state, bundle);
		for (unsigned k = 0; k < 2; k++)
		{
			add_tunnel(status, few, state, bundle, k);
		}
	}
	routes = reply_get(status, "routes");
	set_number(routes, "ipv4", 831);
	set_number(routes, "kernel_ipv4", 828);
	set_number(routes, "static", 0);
	set_number(routes, "groups", 23);
	set_number(routes, "waiting", 0);
	json_object_put(few);
	return status;
}
