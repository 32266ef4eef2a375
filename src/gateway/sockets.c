/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * TCP for the speaker. A peer has at most one dialling socket and shares a
 * listener with the peers on the same local address and device. Connections
 * are read by small pieces in turn for as long as a turn of the loop has for
 * it, written from what bgp_output gives when asked, so that nothing piles up
 * for a peer that does not read.
 *
 * The speaker is never called from within its own sink: what the sink asks
 * for is noted and done in sockets_turn or by a timer.
 */

#include "gateway/sockets.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "gateway/linger.h"
#include "gateway/sockopt.h"

/** read of one connection before the next has its turn: a thousand withdrawn
 * prefixes, a millisecond of work */
#define READ_MAX  4096
#define WRITE_MAX 131072
/** tries of a listener that could not be had */
#define LISTEN_RETRY (5 * USEC_PER_SEC)
/** The kernel waits a second for the answer to a SYN. But the first one often
 * goes out before the far side has installed the SA that it comes in, above
 * all if that side has initiated: others follow sooner, and leave a long round
 * trip its time. */
#define SYN_WAIT_MIN (200 * USEC_PER_MSEC)
#define SYN_WAIT_MAX (400 * USEC_PER_MSEC)
/** time for the last bytes of a connection that is to be closed */
#define CLOSE_MAX USEC_PER_SEC
#define BACKLOG   16

typedef struct listener_t
{
	list_t link;
	sockets_t *sockets;
	net_endpoint_t end;
	unsigned users;
	/** fd -1: could not be had, the timer tries again */
	loop_watch_t watch;
	cyg_timer_t retry;
	char why[96];
} listener_t;

typedef struct endpoint_t
{
	list_t link;
	sockets_t *sockets;
	bgp_peer_t *peer;
	net_endpoint_t end;
	char *password;
	listener_t *listener;
	/** dialling: fd >= 0 */
	loop_watch_t dial;
	/** with another SYN, and how long it was waited for an answer */
	cyg_timer_t again;
	usec_t waited;
	/** a dialling that failed at once is told later */
	cyg_timer_t failed;
	int error;
} endpoint_t;

typedef struct conn_t
{
	list_t link;
	sockets_t *sockets;
	bgp_conn_t *conn;
	loop_watch_t watch;
	/** in sockets_t.readable */
	list_t readable;
	/** in sockets_t.busy */
	list_t busy;
	/** bgp_output has something, as far as we were told */
	bool output;
	/** the socket took no more when it was last written to */
	bool full;
	/** to be closed when all is written, or at the latest at */
	bool closing;
	usec_t close_at;
	/** ended by the other side or by an error */
	bool lost;
	char why[96];
	/** what the socket did not take, owned; NULL: nothing */
	uint8_t *rest;
	size_t rest_len;
	size_t rest_at;
} conn_t;

struct sockets_t
{
	loop_t *loop;
	timers_t *timers;
	core_t *core;
	list_t listeners;
	list_t endpoints;
	list_t conns;
	size_t n_conns;
	/** connections that have something to be read */
	list_t readable;
	/** those that sockets_turn has to look at */
	list_t busy;
	lingers_t *lingers;
	uint8_t input[READ_MAX];
	uint8_t output[WRITE_MAX];
};

/* -- connections -------------------------------------------------------------- */

/** there is something to be written, or it has to end */
static void conn_wake(conn_t *c)
{
	if (!list_linked(&c->busy))
	{
		list_append(&c->sockets->busy, &c->busy);
	}
}

static void conn_lose(conn_t *c, const char *why)
{
	if (!c->lost)
	{
		c->lost = true;
		conn_wake(c);
		snprintf(c->why, sizeof(c->why), "%s", why);
	}
}

/** true: there may be more */
static bool conn_read(conn_t *c, usec_t now)
{
	ssize_t n = read(c->watch.fd, c->sockets->input, READ_MAX);

	if (n > 0)
	{
		if (!c->closing)
		{
			bgp_input(core_bgp(c->sockets->core), c->conn, c->sockets->input,
					  (size_t)n, now);
		}
	}
	else if (n == 0)
	{
		conn_lose(c, "the peer closed the connection");
	}
	else if (errno != EAGAIN && errno != EINTR)
	{
		conn_lose(c, strerror(errno));
	}
	return n == READ_MAX;
}

/** what was left over first; true: all of it is written */
static bool write_rest(conn_t *c)
{
	ssize_t n;

	if (!c->rest)
	{
		return true;
	}
	n = send(c->watch.fd, c->rest + c->rest_at, c->rest_len - c->rest_at,
			 MSG_NOSIGNAL);
	if (n < 0)
	{
		if (errno != EAGAIN && errno != EINTR)
		{
			conn_lose(c, strerror(errno));
		}
		return false;
	}
	c->rest_at += (size_t)n;
	if (c->rest_at < c->rest_len)
	{
		return false;
	}
	free(c->rest);
	c->rest = NULL;
	return true;
}

static bool write_more(conn_t *c, size_t len)
{
	sockets_t *s = c->sockets;
	ssize_t n = send(c->watch.fd, s->output, len, MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
	{
		conn_lose(c, strerror(errno));
		return false;
	}
	n = n < 0 ? 0 : n;
	if ((size_t)n < len)
	{
		c->rest_at = 0;
		c->rest_len = len - (size_t)n;
		c->rest = mem_copy(s->output + n, c->rest_len);
		return false;
	}
	return true;
}

/** writes what there is, bounded; true: the socket takes no more now */
static bool conn_write(conn_t *c, usec_t now)
{
	sockets_t *s = c->sockets;

	for (unsigned i = 0; i < 4; i++)
	{
		size_t len;

		if (!write_rest(c))
		{
			return !c->lost;
		}
		len = bgp_output(core_bgp(s->core), c->conn, s->output,
						 sizeof(s->output), now);
		if (!len)
		{
			c->output = false;
			return false;
		}
		if (!write_more(c, len))
		{
			return !c->lost;
		}
	}
	return false;
}

static void conn_end(conn_t *c, usec_t now)
{
	sockets_t *s = c->sockets;
	int fd = c->watch.fd;

	loop_remove(s->loop, &c->watch);
	if (c->closing && !c->lost)
	{
		lingers_add(s->lingers, fd, now);
	}
	else
	{
		close(fd);
	}
	list_remove(&c->link);
	list_remove(&c->readable);
	list_remove(&c->busy);
	s->n_conns--;
	bgp_conn_closed(core_bgp(s->core), c->conn,
					c->lost ? c->why : "closed by us", now);
	free(c->rest);
	free(c);
}

static void conn_ready(void *user, bool readable, bool writable, usec_t now)
{
	conn_t *c = user;

	if (readable && !list_linked(&c->readable))
	{
		list_append(&c->sockets->readable, &c->readable);
	}
	if (writable && !c->lost)
	{
		c->output = true;
		c->full = false;
		conn_wake(c);
	}
}

static conn_t *conn_create(sockets_t *s, int fd)
{
	conn_t *c = mem_alloc(sizeof(*c));

	c->sockets = s;
	list_init(&c->readable);
	list_init(&c->busy);
	if (loop_add(s->loop, &c->watch, fd, conn_ready, c, true, false))
	{
		free(c);
		return NULL;
	}
	list_append(&s->conns, &c->link);
	s->n_conns++;
	return c;
}

/** takes back a conn that the speaker did not want */
static void conn_discard(conn_t *c)
{
	int fd = c->watch.fd;

	loop_remove(c->sockets->loop, &c->watch);
	close(fd);
	list_remove(&c->link);
	list_remove(&c->readable);
	list_remove(&c->busy);
	c->sockets->n_conns--;
	free(c);
}

static void conn_adopt(conn_t *c, bgp_conn_t *conn)
{
	if (conn)
	{
		c->conn = conn;
		bgp_conn_set_user(conn, c);
		/* the OPEN may wait since before the user was set */
		c->output = true;
		conn_wake(c);
	}
	else
	{
		conn_discard(c);
	}
}

/* -- dialling ------------------------------------------------------------------- */

static endpoint_t *endpoint_find(sockets_t *s, const bgp_peer_t *peer)
{
	list_each(&s->endpoints, e, endpoint_t, link)
	{
		if (e->peer == peer)
		{
			return e;
		}
	}
	return NULL;
}

static void dial_stop(endpoint_t *e)
{
	int fd = e->dial.fd;

	timer_stop(e->sockets->timers, &e->failed);
	timer_stop(e->sockets->timers, &e->again);
	if (fd >= 0)
	{
		loop_remove(e->sockets->loop, &e->dial);
		close(fd);
	}
}

static void dial_failed(cyg_timer_t *timer, void *user, usec_t now)
{
	endpoint_t *e = user;

	bgp_connect_failed(core_bgp(e->sockets->core), e->peer, strerror(-e->error),
					   now);
}

static addr_t local_of(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	memset(&sa, 0, sizeof(sa));
	getsockname(fd, (struct sockaddr *)&sa, &len);
	return sockopt_to_addr(&sa);
}

static void dial_ready(void *user, bool readable, bool writable, usec_t now)
{
	endpoint_t *e = user;
	sockets_t *s = e->sockets;
	int fd = e->dial.fd, error = 0;
	socklen_t len = sizeof(error);
	addr_t local;
	conn_t *c;

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len);
	loop_remove(s->loop, &e->dial);
	timer_stop(s->timers, &e->again);
	if (error)
	{
		close(fd);
		bgp_connect_failed(core_bgp(s->core), e->peer, strerror(error), now);
		return;
	}
	local = local_of(fd);
	c = conn_create(s, fd);
	if (!c)
	{
		close(fd);
		bgp_connect_failed(core_bgp(s->core), e->peer, "out of descriptors",
						   now);
		return;
	}
	conn_adopt(c, bgp_connected(core_bgp(s->core), e->peer, &local, now));
}

static int dial_start(endpoint_t *e, const net_endpoint_t *end)
{
	struct sockaddr_storage sa;
	socklen_t len;
	int fd = sockopt_open(end, 0);
	int error = fd < 0 ? fd : 0;

	if (!error && end->password)
	{
		error = sockopt_md5(fd, end, end->password);
	}
	if (!error)
	{
		len = sockopt_from_addr(&end->remote, BGP_PORT, end->link_index, &sa);
		if (connect(fd, (struct sockaddr *)&sa, len) && errno != EINPROGRESS)
		{
			error = -errno;
		}
	}
	if (!error)
	{
		error = loop_add(e->sockets->loop, &e->dial, fd, dial_ready, e, false,
						 true);
	}
	if (error)
	{
		if (fd >= 0)
		{
			close(fd);
		}
		e->dial.fd = -1;
	}
	return error;
}

/** another SYN, if the first gets no answer for so long */
static void dial(endpoint_t *e, usec_t wait, usec_t now)
{
	dial_stop(e);
	e->error = dial_start(e, &e->end);
	if (e->error)
	{
		timer_start(e->sockets->timers, &e->failed, 0);
	}
	else if (wait <= SYN_WAIT_MAX)
	{
		e->waited = wait;
		timer_start(e->sockets->timers, &e->again, now + wait);
	}
}

static void dial_again(cyg_timer_t *timer, void *user, usec_t now)
{
	endpoint_t *e = user;

	dial(e, e->waited * 2, now);
}

static void net_dial(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	endpoint_t *e = endpoint_find(net, peer);

	if (e)
	{
		dial(e, SYN_WAIT_MIN, loop_now());
	}
}

static void net_dial_cancel(void *net, bgp_peer_t *peer)
{
	endpoint_t *e = endpoint_find(net, peer);

	if (e)
	{
		dial_stop(e);
	}
}

/* -- listening -------------------------------------------------------------------- */

static void listener_ready(void *user, bool readable, bool writable, usec_t now)
{
	listener_t *l = user;
	sockets_t *s = l->sockets;
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	int fd = accept4(l->watch.fd, (struct sockaddr *)&sa, &len,
					 SOCK_NONBLOCK | SOCK_CLOEXEC);
	addr_t remote, local;
	conn_t *c;

	if (fd < 0)
	{
		return;
	}
	remote = sockopt_to_addr(&sa);
	local = local_of(fd);
	list_each(&s->endpoints, e, endpoint_t, link)
	{
		if (e->listener == l && addr_equal(&e->end.remote, &remote))
		{
			c = sockopt_ttl(fd, &e->end) ? NULL : conn_create(s, fd);
			if (c)
			{
				conn_adopt(
					c, bgp_accepted(core_bgp(s->core), e->peer, &local, now));
				return;
			}
			break;
		}
	}
	close(fd);
}

static void listener_tell(listener_t *l)
{
	list_each(&l->sockets->endpoints, e, endpoint_t, link)
	{
		if (e->listener == l)
		{
			core_net_problem(l->sockets->core, e->peer,
							 l->why[0] ? l->why : NULL);
		}
	}
}

/** one listener serves peers with different hops to go: its handshakes reach
 * the farthest and are taken from all, and each connection then has its own */
static void listener_limits(listener_t *l)
{
	l->end.ttl = 1;
	l->end.ttl_min = UINT8_MAX;
	list_each(&l->sockets->endpoints, e, endpoint_t, link)
	{
		if (e->listener == l)
		{
			l->end.ttl = e->end.ttl > l->end.ttl ? e->end.ttl : l->end.ttl;
			l->end.ttl_min = e->end.ttl_min < l->end.ttl_min ? e->end.ttl_min
															 : l->end.ttl_min;
		}
	}
	if (l->watch.fd >= 0)
	{
		int error = sockopt_ttl(l->watch.fd, &l->end);

		if (error)
		{
			log_error("TTL of a listener: %s", strerror(-error));
		}
	}
}

static void listener_keys(listener_t *l)
{
	list_each(&l->sockets->endpoints, e, endpoint_t, link)
	{
		if (e->listener == l && e->end.password && l->watch.fd >= 0)
		{
			int error = sockopt_md5(l->watch.fd, &e->end, e->end.password);

			if (error)
			{
				log_error("neighbor %s: TCP MD5 key: %s",
						  bgp_peer_name(e->peer), strerror(-error));
			}
		}
	}
}

static void listener_open(listener_t *l, usec_t now)
{
	int fd = sockopt_open(&l->end, BGP_PORT);
	int error = fd < 0 ? fd : 0;
	char a[ADDR_STR_MAX];

	if (!error && listen(fd, BACKLOG))
	{
		error = -errno;
	}
	if (!error)
	{
		error = loop_add(l->sockets->loop, &l->watch, fd, listener_ready, l,
						 true, false);
	}
	l->why[0] = '\0';
	if (error)
	{
		if (fd >= 0)
		{
			close(fd);
		}
		l->watch.fd = -1;
		addr_format(&l->end.local, a);
		snprintf(
			l->why, sizeof(l->why),
			error == -EADDRINUSE
				? "port 179 on %s is taken by another program: we only dial"
				: "cannot listen on %s: %s",
			a, strerror(-error));
		timer_start(l->sockets->timers, &l->retry, now + LISTEN_RETRY);
	}
	else
	{
		listener_keys(l);
	}
	listener_tell(l);
}

static void listener_retry(cyg_timer_t *timer, void *user, usec_t now)
{
	listener_open(user, now);
}

static listener_t *listener_get(sockets_t *s, const net_endpoint_t *end)
{
	listener_t *l;

	list_each(&s->listeners, it, listener_t, link)
	{
		if (addr_equal(&it->end.local, &end->local) &&
			strcmp(it->end.link, end->link) == 0)
		{
			it->users++;
			return it;
		}
	}
	l = mem_alloc(sizeof(*l));
	l->sockets = s;
	l->end = *end;
	l->end.password = NULL;
	l->users = 1;
	l->watch.fd = -1;
	timer_init(&l->retry, listener_retry, l);
	list_append(&s->listeners, &l->link);
	return l;
}

/** after the endpoint that leaves has given it up */
static void listener_put(listener_t *l)
{
	int fd = l->watch.fd;

	if (--l->users)
	{
		listener_limits(l);
		return;
	}
	timer_stop(l->sockets->timers, &l->retry);
	if (fd >= 0)
	{
		loop_remove(l->sockets->loop, &l->watch);
		close(fd);
	}
	list_remove(&l->link);
	free(l);
}

static void net_unlisten(void *net, bgp_peer_t *peer)
{
	endpoint_t *e = endpoint_find(net, peer);

	if (!e)
	{
		return;
	}
	dial_stop(e);
	list_remove(&e->link);
	if (e->listener)
	{
		if (e->end.password && e->listener->watch.fd >= 0)
		{
			sockopt_md5(e->listener->watch.fd, &e->end, NULL);
		}
		listener_put(e->listener);
	}
	if (e->password)
	{
		explicit_bzero(e->password, strlen(e->password));
		free(e->password);
	}
	free(e);
}

static void net_listen(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	sockets_t *s = net;
	endpoint_t *e;

	net_unlisten(net, peer);
	e = mem_alloc(sizeof(*e));
	e->sockets = s;
	e->peer = peer;
	e->end = *end;
	/* the configuration that it is from may go before the endpoint does */
	e->password = str_copy(end->password);
	e->end.password = e->password;
	e->dial.fd = -1;
	timer_init(&e->failed, dial_failed, e);
	timer_init(&e->again, dial_again, e);
	list_append(&s->endpoints, &e->link);
	if (addr_is_set(&end->local))
	{
		e->listener = listener_get(s, end);
		listener_limits(e->listener);
		if (e->listener->watch.fd < 0)
		{
			listener_open(e->listener, loop_now());
		}
		else
		{
			listener_keys(e->listener);
		}
	}
}

/** a dialling is made anew: what it has sent is lost */
static void endpoint_rebind(endpoint_t *e)
{
	listener_t *l = e->listener;
	int error = 0;

	if (l && l->end.link_index != e->end.link_index)
	{
		l->end.link_index = e->end.link_index;
		error =
			l->watch.fd >= 0 ? sockopt_bind_link(l->watch.fd, &l->end) : error;
		if (error)
		{
			log_error("listener on %s: %s", l->end.link, strerror(-error));
		}
	}
	if (e->dial.fd >= 0)
	{
		net_dial(e->sockets, e->peer, &e->end);
	}
}

static void net_rebind(void *net, bgp_peer_t *peer, const net_endpoint_t *end)
{
	sockets_t *s = net;
	endpoint_t *e = endpoint_find(s, peer);
	int error;

	if (!e)
	{
		return;
	}
	e->end.link_index = end->link_index;
	endpoint_rebind(e);
	list_each(&s->conns, c, conn_t, link)
	{
		if (bgp_conn_peer(c->conn) == peer)
		{
			error = sockopt_bind_link(c->watch.fd, end);
			if (error)
			{
				conn_lose(c, strerror(-error));
			}
		}
	}
}

/* -- the speaker's wishes ------------------------------------------------------------ */

static void net_output(void *net, bgp_conn_t *conn)
{
	conn_t *c = bgp_conn_user(conn);

	if (c)
	{
		c->output = true;
		conn_wake(c);
	}
}

static void net_close(void *net, bgp_conn_t *conn)
{
	conn_t *c = bgp_conn_user(conn);

	if (c && !c->closing)
	{
		c->closing = true;
		c->output = true;
		c->close_at = loop_now() + CLOSE_MAX;
		conn_wake(c);
	}
}

static void net_drop_all(void *net)
{
	sockets_t *s = net;
	usec_t now = loop_now();

	list_each_safe(&s->conns, c, conn_t, link)
	{
		conn_write(c, now);
		conn_end(c, now);
	}
}

const net_ops_t sockets_net_ops = {
	.listen = net_listen,
	.unlisten = net_unlisten,
	.rebind = net_rebind,
	.dial = net_dial,
	.dial_cancel = net_dial_cancel,
	.output = net_output,
	.close = net_close,
	.drop_all = net_drop_all,
};

bool sockets_read(sockets_t *s, usec_t now, usec_t until)
{
	while (!list_empty(&s->readable))
	{
		conn_t *c = list_first(&s->readable, conn_t, readable);

		list_remove(&c->readable);
		if (!c->lost && conn_read(c, now))
		{
			list_append(&s->readable, &c->readable);
		}
		if (loop_now() >= until || loop_urgent_ready(s->loop))
		{
			break;
		}
	}
	return !list_empty(&s->readable);
}

static void conn_turn(conn_t *c, usec_t now)
{
	c->full = c->output && !c->lost && conn_write(c, now);
	if (c->lost || (c->closing && (!c->output || now >= c->close_at)))
	{
		conn_end(c, now);
		return;
	}
	loop_change(c->sockets->loop, &c->watch, !c->closing, c->full);
	/* a full one is waited for by the loop, but no longer than it may close */
	if (c->closing || (c->output && !c->full))
	{
		conn_wake(c);
	}
}

bool sockets_turn(sockets_t *s, usec_t now)
{
	list_t batch;
	bool more = false;

	/* what wakes meanwhile, itself or by what another writes, is for the next
	 * call */
	list_init(&batch);
	while (!list_empty(&s->busy))
	{
		conn_t *c = list_first(&s->busy, conn_t, busy);

		list_remove(&c->busy);
		list_append(&batch, &c->busy);
	}
	while (!list_empty(&batch))
	{
		conn_t *c = list_first(&batch, conn_t, busy);

		list_remove(&c->busy);
		conn_turn(c, now);
	}
	list_each(&s->busy, c, conn_t, busy)
	{
		more |= c->lost || (c->output && !c->full);
	}
	return more;
}

size_t sockets_count(const sockets_t *s)
{
	return s->n_conns;
}

sockets_t *sockets_create(loop_t *loop, timers_t *timers)
{
	sockets_t *s = mem_alloc(sizeof(*s));

	s->loop = loop;
	s->timers = timers;
	list_init(&s->listeners);
	list_init(&s->endpoints);
	list_init(&s->conns);
	list_init(&s->readable);
	list_init(&s->busy);
	s->lingers = lingers_create(loop, timers);
	return s;
}

void sockets_destroy(sockets_t *s)
{
	list_each_safe(&s->endpoints, e, endpoint_t, link)
	{
		net_unlisten(s, e->peer);
	}
	lingers_destroy(s->lingers);
	free(s);
}

void sockets_set_core(sockets_t *s, core_t *core)
{
	s->core = core;
}
