/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Somebody's hand in the kernel: what he took is put back, the log says what
 * and whose doing it was, and he who does not stop gets no storm for it.
 */

#include "unit/gateway/suites.h"

#include "base/log.h"
#include "base/text.h"
#include "unit/gateway/world.h"

#include <stdio.h>
#include <string.h>

#define MSEC USEC_PER_MSEC

static text_t lines;

static void keep_line(void *user, log_level_t level, const char *line)
{
	if (level >= LOGL_DEBUG)
	{
		return;
	}
	text_add(&lines, line);
	text_char(&lines, '\n');
}

/** lines of the log with these words since the last forget */
static unsigned said(const char *words)
{
	unsigned n = 0;

	for (const char *at = strstr(text_str(&lines), words); at;
		 at = strstr(at + 1, words))
	{
		n++;
	}
	return n;
}

static unsigned ways(const world_t *w, const char *prefix)
{
	bool there;

	return world_ways(w, prefix, &there);
}

static world_t *up(unsigned n, const char *more)
{
	world_t *w = world_create(n);
	char *text = world_config(n, more, NULL), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
	world_up(w);
	for (unsigned i = 0; i < n; i++)
	{
		world_announce(w, i, "10.0.0.0/24", true);
	}
	world_run(w, USEC_PER_SEC);
	text_init(&lines);
	log_set(keep_line, NULL, LOGL_DEBUG);
	return w;
}

static void down(world_t *w)
{
	text_deinit(&lines);
	log_set(NULL, NULL, LOGL_ERROR);
	world_destroy(w);
}

static void touch(world_t *w, bool deleted, bool lost)
{
	fw_change_t change = {.deleted = deleted, .lost = lost};

	if (!lost)
	{
		change.pid = 4711;
		strcpy(change.process, "nft");
	}
	w->fw_gone |= deleted;
	core_firewall_changed(w->core, &change, w->now);
}

START_TEST(test_table_deleted)
{
	world_t *w = up(1, NULL);

	touch(w, true, false);
	world_run(w, 10 * MSEC);
	ck_assert(!w->fw_gone);
	ck_assert_uint_eq(
		said("nft (pid 4711) deleted table inet cygnet: written anew"), 1);
	ck_assert(!world_problem(w, "keeps changing"));
	down(w);
}
END_TEST

START_TEST(test_table_changed)
{
	world_t *w = up(1, NULL);
	unsigned applies = w->fw_applies;

	/* as with an element taken out of a set: handle and rules are the same */
	touch(w, false, false);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->fw_applies, applies + 1);
	ck_assert_uint_eq(said("nft (pid 4711) changed table inet cygnet"), 1);
	down(w);
}
END_TEST

START_TEST(test_table_lost)
{
	world_t *w = up(1, NULL);
	unsigned applies = w->fw_applies;

	/* overruns by what others do: it is looked at, and is well */
	for (unsigned i = 0; i < 5; i++)
	{
		touch(w, false, true);
	}
	world_run(w, 900 * MSEC);
	ck_assert_uint_eq(w->fw_applies, applies);
	w->fw_gone = true;
	touch(w, false, true);
	world_run(w, 900 * MSEC);
	ck_assert(!w->fw_gone);
	ck_assert_uint_eq(w->fw_applies, applies + 1);
	ck_assert_uint_eq(said("somebody changed table inet cygnet"), 1);
	down(w);
}
END_TEST

START_TEST(test_table_fight)
{
	world_t *w = up(1, NULL);
	unsigned applies = w->fw_applies;

	/* deleted again as soon as it is there, for a minute */
	for (unsigned i = 0; i < 6000; i++)
	{
		if (!w->fw_gone)
		{
			touch(w, true, false);
		}
		world_run(w, 10 * MSEC);
	}
	/* at 0, 0.1, 0.3, 0.7 … 12.7 s, then every 10 s */
	ck_assert_uint_ge(w->fw_applies - applies, 10);
	ck_assert_uint_le(w->fw_applies - applies, 14);
	ck_assert_uint_le(said("table inet cygnet"), 14);
	ck_assert(world_problem(w, "somebody keeps changing table inet cygnet, nft "
							   "(pid 4711) was the last"));
	ck_assert(world_problem(w, "no sooner than 10.0 s"));
	/* he stops: it is written once more, and then all is well and forgotten */
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert(!w->fw_gone);
	world_run(w, 31 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "keeps changing"));
	touch(w, true, false);
	world_run(w, 10 * MSEC);
	ck_assert(!w->fw_gone);
	down(w);
}
END_TEST

START_TEST(test_table_written_meanwhile)
{
	world_t *w = up(1, NULL);
	unsigned applies;
	char *text, *error;

	for (unsigned i = 0; i < 8; i++)
	{
		touch(w, true, false);
		world_run(w, 2 * USEC_PER_SEC);
	}
	w->fw_gone = false;
	touch(w, true, false);
	/* a reload that changes the table does not wait, and ends the wait */
	text = world_config(1, "mss_clamp = no", NULL);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, 10 * MSEC);
	ck_assert(!w->fw_gone);
	applies = w->fw_applies;
	world_run(w, 9 * USEC_PER_SEC);
	ck_assert_uint_eq(w->fw_applies, applies);
	down(w);
}
END_TEST

START_TEST(test_table_at_the_end)
{
	world_t *w = up(1, "keep_on_stop = none");
	unsigned applies;

	touch(w, true, false);
	world_run(w, 10 * MSEC);
	touch(w, true, false);
	core_stop_peers(w->core, w->now);
	core_stop(w->core, w->now);
	applies = w->fw_applies;
	touch(w, true, false);
	world_run(w, 20 * USEC_PER_SEC);
	ck_assert_uint_eq(w->fw_applies, applies);
	down(w);
}
END_TEST

static unsigned keeps;
static char *kept;

static void keep_guard(void *keeper, const char *text)
{
	keeps++;
	free(kept);
	kept = str_copy(text);
}

static void reload(world_t *w, const char *more)
{
	char *text = world_config(w->n, more, NULL), *error;

	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, 100 * MSEC);
}

START_TEST(test_guard_kept)
{
	world_t *w;

	world_extra.keep_guard = keep_guard;
	w = up(1, NULL);
	ck_assert_ptr_nonnull(kept);
	/* dropped on the underlay, by name */
	ck_assert_ptr_nonnull(strstr(kept, "elements = { \"eth0\" }"));
	keeps = 0;
	/* written anew as it is, it is not kept anew */
	touch(w, true, false);
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(keeps, 0);
	reload(w, "inside = eth7");
	ck_assert_uint_eq(keeps, 1);
	ck_assert_ptr_nonnull(strstr(kept, "\"lo\", \"cyg-t1\", \"eth7\""));
	reload(w, "leak_guard = no");
	ck_assert_uint_eq(keeps, 2);
	ck_assert_ptr_null(kept);
	/* refused by the kernel: not in force, so not kept */
	w->fw_error = -1;
	reload(w, NULL);
	ck_assert_uint_eq(keeps, 2);
	w->fw_error = 0;
	reload(w, "keep_on_stop = none");
	ck_assert_uint_eq(keeps, 3);
	ck_assert_ptr_nonnull(kept);
	core_stop_peers(w->core, w->now);
	core_stop(w->core, w->now);
	ck_assert_ptr_null(kept);
	down(w);
}
END_TEST

/** at the next start nobody knows the underlay yet: the guard is closed, and
 * so would it be at a boot */
START_TEST(test_guard_kept_closed)
{
	world_t *w;

	world_extra.keep_guard = keep_guard;
	w = world_create(1);
	w->underlay = false;
	reload(w, NULL);
	ck_assert_uint_eq(keeps, 1);
	ck_assert_ptr_nonnull(strstr(kept, "oifname != @links-0"));
	w->underlay = true;
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(keeps, 2);
	ck_assert_ptr_nonnull(strstr(kept, "elements = { \"eth0\" }"));
	world_destroy(w);
	free(kept);
}
END_TEST

/* -- rtnetlink ---------------------------------------------------------------- */

/** told to the core as the doing of another process */
static void told(world_t *w, kernel_event_t e)
{
	e.gone = true;
	e.ours = true;
	e.port = 4711;
	core_kernel_event(w->core, &e, w->now);
	core_apply(w->core, w->now);
}

START_TEST(test_link_deleted)
{
	world_t *w = up(1, NULL);
	kernel_event_t e = {.what = KERNEL_WHAT_LINK, .link = *world_link(w, 0)};

	kernel_state_link_event(&w->state, &e.link, true);
	fake_kernel_link(w->kernel, e.link.index, false);
	told(w, e);
	ck_assert_uint_eq(said("ip (pid 4711) deleted link cyg-t1: made again"), 1);
	world_run(w, 900 * MSEC);
	ck_assert_ptr_nonnull(world_link(w, 0));
	ck_assert_uint_eq(said("somebody"), 0);
	down(w);
}
END_TEST

/** the far side has noticed nothing, and so there is nothing to say anew */
START_TEST(test_sessions_stay)
{
	world_t *w = up(2, NULL);
	bgp_peer_info_t before, after;
	bgp_peer_t *peer = bgp_peer_find(core_bgp(w->core), "t1");
	uint32_t index = world_link(w, 0)->index;

	bgp_peer_info(peer, &before);
	world_link_delete(w, 0);
	world_run(w, 100 * MSEC);
	ck_assert_uint_ne(world_link(w, 0)->index, index);
	ck_assert_uint_eq(w->ends[0].link_index, world_link(w, 0)->index);
	ck_assert_ptr_eq(w->listening[0], peer);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	for (size_t i = 0; i < w->state.n_addrs; i++)
	{
		const kernel_addr_t addr = w->state.addrs[i];

		if (addr.link == world_link(w, 0)->index)
		{
			world_addr_delete(w, &addr);
			break;
		}
	}
	/* longer than the hold time: keepalives pass */
	world_run(w, 20 * USEC_PER_SEC);
	bgp_peer_info(peer, &after);
	ck_assert_int_eq(after.state, BGP_ESTABLISHED);
	ck_assert_uint_eq(after.established, before.established);
	ck_assert_uint_eq(said("neighbor t1 is"), 0);
	/* what the far side tells now comes over the new link */
	world_announce(w, 0, "10.0.1.0/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.1.0/24"), 1);
	down(w);
}
END_TEST

static void on_down_reset(config_t *config)
{
	config->bundles[0].tunnels[0].on_down = CONFIG_SESSION_RESET;
}

START_TEST(test_sessions_reset)
{
	world_t *w = up(2, NULL);

	w->edit = on_down_reset;
	reload(w, NULL);
	world_link_delete(w, 0);
	world_run(w, 20 * USEC_PER_SEC);
	ck_assert_uint_gt(said("neighbor t1 is Idle"), 0);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	down(w);
}
END_TEST

START_TEST(test_link_changed)
{
	world_t *w = up(1, NULL);
	kernel_link_t *link = &w->state.links[0];
	kernel_event_t e = {.what = KERNEL_WHAT_LINK, .ours = true, .port = 4711};
	unsigned mtu;

	while (strcmp(link->name, "cyg-t1") != 0)
	{
		link++;
	}
	mtu = link->mtu;
	link->mtu = 1300;
	e.link = *link;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(world_link(w, 0)->mtu, mtu);
	ck_assert_uint_eq(
		said("ip (pid 4711) set the MTU of link cyg-t1 to 1300: set to"), 1);
	/* down: what stood on it is gone from the kernel */
	e.link = *world_link(w, 0);
	e.link.up = e.link.lower_up = false;
	fake_kernel_link(w->kernel, e.link.index, false);
	core_kernel_event(w->core, &e, w->now);
	ck_assert_uint_eq(said("ip (pid 4711) set link cyg-t1 down"), 1);
	e.link.up = e.link.lower_up = true;
	fake_kernel_link(w->kernel, e.link.index, true);
	core_kernel_event(w->core, &e, w->now);
	world_run(w, 900 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	down(w);
}
END_TEST

START_TEST(test_addr_removed)
{
	world_t *w = up(1, NULL);
	kernel_event_t e = {.what = KERNEL_WHAT_ADDR};
	size_t n = w->state.n_addrs;

	for (size_t i = 0; i < n; i++)
	{
		if (w->state.addrs[i].link == world_link(w, 0)->index)
		{
			e.addr = w->state.addrs[i];
		}
	}
	kernel_state_addr_event(&w->state, &e.addr, true);
	told(w, e);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->state.n_addrs, n);
	ck_assert_uint_eq(said("ip (pid 4711) removed address 169.254.0.2 from "
						   "link cyg-t1: added again"),
					  1);
	down(w);
}
END_TEST

START_TEST(test_pin_removed)
{
	world_t *w = up(1, NULL);
	kernel_event_t e = {.what = KERNEL_WHAT_RULE, .rule = w->state.rules[0]};
	kernel_event_t r = {.what = KERNEL_WHAT_ROUTE, .route = w->state.routes[0]};

	kernel_state_rule_event(&w->state, &e.rule, true);
	told(w, e);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->state.n_rules, 1);
	ck_assert_uint_eq(
		said("ip (pid 4711) removed the rule that pins 203.0.113.1"), 1);
	kernel_state_route_event(&w->state, &r.route, true);
	told(w, r);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->state.n_routes, 1);
	ck_assert_uint_eq(said("ip (pid 4711) removed the pin of 203.0.113.1/32"),
					  1);
	down(w);
}
END_TEST

static uint32_t last_id;

static void note_hop(void *user, const kernel_nexthop_t *hop)
{
	last_id = hop->id;
}

static void note_group(void *user, const kernel_group_t *group)
{
	last_id = group->id;
}

/** the kernel deletes it with all that stands on it, without a word */
static void delete_id(world_t *w, uint32_t id)
{
	kernel_op_t op = {.kind = KERNEL_NEXTHOP_DEL, .nexthop.id = id};

	ck_assert_int_eq(fake_kernel_apply(w->kernel, &op), 0);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 0);
}

START_TEST(test_nexthop_deleted)
{
	world_t *w = up(1, NULL);
	kernel_event_t e = {.what = KERNEL_WHAT_NEXTHOP};

	fake_kernel_dump(w->kernel, note_hop, NULL, NULL, w);
	e.nexthop.id = last_id;
	delete_id(w, last_id);
	told(w, e);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_uint_eq(said("ip (pid 4711) removed our next hop "), 1);
	/* told once more, late: nothing comes of it but a look */
	told(w, e);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	down(w);
}
END_TEST

START_TEST(test_group_deleted)
{
	world_t *w = up(1, NULL);
	kernel_event_t e = {.what = KERNEL_WHAT_GROUP};

	fake_kernel_dump(w->kernel, NULL, note_group, NULL, w);
	e.group.id = last_id;
	delete_id(w, last_id);
	told(w, e);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_uint_eq(said("ip (pid 4711) removed our next hop group "), 1);
	down(w);
}
END_TEST

START_TEST(test_group_changed)
{
	world_t *w = up(2, NULL);
	kernel_op_t op = {.kind = KERNEL_GROUP_SET};
	kernel_event_t e = {.what = KERNEL_WHAT_GROUP, .ours = true, .port = 7};

	fake_kernel_dump(w->kernel, note_hop, note_group, NULL, w);
	op.group = *fake_kernel_group(w->kernel, last_id);
	ck_assert_uint_eq(op.group.count, 2);
	op.group.count = 1;
	op.replaces = last_id;
	ck_assert_int_eq(fake_kernel_apply(w->kernel, &op), 0);
	e.group = op.group;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert_uint_eq(said("ip (pid 7) changed our next hop group "), 1);
	down(w);
}
END_TEST

START_TEST(test_nexthop_lost)
{
	world_t *w = up(1, NULL);

	/* nobody tells: the audit finds it */
	fake_kernel_dump(w->kernel, note_hop, NULL, NULL, w);
	delete_id(w, last_id);
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 1);
	ck_assert_uint_eq(said("next hops of ours are missing"), 1);
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(said("next hops of ours are missing"), 1);
	down(w);
}
END_TEST

START_TEST(test_routes_flushed)
{
	world_t *w = up(1, NULL);
	unsigned lines_said;

	for (unsigned i = 0; i < 40; i++)
	{
		char text[32];

		snprintf(text, sizeof(text), "10.1.%u.0/24", i);
		world_announce(w, 0, text, true);
	}
	world_run(w, USEC_PER_SEC);
	for (unsigned i = 0; i < 40; i++)
	{
		kernel_event_t e = {.what = KERNEL_WHAT_ROUTE};
		kernel_op_t op = {.kind = KERNEL_ROUTE_DEL};
		char text[32];

		snprintf(text, sizeof(text), "10.1.%u.0/24", i);
		prefix_parse(text, &op.route.dst);
		op.route.table = 254;
		op.route.metric = core_config(w->core)->metric;
		e.route = op.route;
		e.route.nexthop = 1;
		ck_assert_int_eq(fake_kernel_apply(w->kernel, &op), 0);
		told(w, e);
	}
	lines_said = said("removed our route");
	ck_assert_uint_eq(lines_said, 10);
	world_run(w, 100 * MSEC);
	for (unsigned i = 0; i < 40; i++)
	{
		char text[32];

		snprintf(text, sizeof(text), "10.1.%u.0/24", i);
		ck_assert_uint_eq(ways(w, text), 1);
	}
	world_run(w, 11 * USEC_PER_SEC);
	ck_assert_uint_eq(said("and so were 30 more things of ours"), 1);
	down(w);
}
END_TEST

START_TEST(test_sysctl_changed)
{
	world_t *w = up(1, NULL);
	kernel_sysctl_t *s = NULL;

	for (size_t i = 0; i < w->state.n_sysctls; i++)
	{
		s = strcmp(w->state.sysctls[i].path,
				   "net/ipv4/fib_multipath_hash_policy") == 0
				? &w->state.sysctls[i]
				: s;
	}
	ck_assert_ptr_nonnull(s);
	ck_assert_str_eq(s->value, "1");
	world_run(w, 11 * USEC_PER_SEC);
	strcpy(s->value, "0");
	world_run(w, 510 * MSEC);
	ck_assert_uint_eq(said("somebody set net/ipv4/fib_multipath_hash_policy to "
						   "0: set to 1 again"),
					  1);
	world_run(w, 21 * USEC_PER_SEC);
	ck_assert_uint_eq(said("somebody set"), 1);
	down(w);
}
END_TEST

static unsigned renewed, initiated;

static void renew(void *user, const char *connection)
{
	ck_assert_str_eq(connection, "t1");
	renewed++;
}

static void initiate(void *user, const char *connection)
{
	initiated++;
}

/** an SA of the first tunnel, from this address */
static void sa_from(world_t *w, uint32_t sa, const char *local, bool up)
{
	fact_t fact = {
		.kind = up ? FACT_CHILD_UP : FACT_CHILD_DOWN, .name = "t1", .sa = sa};

	ck_assert(addr_parse(local, &fact.info.local));
	ck_assert(addr_parse("203.0.113.1", &fact.info.remote));
	core_fact(w->core, &fact, w->now);
}

static world_t *up_from(const char *local)
{
	world_t *w;

	renewed = initiated = 0;
	world_extra.renew = renew;
	world_extra.initiate = initiate;
	w = up(2, NULL);
	sa_from(w, 300, local, true);
	sa_from(w, 100, local, false);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	return w;
}

/** DHCP gives us another address: what the SA's end was is gone */
START_TEST(test_address_changes)
{
	world_t *w;

	w = up_from("192.0.2.77");
	/* never was here: nothing is judged by it */
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	ck_assert(!world_problem(w, "no address of this host"));
	sa_from(w, 300, "198.51.100.7", true);
	world_run(w, USEC_PER_SEC);
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", false);
	/* in the turn that tells of it */
	world_kernel_step(w);
	core_apply(w->core, w->now);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	ck_assert(world_problem(w, "its SA is from 198.51.100.7, which is no "
							   "address of this host any more"));
	/* nowhere to go from; SA and session wait */
	w->source = "198.51.100.9";
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(renewed, 0);
	w->source = NULL;
	world_addr(w, WORLD_EXTERNAL, "198.51.100.9/24", true);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(renewed, 0);
	/* the route comes last */
	world_foreign(w, "0.0.0.0/0", 16, 254, 1024, WORLD_EXTERNAL, NULL, true);
	ck_assert(addr_parse("198.51.100.9", &w->foreign[0].source));
	world_run(w, 510 * MSEC);
	ck_assert_uint_eq(renewed, 1);
	ck_assert_uint_eq(initiated, 0);
	ck_assert_uint_eq(said("tunnel t1: its SA is from 198.51.100.7, which this "
						   "host has not any more: initiating connection t1"),
					  1);
	/* again, further apart, until it is there */
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_ge(renewed, 2);
	ck_assert_uint_le(renewed, 3);
	sa_from(w, 301, "198.51.100.9", true);
	sa_from(w, 300, "198.51.100.7", false);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	renewed = 0;
	world_run(w, 30 * USEC_PER_SEC);
	ck_assert_uint_eq(renewed, 0);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	/* one of somebody's own arrangement, after one that was here */
	sa_from(w, 302, "192.0.2.50", true);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	down(w);
}
END_TEST

/** the same address comes back: nobody is bothered */
START_TEST(test_address_comes_back)
{
	world_t *w;

	world_extra.renew = NULL;
	w = up_from("192.0.2.77");
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", true);
	sa_from(w, 300, "198.51.100.7", true);
	world_run(w, USEC_PER_SEC);
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", false);
	world_run(w, 200 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 2);
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", true);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(ways(w, "10.0.0.0/24"), 3);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(renewed + initiated, 0);
	down(w);
}
END_TEST

/** DHCP gives up an address and takes the same again: the kernel has dropped
 * the pins from it, and told of nothing but the addresses */
START_TEST(test_underlay_address)
{
	world_t *w = up(1, NULL);
	kernel_route_t pin = w->state.routes[0];

	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", true);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(pin.link, WORLD_EXTERNAL);
	w->state.n_routes = 0;
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", false);
	world_addr(w, WORLD_EXTERNAL, "198.51.100.7/24", true);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(w->state.n_routes, 1);
	ck_assert(kernel_route_same_way(&w->state.routes[0], &pin));
	down(w);
}
END_TEST

/** another gateway: the pin follows, with the rule in place at each moment */
START_TEST(test_underlay_gateway)
{
	world_t *w = up(1, NULL);
	addr_t gateway;

	addr_parse("198.51.100.1", &gateway);
	world_foreign(w, "0.0.0.0/0", 16, 254, 100, WORLD_EXTERNAL, "198.51.100.1",
				  true);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->state.n_routes, 1);
	ck_assert(addr_equal(&w->state.routes[0].gateway, &gateway));
	/* and back, when the lease ends */
	world_foreign(w, "0.0.0.0/0", 16, 254, 100, WORLD_EXTERNAL, "198.51.100.1",
				  false);
	world_run(w, 10 * MSEC);
	ck_assert(!addr_equal(&w->state.routes[0].gateway, &gateway));
	ck_assert_uint_eq(w->state.n_rules, 1);
	/* none at all: the old one stays */
	w->underlay = false;
	world_addr(w, WORLD_EXTERNAL, "198.51.100.9/24", true);
	world_run(w, 10 * MSEC);
	ck_assert_uint_eq(w->state.n_routes, 1);
	ck_assert_uint_eq(w->state.n_rules, 1);
	ck_assert(!w->pin_gap);
	down(w);
}
END_TEST

/** the underlay's link flaps: pins are gone without a word, and come back with
 * it */
START_TEST(test_underlay_flap)
{
	world_t *w = up(1, NULL);
	kernel_event_t e = {.what = KERNEL_WHAT_LINK};

	for (size_t i = 0; i < w->state.n_links; i++)
	{
		if (w->state.links[i].index == WORLD_EXTERNAL)
		{
			e.link = w->state.links[i];
		}
	}
	ck_assert_uint_eq(e.link.index, WORLD_EXTERNAL);
	e.link.up = e.link.lower_up = false;
	w->state.n_routes = 0;
	core_kernel_event(w->core, &e, w->now);
	e.link.up = e.link.lower_up = true;
	core_kernel_event(w->core, &e, w->now);
	world_run(w, 100 * MSEC);
	ck_assert_uint_eq(w->state.n_routes, 1);
	down(w);
}
END_TEST

Suite *heal_suite(void)
{
	Suite *s = suite_create("heal");

	unit_add(s, "table deleted", test_table_deleted);
	unit_add(s, "table changed", test_table_changed);
	unit_add(s, "table lost", test_table_lost);
	unit_add(s, "table fight", test_table_fight);
	unit_add(s, "table written meanwhile", test_table_written_meanwhile);
	unit_add(s, "table at the end", test_table_at_the_end);
	unit_add(s, "guard kept", test_guard_kept);
	unit_add(s, "guard kept closed", test_guard_kept_closed);
	unit_add(s, "link deleted", test_link_deleted);
	unit_add(s, "sessions stay", test_sessions_stay);
	unit_add(s, "sessions reset", test_sessions_reset);
	unit_add(s, "link changed", test_link_changed);
	unit_add(s, "address removed", test_addr_removed);
	unit_add(s, "pin removed", test_pin_removed);
	unit_add(s, "next hop deleted", test_nexthop_deleted);
	unit_add(s, "group deleted", test_group_deleted);
	unit_add(s, "group changed", test_group_changed);
	unit_add(s, "next hop lost", test_nexthop_lost);
	unit_add(s, "routes flushed", test_routes_flushed);
	unit_add(s, "sysctl changed", test_sysctl_changed);
	unit_add(s, "address changes", test_address_changes);
	unit_add(s, "address comes back", test_address_comes_back);
	unit_add(s, "underlay address", test_underlay_address);
	unit_add(s, "underlay gateway", test_underlay_gateway);
	unit_add(s, "underlay flap", test_underlay_flap);
	return s;
}
