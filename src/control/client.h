/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * One client of the control socket: request lines in, replies out, with
 * bounds on both. Inside src/control only.
 */

#ifndef CYGNET_CONTROL_CLIENT_H
#define CYGNET_CONTROL_CLIENT_H

#include "control/server.h"

typedef struct client_t client_t;

/** fd is borrowed; write: it may run commands that change something */
client_t *client_create(int fd, bool write, const control_command_t *commands,
						void *user);
void client_destroy(client_t *client);
/** reads if readable, runs at most one command, writes what the socket takes.
 * false: it is gone, or broke the rules: destroy it */
bool client_serve(client_t *client, bool readable);
/** requests run and bytes taken by it so far: what it got done */
uint64_t client_done(const client_t *client);
/** it follows something, and gets what comes */
bool client_follows(const client_t *client);
/** and has taken all that there was */
bool client_waits(const client_t *client);
/** there is something new to follow; false: it does not wait for that */
bool client_wake(client_t *client);
/** ends what it follows by an error */
void client_refuse(client_t *client, const char *words);
/** it has answers that the socket does not take yet, or a list to go on with */
bool client_writing(const client_t *client);

#endif
