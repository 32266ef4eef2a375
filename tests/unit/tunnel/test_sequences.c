/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * charon's own orders of hooks, as the plugin tells them, played to a tunnel:
 * after each step it has an SA just when the sequence says so.
 */

#include "unit/tunnel/suites.h"
#include "tunnel/tunnel.h"
#include "unit/plugin/sequences.h"

static tunnel_fact_t tunnel_fact(const seq_step_t *step)
{
	tunnel_fact_t fact = {.sa = step->fact_sa, .successor = step->successor};

	switch (step->fact)
	{
		case SEQ_FACT_UP:
		case SEQ_FACT_CHANGED:
			fact.kind = TUNNEL_FACT_SA_UP;
			break;
		case SEQ_FACT_DOWN:
			fact.kind = TUNNEL_FACT_SA_DOWN;
			break;
		case SEQ_FACT_REKEYED:
			fact.kind = TUNNEL_FACT_SA_REKEYED;
			break;
		case SEQ_NO_FACT:
			ck_abort_msg("no fact");
	}
	return fact;
}

START_TEST(test_sequence)
{
	static const tunnel_fact_t loaded = {.kind = TUNNEL_FACT_LOADED};
	static const tunnel_fact_t link_up = {.kind = TUNNEL_FACT_LINK_UP};
	static const tunnel_fact_t up = {.kind = TUNNEL_FACT_SA_UP, .sa = 1};
	const seq_t *seq = &sequences[_i];
	tunnel_t *tunnel = tunnel_create(TUNNEL_IPSEC, 1);
	usec_t now = 1;

	tunnel_step(tunnel, &loaded, now);
	tunnel_step(tunnel, &link_up, now);
	if (seq->established)
	{
		tunnel_step(tunnel, &up, now);
		ck_assert(tunnel_forwarding(tunnel));
	}
	for (const seq_step_t *step = seq->steps; step->hook != SEQ_END; step++)
	{
		now += USEC_PER_MSEC;
		if (step->fact != SEQ_NO_FACT)
		{
			tunnel_fact_t fact = tunnel_fact(step);

			tunnel_step(tunnel, &fact, now);
		}
		ck_assert_msg(tunnel_has_sa(tunnel) == step->has_sa &&
						  tunnel_forwarding(tunnel) == step->has_sa,
					  "%s, step %d", seq->name, (int)(step - seq->steps));
	}
	tunnel_destroy(tunnel);
}
END_TEST

Suite *sequences_suite(void)
{
	Suite *suite = suite_create("sequences");

	unit_add_loop(suite, "sequence", test_sequence, countof(sequences));
	return suite;
}
