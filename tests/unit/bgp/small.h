/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A table with eighteen peers, for tests of one fact at a time.
 */

#ifndef CYGNET_TEST_SMALL_H
#define CYGNET_TEST_SMALL_H

#include "bgp/policy.h"
#include "bgp/rib_impl.h"
#include "unit/unit.h"

#include <stdio.h>
#include <string.h>

#define SPEAKER 65000u

typedef struct small_t
{
	bgp_rib_t *rib;
	bgp_policy_t *all;
	bgp_rib_peer_t peers[18];
	bgp_peer_config_t configs[18];
	bgp_attr_set_t set;
} small_t;

static inline bgp_peer_t *resolve_small(void *user, uint16_t index)
{
	small_t *s = user;

	return (bgp_peer_t *)(void *)&s->peers[index];
}

static inline void small_init(small_t *s, unsigned multipath)
{
	bgp_config_t config = {.asn = SPEAKER,
						   .router_id = 1,
						   .multipath = multipath,
						   .link_bandwidth = true};

	memset(s, 0, sizeof(*s));
	s->rib = bgp_rib_create(&config, 1);
	bgp_rib_set_resolver(s->rib, resolve_small, s);
	s->all = bgp_policy_create("all");
	bgp_policy_rule(s->all, "all", BGP_POLICY_ACCEPT);
	bgp_attr_set_init(&s->set);
	for (unsigned i = 0; i < countof(s->peers); i++)
	{
		s->peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.eligible = true,
			.remote_as = 65531,
			.router_id = 100 + i,
			.address = addr_v4(i),
			.weight = 1,
			.import_policy = s->all,
			.config = &s->configs[i],
		};
		bgp_rib_peer_up(s->rib, &s->peers[i]);
	}
}

static inline void small_deinit(small_t *s)
{
	bgp_rib_destroy(s->rib);
	bgp_policy_destroy(s->all);
	bgp_attr_set_deinit(&s->set);
}

static inline bgp_rib_verdict_t verdict(small_t *s, unsigned peer,
										const char *prefix)
{
	uint32_t id = bgp_attr_intern(bgp_rib_attrs(s->rib), &s->set.a);
	bgp_rib_verdict_t v;
	prefix_t p;

	ck_assert(prefix_parse(prefix, &p));
	v = bgp_rib_announce(s->rib, &s->peers[peer], &p, id);
	bgp_attr_release(bgp_rib_attrs(s->rib), id);
	return v;
}

/** false: it is over max_prefix */
static inline bool announce(small_t *s, unsigned peer, const char *prefix)
{
	bgp_rib_verdict_t v = verdict(s, peer, prefix);

	ck_assert(v == BGP_RIB_ENTERED || v == BGP_RIB_MAX_PREFIX);
	return v == BGP_RIB_ENTERED;
}

static inline void take_back(small_t *s, unsigned peer, const char *prefix)
{
	prefix_t p;

	ck_assert(prefix_parse(prefix, &p));
	bgp_rib_withdraw(s->rib, &s->peers[peer], &p);
}

/** prefix number n, /24 */
static inline const char *numbered(unsigned n)
{
	static char text[32];

	snprintf(text, sizeof(text), "10.%u.%u.0/24", n / 256, n % 256);
	return text;
}

static inline void work_all(small_t *s)
{
	while (bgp_rib_work(s->rib, 5))
	{
	}
}

/** 0: not there, else 1 + the number of the peer that is chosen */
static inline unsigned chosen(small_t *s, const char *prefix)
{
	static bgp_route_t route;
	prefix_t p;

	ck_assert(prefix_parse(prefix, &p));
	return bgp_rib_get(s->rib, &p, &route) && route.n_best
			   ? 1u + (unsigned)((bgp_rib_peer_t *)(void *)route.best[0].peer -
								 s->peers)
			   : 0;
}

#endif
