/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What of a neighbour's configuration reaches the speaker and the sockets.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

static const char beside[] =
	"neighbors {\n n5 {\n address = 192.0.2.5\n remote_as = 65530\n"
	" hold_time = 9\n }\n }\n";

static void load(world_t *w, const char *more)
{
	char *text = world_config(w->n, more, NULL), *error;

	if (!world_load(w, text, &error))
	{
		ck_abort_msg("%s", error);
	}
	free(text);
	free(error);
	world_run(w, USEC_PER_SEC);
}

/** a world with n5 on eth0 */
static world_t *with_beside(void (*edit)(config_t *config))
{
	world_t *w = world_create(1);

	w->edit = edit;
	world_beside(w, 4, 65530, "192.0.2.5");
	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", true);
	load(w, beside);
	return w;
}

static const bgp_peer_config_t *peer_of(const world_t *w, const char *name)
{
	bgp_peer_t *peer = bgp_peer_find(core_bgp(w->core), name);

	ck_assert_ptr_nonnull(peer);
	return bgp_peer_config(peer);
}

static void set_all(config_t *config)
{
	config_neighbor_t *n = &config->neighbors[0];

	config->graceful_restart = 77;
	n->max_prefix = 100;
	n->max_prefix_warn = 80;
	n->max_prefix_action = CONFIG_LIMIT_WARN;
	n->max_prefix_restart = 30;
	n->max_memory = 3;
	n->max_as_path = 50;
	n->max_communities = 40;
	n->role = CONFIG_ROLE_CUSTOMER;
	n->role_strict = true;
	n->allowas_in = 2;
	n->as_override = true;
	n->remove_private_as = CONFIG_PRIVATE_AS_REPLACE;
	n->enforce_first_as = true;
	n->reject_as_sets = true;
	n->graceful_restart = true;
	n->graceful_shutdown = true;
	n->weight = 9;
}

START_TEST(test_all_options_arrive)
{
	world_t *w = with_beside(set_all);
	const bgp_peer_config_t *c = peer_of(w, "n5");

	ck_assert_uint_eq(c->max_prefix, 100);
	ck_assert_uint_eq(c->max_prefix_warn, 80);
	ck_assert(c->max_prefix_warn_only);
	ck_assert_uint_eq(c->max_prefix_restart, 30);
	ck_assert_uint_eq(c->max_memory, 3 << 20);
	ck_assert_uint_eq(c->max_as_path, 50);
	ck_assert_uint_eq(c->max_communities, 40);
	ck_assert_int_eq(c->role, BGP_ROLE_CUSTOMER);
	ck_assert(c->role_strict);
	ck_assert_uint_eq(c->allowas_in, 2);
	ck_assert(c->as_override);
	ck_assert_int_eq(c->private_as, BGP_PRIVATE_AS_REPLACE);
	ck_assert(!c->any_first_as);
	ck_assert(!c->as_sets);
	ck_assert(!c->no_graceful_restart);
	ck_assert(c->graceful_shutdown);
	ck_assert_uint_eq(c->weight, 9);
	ck_assert(c->resolve_next_hop);
	/* on a tunnel the device is the next hop */
	ck_assert(!peer_of(w, "t1")->resolve_next_hop);
	world_destroy(w);
}
END_TEST

static void set_none(config_t *config)
{
	config_neighbor_t *n = &config->neighbors[0];

	n->remove_private_as = CONFIG_PRIVATE_AS_REMOVE;
	n->enforce_first_as = false;
	n->reject_as_sets = false;
	n->graceful_restart = false;
	config->bundles[0].tunnels[0].neighbors[0].next_hop =
		CONFIG_NEXT_HOP_STRICT;
}

START_TEST(test_the_other_values)
{
	world_t *w = with_beside(set_none);
	const bgp_peer_config_t *c = peer_of(w, "n5");

	ck_assert_int_eq(c->private_as, BGP_PRIVATE_AS_REMOVE);
	ck_assert(c->any_first_as);
	ck_assert(c->as_sets);
	ck_assert(c->no_graceful_restart);
	ck_assert(!c->graceful_shutdown);
	ck_assert(peer_of(w, "t1")->resolve_next_hop);
	world_destroy(w);
}
END_TEST

static config_role_t wanted_role;

static void set_role(config_t *config)
{
	config->neighbors[0].role = wanted_role;
}

START_TEST(test_roles)
{
	static const struct
	{
		config_role_t from;
		bgp_role_t to;
	} rows[] = {
		{CONFIG_ROLE_NONE, BGP_ROLE_NONE},
		{CONFIG_ROLE_PROVIDER, BGP_ROLE_PROVIDER},
		{CONFIG_ROLE_RS_SERVER, BGP_ROLE_RS_SERVER},
		{CONFIG_ROLE_RS_CLIENT, BGP_ROLE_RS_CLIENT},
		{CONFIG_ROLE_CUSTOMER, BGP_ROLE_CUSTOMER},
		{CONFIG_ROLE_PEER, BGP_ROLE_PEER},
	};
	world_t *w = with_beside(NULL);

	w->edit = set_role;
	for (size_t i = 0; i < countof(rows); i++)
	{
		wanted_role = rows[i].from;
		load(w, beside);
		ck_assert_int_eq(peer_of(w, "n5")->role, rows[i].to);
	}
	world_destroy(w);
}
END_TEST

static uint8_t hops;

static void set_gtsm(config_t *config)
{
	config->neighbors[0].ttl_security = hops;
}

START_TEST(test_ttl_security)
{
	static const uint8_t rows[][2] = {{1, 255}, {2, 254}, {254, 2}};
	world_t *w = with_beside(NULL);

	ck_assert_uint_eq(w->ends[4].ttl, 64);
	ck_assert_uint_eq(w->ends[4].ttl_min, 0);
	ck_assert_int_eq(world_session(w, 4), BGP_ESTABLISHED);
	w->edit = set_gtsm;
	for (size_t i = 0; i < countof(rows); i++)
	{
		hops = rows[i][0];
		load(w, beside);
		/* the dialling may cross the end of the old session */
		world_run(w, 60 * USEC_PER_SEC);
		/* new sockets, and a new session over them */
		ck_assert_uint_eq(w->ends[4].ttl, 255);
		ck_assert_uint_eq(w->ends[4].ttl_min, rows[i][1]);
		ck_assert_int_eq(world_session(w, 4), BGP_ESTABLISHED);
	}
	world_destroy(w);
}
END_TEST

START_TEST(test_loopback_session)
{
	static const char loopback[] =
		"neighbors {\n n5 {\n address = 10.9.9.9\n remote_as = 65530\n"
		" local_address = 10.9.9.1\n multihop = 5\n }\n }\n";
	static const char any[] =
		"neighbors {\n n5 {\n address = 10.9.9.9\n remote_as = 65530\n"
		" }\n }\n";
	world_t *w = world_create(1);
	addr_t local;

	load(w, loopback);
	addr_parse("10.9.9.1", &local);
	ck_assert(addr_equal(&w->ends[4].local, &local));
	ck_assert_uint_eq(w->ends[4].ttl, 5);
	ck_assert_str_eq(w->ends[4].link, "");
	ck_assert_ptr_nonnull(w->listening[4]);
	/* iBGP has no need of a word on hops: the kernel chooses our end */
	load(w, any);
	ck_assert_uint_eq(w->ends[4].ttl, 64);
	ck_assert(!addr_is_set(&w->ends[4].local));
	ck_assert_ptr_null(w->listening[4]);
	world_destroy(w);
}
END_TEST

static void on_eth0(config_t *config)
{
	addr_parse("fe80::5", &config->neighbors[0].address);
	config->neighbors[0].interface = str_copy("eth0");
	config->neighbors[0].ipv6 = true;
}

START_TEST(test_link_local_neighbor)
{
	world_t *w = world_create(1);
	const bgp_peer_config_t *c;
	addr_t local, six;

	w->edit = on_eth0;
	world_addr(w, 1, "fe80::99/64", true);
	load(w, beside);
	/* that of another link does not serve */
	ck_assert_ptr_null(w->listening[4]);
	ck_assert_ptr_null(w->dialling[4]);
	world_addr(w, WORLD_EXTERNAL, "2001:db8::1/64", true);
	world_addr(w, WORLD_EXTERNAL, "fe80::1/64", true);
	world_addr(w, WORLD_EXTERNAL, "192.0.2.1/24", true);
	world_run(w, USEC_PER_SEC);
	addr_parse("fe80::1", &local);
	addr_parse("2001:db8::1", &six);
	ck_assert(addr_equal(&w->ends[4].local, &local));
	ck_assert_str_eq(w->ends[4].link, "eth0");
	ck_assert_uint_eq(w->ends[4].link_index, WORLD_EXTERNAL);
	c = peer_of(w, "n5");
	ck_assert(addr_equal(&c->next_hop6, &six));
	ck_assert(addr_equal(&c->next_hop6_ll, &local));
	ck_assert_uint_eq(addr_to_v4(&c->next_hop4), 0xc0000201u);
	world_destroy(w);
}
END_TEST

static void tunnel_link_local(config_t *config)
{
	config_tunnel_t *tunnel = &config->bundles[0].tunnels[0];

	tunnel->addresses =
		mem_resize(tunnel->addresses, 2, sizeof(*tunnel->addresses));
	ck_assert(ifaddr_parse("fe80::2/64", &tunnel->addresses[1]));
	tunnel->n_addresses = 2;
	addr_parse("fe80::1", &tunnel->neighbors[0].address);
}

START_TEST(test_link_local_on_a_tunnel)
{
	world_t *w = world_create(1);
	addr_t local;

	w->edit = tunnel_link_local;
	load(w, NULL);
	/* the kernel's own stands there, too */
	world_addr(w, world_link(w, 0)->index, "fe80::abcd/64", true);
	world_fact(w, 0, FACT_CONNECTION_LOADED, 0, 0);
	world_fact(w, 0, FACT_CHILD_UP, 100, 0);
	world_run(w, USEC_PER_SEC);
	addr_parse("fe80::2", &local);
	ck_assert(addr_equal(&w->ends[0].local, &local));
	ck_assert_str_eq(w->ends[0].link, "cyg-t1");
	world_destroy(w);
}
END_TEST

START_TEST(test_other_family_beside)
{
	world_t *w = with_beside(NULL);
	addr_t six;
	uint32_t before;
	bgp_peer_info_t info;

	addr_parse("2001:db8::1", &six);
	ck_assert(!addr_is_set(&peer_of(w, "n5")->next_hop6));
	world_addr(w, WORLD_EXTERNAL, "2001:db8::1/64", true);
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert(addr_equal(&peer_of(w, "n5")->next_hop6, &six));
	/* our end itself serves its own family */
	ck_assert(!addr_is_set(&peer_of(w, "n5")->next_hop4));
	bgp_peer_info(w->far[4].peer, &info);
	ck_assert_int_eq(info.state, BGP_ESTABLISHED);
	before = info.established;
	/* a second address, before it in order or not, changes nothing */
	world_addr(w, WORLD_EXTERNAL, "2001:db8::7/64", true);
	world_run(w, USEC_PER_SEC);
	ck_assert(addr_equal(&peer_of(w, "n5")->next_hop6, &six));
	bgp_peer_info(w->far[4].peer, &info);
	ck_assert_uint_eq(info.established, before);
	world_destroy(w);
}
END_TEST

Suite *peers_suite(void)
{
	Suite *s = suite_create("peers");

	unit_add(s, "all options arrive", test_all_options_arrive);
	unit_add(s, "the other values", test_the_other_values);
	unit_add(s, "roles", test_roles);
	unit_add(s, "ttl security", test_ttl_security);
	unit_add(s, "loopback session", test_loopback_session);
	unit_add(s, "link-local neighbor", test_link_local_neighbor);
	unit_add(s, "link-local on a tunnel", test_link_local_on_a_tunnel);
	unit_add(s, "other family beside", test_other_family_beside);
	return s;
}
