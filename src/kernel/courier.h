/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * A thread that writes batches, one at a time, so that who has them goes on.
 * Inner header of this folder. All functions are for one and the same thread.
 */

#ifndef CYGNET_KERNEL_COURIER_H
#define CYGNET_KERNEL_COURIER_H

#include "kernel/object.h"

typedef struct courier_t courier_t;

/** writes as kernel_ops_t.write does, in the courier's thread */
typedef unsigned (*courier_fn_t)(void *user, const kernel_op_t *ops, size_t n,
								 int *errors);

/** NULL with *error -errno */
courier_t *courier_create(courier_fn_t write, void *user, int *error);
/** waits for what is being written */
void courier_destroy(courier_t *courier);
/** lends it a batch until courier_take; false: it has one */
bool courier_hand(courier_t *courier, const kernel_op_t *ops, size_t n,
				  int *errors);
/** true: it has none any more, and *failed is what writing gave (0 if there was
 * none). wait: until that is so */
bool courier_take(courier_t *courier, bool wait, unsigned *failed);
/** readable when a batch is written and not taken yet */
int courier_fd(const courier_t *courier);

#endif
