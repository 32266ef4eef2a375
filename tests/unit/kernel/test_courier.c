/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One batch after the other, written by another thread: also built with
 * ThreadSanitizer (tsan.c of the gateway's tests).
 */

#include "kernel/courier.h"
#include "unit/kernel/suites.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>

#define BATCHES 200
#define N       32

/** the test lets it go on */
static sem_t go;
static pthread_t writer;
static unsigned written;

static unsigned write_slowly(void *user, const kernel_op_t *ops, size_t n,
							 int *errors)
{
	unsigned failed = user == &written ? 0 : 1000;

	while (sem_wait(&go))
	{
	}
	for (size_t i = 0; i < n; i++)
	{
		errors[i] = ops[i].replaces % 3 ? 0 : -EEXIST;
		failed += errors[i] != 0;
	}
	writer = pthread_self();
	written++;
	return failed;
}

static bool told(const courier_t *c, int timeout)
{
	struct pollfd p = {.fd = courier_fd(c), .events = POLLIN};

	return poll(&p, 1, timeout) == 1;
}

static courier_t *begin(void)
{
	courier_t *c;
	int error;

	written = 0;
	ck_assert(!sem_init(&go, 0, 0));
	c = courier_create(write_slowly, &written, &error);
	ck_assert_ptr_nonnull(c);
	ck_assert_int_eq(error, 0);
	return c;
}

static void number(kernel_op_t ops[static N], unsigned first)
{
	for (unsigned i = 0; i < N; i++)
	{
		ops[i] = (kernel_op_t){.kind = KERNEL_ROUTE_DEL, .replaces = first + i};
	}
}

/* it is another thread that writes, and who handed over is told when */
START_TEST(beside)
{
	courier_t *c = begin();
	kernel_op_t ops[N];
	int errors[N];
	unsigned failed = 7;

	ck_assert(courier_take(c, false, &failed));
	ck_assert_uint_eq(failed, 0);
	ck_assert(courier_take(c, true, &failed));
	number(ops, 0);
	ck_assert(courier_hand(c, ops, N, errors));
	ck_assert(!told(c, 0));
	ck_assert(!courier_take(c, false, &failed));
	/* one at a time */
	ck_assert(!courier_hand(c, ops, N, errors));
	sem_post(&go);
	ck_assert(told(c, -1));
	/* not yet taken is not free */
	ck_assert(!courier_hand(c, ops, N, errors));
	ck_assert(courier_take(c, false, &failed));
	ck_assert_uint_eq(failed, (N + 2) / 3);
	ck_assert(!told(c, 0));
	ck_assert(!pthread_equal(writer, pthread_self()));
	for (unsigned i = 0; i < N; i++)
	{
		ck_assert_int_eq(errors[i], i % 3 ? 0 : -EEXIST);
	}
	/* told once */
	ck_assert(courier_take(c, false, &failed));
	ck_assert_uint_eq(failed, 0);
	courier_destroy(c);
}
END_TEST

/* memory is lent and comes back, many times, waited for or asked for */
START_TEST(many)
{
	courier_t *c = begin();
	kernel_op_t ops[N];
	int errors[N];
	unsigned failed, want;

	for (unsigned k = 0; k < BATCHES; k++)
	{
		number(ops, k);
		ck_assert(courier_hand(c, ops, N, errors));
		sem_post(&go);
		if (k % 2)
		{
			ck_assert(told(c, -1));
		}
		ck_assert(courier_take(c, !(k % 2), &failed));
		ck_assert_uint_eq(written, k + 1);
		want = 0;
		for (unsigned i = 0; i < N; i++)
		{
			want += errors[i] != 0;
			errors[i] = 1;
		}
		ck_assert_uint_eq(failed, want);
	}
	courier_destroy(c);
}
END_TEST

/* what was handed over is written before the end, and nothing need be taken */
START_TEST(ends)
{
	courier_t *c = begin();
	kernel_op_t ops[N];
	int errors[N];

	number(ops, 0);
	ck_assert(courier_hand(c, ops, N, errors));
	sem_post(&go);
	courier_destroy(c);
	ck_assert_uint_eq(written, 1);
	c = begin();
	courier_destroy(c);
	ck_assert_uint_eq(written, 0);
}
END_TEST

Suite *courier_suite(void)
{
	Suite *suite = suite_create("courier");
	TCase *tc = tcase_create("courier");

	tcase_add_test(tc, beside);
	tcase_add_test(tc, many);
	tcase_add_test(tc, ends);
	suite_add_tcase(suite, tc);
	return suite;
}
