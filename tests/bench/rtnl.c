/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Blocking, one answer or ack at a time; what cannot be, ends the program. */

#include "rtnl.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

rtnl_t *rtnl_open(void)
{
	struct sockaddr_nl self = {.nl_family = AF_NETLINK};
	rtnl_t *nl = calloc(1, sizeof(*nl));

	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (nl->fd < 0 || bind(nl->fd, (struct sockaddr *)&self, sizeof(self)))
	{
		die("netlink");
	}
	return nl;
}

static void *reserve(rtnl_t *nl, size_t len)
{
	uint8_t *at = nl->out + nl->len;

	if (nl->len + NLMSG_ALIGN(len) > sizeof(nl->out))
	{
		fprintf(stderr, "netlink: too many messages at once\n");
		exit(1);
	}
	memset(at, 0, NLMSG_ALIGN(len));
	nl->len += NLMSG_ALIGN(len);
	return at;
}

void *rtnl_begin(rtnl_t *nl, uint16_t type, uint16_t flags, size_t body)
{
	nl->last = reserve(nl, NLMSG_HDRLEN + body);
	nl->last->nlmsg_len = (uint32_t)(NLMSG_HDRLEN + NLMSG_ALIGN(body));
	nl->last->nlmsg_type = type;
	nl->last->nlmsg_flags = NLM_F_REQUEST | flags;
	nl->last->nlmsg_seq = ++nl->sequence;
	return NLMSG_DATA(nl->last);
}

void rtnl_put(rtnl_t *nl, uint16_t type, const void *data, size_t len)
{
	struct rtattr *attr = reserve(nl, RTA_LENGTH(len));

	attr->rta_type = type;
	attr->rta_len = (uint16_t)RTA_LENGTH(len);
	memcpy(RTA_DATA(attr), data, len);
	nl->last->nlmsg_len += (uint32_t)RTA_SPACE(len);
}

void rtnl_put_u32(rtnl_t *nl, uint16_t type, uint32_t value)
{
	rtnl_put(nl, type, &value, sizeof(value));
}

static void send_all(rtnl_t *nl)
{
	if (send(nl->fd, nl->out, nl->len, 0) != (ssize_t)nl->len)
	{
		die("netlink: send");
	}
	nl->len = 0;
}

int rtnl_flush(rtnl_t *nl)
{
	int first = 0;

	if (!nl->len)
	{
		return 0;
	}
	nl->last->nlmsg_flags |= NLM_F_ACK;
	send_all(nl);
	while (true)
	{
		ssize_t n = recv(nl->fd, nl->in, sizeof(nl->in), 0);
		size_t left = n > 0 ? (size_t)n : 0;
		const struct nlmsghdr *nlh = (const void *)nl->in;

		if (n <= 0)
		{
			die("netlink: recv");
		}
		for (; NLMSG_OK(nlh, left); nlh = NLMSG_NEXT(nlh, left))
		{
			const struct nlmsgerr *error = NLMSG_DATA(nlh);

			if (nlh->nlmsg_type != NLMSG_ERROR)
			{
				continue;
			}
			first = first ? first : error->error;
			if (nlh->nlmsg_seq == nl->sequence)
			{
				return first;
			}
		}
	}
}

const struct nlmsghdr *rtnl_ask(rtnl_t *nl, int *error)
{
	const struct nlmsghdr *nlh = (const void *)nl->in;

	send_all(nl);
	do
	{
		if (recv(nl->fd, nl->in, sizeof(nl->in), 0) < (ssize_t)sizeof(*nlh))
		{
			die("netlink: recv");
		}
	} while (nlh->nlmsg_seq != nl->sequence);
	*error = 0;
	if (nlh->nlmsg_type == NLMSG_ERROR)
	{
		*error = ((const struct nlmsgerr *)NLMSG_DATA(nlh))->error;
		return NULL;
	}
	return nlh;
}

const struct rtattr *rtnl_attr(const struct nlmsghdr *nlh, size_t body,
							   uint16_t type)
{
	const struct rtattr *attr =
		(const void *)((const uint8_t *)nlh + NLMSG_SPACE(body));
	size_t left = nlh->nlmsg_len - NLMSG_SPACE(body);

	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
	{
		if (attr->rta_type == type)
		{
			return attr;
		}
	}
	return NULL;
}
