/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Of the CHILD_SAs of a child, the newest installed one is rekeyed, once.
 */

#include "cygnet_rekeyer.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static fake_ike_t *ike, *second, *other;

static fake_child_t *child(fake_ike_t *of, uint32_t id, char *name,
						   child_sa_state_t state)
{
	fake_child_t *made = fake_child_create(of, id);

	made->name = name;
	made->state = state;
	return made;
}

static void setup(void)
{
	fake_charon_init();
	ike = fake_ike_create(1, "ali-1");
	second = fake_ike_create(2, "ali-1");
	other = fake_ike_create(3, "ali-2");
	fake_ikes->insert_last(fake_ikes, ike);
	fake_ikes->insert_last(fake_ikes, second);
	fake_ikes->insert_last(fake_ikes, other);
}

static void teardown(void)
{
	fake_ike_destroy(ike);
	fake_ike_destroy(second);
	fake_ike_destroy(other);
	fake_charon_deinit();
}

/** lets charon's threads work until it is rekeyed */
static void work(void)
{
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_n_rekeyed, 1));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
}

START_TEST(newest_is_rekeyed)
{
	/* the other children of it, those of others, and those that are not
	 * installed are left alone */
	child(ike, 5, "net", CHILD_INSTALLED);
	child(second, 6, "net", CHILD_INSTALLED);
	child(ike, 4, "net", CHILD_INSTALLED);
	child(ike, 7, "net6", CHILD_INSTALLED);
	child(ike, 8, "net", CHILD_REKEYED);
	child(ike, 9, "net", CHILD_REKEYING);
	child(ike, 10, "net", CHILD_DELETING);
	child(other, 11, "net", CHILD_INSTALLED);
	if (_i)
	{
		cygnet_rekeyer_queue("ali-1", "net");
	}
	else
	{
		cygnet_rekeyer_run("ali-1", "net");
	}
	work();
	ck_assert_uint_eq(fake_n_rekeyed, 1);
	ck_assert_uint_eq(fake_rekeyed, 0xc0000006);
}
END_TEST

START_TEST(without_one_nothing_is_done)
{
	child(ike, 5, "net", CHILD_REKEYING);
	child(other, 6, "net", CHILD_INSTALLED);
	cygnet_rekeyer_run("ali-1", "net");
	cygnet_rekeyer_run("nobody", "net");
	/* what is queued behind it comes first then */
	cygnet_rekeyer_run("ali-2", "net");
	work();
	ck_assert_uint_eq(fake_n_rekeyed, 1);
	ck_assert_uint_eq(fake_rekeyed, 0xc0000006);
}
END_TEST

Suite *rekeyer_suite(void)
{
	Suite *s = suite_create("rekeyer");
	TCase *tcase = tcase_create("newest");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, newest_is_rekeyed, 0, 2);
	suite_add_tcase(s, tcase);
	tcase = tcase_create("none");
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, without_one_nothing_is_done);
	suite_add_tcase(s, tcase);
	return s;
}
