/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Two rings hold copies of each event: one for all, which a thing that flaps
 * may fill, and a small one for each name, which it may not. The one for all has
 * holes after a restart, where the small ones had forgotten. Those who watch
 * are numbers in it: a slow one costs nothing, and loses what is overwritten.
 */

#include "gateway/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

/** columns of a line of the file */
#define COLUMNS 7
/** and what begins the one that has the next number */
#define NEXT "next\t"

typedef struct history_t
{
	hash_node_t node;
	/** of the oldest, and how many there are */
	unsigned first;
	unsigned count;
	view_event_t ring[EVENTS_OF_NAME];
} history_t;

struct events_t
{
	/** by number modulo EVENTS_MAX */
	view_event_t ring[EVENTS_MAX];
	/** the first that may be held, and the next one's */
	uint64_t oldest;
	uint64_t next;
	/** numbers that the gateway before may have used, or not */
	uint64_t gap;
	uint64_t gap_end;
	hash_t names;
};

events_t *events_create(void)
{
	events_t *events = mem_alloc(sizeof(*events));

	hash_init(&events->names);
	events->oldest = events->next = 1;
	return events;
}

static history_t *history_first(const events_t *events)
{
	return (history_t *)(void *)hash_next(&events->names, NULL);
}

void events_destroy(events_t *events)
{
	history_t *h;

	while ((h = history_first(events)))
	{
		hash_remove(&events->names, &h->node);
		free(h);
	}
	hash_deinit(&events->names);
	free(events);
}

static const view_event_t *history_last(const history_t *h)
{
	return &h->ring[(h->first + h->count - 1) % EVENTS_OF_NAME];
}

static uint32_t hash_of(view_event_kind_t kind, const char *name)
{
	return hash_bytes(name, strlen(name), (uint32_t)kind);
}

static history_t *find(const events_t *events, view_event_kind_t kind,
					   const char *name)
{
	hash_node_t *node = hash_find(&events->names, hash_of(kind, name));

	while (node)
	{
		history_t *h = (history_t *)(void *)node;

		if (h->ring[h->first].kind == kind &&
			strcmp(h->ring[h->first].name, name) == 0)
		{
			return h;
		}
		node = hash_find_next(node);
	}
	return NULL;
}

/** makes room by the one whose last event is the oldest */
static void forget(events_t *events)
{
	history_t *oldest = NULL;

	for (hash_node_t *n = hash_next(&events->names, NULL); n;
		 n = hash_next(&events->names, n))
	{
		history_t *h = (history_t *)(void *)n;

		if (!oldest || history_last(h)->seq < history_last(oldest)->seq)
		{
			oldest = h;
		}
	}
	hash_remove(&events->names, &oldest->node);
	free(oldest);
}

static void history_add(events_t *events, const view_event_t *event)
{
	history_t *h = find(events, event->kind, event->name);

	if (!h)
	{
		if (events->names.count == EVENTS_NAMES_MAX)
		{
			forget(events);
		}
		h = mem_alloc(sizeof(*h));
		hash_insert(&events->names, &h->node,
					hash_of(event->kind, event->name));
	}
	if (h->count == EVENTS_OF_NAME)
	{
		h->first = (h->first + 1) % EVENTS_OF_NAME;
		h->count--;
	}
	h->ring[(h->first + h->count++) % EVENTS_OF_NAME] = *event;
}

/** what stands in a line of the file, and on a terminal */
static void copy(char *out, size_t size, const char *s)
{
	size_t n = 0;

	for (; s[n] && n + 1 < size; n++)
	{
		out[n] = (unsigned char)s[n] < 0x20 || s[n] == 0x7f ? '?' : s[n];
	}
	out[n] = '\0';
}

static view_event_t event_of(uint64_t wall, view_event_kind_t kind,
							 const char *name, const char *from, const char *to,
							 const char *why)
{
	view_event_t event = {.wall = wall, .kind = kind};

	copy(event.name, sizeof(event.name), name);
	copy(event.from, sizeof(event.from), from);
	copy(event.to, sizeof(event.to), to);
	copy(event.why, sizeof(event.why), why);
	return event;
}

/** once next is behind it */
static void ring_add(events_t *events, const view_event_t *event)
{
	if (events->next - events->oldest > EVENTS_MAX)
	{
		events->oldest = events->next - EVENTS_MAX;
	}
	events->ring[event->seq % EVENTS_MAX] = *event;
}

void events_add(events_t *events, uint64_t wall, view_event_kind_t kind,
				const char *name, const char *from, const char *to,
				const char *why)
{
	view_event_t event = event_of(wall, kind, name, from, to, why);

	event.seq = events->next++;
	ring_add(events, &event);
	history_add(events, &event);
}

uint64_t events_next(const events_t *events)
{
	return events->next;
}

const view_event_t *events_take(const events_t *events, uint64_t *since,
								events_lost_t *lost)
{
	uint64_t start = *since ? *since : 1;

	if (start > events->next)
	{
		lost->more = true;
		start = events->oldest;
	}
	if (start < events->oldest)
	{
		lost->count += events->oldest - start;
		start = events->oldest;
	}
	for (; start < events->next; start++)
	{
		const view_event_t *e = &events->ring[start % EVENTS_MAX];

		if (e->seq == start)
		{
			*since = start + 1;
			return e;
		}
		if (start >= events->gap && start < events->gap_end)
		{
			lost->more = true;
		}
		else
		{
			lost->count++;
		}
	}
	*since = start;
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	const view_event_t *const *x = a, *const *y = b;

	return (*x)->seq < (*y)->seq ? -1 : (*x)->seq > (*y)->seq;
}

size_t events_of(const events_t *events, const char *name,
				 const view_event_t *out[static EVENTS_OF_NAMES])
{
	size_t n = 0;

	for (unsigned kind = 0; kind < VIEW_EVENT_KINDS; kind++)
	{
		const history_t *h = find(events, (view_event_kind_t)kind, name);

		for (unsigned i = 0; h && i < h->count; i++)
		{
			out[n++] = &h->ring[(h->first + i) % EVENTS_OF_NAME];
		}
	}
	qsort(out, n, sizeof(*out), by_number);
	return n;
}

void events_save(const events_t *events, uint64_t reserve, text_t *out)
{
	const view_event_t **all =
		mem_alloc((events->names.count + 1) * EVENTS_OF_NAME * sizeof(*all));
	size_t n = 0;

	for (hash_node_t *node = hash_next(&events->names, NULL); node;
		 node = hash_next(&events->names, node))
	{
		const history_t *h = (const history_t *)(const void *)node;

		for (unsigned i = 0; i < h->count; i++)
		{
			all[n++] = &h->ring[(h->first + i) % EVENTS_OF_NAME];
		}
	}
	/* in order, so that they are read back as they were added */
	qsort(all, n, sizeof(*all), by_number);
	for (size_t i = 0; i < n; i++)
	{
		const view_event_t *e = all[i];

		text_printf(out, "%llu\t%llu\t%s\t%s\t%s\t%s\t%s\n",
					(unsigned long long)e->seq, (unsigned long long)e->wall,
					view_event_kind(e->kind), e->name, e->from, e->to, e->why);
	}
	text_printf(out, NEXT "%llu\n",
				(unsigned long long)(events->next + reserve));
	free(all);
}

/** the columns of a line that is ours to change; false: it has not as many */
static bool split(char *line, char *columns[static COLUMNS])
{
	for (unsigned i = 0; i < COLUMNS; i++)
	{
		columns[i] = line;
		line += strcspn(line, "\t");
		if ((*line == '\0') != (i + 1 == COLUMNS))
		{
			return false;
		}
		if (*line)
		{
			*line++ = '\0';
		}
	}
	return true;
}

static bool number(const char *s, uint64_t *out)
{
	char *end;

	*out = strtoull(s, &end, 10);
	return *s >= '0' && *s <= '9' && !*end && *out < UINT64_MAX / 2;
}

static void load_line(events_t *events, char *line)
{
	char *c[COLUMNS];
	uint64_t seq, wall;
	view_event_t event;
	unsigned kind = 0;

	if (!split(line, c) || !number(c[0], &seq) || !number(c[1], &wall) ||
		seq < events->next || !c[3][0])
	{
		return;
	}
	while (kind < VIEW_EVENT_KINDS &&
		   strcmp(view_event_kind((view_event_kind_t)kind), c[2]) != 0)
	{
		kind++;
	}
	if (kind == VIEW_EVENT_KINDS)
	{
		return;
	}
	event = event_of(wall, (view_event_kind_t)kind, c[3], c[4], c[5], c[6]);
	event.seq = seq;
	history_add(events, &event);
	/* numbers go on: nobody is told twice of what he has seen */
	if (events->next == 1)
	{
		events->oldest = seq;
	}
	events->next = seq + 1;
	ring_add(events, &event);
}

/** the number to go on with; those before it may have been used */
static void load_next(events_t *events, const char *text)
{
	uint64_t next;

	if (number(text, &next) && next > events->next &&
		next - events->next <= EVENTS_RESERVE)
	{
		events->gap = events->next;
		events->gap_end = next;
		events->next = next;
	}
}

void events_load(events_t *events, const char *text)
{
	while (*text)
	{
		size_t len = strcspn(text, "\n");
		char *line = mem_alloc(len + 1);

		memcpy(line, text, len);
		if (strncmp(line, NEXT, strlen(NEXT)) == 0)
		{
			load_next(events, line + strlen(NEXT));
		}
		else
		{
			load_line(events, line);
		}
		free(line);
		text += len + (text[len] == '\n');
	}
}
