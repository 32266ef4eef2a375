/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The one place where bytes from outside are read. Everything goes through
 * take(), which compares with what is left and never forms a pointer past the
 * end.
 */

#include "base/rbuf.h"

#include <string.h>

static const uint8_t nothing[1];

/** the next len bytes, or NULL if there are fewer */
static const uint8_t *take(rbuf_t *r, size_t len)
{
	const uint8_t *p = r->p;

	if (len > rbuf_left(r))
	{
		return NULL;
	}
	r->p += len;
	return p;
}

/** up to eight bytes in network order */
static bool take_int(rbuf_t *r, size_t len, uint64_t *out)
{
	const uint8_t *p = take(r, len);
	uint64_t v = 0;

	if (!p)
	{
		return false;
	}
	for (size_t i = 0; i < len; i++)
	{
		v = v << 8 | p[i];
	}
	*out = v;
	return true;
}

rbuf_t rbuf_make(const void *data, size_t len)
{
	/* NULL is allowed for nothing, but arithmetic on it is not */
	const uint8_t *p = len ? data : nothing;

	return (rbuf_t){.p = p, .end = p + len};
}

bool rbuf_u8(rbuf_t *r, uint8_t *out)
{
	uint64_t v;

	if (!take_int(r, 1, &v))
	{
		return false;
	}
	*out = (uint8_t)v;
	return true;
}

bool rbuf_u16(rbuf_t *r, uint16_t *out)
{
	uint64_t v;

	if (!take_int(r, 2, &v))
	{
		return false;
	}
	*out = (uint16_t)v;
	return true;
}

bool rbuf_u32(rbuf_t *r, uint32_t *out)
{
	uint64_t v;

	if (!take_int(r, 4, &v))
	{
		return false;
	}
	*out = (uint32_t)v;
	return true;
}

bool rbuf_u64(rbuf_t *r, uint64_t *out)
{
	return take_int(r, 8, out);
}

bool rbuf_bytes(rbuf_t *r, void *out, size_t len)
{
	const uint8_t *p = take(r, len);

	if (!p)
	{
		return false;
	}
	if (len)
	{
		memcpy(out, p, len);
	}
	return true;
}

bool rbuf_skip(rbuf_t *r, size_t len)
{
	return take(r, len) != NULL;
}

bool rbuf_sub(rbuf_t *r, size_t len, rbuf_t *sub)
{
	const uint8_t *p = take(r, len);

	if (!p)
	{
		return false;
	}
	*sub = (rbuf_t){.p = p, .end = p + len};
	return true;
}
