/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * One request to the daemon and its reply (control/protocol.h).
 */

#ifndef CYGNET_CLI_CALL_H
#define CYGNET_CLI_CALL_H

#include <json-c/json.h>

#include "base/base.h"

/** a part of a long list, borrowed */
typedef void (*call_part_t)(void *user, json_object *part);

/**
 * Adopts args (may be NULL). The reply's data, owned by the caller, in *data
 * (may be NULL on success). part may be NULL. false: *error is words for the
 * user, owned.
 */
bool call(const char *socket, const char *command, json_object *args,
		  call_part_t part, void *user, json_object **data, char **error);

/** somebody listens on the socket, whether or not he would answer us */
bool call_answers(const char *socket);

#endif
