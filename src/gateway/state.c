/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Written beside and renamed: who reads it finds the old or the new one. It is
 * not waited for until it is on the disk, since the gateway's one thread writes
 * it: after a loss of power the guard of before may be there.
 */

#include "gateway/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *state_guard_path(const char *dir)
{
	return str_format("%s/guard.nft", dir);
}

static int write_all(int fd, const char *text)
{
	size_t len = strlen(text), at = 0;

	while (at < len)
	{
		ssize_t n = write(fd, text + at, len - at);

		if (n < 0 && errno != EINTR)
		{
			return -errno;
		}
		at += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

static int write_new(const char *path, const char *text)
{
	int fd, error;

	/* what an earlier try left, or somebody put there */
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
	{
		return -errno;
	}
	error = write_all(fd, text);
	if (close(fd) && !error)
	{
		error = -errno;
	}
	if (error)
	{
		unlink(path);
	}
	return error;
}

int state_guard_save(const char *dir, const char *text)
{
	char *path = state_guard_path(dir), *new = str_format("%s.new", path);
	int error = 0;

	if (!text)
	{
		error = unlink(path) && errno != ENOENT ? -errno : 0;
	}
	else if (mkdir(dir, 0700) && errno != EEXIST)
	{
		error = -errno;
	}
	else
	{
		error = write_new(new, text);
		if (!error && rename(new, path))
		{
			error = -errno;
			unlink(new);
		}
	}
	free(new);
	free(path);
	return error;
}
