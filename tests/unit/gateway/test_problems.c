/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the operator is told of tunnels that are not used though they work:
 * too few of a bundle, waiting to take over, drained; and of static routes
 * that have no gateway. What detectors say is in test_liveness.c.
 */

#include "unit/gateway/suites.h"

#include "base/text.h"
#include "unit/gateway/world.h"

static void take(world_t *w, char *text)
{
	char *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

static world_t *begin(unsigned n, const char *extra,
					  void (*edit)(config_t *config))
{
	world_t *w = world_create(n);

	w->edit = edit;
	take(w, world_config(n, NULL, extra));
	world_up(w);
	return w;
}

/** as the views see it */
static const view_tunnel_t *seen(world_t *w, unsigned i)
{
	static view_state_t view;

	core_view(w->core, &view, w->now);
	ck_assert_uint_lt(i, view.n_tunnels);
	return &view.tunnels[i];
}

START_TEST(test_min_links)
{
	world_t *w = begin(3, "min_links = 2", NULL);

	ck_assert_int_eq(seen(w, 0)->unused, VIEW_UNUSED_NOT);
	world_fact(w, 1, FACT_CHILD_DOWN, 101, 0);
	core_apply(w->core, w->now);
	ck_assert(!world_problem(w, "min_links"));
	world_fact(w, 2, FACT_CHILD_DOWN, 102, 0);
	core_apply(w->core, w->now);
	ck_assert_int_eq(seen(w, 0)->unused, VIEW_UNUSED_MIN_LINKS);
	/* one that is down is not kept from anything */
	ck_assert_int_eq(seen(w, 1)->unused, VIEW_UNUSED_NOT);
	ck_assert(world_problem(w, "1 of its tunnels forwards, min_links is 2"));
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	core_apply(w->core, w->now);
	ck_assert(!world_problem(w, "min_links"));
	world_destroy(w);
}
END_TEST

static void second_is_standby(config_t *config)
{
	config->bundles[0].tunnels[1].priority = 1;
}

START_TEST(test_preempt_delay)
{
	world_t *w = begin(2, "mode = active-standby\n preempt_delay = 20",
					   second_is_standby);
	usec_t back;

	ck_assert_int_eq(seen(w, 0)->unused, VIEW_UNUSED_NOT);
	ck_assert_int_eq(seen(w, 1)->unused, VIEW_UNUSED_STANDBY);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_int_eq(seen(w, 0)->unused, VIEW_UNUSED_NOT);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	core_apply(w->core, w->now);
	back = w->now;
	ck_assert_int_eq(seen(w, 0)->unused, VIEW_UNUSED_PREEMPT_DELAY);
	ck_assert_uint_eq(seen(w, 0)->unused_until, back + 20 * USEC_PER_SEC);
	world_run(w, 21 * USEC_PER_SEC);
	ck_assert_int_eq(seen(w, 0)->unused, VIEW_UNUSED_NOT);
	ck_assert_int_eq(seen(w, 1)->unused, VIEW_UNUSED_STANDBY);
	world_destroy(w);
}
END_TEST

START_TEST(test_drain)
{
	world_t *w = begin(2, "drain_time = 5", NULL);
	usec_t at;

	ck_assert_uint_eq(seen(w, 0)->drained_at, 0);
	ck_assert(!world_problem(w, "drained"));
	core_drain(w->core, "t1", w->now);
	core_apply(w->core, w->now);
	at = w->now;
	ck_assert_uint_eq(seen(w, 0)->drained_at, at);
	ck_assert(!seen(w, 0)->withdrawn);
	ck_assert_uint_eq(seen(w, 0)->withdraw_at, at + 5 * USEC_PER_SEC);
	ck_assert_uint_eq(seen(w, 1)->drained_at, 0);
	world_run(w, 7 * USEC_PER_SEC);
	ck_assert(seen(w, 0)->withdrawn);
	ck_assert_uint_eq(seen(w, 0)->withdraw_at, USEC_NEVER);
	ck_assert(world_problem(w, "tunnel t1: drained by a person 7 s ago: "
							   "`cygnetctl undrain t1`"));
	/* a tunnel that a reload makes anew is drained since then still */
	w->edit = second_is_standby;
	take(w, world_config(2, "table = 100", "drain_time = 6"));
	ck_assert_uint_eq(seen(w, 0)->drained_at, at);
	core_undrain(w->core, "t1", w->now);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(seen(w, 0)->drained_at, 0);
	ck_assert(!world_problem(w, "drained"));
	world_destroy(w);
}
END_TEST

/** a tunnel over eth0 with static routes of both families */
static char *over_ethernet(const char *gateway)
{
	return str_format("cygnet {\n bundles {\n b {\n"
					  " routes = 10.9.0.0/16, fd00:9::/48\n tunnels {\n t1 {\n"
					  " interface = eth0\n address = 192.0.2.2/30\n"
					  " %s\n }\n }\n }\n }\n }\n",
					  gateway);
}

static size_t statics_used(world_t *w)
{
	view_state_t view = {0};

	core_view(w->core, &view, w->now);
	ck_assert_uint_eq(view.n_statics, 2);
	return view.n_statics_used;
}

START_TEST(test_static_routes_need_a_gateway)
{
	world_t *w = world_create(0);

	take(w, over_ethernet(""));
	ck_assert_uint_eq(statics_used(w), 0);
	ck_assert(world_problem(w, "tunnel t1: its IPv4 `routes` have no gateway"));
	ck_assert(world_problem(w, "tunnel t1: its IPv6 `routes` have no gateway"));
	take(w, over_ethernet("gateway = 192.0.2.1"));
	ck_assert_uint_eq(statics_used(w), 1);
	ck_assert(!world_problem(w, "its IPv4 `routes`"));
	ck_assert(world_problem(w, "its IPv6 `routes` have no gateway"));
	take(w, over_ethernet("gateway = fe80::1"));
	ck_assert_uint_eq(statics_used(w), 2);
	ck_assert(!world_problem(w, "no gateway"));
	ck_assert_uint_gt(seen(w, 0)->n_members, 0);
	world_destroy(w);
}
END_TEST

Suite *problems_suite(void)
{
	Suite *s = suite_create("problems");

	unit_add(s, "min links", test_min_links);
	unit_add(s, "preempt delay", test_preempt_delay);
	unit_add(s, "drain", test_drain);
	unit_add(s, "gateway", test_static_routes_need_a_gateway);
	return s;
}
