/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The sliced work of the adj-RIB-out. A net that changed is looked at once for
 * each group. Nets that a group has not seen, or is to see with other eyes,
 * are gone through in the order of memory, and so is what a group holds that
 * nobody is in any more.
 */

#include "bgp/adj_out_impl.h"

#include <stdlib.h>

static bool has_family(const group_t *g, int f)
{
	return (g->codec.families & (f ? BGP_IPV6 : BGP_IPV4)) != 0;
}

/** one group, or all */
static void export_net(bgp_rib_t *rib, net_ref_t ref, group_t *one)
{
	int f = ref_family(ref);
	net_t *net = net_at(rib, ref);
	prefix_t prefix = net_prefix(f, net);
	const path_t *best = net->n_best ? path_at(rib, net->paths) : NULL;
	uint16_t source = best && !path_is_local(best) ? best->peer : NOBODY;
	bool told = best && !aggregates_suppress(rib, f, &prefix);

	list_each(&rib->outs.groups, g, group_t, link)
	{
		const member_t *model = one && g != one ? NULL : group_model(g);
		uint32_t want = 0, handle;

		if (!model || !has_family(g, f))
		{
			continue;
		}
		if (told && (g->count > 1 || source != model->index))
		{
			want = export_attrs(rib, model->peer, f, net);
		}
		handle = want ? entry_enter(g, f, &prefix)
					  : trie_get(g->fam[f].trie, &prefix);
		if (handle)
		{
			entry_want(rib, g, f, handle, want, source);
		}
	}
}

static unsigned exports_work(bgp_rib_t *rib, int f, unsigned budget)
{
	net_ref_t ref;

	while (budget && !is_deferred(rib, f) && (ref = fifo_pop(&rib->exports[f])))
	{
		/* its mark keeps it from being queued and dropped meanwhile */
		net_visit(rib, ref);
		export_net(rib, ref, NULL);
		net_at(rib, ref)->flags &= (uint8_t)~NET_EXPORT;
		net_drop_if_unused(rib, ref);
		budget -= budget > rib->outs.count ? rib->outs.count + 1 : budget;
	}
	return budget;
}

static unsigned dump_work(bgp_rib_t *rib, group_t *g, int f, unsigned budget)
{
	while (g->fam[f].dump && budget && !is_deferred(rib, f))
	{
		net_ref_t ref = net_ref(f, g->fam[f].dump_at);

		if (g->fam[f].dump_at > pool_limit(&rib->nets[f]))
		{
			g->fam[f].dump = false;
			break;
		}
		g->fam[f].dump_at++;
		budget--;
		if (net_exists(rib, ref))
		{
			net_visit(rib, ref);
		}
		/* if that changed it, it stands in the queue for all groups */
		if (net_exists(rib, ref) && !(net_at(rib, ref)->flags & NET_EXPORT))
		{
			export_net(rib, ref, g);
		}
	}
	return budget;
}

/** what nobody walks any more */
static unsigned gone_work(bgp_rib_t *rib, group_t *g, int f, unsigned budget)
{
	const log_t *log = &g->fam[f].log[LOG_GONE];

	while (budget && log->first && list_empty(&g->walks))
	{
		entry_settle(g, f, log->first);
		budget--;
	}
	return budget;
}

static unsigned walks_work(bgp_rib_t *rib, group_t *g, unsigned budget)
{
	list_each_safe(&g->walks, m, member_t, walk)
	{
		for (int f = 0; f < 2; f++)
		{
			if (m->fam[f].resend)
			{
				m->fam[f].resend = false;
				m->fam[f].at[LOG_TOLD] = g->fam[f].log[LOG_TOLD].first;
			}
		}
		if (m->from && budget)
		{
			budget = member_move(rib, m, budget);
		}
		else
		{
			budget = walk_skip(m, budget);
			member_settle(m);
		}
	}
	return budget;
}

static void let_go(bgp_rib_t *rib, uint32_t attrs)
{
	if (attrs)
	{
		bgp_attr_release(rib->attrs, attrs);
	}
}

static void find_dying(outs_t *outs)
{
	list_each_safe(&outs->groups, g, group_t, link)
	{
		if (list_empty(&g->members))
		{
			list_remove(&g->link);
			list_append(&outs->dying, &g->link);
			outs->count--;
			g->reap_at = 1;
		}
	}
}

static unsigned reap_work(bgp_rib_t *rib, unsigned budget)
{
	find_dying(&rib->outs);
	while (!list_empty(&rib->outs.dying) && budget)
	{
		group_t *g = list_first(&rib->outs.dying, group_t, link);
		uint32_t limit[2];

		for (int f = 0; f < 2; f++)
		{
			limit[f] = pool_limit(&g->fam[f].entries);
		}
		for (; budget && g->reap_at <= limit[0] + limit[1]; budget--)
		{
			int f = g->reap_at > limit[0];
			const entry_t *entry =
				pool_peek(&g->fam[f].entries, g->reap_at - (f ? limit[0] : 0));

			g->reap_at++;
			if (entry && entry->flags & ENTRY_USED)
			{
				let_go(rib, entry->sent);
				let_go(rib, entry->want);
			}
		}
		if (g->reap_at > limit[0] + limit[1])
		{
			group_free(g);
		}
	}
	return budget;
}

unsigned outs_work(bgp_rib_t *rib, unsigned budget)
{
	outs_regroup(rib);
	for (int f = 0; f < 2; f++)
	{
		budget = exports_work(rib, f, budget);
	}
	list_each(&rib->outs.groups, g, group_t, link)
	{
		for (int f = 0; f < 2; f++)
		{
			budget = dump_work(rib, g, f, budget);
			budget = gone_work(rib, g, f, budget);
		}
	}
	list_each_safe(&rib->outs.groups, g, group_t, link)
	{
		budget = walks_work(rib, g, budget);
	}
	return reap_work(rib, budget);
}

static bool group_busy(const bgp_rib_t *rib, const group_t *g)
{
	for (int f = 0; f < 2; f++)
	{
		if ((g->fam[f].dump && !is_deferred(rib, f)) ||
			(g->fam[f].log[LOG_GONE].first && list_empty(&g->walks)))
		{
			return true;
		}
	}
	if (list_empty(&g->members))
	{
		return true;
	}
	list_each(&g->walks, m, member_t, walk)
	{
		if (m->fam[0].resend || m->fam[1].resend || walk_idles(m) ||
			(m->from && (!member_is_carried(m) || !m->from->next)))
		{
			return true;
		}
	}
	return false;
}

bool outs_busy(const bgp_rib_t *rib)
{
	if (!list_empty(&rib->outs.dying) || rib->outs.regroup)
	{
		return true;
	}
	for (int f = 0; f < 2; f++)
	{
		if (rib->exports[f].count && !is_deferred(rib, f))
		{
			return true;
		}
	}
	list_each(&rib->outs.groups, g, group_t, link)
	{
		if (group_busy(rib, g))
		{
			return true;
		}
	}
	return false;
}

void outs_deinit(bgp_rib_t *rib)
{
	list_each(&rib->outs.groups, g, group_t, link)
	{
		while (!list_empty(&g->members))
		{
			out_remove(rib, list_first(&g->members, member_t, link)->peer);
		}
	}
	reap_work(rib, UINT32_MAX);
}

size_t outs_memory(const bgp_rib_t *rib)
{
	size_t size = 0;

	list_each(&rib->outs.groups, g, group_t, link)
	{
		size += group_memory(g);
	}
	list_each(&rib->outs.dying, g, group_t, link)
	{
		size += group_memory(g);
	}
	return size;
}
