/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * `top` on one screen of 80 columns: what each tunnel carries, from two answers
 * and the time between them. The bars share one scale, that of the busiest.
 */

#include "cli/print.h"

#include <stdio.h>
#include <string.h>

#include "cli/reply.h"

#define BAR 10
/** of a name; the rest of the line has fixed columns */
#define NAME 16

typedef struct rates_t
{
	/** bits a second */
	uint64_t in, out;
} rates_t;

static json_object *named(json_object *tunnels, const char *name)
{
	for (size_t i = 0; i < reply_length(tunnels); i++)
	{
		if (strcmp(reply_str(reply_at(tunnels, i), "name"), name) == 0)
		{
			return reply_at(tunnels, i);
		}
	}
	return NULL;
}

static uint64_t bytes(json_object *tunnel, const char *way)
{
	return reply_num(reply_get(reply_get(tunnel, "traffic"), way), "bytes");
}

/** 0 also where a link was made anew, and counts from 0 */
static uint64_t rate(json_object *before, json_object *now, const char *way,
					 usec_t span)
{
	uint64_t a = bytes(before, way), b = bytes(now, way);

	return before && span && b > a ? (b - a) * 8 * USEC_PER_SEC / span : 0;
}

static rates_t rates_of(json_object *before, json_object *now, usec_t span)
{
	json_object *was = named(before, reply_str(now, "name"));

	return (rates_t){rate(was, now, "received", span),
					 rate(was, now, "sent", span)};
}

static void bits(uint64_t n, text_t *out)
{
	static const char units[] = " kMGT";
	unsigned unit = 0;
	double v = (double)n;

	while (v >= 999.5 && unit + 2 < sizeof(units))
	{
		v /= 1000;
		unit++;
	}
	text_printf(out, unit && v < 9.95 ? "%4.1f%c" : "%4.0f%c", v, units[unit]);
}

static void bar(uint64_t n, uint64_t most, text_t *out)
{
	/* whatever passes is seen */
	unsigned full = most ? (unsigned)((n * BAR + most - 1) / most) : 0;

	for (unsigned i = 0; i < BAR; i++)
	{
		text_char(out, i < full ? '#' : '.');
	}
}

static void liveness(json_object *o, text_t *out)
{
	json_object *probe = reply_get(o, "probe");
	uint64_t window = reply_num(probe, "window");
	char buf[REPLY_SPAN_MAX];

	text_printf(out, " %8s", reply_ms(probe, "rtt", buf));
	if (window)
	{
		text_printf(out, " %3u%%",
					(unsigned)(reply_num(probe, "lost") * 100 / window));
	}
	else
	{
		text_add(out, "    -");
	}
}

static void line(json_object *o, const rates_t *r, uint64_t most, text_t *out)
{
	size_t start = out->len;

	text_printf(out, "%.*s", NAME - 1, reply_str(o, "name"));
	text_pad(out, start + NAME);
	text_printf(out, "%-11.10s", reply_str(o, "state"));
	bar(r->in, most, out);
	bits(r->in, out);
	text_add(out, "  ");
	bar(r->out, most, out);
	bits(r->out, out);
	text_add(out, " ");
	liveness(o, out);
	text_char(out, '\n');
}

void print_top(json_object *before, json_object *now, usec_t span,
			   unsigned lines, text_t *out)
{
	size_t n = reply_length(now), shown = n;
	rates_t all = {0, 0};
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++)
	{
		rates_t r = rates_of(before, reply_at(now, i), span);

		most = r.in > most ? r.in : most;
		most = r.out > most ? r.out : most;
		all.in += r.in;
		all.out += r.out;
	}
	text_printf(out, "%zu tunnel%s, received ", n, n == 1 ? "" : "s");
	bits(all.in, out);
	text_add(out, "bit/s, sent ");
	bits(all.out, out);
	text_add(out, "bit/s\n");
	text_add(out, "TUNNEL          STATE      RECEIVED         SENT          "
				  "           RTT LOSS\n");
	/* two lines of head, one that says how many are left out */
	if (lines && n + 2 > lines)
	{
		shown = lines > 3 ? lines - 3 : 0;
	}
	for (size_t i = 0; i < shown; i++)
	{
		rates_t r = rates_of(before, reply_at(now, i), span);

		line(reply_at(now, i), &r, most, out);
	}
	if (shown < n)
	{
		text_printf(out, "and %zu more\n", n - shown);
	}
}
