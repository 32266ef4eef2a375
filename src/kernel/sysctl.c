/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Sysctls as files below /proc/sys/net, which shows the network namespace of
 * the process. Paths come from our own code with names of links in them, so
 * they are held to that place.
 */

#include "kernel/codec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int sysctl_open(const char *path, int flags)
{
	char file[128];
	int fd;

	if (strncmp(path, "net/", 4) || strstr(path, "..") ||
		(size_t)snprintf(file, sizeof(file), "/proc/sys/%s", path) >=
			sizeof(file))
	{
		return -EINVAL;
	}
	fd = open(file, flags | O_CLOEXEC | O_NOFOLLOW);
	return fd < 0 ? -errno : fd;
}

int kernel_sysctl_write(const kernel_sysctl_t *sysctl)
{
	size_t len = strlen(sysctl->value);
	ssize_t done;
	int fd, error = 0;

	fd = sysctl_open(sysctl->path, O_WRONLY);
	if (fd < 0)
	{
		return fd;
	}
	done = write(fd, sysctl->value, len);
	if (done < 0)
	{
		error = -errno;
	}
	else if ((size_t)done != len)
	{
		error = -EIO;
	}
	close(fd);
	return error;
}

int kernel_sysctl_read(const char *path, char value[static 24])
{
	char text[64];
	ssize_t len;
	int fd, error = 0;

	value[0] = '\0';
	fd = sysctl_open(path, O_RDONLY);
	if (fd < 0)
	{
		return fd;
	}
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
	{
		error = -errno;
	}
	close(fd);
	if (error)
	{
		return error;
	}
	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strlen(text) >= 24)
	{
		return -E2BIG;
	}
	strcpy(value, text);
	return 0;
}
