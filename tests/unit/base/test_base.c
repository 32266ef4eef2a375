/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Checked allocation, and the generator beside values that were published.
 */

#include "unit/base/suites.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

START_TEST(test_zeroed)
{
	uint8_t *p = mem_alloc(100);

	for (size_t i = 0; i < 100; i++)
	{
		ck_assert_uint_eq(p[i], 0);
	}
	free(p);
	p = mem_array(10, 10);
	for (size_t i = 0; i < 100; i++)
	{
		ck_assert_uint_eq(p[i], 0);
	}
	free(p);
}
END_TEST

START_TEST(test_nothing)
{
	void *p[] = {mem_alloc(0), mem_array(0, 8), mem_array(8, 0),
				 mem_resize(NULL, 0, 8), mem_copy(NULL, 0)};

	for (size_t i = 0; i < countof(p); i++)
	{
		ck_assert_ptr_nonnull(p[i]);
		free(p[i]);
	}
	ck_assert_ptr_null(str_copy(NULL));
}
END_TEST

START_TEST(test_resize)
{
	uint32_t *p = mem_resize(NULL, 2, sizeof(*p));

	p[0] = 7;
	p[1] = 8;
	p = mem_resize(p, 1000, sizeof(*p));
	p[999] = 9;
	ck_assert_uint_eq(p[0], 7);
	ck_assert_uint_eq(p[1], 8);
	p = mem_resize(p, 1, sizeof(*p));
	ck_assert_uint_eq(p[0], 7);
	p = mem_resize(p, 0, sizeof(*p));
	ck_assert_ptr_nonnull(p);
	free(p);
}
END_TEST

/* each ends the process: the sizes are volatile so that no compiler knows */

static volatile size_t half = SIZE_MAX / 2 + 1;

START_TEST(test_array_overflow)
{
	free(mem_array(half, 2));
}
END_TEST

START_TEST(test_resize_overflow)
{
	free(mem_resize(NULL, half + 1, 2));
}
END_TEST

START_TEST(test_too_much)
{
	free(mem_alloc(half));
}
END_TEST

START_TEST(test_copies)
{
	char *s = str_copy("swan");
	char *t = mem_copy(s, 5);
	char *u = str_format("%s %d", s, 42);
	char *empty = str_format("%s", "");
	char *w = str_format("%0300d", 1);

	s[0] = 'S';
	ck_assert_str_eq(t, "swan");
	ck_assert_str_eq(u, "swan 42");
	ck_assert_str_eq(empty, "");
	ck_assert_uint_eq(strlen(w), 300);
	free(s);
	free(t);
	free(u);
	free(empty);
	free(w);
}
END_TEST

START_TEST(test_prng_vectors)
{
	/* of the authors' own programs: splitmix64 from 0, and the first numbers
	 * of xoshiro256** from the state 1, 2, 3, 4 */
	static const uint64_t seeded[4] = {0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4,
									   0x06c45d188009454f, 0xf88bb8a8724c81ec};
	static const uint64_t numbers[] = {11520, 0, 1509978240,
									   1215971899390074240};
	prng_t rng;

	prng_seed(&rng, 0);
	ck_assert_mem_eq(rng.s, seeded, sizeof(seeded));
	rng = (prng_t){.s = {1, 2, 3, 4}};
	for (size_t i = 0; i < countof(numbers); i++)
	{
		ck_assert_uint_eq(prng_next(&rng), numbers[i]);
	}
}
END_TEST

START_TEST(test_prng_below)
{
	static const uint64_t bounds[] = {
		1, 2, 3, 10, (uint64_t)1 << 63, ((uint64_t)1 << 63) + 1, UINT64_MAX};
	unsigned counts[10] = {0};
	unsigned high = 0;
	prng_t rng;

	prng_seed(&rng, 1);
	for (size_t i = 0; i < countof(bounds); i++)
	{
		for (unsigned n = 0; n < 1000; n++)
		{
			ck_assert_uint_lt(prng_below(&rng, bounds[i]), bounds[i]);
		}
	}
	for (unsigned n = 0; n < 10000; n++)
	{
		counts[prng_below(&rng, 10)]++;
	}
	for (size_t i = 0; i < countof(counts); i++)
	{
		ck_assert_uint_ge(counts[i], 850);
		ck_assert_uint_le(counts[i], 1150);
	}
	/* a plain remainder gives the lower third of three quarters of the range
	 * twice its share: half of the values instead of a third */
	for (unsigned n = 0; n < 10000; n++)
	{
		uint64_t bound = (uint64_t)3 << 62;

		high += prng_below(&rng, bound) >= (uint64_t)1 << 62;
	}
	ck_assert_uint_ge(high, 6400);
	ck_assert_uint_le(high, 6930);
}
END_TEST

START_TEST(test_container_of)
{
	struct
	{
		int before;
		int member;
	} outer, *got;

	got = (void *)container_of(&outer.member, __typeof__(outer), member);
	ck_assert_ptr_eq(got, &outer);
	ck_assert_uint_eq(countof(((int[7]){0})), 7);
}
END_TEST

static void add_abort(Suite *suite, const char *name, const TTest *test)
{
	const char *fork_mode = getenv("CK_FORK");
	TCase *tcase;

	if (fork_mode && strcmp(fork_mode, "no") == 0)
	{ /* these end their process, and there is none but ours */
		return;
	}
	tcase = tcase_create(name);
	tcase_add_test_raise_signal(tcase, test, SIGABRT);
	suite_add_tcase(suite, tcase);
}

Suite *base_suite(void)
{
	Suite *suite = suite_create("base");

	unit_add(suite, "zeroed", test_zeroed);
	unit_add(suite, "nothing", test_nothing);
	unit_add(suite, "resize", test_resize);
	add_abort(suite, "array overflow", test_array_overflow);
	add_abort(suite, "resize overflow", test_resize_overflow);
	add_abort(suite, "too much", test_too_much);
	unit_add(suite, "copies", test_copies);
	unit_add(suite, "prng vectors", test_prng_vectors);
	unit_add(suite, "prng below", test_prng_below);
	unit_add(suite, "container_of", test_container_of);
	return suite;
}
