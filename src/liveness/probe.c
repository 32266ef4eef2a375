/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Requests go out at even times; at each, the one before is judged. Answers
 * that come later than the interval count for the round-trip time no more:
 * they are lost. Only the request that would complete a row of losses is not
 * waited for so long: the row is what tells, and a silence that began behind an
 * answer would be known four intervals later, not three.
 */

#include "liveness/probe.h"

#include <stdlib.h>
#include <string.h>

#include "base/rbuf.h"
#include "base/wbuf.h"

enum
{
	ICMP4_ECHO_REPLY = 0,
	ICMP4_ECHO = 8,
	ICMP6_ECHO = 128,
	ICMP6_ECHO_REPLY = 129,
};

struct probe_t
{
	probe_config_t config;
	family_t family;
	uint16_t id;
	timers_t *timers;
	const probe_sink_t *sink;
	void *user;
	prng_t rng;
	cyg_timer_t timer;
	/** the timer is for the last of a row, before its interval is over */
	bool hurried;
	bool running;
	bool failed;
	bool answered;
	usec_t since;
	/** the request under way */
	uint16_t sequence;
	uint64_t secret[2];
	usec_t sent_at;
	/** answered in time, and how fast */
	bool back;
	/** the requests judged, newest in bit 0: 1 is lost */
	uint64_t history;
	unsigned seen;
	/** answers in a row */
	unsigned streak;
	usec_t rtt, jitter, rtt_last;
	uint64_t sent, received;
};

/** RFC 1071 */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i++)
	{
		sum += i % 2 ? data[i] : (uint32_t)data[i] << 8;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void request(probe_t *probe, usec_t now)
{
	uint8_t data[PROBE_PACKET];
	wbuf_t w = wbuf_make(data, sizeof(data));

	probe->sequence++;
	probe->secret[0] = prng_next(&probe->rng);
	probe->secret[1] = prng_next(&probe->rng);
	probe->sent_at = now;
	probe->back = false;
	probe->sent++;
	wbuf_u8(&w, probe->family == FAMILY_IPV4 ? ICMP4_ECHO : ICMP6_ECHO);
	wbuf_u8(&w, 0);
	wbuf_reserve(&w, 2);
	wbuf_u16(&w, probe->id);
	wbuf_u16(&w, probe->sequence);
	wbuf_u64(&w, probe->secret[0]);
	wbuf_u64(&w, probe->secret[1]);
	if (probe->family == FAMILY_IPV4)
	{
		wbuf_patch_u16(&w, 2, checksum(data, sizeof(data)));
	}
	probe->sink->send(probe->user, probe, data, wbuf_len(&w));
}

/** how many of the newest in the window are lost */
static unsigned lost(const probe_t *probe)
{
	uint64_t mask = probe->config.window < 64
						? ((uint64_t)1 << probe->config.window) - 1
						: UINT64_MAX;

	return (unsigned)__builtin_popcountll(probe->history & mask);
}

static void become(probe_t *probe, bool failed, usec_t now)
{
	if (probe->failed != failed)
	{
		probe->failed = failed;
		probe->since = now;
		probe->sink->state(probe->user, probe, failed, now);
	}
}

/** enters the verdict on the request under way */
static void judge(probe_t *probe, usec_t now)
{
	probe->history = probe->history << 1 | !probe->back;
	if (probe->seen < PROBE_WINDOW_MAX)
	{
		probe->seen++;
	}
	probe->streak = probe->back ? probe->streak + 1 : 0;
	if (!probe->failed && probe->answered && lost(probe) >= probe->config.fail)
	{
		become(probe, true, now);
	}
}

/** one more lost, and it has failed by losses in a row. Where a single one is
 * enough, there is no row to go by */
static bool completes_row(const probe_t *probe)
{
	uint64_t row = ((uint64_t)1 << (probe->config.fail - 1)) - 1;

	return !probe->failed && probe->answered && row &&
		   (probe->history & row) == row;
}

/** how long answers may take, by those so far (RFC 6298 section 2) */
static usec_t patience(const probe_t *probe)
{
	usec_t slack = 4 * probe->jitter;

	if (slack < probe->config.interval / 4)
	{
		slack = probe->config.interval / 4;
	}
	return probe->rtt + slack;
}

/** one request, and the timer that judges it */
static void go_on(probe_t *probe, usec_t now)
{
	usec_t wait = probe->config.interval;

	request(probe, now);
	probe->hurried = completes_row(probe) && patience(probe) < wait;
	if (probe->hurried)
	{
		wait = patience(probe);
	}
	timer_start(probe->timers, &probe->timer, now + wait);
}

static void due(cyg_timer_t *timer, void *user, usec_t now)
{
	probe_t *probe = user;
	usec_t over = probe->sent_at + probe->config.interval;

	if (probe->hurried && now < over)
	{
		probe->hurried = false;
		timer_start(probe->timers, &probe->timer, over);
		if (!probe->back)
		{
			become(probe, true, now);
		}
		return;
	}
	judge(probe, now);
	go_on(probe, now);
}

probe_t *probe_create(const probe_config_t *config, family_t family,
					  uint16_t id, timers_t *timers, const probe_sink_t *sink,
					  void *user, uint64_t seed)
{
	probe_t *probe = mem_alloc(sizeof(*probe));

	probe->config = *config;
	probe->family = family;
	probe->id = id;
	probe->timers = timers;
	probe->sink = sink;
	probe->user = user;
	prng_seed(&probe->rng, seed);
	timer_init(&probe->timer, due, probe);
	return probe;
}

void probe_destroy(probe_t *probe)
{
	if (probe)
	{
		timer_stop(probe->timers, &probe->timer);
		free(probe);
	}
}

static void forget(probe_t *probe)
{
	probe->failed = false;
	probe->answered = false;
	probe->history = 0;
	probe->seen = 0;
	probe->streak = 0;
	probe->rtt = 0;
	probe->jitter = 0;
	probe->rtt_last = 0;
}

void probe_start(probe_t *probe, usec_t now)
{
	if (!probe->running)
	{
		probe->running = true;
		forget(probe);
		go_on(probe, now);
	}
}

void probe_stop(probe_t *probe)
{
	probe->running = false;
	timer_stop(probe->timers, &probe->timer);
	forget(probe);
}

void probe_configure(probe_t *probe, const probe_config_t *config)
{
	/* the next request is the first at the new interval */
	probe->config = *config;
}

/** RFC 6298 section 2 */
static void measure(probe_t *probe, usec_t rtt)
{
	usec_t off = rtt > probe->rtt ? rtt - probe->rtt : probe->rtt - rtt;

	probe->rtt_last = rtt;
	if (!probe->rtt)
	{
		probe->rtt = rtt;
		probe->jitter = rtt / 2;
		return;
	}
	probe->jitter = (3 * probe->jitter + off) / 4;
	probe->rtt = (7 * probe->rtt + rtt) / 8;
}

void probe_input(probe_t *probe, const uint8_t *data, size_t len, usec_t now)
{
	rbuf_t r = rbuf_make(data, len);
	uint8_t want =
		probe->family == FAMILY_IPV4 ? ICMP4_ECHO_REPLY : ICMP6_ECHO_REPLY;
	uint8_t type, code;
	uint16_t sum, id, sequence;
	uint64_t secret[2];

	if (!probe->running || !rbuf_u8(&r, &type) || !rbuf_u8(&r, &code) ||
		!rbuf_u16(&r, &sum) || !rbuf_u16(&r, &id) || !rbuf_u16(&r, &sequence) ||
		!rbuf_u64(&r, &secret[0]) || !rbuf_u64(&r, &secret[1]) ||
		type != want || code || id != probe->id ||
		sequence != probe->sequence || secret[0] != probe->secret[0] ||
		secret[1] != probe->secret[1] || probe->back ||
		now - probe->sent_at > probe->config.interval)
	{
		return;
	}
	probe->back = true;
	probe->answered = true;
	probe->received++;
	/* 0 says that none was measured */
	measure(probe, now > probe->sent_at ? now - probe->sent_at : 1);
	/* the answer that completes the row is not waited for any longer */
	if (probe->failed && probe->streak + 1 >= probe->config.recover)
	{
		/* what was lost before does not count against it again */
		probe->history = 0;
		become(probe, false, now);
	}
}

bool probe_failed(const probe_t *probe)
{
	return probe->failed;
}

void probe_presume_failed(probe_t *probe)
{
	probe->failed = probe->running;
}

void probe_info(const probe_t *probe, probe_info_t *info)
{
	*info = (probe_info_t){
		.running = probe->running,
		.failed = probe->failed,
		.answered = probe->answered,
		.since = probe->since,
		.rtt = probe->rtt,
		.jitter = probe->jitter,
		.rtt_last = probe->rtt_last,
		.lost = lost(probe),
		.seen = probe->seen < probe->config.window ? probe->seen
												   : probe->config.window,
		.sent = probe->sent,
		.received = probe->received,
	};
}
