/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Many BGP speakers in one process, whose tables are made into packets before
 * anything is timed, so that the feeder is no limit.
 *
 *   feeder FIFO [split] NEIGHBOUR…
 *
 * A neighbour is LOCAL,REMOTE,AS,ROUTES4,ROUTES6,NEXTHOP6,HEAR: it dials REMOTE
 * from LOCAL. With split, each announces a part of its own of the table.
 * Commands are read from FIFO, a line each, for one neighbour (its number, from
 * 0) or all of them: dial; announce (at once, or when the session is up, and an
 * End-of-RIB behind the first table of a session); withdraw; close (as TCP does
 * when a process ends); cease (with a NOTIFICATION); bfd MS (speaks BFD, every
 * MS, multiplier 3); dead (BFD says Down).
 *
 * What happens is printed as "T WORD NUMBER [COUNT]", T in monotonic
 * microseconds: up, first (the first UPDATE goes into the socket), announced,
 * withdrawn, down, sent-dead, closed, bfd-up, bfd-down, heard (HEAR prefixes
 * were announced to it), late (a keepalive came later than a third of the hold
 * time and a second).
 */

#include "feeder.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEIGHBOURS_MAX 1024u
#define MESSAGE_MAX    4096u
#define REDIAL_USEC    100000u
#define SEND_CHUNK     262144u

static neighbour_t *all[NEIGHBOURS_MAX];
static unsigned n_all;

void say(const neighbour_t *n, const char *word, uint32_t count)
{
	printf("%" PRIu64 " %s %u %" PRIu32 "\n", routes_now(), word, n->number,
		   count);
	fflush(stdout);
}

/* -- sessions ------------------------------------------------------------------ */

static void send_small(neighbour_t *n, unsigned type)
{
	packet_end(&n->small, packet_begin(&n->small, type));
}

static void hang_up(neighbour_t *n, bool redial)
{
	if (n->fd >= 0)
	{
		close(n->fd);
		say(n, n->up ? "down" : "refused", 0);
	}
	n->fd = -1;
	n->connecting = n->opened = n->up = n->ended_rib = false;
	n->small.len = n->sent = n->in_len = 0;
	n->large = NULL;
	n->heard = 0;
	n->dialling = redial;
	n->redial = routes_now() + REDIAL_USEC;
}

static void dial(neighbour_t *n)
{
	const int yes = 1;

	n->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(n->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(n->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (bind(n->fd, (void *)&n->local, sizeof(n->local)) ||
		(connect(n->fd, (void *)&n->remote, sizeof(n->remote)) &&
		 errno != EINPROGRESS))
	{
		close(n->fd);
		n->fd = -1;
		n->redial = routes_now() + REDIAL_USEC;
		return;
	}
	n->connecting = true;
}

static void start_table(neighbour_t *n, const bytes_t *table, const char *word)
{
	n->large = table;
	n->sent = 0;
	n->word = word;
}

static void announce(neighbour_t *n)
{
	n->wanted = true;
	if (n->up)
	{
		start_table(n, &n->table, "announced");
	}
}

static void table_sent(neighbour_t *n)
{
	n->large = NULL;
	if (!n->ended_rib && n->word[0] == 'a')
	{
		n->ended_rib = true;
		packet_withdrawal(&n->small, false, NULL, 0);
		if (n->routes[1])
		{
			packet_withdrawal(&n->small, true, NULL, 0);
		}
	}
	say(n, n->word, n->routes[0] + n->routes[1]);
}

static void room(neighbour_t *n)
{
	const uint8_t *from = n->small.at;
	size_t len = n->small.len;
	ssize_t sent;

	if (n->connecting)
	{
		int error = 0;
		socklen_t size = sizeof(error);

		getsockopt(n->fd, SOL_SOCKET, SO_ERROR, &error, &size);
		if (error)
		{
			close(n->fd);
			n->fd = -1;
			n->connecting = false;
			n->redial = routes_now() + REDIAL_USEC;
			return;
		}
		n->connecting = false;
		packet_open(&n->small, n);
		from = n->small.at;
		len = n->small.len;
	}
	/* small things go between two messages of a table only at its ends: a
	 * keepalive is not needed while it is sent */
	if (n->large && (n->sent || !len))
	{
		from = n->large->at + n->sent;
		len = n->large->len - n->sent;
		if (!n->sent && len)
		{
			say(n, "first", 0);
		}
		len = len < SEND_CHUNK ? len : SEND_CHUNK;
	}
	sent = len ? send(n->fd, from, len, MSG_NOSIGNAL) : 0;
	if (sent < 0 && errno != EAGAIN)
	{
		hang_up(n, n->dialling);
	}
	else if (sent > 0 && from == n->small.at)
	{
		n->small.len -= (size_t)sent;
		memmove(n->small.at, n->small.at + sent, n->small.len);
	}
	else if (n->large)
	{
		n->sent += sent > 0 ? (size_t)sent : 0;
		if (n->sent == n->large->len)
		{
			table_sent(n);
		}
	}
}

static unsigned get_u16(const uint8_t *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/** prefixes in a field of them */
static uint32_t count_routes(const uint8_t *at, size_t len)
{
	uint32_t count = 0;

	while (len)
	{
		size_t size = 1 + (size_t)(at[0] + 7) / 8;

		if (size > len)
		{
			fprintf(stderr, "a prefix is longer than its message\n");
			exit(1);
		}
		at += size;
		len -= size;
		count++;
	}
	return count;
}

static void hear_update(neighbour_t *n, const uint8_t *body, size_t len)
{
	size_t gone = len >= 4 ? get_u16(body) : len, attrs;
	uint32_t before = n->heard;

	if (gone + 4 > len || (attrs = get_u16(body + 2 + gone)) + gone + 4 > len)
	{
		fprintf(stderr, "an UPDATE is not well-formed\n");
		exit(1);
	}
	n->heard += count_routes(body + 4 + gone + attrs, len - 4 - gone - attrs);
	if (n->hear && before < n->hear && n->heard >= n->hear)
	{
		say(n, "heard", n->heard);
	}
}

static void message(neighbour_t *n, const uint8_t *at, size_t len)
{
	uint64_t now = routes_now();

	switch (at[18])
	{
		case OPEN:
			n->opened = true;
			send_small(n, KEEPALIVE);
			n->heard_at = now;
			break;
		case UPDATE:
			hear_update(n, at + 19, len - 19);
			n->heard_at = now;
			break;
		case NOTIFICATION:
			fprintf(stderr, "%u: NOTIFICATION %u/%u\n", n->number, at[19],
					at[20]);
			break;
		case KEEPALIVE:
			if (n->up && now - n->heard_at > (HOLD_TIME / 3 + 1) * 1000000ul)
			{
				say(n, "late", (uint32_t)((now - n->heard_at) / 1000));
			}
			n->heard_at = now;
			if (n->opened && !n->up)
			{
				n->up = true;
				n->alive = now;
				say(n, "up", 0);
				if (n->wanted)
				{
					announce(n);
				}
			}
			break;
		default:
			break;
	}
}

static void readable(neighbour_t *n)
{
	ssize_t got = recv(n->fd, n->in + n->in_len, sizeof(n->in) - n->in_len, 0);
	size_t at = 0;

	if (got <= 0)
	{
		if (got == 0 || errno != EAGAIN)
		{
			hang_up(n, n->dialling);
		}
		return;
	}
	n->in_len += (size_t)got;
	while (n->in_len - at >= 19)
	{
		size_t len = get_u16(n->in + at + 16);

		if (len < 19 || len > MESSAGE_MAX)
		{
			fprintf(stderr, "%u: a message of %zu octets\n", n->number, len);
			exit(1);
		}
		if (n->in_len - at < len)
		{
			break;
		}
		message(n, n->in + at, len);
		at += len;
	}
	n->in_len -= at;
	memmove(n->in, n->in + at, n->in_len);
}

/* -- commands and the loop -------------------------------------------------------- */

static void command(neighbour_t *n, const char *verb, uint32_t value)
{
	if (!strcmp(verb, "dial"))
	{
		n->dialling = true;
		n->redial = 0;
	}
	else if (!strcmp(verb, "announce"))
	{
		announce(n);
	}
	else if (!strcmp(verb, "withdraw"))
	{
		n->wanted = false;
		if (n->up)
		{
			start_table(n, &n->none, "withdrawn");
		}
	}
	else if (!strcmp(verb, "close"))
	{
		say(n, "closed", 0);
		hang_up(n, false);
	}
	else if (!strcmp(verb, "cease") && n->up)
	{
		size_t start = packet_begin(&n->small, NOTIFICATION);

		put_u8(&n->small, 6);
		put_u8(&n->small, 4);
		packet_end(&n->small, start);
		say(n, "closed", 0);
		(void)!send(n->fd, n->small.at, n->small.len, MSG_NOSIGNAL);
		hang_up(n, false);
	}
	else if (!strcmp(verb, "bfd"))
	{
		bfd_start(n, value);
	}
	else if (!strcmp(verb, "dead"))
	{
		bfd_kill(n);
	}
}

/** VERB all|NUMBER [VALUE] */
static void commands(FILE *from)
{
	char line[128], verb[16], which[16];
	uint32_t value;

	while (fgets(line, sizeof(line), from))
	{
		value = 0;
		if (sscanf(line, "%15s %15s %" SCNu32, verb, which, &value) < 2)
		{
			continue;
		}
		for (unsigned i = 0; i < n_all; i++)
		{
			if (!strcmp(which, "all") || strtoul(which, NULL, 10) == i)
			{
				command(all[i], verb, value);
			}
		}
	}
	clearerr(from);
}

static void timers(neighbour_t *n, uint64_t now)
{
	if (n->fd < 0 && n->dialling && now >= n->redial)
	{
		dial(n);
	}
	if (n->up && !n->large && now - n->alive > HOLD_TIME * 1000000ul / 4)
	{
		n->alive = now;
		send_small(n, KEEPALIVE);
	}
	bfd_timers(n, now);
}

static void loop(FILE *from)
{
	static struct pollfd polled[1 + 2 * NEIGHBOURS_MAX];

	while (true)
	{
		uint64_t now = routes_now(), next = now + 50000;
		int timeout;

		polled[0] = (struct pollfd){.fd = fileno(from), .events = POLLIN};
		for (unsigned i = 0; i < n_all; i++)
		{
			neighbour_t *n = all[i];
			bool out;

			timers(n, now);
			out = n->connecting || n->small.len || n->large;
			polled[1 + 2 * i] = (struct pollfd){
				.fd = n->fd, .events = (short)(POLLIN | (out ? POLLOUT : 0))};
			polled[2 + 2 * i] = (struct pollfd){.fd = n->bfd, .events = POLLIN};
			if (n->bfd >= 0 && !n->bfd_dead && n->bfd_next < next)
			{
				next = n->bfd_next;
			}
		}
		now = routes_now();
		timeout = next > now ? (int)((next - now + 999) / 1000) : 0;
		poll(polled, 1 + 2 * n_all, timeout);
		if (polled[0].revents)
		{
			commands(from);
		}
		for (unsigned i = 0; i < n_all; i++)
		{
			neighbour_t *n = all[i];

			if (polled[2 + 2 * i].revents)
			{
				bfd_readable(n);
			}
			if (polled[1 + 2 * i].revents & POLLOUT &&
				polled[1 + 2 * i].fd == n->fd)
			{
				room(n);
			}
			if (polled[1 + 2 * i].revents & ~POLLOUT && n->fd >= 0 &&
				polled[1 + 2 * i].fd == n->fd && !n->connecting)
			{
				readable(n);
			}
		}
	}
}

static neighbour_t *neighbour(char *text, unsigned number)
{
	neighbour_t *n = calloc(1, sizeof(*n));
	char local[64], remote[64], hop[64];

	n->number = number;
	n->fd = n->bfd = -1;
	if (sscanf(text,
			   "%63[^,],%63[^,],%" SCNu32 ",%" SCNu32 ",%" SCNu32
			   ",%63[^,],%" SCNu32,
			   local, remote, &n->asn, &n->routes[0], &n->routes[1], hop,
			   &n->hear) != 7 ||
		n->routes[0] > ROUTES_MAX || n->routes[1] > ROUTES_MAX ||
		inet_pton(AF_INET, local, &n->local.sin_addr) != 1 ||
		inet_pton(AF_INET, remote, &n->remote.sin_addr) != 1 ||
		inet_pton(AF_INET6, hop, &n->hop6) != 1)
	{
		free(n);
		return NULL;
	}
	n->local.sin_family = n->remote.sin_family = AF_INET;
	n->remote.sin_port = htons(179);
	return n;
}

int main(int argc, char **argv)
{
	bool split;
	FILE *from;
	int fd;

	if (argc < 3 || (unsigned)argc > NEIGHBOURS_MAX + 2)
	{
		fprintf(stderr, "usage: feeder FIFO LOCAL,REMOTE,AS,ROUTES4,ROUTES6,"
						"NEXTHOP6,HEAR…\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	/* for writing as well: it never ends */
	fd = open(argv[1], O_RDWR | O_NONBLOCK | O_CLOEXEC);
	from = fd >= 0 ? fdopen(fd, "r") : NULL;
	if (!from)
	{
		perror(argv[1]);
		return 1;
	}
	split = !strcmp(argv[2], "split");
	for (int i = 2 + split; i < argc; i++)
	{
		neighbour_t *n = neighbour(argv[i], n_all);

		if (!n)
		{
			fprintf(stderr, "not a neighbour: %s\n", argv[i]);
			return 2;
		}
		all[n_all++] = n;
	}
	for (unsigned i = 0; i < n_all; i++)
	{
		packets_prepare(all[i], split ? i : 0, split ? n_all : 1);
	}
	printf("%" PRIu64 " ready\n", routes_now());
	fflush(stdout);
	loop(from);
}
