/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Bounded reader of bytes from outside. Each call checks the room first and
 * returns false without moving when there is too little; integers are in
 * network order on the wire, in host order in the result. The bytes are
 * borrowed. An rbuf_t is a value: copy it to look ahead.
 */

#ifndef CYGNET_RBUF_H
#define CYGNET_RBUF_H

#include "base/base.h"

typedef struct rbuf_t
{
	const uint8_t *p;
	const uint8_t *end;
} rbuf_t;

rbuf_t rbuf_make(const void *data, size_t len);

static inline size_t rbuf_left(const rbuf_t *r)
{
	return (size_t)(r->end - r->p);
}

bool rbuf_u8(rbuf_t *r, uint8_t *out);
bool rbuf_u16(rbuf_t *r, uint16_t *out);
bool rbuf_u32(rbuf_t *r, uint32_t *out);
bool rbuf_u64(rbuf_t *r, uint64_t *out);
/** copies len bytes */
bool rbuf_bytes(rbuf_t *r, void *out, size_t len);
bool rbuf_skip(rbuf_t *r, size_t len);
/** a reader of the next len bytes alone; r moves past them */
bool rbuf_sub(rbuf_t *r, size_t len, rbuf_t *sub);

#endif
