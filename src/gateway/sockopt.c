/* SPDX-License-Identifier: GPL-2.0-or-later */

/* Linux's socket options, in the order in which they have to be set. */

#include "gateway/sockopt.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

socklen_t sockopt_from_addr(const addr_t *addr, uint16_t port, uint32_t link,
							struct sockaddr_storage *out)
{
	memset(out, 0, sizeof(*out));
	if (addr->family == FAMILY_IPV4)
	{
		struct sockaddr_in *in = (struct sockaddr_in *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, addr->b, 4);
		return sizeof(*in);
	}
	else
	{
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(port);
		memcpy(&in6->sin6_addr, addr->b, 16);
		in6->sin6_scope_id = addr_is_link_local(addr) ? link : 0;
		return sizeof(*in6);
	}
}

addr_t sockopt_to_addr(const struct sockaddr_storage *sa)
{
	addr_t addr = addr_none;

	if (sa->ss_family == AF_INET)
	{
		const struct sockaddr_in *in = (const struct sockaddr_in *)sa;

		addr.family = FAMILY_IPV4;
		memcpy(addr.b, &in->sin_addr, 4);
	}
	else if (sa->ss_family == AF_INET6)
	{
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

		addr = addr_v6(in6->sin6_addr.s6_addr);
	}
	return addr;
}

static int set_int(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

int sockopt_ttl(int fd, const net_endpoint_t *end)
{
	bool four = end->remote.family == FAMILY_IPV4;
	int error = four ? set_int(fd, IPPROTO_IP, IP_TTL, end->ttl)
					 : set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, end->ttl);

	if (!error)
	{
		error = four
					? set_int(fd, IPPROTO_IP, IP_MINTTL, end->ttl_min)
					: set_int(fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, end->ttl_min);
	}
	return error;
}

static int set_ip(int fd, const net_endpoint_t *end)
{
	/* network control traffic, RFC 4594 section 3.1 */
	int tos = IPTOS_CLASS_CS6;

	if (end->remote.family == FAMILY_IPV4)
	{
		set_int(fd, IPPROTO_IP, IP_TOS, tos);
		/* the address may come a moment later than the link */
		set_int(fd, IPPROTO_IP, IP_FREEBIND, 1);
	}
	else
	{
		set_int(fd, IPPROTO_IPV6, IPV6_TCLASS, tos);
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
		set_int(fd, IPPROTO_IPV6, IPV6_FREEBIND, 1);
	}
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	return sockopt_ttl(fd, end);
}

int sockopt_bind_link(int fd, const net_endpoint_t *end)
{
	if (end->link[0] && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, end->link,
								   (socklen_t)strlen(end->link)))
	{
		return -errno;
	}
	return 0;
}

static int bind_local(int fd, const net_endpoint_t *end, uint16_t port)
{
	struct sockaddr_storage sa;
	socklen_t len;

	if (!addr_is_set(&end->local))
	{
		return 0;
	}
	len = sockopt_from_addr(&end->local, port, end->link_index, &sa);
	return bind(fd, (struct sockaddr *)&sa, len) ? -errno : 0;
}

int sockopt_open(const net_endpoint_t *end, uint16_t port)
{
	int family = end->remote.family == FAMILY_IPV4 ? AF_INET : AF_INET6;
	int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
	{
		return -errno;
	}
	error = set_ip(fd, end);
	if (!error)
	{
		error = sockopt_bind_link(fd, end);
	}
	if (!error)
	{
		error = bind_local(fd, end, port);
	}
	if (error)
	{
		close(fd);
		return error;
	}
	return fd;
}

int sockopt_md5(int fd, const net_endpoint_t *end, const char *password)
{
	struct tcp_md5sig md5;
	size_t len = password ? strlen(password) : 0;

	memset(&md5, 0, sizeof(md5));
	if (len > sizeof(md5.tcpm_key))
	{
		return -ENAMETOOLONG;
	}
	sockopt_from_addr(&end->remote, 0, end->link_index, &md5.tcpm_addr);
	md5.tcpm_keylen = (uint16_t)len;
	if (password)
	{
		memcpy(md5.tcpm_key, password, len);
	}
	return setsockopt(fd, IPPROTO_TCP, TCP_MD5SIG, &md5, sizeof(md5)) ? -errno
																	  : 0;
}
