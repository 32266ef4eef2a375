/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Aggregates: their rules one at a time, then all at once beside a naive model
 * that counts anew each time.
 */

#include "unit/bgp/suites.h"

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/rib_impl.h"

#include <string.h>

#define SPEAKER 65000u

/** 0 and 1 announce by eBGP, 2 listens by iBGP */
#define LISTENER 2

static bgp_rib_t *rib;
static bgp_policy_t *all;
static bgp_rib_peer_t peers[3];
static bgp_attr_set_t set;

static void start(void)
{
	static const bgp_peer_config_t config;
	bgp_config_t speaker = {.asn = SPEAKER, .router_id = 9, .multipath = 4};

	rib = bgp_rib_create(&speaker, 1);
	all = bgp_policy_create("all");
	bgp_policy_rule(all, "all", BGP_POLICY_ACCEPT);
	bgp_attr_set_init(&set);
	ck_assert(bgp_attr_set_prepend(&set, 65531, 1));
	set.a.next_hop = addr_v4(0xc0000207);
	for (unsigned i = 0; i < countof(peers); i++)
	{
		peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.name = "peer",
			.config = &config,
			.ibgp = i == LISTENER,
			.eligible = true,
			.families = BGP_IPV4 | BGP_IPV6,
			.as4 = true,
			.message_max = BGP_MESSAGE_MAX,
			.local_as = SPEAKER,
			.remote_as = i == LISTENER ? SPEAKER : 65531,
			.router_id = 10 + i,
			.address = addr_v4(10 + i),
			.next_hop4 = addr_v4(0xc0000201),
			.next_hop6 = addr_v6((const uint8_t *)"0123456789abcdef"),
			.next_hop_self = true,
			.weight = 1,
			.import_policy = i == LISTENER ? NULL : all,
		};
		bgp_rib_peer_up(rib, &peers[i]);
	}
}

static void stop(void)
{
	bgp_rib_destroy(rib);
	bgp_policy_destroy(all);
	bgp_attr_set_deinit(&set);
}

static prefix_t parse(const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return p;
}

static void announce_prefix(unsigned peer, const prefix_t *p, uint8_t origin)
{
	uint32_t id;

	set.a.origin = origin;
	id = bgp_attr_intern(bgp_rib_attrs(rib), &set.a);
	ck_assert_int_eq(bgp_rib_announce(rib, &peers[peer], p, id),
					 BGP_RIB_ENTERED);
	bgp_attr_release(bgp_rib_attrs(rib), id);
}

static void announce(const char *text, uint8_t origin)
{
	prefix_t p = parse(text);

	announce_prefix(0, &p, origin);
}

static void withdraw(const char *text)
{
	prefix_t p = parse(text);

	bgp_rib_withdraw(rib, &peers[0], &p);
}

static void settle(void)
{
	static uint8_t buf[2 * BGP_MESSAGE_MAX];

	while (bgp_rib_work(rib, 7))
	{
	}
	while (bgp_rib_out_waiting(rib, &peers[LISTENER]))
	{
		wbuf_t w = wbuf_make(buf, sizeof(buf));

		bgp_rib_out_write(rib, &peers[LISTENER], &w);
	}
}

/** the list, as "10.0.0.0/8! 10.1.0.0/16": ! is summary_only */
static void aggregates(const char *text)
{
	bgp_aggregate_t list[8];
	size_t count = 0;
	char one[64];
	int used;

	for (; sscanf(text, " %63s%n", one, &used) == 1; text += used)
	{
		size_t len = strlen(one);

		list[count].summary_only = one[len - 1] == '!';
		one[len - list[count].summary_only] = '\0';
		list[count++].prefix = parse(one);
	}
	bgp_rib_aggregates_set(rib, list, count);
	settle();
}

/** what is chosen for the prefix: "none", "peer", or of an aggregate ORIGIN
 * and whether paths were left out, "i" to "?a" */
static void assert_chosen(const char *text, const char *want)
{
	static bgp_route_t route;
	prefix_t p = parse(text);
	const bgp_attrs_t *a;
	char got[8] = "none";

	settle();
	if (bgp_rib_get(rib, &p, &route) && route.n_best)
	{
		a = route.best[0].attrs;
		if (route.best[0].source != BGP_SOURCE_AGGREGATE)
		{
			snprintf(got, sizeof(got), route.best[0].peer ? "peer" : "own");
		}
		else
		{
			ck_assert_uint_eq(a->has | BGP_HAS_ATOMIC,
							  BGP_HAS_AGGREGATOR | BGP_HAS_ATOMIC);
			ck_assert_uint_eq(a->aggregator_as, SPEAKER);
			ck_assert_uint_eq(a->aggregator_id, 9);
			ck_assert_uint_eq(a->as_path.len, 0);
			snprintf(got, sizeof(got), "%c%s", "ie?"[a->origin],
					 a -> has &BGP_HAS_ATOMIC ? "a" : "");
		}
	}
	ck_assert_str_eq(got, want);
}

/** what the listener has, "10.0.0.0/8 10.1.0.0/16 " */
static void assert_told(const char *want)
{
	static const family_t families[] = {FAMILY_IPV4, FAMILY_IPV6};
	const bgp_attrs_t *attrs;
	char got[512] = "";

	settle();
	for (unsigned f = 0; f < 2; f++)
	{
		prefix_t found, at;
		const prefix_t *after = NULL;

		while (bgp_rib_advertised_next(rib, &peers[LISTENER], families[f],
									   after, &found, &attrs))
		{
			char text[PREFIX_STR_MAX];

			strcat(strcat(got, prefix_format(&found, text)), " ");
			at = found;
			after = &at;
		}
	}
	ck_assert_str_eq(got, want);
}

static bgp_peer_t *resolve(void *user, uint16_t index)
{
	return (bgp_peer_t *)(void *)&peers[index];
}

START_TEST(test_comes_and_goes)
{
	start();
	bgp_rib_set_resolver(rib, resolve, NULL);
	aggregates("10.0.0.0/8 2001:db8::/32");
	assert_chosen("10.0.0.0/8", "none");
	/* itself, what covers it, and what is beside it: nothing within it */
	announce("0.0.0.0/0", 0);
	announce("11.0.0.0/16", 0);
	announce("9.255.255.0/24", 0);
	assert_chosen("10.0.0.0/8", "none");
	announce("10.0.0.0/8", 0);
	assert_chosen("10.0.0.0/8", "peer");
	announce("10.0.0.0/9", 0);
	assert_chosen("10.0.0.0/8", "ia");
	announce("10.255.255.255/32", 0);
	withdraw("10.0.0.0/9");
	assert_chosen("10.0.0.0/8", "ia");
	withdraw("10.255.255.255/32");
	assert_chosen("10.0.0.0/8", "peer");
	withdraw("10.0.0.0/8");
	assert_chosen("10.0.0.0/8", "none");
	announce("2001:db8:1::/48", 0);
	assert_chosen("2001:db8::/32", "ia");
	/* a policy, or the peer's end, takes the routes away */
	peers[0].import_policy = NULL;
	bgp_rib_peer_changed(rib, &peers[0]);
	assert_chosen("2001:db8::/32", "none");
	peers[0].import_policy = all;
	bgp_rib_peer_changed(rib, &peers[0]);
	assert_chosen("2001:db8::/32", "ia");
	bgp_rib_peer_down(rib, &peers[0]);
	assert_chosen("2001:db8::/32", "none");
	stop();
}
END_TEST

START_TEST(test_attributes)
{
	prefix_t own = parse("10.1.0.0/16");

	start();
	bgp_rib_set_resolver(rib, resolve, NULL);
	aggregates("10.0.0.0/8");
	/* our own have no AS path that could be left out */
	bgp_rib_originate(rib, &own,
					  &(bgp_local_t){.source = BGP_SOURCE_ADVERTISE});
	assert_chosen("10.0.0.0/8", "i");
	bgp_rib_originate(rib, &own,
					  &(bgp_local_t){.source = BGP_SOURCE_CONNECTED});
	assert_chosen("10.0.0.0/8", "?");
	bgp_rib_unoriginate(rib, &own);
	assert_chosen("10.0.0.0/8", "none");
	/* the worst of all, whatever the order */
	announce("10.1.0.0/16", BGP_ORIGIN_EGP);
	assert_chosen("10.0.0.0/8", "ea");
	announce("10.2.0.0/16", BGP_ORIGIN_IGP);
	assert_chosen("10.0.0.0/8", "ea");
	announce("10.3.0.0/16", BGP_ORIGIN_INCOMPLETE);
	assert_chosen("10.0.0.0/8", "?a");
	withdraw("10.1.0.0/16");
	assert_chosen("10.0.0.0/8", "?a");
	announce("10.3.0.0/16", BGP_ORIGIN_IGP);
	assert_chosen("10.0.0.0/8", "ia");
	/* the same prefix advertised by name goes before it */
	own = parse("10.0.0.0/8");
	bgp_rib_originate(rib, &own, &(bgp_local_t){.source = BGP_SOURCE_OTHER});
	assert_chosen("10.0.0.0/8", "own");
	bgp_rib_unoriginate(rib, &own);
	assert_chosen("10.0.0.0/8", "ia");
	stop();
}
END_TEST

START_TEST(test_summary)
{
	start();
	announce("10.1.0.0/16", 0);
	announce("10.2.0.0/16", 0);
	announce("11.0.0.0/8", 0);
	assert_told("10.1.0.0/16 10.2.0.0/16 11.0.0.0/8 ");
	aggregates("10.0.0.0/8");
	assert_told("10.0.0.0/8 10.1.0.0/16 10.2.0.0/16 11.0.0.0/8 ");
	aggregates("10.0.0.0/8!");
	assert_told("10.0.0.0/8 11.0.0.0/8 ");
	announce("10.3.0.0/16", 0);
	assert_told("10.0.0.0/8 11.0.0.0/8 ");
	/* who comes later hears the same */
	bgp_rib_peer_down(rib, &peers[LISTENER]);
	bgp_rib_peer_up(rib, &peers[LISTENER]);
	assert_told("10.0.0.0/8 11.0.0.0/8 ");
	/* gone with the last, back with the first */
	withdraw("10.1.0.0/16");
	withdraw("10.2.0.0/16");
	withdraw("10.3.0.0/16");
	assert_told("11.0.0.0/8 ");
	announce("10.3.0.0/16", 0);
	assert_told("10.0.0.0/8 11.0.0.0/8 ");
	aggregates("10.0.0.0/8");
	assert_told("10.0.0.0/8 10.3.0.0/16 11.0.0.0/8 ");
	aggregates("10.0.0.0/8!");
	aggregates("");
	assert_told("10.3.0.0/16 11.0.0.0/8 ");
	ck_assert_uint_eq(rib->aggregates.summaries[0], 0);
	/* back and forth without a turn for the work */
	for (unsigned i = 0; i < 5; i++)
	{
		bgp_aggregate_t a = {parse("10.0.0.0/8"), i % 2 == 0};

		bgp_rib_aggregates_set(rib, &a, i != 3);
	}
	assert_told("10.0.0.0/8 11.0.0.0/8 ");
	stop();
}
END_TEST

START_TEST(test_nested)
{
	start();
	bgp_rib_set_resolver(rib, resolve, NULL);
	aggregates("10.0.0.0/8 10.1.0.0/16 10.1.2.0/24!");
	announce("10.1.2.128/25", BGP_ORIGIN_EGP);
	assert_chosen("10.0.0.0/8", "ea");
	assert_chosen("10.1.0.0/16", "ea");
	assert_chosen("10.1.2.0/24", "ea");
	assert_told("10.0.0.0/8 10.1.0.0/16 10.1.2.0/24 ");
	aggregates("10.0.0.0/8! 10.1.0.0/16 10.1.2.0/24!");
	assert_told("10.0.0.0/8 ");
	/* what suppresses and what is suppressed: both there, or gone */
	assert_chosen("10.1.2.0/24", "ea");
	withdraw("10.1.2.128/25");
	assert_chosen("10.0.0.0/8", "none");
	assert_chosen("10.1.0.0/16", "none");
	assert_chosen("10.1.2.0/24", "none");
	assert_told("");
	stop();
}
END_TEST

/** a change costs the same whatever the table holds, and a new list is worked
 * in within the budget */
START_TEST(test_slices)
{
	uint32_t before;
	unsigned turns = 0;
	char text[32];

	start();
	for (unsigned i = 0; i < 5000; i++)
	{
		snprintf(text, sizeof(text), "10.%u.%u.0/24", i / 256, i % 256);
		announce(text, 0);
	}
	settle();
	bgp_rib_aggregates_set(
		rib, &(bgp_aggregate_t){.prefix = parse("10.0.0.0/8")}, 1);
	while (aggregates_busy(rib))
	{
		bgp_rib_work(rib, 40);
		turns++;
	}
	/* it has a quarter at least */
	ck_assert_uint_ge(turns, 5000 / 40);
	ck_assert_uint_le(turns, 5000 / 10 + 5);
	settle();
	before = peers[LISTENER].advertised[0];
	ck_assert_uint_eq(before, 5001);
	for (unsigned i = 0; i < 100; i++)
	{
		snprintf(text, sizeof(text), "10.%u.7.0/24", i);
		announce(text, i % 3 == 0);
		ck_assert_uint_eq(rib->aggregates.walks.count, 0);
		ck_assert_uint_le(rib->aggregates.dirty.count, 1);
	}
	stop();
}
END_TEST

/* -- the model ---------------------------------------------------------------- */

#define PREFIXES 31
#define ROUTES   3

static struct
{
	/** the nodes of a tree: the first is 10.0.0.0/8 */
	prefix_t prefix[PREFIXES];
	/** by 0, 1 and ourselves: 0 none, else ORIGIN + 1 */
	uint8_t heard[ROUTES][PREFIXES];
	/** 0 none, 1 aggregate, 2 with summary_only */
	uint8_t list[PREFIXES];
} model;

/** ORIGIN + 1 of what is chosen but for aggregates; *path: it has an AS path */
static unsigned naive_best(unsigned n, bool *path)
{
	unsigned a = model.heard[0][n], b = model.heard[1][n];

	*path = !model.heard[2][n];
	if (!*path)
	{
		return model.heard[2][n];
	}
	return !a || (b && b < a) ? b : a;
}

static bool within(unsigned inner, unsigned outer)
{
	return inner != outer &&
		   prefix_contains(&model.prefix[outer], &model.prefix[inner]);
}

/** something within it is chosen */
static bool naive_holds(unsigned n)
{
	bool any = false, path;

	for (unsigned i = 0; i < PREFIXES; i++)
	{
		any |= within(i, n) && naive_best(i, &path);
	}
	return any;
}

/** as assert_chosen has it */
static void naive_aggregate(unsigned n, char text[8])
{
	unsigned worst = 0;
	bool atomic = false, path;

	for (unsigned i = 0; i < PREFIXES && model.list[n]; i++)
	{
		unsigned best = within(i, n) ? naive_best(i, &path) : 0;

		/* an aggregate stands before what a peer says of the same prefix, and
		 * does not count itself */
		if (model.list[i] && naive_holds(i) && !model.heard[2][i])
		{
			best = 0;
		}

		atomic |= best && path;
		worst = best > worst ? best : worst;
	}
	strcpy(text, "none");
	if (model.heard[2][n])
	{
		strcpy(text, "own");
	}
	else if (worst)
	{
		snprintf(text, 8, "%c%s", "ie?"[worst - 1], atomic ? "a" : "");
	}
	else if (naive_best(n, &path))
	{
		strcpy(text, "peer");
	}
}

static bool naive_suppressed(unsigned n)
{
	for (unsigned a = 0; a < PREFIXES; a++)
	{
		if (model.list[a] == 2 && within(n, a) && naive_holds(a))
		{
			return true;
		}
	}
	return false;
}

static void check(void)
{
	char told[PREFIXES * (PREFIX_STR_MAX + 1)] = "", text[PREFIX_STR_MAX];

	settle();
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		char want[8];

		prefix_format(&model.prefix[n], text);
		naive_aggregate(n, want);
		assert_chosen(text, want);
	}
	/* the tree's order is not the prefixes' */
	for (uint32_t i = 0; i < 256; i++)
	{
		for (unsigned n = 0; n < PREFIXES; n++)
		{
			char want[8];

			naive_aggregate(n, want);
			if (model.prefix[n].addr.b[1] == (i & ~7u) &&
				model.prefix[n].len == 8 + (i & 7) && strcmp(want, "none") &&
				!naive_suppressed(n))
			{
				strcat(strcat(told, prefix_format(&model.prefix[n], text)),
					   " ");
			}
		}
	}
	assert_told(told);
}

static void set_list(prng_t *rng)
{
	bgp_aggregate_t list[PREFIXES];
	size_t count = 0;

	for (unsigned n = 0; n < PREFIXES; n++)
	{
		/* mostly a few change */
		if (prng_below(rng, 4) == 0)
		{
			unsigned draw = (unsigned)prng_below(rng, 6);

			model.list[n] = (uint8_t)(draw > 2 ? 0 : draw);
		}
		if (model.list[n])
		{
			list[count++] =
				(bgp_aggregate_t){model.prefix[n], model.list[n] == 2};
		}
	}
	bgp_rib_aggregates_set(rib, list, count);
}

static void event(prng_t *rng)
{
	unsigned n = (unsigned)prng_below(rng, PREFIXES);
	unsigned by = (unsigned)prng_below(rng, ROUTES);
	uint8_t origin = (uint8_t)prng_below(rng, 3);

	if (by == 2)
	{
		bgp_local_t local = {.source = origin ? BGP_SOURCE_STATIC
											  : BGP_SOURCE_ADVERTISE};

		model.heard[2][n] = prng_below(rng, 4) ? 0 : origin ? 3 : 1;
		model.heard[2][n] ? bgp_rib_originate(rib, &model.prefix[n], &local)
						  : bgp_rib_unoriginate(rib, &model.prefix[n]);
	}
	else if (prng_below(rng, 60) == 0)
	{
		bgp_rib_peer_down(rib, &peers[by]);
		bgp_rib_peer_up(rib, &peers[by]);
		memset(model.heard[by], 0, sizeof(model.heard[by]));
	}
	else if (prng_below(rng, 5) < 2)
	{
		announce_prefix(by, &model.prefix[n], origin);
		model.heard[by][n] = (uint8_t)(origin + 1);
	}
	else
	{
		bgp_rib_withdraw(rib, &peers[by], &model.prefix[n]);
		model.heard[by][n] = 0;
	}
}

START_TEST(test_model)
{
	static bgp_route_t route;
	prng_t rng;

	start();
	bgp_rib_set_resolver(rib, resolve, NULL);
	prng_seed(&rng, (uint64_t)_i + 1);
	memset(&model, 0, sizeof(model));
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		unsigned depth = 31u - (unsigned)__builtin_clz(n + 1);
		addr_t a =
			addr_v4(0x0a000000 + ((n + 1 - (1u << depth)) << (24 - depth)));

		model.prefix[n] = prefix_make(&a, 8 + depth);
	}
	for (unsigned step = 0; step < 3000; step++)
	{
		prng_below(&rng, 50) ? event(&rng) : set_list(&rng);
		if (prng_below(&rng, 2))
		{
			bgp_rib_work(rib, 1 + (unsigned)prng_below(&rng, 9));
		}
		if (prng_below(&rng, 2))
		{
			bgp_rib_next_change(rib, &route);
		}
		if (step % 50 == 49)
		{
			check();
		}
	}
	/* nothing is left of it */
	bgp_rib_aggregates_set(rib, NULL, 0);
	for (unsigned i = 0; i < 2; i++)
	{
		bgp_rib_peer_down(rib, &peers[i]);
	}
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		bgp_rib_unoriginate(rib, &model.prefix[n]);
	}
	settle();
	while (bgp_rib_next_change(rib, &route))
	{
	}
	ck_assert_uint_eq(trie_count(rib->trie[0]), 0);
	ck_assert_uint_eq(trie_count(rib->aggregates.trie[0]), 0);
	ck_assert_uint_eq(bgp_attr_pool_count(bgp_rib_attrs(rib)), 0);
	ck_assert(!aggregates_busy(rib));
	stop();
}
END_TEST

Suite *aggregate_suite(void)
{
	Suite *suite = suite_create("aggregate");

	unit_add(suite, "comes and goes", test_comes_and_goes);
	unit_add(suite, "attributes", test_attributes);
	unit_add(suite, "summary", test_summary);
	unit_add(suite, "nested", test_nested);
	unit_add(suite, "slices", test_slices);
	unit_add_loop(suite, "model", test_model, 20);
	return suite;
}
