/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The bounded writer: a message of every kind of field, into every size from
 * nothing to one byte more than it takes.
 */

#include "unit/base/suites.h"

#include "base/wbuf.h"

#include <string.h>

static const uint8_t message[] = {
	0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c,
	0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x92, 'c',  'y',  'g',  0,    0,    0,
};

/** ends of the fields */
static const size_t ends[] = {1, 3, 4, 6, 10, 18, 21, 24};

static void write_all(wbuf_t *w)
{
	wbuf_u8(w, 0x81);
	wbuf_u16(w, 0x8283);
	wbuf_u8(w, 0x84);
	wbuf_u16(w, 0x8586);
	wbuf_u32(w, 0x8788898a);
	wbuf_u64(w, 0x8b8c8d8e8f909192);
	wbuf_bytes(w, "cyg", 3);
	wbuf_bytes(w, NULL, 0);
	wbuf_reserve(w, 3);
}

START_TEST(test_each_size)
{
	for (size_t size = 0; size <= sizeof(message) + 1; size++)
	{
		/* an allocation of that size: a write past it is seen */
		uint8_t *data = mem_alloc(size);
		wbuf_t w;
		size_t whole = 0;

		memset(data, 0x77, size);
		w = wbuf_make(data, size);
		write_all(&w);
		for (size_t i = 0; i < countof(ends) && ends[i] <= size; i++)
		{
			whole = ends[i];
		}
		ck_assert_int_eq(w.overflow, size < sizeof(message));
		ck_assert_uint_eq(wbuf_len(&w), whole);
		ck_assert_uint_eq(wbuf_room(&w), size - whole);
		ck_assert_mem_eq(data, message, whole);
		for (size_t i = whole; i < size; i++)
		{
			ck_assert_uint_eq(data[i], 0x77);
		}
		free(data);
	}
}
END_TEST

START_TEST(test_overflow_stays)
{
	uint8_t data[4];
	wbuf_t w = wbuf_make(data, sizeof(data));

	wbuf_u16(&w, 1);
	wbuf_u8(&w, 1);
	wbuf_u16(&w, 2);
	ck_assert(w.overflow);
	/* there would be room for it */
	wbuf_u8(&w, 3);
	wbuf_bytes(&w, NULL, 0);
	ck_assert_uint_eq(wbuf_len(&w), 3);
	ck_assert(w.overflow);
}
END_TEST

START_TEST(test_huge)
{
	uint8_t data[4];
	wbuf_t w = wbuf_make(data, sizeof(data));

	wbuf_u8(&w, 1);
	ck_assert_uint_eq(wbuf_reserve(&w, SIZE_MAX), 1);
	ck_assert(w.overflow);
	wbuf_truncate(&w, 1);
	ck_assert(!w.overflow);
	wbuf_bytes(&w, data, SIZE_MAX);
	ck_assert(w.overflow);
	ck_assert_uint_eq(wbuf_len(&w), 1);
}
END_TEST

START_TEST(test_null)
{
	wbuf_t w = wbuf_make(NULL, 0);

	wbuf_bytes(&w, NULL, 0);
	ck_assert_uint_eq(wbuf_reserve(&w, 0), 0);
	ck_assert(!w.overflow);
	wbuf_u8(&w, 1);
	ck_assert(w.overflow);
	ck_assert_uint_eq(wbuf_len(&w), 0);
}
END_TEST

START_TEST(test_patch)
{
	uint8_t data[8];
	wbuf_t w = wbuf_make(data, sizeof(data));
	size_t one, two;

	memset(data, 0x77, sizeof(data));
	one = wbuf_reserve(&w, 1);
	two = wbuf_reserve(&w, 2);
	ck_assert_uint_eq(one, 0);
	ck_assert_uint_eq(two, 1);
	wbuf_u8(&w, 9);
	wbuf_patch_u8(&w, one, 0xaa);
	wbuf_patch_u16(&w, two, 0xbbcc);
	ck_assert_mem_eq(data, "\xaa\xbb\xcc\x09\x77", 5);
	/* what was not written is not patched: the last byte, one past, far off */
	wbuf_patch_u16(&w, 3, 0xffff);
	wbuf_patch_u8(&w, 4, 0xff);
	wbuf_patch_u8(&w, SIZE_MAX, 0xff);
	wbuf_patch_u16(&w, SIZE_MAX, 0xffff);
	ck_assert_mem_eq(data, "\xaa\xbb\xcc\x09\x77", 5);
	wbuf_patch_u16(&w, 2, 0x0102);
	ck_assert_mem_eq(data, "\xaa\xbb\x01\x02\x77", 5);
	wbuf_u64(&w, 0);
	wbuf_patch_u8(&w, one, 0xff);
	ck_assert_uint_eq(data[0], 0xaa);
}
END_TEST

START_TEST(test_truncate)
{
	uint8_t data[4];
	wbuf_t w = wbuf_make(data, sizeof(data));

	wbuf_u16(&w, 0x0102);
	/* forward is no truncation */
	wbuf_truncate(&w, 3);
	ck_assert_uint_eq(wbuf_len(&w), 2);
	wbuf_u32(&w, 3);
	ck_assert(w.overflow);
	wbuf_truncate(&w, 3);
	ck_assert(w.overflow);
	wbuf_truncate(&w, 1);
	ck_assert(!w.overflow);
	wbuf_u8(&w, 4);
	wbuf_u16(&w, 0x0506);
	ck_assert(!w.overflow);
	ck_assert_mem_eq(data, "\x01\x04\x05\x06", 4);
	wbuf_truncate(&w, 0);
	ck_assert_uint_eq(wbuf_room(&w), sizeof(data));
}
END_TEST

Suite *wbuf_suite(void)
{
	Suite *suite = suite_create("wbuf");

	unit_add(suite, "each size", test_each_size);
	unit_add(suite, "overflow stays", test_overflow_stays);
	unit_add(suite, "huge", test_huge);
	unit_add(suite, "null", test_null);
	unit_add(suite, "patch", test_patch);
	unit_add(suite, "truncate", test_truncate);
	return suite;
}
