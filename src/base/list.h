/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * Doubly linked intrusive list. A link that is in no list points at itself
 * after list_init or list_remove, so that list_linked can tell.
 */

#ifndef CYGNET_LIST_H
#define CYGNET_LIST_H

#include "base/base.h"

typedef struct list_t
{
	struct list_t *next;
	struct list_t *prev;
} list_t;

static inline void list_init(list_t *l)
{
	l->next = l;
	l->prev = l;
}

static inline bool list_empty(const list_t *l)
{
	return l->next == l;
}

static inline bool list_linked(const list_t *l)
{
	return l->next != l;
}

static inline void list_append(list_t *head, list_t *item)
{
	item->prev = head->prev;
	item->next = head;
	head->prev->next = item;
	head->prev = item;
}

static inline void list_remove(list_t *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	list_init(item);
}

#define list_first(head, type, member) container_of((head)->next, type, member)

/** it must not be removed in the body; list_each_safe may */
#define list_each(head, it, type, member)                                      \
	for (type *it = container_of((head)->next, type, member);                  \
		 &it->member != (head);                                                \
		 it = container_of(it->member.next, type, member))

#define list_each_safe(head, it, type, member)                                 \
	for (type *it = container_of((head)->next, type, member),                  \
			  *it##_next = container_of(it->member.next, type, member);        \
		 &it->member != (head); it = it##_next,                                \
			  it##_next = container_of(it->member.next, type, member))

#endif
