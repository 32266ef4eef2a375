/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who may come to the gateway itself, from a site.
 */

#include "unit/plan/suites.h"

#include "unit/plan/site.h"

#include <string.h>

static site_t site;
static fw_model_t out;

static void setup(void)
{
	site_init(&site);
	fw_model_init(&out);
}

static void teardown(void)
{
	fw_model_deinit(&out);
}

static void check_peer(size_t i, const char *link, const char *addr)
{
	addr_t want;

	ck_assert(addr_parse(addr, &want));
	ck_assert_uint_lt(i, out.ports.peers.count);
	ck_assert_str_eq(out.ports.peers.list[i].link, link);
	ck_assert(addr_equal(&out.ports.peers.list[i].addr, &want));
}

static void check_prefix(const fw_prefixes_t *list, size_t i, const char *want)
{
	prefix_t p = site_prefix(want);

	ck_assert_uint_lt(i, list->count);
	ck_assert_msg(prefix_equal(&list->list[i], &p), "%s is not there", want);
}

/* each neighbour by its own tunnel; what BFD watches once, and the members of
 * a bundle that are existing links, too */
START_TEST(test_peers)
{
	config_neighbor_t first[2] = {0}, second[1] = {0};

	ck_assert(addr_parse("169.254.10.1", &first[0].address));
	ck_assert(addr_parse("fe80::1", &first[1].address));
	ck_assert(addr_parse("169.254.11.1", &second[0].address));
	site.tunnel_configs[0].neighbors = first;
	site.tunnel_configs[0].n_neighbors = 2;
	site.tunnel_configs[0].bfd_address = first[0].address;
	site.tunnel_configs[2].neighbors = second;
	site.tunnel_configs[2].n_neighbors = 1;
	ck_assert(addr_parse("169.254.11.9", &site.tunnel_configs[2].bfd_address));
	site.config.port_guard = CONFIG_PORTS_GUARDED;
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.ports.links.count, 3);
	ck_assert_str_eq(out.ports.links.list[0], "cyg-ali-1");
	ck_assert_str_eq(out.ports.links.list[2], "eth7.100");
	ck_assert_uint_eq(out.ports.peers.count, 4);
	check_peer(0, "cyg-ali-1", "169.254.10.1");
	check_peer(1, "cyg-ali-1", "fe80::1");
	check_peer(2, "eth7.100", "169.254.11.1");
	check_peer(3, "eth7.100", "169.254.11.9");
	ck_assert(!out.ports.strict);
	ck_assert_uint_eq(out.ports.others.count, 0);
}
END_TEST

START_TEST(test_strict)
{
	config_neighbor_t beside[2] = {0};

	ck_assert(addr_parse("192.168.0.2", &beside[0].address));
	ck_assert(addr_parse("2001:db8::2", &beside[1].address));
	site.config.neighbors = beside;
	site.config.n_neighbors = 2;
	site.config.port_guard = _i ? CONFIG_PORTS_STRICT : CONFIG_PORTS_GUARDED;
	plan_firewall(&site.in, &out);
	ck_assert_int_eq(out.ports.strict, _i);
	ck_assert_uint_eq(out.ports.others.count, 2);
	check_prefix(&out.ports.others, 0, "192.168.0.2/32");
	check_prefix(&out.ports.others, 1, "2001:db8::2/128");
}
END_TEST

START_TEST(test_none)
{
	site.config.port_guard = CONFIG_PORTS_OPEN;
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.ports.links.count, 0);
	ck_assert_uint_eq(out.ports.peers.count, 0);
	ck_assert_uint_eq(out.ike.rate, 0);
	ck_assert_uint_eq(out.ike.known.count, 0);
}
END_TEST

/* what the file has, and what the tunnels' peers are now */
START_TEST(test_ike)
{
	static char one[] = "198.51.100.9", net[] = "2001:db8:5::/48",
				any[] = "%any", name[] = "vpn.example.org",
				range[] = "10.0.0.1-10.0.0.9", all[] = "0.0.0.0/0";
	char *remotes[] = {one, net, any, name, range, all};
	config_connection_t connection = {.remote_addrs = {remotes, 6}};

	site.config.connections = &connection;
	site.config.n_connections = 1;
	site.config.ike_init_rate = 20;
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.ike.rate, 20);
	check_prefix(&out.ike.known, 0, "198.51.100.9/32");
	check_prefix(&out.ike.known, 1, "2001:db8:5::/48");
	check_prefix(&out.ike.known, 2, "203.0.113.1/32");
	check_prefix(&out.ike.known, 3, "203.0.113.2/32");
	ck_assert_uint_eq(out.ike.known.count, 4);
}
END_TEST

Suite *inputs_suite(void)
{
	Suite *suite = suite_create("inputs");
	TCase *tcase = tcase_create("inputs");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_peers);
	tcase_add_loop_test(tcase, test_strict, 0, 2);
	tcase_add_test(tcase, test_none);
	tcase_add_test(tcase, test_ike);
	suite_add_tcase(suite, tcase);
	return suite;
}
