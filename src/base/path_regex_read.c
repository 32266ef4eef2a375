/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Thompson's construction, in one pass. Jumps are relative, so that a piece of
 * a program can be moved and copied.
 */

#include "base/path_regex_impl.h"

#include <ctype.h>
#include <string.h>

/** of {n,m}; more would be beyond PATH_REGEX_STEPS anyway */
#define COUNT_MAX 65536

/** an expression while it is read */
typedef struct reader_t
{
	const char *s;
	size_t depth;
	path_program_t *p;
} reader_t;

static bool fail(reader_t *r, const char *why)
{
	r->p->why = why;
	return false;
}

/** room for n steps at a place, which moves what is behind it */
static bool make_room(reader_t *r, size_t at, size_t n)
{
	if (n > PATH_REGEX_STEPS - r->p->n)
	{
		return fail(r, "It is too large, or repeats too often");
	}
	memmove(r->p->steps + at + n, r->p->steps + at,
			(r->p->n - at) * sizeof(r->p->steps[0]));
	memset(r->p->steps + at, 0, n * sizeof(r->p->steps[0]));
	r->p->n += n;
	return true;
}

static bool insert(reader_t *r, size_t at, path_op_t op, int x, int y)
{
	if (!make_room(r, at, 1))
	{
		return false;
	}
	r->p->steps[at].op = op;
	r->p->steps[at].x = x;
	r->p->steps[at].y = y;
	return true;
}

static bool append(reader_t *r, path_op_t op)
{
	return insert(r, r->p->n, op, 0, 0);
}

static bool append_char(reader_t *r, char c)
{
	if (!append(r, OP_CHAR))
	{
		return false;
	}
	r->p->steps[r->p->n - 1].character = (uint8_t)c;
	return true;
}

static void set_add(uint8_t *set, unsigned c)
{
	set[c / 8] = (uint8_t)(set[c / 8] | 1u << c % 8);
}

/** [:name:] at s, into the set; behind it, or NULL */
static const char *read_class(const char *s, uint8_t *set)
{
	static const struct
	{
		const char *name;
		int (*has)(int);
	} classes[] = {
		{"[:alnum:]", isalnum}, {"[:alpha:]", isalpha},
		{"[:blank:]", isblank}, {"[:cntrl:]", iscntrl},
		{"[:digit:]", isdigit}, {"[:graph:]", isgraph},
		{"[:lower:]", islower}, {"[:print:]", isprint},
		{"[:punct:]", ispunct}, {"[:space:]", isspace},
		{"[:upper:]", isupper}, {"[:xdigit:]", isxdigit},
	};

	for (size_t i = 0; i < countof(classes); i++)
	{
		size_t len = strlen(classes[i].name);

		if (strncmp(s, classes[i].name, len) == 0)
		{
			for (int c = 0; c < 128; c++)
			{
				if (classes[i].has(c))
				{
					set_add(set, (unsigned)c);
				}
			}
			return s + len;
		}
	}
	return NULL;
}

/** one character or range of a bracket expression */
static bool read_range(reader_t *r, uint8_t *set)
{
	unsigned low = (uint8_t)*r->s++, high = low;

	if (r->s[0] == '-' && r->s[1] && r->s[1] != ']')
	{
		high = (uint8_t)r->s[1];
		r->s += 2;
	}
	if (high < low)
	{
		return fail(r, "Invalid range end");
	}
	for (unsigned c = low; c <= high; c++)
	{
		set_add(set, c);
	}
	return true;
}

/** a bracket expression: a ] that stands first in it is one of its characters */
static bool read_bracket(reader_t *r)
{
	uint8_t set[PATH_REGEX_SET] = {0};
	bool negated = r->s[1] == '^', first = true;

	for (r->s += negated ? 2 : 1; *r->s != ']' || first; first = false)
	{
		if (!*r->s)
		{
			return fail(r, "Unmatched [");
		}
		if (r->s[0] == '[' && r->s[1] && strchr(":.=", r->s[1]))
		{
			const char *behind = read_class(r->s, set);

			if (!behind)
			{
				return fail(r, strstr(r->s, ":]")
								   ? "Invalid character class"
								   : "Unmatched [:, or [. or [=");
			}
			r->s = behind;
		}
		else if (!read_range(r, set))
		{
			return false;
		}
	}
	r->s++;
	if (!append(r, OP_SET))
	{
		return false;
	}
	for (size_t i = 0; i < PATH_REGEX_SET; i++)
	{
		r->p->steps[r->p->n - 1].set[i] = negated ? (uint8_t)~set[i] : set[i];
	}
	return true;
}

/** the begin, the end, or one of the characters between AS numbers */
static bool append_border(reader_t *r)
{
	return insert(r, r->p->n, OP_SPLIT, 1, 3) && append(r, OP_BEGIN) &&
		   insert(r, r->p->n, OP_JUMP, 5, 0) &&
		   insert(r, r->p->n, OP_SPLIT, 1, 3) && append(r, OP_END) &&
		   insert(r, r->p->n, OP_JUMP, 2, 0) && append(r, OP_DELIMITER);
}

static bool read_alternatives(reader_t *r);

static bool read_group(reader_t *r)
{
	if (r->depth++ == PATH_REGEX_DEPTH)
	{
		return fail(r, "It is nested too deeply");
	}
	r->s++;
	if (!read_alternatives(r))
	{
		return false;
	}
	if (*r->s != ')')
	{
		return fail(r, "Unmatched (");
	}
	r->s++;
	r->depth--;
	return true;
}

static bool read_escape(reader_t *r)
{
	char c = r->s[1];

	if (!c)
	{
		return fail(r, "Trailing backslash");
	}
	if (isdigit((unsigned char)c))
	{
		return fail(r, "There are no back references");
	}
	if (isalpha((unsigned char)c))
	{
		return fail(r, "Letters have no meaning behind a backslash");
	}
	r->s += 2;
	return append_char(r, c);
}

/** one thing that can be repeated */
static bool read_atom(reader_t *r)
{
	switch (*r->s)
	{
		case '(':
			return read_group(r);
		case '[':
			return read_bracket(r);
		case '\\':
			return read_escape(r);
		case '*':
		case '+':
		case '?':
		case '{':
			return fail(r, "There is nothing to repeat");
		case '_':
			r->s++;
			return append_border(r);
		case '^':
			r->s++;
			return append(r, OP_BEGIN);
		case '$':
			r->s++;
			return append(r, OP_END);
		case '.':
			r->s++;
			return append(r, OP_ANY);
		default:
			return append_char(r, *r->s++);
	}
}

/** digits, up to COUNT_MAX; more than that if there are none */
static unsigned read_count(reader_t *r)
{
	unsigned n = 0;

	if (!isdigit((unsigned char)*r->s))
	{
		return COUNT_MAX + 1;
	}
	for (; isdigit((unsigned char)*r->s); r->s++)
	{
		n = n * 10 + (unsigned)(*r->s - '0');
		n = n < COUNT_MAX ? n : COUNT_MAX;
	}
	return n;
}

static bool star(reader_t *r, size_t at)
{
	int len = (int)(r->p->n - at);

	return insert(r, at, OP_SPLIT, 1, len + 2) &&
		   insert(r, r->p->n, OP_JUMP, -(len + 1), 0);
}

static bool plus(reader_t *r, size_t at)
{
	return insert(r, r->p->n, OP_SPLIT, -(int)(r->p->n - at), 1);
}

static bool maybe(reader_t *r, size_t at)
{
	return insert(r, at, OP_SPLIT, 1, (int)(r->p->n - at) + 1);
}

/** len steps from another place behind what is there */
static bool copy(reader_t *r, size_t from, size_t len)
{
	size_t at = r->p->n;

	if (!make_room(r, at, len))
	{
		return false;
	}
	memcpy(r->p->steps + at, r->p->steps + from, len * sizeof(r->p->steps[0]));
	return true;
}

/** what is behind at, least to most times (more than COUNT_MAX: for ever) */
static bool repeat(reader_t *r, size_t at, unsigned least, unsigned most)
{
	size_t len = r->p->n - at, last = at;
	bool for_ever = most > COUNT_MAX;

	if (!len || most == 0)
	{
		r->p->n = at;
		return true;
	}
	for (unsigned i = 1; i < least; i++)
	{
		last = r->p->n;
		if (!copy(r, at, len))
		{
			return false;
		}
	}
	if (for_ever)
	{
		return least ? plus(r, last) : star(r, at);
	}
	/* the first is there; if it may be missing it becomes (x)? last, or
	 * copies of it would have that, too */
	for (unsigned i = least ? least : 1; i < most; i++)
	{
		last = r->p->n;
		if (!copy(r, at, len) || !maybe(r, last))
		{
			return false;
		}
	}
	return least || maybe(r, at);
}

static bool read_interval(reader_t *r, size_t at)
{
	unsigned least, most;
	bool comma;

	r->s++;
	least = most = read_count(r);
	comma = *r->s == ',';
	if (comma)
	{
		r->s++;
		most = read_count(r);
		least = least > COUNT_MAX ? 0 : least;
	}
	if (least == COUNT_MAX || most == COUNT_MAX)
	{
		return fail(r, "It repeats too often");
	}
	if (*r->s != '}')
	{
		return fail(r, "Unmatched {");
	}
	if (least > most || least > COUNT_MAX)
	{
		return fail(r, "Invalid content of {}");
	}
	r->s++;
	return repeat(r, at, least, most);
}

static bool read_piece(reader_t *r)
{
	size_t at = r->p->n;

	if (!read_atom(r))
	{
		return false;
	}
	for (;;)
	{
		bool good;

		switch (*r->s)
		{
			case '*':
				r->s++;
				good = star(r, at);
				break;
			case '+':
				r->s++;
				good = plus(r, at);
				break;
			case '?':
				r->s++;
				good = maybe(r, at);
				break;
			case '{':
				good = read_interval(r, at);
				break;
			default:
				return true;
		}
		if (!good)
		{
			return false;
		}
	}
}

/** up to the end, or the ) of a group */
static bool read_alternatives(reader_t *r)
{
	size_t at = r->p->n;

	while (*r->s && (*r->s != ')' || !r->depth))
	{
		if (*r->s == ')')
		{
			return fail(r, "Unmatched )");
		}
		if (*r->s != '|')
		{
			if (!read_piece(r))
			{
				return false;
			}
			continue;
		}
		r->s++;
		/* what is there, or what follows: that is known at its end */
		if (!insert(r, at, OP_SPLIT, 1, (int)(r->p->n - at) + 2) ||
			!append(r, OP_JUMP))
		{
			return false;
		}
		size_t jump = r->p->n - 1;
		bool good = read_alternatives(r);

		r->p->steps[jump].x = (int)(r->p->n - jump);
		return good;
	}
	return true;
}

bool path_regex_read(path_program_t *program, const char *expression)
{
	reader_t reader = {.s = expression, .p = program};

	return read_alternatives(&reader) && append(&reader, OP_MATCH);
}
