/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Bounded writer into memory of the caller's. The first write without room
 * sets `overflow` and it, like all later ones, writes nothing: check once at
 * the end. Integers are written in network order.
 */

#ifndef CYGNET_WBUF_H
#define CYGNET_WBUF_H

#include "base/base.h"

typedef struct wbuf_t
{
	uint8_t *start;
	uint8_t *p;
	uint8_t *end;
	bool overflow;
} wbuf_t;

wbuf_t wbuf_make(void *data, size_t size);

static inline size_t wbuf_len(const wbuf_t *w)
{
	return (size_t)(w->p - w->start);
}

static inline size_t wbuf_room(const wbuf_t *w)
{
	return (size_t)(w->end - w->p);
}

void wbuf_u8(wbuf_t *w, uint8_t v);
void wbuf_u16(wbuf_t *w, uint16_t v);
void wbuf_u32(wbuf_t *w, uint32_t v);
void wbuf_u64(wbuf_t *w, uint64_t v);
void wbuf_bytes(wbuf_t *w, const void *data, size_t len);
/** reserves len bytes (zeroed) and returns their offset, for a later patch */
size_t wbuf_reserve(wbuf_t *w, size_t len);
/** writes into reserved room; without effect after an overflow */
void wbuf_patch_u8(wbuf_t *w, size_t offset, uint8_t v);
void wbuf_patch_u16(wbuf_t *w, size_t offset, uint16_t v);
/** drops what was written after offset, and a later overflow with it */
void wbuf_truncate(wbuf_t *w, size_t offset);

#endif
