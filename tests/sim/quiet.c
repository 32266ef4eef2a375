/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The kernels when all has been well for a while: they hold what is used and
 * nothing else, and rekeys write nothing.
 */

#include "sim.h"

/** what a dump of the FIB's objects shows */
typedef struct census_t
{
	const sim_node_t *node;
	unsigned routes;
	kernel_group_t groups[64];
	unsigned n_groups;
	kernel_route_t list[64];
	unsigned n_used;
	kernel_nexthop_t hops[64];
	unsigned n_hops;
} census_t;

static void count_hop(void *user, const kernel_nexthop_t *hop)
{
	census_t *c = user;

	if (c->n_hops < countof(c->hops))
	{
		c->hops[c->n_hops++] = *hop;
	}
}

static void count_group(void *user, const kernel_group_t *group)
{
	census_t *c = user;

	if (c->n_groups < countof(c->groups))
	{
		c->groups[c->n_groups++] = *group;
	}
}

static void count_route(void *user, const kernel_route_t *route)
{
	census_t *c = user;

	c->routes++;
	if (c->n_used < countof(c->list))
	{
		c->list[c->n_used++] = *route;
	}
}

static bool group_used(const census_t *c, uint32_t id)
{
	for (unsigned i = 0; i < c->n_used; i++)
	{
		if (c->list[i].nexthop == id)
		{
			return true;
		}
	}
	return false;
}

static bool hop_used(const census_t *c, uint32_t id)
{
	for (unsigned i = 0; i < c->n_groups; i++)
	{
		for (unsigned k = 0; k < c->groups[i].count; k++)
		{
			if (c->groups[i].members[k].id == id)
			{
				return true;
			}
		}
	}
	return false;
}

static bool is_tunnels(const sim_node_t *node, uint32_t index)
{
	for (unsigned k = 0; k < node->sim->n_tunnels; k++)
	{
		const kernel_link_t *link = world_link(node->host, k);

		if (link && link->index == index)
		{
			return true;
		}
	}
	return false;
}

/** for the trace */
static void show(const census_t *c)
{
	sim_t *sim = c->node->sim;
	char p[PREFIX_STR_MAX];

	for (unsigned i = 0; i < c->n_hops; i++)
	{
		sim_trace(sim, "n%u: next hop %x link %u%s", c->node->number,
				  c->hops[i].id, c->hops[i].link,
				  c->hops[i].blackhole ? " blackhole" : "");
	}
	for (unsigned i = 0; i < c->n_groups; i++)
	{
		for (unsigned k = 0; k < c->groups[i].count; k++)
		{
			sim_trace(sim, "n%u: group %x has %x", c->node->number,
					  c->groups[i].id, c->groups[i].members[k].id);
		}
	}
	for (unsigned i = 0; i < c->n_used; i++)
	{
		sim_trace(sim, "n%u: route %s by %x", c->node->number,
				  prefix_format(&c->list[i].dst, p), c->list[i].nexthop);
	}
}

static void quiet_fib(sim_node_t *node)
{
	sim_t *sim = node->sim;
	census_t c = {.node = node};
	unsigned want = 0;

	fake_kernel_dump(node->host->kernel, count_hop, count_group, count_route,
					 &c);
	show(&c);
	for (unsigned f = 0; f < sim->n_nodes; f++)
	{
		for (unsigned i = 0; f != node->number && i < 2 * SIM_PREFIXES; i++)
		{
			want += check_wanted(node, &sim->nodes[f], i / 2, i % 2) != 0;
		}
	}
	if (c.routes != want)
	{
		sim_fail(sim, "n%u: %u routes in the kernel, not %u", node->number,
				 c.routes, want);
	}
	for (unsigned i = 0; i < c.n_groups; i++)
	{
		if (!group_used(&c, c.groups[i].id))
		{
			sim_fail(sim, "n%u: group %x is used by no route", node->number,
					 c.groups[i].id);
		}
	}
	for (unsigned i = 0; i < c.n_hops; i++)
	{
		/* one is kept as long as its member, used or not */
		if (!hop_used(&c, c.hops[i].id) && !c.hops[i].blackhole &&
			!is_tunnels(node, c.hops[i].link))
		{
			sim_fail(sim, "n%u: next hop %x is in no group", node->number,
					 c.hops[i].id);
		}
	}
}

static void quiet_small(sim_node_t *node)
{
	sim_t *sim = node->sim;
	const kernel_state_t *state = &node->host->state;
	size_t links = 2, addrs = 2, peers = 0, ends;

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *t = &sim->tunnels[k];

		links += node_has(node, t);
		peers += node_has(node, t) && !t->plain;
		addrs += node_has(node, t) ? 1u + (t->six && !t->only_six) : 0;
	}
	if (state->n_links != links || state->n_addrs != addrs)
	{
		sim_fail(sim, "n%u: %zu links and %zu addresses, not %zu and %zu",
				 node->number, state->n_links, state->n_addrs, links, addrs);
	}
	/* a rule and a pin for each outer address */
	ends = node_announces(node, SIM_AGGREGATE) ? 2 : 0;
	if (state->n_rules != peers || state->n_routes != peers + ends)
	{
		sim_fail(sim,
				 "n%u: %zu rules, %zu pins and dead ends for %zu peers and "
				 "%zu aggregates",
				 node->number, state->n_rules, state->n_routes, peers, ends);
	}
	if (node->host->pin_gap)
	{
		sim_fail(sim, "n%u: a default route without a pin", node->number);
	}
}

/** kernels have what their charons have; an outbound half may be missing where
 * another SA has one */
static void quiet_sas(sim_tunnel_t *t)
{
	for (unsigned i = 0; i < 2 * SIM_SAS; i++)
	{
		const sim_sa_t *sa = &t->sas[i / 2];
		unsigned s = i % 2;

		if (sa->used && !sa->id[s] && (sa->in[s] || sa->out[s]))
		{
			sim_fail(t->sim, "t%u: side %u has an SA that no charon has",
					 t->number + 1, s);
		}
	}
}

void check_quiet(sim_t *sim)
{
	uint64_t writes[SIM_NODES];
	unsigned applies[SIM_NODES];

	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		quiet_fib(&sim->nodes[i]);
		quiet_small(&sim->nodes[i]);
		writes[i] = sim->nodes[i].host->writes;
		applies[i] = sim->nodes[i].host->fw_applies;
	}
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		unsigned n = stream_count(&sim->tunnels[i]);

		quiet_sas(&sim->tunnels[i]);

		if (n != sim->tunnels[i].bgp)
		{
			sim_fail(sim, "t%u: %u connections", i + 1, n);
		}
	}
	/* rekeys change nothing */
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		charon_rekey(&sim->tunnels[i], i % 2);
	}
	sim_run(sim, 22 * SEC);
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		if (sim->nodes[i].host->writes != writes[i] ||
			sim->nodes[i].host->fw_applies != applies[i])
		{
			sim_fail(sim, "n%u: writes to the kernel while all is as it should",
					 i);
		}
	}
}
