/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * FIB operations become kernel writes, in batches. A batch of many routes is handed
 * over, to be written beside us: laying out a table of 300,000 routes anew takes
 * the kernel 100 ms in one call, and who asks us something, or another tunnel
 * that fails, is not to wait for that. Next hops and groups are written at once, as they
 * do not need the routes that are under way; deletions of what routes used, and
 * other routes, wait until the batch is back.
 */

#include "gateway/core_kernel.h"
#include "gateway/core_routes.h"

#include <stdlib.h>

/** urgent operations written in one go */
#define URGENT_MAX 64

struct core_batch_t
{
	kernel_op_t ops[CORE_BATCH];
	int errors[CORE_BATCH];
	/** of these, so many are being written beside us; 0: none */
	size_t handed;
	/** what is written meanwhile */
	kernel_op_t urgent[URGENT_MAX];
	int urgent_errors[URGENT_MAX];
};

void core_batch_init(core_t *core)
{
	core->batch = mem_alloc(sizeof(*core->batch));
}

void core_batch_free(core_t *core)
{
	unsigned n_failed;

	if (core->batch->handed)
	{
		/* nobody is left to whom its errors matter, but the memory is ours */
		core->seams.kernel_ops->write_end(core->seams.kernel, true, &n_failed);
	}
	free(core->batch);
}

static void failed(core_t *core, const kernel_op_t *op, int error)
{
	fib_failed(core->fib, op, error);
	if (op->kind == KERNEL_ROUTE_SET)
	{
		core_route_failed(core, &op->route.dst);
	}
}

static void all_failed(core_t *core, const kernel_op_t *ops, const int *errors,
					   size_t n)
{
	for (size_t i = 0; i < n; i++)
	{
		if (errors[i])
		{
			failed(core, &ops[i], errors[i]);
		}
	}
}

static void write_now(core_t *core, const kernel_op_t *ops, int *errors,
					  size_t n)
{
	if (n && core->seams.kernel &&
		core->seams.kernel_ops->write(core->seams.kernel, ops, n, errors))
	{
		all_failed(core, ops, errors, n);
	}
}

/** they are in the order of fib_take */
static bool routes_alone(const kernel_op_t *ops, size_t n)
{
	return n &&
		   (ops[0].kind == KERNEL_ROUTE_SET ||
			ops[0].kind == KERNEL_ROUTE_DEL) &&
		   (ops[n - 1].kind == KERNEL_ROUTE_SET ||
			ops[n - 1].kind == KERNEL_ROUTE_DEL);
}

static bool hand(core_t *core, size_t n)
{
	const kernel_ops_t *ops = core->seams.kernel_ops;
	core_batch_t *b = core->batch;

	if (core->seams.kernel && ops->write_begin && routes_alone(b->ops, n) &&
		ops->write_begin(core->seams.kernel, b->ops, n, b->errors))
	{
		b->handed = n;
		return true;
	}
	return false;
}

bool core_fib_settle(core_t *core, bool wait)
{
	core_batch_t *b = core->batch;
	size_t n = b->handed;
	unsigned n_failed;

	if (!n)
	{
		return true;
	}
	if (!core->seams.kernel_ops->write_end(core->seams.kernel, wait, &n_failed))
	{
		return false;
	}
	b->handed = 0;
	if (n_failed)
	{
		all_failed(core, b->ops, b->errors, n);
	}
	return true;
}

size_t core_fib_write(core_t *core, size_t max)
{
	core_batch_t *b = core->batch;
	size_t n;

	if (!core_fib_settle(core, false))
	{
		n = fib_take_urgent(core->fib, b->urgent,
							max < URGENT_MAX ? max : URGENT_MAX);
		write_now(core, b->urgent, b->urgent_errors, n);
		return n;
	}
	n = fib_take(core->fib, b->ops, max);
	if (!hand(core, n))
	{
		write_now(core, b->ops, b->errors, n);
	}
	return n;
}

void core_fib_through(core_t *core, unsigned batches)
{
	bool more = true;

	for (unsigned i = 0; i < batches && more; i++)
	{
		core_fib_settle(core, true);
		more = core_fib_write(core, CORE_BATCH) > 0;
	}
	core_fib_settle(core, true);
}

void core_fib_urgent(core_t *core)
{
	/* bounded: a failed group may queue itself again */
	for (unsigned i = 0; core->fib && i < 64; i++)
	{
		if (!fib_urgent_waiting(core->fib) || !core_kernel_ready(core))
		{
			return;
		}
		core_fib_write(core, URGENT_MAX);
		if (fib_paused(core->fib))
		{
			return;
		}
	}
}

void core_fib_drain(core_t *core)
{
	/* a full table takes 2,000 batches; the bound is against a loop */
	core_fib_through(core, core->fib ? 100000 : 0);
}
