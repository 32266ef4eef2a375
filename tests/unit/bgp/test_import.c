/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Routes on their way in: each check by itself, at its limit, and what stands
 * in the table after GRACEFUL_SHUTDOWN.
 */

#include "unit/bgp/suites.h"

#include "bgp/import.h"
#include "bgp/policy.h"
#include "unit/bgp/wire.h"

#include <string.h>

#define US   65001u
#define THEY 65002u

static bgp_attr_set_t set;
static bgp_fault_t fault;
static bgp_peer_config_t config;
static bgp_rib_peer_t peer;
static bgp_import_self_t self;

static void setup(void)
{
	bgp_attr_set_init(&set);
	config = (bgp_peer_config_t){.remote_as = THEY};
	peer = (bgp_rib_peer_t){
		.name = "peer",
		.config = &config,
		.eligible = true,
		.local_as = US,
		.remote_as = THEY,
		.next_hop4 = addr_v4(0xc0000201),
	};
	self = (bgp_import_self_t){
		.asn = US,
		.router_id = 0x0a000001,
		.address = addr_v4(0xc6336401),
	};
	ck_assert(addr_parse("2001:db8::1", &peer.next_hop6));
	ck_assert(addr_parse("fe80::1", &peer.next_hop6_ll));
	set.a.next_hop = addr_v4(0xc0000202);
}

static void teardown(void)
{
	bgp_attr_set_deinit(&set);
}

static void path(const char *hex)
{
	uint8_t bytes[2048];

	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_AS_PATH, bytes,
								unhex(hex, bytes, sizeof(bytes))));
}

static void ibgp(void)
{
	peer.ibgp = true;
	peer.remote_as = US;
	path("");
}

static bgp_drop_t check(void)
{
	return bgp_import_check(&peer, &self, &set.a, &fault);
}

static void expect_taken(void)
{
	ck_assert_int_eq(check(), BGP_DROP_NONE);
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
}

/** it came round to us: no fault of the peer's */
static void expect_passed_over(bgp_drop_t drop)
{
	ck_assert_int_eq(check(), drop);
	ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
}

static void expect_fault(bgp_drop_t drop, uint8_t attr, const char *what)
{
	ck_assert_int_eq(check(), drop);
	ck_assert_int_eq(fault.verdict, BGP_FAULT_TREAT_AS_WITHDRAW);
	ck_assert_uint_eq(fault.code, BGP_ERR_UPDATE);
	ck_assert_uint_eq(fault.attr, attr);
	ck_assert_str_eq(fault.what, what);
}

START_TEST(test_first_as)
{
	static const char *const others[] = {
		"",
		"0201 0000fdeb",
		"0101 0000fdea",
		"0202 0000fdeb 0000fdea",
	};

	config.as_sets = true;
	path("0201 0000fdea");
	expect_taken();
	for (unsigned i = 0; i < countof(others); i++)
	{
		config.any_first_as = false;
		path(others[i]);
		expect_fault(BGP_DROP_FIRST_AS, BGP_ATTR_AS_PATH,
					 "first AS is not the peer's");
		ck_assert_uint_eq(fault.subcode, BGP_UPDATE_BAD_AS_PATH);
		config.any_first_as = true;
		expect_taken();
	}
	config.any_first_as = false;
	ibgp();
	path("0201 0000fdeb");
	expect_taken();
}
END_TEST

START_TEST(test_own_as)
{
	path("0202 0000fdea 0000fde9");
	expect_passed_over(BGP_DROP_AS_LOOP);
	config.allowas_in = 1;
	config.as_sets = true;
	expect_taken();
	/* in a set as well, and more often than allowed */
	path("0202 0000fdea 0000fde9 0101 0000fde9");
	expect_passed_over(BGP_DROP_AS_LOOP);
	config.allowas_in = 2;
	expect_taken();
	/* the AS that we are to this peer, and the speaker's: together */
	peer.local_as = 64999;
	path("0203 0000fdea 0000fde7 0000fde9");
	expect_taken();
	config.allowas_in = 1;
	expect_passed_over(BGP_DROP_AS_LOOP);
	path("0202 0000fdea 0000fde7");
	expect_taken();
	config.allowas_in = 0;
	expect_passed_over(BGP_DROP_AS_LOOP);
	path("0202 0000fdea 0000fde9");
	expect_passed_over(BGP_DROP_AS_LOOP);
}
END_TEST

START_TEST(test_reflected)
{
	ibgp();
	set.a.has |= BGP_HAS_ORIGINATOR;
	set.a.originator_id = 0x0a000002;
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_CLUSTER_LIST,
								"\x0a\0\0\x09\x0a\0\0\x08", 8));
	expect_taken();
	set.a.originator_id = 0x0a000001;
	expect_passed_over(BGP_DROP_ORIGINATOR);
	set.a.originator_id = 0x0a000002;
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_CLUSTER_LIST,
								"\x0a\0\0\x09\x0a\0\0\x01", 8));
	expect_passed_over(BGP_DROP_CLUSTER);
}
END_TEST

START_TEST(test_own_next_hop)
{
	static const char *const ours[] = {
		"198.51.100.1",
		"192.0.2.1",
		"2001:db8::1",
		"fe80::1",
	};

	path("0201 0000fdea");
	for (unsigned i = 0; i < countof(ours); i++)
	{
		bool six = strchr(ours[i], ':') != NULL;

		ck_assert(addr_parse(ours[i], &set.a.next_hop));
		expect_fault(BGP_DROP_NEXT_HOP,
					 six ? BGP_ATTR_MP_REACH : BGP_ATTR_NEXT_HOP,
					 "next hop is our own address");
		ck_assert_uint_eq(fault.data_len, six ? 16 : 4);
	}
	/* beside a global one too */
	ck_assert(addr_parse("2001:db8::2", &set.a.next_hop));
	expect_taken();
	ck_assert(addr_parse("fe80::1", &set.a.next_hop_ll));
	expect_fault(BGP_DROP_NEXT_HOP, BGP_ATTR_MP_REACH,
				 "next hop is our own address");
	/* addresses that we do not have are not those that a route lacks */
	set.a.next_hop_ll = addr_none;
	peer.next_hop6_ll = addr_none;
	expect_taken();
}
END_TEST

/** RFC 9774 section 3 */
START_TEST(test_as_set)
{
	static const char *const sets[] = {
		"0201 0000fdea 0101 00000001",
		"0201 0000fdea 0102 00000001 00000002 0201 00000003",
		/* what came round to us is no fault, whatever else it is */
		"0202 0000fdea 0000fde9 0101 00000001",
	};

	for (unsigned i = 0; i < 2; i++)
	{
		config.as_sets = false;
		path(sets[i]);
		expect_fault(BGP_DROP_AS_SET, BGP_ATTR_AS_PATH, "AS_SET in it");
		ck_assert_uint_eq(fault.subcode, BGP_UPDATE_BAD_AS_PATH);
		config.as_sets = true;
		expect_taken();
	}
	config.as_sets = false;
	path(sets[2]);
	expect_passed_over(BGP_DROP_AS_LOOP);
	ibgp();
	path("0101 0000fdea");
	expect_fault(BGP_DROP_AS_SET, BGP_ATTR_AS_PATH, "AS_SET in it");
	path("0201 0000fdea 0201 00000001");
	expect_taken();
}
END_TEST

START_TEST(test_max_as_path)
{
	config.max_as_path = 2;
	config.as_sets = true;
	path("0201 0000fdea 0103 00000001 00000002 00000003");
	expect_taken();
	path("0203 0000fdea 00000001 00000002");
	expect_fault(BGP_DROP_LIMIT, BGP_ATTR_AS_PATH, "longer than max_as_path");
	config.max_as_path = 3;
	expect_taken();
	config.max_as_path = 0;
	ck_assert(bgp_attr_set_prepend(&set, THEY, 600));
	expect_taken();
}
END_TEST

/** of all kinds together */
START_TEST(test_max_communities)
{
	uint8_t bytes[16] = {[3] = 1, [11] = 2};

	path("0201 0000fdea");
	config.max_communities = 5;
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, bytes, 8));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_EXT_COMMUNITIES, bytes, 16));
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_LARGE_COMMUNITIES, bytes, 12));
	expect_taken();
	config.max_communities = 4;
	expect_fault(BGP_DROP_LIMIT, 0, "more communities than max_communities");
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_LARGE_COMMUNITIES, NULL, 0));
	expect_taken();
	/* a double counts once */
	bytes[11] = 0;
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, bytes, 12));
	expect_taken();
	bytes[11] = 2;
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, bytes, 12));
	expect_fault(BGP_DROP_LIMIT, 0, "more communities than max_communities");
	config.max_communities = 0;
	expect_taken();
}
END_TEST

/** RFC 9234 section 5, by our role: whether a route without OTC gets one, and
 * whether those with an OTC of the peer and of another are taken */
START_TEST(test_otc)
{
	static const struct
	{
		bgp_role_t role;
		bool set;
		bool of_peer;
		bool of_other;
	} roles[] = {
		{BGP_ROLE_NONE, false, true, true},
		{BGP_ROLE_PROVIDER, false, false, false},
		{BGP_ROLE_RS_SERVER, false, false, false},
		{BGP_ROLE_RS_CLIENT, true, true, true},
		{BGP_ROLE_CUSTOMER, true, true, true},
		{BGP_ROLE_PEER, true, true, false},
	};

	for (unsigned i = 0; i < countof(roles); i++)
	{
		config.role = roles[i].role;
		set.a.has = 0;
		path("0201 0000fdea");
		expect_taken();
		ck_assert_uint_eq(set.a.has, roles[i].set ? BGP_HAS_OTC : 0);
		ck_assert(!roles[i].set || set.a.otc == THEY);
		for (unsigned other = 0; other < 2; other++)
		{
			set.a.has = BGP_HAS_OTC;
			set.a.otc = THEY + other;
			if (other ? roles[i].of_other : roles[i].of_peer)
			{
				expect_taken();
				ck_assert_uint_eq(set.a.otc, THEY + other);
			}
			else
			{
				expect_fault(BGP_DROP_LEAK, BGP_ATTR_OTC, "route leak");
				ck_assert_uint_eq(fault.data_len, 4);
				ck_assert_uint_eq(fault.data[3], 0xea + other);
			}
		}
	}
	/* nothing of it within an AS */
	ibgp();
	config.role = BGP_ROLE_PROVIDER;
	expect_taken();
	config.role = BGP_ROLE_CUSTOMER;
	set.a.has = 0;
	expect_taken();
	ck_assert_uint_eq(set.a.has, 0);
}
END_TEST

/* -- through the table ----------------------------------------------------- */

static bgp_rib_t *rib;
static bgp_policy_t *policy;
static const prefix_t net = {.addr = {.family = FAMILY_IPV4, .b = {10}},
							 .len = 8};

static void table_up(void)
{
	bgp_config_t speaker = {.asn = US, .router_id = 1, .multipath = 1};
	uint32_t id;

	rib = bgp_rib_create(&speaker, 1);
	bgp_rib_peer_up(rib, &peer);
	id = bgp_attr_intern(bgp_rib_attrs(rib), &set.a);
	ck_assert_int_eq(bgp_rib_announce(rib, &peer, &net, id), BGP_RIB_ENTERED);
	bgp_attr_release(bgp_rib_attrs(rib), id);
}

static void table_down(void)
{
	bgp_rib_destroy(rib);
	bgp_policy_destroy(policy);
}

/** LOCAL_PREF as accepted, UINT32_MAX: none */
static uint32_t local_pref(void)
{
	const bgp_attrs_t *received, *accepted;
	prefix_t prefix;

	ck_assert(bgp_rib_received_next(rib, &peer, FAMILY_IPV4, NULL, &prefix,
									&received, &accepted));
	ck_assert_ptr_nonnull(accepted);
	return accepted->has & BGP_HAS_LOCAL_PREF ? accepted->local_pref
											  : UINT32_MAX;
}

static void changed(void)
{
	bgp_rib_peer_changed(rib, &peer);
	while (bgp_rib_work(rib, 100))
	{
	}
}

START_TEST(test_graceful_shutdown)
{
	bgp_policy_t *keep = bgp_policy_create("keep");

	policy = bgp_policy_create("in");
	bgp_policy_rule(policy, "all", BGP_POLICY_ACCEPT);
	bgp_policy_set_local_pref(policy, 300);
	bgp_policy_rule(keep, "all", BGP_POLICY_ACCEPT);
	path("0201 0000fdea");
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES,
								"\xff\xff\0\0\xff\xff\0\1", 8));
	peer.import_policy = policy;
	table_up();
	/* it goes over what policy says */
	ck_assert_uint_eq(local_pref(), 0);
	peer.import_policy = keep;
	changed();
	ck_assert_uint_eq(local_pref(), 0);
	/* within the AS, the sender's LOCAL_PREF says it all */
	peer.ibgp = true;
	changed();
	ck_assert_uint_eq(local_pref(), UINT32_MAX);
	table_down();
	bgp_policy_destroy(keep);
}
END_TEST

/** a policy that takes the community away does not want it */
START_TEST(test_graceful_shutdown_refused)
{
	policy = bgp_policy_create("in");
	bgp_policy_rule(policy, "all", BGP_POLICY_ACCEPT);
	bgp_policy_delete_communities(policy, BGP_BLOB_COMMUNITIES, "\xff\xff\0\0",
								  NULL);
	path("0201 0000fdea");
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_COMMUNITIES, "\xff\xff\0\0", 4));
	peer.import_policy = policy;
	table_up();
	ck_assert_uint_eq(local_pref(), UINT32_MAX);
	table_down();
}
END_TEST

/** our own maintenance, begun and ended while the session stands */
START_TEST(test_graceful_shutdown_ours)
{
	policy = bgp_policy_create("in");
	bgp_policy_rule(policy, "all", BGP_POLICY_ACCEPT);
	path("0201 0000fdea");
	peer.import_policy = policy;
	table_up();
	ck_assert_uint_eq(local_pref(), UINT32_MAX);
	config.graceful_shutdown = true;
	changed();
	ck_assert_uint_eq(local_pref(), 0);
	config.graceful_shutdown = false;
	changed();
	ck_assert_uint_eq(local_pref(), UINT32_MAX);
	table_down();
}
END_TEST

/* -- in a session ---------------------------------------------------------- */

#define ATTRS "400101 00 400206 0201 0000fdea 400304 c0000202 "

/** what is withdrawn by a check was there before; the words say why */
START_TEST(test_shown)
{
	static const struct
	{
		const char *update;
		const char *error;
		unsigned counted;
		bgp_drop_t drop;
	} cases[] = {
		{"0000 0014 400101 00 400206 0201 0000fdeb 400304 c0000202 08 0a",
		 "routes treated as withdrawn: AS_PATH: first AS is not the peer's: "
		 "bytes 02 01 00 00 fd eb",
		 1, BGP_DROP_FIRST_AS},
		{"0000 0018 400101 00 40020a 0202 0000fdea 0000fde9 400304 c0000202"
		 "08 0a",
		 "", 0, BGP_DROP_AS_LOOP},
		{"0000 0014 400101 00 400206 0201 0000fdea 400304 c0000201 08 0a",
		 "routes treated as withdrawn: NEXT_HOP: next hop is our own address: "
		 "bytes c0 00 02 01",
		 1, BGP_DROP_NEXT_HOP},
		{"0000 001b" ATTRS "c02304 0000fdeb 08 0a",
		 "routes treated as withdrawn: ONLY_TO_CUSTOMER: route leak: "
		 "bytes 00 00 fd eb",
		 1, BGP_DROP_LEAK},
		{"0000 0020 400101 00 400212 0204 0000fdea 00000001 00000002 00000003"
		 "400304 c0000202 08 0a",
		 "routes treated as withdrawn: AS_PATH: longer than max_as_path: "
		 "bytes 02 04 00 00 fd ea 00 00 00 01 00 00 00 02 00 00 00 03",
		 1, BGP_DROP_LIMIT},
		{"0000 001f" ATTRS "c00808 00010001 00010002 08 0a",
		 "routes treated as withdrawn: more communities than max_communities",
		 1, BGP_DROP_LIMIT},
		{"0000 001a 400101 00 40020c 0201 0000fdea 0101 00000001"
		 "400304 c0000202 08 0a",
		 "routes treated as withdrawn: AS_PATH: AS_SET in it: "
		 "bytes 02 01 00 00 fd ea 01 01 00 00 00 01",
		 1, BGP_DROP_AS_SET},
		{"0000 001a 400101 00 40020c 0201 0000fdea 0401 00000001"
		 "400304 c0000202 08 0a",
		 "routes treated as withdrawn: AS_PATH: malformed path: "
		 "bytes 40 02 0c 02 01 00 00 fd ea 04 01 00 00 00 01",
		 1, BGP_DROP_MALFORMED},
	};
	wire_t *w = wire_create_raw(US, THEY);
	bgp_peer_config_t c = wire_config(w, 0, THEY);
	bgp_peer_info_t info;
	wire_conn_t *conn;
	bgp_route_t route;

	c.role = BGP_ROLE_PEER;
	c.max_as_path = 3;
	c.max_communities = 1;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &c, w->now);
	conn = raw_establish(w);
	raw_message(conn, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	ck_assert(bgp_route_get(w->speaker[0].bgp, &net, &route));
	ck_assert_uint_eq(route.best[0].attrs->otc, THEY);
	raw_message(conn, BGP_UPDATE, cases[_i].update);
	bgp_peer_info(w->speaker[0].peer, &info);
	ck_assert_int_eq(info.state, BGP_ESTABLISHED);
	ck_assert_uint_eq(info.received[0], 1);
	ck_assert_str_eq(info.last_error, cases[_i].error);
	ck_assert_uint_eq(info.treated_as_withdraw, cases[_i].counted);
	for (bgp_drop_t i = 0; i < BGP_DROP_COUNT; i++)
	{
		ck_assert_uint_eq(info.dropped[i], i == cases[_i].drop);
	}
	ck_assert(!bgp_route_get(w->speaker[0].bgp, &net, &route) || !route.n_best);
	wire_destroy(w);
}
END_TEST

/** by prefix, and each time that they are announced */
START_TEST(test_dropped)
{
	wire_t *w = wire_create_raw(US, THEY);
	bgp_peer_config_t c = wire_config(w, 0, THEY);
	wire_conn_t *conn = raw_establish(w);
	uint64_t want[BGP_DROP_COUNT] = {
		[BGP_DROP_AS_LOOP] = 2,   [BGP_DROP_MARTIAN] = 3,
		[BGP_DROP_MALFORMED] = 1, [BGP_DROP_POLICY] = 2,
		[BGP_DROP_LIMIT] = 1,
	};
	bgp_peer_info_t info;

	raw_message(conn, BGP_UPDATE,
				"0000 0018 400101 00 40020a 0202 0000fdea 0000fde9"
				"400304 c0000202 08 0a 08 0b");
	raw_message(conn, BGP_UPDATE, "0000 0014" ATTRS "08 7f 08 0a 04 e0 08 00");
	raw_message(conn, BGP_UPDATE,
				"0000 0014 400101 07 400206 0201 0000fdea 400304 c0000202"
				"08 0c");
	/* policy counts what is said, not what it takes away later */
	c.import_policy = NULL;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &c, w->now);
	raw_message(conn, BGP_UPDATE, "0000 0014" ATTRS "08 0d");
	raw_message(conn, BGP_UPDATE, "0000 0014" ATTRS "08 0d");
	/* a withdrawal drops nothing */
	raw_message(conn, BGP_UPDATE, "0002 08 0d 0000");
	c.max_prefix = 1;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &c, w->now);
	raw_message(conn, BGP_UPDATE, "0000 0014" ATTRS "08 0e 08 0f");
	bgp_peer_info(w->speaker[0].peer, &info);
	ck_assert_int_eq(info.state, BGP_IDLE);
	for (bgp_drop_t i = 0; i < BGP_DROP_COUNT; i++)
	{
		ck_assert_msg(info.dropped[i] == want[i], "%s: %u, not %u",
					  bgp_drop_name(i), (unsigned)info.dropped[i],
					  (unsigned)want[i]);
		ck_assert_str_ne(bgp_drop_name(i), bgp_drop_name(BGP_DROP_COUNT));
	}
	wire_destroy(w);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int n)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, n);
	suite_add_tcase(suite, tcase);
}

Suite *import_suite(void)
{
	Suite *suite = suite_create("import");

	add(suite, "first AS", test_first_as, 1);
	add(suite, "own AS", test_own_as, 1);
	add(suite, "reflected", test_reflected, 1);
	add(suite, "AS_SET", test_as_set, 1);
	add(suite, "own next hop", test_own_next_hop, 1);
	add(suite, "max_as_path", test_max_as_path, 1);
	add(suite, "max_communities", test_max_communities, 1);
	add(suite, "OTC", test_otc, 1);
	add(suite, "graceful shutdown", test_graceful_shutdown, 1);
	add(suite, "graceful shutdown refused", test_graceful_shutdown_refused, 1);
	add(suite, "graceful shutdown ours", test_graceful_shutdown_ours, 1);
	add(suite, "shown", test_shown, 8);
	add(suite, "dropped", test_dropped, 1);
	return suite;
}
