/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Sockets: opening with the options that we rely on, one request with its
 * answer, and the reading of errors. A request is worked on in our own context
 * while sendto runs, so its answers wait when it returns and no reading
 * blocks. Only what the kernel sent is listened to (port 0).
 */

#include "kernel/netlink.h"

#include "base/log.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* 512 errors with their texts wait at once */
#define WRITER_BUFFER (4 * 1024 * 1024)

static void set_buffers(const nl_socket_t *s, int buffer)
{
	int fd = nl_socket_fd(s);

	/* the forced ones go beyond rmem_max, and may be refused in a namespace */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer)))
	{
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof(buffer));
	}
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof(buffer)))
	{
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof(buffer));
	}
}

int nl_socket_open(nl_socket_t *s, int buffer)
{
	int on = 1;

	s->mnl = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!s->mnl || mnl_socket_bind(s->mnl, 0, MNL_SOCKET_AUTOPID) < 0 ||
		mnl_socket_setsockopt(s->mnl, NETLINK_CAP_ACK, &on, sizeof(on)) < 0 ||
		mnl_socket_setsockopt(s->mnl, NETLINK_EXT_ACK, &on, sizeof(on)) < 0 ||
		mnl_socket_setsockopt(s->mnl, NETLINK_GET_STRICT_CHK, &on, sizeof(on)) <
			0)
	{
		int error = -errno;

		nl_socket_close(s);
		return error;
	}
	set_buffers(s, buffer);
	s->port = mnl_socket_get_portid(s->mnl);
	return 0;
}

void nl_socket_close(nl_socket_t *s)
{
	if (s->mnl)
	{
		mnl_socket_close(s->mnl);
		s->mnl = NULL;
	}
}

int nl_socket_fd(const nl_socket_t *s)
{
	return mnl_socket_get_fd(s->mnl);
}

int nl_writer_open(nl_writer_t *w)
{
	w->out = mem_alloc(NL_DATAGRAM_MAX);
	w->answer = mem_alloc(NL_DATAGRAM_MAX);
	return nl_socket_open(&w->socket, WRITER_BUFFER);
}

void nl_writer_close(nl_writer_t *w)
{
	nl_socket_close(&w->socket);
	free(w->out);
	free(w->answer);
}

static usec_t clock_usec(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

int nl_write(nl_socket_t *s, const void *data, size_t len)
{
	usec_t cpu = clock_usec(CLOCK_THREAD_CPUTIME_ID);
	usec_t start = clock_usec(CLOCK_MONOTONIC), took;
	int error = mnl_socket_sendto(s->mnl, data, len) < 0 ? -errno : 0;

	took = clock_usec(CLOCK_MONOTONIC) - start;
	s->spent.cpu += clock_usec(CLOCK_THREAD_CPUTIME_ID) - cpu;
	s->spent.wall += took;
	if (took > s->spent.longest)
	{
		s->spent.longest = took;
	}
	return error;
}

int nl_send(nl_socket_t *s, struct nlmsghdr *nlh)
{
	nlh->nlmsg_seq = ++s->seq;
	return nl_write(s, nlh, nlh->nlmsg_len);
}

ssize_t nl_recv(const nl_socket_t *s, void *buf, size_t size)
{
	struct sockaddr_nl from;
	struct iovec iov = {.iov_base = buf, .iov_len = size};
	struct msghdr msg = {
		.msg_name = &from,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t len;

	do
	{
		msg.msg_namelen = sizeof(from);
		memset(&from, 0, sizeof(from));
		len = recvmsg(nl_socket_fd(s), &msg, MSG_DONTWAIT);
		if (len < 0 && errno != EINTR)
		{
			return errno == EAGAIN ? 0 : -errno;
		}
	} while (len <= 0 || from.nl_pid);
	return msg.msg_flags & MSG_TRUNC ? -EMSGSIZE : len;
}

int nl_error(const struct nlmsghdr *nlh)
{
	int error;

	if (nlh->nlmsg_len < NL_HDRLEN + sizeof(error))
	{
		return nlh->nlmsg_type == NLMSG_DONE ? 0 : -EPROTO;
	}
	memcpy(&error, mnl_nlmsg_get_payload(nlh), sizeof(error));
	/* negative by contract; be kind to what is not */
	return error > 0 ? -error : error;
}

void nl_error_text(const struct nlmsghdr *nlh, char *out, size_t size)
{
	static const nl_want_t want[] = {{NLMSGERR_ATTR_MSG, 0, UINT16_MAX}};
	const struct nlattr *found[countof(want)];

	out[0] = '\0';
	/* NETLINK_CAP_ACK: only the header of the request stands before it */
	if (nlh->nlmsg_type == NLMSG_ERROR && nlh->nlmsg_flags & NLM_F_ACK_TLVS &&
		nl_header(nlh, sizeof(struct nlmsgerr)) &&
		nl_attrs(nlh, sizeof(struct nlmsgerr), want, countof(want), found))
	{
		nl_str(found[0], out, size);
	}
}

int nl_exchange(nl_writer_t *w, struct nlmsghdr *nlh,
				void (*each)(const struct nlmsghdr *nlh, void *user),
				void *user, char *text, size_t size)
{
	const struct nlmsghdr *in;
	uint32_t seq;
	ssize_t len;
	int left, error;

	text[0] = '\0';
	nlh->nlmsg_flags |= NLM_F_ACK;
	error = nl_send(&w->socket, nlh);
	seq = nlh->nlmsg_seq;
	if (error)
	{
		return error;
	}
	while ((len = nl_recv(&w->socket, w->answer, NL_DATAGRAM_MAX)) > 0)
	{
		in = w->answer;
		left = (int)len;
		for (; nl_message_ok(in, left); in = mnl_nlmsg_next(in, &left))
		{
			if (in->nlmsg_seq != seq)
			{
				continue;
			}
			if (in->nlmsg_type == NLMSG_ERROR)
			{
				nl_error_text(in, text, size);
				return nl_error(in);
			}
			if (each)
			{
				each(in, user);
			}
		}
	}
	return len < 0 ? (int)len : -EPROTO;
}
