/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The IKE daemons at both ends of a tunnel, and the exchanges between them over
 * the wire: their order is that of strongSwan 5.9.8. There a responder's outbound
 * half of a rekey comes with the peer's DELETE alone.
 */

#include "sas.h"

#include <stdlib.h>
#include <string.h>

#define TRIES        4
#define DPD_DELAY    (5 * SEC)
#define UNIQUE_DELAY (10 * SEC)

/* -- exchanges ------------------------------------------------------------------------ */

static void request_arrives(sim_t *sim, void *user, uint64_t place,
							uint64_t serial);

/** what the side sends for the exchange goes to where the other end is */
static usec_t x_way(const sim_exchange_t *x, unsigned side)
{
	sim_tunnel_t *t = x->tunnel;
	const sim_ike_t *ike = ike_find(t, x->ike);
	bool reaches = ike ? charon_reaches(t, ike->address)
					   : t->end[x->side].remote == t->end[!x->side].address;

	return reaches ? wire_send(t, side, false) : 0;
}

static void x_send(sim_exchange_t *x)
{
	sim_tunnel_t *t = x->tunnel;
	usec_t in = x_way(x, x->side);

	if (in)
	{
		sim_at(t->sim, in, request_arrives, t, (uint64_t)(x - t->exchanges),
			   x->serial);
	}
	timer_start(t->sim->timers, &x->timer, t->sim->now + (SEC << x->tries));
	x->tries++;
}

static void x_end(sim_exchange_t *x)
{
	timer_stop(x->tunnel->sim->timers, &x->timer);
	x->used = false;
}

static sim_exchange_t *x_start(sim_tunnel_t *t, unsigned side, sim_x_t kind,
							   uint32_t ike);

static void x_timeout(cyg_timer_t *timer, void *user, usec_t now)
{
	sim_exchange_t *x = user;
	sim_tunnel_t *t = x->tunnel;
	unsigned side = x->side;

	if (x->tries <= TRIES)
	{
		x_send(x);
		return;
	}
	/* the peer stops answering: its IKE_SA goes with all in it */
	sim_trace(t->sim, "n%u t%u: exchange %d times out",
			  t->end[side].node->number, t->number + 1, x->kind);
	x_end(x);
	ike_gone(t, side, x->ike);
}

static bool x_active(const sim_tunnel_t *t, unsigned side, sim_x_t kind,
					 uint32_t ike)
{
	for (unsigned i = 0; i < SIM_EXCHANGES; i++)
	{
		const sim_exchange_t *x = &t->exchanges[i];

		if (x->used && x->side == side && x->kind == kind &&
			(!ike || x->ike == ike))
		{
			return true;
		}
	}
	return false;
}

static sim_exchange_t *x_start(sim_tunnel_t *t, unsigned side, sim_x_t kind,
							   uint32_t ike)
{
	/* one after the other; what deletes CHILD_SAs finds them in either IKE_SA */
	if (!charon_alive(t, side) ||
		(kind != X_DELETE_CHILD && x_active(t, side, X_REKEY_IKE, ike)))
	{
		return NULL;
	}
	for (unsigned i = 0; i < SIM_EXCHANGES; i++)
	{
		sim_exchange_t *x = &t->exchanges[i];

		if (!x->used)
		{
			*x = (sim_exchange_t){
				.used = true,
				.serial = ++t->sim->serial,
				.tunnel = t,
				.kind = kind,
				.side = side,
				.ike = ike,
			};
			x->epoch[side] = t->end[side].node->epoch;
			timer_init(&x->timer, x_timeout, x);
			timer_start(t->sim->timers, &x->timer, t->sim->now);
			return x;
		}
	}
	/* charon, too, queues what it cannot do now: the caller comes again */
	return NULL;
}

/** no exchange of the IKE_SA is under way that the side has started */
static bool x_idle(const sim_tunnel_t *t, unsigned side, uint32_t ike)
{
	for (unsigned i = 0; i < SIM_EXCHANGES; i++)
	{
		const sim_exchange_t *x = &t->exchanges[i];

		if (x->used && x->side == side && x->ike == ike)
		{
			return false;
		}
	}
	return true;
}

/* -- the responder ---------------------------------------------------------------------- */

static void delete_ike(sim_tunnel_t *t, unsigned side, uint32_t number,
					   bool again)
{
	sim_ike_t *ike = ike_find(t, number);
	sim_exchange_t *x;

	if (!ike || !ike->there[side] || ike->deleting[side])
	{
		return;
	}
	x = x_start(t, side, X_DELETE_IKE, number);
	if (x)
	{
		ike->deleting[side] = true;
		x->again = again;
		for (unsigned i = 0; i < SIM_SAS; i++)
		{
			if (t->sas[i].used && t->sas[i].ike[side] == number &&
				t->sas[i].id[side])
			{
				charon_tell(t, side, FACT_CHILD_DOWN, t->sas[i].id[side], 0);
			}
		}
	}
}

/** an IKE_SA beside an older one of the same peer: that goes */
static void unique(sim_t *sim, void *user, uint64_t number, uint64_t side)
{
	sim_tunnel_t *t = user;

	if (!ike_there(t, (unsigned)side, (uint32_t)number))
	{
		return;
	}
	for (unsigned i = 0; i < SIM_IKES; i++)
	{
		if (t->ikes[i].used && t->ikes[i].there[side] &&
			t->ikes[i].number < number)
		{
			delete_ike(t, (unsigned)side, t->ikes[i].number, false);
		}
	}
}

static sim_sa_t *answer_child(sim_exchange_t *x, unsigned me, bool out)
{
	sim_sa_t *sa = sa_new(x->tunnel, x->ike);

	x->new = sa->serial;
	sa_up(x->tunnel, me, sa, out);
	return sa;
}

static sim_answer_t answer_init(sim_exchange_t *x, unsigned me)
{
	sim_tunnel_t *t = x->tunnel;

	if (!t->end[me].loaded)
	{
		return ANSWER_ERROR;
	}
	for (unsigned i = 0; x->initial_contact && i < SIM_IKES; i++)
	{
		if (t->ikes[i].used)
		{
			ike_gone(t, me, t->ikes[i].number);
		}
	}
	ike_up(t, me, x->ike);
	answer_child(x, me, true);
	sim_at(t->sim, UNIQUE_DELAY, unique, t, x->ike, me);
	return ANSWER_OK;
}

static sim_answer_t answer_rekey(sim_exchange_t *x, unsigned me)
{
	sim_tunnel_t *t = x->tunnel;
	sim_sa_t *old = sa_get(t, x->old), *new;

	if (!old || !old->id[me] || old->rekeyed[me] || old->deleting[me])
	{
		return ANSWER_ERROR;
	}
	new = answer_child(x, me, false);
	old->rekeyed[me] = true;
	old->next = x->new;
	charon_tell(t, me, FACT_CHILD_REKEYED, old->id[me], new->id[me]);
	return ANSWER_OK;
}

/** the side has the new IKE_SA, and in it what was in the old */
static void inherit(const sim_exchange_t *x, unsigned side)
{
	sim_tunnel_t *t = x->tunnel;

	ike_up(t, side, x->successor);
	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		if (t->sas[i].used && t->sas[i].id[side] &&
			t->sas[i].ike[side] == x->ike)
		{
			t->sas[i].ike[side] = x->successor;
		}
	}
}

static sim_answer_t answer_rekey_ike(const sim_exchange_t *x, unsigned me)
{
	if (!x_idle(x->tunnel, me, x->ike))
	{
		/* TEMPORARY_FAILURE, RFC 7296 section 2.25 */
		return ANSWER_ERROR;
	}
	inherit(x, me);
	return ANSWER_OK;
}

/** the old one's end is what its successor's outbound half waits for */
static void install_waiting(sim_tunnel_t *t, unsigned side, const sim_sa_t *old)
{
	sim_sa_t *next = old && old->rekeyed[side] ? sa_get(t, old->next) : NULL;

	if (next && next->id[side] && !next->out[side])
	{
		sa_install_out(t, side, next);
	}
}

static sim_answer_t answer(sim_exchange_t *x, unsigned me)
{
	sim_tunnel_t *t = x->tunnel;
	bool known = ike_there(t, me, x->ike);

	switch (x->kind)
	{
		case X_INIT:
			return answer_init(x, me);
		case X_CHILD:
			if (!known)
			{
				return ANSWER_NONE;
			}
			answer_child(x, me, true);
			return ANSWER_OK;
		case X_REKEY:
			return known ? answer_rekey(x, me) : ANSWER_NONE;
		case X_REKEY_IKE:
			return known ? answer_rekey_ike(x, me) : ANSWER_NONE;
		case X_DELETE_CHILD:
			if (known)
			{
				install_waiting(t, me, sa_get(t, x->old));
				sa_down(t, me, sa_get(t, x->old), false);
			}
			return known ? ANSWER_OK : ANSWER_NONE;
		case X_DELETE_IKE:
			ike_gone(t, me, x->ike);
			return known ? ANSWER_OK : ANSWER_NONE;
		case X_DPD:
			return known ? ANSWER_OK : ANSWER_NONE;
	}
	return ANSWER_NONE;
}

/* -- the initiator ----------------------------------------------------------------------- */

static void delete_child(sim_tunnel_t *t, unsigned side, sim_sa_t *sa)
{
	sim_exchange_t *x = x_start(t, side, X_DELETE_CHILD, sa->ike[side]);

	if (x)
	{
		x->old = sa->serial;
		sa->deleting[side] = true;
	}
}

/** What the exchange has made. The responder may have forgotten it by now: with
 * its IKE_SA, and DPD finds out; or it has deleted it, NULL, while the response
 * was under way */
static sim_sa_t *initiated(const sim_exchange_t *x)
{
	sim_sa_t *sa = sa_get(x->tunnel, x->new);

	if (!sa && ike_there(x->tunnel, !x->side, x->ike))
	{
		return NULL;
	}
	sa = sa ? sa : sa_new(x->tunnel, x->ike);
	sa_up(x->tunnel, x->side, sa, true);
	return sa;
}

static void done_init(sim_exchange_t *x)
{
	sim_tunnel_t *t = x->tunnel;

	if (x->answer == ANSWER_ERROR)
	{
		charon_tell(t, x->side, FACT_ALERT, 0, 0);
		return;
	}
	ike_up(t, x->side, x->ike);
	initiated(x);
	if (x->reauth)
	{
		delete_ike(t, x->side, x->reauth, false);
	}
}

static void done_child(sim_exchange_t *x)
{
	if (ike_there(x->tunnel, x->side, x->ike) && x->answer == ANSWER_OK)
	{
		initiated(x);
	}
}

static void done_rekey(sim_exchange_t *x)
{
	sim_tunnel_t *t = x->tunnel;
	sim_sa_t *old = sa_get(t, x->old), *new;

	if (!ike_there(t, x->side, x->ike))
	{
		return;
	}
	if (x->answer == ANSWER_ERROR)
	{
		/* CHILD_SA_NOT_FOUND: another one in its place */
		sa_down(t, x->side, old, false);
		x_start(t, x->side, X_CHILD, x->ike);
		return;
	}
	new = initiated(x);
	if (!new || !old || !old->id[x->side])
	{
		/* the peer has deleted one of them in between */
		return;
	}
	charon_tell(t, x->side, FACT_CHILD_REKEYED, old->id[x->side],
				new->id[x->side]);
	delete_child(t, x->side, old);
	sa_down(t, x->side, old, true);
}

static void done_rekey_ike(sim_exchange_t *x)
{
	sim_tunnel_t *t = x->tunnel;

	if (ike_there(t, x->side, x->ike) && x->answer == ANSWER_OK)
	{
		inherit(x, x->side);
		delete_ike(t, x->side, x->ike, false);
	}
}

static void done(sim_exchange_t *x)
{
	sim_tunnel_t *t = x->tunnel;

	switch (x->kind)
	{
		case X_INIT:
			done_init(x);
			break;
		case X_CHILD:
			done_child(x);
			break;
		case X_REKEY:
			done_rekey(x);
			break;
		case X_REKEY_IKE:
			done_rekey_ike(x);
			break;
		case X_DELETE_CHILD:
			sa_down(t, x->side, sa_get(t, x->old), false);
			break;
		case X_DELETE_IKE:
			ike_gone(t, x->side, x->ike);
			if (x->again)
			{
				charon_initiate(t, x->side);
			}
			break;
		case X_DPD:
			break;
	}
}

static void response_arrives(sim_t *sim, void *user, uint64_t place,
							 uint64_t serial)
{
	sim_tunnel_t *t = user;
	sim_exchange_t *x = &t->exchanges[place];

	if (x->used && x->serial == serial && charon_alive(t, x->side) &&
		t->end[x->side].node->epoch == x->epoch[x->side])
	{
		sim_exchange_t copy = *x;

		x_end(x);
		done(&copy);
	}
}

static void request_arrives(sim_t *sim, void *user, uint64_t place,
							uint64_t serial)
{
	sim_tunnel_t *t = user;
	sim_exchange_t *x = &t->exchanges[place];
	unsigned me = !x->side;
	usec_t in;

	if (!x->used || x->serial != serial || !charon_alive(t, me))
	{
		return;
	}
	if (!x->answer || x->epoch[me] != t->end[me].node->epoch)
	{
		x->epoch[me] = t->end[me].node->epoch;
		x->answer = answer(x, me);
	}
	in = x->answer ? x_way(x, me) : 0;
	if (in)
	{
		sim_at(sim, in, response_arrives, t, place, serial);
	}
}

/* -- what charon and people start ---------------------------------------------------------- */

static void init(sim_tunnel_t *t, unsigned side, uint32_t reauth)
{
	uint32_t number = ++t->sim->next_ike;
	sim_exchange_t *x = x_start(t, side, X_INIT, number);

	if (x)
	{
		x->reauth = reauth;
		x->initial_contact = !reauth && !ike_any(t, side);
	}
}

void charon_initiate(sim_tunnel_t *t, unsigned side)
{
	sim_ike_t *ike = ike_any(t, side);

	if (!charon_alive(t, side) || !t->end[side].loaded ||
		x_active(t, side, X_INIT, 0) || x_active(t, side, X_CHILD, 0))
	{
		return;
	}
	if (!ike)
	{
		init(t, side, 0);
	}
	else if (!ike_has_child(t, side, ike->number))
	{
		x_start(t, side, X_CHILD, ike->number);
	}
}

static sim_tunnel_t *asked(const sim_node_t *node, const char *connection,
						   const char *what)
{
	unsigned long number = strtoul(connection + 1, NULL, 10);

	sim_trace(node->sim, "n%u: %s %s", node->number, what, connection);
	return &node->sim->tunnels[number - 1];
}

void charon_asked(void *user, const char *connection)
{
	sim_node_t *node = user;
	sim_tunnel_t *t = asked(node, connection, "initiates");

	charon_initiate(t, node_side(node, t));
}

void charon_duplicate(sim_tunnel_t *t, unsigned side)
{
	sim_ike_t *ike = ike_any(t, side);

	if (ike && charon_count(t, side) < 4)
	{
		x_start(t, side, X_CHILD, ike->number);
	}
}

/** one that can be rekeyed, NULL: none */
static sim_sa_t *some_child(sim_tunnel_t *t, unsigned side)
{
	unsigned from = sim_random(t->sim, SIM_SAS);

	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		sim_sa_t *sa = &t->sas[(from + i) % SIM_SAS];

		if (sa->used && sa->id[side] && sa->out[side] && !sa->rekeyed[side] &&
			!sa->deleting[side])
		{
			return sa;
		}
	}
	return NULL;
}

static void rekey(sim_tunnel_t *t, unsigned side, const sim_sa_t *sa)
{
	sim_exchange_t *x = NULL;

	if (charon_alive(t, side) && sa && !x_active(t, side, X_REKEY, 0) &&
		!x_active(t, !side, X_REKEY, 0))
	{
		x = x_start(t, side, X_REKEY, sa->ike[side]);
	}
	if (x)
	{
		x->old = sa->serial;
	}
}

void charon_rekey(sim_tunnel_t *t, unsigned side)
{
	rekey(t, side, some_child(t, side));
}

void charon_rekey_ike(sim_tunnel_t *t, unsigned side)
{
	sim_ike_t *ike = ike_any(t, side);
	sim_exchange_t *x = ike && x_idle(t, side, ike->number)
							? x_start(t, side, X_REKEY_IKE, ike->number)
							: NULL;

	if (x)
	{
		sim_trace(t->sim, "n%u t%u: IKE rekey", t->end[side].node->number,
				  t->number + 1);
		x->successor = ++t->sim->next_ike;
	}
}

/** of those without an outbound half, too: that is why */
void charon_asked_rekey(void *user, const char *connection, const char *child)
{
	sim_node_t *node = user;
	sim_tunnel_t *t = asked(node, connection, "rekeys");
	unsigned side = node_side(node, t);
	sim_sa_t *newest = NULL;

	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		sim_sa_t *sa = &t->sas[i];

		if (sa->used && sa->id[side] && !sa->rekeyed[side] &&
			!sa->deleting[side] && (!newest || sa->id[side] > newest->id[side]))
		{
			newest = sa;
		}
	}
	rekey(t, side, newest);
}

/**
 * Both ends rekey the same SA at once. The end `winner` has the SA that stays;
 * what the two are told is "collision, lost" and "collision, won" there, the
 * names being those of the redundant SA's fate.
 */
void charon_collide(sim_tunnel_t *t)
{
	sim_sa_t *old = some_child(t, 0), *mine, *theirs;
	unsigned w = sim_random(t->sim, 2);

	if (!old || !charon_alive(t, 0) || !charon_alive(t, 1) || !wire_both(t) ||
		!old->id[1] || old->ike[0] != old->ike[1] || old->rekeyed[1] ||
		x_active(t, 0, X_REKEY, 0) || x_active(t, 1, X_REKEY, 0))
	{
		return;
	}
	sim_trace(t->sim, "t%u: rekeys collide", t->number + 1);
	mine = sa_new(t, old->ike[0]);
	sa_up(t, w, mine, true);
	theirs = sa_new(t, old->ike[0]);
	sa_up(t, !w, theirs, true);
	charon_tell(t, w, FACT_CHILD_REKEYED, old->id[w], mine->id[w]);
	charon_tell(t, !w, FACT_CHILD_REKEYED, old->id[!w], theirs->id[!w]);
	sa_up(t, !w, mine, true);
	sa_up(t, w, theirs, false);
	charon_tell(t, !w, FACT_CHILD_REKEYED, old->id[!w], mine->id[!w]);
	sa_down(t, w, theirs, true);
	sa_down(t, !w, old, true);
	sa_down(t, w, old, true);
	sa_down(t, !w, theirs, true);
}

void charon_reauth(sim_tunnel_t *t, unsigned side, bool make_first)
{
	sim_ike_t *ike = ike_any(t, side);

	if (!ike || !charon_alive(t, side) || x_active(t, side, X_INIT, 0))
	{
		return;
	}
	if (make_first)
	{
		init(t, side, ike->number);
	}
	else
	{
		delete_ike(t, side, ike->number, true);
	}
}

void charon_asked_reauth(void *user, const char *connection)
{
	sim_node_t *node = user;
	sim_tunnel_t *t = asked(node, connection, "reauthenticates");

	charon_reauth(t, node_side(node, t), false);
}

void charon_terminate(sim_tunnel_t *t, unsigned side, bool whole)
{
	sim_ike_t *ike = ike_any(t, side);
	sim_sa_t *sa = some_child(t, side);

	if (whole && ike)
	{
		delete_ike(t, side, ike->number, false);
	}
	else if (!whole && sa && charon_alive(t, side) &&
			 !x_active(t, side, X_REKEY, sa->ike[side]))
	{
		/* one exchange of an IKE_SA after the other */
		charon_tell(t, side, FACT_CHILD_DOWN, sa->id[side], 0);
		delete_child(t, side, sa);
	}
}

void charon_roam(sim_tunnel_t *t, unsigned side)
{
	sim_sa_t *sa = some_child(t, side);

	if (sa)
	{
		charon_tell(t, side, FACT_CHILD_CHANGED, sa->id[side], 0);
	}
}

/** charon finds that its IKE_SA has no way any more: another one */
static void reestablish(sim_t *sim, void *user, uint64_t side, uint64_t b)
{
	sim_tunnel_t *t = user;
	bool any = false;

	for (unsigned i = 0; i < SIM_IKES && charon_alive(t, (unsigned)side); i++)
	{
		const sim_ike_t *ike = &t->ikes[i];

		if (ike->used && ike->there[side] && !charon_reaches(t, ike->address))
		{
			ike_gone(t, (unsigned)side, ike->number);
			any = true;
		}
	}
	if (any)
	{
		charon_initiate(t, (unsigned)side);
	}
}

void charon_move(sim_tunnel_t *t, unsigned side)
{
	t->end[side].address++;
	sim_trace(t->sim, "n%u t%u: has address %u", t->end[side].node->number,
			  t->number + 1, t->end[side].address);
	sim_at(t->sim, 200 * MSEC, reestablish, t, side, 0);
}

void charon_load(sim_tunnel_t *t, unsigned side, bool start)
{
	if (charon_alive(t, side))
	{
		t->end[side].loaded = true;
		t->end[side].remote = t->end[!side].address;
		charon_tell(t, side, FACT_CONNECTION_LOADED, 0, 0);
		if (start)
		{
			charon_initiate(t, side);
		}
	}
}

static void dpd(cyg_timer_t *timer, void *user, usec_t now)
{
	sim_tunnel_t *t = user;
	unsigned side = timer == &t->end[1].dpd;

	timer_start(t->sim->timers, timer, now + DPD_DELAY);
	for (unsigned i = 0; i < SIM_IKES && charon_alive(t, side); i++)
	{
		sim_ike_t *ike = &t->ikes[i];

		if (ike->used && ike->there[side] && !ike->deleting[side] &&
			!x_active(t, side, X_DPD, ike->number))
		{
			x_start(t, side, X_DPD, ike->number);
		}
	}
}

void charon_init(sim_tunnel_t *t)
{
	for (unsigned s = 0; s < 2; s++)
	{
		timer_init(&t->end[s].dpd, dpd, t);
		timer_start(t->sim->timers, &t->end[s].dpd,
					t->sim->now + sim_random(t->sim, 5000) * MSEC);
	}
}

static void notice_arrives(sim_t *sim, void *user, uint64_t number,
						   uint64_t side)
{
	ike_gone(user, (unsigned)side, (uint32_t)number);
}

void charon_goodbye(sim_node_t *node)
{
	for (unsigned i = 0; i < node->sim->n_tunnels; i++)
	{
		sim_tunnel_t *t = &node->sim->tunnels[i];
		unsigned side = node_side(node, t);

		for (unsigned k = 0; node_has(node, t) && k < SIM_IKES; k++)
		{
			usec_t in = t->ikes[k].used && t->ikes[k].there[side]
							? wire_send(t, side, false)
							: 0;

			if (in)
			{
				sim_at(t->sim, in, notice_arrives, t, t->ikes[k].number, !side);
			}
		}
	}
}

void charon_forget(sim_node_t *node, bool kernel_too)
{
	for (unsigned i = 0; i < node->sim->n_tunnels; i++)
	{
		sim_tunnel_t *t = &node->sim->tunnels[i];
		unsigned side = node_side(node, t);

		if (!node_has(node, t))
		{
			continue;
		}
		t->end[side].loaded = false;
		memset(t->end[side].up, 0, sizeof(t->end[side].up));
		check_bare(t, side);
		for (unsigned k = 0; k < SIM_EXCHANGES; k++)
		{
			if (t->exchanges[k].used && t->exchanges[k].side == side)
			{
				x_end(&t->exchanges[k]);
			}
		}
		for (unsigned k = 0; k < SIM_IKES; k++)
		{
			t->ikes[k].there[side] = t->ikes[k].deleting[side] = false;
			t->ikes[k].used = t->ikes[k].used && t->ikes[k].there[!side];
		}
		for (unsigned k = 0; k < SIM_SAS; k++)
		{
			sim_sa_t *sa = &t->sas[k];

			sa->id[side] = 0;
			sa->rekeyed[side] = sa->deleting[side] = false;
			if (kernel_too)
			{
				sa->in[side] = sa->out[side] = false;
			}
			if (sa->used)
			{
				sa_check(sa);
			}
		}
	}
}
