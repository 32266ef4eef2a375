/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What the tables of src/bgp cost at the size of the Internet's: two peers
 * announce the same prefixes, about five to an attribute set, all changes are
 * taken, a peer is lost and comes back, all is withdrawn. One JSON line a
 * figure. Figures are to be read, no test depends on them.
 *
 * usage: rib_load [PREFIXES [FLAPS]]
 */

#include "bgp/policy.h"
#include "bgp/rib.h"
#include "table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct bench_t
{
	bgp_rib_t *rib;
	bgp_rib_peer_t peers[2];
	table_t table;
	bgp_attr_set_t set;
} bench_t;

/** processor time: what else the machine does is not ours */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/** resident bytes of this process */
static double resident(void)
{
	unsigned long pages = 0, all = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f)
	{
		if (fscanf(f, "%lu %lu", &all, &pages) != 2)
		{
			pages = 0;
		}
		fclose(f);
	}
	return (double)pages * 4096;
}

static void say(const char *name, double value, const char *unit)
{
	printf("{\"figure\": \"%s\", \"value\": %.1f, \"unit\": \"%s\"}\n", name,
		   value, unit);
	fflush(stdout);
}

static void announce_all(bench_t *b, unsigned peer)
{
	bgp_attr_pool_t *pool = bgp_rib_attrs(b->rib);

	for (uint32_t i = 0; i < b->table.count; i += TABLE_PER_SET)
	{
		uint32_t id;

		table_attrs(&b->set, i / TABLE_PER_SET, peer);
		b->set.a.next_hop = b->peers[peer].address;
		id = bgp_attr_intern(pool, &b->set.a);
		for (uint32_t k = i; k < i + TABLE_PER_SET && k < b->table.count; k++)
		{
			bgp_rib_announce(b->rib, &b->peers[peer], &b->table.prefixes[k],
							 id);
		}
		bgp_attr_release(pool, id);
	}
}

static uint32_t take_all(bench_t *b, bool tagged)
{
	static bgp_route_t route;
	uint32_t taken = 0;

	while (bgp_rib_next_change(b->rib, &route))
	{
		taken++;
		bgp_rib_set_tag(b->rib, &route.prefix, tagged && route.n_best ? 1 : 0);
	}
	return taken;
}

/** slices as the gateway does them; the longest, in seconds */
static double work_all(bench_t *b, double *total)
{
	double longest = 0, start, took;
	bool more;

	*total = 0;
	do
	{
		start = now();
		more = bgp_rib_work(b->rib, 1000);
		took = now() - start;
		longest = took > longest ? took : longest;
		*total += took;
	} while (more);
	return longest;
}

static void memory(const bench_t *b, const char *when, double before)
{
	char name[64];

	snprintf(name, sizeof(name), "bytes per prefix, %s", when);
	say(name, (double)bgp_rib_memory(b->rib) / b->table.count, "bytes");
	snprintf(name, sizeof(name), "resident, %s", when);
	say(name, (resident() - before) / 1048576, "MiB");
}

static void flap(bench_t *b)
{
	double total, longest, start = now();

	bgp_rib_peer_down(b->rib, &b->peers[1]);
	say("peer down", (now() - start) * 1e6, "us");
	longest = work_all(b, &total);
	say("purge per path", total * 1e9 / b->table.count, "ns");
	say("longest slice of 1000", longest * 1e6, "us");
	take_all(b, true);
	bgp_rib_peer_up(b->rib, &b->peers[1]);
	announce_all(b, 1);
	take_all(b, true);
}

int main(int argc, char **argv)
{
	bgp_config_t config = {.asn = 65000, .router_id = 1, .multipath = 16};
	static const bgp_peer_config_t peer_config;
	bgp_policy_t *all = bgp_policy_create("all");
	bench_t b = {.rib = NULL};
	double start, before, total;
	uint32_t taken;
	unsigned flaps;

	bgp_policy_rule(all, "all", BGP_POLICY_ACCEPT);
	table_draw(&b.table, FAMILY_IPV4,
			   argc > 1 ? (uint32_t)atoi(argv[1]) : 1000000);
	flaps = argc > 2 ? (unsigned)atoi(argv[2]) : 3;
	bgp_attr_set_init(&b.set);
	before = resident();
	b.rib = bgp_rib_create(&config, 1);
	for (unsigned i = 0; i < 2; i++)
	{
		b.peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.eligible = true,
			.remote_as = 65531,
			.router_id = 1 + i,
			.address = addr_v4(0xa9fe0a01 + i * 256),
			.weight = 1,
			.import_policy = all,
			.config = &peer_config,
		};
		bgp_rib_peer_up(b.rib, &b.peers[i]);
	}
	for (unsigned i = 0; i < 2; i++)
	{
		start = now();
		announce_all(&b, i);
		say(i ? "announce, second path" : "announce, first path",
			(now() - start) * 1e9 / b.table.count, "ns");
	}
	memory(&b, "changes waiting", before);
	start = now();
	taken = take_all(&b, true);
	say("take a change", (now() - start) * 1e9 / b.table.count, "ns");
	say("changes per prefix", (double)taken / b.table.count, "");
	memory(&b, "two paths", before);
	say("attribute sets", (double)bgp_attr_pool_count(bgp_rib_attrs(b.rib)),
		"");
	say("bytes per attribute set",
		(double)bgp_attr_pool_memory(bgp_rib_attrs(b.rib)) /
			(double)bgp_attr_pool_count(bgp_rib_attrs(b.rib)),
		"bytes");
	flap(&b);
	memory(&b, "after one flap", before);
	for (unsigned i = 0; i < flaps; i++)
	{
		bgp_rib_peer_down(b.rib, &b.peers[0]);
		work_all(&b, &total);
		take_all(&b, true);
		bgp_rib_peer_up(b.rib, &b.peers[0]);
		announce_all(&b, 0);
		take_all(&b, true);
	}
	memory(&b, "after more flaps", before);
	bgp_rib_peer_down(b.rib, &b.peers[0]);
	bgp_rib_peer_down(b.rib, &b.peers[1]);
	work_all(&b, &total);
	take_all(&b, false);
	memory(&b, "all gone", before);
	bgp_rib_destroy(b.rib);
	bgp_attr_set_deinit(&b.set);
	bgp_policy_destroy(all);
	table_deinit(&b.table);
	return 0;
}
