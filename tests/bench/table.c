/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Lengths about as in the Internet's table. Addresses are at random in a part of
 * the unicast space that has nothing in it that is refused by default (RFC
 * 6890). What was drawn is sorted to find doubles, and shuffled: neighbours in
 * the table come from all over.
 */

#include "table.h"

#include <stdlib.h>

static int by_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

static prefix_t draw(prng_t *rng, family_t family)
{
	static const uint8_t lens4[] = {24, 24, 24, 24, 24, 24, 23, 22,
									22, 21, 20, 19, 24, 24, 18, 16};
	static const uint8_t lens6[] = {48, 48, 48, 48, 48, 48, 48, 44,
									40, 40, 36, 32, 32, 32, 29, 46};
	addr_t a;

	if (family == FAMILY_IPV4)
	{
		a = addr_v4((uint32_t)(0x0b000000 + prng_below(rng, 0x55000000)));
		return prefix_make(&a, lens4[prng_below(rng, sizeof(lens4))]);
	}
	a = (addr_t){.family = FAMILY_IPV6};
	for (unsigned i = 0; i < 6; i++)
	{
		a.b[i] = (uint8_t)prng_next(rng);
	}
	a.b[0] = 0x28 | (a.b[0] & 0x07);
	return prefix_make(&a, lens6[prng_below(rng, sizeof(lens6))]);
}

/** sorts and drops doubles; how many are left */
static uint32_t unique(prefix_t *list, uint32_t n)
{
	uint32_t kept = 0;

	qsort(list, n, sizeof(*list), by_prefix);
	for (uint32_t i = 0; i < n; i++)
	{
		if (!kept || !prefix_equal(&list[kept - 1], &list[i]))
		{
			list[kept++] = list[i];
		}
	}
	return kept;
}

void table_draw(table_t *table, family_t family, uint32_t count)
{
	prefix_t *list = mem_array((size_t)count * 2, sizeof(*list));
	uint32_t n = 0;
	prng_t rng;

	prng_seed(&rng, 7);
	while (n < count)
	{
		while (n < count + count / 8 + 1)
		{
			list[n++] = draw(&rng, family);
		}
		n = unique(list, n);
	}
	for (uint32_t i = n - 1; i > 0; i--)
	{
		uint32_t j = (uint32_t)prng_below(&rng, i + 1);
		prefix_t t = list[i];

		list[i] = list[j];
		list[j] = t;
	}
	*table = (table_t){.prefixes = list, .count = count};
}

void table_deinit(table_t *table)
{
	free(table->prefixes);
	*table = (table_t){0};
}

void table_attrs(bgp_attr_set_t *set, uint32_t number, unsigned peer)
{
	uint8_t communities[20];
	prng_t rng;
	unsigned n;

	/* as long for every peer */
	prng_seed(&rng, number);
	n = 2 + (unsigned)prng_below(&rng, 4);
	prng_seed(&rng, number * 2 + peer);
	bgp_attr_set_clear(set);
	for (; n; n--)
	{
		bgp_attr_set_prepend(set, 1 + (uint32_t)prng_below(&rng, 64000), 1);
	}
	bgp_attr_set_prepend(set, 65531, 1);
	if (prng_below(&rng, 2))
	{
		n = 2 + (unsigned)prng_below(&rng, 4);
		for (unsigned i = 0; i < 4 * n; i++)
		{
			communities[i] = (uint8_t)prng_next(&rng);
		}
		bgp_attr_set_blob(set, BGP_BLOB_COMMUNITIES, communities, 4 * n);
	}
}
