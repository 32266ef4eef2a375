/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Growing text: the array doubles, so that building a view of n bytes costs
 * O(n) whatever the size of its parts.
 */

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_MIN 64

void text_init(text_t *t)
{
	*t = (text_t){0};
}

void text_deinit(text_t *t)
{
	free(t->s);
	text_init(t);
}

void text_clear(text_t *t)
{
	text_truncate(t, 0);
}

/** room for len more bytes and the terminator; returns where they go */
static char *claim(text_t *t, size_t len)
{
	size_t want = t->len + len + 1;

	if (want > t->room)
	{
		size_t room = t->room ? t->room : ROOM_MIN;

		while (room < want)
		{
			room *= 2;
		}
		t->s = mem_resize(t->s, room, 1);
		t->room = room;
	}
	return &t->s[t->len];
}

void text_add_len(text_t *t, const char *s, size_t len)
{
	char *p = claim(t, len);

	if (len)
	{
		memcpy(p, s, len);
	}
	p[len] = '\0';
	t->len += len;
}

void text_add(text_t *t, const char *s)
{
	text_add_len(t, s, strlen(s));
}

void text_char(text_t *t, char c)
{
	text_add_len(t, &c, 1);
}

void text_vprintf(text_t *t, const char *fmt, va_list args)
{
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len > 0)
	{
		vsnprintf(claim(t, (size_t)len), (size_t)len + 1, fmt, args);
		t->len += (size_t)len;
	}
}

void text_printf(text_t *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	text_vprintf(t, fmt, args);
	va_end(args);
}

void text_pad(text_t *t, size_t column)
{
	while (t->len < column)
	{
		text_char(t, ' ');
	}
}

void text_truncate(text_t *t, size_t len)
{
	if (len < t->len)
	{
		t->len = len;
		t->s[len] = '\0';
	}
}

const char *text_str(const text_t *t)
{
	return t->s ? t->s : "";
}

char *text_take(text_t *t)
{
	char *s = t->s ? t->s : str_copy("");

	text_init(t);
	return s;
}
