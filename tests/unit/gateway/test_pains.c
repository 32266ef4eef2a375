/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the field suffers from (tests/README.md), in the whole gateway: charon's
 * own orders of hooks as facts, and a route leaves its tunnel just when the
 * last SA is gone; sessions over a short loss; strict return paths.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"
#include "unit/plugin/sequences.h"

#include <string.h>

/** world_up's SA of the first tunnel is the sequences' number 1 */
#define SA(n) (99 + (n))

static void load(world_t *w, const char *text)
{
	char *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(error);
	world_run(w, USEC_PER_SEC);
}

static world_t *up(void (*edit)(config_t *config))
{
	char *text = world_config(2, NULL, NULL);
	world_t *w = world_create(2);

	w->edit = edit;
	load(w, text);
	free(text);
	world_up(w);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_announce(w, 1, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	return w;
}

static unsigned ways(const world_t *w)
{
	bool there;

	return world_ways(w, "10.0.0.0/24", &there);
}

static void play(world_t *w, const seq_step_t *step)
{
	switch (step->fact)
	{
		case SEQ_FACT_UP:
		case SEQ_FACT_CHANGED:
			world_fact(w, 0, FACT_CHILD_UP, SA(step->fact_sa), 0);
			break;
		case SEQ_FACT_DOWN:
			world_fact(w, 0, FACT_CHILD_DOWN, SA(step->fact_sa), 0);
			break;
		case SEQ_FACT_REKEYED:
			world_fact(w, 0, FACT_CHILD_REKEYED, SA(step->fact_sa),
					   SA(step->successor));
			break;
		case SEQ_NO_FACT:
			break;
	}
}

START_TEST(test_sequence)
{
	const seq_t *seq = &sequences[_i];
	world_t *w = up(NULL);
	kernel_link_t link = *world_link(w, 0);
	size_t addrs = w->state.n_addrs;

	if (!seq->established)
	{
		world_fact(w, 0, FACT_CHILD_DOWN, SA(1), 0);
	}
	core_apply(w->core, w->now);
	for (const seq_step_t *step = seq->steps; step->hook != SEQ_END; step++)
	{
		play(w, step);
		/* in the same turn of the loop */
		core_apply(w->core, w->now);
		ck_assert_msg(ways(w) == (step->has_sa ? 3u : 2u), "%s, step %d: %u",
					  seq->name, (int)(step - seq->steps), ways(w));
		/* and a while later */
		world_run(w, 100 * USEC_PER_MSEC);
		ck_assert_msg(ways(w) == (step->has_sa ? 3u : 2u), "%s, step %d: %u",
					  seq->name, (int)(step - seq->steps), ways(w));
		/* a link lives as long as its configuration, not as its SAs */
		ck_assert_msg(memcmp(world_link(w, 0), &link, sizeof(link)) == 0,
					  "%s, step %d", seq->name, (int)(step - seq->steps));
		ck_assert_uint_eq(w->state.n_addrs, addrs);
	}
	world_destroy(w);
}
END_TEST

/** a moment without an SA, shorter than the hold time; the session's worst
 * state at the far side meanwhile. cut: nor a packet, not ours that ends it */
static bgp_state_t moment_without(world_t *w, bool cut)
{
	bgp_state_t worst = BGP_ESTABLISHED;

	w->cut[0] = cut;
	world_fact(w, 0, FACT_CHILD_DOWN, SA(1), 0);
	for (unsigned i = 0; i < 400; i++)
	{
		world_run(w, 10 * USEC_PER_MSEC);
		ck_assert_uint_eq(ways(w), 2);
		if (world_session(w, 0) < worst)
		{
			worst = world_session(w, 0);
		}
	}
	w->cut[0] = false;
	world_fact(w, 0, FACT_CHILD_UP, SA(2), 0);
	return worst;
}

START_TEST(test_session_kept)
{
	world_t *w = up(NULL);

	ck_assert_int_eq(moment_without(w, true), BGP_ESTABLISHED);
	/* its routes are there with the SA, not with a new session */
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w), 3);
	world_destroy(w);
}
END_TEST

static void first_resets(config_t *config)
{
	config->bundles[0].tunnels[0].on_down = CONFIG_SESSION_RESET;
}

START_TEST(test_session_reset)
{
	world_t *w = up(first_resets);

	ck_assert_int_lt(moment_without(w, false), BGP_ESTABLISHED);
	core_apply(w->core, w->now);
	/* a new session, without a retry timer in the way */
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_announce(w, 0, "10.0.0.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w), 3);
	world_destroy(w);
}
END_TEST

static void with_ipv6(config_t *config)
{
	config_tunnel_t *tunnel = &config->bundles[0].tunnels[0];

	tunnel->addresses =
		mem_resize(tunnel->addresses, 2, sizeof(*tunnel->addresses));
	ck_assert(ifaddr_parse("fd00::2/126", &tunnel->addresses[1]));
	tunnel->n_addresses = 2;
}

static const kernel_addr_t *find_addr(const world_t *w, const char *text)
{
	ifaddr_t wanted;

	ck_assert(ifaddr_parse(text, &wanted));
	for (size_t i = 0; i < w->state.n_addrs; i++)
	{
		if (addr_equal(&w->state.addrs[i].ifaddr.addr, &wanted.addr))
		{
			return &w->state.addrs[i];
		}
	}
	return NULL;
}

/** somebody sets a link of ours down, which takes its IPv6 addresses along */
START_TEST(test_link_set_down)
{
	world_t *w = up(with_ipv6);
	kernel_link_t before = *world_link(w, 0);

	ck_assert_ptr_nonnull(find_addr(w, "fd00::2/126"));
	world_link_set(w, 0, false);
	world_addr_delete(w, find_addr(w, "fd00::2/126"));
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w), 2);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert(world_link(w, 0)->up);
	ck_assert_uint_eq(world_link(w, 0)->mtu, before.mtu);
	ck_assert_uint_eq(world_link(w, 0)->index, before.index);
	ck_assert_ptr_nonnull(find_addr(w, "fd00::2/126"));
	ck_assert_ptr_nonnull(find_addr(w, "169.254.0.2/30"));
	ck_assert_uint_eq(ways(w), 3);
	world_destroy(w);
}
END_TEST

/** Linux 6.2 allows it while the link is up, before that while it is down */
START_TEST(test_link_renamed)
{
	world_t *w = up(NULL);
	uint32_t before = world_link(w, 0)->index;

	if (_i)
	{
		world_link_set(w, 0, false);
	}
	world_link_rename(w, "cyg-t1", "theirs");
	world_run(w, 50 * USEC_PER_MSEC);
	ck_assert_ptr_nonnull(world_link(w, 0));
	ck_assert_uint_ne(world_link(w, 0)->index, before);
	/* its if_id is of use to one link alone */
	ck_assert_ptr_null(kernel_state_find_link(&w->state, "theirs"));
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(w), 3);
	ck_assert_ptr_nonnull(find_addr(w, "169.254.0.2/30"));
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	world_destroy(w);
}
END_TEST

/** nobody's but its owner's: out of use until it is back */
START_TEST(test_interface_renamed)
{
	static const char text[] =
		"cygnet {\n asn = 65530\n router_id = 10.255.0.1\n"
		" advertise = 192.168.0.0/24\n bundles {\n b {\n"
		" routes = 10.0.0.0/24\n tunnels {\n"
		" t1 {\n interface = line0\n gateway = 192.0.2.1\n"
		" address = 192.0.2.2/30\n }\n }\n }\n }\n }\n";
	kernel_link_t line = {.index = 77,
						  .name = "line0",
						  .mtu = 1500,
						  .up = true,
						  .lower_up = true};
	world_t *w = world_create(1);
	bool there;

	kernel_state_add_link(&w->state, &line);
	load(w, text);
	ck_assert_str_eq(world_hops(w, "10.0.0.0/24"), "77/192.0.2.1");
	world_link_rename(w, "line0", "theirs");
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_str_eq(world_hops(w, "10.0.0.0/24"), "");
	world_ways(w, "10.0.0.0/24", &there);
	ck_assert(!there);
	ck_assert_ptr_nonnull(kernel_state_find_link(&w->state, "theirs"));
	world_link_rename(w, "theirs", "line0");
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_str_eq(world_hops(w, "10.0.0.0/24"), "77/192.0.2.1");
	world_destroy(w);
}
END_TEST

/** what somebody has made before us */
static kernel_link_t foreign(world_t *w, const char *name, uint32_t if_id)
{
	kernel_link_t link = {.index = 77,
						  .kind = if_id ? KERNEL_LINK_XFRM : KERNEL_LINK_OTHER,
						  .if_id = if_id,
						  .mtu = 1500,
						  .up = true,
						  .lower_up = true};

	strcpy(link.name, name);
	kernel_state_add_link(&w->state, &link);
	return link;
}

/** a link of our name, or with our if_id, that is not ours: told with the
 * remedy, left alone, and forgotten when it has gone */
START_TEST(test_link_in_the_way)
{
	static const struct
	{
		const char *name;
		uint32_t if_id;
		const char *told;
	} rows[] = {
		{"cyg-t1", 0, "link cyg-t1 is there already and is not ours"},
		{"cyg-t1", 9, "link cyg-t1 is there already and is not ours"},
		{"theirs", 1,
		 "link cyg-t1 cannot be made: theirs, which is not ours, has its "
		 "if_id 1"},
	};
	char *text = world_config(2, NULL, NULL);
	world_t *w = world_create(2);
	kernel_link_t link = foreign(w, rows[_i].name, rows[_i].if_id);

	load(w, text);
	free(text);
	ck_assert(world_problem(w, rows[_i].told));
	ck_assert_ptr_nonnull(kernel_state_link(&w->state, 77));
	ck_assert_uint_eq(kernel_state_link(&w->state, 77)->mtu, 1500);
	/* the other tunnel is as it should be */
	world_fact(w, 1, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 1, FACT_CHILD_UP, 101, 0);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 1), BGP_ESTABLISHED);
	world_foreign_link_gone(w, &link);
	world_run(w, USEC_PER_SEC);
	ck_assert(!world_problem(w, "is not ours"));
	ck_assert_ptr_nonnull(world_link(w, 0));
	ck_assert_uint_ne(world_link(w, 0)->index, 77);
	world_destroy(w);
}
END_TEST

/** one that was made for us and not marked yet is ours */
START_TEST(test_link_made_before)
{
	char *text = world_config(2, NULL, NULL);
	world_t *w = world_create(2);

	foreign(w, "cyg-t1", 1);
	load(w, text);
	free(text);
	ck_assert_uint_eq(world_link(w, 0)->index, 77);
	ck_assert_str_eq(world_link(w, 0)->alias, "cygnet b/t1");
	ck_assert(!world_problem(w, "is not ours"));
	world_destroy(w);
}
END_TEST

static void filter(world_t *w, const char *link, const char *value)
{
	char *path = str_format("net/ipv4/conf/%s/rp_filter", link);

	kernel_state_add_sysctl(&w->state, path, value);
	free(path);
}

/** links that are not ours are not changed, but status tells */
START_TEST(test_strict_return_path)
{
	static const char text[] =
		"cygnet {\n bundles {\n b {\n tunnels {\n"
		" one {\n interface = eth0\n address = 192.0.2.2/30\n }\n"
		"%s }\n }\n }\n }\n";
	static const char two[] =
		" two {\n interface = eth7\n address = 192.0.2.6/30\n }\n";
	static const struct
	{
		const char *all;
		const char *own;
		bool second;
		bool told;
	} rows[] = {
		{"0", "0", true, false},  {"0", "1", true, true},
		{"1", "0", true, true},   {"1", "1", true, true},
		{"1", "2", true, false},  {"2", "1", true, false},
		{"0", "2", true, false},  {"2", "0", true, false},
		{"1", "1", false, false},
	};
	char *both;
	world_t *w = world_create(0);

	both = str_format(text, rows[_i].second ? two : "");
	filter(w, "all", rows[_i].all);
	filter(w, "eth0", rows[_i].own);
	load(w, both);
	free(both);
	ck_assert_int_eq(world_problem(w, "set net/ipv4/conf/eth0/rp_filter to 2"),
					 rows[_i].told);
	world_destroy(w);
}
END_TEST

Suite *pains_suite(void)
{
	Suite *s = suite_create("pains");

	unit_add_loop(s, "sequence", test_sequence, countof(sequences));
	unit_add(s, "session kept", test_session_kept);
	unit_add(s, "session reset", test_session_reset);
	unit_add(s, "link set down", test_link_set_down);
	unit_add_loop(s, "link renamed", test_link_renamed, 2);
	unit_add(s, "interface renamed", test_interface_renamed);
	unit_add_loop(s, "link in the way", test_link_in_the_way, 3);
	unit_add(s, "link made before", test_link_made_before);
	unit_add_loop(s, "strict return path", test_strict_return_path, 9);
	return s;
}
