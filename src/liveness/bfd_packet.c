/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * BFD Control packets: bounded reading, and SHA1 over the packet with the key
 * in the place of the digest.
 */

#include "liveness/bfd_packet.h"

#include <string.h>

#define VERSION 1
#define HEADER  24
/** type, length, key id, reserved, sequence, digest */
#define SHA1_SECTION (8 + BFD_SHA1_SIZE)
#define DIGEST_AT    (HEADER + 8)

enum
{
	FLAG_MULTIPOINT = 0x01,
	FLAG_DEMAND = 0x02,
	FLAG_AUTH = 0x04,
	FLAG_CONTROL_INDEPENDENT = 0x08,
	FLAG_FINAL = 0x10,
	FLAG_POLL = 0x20,
};

static bool is_sha1(uint8_t type)
{
	return type == BFD_AUTH_KEYED_SHA1 || type == BFD_AUTH_METICULOUS_SHA1;
}

static bool decode_auth(rbuf_t *r, bfd_packet_t *out)
{
	uint8_t len, reserved;
	rbuf_t body;

	/* section 6.8.6: the section, and nothing else, fills the packet */
	if (!rbuf_u8(r, &out->auth_type) || !rbuf_u8(r, &len) || len < 2 ||
		!rbuf_sub(r, len - 2u, &body) || rbuf_left(r))
	{
		return false;
	}
	if (!is_sha1(out->auth_type))
	{
		return true;
	}
	return len == SHA1_SECTION && rbuf_u8(&body, &out->key_id) &&
		   rbuf_u8(&body, &reserved) && rbuf_u32(&body, &out->sequence);
}

bool bfd_packet_decode(const uint8_t *data, size_t len, bfd_packet_t *out)
{
	rbuf_t all = rbuf_make(data, len), r;
	uint8_t version, flags, length;

	memset(out, 0, sizeof(*out));
	if (!rbuf_u8(&all, &version) || !rbuf_u8(&all, &flags) ||
		!rbuf_u8(&all, &out->multiplier) || !rbuf_u8(&all, &length) ||
		length < HEADER || !rbuf_sub(&all, length - 4u, &r) ||
		!rbuf_u32(&r, &out->my) || !rbuf_u32(&r, &out->your) ||
		!rbuf_u32(&r, &out->desired_tx) || !rbuf_u32(&r, &out->required_rx) ||
		!rbuf_u32(&r, &out->required_echo))
	{
		return false;
	}
	out->diag = (bfd_diag_t)(version & 0x1f);
	out->state = (bfd_state_t)(flags >> 6);
	out->poll = flags & FLAG_POLL;
	out->final = flags & FLAG_FINAL;
	out->control_independent = flags & FLAG_CONTROL_INDEPENDENT;
	out->authentic = flags & FLAG_AUTH;
	out->demand = flags & FLAG_DEMAND;
	if (version >> 5 != VERSION || flags & FLAG_MULTIPOINT ||
		!out->multiplier || !out->my ||
		(!out->your && out->state != BFD_DOWN && out->state != BFD_ADMIN_DOWN))
	{
		return false;
	}
	return !out->authentic || decode_auth(&r, out);
}

static void digest(const uint8_t *data, const bfd_config_t *config,
				   uint8_t out[BFD_SHA1_SIZE])
{
	uint8_t copy[HEADER + SHA1_SECTION];

	memcpy(copy, data, sizeof(copy));
	memcpy(&copy[DIGEST_AT], config->key, BFD_KEY_MAX);
	config->sha1(config->sha1_user, copy, sizeof(copy), out);
}

bool bfd_packet_verify(const uint8_t *data, const bfd_config_t *config)
{
	uint8_t want[BFD_SHA1_SIZE];
	uint8_t differs = 0;

	digest(data, config, want);
	for (size_t i = 0; i < sizeof(want); i++)
	{
		/* no early end: time must not tell how much was right */
		differs |= want[i] ^ data[DIGEST_AT + i];
	}
	return !differs;
}

size_t bfd_packet_encode(const bfd_packet_t *packet, const bfd_config_t *config,
						 uint8_t out[BFD_PACKET_MAX])
{
	bool sha1 = config->auth != BFD_AUTH_NONE;
	wbuf_t w = wbuf_make(out, BFD_PACKET_MAX);

	wbuf_u8(&w, (uint8_t)(VERSION << 5 | (packet->diag & 0x1f)));
	wbuf_u8(&w, (uint8_t)((unsigned)packet->state << 6 |
						  (packet->poll ? FLAG_POLL : 0u) |
						  (packet->final ? FLAG_FINAL : 0u) |
						  (sha1 ? FLAG_AUTH : 0u)));
	wbuf_u8(&w, packet->multiplier);
	wbuf_u8(&w, (uint8_t)(HEADER + (sha1 ? SHA1_SECTION : 0)));
	wbuf_u32(&w, packet->my);
	wbuf_u32(&w, packet->your);
	wbuf_u32(&w, packet->desired_tx);
	wbuf_u32(&w, packet->required_rx);
	wbuf_u32(&w, 0);
	if (sha1)
	{
		uint8_t hash[BFD_SHA1_SIZE];

		wbuf_u8(&w, (uint8_t)config->auth);
		wbuf_u8(&w, SHA1_SECTION);
		wbuf_u8(&w, config->key_id);
		wbuf_u8(&w, 0);
		wbuf_u32(&w, packet->sequence);
		wbuf_reserve(&w, BFD_SHA1_SIZE);
		digest(out, config, hash);
		memcpy(&out[DIGEST_AT], hash, sizeof(hash));
	}
	return wbuf_len(&w);
}

uint32_t bfd_packet_your(const uint8_t *data, size_t len)
{
	bfd_packet_t packet;

	return bfd_packet_decode(data, len, &packet) ? packet.your : 0;
}
