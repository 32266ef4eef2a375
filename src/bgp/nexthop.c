/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A table has as many next hops as neighbours, seldom more, so an entry may
 * be a plain struct; the numbers index an array and are used again.
 */

#include "bgp/nexthop.h"

#include "base/hash.h"

#include <stdlib.h>

typedef struct entry_t
{
	hash_node_t node;
	bgp_nexthop_t hop;
	uint32_t id;
	uint32_t refs;
	/** paths that want it resolved */
	uint32_t users;
} entry_t;

struct bgp_nexthops_t
{
	hash_t table;
	uint32_t seed;
	/** by number; [0] unused. A free place is NULL */
	entry_t **entries;
	uint32_t size;
	uint32_t used;
	/** numbers below are taken */
	uint32_t first_free;
	/** entries with users */
	uint32_t in_use;
	uint32_t in_use_max;
};

bgp_nexthops_t *bgp_nexthops_create(uint32_t seed)
{
	bgp_nexthops_t *hops = mem_alloc(sizeof(*hops));

	hash_init(&hops->table);
	hops->seed = seed;
	hops->first_free = 1;
	hops->in_use_max = BGP_NEXTHOPS_USED_MAX;
	return hops;
}

void bgp_nexthops_limit(bgp_nexthops_t *hops, uint32_t used_max)
{
	hops->in_use_max = used_max;
}

void bgp_nexthops_destroy(bgp_nexthops_t *hops)
{
	if (!hops)
	{
		return;
	}
	for (uint32_t i = 1; i < hops->size; i++)
	{
		free(hops->entries[i]);
	}
	free(hops->entries);
	hash_deinit(&hops->table);
	free(hops);
}

static entry_t *find(const bgp_nexthops_t *hops, const addr_t *addr,
					 uint32_t hash)
{
	for (hash_node_t *node = hash_find(&hops->table, hash); node;
		 node = hash_find_next(node))
	{
		entry_t *entry = container_of(node, entry_t, node);

		if (addr_equal(&entry->hop.addr, addr))
		{
			return entry;
		}
	}
	return NULL;
}

static entry_t *find_or_add(bgp_nexthops_t *hops, const addr_t *addr)
{
	uint32_t hash = hash_bytes(addr, sizeof(*addr), hops->seed);
	entry_t *entry = find(hops, addr, hash);
	uint32_t id = hops->first_free;

	if (entry)
	{
		return entry;
	}
	while (id < hops->size && hops->entries[id])
	{
		id++;
	}
	if (id >= hops->size)
	{
		uint32_t size = hops->size ? hops->size * 2 : 16;

		hops->entries = mem_resize(hops->entries, size, sizeof(*hops->entries));
		for (uint32_t i = hops->size; i < size; i++)
		{
			hops->entries[i] = NULL;
		}
		hops->size = size;
	}
	entry = mem_alloc(sizeof(*entry));
	entry->hop = (bgp_nexthop_t){.addr = *addr};
	entry->id = id;
	hops->entries[id] = entry;
	hops->first_free = id + 1;
	hops->used++;
	hash_insert(&hops->table, &entry->node, hash);
	return entry;
}

uint32_t bgp_nexthop_intern(bgp_nexthops_t *hops, const addr_t *addr)
{
	entry_t *entry;

	if (!addr_is_set(addr))
	{
		return 0;
	}
	entry = find_or_add(hops, addr);
	entry->refs++;
	return entry->id;
}

void bgp_nexthop_release(bgp_nexthops_t *hops, uint32_t id)
{
	entry_t *entry;

	if (!id || --hops->entries[id]->refs)
	{
		return;
	}
	entry = hops->entries[id];
	hash_remove(&hops->table, &entry->node);
	hops->entries[id] = NULL;
	if (id < hops->first_free)
	{
		hops->first_free = id;
	}
	hops->used--;
	free(entry);
}

bool bgp_nexthop_use(bgp_nexthops_t *hops, uint32_t id, bool *first)
{
	entry_t *entry = hops->entries[id];

	*first = entry->users == 0;
	if (*first && hops->in_use >= hops->in_use_max)
	{
		return false;
	}
	hops->in_use += *first;
	entry->users++;
	return true;
}

bool bgp_nexthop_unuse(bgp_nexthops_t *hops, uint32_t id)
{
	entry_t *entry = hops->entries[id];

	if (--entry->users)
	{
		return false;
	}
	hops->in_use--;
	entry->hop.reachable = false;
	entry->hop.metric = 0;
	return true;
}

const bgp_nexthop_t *bgp_nexthop_get(const bgp_nexthops_t *hops, uint32_t id)
{
	if (id == 0 || id >= hops->size || !hops->entries[id])
	{
		return NULL;
	}
	return &hops->entries[id]->hop;
}

bool bgp_nexthop_set(bgp_nexthops_t *hops, const addr_t *addr, bool reachable,
					 uint32_t metric)
{
	entry_t *entry =
		find(hops, addr, hash_bytes(addr, sizeof(*addr), hops->seed));

	metric = reachable ? metric : 0;
	if (!entry || !entry->users ||
		(entry->hop.reachable == reachable && entry->hop.metric == metric))
	{
		return false;
	}
	entry->hop.reachable = reachable;
	entry->hop.metric = metric;
	return true;
}

size_t bgp_nexthops_memory(const bgp_nexthops_t *hops)
{
	return sizeof(*hops) + hops->used * sizeof(entry_t) +
		   hops->size * sizeof(*hops->entries) +
		   hops->table.size * sizeof(*hops->table.buckets);
}
