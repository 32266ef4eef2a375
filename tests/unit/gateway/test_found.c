/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the simulation (tests/sim) has found, each in the fewest steps.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <stdio.h>
#include <string.h>

static void load(world_t *w, const char *bundle)
{
	char *text = world_config(w->n, NULL, bundle), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static unsigned ways(const world_t *w, const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

/** two tunnels, on both a route */
static world_t *up(const char *bundle)
{
	world_t *w = world_create(2);

	load(w, bundle);
	world_up(w);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.1.0/24", true);
	world_run(w, USEC_PER_SEC);
	return w;
}

START_TEST(test_standby_alone_has_the_route)
{
	world_t *w = up("mode = active-standby");

	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	/* the active tunnel's neighbour does not have this one */
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 2);
	/* its session ends, and the tunnel is as good as ever */
	ck_assert(core_neighbor_shutdown(w->core, "t1", NULL, w->now));
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	ck_assert(core_neighbor_start(w->core, "t1", w->now));
	for (unsigned i = 0; i < 500; i++)
	{
		world_run(w, 10 * USEC_PER_MSEC);
		ck_assert_uint_ne(ways(w, "10.0.0.0/24"), 0);
	}
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

static void second_is_standby(config_t *config)
{
	config->bundles[0].tunnels[1].priority = 1;
}

START_TEST(test_preempted_without_a_gap)
{
	world_t *w = world_create(2);

	w->edit = second_is_standby;
	load(w, "mode = active-standby");
	world_up(w);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	w->cut[0] = true;
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	/* longer than the hold time: session and routes are gone */
	world_run(w, 20 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	/* the tunnel comes back first, its session takes a while */
	world_fact(w, 0, FACT_CHILD_UP, 300, 0);
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	w->cut[0] = false;
	for (unsigned i = 0; i < 1000; i++)
	{
		world_run(w, 10 * USEC_PER_MSEC);
		ck_assert_uint_ne(ways(w, "10.0.0.0/24"), 0);
	}
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_pins_go_with_the_underlay)
{
	world_t *w = up(NULL);

	ck_assert_uint_eq(w->state.n_routes, 2);
	world_external_set(w, false);
	ck_assert_uint_eq(w->state.n_routes, 0);
	world_run(w, USEC_PER_SEC);
	world_external_set(w, true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(w->state.n_routes, 2);
	/* there and back at once */
	world_external_set(w, false);
	world_external_set(w, true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(w->state.n_routes, 2);
	world_destroy(w);
}
END_TEST

static void moved(world_t *w, uint32_t sa, unsigned address)
{
	fact_t fact = {.kind = FACT_CHILD_UP, .name = "t1", .sa = sa};

	fact.if_id_in = fact.if_id_out = 1;
	fact.info.remote = addr_v4(0xc6336400u + address);
	core_fact(w->core, &fact, w->now);
	world_run(w, 100 * USEC_PER_MSEC);
}

static bool pinned(const world_t *w, uint32_t addr)
{
	addr_t a = addr_v4(addr);

	for (size_t i = 0; i < w->state.n_rules; i++)
	{
		if (addr_equal(&w->state.rules[i].dst.addr, &a))
		{
			return true;
		}
	}
	return false;
}

/** a far side that has another address every day */
START_TEST(test_pins_follow_the_peer)
{
	world_t *w = up(NULL);

	for (unsigned i = 1; i < 40; i++)
	{
		/* both lead somewhere for a moment */
		moved(w, 1000 + i, i);
		ck_assert_uint_eq(w->state.n_rules, i == 1 ? 3 : 4);
		world_fact(w, 0, FACT_CHILD_DOWN, i == 1 ? 100 : 999 + i, 0);
		world_run(w, 100 * USEC_PER_MSEC);
		ck_assert(pinned(w, 0xc6336400u + i));
		/* and what charon would initiate to */
		ck_assert(pinned(w, 0xcb007101u));
		ck_assert_uint_eq(w->state.n_rules, 3);
		ck_assert_uint_eq(w->state.n_routes, 3);
	}
	/* without an SA it stays, until there is another */
	world_fact(w, 0, FACT_CHILD_DOWN, 1039, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert(pinned(w, 0xc6336400u + 39));
	moved(w, 2000, 50);
	ck_assert(!pinned(w, 0xc6336400u + 39));
	ck_assert_uint_eq(w->state.n_rules, 3);
	ck_assert(!w->pin_gap);
	world_destroy(w);
}
END_TEST

static void without_neighbors(config_t *config)
{
	for (size_t i = 0; i < config->bundles[0].n_tunnels; i++)
	{
		config_tunnel_t *tunnel = &config->bundles[0].tunnels[i];

		for (size_t k = 0; k < tunnel->n_neighbors; k++)
		{
			free(tunnel->neighbors[k].name);
		}
		tunnel->n_neighbors = 0;
	}
}

START_TEST(test_static_routes_of_before_are_swept)
{
	fake_counts_t *counts;
	world_t *w = world_create(2);
	bool there;

	w->edit = without_neighbors;
	load(w, "routes = 10.1.0.0/16, 10.2.0.0/16");
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 100 + i, 0);
	}
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.1.0.0/16"), 3);
	world_kill(w);
	load(w, "routes = 10.1.0.0/16");
	/* the SAs of before may still work: kept until there are new ones */
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.1.0.0/16"), 3);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 200 + i, 0);
	}
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.1.0.0/16"), 3);
	world_ways(w, "10.2.0.0/16", &there);
	ck_assert(!there);
	counts = fake_kernel_counts(w->kernel);
	ck_assert_uint_eq(counts->groups, 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_static_routes_that_do_not_come)
{
	world_t *w = world_create(2);
	bool there;

	w->edit = without_neighbors;
	load(w, "routes = 10.1.0.0/16");
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, USEC_PER_SEC);
	world_kill(w);
	load(w, "routes = 10.1.0.0/16");
	world_run(w, 25 * USEC_PER_SEC);
	world_ways(w, "10.1.0.0/16", &there);
	ck_assert(there);
	world_run(w, 10 * USEC_PER_SEC);
	world_ways(w, "10.1.0.0/16", &there);
	ck_assert(!there);
	world_destroy(w);
}
END_TEST

START_TEST(test_no_guard_hole_without_underlay)
{
	const fw_guard_t *g;
	world_t *w = world_create(2);

	w->underlay = false;
	load(w, NULL);
	/* which link is the underlay is not known: none but the members */
	ck_assert_uint_eq(w->firewall.n_guards, 2);
	g = &w->firewall.guards[0];
	ck_assert(!g->links_denied);
	ck_assert_uint_eq(g->links.count, 2);
	ck_assert_str_eq(g->links.list[0], "cyg-t1");
	w->underlay = true;
	world_external_set(w, false);
	world_external_set(w, true);
	world_run(w, USEC_PER_SEC);
	g = &w->firewall.guards[0];
	ck_assert(g->links_denied);
	ck_assert_uint_eq(g->links.count, 1);
	ck_assert_str_eq(g->links.list[0], "eth0");
	world_destroy(w);
}
END_TEST

START_TEST(test_second_dump_adopts_nothing)
{
	fake_counts_t *counts;
	world_t *w = up(NULL);
	unsigned dels;

	world_kill(w);
	load(w, NULL);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
	}
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 5 * USEC_PER_SEC);
	/* still waiting for the second neighbour */
	core_kernel_lost(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	load(w, NULL);
	counts = fake_kernel_counts(w->kernel);
	dels = counts->route_dels;
	world_fact(w, 1, FACT_CHILD_UP, 201, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 2);
	ck_assert_uint_eq(counts->route_dels, dels);
	ck_assert_uint_eq(counts->wrongs, 0);
	ck_assert_uint_eq(counts->groups, 2);
	world_destroy(w);
}
END_TEST

/** charon is there again, and has no SA yet */
static void again(world_t *w)
{
	world_kill(w);
	load(w, NULL);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
	}
	world_run(w, USEC_PER_SEC);
}

static void delete_route(world_t *w, const char *prefix)
{
	kernel_route_t route = {.table = 254, .metric = 20};

	ck_assert(prefix_parse(prefix, &route.dst));
	route.nexthop = fake_kernel_route(w->kernel, &route.dst, 254, 20)->nexthop;
	world_route_delete(w, &route);
}

START_TEST(test_adopted_route_is_deleted)
{
	world_t *w = up(NULL);
	bool there;

	again(w);
	delete_route(w, "10.0.0.0/24");
	world_ways(w, "10.0.0.0/24", &there);
	ck_assert(!there);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_fact(w, 1, FACT_CHILD_UP, 201, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_adopted_route_is_deleted_and_refused)
{
	world_t *w = up(NULL);
	bool there;

	again(w);
	w->refuse_routes = 1;
	delete_route(w, "10.0.0.0/24");
	world_run(w, USEC_PER_SEC);
	world_ways(w, "10.0.0.0/24", &there);
	ck_assert(!there);
	/* the audit comes before the neighbours do */
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	/* and the other way round */
	w->refuse_routes = 1;
	delete_route(w, "10.0.0.0/24");
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_fact(w, 1, FACT_CHILD_UP, 201, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

/** of routes: several blocks of core_seen.c's */
#define SEEN 3000

static const char *seen_name(unsigned i)
{
	static char name[32];

	snprintf(name, sizeof(name), "10.%u.%u.0/24", 1 + i / 250, i % 250);
	return name;
}

/* the FIB is told of a full table in slices, and nothing is written before it
 * knows all of it; 1: a hand in it meanwhile, before the slice and after */
START_TEST(test_adopted_in_slices)
{
	world_t *w = up(NULL);
	fake_counts_t *counts = fake_kernel_counts(w->kernel);
	char *text = world_config(w->n, NULL, NULL);
	unsigned sets, slices = 0;

	for (unsigned i = 0; i < SEEN; i++)
	{
		world_announce(w, 0, seen_name(i), true);
	}
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, seen_name(SEEN - 1)), 1);
	sets = counts->route_sets;
	world_kill(w);
	ck_assert(world_load(w, text, NULL));
	free(text);
	for (unsigned i = 0; i < 10; i++)
	{
		world_kernel_step(w);
	}
	if (_i)
	{
		delete_route(w, seen_name(0));
		delete_route(w, seen_name(SEEN - 1));
		world_kernel_step(w);
	}
	while (core_work(w->core, w->now))
	{
		slices++;
	}
	ck_assert(_i || slices >= SEEN / 1024);
	ck_assert_uint_eq(counts->route_sets, sets + 2 * (unsigned)_i);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 200 + i, 0);
	}
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, seen_name(0)), 1);
	ck_assert_uint_eq(ways(w, seen_name(SEEN - 1)), 1);
	ck_assert_uint_eq(counts->route_sets, sets + 2 * (unsigned)_i);
	ck_assert_uint_eq(counts->route_dels, 2 * (unsigned)_i);
	ck_assert_uint_eq(counts->wrongs, 0);
	world_destroy(w);
}
END_TEST

/** more than the audit keeps by name */
#define MANY 5000

static void many_name(unsigned i, char out[static PREFIX_STR_MAX])
{
	snprintf(out, PREFIX_STR_MAX, "10.%u.%u.0/24", 1 + i / 256, i % 256);
}

START_TEST(test_many_adopted_routes_are_deleted_and_refused)
{
	world_t *w = up(NULL);
	char name[PREFIX_STR_MAX];

	for (unsigned i = 0; i < MANY; i++)
	{
		many_name(i, name);
		world_announce(w, 0, name, true);
	}
	world_run(w, USEC_PER_SEC);
	again(w);
	w->refuse_routes = MANY;
	for (unsigned i = 0; i < MANY; i++)
	{
		many_name(i, name);
		delete_route(w, name);
		if (i % 100 == 99)
		{
			world_run(w, USEC_PER_MSEC);
		}
	}
	ck_assert_uint_eq(w->refuse_routes, 0);
	world_run(w, 11 * USEC_PER_SEC);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_fact(w, 1, FACT_CHILD_UP, 201, 0);
	world_run(w, 60 * USEC_PER_SEC);
	for (unsigned i = 0; i < MANY; i++)
	{
		many_name(i, name);
		ck_assert_uint_eq(ways(w, name), 1);
	}
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

/** between the dump of the next hops and that of the routes */
START_TEST(test_next_hop_goes_while_dumps_run)
{
	const kernel_group_t *group;
	const kernel_route_t *route;
	world_t *w = up(NULL);
	char *text = world_config(w->n, NULL, NULL), *error;
	prefix_t p;
	bool there;

	ck_assert(prefix_parse("10.0.1.0/24", &p));
	world_kill(w);
	ck_assert(world_load(w, text, &error));
	free(text);
	while (!(w->dumps & (1u << KERNEL_WHAT_ROUTE)))
	{
		world_kernel_step(w);
	}
	route = fake_kernel_route(w->kernel, &p, 254, 20);
	group = fake_kernel_group(w->kernel, route->nexthop);
	ck_assert_uint_eq(group->count, 1);
	world_nexthop_delete(w, group->members[0].id);
	world_ways(w, "10.0.1.0/24", &there);
	ck_assert(!there);
	world_run(w, USEC_PER_SEC);
	for (unsigned i = 0; i < 2; i++)
	{
		world_fact(w, i, FACT_CONNECTION_LOADED, 0, 0);
		world_fact(w, i, FACT_CHILD_UP, 200 + i, 0);
	}
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 2);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

Suite *found_suite(void)
{
	Suite *s = suite_create("found");

	unit_add(s, "standby alone has the route",
			 test_standby_alone_has_the_route);
	unit_add(s, "preempted without a gap", test_preempted_without_a_gap);
	unit_add(s, "pins go with the underlay", test_pins_go_with_the_underlay);
	unit_add(s, "pins follow the peer", test_pins_follow_the_peer);
	unit_add(s, "static routes of before are swept",
			 test_static_routes_of_before_are_swept);
	unit_add(s, "static routes that do not come",
			 test_static_routes_that_do_not_come);
	unit_add(s, "no guard hole without underlay",
			 test_no_guard_hole_without_underlay);
	unit_add(s, "second dump adopts nothing", test_second_dump_adopts_nothing);
	unit_add_loop(s, "adopted in slices", test_adopted_in_slices, 2);
	unit_add(s, "adopted route is deleted", test_adopted_route_is_deleted);
	unit_add(s, "adopted route is deleted and refused",
			 test_adopted_route_is_deleted_and_refused);
	unit_add(s, "many adopted routes are deleted and refused",
			 test_many_adopted_routes_are_deleted_and_refused);
	unit_add(s, "next hop goes while dumps run",
			 test_next_hop_goes_while_dumps_run);
	return s;
}
