/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Next hops as numbers.
 */

#include "unit/bgp/suites.h"

#include "bgp/nexthop.h"

START_TEST(test_count)
{
	bgp_nexthops_t *hops = bgp_nexthops_create(1);
	addr_t a = addr_v4(1), b = addr_v4(2);
	uint32_t one = bgp_nexthop_intern(hops, &a);
	uint32_t two = bgp_nexthop_intern(hops, &b);

	ck_assert_uint_ne(one, 0);
	ck_assert_uint_ne(one, two);
	ck_assert_uint_eq(bgp_nexthop_intern(hops, &a), one);
	ck_assert_uint_eq(bgp_nexthop_intern(hops, &addr_none), 0);
	bgp_nexthop_release(hops, 0);
	bgp_nexthop_release(hops, one);
	ck_assert_ptr_nonnull(bgp_nexthop_get(hops, one));
	ck_assert(addr_equal(&bgp_nexthop_get(hops, one)->addr, &a));
	bgp_nexthop_release(hops, one);
	ck_assert_ptr_null(bgp_nexthop_get(hops, one));
	/* a number is used again */
	ck_assert_uint_eq(bgp_nexthop_intern(hops, &a), one);
	ck_assert_ptr_null(bgp_nexthop_get(hops, 0));
	ck_assert_ptr_null(bgp_nexthop_get(hops, 1000000));
	bgp_nexthop_release(hops, one);
	bgp_nexthop_release(hops, two);
	bgp_nexthops_destroy(hops);
}
END_TEST

START_TEST(test_told)
{
	bgp_nexthops_t *hops = bgp_nexthops_create(1);
	addr_t a = addr_v4(1);
	uint32_t id;
	bool first;

	/* nobody has it, or has it resolved: not kept */
	ck_assert(!bgp_nexthop_set(hops, &a, true, 0));
	ck_assert(!bgp_nexthop_set(hops, &addr_none, true, 0));
	id = bgp_nexthop_intern(hops, &a);
	ck_assert(!bgp_nexthop_set(hops, &a, true, 0));
	ck_assert(!bgp_nexthop_get(hops, id)->reachable);
	ck_assert(bgp_nexthop_use(hops, id, &first) && first);
	ck_assert(bgp_nexthop_use(hops, id, &first) && !first);
	ck_assert(!bgp_nexthop_get(hops, id)->reachable);
	ck_assert(!bgp_nexthop_set(hops, &a, false, 10));
	ck_assert(bgp_nexthop_set(hops, &a, true, 10));
	ck_assert(!bgp_nexthop_set(hops, &a, true, 10));
	ck_assert(bgp_nexthop_set(hops, &a, true, 11));
	ck_assert_uint_eq(bgp_nexthop_get(hops, id)->metric, 11);
	/* forgotten with the last that uses it, not before */
	ck_assert(!bgp_nexthop_unuse(hops, id));
	ck_assert(bgp_nexthop_get(hops, id)->reachable);
	ck_assert(bgp_nexthop_unuse(hops, id));
	ck_assert(!bgp_nexthop_get(hops, id)->reachable);
	ck_assert_uint_eq(bgp_nexthop_get(hops, id)->metric, 0);
	bgp_nexthop_release(hops, id);
	ck_assert_ptr_null(bgp_nexthop_get(hops, id));
	bgp_nexthops_destroy(hops);
}
END_TEST

START_TEST(test_limit)
{
	bgp_nexthops_t *hops = bgp_nexthops_create(1);
	uint32_t ids[3];
	bool first;

	bgp_nexthops_limit(hops, 2);
	for (uint32_t i = 0; i < 3; i++)
	{
		addr_t a = addr_v4(i);

		ids[i] = bgp_nexthop_intern(hops, &a);
		ck_assert_int_eq(bgp_nexthop_use(hops, ids[i], &first), i < 2);
	}
	/* a second user of what is in use is no more */
	ck_assert(bgp_nexthop_use(hops, ids[0], &first) && !first);
	ck_assert(!bgp_nexthop_unuse(hops, ids[0]));
	ck_assert(!bgp_nexthop_use(hops, ids[2], &first));
	ck_assert(bgp_nexthop_unuse(hops, ids[0]));
	ck_assert(bgp_nexthop_use(hops, ids[2], &first));
	bgp_nexthops_destroy(hops);
}
END_TEST

START_TEST(test_many)
{
	bgp_nexthops_t *hops = bgp_nexthops_create(1);
	static uint32_t ids[1000];
	size_t before;

	for (uint32_t i = 0; i < 1000; i++)
	{
		addr_t a = addr_v4(i);

		ids[i] = bgp_nexthop_intern(hops, &a);
		ck_assert_uint_le(ids[i], i + 1);
	}
	before = bgp_nexthops_memory(hops);
	for (uint32_t i = 0; i < 1000; i++)
	{
		ck_assert_uint_eq(addr_to_v4(&bgp_nexthop_get(hops, ids[i])->addr), i);
		bgp_nexthop_release(hops, ids[i]);
	}
	ck_assert_uint_lt(bgp_nexthops_memory(hops), before);
	bgp_nexthops_destroy(hops);
}
END_TEST

Suite *nexthop_suite(void)
{
	Suite *suite = suite_create("nexthop");

	unit_add(suite, "count", test_count);
	unit_add(suite, "told", test_told);
	unit_add(suite, "limit", test_limit);
	unit_add(suite, "many", test_many);
	return suite;
}
