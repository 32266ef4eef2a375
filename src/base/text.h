/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Growing text, written at the end only: for lines, views and messages whose
 * length is ours to bound. A text_t of zeros is empty and ready for use.
 */

#ifndef CYGNET_TEXT_H
#define CYGNET_TEXT_H

#include "base/base.h"

#include <stdarg.h>

typedef struct text_t
{
	/** terminated; NULL while nothing was written */
	char *s;
	/** without the terminator */
	size_t len;
	size_t room;
} text_t;

void text_init(text_t *t);
/** frees; empty and ready for use again */
void text_deinit(text_t *t);
/** empties and keeps the memory */
void text_clear(text_t *t);
void text_add(text_t *t, const char *s);
void text_add_len(text_t *t, const char *s, size_t len);
void text_char(text_t *t, char c);
void text_printf(text_t *t, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void text_vprintf(text_t *t, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));
/** spaces until the text is column bytes long; none if it is longer */
void text_pad(text_t *t, size_t column);
/** cuts to len if longer */
void text_truncate(text_t *t, size_t len);
/** never NULL; borrowed, valid until the next change */
const char *text_str(const text_t *t);
/** never NULL; the caller's to free, and t is empty */
char *text_take(text_t *t);

#endif
