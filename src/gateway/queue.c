/* SPDX-License-Identifier: GPL-2.0-or-later */

/* A singly linked list under a mutex; its memory is gone as facts are taken. */

#include "gateway/queue.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct entry_t
{
	struct entry_t *next;
	fact_t fact;
} entry_t;

struct queue_t
{
	pthread_mutex_t mutex;
	entry_t *first;
	entry_t **last;
	size_t count;
	int fd;
};

queue_t *queue_create(void)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	queue_t *queue;

	if (fd < 0)
	{
		return NULL;
	}
	queue = mem_alloc(sizeof(*queue));
	pthread_mutex_init(&queue->mutex, NULL);
	queue->last = &queue->first;
	queue->fd = fd;
	return queue;
}

void queue_destroy(queue_t *queue)
{
	fact_t fact;

	while (queue_take(queue, &fact))
	{
	}
	pthread_mutex_destroy(&queue->mutex);
	close(queue->fd);
	free(queue);
}

int queue_fd(const queue_t *queue)
{
	return queue->fd;
}

void queue_wake(queue_t *queue)
{
	uint64_t one = 1;

	/* fails only when the counter is full: the reader is awake then */
	(void)!write(queue->fd, &one, sizeof(one));
}

bool queue_post(queue_t *queue, const fact_t *fact)
{
	entry_t *entry = mem_alloc(sizeof(*entry));
	bool room;

	entry->fact = *fact;
	pthread_mutex_lock(&queue->mutex);
	room = queue->count < GATEWAY_QUEUE_MAX;
	if (room)
	{
		*queue->last = entry;
		queue->last = &entry->next;
		queue->count++;
	}
	pthread_mutex_unlock(&queue->mutex);
	if (!room)
	{
		free(entry);
		return false;
	}
	queue_wake(queue);
	return true;
}

bool queue_take(queue_t *queue, fact_t *out)
{
	entry_t *entry;

	pthread_mutex_lock(&queue->mutex);
	entry = queue->first;
	if (entry)
	{
		queue->first = entry->next;
		queue->count--;
		if (!queue->first)
		{
			queue->last = &queue->first;
		}
	}
	pthread_mutex_unlock(&queue->mutex);
	if (!entry)
	{
		return false;
	}
	*out = entry->fact;
	free(entry);
	return true;
}

void queue_clear(queue_t *queue)
{
	uint64_t count;

	(void)!read(queue->fd, &count, sizeof(count));
}
