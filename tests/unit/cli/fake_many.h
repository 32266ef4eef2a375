/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The answer of `status` of a gateway with 50 tunnels in 25 bundles.
 */

#ifndef CYGNET_UNIT_CLI_FAKE_MANY_H
#define CYGNET_UNIT_CLI_FAKE_MANY_H

#include <json-c/json.h>

#include "base/base.h"

typedef enum fake_many_t
{
	FAKE_MANY_WELL,
	/** two bundles are not in health */
	FAKE_MANY_TWO,
	/** nearly all of them are not, for one reason */
	FAKE_MANY_DOWN,
} fake_many_t;

/** the caller's */
json_object *fake_many(fake_many_t state);

#endif
