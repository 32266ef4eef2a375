/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What passes through the tunnels, from a site.
 */

#include "unit/plan/suites.h"

#include "unit/plan/site.h"

#include <netinet/in.h>
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

static void check_prefix(const prefix_t *seen, const char *wanted)
{
	prefix_t p = site_prefix(wanted);

	ck_assert_msg(prefix_equal(seen, &p), "not %s", wanted);
}

/* of a bundle by all its members; another's are none of it */
START_TEST(test_netmap)
{
	config_netmap_t pairs[2] = {
		{site_prefix("172.16.1.0/24"), site_prefix("10.200.0.0/24")},
		{site_prefix("fd00:1::/64"), site_prefix("fd00:2::/64")},
	};

	site.bundles[0].netmap = (config_netmaps_t){pairs, 2};
	site.tunnels[1].bundle = &site.bundles[1];
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_netmaps, 1);
	ck_assert_str_eq(out.netmaps[0].name, "alibaba");
	ck_assert_uint_eq(out.netmaps[0].links.count, 2);
	ck_assert_str_eq(out.netmaps[0].links.list[0], "cyg-ali-1");
	ck_assert_str_eq(out.netmaps[0].links.list[1], "eth7.100");
	ck_assert_uint_eq(out.netmaps[0].n_pairs, 2);
	check_prefix(&out.netmaps[0].pairs[0].inside, "172.16.1.0/24");
	check_prefix(&out.netmaps[0].pairs[0].mapped, "10.200.0.0/24");
	check_prefix(&out.netmaps[0].pairs[1].mapped, "fd00:2::/64");
}
END_TEST

/* the networks that are mapped are here: the leak guard lets them be reached */
START_TEST(test_guard)
{
	config_netmap_t pair = {site_prefix("172.16.1.0/24"),
							site_prefix("10.200.0.0/24")};
	const fw_prefixes_t *except;

	site.bundles[0].netmap = (config_netmaps_t){&pair, 1};
	plan_firewall(&site.in, &out);
	except = &out.guards[0].except;
	check_prefix(&except->list[except->count - 1], "172.16.1.0/24");
	for (size_t i = 0; i < except->count; i++)
	{
		ck_assert(!prefix_equal(&except->list[i], &pair.mapped));
	}
}
END_TEST

START_TEST(test_allow)
{
	config_allow_t rule = {.to = site_prefix("10.1.0.0/16"),
						   .from = site_prefix("10.9.0.0/16"),
						   .protocol = IPPROTO_TCP,
						   .port_first = 80,
						   .port_last = 90};
	config_neighbor_t neighbor = {.name = NULL};

	ck_assert(addr_parse("169.254.10.1", &neighbor.address));
	site.tunnel_configs[2].neighbors = &neighbor;
	site.tunnel_configs[2].n_neighbors = 1;
	site.tunnel_configs[1].allow_out.limited = true;
	site.tunnel_configs[2].allow_in = (config_allows_t){&rule, 1, true};
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_allows, 2);
	ck_assert_str_eq(out.allows[0].name, "ali-2");
	ck_assert_str_eq(out.allows[0].link, "cyg-ali-2");
	ck_assert(!out.allows[0].incoming);
	ck_assert_uint_eq(out.allows[0].n_passes, 0);
	ck_assert_str_eq(out.allows[1].name, "leased");
	ck_assert_str_eq(out.allows[1].link, "eth7.100");
	ck_assert(out.allows[1].incoming);
	ck_assert_uint_eq(out.allows[1].n_passes, 1);
	check_prefix(&out.allows[1].passes[0].to, "10.1.0.0/16");
	check_prefix(&out.allows[1].passes[0].from, "10.9.0.0/16");
	ck_assert_uint_eq(out.allows[1].passes[0].protocol, IPPROTO_TCP);
	ck_assert_uint_eq(out.allows[1].passes[0].port_first, 80);
	ck_assert_uint_eq(out.allows[1].passes[0].port_last, 90);
	/* of the tunnel with a list of what comes in alone */
	ck_assert_uint_eq(out.speakers.count, 1);
	ck_assert_str_eq(out.speakers.list[0].link, "eth7.100");
	ck_assert(addr_equal(&out.speakers.list[0].addr, &neighbor.address));
	ck_assert_uint_eq(out.own.count, 2);
	ck_assert(addr_equal(&out.own.list[1].addr, &site.inner[1].addr));
}
END_TEST

START_TEST(test_none)
{
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_netmaps, 0);
	ck_assert_uint_eq(out.n_allows, 0);
	ck_assert_uint_eq(out.speakers.count, 0);
	ck_assert_uint_eq(out.own.count, 0);
}
END_TEST

Suite *passage_suite(void)
{
	Suite *suite = suite_create("passage");
	TCase *tcase = tcase_create("passage");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test_netmap);
	tcase_add_test(tcase, test_guard);
	tcase_add_test(tcase, test_allow);
	tcase_add_test(tcase, test_none);
	suite_add_tcase(suite, tcase);
	return suite;
}
