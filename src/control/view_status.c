/* SPDX-License-Identifier: GPL-2.0-or-later */

/* `status`: the whole in one object, with what is wrong in words first. */

#include "control/view.h"

#include <string.h>

#include "control/json.h"
#include "control/protocol.h"

/** a problem of several lines is several */
static void problems(json_object *obj, const view_state_t *state)
{
	json_object *array = put_array(obj, "problems");

	for (size_t i = 0; i < state->n_problems; i++)
	{
		const char *s = state->problems[i];

		while (*s)
		{
			size_t len = strcspn(s, "\n");

			json_object_array_add(array,
								  json_object_new_string_len(s, (int)len));
			s += len + (s[len] != '\0');
		}
	}
}

static void routes(json_object *obj, const view_state_t *state)
{
	json_object *o = put_object(obj, "routes");
	fib_stats_t stats = {0};

	if (state->fib)
	{
		fib_stats(state->fib, &stats);
	}
	put_num(o, "ipv4",
			state->bgp ? bgp_route_count(state->bgp, FAMILY_IPV4) : 0);
	put_num(o, "ipv6",
			state->bgp ? bgp_route_count(state->bgp, FAMILY_IPV6) : 0);
	put_num(o, "static", state->n_statics);
	put_num(o, "static_used", state->n_statics_used);
	put_num(o, "kernel_ipv4", stats.routes[0]);
	put_num(o, "kernel_ipv6", stats.routes[1]);
	put_num(o, "groups", stats.groups);
	put_num(o, "waiting",
			(state->fib ? fib_waiting(state->fib) : 0) +
				(state->bgp ? bgp_changes_waiting(state->bgp) : 0));
	put_num(o, "route_writes", stats.route_writes);
	put_num(o, "group_writes", stats.group_writes);
	put_num(o, "memory", state->bgp ? bgp_memory(state->bgp) : 0);
}

static const fw_counter_t *guard_counter(const view_state_t *state,
										 const char *bundle)
{
	for (size_t i = 0; i < state->n_counters; i++)
	{
		const char *name = state->counters[i].name;

		if (strncmp(name, "guard-", 6) == 0 && strcmp(name + 6, bundle) == 0)
		{
			return &state->counters[i];
		}
	}
	return NULL;
}

static void bundle(json_object *array, const view_state_t *state,
				   const config_bundle_t *b)
{
	json_object *o = put_item(array);
	const fw_counter_t *guard = guard_counter(state, b->name);
	unsigned forwarding = 0, active = 0, total = 0;

	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];

		if (t->bundle == b)
		{
			total++;
			forwarding += tunnel_forwarding(t->tunnel);
			active += t->active;
		}
	}
	put_str(o, "name", b->name);
	put_str(o, "profile", b->profile);
	put_str(o, "mode",
			b->mode == CONFIG_ACTIVE_STANDBY ? "active-standby"
											 : "active-active");
	put_num(o, "tunnels", total);
	put_num(o, "forwarding", forwarding);
	put_num(o, "active", active);
	put_num(o, "min_links", b->min_links);
	put_bool(o, "below_min_links", forwarding < b->min_links);
	if (guard)
	{
		json_object *g = put_object(o, "leak_guard");

		put_num(g, "dropped_packets", guard->packets);
		put_num(g, "dropped_bytes", guard->bytes);
	}
	else
	{
		put_str(o, "leak_guard", NULL);
	}
}

static void histogram(json_object *obj, const uint64_t *counts)
{
	static const char *const names[VIEW_TURN_BUCKETS] = {
		"<1ms", "<2ms", "<5ms", "<10ms", "<20ms", "<50ms", "<100ms", ">=100ms"};
	json_object *turns = put_object(obj, "turns");

	for (unsigned i = 0; i < VIEW_TURN_BUCKETS; i++)
	{
		put_num(turns, names[i], counts ? counts[i] : 0);
	}
}

static void loop(json_object *obj, const view_state_t *state)
{
	json_object *o = put_object(obj, "loop"), *own, *kernel;

	histogram(o, state->turns);
	put_num(o, "longest_usec", state->turn_max);
	own = put_object(o, "own");
	histogram(own, state->own);
	put_num(own, "longest_usec", state->own_max);
	kernel = put_object(o, "kernel");
	put_num(kernel, "usec", state->kernel_total);
	put_num(kernel, "longest_usec", state->kernel_max);
}

json_object *view_status(const view_state_t *state)
{
	json_object *obj = json_object_new_object();
	char id[ADDR_STR_MAX];
	addr_t router_id;
	json_object *bundles;

	put_num(obj, "schema", CONTROL_VERSION);
	put_str(obj, "version", state->version);
	put_str(obj, "charon", state->charon_version);
	put_num(obj, "time", state->wall / USEC_PER_SEC);
	put_since(obj, "uptime", state->now, state->started);
	put_bool(obj, "configured", state->config && state->config->present);
	if (state->config && state->config->present)
	{
		router_id = addr_v4(state->config->router_id);
		put_num(obj, "asn", state->config->asn);
		put_str(obj, "router_id", addr_format(&router_id, id));
	}
	put_until(obj, "confirm", state->now,
			  state->confirm_until ? state->confirm_until : USEC_NEVER);
	problems(obj, state);
	bundles = put_array(obj, "bundles");
	for (size_t i = 0; state->config && i < state->config->n_bundles; i++)
	{
		bundle(bundles, state, &state->config->bundles[i]);
	}
	json_object_object_add(obj, "tunnels", view_tunnels(state));
	json_object_object_add(obj, "neighbors", view_neighbors(state));
	routes(obj, state);
	loop(obj, state);
	return obj;
}
