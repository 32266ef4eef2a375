/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What it costs to tell many neighbours the same table: one announces it, all
 * others are told, each with a next hop of its own as on tunnels. Then one of
 * them comes anew, one asks for all again, all is announced differently while
 * one of them does not read, that one reads again, and all is withdrawn. One
 * JSON line a figure. Figures are to be read, no test depends on them.
 *
 * usage: export [PREFIXES [NEIGHBOURS]]
 */

#include "bgp/message.h"
#include "bgp/policy.h"
#include "bgp/rib.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PER_SET 5

typedef struct bench_t
{
	bgp_rib_t *rib;
	/** the first announces */
	bgp_rib_peer_t *peers;
	unsigned n_peers;
	/** does not read, 0: all do */
	unsigned deaf;
	uint32_t count;
	uint64_t bytes;
	uint64_t messages;
	bgp_attr_set_t set;
} bench_t;

/** processor time: what else the machine does is not ours */
static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void say(const char *step, const char *name, double value,
				const char *unit)
{
	printf("{\"step\": \"%s\", \"figure\": \"%s\", \"value\": %.3f, "
		   "\"unit\": \"%s\"}\n",
		   step, name, value, unit);
	fflush(stdout);
}

/** all that can be announced, in one go: the same attributes for a few */
static void announce_all(bench_t *b, uint8_t origin)
{
	bgp_attr_pool_t *pool = bgp_rib_attrs(b->rib);

	for (uint32_t i = 0; i < b->count; i += PER_SET)
	{
		uint32_t id;

		bgp_attr_set_clear(&b->set);
		b->set.a.next_hop = addr_v4(0xa9fe0001);
		b->set.a.origin = origin;
		bgp_attr_set_prepend(&b->set, 100000 + i / PER_SET, 1);
		bgp_attr_set_prepend(&b->set, 3356, 1);
		bgp_attr_set_prepend(&b->set, 65531, 1);
		id = bgp_attr_intern(pool, &b->set.a);
		for (uint32_t k = i; k < i + PER_SET && k < b->count; k++)
		{
			addr_t net = addr_v4(0x0b000000 + (k << 8));
			prefix_t prefix = prefix_make(&net, 24);

			bgp_rib_announce(b->rib, &b->peers[0], &prefix, id);
		}
		bgp_attr_release(pool, id);
	}
}

/** slices and sockets in turn, as the gateway's loop has it, until all who
 * read have read all */
static void settle(bench_t *b, const char *step)
{
	static uint8_t buf[BGP_MESSAGE_EXTENDED_MAX];
	static bgp_route_t route;
	double start = now(), turn, longest = 0;
	bool more = true;

	b->bytes = b->messages = 0;
	while (more)
	{
		turn = now();
		more = bgp_rib_work(b->rib, 1000);
		for (unsigned i = 0; i <= b->n_peers; i++)
		{
			wbuf_t w = wbuf_make(buf, sizeof(buf));

			if (i != b->deaf || !i)
			{
				b->messages += bgp_rib_out_write(b->rib, &b->peers[i], &w);
				b->bytes += wbuf_len(&w);
				more |= wbuf_len(&w) > 0;
			}
		}
		longest = now() - turn > longest ? now() - turn : longest;
		for (unsigned i = 0; i < 1000 && bgp_rib_next_change(b->rib, &route);
			 i++)
		{
		}
	}
	say(step, "cpu", now() - start, "s");
	say(step, "longest turn", longest * 1e3, "ms");
	say(step, "written", (double)b->bytes / 1e6, "MB");
	say(step, "messages", (double)b->messages, "");
	say(step, "memory", (double)bgp_rib_memory(b->rib) / 1048576, "MiB");
}

static void peers_init(bench_t *b, const bgp_policy_t *all)
{
	static const bgp_peer_config_t config;

	b->peers = mem_array(b->n_peers + 1, sizeof(*b->peers));
	for (unsigned i = 0; i <= b->n_peers; i++)
	{
		b->peers[i] = (bgp_rib_peer_t){
			.index = (uint16_t)i,
			.name = "peer",
			.eligible = true,
			.families = BGP_IPV4,
			.as4 = true,
			.message_max = BGP_MESSAGE_MAX,
			.local_as = 65000,
			.remote_as = 65531 + (i > 0),
			.router_id = 1 + i,
			.address = addr_v4(0xa9fe0001 + i * 4),
			.next_hop4 = addr_v4(0xa9fe0002 + i * 4),
			.weight = 1,
			.import_policy = all,
			.export_policy = i ? all : NULL,
			.config = &config,
		};
		bgp_rib_peer_up(b->rib, &b->peers[i]);
	}
}

int main(int argc, char **argv)
{
	bgp_config_t config = {.asn = 65000, .router_id = 1, .multipath = 1};
	bgp_policy_t *all = bgp_policy_create("all");
	bench_t b = {.count = 100000, .n_peers = 50};

	b.count = argc > 1 ? (uint32_t)atoi(argv[1]) : b.count;
	b.n_peers = argc > 2 ? (unsigned)atoi(argv[2]) : b.n_peers;
	bgp_policy_rule(all, "all", BGP_POLICY_ACCEPT);
	bgp_attr_set_init(&b.set);
	b.rib = bgp_rib_create(&config, 1);
	peers_init(&b, all);
	announce_all(&b, BGP_ORIGIN_IGP);
	say("table", "memory without export",
		(double)bgp_rib_memory(b.rib) / 1048576, "MiB");
	settle(&b, "table");
	bgp_rib_peer_down(b.rib, &b.peers[b.n_peers]);
	bgp_rib_peer_up(b.rib, &b.peers[b.n_peers]);
	settle(&b, "one comes anew");
	bgp_rib_peer_resend(b.rib, &b.peers[1], FAMILY_IPV4);
	settle(&b, "one refresh");
	b.deaf = b.n_peers;
	announce_all(&b, BGP_ORIGIN_EGP);
	settle(&b, "all change, one is deaf");
	b.deaf = 0;
	settle(&b, "the deaf one reads");
	bgp_rib_peer_down(b.rib, &b.peers[0]);
	settle(&b, "all goes");
	bgp_rib_destroy(b.rib);
	bgp_attr_set_deinit(&b.set);
	bgp_policy_destroy(all);
	free(b.peers);
	return 0;
}
