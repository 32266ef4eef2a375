/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A configuration source from text, for tests and fuzzing: the part of
 * strongSwan's syntax that they need, without include, references and
 * libstrongswan. Sections of one name are merged and a later value wins, as
 * there.
 */

#ifndef CYGNET_TEXT_SOURCE_H
#define CYGNET_TEXT_SOURCE_H

#include "config/source.h"

/** NULL: the syntax is wrong. The text is copied */
config_source_t *text_source_create(const char *text);
/** the whole file, NULL if it cannot be read; the caller's */
char *text_source_read(const char *file);

#endif
