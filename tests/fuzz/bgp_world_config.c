/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What an operator and the network around do in a world: peers with all their
 * options, routes of our own, next hops that can be reached or not.
 */

#include "fuzz/bgp_world.h"

/** matches and changes of many kinds, so that attributes are taken apart */
bgp_policy_t *world_policy(void)
{
	bgp_prefix_match_t ten = {.ge = 9, .le = 24};
	bgp_policy_t *p = bgp_policy_create("some");
	const uint8_t large[12] = {0, 0, 0xfd, 0xe9, 0, 0, 0, 1, 0, 0, 0, 2};

	fuzz_check(prefix_parse("10.0.0.0/8", &ten.prefix));
	bgp_policy_rule(p, "tag", BGP_POLICY_NEXT);
	bgp_policy_match_prefixes(p, &ten, 1);
	bgp_policy_add_communities(p, BGP_BLOB_COMMUNITIES, "\xfd\xe9\0\1");
	bgp_policy_add_communities(p, BGP_BLOB_LARGE_COMMUNITIES, large);
	bgp_policy_rule(p, "strip", BGP_POLICY_NEXT);
	bgp_policy_match_as_path(p, "_6500[23]_", NULL, 0);
	bgp_policy_match_not(p);
	bgp_policy_delete_communities(p, BGP_BLOB_COMMUNITIES, "\xfd\xe9\0\0",
								  "\xff\xff\0\0");
	bgp_policy_rule(p, "long", BGP_POLICY_REJECT);
	bgp_policy_match_number(p, BGP_NUMBER_AS_PATH_LENGTH, 9, UINT32_MAX);
	bgp_policy_rule(p, "prefer", BGP_POLICY_ACCEPT);
	bgp_policy_match_communities(p, BGP_BLOB_COMMUNITIES, "\xfd\xe9\0\1", NULL);
	bgp_policy_match_or(p);
	bgp_policy_match_as(p, 65010);
	bgp_policy_set_local_pref(p, 200);
	bgp_policy_set_med(p, 7);
	bgp_policy_set_prepend(p, 0, 3);
	bgp_policy_rule(p, "rest", BGP_POLICY_ACCEPT);
	return p;
}

void world_peer_add(world_t *w, unsigned n)
{
	static const char *const names[WORLD_PEERS] = {"a", "b", "c"};
	world_peer_t *p = &w->peers[n];

	p->config = (bgp_peer_config_t){
		.name = names[n],
		.address = addr_v4(0xc0000202 + n),
		.remote_as = n == 1 ? WORLD_AS : 65002 + n,
		.families = BGP_IPV4 | BGP_IPV6,
		.hold_time = WORLD_HOLD,
		.connect_retry = 5,
		.weight = 1,
		.import_policy = n == 0 ? w->some : w->all,
		.export_policy = n == 0 ? w->some : w->all,
		.max_prefix = n == 0 ? 40 : 0,
		.max_prefix_restart = 10,
		.next_hop_self = n == 1,
		.passive = n == 1,
		.resolve_next_hop = n == 1,
		.role = n == 0 ? BGP_ROLE_CUSTOMER : BGP_ROLE_NONE,
	};
	fuzz_check(addr_parse("2001:db8::1", &p->config.next_hop6));
	if (n == 1)
	{
		fuzz_check(addr_parse("2001:db8:ffff::2", &p->config.address));
	}
	p->peer = bgp_peer_add(w->bgp, &p->config);
	fuzz_check(p->peer);
	bgp_peer_start(w->bgp, p->peer, w->now);
}

void world_configure(world_t *w, unsigned n, uint8_t arg, rbuf_t body)
{
	bgp_peer_config_t *c = &w->peers[n].config;
	uint8_t b[4] = {0};

	for (unsigned i = 0; i < sizeof(b); i++)
	{
		(void)rbuf_u8(&body, &b[i]);
	}
	c->import_policy = arg & 1 ? w->some : w->all;
	c->export_policy = arg & 2 ? w->some : w->all;
	c->passive = arg & 4;
	c->families = arg & 8 ? BGP_IPV6 : BGP_IPV4 | BGP_IPV6;
	c->hold_time = arg & 16 ? 30 : WORLD_HOLD;
	c->max_prefix = arg & 32 ? 3 : 0;
	c->max_prefix_warn = arg & 64 ? 50 : 0;
	c->max_prefix_warn_only = arg & 128;
	c->as_override = b[0] & 1;
	c->private_as = (bgp_private_as_t)((b[0] >> 1 & 3) % 3);
	c->any_first_as = b[0] & 8;
	c->as_sets = !(b[1] & 4);
	c->graceful_shutdown = b[0] & 16;
	c->no_graceful_restart = b[0] & 32;
	c->resolve_next_hop = b[0] & 64;
	c->next_hop_self = b[0] & 128;
	c->allowas_in = b[1] & 7;
	c->role = (bgp_role_t)((b[1] >> 3 & 7) % 6);
	c->role_strict = b[1] & 64;
	c->local_as = b[1] & 128 && n != 1 ? 65100 : 0;
	c->max_memory = b[2] * 64u;
	c->max_as_path = b[3] & 15;
	c->max_communities = b[3] >> 4;
	bgp_peer_configure(w->bgp, w->peers[n].peer, c, w->now);
}

void world_next_hop(world_t *w, unsigned n, uint8_t how)
{
	for (unsigned i = 0; i < WORLD_HOPS; i++)
	{
		const addr_t *hop = &w->hops[(n + i) % WORLD_HOPS];

		if (addr_is_set(hop))
		{
			bgp_next_hop_set(w->bgp, hop, how & 1, how >> 1);
			return;
		}
	}
}

void world_originate(world_t *w, const prefix_t *p, unsigned how)
{
	static const bgp_source_t sources[] = {
		BGP_SOURCE_ADVERTISE,
		BGP_SOURCE_CONNECTED,
		BGP_SOURCE_STATIC,
		BGP_SOURCE_OTHER,
	};
	bgp_local_t local = {
		.source = sources[how % 4],
		.has_med = how & 4,
		.med = how & 4 ? 30 : 0,
	};

	bgp_originate(w->bgp, p, &local, w->now);
}

void world_aggregates(world_t *w, rbuf_t body)
{
	bgp_aggregate_t list[8] = {0};
	uint8_t len, a, b;
	size_t n = 0;

	while (n < countof(list) && rbuf_u8(&body, &len) && rbuf_u8(&body, &a) &&
		   rbuf_u8(&body, &b))
	{
		uint8_t bytes[16] = {0x20, 0x01, a, b};
		addr_t net = len & 0x40
						 ? addr_v6(bytes)
						 : addr_v4((uint32_t)a << 24 | (uint32_t)b << 16);

		list[n].prefix = prefix_make(&net, (len & 0x3f) % 33);
		list[n++].summary_only = len & 0x80;
	}
	bgp_aggregates_set(w->bgp, list, n, w->now);
}
