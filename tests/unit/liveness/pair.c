/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The line between two sessions.
 */

#include "pair.h"

#include <string.h>

bfd_config_t pair_config(unsigned msec)
{
	return (bfd_config_t){
		.tx = msec * USEC_PER_MSEC,
		.rx = msec * USEC_PER_MSEC,
		.multiplier = 3,
		.sha1 = pair_sha1,
	};
}

void pair_sha1(void *user, const uint8_t *data, size_t len,
			   uint8_t digest[BFD_SHA1_SIZE])
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
	{
		h = (h ^ data[i]) * 16777619u;
	}
	for (size_t i = 0; i < BFD_SHA1_SIZE; i++)
	{
		h = (h ^ (uint32_t)i) * 16777619u;
		digest[i] = (uint8_t)(h >> 24);
	}
}

static void end_send(void *user, bfd_t *bfd, const uint8_t *data, size_t len,
					 usec_t again)
{
	pair_end_t *end = user;
	pair_t *pair = end->pair;
	usec_t gap = pair->now - end->sent_at;

	ck_assert_uint_le(len, BFD_PACKET_MAX);
	memcpy(end->data, data, len);
	end->len = len;
	end->again = again;
	ck_assert(bfd_packet_decode(data, len, &end->last));
	/* a Final is an answer, and never sent twice */
	ck_assert(end->last.final ? !again || again == USEC_NEVER : again > 0);
	if (end->sent++)
	{
		end->gap_max = gap > end->gap_max ? gap : end->gap_max;
		end->gap_min = gap < end->gap_min ? gap : end->gap_min;
	}
	end->sent_at = pair->now;
	if (!end->cut)
	{
		ck_assert_uint_lt(pair->n_way, countof(pair->way));
		pair->way[pair->n_way].at = pair->now + PAIR_DELAY;
		pair->way[pair->n_way].to = !end->side;
		pair->way[pair->n_way].len = len;
		memcpy(pair->way[pair->n_way].data, data, len);
		pair->n_way++;
	}
}

static void end_state(void *user, bfd_t *bfd, bfd_state_t from, bfd_state_t to,
					  const char *reason, usec_t now)
{
	pair_end_t *end = user;

	ck_assert_int_ne(from, to);
	ck_assert(reason && *reason);
	if (end->n_states < countof(end->states))
	{
		end->states[end->n_states++] = to;
	}
}

static const bfd_sink_t sink = {.send = end_send, .state = end_state};

pair_t *pair_create(const bfd_config_t *a, const bfd_config_t *b)
{
	pair_t *pair = mem_alloc(sizeof(*pair));

	pair->now = 1000 * USEC_PER_SEC;
	for (unsigned i = 0; i < 2; i++)
	{
		pair_end_t *end = &pair->end[i];

		end->pair = pair;
		end->side = i;
		end->timers = timers_create();
		end->bfd = bfd_create(i ? b : a, 101 + i, end->timers, &sink, end, i);
	}
	pair_measure(pair);
	return pair;
}

void pair_replace(pair_t *pair, unsigned side, const bfd_config_t *config)
{
	pair_end_t *end = &pair->end[side];

	bfd_destroy(end->bfd);
	end->bfd =
		bfd_create(config, 201 + side, end->timers, &sink, end, pair->now);
}

void pair_destroy(pair_t *pair)
{
	for (unsigned i = 0; i < 2; i++)
	{
		bfd_destroy(pair->end[i].bfd);
		timers_destroy(pair->end[i].timers);
	}
	free(pair);
}

/** the earliest thing to happen; false: nothing until then */
static bool advance(pair_t *pair, usec_t until)
{
	usec_t next = until + 1;

	for (unsigned i = 0; i < 2; i++)
	{
		usec_t at = timers_next(pair->end[i].timers);

		next = at < next ? at : next;
	}
	for (unsigned i = 0; i < pair->n_way; i++)
	{
		next = pair->way[i].at < next ? pair->way[i].at : next;
	}
	if (next > until)
	{
		pair->now = until;
		return false;
	}
	pair->now = next > pair->now ? next : pair->now;
	return true;
}

void pair_run(pair_t *pair, usec_t span)
{
	usec_t until = pair->now + span;

	while (advance(pair, until))
	{
		for (unsigned i = 0; i < pair->n_way; i++)
		{
			if (pair->way[i].at <= pair->now)
			{
				uint8_t data[BFD_PACKET_MAX];
				unsigned to = pair->way[i].to;
				size_t len = pair->way[i].len;

				memcpy(data, pair->way[i].data, len);
				pair->n_way--;
				memmove(&pair->way[i], &pair->way[i + 1],
						(pair->n_way - i) * sizeof(pair->way[0]));
				bfd_input(pair->end[to].bfd, data, len, pair->now);
				break;
			}
		}
		for (unsigned i = 0; i < 2; i++)
		{
			timers_run(pair->end[i].timers, pair->now);
		}
	}
}

void pair_measure(pair_t *pair)
{
	for (unsigned i = 0; i < 2; i++)
	{
		pair->end[i].gap_max = 0;
		pair->end[i].gap_min = USEC_NEVER;
		pair->end[i].sent = 0;
	}
}

pair_t *pair_up(const bfd_config_t *a, const bfd_config_t *b)
{
	pair_t *pair = pair_create(a, b);

	bfd_start(pair->end[0].bfd, pair->now);
	bfd_start(pair->end[1].bfd, pair->now);
	pair_run(pair, 5 * USEC_PER_SEC);
	ck_assert_int_eq(pair_state(pair, 0), BFD_UP);
	ck_assert_int_eq(pair_state(pair, 1), BFD_UP);
	ck_assert(!pair->end[0].last.poll && !pair->end[1].last.poll);
	pair_measure(pair);
	return pair;
}

bfd_state_t pair_state(const pair_t *pair, unsigned side)
{
	bfd_info_t info;

	bfd_info(pair->end[side].bfd, &info);
	return info.state;
}
