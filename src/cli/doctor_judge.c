/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One table, from the bottom up. A row is a cause: it says whether it is there,
 * and if so its words and those of the remedy. Rows of one step stand in the
 * order in which they explain each other, too. To add one, put it above what it
 * explains, and give it a test.
 */

#include "cli/doctor_judge.h"
#include "cli/doctor_rows.h"

static const doctor_row_t *const tables[] = {
	doctor_rows_ike,
	doctor_rows_path,
	doctor_rows_bgp,
};

const char *doctor_step_name(doctor_step_t step)
{
	static const char *const names[DOCTOR_STEPS] = {
		[DOCTOR_STEP_UNDERLAY] = "underlay",
		[DOCTOR_STEP_IKE] = "ike",
		[DOCTOR_STEP_AUTH] = "authentication",
		[DOCTOR_STEP_SA] = "sa",
		[DOCTOR_STEP_LINK] = "link",
		[DOCTOR_STEP_PATH] = "path",
		[DOCTOR_STEP_MTU] = "mtu",
		[DOCTOR_STEP_TCP] = "tcp",
		[DOCTOR_STEP_BGP] = "bgp",
		[DOCTOR_STEP_ROUTES] = "routes",
		[DOCTOR_STEP_USE] = "use",
	};

	return names[step];
}

const char *doctor_mark_name(doctor_mark_t mark)
{
	static const char *const names[] = {
		[DOCTOR_MARK_OK] = "ok",
		[DOCTOR_MARK_FAULT] = "fault",
		[DOCTOR_MARK_UNKNOWN] = "unknown",
		[DOCTOR_MARK_NONE] = "none",
	};

	return names[mark];
}

/** every session that there is was asked, and answers */
static bool sessions_answer(const doctor_tunnel_t *t, bool big)
{
	bool all = t->n_sessions > 0;

	for (unsigned i = 0; i < t->n_sessions; i++)
	{
		const doctor_session_t *s = &t->sessions[i];

		all &= s->established && !big
				   ? true
				   : (big ? s->big_echo : s->echo) == DOCTOR_ANSWERED;
	}
	return all;
}

static bool all_established(const doctor_tunnel_t *t)
{
	bool all = true;

	for (unsigned i = 0; i < t->n_sessions; i++)
	{
		all &= t->sessions[i].established;
	}
	return all;
}

/** what a step shows in which no fault was found */
static doctor_mark_t without_fault(const doctor_tunnel_t *t, doctor_step_t step)
{
	bool ipsec = t->connection[0], good = false;

	switch (step)
	{
		case DOCTOR_STEP_UNDERLAY:
			if (!ipsec)
			{
				return DOCTOR_MARK_NONE;
			}
			good = t->has_sa || (t->n_ways && t->ways[0].found);
			break;
		case DOCTOR_STEP_IKE:
			if (!ipsec)
			{
				return DOCTOR_MARK_NONE;
			}
			good = t->has_sa || t->ike == DOCTOR_ANSWERED;
			break;
		case DOCTOR_STEP_AUTH:
		case DOCTOR_STEP_SA:
			if (!ipsec)
			{
				return DOCTOR_MARK_NONE;
			}
			good = t->has_sa;
			break;
		case DOCTOR_STEP_LINK:
			good = t->link_index && t->link_up;
			break;
		case DOCTOR_STEP_PATH:
			if (!t->n_sessions)
			{
				return DOCTOR_MARK_NONE;
			}
			good = sessions_answer(t, false);
			break;
		case DOCTOR_STEP_MTU:
			if (!t->n_sessions)
			{
				return DOCTOR_MARK_NONE;
			}
			good = sessions_answer(t, true);
			break;
		case DOCTOR_STEP_TCP:
		case DOCTOR_STEP_BGP:
		case DOCTOR_STEP_ROUTES:
			if (!t->n_sessions)
			{
				return DOCTOR_MARK_NONE;
			}
			good = all_established(t);
			break;
		case DOCTOR_STEP_USE:
		case DOCTOR_STEPS:
			good = t->forwarding;
			break;
	}
	return good ? DOCTOR_MARK_OK : DOCTOR_MARK_UNKNOWN;
}

static void run_row(const doctor_row_t *row, const doctor_tunnel_t *t,
					const doctor_host_t *host, doctor_verdict_t *v)
{
	text_t cause, remedy;

	text_init(&cause);
	text_init(&remedy);
	if (!v->faults[row->step] && row->found(t, host, &cause, &remedy))
	{
		v->faults[row->step] = row->id;
		v->steps[row->step] = DOCTOR_MARK_FAULT;
		if (!v->id)
		{
			v->id = row->id;
			text_add(&v->cause, text_str(&cause));
			text_add(&v->remedy, text_str(&remedy));
		}
	}
	text_deinit(&cause);
	text_deinit(&remedy);
}

/** all rows but those of the rest, or these */
static void run(bool rest, const doctor_tunnel_t *t, const doctor_host_t *host,
				doctor_verdict_t *v)
{
	for (size_t i = 0; i < countof(tables); i++)
	{
		for (const doctor_row_t *row = tables[i]; row->id; row++)
		{
			if (row->rest == rest)
			{
				run_row(row, t, host, v);
			}
		}
	}
}

/** nothing is wrong: is everything known to be right? Whether far ends answer
 * echoes, is their business */
static doctor_mark_t overall(const doctor_verdict_t *v)
{
	for (doctor_step_t i = 0; i < DOCTOR_STEPS; i++)
	{
		if (v->steps[i] == DOCTOR_MARK_UNKNOWN && i != DOCTOR_STEP_MTU)
		{
			return DOCTOR_MARK_UNKNOWN;
		}
	}
	return DOCTOR_MARK_OK;
}

void doctor_judge(const doctor_tunnel_t *tunnel, const doctor_host_t *host,
				  doctor_verdict_t *verdict)
{
	*verdict = (doctor_verdict_t){.mark = DOCTOR_MARK_FAULT};
	text_init(&verdict->cause);
	text_init(&verdict->remedy);
	for (doctor_step_t i = 0; i < DOCTOR_STEPS; i++)
	{
		verdict->steps[i] = without_fault(tunnel, i);
	}
	run(false, tunnel, host, verdict);
	if (!verdict->id)
	{
		run(true, tunnel, host, verdict);
	}
	if (!verdict->id)
	{
		verdict->mark = overall(verdict);
	}
}

void doctor_verdict_deinit(doctor_verdict_t *verdict)
{
	text_deinit(&verdict->cause);
	text_deinit(&verdict->remedy);
}
