/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The writer beside rbuf.c. A message is built without a check at each field;
 * after an overflow nothing more is written, so that what stands in the
 * buffer is always whole fields.
 */

#include "base/wbuf.h"

#include <string.h>

static uint8_t nothing[1];

/** room for len bytes, or NULL and the overflow is noted */
static uint8_t *claim(wbuf_t *w, size_t len)
{
	uint8_t *p = w->p;

	if (w->overflow || len > wbuf_room(w))
	{
		w->overflow = true;
		return NULL;
	}
	w->p += len;
	return p;
}

static void store(uint8_t *p, size_t len, uint64_t v)
{
	for (size_t i = len; i > 0; i--)
	{
		p[i - 1] = (uint8_t)v;
		v >>= 8;
	}
}

static void put_int(wbuf_t *w, size_t len, uint64_t v)
{
	uint8_t *p = claim(w, len);

	if (p)
	{
		store(p, len, v);
	}
}

static void patch_int(wbuf_t *w, size_t offset, size_t len, uint64_t v)
{
	size_t written = wbuf_len(w);

	if (!w->overflow && offset <= written && len <= written - offset)
	{
		store(w->start + offset, len, v);
	}
}

wbuf_t wbuf_make(void *data, size_t size)
{
	uint8_t *p = size ? data : nothing;

	return (wbuf_t){.start = p, .p = p, .end = p + size};
}

void wbuf_u8(wbuf_t *w, uint8_t v)
{
	put_int(w, 1, v);
}

void wbuf_u16(wbuf_t *w, uint16_t v)
{
	put_int(w, 2, v);
}

void wbuf_u32(wbuf_t *w, uint32_t v)
{
	put_int(w, 4, v);
}

void wbuf_u64(wbuf_t *w, uint64_t v)
{
	put_int(w, 8, v);
}

void wbuf_bytes(wbuf_t *w, const void *data, size_t len)
{
	uint8_t *p = claim(w, len);

	if (p && len)
	{
		memcpy(p, data, len);
	}
}

size_t wbuf_reserve(wbuf_t *w, size_t len)
{
	size_t offset = wbuf_len(w);
	uint8_t *p = claim(w, len);

	if (p)
	{
		memset(p, 0, len);
	}
	return offset;
}

void wbuf_patch_u8(wbuf_t *w, size_t offset, uint8_t v)
{
	patch_int(w, offset, 1, v);
}

void wbuf_patch_u16(wbuf_t *w, size_t offset, uint16_t v)
{
	patch_int(w, offset, 2, v);
}

void wbuf_truncate(wbuf_t *w, size_t offset)
{
	if (offset <= wbuf_len(w))
	{
		w->p = w->start + offset;
		w->overflow = false;
	}
}
