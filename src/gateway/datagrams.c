/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BFD takes two sockets, as RFC 5881 section 4 wants another source port than
 * the one that is listened on. The kernel drops what came with a TTL under 255
 * (RFC 5881 section 5) and what came in on another link; the address is looked
 * at here. Echo takes one raw socket that is connected to the target and shows
 * answers only. What BFD sends is repeated by beat.c while the gateway is held up.
 */

#include "gateway/datagrams.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rbuf.h"
#include "gateway/beat.h"
#include "gateway/sockopt.h"

/** IANA's for BFD, see datagram.h */
#define BFD_PORT 3784
/** RFC 5881 section 4 */
#define SOURCE_MIN 49152
#define BFD_TTL    255
/** what comes in is small; more is cut and then refused by its reader */
#define READ_MAX 512
/** datagrams of one socket in a turn */
#define BURST 64

struct datagrams_t
{
	loop_t *loop;
	beats_t *beats;
	/** next source port to be tried */
	uint16_t port;
};

struct datagram_t
{
	datagrams_t *datagrams;
	datagram_kind_t kind;
	net_endpoint_t end;
	datagram_fn_t fn;
	void *user;
	loop_watch_t watch;
	/** BFD: sends; echo: the watched one */
	int out;
	/** BFD */
	beat_t *beat;
	/** closed from within fn: freed when that is over */
	bool serving;
	bool closed;
};

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

/** a socket on the link; type and protocol as in socket(2) */
static int open_on_link(const net_endpoint_t *end, int type, int protocol)
{
	int family = end->remote.family == FAMILY_IPV4 ? AF_INET : AF_INET6;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
	int error;

	if (fd < 0)
	{
		return -errno;
	}
	error = sockopt_bind_link(fd, end);
	if (error)
	{
		close(fd);
		return error;
	}
	/* before all else that waits on the link, as keepalives are */
	set_int(fd, SOL_SOCKET, SO_PRIORITY, 7);
	return fd;
}

static int bind_to(int fd, const net_endpoint_t *end, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t len = sockopt_from_addr(&end->local, port, end->link_index, &sa);

	return bind(fd, (struct sockaddr *)&sa, len) ? -errno : 0;
}

static int connect_to(int fd, const net_endpoint_t *end, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t len = sockopt_from_addr(&end->remote, port, end->link_index, &sa);

	return connect(fd, (struct sockaddr *)&sa, len) ? -errno : 0;
}

static int bfd_listen(const net_endpoint_t *end)
{
	bool v4 = end->remote.family == FAMILY_IPV4;
	int fd = open_on_link(end, SOCK_DGRAM, IPPROTO_UDP);
	int error;

	if (fd < 0)
	{
		return fd;
	}
	/* one address may stand on several links, each with a session */
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	error = v4 ? set_int(fd, IPPROTO_IP, IP_MINTTL, BFD_TTL)
			   : set_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, BFD_TTL);
	if (!error)
	{
		error = bind_to(fd, end, BFD_PORT);
	}
	if (error)
	{
		close(fd);
		return error;
	}
	return fd;
}

static int bind_source(datagrams_t *datagrams, int fd,
					   const net_endpoint_t *end)
{
	int error = -EADDRINUSE;

	for (unsigned i = 0; i < 256 && error == -EADDRINUSE; i++)
	{
		if (datagrams->port < SOURCE_MIN)
		{
			datagrams->port = SOURCE_MIN;
		}
		error = bind_to(fd, end, datagrams->port++);
	}
	return error;
}

static int bfd_sender(datagrams_t *datagrams, const net_endpoint_t *end)
{
	bool v4 = end->remote.family == FAMILY_IPV4;
	int fd = open_on_link(end, SOCK_DGRAM, IPPROTO_UDP);
	int error;

	if (fd < 0)
	{
		return fd;
	}
	error = v4 ? set_int(fd, IPPROTO_IP, IP_TTL, BFD_TTL)
			   : set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, BFD_TTL);
	if (!error)
	{
		error = bind_source(datagrams, fd, end);
	}
	if (!error)
	{
		error = connect_to(fd, end, BFD_PORT);
	}
	if (error)
	{
		close(fd);
		return error;
	}
	return fd;
}

static int filter_echo4(int fd)
{
	struct icmp_filter filter = {.data = ~(1u << ICMP_ECHOREPLY)};

	return setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter))
			   ? -errno
			   : 0;
}

static int filter_echo6(int fd)
{
	struct icmp6_filter filter;

	ICMP6_FILTER_SETBLOCKALL(&filter);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &filter);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter, sizeof(filter))
			   ? -errno
			   : 0;
}

static int echo_socket(const net_endpoint_t *end)
{
	bool v4 = end->remote.family == FAMILY_IPV4;
	int fd = open_on_link(end, SOCK_RAW, v4 ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	int error;

	if (fd < 0)
	{
		return fd;
	}
	error = v4 ? filter_echo4(fd) : filter_echo6(fd);
	if (!error && addr_is_set(&end->local))
	{
		error = bind_to(fd, end, 0);
	}
	if (!error)
	{
		error = connect_to(fd, end, 0);
	}
	if (error)
	{
		close(fd);
		return error;
	}
	return fd;
}

/** raw IPv4 sockets give the IP header too */
static bool skip_ip4(rbuf_t *r)
{
	rbuf_t look = *r;
	uint8_t version;

	return rbuf_u8(&look, &version) && rbuf_skip(r, (version & 0x0fu) * 4u);
}

static void deliver(datagram_t *d, const uint8_t *data, size_t len,
					const struct sockaddr_storage *from, usec_t now)
{
	addr_t source = sockopt_to_addr(from);
	rbuf_t r = rbuf_make(data, len);

	if (!addr_equal(&source, &d->end.remote) ||
		(d->kind == DATAGRAM_ECHO && source.family == FAMILY_IPV4 &&
		 !skip_ip4(&r)))
	{
		return;
	}
	d->fn(d->user, r.p, rbuf_left(&r), now);
}

static void ready(void *user, bool readable, bool writable, usec_t now)
{
	datagram_t *d = user;

	d->serving = true;
	for (unsigned i = 0; i < BURST && !d->closed; i++)
	{
		uint8_t data[READ_MAX];
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(d->watch.fd, data, sizeof(data), 0,
							 (struct sockaddr *)&from, &from_len);

		if (n < 0)
		{
			/* what went wrong with a packet of ours is no end either */
			if (errno == EAGAIN)
			{
				break;
			}
			continue;
		}
		deliver(d, data, (size_t)n, &from, now);
	}
	d->serving = false;
	if (d->closed)
	{
		free(d);
	}
}

static datagram_t *datagram_open(void *net, datagram_kind_t kind,
								 const net_endpoint_t *end, datagram_fn_t fn,
								 void *user, int *error)
{
	datagrams_t *datagrams = net;
	datagram_t *d = mem_alloc(sizeof(*d));
	int in = kind == DATAGRAM_BFD ? bfd_listen(end) : echo_socket(end);

	d->datagrams = datagrams;
	d->kind = kind;
	d->end = *end;
	d->end.password = NULL;
	d->fn = fn;
	d->user = user;
	d->out = in >= 0 && kind == DATAGRAM_BFD ? bfd_sender(datagrams, end) : in;
	*error = in < 0 ? in : d->out < 0 ? d->out : 0;
	if (!*error)
	{
		*error = loop_add_urgent(datagrams->loop, &d->watch, in, ready, d);
	}
	if (*error)
	{
		if (d->out >= 0 && d->out != in)
		{
			close(d->out);
		}
		if (in >= 0)
		{
			close(in);
		}
		free(d);
		return NULL;
	}
	d->beat =
		kind == DATAGRAM_BFD ? beat_create(datagrams->beats, d->out) : NULL;
	return d;
}

static int datagram_rebind(void *net, datagram_t *d, const net_endpoint_t *end)
{
	int error = sockopt_bind_link(d->watch.fd, end);

	if (!error && d->out != d->watch.fd)
	{
		error = sockopt_bind_link(d->out, end);
	}
	d->end.link_index = end->link_index;
	return error;
}

static void datagram_send(void *net, datagram_t *datagram, const uint8_t *data,
						  size_t len, usec_t again)
{
	/* an ICMP error for the last one is told here and eats this one */
	if (send(datagram->out, data, len, MSG_NOSIGNAL) < 0 &&
		errno == ECONNREFUSED)
	{
		send(datagram->out, data, len, MSG_NOSIGNAL);
	}
	if (datagram->beat && again)
	{
		/* now, not when the turn began */
		beat_set(datagram->datagrams->beats, datagram->beat, data, len, again,
				 loop_now());
	}
}

static void datagram_close(void *net, datagram_t *datagram)
{
	datagram_t *d = datagram;
	int in;

	if (!d)
	{
		return;
	}
	in = d->watch.fd;
	if (d->beat)
	{
		beat_stop(d->datagrams->beats, d->beat);
	}
	loop_remove(d->datagrams->loop, &d->watch);
	if (d->out != in)
	{
		close(d->out);
	}
	close(in);
	d->closed = true;
	if (!d->serving)
	{
		free(d);
	}
}

const datagram_ops_t datagrams_ops = {
	.open = datagram_open,
	.rebind = datagram_rebind,
	.send = datagram_send,
	.close = datagram_close,
};

datagrams_t *datagrams_create(loop_t *loop)
{
	datagrams_t *datagrams = mem_alloc(sizeof(*datagrams));

	datagrams->loop = loop;
	datagrams->port = SOURCE_MIN;
	datagrams->beats = beats_create();
	if (!beats_start(datagrams->beats))
	{
		log_warn("no thread for BFD's packets: they wait for table work");
	}
	return datagrams;
}

void datagrams_destroy(datagrams_t *datagrams)
{
	beats_destroy(datagrams->beats);
	free(datagrams);
}
