/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * All states of an expression run side by side: no expression and no path
 * makes it try one thing after the other. The C library's regcomp() is not
 * used for this, since what it does with nested repetitions doubles with each
 * (expressions of 70 characters took it minutes), and no list of what to refuse
 * was ever whole.
 */

#include "base/path_regex_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct path_regex_t
{
	size_t n;
	path_step_t steps[];
};

path_regex_t *path_regex_create(const char *expression, char *error,
								size_t size)
{
	path_program_t *program = mem_alloc(sizeof(*program));
	path_regex_t *this = NULL;

	if (strlen(expression) > PATH_REGEX_MAX)
	{
		program->why = "It is too long";
	}
	else if (path_regex_read(program, expression))
	{
		this = mem_alloc(sizeof(*this) + program->n * sizeof(this->steps[0]));
		this->n = program->n;
		memcpy(this->steps, program->steps,
			   program->n * sizeof(this->steps[0]));
	}
	if (!this && size)
	{
		snprintf(error, size, "%s", program->why);
	}
	free(program);
	return this;
}

void path_regex_destroy(path_regex_t *this)
{
	free(this);
}

/** steps that wait for the next character, each once */
typedef struct threads_t
{
	size_t n;
	uint16_t waiting[PATH_REGEX_STEPS];
	bool seen[PATH_REGEX_STEPS];
} threads_t;

/** goes from a step to all that can be reached without a character; true if
 * that is the end */
static bool reach(const path_regex_t *this, threads_t *threads, size_t from,
				  bool begin, bool end)
{
	uint16_t stack[PATH_REGEX_STEPS];
	size_t depth = 0;

	if (threads->seen[from])
	{
		return false;
	}
	threads->seen[from] = true;
	stack[depth++] = (uint16_t)from;
	while (depth)
	{
		size_t at = stack[--depth], next[2], n = 0;
		const path_step_t *step = &this->steps[at];

		switch (step->op)
		{
			case OP_MATCH:
				return true;
			case OP_SPLIT:
				next[n++] = (size_t)((int)at + step->y);
				next[n++] = (size_t)((int)at + step->x);
				break;
			case OP_JUMP:
				next[n++] = (size_t)((int)at + step->x);
				break;
			case OP_BEGIN:
				next[n] = at + 1;
				n += begin;
				break;
			case OP_END:
				next[n] = at + 1;
				n += end;
				break;
			case OP_CHAR:
			case OP_ANY:
			case OP_SET:
			case OP_DELIMITER:
				threads->waiting[threads->n++] = (uint16_t)at;
				break;
		}
		while (n)
		{
			size_t to = next[--n];

			/* each step is pushed once, so the stack has room */
			if (!threads->seen[to])
			{
				threads->seen[to] = true;
				stack[depth++] = (uint16_t)to;
			}
		}
	}
	return false;
}

static bool set_has(const uint8_t *set, unsigned c)
{
	return set[c / 8] >> c % 8 & 1;
}

static bool takes(const path_step_t *step, uint8_t c)
{
	switch (step->op)
	{
		case OP_CHAR:
			return step->character == c;
		case OP_ANY:
			return true;
		case OP_SET:
			return set_has(step->set, c);
		case OP_DELIMITER:
			return c == ' ' || c == '{' || c == '}';
		case OP_BEGIN:
		case OP_END:
		case OP_SPLIT:
		case OP_JUMP:
		case OP_MATCH:
			break;
	}
	return false;
}

static void clear(const path_regex_t *this, threads_t *threads)
{
	threads->n = 0;
	memset(threads->seen, 0, this->n * sizeof(threads->seen[0]));
}

bool path_regex_match(const path_regex_t *this, const char *text)
{
	threads_t both[2], *now = &both[0], *then = &both[1];

	clear(this, now);
	for (const char *s = text;; s++)
	{
		threads_t *tmp = now;

		/* a match may begin at each character */
		if (reach(this, now, 0, s == text, !*s))
		{
			return true;
		}
		if (!*s)
		{
			return false;
		}
		clear(this, then);
		for (size_t i = 0; i < now->n; i++)
		{
			if (takes(&this->steps[now->waiting[i]], (uint8_t)*s) &&
				reach(this, then, now->waiting[i] + 1u, false, !s[1]))
			{
				return true;
			}
		}
		now = then;
		then = tmp;
	}
}
