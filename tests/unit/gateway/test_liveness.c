/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BFD and probes in the whole gateway: the far ends are BFD sessions and echo of
 * the test's own, on a fake of the sockets.
 */

#include "unit/gateway/suites.h"

#include "unit/gateway/world.h"

#include <errno.h>
#include <string.h>

#define SOCKETS_MAX 16

struct datagram_t
{
	bool used;
	datagram_kind_t kind;
	net_endpoint_t end;
	datagram_fn_t fn;
	void *user;
};

/** the far end of tunnel i */
typedef struct far_end_t
{
	bfd_t *bfd;
	bool cut;
	bool no_echo;
	unsigned requests;
	bfd_state_t last;
} far_end_t;

static datagram_t sockets[SOCKETS_MAX];
static far_end_t far[WORLD_TUNNELS_MAX];
static world_t *w;
static int refuse;
static unsigned settled[2];

/** the tunnel that an endpoint is on */
static unsigned tunnel_of(const net_endpoint_t *end)
{
	if (end->remote.family == FAMILY_IPV6)
	{
		return 0;
	}
	ck_assert_uint_eq(end->remote.b[0], 169);
	ck_assert_uint_lt(end->remote.b[2], WORLD_TUNNELS_MAX);
	return end->remote.b[2];
}

static datagram_t *socket_open(void *net, datagram_kind_t kind,
							   const net_endpoint_t *end, datagram_fn_t fn,
							   void *user, int *error)
{
	for (unsigned i = 0; i < SOCKETS_MAX && !refuse; i++)
	{
		if (!sockets[i].used)
		{
			sockets[i] = (datagram_t){
				.used = true,
				.kind = kind,
				.end = *end,
				.fn = fn,
				.user = user,
			};
			ck_assert_uint_ne(end->link_index, 0);
			ck_assert(addr_is_set(&end->local));
			return &sockets[i];
		}
	}
	*error = -refuse;
	return NULL;
}

static unsigned rebinds;

static int socket_rebind(void *net, datagram_t *d, const net_endpoint_t *end)
{
	ck_assert(d->used);
	ck_assert_uint_eq(tunnel_of(&d->end), tunnel_of(end));
	d->end = *end;
	rebinds++;
	return -refuse;
}

/** its link is the one that is there now */
static bool is_bound(const datagram_t *d)
{
	const kernel_link_t *link =
		d->used ? world_link(w, tunnel_of(&d->end)) : NULL;

	return link && link->up && link->index == d->end.link_index;
}

static void socket_send(void *net, datagram_t *d, const uint8_t *data,
						size_t len, usec_t again)
{
	far_end_t *f = &far[tunnel_of(&d->end)];

	ck_assert(d->used);
	if (!is_bound(d))
	{
		return;
	}
	if (d->kind == DATAGRAM_BFD)
	{
		f->last = (bfd_state_t)(data[1] >> 6);
		if (f->bfd && !f->cut)
		{
			bfd_input(f->bfd, data, len, w->now);
		}
		return;
	}
	f->requests++;
	if (!f->cut && !f->no_echo)
	{
		uint8_t reply[64];

		memcpy(reply, data, len);
		reply[0] = 0;
		d->fn(d->user, reply, len, w->now);
	}
}

static void socket_close(void *net, datagram_t *d)
{
	ck_assert(d->used);
	d->used = false;
}

static const datagram_ops_t socket_ops = {
	.open = socket_open,
	.rebind = socket_rebind,
	.send = socket_send,
	.close = socket_close,
};

static unsigned open_sockets(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < SOCKETS_MAX; i++)
	{
		n += sockets[i].used;
	}
	return n;
}

static void far_send(void *user, bfd_t *bfd, const uint8_t *data, size_t len,
					 usec_t again)
{
	far_end_t *f = user;

	for (unsigned i = 0; i < SOCKETS_MAX && !f->cut; i++)
	{
		if (sockets[i].kind == DATAGRAM_BFD && is_bound(&sockets[i]) &&
			&far[tunnel_of(&sockets[i].end)] == f)
		{
			sockets[i].fn(sockets[i].user, data, len, w->now);
		}
	}
}

static void far_state(void *user, bfd_t *bfd, bfd_state_t from, bfd_state_t to,
					  const char *reason, usec_t now)
{
}

static const bfd_sink_t far_sink = {.send = far_send, .state = far_state};

static void settle(void *user, const char *connection)
{
	settled[connection[1] - '1']++;
}

/** no hash, but one of these bytes alone */
static void sum(void *user, const uint8_t *data, size_t len,
				uint8_t digest[BFD_SHA1_SIZE])
{
	memset(digest, 0, BFD_SHA1_SIZE);
	for (size_t i = 0; i < len; i++)
	{
		digest[i % BFD_SHA1_SIZE] ^= data[i];
	}
}

static void with_bfd(config_t *config)
{
	for (size_t i = 0; i < config->bundles[0].n_tunnels; i++)
	{
		config->bundles[0].tunnels[i].bfd = true;
		config->bundles[0].tunnels[i].bfd_interval = 100;
	}
}

static void with_bfd_kept(config_t *config)
{
	with_bfd(config);
	config->keep_on_stop = CONFIG_KEEP_ALL;
}

static void with_slow_bfd(config_t *config)
{
	with_bfd(config);
	config->bundles[0].tunnels[0].bfd_interval = 400;
}

static void with_strict_bfd(config_t *config)
{
	with_bfd(config);
	config->bundles[0].tunnels[0].bfd_strict = true;
}

static void with_probe(config_t *config)
{
	for (size_t i = 0; i < config->bundles[0].n_tunnels; i++)
	{
		config_tunnel_t *tunnel = &config->bundles[0].tunnels[i];

		tunnel->probe = tunnel->neighbors[0].address;
		tunnel->probe_interval = 200;
	}
}

static void with_both(config_t *config)
{
	with_bfd(config);
	with_probe(config);
}

/** a key that the far side has not */
static void with_key(config_t *config)
{
	with_bfd(config);
	config->bundles[0].tunnels[0].bfd_auth = CONFIG_BFD_KEYED_SHA1;
	config->bundles[0].tunnels[0].bfd_password = str_copy("key");
}

static void begin(void (*edit)(config_t *config))
{
	static const bfd_config_t config = {
		.tx = 100 * USEC_PER_MSEC,
		.rx = 100 * USEC_PER_MSEC,
		.multiplier = 3,
	};

	memset(sockets, 0, sizeof(sockets));
	memset(far, 0, sizeof(far));
	memset(settled, 0, sizeof(settled));
	refuse = 0;
	rebinds = 0;
	world_extra = (core_seams_t){
		.datagram_ops = &socket_ops,
		.settle = settle,
		.sha1 = sum,
	};
	w = world_create(2);
	for (unsigned i = 0; i < 2; i++)
	{
		far[i].bfd =
			bfd_create(&config, 900 + i, w->timers, &far_sink, &far[i], i);
		bfd_start(far[i].bfd, w->now);
	}
	world_load_edited(w, edit);
	world_up(w);
	world_announce(w, 0, "10.1.0.0/16", true);
	world_announce(w, 1, "10.1.0.0/16", true);
	world_run(w, 3 * USEC_PER_SEC);
}

static void end(void)
{
	for (unsigned i = 0; i < 2; i++)
	{
		bfd_destroy(far[i].bfd);
		far[i].bfd = NULL;
	}
	world_destroy(w);
	ck_assert_uint_eq(open_sockets(), 0);
}

static unsigned ways(void)
{
	bool there;

	return world_ways(w, "10.1.0.0/16", &there);
}

/** as the views see it */
static const view_tunnel_t *seen(unsigned i)
{
	static view_state_t view;

	core_view(w->core, &view, w->now);
	return &view.tunnels[i];
}

START_TEST(bfd_takes_a_way_out_and_brings_it_back)
{
	begin(with_bfd);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(open_sockets(), 2);
	far[0].cut = true;
	world_run(w, 250 * USEC_PER_MSEC - 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 3);
	world_run(w, 170 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	/* the session is BGP's to judge: it stands until its hold time */
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

/** IKE is settled when a detector is content again, if it was long enough not,
 * and not each time that a way comes and goes */
START_TEST(ike_is_settled_after_a_silence)
{
	begin(_i ? with_probe : with_bfd);
	far[0].cut = true;
	world_run(w, 2 * USEC_PER_SEC + 500 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	ck_assert_uint_eq(settled[0], 0);
	for (unsigned i = 0; i < 2; i++)
	{
		far[0].cut = false;
		world_run(w, 2 * USEC_PER_SEC);
		ck_assert_uint_eq(ways(), 3);
		ck_assert_uint_eq(settled[0], 1);
		far[0].cut = true;
		world_run(w, (i ? 9 : 2) * USEC_PER_SEC);
	}
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(settled[0], 2);
	ck_assert_uint_eq(settled[1], 0);
	end();
}
END_TEST

/** its detectors end with it, and say once more what they say */
START_TEST(a_silent_tunnel_is_taken_out)
{
	char *text = world_config(1, NULL, NULL), *error;

	begin(with_bfd);
	far[1].cut = true;
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 1);
	ck_assert(world_load(w, text, &error));
	free(text);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 1);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	end();
}
END_TEST

START_TEST(ike_has_nothing_open_after_a_moment)
{
	begin(with_bfd);
	far[0].cut = true;
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(settled[0], 0);
	end();
}
END_TEST

static void with_keep(config_t *config)
{
	with_bfd(config);
	config->bundles[0].when_down = CONFIG_DOWN_KEEP;
}

/** all is dead at once: with when_down = keep, what has an SA goes on; not if
 * one of them works, nor without an SA */
START_TEST(all_dead_at_once)
{
	begin(_i ? with_keep : with_bfd);
	far[0].cut = far[1].cut = true;
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_int_eq(tunnel_state(seen(0)->tunnel), TUNNEL_DEAD);
	ck_assert_int_eq(tunnel_state(seen(1)->tunnel), TUNNEL_DEAD);
	ck_assert_uint_eq(ways(), _i ? 3 : 0);
	ck_assert_int_eq(world_problem(w, "bundle b: none of its tunnels works"),
					 _i);
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 1);
	ck_assert(!world_problem(w, "bundle b: none"));
	far[0].cut = true;
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), _i ? 3 : 0);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), _i ? 2 : 0);
	/* a person's word counts for more */
	core_drain(w->core, "t2", w->now);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 0);
	end();
}
END_TEST

/** what the far side has refused while its BFD was down is tried as soon as that
 * is up, not when a retry timer says so */
START_TEST(session_begins_with_bfd)
{
	begin(with_bfd);
	far[0].cut = true;
	world_run(w, 500 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	bgp_peer_stop(w->far[0].bgp, w->far[0].peer, 10, NULL, w->now);
	/* the short waits are over, the next one takes 12 s at least */
	world_run(w, 16 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	bgp_peer_start(w->far[0].bgp, w->far[0].peer, w->now);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_int_ne(world_session(w, 0), BGP_ESTABLISHED);
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_int_eq(world_session(w, 0), BGP_ESTABLISHED);
	end();
}
END_TEST

/** by its name there is another link at once, and nothing has to start anew */
START_TEST(detectors_outlive_their_link)
{
	view_tunnel_t before;

	begin(with_both);
	world_run(w, 3 * USEC_PER_SEC);
	before = *seen(0);
	ck_assert_int_eq(before.bfd.state, BFD_UP);
	world_link_delete(w, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(rebinds, 2);
	ck_assert_uint_eq(ways(), 3);
	/* longer than either needs to fail */
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(seen(0)->bfd.discriminator, before.bfd.discriminator);
	ck_assert_uint_eq(seen(0)->bfd.ups, before.bfd.ups);
	end();
}
END_TEST

/** new ones then: a socket that cannot be moved is none */
START_TEST(detectors_that_cannot_move_start_anew)
{
	begin(with_both);
	world_run(w, 3 * USEC_PER_SEC);
	refuse = ENODEV;
	world_link_delete(w, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(rebinds, 2);
	ck_assert_uint_eq(open_sockets(), 2);
	refuse = 0;
	world_run(w, 15 * USEC_PER_SEC);
	ck_assert_uint_eq(open_sockets(), 4);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

static void with_link_local(config_t *config)
{
	config_tunnel_t *tunnel = &config->bundles[0].tunnels[0];

	with_bfd(config);
	tunnel->addresses =
		mem_resize(tunnel->addresses, 2, sizeof(*tunnel->addresses));
	ck_assert(ifaddr_parse("fe80::2/64", &tunnel->addresses[1]));
	tunnel->n_addresses = 2;
	addr_parse("fe80::1", &tunnel->bfd_address);
}

/** of a link's two link-local addresses, and whatever comes and goes elsewhere */
START_TEST(the_configured_address_is_used)
{
	addr_t own;

	begin(with_link_local);
	addr_parse("fe80::2", &own);
	ck_assert_uint_eq(open_sockets(), 2);
	ck_assert(addr_equal(&sockets[0].end.local, &own));
	/* the kernel's own, after ours */
	world_addr(w, world_link(w, 0)->index, "fe80::abcd/64", true);
	world_run(w, USEC_PER_SEC);
	/* the one that stands first is taken away: what moves up is no better */
	ck_assert(world_link(w, 0)->index == w->state.addrs[0].link);
	world_addr_delete(w, &w->state.addrs[0]);
	world_run(w, 10 * USEC_PER_MSEC);
	ck_assert(addr_equal(&sockets[0].end.local, &own));
	ck_assert_int_eq(far[0].last, BFD_UP);
	/* ours away for a moment: the kernel's does, until ours is back */
	world_addr(w, world_link(w, 0)->index, "fe80::2/64", false);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert(addr_equal(&sockets[0].end.local, &own));
	ck_assert_uint_eq(open_sockets(), 2);
	end();
}
END_TEST

START_TEST(far_operator_takes_bfd_down)
{
	begin(with_bfd);
	bfd_stop(far[0].bfd, w->now);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(bfd_that_never_was_up_is_no_failure)
{
	begin(NULL);
	bfd_stop(far[0].bfd, w->now);
	world_load_edited(w, with_bfd);
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(strict_bfd_is_waited_for)
{
	begin(with_strict_bfd);
	ck_assert_uint_eq(ways(), 3);
	bfd_stop(far[0].bfd, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 2);
	/* a new SA is not used before its session */
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 2);
	bfd_start(far[0].bfd, w->now);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	/* no longer strict, and BFD gone: all is well at once */
	bfd_stop(far[0].bfd, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 2);
	world_load_edited(w, NULL);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(bfd_runs_while_there_is_an_sa)
{
	begin(with_bfd);
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(open_sockets(), 1);
	/* told to the far side as our will, not as a failure */
	ck_assert_int_eq(far[0].last, BFD_ADMIN_DOWN);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(open_sockets(), 2);
	ck_assert_int_eq(far[0].last, BFD_UP);
	ck_assert_uint_eq(ways(), 3);
	/* a rekey is nothing to it */
	world_fact(w, 0, FACT_CHILD_UP, 300, 0);
	world_fact(w, 0, FACT_CHILD_REKEYED, 200, 300);
	world_fact(w, 0, FACT_CHILD_DOWN, 200, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_int_eq(far[0].last, BFD_UP);
	end();
}
END_TEST

/** tunnel 0 is lost, and gets SA `sa` for another, as by a reauthentication that
 * breaks before it makes: that is no way out of the failure */
static void lose_and_renew(uint32_t sa)
{
	far[0].cut = true;
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 2);
	world_fact(w, 0, FACT_CHILD_DOWN, sa - 1, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	world_fact(w, 0, FACT_CHILD_UP, sa, 0);
	for (unsigned i = 0; i < 500; i++)
	{
		world_run(w, 10 * USEC_PER_MSEC);
		ck_assert_uint_eq(ways(), 2);
	}
}

START_TEST(bfd_that_was_lost_is_lost_over_a_new_sa)
{
	begin(with_bfd);
	lose_and_renew(101);
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	/* the far operator says that it is no failure */
	lose_and_renew(102);
	far[0].cut = false;
	bfd_stop(far[0].bfd, w->now);
	ck_assert_uint_eq(ways(), 2);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 3);
	/* ours asks for BFD no more, also before there is an SA */
	bfd_start(far[0].bfd, w->now);
	world_run(w, 3 * USEC_PER_SEC);
	lose_and_renew(103);
	world_fact(w, 0, FACT_CHILD_DOWN, 103, 0);
	world_load_edited(w, NULL);
	world_fact(w, 0, FACT_CHILD_UP, 104, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(probe_that_failed_has_failed_over_a_new_sa)
{
	begin(with_probe);
	lose_and_renew(101);
	far[0].cut = false;
	world_run(w, 400 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	lose_and_renew(102);
	world_fact(w, 0, FACT_CHILD_DOWN, 102, 0);
	world_load_edited(w, NULL);
	world_fact(w, 0, FACT_CHILD_UP, 103, 0);
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 3);
	end();
}
END_TEST

START_TEST(stop_is_said)
{
	begin(with_bfd);
	core_stop_peers(w->core, w->now);
	ck_assert_int_eq(far[0].last, BFD_ADMIN_DOWN);
	ck_assert_int_eq(far[1].last, BFD_ADMIN_DOWN);
	ck_assert_uint_eq(open_sockets(), 0);
	end();
}
END_TEST

/* a far BGP that hears of it before the session's end takes it for a failure */
START_TEST(stop_that_keeps_all_is_not_said)
{
	begin(with_bfd_kept);
	core_stop_peers(w->core, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert_int_eq(far[0].last, BFD_UP);
	ck_assert_int_eq(far[1].last, BFD_UP);
	end();
}
END_TEST

START_TEST(probe_takes_a_way_out_and_brings_it_back)
{
	begin(with_probe);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_ge(far[0].requests, 10);
	far[0].no_echo = true;
	world_run(w, 300 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 3);
	world_run(w, 520 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	far[0].no_echo = false;
	world_run(w, 600 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	world_run(w, 600 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 3);
	/* taken out of the configuration while it has failed: forgotten */
	far[0].no_echo = true;
	world_run(w, USEC_PER_SEC);
	ck_assert_uint_eq(ways(), 2);
	world_load_edited(w, NULL);
	ck_assert_uint_eq(ways(), 3);
	ck_assert_uint_eq(open_sockets(), 0);
	end();
}
END_TEST

START_TEST(new_times_do_not_flap)
{
	begin(with_bfd);
	world_load_edited(w, with_slow_bfd);
	ck_assert_uint_eq(ways(), 3);
	world_run(w, 3 * USEC_PER_SEC);
	far[0].cut = true;
	world_run(w, 900 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 3);
	world_run(w, 400 * USEC_PER_MSEC);
	ck_assert_uint_eq(ways(), 2);
	end();
}
END_TEST

START_TEST(socket_that_cannot_be_had_is_tried_again)
{
	begin(NULL);
	refuse = EADDRINUSE;
	world_load_edited(w, with_bfd);
	ck_assert_uint_eq(open_sockets(), 0);
	ck_assert_uint_eq(ways(), 3);
	ck_assert(world_problem(w, "BFD cannot run on cyg-t1"));
	refuse = 0;
	world_run(w, 15 * USEC_PER_SEC);
	ck_assert_uint_eq(open_sockets(), 2);
	ck_assert(!world_problem(w, "BFD cannot run"));
	end();
}
END_TEST

START_TEST(bfd_is_told)
{
	begin(with_bfd);
	ck_assert(seen(0)->has_bfd && !seen(0)->has_probe);
	ck_assert_int_eq(seen(0)->bfd.state, BFD_UP);
	ck_assert_int_eq(seen(0)->bfd.remote_state, BFD_UP);
	ck_assert_uint_eq(seen(0)->bfd.detection, 300 * USEC_PER_MSEC);
	ck_assert(!world_problem(w, "BFD"));
	far[0].cut = true;
	world_run(w, USEC_PER_SEC);
	ck_assert_int_eq(seen(0)->bfd.diag, BFD_DIAG_TIME_EXPIRED);
	ck_assert(world_problem(w, "tunnel t1: BFD with 169.254.0.1 is Down: "
							   "Control Detection Time Expired: the tunnel is "
							   "not used"));
	ck_assert(!world_problem(w, "tunnel t2"));
	far[0].cut = false;
	world_run(w, 3 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "BFD"));
	/* the far side's will: used, and told */
	bfd_stop(far[0].bfd, w->now);
	world_run(w, USEC_PER_SEC);
	ck_assert(world_problem(w, "t1: BFD was taken down at 169.254.0.1 by a "
							   "person"));
	/* nothing runs without an SA */
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert(!seen(0)->has_bfd);
	ck_assert(!world_problem(w, "t1: BFD"));
	end();
}
END_TEST

START_TEST(bfd_that_never_comes_up_is_told)
{
	begin(NULL);
	bfd_stop(far[0].bfd, w->now);
	world_load_edited(w, with_bfd);
	world_run(w, 25 * USEC_PER_SEC);
	ck_assert(!world_problem(w, "has never come up"));
	world_run(w, 10 * USEC_PER_SEC);
	ck_assert(world_problem(w, "t1: BFD with 169.254.0.1 has never come up"));
	ck_assert(!world_problem(w, "t2: BFD"));
	world_load_edited(w, with_strict_bfd);
	ck_assert(world_problem(w, "t1: BFD with 169.254.0.1 is Down: No "
							   "Diagnostic: the tunnel is not used"));
	end();
}
END_TEST

START_TEST(probe_is_told)
{
	begin(with_probe);
	ck_assert(seen(0)->has_probe && !seen(0)->has_bfd);
	ck_assert(seen(0)->probe.answered && !seen(0)->probe.failed);
	ck_assert_uint_eq(seen(0)->probe.received, far[0].requests);
	ck_assert(!world_problem(w, "probe"));
	far[0].no_echo = true;
	world_run(w, USEC_PER_SEC);
	ck_assert(seen(0)->probe.failed);
	ck_assert(world_problem(w, "t1: the probe gets no answers from "
							   "169.254.0.1 ("));
	ck_assert(!world_problem(w, "t2: the probe"));
	/* begun anew with the SA, it has failed still */
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	ck_assert(!seen(0)->has_probe);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 1500 * USEC_PER_MSEC);
	ck_assert(world_problem(w, "t1: the probe gets no answers"));
	/* with another configuration it has not, and is not answered */
	world_load_edited(w, NULL);
	world_load_edited(w, with_probe);
	ck_assert(!world_problem(w, "t1: the probe"));
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert(world_problem(w, "t1: the probe of 169.254.0.1 was never "
							   "answered"));
	end();
}
END_TEST

/** each is told of by itself */
START_TEST(probe_fails_beside_bfd)
{
	begin(with_both);
	bfd_stop(far[0].bfd, w->now);
	far[0].no_echo = true;
	world_run(w, 2 * USEC_PER_SEC);
	ck_assert(seen(0)->bfd.remote_state == BFD_ADMIN_DOWN);
	ck_assert(world_problem(w, "t1: BFD was taken down"));
	ck_assert(!world_problem(w, "t1: BFD with"));
	ck_assert(world_problem(w, "t1: the probe gets no answers"));
	end();
}
END_TEST

/* an SA is missing for a moment, and what we said in it was lost: the far side, for
 * which nothing has ended, believes the new detector */
START_TEST(new_detector_is_believed)
{
	bfd_config_t keyed = {
		.tx = 100 * USEC_PER_MSEC,
		.rx = 100 * USEC_PER_MSEC,
		.multiplier = 3,
		.auth = BFD_AUTH_KEYED_SHA1,
		.key = "key",
		.sha1 = sum,
	};
	bfd_info_t info;
	uint64_t refused;

	begin(with_key);
	keyed.key_id = core_config(w->core)->bundles[0].tunnels[0].bfd_key_id;
	bfd_configure(far[0].bfd, &keyed, w->now);
	world_run(w, 5 * USEC_PER_SEC);
	ck_assert_int_eq(seen(0)->bfd.state, BFD_UP);
	bfd_info(far[0].bfd, &info);
	refused = info.unauthentic;
	far[0].cut = true;
	world_fact(w, 0, FACT_CHILD_DOWN, 100, 0);
	world_run(w, 20 * USEC_PER_MSEC);
	far[0].cut = false;
	bfd_info(far[0].bfd, &info);
	ck_assert_int_eq(info.state, BFD_UP);
	world_fact(w, 0, FACT_CHILD_UP, 200, 0);
	world_run(w, 100 * USEC_PER_MSEC);
	bfd_info(far[0].bfd, &info);
	ck_assert_uint_eq(info.unauthentic, refused);
	ck_assert_int_eq(info.state, BFD_UP);
	ck_assert_int_eq(seen(0)->bfd.state, BFD_UP);
	end();
}
END_TEST

START_TEST(wrong_key_is_told)
{
	begin(with_key);
	ck_assert_uint_gt(seen(0)->bfd.unauthentic, 0);
	ck_assert(world_problem(w, "packets were not authentic"));
	ck_assert(!world_problem(w, "t2: BFD"));
	end();
}
END_TEST

Suite *liveness_suite(void)
{
	Suite *s = suite_create("liveness");

	unit_add(s, "bfd", bfd_takes_a_way_out_and_brings_it_back);
	unit_add_loop(s, "settled", ike_is_settled_after_a_silence, 2);
	unit_add(s, "silent, taken out", a_silent_tunnel_is_taken_out);
	unit_add(s, "not settled", ike_has_nothing_open_after_a_moment);
	unit_add_loop(s, "all dead at once", all_dead_at_once, 2);
	unit_add(s, "session after bfd", session_begins_with_bfd);
	unit_add(s, "link anew", detectors_outlive_their_link);
	unit_add(s, "link lost", detectors_that_cannot_move_start_anew);
	unit_add(s, "configured address", the_configured_address_is_used);
	unit_add(s, "admin down", far_operator_takes_bfd_down);
	unit_add(s, "never up", bfd_that_never_was_up_is_no_failure);
	unit_add(s, "strict", strict_bfd_is_waited_for);
	unit_add(s, "sa", bfd_runs_while_there_is_an_sa);
	unit_add(s, "lost bfd", bfd_that_was_lost_is_lost_over_a_new_sa);
	unit_add(s, "lost probe", probe_that_failed_has_failed_over_a_new_sa);
	unit_add(s, "stop", stop_is_said);
	unit_add(s, "stop that keeps all", stop_that_keeps_all_is_not_said);
	unit_add(s, "probe", probe_takes_a_way_out_and_brings_it_back);
	unit_add(s, "times", new_times_do_not_flap);
	unit_add(s, "socket", socket_that_cannot_be_had_is_tried_again);
	unit_add(s, "bfd told", bfd_is_told);
	unit_add(s, "never up told", bfd_that_never_comes_up_is_told);
	unit_add(s, "probe told", probe_is_told);
	unit_add(s, "both told", probe_fails_beside_bfd);
	unit_add(s, "believed", new_detector_is_believed);
	unit_add(s, "key told", wrong_key_is_told);
	return s;
}
