/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A frame is written in one piece over the one before. The terminal gives keys
 * one by one meanwhile, and is as it was at the end, after an interrupt too.
 */

#include "cli/top.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/call.h"
#include "cli/print.h"
#include "cli/reply.h"

#define EACH_MSEC 1000
/** of a terminal that does not say */
#define LINES 24

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
	interrupted = 1;
}

static usec_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (usec_t)ts.tv_sec * USEC_PER_SEC + (usec_t)ts.tv_nsec / 1000;
}

static unsigned lines_of(void)
{
	struct winsize size;

	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row
			   ? size.ws_row
			   : LINES;
}

/** false: it is over */
static bool pause_for(bool keys)
{
	struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
	char key;

	if (poll(&p, keys, EACH_MSEC) <= 0)
	{
		return !interrupted;
	}
	return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q' &&
		   !interrupted;
}

typedef struct answer_t
{
	json_object *tunnels;
	usec_t at;
} answer_t;

static bool ask(const options_t *options, answer_t *answer, char **error)
{
	bool good = call(options->socket, "tunnels", NULL, NULL, NULL,
					 &answer->tunnels, error);

	answer->at = clock_now();
	if (good)
	{
		reply_clean(answer->tunnels);
	}
	return good;
}

static void frame(const answer_t *before, const answer_t *now, bool screen)
{
	text_t out;

	text_init(&out);
	if (screen)
	{
		/* to the corner, and nothing left below */
		text_add(&out, "\033[H\033[J");
	}
	/* the cursor stands in the last line */
	print_top(before->tunnels, now->tunnels, now->at - before->at,
			  screen ? lines_of() - 1 : 0, &out);
	fputs(text_str(&out), stdout);
	fflush(stdout);
	text_deinit(&out);
}

/** screen: until it is over, else once */
static int show_tunnels(const options_t *options, bool screen, bool keys)
{
	answer_t before, now = {.tunnels = NULL};
	char *error = NULL;
	bool good = ask(options, &before, &error);

	if (good && screen)
	{
		frame(&before, &before, true);
	}
	while (good && pause_for(keys))
	{
		good = ask(options, &now, &error);
		if (good)
		{
			frame(&before, &now, screen);
			json_object_put(before.tunnels);
			before = now;
		}
		if (!screen)
		{
			break;
		}
	}
	json_object_put(before.tunnels);
	return good ? 0 : show_error(error);
}

int top_run(const options_t *options, char **argv)
{
	bool screen = !options->once && isatty(STDOUT_FILENO);
	bool keys = screen && isatty(STDIN_FILENO);
	struct sigaction action = {.sa_handler = interrupt};
	struct termios before, raw;
	int result;

	if (options->json)
	{
		fputs("cygnetctl: top has no JSON: `cygnetctl --json tunnels` has what "
			  "it is made of\n",
			  stderr);
		return 2;
	}
	if (keys && tcgetattr(STDIN_FILENO, &before) == 0)
	{
		raw = before;
		raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
		raw.c_cc[VMIN] = 1;
		raw.c_cc[VTIME] = 0;
		sigaction(SIGINT, &action, NULL);
		sigaction(SIGTERM, &action, NULL);
		tcsetattr(STDIN_FILENO, TCSANOW, &raw);
		result = show_tunnels(options, screen, true);
		tcsetattr(STDIN_FILENO, TCSANOW, &before);
		return result;
	}
	return show_tunnels(options, screen, false);
}
