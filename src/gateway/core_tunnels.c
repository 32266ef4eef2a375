/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Charon's facts become tunnel states, tunnel states become bundle choices,
 * and these become FIB members: core_tunnels_update is the failover path and
 * ends before anything else is done in the turn.
 *
 * What charon tells is kept by connection name, whether configured or not: a
 * reload that adds a tunnel finds its SAs counted.
 */

#include "gateway/core_drain.h"
#include "gateway/core_kernel.h"
#include "gateway/core_liveness.h"
#include "gateway/core_nexthops.h"
#include "gateway/core_origins.h"
#include "gateway/core_routes.h"
#include "gateway/core_sas.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "tunnel/bundle.h"
#include "tunnel/mtu.h"

/** a bundle's state as who watches was told */
struct core_told_t
{
	char name[CONFIG_NAME_MAX + 1];
	const char *state;
};

/** a vague word of charon's does not replace a plainer one that is so young */
#define ALERT_KEPT (5 * USEC_PER_SEC)

core_connection_t *core_connection(core_t *core, const char *name, bool create)
{
	core_connection_t *c;

	for (size_t i = 0; i < core->n_connections; i++)
	{
		if (strcmp(core->connections[i]->name, name) == 0)
		{
			return core->connections[i];
		}
	}
	if (!create)
	{
		return NULL;
	}
	c = mem_alloc(sizeof(*c));
	strncpy(c->name, name, sizeof(c->name) - 1);
	core->connections = mem_resize(core->connections, core->n_connections + 1,
								   sizeof(*core->connections));
	core->connections[core->n_connections++] = c;
	return c;
}

static void outer_add(core_tunnel_t *tunnel, const addr_t *addr)
{
	if (addr_is_unspecified(addr) || tunnel->n_outer == CORE_OUTER_MAX)
	{
		return;
	}
	for (unsigned i = 0; i < tunnel->n_outer; i++)
	{
		if (addr_equal(&tunnel->outer[i], addr))
		{
			return;
		}
	}
	tunnel->outer[tunnel->n_outer++] = *addr;
}

static unsigned underlay_mtu(const core_t *core, const tunnel_sa_info_t *info)
{
	const plan_underlay_t *underlay = core_underlay(core, &info->remote);
	const kernel_link_t *link;

	if (underlay && underlay->found)
	{
		link = kernel_state_link(&core->seen, underlay->link);
		if (link && link->mtu)
		{
			return link->mtu;
		}
	}
	return 1500;
}

/** the file's remote_addrs: until charon tells its own, pins and guard go by
 * these */
static void outer_from_file(const core_t *core, core_tunnel_t *tunnel)
{
	const config_t *config = core->config;

	for (size_t i = 0; i < config->n_connections; i++)
	{
		const config_connection_t *c = &config->connections[i];

		for (size_t k = 0; strcmp(c->name, tunnel->config->connection) == 0 &&
						   k < c->remote_addrs.count;
			 k++)
		{
			addr_t addr;

			if (addr_parse(c->remote_addrs.list[k], &addr))
			{
				outer_add(tunnel, &addr);
			}
		}
	}
}

/** Where the SAs lead, and where charon would initiate to; without any of these
 * the file's. While there is no SA what was before stays, behind the new ones:
 * charon may know the way by a name only. true: they are others now */
static bool outer_refresh(const core_t *core, core_tunnel_t *tunnel)
{
	const core_connection_t *c = tunnel->connection;
	addr_t before[CORE_OUTER_MAX];
	unsigned n_before = tunnel->n_outer;

	memcpy(before, tunnel->outer, sizeof(before));
	tunnel->n_outer = 0;
	/* the newest first */
	for (unsigned i = c ? c->n_sas : 0; i > 0; i--)
	{
		outer_add(tunnel, &c->sas[i - 1].info.remote);
	}
	for (unsigned i = 0; c && i < c->n_remote; i++)
	{
		outer_add(tunnel, &c->remote[i]);
	}
	if (!tunnel->n_outer)
	{
		outer_from_file(core, tunnel);
	}
	for (unsigned i = 0; i < n_before && !tunnel_has_sa(tunnel->tunnel); i++)
	{
		outer_add(tunnel, &before[i]);
	}
	return tunnel->n_outer != n_before ||
		   memcmp(before, tunnel->outer, n_before * sizeof(before[0])) != 0;
}

/** as configured, as the link has it, or as the SA's cipher and the way to the
 * peer leave it */
uint16_t core_tunnel_mtu(const core_t *core, const core_tunnel_t *tunnel)
{
	const tunnel_sa_info_t *info = tunnel_sa_info(tunnel->tunnel);
	const kernel_link_t *link;

	if (tunnel->config->mtu)
	{
		return tunnel->config->mtu;
	}
	if (tunnel->config->interface)
	{
		link = kernel_state_link(&core->seen, tunnel->link);
		return !link                    ? tunnel->mtu
			   : link->mtu > UINT16_MAX ? UINT16_MAX
										: (uint16_t)link->mtu;
	}
	if (info)
	{
		return tunnel_mtu(info, underlay_mtu(core, info));
	}
	return tunnel->mtu ? tunnel->mtu : TUNNEL_MTU_DEFAULT;
}

/** if_id, outer addresses and MTU, from charon or else the file */
static void refresh(core_t *core, core_tunnel_t *tunnel)
{
	const core_connection_t *c = tunnel->connection;
	uint32_t if_id = tunnel->config->if_id;
	uint16_t mtu;

	if (c && c->loaded && !c->if_id_unique && c->if_id_in)
	{
		if_id = c->if_id_in;
	}
	if (!tunnel->config->interface && outer_refresh(core, tunnel))
	{
		core->plan_dirty = true;
		core->underlay_dirty = true;
	}
	mtu = core_tunnel_mtu(core, tunnel);
	core->plan_dirty |= if_id != tunnel->if_id || mtu != tunnel->mtu;
	tunnel->if_id = if_id;
	tunnel->mtu = mtu;
}

void core_tunnels_refresh(core_t *core)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		refresh(core, core->tunnels[i]);
	}
}

static void step(core_t *core, core_tunnel_t *tunnel, const tunnel_fact_t *fact,
				 usec_t now)
{
	if (tunnel_step(tunnel->tunnel, fact, now))
	{
		core->plan_dirty = true;
	}
	core->tunnels_dirty = true;
}

void core_tunnel_detector(core_t *core, core_tunnel_t *tunnel,
						  unsigned detector, bool failed, usec_t now)
{
	tunnel_fact_t fact = {
		.kind = failed ? TUNNEL_FACT_DETECTOR_FAILED : TUNNEL_FACT_DETECTOR_OK,
		.detector = detector,
	};

	core_silence_detector(tunnel, detector, failed);
	/* told at each look, whether it is new or not */
	if (tunnel_step(tunnel->tunnel, &fact, now))
	{
		core->plan_dirty = true;
		core->tunnels_dirty = true;
	}
}

void core_tunnel_outbound(core_t *core, core_tunnel_t *tunnel, bool lost,
						  usec_t now)
{
	tunnel_fact_t fact = {
		.kind = lost ? TUNNEL_FACT_OUTBOUND_LOST : TUNNEL_FACT_OUTBOUND_OK,
	};

	step(core, tunnel, &fact, now);
}

void core_tunnel_drain(core_t *core, core_tunnel_t *tunnel, bool drained,
					   usec_t now)
{
	tunnel_fact_t fact = {
		.kind = drained ? TUNNEL_FACT_DRAIN : TUNNEL_FACT_UNDRAIN,
	};

	step(core, tunnel, &fact, now);
}

static void step_kind(core_t *core, core_tunnel_t *tunnel,
					  tunnel_fact_kind_t kind, usec_t now)
{
	tunnel_fact_t fact = {.kind = kind};

	step(core, tunnel, &fact, now);
}

/** all that charon told so far, into a tunnel that is new */
static void replay(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	const core_connection_t *c = tunnel->connection;

	if (c->loaded)
	{
		step_kind(core, tunnel, TUNNEL_FACT_LOADED, now);
	}
	for (unsigned i = 0; i < c->n_sas; i++)
	{
		tunnel_fact_t fact = {
			.kind = TUNNEL_FACT_SA_UP,
			.sa = c->sas[i].id,
			.info = c->sas[i].info,
		};

		step(core, tunnel, &fact, now);
	}
}

core_tunnel_t *core_tunnel_create(core_t *core, const config_bundle_t *bundle,
								  const config_tunnel_t *config, usec_t now)
{
	core_tunnel_t *tunnel = mem_alloc(sizeof(*tunnel));
	const char *name = config->interface ? config->interface : config->link;
	const kernel_link_t *link;

	tunnel->core = core;
	tunnel->bundle = bundle;
	tunnel->config = config;
	tunnel->tunnel =
		tunnel_create(config->interface ? TUNNEL_LINK : TUNNEL_IPSEC, now);
	/* a strict detector is known before the first SA is */
	core_liveness_update(core, tunnel, now);
	core_drain_create(core, tunnel, now);
	core_hold_create(tunnel);
	if (config->connection)
	{
		tunnel->connection = core_connection(core, config->connection, true);
		replay(core, tunnel, now);
		refresh(core, tunnel);
		core_sweep_sa(core, tunnel, now);
		core_outbound_update(tunnel, now);
	}
	core_reauth_create(core, tunnel, now);
	link = kernel_state_find_link(&core->seen, name);
	if (link)
	{
		core_tunnel_link(core, tunnel, link, now);
	}
	return tunnel;
}

void core_tunnel_destroy(core_t *core, core_tunnel_t *tunnel, usec_t now)
{
	if (!core->stopping)
	{
		core_event(core, VIEW_EVENT_TUNNEL, tunnel->config->name,
				   tunnel_state_name(tunnel->told), "removed",
				   "by a reload: it goes, or is made anew");
	}
	core_members_free(core, &tunnel->members);
	core_members_free(core, &tunnel->static_members);
	core_liveness_destroy(core, tunnel, now);
	core_drain_destroy(core, tunnel);
	core_reauth_destroy(core, tunnel);
	core_hold_destroy(tunnel);
	tunnel_destroy(tunnel->tunnel);
	free(tunnel);
}

void core_tunnel_link(core_t *core, core_tunnel_t *tunnel,
					  const kernel_link_t *link, usec_t now)
{
	bool xfrm = !tunnel->config->interface;
	/* somebody else's link of our name, or ours before it is made anew */
	bool usable = link && (!xfrm || (link->kind == KERNEL_LINK_XFRM &&
									 link->if_id == tunnel->if_id));
	uint32_t index = usable ? link->index : 0;

	if (tunnel->link && tunnel->link != index && core->fib)
	{
		fib_link_lost(core->fib, tunnel->link);
	}
	if (tunnel->link != index)
	{
		core->plan_dirty = true;
	}
	tunnel->link = index;
	tunnel->gateways = usable && !xfrm && !link->point_to_point;
	if (usable && link->up && link->lower_up)
	{
		step_kind(core, tunnel, TUNNEL_FACT_LINK_UP, now);
	}
	else
	{
		if (index && core->fib)
		{
			fib_link_lost(core->fib, index);
		}
		step_kind(core, tunnel, TUNNEL_FACT_LINK_DOWN, now);
	}
}

static core_sa_t *find_sa(core_connection_t *c, uint32_t id)
{
	for (unsigned i = 0; i < c->n_sas; i++)
	{
		if (c->sas[i].id == id)
		{
			return &c->sas[i];
		}
	}
	return NULL;
}

static void sa_up(core_connection_t *c, const fact_t *fact, usec_t now)
{
	core_sa_t *sa = find_sa(c, fact->sa);

	if (!sa && c->n_sas < TUNNEL_SAS_MAX)
	{
		sa = &c->sas[c->n_sas++];
		memset(sa, 0, sizeof(*sa));
		sa->id = fact->sa;
		sa->since = now;
	}
	if (sa)
	{
		memcpy(sa->child, fact->child, sizeof(sa->child));
		sa->if_id_in = fact->if_id_in;
		sa->if_id_out = fact->if_id_out;
		sa->info = fact->info;
	}
}

static void sa_replaced(core_connection_t *c, const fact_t *fact, usec_t now)
{
	core_sa_t *sa = find_sa(c, fact->sa);

	if (sa && fact->successor && fact->successor != fact->sa)
	{
		sa->replaced = true;
		sa->replaced_at = now;
	}
}

static void sa_down(core_connection_t *c, uint32_t id)
{
	core_sa_t *sa = find_sa(c, id);

	if (sa)
	{
		*sa = c->sas[--c->n_sas];
	}
}

static void loaded(core_connection_t *c, const fact_t *fact)
{
	c->loaded = true;
	c->if_id_unique = fact->if_id_unique;
	c->mobike = fact->mobike;
	c->if_id_in = fact->if_id_in;
	c->if_id_out = fact->if_id_out;
	c->n_remote =
		fact->n_remote > FACT_ADDRS_MAX ? FACT_ADDRS_MAX : fact->n_remote;
	memcpy(c->remote, fact->remote, sizeof(c->remote));
}

/** what came just before tells more than a vague word that follows from it */
static void take_alert(core_connection_t *c, const fact_t *fact, usec_t now)
{
	if (c->alert[0] && ike_fault_is_vague(fact->fault) &&
		!ike_fault_is_vague(c->fault) && c->fault != IKE_FAULT_NO_ANSWER &&
		c->fault != IKE_FAULT_AUTH_NO_ANSWER && now - c->alert_at < ALERT_KEPT)
	{
		return;
	}
	memcpy(c->alert, fact->text, sizeof(c->alert));
	c->alert[sizeof(c->alert) - 1] = '\0';
	c->alert_at = now;
	c->fault = fact->fault;
}

/** of a peer that charon has no connection for yet: it is about those with its
 * address that are not up */
static void take_stray_alert(core_t *core, const fact_t *fact, usec_t now)
{
	for (size_t i = 0; i < core->n_connections; i++)
	{
		core_connection_t *c = core->connections[i];

		for (unsigned k = 0; k < c->n_remote && !c->n_sas; k++)
		{
			if (addr_equal(&c->remote[k], &fact->info.remote))
			{
				take_alert(c, fact, now);
			}
		}
	}
}

/** keeps what is told by connection; the tunnel's fact for it in *out */
static bool take_fact(core_connection_t *c, const fact_t *fact,
					  tunnel_fact_t *out, usec_t now)
{
	out->sa = fact->sa;
	out->successor = fact->successor;
	out->info = fact->info;
	switch (fact->kind)
	{
		case FACT_CONNECTION_LOADED:
			loaded(c, fact);
			out->kind = TUNNEL_FACT_LOADED;
			return true;
		case FACT_CONNECTION_UNLOADED:
			c->loaded = false;
			out->kind = TUNNEL_FACT_UNLOADED;
			return true;
		case FACT_CHILD_UP:
		case FACT_CHILD_CHANGED:
			sa_up(c, fact, now);
			c->reauth_at = fact->reauth ? now + fact->reauth * USEC_PER_SEC : 0;
			c->alert[0] = '\0';
			c->fault = IKE_FAULT_NONE;
			out->kind = TUNNEL_FACT_SA_UP;
			return true;
		case FACT_CHILD_DOWN:
			sa_down(c, fact->sa);
			out->kind = TUNNEL_FACT_SA_DOWN;
			return true;
		case FACT_CHILD_REKEYED:
			sa_replaced(c, fact, now);
			out->kind = TUNNEL_FACT_SA_REKEYED;
			return true;
		case FACT_ALERT:
			take_alert(c, fact, now);
			return false;
		case FACT_CHILD_COMING:
		case FACT_SHUTDOWN:
			return false;
	}
	return false;
}

void core_fact(core_t *core, const fact_t *fact, usec_t now)
{
	core_connection_t *c;
	tunnel_fact_t step_fact = {0};
	bool told;

	if (core->stopping)
	{
		return;
	}
	if (fact->kind == FACT_SHUTDOWN)
	{
		core_stop_peers(core, now);
		return;
	}
	if (fact->kind == FACT_ALERT && !fact->name[0])
	{
		take_stray_alert(core, fact, now);
		return;
	}
	c = core_connection(core, fact->name, true);
	told = take_fact(c, fact, &step_fact, now);
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];

		if (tunnel->connection == c)
		{
			core_hold_fact(tunnel, fact->kind, now);
		}
		if (tunnel->connection == c && told)
		{
			step(core, tunnel, &step_fact, now);
			refresh(core, tunnel);
			core_sweep_sa(core, tunnel, now);
			core_reauth_fact(core, tunnel, fact, now);
			core_outbound_update(tunnel, now);
		}
	}
}

/** its detectors alone say that nothing passes */
static bool only_dead(const core_tunnel_t *tunnel)
{
	return tunnel_state(tunnel->tunnel) == TUNNEL_DEAD && !tunnel->drained;
}

static bool any_forwards(const core_t *core)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (tunnel_forwarding(core->tunnels[i]->tunnel))
		{
			return true;
		}
	}
	return false;
}

bool core_tunnel_works(const core_tunnel_t *tunnel)
{
	return tunnel->usable &&
		   (tunnel_forwarding(tunnel->tunnel) || only_dead(tunnel));
}

/** Which tunnels of a bundle carry traffic. keep: where all is dead at once, it
 * is the far BFD that stands still as likely as the ways, and there is nothing
 * to lose by going on (when_down = keep) */
static void select_members(core_t *core, const config_bundle_t *bundle,
						   bool keep, usec_t now)
{
	bundle_member_t members[CONFIG_MEMBERS_MAX];
	core_tunnel_t *tunnels[CONFIG_MEMBERS_MAX];
	bundle_rules_t rules = {
		.mode = bundle->mode == CONFIG_ACTIVE_STANDBY ? BUNDLE_ACTIVE_STANDBY
													  : BUNDLE_ACTIVE_ACTIVE,
		.min_links = bundle->min_links,
		.preempt_delay = bundle->preempt_delay * USEC_PER_SEC,
	};
	usec_t again;
	size_t n = 0;
	bool none;

	for (size_t i = 0; i < core->n_tunnels && n < CONFIG_MEMBERS_MAX; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];

		if (tunnel->bundle == bundle)
		{
			tunnels[n] = tunnel;
			members[n++] = (bundle_member_t){
				.forwarding = tunnel_forwarding(tunnel->tunnel) ||
							  (keep && only_dead(tunnel)),
				.since = tunnel_since(tunnel->tunnel),
				.active = tunnel->active,
				.priority = tunnel->config->priority,
			};
		}
	}
	none = !bundle_select(&rules, members, n, now, &again);
	if (again < core->bundle_timer.at)
	{
		timer_start(core->seams.timers, &core->bundle_timer, again);
	}
	for (size_t i = 0; i < n; i++)
	{
		tunnels[i]->active = members[i].active;
		tunnels[i]->usable = members[i].forwarding && !none;
		tunnels[i]->takes_over = members[i].takes_over;
	}
}

bool core_session_lost(const core_neighbor_t *n)
{
	bgp_peer_info_t info;

	if (!n->lost)
	{
		return false;
	}
	bgp_peer_info(n->peer, &info);
	return !info.restarting;
}

/** all sessions through it are */
static bool sessions_lost(const core_tunnel_t *tunnel)
{
	const core_neighbor_t *const *n =
		(const core_neighbor_t *const *)tunnel->neighbors;

	return n[0] && core_session_lost(n[0]) &&
		   (!n[1] || core_session_lost(n[1]));
}

void core_member_update(core_t *core, const core_tunnel_t *tunnel,
						const core_member_t *member)
{
	bool works = core_tunnel_works(tunnel) && !sessions_lost(tunnel);
	fib_member_t state = {
		.link = tunnel->link,
		.gateway = member->gateway,
		.usable = works && tunnel->active && !tunnel->held,
		/* the active one may have no session, or not this route */
		.spare = works && (!tunnel->active || tunnel->held),
		.spread = core_tunnel_spread(core, tunnel),
	};

	fib_member_set(core->fib, member->id, &state);
}

uint32_t core_tunnel_member(core_t *core, core_tunnel_t *tunnel,
							const addr_t *gateway)
{
	const core_member_t *m = core_member_find(&tunnel->members, gateway);

	if (!m)
	{
		m = core_member_add(core, &tunnel->members, gateway, CORE_GATEWAYS_MAX);
		if (m)
		{
			core_member_update(core, tunnel, m);
		}
	}
	return m ? m->id : 0;
}

core_tunnel_t *core_tunnel_on(const core_t *core, uint32_t link)
{
	for (size_t i = 0; link && i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->link == link)
		{
			return core->tunnels[i];
		}
	}
	return NULL;
}

/** when a whole set is dead, paths of dead tunnels leave the decision, so that
 * others are found or the routes go; back when the tunnel can be used */
static void eligibility(core_t *core)
{
	bool dead = fib_dead(core->fib);

	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_tunnel_t *tunnel = core->tunnels[i];

		if (tunnel->ineligible ? tunnel->usable : (dead && !tunnel->usable))
		{
			tunnel->ineligible = !tunnel->ineligible;
			for (unsigned k = 0; k < 2; k++)
			{
				if (tunnel->neighbors[k])
				{
					bgp_peer_set_eligible(core->bgp, tunnel->neighbors[k]->peer,
										  !tunnel->ineligible);
				}
			}
		}
	}
}

/** after the failover, not before it */
static void announce(core_t *core, core_tunnel_t *tunnel)
{
	tunnel_state_t state = tunnel_state(tunnel->tunnel);

	if (tunnel->told != state)
	{
		core_event(core, VIEW_EVENT_TUNNEL, tunnel->config->name,
				   tunnel_state_name(tunnel->told), tunnel_state_name(state),
				   tunnel_reason(tunnel->tunnel));
		tunnel->told = state;
		core_nexthops_all(core);
		log_notice("tunnel %s is %s: %s", tunnel->config->name,
				   tunnel_state_name(state), tunnel_reason(tunnel->tunnel));
	}
}

/** how much of a bundle can be used: "full", "degraded" or "down" */
static const char *state_of(const core_t *core, const config_bundle_t *bundle,
							char why[static 64])
{
	unsigned usable = 0, all = 0;

	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->bundle == bundle)
		{
			all++;
			usable += core->tunnels[i]->usable;
		}
	}
	snprintf(why, 64, "%u of %u tunnels can be used", usable, all);
	return !usable ? "down" : usable < all ? "degraded" : "full";
}

/** the words told last of a bundle, by its name */
static core_told_t *told_of(core_t *core, const char *name)
{
	for (size_t i = 0; i < core->n_told; i++)
	{
		if (strcmp(core->told[i].name, name) == 0)
		{
			return &core->told[i];
		}
	}
	core->told = mem_resize(core->told, core->n_told + 1, sizeof(*core->told));
	core->told[core->n_told] = (core_told_t){.state = "down"};
	snprintf(core->told[core->n_told].name, sizeof(core->told->name), "%s",
			 name);
	return &core->told[core->n_told++];
}

static bool has_bundle(const config_t *config, const char *name)
{
	for (size_t i = 0; config && i < config->n_bundles; i++)
	{
		if (strcmp(config->bundles[i].name, name) == 0)
		{
			return true;
		}
	}
	return false;
}

static void announce_bundles(core_t *core)
{
	char why[64];

	for (size_t i = core->n_told; i-- > 0;)
	{
		if (!has_bundle(core->config, core->told[i].name))
		{
			core->told[i] = core->told[--core->n_told];
		}
	}
	for (size_t i = 0; core->config && i < core->config->n_bundles; i++)
	{
		const config_bundle_t *bundle = &core->config->bundles[i];
		core_told_t *told = told_of(core, bundle->name);
		const char *state = state_of(core, bundle, why);

		if (strcmp(told->state, state) != 0)
		{
			core_event(core, VIEW_EVENT_BUNDLE, bundle->name, told->state,
					   state, why);
			log_notice("bundle %s is %s: %s", bundle->name, state, why);
			told->state = state;
		}
	}
}

static void update_members(core_t *core)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		core_members_t *members = &core->tunnels[i]->members;

		for (unsigned k = 0; k < members->count; k++)
		{
			core_member_update(core, core->tunnels[i], &members->list[k]);
		}
		members = &core->tunnels[i]->static_members;
		for (unsigned k = 0; k < members->count; k++)
		{
			core_static_member_update(core, core->tunnels[i],
									  &members->list[k]);
		}
	}
	core_neighbors_members(core);
	core_fib_urgent(core);
	eligibility(core);
}

void core_tunnels_update(core_t *core, usec_t now)
{
	core->tunnels_dirty = false;
	core->peers_dirty = true;
	for (size_t b = 0; core->config && b < core->config->n_bundles; b++)
	{
		const config_bundle_t *bundle = &core->config->bundles[b];

		select_members(
			core, bundle,
			bundle->when_down == CONFIG_DOWN_KEEP && !any_forwards(core), now);
	}
	if (core->fib)
	{
		update_members(core);
	}
	core_statics_update(core, now);
	core_drains_tell(core, now);
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		announce(core, core->tunnels[i]);
		core_silence_update(core->tunnels[i], now);
	}
	announce_bundles(core);
}
