/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The listening socket, its clients, and their place in one epoll set. What a
 * client does is in client.c. One turn serves each ready client once, so that
 * none is preferred; a client that neither reads nor writes is closed after a
 * while and costs a descriptor until then, no more.
 */

#include "control/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/list.h"
#include "base/log.h"
#include "control/client.h"
#include "control/protocol.h"

#define EVENTS_MAX 64
/** of a client */
#define GROUPS_MAX 1024
/** a client that gets nothing done for this long is closed */
#define IDLE_MAX (60 * USEC_PER_SEC)

struct control_server_t
{
	int epoll;
	int fd;
	char *path;
	const control_command_t *commands;
	void *user;
	int admins;
	list_t clients;
	unsigned n_clients;
	/** of these, those that may look alone */
	unsigned n_lookers;
	/** those that follow something, and of them, those that may look alone */
	unsigned n_followers;
	unsigned n_following_lookers;
};

typedef struct entry_t
{
	list_t link;
	int fd;
	client_t *client;
	/** may not change anything */
	bool looker;
	/** is counted as one that follows something */
	bool follower;
	bool writing;
	/** when it last got something done, and how much that was */
	usec_t active;
	uint64_t done;
} entry_t;

/** a stale socket may be replaced, one that somebody answers on may not */
static int make_way(const char *path, const struct sockaddr_un *sa)
{
	struct stat st;
	int fd, error;

	if (lstat(path, &st))
	{
		return errno == ENOENT ? 0 : -errno;
	}
	if (!S_ISSOCK(st.st_mode))
	{
		return -EEXIST;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
	{
		return -errno;
	}
	error = connect(fd, (const struct sockaddr *)sa, sizeof(*sa)) ? errno : 0;
	close(fd);
	if (error != ECONNREFUSED)
	{
		return -EADDRINUSE;
	}
	return unlink(path) ? -errno : 0;
}

static int open_socket(const char *path, int group)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	mode_t mask;
	int fd, error;

	if (len >= sizeof(sa.sun_path))
	{
		return -ENAMETOOLONG;
	}
	memcpy(sa.sun_path, path, len);
	error = make_way(path, &sa);
	if (error)
	{
		return error;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
	{
		return -errno;
	}
	/* nobody else's for the moment between bind and chown */
	mask = umask(0177);
	error = bind(fd, (struct sockaddr *)&sa, sizeof(sa)) ? -errno : 0;
	umask(mask);
	if (!error && group >= 0 && chown(path, (uid_t)-1, (gid_t)group))
	{
		error = -errno;
	}
	if (!error && (chmod(path, 0660) || listen(fd, SOMAXCONN)))
	{
		error = -errno;
	}
	if (error)
	{
		close(fd);
		return error;
	}
	return fd;
}

static int watch(const control_server_t *s, int fd, uint32_t events, void *ptr,
				 int op)
{
	struct epoll_event event = {.events = events, .data.ptr = ptr};

	return epoll_ctl(s->epoll, op, fd, &event) ? -errno : 0;
}

control_server_t *control_server_create(const char *path,
										const control_access_t *access,
										const control_command_t *commands,
										void *user, int *error)
{
	control_server_t *s;
	int fd =
		open_socket(path, access->group >= 0 ? access->group : access->admins);

	if (fd < 0)
	{
		*error = fd;
		log_error("control socket %s: %s%s", path, strerror(-fd),
				  fd == -EADDRINUSE ? " by another process" : "");
		return NULL;
	}
	s = mem_alloc(sizeof(*s));
	s->fd = fd;
	s->path = str_copy(path);
	s->commands = commands;
	s->user = user;
	s->admins = access->admins;
	list_init(&s->clients);
	s->epoll = epoll_create1(EPOLL_CLOEXEC);
	*error = s->epoll < 0 ? -errno : watch(s, fd, EPOLLIN, NULL, EPOLL_CTL_ADD);
	if (*error)
	{
		log_error("control socket %s: %s", path, strerror(-*error));
		control_server_destroy(s);
		return NULL;
	}
	return s;
}

static void count_follower(control_server_t *s, entry_t *e, bool follower)
{
	s->n_followers = s->n_followers + follower - e->follower;
	if (e->looker)
	{
		s->n_following_lookers =
			s->n_following_lookers + follower - e->follower;
	}
	e->follower = follower;
}

static void drop(control_server_t *s, entry_t *e)
{
	count_follower(s, e, false);
	list_remove(&e->link);
	s->n_clients--;
	s->n_lookers -= e->looker;
	client_destroy(e->client);
	close(e->fd);
	free(e);
}

void control_server_destroy(control_server_t *s)
{
	list_each_safe(&s->clients, e, entry_t, link)
	{
		drop(s, e);
	}
	if (s->epoll >= 0)
	{
		close(s->epoll);
	}
	close(s->fd);
	unlink(s->path);
	free(s->path);
	free(s);
}

int control_server_fd(const control_server_t *s)
{
	return s->epoll;
}

/** as it was when it connected, with its supplementary groups */
static bool is_member(int fd, gid_t primary, int group)
{
	gid_t groups[GROUPS_MAX];
	socklen_t len = sizeof(groups);

	if (group < 0 || primary == (gid_t)group)
	{
		return group >= 0;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len))
	{
		return false;
	}
	for (size_t i = 0; i < len / sizeof(*groups); i++)
	{
		if (groups[i] == (gid_t)group)
		{
			return true;
		}
	}
	return false;
}

/** root, the daemon's own user and the admins may change things */
static bool may_write(int fd, int admins)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == 0 &&
		   (cred.uid == 0 || cred.uid == geteuid() ||
			is_member(fd, cred.gid, admins));
}

static void refuse(int fd)
{
	static const char words[] =
		"{\"v\":1,\"ok\":false,\"error\":\"too many clients at once\"}\n";

	(void)!send(fd, words, sizeof(words) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

/** clients that got nothing done for too long; who waits for what is to come
 * has nothing to do */
static void drop_idle(control_server_t *s, usec_t now)
{
	list_each_safe(&s->clients, e, entry_t, link)
	{
		if (now > e->active + IDLE_MAX && !client_waits(e->client))
		{
			drop(s, e);
		}
	}
}

static void take_client(control_server_t *s, usec_t now)
{
	int fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	entry_t *e;
	bool write;

	if (fd < 0)
	{
		return;
	}
	drop_idle(s, now);
	write = may_write(fd, s->admins);
	/* who may only look cannot keep out who has to act */
	if (s->n_clients >= CONTROL_CLIENTS_MAX ||
		(!write && s->n_lookers >= CONTROL_LOOKERS_MAX))
	{
		refuse(fd);
		return;
	}
	e = mem_alloc(sizeof(*e));
	e->fd = fd;
	e->active = now;
	e->looker = !write;
	e->client = client_create(fd, write, s->commands, s->user);
	list_append(&s->clients, &e->link);
	s->n_clients++;
	s->n_lookers += e->looker;
	if (watch(s, fd, EPOLLIN, e, EPOLL_CTL_ADD))
	{
		drop(s, e);
	}
}

/** what it is polled for */
static void arm(control_server_t *s, entry_t *e)
{
	bool writing = client_writing(e->client);

	if (writing != e->writing)
	{
		e->writing = writing;
		/* one that does not take its answers is not read any further */
		watch(s, e->fd, writing ? EPOLLOUT : EPOLLIN, e, EPOLL_CTL_MOD);
	}
}

/** takes a place of those who follow, if it wants one and there is one */
static void admit(control_server_t *s, entry_t *e)
{
	bool follows = client_follows(e->client);

	if (follows && !e->follower &&
		(s->n_followers >= CONTROL_FOLLOWERS_MAX ||
		 (e->looker &&
		  s->n_following_lookers >= CONTROL_FOLLOWING_LOOKERS_MAX)))
	{
		client_refuse(e->client, "too many follow events or the log at once");
		follows = false;
	}
	count_follower(s, e, follows);
}

static void serve(control_server_t *s, entry_t *e, bool readable, usec_t now)
{
	if (!client_serve(e->client, readable))
	{
		drop(s, e);
		return;
	}
	admit(s, e);
	/* a byte of a request now and then is nothing done */
	if (client_done(e->client) != e->done)
	{
		e->done = client_done(e->client);
		e->active = now;
	}
	arm(s, e);
}

void control_server_wake(control_server_t *s)
{
	list_each(&s->clients, e, entry_t, link)
	{
		if (client_wake(e->client))
		{
			arm(s, e);
		}
	}
}

bool control_server_turn(control_server_t *s, usec_t now)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(s->epoll, events, EVENTS_MAX, 0);
	bool knock = false, more = false;

	for (int i = 0; i < n; i++)
	{
		entry_t *e = events[i].data.ptr;

		if (e)
		{
			more |= e->writing;
			serve(s, e, !(events[i].events & EPOLLOUT), now);
		}
		else
		{
			knock = true;
		}
	}
	/* last, as it may drop clients that this turn is about */
	if (knock)
	{
		take_client(s, now);
	}
	return more || knock;
}
