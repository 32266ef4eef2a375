/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Dumps, then removals, each step before those that it stands on; the firewall
 * last, so that nothing leaves in the clear while the rest goes. Addresses go
 * with their links: ours stand on no others.
 */

#include "gateway/flush.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "firewall/firewall.h"
#include "gateway/flush_list.h"

/** messages in one go */
#define SLICE 1024
/** the kernel answers a dump as it is read: this is against waiting for ever */
#define ANSWER_MS 5000
/** something changed in the middle of a dump */
#define TRIES 5

typedef struct work_t
{
	kernel_t *kernel;
	flush_list_t list;
	bool done;
	int error;
} work_t;

static void take(void *user, const kernel_event_t *event)
{
	work_t *w = user;

	flush_list_take(&w->list, event);
}

static void dumped(void *user, kernel_what_t what, int error)
{
	work_t *w = user;

	w->done = true;
	w->error = error;
}

static void lost(void *user)
{
	/* notifications are of no interest here */
}

static int dump_once(work_t *w, kernel_what_t what)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int both[2], error = kernel_rtnetlink_ops.dump(w->kernel, what);

	w->done = error != 0;
	w->error = error;
	kernel_fds(w->kernel, both);
	fds[0].fd = both[0];
	fds[1].fd = both[1];
	while (!w->done)
	{
		int n = poll(fds, countof(fds), ANSWER_MS);

		if (n == 0 || (n < 0 && errno != EINTR))
		{
			return n ? -errno : -ETIMEDOUT;
		}
		kernel_read(w->kernel, SLICE);
	}
	return w->error;
}

/** all of what is ours; anew as a whole if it was in motion */
static int dump_all(work_t *w)
{
	static const kernel_what_t what[] = {KERNEL_WHAT_LINK, KERNEL_WHAT_RULE,
										 KERNEL_WHAT_NEXTHOP,
										 KERNEL_WHAT_ROUTE};
	int error = -EINTR;

	for (unsigned tries = 0; error == -EINTR && tries < TRIES; tries++)
	{
		flush_list_deinit(&w->list);
		flush_list_init(&w->list);
		error = 0;
		for (size_t i = 0; !error && i < countof(what); i++)
		{
			error = dump_once(w, what[i]);
		}
	}
	return error;
}

static void remove_all(work_t *w)
{
	for (unsigned i = 0; i < FLUSH_STEPS; i++)
	{
		kernel_ops_list_t *step = &w->list.steps[i];
		int *errors = mem_array(step->count + 1, sizeof(*errors));

		w->list.count.failed += kernel_rtnetlink_ops.write(w->kernel, step->ops,
														   step->count, errors);
		free(errors);
	}
}

static int flush_objects(flush_count_t *out)
{
	static const kernel_sink_t sink = {
		.event = take, .dumped = dumped, .lost = lost};
	work_t w = {.done = false};
	int error;

	flush_list_init(&w.list);
	w.kernel = kernel_open(&sink, &w, &error);
	if (!w.kernel)
	{
		return error;
	}
	error = dump_all(&w);
	if (error)
	{
		log_error("the kernel's state cannot be read: %s", strerror(-error));
	}
	else
	{
		remove_all(&w);
		*out = w.list.count;
	}
	kernel_close(w.kernel);
	flush_list_deinit(&w.list);
	return error;
}

static int flush_table(flush_count_t *out)
{
	int error;
	firewall_t *firewall = firewall_open(&error);

	if (!firewall)
	{
		return error;
	}
	out->table = firewall_nftables_ops.present(firewall) > 0;
	error = out->table ? firewall_nftables_ops.remove(firewall) : 0;
	firewall_close(firewall);
	return error;
}

int flush_kernel(flush_count_t *out)
{
	int error;

	memset(out, 0, sizeof(*out));
	error = flush_objects(out);
	return error ? error : flush_table(out);
}
