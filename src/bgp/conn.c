/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Connections: bytes to messages and messages to bytes. Only what is left of
 * a message in part is copied; whole ones are read where they lie. Going out,
 * control messages have a queue of their own and go first, so that a
 * KEEPALIVE never waits behind a table (the tables write their UPDATEs when
 * the socket takes them, not before).
 */

#include "bgp/speaker.h"

#include <stdlib.h>
#include <string.h>

bgp_conn_t *bgp_conn_create(bgp_peer_t *peer, const addr_t *local,
							bool incoming)
{
	bgp_conn_t *conn = mem_alloc(sizeof(*conn));

	conn->bgp = peer->bgp;
	conn->peer = peer;
	conn->incoming = incoming;
	if (local)
	{
		conn->local = *local;
	}
	list_append(&peer->conns, &conn->link);
	return conn;
}

void bgp_conn_free(bgp_conn_t *conn)
{
	list_remove(&conn->link);
	free(conn->in);
	free(conn->out);
	free(conn);
}

void bgp_conn_drop(bgp_conn_t *conn)
{
	bgp_t *bgp = conn->bgp;

	/* its bytes may be being read just now: they go with bgp_conn_free */
	conn->machine = NULL;
	if (!conn->closed)
	{
		bgp->sink.close(bgp->user, conn);
	}
}

void bgp_conn_set_user(bgp_conn_t *conn, void *user)
{
	conn->user = user;
}

void *bgp_conn_user(const bgp_conn_t *conn)
{
	return conn->user;
}

bgp_peer_t *bgp_conn_peer(const bgp_conn_t *conn)
{
	return conn->peer;
}

/* -- coming and going ------------------------------------------------------ */

/** a connection for a machine, and the event that it is there */
static bgp_conn_t *attach(bgp_machine_t *m, const addr_t *local, bool incoming,
						  usec_t now)
{
	bgp_conn_t *conn = bgp_conn_create(m->peer, local, incoming);

	conn->machine = m;
	m->conn = conn;
	bgp_connect_error_clear(m->peer);
	bgp_machine_event(m, incoming ? BGP_EV_TCP_CONFIRMED : BGP_EV_TCP_ACKED,
					  NULL, now);
	return conn;
}

bgp_conn_t *bgp_connected(bgp_t *bgp, bgp_peer_t *peer, const addr_t *local,
						  usec_t now)
{
	if (!peer->dialling || peer->main->state != BGP_CONNECT)
	{
		return NULL;
	}
	peer->dialling = false;
	return attach(peer->main, local, false, now);
}

void bgp_connect_failed(bgp_t *bgp, bgp_peer_t *peer, const char *why,
						usec_t now)
{
	if (peer->dialling)
	{
		peer->dialling = false;
		bgp_connect_error_record(peer, "connecting failed: ", why, now);
		bgp_machine_event(peer->main, BGP_EV_TCP_FAILS, why, now);
	}
}

bgp_conn_t *bgp_accepted(bgp_t *bgp, bgp_peer_t *peer, const addr_t *local,
						 usec_t now)
{
	bgp_machine_t *m = peer->main;

	/* a peer whose connections fail waits with those that it makes, too */
	if (peer->removed || !peer->started || m->state == BGP_IDLE ||
		timer_running(&peer->idle_hold))
	{
		return NULL;
	}
	if (m->state != BGP_ACTIVE)
	{
		/* ours is under way or there: a machine for this one, until OPEN
		 * tells which is to stay (RFC 4271 section 6.8) */
		m = peer->extra;
		if (m->state != BGP_IDLE)
		{
			/* the peer dials anew: it has given up the one before */
			bgp_machine_event(m, BGP_EV_COLLISION_DUMP, NULL, now);
		}
		m->state = BGP_ACTIVE;
	}
	return attach(m, local, true, now);
}

void bgp_conn_closed(bgp_t *bgp, bgp_conn_t *conn, const char *why, usec_t now)
{
	bgp_machine_t *m = conn->machine;

	conn->closed = true;
	why = why ? why : "connection closed";
	if (m)
	{
		if (m->state == BGP_ESTABLISHED)
		{
			bgp_error_record(m->peer, "connection lost: ", why, now);
		}
		else if (!m->peer->main->conn || !m->peer->extra->conn)
		{
			/* it was the only one, not one of a collision */
			bgp_connect_error_record(
				m->peer, "connection lost before a session: ", why, now);
		}
		bgp_machine_event(m, BGP_EV_TCP_FAILS, why, now);
	}
	bgp_conn_free(conn);
	bgp_tell(bgp, now);
}

/* -- in -------------------------------------------------------------------- */

static uint16_t receive_max(const bgp_machine_t *m)
{
	/* we take extended messages from all that have seen them in our OPEN (RFC
	 * 8654 section 4) */
	return m->state >= BGP_OPENCONFIRM && m->said.extended_message
			   ? BGP_MESSAGE_EXTENDED_MAX
			   : BGP_MESSAGE_MAX;
}

/** works on the message that r begins with; false: it is not whole yet.
 * *want: bytes that it has, as far as is known */
static bool take_message(bgp_conn_t *conn, rbuf_t *r, size_t *want, usec_t now)
{
	bgp_machine_t *m = conn->machine;
	bgp_fault_t fault;
	bgp_type_t type;
	rbuf_t body;
	uint16_t len;

	*want = BGP_HEADER_LEN;
	if (rbuf_left(r) < BGP_HEADER_LEN)
	{
		return false;
	}
	if (!bgp_decode_header(*r, receive_max(m), &len, &type, &fault))
	{
		m->peer->messages_in++;
		bgp_machine_fault(m, BGP_EV_HEADER_ERROR, &fault, now);
		return true;
	}
	*want = len;
	if (!rbuf_sub(r, len, &body) || !rbuf_skip(&body, BGP_HEADER_LEN))
	{
		return false;
	}
	m->peer->messages_in++;
	bgp_receive(m, type, body, now);
	return true;
}

/** moves bytes from r to the partial message until it has `want` */
static void gather(bgp_conn_t *conn, rbuf_t *r, size_t want)
{
	size_t n = want - conn->in_len;

	if (n > rbuf_left(r))
	{
		n = rbuf_left(r);
	}
	if (conn->in_room < want)
	{
		conn->in = mem_resize(conn->in, want, 1);
		conn->in_room = want;
	}
	rbuf_bytes(r, conn->in + conn->in_len, n);
	conn->in_len += n;
}

/** completes the partial message from r and works on it */
static void finish_partial(bgp_conn_t *conn, rbuf_t *r, usec_t now)
{
	rbuf_t message;
	size_t want;

	while (conn->machine)
	{
		message = rbuf_make(conn->in, conn->in_len);
		if (take_message(conn, &message, &want, now))
		{
			conn->in_len = 0;
			return;
		}
		if (!rbuf_left(r))
		{
			return;
		}
		gather(conn, r, want);
	}
}

void bgp_input(bgp_t *bgp, bgp_conn_t *conn, const uint8_t *data, size_t len,
			   usec_t now)
{
	rbuf_t r = rbuf_make(data, len);
	size_t want;

	if (!conn->machine)
	{
		return;
	}
	if (conn->in_len)
	{
		finish_partial(conn, &r, now);
	}
	if (conn->machine && conn->machine->state == BGP_ESTABLISHED)
	{
		bgp_read_ahead(bgp->rib, r);
	}
	while (conn->machine && rbuf_left(&r))
	{
		if (!take_message(conn, &r, &want, now))
		{
			gather(conn, &r, rbuf_left(&r));
		}
	}
	bgp_tell(bgp, now);
}

/* -- out ------------------------------------------------------------------- */

wbuf_t bgp_conn_queue(bgp_conn_t *conn, size_t room)
{
	if (conn->out_room - conn->out_len < room)
	{
		conn->out_room = conn->out_len + room;
		conn->out = mem_resize(conn->out, conn->out_room, 1);
	}
	return wbuf_make(conn->out + conn->out_len, room);
}

void bgp_conn_queued(bgp_conn_t *conn, const wbuf_t *w, usec_t now)
{
	conn->out_len += wbuf_len(w);
	conn->peer->messages_out++;
	bgp_conn_tell(conn, now);
}

bool bgp_conn_waiting(const bgp_conn_t *conn)
{
	if (conn->out_pos < conn->out_len)
	{
		return true;
	}
	return conn->machine && conn->machine->state == BGP_ESTABLISHED &&
		   (bgp_rib_out_waiting(conn->bgp->rib, &conn->peer->rib) ||
			conn->peer->eorr);
}

void bgp_conn_tell(bgp_conn_t *conn, usec_t now)
{
	if (!conn->told)
	{
		conn->told = true;
		if (conn->machine)
		{
			bgp_send_hold_update(conn->machine, true, now);
		}
		conn->bgp->sink.output(conn->bgp->user, conn);
	}
}

/** whole control messages, as many as fit */
static void put_control(bgp_conn_t *conn, wbuf_t *w)
{
	rbuf_t r =
		rbuf_make(conn->out + conn->out_pos, conn->out_len - conn->out_pos);
	rbuf_t message, head;
	uint16_t len;

	while (rbuf_left(&r))
	{
		head = r;
		if (!rbuf_skip(&head, 16) || !rbuf_u16(&head, &len) ||
			len > wbuf_room(w) || !rbuf_sub(&r, len, &message))
		{
			break;
		}
		wbuf_bytes(w, message.p, len);
	}
	conn->out_pos = conn->out_len - rbuf_left(&r);
	if (conn->out_pos == conn->out_len)
	{
		conn->out_pos = 0;
		conn->out_len = 0;
	}
}

size_t bgp_output(bgp_t *bgp, bgp_conn_t *conn, uint8_t *buf, size_t room,
				  usec_t now)
{
	wbuf_t w = wbuf_make(buf, room);
	bgp_machine_t *m = conn->machine;
	unsigned n;

	if (conn->out_len)
	{
		put_control(conn, &w);
	}
	if (!conn->out_len && m && m->state == BGP_ESTABLISHED)
	{
		n = bgp_rib_out_write(bgp->rib, &m->peer->rib, &w);
		m->peer->messages_out += n;
		m->peer->updates_out += n;
		bgp_refresh_output(m, &w, now);
	}
	conn->told = true;
	if (bgp_rib_out_made(bgp->rib))
	{
		bgp_tell_output(bgp, now);
	}
	/* having been given nothing, the caller waits to be told again */
	conn->told = wbuf_len(&w) && bgp_conn_waiting(conn);
	if (m)
	{
		bgp_send_hold_update(m, conn->told, now);
	}
	if (!conn->told && bgp_conn_waiting(conn))
	{
		/* what it passed was for others: it goes on after the next slice */
		bgp->sink.work(bgp->user);
	}
	return wbuf_len(&w);
}
