/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Cells in one array, row after row; the widths are found when all are there.
 * An empty cell is "-", so that columns can be counted by other programs.
 */

#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

#include "cli/fold.h"

/** between two columns, and in front of the further lines of a row */
#define GAP    2
#define INDENT 4

void table_init(table_t *t, const char *const *heads)
{
	memset(t, 0, sizeof(*t));
	while (heads[t->columns])
	{
		t->columns++;
	}
	for (unsigned i = 0; i < t->columns; i++)
	{
		table_cell(t, "%s", heads[i]);
	}
}

void table_deinit(table_t *t)
{
	for (size_t i = 0; i < t->count; i++)
	{
		free(t->cells[i]);
	}
	free(t->cells);
}

void table_cell(table_t *t, const char *fmt, ...)
{
	text_t text;
	va_list args;

	text_init(&text);
	va_start(args, fmt);
	text_vprintf(&text, fmt, args);
	va_end(args);
	if (!text.len)
	{
		text_add(&text, "-");
	}
	t->cells = mem_resize(t->cells, t->count + 1, sizeof(*t->cells));
	t->cells[t->count++] = text_take(&text);
}

/** where the columns stand */
typedef struct layout_t
{
	size_t widths[TABLE_COLUMNS_MAX];
	/** begins a further line of its row */
	bool begins[TABLE_COLUMNS_MAX];
} layout_t;

static layout_t layout_of(const table_t *t, unsigned width)
{
	layout_t l = {{0}, {false}};
	size_t at = 0;

	for (size_t i = 0; i < t->count; i++)
	{
		size_t len = strlen(t->cells[i]), *most = &l.widths[i % t->columns];

		*most = len > *most ? len : *most;
	}
	for (unsigned c = 0; c < t->columns; c++)
	{
		l.begins[c] = width && c && at + l.widths[c] > width;
		at = (l.begins[c] ? INDENT : at) + l.widths[c] + GAP;
	}
	return l;
}

static bool empty(const char *cell)
{
	return strcmp(cell, "-") == 0 || strcmp(cell, " ") == 0;
}

/** columns up to the next line of the row */
static unsigned line_end(const layout_t *l, unsigned c, unsigned n)
{
	do
	{
		c++;
	} while (c < n && !l->begins[c]);
	return c;
}

static void put_row(const table_t *t, size_t row, const layout_t *l,
					text_t *out)
{
	size_t left = t->count - row, gap = 0;
	unsigned n = left < t->columns ? (unsigned)left : t->columns, end;

	for (unsigned c = 0; c < n; c = end)
	{
		bool said = row == 0 || c == 0;

		end = line_end(l, c, n);
		for (unsigned k = c; k < end; k++)
		{
			said |= !empty(t->cells[row + k]);
		}
		if (!said)
		{
			continue;
		}
		text_add(out, c ? "\n" : "");
		gap = c ? INDENT : 0;
		for (unsigned k = c; k < end; k++)
		{
			text_pad(out, out->len + gap);
			text_add(out, t->cells[row + k]);
			gap = l->widths[k] + GAP - strlen(t->cells[row + k]);
		}
	}
	text_char(out, '\n');
}

void table_fit(const table_t *t, unsigned width, text_t *out)
{
	layout_t l = layout_of(t, width);
	size_t start = out->len;

	for (size_t row = 0; row < t->count; row += t->columns)
	{
		put_row(t, row, &l, out);
	}
	fold(out, start, width);
}

void table_print(const table_t *t, text_t *out)
{
	table_fit(t, 0, out);
}
