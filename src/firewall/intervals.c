/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Sorted by prefix_cmp a covering prefix comes before what it covers, so one
 * pass merges. */

#include "firewall/intervals.h"

#include <stdlib.h>
#include <string.h>

static int by_prefix(const void *a, const void *b)
{
	return prefix_cmp(a, b);
}

/** the address after the prefix; false: it ends the address space */
static bool prefix_end(const prefix_t *p, uint8_t out[16])
{
	unsigned carry_at = p->len;

	memcpy(out, p->addr.b, 16);
	while (carry_at > 0)
	{
		unsigned bit = carry_at - 1;
		uint8_t mask = (uint8_t)(0x80u >> (bit % 8));

		if (!(out[bit / 8] & mask))
		{
			out[bit / 8] |= mask;
			return true;
		}
		out[bit / 8] &= (uint8_t)~mask;
		carry_at--;
	}
	return false;
}

/** b starts within a, or right after it */
static bool touches(const fw_interval_t *a, const fw_interval_t *b)
{
	return a->end_open || memcmp(b->first, a->end, 16) <= 0;
}

static void extend(fw_interval_t *a, const fw_interval_t *b)
{
	if (a->end_open)
	{
		return;
	}
	if (b->end_open || memcmp(b->end, a->end, 16) > 0)
	{
		memcpy(a->end, b->end, 16);
		a->end_open = b->end_open;
	}
}

fw_interval_t *fw_intervals(const fw_prefixes_t *prefixes, family_t family,
							size_t *count)
{
	prefix_t *sorted = mem_array(prefixes->count + 1, sizeof(*sorted));
	fw_interval_t *list;
	size_t n = 0, merged = 0;

	for (size_t i = 0; i < prefixes->count; i++)
	{
		if (prefixes->list[i].addr.family == family)
		{
			sorted[n++] = prefixes->list[i];
		}
	}
	qsort(sorted, n, sizeof(*sorted), by_prefix);
	list = mem_array(n + 1, sizeof(*list));
	for (size_t i = 0; i < n; i++)
	{
		fw_interval_t next;

		memset(&next, 0, sizeof(next));
		memcpy(next.first, sorted[i].addr.b, 16);
		next.end_open = !prefix_end(&sorted[i], next.end);
		if (merged && touches(&list[merged - 1], &next))
		{
			extend(&list[merged - 1], &next);
		}
		else
		{
			list[merged++] = next;
		}
	}
	free(sorted);
	*count = merged;
	if (!merged)
	{
		free(list);
		return NULL;
	}
	return list;
}
