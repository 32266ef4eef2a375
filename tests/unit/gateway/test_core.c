/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The gateway as a whole, from facts to the fake kernel, with scripted time.
 */

#include "unit/gateway/suites.h"

#include "bgp/attr.h"
#include "unit/gateway/world.h"

#include <errno.h>
#include <string.h>

static void load(world_t *w, const char *more, const char *extra)
{
	char *text = world_config(w->n, more, extra), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static world_t *up(unsigned n, const char *more, const char *extra)
{
	world_t *w = world_create(n);

	load(w, more, extra);
	world_up(w);
	return w;
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

static bool has_addr(const world_t *w, uint32_t link, const char *text)
{
	addr_t addr;

	addr_parse(text, &addr);
	for (size_t i = 0; i < w->state.n_addrs; i++)
	{
		if (w->state.addrs[i].link == link &&
			addr_equal(&w->state.addrs[i].ifaddr.addr, &addr))
		{
			return true;
		}
	}
	return false;
}

START_TEST(test_links_before_sas)
{
	world_t *w = world_create(2);
	const kernel_link_t *link;

	load(w, NULL, NULL);
	link = world_link(w, 0);
	ck_assert_ptr_nonnull(link);
	ck_assert_uint_eq(link->if_id, 1);
	ck_assert_str_eq(link->alias, "cygnet b/t1");
	ck_assert(has_addr(w, link->index, "169.254.0.2"));
	ck_assert_ptr_nonnull(world_link(w, 1));
	/* pinned by the file's remote_addrs, guarded, before anything is up */
	ck_assert_uint_eq(w->state.n_rules, 2);
	ck_assert_uint_eq(w->firewall.n_guards, 2);
	ck_assert_uint_eq(w->firewall.n_clamps, 2);
	/* nobody is dialled before there is a tunnel */
	ck_assert_ptr_null(w->dialling[0]);
	world_destroy(w);
}
END_TEST

START_TEST(test_routes_over_all_tunnels)
{
	world_t *w = up(3, NULL, NULL);
	prefix_t out;
	bgp_route_t route;

	for (unsigned i = 0; i < 3; i++)
	{
		world_announce(w, i, "10.0.0.0/24", true);
	}
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 7);
	/* and ours is known over there */
	prefix_parse("192.168.0.0/24", &out);
	ck_assert(bgp_route_get(w->far[0].bgp, &out, &route));
	world_announce(w, 1, "10.0.0.0/24", false);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 5);
	world_announce(w, 0, "10.0.0.0/24", false);
	world_announce(w, 2, "10.0.0.0/24", false);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.0.0.0/24"));
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_lost_tunnel_moves_at_once)
{
	world_t *w = up(2, NULL, NULL);
	unsigned before;

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	before = fake_kernel_counts(w->kernel)->route_sets;
	/* charon says the SA is gone: the same turn moves the flows, by groups
	 * alone, and the session is not touched (`keep`) */
	w->cut[0] = true;
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, before);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	/* back: the same way */
	w->cut[0] = false;
	world_fact(w, 0, FACT_CHILD_UP, 101, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, before);
	world_destroy(w);
}
END_TEST

START_TEST(test_session_lost_and_back)
{
	world_t *w = up(2, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	/* the tunnel stays up but carries nothing: the hold time (9 s) decides */
	w->cut[0] = true;
	world_run(w, 12 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	w->cut[0] = false;
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_rekey_loses_nothing)
{
	world_t *w = up(2, NULL, NULL);
	unsigned groups;

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	groups = fake_kernel_counts(w->kernel)->group_sets;
	for (uint32_t i = 0; i < 20; i++)
	{
		world_fact(w, 0, FACT_CHILD_UP, 200 + i, 0);
		world_fact(w, 0, FACT_CHILD_REKEYED, i ? 199 + i : 100, 200 + i);
		core_apply(w->core, w->now);
		world_fact(w, 0, FACT_CHILD_DOWN, i ? 199 + i : 100, 0);
		core_apply(w->core, w->now);
		ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	}
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->group_sets, groups);
	world_destroy(w);
}
END_TEST

START_TEST(test_all_lost_and_back)
{
	world_t *w = up(2, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	core_apply(w->core, w->now);
	/* blackholed at once, and then out of the kernel */
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 0);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.0.0.0/24"));
	world_fact(w, 1, FACT_CHILD_UP, 301, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	world_fact(w, 0, FACT_CHILD_UP, 300, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_link_flap)
{
	world_t *w = up(2, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 0, "10.0.1.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	/* the kernel drops what stood on the link and says nothing: 10.0.1.0/24
	 * had no other way */
	world_link_set(w, 0, false);
	world_link_set(w, 0, true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_standby)
{
	world_t *w = up(2, NULL, "mode = active-standby");

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	/* equal priorities: the first in the file */
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	/* nor is one that works left for an equal one */
	world_fact(w, 0, FACT_CHILD_UP, 300, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	world_destroy(w);
}
END_TEST

static void second_is_standby(config_t *config)
{
	config->bundles[0].tunnels[1].priority = 1;
}

START_TEST(test_preemption)
{
	world_t *w = world_create(2);

	w->edit = second_is_standby;
	load(w, NULL, "mode = active-standby\n preempt_delay = 20");
	world_up(w);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	world_fact(w, 0, FACT_CHILD_UP, 300, 0);
	world_run(w, 19 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_min_links)
{
	world_t *w = up(3, NULL, "min_links = 2");

	for (unsigned i = 0; i < 3; i++)
	{
		world_announce(w, i, "10.0.0.0/24", true);
	}
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 7);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 6);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, USEC_PER_SEC);
	/* not even as a dead end: another way has to be found */
	ck_assert(!there(w, "10.0.0.0/24"));
	world_fact(w, 0, FACT_CHILD_UP, 300, 0);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 5);
	world_destroy(w);
}
END_TEST

/** what the far side of tunnel i holds of our prefix: communities' first, 0 if
 * none, UINT32_MAX if it has no such route */
static uint32_t far_sees(world_t *w, unsigned i)
{
	bgp_route_t route;
	prefix_t prefix;

	prefix_parse("192.168.0.0/24", &prefix);
	if (!bgp_route_get(w->far[i].bgp, &prefix, &route))
	{
		return UINT32_MAX;
	}
	return bgp_has_community(route.best[0].attrs, 0xffff0000) ? 0xffff0000 : 0;
}

START_TEST(test_drain)
{
	world_t *w = up(2, NULL, "drain_time = 5");

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(far_sees(w, 0), 0);
	ck_assert(!core_drain(w->core, "t9", w->now));
	ck_assert(core_drain(w->core, "t1", w->now));
	core_apply(w->core, w->now);
	/* ours at once, the far side's when it wants */
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(far_sees(w, 0), 0xffff0000);
	ck_assert_uint_eq(far_sees(w, 1), 0);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(far_sees(w, 0), UINT32_MAX);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	/* a reload, a rekey and a new SA change nothing of it */
	load(w, "metric = 20", "drain_time = 5");
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	ck_assert_uint_eq(far_sees(w, 0), UINT32_MAX);
	ck_assert(core_undrain(w->core, "t1", w->now));
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(far_sees(w, 0), 0);
	/* undrained before the withdrawal: the timer is off */
	core_drain(w->core, "t1", w->now);
	core_undrain(w->core, "t1", w->now);
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(far_sees(w, 0), 0);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_static_routes)
{
	world_t *w = world_create(2);
	bgp_route_t route;
	prefix_t prefix;

	prefix_parse("10.9.0.0/16", &prefix);
	load(w, NULL, "routes = 10.9.0.0/16, fd00:9::/48");
	/* nothing is up: nothing is there */
	ck_assert(!there(w, "10.9.0.0/16"));
	world_up(w);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 3);
	ck_assert_uint_eq(ways(w, "fd00:9::/48"), 3);
	/* no offer to other far sides */
	ck_assert(!bgp_route_get(w->far[0].bgp, &prefix, &route));
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 2);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.9.0.0/16"));
	ck_assert(!there(w, "fd00:9::/48"));
	world_fact(w, 1, FACT_CHILD_UP, 300, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 2);
	world_fact(w, 0, FACT_CHILD_UP, 301, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 3);
	/* its link goes and comes back: the kernel forgets without a word */
	world_link_set(w, 0, false);
	world_run(w, USEC_PER_SEC);
	world_link_set(w, 1, false);
	world_run(w, USEC_PER_SEC);
	world_link_set(w, 0, true);
	world_link_set(w, 1, true);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_static_before_learned)
{
	world_t *w = up(2, NULL, "routes = 10.9.0.0/16");

	world_announce(w, 1, "10.9.0.0/16", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 3);
	/* the session is nothing to a static route */
	world_announce(w, 1, "10.9.0.0/16", false);
	world_announce(w, 0, "10.9.0.0/16", true);
	w->cut[0] = true;
	world_run(w, 20 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 3);
	w->cut[0] = false;
	world_run(w, 150 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	/* taken out: the learned one comes through */
	load(w, NULL, NULL);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 1);
	load(w, NULL, "routes = 10.9.0.0/16");
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.9.0.0/16"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_swallowing_routes)
{
	world_t *w = world_create(1);

	w->underlay = false;
	load(w, NULL, "accept_default = yes");
	world_up(w);
	world_announce(w, 0, "0.0.0.0/0", true);
	world_announce(w, 0, "203.0.113.0/24", true);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	/* nothing pins the peer: its address must not go into the tunnel */
	ck_assert(!there(w, "0.0.0.0/0"));
	ck_assert(!there(w, "203.0.113.0/24"));
	ck_assert(there(w, "10.0.0.0/24"));
	ck_assert(world_problem(w, "covers the peer's outer address"));
	world_destroy(w);
}
END_TEST

START_TEST(test_pinned_default)
{
	world_t *w = up(1, NULL, "accept_default = yes");

	world_announce(w, 0, "0.0.0.0/0", true);
	world_announce(w, 0, "203.0.113.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "0.0.0.0/0"), 1);
	ck_assert_uint_eq(ways(w, "203.0.113.0/24"), 1);
	ck_assert_uint_eq(w->state.n_rules, 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_pins_off_and_on)
{
	world_t *w = up(1, NULL, "accept_default = yes");

	world_announce(w, 0, "0.0.0.0/0", true);
	world_announce(w, 0, "203.0.113.1/32", true);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(there(w, "203.0.113.1/32"));
	load(w, "pin_underlay = no", "accept_default = yes");
	ck_assert(!there(w, "0.0.0.0/0"));
	ck_assert(!there(w, "203.0.113.1/32"));
	ck_assert(there(w, "10.0.0.0/24"));
	ck_assert(!w->pin_gap);
	ck_assert(world_problem(w, "covers the peer's outer address"));
	load(w, NULL, "accept_default = yes");
	ck_assert_uint_eq(ways(w, "0.0.0.0/0"), 1);
	ck_assert_uint_eq(ways(w, "203.0.113.1/32"), 1);
	ck_assert(!w->pin_gap);
	ck_assert(!world_problem(w, "covers the peer's outer address"));
	world_destroy(w);
}
END_TEST

START_TEST(test_default_needs_the_option)
{
	world_t *w = up(1, NULL, NULL);

	world_announce(w, 0, "0.0.0.0/0", true);
	world_announce(w, 0, "192.168.0.128/25", true);
	world_announce(w, 0, "127.0.0.0/8", true);
	world_announce(w, 0, "169.254.0.0/24", true);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "0.0.0.0/0"));
	ck_assert(!there(w, "192.168.0.128/25"));
	ck_assert(!there(w, "127.0.0.0/8"));
	ck_assert(!there(w, "169.254.0.0/24"));
	ck_assert(there(w, "10.0.0.0/24"));
	world_destroy(w);
}
END_TEST

START_TEST(test_reload_keeps_what_is_unchanged)
{
	world_t *w = up(2, NULL, NULL);
	unsigned groups, routes;
	prefix_t out;
	bgp_route_t route;

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	groups = fake_kernel_counts(w->kernel)->group_sets;
	routes = fake_kernel_counts(w->kernel)->route_sets;
	load(w, "advertise = 192.168.0.0/24, 192.168.7.0/24", NULL);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	prefix_parse("192.168.7.0/24", &out);
	ck_assert(bgp_route_get(w->far[0].bgp, &out, &route));
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->group_sets, groups);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, routes);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	load(w, NULL, NULL);
	ck_assert(!bgp_route_get(w->far[0].bgp, &out, &route));
	world_destroy(w);
}
END_TEST

START_TEST(test_bad_reload_changes_nothing)
{
	world_t *w = up(1, NULL, NULL);
	char *text = world_config(1, "asn = 0", NULL), *error;

	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(!world_load(w, text, &error));
	ck_assert_ptr_nonnull(strstr(error, "asn"));
	core_config_refused(w->core, error);
	world_run(w, USEC_PER_SEC);
	ck_assert(world_problem(w, "asn"));
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	free(error);
	free(text);
	world_destroy(w);
}
END_TEST

START_TEST(test_reload_takes_tunnels_away)
{
	world_t *w = up(2, NULL, NULL);
	char *text = world_config(1, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(world_load(w, text, NULL));
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_ptr_null(world_link(w, 1));
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	free(text);
	/* and brings them again, with the SA that charon told of long ago */
	load(w, NULL, NULL);
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_destroy(w);
}
END_TEST

START_TEST(test_new_as_makes_all_anew)
{
	world_t *w = up(1, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	load(w, "asn = 65529", NULL);
	world_run(w, USEC_PER_SEC);
	/* the far side still wants 65530: no session, and no route left */
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert(!there(w, "10.0.0.0/24"));
	load(w, NULL, NULL);
	world_run(w, 90 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_restart_adopts)
{
	world_t *w = up(2, NULL, NULL);
	unsigned routes;

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.9.0/24", true);
	world_run(w, USEC_PER_SEC);
	routes = fake_kernel_counts(w->kernel)->route_sets;
	world_restart(w);
	/* meanwhile one route ended */
	world_announce(w, 1, "10.0.9.0/24", false);
	load(w, NULL, NULL);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert(there(w, "10.0.9.0/24"));
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_fact(w, 1, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 1, FACT_CHILD_UP, 101, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	/* swept when both tables were in */
	ck_assert(!there(w, "10.0.9.0/24"));
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->route_sets, routes);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->wrongs, 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_late_configuration_adopts)
{
	world_t *w = up(1, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 0, "10.0.9.0/24", true);
	world_run(w, USEC_PER_SEC);
	world_restart(w);
	/* for long there is no configuration that is good */
	world_run(w, 200 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.9.0/24"), 1);
	world_announce(w, 0, "10.0.9.0/24", false);
	load(w, NULL, NULL);
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert(!there(w, "10.0.9.0/24"));
	world_destroy(w);
}
END_TEST

START_TEST(test_stop_keeps_the_guard)
{
	world_t *w = up(1, NULL, NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	core_stop_peers(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	core_stop(w->core, w->now);
	ck_assert(!there(w, "10.0.0.0/24"));
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->nexthops, 0);
	ck_assert_ptr_nonnull(world_link(w, 0));
	ck_assert(!w->fw_gone);
	ck_assert_uint_eq(w->state.n_rules, 0);
	world_destroy(w);
}
END_TEST

START_TEST(test_stop_keeps_none)
{
	world_t *w = up(1, "keep_on_stop = none", NULL);

	core_stop_peers(w->core, w->now);
	core_stop(w->core, w->now);
	ck_assert_ptr_null(world_link(w, 0));
	ck_assert(w->fw_gone);
	world_destroy(w);
}
END_TEST

START_TEST(test_stop_keeps_all)
{
	world_t *w = up(1, "keep_on_stop = all", NULL);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	core_stop_peers(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	core_stop(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_uint_eq(w->state.n_rules, 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_deleted_things_come_back)
{
	world_t *w = up(1, NULL, NULL);
	kernel_link_t link = *world_link(w, 0);
	kernel_event_t e = {.what = KERNEL_WHAT_LINK, .gone = true, .ours = true};

	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	/* `ip link delete` by hand: the kernel takes all that stood on it */
	kernel_state_link_event(&w->state, &link, true);
	fake_kernel_link(w->kernel, link.index, false);
	e.link = link;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_ptr_nonnull(world_link(w, 0));
	ck_assert_uint_ne(world_link(w, 0)->index, link.index);
	ck_assert(has_addr(w, world_link(w, 0)->index, "169.254.0.2"));
	world_run(w, 60 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	/* the firewall table is looked after by the audit */
	w->fw_gone = true;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert(!w->fw_gone);
	world_destroy(w);
}
END_TEST

START_TEST(test_refused_route_is_tried_again)
{
	world_t *w = up(1, NULL, NULL);

	w->refuse_routes = 1;
	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(!there(w, "10.0.0.0/24"));
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	world_destroy(w);
}
END_TEST

START_TEST(test_lost_notifications)
{
	world_t *w = up(2, NULL, NULL);
	kernel_op_t op = {.kind = KERNEL_ROUTE_DEL};
	kernel_link_t link = *world_link(w, 1);

	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 0, "10.0.1.0/24", true);
	world_run(w, USEC_PER_SEC);
	/* while nobody told us: a route, a rule and a link went */
	prefix_parse("10.0.0.0/24", &op.route.dst);
	op.route.table = 254;
	op.route.metric = core_config(w->core)->metric;
	ck_assert_int_eq(fake_kernel_apply(w->kernel, &op), 0);
	kernel_state_rule_event(&w->state, &w->state.rules[0], true);
	kernel_state_link_event(&w->state, &link, true);
	fake_kernel_link(w->kernel, link.index, false);
	core_kernel_lost(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_uint_eq(w->state.n_rules, 2);
	ck_assert_ptr_nonnull(world_link(w, 1));
	ck_assert_uint_ne(world_link(w, 1)->index, link.index);
	world_destroy(w);
}
END_TEST

START_TEST(test_if_id_from_charon)
{
	world_t *w = world_create(1);
	fact_t fact = {.kind = FACT_CONNECTION_LOADED, .name = "t1"};

	load(w, NULL, NULL);
	fact.if_id_in = fact.if_id_out = 77;
	core_fact(w->core, &fact, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(world_link(w, 0)->if_id, 77);
	fact.if_id_out = 78;
	core_fact(w->core, &fact, w->now);
	ck_assert(world_problem(w, "if_id_in 77 and if_id_out 78"));
	fact.if_id_unique = true;
	core_fact(w->core, &fact, w->now);
	ck_assert(world_problem(w, "%unique"));
	world_destroy(w);
}
END_TEST

START_TEST(test_alert_is_told)
{
	world_t *w = world_create(1);
	fact_t fact = {
		.kind = FACT_ALERT, .name = "t1", .text = "authentication failed"};

	load(w, NULL, NULL);
	core_fact(w->core, &fact, w->now);
	ck_assert(world_problem(w, "tunnel t1: authentication failed"));
	world_fact(w, 0, FACT_CHILD_UP, 1, 0);
	ck_assert(!world_problem(w, "authentication failed"));
	world_destroy(w);
}
END_TEST

/** a vague word that follows does not hide why, and a new try tells anew */
START_TEST(test_alert_why)
{
	world_t *w = world_create(1);
	fact_t why = {.kind = FACT_ALERT,
				  .name = "t1",
				  .fault = IKE_FAULT_PSK,
				  .text = "key differs"};
	fact_t vague = {.kind = FACT_ALERT,
					.name = "t1",
					.fault = IKE_FAULT_PEER_AUTH,
					.text = "failed"};
	fact_t silent = {.kind = FACT_ALERT,
					 .name = "t1",
					 .fault = IKE_FAULT_NO_ANSWER,
					 .text = "no answer"};

	load(w, NULL, NULL);
	core_fact(w->core, &why, w->now);
	core_fact(w->core, &vague, w->now);
	ck_assert(world_problem(w, "tunnel t1: key differs"));
	core_fact(w->core, &silent, w->now);
	ck_assert(world_problem(w, "tunnel t1: no answer"));
	core_fact(w->core, &vague, w->now);
	ck_assert(world_problem(w, "tunnel t1: failed"));
	core_fact(w->core, &why, w->now);
	world_run(w, 6 * USEC_PER_SEC);
	core_fact(w->core, &vague, w->now);
	ck_assert(world_problem(w, "tunnel t1: failed"));
	world_destroy(w);
}
END_TEST

/** of a peer without a connection yet: it is about those with its address that
 * are not up */
START_TEST(test_alert_by_address)
{
	world_t *w = world_create(2);
	fact_t loaded = {.kind = FACT_CONNECTION_LOADED,
					 .if_id_in = 1,
					 .if_id_out = 1,
					 .n_remote = 1};
	fact_t fact = {
		.kind = FACT_ALERT, .fault = IKE_FAULT_IDENTITY, .text = "nobody fits"};

	load(w, NULL, NULL);
	loaded.remote[0] = addr_v4(0xcb007101);
	strcpy(loaded.name, "t1");
	core_fact(w->core, &loaded, w->now);
	loaded.if_id_in = loaded.if_id_out = 2;
	strcpy(loaded.name, "t2");
	core_fact(w->core, &loaded, w->now);
	world_fact(w, 1, FACT_CHILD_UP, 1, 0);
	fact.info.remote = addr_v4(0xcb007102);
	core_fact(w->core, &fact, w->now);
	ck_assert(!world_problem(w, "nobody fits"));
	fact.info.remote = loaded.remote[0];
	core_fact(w->core, &fact, w->now);
	ck_assert(world_problem(w, "tunnel t1: nobody fits"));
	ck_assert(!world_problem(w, "tunnel t2: nobody fits"));
	world_destroy(w);
}
END_TEST

/* nothing has changed then: status says so, and the counters are those of the
 * table that is in force; a table that somebody has deleted is in force no more
 */
START_TEST(test_firewall_refused_later)
{
	world_t *w = world_create(1);
	const fw_change_t deleted = {.deleted = true};
	view_state_t view;

	load(w, NULL, NULL);
	ck_assert_uint_eq(w->firewall.n_guards, 2);
	w->fw_error = -E2BIG;
	load(w, "leak_guard = no", NULL);
	ck_assert(world_problem(w, "the one before stays in force"));
	ck_assert_uint_eq(w->firewall.n_guards, 2);
	core_view(w->core, &view, w->now);
	core_view_problems(w->core, &view, w->now);
	ck_assert_uint_eq(view.n_counters, 2);
	ck_assert_int_eq(view.firewall, VIEW_FIREWALL_OLD);
	w->fw_error = 0;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "could not be written"));
	ck_assert_uint_eq(w->firewall.n_guards, 0);
	w->fw_error = -E2BIG;
	core_firewall_changed(w->core, &deleted, w->now);
	world_run(w, 1);
	ck_assert(world_problem(w, "are not in force"));
	world_destroy(w);
}
END_TEST

START_TEST(test_firewall_refused)
{
	world_t *w = world_create(1);

	w->fw_error = -EPERM;
	load(w, NULL, NULL);
	ck_assert(world_problem(w, "could not be written"));
	w->fw_error = 0;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "could not be written"));
	ck_assert_uint_eq(w->fw_applies, 1);
	world_destroy(w);
}
END_TEST

Suite *core_suite(void)
{
	Suite *s = suite_create("core");

	unit_add(s, "links before sas", test_links_before_sas);
	unit_add(s, "routes over all tunnels", test_routes_over_all_tunnels);
	unit_add(s, "lost tunnel moves at once", test_lost_tunnel_moves_at_once);
	unit_add(s, "session lost and back", test_session_lost_and_back);
	unit_add(s, "rekey loses nothing", test_rekey_loses_nothing);
	unit_add(s, "all lost and back", test_all_lost_and_back);
	unit_add(s, "link flap", test_link_flap);
	unit_add(s, "standby", test_standby);
	unit_add(s, "drain", test_drain);
	unit_add(s, "static routes", test_static_routes);
	unit_add(s, "static first", test_static_before_learned);
	unit_add(s, "preemption", test_preemption);
	unit_add(s, "min links", test_min_links);
	unit_add(s, "swallowing routes", test_swallowing_routes);
	unit_add(s, "pinned default", test_pinned_default);
	unit_add(s, "pins off and on", test_pins_off_and_on);
	unit_add(s, "default needs the option", test_default_needs_the_option);
	unit_add(s, "reload keeps", test_reload_keeps_what_is_unchanged);
	unit_add(s, "bad reload", test_bad_reload_changes_nothing);
	unit_add(s, "reload takes away", test_reload_takes_tunnels_away);
	unit_add(s, "new as", test_new_as_makes_all_anew);
	unit_add(s, "restart adopts", test_restart_adopts);
	unit_add(s, "late configuration", test_late_configuration_adopts);
	unit_add(s, "stop keeps the guard", test_stop_keeps_the_guard);
	unit_add(s, "stop keeps none", test_stop_keeps_none);
	unit_add(s, "stop keeps all", test_stop_keeps_all);
	unit_add(s, "deleted things come back", test_deleted_things_come_back);
	unit_add(s, "refused route", test_refused_route_is_tried_again);
	unit_add(s, "lost notifications", test_lost_notifications);
	unit_add(s, "if_id from charon", test_if_id_from_charon);
	unit_add(s, "alert is told", test_alert_is_told);
	unit_add(s, "alert why", test_alert_why);
	unit_add(s, "alert by address", test_alert_by_address);
	unit_add(s, "firewall refused", test_firewall_refused);
	unit_add(s, "firewall refused later", test_firewall_refused_later);
	return s;
}
