/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The listener against charon's own orders of hooks (sequences.h), and what
 * they leave out: traps, alerts, SAs without a configuration.
 */

#include "cygnet_listener.h"

#include "fake_charon.h"
#include "fake_gateway.h"
#include "sequences.h"
#include "suites.h"

#define IDS 10

static cygnet_facts_t *facts;
static cygnet_alerts_t *alerts;
static cygnet_listener_t *listener;
static cygnet_settler_t *settler;
static cygnet_late_t *late;
/** by their ids in the sequence */
static fake_ike_t *ikes[IDS];
static fake_child_t *children[IDS];

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
	memset(ikes, 0, sizeof(ikes));
	memset(children, 0, sizeof(children));
}

static void teardown(void)
{
	int i;

	for (i = 0; i < IDS; i++)
	{
		if (ikes[i])
		{
			fake_ike_destroy(ikes[i]);
		}
	}
	listener->destroy(listener);
	alerts->destroy(alerts);
	settler->destroy(settler);
	late->destroy(late);
	facts->destroy(facts);
	fake_charon_deinit();
}

static fake_ike_t *the_ike(uint32_t id)
{
	if (!ikes[id])
	{
		ikes[id] = fake_ike_create(id, "ali-1");
	}
	return ikes[id];
}

static fake_child_t *the_child(uint32_t ike, uint32_t id)
{
	if (!children[id])
	{
		children[id] = fake_child_create(the_ike(ike), id);
	}
	ck_assert_ptr_eq(children[id]->ike, the_ike(ike));
	return children[id];
}

static child_sa_state_t child_state(seq_state_t state)
{
	static const child_sa_state_t states[] = {
		[SEQ_INSTALLING] = CHILD_INSTALLING,
		[SEQ_INSTALLED] = CHILD_INSTALLED,
		[SEQ_UPDATING] = CHILD_UPDATING,
		[SEQ_REKEYING] = CHILD_REKEYING,
		[SEQ_REKEYED] = CHILD_REKEYED,
		[SEQ_DELETING] = CHILD_DELETING,
		[SEQ_DELETED] = CHILD_DELETED,
		[SEQ_DESTROYING] = CHILD_DESTROYING,
	};

	ck_assert_uint_lt(state, countof(states));
	return states[state];
}

static ike_sa_state_t ike_state(seq_state_t state)
{
	static const ike_sa_state_t states[] = {
		[SEQ_IKE_CONNECTING] = IKE_CONNECTING,
		[SEQ_IKE_ESTABLISHED] = IKE_ESTABLISHED,
		[SEQ_IKE_REKEYING] = IKE_REKEYING,
		[SEQ_IKE_REKEYED] = IKE_REKEYED,
		[SEQ_IKE_DELETING] = IKE_DELETING,
		[SEQ_IKE_DESTROYING] = IKE_DESTROYING,
	};

	ck_assert_uint_lt(state, countof(states));
	ck_assert_uint_ge(state, SEQ_IKE_CONNECTING);
	return states[state];
}

/** children move to the new IKE_SA before the hook */
static void move(fake_ike_t *old, fake_ike_t *new)
{
	fake_child_t *child;

	while (old->children->get_first(old->children, (void **)&child) == SUCCESS)
	{
		fake_child_move(child, new);
	}
	fake_ike_rekey(old, new);
}

static void play(const seq_step_t *step)
{
	switch (step->hook)
	{
		case SEQ_IKE_STATE:
			fake_ike_set_state(the_ike(step->ike), ike_state(step->state));
			break;
		case SEQ_CHILD_STATE:
			fake_child_set_state(the_child(step->ike, step->sa),
								 child_state(step->state));
			break;
		case SEQ_CHILD_UPDOWN:
			fake_child_updown(the_child(step->ike, step->sa), step->up);
			break;
		case SEQ_IKE_UPDOWN:
			fake_ike_updown(the_ike(step->ike), step->up);
			break;
		case SEQ_CHILD_REKEY:
			fake_child_rekey(the_child(step->ike, step->sa),
							 the_child(step->ike, step->other));
			break;
		case SEQ_IKE_REKEY:
			move(the_ike(step->ike), the_ike(step->other));
			break;
		case SEQ_IKE_UPDATE:
			fake_ike_update(the_ike(step->ike), ikes[step->ike]->me,
							ikes[step->ike]->other);
			break;
		case SEQ_END:
			break;
	}
}

static fact_kind_t fact_kind(seq_fact_t fact)
{
	switch (fact)
	{
		case SEQ_FACT_UP:
			return FACT_CHILD_UP;
		case SEQ_FACT_DOWN:
			return FACT_CHILD_DOWN;
		case SEQ_FACT_REKEYED:
			return FACT_CHILD_REKEYED;
		case SEQ_FACT_CHANGED:
			return FACT_CHILD_CHANGED;
		case SEQ_NO_FACT:
			break;
	}
	ck_abort_msg("no fact");
	return FACT_ALERT;
}

/** SAs that are up by the facts so far */
static unsigned count_up(void)
{
	bool up[IDS] = {0};
	unsigned i, n = 0;

	for (i = 0; i < fake_gateway.n_facts; i++)
	{
		const fact_t *fact = &fake_gateway.facts[i];

		if (fact->kind == FACT_CHILD_UP)
		{
			up[fact->sa] = true;
		}
		else if (fact->kind == FACT_CHILD_DOWN)
		{
			up[fact->sa] = false;
		}
	}
	for (i = 0; i < IDS; i++)
	{
		n += up[i];
	}
	return n;
}

START_TEST(test_sequence)
{
	const seq_t *seq = &sequences[_i];
	const seq_step_t *step;
	unsigned before;

	if (seq->established)
	{
		fake_ike_set_state(the_ike(1), IKE_ESTABLISHED);
		fake_child_set_state(the_child(1, 1), CHILD_INSTALLED);
		ck_assert_uint_eq(fake_gateway.n_facts, 1);
	}
	for (step = seq->steps; step->hook != SEQ_END; step++)
	{
		before = fake_gateway.n_facts;
		play(step);
		ck_assert_msg(fake_gateway.n_facts - before ==
						  (step->fact == SEQ_NO_FACT ? 0 : 1),
					  "%s, step %d: %u facts", seq->name,
					  (int)(step - seq->steps), fake_gateway.n_facts - before);
		if (step->fact != SEQ_NO_FACT)
		{
			const fact_t *fact = &fake_gateway.facts[before];

			ck_assert_int_eq(fact->kind, fact_kind(step->fact));
			ck_assert_str_eq(fact->name, "ali-1");
			ck_assert_uint_eq(fact->sa, step->fact_sa);
			ck_assert_uint_eq(fact->successor, step->successor);
		}
		ck_assert_msg((count_up() > 0) == step->has_sa,
					  "%s, step %d: %u SAs up", seq->name,
					  (int)(step - seq->steps), count_up());
	}
	ck_assert_ptr_ne(step, seq->steps);
}
END_TEST

START_TEST(test_every_child_of_a_deleted_ike)
{
	fake_ike_set_state(the_ike(1), IKE_ESTABLISHED);
	fake_child_set_state(the_child(1, 1), CHILD_INSTALLED);
	fake_child_set_state(the_child(1, 2), CHILD_INSTALLED);
	fake_child_set_state(the_child(1, 3), CHILD_INSTALLING);
	fake_gateway.n_facts = 0;
	fake_ike_set_state(the_ike(1), IKE_DELETING);
	ck_assert_uint_eq(fake_gateway.n_facts, 2);
	ck_assert_uint_eq(fake_gateway.facts[0].sa, 1);
	ck_assert_uint_eq(fake_gateway.facts[1].sa, 2);
}
END_TEST

/** how often the kernel has removed an SA when charon has said so of this one */
static unsigned removals(fake_child_t *child, bool inbound)
{
	kernel_ipsec_sa_id_t id = {
		.src = inbound ? child->ike->other : child->ike->me,
		.dst = inbound ? child->ike->me : child->ike->other,
		.spi = child->public.get_spi(&child->public, inbound),
	};
	kernel_ipsec_del_sa_t data = {0};

	charon->kernel->del_sa(charon->kernel, &id, &data);
	return fake_n_removed;
}

/** an installed CHILD_SA of the IKE_SA */
static fake_child_t *installed(uint32_t ike, uint32_t id, uint32_t if_id)
{
	fake_child_t *child = the_child(ike, id);

	the_ike(ike)->state = IKE_ESTABLISHED;
	child->if_id_in = child->if_id_out = if_id;
	fake_child_set_state(child, CHILD_INSTALLED);
	return child;
}

START_TEST(test_what_is_replaced_is_not_restarted)
{
	fake_child_t *old = installed(1, 1, 7), *other = installed(1, 2, 7);
	fake_child_t *plain = installed(1, 3, 0), *new = installed(2, 4, 7);

	other->name = "dmz";
	installed(2, 5, 0);
	fake_ike_set_state(the_ike(1), IKE_DELETING);
	ck_assert_int_eq(old->close_action, ACTION_NONE);
	/* it has none, and a tunnel is needed for it */
	ck_assert_int_eq(other->close_action, ACTION_START);
	ck_assert_int_eq(plain->close_action, ACTION_START);
	/* what is left is restarted, though an older one lasts */
	old->state = CHILD_INSTALLED;
	fake_ike_set_state(the_ike(2), IKE_DELETING);
	ck_assert_int_eq(new->close_action, ACTION_START);
	/* and what comes by the replaced one is taken for a moment more */
	late->start(late);
	ck_assert_uint_eq(removals(old, TRUE), 0);
	ck_assert_uint_eq(removals(other, TRUE), 1);
	ck_assert_uint_eq(removals(new, TRUE), 2);
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 3);
	lib->scheduler->flush(lib->scheduler);
}
END_TEST

START_TEST(test_rekeyed_is_removed_late)
{
	fake_child_t *old = installed(1, 1, 7), *plain = installed(1, 2, 0);

	late->start(late);
	fake_child_set_state(old, CHILD_REKEYED);
	fake_child_set_state(plain, CHILD_REKEYED);
	ck_assert_uint_eq(removals(old, FALSE), 0);
	/* charon keeps that itself */
	ck_assert_uint_eq(removals(old, TRUE), 1);
	/* no tunnel */
	ck_assert_uint_eq(removals(plain, FALSE), 2);
	late->stop(late);
	ck_assert_uint_eq(fake_n_removed, 3);
	lib->scheduler->flush(lib->scheduler);
}
END_TEST

START_TEST(test_what_has_no_successor_is_restarted)
{
	fake_child_t *old = installed(1, 1, 7), *new;

	/* of the same IKE_SA: it goes too */
	new = installed(1, 2, 7);
	fake_ike_set_state(the_ike(1), IKE_DELETING);
	ck_assert_int_eq(old->close_action, ACTION_START);
	ck_assert_int_eq(new->close_action, ACTION_START);
	/* of another tunnel */
	installed(2, 3, 8);
	the_ike(1)->state = IKE_ESTABLISHED;
	fake_ike_set_state(the_ike(1), IKE_DELETING);
	ck_assert_int_eq(old->close_action, ACTION_START);
	/* gone before, in either way */
	fake_child_set_state(installed(3, 4, 7), CHILD_DELETING);
	fake_child_updown(installed(3, 5, 7), FALSE);
	the_ike(1)->state = IKE_ESTABLISHED;
	fake_ike_set_state(the_ike(1), IKE_DELETING);
	ck_assert_int_eq(old->close_action, ACTION_START);
	/* and it would be one */
	installed(3, 6, 7);
	the_ike(1)->state = IKE_ESTABLISHED;
	fake_ike_set_state(the_ike(1), IKE_DELETING);
	ck_assert_int_eq(old->close_action, ACTION_NONE);
	ck_assert_int_eq(new->close_action, ACTION_NONE);
}
END_TEST

/** a trap's CHILD_SA has no IKE_SA, and is no tunnel's state */
START_TEST(test_trap)
{
	fake_child_t *child = the_child(1, 1);

	fake_in_hook = TRUE;
	ck_assert(listener->listener.child_state_change(
		&listener->listener, NULL, &child->public, CHILD_ROUTED));
	child->state = CHILD_INSTALLED;
	ck_assert(listener->listener.child_state_change(
		&listener->listener, NULL, &child->public, CHILD_DESTROYING));
	ck_assert(listener->listener.child_updown(&listener->listener, NULL,
											  &child->public, FALSE));
	ck_assert(listener->listener.child_rekey(&listener->listener, NULL,
											 &child->public, &child->public));
	ck_assert_uint_eq(fake_gateway.n_facts, 0);
	/* a trap that has an IKE_SA, and moves with its addresses */
	child->state = CHILD_UPDATING;
	ck_assert(listener->listener.child_state_change(
		&listener->listener, &child->ike->public, &child->public,
		CHILD_ROUTED));
	ck_assert_uint_eq(fake_gateway.n_facts, 0);
	fake_in_hook = FALSE;
}
END_TEST

START_TEST(test_rekeyed_by_nothing)
{
	fake_child_t *child = the_child(1, 1);

	ck_assert(listener->listener.child_rekey(
		&listener->listener, &child->ike->public, &child->public, NULL));
	ck_assert_uint_eq(fake_gateway.n_facts, 0);
}
END_TEST

START_TEST(test_alerts)
{
	packet_t *packet;

	fake_alert(the_ike(1), ALERT_PEER_AUTH_FAILED);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_int_eq(fake_gateway.facts[0].kind, FACT_ALERT);
	ck_assert_str_eq(fake_gateway.facts[0].name, "ali-1");
	ck_assert_ptr_nonnull(strstr(fake_gateway.facts[0].text, "authentication"));
	fake_alert(the_ike(1), ALERT_PROPOSAL_MISMATCH_CHILD, NULL);
	ck_assert_ptr_nonnull(strstr(fake_gateway.facts[1].text, "ESP proposal"));
	/* one for each retransmission would drown the rest */
	packet = packet_create_from_data(NULL, NULL, chunk_empty);
	fake_alert(the_ike(1), ALERT_RETRANSMIT_SEND, packet, 1);
	packet->destroy(packet);
	/* of a peer that nobody knows */
	fake_alert(NULL, ALERT_PARSE_ERROR_HEADER, NULL);
	fake_alert(NULL, ALERT_PEER_AUTH_FAILED);
	ck_assert_uint_eq(fake_gateway.n_facts, 2);
	/* as a responder knows nothing but the peer's address yet */
	the_ike(1)->peer = NULL;
	fake_alert(the_ike(1), ALERT_PROPOSAL_MISMATCH_IKE, NULL);
	ck_assert_uint_eq(fake_gateway.n_facts, 3);
	ck_assert_str_eq(fake_gateway.facts[2].name, "");
	ck_assert_int_eq(fake_gateway.facts[2].fault, IKE_FAULT_PROPOSAL_IKE);
	ck_assert(addr_is_set(&fake_gateway.facts[2].info.remote));
}
END_TEST

/** every alert that is told has a kind, so that it can be judged */
START_TEST(test_alert_kinds)
{
	static const struct
	{
		alert_t alert;
		ike_fault_t fault;
	} rows[] = {
		{ALERT_PEER_ADDR_FAILED, IKE_FAULT_RESOLVE},
		{ALERT_RETRANSMIT_SEND_TIMEOUT, IKE_FAULT_STOPPED},
		{ALERT_HALF_OPEN_TIMEOUT, IKE_FAULT_AUTH_NO_ANSWER},
		{ALERT_PROPOSAL_MISMATCH_IKE, IKE_FAULT_PROPOSAL_IKE},
		{ALERT_PROPOSAL_MISMATCH_CHILD, IKE_FAULT_PROPOSAL_CHILD},
		{ALERT_TS_MISMATCH, IKE_FAULT_SELECTORS},
		{ALERT_PEER_AUTH_FAILED, IKE_FAULT_PEER_AUTH},
		{ALERT_CERT_EXPIRED, IKE_FAULT_CERT_TIME},
		{ALERT_CERT_REVOKED, IKE_FAULT_CERT_TRUST},
		{ALERT_CERT_UNTRUSTED_ROOT, IKE_FAULT_CERT_TRUST},
		{ALERT_INSTALL_CHILD_SA_FAILED, IKE_FAULT_KERNEL},
		{ALERT_KEEP_ON_CHILD_SA_FAILURE, IKE_FAULT_NO_CHILD},
		{ALERT_UNIQUE_KEEP, IKE_FAULT_UNIQUE},
		{ALERT_VIP_FAILURE, IKE_FAULT_OTHER},
	};
	packet_t *packet = packet_create_from_data(NULL, NULL, chunk_empty);

	the_ike(1)->state = IKE_ESTABLISHED;
	fake_alert(the_ike(1), rows[_i].alert,
			   rows[_i].fault == IKE_FAULT_STOPPED ? packet : NULL, NULL);
	packet->destroy(packet);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_int_eq(fake_gateway.facts[0].fault, rows[_i].fault);
	ck_assert(fake_gateway.facts[0].text[0]);
}
END_TEST

/** how far it got before there was no answer */
START_TEST(test_no_answer)
{
	packet_t *packet = packet_create_from_data(NULL, NULL, chunk_empty);

	the_ike(1)->state = IKE_CONNECTING;
	fake_alert(the_ike(1), ALERT_RETRANSMIT_SEND, packet, 1);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_int_eq(fake_gateway.facts[0].fault, IKE_FAULT_NO_ANSWER);
	fake_alert(the_ike(1), ALERT_PEER_INIT_UNREACHABLE, 1);
	ck_assert_int_eq(fake_gateway.facts[1].fault, IKE_FAULT_NO_ANSWER);
	the_ike(1)->responder_spi = 4711;
	fake_alert(the_ike(1), ALERT_PEER_INIT_UNREACHABLE, 1);
	ck_assert_int_eq(fake_gateway.facts[2].fault, IKE_FAULT_AUTH_NO_ANSWER);
	/* ALERT_PEER_INIT_UNREACHABLE follows */
	fake_alert(the_ike(1), ALERT_RETRANSMIT_SEND_TIMEOUT, packet);
	ck_assert_uint_eq(fake_gateway.n_facts, 3);
	packet->destroy(packet);
}
END_TEST

/** what charon's lines tell that no alert does */
START_TEST(test_lines)
{
	identification_t *a = identification_create_from_string("ours");
	identification_t *b = identification_create_from_string("theirs");
	const fact_t *told = fake_gateway.facts;

	fake_logger = &alerts->logger;
	ck_assert_int_eq(fake_logger->get_level(fake_logger, DBG_IKE), LEVEL_CTRL);
	ck_assert_int_eq(fake_logger->get_level(fake_logger, DBG_ENC),
					 LEVEL_SILENT);
	fake_line(the_ike(1),
			  "tried %d shared key%s for '%Y' - '%Y', but MAC mismatched", 1,
			  "", a, b);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_int_eq(told[0].fault, IKE_FAULT_PSK);
	ck_assert_str_eq(told[0].text,
					 "the pre-shared key differs: tried 1 shared key for "
					 "'ours' - 'theirs', but MAC mismatched");
	fake_line(the_ike(1), "no shared key found for '%Y' - '%Y'", a, b);
	ck_assert_int_eq(told[1].fault, IKE_FAULT_NO_SECRET);
	fake_line(the_ike(1), "received IDr %Y, but require %Y", b, a);
	ck_assert_int_eq(told[2].fault, IKE_FAULT_IDENTITY);
	ck_assert_str_eq(told[2].text, "the peer has another identity: received "
								   "IDr theirs, but require ours");
	/* a responder's, for which no connection is found */
	the_ike(1)->peer = NULL;
	the_ike(1)->other_id = b;
	fake_line(the_ike(1), "no matching peer config found");
	ck_assert_uint_eq(fake_gateway.n_facts, 4);
	ck_assert_int_eq(told[3].fault, IKE_FAULT_IDENTITY);
	ck_assert_str_eq(told[3].name, "");
	ck_assert_ptr_nonnull(strstr(told[3].text, "'theirs'"));
	/* what nobody asked for, and what is of no IKE_SA */
	fake_line(the_ike(1), "selected peer config '%s'", "x");
	fake_line(NULL, "no matching peer config found");
	ck_assert_uint_eq(fake_gateway.n_facts, 4);
	fake_logger = NULL;
	a->destroy(a);
	b->destroy(b);
}
END_TEST

START_TEST(test_coming)
{
	/* what we initiate is there at the peer before it is here */
	fake_authorize(the_ike(1), TRUE);
	ck_assert_uint_eq(fake_gateway.n_facts, 0);
	the_ike(2)->initiator = FALSE;
	fake_authorize(the_ike(2), FALSE);
	fake_authorize(the_ike(2), TRUE);
	ck_assert_uint_eq(fake_gateway.n_facts, 2);
	ck_assert_int_eq(fake_gateway.facts[0].kind, FACT_CHILD_COMING);
	ck_assert_str_eq(fake_gateway.facts[0].name, "ali-1");
	the_ike(2)->peer = NULL;
	fake_authorize(the_ike(2), FALSE);
	ck_assert_uint_eq(fake_gateway.n_facts, 2);
}
END_TEST

START_TEST(test_shutdown)
{
	fake_alert(NULL, ALERT_SHUTDOWN_SIGNAL, 15);
	ck_assert_uint_eq(fake_gateway.n_facts, 1);
	ck_assert_int_eq(fake_gateway.facts[0].kind, FACT_SHUTDOWN);
	ck_assert_str_eq(fake_gateway.facts[0].name, "");
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int count)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, count);
	suite_add_tcase(suite, tcase);
}

Suite *listener_suite(void)
{
	Suite *suite = suite_create("listener");

	add(suite, "sequence", test_sequence, countof(sequences));
	add(suite, "every child", test_every_child_of_a_deleted_ike, 1);
	add(suite, "replaced", test_what_is_replaced_is_not_restarted, 1);
	add(suite, "rekeyed", test_rekeyed_is_removed_late, 1);
	add(suite, "no successor", test_what_has_no_successor_is_restarted, 1);
	add(suite, "trap", test_trap, 1);
	add(suite, "rekeyed by nothing", test_rekeyed_by_nothing, 1);
	add(suite, "alerts", test_alerts, 1);
	add(suite, "alert kinds", test_alert_kinds, 14);
	add(suite, "no answer", test_no_answer, 1);
	add(suite, "lines", test_lines, 1);
	add(suite, "coming", test_coming, 1);
	add(suite, "shutdown", test_shutdown, 1);
	return suite;
}
