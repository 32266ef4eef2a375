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

/* 512 errors with their texts wait at once in the writer's */
#define WRITER_BUFFER (4 * 1024 * 1024)
#define DUMPER_BUFFER (1024 * 1024)

static int may_write(kernel_t *kernel)
{
	uint32_t buf[32];
	nlw_t w = nlw_make(buf, sizeof(buf), RTM_DELLINK, 0);
	struct ifinfomsg spare, *ifi;
	char text[128];
	int error;

	ifi = nlw_header(&w, &spare, sizeof(spare));
	ifi->ifi_index = INT_MAX;
	error = nl_exchange(kernel, w.nlh, NULL, NULL, text, sizeof(text));
	return error == -ENODEV ? 0 : error;
}

static int open_sockets(kernel_t *kernel)
{
	int error = nl_socket_open(&kernel->writer, WRITER_BUFFER);

	if (!error)
	{
		error = nl_socket_open(&kernel->dumper, DUMPER_BUFFER);
	}
	if (!error)
	{
		error = monitor_open(kernel);
	}
	return error;
}

kernel_t *kernel_open(const kernel_sink_t *sink, void *user, int *error)
{
	kernel_t *kernel = mem_alloc(sizeof(*kernel));

	kernel->sink = *sink;
	kernel->user = user;
	kernel->in = mem_alloc(NL_DATAGRAM_MAX);
	kernel->out = mem_alloc(NL_DATAGRAM_MAX);
	kernel->answer = mem_alloc(NL_DATAGRAM_MAX);
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
	nl_socket_close(&kernel->monitor);
	nl_socket_close(&kernel->dumper);
	nl_socket_close(&kernel->writer);
	free(kernel->in);
	free(kernel->out);
	free(kernel->answer);
	free(kernel);
}

void kernel_fds(const kernel_t *kernel, int fds[static 2])
{
	fds[0] = nl_socket_fd(&kernel->monitor);
	fds[1] = nl_socket_fd(&kernel->dumper);
}

bool kernel_read(kernel_t *kernel, unsigned budget)
{
	bool more = monitor_read(kernel, &budget);

	/* notifications first; a dump waits in the kernel as long as it must */
	return dump_read(kernel, &budget) || more;
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
	.write = kernel_write,
	.dump = kernel_dump,
	.dump_table = kernel_dump_table,
	.route_get = kernel_route_get,
	.sysctl_get = sysctl_get,
	.link_stats = kernel_link_stats,
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
	return kernel->writer.spent;
}
