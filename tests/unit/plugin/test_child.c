/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What is copied from a CHILD_SA, and which ones count.
 */

#include "cygnet_child.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static cygnet_facts_t *facts;
static fake_ike_t *ike;
static fake_child_t *child;

static void setup(void)
{
	fake_charon_init();
	fake_gateway_reset();
	facts = cygnet_facts_create();
	facts->set_gateway(facts, fake_gateway_get());
	ike = fake_ike_create(1, "ali-1");
	fake_ikes->insert_last(fake_ikes, ike);
	child = fake_child_create(ike, 7);
}

static void teardown(void)
{
	fake_ike_destroy(ike);
	facts->destroy(facts);
	fake_charon_deinit();
}

START_TEST(test_counts)
{
	static const struct
	{
		child_sa_state_t state;
		bool counts;
	} states[] = {
		{CHILD_CREATED, false},    {CHILD_ROUTED, false},
		{CHILD_INSTALLING, false}, {CHILD_INSTALLED, true},
		{CHILD_UPDATING, true},    {CHILD_REKEYING, true},
		{CHILD_REKEYED, true},     {CHILD_RETRYING, false},
		{CHILD_DELETING, false},   {CHILD_DELETED, false},
		{CHILD_DESTROYING, false},
	};

	ck_assert_uint_eq(countof(states), CHILD_DESTROYING + 1);
	ck_assert_int_eq(cygnet_child_counts(states[_i].state), states[_i].counts);
}
END_TEST

START_TEST(test_up_copies_everything)
{
	const fact_t *fact = &fake_gateway.facts[0];

	child->ike->reauth = time_monotonic(NULL) + 1000;
	child->if_id_in = 11;
	child->if_id_out = 12;
	child->encap = TRUE;
	child->proposal =
		proposal_create_from_string(PROTO_ESP, "aes256-sha1-modp2048");
	cygnet_child_post(facts, FACT_CHILD_UP, &ike->public, &child->public, 0);

	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_int_eq(fact->kind, FACT_CHILD_UP);
	ck_assert_str_eq(fact->name, "ali-1");
	ck_assert_uint_eq(fact->sa, 7);
	ck_assert_str_eq(fact->child, "net");
	ck_assert_uint_eq(fact->successor, 0);
	ck_assert_uint_eq(fact->if_id_in, 11);
	ck_assert_uint_eq(fact->if_id_out, 12);
	ck_assert_uint_ge(fact->reauth, 998);
	ck_assert_uint_le(fact->reauth, 1000);
	/* ENCR_AES_CBC and AUTH_HMAC_SHA1_96 of RFC 7296 section 3.3.2 */
	ck_assert_uint_eq(fact->info.encr, 12);
	ck_assert_uint_eq(fact->info.key_bits, 256);
	ck_assert_uint_eq(fact->info.integ, 2);
	ck_assert(fact->info.encap);
	ck_assert_int_eq(fact->info.local.family, FAMILY_IPV4);
	ck_assert_mem_eq(fact->info.local.b, "\xc0\x00\x02\x01", 4);
	ck_assert_mem_eq(fact->info.remote.b, "\xcb\x00\x71\x01", 4);
}
END_TEST

START_TEST(test_aead_and_ipv6)
{
	const fact_t *fact = &fake_gateway.facts[0];

	child->proposal =
		proposal_create_from_string(PROTO_ESP, "aes128gcm16-modp2048");
	ike->me->destroy(ike->me);
	ike->me = host_create_from_string("2001:db8::1", 500);
	cygnet_child_post(facts, FACT_CHILD_CHANGED, &ike->public, &child->public,
					  0);

	ck_assert_int_eq(fact->kind, FACT_CHILD_CHANGED);
	/* ENCR_AES_GCM_16, which has no integrity transform */
	ck_assert_uint_eq(fact->info.encr, 20);
	ck_assert_uint_eq(fact->info.key_bits, 128);
	ck_assert_uint_eq(fact->info.integ, 0);
	ck_assert(!fact->info.encap);
	ck_assert_int_eq(fact->info.local.family, FAMILY_IPV6);
	ck_assert_mem_eq(fact->info.local.b,
					 "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16);
}
END_TEST

START_TEST(test_no_proposal)
{
	cygnet_child_post(facts, FACT_CHILD_UP, &ike->public, &child->public, 0);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_uint_eq(fake_gateway.facts[0].info.encr, 0);
}
END_TEST

START_TEST(test_down_and_rekeyed_name_the_sa_alone)
{
	child->if_id_in = 11;
	cygnet_child_post(facts, FACT_CHILD_DOWN, &ike->public, &child->public, 0);
	cygnet_child_post(facts, FACT_CHILD_REKEYED, &ike->public, &child->public,
					  9);

	ck_assert_uint_eq(fake_gateway.n_facts, 2);
	ck_assert_uint_eq(fake_gateway.facts[0].sa, 7);
	ck_assert_uint_eq(fake_gateway.facts[0].if_id_in, 0);
	ck_assert_int_eq(fake_gateway.facts[0].info.local.family, FAMILY_NONE);
	ck_assert_uint_eq(fake_gateway.facts[1].sa, 7);
	ck_assert_uint_eq(fake_gateway.facts[1].successor, 9);
}
END_TEST

START_TEST(test_too_long_name)
{
	char name[CONFIG_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[CONFIG_NAME_MAX + 1] = '\0';
	ike->name = name;
	cygnet_child_post(facts, FACT_CHILD_UP, &ike->public, &child->public, 0);
	ck_assert_uint_eq(fake_gateway.n_facts, 0);
}
END_TEST

START_TEST(test_all_that_count)
{
	fake_ike_t *deleted = fake_ike_create(2, "ali-2");

	fake_ikes->insert_last(fake_ikes, deleted);
	deleted->state = IKE_DELETING;
	fake_child_create(deleted, 20)->state = CHILD_INSTALLED;
	child->state = CHILD_INSTALLED;
	fake_child_create(ike, 8)->state = CHILD_INSTALLING;
	fake_child_create(ike, 9)->state = CHILD_REKEYED;
	fake_child_create(ike, 10)->state = CHILD_DELETED;
	ike->state = IKE_ESTABLISHED;

	cygnet_child_post_all(facts);
	ck_assert_uint_eq(fake_gateway.n_facts, 2);
	ck_assert_int_eq(fake_gateway.facts[0].kind, FACT_CHILD_UP);
	ck_assert_uint_eq(fake_gateway.facts[0].sa, 7);
	ck_assert_uint_eq(fake_gateway.facts[1].sa, 9);
	fake_ike_destroy(deleted);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *child_suite(void)
{
	Suite *suite = suite_create("child");

	add(suite, "counts", test_counts, CHILD_DESTROYING + 1);
	add(suite, "up copies everything", test_up_copies_everything, 1);
	add(suite, "AEAD and IPv6", test_aead_and_ipv6, 1);
	add(suite, "no proposal", test_no_proposal, 1);
	add(suite, "down and rekeyed", test_down_and_rekeyed_name_the_sa_alone, 1);
	add(suite, "too long name", test_too_long_name, 1);
	add(suite, "all that count", test_all_that_count, 1);
	return suite;
}
