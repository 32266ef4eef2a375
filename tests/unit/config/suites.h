/* SPDX-License-Identifier: GPL-2.0-or-later */

/**
 * The suites of the module config.
 */

#ifndef CYGNET_UNIT_CONFIG_SUITES_H
#define CYGNET_UNIT_CONFIG_SUITES_H

#include "unit/unit.h"

Suite *golden_suite(void);

#endif
