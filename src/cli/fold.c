/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * It works on text that is there, so that views say their words without a
 * thought of how wide a screen is.
 */

#include "cli/fold.h"

#include <stdlib.h>
#include <string.h>

/** of what goes on, where a line has no second column */
#define INDENT 4

/** columns of UTF-8 */
static unsigned columns(const char *s, size_t len)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
	{
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	}
	return n;
}

/** where the rest of a line goes on */
static unsigned hang(const char *line, size_t len, unsigned width)
{
	size_t start = strspn(line, " "), at = start;

	while (at + 1 < len && at < width / 2)
	{
		if (line[at] == ' ' && line[at + 1] == ' ')
		{
			return columns(line, at + strspn(line + at, " "));
		}
		at++;
	}
	return (unsigned)start + INDENT;
}

static void fold_line(const char *line, size_t len, unsigned width, text_t *out)
{
	unsigned indent = hang(line, len, width), at = 0;
	bool first = true;
	const char *end;

	while (len && line[len - 1] == ' ')
	{
		len--;
	}
	end = line + len;
	while (line < end)
	{
		size_t space = strspn(line, " ");
		size_t word = space + strcspn(line + space, " \n");
		unsigned n = columns(line, word);

		if (!first && at + n > width)
		{
			text_printf(out, "\n%*s", (int)indent, "");
			line += space;
			word -= space;
			n -= (unsigned)space;
			at = indent;
		}
		text_add_len(out, line, word);
		line += word;
		at += n;
		first = false;
	}
}

void fold(text_t *text, size_t from, unsigned width)
{
	char *lines;

	if (!width)
	{
		return;
	}
	lines = str_copy(text_str(text) + from);
	text_truncate(text, from);
	for (const char *s = lines; *s;)
	{
		size_t len = strcspn(s, "\n");

		if (columns(s, len) <= width)
		{
			text_add_len(text, s, len);
		}
		else
		{
			fold_line(s, len, width, text);
		}
		s += len;
		if (*s)
		{
			text_char(text, '\n');
			s++;
		}
	}
	free(lines);
}
