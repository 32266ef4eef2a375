/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Groups of peers that are told the same: each of them hears what it would
 * hear alone, whoever comes, goes, changes or does not read meanwhile.
 */

#include "unit/bgp/suites.h"

#include "bgp/adj_out_impl.h"
#include "bgp/import.h"
#include "bgp/message.h"
#include "bgp/policy.h"

#include <string.h>

#define SPEAKER  65000u
#define PEERS    10
#define PREFIXES 64

/** what a peer has heard of a prefix */
typedef struct heard_t
{
	/** the second AS of the path, which is told from others by it; 0: nothing */
	uint32_t tag;
	bool going_down;
} heard_t;

typedef struct world_t
{
	prng_t rng;
	bgp_rib_t *rib;
	bgp_rib_peer_t peers[PEERS];
	bgp_peer_config_t configs[PEERS];
	bgp_policy_t *policies[2];
	bool up[PEERS];
	bool deaf[PEERS];
	/** 0: nothing, else the tag */
	uint32_t said[PEERS][PREFIXES];
	uint32_t last_tag;
	heard_t heard[PEERS][PREFIXES];
	unsigned eor[PEERS];
	bgp_attr_set_t set;
	bgp_attr_set_t decoded;
} world_t;

static world_t world;

static prefix_t prefix_of(unsigned n)
{
	addr_t a = addr_v4(0x0a000000 + (n << 16));

	return prefix_make(&a, 16);
}

static void start(uint64_t seed)
{
	bgp_config_t config = {.asn = SPEAKER, .router_id = 1, .multipath = 1};
	bgp_prefix_match_t half = {.le = 32};
	world_t *w = &world;

	memset(w, 0, sizeof(*w));
	prng_seed(&w->rng, seed);
	w->rib = bgp_rib_create(&config, 1);
	w->policies[0] = bgp_policy_create("all");
	bgp_policy_rule(w->policies[0], "all", BGP_POLICY_ACCEPT);
	w->policies[1] = bgp_policy_create("half");
	bgp_policy_rule(w->policies[1], "half", BGP_POLICY_ACCEPT);
	ck_assert(prefix_parse("10.0.0.0/11", &half.prefix));
	bgp_policy_match_prefixes(w->policies[1], &half, 1);
	bgp_attr_set_init(&w->set);
	bgp_attr_set_init(&w->decoded);
	for (unsigned i = 0; i < PEERS; i++)
	{
		w->peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.name = "peer",
			.eligible = true,
			.families = BGP_IPV4,
			.as4 = true,
			.message_max = BGP_MESSAGE_MAX,
			.local_as = SPEAKER,
			.remote_as = 65500 + i,
			.router_id = 100 + i,
			.address = addr_v4(0xa9fe0001 + 4 * i),
			.next_hop4 = addr_v4(0xa9fe0002 + 4 * i),
			.weight = 1,
			.import_policy = w->policies[0],
			.export_policy = w->policies[0],
			.config = &w->configs[i],
		};
	}
}

static void stop(void)
{
	bgp_rib_destroy(world.rib);
	bgp_policy_destroy(world.policies[0]);
	bgp_policy_destroy(world.policies[1]);
	bgp_attr_set_deinit(&world.set);
	bgp_attr_set_deinit(&world.decoded);
}

static void peer_up(unsigned i)
{
	world.up[i] = true;
	world.eor[i] = 0;
	bgp_rib_peer_up(world.rib, &world.peers[i]);
}

static void peer_down(unsigned i)
{
	world.up[i] = false;
	world.eor[i] = 0;
	memset(world.said[i], 0, sizeof(world.said[i]));
	memset(world.heard[i], 0, sizeof(world.heard[i]));
	bgp_rib_peer_down(world.rib, &world.peers[i]);
}

/** lower numbers are better: their paths are shorter */
static void say(unsigned i, unsigned n, uint32_t tag)
{
	prefix_t prefix = prefix_of(n);
	world_t *w = &world;
	uint32_t id;

	w->said[i][n] = tag;
	if (!tag)
	{
		bgp_rib_withdraw(w->rib, &w->peers[i], &prefix);
		return;
	}
	bgp_attr_set_clear(&w->set);
	w->set.a.next_hop = w->peers[i].address;
	ck_assert(bgp_attr_set_prepend(&w->set, 64000, 1 + i));
	ck_assert(bgp_attr_set_prepend(&w->set, tag, 1));
	id = bgp_attr_intern(bgp_rib_attrs(w->rib), &w->set.a);
	ck_assert_int_eq(bgp_rib_announce(w->rib, &w->peers[i], &prefix, id),
					 BGP_RIB_ENTERED);
	bgp_attr_release(bgp_rib_attrs(w->rib), id);
}

static bool work(unsigned budget)
{
	return bgp_rib_work(world.rib, budget);
}

/* -- what is heard --------------------------------------------------------- */

static void hear(unsigned i, bgp_nlri_t nlri, const bgp_attrs_t *a)
{
	prefix_t prefix;

	while (bgp_nlri_next(&nlri, &prefix))
	{
		unsigned n = prefix.addr.b[1];
		heard_t *h = &world.heard[i][n];
		rbuf_t path;

		ck_assert_uint_lt(n, PREFIXES);
		/* never that something goes which never came */
		ck_assert(a || h->tag);
		*h = (heard_t){.tag = 0};
		if (a)
		{
			path = rbuf_make(a->as_path.data, a->as_path.len);
			ck_assert(rbuf_skip(&path, 6) && rbuf_u32(&path, &h->tag));
			h->going_down = bgp_has_community(a, BGP_GRACEFUL_SHUTDOWN);
			ck_assert(addr_equal(&a->next_hop, &world.peers[i].next_hop4));
		}
	}
}

/** one call with so much room; what it writes is read. How many messages */
static unsigned listen(unsigned i, size_t room)
{
	static uint8_t buf[BGP_MESSAGE_EXTENDED_MAX];
	bool waiting = bgp_rib_out_waiting(world.rib, &world.peers[i]);
	wbuf_t w = wbuf_make(buf, room);
	unsigned n = bgp_rib_out_write(world.rib, &world.peers[i], &w), count = 0;
	rbuf_t r = rbuf_make(buf, wbuf_len(&w)), one;
	bgp_codec_t codec = {
		.as4 = true,
		.families = BGP_IPV4,
		.local_as = world.peers[i].remote_as,
		.remote_as = SPEAKER,
		.message_max = BGP_MESSAGE_MAX,
	};

	ck_assert(!w.overflow && (waiting || !n));
	for (; rbuf_left(&r); count++)
	{
		bgp_update_t update = {.attrs = &world.decoded};
		bgp_fault_t fault;
		bgp_type_t type;
		uint16_t len;

		ck_assert(bgp_decode_header(r, BGP_MESSAGE_MAX, &len, &type, &fault));
		ck_assert(rbuf_sub(&r, len, &one) && rbuf_skip(&one, BGP_HEADER_LEN));
		ck_assert(bgp_decode_update(one, &codec, &update, &fault));
		ck_assert_int_eq(fault.verdict, BGP_FAULT_NONE);
		world.eor[i] += update.end_of_rib != FAMILY_NONE;
		hear(i, update.withdrawn, NULL);
		hear(i, update.announced, &world.decoded.a);
	}
	ck_assert_uint_eq(count, n);
	return n;
}

/** who has the best path: those that go down are the last choice */
static unsigned best(unsigned n)
{
	const world_t *w = &world;
	unsigned found = PEERS;

	for (unsigned i = PEERS; i-- > 0;)
	{
		if (w->up[i] && w->said[i][n] &&
			(found == PEERS || !w->configs[i].graceful_shutdown ||
			 w->configs[found].graceful_shutdown))
		{
			found = i;
		}
	}
	return found;
}

/** as it would be for the peer alone */
static heard_t due(unsigned i, unsigned n)
{
	const world_t *w = &world;
	unsigned from = best(n);
	bool told = w->up[i] && from != PEERS && from != i &&
				(w->peers[i].export_policy == w->policies[0] || n < 32);

	return (heard_t){
		.tag = told ? w->said[from][n] : 0,
		.going_down = told && w->configs[i].graceful_shutdown,
	};
}

static unsigned groups(void)
{
	return world.rib->outs.count;
}

/** all that read have read all */
static void drain(void)
{
	for (bool more = true; more;)
	{
		more = false;
		while (work(50))
		{
		}
		for (unsigned i = 0; i < PEERS; i++)
		{
			if (!world.deaf[i] &&
				bgp_rib_out_waiting(world.rib, &world.peers[i]))
			{
				listen(i, BGP_MESSAGE_EXTENDED_MAX);
				more = true;
			}
		}
	}
}

static void check(unsigned i)
{
	unsigned count = 0, listed = 0;
	const bgp_attrs_t *attrs;
	prefix_t at;
	bool more;

	for (unsigned n = 0; n < PREFIXES; n++)
	{
		heard_t want = due(i, n);

		ck_assert_msg(world.heard[i][n].tag == want.tag &&
						  world.heard[i][n].going_down == want.going_down,
					  "peer %u, prefix %u: heard %u, due %u", i, n,
					  world.heard[i][n].tag, want.tag);
		count += want.tag != 0;
	}
	ck_assert_uint_eq(world.peers[i].advertised[0], count);
	for (more = bgp_rib_advertised_next(world.rib, &world.peers[i], FAMILY_IPV4,
										NULL, &at, &attrs);
		 more; more = bgp_rib_advertised_next(world.rib, &world.peers[i],
											  FAMILY_IPV4, &at, &at, &attrs))
	{
		listed += attrs != NULL;
		ck_assert(!attrs ||
				  addr_equal(&attrs->next_hop, &world.peers[i].next_hop4));
	}
	ck_assert_uint_eq(listed, count);
	ck_assert_uint_eq(world.eor[i], world.up[i]);
}

/* -- at random ------------------------------------------------------------- */

static void change_one(unsigned i)
{
	world_t *w = &world;

	if (prng_below(&w->rng, 2))
	{
		w->configs[i].graceful_shutdown = !w->configs[i].graceful_shutdown;
	}
	else
	{
		w->peers[i].export_policy = w->policies[prng_below(&w->rng, 2)];
	}
	bgp_rib_peer_changed(w->rib, &w->peers[i]);
}

/** as a reload does it: one after the other */
static void change_all(void)
{
	const bgp_policy_t *policy = world.policies[prng_below(&world.rng, 2)];

	for (unsigned i = 0; i < PEERS; i++)
	{
		world.peers[i].export_policy = policy;
		world.configs[i].graceful_shutdown = false;
		if (world.up[i])
		{
			bgp_rib_peer_changed(world.rib, &world.peers[i]);
		}
	}
}

static void event(void)
{
	world_t *w = &world;
	unsigned i = (unsigned)prng_below(&w->rng, PEERS);
	unsigned n = (unsigned)prng_below(&w->rng, PREFIXES);
	unsigned what = (unsigned)prng_below(&w->rng, 240);

	if (what == 0)
	{
		change_all();
	}
	else if (what < 4)
	{
		change_one(i);
	}
	else if (what < 8)
	{
		bgp_rib_peer_resend(w->rib, &w->peers[i], FAMILY_IPV4);
	}
	else if (what < 14)
	{
		w->up[i] ? peer_down(i) : peer_up(i);
	}
	else if (what < 18)
	{
		w->deaf[i] = !w->deaf[i];
	}
	else if (what < 80)
	{
		listen(i, w->deaf[i] ? 0 : BGP_MESSAGE_MAX);
	}
	else if (what < 120)
	{
		work(1 + n % 20);
	}
	else if (w->up[i])
	{
		/* many say the same: attributes are shared, but not the source */
		say(i, n,
			what < 160   ? 0
			: what < 200 ? ++w->last_tag
						 : 100000 + what % 3);
	}
}

START_TEST(test_random)
{
	start(77 + (uint64_t)_i);
	world.last_tag = 200000;
	/* one or two small messages make a member go alone in some worlds */
	world.rib->outs.lag_max = _i % 3 ? 150u * (unsigned)_i : OUT_LAG_MAX;
	for (unsigned step = 0; step < 10000; step++)
	{
		event();
		if (step % 250 == 249)
		{
			drain();
			for (unsigned i = 0; i < PEERS; i++)
			{
				if (!world.deaf[i])
				{
					check(i);
				}
			}
		}
	}
	memset(world.deaf, 0, sizeof(world.deaf));
	drain();
	for (unsigned i = 0; i < PEERS; i++)
	{
		check(i);
	}
	for (unsigned i = 0; i < PEERS; i++)
	{
		if (world.up[i])
		{
			peer_down(i);
		}
	}
	drain();
	ck_assert_uint_eq(groups(), 0);
	ck_assert_uint_eq(bgp_attr_pool_count(bgp_rib_attrs(world.rib)), 0);
	stop();
}
END_TEST

/* -- one fact at a time ---------------------------------------------------- */

static void all_up(void)
{
	for (unsigned i = 0; i < PEERS; i++)
	{
		peer_up(i);
	}
	drain();
}

static void check_all(void)
{
	drain();
	for (unsigned i = 0; i < PEERS; i++)
	{
		check(i);
	}
}

/** one table and one message for all, but each its own next hop */
START_TEST(test_shared)
{
	const group_t *g;

	start(1);
	all_up();
	ck_assert_uint_eq(groups(), 1);
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		say(0, n, 70000);
	}
	while (work(50))
	{
	}
	g = world.peers[1].out->group;
	ck_assert_uint_eq(listen(1, BGP_MESSAGE_EXTENDED_MAX), 1);
	ck_assert_uint_eq(g->behind, PEERS - 2);
	ck_assert_ptr_eq(world.peers[2].out->next, world.peers[3].out->next);
	/* not to the one who said it */
	ck_assert_ptr_null(world.peers[0].out->next);
	ck_assert_uint_eq(g->fam[0].entries.live, PREFIXES);
	check_all();
	ck_assert(list_empty(&g->messages));
	stop();
}
END_TEST

/** it goes on alone, holds up nobody and no memory, and comes back */
START_TEST(test_deaf)
{
	size_t before;

	start(2);
	all_up();
	world.deaf[9] = true;
	world.rib->outs.lag_max = 5000;
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		say(0, n, 70000 + n);
	}
	drain();
	check(1);
	before = bgp_rib_memory(world.rib);
	for (unsigned round = 1; round < 50; round++)
	{
		for (unsigned n = 0; n < PREFIXES; n++)
		{
			say(0, n, round % 2 && n % 2 ? 0 : 70000 + round * 100 + n);
		}
		drain();
		check(1);
	}
	ck_assert(!world.peers[9].out->in_step);
	ck_assert_uint_lt(bgp_rib_memory(world.rib), before + 8192);
	world.deaf[9] = false;
	check_all();
	ck_assert(world.peers[9].out->in_step);
	ck_assert(list_empty(&world.peers[9].out->group->messages));
	stop();
}
END_TEST

/** one leaves for another export, and comes back; all change at once and stay
 * together */
START_TEST(test_regroup)
{
	const group_t *g;

	start(3);
	all_up();
	for (unsigned n = 0; n < PREFIXES; n++)
	{
		say(n % PEERS, n, 70000 + n);
	}
	check_all();
	g = world.peers[0].out->group;
	world.peers[0].export_policy = world.policies[1];
	bgp_rib_peer_changed(world.rib, &world.peers[0]);
	check_all();
	ck_assert_uint_eq(groups(), 2);
	ck_assert(world.peers[0].out->group != g);
	ck_assert(world.peers[1].out->group == g);
	world.peers[0].export_policy = world.policies[0];
	bgp_rib_peer_changed(world.rib, &world.peers[0]);
	check_all();
	ck_assert_uint_eq(groups(), 1);
	ck_assert(world.peers[0].out->group == g);
	for (unsigned i = 0; i < PEERS; i++)
	{
		world.peers[i].export_policy = world.policies[1];
		bgp_rib_peer_changed(world.rib, &world.peers[i]);
	}
	check_all();
	ck_assert_uint_eq(groups(), 1);
	ck_assert(world.peers[0].out->group == g);
	stop();
}
END_TEST

/** what is not the same in bytes is not one group */
START_TEST(test_apart)
{
	start(4);
	world.peers[1].as4 = false;
	world.peers[2].message_max = BGP_MESSAGE_EXTENDED_MAX;
	world.peers[3].local_as = 65001;
	world.peers[4].next_hop6 = addr_v6((const uint8_t *)"0123456789abcdef");
	world.peers[5].families = BGP_IPV4 | BGP_IPV6;
	world.configs[6].role = BGP_ROLE_PROVIDER;
	world.configs[7].as_override = true;
	for (unsigned i = 0; i < PEERS; i++)
	{
		peer_up(i);
	}
	/* 0, 8 and 9 */
	ck_assert_uint_eq(groups(), 8);
	ck_assert_ptr_eq(world.peers[0].out->group, world.peers[9].out->group);
	stop();
}
END_TEST

/** the source moves from one member to another: the one hears of it now, the
 * other no more */
START_TEST(test_source_moves)
{
	start(5);
	all_up();
	say(5, 0, 70000);
	drain();
	ck_assert_uint_eq(world.heard[5][0].tag, 0);
	ck_assert_uint_eq(world.heard[2][0].tag, 70000);
	say(2, 0, 70001);
	while (work(50))
	{
	}
	listen(9, BGP_MESSAGE_EXTENDED_MAX);
	/* no turn of another's is needed for the withdrawal */
	ck_assert_uint_eq(listen(2, BGP_MESSAGE_EXTENDED_MAX), 1);
	ck_assert_uint_eq(world.heard[2][0].tag, 0);
	check_all();
	stop();
}
END_TEST

Suite *adj_out_member_suite(void)
{
	Suite *suite = suite_create("adj_out_member");

	unit_add(suite, "shared", test_shared);
	unit_add(suite, "deaf", test_deaf);
	unit_add(suite, "regroup", test_regroup);
	unit_add(suite, "apart", test_apart);
	unit_add(suite, "source moves", test_source_moves);
	unit_add_loop(suite, "random", test_random, 9);
	return suite;
}
