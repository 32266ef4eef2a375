/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What of the kernel's routes and networks the far side is told, and when it
 * is taken back. Prefixes are looked for at the far end of t1.
 */

#include "unit/gateway/suites.h"

#include "bgp/attr.h"
#include "unit/gateway/world.h"

#include <stdio.h>
#include <string.h>

#define BOOT   3
#define STATIC 4
#define BIRD   12
#define MAIN   254
#define NOT    UINT32_MAX

static void load(world_t *w, const char *more)
{
	char *text = world_config(w->n, more, NULL), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, 3 * USEC_PER_SEC);
}

static world_t *up(const char *more)
{
	world_t *w = world_create(1);

	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", true);
	load(w, more);
	world_up(w);
	return w;
}

static void route(world_t *w, const char *prefix, uint8_t protocol,
				  uint32_t metric, bool there)
{
	world_foreign(w, prefix, protocol, MAIN, metric, WORLD_EXTERNAL,
				  "192.0.2.254", there);
	world_run(w, USEC_PER_SEC);
}

static uint32_t told(const world_t *w, const char *prefix)
{
	return world_told(w, 0, prefix);
}

START_TEST(test_connected)
{
	world_t *w = up("redistribute {\n c {\n from = connected\n }\n }\n");

	ck_assert_uint_eq(told(w, "192.0.2.0/24"), 0);
	/* the tunnel's inside, loopback and link-local are nobody's business */
	world_addr(w, WORLD_EXTERNAL, "127.1.0.1/16", true);
	world_addr(w, WORLD_EXTERNAL, "169.254.77.1/24", true);
	world_addr(w, WORLD_EXTERNAL, "10.9.9.9/32", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "169.254.0.0/30"), NOT);
	ck_assert_uint_eq(told(w, "127.1.0.0/16"), NOT);
	ck_assert_uint_eq(told(w, "169.254.77.0/24"), NOT);
	ck_assert_uint_eq(told(w, "10.9.9.9/32"), 0);
	/* static routes are not connected */
	route(w, "10.50.0.0/16", STATIC, 0, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), NOT);
	world_addr(w, WORLD_EXTERNAL, "10.9.9.9/32", false);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "10.9.9.9/32"), NOT);
	ck_assert_uint_eq(told(w, "192.0.2.0/24"), 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_connected_by_link)
{
	world_t *w = up("redistribute {\n c {\n from = connected\n }\n }\n");
	kernel_event_t e = {.what = KERNEL_WHAT_LINK};

	e.link = w->state.links[0];
	e.link.lower_up = false;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "192.0.2.0/24"), NOT);
	e.link.lower_up = true;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "192.0.2.0/24"), 0);
	world_destroy(w);
}
END_TEST

static const char statics[] = "redistribute {\n s {\n from = static\n }\n }\n";

START_TEST(test_static)
{
	world_t *w = world_create(1);

	/* one is there before us, by hand or at boot; the rest comes and goes */
	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", true);
	world_foreign(w, "10.50.0.0/16", STATIC, MAIN, 7, 2, "192.0.2.254", true);
	world_foreign(w, "10.51.0.0/16", BOOT, MAIN, 0, 2, "192.0.2.254", true);
	w->n_events = 0;
	load(w, statics);
	world_up(w);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 7);
	ck_assert_uint_eq(told(w, "10.51.0.0/16"), 0);
	route(w, "10.52.0.0/16", STATIC, 0, true);
	route(w, "10.53.0.0/16", BIRD, 0, true);
	world_foreign(w, "10.54.0.0/16", STATIC, 100, 0, 2, "192.0.2.254", true);
	route(w, "0.0.0.0/0", BOOT, 0, true);
	route(w, "10.55.0.0/16", 110, 0, true);
	ck_assert_uint_eq(told(w, "10.52.0.0/16"), 0);
	ck_assert_uint_eq(told(w, "10.53.0.0/16"), NOT);
	ck_assert_uint_eq(told(w, "10.54.0.0/16"), NOT);
	ck_assert_uint_eq(told(w, "0.0.0.0/0"), NOT);
	ck_assert_uint_eq(told(w, "10.55.0.0/16"), NOT);
	ck_assert_uint_eq(told(w, "192.0.2.0/24"), NOT);
	route(w, "10.50.0.0/16", STATIC, 7, false);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), NOT);
	world_destroy(w);
}
END_TEST

START_TEST(test_other_protocol_of_a_table)
{
	world_t *w = up("redistribute {\n b {\n from = bird, 42\n table = 100\n"
					" }\n }\n");

	world_foreign(w, "10.53.0.0/16", BIRD, 100, 32, 2, "192.0.2.254", true);
	world_foreign(w, "10.54.0.0/16", 42, 100, 0, 2, "192.0.2.254", true);
	world_foreign(w, "10.55.0.0/16", BIRD, MAIN, 0, 2, "192.0.2.254", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "10.53.0.0/16"), 32);
	ck_assert_uint_eq(told(w, "10.54.0.0/16"), 0);
	ck_assert_uint_eq(told(w, "10.55.0.0/16"), NOT);
	world_destroy(w);
}
END_TEST

START_TEST(test_several_sources)
{
	static const char both[] =
		"redistribute {\n s {\n from = static, bird\n }\n c {\n"
		" from = connected\n }\n }\n";
	world_t *w = up(both);

	/* the smaller metric, static before others, connected before all */
	route(w, "192.0.2.0/24", BIRD, 5, true);
	route(w, "10.50.0.0/16", BIRD, 1, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 1);
	route(w, "10.50.0.0/16", STATIC, 30, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 30);
	route(w, "10.50.0.0/16", STATIC, 20, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 20);
	ck_assert_uint_eq(told(w, "192.0.2.0/24"), 0);
	route(w, "10.50.0.0/16", STATIC, 20, false);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 30);
	route(w, "10.50.0.0/16", STATIC, 30, false);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 1);
	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", false);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "192.0.2.0/24"), 5);
	/* what `advertise` names is never taken back with a route */
	route(w, "192.168.0.0/24", STATIC, 9, true);
	ck_assert_uint_eq(told(w, "192.168.0.0/24"), 0);
	route(w, "192.168.0.0/24", STATIC, 9, false);
	ck_assert_uint_eq(told(w, "192.168.0.0/24"), 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_replaced)
{
	world_t *w = up(statics);
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE, .replaced = true};

	route(w, "10.50.0.0/16", STATIC, 0, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 0);
	/* `ip route replace` by another protocol: no word of the old one's end */
	e.route = w->foreign[0];
	e.route.protocol = BIRD;
	core_kernel_event(w->core, &e, w->now);
	w->n_foreign = 0;
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), NOT);
	world_destroy(w);
}
END_TEST

START_TEST(test_policy)
{
	static const char policy[] =
		"policies {\n p {\n a {\n match {\n prefixes = 10.50.0.0/16 }\n"
		" set {\n med = 77\n community = 65530:9\n prepend = 3\n }\n }\n d {\n "
		"match {\n prefixes = 0.0.0.0/0\n"
		" }\n }\n }\n }\n"
		"redistribute {\n s {\n from = static\n policy = p\n }\n }\n";
	world_t *w = up(policy);
	prefix_t prefix;
	bgp_route_t out;

	route(w, "10.50.0.0/16", STATIC, 7, true);
	route(w, "10.51.0.0/16", STATIC, 7, true);
	route(w, "0.0.0.0/0", STATIC, 7, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 77);
	prefix_parse("10.50.0.0/16", &prefix);
	ck_assert(bgp_route_get(w->far[0].bgp, &prefix, &out));
	ck_assert(bgp_has_community(out.best[0].attrs, 65530u << 16 | 9));
	/* it is not a path so far: only a neighbour's export makes one */
	ck_assert_uint_eq(out.best[0].attrs->as_path_hops, 1);
	ck_assert_uint_eq(told(w, "10.51.0.0/16"), NOT);
	/* a person asked for it by name */
	ck_assert_uint_eq(told(w, "0.0.0.0/0"), 7);
	/* without the policy all is taken but the default; and then nothing */
	load(w, statics);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 7);
	ck_assert_uint_eq(told(w, "10.51.0.0/16"), 7);
	ck_assert_uint_eq(told(w, "0.0.0.0/0"), NOT);
	load(w, NULL);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), NOT);
	ck_assert_uint_eq(told(w, "10.51.0.0/16"), NOT);
	ck_assert_uint_eq(told(w, "192.168.0.0/24"), 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_the_next_that_is_accepted)
{
	static const char two[] =
		"policies {\n p {\n a {\n verdict = reject\n }\n }\n }\n"
		"redistribute {\n s {\n from = static\n policy = p\n }\n b {\n"
		" from = bird\n }\n c {\n from = 42\n }\n }\n";
	world_t *w = up(two);

	/* the better ones are rejected, in whatever order they came */
	route(w, "10.50.0.0/16", BIRD, 6, true);
	route(w, "10.50.0.0/16", STATIC, 1, true);
	route(w, "10.50.0.0/16", STATIC, 2, true);
	route(w, "10.50.0.0/16", 42, 5, true);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 5);
	route(w, "10.50.0.0/16", 42, 5, false);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), 6);
	route(w, "10.50.0.0/16", BIRD, 6, false);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), NOT);
	world_destroy(w);
}
END_TEST

START_TEST(test_reload_with_advertise)
{
	world_t *w = up(statics);
	char *text, *at;

	route(w, "192.168.0.0/24", STATIC, 9, true);
	ck_assert_uint_eq(told(w, "192.168.0.0/24"), 0);
	/* given up by `advertise`, the route is left to announce */
	text = world_config(1, statics, NULL);
	at = strstr(text, "192.168.0.0/24");
	memcpy(at, "192.168.9.0/24", 14);
	ck_assert(world_load(w, text, NULL));
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "192.168.0.0/24"), 9);
	free(text);
	load(w, statics);
	ck_assert_uint_eq(told(w, "192.168.0.0/24"), 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_silent_losses)
{
	world_t *w = up(statics);
	kernel_event_t e = {.what = KERNEL_WHAT_LINK};
	unsigned dumps;

	route(w, "10.50.0.0/16", STATIC, 0, true);
	/* notifications are lost, and a route with them */
	w->n_foreign = 0;
	core_kernel_lost(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "10.50.0.0/16"), NOT);
	/* the link's end takes routes along without a word */
	route(w, "10.51.0.0/16", STATIC, 0, true);
	e.link = w->state.links[0];
	e.link.up = e.link.lower_up = false;
	core_kernel_event(w->core, &e, w->now);
	w->n_foreign = 0;
	world_run(w, 10 * USEC_PER_MSEC);
	ck_assert_uint_eq(told(w, "10.51.0.0/16"), NOT);
	e.link.up = e.link.lower_up = true;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "10.51.0.0/16"), NOT);
	/* a dump that fails is asked for again, and not at once */
	w->table_errors = 2;
	dumps = w->table_dumps;
	world_foreign(w, "10.52.0.0/16", STATIC, MAIN, 0, 2, NULL, true);
	w->n_events = 0;
	core_kernel_lost(w->core, w->now);
	world_run(w, 10 * USEC_PER_MSEC);
	ck_assert_uint_eq(told(w, "10.52.0.0/16"), NOT);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(told(w, "10.52.0.0/16"), 0);
	ck_assert_uint_lt(w->table_dumps - dumps, 10);
	world_destroy(w);
}
END_TEST

START_TEST(test_limit)
{
	world_t *w = up(statics);
	kernel_event_t e = {.what = KERNEL_WHAT_ROUTE};
	bgp_route_t out;

	e.route.protocol = STATIC;
	e.route.table = MAIN;
	for (uint32_t i = 0; i < 100001; i++)
	{
		addr_t addr = addr_v4(0x0b000000u + (i << 8));

		e.route.dst = prefix_make(&addr, 24);
		core_kernel_event(w->core, &e, w->now);
	}
	ck_assert(world_problem(w, "more routes to redistribute than 100000"));
	while (core_work(w->core, w->now))
	{
	}
	ck_assert(!bgp_route_get(core_bgp(w->core), &e.route.dst, &out));
	/* room again: the audit asks for what was left out */
	e.gone = true;
	for (uint32_t i = 0; i < 100000; i++)
	{
		addr_t addr = addr_v4(0x0b000000u + (i << 8));

		e.route.dst = prefix_make(&addr, 24);
		core_kernel_event(w->core, &e, w->now);
	}
	while (core_work(w->core, w->now))
	{
	}
	world_foreign(w, "10.52.0.0/16", STATIC, MAIN, 0, 2, NULL, true);
	w->n_events = 0;
	world_run(w, 13 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "more routes to redistribute"));
	ck_assert_uint_eq(told(w, "10.52.0.0/16"), 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_new_as)
{
	world_t *w = up(statics);
	char *text, *at;
	prefix_t prefix;
	bgp_route_t out;

	route(w, "10.50.0.0/16", STATIC, 0, true);
	/* another speaker altogether: it has to be told again */
	text = world_config(1, statics, NULL);
	at = strstr(text, "router_id = 10.255.0.1");
	memcpy(at, "router_id = 10.255.0.2", 22);
	ck_assert(world_load(w, text, NULL));
	free(text);
	world_run(w, 3 * USEC_PER_SEC);
	prefix_parse("10.50.0.0/16", &prefix);
	ck_assert(bgp_route_get(core_bgp(w->core), &prefix, &out));
	world_destroy(w);
}
END_TEST

Suite *redistribute_suite(void)
{
	Suite *s = suite_create("redistribute");

	unit_add(s, "connected", test_connected);
	unit_add(s, "connected by link", test_connected_by_link);
	unit_add(s, "static", test_static);
	unit_add(s, "other protocol", test_other_protocol_of_a_table);
	unit_add(s, "several sources", test_several_sources);
	unit_add(s, "replaced", test_replaced);
	unit_add(s, "policy", test_policy);
	unit_add(s, "the next accepted", test_the_next_that_is_accepted);
	unit_add(s, "reload with advertise", test_reload_with_advertise);
	unit_add(s, "silent losses", test_silent_losses);
	unit_add(s, "limit", test_limit);
	unit_add(s, "new as", test_new_as);
	return s;
}
