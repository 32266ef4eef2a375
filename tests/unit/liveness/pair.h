/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Two BFD sessions on one line, with scripted time: the line takes a moment,
 * may be cut in either direction, and keeps what was sent for the tests.
 */

#ifndef CYGNET_UNIT_LIVENESS_PAIR_H
#define CYGNET_UNIT_LIVENESS_PAIR_H

#include "liveness/bfd.h"
#include "liveness/bfd_packet.h"
#include "unit/unit.h"

/** on the way from one end to the other */
#define PAIR_DELAY (1 * USEC_PER_MSEC)

typedef struct pair_end_t
{
	struct pair_t *pair;
	unsigned side;
	timers_t *timers;
	bfd_t *bfd;
	/** packets that this end sent while this is set are lost */
	bool cut;
	/** the last packet sent, as bytes and decoded */
	uint8_t data[BFD_PACKET_MAX];
	size_t len;
	usec_t again;
	bfd_packet_t last;
	usec_t sent_at;
	/** longest and shortest time between two packets since pair_measure */
	usec_t gap_max, gap_min;
	unsigned sent;
	/** changes of state */
	bfd_state_t states[16];
	unsigned n_states;
} pair_end_t;

typedef struct pair_t
{
	usec_t now;
	pair_end_t end[2];
	/** packets under way */
	struct
	{
		usec_t at;
		unsigned to;
		size_t len;
		uint8_t data[BFD_PACKET_MAX];
	} way[64];
	unsigned n_way;
} pair_t;

/** no authentication, tx and rx of that many milliseconds, three times */
bfd_config_t pair_config(unsigned msec);
/** not a digest, but every byte of the data counts in it */
void pair_sha1(void *user, const uint8_t *data, size_t len,
			   uint8_t digest[BFD_SHA1_SIZE]);

pair_t *pair_create(const bfd_config_t *a, const bfd_config_t *b);
void pair_destroy(pair_t *pair);
/** the end's process was started anew */
void pair_replace(pair_t *pair, unsigned side, const bfd_config_t *config);
/** runs timers and delivers packets until then */
void pair_run(pair_t *pair, usec_t span);
void pair_measure(pair_t *pair);
/** both started and Up, and the Poll Sequences over */
pair_t *pair_up(const bfd_config_t *a, const bfd_config_t *b);
bfd_state_t pair_state(const pair_t *pair, unsigned side);

#endif
