/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Next hops of a neighbour beside tunnels (n5, on eth0): on a link, by the
 * kernel's table, by routes of our own; what changes them, and what they cost.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <stdio.h>
#include <string.h>

#define STATIC 4
#define MAIN   254

static void load(world_t *w)
{
	char *text = world_config(w->n,
							  "neighbors {\n n5 {\n address = 192.0.2.5\n"
							  " remote_as = 65530\n hold_time = 9\n }\n }\n",
							  NULL),
		 *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

/** n tunnels up, n5 on eth0, whose routes have this next hop; the kernel knows
 * no way but those that a test adds */
static world_t *up(unsigned n, const char *next_hop)
{
	world_t *w = world_create(n);

	world_beside(w, 4, 65530, next_hop);
	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", true);
	load(w);
	world_up(w);
	w->underlay = false;
	ck_assert_int_eq(world_session(w, 4), BGP_ESTABLISHED);
	return w;
}

static void announce(world_t *w, unsigned i, const char *prefix, bool there)
{
	world_announce(w, i, prefix, there);
	world_run(w, USEC_PER_SEC);
}

static unsigned ways(const world_t *w, const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

static bool there(const world_t *w, const char *prefix)
{
	bool is;

	world_ways(w, prefix, &is);
	return is;
}

START_TEST(test_on_link)
{
	world_t *w = up(1, "192.0.2.77");
	kernel_link_t eth0 = w->state.links[0];
	kernel_event_t e = {.what = KERNEL_WHAT_LINK};

	announce(w, 4, "10.70.0.0/24", true);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.77");
	ck_assert(!world_problem(w, "cannot be reached"));
	/* the carrier goes: nothing leads there, and nothing is left */
	eth0.lower_up = false;
	e.link = eth0;
	core_kernel_event(w->core, &e, w->now);
	core_apply(w->core, w->now);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "");
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.70.0.0/24"));
	ck_assert(world_problem(w, "next hop 192.0.2.77 of 1 routes of neighbor n5 "
							   "cannot be reached"));
	e.link.lower_up = true;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.77");
	ck_assert(!world_problem(w, "cannot be reached"));
	world_destroy(w);
}
END_TEST

START_TEST(test_address_comes_later)
{
	world_t *w = up(1, "198.18.0.9");

	announce(w, 4, "10.70.0.0/24", true);
	ck_assert(!there(w, "10.70.0.0/24"));
	world_addr(w, WORLD_EXTERNAL, "198.18.0.1/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/198.18.0.9");
	/* and is the next hop itself: nothing can be sent there */
	world_addr(w, WORLD_EXTERNAL, "198.18.0.9/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.70.0.0/24"));
	world_destroy(w);
}
END_TEST

START_TEST(test_by_the_kernel)
{
	world_t *w = up(1, "10.50.0.1");
	unsigned writes;

	announce(w, 4, "10.70.0.0/24", true);
	ck_assert(!there(w, "10.70.0.0/24"));
	ck_assert(world_problem(w, "next hop 10.50.0.1 of 1 routes"));
	world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.254");
	/* another gateway: the next hop changes, no route is written */
	writes = fake_kernel_counts(w->kernel)->route_sets;
	world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 0, 2, "192.0.2.254", false);
	world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 0, 2, "192.0.2.253", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.253");
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, writes);
	world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 0, 2, NULL, false);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.70.0.0/24"));
	/* a default route will do where there is nothing else */
	w->underlay = true;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/198.51.100.254");
	world_destroy(w);
}
END_TEST

START_TEST(test_what_does_not_count)
{
	world_t *w = up(1, "10.50.0.1");

	announce(w, 4, "10.70.0.0/24", true);
	/* a route of ours is none of the kernel's, nor is a dead end */
	world_foreign(w, "10.50.0.0/16", 110, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert(!there(w, "10.70.0.0/24"));
	w->foreign[0].protocol = STATIC;
	w->foreign[0].type = KERNEL_UNREACHABLE;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert(!there(w, "10.70.0.0/24"));
	w->foreign[0].type = KERNEL_UNICAST;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert(there(w, "10.70.0.0/24"));
	world_destroy(w);
}
END_TEST

START_TEST(test_by_a_route_of_ours)
{
	world_t *w = up(3, "10.60.0.1");
	unsigned before;

	announce(w, 4, "10.70.0.0/24", true);
	ck_assert(!there(w, "10.70.0.0/24"));
	announce(w, 0, "10.60.0.0/16", true);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 1);
	/* the set grows, and shrinks */
	announce(w, 1, "10.60.0.0/16", true);
	announce(w, 2, "10.60.0.0/16", true);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 7);
	announce(w, 2, "10.60.0.0/16", false);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 3);
	/* a lost tunnel moves it in the same turn, by groups alone */
	before = fake_kernel_counts(w->kernel)->route_sets;
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 2);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, before);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 3);
	announce(w, 0, "10.60.0.0/16", false);
	announce(w, 1, "10.60.0.0/16", false);
	ck_assert(!there(w, "10.70.0.0/24"));
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_the_longer_prefix_wins)
{
	world_t *w = up(1, "10.60.0.1");

	announce(w, 4, "10.70.0.0/24", true);
	announce(w, 0, "10.60.0.0/20", true);
	world_foreign(w, "10.60.0.0/16", STATIC, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 1);
	world_foreign(w, "10.60.0.0/24", STATIC, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.254");
	world_foreign(w, "10.60.0.0/24", STATIC, MAIN, 0, 2, NULL, false);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_never_through_itself)
{
	world_t *w = up(1, "10.60.0.1");
	fake_counts_t *counts = fake_kernel_counts(w->kernel);
	unsigned sets, dels;

	/* the route covers its own next hop: the shorter one leads there */
	announce(w, 4, "10.60.0.0/24", true);
	ck_assert(!there(w, "10.60.0.0/24"));
	announce(w, 0, "10.60.0.0/16", true);
	ck_assert_uint_eq(ways(w, "10.60.0.0/24"), 1);
	sets = counts->route_sets;
	dels = counts->route_dels;
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.60.0.0/24"), 1);
	ck_assert_uint_eq(counts->route_sets, sets);
	ck_assert_uint_eq(counts->route_dels, dels);
	world_destroy(w);
}
END_TEST

START_TEST(test_itself_and_a_default)
{
	world_t *w = up(1, "10.60.0.1");

	/* reached by the kernel's default, and then covered by what came by it */
	w->underlay = true;
	announce(w, 4, "10.60.0.0/24", true);
	for (unsigned i = 0; i < 300; i++)
	{
		ck_assert_str_eq(world_hops(w, "10.60.0.0/24"), "2/198.51.100.254");
		world_run(w, 10 * USEC_PER_MSEC);
	}
	world_destroy(w);
}
END_TEST

START_TEST(test_one_recursion)
{
	world_t *w = world_create(1);

	/* n6's next hop is in a route of n5's, whose is in a tunnel's */
	world_beside(w, 4, 65530, "10.60.0.1");
	world_beside(w, 5, 65530, "10.70.0.1");
	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", true);
	char *text = world_config(1,
							  "neighbors {\n n5 {\n address = 192.0.2.5\n"
							  " remote_as = 65530\n }\n n6 {\n"
							  " address = 192.0.2.6\n remote_as = 65530\n }\n"
							  " }\n",
							  NULL);
	ck_assert(world_load(w, text, NULL));
	free(text);
	world_run(w, USEC_PER_SEC);
	world_up(w);
	w->underlay = false;
	announce(w, 0, "10.60.0.0/16", true);
	announce(w, 4, "10.70.0.0/16", true);
	announce(w, 5, "10.80.0.0/16", true);
	ck_assert_uint_eq(ways(w, "10.70.0.0/16"), 1);
	ck_assert(!there(w, "10.80.0.0/16"));
	/* n5's stands by itself: that is one recursion */
	world_foreign(w, "10.60.0.0/24", STATIC, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/16"), "2/192.0.2.254");
	ck_assert_str_eq(world_hops(w, "10.80.0.0/16"), "2/192.0.2.254");
	world_destroy(w);
}
END_TEST

static void strict(config_t *config)
{
	for (size_t i = 0; i < config->bundles[0].n_tunnels; i++)
	{
		config->bundles[0].tunnels[i].neighbors[0].next_hop =
			CONFIG_NEXT_HOP_STRICT;
	}
}

START_TEST(test_strict_tunnel)
{
	world_t *w = world_create(2);

	w->edit = strict;
	load(w);
	world_up(w);
	w->underlay = false;
	announce(w, 0, "10.70.0.0/24", true);
	announce(w, 1, "10.70.0.0/24", true);
	/* the far ends stand on the tunnels' links: their own members */
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 3);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 2);
	/* the link stands, the tunnel does not: nothing is reached by it */
	world_run(w, USEC_PER_SEC);
	ck_assert(world_problem(w, "next hop 169.254.0.1 of 1 routes of neighbor "
							   "t1 cannot be reached"));
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.70.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_flapping_costs_little)
{
	world_t *w = up(1, "10.50.0.1");
	unsigned before;

	announce(w, 4, "10.70.0.0/24", true);
	before = w->lookups;
	for (unsigned i = 0; i < 100; i++)
	{
		world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 0, 2, "192.0.2.254",
					  i % 2 == 0);
		world_run(w, 10 * USEC_PER_MSEC);
	}
	/* a second of it: once in 100 ms, and the pins' own lookups */
	ck_assert_uint_lt(w->lookups - before, 130);
	world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.254");
	/* routes that have nothing to do with it cost nothing */
	world_run(w, 11 * USEC_PER_SEC);
	before = w->lookups;
	announce(w, 0, "10.90.0.0/16", true);
	ck_assert_uint_eq(w->lookups, before);
	world_destroy(w);
}
END_TEST

START_TEST(test_lost_session_with_members)
{
	world_t *w = up(1, "192.0.2.77");

	announce(w, 4, "10.70.0.0/24", true);
	ck_assert(there(w, "10.70.0.0/24"));
	w->cut[4] = true;
	world_run(w, 12 * USEC_PER_SEC);
	ck_assert(!there(w, "10.70.0.0/24"));
	w->cut[4] = false;
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.77");
	/* a reload keeps them */
	load(w);
	ck_assert_str_eq(world_hops(w, "10.70.0.0/24"), "2/192.0.2.77");
	world_destroy(w);
}
END_TEST

/** n5 is at the end of a tunnel over eth0, and says a next hop elsewhere that
 * looks like one on a link: IPv4's 169.254/16 is also what tunnels are numbered
 * from (RFC 3927) */
START_TEST(test_interface_stands_for_next_hop)
{
	world_t *w = world_create(0);
	char *error;

	world_beside(w, 4, 65531, "169.254.91.1");
	world_addr(w, WORLD_EXTERNAL, "169.254.8.2/30", true);
	if (!world_load(w,
					"cygnet {\n asn = 65530\n router_id = 10.255.0.1\n"
					" bundles {\n b {\n tunnels {\n n5 {\n interface = eth0\n"
					" address = 169.254.8.2/30\n neighbor {\n"
					" address = 169.254.8.1\n remote_as = 65531\n"
					" hold_time = 9\n }\n }\n }\n }\n }\n }\n",
					&error))
	{
		ck_abort_msg("%s", error);
	}
	free(error);
	world_run(w, USEC_PER_SEC);
	announce(w, 4, "10.1.0.0/24", true);
	ck_assert_str_eq(world_hops(w, "10.1.0.0/24"), "2/169.254.8.1");
	world_destroy(w);
}
END_TEST

Suite *nexthops_suite(void)
{
	Suite *s = suite_create("nexthops");

	unit_add(s, "on link", test_on_link);
	unit_add(s, "address comes later", test_address_comes_later);
	unit_add(s, "by the kernel", test_by_the_kernel);
	unit_add(s, "what does not count", test_what_does_not_count);
	unit_add(s, "by a route of ours", test_by_a_route_of_ours);
	unit_add(s, "the longer prefix wins", test_the_longer_prefix_wins);
	unit_add(s, "never through itself", test_never_through_itself);
	unit_add(s, "itself and a default", test_itself_and_a_default);
	unit_add(s, "one recursion", test_one_recursion);
	unit_add(s, "strict tunnel", test_strict_tunnel);
	unit_add(s, "flapping costs little", test_flapping_costs_little);
	unit_add(s, "lost session", test_lost_session_with_members);
	unit_add(s, "an interface stands for any next hop",
			 test_interface_stands_for_next_hop);
	return s;
}
