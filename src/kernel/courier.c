/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One place for one batch, under a mutex that nobody holds while the kernel
 * works. The batch's memory is the courier's between handing and taking, and the
 * mutex orders that.
 */

#include "kernel/courier.h"

#include "base/log.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef enum place_t
{
	PLACE_EMPTY,
	PLACE_HANDED,
	PLACE_WRITTEN,
} place_t;

struct courier_t
{
	courier_fn_t write;
	void *user;
	pthread_t thread;
	int fd;
	pthread_mutex_t mutex;
	/** handed, or to end */
	pthread_cond_t work;
	pthread_cond_t written;
	place_t place;
	bool end;
	const kernel_op_t *ops;
	size_t n;
	int *errors;
	unsigned failed;
};

static void *run(void *user)
{
	courier_t *c = user;

	pthread_mutex_lock(&c->mutex);
	while (!c->end || c->place == PLACE_HANDED)
	{
		unsigned failed;

		if (c->place != PLACE_HANDED)
		{
			pthread_cond_wait(&c->work, &c->mutex);
			continue;
		}
		pthread_mutex_unlock(&c->mutex);
		failed = c->write(c->user, c->ops, c->n, c->errors);
		pthread_mutex_lock(&c->mutex);
		c->failed = failed;
		c->place = PLACE_WRITTEN;
		pthread_cond_signal(&c->written);
		(void)!eventfd_write(c->fd, 1);
	}
	pthread_mutex_unlock(&c->mutex);
	return NULL;
}

/** signals are for charon's threads */
static int start(courier_t *c)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = -pthread_create(&c->thread, NULL, run, c);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

static void release(courier_t *c)
{
	pthread_cond_destroy(&c->written);
	pthread_cond_destroy(&c->work);
	pthread_mutex_destroy(&c->mutex);
	if (c->fd >= 0)
	{
		close(c->fd);
	}
	free(c);
}

courier_t *courier_create(courier_fn_t write, void *user, int *error)
{
	courier_t *c = mem_alloc(sizeof(*c));

	c->write = write;
	c->user = user;
	pthread_mutex_init(&c->mutex, NULL);
	pthread_cond_init(&c->work, NULL);
	pthread_cond_init(&c->written, NULL);
	c->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*error = c->fd < 0 ? -errno : start(c);
	if (*error)
	{
		release(c);
		return NULL;
	}
	return c;
}

void courier_destroy(courier_t *c)
{
	pthread_mutex_lock(&c->mutex);
	c->end = true;
	pthread_cond_signal(&c->work);
	pthread_mutex_unlock(&c->mutex);
	pthread_join(c->thread, NULL);
	release(c);
}

bool courier_hand(courier_t *c, const kernel_op_t *ops, size_t n, int *errors)
{
	bool empty;

	pthread_mutex_lock(&c->mutex);
	empty = c->place == PLACE_EMPTY;
	if (empty)
	{
		c->ops = ops;
		c->n = n;
		c->errors = errors;
		c->place = PLACE_HANDED;
		pthread_cond_signal(&c->work);
	}
	pthread_mutex_unlock(&c->mutex);
	return empty;
}

bool courier_take(courier_t *c, bool wait, unsigned *failed)
{
	eventfd_t told;
	bool done;

	*failed = 0;
	pthread_mutex_lock(&c->mutex);
	while (wait && c->place == PLACE_HANDED)
	{
		pthread_cond_wait(&c->written, &c->mutex);
	}
	done = c->place != PLACE_HANDED;
	if (c->place == PLACE_WRITTEN)
	{
		*failed = c->failed;
		c->place = PLACE_EMPTY;
		(void)!eventfd_read(c->fd, &told);
	}
	pthread_mutex_unlock(&c->mutex);
	return done;
}

int courier_fd(const courier_t *c)
{
	return c->fd;
}
