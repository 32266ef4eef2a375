/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What an idle gateway does: many tunnels are up, each with a session, and an
 * hour passes in which nothing happens. Wakeups, and questions to the kernel,
 * are counted: but for KEEPALIVEs and one question about each tunnel at an audit
 * they do not grow with the number of tunnels.
 */

#include "unit/gateway/suites.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "bgp/policy.h"
#include "unit/gateway/world.h"

#define MANY 500
#define HOUR 3600
/** the default's, in s: they come a quarter earlier at most (RFC 4271 section
 * 10) */
#define KEEPALIVE 30
/** one each 10 s; one may be under way as the hour begins */
#define AUDITS (HOUR / 10 + 1)
/** outbound SAs that are asked for in a second, and sysctls in half of one */
#define LOOKS   50
#define SYSCTLS 100
/** sysctls beside one of each link */
#define COMMON 16

typedef struct line_t
{
	bgp_conn_t *near;
	bgp_conn_t *far;
	bgp_peer_t *far_peer;
	/** ours wants a connection */
	bgp_peer_t *dialling;
	bool waits;
} line_t;

static world_t *w;
static timers_t *far_timers;
static bgp_t *far;
static bgp_policy_t *nothing;
static kernel_ops_t real, counted;
static line_t lines[MANY];
static line_t *waiting[MANY];
static unsigned n_waiting;
/** an SPI that is not there, 0: all are */
static uint32_t lost;

static struct
{
	unsigned turns;
	unsigned messages;
	unsigned dumps;
	unsigned writes;
	unsigned sysctls;
	unsigned lookups;
	unsigned sas;
	unsigned sa_dumps;
	unsigned sp_dumps;
	unsigned applies;
	unsigned rekeys;
} did;

/* -- the kernel, counted ----------------------------------------------------- */

static unsigned count_write(void *kernel, const kernel_op_t *ops, size_t n,
							int *errors)
{
	did.writes += (unsigned)n;
	return real.write(kernel, ops, n, errors);
}

static int count_dump(void *kernel, kernel_what_t what)
{
	did.dumps++;
	return real.dump(kernel, what);
}

static int count_sysctl(void *kernel, const char *path, char value[static 24])
{
	did.sysctls++;
	if (!strstr(path, "/conf/cyg-"))
	{
		return real.sysctl_get(kernel, path, value);
	}
	/* the fake kernel would go through all of them for each */
	snprintf(value, 24, "2");
	return 0;
}

static int count_lookup(void *kernel, const addr_t *dst, kernel_route_t *out)
{
	did.lookups++;
	return real.route_get(kernel, dst, out);
}

static int count_sa(void *kernel, const kernel_sa_t *sa, kernel_sa_t *out)
{
	did.sas++;
	*out = *sa;
	out->keyed = true;
	return sa->spi == lost ? -ESRCH : 0;
}

static int count_sas(void *kernel, kernel_sa_fn_t fn, void *user)
{
	did.sa_dumps++;
	return 0;
}

static int count_sps(void *kernel, kernel_sp_fn_t fn, void *user)
{
	did.sp_dumps++;
	return 0;
}

static void rekey(void *user, const char *connection, const char *child)
{
	did.rekeys++;
}

/* -- the network ------------------------------------------------------------- */

static line_t *line_of(const char *name)
{
	unsigned n = (unsigned)strtoul(name + 1, NULL, 10);

	ck_assert(n >= 1 && n <= MANY);
	return &lines[n - 1];
}

static void wake(line_t *line)
{
	if (line && !line->waits)
	{
		line->waits = true;
		waiting[n_waiting++] = line;
	}
}

static void listen_for(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
}

static void no_more(void *net, bgp_peer_t *peer)
{
	line_of(bgp_peer_name(peer))->dialling = NULL;
}

static void dial(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	line_t *line = line_of(bgp_peer_name(peer));

	line->dialling = peer;
	wake(line);
}

static void output(void *net, bgp_conn_t *conn)
{
	wake(bgp_conn_user(conn));
}

/** no session ends before the test does */
static void no_close(void *net, bgp_conn_t *conn)
{
}

static void drop_all(void *net)
{
	for (unsigned i = 0; i < MANY; i++)
	{
		if (lines[i].near)
		{
			bgp_conn_closed(core_bgp(w->core), lines[i].near, "closed", w->now);
		}
		lines[i].near = NULL;
	}
}

static const net_ops_t net_ops = {
	.listen = listen_for,
	.unlisten = no_more,
	.rebind = listen_for,
	.dial = dial,
	.dial_cancel = no_more,
	.output = output,
	.close = no_close,
	.drop_all = drop_all,
};

static void far_peer(void *user, bgp_peer_t *peer)
{
}

static void far_conn(void *user, bgp_conn_t *conn)
{
	wake(bgp_conn_user(conn));
}

static void far_state(void *user, bgp_peer_t *peer, bgp_state_t from,
					  bgp_state_t to, const char *reason)
{
}

static void far_work(void *user)
{
}

static const bgp_sink_t far_sink = {
	.connect = far_peer,
	.connect_cancel = far_peer,
	.close = far_conn,
	.output = far_conn,
	.state = far_state,
	.work = far_work,
};

static void connect_line(line_t *line)
{
	addr_t a = addr_v4(0xa9fe0002u), b = addr_v4(0xa9fe0001u);
	bgp_peer_t *peer = line->dialling;

	line->dialling = NULL;
	line->near = bgp_connected(core_bgp(w->core), peer, &a, w->now);
	line->far = bgp_accepted(far, line->far_peer, &b, w->now);
	ck_assert(line->near && line->far);
	bgp_conn_set_user(line->near, line);
	bgp_conn_set_user(line->far, line);
}

static bool pass(bgp_t *from, bgp_conn_t *out, bgp_t *to, bgp_conn_t *in)
{
	static uint8_t buf[65536];
	size_t len = bgp_output(from, out, buf, sizeof(buf), w->now);

	if (len)
	{
		bgp_input(to, in, buf, len, w->now);
	}
	return len;
}

static void network(void)
{
	while (n_waiting)
	{
		line_t *line = waiting[--n_waiting];

		line->waits = false;
		if (line->dialling)
		{
			connect_line(line);
		}
		if (line->near)
		{
			pass(core_bgp(w->core), line->near, far, line->far);
			did.messages += pass(far, line->far, core_bgp(w->core), line->near);
			/* what that made it say */
			pass(core_bgp(w->core), line->near, far, line->far);
		}
	}
}

/* -- time --------------------------------------------------------------------- */

static void settle(void)
{
	bool more = true;

	while (more)
	{
		world_kernel_step(w);
		core_apply(w->core, w->now);
		network();
		more = core_work(w->core, w->now);
		more = bgp_work(far, 1000, w->now) || more;
		more |= n_waiting || w->n_events || w->dumps;
	}
}

static void run(unsigned seconds)
{
	usec_t end = w->now + seconds * USEC_PER_SEC;

	while (w->now < end)
	{
		usec_t near_at = timers_next(w->timers);
		usec_t far_at = timers_next(far_timers);
		usec_t at = near_at < far_at ? near_at : far_at;

		w->now = at < w->now ? w->now : at < end ? at : end;
		did.turns += near_at <= w->now;
		timers_run(w->timers, w->now);
		timers_run(far_timers, w->now);
		settle();
	}
}

/* -- beginning and end ----------------------------------------------------------- */

static void far_begin(void)
{
	bgp_config_t config = {.asn = 65531, .router_id = 1, .multipath = 1};

	far_timers = timers_create();
	far = bgp_create(&config, far_timers, &far_sink, NULL, 7);
	nothing = bgp_policy_create("nothing");
	for (unsigned i = 0; i < MANY; i++)
	{
		char name[16];
		bgp_peer_config_t peer = {
			.name = name,
			.address = addr_v4(0xa9fe0002u + 4 * i),
			.next_hop4 = addr_v4(0xa9fe0001u + 4 * i),
			.remote_as = 65530,
			.families = BGP_IPV4,
			.hold_time = 3 * KEEPALIVE,
			.connect_retry = 5,
			.passive = true,
			.import_policy = nothing,
			.export_policy = nothing,
		};

		snprintf(name, sizeof(name), "f%u", i + 1);
		lines[i].far_peer = bgp_peer_add(far, &peer);
		bgp_peer_start(far, lines[i].far_peer, w->now);
	}
}

static void configure(void)
{
	char *error;
	text_t text;

	text_init(&text);
	text_add(&text, "connections {\n");
	for (unsigned i = 1; i <= MANY; i++)
	{
		text_printf(&text,
					"t%u {\nremote_addrs = 198.18.%u.%u\nif_id_in = %u\n"
					"if_id_out = %u\nmobike = no\n}\n",
					i, i / 200, i % 200 + 1, i, i);
	}
	text_add(&text, "}\ncygnet {\nasn = 65530\nrouter_id = 10.255.0.1\n"
					"bundles {\nb0 {\ntunnels {\n");
	for (unsigned i = 0; i < MANY; i++)
	{
		if (i && i % 10 == 0)
		{
			text_printf(&text, "}\n}\nb%u {\ntunnels {\n", i / 10);
		}
		text_printf(&text,
					"t%u {\naddress = 169.254.%u.%u/30\nneighbor {\n"
					"address = 169.254.%u.%u\nremote_as = 65531\n"
					"hold_time = %u\nkeepalive = %u\n}\n}\n",
					i + 1, i / 64, i % 64 * 4 + 2, i / 64, i % 64 * 4 + 1,
					3 * KEEPALIVE, KEEPALIVE);
	}
	text_add(&text, "}\n}\n}\n}\n");
	if (!world_load(w, text_str(&text), &error))
	{
		ck_abort_msg("%s", error);
	}
	text_deinit(&text);
}

static void tunnel_up(unsigned i)
{
	fact_t fact = {.kind = FACT_CONNECTION_LOADED, .n_remote = 1};

	snprintf(fact.name, sizeof(fact.name), "t%u", i);
	fact.if_id_in = fact.if_id_out = i;
	fact.remote[0] = addr_v4(0xc6120000u + (i / 200 << 8) + i % 200 + 1);
	core_fact(w->core, &fact, w->now);
	fact.kind = FACT_CHILD_UP;
	fact.sa = i;
	fact.info.spi_in = 0xc0000000 + i;
	fact.info.spi_out = 0xd0000000 + i;
	fact.info.encr = 20;
	fact.info.key_bits = 256;
	fact.info.remote = fact.remote[0];
	core_fact(w->core, &fact, w->now);
}

static void begin(void)
{
	core_seams_t seams;

	memset(lines, 0, sizeof(lines));
	n_waiting = lost = 0;
	w = world_host_create();
	far_begin();
	seams = world_host_seams(w);
	real = *seams.kernel_ops;
	counted = real;
	counted.write = count_write;
	counted.dump = count_dump;
	counted.sysctl_get = count_sysctl;
	counted.route_get = count_lookup;
	counted.sa_get = count_sa;
	counted.sa_dump = count_sas;
	counted.sp_dump = count_sps;
	seams.kernel_ops = &counted;
	seams.net_ops = &net_ops;
	seams.rekey = rekey;
	w->core = core_create(&seams, NULL, 1, w->now);
	settle();
	configure();
	settle();
	for (unsigned i = 1; i <= MANY; i++)
	{
		tunnel_up(i);
	}
	run(30);
	for (unsigned i = 0; i < MANY; i++)
	{
		bgp_peer_info_t info;

		bgp_peer_info(lines[i].far_peer, &info);
		ck_assert_int_eq(info.state, BGP_ESTABLISHED);
	}
	did.applies = w->fw_applies;
}

static void end(void)
{
	core_destroy(w->core, w->now);
	for (unsigned i = 0; i < MANY; i++)
	{
		if (lines[i].far)
		{
			bgp_conn_closed(far, lines[i].far, "closed", w->now);
		}
	}
	bgp_destroy(far);
	bgp_policy_destroy(nothing);
	timers_destroy(far_timers);
	world_host_destroy(w);
}

START_TEST(an_hour)
{
	unsigned applies;

	begin();
	applies = did.applies;
	memset(&did, 0, sizeof(did));
	run(HOUR);
	/* a KEEPALIVE of each end, sysctls, outbound SAs, the audit */
	ck_assert_uint_ge(did.messages, MANY * (HOUR / KEEPALIVE));
	ck_assert_uint_le(did.turns, MANY * (HOUR / KEEPALIVE * 4 / 3 + 1) +
									 2 * (HOUR + 1) + HOUR + 1 + AUDITS);
	ck_assert_uint_le(did.dumps, 4 * AUDITS);
	/* and what is planned, as a whole, each minute */
	ck_assert_uint_le(did.sysctls, (MANY + COMMON) * (AUDITS / 6 + 1) +
									   SYSCTLS * 2 * (HOUR + 1));
	ck_assert_uint_le(did.lookups, MANY * AUDITS);
	ck_assert_uint_gt(did.sas, LOOKS * (HOUR - 1));
	ck_assert_uint_le(did.sas, LOOKS * (HOUR + 1));
	ck_assert_uint_le(did.sp_dumps, AUDITS);
	ck_assert_uint_eq(did.sa_dumps, 0);
	ck_assert_uint_eq(did.writes, 0);
	ck_assert_uint_eq(w->fw_applies, applies);
	ck_assert_uint_eq(did.rekeys, 0);
	end();
}
END_TEST

/* each tunnel has its turn, and what is missing once is soon looked for again */
START_TEST(one_of_many_is_missed)
{
	static const unsigned which[] = {1, MANY / 2, MANY};

	begin();
	for (unsigned i = 0; i < countof(which); i++)
	{
		memset(&did, 0, sizeof(did));
		lost = 0xd0000000 + which[i];
		run(MANY / LOOKS + 2);
		ck_assert_uint_eq(did.rekeys, 1);
		/* after 0, 1, 2, 4 and 8 s */
		ck_assert_uint_le(did.sa_dumps, 5);
		lost = 0;
		run(20);
	}
	end();
}
END_TEST

Suite *idle_suite(void)
{
	Suite *s = suite_create("idle");

	unit_add(s, "an hour", an_hour);
	unit_add(s, "missed", one_of_many_is_missed);
	return s;
}
