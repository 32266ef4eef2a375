/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Many things of one kind on a screen: those that are well are counted, what is
 * wrong has a line with why below it, and many that are wrong in the same way
 * have one together.
 */

#ifndef CYGNET_CLI_PRINT_KIND_H
#define CYGNET_CLI_PRINT_KIND_H

#include "cli/print.h"
#include "cli/reply.h"

#define PRINT_RED    "\033[31m"
#define PRINT_YELLOW "\033[33m"

/** a paragraph whose further lines begin at indent */
void print_words(const char *words, const char *colour, unsigned indent,
				 const print_style_t *style, text_t *out);
/** the same with a format */
void print_words_of(const char *colour, unsigned indent,
					const print_style_t *style, text_t *out, const char *fmt,
					...) __attribute__((format(printf, 5, 6)));

/** what is to be shown of bundles, tunnels or neighbours */
typedef struct print_kind_t
{
	const char *const *heads;
	/** NULL: it is well; else its colour */
	const char *(*wrong)(json_object *data, json_object *o);
	void (*row)(json_object *data, json_object *o, table_t *table);
	/** why it is wrong, what would be the same of others alone where they are to
	 * share a line; may add nothing */
	void (*why)(json_object *o, bool shared, text_t *out);
	/** what many of them are, behind their number: "tunnels are down"; adds
	 * nothing: it has a line of its own in any case */
	void (*are)(json_object *o, text_t *out);
	/** of n that are well and have no line */
	void (*rest)(size_t n, bool all, json_object *well, text_t *out);
} print_kind_t;

/** data: that of `status`; key: of the kind's array in it */
void print_kind(const print_kind_t *kind, json_object *data, const char *key,
				const print_style_t *style, text_t *out);
/** the shortest that any of them has been as it is, "-": not known */
const char *print_unchanged(json_object *list, char buf[static REPLY_SPAN_MAX]);

#endif
