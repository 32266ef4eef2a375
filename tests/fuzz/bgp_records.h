/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Input of fuzz_bgp_update and fuzz_bgp_session: records of what is done to a
 * speaker. An octet says what (low five bits) and to whom (high three), one is
 * an argument, two are the length of the body that follows. A length that is
 * too long means what is left. bgp_mutate.c changes inputs by this shape.
 */

#ifndef CYGNET_FUZZ_BGP_RECORDS_H
#define CYGNET_FUZZ_BGP_RECORDS_H

#include "base/rbuf.h"

/** numbers are for ever: corpora hold them */
enum
{
	/** bytes as they are */
	RECORD_BYTES = 0,
	/** a body in a message, in two parts if the argument is not 0 */
	RECORD_UPDATE = 1,
	/** the same, argument: the type */
	RECORD_MESSAGE = 2,
	RECORD_TIME = 3,
	/** an OPEN that is in order, argument: with what */
	RECORD_OPEN = 4,
	/** our dialling succeeds, or not */
	RECORD_CONNECTED = 5,
	RECORD_ACCEPTED = 6,
	RECORD_BROKEN = 7,
	RECORD_START = 8,
	RECORD_STOP = 9,
	RECORD_REFRESH = 10,
	RECORD_ELIGIBLE = 11,
	RECORD_ORIGINATE = 12,
	RECORD_UNORIGINATE = 13,
	/** the peer reads what waits */
	RECORD_DRAIN = 14,
	RECORD_CONFIGURE = 15,
	RECORD_REMOVE = 16,
	RECORD_KEEPALIVE = 17,
	/** whether a next hop that is asked for can be reached */
	RECORD_NEXT_HOP = 18,
	/** as the first: the speaker is back from a restart, argument: families */
	RECORD_RESTARTING = 19,
	/** stopped for a restart of ours */
	RECORD_AWAY = 20,
	/** the whole list of aggregates: three octets each in the body */
	RECORD_AGGREGATES = 21,
};

#define RECORD_HEAD 4

typedef struct record_t
{
	uint8_t what;
	uint8_t arg;
	rbuf_t body;
} record_t;

static inline unsigned record_op(const record_t *r)
{
	return r->what & 0x1f;
}

static inline unsigned record_which(const record_t *r)
{
	return r->what >> 5;
}

static inline bool record_next(rbuf_t *in, record_t *r)
{
	uint16_t len;

	return rbuf_u8(in, &r->what) && rbuf_u8(in, &r->arg) &&
		   rbuf_u16(in, &len) &&
		   (rbuf_sub(in, len, &r->body) ||
			rbuf_sub(in, rbuf_left(in), &r->body));
}

#endif
