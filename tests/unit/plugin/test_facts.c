/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The way of facts: with and without a gateway, and names at the limit.
 */

#include "cygnet_facts.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static cygnet_facts_t *facts;

static void setup(void)
{
	fake_charon_init();
	fake_gateway_reset();
	facts = cygnet_facts_create();
}

static void teardown(void)
{
	facts->destroy(facts);
	fake_charon_deinit();
}

START_TEST(test_init)
{
	fact_t fact, zero;

	memset(&fact, 0xff, sizeof(fact));
	memset(&zero, 0, sizeof(zero));
	ck_assert(facts->init(facts, &fact, FACT_CHILD_DOWN, "ali-1"));
	ck_assert_int_eq(fact.kind, FACT_CHILD_DOWN);
	ck_assert_str_eq(fact.name, "ali-1");
	/* all the rest is zero, padding too */
	zero.kind = FACT_CHILD_DOWN;
	strcpy(zero.name, "ali-1");
	ck_assert_mem_eq(&fact, &zero, sizeof(fact));
}
END_TEST

START_TEST(test_name_limit)
{
	char name[CONFIG_NAME_MAX + 2];
	fact_t fact;

	memset(name, 'n', sizeof(name));
	name[CONFIG_NAME_MAX + 1] = '\0';
	ck_assert(!facts->init(facts, &fact, FACT_CHILD_UP, name));
	name[CONFIG_NAME_MAX] = '\0';
	ck_assert(facts->init(facts, &fact, FACT_CHILD_UP, name));
	ck_assert_str_eq(fact.name, name);
	ck_assert(facts->init(facts, &fact, FACT_CHILD_UP, ""));
	ck_assert_str_eq(fact.name, "");
}
END_TEST

START_TEST(test_gateway_comes_and_goes)
{
	fact_t fact;

	facts->init(facts, &fact, FACT_CHILD_UP, "a");
	facts->post(facts, &fact);
	ck_assert_uint_eq(fake_gateway.n_facts, 0);

	facts->set_gateway(facts, fake_gateway_get());
	facts->post(facts, &fact);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_mem_eq(&fake_gateway.facts[0], &fact, sizeof(fact));

	facts->set_gateway(facts, NULL);
	facts->post(facts, &fact);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, test);
	suite_add_tcase(suite, tcase);
}

Suite *facts_suite(void)
{
	Suite *suite = suite_create("facts");

	add(suite, "init", test_init);
	add(suite, "name limit", test_name_limit);
	add(suite, "gateway comes and goes", test_gateway_comes_and_goes);
	return suite;
}
