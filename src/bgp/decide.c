/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * MED is compared only between paths of one neighbouring AS, so "better" is
 * no order and a running best would depend on who came first. Therefore the
 * steps work on the set, as RFC 4271 section 9.1.2.2 words them: each removes
 * the paths that lose it, MED within each AS (deterministic MED), and what is
 * left goes on to the next step.
 *
 * The oldest path is not preferred (RFC 5004): the result is the same
 * whatever the history. A path that flaps takes its old place when it is
 * back, and the paths around it keep theirs.
 */

#include "bgp/decide.h"

#include <stdlib.h>

const char *bgp_step_name(bgp_step_t step)
{
	switch (step)
	{
		case BGP_STEP_ONLY:
			return "only path";
		case BGP_STEP_LOCAL_ORIGIN:
			return "local origin";
		case BGP_STEP_LOCAL_PREF:
			return "LOCAL_PREF";
		case BGP_STEP_AS_PATH:
			return "AS path length";
		case BGP_STEP_ORIGIN:
			return "ORIGIN";
		case BGP_STEP_MED:
			return "MED";
		case BGP_STEP_EBGP:
			return "eBGP over iBGP";
		case BGP_STEP_IGP_METRIC:
			return "metric of the next hop";
		case BGP_STEP_ROUTER_ID:
			return "router id";
		case BGP_STEP_CLUSTER_LIST:
			return "cluster list length";
		case BGP_STEP_ADDRESS:
			return "neighbor address";
	}
	return "unknown";
}

static int lower(uint32_t a, uint32_t b)
{
	return (a > b) - (a < b);
}

/** the steps before MED: a) and b) */
static int compare_preference(const bgp_cand_t *a, const bgp_cand_t *b,
							  bgp_step_t *step)
{
	int cmp;

	*step = BGP_STEP_LOCAL_ORIGIN;
	cmp = lower(b->local, a->local);
	if (cmp == 0)
	{
		*step = BGP_STEP_LOCAL_PREF;
		cmp = lower(b->key.local_pref, a->key.local_pref);
	}
	if (cmp == 0)
	{
		*step = BGP_STEP_AS_PATH;
		cmp = lower(a->key.as_path_hops, b->key.as_path_hops);
	}
	if (cmp == 0)
	{
		*step = BGP_STEP_ORIGIN;
		cmp = lower(a->key.origin, b->key.origin);
	}
	return cmp;
}

/** c); a missing MED is the lowest value */
static int compare_med(const bgp_decide_opts_t *opts, const bgp_cand_t *a,
					   const bgp_cand_t *b)
{
	if (!opts->always_compare_med && a->key.neighbor_as != b->key.neighbor_as)
	{
		return 0;
	}
	return lower(a->key.med, b->key.med);
}

/** d) and e) */
static int compare_distance(const bgp_cand_t *a, const bgp_cand_t *b,
							bgp_step_t *step)
{
	int cmp;

	*step = BGP_STEP_EBGP;
	cmp = lower(b->ebgp, a->ebgp);
	if (cmp == 0)
	{
		*step = BGP_STEP_IGP_METRIC;
		cmp = lower(a->metric, b->metric);
	}
	return cmp;
}

/** f) and g), with RFC 4456 section 9 between them */
static int compare_tie(const bgp_cand_t *a, const bgp_cand_t *b,
					   bgp_step_t *step)
{
	int cmp;

	*step = BGP_STEP_ROUTER_ID;
	cmp = lower(a->router_id, b->router_id);
	if (cmp == 0)
	{
		*step = BGP_STEP_CLUSTER_LIST;
		cmp = lower(a->key.clusters, b->key.clusters);
	}
	if (cmp == 0)
	{
		*step = BGP_STEP_ADDRESS;
		cmp = addr_cmp(&a->address, &b->address);
	}
	return cmp ? cmp : lower(a->peer, b->peer);
}

int bgp_decide_compare(const bgp_decide_opts_t *opts, const bgp_cand_t *a,
					   const bgp_cand_t *b, bgp_step_t *step)
{
	int cmp = compare_preference(a, b, step);

	if (cmp == 0)
	{
		*step = BGP_STEP_MED;
		cmp = compare_med(opts, a, b);
	}
	if (cmp == 0)
	{
		cmp = compare_distance(a, b, step);
	}
	return cmp ? cmp : compare_tie(a, b, step);
}

static void swap(bgp_cand_t *a, bgp_cand_t *b)
{
	bgp_cand_t t = *a;

	*a = *b;
	*b = t;
}

typedef int (*compare_t)(const bgp_cand_t *, const bgp_cand_t *, bgp_step_t *);

/** moves those that no other beats to the front, returns how many */
static size_t keep_top(bgp_cand_t *c, size_t count, compare_t compare)
{
	size_t kept = 1;
	bgp_step_t step;

	for (size_t i = 1; i < count; i++)
	{
		int cmp = compare(&c[i], &c[0], &step);

		if (cmp < 0)
		{
			swap(&c[i], &c[0]);
			kept = 1;
		}
		else if (cmp == 0)
		{
			if (i != kept)
			{
				swap(&c[i], &c[kept]);
			}
			kept++;
		}
	}
	return kept;
}

static int by_med(const void *p, const void *q)
{
	const bgp_cand_t *a = p, *b = q;

	return lower(a->key.med, b->key.med);
}

static int by_as_and_med(const void *p, const void *q)
{
	const bgp_cand_t *a = p, *b = q;
	int cmp = lower(a->key.neighbor_as, b->key.neighbor_as);

	return cmp ? cmp : by_med(p, q);
}

/** of each neighbouring AS those with its lowest MED */
static size_t keep_lowest_med(const bgp_decide_opts_t *opts, bgp_cand_t *c,
							  size_t count)
{
	bool differ = false;
	size_t kept = 1, lowest = 0;

	for (size_t i = 1; i < count; i++)
	{
		differ = differ || c[i].key.med != c[0].key.med;
	}
	if (!differ)
	{
		return count;
	}
	qsort(c, count, sizeof(*c),
		  opts->always_compare_med ? by_med : by_as_and_med);
	for (size_t i = 1; i < count; i++)
	{
		if (!opts->always_compare_med &&
			c[i].key.neighbor_as != c[lowest].key.neighbor_as)
		{
			lowest = kept;
		}
		else if (c[i].key.med != c[lowest].key.med)
		{
			continue;
		}
		if (i != kept)
		{
			swap(&c[i], &c[kept]);
		}
		kept++;
	}
	return kept;
}

unsigned bgp_decide(const bgp_decide_opts_t *opts, bgp_cand_t *c, size_t count)
{
	unsigned chosen = 0;
	bgp_step_t step;

	if (count > 1)
	{
		count = keep_top(c, count, compare_preference);
	}
	if (count > 1)
	{
		count = keep_lowest_med(opts, c, count);
		count = keep_top(c, count, compare_distance);
	}
	while (chosen < count && chosen < opts->multipath)
	{
		size_t best = chosen;

		for (size_t i = chosen + 1; i < count; i++)
		{
			if (compare_tie(&c[i], &c[best], &step) < 0)
			{
				best = i;
			}
		}
		if (best != chosen)
		{
			swap(&c[best], &c[chosen]);
		}
		if (chosen == 0)
		{
			/* the others of its kind alone share with it */
			for (size_t i = 1; i < count;)
			{
				if (!c[0].local && !c[i].local &&
					(opts->multipath_relax ||
					 c[i].key.neighbor_as == c[0].key.neighbor_as))
				{
					i++;
					continue;
				}
				count--;
				swap(&c[i], &c[count]);
			}
		}
		chosen++;
	}
	return chosen;
}
