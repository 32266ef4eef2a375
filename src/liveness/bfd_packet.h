/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * BFD Control packets (RFC 5880 section 4) as values, and their bytes. Inside
 * src/liveness only.
 */

#ifndef CYGNET_LIVENESS_BFD_PACKET_H
#define CYGNET_LIVENESS_BFD_PACKET_H

#include "base/rbuf.h"
#include "base/wbuf.h"
#include "liveness/bfd.h"

typedef struct bfd_packet_t
{
	bfd_diag_t diag;
	bfd_state_t state;
	bool poll;
	bool final;
	bool control_independent;
	bool authentic;
	bool demand;
	uint8_t multiplier;
	uint32_t my;
	uint32_t your;
	/** microseconds, as on the wire */
	uint32_t desired_tx;
	uint32_t required_rx;
	uint32_t required_echo;
	/** with `authentic`: the section of section 4.4 */
	uint8_t auth_type;
	uint8_t key_id;
	uint32_t sequence;
} bfd_packet_t;

/** all that can be told without knowing the session (section 6.8.6, up to the
 * discriminators); an authentication section of another kind than SHA1 is
 * skipped, auth_type says what it is */
bool bfd_packet_decode(const uint8_t *data, size_t len, bfd_packet_t *out);
/** the digest of a packet that decoded with SHA1 is right (section 6.7.4) */
bool bfd_packet_verify(const uint8_t *data, const bfd_config_t *config);
/** returns the length; with config->auth the section is appended */
size_t bfd_packet_encode(const bfd_packet_t *packet, const bfd_config_t *config,
						 uint8_t out[BFD_PACKET_MAX]);

#endif
