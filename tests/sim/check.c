/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What must hold. At each step: a flow finds its way while there is one that
 * works, within the time that the configured detectors are given; what is
 * protected has no way outside. When all has been well for a while: each way
 * is used, and the kernels hold that and nothing else.
 */

#include "site.h"

#include <stdio.h>
#include <string.h>

/** flows and states are looked at so often */
#define LOOK   (50 * MSEC)
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
/** a link's end is told at once */
#define LINK_MAX (500 * MSEC)
/** what is withdrawn is gone everywhere */
#define WITHDRAW_MAX (5 * SEC)
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

/** its core has an SA of it, or its link */
static bool stands(const sim_tunnel_t *t, unsigned side)
{
	return t->plain ? plain_stands(t, side) : charon_count(t, side) > 0;
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

		if (!stands(t, s))
		{
			end->stands_since = 0;
		}
		else if (!end->stands_since)
		{
			end->stands_since = sim->now;
		}
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

/** in each step: a look would miss what is over before the next */
static void look_steady(sim_tunnel_t *t)
{
	usec_t since = t->steady_since ? t->steady_since : t->sim->now;

	t->steady_since = check_fit(t) ? since : 0;
	for (unsigned s = 0; s < 2; s++)
	{
		t->end[s].carried = t->end[s].carried && stands(t, s);
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
	const sim_end_t *end = &t->end[side];
	/* BFD that ends in order is no failure (RFC 5882 section 4.2) */
	bool watched = end->watched && !t->end[0].absent && !t->end[1].absent;

	if (t->plain && !plain_stands(t, side))
	{
		/* the kernel tells */
		return LINK_MAX;
	}
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
		return DPD_MAX +
			   (t->plain || !far->core || sim->now - far->started < 60 * SEC
					? sim->restart_time * SEC
					: 0);
	}
	if (t->plain || !(t->cut[0] || t->cut[1]))
	{
		return USEC_NEVER;
	}
	/* a wire that passes one way lets a peer make another IKE_SA, whose DPD begins
	 * anew */
	return DPD_MAX + (end->fresh_since > end->broken_since
						  ? end->fresh_since - end->broken_since
						  : 0);
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
	/** of a resilient group */
	bool buckets;
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
	out->buckets = group && group->buckets.count == FIB_BUCKETS;
	for (unsigned i = 0; group && i < group->count; i++)
	{
		const kernel_nexthop_t *hop =
			fake_kernel_nexthop(host->kernel, group->members[i].id);
		bool found = !fake_kernel_uses(group, i);

		for (unsigned k = 0; k < node->sim->n_tunnels && !found; k++)
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

static bool is_static(const sim_tunnel_t *t, unsigned prefix, bool six)
{
	const sim_bundle_t *b = tunnel_bundle(t);

	return b->statics && !prefix && (!six || b->six);
}

/** the tunnels that may carry a prefix */
static bool carries(const sim_tunnel_t *t, unsigned prefix, bool six)
{
	return (t->bgp && (!six || t->six)) || is_static(t, prefix, six);
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

/** neither end has been back from a restart only just */
static bool long_there(const sim_node_t *node, const sim_node_t *far)
{
	return far->core && node->sim->now > node->started + 75 * SEC &&
		   node->sim->now > far->started + 75 * SEC;
}

/** what the far end announces no more is gone, where its session stands */
static void withdrawn(const sim_node_t *node, const sim_node_t *far, unsigned i,
					  bool six, unsigned tunnels)
{
	sim_t *sim = node->sim;
	char p[PREFIX_STR_MAX];

	if (!tunnels || !runs(node) || !long_there(node, far) ||
		sim->now < node->grace ||
		sim->now < far->advertised_at + WITHDRAW_MAX || node_announces(far, i))
	{
		return;
	}
	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *t = &sim->tunnels[k];
		usec_t fit = t->end[0].fit_since;

		if ((tunnels & (1u << k)) && !is_static(t, i, six) && fit &&
			sim->now > fit + WITHDRAW_MAX)
		{
			sim_fail(sim, "n%u: %s is withdrawn, and has a way through t%u",
					 node->number,
					 prefix_format(node_prefix(far->number, i, six), p), k + 1);
		}
	}
}

/** nothing has been amiss with the tunnel for a while, at either end */
static bool is_steady(const sim_tunnel_t *t, usec_t settle)
{
	usec_t now = t->sim->now;

	return t->steady_since && now > t->steady_since + settle &&
		   now > t->end[0].reauth_at + 60 * SEC &&
		   now > t->end[1].reauth_at + 60 * SEC;
}

/** the bundle has had links enough without it: or it stood for nothing */
static bool had_links(const sim_tunnel_t *t)
{
	const sim_t *sim = t->sim;
	unsigned n = 0;

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *other = &sim->tunnels[k];

		n += other != t && other->end[1].node == t->end[1].node &&
			 is_steady(other, UP_MAX + BFD_SLOW);
	}
	return tunnel_bundle(t)->min_links < 2 || n >= tunnel_bundle(t)->min_links;
}

/** a standby that works is left for a better tunnel, but not before that has
 * stood for as long as is said */
static void preempted(const sim_node_t *node, const sim_node_t *far, unsigned i,
					  bool six, unsigned before, unsigned after)
{
	sim_t *sim = node->sim;
	const sim_tunnel_t *from = NULL, *to = NULL;
	const sim_bundle_t *b;
	const sim_end_t *new;

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		from = before == 1u << k ? &sim->tunnels[k] : from;
		to = after == 1u << k ? &sim->tunnels[k] : to;
	}
	/* what is being withdrawn goes from one after the other */
	if (!from || !to || to >= from || !long_there(node, far) ||
		!announced(to, far, i, six))
	{
		return;
	}
	for (const sim_tunnel_t *t = sim->tunnels; t < from; t++)
	{
		if (t != to && t->end[1].node == to->end[1].node &&
			t->end[node_side(node, t)].stands_since)
		{
			/* the one in use may have no session: both are spare ones */
			return;
		}
	}
	b = tunnel_bundle(to);
	new = &to->end[node_side(node, to)];
	/* one that has taken over already may have been without a session since */
	if (b->standby && is_steady(from, UP_MAX) && had_links(to) &&
		!new->carried &&
		sim->now + 10 * LOOK < new->stands_since + b->preempt_delay *SEC)
	{
		sim_fail(sim, "n%u: t%u gives way to t%u, up for %.1f s, not %u s",
				 node->number, from->number + 1, to->number + 1,
				 (double)(sim->now - new->stands_since) / (double)SEC,
				 b->preempt_delay);
	}
}

static void flow(sim_node_t *node, const sim_node_t *far, unsigned i, bool six)
{
	sim_t *sim = node->sim;
	const prefix_t *prefix = node_prefix(far->number, i, six);
	usec_t *astray = &node->astray[far->number][i][six];
	char p[PREFIX_STR_MAX], why[64] = "";
	ways_t w;

	ways(node, prefix, &w);
	withdrawn(node, far, i, six, w.tunnels);
	if (w.tunnels != node->went[far->number][i][six])
	{
		preempted(node, far, i, six, node->went[far->number][i][six],
				  w.tunnels);
		node->went[far->number][i][six] = w.tunnels;
	}
	if (!w.there || (!w.tunnels && w.others))
	{
		snprintf(why, sizeof(why), w.there ? "a blackhole" : "no route");
	}
	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		sim_tunnel_t *t = &sim->tunnels[k];

		if (!(w.tunnels & (1u << k)))
		{
			continue;
		}
		t->end[node_side(node, t)].carried = true;
		if (is_dead(t, node_side(node, t)))
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

/* -- pins and dead ends ------------------------------------------------------------------- */

/** true: what is wrong has been so for too long */
static bool lasts(const sim_node_t *node, bool wrong, usec_t *since)
{
	const sim_t *sim = node->sim;

	if (!wrong || !runs(node) || sim->now < node->grace ||
		sim->now < node->started + UP_MAX)
	{
		*since = 0;
		return false;
	}
	*since = *since ? *since : sim->now;
	return sim->now > *since + WRONG_MAX;
}

/** pins lead where the underlay does */
static void pins(sim_node_t *node)
{
	const kernel_state_t *state = &node->host->state;
	bool wrong = false;
	addr_t gateway;

	if (!addr_parse(node->host->gateway ? node->host->gateway
										: "198.51.100.254",
					&gateway))
	{
		return;
	}
	for (size_t i = 0; i < state->n_routes; i++)
	{
		wrong |= state->routes[i].table == KERNEL_PIN_TABLE &&
				 !addr_equal(&state->routes[i].gateway, &gateway);
	}
	if (lasts(node, wrong, &node->mispinned_since))
	{
		sim_fail(node->sim, "n%u: a pin leads to a gateway that is no more",
				 node->number);
	}
}

static bool dead_end(const sim_node_t *node, const prefix_t *prefix)
{
	const kernel_state_t *state = &node->host->state;

	for (size_t i = 0; i < state->n_routes; i++)
	{
		if (state->routes[i].type == KERNEL_UNREACHABLE &&
			prefix_equal(&state->routes[i].dst, prefix))
		{
			return true;
		}
	}
	return false;
}

/** what is protected ends at the gateway while no member is left (when_down),
 * and not while one works */
static void dead_ends(sim_node_t *node, const sim_node_t *far)
{
	sim_t *sim = node->sim;
	const sim_bundle_t *b =
		&sim->bundles[node->number ? node->number : far->number];
	bool there = dead_end(node, node_prefix(far->number, SIM_AGGREGATE, false));
	bool none = true, one = false;

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		const sim_tunnel_t *t = &sim->tunnels[k];

		if (node_has(node, t) && node_has(far, t))
		{
			const sim_end_t *end = &t->end[node_side(node, t)];

			none &= end->absent || !end->stands_since;
			one |= end->fit_since &&
				   sim->now > end->fit_since + UP_MAX + (t->bfd ? BFD_SLOW : 0);
		}
	}
	if (lasts(node,
			  there ? one || !b->unreachable || b->default_guard
					: none && b->unreachable && !b->default_guard,
			  &node->misled_since[far->number]))
	{
		sim_fail(sim, "n%u: what goes to n%u %s", node->number, far->number,
				 there ? "ends here, and there is a way"
					   : "has no way, and no end");
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
			node->sim->tunnels[i].steady_since = 0;
			end[0].works_since = end[1].works_since = 0;
			end[0].watched = end[1].watched = false;
		}
	}
}

void check_tampered(sim_tunnel_t *t)
{
	t->steady_since = 0;
}

void check_step(sim_t *sim)
{
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		look_wire(&sim->tunnels[i]);
		look_steady(&sim->tunnels[i]);
	}
	if (sim->now < sim->looked + LOOK)
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
		pins(node);
		for (unsigned f = 0; f < sim->n_nodes; f++)
		{
			if (f != n && (!f || !n))
			{
				dead_ends(node, &sim->nodes[f]);
			}
			for (unsigned i = 0; f != n && (!f || !n) && i < SIM_PREFIXES; i++)
			{
				flow(node, &sim->nodes[f], i, false);
				if (sim->bundles[n ? n : f].six)
				{
					flow(node, &sim->nodes[f], i, true);
				}
			}
		}
	}
}

/* -- when all is well ------------------------------------------------------------------------- */

unsigned check_wanted(const sim_node_t *node, const sim_node_t *far,
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
	bool resilient = false;
	char p[PREFIX_STR_MAX];

	for (unsigned k = 0; k < sim->n_tunnels; k++)
	{
		/* of one there is nothing to keep */
		resilient |= (w->tunnels & (1u << k)) && w->tunnels != 1u << k &&
					 tunnel_bundle(&sim->tunnels[k])->resilient;
	}
	if (w->tunnels & (w->tunnels - 1) && w->buckets != resilient)
	{
		snprintf(words, sizeof(words),
				 "n%u: %s has a group that is%s resilient", node->number,
				 prefix_format(prefix, p), resilient ? " not" : "");
		return words;
	}
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
	unsigned want = check_wanted(node, far, i, six);
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
