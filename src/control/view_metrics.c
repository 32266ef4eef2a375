/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `metrics`: everything that is counted or measured, for a monitoring system.
 * It goes by the configuration: what is down is there as 0. The families of
 * the gateway and of its bundles are made when they are asked for, since they
 * ask the kernel; those of tunnels and neighbours in slices.
 */

#include "control/metric.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "control/json.h"

/** samples of a slice: a family more may follow */
#define SLICE 256

typedef struct cursor_t
{
	view_fetch_t fetch;
	void *user;
	/** those of the gateway; NULL: they are out */
	json_object *first;
	/** rows of tunnels, then of neighbours */
	size_t tunnels;
	size_t neighbors;
} cursor_t;

json_object *metric_family(json_object *families, const metric_t *metric)
{
	json_object *o = put_item(families);

	put_str(o, "name", metric->name);
	put_str(o, "type", metric->type);
	put_str(o, "unit", metric->unit[0] ? metric->unit : NULL);
	put_str(o, "help", metric->help);
	return put_array(o, "samples");
}

static json_object *millionths(uint64_t value)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%06llu",
			 (unsigned long long)(value / 1000000),
			 (unsigned long long)(value % 1000000));
	return json_object_new_double_s((double)value / 1000000, text);
}

json_object *metric_sample(json_object *samples, metric_value_t value)
{
	json_object *o, *labels, *number = NULL;

	switch (value.kind)
	{
		case METRIC_NONE:
			return NULL;
		case METRIC_UNKNOWN:
			break;
		case METRIC_COUNT:
			number = json_object_new_uint64(value.value);
			break;
		case METRIC_TIME:
		case METRIC_RATIO:
			number = millionths(value.value);
			break;
	}
	o = put_item(samples);
	labels = put_object(o, "labels");
	json_object_object_add(o, "value", number);
	return labels;
}

static void single(json_object *families, const metric_t *metric,
				   metric_value_t value)
{
	metric_sample(metric_family(families, metric), value);
}

/* -- the gateway ------------------------------------------------------------ */

static void build(json_object *families, const view_state_t *state)
{
	static const metric_t metric = {"cygnet_build", "info", "",
									"Version of the gateway and of charon."};
	json_object *labels =
		metric_sample(metric_family(families, &metric), metric_count(1));

	put_str(labels, "version", state->version);
	put_str(labels, "charon", state->charon_version);
}

/** turns of the loop, each bucket with those below it */
static void turns(json_object *families, const view_state_t *state)
{
	static const metric_t metric = {
		"cygnet_loop_turn_seconds", "histogram", "seconds",
		"Lengths of the turns of the gateway's thread."};
	static const metric_t longest = {
		"cygnet_loop_turn_longest_seconds", "gauge", "seconds",
		"Longest turn of the gateway's thread since its start."};
	static const char *const limits[VIEW_TURN_BUCKETS] = {
		"0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "+Inf"};
	json_object *samples = metric_family(families, &metric), *o;
	uint64_t all = 0;

	for (unsigned i = 0; i < VIEW_TURN_BUCKETS; i++)
	{
		all += state->turns ? state->turns[i] : 0;
		put_str(metric_sample(samples, metric_count(all)), "le", limits[i]);
		o = json_object_array_get_idx(samples, i);
		put_str(o, "suffix", "bucket");
	}
	metric_sample(samples, metric_count(all));
	o = json_object_array_get_idx(samples, VIEW_TURN_BUCKETS);
	put_str(o, "suffix", "count");
	metric_sample(samples, metric_time(state->turns_sum));
	o = json_object_array_get_idx(samples, VIEW_TURN_BUCKETS + 1);
	put_str(o, "suffix", "sum");
	single(families, &longest, metric_time(state->turn_max));
}

static void xfrm(json_object *families, const view_state_t *state)
{
	static const metric_t metric = {
		"cygnet_xfrm_errors", "counter", "",
		"Packets that IPsec has dropped in this network namespace, by the "
		"kernel's name for why (/proc/net/xfrm_stat)."};
	json_object *samples = metric_family(families, &metric);

	for (size_t i = 0; i < state->n_xfrm; i++)
	{
		put_str(metric_sample(samples, metric_count(state->xfrm[i].value)),
				"error", state->xfrm[i].name);
	}
}

static void two_families(json_object *families, const metric_t *metric,
						 uint64_t four, uint64_t six)
{
	json_object *samples = metric_family(families, metric);

	put_str(metric_sample(samples, metric_count(four)), "family", "ipv4");
	put_str(metric_sample(samples, metric_count(six)), "family", "ipv6");
}

static void routes(json_object *families, const view_state_t *state)
{
	static const metric_t known = {"cygnet_routes", "gauge", "",
								   "Prefixes with a route."},
						  kernel = {"cygnet_routes_kernel", "gauge", "",
									"Routes of ours in the kernel."};
	fib_stats_t stats = {0};
	bgp_t *bgp = state->bgp;

	if (state->fib)
	{
		fib_stats(state->fib, &stats);
	}
	two_families(families, &known, bgp ? bgp_route_count(bgp, FAMILY_IPV4) : 0,
				 bgp ? bgp_route_count(bgp, FAMILY_IPV6) : 0);
	two_families(families, &kernel, stats.routes[0], stats.routes[1]);

	const struct
	{
		metric_t metric;
		uint64_t value;
	} singles[] = {
		{{"cygnet_routes_static", "gauge", "",
		  "Static routes over tunnels that are configured."},
		 state->n_statics},
		{{"cygnet_routes_static_used", "gauge", "",
		  "Static routes over tunnels that are used."},
		 state->n_statics_used},
		{{"cygnet_routes_waiting", "gauge", "",
		  "Changes of routes that wait to be worked on or written."},
		 (state->fib ? fib_waiting(state->fib) : 0) +
			 (bgp ? bgp_changes_waiting(bgp) : 0)},
		{{"cygnet_nexthop_groups", "gauge", "",
		  "Next-hop groups of ours in the kernel."},
		 stats.groups},
		{{"cygnet_route_writes", "counter", "",
		  "Routes written to the kernel."},
		 stats.route_writes},
		{{"cygnet_group_writes", "counter", "",
		  "Next-hop groups written to the kernel."},
		 stats.group_writes},
		{{"cygnet_rib_memory_bytes", "gauge", "bytes",
		  "Memory of the BGP speaker's tables."},
		 bgp ? bgp_memory(bgp) : 0},
	};

	for (size_t i = 0; i < countof(singles); i++)
	{
		single(families, &singles[i].metric, metric_count(singles[i].value));
	}
}

static void gateway(json_object *families, const view_state_t *state)
{
	static const metric_t start = {"cygnet_start_time_seconds", "gauge",
								   "seconds",
								   "Start of the gateway since 1970."},
						  configured = {"cygnet_configured", "gauge", "",
										"A valid configuration is in force."},
						  problems = {
							  "cygnet_problems", "gauge", "",
							  "Problems that `cygnetctl status` names now."};

	build(families, state);
	single(families, &start, metric_moment(state, state->started));
	single(families, &configured,
		   metric_count(state->config && state->config->present));
	single(families, &problems, metric_count(state->n_problems));
	routes(families, state);
	turns(families, state);
	xfrm(families, state);
}

/* -- bundles ------------------------------------------------------------------ */

typedef struct bundle_t
{
	unsigned tunnels, forwarding, active;
	const fw_counter_t *guard;
} bundle_t;

static bundle_t bundle_count(const view_state_t *state,
							 const config_bundle_t *b)
{
	bundle_t count = {.guard = NULL};

	for (size_t i = 0; i < state->n_tunnels; i++)
	{
		const view_tunnel_t *t = &state->tunnels[i];

		if (t->bundle == b)
		{
			count.tunnels++;
			count.forwarding += tunnel_forwarding(t->tunnel);
			count.active += t->active;
		}
	}
	for (size_t i = 0; i < state->n_counters; i++)
	{
		const char *name = state->counters[i].name;

		if (strncmp(name, "guard-", 6) == 0 && strcmp(name + 6, b->name) == 0)
		{
			count.guard = &state->counters[i];
		}
	}
	return count;
}

enum
{
	B_TUNNELS,
	B_FORWARDING,
	B_ACTIVE,
	B_MIN_LINKS,
	B_PACKETS,
	B_BYTES,
	B_COUNT,
};

static const metric_t bundle_metrics[B_COUNT] = {
	[B_TUNNELS] = {"cygnet_bundle_tunnels", "gauge", "",
				   "Tunnels of the bundle that are configured."},
	[B_FORWARDING] = {"cygnet_bundle_tunnels_forwarding", "gauge", "",
					  "Tunnels of the bundle that forward."},
	[B_ACTIVE] = {"cygnet_bundle_tunnels_active", "gauge", "",
				  "Tunnels of the bundle that carry traffic."},
	[B_MIN_LINKS] = {"cygnet_bundle_min_links", "gauge", "",
					 "Tunnels that have to forward for the bundle to be "
					 "used."},
	[B_PACKETS] = {"cygnet_guard_dropped_packets", "counter", "packets",
				   "Packets that the leak guard has dropped."},
	[B_BYTES] = {"cygnet_guard_dropped_bytes", "counter", "bytes",
				 "Bytes of the packets that the leak guard has dropped."},
};

static void bundles(json_object *families, const view_state_t *state)
{
	json_object *samples[B_COUNT];

	for (unsigned m = 0; m < B_COUNT; m++)
	{
		samples[m] = metric_family(families, &bundle_metrics[m]);
	}
	for (size_t i = 0; state->config && i < state->config->n_bundles; i++)
	{
		const config_bundle_t *b = &state->config->bundles[i];
		bundle_t count = bundle_count(state, b);
		const uint64_t values[B_COUNT] = {
			[B_TUNNELS] = count.tunnels,
			[B_FORWARDING] = count.forwarding,
			[B_ACTIVE] = count.active,
			[B_MIN_LINKS] = b->min_links,
			[B_PACKETS] = count.guard ? count.guard->packets : 0,
			[B_BYTES] = count.guard ? count.guard->bytes : 0,
		};

		for (unsigned m = 0; m < B_COUNT; m++)
		{
			put_str(metric_sample(samples[m], metric_count(values[m])),
					"bundle", b->name);
		}
	}
}

/** each counter of the table by its name */
static void firewall(json_object *families, const view_state_t *state)
{
	static const metric_t packets = {"cygnet_firewall_packets", "counter",
									 "packets",
									 "Packets that a counter of the firewall's "
									 "table has seen; of netmap, flows."},
						  bytes = {"cygnet_firewall_bytes", "counter", "bytes",
								   "Bytes of these packets."};
	json_object *p = metric_family(families, &packets);
	json_object *b = metric_family(families, &bytes);

	for (size_t i = 0; i < state->n_counters; i++)
	{
		const fw_counter_t *c = &state->counters[i];

		put_str(metric_sample(p, metric_count(c->packets)), "counter", c->name);
		put_str(metric_sample(b, metric_count(c->bytes)), "counter", c->name);
	}
}

/* -- the list --------------------------------------------------------------- */

static void give_first(cursor_t *c, json_object *part)
{
	size_t n = json_object_array_length(c->first);

	for (size_t i = 0; i < n; i++)
	{
		json_object_array_add(
			part, json_object_get(json_object_array_get_idx(c->first, i)));
	}
	json_object_put(c->first);
	c->first = NULL;
}

static bool next(void *cursor, json_object *part)
{
	cursor_t *c = cursor;
	const view_state_t *state;
	size_t samples = 0, n;

	if (c->first)
	{
		give_first(c, part);
		return true;
	}
	state = c->fetch(c->user);
	while (samples < SLICE && (n = metric_tunnels(state, c->tunnels, part)))
	{
		c->tunnels++;
		samples += n;
	}
	while (samples < SLICE && (n = metric_neighbors(state, c->neighbors, part)))
	{
		c->neighbors++;
		samples += n;
	}
	return samples >= SLICE;
}

static void destroy(void *cursor)
{
	cursor_t *c = cursor;

	json_object_put(c->first);
	free(c);
}

control_list_t view_metrics(const view_state_t *state, view_fetch_t fetch,
							void *user)
{
	cursor_t *c = mem_alloc(sizeof(*c));

	c->fetch = fetch;
	c->user = user;
	c->first = json_object_new_array();
	gateway(c->first, state);
	bundles(c->first, state);
	firewall(c->first, state);
	return (control_list_t){.next = next, .destroy = destroy, .cursor = c};
}
