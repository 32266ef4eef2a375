/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What must not be forgotten when the configuration, or what it stands on,
 * becomes another one while tunnels run.
 */

#include "unit/gateway/suites.h"

#include "bgp/policy.h"
#include "unit/gateway/world.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "10.7.0.0/24"

static void load(world_t *w, const char *more, const char *bundle)
{
	char *text = world_config(w->n, more, bundle), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static world_t *up(unsigned n, const char *bundle)
{
	world_t *w = world_create(n);

	load(w, NULL, bundle);
	world_up(w);
	world_run(w, USEC_PER_SEC);
	return w;
}

/* -- origins ----------------------------------------------------------------- */

static void advertise_it(config_t *config)
{
	config_prefixes_t *list = &config->advertise;

	list->list = mem_resize(list->list, list->count + 1, sizeof(*list->list));
	ck_assert(prefix_parse(PREFIX, &list->list[list->count++]));
}

START_TEST(test_static_route_becomes_advertised)
{
	world_t *w = up(1, "routes = " PREFIX);

	ck_assert_uint_eq(world_told(w, 0, PREFIX), UINT32_MAX);
	w->edit = advertise_it;
	load(w, NULL, NULL);
	ck_assert_uint_ne(world_told(w, 0, PREFIX), UINT32_MAX);
	/* and back */
	w->edit = NULL;
	load(w, NULL, "routes = " PREFIX);
	ck_assert_uint_eq(world_told(w, 0, PREFIX), UINT32_MAX);
	world_destroy(w);
}
END_TEST

/** the site announces what lies behind a tunnel: whatever becomes of that */
START_TEST(test_advertised_static_route)
{
	world_t *w = world_create(2);
	bool there;

	w->edit = advertise_it;
	load(w, NULL, "routes = " PREFIX);
	world_up(w);
	for (unsigned i = 0; i < 2; i++)
	{
		world_run(w, USEC_PER_SEC);
		ck_assert_uint_ne(world_told(w, 1, PREFIX), UINT32_MAX);
		ck_assert_uint_eq(world_ways(w, PREFIX, &there), 3);
		load(w, NULL, "routes = " PREFIX "\n min_links = 3");
		ck_assert_uint_ne(world_told(w, 1, PREFIX), UINT32_MAX);
		ck_assert_uint_eq(world_ways(w, PREFIX, &there), 0);
		load(w, NULL, "routes = " PREFIX);
	}
	load(w, NULL, NULL);
	ck_assert_uint_ne(world_told(w, 1, PREFIX), UINT32_MAX);
	world_ways(w, PREFIX, &there);
	ck_assert(!there);
	world_destroy(w);
}
END_TEST

#define REDISTRIBUTE "redistribute { hand { from = static } }\n"

/** redistributed, then a static route of a tunnel's that does not work */
START_TEST(test_redistributed_becomes_a_static_route)
{
	world_t *w = world_create(2);

	load(w, REDISTRIBUTE, NULL);
	world_up(w);
	world_foreign(w, PREFIX, 4, 254, 0, WORLD_EXTERNAL, "198.51.100.9", true);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_ne(world_told(w, 1, PREFIX), UINT32_MAX);
	load(w, REDISTRIBUTE, "routes = " PREFIX "\n min_links = 3");
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(world_told(w, 1, PREFIX), UINT32_MAX);
	load(w, REDISTRIBUTE, NULL);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_ne(world_told(w, 1, PREFIX), UINT32_MAX);
	world_destroy(w);
}
END_TEST

/* -- neighbours ------------------------------------------------------------- */

static const bgp_policy_t *export_of(const world_t *w, unsigned n)
{
	return bgp_peer_config(w->listening[n])->export_policy;
}

static void first_exports_out(config_t *config)
{
	config->bundles[0].tunnels[0].neighbors[0].export_policy = str_copy("out");
}

#define OUT "policies {\n out { all {\n } }\n }\n"

/* what they are told is packed once only if the policy is the same one */
START_TEST(test_export_policies_are_shared)
{
	world_t *w = world_create(3);

	w->edit = advertise_it;
	load(w, OUT, NULL);
	world_up(w);
	world_run(w, USEC_PER_SEC);
	for (unsigned i = 0; i < 2; i++)
	{
		ck_assert_ptr_nonnull(export_of(w, 0));
		ck_assert_ptr_eq(export_of(w, 0), export_of(w, 1));
		ck_assert_ptr_eq(export_of(w, 0), export_of(w, 2));
		w->edit = first_exports_out;
		load(w, OUT, NULL);
		ck_assert_str_eq(bgp_policy_name(export_of(w, 0)), "out");
		ck_assert_str_ne(bgp_policy_name(export_of(w, 1)), "out");
		ck_assert_ptr_eq(export_of(w, 1), export_of(w, 2));
		w->edit = NULL;
		load(w, OUT, NULL);
	}
	world_destroy(w);
}
END_TEST

static void other_address(config_t *config)
{
	ck_assert(addr_parse("169.254.0.3",
						 &config->bundles[0].tunnels[0].neighbors[0].address));
}

static void other_link(config_t *config)
{
	config_tunnel_t *tunnel = &config->bundles[0].tunnels[0];

	free(tunnel->link);
	tunnel->link = str_copy("vpn0");
}

static bool has_link(const world_t *w, const char *name)
{
	return kernel_state_find_link(&w->state, name) != NULL;
}

/** under the same name, it is another one all the same */
START_TEST(test_neighbor_has_another_address)
{
	world_t *w = up(2, NULL);

	world_announce(w, 0, PREFIX, true);
	world_run(w, USEC_PER_SEC);
	w->edit = other_address;
	load(w, NULL, NULL);
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_str_eq(world_hops(w, PREFIX), "10");
	world_destroy(w);
}
END_TEST

START_TEST(test_link_has_another_name)
{
	world_t *w = up(2, NULL);

	w->edit = other_link;
	load(w, NULL, NULL);
	ck_assert(has_link(w, "vpn0"));
	ck_assert(!has_link(w, "cyg-t1"));
	ck_assert_ptr_nonnull(bgp_peer_find(core_bgp(w->core), "t1"));
	world_destroy(w);
}
END_TEST

/* -- MTU ----------------------------------------------------------------------- */

static fw_clamp_t clamp(const world_t *w, const char *link)
{
	for (size_t i = 0; i < w->firewall.n_clamps; i++)
	{
		if (strcmp(w->firewall.clamps[i].link, link) == 0)
		{
			return w->firewall.clamps[i];
		}
	}
	return (fw_clamp_t){0};
}

static unsigned clamp4(const world_t *w, const char *link)
{
	return clamp(w, link).mss4;
}

static unsigned clamp6(const world_t *w, const char *link)
{
	return clamp(w, link).mss6;
}

static void mtu_1300(config_t *config)
{
	config->bundles[0].tunnels[0].mtu = 1300;
}

START_TEST(test_mtu_of_a_tunnel_that_stays)
{
	world_t *w = up(1, NULL);
	unsigned before = world_link(w, 0)->mtu;

	ck_assert_uint_gt(before, 1300);
	w->edit = mtu_1300;
	load(w, NULL, NULL);
	ck_assert_uint_eq(world_link(w, 0)->mtu, 1300);
	ck_assert_uint_eq(clamp4(w, "cyg-t1"), 1260);
	w->edit = NULL;
	load(w, NULL, NULL);
	ck_assert_uint_eq(world_link(w, 0)->mtu, before);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

/** PPPoE comes up, a path gets another MTU */
START_TEST(test_mtu_of_the_underlay)
{
	world_t *w = up(1, NULL);
	unsigned before = world_link(w, 0)->mtu;

	world_external_mtu(w, 1400);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(world_link(w, 0)->mtu, before - 100);
	ck_assert_uint_eq(clamp4(w, "cyg-t1"), before - 140);
	world_external_mtu(w, 1500);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(world_link(w, 0)->mtu, before);
	world_destroy(w);
}
END_TEST

/** where the far end is, the first SA tells: the way there was not looked up */
START_TEST(test_mtu_of_an_unknown_peer)
{
	world_t *w = world_create(1);
	fact_t fact = {.kind = FACT_CHILD_UP, .name = "t1", .sa = 5};

	world_external_mtu(w, 1400);
	load(w, NULL, NULL);
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	fact.if_id_in = fact.if_id_out = 1;
	fact.info.encr = 20;
	fact.info.key_bits = 256;
	ck_assert(addr_parse("198.51.100.77", &fact.info.remote));
	core_fact(w->core, &fact, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_lt(world_link(w, 0)->mtu, 1400);
	world_destroy(w);
}
END_TEST

static bool pinned(const world_t *w, const addr_t *peer)
{
	for (size_t i = 0; i < w->state.n_routes; i++)
	{
		if (w->state.routes[i].table == KERNEL_PIN_TABLE &&
			addr_equal(&w->state.routes[i].dst.addr, peer))
		{
			return true;
		}
	}
	return false;
}

static bool excepted(const world_t *w, const addr_t *peer)
{
	const fw_prefixes_t *list = &w->firewall.guards[0].except;

	for (size_t i = 0; i < list->count; i++)
	{
		if (addr_equal(&list->list[i].addr, peer))
		{
			return true;
		}
	}
	return false;
}

/** A peer behind a NAT whose mapping becomes another one: charon follows the
 * packets (RFC 7296 section 2.23) and tells of the same SA, by port alone or by
 * address, too */
START_TEST(test_nat_mapping_changes)
{
	static const char *const peers[] = {"203.0.113.1", "203.0.113.1",
										"198.51.100.7", "198.51.100.8"};
	world_t *w = up(1, NULL);
	fact_t fact = {.kind = FACT_CHILD_UP, .name = "t1", .sa = 5};
	unsigned plain = 0, writes = 0;
	addr_t last = addr_none;

	fact.if_id_in = fact.if_id_out = 1;
	fact.info.encr = 20;
	fact.info.key_bits = 256;
	for (size_t i = 0; i < countof(peers); i++)
	{
		ck_assert(addr_parse(peers[i], &fact.info.remote));
		/* it had none at first */
		fact.info.encap = i > 0;
		core_fact(w->core, &fact, w->now);
		world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
		world_run(w, USEC_PER_SEC);
		fact.kind = FACT_CHILD_CHANGED;
		plain = i ? plain : world_link(w, 0)->mtu;
		ck_assert_uint_le(world_link(w, 0)->mtu, plain - (i ? 8 : 0));
		ck_assert_uint_eq(clamp4(w, "cyg-t1"), world_link(w, 0)->mtu - 40);
		ck_assert(pinned(w, &fact.info.remote));
		ck_assert(excepted(w, &fact.info.remote));
		if (i > 2)
		{
			ck_assert(!pinned(w, &last));
			ck_assert(!excepted(w, &last));
		}
		last = fact.info.remote;
		/* said once more, as charon does for each port: nothing is written */
		writes = (unsigned)w->writes + w->fw_applies;
		core_fact(w->core, &fact, w->now);
		world_run(w, USEC_PER_SEC);
		ck_assert_uint_eq(writes, (unsigned)w->writes + w->fw_applies);
		ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	}
	ck_assert(!w->pin_gap);
	world_destroy(w);
}
END_TEST

static void child_up(world_t *w, fact_t *fact, uint32_t sa, uint32_t gone)
{
	fact->kind = FACT_CHILD_UP;
	fact->sa = sa;
	core_fact(w->core, fact, w->now);
	world_fact(w, 0, FACT_CHILD_DOWN, gone, sa);
	world_run(w, USEC_PER_SEC);
}

/** Each rekey may bring another cipher, NAT traversal may begin and end, the
 * peer be another one, the underlay change: link and segments follow, to the
 * byte. The figures were seen with the kernel's own ESP. */
START_TEST(test_mtu_of_each_sa)
{
	static const struct
	{
		uint16_t encr, integ;
		bool encap;
		const char *peer;
		unsigned underlay, mtu;
	} rows[] = {
		{20, 0, false, "203.0.113.1", 1500, 1446},
		{12, 14, false, "203.0.113.1", 1500, 1422},
		{12, 14, true, "203.0.113.1", 1500, 1406},
		{12, 12, true, "203.0.113.1", 1500, 1422},
		{12, 2, false, "203.0.113.1", 1500, 1438},
		{28, 0, false, "203.0.113.1", 1500, 1446},
		{28, 0, true, "198.51.100.7", 1500, 1438},
		{28, 0, true, "198.51.100.7", 1492, 1430},
		{12, 13, true, "198.51.100.7", 1492, 1406},
		{20, 0, false, "2001:db8::7", 1492, 1418},
		{20, 0, true, "2001:db8::7", 1492, 1410},
		{12, 14, true, "2001:db8::7", 1492, 1374},
		{20, 0, false, "203.0.113.1", 1500, 1446},
	};
	world_t *w = up(1, NULL);
	fact_t fact = {.kind = FACT_CHILD_UP, .name = "t1"};
	unsigned writes;

	fact.if_id_in = fact.if_id_out = 1;
	for (size_t i = 0; i < countof(rows); i++)
	{
		fact.info.encr = rows[i].encr;
		fact.info.integ = rows[i].integ;
		fact.info.encap = rows[i].encap;
		ck_assert(addr_parse(rows[i].peer, &fact.info.remote));
		world_external_mtu(w, rows[i].underlay);
		child_up(w, &fact, 200 + (uint32_t)i, i ? 199 + (uint32_t)i : 100);
		ck_assert_uint_eq(world_link(w, 0)->mtu, rows[i].mtu);
		ck_assert_uint_eq(clamp4(w, "cyg-t1"), rows[i].mtu - 40);
		ck_assert_uint_eq(clamp6(w, "cyg-t1"), rows[i].mtu - 60);
	}
	/* a rekey that brings the same writes nothing */
	writes = (unsigned)w->writes + w->fw_applies;
	child_up(w, &fact, 300, 199 + countof(rows));
	ck_assert_uint_eq(writes, (unsigned)w->writes + w->fw_applies);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

/** an existing link, whose own MTU is not what its far side takes */
START_TEST(test_mtu_of_an_interface)
{
	static const char text[] =
		"cygnet {\n asn = 65530\n router_id = 10.255.0.1\n"
		" advertise = 192.168.0.0/24\n bundles {\n b {\n tunnels {\n"
		" t1 {\n interface = eth0\n mtu = %u\n address = 192.0.2.2/30\n"
		" neighbor {\n address = 192.0.2.1\n remote_as = 65531\n }\n"
		" }\n }\n }\n }\n }\n";
	static const struct
	{
		unsigned mtu;
		unsigned mss;
	} rows[] = {{1400, 1360}, {0, 1460}, {1300, 1260}};
	world_t *w = world_create(1);
	char *error;

	for (size_t i = 0; i < countof(rows); i++)
	{
		char *config = str_format(text, rows[i].mtu);

		ck_assert_msg(world_load(w, config, &error), "%s", error);
		free(config);
		world_run(w, USEC_PER_SEC);
		ck_assert_uint_eq(clamp4(w, "eth0"), rows[i].mss);
	}
	world_destroy(w);
}
END_TEST

Suite *reload_suite(void)
{
	Suite *s = suite_create("reload");

	unit_add(s, "static route becomes advertised",
			 test_static_route_becomes_advertised);
	unit_add(s, "advertised static route", test_advertised_static_route);
	unit_add(s, "redistributed becomes a static route",
			 test_redistributed_becomes_a_static_route);
	unit_add(s, "export policies are shared", test_export_policies_are_shared);
	unit_add(s, "neighbor has another address",
			 test_neighbor_has_another_address);
	unit_add(s, "link has another name", test_link_has_another_name);
	unit_add(s, "MTU of a tunnel that stays", test_mtu_of_a_tunnel_that_stays);
	unit_add(s, "MTU of the underlay", test_mtu_of_the_underlay);
	unit_add(s, "MTU of an unknown peer", test_mtu_of_an_unknown_peer);
	unit_add(s, "NAT mapping changes", test_nat_mapping_changes);
	unit_add(s, "MTU of each SA", test_mtu_of_each_sa);
	unit_add(s, "MTU of an interface", test_mtu_of_an_interface);
	return s;
}
