/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is wrong now, in words with the remedy. It is looked at anew for each
 * `status`: nothing is remembered but the lines.
 */

#include "gateway/core_drain.h"
#include "gateway/core_kernel.h"
#include "gateway/core_liveness.h"
#include "gateway/core_nexthops.h"
#include "gateway/core_origins.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** waits shorter than this are ordinary */
#define HELD_SHOWN (30 * USEC_PER_SEC)

/** a connection that comes up later than after so many tries has a fault */
#define TRIES_SHOWN 3
/** echo requests after which an answer should have come */
#define PROBE_TRIED 10

/** two CHILD_SAs of one child are ordinary so long: a rekey's */
#define REKEY_SHOWN (60 * USEC_PER_SEC)

/** so many packets of an SA may be dropped by its replay window, which is good
 * from so many on */
#define LATE_SHOWN  10
#define WINDOW_GOOD 1024
#define ESP         50

/** of a NOTIFICATION: OPEN Message Error, Role Mismatch (RFC 9234) */
#define OPEN_ERROR    2
#define ROLE_MISMATCH 11
/** routes looked at for next hops that cannot be reached, and such next hops
 * shown of a neighbour */
#define LOST_ROUTES 4096
#define LOST_HOPS   4

static void problems_clear(core_t *core)
{
	for (size_t i = 0; i < core->n_problems; i++)
	{
		free(core->problems[i]);
	}
	core->n_problems = 0;
}

static void problem(core_t *core, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void problem(core_t *core, const char *fmt, ...)
{
	text_t text;
	va_list args;

	text_init(&text);
	va_start(args, fmt);
	text_vprintf(&text, fmt, args);
	va_end(args);
	if (core->n_problems == core->problems_room)
	{
		core->problems_room = core->problems_room ? 2 * core->problems_room : 8;
		core->problems = mem_resize(core->problems, core->problems_room,
									sizeof(*core->problems));
	}
	core->problems[core->n_problems++] = text_take(&text);
}

static bool needs_xfrm(const core_t *core)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->config->connection)
		{
			return true;
		}
	}
	return false;
}

static void seam_problems(core_t *core, usec_t now)
{
	const char *fight = core_firewall_fight(core, now);

	if (core->seams.kernel_problem)
	{
		problem(core, "%s", core->seams.kernel_problem);
	}
	if (core->seams.xfrm_problem && needs_xfrm(core))
	{
		problem(core, "%s", core->seams.xfrm_problem);
	}
	if (core->seams.firewall_problem)
	{
		problem(core, "%s", core->seams.firewall_problem);
	}
	if (core->firewall_error)
	{
		problem(core, "table inet %s could not be written: %s (%s)", FW_TABLE,
				strerror(-core->firewall_error),
				core_firewall_stands(core)
					? "the one before stays in force: what a reload changed in "
					  "the firewall is not there; the log has the reason"
					: "the leak guard and MSS clamp are not in force");
	}
	if (fight[0])
	{
		problem(core, "%s", fight);
	}
}

static void route_problems(core_t *core)
{
	if (core->charon_routes)
	{
		problem(core, "%s%s", core->charon_routes,
				core->refused_guarded ? "; routes beyond 1000 are not installed"
									  : "");
	}
	if (core->swallow_words[0])
	{
		problem(core, "%s", core->swallow_words);
	}
	if (core_redistribute_full(core))
	{
		problem(core,
				"there are more routes to redistribute than %u: those beyond "
				"are not announced",
				CORE_REDISTRIBUTE_MAX);
	}
	if (core->conflict_words[0])
	{
		problem(core, "%s", core->conflict_words);
	}
}

static void forwarding_problem(core_t *core, const char *path)
{
	char value[24];

	if (core->seams.kernel_ops->sysctl_get(core->seams.kernel, path, value) ==
			0 &&
		strcmp(value, "0") == 0)
	{
		problem(core,
				"%s is 0: this host forwards nothing; set it to 1, or "
				"cygnet.forwarding = set",
				path);
	}
}

static void end_problem(core_t *core, const core_tunnel_t *tunnel)
{
	char a[ADDR_STR_MAX];

	if (core_underlay_stranded(core, tunnel))
	{
		problem(core,
				"tunnel %s: its SA is from %s, which is no address of this "
				"host any more: nothing passes until charon has made another",
				tunnel->config->name, addr_format(&tunnel->stood, a));
	}
}

static void bfd_problems(core_t *core, const core_tunnel_t *tunnel, usec_t now)
{
	const config_tunnel_t *c = tunnel->config;
	char far[ADDR_STR_MAX];
	bfd_info_t info;

	if (!core_liveness_bfd(tunnel, &info) || info.state == BFD_UP)
	{
		return;
	}
	addr_format(&c->bfd_address, far);
	if (info.unauthentic && !info.ups)
	{
		problem(core,
				"tunnel %s: BFD with %s: %llu packets were not authentic: "
				"bfd_auth, key number and password have to be the same on "
				"both sides",
				c->name, far, (unsigned long long)info.unauthentic);
	}
	else if (tunnel_state(tunnel->tunnel) == TUNNEL_DEAD &&
			 (c->bfd_strict ||
			  (info.ups && info.remote_state != BFD_ADMIN_DOWN)))
	{
		problem(core,
				"tunnel %s: BFD with %s is %s: %s: the tunnel is not used; "
				"does `swanctl --list-sas` count packets both ways, and does "
				"the far side run BFD?",
				c->name, far, bfd_state_name(info.state),
				bfd_diag_name(info.diag));
	}
	else if (info.remote_state == BFD_ADMIN_DOWN && info.ups)
	{
		problem(core,
				"tunnel %s: BFD was taken down at %s by a person: it does not "
				"watch the tunnel",
				c->name, far);
	}
	else if (!info.ups && now - info.since > HELD_SHOWN)
	{
		problem(core,
				"tunnel %s: BFD with %s has never come up, and does not watch "
				"the tunnel: does the far side run it, with our address?",
				c->name, far);
	}
}

static void probe_problems(core_t *core, const core_tunnel_t *tunnel)
{
	const config_tunnel_t *c = tunnel->config;
	char far[ADDR_STR_MAX];
	probe_info_t info;

	if (!core_liveness_probe(tunnel, &info))
	{
		return;
	}
	addr_format(&c->probe, far);
	if (info.failed)
	{
		problem(core,
				"tunnel %s: the probe gets no answers from %s (%u of %u "
				"lost): the tunnel is not used until %u in a row come; does "
				"`swanctl --list-sas` count packets both ways?",
				c->name, far, info.lost, info.seen, c->probe_recover);
	}
	else if (!info.answered && info.sent > PROBE_TRIED)
	{
		problem(core,
				"tunnel %s: the probe of %s was never answered, and does not "
				"watch the tunnel: probe an address that answers ping",
				c->name, far);
	}
}

/** what charon says of a tunnel that is not up, and what was tried */
static void initiation_problems(core_t *core, const core_tunnel_t *tunnel)
{
	const core_connection_t *c = tunnel->connection;
	const char *name = tunnel->config->name;
	supervisor_info_t info;

	if (!c || tunnel_state(tunnel->tunnel) == TUNNEL_FORWARDING)
	{
		return;
	}
	if (!tunnel_has_sa(tunnel->tunnel) &&
		core_liveness_supervisor(tunnel, &info) && info.tries >= TRIES_SHOWN)
	{
		problem(core,
				"tunnel %s: connection %s was initiated %u times in vain: %s; "
				"it is tried on for ever",
				name, c->name, info.tries,
				c->alert[0] ? c->alert : "charon says nothing, see its log");
	}
	else if (c->alert[0])
	{
		problem(core, "tunnel %s: %s", name, c->alert);
	}
}

static void outbound_problem(core_t *core, const core_tunnel_t *tunnel,
							 usec_t now)
{
	const core_outbound_t *o = &tunnel->outbound;

	if (o->lost)
	{
		problem(core,
				"tunnel %s: the kernel has no outbound %s for it, for %llu s: "
				"nothing can be sent; charon was asked for a rekey %u times",
				tunnel->config->name, o->policy_gone ? "policy" : "SA",
				(unsigned long long)((now - o->since) / USEC_PER_SEC),
				o->asked);
	}
}

/** what came in behind the replay window: out of order, by some more than that */
static void late_problem(core_t *core, const core_tunnel_t *tunnel)
{
	const tunnel_sa_info_t *info = tunnel_sa_info(tunnel->tunnel);
	kernel_sa_t sa = {.proto = ESP}, seen;

	if (!info || !info->spi_in || !addr_is_set(&info->local) ||
		!core->seams.kernel)
	{
		return;
	}
	sa.dst = info->local;
	sa.spi = info->spi_in;
	if (core->seams.kernel_ops->sa_get(core->seams.kernel, &sa, &seen) == 0 &&
		seen.window && seen.window < WINDOW_GOOD && seen.late > LATE_SHOWN)
	{
		problem(core,
				"tunnel %s: %u packets that others had overtaken were dropped "
				"by the replay window of %u of its SA: write replay_window = "
				"%u in the child, or in charon's strongswan.conf",
				tunnel->config->name, seen.late, seen.window, WINDOW_GOOD);
	}
}

/** CHILD_SAs of one child that stand side by side: both ends have initiated, or
 * the end of a rekey was never told */
static void duplicate_problem(core_t *core, const core_tunnel_t *tunnel,
							  usec_t now)
{
	const core_connection_t *c = tunnel->connection;

	for (unsigned i = 0; c && i < c->n_sas; i++)
	{
		const core_sa_t *oldest = &c->sas[i];
		unsigned count = 0, place = 0;

		for (unsigned k = 0; k < c->n_sas; k++)
		{
			if (strcmp(c->sas[k].child, oldest->child) == 0 &&
				now - c->sas[k].since > REKEY_SHOWN)
			{
				count++;
				place += c->sas[k].id < oldest->id;
			}
		}
		if (count > 1 && !place && now - oldest->since > REKEY_SHOWN)
		{
			problem(core,
					"tunnel %s: %u CHILD_SAs of child %s stand side by side, "
					"one is enough: do both ends initiate? `swanctl "
					"--terminate --child-id %u` ends the oldest",
					tunnel->config->name, count, oldest->child, oldest->id);
		}
	}
}

static void drain_problem(core_t *core, const core_tunnel_t *tunnel, usec_t now)
{
	const char *name = tunnel->config->name;
	usec_t at = core_drained_at(core, name);

	if (at)
	{
		problem(core,
				"tunnel %s: drained by a person %llu s ago: `cygnetctl "
				"undrain %s` uses it again",
				name, (unsigned long long)((now - at) / USEC_PER_SEC), name);
	}
}

static void gateway_problems(core_t *core, const core_tunnel_t *tunnel)
{
	const config_tunnel_t *c = tunnel->config;

	for (unsigned i = 0; i < 2; i++)
	{
		if (core_static_lacks_gateway(tunnel, i ? FAMILY_IPV6 : FAMILY_IPV4))
		{
			problem(core,
					"tunnel %s: its %s `routes` have no gateway, and the link "
					"%s is no point-to-point one: write `gateway = ADDRESS` "
					"in the tunnel, the far side's%s",
					c->name, i ? "IPv6" : "IPv4", c->link, i ? " of IPv6" : "");
		}
	}
}

/** of the link itself and of `all`, the larger counts: -1 it cannot be read */
static int rp_filter(const core_t *core, const char *link)
{
	char path[64], value[24];

	snprintf(path, sizeof(path), "net/ipv4/conf/%s/rp_filter", link);
	if (core->seams.kernel_ops->sysctl_get(core->seams.kernel, path, value) < 0)
	{
		return -1;
	}
	return atoi(value);
}

/** links of ours have 2; others are not ours to change */
static void return_problem(core_t *core, const core_tunnel_t *tunnel)
{
	const char *link = tunnel->config->link;
	int all, own;

	if (tunnel->bundle->n_tunnels < 2 || !tunnel->link || !core->seams.kernel)
	{
		return;
	}
	all = rp_filter(core, "all");
	own = rp_filter(core, link);
	if ((all > own ? all : own) == 1)
	{
		problem(
			core,
			"tunnel %s: rp_filter of %s is strict: what the far side sends by "
			"it while it is out of use here is dropped; set "
			"net/ipv4/conf/%s/rp_filter to 2",
			tunnel->config->name, link, link);
	}
}

static void bundle_problem(core_t *core, const config_bundle_t *bundle)
{
	unsigned forwarding = 0, kept = 0;

	if (bundle->resilient && core->seams.resilient_problem)
	{
		problem(core, "bundle %s: resilient = yes has no effect: %s",
				bundle->name, core->seams.resilient_problem);
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		forwarding += core->tunnels[i]->bundle == bundle &&
					  tunnel_forwarding(core->tunnels[i]->tunnel);
		kept += core->tunnels[i]->bundle == bundle &&
				core_tunnel_works(core->tunnels[i]);
	}
	if (!forwarding && kept)
	{
		problem(
			core,
			"bundle %s: none of its tunnels works; as when_down is keep and "
			"no other does, what has an SA is used all the same",
			bundle->name);
	}
	/* that none forwards is told of the tunnels */
	if (forwarding && forwarding < bundle->min_links)
	{
		problem(core,
				"bundle %s: %u of its tunnels forward%s, min_links is %u: "
				"none is used until there are so many",
				bundle->name, forwarding, forwarding == 1 ? "s" : "",
				bundle->min_links);
	}
}

static void tunnel_problems(core_t *core, const core_tunnel_t *tunnel,
							usec_t now)
{
	const core_connection_t *c = tunnel->connection;
	const char *name = tunnel->config->name;

	if (*core_liveness_problem(tunnel))
	{
		problem(core, "tunnel %s: %s", name, core_liveness_problem(tunnel));
	}
	end_problem(core, tunnel);
	bfd_problems(core, tunnel, now);
	probe_problems(core, tunnel);
	drain_problem(core, tunnel, now);
	gateway_problems(core, tunnel);
	if (tunnel->config->interface)
	{
		if (!tunnel->link)
		{
			problem(core, "tunnel %s: there is no link %s", name,
					tunnel->config->interface);
		}
		return_problem(core, tunnel);
		return;
	}
	if (c && c->if_id_unique)
	{
		problem(core,
				"tunnel %s: connection %s has if_id %%unique, which changes at "
				"each restart and reauthentication: give it a fixed if_id_in "
				"and if_id_out",
				name, c->name);
	}
	else if (!tunnel->if_id)
	{
		problem(core,
				"tunnel %s: connection %s has no if_id_in and if_id_out: give "
				"it the same fixed number for both",
				name, c ? c->name : "?");
	}
	else if (c && c->loaded && c->if_id_in != c->if_id_out)
	{
		problem(core,
				"tunnel %s: connection %s has if_id_in %u and if_id_out %u: "
				"they must be the same",
				name, c->name, c->if_id_in, c->if_id_out);
	}
	initiation_problems(core, tunnel);
	outbound_problem(core, tunnel, now);
	duplicate_problem(core, tunnel, now);
	late_problem(core, tunnel);
}

/** what holds it, if nobody but a person can change it, or it takes longer */
static void held_problem(core_t *core, const core_neighbor_t *n,
						 const bgp_peer_info_t *info, usec_t now)
{
	const char *name = n->config->name;
	const core_shutdown_t *shutdown = core_shutdown_of(core, name);
	const char *why =
		info->held_by && info->held_by[0] ? info->held_by : "it failed";

	if (shutdown)
	{
		problem(core,
				"neighbor %s: shut down by a person%s%s%s: `cygnetctl neighbor "
				"%s start` brings it back",
				name, shutdown->text[0] ? ": \"" : "", shutdown->text,
				shutdown->text[0] ? "\"" : "", name);
	}
	else if (info->idle_until == USEC_NEVER)
	{
		problem(core,
				"neighbor %s: stopped: %s: mend that, then `cygnetctl neighbor "
				"%s start`",
				name, why, name);
	}
	else if (info->idle_until > now + HELD_SHOWN)
	{
		problem(core,
				"neighbor %s: waits %llu s more: %s; `cygnetctl neighbor %s "
				"start` tries at once",
				name,
				(unsigned long long)((info->idle_until - now) / USEC_PER_SEC),
				why, name);
	}
}

static void neighbor_problems(core_t *core, const core_neighbor_t *n,
							  usec_t now)
{
	bgp_peer_info_t info;

	bgp_peer_info(n->peer, &info);
	if (n->problem[0])
	{
		problem(core, "neighbor %s: %s", n->config->name, n->problem);
	}
	held_problem(core, n, &info, now);
	if (info.state != BGP_ESTABLISHED && info.last_code == OPEN_ERROR &&
		info.last_subcode == ROLE_MISMATCH)
	{
		problem(core,
				"neighbor %s: the roles do not fit (RFC 9234): ours is %s; the "
				"pairs are provider and customer, rs-server and rs-client, "
				"peer and peer",
				n->config->name, bgp_role_name((bgp_role_t)n->config->role));
	}
}

static void next_hop_problems(core_t *core)
{
	unsigned budget = LOST_ROUTES;

	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		const core_neighbor_t *n = core->neighbors[i];
		core_hop_lost_t lost[LOST_HOPS];
		unsigned count =
			core_neighbor_resolves(n)
				? core_nexthops_lost(core, n, &budget, lost, LOST_HOPS)
				: 0;

		for (unsigned k = 0; k < count; k++)
		{
			char a[ADDR_STR_MAX];

			problem(core,
					"next hop %s of %u%s routes of neighbor %s cannot be "
					"reached: it is on no link that is up, and no route leads "
					"there",
					addr_format(&lost[k].addr, a), lost[k].routes,
					budget ? "" : " or more", n->config->name);
		}
	}
}

void core_problems_collect(core_t *core, usec_t now)
{
	problems_clear(core);
	if (core->config_refused)
	{
		problem(core, "%s", core->config_refused);
	}
	seam_problems(core, now);
	route_problems(core);
	if (core->config && core->config->present && core->seams.kernel &&
		core->config->forwarding == CONFIG_CHECK)
	{
		forwarding_problem(core, "net/ipv4/ip_forward");
		forwarding_problem(core, "net/ipv6/conf/all/forwarding");
	}
	for (size_t i = 0; core->config && i < core->config->n_bundles; i++)
	{
		bundle_problem(core, &core->config->bundles[i]);
	}
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		tunnel_problems(core, core->tunnels[i], now);
	}
	next_hop_problems(core);
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		neighbor_problems(core, core->neighbors[i], now);
	}
}

void core_problems_free(core_t *core)
{
	problems_clear(core);
	free(core->problems);
}
