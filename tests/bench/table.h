/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A routing table like the Internet's, drawn from a fixed seed: prefixes in no
 * order, and about five of them to a set of attributes. For the benchmarks.
 */

#ifndef CYGNET_BENCH_TABLE_H
#define CYGNET_BENCH_TABLE_H

#include "base/base.h"
#include "bgp/attr.h"

/** prefixes that share a set of attributes */
#define TABLE_PER_SET 5

typedef struct table_t
{
	prefix_t *prefixes;
	uint32_t count;
} table_t;

/** no prefix twice, whatever the count up to some millions */
void table_draw(table_t *table, family_t family, uint32_t count);
void table_deinit(table_t *table);
/** path of 3 to 6 hops, half of the sets with two to five communities; each
 * peer has its own, and all are as good. The next hop is the caller's to set */
void table_attrs(bgp_attr_set_t *set, uint32_t number, unsigned peer);

#endif
