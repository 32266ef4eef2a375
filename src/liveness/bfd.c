/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The session: reception of a packet in the order of RFC 5880 section 6.8.6,
 * its state machine (section 6.8.6, last part), and the two timers that all
 * hangs on: when to send next, and when the peer's silence is a failure.
 */

#include "liveness/bfd.h"

#include "liveness/bfd_packet.h"

#include <stdlib.h>
#include <string.h>

/** not Up: no more than one packet a second (section 6.8.3) */
#define SLOW_TX (1 * USEC_PER_SEC)

struct bfd_t
{
	bfd_config_t config;
	timers_t *timers;
	const bfd_sink_t *sink;
	void *user;
	prng_t rng;
	bfd_state_t state;
	bfd_diag_t diag;
	usec_t since;
	uint32_t discriminator;
	/** of the peer's last packet */
	bfd_packet_t remote;
	/** a packet of the peer's was taken since the session began */
	bool heard;
	/** it was Up, and left it otherwise than by an operator's will */
	bool failed;
	/** a Poll Sequence runs (section 6.5) */
	bool polling;
	/** what the peer still reckons with until the poll ends: a longer interval
	 * of ours, a shorter one required of it (section 6.8.3) */
	usec_t tx_until_final;
	usec_t rx_until_final;
	/** bfd.XmitAuthSeq, bfd.RcvAuthSeq, bfd.AuthSeqKnown */
	uint32_t sequence;
	uint32_t remote_sequence;
	bool sequence_known;
	cyg_timer_t send;
	cyg_timer_t detect;
	/** section 6.8.1: after twice the detection time a sequence is forgotten */
	cyg_timer_t forget;
	uint64_t packets_in, packets_out;
	uint64_t dropped, unauthentic;
	uint32_t ups;
};

const char *bfd_state_name(bfd_state_t state)
{
	static const char *const names[] = {"AdminDown", "Down", "Init", "Up"};

	return state < countof(names) ? names[state] : "?";
}

const char *bfd_diag_name(bfd_diag_t diag)
{
	static const char *const names[] = {
		"No Diagnostic",
		"Control Detection Time Expired",
		"Echo Function Failed",
		"Neighbor Signaled Session Down",
		"Forwarding Plane Reset",
		"Path Down",
		"Concatenated Path Down",
		"Administratively Down",
		"Reverse Concatenated Path Down",
	};

	return diag < countof(names) ? names[diag] : "unknown diagnostic";
}

/* -- times ------------------------------------------------------------------ */

static usec_t longer(usec_t a, usec_t b)
{
	return a > b ? a : b;
}

/** bfd.DesiredMinTxInterval */
static usec_t desired_tx(const bfd_t *bfd)
{
	return bfd->state == BFD_UP ? bfd->config.tx
								: longer(bfd->config.tx, SLOW_TX);
}

/** between packets, before jitter; USEC_NEVER: none are to be sent */
static usec_t tx_interval(const bfd_t *bfd)
{
	usec_t tx = desired_tx(bfd);

	if (bfd->state == BFD_ADMIN_DOWN)
	{
		return USEC_NEVER;
	}
	if (bfd->polling && bfd->tx_until_final)
	{
		tx = bfd->tx_until_final;
	}
	if (!bfd->heard)
	{
		return tx;
	}
	/* section 6.8.7 */
	if (!bfd->remote.required_rx ||
		(bfd->remote.demand && bfd->state == BFD_UP &&
		 bfd->remote.state == BFD_UP && !bfd->polling))
	{
		return USEC_NEVER;
	}
	return longer(tx, bfd->remote.required_rx);
}

/** section 6.8.4 */
static usec_t detection_time(const bfd_t *bfd)
{
	usec_t rx = bfd->polling && bfd->rx_until_final ? bfd->rx_until_final
													: bfd->config.rx;

	return bfd->remote.multiplier * longer(rx, bfd->remote.desired_tx);
}

/** section 6.8.7: less up to a quarter, and at least a tenth if one lost
 * packet is a failure */
static usec_t jitter(bfd_t *bfd, usec_t interval)
{
	usec_t least = bfd->config.multiplier == 1 ? interval / 10 : 0;
	usec_t quarter = interval / 4;

	return interval - least - prng_below(&bfd->rng, quarter - least + 1);
}

/* -- sending ------------------------------------------------------------------ */

/** `again` of bfd_sink_t.send: a Final answers one Poll (section 6.5), and each
 * meticulous sequence number is for one packet (section 6.7.4) */
static usec_t repeatable(const bfd_t *bfd, bool final)
{
	if (bfd->config.auth == BFD_AUTH_METICULOUS_SHA1)
	{
		return USEC_NEVER;
	}
	return final ? 0 : tx_interval(bfd);
}

static void transmit(bfd_t *bfd, bool final)
{
	uint8_t data[BFD_PACKET_MAX];
	bfd_packet_t packet = {
		.diag = bfd->diag,
		.state = bfd->state,
		/* section 6.5: not both */
		.poll = bfd->polling && !final,
		.final = final,
		.multiplier = bfd->config.multiplier,
		.my = bfd->discriminator,
		.your = bfd->remote.my,
		.desired_tx = (uint32_t)desired_tx(bfd),
		.required_rx = (uint32_t)bfd->config.rx,
		.sequence = bfd->sequence,
	};

	/* each packet has a new one, as the meticulous kind wants */
	bfd->sequence++;
	bfd->packets_out++;
	bfd->sink->send(bfd->user, bfd, data,
					bfd_packet_encode(&packet, &bfd->config, data),
					repeatable(bfd, final));
}

/** begins the wait anew, from now */
static void schedule(bfd_t *bfd, usec_t now)
{
	usec_t interval = tx_interval(bfd);

	if (interval == USEC_NEVER)
	{
		timer_stop(bfd->timers, &bfd->send);
	}
	else
	{
		timer_start(bfd->timers, &bfd->send, now + jitter(bfd, interval));
	}
}

/** the interval may have changed: a wait that is too long by now is cut */
static void reschedule(bfd_t *bfd, usec_t now)
{
	usec_t interval = tx_interval(bfd);

	if (interval == USEC_NEVER || !timer_running(&bfd->send) ||
		bfd->send.at > now + interval)
	{
		schedule(bfd, now);
	}
}

static void send_due(cyg_timer_t *timer, void *user, usec_t now)
{
	bfd_t *bfd = user;

	transmit(bfd, false);
	schedule(bfd, now);
}

/* -- states --------------------------------------------------------------------- */

static void poll_begin(bfd_t *bfd)
{
	bfd->polling = true;
}

static void poll_end(bfd_t *bfd)
{
	bfd->polling = false;
	bfd->tx_until_final = 0;
	bfd->rx_until_final = 0;
}

static void enter(bfd_t *bfd, bfd_state_t state, bfd_diag_t diag,
				  const char *reason, usec_t now)
{
	bfd_state_t from = bfd->state;

	bfd->state = state;
	bfd->diag = diag;
	bfd->since = now;
	poll_end(bfd);
	if (state == BFD_UP)
	{
		bfd->ups++;
		bfd->failed = false;
		if (desired_tx(bfd) < SLOW_TX)
		{
			/* sections 6.5 and 6.8.3: from slow to what is configured */
			poll_begin(bfd);
		}
	}
	bfd->sink->state(bfd->user, bfd, from, state, reason, now);
}

/** what was known of the peer is not true any more */
static void forget_peer(bfd_t *bfd)
{
	memset(&bfd->remote, 0, sizeof(bfd->remote));
	bfd->remote.state = BFD_DOWN;
	bfd->heard = false;
}

static void silent(cyg_timer_t *timer, void *user, usec_t now)
{
	bfd_t *bfd = user;

	/* section 6.8.4 and, on the discriminator, 6.8.1 */
	bfd->remote.my = 0;
	if (bfd->state == BFD_INIT || bfd->state == BFD_UP)
	{
		bfd->failed = bfd->failed || bfd->state == BFD_UP;
		forget_peer(bfd);
		enter(bfd, BFD_DOWN, BFD_DIAG_TIME_EXPIRED,
			  "no packet within the detection time", now);
		transmit(bfd, false);
		schedule(bfd, now);
	}
}

static void sequence_forget(cyg_timer_t *timer, void *user, usec_t now)
{
	bfd_t *bfd = user;

	bfd->sequence_known = false;
}

bfd_t *bfd_create(const bfd_config_t *config, uint32_t discriminator,
				  timers_t *timers, const bfd_sink_t *sink, void *user,
				  uint64_t seed)
{
	bfd_t *bfd = mem_alloc(sizeof(*bfd));

	bfd->config = *config;
	bfd->discriminator = discriminator;
	bfd->timers = timers;
	bfd->sink = sink;
	bfd->user = user;
	bfd->state = BFD_ADMIN_DOWN;
	prng_seed(&bfd->rng, seed);
	bfd->sequence = (uint32_t)prng_next(&bfd->rng);
	forget_peer(bfd);
	timer_init(&bfd->send, send_due, bfd);
	timer_init(&bfd->detect, silent, bfd);
	timer_init(&bfd->forget, sequence_forget, bfd);
	return bfd;
}

uint32_t bfd_sequence(const bfd_t *bfd)
{
	return bfd->sequence;
}

void bfd_set_sequence(bfd_t *bfd, uint32_t sequence)
{
	bfd->sequence = sequence;
}

static void timers_off(bfd_t *bfd)
{
	timer_stop(bfd->timers, &bfd->send);
	timer_stop(bfd->timers, &bfd->detect);
	timer_stop(bfd->timers, &bfd->forget);
}

void bfd_destroy(bfd_t *bfd)
{
	if (bfd)
	{
		timers_off(bfd);
		free(bfd);
	}
}

void bfd_start(bfd_t *bfd, usec_t now)
{
	if (bfd->state != BFD_ADMIN_DOWN)
	{
		return;
	}
	forget_peer(bfd);
	bfd->sequence_known = false;
	enter(bfd, BFD_DOWN, BFD_DIAG_NONE, "started", now);
	transmit(bfd, false);
	schedule(bfd, now);
}

void bfd_stop(bfd_t *bfd, usec_t now)
{
	if (bfd->state == BFD_ADMIN_DOWN)
	{
		return;
	}
	bfd->failed = false;
	enter(bfd, BFD_ADMIN_DOWN, BFD_DIAG_ADMIN_DOWN, "stopped", now);
	transmit(bfd, false);
	timers_off(bfd);
	forget_peer(bfd);
}

void bfd_configure(bfd_t *bfd, const bfd_config_t *config, usec_t now)
{
	bfd_config_t old = bfd->config;
	bool same_auth = old.auth == config->auth && old.key_id == config->key_id &&
					 memcmp(old.key, config->key, sizeof(old.key)) == 0;

	if (!same_auth && bfd->state != BFD_ADMIN_DOWN)
	{
		/* section 6.7.1: a change of the key is the operators' agreement */
		bfd_stop(bfd, now);
		bfd->config = *config;
		bfd_start(bfd, now);
		return;
	}
	bfd->config = *config;
	if (bfd->state == BFD_ADMIN_DOWN ||
		(old.tx == config->tx && old.rx == config->rx))
	{
		return;
	}
	if (bfd->state == BFD_UP)
	{
		/* section 6.8.3: slower sending, and less often required, wait for
		 * the peer's word */
		bfd->tx_until_final = config->tx > old.tx ? old.tx : 0;
		bfd->rx_until_final = config->rx < old.rx ? old.rx : 0;
	}
	poll_begin(bfd);
	reschedule(bfd, now);
}

/* -- reception -------------------------------------------------------------------- */

/** section 6.7.4, Receipt Using Keyed SHA1 */
static bool authentic(bfd_t *bfd, const bfd_packet_t *packet,
					  const uint8_t *data)
{
	uint32_t first = bfd->config.auth == BFD_AUTH_METICULOUS_SHA1 ? 1 : 0;

	if (bfd->config.auth == BFD_AUTH_NONE || !packet->authentic)
	{
		return bfd->config.auth == BFD_AUTH_NONE && !packet->authentic;
	}
	if (packet->auth_type != (uint8_t)bfd->config.auth ||
		packet->key_id != bfd->config.key_id)
	{
		return false;
	}
	/* modulo 2^32: from the last on, three detection multipliers far */
	if (bfd->sequence_known && packet->sequence - bfd->remote_sequence - first >
								   3u * bfd->config.multiplier - first)
	{
		return false;
	}
	if (!bfd_packet_verify(data, &bfd->config))
	{
		return false;
	}
	bfd->sequence_known = true;
	bfd->remote_sequence = packet->sequence;
	return true;
}

static void step_down(bfd_t *bfd, const bfd_packet_t *packet, usec_t now)
{
	switch (packet->state)
	{
		case BFD_DOWN:
			enter(bfd, BFD_INIT, bfd->diag, "the peer is there", now);
			break;
		case BFD_INIT:
			enter(bfd, BFD_UP, BFD_DIAG_NONE, "the peer hears us", now);
			break;
		case BFD_ADMIN_DOWN:
		case BFD_UP:
			break;
	}
}

static void step_init(bfd_t *bfd, const bfd_packet_t *packet, usec_t now)
{
	switch (packet->state)
	{
		case BFD_INIT:
		case BFD_UP:
			enter(bfd, BFD_UP, BFD_DIAG_NONE, "the peer hears us", now);
			break;
		case BFD_ADMIN_DOWN:
		case BFD_DOWN:
			break;
	}
}

static void step_up(bfd_t *bfd, const bfd_packet_t *packet, usec_t now)
{
	switch (packet->state)
	{
		case BFD_DOWN:
			bfd->failed = true;
			enter(bfd, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN,
				  "the peer has lost the session", now);
			break;
		case BFD_ADMIN_DOWN:
		case BFD_INIT:
		case BFD_UP:
			break;
	}
}

/** the state machine of section 6.8.6 */
static void step(bfd_t *bfd, const bfd_packet_t *packet, usec_t now)
{
	if (packet->state == BFD_ADMIN_DOWN)
	{
		/* RFC 5882 section 3.2: not a failure of the path */
		bool was = bfd->failed;

		bfd->failed = false;
		if (bfd->state != BFD_DOWN || was)
		{
			enter(bfd, BFD_DOWN, BFD_DIAG_NEIGHBOR_DOWN,
				  "the peer was taken down by its operator", now);
		}
		return;
	}
	switch (bfd->state)
	{
		case BFD_DOWN:
			step_down(bfd, packet, now);
			break;
		case BFD_INIT:
			step_init(bfd, packet, now);
			break;
		case BFD_UP:
			step_up(bfd, packet, now);
			break;
		case BFD_ADMIN_DOWN:
			break;
	}
}

void bfd_input(bfd_t *bfd, const uint8_t *data, size_t len, usec_t now)
{
	bfd_state_t before = bfd->state;
	bfd_packet_t packet;
	usec_t detection;

	if (bfd->state == BFD_ADMIN_DOWN)
	{
		return;
	}
	if (!bfd_packet_decode(data, len, &packet) ||
		(packet.your && packet.your != bfd->discriminator))
	{
		bfd->dropped++;
		return;
	}
	if (!authentic(bfd, &packet, data))
	{
		bfd->unauthentic++;
		return;
	}
	bfd->packets_in++;
	bfd->remote = packet;
	bfd->heard = true;
	if (packet.final && bfd->polling)
	{
		poll_end(bfd);
	}
	step(bfd, &packet, now);
	if (packet.poll)
	{
		transmit(bfd, true);
	}
	else if (bfd->state != before)
	{
		/* section 6.8.7 allows it: the peer learns at once */
		transmit(bfd, false);
	}
	if (bfd->state != before)
	{
		schedule(bfd, now);
	}
	else
	{
		reschedule(bfd, now);
	}
	detection = detection_time(bfd);
	timer_start(bfd->timers, &bfd->detect, now + detection);
	timer_start(bfd->timers, &bfd->forget, now + 2 * detection);
}

bool bfd_failed(const bfd_t *bfd)
{
	return bfd->failed;
}

void bfd_presume_failed(bfd_t *bfd)
{
	bfd->failed = bfd->state != BFD_ADMIN_DOWN && bfd->state != BFD_UP;
}

void bfd_info(const bfd_t *bfd, bfd_info_t *info)
{
	usec_t tx = tx_interval(bfd);

	*info = (bfd_info_t){
		.state = bfd->state,
		.remote_state = bfd->remote.state,
		.diag = bfd->diag,
		.remote_diag = bfd->remote.diag,
		.discriminator = bfd->discriminator,
		.remote_discriminator = bfd->remote.my,
		.since = bfd->since,
		.tx = tx == USEC_NEVER ? 0 : tx,
		.detection = bfd->heard ? detection_time(bfd) : 0,
		.remote_multiplier = bfd->remote.multiplier,
		.packets_in = bfd->packets_in,
		.packets_out = bfd->packets_out,
		.dropped = bfd->dropped,
		.unauthentic = bfd->unauthentic,
		.ups = bfd->ups,
	};
}
