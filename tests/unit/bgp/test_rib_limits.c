/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What holds a peer's paths back: limits of prefixes and memory, next hops that
 * are to be resolved.
 */

#include "unit/bgp/small.h"
#include "unit/bgp/suites.h"

START_TEST(test_max_prefix)
{
	static small_t s;
	prefix_t p;

	small_init(&s, 1);
	s.peers[0].max_prefix = 2;
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(announce(&s, 0, "11.0.0.0/8"));
	ck_assert(!announce(&s, 0, "12.0.0.0/8"));
	/* refused is not entered */
	ck_assert(prefix_parse("12.0.0.0/8", &p));
	ck_assert_uint_eq(trie_get(s.rib->trie[0], &p), 0);
	ck_assert_uint_eq(s.peers[0].received[0], 2);
	/* what is there may change; the other family counts alone */
	s.set.a.origin = BGP_ORIGIN_EGP;
	ck_assert(announce(&s, 0, "11.0.0.0/8"));
	ck_assert(announce(&s, 0, "2001:db8::/32"));
	ck_assert(announce(&s, 1, "12.0.0.0/8"));
	ck_assert(!announce(&s, 0, "12.0.0.0/8"));
	take_back(&s, 0, "10.0.0.0/8");
	ck_assert(announce(&s, 0, "12.0.0.0/8"));
	ck_assert(!announce(&s, 0, "10.0.0.0/8"));
	/* a new session begins at 0, also before the purge */
	bgp_rib_peer_down(s.rib, &s.peers[0]);
	bgp_rib_peer_up(s.rib, &s.peers[0]);
	ck_assert_uint_eq(s.peers[0].received[0], 0);
	ck_assert(announce(&s, 0, "12.0.0.0/8"));
	ck_assert(announce(&s, 0, "13.0.0.0/8"));
	ck_assert(!announce(&s, 0, "11.0.0.0/8"));
	small_deinit(&s);
}
END_TEST

START_TEST(test_max_prefix_warning)
{
	static small_t s;

	small_init(&s, 1);
	s.peers[0].max_prefix = 10;
	s.configs[0].max_prefix_warn = 75;
	for (unsigned n = 0; n < 11; n++)
	{
		ck_assert_int_eq(verdict(&s, 0, numbered(n)), n == 7 ? BGP_RIB_WARN
													  : n == 10
														  ? BGP_RIB_MAX_PREFIX
														  : BGP_RIB_ENTERED);
	}
	/* said once: back and forth over the mark is no news, a quarter is */
	for (unsigned n = 9; n >= 6; n--)
	{
		take_back(&s, 0, numbered(n));
	}
	for (unsigned n = 6; n < 8; n++)
	{
		ck_assert_int_eq(verdict(&s, 0, numbered(n)), BGP_RIB_ENTERED);
	}
	for (unsigned n = 7; n >= 4; n--)
	{
		take_back(&s, 0, numbered(n));
	}
	for (unsigned n = 4; n < 8; n++)
	{
		ck_assert_int_eq(verdict(&s, 0, numbered(n)),
						 n == 7 ? BGP_RIB_WARN : BGP_RIB_ENTERED);
	}
	/* a change of what is there is not one more */
	s.set.a.origin = BGP_ORIGIN_EGP;
	ck_assert_int_eq(verdict(&s, 0, numbered(7)), BGP_RIB_ENTERED);
	small_deinit(&s);
}
END_TEST

START_TEST(test_max_prefix_warn_only)
{
	static small_t s;

	small_init(&s, 1);
	s.peers[0].max_prefix = 4;
	s.configs[0].max_prefix_warn = (uint8_t)(_i ? 100 : 0);
	s.configs[0].max_prefix_warn_only = true;
	for (unsigned n = 0; n < 8; n++)
	{
		ck_assert_int_eq(verdict(&s, 0, numbered(n)),
						 n == 3 && _i ? BGP_RIB_WARN
						 : n == 4     ? BGP_RIB_WARN_OVER
									  : BGP_RIB_ENTERED);
		ck_assert_uint_eq(s.peers[0].received[0], n + 1);
	}
	/* a new session, or new limits, and it is news again */
	bgp_rib_peer_changed(s.rib, &s.peers[0]);
	ck_assert_int_eq(verdict(&s, 0, numbered(8)), BGP_RIB_WARN_OVER);
	bgp_rib_peer_down(s.rib, &s.peers[0]);
	bgp_rib_peer_up(s.rib, &s.peers[0]);
	for (unsigned n = 0; n < 5; n++)
	{
		ck_assert_int_eq(verdict(&s, 0, numbered(n)),
						 n == 3 && _i ? BGP_RIB_WARN
						 : n == 4     ? BGP_RIB_WARN_OVER
									  : BGP_RIB_ENTERED);
	}
	small_deinit(&s);
}
END_TEST

START_TEST(test_max_memory)
{
	static small_t s;
	bgp_attr_pool_t *pool;
	uint64_t plain, communities;
	uint8_t many[400];
	uint32_t id;

	small_init(&s, 1);
	pool = bgp_rib_attrs(s.rib);
	for (unsigned i = 0; i < sizeof(many); i++)
	{
		many[i] = (uint8_t)(i / 4);
	}
	id = bgp_attr_intern(pool, &s.set.a);
	plain = bgp_attr_size(pool, id);
	bgp_attr_release(pool, id);
	/* as many as fit, to the byte; sharing a set with one's own prefixes or
	 * with another peer's makes none of them cheaper */
	s.configs[0].max_memory = 3 * (PATH_COST_IPV4 + plain) - (_i ? 1 : 0);
	ck_assert_int_eq(verdict(&s, 1, numbered(0)), BGP_RIB_ENTERED);
	ck_assert_int_eq(verdict(&s, 0, numbered(0)), BGP_RIB_ENTERED);
	ck_assert_int_eq(verdict(&s, 0, numbered(1)), BGP_RIB_ENTERED);
	ck_assert_uint_eq(s.peers[0].memory[0], 2 * (PATH_COST_IPV4 + plain));
	ck_assert_int_eq(verdict(&s, 0, numbered(2)),
					 _i ? BGP_RIB_MAX_MEMORY : BGP_RIB_ENTERED);
	ck_assert_uint_eq(s.peers[0].received[0], _i ? 2 : 3);
	ck_assert_int_eq(verdict(&s, 0, numbered(3)), BGP_RIB_MAX_MEMORY);
	/* the same again is no more; the other family counts too */
	ck_assert_int_eq(verdict(&s, 0, numbered(1)), BGP_RIB_ENTERED);
	ck_assert_int_eq(verdict(&s, 0, "2001:db8::/32"), BGP_RIB_MAX_MEMORY);
	/* larger attributes in the place of small ones */
	bgp_attr_set_blob(&s.set, BGP_BLOB_COMMUNITIES, many, sizeof(many));
	id = bgp_attr_intern(pool, &s.set.a);
	communities = bgp_attr_size(pool, id);
	ck_assert_uint_ge(communities, plain + sizeof(many));
	ck_assert_int_eq(verdict(&s, 0, numbered(1)), BGP_RIB_MAX_MEMORY);
	bgp_attr_release(pool, id);
	take_back(&s, 0, numbered(0));
	take_back(&s, 0, numbered(2));
	s.configs[0].max_memory = PATH_COST_IPV4 + communities;
	ck_assert_int_eq(verdict(&s, 0, numbered(1)), BGP_RIB_ENTERED);
	ck_assert_uint_eq(s.peers[0].memory[0], PATH_COST_IPV4 + communities);
	take_back(&s, 0, numbered(1));
	ck_assert_uint_eq(s.peers[0].memory[0], 0);
	small_deinit(&s);
}
END_TEST

START_TEST(test_memory_of_a_peer)
{
	static small_t s;
	uint64_t both;

	small_init(&s, 1);
	ck_assert(announce(&s, 0, numbered(0)));
	ck_assert(announce(&s, 0, "2001:db8::/32"));
	both = s.peers[0].memory[0] + s.peers[0].memory[1];
	ck_assert_uint_gt(both, PATH_COST_IPV4 + PATH_COST_IPV6);
	/* kept over a restart it counts, until it is not heard again */
	bgp_rib_stale_begin(s.rib, &s.peers[0], FAMILY_IPV4);
	bgp_rib_stale_begin(s.rib, &s.peers[0], FAMILY_IPV6);
	ck_assert_uint_eq(s.peers[0].memory[0] + s.peers[0].memory[1], both);
	ck_assert(announce(&s, 0, numbered(0)));
	ck_assert_uint_eq(s.peers[0].memory[0] + s.peers[0].memory[1], both);
	bgp_rib_stale_end(s.rib, &s.peers[0], FAMILY_IPV4);
	bgp_rib_stale_end(s.rib, &s.peers[0], FAMILY_IPV6);
	ck_assert_uint_eq(s.peers[0].memory[1], 0);
	ck_assert_uint_gt(s.peers[0].memory[0], PATH_COST_IPV4);
	/* what our policy made of it takes room too */
	both = s.peers[0].memory[0];
	bgp_policy_set_local_pref(s.all, 200);
	bgp_rib_peer_changed(s.rib, &s.peers[0]);
	while (bgp_rib_work(s.rib, 100))
	{
	}
	ck_assert_uint_gt(s.peers[0].memory[0], both);
	bgp_rib_peer_down(s.rib, &s.peers[0]);
	ck_assert_uint_eq(s.peers[0].memory[0], 0);
	small_deinit(&s);
}
END_TEST

/** what the table says of next hops: "+10.0.0.1 -10.0.0.2 " */
static char watched[256];

static void watch(void *user, const addr_t *addr, bool used)
{
	char text[ADDR_STR_MAX];
	size_t len = strlen(watched);

	addr_format(addr, text);
	snprintf(watched + len, sizeof(watched) - len, "%c%s ", used ? '+' : '-',
			 text);
}

static void assert_watched(const char *want)
{
	ck_assert_str_eq(watched, want);
	watched[0] = '\0';
}

START_TEST(test_resolve)
{
	static small_t s;
	addr_t one = addr_v4(0x0a000001), two = addr_v4(0x0a000002);

	small_init(&s, 1);
	/* in a list, or swept for */
	s.rib->listed_max = _i ? LISTED_MAX : 0;
	watched[0] = '\0';
	bgp_rib_set_watch(s.rib, watch, NULL);
	s.configs[0].resolve_next_hop = true;
	s.configs[1].resolve_next_hop = true;
	s.set.a.next_hop = one;
	/* who does not ask is not told */
	ck_assert(announce(&s, 2, "10.1.0.0/16"));
	assert_watched("");
	ck_assert_uint_eq(chosen(&s, "10.1.0.0/16"), 3);
	/* told once, however many paths; not eligible before the answer */
	ck_assert(announce(&s, 0, "10.2.0.0/16"));
	ck_assert(announce(&s, 0, "10.3.0.0/16"));
	ck_assert(announce(&s, 1, "10.3.0.0/16"));
	assert_watched("+10.0.0.1 ");
	ck_assert_uint_eq(chosen(&s, "10.2.0.0/16"), 0);
	bgp_rib_next_hop_set(s.rib, &one, true, 0);
	work_all(&s);
	ck_assert_uint_eq(bgp_rib_changes_waiting(s.rib), 3);
	ck_assert_uint_eq(chosen(&s, "10.2.0.0/16"), 1);
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 1);
	/* the new one is in use before the old one is out of it */
	s.set.a.next_hop = two;
	ck_assert(announce(&s, 0, "10.3.0.0/16"));
	assert_watched("+10.0.0.2 ");
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 2);
	/* the lower metric */
	bgp_rib_next_hop_set(s.rib, &two, true, 7);
	bgp_rib_next_hop_set(s.rib, &one, true, 8);
	work_all(&s);
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 1);
	bgp_rib_next_hop_set(s.rib, &two, true, 9);
	work_all(&s);
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 2);
	/* of the last path, by withdrawal, policy, or the peer's end */
	take_back(&s, 0, "10.3.0.0/16");
	assert_watched("-10.0.0.2 ");
	bgp_rib_peer_down(s.rib, &s.peers[0]);
	work_all(&s);
	assert_watched("");
	s.peers[1].import_policy = NULL;
	bgp_rib_peer_changed(s.rib, &s.peers[1]);
	work_all(&s);
	assert_watched("-10.0.0.1 ");
	/* it was forgotten */
	s.peers[1].import_policy = s.all;
	bgp_rib_peer_changed(s.rib, &s.peers[1]);
	work_all(&s);
	assert_watched("+10.0.0.1 ");
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 0);
	/* and nobody cares any more */
	s.configs[1].resolve_next_hop = false;
	bgp_rib_peer_changed(s.rib, &s.peers[1]);
	work_all(&s);
	assert_watched("-10.0.0.1 ");
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 2);
	small_deinit(&s);
}
END_TEST

START_TEST(test_resolve_limit)
{
	static small_t s;
	addr_t two = addr_v4(0x0a000002);

	small_init(&s, 1);
	watched[0] = '\0';
	bgp_rib_set_watch(s.rib, watch, NULL);
	bgp_nexthops_limit(s.rib->hops, 1);
	s.configs[0].resolve_next_hop = true;
	s.set.a.next_hop = addr_v4(0x0a000001);
	ck_assert(announce(&s, 0, "10.1.0.0/16"));
	s.set.a.next_hop = two;
	ck_assert(announce(&s, 0, "10.2.0.0/16"));
	assert_watched("+10.0.0.1 ");
	bgp_rib_next_hop_set(s.rib, &two, true, 0);
	work_all(&s);
	ck_assert_uint_eq(chosen(&s, "10.2.0.0/16"), 0);
	/* there is room again: for another path first, then for this one too */
	take_back(&s, 0, "10.1.0.0/16");
	s.configs[1].resolve_next_hop = true;
	ck_assert(announce(&s, 1, "10.3.0.0/16"));
	assert_watched("-10.0.0.1 +10.0.0.2 ");
	bgp_rib_next_hop_set(s.rib, &two, true, 0);
	ck_assert_uint_eq(chosen(&s, "10.3.0.0/16"), 2);
	ck_assert_uint_eq(chosen(&s, "10.2.0.0/16"), 0);
	work_all(&s);
	ck_assert_uint_eq(chosen(&s, "10.2.0.0/16"), 1);
	small_deinit(&s);
}
END_TEST

Suite *rib_limits_suite(void)
{
	Suite *suite = suite_create("rib_limits");

	unit_add(suite, "max prefix", test_max_prefix);
	unit_add(suite, "max prefix warning", test_max_prefix_warning);
	unit_add_loop(suite, "max prefix warns only", test_max_prefix_warn_only, 2);
	unit_add_loop(suite, "max memory", test_max_memory, 2);
	unit_add(suite, "memory of a peer", test_memory_of_a_peer);
	unit_add_loop(suite, "resolve", test_resolve, 2);
	unit_add(suite, "resolve limit", test_resolve_limit);
	return suite;
}
