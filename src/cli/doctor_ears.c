/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Sockets that nobody reads until the end: what they hold by then is enough.
 *
 * - At a link: packets (AF_PACKET) of the session's family that come in.
 * - At none: a raw ICMP socket each family, which is told by what link an answer
 *   has come. The questions' own sockets hear their link alone.
 */

#include "cli/doctor_ears.h"

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/rbuf.h"
#include "cli/doctor_counts.h"

#define BGP_PORT 179
/** a socket's worth of packets is read at the most */
#define READ_MAX 2000
/** of a packet: more than its headers */
#define HEAD_MAX 128

typedef struct ear_t
{
	int fd;
	doctor_tunnel_t *tunnel;
	doctor_session_t *session;
	addr_t peer;
	/** FAMILY_NONE: not known */
	addr_t local;
} ear_t;

struct doctor_ears_t
{
	doctor_tunnel_t *tunnels;
	size_t n_tunnels;
	ear_t *list;
	size_t count;
	/** -1: none */
	int icmp4;
	int icmp6;
};

static bool is_down(const doctor_session_t *s)
{
	return !s->established && !s->shutdown;
}

static int open_packets(const doctor_tunnel_t *t, bool six)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(six ? ETH_P_IPV6 : ETH_P_IP),
		.sll_ifindex = (int)t->link_index,
	};
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0)
	{
		close(fd);
		fd = -1;
	}
	return fd;
}

static int open_icmp(bool six)
{
	int one = 1, fd = socket(six ? AF_INET6 : AF_INET,
							 SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
							 six ? IPPROTO_ICMPV6 : IPPROTO_ICMP);

	if (fd >= 0)
	{
		setsockopt(fd, six ? IPPROTO_IPV6 : IPPROTO_IP,
				   six ? IPV6_RECVPKTINFO : IP_PKTINFO, &one, sizeof(one));
	}
	return fd;
}

static void add(doctor_ears_t *ears, doctor_tunnel_t *t, doctor_session_t *s)
{
	ear_t ear = {.tunnel = t, .session = s};

	if (!is_down(s) || !addr_parse(s->address, &ear.peer))
	{
		return;
	}
	addr_parse(s->local, &ear.local);
	ear.fd = open_packets(t, ear.peer.family == FAMILY_IPV6);
	if (ear.fd >= 0)
	{
		ears->list =
			mem_resize(ears->list, ears->count + 1, sizeof(*ears->list));
		ears->list[ears->count++] = ear;
	}
}

doctor_ears_t *doctor_ears_open(doctor_tunnel_t *tunnels, size_t n)
{
	doctor_ears_t *ears = mem_alloc(sizeof(*ears));

	*ears = (doctor_ears_t){
		.tunnels = tunnels,
		.n_tunnels = n,
		.icmp4 = -1,
		.icmp6 = -1,
	};
	for (size_t i = 0; i < n; i++)
	{
		for (unsigned k = 0;
			 doctor_here(&tunnels[i]) && k < tunnels[i].n_sessions; k++)
		{
			add(ears, &tunnels[i], &tunnels[i].sessions[k]);
		}
	}
	if (ears->count)
	{
		ears->icmp4 = open_icmp(false);
		ears->icmp6 = open_icmp(true);
	}
	return ears;
}

static bool read_addr(rbuf_t *r, family_t family, addr_t *out)
{
	*out = (addr_t){.family = (uint8_t)family};
	return rbuf_bytes(r, out->b, addr_size(out));
}

typedef struct packet_t
{
	addr_t from;
	addr_t to;
	/** TCP of BGP's */
	bool bgp;
} packet_t;

/** RFC 791, RFC 8200; what stands behind further headers is not looked for */
static bool read_packet(rbuf_t r, bool six, packet_t *out)
{
	family_t family = six ? FAMILY_IPV6 : FAMILY_IPV4;
	uint16_t from = 0, to = 0;
	uint8_t first, protocol;
	size_t options = 0;

	if (!rbuf_u8(&r, &first) || !rbuf_skip(&r, six ? 5 : 8) ||
		!rbuf_u8(&r, &protocol) || !rbuf_skip(&r, six ? 1 : 2) ||
		!read_addr(&r, family, &out->from) || !read_addr(&r, family, &out->to))
	{
		return false;
	}
	if (!six && (first & 0x0f) > 5)
	{
		options = (size_t)((first & 0x0f) - 5) * 4;
	}
	out->bgp = protocol == IPPROTO_TCP && rbuf_skip(&r, options) &&
			   rbuf_u16(&r, &from) && rbuf_u16(&r, &to) &&
			   (from == BGP_PORT || to == BGP_PORT);
	return true;
}

static void hear_packets(const ear_t *ear)
{
	bool six = ear->peer.family == FAMILY_IPV6;
	char from[ADDR_STR_MAX], to[ADDR_STR_MAX];
	doctor_tunnel_t *t = ear->tunnel;
	uint8_t data[HEAD_MAX];
	packet_t p;
	ssize_t len;

	for (unsigned i = 0;
		 i < READ_MAX && (len = recv(ear->fd, data, sizeof(data), 0)) >= 0; i++)
	{
		if (!read_packet(rbuf_make(data, (size_t)len), six, &p))
		{
			continue;
		}
		if (addr_equal(&p.from, &ear->peer) && addr_equal(&p.to, &ear->local))
		{
			ear->session->heard = true;
		}
		else if (p.bgp)
		{
			snprintf(t->strangers, sizeof(t->strangers), "%s to %s",
					 addr_format(&p.from, from), addr_format(&p.to, to));
		}
	}
}

/** an answer of its neighbour's came by a link that is not the tunnel's */
static void put_aside(doctor_ears_t *ears, const addr_t *from, unsigned link)
{
	char name[IF_NAMESIZE];
	addr_t peer;

	for (size_t i = 0; i < ears->n_tunnels; i++)
	{
		doctor_tunnel_t *t = &ears->tunnels[i];

		for (unsigned k = 0; t->link_index != link && k < t->n_sessions; k++)
		{
			doctor_session_t *s = &t->sessions[k];

			if (is_down(s) && addr_parse(s->address, &peer) &&
				addr_equal(&peer, from) && if_indextoname(link, name))
			{
				snprintf(s->aside, sizeof(s->aside), "%s", name);
			}
		}
	}
}

static bool link_of(struct msghdr *msg, bool six, unsigned *link)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
	{
		if (six && c->cmsg_level == IPPROTO_IPV6 &&
			c->cmsg_type == IPV6_PKTINFO)
		{
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			*link = info.ipi6_ifindex;
			return true;
		}
		if (!six && c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO)
		{
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			*link = (unsigned)info.ipi_ifindex;
			return true;
		}
	}
	return false;
}

static bool is_reply(const uint8_t *data, size_t len, bool six)
{
	rbuf_t r = rbuf_make(data, len);
	uint8_t first = 0, type = 0;

	/* IPv4's header comes along */
	return (six || (rbuf_u8(&r, &first) &&
					rbuf_skip(&r, (size_t)(first & 0x0f) * 4 - 1))) &&
		   rbuf_u8(&r, &type) &&
		   type == (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY);
}

static void hear_icmp(doctor_ears_t *ears, int fd, bool six)
{
	union
	{
		struct cmsghdr align;
		uint8_t room[256];
	} control;
	uint8_t data[HEAD_MAX];
	struct sockaddr_storage sa;
	ssize_t len;

	for (unsigned i = 0; i < READ_MAX; i++)
	{
		struct iovec iov = {.iov_base = data, .iov_len = sizeof(data)};
		struct msghdr msg = {
			.msg_name = &sa,
			.msg_namelen = sizeof(sa),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		addr_t from = {.family = (uint8_t)(six ? FAMILY_IPV6 : FAMILY_IPV4)};
		unsigned link;

		len = recvmsg(fd, &msg, 0);
		if (len < 0)
		{
			return;
		}
		memcpy(from.b,
			   six ? (const void *)&((struct sockaddr_in6 *)&sa)->sin6_addr
				   : (const void *)&((struct sockaddr_in *)&sa)->sin_addr,
			   addr_size(&from));
		if (is_reply(data, (size_t)len, six) && link_of(&msg, six, &link))
		{
			put_aside(ears, &from, link);
		}
	}
}

void doctor_ears_close(doctor_ears_t *ears)
{
	for (size_t i = 0; i < ears->count; i++)
	{
		hear_packets(&ears->list[i]);
		close(ears->list[i].fd);
	}
	if (ears->icmp4 >= 0)
	{
		hear_icmp(ears, ears->icmp4, false);
		close(ears->icmp4);
	}
	if (ears->icmp6 >= 0)
	{
		hear_icmp(ears, ears->icmp6, true);
		close(ears->icmp6);
	}
	free(ears->list);
	free(ears);
}
