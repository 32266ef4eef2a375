/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The answer of `status` of a gateway with 50 tunnels in 25 bundles.
 */

#ifndef CYGNET_UNIT_CLI_FAKE_MANY_H
#define CYGNET_UNIT_CLI_FAKE_MANY_H

#include <json-c/json.h>

#include "base/base.h"

/** well: all are in health, else two bundles are not; the caller's */
json_object *fake_many(bool well);

#endif
