/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tables, one fact at a time; all at once is in test_rib_model.c.
 */

#include "unit/bgp/small.h"
#include "unit/bgp/suites.h"

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/rib_impl.h"

#include <string.h>

START_TEST(test_defer)
{
	static small_t s;
	static bgp_route_t route;

	small_init(&s, 1);
	bgp_rib_defer(s.rib, BGP_IPV4);
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(announce(&s, 0, "2001:db8::/32"));
	ck_assert_uint_eq(bgp_rib_changes_waiting(s.rib), 1);
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_uint_eq(route.prefix.addr.family, FAMILY_IPV6);
	ck_assert(!bgp_rib_next_change(s.rib, &route));
	/* what is held back and goes again was there for a reader only */
	ck_assert(announce(&s, 0, "11.0.0.0/8"));
	ck_assert(bgp_rib_get(
		s.rib, &(prefix_t){.addr = addr_v4(0x0b000000), .len = 8}, &route));
	ck_assert(!bgp_rib_work(s.rib, 100));
	bgp_rib_defer(s.rib, 0);
	ck_assert_uint_eq(bgp_rib_changes_waiting(s.rib), 2);
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_uint_eq(route.prefix.addr.b[0], 10);
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_uint_eq(route.prefix.addr.b[0], 11);
	ck_assert(!bgp_rib_next_change(s.rib, &route));
	small_deinit(&s);
}
END_TEST

static void told_next(small_t *s, const char *expected)
{
	static bgp_route_t route;
	prefix_t p;

	ck_assert(prefix_parse(expected, &p));
	ck_assert(bgp_rib_next_change(s->rib, &route));
	ck_assert(prefix_equal(&route.prefix, &p));
}

/** starts of large blocks first, whatever the length, then as they came */
START_TEST(test_order_of_changes)
{
	static const char *heard[] = {
		"11.0.1.0/24", "11.0.2.128/25", "11.0.2.0/24", "11.1.0.0/17",
		"11.0.3.9/32", "11.0.128.0/24", "12.0.0.0/8",  "11.0.4.0/22",
	};
	static const char *told[] = {
		"11.1.0.0/17",   "11.0.128.0/24", "12.0.0.0/8",  "11.0.4.0/22",
		"11.0.2.128/25", "11.0.2.0/24",   "11.0.1.0/24", "11.0.3.9/32",
	};
	static const char *ipv6[] = {"2001:db8:1::/48", "2001:db8:8000::/48",
								 "2001:db8::/32"};
	static small_t s;
	static bgp_route_t route;

	small_init(&s, 1);
	/* a queue that was empty begins anew */
	for (unsigned round = 0; round < 3; round++)
	{
		s.set.a.med = round;
		s.set.a.has = BGP_HAS_MED;
		ck_assert(announce(&s, 0, "13.0.0.0/8"));
		told_next(&s, "13.0.0.0/8");
		for (unsigned i = 0; i < countof(heard); i++)
		{
			ck_assert(announce(&s, 0, heard[i]));
		}
		ck_assert_uint_eq(bgp_rib_changes_waiting(s.rib), countof(heard));
		for (unsigned i = 0; i < countof(told); i++)
		{
			told_next(&s, told[i]);
		}
		ck_assert(!bgp_rib_next_change(s.rib, &route));
	}
	for (unsigned i = 0; i < countof(ipv6); i++)
	{
		ck_assert(announce(&s, 0, ipv6[i]));
	}
	for (unsigned i = 0; i < countof(ipv6); i++)
	{
		told_next(&s, ipv6[i]);
	}
	small_deinit(&s);
}
END_TEST

/** what changes all the time does not keep the others waiting */
START_TEST(test_changes_are_fair)
{
	static small_t s;

	small_init(&s, 1);
	ck_assert(announce(&s, 0, "11.0.1.0/24"));
	ck_assert(announce(&s, 0, "11.0.0.0/16"));
	told_next(&s, "11.0.0.0/16");
	ck_assert(announce(&s, 0, "12.0.0.0/16"));
	ck_assert(announce(&s, 0, "11.0.3.0/24"));
	told_next(&s, "11.0.1.0/24");
	ck_assert(announce(&s, 0, "11.0.5.0/24"));
	told_next(&s, "11.0.3.0/24");
	told_next(&s, "12.0.0.0/16");
	told_next(&s, "11.0.5.0/24");
	small_deinit(&s);
}
END_TEST

/** what has no path to be chosen keeps nobody who walks for long */
START_TEST(test_walk_bounded)
{
	static small_t s;
	static bgp_route_t route;
	prefix_t at, *after = NULL;
	unsigned found = 0, calls = 0;

	small_init(&s, 1);
	for (unsigned n = 0; n < 3000; n++)
	{
		ck_assert(announce(&s, n == 1000 || n == 2999, numbered(n)));
	}
	ck_assert(announce(&s, 0, "2001:db8::/32"));
	bgp_rib_peer_down(s.rib, &s.peers[0]);
	for (; bgp_rib_next(s.rib, FAMILY_IPV4, after, &route);
		 after = &at, calls++)
	{
		ck_assert(!after || prefix_cmp(&route.prefix, after) > 0);
		at = route.prefix;
		found += route.n_best;
	}
	ck_assert_uint_eq(found, 2);
	ck_assert_uint_eq(calls, 1000 / NEXT_STEPS + 1 + 1998 / NEXT_STEPS + 1);
	ck_assert(!bgp_rib_next(s.rib, FAMILY_IPV6, NULL, &route));
	small_deinit(&s);
}
END_TEST

START_TEST(test_received_walk)
{
	static const char *wanted[] = {"10.0.3.0/24", "10.11.180.0/24",
								   "10.11.181.0/24"};
	static small_t s;
	const bgp_attrs_t *received, *accepted;
	prefix_t at, p, *after = NULL;
	unsigned found = 0, calls = 0;

	small_init(&s, 1);
	/* in a list; or in a table of 3000 others, not too many at a time */
	s.rib->listed_max = _i ? 0 : LISTED_MAX;
	for (unsigned n = 0; n < 3000; n++)
	{
		ck_assert(announce(&s, 1, numbered(n)));
	}
	/* in no order, some twice, some gone */
	ck_assert(announce(&s, 0, wanted[2]));
	ck_assert(announce(&s, 0, wanted[0]));
	ck_assert(announce(&s, 0, wanted[1]));
	ck_assert(announce(&s, 0, numbered(77)));
	take_back(&s, 0, numbered(77));
	take_back(&s, 0, wanted[0]);
	ck_assert(announce(&s, 0, wanted[0]));
	ck_assert(announce(&s, 0, "2001:db8::/32"));
	for (; bgp_rib_received_next(s.rib, &s.peers[0], FAMILY_IPV4, after, &at,
								 &received, &accepted);
		 after = &at, calls++)
	{
		if (received)
		{
			ck_assert_uint_lt(found, countof(wanted));
			ck_assert(prefix_parse(wanted[found++], &p));
			ck_assert(prefix_equal(&p, &at));
			ck_assert_ptr_nonnull(accepted);
		}
	}
	ck_assert_uint_eq(found, countof(wanted));
	ck_assert_uint_eq(calls, _i ? 3 + (2996 - 4) / VIEW_STEPS : 3);
	small_deinit(&s);
}
END_TEST

START_TEST(test_advertised_walk)
{
	static uint8_t buf[BGP_MESSAGE_MAX];
	static small_t s;
	const bgp_attrs_t *attrs;
	prefix_t at, *after = NULL;
	unsigned found = 0, calls = 0;
	wbuf_t w = wbuf_make(buf, sizeof(buf));

	small_init(&s, 1);
	s.peers[2].families = BGP_IPV4;
	s.peers[2].ibgp = true;
	s.peers[2].message_max = BGP_MESSAGE_MAX;
	s.set.a.next_hop = addr_v4(1);
	bgp_rib_peer_up(s.rib, &s.peers[2]);
	for (unsigned n = 0; n < 3000; n++)
	{
		ck_assert(announce(&s, 0, numbered(n)));
	}
	work_all(&s);
	/* one message was sent, whose prefixes are found; the others wait */
	ck_assert_uint_eq(bgp_rib_out_write(s.rib, &s.peers[2], &w), 1);
	for (; bgp_rib_advertised_next(s.rib, &s.peers[2], FAMILY_IPV4, after, &at,
								   &attrs);
		 after = &at, calls++)
	{
		found += attrs != NULL;
	}
	ck_assert_uint_gt(found, 100);
	ck_assert_uint_eq(found, s.peers[2].advertised[0]);
	ck_assert_uint_eq(calls, found + (3000 - found) / VIEW_STEPS);
	small_deinit(&s);
}
END_TEST

START_TEST(test_originate)
{
	static const struct
	{
		bgp_local_t local;
		uint8_t origin;
	} rows[] = {
		{{.source = BGP_SOURCE_ADVERTISE}, BGP_ORIGIN_IGP},
		{{.source = BGP_SOURCE_CONNECTED}, BGP_ORIGIN_INCOMPLETE},
		{{.source = BGP_SOURCE_STATIC}, BGP_ORIGIN_INCOMPLETE},
		{{.source = BGP_SOURCE_STATIC, .med = 7}, BGP_ORIGIN_INCOMPLETE},
		{{.source = BGP_SOURCE_OTHER, .med = 7, .has_med = true},
		 BGP_ORIGIN_INCOMPLETE},
		{{.source = BGP_SOURCE_OTHER, .med = 0, .has_med = true},
		 BGP_ORIGIN_INCOMPLETE},
	};
	static small_t s;
	static bgp_route_t route;
	prefix_t p;

	small_init(&s, 16);
	ck_assert(prefix_parse("10.0.0.0/8", &p));
	s.set.a.has = BGP_HAS_LOCAL_PREF;
	s.set.a.local_pref = 1000;
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_int_eq(route.best[0].source, BGP_SOURCE_PEER);
	for (size_t i = 0; i < countof(rows); i++)
	{
		const bgp_local_t *local = &rows[i].local;

		bgp_rib_originate(s.rib, &p, local);
		/* the MED that is not there counts for nothing */
		ck_assert_int_eq(bgp_rib_next_change(s.rib, &route), i != 3);
		ck_assert(bgp_rib_get(s.rib, &p, &route));
		ck_assert_uint_eq(route.n_best, 1);
		ck_assert_uint_eq(route.n_backup, 1);
		ck_assert_ptr_null(route.best[0].peer);
		ck_assert_int_eq(route.best[0].source, local->source);
		ck_assert_uint_eq(route.best[0].attrs->origin, rows[i].origin);
		ck_assert_int_eq((route.best[0].attrs->has & BGP_HAS_MED) != 0,
						 local->has_med);
		ck_assert_uint_eq(route.best[0].attrs->med,
						  local->has_med ? local->med : 0);
		ck_assert_int_eq(route.step, BGP_STEP_LOCAL_ORIGIN);
		bgp_rib_originate(s.rib, &p, local);
		ck_assert(!bgp_rib_next_change(s.rib, &route));
	}
	bgp_rib_unoriginate(s.rib, &p);
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_ptr_nonnull(route.best[0].peer);
	take_back(&s, 0, "10.0.0.0/8");
	ck_assert_uint_eq(bgp_attr_pool_count(bgp_rib_attrs(s.rib)), 0);
	small_deinit(&s);
}
END_TEST

START_TEST(test_multipath_limit)
{
	static small_t s;
	static bgp_route_t route;

	small_init(&s, 16);
	for (unsigned i = 0; i < 18; i++)
	{
		/* the last is the first by its id */
		s.peers[i].router_id = 100 - i;
		ck_assert(announce(&s, i, "10.0.0.0/8"));
		ck_assert(bgp_rib_next_change(s.rib, &route));
		ck_assert_uint_eq(route.n_best, i < 16 ? i + 1 : 16);
		ck_assert_uint_eq(route.n_backup, i < 16 ? 0 : i - 15);
		ck_assert_ptr_eq(route.best[0].peer, resolve_small(&s, (uint16_t)i));
	}
	small_deinit(&s);
}
END_TEST

/** a prefix that is not chosen differently is no change */
START_TEST(test_changes_once)
{
	static small_t s;
	static bgp_route_t route;

	small_init(&s, 1);
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(announce(&s, 1, "10.0.0.0/8"));
	take_back(&s, 0, "10.0.0.0/8");
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert_uint_eq(bgp_rib_changes_waiting(s.rib), 1);
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_uint_eq(route.n_best, 1);
	ck_assert_uint_eq(route.n_backup, 1);
	ck_assert_int_eq(route.step, BGP_STEP_ROUTER_ID);
	/* again the same; then a third behind both */
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(announce(&s, 2, "10.0.0.0/8"));
	ck_assert(!bgp_rib_next_change(s.rib, &route));
	small_deinit(&s);
}
END_TEST

/** a withdrawn net lives until its change is taken with tag 0 */
START_TEST(test_tag)
{
	static small_t s;
	static bgp_route_t route;
	prefix_t p;

	small_init(&s, 1);
	ck_assert(prefix_parse("10.0.0.0/8", &p));
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(bgp_rib_next_change(s.rib, &route));
	bgp_rib_set_tag(s.rib, &p, 42);
	take_back(&s, 0, "10.0.0.0/8");
	ck_assert(!bgp_rib_get(s.rib, &p, &route));
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_uint_eq(route.n_best, 0);
	ck_assert_uint_eq(route.tag, 42);
	/* not answered: it stays, and a path finds it */
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(bgp_rib_next_change(s.rib, &route));
	ck_assert_uint_eq(route.tag, 42);
	take_back(&s, 0, "10.0.0.0/8");
	ck_assert(bgp_rib_next_change(s.rib, &route));
	bgp_rib_set_tag(s.rib, &p, 0);
	ck_assert_uint_eq(trie_count(s.rib->trie[0]), 0);
	/* answered with 0 where nothing is: nothing comes */
	bgp_rib_set_tag(s.rib, &p, 0);
	ck_assert_uint_eq(trie_count(s.rib->trie[0]), 0);
	small_deinit(&s);
}
END_TEST

START_TEST(test_lookup)
{
	static small_t s;
	static bgp_route_t route;
	addr_t a;

	small_init(&s, 1);
	ck_assert(addr_parse("10.1.2.3", &a));
	ck_assert(!bgp_rib_lookup(s.rib, &a, &route));
	ck_assert(announce(&s, 0, "0.0.0.0/0"));
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(announce(&s, 1, "10.1.2.3/32"));
	ck_assert(bgp_rib_lookup(s.rib, &a, &route));
	ck_assert_uint_eq(route.prefix.len, 32);
	/* what is not chosen does not hide what is wider */
	s.peers[1].eligible = false;
	ck_assert(bgp_rib_lookup(s.rib, &a, &route));
	ck_assert_uint_eq(route.prefix.len, 8);
	take_back(&s, 0, "10.0.0.0/8");
	ck_assert(bgp_rib_lookup(s.rib, &a, &route));
	ck_assert_uint_eq(route.prefix.len, 0);
	take_back(&s, 0, "0.0.0.0/0");
	ck_assert(!bgp_rib_lookup(s.rib, &a, &route));
	small_deinit(&s);
}
END_TEST

/** the flap of a peer with three paths looks at three nets of a thousand, the
 * flap of the peer with all of them at all */
START_TEST(test_flap_costs_what_it_has)
{
	static small_t s;
	char text[32];
	unsigned turns = 0;

	small_init(&s, 1);
	s.rib->listed_max = 100;
	for (unsigned i = 0; i < 1000; i++)
	{
		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256, i % 256);
		ck_assert(announce(&s, 0, text));
		ck_assert(i % 400 || announce(&s, 1, text));
	}
	bgp_rib_peer_down(s.rib, &s.peers[1]);
	ck_assert_uint_eq(s.rib->slots[1].paths, 3);
	/* half of a budget is for this side of the work */
	bgp_rib_work(s.rib, 8);
	ck_assert_uint_eq(s.rib->slots[1].paths, 0);
	ck_assert(!bgp_rib_work(s.rib, 8));
	bgp_rib_peer_down(s.rib, &s.peers[0]);
	while (bgp_rib_work(s.rib, 10))
	{
		turns++;
	}
	ck_assert_uint_ge(turns, 99);
	ck_assert_uint_le(turns, 1000);
	ck_assert_uint_eq(s.rib->slots[0].paths, 0);
	small_deinit(&s);
}
END_TEST

/** a peer that restarts keeps its paths, under the policy of today */
START_TEST(test_restart)
{
	static small_t s;
	static bgp_route_t route;
	prefix_t p, q;

	small_init(&s, 1);
	ck_assert(prefix_parse("10.0.0.0/8", &p));
	ck_assert(prefix_parse("11.0.0.0/8", &q));
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(announce(&s, 0, "11.0.0.0/8"));
	bgp_rib_stale_begin(s.rib, &s.peers[0], FAMILY_IPV4);
	ck_assert(bgp_rib_get(s.rib, &p, &route));
	bgp_rib_peer_up(s.rib, &s.peers[0]);
	ck_assert(bgp_rib_get(s.rib, &p, &route));
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	bgp_rib_stale_end(s.rib, &s.peers[0], FAMILY_IPV4);
	ck_assert(bgp_rib_get(s.rib, &p, &route));
	ck_assert(!bgp_rib_get(s.rib, &q, &route));
	ck_assert_uint_eq(s.peers[0].received[0], 1);
	/* configured while it was away */
	bgp_rib_stale_begin(s.rib, &s.peers[0], FAMILY_IPV4);
	s.peers[0].import_policy = NULL;
	bgp_rib_peer_up(s.rib, &s.peers[0]);
	while (bgp_rib_work(s.rib, 10))
	{
	}
	ck_assert(!bgp_rib_get(s.rib, &p, &route));
	ck_assert_uint_eq(s.peers[0].accepted[0], 0);
	small_deinit(&s);
}
END_TEST

/** the list ends while it is gone through: what it had left to find is found
 * all the same */
START_TEST(test_list_overflows_in_work)
{
	static small_t s;
	char text[32];

	small_init(&s, 1);
	s.rib->listed_max = 20;
	for (unsigned i = 0; i < 115; i++)
	{
		if (i == 15)
		{
			bgp_rib_peer_down(s.rib, &s.peers[0]);
			bgp_rib_peer_up(s.rib, &s.peers[0]);
		}
		snprintf(text, sizeof(text), "10.%u.0.0/16", i);
		ck_assert(announce(&s, 0, text));
	}
	ck_assert(s.rib->slots[0].list_overflown);
	ck_assert_uint_eq(s.rib->slots[0].paths, 115);
	while (bgp_rib_work(s.rib, 10))
	{
	}
	ck_assert_uint_eq(s.rib->slots[0].paths, 100);
	small_deinit(&s);
}
END_TEST

/** a list of few paths stays small, whatever comes and goes */
START_TEST(test_list_bounded)
{
	static small_t s;
	char text[32];

	small_init(&s, 1);
	for (unsigned i = 0; i < 20000; i++)
	{
		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256 % 256, i % 256);
		ck_assert(announce(&s, 1, text));
		ck_assert(announce(&s, 0, text));
		if (i >= 10)
		{
			snprintf(text, sizeof(text), "10.%u.%u.0/24", (i - 10) / 256 % 256,
					 (i - 10) % 256);
			take_back(&s, 0, text);
		}
	}
	ck_assert_uint_eq(s.rib->slots[0].paths, 10);
	ck_assert_uint_le(s.rib->slots[0].list_size, 64);
	small_deinit(&s);
}
END_TEST

/** paths of ages ago do not come back to life when the epochs wrap */
START_TEST(test_epochs_wrap)
{
	static small_t s;
	static bgp_route_t route;
	prefix_t p;

	small_init(&s, 1);
	ck_assert(prefix_parse("10.0.0.0/8", &p));
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	for (unsigned i = 0; i < 70000; i++)
	{
		bgp_rib_peer_down(s.rib, &s.peers[0]);
		bgp_rib_peer_up(s.rib, &s.peers[0]);
		ck_assert(!bgp_rib_get(s.rib, &p, &route));
	}
	ck_assert(!bgp_rib_get(s.rib, &p, &route));
	small_deinit(&s);
}
END_TEST

START_TEST(test_link_bandwidth)
{
	static small_t s;
	static bgp_route_t route;
	prefix_t p;

	small_init(&s, 4);
	ck_assert(prefix_parse("10.0.0.0/8", &p));
	/* 125 MB/s and 62.5 MB/s: two to one */
	ck_assert(bgp_attr_set_blob(&s.set, BGP_BLOB_EXT_COMMUNITIES,
								"\x40\x04\xff\xfb\x4c\xee\x6b\x28", 8));
	ck_assert(announce(&s, 0, "10.0.0.0/8"));
	ck_assert(bgp_attr_set_blob(&s.set, BGP_BLOB_EXT_COMMUNITIES,
								"\x40\x04\xff\xfb\x4c\x6e\x6b\x28", 8));
	ck_assert(announce(&s, 1, "10.0.0.0/8"));
	ck_assert(bgp_rib_get(s.rib, &p, &route));
	ck_assert_uint_eq(route.n_best, 2);
	ck_assert_uint_eq(route.best[0].weight, 65535);
	ck_assert_uint_eq(route.best[1].weight, 32768);
	/* one that says none: the configured weights hold for all */
	ck_assert(bgp_attr_set_blob(&s.set, BGP_BLOB_EXT_COMMUNITIES, NULL, 0));
	ck_assert(announce(&s, 2, "10.0.0.0/8"));
	s.peers[1].weight = 7;
	ck_assert(bgp_rib_get(s.rib, &p, &route));
	ck_assert_uint_eq(route.best[0].weight, 1);
	ck_assert_uint_eq(route.best[1].weight, 7);
	small_deinit(&s);
}
END_TEST

/** the memory of what is gone is given back or used again */
START_TEST(test_memory)
{
	static small_t s;
	char text[32];
	size_t full = 0;

	small_init(&s, 1);
	for (unsigned round = 0; round < 5; round++)
	{
		for (unsigned i = 0; i < 30000; i++)
		{
			s.set.a.has = BGP_HAS_MED;
			s.set.a.med = i / 4;
			snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256 % 256,
					 i % 256);
			ck_assert(announce(&s, 0, text));
		}
		full = full ? full : bgp_rib_memory(s.rib);
		ck_assert_uint_le(bgp_rib_memory(s.rib), full + full / 50);
		bgp_rib_peer_down(s.rib, &s.peers[0]);
		bgp_rib_peer_up(s.rib, &s.peers[0]);
		while (bgp_rib_work(s.rib, 1000) || bgp_rib_changes_waiting(s.rib))
		{
			static bgp_route_t route;

			bgp_rib_next_change(s.rib, &route);
		}
		ck_assert_uint_eq(trie_count(s.rib->trie[0]), 0);
		ck_assert_uint_lt(bgp_rib_memory(s.rib), full * 2 / 3);
	}
	small_deinit(&s);
}
END_TEST

Suite *rib_suite(void)
{
	Suite *suite = suite_create("rib");

	unit_add(suite, "defer", test_defer);
	unit_add(suite, "order of changes", test_order_of_changes);
	unit_add(suite, "changes are fair", test_changes_are_fair);
	unit_add(suite, "walk bounded", test_walk_bounded);
	unit_add_loop(suite, "walk of what was received", test_received_walk, 2);
	unit_add(suite, "walk of what is advertised", test_advertised_walk);
	unit_add(suite, "originate", test_originate);
	unit_add(suite, "multipath limit", test_multipath_limit);
	unit_add(suite, "changes once", test_changes_once);
	unit_add(suite, "tag", test_tag);
	unit_add(suite, "lookup", test_lookup);
	unit_add(suite, "flap costs what it has", test_flap_costs_what_it_has);
	unit_add(suite, "restart", test_restart);
	unit_add(suite, "list bounded", test_list_bounded);
	unit_add(suite, "list overflows in work", test_list_overflows_in_work);
	unit_add(suite, "epochs wrap", test_epochs_wrap);
	unit_add(suite, "link bandwidth", test_link_bandwidth);
	unit_add(suite, "memory", test_memory);

	return suite;
}
