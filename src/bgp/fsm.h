/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The finite state machine of RFC 4271 section 8 as a pure function: a state
 * and an event give the next state and what is to be done. One machine runs
 * for each connection; that of the peer itself stands in Idle, Connect or
 * Active while there is none. Inside src/bgp only.
 *
 * Not here: DelayOpen (events 12, 20) and the tracking of TCP's handshake
 * (14, 15), both optional; starts with DampPeerOscillations (6, 7) are 3 and 5
 * after IdleHoldTimer_Expires. Added: ROUTE-REFRESH (RFC 2918) and the send
 * hold timer (RFC 9687).
 */

#ifndef CYGNET_BGP_FSM_H
#define CYGNET_BGP_FSM_H

#include "bgp/bgp.h"

/** numbers in comments are those of RFC 4271 section 8.1 */
typedef enum bgp_event_t
{
	BGP_EV_MANUAL_START,            /* 1 */
	BGP_EV_MANUAL_STOP,             /* 2 */
	BGP_EV_AUTOMATIC_START,         /* 3 */
	BGP_EV_MANUAL_START_PASSIVE,    /* 4 */
	BGP_EV_AUTOMATIC_START_PASSIVE, /* 5 */
	BGP_EV_AUTOMATIC_STOP,          /* 8 */
	BGP_EV_CONNECT_RETRY_EXPIRES,   /* 9 */
	BGP_EV_HOLD_EXPIRES,            /* 10 */
	BGP_EV_KEEPALIVE_EXPIRES,       /* 11 */
	BGP_EV_IDLE_HOLD_EXPIRES,       /* 13 */
	BGP_EV_TCP_ACKED,               /* 16: our dialling succeeded */
	BGP_EV_TCP_CONFIRMED,           /* 17: the peer's did */
	BGP_EV_TCP_FAILS,               /* 18 */
	BGP_EV_OPEN,                    /* 19: a valid one */
	BGP_EV_HEADER_ERROR,            /* 21 */
	BGP_EV_OPEN_ERROR,              /* 22 */
	BGP_EV_COLLISION_DUMP,          /* 23 */
	BGP_EV_NOTIFICATION_VERSION,    /* 24 */
	BGP_EV_NOTIFICATION,            /* 25 */
	BGP_EV_KEEPALIVE,               /* 26 */
	BGP_EV_UPDATE,                  /* 27 */
	BGP_EV_UPDATE_ERROR,            /* 28 */
	BGP_EV_SEND_HOLD_EXPIRES,       /* 29, RFC 9687 */
	BGP_EV_REFRESH,                 /* ROUTE-REFRESH, RFC 2918 */
	BGP_EV_COUNT,
} bgp_event_t;

/** what is to be done, in this order */
enum
{
	/** end an outstanding dialling */
	BGP_ACT_CANCEL = 0x0001,
	/** dial the peer */
	BGP_ACT_CONNECT = 0x0002,
	/** (re)start or stop the ConnectRetryTimer; a passive peer has none */
	BGP_ACT_RETRY_START = 0x0004,
	BGP_ACT_RETRY_STOP = 0x0008,
	/** ConnectRetryCounter */
	BGP_ACT_COUNTER_ZERO = 0x0010,
	BGP_ACT_COUNTER_ADD = 0x0020,
	BGP_ACT_SEND_OPEN = 0x0040,
	BGP_ACT_SEND_KEEPALIVE = 0x0080,
	/** with code and subcode of the result, or the fault's if code is 0 */
	BGP_ACT_SEND_NOTIFICATION = 0x0100,
	/** the hold timer at its large value of 4 minutes, or as negotiated */
	BGP_ACT_HOLD_LARGE = 0x0200,
	BGP_ACT_HOLD_RESTART = 0x0400,
	BGP_ACT_KEEPALIVE_START = 0x0800,
	/** the routes may be exchanged; they are lost */
	BGP_ACT_UP = 0x1000,
	BGP_ACT_DOWN = 0x2000,
	/** close the connection, stop its timers */
	BGP_ACT_DROP = 0x4000,
	/** start again after a time that grows (section 8.1.1 damping) */
	BGP_ACT_IDLE_HOLD = 0x8000,
	/** IdleHoldTimer has expired: start automatically */
	BGP_ACT_RESTART = 0x10000,
	/** the message is to be worked on */
	BGP_ACT_PROCESS = 0x20000,
};

typedef struct bgp_fsm_result_t
{
	bgp_state_t next;
	/** BGP_ACT_* */
	unsigned actions;
	/** of the NOTIFICATION; 0: what the event came with */
	uint8_t code;
	uint8_t subcode;
} bgp_fsm_result_t;

bgp_fsm_result_t bgp_fsm_step(bgp_state_t state, bgp_event_t event);
/** "HoldTimer_Expires" */
const char *bgp_event_name(bgp_event_t event);

#endif
