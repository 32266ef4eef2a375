/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The server on a real Unix socket, driven turn by turn, and clients as bad as
 * they come.
 */

#include "unit/control/suites.h"

#include "control/protocol.h"
#include "control/server.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static const control_access_t nobody = {-1, -1};
static char path[108];
static control_server_t *server;
static usec_t now;
static unsigned lists_open;

static void echo(void *user, json_object *args, control_reply_t *reply)
{
	reply->data = args ? json_object_get(args) : json_object_new_object();
}

static void refuse(void *user, json_object *args, control_reply_t *reply)
{
	reply->error = str_copy("not today");
}

static bool numbers_next(void *cursor, json_object *part)
{
	unsigned *at = cursor;

	for (unsigned i = 0; i < 100; i++)
	{
		json_object_array_add(part, json_object_new_int((int)(*at)++));
	}
	return *at < 100000;
}

static void numbers_destroy(void *cursor)
{
	lists_open--;
	free(cursor);
}

static void numbers(void *user, json_object *args, control_reply_t *reply)
{
	lists_open++;
	reply->list.next = numbers_next;
	reply->list.destroy = numbers_destroy;
	reply->list.cursor = mem_alloc(sizeof(unsigned));
	reply->data = json_object_new_object();
}

/** what has happened so far, and where the oldest stands that is held */
static unsigned happened, held;

static bool follow_next(void *cursor, json_object *part)
{
	unsigned *at = cursor;

	if (*at < held)
	{
		json_object_array_add(part, json_object_new_int(-(int)(held - *at)));
		*at = held;
	}
	for (unsigned i = 0; i < 32 && *at < happened; i++)
	{
		json_object_array_add(part, json_object_new_int((int)++*at));
	}
	return true;
}

static void follow(void *user, json_object *args, control_reply_t *reply)
{
	unsigned *at = mem_alloc(sizeof(unsigned));

	lists_open++;
	*at = happened;
	reply->list = (control_list_t){.next = follow_next,
								   .destroy = numbers_destroy,
								   .cursor = at,
								   .follow = true};
	reply->data = json_object_new_object();
}

static const control_command_t commands[] = {
	{"echo", false, echo},       {"refuse", false, refuse},
	{"numbers", false, numbers}, {"change", true, echo},
	{"follow", false, follow},   {NULL, false, NULL},
};

static void happen(unsigned n)
{
	happened += n;
	held = happened > 512 ? happened - 512 : 0;
	control_server_wake(server);
}

static void setup(void)
{
	int error;

	snprintf(path, sizeof(path), "/tmp/cygnet-unit-%d.sock", (int)getpid());
	now = USEC_PER_SEC;
	lists_open = 0;
	happened = held = 0;
	server = control_server_create(path, &nobody, commands, NULL, &error);
	ck_assert_ptr_nonnull(server);
}

static void teardown(void)
{
	control_server_destroy(server);
	ck_assert_int_ne(access(path, F_OK), 0);
	ck_assert_uint_eq(lists_open, 0);
}

/** as the loop does: while it has more, or its descriptor is readable */
static void turns(void)
{
	struct pollfd fd = {.fd = control_server_fd(server), .events = POLLIN};

	for (unsigned i = 0; i < 3000; i++)
	{
		if (!control_server_turn(server, now) && poll(&fd, 1, 0) == 0)
		{
			return;
		}
	}
}

/** the server does not know of it yet */
static int knock(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(sa.sun_path, path);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static int dial(void)
{
	int fd = knock();

	turns();
	return fd;
}

static void say(int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	turns();
}

/** all that has come so far */
static char *hear(int fd, bool *closed)
{
	char *out = str_copy(""), buf[65536];
	ssize_t n;

	*closed = false;
	for (;;)
	{
		turns();
		n = read(fd, buf, sizeof(buf) - 1);
		if (n <= 0)
		{
			*closed = n == 0 || errno != EAGAIN;
			return out;
		}
		buf[n] = '\0';
		out = mem_resize(out, strlen(out) + (size_t)n + 1, 1);
		strcat(out, buf);
	}
}

static void expect(int fd, const char *want, bool closes)
{
	bool closed;
	char *got = hear(fd, &closed);

	ck_assert_str_eq(got, want);
	ck_assert_int_eq(closed, closes);
	free(got);
}

#define ERROR(words) "{\"v\":1,\"ok\":false,\"error\":\"" words "\"}\n"

START_TEST(test_reply)
{
	int fd = dial();

	say(fd, "{\"v\":1,\"command\":\"echo\",\"args\":{\"a\":[1]}}\n");
	expect(fd, "{\"v\":1,\"ok\":true,\"data\":{\"a\":[1]}}\n", false);
	say(fd, "{\"v\":1,\"command\":\"refuse\"}\n");
	expect(fd, ERROR("not today"), false);
	close(fd);
}
END_TEST

START_TEST(test_pieces_and_pairs)
{
	static const char text[] = "{\"v\":1,\"command\":\"echo\"}\n"
							   "{\"v\":1,\"command\":\"echo\"}\n";
	int fd = dial();

	say(fd, text);
	expect(fd,
		   "{\"v\":1,\"ok\":true,\"data\":{}}\n"
		   "{\"v\":1,\"ok\":true,\"data\":{}}\n",
		   false);
	for (const char *p = text; *p; p++)
	{
		char one[2] = {*p, '\0'};

		say(fd, one);
	}
	expect(fd,
		   "{\"v\":1,\"ok\":true,\"data\":{}}\n"
		   "{\"v\":1,\"ok\":true,\"data\":{}}\n",
		   false);
	close(fd);
}
END_TEST

static const struct
{
	const char *line;
	const char *reply;
} bad[] = {
	{"\n", ERROR("a request is one JSON object on one line")},
	{"junk\n", ERROR("a request is one JSON object on one line")},
	{"[]\n", ERROR("a request is one JSON object on one line")},
	{"{\"v\":1\n", ERROR("a request is one JSON object on one line")},
	{"{\"v\":1} {}\n", ERROR("a request is one JSON object on one line")},
	{"{\"v\":[[[[[[[[[1]]]]]]]]]}\n",
	 ERROR("a request is one JSON object on one line")},
	{"{\"v\":1,\"command\":\"\xff\"}\n",
	 ERROR("a request is one JSON object on one line")},
	{"{}\n", ERROR("this daemon speaks version 1: use its own cygnetctl")},
	{"{\"v\":2,\"command\":\"echo\"}\n",
	 ERROR("this daemon speaks version 1: use its own cygnetctl")},
	{"{\"v\":1}\n", ERROR("a request needs a \\\"command\\\"")},
	{"{\"v\":1,\"command\":7}\n", ERROR("a request needs a \\\"command\\\"")},
	{"{\"v\":1,\"command\":\"nope\"}\n",
	 ERROR("unknown command: see `cygnetctl --help`")},
	{"{\"v\":1,\"command\":\"echo\",\"args\":[]}\n",
	 ERROR("\\\"args\\\" has to be an object")},
};

START_TEST(test_bad_requests)
{
	int fd = dial();

	say(fd, bad[_i].line);
	expect(fd, bad[_i].reply, false);
	/* and the client may go on */
	say(fd, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fd, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	close(fd);
}
END_TEST

static void long_line(size_t len, bool good)
{
	char *text = mem_alloc(len + 1), *got;
	int fd = dial();
	bool closed;
	size_t at = 0;

	memset(text, ' ', len);
	memcpy(text, "{\"v\":1,\"command\":\"echo\"}", 24);
	text[len - 1] = '\n';
	while (at < len)
	{
		ssize_t n = write(fd, text + at, len - at);

		if (n > 0)
		{
			at += (size_t)n;
		}
		else if (errno != EAGAIN)
		{
			break;
		}
		turns();
	}
	got = hear(fd, &closed);
	ck_assert_str_eq(got, good ? "{\"v\":1,\"ok\":true,\"data\":{}}\n"
							   : ERROR("the request is longer than 65536 "
									   "bytes"));
	ck_assert_int_eq(closed, !good);
	free(got);
	free(text);
	close(fd);
}

START_TEST(test_longest_line)
{
	long_line(CONTROL_REQUEST_MAX, true);
}
END_TEST

START_TEST(test_too_long_line)
{
	/* a reader that takes 4 KiB at a time sees the end one block later */
	long_line(CONTROL_REQUEST_MAX + 8192, false);
}
END_TEST

START_TEST(test_list)
{
	int fd = dial();
	bool closed;
	char *got, *p;
	unsigned parts = 0;

	say(fd, "{\"v\":1,\"command\":\"numbers\"}\n");
	got = hear(fd, &closed);
	for (p = got; (p = strstr(p, "\"part\"")); p++)
	{
		parts++;
	}
	ck_assert_uint_eq(parts, 1000);
	ck_assert_ptr_nonnull(strstr(got, ",99999]}\n{\"v\":1,\"ok\":true,"
									  "\"data\":{}}\n"));
	free(got);
	close(fd);
}
END_TEST

START_TEST(test_slow_reader)
{
	int slow = dial(), other = dial();

	/* it never reads: its list stands still, others are served */
	say(slow, "{\"v\":1,\"command\":\"numbers\"}\n");
	turns();
	say(other, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(other, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	ck_assert_uint_eq(lists_open, 1);
	close(slow);
	turns();
	ck_assert_uint_eq(lists_open, 0);
	close(other);
}
END_TEST

START_TEST(test_half_request_and_gone)
{
	int fd = dial();

	say(fd, "{\"v\":1,\"comm");
	close(fd);
	turns();
	fd = dial();
	say(fd, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fd, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	close(fd);
}
END_TEST

START_TEST(test_clients_at_the_limit)
{
	int fds[CONTROL_CLIENTS_MAX + 1];

	for (unsigned i = 0; i < CONTROL_CLIENTS_MAX; i++)
	{
		fds[i] = dial();
	}
	fds[CONTROL_CLIENTS_MAX] = dial();
	expect(fds[CONTROL_CLIENTS_MAX], ERROR("too many clients at once"), true);
	close(fds[CONTROL_CLIENTS_MAX]);
	/* the ones before are served still */
	say(fds[0], "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fds[0], "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	/* dead ones make room after a while */
	now += 61 * USEC_PER_SEC;
	fds[CONTROL_CLIENTS_MAX] = dial();
	say(fds[CONTROL_CLIENTS_MAX], "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fds[CONTROL_CLIENTS_MAX], "{\"v\":1,\"ok\":true,\"data\":{}}\n",
		   false);
	for (unsigned i = 0; i <= CONTROL_CLIENTS_MAX; i++)
	{
		close(fds[i]);
	}
}
END_TEST

/** one is to be closed as idle when another comes, and stirs in the same turn */
START_TEST(test_idle_one_stirs)
{
	static const char rest[] = "\"command\":\"echo\"}\n";
	int idle = dial(), other;

	say(idle, "{\"v\":1,");
	now += 61 * USEC_PER_SEC;
	other = knock();
	ck_assert_int_eq(write(idle, rest, sizeof(rest) - 1),
					 (ssize_t)sizeof(rest) - 1);
	turns();
	expect(idle, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	say(other, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(other, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	close(idle);
	close(other);
}
END_TEST

#define REFUSED                                                                \
	ERROR("only root and the group of charon.plugins.cygnet.admin_group may "  \
		  "change something")

/** connects as somebody, in a primary group and one more; the descriptor */
static int dial_as(uid_t uid, gid_t gid, gid_t more)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	gid_t before[64];
	int n = getgroups(64, before), error;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	strcpy(sa.sun_path, path);
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(setgroups(1, &more), 0);
	ck_assert_int_eq(setegid(gid), 0);
	ck_assert_int_eq(seteuid(uid), 0);
	/* the socket's peer is who connected */
	error = connect(fd, (struct sockaddr *)&sa, sizeof(sa));
	ck_assert_int_eq(seteuid(0), 0);
	ck_assert_int_eq(setegid(0), 0);
	ck_assert_int_eq(setgroups((size_t)n, before), 0);
	ck_assert_int_eq(error, 0);
	return fd;
}

static const struct
{
	/** the admins' group */
	int admins;
	uid_t uid;
	gid_t gid, more;
	bool may;
} writers[] = {
	{-1, 0, 0, 0, true},
	{-1, 65534, 0, 0, false},
	{-1, 65534, 65534, 65534, false},
	/* by its primary group, or another */
	{50, 65534, 50, 65534, true},
	{50, 65534, 65534, 50, true},
	{50, 65534, 51, 65534, false},
	{50, 65534, 65534, 51, false},
	/* the number of a group is not that of a user */
	{50, 50, 65534, 65534, false},
	{0, 65534, 0, 65534, true},
	{50, 0, 65534, 65534, true},
};

START_TEST(test_who_writes)
{
	control_access_t access = {-1, writers[_i].admins};
	int fd, error;

	if (geteuid() != 0)
	{
		/* the daemon's own user */
		fd = dial();
		say(fd, "{\"v\":1,\"command\":\"change\"}\n");
		expect(fd, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
		close(fd);
		return;
	}
	control_server_destroy(server);
	server = control_server_create(path, &access, commands, NULL, &error);
	fd = dial_as(writers[_i].uid, writers[_i].gid, writers[_i].more);
	say(fd, "{\"v\":1,\"command\":\"change\"}\n");
	expect(fd,
		   writers[_i].may ? "{\"v\":1,\"ok\":true,\"data\":{}}\n" : REFUSED,
		   false);
	say(fd, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fd, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	close(fd);
}
END_TEST

static const struct
{
	control_access_t access;
	int group;
} owners[] = {
	{{-1, -1}, 0},
	{{50, -1}, 50},
	{{-1, 51}, 51},
	/* who may look has to reach it */
	{{50, 51}, 50},
};

START_TEST(test_whose_socket)
{
	struct stat st;
	int error;

	if (geteuid() != 0)
	{
		return;
	}
	control_server_destroy(server);
	server =
		control_server_create(path, &owners[_i].access, commands, NULL, &error);
	ck_assert_ptr_nonnull(server);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
	ck_assert_uint_eq(st.st_uid, 0);
	ck_assert_uint_eq(st.st_gid, (gid_t)owners[_i].group);
}
END_TEST

#define CROWD 1000

/* a thousand who may look, of each sort of bad: root is served as ever */
START_TEST(test_crowd)
{
	static const char *const words[] = {
		"", "{\"v\":1,\"comm", "{\"v\":1,\"command\":\"numbers\"}\n", "junk\n"};
	int fds[CROWD], root;
	bool closed;
	unsigned refused = 0;

	if (geteuid() != 0)
	{
		return;
	}
	for (unsigned i = 0; i < CROWD; i++)
	{
		const char *s = words[i % countof(words)];
		char *got;

		fds[i] = dial_as(65534, 65534, 65534);
		turns();
		if (send(fds[i], s, strlen(s), MSG_NOSIGNAL) < 0 ||
			i >= CONTROL_LOOKERS_MAX)
		{
			got = hear(fds[i], &closed);
			ck_assert_str_eq(got, ERROR("too many clients at once"));
			ck_assert(closed);
			refused++;
			free(got);
		}
	}
	ck_assert_uint_eq(refused, CROWD - CONTROL_LOOKERS_MAX);
	root = dial();
	say(root, "{\"v\":1,\"command\":\"change\"}\n");
	expect(root, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	close(root);
	/* none of them is a burden for long */
	now += 61 * USEC_PER_SEC;
	root = dial();
	ck_assert_uint_eq(lists_open, 0);
	say(root, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(root, "{\"v\":1,\"ok\":true,\"data\":{}}\n", false);
	close(root);
	for (unsigned i = 0; i < CROWD; i++)
	{
		close(fds[i]);
	}
}
END_TEST

/* a byte now and then is not to keep a place; an answer taken in pieces is */
START_TEST(test_trickle)
{
	int slow = dial(), reader = dial(), other;
	bool closed;
	char *got, buf[1000];

	say(reader, "{\"v\":1,\"command\":\"numbers\"}\n");
	for (unsigned i = 0; i < 4; i++)
	{
		ck_assert_int_eq(write(slow, "{", 1), 1);
		turns();
		now += 20 * USEC_PER_SEC;
		for (unsigned k = 0; k < 100; k++)
		{
			ck_assert_int_gt(read(reader, buf, sizeof(buf)), 0);
			turns();
		}
	}
	other = dial();
	got = hear(slow, &closed);
	ck_assert(closed);
	free(got);
	ck_assert_uint_eq(lists_open, 1);
	ck_assert_int_gt(read(reader, buf, sizeof(buf)), 0);
	close(slow);
	close(reader);
	close(other);
}
END_TEST

#define FOLLOW   "{\"v\":1,\"command\":\"follow\"}\n"
#define PART(is) "{\"v\":1,\"part\":[" is "]}\n"
#define END      "{\"v\":1,\"ok\":true,\"data\":{}}\n"

START_TEST(test_follow)
{
	struct pollfd ready = {.fd = control_server_fd(server), .events = POLLIN};
	int fd = dial(), other = dial();

	happen(7);
	say(fd, FOLLOW);
	/* from when on it hears of all */
	expect(fd, PART(""), false);
	/* nothing happens: nobody is woken for it, others are served */
	ck_assert(!control_server_turn(server, now));
	ck_assert_int_eq(poll(&ready, 1, 0), 0);
	say(other, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(other, END, false);
	control_server_wake(server);
	expect(fd, "", false);
	happen(1);
	expect(fd, PART("8"), false);
	happen(2);
	happen(1);
	expect(fd, PART("9,10,11"), false);
	/* whatever it says ends it, and is a request */
	say(fd, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fd, END END, false);
	ck_assert_uint_eq(lists_open, 0);
	happen(1);
	expect(fd, "", false);
	/* half a line, too; and both at once */
	say(fd, FOLLOW "{");
	expect(fd, PART("") END, false);
	say(fd, "}\n");
	expect(fd, ERROR("this daemon speaks version 1: use its own cygnetctl"),
		   false);
	say(fd, FOLLOW FOLLOW);
	expect(fd, PART("") END PART(""), false);
	happen(1);
	expect(fd, PART("13"), false);
	ck_assert_uint_eq(lists_open, 1);
	close(fd);
	turns();
	ck_assert_uint_eq(lists_open, 0);
	close(other);
}
END_TEST

/* it never reads while much happens: it gets what its socket takes, and is told
 * how many it has missed; the one beside it gets all */
START_TEST(test_follow_slowly)
{
	int slow = dial(), quick = dial(), size = 1;
	unsigned last = 0, missed = 0, seen = 0;
	bool closed;
	char *got;

	setsockopt(slow, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	say(slow, FOLLOW);
	say(quick, FOLLOW);
	for (unsigned i = 0; i < 10000; i++)
	{
		happen(10);
		got = hear(quick, &closed);
		ck_assert(!closed && !strchr(got, '-'));
		free(got);
	}
	got = hear(slow, &closed);
	ck_assert(!closed);
	for (char *p = got; (p = strstr(p, "\"part\":["));)
	{
		for (p += 8; *p && *p != ']'; p += *p == ',')
		{
			long n = strtol(p, &p, 10);

			ck_assert_int_ne(n, 0);
			if (n < 0)
			{
				missed += (unsigned)-n;
				last += (unsigned)-n;
			}
			else
			{
				ck_assert_uint_eq((unsigned)n, last + 1);
				last = (unsigned)n;
				seen++;
			}
		}
	}
	/* nothing is missed that it was not told of */
	ck_assert_uint_eq(last, 100000);
	ck_assert_uint_eq(missed + seen, 100000);
	ck_assert_uint_gt(missed, 0);
	ck_assert_uint_ge(seen, 512);
	free(got);
	close(slow);
	close(quick);
}
END_TEST

/* who waits for events is not idle, who does not take them is */
START_TEST(test_follow_idle)
{
	int good = dial(), lazy = dial(), other;
	bool closed;
	char *got;

	say(good, FOLLOW);
	say(lazy, FOLLOW);
	expect(good, PART(""), false);
	now += 100 * USEC_PER_SEC;
	other = dial();
	ck_assert_uint_eq(lists_open, 2);
	for (unsigned i = 0; i < 10000; i++)
	{
		happen(100);
		got = hear(good, &closed);
		free(got);
	}
	close(other);
	now += 61 * USEC_PER_SEC;
	happen(1);
	got = hear(good, &closed);
	free(got);
	other = dial();
	ck_assert_uint_eq(lists_open, 1);
	happen(1);
	expect(good, PART("1000002"), false);
	close(good);
	close(lazy);
	close(other);
}
END_TEST

START_TEST(test_followers_at_the_limit)
{
	int fds[CONTROL_FOLLOWERS_MAX], one;

	for (unsigned i = 0; i < CONTROL_FOLLOWERS_MAX; i++)
	{
		fds[i] = dial();
		say(fds[i], FOLLOW);
		expect(fds[i], PART(""), false);
	}
	one = dial();
	say(one, FOLLOW);
	expect(one, ERROR("too many follow events or the log at once"), false);
	say(one, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(one, END, false);
	/* one that ends it makes room, and one that goes */
	say(fds[0], "{\"v\":1,\"command\":\"echo\"}\n");
	expect(fds[0], END END, false);
	say(one, FOLLOW);
	expect(one, PART(""), false);
	close(fds[1]);
	say(fds[0], FOLLOW);
	expect(fds[0], PART(""), false);
	ck_assert_uint_eq(lists_open, CONTROL_FOLLOWERS_MAX);
	happen(1);
	for (unsigned i = 0; i < CONTROL_FOLLOWERS_MAX; i++)
	{
		if (i != 1)
		{
			expect(fds[i], PART("1"), false);
			close(fds[i]);
		}
	}
	close(one);
}
END_TEST

/* a thousand who follow and never read: questions are answered, root's and
 * others', and each holds one part and what its socket took */
START_TEST(test_following_crowd)
{
	int fds[CROWD], root, other;
	unsigned following = 0;
	bool closed;
	char *got;

	if (geteuid() != 0)
	{
		return;
	}
	for (unsigned i = 0; i < CROWD; i++)
	{
		fds[i] = dial_as(65534, 65534, 65534);
		turns();
		(void)!send(fds[i], FOLLOW, strlen(FOLLOW), MSG_NOSIGNAL);
		turns();
		following = lists_open > following ? lists_open : following;
	}
	ck_assert_uint_eq(following, CONTROL_FOLLOWING_LOOKERS_MAX);
	root = dial();
	say(root, FOLLOW);
	expect(root, PART(""), false);
	for (unsigned i = 0; i < 2000; i++)
	{
		happen(100);
		turns();
		got = hear(root, &closed);
		ck_assert(!closed && !strchr(got, '-'));
		free(got);
	}
	/* those that were refused keep their places for no longer than others */
	now += 61 * USEC_PER_SEC;
	other = dial_as(65534, 65534, 65534);
	turns();
	say(other, "{\"v\":1,\"command\":\"echo\"}\n");
	expect(other, END, false);
	ck_assert_uint_eq(lists_open, 1);
	close(root);
	close(other);
	for (unsigned i = 0; i < CROWD; i++)
	{
		close(fds[i]);
	}
}
END_TEST

START_TEST(test_socket_in_the_way)
{
	control_server_t *second;
	struct stat st;
	int error = 0;

	/* a live one is not taken away */
	second = control_server_create(path, &nobody, commands, NULL, &error);
	ck_assert_ptr_null(second);
	ck_assert_int_eq(error, -EADDRINUSE);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0660);
	turns();
}
END_TEST

START_TEST(test_stale_socket)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	control_server_t *s;
	int error, fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(path, sizeof(path), "/tmp/cygnet-unit-%d.sock", (int)getpid());
	strcpy(sa.sun_path, path);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	close(fd);
	s = control_server_create(path, &nobody, commands, NULL, &error);
	ck_assert_ptr_nonnull(s);
	control_server_destroy(s);
	/* what is no socket is somebody's file */
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	s = control_server_create(path, &nobody, commands, NULL, &error);
	ck_assert_ptr_null(s);
	ck_assert_int_eq(error, -EEXIST);
	unlink(path);
}
END_TEST

Suite *server_suite(void)
{
	Suite *s = suite_create("server");
	TCase *served = tcase_create("served");

	tcase_add_checked_fixture(served, setup, teardown);
	tcase_set_timeout(served, 60);
	tcase_add_test(served, test_reply);
	tcase_add_test(served, test_pieces_and_pairs);
	tcase_add_loop_test(served, test_bad_requests, 0, (int)countof(bad));
	tcase_add_test(served, test_longest_line);
	tcase_add_test(served, test_too_long_line);
	tcase_add_test(served, test_list);
	tcase_add_test(served, test_slow_reader);
	tcase_add_test(served, test_half_request_and_gone);
	tcase_add_test(served, test_clients_at_the_limit);
	tcase_add_test(served, test_idle_one_stirs);
	tcase_add_loop_test(served, test_who_writes, 0, (int)countof(writers));
	tcase_add_loop_test(served, test_whose_socket, 0, (int)countof(owners));
	tcase_add_test(served, test_crowd);
	tcase_add_test(served, test_trickle);
	tcase_add_test(served, test_follow);
	tcase_add_test(served, test_follow_slowly);
	tcase_add_test(served, test_follow_idle);
	tcase_add_test(served, test_followers_at_the_limit);
	tcase_add_test(served, test_following_crowd);
	tcase_add_test(served, test_socket_in_the_way);
	suite_add_tcase(s, served);
	unit_add(s, "stale socket", test_stale_socket);
	return s;
}
