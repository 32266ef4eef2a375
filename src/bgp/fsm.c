/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The state machine, to be read beside RFC 4271 section 8.2.2: a function a
 * state, a case an event. Where it leaves that text:
 *
 * - Dialling that fails in Connect leads to Active, not Idle: Idle would
 *   refuse the peer's own connection meanwhile. All speakers do so.
 * - A NOTIFICATION is never answered by one, in OpenSent neither (section 6.4
 *   speaks against it).
 * - A broken header in Established is told by its own code (section 6.1), not
 *   as an error of the state machine.
 * - A second OPEN on one connection is an unexpected message (RFC 6608); a
 *   collision concerns the other connection and comes as event 23.
 */

#include "bgp/fsm.h"
#include "bgp/message.h"

/** to Idle, to be started again later */
#define ACT_FAIL                                                               \
	(BGP_ACT_RETRY_STOP | BGP_ACT_COUNTER_ADD | BGP_ACT_DROP |                 \
	 BGP_ACT_IDLE_HOLD)
/** the same with a NOTIFICATION before */
#define ACT_FAIL_TELL (ACT_FAIL | BGP_ACT_SEND_NOTIFICATION)
/** to Idle by an operator */
#define ACT_STOP (BGP_ACT_RETRY_STOP | BGP_ACT_COUNTER_ZERO | BGP_ACT_DROP)
/** a connection is there, by whomever */
#define ACT_OPEN (BGP_ACT_RETRY_STOP | BGP_ACT_SEND_OPEN | BGP_ACT_HOLD_LARGE)

static bgp_fsm_result_t go(bgp_state_t next, unsigned actions)
{
	return (bgp_fsm_result_t){.next = next, .actions = actions};
}

/** to Idle with a NOTIFICATION of our own making */
static bgp_fsm_result_t fail(unsigned actions, uint8_t code, uint8_t subcode)
{
	return (bgp_fsm_result_t){
		.next = BGP_IDLE,
		.actions = ACT_FAIL_TELL | actions,
		.code = code,
		.subcode = subcode,
	};
}

static bgp_fsm_result_t step_idle(bgp_event_t event)
{
	switch (event)
	{
		case BGP_EV_MANUAL_START:
		case BGP_EV_AUTOMATIC_START:
			return go(BGP_CONNECT, BGP_ACT_CONNECT | BGP_ACT_RETRY_START);
		case BGP_EV_MANUAL_START_PASSIVE:
		case BGP_EV_AUTOMATIC_START_PASSIVE:
			return go(BGP_ACTIVE, 0);
		case BGP_EV_IDLE_HOLD_EXPIRES:
			return go(BGP_IDLE, BGP_ACT_RESTART);
		case BGP_EV_TCP_ACKED:
		case BGP_EV_TCP_CONFIRMED:
			/* refused */
			return go(BGP_IDLE, BGP_ACT_DROP);
		case BGP_EV_MANUAL_STOP:
			/* ends a wait for the automatic start */
			return go(BGP_IDLE, ACT_STOP);
		case BGP_EV_AUTOMATIC_STOP:
		case BGP_EV_CONNECT_RETRY_EXPIRES:
		case BGP_EV_HOLD_EXPIRES:
		case BGP_EV_KEEPALIVE_EXPIRES:
		case BGP_EV_TCP_FAILS:
		case BGP_EV_OPEN:
		case BGP_EV_HEADER_ERROR:
		case BGP_EV_OPEN_ERROR:
		case BGP_EV_COLLISION_DUMP:
		case BGP_EV_NOTIFICATION_VERSION:
		case BGP_EV_NOTIFICATION:
		case BGP_EV_KEEPALIVE:
		case BGP_EV_UPDATE:
		case BGP_EV_UPDATE_ERROR:
		case BGP_EV_SEND_HOLD_EXPIRES:
		case BGP_EV_REFRESH:
		case BGP_EV_COUNT:
			break;
	}
	return go(BGP_IDLE, 0);
}

static bgp_fsm_result_t step_connect(bgp_event_t event)
{
	switch (event)
	{
		case BGP_EV_MANUAL_START:
		case BGP_EV_AUTOMATIC_START:
		case BGP_EV_MANUAL_START_PASSIVE:
		case BGP_EV_AUTOMATIC_START_PASSIVE:
			return go(BGP_CONNECT, 0);
		case BGP_EV_MANUAL_STOP:
			return go(BGP_IDLE, ACT_STOP | BGP_ACT_CANCEL);
		case BGP_EV_CONNECT_RETRY_EXPIRES:
			return go(BGP_CONNECT,
					  BGP_ACT_CANCEL | BGP_ACT_CONNECT | BGP_ACT_RETRY_START);
		case BGP_EV_TCP_ACKED:
		case BGP_EV_TCP_CONFIRMED:
			return go(BGP_OPENSENT, ACT_OPEN);
		case BGP_EV_TCP_FAILS:
			return go(BGP_ACTIVE, BGP_ACT_RETRY_START);
		case BGP_EV_COLLISION_DUMP:
			/* the peer's own connection was the quicker one */
			return go(BGP_IDLE, BGP_ACT_CANCEL | BGP_ACT_RETRY_STOP);
		case BGP_EV_AUTOMATIC_STOP:
		case BGP_EV_HOLD_EXPIRES:
		case BGP_EV_KEEPALIVE_EXPIRES:
		case BGP_EV_IDLE_HOLD_EXPIRES:
		case BGP_EV_OPEN:
		case BGP_EV_HEADER_ERROR:
		case BGP_EV_OPEN_ERROR:
		case BGP_EV_NOTIFICATION_VERSION:
		case BGP_EV_NOTIFICATION:
		case BGP_EV_KEEPALIVE:
		case BGP_EV_UPDATE:
		case BGP_EV_UPDATE_ERROR:
		case BGP_EV_SEND_HOLD_EXPIRES:
		case BGP_EV_REFRESH:
		case BGP_EV_COUNT:
			break;
	}
	return go(BGP_IDLE, ACT_FAIL | BGP_ACT_CANCEL);
}

static bgp_fsm_result_t step_active(bgp_event_t event)
{
	switch (event)
	{
		case BGP_EV_MANUAL_START:
		case BGP_EV_AUTOMATIC_START:
		case BGP_EV_MANUAL_START_PASSIVE:
		case BGP_EV_AUTOMATIC_START_PASSIVE:
			return go(BGP_ACTIVE, 0);
		case BGP_EV_MANUAL_STOP:
			return go(BGP_IDLE, ACT_STOP);
		case BGP_EV_CONNECT_RETRY_EXPIRES:
			return go(BGP_CONNECT, BGP_ACT_CONNECT | BGP_ACT_RETRY_START);
		case BGP_EV_TCP_ACKED:
		case BGP_EV_TCP_CONFIRMED:
			return go(BGP_OPENSENT, ACT_OPEN);
		case BGP_EV_COLLISION_DUMP:
			return go(BGP_IDLE, BGP_ACT_RETRY_STOP);
		case BGP_EV_TCP_FAILS:
		case BGP_EV_AUTOMATIC_STOP:
		case BGP_EV_HOLD_EXPIRES:
		case BGP_EV_KEEPALIVE_EXPIRES:
		case BGP_EV_IDLE_HOLD_EXPIRES:
		case BGP_EV_OPEN:
		case BGP_EV_HEADER_ERROR:
		case BGP_EV_OPEN_ERROR:
		case BGP_EV_NOTIFICATION_VERSION:
		case BGP_EV_NOTIFICATION:
		case BGP_EV_KEEPALIVE:
		case BGP_EV_UPDATE:
		case BGP_EV_UPDATE_ERROR:
		case BGP_EV_SEND_HOLD_EXPIRES:
		case BGP_EV_REFRESH:
		case BGP_EV_COUNT:
			break;
	}
	return go(BGP_IDLE, ACT_FAIL);
}

static bgp_fsm_result_t step_opensent(bgp_event_t event)
{
	switch (event)
	{
		case BGP_EV_MANUAL_START:
		case BGP_EV_AUTOMATIC_START:
		case BGP_EV_MANUAL_START_PASSIVE:
		case BGP_EV_AUTOMATIC_START_PASSIVE:
		case BGP_EV_TCP_ACKED:
		case BGP_EV_TCP_CONFIRMED:
			/* a second connection has a machine of its own */
			return go(BGP_OPENSENT, 0);
		case BGP_EV_MANUAL_STOP:
			return go(BGP_IDLE, ACT_STOP | BGP_ACT_SEND_NOTIFICATION);
		case BGP_EV_AUTOMATIC_STOP:
		case BGP_EV_HEADER_ERROR:
		case BGP_EV_OPEN_ERROR:
			return go(BGP_IDLE, ACT_FAIL_TELL);
		case BGP_EV_HOLD_EXPIRES:
			return fail(0, BGP_ERR_HOLD, 0);
		case BGP_EV_SEND_HOLD_EXPIRES:
			return fail(0, BGP_ERR_SEND_HOLD, 0);
		case BGP_EV_COLLISION_DUMP:
			return fail(0, BGP_ERR_CEASE, BGP_CEASE_COLLISION);
		case BGP_EV_TCP_FAILS:
			return go(BGP_ACTIVE, BGP_ACT_DROP | BGP_ACT_RETRY_START);
		case BGP_EV_OPEN:
			return go(BGP_OPENCONFIRM,
					  BGP_ACT_RETRY_STOP | BGP_ACT_SEND_KEEPALIVE |
						  BGP_ACT_KEEPALIVE_START | BGP_ACT_HOLD_RESTART);
		case BGP_EV_NOTIFICATION_VERSION:
			return go(BGP_IDLE,
					  BGP_ACT_RETRY_STOP | BGP_ACT_DROP | BGP_ACT_IDLE_HOLD);
		case BGP_EV_NOTIFICATION:
			return go(BGP_IDLE, ACT_FAIL);
		case BGP_EV_KEEPALIVE:
		case BGP_EV_UPDATE:
		case BGP_EV_UPDATE_ERROR:
		case BGP_EV_REFRESH:
			/* RFC 6608 section 4 */
			return fail(0, BGP_ERR_FSM, BGP_FSM_OPENSENT);
		case BGP_EV_CONNECT_RETRY_EXPIRES:
		case BGP_EV_KEEPALIVE_EXPIRES:
		case BGP_EV_IDLE_HOLD_EXPIRES:
		case BGP_EV_COUNT:
			break;
	}
	return fail(0, BGP_ERR_FSM, 0);
}

static bgp_fsm_result_t step_openconfirm(bgp_event_t event)
{
	switch (event)
	{
		case BGP_EV_MANUAL_START:
		case BGP_EV_AUTOMATIC_START:
		case BGP_EV_MANUAL_START_PASSIVE:
		case BGP_EV_AUTOMATIC_START_PASSIVE:
		case BGP_EV_TCP_ACKED:
		case BGP_EV_TCP_CONFIRMED:
			return go(BGP_OPENCONFIRM, 0);
		case BGP_EV_MANUAL_STOP:
			return go(BGP_IDLE, ACT_STOP | BGP_ACT_SEND_NOTIFICATION);
		case BGP_EV_AUTOMATIC_STOP:
		case BGP_EV_HEADER_ERROR:
		case BGP_EV_OPEN_ERROR:
			return go(BGP_IDLE, ACT_FAIL_TELL);
		case BGP_EV_HOLD_EXPIRES:
			return fail(0, BGP_ERR_HOLD, 0);
		case BGP_EV_SEND_HOLD_EXPIRES:
			return fail(0, BGP_ERR_SEND_HOLD, 0);
		case BGP_EV_COLLISION_DUMP:
			return fail(0, BGP_ERR_CEASE, BGP_CEASE_COLLISION);
		case BGP_EV_KEEPALIVE_EXPIRES:
			return go(BGP_OPENCONFIRM,
					  BGP_ACT_SEND_KEEPALIVE | BGP_ACT_KEEPALIVE_START);
		case BGP_EV_TCP_FAILS:
		case BGP_EV_NOTIFICATION:
			return go(BGP_IDLE, ACT_FAIL);
		case BGP_EV_NOTIFICATION_VERSION:
			return go(BGP_IDLE,
					  BGP_ACT_RETRY_STOP | BGP_ACT_DROP | BGP_ACT_IDLE_HOLD);
		case BGP_EV_KEEPALIVE:
			return go(BGP_ESTABLISHED, BGP_ACT_HOLD_RESTART | BGP_ACT_UP);
		case BGP_EV_OPEN:
		case BGP_EV_UPDATE:
		case BGP_EV_UPDATE_ERROR:
		case BGP_EV_REFRESH:
			return fail(0, BGP_ERR_FSM, BGP_FSM_OPENCONFIRM);
		case BGP_EV_CONNECT_RETRY_EXPIRES:
		case BGP_EV_IDLE_HOLD_EXPIRES:
		case BGP_EV_COUNT:
			break;
	}
	return fail(0, BGP_ERR_FSM, 0);
}

static bgp_fsm_result_t step_established(bgp_event_t event)
{
	switch (event)
	{
		case BGP_EV_MANUAL_START:
		case BGP_EV_AUTOMATIC_START:
		case BGP_EV_MANUAL_START_PASSIVE:
		case BGP_EV_AUTOMATIC_START_PASSIVE:
		case BGP_EV_TCP_ACKED:
		case BGP_EV_TCP_CONFIRMED:
			return go(BGP_ESTABLISHED, 0);
		case BGP_EV_MANUAL_STOP:
			return go(BGP_IDLE,
					  ACT_STOP | BGP_ACT_SEND_NOTIFICATION | BGP_ACT_DOWN);
		case BGP_EV_AUTOMATIC_STOP:
		case BGP_EV_HEADER_ERROR:
		case BGP_EV_OPEN_ERROR:
		case BGP_EV_UPDATE_ERROR:
			return go(BGP_IDLE, ACT_FAIL_TELL | BGP_ACT_DOWN);
		case BGP_EV_HOLD_EXPIRES:
			return fail(BGP_ACT_DOWN, BGP_ERR_HOLD, 0);
		case BGP_EV_SEND_HOLD_EXPIRES:
			return fail(BGP_ACT_DOWN, BGP_ERR_SEND_HOLD, 0);
		case BGP_EV_COLLISION_DUMP:
			return fail(BGP_ACT_DOWN, BGP_ERR_CEASE, BGP_CEASE_COLLISION);
		case BGP_EV_KEEPALIVE_EXPIRES:
			return go(BGP_ESTABLISHED,
					  BGP_ACT_SEND_KEEPALIVE | BGP_ACT_KEEPALIVE_START);
		case BGP_EV_TCP_FAILS:
		case BGP_EV_NOTIFICATION:
		case BGP_EV_NOTIFICATION_VERSION:
			return go(BGP_IDLE, ACT_FAIL | BGP_ACT_DOWN);
		case BGP_EV_KEEPALIVE:
			return go(BGP_ESTABLISHED, BGP_ACT_HOLD_RESTART);
		case BGP_EV_UPDATE:
		case BGP_EV_REFRESH:
			return go(BGP_ESTABLISHED, BGP_ACT_HOLD_RESTART | BGP_ACT_PROCESS);
		case BGP_EV_OPEN:
			return fail(BGP_ACT_DOWN, BGP_ERR_FSM, BGP_FSM_ESTABLISHED);
		case BGP_EV_CONNECT_RETRY_EXPIRES:
		case BGP_EV_IDLE_HOLD_EXPIRES:
		case BGP_EV_COUNT:
			break;
	}
	return fail(BGP_ACT_DOWN, BGP_ERR_FSM, 0);
}

bgp_fsm_result_t bgp_fsm_step(bgp_state_t state, bgp_event_t event)
{
	switch (state)
	{
		case BGP_IDLE:
			return step_idle(event);
		case BGP_CONNECT:
			return step_connect(event);
		case BGP_ACTIVE:
			return step_active(event);
		case BGP_OPENSENT:
			return step_opensent(event);
		case BGP_OPENCONFIRM:
			return step_openconfirm(event);
		case BGP_ESTABLISHED:
			break;
	}
	return step_established(event);
}

const char *bgp_state_name(bgp_state_t state)
{
	switch (state)
	{
		case BGP_IDLE:
			return "Idle";
		case BGP_CONNECT:
			return "Connect";
		case BGP_ACTIVE:
			return "Active";
		case BGP_OPENSENT:
			return "OpenSent";
		case BGP_OPENCONFIRM:
			return "OpenConfirm";
		case BGP_ESTABLISHED:
			break;
	}
	return "Established";
}

const char *bgp_event_name(bgp_event_t event)
{
	static const char *const names[BGP_EV_COUNT] = {
		[BGP_EV_MANUAL_START] = "ManualStart",
		[BGP_EV_MANUAL_STOP] = "ManualStop",
		[BGP_EV_AUTOMATIC_START] = "AutomaticStart",
		[BGP_EV_MANUAL_START_PASSIVE] =
			"ManualStart_with_PassiveTcpEstablishment",
		[BGP_EV_AUTOMATIC_START_PASSIVE] =
			"AutomaticStart_with_PassiveTcpEstablishment",
		[BGP_EV_AUTOMATIC_STOP] = "AutomaticStop",
		[BGP_EV_CONNECT_RETRY_EXPIRES] = "ConnectRetryTimer_Expires",
		[BGP_EV_HOLD_EXPIRES] = "HoldTimer_Expires",
		[BGP_EV_KEEPALIVE_EXPIRES] = "KeepaliveTimer_Expires",
		[BGP_EV_IDLE_HOLD_EXPIRES] = "IdleHoldTimer_Expires",
		[BGP_EV_TCP_ACKED] = "Tcp_CR_Acked",
		[BGP_EV_TCP_CONFIRMED] = "TcpConnectionConfirmed",
		[BGP_EV_TCP_FAILS] = "TcpConnectionFails",
		[BGP_EV_OPEN] = "BGPOpen",
		[BGP_EV_HEADER_ERROR] = "BGPHeaderErr",
		[BGP_EV_OPEN_ERROR] = "BGPOpenMsgErr",
		[BGP_EV_COLLISION_DUMP] = "OpenCollisionDump",
		[BGP_EV_NOTIFICATION_VERSION] = "NotifMsgVerErr",
		[BGP_EV_NOTIFICATION] = "NotifMsg",
		[BGP_EV_KEEPALIVE] = "KeepAliveMsg",
		[BGP_EV_UPDATE] = "UpdateMsg",
		[BGP_EV_UPDATE_ERROR] = "UpdateMsgErr",
		[BGP_EV_SEND_HOLD_EXPIRES] = "SendHoldTimer_Expires",
		[BGP_EV_REFRESH] = "RouteRefreshMsg",
	};

	return (unsigned)event < BGP_EV_COUNT ? names[event] : "?";
}
