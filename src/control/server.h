/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The control socket's server. It never blocks: all its descriptors stand in
 * one epoll set that the gateway polls, replies are buffered with a bound,
 * and long lists are produced in slices as the client takes them.
 */

#ifndef CYGNET_CONTROL_SERVER_H
#define CYGNET_CONTROL_SERVER_H

#include <json-c/json.h>

#include "base/base.h"

typedef struct control_server_t control_server_t;

/**
 * A list in the making. next: adds up to a few hundred items to `part` (a JSON
 * array) and returns true while more may follow; the tables may have changed
 * since the last call. destroy: also when the client is gone midway.
 */
typedef struct control_list_t
{
	bool (*next)(void *cursor, json_object *part);
	void (*destroy)(void *cursor);
	void *cursor;
	/** one that goes on as things happen: where next has nothing to add, it is
	 * asked again after control_server_wake. It ends when the client says
	 * anything, or is gone */
	bool follow;
} control_list_t;

/** what a command answers: error set (owned, freed by the server): refused;
 * else data (owned) and, before it, the list if list.next is set */
typedef struct control_reply_t
{
	char *error;
	json_object *data;
	control_list_t list;
} control_reply_t;

typedef struct control_command_t
{
	const char *name;
	/** changes something: for root, the daemon's own user and the admins' group,
	 * others who reach the socket may not */
	bool write;
	/** args may be NULL, borrowed; fills reply (zeroed before) */
	void (*run)(void *user, json_object *args, control_reply_t *reply);
} control_command_t;

/** groups by id beside root, -1: none */
typedef struct control_access_t
{
	/** may look */
	int group;
	/** may change, too; the socket is theirs where nobody else may look, else
	 * they have to be members of both to reach it */
	int admins;
} control_access_t;

/**
 * Listens on path (mode 0660; a stale socket is replaced, a live one of another
 * process is not). commands are borrowed, ended by a NULL name. NULL with
 * *error -errno and a line in the log.
 */
control_server_t *control_server_create(const char *path,
										const control_access_t *access,
										const control_command_t *commands,
										void *user, int *error);
/** closes all clients, unlinks the socket */
void control_server_destroy(control_server_t *server);
/** to poll for reading */
int control_server_fd(const control_server_t *server);
/** there is something new for those that follow; served by the next turns */
void control_server_wake(control_server_t *server);
/** serves what is ready, bounded; true: more waits */
bool control_server_turn(control_server_t *server, usec_t now);

#endif
