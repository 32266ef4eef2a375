/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What `cygnetctl doctor` goes by and no other view needs. Facts only: which of
 * them is the cause of what, is judged there.
 */

#include "gateway/core_kernel.h"

#include <string.h>

/** a rekey leaves two for some seconds (charon's delete_rekeyed_delay) */
#define DUPLICATE_SURE (15 * USEC_PER_SEC)
/** who deletes what was rekeyed may have to repeat itself for so long */
#define REPLACED_SURE (60 * USEC_PER_SEC)

/** stands for itself, and is not about to be deleted */
static bool stands(const core_sa_t *sa, usec_t now)
{
	return now - sa->since > DUPLICATE_SURE &&
		   (!sa->replaced || now - sa->replaced_at > REPLACED_SURE);
}

/** the most of one child, and the oldest of these */
static void duplicates(const core_connection_t *c, view_doctor_t *out,
					   usec_t now)
{
	for (unsigned i = 0; i < c->n_sas; i++)
	{
		const core_sa_t *first = &c->sas[i];
		uint32_t oldest = first->id;
		unsigned count = 0;

		for (unsigned k = 0; k < c->n_sas; k++)
		{
			const core_sa_t *sa = &c->sas[k];

			if (strcmp(sa->child, first->child) == 0 && stands(sa, now))
			{
				count++;
				oldest = sa->id < oldest ? sa->id : oldest;
			}
		}
		if (count > 1 && count > out->duplicates)
		{
			out->duplicates = count;
			out->oldest = oldest;
		}
	}
}

static void connection(const core_connection_t *c, view_doctor_t *out,
					   usec_t now)
{
	out->loaded = c->loaded;
	out->if_id_unique = c->if_id_unique;
	out->if_id_in = c->if_id_in;
	out->if_id_out = c->if_id_out;
	out->fault = c->fault;
	duplicates(c, out, now);
}

/** an SA that was made when the connection had other if_ids */
static void sa_if_id(const core_tunnel_t *tunnel, view_doctor_t *out)
{
	const core_connection_t *c = tunnel->connection;

	for (unsigned i = 0; i < c->n_sas; i++)
	{
		const core_sa_t *sa = &c->sas[i];

		if (!sa->replaced &&
			(sa->if_id_in != tunnel->if_id || sa->if_id_out != tunnel->if_id))
		{
			out->sa_differs = true;
			out->sa_if_id =
				sa->if_id_in != tunnel->if_id ? sa->if_id_in : sa->if_id_out;
		}
	}
}

static bool is_inside(const core_t *core, uint32_t link)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		if (core->tunnels[i]->link && core->tunnels[i]->link == link)
		{
			return true;
		}
	}
	return false;
}

static void way(const core_t *core, const addr_t *peer, view_way_t *out)
{
	const kernel_link_t *link;
	kernel_route_t route;

	*out = (view_way_t){.peer = *peer};
	if (!core->seams.kernel || core->seams.kernel_ops->route_get(
								   core->seams.kernel, peer, &route) != 0)
	{
		return;
	}
	out->found = true;
	out->gateway = route.gateway;
	out->source = route.source;
	out->inside = is_inside(core, route.link);
	link = kernel_state_link(&core->seen, route.link);
	if (link)
	{
		memcpy(out->link, link->name, sizeof(out->link));
	}
}

static bool has_addr(const core_t *core, uint32_t link, const addr_t *addr)
{
	for (size_t i = 0; i < core->seen.n_addrs; i++)
	{
		if (core->seen.addrs[i].link == link &&
			addr_equal(&core->seen.addrs[i].ifaddr.addr, addr))
		{
			return true;
		}
	}
	return false;
}

static void link_of(const core_t *core, const core_tunnel_t *tunnel,
					view_doctor_t *out)
{
	const config_tunnel_t *c = tunnel->config;
	const kernel_link_t *link = kernel_state_link(&core->seen, tunnel->link);

	if (!tunnel->link || !link)
	{
		return;
	}
	out->link_up = link->up;
	out->link_lower_up = link->lower_up;
	out->link_if_id = link->kind == KERNEL_LINK_XFRM ? link->if_id : 0;
	for (size_t i = 0; i < c->n_addresses; i++)
	{
		if (!has_addr(core, tunnel->link, &c->addresses[i].addr))
		{
			out->missing = c->addresses[i].addr;
		}
	}
}

void core_view_doctor(core_t *core, view_doctor_t *out, usec_t now)
{
	for (size_t i = 0; i < core->n_tunnels; i++)
	{
		const core_tunnel_t *tunnel = core->tunnels[i];
		view_doctor_t *o = &out[i];

		*o = (view_doctor_t){.conflict = core->conflict_words};
		if (tunnel->connection)
		{
			connection(tunnel->connection, o, now);
			sa_if_id(tunnel, o);
			o->xfrm_problem = core->seams.xfrm_problem;
		}
		o->outbound_lost = tunnel->outbound.lost;
		o->policy_gone = tunnel->outbound.policy_gone;
		o->stranded = core_underlay_stranded(core, tunnel);
		link_of(core, tunnel, o);
		for (unsigned k = 0; k < tunnel->n_outer && k < VIEW_WAYS_MAX; k++)
		{
			way(core, &tunnel->outer[k], &o->ways[o->n_ways++]);
		}
	}
}
