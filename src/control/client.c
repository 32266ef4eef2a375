/* SPDX-License-Identifier: GPL-2.0-or-later */

/*
 * A client's life in steps: read until a line is whole, run it, write the
 * reply; a list is produced part by part, the next one only when the last has
 * been taken, so that memory is bounded whatever the client does. Who follows
 * waits between two parts: it is a place in a ring of the gateway's, which
 * goes on without it.
 */

#include "control/client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "control/protocol.h"

/** nesting of a request */
#define DEPTH_MAX 8
#define READ_MAX  4096

struct client_t
{
	int fd;
	bool write;
	const control_command_t *commands;
	void *user;
	/** request line, not whole yet */
	text_t in;
	/** bytes to be written */
	text_t out;
	size_t out_at;
	/** the list that is being produced; next NULL: none */
	control_list_t list;
	/** final reply after the list */
	json_object *data;
	/** of a list that is followed: its first part was said; there is nothing
	 * more now */
	bool begun;
	bool waiting;
	uint64_t done;
	bool eof;
};

client_t *client_create(int fd, bool write, const control_command_t *commands,
						void *user)
{
	client_t *c = mem_alloc(sizeof(*c));

	c->fd = fd;
	c->write = write;
	c->commands = commands;
	c->user = user;
	text_init(&c->in);
	text_init(&c->out);
	return c;
}

static void list_end(client_t *c)
{
	if (c->list.destroy)
	{
		c->list.destroy(c->list.cursor);
	}
	memset(&c->list, 0, sizeof(c->list));
	c->begun = false;
	c->waiting = false;
}

void client_destroy(client_t *c)
{
	list_end(c);
	json_object_put(c->data);
	text_deinit(&c->in);
	text_deinit(&c->out);
	free(c);
}

/** adopts obj */
static void say(client_t *c, json_object *obj)
{
	text_add(&c->out,
			 json_object_to_json_string_ext(
				 obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	text_char(&c->out, '\n');
	json_object_put(obj);
}

static json_object *envelope(void)
{
	json_object *obj = json_object_new_object();

	json_object_object_add(obj, "v", json_object_new_int(CONTROL_VERSION));
	return obj;
}

static void say_error(client_t *c, const char *words)
{
	json_object *obj = envelope();

	json_object_object_add(obj, "ok", json_object_new_boolean(false));
	json_object_object_add(obj, "error", json_object_new_string(words));
	say(c, obj);
}

/** adopts data */
static void say_data(client_t *c, json_object *data)
{
	json_object *obj = envelope();

	json_object_object_add(obj, "ok", json_object_new_boolean(true));
	json_object_object_add(obj, "data", data);
	say(c, obj);
}

/** the final reply */
static void list_finish(client_t *c)
{
	list_end(c);
	say_data(c, c->data);
	c->data = NULL;
}

/** the next part of the list, or the final reply after the last */
static void list_step(client_t *c)
{
	json_object *part = json_object_new_array();
	bool more = c->list.next(c->list.cursor, part);
	bool empty = !json_object_array_length(part);
	json_object *obj;

	/* who follows is to know from when on */
	if (!empty || (c->list.follow && !c->begun))
	{
		c->begun = true;
		obj = envelope();
		json_object_object_add(obj, "part", part);
		say(c, obj);
	}
	else
	{
		json_object_put(part);
	}
	c->waiting = more && empty && c->list.follow;
	if (!more)
	{
		list_finish(c);
	}
}

static const control_command_t *find(const client_t *c, const char *name)
{
	for (const control_command_t *cmd = c->commands; cmd->name; cmd++)
	{
		if (strcmp(cmd->name, name) == 0)
		{
			return cmd;
		}
	}
	return NULL;
}

static void run(client_t *c, const control_command_t *cmd, json_object *args)
{
	control_reply_t reply = {0};

	cmd->run(c->user, args, &reply);
	if (reply.error)
	{
		say_error(c, reply.error);
		free(reply.error);
		json_object_put(reply.data);
		if (reply.list.destroy)
		{
			reply.list.destroy(reply.list.cursor);
		}
		return;
	}
	if (reply.list.next)
	{
		c->list = reply.list;
		c->data = reply.data;
		return;
	}
	say_data(c, reply.data);
}

static void request(client_t *c, json_object *obj)
{
	const control_command_t *cmd;
	json_object *value, *args = NULL;

	if (!json_object_object_get_ex(obj, "v", &value) ||
		!json_object_is_type(value, json_type_int) ||
		json_object_get_int(value) != CONTROL_VERSION)
	{
		say_error(c, "this daemon speaks version 1: use its own cygnetctl");
		return;
	}
	if (!json_object_object_get_ex(obj, "command", &value) ||
		!json_object_is_type(value, json_type_string))
	{
		say_error(c, "a request needs a \"command\"");
		return;
	}
	cmd = find(c, json_object_get_string(value));
	if (!cmd)
	{
		say_error(c, "unknown command: see `cygnetctl --help`");
		return;
	}
	if (cmd->write && !c->write)
	{
		say_error(c, "only root and the group of "
					 "charon.plugins.cygnet.admin_group may change something");
		return;
	}
	if (json_object_object_get_ex(obj, "args", &args) &&
		!json_object_is_type(args, json_type_object))
	{
		say_error(c, "\"args\" has to be an object");
		return;
	}
	run(c, cmd, args);
}

static void line(client_t *c, const char *text, size_t len)
{
	json_tokener *tok = json_tokener_new_ex(DEPTH_MAX);
	json_object *obj;

	json_tokener_set_flags(tok,
						   JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	obj = json_tokener_parse_ex(tok, text, (int)len + 1);
	if (json_tokener_get_error(tok) != json_tokener_success ||
		!json_object_is_type(obj, json_type_object))
	{
		say_error(c, "a request is one JSON object on one line");
	}
	else
	{
		request(c, obj);
	}
	json_object_put(obj);
	json_tokener_free(tok);
}

/** runs the first whole line, if there is one */
static bool line_take(client_t *c)
{
	const char *s = text_str(&c->in);
	const char *end = memchr(s, '\n', c->in.len);
	text_t rest;
	char *copy;

	if (!end)
	{
		return false;
	}
	copy = mem_alloc((size_t)(end - s) + 1);
	memcpy(copy, s, (size_t)(end - s));
	text_init(&rest);
	text_add_len(&rest, end + 1, c->in.len - (size_t)(end - s) - 1);
	text_deinit(&c->in);
	c->in = rest;
	line(c, copy, (size_t)(end - s));
	c->done++;
	free(copy);
	return true;
}

/** false: the client is gone, or its line has no end */
static bool fill(client_t *c)
{
	char buf[READ_MAX];
	ssize_t n = recv(c->fd, buf, sizeof(buf), 0);

	if (n == 0)
	{
		c->eof = true;
		return c->in.len > 0;
	}
	if (n < 0)
	{
		return errno == EAGAIN || errno == EINTR;
	}
	text_add_len(&c->in, buf, (size_t)n);
	if (c->in.len > CONTROL_REQUEST_MAX && !memchr(c->in.s, '\n', c->in.len))
	{
		say_error(c, "the request is longer than 65536 bytes");
		c->eof = true;
		text_clear(&c->in);
	}
	return true;
}

static bool flush(client_t *c)
{
	ssize_t n;

	if (c->out_at == c->out.len)
	{
		return true;
	}
	n = send(c->fd, c->out.s + c->out_at, c->out.len - c->out_at, MSG_NOSIGNAL);
	if (n < 0)
	{
		return errno == EAGAIN || errno == EINTR;
	}
	c->out_at += (size_t)n;
	c->done += (size_t)n;
	if (c->out_at == c->out.len)
	{
		text_deinit(&c->out);
		c->out_at = 0;
	}
	return true;
}

uint64_t client_done(const client_t *c)
{
	return c->done;
}

bool client_follows(const client_t *c)
{
	return c->list.next && c->list.follow;
}

bool client_waits(const client_t *c)
{
	return c->waiting && c->out_at == c->out.len;
}

bool client_wake(client_t *c)
{
	bool waits = c->waiting;

	c->waiting = false;
	return waits;
}

void client_refuse(client_t *c, const char *words)
{
	list_end(c);
	json_object_put(c->data);
	c->data = NULL;
	say_error(c, words);
}

bool client_writing(const client_t *c)
{
	if (c->waiting)
	{
		return c->out_at < c->out.len || c->in.len;
	}
	return c->list.next || c->out_at < c->out.len ||
		   memchr(text_str(&c->in), '\n', c->in.len);
}

bool client_serve(client_t *c, bool readable)
{
	if (readable && !c->eof && !fill(c))
	{
		return false;
	}
	if (c->out_at == c->out.len)
	{
		if (c->waiting && c->in.len)
		{
			list_finish(c);
		}
		else if (c->list.next && !c->waiting)
		{
			list_step(c);
		}
		else if (!c->list.next)
		{
			line_take(c);
		}
	}
	if (!flush(c))
	{
		return false;
	}
	return !c->eof || client_writing(c);
}
