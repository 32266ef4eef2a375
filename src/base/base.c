/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Checked allocation and the random generator.
 *
 * An allocation of nothing still returns a pointer that can be freed, so that
 * callers need no case of their own for an empty table.
 *
 * The generator is xoshiro256** of Blackman and Vigna, its state filled by
 * splitmix64 as its authors advise: a seed of 0 is as good as any other.
 */

#include "base/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn)) out_of_memory(size_t count, size_t size)
{
	fprintf(stderr, "cygnet: out of memory, %zu times %zu bytes wanted\n",
			count, size);
	abort();
}

static size_t array_size(size_t count, size_t size)
{
	if (size && count > PTRDIFF_MAX / size)
	{
		out_of_memory(count, size);
	}
	return count && size ? count * size : 1;
}

void *mem_alloc(size_t size)
{
	return mem_array(1, size);
}

void *mem_array(size_t count, size_t size)
{
	void *p = calloc(1, array_size(count, size));

	if (!p)
	{
		out_of_memory(count, size);
	}
	return p;
}

void *mem_resize(void *p, size_t count, size_t size)
{
	p = realloc(p, array_size(count, size));
	if (!p)
	{
		out_of_memory(count, size);
	}
	return p;
}

void *mem_copy(const void *p, size_t size)
{
	void *copy = mem_alloc(size);

	if (size)
	{
		memcpy(copy, p, size);
	}
	return copy;
}

char *str_copy(const char *s)
{
	return s ? mem_copy(s, strlen(s) + 1) : NULL;
}

char *str_format(const char *fmt, ...)
{
	va_list args;
	int len;
	char *s;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0)
	{ /* a wide character that has no text in this locale */
		return str_copy("");
	}
	s = mem_alloc((size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(s, (size_t)len + 1, fmt, args);
	va_end(args);
	return s;
}

static uint64_t rotate(uint64_t v, unsigned bits)
{
	return v << bits | v >> (64 - bits);
}

void prng_seed(prng_t *rng, uint64_t seed)
{
	for (size_t i = 0; i < countof(rng->s); i++)
	{
		uint64_t z;

		seed += 0x9e3779b97f4a7c15;
		z = seed;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		rng->s[i] = z ^ z >> 31;
	}
}

uint64_t prng_next(prng_t *rng)
{
	uint64_t *s = rng->s;
	uint64_t result = rotate(s[1] * 5, 7) * 9;
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint64_t prng_below(prng_t *rng, uint64_t bound)
{
	/* 2^64 modulo bound: values under it would make small results likelier */
	uint64_t excess = -bound % bound;
	uint64_t v;

	do
	{
		v = prng_next(rng);
	} while (v < excess);
	return v % bound;
}
