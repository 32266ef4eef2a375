/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What may go out and how it looks then, by the options of the peer that it
 * goes to; and that peers whose options differ are not told the same.
 */

#include "unit/bgp/suites.h"

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/rib.h"
#include "unit/bgp/wire.h"

#include <string.h>

#define US 65000u

enum
{
	/** announces; eBGP of AS 65531 */
	FROM,
	/** eBGP of AS 64600, and of AS 65010 */
	EBGP,
	OTHER,
	IBGP,
	COUNT,
};

static bgp_rib_t *rib;
static bgp_policy_t *all;
static bgp_rib_peer_t peers[COUNT];
static bgp_peer_config_t configs[COUNT];
static bgp_attr_set_t set;
static const prefix_t net = {.addr = {.family = FAMILY_IPV4, .b = {10}},
							 .len = 8};

static void setup(void)
{
	static const uint32_t remote[] = {65531, 64600, 65010, US};
	bgp_config_t config = {.asn = US, .router_id = 1, .multipath = 1};

	rib = bgp_rib_create(&config, 1);
	all = bgp_policy_create("all");
	bgp_policy_rule(all, "all", BGP_POLICY_ACCEPT);
	bgp_attr_set_init(&set);
	for (unsigned i = 0; i < COUNT; i++)
	{
		configs[i] = (bgp_peer_config_t){.remote_as = remote[i]};
		peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.name = "peer",
			.config = &configs[i],
			.ibgp = i == IBGP,
			.eligible = true,
			.families = BGP_IPV4,
			.as4 = true,
			.message_max = BGP_MESSAGE_MAX,
			.local_as = US,
			.remote_as = remote[i],
			.router_id = 10 + i,
			.address = addr_v4(10 + i),
			.next_hop4 = addr_v4(0xc0000201),
			.weight = 1,
			.import_policy = all,
			.export_policy = all,
		};
		bgp_rib_peer_up(rib, &peers[i]);
	}
	ck_assert(bgp_attr_set_prepend(&set, 65531, 1));
	set.a.next_hop = addr_v4(0x0a000001);
}

static void teardown(void)
{
	bgp_rib_destroy(rib);
	bgp_policy_destroy(all);
	bgp_attr_set_deinit(&set);
}

static void path(const char *hex)
{
	uint8_t bytes[256];

	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, bytes,
								unhex(hex, bytes, sizeof(bytes))));
}

static void community(const char *hex)
{
	uint8_t bytes[256];

	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, bytes,
								unhex(hex, bytes, sizeof(bytes))));
}

static void announce(unsigned from)
{
	uint32_t id = bgp_attr_intern(bgp_rib_attrs(rib), &set.a);

	ck_assert_int_eq(bgp_rib_announce(rib, &peers[from], &net, id),
					 BGP_RIB_ENTERED);
	bgp_attr_release(bgp_rib_attrs(rib), id);
}

/** what the peer has been told in the end, NULL: nothing; good until the next
 * call for the same */
static const bgp_attrs_t *told(unsigned to)
{
	static uint8_t buf[BGP_MESSAGE_EXTENDED_MAX];
	static bgp_attrs_t last[countof(peers)];
	const bgp_attrs_t *attrs;
	prefix_t prefix;
	wbuf_t w;

	while (bgp_rib_work(rib, 100))
	{
	}
	do
	{
		w = wbuf_make(buf, sizeof(buf));
	} while (bgp_rib_out_write(rib, &peers[to], &w));
	if (!bgp_rib_advertised_next(rib, &peers[to], FAMILY_IPV4, NULL, &prefix,
								 &attrs))
	{
		return NULL;
	}
	last[to] = *attrs;
	return &last[to];
}

static void changed(unsigned i)
{
	bgp_rib_peer_changed(rib, &peers[i]);
}

static void expect_path(unsigned to, const char *hex)
{
	const bgp_attrs_t *a = told(to);
	uint8_t bytes[256];
	size_t len = unhex(hex, bytes, sizeof(bytes));

	ck_assert_ptr_nonnull(a);
	ck_assert_uint_eq(a->as_path.len, len);
	ck_assert_int_eq(memcmp(a->as_path.data, bytes, len), 0);
}

START_TEST(test_communities)
{
	static const struct
	{
		const char *hex;
		bool ebgp;
		bool peer;
		bool ibgp;
	} cases[] = {
		{"fde80001", true, true, true},
		{"ffffff01", false, false, true},
		{"ffffff02", false, false, false},
		{"ffffff03", false, false, true},
		{"ffffff04", true, false, true},
		{"fde80001 ffffff01", false, false, true},
	};

	configs[OTHER].role = BGP_ROLE_PEER;
	changed(OTHER);
	for (unsigned i = 0; i < countof(cases); i++)
	{
		community(cases[i].hex);
		announce(FROM);
		ck_assert_int_eq(told(EBGP) != NULL, cases[i].ebgp);
		ck_assert_int_eq(told(OTHER) != NULL, cases[i].peer);
		ck_assert_int_eq(told(IBGP) != NULL, cases[i].ibgp);
	}
}
END_TEST

/** what our export policy adds is for the peer to obey */
START_TEST(test_own_no_export)
{
	bgp_policy_t *add = bgp_policy_create("add");

	bgp_policy_rule(add, "add", BGP_POLICY_ACCEPT);
	bgp_policy_add_communities(add, BGP_BLOB_COMMUNITIES, "\xff\xff\xff\1");
	peers[EBGP].export_policy = add;
	changed(EBGP);
	announce(FROM);
	ck_assert(bgp_has_community(told(EBGP), 0xffffff01));
	bgp_rib_peer_down(rib, &peers[EBGP]);
	bgp_policy_destroy(add);
}
END_TEST

/** RFC 9234 section 5, by our role: the OTC of a route without, and whether
 * one with OTC goes out */
START_TEST(test_otc)
{
	static const struct
	{
		bgp_role_t role;
		bool adds;
		bool passes;
	} roles[] = {
		{BGP_ROLE_NONE, false, true},      {BGP_ROLE_PROVIDER, true, true},
		{BGP_ROLE_RS_SERVER, true, true},  {BGP_ROLE_RS_CLIENT, false, false},
		{BGP_ROLE_CUSTOMER, false, false}, {BGP_ROLE_PEER, true, false},
	};

	for (unsigned i = 0; i < countof(roles); i++)
	{
		configs[EBGP].role = roles[i].role;
		changed(EBGP);
		set.a.has = 0;
		announce(FROM);
		ck_assert_ptr_nonnull(told(EBGP));
		ck_assert_uint_eq(told(EBGP)->has, roles[i].adds ? BGP_HAS_OTC : 0);
		ck_assert(!roles[i].adds || told(EBGP)->otc == US);
		/* the others' options are their own */
		ck_assert_uint_eq(told(OTHER)->has, 0);
		set.a.has = BGP_HAS_OTC;
		set.a.otc = 7;
		announce(FROM);
		ck_assert_int_eq(told(EBGP) != NULL, roles[i].passes);
		ck_assert(!roles[i].passes || told(EBGP)->otc == 7);
		ck_assert_uint_eq(told(OTHER)->otc, 7);
	}
	/* nothing of it within an AS */
	configs[IBGP].role = BGP_ROLE_PEER;
	changed(IBGP);
	ck_assert_uint_eq(told(IBGP)->otc, 7);
	set.a.has = 0;
	announce(FROM);
	ck_assert_uint_eq(told(IBGP)->has, BGP_HAS_LOCAL_PREF);
}
END_TEST

START_TEST(test_as_override)
{
	/* 65531 64600 {64600 1} 64600 */
	path("0202 0000fffb 0000fc58 0102 0000fc58 00000001 0201 0000fc58");
	announce(FROM);
	configs[EBGP].as_override = true;
	configs[OTHER].as_override = true;
	configs[IBGP].as_override = true;
	for (unsigned i = EBGP; i < COUNT; i++)
	{
		changed(i);
	}
	expect_path(EBGP, "0203 0000fde8 0000fffb 0000fde8"
					  "0102 0000fde8 00000001 0201 0000fde8");
	expect_path(OTHER, "0203 0000fde8 0000fffb 0000fc58"
					   "0102 0000fc58 00000001 0201 0000fc58");
	/* nothing of it within an AS */
	expect_path(IBGP,
				"0202 0000fffb 0000fc58 0102 0000fc58 00000001 0201 0000fc58");
	configs[EBGP].as_override = false;
	changed(EBGP);
	expect_path(EBGP, "0203 0000fde8 0000fffb 0000fc58"
					  "0102 0000fc58 00000001 0201 0000fc58");
}
END_TEST

/** RFC 6996: each bound and what lies beside it; the peer's own stays */
START_TEST(test_private_as)
{
	/* 64511 64512 65534 65535 4199999999 4200000000 4294967294 4294967295,
	 * {64512 1}, {64513}, 64600 */
	path("0208 0000fbff 0000fc00 0000fffe 0000ffff"
		 "fa56e9ff fa56ea00 fffffffe ffffffff"
		 "0102 0000fc00 00000001 0101 0000fc01 0201 0000fc58");
	announce(FROM);
	configs[EBGP].private_as = BGP_PRIVATE_AS_REMOVE;
	configs[OTHER].private_as = BGP_PRIVATE_AS_REMOVE;
	configs[IBGP].private_as = BGP_PRIVATE_AS_REMOVE;
	for (unsigned i = EBGP; i < COUNT; i++)
	{
		changed(i);
	}
	expect_path(EBGP, "0205 0000fde8 0000fbff 0000ffff fa56e9ff ffffffff"
					  "0101 00000001 0201 0000fc58");
	expect_path(OTHER, "0205 0000fde8 0000fbff 0000ffff fa56e9ff ffffffff"
					   "0101 00000001");
	ck_assert_uint_eq(told(OTHER)->as_path_hops, 6);
	expect_path(IBGP, "0208 0000fbff 0000fc00 0000fffe 0000ffff"
					  "fa56e9ff fa56ea00 fffffffe ffffffff"
					  "0102 0000fc00 00000001 0101 0000fc01 0201 0000fc58");
	configs[OTHER].private_as = BGP_PRIVATE_AS_REPLACE;
	changed(OTHER);
	expect_path(OTHER, "0209 0000fde8 0000fbff 0000fde8 0000fde8 0000ffff"
					   "fa56e9ff 0000fde8 0000fde8 ffffffff"
					   "0102 0000fde8 00000001 0101 0000fde8 0201 0000fde8");
	/* a path of private ones alone leaves our own */
	path("0201 0000fffb 0101 0000fc01");
	announce(FROM);
	expect_path(EBGP, "0201 0000fde8");
}
END_TEST

/** what policy prepends, private or not, is meant */
START_TEST(test_private_prepend)
{
	bgp_policy_t *twice = bgp_policy_create("twice");

	bgp_policy_rule(twice, "twice", BGP_POLICY_ACCEPT);
	bgp_policy_set_prepend(twice, 64700, 2);
	peers[EBGP].export_policy = twice;
	configs[EBGP].private_as = BGP_PRIVATE_AS_REMOVE;
	changed(EBGP);
	announce(FROM);
	expect_path(EBGP, "0203 0000fde8 0000fcbc 0000fcbc");
	bgp_rib_peer_down(rib, &peers[EBGP]);
	bgp_policy_destroy(twice);
}
END_TEST

START_TEST(test_graceful_shutdown)
{
	community("fde80001");
	announce(FROM);
	configs[EBGP].graceful_shutdown = true;
	configs[IBGP].graceful_shutdown = true;
	changed(EBGP);
	changed(IBGP);
	ck_assert(bgp_has_community(told(EBGP), 0xffff0000));
	ck_assert(bgp_has_community(told(EBGP), 0xfde80001));
	ck_assert_uint_eq(told(EBGP)->has, 0);
	ck_assert(!bgp_has_community(told(OTHER), 0xffff0000));
	ck_assert(bgp_has_community(told(IBGP), 0xffff0000));
	ck_assert_uint_eq(told(IBGP)->local_pref, 0);
	configs[EBGP].graceful_shutdown = false;
	changed(EBGP);
	ck_assert(!bgp_has_community(told(EBGP), 0xffff0000));
}
END_TEST

/** peers that are told the same share what is worked out for a net; each
 * option by which they differ keeps them apart. Announced while both are up,
 * so that one pass serves both */
START_TEST(test_classes)
{
	static const bgp_peer_config_t options[] = {
		{.role = BGP_ROLE_PROVIDER},
		{.as_override = true},
		{.private_as = BGP_PRIVATE_AS_REMOVE},
		{.private_as = BGP_PRIVATE_AS_REPLACE},
		{.graceful_shutdown = true},
	};

	/* 65531 64600 65010 */
	path("0203 0000fffb 0000fc58 0000fdf2");
	for (unsigned i = 0; i < countof(options); i++)
	{
		const bgp_attrs_t *one, *two;

		configs[EBGP] = options[i];
		configs[OTHER] = (bgp_peer_config_t){0};
		changed(EBGP);
		changed(OTHER);
		/* each by itself, for its change */
		told(EBGP);
		set.a.origin = (uint8_t)(1 + i % 2);
		announce(FROM);
		one = told(EBGP);
		two = told(OTHER);
		ck_assert_uint_eq(two->origin, 1 + i % 2);
		ck_assert(one->has != two->has ||
				  one->communities.len != two->communities.len ||
				  one->as_path.len != two->as_path.len ||
				  memcmp(one->as_path.data, two->as_path.data,
						 one->as_path.len) != 0);
	}
	/* the same option, of peers of different ASes */
	configs[EBGP] = configs[OTHER] = options[1];
	changed(EBGP);
	changed(OTHER);
	told(EBGP);
	set.a.origin = 0;
	announce(FROM);
	expect_path(EBGP, "0204 0000fde8 0000fffb 0000fde8 0000fdf2");
	expect_path(OTHER, "0204 0000fde8 0000fffb 0000fc58 0000fde8");
}
END_TEST

/** MED of a neighbour's is for us alone, LOCAL_PREF for our AS */
START_TEST(test_med_local_pref)
{
	set.a.has = BGP_HAS_MED;
	set.a.med = 9;
	announce(FROM);
	ck_assert_uint_eq(told(EBGP)->has, 0);
	ck_assert_uint_eq(told(IBGP)->has, BGP_HAS_MED | BGP_HAS_LOCAL_PREF);
	ck_assert_uint_eq(told(IBGP)->med, 9);
	ck_assert_uint_eq(told(IBGP)->local_pref, BGP_LOCAL_PREF_DEFAULT);
}
END_TEST

/** each source of our own, matched by policy and with what MED and ORIGIN */
START_TEST(test_sources)
{
	bgp_policy_t *one = bgp_policy_create("one");

	bgp_policy_rule(one, "connected", BGP_POLICY_ACCEPT);
	bgp_policy_match_source(one, BGP_SOURCE_CONNECTED);
	peers[EBGP].export_policy = one;
	changed(EBGP);
	for (unsigned s = BGP_SOURCE_ADVERTISE; s <= BGP_SOURCE_OTHER; s++)
	{
		bgp_local_t local = {
			.source = (bgp_source_t)s, .med = 5 + s, .has_med = true};

		bgp_rib_originate(rib, &net, &local);
		ck_assert_int_eq(told(EBGP) != NULL, s == BGP_SOURCE_CONNECTED);
		ck_assert_uint_eq(told(OTHER)->med, 5 + s);
		ck_assert_uint_eq(told(OTHER)->origin, s == BGP_SOURCE_ADVERTISE
												   ? BGP_ORIGIN_IGP
												   : BGP_ORIGIN_INCOMPLETE);
	}
	bgp_rib_unoriginate(rib, &net);
	announce(FROM);
	ck_assert_ptr_null(told(EBGP));
	bgp_rib_peer_down(rib, &peers[EBGP]);
	bgp_policy_destroy(one);
}
END_TEST

/** a weight of ours is neither told nor does it make sets of their own */
START_TEST(test_weight)
{
	set.a.weight = 7;
	announce(FROM);
	ck_assert_uint_eq(told(EBGP)->weight, 0);
	ck_assert_uint_eq(told(IBGP)->weight, 0);
}
END_TEST

/** a path at the greatest length has no room for us: not told */
START_TEST(test_path_full)
{
	static uint8_t bytes[65535];
	size_t len = 0;

	while (len + 1022 <= sizeof(bytes))
	{
		bytes[len] = 2;
		bytes[len + 1] = 255;
		memset(bytes + len + 2, 1, 1020);
		len += 1022;
	}
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, bytes, len));
	announce(FROM);
	ck_assert_ptr_null(told(EBGP));
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test);
	suite_add_tcase(suite, tcase);
}

Suite *export_suite(void)
{
	Suite *suite = suite_create("export");

	add(suite, "communities", test_communities);
	add(suite, "own NO_EXPORT", test_own_no_export);
	add(suite, "OTC", test_otc);
	add(suite, "as_override", test_as_override);
	add(suite, "private_as", test_private_as);
	add(suite, "private prepend", test_private_prepend);
	add(suite, "graceful shutdown", test_graceful_shutdown);
	add(suite, "classes", test_classes);
	add(suite, "MED, LOCAL_PREF", test_med_local_pref);
	add(suite, "sources", test_sources);
	add(suite, "weight", test_weight);
	add(suite, "path full", test_path_full);
	return suite;
}
