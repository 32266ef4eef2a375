/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * SAs as charon and its kernel have them at both ends of a tunnel, and what each
 * side's core is told of them: as the plugin would, the facts and their order
 * are those of tests/unit/plugin/sequences.h.
 */

#include "sas.h"

#include <stdio.h>
#include <string.h>

/** how long a child outlives its replacement inbound */
#define REKEYED_DELAY (5 * SEC)

addr_t charon_outer(const sim_tunnel_t *t, unsigned side, unsigned number)
{
	return addr_v4(0xcb007100u + number * 16 + t->number * 2 + side);
}

bool charon_reaches(const sim_tunnel_t *t, const unsigned address[2])
{
	return address[0] == t->end[0].address && address[1] == t->end[1].address;
}

bool charon_alive(const sim_tunnel_t *t, unsigned side)
{
	return !t->plain && t->end[side].node->core && !t->end[side].node->stopping;
}

/* -- facts -------------------------------------------------------------------------- */

/** of what the core counts, by its UP and DOWN: here a successor is up before it
 * is named */
static void count(sim_tunnel_t *t, unsigned side, fact_kind_t kind, uint32_t sa)
{
	uint32_t *up = t->end[side].up;
	unsigned left = 0;
	bool any = false;

	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		any |= up[i] != 0;
	}
	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		if (kind == FACT_CHILD_DOWN && up[i] == sa)
		{
			up[i] = 0;
		}
		else if (kind == FACT_CHILD_UP && !up[i])
		{
			up[i] = sa;
			if (!any)
			{
				t->end[side].fresh_since = t->sim->now;
			}
			return;
		}
		left += up[i] != 0;
	}
	if (!left)
	{
		check_bare(t, side);
	}
}

void charon_tell(sim_tunnel_t *t, unsigned side, fact_kind_t kind, uint32_t sa,
				 uint32_t successor)
{
	static const char *const names[] = {
		[FACT_CONNECTION_LOADED] = "loaded",
		[FACT_CONNECTION_UNLOADED] = "unloaded",
		[FACT_CHILD_UP] = "up",
		[FACT_CHILD_DOWN] = "down",
		[FACT_CHILD_REKEYED] = "rekeyed",
		[FACT_CHILD_CHANGED] = "changed",
		[FACT_CHILD_COMING] = "coming",
		[FACT_ALERT] = "alert",
		[FACT_SHUTDOWN] = "shutdown",
	};
	sim_node_t *node = t->end[side].node;
	fact_t fact = {.kind = kind, .sa = sa, .successor = successor};

	sim_trace(t->sim, "n%u t%u: %s %u %u", node->number, t->number + 1,
			  names[kind], sa, successor);
	if (!charon_alive(t, side))
	{
		return;
	}
	snprintf(fact.name, sizeof(fact.name), "t%u", t->number + 1);
	fact.if_id_in = fact.if_id_out = t->number + 1;
	fact.n_remote = 1;
	fact.remote[0] = charon_outer(t, !side, t->end[side].remote);
	fact.info.encr = 20;
	fact.info.key_bits = 256;
	snprintf(fact.child, sizeof(fact.child), "c");
	for (unsigned i = 0; sa && i < SIM_SAS; i++)
	{
		if (t->sas[i].used && t->sas[i].id[side] == sa)
		{
			fact.info.spi_in = sa_spi(&t->sas[i], side);
			fact.info.spi_out = sa_spi(&t->sas[i], !side);
			fact.info.local = charon_outer(t, side, t->sas[i].address[side]);
			fact.info.remote = charon_outer(t, !side, t->sas[i].address[!side]);
		}
	}
	core_fact(node->core, &fact, t->sim->now);
	node->poked = true;
	if (kind == FACT_CHILD_UP || kind == FACT_CHILD_DOWN)
	{
		count(t, side, kind, sa);
	}
}

/** some hooks say it twice and thrice */
static void tell_down(sim_tunnel_t *t, unsigned side, uint32_t sa)
{
	for (unsigned i = 1 + sim_random(t->sim, 3); i > 0; i--)
	{
		charon_tell(t, side, FACT_CHILD_DOWN, sa, 0);
	}
}

/* -- SAs ------------------------------------------------------------------------------ */

void sa_check(sim_sa_t *sa)
{
	for (unsigned s = 0; s < 2; s++)
	{
		if (sa->id[s] || sa->in[s] || sa->out[s])
		{
			return;
		}
	}
	sa->used = false;
}

sim_sa_t *sa_new(sim_tunnel_t *t, uint32_t ike)
{
	sim_sa_t *sa = NULL;

	for (unsigned i = 0; i < SIM_SAS && !sa; i++)
	{
		sa = t->sas[i].used ? NULL : &t->sas[i];
	}
	if (!sa)
	{
		sim_fail(t->sim, "t%u: more than %d SAs", t->number + 1, SIM_SAS);
		sa = &t->sas[0];
	}
	*sa = (sim_sa_t){
		.used = true,
		.serial = ++t->sim->serial,
		.ike = {ike, ike},
		.address = {t->end[0].address, t->end[1].address},
	};
	return sa;
}

/** NULL: it is gone at both ends */
sim_sa_t *sa_get(sim_tunnel_t *t, uint64_t serial)
{
	for (unsigned i = 0; serial && i < SIM_SAS; i++)
	{
		if (t->sas[i].used && t->sas[i].serial == serial)
		{
			return &t->sas[i];
		}
	}
	return NULL;
}

sim_ike_t *ike_find(sim_tunnel_t *t, uint32_t number)
{
	for (unsigned i = 0; i < SIM_IKES; i++)
	{
		if (t->ikes[i].used && t->ikes[i].number == number)
		{
			return &t->ikes[i];
		}
	}
	return NULL;
}

bool ike_there(sim_tunnel_t *t, unsigned side, uint32_t number)
{
	sim_ike_t *ike = ike_find(t, number);

	return ike && ike->there[side];
}

sim_ike_t *ike_any(sim_tunnel_t *t, unsigned side)
{
	for (unsigned i = 0; i < SIM_IKES; i++)
	{
		if (t->ikes[i].used && t->ikes[i].there[side] &&
			!t->ikes[i].deleting[side])
		{
			return &t->ikes[i];
		}
	}
	return NULL;
}

void sa_install_out(sim_tunnel_t *t, unsigned side, sim_sa_t *sa)
{
	sa->out[side] = true;
	sa->order[side] = ++t->sim->order;
}

/** out false: its outbound half is registered only */
void sa_up(sim_tunnel_t *t, unsigned side, sim_sa_t *sa, bool out)
{
	sa->used = true;
	sa->id[side] = t->end[side].node->next_sa++;
	sa->in[side] = true;
	if (out)
	{
		sa_install_out(t, side, sa);
	}
	charon_tell(t, side, FACT_CHILD_UP, sa->id[side], 0);
}

static void late_gone(sim_t *sim, void *user, uint64_t serial, uint64_t side)
{
	sim_sa_t *sa = sa_get(user, serial);

	if (sa && !sa->id[side])
	{
		sa->in[side] = false;
		sa_check(sa);
	}
}

/** the side's charon has done with it; its inbound half may stay a while */
void sa_down(sim_tunnel_t *t, unsigned side, sim_sa_t *sa, bool late)
{
	uint32_t id = sa && sa->used ? sa->id[side] : 0;

	if (!id)
	{
		return;
	}
	sa->id[side] = 0;
	sa->out[side] = false;
	if (late)
	{
		sim_at(t->sim, REKEYED_DELAY, late_gone, t, sa->serial, side);
	}
	else
	{
		sa->in[side] = false;
	}
	sa_check(sa);
	tell_down(t, side, id);
}

unsigned charon_count(const sim_tunnel_t *t, unsigned side)
{
	unsigned n = t->plain;

	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		n += t->end[side].up[i] != 0;
	}
	return n;
}

bool ike_has_child(const sim_tunnel_t *t, unsigned side, uint32_t ike)
{
	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		if (t->sas[i].used && t->sas[i].id[side] && t->sas[i].ike[side] == ike)
		{
			return true;
		}
	}
	return false;
}

void ike_gone(sim_tunnel_t *t, unsigned side, uint32_t number)
{
	sim_ike_t *ike = ike_find(t, number);

	if (!ike || !ike->there[side])
	{
		return;
	}
	ike->there[side] = ike->deleting[side] = false;
	ike->used = ike->there[!side];
	for (unsigned i = 0; i < SIM_SAS; i++)
	{
		if (t->sas[i].used && t->sas[i].ike[side] == number)
		{
			sa_down(t, side, &t->sas[i], false);
		}
	}
}

void ike_up(sim_tunnel_t *t, unsigned side, uint32_t number)
{
	sim_ike_t *ike = ike_find(t, number);

	for (unsigned i = 0; !ike && i < SIM_IKES; i++)
	{
		if (!t->ikes[i].used)
		{
			ike = &t->ikes[i];
			*ike = (sim_ike_t){
				.used = true,
				.number = number,
				.address = {t->end[0].address, t->end[1].address},
			};
		}
	}
	if (!ike)
	{
		sim_fail(t->sim, "t%u: more than %d IKE_SAs", t->number + 1, SIM_IKES);
		return;
	}
	ike->there[side] = true;
}
