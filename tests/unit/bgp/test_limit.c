/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * What a peer may take: who is told of it and how often, what ends, and what
 * brings it back.
 */

#include "unit/bgp/suites.h"

#include "base/log.h"
#include "unit/bgp/wire.h"

#include <string.h>

#define ATTRS "400101 00 400206 0201 0000fdea 400304 c0000202 "

/** lines that the speaker logged */
static char lines[1000];
static unsigned line_count;

static void take_line(void *user, log_level_t level, const char *line)
{
	size_t len = strlen(lines);

	ck_assert_int_eq(level, LOGL_WARN);
	snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
	line_count++;
}

static bgp_peer_info_t info(const wire_t *w)
{
	bgp_peer_info_t i;

	bgp_peer_info(w->speaker[0].peer, &i);
	return i;
}

static wire_t *w;
static bgp_peer_config_t config;

static void setup(void)
{
	log_set(take_line, NULL, LOGL_INFO);
	lines[0] = '\0';
	line_count = 0;
	w = wire_create_raw(65001, 65002);
	config = wire_config(w, 0, 65002);
}

static void teardown(void)
{
	wire_destroy(w);
}

static void configure(void)
{
	bgp_peer_configure(w->speaker[0].bgp, w->speaker[0].peer, &config, w->now);
	wire_run(w);
}

/** count prefixes 10.N.0.0/16 from first on, each in a message of its own */
static void announce(wire_conn_t *c, unsigned first, unsigned count)
{
	char hex[100];
	unsigned i;

	for (i = first; i < first + count; i++)
	{
		snprintf(hex, sizeof(hex), "0000 0014" ATTRS "10 0a%02x", i);
		raw_message(c, BGP_UPDATE, hex);
	}
}

static void withdraw(wire_conn_t *c, unsigned first, unsigned count)
{
	char hex[100];
	unsigned i;

	for (i = first; i < first + count; i++)
	{
		snprintf(hex, sizeof(hex), "0003 10 0a%02x 0000", i);
		raw_message(c, BGP_UPDATE, hex);
	}
}

START_TEST(test_warn)
{
	wire_conn_t *c;

	config.max_prefix = 40;
	config.max_prefix_warn = 50;
	configure();
	c = raw_establish(w);
	announce(c, 0, 19);
	ck_assert_uint_eq(line_count, 0);
	ck_assert_str_eq(info(w).last_error, "");
	announce(c, 19, 1);
	ck_assert_str_eq(lines, "neighbor right: 20 IPv4 prefixes, near the limit "
							"of 40\n");
	ck_assert_str_eq(info(w).last_error,
					 "warning: 20 IPv4 prefixes, near the limit of 40");
	/* once: not for the next ones, nor for one that comes and goes */
	announce(c, 20, 15);
	withdraw(c, 18, 17);
	announce(c, 18, 17);
	ck_assert_uint_eq(line_count, 1);
	/* it was well below */
	withdraw(c, 10, 25);
	announce(c, 10, 25);
	ck_assert_uint_eq(line_count, 2);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	ck_assert_str_eq(info(w).held_by, "");
	ck_assert_uint_eq(info(w).idle_until, 0);
}
END_TEST

START_TEST(test_warn_only)
{
	wire_conn_t *c;

	config.max_prefix = 4;
	config.max_prefix_warn_only = true;
	configure();
	c = raw_establish(w);
	announce(c, 0, 4);
	ck_assert_uint_eq(line_count, 0);
	announce(c, 4, 4);
	ck_assert_uint_eq(line_count, 1);
	ck_assert_str_eq(lines, "neighbor right: 5 IPv4 prefixes, over the limit "
							"of 4\n");
	/* it is taken */
	ck_assert_uint_eq(info(w).received[0], 8);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	config.max_prefix = 3;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	config.max_prefix = 4;
	/* from now on it is meant: what is there already counts */
	config.max_prefix_warn_only = false;
	configure();
	raw_expect_end(c, "06 01 0001 01 00000004");
	/* and now it is not */
	config.max_prefix_warn_only = true;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
	ck_assert_str_eq(info(w).held_by, "");
}
END_TEST

/** with and without a return */
START_TEST(test_stop)
{
	wire_conn_t *c;

	config.max_prefix = 2;
	config.max_prefix_restart = _i ? 60 : 0;
	configure();
	c = raw_establish(w);
	announce(c, 0, 2);
	/* the same again is not more */
	announce(c, 0, 2);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	announce(c, 2, 1);
	raw_expect_end(c, "06 01 0001 01 00000002");
	ck_assert_str_eq(info(w).held_by, "more than 2 IPv4 prefixes");
	ck_assert_str_eq(lines, "neighbor right: session ended: "
							"more than 2 IPv4 prefixes\n");
	ck_assert_uint_eq(info(w).idle_until,
					  _i ? w->now + 60 * USEC_PER_SEC : USEC_NEVER);
	/* the peer cannot cut it short */
	ck_assert_ptr_null(raw_dial(w));
	wire_advance(w, 60 * USEC_PER_SEC - 1);
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert_ptr_null(raw_dial(w));
	wire_advance(w, 1);
	ck_assert_int_eq(wire_state(w, 0), _i ? BGP_CONNECT : BGP_IDLE);
	if (!_i)
	{
		wire_advance(w, 86400 * USEC_PER_SEC);
		ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
		/* an operator's word counts always */
		bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
		ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
	}
	ck_assert_str_eq(info(w).held_by, "");
	ck_assert_uint_eq(info(w).idle_until, 0);
}
END_TEST

START_TEST(test_ipv6)
{
	wire_conn_t *c;

	config.max_prefix = 1;
	configure();
	c = raw_establish(w);
	/* one of each family is not two */
	announce(c, 0, 1);
	raw_message(c, BGP_UPDATE,
				"0000 0028 400101 00 400206 0201 0000fdea 800e18 0002 01 10"
				"20010db8000000000000000000000002 00 10 2001");
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	raw_message(c, BGP_UPDATE,
				"0000 0028 400101 00 400206 0201 0000fdea 800e18 0002 01 10"
				"20010db8000000000000000000000002 00 10 2002");
	raw_expect_end(c, "06 01 0002 01 00000001");
	ck_assert_str_eq(info(w).held_by, "more than 1 IPv6 prefixes");
}
END_TEST

/** in place, up and down, in a session and held */
START_TEST(test_changed)
{
	wire_conn_t *c;

	config.max_prefix = 8;
	configure();
	c = raw_establish(w);
	announce(c, 0, 6);
	config.max_prefix = 6;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	config.max_prefix = 5;
	configure();
	raw_expect_end(c, "06 01 0001 01 00000005");
	ck_assert_uint_eq(info(w).idle_until, USEC_NEVER);
	/* what has nothing to do with it does not start it */
	config.weight = 7;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	config.max_prefix = 6;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
}
END_TEST

/** what an operator stopped, a limit does not start */
START_TEST(test_changed_stopped)
{
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	bgp_peer_stop(w->speaker[0].bgp, w->speaker[0].peer, BGP_CEASE_SHUTDOWN,
				  "until monday", w->now);
	ck_assert_str_eq(info(w).held_by,
					 "Cease/Administrative Shutdown: until monday");
	ck_assert_uint_eq(info(w).idle_until, USEC_NEVER);
	config.max_prefix = 6;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_IDLE);
	ck_assert_ptr_null(raw_dial(w));
	bgp_peer_start(w->speaker[0].bgp, w->speaker[0].peer, w->now);
	ck_assert_str_eq(info(w).held_by, "");
}
END_TEST

START_TEST(test_memory)
{
	uint64_t one;
	wire_conn_t *c;

	c = raw_establish(w);
	announce(c, 0, 1);
	one = info(w).memory;
	ck_assert_uint_gt(one, 0);
	/* room for three */
	config.max_memory = 3 * one;
	configure();
	announce(c, 1, 2);
	ck_assert_int_eq(wire_state(w, 0), BGP_ESTABLISHED);
	if (_i)
	{
		announce(c, 3, 1);
	}
	else
	{
		config.max_memory = 3 * one - 1;
		configure();
	}
	raw_expect_end(c, "06 08");
	ck_assert_ptr_nonnull(strstr(info(w).held_by, "routes of more than "));
	ck_assert_uint_eq(info(w).memory, 0);
	ck_assert_uint_eq(info(w).idle_until, USEC_NEVER);
	config.max_memory = 0;
	configure();
	ck_assert_int_eq(wire_state(w, 0), BGP_CONNECT);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *test, int loops)
{
	TCase *tcase = tcase_create(name);

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_loop_test(tcase, test, 0, loops);
	suite_add_tcase(suite, tcase);
}

Suite *limit_suite(void)
{
	Suite *suite = suite_create("limit");

	add(suite, "warn", test_warn, 1);
	add(suite, "warn only", test_warn_only, 1);
	add(suite, "stop", test_stop, 2);
	add(suite, "ipv6", test_ipv6, 1);
	add(suite, "changed", test_changed, 1);
	add(suite, "changed stopped", test_changed_stopped, 1);
	add(suite, "memory", test_memory, 2);
	return suite;
}
