/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The commands that go on as things happen: `watch` and `log`. Rows of
 * gateway_commands; who follows is woken by gateway_follow_wake.
 */

#ifndef CYGNET_GATEWAY_COMMANDS_FOLLOW_H
#define CYGNET_GATEWAY_COMMANDS_FOLLOW_H

#include "control/server.h"

/** events. args: since, a number to go on from; names */
void command_watch(void *user, json_object *args, control_reply_t *reply);
/** lines of the log. args: last, how many of the past; level; names; follow */
void command_log(void *user, json_object *args, control_reply_t *reply);

#endif
