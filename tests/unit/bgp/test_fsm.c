/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The state machine as a whole: one row a state and event, as RFC 4271
 * section 8.2.2 has it (and as the head of fsm.c leaves it). The table is
 * written down here by hand, in the words of the RFC, and must be complete.
 */

#include "unit/bgp/suites.h"

#include "bgp/fsm.h"
#include "bgp/message.h"

#include <string.h>

#define IDLE BGP_IDLE
#define CONN BGP_CONNECT
#define ACTV BGP_ACTIVE
#define SENT BGP_OPENSENT
#define CONF BGP_OPENCONFIRM
#define ESTB BGP_ESTABLISHED

/* what a row may ask for, by letters:
 *   x cancel dialling   c dial             r restart retry    s stop retry
 *   0 counter to zero   + counter          O send OPEN        K send KEEPALIVE
 *   N NOTIFICATION      L large hold       H hold             k keepalive timer
 *   U up                D down             d drop             i idle hold
 *   a start again       p process */
static const char letters[] = "xcrs0+OKNLHkUDdiap";

static unsigned actions_of(const char *text)
{
	unsigned actions = 0;

	for (; *text; text++)
	{
		const char *at = strchr(letters, *text);

		ck_assert_ptr_nonnull(at);
		actions |= 1u << (at - letters);
	}
	return actions;
}

typedef struct row_t
{
	bgp_state_t from;
	bgp_event_t event;
	bgp_state_t to;
	const char *actions;
	uint8_t code;
	uint8_t subcode;
} row_t;

static const row_t rows[] = {
	{IDLE, BGP_EV_MANUAL_START, CONN, "cr", 0, 0},
	{IDLE, BGP_EV_MANUAL_STOP, IDLE, "s0d", 0, 0},
	{IDLE, BGP_EV_AUTOMATIC_START, CONN, "cr", 0, 0},
	{IDLE, BGP_EV_MANUAL_START_PASSIVE, ACTV, "", 0, 0},
	{IDLE, BGP_EV_AUTOMATIC_START_PASSIVE, ACTV, "", 0, 0},
	{IDLE, BGP_EV_AUTOMATIC_STOP, IDLE, "", 0, 0},
	{IDLE, BGP_EV_CONNECT_RETRY_EXPIRES, IDLE, "", 0, 0},
	{IDLE, BGP_EV_HOLD_EXPIRES, IDLE, "", 0, 0},
	{IDLE, BGP_EV_KEEPALIVE_EXPIRES, IDLE, "", 0, 0},
	{IDLE, BGP_EV_IDLE_HOLD_EXPIRES, IDLE, "a", 0, 0},
	{IDLE, BGP_EV_TCP_ACKED, IDLE, "d", 0, 0},
	{IDLE, BGP_EV_TCP_CONFIRMED, IDLE, "d", 0, 0},
	{IDLE, BGP_EV_TCP_FAILS, IDLE, "", 0, 0},
	{IDLE, BGP_EV_OPEN, IDLE, "", 0, 0},
	{IDLE, BGP_EV_HEADER_ERROR, IDLE, "", 0, 0},
	{IDLE, BGP_EV_OPEN_ERROR, IDLE, "", 0, 0},
	{IDLE, BGP_EV_COLLISION_DUMP, IDLE, "", 0, 0},
	{IDLE, BGP_EV_NOTIFICATION_VERSION, IDLE, "", 0, 0},
	{IDLE, BGP_EV_NOTIFICATION, IDLE, "", 0, 0},
	{IDLE, BGP_EV_KEEPALIVE, IDLE, "", 0, 0},
	{IDLE, BGP_EV_UPDATE, IDLE, "", 0, 0},
	{IDLE, BGP_EV_UPDATE_ERROR, IDLE, "", 0, 0},
	{IDLE, BGP_EV_SEND_HOLD_EXPIRES, IDLE, "", 0, 0},
	{IDLE, BGP_EV_REFRESH, IDLE, "", 0, 0},

	{CONN, BGP_EV_MANUAL_START, CONN, "", 0, 0},
	{CONN, BGP_EV_MANUAL_STOP, IDLE, "xs0d", 0, 0},
	{CONN, BGP_EV_AUTOMATIC_START, CONN, "", 0, 0},
	{CONN, BGP_EV_MANUAL_START_PASSIVE, CONN, "", 0, 0},
	{CONN, BGP_EV_AUTOMATIC_START_PASSIVE, CONN, "", 0, 0},
	{CONN, BGP_EV_AUTOMATIC_STOP, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_CONNECT_RETRY_EXPIRES, CONN, "xcr", 0, 0},
	{CONN, BGP_EV_HOLD_EXPIRES, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_KEEPALIVE_EXPIRES, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_IDLE_HOLD_EXPIRES, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_TCP_ACKED, SENT, "sOL", 0, 0},
	{CONN, BGP_EV_TCP_CONFIRMED, SENT, "sOL", 0, 0},
	{CONN, BGP_EV_TCP_FAILS, ACTV, "r", 0, 0},
	{CONN, BGP_EV_OPEN, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_HEADER_ERROR, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_OPEN_ERROR, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_COLLISION_DUMP, IDLE, "xs", 0, 0},
	{CONN, BGP_EV_NOTIFICATION_VERSION, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_NOTIFICATION, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_KEEPALIVE, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_UPDATE, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_UPDATE_ERROR, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_SEND_HOLD_EXPIRES, IDLE, "xs+di", 0, 0},
	{CONN, BGP_EV_REFRESH, IDLE, "xs+di", 0, 0},

	{ACTV, BGP_EV_MANUAL_START, ACTV, "", 0, 0},
	{ACTV, BGP_EV_MANUAL_STOP, IDLE, "s0d", 0, 0},
	{ACTV, BGP_EV_AUTOMATIC_START, ACTV, "", 0, 0},
	{ACTV, BGP_EV_MANUAL_START_PASSIVE, ACTV, "", 0, 0},
	{ACTV, BGP_EV_AUTOMATIC_START_PASSIVE, ACTV, "", 0, 0},
	{ACTV, BGP_EV_AUTOMATIC_STOP, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_CONNECT_RETRY_EXPIRES, CONN, "cr", 0, 0},
	{ACTV, BGP_EV_HOLD_EXPIRES, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_KEEPALIVE_EXPIRES, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_IDLE_HOLD_EXPIRES, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_TCP_ACKED, SENT, "sOL", 0, 0},
	{ACTV, BGP_EV_TCP_CONFIRMED, SENT, "sOL", 0, 0},
	{ACTV, BGP_EV_TCP_FAILS, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_OPEN, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_HEADER_ERROR, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_OPEN_ERROR, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_COLLISION_DUMP, IDLE, "s", 0, 0},
	{ACTV, BGP_EV_NOTIFICATION_VERSION, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_NOTIFICATION, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_KEEPALIVE, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_UPDATE, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_UPDATE_ERROR, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_SEND_HOLD_EXPIRES, IDLE, "s+di", 0, 0},
	{ACTV, BGP_EV_REFRESH, IDLE, "s+di", 0, 0},

	{SENT, BGP_EV_MANUAL_START, SENT, "", 0, 0},
	{SENT, BGP_EV_MANUAL_STOP, IDLE, "s0Nd", 0, 0},
	{SENT, BGP_EV_AUTOMATIC_START, SENT, "", 0, 0},
	{SENT, BGP_EV_MANUAL_START_PASSIVE, SENT, "", 0, 0},
	{SENT, BGP_EV_AUTOMATIC_START_PASSIVE, SENT, "", 0, 0},
	{SENT, BGP_EV_AUTOMATIC_STOP, IDLE, "s+Ndi", 0, 0},
	{SENT, BGP_EV_CONNECT_RETRY_EXPIRES, IDLE, "s+Ndi", 5, 0},
	{SENT, BGP_EV_HOLD_EXPIRES, IDLE, "s+Ndi", 4, 0},
	{SENT, BGP_EV_KEEPALIVE_EXPIRES, IDLE, "s+Ndi", 5, 0},
	{SENT, BGP_EV_IDLE_HOLD_EXPIRES, IDLE, "s+Ndi", 5, 0},
	{SENT, BGP_EV_TCP_ACKED, SENT, "", 0, 0},
	{SENT, BGP_EV_TCP_CONFIRMED, SENT, "", 0, 0},
	{SENT, BGP_EV_TCP_FAILS, ACTV, "rd", 0, 0},
	{SENT, BGP_EV_OPEN, CONF, "sKHk", 0, 0},
	{SENT, BGP_EV_HEADER_ERROR, IDLE, "s+Ndi", 0, 0},
	{SENT, BGP_EV_OPEN_ERROR, IDLE, "s+Ndi", 0, 0},
	{SENT, BGP_EV_COLLISION_DUMP, IDLE, "s+Ndi", 6, 7},
	{SENT, BGP_EV_NOTIFICATION_VERSION, IDLE, "sdi", 0, 0},
	{SENT, BGP_EV_NOTIFICATION, IDLE, "s+di", 0, 0},
	{SENT, BGP_EV_KEEPALIVE, IDLE, "s+Ndi", 5, 1},
	{SENT, BGP_EV_UPDATE, IDLE, "s+Ndi", 5, 1},
	{SENT, BGP_EV_UPDATE_ERROR, IDLE, "s+Ndi", 5, 1},
	{SENT, BGP_EV_SEND_HOLD_EXPIRES, IDLE, "s+Ndi", 8, 0},
	{SENT, BGP_EV_REFRESH, IDLE, "s+Ndi", 5, 1},

	{CONF, BGP_EV_MANUAL_START, CONF, "", 0, 0},
	{CONF, BGP_EV_MANUAL_STOP, IDLE, "s0Nd", 0, 0},
	{CONF, BGP_EV_AUTOMATIC_START, CONF, "", 0, 0},
	{CONF, BGP_EV_MANUAL_START_PASSIVE, CONF, "", 0, 0},
	{CONF, BGP_EV_AUTOMATIC_START_PASSIVE, CONF, "", 0, 0},
	{CONF, BGP_EV_AUTOMATIC_STOP, IDLE, "s+Ndi", 0, 0},
	{CONF, BGP_EV_CONNECT_RETRY_EXPIRES, IDLE, "s+Ndi", 5, 0},
	{CONF, BGP_EV_HOLD_EXPIRES, IDLE, "s+Ndi", 4, 0},
	{CONF, BGP_EV_KEEPALIVE_EXPIRES, CONF, "Kk", 0, 0},
	{CONF, BGP_EV_IDLE_HOLD_EXPIRES, IDLE, "s+Ndi", 5, 0},
	{CONF, BGP_EV_TCP_ACKED, CONF, "", 0, 0},
	{CONF, BGP_EV_TCP_CONFIRMED, CONF, "", 0, 0},
	{CONF, BGP_EV_TCP_FAILS, IDLE, "s+di", 0, 0},
	{CONF, BGP_EV_OPEN, IDLE, "s+Ndi", 5, 2},
	{CONF, BGP_EV_HEADER_ERROR, IDLE, "s+Ndi", 0, 0},
	{CONF, BGP_EV_OPEN_ERROR, IDLE, "s+Ndi", 0, 0},
	{CONF, BGP_EV_COLLISION_DUMP, IDLE, "s+Ndi", 6, 7},
	{CONF, BGP_EV_NOTIFICATION_VERSION, IDLE, "sdi", 0, 0},
	{CONF, BGP_EV_NOTIFICATION, IDLE, "s+di", 0, 0},
	{CONF, BGP_EV_KEEPALIVE, ESTB, "HU", 0, 0},
	{CONF, BGP_EV_UPDATE, IDLE, "s+Ndi", 5, 2},
	{CONF, BGP_EV_UPDATE_ERROR, IDLE, "s+Ndi", 5, 2},
	{CONF, BGP_EV_SEND_HOLD_EXPIRES, IDLE, "s+Ndi", 8, 0},
	{CONF, BGP_EV_REFRESH, IDLE, "s+Ndi", 5, 2},

	{ESTB, BGP_EV_MANUAL_START, ESTB, "", 0, 0},
	{ESTB, BGP_EV_MANUAL_STOP, IDLE, "s0NDd", 0, 0},
	{ESTB, BGP_EV_AUTOMATIC_START, ESTB, "", 0, 0},
	{ESTB, BGP_EV_MANUAL_START_PASSIVE, ESTB, "", 0, 0},
	{ESTB, BGP_EV_AUTOMATIC_START_PASSIVE, ESTB, "", 0, 0},
	{ESTB, BGP_EV_AUTOMATIC_STOP, IDLE, "s+NDdi", 0, 0},
	{ESTB, BGP_EV_CONNECT_RETRY_EXPIRES, IDLE, "s+NDdi", 5, 0},
	{ESTB, BGP_EV_HOLD_EXPIRES, IDLE, "s+NDdi", 4, 0},
	{ESTB, BGP_EV_KEEPALIVE_EXPIRES, ESTB, "Kk", 0, 0},
	{ESTB, BGP_EV_IDLE_HOLD_EXPIRES, IDLE, "s+NDdi", 5, 0},
	{ESTB, BGP_EV_TCP_ACKED, ESTB, "", 0, 0},
	{ESTB, BGP_EV_TCP_CONFIRMED, ESTB, "", 0, 0},
	{ESTB, BGP_EV_TCP_FAILS, IDLE, "s+Ddi", 0, 0},
	{ESTB, BGP_EV_OPEN, IDLE, "s+NDdi", 5, 3},
	{ESTB, BGP_EV_HEADER_ERROR, IDLE, "s+NDdi", 0, 0},
	{ESTB, BGP_EV_OPEN_ERROR, IDLE, "s+NDdi", 0, 0},
	{ESTB, BGP_EV_COLLISION_DUMP, IDLE, "s+NDdi", 6, 7},
	{ESTB, BGP_EV_NOTIFICATION_VERSION, IDLE, "s+Ddi", 0, 0},
	{ESTB, BGP_EV_NOTIFICATION, IDLE, "s+Ddi", 0, 0},
	{ESTB, BGP_EV_KEEPALIVE, ESTB, "H", 0, 0},
	{ESTB, BGP_EV_UPDATE, ESTB, "Hp", 0, 0},
	{ESTB, BGP_EV_UPDATE_ERROR, IDLE, "s+NDdi", 0, 0},
	{ESTB, BGP_EV_SEND_HOLD_EXPIRES, IDLE, "s+NDdi", 8, 0},
	{ESTB, BGP_EV_REFRESH, ESTB, "Hp", 0, 0},
};

START_TEST(test_letters)
{
	/* the letters stand for the actions in the order of their bits */
	ck_assert_uint_eq(actions_of("x"), BGP_ACT_CANCEL);
	ck_assert_uint_eq(actions_of("s"), BGP_ACT_RETRY_STOP);
	ck_assert_uint_eq(actions_of("O"), BGP_ACT_SEND_OPEN);
	ck_assert_uint_eq(actions_of("N"), BGP_ACT_SEND_NOTIFICATION);
	ck_assert_uint_eq(actions_of("k"), BGP_ACT_KEEPALIVE_START);
	ck_assert_uint_eq(actions_of("D"), BGP_ACT_DOWN);
	ck_assert_uint_eq(actions_of("p"), BGP_ACT_PROCESS);
}
END_TEST

START_TEST(test_complete)
{
	bool seen[BGP_ESTABLISHED + 1][BGP_EV_COUNT] = {{false}};
	size_t i;

	ck_assert_uint_eq(countof(rows), countof(seen) * BGP_EV_COUNT);
	for (i = 0; i < countof(rows); i++)
	{
		ck_assert(!seen[rows[i].from][rows[i].event]);
		seen[rows[i].from][rows[i].event] = true;
	}
}
END_TEST

START_TEST(test_row)
{
	const row_t *row = &rows[_i];
	bgp_fsm_result_t r = bgp_fsm_step(row->from, row->event);
	const char *from = bgp_state_name(row->from);
	const char *event = bgp_event_name(row->event);

	ck_assert_msg(r.next == row->to, "%s, %s: to %s, not %s", from, event,
				  bgp_state_name(r.next), bgp_state_name(row->to));
	ck_assert_msg(r.actions == actions_of(row->actions),
				  "%s, %s: actions 0x%x, not 0x%x", from, event, r.actions,
				  actions_of(row->actions));
	ck_assert_msg(r.code == row->code && r.subcode == row->subcode,
				  "%s, %s: %u/%u, not %u/%u", from, event, r.code, r.subcode,
				  row->code, row->subcode);
}
END_TEST

START_TEST(test_names)
{
	int i;

	ck_assert_str_eq(bgp_state_name(BGP_OPENCONFIRM), "OpenConfirm");
	ck_assert_str_eq(bgp_event_name(BGP_EV_HOLD_EXPIRES), "HoldTimer_Expires");
	for (i = 0; i < BGP_EV_COUNT; i++)
	{
		ck_assert_ptr_nonnull(bgp_event_name((bgp_event_t)i));
	}
	ck_assert_str_eq(bgp_event_name(BGP_EV_COUNT), "?");
}
END_TEST

Suite *fsm_suite(void)
{
	Suite *suite = suite_create("fsm");

	unit_add(suite, "letters", test_letters);
	unit_add(suite, "complete", test_complete);
	unit_add_loop(suite, "row", test_row, countof(rows));
	unit_add(suite, "names", test_names);
	return suite;
}
