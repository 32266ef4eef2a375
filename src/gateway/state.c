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

/** of a file of ours that is read: all names, and all events of each */
#define HISTORY_MAX (16 * 1024 * 1024)

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

/** text NULL: the file goes */
static int save(const char *dir, const char *path, const char *text)
{
	char *new = str_format("%s.new", path);
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
	return error;
}

int state_guard_save(const char *dir, const char *text)
{
	char *path = state_guard_path(dir);
	int error = save(dir, path, text);

	free(path);
	return error;
}

static char *history_path(const char *dir)
{
	return str_format("%s/history", dir);
}

int state_history_save(const char *dir, const char *text)
{
	char *path = history_path(dir);
	int error = save(dir, path, text);

	free(path);
	return error;
}

char *state_history_load(const char *dir)
{
	char *path = history_path(dir), *text = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	size_t at = 0;
	struct stat st;
	ssize_t n = 1;

	free(path);
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_size <= HISTORY_MAX)
	{
		text = mem_alloc((size_t)st.st_size + 1);
		while (n > 0 && at < (size_t)st.st_size)
		{
			n = read(fd, text + at, (size_t)st.st_size - at);
			at += n > 0 ? (size_t)n : 0;
		}
		text[at] = '\0';
	}
	if (fd >= 0)
	{
		close(fd);
	}
	return text;
}
