/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The answer is gathered as a whole before a byte of it is written: a scrape is
 * either good or fails. By HTTP, systemd has accepted the connection and there
 * is one process for it, which ends in HTTP_TIME_MAX whatever the client does.
 */

#include "cli/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/http.h"
#include "cli/print.h"
#include "cli/reply.h"

/** a client has so long to ask, and so long again to take its answer */
#define HTTP_TIME_MAX (10 * USEC_PER_SEC)

static void take(void *user, json_object *part)
{
	json_object *all = user;

	for (size_t i = 0; i < reply_length(part); i++)
	{
		json_object_array_add(all, json_object_get(reply_at(part, i)));
	}
}

/** NULL with *error: the gateway does not answer */
static json_object *fetch(const options_t *options, char **error)
{
	json_object *all = json_object_new_array(), *data;

	if (!call(options->socket, "metrics", NULL, take, all, &data, error))
	{
		json_object_put(all);
		return NULL;
	}
	json_object_put(data);
	reply_clean(all);
	return all;
}

static usec_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

/** false: the time is over */
static bool wait_for(int fd, short events, usec_t until)
{
	usec_t now = clock_now();
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	if (now >= until)
	{
		return false;
	}
	n = poll(&p, 1, (int)((until - now) / USEC_PER_MSEC) + 1);
	return n > 0 || (n < 0 && errno == EINTR);
}

/** 200: a head is there */
static unsigned read_head(char buf[static HTTP_REQUEST_MAX], size_t *len)
{
	usec_t until = clock_now() + HTTP_TIME_MAX;
	ssize_t n;

	*len = 0;
	while (!http_whole(buf, *len))
	{
		if (*len == HTTP_REQUEST_MAX)
		{
			return 431;
		}
		if (!wait_for(STDIN_FILENO, POLLIN, until))
		{
			return 408;
		}
		n = read(STDIN_FILENO, buf + *len, HTTP_REQUEST_MAX - *len);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		{
			return 400;
		}
		*len += n > 0 ? (size_t)n : 0;
	}
	return 200;
}

static int write_all(const text_t *text)
{
	usec_t until = clock_now() + HTTP_TIME_MAX;
	size_t at = 0;

	while (at < text->len)
	{
		ssize_t n = write(STDOUT_FILENO, text->s + at, text->len - at);

		if (n >= 0)
		{
			at += (size_t)n;
		}
		else if ((errno != EAGAIN && errno != EINTR) ||
				 !wait_for(STDOUT_FILENO, POLLOUT, until))
		{
			return 1;
		}
	}
	return 0;
}

/** a client that reads nothing must not hold us in write() */
static void no_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
	{
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	}
}

static int serve(const options_t *options)
{
	char buf[HTTP_REQUEST_MAX], *error = NULL;
	http_request_t request = {0};
	json_object *families;
	text_t body, out;
	size_t len;
	int result;

	signal(SIGPIPE, SIG_IGN);
	no_blocking(STDIN_FILENO);
	no_blocking(STDOUT_FILENO);
	request.status = read_head(buf, &len);
	if (request.status == 200)
	{
		request = http_parse(buf, len);
	}
	text_init(&body);
	text_init(&out);
	if (request.status == 200)
	{
		families = fetch(options, &error);
		if (families)
		{
			print_metrics(families, request.open, &body);
			json_object_put(families);
		}
		else
		{
			/* why is for the log, not for whoever asked */
			request.status = 503;
			show_error(error);
		}
	}
	http_answer(&request, text_str(&body), &out);
	result = write_all(&out);
	text_deinit(&body);
	text_deinit(&out);
	return request.status == 503 ? 1 : result;
}

int metrics_run(const options_t *options, char **argv)
{
	json_object *families;
	char *error;
	text_t out;

	if (options->http)
	{
		return serve(options);
	}
	families = fetch(options, &error);
	if (!families)
	{
		return show_error(error);
	}
	text_init(&out);
	if (options->json)
	{
		reply_json(families, &out);
		text_char(&out, '\n');
	}
	else
	{
		print_metrics(families, !options->text, &out);
	}
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	json_object_put(families);
	return 0;
}
