/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Timers in a binary heap, ordered by moment and then by a running number, so
 * that timers of the same moment run in the order of their start.
 *
 * While timers_run is at work, a timer that is started for a moment already
 * due must not run in the same call. Such timers wait in `deferred` and enter
 * the heap when the call ends; a timer's index is its place in the one array
 * or in the other.
 */

#include "base/timer.h"

#include <stdlib.h>

typedef struct entry_t
{
	usec_t at;
	/** order of start */
	uint64_t seq;
	cyg_timer_t *timer;
} entry_t;

struct timers_t
{
	entry_t *heap;
	size_t count;
	size_t room;
	uint64_t seq;
	/** timers_run is at work, for this moment */
	bool running;
	usec_t now;
	/** stopped ones leave a NULL timer */
	entry_t *deferred;
	size_t deferred_count;
	size_t deferred_room;
};

timers_t *timers_create(void)
{
	return mem_alloc(sizeof(timers_t));
}

static void detach(cyg_timer_t *timer)
{
	timer->at = USEC_NEVER;
	timer->index = SIZE_MAX;
}

void timers_destroy(timers_t *timers)
{
	if (!timers)
	{
		return;
	}
	for (size_t i = 0; i < timers->count; i++)
	{
		detach(timers->heap[i].timer);
	}
	free(timers->heap);
	free(timers->deferred);
	free(timers);
}

void timer_init(cyg_timer_t *timer, timer_fn_t fn, void *user)
{
	*timer = (cyg_timer_t){.fn = fn, .user = user};
	detach(timer);
}

bool timer_running(const cyg_timer_t *timer)
{
	return timer->index != SIZE_MAX;
}

static bool is_before(const entry_t *a, const entry_t *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void put(timers_t *timers, size_t i, entry_t entry)
{
	timers->heap[i] = entry;
	entry.timer->index = i;
}

/** finds the place for an entry at or above the hole i */
static void sift_up(timers_t *timers, size_t i, entry_t entry)
{
	while (i > 0 && is_before(&entry, &timers->heap[(i - 1) / 2]))
	{
		put(timers, i, timers->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put(timers, i, entry);
}

/** finds the place for an entry at or below the hole i */
static void sift_down(timers_t *timers, size_t i, entry_t entry)
{
	while (i * 2 + 1 < timers->count)
	{
		size_t child = i * 2 + 1;

		if (child + 1 < timers->count &&
			is_before(&timers->heap[child + 1], &timers->heap[child]))
		{
			child++;
		}
		if (!is_before(&timers->heap[child], &entry))
		{
			break;
		}
		put(timers, i, timers->heap[child]);
		i = child;
	}
	put(timers, i, entry);
}

static void make_room(entry_t **array, size_t count, size_t *room)
{
	if (count == *room)
	{
		*room = *room ? *room * 2 : 16;
		*array = mem_resize(*array, *room, sizeof(entry_t));
	}
}

static void heap_insert(timers_t *timers, entry_t entry)
{
	make_room(&timers->heap, timers->count, &timers->room);
	timers->count++;
	sift_up(timers, timers->count - 1, entry);
}

static void heap_remove(timers_t *timers, size_t i)
{
	entry_t last = timers->heap[--timers->count];

	if (i == timers->count)
	{
		return;
	}
	if (i > 0 && is_before(&last, &timers->heap[(i - 1) / 2]))
	{
		sift_up(timers, i, last);
	}
	else
	{
		sift_down(timers, i, last);
	}
}

void timer_stop(timers_t *timers, cyg_timer_t *timer)
{
	size_t i = timer->index;

	if (!timer_running(timer))
	{
		return;
	}
	if (i < timers->count && timers->heap[i].timer == timer)
	{
		heap_remove(timers, i);
	}
	else if (i < timers->deferred_count && timers->deferred[i].timer == timer)
	{
		timers->deferred[i].timer = NULL;
	}
	detach(timer);
}

void timer_start(timers_t *timers, cyg_timer_t *timer, usec_t at)
{
	entry_t entry = {.at = at, .timer = timer};

	timer_stop(timers, timer);
	if (at == USEC_NEVER)
	{
		return;
	}
	timer->at = at;
	entry.seq = timers->seq++;
	if (timers->running && at <= timers->now)
	{
		make_room(&timers->deferred, timers->deferred_count,
				  &timers->deferred_room);
		timer->index = timers->deferred_count;
		timers->deferred[timers->deferred_count++] = entry;
	}
	else
	{
		heap_insert(timers, entry);
	}
}

usec_t timers_next(const timers_t *timers)
{
	usec_t next = timers->count ? timers->heap[0].at : USEC_NEVER;

	for (size_t i = 0; i < timers->deferred_count; i++)
	{
		if (timers->deferred[i].timer && timers->deferred[i].at < next)
		{
			next = timers->deferred[i].at;
		}
	}
	return next;
}

unsigned timers_run(timers_t *timers, usec_t now)
{
	unsigned ran = 0;

	if (timers->running)
	{ /* from within a timer: the outer call goes on with what is due */
		return 0;
	}
	timers->running = true;
	timers->now = now;
	while (timers->count && timers->heap[0].at <= now)
	{
		cyg_timer_t *timer = timers->heap[0].timer;

		heap_remove(timers, 0);
		detach(timer);
		/* the owner may free the timer in here */
		timer->fn(timer, timer->user, now);
		ran++;
	}
	timers->running = false;
	for (size_t i = 0; i < timers->deferred_count; i++)
	{
		if (timers->deferred[i].timer)
		{
			heap_insert(timers, timers->deferred[i]);
		}
	}
	timers->deferred_count = 0;
	return ran;
}
