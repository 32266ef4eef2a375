/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The neighbours say what they say whatever we answer: OPEN and KEEPALIVE when
 * a connection is there, then the bytes given, READ_MAX of each in a turn as
 * src/gateway/sockets.c reads them, and a KEEPALIVE now and then.
 */

#include "load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bgp/message.h"
#include "kernel/codec.h"
#include "text_source.h"

/* as src/gateway has them */
#define READ_PIECE 4096
#define READ_MAX   0.003
#define WORK_MAX   0.004
/** what a route costs in the kernel, of one message (raw insertion of
 * 1,000,000 takes about 4 s) */
#define MESSAGE_PRICE 4e-6
#define SPEAK_EVERY   (5 * USEC_PER_SEC)
/** of 10 ms; below the period of the timers that always run */
#define SETTLE_STEPS 50
#define ASN          65530u
#define FAR_ASN      65531u

static void require(bool holds, const char *what)
{
	if (!holds)
	{
		fprintf(stderr, "load: %s\n", what);
		abort();
	}
}

double load_cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

double load_resident(void)
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
	return (double)pages * (double)sysconf(_SC_PAGESIZE);
}

/* -- bytes ----------------------------------------------------------------- */

static const bgp_codec_t codec = {
	.as4 = true,
	.families = BGP_IPV4 | BGP_IPV6,
	.local_as = FAR_ASN,
	.remote_as = ASN,
	.message_max = BGP_MESSAGE_MAX,
};

static wbuf_t bytes_room(load_bytes_t *b, size_t len)
{
	if (b->len + len > b->room)
	{
		b->room = b->room ? b->room * 2 : 1 << 20;
		b->data = mem_resize(b->data, b->room, 1);
	}
	return wbuf_make(b->data + b->len, b->room - b->len);
}

static addr_t far_address(unsigned peer)
{
	return addr_v4(0xa9fe0001u + (peer << 8));
}

static addr_t next_hop(family_t family, unsigned peer)
{
	addr_t a = far_address(peer);

	if (family == FAMILY_IPV6)
	{
		a = (addr_t){.family = FAMILY_IPV6, .b = {0xfd}};
		a.b[14] = (uint8_t)peer;
		a.b[15] = 1;
	}
	return a;
}

void load_announce_bytes(load_bytes_t *out, const table_t *table, unsigned peer)
{
	family_t family = (family_t)table->prefixes[0].addr.family;
	bgp_attr_set_t set;
	wbuf_t w;

	bgp_attr_set_init(&set);
	for (uint32_t i = 0; i < table->count; i += TABLE_PER_SET)
	{
		bgp_update_writer_t u;
		uint32_t k = i;

		table_attrs(&set, i / TABLE_PER_SET, peer);
		set.a.next_hop = next_hop(family, peer);
		w = bytes_room(out, BGP_MESSAGE_MAX);
		require(bgp_update_begin(&u, &w, &codec, family, &set.a), "begin");
		while (k < i + TABLE_PER_SET && k < table->count)
		{
			require(bgp_update_add(&u, &table->prefixes[k++]), "add");
		}
		bgp_update_end(&u);
		out->len += wbuf_len(&w);
	}
	w = bytes_room(out, BGP_MESSAGE_MAX);
	bgp_encode_end_of_rib(&w, FAMILY_IPV4);
	bgp_encode_end_of_rib(&w, FAMILY_IPV6);
	out->len += wbuf_len(&w);
	bgp_attr_set_deinit(&set);
}

void load_withdraw_bytes(load_bytes_t *out, const table_t *table)
{
	family_t family = (family_t)table->prefixes[0].addr.family;
	uint32_t i = 0;

	while (i < table->count)
	{
		wbuf_t w = bytes_room(out, BGP_MESSAGE_MAX);
		bgp_update_writer_t u;

		require(bgp_withdraw_begin(&u, &w, &codec, family), "begin");
		while (i < table->count && bgp_update_add(&u, &table->prefixes[i]))
		{
			i++;
		}
		bgp_update_end(&u);
		out->len += wbuf_len(&w);
	}
}

void load_bytes_deinit(load_bytes_t *bytes)
{
	free(bytes->data);
	*bytes = (load_bytes_t){0};
}

/* -- the kernel ------------------------------------------------------------ */

static uint32_t *group_routes(load_t *load, uint32_t id)
{
	uint32_t i = id - KERNEL_NH_FIRST;

	if (i >= load->by_group_size)
	{
		uint32_t size = (i + 1) * 2;

		load->by_group =
			mem_resize(load->by_group, size, sizeof(*load->by_group));
		memset(&load->by_group[load->by_group_size], 0,
			   (size - load->by_group_size) * sizeof(*load->by_group));
		load->by_group_size = size;
	}
	return &load->by_group[i];
}

static void put_message(load_t *load, route_verb_t verb,
						const kernel_route_t *route)
{
	uint32_t buf[NL_REQUEST_MAX / sizeof(uint32_t)];
	struct nlmsghdr *nlh = kernel_route_encode(buf, sizeof(buf), verb, route);

	require(nlh != NULL, "a route that cannot be written");
	load->cost.route_messages++;
	load->cost.route_bytes += nlh->nlmsg_len;
	load->kernel_price += MESSAGE_PRICE;
}

static void write_route(load_t *load, const kernel_op_t *op)
{
	if (op->kind == KERNEL_ROUTE_DEL)
	{
		put_message(load, ROUTE_DELETE, &op->route);
		load->routes--;
		--*group_routes(load, op->route.nexthop);
		return;
	}
	put_message(load, op->replaces ? ROUTE_APPEND : ROUTE_NEW, &op->route);
	if (op->replaces)
	{
		kernel_route_t old = op->route;

		old.nexthop = op->replaces;
		put_message(load, ROUTE_DELETE, &old);
		--*group_routes(load, op->replaces);
	}
	load->routes += op->replaces == 0;
	++*group_routes(load, op->route.nexthop);
}

/** the seams have one kernel for all calls, so there is one load at a time */
static load_t *loaded;

static unsigned write_ops(void *kernel, const kernel_op_t *ops, size_t n,
						  int *errors)
{
	unsigned failed = 0;
	double start = load_cpu();

	for (size_t i = 0; i < n; i++)
	{
		bool route = (ops[i].kind == KERNEL_ROUTE_SET ||
					  ops[i].kind == KERNEL_ROUTE_DEL) &&
					 ops[i].route.nexthop;

		if (route)
		{
			errors[i] = 0;
			write_route(loaded, &ops[i]);
		}
		else
		{
			failed += world_kernel_ops.write(kernel, &ops[i], 1, &errors[i]);
			loaded->cost.hop_messages += ops[i].kind == KERNEL_NEXTHOP_SET ||
										 ops[i].kind == KERNEL_NEXTHOP_DEL ||
										 ops[i].kind == KERNEL_GROUP_SET;
			loaded->kernel_price += MESSAGE_PRICE;
		}
	}
	loaded->cost.encode += load_cpu() - start;
	return failed;
}

uint32_t load_routes_by(const load_t *load, unsigned members)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < load->by_group_size; i++)
	{
		const kernel_group_t *group =
			fake_kernel_group(load->world->kernel, KERNEL_NH_FIRST + i);

		count += group && group->count == members ? load->by_group[i] : 0;
	}
	return count;
}

/* -- the network ----------------------------------------------------------- */

static unsigned tunnel_of(const bgp_peer_t *peer)
{
	return (unsigned)(bgp_peer_name(peer)[1] - '1');
}

static void net_listen(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
}

static void net_dial(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	load_t *load = net;

	load->dialling[tunnel_of(peer)] = peer;
}

static void net_no_dial(void *net, bgp_peer_t *peer)
{
	load_t *load = net;

	load->dialling[tunnel_of(peer)] = NULL;
}

static void net_output(void *net, bgp_conn_t *conn)
{
}

static void net_close(void *net, bgp_conn_t *conn)
{
	load_t *load = net;

	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load->closing[i] |= load->conn[i] == conn;
	}
}

void load_reset(load_t *load, unsigned i)
{
	bgp_conn_t *conn = load->conn[i];

	load->conn[i] = NULL;
	load->closing[i] = false;
	load->feed[i] = NULL;
	if (conn)
	{
		bgp_conn_closed(core_bgp(load->world->core), conn, "reset by peer",
						load->world->now);
	}
}

static void net_drop_all(void *net)
{
	load_t *load = net;

	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_reset(load, i);
	}
}

static const net_ops_t net_ops = {
	.listen = net_listen,
	.unlisten = net_no_dial,
	.rebind = net_listen,
	.dial = net_dial,
	.dial_cancel = net_no_dial,
	.output = net_output,
	.close = net_close,
	.drop_all = net_drop_all,
};

static void say(load_t *load, unsigned i, wbuf_t *w)
{
	if (load->conn[i])
	{
		bgp_input(core_bgp(load->world->core), load->conn[i], w->start,
				  wbuf_len(w), load->world->now);
	}
}

static void connect_peer(load_t *load, unsigned i)
{
	const bgp_open_t open = {
		.asn = FAR_ASN,
		.hold_time = 90,
		.router_id = 100 + i,
		.caps =
			{
				.families = BGP_IPV4 | BGP_IPV6,
				.mp = true,
				.as4 = true,
				.as4_asn = FAR_ASN,
				.role = 255,
			},
	};
	bgp_peer_t *peer = load->dialling[i];
	addr_t local = addr_v4(0xa9fe0002u + (i << 8));
	uint8_t buf[512];
	wbuf_t w = wbuf_make(buf, sizeof(buf));

	load->dialling[i] = NULL;
	load->conn[i] = bgp_connected(core_bgp(load->world->core), peer, &local,
								  load->world->now);
	require(load->conn[i] != NULL, "no connection");
	bgp_encode_open(&w, &open);
	bgp_encode_keepalive(&w);
	say(load, i, &w);
}

void load_feed(load_t *load, unsigned i, const load_bytes_t *bytes)
{
	load->feed[i] = bytes;
	load->fed[i] = 0;
}

static bool established(const load_t *load, unsigned i)
{
	bgp_t *bgp = core_bgp(load->world->core);
	bgp_peer_info_t info = {.state = BGP_IDLE};

	for (bgp_peer_t *p = bgp_peer_next(bgp, NULL); p; p = bgp_peer_next(bgp, p))
	{
		if (tunnel_of(p) == i)
		{
			bgp_peer_info(p, &info);
		}
	}
	return info.state == BGP_ESTABLISHED;
}

/** true: there is more to be said */
static bool hear(load_t *load, unsigned i)
{
	bgp_t *bgp = core_bgp(load->world->core);
	const load_bytes_t *feed = load->feed[i];
	size_t n;

	if (load->conn[i] && feed && load->fed[i] < feed->len)
	{
		n = feed->len - load->fed[i];
		n = n < READ_PIECE ? n : READ_PIECE;
		bgp_input(bgp, load->conn[i], feed->data + load->fed[i], n,
				  load->world->now);
		load->fed[i] += n;
	}
	return load->conn[i] && feed && load->fed[i] < feed->len;
}

/** connections that come and go, and what we say */
static void serve(load_t *load)
{
	static uint8_t discard[131072];

	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		if (load->dialling[i])
		{
			connect_peer(load, i);
		}
		if (load->closing[i])
		{
			load_reset(load, i);
		}
		while (load->conn[i] &&
			   bgp_output(core_bgp(load->world->core), load->conn[i], discard,
						  sizeof(discard), load->world->now))
		{
		}
	}
}

/** all of them in turn, as long as a turn has for it */
static bool hear_all(load_t *load, double until)
{
	bool more = true;

	while (more && (load->untimed || load_cpu() < until))
	{
		more = false;
		for (unsigned i = 0; i < LOAD_TUNNELS; i++)
		{
			more |= hear(load, i);
		}
		if (load->untimed)
		{
			break;
		}
	}
	return more;
}

static void keep_alive(load_t *load)
{
	uint8_t buf[64];

	if (load->world->now < load->spoken + SPEAK_EVERY)
	{
		return;
	}
	load->spoken = load->world->now;
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		wbuf_t w = wbuf_make(buf, sizeof(buf));

		/* not into the middle of a message */
		if (!load->feed[i] || load->fed[i] == load->feed[i]->len)
		{
			bgp_encode_keepalive(&w);
			say(load, i, &w);
		}
	}
}

/* -- turns ----------------------------------------------------------------- */

bool load_turn(load_t *load)
{
	world_t *w = load->world;
	double start = load_cpu(), heard, worked, end, encoded = load->cost.encode;
	bool more;

	load->kernel_price = 0;
	world_kernel_step(w);
	core_apply(w->core, w->now);
	heard = load_cpu();
	load->cost.other += heard - start;
	serve(load);
	more = hear_all(load, heard + READ_MAX);
	keep_alive(load);
	worked = load_cpu();
	load->cost.input += worked - heard;
	timers_run(w->timers, w->now);
	core_apply(w->core, w->now);
	end = worked + WORK_MAX;
	while (core_work(w->core, w->now))
	{
		if (!load->untimed && load_cpu() + load->kernel_price >= end)
		{
			more = true;
			break;
		}
	}
	end = load_cpu();
	load->cost.work += end - worked;
	load->cost.turns++;
	/* what stands for the kernel is not ours */
	end -= start + load->cost.encode - encoded;
	load->cost.longest = end > load->cost.longest ? end : load->cost.longest;
	w->now += load->untimed ? USEC_PER_MSEC
							: (usec_t)((end + load->kernel_price) * 1e6) + 10;
	return more || w->n_events || w->dumps || w->table_wanted;
}

static bool connected(const load_t *load)
{
	bool all = true;

	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		all &= load->conn[i] != NULL;
	}
	return all;
}

void load_settle(load_t *load)
{
	unsigned quiet = 0;

	/* what waits for a moment has had it, and who dials again later, too */
	while (quiet < SETTLE_STEPS)
	{
		if (load_turn(load))
		{
			quiet = 0;
			continue;
		}
		load->world->now += 10 * USEC_PER_MSEC;
		quiet += connected(load);
	}
}

void load_tunnel(load_t *load, unsigned i, bool up)
{
	fact_t fact = {.kind = up ? FACT_CHILD_UP : FACT_CHILD_DOWN, .sa = 100 + i};

	snprintf(fact.name, sizeof(fact.name), "t%u", i + 1);
	fact.if_id_in = fact.if_id_out = i + 1;
	fact.n_remote = 1;
	fact.remote[0] = addr_v4(0xcb007101u + i);
	fact.info.spi_in = 0xc0000000 + i;
	fact.info.spi_out = 0xd0000000 + i;
	fact.info.encr = 20;
	fact.info.key_bits = 256;
	fact.info.remote = fact.remote[0];
	if (up)
	{
		fact_t known = fact;

		known.kind = FACT_CONNECTION_LOADED;
		known.sa = 0;
		core_fact(load->world->core, &known, load->world->now);
	}
	core_fact(load->world->core, &fact, load->world->now);
}

static void configure(load_t *load)
{
	static const char text[] =
		"connections {\n"
		" t1 { remote_addrs = 203.0.113.1\n if_id_in = 1\n if_id_out = 1\n"
		"  mobike = no\n }\n"
		" t2 { remote_addrs = 203.0.113.2\n if_id_in = 2\n if_id_out = 2\n"
		"  mobike = no\n }\n}\n"
		"cygnet {\n asn = 65530\n router_id = 10.255.0.1\n"
		" graceful_restart = 0\n bundles {\n b {\n tunnels {\n"
		"  t1 {\n address = 169.254.0.2/30, fd00::2/112\n neighbor {\n"
		"   address = 169.254.0.1\n remote_as = 65531\n max_prefix = 0\n"
		"   ipv4 = yes\n   ipv6 = yes\n }\n }\n"
		"  t2 {\n address = 169.254.1.2/30, fd00::1:2/112\n neighbor {\n"
		"   address = 169.254.1.1\n remote_as = 65531\n max_prefix = 0\n"
		"   ipv4 = yes\n   ipv6 = yes\n }\n }\n }\n }\n }\n}\n";
	config_source_t *source = text_source_create(text);
	config_report_t report;
	config_t *config = config_load(source, &report);

	require(config != NULL,
			report.errors.count ? report.errors.list[0] : "configuration");
	source->destroy(source);
	config_report_deinit(&report);
	core_configure(load->world->core, config, load->world->now);
}

void load_start(load_t *load, bool untimed)
{
	static kernel_ops_t ops;
	core_seams_t seams;

	*load = (load_t){.world = world_host_create(), .untimed = untimed};
	loaded = load;
	load->world->n = LOAD_TUNNELS;
	ops = world_kernel_ops;
	ops.write = write_ops;
	seams = world_host_seams(load->world);
	seams.kernel_ops = &ops;
	seams.net_ops = &net_ops;
	seams.net = load;
	load->world->core = core_create(&seams, NULL, 1, load->world->now);
	configure(load);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		load_tunnel(load, i, true);
	}
	load_settle(load);
	for (unsigned i = 0; i < LOAD_TUNNELS; i++)
	{
		require(established(load, i), "no session");
	}
	load->cost = (load_cost_t){0};
}

void load_stop(load_t *load)
{
	core_destroy(load->world->core, load->world->now);
	world_host_destroy(load->world);
	free(load->by_group);
	loaded = NULL;
}
