/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Notifications. What we write ourselves comes with our writers' port ids and
 * is marked as our own; routes to next hop objects are dropped in the kernel
 * by a socket filter (classic BPF, offsets of struct nlmsghdr), for a full
 * table would otherwise be told back to us route by route and overrun the
 * buffer. Pins and unreachable routes have no next hop id and come. So are moves
 * of buckets, of which a resilient group has hundreds at once.
 */

#include "kernel/netlink.h"

#include "base/log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#define MONITOR_BUFFER (4 * 1024 * 1024)

static int drop_noise(const kernel_t *kernel)
{
	/* loads turn network order into the machine's, netlink is in the
	 * machine's: so compare with the swapped value */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
				 offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWNEXTHOPBUCKET), 9, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 8),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(kernel->writer.socket.port),
				 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(kernel->beside.socket.port),
				 0, 5),
		/* the offset of an attribute, X, in those from A on; 0: none */
		BPF_STMT(BPF_LD | BPF_IMM, NL_HDRLEN + sizeof(struct rtmsg)),
		BPF_STMT(BPF_LDX | BPF_IMM, RTA_NH_ID),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
				 (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog program = {.len = countof(code), .filter = code};

	return setsockopt(nl_socket_fd(&kernel->monitor), SOL_SOCKET,
					  SO_ATTACH_FILTER, &program, sizeof(program))
			   ? -errno
			   : 0;
}

int monitor_open(kernel_t *kernel)
{
	static const int groups[] = {
		RTNLGRP_LINK,      RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
		RTNLGRP_NEXTHOP,   RTNLGRP_IPV4_ROUTE,  RTNLGRP_IPV6_ROUTE,
		RTNLGRP_IPV4_RULE, RTNLGRP_IPV6_RULE,
	};
	int error, group;

	error = nl_socket_open(&kernel->monitor, MONITOR_BUFFER);
	if (!error)
	{
		error = drop_noise(kernel);
	}
	for (size_t i = 0; !error && i < countof(groups); i++)
	{
		group = groups[i];
		if (mnl_socket_setsockopt(kernel->monitor.mnl, NETLINK_ADD_MEMBERSHIP,
								  &group, sizeof(group)) < 0)
		{
			error = -errno;
		}
	}
	return error;
}

static void notify(kernel_t *kernel, const struct nlmsghdr *nlh)
{
	kernel_event_t *event = &kernel->event;

	if (kernel_decode(nlh, event))
	{
		event->own = event->port == kernel->writer.socket.port ||
					 event->port == kernel->beside.socket.port;
		kernel->sink.event(kernel->user, event);
	}
}

bool monitor_read(kernel_t *kernel, unsigned *budget)
{
	const struct nlmsghdr *nlh;
	ssize_t len;
	int left;

	while (*budget)
	{
		len = nl_recv(&kernel->monitor, kernel->in, NL_DATAGRAM_MAX);
		if (!len)
		{
			return false;
		}
		if (len < 0)
		{
			log_info("notifications of the kernel were lost: %s",
					 strerror((int)-len));
			--*budget;
			kernel->sink.lost(kernel->user);
			continue;
		}
		nlh = kernel->in;
		left = (int)len;
		for (; nl_message_ok(nlh, left); nlh = mnl_nlmsg_next(nlh, &left))
		{
			*budget -= *budget > 0;
			notify(kernel, nlh);
		}
	}
	return true;
}
