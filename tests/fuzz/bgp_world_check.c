/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What must hold in any world: of each message that is sent, as its receiver
 * reads it, and of the tables, walked beside their counters.
 */

#include "fuzz/bgp_world.h"

#include <string.h>

static uint8_t out[65535];

/* -- sets of prefixes -------------------------------------------------------- */

/** where it is, or would be */
static size_t set_find(const prefix_set_t *set, const prefix_t *p)
{
	size_t low = 0, high = set->count;

	while (low < high)
	{
		size_t mid = (low + high) / 2;

		if (prefix_cmp(&set->list[mid], p) < 0)
		{
			low = mid + 1;
		}
		else
		{
			high = mid;
		}
	}
	return low;
}

bool prefix_set_has(const prefix_set_t *set, const prefix_t *p)
{
	size_t at = set_find(set, p);

	return at < set->count && prefix_equal(&set->list[at], p);
}

void prefix_set_add(prefix_set_t *set, const prefix_t *p)
{
	size_t at = set_find(set, p);

	if (at < set->count && prefix_equal(&set->list[at], p))
	{
		return;
	}
	if (set->count == set->room)
	{
		set->room = set->room ? set->room * 2 : 64;
		set->list = mem_resize(set->list, set->room, sizeof(*set->list));
	}
	memmove(&set->list[at + 1], &set->list[at],
			(set->count - at) * sizeof(*set->list));
	set->list[at] = *p;
	set->count++;
}

void prefix_set_remove(prefix_set_t *set, const prefix_t *p)
{
	size_t at = set_find(set, p);

	if (at < set->count && prefix_equal(&set->list[at], p))
	{
		set->count--;
		memmove(&set->list[at], &set->list[at + 1],
				(set->count - at) * sizeof(*set->list));
	}
}

/* -- what is sent ------------------------------------------------------------ */

static void told(world_peer_t *p, bgp_nlri_t nlri, bool announced)
{
	prefix_t prefix;

	while (bgp_nlri_next(&nlri, &prefix))
	{
		if (announced)
		{
			prefix_set_add(&p->told, &prefix);
		}
		else
		{
			fuzz_check(prefix_set_has(&p->told, &prefix));
			prefix_set_remove(&p->told, &prefix);
		}
	}
	fuzz_check(!rbuf_left(&nlri.bytes));
}

/** as the peer would read it: without a fault */
static void read_update(world_peer_t *p, rbuf_t body)
{
	bgp_codec_t codec = p->peer->codec;
	bgp_attr_set_t set;
	bgp_update_t update = {.attrs = &set};
	bgp_fault_t fault;

	codec.local_as = p->peer->codec.remote_as;
	codec.remote_as = p->peer->codec.local_as;
	bgp_attr_set_init(&set);
	fuzz_check(bgp_decode_update(body, &codec, &update, &fault));
	fuzz_check(fault.verdict == BGP_FAULT_NONE && !update.discarded);
	told(p, update.withdrawn, false);
	told(p, update.mp_withdrawn, false);
	told(p, update.announced, true);
	told(p, update.mp_announced, true);
	bgp_attr_set_deinit(&set);
}

static void read_message(world_t *w, world_conn_t *c, bgp_type_t type,
						 rbuf_t body)
{
	uint8_t code, subcode;
	bgp_fault_t fault;
	bgp_open_t open;
	family_t family;
	rbuf_t data;

	/* OPEN comes first and once, nothing comes after NOTIFICATION */
	fuzz_check((type == BGP_OPEN) == !c->opened && !c->notified);
	switch (type)
	{
		case BGP_OPEN:
			c->opened = true;
			fuzz_check(bgp_decode_open(body, &open, &fault));
			break;
		case BGP_UPDATE:
			if (w->peers[c->peer].peer && !c->closing)
			{
				read_update(&w->peers[c->peer], body);
			}
			break;
		case BGP_NOTIFICATION:
			c->notified = true;
			fuzz_check(bgp_decode_notification(body, &code, &subcode, &data));
			fuzz_check(code && bgp_error_name(code, subcode));
			break;
		case BGP_KEEPALIVE:
			break;
		case BGP_ROUTE_REFRESH:
			fuzz_check(bgp_decode_refresh(body, &family, &subcode, &fault));
			fuzz_check(family != FAMILY_NONE);
			break;
	}
}

void world_drain(world_t *w, world_conn_t *c)
{
	bgp_fault_t fault;
	bgp_type_t type;
	uint16_t len;
	rbuf_t r, body;
	size_t n;

	while ((n = bgp_output(w->bgp, c->conn, out, sizeof(out), w->now)) > 0)
	{
		for (r = rbuf_make(out, n); rbuf_left(&r);)
		{
			fuzz_check(bgp_decode_header(r, BGP_MESSAGE_EXTENDED_MAX, &len,
										 &type, &fault));
			fuzz_check(rbuf_sub(&r, len, &body) &&
					   rbuf_skip(&body, BGP_HEADER_LEN));
			read_message(w, c, type, body);
		}
	}
}

/* -- what holds at any time -------------------------------------------------- */

static void check_received(world_t *w, bgp_peer_t *peer, int f, family_t family)
{
	const bgp_attrs_t *received, *accepted;
	uint32_t heard = 0, taken = 0;
	bgp_peer_info_t info;
	prefix_t at;
	bool more;

	bgp_peer_info(peer, &info);
	for (more = bgp_received_next(w->bgp, peer, family, NULL, &at, &received,
								  &accepted);
		 more; more = bgp_received_next(w->bgp, peer, family, &at, &at,
										&received, &accepted))
	{
		heard += received != NULL;
		taken += accepted != NULL;
	}
	/* routes kept over a restart are walked, and counted when told anew */
	if (!info.restarting && !peer->stale)
	{
		fuzz_check(info.received[f] == heard && info.accepted[f] == taken);
		fuzz_check(info.received[0] || info.received[1] || !info.memory);
	}
}

static void check_told(world_t *w, world_peer_t *p, int f, family_t family)
{
	const bgp_attrs_t *attrs;
	bgp_peer_info_t info;
	size_t walked = 0, heard = 0;
	prefix_t at;
	bool more;

	bgp_peer_info(p->peer, &info);
	for (more = bgp_advertised_next(w->bgp, p->peer, family, NULL, &at, &attrs);
		 more;
		 more = bgp_advertised_next(w->bgp, p->peer, family, &at, &at, &attrs))
	{
		walked += attrs != NULL;
		fuzz_check(!attrs || prefix_set_has(&p->told, &at));
	}
	for (size_t i = 0; i < p->told.count; i++)
	{
		heard += p->told.list[i].addr.family == family;
	}
	fuzz_check(info.advertised[f] == walked && heard == walked);
}

/** all paths, the best first, beside what is chosen */
static void check_paths(world_t *w, const bgp_route_t *route)
{
	bgp_path_view_t views[BGP_PATHS_VIEW];
	size_t n = bgp_paths(w->bgp, &route->prefix, 0, views, countof(views));
	unsigned best = 0, equal = 0, backup = 0;

	for (size_t i = 0; i < n; i++)
	{
		fuzz_check(views[i].attrs);
		best += views[i].use == BGP_USE_BEST;
		equal += views[i].use == BGP_USE_EQUAL;
		backup += views[i].use == BGP_USE_BACKUP;
	}
	fuzz_check(best == 1 && views[0].use == BGP_USE_BEST);
	fuzz_check(best + equal == route->n_best && backup == route->n_backup);
	fuzz_check(views[0].peer == route->best[0].peer);
}

static void check_table(world_t *w, family_t family)
{
	size_t count = 0;
	bgp_route_t route;
	prefix_t at;
	bool more;

	for (more = bgp_route_next(w->bgp, family, NULL, &route); more;
		 more = bgp_route_next(w->bgp, family, &at, &route))
	{
		at = route.prefix;
		if (!route.n_best)
		{
			continue;
		}
		count++;
		fuzz_check(prefix_set_has(&w->fib, &at) || bgp_deferring(w->bgp));
		check_paths(w, &route);
		for (unsigned i = 0; i < route.n_best + route.n_backup; i++)
		{
			const bgp_path_t *path = i < route.n_best
										 ? &route.best[i]
										 : &route.backup[i - route.n_best];

			fuzz_check(path->attrs && path->weight);
			fuzz_check(!path->peer || world_peer_of(w, path->peer));
		}
	}
	fuzz_check(count == bgp_route_count(w->bgp, family));
}

void world_check(world_t *w)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};

	for (unsigned f = 0; f < countof(families); f++)
	{
		check_table(w, families[f]);
		for (unsigned i = 0; i < WORLD_PEERS; i++)
		{
			world_peer_t *p = &w->peers[i];
			bgp_machine_t *m = p->peer ? bgp_peer_session(p->peer) : NULL;

			if (p->peer)
			{
				check_received(w, p->peer, (int)f, families[f]);
			}
			if (m && !bgp_conn_waiting(m->conn))
			{
				check_told(w, p, (int)f, families[f]);
			}
		}
	}
	fuzz_check(bgp_deferring(w->bgp) ||
			   w->fib.count == bgp_route_count(w->bgp, FAMILY_IPV4) +
								   bgp_route_count(w->bgp, FAMILY_IPV6));
}
