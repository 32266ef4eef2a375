/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Damerau-Levenshtein distance in its restricted form (optimal string
 * alignment: no letter is edited twice), with three rows of the matrix. One
 * error in three letters is still taken for a slip of the finger; a word with
 * more is another word.
 */

#include "base/suggest.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned suggest_distance(const char *a, const char *b)
{
	/* row[i % 3][j]: from the first i letters of a to the first j of b */
	unsigned row[3][SUGGEST_WORD_MAX + 1];
	size_t alen = strlen(a);
	size_t blen = strlen(b);

	if (alen > SUGGEST_WORD_MAX || blen > SUGGEST_WORD_MAX)
	{
		return UINT_MAX;
	}
	for (unsigned j = 0; j <= blen; j++)
	{
		row[0][j] = j;
	}
	for (unsigned i = 1; i <= alen; i++)
	{
		unsigned *now = row[i % 3];
		const unsigned *last = row[(i + 2) % 3];
		const unsigned *older = row[(i + 1) % 3];

		now[0] = i;
		for (unsigned j = 1; j <= blen; j++)
		{
			unsigned d = last[j - 1] + !same(a[i - 1], b[j - 1]);

			d = min(d, min(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
				same(a[i - 2], b[j - 1]))
			{
				d = min(d, older[j - 2] + 1);
			}
			now[j] = d;
		}
	}
	return row[alen % 3][blen];
}

void suggest_init(suggest_t *s, const char *word)
{
	size_t len = strlen(word);

	*s = (suggest_t){.word = word};
	if (len <= SUGGEST_WORD_MAX)
	{
		s->distance = (unsigned)len / 3 + 1;
	}
}

void suggest_offer(suggest_t *s, const char *name)
{
	unsigned distance = suggest_distance(s->word, name);

	if (distance < s->distance)
	{
		s->distance = distance;
		s->best = name;
	}
}
