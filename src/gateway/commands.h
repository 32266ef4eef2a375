/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The control socket's commands: views of the core, and the reload.
 */

#ifndef CYGNET_GATEWAY_COMMANDS_H
#define CYGNET_GATEWAY_COMMANDS_H

#include "control/server.h"

/** ended by a NULL name; their user is the gateway_t */
extern const control_command_t gateway_commands[];

#endif
