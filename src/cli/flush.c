/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * It acts on the kernel from this process, by what the gateway itself works
 * with: there is nobody else to ask, and a gateway that runs would put back
 * what is removed, so then it is refused.
 */

#include "cli/flush.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/call.h"
#include "gateway/flush.h"
#include "gateway/state.h"

/** what would be loaded at boot; 1: it was there, or -errno */
static int forget_guard(const char *dir)
{
	char *path = state_guard_path(dir ? dir : STATE_DIR);
	int result = unlink(path) == 0 ? 1 : errno == ENOENT ? 0 : -errno;

	if (result < 0)
	{
		fprintf(stderr, "cygnetctl: %s: %s\n", path, strerror(-result));
	}
	free(path);
	return result;
}

static void print(json_object *data, const print_style_t *style, text_t *out)
{
	json_object_object_foreach(data, key, value)
	{
		text_printf(out, "%-9s %s\n", key, json_object_get_string(value));
	}
}

static void show_count(const options_t *options, const flush_count_t *count,
					   bool guard)
{
	json_object *data = json_object_new_object();
	text_t out;

	json_object_object_add(data, "links", json_object_new_int64(count->links));
	json_object_object_add(data, "rules", json_object_new_int64(count->rules));
	json_object_object_add(data, "nexthops",
						   json_object_new_int64(count->nexthops));
	json_object_object_add(data, "routes",
						   json_object_new_int64(count->routes));
	json_object_object_add(data, "table",
						   json_object_new_boolean(count->table));
	json_object_object_add(data, "saved", json_object_new_boolean(guard));
	json_object_object_add(data, "failed",
						   json_object_new_int64(count->failed));
	text_init(&out);
	show_text(data, options->json, print, &out);
	fputs(text_str(&out), stdout);
	text_deinit(&out);
	json_object_put(data);
}

int flush_run(const options_t *options, char **argv)
{
	flush_count_t count;
	int error, guard;

	if (call_answers(options->socket))
	{
		return show_error(str_copy(
			"the gateway is running, and would put back what is removed: stop "
			"charon first (`systemctl stop strongswan`)"));
	}
	if (geteuid() != 0)
	{
		return show_error(str_copy("flush is for root"));
	}
	error = flush_kernel(&count);
	if (error)
	{
		return show_error(str_format("flush: %s", strerror(-error)));
	}
	guard = forget_guard(argv[0]);
	show_count(options, &count, guard > 0);
	return count.failed || guard < 0 ? 1 : 0;
}
