/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The pool of attribute sets, beside what was put in.
 */

#include "unit/bgp/suites.h"

#include "bgp/attr_pool.h"

#include <string.h>

static bool blob_equal(const bgp_blob_t *a, const bgp_blob_t *b)
{
	return a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static void assert_same(const bgp_attrs_t *a, const bgp_attrs_t *b)
{
	ck_assert_uint_eq(a->origin, b->origin);
	ck_assert_uint_eq(a->has, b->has);
	ck_assert_uint_eq(a->as_path_hops, b->as_path_hops);
	ck_assert_uint_eq(a->neighbor_as, b->neighbor_as);
	ck_assert_uint_eq(a->med, b->med);
	ck_assert_uint_eq(a->local_pref, b->local_pref);
	ck_assert_uint_eq(a->aggregator_as, b->aggregator_as);
	ck_assert_uint_eq(a->aggregator_id, b->aggregator_id);
	ck_assert_uint_eq(a->originator_id, b->originator_id);
	ck_assert_uint_eq(a->otc, b->otc);
	ck_assert_uint_eq(a->weight, b->weight);
	ck_assert(addr_equal(&a->next_hop, &b->next_hop));
	ck_assert(addr_equal(&a->next_hop_ll, &b->next_hop_ll));
	ck_assert(blob_equal(&a->as_path, &b->as_path));
	ck_assert(blob_equal(&a->communities, &b->communities));
	ck_assert(blob_equal(&a->ext_communities, &b->ext_communities));
	ck_assert(blob_equal(&a->large_communities, &b->large_communities));
	ck_assert(blob_equal(&a->cluster_list, &b->cluster_list));
	ck_assert(blob_equal(&a->unknown, &b->unknown));
}

/** a random set; few distinct values, so that equal sets come up */
static void draw(prng_t *rng, bgp_attr_set_t *set)
{
	static const uint8_t zeros[4096];
	uint8_t buf[48];
	static const unsigned items[] = {0, 4, 8, 12, 4, 1};

	bgp_attr_set_clear(set);
	set->a.origin = (uint8_t)prng_below(rng, 3);
	set->a.has = (uint8_t)prng_below(rng, 64);
	set->a.med = set->a.has & BGP_HAS_MED ? (uint32_t)prng_below(rng, 2) : 0;
	set->a.local_pref = set->a.has & BGP_HAS_LOCAL_PREF ? 300 : 0;
	set->a.aggregator_as = set->a.has & BGP_HAS_AGGREGATOR ? 9 : 0;
	set->a.aggregator_id = set->a.has & BGP_HAS_AGGREGATOR ? 8 : 0;
	set->a.originator_id =
		set->a.has & BGP_HAS_ORIGINATOR ? (uint32_t)prng_below(rng, 2) : 0;
	set->a.otc = set->a.has & BGP_HAS_OTC ? 5 : 0;
	set->a.weight = prng_below(rng, 2) ? (uint16_t)prng_below(rng, 65536) : 0;
	if (prng_below(rng, 4))
	{
		set->a.next_hop = addr_v4((uint32_t)prng_below(rng, 3));
	}
	if (prng_below(rng, 2))
	{
		set->a.next_hop_ll = addr_v6((const uint8_t *)"\xfe\x80 234567890123");
	}
	bgp_attr_set_prepend(set, 7, (unsigned)prng_below(rng, 4));
	for (unsigned id = 1; id < 6; id++)
	{
		unsigned len = items[id] * (unsigned)prng_below(rng, 4);

		for (unsigned i = 0; i < len; i++)
		{
			buf[i] = (uint8_t)prng_below(rng, 2);
		}
		ck_assert(bgp_attr_set_blob(set, id, buf, len));
	}
	if (prng_below(rng, 8) == 0)
	{
		ck_assert(bgp_attr_set_blob(set, BGP_BLOB_UNKNOWN, zeros,
									prng_below(rng, sizeof(zeros))));
	}
}

START_TEST(test_equal_is_one)
{
	bgp_attr_pool_t *pool = bgp_attr_pool_create(1);
	bgp_attr_set_t a, b;
	uint32_t one, two;

	bgp_attr_set_init(&a);
	bgp_attr_set_init(&b);
	ck_assert(bgp_attr_set_prepend(&a, 65531, 1));
	ck_assert(bgp_attr_set_prepend(&b, 65531, 1));
	/* a value without its bit is no value */
	b.a.med = 9;
	one = bgp_attr_intern(pool, &a.a);
	ck_assert_uint_ne(one, 0);
	ck_assert_uint_eq(bgp_attr_intern(pool, &b.a), one);
	b.a.has = BGP_HAS_MED;
	two = bgp_attr_intern(pool, &b.a);
	ck_assert_uint_ne(two, one);
	ck_assert_uint_eq(bgp_attr_pool_count(pool), 2);
	bgp_attr_release(pool, two);
	ck_assert_uint_eq(bgp_attr_pool_count(pool), 1);
	/* a weight is no attribute, but tells sets apart */
	a.a.weight = 1;
	two = bgp_attr_intern(pool, &a.a);
	ck_assert_uint_ne(two, one);
	ck_assert_uint_eq(bgp_attr_get(pool, two)->weight, 1);
	ck_assert_uint_eq(bgp_attr_get(pool, one)->weight, 0);
	bgp_attr_release(pool, two);
	bgp_attr_release(pool, one);
	ck_assert_uint_eq(bgp_attr_pool_count(pool), 1);
	bgp_attr_hold(pool, one);
	bgp_attr_release(pool, one);
	bgp_attr_release(pool, one);
	ck_assert_uint_eq(bgp_attr_pool_count(pool), 0);
	bgp_attr_pool_destroy(pool);
	bgp_attr_set_deinit(&a);
	bgp_attr_set_deinit(&b);
}
END_TEST

START_TEST(test_key)
{
	bgp_attr_pool_t *pool = bgp_attr_pool_create(1);
	bgp_attr_set_t set;
	bgp_attr_key_t key;
	uint32_t id;

	bgp_attr_set_init(&set);
	id = bgp_attr_intern(pool, &set.a);
	bgp_attr_key(pool, id, &key);
	ck_assert_uint_eq(key.local_pref, BGP_LOCAL_PREF_DEFAULT);
	ck_assert_uint_eq(key.med, 0);
	ck_assert_uint_eq(key.next_hop, 0);
	ck_assert_uint_eq(key.clusters, 0);
	bgp_attr_release(pool, id);
	set.a.has = 0x3f;
	set.a.local_pref = 200;
	set.a.med = 300;
	set.a.originator_id = 400;
	set.a.aggregator_as = 1;
	set.a.aggregator_id = 2;
	set.a.otc = 3;
	set.a.origin = BGP_ORIGIN_INCOMPLETE;
	set.a.next_hop = addr_v4(0x0a000001);
	set.a.next_hop_ll = addr_v4(0x0a000002);
	ck_assert(bgp_attr_set_prepend(&set, 65531, 2));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_CLUSTER_LIST, "aaaabbbb", 8));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, "aaaabbbb", 8));
	id = bgp_attr_intern(pool, &set.a);
	bgp_attr_key(pool, id, &key);
	ck_assert_uint_eq(key.local_pref, 200);
	ck_assert_uint_eq(key.med, 300);
	ck_assert_uint_eq(key.originator_id, 400);
	ck_assert_uint_eq(key.origin, BGP_ORIGIN_INCOMPLETE);
	ck_assert_uint_eq(key.as_path_hops, 2);
	ck_assert_uint_eq(key.neighbor_as, 65531);
	ck_assert_uint_eq(key.clusters, 2);
	ck_assert(addr_equal(
		&bgp_nexthop_get(bgp_attr_pool_hops(pool), key.next_hop)->addr,
		&set.a.next_hop));
	bgp_attr_release(pool, id);
	ck_assert_ptr_null(bgp_nexthop_get(bgp_attr_pool_hops(pool), key.next_hop));
	bgp_attr_pool_destroy(pool);
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_views)
{
	bgp_attr_pool_t *pool = bgp_attr_pool_create(1);
	const bgp_attrs_t *views[BGP_ATTR_VIEWS];
	uint32_t ids[BGP_ATTR_VIEWS];
	bgp_attrs_t a = {.has = BGP_HAS_MED};

	for (unsigned i = 0; i < BGP_ATTR_VIEWS; i++)
	{
		a.med = i;
		ids[i] = bgp_attr_intern(pool, &a);
		views[i] = bgp_attr_get(pool, ids[i]);
	}
	for (unsigned i = 0; i < BGP_ATTR_VIEWS; i++)
	{
		ck_assert_uint_eq(views[i]->med, i);
		bgp_attr_release(pool, ids[i]);
	}
	bgp_attr_pool_destroy(pool);
}
END_TEST

#define SLOTS 3000

/** sets come and go, the table grows and shrinks over its splits */
START_TEST(test_random)
{
	static bgp_attr_set_t kept[SLOTS];
	static uint32_t ids[SLOTS];
	bgp_attr_pool_t *pool = bgp_attr_pool_create(2);
	bgp_attr_set_t set;
	prng_t rng;
	size_t full;

	prng_seed(&rng, 3);
	bgp_attr_set_init(&set);
	for (unsigned round = 0; round < 30000; round++)
	{
		unsigned i = (unsigned)prng_below(&rng, SLOTS);

		if (ids[i])
		{
			assert_same(bgp_attr_get(pool, ids[i]), &kept[i].a);
			bgp_attr_release(pool, ids[i]);
			ids[i] = 0;
			continue;
		}
		draw(&rng, &kept[i]);
		ids[i] = bgp_attr_intern(pool, &kept[i].a);
		assert_same(bgp_attr_get(pool, ids[i]), &kept[i].a);
		/* once more is the same number */
		bgp_attr_set_load(&set, &kept[i].a);
		ck_assert_uint_eq(bgp_attr_intern(pool, &set.a), ids[i]);
		bgp_attr_release(pool, ids[i]);
	}
	full = bgp_attr_pool_memory(pool);
	for (unsigned i = 0; i < SLOTS; i++)
	{
		if (ids[i])
		{
			assert_same(bgp_attr_get(pool, ids[i]), &kept[i].a);
			bgp_attr_release(pool, ids[i]);
		}
		bgp_attr_set_deinit(&kept[i]);
	}
	bgp_attr_set_deinit(&set);
	ck_assert_uint_eq(bgp_attr_pool_count(pool), 0);
	ck_assert_uint_lt(bgp_attr_pool_memory(pool), full);
	/* the next hops went with the sets that held them */
	for (uint32_t i = 1; i < 100; i++)
	{
		ck_assert_ptr_null(bgp_nexthop_get(bgp_attr_pool_hops(pool), i));
	}
	bgp_attr_pool_destroy(pool);
}
END_TEST

/** a set of the full table's size takes what is in it */
START_TEST(test_small)
{
	bgp_attr_pool_t *pool = bgp_attr_pool_create(1);
	bgp_attr_set_t set;
	uint32_t count = 20000;
	static uint32_t ids[20000];
	size_t before = bgp_attr_pool_memory(pool);

	bgp_attr_set_init(&set);
	for (uint32_t i = 0; i < count; i++)
	{
		bgp_attr_set_clear(&set);
		set.a.next_hop = addr_v4(0x0a000001);
		ck_assert(bgp_attr_set_prepend(&set, i + 1, 1));
		ck_assert(bgp_attr_set_prepend(&set, 65531, 3));
		ids[i] = bgp_attr_intern(pool, &set.a);
	}
	/* head 24, path 18, its bucket 4, padding */
	ck_assert_uint_le((bgp_attr_pool_memory(pool) - before) / count, 56);
	for (uint32_t i = 0; i < count; i++)
	{
		bgp_attr_release(pool, ids[i]);
	}
	bgp_attr_set_deinit(&set);
	bgp_attr_pool_destroy(pool);
}
END_TEST

Suite *attr_pool_suite(void)
{
	Suite *suite = suite_create("attr_pool");

	unit_add(suite, "equal is one", test_equal_is_one);
	unit_add(suite, "key", test_key);
	unit_add(suite, "views", test_views);
	unit_add(suite, "random", test_random);
	unit_add(suite, "small", test_small);
	return suite;
}
