/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The small reader between a parsed settings tree and the typed
 * configuration: sections by path, their subsections and their keys in file
 * order. The one real source is libstrongswan's settings parser
 * (settings_source.c), so that include, references and variables work as
 * users know them; tests make one from text.
 */

#ifndef CYGNET_CONFIG_SOURCE_H
#define CYGNET_CONFIG_SOURCE_H

#include "base/base.h"

/** called for each name; false stops */
typedef bool (*config_name_fn_t)(void *user, const char *name);

typedef struct config_source_t config_source_t;

/** paths are dotted ("cygnet.bundles.ali"); all strings are borrowed and live
 * as long as the source */
struct config_source_t
{
	/** names of the subsections, in order */
	void (*sections)(const config_source_t *source, const char *path,
					 config_name_fn_t fn, void *user);
	/** names of the keys, in order */
	void (*keys)(const config_source_t *source, const char *path,
				 config_name_fn_t fn, void *user);
	/** a key's value; NULL: absent */
	const char *(*value)(const config_source_t *source, const char *path,
						 const char *key);
	/** the section is there */
	bool (*has)(const config_source_t *source, const char *path);
	void (*destroy)(config_source_t *source);
};

/**
 * Reads a file with libstrongswan's parser. NULL: *error is a line for the
 * log alone (it may quote the file, secrets too: never hand it to a socket
 * client), owned by the caller. Outside charon, library_init has to have run.
 */
config_source_t *settings_source_create(const char *file, char **error);

#endif
