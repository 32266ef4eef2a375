/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A list under a mutex, and a thread that sleeps until the first packet would
 * be late. In health it finds each time that a newer one was sent meanwhile.
 */

#include "gateway/beat.h"

#include "base/list.h"
#include "gateway/loop.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct beat_t
{
	list_t place;
	int fd;
	uint8_t data[BEAT_PACKET_MAX];
	size_t len;
	usec_t interval;
	/** USEC_NEVER: nothing is repeated */
	usec_t due;
	/** when it is not repeated any more */
	usec_t end;
};

struct beats_t
{
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	bool running;
	bool leaving;
	/** what the thread sleeps until */
	usec_t next;
	list_t list;
};

beats_t *beats_create(void)
{
	beats_t *beats = mem_alloc(sizeof(*beats));
	pthread_condattr_t attr;

	pthread_mutex_init(&beats->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&beats->changed, &attr);
	pthread_condattr_destroy(&attr);
	list_init(&beats->list);
	beats->next = USEC_NEVER;
	return beats;
}

void beats_destroy(beats_t *beats)
{
	if (beats->running)
	{
		pthread_mutex_lock(&beats->mutex);
		beats->leaving = true;
		pthread_cond_signal(&beats->changed);
		pthread_mutex_unlock(&beats->mutex);
		pthread_join(beats->thread, NULL);
	}
	pthread_cond_destroy(&beats->changed);
	pthread_mutex_destroy(&beats->mutex);
	free(beats);
}

/** the mutex is held */
static usec_t run_locked(beats_t *beats, usec_t now)
{
	usec_t next = USEC_NEVER;

	list_each(&beats->list, beat, beat_t, place)
	{
		if (beat->due <= now)
		{
			/* what the next of the gateway's own will be, it will say */
			send(beat->fd, beat->data, beat->len, MSG_NOSIGNAL | MSG_DONTWAIT);
			beat->due = now + beat->interval;
		}
		if (beat->due >= beat->end)
		{
			beat->due = USEC_NEVER;
		}
		next = beat->due < next ? beat->due : next;
	}
	return next;
}

usec_t beats_run(beats_t *beats, usec_t now)
{
	usec_t next;

	pthread_mutex_lock(&beats->mutex);
	next = run_locked(beats, now);
	pthread_mutex_unlock(&beats->mutex);
	return next;
}

static void *thread(void *arg)
{
	beats_t *beats = arg;

	pthread_mutex_lock(&beats->mutex);
	while (!beats->leaving)
	{
		beats->next = run_locked(beats, loop_now());
		if (beats->next == USEC_NEVER)
		{
			pthread_cond_wait(&beats->changed, &beats->mutex);
		}
		else
		{
			struct timespec until = {
				.tv_sec = (time_t)(beats->next / USEC_PER_SEC),
				.tv_nsec = (long)(beats->next % USEC_PER_SEC) * 1000,
			};

			pthread_cond_timedwait(&beats->changed, &beats->mutex, &until);
		}
	}
	pthread_mutex_unlock(&beats->mutex);
	return NULL;
}

bool beats_start(beats_t *beats)
{
	sigset_t all, before;

	/* signals are charon's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	beats->running = !pthread_create(&beats->thread, NULL, thread, beats);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return beats->running;
}

beat_t *beat_create(beats_t *beats, int fd)
{
	beat_t *beat = mem_alloc(sizeof(*beat));

	beat->fd = fd;
	beat->due = USEC_NEVER;
	pthread_mutex_lock(&beats->mutex);
	list_append(&beats->list, &beat->place);
	pthread_mutex_unlock(&beats->mutex);
	return beat;
}

void beat_stop(beats_t *beats, beat_t *beat)
{
	pthread_mutex_lock(&beats->mutex);
	list_remove(&beat->place);
	pthread_mutex_unlock(&beats->mutex);
	free(beat);
}

void beat_set(beats_t *beats, beat_t *beat, const uint8_t *data, size_t len,
			  usec_t again, usec_t now)
{
	pthread_mutex_lock(&beats->mutex);
	beat->due = USEC_NEVER;
	if (again != USEC_NEVER && len <= sizeof(beat->data))
	{
		memcpy(beat->data, data, len);
		beat->len = len;
		beat->interval = again;
		beat->due = now + again + BEAT_SLACK;
		beat->end = now + BEAT_MAX;
		if (beat->due < beats->next)
		{
			pthread_cond_signal(&beats->changed);
		}
	}
	pthread_mutex_unlock(&beats->mutex);
}
