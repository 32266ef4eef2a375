/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Connections that come, change and go, and what of them is told.
 */

#include "cygnet_peers.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static cygnet_facts_t *facts;
static cygnet_peers_t *peers;
static fake_peer_t *peer;

static void setup(void)
{
	fake_charon_init();
	fake_gateway_reset();
	facts = cygnet_facts_create();
	facts->set_gateway(facts, fake_gateway_get());
	peers = cygnet_peers_create(facts);
	peer = fake_peer_create("ali-1");
	peer->if_id_in = peer->if_id_out = 1;
}

static void teardown(void)
{
	while (fake_peers->get_first(fake_peers, (void **)&peer) == SUCCESS)
	{
		fake_peer_destroy(peer);
	}
	peers->destroy(peers);
	facts->destroy(facts);
	fake_charon_deinit();
}

/** look, and get the one fact that came of it */
static const fact_t *poll_one(void)
{
	unsigned before = fake_gateway.n_facts;

	peers->poll(peers);
	ck_assert_uint_eq(fake_gateway.n_facts - before, 1);
	return &fake_gateway.facts[before];
}

static void poll_nothing(void)
{
	unsigned before = fake_gateway.n_facts;

	peers->poll(peers);
	ck_assert_uint_eq(fake_gateway.n_facts, before);
}

START_TEST(test_comes_and_goes)
{
	const fact_t *fact = poll_one();

	ck_assert_int_eq(fact->kind, FACT_CONNECTION_LOADED);
	ck_assert_str_eq(fact->name, "ali-1");
	ck_assert_uint_eq(fact->if_id_in, 1);
	ck_assert_uint_eq(fact->if_id_out, 1);
	ck_assert(!fact->if_id_unique);
	ck_assert(!fact->mobike);
	ck_assert_uint_eq(fact->n_remote, 1);
	ck_assert_mem_eq(fact->remote[0].b, "\xcb\x00\x71\x01", 4);
	poll_nothing();

	fake_peer_destroy(peer);
	fact = poll_one();
	ck_assert_int_eq(fact->kind, FACT_CONNECTION_UNLOADED);
	ck_assert_str_eq(fact->name, "ali-1");
	poll_nothing();
}
END_TEST

START_TEST(test_changes)
{
	poll_one();
	peer->if_id_in = 5;
	ck_assert_uint_eq(poll_one()->if_id_in, 5);
	peer->mobike = TRUE;
	ck_assert(poll_one()->mobike);
	peer->remote = "203.0.113.9";
	ck_assert_int_eq(poll_one()->kind, FACT_CONNECTION_LOADED);
	poll_nothing();
}
END_TEST

START_TEST(test_replaced_by_another)
{
	poll_one();
	fake_peer_destroy(peer);
	peer = fake_peer_create("ali-2");
	peers->poll(peers);
	ck_assert_uint_eq(fake_gateway.n_facts, 3);
	ck_assert_int_eq(fake_gateway.facts[1].kind, FACT_CONNECTION_UNLOADED);
	ck_assert_str_eq(fake_gateway.facts[1].name, "ali-1");
	ck_assert_int_eq(fake_gateway.facts[2].kind, FACT_CONNECTION_LOADED);
	ck_assert_str_eq(fake_gateway.facts[2].name, "ali-2");
}
END_TEST

START_TEST(test_child_overrides)
{
	const fact_t *fact;

	fake_peer_add_child(peer, 0, 8);
	fact = poll_one();
	ck_assert_uint_eq(fact->if_id_in, 1);
	ck_assert_uint_eq(fact->if_id_out, 8);
	/* the same once more is no difference */
	fake_peer_add_child(peer, 1, 8);
	poll_nothing();
}
END_TEST

START_TEST(test_children_differ)
{
	fake_peer_add_child(peer, 3, 3);
	fake_peer_add_child(peer, 4, 4);
	peers->poll(peers);
	ck_assert_uint_eq(fake_gateway.n_facts, 2);
	ck_assert_int_eq(fake_gateway.facts[0].kind, FACT_CONNECTION_LOADED);
	ck_assert_uint_eq(fake_gateway.facts[0].if_id_in, 3);
	ck_assert_str_eq(fake_gateway.facts[0].text, "");
	ck_assert_int_eq(fake_gateway.facts[1].kind, FACT_ALERT);
	ck_assert_str_eq(fake_gateway.facts[1].name, "ali-1");
	ck_assert_ptr_nonnull(strstr(fake_gateway.facts[1].text, "if_ids"));
	poll_nothing();
}
END_TEST

START_TEST(test_unique)
{
	static const uint32_t values[] = {IF_ID_UNIQUE, IF_ID_UNIQUE_DIR};
	const fact_t *fact;

	if (_i < 2)
	{
		peer->if_id_in = peer->if_id_out = values[_i];
	}
	else
	{
		fake_peer_add_child(peer, values[_i - 2], 1);
	}
	fact = poll_one();
	ck_assert(fact->if_id_unique);
	ck_assert_uint_eq(fact->if_id_in, 0);
	ck_assert_uint_eq(fact->if_id_out, 0);
}
END_TEST

START_TEST(test_remotes)
{
	static const struct
	{
		char *text;
		unsigned count;
		family_t first;
	} remotes[] = {
		{"203.0.113.1", 1, FAMILY_IPV4},
		{"2001:db8::1", 1, FAMILY_IPV6},
		{"203.0.113.1,vpn.example.com, 203.0.113.2", 2, FAMILY_IPV4},
		{"vpn.example.com,2001:db8::1", 1, FAMILY_IPV6},
		{"%any", 0, FAMILY_NONE},
		{"0.0.0.0", 0, FAMILY_NONE},
		{"%any6,::", 0, FAMILY_NONE},
		{"203.0.113.0/24", 0, FAMILY_NONE},
		{"203.0.113.1-203.0.113.9", 0, FAMILY_NONE},
		{"", 0, FAMILY_NONE},
		{"192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4", 4, FAMILY_IPV4},
		{"192.0.2.1,192.0.2.2,192.0.2.3,192.0.2.4,192.0.2.5", 4, FAMILY_IPV4},
	};
	const fact_t *fact;

	ck_assert_uint_eq(countof(remotes), 12);
	peer->remote = remotes[_i].text;
	fact = poll_one();
	ck_assert_uint_eq(fact->n_remote, remotes[_i].count);
	ck_assert_int_eq(fact->remote[0].family, remotes[_i].first);
}
END_TEST

START_TEST(test_names)
{
	char name[CONFIG_NAME_MAX + 2];
	fake_peer_t *twin, *too_long;

	twin = fake_peer_create("ali-1");
	twin->if_id_in = 99;
	memset(name, 'n', sizeof(name));
	name[CONFIG_NAME_MAX + 1] = '\0';
	too_long = fake_peer_create(name);
	ck_assert_uint_eq(poll_one()->if_id_in, 1);
	fake_peer_destroy(too_long);
	poll_nothing();
	fake_peer_destroy(twin);
	poll_nothing();
}
END_TEST

START_TEST(test_many)
{
	static char names[1000][16];
	int i;

	for (i = 0; i < countof(names); i++)
	{
		snprintf(names[i], sizeof(names[i]), "c%d", i);
		fake_peer_create(names[i]);
	}
	peers->poll(peers);
	ck_assert_uint_eq(fake_gateway.n_facts, 1001);
	poll_nothing();
}
END_TEST

START_TEST(test_job)
{
	peers->start(peers);
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_looks, 3));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	lib->scheduler->flush(lib->scheduler);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *peers_suite(void)
{
	Suite *suite = suite_create("peers");

	add(suite, "comes and goes", test_comes_and_goes, 1);
	add(suite, "changes", test_changes, 1);
	add(suite, "replaced by another", test_replaced_by_another, 1);
	add(suite, "child overrides", test_child_overrides, 1);
	add(suite, "children differ", test_children_differ, 1);
	add(suite, "unique", test_unique, 4);
	add(suite, "remotes", test_remotes, 12);
	add(suite, "names", test_names, 1);
	add(suite, "many", test_many, 1);
	add(suite, "job", test_job, 1);
	return suite;
}
