/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The tables' sliced work: what a lost peer left, what a changed policy or
 * next hop touches, and what peers are to be told. A budget is a number of
 * prefixes, so a slice's time is bounded whatever the table's size.
 */

#include "bgp/rib_impl.h"

#include <stdlib.h>

/* -- the lists of peers with few paths ------------------------------------- */

static int by_ref(const void *p, const void *q)
{
	const net_ref_t *a = p, *b = q;

	return (*a > *b) - (*a < *b);
}

static bool net_has(const bgp_rib_t *rib, net_ref_t ref, uint16_t peer)
{
	const path_t *path;

	if (!net_exists(rib, ref))
	{
		return false;
	}
	for (uint32_t h = net_at(rib, ref)->paths; h; h = path->next)
	{
		path = path_at(rib, h);
		if (path->peer == peer)
		{
			return true;
		}
	}
	return false;
}

/** a net that was left stands in the list still, and twice if the peer came
 * back to it */
static void list_compact(const bgp_rib_t *rib, slot_t *slot)
{
	uint16_t peer = (uint16_t)(slot - rib->slots);
	uint32_t kept = 0;

	qsort(slot->list, slot->list_len, sizeof(*slot->list), by_ref);
	for (uint32_t i = 0; i < slot->list_len; i++)
	{
		if ((!kept || slot->list[i] != slot->list[kept - 1]) &&
			net_has(rib, slot->list[i], peer))
		{
			slot->list[kept++] = slot->list[i];
		}
	}
	slot->list_len = kept;
	slot->list_at = 0;
}

void slot_list_add(bgp_rib_t *rib, slot_t *slot, net_ref_t ref)
{
	if (slot->list_overflown)
	{
		return;
	}
	if (slot->list_len == slot->list_size)
	{
		if (slot->list_len)
		{
			list_compact(rib, slot);
		}
		if (slot->list_len >= slot->list_size / 2)
		{
			slot->list_size = slot->list_size ? slot->list_size * 2 : 16;
		}
		if (slot->paths > rib->listed_max)
		{
			free(slot->list);
			slot->list = NULL;
			slot->list_len = 0;
			slot->list_size = 0;
			slot->list_overflown = true;
			if (slot->list_job)
			{
				slot->list_job = false;
				rib->list_jobs--;
				sweep_start(rib);
			}
			return;
		}
		slot->list =
			mem_resize(slot->list, slot->list_size, sizeof(*slot->list));
	}
	slot->list[slot->list_len++] = ref;
}

void slot_look_at(bgp_rib_t *rib, slot_t *slot)
{
	if (slot->list_overflown)
	{
		sweep_start(rib);
		return;
	}
	slot->list_at = 0;
	if (!slot->list_job)
	{
		slot->list_job = true;
		rib->list_jobs++;
	}
}

static void slot_done(slot_t *slot)
{
	slot->repolicy = false;
	slot->reweigh = false;
	slot->epochs_begun = 0;
}

static unsigned lists_work(bgp_rib_t *rib, unsigned budget)
{
	for (uint32_t i = 0; i < rib->n_slots && rib->list_jobs && budget; i++)
	{
		slot_t *slot = &rib->slots[i];

		while (slot->list_job && budget)
		{
			net_ref_t ref;

			if (slot->list_at >= slot->list_len)
			{
				slot->list_job = false;
				rib->list_jobs--;
				slot_done(slot);
				break;
			}
			ref = slot->list[slot->list_at++];
			budget--;
			if (net_exists(rib, ref))
			{
				net_visit(rib, ref);
			}
		}
	}
	return budget;
}

/* -- the sweep ------------------------------------------------------------- */

void sweep_start(bgp_rib_t *rib)
{
	for (int f = 0; f < 2; f++)
	{
		sweep_t *sweep = &rib->sweep[f];

		sweep->on = true;
		sweep->until_at = sweep->at;
		sweep->until_round = sweep->round + 1;
	}
}

static unsigned sweep_work(bgp_rib_t *rib, int f, unsigned budget)
{
	sweep_t *sweep = &rib->sweep[f];

	while (sweep->on && budget)
	{
		net_ref_t ref = net_ref(f, sweep->at);

		if (sweep->at > pool_limit(&rib->nets[f]))
		{
			sweep->at = 1;
			sweep->round++;
		}
		else
		{
			sweep->at++;
			if (net_exists(rib, ref))
			{
				net_visit(rib, ref);
			}
			budget--;
		}
		/* rounds count up by one at a time, so the difference is small */
		if ((int32_t)(sweep->round - sweep->until_round) > 0 ||
			(sweep->round == sweep->until_round &&
			 sweep->at >= sweep->until_at))
		{
			sweep->on = false;
		}
	}
	return budget;
}

static unsigned sweeps_work(bgp_rib_t *rib, unsigned budget)
{
	if (!rib->sweep[0].on && !rib->sweep[1].on)
	{
		return budget;
	}
	for (int f = 0; f < 2; f++)
	{
		budget = sweep_work(rib, f, budget);
	}
	if (!rib->sweep[0].on && !rib->sweep[1].on)
	{
		for (uint32_t i = 0; i < rib->n_slots; i++)
		{
			if (!rib->slots[i].list_job)
			{
				slot_done(&rib->slots[i]);
			}
		}
	}
	return budget;
}

bool bgp_rib_work(bgp_rib_t *rib, unsigned budget)
{
	/* neither side waits for the other: each has half, and what is left */
	unsigned half = (budget + 1) / 2;
	unsigned quarter = (half + 1) / 2;
	unsigned left = aggregates_work(rib, quarter);

	left = lists_work(rib, left + half - quarter);
	left = sweeps_work(rib, left);
	left = outs_work(rib, left + budget - half);
	left = lists_work(rib, left);
	sweeps_work(rib, left);
	return rib->list_jobs || rib->sweep[0].on || rib->sweep[1].on ||
		   aggregates_busy(rib) || outs_busy(rib);
}
