/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Neighbours: each is a peer of the speaker and an endpoint of the network
 * side. A neighbour at the end of a tunnel runs while the tunnel has an SA
 * and our address stands on its link; when an SA comes (back), it connects
 * at once and no retry timer is waited for.
 */

#include "gateway/core_drain.h"
#include "gateway/core_liveness.h"
#include "gateway/core_nexthops.h"
#include "gateway/core_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

static void sink_connect(void *user, bgp_peer_t *peer)
{
	core_t *core = user;
	core_neighbor_t *n = bgp_peer_user(peer);

	core->seams.net_ops->dial(core->seams.net, peer, &n->end);
}

static void sink_connect_cancel(void *user, bgp_peer_t *peer)
{
	core_t *core = user;

	core->seams.net_ops->dial_cancel(core->seams.net, peer);
}

static void sink_close(void *user, bgp_conn_t *conn)
{
	core_t *core = user;

	core->seams.net_ops->close(core->seams.net, conn);
}

static void sink_output(void *user, bgp_conn_t *conn)
{
	core_t *core = user;

	core->seams.net_ops->output(core->seams.net, conn);
}

static void sink_state(void *user, bgp_peer_t *peer, bgp_state_t from,
					   bgp_state_t to, const char *reason)
{
	core_t *core = user;
	core_neighbor_t *n = bgp_peer_user(peer);

	if (!n)
	{
		return;
	}
	if (from == BGP_ESTABLISHED || to == BGP_ESTABLISHED)
	{
		bgp_peer_info_t info;

		bgp_peer_info(peer, &info);
		n->lost = to != BGP_ESTABLISHED;
		n->timed_out = n->lost && core_silence_ended_session(&info);
		if (!n->lost)
		{
			core_initial_opened(core);
		}
		core->tunnels_dirty = true;
		core_event(core, VIEW_EVENT_NEIGHBOR, n->config->name,
				   bgp_state_name(from), bgp_state_name(to), reason);
		log_notice("neighbor %s is %s: %s", n->config->name, bgp_state_name(to),
				   reason);
	}
	else
	{
		log_debug("neighbor %s: %s to %s: %s", n->config->name,
				  bgp_state_name(from), bgp_state_name(to), reason);
	}
}

static void sink_work(void *user)
{
	/* the loop asks core_work after every turn */
}

static void sink_next_hop(void *user, const addr_t *addr, bool used)
{
	core_nexthops_used(user, addr, used);
}

const bgp_sink_t core_bgp_sink = {
	.connect = sink_connect,
	.connect_cancel = sink_connect_cancel,
	.close = sink_close,
	.output = sink_output,
	.state = sink_state,
	.work = sink_work,
	.next_hop = sink_next_hop,
};

static const config_bundle_t *bundle_of(const core_neighbor_t *n)
{
	return n->tunnel ? n->tunnel->bundle : NULL;
}

/** our next hops by family: the tunnel's addresses, and for what it has none
 * of, those that stand beside our end of the session */
static void next_hops(const core_neighbor_t *n, bgp_peer_config_t *out)
{
	const config_tunnel_t *tunnel = n->tunnel ? n->tunnel->config : NULL;

	for (size_t i = 0; tunnel && i < tunnel->n_addresses; i++)
	{
		const addr_t *a = &tunnel->addresses[i].addr;
		addr_t *place = a->family == FAMILY_IPV4 ? &out->next_hop4
						: addr_is_link_local(a)  ? &out->next_hop6_ll
												 : &out->next_hop6;

		if (!addr_is_set(place))
		{
			*place = *a;
		}
	}
	if (!addr_is_set(&out->next_hop4))
	{
		out->next_hop4 = n->beside.four;
	}
	if (!addr_is_set(&out->next_hop6))
	{
		out->next_hop6 = n->beside.six;
	}
	if (!addr_is_set(&out->next_hop6_ll))
	{
		out->next_hop6_ll = n->beside.link_local;
	}
}

static bgp_role_t role(config_role_t role)
{
	switch (role)
	{
		case CONFIG_ROLE_PROVIDER:
			return BGP_ROLE_PROVIDER;
		case CONFIG_ROLE_RS_SERVER:
			return BGP_ROLE_RS_SERVER;
		case CONFIG_ROLE_RS_CLIENT:
			return BGP_ROLE_RS_CLIENT;
		case CONFIG_ROLE_CUSTOMER:
			return BGP_ROLE_CUSTOMER;
		case CONFIG_ROLE_PEER:
			return BGP_ROLE_PEER;
		case CONFIG_ROLE_NONE:
			break;
	}
	return BGP_ROLE_NONE;
}

static bgp_private_as_t private_as(config_private_as_t what)
{
	switch (what)
	{
		case CONFIG_PRIVATE_AS_REMOVE:
			return BGP_PRIVATE_AS_REMOVE;
		case CONFIG_PRIVATE_AS_REPLACE:
			return BGP_PRIVATE_AS_REPLACE;
		case CONFIG_PRIVATE_AS_KEEP:
			break;
	}
	return BGP_PRIVATE_AS_KEEP;
}

static void peer_limits(const config_neighbor_t *c, bgp_peer_config_t *out)
{
	out->max_prefix = c->max_prefix;
	out->max_prefix_warn = c->max_prefix_warn;
	out->max_prefix_warn_only = c->max_prefix_action == CONFIG_LIMIT_WARN;
	out->max_prefix_restart = c->max_prefix_restart;
	out->max_memory = (uint64_t)c->max_memory << 20;
	out->max_as_path = c->max_as_path;
	out->max_communities = c->max_communities;
}

static void peer_config(const core_neighbor_t *n, bgp_peer_config_t *out)
{
	const config_neighbor_t *c = n->config;

	memset(out, 0, sizeof(*out));
	out->name = c->name;
	out->address = c->address;
	out->remote_as = c->remote_as;
	out->local_as = c->local_as;
	out->families = (c->ipv4 ? BGP_IPV4 : 0u) | (c->ipv6 ? BGP_IPV6 : 0u);
	out->hold_time = c->hold_time;
	out->keepalive = c->keepalive;
	out->connect_retry = c->connect_retry;
	out->passive = c->passive;
	out->next_hop_self = c->next_hop_self;
	out->weight = n->tunnel ? n->tunnel->config->weight : c->weight;
	out->import_policy = n->import_policy;
	out->export_policy = n->export_policy;
	peer_limits(c, out);
	out->role = role(c->role);
	out->role_strict = c->role_strict;
	out->allowas_in = c->allowas_in;
	out->as_override = c->as_override;
	out->private_as = private_as(c->remove_private_as);
	out->any_first_as = !c->enforce_first_as;
	out->as_sets = !c->reject_as_sets;
	out->no_graceful_restart = !c->graceful_restart;
	out->graceful_shutdown = c->graceful_shutdown;
	out->resolve_next_hop = core_neighbor_resolves(n);
	next_hops(n, out);
	if (n->tunnel)
	{
		core_drain_config(n->tunnel, out);
	}
}

bool core_neighbor_resolves(const core_neighbor_t *n)
{
	return !n->tunnel || n->config->next_hop == CONFIG_NEXT_HOP_STRICT;
}

/** the export policy that the configuration asks for: another neighbour's, if
 * it has an equal one. What neighbours of one policy are told is kept and packed
 * once (adj_out.c) */
static bgp_policy_t *export_policy(core_t *core, const core_neighbor_t *n)
{
	bgp_policy_t *policy =
		core_policy_export(core->config, bundle_of(n), n->config);

	for (bgp_peer_t *p = NULL; policy && (p = bgp_peer_next(core->bgp, p));)
	{
		const core_neighbor_t *other = bgp_peer_user(p);

		if (other && other != n &&
			bgp_policy_equal(other->export_policy, policy))
		{
			bgp_policy_destroy(policy);
			return bgp_policy_share(other->export_policy);
		}
	}
	return policy;
}

core_neighbor_t *core_neighbor_create(core_t *core, core_tunnel_t *tunnel,
									  const config_neighbor_t *config,
									  usec_t now)
{
	core_neighbor_t *n = mem_alloc(sizeof(*n));
	bgp_peer_config_t peer;

	n->config = config;
	n->tunnel = tunnel;
	n->import_policy = core_policy_import(core->config, bundle_of(n), config);
	n->export_policy = export_policy(core, n);
	peer_config(n, &peer);
	n->peer = bgp_peer_add(core->bgp, &peer);
	if (!n->peer)
	{
		log_error("neighbor %s: the name is taken twice", config->name);
		bgp_policy_destroy(n->import_policy);
		bgp_policy_destroy(n->export_policy);
		free(n);
		return NULL;
	}
	bgp_peer_set_user(n->peer, n);
	core->peers_dirty = true;
	return n;
}

void core_neighbor_destroy(core_t *core, core_neighbor_t *n, usec_t now)
{
	bgp_peer_info_t info;

	for (unsigned i = 0; n->tunnel && i < countof(n->tunnel->neighbors); i++)
	{
		if (n->tunnel->neighbors[i] == n)
		{
			n->tunnel->neighbors[i] = NULL;
		}
	}
	core->seams.net_ops->unlisten(core->seams.net, n->peer);
	bgp_peer_info(n->peer, &info);
	if (info.state == BGP_ESTABLISHED && !core->stopping)
	{
		core_event(core, VIEW_EVENT_NEIGHBOR, n->config->name,
				   bgp_state_name(info.state), "removed",
				   "by a reload: it goes, or is made anew");
	}
	bgp_peer_set_user(n->peer, NULL);
	bgp_peer_remove(core->bgp, n->peer, now);
	core_members_free(core, &n->members);
	bgp_policy_destroy(n->import_policy);
	bgp_policy_destroy(n->export_policy);
	free(n);
}

void core_neighbor_configure(core_t *core, core_neighbor_t *n,
							 const config_neighbor_t *config, usec_t now)
{
	bgp_policy_t *old_import = n->import_policy;
	bgp_policy_t *old_export = n->export_policy;
	bool secret = !core_str_equal(n->config->password, config->password);
	bgp_peer_config_t peer;

	n->config = config;
	n->import_policy = core_policy_import(core->config, bundle_of(n), config);
	n->export_policy = export_policy(core, n);
	if (bgp_policy_equal(old_import, n->import_policy))
	{
		bgp_policy_destroy(n->import_policy);
		n->import_policy = old_import;
	}
	if (bgp_policy_equal(old_export, n->export_policy))
	{
		bgp_policy_destroy(n->export_policy);
		n->export_policy = old_export;
	}
	peer_config(n, &peer);
	bgp_peer_configure(core->bgp, n->peer, &peer, now);
	if (old_import != n->import_policy)
	{
		bgp_policy_destroy(old_import);
	}
	if (old_export != n->export_policy)
	{
		bgp_policy_destroy(old_export);
	}
	if (secret && n->running)
	{
		/* the sockets carry the key: new ones */
		core->seams.net_ops->unlisten(core->seams.net, n->peer);
		bgp_peer_stop(core->bgp, n->peer, 6, NULL, now);
		n->running = false;
	}
	n->end.password = config->password;
	core->peers_dirty = true;
}

bool core_tunnel_owns(const core_tunnel_t *tunnel, const addr_t *addr)
{
	for (size_t i = 0; tunnel && i < tunnel->config->n_addresses; i++)
	{
		if (addr_equal(&tunnel->config->addresses[i].addr, addr))
		{
			return true;
		}
	}
	return false;
}

/** our address for the session, on the link: same family, same network. The
 * kernel gives a link a link-local address, too: the configured one is better */
static bool local_address(const core_t *core, const core_neighbor_t *n,
						  uint32_t link, addr_t *out)
{
	const addr_t *remote = &n->config->address;
	bool found = false;

	if (addr_is_set(&n->config->local_address))
	{
		*out = n->config->local_address;
		return true;
	}
	for (size_t i = 0; i < core->seen.n_addrs; i++)
	{
		const kernel_addr_t *a = &core->seen.addrs[i];
		prefix_t net;

		if (link ? a->link != link : core_is_scoped(remote))
		{
			continue;
		}
		net = ifaddr_prefix(&a->ifaddr);
		if ((prefix_contains_addr(&net, remote) ||
			 addr_equal(&a->peer, remote)) &&
			(!found || core_tunnel_owns(n->tunnel, &a->ifaddr.addr)))
		{
			*out = a->ifaddr.addr;
			found = true;
		}
	}
	return found;
}

/** TTL of the session: what one hop, several, or GTSM need */
static void ttl(const core_t *core, const config_neighbor_t *c,
				net_endpoint_t *end)
{
	uint32_t local_as = c->local_as ? c->local_as : core->config->asn;
	bool ibgp = c->remote_as == local_as;

	end->ttl = c->multihop ? c->multihop : (ibgp ? 64 : 1);
	if (c->ttl_security)
	{
		/* RFC 5082 section 3: each router on the way takes one off */
		end->ttl = 255;
		end->ttl_min = (uint8_t)(255 - c->ttl_security + 1);
	}
}

/** the link that the session is bound to. false: it is not there */
static bool end_link(const core_t *core, const core_neighbor_t *n,
					 net_endpoint_t *end)
{
	const char *name = n->tunnel ? NULL : n->config->interface;
	const kernel_link_t *link;

	if (!n->tunnel && !name)
	{
		return true;
	}
	link = name              ? kernel_state_find_link(&core->seen, name)
		   : n->tunnel->link ? kernel_state_link(&core->seen, n->tunnel->link)
							 : NULL;
	if (!link)
	{
		return false;
	}
	memcpy(end->link, link->name, sizeof(end->link));
	end->link_index = link->index;
	return true;
}

/** the ends of the session as things are; false: it cannot run now */
static bool endpoint(const core_t *core, const core_neighbor_t *n,
					 net_endpoint_t *end)
{
	memset(end, 0, sizeof(*end));
	end->remote = n->config->address;
	end->password = n->config->password;
	ttl(core, n->config, end);
	if (!end_link(core, n, end))
	{
		return false;
	}
	/* over several hops the kernel may choose our end: then nobody is listened
	 * for */
	return local_address(core, n, end->link_index, &end->local) ||
		   (!n->tunnel && !core_is_scoped(&end->remote) && end->ttl > 1);
}

/** the same but for the link's index, which changes as it is made anew */
static bool endpoint_equal(const net_endpoint_t *a, const net_endpoint_t *b)
{
	return addr_equal(&a->local, &b->local) &&
		   addr_equal(&a->remote, &b->remote) &&
		   strcmp(a->link, b->link) == 0 && a->ttl == b->ttl &&
		   a->ttl_min == b->ttl_min;
}

/** as it would be with another configuration; of is the tunnel's */
static void as_configured(const core_neighbor_t *n,
						  const config_neighbor_t *config,
						  const config_tunnel_t *tunnel, core_neighbor_t *as,
						  core_tunnel_t *of, bgp_peer_config_t *peer)
{
	*as = *n;
	as->config = config;
	if (n->tunnel && tunnel)
	{
		*of = *n->tunnel;
		of->config = tunnel;
		as->tunnel = of;
	}
	peer_config(as, peer);
}

bool core_neighbor_would_end(const core_t *core, const core_neighbor_t *n,
							 const config_neighbor_t *config,
							 const config_tunnel_t *tunnel)
{
	core_neighbor_t as;
	core_tunnel_t of;
	bgp_peer_config_t peer;
	net_endpoint_t end;

	as_configured(n, config, tunnel, &as, &of, &peer);
	if (!n->running)
	{
		return false;
	}
	return !core_str_equal(n->config->password, config->password) ||
		   bgp_peer_would_reset(n->peer, &peer) ||
		   (endpoint(core, &as, &end) && !endpoint_equal(&end, &n->end)) ||
		   /* our address is still there, but not for long */
		   (core_tunnel_owns(n->tunnel, &n->end.local) &&
			!core_tunnel_owns(as.tunnel, &n->end.local));
}

bool core_neighbor_would_refresh(const core_t *core, const core_neighbor_t *n,
								 const config_neighbor_t *config,
								 const config_tunnel_t *tunnel)
{
	core_neighbor_t as;
	core_tunnel_t of;
	bgp_peer_config_t peer;

	as_configured(n, config, tunnel, &as, &of, &peer);
	return n->running && bgp_peer_would_refresh(n->peer, &peer);
}

/** the link that has this address; 0: none */
static uint32_t link_of(const core_t *core, const addr_t *addr)
{
	for (size_t i = 0; i < core->seen.n_addrs; i++)
	{
		if (addr_equal(&core->seen.addrs[i].ifaddr.addr, addr))
		{
			return core->seen.addrs[i].link;
		}
	}
	return 0;
}

/** the place for an address among those beside our end; NULL: none. Our end
 * itself is the next hop of its own family */
static addr_t *beside_place(core_beside_t *to, const addr_t *remote,
							const addr_t *addr)
{
	bool link_local = core_is_scoped(remote);

	if (addr_is_loopback(addr) ||
		(addr->family == remote->family && !link_local))
	{
		return NULL;
	}
	if (addr->family == FAMILY_IPV4)
	{
		return &to->four;
	}
	if (core_is_scoped(addr))
	{
		return link_local ? &to->link_local : NULL;
	}
	return &to->six;
}

static void beside_take(core_beside_t *to, core_beside_t *old,
						const addr_t *remote, const addr_t *addr)
{
	addr_t *place = beside_place(to, remote, addr);
	const addr_t *had = beside_place(old, remote, addr);

	if (place && (!addr_is_set(place) || addr_equal(addr, had)))
	{
		*place = *addr;
	}
}

/**
 * Next hops beside our end of the session, on its link: for routes of the
 * other family, and for the link-local neighbour's (RFC 2545 section 3). What
 * was used and is still there stays: another one would reset the session.
 */
static void beside(core_t *core, core_neighbor_t *n, const net_endpoint_t *end,
				   usec_t now)
{
	uint32_t link =
		end->link_index ? end->link_index : link_of(core, &end->local);
	core_beside_t new = {.four = addr_none};
	bgp_peer_config_t peer;

	for (size_t i = 0; link && i < core->seen.n_addrs; i++)
	{
		if (core->seen.addrs[i].link == link)
		{
			beside_take(&new, &n->beside, &end->remote,
						&core->seen.addrs[i].ifaddr.addr);
		}
	}
	if (!addr_equal(&new.four, &n->beside.four) ||
		!addr_equal(&new.six, &n->beside.six) ||
		!addr_equal(&new.link_local, &n->beside.link_local))
	{
		n->beside = new;
		peer_config(n, &peer);
		bgp_peer_configure(core->bgp, n->peer, &peer, now);
	}
}

static void stop(core_t *core, core_neighbor_t *n, usec_t now)
{
	core->seams.net_ops->unlisten(core->seams.net, n->peer);
	bgp_peer_stop(core->bgp, n->peer, 6, NULL, now);
	n->running = false;
}

/**
 * A session outlives what its tunnel goes through: SAs come anew, and a link or
 * an address that somebody took away is put back. The hold timer judges the
 * session, the tunnel the routes.
 */
static bool stays(const core_neighbor_t *n)
{
	bgp_peer_info_t info;

	bgp_peer_info(n->peer, &info);
	return n->running && n->tunnel && info.state == BGP_ESTABLISHED &&
		   n->tunnel->config->on_down == CONFIG_SESSION_KEEP;
}

/** the link came back as another one, with the same addresses */
static void move(core_t *core, core_neighbor_t *n, const net_endpoint_t *end)
{
	if (n->end.link_index != end->link_index)
	{
		n->end = *end;
		core->seams.net_ops->rebind(core->seams.net, n->peer, &n->end);
	}
}

static void update(core_t *core, core_neighbor_t *n, usec_t now)
{
	bool sa = !n->tunnel || tunnel_has_sa(n->tunnel->tunnel);
	bool alive =
		sa && (!n->tunnel || tunnel_state(n->tunnel->tunnel) != TUNNEL_DEAD);
	/* what was tried meanwhile was in vain, and the next try may be far */
	bool came = alive && !n->was_alive;
	net_endpoint_t end;
	bool possible = endpoint(core, n, &end);
	bgp_peer_info_t info;

	n->was_alive = alive;
	if (core_shutdown_of(core, n->config->name))
	{
		/* its end for the views; not its session */
		n->end = end;
		return;
	}
	if ((!sa || !possible) && stays(n))
	{
		return;
	}
	if (n->running && (!sa || !possible || !endpoint_equal(&end, &n->end)))
	{
		stop(core, n, now);
	}
	if (!sa || !possible)
	{
		return;
	}
	beside(core, n, &end, now);
	if (n->running)
	{
		move(core, n, &end);
	}
	else
	{
		n->end = end;
		n->running = true;
		core->seams.net_ops->listen(core->seams.net, n->peer, &n->end);
		came = true;
	}
	bgp_peer_info(n->peer, &info);
	if (came && info.state != BGP_ESTABLISHED)
	{
		bgp_peer_start(core->bgp, n->peer, now);
	}
}

void core_peers_update(core_t *core, usec_t now)
{
	core->peers_dirty = false;
	if (!core_restart_ready(core, now))
	{
		core->peers_dirty = true;
		return;
	}
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		update(core, core->neighbors[i], now);
	}
}

void core_net_problem(core_t *core, bgp_peer_t *peer, const char *words)
{
	core_neighbor_t *n = bgp_peer_user(peer);

	if (n)
	{
		snprintf(n->problem, sizeof(n->problem), "%s", words ? words : "");
	}
}

void core_neighbor_member_update(core_t *core, const core_neighbor_t *n,
								 const core_member_t *member)
{
	const core_way_t *way = core_nexthop_way(core, &member->gateway);
	bool reached = way && way->kind == CORE_WAY_LINK;
	uint32_t index = !reached ? 0 : way->link ? way->link : n->end.link_index;
	const kernel_link_t *link =
		index ? kernel_state_link(&core->seen, index) : NULL;
	fib_member_t state = {
		.link = index,
		.gateway = reached && way->link ? way->gateway : member->gateway,
		.usable = link && link->up && link->lower_up && !core_session_lost(n),
	};

	fib_member_set(core->fib, member->id, &state);
}

uint32_t core_neighbor_member(core_t *core, core_neighbor_t *n,
							  const addr_t *next_hop)
{
	const core_member_t *m = core_member_find(&n->members, next_hop);

	if (!m)
	{
		m = core_member_add(core, &n->members, next_hop, CORE_NEXTHOPS_MAX);
		if (m)
		{
			core_neighbor_member_update(core, n, m);
		}
	}
	return m ? m->id : 0;
}

void core_neighbors_members(core_t *core)
{
	for (size_t i = 0; i < core->n_neighbors; i++)
	{
		core_neighbor_t *n = core->neighbors[i];

		for (unsigned k = 0; k < n->members.count; k++)
		{
			core_neighbor_member_update(core, n, &n->members.list[k]);
		}
	}
}
