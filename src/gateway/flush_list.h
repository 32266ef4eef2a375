/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * From what dumps show to the removals of a flush, without a system call.
 */

#ifndef CYGNET_GATEWAY_FLUSH_LIST_H
#define CYGNET_GATEWAY_FLUSH_LIST_H

#include "gateway/flush.h"
#include "kernel/kernel.h"
#include "kernel/reconcile.h"

/** in the order of writing: what others stand on goes last */
typedef enum flush_step_t
{
	/** with the routes that use them, however many */
	FLUSH_GROUPS,
	FLUSH_NEXTHOPS,
	FLUSH_ROUTES,
	FLUSH_RULES,
	FLUSH_LINKS,
	FLUSH_STEPS,
} flush_step_t;

typedef struct flush_list_t
{
	kernel_ops_list_t steps[FLUSH_STEPS];
	flush_count_t count;
} flush_list_t;

void flush_list_init(flush_list_t *list);
void flush_list_deinit(flush_list_t *list);
/** takes a part of a dump, if it is of ours */
void flush_list_take(flush_list_t *list, const kernel_event_t *event);

#endif
