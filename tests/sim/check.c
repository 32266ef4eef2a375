/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What must hold. At each step: a flow finds its way while there is one that
 * works, within the time that the configured detectors are given; what is
 * protected has no way outside. When all has been well for a while: each way
 * is used, and the kernels hold that and nothing else.
 */

#include "sim.h"

#include <stdio.h>
#include <string.h>

#define TABLE  254
#define METRIC 20
/** a tunnel that works and has its session this long must be in use */
#define UP_MAX (3 * SEC)
/** BFD that was not Up speaks once a second (RFC 5880 section 6.8.3): it falls by
 * three that are missing, and comes back by as many */
#define BFD_SLOW (6 * SEC)
/** and a wrong way may show this long after it has become one */
#define WRONG_MAX (1500 * MSEC)
/** charon's DPD_DELAY and all its tries */
#define DPD_MAX (40 * SEC)
/** the audit finds a table that is gone */
#define TABLE_MAX (11 * SEC)
/** and routes that were refused */
#define AUDIT_MAX (12 * SEC)
/** BFD's slow start and the like */
#define WATCHED (10 * SEC)

/* -- tunnels ---------------------------------------------------------------------- */

static bool runs(const sim_node_t *node)
{
	return node->core && !node->stopping;
}

bool check_fit(const sim_tunnel_t *t)
{
	for (unsigned s = 0; s < 2; s++)
	{
		const sim_end_t *end = &t->end[s];

		if (!runs(end->node) || end->absent || end->drained || end->shutdown ||
			t->sim->now < end->reauth_until || !charon_count(t, s) ||
			(t->bgp && node_session(end->node, t) != BGP_ESTABLISHED))
		{
			return false;
		}
	}
	return !t->loss && wire_both(t);
}

static void look(sim_tunnel_t *t)
{
	sim_t *sim = t->sim;
	bool fit = check_fit(t);

	for (unsigned s = 0; s < 2; s++)
	{
		sim_end_t *end = &t->end[s];

		if (fit && !end->fit_since)
		{
			end->fit_since = sim->now;
		}
		else if (!fit)
		{
			end->fit_since = 0;
		}
	}
}

static void look_wire(sim_tunnel_t *t)
{
	sim_t *sim = t->sim;
	bool both = runs(t->end[0].node) && runs(t->end[1].node);

	for (unsigned s = 0; s < 2; s++)
	{
		sim_end_t *end = &t->end[s];

		if (wire_works(t, s))
		{
			end->works_since =
				end->works_since && both ? end->works_since : sim->now;
			end->broken_since = 0;
		}
		else if (!end->broken_since)
		{
			sim_trace(sim, "t%u: nothing passes from side %u", t->number + 1,
					  s);
			end->broken_since = sim->now;
			end->watched =
				end->works_since && sim->now - end->works_since >= WATCHED;
			end->works_since = 0;
		}
	}
}

/** how long the side may go on sending into a broken tunnel */
static usec_t detection(const sim_tunnel_t *t, unsigned side)
{
	const sim_t *sim = t->sim;
	const sim_bundle_t *b = tunnel_bundle(t);
	const sim_node_t *far = t->end[!side].node;
	/* BFD that ends in order is no failure (RFC 5882 section 4.2) */
	bool watched =
		t->end[side].watched && !t->end[0].absent && !t->end[1].absent;

	if (watched && t->bfd)
	{
		return (t->bfd_interval + 50) * MSEC * 3 + 300 * MSEC;
	}
	if (watched && t->probe)
	{
		return 3 * SEC;
	}
	if (t->bgp && !b->statics)
	{
		/* a session that ended by a crash leaves its routes for a while */
		return DPD_MAX + (!far->core || sim->now - far->started < 60 * SEC
							  ? sim->restart_time * SEC
							  : 0);
	}
	return (t->cut[0] || t->cut[1]) ? DPD_MAX : USEC_NEVER;
}

static bool is_dead(const sim_tunnel_t *t, unsigned side)
{
	usec_t since = t->end[side].broken_since;
	usec_t max = detection(t, side);

	return since && max != USEC_NEVER && t->sim->now > since + max;
}

/* A detector that never came up does not fail a tunnel (DESIGN.md section 5),
 * and detectors live as long as SAs do: so an SA over which nothing ever passed
 * is not watched. What had failed before is remembered. */
void check_bare(sim_tunnel_t *t, unsigned side)
{
	sim_end_t *end = &t->end[side];

	end->watched = end->watched && is_dead(t, side);
	end->works_since = 0;
}

/* -- flows ---------------------------------------------------------------------------- */

typedef struct ways_t
{
	bool there;
	/** tunnels, as bits */
	unsigned tunnels;
	/** a member that is no tunnel of ours, or blackhole */
	unsigned others;
	uint16_t weights[SIM_TUNNELS];
} ways_t;

static void ways(const sim_node_t *node, const prefix_t *prefix, ways_t *out)
{
	const world_t *host = node->host;
	const kernel_route_t *route =
		fake_kernel_route(host->kernel, prefix, TABLE, METRIC);
	const kernel_group_t *group =
		route ? fake_kernel_group(host->kernel, route->nexthop) : NULL;

	memset(out, 0, sizeof(*out));
	out->there = route != NULL;
	for (unsigned i = 0; group && i < group->count; i++)
	{
		const kernel_nexthop_t *hop =
			fake_kernel_nexthop(host->kernel, group->members[i].id);
		bool found = false;

		for (unsigned k = 0; k < node->sim->n_tunnels; k++)
		{
			const kernel_link_t *link = world_link(host, k);

			if (hop && !hop->blackhole && link && hop->link == link->index)
			{
				out->tunnels |= 1u << k;
				out->weights[k] = group->members[i].weight;
				found = true;
			}
		}
		out->others += !found;
	}
}

/** the tunnels that may carry a prefix */
static bool carries(const sim_tunnel_t *t, unsigned prefix, bool six)
{
	const sim_bundle_t *b = tunnel_bundle(t);

	return (t->bgp && (!six || t->six)) || (b->statics && !prefix && !six);
}

static bool is_static(const sim_tunnel_t *t, unsigned prefix, bool six)
{
	return tunnel_bundle(t)->statics && !prefix && !six;
}

static bool announced(const sim_tunnel_t *t, const sim_node_t *far,
					  unsigned prefix, bool six)
{
	return is_static(t, prefix, six) ||
		   (node_announces(far, prefix) &&
			far->sim->now > far->advertised_at + UP_MAX);
}

/** there are ways enough that have worked for a while */
static bool has_way(const sim_node_t *node, const sim_node_t *far,
					unsigned prefix, bool six)
{
	const sim_t *sim = node->sim;
	unsigned fit = 0, need = 1;

	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		const sim_tunnel_t *t = &sim->tunnels[i];
		usec_t settle = UP_MAX, works = t->end[0].works_since;

		works = works > t->end[1].works_since ? works : t->end[1].works_since;

		if (!node_has(node, t) || !node_has(far, t) ||
			!carries(t, prefix, six) || !announced(t, far, prefix, six))
		{
			continue;
		}
		/* back from a restart: tables are deferred (RFC 4724), and neighbours
		 * that do not come are waited for */
		if (sim->now < node->started + 75 * SEC ||
			sim->now < far->started + 75 * SEC)
		{
			settle = 45 * SEC;
		}
		else if (t->bfd && sim->now < works + WATCHED)
		{
			settle += BFD_SLOW;
		}
		need = tunnel_bundle(t)->min_links;
		fit += t->end[0].fit_since && sim->now > t->end[0].fit_since + settle;
	}
	return fit >= (need ? need : 1);
}

static void flow(sim_node_t *node, const sim_node_t *far, unsigned i, bool six)
{
	sim_t *sim = node->sim;
	const prefix_t *prefix = node_prefix(far->number, i, six);
	usec_t *astray = &node->astray[far->number][i][six];
	char p[PREFIX_STR_MAX], why[64] = "";
	ways_t w;

	ways(node, prefix, &w);
	if (!w.there || (!w.tunnels && w.others))
	{
		snprintf(why, sizeof(why), w.there ? "a blackhole" : "no route");
	}
	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *t = &sim->tunnels[k];

		if ((w.tunnels & (1u << k)) && is_dead(t, node_side(node, t)))
		{
			snprintf(
				why, sizeof(why), "a way through t%u, dead for %.1f s", k + 1,
				(double)(sim->now - t->end[node_side(node, t)].broken_since) /
					(double)SEC);
		}
	}
	if (!why[0] || !runs(node) || sim->now < node->grace ||
		!has_way(node, far, i, six))
	{
		*astray = 0;
		return;
	}
	*astray = *astray ? *astray : sim->now;
	if (sim->now > *astray + WRONG_MAX)
	{
		sim_fail(sim, "n%u: %s has %s, and there is one that works",
				 node->number, prefix_format(prefix, p), why);
	}
}

/* -- the guard ---------------------------------------------------------------------------- */

static bool in(const fw_prefixes_t *list, const prefix_t *p)
{
	for (size_t i = 0; i < list->count; i++)
	{
		if (list->list[i].addr.family == p->addr.family &&
			list->list[i].len <= p->len &&
			prefix_contains_addr(&list->list[i], &p->addr))
		{
			return true;
		}
	}
	return false;
}

static bool eth0_allowed(const fw_guard_t *g)
{
	bool listed = false;

	for (size_t i = 0; i < g->links.count; i++)
	{
		listed |= strcmp(g->links.list[i], "eth0") == 0;
	}
	return listed != g->links_denied;
}

/** nothing to the prefix leaves by the underlay */
static bool is_guarded(const fw_model_t *model, const prefix_t *prefix)
{
	for (size_t i = 0; i < model->n_guards; i++)
	{
		const fw_guard_t *g = &model->guards[i];

		if (in(&g->protect, prefix) && !in(&g->except, prefix) &&
			!eth0_allowed(g))
		{
			return true;
		}
	}
	return false;
}

static void guard(sim_node_t *node)
{
	sim_t *sim = node->sim;
	const world_t *host = node->host;

	node->guarded |= host->fw_applies > 0;
	if (!node->guarded || !host->fw_gone)
	{
		node->unguarded_since = 0;
	}
	else if (!node->unguarded_since || !runs(node))
	{
		node->unguarded_since = sim->now;
	}
	else if (sim->now > node->unguarded_since + TABLE_MAX)
	{
		sim_fail(sim, "n%u: the table is gone and not made again",
				 node->number);
	}
	for (unsigned f = 0; f < sim->n_nodes && node->guarded && !host->fw_gone;
		 f++)
	{
		const prefix_t *prefix = node_prefix(f, 0, false);

		if (f != node->number && (!f || !node->number) &&
			!is_guarded(&host->firewall, prefix))
		{
			sim_fail(sim, "n%u: no guard holds what goes to n%u", node->number,
					 f);
		}
	}
}

/* -- each step ------------------------------------------------------------------------------ */

static void look_kernel(sim_node_t *node)
{
	const fake_counts_t *counts = fake_kernel_counts(node->host->kernel);

	if (node->host->refuse_routes != node->refusals)
	{
		/* the audit tries again */
		node->refusals = node->host->refuse_routes;
		node->grace = node->sim->now + AUDIT_MAX;
	}
	if (counts->groups != node->groups || counts->routes != node->routes)
	{
		node->groups = counts->groups;
		node->routes = counts->routes;
		sim_trace(node->sim, "n%u: has %u groups and %u routes", node->number,
				  node->groups, node->routes);
	}
	if (counts->wrongs && !node->refused)
	{
		sim_fail(node->sim, "n%u: %s", node->number, counts->wrong);
	}
}

void check_disturbed(sim_node_t *node)
{
	for (unsigned i = 0; i < node->sim->n_tunnels; i++)
	{
		if (node_has(node, &node->sim->tunnels[i]))
		{
			sim_end_t *end = node->sim->tunnels[i].end;

			/* detectors may begin anew */
			end[0].fit_since = end[1].fit_since = 0;
			end[0].works_since = end[1].works_since = 0;
			end[0].watched = end[1].watched = false;
		}
	}
}

void check_step(sim_t *sim)
{
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		look_wire(&sim->tunnels[i]);
	}
	if (sim->now < sim->looked + 50 * MSEC)
	{
		return;
	}
	sim->looked = sim->now;
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		look(&sim->tunnels[i]);
	}
	for (unsigned n = 0; n < sim->n_nodes; n++)
	{
		sim_node_t *node = &sim->nodes[n];

		look_kernel(node);
		guard(node);
		for (unsigned f = 0; f < sim->n_nodes; f++)
		{
			for (unsigned i = 0; f != n && (!f || !n) && i < SIM_PREFIXES; i++)
			{
				flow(node, &sim->nodes[f], i, false);
				flow(node, &sim->nodes[f], i, true);
			}
		}
	}
}

/* -- when all is well ------------------------------------------------------------------------- */

/** the tunnels that should carry the prefix, as bits */
static unsigned wanted(const sim_node_t *node, const sim_node_t *far,
					   unsigned prefix, bool six)
{
	const sim_t *sim = node->sim;
	unsigned bits = 0;

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *t = &sim->tunnels[k];

		if (node_has(node, t) && node_has(far, t) && carries(t, prefix, six) &&
			(is_static(t, prefix, six) || node_announces(far, prefix)) &&
			!(bits && tunnel_bundle(t)->standby))
		{
			bits |= 1u << k;
		}
	}
	return bits;
}

static char words[256];

/** shares are as the configuration's weights are to each other */
static const char *weights_converged(const sim_node_t *node,
									 const prefix_t *prefix, const ways_t *w)
{
	const sim_t *sim = node->sim;
	char p[PREFIX_STR_MAX];

	for (unsigned i = 0; i < sim->n_tunnels * sim->n_tunnels; i++)
	{
		unsigned a = i / sim->n_tunnels, b = i % sim->n_tunnels;

		if ((w->tunnels & (1u << a)) && (w->tunnels & (1u << b)) &&
			w->weights[a] * sim->tunnels[b].weight !=
				w->weights[b] * sim->tunnels[a].weight)
		{
			snprintf(words, sizeof(words),
					 "n%u: %s has shares %u and %u on t%u and t%u",
					 node->number, prefix_format(prefix, p), w->weights[a],
					 w->weights[b], a + 1, b + 1);
			return words;
		}
	}
	return NULL;
}

static const char *flow_converged(const sim_node_t *node, const sim_node_t *far,
								  unsigned i, bool six)
{
	const prefix_t *prefix = node_prefix(far->number, i, six);
	unsigned want = wanted(node, far, i, six);
	char p[PREFIX_STR_MAX];
	ways_t w;

	ways(node, prefix, &w);
	if (w.tunnels == want && w.there == (want != 0) && !w.others)
	{
		return weights_converged(node, prefix, &w);
	}
	snprintf(words, sizeof(words), "n%u: %s %s, leaves by %x%s, not %x",
			 node->number, prefix_format(prefix, p),
			 w.there ? "is there" : "has no route", w.tunnels,
			 w.others ? " and others" : "", want);
	return words;
}

static const char *tunnel_converged(const sim_tunnel_t *t)
{
	for (unsigned s = 0; s < 2; s++)
	{
		if (!charon_count(t, s) || !wire_works(t, s))
		{
			snprintf(words, sizeof(words), "t%u: side %u does not get through",
					 t->number + 1, s);
			return words;
		}
		if (t->bgp && node_session(t->end[s].node, t) != BGP_ESTABLISHED)
		{
			snprintf(words, sizeof(words), "t%u: n%u has no session",
					 t->number + 1, t->end[s].node->number);
			return words;
		}
	}
	return NULL;
}

const char *check_converged(sim_t *sim)
{
	const char *missing = NULL;

	for (unsigned i = 0; !missing && i < sim->n_tunnels; i++)
	{
		missing = tunnel_converged(&sim->tunnels[i]);
	}
	for (unsigned n = 0; n < sim->n_nodes; n++)
	{
		for (unsigned f = 0; f < sim->n_nodes; f++)
		{
			for (unsigned i = 0; f != n && (!f || !n) && i < SIM_PREFIXES; i++)
			{
				for (unsigned six = 0; !missing && six < 2; six++)
				{
					missing =
						flow_converged(&sim->nodes[n], &sim->nodes[f], i, six);
				}
			}
		}
	}
	return missing;
}

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
			want += wanted(node, &sim->nodes[f], i / 2, i % 2) != 0;
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
	size_t links = 1, addrs = 0;

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *t = &sim->tunnels[k];

		links += node_has(node, t);
		addrs += node_has(node, t) ? 1u + (t->six && !t->only_six) : 0;
	}
	if (state->n_links != links || state->n_addrs != addrs)
	{
		sim_fail(sim, "n%u: %zu links and %zu addresses, not %zu and %zu",
				 node->number, state->n_links, state->n_addrs, links, addrs);
	}
	/* a rule and a pin for each outer address */
	if (state->n_rules != links - 1 || state->n_routes != links - 1)
	{
		sim_fail(sim, "n%u: %zu rules and %zu pins for %zu peers", node->number,
				 state->n_rules, state->n_routes, links - 1);
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
