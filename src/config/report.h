/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Writing the report of a load: every error and warning of it, each with the
 * path that it is about. Values that are quoted pass through report_quote,
 * as text that a person typed may hold anything.
 */

#ifndef CYGNET_CONFIG_REPORT_H
#define CYGNET_CONFIG_REPORT_H

#include "config/config.h"

/** more messages than this are counted, not kept */
#define REPORT_MAX 200

void report_init(config_report_t *report);
/** "PATH: …"; key (may be NULL) is a part of the path */
void report_error(config_report_t *report, const char *path, const char *key,
				  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void report_warning(config_report_t *report, const char *path, const char *key,
					const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/** room for a quoted value */
#define REPORT_QUOTE_MAX 64

/**
 * 'value' for a message: cut, control characters replaced, and cut off before
 * a second option, which may be a secret. Returns buf.
 */
const char *report_quote(const char *value, char buf[static REPORT_QUOTE_MAX]);

void strings_add(config_strings_t *strings, const char *s);
/** s is adopted */
void strings_adopt(config_strings_t *strings, char *s);
void strings_deinit(config_strings_t *strings);
bool strings_equal(const config_strings_t *a, const config_strings_t *b);

#endif
