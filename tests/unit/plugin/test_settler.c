/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What IKE has open after a silence: our requests, as the alerts tell of them,
 * are sent again while they have no answer; and IKE_SAs are rekeyed, by the end
 * that began them first.
 */

#include "cygnet_listener.h"
#include "cygnet_settler.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "suites.h"

static cygnet_facts_t *facts;
static cygnet_settler_t *settler;
static cygnet_late_t *late;
static cygnet_alerts_t *alerts;
static cygnet_listener_t *listener;
static fake_ike_t *ike, *other;

static void setup(void)
{
	fake_charon_init();
	fake_gateway_reset();
	facts = cygnet_facts_create();
	facts->set_gateway(facts, fake_gateway_get());
	settler = cygnet_settler_create();
	late = cygnet_late_create();
	alerts = cygnet_alerts_create(facts);
	listener = cygnet_listener_create(facts, alerts, settler, late);
	fake_listener = &listener->listener;
	ike = fake_ike_create(1, "ali-1");
	other = fake_ike_create(2, "ali-2");
	ike->state = other->state = IKE_ESTABLISHED;
	ike->established = other->established = time_monotonic(NULL) - 60;
	fake_ikes->insert_last(fake_ikes, ike);
	fake_ikes->insert_last(fake_ikes, other);
}

static void teardown(void)
{
	fake_ike_destroy(ike);
	fake_ike_destroy(other);
	listener->destroy(listener);
	alerts->destroy(alerts);
	settler->destroy(settler);
	late->destroy(late);
	facts->destroy(facts);
	fake_charon_deinit();
}

/** charon's threads work off what is queued; in the end there is a job of ours,
 * for ali-2, that comes after all */
static unsigned rekeys(void)
{
	settler->run(settler, "ali-2", FALSE);
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_ike_rekeys, 1u << 2));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	ck_assert(fake_ike_rekeys & (1u << 2));
	return fake_n_ike_rekeys - 1;
}

static void retransmit(fake_ike_t *of, char *data)
{
	packet_t *packet =
		packet_create_from_data(host_create_from_string("192.0.2.9", 500),
								host_create_from_string("203.0.113.9", 500),
								chunk_clone(chunk_from_str(data)));

	fake_alert(of, ALERT_RETRANSMIT_SEND, packet, 1);
	packet->destroy(packet);
}

START_TEST(open_request_is_sent_again)
{
	settler->run(settler, "ali-1", FALSE);
	ck_assert_uint_eq(fake_n_sent, 0);
	retransmit(ike, "first");
	retransmit(other, "another's");
	/* the newest, to where the peer is now */
	retransmit(ike, "second");
	settler->run(settler, "ali-1", FALSE);
	ck_assert_uint_eq(fake_n_sent, 1);
	ck_assert_str_eq(fake_sent, "second 192.0.2.1 203.0.113.1");
	/* it is still open */
	settler->run(settler, "ali-1", FALSE);
	ck_assert_uint_eq(fake_n_sent, 2);
	/* once for a silence */
	settler->run(settler, "ali-1", TRUE);
	ck_assert_uint_eq(fake_n_sent, 2);
}
END_TEST

/** answered, given up, or gone with its IKE_SA */
START_TEST(request_that_is_open_no_more)
{
	retransmit(ike, "first");
	retransmit(other, "another's");
	switch (_i)
	{
		case 0:
			fake_alert(ike, ALERT_RETRANSMIT_SEND_CLEARED, NULL);
			break;
		case 1:
			fake_alert(ike, ALERT_RETRANSMIT_SEND_TIMEOUT, NULL);
			break;
		case 2:
			fake_ike_set_state(ike, IKE_DESTROYING);
			ike->state = IKE_ESTABLISHED;
			break;
	}
	settler->run(settler, "ali-1", FALSE);
	ck_assert_uint_eq(fake_n_sent, 0);
	settler->run(settler, "ali-2", FALSE);
	ck_assert_str_eq(fake_sent, "another's 192.0.2.1 203.0.113.1");
}
END_TEST

START_TEST(initiator_rekeys)
{
	settler->run(settler, "ali-1", FALSE);
	settler->run(settler, "nobody", FALSE);
	ck_assert_uint_eq(rekeys(), 1);
	ck_assert_uint_eq(fake_ike_rekeys, 1u << 1 | 1u << 2);
}
END_TEST

START_TEST(responder_rekeys_later)
{
	ike->initiator = FALSE;
	settler->run(settler, "ali-1", FALSE);
	settler->run(settler, "ali-1", TRUE);
	/* not that of the initiator a second time */
	settler->run(settler, "ali-2", TRUE);
	ck_assert_uint_eq(rekeys(), 1);
	ck_assert_uint_eq(fake_ike_rekeys, 1u << 1 | 1u << 2);
}
END_TEST

/** the peer has done it, nobody wants it, or it means something else */
START_TEST(left_alone)
{
	switch (_i)
	{
		case 0:
			ike->established = time_monotonic(NULL) - 3;
			break;
		case 1:
			ike->version = IKEV1;
			break;
		case 2:
			ike->state = IKE_REKEYING;
			break;
		case 3:
			ike->peer = NULL;
			break;
		case 4:
			fake_rekey_time = 0;
			break;
	}
	settler->run(settler, "ali-1", FALSE);
	ike->initiator = FALSE;
	settler->run(settler, "ali-1", TRUE);
	fake_rekey_time = 3600;
	ck_assert_uint_eq(rekeys(), 0);
}
END_TEST

START_TEST(job_comes_twice)
{
	other->initiator = FALSE;
	retransmit(other, "open");
	settler->queue(settler, "ali-1");
	settler->queue(settler, "ali-2");
	lib->processor->set_threads(lib->processor, 4);
	ck_assert(fake_wait(&fake_n_ike_rekeys, 1));
	ck_assert_uint_eq(fake_ike_rekeys, 1u << 1);
	ck_assert(fake_wait(&fake_n_ike_rekeys, 2));
	lib->processor->set_threads(lib->processor, 0);
	lib->processor->cancel(lib->processor);
	ck_assert_uint_eq(fake_ike_rekeys, 1u << 1 | 1u << 2);
	ck_assert_uint_eq(fake_n_sent, 1);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *settler_suite(void)
{
	Suite *suite = suite_create("settler");

	add(suite, "open", open_request_is_sent_again, 1);
	add(suite, "open no more", request_that_is_open_no_more, 3);
	add(suite, "initiator", initiator_rekeys, 1);
	add(suite, "responder", responder_rekeys_later, 1);
	add(suite, "left alone", left_alone, 5);
	add(suite, "job", job_comes_twice, 1);
	return suite;
}
