/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A ring of lines, each as long as it is. Who follows is a number in it. The
 * mutex is held for a copy alone: charon's threads log, too.
 */

#include "gateway/lines.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct entry_t
{
	uint64_t wall;
	log_level_t level;
	char *text;
} entry_t;

struct lines_t
{
	pthread_mutex_t mutex;
	/** by number modulo LINES_MAX */
	entry_t ring[LINES_MAX];
	uint64_t next;
};

lines_t *lines_create(void)
{
	lines_t *lines = mem_alloc(sizeof(*lines));

	pthread_mutex_init(&lines->mutex, NULL);
	lines->next = 1;
	return lines;
}

void lines_destroy(lines_t *lines)
{
	for (unsigned i = 0; i < LINES_MAX; i++)
	{
		free(lines->ring[i].text);
	}
	pthread_mutex_destroy(&lines->mutex);
	free(lines);
}

void lines_add(lines_t *lines, uint64_t wall, log_level_t level,
			   const char *line)
{
	char *text = str_copy(line);
	entry_t *e;

	pthread_mutex_lock(&lines->mutex);
	e = &lines->ring[lines->next++ % LINES_MAX];
	free(e->text);
	*e = (entry_t){.wall = wall, .level = level, .text = text};
	pthread_mutex_unlock(&lines->mutex);
}

uint64_t lines_next(lines_t *lines)
{
	uint64_t next;

	pthread_mutex_lock(&lines->mutex);
	next = lines->next;
	pthread_mutex_unlock(&lines->mutex);
	return next;
}

bool lines_take(lines_t *lines, uint64_t *since, view_line_t *out,
				uint64_t *lost)
{
	uint64_t oldest;
	bool found;

	pthread_mutex_lock(&lines->mutex);
	oldest = lines->next > LINES_MAX ? lines->next - LINES_MAX : 1;
	if (*since < oldest)
	{
		*lost += oldest - *since;
		*since = oldest;
	}
	found = *since < lines->next;
	if (found)
	{
		const entry_t *e = &lines->ring[*since % LINES_MAX];

		out->seq = (*since)++;
		out->wall = e->wall;
		out->level = e->level;
		snprintf(out->text, sizeof(out->text), "%s", e->text);
	}
	pthread_mutex_unlock(&lines->mutex);
	return found;
}
