/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Lines that are wider than the terminal, broken between words.
 */

#ifndef CYGNET_CLI_FOLD_H
#define CYGNET_CLI_FOLD_H

#include "base/text.h"

/** Breaks what stands in text from a byte on into lines of so many columns; 0:
 * they stay as long as they are. What is left of a line goes on below its
 * second column, as of "  name    value", else four further in. A word is never
 * broken. */
void fold(text_t *text, size_t from, unsigned width);

#endif
