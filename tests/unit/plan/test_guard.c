/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The firewall's model, from a site.
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

/** the lists as one text each, in the order given */
static void check_prefixes(const fw_prefixes_t *list, const char *const *want)
{
	size_t n = 0;

	for (; want[n]; n++)
	{
		prefix_t p = site_prefix(want[n]);

		ck_assert_uint_lt(n, list->count);
		ck_assert_msg(prefix_equal(&list->list[n], &p), "%s is not there",
					  want[n]);
	}
	ck_assert_uint_eq(list->count, n);
}

static void check_links(const fw_links_t *list, const char *const *want)
{
	size_t n = 0;

	for (; want[n]; n++)
	{
		ck_assert_uint_lt(n, list->count);
		ck_assert_str_eq(list->list[n], want[n]);
	}
	ck_assert_uint_eq(list->count, n);
}

START_TEST(test_clamps)
{
	site.tunnels[1].mtu = 0;
	site.tunnels[2].mtu = 1500;
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_clamps, 2);
	ck_assert_str_eq(out.clamps[0].link, "cyg-ali-1");
	ck_assert_uint_eq(out.clamps[0].mss4, 1360);
	ck_assert_uint_eq(out.clamps[0].mss6, 1340);
	ck_assert_str_eq(out.clamps[1].link, "eth7.100");
	ck_assert_uint_eq(out.clamps[1].mss4, 1460);
}
END_TEST

START_TEST(test_no_clamps)
{
	site.config.mss_clamp = false;
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_clamps, 0);
	ck_assert_uint_eq(out.n_guards, 2);
}
END_TEST

/* without `inside`, what is denied is where the peers are reached */
START_TEST(test_guard_outside)
{
	static const char *const protect[] = {"10.0.0.0/8", "fc00::/7", NULL};
	static const char *const except[] = {"192.168.0.0/24", "198.51.100.0/24",
										 "10.9.0.0/24",    "203.0.113.1/32",
										 "203.0.113.2/32", NULL};
	static const char *const links[] = {"eth0", NULL};

	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_guards, 2);
	ck_assert_str_eq(out.guards[0].name, "alibaba");
	check_prefixes(&out.guards[0].protect, protect);
	/* advertised, connected but for the tunnels' own, and the peers */
	check_prefixes(&out.guards[0].except, except);
	ck_assert(out.guards[0].links_denied);
	check_links(&out.guards[0].links, links);
}
END_TEST

START_TEST(test_guard_exit_is_underlay)
{
	static const char *const none[] = {NULL};
	static char underlay[] = "eth0";

	site.exits[0] = underlay;
	site.bundles[0].exits = (config_strings_t){site.exits, 1};
	plan_firewall(&site.in, &out);
	ck_assert(out.guards[0].links_denied);
	check_links(&out.guards[0].links, none);
}
END_TEST

/* with `inside`: members (of this bundle), inside, exits, and no other */
START_TEST(test_guard_inside)
{
	static const char *const links[] = {"cyg-ali-1", "cyg-ali-2", "eth1",
										"eth2", NULL};

	site.config.inside = (config_strings_t){site.inside, 1};
	site.bundles[0].exits = (config_strings_t){site.exits, 1};
	site.tunnels[2].bundle = &site.bundles[1];
	plan_firewall(&site.in, &out);
	ck_assert(!out.guards[0].links_denied);
	check_links(&out.guards[0].links, links);
}
END_TEST

/* the private ranges may leave by any bundle's tunnels */
START_TEST(test_guard_default)
{
	static const char *const links[] = {"cyg-ali-1", "cyg-ali-2", "eth7.100",
										"eth1", NULL};

	site.config.inside = (config_strings_t){site.inside, 1};
	site.tunnels[2].bundle = &site.bundles[1];
	site.bundles[0].protect_default = true;
	plan_firewall(&site.in, &out);
	check_links(&out.guards[0].links, links);
}
END_TEST

/* IPsec over a leased line that is a member, too: the line is not denied */
START_TEST(test_guard_member_is_underlay)
{
	static const char *const links[] = {"eth0", NULL};

	strcpy(site.underlays[1].link_name, "eth7.100");
	plan_firewall(&site.in, &out);
	ck_assert(out.guards[0].links_denied);
	check_links(&out.guards[0].links, links);
}
END_TEST

/* the networks within the tunnels are held, whatever covers them outside */
START_TEST(test_guard_networks)
{
	static const char *const protect[] = {"169.254.10.0/30", "fd00::/126",
										  "169.254.99.1/32", NULL};
	static const char *const except[] = {"169.254.10.1/32", NULL};
	static const char *const links[] = {"eth0", NULL};
	config_neighbor_t beside[2] = {0};

	ck_assert(addr_parse("169.254.99.1", &beside[0].address));
	ck_assert(addr_parse("fe80::1", &beside[1].address));
	site.tunnel_configs[1].neighbors = beside;
	site.tunnel_configs[1].n_neighbors = 2;
	site.addrs[1].ifaddr = site_ifaddr("169.254.0.1/16");
	site.addrs[3].ifaddr = site_ifaddr("169.254.10.1/32");
	site.advertise[0] = site_prefix("169.254.10.0/30");
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_guards, 2);
	ck_assert_str_eq(out.guards[1].name, "alibaba");
	check_prefixes(&out.guards[1].protect, protect);
	check_prefixes(&out.guards[1].except, except);
	ck_assert(out.guards[1].links_denied);
	check_links(&out.guards[1].links, links);
}
END_TEST

/* link-local addresses are on every link, and tunnels may have none at all */
START_TEST(test_guard_no_networks)
{
	site.inner[0] = site_ifaddr("fe80::2/64");
	for (unsigned i = 0; i < 3; i++)
	{
		site.tunnel_configs[i].n_addresses = _i == 0 ? 1 : 0;
	}
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_guards, 1);
}
END_TEST

/* a tunnel that is down keeps its guard and its place in it */
START_TEST(test_guard_down)
{
	fw_model_t down;

	site.config.inside = (config_strings_t){site.inside, 1};
	plan_firewall(&site.in, &out);
	for (unsigned i = 0; i < 3; i++)
	{
		site.tunnels[i].forwarding = false;
	}
	fw_model_init(&down);
	plan_firewall(&site.in, &down);
	ck_assert(fw_model_equal(&out, &down));
	fw_model_deinit(&down);
}
END_TEST

START_TEST(test_no_guard)
{
	if (_i == 0)
	{
		site.config.leak_guard = false;
	}
	else if (_i == 1)
	{
		site.bundles[0].protect.count = 0;
	}
	else
	{
		site.config.present = false;
	}
	plan_firewall(&site.in, &out);
	ck_assert_uint_eq(out.n_guards, 0);
	ck_assert_uint_eq(out.n_clamps, _i < 2 ? 3 : 0);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *guard_suite(void)
{
	Suite *suite = suite_create("guard");

	add(suite, "clamps", test_clamps, 1);
	add(suite, "no clamps", test_no_clamps, 1);
	add(suite, "outside", test_guard_outside, 1);
	add(suite, "exit is the underlay", test_guard_exit_is_underlay, 1);
	add(suite, "inside", test_guard_inside, 1);
	add(suite, "default", test_guard_default, 1);
	add(suite, "member is the underlay", test_guard_member_is_underlay, 1);
	add(suite, "networks", test_guard_networks, 1);
	add(suite, "no networks", test_guard_no_networks, 2);
	add(suite, "down", test_guard_down, 1);
	add(suite, "none", test_no_guard, 3);
	return suite;
}
