/* SPDX-License-Identifier: GPL-2.0-or-later */

/* BFD (RFC 5880, RFC 5881), as much of it as a peer needs that is to be lost at
 * a moment that is known. */

#include "feeder.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define BFD_PORT 3784
#define BFD_LEN  24

static void transmit(neighbour_t *n, uint8_t flags)
{
	const struct sockaddr_in to = {.sin_family = AF_INET,
								   .sin_addr = n->remote.sin_addr,
								   .sin_port = htons(BFD_PORT)};
	/* version 1; a diagnostic of 3 (neighbour signalled down) does no harm */
	uint8_t packet[BFD_LEN] = {0x20 | 3, (uint8_t)(n->bfd_state << 6 | flags),
							   3, BFD_LEN};
	uint32_t mine = htonl(n->number + 1), usec = htonl((uint32_t)n->bfd_every);

	memcpy(packet + 4, &mine, 4);
	memcpy(packet + 8, &n->bfd_theirs, 4);
	memcpy(packet + 12, &usec, 4);
	memcpy(packet + 16, &usec, 4);
	(void)!sendto(n->bfd, packet, sizeof(packet), 0, (const void *)&to,
				  sizeof(to));
	n->bfd_next = routes_now() + n->bfd_every * 9 / 10;
}

static void bfd_become(neighbour_t *n, uint8_t state)
{
	if (state != n->bfd_state)
	{
		if (state == 3 || n->bfd_state == 3)
		{
			say(n, state == 3 ? "bfd-up" : "bfd-down", 0);
		}
		n->bfd_state = state;
	}
}

void bfd_readable(neighbour_t *n)
{
	uint8_t packet[64];
	ssize_t len = recv(n->bfd, packet, sizeof(packet), 0);
	uint8_t theirs = packet[1] >> 6;

	if (len < BFD_LEN || n->bfd_dead)
	{
		return;
	}
	n->bfd_heard = routes_now();
	memcpy(&n->bfd_theirs, packet + 4, 4);
	/* 1 Down, 2 Init, 3 Up: RFC 5880 section 6.8.6 */
	if (n->bfd_state == 3)
	{
		bfd_become(n, theirs < 2 ? 1 : 3);
	}
	else
	{
		bfd_become(n, theirs == 1 ? 2 : theirs >= 2 ? 3 : 1);
	}
	if (packet[1] & 0x20)
	{
		/* a Poll is answered with a Final */
		transmit(n, 0x10);
	}
}

void bfd_start(neighbour_t *n, uint32_t ms)
{
	struct sockaddr_in self = n->local;
	const int ttl = 255;

	n->bfd_every = 1000ul * ms;
	n->bfd_dead = false;
	n->bfd_heard = routes_now();
	if (n->bfd >= 0)
	{
		return;
	}
	/* one socket for both ways: the source port is to be above 49151, and the
	 * destination 3784 (RFC 5881), which few insist upon */
	self.sin_port = htons(BFD_PORT);
	n->bfd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(n->bfd, (void *)&self, sizeof(self)))
	{
		perror("BFD");
		exit(1);
	}
	setsockopt(n->bfd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	n->bfd_state = 1;
}

void bfd_kill(neighbour_t *n)
{
	if (n->bfd >= 0)
	{
		n->bfd_state = 1;
		n->bfd_dead = true;
		say(n, "sent-dead", 0);
		transmit(n, 0);
	}
}

void bfd_timers(neighbour_t *n, uint64_t now)
{
	if (n->bfd < 0 || n->bfd_dead)
	{
		return;
	}
	if (n->bfd_state == 3 && now > n->bfd_heard + 3 * n->bfd_every)
	{
		bfd_become(n, 1);
	}
	if (now >= n->bfd_next)
	{
		transmit(n, 0);
	}
}
