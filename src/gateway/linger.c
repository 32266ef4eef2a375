/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A socket that is closed while bytes of the peer's are unread, or still come,
 * answers with RST. A peer that writes before it reads then finds its
 * connection broken and never sees the NOTIFICATION that says why: just the one
 * that talks too much, as over max_prefix. So we say that nothing follows, read
 * on without looking, and close with the peer or after a moment.
 */

#include "gateway/linger.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"

typedef struct linger_t
{
	list_t link;
	lingers_t *lingers;
	loop_watch_t watch;
	cyg_timer_t limit;
} linger_t;

struct lingers_t
{
	loop_t *loop;
	timers_t *timers;
	list_t list;
	size_t count;
};

lingers_t *lingers_create(loop_t *loop, timers_t *timers)
{
	lingers_t *lingers = mem_alloc(sizeof(*lingers));

	lingers->loop = loop;
	lingers->timers = timers;
	list_init(&lingers->list);
	return lingers;
}

static void end(linger_t *l)
{
	int fd = l->watch.fd;

	loop_remove(l->lingers->loop, &l->watch);
	timer_stop(l->lingers->timers, &l->limit);
	close(fd);
	list_remove(&l->link);
	l->lingers->count--;
	free(l);
}

static void expired(cyg_timer_t *timer, void *user, usec_t now)
{
	end(user);
}

static void ready(void *user, bool readable, bool writable, usec_t now)
{
	linger_t *l = user;
	uint8_t unread[4096];
	ssize_t n = read(l->watch.fd, unread, sizeof(unread));

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
	{
		end(l);
	}
}

void lingers_add(lingers_t *lingers, int fd, usec_t now)
{
	linger_t *l;

	if (lingers->count == LINGERS_MAX || shutdown(fd, SHUT_WR))
	{
		close(fd);
		return;
	}
	l = mem_alloc(sizeof(*l));
	l->lingers = lingers;
	if (loop_add(lingers->loop, &l->watch, fd, ready, l, true, false))
	{
		close(fd);
		free(l);
		return;
	}
	list_append(&lingers->list, &l->link);
	lingers->count++;
	timer_init(&l->limit, expired, l);
	timer_start(lingers->timers, &l->limit, now + LINGER_TIME);
}

size_t lingers_count(const lingers_t *lingers)
{
	return lingers->count;
}

void lingers_destroy(lingers_t *lingers)
{
	list_each_safe(&lingers->list, l, linger_t, link)
	{
		end(l);
	}
	free(lingers);
}
