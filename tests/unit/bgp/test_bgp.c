/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The speaker as the gateway sees it: peers come, change and go, and the
 * tables are seen through bgp.h alone.
 */

#include "unit/bgp/suites.h"

#include "unit/bgp/wire.h"

#include <string.h>

static prefix_t prefix(const char *text)
{
	prefix_t p;

	ck_assert(prefix_parse(text, &p));
	return p;
}

static bgp_peer_info_t info(const bgp_peer_t *peer)
{
	bgp_peer_info_t i;

	bgp_peer_info(peer, &i);
	return i;
}

/* -- peers ----------------------------------------------------------------- */

START_TEST(test_peers)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_peer_config_t config = wire_config(w, 0, 65003);
	bgp_peer_t *first = w->speaker[0].peer, *second, *third;
	char name[] = "second";

	ck_assert_ptr_null(bgp_peer_add(bgp, &config));
	config.name = name;
	second = bgp_peer_add(bgp, &config);
	ck_assert_ptr_nonnull(second);
	/* the name is copied */
	name[0] = 'x';
	ck_assert_str_eq(bgp_peer_name(second), "second");
	ck_assert_ptr_eq(bgp_peer_find(bgp, "second"), second);
	ck_assert_ptr_null(bgp_peer_find(bgp, "third"));
	ck_assert_uint_eq(bgp_peer_index(first), 0);
	ck_assert_uint_eq(bgp_peer_index(second), 1);
	ck_assert_ptr_eq(bgp_peer_by_index(bgp, 1), second);
	ck_assert_ptr_null(bgp_peer_by_index(bgp, 2));
	ck_assert_ptr_eq(bgp_peer_next(bgp, NULL), first);
	ck_assert_ptr_eq(bgp_peer_next(bgp, first), second);
	ck_assert_ptr_null(bgp_peer_next(bgp, second));
	bgp_peer_set_user(second, w);
	ck_assert_ptr_eq(bgp_peer_user(second), w);
	ck_assert_uint_eq(bgp_peer_config(second)->remote_as, 65003);
	/* a free place is taken again */
	bgp_peer_remove(bgp, first, w->now);
	ck_assert_ptr_eq(bgp_peer_next(bgp, NULL), second);
	config.name = "third";
	third = bgp_peer_add(bgp, &config);
	ck_assert_uint_eq(bgp_peer_index(third), 0);
	wire_destroy(w);
}
END_TEST

START_TEST(test_peers_max)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65003);
	char name[16];
	unsigned i;

	config.name = name;
	for (i = 1; i < BGP_PEERS_MAX; i++)
	{
		snprintf(name, sizeof(name), "p%u", i);
		ck_assert_ptr_nonnull(bgp_peer_add(w->speaker[0].bgp, &config));
	}
	snprintf(name, sizeof(name), "p%u", i);
	ck_assert_ptr_null(bgp_peer_add(w->speaker[0].bgp, &config));
	wire_destroy(w);
}
END_TEST

START_TEST(test_remove)
{
	wire_t *w = wire_create(65001, 65002);
	prefix_t p = prefix("10.0.0.0/8");
	bgp_route_t route;
	bgp_peer_t *again;
	bgp_peer_config_t config = wire_config(w, 1, 65001);

	bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	wire_establish(w);
	ck_assert(bgp_route_get(w->speaker[1].bgp, &p, &route));
	bgp_peer_remove(w->speaker[1].bgp, w->speaker[1].peer, w->now);
	ck_assert_ptr_null(bgp_peer_find(w->speaker[1].bgp, "left"));
	/* at once another of this name */
	again = bgp_peer_add(w->speaker[1].bgp, &config);
	ck_assert_ptr_nonnull(again);
	ck_assert_ptr_eq(bgp_peer_find(w->speaker[1].bgp, "left"), again);
	w->speaker[1].peer = again;
	w->auto_dial = false;
	wire_run(w);
	ck_assert(!bgp_route_get(w->speaker[1].bgp, &p, &route) || !route.n_best);
	ck_assert_str_eq(info(w->speaker[0].peer).last_error,
					 "received Cease/Peer De-configured (6/3)");
	wire_destroy(w);
}
END_TEST

/** the connection outlives the peer, until it is closed */
START_TEST(test_remove_conn)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w), *end = wire_end(w, 0);
	uint8_t buf[65535];

	bgp_peer_remove(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	while (bgp_work(w->speaker[0].bgp, 10, w->now))
	{
	}
	ck_assert_ptr_null(bgp_peer_by_index(w->speaker[0].bgp, 0));
	ck_assert_ptr_null(bgp_conn_peer(end->conn));
	bgp_input(w->speaker[0].bgp, end->conn, buf, 19, w->now);
	wire_run(w);
	raw_expect_end(c, "06 03");
	wire_destroy(w);
}
END_TEST

/* -- configuration --------------------------------------------------------- */

static void change_as(bgp_peer_config_t *c)
{
	c->remote_as = 65009;
}

static void change_local_as(bgp_peer_config_t *c)
{
	c->local_as = 65009;
}

static void change_families(bgp_peer_config_t *c)
{
	c->families = BGP_IPV4;
}

static void change_hold(bgp_peer_config_t *c)
{
	c->hold_time = 30;
}

static void change_address(bgp_peer_config_t *c)
{
	c->address = addr_v4(0xc0000299);
}

static void change_next_hop(bgp_peer_config_t *c)
{
	c->next_hop4 = addr_v4(0xc0000233);
}

static void change_weight(bgp_peer_config_t *c)
{
	c->weight = 9;
}

static void change_policy(bgp_peer_config_t *c)
{
	c->import_policy = NULL;
}

static void change_limit(bgp_peer_config_t *c)
{
	c->max_prefix = 1000;
}

static void change_retry(bgp_peer_config_t *c)
{
	c->connect_retry = 99;
}

static void change_role(bgp_peer_config_t *c)
{
	c->role = BGP_ROLE_CUSTOMER;
}

static void change_strict(bgp_peer_config_t *c)
{
	c->role_strict = true;
}

static void change_restart(bgp_peer_config_t *c)
{
	c->no_graceful_restart = true;
}

static void change_self(bgp_peer_config_t *c)
{
	c->next_hop_self = true;
}

static void change_warning(bgp_peer_config_t *c)
{
	c->max_prefix_warn = 80;
	c->max_prefix_warn_only = true;
	c->max_prefix_restart = 9;
	c->max_memory = 1000000;
}

static void change_export(bgp_peer_config_t *c)
{
	c->as_override = true;
	c->private_as = BGP_PRIVATE_AS_REMOVE;
	c->graceful_shutdown = true;
}

static void change_resolve(bgp_peer_config_t *c)
{
	c->resolve_next_hop = true;
}

static const struct
{
	void (*change)(bgp_peer_config_t *c);
	bool reset;
} changes[] = {
	{change_as, true},      {change_local_as, true}, {change_families, true},
	{change_hold, true},    {change_address, true},  {change_next_hop, true},
	{change_weight, false}, {change_policy, false},  {change_limit, false},
	{change_retry, false},  {change_role, true},     {change_strict, true},
	{change_restart, true}, {change_self, false},    {change_warning, false},
	{change_export, false}, {change_resolve, false},
};

START_TEST(test_configure)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c = raw_establish(w);

	changes[_i].change(&config);
	ck_assert_int_eq(bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer,
										&config, w->now),
					 changes[_i].reset);
	wire_run(w);
	if (changes[_i].reset)
	{
		raw_expect_end(c, "06 06");
		/* and again, with what is new */
		ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
		wire_advance(w, USEC_PER_SEC);
		ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
	}
	else
	{
		ck_assert(!c->closed);
		ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	}
	/* the same again changes nothing */
	ck_assert(!bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer,
								  &config, w->now));
	wire_destroy(w);
}
END_TEST

static void change_allowas(bgp_peer_config_t *c)
{
	c->allowas_in = 1;
}

static void change_first(bgp_peer_config_t *c)
{
	c->any_first_as = true;
}

static void change_length(bgp_peer_config_t *c)
{
	c->max_as_path = 9;
}

static void change_communities(bgp_peer_config_t *c)
{
	c->max_communities = 9;
}

/** routes were judged by it as they came: they are asked for again, by
 * ROUTE-REFRESH, or by a new session of a peer that has none */
START_TEST(test_configure_anew)
{
	static void (*const anew[])(bgp_peer_config_t *) = {
		change_allowas, change_first, change_length, change_communities};
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	bool refresh = _i % 2;
	wire_conn_t *c =
		raw_establish_by(w, refresh ? "04 fdea 005a 0a000002 04 0202 0200"
									: "04 fdea 005a 0a000002 00");

	anew[_i / 2](&config);
	ck_assert_int_eq(bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer,
										&config, w->now),
					 !refresh);
	wire_run(w);
	if (refresh)
	{
		raw_expect(c, BGP_ROUTE_REFRESH, "0001 00 01");
		ck_assert(!c->closed);
	}
	else
	{
		raw_expect_end(c, "06 06");
	}
	wire_destroy(w);
}
END_TEST

#define ATTRS "400101 00 400206 0201 0000fdea 400304 c0000202 "

START_TEST(test_configure_policy)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_config_t config = wire_config(w, 0, 65002);
	wire_conn_t *c = raw_establish(w);
	const bgp_attrs_t *received, *accepted;
	prefix_t p = prefix("10.0.0.0/8"), found;
	bgp_route_t route;

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	ck_assert(bgp_route_get(w->speaker[0].bgp, &p, &route));
	/* without a policy eBGP takes nothing (RFC 8212), but holds it */
	config.import_policy = NULL;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	wire_run(w);
	ck_assert(!bgp_route_get(w->speaker[0].bgp, &p, &route) || !route.n_best);
	ck_assert(bgp_received_next(w->speaker[0].bgp, w->speaker[0].peer,
								FAMILY_IPV4, NULL, &found, &received,
								&accepted));
	ck_assert(prefix_equal(&p, &found));
	ck_assert_ptr_nonnull(received);
	ck_assert_ptr_null(accepted);
	config.import_policy = w->accept_all;
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	wire_run(w);
	ck_assert(bgp_route_get(w->speaker[0].bgp, &p, &route) && route.n_best);
	wire_destroy(w);
}
END_TEST

START_TEST(test_configure_passive)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_speaker_t *s = &w->speaker[0];
	bgp_peer_config_t config = wire_config(w, 0, 65002);

	bgp_peer_start(s->bgp, s->peer, w->now);
	s->dial_wanted = false;
	bgp_connect_failed(s->bgp, s->peer, "refused", w->now);
	config.passive = true;
	bgp_peer_configure(s->bgp, s->peer, &config, w->now);
	wire_advance(w, 600 * USEC_PER_SEC);
	ck_assert_uint_eq(s->dials, 1);
	config.passive = false;
	bgp_peer_configure(s->bgp, s->peer, &config, w->now);
	ck_assert_uint_eq(s->dials, 2);
	wire_destroy(w);
}
END_TEST

/* -- the tables through bgp.h ---------------------------------------------- */

START_TEST(test_eligible)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	prefix_t p = prefix("10.0.0.0/8");
	bgp_route_t route;

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	ck_assert(bgp_next_change(w->speaker[0].bgp, &route));
	ck_assert(prefix_equal(&route.prefix, &p));
	ck_assert_uint_eq(route.n_best, 1);
	bgp_set_tag(w->speaker[0].bgp, &p, 77);
	ck_assert(!bgp_next_change(w->speaker[0].bgp, &route));

	bgp_peer_set_eligible(w->speaker[0].bgp, w->speaker[0].peer, false);
	wire_run(w);
	ck_assert_uint_eq(bgp_changes_waiting(w->speaker[0].bgp), 1);
	ck_assert(bgp_next_change(w->speaker[0].bgp, &route));
	ck_assert_uint_eq(route.n_best, 0);
	ck_assert_uint_eq(route.tag, 77);
	bgp_peer_set_eligible(w->speaker[0].bgp, w->speaker[0].peer, true);
	wire_run(w);
	ck_assert(bgp_next_change(w->speaker[0].bgp, &route));
	ck_assert_uint_eq(route.n_best, 1);
	ck_assert(c && !c->closed);
	wire_destroy(w);
}
END_TEST

START_TEST(test_views)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_t *bgp = w->speaker[0].bgp;
	wire_conn_t *c = raw_establish(w);
	prefix_t own = prefix("192.168.0.0/24"), found, p = prefix("10.0.0.0/8");
	addr_t address = addr_v4(0x0a010203);
	bgp_peer_config_t config;
	const bgp_attrs_t *attrs;
	bgp_route_t route;

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 18 0a0102");
	bgp_originate(bgp, &own, &wire_own, w->now);
	wire_run(w);
	ck_assert_uint_eq(bgp_route_count(bgp, FAMILY_IPV4), 3);
	ck_assert_uint_eq(bgp_route_count(bgp, FAMILY_IPV6), 0);
	ck_assert_uint_gt(bgp_memory(bgp), 0);
	ck_assert(bgp_route_lookup(bgp, &address, &route));
	ck_assert_uint_eq(route.prefix.len, 24);
	ck_assert(bgp_route_next(bgp, FAMILY_IPV4, NULL, &route));
	ck_assert(prefix_equal(&route.prefix, &p));
	ck_assert(bgp_advertised_next(bgp, w->speaker[0].peer, FAMILY_IPV4, NULL,
								  &found, &attrs));
	ck_assert(prefix_equal(&found, &own));
	ck_assert_uint_eq(attrs->neighbor_as, 65001);
	ck_assert(addr_equal(&attrs->next_hop, &w->speaker[0].address));
	/* nobody wants its next hop resolved, then somebody does */
	ck_assert(bgp_route_get(bgp, &p, &route));
	address = *bgp_next_hop_addr(bgp, route.best[0].next_hop);
	ck_assert_uint_eq(address.b[3], 2);
	bgp_next_hop_set(bgp, &address, false, 0);
	wire_run(w);
	ck_assert(bgp_route_get(bgp, &p, &route) && route.n_best);
	config = *bgp_peer_config(w->speaker[0].peer);
	config.resolve_next_hop = true;
	ck_assert(!bgp_peer_configure(bgp, w->speaker[0].peer, &config, w->now));
	wire_run(w);
	ck_assert(!bgp_route_get(bgp, &p, &route));
	bgp_next_hop_set(bgp, &address, true, 5);
	wire_run(w);
	ck_assert(bgp_route_get(bgp, &p, &route) && route.n_best);
	wire_destroy(w);
}
END_TEST

/** routes that are kept over a reset by configuration (RFC 8538) are judged by
 * the new one at once, not when the peer is back */
START_TEST(test_configure_kept)
{
	wire_t *w = wire_create_restarter(true);
	bgp_t *bgp = w->speaker[0].bgp;
	bgp_peer_config_t config;
	bgp_route_t route;
	wire_conn_t *c =
		raw_establish_by(w, "04 fdea 005a 0a000002 20 021e 0104 0001 0001"
							"0104 0002 0001 4104 0000fdea"
							"400a 403c 0001 01 80 0002 01 80");

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a");
	ck_assert(bgp_next_change(bgp, &route) && route.n_best == 1);
	config = *bgp_peer_config(w->speaker[0].peer);
	config.hold_time = 30;
	config.resolve_next_hop = true;
	ck_assert(bgp_peer_configure(bgp, w->speaker[0].peer, &config, w->now));
	wire_run(w);
	/* nothing is known of its next hop yet */
	ck_assert(info(w->speaker[0].peer).restarting);
	ck_assert(bgp_next_change(bgp, &route) && route.n_best == 0);
	ck_assert_uint_eq(bgp_route_count(bgp, FAMILY_IPV4), 0);
	wire_destroy(w);
}
END_TEST

START_TEST(test_info)
{
	wire_t *w = wire_create_raw(65001, 65002);
	bgp_peer_t *peer = w->speaker[0].peer;
	wire_conn_t *c;

	ck_assert_uint_eq(info(peer).since, 0);
	ck_assert_int_eq(info(peer).state, BGP_IDLE);
	ck_assert_str_eq(info(peer).last_error, "");
	c = raw_establish(w);
	ck_assert_uint_eq(info(peer).since, w->now);
	ck_assert_uint_eq(info(peer).messages_in, 2);
	/* OPEN, KEEPALIVE, two Ends-of-RIB */
	ck_assert_uint_eq(info(peer).messages_out, 4);
	ck_assert_uint_eq(info(peer).updates_out, 2);
	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	raw_message(c, BGP_UPDATE, "0000 0000");
	ck_assert_uint_eq(info(peer).updates_in, 2);
	ck_assert_uint_eq(info(peer).received[0], 2);
	ck_assert_uint_eq(info(peer).accepted[0], 2);
	ck_assert_uint_eq(info(peer).eor, BGP_IPV4);
	wire_cut(c);
	ck_assert_uint_eq(info(peer).received[0], 0);
	ck_assert_uint_eq(info(peer).hold_time, 0);
	ck_assert_uint_eq(info(peer).eor, 0);
	wire_destroy(w);
}
END_TEST

/** a message in part is kept, and costs no more than it is long */
START_TEST(test_partial)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	static uint8_t message[4096];
	size_t n, i;

	/* 23 + 20 octets, and as many /24 as fit */
	memset(message, 0xff, 16);
	n = 23 + unhex(ATTRS, message + 23, 100);
	message[18] = BGP_UPDATE;
	message[22] = 20;
	for (i = 0; n + 4 <= sizeof(message); i++, n += 4)
	{
		message[n] = 24;
		message[n + 1] = 10;
		message[n + 2] = (uint8_t)(i >> 8);
		message[n + 3] = (uint8_t)i;
	}
	message[16] = (uint8_t)(n >> 8);
	message[17] = (uint8_t)n;
	for (i = 0; i < n; i++)
	{
		ck_assert_uint_eq(info(w->speaker[0].peer).updates_in, 0);
		bgp_input(w->speaker[0].bgp, c->other->conn, message + i, 1, w->now);
	}
	ck_assert_uint_eq(info(w->speaker[0].peer).updates_in, 1);
	ck_assert_uint_eq(info(w->speaker[0].peer).received[0], (n - 43) / 4);
	wire_destroy(w);
}
END_TEST

START_TEST(test_output_room)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);
	prefix_t p = prefix("192.168.0.0/24");
	static uint8_t buf[65535];
	bgp_conn_t *conn = c->other->conn;

	w->blocked = true;
	bgp_peer_refresh(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	bgp_originate(w->speaker[0].bgp, &p, &wire_own, w->now);
	wire_run(w);
	/* two ROUTE-REFRESH of 23; whole messages or none */
	ck_assert_uint_eq(bgp_output(w->speaker[0].bgp, conn, buf, 0, w->now), 0);
	ck_assert_uint_eq(bgp_output(w->speaker[0].bgp, conn, buf, 22, w->now), 0);
	ck_assert_uint_eq(bgp_output(w->speaker[0].bgp, conn, buf, 45, w->now), 23);
	ck_assert_uint_eq(buf[18], BGP_ROUTE_REFRESH);
	ck_assert_uint_gt(
		bgp_output(w->speaker[0].bgp, conn, buf, sizeof(buf), w->now), 23 + 23);
	ck_assert_uint_eq(buf[18], BGP_ROUTE_REFRESH);
	ck_assert_uint_eq(buf[23 + 18], BGP_UPDATE);
	ck_assert_uint_eq(
		bgp_output(w->speaker[0].bgp, conn, buf, sizeof(buf), w->now), 0);
	wire_destroy(w);
}
END_TEST

/** destroyed in the middle of everything: nothing leaks (with sanitizers),
 * no timer stays */
START_TEST(test_destroy)
{
	wire_t *w = wire_create_raw(65001, 65002);
	wire_conn_t *c = raw_establish(w);

	raw_message(c, BGP_UPDATE, "0000 0014" ATTRS "08 0a 08 0b");
	raw_dial(w);
	w->blocked = true;
	bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, 4, "text", w->now);
	wire_destroy(w);
}
END_TEST

Suite *bgp_suite(void)
{
	Suite *suite = suite_create("bgp");

	unit_add(suite, "peers", test_peers);
	unit_add(suite, "peers max", test_peers_max);
	unit_add(suite, "remove", test_remove);
	unit_add(suite, "remove conn", test_remove_conn);
	unit_add_loop(suite, "configure", test_configure, countof(changes));
	unit_add_loop(suite, "configure anew", test_configure_anew, 8);
	unit_add(suite, "configure policy", test_configure_policy);
	unit_add(suite, "configure passive", test_configure_passive);
	unit_add(suite, "eligible", test_eligible);
	unit_add(suite, "views", test_views);
	unit_add(suite, "configure kept", test_configure_kept);
	unit_add(suite, "info", test_info);
	unit_add(suite, "partial", test_partial);
	unit_add(suite, "output room", test_output_room);
	unit_add(suite, "destroy", test_destroy);
	return suite;
}
