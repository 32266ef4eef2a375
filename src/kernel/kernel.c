/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Opening and closing, and the table of operations. Whether we may change
 * anything is asked of the kernel, by deleting a link that cannot be there:
 * permission is what it looks at first.
 */

#include "kernel/netlink.h"

#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#define DUMPER_BUFFER (1024 * 1024)
/** fewer routes are written sooner than another thread is awake */
#define BESIDE_MIN 64

static int may_write(kernel_t *kernel)
{
	uint32_t buf[32];
	nlw_t w = nlw_make(buf, sizeof(buf), RTM_DELLINK, 0);
	struct ifinfomsg spare, *ifi;
	char text[128];
	int error;

	ifi = nlw_header(&w, &spare, sizeof(spare));
	ifi->ifi_index = INT_MAX;
	error = nl_exchange(&kernel->writer, w.nlh, NULL, NULL, text, sizeof(text));
	return error == -ENODEV ? 0 : error;
}

/** in the courier's thread, alone with its writer */
static unsigned write_beside(void *user, const kernel_op_t *ops, size_t n,
							 int *errors)
{
	kernel_t *kernel = user;

	return nl_write_ops(&kernel->beside, ops, n, errors);
}

static int open_sockets(kernel_t *kernel)
{
	int error = nl_writer_open(&kernel->writer);

	if (!error)
	{
		error = nl_socket_open(&kernel->dumper, DUMPER_BUFFER);
	}
	if (!error)
	{
		error = nl_writer_open(&kernel->beside);
	}
	if (!error)
	{
		error = monitor_open(kernel);
	}
	if (!error)
	{
		kernel->courier = courier_create(write_beside, kernel, &error);
	}
	return error;
}

kernel_t *kernel_open(const kernel_sink_t *sink, void *user, int *error)
{
	kernel_t *kernel = mem_alloc(sizeof(*kernel));

	kernel->sink = *sink;
	kernel->user = user;
	kernel->in = mem_alloc(NL_DATAGRAM_MAX);
	*error = open_sockets(kernel);
	if (*error)
	{
		log_error("no rtnetlink socket: %s (Linux 5.3 or newer is needed)",
				  strerror(-*error));
	}
	else
	{
		*error = may_write(kernel);
		if (*error)
		{
			log_error("cannot change links and routes: %s; give charon the "
					  "capability CAP_NET_ADMIN",
					  strerror(-*error));
		}
	}
	if (*error)
	{
		kernel_close(kernel);
		return NULL;
	}
	return kernel;
}

void kernel_close(kernel_t *kernel)
{
	if (!kernel)
	{
		return;
	}
	if (kernel->courier)
	{
		courier_destroy(kernel->courier);
	}
	nl_socket_close(&kernel->monitor);
	nl_socket_close(&kernel->dumper);
	nl_writer_close(&kernel->beside);
	nl_writer_close(&kernel->writer);
	free(kernel->in);
	free(kernel);
}

void kernel_fds(const kernel_t *kernel, int fds[static 2])
{
	fds[0] = nl_socket_fd(&kernel->monitor);
	fds[1] = nl_socket_fd(&kernel->dumper);
}

int kernel_written_fd(const kernel_t *kernel)
{
	return courier_fd(kernel->courier);
}

bool kernel_read(kernel_t *kernel, unsigned budget)
{
	bool more = monitor_read(kernel, &budget);

	/* notifications first; a dump waits in the kernel as long as it must */
	return dump_read(kernel, &budget) || more;
}

static unsigned write_here(void *self, const kernel_op_t *ops, size_t n,
						   int *errors)
{
	kernel_t *kernel = self;

	return nl_write_ops(&kernel->writer, ops, n, errors);
}

static bool write_begin(void *self, const kernel_op_t *ops, size_t n,
						int *errors)
{
	kernel_t *kernel = self;

	return n >= BESIDE_MIN && courier_hand(kernel->courier, ops, n, errors);
}

static bool write_end(void *self, bool wait, unsigned *failed)
{
	kernel_t *kernel = self;

	return courier_take(kernel->courier, wait, failed);
}

static int sysctl_get(void *kernel, const char *path, char value[static 24])
{
	return kernel_sysctl_read(path, value);
}

static int sa_dump(void *kernel, kernel_sa_fn_t fn, void *user)
{
	return kernel_sa_dump(fn, user);
}

static int sa_get(void *kernel, const kernel_sa_t *sa, kernel_sa_t *out)
{
	return kernel_sa_get(sa, out);
}

static int sa_delete(void *kernel, const kernel_sa_t *sa)
{
	return kernel_sa_delete(sa);
}

static int sp_dump(void *kernel, kernel_sp_fn_t fn, void *user)
{
	return kernel_sp_dump(fn, user);
}

static int sp_delete(void *kernel, const kernel_sp_t *sp)
{
	return kernel_sp_delete(sp);
}

const kernel_ops_t kernel_rtnetlink_ops = {
	.write = write_here,
	.write_begin = write_begin,
	.write_end = write_end,
	.dump = kernel_dump,
	.dump_table = kernel_dump_table,
	.route_get = kernel_route_get,
	.sysctl_get = sysctl_get,
	.links_stats = kernel_links_stats,
	.xfrm_stat = kernel_xfrm_stat,
	.sa_dump = sa_dump,
	.sa_get = sa_get,
	.sa_delete = sa_delete,
	.sp_dump = sp_dump,
	.sp_delete = sp_delete,
	.who = kernel_who,
};

kernel_spent_t kernel_spent(const kernel_t *kernel)
{
	return kernel->writer.socket.spent;
}
