/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The bounded reader: each read with every length from nothing to one byte
 * more than it takes. The bytes lie at the end of an allocation of their own,
 * so that a read past them is seen by the sanitizers and by valgrind.
 */

#include "unit/base/suites.h"

#include "base/rbuf.h"

#include <string.h>

static const uint8_t bytes[9] = {0x81, 0x92, 0xa3, 0xb4, 0xc5,
								 0xd6, 0xe7, 0xf8, 0x09};

typedef enum read_t
{
	READ_U8,
	READ_U16,
	READ_U32,
	READ_U64,
	READ_BYTES,
	READ_SKIP,
	READ_SUB,
	READ_NOTHING,
	READ_COUNT,
} read_t;

/** bytes taken by each, and the value that the first bytes make */
static const struct
{
	size_t len;
	uint64_t value;
} reads[READ_COUNT] = {
	[READ_U8] = {1, 0x81},        [READ_U16] = {2, 0x8192},
	[READ_U32] = {4, 0x8192a3b4}, [READ_U64] = {8, 0x8192a3b4c5d6e7f8},
	[READ_BYTES] = {5, 0},        [READ_SKIP] = {6, 0},
	[READ_SUB] = {7, 0},          [READ_NOTHING] = {0, 0},
};

#define UNTOUCHED ((uint64_t)0x7777777777777777)

/** value: what was read, or what stood in the result before */
static bool read_int(read_t what, rbuf_t *r, uint64_t *value)
{
	uint8_t u8 = (uint8_t)UNTOUCHED;
	uint16_t u16 = (uint16_t)UNTOUCHED;
	uint32_t u32 = (uint32_t)UNTOUCHED;
	bool done = false;

	switch (what)
	{
		case READ_U8:
			done = rbuf_u8(r, &u8);
			*value = u8;
			break;
		case READ_U16:
			done = rbuf_u16(r, &u16);
			*value = u16;
			break;
		case READ_U32:
			done = rbuf_u32(r, &u32);
			*value = u32;
			break;
		case READ_U64:
			*value = UNTOUCHED;
			done = rbuf_u64(r, value);
			break;
		case READ_BYTES:
		case READ_SKIP:
		case READ_SUB:
		case READ_NOTHING:
		case READ_COUNT:
			ck_abort();
	}
	return done;
}

static bool read_block(read_t what, rbuf_t *r)
{
	uint8_t out[8];
	rbuf_t sub = rbuf_make(NULL, 0);
	bool done;

	switch (what)
	{
		case READ_BYTES:
			memset(out, 0x77, sizeof(out));
			done = rbuf_bytes(r, out, 5);
			ck_assert_mem_eq(out, done ? (const void *)bytes : "wwwww", 5);
			ck_assert_uint_eq(out[5], 0x77);
			return done;
		case READ_SKIP:
			return rbuf_skip(r, 6);
		case READ_SUB:
			done = rbuf_sub(r, 7, &sub);
			ck_assert_uint_eq(rbuf_left(&sub), done ? 7 : 0);
			ck_assert(!done || memcmp(sub.p, bytes, 7) == 0);
			return done;
		case READ_NOTHING:
			return rbuf_bytes(r, NULL, 0) && rbuf_skip(r, 0) &&
				   rbuf_sub(r, 0, &sub);
		case READ_U8:
		case READ_U16:
		case READ_U32:
		case READ_U64:
		case READ_COUNT:
			break;
	}
	ck_abort();
	return false;
}

START_TEST(test_each_length)
{
	read_t what = (read_t)_i;
	size_t need = reads[what].len;

	for (size_t len = 0; len <= need + 1; len++)
	{
		uint8_t *data = mem_copy(bytes, len);
		rbuf_t r = rbuf_make(data, len);
		bool done;

		if (what <= READ_U64)
		{
			uint64_t value;

			done = read_int(what, &r, &value);
			ck_assert_uint_eq(value, done ? reads[what].value
										  : UNTOUCHED >> (64 - 8 * need));
		}
		else
		{
			done = read_block(what, &r);
		}
		ck_assert_int_eq(done, len >= need);
		ck_assert_uint_eq(rbuf_left(&r), done ? len - need : len);
		ck_assert(len == 0 || r.p == data + (done ? need : 0));
		free(data);
	}
}
END_TEST

START_TEST(test_huge_length)
{
	rbuf_t r = rbuf_make(bytes, sizeof(bytes)), sub;
	uint8_t out;

	ck_assert(rbuf_skip(&r, 1));
	ck_assert(!rbuf_skip(&r, SIZE_MAX));
	ck_assert(!rbuf_bytes(&r, &out, SIZE_MAX));
	ck_assert(!rbuf_sub(&r, SIZE_MAX, &sub));
	ck_assert_uint_eq(rbuf_left(&r), sizeof(bytes) - 1);
}
END_TEST

START_TEST(test_null)
{
	rbuf_t r = rbuf_make(NULL, 0);
	uint8_t v;

	ck_assert_uint_eq(rbuf_left(&r), 0);
	ck_assert(!rbuf_u8(&r, &v));
	ck_assert(rbuf_skip(&r, 0));
}
END_TEST

START_TEST(test_sub_is_bounded)
{
	rbuf_t r = rbuf_make(bytes, sizeof(bytes)), sub, ahead;
	uint32_t v32;
	uint16_t v16;

	ck_assert(rbuf_sub(&r, 3, &sub));
	ck_assert(!rbuf_u32(&sub, &v32));
	ck_assert(rbuf_u16(&sub, &v16));
	ck_assert_uint_eq(v16, 0x8192);
	ck_assert(!rbuf_u16(&sub, &v16));
	/* a copy looks ahead and moves nothing else */
	ahead = r;
	ck_assert(rbuf_skip(&ahead, 6));
	ck_assert(rbuf_u32(&r, &v32));
	ck_assert_uint_eq(v32, 0xb4c5d6e7);
}
END_TEST

Suite *rbuf_suite(void)
{
	Suite *suite = suite_create("rbuf");

	unit_add_loop(suite, "each length", test_each_length, READ_COUNT);
	unit_add(suite, "huge length", test_huge_length);
	unit_add(suite, "null", test_null);
	unit_add(suite, "sub", test_sub_is_bounded);
	return suite;
}
