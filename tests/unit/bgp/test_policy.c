/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Policies: each match with what holds and what just does not, each change,
 * the order of rules.
 */

#include "unit/bgp/suites.h"

#include "bgp/policy.h"

#include <string.h>

static bgp_policy_t *policy;
static bgp_attr_set_t set;
static bgp_policy_input_t input;

static prefix_t P(const char *s)
{
	prefix_t p;

	ck_assert_msg(prefix_parse(s, &p), "not a prefix: %s", s);
	return p;
}

/** 10.1.0.0/16 of "far", path 65531 64512 {1 2}, next hop 169.254.10.1 */
static void setup(void)
{
	policy = bgp_policy_create("p");
	input = (bgp_policy_input_t){
		.prefix = P("10.1.0.0/16"),
		.neighbor = "far",
		.neighbor_as = 65531,
		.local_as = 65530,
	};
	bgp_attr_set_init(&set);
	set.a.next_hop = addr_v4(0xa9fe0a01);
	ck_assert(
		bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, "\1\2\0\0\0\1\0\0\0\2", 10));
	ck_assert(bgp_attr_set_prepend(&set, 64512, 1));
	ck_assert(bgp_attr_set_prepend(&set, 65531, 1));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES,
								"\xff\xfa\0\1\xff\xfa\0\2", 8));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_EXT_COMMUNITIES,
								"\0\2\xff\xfa\0\0\0\1", 8));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_LARGE_COMMUNITIES,
								"\0\0\0\1\0\0\0\2\0\0\0\3", 12));
}

static void teardown(void)
{
	bgp_policy_destroy(policy);
	bgp_attr_set_deinit(&set);
}

static bool accepted(void)
{
	return bgp_policy_apply(policy, &input, &set, NULL, NULL) ==
		   BGP_POLICY_ACCEPT;
}

/** the rule accepts as it is now, and rejects with its last match inverted */
static void assert_holds(bool holds)
{
	ck_assert(accepted() == holds);
	bgp_policy_match_not(policy);
	ck_assert(accepted() == !holds);
	bgp_policy_destroy(policy);
	policy = bgp_policy_create("p");
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
}

START_TEST(test_prefixes)
{
	static const struct
	{
		const char *prefix;
		uint8_t ge;
		uint8_t le;
		bool holds;
	} rows[] = {
		{"10.1.0.0/16", 16, 16, true},  {"10.0.0.0/8", 8, 8, false},
		{"10.0.0.0/8", 8, 15, false},   {"10.0.0.0/8", 8, 16, true},
		{"10.0.0.0/8", 16, 32, true},   {"10.0.0.0/8", 17, 32, false},
		{"10.1.0.0/24", 0, 32, false},  {"10.2.0.0/16", 16, 16, false},
		{"0.0.0.0/0", 0, 32, true},     {"::/0", 0, 128, false},
		{"10.1.0.0/16", 17, 32, false},
	};
	bgp_prefix_match_t m = {
		.prefix = P(rows[_i].prefix), .ge = rows[_i].ge, .le = rows[_i].le};

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_match_prefixes(policy, &m, 1);
	assert_holds(rows[_i].holds);
	teardown();
}
END_TEST

START_TEST(test_prefix_list)
{
	bgp_prefix_match_t list[2] = {{P("11.0.0.0/8"), 8, 32},
								  {P("10.1.0.0/16"), 16, 16}};

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_match_prefixes(policy, list, 2);
	assert_holds(true);
	/* no prefix at all: none matches */
	bgp_policy_match_prefixes(policy, list, 0);
	assert_holds(false);
	teardown();
}
END_TEST

START_TEST(test_facts)
{
	prefix_t hop = P("169.254.10.0/30"), other = P("169.254.11.0/30");

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_match_family(policy, FAMILY_IPV4);
	assert_holds(true);
	bgp_policy_match_family(policy, FAMILY_IPV6);
	assert_holds(false);
	bgp_policy_match_local(policy);
	assert_holds(false);
	bgp_policy_match_neighbor(policy, "far");
	assert_holds(true);
	bgp_policy_match_neighbor(policy, "fa");
	assert_holds(false);
	bgp_policy_match_next_hop(policy, &hop);
	assert_holds(true);
	bgp_policy_match_next_hop(policy, &other);
	assert_holds(false);
	bgp_policy_match_as(policy, 64512);
	assert_holds(true);
	/* within the set, too */
	bgp_policy_match_as(policy, 2);
	assert_holds(true);
	bgp_policy_match_as(policy, 3);
	assert_holds(false);
	/* the path ends on a set: nobody is its origin */
	bgp_policy_match_origin_as(policy, 2);
	assert_holds(false);
	bgp_policy_match_origin_as(policy, 0);
	assert_holds(true);
	input.source = BGP_SOURCE_ADVERTISE;
	input.neighbor = NULL;
	bgp_policy_match_local(policy);
	assert_holds(true);
	bgp_policy_match_neighbor(policy, "far");
	assert_holds(false);
	for (unsigned i = BGP_SOURCE_PEER; i <= BGP_SOURCE_AGGREGATE; i++)
	{
		for (unsigned j = BGP_SOURCE_PEER; j <= BGP_SOURCE_AGGREGATE; j++)
		{
			input.source = (bgp_source_t)i;
			bgp_policy_match_source(policy, (bgp_source_t)j);
			assert_holds(i == j);
		}
	}
	teardown();
}
END_TEST

START_TEST(test_numbers)
{
	static const struct
	{
		bgp_policy_number_t number;
		uint32_t value;
	} rows[] = {
		{BGP_NUMBER_AS_PATH_LENGTH, 3},  {BGP_NUMBER_MED, 50},
		{BGP_NUMBER_LOCAL_PREF, 100},    {BGP_NUMBER_ORIGIN, 1},
		{BGP_NUMBER_NEIGHBOR_AS, 65531}, {BGP_NUMBER_COMMUNITIES, 2},
	};
	bgp_policy_number_t number = rows[_i].number;
	uint32_t v = rows[_i].value;

	setup();
	set.a.med = 50;
	set.a.has = BGP_HAS_MED;
	set.a.origin = BGP_ORIGIN_EGP;
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_match_number(policy, number, v, v);
	assert_holds(true);
	bgp_policy_match_number(policy, number, 0, UINT32_MAX);
	assert_holds(true);
	bgp_policy_match_number(policy, number, v + 1, UINT32_MAX);
	assert_holds(false);
	bgp_policy_match_number(policy, number, 0, v - 1);
	assert_holds(false);
	teardown();
}
END_TEST

START_TEST(test_communities)
{
	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_match_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xfa\0\2",
								 NULL);
	assert_holds(true);
	bgp_policy_match_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xfa\0\3",
								 NULL);
	assert_holds(false);
	/* 65530:* */
	bgp_policy_match_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xfa\1\1",
								 "\xff\xff\0\0");
	assert_holds(true);
	bgp_policy_match_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xfb\0\1",
								 "\xff\xff\0\0");
	assert_holds(false);
	bgp_policy_match_communities(policy, BGP_BLOB_EXT_COMMUNITIES,
								 "\0\2\xff\xfa\0\0\0\1", NULL);
	assert_holds(true);
	bgp_policy_match_communities(policy, BGP_BLOB_EXT_COMMUNITIES,
								 "\0\2\xff\xfa\0\0\0\2", NULL);
	assert_holds(false);
	bgp_policy_match_communities(policy, BGP_BLOB_LARGE_COMMUNITIES,
								 "\0\0\0\1\0\0\0\2\0\0\0\3", NULL);
	assert_holds(true);
	bgp_policy_match_communities(policy, BGP_BLOB_LARGE_COMMUNITIES,
								 "\0\0\0\1\0\0\0\2\0\0\0\4", NULL);
	assert_holds(false);
	teardown();
}
END_TEST

START_TEST(test_as_path)
{
	static const struct
	{
		const char *expression;
		bool holds;
	} rows[] = {
		{"^65531 64512 [{]1 2[}]$", true},
		{"_64512_", true},
		{"^65531_", true},
		{"^64512_", false},
		{"_6451_", false},
		{"_2$", false},
		{"_2_", true},
		{"[{]", true},
		{"^65531 [0-9]+", true},
		{"^([0-9]+ ){1}[{]", false},
		{"^$", false},
		{"_7_", false},
	};

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	ck_assert(bgp_policy_match_as_path(policy, rows[_i].expression, NULL, 0));
	assert_holds(rows[_i].holds);
	teardown();
}
END_TEST

START_TEST(test_as_path_more)
{
	char error[80] = "";

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	ck_assert(
		!bgp_policy_match_as_path(policy, "(65531", error, sizeof(error)));
	ck_assert_str_ne(error, "");
	ck_assert(!bgp_policy_match_as_path(policy, "[1", NULL, 0));
	/* nothing was added */
	ck_assert(accepted());
	/* the empty path; the longest numbers; sets alone */
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, NULL, 0));
	ck_assert(bgp_policy_match_as_path(policy, "^$", NULL, 0));
	assert_holds(true);
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH,
								"\1\1\xff\xff\xff\xff\1\1\xff\xff\xff\xff",
								12));
	ck_assert(bgp_policy_match_as_path(
		policy, "^[{]4294967295[}] [{]4294967295[}]$", NULL, 0));
	assert_holds(true);
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, NULL, 0));
	ck_assert(bgp_attr_set_prepend(&set, UINT32_MAX, 1000));
	ck_assert(bgp_policy_match_as_path(policy, "^(4294967295 )*4294967295$",
									   NULL, 0));
	assert_holds(true);
	teardown();
}
END_TEST

START_TEST(test_as_path_bound)
{
	const char *rule = NULL;
	char error[80] = "";

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	ck_assert(bgp_policy_match_as_path(policy, "^_4294967295", NULL, 0));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, NULL, 0));
	/* in nine segments */
	ck_assert(
		bgp_attr_set_prepend(&set, UINT32_MAX, (BGP_POLICY_PATH_MAX - 18) / 4));
	ck_assert_uint_gt(set.a.as_path.len, BGP_POLICY_PATH_MAX - 4);
	ck_assert_uint_le(set.a.as_path.len, BGP_POLICY_PATH_MAX);
	ck_assert(accepted());
	ck_assert(bgp_attr_set_prepend(&set, UINT32_MAX, 1));
	ck_assert(!accepted());
	/* no way around a rule that rejects, nor by its opposite */
	bgp_policy_match_not(policy);
	ck_assert_int_eq(bgp_policy_apply(policy, &input, &set, NULL, &rule),
					 BGP_POLICY_REJECT);
	ck_assert_str_eq(rule, "r");
	/* a rule before it may take it */
	bgp_policy_destroy(policy);
	policy = bgp_policy_create("p");
	bgp_policy_rule(policy, "first", BGP_POLICY_ACCEPT);
	bgp_policy_match_family(policy, FAMILY_IPV4);
	bgp_policy_rule(policy, "r", BGP_POLICY_REJECT);
	ck_assert(bgp_policy_match_as_path(policy, "_1_", NULL, 0));
	ck_assert(accepted());
	/* references back */
	ck_assert(!bgp_policy_match_as_path(policy, "_([0-9]+) \\1_", error,
										sizeof(error)));
	ck_assert_str_ne(error, "");
	ck_assert(bgp_policy_match_as_path(policy, "_([0-9]+) [\\1]", NULL, 0));
	/* what is put around it does not mend it */
	ck_assert(!bgp_policy_match_as_path(policy, "1)|(2", NULL, 0));
	teardown();
}
END_TEST

START_TEST(test_and_or)
{
	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	/* all must hold */
	bgp_policy_match_as(policy, 65531);
	bgp_policy_match_as(policy, 9);
	ck_assert(!accepted());
	teardown();
	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	/* one of a run, and all beside it */
	bgp_policy_match_as(policy, 9);
	bgp_policy_match_or(policy);
	bgp_policy_match_as(policy, 65531);
	bgp_policy_match_or(policy);
	bgp_policy_match_as(policy, 10);
	bgp_policy_match_family(policy, FAMILY_IPV4);
	ck_assert(accepted());
	bgp_policy_match_local(policy);
	ck_assert(!accepted());
	teardown();
	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_match_as(policy, 9);
	bgp_policy_match_or(policy);
	bgp_policy_match_as(policy, 10);
	bgp_policy_match_family(policy, FAMILY_IPV4);
	ck_assert(!accepted());
	teardown();
}
END_TEST

START_TEST(test_changes)
{
	addr_t hop = addr_v4(0x0a0a0a0a);
	bool changed;

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_set_local_pref(policy, 300);
	bgp_policy_set_med(policy, 7);
	bgp_policy_set_prepend(policy, 0, 2);
	bgp_policy_set_prepend(policy, 70000, 1);
	bgp_policy_set_origin(policy, BGP_ORIGIN_INCOMPLETE);
	bgp_policy_set_next_hop(policy, &hop);
	bgp_policy_add_communities(policy, BGP_BLOB_COMMUNITIES, "\0\1\0\1");
	bgp_policy_add_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xfa\0\1");
	bgp_policy_delete_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xfa\0\2",
								  NULL);
	bgp_policy_add_communities(policy, BGP_BLOB_LARGE_COMMUNITIES,
							   "\0\0\0\0\0\0\0\0\0\0\0\1");
	bgp_policy_delete_communities(policy, BGP_BLOB_EXT_COMMUNITIES,
								  "\0\0\0\0\0\0\0\0", "\0\0\0\0\0\0\0\0");
	ck_assert_int_eq(bgp_policy_apply(policy, &input, &set, &changed, NULL),
					 BGP_POLICY_ACCEPT);
	ck_assert(changed);
	ck_assert_uint_eq(set.a.has, BGP_HAS_LOCAL_PREF | BGP_HAS_MED);
	ck_assert_uint_eq(set.a.local_pref, 300);
	ck_assert_uint_eq(set.a.med, 7);
	ck_assert_uint_eq(set.a.origin, BGP_ORIGIN_INCOMPLETE);
	ck_assert_uint_eq(set.a.neighbor_as, 70000);
	ck_assert_uint_eq(bgp_as_path_count(&set.a, 65530), 2);
	ck_assert_uint_eq(set.a.as_path_hops, 6);
	ck_assert(addr_equal(&set.a.next_hop, &hop));
	ck_assert_uint_eq(set.a.communities.len, 8);
	ck_assert_int_eq(memcmp(set.a.communities.data, "\0\1\0\1\xff\xfa\0\1", 8),
					 0);
	ck_assert_uint_eq(set.a.ext_communities.len, 0);
	ck_assert_uint_eq(set.a.large_communities.len, 24);
	teardown();
}
END_TEST

/** all of a kind taken away, then others added: replaced */
START_TEST(test_replace_communities)
{
	static const uint8_t none[12];

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_ACCEPT);
	bgp_policy_delete_communities(policy, BGP_BLOB_COMMUNITIES, none, none);
	bgp_policy_add_communities(policy, BGP_BLOB_COMMUNITIES, "\0\1\0\1");
	bgp_policy_add_communities(policy, BGP_BLOB_COMMUNITIES, "\0\1\0\2");
	bgp_policy_delete_communities(policy, BGP_BLOB_EXT_COMMUNITIES, none, none);
	bgp_policy_add_communities(policy, BGP_BLOB_EXT_COMMUNITIES,
							   "\0\2\0\1\0\0\0\2");
	bgp_policy_delete_communities(policy, BGP_BLOB_LARGE_COMMUNITIES, none,
								  none);
	bgp_policy_add_communities(policy, BGP_BLOB_LARGE_COMMUNITIES,
							   "\0\0\0\4\0\0\0\5\0\0\0\6");
	ck_assert(accepted());
	ck_assert_uint_eq(set.a.communities.len, 8);
	ck_assert_int_eq(memcmp(set.a.communities.data, "\0\1\0\1\0\1\0\2", 8), 0);
	ck_assert_uint_eq(set.a.ext_communities.len, 8);
	ck_assert_int_eq(memcmp(set.a.ext_communities.data, "\0\2\0\1\0\0\0\2", 8),
					 0);
	ck_assert_uint_eq(set.a.large_communities.len, 12);
	ck_assert_uint_eq(set.a.large_communities.data[3], 4);
	teardown();
}
END_TEST

START_TEST(test_weight)
{
	bool changed;

	setup();
	bgp_policy_rule(policy, "r", BGP_POLICY_NEXT);
	bgp_policy_set_weight(policy, 65535);
	bgp_policy_rule(policy, "s", BGP_POLICY_ACCEPT);
	ck_assert_int_eq(bgp_policy_apply(policy, &input, &set, &changed, NULL),
					 BGP_POLICY_ACCEPT);
	ck_assert(changed);
	ck_assert_uint_eq(set.a.weight, 65535);
	teardown();
}
END_TEST

START_TEST(test_order)
{
	const char *rule;
	bool changed;

	setup();
	/* no rule: rejected */
	ck_assert_int_eq(bgp_policy_apply(policy, &input, &set, &changed, &rule),
					 BGP_POLICY_REJECT);
	ck_assert(!changed);
	ck_assert_ptr_null(rule);
	/* changes of a rule that goes on are kept, and seen by the next */
	bgp_policy_rule(policy, "mark", BGP_POLICY_NEXT);
	bgp_policy_add_communities(policy, BGP_BLOB_COMMUNITIES, "\0\0\0\x2a");
	bgp_policy_rule(policy, "not this", BGP_POLICY_ACCEPT);
	bgp_policy_match_as(policy, 9);
	bgp_policy_set_med(policy, 1);
	bgp_policy_rule(policy, "marked", BGP_POLICY_ACCEPT);
	bgp_policy_match_communities(policy, BGP_BLOB_COMMUNITIES, "\0\0\0\x2a",
								 NULL);
	bgp_policy_rule(policy, "late", BGP_POLICY_REJECT);
	ck_assert_int_eq(bgp_policy_apply(policy, &input, &set, &changed, &rule),
					 BGP_POLICY_ACCEPT);
	ck_assert(changed);
	ck_assert_str_eq(rule, "marked");
	ck_assert(!(set.a.has & BGP_HAS_MED));
	teardown();
}
END_TEST

START_TEST(test_run_leaves_input)
{
	bgp_policy_result_t result;
	bgp_attr_set_t scratch;

	setup();
	bgp_attr_set_init(&scratch);
	bgp_policy_rule(policy, "look", BGP_POLICY_NEXT);
	bgp_policy_match_as(policy, 65531);
	bgp_policy_rule(policy, "yes", BGP_POLICY_ACCEPT);
	ck_assert_int_eq(bgp_policy_run(policy, &input, &set.a, &scratch, &result),
					 BGP_POLICY_ACCEPT);
	/* nobody changed anything: nothing was copied */
	ck_assert(!result.changed);
	ck_assert_uint_eq(scratch.a.as_path.len, 0);
	bgp_policy_destroy(policy);
	policy = bgp_policy_create("p");
	bgp_policy_rule(policy, "set", BGP_POLICY_ACCEPT);
	bgp_policy_set_med(policy, 0);
	ck_assert_int_eq(bgp_policy_run(policy, &input, &set.a, &scratch, &result),
					 BGP_POLICY_ACCEPT);
	ck_assert(result.changed && result.med_set && !result.next_hop_set);
	ck_assert_uint_eq(scratch.a.has, BGP_HAS_MED);
	ck_assert_uint_eq(set.a.has, 0);
	bgp_attr_set_deinit(&scratch);
	teardown();
}
END_TEST

/** one of many, differing in one thing each */
static bgp_policy_t *variant(unsigned n)
{
	bgp_policy_t *p = bgp_policy_create(n == 1 ? "other" : "name");
	bgp_prefix_match_t m = {P("10.0.0.0/8"), 8, n == 2 ? 9 : 24};
	addr_t hop = addr_v4(n == 3);

	bgp_policy_rule(p, n == 4 ? "x" : "rule",
					n == 5 ? BGP_POLICY_REJECT : BGP_POLICY_ACCEPT);
	bgp_policy_match_prefixes(p, &m, 1);
	ck_assert(bgp_policy_match_as_path(p, n == 6 ? "_1_" : "_2_", NULL, 0));
	bgp_policy_match_communities(p, BGP_BLOB_COMMUNITIES,
								 n == 7 ? "\0\0\0\1" : "\0\0\0\0", NULL);
	bgp_policy_match_number(p, BGP_NUMBER_MED, 0, n == 8);
	bgp_policy_match_neighbor(p, n == 9 ? "a" : "b");
	if (n == 10)
	{
		bgp_policy_match_not(p);
	}
	if (n == 11)
	{
		bgp_policy_match_or(p);
	}
	bgp_policy_match_local(p);
	bgp_policy_match_source(p, n == 16 ? BGP_SOURCE_STATIC : BGP_SOURCE_OTHER);
	bgp_policy_set_weight(p, n == 17 ? 1 : 2);
	bgp_policy_set_med(p, n == 12);
	bgp_policy_set_prepend(p, 1, n == 13);
	bgp_policy_set_next_hop(p, &hop);
	bgp_policy_delete_communities(p, BGP_BLOB_COMMUNITIES, "\0\0\0\0",
								  n == 14 ? "\0\0\0\0" : NULL);
	if (n == 15)
	{
		bgp_policy_rule(p, NULL, BGP_POLICY_ACCEPT);
	}
	return p;
}

START_TEST(test_equal)
{
	bgp_policy_t *p = variant(0), *q = variant((unsigned)_i);

	ck_assert(bgp_policy_equal(p, q) == (_i == 0));
	ck_assert(bgp_policy_equal(q, p) == (_i == 0));
	ck_assert(bgp_policy_equal(q, q));
	ck_assert(bgp_policy_equal(NULL, NULL));
	ck_assert(!bgp_policy_equal(p, NULL));
	ck_assert(!bgp_policy_equal(NULL, p));
	bgp_policy_destroy(p);
	bgp_policy_destroy(q);
	bgp_policy_destroy(NULL);
}
END_TEST

Suite *policy_suite(void)
{
	Suite *suite = suite_create("policy");

	unit_add_loop(suite, "prefixes", test_prefixes, 11);
	unit_add(suite, "prefix list", test_prefix_list);
	unit_add(suite, "facts", test_facts);
	unit_add_loop(suite, "numbers", test_numbers, 6);
	unit_add(suite, "communities", test_communities);
	unit_add_loop(suite, "AS path", test_as_path, 12);
	unit_add(suite, "AS path, more", test_as_path_more);
	unit_add(suite, "AS path, bound", test_as_path_bound);
	unit_add(suite, "replace communities", test_replace_communities);
	unit_add(suite, "weight", test_weight);
	unit_add(suite, "and, or", test_and_or);
	unit_add(suite, "changes", test_changes);
	unit_add(suite, "order", test_order);
	unit_add(suite, "run leaves input", test_run_leaves_input);
	unit_add_loop(suite, "equal", test_equal, 18);
	return suite;
}
