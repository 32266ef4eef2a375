/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Text in columns as wide as their widest cell.
 */

#ifndef CYGNET_CLI_TABLE_H
#define CYGNET_CLI_TABLE_H

#include "base/text.h"

#define TABLE_COLUMNS_MAX 12

typedef struct table_t
{
	unsigned columns;
	/** owned strings, row by row; the first row is the head */
	char **cells;
	size_t count;
} table_t;

/** heads: borrowed, ended by NULL */
void table_init(table_t *t, const char *const *heads);
void table_deinit(table_t *t);
/** the next cell, row by row; NULL or "" shows as "-" */
void table_cell(table_t *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void table_print(const table_t *t, text_t *out);
/** in lines of so many columns, 0: as wide as it is. Columns without room in the
 * first line go on in the next one, further in, and are left out of rows where
 * all of them are empty */
void table_fit(const table_t *t, unsigned width, text_t *out);

#endif
