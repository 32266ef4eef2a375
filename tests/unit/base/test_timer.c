/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Timers: the rules of the header one by one, then a long run beside a model
 * that looks for the earliest in a plain array.
 */

#include "unit/base/suites.h"

#include "base/timer.h"

#include <string.h>

typedef struct probe_t
{
	cyg_timer_t timer;
	timers_t *timers;
	char name;
	/** written by each run, shared */
	char *trace;
	/** what to do when it runs */
	cyg_timer_t *start;
	usec_t start_at;
	cyg_timer_t *stop;
} probe_t;

static void probe_run(cyg_timer_t *timer, void *user, usec_t now)
{
	probe_t *p = user;
	size_t len = strlen(p->trace);

	ck_assert_ptr_eq(timer, &p->timer);
	ck_assert(!timer_running(timer));
	ck_assert_uint_eq(timer->at, USEC_NEVER);
	p->trace[len] = p->name;
	p->trace[len + 1] = '\0';
	if (p->start)
	{
		timer_start(p->timers, p->start, p->start_at);
	}
	if (p->stop)
	{
		timer_stop(p->timers, p->stop);
	}
}

static char trace[64];
static timers_t *timers;
static probe_t probes[6];

static void setup(void)
{
	memset(trace, 0, sizeof(trace));
	timers = timers_create();
	for (size_t i = 0; i < countof(probes); i++)
	{
		probes[i] = (probe_t){
			.timers = timers,
			.name = (char)('a' + i),
			.trace = trace,
		};
		timer_init(&probes[i].timer, probe_run, &probes[i]);
	}
}

static void teardown(void)
{
	timers_destroy(timers);
}

static void start(size_t i, usec_t at)
{
	timer_start(timers, &probes[i].timer, at);
}

START_TEST(test_empty)
{
	ck_assert_uint_eq(timers_next(timers), USEC_NEVER);
	ck_assert_uint_eq(timers_run(timers, 1000), 0);
	ck_assert(!timer_running(&probes[0].timer));
	timer_stop(timers, &probes[0].timer);
	start(0, USEC_NEVER);
	ck_assert(!timer_running(&probes[0].timer));
	timers_destroy(NULL);
}
END_TEST

START_TEST(test_order)
{
	start(0, 30);
	start(1, 20);
	start(2, 20);
	start(3, 10);
	start(4, 20);
	ck_assert_uint_eq(timers_next(timers), 10);
	ck_assert_uint_eq(timers_run(timers, 9), 0);
	ck_assert_uint_eq(timers_run(timers, 29), 4);
	ck_assert_str_eq(trace, "dbce");
	ck_assert_uint_eq(timers_next(timers), 30);
	ck_assert_uint_eq(timers_run(timers, 30), 1);
	ck_assert_str_eq(trace, "dbcea");
	ck_assert_uint_eq(timers_next(timers), USEC_NEVER);
}
END_TEST

START_TEST(test_restart_goes_last)
{
	start(0, 20);
	start(1, 20);
	start(0, 20);
	ck_assert_uint_eq(timers_run(timers, 20), 2);
	ck_assert_str_eq(trace, "ba");
}
END_TEST

START_TEST(test_due_waits_for_next_call)
{
	/* a starts itself for the past, and again and again: a run ends */
	probes[0].start = &probes[0].timer;
	probes[0].start_at = 5;
	start(0, 10);
	start(1, 20);
	ck_assert_uint_eq(timers_run(timers, 20), 2);
	ck_assert_str_eq(trace, "ab");
	ck_assert(timer_running(&probes[0].timer));
	ck_assert_uint_eq(timers_next(timers), 5);
	/* of another one: b is due now, and waits */
	probes[0].start = &probes[1].timer;
	probes[0].start_at = 20;
	ck_assert_uint_eq(timers_run(timers, 20), 1);
	ck_assert_str_eq(trace, "aba");
	ck_assert_uint_eq(timers_run(timers, 20), 1);
	ck_assert_str_eq(trace, "abab");
	/* for a later moment: into the heap at once */
	probes[0].start_at = 21;
	start(0, 20);
	ck_assert_uint_eq(timers_run(timers, 20), 1);
	ck_assert_uint_eq(timers_next(timers), 21);
}
END_TEST

START_TEST(test_stop_in_run)
{
	/* b is due in this very run and is stopped by a */
	probes[0].stop = &probes[1].timer;
	start(0, 10);
	start(1, 10);
	start(2, 10);
	ck_assert_uint_eq(timers_run(timers, 10), 2);
	ck_assert_str_eq(trace, "ac");
	/* d is started by a for the past, c stops it before it got anywhere */
	probes[0].start = &probes[3].timer;
	probes[0].start_at = 1;
	probes[2].stop = &probes[3].timer;
	start(0, 20);
	start(2, 20);
	start(1, 20);
	probes[0].stop = NULL;
	ck_assert_uint_eq(timers_run(timers, 20), 3);
	ck_assert_str_eq(trace, "acacb");
	ck_assert(!timer_running(&probes[3].timer));
	ck_assert_uint_eq(timers_run(timers, 20), 0);
}
END_TEST

static void run_inside(cyg_timer_t *timer, void *user, usec_t now)
{
	ck_assert_uint_eq(timers_run(timers, now), 0);
	ck_assert_uint_eq(timers_next(timers), 10);
	start(1, 3);
	ck_assert_uint_eq(timers_next(timers), 3);
}

START_TEST(test_from_within)
{
	cyg_timer_t timer;

	timer_init(&timer, run_inside, NULL);
	timer_start(timers, &timer, 10);
	start(0, 10);
	ck_assert_uint_eq(timers_run(timers, 10), 2);
	ck_assert_str_eq(trace, "a");
}
END_TEST

static void free_owner(cyg_timer_t *timer, void *user, usec_t now)
{
	free(user);
}

START_TEST(test_owner_freed)
{
	for (unsigned i = 0; i < 3; i++)
	{
		probe_t *owner = mem_alloc(sizeof(*owner));

		timer_init(&owner->timer, free_owner, owner);
		timer_start(timers, &owner->timer, i);
	}
	ck_assert_uint_eq(timers_run(timers, 10), 3);
}
END_TEST

START_TEST(test_destroy_stops)
{
	timers_t *own = timers_create();

	timer_start(own, &probes[0].timer, 10);
	timer_start(own, &probes[1].timer, 20);
	timers_destroy(own);
	ck_assert(!timer_running(&probes[0].timer));
	ck_assert(!timer_running(&probes[1].timer));
}
END_TEST

#define MODEL_TIMERS 40

typedef struct model_row_t
{
	cyg_timer_t timer;
	usec_t at;
	uint64_t seq;
} model_row_t;

static model_row_t rows[MODEL_TIMERS];
static size_t ran[MODEL_TIMERS];
static size_t ran_count;

static void note_run(cyg_timer_t *timer, void *user, usec_t now)
{
	ran[ran_count++] = (size_t)((model_row_t *)user - rows);
}

static size_t model_due(usec_t now)
{
	size_t best = MODEL_TIMERS;

	for (size_t i = 0; i < MODEL_TIMERS; i++)
	{
		if (rows[i].at > now)
		{
			continue;
		}
		if (best == MODEL_TIMERS || rows[i].at < rows[best].at ||
			(rows[i].at == rows[best].at && rows[i].seq < rows[best].seq))
		{
			best = i;
		}
	}
	return best;
}

static void model_run(usec_t now)
{
	size_t i, n = 0;

	ran_count = 0;
	timers_run(timers, now);
	while ((i = model_due(now)) < MODEL_TIMERS)
	{
		rows[i].at = USEC_NEVER;
		ck_assert_uint_lt(n, ran_count);
		ck_assert_uint_eq(ran[n++], i);
	}
	ck_assert_uint_eq(n, ran_count);
}

START_TEST(test_model)
{
	usec_t now = 1;
	bool agree = true;
	prng_t rng;

	prng_seed(&rng, (uint64_t)_i);
	for (size_t i = 0; i < MODEL_TIMERS; i++)
	{
		timer_init(&rows[i].timer, note_run, &rows[i]);
		rows[i].at = USEC_NEVER;
	}
	for (uint64_t n = 0; n < 5000; n++)
	{
		model_row_t *row = &rows[prng_below(&rng, MODEL_TIMERS)];

		switch (prng_below(&rng, 4))
		{
			case 0:
				timer_stop(timers, &row->timer);
				row->at = USEC_NEVER;
				break;
			case 1:
				now += prng_below(&rng, 4);
				model_run(now);
				break;
			default:
				row->at = now + prng_below(&rng, 20);
				row->seq = n;
				timer_start(timers, &row->timer, row->at);
				break;
		}
		for (size_t i = 0; i < MODEL_TIMERS; i++)
		{ /* an assertion each would be most of the time of this test */
			agree &= rows[i].at == rows[i].timer.at;
		}
	}
	ck_assert(agree);
	model_run(USEC_NEVER - 1);
	ck_assert_uint_eq(timers_next(timers), USEC_NEVER);
}
END_TEST

Suite *timer_suite(void)
{
	Suite *suite = suite_create("timer");
	TCase *tcase = tcase_create("timer");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_test(tcase, test_empty);
	tcase_add_test(tcase, test_order);
	tcase_add_test(tcase, test_restart_goes_last);
	tcase_add_test(tcase, test_due_waits_for_next_call);
	tcase_add_test(tcase, test_stop_in_run);
	tcase_add_test(tcase, test_from_within);
	tcase_add_test(tcase, test_owner_freed);
	tcase_add_test(tcase, test_destroy_stops);
	tcase_add_loop_test(tcase, test_model, 0, 4);
	suite_add_tcase(suite, tcase);
	return suite;
}
