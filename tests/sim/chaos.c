/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What happens to gateways in the field, one thing at a time but often before
 * the last is over.
 */

#include "site.h"

#include <limits.h>
#include <stdlib.h>

static sim_tunnel_t *some_tunnel(sim_t *sim)
{
	return &sim->tunnels[sim_random(sim, sim->n_tunnels)];
}

static sim_node_t *some_node(sim_t *sim)
{
	return &sim->nodes[sim_random(sim, sim->n_nodes)];
}

/** 10 ms to `most`, small ones as likely as large ones */
static usec_t some_time(sim_t *sim, usec_t most)
{
	usec_t t = (10 + sim_random(sim, 90)) * MSEC;

	while (t < most && sim_chance(sim, 75))
	{
		t *= 2;
	}
	return t < most ? t : most;
}

static void grace(sim_node_t *node, usec_t span)
{
	usec_t until = node->sim->now + span;

	node->grace = node->grace > until ? node->grace : until;
}

/** runs, and is not about to end */
static bool runs(const sim_node_t *node)
{
	return node->core && !node->stopping;
}

/* -- the wire ----------------------------------------------------------------------- */

static void uncut(sim_t *sim, void *user, uint64_t side, uint64_t b)
{
	sim_tunnel_t *t = user;

	sim_trace(sim, "t%u: side %u passes again", t->number + 1, (unsigned)side);
	t->cut[side] = t->esp_cut[side] = false;
}

static void cut(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);
	bool esp = sim_chance(sim, 30);
	unsigned which = 1 + sim_random(sim, 3);
	usec_t span = some_time(sim, 60 * SEC);

	esp = esp && !t->plain;
	for (unsigned s = 0; s < 2; s++)
	{
		if (which & (1u << s))
		{
			sim_trace(sim, "t%u: side %u is cut%s", t->number + 1, s,
					  esp ? ", ESP alone" : "");
			*(esp ? &t->esp_cut[s] : &t->cut[s]) = true;
			sim_at(sim, span, uncut, t, s, 0);
		}
	}
}

static void lossless(sim_t *sim, void *user, uint64_t a, uint64_t b)
{
	((sim_tunnel_t *)user)->loss = 0;
}

static void lossy(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);

	t->loss = 1 + sim_random(sim, 500);
	t->latency = (1 + sim_random(sim, 60)) * MSEC;
	t->jitter = sim_random(sim, 40) * MSEC;
	sim_trace(sim, "t%u: loses %u of 1000, latency %u ms", t->number + 1,
			  t->loss, (unsigned)(t->latency / MSEC));
	sim_at(sim, some_time(sim, 30 * SEC), lossless, t, 0, 0);
}

/* -- processes ------------------------------------------------------------------------ */

static void load_all(sim_t *sim, void *user, uint64_t epoch, uint64_t start)
{
	sim_node_t *node = user;

	for (unsigned i = 0; i < sim->n_tunnels && node->epoch == epoch; i++)
	{
		if (node_has(node, &sim->tunnels[i]))
		{
			charon_load(&sim->tunnels[i], node_side(node, &sim->tunnels[i]),
						start);
		}
	}
}

static void back(sim_t *sim, void *user, uint64_t a, uint64_t b)
{
	sim_node_t *node = user;

	if (!node->core)
	{
		usec_t in;
		bool start;

		node_start(node);
		check_disturbed(node);
		/* one draw in a statement: C leaves the order of arguments open */
		in = some_time(sim, 3 * SEC);
		start = sim_chance(sim, 30);
		sim_at(sim, in, load_all, node, node->epoch, start);
	}
}

static void kill_node(sim_t *sim)
{
	sim_node_t *node = some_node(sim);

	if (node->core)
	{
		node_kill(node);
		sim_at(sim, some_time(sim, 40 * SEC), back, node, 0, 0);
	}
}

static void stop_node(sim_t *sim)
{
	sim_node_t *node = some_node(sim);

	if (runs(node))
	{
		node_stop(node);
		sim_at(sim, 600 * MSEC + some_time(sim, 20 * SEC), back, node, 0, 0);
	}
}

/* -- charon ----------------------------------------------------------------------------- */

static void ike(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);
	unsigned side = sim_random(sim, 2), n = 1 + sim_random(sim, 3);

	while (n--)
	{
		switch (sim_random(sim, 11))
		{
			case 0:
			case 1:
				charon_rekey(t, side);
				break;
			case 2:
				charon_collide(t);
				break;
			case 3:
				charon_reauth(t, side, true);
				break;
			case 4:
				charon_reauth(t, side, false);
				break;
			case 5:
				charon_terminate(t, side, false);
				break;
			case 6:
				charon_terminate(t, side, true);
				break;
			case 7:
				charon_duplicate(t, side);
				break;
			case 8:
				charon_initiate(t, 0);
				charon_initiate(t, 1);
				break;
			case 9:
				charon_roam(t, side);
				break;
			case 10:
				charon_rekey_ike(t, side);
				break;
		}
		side = sim_random(sim, 2);
	}
}

static void reload_connection(sim_t *sim, void *user, uint64_t epoch,
							  uint64_t side)
{
	sim_tunnel_t *t = user;

	if (t->end[side].node->epoch == epoch)
	{
		charon_load(t, (unsigned)side, false);
	}
}

/** DHCP has another address, or a provider's line comes back with one; the far
 * side's configuration is told by a name server, or by a person */
static void move(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);
	unsigned side = sim_random(sim, 2);
	usec_t in = some_time(sim, 10 * SEC);

	if (t->plain)
	{
		return;
	}
	charon_move(t, side);
	sim_at(sim, in, reload_connection, t, t->end[!side].node->epoch, !side);
}

/** swanctl --load-all finds a changed connection, or one that is gone for a
 * while */
static void unload(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);
	unsigned side = sim_random(sim, 2);
	sim_end_t *end = &t->end[side];
	fact_t fact = {.kind = FACT_CONNECTION_UNLOADED, .name = "t1"};

	if (runs(end->node) && end->loaded)
	{
		sim_trace(sim, "n%u t%u: unloaded", end->node->number, t->number + 1);
		fact.name[1] = (char)('1' + t->number);
		end->loaded = false;
		core_fact(end->node->core, &fact, sim->now);
		end->node->poked = true;
		sim_at(sim, sim_chance(sim, 50) ? 0 : some_time(sim, 10 * SEC),
			   reload_connection, t, end->node->epoch, side);
	}
}

/* -- the person ----------------------------------------------------------------------------- */

/** the end leaves the configuration, or comes back; a bundle keeps a peer, or
 * the guard would not know the underlay */
static void leave(sim_node_t *node, sim_tunnel_t *t)
{
	sim_t *sim = node->sim;
	unsigned left = 0;

	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		const sim_tunnel_t *other = &sim->tunnels[i];

		left += other != t && other->end[1].node == t->end[1].node &&
				!other->plain && !other->end[node_side(node, other)].absent;
	}
	if (node_has(node, t))
	{
		sim_end_t *end = &t->end[node_side(node, t)];

		end->absent = !end->absent && left;
	}
}

static void reload(sim_t *sim)
{
	sim_node_t *node = some_node(sim);
	sim_tunnel_t *t = some_tunnel(sim);
	sim_bundle_t *b = &sim->bundles[t->end[1].node->number];

	if (!runs(node))
	{
		return;
	}
	switch (sim_random(sim, 8))
	{
		case 0:
			node->advertised ^= 1u << sim_random(sim, SIM_ADVERTISED);
			node->advertised_at = sim->now;
			break;
		case 1:
			node->edition++;
			break;
		case 2:
			leave(node, t);
			break;
		case 3:
			t->weight = 1 + sim_random(sim, 4);
			break;
		case 4:
			break;
		case 5:
			node->redistributes = !node->redistributes;
			node->advertised_at = sim->now;
			break;
		case 6:
			node->aggregates = !node->aggregates;
			node->summary_only = sim_chance(sim, 50);
			node->advertised_at = sim->now;
			break;
		case 7:
			b->resilient = !b->resilient;
			break;
	}
	sim_trace(sim, "n%u: reload, announces %x%s%s%s, edition %u", node->number,
			  node->advertised, node->redistributes ? ", others'" : "",
			  node->aggregates ? ", aggregates" : "",
			  node->aggregates && node->summary_only ? " only" : "",
			  node->edition);
	check_disturbed(node);
	node_reload(node);
}

static void neighbor(sim_t *sim, sim_node_t *node, sim_end_t *end,
					 const char *name)
{
	switch (sim_random(sim, 4))
	{
		case 0:
			sim_trace(sim, "n%u: shutdown %s", node->number, name);
			end->shutdown |=
				core_neighbor_shutdown(node->core, name, "work", sim->now);
			break;
		case 1:
			sim_trace(sim, "n%u: start %s", node->number, name);
			if (core_neighbor_start(node->core, name, sim->now))
			{
				end->shutdown = false;
			}
			break;
		case 2:
			sim_trace(sim, "n%u: reset %s", node->number, name);
			core_neighbor_reset(node->core, name, NULL, sim->now);
			break;
		case 3:
			sim_trace(sim, "n%u: refresh %s", node->number, name);
			core_neighbor_refresh(node->core, name, sim->now);
			break;
	}
}

/** another tunnel of the bundle is lost, and its session or nobody says so yet:
 * it is taken for one that carries (DESIGN.md section 5: nothing but detectors
 * and SAs tells of a tunnel) */
static bool misled(const sim_node_t *node, const sim_tunnel_t *t)
{
	const sim_t *sim = node->sim;

	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		const sim_tunnel_t *other = &sim->tunnels[i];

		if (other != t && other->end[1].node == t->end[1].node &&
			!check_fit(other) &&
			(!other->bgp || node_session(node, other) == BGP_ESTABLISHED) &&
			!other->end[0].drained && !other->end[1].drained)
		{
			return true;
		}
	}
	return false;
}

static void reauth(sim_t *sim, sim_tunnel_t *t, sim_end_t *end,
				   const char *name)
{
	const char *words;

	if (t->plain)
	{
		return;
	}
	sim_trace(sim, "n%u: reauth %s", end->node->number, name);
	if (misled(end->node, t))
	{
		end->reauth_until = sim->now + 15 * SEC;
	}
	end->reauth_at = sim->now;
	core_reauth(end->node->core, name, &words, sim->now);
}

static void person(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);
	sim_end_t *end = &t->end[sim_random(sim, 2)];
	sim_node_t *node = end->node;
	char name[3] = {'t', (char)('1' + t->number), '\0'};

	if (!runs(node))
	{
		return;
	}
	if (sim_chance(sim, 15))
	{
		reauth(sim, t, end, name);
	}
	else if (sim_chance(sim, 50))
	{
		sim_trace(sim, "n%u: %s %s", node->number,
				  end->drained ? "undrain" : "drain", name);
		if (end->drained)
		{
			core_undrain(node->core, name, sim->now);
			end->drained = false;
		}
		else
		{
			end->drained = core_drain(node->core, name, sim->now);
		}
	}
	else
	{
		neighbor(sim, node, end, name);
	}
	node->poked = true;
}

/* -- the kernel --------------------------------------------------------------------------------- */

static kernel_route_t picked;
static uint32_t picked_id;
static unsigned pick;

static void pick_route(void *user, const kernel_route_t *route)
{
	if (!pick--)
	{
		picked = *route;
	}
}

static void pick_hop(void *user, const kernel_nexthop_t *nexthop)
{
	if (!pick--)
	{
		picked_id = nexthop->id;
	}
}

static void pick_group(void *user, const kernel_group_t *group)
{
	if (!pick--)
	{
		picked_id = group->id;
	}
}

static void delete_route(sim_node_t *node)
{
	char p[PREFIX_STR_MAX];

	picked = (kernel_route_t){.table = 0};
	pick = sim_random(node->sim, 8);
	fake_kernel_dump(node->host->kernel, NULL, NULL, pick_route, NULL);
	if (picked.table)
	{
		sim_trace(node->sim, "n%u: somebody deletes route %s", node->number,
				  prefix_format(&picked.dst, p));
		world_route_delete(node->host, &picked);
	}
}

static void delete_nexthop(sim_node_t *node)
{
	picked_id = 0;
	pick = sim_random(node->sim, 6);
	fake_kernel_dump(node->host->kernel, pick_hop, pick_group, NULL, NULL);
	if (picked_id)
	{
		sim_trace(node->sim, "n%u: somebody deletes next hop %x", node->number,
				  picked_id);
		world_nexthop_delete(node->host, picked_id);
	}
}

static void link_up(sim_t *sim, void *user, uint64_t number, uint64_t b)
{
	sim_node_t *node = user;
	const kernel_link_t *link = world_link(node->host, (unsigned)number);

	if (link && !link->up)
	{
		world_link_set(node->host, (unsigned)number, true);
		node->poked = true;
	}
}

static void flap(sim_node_t *node, unsigned number)
{
	sim_t *sim = node->sim;

	sim_trace(sim, "n%u: cyg-t%u goes down", node->number, number + 1);
	world_link_set(node->host, number, false);
	if (sim_chance(sim, 50))
	{
		/* both are told at once */
		world_link_set(node->host, number, true);
	}
	else
	{
		sim_at(sim, some_time(sim, 5 * SEC), link_up, node, number, 0);
	}
}

static void eth_up(sim_t *sim, void *user, uint64_t a, uint64_t b)
{
	sim_node_t *node = user;

	world_external_set(node->host, true);
	node->poked = true;
}

/** nobody heals what is not ours: it comes back by itself */
static void tamper_line(sim_node_t *node, sim_tunnel_t *t)
{
	sim_t *sim = node->sim;
	bool dark = sim_chance(sim, 50);
	bool gone = sim_chance(sim, 50);
	usec_t span = sim_chance(sim, 30) ? 0 : some_time(sim, 30 * SEC);

	if (dark)
	{
		plain_dark(t, span);
	}
	else
	{
		plain_tamper(t, node_side(node, t), gone, span);
	}
}

static void tamper_link(sim_node_t *node, sim_tunnel_t *t)
{
	sim_t *sim = node->sim;
	world_t *host = node->host;

	check_tampered(t);
	if (t->plain)
	{
		tamper_line(node, t);
		return;
	}
	if (!world_link(host, t->number))
	{
		return;
	}
	switch (sim_random(sim, 3))
	{
		case 0:
			sim_trace(sim, "n%u: somebody deletes cyg-t%u", node->number,
					  t->number + 1);
			world_link_delete(host, t->number);
			break;
		case 1:
			flap(node, t->number);
			break;
		case 2:
			if (host->state.n_addrs)
			{
				kernel_addr_t a =
					host->state
						.addrs[sim_random(sim, (unsigned)host->state.n_addrs)];

				if (!kernel_link_is_ours(
						kernel_state_link(&host->state, a.link)))
				{
					/* nobody would put it back */
					break;
				}
				sim_trace(sim, "n%u: somebody deletes an address of link %u",
						  node->number, a.link);
				world_addr_delete(host, &a);
			}
			break;
	}
}

static void tamper(sim_t *sim)
{
	sim_node_t *node = some_node(sim);
	sim_tunnel_t *t = some_tunnel(sim);
	world_t *host = node->host;

	grace(node, 2 * SEC);
	switch (sim_random(sim, 8))
	{
		case 0:
		case 1:
			if (node_has(node, t))
			{
				tamper_link(node, t);
			}
			break;
		case 2:
			delete_route(node);
			break;
		case 3:
			delete_nexthop(node);
			break;
		case 4:
			if (host->state.n_rules)
			{
				kernel_rule_t rule = host->state.rules[0];

				sim_trace(sim, "n%u: somebody deletes a rule", node->number);
				world_rule_delete(host, &rule);
			}
			break;
		case 5:
			if (host->state.n_routes)
			{
				kernel_route_t route = host->state.routes[0];

				sim_trace(sim, "n%u: somebody deletes a pin", node->number);
				world_route_delete(host, &route);
			}
			break;
		case 6:
			sim_trace(sim, "n%u: somebody deletes the table", node->number);
			host->fw_gone = true;
			if (runs(node))
			{
				fw_change_t change = {.deleted = true};

				core_firewall_changed(node->core, &change, sim->now);
			}
			break;
		case 7:
			sim_trace(sim, "n%u: eth0 goes down", node->number);
			world_external_set(host, false);
			sim_at(sim, some_time(sim, 5 * SEC), eth_up, node, 0, 0);
			break;
	}
	node->poked = true;
}

/** `ip xfrm state delete` of what a tunnel sends by */
static void delete_sas(sim_t *sim)
{
	sim_tunnel_t *t = some_tunnel(sim);
	unsigned side = sim_random(sim, 2);

	sim_trace(sim, "n%u t%u: somebody deletes its outbound SAs",
			  t->end[side].node->number, t->number + 1);
	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		t->sas[i].out[side] = false;
	}
}

/** what the kernel or the machine do to us */
static void machine(sim_t *sim)
{
	sim_node_t *node = some_node(sim);

	switch (sim_random(sim, 3))
	{
		case 0:
			if (node->core)
			{
				/* ENOBUFS: what waits is lost */
				sim_trace(sim, "n%u: notifications are lost", node->number);
				grace(node, 2 * SEC);
				node->host->n_events = 0;
				core_kernel_lost(node->core, sim->now);
			}
			break;
		case 1:
			sim_trace(sim, "n%u: routes are refused", node->number);
			node->host->refuse_routes = 1 + sim_random(sim, 4);
			node->refused = true;
			/* may be over before it is looked at */
			node->refusals = UINT_MAX;
			break;
		case 2:
			node->slow = !node->slow;
			break;
	}
	node->poked = true;
}

/** beside the gateway */
static void surroundings(sim_t *sim)
{
	sim_node_t *node = some_node(sim);

	if (sim_chance(sim, 60))
	{
		site_step(node);
	}
	else
	{
		grace(node, 2 * SEC);
		site_renumber(node);
	}
}

void chaos_step(sim_t *sim)
{
	static void (*const what[])(sim_t * sim) = {
		cut,     cut,        lossy,  kill_node,    stop_node,
		ike,     ike,        ike,    unload,       reload,
		reload,  person,     person, tamper,       tamper,
		machine, delete_sas, move,   surroundings, surroundings,
	};

	what[sim_random(sim, countof(what))](sim);
}

static void heal_tunnel(sim_tunnel_t *t)
{
	sim_t *sim = t->sim;
	char name[3] = {'t', (char)('1' + t->number), '\0'};

	t->loss = 0;
	for (unsigned s = 0; s < 2; s++)
	{
		sim_end_t *end = &t->end[s];

		t->cut[s] = t->esp_cut[s] = false;
		if (!t->plain)
		{
			link_up(sim, end->node, t->number, 0);
		}
		if (end->drained)
		{
			core_undrain(end->node->core, name, sim->now);
		}
		if (end->shutdown)
		{
			core_neighbor_start(end->node->core, name, sim->now);
		}
		end->drained = end->shutdown = false;
	}
}

void chaos_heal(sim_t *sim)
{
	sim_trace(sim, "all is well from now on");
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		sim_node_t *node = &sim->nodes[i];

		if (node->core && node->stopping)
		{
			node_finish(node);
		}
		if (!node->core)
		{
			node_start(node);
		}
		node->slow = false;
		node->host->refuse_routes = 0;
		world_external_set(node->host, true);
		site_restore(node);
		node->poked = true;
	}
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		sim_tunnel_t *t = &sim->tunnels[i];

		if (t->plain)
		{
			plain_restore(t);
		}
		for (unsigned side = 0; side < 2; side++)
		{
			t->end[side].absent = false;
			charon_load(t, side, false);
		}
	}
	for (unsigned i = 0; i < sim->n_nodes; i++)
	{
		node_reload(&sim->nodes[i]);
	}
	for (unsigned i = 0; i < sim->n_tunnels; i++)
	{
		heal_tunnel(&sim->tunnels[i]);
	}
}
