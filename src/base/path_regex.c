/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * The border is spelt out before the C library sees the expression. What it
 * would take beyond POSIX, or for longer than anybody waits, is refused: back
 * references, for which matching has no bound, repetitions of repetitions, and
 * many borders that may be nothing side by side, which glibc looks at in all
 * their combinations.
 */

#include "base/path_regex.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
/** counts end here */
#define COUNT_MAX 65536

static const char border[] = "(^|[ {}]|$)";

/** behind the bracket expression that starts at s: a ] that stands first in it
 * is one of its characters, and so are those of classes as [:digit:] */
static const char *skip_bracket(const char *s)
{
	s += s[1] == '^' ? 2 : 1;
	s += *s == ']';
	while (*s && *s != ']')
	{
		if (s[0] == '[' && s[1] && strchr(":.=", s[1]))
		{
			const char close[] = {s[1], ']', '\0'};
			const char *end = strstr(s + 2, close);

			s = end ? end + 2 : s + strlen(s);
			continue;
		}
		s++;
	}
	return *s ? s + 1 : s;
}

/** behind the one thing that starts at s */
static const char *skip(const char *s)
{
	if (*s == '[')
	{
		return skip_bracket(s);
	}
	if (*s == '{')
	{
		s += strspn(s + 1, "0123456789,");
		return s[1] == '}' ? s + 2 : s + 1;
	}
	return *s == '\\' && s[1] ? s + 2 : s + 1;
}

/** beyond every limit is far enough */
static size_t at_most(size_t n)
{
	return n < COUNT_MAX ? n : COUNT_MAX;
}

/** the most that {n,m} at s repeats; as much as can be counted, in any case
 * where it is not a repetition at all */
static size_t repeats_of(const char *s)
{
	size_t most = 0, number = 0;

	for (s++; isdigit((unsigned char)*s) || *s == ','; s++)
	{
		number = *s == ',' ? 0 : number * 10 + (size_t)(*s - '0');
		number = at_most(number);
		most = number > most ? number : most;
	}
	return most ? most : 1;
}

/** what compiling an expression will cost */
typedef struct cost_t
{
	/** each as often as it is repeated by {n,m} */
	size_t borders;
	/** of these, under a * or + */
	size_t starred;
	/** product of all {n,m}; some are not {n} */
	size_t repeats;
	bool ranges;
} cost_t;

/** counts what is at s; behind it */
static const char *count(const char *s, cost_t *cost, size_t *last)
{
	const char *next = skip(s);
	size_t n;

	switch (*s)
	{
		case '_':
		case '^':
		case '$':
			cost->borders++;
			*last = 1;
			break;
		case '{':
			n = repeats_of(s);
			cost->repeats = at_most(cost->repeats * n);
			cost->ranges = cost->ranges || memchr(s, ',', (size_t)(next - s));
			cost->borders = at_most(cost->borders + *last * (n - 1));
			cost->starred = at_most(cost->starred * n);
			*last = at_most(*last * n);
			break;
		case '*':
		case '+':
			cost->starred += *last;
			break;
		case '?':
			break;
		default:
			*last = 0;
			break;
	}
	return next;
}

/** why the expression is refused though the C library might take it, or NULL */
static const char *refuse(const char *s)
{
	cost_t cost = {.repeats = 1};
	size_t opened[DEPTH_MAX];
	size_t depth = 0, last = 0;

	while (*s)
	{
		const char *at = s;

		if (*s == '\\' && isdigit((unsigned char)s[1]))
		{
			return "There are no back references";
		}
		s = count(s, &cost, &last);
		if (*at == '(')
		{
			if (depth == DEPTH_MAX)
			{
				return "It is nested too deeply";
			}
			opened[depth++] = cost.borders;
		}
		if (*at == ')' && depth)
		{
			last = cost.borders - opened[--depth];
		}
	}
	if (cost.repeats > (cost.ranges ? PATH_REGEX_RANGES : PATH_REGEX_REPEATS))
	{
		return "It repeats too often";
	}
	if (cost.borders > PATH_REGEX_BORDERS || cost.starred > PATH_REGEX_STARRED)
	{
		return "It has too many borders, or repeats too many";
	}
	return NULL;
}

/** _ spelt out, but not within brackets or after a backslash; to be freed */
static char *spell_out(const char *s)
{
	char *out = mem_alloc(strlen(s) * sizeof(border) + 1);
	size_t len = 0;

	while (*s)
	{
		const char *next = skip(s);

		if (*s == '_')
		{
			memcpy(out + len, border, sizeof(border) - 1);
			len += sizeof(border) - 1;
		}
		else
		{
			memcpy(out + len, s, (size_t)(next - s));
			len += (size_t)(next - s);
		}
		s = next;
	}
	out[len] = '\0';
	return out;
}

/** 0, or an error of regcomp's. All of it goes behind an anchored "anything",
 * or it would be tried anew from each character of the path; but first it is
 * compiled as it stands, as what is put around it must not mend it */
static int compile(regex_t *out, const char *spelt)
{
	char *anchored = str_format("^.*(%s)", spelt);
	int err = regcomp(out, spelt, REG_EXTENDED | REG_NOSUB);

	if (!err)
	{
		regfree(out);
		err = regcomp(out, anchored, REG_EXTENDED | REG_NOSUB);
	}
	free(anchored);
	return err;
}

bool path_regex_compile(regex_t *out, const char *expression, char *error,
						size_t size)
{
	const char *why = "It is too long";
	char *spelt = NULL;
	int err = 0;

	if (strlen(expression) <= PATH_REGEX_MAX)
	{
		why = refuse(expression);
	}
	if (!why)
	{
		spelt = spell_out(expression);
		err = compile(out, spelt);
	}
	free(spelt);
	if (why && size)
	{
		snprintf(error, size, "%s", why);
	}
	if (err && size)
	{
		regerror(err, out, error, size);
	}
	return !why && !err;
}
