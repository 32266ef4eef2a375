/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * Counters that the kernel keeps, from the files that it shows them in: those of
 * IPsec are nowhere else, and those of links cost no lock there. RTM_GETSTATS
 * waits for whoever changes links or routes, 100 ms where a large table is laid
 * out anew.
 */

#include "kernel/netlink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define XFRM_FILE     "/proc/net/xfrm_stat"
#define XFRM_FILE_MAX 4096

#define LINKS_FILE "/proc/net/dev"
/** some 130 bytes a link: 30,000 of them */
#define LINKS_FILE_MAX ((size_t)4 * 1024 * 1024)
/** numbers of a link: eight of what came, then eight of what went */
#define LINKS_NUMBERS 16

/** reads a file of the kernel's, at most max bytes of it, as text. 0 or -errno;
 * *text is the caller's to free */
static int read_file(const char *path, size_t max, char **text)
{
	int error, fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t at = 0, size = XFRM_FILE_MAX;
	ssize_t n = 1;

	*text = NULL;
	if (fd < 0)
	{
		return -errno;
	}
	while (n > 0 && at < max)
	{
		if (!*text || at == size)
		{
			size = *text ? size * 2 : size;
			*text = mem_resize(*text, size + 1, 1);
		}
		n = read(fd, *text + at, size - at);
		at += n > 0 ? (size_t)n : 0;
	}
	error = n < 0 ? -errno : 0;
	close(fd);
	(*text)[at] = '\0';
	return error;
}

/** the numbers of a line, up to its end; false: they are fewer, or more */
static bool numbers(const char *text, const char *end,
					uint64_t out[static LINKS_NUMBERS])
{
	for (unsigned i = 0; i < LINKS_NUMBERS; i++)
	{
		char *next;

		text += strspn(text, " \t");
		/* strtoull would take a sign, and go on to the next line */
		if (text >= end || *text < '0' || *text > '9')
		{
			return false;
		}
		out[i] = strtoull(text, &next, 10);
		text = next;
	}
	return text + strspn(text, " \t") == end;
}

void kernel_links_parse(const char *text, kernel_link_stats_fn_t fn, void *user)
{
	while (*text)
	{
		size_t line = strcspn(text, "\n"), space = strspn(text, " ");
		size_t name = strcspn(text + space, ":\n");
		char link[KERNEL_LINK_NAME_MAX] = "";
		uint64_t n[LINKS_NUMBERS];

		/* the two lines above the links have no colon, or no numbers */
		if (name && name < sizeof(link) && text[space + name] == ':' &&
			numbers(text + space + name + 1, text + line, n))
		{
			kernel_link_stats_t stats = {
				.rx_bytes = n[0],
				.rx_packets = n[1],
				.rx_errors = n[2],
				.rx_dropped = n[3],
				.tx_bytes = n[8],
				.tx_packets = n[9],
				.tx_errors = n[10],
				.tx_dropped = n[11],
			};

			memcpy(link, text + space, name);
			fn(user, link, &stats);
		}
		text += line + (text[line] == '\n');
	}
}

int kernel_links_stats(void *self, kernel_link_stats_fn_t fn, void *user)
{
	char *text;
	int error = read_file(LINKS_FILE, LINKS_FILE_MAX, &text);

	if (!error)
	{
		kernel_links_parse(text, fn, user);
	}
	free(text);
	return error;
}

size_t kernel_xfrm_stat_parse(const char *text, kernel_counter_t *out,
							  size_t max)
{
	size_t n = 0;

	while (*text && n < max)
	{
		size_t line = strcspn(text, "\n"), name = strcspn(text, " \t\n");
		char *end;

		if (name && name < sizeof(out[n].name) && name < line)
		{
			memcpy(out[n].name, text, name);
			out[n].name[name] = '\0';
			out[n].value = strtoull(text + name, &end, 10);
			/* a name without a number is none of ours to count */
			n += end == text + line;
		}
		text += line + (text[line] == '\n');
	}
	return n;
}

int kernel_xfrm_stat(void *self, kernel_counter_t *out, size_t max)
{
	char *text;
	int result = read_file(XFRM_FILE, XFRM_FILE_MAX, &text);

	if (!result)
	{
		result = (int)kernel_xfrm_stat_parse(text, out, max);
	}
	free(text);
	return result;
}
