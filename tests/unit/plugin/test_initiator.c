/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the supervisor asks for reaches charon once, and not at all where
 * charon is about it already.
 */

#include "cygnet_initiator.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static fake_peer_t *peer;
static fake_ike_t *ike;

static void setup(void)
{
	fake_charon_init();
	peer = fake_peer_create("ali-1");
	fake_peer_add_child(peer, 1, 1);
	ike = fake_ike_create(1, "ali-1");
	fake_ikes->insert_last(fake_ikes, ike);
}

static void teardown(void)
{
	fake_ike_destroy(ike);
	fake_peer_destroy(peer);
	fake_charon_deinit();
}

/** an IKE_SA of the connection as it stands, and whether it is enough */
static const struct
{
	const char *what;
	ike_sa_state_t state;
	bool child;
	/** 0: none, else its type, active or queued */
	task_type_t task;
	bool active;
	unsigned initiated;
} cases[] = {
	{"created", IKE_CREATED, FALSE, 0, FALSE, 0},
	{"connecting", IKE_CONNECTING, FALSE, 0, FALSE, 0},
	{"established with a child", IKE_ESTABLISHED, TRUE, 0, FALSE, 0},
	{"established without", IKE_ESTABLISHED, FALSE, 0, FALSE, 1},
	{"making a child", IKE_ESTABLISHED, FALSE, TASK_CHILD_CREATE, TRUE, 0},
	{"about to", IKE_ESTABLISHED, FALSE, TASK_CHILD_CREATE, FALSE, 0},
	{"busy otherwise", IKE_ESTABLISHED, FALSE, TASK_IKE_DPD, TRUE, 1},
	{"rekeying without", IKE_REKEYING, FALSE, 0, FALSE, 1},
	{"rekeyed", IKE_REKEYED, TRUE, 0, FALSE, 1},
	{"being deleted", IKE_DELETING, TRUE, 0, FALSE, 1},
};

START_TEST(looks_first)
{
	ike->state = cases[_i].state;
	if (cases[_i].child)
	{
		fake_child_create(ike, 7);
	}
	if (cases[_i].task)
	{
		fake_ike_add_task(ike, cases[_i].task, cases[_i].active);
	}
	cygnet_initiator_run("ali-1");
	ck_assert_msg(fake_n_initiated == cases[_i].initiated, "%s: %u times",
				  cases[_i].what, fake_n_initiated);
}
END_TEST

START_TEST(others_do_not_count)
{
	ike->name = "ali-2";
	ike->state = IKE_CONNECTING;
	cygnet_initiator_run("ali-1");
	ck_assert_uint_eq(fake_n_initiated, 1);
	ck_assert_str_eq(fake_initiated, "ali-1");
}
END_TEST

START_TEST(each_child_is_initiated)
{
	fake_peer_add_child(peer, 1, 1);
	fake_peer_add_child(peer, 1, 1);
	ike->state = IKE_DELETING;
	cygnet_initiator_run("ali-1");
	ck_assert_uint_eq(fake_n_initiated, 3);
}
END_TEST

START_TEST(unknown_is_ignored)
{
	cygnet_initiator_run("nobody");
	ck_assert_uint_eq(fake_n_initiated, 0);
}
END_TEST

START_TEST(job_does_the_same)
{
	ike->state = IKE_DELETING;
	cygnet_initiator_queue("ali-1");
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_n_initiated, 1));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	ck_assert_uint_eq(fake_n_initiated, 1);
}
END_TEST

/** ms until it is initiated */
static unsigned initiated_after(void)
{
	timeval_t begun, done;

	time_monotonic(&begun);
	cygnet_initiator_queue("ali-1");
	ck_assert(fake_wait(&fake_n_initiated, 1));
	time_monotonic(&done);
	fake_n_initiated = 0;
	return (done.tv_sec - begun.tv_sec) * 1000 +
		   (done.tv_usec - begun.tv_usec) / 1000;
}

START_TEST(one_of_the_peers_is_waited_for)
{
	ike_cfg_t others = {0};

	lib->processor->set_threads(lib->processor, 8);
	ike->name = "(unnamed)";
	ike->peer = NULL;
	ike->ike_cfg = &peer->ike_cfg;
	ike->state = IKE_CONNECTING;
	/* for a second, and not for ever */
	ck_assert_uint_ge(initiated_after(), 950);
	/* nobody's, another one's, one that ends: not at all */
	ike->ike_cfg = &others;
	ck_assert_uint_lt(initiated_after(), 450);
	ike->ike_cfg = &peer->ike_cfg;
	ike->state = IKE_DELETING;
	ck_assert_uint_lt(initiated_after(), 450);
	/* it has a name meanwhile: nothing to initiate */
	ike->state = IKE_CONNECTING;
	cygnet_initiator_queue("ali-1");
	usleep(100000);
	ike->name = "ali-1";
	ike->peer = &peer->public;
	usleep(1200000);
	ck_assert_uint_eq(fake_n_initiated, 0);
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
}
END_TEST

/** an IKE_SA as it stands, and whether it goes for a new one */
static const struct
{
	const char *what;
	ike_sa_state_t state;
	bool mobike;
	bool configured;
	bool goes;
	unsigned initiated;
} renewals[] = {
	{"established", IKE_ESTABLISHED, FALSE, FALSE, TRUE, 1},
	{"rekeying", IKE_REKEYING, FALSE, FALSE, TRUE, 1},
	{"rekeyed", IKE_REKEYED, FALSE, FALSE, TRUE, 1},
	{"in a DELETE of its own", IKE_DELETING, FALSE, FALSE, TRUE, 1},
	{"moved by MOBIKE", IKE_ESTABLISHED, TRUE, FALSE, FALSE, 0},
	{"without another address", IKE_ESTABLISHED, FALSE, TRUE, FALSE, 0},
	{"made anew already", IKE_CONNECTING, FALSE, FALSE, FALSE, 0},
	{"about to be", IKE_CREATED, FALSE, FALSE, FALSE, 0},
	{"gone", IKE_DESTROYING, FALSE, FALSE, FALSE, 1},
};

START_TEST(renews)
{
	fake_ike_t *other = fake_ike_create(2, "ali-2");

	other->state = IKE_ESTABLISHED;
	fake_ikes->insert_last(fake_ikes, other);
	ike->state = renewals[_i].state;
	ike->mobike = renewals[_i].mobike;
	ike->configured = renewals[_i].configured;
	fake_child_create(ike, 7);
	cygnet_initiator_renew("ali-1");
	ck_assert_msg(fake_terminated == (renewals[_i].goes ? 1u << 1 : 0), "%s",
				  renewals[_i].what);
	ck_assert_msg(fake_n_initiated == renewals[_i].initiated, "%s: %u times",
				  renewals[_i].what, fake_n_initiated);
	fake_ikes->remove(fake_ikes, other, NULL);
	fake_ike_destroy(other);
}
END_TEST

START_TEST(renew_job_does_the_same)
{
	ike->state = IKE_ESTABLISHED;
	fake_child_create(ike, 7);
	cygnet_initiator_queue_renew("ali-1");
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_n_initiated, 1));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	ck_assert_uint_eq(fake_terminated, 1u << 1);
}
END_TEST

/** runs what was queued to its end */
static void work(void)
{
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_n_reauths, 1));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
}

START_TEST(time_until_reauth)
{
	time_t now = time_monotonic(NULL);

	ck_assert_uint_eq(cygnet_initiator_reauth_in(&ike->public), 0);
	ike->reauth = now + 100;
	ck_assert_uint_le(cygnet_initiator_reauth_in(&ike->public), 100);
	ck_assert_uint_ge(cygnet_initiator_reauth_in(&ike->public), 98);
	/* overdue is not never */
	ike->reauth = now - 5;
	ck_assert_uint_eq(cygnet_initiator_reauth_in(&ike->public), 1);
	/* IKEv1 breaks nothing */
	ike->version = IKEV1;
	ck_assert_uint_eq(cygnet_initiator_reauth_in(&ike->public), 0);
	ike->version = IKEV2;
	/* made before it is broken, or after: packets are at stake in both */
	lib->settings->set_bool(lib->settings, "%s.make_before_break", TRUE,
							lib->ns);
	ck_assert_uint_eq(cygnet_initiator_reauth_in(&ike->public), 1);
}
END_TEST

START_TEST(reauth_takes_the_next_that_carries)
{
	fake_ike_t *more[4];

	ike->state = IKE_ESTABLISHED;
	for (unsigned i = 0; i < countof(more); i++)
	{
		more[i] = fake_ike_create(2 + i, "ali-1");
		more[i]->state = IKE_ESTABLISHED;
		fake_child_create(more[i], 7 + i);
		fake_ikes->insert_last(fake_ikes, more[i]);
	}
	/* the first has no child, the second goes, the third is another's */
	more[0]->state = IKE_DELETING;
	more[1]->name = "ali-2";
	more[2]->reauth = 2000;
	more[3]->reauth = 1000;
	cygnet_initiator_queue_reauth("ali-1");
	work();
	ck_assert_uint_eq(fake_n_reauths, 1);
	ck_assert_uint_eq(fake_reauth, more[3]->id);
	/* one that never would is taken if there is no other */
	more[2]->reauth = 0;
	more[3]->state = IKE_REKEYING;
	fake_n_reauths = 0;
	cygnet_initiator_reauth("ali-1");
	work();
	ck_assert_uint_eq(fake_n_reauths, 1);
	ck_assert_uint_eq(fake_reauth, more[2]->id);
	for (unsigned i = 0; i < countof(more); i++)
	{
		fake_ikes->remove(fake_ikes, more[i], NULL);
		fake_ike_destroy(more[i]);
	}
}
END_TEST

START_TEST(reauth_of_nothing)
{
	ike->state = IKE_ESTABLISHED;
	cygnet_initiator_reauth("ali-1");
	cygnet_initiator_reauth("nobody");
	ck_assert_uint_eq(
		lib->processor->get_job_load(lib->processor, JOB_PRIO_MEDIUM), 0);
}
END_TEST

Suite *initiator_suite(void)
{
	const struct
	{
		const char *name;
		const TTest *test;
		int count;
	} tests[] = {
		{"looks", looks_first, countof(cases)},
		{"others", others_do_not_count, 1},
		{"children", each_child_is_initiated, 1},
		{"unknown", unknown_is_ignored, 1},
		{"job", job_does_the_same, 1},
		{"peer's", one_of_the_peers_is_waited_for, 1},
		{"renews", renews, countof(renewals)},
		{"renew job", renew_job_does_the_same, 1},
		{"reauth time", time_until_reauth, 1},
		{"reauth", reauth_takes_the_next_that_carries, 1},
		{"reauth of nothing", reauth_of_nothing, 1},
	};
	Suite *s = suite_create("initiator");

	for (size_t i = 0; i < countof(tests); i++)
	{
		TCase *tcase = tcase_create(tests[i].name);

		tcase_add_checked_fixture(tcase, setup, teardown);
		tcase_add_loop_test(tcase, tests[i].test, 0, tests[i].count);
		suite_add_tcase(s, tcase);
	}
	return s;
}
