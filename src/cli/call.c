/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * One line of JSON out, lines in until one that is not a part. A connection
 * that ends earlier is an error, so that a list cut short is never taken for
 * a whole one.
 */

#include "cli/call.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"
#include "control/protocol.h"

static char *connect_error(const char *path, int error)
{
	if (error == ENOENT || error == ECONNREFUSED)
	{
		return str_format(
			"%s: nobody answers: is charon running, with the plugin loaded? "
			"See `systemctl status strongswan` and `journalctl -u strongswan`",
			path);
	}
	if (error == EACCES)
	{
		return str_format("%s: permission denied: be root, or a member of the "
						  "group of charon.plugins.cygnet.socket_group",
						  path);
	}
	return str_format("%s: %s", path, strerror(error));
}

static int open_socket(const char *path, char **error)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	size_t len = strlen(path);
	int fd, saved;

	if (len >= sizeof(sa.sun_path))
	{
		errno = ENAMETOOLONG;
		*error = str_format("%s: the path of the socket is too long", path);
		return -1;
	}
	memcpy(sa.sun_path, path, len);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0)
	{
		return fd;
	}
	saved = errno;
	*error = connect_error(path, saved);
	if (fd >= 0)
	{
		close(fd);
	}
	errno = saved;
	return -1;
}

bool call_answers(const char *socket)
{
	char *error = NULL;
	int fd = open_socket(socket, &error);
	bool answers = fd >= 0 || errno == EACCES || errno == EAGAIN;

	if (fd >= 0)
	{
		close(fd);
	}
	free(error);
	return answers;
}

static bool send_request(int fd, const char *command, json_object *args,
						 char **error)
{
	json_object *request = json_object_new_object();
	text_t line;
	size_t at = 0;

	json_object_object_add(request, "v", json_object_new_int(CONTROL_VERSION));
	json_object_object_add(request, "command", json_object_new_string(command));
	if (args)
	{
		json_object_object_add(request, "args", json_object_get(args));
	}
	text_init(&line);
	text_add(&line,
			 json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));
	text_char(&line, '\n');
	json_object_put(request);
	while (at < line.len)
	{
		ssize_t n = send(fd, line.s + at, line.len - at, MSG_NOSIGNAL);

		/* who was refused at the door may be told why all the same */
		if (n < 0 && errno != EPIPE)
		{
			*error = str_format("sending: %s", strerror(errno));
		}
		if (n < 0)
		{
			break;
		}
		at += (size_t)n;
	}
	text_deinit(&line);
	return !*error;
}

/** one reply line; true: it was the final one */
static bool take_line(const char *line, call_part_t part, void *user,
					  json_object **data, char **error)
{
	json_object *obj = json_tokener_parse(line), *value;
	bool final = true;

	if (!obj || !json_object_is_type(obj, json_type_object))
	{
		*error = str_copy("the daemon answered what is not JSON");
	}
	else if (json_object_object_get_ex(obj, "part", &value))
	{
		final = false;
		if (part)
		{
			part(user, value);
		}
	}
	else if (json_object_object_get_ex(obj, "ok", &value) &&
			 json_object_get_boolean(value))
	{
		json_object_object_get_ex(obj, "data", &value);
		*data = json_object_get(value);
	}
	else
	{
		const char *words = json_object_object_get_ex(obj, "error", &value)
								? json_object_get_string(value)
								: NULL;

		*error = str_copy(words ? words : "the daemon refused without words");
	}
	json_object_put(obj);
	return final;
}

bool call(const char *socket, const char *command, json_object *args,
		  call_part_t part, void *user, json_object **data, char **error)
{
	char *line = NULL;
	size_t room = 0;
	bool final = false;
	FILE *in = NULL;
	int fd;

	*data = NULL;
	*error = NULL;
	fd = open_socket(socket, error);
	if (fd >= 0 && send_request(fd, command, args, error))
	{
		in = fdopen(fd, "r");
	}
	while (in && !final && getline(&line, &room, in) > 0)
	{
		final = take_line(line, part, user, data, error);
	}
	if (in && !final && !*error)
	{
		*error = str_copy("the daemon ended the connection before its answer");
	}
	free(line);
	if (in)
	{
		fclose(in);
	}
	else if (fd >= 0)
	{
		close(fd);
	}
	json_object_put(args);
	return !*error;
}
