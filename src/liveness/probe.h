/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A probe: ICMP or ICMPv6 echo requests through a tunnel (RFC 792, RFC 4443),
 * sans I/O, for far sides without BFD. It fails when `fail` of the last
 * `window` requests were not answered within the interval, or the last of
 * `fail` (two or more) in a row not within the time that answers take, and a
 * quarter of the interval more. It works again after `recover` answers in a
 * row. A probe that was never answered has not
 * failed: the far side may not answer at all.
 */

#ifndef CYGNET_LIVENESS_PROBE_H
#define CYGNET_LIVENESS_PROBE_H

#include "base/addr.h"
#include "base/base.h"
#include "base/timer.h"

#define PROBE_WINDOW_MAX 64
/** an echo message, its header included */
#define PROBE_PACKET 24

typedef struct probe_t probe_t;

typedef struct probe_config_t
{
	/** 50 ms to 60 s */
	usec_t interval;
	/** 1 <= fail <= window <= PROBE_WINDOW_MAX */
	unsigned fail;
	unsigned window;
	/** 1 to PROBE_WINDOW_MAX */
	unsigned recover;
} probe_config_t;

/** called from within probe_* calls and the timer */
typedef struct probe_sink_t
{
	/** one echo request to the target, from the ICMP header on; the checksum
	 * of ICMPv6 is the kernel's to fill in */
	void (*send)(void *user, probe_t *probe, const uint8_t *data, size_t len);
	/** it failed, or works again */
	void (*state)(void *user, probe_t *probe, bool failed, usec_t now);
} probe_sink_t;

/** family: of the target; id: of the echo messages. timers and sink are
 * borrowed. Nothing is sent before probe_start */
probe_t *probe_create(const probe_config_t *config, family_t family,
					  uint16_t id, timers_t *timers, const probe_sink_t *sink,
					  void *user, uint64_t seed);
void probe_destroy(probe_t *probe);
/** idempotent */
void probe_start(probe_t *probe, usec_t now);
/** silence; what is known is forgotten, and it has not failed */
void probe_stop(probe_t *probe);
void probe_configure(probe_t *probe, const probe_config_t *config);
/** an ICMP message from the target, from the ICMP header on; what is no answer
 * to this probe is ignored: id, sequence and a secret in the request say so */
void probe_input(probe_t *probe, const uint8_t *data, size_t len, usec_t now);
bool probe_failed(const probe_t *probe);
/** after probe_start: failed until `recover` answers in a row, as was the probe
 * over an SA that is gone; the sink is not told of it */
void probe_presume_failed(probe_t *probe);

typedef struct probe_info_t
{
	bool running;
	bool failed;
	/** an answer has come since probe_start */
	bool answered;
	/** moment of the last change of `failed`, 0: none */
	usec_t since;
	/** smoothed round-trip time and its mean deviation (RFC 6298 section 2),
	 * and the last; 0: no answer yet */
	usec_t rtt, jitter, rtt_last;
	/** of the last `window` requests whose time is over */
	unsigned lost, seen;
	uint64_t sent, received;
} probe_info_t;

void probe_info(const probe_t *probe, probe_info_t *info);

#endif
