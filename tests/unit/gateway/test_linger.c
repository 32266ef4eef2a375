/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The end of a TCP connection to a peer that talks on: over real sockets, as
 * it is the kernel's RST that is in question.
 */

#include "unit/gateway/suites.h"

#include "gateway/linger.h"

#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct side_t
{
	loop_t *loop;
	timers_t *timers;
	lingers_t *lingers;
	usec_t now;
	/** our end of a connection, and the peer's */
	int ours, theirs;
} side_t;

static void connected(side_t *s)
{
	struct sockaddr_in sin = {.sin_family = AF_INET,
							  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(sin);
	int listener = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_eq(bind(listener, (struct sockaddr *)&sin, len), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&sin, &len), 0);
	s->theirs = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(s->theirs, (struct sockaddr *)&sin, len), 0);
	s->ours = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ge(s->ours, 0);
	close(listener);
}

static side_t create(void)
{
	side_t s = {.loop = loop_create(), .timers = timers_create(), .now = 1};

	s.lingers = lingers_create(s.loop, s.timers);
	connected(&s);
	return s;
}

static void destroy(side_t *s)
{
	lingers_destroy(s->lingers);
	timers_destroy(s->timers);
	loop_destroy(s->loop);
	close(s->theirs);
}

/** what is ready, or nothing for 20 ms */
static void turn(side_t *s)
{
	loop_wait(s->loop, loop_now() + 20 * USEC_PER_MSEC);
	loop_serve(s->loop, s->now);
	timers_run(s->timers, s->now);
}

/** the peer sends, not caring what we have sent */
static bool says(const side_t *s, const char *text)
{
	return send(s->theirs, text, strlen(text), MSG_NOSIGNAL) ==
		   (ssize_t)strlen(text);
}

START_TEST(test_last_words_are_read)
{
	side_t s = create();
	char words[16] = "";

	ck_assert(says(&s, "much"));
	ck_assert_int_eq(send(s.ours, "enough", 6, MSG_NOSIGNAL), 6);
	lingers_add(s.lingers, s.ours, s.now);
	for (unsigned i = 0; i < 3; i++)
	{
		turn(&s);
		ck_assert(says(&s, "more"));
	}
	ck_assert_int_eq(read(s.theirs, words, sizeof(words)), 6);
	ck_assert_str_eq(words, "enough");
	ck_assert_int_eq(read(s.theirs, words, sizeof(words)), 0);
	ck_assert_uint_eq(lingers_count(s.lingers), 1);
	close(s.theirs);
	s.theirs = -1;
	for (unsigned i = 0; i < 50 && lingers_count(s.lingers); i++)
	{
		turn(&s);
	}
	ck_assert_uint_eq(lingers_count(s.lingers), 0);
	destroy(&s);
}
END_TEST

START_TEST(test_silent_peer)
{
	side_t s = create();

	lingers_add(s.lingers, s.ours, s.now);
	s.now += LINGER_TIME - 1;
	turn(&s);
	ck_assert_uint_eq(lingers_count(s.lingers), 1);
	s.now += 1;
	turn(&s);
	ck_assert_uint_eq(lingers_count(s.lingers), 0);
	destroy(&s);
}
END_TEST

START_TEST(test_limit)
{
	side_t s = create();
	int theirs[LINGERS_MAX];

	for (unsigned i = 0; i < LINGERS_MAX; i++)
	{
		lingers_add(s.lingers, s.ours, s.now);
		theirs[i] = s.theirs;
		connected(&s);
	}
	ck_assert_uint_eq(lingers_count(s.lingers), LINGERS_MAX);
	lingers_add(s.lingers, s.ours, s.now);
	ck_assert_uint_eq(lingers_count(s.lingers), LINGERS_MAX);
	/* the end of the process: all at once */
	destroy(&s);
	for (unsigned i = 0; i < LINGERS_MAX; i++)
	{
		close(theirs[i]);
	}
}
END_TEST

START_TEST(test_lost_already)
{
	side_t s = create();
	struct linger reset = {.l_onoff = 1};

	setsockopt(s.theirs, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(s.theirs);
	s.theirs = -1;
	/* a busy kernel delivers it a moment later */
	ck_assert_int_eq(
		poll(&(struct pollfd){.fd = s.ours, .events = POLLIN}, 1, 10000), 1);
	lingers_add(s.lingers, s.ours, s.now);
	ck_assert_uint_eq(lingers_count(s.lingers), 0);
	destroy(&s);
}
END_TEST

Suite *linger_suite(void)
{
	Suite *s = suite_create("linger");

	unit_add(s, "the last words are read", test_last_words_are_read);
	unit_add(s, "silent peer", test_silent_peer);
	unit_add(s, "limit", test_limit);
	unit_add(s, "lost already", test_lost_already);
	return s;
}
