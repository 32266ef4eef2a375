/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A FIB on the fake kernel, for tests of either: members are numbered from 0,
 * and so are links from 1.
 */

#ifndef CYGNET_UNIT_PLAN_FIB_BENCH_H
#define CYGNET_UNIT_PLAN_FIB_BENCH_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/fib.h"
#include "unit/plan/fake_kernel.h"
#include "unit/unit.h"

#define TABLE 254
#define BATCH 64

typedef struct bench_t
{
	fib_t *fib;
	fake_kernel_t *kernel;
	uint32_t member[FIB_SET_MAX + 4];
	uint32_t *tags;
} bench_t;

static inline void start(bench_t *b, unsigned members)
{
	fib_config_t config = {.table = TABLE};

	*b = (bench_t){.fib = fib_create(&config), .kernel = fake_kernel_create()};
	for (unsigned i = 0; i < members; i++)
	{
		fib_member_t state = {.link = i + 1, .usable = true};

		b->member[i] = fib_member_add(b->fib);
		ck_assert_uint_ne(b->member[i], 0);
		fib_member_set(b->fib, b->member[i], &state);
	}
}

static inline void stop(bench_t *b)
{
	fib_destroy(b->fib);
	fake_kernel_destroy(b->kernel);
	free(b->tags);
}

static inline void set(bench_t *b, unsigned i, bool usable)
{
	fib_member_t state = *fib_member(b->fib, b->member[i]);

	state.usable = usable;
	fib_member_set(b->fib, b->member[i], &state);
}

/** the next batch; all of it must succeed */
static inline size_t batch(bench_t *b, size_t max)
{
	kernel_op_t ops[BATCH];
	size_t n = fib_take(b->fib, ops, max);
	fake_counts_t *counts = fake_kernel_counts(b->kernel);

	ck_assert_uint_le(n, max);
	for (size_t i = 0; i < n; i++)
	{
		ck_assert_int_eq(fake_kernel_apply(b->kernel, &ops[i]), 0);
	}
	ck_assert_msg(!counts->wrongs, "%s", counts->wrong);
	ck_assert_uint_eq(counts->gaps, 0);
	return n;
}

static inline void drain(bench_t *b)
{
	while (batch(b, BATCH))
	{
	}
	ck_assert_uint_eq(fib_waiting(b->fib), 0);
}

static inline prefix_t nth(family_t family, uint32_t i)
{
	prefix_t p = {.len = family == FAMILY_IPV4 ? 32 : 48};

	if (family == FAMILY_IPV4)
	{
		p.addr = addr_v4(0x0a000000u + i);
		return p;
	}
	p.addr = (addr_t){.family = FAMILY_IPV6, .b = {0x20, 1}};
	p.addr.b[2] = (uint8_t)(i >> 24);
	p.addr.b[3] = (uint8_t)(i >> 16);
	p.addr.b[4] = (uint8_t)(i >> 8);
	p.addr.b[5] = (uint8_t)i;
	return p;
}

/** "01" is members 0 and 1 */
static inline unsigned paths(const bench_t *b, const char *s, fib_path_t *out)
{
	unsigned n = 0;

	for (; s[n]; n++)
	{
		out[n] = (fib_path_t){.member = b->member[s[n] - '0'], .weight = 1};
	}
	return n;
}

static inline uint32_t route(bench_t *b, const prefix_t *p, uint32_t tag,
							 const char *best, const char *backup)
{
	fib_path_t path[2][FIB_SET_MAX];
	unsigned n = paths(b, best, path[0]), m = paths(b, backup, path[1]);

	return fib_route(b->fib, p, tag, path[0], n, path[1], m);
}

static inline void fill(bench_t *b, family_t family, uint32_t count,
						const char *best, const char *backup)
{
	if (!b->tags)
	{
		b->tags = mem_array(count, sizeof(*b->tags));
	}
	for (uint32_t i = 0; i < count; i++)
	{
		prefix_t p = nth(family, i);

		b->tags[i] = route(b, &p, b->tags[i], best, backup);
	}
}

#endif
