/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The machine's hands: one event is one step of bgp_fsm_step, then its
 * actions in their order, then what the step means for the peer as a whole.
 *
 * A peer has two machines. The first is its own: it waits, dials, takes an
 * incoming connection in Active. The second serves an incoming connection
 * while the first has a connection or is dialling. When the first falls to
 * Idle while the second lives, they change places; the second never waits in
 * Idle or Active, it just ends.
 */

#include "bgp/speaker.h"

#include <stdio.h>
#include <string.h>

usec_t bgp_jitter(bgp_t *bgp, usec_t span)
{
	return span - prng_below(&bgp->rng, span / 4 + 1);
}

bgp_machine_t *bgp_peer_session(const bgp_peer_t *peer)
{
	if (peer->main->state == BGP_ESTABLISHED)
	{
		return peer->main;
	}
	return peer->extra->state == BGP_ESTABLISHED ? peer->extra : NULL;
}

static bool has_connection(const bgp_machine_t *m)
{
	return m->state >= BGP_OPENSENT;
}

static bgp_machine_t *other_of(const bgp_machine_t *m)
{
	return m->peer->main == m ? m->peer->extra : m->peer->main;
}

/* -- timers ---------------------------------------------------------------- */

static void stop_timers(bgp_machine_t *m)
{
	timers_t *timers = m->peer->bgp->timers;

	timer_stop(timers, &m->hold);
	timer_stop(timers, &m->keepalive);
	timer_stop(timers, &m->send_hold);
}

static void restart_hold(bgp_machine_t *m, usec_t now)
{
	timers_t *timers = m->peer->bgp->timers;

	if (m->agreed.hold_time)
	{
		timer_start(timers, &m->hold, now + m->agreed.hold_time * USEC_PER_SEC);
	}
	else
	{
		timer_stop(timers, &m->hold);
	}
}

static void start_keepalive(bgp_machine_t *m, usec_t now)
{
	bgp_t *bgp = m->peer->bgp;

	if (m->agreed.keepalive)
	{
		timer_start(bgp->timers, &m->keepalive,
					now + bgp_jitter(bgp, m->agreed.keepalive * USEC_PER_SEC));
	}
}

static void start_retry(bgp_peer_t *peer, usec_t now)
{
	bgp_t *bgp = peer->bgp;

	if (!peer->config.passive)
	{
		timer_start(
			bgp->timers, &peer->retry,
			now + bgp_jitter(bgp, peer->config.connect_retry * USEC_PER_SEC));
	}
}

/** dialling failed: what refuses us may be about to start, so the first tries
 * are not that far apart */
static void start_retry_soon(bgp_peer_t *peer, usec_t now)
{
	usec_t max = peer->config.connect_retry * USEC_PER_SEC;
	usec_t span = BGP_RETRY_MIN << peer->tries;

	if (span >= max)
	{
		start_retry(peer, now);
		return;
	}
	peer->tries++;
	if (!peer->config.passive)
	{
		timer_start(peer->bgp->timers, &peer->retry,
					now + bgp_jitter(peer->bgp, span));
	}
}

void bgp_send_hold_update(bgp_machine_t *m, bool waits, usec_t now)
{
	usec_t span = 2 * m->agreed.hold_time * USEC_PER_SEC;
	timers_t *timers = m->peer->bgp->timers;

	if (waits && m->state == BGP_ESTABLISHED)
	{
		timer_start(timers, &m->send_hold,
					now +
						(span > BGP_SEND_HOLD_MIN ? span : BGP_SEND_HOLD_MIN));
	}
	else
	{
		timer_stop(timers, &m->send_hold);
	}
}

static void hold_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_machine_event(user, BGP_EV_HOLD_EXPIRES, NULL, now);
}

static void keepalive_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_machine_event(user, BGP_EV_KEEPALIVE_EXPIRES, NULL, now);
}

static void send_hold_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_machine_event(user, BGP_EV_SEND_HOLD_EXPIRES, NULL, now);
}

static void retry_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_peer_t *peer = user;

	bgp_machine_event(peer->main, BGP_EV_CONNECT_RETRY_EXPIRES, NULL, now);
}

static void idle_hold_expires(cyg_timer_t *timer, void *user, usec_t now)
{
	bgp_peer_t *peer = user;

	/* else it was connections of the peer's that had to wait */
	if (peer->main->state == BGP_IDLE)
	{
		bgp_machine_event(peer->main, BGP_EV_IDLE_HOLD_EXPIRES, NULL, now);
	}
}

void bgp_machine_init(bgp_machine_t *m, bgp_peer_t *peer)
{
	m->peer = peer;
	timer_init(&m->hold, hold_expires, m);
	timer_init(&m->keepalive, keepalive_expires, m);
	timer_init(&m->send_hold, send_hold_expires, m);
}

void bgp_peer_timers_init(bgp_peer_t *peer)
{
	timer_init(&peer->retry, retry_expires, peer);
	timer_init(&peer->idle_hold, idle_hold_expires, peer);
}

void bgp_peer_timers_stop(bgp_peer_t *peer)
{
	timer_stop(peer->bgp->timers, &peer->retry);
	timer_stop(peer->bgp->timers, &peer->idle_hold);
	timer_stop(peer->bgp->timers, &peer->restart);
	timer_stop(peer->bgp->timers, &peer->refresh);
	stop_timers(&peer->machines[0]);
	stop_timers(&peer->machines[1]);
}

/* -- actions --------------------------------------------------------------- */

static void send_open(bgp_machine_t *m, usec_t now)
{
	bgp_open_t open;
	wbuf_t w = bgp_conn_queue(m->conn, BGP_HEADER_LEN + 10 + 255);

	bgp_open_build(m->peer, &open);
	m->said = open.caps;
	bgp_encode_open(&w, &open);
	bgp_conn_queued(m->conn, &w, now);
}

static void send_keepalive(bgp_machine_t *m, usec_t now)
{
	wbuf_t w;

	/* what waits already will tell that we live; a peer that does not read
	 * costs no memory */
	if (m->state == BGP_ESTABLISHED && m->conn->out_len)
	{
		return;
	}
	w = bgp_conn_queue(m->conn, BGP_HEADER_LEN);
	bgp_encode_keepalive(&w);
	bgp_conn_queued(m->conn, &w, now);
}

static void write_notification(bgp_machine_t *m, const bgp_notice_t *n,
							   usec_t now)
{
	wbuf_t w = bgp_conn_queue(m->conn, BGP_HEADER_LEN + 4 + n->len);
	uint8_t wrapped[sizeof(n->data) + 2];
	wbuf_t data = wbuf_make(wrapped, sizeof(wrapped));

	if (n->hard)
	{
		wbuf_u8(&data, n->code);
		wbuf_u8(&data, n->subcode);
		wbuf_bytes(&data, n->data, n->len);
		bgp_encode_notification(&w, BGP_ERR_CEASE, BGP_CEASE_HARD_RESET,
								wrapped, wbuf_len(&data));
	}
	else
	{
		bgp_encode_notification(&w, n->code, n->subcode, n->data, n->len);
	}
	bgp_conn_queued(m->conn, &w, now);
}

static void send_notification(bgp_machine_t *m, const bgp_fsm_result_t *r,
							  usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_notice_t *n = &peer->notice;

	if (r->code)
	{
		n->code = r->code;
		n->subcode = r->subcode;
		/* the type of an unexpected message belongs to these alone */
		if (r->code != BGP_ERR_FSM || !r->subcode)
		{
			n->len = 0;
		}
	}
	/* of a session only, and with a peer that knows of it */
	n->hard =
		n->hard && r->actions & BGP_ACT_DOWN && m->agreed.notification_restart;
	/* a collision is no error of the session that stays */
	if (n->code != BGP_ERR_CEASE || n->subcode != BGP_CEASE_COLLISION)
	{
		bgp_notice_record(peer, n, true, now);
	}
	if (m->conn)
	{
		write_notification(m, n, now);
	}
}

static void dial(bgp_peer_t *peer)
{
	peer->dialling = true;
	peer->bgp->sink.connect(peer->bgp->user, peer);
}

static void cancel_dial(bgp_peer_t *peer)
{
	if (peer->dialling)
	{
		peer->dialling = false;
		peer->bgp->sink.connect_cancel(peer->bgp->user, peer);
	}
}

static void drop(bgp_machine_t *m)
{
	bgp_conn_t *conn = m->conn;

	stop_timers(m);
	m->conn = NULL;
	memset(&m->agreed, 0, sizeof(m->agreed));
	if (conn)
	{
		bgp_conn_drop(conn);
	}
}

/** a wait that doubles while failures follow each other */
static void back_off(bgp_peer_t *peer, usec_t now)
{
	unsigned doubled = peer->failures < 9 ? peer->failures : 9;
	usec_t span =
		doubled ? BGP_IDLE_HOLD_MIN << (doubled - 1) : BGP_IDLE_HOLD_ONE;

	if (span > BGP_IDLE_HOLD_MAX)
	{
		span = BGP_IDLE_HOLD_MAX;
	}
	peer->failures++;
	timer_start(peer->bgp->timers, &peer->idle_hold,
				now + bgp_jitter(peer->bgp, span));
}

/** the wait in Idle before the next start */
static void start_idle_hold(bgp_peer_t *peer, usec_t now)
{
	bgp_t *bgp = peer->bgp;

	if (!peer->started || has_connection(other_of(peer->main)) ||
		has_connection(peer->main))
	{
		return;
	}
	if (peer->collided)
	{
		/* the peer keeps the other one, which has not reached us yet */
		peer->collided = false;
		peer->main->state = BGP_ACTIVE;
		start_retry(peer, now);
		return;
	}
	if (peer->over_limit)
	{
		peer->over_limit = false;
		if (peer->config.max_prefix_restart)
		{
			timer_start(bgp->timers, &peer->idle_hold,
						now + peer->config.max_prefix_restart * USEC_PER_SEC);
		}
		else
		{
			peer->held = true;
			bgp_restart_settle(peer, ~0u);
		}
		return;
	}
	back_off(peer, now);
	snprintf(peer->held_by, sizeof(peer->held_by), "%u failures in a row",
			 peer->failures);
}

static void act_timers(bgp_machine_t *m, unsigned actions, usec_t now)
{
	bgp_peer_t *peer = m->peer;
	timers_t *timers = peer->bgp->timers;

	if (actions & BGP_ACT_RETRY_START && m == peer->main)
	{
		if (actions & BGP_ACT_CONNECT)
		{
			start_retry(peer, now);
		}
		else
		{
			start_retry_soon(peer, now);
		}
	}
	if (actions & BGP_ACT_RETRY_STOP && m == peer->main)
	{
		timer_stop(timers, &peer->retry);
	}
	if (actions & BGP_ACT_COUNTER_ZERO)
	{
		peer->retry_counter = 0;
	}
	if (actions & BGP_ACT_COUNTER_ADD)
	{
		peer->retry_counter++;
	}
	if (actions & BGP_ACT_HOLD_LARGE)
	{
		timer_start(timers, &m->hold, now + BGP_HOLD_LARGE);
	}
	if (actions & BGP_ACT_HOLD_RESTART)
	{
		restart_hold(m, now);
	}
	if (actions & BGP_ACT_KEEPALIVE_START)
	{
		start_keepalive(m, now);
	}
}

static void act(bgp_machine_t *m, bgp_event_t event, const bgp_fsm_result_t *r,
				usec_t now)
{
	unsigned actions = r->actions;

	if (actions & BGP_ACT_CANCEL && m == m->peer->main)
	{
		cancel_dial(m->peer);
	}
	act_timers(m, actions, now);
	if (actions & BGP_ACT_SEND_OPEN)
	{
		send_open(m, now);
	}
	if (actions & BGP_ACT_SEND_KEEPALIVE)
	{
		send_keepalive(m, now);
	}
	if (actions & BGP_ACT_SEND_NOTIFICATION)
	{
		send_notification(m, r, now);
	}
	if (actions & BGP_ACT_DOWN)
	{
		bgp_session_down(m, event, now);
	}
	if (actions & BGP_ACT_DROP)
	{
		drop(m);
	}
}

/* -- the step -------------------------------------------------------------- */

/** the survivor is the peer's own machine; the second does not linger */
static void settle(bgp_peer_t *peer)
{
	bgp_machine_t *m = peer->main;

	if (peer->extra->state < BGP_OPENSENT)
	{
		peer->extra->state = BGP_IDLE;
	}
	else if (peer->main->state == BGP_IDLE)
	{
		peer->main = peer->extra;
		peer->extra = m;
	}
}

static void tell_state(bgp_peer_t *peer, const char *reason, usec_t now)
{
	bgp_state_t from = peer->state;
	bgp_state_t to = peer->main->state > peer->extra->state
						 ? peer->main->state
						 : peer->extra->state;

	if (from != to)
	{
		peer->state = to;
		peer->since = now;
		peer->bgp->sink.state(peer->bgp->user, peer, from, to, reason);
	}
}

/** the step and its actions on this machine alone */
static bgp_fsm_result_t step(bgp_machine_t *m, bgp_event_t event, usec_t now)
{
	bgp_fsm_result_t r = bgp_fsm_step(m->state, event);

	m->state = r.next;
	act(m, event, &r, now);
	memset(&m->peer->notice, 0, offsetof(bgp_notice_t, data));
	return r;
}

static void session_begins(bgp_machine_t *m, usec_t now)
{
	bgp_machine_t *other = other_of(m);

	/* the rest of a collision: dialling under way, or an OPEN not answered */
	if (other->state != BGP_IDLE)
	{
		step(other, BGP_EV_COLLISION_DUMP, now);
	}
	bgp_session_up(m, now);
}

/** a connection of the peer's has come to nothing, and its machine does not
 * wait in Idle for it: the next of the kind are to wait (RFC 4271 section
 * 8.1.1). Collisions are no failures */
static bool incoming_failed(const bgp_peer_t *peer, bgp_event_t event,
							bool incoming, bool extra, bgp_state_t next)
{
	return incoming && next < BGP_OPENSENT && peer->started &&
		   !peer->collided && event != BGP_EV_COLLISION_DUMP &&
		   (extra || next == BGP_ACTIVE);
}

void bgp_machine_event(bgp_machine_t *m, bgp_event_t event, const char *reason,
					   usec_t now)
{
	bgp_peer_t *peer = m->peer;
	bgp_state_t before = m->state;
	bool incoming = m->conn && m->conn->incoming, extra = m == peer->extra;
	bgp_fsm_result_t r = step(m, event, now);

	/* most messages by far */
	if (before == BGP_ESTABLISHED && r.next == BGP_ESTABLISHED)
	{
		return;
	}
	if (r.actions & BGP_ACT_UP)
	{
		session_begins(m, now);
	}
	settle(peer);
	if (incoming_failed(peer, event, incoming, extra, r.next))
	{
		back_off(peer, now);
	}
	else if (r.actions & BGP_ACT_IDLE_HOLD && m == peer->main)
	{
		start_idle_hold(peer, now);
	}
	if (peer->main->state != BGP_IDLE)
	{
		peer->held = false;
		peer->held_by[0] = '\0';
	}
	if (!reason)
	{
		reason = r.actions & BGP_ACT_SEND_NOTIFICATION ? peer->last_error
													   : bgp_event_name(event);
	}
	tell_state(peer, reason, now);
	if (r.actions & BGP_ACT_CONNECT)
	{
		dial(peer);
	}
	if (r.actions & BGP_ACT_RESTART)
	{
		bgp_machine_event(m,
						  peer->config.passive ? BGP_EV_AUTOMATIC_START_PASSIVE
											   : BGP_EV_AUTOMATIC_START,
						  NULL, now);
	}
}

void bgp_machine_fault(bgp_machine_t *m, bgp_event_t event,
					   const bgp_fault_t *fault, usec_t now)
{
	bgp_notice_t *n = &m->peer->notice;

	bgp_notice_set(n, fault->code, fault->subcode, fault->data,
				   fault->data_len);
	n->what = fault->what;
	n->attr = fault->attr;
	bgp_machine_event(m, event, NULL, now);
}
