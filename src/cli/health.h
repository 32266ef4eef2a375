/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * `cygnetctl check-health`: one line and an exit code as Nagios, Icinga and
 * their kind want them (Monitoring Plugins Development Guidelines).
 */

#ifndef CYGNET_CLI_HEALTH_H
#define CYGNET_CLI_HEALTH_H

#include <json-c/json.h>

#include "base/text.h"

typedef enum health_t
{
	HEALTH_OK = 0,
	HEALTH_WARNING = 1,
	HEALTH_CRITICAL = 2,
	HEALTH_UNKNOWN = 3,
} health_t;

/** judges what `status` has answered; adds the line */
health_t health_judge(json_object *status, text_t *out);
/** the line when there was no answer; words: cut at their first line */
health_t health_unknown(const char *words, text_t *out);

#endif
