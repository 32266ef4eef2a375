/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tie-break steps of RFC 4271 section 9.1.2.2 as the table takes them: one
 * case a step, from announcements to the step that is told, whichever path came
 * first; then random sets of paths, where only what holds last may count.
 */

#include "unit/bgp/suites.h"

#include "bgp/policy.h"
#include "bgp/rib.h"

#include <string.h>

#define SPEAKER 65000u
#define PEERS   8

/** a path as its peer announces it; 0: left out, or the usual */
typedef struct said_t
{
	bool ours;
	bool ibgp;
	uint32_t local_pref;
	/** ASNs in the path, 0: two */
	unsigned hops;
	uint8_t origin;
	uint32_t neighbor_as;
	uint32_t med;
	/** of the next hop, resolved if not 0 */
	uint32_t metric;
	uint32_t router_id;
	uint32_t originator;
	unsigned clusters;
	uint32_t address;
} said_t;

static bgp_rib_t *rib;
static bgp_policy_t *all;
static bgp_rib_peer_t peers[PEERS];
static bgp_peer_config_t configs[PEERS];
static bgp_attr_set_t set;
static prefix_t net;
static bgp_local_t ours = {.source = BGP_SOURCE_ADVERTISE};

static bgp_peer_t *resolve(void *user, uint16_t index)
{
	return (bgp_peer_t *)(void *)&peers[index];
}

static void start(const bgp_config_t *config)
{
	rib = bgp_rib_create(config, 1);
	bgp_rib_set_resolver(rib, resolve, NULL);
	all = bgp_policy_create("all");
	bgp_policy_rule(all, "all", BGP_POLICY_ACCEPT);
	bgp_attr_set_init(&set);
	ck_assert(prefix_parse("10.0.0.0/8", &net));
}

static void stop(void)
{
	bgp_rib_destroy(rib);
	bgp_policy_destroy(all);
	bgp_attr_set_deinit(&set);
}

static void work(void)
{
	while (bgp_rib_work(rib, 100))
	{
	}
}

static void peer_up(unsigned i, const said_t *said)
{
	configs[i].resolve_next_hop = said->metric > 0;
	peers[i] = (bgp_rib_peer_t){
		.index = (uint16_t)i,
		.name = "peer",
		.config = &configs[i],
		.ibgp = said->ibgp,
		.eligible = true,
		.remote_as = said->ibgp ? SPEAKER : 65531,
		.router_id = said->router_id ? said->router_id : 100,
		.address = addr_v4(said->address ? said->address : 100),
		.weight = 1,
		.import_policy = all,
	};
	bgp_rib_peer_up(rib, &peers[i]);
}

static void say(unsigned i, const said_t *said)
{
	static const uint8_t clusters[4 * 8];
	uint32_t id;

	if (said->ours)
	{
		bgp_rib_originate(rib, &net, &ours);
		return;
	}
	bgp_attr_set_clear(&set);
	for (unsigned n = said->hops ? said->hops : 2; n > 1; n--)
	{
		ck_assert(bgp_attr_set_prepend(&set, 64000 + n, 1));
	}
	ck_assert(bgp_attr_set_prepend(
		&set, said->neighbor_as ? said->neighbor_as : 65531, 1));
	set.a.origin = said->origin;
	set.a.has = (uint8_t)((said->local_pref ? BGP_HAS_LOCAL_PREF : 0) |
						  (said->med ? BGP_HAS_MED : 0) |
						  (said->originator ? BGP_HAS_ORIGINATOR : 0));
	set.a.local_pref = said->local_pref;
	set.a.med = said->med;
	set.a.originator_id = said->originator;
	set.a.next_hop = addr_v4(0xc0000200 + i);
	ck_assert(bgp_attr_set_blob(&set, BGP_BLOB_CLUSTER_LIST, clusters,
								4 * said->clusters));
	id = bgp_attr_intern(bgp_rib_attrs(rib), &set.a);
	ck_assert_int_eq(bgp_rib_announce(rib, &peers[i], &net, id),
					 BGP_RIB_ENTERED);
	bgp_attr_release(bgp_rib_attrs(rib), id);
	if (said->metric)
	{
		bgp_rib_next_hop_set(rib, &set.a.next_hop, true, said->metric);
	}
}

/* each later step says the opposite, so that the order of steps is seen too */
static const struct
{
	const char *name;
	bgp_step_t step;
	said_t better, worse;
	bool always_compare_med;
} rows[] = {
	{.name = "local origin",
	 .step = BGP_STEP_LOCAL_ORIGIN,
	 .better = {.ours = true},
	 .worse = {.local_pref = 900}},
	{.name = "LOCAL_PREF",
	 .step = BGP_STEP_LOCAL_PREF,
	 .better = {.local_pref = 101, .hops = 9},
	 .worse = {.hops = 1}},
	{.name = "LOCAL_PREF lower than the default",
	 .step = BGP_STEP_LOCAL_PREF,
	 .better = {.hops = 9},
	 .worse = {.local_pref = 99, .hops = 1}},
	{.name = "AS path length",
	 .step = BGP_STEP_AS_PATH,
	 .better = {.hops = 2, .origin = 2},
	 .worse = {.hops = 3}},
	{.name = "ORIGIN",
	 .step = BGP_STEP_ORIGIN,
	 .better = {.origin = 1, .med = 9},
	 .worse = {.origin = 2, .med = 1}},
	{.name = "MED of one AS",
	 .step = BGP_STEP_MED,
	 .better = {.med = 1, .ibgp = true},
	 .worse = {.med = 2}},
	{.name = "no MED",
	 .step = BGP_STEP_MED,
	 .better = {.ibgp = true},
	 .worse = {.med = 1}},
	{.name = "MED of all",
	 .step = BGP_STEP_MED,
	 .better = {.med = 1, .ibgp = true},
	 .worse = {.med = 2, .neighbor_as = 1},
	 .always_compare_med = true},
	{.name = "eBGP, MED of another AS",
	 .step = BGP_STEP_EBGP,
	 .better = {.med = 2},
	 .worse = {.med = 1, .neighbor_as = 1, .ibgp = true}},
	{.name = "eBGP",
	 .step = BGP_STEP_EBGP,
	 .better = {.metric = 9},
	 .worse = {.metric = 1, .ibgp = true}},
	{.name = "metric of the next hop",
	 .step = BGP_STEP_IGP_METRIC,
	 .better = {.metric = 1, .router_id = 200},
	 .worse = {.metric = 2}},
	{.name = "metric of one that does not ask",
	 .step = BGP_STEP_IGP_METRIC,
	 .better = {.router_id = 200},
	 .worse = {.metric = 1}},
	{.name = "router id",
	 .step = BGP_STEP_ROUTER_ID,
	 .better = {.router_id = 1, .clusters = 8},
	 .worse = {.router_id = 2}},
	{.name = "ORIGINATOR_ID for the router id",
	 .step = BGP_STEP_ROUTER_ID,
	 .better = {.ibgp = true, .router_id = 9, .originator = 1, .clusters = 2},
	 .worse = {.ibgp = true, .router_id = 2}},
	{.name = "cluster list",
	 .step = BGP_STEP_CLUSTER_LIST,
	 .better = {.clusters = 1, .address = 200},
	 .worse = {.clusters = 2}},
	{.name = "neighbor address",
	 .step = BGP_STEP_ADDRESS,
	 .better = {.address = 1},
	 .worse = {.address = 2}},
};

START_TEST(test_step)
{
	/* the turns: the better one is peer 0 or 1, comes first or last */
	for (unsigned turn = 0; turn < 4; turn++)
	{
		static bgp_route_t route;
		bgp_config_t config = {
			.asn = SPEAKER,
			.router_id = 1,
			.multipath = 1,
			.always_compare_med = rows[_i].always_compare_med,
		};
		unsigned better = turn & 1;

		start(&config);
		peer_up(better, &rows[_i].better);
		peer_up(!better, &rows[_i].worse);
		say(turn & 2 ? better : !better,
			turn & 2 ? &rows[_i].better : &rows[_i].worse);
		say(turn & 2 ? !better : better,
			turn & 2 ? &rows[_i].worse : &rows[_i].better);
		work();
		ck_assert(bgp_rib_get(rib, &net, &route));
		ck_assert_uint_eq(route.n_best, 1);
		ck_assert_uint_eq(route.n_backup, 1);
		ck_assert_ptr_eq(
			route.best[0].peer,
			rows[_i].better.ours ? NULL : resolve(NULL, (uint16_t)better));
		ck_assert_msg(route.step == rows[_i].step, "%s: %s", rows[_i].name,
					  bgp_step_name(route.step));
		stop();
	}
}
END_TEST

START_TEST(test_only)
{
	static bgp_route_t route;
	bgp_config_t config = {.asn = SPEAKER, .router_id = 1, .multipath = 1};
	said_t said = {0};

	start(&config);
	peer_up(0, &said);
	say(0, &said);
	ck_assert(bgp_rib_get(rib, &net, &route));
	ck_assert_int_eq(route.step, BGP_STEP_ONLY);
	ck_assert_uint_eq(route.n_best, 1);
	ck_assert_uint_eq(route.n_backup, 0);
	stop();
}
END_TEST

/** RFC 5004 would keep it; here history counts for nothing */
START_TEST(test_oldest)
{
	static bgp_route_t route;
	bgp_config_t config = {.asn = SPEAKER, .router_id = 1, .multipath = 1};
	said_t old = {.router_id = 2}, new = {.router_id = 1};

	start(&config);
	peer_up(0, &old);
	peer_up(1, &new);
	say(0, &old);
	ck_assert(bgp_rib_next_change(rib, &route));
	say(1, &new);
	ck_assert(bgp_rib_next_change(rib, &route));
	ck_assert_ptr_eq(route.best[0].peer, resolve(NULL, 1));
	ck_assert_int_eq(route.step, BGP_STEP_ROUTER_ID);
	stop();
}
END_TEST

/* -- any order ----------------------------------------------------------------- */

static void draw(prng_t *rng, said_t *said)
{
	*said = (said_t){
		.ours = prng_below(rng, 40) == 0,
		.ibgp = prng_below(rng, 4) == 0,
		.local_pref = prng_below(rng, 5) ? 0 : 101,
		.hops = prng_below(rng, 5) ? 2 : 3,
		.origin = prng_below(rng, 5) == 0,
		.neighbor_as = 1 + (uint32_t)prng_below(rng, 3),
		.med = (uint32_t)prng_below(rng, 3),
		.metric = (uint32_t)prng_below(rng, 3),
		.router_id = 1 + (uint32_t)prng_below(rng, 4),
		.originator = prng_below(rng, 8) ? 0 : 1,
		.clusters = (unsigned)prng_below(rng, 2),
		.address = 1 + (uint32_t)prng_below(rng, 3),
	};
}

/** what holds once all was said in some order, with words that did not last
 * in between */
static void hold(uint64_t seed, uint64_t order, bgp_route_t *route)
{
	said_t said[PEERS], other;
	unsigned place[PEERS];
	prng_t rng, shuffle;
	unsigned count;

	prng_seed(&rng, seed);
	prng_seed(&shuffle, order);
	start(&(bgp_config_t){
		.asn = SPEAKER,
		.router_id = 1,
		.multipath = 1 + (unsigned)prng_below(&rng, 4),
		.multipath_relax = prng_below(&rng, 2),
		.always_compare_med = prng_below(&rng, 4) == 0,
	});
	count = 1 + (unsigned)prng_below(&rng, PEERS);
	for (unsigned i = 0; i < count; i++)
	{
		draw(&rng, &said[i]);
		peer_up(i, &said[i]);
		place[i] = i;
	}
	for (unsigned i = count - 1; i > 0; i--)
	{
		unsigned j = (unsigned)prng_below(&shuffle, i + 1), t = place[i];

		place[i] = place[j];
		place[j] = t;
	}
	for (unsigned i = 0; i < count; i++)
	{
		unsigned who = place[i];

		if (!said[who].ours && prng_below(&shuffle, 3) == 0)
		{
			draw(&shuffle, &other);
			other.ours = false;
			say(who, &other);
		}
		say(who, &said[who]);
		if (prng_below(&shuffle, 3) == 0)
		{
			bgp_rib_next_change(rib, route);
		}
	}
	work();
	ck_assert(bgp_rib_get(rib, &net, route));
	stop();
}

static bool paths_equal(const bgp_path_t *a, const bgp_path_t *b, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
	{
		/* numbers of next hops follow the history, and may */
		if (a[i].peer != b[i].peer || a[i].weight != b[i].weight ||
			a[i].source != b[i].source)
		{
			return false;
		}
	}
	return true;
}

static bool routes_equal(const bgp_route_t *a, const bgp_route_t *b)
{
	return a->n_best == b->n_best && a->n_backup == b->n_backup &&
		   a->step == b->step && paths_equal(a->best, b->best, a->n_best) &&
		   paths_equal(a->backup, b->backup, a->n_backup);
}

START_TEST(test_any_order)
{
	static bgp_route_t first, again;

	for (uint64_t i = 0; i < 1000; i++)
	{
		uint64_t seed = (uint64_t)_i * 1000 + i + 1;

		hold(seed, 1, &first);
		for (uint64_t order = 2; order < 5; order++)
		{
			hold(seed, order, &again);
			ck_assert_msg(
				routes_equal(&first, &again),
				"seed %llu, order %llu: %u+%u by %s, then %u+%u by %s",
				(unsigned long long)seed, (unsigned long long)order,
				first.n_best, first.n_backup, bgp_step_name(first.step),
				again.n_best, again.n_backup, bgp_step_name(again.step));
		}
	}
}
END_TEST

Suite *rib_step_suite(void)
{
	Suite *suite = suite_create("rib_step");

	for (size_t i = 0; i < countof(rows); i++)
	{
		TCase *tcase = tcase_create(rows[i].name);

		tcase_add_loop_test(tcase, test_step, (int)i, (int)i + 1);
		suite_add_tcase(suite, tcase);
	}
	unit_add(suite, "only path", test_only);
	unit_add(suite, "oldest path", test_oldest);
	unit_add_loop(suite, "any order", test_any_order, 10);
	return suite;
}
