/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One socket a question, all of them in one poll. Questions are asked again each
 * second, and after three there is no answer; by then the kernel has also found
 * out that nobody has an address (ARP takes as long).
 *
 * - IKE: a header of major version 3, which a responder answers by a notify
 *   INVALID_MAJOR_VERSION (RFC 7296, 2.5), and keeps nothing of.
 * - Echoes: raw ICMP sockets on the tunnel's link, the big ones with DF and
 *   without heed of what the kernel knows of the path's MTU.
 * - TCP: a connection to port 179 that is closed at once, with the TTL that
 *   RFC 5082 asks for. Not to neighbours with a session.
 */

#include "cli/doctor_look.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/rbuf.h"
#include "base/wbuf.h"
#include "cli/doctor_counts.h"
#include "cli/doctor_ears.h"

#define IKE_PORT 500
#define BGP_PORT 179
#define TRIES    3
#define EACH     USEC_PER_SEC
/** after the last try */
#define LAST (400 * USEC_PER_MSEC)
/** tunnels at once: each has up to nine sockets */
#define BATCH      64
#define ECHO_SMALL 64u
#define ECHO_MAX   65000u

typedef enum kind_t
{
	KIND_IKE,
	KIND_ECHO,
	KIND_TCP,
} kind_t;

typedef struct question_t
{
	kind_t kind;
	int fd;
	bool six;
	/** of the packet inside IP */
	size_t size;
	uint16_t id;
	doctor_reply_t *reply;
} question_t;

typedef struct questions_t
{
	question_t *list;
	size_t count;
} questions_t;

static usec_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

static socklen_t to_sockaddr(const addr_t *addr, uint16_t port,
							 struct sockaddr_storage *out)
{
	struct sockaddr_in *four = (struct sockaddr_in *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (addr->family == FAMILY_IPV6)
	{
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		memcpy(&six->sin6_addr, addr->b, sizeof(six->sin6_addr));
		return sizeof(*six);
	}
	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	memcpy(&four->sin_addr, addr->b, sizeof(four->sin_addr));
	return sizeof(*four);
}

/** what an error of a socket says of the way */
static doctor_reply_t reply_of(int error)
{
	switch (error)
	{
		case ECONNREFUSED:
		case ECONNRESET:
			return DOCTOR_REFUSED;
		case EMSGSIZE:
			return DOCTOR_TOO_BIG;
		case EHOSTUNREACH:
		case ENETUNREACH:
		case EHOSTDOWN:
		case ENETDOWN:
		case EACCES:
			return DOCTOR_UNREACHABLE;
		case ETIMEDOUT:
			return DOCTOR_SILENT;
		default:
			return DOCTOR_UNTRIED;
	}
}

static void options(int fd, bool six, bool big)
{
	int one = 1, ttl = 255, probe = IP_PMTUDISC_PROBE;

	if (six)
	{
		setsockopt(fd, IPPROTO_IPV6, IPV6_RECVERR, &one, sizeof(one));
		setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &ttl, sizeof(ttl));
		if (big)
		{
			probe = IPV6_PMTUDISC_PROBE;
			setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &probe,
					   sizeof(probe));
		}
		return;
	}
	setsockopt(fd, IPPROTO_IP, IP_RECVERR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	if (big)
	{
		setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &probe, sizeof(probe));
	}
}

/** a socket that speaks with that address alone, on the link (NULL: any), from
 * local (NULL: any); -1 with *reply what is known by that */
static int open_socket(kind_t kind, const addr_t *to, const char *link,
					   const addr_t *local, bool big, doctor_reply_t *reply)
{
	bool six = to->family == FAMILY_IPV6;
	int type = kind == KIND_ECHO  ? SOCK_RAW
			   : kind == KIND_TCP ? SOCK_STREAM
								  : SOCK_DGRAM;
	int proto = kind != KIND_ECHO ? 0 : six ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	struct sockaddr_storage sa;
	socklen_t len;
	int fd = socket(six ? AF_INET6 : AF_INET,
					type | SOCK_NONBLOCK | SOCK_CLOEXEC, proto);

	*reply = DOCTOR_UNTRIED;
	if (fd < 0)
	{
		return -1;
	}
	options(fd, six, big);
	if (link && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, link,
						   (socklen_t)strlen(link) + 1) < 0)
	{
		close(fd);
		return -1;
	}
	if (local)
	{
		len = to_sockaddr(local, 0, &sa);
		/* an address that is not there is told of elsewhere */
		if (bind(fd, (struct sockaddr *)&sa, len) < 0)
		{
			close(fd);
			return -1;
		}
	}
	/* raw sockets refuse ports */
	len = to_sockaddr(to,
					  kind == KIND_IKE   ? IKE_PORT
					  : kind == KIND_TCP ? BGP_PORT
										 : 0,
					  &sa);
	if (connect(fd, (struct sockaddr *)&sa, len) < 0 && errno != EINPROGRESS)
	{
		*reply = reply_of(errno);
		close(fd);
		return -1;
	}
	return fd;
}

static void ask(questions_t *all, question_t q)
{
	if (q.fd >= 0)
	{
		q.id = (uint16_t)((unsigned)getpid() * 31u + all->count);
		*q.reply = DOCTOR_SILENT;
		all->list = mem_resize(all->list, all->count + 1, sizeof(*all->list));
		all->list[all->count++] = q;
	}
}

static uint16_t checksum(const uint8_t *data, size_t len)
{
	rbuf_t r = rbuf_make(data, len);
	uint32_t sum = 0;
	uint16_t word;
	uint8_t last;

	while (rbuf_u16(&r, &word))
	{
		sum += word;
	}
	if (rbuf_u8(&r, &last))
	{
		sum += (uint32_t)last << 8;
	}
	while (sum >> 16)
	{
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

/** RFC 7296 section 3.1; the responder's SPI is zero */
static void write_ike(wbuf_t *w, const question_t *q)
{
	wbuf_u64(w, 0x6379676e65740000ull | q->id);
	wbuf_u64(w, 0);
	wbuf_u8(w, 0);
	wbuf_u8(w, 0x30);
	wbuf_u8(w, 34);
	wbuf_u8(w, 0x08);
	wbuf_u32(w, 0);
	wbuf_u32(w, 28);
}

static void write_echo(wbuf_t *w, const question_t *q)
{
	wbuf_u8(w, q->six ? ICMP6_ECHO_REQUEST : ICMP_ECHO);
	wbuf_u8(w, 0);
	wbuf_u16(w, 0);
	wbuf_u16(w, q->id);
	wbuf_u16(w, 1);
	wbuf_reserve(w, q->size - wbuf_len(w));
	if (!q->six)
	{
		/* of ICMPv6 the kernel makes it */
		wbuf_patch_u16(w, 2, checksum(w->start, wbuf_len(w)));
	}
}

static void say(const question_t *q)
{
	static uint8_t packet[ECHO_MAX];
	wbuf_t w = wbuf_make(packet, sizeof(packet));

	if (q->kind == KIND_TCP)
	{
		return;
	}
	if (q->kind == KIND_IKE)
	{
		write_ike(&w, q);
	}
	else
	{
		write_echo(&w, q);
	}
	if (send(q->fd, packet, wbuf_len(&w), 0) < 0)
	{
		doctor_reply_t reply = reply_of(errno);

		*q->reply = reply == DOCTOR_UNTRIED ? *q->reply : reply;
	}
}

/** an answer to this question, from a socket that hears its peer alone */
static bool is_answer(const question_t *q, const uint8_t *data, size_t len)
{
	rbuf_t r = rbuf_make(data, len);
	uint8_t first, type;
	uint16_t id;

	if (q->kind == KIND_IKE)
	{
		/* a header of IKE at least */
		return len >= 28;
	}
	/* IPv4's header comes along */
	if (!q->six && (!rbuf_u8(&r, &first) ||
					!rbuf_skip(&r, (size_t)(first & 0x0f) * 4 - 1)))
	{
		return false;
	}
	return rbuf_u8(&r, &type) && rbuf_skip(&r, 3) && rbuf_u16(&r, &id) &&
		   type == (q->six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) && id == q->id;
}

/** true: the question has its answer */
static bool hear(const question_t *q)
{
	static uint8_t packet[ECHO_MAX + 100];
	socklen_t size = sizeof(int);
	int error = 0;
	ssize_t len;

	if (q->kind == KIND_TCP)
	{
		getsockopt(q->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		*q->reply = error ? reply_of(error) : DOCTOR_ANSWERED;
		return true;
	}
	len = recv(q->fd, packet, sizeof(packet), 0);
	if (len >= 0 && is_answer(q, packet, (size_t)len))
	{
		*q->reply = DOCTOR_ANSWERED;
		return true;
	}
	if (len < 0 && reply_of(errno) != DOCTOR_UNTRIED)
	{
		*q->reply = reply_of(errno);
		return true;
	}
	return false;
}

static void drop(questions_t *all, size_t i)
{
	close(all->list[i].fd);
	all->list[i] = all->list[--all->count];
}

/** takes what has come until the moment */
static void listen_until(questions_t *all, usec_t until)
{
	usec_t now = clock_now();

	while (all->count && now < until)
	{
		struct pollfd *fds = mem_array(all->count, sizeof(*fds));

		for (size_t i = 0; i < all->count; i++)
		{
			fds[i].fd = all->list[i].fd;
			fds[i].events = all->list[i].kind == KIND_TCP ? POLLOUT : POLLIN;
		}
		poll(fds, all->count, (int)((until - now) / 1000) + 1);
		for (size_t i = all->count; i-- > 0;)
		{
			if (fds[i].revents && hear(&all->list[i]))
			{
				drop(all, i);
			}
		}
		free(fds);
		now = clock_now();
	}
}

static void settle(questions_t *all)
{
	for (unsigned i = 0; i < TRIES && all->count; i++)
	{
		for (size_t k = 0; k < all->count; k++)
		{
			say(&all->list[k]);
		}
		listen_until(all, clock_now() + EACH);
	}
	listen_until(all, clock_now() + LAST);
	while (all->count)
	{
		drop(all, all->count - 1);
	}
	free(all->list);
}

static void ask_echo(questions_t *all, const doctor_tunnel_t *t,
					 const addr_t *to, unsigned bytes, bool big,
					 doctor_reply_t *reply)
{
	bool six = to->family == FAMILY_IPV6;
	unsigned head = six ? 40 : 20;

	if (bytes < ECHO_SMALL || bytes > ECHO_MAX)
	{
		return;
	}
	ask(all, (question_t){
				 .kind = KIND_ECHO,
				 .fd = open_socket(KIND_ECHO, to, t->link, NULL, big, reply),
				 .six = six,
				 .size = bytes - head,
				 .reply = reply,
			 });
}

static void ask_session(questions_t *all, const doctor_tunnel_t *t,
						doctor_session_t *s)
{
	addr_t to, local;
	bool has_local = addr_parse(s->local, &local);

	/* IPv6's link-local ones would need the link's number beside them */
	if (!addr_parse(s->address, &to) ||
		(to.family == FAMILY_IPV6 && addr_is_link_local(&to)))
	{
		return;
	}
	ask_echo(all, t, &to, ECHO_SMALL + 20, false, &s->echo);
	ask_echo(all, t, &to, t->mtu, true, &s->big_echo);
	if (!s->established && !s->shutdown)
	{
		ask(all,
			(question_t){
				.kind = KIND_TCP,
				.fd = open_socket(KIND_TCP, &to, t->link,
								  has_local ? &local : NULL, false, &s->tcp),
				.reply = &s->tcp,
			});
	}
}

static void ask_tunnel(questions_t *all, doctor_tunnel_t *t)
{
	addr_t to;

	if (t->connection[0] && !t->has_sa && t->n_ways &&
		addr_parse(t->ways[0].peer, &to))
	{
		ask(all,
			(question_t){
				.kind = KIND_IKE,
				.fd = open_socket(KIND_IKE, &to, NULL, NULL, false, &t->ike),
				.reply = &t->ike,
			});
	}
	for (unsigned i = 0; doctor_here(t) && i < t->n_sessions; i++)
	{
		if (!t->connection[0] || t->has_sa)
		{
			ask_session(all, t, &t->sessions[i]);
		}
	}
}

/** no sooner than that */
static void wait_until(usec_t until)
{
	usec_t now = clock_now();

	if (now < until)
	{
		struct timespec rest = {
			.tv_sec = (time_t)((until - now) / USEC_PER_SEC),
			.tv_nsec = (long)((until - now) % USEC_PER_SEC) * 1000,
		};

		nanosleep(&rest, NULL);
	}
}

static void look_at(doctor_tunnel_t *tunnels, size_t n, usec_t least)
{
	questions_t all = {.list = NULL};
	usec_t until = clock_now() + least;
	doctor_ears_t *ears = doctor_ears_open(tunnels, n);

	doctor_counts_links(tunnels, n, false);
	for (size_t i = 0; i < n; i++)
	{
		ask_tunnel(&all, &tunnels[i]);
	}
	settle(&all);
	wait_until(until);
	doctor_counts_links(tunnels, n, true);
	doctor_ears_close(ears);
}

void doctor_look(doctor_tunnel_t *tunnels, size_t n, usec_t least,
				 doctor_host_t *host)
{
	doctor_xfrm_t before[DOCTOR_XFRM_MAX];
	size_t n_before = doctor_counts_xfrm(before);

	for (size_t i = 0; i < n; i += BATCH)
	{
		look_at(&tunnels[i], n - i < BATCH ? n - i : BATCH, least);
	}
	doctor_counts_host(before, n_before, host);
	host->looked = true;
}
