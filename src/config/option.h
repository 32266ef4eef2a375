/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * One option's value between its text and its member, by the type in its row.
 */

#ifndef CYGNET_CONFIG_OPTION_H
#define CYGNET_CONFIG_OPTION_H

#include "config/schema.h"

/**
 * Reads value into the member of object (a struct of the option's scope),
 * over what is there. NULL if that went well; else what is wrong, the
 * caller's to free, and the member is as it was. Raw types are only checked.
 */
char *option_parse(const config_option_t *option, const char *value,
				   void *object);
/** frees what the member holds */
void option_clear(const config_option_t *option, void *object);
/** the members hold the same */
bool option_equal(const config_option_t *option, const void *a, const void *b);
/** as it would be written, the caller's to free; NULL: unset, or raw. Of a
 * secret it is only said that there is one */
char *option_text(const config_option_t *option, const void *object);

/** "cygnet": what may stand as a name of a section of ours */
bool option_name_valid(const char *name);

#endif
