/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The queue between charon's threads and ours: order, waking, the limit, and
 * several posters at once.
 */

#include "unit/gateway/suites.h"

#include "gateway/queue.h"

#include <poll.h>
#include <pthread.h>
#include <string.h>

#define POSTERS 4
#define EACH    20000

static bool readable(const queue_t *q)
{
	struct pollfd fd = {.fd = queue_fd(q), .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

START_TEST(test_order_and_wake)
{
	queue_t *q = queue_create();
	fact_t fact = {.kind = FACT_CHILD_UP};

	ck_assert(!readable(q));
	ck_assert(!queue_take(q, &fact));
	for (uint32_t i = 1; i <= 3; i++)
	{
		fact.sa = i;
		ck_assert(queue_post(q, &fact));
	}
	ck_assert(readable(q));
	queue_clear(q);
	ck_assert(!readable(q));
	for (uint32_t i = 1; i <= 3; i++)
	{
		ck_assert(queue_take(q, &fact));
		ck_assert_uint_eq(fact.sa, i);
	}
	ck_assert(!queue_take(q, &fact));
	queue_wake(q);
	ck_assert(readable(q));
	queue_destroy(q);
}
END_TEST

START_TEST(test_limit)
{
	queue_t *q = queue_create();
	fact_t fact = {.kind = FACT_CHILD_UP};

	for (unsigned i = 0; i < GATEWAY_QUEUE_MAX; i++)
	{
		ck_assert(queue_post(q, &fact));
	}
	ck_assert(!queue_post(q, &fact));
	ck_assert(queue_take(q, &fact));
	ck_assert(queue_post(q, &fact));
	ck_assert(!queue_post(q, &fact));
	queue_destroy(q);
}
END_TEST

typedef struct poster_t
{
	queue_t *queue;
	uint32_t number;
} poster_t;

static void *post(void *user)
{
	poster_t *p = user;
	fact_t fact = {.kind = FACT_CHILD_UP, .sa = p->number};

	for (uint32_t i = 0; i < EACH; i++)
	{
		fact.successor = i;
		while (!queue_post(p->queue, &fact))
		{
			sched_yield();
		}
	}
	return NULL;
}

START_TEST(test_threads)
{
	queue_t *q = queue_create();
	pthread_t threads[POSTERS];
	poster_t posters[POSTERS];
	uint32_t next[POSTERS] = {0};
	fact_t fact;

	for (uint32_t i = 0; i < POSTERS; i++)
	{
		posters[i] = (poster_t){q, i};
		ck_assert_int_eq(pthread_create(&threads[i], NULL, post, &posters[i]),
						 0);
	}
	for (unsigned got = 0; got < POSTERS * EACH;)
	{
		struct pollfd fd = {.fd = queue_fd(q), .events = POLLIN};

		ck_assert_int_eq(poll(&fd, 1, 10000), 1);
		queue_clear(q);
		while (queue_take(q, &fact))
		{
			/* each poster's own come in order, none is lost */
			ck_assert_uint_eq(fact.successor, next[fact.sa]);
			next[fact.sa]++;
			got++;
		}
	}
	for (unsigned i = 0; i < POSTERS; i++)
	{
		pthread_join(threads[i], NULL);
	}
	queue_destroy(q);
}
END_TEST

Suite *queue_suite(void)
{
	Suite *s = suite_create("queue");

	unit_add(s, "order and wake", test_order_and_wake);
	unit_add(s, "limit", test_limit);
	unit_add(s, "threads", test_threads);
	return s;
}
