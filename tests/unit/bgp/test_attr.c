/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Editing a set of path attributes.
 */

#include "unit/bgp/suites.h"

#include "bgp/attr.h"

#include <string.h>

static bgp_attr_set_t set;

static void path(const char *bytes, size_t len)
{
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, bytes, len));
}

START_TEST(test_path_facts)
{
	static const struct
	{
		const char *bytes;
		uint8_t len;
		unsigned hops;
		uint32_t neighbor;
		uint32_t origin;
	} rows[] = {
		{"", 0, 0, 0, 0},
		{"\2\1\0\0\0\7", 6, 1, 7, 7},
		{"\2\2\0\1\0\0\0\0\0\7", 10, 2, 65536, 7},
		/* a set counts one and names no neighbour and no origin */
		{"\1\2\0\0\0\1\0\0\0\2", 10, 1, 0, 0},
		{"\2\1\0\0\0\7\1\2\0\0\0\1\0\0\0\2", 16, 2, 7, 0},
		{"\1\1\0\0\0\1\2\1\0\0\0\7", 12, 2, 0, 7},
		/* confederation segments count nothing */
		{"\3\1\0\0\0\1\2\1\0\0\0\7", 12, 1, 7, 7},
		{"\4\1\0\0\0\1", 6, 0, 0, 0},
		/* an empty segment is no segment */
		{"\2\0\2\1\0\0\0\7", 8, 1, 7, 7},
	};

	bgp_attr_set_init(&set);
	path(rows[_i].bytes, rows[_i].len);
	ck_assert_uint_eq(set.a.as_path_hops, rows[_i].hops);
	ck_assert_uint_eq(set.a.neighbor_as, rows[_i].neighbor);
	ck_assert_uint_eq(bgp_as_path_origin(&set.a), rows[_i].origin);
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_path_malformed)
{
	static const char bytes[] = "\2\2\0\0\0\1\0\0\0\2";

	bgp_attr_set_init(&set);
	path(bytes, 10);
	for (size_t len = 1; len < 10; len++)
	{
		ck_assert_msg(!bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, bytes, len),
					  "cut to %zu", len);
	}
	ck_assert(!bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, bytes, 11));
	/* what was there is there still */
	ck_assert_uint_eq(set.a.as_path_hops, 2);
	ck_assert_int_eq(memcmp(set.a.as_path.data, bytes, 10), 0);
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_prepend)
{
	bgp_attr_set_init(&set);
	ck_assert(bgp_attr_set_prepend(&set, 65530, 1));
	ck_assert_uint_eq(set.a.as_path.len, 6);
	ck_assert(bgp_attr_set_prepend(&set, 70000, 2));
	ck_assert_uint_eq(set.a.as_path.len, 14);
	ck_assert_int_eq(memcmp(set.a.as_path.data,
							"\2\3\0\1\x11\x70\0\1\x11\x70\0\0\xff\xfa", 14),
					 0);
	ck_assert_uint_eq(set.a.neighbor_as, 70000);
	ck_assert_uint_eq(set.a.as_path_hops, 3);
	ck_assert_uint_eq(bgp_as_path_count(&set.a, 70000), 2);
	ck_assert_uint_eq(bgp_as_path_count(&set.a, 65530), 1);
	ck_assert_uint_eq(bgp_as_path_count(&set.a, 1), 0);
	/* before a set: a segment of its own */
	path("\1\1\0\0\0\1", 6);
	ck_assert(bgp_attr_set_prepend(&set, 9, 1));
	ck_assert_int_eq(
		memcmp(set.a.as_path.data, "\2\1\0\0\0\x09\1\1\0\0\0\1", 12), 0);
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_prepend_over_255)
{
	bgp_attr_set_init(&set);
	ck_assert(bgp_attr_set_prepend(&set, 1, 255));
	ck_assert_uint_eq(set.a.as_path.len, 2 + 255 * 4);
	ck_assert(bgp_attr_set_prepend(&set, 2, 1));
	/* 256 hops: the new one stands in a segment of its own */
	ck_assert_uint_eq(set.a.as_path.len, 2 + 255 * 4 + 6);
	ck_assert_int_eq(memcmp(set.a.as_path.data, "\2\1\0\0\0\2\2\xff", 8), 0);
	ck_assert_uint_eq(set.a.as_path_hops, 256);
	ck_assert_uint_eq(set.a.neighbor_as, 2);
	/* too long for the attribute: refused, nothing changed */
	ck_assert(!bgp_attr_set_prepend(&set, 3, 16200));
	ck_assert_uint_eq(set.a.as_path_hops, 256);
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_communities_sorted)
{
	bgp_attr_set_init(&set);
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES,
								"\0\2\0\1\0\1\0\1\0\2\0\1\0\1\0\0", 16));
	ck_assert_uint_eq(set.a.communities.len, 12);
	ck_assert_int_eq(
		memcmp(set.a.communities.data, "\0\1\0\0\0\1\0\1\0\2\0\1", 12), 0);
	ck_assert(bgp_has_community(&set.a, 0x00010001));
	ck_assert(!bgp_has_community(&set.a, 0x00010002));
	ck_assert(!bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, "\0\1\0", 3));
	ck_assert_uint_eq(set.a.communities.len, 12);
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_LARGE_COMMUNITIES,
								"\0\0\0\1\0\0\0\0\0\0\0\2"
								"\0\0\0\1\0\0\0\0\0\0\0\1",
								24));
	ck_assert_uint_eq(set.a.large_communities.data[11], 1);
	ck_assert(!bgp_attr_set_blob(&set, BGP_BLOB_EXT_COMMUNITIES, "1234567", 7));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, NULL, 0));
	ck_assert_uint_eq(set.a.communities.len, 0);
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_limit)
{
	static uint8_t big[65536];

	bgp_attr_set_init(&set);
	/* by fours, so that 65535 itself is none of a community list */
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_UNKNOWN, big, 65535));
	ck_assert_uint_eq(set.a.unknown.len, 65535);
	ck_assert(!bgp_attr_set_blob(&set, BGP_BLOB_UNKNOWN, big, 65536));
	ck_assert(!bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, big, 65536));
	bgp_attr_set_deinit(&set);
}
END_TEST

START_TEST(test_load)
{
	bgp_attr_set_t copy;

	bgp_attr_set_init(&set);
	bgp_attr_set_init(&copy);
	set.a.med = 7;
	set.a.has = BGP_HAS_MED;
	ck_assert(bgp_attr_set_prepend(&set, 65530, 3));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_CLUSTER_LIST, "abcd", 4));
	bgp_attr_set_load(&copy, &set.a);
	bgp_attr_set_load(&copy, &copy.a);
	bgp_attr_set_clear(&set);
	ck_assert_uint_eq(set.a.as_path.len, 0);
	ck_assert(bgp_attr_set_prepend(&set, 1, 3));
	ck_assert_uint_eq(copy.a.med, 7);
	ck_assert_uint_eq(copy.a.neighbor_as, 65530);
	ck_assert_uint_eq(bgp_as_path_count(&copy.a, 65530), 3);
	ck_assert_int_eq(memcmp(copy.a.cluster_list.data, "abcd", 4), 0);
	/* a part of its own memory */
	ck_assert(bgp_attr_set_blob(&copy, BGP_BLOB_UNKNOWN, "0123456789", 10));
	ck_assert(
		bgp_attr_set_blob(&copy, BGP_BLOB_UNKNOWN, copy.a.unknown.data + 4, 6));
	ck_assert_int_eq(memcmp(copy.a.unknown.data, "456789", 6), 0);
	bgp_attr_set_deinit(&set);
	bgp_attr_set_deinit(&copy);
}
END_TEST

Suite *attr_suite(void)
{
	Suite *suite = suite_create("attr");

	unit_add_loop(suite, "path facts", test_path_facts, 9);
	unit_add(suite, "path malformed", test_path_malformed);
	unit_add(suite, "prepend", test_prepend);
	unit_add(suite, "prepend over 255", test_prepend_over_255);
	unit_add(suite, "communities sorted", test_communities_sorted);
	unit_add(suite, "limit", test_limit);
	unit_add(suite, "load", test_load);
	return suite;
}
