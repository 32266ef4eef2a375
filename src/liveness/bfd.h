/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A BFD session (RFC 5880), asynchronous mode, single hop (RFC 5881), sans
 * I/O: it sees packets and `now`, and says what it wants through bfd_sink_t.
 * Demand mode and echo are not used by us; a peer in demand mode is served.
 *
 * The gateway gives each session a socket bound to its link, which drops what
 * came with a TTL other than 255 (RFC 5881 section 5). Who has one socket for
 * several finds the session by bfd_packet_your() or, when that is 0, by the
 * link and the address that the packet came from (section 3).
 */

#ifndef CYGNET_LIVENESS_BFD_H
#define CYGNET_LIVENESS_BFD_H

#include "base/base.h"
#include "base/timer.h"

/** UDP destination; sources are 49152 to 65535 (RFC 5881 section 4) */
#define BFD_PORT       3784
#define BFD_PACKET_MAX 52
#define BFD_KEY_MAX    20
#define BFD_SHA1_SIZE  20

typedef struct bfd_t bfd_t;

/** RFC 5880 section 4.1 */
typedef enum bfd_state_t
{
	BFD_ADMIN_DOWN = 0,
	BFD_DOWN = 1,
	BFD_INIT = 2,
	BFD_UP = 3,
} bfd_state_t;

/** RFC 5880 section 4.1: why the state last left Up */
typedef enum bfd_diag_t
{
	BFD_DIAG_NONE = 0,
	BFD_DIAG_TIME_EXPIRED = 1,
	BFD_DIAG_ECHO_FAILED = 2,
	BFD_DIAG_NEIGHBOR_DOWN = 3,
	BFD_DIAG_FORWARDING_RESET = 4,
	BFD_DIAG_PATH_DOWN = 5,
	BFD_DIAG_CONCATENATED_DOWN = 6,
	BFD_DIAG_ADMIN_DOWN = 7,
	BFD_DIAG_REVERSE_DOWN = 8,
} bfd_diag_t;

/** "Up", … ; "Control Detection Time Expired", … */
const char *bfd_state_name(bfd_state_t state);
const char *bfd_diag_name(bfd_diag_t diag);

/** RFC 5880 section 4.4: numbers of the wire */
typedef enum bfd_auth_t
{
	BFD_AUTH_NONE = 0,
	BFD_AUTH_KEYED_SHA1 = 4,
	BFD_AUTH_METICULOUS_SHA1 = 5,
} bfd_auth_t;

/** SHA-1 of len bytes; a library's, given by the caller */
typedef void (*bfd_sha1_t)(void *user, const uint8_t *data, size_t len,
						   uint8_t digest[BFD_SHA1_SIZE]);

typedef struct bfd_config_t
{
	/** Desired Min TX and Required Min RX Interval, 10 ms to 60 s */
	usec_t tx;
	usec_t rx;
	/** Detect Mult, 1 to 255 */
	uint8_t multiplier;
	bfd_auth_t auth;
	uint8_t key_id;
	/** padded with zeroes (RFC 5880 section 6.7.4) */
	uint8_t key[BFD_KEY_MAX];
	bfd_sha1_t sha1;
	void *sha1_user;
} bfd_config_t;

/** called from within bfd_* calls and the timers; no bfd_* call of the session
 * from within but those that only read */
typedef struct bfd_sink_t
{
	/** one datagram to the peer; bytes borrowed. If the next is not there
	 * after `again`, who has to may send this one once more; USEC_NEVER: it must
	 * not, nor any before it; 0: it must not, the one before it may still */
	void (*send)(void *user, bfd_t *bfd, const uint8_t *data, size_t len,
				 usec_t again);
	/** the state changed, or what bfd_failed says while it is Down; reason is
	 * words for a person, static */
	void (*state)(void *user, bfd_t *bfd, bfd_state_t from, bfd_state_t to,
				  const char *reason, usec_t now);
} bfd_sink_t;

/** discriminator: ours, not 0, unique among the sessions of the system.
 * Starts in AdminDown: nothing is sent before bfd_start. timers and sink are
 * borrowed, config is copied */
bfd_t *bfd_create(const bfd_config_t *config, uint32_t discriminator,
				  timers_t *timers, const bfd_sink_t *sink, void *user,
				  uint64_t seed);
/** the number of the next authenticated packet, and before bfd_start the number to
 * go on with instead of one at random: a peer for which a session of ours has not
 * ended refuses others for twice its detection time (RFC 5880 section 6.8.1) */
uint32_t bfd_sequence(const bfd_t *bfd);
void bfd_set_sequence(bfd_t *bfd, uint32_t sequence);
/** says nothing on the wire: bfd_stop first */
void bfd_destroy(bfd_t *bfd);
/** Down, and sending; idempotent */
void bfd_start(bfd_t *bfd, usec_t now);
/** AdminDown: told to the peer once, then silence (RFC 5880 section 6.8.16
 * asks for a detection time of it; a tunnel that goes has no such time) */
void bfd_stop(bfd_t *bfd, usec_t now);
/** new times take effect by a Poll Sequence, without a flap; a new key or kind
 * of authentication begins the session anew */
void bfd_configure(bfd_t *bfd, const bfd_config_t *config, usec_t now);
/** a datagram's payload; what is wrong is counted and dropped */
void bfd_input(bfd_t *bfd, const uint8_t *data, size_t len, usec_t now);
/** Your Discriminator of a datagram; 0: none, or no BFD packet */
uint32_t bfd_packet_your(const uint8_t *data, size_t len);

/** was Up and is not, and nobody wanted it so: neither we nor the peer took it
 * down administratively (RFC 5882 sections 3.2 and 4.2) */
bool bfd_failed(const bfd_t *bfd);
/** after bfd_start: failed until it is Up or the peer is taken down
 * administratively, as was the session over an SA that is gone */
void bfd_presume_failed(bfd_t *bfd);

typedef struct bfd_info_t
{
	bfd_state_t state;
	bfd_state_t remote_state;
	bfd_diag_t diag;
	bfd_diag_t remote_diag;
	uint32_t discriminator;
	uint32_t remote_discriminator;
	/** moment of the last change of state, 0: none yet */
	usec_t since;
	/** as negotiated: between packets that we send (before jitter), and until
	 * silence of the peer's is a failure; 0: none yet */
	usec_t tx;
	usec_t detection;
	uint8_t remote_multiplier;
	uint64_t packets_in, packets_out;
	/** dropped: malformed or not for us; authentication failed */
	uint64_t dropped, unauthentic;
	/** times that Up was reached */
	uint32_t ups;
} bfd_info_t;

void bfd_info(const bfd_t *bfd, bfd_info_t *info);

#endif
