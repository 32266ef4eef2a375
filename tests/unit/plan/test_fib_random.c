/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The FIB and a fake kernel in a random world, beside a model: after all is
 * written, each prefix forwards by the usable of its best set, else of its
 * backup set, else by nothing; and nothing else is there. On the way no
 * operation fails and none is wrong, in the honest world, where a link's loss
 * is told before anything else is written. In the late world it is told some
 * time later: operations fail, and all must be well at the end nevertheless.
 */

#include "unit/plan/suites.h"

#include "base/log.h"
#include "plan/fib.h"
#include "unit/plan/fake_kernel.h"

#include <string.h>

#define SLOTS    7
#define LINKS    6
#define PREFIXES 40
#define TABLE    254
#define METRIC   20
#define NOBODY   65535

typedef struct slot_t
{
	bool used;
	uint32_t number;
	fib_member_t state;
} slot_t;

typedef struct model_path_t
{
	/** -1: a member that is no more */
	int slot;
	uint16_t weight;
} model_path_t;

typedef struct model_route_t
{
	prefix_t prefix;
	uint32_t tag;
	/** a write failed: the owner's audit does it again */
	bool again;
	unsigned n[2];
	/** best, backup */
	model_path_t path[2][4];
} model_route_t;

typedef struct world_t
{
	prng_t rng;
	bool late;
	bool standby;
	fib_t *fib;
	fake_kernel_t *kernel;
	slot_t slots[SLOTS];
	model_route_t routes[PREFIXES];
	/** links whose loss is not told yet */
	bool untold[LINKS + 1];
	unsigned rescans;
	unsigned blackholes, backups, bests, restarts;
	unsigned resilients, plains;
} world_t;

static unsigned below(world_t *w, unsigned n)
{
	return (unsigned)prng_below(&w->rng, n);
}

static fib_t *new_fib(const world_t *w)
{
	fib_config_t config = {
		.table = TABLE,
		.metric = METRIC,
		.standby = w->standby,
	};

	return fib_create(&config);
}

static prefix_t nth_prefix(unsigned i)
{
	addr_t a = {0};

	if (i % 2)
	{
		a.family = FAMILY_IPV6;
		a.b[0] = 0x20;
		a.b[1] = (uint8_t)i;
		return prefix_make(&a, 32);
	}
	return (prefix_t){.addr = addr_v4(0x0a000000u | i << 8), .len = 24};
}

static void note_failed(world_t *w, const kernel_op_t *op)
{
	for (unsigned i = 0; op->kind == KERNEL_ROUTE_SET && i < PREFIXES; i++)
	{
		w->routes[i].again |=
			prefix_equal(&w->routes[i].prefix, &op->route.dst);
	}
}

/** the real kernel's moves are written as all the new and then without all the
 * old: none of a batch may lead to where another one leaves */
static void check_batch(const kernel_op_t *ops, size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		for (size_t j = i + 1; j < n; j++)
		{
			ck_assert(ops[i].kind != KERNEL_ROUTE_SET || !ops[i].replaces ||
					  ops[j].kind != KERNEL_ROUTE_SET ||
					  ops[j].route.nexthop != ops[i].replaces);
		}
	}
}

/** takes at most max operations and applies them */
static size_t drain(world_t *w, size_t max)
{
	kernel_op_t ops[32];
	int errors[32];
	size_t n = fib_take(w->fib, ops, max < 32 ? max : 32);

	ck_assert_uint_le(n, max);
	check_batch(ops, n);
	fake_kernel_write(w->kernel, ops, n, errors);
	for (size_t i = 0; i < n; i++)
	{
		if (errors[i])
		{
			ck_assert_msg(w->late, "operation %u failed: %d",
						  (unsigned)ops[i].kind, errors[i]);
			fib_failed(w->fib, &ops[i], errors[i]);
			note_failed(w, &ops[i]);
		}
	}
	if (!w->late)
	{
		fake_counts_t *counts = fake_kernel_counts(w->kernel);

		ck_assert_msg(!counts->wrongs, "%s", counts->wrong);
		ck_assert_uint_eq(counts->gaps, 0);
	}
	return n;
}

static void offer(world_t *w, model_route_t *r)
{
	fib_path_t path[2][4];

	for (unsigned s = 0; s < 2; s++)
	{
		for (unsigned i = 0; i < r->n[s]; i++)
		{
			int slot = r->path[s][i].slot;

			path[s][i] = (fib_path_t){
				.member = slot < 0 ? NOBODY : w->slots[slot].number,
				.weight = r->path[s][i].weight,
			};
		}
	}
	r->tag = fib_route(w->fib, &r->prefix, r->tag, path[0], r->n[0], path[1],
					   r->n[1]);
	ck_assert_int_eq(r->tag != 0, r->n[0] != 0);
}

static void set_slot(world_t *w, slot_t *slot)
{
	fib_member_set(w->fib, slot->number, &slot->state);
	ck_assert_uint_eq(fib_member(w->fib, slot->number)->link, slot->state.link);
}

/** an owner that is honest marks a member usable on a link that is up only */
static void change_member(world_t *w)
{
	static const char *const gateways[] = {"192.0.2.1", "192.0.2.2", "fe80::1",
										   "2001:db8::1"};
	slot_t *slot = &w->slots[below(w, SLOTS)];

	if (!slot->used)
	{
		return;
	}
	if (below(w, 3) == 0)
	{
		slot->state.link = below(w, LINKS + 1);
		slot->state.gateway = addr_none;
		if (below(w, 2))
		{
			ck_assert(addr_parse(gateways[below(w, 4)], &slot->state.gateway));
		}
	}
	if (below(w, 8) == 0)
	{
		slot->state.spread = (fib_spread_t){
			.bundle = below(w, 3),
			.weight = (uint16_t)(1 + below(w, 9)),
			.idle_timer = (uint16_t)(1 + below(w, 2)),
		};
	}
	slot->state.usable =
		below(w, 3) != 0 && (!slot->state.link || w->untold[slot->state.link] ||
							 fake_kernel_link_up(w->kernel, slot->state.link));
	set_slot(w, slot);
}

static void add_or_remove(world_t *w)
{
	unsigned at = below(w, SLOTS);
	slot_t *slot = &w->slots[at];

	if (!slot->used)
	{
		*slot = (slot_t){.used = true, .number = fib_member_add(w->fib)};
		for (unsigned i = 0; i < at; i++)
		{
			ck_assert(!w->slots[i].used || w->slots[i].number != slot->number);
		}
		return;
	}
	if (below(w, 4))
	{
		return;
	}
	fib_member_remove(w->fib, slot->number);
	ck_assert_ptr_null(fib_member(w->fib, slot->number));
	slot->used = false;
	for (unsigned i = 0; i < PREFIXES * 8; i++)
	{
		model_path_t *path = &w->routes[i / 8].path[i / 4 % 2][i % 4];

		path->slot = path->slot == (int)at ? -1 : path->slot;
	}
}

static void change_route(world_t *w)
{
	model_route_t *r = &w->routes[below(w, PREFIXES)];

	r->n[0] = below(w, 4);
	r->n[1] = below(w, 3);
	for (unsigned i = 0; i < 8; i++)
	{
		model_path_t *path = &r->path[i / 4][i % 4];

		path->slot = (int)below(w, SLOTS);
		path->slot = w->slots[path->slot].used ? path->slot : -1;
		path->weight = (uint16_t)(1 + below(w, 2) * 9);
	}
	offer(w, r);
}

static void tell_loss(world_t *w, uint32_t link)
{
	bool first = below(w, 2);

	w->untold[link] = false;
	if (first)
	{
		fib_link_lost(w->fib, link);
	}
	for (unsigned i = 0; i < SLOTS; i++)
	{
		slot_t *slot = &w->slots[i];

		if (slot->used && slot->state.link == link && slot->state.usable)
		{
			slot->state.usable = false;
			set_slot(w, slot);
			/* it may be up again by now */
			if (fake_kernel_link_up(w->kernel, link) && below(w, 2))
			{
				slot->state.usable = true;
				set_slot(w, slot);
			}
		}
	}
	if (!first)
	{
		fib_link_lost(w->fib, link);
	}
}

static void change_link(world_t *w)
{
	uint32_t link = 1 + below(w, LINKS);

	if (!fake_kernel_link_up(w->kernel, link))
	{
		fake_kernel_link(w->kernel, link, true);
		return;
	}
	if (below(w, 3))
	{
		return;
	}
	fake_kernel_link(w->kernel, link, false);
	w->untold[link] = true;
	if (below(w, 3) == 0)
	{
		/* faster than anybody looks */
		fake_kernel_link(w->kernel, link, true);
	}
	if (!w->late)
	{
		tell_loss(w, link);
	}
}

static void rescan(world_t *w)
{
	if (fib_rescan_wanted(w->fib))
	{
		for (unsigned i = 0; i < PREFIXES; i++)
		{
			offer(w, &w->routes[i]);
		}
		fib_rescan_done(w->fib);
		w->rescans++;
	}
}

static void seen_nexthop(void *user, const kernel_nexthop_t *nexthop)
{
	fib_seen_nexthop(user, nexthop);
}

static void seen_group(void *user, const kernel_group_t *group)
{
	fib_seen_group(user, group);
}

static void seen_route(void *user, const kernel_route_t *route)
{
	fib_seen_route(user, route);
}

/** the process dies with whatever was not written; a new one adopts */
static void restart(world_t *w)
{
	fib_destroy(w->fib);
	w->fib = new_fib(w);
	w->restarts++;
	memset(w->untold, 0, sizeof(w->untold));
	fake_kernel_dump(w->kernel, seen_nexthop, seen_group, seen_route, w->fib);
	for (unsigned i = 0; i < SLOTS; i++)
	{
		slot_t *slot = &w->slots[i];

		if (slot->used)
		{
			slot->number = fib_member_add(w->fib);
			slot->state.usable =
				slot->state.usable &&
				(!slot->state.link ||
				 fake_kernel_link_up(w->kernel, slot->state.link));
			set_slot(w, slot);
		}
	}
	for (unsigned i = 0; i < PREFIXES; i++)
	{
		w->routes[i].tag = 0;
		if (below(w, 4) == 0)
		{
			w->routes[i].n[0] = 0;
		}
		offer(w, &w->routes[i]);
		if (below(w, 4) == 0)
		{
			drain(w, below(w, 5));
		}
	}
	fib_adopt_end(w->fib);
}

/* -- the model's answer ------------------------------------------------------ */

static bool usable(const world_t *w, const model_path_t *path, family_t family)
{
	const fib_member_t *m = path->slot < 0 ? NULL : &w->slots[path->slot].state;

	return m && m->usable && m->link &&
		   !(family == FAMILY_IPV6 && m->gateway.family == FAMILY_IPV4);
}

/** share of a member in a set, 0: none; the largest counts */
static unsigned share(const model_route_t *r, unsigned set, int slot)
{
	unsigned most = 0;

	for (unsigned i = 0; i < r->n[set]; i++)
	{
		if (r->path[set][i].slot == slot && r->path[set][i].weight > most)
		{
			most = r->path[set][i].weight;
		}
	}
	return most;
}

/** members that packets go by */
static unsigned used(const kernel_group_t *group)
{
	unsigned n = 0;

	for (unsigned i = 0; i < group->count; i++)
	{
		n += fake_kernel_uses(group, i);
	}
	return n;
}

static void check_members(world_t *w, const model_route_t *r,
						  const kernel_group_t *group, unsigned set)
{
	family_t family = (family_t)r->prefix.addr.family;
	unsigned count = 0, n = used(group);

	for (int slot = 0; slot < SLOTS; slot++)
	{
		model_path_t path = {.slot = slot};
		unsigned want = share(r, set, slot), got = 0;
		const fib_member_t *m = &w->slots[slot].state;

		if (!w->slots[slot].used || !want || !usable(w, &path, family))
		{
			continue;
		}
		count++;
		for (unsigned i = 0; i < group->count; i++)
		{
			const kernel_nexthop_t *hop =
				fake_kernel_nexthop(w->kernel, group->members[i].id);

			got += hop && fake_kernel_uses(group, i) && !hop->blackhole &&
				   hop->link == m->link &&
				   addr_equal(&hop->gateway, &m->gateway) &&
				   (n == 1 || group->members[i].weight == want);
		}
		/* two members may be the same way */
		ck_assert_uint_ge(got, 1);
	}
	ck_assert_uint_eq(n, count);
}

/** resilient if any of its members is to be; of those that are no more, it is
 * not known */
static void check_sort(world_t *w, const model_route_t *r,
					   const kernel_group_t *group)
{
	bool resilient = false, known = true;

	for (unsigned s = 0; s < 2; s++)
	{
		for (unsigned i = 0; i < r->n[s]; i++)
		{
			int slot = r->path[s][i].slot;

			known = known && slot >= 0;
			resilient =
				resilient || (slot >= 0 && w->slots[slot].state.spread.bundle);
		}
	}
	if (resilient || known)
	{
		/* IPv6 may have one that stands by */
		ck_assert(
			group->buckets.count == (resilient ? FIB_BUCKETS : 0) ||
			(w->standby && !resilient && r->prefix.addr.family == FAMILY_IPV6));
		*(resilient ? &w->resilients : &w->plains) += 1;
	}
}

static void check_route(world_t *w, const model_route_t *r)
{
	family_t family = (family_t)r->prefix.addr.family;
	const kernel_route_t *route =
		fake_kernel_route(w->kernel, &r->prefix, TABLE, METRIC);
	const kernel_group_t *group;
	unsigned n[2] = {0, 0};

	if (!r->n[0])
	{
		ck_assert_ptr_null(route);
		return;
	}
	ck_assert_ptr_nonnull(route);
	ck_assert_uint_eq(route->nexthop, fib_tag_group(w->fib, r->tag));
	group = fake_kernel_group(w->kernel, route->nexthop);
	ck_assert_ptr_nonnull(group);
	check_sort(w, r, group);
	for (unsigned s = 0; s < 2; s++)
	{
		for (unsigned i = 0; i < r->n[s]; i++)
		{
			n[s] += usable(w, &r->path[s][i], family);
		}
	}
	if (n[0] || n[1])
	{
		check_members(w, r, group, n[0] ? 0 : 1);
		*(n[0] ? &w->bests : &w->backups) += 1;
		return;
	}
	ck_assert_uint_eq(group->count, 1);
	ck_assert(fake_kernel_nexthop(w->kernel, group->members[0].id)->blackhole);
	ck_assert(fib_dead(w->fib));
	w->blackholes++;
}

static void settle(world_t *w)
{
	unsigned routes = 0, dead = w->blackholes, turns = 0;

	for (uint32_t link = 1; link <= LINKS; link++)
	{
		if (w->untold[link])
		{
			tell_loss(w, link);
		}
	}
	/* what the owner made of events that had come before others */
	for (unsigned i = 0; i < SLOTS; i++)
	{
		slot_t *slot = &w->slots[i];

		if (slot->used && slot->state.link &&
			!fake_kernel_link_up(w->kernel, slot->state.link))
		{
			slot->state.usable = false;
			set_slot(w, slot);
		}
		else if (slot->used)
		{
			set_slot(w, slot);
		}
	}
	do
	{
		rescan(w);
		while (drain(w, 32))
		{
			ck_assert_uint_lt(turns++, 1000);
		}
		for (unsigned i = 0; i < PREFIXES; i++)
		{
			if (w->routes[i].again)
			{
				fib_route_again(w->fib, &w->routes[i].prefix, w->routes[i].tag);
				w->routes[i].again = false;
			}
		}
	} while (fib_rescan_wanted(w->fib) || fib_waiting(w->fib));
	ck_assert_uint_eq(fib_waiting(w->fib), 0);
	ck_assert(!fib_urgent_waiting(w->fib));
	for (unsigned i = 0; i < PREFIXES; i++)
	{
		check_route(w, &w->routes[i]);
		routes += w->routes[i].n[0] != 0;
	}
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->routes, routes);
	ck_assert_int_eq(fib_dead(w->fib), w->blackholes > dead);
}

static void tidy(world_t *w)
{
	fib_stats_t stats;

	for (unsigned i = 0; i < PREFIXES; i++)
	{
		w->routes[i].n[0] = 0;
		offer(w, &w->routes[i]);
	}
	for (unsigned i = 0; i < SLOTS; i++)
	{
		if (w->slots[i].used)
		{
			fib_member_remove(w->fib, w->slots[i].number);
			w->slots[i].used = false;
		}
	}
	settle(w);
	fib_stats(w->fib, &stats);
	ck_assert_uint_eq(stats.members, 0);
	ck_assert_uint_eq(stats.groups, 0);
	ck_assert_uint_eq(stats.routes[0] + stats.routes[1], 0);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->groups, 0);
	ck_assert_uint_eq(fake_kernel_counts(w->kernel)->nexthops, 0);
}

static void run(world_t *w)
{
	w->fib = new_fib(w);
	w->kernel = fake_kernel_create();
	for (unsigned i = 0; i < PREFIXES; i++)
	{
		w->routes[i].prefix = nth_prefix(i);
	}
	for (unsigned n = 0; n < 3000; n++)
	{
		unsigned r = below(w, 1000);

		if (r < 30)
		{
			add_or_remove(w);
		}
		else if (r < 250)
		{
			change_member(w);
		}
		else if (r < 600)
		{
			change_route(w);
		}
		else if (r < 650)
		{
			change_link(w);
		}
		else if (r < 700)
		{
			uint32_t link = 1 + below(w, LINKS);

			if (w->untold[link])
			{
				tell_loss(w, link);
			}
			rescan(w);
		}
		else if (r < 985)
		{
			drain(w, 1 + below(w, 20));
		}
		else if (r < 990)
		{
			restart(w);
		}
		else
		{
			settle(w);
		}
	}
	settle(w);
	tidy(w);
	fib_destroy(w->fib);
	fake_kernel_destroy(w->kernel);
	/* the world was not an empty one */
	ck_assert_uint_gt(w->bests, 50);
	ck_assert_uint_gt(w->backups, 10);
	ck_assert_uint_gt(w->blackholes, 10);
	ck_assert_uint_gt(w->rescans, 0);
	ck_assert_uint_gt(w->restarts, 0);
	ck_assert_uint_gt(w->resilients, 10);
	ck_assert_uint_gt(w->plains, 10);
}

START_TEST(test_honest)
{
	world_t w = {.late = false, .standby = _i % 2};

	prng_seed(&w.rng, (uint64_t)_i);
	run(&w);
}
END_TEST

static void quiet(void *user, log_level_t level, const char *line)
{
}

START_TEST(test_late)
{
	world_t w = {.late = true, .standby = _i % 2};

	log_set(quiet, NULL, LOGL_DEBUG);
	prng_seed(&w.rng, (uint64_t)_i);
	run(&w);
}
END_TEST

Suite *fib_random_suite(void)
{
	Suite *suite = suite_create("fib, random");

	unit_add_loop(suite, "honest", test_honest, 40);
	unit_add_loop(suite, "late", test_late, 40);
	return suite;
}
