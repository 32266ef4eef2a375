/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The commands about the configuration, for commands.c's table.
 */

#ifndef CYGNET_GATEWAY_COMMANDS_CONFIG_H
#define CYGNET_GATEWAY_COMMANDS_CONFIG_H

#include "control/server.h"

/** what a reload would do, of charon's own file or of another one ("file") */
void command_diff(void *user, json_object *args, control_reply_t *reply);
/** takes it; "confirm": seconds after which the one before comes back */
void command_reload(void *user, json_object *args, control_reply_t *reply);
void command_confirm(void *user, json_object *args, control_reply_t *reply);
void command_rollback(void *user, json_object *args, control_reply_t *reply);

#endif
