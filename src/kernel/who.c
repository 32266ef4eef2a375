/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Who sent a request: a program's first netlink socket has its process id as
 * port id, and /proc has its name as long as it lives. Others have a number
 * that the kernel chose, from the upper half; who has that is not looked for.
 */

#include "kernel/codec.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void kernel_who_format(uint32_t port, const char *name,
					   char out[static KERNEL_WHO_MAX])
{
	char clean[16];
	size_t len = strcspn(name, "\n");

	/* a process may name itself as it likes: the name goes into the log */
	len = len < sizeof(clean) ? len : sizeof(clean) - 1;
	for (size_t i = 0; i < len; i++)
	{
		clean[i] = name[i] > ' ' && name[i] <= '~' ? name[i] : '?';
	}
	clean[len] = '\0';
	if (!port)
	{
		snprintf(out, KERNEL_WHO_MAX, "somebody");
	}
	else if (port > INT32_MAX)
	{
		snprintf(out, KERNEL_WHO_MAX, "somebody (netlink port %u)", port);
	}
	else if (!len)
	{
		snprintf(out, KERNEL_WHO_MAX, "a process that has ended (pid %u)",
				 port);
	}
	else
	{
		snprintf(out, KERNEL_WHO_MAX, "%s (pid %u)", clean, port);
	}
}

void kernel_who(void *kernel, uint32_t port, char out[static KERNEL_WHO_MAX])
{
	char path[32], name[32] = "";
	ssize_t len;
	int fd;

	if (port && port <= INT32_MAX)
	{
		snprintf(path, sizeof(path), "/proc/%u/comm", port);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		len = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
		name[len > 0 ? len : 0] = '\0';
		if (fd >= 0)
		{
			close(fd);
		}
	}
	kernel_who_format(port, name, out);
}
