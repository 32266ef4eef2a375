/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Cells in one array, row after row; the widths are found when all are there.
 * An empty cell is "-", so that columns can be counted by other programs.
 */

#include "cli/table.h"

#include <stdlib.h>
#include <string.h>

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

void table_print(const table_t *t, text_t *out)
{
	size_t widths[TABLE_COLUMNS_MAX] = {0};

	for (size_t i = 0; i < t->count; i++)
	{
		size_t len = strlen(t->cells[i]);

		if (len > widths[i % t->columns])
		{
			widths[i % t->columns] = len;
		}
	}
	for (size_t i = 0; i < t->count; i++)
	{
		unsigned column = (unsigned)(i % t->columns);

		text_add(out, t->cells[i]);
		if (column + 1 == t->columns || i + 1 == t->count)
		{
			text_char(out, '\n');
			continue;
		}
		for (size_t k = strlen(t->cells[i]); k < widths[column] + 2; k++)
		{
			text_char(out, ' ');
		}
	}
}
