/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who is in which group. A peer joins the group whose members' export is the
 * same as its own, or begins one. If that changes for all members, as when
 * policies are read anew, the group stays and works out all anew; if for the
 * few, they move. A member that moves stays in the old group, untold, until
 * the new one has an entry for each prefix that it has heard of: then what the
 * new one does not tell is withdrawn.
 */

#include "bgp/adj_out_impl.h"

#include <stdlib.h>
#include <string.h>

void outs_init(outs_t *outs)
{
	*outs = (outs_t){.lag_max = OUT_LAG_MAX};
	list_init(&outs->groups);
	list_init(&outs->dying);
}

static bool has_family(const group_t *g, int f)
{
	return (g->codec.families & (f ? BGP_IPV6 : BGP_IPV4)) != 0;
}

/** looks at the whole table anew */
static void group_again(group_t *g)
{
	for (int f = 0; f < 2; f++)
	{
		g->fam[f].dump = has_family(g, f) && g->count;
		g->fam[f].dump_at = 1;
	}
}

void group_count(group_t *g, int f)
{
	list_each(&g->members, m, member_t, link)
	{
		if (m->in_step)
		{
			m->peer->advertised[f] =
				g->fam[f].told -
				(m->index < g->fam[f].n_own ? g->fam[f].own[m->index] : 0);
		}
	}
}

member_t *group_model(const group_t *g)
{
	member_t *model = NULL;

	list_each(&g->members, m, member_t, link)
	{
		if (!m->left && !m->changed)
		{
			return m;
		}
		model = m->left || model ? model : m;
	}
	return model;
}

/* -- what a member has heard ----------------------------------------------- */

bool member_heard(const member_t *m, int f, uint32_t handle)
{
	const entry_t *entry = entry_at(m->group, f, handle);
	uint64_t seq = (uint64_t)entry->seq_high << 32 | entry->seq_low;

	if (m->in_step || (m->knew && seq <= m->since))
	{
		return entry->sent && entry->source != m->index;
	}
	return handle / 8 < m->fam[f].heard_size &&
		   m->fam[f].heard[handle / 8] >> handle % 8 & 1;
}

void member_hear(member_t *m, int f, uint32_t handle, bool heard)
{
	uint32_t size = m->fam[f].heard_size;
	uint8_t bit = (uint8_t)(1u << handle % 8);

	if (handle / 8 >= size)
	{
		if (!heard)
		{
			return;
		}
		m->fam[f].heard_size = pool_limit(&m->group->fam[f].entries) / 8 + 1;
		m->fam[f].heard = mem_resize(m->fam[f].heard, m->fam[f].heard_size, 1);
		memset(m->fam[f].heard + size, 0, m->fam[f].heard_size - size);
	}
	if (heard)
	{
		m->fam[f].heard[handle / 8] |= bit;
	}
	else
	{
		m->fam[f].heard[handle / 8] &= (uint8_t)~bit;
	}
}

/* -- in step, or not ------------------------------------------------------- */

member_t *member_in_step(const bgp_rib_t *rib, const group_t *g, uint16_t index)
{
	const bgp_rib_peer_t *peer =
		index < rib->n_slots ? rib->slots[index].peer : NULL;
	member_t *m = peer ? peer->out : NULL;

	return m && m->group == g && m->in_step ? m : NULL;
}

static void forget_heard(member_t *m)
{
	for (int f = 0; f < 2; f++)
	{
		free(m->fam[f].heard);
		m->fam[f].heard = NULL;
		m->fam[f].heard_size = 0;
	}
}

void member_detach(member_t *m)
{
	if (m->in_step)
	{
		m->in_step = false;
		m->knew = true;
		m->since = m->group->seq;
		list_append(&m->group->walks, &m->walk);
	}
}

void member_settle(member_t *m)
{
	if (m->in_step || m->left || m->next || m->from)
	{
		return;
	}
	for (int f = 0; f < 2; f++)
	{
		if (m->fam[f].at[LOG_GONE] || m->fam[f].at[LOG_TOLD] ||
			m->fam[f].resend)
		{
			return;
		}
	}
	m->in_step = true;
	list_remove(&m->walk);
	forget_heard(m);
	group_count(m->group, 0);
	group_count(m->group, 1);
}

/* -- coming and going ------------------------------------------------------ */

static member_t *member_create(bgp_rib_peer_t *peer, group_t *g)
{
	member_t *m = mem_alloc(sizeof(*m));

	m->group = g;
	m->peer = peer;
	m->index = peer->index;
	m->since = g->seq;
	peer->out = m;
	for (int f = 0; f < 2; f++)
	{
		m->fam[f].at[LOG_TOLD] = g->fam[f].log[LOG_TOLD].first;
	}
	list_append(&g->members, &m->link);
	list_append(&g->walks, &m->walk);
	/* what is the only member's own was left out until now */
	if (++g->count <= 2)
	{
		group_again(g);
	}
	return m;
}

/** a group without members is found and taken apart in slices */
static void member_free(member_t *m)
{
	group_t *g = m->group;
	message_t *message;

	g->behind -= (m->next != NULL);
	while ((message = m->next))
	{
		m->next = message_after(m, message);
		message_release(g, message);
	}
	for (int f = 0; f < 2; f++)
	{
		g->eors -= m->fam[f].eor;
	}
	list_remove(&m->link);
	if (!m->in_step)
	{
		list_remove(&m->walk);
	}
	if (!m->left && --g->count <= 1)
	{
		group_again(g);
	}
	forget_heard(m);
	free(m);
}

/** a group that tells as the peer's export says; not the one to be left */
static group_t *group_for(outs_t *outs, const bgp_rib_peer_t *peer,
						  const group_t *left)
{
	list_each(&outs->groups, g, group_t, link)
	{
		const member_t *model = g == left ? NULL : group_model(g);

		if (model && export_is_same(model->peer, peer))
		{
			return g;
		}
	}
	return NULL;
}

void out_add(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	group_t *g;
	member_t *m;

	if (!peer->families)
	{
		return;
	}
	outs_regroup(rib);
	g = group_for(&rib->outs, peer, NULL);
	if (!g)
	{
		g = group_create(&rib->outs, peer);
	}
	m = member_create(peer, g);
	for (int f = 0; f < 2; f++)
	{
		m->fam[f].eor = has_family(g, f);
		g->eors += m->fam[f].eor;
		peer->advertised[f] = 0;
	}
	member_settle(m);
}

void out_remove(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	member_t *m = peer->out;

	if (!m)
	{
		return;
	}
	peer->out = NULL;
	peer->advertised[0] = peer->advertised[1] = 0;
	if (m->from)
	{
		member_free(m->from);
	}
	member_free(m);
}

void out_again(bgp_rib_t *rib, bgp_rib_peer_t *peer)
{
	if (peer->out)
	{
		peer->out->changed = true;
		rib->outs.regroup = true;
	}
}

void out_resend(bgp_rib_t *rib, bgp_rib_peer_t *peer, family_t family)
{
	member_t *m = peer->out;
	int f = family_index((uint8_t)family);

	if (m && has_family(m->group, f))
	{
		member_detach(m);
		m->fam[f].resend = true;
	}
}

/* -- moving ---------------------------------------------------------------- */

static void move(outs_t *outs, member_t *old, group_t *to)
{
	group_t *g = old->group;
	member_t *m;

	member_detach(old);
	old->left = true;
	old->changed = false;
	m = member_create(old->peer, to);
	m->from = old;
	m->from_at[0] = m->from_at[1] = 1;
	for (int f = 0; f < 2; f++)
	{
		m->fam[f].eor = old->fam[f].eor;
		to->eors += m->fam[f].eor;
	}
	if (--g->count <= 1)
	{
		group_again(g);
	}
}

bool member_is_carried(const member_t *m)
{
	for (int f = 0; f < 2; f++)
	{
		if (m->from_at[f] <= pool_limit(&m->from->group->fam[f].entries))
		{
			return false;
		}
	}
	return true;
}

void member_moved(bgp_rib_t *rib, member_t *m)
{
	if (member_is_carried(m) && !m->from->next)
	{
		member_free(m->from);
		m->from = NULL;
		rib->outs.regroup |= m->changed;
		member_settle(m);
	}
}

unsigned member_move(bgp_rib_t *rib, member_t *m, unsigned budget)
{
	const group_t *old = m->from->group;

	for (int f = 0; f < 2; f++)
	{
		while (budget && m->from_at[f] <= pool_limit(&old->fam[f].entries))
		{
			uint32_t at = m->from_at[f]++, handle;
			const entry_t *entry = pool_peek(&old->fam[f].entries, at);
			prefix_t prefix;

			budget--;
			if (!entry || !(entry->flags & ENTRY_USED) ||
				!member_heard(m->from, f, at))
			{
				continue;
			}
			prefix = entry_prefix(f, entry);
			handle = entry_enter(m->group, f, &prefix);
			member_hear(m, f, handle, true);
			if (!entry_at(m->group, f, handle)->sent)
			{
				/* it may have been gone for long, for others */
				log_remove(m->group, f, handle);
				log_append(m->group, f, handle);
			}
		}
	}
	member_moved(rib, m);
	return budget;
}

/** the member whose export most others have, too */
static member_t *majority(const group_t *g)
{
	member_t *model = NULL;
	unsigned lead = 0;

	list_each(&g->members, m, member_t, link)
	{
		if (m->left)
		{
			continue;
		}
		if (!lead)
		{
			model = m;
		}
		lead = model == m || export_is_same(model->peer, m->peer) ? lead + 1
																  : lead - 1;
	}
	return model;
}

/** those that are unlike the model leave; one alone joins others */
static void regroup(bgp_rib_t *rib, group_t *g)
{
	const member_t *model = majority(g);
	bool again = false;

	list_each_safe(&g->members, m, member_t, link)
	{
		group_t *to = NULL;

		if (m->left)
		{
			continue;
		}
		if (m != model && !export_is_same(model->peer, m->peer))
		{
			/* one move at a time */
			m->changed |= m->from != NULL;
			to = m->from ? NULL : group_for(&rib->outs, m->peer, g);
			if (!to && !m->from)
			{
				to = group_create(&rib->outs, m->peer);
			}
		}
		else
		{
			again |= m->changed;
			m->changed = false;
			to = g->count == 1 && !m->from ? group_for(&rib->outs, m->peer, g)
										   : NULL;
		}
		if (to)
		{
			move(&rib->outs, m, to);
		}
	}
	if (again)
	{
		group_again(g);
	}
}

void outs_regroup(bgp_rib_t *rib)
{
	if (!rib->outs.regroup)
	{
		return;
	}
	rib->outs.regroup = false;
	list_each_safe(&rib->outs.groups, g, group_t, link)
	{
		bool changed = false;

		list_each(&g->members, m, member_t, link)
		{
			changed |= m->changed;
		}
		if (changed)
		{
			regroup(rib, g);
		}
	}
}
