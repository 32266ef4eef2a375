/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The whole way of a full table in one process, from the bytes of two
 * neighbours' UPDATEs to the messages for the kernel, at several sizes: load,
 * failover of a tunnel, reset of a neighbour, withdrawal, flaps. One JSON line
 * a figure; then for each figure that matters the exponent of its growth from
 * each size to the next (0 constant, 1 linear). Figures are to be read, no test
 * depends on them.
 *
 * usage: core_load [-6] [-f FLAPS] [PREFIXES...]
 */

#include "load.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIGURES_MAX 64
#define SIZES_MAX   8
#define MIB         1048576.0

typedef struct figure_t
{
	char name[48];
	double value;
} figure_t;

/** of one size, written by the process that ran it */
typedef struct figures_t
{
	uint32_t count;
	figure_t list[FIGURES_MAX];
} figures_t;

typedef struct run_t
{
	load_t load;
	table_t table;
	load_bytes_t announce[LOAD_TUNNELS];
	load_bytes_t withdraw;
	double base;
	figures_t *figures;
} run_t;

static void figure(run_t *r, const char *stage, const char *name, double value,
				   const char *unit)
{
	figure_t *f = &r->figures->list[r->figures->count++];

	snprintf(f->name, sizeof(f->name), "%s: %s", stage, name);
	f->value = value;
	printf("{\"size\": %u, \"figure\": \"%s\", \"value\": %.3f, "
		   "\"unit\": \"%s\"}\n",
		   r->table.count, f->name, value, unit);
	fflush(stdout);
}

/** what all turns since the last call have cost */
static void stage(run_t *r, const char *name)
{
	load_cost_t *c = &r->load.cost;
	double n = r->table.count, own = c->work - c->encode;

	figure(r, name, "input", c->input, "s");
	figure(r, name, "tables and plan", own, "s");
	figure(r, name, "making messages", c->encode, "s");
	figure(r, name, "us a prefix", (c->input + c->work + c->other) * 1e6 / n,
		   "us");
	figure(r, name, "route messages a prefix", (double)c->route_messages / n,
		   "");
	figure(r, name, "next hop messages", (double)c->hop_messages, "");
	figure(r, name, "longest turn", c->longest * 1e3, "ms");
	*c = (load_cost_t){0};
}

static void memory(run_t *r, const char *name)
{
	double now = load_resident() - r->base;

	figure(r, name, "resident", now / MIB, "MiB");
	figure(r, name, "bytes a prefix", now / r->table.count, "bytes");
}

static void expect(const run_t *r, uint32_t routes, unsigned members)
{
	uint32_t there = load_routes_by(&r->load, members);

	if (there != routes || r->load.routes != routes)
	{
		fprintf(stderr, "core_load: %u routes with %u ways of %u, not %u\n",
				there, members, r->load.routes, routes);
		exit(1);
	}
}

static void announce(run_t *r, unsigned peer)
{
	load_feed(&r->load, peer, &r->announce[peer]);
}

/** the tunnel goes: what it takes until the last message of a group */
static void failover(run_t *r)
{
	load_t *load = &r->load;
	double start = load_cpu();

	load_tunnel(load, 1, false);
	core_apply(load->world->core, load->world->now);
	figure(r, "failover", "own time", (load_cpu() - start) * 1e6, "us");
	figure(r, "failover", "next hop messages at once",
		   (double)load->cost.hop_messages, "");
	figure(r, "failover", "route messages at once",
		   (double)load->cost.route_messages, "");
	expect(r, r->table.count, 1);
	load_settle(load);
	stage(r, "failover, settled");
	expect(r, r->table.count, 1);
	load_tunnel(load, 1, true);
	load_settle(load);
	stage(r, "tunnel back");
	expect(r, r->table.count, 2);
}

static void flap(run_t *r)
{
	load_reset(&r->load, 0);
	load_settle(&r->load);
	expect(r, r->table.count, 1);
	announce(r, 0);
	load_settle(&r->load);
	expect(r, r->table.count, 2);
}

static void run(run_t *r, unsigned flaps)
{
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		announce(r, i);
	}
	load_settle(&r->load);
	stage(r, "load");
	memory(r, "load");
	expect(r, r->table.count, 2);
	failover(r);
	load_reset(&r->load, 0);
	load_settle(&r->load);
	stage(r, "reset");
	expect(r, r->table.count, 1);
	announce(r, 0);
	load_settle(&r->load);
	stage(r, "back");
	expect(r, r->table.count, 2);
	memory(r, "after one flap");
	for (unsigned i = 0; i < flaps; i++)
	{
		flap(r);
	}
	r->load.cost = (load_cost_t){0};
	memory(r, "after flaps");
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_feed(&r->load, i, &r->withdraw);
	}
	load_settle(&r->load);
	stage(r, "withdrawal");
	expect(r, 0, 2);
	memory(r, "all withdrawn");
}

static void run_size(figures_t *figures, family_t family, uint32_t size,
					 unsigned flaps)
{
	run_t r = {.figures = figures};

	table_draw(&r.table, family, size);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_announce_bytes(&r.announce[i], &r.table, i);
	}
	load_withdraw_bytes(&r.withdraw, &r.table);
	load_start(&r.load, false);
	malloc_trim(0);
	r.base = load_resident();
	run(&r, flaps);
	load_stop(&r.load);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_bytes_deinit(&r.announce[i]);
	}
	load_bytes_deinit(&r.withdraw);
	table_deinit(&r.table);
}

/** each size in a process of its own, so that none has another's memory */
static bool run_apart(figures_t *figures, family_t family, uint32_t size,
					  unsigned flaps)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
	{
		run_size(figures, family, size, flaps);
		fflush(stdout);
		_exit(0);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		   WEXITSTATUS(status) == 0;
}

static void exponents(const figures_t *a, uint32_t size_a, const figures_t *b,
					  uint32_t size_b)
{
	for (uint32_t i = 0; i < a->count; i++)
	{
		double x = a->list[i].value, y = b->list[i].value;

		if (x > 0 && y > 0)
		{
			printf("{\"from\": %u, \"to\": %u, \"figure\": \"%s\", "
				   "\"exponent\": %.2f}\n",
				   size_a, size_b, a->list[i].name,
				   log(y / x) / log((double)size_b / size_a));
		}
	}
}

int main(int argc, char **argv)
{
	uint32_t sizes[SIZES_MAX] = {10000, 100000, 1000000}, n = 0;
	family_t family = FAMILY_IPV4;
	figures_t *figures;
	unsigned flaps = 3;
	int option;

	while ((option = getopt(argc, argv, "6f:")) != -1)
	{
		if (option == '6')
		{
			family = FAMILY_IPV6;
			sizes[0] = 2000;
			sizes[1] = 20000;
			sizes[2] = 200000;
		}
		else if (option == 'f')
		{
			flaps = (unsigned)atoi(optarg);
		}
		else
		{
			return 2;
		}
	}
	for (; optind < argc && n < SIZES_MAX; optind++)
	{
		sizes[n++] = (uint32_t)atoi(argv[optind]);
	}
	n = n ? n : 3;
	figures = mmap(NULL, n * sizeof(*figures), PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (figures == MAP_FAILED)
	{
		return 1;
	}
	for (uint32_t i = 0; i < n; i++)
	{
		if (!run_apart(&figures[i], family, sizes[i], flaps))
		{
			return 1;
		}
	}
	for (uint32_t i = 1; i < n; i++)
	{
		exponents(&figures[i - 1], sizes[i - 1], &figures[i], sizes[i]);
	}
	return 0;
}
