/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Changes of inputs that keep their shape: in an UPDATE the lists, attributes
 * and lengths, in an OPEN the capabilities, in records the records. One part
 * is changed, by libFuzzer's own means or from a list of parts that are in
 * order, and all is put together again with lengths that are right. Every
 * fourth change is made to the bytes as they are, as wrong lengths are wanted
 * too.
 *
 * Compiled into the fuzz programs only, with FUZZ_MUTATE as the function for
 * the target's inputs.
 */

#include "fuzz/fuzz.h"

#include "base/base.h"
#include "base/wbuf.h"
#include "bgp/message.h"
#include "fuzz/bgp_records.h"
#include "fuzz/bgp_samples.h"

#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
							   unsigned seed);

/* one of them is FUZZ_MUTATE; 0: the input is not of that shape, or too long */
size_t mutate_records(rbuf_t in, uint8_t *out, size_t max, prng_t *rng);
size_t mutate_how_open(rbuf_t in, uint8_t *out, size_t max, prng_t *rng);
size_t mutate_how_message(rbuf_t in, uint8_t *out, size_t max, prng_t *rng);

#define PARTS_MAX 128

/** an input taken apart: what stands before the parts, they, and behind */
typedef struct shape_t
{
	rbuf_t head;
	rbuf_t parts[PARTS_MAX];
	size_t count;
	rbuf_t tail;
} shape_t;

static uint8_t scratch[1 << 17];

static size_t pick(prng_t *rng, size_t n)
{
	return (size_t)prng_below(rng, n);
}

/** one part by libFuzzer's own means; the copy is scratch's */
static rbuf_t change_bytes(rbuf_t part, size_t skip, uint8_t *room, size_t max)
{
	size_t len = rbuf_left(&part);

	if (len > max)
	{
		return part;
	}
	memcpy(room, part.p, len);
	if (len < skip)
	{
		skip = len;
	}
	return rbuf_make(
		room, skip + LLVMFuzzerMutate(room + skip, len - skip, max - skip));
}

static void drop_part(shape_t *s, size_t at)
{
	s->count--;
	memmove(&s->parts[at], &s->parts[at + 1],
			(s->count - at) * sizeof(s->parts[0]));
}

static void add_part(shape_t *s, size_t at, rbuf_t part)
{
	if (s->count < PARTS_MAX)
	{
		memmove(&s->parts[at + 1], &s->parts[at],
				(s->count - at) * sizeof(s->parts[0]));
		s->parts[at] = part;
		s->count++;
	}
}

/** parts whose first octets (skip) are a head that a length belongs to */
static void change_parts(shape_t *s, const sample_t *samples, size_t n_samples,
						 size_t skip, prng_t *rng)
{
	size_t at = s->count ? pick(rng, s->count) : 0;
	const sample_t *sample = &samples[pick(rng, n_samples)];
	rbuf_t part;

	switch (s->count ? pick(rng, 6) : 0)
	{
		case 0:
			add_part(s, s->count ? pick(rng, s->count + 1) : 0,
					 rbuf_make(sample->bytes, sample->len));
			break;
		case 1:
			drop_part(s, at);
			break;
		case 2:
			add_part(s, pick(rng, s->count), s->parts[at]);
			break;
		case 3:
			part = s->parts[at];
			drop_part(s, at);
			add_part(s, pick(rng, s->count + 1), part);
			break;
		case 4:
			/* the head too */
			s->parts[at] = change_bytes(s->parts[at], 0, scratch, 2048);
			break;
		default:
			s->parts[at] = change_bytes(s->parts[at], skip, scratch, 2048);
			break;
	}
}

/* -- UPDATE ------------------------------------------------------------------ */

/** attributes with their heads; false: they are not whole */
static bool split_update(rbuf_t r, shape_t *s)
{
	rbuf_t attrs, look, part;
	uint8_t flags, len8;
	uint16_t len;

	s->count = 0;
	if (!rbuf_u16(&r, &len) || !rbuf_sub(&r, len, &s->head) ||
		!rbuf_u16(&r, &len) || !rbuf_sub(&r, len, &attrs))
	{
		return false;
	}
	s->tail = r;
	while (rbuf_left(&attrs))
	{
		size_t head = 3;

		look = attrs;
		if (!rbuf_u8(&look, &flags) || !rbuf_skip(&look, 1))
		{
			return false;
		}
		if (flags & 0x10)
		{
			head = 4;
			if (!rbuf_u16(&look, &len))
			{
				return false;
			}
		}
		else
		{
			if (!rbuf_u8(&look, &len8))
			{
				return false;
			}
			len = len8;
		}
		if (s->count == PARTS_MAX || !rbuf_sub(&attrs, head + len, &part))
		{
			return false;
		}
		s->parts[s->count++] = part;
	}
	return true;
}

/** an attribute with the length that it has, in the form that its flags say or
 * that is needed */
static void put_attribute(wbuf_t *w, rbuf_t part)
{
	uint8_t flags = 0x40, type = 0;
	size_t len;

	if (!rbuf_u8(&part, &flags) || !rbuf_u8(&part, &type) ||
		!rbuf_skip(&part, flags & 0x10 ? 2 : 1))
	{
		return;
	}
	len = rbuf_left(&part);
	if (len > 255)
	{
		flags |= 0x10;
	}
	wbuf_u8(w, flags);
	wbuf_u8(w, type);
	if (flags & 0x10)
	{
		wbuf_u16(w, (uint16_t)len);
	}
	else
	{
		wbuf_u8(w, (uint8_t)len);
	}
	wbuf_bytes(w, part.p, len);
}

static size_t join_update(const shape_t *s, uint8_t *out, size_t max)
{
	wbuf_t w = wbuf_make(out, max);
	size_t at;

	wbuf_u16(&w, (uint16_t)rbuf_left(&s->head));
	wbuf_bytes(&w, s->head.p, rbuf_left(&s->head));
	at = wbuf_reserve(&w, 2);
	for (size_t i = 0; i < s->count; i++)
	{
		put_attribute(&w, s->parts[i]);
	}
	wbuf_patch_u16(&w, at, (uint16_t)(wbuf_len(&w) - at - 2));
	wbuf_bytes(&w, s->tail.p, rbuf_left(&s->tail));
	return w.overflow ? 0 : wbuf_len(&w);
}

static rbuf_t change_nlri(rbuf_t list, prng_t *rng)
{
	const sample_t *sample = &nlri[pick(rng, countof(nlri))];

	return pick(rng, 2) ? rbuf_make(sample->bytes, sample->len)
						: change_bytes(list, 0, scratch, 2048);
}

/** 0: not to be changed this way */
static size_t mutate_update(rbuf_t body, uint8_t *out, size_t max, prng_t *rng)
{
	shape_t s;

	if (!split_update(body, &s))
	{
		return 0;
	}
	switch (pick(rng, 6))
	{
		case 0:
			s.head = change_nlri(s.head, rng);
			break;
		case 1:
			s.tail = change_nlri(s.tail, rng);
			break;
		default:
			change_parts(&s, attributes, countof(attributes), 3, rng);
			break;
	}
	return join_update(&s, out, max);
}

/* -- OPEN -------------------------------------------------------------------- */

#define OPEN_FIXED 9

static bool split_open(rbuf_t r, shape_t *s)
{
	rbuf_t value, look, part;
	uint8_t total, len8;
	bool extended;
	uint16_t len;

	s->count = 0;
	if (!rbuf_sub(&r, OPEN_FIXED, &s->head) || !rbuf_u8(&r, &total))
	{
		return false;
	}
	extended = rbuf_left(&r) && r.p[0] == 255;
	if (extended && !rbuf_skip(&r, 3))
	{
		return false;
	}
	while (rbuf_left(&r))
	{
		if (!rbuf_skip(&r, 1) ||
			(extended ? !rbuf_u16(&r, &len) : !rbuf_u8(&r, &len8)) ||
			!rbuf_sub(&r, extended ? len : len8, &value))
		{
			return false;
		}
		while (rbuf_left(&value))
		{
			look = value;
			if (!rbuf_skip(&look, 1) || !rbuf_u8(&look, &len8) ||
				s->count == PARTS_MAX || !rbuf_sub(&value, len8 + 2u, &part))
			{
				return false;
			}
			s->parts[s->count++] = part;
		}
	}
	return true;
}

static void put_capability(wbuf_t *w, rbuf_t part)
{
	uint8_t code;

	if (rbuf_u8(&part, &code) && rbuf_skip(&part, 1))
	{
		wbuf_u8(w, code);
		wbuf_u8(w, (uint8_t)rbuf_left(&part));
		wbuf_bytes(w, part.p, rbuf_left(&part) & 0xff);
	}
}

static size_t join_open(const shape_t *s, uint8_t *out, size_t max, prng_t *rng)
{
	wbuf_t w = wbuf_make(out, max);
	bool extended = !pick(rng, 3);
	size_t param, total;

	wbuf_bytes(&w, s->head.p, rbuf_left(&s->head));
	total = wbuf_reserve(&w, 1);
	if (extended)
	{
		wbuf_patch_u8(&w, total, 255);
		wbuf_u8(&w, 255);
		total = wbuf_reserve(&w, 2);
	}
	wbuf_u8(&w, 2);
	param = wbuf_reserve(&w, extended ? 2 : 1);
	for (size_t i = 0; i < s->count; i++)
	{
		put_capability(&w, s->parts[i]);
	}
	if (extended)
	{
		wbuf_patch_u16(&w, total, (uint16_t)(wbuf_len(&w) - total - 2));
		wbuf_patch_u16(&w, param, (uint16_t)(wbuf_len(&w) - param - 2));
	}
	else
	{
		wbuf_patch_u8(&w, total, (uint8_t)(wbuf_len(&w) - total - 1));
		wbuf_patch_u8(&w, param, (uint8_t)(wbuf_len(&w) - param - 1));
	}
	return w.overflow ? 0 : wbuf_len(&w);
}

static size_t mutate_open(rbuf_t body, uint8_t *out, size_t max, prng_t *rng)
{
	shape_t s;

	if (!split_open(body, &s))
	{
		return 0;
	}
	if (pick(rng, 6))
	{
		change_parts(&s, capabilities, countof(capabilities), 2, rng);
	}
	else
	{
		s.head = change_bytes(s.head, 0, scratch, OPEN_FIXED);
		if (rbuf_left(&s.head) != OPEN_FIXED)
		{
			return 0;
		}
	}
	return join_open(&s, out, max, rng);
}

/* -- records ----------------------------------------------------------------- */

static size_t join_records(const shape_t *s, uint8_t *out, size_t max)
{
	wbuf_t w = wbuf_make(out, max);

	for (size_t i = 0; i < s->count; i++)
	{
		rbuf_t r = s->parts[i], body;
		uint8_t what, arg;

		/* the length as it is */
		if (rbuf_u8(&r, &what) && rbuf_u8(&r, &arg) && rbuf_skip(&r, 2))
		{
			body = r;
			wbuf_u8(&w, what);
			wbuf_u8(&w, arg);
			wbuf_u16(&w, (uint16_t)rbuf_left(&body));
			wbuf_bytes(&w, body.p, rbuf_left(&body));
		}
	}
	return w.overflow ? 0 : wbuf_len(&w);
}

/** the body of an UPDATE record by its own shape; the rest as bytes */
static rbuf_t mutate_record(rbuf_t part, prng_t *rng)
{
	static uint8_t room[RECORD_HEAD + 4096];
	rbuf_t body = part;
	size_t len;

	if (rbuf_left(&part) > sizeof(room) || !rbuf_skip(&body, RECORD_HEAD))
	{
		return part;
	}
	if ((part.p[0] & 0x1f) == RECORD_UPDATE && pick(rng, 8))
	{
		memcpy(room, part.p, RECORD_HEAD);
		len = mutate_update(body, room + RECORD_HEAD,
							sizeof(room) - RECORD_HEAD, rng);
		if (len)
		{
			return rbuf_make(room, RECORD_HEAD + len);
		}
	}
	return change_bytes(part, pick(rng, 2) ? RECORD_HEAD : 0, room,
						sizeof(room));
}

size_t mutate_records(rbuf_t in, uint8_t *out, size_t max, prng_t *rng)
{
	shape_t s = {.count = 0};
	rbuf_t at = in, rest;
	record_t r;

	for (rest = in; s.count < PARTS_MAX && record_next(&rest, &r); at = rest)
	{
		fuzz_check(
			rbuf_sub(&at, RECORD_HEAD + rbuf_left(&r.body), &s.parts[s.count]));
		s.count++;
	}
	if (s.count && pick(rng, 2))
	{
		size_t n = pick(rng, s.count);

		s.parts[n] = mutate_record(s.parts[n], rng);
	}
	else
	{
		change_parts(&s, records, countof(records), RECORD_HEAD, rng);
	}
	return join_records(&s, out, max);
}

/* -- inputs with an octet or two before a body ------------------------------- */

size_t mutate_how_open(rbuf_t in, uint8_t *out, size_t max, prng_t *rng)
{
	size_t len;

	if (max < 2 || !rbuf_u8(&in, out))
	{
		return 0;
	}
	if (!pick(rng, 8))
	{
		out[0] = (uint8_t)(out[0] ^ 1u << pick(rng, 8));
	}
	len = mutate_open(in, out + 1, max - 1, rng);
	return len ? len + 1 : 0;
}

size_t mutate_how_message(rbuf_t in, uint8_t *out, size_t max, prng_t *rng)
{
	size_t len = 0;

	if (max < 3 || !rbuf_u8(&in, &out[0]) || !rbuf_u8(&in, &out[1]))
	{
		return 0;
	}
	if (!pick(rng, 8))
	{
		out[0] = (uint8_t)(out[0] ^ 1u << pick(rng, 8));
	}
	if (out[1] == BGP_UPDATE)
	{
		len = mutate_update(in, out + 2, max - 2, rng);
	}
	else if (out[1] == BGP_OPEN)
	{
		len = mutate_open(in, out + 2, max - 2, rng);
	}
	return len ? len + 2 : 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
							   unsigned seed)
{
	static uint8_t made[1 << 17];
	size_t len = 0;
	prng_t rng;

	prng_seed(&rng, seed);
	if (size && pick(&rng, 4))
	{
		len = FUZZ_MUTATE(rbuf_make(data, size), made,
						  max < sizeof(made) ? max : sizeof(made), &rng);
	}
	if (!len)
	{
		return LLVMFuzzerMutate(data, size, max);
	}
	memcpy(data, made, len);
	return len;
}
