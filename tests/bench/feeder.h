/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The feeder's inside: a neighbour, what it says, and its BFD.
 */

#ifndef CYGNET_TESTS_BENCH_FEEDER_H
#define CYGNET_TESTS_BENCH_FEEDER_H

#include "routes.h"

#include <netinet/in.h>

#define HOLD_TIME 90u

enum
{
	OPEN = 1,
	UPDATE = 2,
	NOTIFICATION = 3,
	KEEPALIVE = 4,
};

/** bytes that are made once; only the feeder's end frees them */
typedef struct bytes_t
{
	uint8_t *at;
	size_t len;
	size_t room;
} bytes_t;

typedef struct neighbour_t
{
	unsigned number;
	struct sockaddr_in local;
	struct sockaddr_in remote;
	uint32_t asn;
	uint32_t routes[2];
	struct in6_addr hop6;
	uint32_t hear;
	bytes_t table;
	bytes_t none;

	int fd;
	bool dialling;
	bool connecting;
	bool opened;
	bool up;
	bool wanted;
	bool ended_rib;
	uint64_t redial;
	uint64_t alive;
	uint64_t heard_at;
	/** what is being sent: small things, then a table */
	bytes_t small;
	const bytes_t *large;
	size_t sent;
	const char *word;
	uint8_t in[65536];
	size_t in_len;
	uint32_t heard;

	int bfd;
	bool bfd_dead;
	uint64_t bfd_every;
	uint64_t bfd_next;
	uint64_t bfd_heard;
	uint32_t bfd_theirs;
	uint8_t bfd_state;
} neighbour_t;

/** prints the moment, the word, the neighbour's number and count */
void say(const neighbour_t *n, const char *word, uint32_t count);

/* feeder_packets.c */
void put_u8(bytes_t *b, unsigned value);
/** a message begins; what it returns is for its end */
size_t packet_begin(bytes_t *b, unsigned type);
void packet_end(bytes_t *b, size_t start);
void packet_open(bytes_t *b, const neighbour_t *n);
/** count 0: an End-of-RIB */
void packet_withdrawal(bytes_t *b, bool ipv6, const route_t *routes,
					   uint32_t count);
/** makes the table, or one part of several, and its withdrawal */
void packets_prepare(neighbour_t *n, uint32_t part, uint32_t parts);

/* feeder_bfd.c */
void bfd_start(neighbour_t *n, uint32_t ms);
/** says Down, once, and nothing more */
void bfd_kill(neighbour_t *n);
void bfd_readable(neighbour_t *n);
void bfd_timers(neighbour_t *n, uint64_t now);

#endif
