/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A load that is the same each time, for tests/bench/check-load: two neighbours
 * announce a table, a tunnel goes and comes, a session is reset, all is
 * withdrawn. What must not grow with the table is held here: the messages of a
 * failover, and the allocations a prefix. Its instructions are counted from
 * outside.
 *
 * usage: fixed_load [-k] [PREFIXES]; -k: how it was built, nothing else
 */

#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** of all that happens here, a prefix: chunks of pools, blocks of queues; and
 * what does not depend on the table */
#define ALLOCATIONS_MAX   0.05
#define ALLOCATIONS_FIXED 400

#ifdef __has_feature
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#endif

#ifdef SANITIZED
#define COUNTED false
static uint64_t allocations;
#else
#define COUNTED true
static uint64_t allocations;

/* the C library's own, under the names that it has for such as this */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *mem, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *mem, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *mem, size_t size)
{
	allocations++;
	return __libc_realloc(mem, size);
}
#endif

static void hold(bool holds, const char *what, double is, double limit)
{
	if (!holds)
	{
		printf("fixed_load: %s: %.3f, at most %.3f\n", what, is, limit);
		exit(1);
	}
}

static void settle_at(load_t *load, uint32_t routes, unsigned members)
{
	uint32_t there;

	load_settle(load);
	there = load_routes_by(load, members);
	hold(there == routes && load->routes == routes, "routes", there, routes);
}

/** messages until the last flow has left the tunnel, and with the rest */
static void failover(load_t *load, uint32_t count, unsigned groups)
{
	load_cost_t *c = &load->cost;

	*c = (load_cost_t){0};
	load_tunnel(load, 1, false);
	core_apply(load->world->core, load->world->now);
	hold(load_routes_by(load, 1) == count, "routes that have left the tunnel",
		 load_routes_by(load, 1), count);
	hold(c->hop_messages <= groups, "messages of a failover",
		 (double)c->hop_messages, groups);
	settle_at(load, count, 1);
	load_tunnel(load, 1, true);
	settle_at(load, count, 2);
	hold(c->route_messages == 0, "routes written for a failover",
		 (double)c->route_messages, 0);
}

static void run(family_t family, uint32_t count)
{
	/* IPv6 routes are sharded, and a shard that is begun counts */
	unsigned groups = family == FAMILY_IPV4 ? 1 : count / 16384 + 1;
	load_bytes_t announce[LOAD_TUNNELS] = {{0}}, withdraw = {0};
	table_t table;
	load_t load;
	double each, most;

	table_draw(&table, family, count);
	load_withdraw_bytes(&withdraw, &table);
	load_start(&load, true);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_announce_bytes(&announce[i], &table, i);
		load_feed(&load, i, &announce[i]);
	}
	allocations = 0;
	settle_at(&load, count, 2);
	failover(&load, count, groups);
	load_reset(&load, 0);
	settle_at(&load, count, 1);
	load_feed(&load, 0, &announce[0]);
	settle_at(&load, count, 2);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_feed(&load, i, &withdraw);
	}
	settle_at(&load, 0, 2);
	each = (double)allocations / count;
	most = ALLOCATIONS_MAX + (double)ALLOCATIONS_FIXED / count;
	hold(!COUNTED || (each > 0 && each <= most), "allocations a prefix", each,
		 most);
	printf("fixed_load: %u prefixes, %.3f allocations each\n", count, each);
	load_stop(&load);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_bytes_deinit(&announce[i]);
	}
	load_bytes_deinit(&withdraw);
	table_deinit(&table);
}

/** what the number of instructions depends on */
static void print_build(void)
{
#ifdef __clang__
	const char *compiler = "clang";
	unsigned major = __clang_major__;
#else
	const char *compiler = "gcc";
	unsigned major = __GNUC__;
#endif
#if defined(__OPTIMIZE__) && !defined(SANITIZED)
	const char *how = "optimised";
#else
	const char *how = "other";
#endif
#ifdef __x86_64__
	const char *machine = "x86_64";
#else
	const char *machine = "other";
#endif

	printf("%s-%u %s %s\n", compiler, major, machine, how);
}

int main(int argc, char **argv)
{
	uint32_t count = 0;

	if (argc > 1 && strcmp(argv[1], "-k") == 0)
	{
		print_build();
		return 0;
	}
	count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 20000;
	run(FAMILY_IPV4, count);
	run(FAMILY_IPV6, count);
	return 0;
}
