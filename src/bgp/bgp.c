/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The speaker: its life, and the covers of the tables. Every call that may
 * change the tables ends in bgp_tell, which passes on that work or output
 * waits; nothing is pushed to a peer that does not take it.
 */

#include "bgp/speaker.h"

#include <stdlib.h>

static bgp_peer_t *resolve(void *user, uint16_t index)
{
	return bgp_peer_by_index(user, index);
}

static void watch_next_hop(void *user, const addr_t *addr, bool used)
{
	bgp_t *bgp = user;

	bgp->sink.next_hop(bgp->user, addr, used);
}

bgp_t *bgp_create(const bgp_config_t *config, timers_t *timers,
				  const bgp_sink_t *sink, void *user, uint64_t seed)
{
	bgp_t *bgp = mem_alloc(sizeof(*bgp));

	bgp->config = *config;
	bgp->timers = timers;
	bgp->sink = *sink;
	bgp->user = user;
	prng_seed(&bgp->rng, seed);
	bgp->rib = bgp_rib_create(config, (uint32_t)prng_next(&bgp->rng));
	bgp_rib_set_resolver(bgp->rib, resolve, bgp);
	bgp_rib_set_watch(bgp->rib, sink->next_hop ? watch_next_hop : NULL, bgp);
	bgp_attr_set_init(&bgp->set);
	bgp_deferral_init(bgp);
	return bgp;
}

void bgp_destroy(bgp_t *bgp)
{
	size_t i;

	for (i = 0; i < bgp->peer_count; i++)
	{
		if (bgp->peers[i])
		{
			list_each_safe(&bgp->peers[i]->conns, conn, bgp_conn_t, link)
			{
				bgp_conn_free(conn);
			}
			bgp_peer_free(bgp->peers[i]);
		}
	}
	free(bgp->peers);
	timer_stop(bgp->timers, &bgp->deferral);
	bgp_attr_set_deinit(&bgp->set);
	bgp_rib_destroy(bgp->rib);
	free(bgp);
}

void bgp_tell_output(bgp_t *bgp, usec_t now)
{
	bgp_machine_t *m;
	size_t i;

	/* messages beside the tables' are told of as they are queued */
	if (bgp_rib_out_idle(bgp->rib) && !bgp->refreshed)
	{
		return;
	}
	bgp->refreshed = false;
	for (i = 0; i < bgp->peer_count; i++)
	{
		m = bgp->peers[i] ? bgp_peer_session(bgp->peers[i]) : NULL;
		bgp->refreshed |= m && m->peer->eorr;
		if (m && !m->conn->told && bgp_conn_waiting(m->conn))
		{
			bgp_conn_tell(m->conn, now);
		}
	}
}

void bgp_tell(bgp_t *bgp, usec_t now)
{
	bgp_tell_output(bgp, now);
	bgp->sink.work(bgp->user);
}

void bgp_originate(bgp_t *bgp, const prefix_t *prefix, const bgp_local_t *local,
				   usec_t now)
{
	bgp_rib_originate(bgp->rib, prefix, local);
	bgp_tell(bgp, now);
}

void bgp_unoriginate(bgp_t *bgp, const prefix_t *prefix, usec_t now)
{
	bgp_rib_unoriginate(bgp->rib, prefix);
	bgp_tell(bgp, now);
}

void bgp_aggregates_set(bgp_t *bgp, const bgp_aggregate_t *list, size_t count,
						usec_t now)
{
	bgp_rib_aggregates_set(bgp->rib, list, count);
	bgp_tell(bgp, now);
}

bool bgp_next_change(bgp_t *bgp, bgp_route_t *out)
{
	return bgp_rib_next_change(bgp->rib, out);
}

void bgp_set_tag(bgp_t *bgp, const prefix_t *prefix, uint32_t tag)
{
	bgp_rib_set_tag(bgp->rib, prefix, tag);
}

size_t bgp_changes_waiting(const bgp_t *bgp)
{
	return bgp_rib_changes_waiting(bgp->rib);
}

bool bgp_work(bgp_t *bgp, unsigned budget, usec_t now)
{
	bool more = bgp_rib_work(bgp->rib, budget);

	if (!more)
	{
		bgp_peers_reap(bgp);
	}
	bgp_tell_output(bgp, now);
	return more;
}

const addr_t *bgp_next_hop_addr(const bgp_t *bgp, uint32_t next_hop)
{
	return bgp_rib_next_hop_addr(bgp->rib, next_hop);
}

void bgp_next_hop_set(bgp_t *bgp, const addr_t *next_hop, bool reachable,
					  uint32_t igp_metric)
{
	bgp_rib_next_hop_set(bgp->rib, next_hop, reachable, igp_metric);
	bgp->sink.work(bgp->user);
}

bool bgp_route_get(const bgp_t *bgp, const prefix_t *prefix, bgp_route_t *out)
{
	return bgp_rib_get(bgp->rib, prefix, out);
}

bool bgp_route_lookup(const bgp_t *bgp, const addr_t *addr, bgp_route_t *out)
{
	return bgp_rib_lookup(bgp->rib, addr, out);
}

bool bgp_route_next(const bgp_t *bgp, family_t family, const prefix_t *after,
					bgp_route_t *out)
{
	return bgp_rib_next(bgp->rib, family, after, out);
}

size_t bgp_paths(const bgp_t *bgp, const prefix_t *prefix, size_t skip,
				 bgp_path_view_t *out, size_t room)
{
	return bgp_rib_paths(bgp->rib, prefix, skip, out, room);
}

bool bgp_prefix_next(const bgp_t *bgp, family_t family, const prefix_t *after,
					 prefix_t *prefix)
{
	return bgp_rib_prefix_next(bgp->rib, family, after, prefix);
}

bool bgp_received_get(const bgp_t *bgp, const bgp_peer_t *peer,
					  const prefix_t *prefix, const bgp_attrs_t **received,
					  const bgp_attrs_t **accepted)
{
	return bgp_rib_received_get(bgp->rib, &peer->rib, prefix, received,
								accepted);
}

const char *bgp_import_rule(bgp_t *bgp, const bgp_peer_t *peer,
							const prefix_t *prefix, const bgp_attrs_t *received)
{
	return bgp_rib_import_rule(bgp->rib, &peer->rib, prefix, received);
}

bool bgp_received_next(const bgp_t *bgp, const bgp_peer_t *peer,
					   family_t family, const prefix_t *after, prefix_t *prefix,
					   const bgp_attrs_t **received,
					   const bgp_attrs_t **accepted)
{
	return bgp_rib_received_next(bgp->rib, &peer->rib, family, after, prefix,
								 received, accepted);
}

bool bgp_advertised_next(bgp_t *bgp, const bgp_peer_t *peer, family_t family,
						 const prefix_t *after, prefix_t *prefix,
						 const bgp_attrs_t **attrs)
{
	return bgp_rib_advertised_next(bgp->rib, &peer->rib, family, after, prefix,
								   attrs);
}

size_t bgp_route_count(const bgp_t *bgp, family_t family)
{
	return bgp_rib_count(bgp->rib, family);
}

size_t bgp_memory(const bgp_t *bgp)
{
	return bgp_rib_memory(bgp->rib);
}
