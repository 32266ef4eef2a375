/* SPDX-License-Identifier: GPL-2.0-or-later */

/* epoll, level-triggered. A watcher that is removed while events of this turn
 * wait is taken out of them, so that no callback meets a freed owner. */

#include "gateway/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_MAX 256

struct loop_t
{
	int fd;
	/** has the urgent ones alone */
	int urgent;
	int count;
	struct epoll_event events[EVENTS_MAX];
};

loop_t *loop_create(void)
{
	int fd = epoll_create1(EPOLL_CLOEXEC);
	int urgent = fd < 0 ? -1 : epoll_create1(EPOLL_CLOEXEC);
	loop_t *loop;

	if (urgent < 0)
	{
		if (fd >= 0)
		{
			close(fd);
		}
		return NULL;
	}
	loop = mem_alloc(sizeof(*loop));
	loop->fd = fd;
	loop->urgent = urgent;
	return loop;
}

void loop_destroy(loop_t *loop)
{
	close(loop->urgent);
	close(loop->fd);
	free(loop);
}

static uint64_t clock_usec(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

usec_t loop_now(void)
{
	return clock_usec(CLOCK_MONOTONIC) + 1;
}

usec_t loop_cpu(void)
{
	return clock_usec(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t loop_wall(void)
{
	return clock_usec(CLOCK_REALTIME);
}

static struct epoll_event event_of(loop_watch_t *watch)
{
	return (struct epoll_event){
		.events = (watch->in ? (uint32_t)EPOLLIN : 0u) |
				  (watch->out ? (uint32_t)EPOLLOUT : 0u),
		.data.ptr = watch,
	};
}

int loop_add(loop_t *loop, loop_watch_t *watch, int fd, loop_fn_t fn,
			 void *user, bool in, bool out)
{
	struct epoll_event event;

	*watch = (loop_watch_t){fd, fn, user, in, out};
	event = event_of(watch);
	return epoll_ctl(loop->fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int loop_add_urgent(loop_t *loop, loop_watch_t *watch, int fd, loop_fn_t fn,
					void *user)
{
	struct epoll_event event = {.events = EPOLLIN};
	int error = loop_add(loop, watch, fd, fn, user, true, false);

	if (!error && epoll_ctl(loop->urgent, EPOLL_CTL_ADD, fd, &event))
	{
		error = -errno;
		loop_remove(loop, watch);
	}
	return error;
}

bool loop_urgent_ready(const loop_t *loop)
{
	struct epoll_event event;

	return epoll_wait(loop->urgent, &event, 1, 0) > 0;
}

void loop_change(loop_t *loop, loop_watch_t *watch, bool in, bool out)
{
	struct epoll_event event;

	if (watch->in != in || watch->out != out)
	{
		watch->in = in;
		watch->out = out;
		event = event_of(watch);
		epoll_ctl(loop->fd, EPOLL_CTL_MOD, watch->fd, &event);
	}
}

void loop_remove(loop_t *loop, loop_watch_t *watch)
{
	epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, NULL);
	/* most are not in it */
	epoll_ctl(loop->urgent, EPOLL_CTL_DEL, watch->fd, NULL);
	for (int i = 0; i < loop->count; i++)
	{
		if (loop->events[i].data.ptr == watch)
		{
			loop->events[i].data.ptr = NULL;
		}
	}
	watch->fd = -1;
}

void loop_wait(loop_t *loop, usec_t until)
{
	usec_t now = loop_now();
	int timeout = 0;

	if (until == USEC_NEVER)
	{
		timeout = -1;
	}
	else if (until > now)
	{
		/* rounded up, or the last millisecond would be spun away */
		usec_t ms = (until - now + 999) / 1000;

		timeout = ms > 3600000 ? 3600000 : (int)ms;
	}
	loop->count = epoll_wait(loop->fd, loop->events, EVENTS_MAX, timeout);
	if (loop->count < 0)
	{
		loop->count = 0;
	}
}

void loop_serve(loop_t *loop, usec_t now)
{
	for (int i = 0; i < loop->count; i++)
	{
		loop_watch_t *watch = loop->events[i].data.ptr;
		uint32_t events = loop->events[i].events;
		bool broken = events & (EPOLLERR | EPOLLHUP);

		if (watch)
		{
			watch->fn(watch->user, broken || (events & EPOLLIN),
					  broken || (events & EPOLLOUT), now);
		}
	}
	loop->count = 0;
}
