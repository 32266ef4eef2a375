/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The nearest known name to a misspelt one: "unknown option 'adress', did you
 * mean 'address'?". The names are offered one by one, so that they can stand
 * in any table.
 */

#ifndef CYGNET_SUGGEST_H
#define CYGNET_SUGGEST_H

#include "base/base.h"

typedef struct suggest_t
{
	/** borrowed */
	const char *word;
	/** nearest name so far, borrowed; NULL if none is near enough */
	const char *best;
	/** of best; a name is to be nearer than this to be taken */
	unsigned distance;
} suggest_t;

/** names longer than this are never near */
#define SUGGEST_WORD_MAX 63

void suggest_init(suggest_t *s, const char *word);
/** of names equally near, the first offered stays */
void suggest_offer(suggest_t *s, const char *name);
/** how many single letters to insert, delete, replace or swap with their
 * neighbour lead from a to b, case ignored; UINT_MAX if one is longer than
 * SUGGEST_WORD_MAX */
unsigned suggest_distance(const char *a, const char *b);

#endif
