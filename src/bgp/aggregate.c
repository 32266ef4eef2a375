/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * An aggregate counts the chosen routes within it by kind, and nets say what
 * they contribute as it changes; so a change costs one look-up for each
 * aggregate that covers it, whatever the table's size. Aggregates themselves
 * do not count: within one there is always a route that does, and it counts
 * for the outer one too. So nothing runs in circles.
 *
 * The table is walked only where the list of aggregates changed: a new one
 * counts what is there (FILL), one that begins to suppress has its nets looked
 * at for export (EXPORT), and so has one that was taken away (GONE). While it
 * counts, a net behind the walk speaks for itself and one before it does not.
 *
 * Once it suppresses, no walk is needed as it comes and goes: it comes with
 * the first route within it and goes with the last, and those are looked at
 * for export anyhow.
 */

#include "bgp/aggregate.h"

#include "bgp/rib_impl.h"

#include <stdlib.h>

enum
{
	STATE_FREE,
	STATE_FILL,
	STATE_EXPORT,
	STATE_READY,
	STATE_GONE,
};

/** what an aggregate goes out with: 0 if it does not */
enum
{
	OUT_ACTIVE = 0x80,
	OUT_ATOMIC = 0x40,
	/** bgp_origin_t in the lowest bits */
	OUT_ORIGIN = 0x03,
};

struct aggregate_t
{
	prefix_t prefix;
	/** the last net that the walk saw */
	prefix_t at;
	uint32_t total;
	/** by contribution - 1 */
	uint32_t counts[CONTRIBUTIONS];
	uint8_t state;
	bool summary_only;
	/** stands in the list that is being set */
	bool wanted;
	/** stands in the queue of those that may have to change */
	bool dirty;
	/** OUT_*, as originated */
	uint8_t out;
};

uint8_t aggregate_contribution(const bgp_cand_t *best, bgp_source_t source)
{
	uint8_t origin = best->key.origin < BGP_ORIGIN_INCOMPLETE
						 ? best->key.origin
						 : BGP_ORIGIN_INCOMPLETE;

	if (source == BGP_SOURCE_AGGREGATE)
	{
		return 0;
	}
	return (uint8_t)(1 + 2 * origin + (best->key.as_path_hops > 0));
}

/** RFC 4271 section 9.2.2.2: the worst ORIGIN, and that AS paths are left out
 * (no AS_SET: RFC 9774) */
static uint8_t out_of(const aggregate_t *a)
{
	unsigned origin = BGP_ORIGIN_INCOMPLETE;

	if (!a->total || a->state == STATE_GONE || a->state == STATE_FILL)
	{
		return 0;
	}
	while (origin > BGP_ORIGIN_IGP &&
		   a->counts[2 * origin] + a->counts[2 * origin + 1] == 0)
	{
		origin--;
	}
	return (
		uint8_t)(OUT_ACTIVE | origin |
				 (a->counts[1] + a->counts[3] + a->counts[5] ? OUT_ATOMIC : 0));
}

static void look_at(aggregates_t *all, aggregate_t *a)
{
	if (!a->dirty && out_of(a) != a->out)
	{
		a->dirty = true;
		fifo_push(&all->dirty, (uint32_t)(a - all->list) + 1);
	}
}

static void apply(bgp_rib_t *rib, aggregate_t *a)
{
	uint8_t out = out_of(a);
	bgp_attrs_t attrs = {
		.origin = out & OUT_ORIGIN,
		.has = BGP_HAS_AGGREGATOR | (out & OUT_ATOMIC ? BGP_HAS_ATOMIC : 0),
		.aggregator_as = rib->config.asn,
		.aggregator_id = rib->config.router_id,
	};

	if (out == a->out)
	{
		return;
	}
	a->out = out;
	if (out)
	{
		local_enter(rib, &a->prefix, PEER_AGGREGATE, &attrs,
					BGP_SOURCE_AGGREGATE);
	}
	else
	{
		local_remove(rib, &a->prefix, PEER_AGGREGATE);
	}
}

/** the next aggregate that covers the prefix: the longest that is shorter than
 * *len, which follows. NULL: none */
static aggregate_t *covering(const aggregates_t *all, int f,
							 const prefix_t *prefix, unsigned *len)
{
	prefix_t within, found;
	uint32_t number;

	if (!all->trie[f] || *len == 0)
	{
		return NULL;
	}
	within = prefix_make(&prefix->addr, *len - 1);
	number = trie_match(all->trie[f], &within, &found);
	*len = found.len;
	return number ? &all->list[number - 1] : NULL;
}

static void count(aggregate_t *a, uint8_t contribution, uint32_t by)
{
	if (contribution)
	{
		a->counts[contribution - 1] += by;
		a->total += by;
	}
}

void aggregates_note(bgp_rib_t *rib, int f, const prefix_t *prefix,
					 uint8_t before, uint8_t after)
{
	unsigned len = prefix->len;
	aggregate_t *a;

	while ((a = covering(&rib->aggregates, f, prefix, &len)))
	{
		if (a->state == STATE_FILL && prefix_cmp(prefix, &a->at) > 0)
		{
			continue;
		}
		count(a, before, UINT32_MAX);
		count(a, after, 1);
		look_at(&rib->aggregates, a);
	}
}

bool aggregates_suppress(const bgp_rib_t *rib, int f, const prefix_t *prefix)
{
	unsigned len = prefix->len;
	const aggregate_t *a;

	if (!rib->aggregates.summaries[f])
	{
		return false;
	}
	while ((a = covering(&rib->aggregates, f, prefix, &len)))
	{
		/* not by a->out: what is exported meanwhile would stay out */
		if (a->summary_only && out_of(a))
		{
			return true;
		}
	}
	return false;
}

/* -- the list --------------------------------------------------------------- */

static void walk_start(aggregates_t *all, aggregate_t *a, uint8_t state)
{
	bool walking = a->state == STATE_FILL || a->state == STATE_EXPORT;

	a->state = state;
	a->at = a->prefix;
	if (!walking)
	{
		fifo_push(&all->walks, (uint32_t)(a - all->list) + 1);
	}
}

static aggregate_t *add(aggregates_t *all, int f, const prefix_t *prefix)
{
	uint32_t i = 0;

	while (i < all->size && all->list[i].state != STATE_FREE)
	{
		i++;
	}
	if (i == all->size)
	{
		uint32_t size = all->size ? all->size * 2 : 8;

		all->list = mem_resize(all->list, size, sizeof(*all->list));
		for (; all->size < size; all->size++)
		{
			all->list[all->size] = (aggregate_t){.state = STATE_FREE};
		}
	}
	all->list[i] = (aggregate_t){.prefix = *prefix};
	if (!all->trie[f])
	{
		all->trie[f] = trie_create(family_of(f));
	}
	*trie_insert(all->trie[f], prefix) = i + 1;
	walk_start(all, &all->list[i], STATE_FILL);
	return &all->list[i];
}

static void set_summary(aggregates_t *all, int f, aggregate_t *a, bool on)
{
	if (a->summary_only == on)
	{
		return;
	}
	a->summary_only = on;
	all->summaries[f] += on ? 1u : UINT32_MAX;
	if (a->state != STATE_FILL && a->state != STATE_GONE)
	{
		walk_start(all, a, STATE_EXPORT);
	}
}

void bgp_rib_aggregates_set(bgp_rib_t *rib, const bgp_aggregate_t *list,
							size_t n)
{
	aggregates_t *all = &rib->aggregates;

	for (uint32_t i = 0; i < all->size; i++)
	{
		all->list[i].wanted = false;
	}
	for (size_t i = 0; i < n; i++)
	{
		int f = family_index(list[i].prefix.addr.family);
		uint32_t number =
			all->trie[f] ? trie_get(all->trie[f], &list[i].prefix) : 0;
		aggregate_t *a =
			number ? &all->list[number - 1] : add(all, f, &list[i].prefix);

		a->wanted = true;
		set_summary(all, f, a, list[i].summary_only);
	}
	for (uint32_t i = 0; i < all->size; i++)
	{
		aggregate_t *a = &all->list[i];
		int f = family_index(a->prefix.addr.family);

		if (!a->wanted && a->state != STATE_FREE && a->state != STATE_GONE)
		{
			trie_remove(all->trie[f], &a->prefix);
			walk_start(all, a, STATE_GONE);
			set_summary(all, f, a, false);
			apply(rib, a);
		}
	}
}

/* -- sliced work ------------------------------------------------------------ */

/** all its nets were seen */
static void walked(aggregates_t *all, aggregate_t *a)
{
	bool filled = a->state == STATE_FILL;

	a->state = a->state == STATE_GONE ? STATE_FREE : STATE_READY;
	if (filled)
	{
		look_at(all, a);
		if (a->summary_only)
		{
			walk_start(all, a, STATE_EXPORT);
		}
	}
}

static unsigned walk(bgp_rib_t *rib, uint32_t number, unsigned budget)
{
	aggregates_t *all = &rib->aggregates;
	aggregate_t *a = &all->list[number - 1];
	int f = family_index(a->prefix.addr.family);

	while (budget)
	{
		prefix_t found;
		uint32_t handle = trie_next(rib->trie[f], &a->at, &found);
		net_t *net;

		budget--;
		if (!handle || !prefix_contains(&a->prefix, &found))
		{
			walked(all, a);
			return budget;
		}
		a->at = found;
		net = net_at(rib, net_ref(f, handle));
		if (a->state == STATE_FILL)
		{
			count(a, net_contribution(net), 1);
		}
		else
		{
			queue_export(rib, net_ref(f, handle), net);
		}
	}
	fifo_push(&all->walks, number);
	return 0;
}

unsigned aggregates_work(bgp_rib_t *rib, unsigned budget)
{
	aggregates_t *all = &rib->aggregates;
	uint32_t number;

	while (budget && (number = fifo_pop(&all->dirty)))
	{
		aggregate_t *a = &all->list[number - 1];

		a->dirty = false;
		apply(rib, a);
		budget--;
	}
	while (budget && (number = fifo_pop(&all->walks)))
	{
		budget = walk(rib, number, budget);
	}
	return budget;
}

bool aggregates_busy(const bgp_rib_t *rib)
{
	return rib->aggregates.dirty.count || rib->aggregates.walks.count;
}

void aggregates_deinit(bgp_rib_t *rib)
{
	aggregates_t *all = &rib->aggregates;

	for (int f = 0; f < 2; f++)
	{
		trie_destroy(all->trie[f]);
	}
	fifo_deinit(&all->dirty);
	fifo_deinit(&all->walks);
	free(all->list);
}

size_t aggregates_memory(const bgp_rib_t *rib)
{
	const aggregates_t *all = &rib->aggregates;
	size_t size = all->size * sizeof(*all->list) + fifo_memory(&all->dirty) +
				  fifo_memory(&all->walks);

	for (int f = 0; f < 2; f++)
	{
		size += all->trie[f] ? trie_memory(all->trie[f]) : 0;
	}
	return size;
}
