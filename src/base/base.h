/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * What every file of Cygnet may use: time, memory, small macros.
 *
 * Time is a parameter everywhere: only the gateway's loop reads a clock and
 * hands `now` down. It is monotonic, in microseconds, and never 0 in use.
 */

#ifndef CYGNET_BASE_H
#define CYGNET_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** monotonic time or a span of it, in microseconds */
typedef uint64_t usec_t;

#define USEC_PER_MSEC ((usec_t)1000)
#define USEC_PER_SEC  ((usec_t)1000000)
/** no such moment: later than any other */
#define USEC_NEVER UINT64_MAX

#ifndef countof /* strongSwan has the same */
#define countof(array) (sizeof(array) / sizeof((array)[0]))
#endif

/** the struct that holds the given member */
#define container_of(ptr, type, member)                                        \
	((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/**
 * Memory. These never return NULL: out of memory ends the process with a
 * message, as half-done changes would be worse than a restart. Large tables
 * whose size a peer decides are bounded by configured limits instead.
 */
void *mem_alloc(size_t size);               /* zeroed */
void *mem_array(size_t count, size_t size); /* zeroed, overflow checked */
void *mem_resize(void *p, size_t count, size_t size); /* new part not zeroed */
void *mem_copy(const void *p, size_t size);
char *str_copy(const char *s); /* NULL gives NULL */
char *str_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** random numbers from a seed, so that a run can be repeated (xoshiro256**) */
typedef struct prng_t
{
	uint64_t s[4];
} prng_t;

void prng_seed(prng_t *rng, uint64_t seed);
uint64_t prng_next(prng_t *rng);
/** uniform in [0, bound), bound > 0 */
uint64_t prng_below(prng_t *rng, uint64_t bound);

#endif
